//! What must hold of a node's rows: the contract's promises, and audits.

use serde::{Deserialize, Serialize};

/// A promise of a contract that only data can keep: judged in the transaction that writes the rows, which is rolled
/// back when it is broken. For a view it is judged when the view is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// In the words of the contract: `id not null`, `primary key (id)`, `check (amount >= 0)`.
    pub title: String,
    /// What must hold.
    #[serde(flatten)]
    pub rule: CheckRule,
}

/// What a check demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckRule {
    /// A condition that is false for no row (as SQL's CHECK, it is kept where it is null).
    Holds(String),
    /// Columns whose values together are distinct over the whole table, rows with a null among them left out.
    Unique(Vec<String>),
}

/// A use of an audit: a query that returns the rows which break a rule, judged over the whole table in the transaction
/// that writes rows. Of several batches of one plan it is judged with the last ([`crate::file::StepKind::Backfill`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// As the use is written: `accepted_range(lifetime, min => 0)`.
    pub title: String,
    /// Whether rows that break it are told and kept. Otherwise they fail the step.
    #[serde(default, skip_serializing_if = "is_false")]
    pub warn: bool,
    /// The query, over physical tables.
    pub sql: String,
}

pub(crate) fn is_false(value: &bool) -> bool {
    !value
}
