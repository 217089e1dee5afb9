//! The one door to the compiler for the command line, the language server and the runner: loads a project, keeps the
//! database, and answers [`Session::check`] and [`Session::plan`].

mod body;
mod check;
mod config;
mod damaged;
mod data_files;
mod database;
mod databases;
mod interface;
mod load;
mod nodes;
mod planning;
mod reader;
mod runnable;
mod schedule;
mod selecting;
mod session;
mod stale;
mod standard;
mod unit_tests;

pub use config::{Config, DependencyConfig, EngineConfig, VarError};
pub use database::Database;
pub use databases::Databases;
pub use interface::is_interface;
pub use load::{LoadError, esk_files, find_root, is_source};
pub use planning::PlanFailure;
pub use selecting::SelectedNodes;
pub use session::{NodeColumns, NodeSummary, Session};
pub use unit_tests::UnitTest;

pub use esker_contract as contract;
pub use esker_declare as declare;
pub use esker_diagnostics as diagnostics;
pub use esker_grammar as grammar;
pub use esker_infer as infer;
pub use esker_plan as plan;
pub use esker_resolve as resolve;
pub use esker_source as source;
pub use esker_sql as sql;
pub use salsa::Cancelled;
