//! What there is to say of a reference, as plain data: messages and the editor's hover are made of it.

use super::columns::{Differences, differences};
use esker_declare::{Deprecation, VersionName};
use esker_resolve::{Lifecycle, Node, RefPin, ResolvedRef, item_nodes, node_decl};
use esker_source::{Db, Project};

/// What a reference means, and what will become of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefNotice {
    /// The name, without a version.
    pub name: String,
    /// The version that is meant; nothing for what has none.
    pub version: Option<VersionName>,
    /// Whether the reference says so itself.
    pub pinned: bool,
    /// Where the version stands among its model's versions.
    pub lifecycle: Lifecycle,
    /// All versions, in order.
    pub versions: Vec<VersionName>,
    /// Whether the model says which version is the latest, else it is the greatest.
    pub latest_declared: bool,
    /// The versions behind the latest, in order; for an unpinned reference, which one of them will mean some day.
    pub prereleases: Vec<OtherVersion>,
    /// From when on it is not to be read any more.
    pub deprecation: Option<Deprecation>,
    /// The next version that stays.
    pub successor: Option<OtherVersion>,
}

/// Another version, and what is different there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherVersion {
    /// Its label.
    pub version: VersionName,
    /// Its columns against those that are read now.
    pub differences: Differences,
}

/// What there is to say of a reference; nothing for one that means nothing.
pub fn ref_notice<'db>(db: &'db dyn Db, project: Project, found: &ResolvedRef<'db>) -> Option<RefNotice> {
    Some(notice(db, project, found.target?, found.expr.pin != RefPin::Unpinned))
}

pub(super) fn notice<'db>(db: &'db dyn Db, project: Project, target: Node<'db>, pinned: bool) -> RefNotice {
    let item = target.item(db);
    let decl = node_decl(db, project, target);
    let siblings = item_nodes(db, item);
    let other = |node: &Node<'db>| {
        let version = node.version(db).clone()?;
        Some(OtherVersion { version, differences: differences(db, project, target, *node) })
    };
    let lifecycle = |node: &Node<'db>| node_decl(db, project, *node).lifecycle;
    let stays = |node: &&Node<'db>| {
        let after = node.version(db) > target.version(db);
        after && lifecycle(node) != Lifecycle::Prerelease && node_decl(db, project, **node).deprecated.is_none()
    };
    let latest_declared = match item.decl(db) {
        esker_declare::ItemDecl::Model(model) => model.latest.is_some(),
        _ => false,
    };
    RefNotice {
        name: item.name(db).clone(),
        version: target.version(db).clone(),
        pinned,
        lifecycle: decl.lifecycle,
        versions: siblings.iter().filter_map(|node| node.version(db).clone()).collect(),
        latest_declared,
        prereleases: siblings
            .iter()
            .filter(|node| lifecycle(node) == Lifecycle::Prerelease && **node != target)
            .filter_map(other)
            .collect(),
        deprecation: decl.deprecated.clone(),
        successor: siblings.iter().find(stays).and_then(other),
    }
}
