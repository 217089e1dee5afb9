//! The conditions of column checks: read and typed over the columns that the node declares, so that a plan never carries
//! one that the engine refuses.

use esker_declare::{ColumnsEdit, ItemDecl, Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_grammar::sql::{SqlText, SqlTokenKind};
use esker_infer::{InferError, InferErrorKind, condition_errors, surface};
use esker_resolve::{Node, NodeColumn, node_decl, place_location};
use esker_source::{Db, Project};
use esker_sql::{QuerySourceMap, SqlError, SqlErrorKind, lower_condition};

/// A check whose condition cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// The check.
    pub place: Place,
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
    let decl = node_decl(db, node);
    let columns = decl.columns.iter().flatten();
    if !decl.errors.is_empty() || columns.clone().all(|column| column.decl.checks.is_empty()) {
        return Vec::new();
    }
    let shown = surface(db, project, node);
    let table = node.item(db).name(db).rsplit('.').next().unwrap_or_default();
    let mut errors = Vec::new();
    for column in columns {
        for check in &column.decl.checks {
            let part = Part::EntryItem(column.decl.entry, check.constraint);
            let place = Place { version: defining_block(db, node, column), part };
            let kinds = problems(&check.condition, table, shown);
            errors.extend(kinds.into_iter().map(|kind| ConditionError { place, kind }));
        }
    }
    errors
}

/// The version block that defines a column; nothing for the shared body, also where the block renames its column.
fn defining_block(db: &dyn Db, node: Node<'_>, column: &NodeColumn) -> Option<u32> {
    let ItemDecl::Model(model) = node.item(db).decl(db) else { return None };
    let block = column.place.version?;
    let version = model.versions.iter().find(|version| version.block == block)?;
    let defines = |edit: &ColumnsEdit| matches!(edit, ColumnsEdit::Define(own) if own.entry == column.decl.entry);
    version.columns.iter().flatten().any(defines).then_some(block)
}

fn problems(condition: &SqlText, table: &str, shown: &esker_infer::NodeSurface) -> Vec<ConditionErrorKind> {
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
    let mut errors = condition_errors(&lowered.query, shown);
    for error in &mut errors {
        if let InferErrorKind::MisplacedAggregate { clause, .. } = &mut error.kind {
            *clause = "a check";
        }
    }
    errors.into_iter().map(ConditionErrorKind::Types).collect()
}

impl ConditionError {
    /// The problem as it is shown: at the check.
    pub fn diagnostic<'db>(&self, db: &'db dyn Db, node: Node<'db>) -> Diagnostic {
        let at = place_location(db, node.item(db), self.place);
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
            ConditionErrorKind::Types(error) => error.diagnostic(&QuerySourceMap::default(), locate),
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
