//! What a plan covers: everything, or what is selected and all that it needs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::input::{PlanAudit, PlanInput, PlanNode, SqlPiece};

/// For each node, whether the plan covers it.
pub(crate) fn covered(input: &PlanInput) -> Vec<bool> {
    let Some(selected) = &input.selected else { return vec![true; input.nodes.len()] };
    let mut covered = vec![false; input.nodes.len()];
    let mut needed: Vec<usize> = selected.nodes.iter().copied().collect();
    while let Some(index) = needed.pop() {
        let Some(node) = input.nodes.get(index).filter(|_| !covered[index]) else { continue };
        covered[index] = true;
        needed.extend(node.parents());
        needed.extend(node.audited(index));
    }
    covered
}

/// The project as if it had only the covered nodes. They need nothing but one another.
pub(crate) fn narrowed<'i>(input: &'i PlanInput, covered: &[bool]) -> Cow<'i, PlanInput> {
    if covered.iter().all(|covered| *covered) {
        return Cow::Borrowed(input);
    }
    let kept = (0..input.nodes.len()).filter(|&index| covered[index]);
    let places: BTreeMap<usize, usize> = kept.enumerate().map(|(place, index)| (index, place)).collect();
    let moved = |sql: &[SqlPiece]| {
        let piece = |piece: &SqlPiece| match piece {
            SqlPiece::Node(node) => SqlPiece::Node(places[node]),
            SqlPiece::Text(_) => piece.clone(),
        };
        sql.iter().map(piece).collect()
    };
    let node = |index: &usize| {
        let node = &input.nodes[*index];
        let audit = |audit: &PlanAudit| PlanAudit { sql: moved(&audit.sql), ..audit.clone() };
        PlanNode { sql: moved(&node.sql), audits: node.audits.iter().map(audit).collect(), ..node.clone() }
    };
    Cow::Owned(PlanInput {
        project: input.project.clone(),
        nodes: places.keys().map(node).collect(),
        selected: input.selected.clone(),
        attach: input.attach.clone(),
    })
}
