//! What names mean inside one SELECT: its tables, its aliases, and where in it we are.

use super::{Column, Rows};
use crate::types::Typed;
use esker_sql::ExprId;

/// The part of a SELECT that is being bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clause {
    Select,
    Where,
    On,
    GroupBy,
    Having,
    Qualify,
    OrderBy,
}

impl Clause {
    /// Its name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Where => "WHERE",
            Self::On => "a JOIN condition",
            Self::GroupBy => "GROUP BY",
            Self::Having => "HAVING",
            Self::Qualify => "QUALIFY",
            Self::OrderBy => "ORDER BY",
        }
    }
}

/// One SELECT while it is bound.
#[derive(Debug)]
pub(crate) struct Scope {
    /// Which SELECT of the body it is.
    pub(crate) id: u32,
    /// Its tables, in order.
    pub(crate) relations: Vec<Relation>,
    /// The entries of its select list that have names and are bound already.
    pub(crate) aliases: Vec<(String, ExprId)>,
    /// The named windows.
    pub(crate) windows: Vec<String>,
    /// The parameters of the lambdas around.
    pub(crate) lambda: Vec<String>,
    pub(crate) clause: Clause,
    /// The aggregate around, if any.
    pub(crate) in_aggregate: bool,
    /// Whether an aggregate was seen.
    pub(crate) aggregates: bool,
}

/// A table of a FROM clause.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    /// What it is called.
    pub(crate) name: String,
    /// Its columns.
    pub(crate) rows: Rows,
    /// Which columns a bare name or a bare star does not see, because USING merged them into another.
    pub(crate) merged: Vec<bool>,
}

impl Relation {
    pub(crate) fn new(name: String, rows: Rows) -> Self {
        let merged = vec![false; rows.columns.len()];
        Self { name, rows, merged }
    }

    /// The index of a column by its name, compared without case.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.rows.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// As [`Self::position`], without merged columns.
    pub(crate) fn visible(&self, name: &str) -> Option<usize> {
        let same = |(n, column): &(usize, &Column)| !self.merged[*n] && column.name.eq_ignore_ascii_case(name);
        self.rows.columns.iter().enumerate().find(same).map(|(n, _)| n)
    }
}

/// What a column expression turned out to mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// Nothing that is known.
    None,
    /// A column of a table of a SELECT.
    Column { scope: u32, relation: u32, column: u32 },
    /// An entry of the select list.
    Alias(ExprId),
    /// A whole row.
    Row,
}

/// A column as a value.
pub(crate) fn column_value(column: &Column) -> Typed {
    Typed::of(column.ty.clone()).nulls(column.nulls)
}
