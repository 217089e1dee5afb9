//! Audits: their definitions, their uses, and the queries that plans run.
//!
//! A definition is checked once, over a dataset of which nothing is known. A use is checked over the columns of its
//! dataset, and only what its arguments make wrong is told of it.

mod arguments;
mod definition;
mod instance;
mod messages;
#[cfg(test)]
mod tests;
mod usage;

pub(crate) use arguments::title;
pub use definition::audit_definition_errors;
pub(crate) use instance::{lexed, ref_sql, variable};
pub(crate) use messages::Site;
pub(crate) use usage::{Dataset, Usage, usage};

use crate::keys::columns_known;
use esker_declare::{DeclError, NodeName, ParamType, Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_grammar::sql::SqlText;
use esker_infer::surface;
use esker_resolve::{Node, NodeAudit, node_decl, place_location};
use esker_source::{Db, Project};

/// The query of an audit or of a foreign key: the rows that it returns break a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditQuery {
    /// What is promised, as it is written: `accepted_range(lifetime, min => 0)`.
    pub title: String,
    /// Whether rows are a warning, not an error.
    pub warn: bool,
    /// The query. It reads the audited node by its `ref`, and others by theirs.
    pub sql: SqlText,
}

/// The uses of audits of a node, in order.
#[salsa::tracked]
fn node_usages<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Usage<'db>> {
    let decl = node_decl(db, project, node);
    let mut columns = surface(db, project, node).clone();
    // Where the columns are not what was meant, nothing is said of them.
    columns.complete &= columns_known(db, project, node);
    let on = Dataset { this: name_of(db, node), node: Some(node), columns: &columns, given: &[] };
    decl.audits.iter().map(|audit| usage(db, project, &audit.decl, &on)).collect()
}

/// The name by which a node is referred to.
pub(crate) fn name_of<'db>(db: &'db dyn Db, node: Node<'db>) -> NodeName {
    NodeName { name: node.item(db).name(db).clone(), version: node.version(db).clone() }
}

fn site<'a, 'db>(node: Node<'db>, audit: &'a NodeAudit, db: &'db dyn Db) -> Site<'a, 'db> {
    let name = Place { version: audit.block, part: Part::Audit(audit.decl.line) };
    Site { item: node.item(db), name, usage: &audit.decl, node: Some(node) }
}

/// What is wrong with the audits that a node uses.
pub fn check_audits<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Diagnostic> {
    let decl = node_decl(db, project, node);
    // Most nodes use none: then the columns do not matter.
    if decl.audits.is_empty() {
        return Vec::new();
    }
    let usages = node_usages(db, project, node);
    let mut found = Vec::new();
    for (n, (audit, usage)) in decl.audits.iter().zip(usages).enumerate() {
        if is_broken(node.item(db).errors(db), audit.block, audit.decl.line) {
            continue;
        }
        let site = site(node, audit, db);
        found.extend(site.diagnostics(db, project, usage));
        let same = |(_, other): &(&NodeAudit, &Usage<'db>)| {
            !other.broken && other.audit == usage.audit && values(other) == values(usage)
        };
        let before = decl.audits.iter().zip(usages).take(n).find(same);
        if let (Some((first, _)), false) = (before, usage.broken) {
            let title = format!("the audit `{}` stands here twice", title(&audit.decl));
            let first = Place { version: first.block, part: Part::Audit(first.decl.line) };
            found.push(
                Diagnostic::new(diagnostics::REPEATED_AUDIT, title, site.at(db, None), "says the same")
                    .related(place_location(db, node.item(db), first), "the first one")
                    .help("Remove one of the two."),
            );
        }
    }
    found
}

/// Whether a use was reported for what it is by itself: an argument is left out of it then.
pub(crate) fn is_broken(errors: &[DeclError], block: Option<u32>, line: u32) -> bool {
    let of_use = |part| matches!(part, Part::Audit(n) | Part::AuditArg(n, _) | Part::AuditLevel(n) if n == line);
    errors.iter().any(|error| error.at.version == block && of_use(error.at.part))
}

fn values<'a>(usage: &'a Usage<'_>) -> Vec<Option<&'a esker_declare::Value>> {
    usage.values.iter().map(|value| value.as_ref().map(|value| &value.value)).collect()
}

/// The query of an audit that a node uses.
///
/// # Errors
/// What is wrong with the use; nothing more when that is in the audit's definition.
pub fn audit_query<'db>(
    db: &'db dyn Db,
    project: Project,
    node: Node<'db>,
    audit: &NodeAudit,
) -> Result<AuditQuery, Vec<Diagnostic>> {
    let decl = node_decl(db, project, node);
    let found = decl.audits.iter().position(|other| other == audit);
    let Some(usage) = found.and_then(|n| node_usages(db, project, node).get(n)) else { return Err(Vec::new()) };
    if is_broken(node.item(db).errors(db), audit.block, audit.decl.line) {
        return Err(Vec::new());
    }
    if usage.broken {
        return Err(site(node, audit, db).diagnostics(db, project, usage));
    }
    Ok(AuditQuery { title: title(&audit.decl), warn: audit.decl.warn, sql: usage.instance.sql.clone() })
}

/// The nodes that the audits of a node are given as arguments, each with its place.
pub(crate) fn node_arguments<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<(NodeName, Location)> {
    let mut found = Vec::new();
    let audits = &node_decl(db, project, node).audits;
    if audits.is_empty() {
        return found;
    }
    for (audit, usage) in audits.iter().zip(node_usages(db, project, node)) {
        let Some(definition) = usage.audit.map(|audit| definition::definition(db, project, audit)) else { continue };
        for (param, argument) in definition.params.iter().zip(&usage.values) {
            if let (ParamType::Model, Some(argument)) = (&param.ty, argument) {
                let at = site(node, audit, db).at(db, argument.given.first().copied());
                found.push((instance::node_name(&argument.value), at));
            }
        }
    }
    found
}
