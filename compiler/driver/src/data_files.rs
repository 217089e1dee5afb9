//! The data files that sources and seeds name: whether they are there, and what a seed's file holds.

use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_plan::file::DataFile;
use std::path::Path;

/// The hash of a file's content: what makes a seed the same or another.
pub(crate) fn content_hash(root: Option<&Path>, path: &str, at: &Location) -> Result<String, Box<Diagnostic>> {
    let Some(root) = root else { return Ok(String::new()) };
    match std::fs::read(root.join(path)) {
        Ok(bytes) => Ok(DataFile::hash(&bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Box::new(not_found(path, at))),
        Err(error) => {
            let title = format!("cannot read `{path}`: {error}");
            Err(Box::new(Diagnostic::new(diagnostics::MISSING_DATA_FILE, title, at.clone(), "cannot be read")))
        }
    }
}

/// That no file matches a source's path. Globs are looked up only as far as their folder; remote paths not at all.
pub(crate) fn missing(root: Option<&Path>, path: &str, at: &Location) -> Option<Diagnostic> {
    let root = root?;
    if path.contains("://") {
        return None;
    }
    let fixed = match path.find(['*', '?', '[', '{']) {
        Some(glob) => &path[..path[..glob].rfind('/').map_or(0, |slash| slash + 1)],
        None => path,
    };
    (!root.join(fixed).exists()).then(|| not_found(path, at))
}

fn not_found(path: &str, at: &Location) -> Diagnostic {
    Diagnostic::new(diagnostics::MISSING_DATA_FILE, format!("there is no file `{path}`"), at.clone(), "not found")
        .why("Paths are taken from the folder of `esker.toml`.")
        .help("Put the file there, or correct the path.")
}
