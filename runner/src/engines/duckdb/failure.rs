//! DuckDB's complaints as [`EngineError`]s: its JSON unpacked, its thirty lines about a CSV file cut to the two that help.

use super::super::{EngineError, ErrorClass};
use serde_json::Value as Json;
use std::path::Path;

/// What a statement failed with.
pub(super) fn of(error: &duckdb::Error, project_root: &str) -> EngineError {
    of_text(&without_root(&text(error), project_root))
}

/// A message with its paths counted from the project's root.
pub(super) fn without_root(message: &str, project_root: &str) -> String {
    message.replace(&format!("{}/", project_root.trim_end_matches('/')), "")
}

/// What opening `database` failed with.
pub(super) fn of_opening(database: &Path, error: &duckdb::Error) -> EngineError {
    let told = unpack(&text(error)).message;
    let (class, message, hint) = if let Some((_, holder)) = told.split_once("Conflicting lock is held in ") {
        let (program, pid) = match holder.split_once(" (PID ") {
            Some((program, rest)) => {
                (Some(program.to_owned()), rest.split(')').next().and_then(|pid| pid.parse().ok()))
            }
            None => (None, None),
        };
        let by = pid.map_or_else(String::new, |pid: u32| format!(" (process {pid})"));
        let message = format!("another process{by} is using the database `{}`", database.display());
        let hint = "Wait until it has finished, or end it; a run that is stopped loses nothing.".to_owned();
        (ErrorClass::Locked { program, pid }, message, hint)
    } else if told.contains("Could not set lock on file") {
        let message = format!("another process is using the database `{}`", database.display());
        (ErrorClass::Locked { program: None, pid: None }, message, "Wait until it has finished.".to_owned())
    } else if told.contains("Permission denied") || told.contains("Read-only file system") {
        let message = format!("the database `{}` may not be written", database.display());
        (ErrorClass::ReadOnly, message, "Allow writing, or choose another database.".to_owned())
    } else if told.contains("not a valid DuckDB database file") || database.is_dir() {
        let message = format!("`{}` is not a DuckDB database", database.display());
        (ErrorClass::Unusable, message, "Choose another file; nothing was changed in this one.".to_owned())
    } else if database.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        let message = format!("the database `{}` cannot be created: its folder does not exist", database.display());
        (ErrorClass::Unusable, message, "Create the folder.".to_owned())
    } else {
        let message = format!("the database `{}` cannot be opened: {told}", database.display());
        (ErrorClass::Unusable, message, "See that the file is whole and made by this version of DuckDB.".to_owned())
    };
    EngineError { class, message, position: None, hint: Some(hint) }
}

fn text(error: &duckdb::Error) -> String {
    match error {
        duckdb::Error::DuckDBFailure(_, Some(text)) => text.clone(),
        other => other.to_string(),
    }
}

/// The pieces of a complaint.
struct Told {
    kind: String,
    message: String,
    position: Option<usize>,
    candidates: Option<String>,
}

/// Errors come as `{json}`, as `Parser Error: {json}`, or as plain text where the engine has no more to say.
fn unpack(text: &str) -> Told {
    let json = text.find('{').and_then(|start| serde_json::from_str::<Json>(&text[start..]).ok());
    let field = |name: &str| json.as_ref().and_then(|json| json.get(name)).and_then(Json::as_str);
    match field("exception_message") {
        Some(message) => Told {
            kind: field("exception_type").unwrap_or_default().to_owned(),
            message: message.to_owned(),
            position: field("position").and_then(|at| at.parse().ok()),
            candidates: field("candidates").filter(|names| !names.is_empty()).map(str::to_owned),
        },
        None => {
            let (kind, message) = text.split_once(" Error: ").unwrap_or(("", text));
            Told { kind: kind.to_owned(), message: message.to_owned(), position: None, candidates: None }
        }
    }
}

fn of_text(text: &str) -> EngineError {
    let told = unpack(text);
    if let Some(error) = of_data_file(&told) {
        return error;
    }
    let class = match told.kind.as_str() {
        "Parser" | "Syntax" => ErrorClass::Syntax,
        "Binder" | "Catalog" | "Not implemented" => ErrorClass::Binding,
        "Conversion" | "Invalid Input" | "Out of Range" | "Mismatch Type" | "Divide by Zero" => ErrorClass::Data,
        "Constraint" => ErrorClass::Constraint,
        "INTERRUPT" | "Interrupt" => ErrorClass::Interrupted,
        "TransactionContext" if told.message.contains("onflict") => ErrorClass::Conflict,
        "Out of Memory" => ErrorClass::Resources,
        "IO" if told.message.contains("No space left") => ErrorClass::Resources,
        _ if told.message.contains("Interrupted!") => ErrorClass::Interrupted,
        _ => ErrorClass::Other,
    };
    let first = told.message.lines().map(str::trim).find(|line| !line.is_empty());
    let message = first.unwrap_or("the engine gives no reason").trim_end_matches('!').to_owned();
    let hint = told.candidates.map(|names| format!("Did you mean `{names}`?"));
    EngineError { class, message, position: told.position, hint }
}

