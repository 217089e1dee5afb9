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
use esker_declare::{Part, VersionName};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_resolve::{Lifecycle, Node, NodeRole, item_nodes, node_decl, project_nodes, property_location};
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

/// That a version behind its date has no readers left. The latest cannot go by itself: another one has to take its place.
fn removable<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, now: NaiveDateTime) -> Option<Diagnostic> {
    let decl = node_decl(db, project, node);
    if !is_deprecated(db, project, node, now) || decl.role == NodeRole::External {
        return None;
    }
    let (label, version) = (node.label(db), node.version(db));
    let date = messages::moment(decl.deprecated.as_ref()?.date);
    let at = property_location(db, node, Part::Deprecated);
    if version.is_some() && decl.lifecycle == Lifecycle::Latest {
        let title = format!("`{label}` is the latest version, deprecated since {date}, and nothing reads it");
        let found = Diagnostic::new(diagnostics::REMOVABLE, title, at, "the latest is past its date");
        return Some(found.help(next_latest(db, project, node)));
    }
    let title = format!("`{label}` is deprecated since {date} and nothing reads it");
    let what = if version.is_some() { "this version block" } else { "the model" };
    Some(
        Diagnostic::new(diagnostics::REMOVABLE, title, at, "can be removed")
            .help(format!("Remove {what} once nobody outside this project reads {}.", list(&[label]))),
    )
}

/// Which version could be the latest in place of this one: the next that stays, else the one before.
fn next_latest<'db>(db: &'db dyn Db, project: Project, latest: Node<'db>) -> String {
    let stays = |node: &&Node<'db>| node_decl(db, project, **node).deprecated.is_none();
    let siblings = item_nodes(db, latest.item(db));
    let (after, before): (Vec<_>, Vec<_>) =
        siblings.iter().filter(stays).partition(|node| node.version(db) > latest.version(db));
    let line = |version: &VersionName| match version {
        VersionName::Integer(number) => format!("latest {number}"),
        VersionName::Text(text) => format!("latest \"{text}\""),
    };
    let version = |node: Option<&Node<'db>>| node.and_then(|node| node.version(db).as_ref());
    if let Some(next) = version(after.first().copied()) {
        return format!("Make version {next} the latest: write `{}` in the model.", line(next));
    }
    match version(before.last().copied()) {
        Some(last) => format!(
            "It has no successor: add a version, or write `{}` in the model to go back to version {last}.",
            line(last)
        ),
        None => {
            let outside = list(&[latest.item(db).name(db).as_str()]);
            format!(
                "It has no successor: add a version, or remove the model once nobody outside this project reads {outside}."
            )
        }
    }
}
