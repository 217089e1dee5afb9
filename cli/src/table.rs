//! Rows as aligned columns: numbers to the right, everything else to the left, wide letters counted as the terminal does.

use crate::output::{Tint, paint};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// To which side a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A heading and its side.
pub(crate) struct Heading {
    pub(crate) text: String,
    pub(crate) align: Align,
}

impl Heading {
    pub(crate) fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), align: Align::Left }
    }

    pub(crate) fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), align: Align::Right }
    }
}

/// The table with its headings underlined. Every row has as many cells as there are headings.
pub(crate) fn table(headings: &[Heading], rows: &[Vec<String>], color: bool) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
    let titles: Vec<String> = headings.iter().map(|heading| one_line(&heading.text)).collect();
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(index, title)| {
            let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width());
            cells.chain([title.width()]).max().unwrap_or(0)
        })
        .collect();

    let mut out = String::new();
    let mut line = |cells: &[String], tint: Option<Tint>| {
        let padded: Vec<String> = cells
            .iter()
            .zip(headings)
            .zip(&widths)
            .map(|((cell, heading), width)| {
                let blank = " ".repeat(width.saturating_sub(cell.width()));
                let shown = tint.map_or_else(|| cell.clone(), |tint| paint(cell, tint, color));
                match heading.align {
                    Align::Left => format!("{shown}{blank}"),
                    Align::Right => format!("{blank}{shown}"),
                }
            })
            .collect();
        out.push_str(padded.join("  ").trim_end());
        out.push('\n');
    };
    line(&titles, Some(Tint::Bold));
    line(&widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>(), Some(Tint::Dim));
    rows.iter().for_each(|row| line(row, None));
    out
}

/// The text on one line, safe to show: line ends and tabs as they are written in strings, and no other control
/// characters, which could do anything to a terminal.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || c.width().is_none() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &[&str]) -> Vec<String> {
        row.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn numbers_stand_to_the_right_and_wide_letters_count_twice() {
        let headings = [Heading::left("city"), Heading::right("n")];
        let rows = [cells(&["東京", "5"]), cells(&["Rom", "1200"])];
        assert_eq!(table(&headings, &rows, false), "city     n\n────  ────\n東京     5\nRom   1200\n");
    }

    #[test]
    fn nothing_in_a_cell_reaches_the_terminal_as_a_command() {
        let shown = table(&[Heading::left("a")], &[cells(&["x\u{1b}[31my\nz"])], false);
        assert!(shown.ends_with("\nx\\u{1b}[31my\\nz\n"), "{shown}");
    }

    #[test]
    fn no_rows_are_a_heading() {
        assert_eq!(table(&[Heading::left("a")], &[], false), "a\n─\n");
    }
}
