//! Broken promises, and how they are said.

use esker_declare::{DataType, Item, ItemKind, Part};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_infer::At;
use esker_resolve::{Node, column_location, node_decl, property_location, sql_location};
use esker_source::{Db, Project};

/// A disagreement between a contract and the SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractError {
    /// The expression of the SELECT that disagrees.
    pub at: At,
    /// The column.
    pub column: String,
    /// Which of the node's columns it is; nothing for one that no line declares.
    pub declared: Option<usize>,
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
    },
    /// The version changes the columns, and its SQL is that of other versions.
    SharedSql {
        /// What the SQL does not return.
        missing: Vec<String>,
        /// What it returns, and the version does not declare.
        extra: Vec<String>,
        /// The label of a version with the same SQL.
        other: String,
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
    pub fn diagnostic<'db>(&self, db: &'db dyn Db, project: Project, node: Node<'db>) -> Diagnostic {
        let map = esker_sql::query_source_map(db, project, node);
        let at = sql_location(db, project, node, self.at.tokens(map));
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
            ContractErrorKind::Extra { ty } => {
                let title = format!("`{label}` does not declare `{column}`");
                let help = match ty.is_unknown() || *ty == DataType::Null {
                    true => format!("Declare `{column}` with its type in the contract, or do not select it."),
                    false => format!("Add `{column} {ty}` to the contract, or do not select it."),
                };
                Diagnostic::new(diagnostics::EXTRA_COLUMN, title, at, "not in the contract").help(help)
            }
            ContractErrorKind::SharedSql { missing, extra, other } => {
                let code = if missing.is_empty() { diagnostics::EXTRA_COLUMN } else { diagnostics::MISSING_COLUMN };
                let names =
                    |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let why = match (missing.is_empty(), extra.is_empty()) {
                    (true, _) => format!("It returns {} too.", names(extra)),
                    (false, true) => format!("It does not return {}.", names(missing)),
                    (false, false) => format!("It does not return {}, and returns {}.", names(missing), names(extra)),
                };
                let title = format!("`{label}` changes its columns, and has the SQL of version {other}");
                let at = property_location(db, node, Part::Columns);
                Diagnostic::new(code, title, at, "not what the SQL returns").why(why).help(format!(
                    "Give the version a `sql {{ … }}` block of its own, or write `derive from {other}` into it."
                ))
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
        let columns = node_decl(db, project, node).columns.as_deref().unwrap_or_default();
        match self.declared.and_then(|index| columns.get(index)) {
            Some(column) => diagnostic.related(column_location(db, column), "declared here"),
            None => diagnostic,
        }
    }
}

/// What is wrong with everything that a node promises, ready to be shown.
pub fn contract_diagnostics<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Diagnostic> {
    let promises = crate::check_contract(db, project, node).iter().map(|error| error.diagnostic(db, project, node));
    let keys = crate::check_keys(db, project, node).iter().map(|error| error.diagnostic(db, node));
    let conditions = crate::check_conditions(db, project, node).iter().map(|error| error.diagnostic(db, project, node));
    let mut found: Vec<Diagnostic> = promises.chain(keys).chain(conditions).collect();
    found.extend(crate::foreign_keys::check_foreign_keys(db, project, node));
    found.extend(crate::defaults::check_defaults(db, project, node));
    found.extend(crate::unbounded::check_unbounded(db, project, node));
    found.extend(crate::unbounded::check_ranges(db, project, node));
    found.extend(crate::unjudged::check_unjudged(db, project, node));
    found.extend(crate::check_audits(db, project, node));
    found
}

/// What is wrong with an item that is no dataset of its own: an audit's definition, a test, a consumer; and with the
/// freshness of a source.
pub fn item_diagnostics<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Vec<Diagnostic> {
    match item.kind(db) {
        ItemKind::Audit => crate::audit_definition_errors(db, project, item),
        ItemKind::Test => crate::check_test(db, project, item),
        ItemKind::Consumer => crate::check_consumer(db, project, item),
        ItemKind::Source => crate::check_source(db, project, item),
        _ => Vec::new(),
    }
}
