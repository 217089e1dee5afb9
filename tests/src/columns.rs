//! The columns of a project's nodes, as `columns` fences show them and `type:` comments claim them.

use crate::claimed::{TypeAt, line_of};
use esker_driver::{Session, infer, resolve, sql};

/// Every node with its columns: name, type, and whether it is never null.
pub fn shown(session: &Session) -> String {
    let mut out = String::new();
    for node in session.columns() {
        out.push_str(&format!("{}\n", node.label));
        let width = node.surface.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0);
        for column in &node.surface.columns {
            let not_null = if column.not_null { "  not null" } else { "" };
            out.push_str(&format!("  {:width$}  {}{not_null}\n", column.name, column.ty));
        }
        if !node.surface.complete {
            out.push_str("  and others that are not known\n");
        }
    }
    out
}

/// The type of each output column, at the line where the expression that makes it begins.
pub fn types(session: &Session) -> Vec<TypeAt> {
    let (db, project) = (session.db(), session.project());
    let mut found = Vec::new();
    for node in resolve::project_nodes(db, project) {
        let map = sql::query_source_map(db, project, *node);
        for column in &infer::inferred(db, project, *node).columns {
            let Some(expr) = column.expr else { continue };
            let at = resolve::sql_location(db, project, *node, map.expr(expr));
            let line = line_of(session.text(&at.file).unwrap_or(""), at.span.start);
            found.push(TypeAt { file: at.file.to_string(), line, text: column.ty.to_string() });
        }
    }
    found
}
