//! Selections as people type them, over a project and, for `state:`, over what an environment was when it was applied.

use crate::Session;
use crate::check::syntax;
use crate::nodes::PlanNodes;
use esker_declare::{ItemDecl, Part, Place, Selection};
use esker_diagnostics::{Diagnostic, Location};
use esker_grammar::{Span, parse_selection};
use esker_plan::state::EnvironmentNode;
use esker_plan::{PlanNode, PlanOptions};
use esker_resolve::{Node, NodeBody, NodeState, SelectionContext, node_decl, project_nodes};
use std::collections::{BTreeMap, BTreeSet};

/// What a selection means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectedNodes {
    /// As it was written.
    pub text: String,
    /// The labels of the nodes.
    pub labels: BTreeSet<String>,
    /// Parts of it that match nothing, or that the whole does.
    pub warnings: Vec<Diagnostic>,
    /// Whether one of its parts is likely a mistake: no node has this tag, no name fits this pattern.
    pub doubtful: bool,
}

/// The name under which problems of a selection speak of its text.
const PLACE: &str = "--select";

/// The nodes that `text` selects. `baseline` is what `state:` compares with.
pub(crate) fn select(
    session: &Session,
    text: &str,
    baseline: Option<&BTreeMap<String, EnvironmentNode>>,
) -> Result<SelectedNodes, Vec<Diagnostic>> {
    let (ast, errors) = parse_selection(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| syntax(error, &PLACE.into())).collect());
    }
    let Some(ast) = ast else {
        return Ok(SelectedNodes { text: text.into(), labels: BTreeSet::new(), warnings: Vec::new(), doubtful: false });
    };
    let (selection, leaves) = Selection::new(&ast);
    let place = |leaf: Option<u32>| {
        let span = leaf.and_then(|leaf| leaves.get(leaf as usize)).copied();
        Location { file: PLACE.into(), span: span.unwrap_or(Span { start: 0, end: text.len() as u32 }) }
    };
    let (db, project) = (session.db(), session.project());
    let state = baseline.map(|baseline| states(session, baseline));
    match esker_resolve::select(db, project, &selection, &SelectionContext { state: state.as_ref() }) {
        Ok(selected) => Ok(SelectedNodes {
            text: text.into(),
            labels: selected.nodes.iter().map(|node| node.label(db)).collect(),
            doubtful: selected.warnings.iter().any(|warning| warning.leaf.is_some()),
            warnings: selected.warnings.iter().map(|warning| warning.diagnostic(place(warning.leaf))).collect(),
        }),
        Err(errors) => Err(errors.iter().map(|error| error.diagnostic(place(error.leaf))).collect()),
    }
}

/// How each node stands to what the environment has.
fn states(session: &Session, baseline: &BTreeMap<String, EnvironmentNode>) -> BTreeMap<String, NodeState> {
    let options = PlanOptions::default();
    let nodes = PlanNodes::build(session, &options).nodes;
    nodes.iter().map(|node| (node.name.clone(), state(node, baseline.get(&node.name)))).collect()
}

fn state(node: &PlanNode, before: Option<&EnvironmentNode>) -> NodeState {
    let Some(before) = before else { return NodeState::New };
    // A column that is gone, or of another type, is what its readers cannot go on with.
    let kept = |name: &String, ty: &String| {
        let now = node.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        now.is_some_and(|column| column.ty.as_ref() == Some(ty))
    };
    if !before.columns.iter().all(|(name, ty)| kept(name, ty)) {
        return NodeState::Breaking;
    }
    // What changed upstream is `state:modified+`.
    let own = |parts: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let own = parts.iter().filter(|(name, _)| !name.starts_with("upstream:"));
        own.map(|(name, hash)| (name.clone(), hash.clone())).collect()
    };
    match own(&before.parts) == own(&node.parts) && before.metadata == node.metadata {
        true => NodeState::Same,
        false => NodeState::Modified,
    }
}

/// Whether a problem belongs to the selected nodes: to a version block of theirs, to the shared body that they have in
/// common with others, or to their file of SQL. The project file's problems belong to all.
pub(crate) fn concerns(session: &Session, labels: &BTreeSet<String>, problem: &Diagnostic) -> bool {
    let (db, project) = (session.db(), session.project());
    let Location { file, span } = &problem.primary.at;
    let Some(source) = session.file(file) else { return true };
    let holds = |whole: Span| whole.start <= span.start && span.start <= whole.end;
    let selected = |node: &&Node<'_>| labels.contains(&node.label(db));
    let mut nodes = project_nodes(db, project).iter().filter(selected);
    if !file.ends_with(".esk") {
        return nodes
            .any(|node| matches!(node_decl(db, project, *node).body, Some(NodeBody::File(body)) if body == source));
    }
    nodes.any(|node| {
        let item = node.item(db);
        let place = |version| item.places(db).get(Place { version, part: Part::Whole });
        let ItemDecl::Model(model) = item.decl(db) else { return item.file(db) == source && holds(place(None)) };
        let block = model.versions.iter().find(|version| holds(place(Some(version.block))));
        item.file(db) == source
            && holds(place(None))
            && block.is_none_or(|block| Some(&block.name) == node.version(db).as_ref())
    })
}
