//! The tokens of a file: what the lexer cuts the text into. The spans of a file's tokens tile it, trivia and mistakes
//! included, so that the editor can colour it and the formatter can lose nothing.

use crate::Span;

/// One token of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The bytes it covers, never none.
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Spaces and tabs.
    Space,
    /// One end of line: `\n` or `\r\n`.
    Newline,
    /// `// …`, up to the end of the line.
    LineComment,
    /// `/* … */`, not nested.
    BlockComment,
    /// `/// …`: documents what follows.
    Doc,
    /// An identifier or a keyword; which of the two is decided by where it stands.
    Word,
    /// An identifier in backticks.
    Backtick,
    /// `"text"`, or `'text'`, which the formatter rewrites.
    String,
    /// `42`, `1_000`
    Integer,
    /// `1.5`, `2e3`
    Decimal,
    /// `2024-01-31`, and whatever looks like a date written otherwise: `2024/1/31`.
    Date,
    /// `2024-01-31T05:00:00Z`
    Timestamp,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `:`
    Colon,
    /// `=`
    Equals,
    /// `=>`
    FatArrow,
    /// `->`
    Arrow,
    /// `@`
    At,
    /// `$`
    Dollar,
    /// `-`
    Minus,
    /// Any other single sign: `+`, `*`, `;`, …
    Sign,
    /// Raw SQL: all that stands between the braces of `sql { … }`, the parentheses of `check ( … )`, or behind `=` in `derive from`.
    Sql,
    /// One operand of a selection: `2+dim_customers@2+1`, `path:models/core`.
    Term,
    /// A mistake: a string without its closing quote, up to the end of the line.
    UnclosedString,
    /// A mistake: a name without its closing backtick, up to the end of the line.
    UnclosedBacktick,
    /// A mistake: a comment without its `*/`, up to the next item.
    UnclosedComment,
    /// A mistake: a name that holds letters beyond `A-Z a-z 0-9 _`.
    BadWord,
    /// A mistake: characters that begin nothing.
    Unknown,
}

impl TokenKind {
    /// Whether the grammar looks past it: white space and comments, documentation excepted. An end of line is not trivia.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Space | Self::LineComment | Self::BlockComment | Self::UnclosedComment)
    }
}
