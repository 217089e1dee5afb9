//! The plan file to the engine: execution, state, promotion.
//!
//! [`run`] does the steps of a plan as they are written and works nothing out by itself. Each step is one transaction
//! of its rows, its tables and its record, in one database; so at whatever moment a run ends, what is recorded is what
//! is there. [`load`] reads the records for the next plan, [`show`] reads rows, [`status`] says what is complete.
//! [`TestEngine`] runs unit tests in memory, far from any of this.
//!
//! Decisions:
//!
//! * Data and state live in the same DuckDB file. Its lock is what keeps two runs apart; the second is told who is first.
//! * The revision of the state counts its changes; `state` has the rules by which a plan may start or go on.
//! * A batch whose query returns rows outside of its range is refused, never filtered: a row that nobody owns is a
//!   mistake of the query.
//! * Columns are matched by name. A type that the engine sees differently is cast only where nothing can be lost.
//! * A failure that every batch of a node would meet (a missing file, a broken line, wrong SQL) is reported once.

mod cancel;
mod columns;
mod discover;
pub mod engines;
mod errors;
mod events;
mod execute;
mod judge;
mod parameters;
mod preflight;
mod sample;
mod show;
pub mod state;
mod status;
mod step;
mod test;

pub use discover::{FileColumns, file_columns};
pub use errors::{BadTestValue, RunError};
pub use events::{Event, FailedStep, Outcome, RunSummary, SkipReason, SkippedStep, StepInfo};
pub use execute::{RunOptions, run, run_on};
pub use judge::AuditFinding;
pub use sample::Sample;
pub use show::{Shown, ShownColumn, show};
pub use state::{LastPlan, last_plans, load};
pub use status::{NodeStatus, status};
pub use test::{Mark, TestEngine, TestOutcome, TestRow};
