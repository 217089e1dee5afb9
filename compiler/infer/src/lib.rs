//! Query IR to typed columns, surfaces and fingerprints.
//!
//! * [`inferred`]: the columns that a node's SQL returns with their types and nullability, and every problem of names
//!   and types, at the expression that causes it. What is not known is [`esker_declare::DataType::Unknown`], never a
//!   guess, and raises no further problem.
//! * [`surface`]: what readers of a node see. A body is never read by another node, only its surface.
//! * [`own_fingerprint`] and [`combine`]: what decides a node's rows, as one hash.
//! * [`fn_errors`] and [`expand_functions`]: the project's own functions, checked and put in place.
//!
//! The rules are DuckDB's. What can be a table is one: `std/duckdb` holds the engine's own answers.

mod bind;
mod columns;
mod errors;
mod fingerprint;
mod functions;
mod implied;
mod queries;
mod types;

pub use columns::{Inferred, NodeSurface, Nullability, OutputColumn, SurfaceColumn};
pub use errors::{At, InferError, InferErrorKind};
pub use fingerprint::{NodeFingerprint, OwnFingerprint, combine, own_fingerprint};
pub use functions::{Parameter, Signature, Signatures, expand_functions, fn_errors, signatures};
pub use queries::{condition_errors, infer_query, inferred, surface};

#[cfg(test)]
mod tests;
