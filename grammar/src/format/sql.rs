//! SQL in the formatter. Its lines stay those of the author: they are indented together, and spaces are put right at
//! brackets, commas and comparisons. No more: a layout made from scratch would need all of the engine's grammar.

use super::references::references;
use crate::Span;
use crate::sql::{SqlTokenKind, lex_with_trivia};

/// How wide a tab at the start of a line is.
const TAB: usize = 4;

/// The operators that stand between spaces.
const COMPARISONS: [&str; 10] = ["=", "==", "<>", "!=", "<", ">", "<=", ">=", "||", "=>"];

/// Whether a piece of SQL takes several lines wherever it stands: it holds a line break, or a comment to the end of a line.
pub(super) fn takes_lines(sql: &str) -> bool {
    let pieces = lex_with_trivia(sql, whole(sql));
    sql.trim().contains('\n') || pieces.iter().any(|(kind, span)| kind.is_none() && sql[span.range()].starts_with("--"))
}

/// Whether all quotes and braces of a piece of SQL pair. Where they do not, its end was told by indentation.
pub(super) fn is_whole(sql: &str) -> bool {
    let mut open = 0_i32;
    for (kind, span) in lex_with_trivia(sql, whole(sql)) {
        match (kind, &sql[span.range()]) {
            (Some(SqlTokenKind::Error), _) => return false,
            (Some(SqlTokenKind::Symbol), "{") => open += 1,
            (Some(SqlTokenKind::Symbol), "}") => open -= 1,
            _ => {}
        }
    }
    open == 0
}

/// SQL on one line.
pub(super) fn flat(sql: &str) -> String {
    tidy(sql).trim().to_owned()
}

/// The lines of SQL whose first line begins in `column` of the file, moved together so that the leftmost begins in column
/// `indent`. An empty line parts them where one or more did. What spans lines (strings, comments) keeps its inner lines.
pub(super) fn lines(sql: &str, column: usize, indent: usize) -> Vec<String> {
    let sql = tidy(sql);
    let mut lines = physical(&sql);
    lines.dedup_by(|next, last| next.1.is_empty() && last.1.is_empty());
    // Behind the brace a line has no indentation of its own: it stands no deeper than those below.
    let begins_there = lines.first().is_some_and(|(_, first)| !first.is_empty());
    let left = |lines: &[(usize, &str)]| {
        lines.iter().filter(|(_, line)| !line.is_empty()).map(|(column, _)| *column).min().unwrap_or(usize::MAX)
    };
    if begins_there {
        lines[0].0 = (column + lines[0].0).min(left(&lines[1..]));
    }
    let left = left(&lines);
    let first = usize::from(!begins_there).min(lines.len());
    let mut moved: Vec<String> =
        lines[first..].iter().map(|(column, line)| indented(indent + column.saturating_sub(left), line)).collect();
    moved.pop_if(|last| last.is_empty());
    moved
}

/// An expression whose line has moved from one indentation to another: the lines below move with it.
pub(super) fn moved(sql: &str, from: usize, to: usize) -> String {
    let sql = tidy(sql);
    let lines = physical(sql.trim());
    let below = lines.iter().skip(1).map(|(column, line)| indented((column + to).saturating_sub(from), line));
    let first = lines.first().map(|(_, line)| (*line).to_owned());
    first.into_iter().chain(below).collect::<Vec<_>>().join("\n")
}

fn indented(indent: usize, line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(indent)) }
}

/// The lines between the line breaks outside strings and comments, each with its indentation and without it.
fn physical(sql: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    let pieces = lex_with_trivia(sql, whole(sql));
    let spaces = pieces.into_iter().map(|(kind, span)| (kind, span.range()));
    let breaks =
        spaces.filter(|(kind, range)| kind.is_none() && sql[range.clone()].trim().is_empty()).flat_map(|(_, range)| {
            sql[range.clone()].match_indices('\n').map(move |(at, _)| range.start + at).collect::<Vec<_>>()
        });
    for end in breaks.chain([sql.len()]) {
        let line = &sql[start..end];
        lines.push((width(&line[..line.len() - line.trim_start().len()]), line.trim()));
        start = end + 1;
    }
    lines
}

/// How wide white space is.
pub(super) fn width(space: &str) -> usize {
    space.chars().fold(0, |width, c| match c {
        '\t' => (width / TAB + 1) * TAB,
        '\r' => width,
        _ => width + 1,
    })
}

/// The text with its references and its spaces put right.
fn tidy(sql: &str) -> String {
    let sql = references(sql);
    let mut out = String::with_capacity(sql.len());
    // The sign before the white space at hand, if it is one, and that white space.
    let (mut before, mut space) = ("", "");
    for (kind, span) in lex_with_trivia(&sql, whole(&sql)) {
        let piece = &sql[span.range()];
        if kind.is_none() && piece.trim().is_empty() {
            space = piece;
            continue;
        }
        let after = if kind == Some(SqlTokenKind::Symbol) { piece } else { "" };
        let inside = matches!(before, "(" | "[") || matches!(after, ")" | "]" | "," | ";");
        let apart = before == "," || COMPARISONS.contains(&before) || COMPARISONS.contains(&after);
        out.push_str(match kind {
            // A line break stays where it is, and so does a comment.
            None => space,
            Some(_) if space.contains('\n') => space,
            Some(_) if inside && !out.is_empty() => "",
            Some(_) if apart && space.is_empty() => " ",
            Some(_) => space,
        });
        out.push_str(piece);
        // Behind a comment nothing is known.
        before = if kind.is_some() { after } else { "" };
        space = "";
    }
    out.push_str(space);
    out
}

fn whole(sql: &str) -> Span {
    Span::new(0, sql.len() as u32)
}
