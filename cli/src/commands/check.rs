//! `esker check`: everything that is wrong with the project. The problems are the result, so they go to standard output.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Check, CheckFormat, Global};
use crate::output::{Output, Tint, count, paint};
use esker_diagnostics::{Diagnostic, Format, Level, summary};
use esker_driver::SelectedNodes;
use std::collections::BTreeSet;

pub(crate) fn run(global: &Global, options: &Check, output: &Output) -> Result<(), Failure> {
    let mut opened = Opened::new(global)?;
    opened.judge_at(options.now.as_ref())?;
    let selected = opened.selected(&options.selecting, output)?;
    let mut problems = opened.session.check();
    problems.extend(opened.session.stale_interfaces(&problems));
    problems.extend(opened.session.missing_files());
    Diagnostic::sort(&mut problems);
    if let Some(selected) = &selected {
        problems.retain(|problem| opened.session.concerns(&selected.labels, problem));
    }
    let format = match options.format {
        CheckFormat::Human => Format::Human,
        CheckFormat::Short => Format::Short,
        CheckFormat::Json => Format::Json,
        CheckFormat::Sarif => Format::Sarif,
        CheckFormat::Github => Format::Github,
    };
    let failed = problems.iter().any(|problem| problem.level == Level::Error);
    let mut text = opened.render(&problems, format, output.color);
    if format == Format::Human {
        if !text.is_empty() {
            text.push('\n');
        }
        let tint = if failed { Tint::Red } else { Tint::Green };
        text.push_str(&format!(
            "checked {}: {}\n",
            extent(&opened, selected.as_ref()),
            paint(&summary(&problems), tint, output.color)
        ));
    }
    output.print(&text)?;
    if failed { Err(Failure::told(Exit::Failed)) } else { Ok(()) }
}

/// `7 models, 9 nodes`
fn extent(opened: &Opened, selected: Option<&SelectedNodes>) -> String {
    let mut nodes = opened.session.nodes();
    nodes.retain(|node| selected.is_none_or(|selected| selected.labels.contains(&node.label)));
    let models: BTreeSet<&str> = nodes
        .iter()
        .filter(|node| node.role == "model")
        .map(|node| node.label.split_once('@').map_or(node.label.as_str(), |(name, _)| name))
        .collect();
    format!("{}, {}", count(models.len() as u64, "model", "models"), count(nodes.len() as u64, "node", "nodes"))
}
