//! What the engine makes of types: operators, conversions and functions.
//!
//! The facts are data (`std/duckdb/*.tsv`, written by a script that asks the engine); the code here reads them and adds
//! the few rules that are not a table: literals, decimals, and functions whose result depends on their arguments.

mod catalog;
mod functions;
mod operators;

pub(crate) use catalog::{Kind, catalog, is_function};
pub(crate) use functions::{Resolved, is_implicit, resolve};
pub(crate) use operators::{Answer, answer, binary_answer, common, unary_answer};

use crate::Nullability;
use esker_declare::DataType;

/// What is known of the value of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) ty: DataType,
    pub(crate) nulls: Nullability,
    pub(crate) literal: Literal,
}

/// A literal adapts to what it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// It is none.
    No,
    /// An integer of this value.
    Integer(i128),
    /// A string.
    String,
}

impl Typed {
    /// Nothing is known.
    pub(crate) const UNKNOWN: Self = Self { ty: DataType::Unknown, nulls: Nullability::Maybe, literal: Literal::No };

    /// A value of this type that may be null.
    pub(crate) fn of(ty: DataType) -> Self {
        Self { ty, nulls: Nullability::Maybe, literal: Literal::No }
    }

    /// A value of this type that is never null.
    pub(crate) fn never_null(ty: DataType) -> Self {
        Self { ty, nulls: Nullability::Never, literal: Literal::No }
    }

    /// With this nullability.
    pub(crate) fn nulls(mut self, nulls: Nullability) -> Self {
        self.nulls = nulls;
        self
    }
}

/// The key of a type in the tables of operators; `None` for what they do not list.
pub(crate) fn key(typed: &Typed) -> Option<&'static str> {
    Some(match &typed.ty {
        _ if typed.literal == Literal::String => "string_literal",
        DataType::TinyInt => "tinyint",
        DataType::SmallInt => "smallint",
        DataType::Integer => "integer",
        DataType::BigInt => "bigint",
        DataType::HugeInt => "hugeint",
        DataType::UTinyInt => "utinyint",
        DataType::USmallInt => "usmallint",
        DataType::UInteger => "uinteger",
        DataType::UBigInt => "ubigint",
        DataType::UHugeInt => "uhugeint",
        DataType::Float => "float",
        DataType::Double => "double",
        DataType::Decimal { .. } => "decimal",
        DataType::Varchar { .. } => "varchar",
        DataType::Boolean => "boolean",
        DataType::Date => "date",
        DataType::Time => "time",
        DataType::Timestamp => "timestamp",
        DataType::TimestampTz => "timestamptz",
        DataType::Interval => "interval",
        DataType::Blob => "blob",
        DataType::Bit => "bit",
        DataType::Uuid => "uuid",
        DataType::Json => "json",
        DataType::Null => "null",
        _ => return None,
    })
}

/// The literal as the type that it meets, where it is an integer that fits; else the value as it is.
pub(crate) fn adapt<'a>(value: &'a Typed, other: &'a Typed) -> &'a DataType {
    let Literal::Integer(n) = value.literal else { return &value.ty };
    match (other.literal, other.ty.integer_range()) {
        (Literal::No, Some((min, max))) if min <= n && n <= max => &other.ty,
        _ => &value.ty,
    }
}
