//! `esker show`: rows of a model, as an environment shows them.

use crate::commands::columns::unknown;
use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Global, RowFormat, Show};
use crate::output::{Output, Tint, count, grouped, paint};
use crate::table::{Heading, table};
use esker_runner::{RunError, Shown};
use serde_json::Value;
use std::fmt::Write;

pub(crate) fn run(global: &Global, options: &Show, output: &Output) -> Result<(), Failure> {
    let opened = Opened::new(global)?;
    let found = opened.session.find_node(&options.model);
    let node =
        found.as_ref().ok().and_then(|label| opened.session.nodes().into_iter().find(|node| node.label == *label));
    if let Some(label) = node.as_ref().filter(|node| node.kind == Some("ephemeral")).map(|node| &node.label) {
        return Err(Failure::unusable(format!(
            "`{label}` is ephemeral: its SQL stands in what reads it, so there is no table of it to show"
        ))
        .help("Show a model that reads it, or make it a `view`."));
    }
    if let Some(label) = node.as_ref().filter(|node| node.role == "source").map(|node| &node.label) {
        return Err(Failure::unusable(format!(
            "`{label}` is a source: others write it, so there is no table of it to show"
        ))
        .help("Show a model that reads it."));
    }
    // A model that the project has no more, or whose file is broken just now, may still be in the environment.
    let name = found.as_ref().unwrap_or(&options.model);
    let environment = opened.environment(options.environment.as_ref());
    let limit = usize::try_from(options.limit).unwrap_or(usize::MAX);
    let others = opened.session.databases().all();
    match esker_runner::show(&opened.database()?, &opened.root, &others, &environment, name, limit) {
        Ok(shown) => output.print(&match options.format {
            RowFormat::Table => for_people(&shown, output.color),
            RowFormat::Json => json_lines(&shown),
            RowFormat::Csv => csv(&shown),
        }),
        Err(RunError::NothingToShow { nearest, .. }) if found.is_err() => {
            Err(unknown(&options.model, found.err().flatten().or(nearest)))
        }
        // The project has it: another name is not what was meant.
        Err(RunError::NothingToShow { name, environment, .. }) => {
            Err(RunError::NothingToShow { name, environment, nearest: None }.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn for_people(shown: &Shown, color: bool) -> String {
    let headings: Vec<Heading> = shown
        .columns
        .iter()
        .map(
            |column| {
                if is_number(&column.sql_type) { Heading::right(&column.name) } else { Heading::left(&column.name) }
            },
        )
        .collect();
    let rows: Vec<Vec<String>> = shown
        .rows
        .iter()
        .map(|row| row.iter().map(|value| plain(value).unwrap_or_else(|| "NULL".to_owned())).collect())
        .collect();
    let mut text = table(&headings, &rows, color);
    let all = shown.rows.len() as u64 == shown.total;
    let rows = count(shown.total, "row", "rows");
    let rows = if all { rows } else { format!("{} of {rows}", grouped(shown.rows.len() as u64)) };
    let _ = writeln!(text, "\n{}", paint(&format!("{rows} of {}", shown.relation), Tint::Dim, color));
    text
}

fn is_number(sql_type: &str) -> bool {
    const NUMBERS: [&str; 12] = [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
        "FLOAT",
        "DOUBLE",
    ];
    NUMBERS.contains(&sql_type) || (sql_type.starts_with("DECIMAL(") && sql_type.ends_with(')'))
}

/// The value as text; nothing for null.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// One object a line, its keys in the order of the columns.
fn json_lines(shown: &Shown) -> String {
    let mut text = String::new();
    for row in &shown.rows {
        let pairs = shown.columns.iter().zip(row);
        let pairs: Vec<String> =
            pairs.map(|(column, value)| format!("{}:{value}", Value::String(column.name.clone()))).collect();
        let _ = writeln!(text, "{{{}}}", pairs.join(","));
    }
    text
}

/// With a header. Null is nothing; the empty text is `""`.
fn csv(shown: &Shown) -> String {
    let field = |text: &str| match text.is_empty() || text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let header = shown.columns.iter().map(|column| field(&column.name)).collect();
    let rows = shown.rows.iter();
    let rows =
        rows.map(|row| row.iter().map(|value| plain(value).map_or_else(String::new, |text| field(&text))).collect());
    std::iter::once(header).chain(rows).map(|fields: Vec<String>| fields.join(",") + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use esker_runner::ShownColumn;
    use serde_json::json;

    fn shown() -> Shown {
        let column = |name: &str, sql_type: &str| ShownColumn { name: name.to_owned(), sql_type: sql_type.to_owned() };
        Shown {
            relation: "main.a".to_owned(),
            columns: vec![column("z", "VARCHAR"), column("a", "DECIMAL(18,2)")],
            rows: vec![vec![json!("x,\"y\""), json!("1.50")], vec![json!(""), json!(null)]],
            total: 3_000,
        }
    }

    #[test]
    fn csv_tells_null_from_the_empty_text() {
        assert_eq!(csv(&shown()), "z,a\n\"x,\"\"y\"\"\",1.50\n\"\",\n");
    }

    #[test]
    fn json_keeps_the_order_of_the_columns() {
        assert_eq!(json_lines(&shown()), "{\"z\":\"x,\\\"y\\\"\",\"a\":\"1.50\"}\n{\"z\":\"\",\"a\":null}\n");
    }

    #[test]
    fn the_table_says_how_much_it_leaves_out() {
        let text = for_people(&shown(), false);
        assert!(text.contains("x,\"y\"  1.50\n"), "{text}");
        assert!(text.ends_with("\n2 of 3,000 rows of main.a\n"), "{text}");
    }

    #[test]
    fn numbers_are_known_by_their_types() {
        for number in ["BIGINT", "UINTEGER", "HUGEINT", "DECIMAL(18,2)", "DOUBLE"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["VARCHAR", "TIMESTAMP", "INTERVAL", "BIGINT[]", "DECIMAL(18,2)[]", "POINT"] {
            assert!(!is_number(other), "{other}");
        }
    }
}
