//! The item tree: one file's declarations as salsa tracked structs, the barrier at which edits of layout stop.
//!
//! A change of white space or of a comment re-runs the parse and [`item_tree`]; every field but [`Item::places`] then
//! compares equal, so nothing that reads declarations or SQL runs again. A change inside one SQL body changes just
//! [`Item::bodies`] of its item.

#![allow(missing_docs, reason = "salsa's macros make constructors that cannot be documented")]

use crate::{DeclError, ItemDecl, Places};
use esker_grammar::ast::ItemAst;
use esker_grammar::sql::SqlText;
use esker_source::{Db, SourceFile};
use std::collections::BTreeMap;

/// The kinds of item that share the namespace of references, and all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKind {
    /// `source`
    Source,
    /// `seed`
    Seed,
    /// `model`
    Model,
    /// Items that are not supported yet.
    Other,
}

/// One declared item. Its identity is its file, kind and name: never its position.
#[salsa::tracked(debug)]
pub struct Item<'db> {
    /// The file that holds it.
    #[returns(copy)]
    pub file: SourceFile,
    /// What it is.
    #[returns(copy)]
    pub kind: ItemKind,
    /// Its name, dots included; empty when it is missing.
    #[returns(ref)]
    pub name: String,
    /// What it declares, without positions.
    #[tracked]
    #[returns(ref)]
    pub decl: ItemDecl,
    /// Its SQL by the version block that holds it (`None` for the shared one), without positions.
    #[tracked]
    #[returns(ref)]
    pub bodies: BTreeMap<Option<u32>, SqlText>,
    /// What is wrong with the declaration itself.
    #[tracked]
    #[returns(ref)]
    pub errors: Vec<DeclError>,
    /// Where everything stands. Only rendering and the editor read it.
    #[tracked]
    #[returns(ref)]
    pub places: Places,
}

/// The items of one file, in source order.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct ItemTree<'db> {
    /// The items.
    pub items: Vec<Item<'db>>,
}

/// The declarations of a file. Files that are not `.esk` declare nothing.
#[salsa::tracked]
pub fn item_tree<'db>(db: &'db dyn Db, file: SourceFile) -> ItemTree<'db> {
    let text = file.text(db).as_deref().unwrap_or("");
    let parse = esker_source::parse(db, file);
    let lower = |ast: &ItemAst| {
        let broken =
            parse.errors.iter().any(|error| ast.span.start <= error.span.start && error.span.start <= ast.span.end);
        crate::lower::item(db, file, text, ast, broken)
    };
    ItemTree { items: parse.file.items.iter().map(lower).collect() }
}
