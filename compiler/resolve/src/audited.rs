//! What the promises of a node read besides the node: other models in its audits, and what its foreign keys point at.

use crate::{Node, item, names, node_decl, resolve, resolve_name, sql_refs};
use esker_declare::{AuditUse, ForeignKey, ItemDecl, ItemKind, NodeName, ParamDecl, ParamType, Value};
use esker_grammar::sql::SqlText;
use esker_source::{Db, Project};

/// Which promise of a node reads another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, salsa::SalsaValue)]
pub enum Promise {
    /// The nth of [`crate::NodeDecl::audits`].
    Audit(usize),
    /// The foreign key of the nth of [`crate::NodeDecl::columns`].
    ForeignKey(usize),
}

/// The nodes that a node's promises read, each with the first promise that reads it, in order. What cannot be resolved
/// is left out, and so is the node itself: its own rows are there when they are judged.
#[salsa::tracked]
pub fn audit_reads<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<(Promise, Node<'db>)> {
    let decl = node_decl(db, project, node);
    let mut found: Vec<(Promise, Node<'db>)> = Vec::new();
    let mut add = |promise, target: Node<'db>| {
        if target != node && !found.iter().any(|(_, other)| *other == target) {
            found.push((promise, target));
        }
    };
    for (index, audit) in decl.audits.iter().enumerate() {
        reads_of_audit(db, project, &audit.decl).into_iter().for_each(|target| add(Promise::Audit(index), target));
    }
    for (index, column) in decl.columns.iter().flatten().enumerate() {
        let Some(ForeignKey { node, .. }) = &column.decl.references else { continue };
        if let Ok(targets) = resolve_name(db, project, node) {
            targets.into_iter().for_each(|target| add(Promise::ForeignKey(index), target));
        }
    }
    found
}

fn reads_of_audit<'db>(db: &'db dyn Db, project: Project, audit: &AuditUse) -> Vec<Node<'db>> {
    let Some(definition) = item(db, project, ItemKind::Audit, &audit.name) else { return Vec::new() };
    let ItemDecl::Audit(decl) = definition.decl(db) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(body) = definition.bodies(db).get(&None) {
        found.extend(reads_of_sql(db, project, body));
    }
    for (index, (name, value)) in audit.args.iter().enumerate() {
        match value {
            Value::Sql(sql) => found.extend(reads_of_sql(db, project, sql)),
            Value::Node(node) => found.extend(resolve_name(db, project, node).into_iter().flatten()),
            Value::Word(word) if param(&decl.params, index, name.as_deref()) == Some(&ParamType::Model) => {
                let node = NodeName { name: word.clone(), version: None };
                found.extend(resolve_name(db, project, &node).into_iter().flatten());
            }
            _ => {}
        }
    }
    found
}

fn reads_of_sql<'db>(db: &'db dyn Db, project: Project, sql: &SqlText) -> Vec<Node<'db>> {
    // `ref(orders)` may be a parameter's stand-in too; what has no item is no node.
    let refs = sql_refs(sql);
    let named = refs.iter().filter_map(|expr| Some((expr.name.as_deref()?, &expr.pin)));
    let known = named.filter(|(name, _)| names(db, project).items.contains_key(*name));
    known.filter_map(|(name, pin)| resolve(db, project, name, pin).ok()).collect()
}

fn param<'p>(params: &'p [ParamDecl], index: usize, name: Option<&str>) -> Option<&'p ParamType> {
    let found = match name {
        Some(name) => params.iter().find(|param| param.name == name),
        None => params.get(index),
    };
    found.map(|param| &param.ty)
}
