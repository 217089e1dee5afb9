//! The node that a name and a pin mean, or why they mean none.

use super::RefPin;
use crate::interface::published;
use crate::{Node, item_nodes, names, versions};
use esker_declare::{Item, ItemDecl, NodeName, VersionName};
use esker_source::{Db, Project};

/// Why a name and a pin mean no node.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum RefProblem<'db> {
    /// No item has the name.
    UnknownName,
    /// The name begins with that of a project which this one does not depend on, but nearly.
    UnknownProject {
        /// The project that was likely meant.
        likely: String,
    },
    /// The project publishes no model of this name.
    NotPublished {
        /// The project.
        project: String,
        /// What it publishes, with full names.
        published: Vec<String>,
    },
    /// The model has versions, but not this one.
    UnknownVersion(Item<'db>, VersionName),
    /// The item has no versions at all.
    NotVersioned(Item<'db>),
    /// The item is too broken to be read; it was reported.
    Broken,
}

/// The node that a name and a pin mean.
pub fn resolve<'db>(db: &'db dyn Db, project: Project, name: &str, pin: &RefPin) -> Result<Node<'db>, RefProblem<'db>> {
    let label = match pin {
        RefPin::Unpinned => None,
        RefPin::Pinned(label, _) => Some(label),
    };
    resolve_label(db, project, name, label)
}

/// The node that a declaration names; without a version the latest.
pub fn resolve_name<'db>(
    db: &'db dyn Db,
    project: Project,
    name: &NodeName,
) -> Result<Vec<Node<'db>>, RefProblem<'db>> {
    resolve_label(db, project, &name.name, name.version.as_ref()).map(|node| vec![node])
}

fn resolve_label<'db>(
    db: &'db dyn Db,
    project: Project,
    name: &str,
    label: Option<&VersionName>,
) -> Result<Node<'db>, RefProblem<'db>> {
    let names = names(db, project);
    let Some(item) = names.items.get(name).copied() else {
        // A name that stands in a broken item may be cut off itself: `countri` says nothing against `countries`.
        let whole = names.items.iter().filter(|(_, item)| !item.broken(db)).map(|(name, _)| name.as_str());
        let lost = names.lossy && !esker_diagnostics::is_slip(name, whole);
        return Err(if lost { RefProblem::Broken } else { unknown(db, project, name) });
    };
    if names.duplicates.iter().any(|(_, first)| *first == item) {
        return Err(RefProblem::Broken);
    }
    let nodes = item_nodes(db, item);
    let model = match item.decl(db) {
        ItemDecl::Model(model) if !model.versions.is_empty() => Some(model),
        _ => None,
    };
    let Some(model) = model else {
        return match (nodes.first(), label) {
            (None, _) => Err(RefProblem::Broken),
            // The versions may be in what could not be read.
            (Some(_), Some(_)) if item.broken(db) => Err(RefProblem::Broken),
            (Some(node), None) => Ok(*node),
            (Some(_), Some(_)) => Err(RefProblem::NotVersioned(item)),
        };
    };
    // Which version is meant is not known; that was reported.
    if label.is_none() && !model.has_clear_latest() {
        return Err(RefProblem::Broken);
    }
    let Some(wanted) = label.or_else(|| versions::latest(model)) else { return Err(RefProblem::Broken) };
    match (versions::block(model, wanted), label) {
        (Some(version), _) if version.duplicated => Err(RefProblem::Broken),
        (Some(version), _) => Ok(Node::new(db, item, Some(version.name.clone()))),
        (None, Some(_)) if item.broken(db) => Err(RefProblem::Broken),
        // A label that could not be read may be the one that is meant.
        (None, Some(_)) if versions::has_bad_label(db, item) => Err(RefProblem::Broken),
        (None, Some(label)) => Err(RefProblem::UnknownVersion(item, label.clone())),
        (None, None) => Err(RefProblem::Broken),
    }
}

/// Why nothing has the name: in a dotted one, the first part may be meant as a project.
fn unknown<'db>(db: &'db dyn Db, project: Project, name: &str) -> RefProblem<'db> {
    let dependencies = &project.settings(db).dependencies;
    let Some((first, _)) = name.split_once('.') else { return RefProblem::UnknownName };
    if dependencies.contains_key(first) {
        return match published(db, project, first) {
            Some(published) => RefProblem::NotPublished { project: first.to_string(), published },
            None => RefProblem::Broken,
        };
    }
    // `raw.ordres` beside `raw.orders` is a slip in the name, not in a project.
    let own = |name: &String| name.split_once('.').is_some_and(|(own, _)| own == first);
    if names(db, project).items.keys().any(own) {
        return RefProblem::UnknownName;
    }
    match esker_diagnostics::nearest(first, dependencies.keys().map(String::as_str)) {
        Some(likely) => RefProblem::UnknownProject { likely: likely.to_string() },
        None => RefProblem::UnknownName,
    }
}
