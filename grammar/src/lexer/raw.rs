//! What logos cuts: the tokens of Esker and those of a selection, as patterns.

use crate::TokenKind;
use logos::Logos;

/// The tokens of Esker.
#[derive(Logos, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw {
    #[regex(r"[ \t\x0B\x0C\u{A0}\u{FEFF}]+")]
    #[token("\r")]
    Space,
    #[regex(r"\r?\n")]
    Newline,
    #[regex(r"//[^\n]*", priority = 1, allow_greedy = true)]
    LineComment,
    #[regex(r"///([^/\n][^\n]*)?", priority = 9, allow_greedy = true)]
    Doc,
    #[token("/*")]
    CommentOpen,
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*", priority = 9)]
    Word,
    #[regex(r"[\p{XID_Start}_][\p{XID_Continue}]*", priority = 2)]
    #[token("``")]
    BadWord,
    #[regex(r"`[^`\r\n]+`")]
    Backtick,
    #[regex(r"`[^`\r\n]*", priority = 1)]
    UnclosedBacktick,
    #[regex(r#""([^"\\\r\n]|\\[^\r\n])*""#)]
    #[regex(r"'([^'\\\r\n]|\\[^\r\n])*'")]
    String,
    #[regex(r#""([^"\\\r\n]|\\[^\r\n])*\\?"#, priority = 1)]
    #[regex(r"'([^'\\\r\n]|\\[^\r\n])*\\?", priority = 1)]
    UnclosedString,
    #[regex(r"[0-9][0-9_]*", priority = 5)]
    Integer,
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9_]*([eE][+-]?[0-9]+)?")]
    #[regex(r"[0-9][0-9_]*[eE][+-]?[0-9]+")]
    Decimal,
    #[regex(r"[0-9]+[-/.][0-9]+[-/.][0-9]+", priority = 20)]
    Date,
    #[regex(r"[0-9]+-[0-9]+-[0-9]+[Tt][0-9A-Za-z:.+-]*")]
    Timestamp,
    #[token("{")]
    OpenBrace,
    #[token("}")]
    CloseBrace,
    #[token("(")]
    OpenParen,
    #[token(")")]
    CloseParen,
    #[token("[")]
    OpenBracket,
    #[token("]")]
    CloseBracket,
    #[token(",")]
    Comma,
    #[token(".")]
    Dot,
    #[token(":")]
    Colon,
    #[token("=")]
    Equals,
    #[token("=>")]
    FatArrow,
    #[token("->")]
    Arrow,
    #[token("@")]
    At,
    #[token("$")]
    Dollar,
    #[token("-")]
    Minus,
    #[regex(r"--[^\n]*", allow_greedy = true)]
    SqlComment,
    #[regex(r"[+*/;<>!?%&|^~#\\]")]
    Sign,
}

/// The tokens of a selection.
#[derive(Logos, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawSelection {
    #[regex(r"[ \t\x0B\x0C\u{A0}\u{FEFF}]+")]
    #[token("\r")]
    Space,
    #[regex(r"\r?\n")]
    Newline,
    #[regex(r"//[^\n]*", priority = 20, allow_greedy = true)]
    LineComment,
    #[token("(")]
    OpenParen,
    #[token(")")]
    CloseParen,
    #[token(",")]
    Comma,
    #[regex(r#"([^ \t\x0B\x0C\u{A0}\u{FEFF}\r\n(),"]|"[^"\r\n]*")+"#, priority = 2)]
    Term,
    #[regex(r#""[^"\r\n]*"#, priority = 1)]
    UnclosedString,
}

/// The token that a cut makes.
pub(super) fn kind_of(raw: Raw) -> TokenKind {
    match raw {
        Raw::Space => TokenKind::Space,
        Raw::Newline => TokenKind::Newline,
        Raw::LineComment => TokenKind::LineComment,
        Raw::Doc => TokenKind::Doc,
        Raw::CommentOpen => TokenKind::BlockComment,
        Raw::Word => TokenKind::Word,
        Raw::BadWord => TokenKind::BadWord,
        Raw::Backtick => TokenKind::Backtick,
        Raw::UnclosedBacktick => TokenKind::UnclosedBacktick,
        Raw::String => TokenKind::String,
        Raw::UnclosedString => TokenKind::UnclosedString,
        Raw::Integer => TokenKind::Integer,
        Raw::Decimal => TokenKind::Decimal,
        Raw::Date => TokenKind::Date,
        Raw::Timestamp => TokenKind::Timestamp,
        Raw::OpenBrace => TokenKind::OpenBrace,
        Raw::CloseBrace => TokenKind::CloseBrace,
        Raw::OpenParen => TokenKind::OpenParen,
        Raw::CloseParen => TokenKind::CloseParen,
        Raw::OpenBracket => TokenKind::OpenBracket,
        Raw::CloseBracket => TokenKind::CloseBracket,
        Raw::Comma => TokenKind::Comma,
        Raw::Dot => TokenKind::Dot,
        Raw::Colon => TokenKind::Colon,
        Raw::Equals => TokenKind::Equals,
        Raw::FatArrow => TokenKind::FatArrow,
        Raw::Arrow => TokenKind::Arrow,
        Raw::At => TokenKind::At,
        Raw::Dollar => TokenKind::Dollar,
        Raw::Minus => TokenKind::Minus,
        Raw::SqlComment => TokenKind::Unknown,
        Raw::Sign => TokenKind::Sign,
    }
}
