//! What an environment is to show: the nodes that a plan covers as the project has them, the others as they are recorded.
//!
//! A relation belongs to one node. Where a selection covers just one of the two nodes between which it changes hands
//! (the canonical relation of a model whose `latest` moved):
//!
//! * the node that is to have it takes it, when it is covered;
//! * the node that had it gives it up, when it is covered, to the other one as that is recorded; nothing is computed for
//!   that. If the environment does not have the other one yet, the relation stays where it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::file::{PromotedView, Promotion, Relation};
use crate::input::{PlanNode, SqlPiece};
use crate::naming::{Identity, environment_view};
use crate::state::EnvironmentNode;

/// An environment's nodes by name.
pub(crate) type Nodes = BTreeMap<String, EnvironmentNode>;

/// The whole project as the environment is to show it.
pub(crate) fn wanted(nodes: &[PlanNode], identities: &[Identity], environment: &str) -> Nodes {
    let wanted = nodes.iter().enumerate().map(|(index, node)| {
        let mut views: Vec<Relation> =
            node.relations.iter().map(|relation| environment_view(environment, relation)).collect();
        views.sort();
        views.dedup();
        let shown = EnvironmentNode {
            snapshot: identities[index].snapshot.clone(),
            fingerprint: node.fingerprint.clone(),
            metadata: node.metadata.clone(),
            promises: promises(index, node, identities),
            parts: node.parts.clone(),
            columns: node.columns.iter().filter_map(|column| Some((column.name.clone(), column.ty.clone()?))).collect(),
            table: identities[index].table.clone(),
            views,
        };
        (node.name.clone(), shown)
    });
    wanted.collect()
}

/// A hash of what fails when it is broken: checks, and audits that do more than warn. Behind a `+` stands a hash of the
/// other tables that the audits read: what held against the old ones is judged again against new ones.
fn promises(own: usize, node: &PlanNode, identities: &[Identity]) -> String {
    let (mut rules, mut tables) = (blake3::Hasher::new(), blake3::Hasher::new());
    for check in &node.checks {
        rules.update(format!("{check:?}\n").as_bytes());
    }
    let audits = || node.audits.iter().filter(|audit| !audit.warn);
    for audit in audits() {
        rules.update(format!("audit {:?}", audit.title).as_bytes());
        for piece in &audit.sql {
            match piece {
                SqlPiece::Text(text) => rules.update(format!(" {text:?}").as_bytes()),
                SqlPiece::Node(other) if *other == own => rules.update(b" this"),
                SqlPiece::Node(other) => {
                    tables.update(identities[*other].snapshot.as_bytes());
                    rules.update(b" other")
                }
            };
        }
        rules.update(b"\n");
    }
    let short = |hasher: &blake3::Hasher| hasher.finalize().to_hex()[..32].to_owned();
    let reads_others = audits().flat_map(|audit| &audit.sql).any(|piece| !is_own(piece, own));
    match (node.checks.is_empty() && audits().next().is_none(), reads_others) {
        (true, _) => String::new(),
        (false, false) => short(&rules),
        (false, true) => format!("{}+{}", short(&rules), short(&tables)),
    }
}

fn is_own(piece: &SqlPiece, own: usize) -> bool {
    !matches!(piece, SqlPiece::Node(other) if *other != own)
}

/// The environment after the plan. `covers` says of a node of the project whether the plan covers it.
pub(crate) fn after(wanted: &Nodes, recorded: &Nodes, covers: &BTreeMap<&str, bool>) -> Nodes {
    if covers.values().all(|covers| *covers) {
        return wanted.clone();
    }
    let is_covered = |name: &str| covers.get(name) == Some(&true);
    let covered = || wanted.iter().filter(|(name, _)| is_covered(name));
    let mut after = recorded.clone();
    let taken: BTreeSet<&Relation> = covered().flat_map(|(_, node)| &node.views).collect();
    for node in after.values_mut() {
        node.views.retain(|view| !taken.contains(view));
    }
    after.extend(covered().map(|(name, node)| (name.clone(), node.clone())));
    for (name, view) in covered().filter_map(|(name, _)| Some((name, recorded.get(name)?))).flat_map(|(name, node)| {
        let given_up = node.views.iter().filter(|view| !taken.contains(view));
        given_up.map(move |view| (name, view))
    }) {
        let Some(owner) = wanted.iter().find(|(_, node)| node.views.contains(view)).map(|(owner, _)| owner) else {
            continue;
        };
        let holder = if after.contains_key(owner) { owner } else { name };
        if let Some(node) = after.get_mut(holder) {
            node.views.push(view.clone());
            node.views.sort();
        }
    }
    after
}

/// The way from the environment as it is recorded to what it is to be.
pub(crate) fn promotion(after: Nodes, recorded: &Nodes) -> Promotion {
    let before: BTreeMap<&Relation, &Relation> =
        recorded.values().flat_map(|node| node.views.iter().map(|view| (view, &node.table))).collect();
    let mut views: Vec<PromotedView> = Vec::new();
    for (name, node) in &after {
        views.extend(node.views.iter().map(|view| PromotedView {
            view: view.clone(),
            node: name.clone(),
            table: node.table.clone(),
            moves: before.get(view) != Some(&&node.table),
        }));
    }
    views.sort_by(|a, b| a.view.cmp(&b.view));
    let kept: BTreeSet<&Relation> = views.iter().map(|view| &view.view).collect();
    let drop = before.into_keys().filter(|view| !kept.contains(view)).cloned().collect();
    Promotion { views, drop, nodes: after }
}
