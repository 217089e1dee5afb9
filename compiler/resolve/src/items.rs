//! What is wrong with an item by the names in it, before any node is made of it: types and column sets that do not exist,
//! and those that hold themselves.

use crate::circle::circle;
use crate::columns::{self, ColumnsError};
use crate::{ResolveError, item, names, types, unknown_types};
use esker_declare::{ColumnsEdit, DataType, Item, ItemDecl, ItemKind, ParamType, Part, Place};
use esker_source::{Db, Project};

/// The wrong names of an item. Told here once, whatever uses the item.
#[salsa::tracked]
pub fn item_errors<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Vec<ResolveError<'db>> {
    let mut found = Found { db, project, item, errors: Vec::new() };
    let shared = |part| Place { version: None, part };
    match item.decl(db) {
        ItemDecl::Source(source) => found.columns(None, &source.columns, &[]),
        ItemDecl::Seed(seed) => found.columns(None, &seed.columns, &[]),
        ItemDecl::Model(model) => {
            let contract = model.shared.contract.as_deref().unwrap_or_default();
            found.columns(None, contract, &[]);
            for version in &model.versions {
                found.columns(Some(version.block), version.columns.as_deref().unwrap_or_default(), contract);
            }
        }
        ItemDecl::Columns(edits) => {
            found.columns(None, edits, &[]);
            found.errors.extend(columns::declared(db, project, item, None, edits).errors);
            found.set_loop();
        }
        ItemDecl::Type(ty) => {
            found.ty(shared(Part::Type), ty);
            found.errors.extend(types::errors(db, project, item, ty));
        }
        ItemDecl::Fn(function) => {
            found.params(function.params.iter().map(|param| &param.ty));
            found.ty(shared(Part::Type), &function.returns);
        }
        ItemDecl::Audit(audit) => found.params(audit.params.iter().map(|param| &param.ty)),
        ItemDecl::Test(_) | ItemDecl::Selector(_) | ItemDecl::Consumer(_) | ItemDecl::Group(_) => {}
    }
    found.errors
}

struct Found<'db> {
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    errors: Vec<ResolveError<'db>>,
}

impl<'db> Found<'db> {
    fn ty(&mut self, at: Place, ty: &DataType) {
        if names(self.db, self.project).lossy {
            return;
        }
        let unknown = unknown_types(self.db, self.project, ty);
        self.errors.extend(unknown.into_iter().map(|name| ResolveError::UnknownType { at, name }));
    }

    fn params<'p>(&mut self, params: impl Iterator<Item = &'p ParamType>) {
        for (index, param) in params.enumerate() {
            if let ParamType::Value(ty) = param {
                self.ty(Place { version: None, part: Part::ParamType(index as u32) }, ty);
            }
        }
    }

    /// The types and sets that a column block names; `contract` is what it starts from.
    fn columns(&mut self, version: Option<u32>, edits: &[ColumnsEdit], contract: &[ColumnsEdit]) {
        for edit in edits {
            match edit {
                ColumnsEdit::Define(column) => {
                    self.ty(Place { version, part: Part::EntryType(column.entry) }, &column.ty);
                }
                ColumnsEdit::IncludeSet { set, entry }
                    if !names(self.db, self.project).lossy
                        && item(self.db, self.project, ItemKind::Columns, set).is_none() =>
                {
                    let is_it = |edit: &ColumnsEdit| matches!(edit, ColumnsEdit::Define(column) if column.name == *set);
                    let sets = names(self.db, self.project).of_kind(ItemKind::Columns).map(str::to_string).collect();
                    let error = ColumnsError::UnknownSet {
                        at: Place { version, part: Part::Entry(*entry) },
                        set: set.clone(),
                        sets,
                        column: contract.iter().any(is_it),
                    };
                    self.errors.push(error.into());
                }
                _ => {}
            }
        }
    }

    fn set_loop(&mut self) {
        let (db, project) = (self.db, self.project);
        let next = |of: Item<'db>| match of.decl(db) {
            ItemDecl::Columns(edits) => edits
                .iter()
                .filter_map(|edit| match edit {
                    ColumnsEdit::IncludeSet { set, .. } => item(db, project, ItemKind::Columns, set),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        if let Some(path) = circle(db, self.item, next) {
            let at = Place { version: None, part: Part::Name };
            self.errors.push(ColumnsError::SetLoop { at, path }.into());
        }
    }
}
