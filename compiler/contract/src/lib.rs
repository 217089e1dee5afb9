//! What was promised against what is returned.
//!
//! * Columns: [`check_contract`] compares the columns that a node declares with those that its SQL is inferred to return.
//!   The problem stands at the SELECT expression that disagrees; the declaration is its second label. Only what is
//!   certain is judged: unknown types, opaque SQL and columns out of unknown tables are not. [`check_keys`] looks at the
//!   columns that a kind or a grain names, [`check_conditions`] at the conditions of column checks.
//! * Rows: [`check_audits`] and the foreign keys; their queries ([`audit_query`], [`foreign_key_queries`]) are for plans.
//! * Unit tests: [`check_test`], and [`test_cases`] for what runs them.
//! * The world outside: [`check_consumer`], [`check_source`].
//! * Time: [`lifecycle_notices`] for what is deprecated, unpinned or a prerelease.

mod audits;
mod check;
mod conditions;
mod defaults;
mod errors;
mod foreign_keys;
mod keys;
mod lifecycle;
mod messages;
mod outside;
mod unbounded;
mod unit_tests;
mod unjudged;
mod values;

pub use audits::{AuditQuery, audit_definition_errors, audit_query, check_audits};
pub use check::check_contract;
pub use conditions::{ConditionError, ConditionErrorKind, check_conditions};
pub use errors::{ContractError, ContractErrorKind, contract_diagnostics, item_diagnostics};
pub use foreign_keys::foreign_key_queries;
pub use keys::{KeyError, KeyErrorKind, check_keys};
pub use lifecycle::{Differences, OtherVersion, RefNotice, lifecycle_notices, ref_notice};
pub use outside::{check_consumer, check_source};
pub use unit_tests::{CaseRows, CaseTable, UnitCase, check_test, test_cases};

#[cfg(test)]
mod tests;
