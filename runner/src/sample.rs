//! A few rows as text, for messages.

use crate::engines::Value;
use serde::Serialize;
use std::fmt;

/// Rows as the engine writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The columns.
    pub columns: Vec<String>,
    /// The rows; `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Sample {
    /// From rows whose columns are text.
    pub(crate) fn new(columns: Vec<String>, rows: Vec<Vec<Value>>) -> Self {
        let cell = |value: &Value| value.text().map(str::to_owned);
        Self { columns, rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect() }
    }
}

/// An aligned table with its heading, a line per row and none at the end. Cells are kept to one short line.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading: Vec<String> = self.columns.iter().map(|name| one_line(name)).collect();
        let row = |row: &Vec<Option<String>>| -> Vec<String> {
            row.iter().map(|cell| cell.as_deref().map_or_else(|| "null".to_owned(), one_line)).collect()
        };
        let lines: Vec<Vec<String>> = std::iter::once(heading).chain(self.rows.iter().map(row)).collect();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for (number, line) in lines.iter().enumerate() {
            let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            let text = cells.collect::<Vec<_>>().join("  ");
            write!(f, "{}{}", if number > 0 { "\n" } else { "" }, text.trim_end())?;
        }
        Ok(())
    }
}

fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let plain = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    match text.chars().count() > LONGEST {
        true => plain.take(LONGEST - 1).chain(['…']).collect(),
        false => plain.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;

    #[test]
    fn columns_are_aligned_and_cells_stay_on_their_line() {
        let cell = |text: &str| Some(text.to_owned());
        let sample = Sample {
            columns: vec!["id".to_owned(), "name".to_owned()],
            rows: vec![vec![cell("1"), None], vec![cell("200"), cell("a\nb")], vec![cell("3"), cell(&"x".repeat(99))]],
        };
        let long = format!("{}…", "x".repeat(59));
        assert_eq!(sample.to_string(), format!("id   name\n1    null\n200  a\u{fffd}b\n3    {long}"));
    }
}
