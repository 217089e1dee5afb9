//! Places and tokens to locations in files: called when something is shown, never while something is computed.

use crate::body::{NodeBody, Origin, derived, sql_file_spans};
use crate::{Node, NodeColumn, node_decl};
use esker_declare::{Item, ItemDecl, Part, Place};
use esker_diagnostics::Location;
use esker_grammar::Span;
use esker_source::{Db, Project};
use std::ops::Range;

/// A piece of an item, which need not be the item that is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct ItemPlace<'db> {
    /// The item.
    pub item: Item<'db>,
    /// The piece.
    pub place: Place,
}

impl<'db> ItemPlace<'db> {
    /// Where it stands.
    pub fn location(self, db: &'db dyn Db) -> Location {
        place_location(db, self.item, self.place)
    }
}

/// Where a piece of an item stands.
pub fn place_location<'db>(db: &'db dyn Db, item: Item<'db>, place: Place) -> Location {
    Location { file: item.file(db).path(db).clone(), span: item.places(db).get(place) }
}

/// Where an item's name stands.
pub fn item_location<'db>(db: &'db dyn Db, item: Item<'db>) -> Location {
    place_location(db, item, Place { version: None, part: Part::Name })
}

/// Where the line stands that gives a node's column its name.
pub fn column_location<'db>(db: &'db dyn Db, column: &NodeColumn<'db>) -> Location {
    column.renamed.unwrap_or(ItemPlace { item: column.item, place: column.place }).location(db)
}

/// Where the nth constraint of a node's column stands.
pub fn constraint_location<'db>(db: &'db dyn Db, column: &NodeColumn<'db>, constraint: u32) -> Location {
    let part = Part::EntryItem(column.decl.entry, constraint);
    place_location(db, column.item, Place { version: column.place.version, part })
}

/// Where a node's property stands: in its version's own block, if that states it, else in the shared body.
pub fn property_location<'db>(db: &'db dyn Db, node: Node<'db>, part: Part) -> Location {
    let item = node.item(db);
    let own = own_block(db, node);
    let version = own.filter(|block| item.places(db).has(Place { version: Some(*block), part }));
    place_location(db, item, Place { version, part })
}

/// The number of a node's version block.
pub(crate) fn own_block<'db>(db: &'db dyn Db, node: Node<'db>) -> Option<u32> {
    let ItemDecl::Model(model) = node.item(db).decl(db) else { return None };
    model.versions.iter().find(|version| Some(&version.name) == node.version(db).as_ref()).map(|own| own.block)
}

/// Where a range of tokens of a node's SQL stands: in its block, in its file, or, where the compiler made them, at what
/// they were made of.
pub fn sql_location<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, tokens: Range<u32>) -> Location {
    let item = node.item(db);
    match &node_decl(db, project, node).body {
        Some(NodeBody::File(file)) => {
            let spans = sql_file_spans(db, *file);
            let last = tokens.end.max(tokens.start + 1) as usize - 1;
            let span = match (spans.get(tokens.start as usize), spans.get(last)) {
                (Some(first), Some(last)) => first.to(*last),
                (Some(first), None) => *first,
                (None, _) => spans.last().map_or(Span::empty(0), |last| Span::empty(last.end)),
            };
            Location { file: file.path(db).clone(), span }
        }
        Some(NodeBody::Derived) => derived_location(db, project, node, tokens),
        Some(NodeBody::Item(body)) => {
            Location { file: item.file(db).path(db).clone(), span: item.places(db).sql_span(*body, tokens) }
        }
        None => item_location(db, item),
    }
}

fn derived_location<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, tokens: Range<u32>) -> Location {
    let item = node.item(db);
    let own = own_block(db, node);
    let place = |part| place_location(db, item, Place { version: own, part });
    let origins = &derived(db, project, node).origins;
    let origin = |token: u32| origins.get(token as usize);
    match (origin(tokens.start), origin(tokens.end.max(tokens.start + 1) - 1)) {
        (Some(Origin::Expression(column, first)), last) => {
            let spans = own.and_then(|block| item.places(db).derived.get(&(block, *column)));
            let span = |token: u32| spans.and_then(|spans| spans.get(token as usize)).copied();
            let last = match last {
                Some(Origin::Expression(other, last)) if other == column => *last,
                _ => *first,
            };
            match (span(*first), span(last)) {
                (Some(first), Some(last)) => Location { file: item.file(db).path(db).clone(), span: first.to(last) },
                _ => place(Part::Derive),
            }
        }
        (Some(Origin::Part(part)), _) => place(*part),
        (None, _) => place(Part::Derive),
    }
}
