//! `esker list`: what the project holds, or the part of it that a selection means.

use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Global, List, TextFormat};
use crate::output::Output;
use crate::table::{Heading, table};
use esker_driver::NodeSummary;
use esker_driver::resolve::Lifecycle;

pub(crate) fn run(global: &Global, options: &List, output: &Output) -> Result<(), Failure> {
    let opened = Opened::new(global)?;
    let mut selecting = options.selecting.clone();
    selecting.select = selecting.select.or_else(|| options.selection.clone());
    let selected = opened.selected(&selecting, output)?;
    let mut nodes = opened.session.nodes();
    nodes.retain(|node| selected.as_ref().is_none_or(|selected| selected.labels.contains(&node.label)));
    output.print(&match options.format {
        TextFormat::Json => format!("{:#}\n", serde_json::Value::from_iter(nodes.iter().map(json))),
        // That nothing is selected was said.
        TextFormat::Text if selected.is_some() && nodes.is_empty() => String::new(),
        TextFormat::Text => {
            let headings = ["name", "kind", "version", "access", "relation"].map(Heading::left);
            table(&headings, &nodes.iter().map(row).collect::<Vec<_>>(), output.color)
        }
    })
}

fn row(node: &NodeSummary) -> Vec<String> {
    let deprecated = node.deprecated.map(|moment| format!("deprecated {}", moment.date()));
    let stage: Vec<String> = stage(node).map(str::to_owned).into_iter().chain(deprecated).collect();
    vec![
        node.label.clone(),
        node.kind.unwrap_or(node.role).to_owned(),
        stage.join(", "),
        node.access.unwrap_or_default().to_owned(),
        node.relations.join(", "),
    ]
}

fn stage(node: &NodeSummary) -> Option<&'static str> {
    Some(match node.lifecycle? {
        Lifecycle::Prerelease => "prerelease",
        Lifecycle::Latest => "latest",
        Lifecycle::Old => "old",
    })
}

fn json(node: &NodeSummary) -> serde_json::Value {
    serde_json::json!({
        "name": node.label,
        "role": node.role,
        "kind": node.kind,
        "version": stage(node),
        "deprecated": node.deprecated.map(|moment| moment.date().to_string()),
        "access": node.access,
        "group": node.group,
        "owner": node.owner,
        "tags": node.tags,
        "relations": node.relations,
        "file": node.file,
    })
}
