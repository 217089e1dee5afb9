//! What a data file holds, as the engine sees it: for a project that begins with files.

use crate::RunError;
use crate::engines::{Column, DuckDb, Engine, Value, literal};
use crate::show::ShownColumn;
use std::path::Path;

/// The columns of a file, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileColumns {
    /// Names and types, in order.
    pub columns: Vec<ShownColumn>,
    /// Options that its reader needs since the file is not written in the usual way, with their values: `delim`, `;`.
    pub options: Vec<(&'static str, String)>,
}

/// The columns of a data file; `path` is from `root`, and its extension says what it is: `csv`, `parquet`, `json`.
pub fn file_columns(root: &Path, path: &str) -> Result<FileColumns, RunError> {
    let engine = DuckDb::in_memory(root)?;
    let file = literal(path);
    let shown = |Column { name, sql_type }| ShownColumn { name, sql_type: sql_type.to_lowercase() };
    if !path.to_lowercase().ends_with(".csv") {
        let columns = engine.describe(&format!("SELECT * FROM {file}"))?;
        return Ok(FileColumns { columns: columns.into_iter().map(shown).collect(), options: Vec::new() });
    }
    let dialect = format!(
        "SELECT Delimiter, Quote, CAST(HasHeader AS VARCHAR), DateFormat, TimestampFormat FROM sniff_csv({file})"
    );
    let sniffed = engine.query(&dialect)?;
    let said =
        |column: usize| sniffed.first().and_then(|row| row.get(column)).and_then(Value::text).unwrap_or_default();
    let columns = engine.describe(&format!("SELECT * FROM read_csv({file})"))?;
    let mut options = Vec::new();
    if !matches!(said(0), "," | "") {
        options.push(("delim", said(0).to_owned()));
    }
    if !matches!(said(1), "\"" | "" | "(empty)" | "\0") {
        options.push(("quote", said(1).to_owned()));
    }
    if said(2) == "false" {
        options.push(("header", "false".to_owned()));
    }
    // The engine guesses how dates are written, and a declared column is read in the standard way unless it is told.
    for (column, option, usual) in [(3, "dateformat", "%Y-%m-%d"), (4, "timestampformat", "%Y-%m-%d %H:%M:%S")] {
        if !said(column).is_empty() && !said(column).starts_with(usual) {
            options.push((option, said(column).to_owned()));
        }
    }
    Ok(FileColumns { columns: columns.into_iter().map(shown).collect(), options })
}
