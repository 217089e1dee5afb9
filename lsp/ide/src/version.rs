//! The versions of a model in words.

use crate::describe::in_words;
use esker_driver::declare::{Item, VersionName};
use esker_driver::resolve::{Lifecycle, Node, item_nodes, node_decl};
use esker_driver::source::{Db, Project};

/// `It has versions 1, 2 and 3; the latest is 2`
pub(crate) fn versions<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> String {
    let all = item_nodes(db, item);
    match (all.as_slice(), latest(db, project, item)) {
        ([_, _, ..], Some(latest)) => format!("It has versions {}; the latest is {latest}", labels(db, all)),
        _ => format!("It has version {} only", labels(db, all)),
    }
}

/// The latest of a model's versions.
pub(crate) fn latest<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Option<&'db VersionName> {
    let is_latest = |node: &&Node<'db>| node_decl(db, project, **node).lifecycle == Lifecycle::Latest;
    item_nodes(db, item).iter().find(is_latest)?.version(db).as_ref()
}

fn labels<'db>(db: &'db dyn Db, nodes: &[Node<'db>]) -> String {
    let labels: Vec<String> =
        nodes.iter().filter_map(|node| node.version(db).as_ref().map(ToString::to_string)).collect();
    in_words(&labels)
}
