//! The one door to the compiler for the command line, the language server and the runner: loads a project, keeps the
//! database, and answers [`Session::check`] and [`Session::plan`].

mod body;
mod check;
mod config;
mod data_files;
mod database;
mod load;
mod nodes;
mod planning;
mod reader;
mod schedule;
mod session;

pub use config::{Config, EngineConfig};
pub use database::Database;
pub use load::{LoadError, find_root};
pub use planning::PlanFailure;
pub use session::{NodeColumns, NodeSummary, Session};

pub use esker_declare as declare;
pub use esker_diagnostics as diagnostics;
pub use esker_grammar as grammar;
pub use esker_infer as infer;
pub use esker_plan as plan;
pub use esker_resolve as resolve;
pub use esker_source as source;
pub use esker_sql as sql;
pub use salsa::Cancelled;
