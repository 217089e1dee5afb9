//! Versions: which is the latest, and how the others stand to it.

use esker_declare::{DeclErrorKind, Item, ModelDecl, Part, VersionDecl, VersionName};
use esker_source::Db;

/// The stage of life of a node among its model's versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Greater than the latest.
    Prerelease,
    /// What an unpinned ref means; also everything that has no versions.
    Latest,
    /// Less than the latest.
    Old,
}

/// The version that an unpinned ref means: the one that `latest` names, else the greatest. Nothing when nobody can tell,
/// which was reported.
pub(crate) fn latest(model: &ModelDecl) -> Option<&VersionName> {
    let names = || model.versions.iter().map(|version| &version.name);
    let told = names().count() == 1 || names().all(VersionName::is_numeric);
    model.latest.as_ref().or_else(|| names().max().filter(|_| told))
}

pub(crate) fn lifecycle(model: &ModelDecl, name: Option<&VersionName>) -> Lifecycle {
    match (name, latest(model)) {
        (Some(name), Some(latest)) if name > latest => Lifecycle::Prerelease,
        (Some(name), Some(latest)) if name.to_string() != latest.to_string() => Lifecycle::Old,
        (Some(_), None) => Lifecycle::Old,
        _ => Lifecycle::Latest,
    }
}

/// Whether the item has version blocks at all, broken ones included.
pub(crate) fn has_blocks<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    item.errors(db).iter().any(|error| error.at.version.is_some())
}

/// Whether the label of a version block could not be read, which was reported.
pub(crate) fn has_bad_label<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    let bad = |kind: &DeclErrorKind| matches!(kind, DeclErrorKind::BadVersion { .. });
    item.errors(db).iter().any(|error| error.at.part == Part::Name && error.at.version.is_some() && bad(&error.kind))
}

/// The block of a version. `1` and `"1"` are one label: no model has both.
pub(crate) fn block<'m>(model: &'m ModelDecl, name: &VersionName) -> Option<&'m VersionDecl> {
    let label = name.to_string();
    model.versions.iter().find(|version| version.name.to_string() == label)
}
