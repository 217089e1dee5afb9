//! What the items declare, without positions: the values that later stages compare to find out whether anything changed.

use crate::{DataType, VersionName};
use chrono::NaiveDateTime;
use esker_grammar::sql::SqlText;

/// What an item declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemDecl {
    /// Data that others write.
    Source(SourceDecl),
    /// A CSV file kept with the project.
    Seed(SeedDecl),
    /// A dataset that this project makes.
    Model(ModelDecl),
    /// An item that is not supported yet (reported where it stands), or too broken to mean anything.
    Other,
}

/// A source: its columns and how it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<ColumnDecl>,
    /// The earliest data.
    pub start: Option<NaiveDateTime>,
    /// How files are read; without it the table exists in the engine under the source's name.
    pub read: Option<ReadDecl>,
}

/// How files are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDecl {
    /// The format.
    pub format: FileFormat,
    /// The path or glob, from the project's root.
    pub path: String,
    /// Options of the reader, as SQL: `header => true`.
    pub options: Vec<(String, String)>,
}

/// File formats that the engine reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// JSON, an array or one object a line.
    Json,
}

/// A seed: a CSV file whose content is part of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// The schema of its table.
    pub schema: Option<String>,
    /// Its columns, in order.
    pub columns: Vec<ColumnDecl>,
    /// How its file is read.
    pub read: Option<ReadDecl>,
}

/// A model with all its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// The schema behind `in`.
    pub schema: Option<String>,
    /// What stands outside version blocks.
    pub shared: Properties,
    /// The version that `latest` names.
    pub latest: Option<VersionName>,
    /// The version blocks, in source order, broken and duplicate ones left out.
    pub versions: Vec<VersionDecl>,
}

/// One version block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionDecl {
    /// Its label.
    pub name: VersionName,
    /// Which block of the model it is, from zero, broken ones counted: its address in [`crate::Place`].
    pub block: u32,
    /// The `///` text.
    pub docs: Option<String>,
    /// What it restates.
    pub own: Properties,
    /// Its `columns` block.
    pub columns: Option<Vec<ColumnsEdit>>,
    /// Whether another block has its label too, which was reported: then nobody knows which one is meant.
    pub duplicated: bool,
}

/// The properties that a model and a version block may both state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// How it is materialised.
    pub kind: Option<KindDecl>,
    /// When finished cells become due.
    pub cron: Option<String>,
    /// The first moment of its timeline.
    pub start: Option<NaiveDateTime>,
    /// The columns of which one row each is promised.
    pub grain: Option<Vec<String>>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Labels for selection.
    pub tags: Option<Vec<String>>,
    /// The promised columns.
    pub contract: Option<Vec<ColumnDecl>>,
    /// The relation's name, instead of the usual one: `name` or `schema.name`.
    pub alias: Option<String>,
    /// Whether it says which SQL makes the rows.
    pub sql: SqlDecl,
}

/// Where a body says that its SQL is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SqlDecl {
    /// It does not: the SQL is inherited.
    #[default]
    Inherited,
    /// In a `sql` block; its text is in [`crate::Item::bodies`].
    Here,
    /// In a way that is not supported yet: nothing is known of it.
    Elsewhere,
}

/// How a node is materialised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindDecl {
    /// A table, computed as a whole.
    Full,
    /// A view.
    View,
    /// A table, computed cell by cell along a time column.
    IncrementalByTime {
        /// The time column.
        column: String,
        /// The cell's unit as written, `day` or `15 minutes`; `None` leaves it to `cron`.
        every: Option<(u32, String)>,
        /// How many cells before each cell run again with it.
        lookback: u32,
        /// How many cells run together at most; `None` is without limit.
        batch: Option<u32>,
    },
}

/// A declared column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// Its name as written.
    pub name: String,
    /// Its type; unknown when the text names none (which was reported).
    pub ty: DataType,
    /// Whether it never holds null: `not null` or part of the primary key.
    pub not_null: bool,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
    /// Whether its values are distinct.
    pub unique: bool,
    /// Its checks.
    pub checks: Vec<CheckDecl>,
    /// Which entry of its column block it is, from zero: its address in [`crate::Place`].
    pub entry: u32,
}

/// `check (condition)` of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckDecl {
    /// What must hold of every row.
    pub condition: SqlText,
    /// Which of the column's constraints it is, from zero: its address in [`crate::Place`].
    pub constraint: u32,
}

/// One line of a version's `columns` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnsEdit {
    /// `include all`
    IncludeAll {
        /// Which entry of the block it is.
        entry: u32,
    },
    /// `include (a, b)`
    Include {
        /// The names.
        columns: Vec<String>,
        /// Which entry of the block it is.
        entry: u32,
    },
    /// `exclude (a, b)`
    Exclude {
        /// The names.
        columns: Vec<String>,
        /// Which entry of the block it is.
        entry: u32,
    },
    /// `rename a as b`
    Rename {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
        /// Which entry of the block it is.
        entry: u32,
    },
    /// A column of its own, or an included one with another type.
    Define(ColumnDecl),
}
