//! `esker columns`: what readers of each node see.

use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Columns, Global, TextFormat};
use crate::output::{Output, Tint, paint};
use crate::table::{Heading, table};
use esker_driver::NodeColumns;
use esker_driver::infer::SurfaceColumn;

pub(crate) fn run(global: &Global, options: &Columns, output: &Output) -> Result<(), Failure> {
    let opened = Opened::new(global)?;
    let mut nodes = opened.session.columns();
    if let Some(model) = &options.model {
        let label = opened.session.find_node(model).map_err(|likely| unknown(model, likely))?;
        nodes.retain(|node| node.label == label);
    }
    if let Some(selected) = opened.selected(&options.selecting, output)? {
        nodes.retain(|node| selected.labels.contains(&node.label));
    }
    output.print(&match options.format {
        TextFormat::Json => format!("{:#}\n", serde_json::Value::from_iter(nodes.iter().map(json))),
        TextFormat::Text => nodes.iter().map(|node| for_people(node, output.color)).collect::<Vec<_>>().join("\n"),
    })
}

/// That nothing is named so, with the likely name.
pub(crate) fn unknown(name: &str, likely: Option<String>) -> Failure {
    let failure = Failure::unusable(format!("there is no model `{name}`"));
    match likely {
        Some(likely) => failure.help(format!("Did you mean `{likely}`?")),
        None => failure.help("`esker list` shows what there is."),
    }
}

fn for_people(node: &NodeColumns, color: bool) -> String {
    let mut text = paint(&node.label, Tint::Bold, color) + "\n";
    let rows: Vec<Vec<String>> = node
        .surface
        .columns
        .iter()
        .map(|column| {
            let nulls = if column.not_null { "not null" } else { "" };
            vec![format!("  {}", column.name), column.ty.to_string(), nulls.to_owned()]
        })
        .collect();
    let headings = ["", "", ""].map(Heading::left);
    text.extend(table(&headings, &rows, color).lines().skip(2).map(|line| format!("{line}\n")));
    if !node.surface.complete {
        text.push_str("  and others, which are not known\n");
    }
    text
}

fn json(node: &NodeColumns) -> serde_json::Value {
    let column = |column: &SurfaceColumn| {
        serde_json::json!({
            "name": column.name,
            "type": (!column.ty.is_unknown()).then(|| column.ty.to_string()),
            "not_null": column.not_null,
        })
    };
    let columns: Vec<_> = node.surface.columns.iter().map(column).collect();
    serde_json::json!({ "node": node.label, "columns": columns, "complete": node.surface.complete })
}
