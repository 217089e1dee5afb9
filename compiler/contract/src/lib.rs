//! What was promised against what is returned.
//!
//! [`check_contract`] compares the columns that a node declares with those that its SQL is inferred to return. The
//! problem stands at the SELECT expression that disagrees; the declaration is its second label. Only what is certain is
//! judged: unknown types, opaque SQL and columns out of unknown tables are not. [`check_keys`] looks at the columns that
//! a kind or a grain names, [`check_conditions`] at the conditions of column checks.

mod check;
mod conditions;
mod errors;
mod keys;

pub use check::check_contract;
pub use conditions::{ConditionError, ConditionErrorKind, check_conditions};
pub use errors::{ContractError, ContractErrorKind, contract_diagnostics};
pub use keys::{KeyError, KeyErrorKind, check_keys};

#[cfg(test)]
mod tests;
