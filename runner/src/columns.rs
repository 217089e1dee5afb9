//! The columns that a query returns against those that its table has: by name, and cast only where nothing can be lost.
//!
//! The plan's types come from the compiler's own reading of the SQL. When the engine sees another type, a cast that is
//! exact or fails (a whole number to a wider or narrower one, a date to its midnight) keeps the plan's promise; a cast
//! that would quietly round or cut is refused.

use crate::RunError;
use crate::engines::{Column, Engine};
use esker_plan::file::{self, FileKind, FileNode, quoted};

/// How a query's rows go into a table.
pub(crate) struct Fit {
    /// The table's columns.
    pub(crate) columns: Vec<Column>,
    /// The SELECT list that turns the query's rows into the table's; `None` when they are the same.
    pub(crate) projection: Option<String>,
}

/// Fits what a query returns to what the plan promises. Types that the plan does not know are the engine's.
pub(crate) fn fit_to_plan(engine: &dyn Engine, node: &FileNode, returned: &[Column]) -> Result<Fit, RunError> {
    if node.columns.is_empty() {
        return fit(node, returned, returned.to_vec());
    }
    let as_written = |column: &file::Column| {
        let sql_type = match &column.ty {
            Some(ty) => ty.clone(),
            None => find(returned, &column.name).map_or_else(String::new, |found| found.sql_type.clone()),
        };
        Column { name: column.name.clone(), sql_type }
    };
    let mut wanted: Vec<Column> = node.columns.iter().map(as_written).collect();
    // The engine's own spelling of each type, so that `numeric(18, 2)` and `DECIMAL(18,2)` are the same.
    let list = wanted.iter().filter(|column| !column.sql_type.is_empty());
    let list: Vec<String> =
        list.map(|column| format!("CAST(NULL AS {}) AS {}", column.sql_type, quoted(&column.name))).collect();
    if !list.is_empty() {
        let canonical = engine.describe(&format!("SELECT {}", list.join(", ")));
        for column in canonical.map_err(|error| RunError::from(error).of_node(&node.name))? {
            if let Some(wanted) = wanted.iter_mut().find(|wanted| wanted.name == column.name) {
                wanted.sql_type = column.sql_type;
            }
        }
    }
    fit(node, returned, wanted)
}

/// Fits what a query returns to the columns of a table.
pub(crate) fn fit(node: &FileNode, returned: &[Column], wanted: Vec<Column>) -> Result<Fit, RunError> {
    let refuse = |what: String| Err(RunError::UnexpectedColumns { node: node.name.clone(), what });
    let mut list = Vec::new();
    for column in &wanted {
        let Some(found) = find(returned, &column.name) else {
            return refuse(format!("the query returns no column `{}`", column.name));
        };
        if !casts_exactly(&found.sql_type, &column.sql_type) {
            return refuse(format!(
                "the query returns the column `{}` as {}, but it was planned as {}",
                column.name, found.sql_type, column.sql_type
            ));
        }
        let name = quoted(&column.name);
        list.push(if found.sql_type == column.sql_type {
            format!("{} AS {name}", quoted(&found.name))
        } else {
            format!("CAST({} AS {}) AS {name}", quoted(&found.name), column.sql_type)
        });
    }
    if let Some(extra) = returned.iter().find(|column| find(&wanted, &column.name).is_none()) {
        return refuse(format!("the query returns the column `{}`, which was not planned", extra.name));
    }
    if let Some(twice) = returned.iter().enumerate().find(|(at, column)| find(&returned[..*at], &column.name).is_some())
    {
        return refuse(format!("the query returns the column `{}` twice", twice.1.name));
    }
    if let FileKind::IncrementalByTime { column, .. } = &node.kind
        && find(&wanted, column).is_none()
    {
        return refuse(format!("the query returns no column `{column}`, which is to be its time column"));
    }
    let projection = (returned != wanted).then(|| list.join(", "));
    Ok(Fit { columns: wanted, projection })
}

fn find<'c>(columns: &'c [Column], name: &str) -> Option<&'c Column> {
    columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

/// Whether a cast keeps every value as it is, or fails.
fn casts_exactly(from: &str, to: &str) -> bool {
    const WHOLE: &[&str] = &[
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
    ];
    const FIT_A_DOUBLE: &[&str] = &["TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "FLOAT"];
    const MOMENTS: &[&str] = &["TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS"];
    let scale =
        |of: &str| of.strip_prefix("DECIMAL(")?.strip_suffix(')')?.split_once(',')?.1.trim().parse::<u32>().ok();
    if from == to || from == "\"NULL\"" || from == "NULL" {
        return true;
    }
    match to {
        "DOUBLE" => FIT_A_DOUBLE.contains(&from),
        "VARCHAR" => from.starts_with("ENUM("),
        "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE" => from == "DATE" || MOMENTS.contains(&from),
        _ if WHOLE.contains(&to) => WHOLE.contains(&from),
        _ => match (scale(from), scale(to)) {
            (Some(from), Some(to)) => from <= to,
            (None, Some(_)) => WHOLE.contains(&from),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::casts_exactly;

    #[test]
    fn only_casts_that_are_exact_or_fail() {
        let exact = [
            ("INTEGER", "BIGINT"),
            ("HUGEINT", "BIGINT"),
            ("BIGINT", "DECIMAL(18,2)"),
            ("DECIMAL(18,2)", "DECIMAL(38,2)"),
            ("DATE", "TIMESTAMP"),
            ("INTEGER", "DOUBLE"),
            ("\"NULL\"", "VARCHAR"),
        ];
        for (from, to) in exact {
            assert!(casts_exactly(from, to), "{from} -> {to}");
        }
        let lossy = [
            ("DOUBLE", "DECIMAL(18,2)"),
            ("DECIMAL(18,3)", "DECIMAL(18,2)"),
            ("BIGINT", "DOUBLE"),
            ("VARCHAR", "INTEGER"),
            ("TIMESTAMP", "DATE"),
            ("DOUBLE", "INTEGER"),
            ("INTEGER", "VARCHAR"),
        ];
        for (from, to) in lossy {
            assert!(!casts_exactly(from, to), "{from} -> {to}");
        }
    }
}
