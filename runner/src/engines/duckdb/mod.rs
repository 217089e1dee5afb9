//! DuckDB, in this process: one connection to one database file.
//!
//! A file has one writing process at a time; DuckDB holds a lock on it, which is also what keeps two runs apart. Times
//! are UTC. Relative paths of data files in the SQL count from the project's root (`file_search_path`); a file of the
//! same path below the working directory comes first in DuckDB, so programs work in the project's root.

mod csv;
mod failure;

use super::{Column, Engine, EngineError, ErrorClass, RelationKind, Value, literal};
use ::duckdb::types::{TimeUnit, ValueRef};
use ::duckdb::{AccessMode, Config, Connection};
use esker_plan::file::quoted;
use esker_plan::time::Timestamp;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a database that another process holds is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// A connection to a DuckDB file.
pub struct DuckDb {
    connection: Connection,
    /// Cut off the paths in messages.
    project_root: String,
}

impl DuckDb {
    /// Opens the file for writing, creating it when it is not there. Refuses a file or folder that must not be written
    /// (DuckDB itself would write it where the user is root).
    pub fn open(database: &Path, project_root: &Path) -> Result<Self, EngineError> {
        check_writable(database)?;
        create_whole(database)?;
        Self::connect(database, project_root, || AccessMode::ReadWrite)
    }

    /// Opens an existing file for reading only; several processes may do so at once.
    pub fn open_for_reading(database: &Path, project_root: &Path) -> Result<Self, EngineError> {
        Self::connect(database, project_root, || AccessMode::ReadOnly)
    }

    /// A database in memory that is empty.
    pub fn in_memory(project_root: &Path) -> Result<Self, EngineError> {
        let project_root = std::path::absolute(project_root).unwrap_or_else(|_| project_root.to_owned());
        let project_root = project_root.display().to_string();
        let connection = Connection::open_in_memory();
        let connection = connection.and_then(|connection| set_up(&connection, &project_root).map(|()| connection));
        match connection {
            Ok(connection) => Ok(Self { connection, project_root }),
            Err(error) => Err(failure::of(&error, &project_root)),
        }
    }

    /// Makes another database readable, under the name of a catalog.
    pub fn attach(&self, catalog: &str, database: &Path) -> Result<(), EngineError> {
        let place = literal(&database.display().to_string());
        let attach = format!("ATTACH {place} AS {} (READ_ONLY)", quoted(catalog));
        self.connection.execute_batch(&attach).map_err(|error| failure::of_opening(database, &error))
    }

    fn connect(database: &Path, project_root: &Path, mode: fn() -> AccessMode) -> Result<Self, EngineError> {
        let project_root = std::path::absolute(project_root).unwrap_or_else(|_| project_root.to_owned());
        let project_root = project_root.display().to_string();
        let open = || {
            let connection = Connection::open_with_flags(database, Config::default().access_mode(mode())?)?;
            set_up(&connection, &project_root)?;
            Ok(connection)
        };
        // Who holds the file is often a reader that is done in a moment.
        let patience = Instant::now();
        loop {
            match open().map_err(|error: ::duckdb::Error| failure::of_opening(database, &error)) {
                Ok(connection) => return Ok(Self { connection, project_root }),
                Err(error) if matches!(error.class, ErrorClass::Locked { .. }) && patience.elapsed() < PATIENCE => {
                    thread::sleep(Duration::from_millis(50));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What a statement failed with; where a data file is at fault, which one, and where in it.
    fn failure(&self, error: &::duckdb::Error, sql: &str) -> EngineError {
        let error = failure::of(error, &self.project_root);
        let explained = if csv::may_explain(&error) {
            // Beside the connection whose transaction has failed.
            self.beside().ok().and_then(|beside| csv::explain(&beside, sql, &error))
        } else {
            None
        };
        explained.unwrap_or(error)
    }

    /// Another connection to the same database.
    fn beside(&self) -> Result<Self, ::duckdb::Error> {
        let connection = self.connection.try_clone()?;
        set_up(&connection, &self.project_root)?;
        Ok(Self { connection, project_root: self.project_root.clone() })
    }

    /// Paths in messages count from the project's root.
    fn without_root(&self, message: &str) -> String {
        failure::without_root(message, &self.project_root)
    }

    /// A query whose failure is not looked into.
    fn query_plainly(&self, sql: &str) -> Result<Vec<Vec<Value>>, EngineError> {
        self.read(sql).map_err(|error| failure::of(&error, &self.project_root))
    }

    fn read(&self, sql: &str) -> Result<Vec<Vec<Value>>, ::duckdb::Error> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let width = rows.as_ref().map_or(0, |statement| statement.column_count());
        let mut answer = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..width).map(|index| Ok(plain(row.get_ref(index)?)));
            answer.push(values.collect::<Result<Vec<_>, ::duckdb::Error>>()?);
        }
        Ok(answer)
    }
}

impl Engine for DuckDb {
    fn execute(&self, sql: &str) -> Result<u64, EngineError> {
        let rows = self.connection.execute(sql, []).map_err(|error| self.failure(&error, sql))?;
        Ok(u64::try_from(rows).unwrap_or(u64::MAX))
    }

