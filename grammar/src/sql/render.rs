//! Tokens back to SQL text: what the plan stores and the engine runs.

use super::{SqlText, SqlToken, SqlTokenKind};
use std::ops::Range;

/// SQL text from tokens. `replacements` are ranges of token indexes and the text that stands in their place, in order
/// and without overlap; the plan puts physical tables in the place of refs with it.
///
/// Tokens are parted by one space, except where SQL is the same without and easier to read: `a.b`, `f (x, y)`, `x::int`.
pub fn render(text: &SqlText, replacements: &[(Range<usize>, String)]) -> String {
    let mut out = String::new();
    let mut previous: Option<Piece<'_>> = None;
    let mut replacements = replacements.iter().peekable();
    let mut index = 0;
    while index < text.tokens.len() {
        while replacements.next_if(|(range, _)| range.start < index).is_some() {}
        let piece = match replacements.next_if(|(range, _)| range.start == index) {
            Some((range, replacement)) => {
                index = range.end.max(index + 1);
                Piece { text: replacement, symbol: false, name: true }
            }
            None => {
                let token = &text.tokens[index];
                index += 1;
                Piece::of(token)
            }
        };
        if let Some(previous) = previous
            && spaced(previous, piece)
        {
            out.push(' ');
        }
        out.push_str(piece.text);
        previous = Some(piece);
    }
    out
}

/// A token or the text in its place, with what decides about the space beside it.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    symbol: bool,
    name: bool,
}

impl<'a> Piece<'a> {
    fn of(token: &'a SqlToken) -> Self {
        Self {
            text: &token.text,
            symbol: token.kind == SqlTokenKind::Symbol,
            name: matches!(token.kind, SqlTokenKind::Word | SqlTokenKind::QuotedIdent),
        }
    }

    fn is(self, symbols: &[&str]) -> bool {
        self.symbol && symbols.contains(&self.text)
    }
}

/// Whether a space must, or had better, stand between two pieces.
fn spaced(left: Piece<'_>, right: Piece<'_>) -> bool {
    let dotted = (right.is(&["."]) && (left.name || left.is(&[")", "]"])))
        || (left.is(&["."]) && (right.name || right.is(&["*"])));
    let cast = (right.is(&["::"]) && (!left.symbol || left.is(&[")", "]"]))) || (left.is(&["::"]) && right.name);
    let bracketed = left.is(&["(", "["]) || right.is(&[")", "]", ",", ";"]);
    !(dotted || cast || bracketed)
}

#[cfg(test)]
mod tests {
    use crate::Span;
    use crate::sql::{lex, render};

    fn rendered(sql: &str, replacements: &[(std::ops::Range<usize>, String)]) -> String {
        render(&lex(sql, Span::new(0, sql.len() as u32)).0, replacements)
    }

    #[test]
    fn layout_and_comments_do_not_count() {
        assert_eq!(rendered("select  a . b,--c\n f( x )::int", &[]), "select a.b, f (x)::int");
    }

    #[test]
    fn the_same_tokens_come_back() {
        for sql in [
            "select - -1, a - - b, x[1:2], e'\\'', 1.5, .5, t.*, {'a': 1}, a->>'b', (select 1)::text",
            "select * exclude (a) from t as x(y) where a . b . c = 1. and d = $start;",
        ] {
            let once = lex(sql, Span::new(0, sql.len() as u32)).0;
            let text = render(&once, &[]);
            assert_eq!(lex(&text, Span::new(0, text.len() as u32)).0, once, "{text}");
        }
    }

    #[test]
    fn ranges_are_replaced() {
        let sql = "from ref(a, v => 2) as o join ref(b) on true";
        let out = rendered(sql, &[(1..9, "esker.a".to_owned()), (12..16, "esker.b".to_owned())]);
        assert_eq!(out, "from esker.a as o join esker.b on true");
    }
}
