//! The formatter's promise, checked on every file: what it writes says the same, comment for comment.

use super::references::references;
use crate::sql::{SqlTokenKind, lex_with_trivia};
use crate::{Parse, Span, Token, TokenKind, parse};

/// Whether the formatted text has the same tree, the same SQL, the same comments and the same mistakes.
pub(super) fn same(before_text: &str, before: &Parse, after_text: &str) -> bool {
    let after = parse(after_text);
    let mistakes = |parse: &Parse| parse.errors.iter().map(|error| error.kind.code()).collect::<Vec<_>>();
    mistakes(before) == mistakes(&after)
        && comments(before_text, &before.tokens) == comments(after_text, &after.tokens)
        && queries(before_text, &before.tokens) == queries(after_text, &after.tokens)
        && meaning(before) == meaning(&after)
}

/// The comments outside SQL.
fn comments<'t>(text: &'t str, tokens: &[Token]) -> Vec<&'t str> {
    use TokenKind::{BlockComment, Doc, LineComment, UnclosedComment};
    let comments =
        tokens.iter().filter(|token| matches!(token.kind, LineComment | BlockComment | Doc | UnclosedComment));
    comments.map(|token| text[token.span.range()].trim_end()).collect()
}

/// The tokens and comments of the SQL, its references written one way.
fn queries(text: &str, tokens: &[Token]) -> Vec<(Option<SqlTokenKind>, String)> {
    let mut pieces = Vec::new();
    for token in tokens.iter().filter(|token| token.kind == TokenKind::Sql) {
        let sql = references(&text[token.span.range()]);
        for (kind, span) in lex_with_trivia(&sql, Span::new(0, sql.len() as u32)) {
            let piece = sql[span.range()].trim_end();
            if !piece.is_empty() {
                pieces.push((kind, piece.to_owned()));
            }
        }
    }
    pieces
}

/// The tree as text, without the places: numbers around `..`.
fn meaning(parse: &Parse) -> String {
    let tree = format!("{:?}", parse.file);
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut out = String::with_capacity(tree.len());
    let mut parts = tree.split("..");
    out.extend(parts.next().map(|first| first.trim_end_matches(|c: char| c.is_ascii_digit())));
    for part in parts {
        out.push_str("..");
        out.push_str(part[digits(part)..].trim_end_matches(|c: char| c.is_ascii_digit()));
    }
    out
}
