//! How tables and views of the engine are named.

use serde::{Deserialize, Serialize};

/// A relation of the engine: a table or a view in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// The schema.
    pub schema: String,
    /// The table or view.
    pub name: String,
}

impl Relation {
    /// `"schema"."name"`, quoted for SQL.
    pub fn to_sql(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

impl std::fmt::Display for Relation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// An identifier in double quotes, as standard SQL wants it.
pub fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
