//! Values and names as declarations hold them: without positions, checked for being what they look like.

use crate::{VersionName, text_literal};
use chrono::{NaiveDate, NaiveDateTime};
use esker_grammar::sql::SqlText;

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `"text"`
    Text(String),
    /// `42`, digits without underscores, with their sign.
    Integer(String),
    /// `1.5`, likewise.
    Decimal(String),
    /// `true`
    Bool(bool),
    /// `null`
    Null,
    /// `2024-01-31`
    Date(NaiveDate),
    /// `2024-01-31T05:00:00Z`, in UTC.
    Timestamp(NaiveDateTime),
    /// `3 days`: a count and a unit without its `s`.
    Interval(u32, String),
    /// A bare word: a column, or the name of a node.
    Word(String),
    /// A node with a version or a dotted name.
    Node(NodeName),
    /// `sql { amount >= 0 }`
    Sql(SqlText),
    /// `("a", "b")`
    List(Vec<Value>),
}

impl Value {
    /// The value as SQL; a word is a text. Nothing for nodes and SQL.
    pub fn to_sql(&self) -> Option<String> {
        Some(match self {
            Self::Text(text) | Self::Word(text) => text_literal(text),
            Self::Integer(digits) | Self::Decimal(digits) => digits.clone(),
            Self::Bool(value) => value.to_string(),
            Self::Null => "null".into(),
            Self::Date(date) => format!("date '{date}'"),
            Self::Timestamp(moment) => format!("timestamp '{}'", moment.format("%Y-%m-%d %H:%M:%S%.f")),
            Self::Interval(count, unit) => format!("interval {count} {unit}"),
            Self::List(values) => {
                let values: Option<Vec<String>> = values.iter().map(Self::to_sql).collect();
                format!("[{}]", values?.join(", "))
            }
            Self::Node(_) | Self::Sql(_) => return None,
        })
    }
}

/// A node as a declaration names it: `customers`, `customers@2`, `raw.orders`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeName {
    /// The name, dots included.
    pub name: String,
    /// The version behind `@`.
    pub version: Option<VersionName>,
}

impl std::fmt::Display for NodeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}@{version}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// `deprecated 2027-06-30 "why"`: from that day on (UTC), reading it is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecation {
    /// The first moment at which it is not to be read.
    pub date: NaiveDateTime,
    /// The reason that readers are told.
    pub reason: Option<String>,
}
