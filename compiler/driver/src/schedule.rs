//! The schedule of a model: its `cron`, `every` and start as the planner's values, judged where they stand.

use esker_declare::{Item, ItemDecl, KindDecl, KindForm, Part, Place, Properties};
use esker_diagnostics::Diagnostic;
use esker_infer::surface;
use esker_plan::time::{Cron, Timestamp, Unit};
use esker_plan::{NodeError, NodeErrorKind, time_problem};
use esker_resolve::{Node, NodeRole, graph, node_decl, node_refs, place_location, property_location};
use esker_source::{Db, Project};
use std::collections::HashSet;

/// What is wrong with the schedules of an item, its shared body's and its versions'.
pub(crate) fn problems<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Diagnostic> {
    let ItemDecl::Model(model) = item.decl(db) else { return Vec::new() };
    let mut found = Vec::new();
    let bodies = model.versions.iter().map(|version| (Some(version.block), &version.own));
    for (version, properties) in std::iter::once((None, &model.shared)).chain(bodies) {
        let at = |part| place_location(db, item, Place { version, part });
        if let Some(Err(error)) = properties.cron.as_deref().map(Cron::parse) {
            found.push(error.diagnostic(at(Part::Cron)));
        }
        if let Some(Err(error)) = every(properties) {
            found.push(error.diagnostic(at(Part::Every)));
        }
    }
    found
}

/// The unit of an incremental kind, if it names one.
pub(crate) fn every(properties: &Properties) -> Option<Result<Unit, esker_plan::time::UnitError>> {
    let (count, word) = properties.kind.as_ref()?.options.every.as_ref()?;
    Some(Unit::new(u64::from(*count), word))
}

/// The length of a cell: what the kind names, else what the cron makes it.
pub(crate) fn unit(properties: &Properties) -> Unit {
    every(properties).and_then(Result::ok).unwrap_or_else(|| cron(properties).unit())
}

/// When cells become due; daily when nobody says.
pub(crate) fn cron(properties: &Properties) -> Cron {
    properties.cron.as_deref().and_then(|cron| Cron::parse(cron).ok()).unwrap_or_else(Cron::daily)
}

/// The earliest start of the sources that a node reads, itself or through ephemeral nodes.
pub(crate) fn source_start<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Option<Timestamp> {
    let (mut start, mut seen, mut left) = (None, HashSet::from([node]), vec![node]);
    while let Some(reader) = left.pop() {
        for target in node_refs(db, project, reader).iter().filter_map(|found| found.target) {
            let decl = node_decl(db, project, target);
            match &decl.role {
                NodeRole::Source(_) => {
                    start = [start, decl.properties.start].into_iter().flatten().min();
                }
                NodeRole::Model(Some(KindDecl { form: KindForm::Ephemeral, .. })) if seen.insert(target) => {
                    left.push(target);
                }
                _ => {}
            }
        }
    }
    start.map(Timestamp::from_naive)
}

/// What is wrong with the time of incremental nodes, in a project that is otherwise right.
pub(crate) fn time_problems(db: &dyn Db, project: Project) -> Vec<Diagnostic> {
    let graph = graph(db, project);
    let mut started: Vec<bool> = Vec::with_capacity(graph.order.len());
    let mut found = Vec::new();
    for (node, parents) in graph.order.iter().zip(&graph.parents) {
        let decl = node_decl(db, project, *node);
        let has_start = decl.properties.start.is_some() || parents.iter().any(|parent| started[*parent]);
        let NodeRole::Model(Some(KindDecl { form: KindForm::IncrementalByTime(column), .. })) = &decl.role else {
            started.push(has_start);
            continue;
        };
        // Its readers would complain of the same missing start.
        started.push(true);
        let own = decl.properties.start.map(Timestamp::from_naive).or_else(|| source_start(db, project, *node));
        let unit = unit(&decl.properties);
        let shown = surface(db, project, *node).columns.iter().find(|shown| shown.name.eq_ignore_ascii_case(column));
        let column_type = shown.map(|shown| shown.ty.to_string());
        if let Some(kind) = time_problem(column, column_type.as_deref(), unit, has_start, own) {
            let error = NodeError { node: node.label(db), kind };
            let own_start =
                decl.properties.start.is_some() && matches!(error.kind, NodeErrorKind::StartInsideCell { .. });
            let part = if own_start { Part::Start } else { Part::Kind };
            found.push(error.diagnostic(property_location(db, *node, part)));
        }
    }
    found
}
