//! Tree to declared items: what a file declares, free of positions, so that an edit of layout stops here.
//!
//! [`item_tree`] is the barrier. What an item says is in [`decl`]; where it says it is in [`Places`].

mod column;
mod decl;
mod errors;
mod item;
mod items;
mod lower;
mod messages;
mod place;
mod selection;
#[cfg(test)]
mod tests;
mod types;
mod value;
mod variables;
mod version;

pub use column::*;
pub use decl::*;
pub use errors::{DeclError, DeclErrorKind, KINDS};
pub use item::{Item, ItemKind, ItemTree, item_tree};
pub use items::*;
pub use lower::default_properties;
pub use messages::unknown_type_diagnostic;
pub use place::{Part, Place, Places};
pub use selection::{Selection, SelectionLeaf};
pub use types::{DataType, is_reserved, quote, quote_always, text_literal};
pub use value::{Deprecation, NodeName, Value};
pub use variables::{BUILT_IN_VARIABLES, is_built_in_variable};
pub use version::VersionName;
