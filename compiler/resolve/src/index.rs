//! The name index: sources, seeds and models share one namespace.

use crate::{Node, ResolveError, versions};
use esker_declare::{Item, ItemDecl, ItemKind, Part, Place, item_tree};
use esker_source::{Db, Project};
use std::collections::BTreeMap;

/// Every name of the project, and what is wrong with the names as such.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Names<'db> {
    /// The item of each name; the first one, in order of files, when several claim it.
    pub items: BTreeMap<String, Item<'db>>,
    /// Second claims to a name, with the first.
    pub duplicates: Vec<(Item<'db>, Item<'db>)>,
}

/// The name index. It depends on which items exist, not on what they say.
#[salsa::tracked]
pub fn names<'db>(db: &'db dyn Db, project: Project) -> Names<'db> {
    let mut names = Names { items: BTreeMap::new(), duplicates: Vec::new() };
    for file in project.files(db).values().filter(|file| file.path(db).ends_with(".esk")) {
        for item in &item_tree(db, *file).items {
            if item.kind(db) == ItemKind::Other || item.name(db).is_empty() {
                continue;
            }
            match names.items.get(item.name(db)) {
                Some(first) => names.duplicates.push((*item, *first)),
                None => {
                    names.items.insert(item.name(db).clone(), *item);
                }
            }
        }
    }
    names
}

impl<'db> Names<'db> {
    /// The second claims to a name, as errors at their items.
    pub fn errors(&self) -> impl Iterator<Item = (Item<'db>, ResolveError<'db>)> + '_ {
        let at = Place { version: None, part: Part::Name };
        self.duplicates.iter().map(move |(item, first)| (*item, ResolveError::DuplicateName { at, first: *first }))
    }
}

/// The nodes that an item stands for: itself, or one for each of its versions, in the order of their labels.
#[salsa::tracked]
pub fn item_nodes<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Node<'db>> {
    match item.decl(db) {
        ItemDecl::Other => Vec::new(),
        ItemDecl::Model(model) if !model.versions.is_empty() => {
            let mut labels: Vec<_> = model.versions.iter().map(|version| version.name.clone()).collect();
            labels.sort();
            labels.into_iter().map(|label| Node::new(db, item, Some(label))).collect()
        }
        // A model all of whose version blocks are broken is not an unversioned model.
        ItemDecl::Model(_) if versions::has_blocks(db, item) => Vec::new(),
        _ => vec![Node::new(db, item, None)],
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
