//! What is known of a node's columns: as its SQL returns them, and as its readers see them.

use crate::InferError;
use esker_declare::DataType;
use esker_sql::ExprId;

/// Whether a value can be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nullability {
    /// Provably never.
    Never,
    /// It may, as far as we know.
    Maybe,
    /// Provably always: a bare `null`.
    Always,
}

/// A column that a node's SQL returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name: the alias, the column's own, or what the engine makes of the expression.
    pub name: String,
    /// Its type; [`DataType::Null`] when it is always null.
    pub ty: DataType,
    /// Whether it can be null.
    pub nulls: Nullability,
    /// The expression that makes it, a `*` included; nothing where there is none.
    pub expr: Option<ExprId>,
}

/// What a node's SQL returns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inferred {
    /// The columns, in order.
    pub columns: Vec<OutputColumn>,
    /// Whether these are all of them. When not, the columns are what is known for certain.
    pub complete: bool,
    /// What is wrong with the names and types of the query.
    pub errors: Vec<InferError>,
}

/// A column as readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurfaceColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: DataType,
    /// Whether it is promised, or provably, never null.
    pub not_null: bool,
}

/// What a node shows to its readers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeSurface {
    /// The columns, in order.
    pub columns: Vec<SurfaceColumn>,
    /// Whether these are all; when not, readers may use any other name.
    pub complete: bool,
}
