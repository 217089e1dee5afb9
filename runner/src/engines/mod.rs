//! The seam to the engines: what the runner asks of a database, and nothing more.
//!
//! Execution, state and promotion are written against [`Engine`]; each engine is a folder of its own. Only SQL text and
//! plain values cross the seam (no Arrow, no driver types), so that engines with different client libraries fit beside
//! each other. It is a trait although one engine exists: the tests crash a run at every single statement through it, and
//! more engines are designed.

mod duckdb;

pub use self::duckdb::DuckDb;

use esker_plan::time::Timestamp;
use std::fmt;
use std::sync::Arc;

/// A connection to a database that executes SQL. One statement at a time.
pub trait Engine {
    /// Executes one statement; answers how many rows it wrote (0 where the engine does not say).
    fn execute(&self, sql: &str) -> Result<u64, EngineError>;

    /// Executes a query whose columns are plain: booleans, numbers, text, timestamps. Anything else is to be cast to
    /// text in the query.
    fn query(&self, sql: &str) -> Result<Vec<Vec<Value>>, EngineError>;

    /// The columns that a query would return, in order, without running it.
    fn describe(&self, query: &str) -> Result<Vec<Column>, EngineError>;

    /// What stands under a name.
    fn relation(&self, schema: &str, name: &str) -> Result<Option<RelationKind>, EngineError>;

    /// A function that stops the running statement from another thread; harmless when nothing runs.
    fn interrupter(&self) -> Arc<dyn Fn() + Send + Sync>;
}

/// Runs `work` in one transaction: committed when it succeeds, rolled back when it does not.
pub(crate) fn transaction<T, E: From<EngineError>>(
    engine: &dyn Engine,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    engine.execute("BEGIN TRANSACTION")?;
    match work() {
        Ok(value) => match engine.execute("COMMIT") {
            Ok(_) => Ok(value),
            Err(error) => {
                let _ = engine.execute("ROLLBACK"); // a failed COMMIT has usually ended the transaction already
                Err(error.into())
            }
        },
        Err(error) => {
            let _ = engine.execute("ROLLBACK"); // the first error is the one to tell
            Err(error)
        }
    }
}

/// What a name stands for in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// Rows are stored.
    Table,
    /// A query under a name.
    View,
}

/// A column as the engine describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as the engine writes it: `DECIMAL(18,2)`.
    pub sql_type: String,
}

/// A plain value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `NULL`
    Null,
    /// `true`
    Boolean(bool),
    /// Any integer type up to 64 bits.
    Integer(i64),
    /// Any floating point type.
    Float(f64),
    /// Text.
    Text(String),
    /// A point in time, UTC.
    Timestamp(Timestamp),
}

impl Value {
    /// The integer, if it is one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(value) => Some(value),
            _ => None,
        }
    }

    /// The point in time, if it is one.
    pub fn timestamp(&self) -> Option<Timestamp> {
        match self {
            Self::Timestamp(value) => Some(*value),
            _ => None,
        }
    }
}

/// What kind of mistake an engine reports: decides the message and whether trying again can help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// Another process has the database open.
    Locked {
        /// The program that holds it, when known.
        program: Option<String>,
        /// Its process id, when known.
        pid: Option<u32>,
    },
    /// The file or its folder cannot be written.
    ReadOnly,
    /// It cannot be opened: no such folder, not a database, another version.
    Unusable,
    /// A data file that the query reads is not there.
    MissingFile {
        /// The pattern or path as the query has it.
        pattern: String,
    },
    /// A value in a data file is not what the column wants.
    BadFile {
        /// The file.
        file: String,
        /// The line in it, from 1.
        line: Option<u64>,
    },
    /// A value does not fit where it is going: a cast, an overflow, a division.
    Data,
    /// The SQL does not parse.
    Syntax,
    /// The SQL names something that is not there, or types that do not go together.
    Binding,
    /// A constraint of a table: not null, unique.
    Constraint,
    /// Two transactions met; trying again helps.
    Conflict,
    /// Stopped from outside.
    Interrupted,
    /// Out of memory or of disk.
    Resources,
    /// Anything else.
    Other,
}

/// What an engine complains about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    /// What kind of mistake it is.
    pub class: ErrorClass,
    /// What is wrong, in one or two lines.
    pub message: String,
    /// Where in the SQL text, as a byte offset.
    pub position: Option<usize>,
    /// What the engine suggests.
    pub hint: Option<String>,
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EngineError {}

/// A text as SQL writes it: `'it''s'`.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A point in time as SQL writes it: `TIMESTAMP '2001-01-31 05:00:00'`.
pub(crate) fn timestamp(at: Timestamp) -> String {
    format!("TIMESTAMP {}", literal(&at.to_sql()))
}
