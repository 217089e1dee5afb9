//! What a project may say and no plan can carry out yet: told when a plan is asked for, so that nothing that was written
//! is passed over.

use esker_declare::{KindForm, Part};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_resolve::{Node, NodeDecl, NodeRole, node_decl, project_nodes, property_location};
use esker_source::{Db, Project};

/// Everything of the project that keeps it from being planned.
pub(crate) fn problems(db: &dyn Db, project: Project) -> Vec<Diagnostic> {
    project_nodes(db, project)
        .iter()
        .flat_map(|node| {
            let decl = node_decl(db, project, *node);
            unplanned(decl).into_iter().map(|(part, what)| diagnostic(db, *node, part, &what))
        })
        .collect()
}

/// What of a node has no plan yet, and where it is stated.
fn unplanned(decl: &NodeDecl<'_>) -> Vec<(Part, String)> {
    let NodeRole::Model(Some(kind)) = &decl.role else { return Vec::new() };
    let mut found = Vec::new();
    match &kind.form {
        KindForm::Full | KindForm::View | KindForm::Ephemeral | KindForm::IncrementalByTime(_) => {}
        other => found.push((Part::Kind, format!("a model of the kind `{}`", other.words()))),
    }
    if kind.options.partials {
        found.push((Part::Partials, "`partials`".into()));
    }
    if kind.options.forward_only {
        found.push((Part::ForwardOnly, "`forward only`".into()));
    }
    if decl.properties.tz.as_deref().is_some_and(|tz| tz != "UTC") {
        found.push((Part::Tz, "a time zone other than UTC".into()));
    }
    found
}

fn diagnostic<'db>(db: &'db dyn Db, node: Node<'db>, part: Part, what: &str) -> Diagnostic {
    let title = format!("{what} cannot be planned yet");
    Diagnostic::new(diagnostics::CANNOT_PLAN_YET, title, property_location(db, node, part), "has no plan yet")
        .why("It is part of the language and is checked, but the planner does not know how to carry it out, and doing something else instead would be wrong without a word.")
        .help("Use `kind full`, `view`, `ephemeral` or `incremental by time` in UTC for now.")
}
