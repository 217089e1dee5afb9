//! The dependency graph of all nodes, and its cycles.

use crate::{Node, node_refs, project_nodes};
use esker_source::{Db, Project};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::{HashMap, HashSet, VecDeque};

/// The nodes in the order in which they can be computed, their parents, and the cycles that have no such order.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Graph<'db> {
    /// All nodes, parents before children; those on a cycle come last among equals.
    pub order: Vec<Node<'db>>,
    /// For each node of `order`, the nodes that it reads, as indexes into `order`: without duplicates, in the order of
    /// their first reference.
    pub parents: Vec<Vec<usize>>,
    /// Each cycle as a path of (node, index of the reference to the next); the last refers to the first.
    pub cycles: Vec<Vec<(Node<'db>, usize)>>,
}

/// The graph of the project.
#[salsa::tracked]
pub fn graph<'db>(db: &'db dyn Db, project: Project) -> Graph<'db> {
    let nodes = project_nodes(db, project);
    let index: HashMap<Node<'db>, usize> = nodes.iter().enumerate().map(|(i, node)| (*node, i)).collect();
    // An edge leads from the reader to what it reads, with the index of the reference.
    let mut graph: DiGraph<(), usize> = DiGraph::new();
    for _ in nodes {
        graph.add_node(());
    }
    for (reader, node) in nodes.iter().enumerate() {
        for (reference, resolved) in node_refs(db, project, *node).iter().enumerate() {
            if let Some(target) = resolved.target.and_then(|target| index.get(&target)) {
                graph.add_edge(NodeIndex::new(reader), NodeIndex::new(*target), reference);
            }
        }
    }
    // What is read comes before its readers; without recursion, so that a long chain is no danger.
    let components = kosaraju_scc(&graph);
    let mut position = vec![0; nodes.len()];
    let order: Vec<usize> = components.iter().flatten().map(|node| node.index()).collect();
    for (place, node) in order.iter().enumerate() {
        position[*node] = place;
    }
    let mut parents = Vec::with_capacity(order.len());
    for node in &order {
        let mut edges: Vec<(usize, usize)> =
            graph.edges(NodeIndex::new(*node)).map(|edge| (*edge.weight(), position[edge.target().index()])).collect();
        edges.sort_unstable();
        let mut of_node: Vec<usize> = Vec::new();
        for (_, parent) in edges {
            if !of_node.contains(&parent) {
                of_node.push(parent);
            }
        }
        parents.push(of_node);
    }
    let mut cycles: Vec<Vec<(Node<'db>, usize)>> = components
        .iter()
        .flat_map(|component| cycles(&graph, component))
        .map(|path| path.into_iter().map(|(node, reference)| (nodes[node], reference)).collect())
        .collect();
    cycles.sort_by_key(|path: &Vec<(Node<'db>, usize)>| path[0].0.label(db));
    Graph { order: order.into_iter().map(|node| nodes[node]).collect(), parents, cycles }
}

/// Cycles that together pass through every node of a component: for each node (in order of names) that no cycle before
/// it passes, the shortest one through it. None for a single node that does not refer to itself.
fn cycles(graph: &DiGraph<(), usize>, component: &[NodeIndex]) -> Vec<Vec<(usize, usize)>> {
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
fn cycle(graph: &DiGraph<(), usize>, inside: &HashSet<NodeIndex>, start: NodeIndex) -> Option<Vec<(usize, usize)>> {
    let mut came_from: HashMap<NodeIndex, (NodeIndex, usize)> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut edges: Vec<_> = graph.edges(node).map(|edge| (*edge.weight(), edge.target())).collect();
        edges.sort_unstable();
        for (reference, target) in edges {
            if target == start {
                let mut path = vec![(node.index(), reference)];
                let mut at = node;
                while at != start {
                    let (previous, reference) = came_from[&at];
                    path.push((previous.index(), reference));
                    at = previous;
                }
                path.reverse();
                return Some(path);
            }
            if inside.contains(&target) && !came_from.contains_key(&target) {
                came_from.insert(target, (node, reference));
                queue.push_back(target);
            }
        }
    }
    None
}
