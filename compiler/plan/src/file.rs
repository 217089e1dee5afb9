//! The plan file: everything the runner needs to do, with nothing left for it to work out.
//!
//! It is JSON with a format name, a version and an id. The id is a hash of all the rest, so a file that was edited by
//! hand is found out. Lists stand in a fixed order: nodes parents first, steps in an order in which they could be run
//! one by one, the last of them the promotion.
//!
//! What running a step means (the runner's half of the contract):
//!
//! * [`StepKind::Create`]: an incremental node gets an empty table (from `columns`, or from its query when a type is
//!   unknown); a view node gets `CREATE OR REPLACE VIEW table AS sql`. Records the snapshot, and one run of
//!   [`Interval::NOTHING`]: from then on it can be read.
//! * [`StepKind::Load`], [`StepKind::Build`]: `CREATE OR REPLACE TABLE table AS sql`, `$start` and `$end` being the
//!   step's range. Records the snapshot and one run of that range.
//! * [`StepKind::Backfill`]: deletes the rows whose time column lies in the range, inserts the query's rows, and records
//!   one run of that range: one transaction. A row outside of the range, or without a time, fails the step.
//! * [`StepKind::Check`]: judges the node's `checks` and `audits` over all its rows; writes nothing.
//! * Whatever writes rows, or makes a view, judges the node's `checks` on what it wrote, and its `audits` on the whole
//!   table (a backfill only where it says so). What breaks fails the step; an audit that only warns is told.
//! * [`StepKind::Promote`]: makes [`Promotion::views`], drops [`Promotion::drop`], records [`Promotion::nodes`] as the
//!   environment: one transaction.
//!
//! A run is recorded by *adding* it to the snapshot's runs with the next number of a counter (see [`crate::state`]);
//! earlier runs stay.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::promise::is_false;
pub use crate::promise::{Audit, Check, CheckRule};
pub use crate::relation::{Relation, quoted};
use crate::state::EnvironmentNode;
use crate::time::{Interval, Timestamp, Unit};

/// What the `format` field says.
pub const FORMAT: &str = "esker-plan";
/// What the `version` field says.
pub const VERSION: u32 = 1;

/// A plan, as written to disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`].
    pub version: u32,
    /// 32 hexadecimal digits: a hash of everything else in the file.
    pub id: String,
    /// The project's name.
    pub project: String,
    /// The environment whose views are moved at the end.
    pub environment: String,
    /// The state's revision when the plan was made; when it has moved, the runner refuses.
    pub state_revision: u64,
    /// The time the plan was made for.
    pub now: Timestamp,
    /// What was asked for on the command line.
    pub options: FileOptions,
    /// The databases of other projects, by the catalog under which the SQL names them: paths, from the project's root,
    /// of files that are attached for reading.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attach: BTreeMap<String, String>,
    /// What differs from the environment as it was recorded; unchanged nodes are not listed.
    pub changes: Vec<Change>,
    /// What differs, too, and stays as it is because the selection does not cover it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Change>,
    /// All nodes that the plan covers, parents first: those of the project, unless a selection narrows it.
    pub nodes: Vec<FileNode>,
    /// What to do, in an order in which it could be done one by one; empty when there is nothing to do.
    pub steps: Vec<Step>,
    /// What the environment is to look like; its step is the last one. `None` when it already looks so.
    pub promotion: Option<Promotion>,
}

/// The options a plan was made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileOptions {
    /// `--start`
    pub start: Option<Timestamp>,
    /// `--end`, excluded (a date on the command line became the midnight that follows it).
    pub end: Option<Timestamp>,
    /// `--ignore-cron`
    pub ignore_cron: bool,
    /// `--select`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<String>,
}

/// A node of the plan: one version of a model, or a seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileNode {
    /// `dim_customers@2`, `stg_orders`.
    pub name: String,
    /// The data fingerprint: 128 bits or more, hexadecimal.
    pub fingerprint: String,
    /// The snapshot's key in the state: 32 hexadecimal digits, from the name and the fingerprint (for a view also from
    /// the snapshots that it reads).
    pub snapshot: String,
    /// The snapshot's physical table, or view.
    pub table: Relation,
    /// What kind of node it is.
    pub kind: FileKind,
    /// The table's columns in order; empty when not known (then the query decides).
    pub columns: Vec<Column>,
    /// The node's docs: the comment of its table and views.
    pub comment: Option<String>,
    /// What must hold of its rows before they become visible, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Queries that return the rows which break a rule, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audits: Vec<Audit>,
    /// The query. References are physical tables already; `$start` and `$end` are left as parameters (timestamps).
    pub sql: String,
    /// The nodes that it reads directly, sorted.
    pub parents: Vec<String>,
    /// A seed's file: the runner refuses the plan when its content has changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<DataFile>,
}

