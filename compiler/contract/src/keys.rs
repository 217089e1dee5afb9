//! The columns that a model names outside its contract, in its kind and its grain: they must be among those it has.

use crate::messages::list;
use esker_declare::{DataType, KindDecl, KindForm, Part};
use esker_diagnostics::{self as diagnostics, Diagnostic, nearest};
use esker_infer::{NodeSurface, inferred, surface};
use esker_resolve::{Node, NodeRole, node_decl, property_location};
use esker_source::{Db, Project};

/// A column named by a property that cannot be what the property needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError {
    /// The property's piece that names it.
    pub part: Part,
    /// The column as written.
    pub column: String,
    /// What is wrong with it.
    pub kind: KeyErrorKind,
}

/// What can be wrong with such a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyErrorKind {
    /// The model has no such column; these are those it has.
    Unknown(Vec<String>),
    /// A time column that holds no time.
    NoTime(DataType),
}

/// What is wrong with the columns that a node's kind and grain name.
#[salsa::tracked]
pub fn check_keys<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<KeyError> {
    let decl = node_decl(db, project, node);
    let shown = own_surface(db, project, node);
    if !columns_known(db, project, node) {
        return Vec::new();
    }
    let mut errors = Vec::new();
    let mut check = |part, name: &str, timed: bool| {
        let kind = match shown.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)) {
            None if shown.complete => {
                KeyErrorKind::Unknown(shown.columns.iter().map(|column| column.name.clone()).collect())
            }
            Some(found) if timed && !matches!(found.ty, DataType::Date | DataType::Timestamp | DataType::Unknown) => {
                KeyErrorKind::NoTime(found.ty.clone())
            }
            _ => return,
        };
        errors.push(KeyError { part, column: name.to_string(), kind });
    };
    for (index, name) in decl.properties.grain.iter().flatten().enumerate() {
        check(Part::Grain(index as u32), name, false);
    }
    if let NodeRole::Model(Some(KindDecl { form, .. })) = &decl.role {
        for (index, name) in form.columns().iter().enumerate() {
            match form {
                KindForm::IncrementalByTime(_) | KindForm::Scd2ByTime(_) => check(Part::TimeColumn, name, true),
                _ => check(Part::KindColumn(index as u32), name, false),
            }
        }
    }
    errors
}

/// The columns of a node as it is judged by them itself. A name that is not there may be that of one which could not be
/// read.
pub(crate) fn own_surface<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> NodeSurface {
    let decl = node_decl(db, project, node);
    let mut shown = surface(db, project, node).clone();
    shown.complete = !decl.unsure() && (decl.columns.is_some() || inferred(db, project, node).complete);
    shown
}

/// Whether a node's columns are what was meant: with a wrong column block, or names in the SQL that were not found, they
/// are not.
pub(crate) fn columns_known<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> bool {
    !node_decl(db, project, node).unsure() && inferred(db, project, node).errors.is_empty()
}

impl KeyError {
    /// The problem as it is shown.
    pub fn diagnostic<'db>(&self, db: &'db dyn Db, node: Node<'db>) -> Diagnostic {
        let at = property_location(db, node, self.part);
        let (label, column) = (node.label(db), &self.column);
        match &self.kind {
            KeyErrorKind::Unknown(columns) => {
                let title = format!("`{label}` has no column `{column}`");
                let found = Diagnostic::new(diagnostics::UNKNOWN_KEY_COLUMN, title, at, "no such column");
                match nearest(column, columns.iter().map(String::as_str)) {
                    Some(near) => found.help(format!("Did you mean `{near}`?")),
                    None => found.help(format!("Its columns are {}.", list(columns))),
                }
            }
            KeyErrorKind::NoTime(ty) => {
                let title = format!("the time column `{column}` is `{ty}`");
                Diagnostic::new(diagnostics::BAD_TIME_COLUMN, title, at, "not a date or a timestamp")
                    .why(
                        "Rows belong to the cell in which their time lies, and cells are half-open ranges of UTC time.",
                    )
                    .help(format!(
                        "Name a column of type `date` or `timestamp`, or cast this one: `cast({column} as timestamp)`."
                    ))
            }
        }
    }
}
