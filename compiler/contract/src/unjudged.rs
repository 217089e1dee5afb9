//! Promises that nobody can hold: an ephemeral model has no rows of its own, so what only rows can show is never judged.

use esker_declare::{ColumnDecl, Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_infer::{Nullability, inferred};
use esker_resolve::{Node, NodeColumn, item_nodes, node_decl, place_location, property_location};
use esker_source::{Db, Project};

/// What an ephemeral model promises of its rows, told once.
pub(crate) fn check_unjudged<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<Diagnostic> {
    let ephemeral = |node: Node<'db>| node_decl(db, project, node).role.is_ephemeral();
    if !ephemeral(node) {
        return Vec::new();
    }
    let decl = node_decl(db, project, node);
    // What the shared body says is meant for the versions that are tables.
    let shared = item_nodes(db, node.item(db)).iter().all(|node| ephemeral(*node));
    let mut found: Vec<(Location, String)> = Vec::new();
    for column in decl.columns.iter().flatten().filter(|column| shared || column.place.version.is_some()) {
        let words = promises(&column.decl, never_null(db, project, node, column));
        if !words.is_empty() {
            let at = Place { version: column.place.version, part: Part::EntryName(column.decl.entry) };
            found.push((place_location(db, column.item, at), words.join(", ")));
        }
    }
    let at = property_location(db, node, Part::Grain(0));
    if decl.properties.grain.as_ref().is_some_and(|grain| !grain.is_empty())
        && (shared || at != place_location(db, node.item(db), Place { version: None, part: Part::Grain(0) }))
    {
        found.push((at, "`grain`".into()));
    }
    let mut found = found.into_iter();
    let Some((at, words)) = found.next() else { return Vec::new() };
    let title = format!("what the ephemeral model `{}` promises of its rows is never judged", node.item(db).name(db));
    let diagnostic = Diagnostic::new(diagnostics::UNJUDGED_PROMISE, title, at, format!("{words}: nobody looks"))
        .why("Its SQL is put into what reads it, so it has no rows of its own; only its names and types are compared with its SQL.")
        .help("Promise it in a model that reads this one, or make this one a `view`, or remove it.");
    vec![found.fold(diagnostic, |diagnostic, (at, words)| diagnostic.related(at, format!("{words}, too")))]
}

/// The promises of a column that rows alone can show.
fn promises(column: &ColumnDecl, never_null: bool) -> Vec<&'static str> {
    let stated = [
        (column.primary_key, "`primary key`"),
        (column.not_null && !column.primary_key && !never_null, "`not null`"),
        (column.unique, "`unique`"),
        (!column.checks.is_empty(), "`check`"),
        (column.references.is_some(), "`references`"),
    ];
    stated.into_iter().filter(|(stated, _)| *stated).map(|(_, word)| word).collect()
}

/// Whether its SQL shows, or does not deny, that a column is never null.
fn never_null<'db>(db: &'db dyn Db, project: Project, node: Node<'db>, column: &NodeColumn<'db>) -> bool {
    let shown = inferred(db, project, node);
    let found = shown.columns.iter().find(|found| found.name.eq_ignore_ascii_case(&column.decl.name));
    // A column that is not returned, or is always null, was told.
    found.is_none_or(|found| found.nulls != Nullability::Maybe)
}
