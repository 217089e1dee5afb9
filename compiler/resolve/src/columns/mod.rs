//! The columns that a node declares: its own block, with reusable sets put in, edited by its version's block.

mod edit;
mod errors;

pub use errors::ColumnsError;

use crate::types::resolve_type;
use crate::{ItemPlace, Node, ResolveError, item};
use edit::Edit;
pub(crate) use edit::rename_tokens;
use esker_declare::{ColumnDecl, ColumnsEdit, Item, ItemDecl, ItemKind, Part, Place, VersionDecl};
use esker_source::{Db, Project};

/// A column of a node, and the lines that make it what it is.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct NodeColumn<'db> {
    /// The column, under its name in this node, with the meaning of its type.
    pub decl: ColumnDecl,
    /// The item that declares it: the node's own, or a reusable column set.
    pub item: Item<'db>,
    /// The line there: type and constraints stand in it.
    pub place: Place,
    /// The `rename` that gives it its name here.
    pub renamed: Option<ItemPlace<'db>>,
    /// The line that declares it first, before versions rename it or give it another type: what tells whether the
    /// columns of two versions are one.
    pub origin: ItemPlace<'db>,
}

/// The columns of a node, and what is wrong with how they are put together.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct NodeColumns<'db> {
    /// The columns in order; nothing when none are declared.
    pub(crate) columns: Option<Vec<NodeColumn<'db>>>,
    /// The new name of each shared column that the version renames.
    pub(crate) renames: Vec<(String, String)>,
    /// Whether a set that it includes could not be found or listed, which is told there: it would have more columns.
    pub(crate) incomplete: bool,
    /// What is wrong.
    pub(crate) errors: Vec<ResolveError<'db>>,
}

impl NodeColumns<'_> {
    /// Whether the columns may be other than was meant.
    pub(crate) fn unsure(&self) -> bool {
        self.incomplete || self.errors.iter().any(ResolveError::leaves_unsure)
    }
}

/// The columns of a block that stands by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Block<'db> {
    /// The columns in order.
    columns: Vec<NodeColumn<'db>>,
    /// As [`NodeColumns::incomplete`].
    incomplete: bool,
    /// What is wrong.
    pub(crate) errors: Vec<ResolveError<'db>>,
}

/// The columns of a node.
#[salsa::tracked]
pub(crate) fn node_columns<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> NodeColumns<'db> {
    let item = node.item(db);
    let block = |edits: &[ColumnsEdit]| {
        let Block { columns, incomplete, errors } = declared(db, project, item, None, edits);
        NodeColumns { columns: (!edits.is_empty()).then_some(columns), renames: Vec::new(), incomplete, errors }
    };
    match item.decl(db) {
        ItemDecl::Source(source) => block(&source.columns),
        ItemDecl::Seed(seed) => block(&seed.columns),
        ItemDecl::Model(model) => {
            let version = model.versions.iter().find(|version| Some(&version.name) == node.version(db).as_ref());
            let contract = model.shared.contract.as_deref();
            let shared = contract.map(|edits| declared(db, project, item, None, edits));
            version_columns(db, project, item, shared, version)
        }
        _ => NodeColumns::default(),
    }
}

/// The shared columns, edited by the version's `columns` block. A version without one has them all.
fn version_columns<'db>(
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    shared: Option<Block<'db>>,
    version: Option<&VersionDecl>,
) -> NodeColumns<'db> {
    let edits = version.and_then(|version| Some((version.block, version.columns.as_deref()?)));
    match (shared, edits) {
        (None, None) => NodeColumns::default(),
        (None, Some((block, _))) => {
            let at = Place { version: Some(block), part: Part::Columns };
            let errors = vec![ColumnsError::WithoutContract { at }.into()];
            NodeColumns { errors, ..NodeColumns::default() }
        }
        (Some(Block { columns, incomplete, errors }), None) => {
            NodeColumns { columns: Some(columns), renames: Vec::new(), incomplete, errors }
        }
        (Some(shared), Some((block, edits))) => Edit::new(db, project, item, block, shared).apply(edits),
    }
}

/// The columns of a block that stands by itself: of a source, a seed, a contract or a reusable set.
pub(crate) fn declared<'db>(
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    version: Option<u32>,
    edits: &[ColumnsEdit],
) -> Block<'db> {
    let Block { mut columns, mut incomplete, mut errors } = Block::default();
    for edit in edits {
        let (at, added) = match edit {
            ColumnsEdit::Define(decl) => {
                (Part::EntryName(decl.entry), vec![own_column(db, project, item, version, decl)])
            }
            ColumnsEdit::IncludeSet { set, entry } => {
                let set = set_of(db, project, set);
                incomplete |= set.incomplete;
                (Part::Entry(*entry), set.columns)
            }
            _ => continue,
        };
        for column in added {
            let same_name = |other: &&NodeColumn<'db>| other.decl.name.eq_ignore_ascii_case(&column.decl.name);
            match columns.iter().find(same_name) {
                // Two sets that include a third have its columns in common.
                Some(first) if first.origin == column.origin => {}
                Some(first) => errors.push(
                    ColumnsError::Clash {
                        at: Place { version, part: at },
                        what: format!("column `{}` comes from two places", column.decl.name),
                        first: first.origin,
                    }
                    .into(),
                ),
                None => columns.push(column),
            }
        }
    }
    Block { columns, incomplete, errors }
}

/// A column that a block defines itself.
fn own_column<'db>(
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    version: Option<u32>,
    decl: &ColumnDecl,
) -> NodeColumn<'db> {
    let decl = ColumnDecl { ty: resolve_type(db, project, &decl.ty), ..decl.clone() };
    let place = Place { version, part: Part::Entry(decl.entry) };
    NodeColumn { decl, item, place, renamed: None, origin: ItemPlace { item, place } }
}

/// The columns of the set of this name; that there is none is told where it is included.
fn set_of<'db>(db: &'db dyn Db, project: Project, name: &str) -> Block<'db> {
    match item(db, project, ItemKind::Columns, name) {
        Some(set) => set_columns(db, project, set).clone(),
        None => Block { incomplete: true, ..Block::default() },
    }
}

/// The columns of a reusable set. What is wrong inside it is told there, see [`crate::item_errors`].
#[salsa::tracked(cycle_result = loops)]
fn set_columns<'db>(db: &'db dyn Db, project: Project, set: Item<'db>) -> Block<'db> {
    match set.decl(db) {
        ItemDecl::Columns(edits) => {
            let block = declared(db, project, set, None, edits);
            Block { errors: Vec::new(), incomplete: block.incomplete || set.broken(db), ..block }
        }
        _ => Block::default(),
    }
}

fn loops<'db>(_: &'db dyn Db, _: salsa::Id, _: Project, _: Item<'db>) -> Block<'db> {
    Block { incomplete: true, ..Block::default() }
}
