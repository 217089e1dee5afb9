//! The raw lexer of SQL: every byte belongs to a token, and a quote that nobody closes damages its own line only.

use logos::{Lexer, Logos};
use std::ops::Range;

/// How often a search for a closing quote may fail in one text. Every failure costs a look at the whole rest: beyond
/// this many the rest is not looked at, which keeps lexing linear. Real SQL fails once or twice.
const SEARCHES: u8 = 8;

/// How far a string that must close on its line is looked at: a line without end must not be looked at for each of its
/// quotes.
const LONG_LINE: usize = 4096;

/// What the callbacks remember.
#[derive(Default, Clone)]
pub(super) struct Memory {
    failed: u8,
    /// A string must close on its own line: the second attempt at a block whose quotes do not pair.
    single_line: bool,
}

/// A raw token.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(extras = Memory)]
pub(super) enum Raw {
    #[regex(r"[ \t\r\n\x0B\x0C\u{A0}\u{FEFF}]+")]
    Space,
    #[regex(r"--[^\n]*", allow_greedy = true)]
    LineComment,
    #[token("/*", block_comment)]
    BlockComment,
    #[regex(r"[\p{XID_Start}_][\p{XID_Continue}$]*")]
    Word,
    #[token("\"", |lex| quoted(lex, '"'))]
    #[token("`", |lex| quoted(lex, '`'))]
    QuotedIdent,
    #[regex(r"(?i:[bxnr]|u&)?'", |lex| quoted(lex, '\''))]
    #[regex(r"(?i:e)'", escaped)]
    #[regex(r"\$([\p{XID_Start}_]\p{XID_Continue}*)?\$", dollar_quoted)]
    String,
    #[regex(r"[0-9][0-9_]*(\.[0-9_]*)?([eE][+-]?[0-9]+)?")]
    #[regex(r"\.[0-9][0-9_]*([eE][+-]?[0-9]+)?")]
    #[regex(r"0[xX][0-9A-Fa-f_]+")]
    Number,
    #[regex(r"\$[\p{XID_Continue}]+")]
    Param,
    #[regex(r"->>|<=>|<->|<@|@>|!~\*|!~~\*|!~~|~~\*|\.\.\.")]
    #[regex(r"::|:=|=>|==|->|<=|>=|<>|!=|\|\||//|\*\*|<<|>>|&&|\^@|~~|~\*|!~|#>>|#>")]
    #[regex(r"[(),.;:+\-*/%<>=!@#^&|~?\[\]{}\\$]")]
    Symbol,
}

/// Raw tokens with their byte ranges, which tile the text; no token means bytes that are no SQL.
pub(super) struct RawLexer<'t> {
    inner: Lexer<'t, Raw>,
}

impl<'t> RawLexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { inner: Raw::lexer(text) }
    }

    /// As [`new`](Self::new), but no string reaches beyond its line.
    pub(super) fn single_line(text: &'t str) -> Self {
        Self { inner: Raw::lexer_with_extras(text, Memory { failed: 0, single_line: true }) }
    }
}

impl Iterator for RawLexer<'_> {
    type Item = (Option<Raw>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let token = self.inner.next()?;
        Some((token.ok(), self.inner.span()))
    }
}

/// Ends a token behind the first place at which `close` finds its end in the rest; else at the end of its line.
fn search(lex: &mut Lexer<'_, Raw>, close: impl FnOnce(&str) -> Option<usize>) -> Result<(), ()> {
    let rest = lex.remainder();
    let found = if lex.extras.single_line {
        close(line(&rest[..boundary(rest, LONG_LINE)]))
    } else if lex.extras.failed < SEARCHES {
        let found = close(rest);
        lex.extras.failed += u8::from(found.is_none());
        found
    } else {
        None
    };
    match found {
        Some(length) => {
            lex.bump(length);
            Ok(())
        }
        None => {
            lex.bump(line(rest).len());
            Err(())
        }
    }
}

/// The text up to the end of its first line.
fn line(text: &str) -> &str {
    let line = &text[..text.find('\n').unwrap_or(text.len())];
    line.strip_suffix('\r').unwrap_or(line)
}

/// The last character boundary that is at most `limit`.
fn boundary(text: &str, limit: usize) -> usize {
    let mut at = text.len().min(limit);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// `'it''s'`, `"a ""b"""`: a doubled quote stands for itself.
fn quoted(lex: &mut Lexer<'_, Raw>, quote: char) -> Result<(), ()> {
    search(lex, |rest| {
        let mut at = 0;
        loop {
            at += rest[at..].find(quote)? + 1;
            if !rest[at..].starts_with(quote) {
                return Some(at);
            }
            at += 1;
        }
    })
}

/// `e'it\'s'`: a backslash escapes, a doubled quote too.
fn escaped(lex: &mut Lexer<'_, Raw>) -> Result<(), ()> {
    search(lex, |rest| {
        let bytes = rest.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 2,
                b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
                b'\'' => return Some(at + 1),
                _ => at += 1,
            }
        }
        None
    })
}

/// `$$ … $$`, `$tag$ … $tag$`.
fn dollar_quoted(lex: &mut Lexer<'_, Raw>) -> Result<(), ()> {
    let tag = lex.slice();
    search(lex, |rest| rest.find(tag).map(|at| at + tag.len()))
}

/// `/* … */`, nested as in PostgreSQL and DuckDB.
fn block_comment(lex: &mut Lexer<'_, Raw>) -> Result<(), ()> {
    search(lex, |rest| {
        let bytes = rest.as_bytes();
        let mut depth = 1;
        let mut at = 0;
        while at + 1 < bytes.len() {
            match (bytes[at], bytes[at + 1]) {
                (b'*', b'/') => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                (b'/', b'*') => {
                    depth += 1;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        None
    })
}
