//! The conditions of column checks: read and typed over the columns that the node declares, so that a plan never carries
//! one that the engine refuses.

use crate::keys::own_surface;
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_grammar::sql::{SqlText, SqlTokenKind};
use esker_infer::{InferError, InferErrorKind, condition_errors};
use esker_resolve::{Node, constraint_location, item_location, item_nodes, node_decl};
use esker_source::{Db, Project};
use esker_sql::{QuerySourceMap, SqlError, SqlErrorKind, lower_condition};

/// A check whose condition cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// Which of the node's columns has the check.
    pub column: usize,
    /// Which of the column's constraints it is.
    pub constraint: u32,
    /// What is wrong with it.
    pub kind: ConditionErrorKind,
}

/// What can be wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionErrorKind {
    /// It is no SQL.
    Sql(SqlError),
    /// Its names or types.
    Types(InferError),
    /// It reads a table.
    ReadsTable,
    /// It uses a variable.
    Variable(String),
}

/// What is wrong with the checks of a node.
#[salsa::tracked]
pub fn check_conditions<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<ConditionError> {
    let decl = node_decl(db, project, node);
    let columns = decl.columns.iter().flatten();
    if columns.clone().all(|column| column.decl.checks.is_empty()) {
        return Vec::new();
    }
    let shown = own_surface(db, project, node);
    let table = node.item(db).name(db).rsplit('.').next().unwrap_or_default();
    let mut errors = Vec::new();
    for (column, of) in columns.enumerate() {
        for check in &of.decl.checks {
            let kinds = problems(db, project, &check.condition, table, &shown);
            let constraint = check.constraint;
            errors.extend(kinds.into_iter().map(|kind| ConditionError { column, constraint, kind }));
        }
    }
    errors
}

fn problems(
    db: &dyn Db,
    project: Project,
    condition: &SqlText,
    table: &str,
    shown: &esker_infer::NodeSurface,
) -> Vec<ConditionErrorKind> {
    let variable = condition.tokens.iter().find(|token| token.kind == SqlTokenKind::Param);
    if let Some(variable) = variable {
        return vec![ConditionErrorKind::Variable(variable.text.clone())];
    }
    let lowered = lower_condition(condition, table);
    let mut wrong = lowered.errors.into_iter();
    if let Some(error) = wrong.next() {
        return vec![ConditionErrorKind::Sql(error)];
    }
    // The rows of the table itself are the one thing that is read.
    let unread = lowered.query.root.is_none() && lowered.query.opaque.is_none();
    if unread || lowered.query.tables.len() > 1 || !lowered.stray_tables.is_empty() {
        return vec![ConditionErrorKind::ReadsTable];
    }
    let mut errors = condition_errors(db, project, &lowered.query, shown);
    for error in &mut errors {
        if let InferErrorKind::MisplacedAggregate { clause, .. } = &mut error.kind {
            *clause = "a check";
        }
    }
    errors.into_iter().map(ConditionErrorKind::Types).collect()
}

/// The error with the version in it, where the column that is not there is one of other versions.
fn with_version<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, error: &InferError) -> InferError {
    let mut error = error.clone();
    if let InferErrorKind::UnknownColumn { name, tables, .. } = &mut error.kind {
        let has = |other: &Node<'db>| {
            let columns = node_decl(db, project, *other).columns.iter().flatten();
            columns.into_iter().any(|column| column.decl.name.eq_ignore_ascii_case(name))
        };
        if item_nodes(db, node.item(db)).iter().any(has) {
            *tables = vec![node.label(db)];
        }
    }
    error
}

impl ConditionError {
    /// The problem as it is shown: at the check.
    pub fn diagnostic<'db>(&self, db: &'db dyn Db, project: Project, node: Node<'db>) -> Diagnostic {
        let columns = node_decl(db, project, node).columns.as_deref().unwrap_or_default();
        let at = match columns.get(self.column) {
            Some(column) => constraint_location(db, column, self.constraint),
            None => item_location(db, node.item(db)),
        };
        let locate = |_| -> Location { at.clone() };
        match &self.kind {
            ConditionErrorKind::Sql(error) => {
                let mut error = error.clone();
                // What the condition is read as ends with a parenthesis; the user's ends here.
                if let SqlErrorKind::Unexpected { found, .. } = &mut error.kind
                    && found.as_deref() == Some(")")
                {
                    *found = None;
                }
                error.diagnostic(locate)
            }
            ConditionErrorKind::Types(error) => {
                with_version(db, project, node, error).diagnostic(&QuerySourceMap::default(), locate)
            }
            ConditionErrorKind::ReadsTable => {
                Diagnostic::new(diagnostics::UNKNOWN_TABLE, "a check reads another table", at, "reads a table")
                    .why("A check is asked of each row alone.")
                    .help("Compare the columns of the row itself; make what compares tables a model of its own.")
            }
            ConditionErrorKind::Variable(name) => {
                let title = format!("a check uses the variable `{name}`");
                Diagnostic::new(diagnostics::UNKNOWN_VARIABLE, title, at, "a check has no variables")
                    .why("What is promised of the data does not hang on the run that makes it.")
                    .help("Write the value itself.")
            }
        }
    }
}
