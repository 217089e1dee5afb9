//! Unit tests on an engine in memory: the given tables are made, the query is run over them, and what comes out is held
//! against what is expected. Each test is one transaction that is rolled back, so hundreds share one database.
//!
//! Values are compared as the engine compares them, after those that are expected were cast to the types that the query
//! returns; null is equal to null.

mod compare;

pub use compare::{Mark, TestRow};

use crate::engines::{Column, DuckDb, Engine, EngineError, Value};
use crate::errors::BadTestValue;
use crate::parameters::filled_in;
use crate::{RunError, ShownColumn};
use compare::{Row, compare};
use esker_plan::file::quoted;
use esker_plan::test::{TestCase, TestRows, TestTable};
use serde::Serialize;
use std::path::Path;

/// What the tested query returned.
const ACTUAL: &str = "temp.esker_actual";
/// What it should have returned.
const EXPECTED: &str = "temp.esker_expected";

/// What came out of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestOutcome {
    /// The columns that were compared, with the types that the query returns.
    pub columns: Vec<ShownColumn>,
    /// Columns that are expected and that the query does not return.
    pub missing_columns: Vec<String>,
    /// Columns that the query returns and that are not expected.
    pub unexpected_columns: Vec<String>,
    /// What is expected, row by row, with what came out instead beside it, and what else came out.
    pub rows: Vec<TestRow>,
}

impl TestOutcome {
    /// Whether all came out as it is expected, and nothing else.
    pub fn passed(&self) -> bool {
        self.missing_columns.is_empty()
            && self.unexpected_columns.is_empty()
            && self.rows.iter().all(|row| row.mark == Mark::Same)
    }
}

/// Runs tests, one after the other.
pub struct TestEngine {
    engine: DuckDb,
}

/// Why a test has no outcome, before it is known which value is to blame.
struct Stopped<'t> {
    error: Box<RunError>,
    /// The written values that were being cast, when that is what failed.
    values: Option<Values<'t>>,
}

/// Values that were written in a test, and what they are to be.
struct Values<'t> {
    /// The table that is given; `None` for what is expected.
    given: Option<&'t str>,
    /// For each of the written columns its name and type; values of columns without a type are taken as they are.
    columns: Vec<(String, Option<String>)>,
    rows: &'t [Vec<String>],
}

impl<T: Into<RunError>> From<T> for Stopped<'_> {
    fn from(error: T) -> Self {
        Self { error: Box::new(error.into()), values: None }
    }
}

impl TestEngine {
    /// An empty database in memory. Relative paths of data files count from the project's root.
    pub fn open(project_root: &Path) -> Result<Self, RunError> {
        Ok(Self { engine: DuckDb::in_memory(project_root)? })
    }

    /// Runs a test. Nothing of it is left behind.
    ///
    /// # Errors
    /// When there is nothing to compare: a value that does not fit its column, SQL that the engine refuses.
    pub fn run(&self, case: &TestCase) -> Result<TestOutcome, RunError> {
        self.engine.execute("BEGIN TRANSACTION")?;
        let outcome = self.attempt(case);
        self.engine.execute("ROLLBACK")?;
        outcome.map_err(|stopped| {
            let to_blame = stopped.values.and_then(|values| self.value_to_blame(case, &values));
            to_blame.unwrap_or_else(|| stopped.error.of_node(&case.name))
        })
    }

