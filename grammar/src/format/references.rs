//! References in SQL: `ref('raw.orders', v=2)`, as other tools write it, becomes `ref(raw.orders, v => 2)`.

use crate::Span;
use crate::sql::{SqlTokenKind, is_no_table_name, lex_with_trivia};

/// The text with each reference as `ref(name)` or `ref(name, v => 2)`, whichever of the accepted ways it was written in.
pub(super) fn references(sql: &str) -> String {
    let pieces = lex_with_trivia(sql, Span::new(0, sql.len() as u32));
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    // The positions of the significant pieces.
    let tokens: Vec<usize> = (0..pieces.len()).filter(|piece| pieces[*piece].0.is_some()).collect();
    let text = |token: usize| tokens.get(token).map_or("", |piece| &sql[pieces[*piece].1.range()]);
    let kind = |token: usize| tokens.get(token).and_then(|piece| pieces[*piece].0);
    let mut token = 0;
    while token < tokens.len() {
        let begins = kind(token) == Some(SqlTokenKind::Word)
            && text(token).eq_ignore_ascii_case("ref")
            && text(token + 1) == "("
            && !(token > 0 && text(token - 1) == ".")
            // In another tool's template, `{{ ref('m') }}`, it is no SQL.
            && !(token > 1 && text(token - 1) == "{" && text(token - 2) == "{");
        if !begins {
            token += 1;
            continue;
        }
        token += 2;
        let mut replace = |token: usize, with: &str| {
            let span = pieces[tokens[token]].1.range();
            out.push_str(&sql[at..span.start]);
            out.push_str(with);
            at = span.end;
        };
        if kind(token) == Some(SqlTokenKind::String)
            && matches!(text(token + 1), ")" | ",")
            && let Some(name) = name(text(token))
        {
            replace(token, &name);
        }
        while kind(token).is_some() && !matches!(text(token), ")" | "," | "(") {
            token += 1;
        }
        if text(token) != "," {
            continue;
        }
        let word = text(token + 1).to_ascii_lowercase();
        let named = matches!(word.as_str(), "v" | "version") && matches!(text(token + 2), "=>" | "=" | ":=");
        let label = token + if named { 3 } else { 1 };
        let is_label =
            matches!(kind(label), Some(SqlTokenKind::Number | SqlTokenKind::String | SqlTokenKind::QuotedIdent));
        if is_label && text(label + 1) == ")" {
            let canonical = label_text(text(label));
            if named {
                replace(token + 1, "v");
                let arrow = token + 2;
                let beside = |left: usize, right: usize| tokens[left] + 1 == tokens[right];
                let before = if beside(arrow - 1, arrow) { " " } else { "" };
                let behind = if beside(arrow, arrow + 1) { " " } else { "" };
                replace(arrow, &format!("{before}=>{behind}"));
                replace(label, &canonical);
            } else {
                replace(label, &format!("v => {canonical}"));
            }
        }
        token += 1;
    }
    out.push_str(&sql[at..]);
    out
}

/// A label as SQL writes it, as messages do: a string in single quotes.
fn label_text(written: &str) -> String {
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.contains(['\'', '"']) => format!("'{inner}'"),
        _ => written.to_owned(),
    }
}

/// The name that `'raw.orders'` means, as SQL writes it: parts that are no plain words in quotes.
fn name(string: &str) -> Option<String> {
    let inner = string.strip_prefix('\'')?.strip_suffix('\'')?;
    let plain = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !is_no_table_name(part)
            && !part.eq_ignore_ascii_case("values")
    };
    let parts: Vec<String> =
        inner.split('.').map(|part| if plain(part) { part.to_owned() } else { format!("\"{part}\"") }).collect();
    let possible = !inner.contains(['\'', '"', '\n', '\\']) && inner.split('.').all(|part| !part.is_empty());
    possible.then(|| parts.join("."))
}
