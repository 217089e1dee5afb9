//! SQL body to query IR and source map; the one crate that sees sqlparser.
//!
//! One function reads a body; three queries hand out what comes of it separately: [`query`] is free of positions, so
//! that types and fingerprints are computed again only when the SQL says something else; [`query_source_map`] is read
//! when a problem is shown; [`sql_errors`] are the mistakes of the SQL as SQL.
//!
//! * The parser gets our own tokens, each with its index as its location. Every position is a range of token indexes.
//! * A `ref(…)` is one identifier to the parser and [`TableKind::Ref`] in the IR.
//! * Tokens are mended where DuckDB takes what the parser does not (`mend.rs`). A construct of the engine that can be
//!   neither mended nor analysed makes the body *opaque*: it is never refused, its references are known from the
//!   tokens, and the model must declare its columns. Opaque constructs are a list; every other refusal is an error.

mod brackets;
mod dialect;
mod errors;
mod ir;
mod lower;
mod mend;
mod params;
mod parse;
mod queries;
mod tokens;
mod walk;

pub use errors::{SqlError, SqlErrorKind};
pub use ir::*;
pub use lower::{Lowered, QuerySourceMap, StrayTable, UnseenCte};
pub use params::variables;
pub use queries::{
    is_opaque, lower, lower_condition, lower_expression, query, query_source_map, sql_errors, stray_table,
};

#[cfg(test)]
mod tests;
