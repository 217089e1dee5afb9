//! The data files that sources, seeds and tests name: whether they are there, and what a seed's file holds.

use crate::Session;
use esker_declare::{ItemDecl, ItemKind, Part, Place, RowsDecl};
use esker_diagnostics::{self as diagnostics, Diagnostic, Level, Location};
use esker_plan::file::DataFile;
use esker_resolve::{Node, NodeRole, audit_reads, names, node_decl, node_refs, place_location, project_nodes};
use esker_source::STD_PREFIX;
use std::collections::HashSet;
use std::path::Path;

/// The files of sources and seeds that are not there. Those of sources are a warning: others write them, and a project is
/// checked where its data is not.
pub(crate) fn missing_data(session: &Session) -> Vec<Diagnostic> {
    let (db, project) = (session.db(), session.project());
    let missing_of = |node: &Node<'_>| {
        let at = place_location(db, node.item(db), Place { version: None, part: Part::ReadPath });
        match &node_decl(db, project, *node).role {
            NodeRole::Seed(Some(read)) => missing(session.root(), &read.path, &at),
            NodeRole::Source(Some(read)) => {
                missing(session.root(), &read.path, &at).map(|found| Diagnostic { level: Level::Warning, ..found })
            }
            _ => None,
        }
    };
    project_nodes(db, project).iter().filter_map(missing_of).collect()
}

/// The files that are not there of the sources that these nodes need: read by them, by their audits, or by what either
/// reads. A source that nobody needs is not asked for.
pub(crate) fn missing_sources<'db>(session: &'db Session, planned: impl Iterator<Item = Node<'db>>) -> Vec<Diagnostic> {
    let (db, project) = (session.db(), session.project());
    let mut open: Vec<Node<'_>> = planned.collect();
    let mut seen: HashSet<Node<'_>> = open.iter().copied().collect();
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        if let NodeRole::Source(Some(read)) = &node_decl(db, project, node).role {
            let at = place_location(db, node.item(db), Place { version: None, part: Part::ReadPath });
            found.extend(missing(session.root(), &read.path, &at));
        }
        let read = node_refs(db, project, node).iter().filter_map(|found| found.target);
        let audited = audit_reads(db, project, node).iter().map(|(_, target)| *target);
        open.extend(read.chain(audited).filter(|target| seen.insert(*target)));
    }
    found
}

/// The files with rows of tests that are not there.
pub(crate) fn missing_rows(session: &Session) -> Vec<Diagnostic> {
    let (db, project) = (session.db(), session.project());
    let mut found = Vec::new();
    for ((kind, _), item) in &names(db, project).others {
        let (ItemKind::Test, ItemDecl::Test(test)) = (kind, item.decl(db)) else { continue };
        if item.file(db).path(db).starts_with(STD_PREFIX) {
            continue;
        }
        let given = test.given.iter().map(|given| (&given.rows, given.line));
        for (rows, line) in given.chain(test.expect.iter().map(|expect| (&expect.rows, expect.line))) {
            let RowsDecl::Csv(path) = rows else { continue };
            let at = place_location(db, *item, Place { version: None, part: Part::Value(line) });
            found.extend(missing(session.root(), path, &at));
        }
    }
    found
}

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
