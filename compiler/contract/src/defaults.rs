//! Defaults of columns: a value of the column's type.

use crate::values::{misfit, text};
use esker_declare::{Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_resolve::{Node, node_decl, place_location};
use esker_source::{Db, Project};

/// The defaults of a node's columns that their types do not hold.
pub(crate) fn check_defaults<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for column in node_decl(db, project, node).columns.iter().flatten() {
        let Some(default) = &column.decl.default else { continue };
        let Some(help) = misfit(default, &column.decl.ty) else { continue };
        let part = Part::EntryName(column.decl.entry);
        let at = place_location(db, column.item, Place { version: column.place.version, part });
        let (name, ty) = (&column.decl.name, &column.decl.ty);
        let title = format!("`{}` is no default for `{name}`, which is `{ty}`", text(default));
        found.push(
            Diagnostic::new(diagnostics::WRONG_VALUE, title, at, format!("a `{ty}` with another default")).help(help),
        );
    }
    found
}
