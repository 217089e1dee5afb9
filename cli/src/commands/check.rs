//! `esker check`: everything that is wrong with the project. The problems are the result, so they go to standard output.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Check, CheckFormat, Global};
use crate::output::{Output, Tint, count, paint};
use esker_diagnostics::{Format, Level, summary};
use std::collections::BTreeSet;

pub(crate) fn run(global: &Global, options: &Check, output: &Output) -> Result<(), Failure> {
    let opened = Opened::new(global)?;
    let problems = opened.session.check();
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
        text.push_str(&format!("checked {}: {}\n", extent(&opened), paint(&summary(&problems), tint, output.color)));
    }
    output.print(&text)?;
    if failed { Err(Failure::told(Exit::Failed)) } else { Ok(()) }
}

/// `7 models, 9 nodes`
fn extent(opened: &Opened) -> String {
    let nodes = opened.session.nodes();
    let models: BTreeSet<&str> = nodes
        .iter()
        .filter(|node| node.role == "model")
        .map(|node| node.label.split_once('@').map_or(node.label.as_str(), |(name, _)| name))
        .collect();
    format!("{}, {}", count(models.len() as u64, "model", "models"), count(nodes.len() as u64, "node", "nodes"))
}
