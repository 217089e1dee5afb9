//! What is wrong with a project, by file: the long question of the editor, in two halves.
//!
//! [`warm`] runs the queries that take time and can be run on a clone of the database and cut off there; [`diagnostics`]
//! then collects what they found, which asks nothing new.

use esker_driver::Session;
use esker_driver::diagnostics::Diagnostic;
use esker_driver::infer::inferred;
use esker_driver::resolve::{graph, project_nodes};
use esker_driver::source::{Db, Project};
use std::collections::BTreeMap;

/// Runs the analysis of every node, for its traces in the database.
pub fn warm(db: &dyn Db, project: Project) {
    graph(db, project);
    for node in project_nodes(db, project) {
        inferred(db, project, *node);
    }
}

/// Everything that is wrong, by the file where it stands, in order of place. Files without problems are not in it.
pub fn diagnostics(session: &Session) -> BTreeMap<String, Vec<Diagnostic>> {
    let mut files: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in session.check() {
        files.entry(diagnostic.primary.at.file.to_string()).or_default().push(diagnostic);
    }
    files
}
