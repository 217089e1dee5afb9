//! Interfaces of other projects that are not as they were written. What is wrong in them is told as one problem, at the
//! place where this project names the other: nobody mends such a file by hand.

use crate::load::dependency_location;
use crate::{Session, config};
use esker_declare::{Part, Place, item_tree};
use esker_diagnostics::{self as diagnostics, Diagnostic, Level, Location};
use esker_resolve::{is_published, item_nodes, node_relations, place_location};

/// Puts one problem in the place of all that were found in an interface.
pub(crate) fn gather(session: &Session, problems: &mut Vec<Diagnostic>) {
    for (name, path) in &session.config().settings.dependencies {
        let inside = |problem: &Diagnostic| *problem.primary.at.file == **path;
        let mut found: Vec<(Location, String)> = problems
            .extract_if(.., |problem| inside(problem))
            .filter(|problem| problem.level == Level::Error)
            .map(|problem| (problem.primary.at, problem.title))
            .collect();
        found.extend(strays(session, path));
        found.sort_by_key(|(at, _)| at.span.start);
        let Some((at, title)) = found.into_iter().next() else { continue };
        let config = session.text(config::FILE).unwrap_or_default();
        let title = format!("the interface of `{name}` is damaged: {title}");
        problems.push(
            Diagnostic::new(
                diagnostics::DAMAGED_INTERFACE,
                title,
                dependency_location(config, name),
                "published by it",
            )
            .related(at, "here")
            .why("An interface is read as `esker publish --interface` wrote it.")
            .help(format!("Run that in the project `{name}` again, or correct the path.")),
        );
    }
}

/// Whether a project's interface is told to be damaged.
pub(crate) fn is_told(problems: &[Diagnostic], at: &Location) -> bool {
    problems.iter().any(|problem| problem.code == diagnostics::DAMAGED_INTERFACE && problem.primary.at == *at)
}

/// What no project publishes: other items, models of others, and models of which nobody knows where they are.
fn strays(session: &Session, path: &str) -> Vec<(Location, String)> {
    let (db, project) = (session.db(), session.project());
    let Some(file) = project.files(db).get(path) else { return Vec::new() };
    let stray = |item: &esker_declare::Item<'_>| {
        let at = place_location(db, *item, Place { version: None, part: Part::Name });
        let name = item.name(db);
        if !is_published(db, project, *item) {
            return Some((at, format!("`{} {name}` does not belong there", item.kind(db).keyword())));
        }
        let nowhere = |node: &esker_resolve::Node<'_>| node_relations(db, project, *node).is_empty();
        let homeless = item_nodes(db, *item).iter().find(|node| nowhere(node) && !item.broken(db))?;
        Some((at, format!("it does not say where `{}` is", homeless.label(db))))
    };
    item_tree(db, *file).items.iter().filter_map(stray).collect()
}
