//! `esker status`: what each environment has, and what is missing of it as of now.
//!
//! What is complete comes from the recorded state. What is missing is the work of the plan that would be made now, so the
//! two commands can never disagree; a project with errors has no plan, and then only what is recorded is shown.

use crate::failure::Failure;
use crate::opened::{Opened, now};
use crate::options::{Global, Status, TextFormat};
use crate::output::{Output, Tint, paint};
use crate::table::{Heading, table};
use esker_driver::Session;
use esker_plan::file::{ChangeKind, FileKind, StepKind};
use esker_plan::time::timestamp::DAY;
use esker_plan::time::{Interval, IntervalSet, Timestamp, Unit};
use esker_plan::{PlanFile, PlanOptions, RecordedState};
use esker_runner::LastPlan;
use serde::Serialize;
use std::collections::BTreeSet;

/// What is told of an environment.
#[derive(Serialize)]
struct EnvironmentStatus {
    environment: String,
    /// Whether it was ever promoted.
    exists: bool,
    /// The plan that was started last.
    last_plan: Option<LastPlan>,
    nodes: Vec<NodeLine>,
}

/// What is told of a node.
#[derive(Serialize)]
struct NodeLine {
    node: String,
    /// `seed`, `full`, `view`, `incremental`; none when the project does not say.
    kind: Option<&'static str>,
    unit: Option<Unit>,
    views: Vec<String>,
    complete: IntervalSet,
    /// Whether it is computed as a whole: what is complete of it is all or nothing.
    #[serde(skip)]
    whole: bool,
    /// Cells that have not been computed.
    missing_cells: u64,
    /// What is to be done for it, in a few words; nothing when it is up to date.
    to_do: Option<String>,
}

pub(crate) fn run(global: &Global, options: &Status, output: &Output) -> Result<(), Failure> {
    let opened = Opened::new(global)?;
    let selected = opened.selected(&options.selecting, output)?;
    let now = now(options.now.as_ref())?;
    let state = opened.state()?;
    let mut last = esker_runner::last_plans(&opened.database()?, &opened.root)?;
    let begun = last.iter().map(|plan| &plan.environment);
    let mut names: BTreeSet<String> = state.environments.keys().chain(begun).cloned().collect();
    match &options.environment {
        Some(name) => names = BTreeSet::from([name.clone()]),
        None if names.is_empty() => drop(names.insert(opened.environment(None))),
        None => {}
    }
    let mut environments = Vec::new();
    let mut planned = true;
    for name in names {
        let options = PlanOptions { environment: name.clone(), now, start: None, end: None, ignore_cron: false };
        let plan = opened.session.plan(&state, &options, None).ok();
        planned &= plan.is_some();
        let last_plan = last.iter().position(|plan| plan.environment == name).map(|index| last.swap_remove(index));
        let mut nodes = nodes(&opened.session, &name, &state, plan.as_ref());
        nodes.retain(|node| selected.as_ref().is_none_or(|selected| selected.labels.contains(&node.node)));
        environments.push(EnvironmentStatus {
            exists: state.environments.contains_key(&name),
            environment: name,
            last_plan,
            nodes,
        });
    }
    match options.format {
        TextFormat::Json => {
            let status = serde_json::json!({ "now": now, "planned": planned, "environments": environments });
            output.print(&format!("{status:#}\n"))
        }
        TextFormat::Text => {
            let shown: Vec<String> =
                environments.iter().map(|one| for_people(one, now, planned, output.color)).collect();
            output.print(&shown.join("\n"))?;
            if !planned {
                output.tell("\nwhat is missing is not known while the project has errors: `esker check` shows them\n");
            }
            Ok(())
        }
    }
}

/// The nodes that an environment has or is to have, by name.
fn nodes(session: &Session, environment: &str, state: &RecordedState, plan: Option<&PlanFile>) -> Vec<NodeLine> {
    let declared = session.nodes();
    let recorded = esker_runner::status(state, environment);
    let planned = plan.map_or(&[][..], |plan| &plan.nodes);
    let labels: BTreeSet<&str> =
        recorded.iter().map(|node| node.node.as_str()).chain(planned.iter().map(|node| node.name.as_str())).collect();
    let line = |label: &str| {
        let known = recorded.iter().find(|node| node.node == label);
        let node = planned.iter().find(|node| node.name == label);
        let (kind, unit) = match node.map(|node| &node.kind) {
            None => (None, None),
            Some(FileKind::Seed) => (Some("seed"), None),
            Some(FileKind::Full) => (Some("full"), None),
            Some(FileKind::View) => (Some("view"), None),
            Some(FileKind::IncrementalByTime { unit, .. }) => (Some("incremental"), Some(*unit)),
        };
        // What a run that did not come to its end has recorded, though nobody is shown it yet.
        let begun = || {
            let snapshot = state.snapshots.get(&node?.snapshot)?;
            Some(snapshot.runs.iter().map(|run| Interval::new(run.start, run.end)).collect())
        };
        let complete = known.map(|node| node.complete.clone()).or_else(begun).unwrap_or_default();
        // Without a plan, it is what the project says; and what it does not say, what is recorded since the epoch.
        let whole = match (kind, declared.iter().find(|node| node.label == label)) {
            (Some(kind), _) => matches!(kind, "seed" | "full"),
            (None, Some(node)) if node.role == "seed" || node.kind.is_some() => {
                node.role == "seed" || node.kind == Some("full")
            }
            (None, _) => matches!(complete.ranges(), [range] if range.start == Timestamp::EPOCH),
        };
        let (missing_cells, to_do) = plan.map_or((0, None), |plan| to_do(plan, label, unit));
        NodeLine {
            node: label.to_owned(),
            kind,
            unit,
            views: known.map(|node| node.views.clone()).unwrap_or_default(),
            complete,
            whole,
            missing_cells,
            to_do,
        }
    };
    labels.into_iter().map(line).collect()
}

