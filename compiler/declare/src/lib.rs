//! Tree to declared items: what a file declares, free of positions, so that an edit of layout stops here.
//!
//! [`item_tree`] is the barrier. What an item says is in [`decl`]; where it says it is in [`Places`].

mod decl;
mod errors;
mod item;
mod lower;
mod place;
mod types;
mod version;

pub use decl::*;
pub use errors::{DeclError, DeclErrorKind};
pub use item::{Item, ItemKind, ItemTree, item_tree};
pub use place::{Part, Place, Places};
pub use types::{DataType, quote, quote_always, text_literal};
pub use version::VersionName;
