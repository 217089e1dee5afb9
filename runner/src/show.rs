//! Rows of a node as an environment shows them: what `esker show` prints.

use crate::RunError;
use crate::engines::{Column, DuckDb, Engine, Value};
use crate::state::Store;
use esker_diagnostics::nearest;
use esker_plan::file::quoted;
use serde::Serialize;
use serde_json::{Number, Value as Json};
use std::collections::BTreeMap;
use std::path::Path;

/// Some rows of a relation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// The view that they are read from: `analytics.dim_customers`.
    pub relation: String,
    /// Its columns: names and types as the engine has them.
    pub columns: Vec<ShownColumn>,
    /// The rows: booleans, whole numbers, doubles and nulls as such, all else as the engine's text.
    pub rows: Vec<Vec<Json>>,
    /// How many rows there are in all.
    pub total: u64,
}

/// A column of shown rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownColumn {
    /// Its name.
    pub name: String,
    /// Its type as the engine writes it.
    #[serde(rename = "type")]
    pub sql_type: String,
}

/// The first `limit` rows of a node (`dim_customers@2`) in an environment, in the engine's order. `attach` has the
/// databases of other projects that views may read, as the plan file has them.
pub fn show(
    database: &Path,
    project_root: &Path,
    attach: &BTreeMap<String, String>,
    environment: &str,
    node: &str,
    limit: usize,
) -> Result<Shown, RunError> {
    let nothing = |nearest: Option<&str>| RunError::NothingToShow {
        name: node.to_owned(),
        environment: environment.to_owned(),
        nearest: nearest.map(str::to_owned),
    };
    if !database.exists() {
        return Err(nothing(None));
    }
    let engine = DuckDb::open_for_reading(database, project_root)?;
    for (catalog, path) in attach {
        // One that is not there is missed only by what reads it, and that says so.
        let _ = engine.attach(catalog, &project_root.join(path));
    }
    let mut state = Store::new(&engine).read()?;
    let nodes = state.environments.remove(environment).unwrap_or_default();
    let Some(shown) = nodes.get(node) else {
        return Err(nothing(nearest(node, nodes.keys().map(String::as_str))));
    };
    let relation = shown.views.first().unwrap_or(&shown.table);
    let from = relation.to_sql();
    let columns = engine.describe(&format!("SELECT * FROM {from}"))?;
    let list: Vec<String> = columns.iter().map(plainly).collect();
    let rows = engine.query(&format!("SELECT {} FROM {from} LIMIT {limit}", list.join(", ")))?;
    let total = engine.query(&format!("SELECT count(*) FROM {from}"))?;
    let total = total.first().and_then(|row| row.first()).and_then(Value::integer).unwrap_or_default();
    Ok(Shown {
        relation: relation.to_string(),
        columns: columns.into_iter().map(|Column { name, sql_type }| ShownColumn { name, sql_type }).collect(),
        rows: rows.into_iter().map(|row| row.into_iter().map(json).collect()).collect(),
        total: u64::try_from(total).unwrap_or_default(),
    })
}

/// The column as it is where JSON has the like, otherwise as text.
fn plainly(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.sql_type.as_str() {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" | "FLOAT"
        | "DOUBLE" => name,
        _ => format!("CAST({name} AS VARCHAR)"),
    }
}

fn json(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => Json::Bool(value),
        Value::Integer(value) => Json::Number(value.into()),
        Value::Float(value) => Number::from_f64(value).map_or_else(|| Json::String(value.to_string()), Json::Number),
        Value::Text(value) => Json::String(value),
        Value::Timestamp(value) => Json::String(value.to_sql()),
    }
}