    fn attempt<'t>(&self, case: &'t TestCase) -> Result<TestOutcome, Stopped<'t>> {
        for table in &case.tables {
            self.give(table)?;
        }
        let sql = match case.during {
            Some(range) => filled_in(&case.sql, range, |_| None),
            None => case.sql.clone(),
        };
        // For its errors: they point into the query itself.
        self.engine.describe(&sql).map_err(|error| RunError::from(error).in_sql(&sql))?;
        self.engine.execute(&format!("CREATE TEMP TABLE {ACTUAL} AS\n{sql}"))?;
        let returned = self.engine.describe(&format!("SELECT * FROM {ACTUAL}"))?;
        let Expected { compared, missing, unexpected } = self.expect(case, &returned)?;
        let rows = if compared.is_empty() { Vec::new() } else { self.compare(&compared, case.ordered)? };
        let shown = |column: &Column| ShownColumn { name: column.name.clone(), sql_type: column.sql_type.clone() };
        Ok(TestOutcome {
            columns: compared.iter().map(shown).collect(),
            missing_columns: missing,
            unexpected_columns: unexpected,
            rows,
        })
    }

    /// Makes a given table.
    fn give<'t>(&self, table: &'t TestTable) -> Result<(), Stopped<'t>> {
        let name = quoted(&table.name);
        let written = match &table.rows {
            TestRows::Values { columns, .. } => columns.clone(),
            TestRows::Query(query) => self.names(query)?,
        };
        let ty = |name: &str| {
            let known = table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
            known.and_then(|column| column.ty.clone())
        };
        let typed: Vec<(String, Option<String>)> = written.iter().map(|name| (name.clone(), ty(name))).collect();
        let is_written = |name: &str| written.iter().any(|written| written.eq_ignore_ascii_case(name));
        let mut list: Vec<String> = table
            .columns
            .iter()
            .map(|column| match is_written(&column.name) {
                true => quoted(&column.name),
                false => format!("{} AS {}", cast("NULL", column.ty.as_deref()), quoted(&column.name)),
            })
            .collect();
        let is_known = |name: &str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        list.extend(written.iter().filter(|name| !is_known(name)).map(|name| quoted(name)));
        if list.is_empty() {
            list.push("NULL AS empty".to_owned());
        }
        let rows = rows_of(&table.rows, &typed);
        let created = self.engine.execute(&format!("CREATE TABLE {name} AS SELECT {} FROM {rows}", list.join(", ")));
        let values = values_of(Some(&table.name), &table.rows, typed);
        created.map(drop).map_err(|error| Stopped { error: Box::new(error.into()), values })
    }

    /// Makes the table of what is expected, and says which columns are compared.
    fn expect<'t>(&self, case: &'t TestCase, returned: &[Column]) -> Result<Expected, Stopped<'t>> {
        let written = match &case.expect {
            TestRows::Values { columns, .. } => columns.clone(),
            TestRows::Query(query) => self.names(query)?,
        };
        let find = |name: &str| returned.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        let is_written = |column: &&Column| written.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        let missing = written.iter().filter(|name| find(name).is_none()).cloned().collect();
        if written.is_empty() {
            // Nothing is expected, so whatever comes out is shown whole.
            let list: Vec<String> = returned.iter().map(|column| quoted(&column.name)).collect();
            let empty = format!("CREATE TEMP TABLE {EXPECTED} AS SELECT {} FROM {ACTUAL} WHERE false", list.join(", "));
            self.engine.execute(&empty)?;
            return Ok(Expected { compared: returned.to_vec(), missing, unexpected: Vec::new() });
        }
        let compared: Vec<Column> = written.iter().filter_map(|name| find(name)).cloned().collect();
        let unexpected = returned.iter().filter(|column| !case.partial && !is_written(column));
        let unexpected = unexpected.map(|column| column.name.clone()).collect();
        let ty = |name: &String| (name.clone(), find(name).map(|column| column.sql_type.clone()));
        let typed: Vec<_> = written.iter().map(ty).collect();
        if !compared.is_empty() {
            let list: Vec<String> = compared.iter().map(|column| quoted(&column.name)).collect();
            let rows = rows_of(&case.expect, &typed);
            let created =
                self.engine.execute(&format!("CREATE TEMP TABLE {EXPECTED} AS SELECT {} FROM {rows}", list.join(", ")));
            let values = values_of(None, &case.expect, typed);
            created.map_err(|error| Stopped { error: Box::new(error.into()), values })?;
        }
        Ok(Expected { compared, missing, unexpected })
    }

    /// Both tables, side by side. The engine says which rows are equal.
    fn compare(&self, columns: &[Column], ordered: bool) -> Result<Vec<TestRow>, RunError> {
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let fields: Vec<String> = (0..names.len()).map(|index| format!("c{index}")).collect();
        let table = |table: &str, side: u8| {
            let list = names.iter().zip(&fields).map(|(name, field)| format!("{name} AS {field}"));
            let list = list.collect::<Vec<_>>().join(", ");
            format!("SELECT {side} AS side, rowid AS place, {list} FROM {table}")
        };
        let texts: Vec<String> = fields.iter().map(|field| format!("CAST({field} AS VARCHAR)")).collect();
        let rows = self.engine.query(&format!(
            "SELECT side, min(2 * place + side) OVER (PARTITION BY {}), {} FROM ({} UNION ALL {}) ORDER BY side, place",
            fields.join(", "),
            texts.join(", "),
            table(ACTUAL, 0),
            table(EXPECTED, 1)
        ))?;
        let (mut actual, mut expected) = (Vec::new(), Vec::new());
        for row in rows {
            let [side, class, cells @ ..] = row.as_slice() else { continue };
            let class = class.integer().unwrap_or_default();
            let row = Row { class, cells: cells.iter().map(|cell| cell.text().map(str::to_owned)).collect() };
            if *side == Value::Integer(0) { actual.push(row) } else { expected.push(row) }
        }
        Ok(compare(&actual, &expected, ordered))
    }

    /// The names of the columns that a query returns.
    fn names(&self, query: &str) -> Result<Vec<String>, RunError> {
        let columns = self.engine.describe(query).map_err(|error| RunError::from(error).in_sql(query))?;
        Ok(columns.into_iter().map(|column| column.name).collect())
    }

    /// The first value that cannot be what its column is.
    fn value_to_blame(&self, case: &TestCase, values: &Values<'_>) -> Option<RunError> {
        let fails = |value: &str, ty: &str| -> Result<(), EngineError> {
            self.engine.query(&format!("SELECT CAST({} AS VARCHAR)", cast(value, Some(ty)))).map(drop)
        };
        for (number, row) in values.rows.iter().enumerate() {
            for (value, (column, ty)) in row.iter().zip(&values.columns) {
                let Some(ty) = ty else { continue };
                if fails(value, ty).is_err() {
                    return Some(RunError::BadTestValue(Box::new(BadTestValue {
                        test: case.name.clone(),
                        given: values.given.map(str::to_owned),
                        row: number + 1,
                        column: column.clone(),
                        value: value.clone(),
                        sql_type: ty.clone(),
                    })));
                }
            }
        }
        None
    }
}

