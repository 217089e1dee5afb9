//! What differs between two states of an environment, with the reasons: as it is recorded and as it is to be, or as it is
//! to be and as the whole project would have it.

use std::collections::{BTreeMap, BTreeSet};

use crate::environment::Nodes;
use crate::file::{Change, ChangeKind};
use crate::state::EnvironmentNode;

/// The changes of these nodes, in their order, then the nodes that `after` does not have any more, by name. `exists`
/// says of a snapshot whether it is recorded.
pub(crate) fn differences<'n>(
    nodes: impl IntoIterator<Item = &'n str>,
    before: &Nodes,
    after: &Nodes,
    exists: impl Fn(&str) -> bool,
) -> Vec<Change> {
    let changed = nodes.into_iter().filter_map(|name| {
        let after = after.get(name)?;
        change(name, before.get(name), after, exists(&after.snapshot))
    });
    let mut changes: Vec<Change> = changed.collect();
    let removed = before.keys().filter(|name| !after.contains_key(*name));
    changes.extend(removed.map(|name| Change {
        node: name.clone(),
        kind: ChangeKind::Removed,
        reasons: Vec::new(),
        reused: false,
    }));
    changes
}

fn change(name: &str, before: Option<&EnvironmentNode>, after: &EnvironmentNode, exists: bool) -> Option<Change> {
    let (kind, reasons) = match before {
        None => (ChangeKind::New, Vec::new()),
        Some(before) if before == after => return None,
        Some(before) if before.fingerprint != after.fingerprint => {
            (ChangeKind::Changed, data_reasons(&before.parts, &after.parts))
        }
        Some(before) => (ChangeKind::Metadata, metadata_reasons(before, after)),
    };
    Some(Change { node: name.to_owned(), kind, reasons, reused: exists && kind != ChangeKind::Metadata })
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
    // What is read instead is said by name.
    let named = upstream.iter().any(|key| verb(key) != "changed");
    let own = own.into_iter().filter(|key| *key != "reads" || !named).map(|key| match key.strip_prefix("column:") {
        Some(column) => match verb(key) {
            "changed" => format!("column changed: {column}"),
            verb => format!("{verb} column {column}"),
        },
        None => format!("{key} changed"),
    });
    let upstream = upstream.into_iter().enumerate().map(|(n, key)| {
        let word = if n == 0 { "upstream: " } else { "" };
        let read = key.strip_prefix("upstream:").unwrap_or(key);
        match verb(key) {
            "changed" => format!("{word}{read} changed"),
            "added" => format!("{word}now reads {read}"),
            _ => format!("{word}no longer reads {read}"),
        }
    });
    let reasons: Vec<String> = own.chain(upstream).collect();
    if reasons.is_empty() { vec!["definition changed".to_owned()] } else { reasons }
}

/// What differs when the data does not.
fn metadata_reasons(before: &EnvironmentNode, after: &EnvironmentNode) -> Vec<String> {
    let mut reasons = Vec::new();
    let rules = |node: &EnvironmentNode| node.promises.split('+').next().map(str::to_owned);
    if rules(before) != rules(after) {
        reasons.push("promises changed".to_owned());
    } else if before.promises != after.promises {
        reasons.push("audited against another table".to_owned());
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
                "no longer reads y",
                "now reads z",
            ]
        );
        assert_eq!(data_reasons(&before, &before), ["definition changed"]);
    }
}
