//! Where items begin, judged by single lines alone: the places at which everything unclosed is given up.
//!
//! A head is a line that begins in its first column with an item keyword, or a slip of one, and goes on as that item
//! does: `model dim_customers in …`, `type money =`. It is looked for in the raw text, also inside SQL: a SQL block
//! never runs past a head.

use crate::words::{ITEMS, nearest_item};

/// The offsets of heads, ascending.
#[derive(Default)]
pub(crate) struct Heads {
    /// All of them.
    pub(crate) all: Vec<u32>,
    /// Those whose keyword is spelt right.
    pub(crate) exact: Vec<u32>,
}

/// The heads of a text.
pub(crate) fn heads(text: &str) -> Heads {
    let mut offset = 0;
    let mut heads = Heads::default();
    for line in text.split_inclusive('\n') {
        if is_head(line) {
            heads.all.push(offset);
            if ITEMS.contains(&leading_name(line)) {
                heads.exact.push(offset);
            }
        }
        offset += line.len() as u32;
    }
    heads
}

/// The first head behind `offset`, or the end of the text.
pub(crate) fn next_head(heads: &[u32], offset: u32, text: &str) -> u32 {
    let index = heads.partition_point(|head| *head <= offset);
    heads.get(index).copied().unwrap_or(text.len() as u32)
}

fn is_head(line: &str) -> bool {
    let word = leading_name(line);
    if word.is_empty() || !word.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return false;
    }
    let rest = line[word.len()..].trim();
    let keyword =
        if ITEMS.contains(&word) { Some(word) } else { plausible(word, rest).then(|| nearest_item(word)).flatten() };
    match keyword {
        Some("test") => rest.starts_with('"'),
        Some(keyword) => {
            let name = leading_name(rest);
            let after = rest[name.len()..].trim_start();
            !name.is_empty() && follows(keyword, name, after)
        }
        None => false,
    }
}

/// Whether a line is shaped like that of any item at all: asked before a slip is looked for, which costs. `select`
/// leads SQL, and is no slip of `selector`.
fn plausible(word: &str, rest: &str) -> bool {
    if word.eq_ignore_ascii_case("select") {
        return false;
    }
    rest.ends_with('{') || rest.ends_with('}') || rest.contains('=')
}

/// Whether what stands behind the keyword and the name belongs to such an item.
fn follows(keyword: &str, name: &str, after: &str) -> bool {
    match keyword {
        "type" | "selector" => after.starts_with('='),
        "fn" => after.starts_with('('),
        // `audit name(args)` without a block is a line of a model.
        // The brace of `audit name(sql { … })` stands inside the parentheses.
        "audit" => {
            after.starts_with('{')
                || after.starts_with('(')
                    && match after.split_once(')') {
                        Some((parameters, rest)) => !parameters.contains('{') && rest.contains('{'),
                        None => !after.contains('{'),
                    }
        }
        "model" => after.starts_with('{') || after.starts_with("in "),
        // `group by {'a': b}` is SQL.
        "group" => after.starts_with('{') && name != "by",
        _ => after.starts_with('{'),
    }
}

/// The name, path or word at the start of a text, backticks included.
fn leading_name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '`'))).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_told_from_lines_and_from_sql() {
        for line in [
            "model a {",
            "model a.b in c",
            "source raw.orders { start 2023-01-01 }",
            "type money = decimal(18, 2)",
            "fn f(a int) -> int {",
            "audit unique_key(a) { sql { select 1 } }",
            "test \"x\" for a {",
            "selector x = a",
            "modle b {",
            "tpye x = bigint",
            "group growth {",
            "audit positive(",
            "audit in_list(list any[] = (1, 2)) {",
        ] {
            assert!(is_head(line), "{line}");
        }
        for line in [
            " model a {",
            "kind full",
            "audit unique_key(a) warn",
            "audit expression(sql { f(a) > 0 })",
            "group by a",
            "group by {'a': 1}",
            "columns {",
            "select a",
            "select i = 1 as x from ref(s)",
            "from b",
            "type varchar",
            "version 2 {",
            "contract enforced {",
            "source varchar not null",
            "",
        ] {
            assert!(!is_head(line), "{line}");
        }
    }
}