/// Missing files and faults inside of files, which DuckDB explains at great length.
fn of_data_file(told: &Told) -> Option<EngineError> {
    let error = |class, message, hint: &str| {
        Some(EngineError { class, message, position: told.position, hint: Some(hint.to_owned()) })
    };
    let message = &told.message;
    if let Some(pattern) = between(message, "No files found that match the pattern \"", "\"") {
        let text = format!("no file matches `{pattern}`");
        return error(
            ErrorClass::MissingFile { pattern: pattern.to_owned() },
            text,
            "Put the file there, or correct the path where the source is declared.",
        );
    }
    if let Some(file) = between(message, "Error when sniffing file \"", "\"") {
        let counts =
            between(message, "and they contain: ", " columns").zip(between(message, "found by the sniffer: ", "."));
        let text = match counts {
            Some((declared, found)) => {
                format!("`{file}` does not have the declared columns: {declared} are declared, {found} found")
            }
            None => format!("`{file}` cannot be read as CSV"),
        };
        let class = ErrorClass::BadFile { file: file.to_owned(), line: None };
        return error(class, text, "See that every line has as many values as there are columns.");
    }
    if message.starts_with("Schema mismatch between globbed files") {
        let part = |before, after| between(message, before, after).unwrap_or("another file");
        let (main, file) = (part("Main file schema: ", "\n"), part("Current file: ", "\n"));
        let text = match between(message, "Column with name: \"", "\" is missing") {
            Some(column) => format!("{file} has no column `{column}`, which {main} has"),
            None => format!("{file} does not have the columns that {main} has"),
        };
        let hint = "Files that are read together have the same columns; `{ union_by_name true }` behind the path reads \
                    what a file lacks as nulls.";
        return error(ErrorClass::BadFile { file: file.to_owned(), line: None }, text, hint);
    }
    if let Some(columns) = between(message, "Columns with names: ", " do not exist in the CSV File") {
        let columns = columns.replace('"', "`").replace(',', ", ");
        let class = ErrorClass::BadFile { file: "a CSV file".to_owned(), line: None };
        let text = format!("a CSV file that is read has no column {columns}");
        return error(class, text, "Correct the first line of the file, or the declaration.");
    }
    let line = between(message, "CSV Error on Line: ", "\n")?;
    let file = between(message, "\n  file = ", "\n").unwrap_or("the CSV file");
    let fault = if let Some(column) = between(message, "Error when converting column \"", "\"") {
        let value = between(message, "Could not convert string \"", "\" to '");
        let wanted = message.split_once("\" to '").and_then(|(_, rest)| rest.split('\'').next());
        match (value, wanted) {
            (Some(value), Some(wanted)) => {
                let article = if wanted.starts_with('I') { "an" } else { "a" };
                format!("column `{column}`: `{}` is not {article} {wanted}", shorten(value))
            }
            _ => format!("column `{column}` has a value that does not fit its type"),
        }
    } else if let Some(counts) = between(message, "Expected Number of Columns: ", "\n") {
        let (declared, found) = counts.split_once(" Found: ").unwrap_or((counts, "another number"));
        format!("it has {found} values, where {declared} columns are expected")
    } else if message.contains("unterminated quote") {
        "a quoted value is not closed".to_owned()
    } else if message.contains("Invalid unicode") {
        "the text is not UTF-8".to_owned()
    } else {
        let reason = message.lines().nth(2).unwrap_or("the line cannot be read");
        reason.trim_end_matches('.').to_owned()
    };
    let class = ErrorClass::BadFile { file: file.to_owned(), line: line.trim().parse().ok() };
    let mut text = format!("{file}, line {}: {fault}", line.trim());
    if let Some(original) = between(message, "Original Line: ", "\n") {
        text.push_str(&format!("\n    {}", shorten(original)));
    }
    let hint = match message.contains("Error when converting column") {
        true => "Correct the value in the file, or declare the column with a type that takes it.",
        false => "Correct the line in the file.",
    };
    error(class, text, hint)
}

/// What stands between two texts; to the end where the second is missing.
pub(super) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after).map_or(rest, |(inside, _)| inside))
}

fn shorten(text: &str) -> String {
    const LONGEST: usize = 120;
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "{\"exception_type\":\"Conversion\",\"exception_message\":\"CSV Error on Line: 3\\nOriginal Line: 2,abc\\nError when converting column \\\"v\\\". Could not convert string \\\"abc\\\" to 'DOUBLE'\\n\\nColumn v is being converted as type DOUBLE\\n\\n  file = /p/data/x.csv\\n  delimiter = ,\\n\"}";

    #[test]
    fn a_wrong_value_names_file_line_column_value_and_type() {
        let error = of_text(CSV);
        assert_eq!(error.message, "/p/data/x.csv, line 3: column `v`: `abc` is not a DOUBLE\n    2,abc");
        assert_eq!(error.class, ErrorClass::BadFile { file: "/p/data/x.csv".to_owned(), line: Some(3) });
    }

    #[test]
    fn classes_positions_and_hints() {
        let binder = of_text(
            "{\"exception_type\":\"Binder\",\"exception_message\":\"Referenced column \\\"x\\\" not found in FROM clause!\\nCandidate bindings: \\\"ts\\\"\",\"candidates\":\"ts\",\"position\":\"7\"}",
        );
        assert_eq!(binder.class, ErrorClass::Binding);
        assert_eq!(binder.position, Some(7));
        assert_eq!(binder.message, "Referenced column \"x\" not found in FROM clause");
        assert_eq!(binder.hint.as_deref(), Some("Did you mean `ts`?"));

        let parser = of_text(
            "Parser Error: {\"exception_type\":\"Parser\",\"exception_message\":\"syntax error at or near \\\"selec\\\"\",\"position\":\"0\"}",
        );
        assert_eq!((parser.class, parser.position), (ErrorClass::Syntax, Some(0)));

        let missing = of_text("IO Error: No files found that match the pattern \"data/orders/*.csv\"");
        assert_eq!(missing.message, "no file matches `data/orders/*.csv`");
    }

    #[test]
    fn no_text_breaks_it() {
        for text in [
            "",
            "{",
            "{}",
            "é Error: ",
            "CSV Error on Line: ",
            "Error when sniffing file \"",
            "{\"exception_message\":\"\"}",
        ] {
            assert!(!of_text(text).message.is_empty(), "{text:?}");
        }
    }
}
