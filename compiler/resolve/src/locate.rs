//! Places and tokens to locations in files: called when something is shown, never while something is computed.

use crate::{Node, node_decl};
use esker_declare::{Item, ItemDecl, Part, Place};
use esker_diagnostics::Location;
use esker_source::Db;
use std::ops::Range;

/// Where a piece of an item stands.
pub fn place_location<'db>(db: &'db dyn Db, item: Item<'db>, place: Place) -> Location {
    Location { file: item.file(db).path(db).clone(), span: item.places(db).get(place) }
}

/// Where an item's name stands.
pub fn item_location<'db>(db: &'db dyn Db, item: Item<'db>) -> Location {
    place_location(db, item, Place { version: None, part: Part::Name })
}

/// Where a node's property stands: in its version's own block, if that states it, else in the shared body.
pub fn property_location<'db>(db: &'db dyn Db, node: Node<'db>, part: Part) -> Location {
    let item = node.item(db);
    let versions = match item.decl(db) {
        ItemDecl::Model(model) => &model.versions[..],
        _ => &[],
    };
    let own = versions.iter().find(|version| Some(&version.name) == node.version(db).as_ref()).map(|own| own.block);
    let version = own.filter(|block| item.places(db).has(Place { version: Some(*block), part }));
    place_location(db, item, Place { version, part })
}

/// Where a range of tokens of a node's SQL stands.
pub fn sql_location<'db>(db: &'db dyn Db, node: Node<'db>, tokens: Range<u32>) -> Location {
    let item = node.item(db);
    let body = node_decl(db, node).body.flatten();
    Location { file: item.file(db).path(db).clone(), span: item.places(db).sql_span(body, tokens) }
}
