//! What touches the world outside: consumers and the columns that they read, and how fresh a source is by which column.

use crate::keys::columns_known;
use crate::messages::no_column;
use esker_declare::{DataType, Item, ItemDecl, Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_infer::surface;
use esker_resolve::{
    AccessProblem, Node, access_problem, item_nodes, place_location, problem_diagnostic, property_location,
    resolve_name,
};
use esker_source::{Db, Project};

/// What is wrong with what a consumer reads.
pub fn check_consumer<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Vec<Diagnostic> {
    let ItemDecl::Consumer(consumer) = item.decl(db) else { return Vec::new() };
    let mut found = Vec::new();
    for (line, (name, columns)) in consumer.reads.iter().enumerate() {
        let at = |part| place_location(db, item, Place { version: None, part });
        let line = line as u32;
        let nodes = match resolve_name(db, project, name) {
            Ok(nodes) => nodes,
            Err(problem) => {
                found.extend(problem_diagnostic(db, project, &problem, &name.name, at(Part::Reads(line))));
                continue;
            }
        };
        for node in nodes {
            if let Some(AccessProblem::Private { group, .. }) = access_problem(db, project, None, node) {
                found.push(private(db, item, node, &group, at(Part::Reads(line))));
            }
            let shown = surface(db, project, node);
            if !shown.complete || !columns_known(db, project, node) {
                continue;
            }
            let label = node.label(db);
            for (n, column) in columns.iter().enumerate() {
                if !shown.columns.iter().any(|known| known.name.eq_ignore_ascii_case(column)) {
                    let columns: Vec<String> = shown.columns.iter().map(|column| column.name.clone()).collect();
                    let title = format!("`{label}` has no column `{column}`");
                    found.push(no_column(title, at(Part::ReadsColumn(line, n as u32)), column, &columns));
                }
            }
        }
    }
    found
}

/// That a consumer, which is of no group, reads what is a group's own.
fn private<'db>(db: &'db dyn Db, consumer: Item<'db>, node: Node<'db>, group: &str, at: Location) -> Diagnostic {
    let label = node.label(db);
    let title = format!("`{}` reads `{label}`, which is private", consumer.name(db));
    Diagnostic::new(diagnostics::PRIVATE_READ, title, at, format!("private to the group `{group}`"))
        .related(property_location(db, node, Part::Access), "declared here")
        .why("A private model is its group's own, to be changed without asking anybody; a consumer is of no group.")
        .help(format!("Make `{label}` `access protected`, or read a model that is."))
}

/// What is wrong with the column by which a source's freshness is told.
pub fn check_source<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Vec<Diagnostic> {
    let ItemDecl::Source(source) = item.decl(db) else { return Vec::new() };
    let Some(freshness) = &source.freshness else { return Vec::new() };
    let Some(node) = item_nodes(db, item).first() else { return Vec::new() };
    let shown = surface(db, project, *node);
    let at = place_location(db, item, Place { version: None, part: Part::Freshness });
    let column = &freshness.column;
    match shown.columns.iter().find(|known| known.name.eq_ignore_ascii_case(column)) {
        None if shown.complete => {
            let columns: Vec<String> = shown.columns.iter().map(|column| column.name.clone()).collect();
            vec![no_column(format!("`{}` has no column `{column}`", item.name(db)), at, column, &columns)]
        }
        Some(known) if !is_moment(&known.ty) => {
            let title = format!("freshness is told by `{column}`, which is `{}`", known.ty);
            vec![
                Diagnostic::new(diagnostics::BAD_TIME_COLUMN, title, at, "not a date or a timestamp")
                    .why("The age of the data is the time since the greatest value of this column.")
                    .help("Name a column of type `date` or `timestamp`."),
            ]
        }
        _ => Vec::new(),
    }
}

fn is_moment(ty: &DataType) -> bool {
    matches!(ty, DataType::Date | DataType::Timestamp | DataType::TimestampTz | DataType::Unknown)
}
