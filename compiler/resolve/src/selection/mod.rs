//! Selections: which nodes `+dim_customers@2, tag:core except path:models/old` means.
//!
//! A leaf means a set of nodes (`leaf.rs`), `+` widens it along the graph, and the rest is set algebra. A name that does
//! not exist is an error; a tag or a pattern that nothing has is a warning, and so is a selection that selects nothing.
//!
//! Nodes of other projects are selected by their name or by a pattern that begins with their project's name, never by a
//! method, a bare `*` or a `+`: they are not this project's to compute.

mod errors;
mod leaf;
mod pattern;
#[cfg(test)]
mod tests;

pub use errors::{SelectionError, SelectionErrorKind};

use crate::{Node, NodeRole, graph, names, node_decl, place_location, project_nodes};
use esker_declare::{Item, ItemDecl, ItemKind, Part, Place, Selection, SelectionLeaf};
use esker_diagnostics::Diagnostic;
use esker_source::{Db, Project};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a node is against a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// The baseline does not have it.
    New,
    /// It is not as the baseline has it.
    Modified,
    /// It breaks what the baseline promised.
    Breaking,
    /// It is as the baseline has it.
    Same,
}

/// What a selection may ask for and the project does not say.
#[derive(Clone, Copy, Debug, Default)]
pub struct SelectionContext<'a> {
    /// The state of nodes against a baseline, by label; nothing without a baseline.
    pub state: Option<&'a BTreeMap<String, NodeState>>,
}

/// What a selection selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected<'db> {
    /// The nodes, in the order of [`project_nodes`].
    pub nodes: Vec<Node<'db>>,
    /// Parts that match nothing; the whole, when nothing is selected and no part says why.
    pub warnings: Vec<SelectionError>,
}

/// The nodes of a selection, or everything that is wrong with it.
pub fn select<'db>(
    db: &'db dyn Db,
    project: Project,
    selection: &Selection,
    context: &SelectionContext<'_>,
) -> Result<Selected<'db>, Vec<SelectionError>> {
    let mut selector = Selector::new(db, project, context);
    let set = selector.evaluate(selection);
    if !selector.errors.is_empty() {
        return Err(selector.errors);
    }
    let mut warnings = selector.warnings;
    if set.is_empty() && warnings.is_empty() {
        let kind = match selection {
            Selection::Leaf(leaf) => {
                let method = leaf.method.as_ref().map_or(String::new(), |method| format!("{method}:"));
                let what = format!("nothing is `{method}{}`", leaf.value);
                SelectionErrorKind::NothingMatches { what, likely: None }
            }
            _ => SelectionErrorKind::NothingSelected,
        };
        warnings.push(SelectionError { leaf: None, kind });
    }
    Ok(Selected { nodes: set.into_iter().map(|n| selector.nodes[n]).collect(), warnings })
}

/// What is wrong with the project's `selector` items, at their leaves. Whether they select anything, and what depends on
/// a baseline, is told where they are used.
pub fn selector_errors(db: &dyn Db, project: Project) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let names = names(db, project);
    // What could not be read may have the name or the tag.
    let unsure = names.lossy || names.items.values().any(|item| item.broken(db));
    for ((kind, _), item) in &names.others {
        let (ItemKind::Selector, ItemDecl::Selector(Some(selection))) = (kind, item.decl(db)) else { continue };
        let mut selector = Selector::new(db, project, &SelectionContext { state: None });
        selector.path.push(*item);
        selector.evaluate(selection);
        let told_elsewhere = |error: &SelectionError| match &error.kind {
            SelectionErrorKind::NoBaseline | SelectionErrorKind::BrokenSelector { .. } => true,
            // A circle is told once, at the first of its selectors by name.
            SelectionErrorKind::SelectorCycle { path } => path.iter().min() != Some(item.name(db)),
            SelectionErrorKind::UnknownName { .. }
            | SelectionErrorKind::UnknownVersion { .. }
            | SelectionErrorKind::NothingMatches { .. } => unsure,
            _ => false,
        };
        for found in selector.errors.iter().chain(&selector.warnings).filter(|error| !told_elsewhere(error)) {
            let part = found.leaf.map_or(Part::Name, Part::Leaf);
            diagnostics.push(found.diagnostic(place_location(db, *item, Place { version: None, part })));
        }
    }
    diagnostics
}