/// What is expected, seen from what was returned.
struct Expected {
    /// The columns of both.
    compared: Vec<Column>,
    missing: Vec<String>,
    unexpected: Vec<String>,
}

fn cast(value: &str, ty: Option<&str>) -> String {
    match ty {
        Some(ty) => format!("CAST({value} AS {ty})"),
        None => value.to_owned(),
    }
}

/// Rows as a table in a FROM clause, cast to the types of their columns.
fn rows_of(rows: &TestRows, columns: &[(String, Option<String>)]) -> String {
    let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
    let list = |values: &mut dyn Iterator<Item = &str>| {
        let cells = values.zip(columns).map(|(value, (_, ty))| cast(value, ty.as_deref()));
        cells.collect::<Vec<_>>().join(", ")
    };
    match rows {
        TestRows::Query(query) => {
            let list =
                names.iter().zip(columns).map(|(name, (_, ty))| format!("{} AS {name}", cast(name, ty.as_deref())));
            format!("(SELECT {} FROM (\n{query}\n))", list.collect::<Vec<_>>().join(", "))
        }
        TestRows::Values { .. } if columns.is_empty() => "(SELECT 1 WHERE false)".to_owned(),
        TestRows::Values { rows, .. } if rows.is_empty() => {
            let nulls = list(&mut columns.iter().map(|_| "NULL"));
            format!("(SELECT * FROM (VALUES ({nulls})) WHERE false) AS given({})", names.join(", "))
        }
        TestRows::Values { rows, .. } => {
            let rows = rows.iter().map(|row| format!("({})", list(&mut row.iter().map(String::as_str))));
            format!("(VALUES {}) AS given({})", rows.collect::<Vec<_>>().join(", "), names.join(", "))
        }
    }
}

fn values_of<'t>(
    given: Option<&'t str>,
    rows: &'t TestRows,
    columns: Vec<(String, Option<String>)>,
) -> Option<Values<'t>> {
    match rows {
        TestRows::Values { rows, .. } => Some(Values { given, columns, rows }),
        TestRows::Query(_) => None,
    }
}
