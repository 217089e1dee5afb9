//! Plans a project: what `esker plan` shows and `esker compile` writes.

use crate::nodes::PlanNodes;
use crate::selecting::SelectedNodes;
use crate::{Session, data_files, runnable};
use esker_declare::Part;
use esker_diagnostics::{Diagnostic, Level};
use esker_plan::{NodeError, OptionsError, PlanError, PlanFile, PlanInput, PlanOptions, RecordedState, Selected};
use esker_resolve::{Node, project_nodes, property_location};
use std::collections::HashMap;

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanFailure {
    /// What is wrong with the project, warnings included.
    Project(Vec<Diagnostic>),
    /// What is wrong with the options.
    Options(OptionsError),
}

/// Plans a project that has no errors.
pub(crate) fn plan(
    session: &Session,
    state: &RecordedState,
    options: &PlanOptions,
    selected: Option<&SelectedNodes>,
) -> Result<PlanFile, PlanFailure> {
    let diagnostics = session.check();
    if has_errors(&diagnostics) {
        return Err(PlanFailure::Project(diagnostics));
    }
    let unplanned = runnable::problems(session.db(), session.project());
    if !unplanned.is_empty() {
        return Err(PlanFailure::Project(with(diagnostics, unplanned)));
    }
    let mut built = PlanNodes::build(session, options);
    let is_planned = |node: &Node<'_>| {
        built.indexes.contains_key(node)
            && selected.is_none_or(|selected| selected.labels.contains(&node.label(session.db())))
    };
    let planned = project_nodes(session.db(), session.project()).iter().copied().filter(is_planned);
    built.found.extend(data_files::missing_sources(session, planned));
    if has_errors(&built.found) {
        return Err(PlanFailure::Project(with(diagnostics, built.found)));
    }
    let selected = selected.map(|selected| Selected {
        text: selected.text.clone(),
        nodes: (0..built.nodes.len()).filter(|node| selected.labels.contains(&built.nodes[*node].name)).collect(),
    });
    let project = session.config().settings.name.clone();
    let input = PlanInput { project, nodes: built.nodes, selected, attach: built.databases.attach };
    esker_plan::plan(&input, state, options).map_err(|errors| {
        let mut found = Vec::new();
        for error in errors {
            match error {
                PlanError::Options(error) => return PlanFailure::Options(error),
                PlanError::Node(error) => found.push(node_problem(session, &built.indexes, &input, &error)),
            }
        }
        PlanFailure::Project(with(diagnostics, found))
    })
}

/// Whether any of them is an error.
pub(crate) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error)
}

fn with(mut diagnostics: Vec<Diagnostic>, more: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.extend(more);
    Diagnostic::sort(&mut diagnostics);
    diagnostics
}

/// A planner's problem at the line that states the node's kind.
fn node_problem(
    session: &Session,
    indexes: &HashMap<Node<'_>, usize>,
    input: &PlanInput,
    error: &NodeError,
) -> Diagnostic {
    let db = session.db();
    let node = indexes.iter().find(|(_, index)| input.nodes[**index].name == error.node).map(|(node, _)| *node);
    let node = node.expect("the planner speaks of nodes that it was given");
    error.diagnostic(property_location(db, node, Part::Kind))
}