/// A set of nodes, by their index in the project.
type Set = BTreeSet<usize>;

/// The evaluation of one selection.
struct Selector<'db, 'a> {
    db: &'db dyn Db,
    project: Project,
    context: &'a SelectionContext<'a>,
    nodes: &'db [Node<'db>],
    /// Which nodes belong to another project.
    external: Vec<bool>,
    /// The selectors that are being evaluated, outermost first.
    path: Vec<Item<'db>>,
    errors: Vec<SelectionError>,
    warnings: Vec<SelectionError>,
}

impl<'db, 'a> Selector<'db, 'a> {
    fn new(db: &'db dyn Db, project: Project, context: &'a SelectionContext<'a>) -> Self {
        let nodes = project_nodes(db, project).as_slice();
        let external = nodes.iter().map(|node| node_decl(db, project, *node).role == NodeRole::External).collect();
        Self { db, project, context, nodes, external, path: Vec::new(), errors: Vec::new(), warnings: Vec::new() }
    }

    fn evaluate(&mut self, selection: &Selection) -> Set {
        match selection {
            Selection::Leaf(leaf) => {
                let set = self.leaf(leaf);
                self.surroundings(set, leaf)
            }
            Selection::And(a, b) => &self.evaluate(a) & &self.evaluate(b),
            Selection::Or(a, b) => &self.evaluate(a) | &self.evaluate(b),
            Selection::Except(a, b) => &self.evaluate(a) - &self.evaluate(b),
        }
    }

    /// The set with the ancestors and descendants that the leaf asks for.
    fn surroundings(&self, set: Set, leaf: &SelectionLeaf) -> Set {
        if leaf.up.is_none() && leaf.down.is_none() {
            return set;
        }
        let graph = graph(self.db, self.project);
        let index: HashMap<Node<'db>, usize> = self.nodes.iter().enumerate().map(|(n, node)| (*node, n)).collect();
        let mut parents: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        let mut children = parents.clone();
        for (node, read) in graph.order.iter().zip(&graph.parents) {
            let Some(child) = index.get(node).copied() else { continue };
            for parent in read.iter().filter_map(|parent| index.get(&graph.order[*parent]).copied()) {
                parents[child].push(parent);
                children[parent].push(child);
            }
        }
        let mut wider = set.clone();
        for (asked, edges) in [(leaf.up, &parents), (leaf.down, &children)] {
            let Some(depth) = asked else { continue };
            wider.extend(reached(&set, edges, depth).into_iter().filter(|node| !self.external[*node]));
        }
        wider
    }

    fn error(&mut self, leaf: &SelectionLeaf, kind: SelectionErrorKind) {
        self.errors.push(SelectionError { leaf: Some(leaf.index), kind });
    }

    fn warn(&mut self, leaf: &SelectionLeaf, kind: SelectionErrorKind) {
        self.warnings.push(SelectionError { leaf: Some(leaf.index), kind });
    }
}

/// What is at most so many edges away; everything that can be reached without a limit.
fn reached(from: &Set, edges: &[Vec<usize>], depth: Option<u32>) -> Set {
    let mut all = from.clone();
    let mut rim: Vec<usize> = from.iter().copied().collect();
    let mut left = depth;
    while !rim.is_empty() && left != Some(0) {
        left = left.map(|left| left - 1);
        rim = rim.iter().flat_map(|node| &edges[*node]).copied().filter(|next| all.insert(*next)).collect();
    }
    all
}
