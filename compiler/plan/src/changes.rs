//! What differs between the project and what an environment was recorded to have, with the reasons.

use std::collections::{BTreeMap, BTreeSet};

use crate::file::{Change, ChangeKind};
use crate::input::PlanNode;
use crate::state::EnvironmentNode;

/// A node of the project as the environment is to have it.
pub(crate) struct Wanted<'a> {
    pub(crate) node: &'a PlanNode,
    pub(crate) wanted: &'a EnvironmentNode,
    /// Whether its snapshot is recorded already.
    pub(crate) exists: bool,
}

/// The changes, in the order of the project's nodes, then the removed ones by name.
pub(crate) fn changes(nodes: &[Wanted<'_>], recorded: &BTreeMap<String, EnvironmentNode>) -> Vec<Change> {
    let mut changes: Vec<Change> =
        nodes.iter().filter_map(|node| change(node, recorded.get(&node.node.name))).collect();
    let names: BTreeSet<&str> = nodes.iter().map(|node| node.node.name.as_str()).collect();
    let removed = recorded.keys().filter(|name| !names.contains(name.as_str()));
    changes.extend(removed.map(|name| Change {
        node: name.clone(),
        kind: ChangeKind::Removed,
        reasons: Vec::new(),
        reused: false,
    }));
    changes
}

fn change(Wanted { node, wanted, exists }: &Wanted<'_>, recorded: Option<&EnvironmentNode>) -> Option<Change> {
    let (kind, reasons) = match recorded {
        None => (ChangeKind::New, Vec::new()),
        Some(recorded) if recorded == *wanted => return None,
        Some(recorded) if recorded.fingerprint != wanted.fingerprint => {
            (ChangeKind::Changed, data_reasons(&recorded.parts, &wanted.parts))
        }
        Some(recorded) => (ChangeKind::Metadata, metadata_reasons(recorded, wanted)),
    };
    Some(Change { node: node.name.clone(), kind, reasons, reused: *exists && kind != ChangeKind::Metadata })
}

/// Why the data differs: the node's own parts first, then what comes from upstream.
fn data_reasons(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let (upstream, own): (Vec<&String>, Vec<&String>) = differing.partition(|key| key.starts_with("upstream:"));
    let verb = |key: &String| match (before.contains_key(key), after.contains_key(key)) {
        (false, _) => "added",
        (_, false) => "removed",
        _ => "changed",
    };
    let own = own.into_iter().map(|key| match key.strip_prefix("column:") {
        Some(column) => match verb(key) {
            "changed" => format!("column changed: {column}"),
            verb => format!("{verb} column {column}"),
        },
        None => format!("{key} changed"),
    });
    let upstream = upstream.into_iter().map(|key| {
        let read = key.strip_prefix("upstream:").unwrap_or(key);
        match verb(key) {
            "changed" => format!("upstream: {read} changed"),
            "added" => format!("upstream: now reads {read}"),
            _ => format!("upstream: no longer reads {read}"),
        }
    });
    let reasons: Vec<String> = own.chain(upstream).collect();
    if reasons.is_empty() { vec!["definition changed".to_owned()] } else { reasons }
}

/// What differs when the data does not.
fn metadata_reasons(before: &EnvironmentNode, after: &EnvironmentNode) -> Vec<String> {
    let mut reasons = Vec::new();
    if before.promises != after.promises {
        reasons.push("promises changed".to_owned());
    } else if before.metadata != after.metadata {
        reasons.push("metadata only".to_owned());
    }
    if before.views != after.views {
        reasons
            .extend(after.views.iter().filter(|view| !before.views.contains(view)).map(|view| format!("now {view}")));
        reasons.extend(
            before.views.iter().filter(|view| !after.views.contains(view)).map(|view| format!("no longer {view}")),
        );
    }
    if before.snapshot != after.snapshot {
        reasons.push("reads another table".to_owned());
    }
    if reasons.is_empty() {
        reasons.push("metadata only".to_owned());
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(parts: &[(&str, &str)]) -> BTreeMap<String, String> {
        parts.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_differing_part_is_a_reason_and_upstream_comes_last() {
        let before =
            parts(&[("rows", "1"), ("column:a", "1"), ("column:b", "1"), ("upstream:x.c", "1"), ("upstream:y", "1")]);
        let after =
            parts(&[("rows", "2"), ("column:b", "2"), ("column:d", "1"), ("upstream:x.c", "2"), ("upstream:z", "1")]);
        assert_eq!(
            data_reasons(&before, &after),
            [
                "removed column a",
                "column changed: b",
                "added column d",
                "rows changed",
                "upstream: x.c changed",
                "upstream: no longer reads y",
                "upstream: now reads z",
            ]
        );
        assert_eq!(data_reasons(&before, &before), ["definition changed"]);
    }
}
