//! Small projects as plan data, and what becomes of the state when a plan is run.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;

use esker_plan::file::{FileNode, Relation, StepKind};
use esker_plan::state::{RecordedRun, RecordedSnapshot};
use esker_plan::time::{Cron, Interval, Timestamp, Unit, parse_start};
use esker_plan::{NodeKind, PlanFile, PlanInput, PlanNode, PlanOptions, RecordedState, SqlPiece, plan};

pub fn at(text: &str) -> Timestamp {
    parse_start(text).expect(text)
}

pub fn range(start: &str, end: &str) -> Interval {
    Interval::new(at(start), at(end))
}

pub fn by_day(lookback: u32, batch: Option<u32>) -> NodeKind {
    NodeKind::IncrementalByTime { column: "at".to_owned(), every: Some(Unit::Day), lookback, batch }
}

/// A node that starts on 1 January 2024 and reads the nodes with these numbers.
pub fn node(name: &str, kind: NodeKind, parents: &[usize]) -> PlanNode {
    let mut sql = vec![SqlPiece::Text("select * from ".to_owned())];
    for (index, &parent) in parents.iter().enumerate() {
        sql.extend((index > 0).then(|| SqlPiece::Text(", ".to_owned())));
        sql.push(SqlPiece::Node(parent));
    }
    PlanNode {
        name: name.to_owned(),
        kind,
        cron: Cron::daily(),
        start: Some(at("2024-01-01")),
        source_start: None,
        end: None,
        fingerprint: format!("{name}-1"),
        metadata: "1".to_owned(),
        parts: BTreeMap::from([("rows".to_owned(), "1".to_owned())]),
        relations: vec![Relation { schema: "shop".to_owned(), name: name.replace('@', "_v") }],
        columns: Vec::new(),
        checks: Vec::new(),
        audits: Vec::new(),
        file: None,
        comment: None,
        sql,
    }
}

pub fn changed(mut node: PlanNode, fingerprint: &str) -> PlanNode {
    node.fingerprint = fingerprint.to_owned();
    node.parts.insert("rows".to_owned(), fingerprint.to_owned());
    node
}

pub fn project(nodes: Vec<PlanNode>) -> PlanInput {
    PlanInput { project: "shop".to_owned(), nodes, selected: None, attach: BTreeMap::new() }
}

pub fn options(now: &str) -> PlanOptions {
    PlanOptions { environment: "prod".to_owned(), now: at(now), start: None, end: None, ignore_cron: false }
}

pub fn made(input: &PlanInput, state: &RecordedState, options: &PlanOptions) -> PlanFile {
    plan(input, state, options).expect("a plan")
}

/// The state after a plan was run in the order of its steps.
pub fn run(mut state: RecordedState, plan: &PlanFile) -> RecordedState {
    for step in &plan.steps {
        state.revision += 1;
        let Some(node) = plan.nodes.iter().find(|node| node.name == step.node) else {
            let promotion = plan.promotion.as_ref().expect("a promotion with its step");
            state.environments.insert(plan.environment.clone(), promotion.nodes.clone());
            continue;
        };
        let FileNode { snapshot, name, fingerprint, table, .. } = node;
        if step.kind == StepKind::Check {
            continue;
        }
        let snapshot = state.snapshots.entry(snapshot.clone()).or_insert_with(|| RecordedSnapshot {
            node: name.clone(),
            fingerprint: fingerprint.clone(),
            table: table.clone(),
            runs: Vec::new(),
        });
        let (range, new_data) = match step.kind {
            StepKind::Create | StepKind::Check | StepKind::Promote => (Interval::NOTHING, true),
            StepKind::Load { range } | StepKind::Backfill { range, .. } => (range, true),
            StepKind::Build { range, new_data } => (range, new_data),
        };
        snapshot.runs.push(RecordedRun { start: range.start, end: range.end, order: state.revision, new_data });
    }
    state
}

/// `node action range <- waits for`, one line a step.
pub fn lines(plan: &PlanFile) -> Vec<String> {
    let line = |step: &esker_plan::file::Step| {
        let what = match &step.kind {
            StepKind::Create => "create".to_owned(),
            StepKind::Load { .. } => "load".to_owned(),
            StepKind::Build { .. } => "build".to_owned(),
            StepKind::Backfill { range, .. } => format!("{range:?}"),
            StepKind::Check => "check".to_owned(),
            StepKind::Promote => "promote".to_owned(),
        };
        let after: Vec<String> = step.after.iter().map(ToString::to_string).collect();
        let after = if after.is_empty() { String::new() } else { format!(" <- {}", after.join(" ")) };
        format!("{} {what}{after}", step.node).trim_start().to_owned()
    };
    plan.steps.iter().map(line).collect()
}
