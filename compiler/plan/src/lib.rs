//! Cells, changes, steps and the plan file: from what a project says and what the state has to what is to be done.
//!
//! [`plan`] is a pure function over plain data. The driver fills a [`PlanInput`], the runner's store a
//! [`RecordedState`]; out comes a [`PlanFile`], which the runner executes as it is written and [`summary`] tells
//! people about. The pipeline inside:
//!
//! | module | what it adds |
//! |---|---|
//! | [`time`] | points, ranges, units, schedules: which cells are expected |
//! | `history` | the log of runs: what is complete, and since when |
//! | `news` | what was written after its readers |
//! | `schedule` | for each node, what has to run, as sets of time |
//! | `scope` | which nodes a selection covers |
//! | `environment`, `changes` | what the environment is to show, how it differs, and why |
//! | `steps` | batches, edges, reasons |
//! | [`file`](mod@file) | the result, as JSON |
//!
//! Decisions that are not in the language's pages:
//!
//! * `--start` and `--end` narrow the cells of incremental nodes; full nodes are whole or not at all. A `--start` before
//!   a node's own start changes nothing: its rows would be rows that a build from scratch does not have.
//! * A selection covers what it names and all that this needs. Everything else is left as it is recorded, models that
//!   were removed included; the plan lists it as left out. What becomes of a relation that moves between a node that is
//!   covered and one that is not stands in `environment`.
//! * An audit reads other tables without being made from them: its steps wait for theirs, nothing else follows.
//! * A snapshot is a node with its data fingerprint; a view's also has its parents' snapshots in it, because its text
//!   names their tables. Unaffected tables keep theirs when a parent changes, and read the new one from then on.
//! * Time zones are all UTC for now; the driver plans nothing that has another one.

mod changes;
mod environment;
mod errors;
pub mod file;
mod history;
mod input;
#[cfg(test)]
mod law;
pub mod naming;
mod news;
mod plan;
mod promise;
#[cfg(test)]
mod random;
mod read;
mod relation;
mod schedule;
mod scope;
pub mod state;
mod steps;
mod summary;
pub mod test;
pub mod time;
mod work;

pub use errors::{NodeError, NodeErrorKind, OptionsError, PlanError};
pub use file::PlanFile;
pub use input::{NodeKind, OtherDatabase, PlanAudit, PlanInput, PlanNode, PlanOptions, Selected, SqlPiece};
pub use plan::{plan, time_problem};
pub use read::PlanReadError;
pub use state::RecordedState;
pub use summary::summary;
