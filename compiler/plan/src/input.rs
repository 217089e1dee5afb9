//! What the driver hands to the planner: the project's nodes, resolved and fingerprinted, as plain data.

use std::collections::{BTreeMap, BTreeSet};

use crate::file::{Check, Column, DataFile, Relation};
use crate::time::{Cron, Timestamp, Unit};

/// A whole project, ready to be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanInput {
    /// The project's name.
    pub project: String,
    /// Every node, parents before children, otherwise in any fixed order.
    pub nodes: Vec<PlanNode>,
    /// What the plan is narrowed to; `None` for all of the project.
    pub selected: Option<Selected>,
    /// The databases of other projects that are read, from the project's root, by the catalog under which the SQL names
    /// them: [`crate::naming::catalog`] of the project's name.
    pub attach: BTreeMap<String, OtherDatabase>,
}

/// The database of another project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherDatabase {
    /// Its file, from this project's root.
    pub path: String,
    /// The databases that its views read in turn, by their catalogs.
    pub further: BTreeMap<String, String>,
}

/// What a plan is narrowed to. It covers these nodes and everything that they need: what they read, and what their
/// audits read. The rest of the project stays in the environment as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// As the user wrote it, for the plan file.
    pub text: String,
    /// By index in [`PlanInput::nodes`].
    pub nodes: BTreeSet<usize>,
}

/// A node: one version of a model, or a seed. Sources are not nodes; what is read from them stands in the SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanNode {
    /// `dim_customers@2`, `stg_orders`: unique in the project.
    pub name: String,
    /// How it is made.
    pub kind: NodeKind,
    /// When finished cells become due; [`Cron::daily`] when the model does not say.
    pub cron: Cron,
    /// The model's own start.
    pub start: Option<Timestamp>,
    /// The earliest start of the sources that it reads directly.
    pub source_start: Option<Timestamp>,
    /// Of an incremental node: cells that are not wholly before it are never computed. As the start, it belongs into
    /// the fingerprint: a table is never trimmed.
    pub end: Option<Timestamp>,
    /// The data fingerprint, hexadecimal, 128 bits at least.
    pub fingerprint: String,
    /// A hash of what does not touch data: docs, owner, tags, cron, start, lookback, batch.
    pub metadata: String,
    /// Hashes that say what the data fingerprint is made of, so that a change can be explained:
    /// `rows`, `kind`, `column:NAME` for the node's own text; `upstream:NODE` or `upstream:NODE.COLUMN` for what it
    /// reads; any other key is called by its name.
    pub parts: BTreeMap<String, String>,
    /// The relations under which readers know it, in production's names: `analytics.dim_customers_v2`, and for the
    /// latest version `analytics.dim_customers`.
    pub relations: Vec<Relation>,
    /// Its columns in order; empty when not known.
    pub columns: Vec<Column>,
    /// What must hold of its rows before they become visible.
    pub checks: Vec<Check>,
    /// Queries that return the rows which break a rule, in order.
    pub audits: Vec<PlanAudit>,
    /// Its docs.
    pub comment: Option<String>,
    /// A seed's file; its hash is part of the fingerprint.
    pub file: Option<DataFile>,
    /// Its query, with the places where other nodes stand.
    pub sql: Vec<SqlPiece>,
}

/// How a node is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A file of the project; its fingerprint covers the file's content.
    Seed,
    /// A table, as a whole.
    Full,
    /// A view.
    View,
    /// A table, cell by cell.
    IncrementalByTime {
        /// The time column.
        column: String,
        /// The length of a cell; without it the cron decides.
        every: Option<Unit>,
        /// How many cells before each cell run again with it.
        lookback: u32,
        /// How many cells run together at most; `None` is without limit.
        batch: Option<u32>,
    },
}

/// A use of an audit, ready to be run.
///
/// It is judged over the whole table, after the rows are written and before they are committed; of a table that grows in
/// several batches, with the last of them. A node that stands in it has its rows by then, but it is no parent: neither
/// fingerprint nor cells depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanAudit {
    /// As the use is written: `accepted_range(lifetime, min => 0)`.
    pub title: String,
    /// Whether rows that break it are told, and nothing else.
    pub warn: bool,
    /// The query that returns the rows that break it; the node itself may stand in it.
    pub sql: Vec<SqlPiece>,
}

/// A piece of a node's query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlPiece {
    /// SQL as it is.
    Text(String),
    /// The relation of the node with this index in [`PlanInput::nodes`].
    Node(usize),
}

impl PlanNode {
    /// The nodes that it reads, by index, ascending.
    pub fn parents(&self) -> Vec<usize> {
        nodes_in(&self.sql)
    }

    /// The nodes that its audits read, by index, ascending; `own` is its own index, which is left out.
    pub(crate) fn audited(&self, own: usize) -> Vec<usize> {
        let mut nodes = nodes_in(self.audits.iter().flat_map(|audit| &audit.sql));
        nodes.retain(|node| *node != own);
        nodes
    }

    /// The declared length of a cell, if any.
    pub(crate) fn every(&self) -> Option<Unit> {
        match self.kind {
            NodeKind::IncrementalByTime { every, .. } => every,
            _ => None,
        }
    }
}

fn nodes_in<'p>(pieces: impl IntoIterator<Item = &'p SqlPiece>) -> Vec<usize> {
    let node = |piece: &SqlPiece| match piece {
        SqlPiece::Node(node) => Some(*node),
        SqlPiece::Text(_) => None,
    };
    let mut nodes: Vec<usize> = pieces.into_iter().filter_map(node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

/// What a plan is made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// The environment; [`crate::naming::PRODUCTION`] is the one whose views have the project's own names.
    pub environment: String,
    /// The time to plan for.
    pub now: Timestamp,
    /// Cells before it are left alone. It narrows and never widens: rows before a model's own start would be rows that
    /// a build from scratch does not have.
    pub start: Option<Timestamp>,
    /// Cells that are not wholly before it are left alone. [`crate::time::parse_end`] reads what a user writes.
    pub end: Option<Timestamp>,
    /// Whether finished cells are due at once.
    pub ignore_cron: bool,
}
