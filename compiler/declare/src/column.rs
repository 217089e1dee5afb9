//! Columns: what is declared of each, and the lines of a column block.

use crate::{DataType, Deprecation, NodeName, Value};
use esker_grammar::sql::SqlText;

/// A declared column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDecl {
    /// The `///` text.
    pub docs: Option<String>,
    /// Its name as written.
    pub name: String,
    /// Its type; unknown when the text names none. Named types are put in by `resolve`.
    pub ty: DataType,
    /// Whether it never holds null: `not null` or part of the primary key.
    pub not_null: bool,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
    /// Whether its values are distinct.
    pub unique: bool,
    /// Its checks.
    pub checks: Vec<CheckDecl>,
    /// The column of another node that holds each of its values.
    pub references: Option<ForeignKey>,
    /// The value that rows have which were made before the column was.
    pub default: Option<Value>,
    /// From when on it is not to be read any more.
    pub deprecated: Option<Deprecation>,
    /// Labels, `pii` and the like.
    pub tags: Vec<String>,
    /// Which entry of its column block it is, from zero: its address in [`crate::Place`].
    pub entry: u32,
}

impl ColumnDecl {
    /// Whether it says nothing of the column but its name and words about it.
    pub fn promises_nothing(&self) -> bool {
        let Self {
            docs: _,
            name: _,
            ty,
            not_null,
            primary_key,
            unique,
            checks,
            references,
            default,
            deprecated,
            tags,
            entry: _,
        } = self;
        let plain = *ty == DataType::Unknown && !not_null && !primary_key && !unique && checks.is_empty();
        plain && references.is_none() && default.is_none() && deprecated.is_none() && tags.is_empty()
    }
}

/// `check (condition)` of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckDecl {
    /// What must hold of every row.
    pub condition: SqlText,
    /// Which of the column's constraints it is, from zero: its address in [`crate::Place`].
    pub constraint: u32,
}

/// `references customers(id)`: each value of the column, nulls left out, is a value there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The node.
    pub node: NodeName,
    /// Its column; without it the node's primary key.
    pub column: Option<String>,
    /// Which of the column's constraints it is, from zero: its address in [`crate::Place`].
    pub constraint: u32,
}

/// One line of a column block: of a source, a seed, a contract, a reusable set or a version.
#[expect(clippy::large_enum_variant, reason = "most lines are columns")]
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
    /// `include address`: the columns of a reusable set
    IncludeSet {
        /// The set's name.
        set: String,
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
