//! Interfaces: the files in which other projects publish their models, and what of such a file may be read.

use crate::names;
use esker_declare::{Item, ItemKind, item_tree};
use esker_source::{Db, Project, SourceFile, parse};

/// The other projects that the file is the interface of.
pub(crate) fn published_by(db: &dyn Db, project: Project, file: SourceFile) -> impl Iterator<Item = &str> {
    let dependencies = project.settings(db).dependencies.iter();
    dependencies.filter(move |(_, path)| path.as_str() == &**file.path(db)).map(|(name, _)| name.as_str())
}

/// Whether another project publishes the item.
pub fn is_external<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> bool {
    published_by(db, project, item.file(db)).next().is_some()
}

/// Whether an item of an interface is what belongs there: a model whose name has its project's in front.
pub fn is_published<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> bool {
    let first = item.name(db).split_once('.').map(|(first, _)| first);
    item.kind(db) == ItemKind::Model
        && first.is_some_and(|first| published_by(db, project, item.file(db)).any(|name| name == first))
}

/// The models that another project publishes, by name; nothing when its interface is not there, or cannot be read as
/// a whole: that is told where the project is named.
pub(crate) fn published(db: &dyn Db, project: Project, name: &str) -> Option<Vec<String>> {
    let path = project.settings(db).dependencies.get(name)?;
    let file = *project.files(db).get(path.as_str())?;
    let whole = parse(db, file).errors.is_empty()
        && item_tree(db, file).items.iter().all(|item| is_published(db, project, *item));
    let items = names(db, project).items.iter();
    let theirs = items
        .filter(|(other, item)| item.file(db) == file && other.split_once('.').is_some_and(|(first, _)| first == name));
    whole.then(|| theirs.map(|(name, _)| name.clone()).collect())
}
