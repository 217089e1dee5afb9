//! The dependency graph of all nodes, and its cycles.

use crate::audited::{Promise, audit_reads};
use crate::{Node, locate, node_decl, node_refs, place_location, project_nodes};
use esker_declare::{Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_source::{Db, Project};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};

/// Why a node comes behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, salsa::SalsaValue)]
pub enum Edge {
    /// Its SQL reads it, by the nth of its references.
    Ref(usize),
    /// One of its promises reads it.
    Promise(Promise),
}

/// The nodes in the order in which they can be computed, their parents, and the cycles that have no such order.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Graph<'db> {
    /// All nodes, parents before children, otherwise by name; those of a cycle stand together.
    pub order: Vec<Node<'db>>,
    /// For each node of `order`, the nodes that its SQL reads, as indexes into `order`: without duplicates, in the order
    /// of their first reference.
    pub parents: Vec<Vec<usize>>,
    /// For each node of `order`, the nodes that its audits and foreign keys read, likewise. They come before it too, but
    /// are no part of what it is.
    pub audit_parents: Vec<Vec<usize>>,
    /// Each cycle as a path of (node, why it comes behind the next); the last leads to the first.
    pub cycles: Vec<Vec<(Node<'db>, Edge)>>,
}

/// The graph of the project.
#[salsa::tracked]
pub fn graph<'db>(db: &'db dyn Db, project: Project) -> Graph<'db> {
    let nodes = project_nodes(db, project);
    let index: HashMap<Node<'db>, usize> = nodes.iter().enumerate().map(|(i, node)| (*node, i)).collect();
    // An edge leads from the reader to what it reads.
    let mut graph: DiGraph<(), Edge> = DiGraph::new();
    for _ in nodes {
        graph.add_node(());
    }
    for (reader, node) in nodes.iter().enumerate() {
        let mut add = |edge, target: Node<'db>| {
            if let Some(target) = index.get(&target) {
                graph.add_edge(NodeIndex::new(reader), NodeIndex::new(*target), edge);
            }
        };
        for (reference, resolved) in node_refs(db, project, *node).iter().enumerate() {
            resolved.target.into_iter().for_each(|target| add(Edge::Ref(reference), target));
        }
        for (promise, target) in audit_reads(db, project, *node) {
            add(Edge::Promise(*promise), *target);
        }
    }
    // What is read comes before its readers; without recursion, so that a long chain is no danger.
    let components = kosaraju_scc(&graph);
    let mut position = vec![0; nodes.len()];
    let order = in_order(&graph, &components);
    for (place, node) in order.iter().enumerate() {
        position[*node] = place;
    }
    let parents = |node: usize, wanted: fn(Edge) -> bool| {
        let edges = graph.edges(NodeIndex::new(node)).filter(|edge| wanted(*edge.weight()));
        let mut edges: Vec<(Edge, usize)> =
            edges.map(|edge| (*edge.weight(), position[edge.target().index()])).collect();
        edges.sort_unstable();
        let mut found: Vec<usize> = Vec::new();
        for (_, parent) in edges {
            if !found.contains(&parent) {
                found.push(parent);
            }
        }
        found
    };
    let read = |edge| matches!(edge, Edge::Ref(_));
    let mut cycles: Vec<Vec<(Node<'db>, Edge)>> = components
        .iter()
        .flat_map(|component| cycles(&graph, component))
        .map(|path| path.into_iter().map(|(node, edge)| (nodes[node], edge)).collect())
        .collect();
    cycles.sort_by_key(|path: &Vec<(Node<'db>, Edge)>| path[0].0.label(db));
    Graph {
        parents: order.iter().map(|node| parents(*node, read)).collect(),
        audit_parents: order.iter().map(|node| parents(*node, |edge| matches!(edge, Edge::Promise(_)))).collect(),
        order: order.into_iter().map(|node| nodes[node]).collect(),
        cycles,
    }
}

/// The nodes so that what is read comes before its readers, otherwise as they stand. A component is a node by itself or
/// those of a cycle, which stand together.
fn in_order(graph: &DiGraph<(), Edge>, components: &[Vec<NodeIndex>]) -> Vec<usize> {
    let mut members: Vec<Vec<usize>> =
        components.iter().map(|component| component.iter().map(|node| node.index()).collect()).collect();
    members.iter_mut().for_each(|nodes| nodes.sort_unstable());
    let mut component = vec![0; graph.node_count()];
    for (place, nodes) in members.iter().enumerate() {
        nodes.iter().for_each(|node| component[*node] = place);
    }
    let (mut waits, mut readers) = (vec![0_usize; members.len()], vec![Vec::new(); members.len()]);
    for edge in graph.edge_references() {
        let (reader, read) = (component[edge.source().index()], component[edge.target().index()]);
        if reader != read {
            waits[reader] += 1;
            readers[read].push(reader);
        }
    }
    let entry = |place: usize| Reverse((members[place][0], place));
    let mut ready: BinaryHeap<_> = (0..members.len()).filter(|place| waits[*place] == 0).map(entry).collect();
    let mut order = Vec::with_capacity(component.len());
    while let Some(Reverse((_, place))) = ready.pop() {
        order.extend(&members[place]);
        for reader in &readers[place] {
            waits[*reader] -= 1;
            if waits[*reader] == 0 {
                ready.push(entry(*reader));
            }
        }
    }
    order
}

/// Cycles that together pass through every node of a component: for each node (in order of names) that no cycle before
/// it passes, the shortest one through it. None for a single node that does not refer to itself.
fn cycles(graph: &DiGraph<(), Edge>, component: &[NodeIndex]) -> Vec<Vec<(usize, Edge)>> {
    let inside: HashSet<NodeIndex> = component.iter().copied().collect();
    let mut starts: Vec<NodeIndex> = component.to_vec();
    starts.sort_unstable();
    let mut passed: HashSet<usize> = HashSet::new();
    let mut cycles = Vec::new();
    for start in starts {
        if !passed.contains(&start.index())
            && let Some(path) = cycle(graph, &inside, start)
        {
            passed.extend(path.iter().map(|(node, _)| *node));
            cycles.push(path);
        }
    }
    cycles
}

/// The shortest cycle through a node.
fn cycle(graph: &DiGraph<(), Edge>, inside: &HashSet<NodeIndex>, start: NodeIndex) -> Option<Vec<(usize, Edge)>> {
    let mut came_from: HashMap<NodeIndex, (NodeIndex, Edge)> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut edges: Vec<_> = graph.edges(node).map(|edge| (*edge.weight(), edge.target())).collect();
        edges.sort_unstable();
        for (edge, target) in edges {
            if target == start {
                let mut path = vec![(node.index(), edge)];
                let mut at = node;
                while at != start {
                    let (previous, edge) = came_from[&at];
                    path.push((previous.index(), edge));
                    at = previous;
                }
                path.reverse();
                return Some(path);
            }
            if inside.contains(&target) && !came_from.contains_key(&target) {
                came_from.insert(target, (node, edge));
                queue.push_back(target);
            }
        }
    }
    None
}

/// A cycle as a problem at the reference that closes it, with the other references on the way.
pub fn cycle_diagnostic<'db>(db: &'db dyn Db, project: Project, path: &[(Node<'db>, Edge)]) -> Diagnostic {
    let name = |index: usize| path[index % path.len()].0.label(db);
    let label = |index: usize| {
        let word = match path[index].1 {
            Edge::Ref(_) => "reads",
            Edge::Promise(_) => "is checked against",
        };
        format!("`{}` {word} `{}`", name(index), name(index + 1))
    };
    let steps: Vec<String> = (0..=path.len()).map(name).collect();
    let title = match path.iter().all(|(_, edge)| matches!(edge, Edge::Ref(_))) {
        true if path.len() == 1 => format!("`{}` reads itself", name(0)),
        true => format!("these models read each other in a circle: {}", steps.join(" → ")),
        false => format!("these models wait for each other in a circle: {}", steps.join(" → ")),
    };
    let mut found = Diagnostic::new(diagnostics::CYCLE, title, edge_location(db, project, path[0]), label(0));
    for (index, step) in path.iter().enumerate().skip(1) {
        found = found.related(edge_location(db, project, *step), label(index));
    }
    found
        .why("None of them could be computed first.")
        .help("Take one of these references out, or split off what both sides need into a model of its own.")
}

fn edge_location<'db>(db: &'db dyn Db, project: Project, (node, edge): (Node<'db>, Edge)) -> Location {
    let decl = node_decl(db, project, node);
    match edge {
        Edge::Ref(reference) => {
            let tokens = node_refs(db, project, node)[reference].expr.tokens.clone();
            locate::sql_location(db, project, node, tokens)
        }
        Edge::Promise(Promise::Audit(index)) => {
            let audit = &decl.audits[index];
            let place = Place { version: audit.block, part: Part::Audit(audit.decl.line) };
            place_location(db, node.item(db), place)
        }
        Edge::Promise(Promise::ForeignKey(index)) => {
            let column = decl.columns.as_deref().and_then(|columns| columns.get(index));
            match column.and_then(|column| Some((column, column.decl.references.as_ref()?))) {
                Some((column, key)) => locate::constraint_location(db, column, key.constraint),
                None => locate::item_location(db, node.item(db)),
            }
        }
    }
}
