//! What is wrong with a project, by file: the long question of the editor.

use esker_driver::Session;
use esker_driver::diagnostics::Diagnostic;
use std::collections::BTreeMap;

/// Everything that is wrong, by the file where it stands, in order of place. Files without problems are not in it.
pub fn diagnostics(session: &Session) -> BTreeMap<String, Vec<Diagnostic>> {
    let mut files: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in session.check() {
        files.entry(diagnostic.primary.at.file.to_string()).or_default().push(diagnostic);
    }
    files
}