/// A file of the project whose content is part of a node's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// From the project's root.
    pub path: String,
    /// [`DataFile::hash`] of its content.
    pub hash: String,
}

impl DataFile {
    /// The first 32 hexadecimal digits of the content's BLAKE3 hash.
    pub fn hash(content: &[u8]) -> String {
        blake3::hash(content).to_hex()[..32].to_string()
    }
}

/// A column of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as the engine's SQL; `None` when not known.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// Its docs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The kinds of node that can be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum FileKind {
    /// A file of the project, loaded once for each content.
    Seed,
    /// A table that is made anew as a whole.
    Full,
    /// A view.
    View,
    /// A table that grows by cells.
    IncrementalByTime {
        /// The column that says to which cell a row belongs.
        column: String,
        /// That column's type as the engine's SQL, when known: a `DATE` is compared as its midnight.
        column_type: Option<String>,
        /// The length of a cell.
        unit: Unit,
    },
}

/// How a node differs from what the environment has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The node's name.
    pub node: String,
    /// In which way it differs.
    pub kind: ChangeKind,
    /// Why, each in a few words: `rows changed`, `column lifetime changed`.
    pub reasons: Vec<String>,
    /// Whether a snapshot with just this identity exists already, so that its data is used again.
    pub reused: bool,
}

/// The ways in which a node can differ from what the environment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The environment does not have it.
    New,
    /// Its data differs.
    Changed,
    /// Its data stays; docs, schedule or the like differ, or a view is tied to another table.
    Metadata,
    /// The project does not have it any more.
    Removed,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its position in [`PlanFile::steps`], from 0.
    pub id: usize,
    /// The node's name; empty for the promotion.
    pub node: String,
    /// What to do.
    #[serde(flatten)]
    pub kind: StepKind,
    /// The steps that must have succeeded before, ascending, each smaller than `id`.
    pub after: Vec<usize>,
    /// Why it is there, in one sentence.
    pub why: String,
}

/// What a step does; the page of [`crate::file`] says how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum StepKind {
    /// Makes an incremental node's empty table, or a view node's view.
    Create,
    /// Loads a seed.
    Load {
        /// What the run is recorded for.
        range: Interval,
    },
    /// Makes a full node's table anew.
    Build {
        /// What `$start` and `$end` are, and what the run is recorded for.
        range: Interval,
        /// Whether something of the project that it reads has changed since its last build; `false` when only its cron
        /// has ticked (files outside may have changed). Recorded with the run.
        new_data: bool,
    },
    /// Runs consecutive cells together.
    Backfill {
        /// From the first cell's start to the last one's end.
        range: Interval,
        /// How many cells that is.
        cells: u64,
        /// How many of them ran before and run again.
        again: u64,
        /// Whether the node's audits are judged with it: it is the last batch, and waits for the others. If one fails,
        /// they are not recorded as complete any longer.
        #[serde(default, skip_serializing_if = "is_false")]
        audited: bool,
    },
    /// Judges promises that were not made yet when the node's rows were written.
    Check,
    /// Moves the environment's views: [`PlanFile::promotion`].
    Promote,
}

/// What the environment is to look like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// All views of the environment, sorted by relation, those that stay as they are included. Those of nodes that the
    /// plan does not list stay untouched unless they move.
    pub views: Vec<PromotedView>,
    /// Views that it has and is to have no longer, sorted.
    pub drop: Vec<Relation>,
    /// What is recorded as the environment's content, by node name.
    pub nodes: BTreeMap<String, EnvironmentNode>,
}

/// A view of the environment: `select * from table`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotedView {
    /// The view, as readers know it.
    pub view: Relation,
    /// The node behind it.
    pub node: String,
    /// The physical table behind it.
    pub table: Relation,
    /// Whether it is new or shows another table than before; the others need not be touched.
    pub moves: bool,
}
