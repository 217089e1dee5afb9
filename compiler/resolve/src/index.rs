//! The name index: which item each name means, and which nodes an item stands for.

use crate::interface::{is_published, published_by};
use crate::{Node, ResolveError, versions};
use esker_declare::{Item, ItemDecl, ItemKind, Part, Place, item_tree};
use esker_source::{Db, Project, STD_PREFIX, SourceFile};
use std::collections::BTreeMap;

/// Every name of the project, and what is wrong with the names as such.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Names<'db> {
    /// Sources, seeds and models, which share one namespace; those that other projects publish too. The first one, in
    /// order of files, when several claim a name.
    pub items: BTreeMap<String, Item<'db>>,
    /// The others by their kind, which has a namespace of its own; names of functions and types in lower case.
    pub others: BTreeMap<(ItemKind, String), Item<'db>>,
    /// Second claims to a name, with the first.
    pub duplicates: Vec<(Item<'db>, Item<'db>)>,
    /// Whether some of the project's items could not be made out: an unknown name may be that of one of them, so nothing
    /// is said of it, unless it is a slip of one that is there.
    pub lossy: bool,
}

/// Whose file it is. What stands earlier here takes a name before what stands later, and nothing is said of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Home {
    Project,
    Dependency,
    Standard,
}

fn home(db: &dyn Db, project: Project, file: SourceFile) -> Home {
    let path = file.path(db);
    if path.starts_with(STD_PREFIX) {
        return Home::Standard;
    }
    match published_by(db, project, file).next() {
        Some(_) => Home::Dependency,
        None => Home::Project,
    }
}

/// The name index. It depends on which items exist, not on what they say.
#[salsa::tracked]
pub fn names<'db>(db: &'db dyn Db, project: Project) -> Names<'db> {
    let lossy = project.settings(db).incomplete;
    let mut names = Names { items: BTreeMap::new(), others: BTreeMap::new(), duplicates: Vec::new(), lossy };
    let files = project.files(db).values().filter(|file| file.path(db).ends_with(".esk"));
    let mut files: Vec<(Home, SourceFile)> = files.map(|file| (home(db, project, *file), *file)).collect();
    files.sort_by_key(|(home, _)| *home);
    for (home, file) in files {
        let tree = item_tree(db, file);
        names.lossy |= tree.lossy;
        for item in &tree.items {
            let counts = home != Home::Dependency || is_published(db, project, *item);
            if counts && !item.name(db).is_empty() {
                names.claim(db, *item, home);
            }
        }
    }
    names
}

impl<'db> Names<'db> {
    fn claim(&mut self, db: &'db dyn Db, item: Item<'db>, home: Home) {
        let kind = item.kind(db);
        let taken = match kind.is_dataset() {
            true => self.items.get(item.name(db)),
            false => self.others.get(&key(kind, item.name(db))),
        };
        match taken {
            Some(first) if home == Home::Project => self.duplicates.push((item, *first)),
            Some(_) => {}
            None if kind.is_dataset() => {
                self.items.insert(item.name(db).clone(), item);
            }
            None => {
                self.others.insert(key(kind, item.name(db)), item);
            }
        }
    }

    /// The second claims to a name, as errors at their items.
    pub fn errors(&self) -> impl Iterator<Item = (Item<'db>, ResolveError<'db>)> + '_ {
        let at = Place { version: None, part: Part::Name };
        self.duplicates.iter().map(move |(item, first)| (*item, ResolveError::DuplicateName { at, first: *first }))
    }

    /// The names of a kind that is no dataset, in order.
    pub fn of_kind(&self, kind: ItemKind) -> impl Iterator<Item = &str> + '_ {
        self.others.keys().filter(move |(other, _)| *other == kind).map(|(_, name)| name.as_str())
    }
}

/// Functions and types are named in SQL's way, without case.
fn key(kind: ItemKind, name: &str) -> (ItemKind, String) {
    match kind {
        ItemKind::Fn | ItemKind::Type => (kind, name.to_lowercase()),
        _ => (kind, name.to_string()),
    }
}

/// The item of this kind and name.
pub fn item<'db>(db: &'db dyn Db, project: Project, kind: ItemKind, name: &str) -> Option<Item<'db>> {
    let names = names(db, project);
    match kind.is_dataset() {
        true => names.items.get(name).copied().filter(|item| item.kind(db) == kind),
        false => names.others.get(&key(kind, name)).copied(),
    }
}

/// The nodes that an item stands for: itself, or one for each of its versions, in the order of their labels.
#[salsa::tracked]
pub fn item_nodes<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Node<'db>> {
    match item.decl(db) {
        ItemDecl::Model(model) if !model.versions.is_empty() => {
            let mut labels: Vec<_> = model.versions.iter().map(|version| version.name.clone()).collect();
            labels.sort();
            labels.into_iter().map(|label| Node::new(db, item, Some(label))).collect()
        }
        // A model all of whose version blocks are broken is not an unversioned model.
        ItemDecl::Model(_) if versions::has_blocks(db, item) => Vec::new(),
        ItemDecl::Model(_) | ItemDecl::Source(_) | ItemDecl::Seed(_) => vec![Node::new(db, item, None)],
        _ => Vec::new(),
    }
}

/// Every node of the project, by item name and then by version. Items that claim a taken name are here too: what is
/// wrong inside them is still told.
#[salsa::tracked]
pub fn project_nodes<'db>(db: &'db dyn Db, project: Project) -> Vec<Node<'db>> {
    let names = names(db, project);
    let duplicates = names.duplicates.iter().map(|(item, _)| item);
    names.items.values().chain(duplicates).flat_map(|item| item_nodes(db, *item)).copied().collect()
}
