//! SQL as tokens: one logos lexer for `sql { … }` blocks and `.sql` files, shared by the compiler, the runner and the editor.
//!
//! It knows what every SQL lexer must (strings, quoted identifiers, dollar quotes, nested comments) and nothing of grammar.

mod lexer;
mod render;
mod reserved;
pub(crate) mod scan;

pub use render::render;
pub use reserved::is_no_table_name;

use crate::Span;
use lexer::{Raw, RawLexer};

/// One significant token; white space and comments are dropped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SqlToken {
    /// What it is.
    pub kind: SqlTokenKind,
    /// Its text as written, quotes included.
    pub text: String,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SqlTokenKind {
    /// A word: keyword or identifier.
    Word,
    /// `"quoted"`
    QuotedIdent,
    /// `'text'`, `e'…'`, `$$ … $$`
    String,
    /// `1`, `1.5e3`, `0x1F`
    Number,
    /// `$start`: a parameter of Esker
    Param,
    /// An operator or punctuation: `::`, `=>`, `(`, `,`
    Symbol,
    /// Bytes that are no SQL (an unclosed string, a stray control character).
    Error,
}

/// A body of SQL: its significant tokens without positions, so that layout and comments do not count as a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SqlText {
    /// The tokens in order.
    pub tokens: Vec<SqlToken>,
}

/// The positions of a [`SqlText`]: `spans[i]` is where token `i` stands in the file.
pub type SqlSpans = Vec<Span>;

/// Cuts the bytes of `span` into significant tokens with their places in `text`.
///
/// A place that is no SQL becomes a [`SqlTokenKind::Error`] token: whoever analyses the SQL reports it.
pub fn lex(text: &str, span: Span) -> (SqlText, SqlSpans) {
    let mut tokens = Vec::new();
    let mut spans = Vec::new();
    for (kind, span) in lex_with_trivia(text, span) {
        if let Some(kind) = kind {
            tokens.push(SqlToken { kind, text: text[span.range()].to_owned() });
            spans.push(span);
        }
    }
    (SqlText { tokens }, spans)
}

/// Cuts the bytes of `span` into pieces that tile it; white space and comments have no kind.
pub fn lex_with_trivia(text: &str, span: Span) -> Vec<(Option<SqlTokenKind>, Span)> {
    let Some(region) = text.get(span.range()) else { return Vec::new() };
    RawLexer::new(region)
        .map(|(raw, range)| {
            let place = Span::new(span.start + range.start as u32, span.start + range.end as u32);
            (kind_of(raw), place)
        })
        .collect()
}

/// The significant kind of a raw token; `None` for white space and comments.
fn kind_of(raw: Option<Raw>) -> Option<SqlTokenKind> {
    Some(match raw {
        Some(Raw::Space | Raw::LineComment | Raw::BlockComment) => return None,
        Some(Raw::Word) => SqlTokenKind::Word,
        Some(Raw::QuotedIdent) => SqlTokenKind::QuotedIdent,
        Some(Raw::String) => SqlTokenKind::String,
        Some(Raw::Number) => SqlTokenKind::Number,
        Some(Raw::Param) => SqlTokenKind::Param,
        Some(Raw::Symbol) => SqlTokenKind::Symbol,
        None => SqlTokenKind::Error,
    })
}

/// Replaces every `$name` outside strings and comments for which `value` has a text; all else stays byte for byte.
pub fn substitute(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    for (raw, range) in RawLexer::new(text) {
        let piece = &text[range];
        match (raw, piece.strip_prefix('$')) {
            (Some(Raw::Param), Some(name)) => match value(name) {
                Some(replacement) => out.push_str(&replacement),
                None => out.push_str(piece),
            },
            _ => out.push_str(piece),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<String> {
        let (text, spans) = lex(sql, Span::new(0, sql.len() as u32));
        assert_eq!(text.tokens.len(), spans.len());
        text.tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn tokens_stay_whole() {
        for (sql, expected) in [
            ("a::int->>'x'", vec!["a", "::", "int", "->>", "'x'"]),
            ("e'it\\'s' 'it''s' \"q\"\"q\"", vec!["e'it\\'s'", "'it''s'", "\"q\"\"q\""]),
            ("$$ } ' $$ $tag$ $$ } $tag$", vec!["$$ } ' $$", "$tag$ $$ } $tag$"]),
            ("1.5e3 0x1F .5 1_000 1.", vec!["1.5e3", "0x1F", ".5", "1_000", "1."]),
            ("x >= $start -- c\n/* a /* b */ c */ y", vec!["x", ">=", "$start", "y"]),
            ("ref(x, v => 2)", vec!["ref", "(", "x", ",", "v", "=>", "2", ")"]),
            ("date'2024-01-01'", vec!["date", "'2024-01-01'"]),
            ("größe a//b", vec!["größe", "a", "//", "b"]),
        ] {
            assert_eq!(texts(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_not_sql_is_an_error_to_the_end_of_its_line() {
        let sql = "select 'abc as x\nfrom t";
        let (text, _) = lex(sql, Span::new(0, sql.len() as u32));
        let errors: Vec<_> = text.tokens.iter().filter(|token| token.kind == SqlTokenKind::Error).collect();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].text, "'abc as x");
        assert_eq!(text.tokens.last().map(|token| token.text.as_str()), Some("t"));
    }

    #[test]
    fn spans_are_absolute_and_tile() {
        let text = "sql { select  1 /* } */ }";
        let inner = Span::new(5, 24);
        let pieces = lex_with_trivia(text, inner);
        let mut at = inner.start;
        for (_, span) in &pieces {
            assert_eq!(span.start, at);
            at = span.end;
        }
        assert_eq!(at, inner.end);
        assert_eq!(lex(text, inner).1[0], Span::new(6, 12));
    }

    #[test]
    fn parameters_are_replaced_outside_strings_and_comments() {
        let sql = "a >= $start and b = '$start' -- $start\nand c < $end and $other and $$ $start $$";
        let out = substitute(sql, |name| (name == "start" || name == "end").then(|| format!("<{name}>")));
        assert_eq!(out, "a >= <start> and b = '$start' -- $start\nand c < <end> and $other and $$ $start $$");
    }
}
