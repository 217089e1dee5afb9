//! What readers are told of the versions that they read: which one an unpinned reference means, what a prerelease will
//! change, and that a version, or a column, is going away.
//!
//! All of it depends on the present moment, so nothing here is a query that the database remembers.

mod columns;
mod messages;
mod notice;
mod readings;
#[cfg(test)]
mod tests;

pub use columns::Differences;
pub use notice::{OtherVersion, RefNotice, ref_notice};

use crate::messages::list;
use chrono::NaiveDateTime;
use esker_declare::Part;
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_resolve::{Node, NodeRole, node_decl, project_nodes, property_location};
use esker_source::{Db, Project};
use readings::Reading;
use std::collections::HashSet;

/// What is to be told at `now` of everything that is read, sorted, each reference once. Readers that are deprecated
/// themselves are told nothing.
pub fn lifecycle_notices(db: &dyn Db, project: Project, now: NaiveDateTime) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut read: HashSet<Node<'_>> = HashSet::new();
    for node in project_nodes(db, project) {
        let readings = readings::of_node(db, project, *node);
        read.extend(readings.iter().map(|reading| reading.target));
        if !is_deprecated(db, project, *node, now) {
            found.extend(readings.iter().filter_map(|reading| messages::reading(db, project, reading, now)));
            found.extend(columns::deprecated_uses(db, project, *node, now));
        }
    }
    let outside: Vec<Reading<'_>> = readings::of_consumers(db, project);
    read.extend(outside.iter().map(|reading| reading.target));
    found.extend(outside.iter().filter_map(|reading| messages::reading(db, project, reading, now)));
    found.extend(columns::deprecated_outside(db, project, now));
    let unread = project_nodes(db, project).iter().filter(|node| !read.contains(node));
    found.extend(unread.filter_map(|node| removable(db, project, *node, now)));
    Diagnostic::sort(&mut found);
    found
}

/// Whether a node is not to be read any more.
fn is_deprecated<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, now: NaiveDateTime) -> bool {
    node_decl(db, project, node).deprecated.as_ref().is_some_and(|deprecation| deprecation.date <= now)
}

/// That a version behind its date has no readers left.
fn removable<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, now: NaiveDateTime) -> Option<Diagnostic> {
    let decl = node_decl(db, project, node);
    if !is_deprecated(db, project, node, now) || decl.role == NodeRole::External {
        return None;
    }
    let label = node.label(db);
    let date = messages::moment(decl.deprecated.as_ref()?.date);
    let title = format!("`{label}` is deprecated since {date} and nothing reads it");
    let at = property_location(db, node, Part::Deprecated);
    let what = if node.version(db).is_some() { "this version block" } else { "the model" };
    Some(
        Diagnostic::new(diagnostics::REMOVABLE, title, at, "can be removed")
            .help(format!("Remove {what} once nobody outside this project reads {}.", list(&[label]))),
    )
}