/// The cells that a plan has for a node, and all that it has for it in words.
fn to_do(plan: &PlanFile, label: &str, unit: Option<Unit>) -> (u64, Option<String>) {
    let (mut missing, mut again, mut parts) = (0, 0, Vec::new());
    for change in plan.changes.iter().filter(|change| change.node == label) {
        parts.push(match change.kind {
            ChangeKind::New => "new",
            ChangeKind::Changed => "changed",
            ChangeKind::Metadata => "properties changed",
            ChangeKind::Removed => "removed from the project",
        });
    }
    let mut work = None;
    for step in plan.steps.iter().filter(|step| step.node == label) {
        match &step.kind {
            StepKind::Backfill { cells, again: of_those, .. } => {
                missing += cells - of_those.min(cells);
                again += of_those;
            }
            StepKind::Load { .. } => work = Some("to be loaded"),
            StepKind::Build { .. } => work = Some("to be built"),
            StepKind::Create | StepKind::Check | StepKind::Promote => {}
        }
    }
    let mut parts: Vec<String> = parts.into_iter().chain(work).map(str::to_owned).collect();
    let counted = |cells| unit.unwrap_or(Unit::Day).counted(cells);
    if missing > 0 {
        parts.push(format!("{} missing", counted(missing)));
    }
    if again > 0 {
        parts.push(format!("{} again", counted(again)));
    }
    (missing, (!parts.is_empty()).then(|| parts.join(", ")))
}

fn for_people(status: &EnvironmentStatus, now: Timestamp, planned: bool, color: bool) -> String {
    let title = paint(&status.environment, Tint::Bold, color);
    let mut text = if status.exists {
        format!("{title}, as of {} UTC\n\n", now.to_short())
    } else {
        format!("{title}: nothing has been applied yet\n\n")
    };
    let headings = ["node", "kind", "complete", if planned { "to do" } else { "" }].map(Heading::left);
    let rows: Vec<Vec<String>> = status
        .nodes
        .iter()
        .map(|node| {
            let kind = match (node.kind, node.unit) {
                (Some(_), Some(unit)) => format!("every {unit}"),
                (Some(kind), None) => kind.to_owned(),
                (None, _) => String::new(),
            };
            vec![node.node.clone(), kind, complete(node), node.to_do.clone().unwrap_or_default()]
        })
        .collect();
    text.push_str(&table(&headings, &rows, color));
    let ended = status.last_plan.as_ref().and_then(|plan| match plan.status.as_str() {
        "failed" => Some((plan, "failed")),
        "cancelled" => Some((plan, "was stopped")),
        "running" => Some((plan, "was killed")), // nobody writes while this is read
        _ => None,
    });
    if let Some((plan, how)) = ended {
        let started = format!("the last run, started {} UTC, {how}", plan.started_at.to_short());
        text.push_str(&format!("\n{}: `esker apply` goes on from there\n", paint(&started, Tint::Red, color)));
    }
    text
}

/// The ranges that are complete; the first and the last few of many.
fn complete(node: &NodeLine) -> String {
    if node.whole {
        return if node.complete.is_empty() { String::new() } else { "all".to_owned() };
    }
    let ranges: Vec<String> = node
        .complete
        .ranges()
        .iter()
        .map(|range| {
            let whole_days = range.start.0.rem_euclid(DAY) == 0 && range.end.0.rem_euclid(DAY) == 0;
            match whole_days {
                true if range.end.0 - range.start.0 == DAY => range.start.to_short(),
                true => format!("{} to {}", range.start.to_short(), Timestamp(range.end.0 - DAY).to_short()),
                false => format!("{} up to {}", range.start.to_short(), range.end.to_short()),
            }
        })
        .collect();
    match ranges.as_slice() {
        [first, second, .., last] if ranges.len() > 4 => {
            format!("{first}, {second}, {} more, {last}", ranges.len() - 3)
        }
        all => all.join(", "),
    }
}
