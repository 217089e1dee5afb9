//! Broken promises, and how they are said.

use esker_declare::{DataType, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_infer::At;
use esker_resolve::{Node, place_location, sql_location};
use esker_source::{Db, Project};

/// A disagreement between a contract and the SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractError {
    /// The expression of the SELECT that disagrees.
    pub at: At,
    /// The column.
    pub column: String,
    /// The line that declares it; nothing for a column that no line declares.
    pub declared: Option<Place>,
    /// What the disagreement is.
    pub kind: ContractErrorKind,
}

/// The kinds of disagreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractErrorKind {
    /// Declared, and not returned.
    Missing {
        /// An undeclared column of nearly this name.
        meant: Option<String>,
    },
    /// Returned, and not declared.
    Extra {
        /// Its type.
        ty: DataType,
        /// Whether the SQL is shared by the versions of the model.
        shared: bool,
    },
    /// Of another type.
    Type {
        /// As the contract says.
        declared: DataType,
        /// As the SQL returns it.
        found: DataType,
    },
    /// Promised never to be null, and always null.
    Null,
}

impl ContractError {
    /// The problem as it is shown.
    pub fn diagnostic<'db>(&self, db: &'db dyn Db, node: Node<'db>) -> Diagnostic {
        let map = esker_sql::query_source_map(db, node);
        let at = sql_location(db, node, self.at.tokens(map));
        let column = &self.column;
        let label = node.label(db);
        let diagnostic = match &self.kind {
            ContractErrorKind::Missing { meant: Some(meant) } => {
                let title = format!("`{label}` promises `{column}`, but its SQL returns `{meant}`");
                Diagnostic::new(diagnostics::MISSING_COLUMN, title, at, "no such column is declared")
                    .help(format!("Write `as {column}`, or correct the contract."))
            }
            ContractErrorKind::Missing { meant: None } => {
                let title = format!("`{label}` promises `{column}`, but its SQL does not return it");
                let text = format!("`{column}` is not among the columns up to here");
                Diagnostic::new(diagnostics::MISSING_COLUMN, title, at, text)
                    .help(format!("Select `{column}`, or remove it from the contract."))
            }
            ContractErrorKind::Extra { ty, shared } => {
                let title = format!("`{label}` does not declare `{column}`");
                let help = match (shared, ty.is_unknown() || *ty == DataType::Null) {
                    (true, _) => format!("give this version SQL of its own without `{column}`, or include the column"),
                    (false, true) => format!("declare `{column}` with its type in the contract, or do not select it"),
                    (false, false) => format!("add `{column} {ty}` to the contract, or do not select it"),
                };
                Diagnostic::new(diagnostics::EXTRA_COLUMN, title, at, "not in the contract").help(help)
            }
            ContractErrorKind::Type { declared, found } => {
                let title = format!("`{column}` is declared `{declared}`, but is `{found}`");
                Diagnostic::new(diagnostics::TYPE_MISMATCH, title, at, format!("this is `{found}`"))
                    .help(format!("Convert it with `cast(… as {declared})`, or declare `{column} {found}`."))
            }
            ContractErrorKind::Null => {
                let title = format!("`{column}` is declared `not null`, but is always null");
                Diagnostic::new(diagnostics::NULL_IN_NOT_NULL, title, at, "always null")
                    .help(format!("Select a value, or remove `not null` from `{column}`."))
            }
        };
        match self.declared {
            Some(place) => diagnostic.related(place_location(db, node.item(db), place), "declared here"),
            None => diagnostic,
        }
    }
}

/// What is wrong with a node's promise, ready to be shown.
pub fn contract_diagnostics<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Diagnostic> {
    let promises = crate::check_contract(db, project, node).iter().map(|error| error.diagnostic(db, node));
    let keys = crate::check_keys(db, project, node).iter().map(|error| error.diagnostic(db, node));
    let conditions = crate::check_conditions(db, project, node).iter().map(|error| error.diagnostic(db, node));
    promises.chain(keys).chain(conditions).collect()
}
