//! The item tree: one file's declarations as salsa tracked structs, the barrier at which edits of layout stop.
//!
//! A change of white space or of a comment re-runs the parse and [`item_tree`]; every field but [`Item::places`] then
//! compares equal, so nothing that reads declarations or SQL runs again. A change inside one SQL body changes just
//! [`Item::bodies`] of its item.

#![allow(missing_docs, reason = "salsa's macros make constructors that cannot be documented")]

use crate::{DeclError, ItemDecl, Places};
use esker_grammar::ast::{ItemAst, ItemKindAst};
use esker_grammar::sql::SqlText;
use esker_grammar::{SyntaxError, SyntaxErrorKind};
use esker_source::{Db, SourceFile};
use std::collections::BTreeMap;

/// The kinds of item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, salsa::SalsaValue)]
pub enum ItemKind {
    /// `source`
    Source,
    /// `seed`
    Seed,
    /// `model`
    Model,
    /// `columns`
    Columns,
    /// `type`
    Type,
    /// `fn`
    Fn,
    /// `audit`
    Audit,
    /// `test`; its name is its title
    Test,
    /// `selector`
    Selector,
    /// `consumer`
    Consumer,
    /// `group`
    Group,
}

impl ItemKind {
    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Seed => "seed",
            Self::Model => "model",
            Self::Columns => "columns",
            Self::Type => "type",
            Self::Fn => "fn",
            Self::Audit => "audit",
            Self::Test => "test",
            Self::Selector => "selector",
            Self::Consumer => "consumer",
            Self::Group => "group",
        }
    }

    /// Whether references mean it: sources, seeds and models, which share one namespace. The others have one each.
    pub fn is_dataset(self) -> bool {
        matches!(self, Self::Source | Self::Seed | Self::Model)
    }
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
    /// Its SQL by the version block (of a test: the line) that holds it, `None` for the shared one, without positions.
    #[tracked]
    #[returns(ref)]
    pub bodies: BTreeMap<Option<u32>, SqlText>,
    /// What is wrong with the declaration itself.
    #[tracked]
    #[returns(ref)]
    pub errors: Vec<DeclError>,
    /// Whether it does not say all that it was meant to: the parser complained inside it, or one of its columns is wrong.
    /// What it seems to lack may be there.
    #[tracked]
    #[returns(copy)]
    pub broken: bool,
    /// Whether the item itself may not be judged by its columns: it may have others than it says. A slip in a line that
    /// has nothing to do with them leaves them.
    #[tracked]
    #[returns(copy)]
    pub columns_open: bool,
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
    /// Whether there may be items that could not be made out: text that begins none, one without a name or with a
    /// mistake beside it, a file that ends in the middle of one.
    pub lossy: bool,
}

/// The declarations of a file. Files that are not `.esk` declare nothing.
#[salsa::tracked]
pub fn item_tree<'db>(db: &'db dyn Db, file: SourceFile) -> ItemTree<'db> {
    let text = file.text(db).as_deref().unwrap_or("");
    let parse = esker_source::parse(db, file);
    let inside =
        |ast: &ItemAst, error: &SyntaxError| ast.span.start <= error.span.start && error.span.start <= ast.span.end;
    let lower = |ast: &ItemAst| {
        let mistakes = || parse.errors.iter().filter(|error| inside(ast, error) && !is_understood(&error.kind));
        let open = mistakes().any(|error| leaves_open(&error.kind) || error.kind == SyntaxErrorKind::UnclosedParen);
        crate::lower::item(db, file, text, ast, mistakes().map(|error| error.span.start).collect(), open)
    };
    let items = &parse.file.items;
    // Nothing is lost without a complaint: what is silent elsewhere because of it is told here. A test has a title, and
    // nobody names it.
    let lossy = items.iter().any(|item| item.name.is_none() && !matches!(item.kind, ItemKindAst::Test { .. }))
        || parse.errors.iter().any(|error| match items.iter().rposition(|item| inside(item, error)) {
            Some(item) if item + 1 == items.len() && leaves_open(&error.kind) => true,
            // A mistake before its body may have made its name another one.
            Some(item) => {
                !is_understood(&error.kind)
                    && !text[items[item].span.start as usize..error.span.start as usize].contains('{')
            }
            None => true,
        });
    ItemTree { items: items.iter().map(lower).collect(), lossy }
}

/// Whether what is wrong is read as it was meant: a misspelt keyword, SQL without its brace.
fn is_understood(kind: &SyntaxErrorKind) -> bool {
    matches!(kind, SyntaxErrorKind::UnknownItem { .. } | SyntaxErrorKind::MissingOpen { .. })
}

/// Whether what the mistake is about goes on to the end of the file.
fn leaves_open(kind: &SyntaxErrorKind) -> bool {
    matches!(
        kind,
        SyntaxErrorKind::UnclosedBlock { .. }
            | SyntaxErrorKind::UnclosedSql
            | SyntaxErrorKind::UnclosedString { .. }
            | SyntaxErrorKind::UnclosedComment
    )
}
