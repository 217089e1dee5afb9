//! The inputs of the compiler: everything that it knows of the world.

#![allow(missing_docs, reason = "salsa's macros make constructors that cannot be documented")]

use crate::Settings;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One text file of the project, by its path from the project's root (with `/`).
///
/// Inputs cannot be deleted: a file that is gone stays with no text, and out of the [`Project`]'s list.
#[salsa::input(debug)]
pub struct SourceFile {
    /// The path from the project's root.
    pub path: Arc<str>,
    /// The text, or nothing while the file does not exist.
    pub text: Option<Arc<str>>,
}

/// The project: its files and what `esker.toml` says of the whole.
#[salsa::input(debug)]
pub struct Project {
    /// All files that exist, by path: `.esk` files, and the `.sql` files beside them.
    pub files: Arc<BTreeMap<Arc<str>, SourceFile>>,
    /// What `esker.toml` sets that the compiler has to know.
    pub settings: Arc<Settings>,
}
