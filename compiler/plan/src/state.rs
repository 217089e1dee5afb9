//! What the state store says, as plain data: which snapshots exist, what they hold, which environment shows which.
//!
//! The runner's store reads it in one go and hands it to [`crate::plan`]. Runs are a log: each commit that wrote rows
//! *adds* one run with the next number of a counter that all snapshots share. From the numbers the planner sees
//! whether a table was written after somebody who reads it, whatever plan or environment wrote it, and after whatever
//! crash; nothing has to be invalidated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::relation::Relation;
use crate::time::Timestamp;

/// The state as recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedState {
    /// Counts the changes of the state; a plan is made against one revision.
    pub revision: u64,
    /// The snapshots by their key ([`crate::file::FileNode::snapshot`]).
    pub snapshots: BTreeMap<String, RecordedSnapshot>,
    /// The environments by name; each has its nodes by name.
    pub environments: BTreeMap<String, BTreeMap<String, EnvironmentNode>>,
}

/// A snapshot whose table exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedSnapshot {
    /// The node it belongs to.
    pub node: String,
    /// Its data fingerprint.
    pub fingerprint: String,
    /// Its physical table.
    pub table: Relation,
    /// Every run that was committed, in any order.
    pub runs: Vec<RecordedRun>,
}

/// A committed run: the rows of `[start, end)` were written. The creation of an empty table is a run of
/// [`crate::time::Interval::NOTHING`]: whoever read the table afterwards has seen that it was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedRun {
    /// The first moment written.
    pub start: Timestamp,
    /// The first moment not written.
    pub end: Timestamp,
    /// The number of the commit: each greater than all before it, over all snapshots.
    pub order: u64,
    /// Whether it read anything new (`new_data` of the build step; `true` for everything else): for people, the planner
    /// finds out for itself.
    pub new_data: bool,
}

/// A node as an environment has it. The runner stores it as it stands in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentNode {
    /// The snapshot's key.
    pub snapshot: String,
    /// The data fingerprint.
    pub fingerprint: String,
    /// The fingerprint of what does not touch data: docs, cron, owner.
    pub metadata: String,
    /// A hash of the promises that its rows were checked for; behind a `+` one of the tables that its audits read.
    pub promises: String,
    /// The hashes of which the data fingerprint is made, by name; they tell why it changed.
    pub parts: BTreeMap<String, String>,
    /// The types of its columns by name, as the engine's SQL; of those columns whose type is known.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// The physical table behind the views.
    pub table: Relation,
    /// The environment's views that show it, sorted.
    pub views: Vec<Relation>,
}