    fn query(&self, sql: &str) -> Result<Vec<Vec<Value>>, EngineError> {
        self.read(sql).map_err(|error| self.failure(&error, sql))
    }

    fn describe(&self, query: &str) -> Result<Vec<Column>, EngineError> {
        const VERB: &str = "DESCRIBE ";
        let rows = self.query(&format!("{VERB}{query}")).map_err(|mut error| {
            error.position = error.position.map(|at| at.saturating_sub(VERB.len()));
            error
        })?;
        Ok(rows
            .into_iter()
            .filter_map(|row| match row.as_slice() {
                [Value::Text(name), Value::Text(sql_type), ..] => {
                    Some(Column { name: name.clone(), sql_type: sql_type.clone() })
                }
                _ => None,
            })
            .collect())
    }

    fn relation(&self, schema: &str, name: &str) -> Result<Option<RelationKind>, EngineError> {
        let rows = self.query(&format!(
            "SELECT table_type FROM information_schema.tables WHERE table_catalog = current_database() \
             AND lower(table_schema) = lower({}) AND lower(table_name) = lower({})",
            literal(schema),
            literal(name)
        ))?;
        Ok(rows.first().and_then(|row| row.first()).map(|kind| match kind.text() {
            Some("VIEW") => RelationKind::View,
            _ => RelationKind::Table,
        }))
    }

    fn interrupter(&self) -> Arc<dyn Fn() + Send + Sync> {
        let handle = self.connection.interrupt_handle();
        Arc::new(move || handle.interrupt())
    }
}

/// What every connection of this program is set to.
fn set_up(connection: &Connection, project_root: &str) -> Result<(), ::duckdb::Error> {
    connection.execute_batch(&format!(
        "SET errors_as_json = true; SET TimeZone = 'UTC'; SET file_search_path = {};",
        literal(project_root)
    ))
}

/// A value of the engine as a plain one. What is not plain shows up as the name of its type.
fn plain(value: ValueRef<'_>) -> Value {
    let integer = |value: i128| i64::try_from(value).map_or_else(|_| Value::Text(value.to_string()), Value::Integer);
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Boolean(value) => Value::Boolean(value),
        ValueRef::TinyInt(value) => Value::Integer(value.into()),
        ValueRef::SmallInt(value) => Value::Integer(value.into()),
        ValueRef::Int(value) => Value::Integer(value.into()),
        ValueRef::BigInt(value) => Value::Integer(value),
        ValueRef::HugeInt(value) => integer(value),
        ValueRef::UHugeInt(value) => i128::try_from(value).map_or_else(|_| Value::Text(value.to_string()), integer),
        ValueRef::UTinyInt(value) => Value::Integer(value.into()),
        ValueRef::USmallInt(value) => Value::Integer(value.into()),
        ValueRef::UInt(value) => Value::Integer(value.into()),
        ValueRef::UBigInt(value) => integer(value.into()),
        ValueRef::Float(value) => Value::Float(value.into()),
        ValueRef::Double(value) => Value::Float(value),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Timestamp(unit, at) => moment(unit, at),
        other => Value::Text(format!("<{}>", other.data_type())),
    }
}

fn moment(unit: TimeUnit, at: i64) -> Value {
    let factor = match unit {
        TimeUnit::Second => 1_000_000,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1,
        TimeUnit::Nanosecond => return Value::Timestamp(Timestamp(at.div_euclid(1_000))),
    };
    Value::Timestamp(Timestamp(at.saturating_mul(factor)))
}

/// Says no before anything is done where the file, or the folder that gets its journal, is marked read-only.
fn check_writable(database: &Path) -> Result<(), EngineError> {
    let folder = match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    for (path, what) in [(database, "the database"), (folder, "the folder of the database")] {
        if fs::metadata(path).is_ok_and(|found| found.permissions().readonly()) {
            return Err(EngineError {
                class: ErrorClass::ReadOnly,
                message: format!("{what} `{}` is read-only", path.display()),
                position: None,
                hint: Some(format!("Allow writing (`chmod u+w {}`), or choose another database.", path.display())),
            });
        }
    }
    Ok(())
}

/// Creates a database that is not there yet under another name and then gives it its own: a process that is killed
/// while DuckDB writes the first bytes would leave a file that nothing can open.
fn create_whole(database: &Path) -> Result<(), EngineError> {
    if database.exists() {
        return Ok(());
    }
    let Some(name) = database.file_name() else { return Ok(()) };
    let unfinished = database.with_file_name(format!(".{}.new-{}", name.to_string_lossy(), std::process::id()));
    let created = Connection::open(&unfinished).map(drop).map_err(|error| failure::of_opening(database, &error));
    if created.is_ok() {
        // When another process was first, or the file system has no hard links, opening by name does what is right.
        let _ = fs::hard_link(&unfinished, database);
    }
    let _ = fs::remove_file(&unfinished);
    created
}
