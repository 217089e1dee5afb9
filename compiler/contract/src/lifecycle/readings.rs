//! Who reads what: the references of SQL, what foreign keys and audits name, and what consumers read.

use crate::audits::node_arguments;
use esker_declare::{ItemDecl, ItemKind, NodeName, Part, Place};
use esker_diagnostics::Location;
use esker_resolve::{
    Node, RefPin, ResolvedRef, constraint_location, names, node_decl, node_refs, place_location, resolve_name,
    sql_location,
};
use esker_source::{Db, Project};

/// One place at which a node is read.
pub(super) struct Reading<'db> {
    /// Where.
    pub(super) at: Location,
    /// What is read.
    pub(super) target: Node<'db>,
    /// Whether the place says which version.
    pub(super) pinned: bool,
    /// How it reads.
    pub(super) by: Reader<'db>,
}

/// How a node is read.
pub(super) enum Reader<'db> {
    /// By the nth reference of a node's SQL.
    Sql(Node<'db>, u32),
    /// By its name in a declaration, with the columns, if it says which.
    Name(Vec<String>),
}

/// What a node reads.
pub(super) fn of_node<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Reading<'db>> {
    let read = |(n, found): (usize, &ResolvedRef<'db>)| {
        let at = sql_location(db, project, node, found.expr.tokens.clone());
        let pinned = found.expr.pin != RefPin::Unpinned;
        Some(Reading { at, target: found.target?, pinned, by: Reader::Sql(node, n as u32) })
    };
    let mut found: Vec<Reading<'db>> = node_refs(db, project, node).iter().enumerate().filter_map(read).collect();
    for column in node_decl(db, project, node).columns.iter().flatten() {
        let Some(key) = &column.decl.references else { continue };
        let at = constraint_location(db, column, key.constraint);
        found.extend(by_name(db, project, &key.node, key.column.iter().cloned().collect(), at));
    }
    for (name, at) in node_arguments(db, project, node) {
        found.extend(by_name(db, project, &name, Vec::new(), at));
    }
    found
}

/// What the consumers read.
pub(super) fn of_consumers<'db>(db: &'db dyn Db, project: Project) -> Vec<Reading<'db>> {
    let mut found = Vec::new();
    for ((kind, _), item) in &names(db, project).others {
        let (ItemKind::Consumer, ItemDecl::Consumer(consumer)) = (kind, item.decl(db)) else { continue };
        for (n, (name, columns)) in consumer.reads.iter().enumerate() {
            let part = Part::Reads(n as u32);
            let at = place_location(db, *item, Place { version: None, part });
            found.extend(by_name(db, project, name, columns.clone(), at));
        }
    }
    found
}

fn by_name<'db>(
    db: &'db dyn Db,
    project: Project,
    name: &NodeName,
    columns: Vec<String>,
    at: Location,
) -> Option<Reading<'db>> {
    let target = *resolve_name(db, project, name).ok()?.first()?;
    Some(Reading { at, target, pinned: name.version.is_some(), by: Reader::Name(columns) })
}
