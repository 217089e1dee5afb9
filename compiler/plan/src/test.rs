//! A unit test as plain data: what the driver makes out of a `test` item, and the runner runs on an empty database in
//! memory.

use crate::file::Column;
use crate::time::Interval;

/// A test: tables, a query over them, and the rows that it must return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCase {
    /// What the test is called, for messages: its title, and the version where there are several.
    pub name: String,
    /// What the query reads, each under its name.
    pub tables: Vec<TestTable>,
    /// The query that is tested. It names the tables as quoted identifiers without a schema; all variables are put in, but
    /// for `$start`, `$end`, `$start_date` and `$end_date`, which [`TestCase::during`] is for.
    pub sql: String,
    /// The range of time that is computed, when the test says one.
    pub during: Option<Interval>,
    /// What the query must return.
    pub expect: TestRows,
    /// Whether the order of the rows counts.
    pub ordered: bool,
    /// Whether just the columns that are expected are compared; otherwise the query must return no others.
    pub partial: bool,
}

/// A table that stands in for what a query reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestTable {
    /// Its name, as it stands in [`TestCase::sql`] between the quotes.
    pub name: String,
    /// All columns of what it stands in for. Those that `rows` leaves out are null. None when they are not known: then it
    /// has the columns of `rows`.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: TestRows,
}

/// Rows of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestRows {
    /// Written out.
    Values {
        /// The columns. None, with no rows: nothing is expected, whatever the columns are.
        columns: Vec<String>,
        /// Rows of as many cells, each a literal as the engine's SQL; it is cast to its column's type.
        rows: Vec<Vec<String>>,
    },
    /// What a query returns, matched by name and cast to the columns' types: a file, or SQL that stands in the test.
    Query(String),
}
