//! What the driver hands to the planner: the project's nodes, resolved and fingerprinted, as plain data.

use std::collections::BTreeMap;

use crate::file::{Check, Column, DataFile, Relation};
use crate::time::{Cron, Timestamp, Unit};

/// A whole project, ready to be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanInput {
    /// The project's name.
    pub project: String,
    /// Every node, parents before children, otherwise in any fixed order.
    pub nodes: Vec<PlanNode>,
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
        let mut parents: Vec<usize> = self
            .sql
            .iter()
            .filter_map(|piece| match piece {
                SqlPiece::Node(parent) => Some(*parent),
                SqlPiece::Text(_) => None,
            })
            .collect();
        parents.sort_unstable();
        parents.dedup();
        parents
    }

    /// The declared length of a cell, if any.
    pub(crate) fn every(&self) -> Option<Unit> {
        match self.kind {
            NodeKind::IncrementalByTime { every, .. } => every,
            _ => None,
        }
    }
}

/// What a plan is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
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
