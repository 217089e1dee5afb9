//! From project, recorded state and options to the plan: the one function, pure and the same byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use crate::changes::{Wanted, changes};
use crate::errors::{NodeError, NodeErrorKind, OptionsError, PlanError};
use crate::file::{FORMAT, FileKind, FileNode, FileOptions, PlanFile, PromotedView, Promotion, Relation, VERSION};
use crate::input::{NodeKind, PlanInput, PlanNode, PlanOptions, SqlPiece};
use crate::naming::{environment_view, is_environment_name};
use crate::schedule::schedule;
use crate::state::{EnvironmentNode, RecordedState};
use crate::steps::{promotion, steps};
use crate::time::{Timestamp, Unit};
use crate::work::NodeSchedule;

/// What is wrong with the time of one incremental node, whatever the state and the options; also for `esker check`.
///
/// `started` says whether its own line, a source or something that it reads has a start; `own` is its own or its sources'.
pub fn time_problem(
    column: &str,
    column_type: Option<&str>,
    unit: Unit,
    started: bool,
    own: Option<Timestamp>,
) -> Option<NodeErrorKind> {
    let inside = own.filter(|start| unit.ceil(*start) != *start);
    match (column_type, inside) {
        _ if !started => Some(NodeErrorKind::NoStart),
        (Some(ty), _) if ty.eq_ignore_ascii_case("date") && unit < Unit::Day => {
            Some(NodeErrorKind::DateCutIntoHours { column: column.to_owned(), unit })
        }
        (_, Some(start)) => Some(NodeErrorKind::StartInsideCell { start, first: unit.ceil(start), unit }),
        _ => None,
    }
}

/// What is wrong with the time of the nodes. A start given as an option is one for all.
fn time_errors(input: &PlanInput, has_start: bool) -> Vec<NodeError> {
    let mut started: Vec<bool> = Vec::with_capacity(input.nodes.len());
    let mut errors = Vec::new();
    for node in &input.nodes {
        let own = node.start.or(node.source_start);
        let start = has_start || own.is_some() || node.parents().into_iter().any(|parent| started[parent]);
        let NodeKind::IncrementalByTime { column, every, .. } = &node.kind else {
            started.push(start);
            continue;
        };
        // Its readers would complain of the same missing start.
        started.push(true);
        let unit = every.unwrap_or_else(|| node.cron.unit());
        let problem = time_problem(column, column_type(node, column), unit, start, own);
        let error = problem.filter(NodeErrorKind::is_error).map(|kind| NodeError { node: node.name.clone(), kind });
        errors.extend(error);
    }
    errors
}

/// Makes the plan.
///
/// # Errors
///
/// Everything that stands in the way, at once.
pub fn plan(input: &PlanInput, state: &RecordedState, options: &PlanOptions) -> Result<PlanFile, Vec<PlanError>> {
    let mut errors: Vec<PlanError> = options_errors(options).into_iter().map(PlanError::Options).collect();
    errors.extend(time_errors(input, options.start.is_some()).into_iter().map(PlanError::Node));
    if !errors.is_empty() {
        return Err(errors);
    }
    let planned = schedule(input, state, options);
    let wanted: Vec<EnvironmentNode> = input
        .nodes
        .iter()
        .zip(&planned)
        .map(|(node, schedule)| environment_node(node, schedule, &options.environment))
        .collect();
    let nothing = BTreeMap::new();
    let recorded = state.environments.get(&options.environment);
    let pairs = input.nodes.iter().zip(&wanted).zip(&planned);
    let pairs: Vec<Wanted<'_>> =
        pairs.map(|((node, wanted), schedule)| Wanted { node, wanted, exists: schedule.exists }).collect();
    let changes = changes(&pairs, recorded.unwrap_or(&nothing));
    let mut steps = steps(input, &planned, &changes, |node| {
        let known = recorded.and_then(|nodes| nodes.get(&node.name));
        known.is_some_and(|known| known.promises == promises(node))
    });
    let promoted = (!changes.is_empty()).then(|| {
        let names = input.nodes.iter().map(|node| node.name.clone());
        steps.push(promotion(&steps, &options.environment, recorded.is_none()));
        promoted(names.zip(wanted).collect(), recorded.unwrap_or(&nothing))
    });
    let plan = PlanFile {
        format: FORMAT.to_owned(),
        version: VERSION,
        id: String::new(),
        project: input.project.clone(),
        environment: options.environment.clone(),
        state_revision: state.revision,
        now: options.now,
        options: FileOptions { start: options.start, end: options.end, ignore_cron: options.ignore_cron },
        changes,
        nodes: input.nodes.iter().zip(&planned).map(|(node, own)| file_node(node, own, input, &planned)).collect(),
        steps,
        promotion: promoted,
    };
    Ok(plan.sealed())
}

fn options_errors(options: &PlanOptions) -> Vec<OptionsError> {
    let mut errors = Vec::new();
    if !is_environment_name(&options.environment) {
        errors.push(OptionsError::BadEnvironment(options.environment.clone()));
    }
    if let (Some(start), Some(end)) = (options.start, options.end)
        && end <= start
    {
        errors.push(OptionsError::EndBeforeStart { start, end });
    }
    errors
}

fn environment_node(node: &PlanNode, schedule: &NodeSchedule, environment: &str) -> EnvironmentNode {
    let mut views: Vec<Relation> =
        node.relations.iter().map(|relation| environment_view(environment, relation)).collect();
    views.sort();
    views.dedup();
    EnvironmentNode {
        snapshot: schedule.identity.snapshot.clone(),
        fingerprint: node.fingerprint.clone(),
        metadata: node.metadata.clone(),
        promises: promises(node),
        parts: node.parts.clone(),
        table: schedule.identity.table.clone(),
        views,
    }
}

/// A hash of a node's checks; empty when it has none.
fn promises(node: &PlanNode) -> String {
    let mut hasher = blake3::Hasher::new();
    for check in &node.checks {
        hasher.update(format!("{check:?}\n").as_bytes());
    }
    if node.checks.is_empty() { String::new() } else { hasher.finalize().to_hex()[..32].to_owned() }
}

/// The environment as it is to be, against what it is.
fn promoted(nodes: BTreeMap<String, EnvironmentNode>, recorded: &BTreeMap<String, EnvironmentNode>) -> Promotion {
    let before: BTreeMap<&Relation, &Relation> =
        recorded.values().flat_map(|node| node.views.iter().map(|view| (view, &node.table))).collect();
    let mut views: Vec<PromotedView> = Vec::new();
    for (name, node) in &nodes {
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
    Promotion { views, drop, nodes }
}

fn file_node(node: &PlanNode, own: &NodeSchedule, input: &PlanInput, planned: &[NodeSchedule]) -> FileNode {
    let kind = match &node.kind {
        NodeKind::Seed => FileKind::Seed,
        NodeKind::Full => FileKind::Full,
        NodeKind::View => FileKind::View,
        NodeKind::IncrementalByTime { column, .. } => FileKind::IncrementalByTime {
            column: column.clone(),
            column_type: column_type(node, column).map(str::to_owned),
            unit: own.timeline.unit,
        },
    };
    let sql = node.sql.iter().map(|piece| match piece {
        SqlPiece::Text(text) => text.clone(),
        SqlPiece::Node(parent) => planned[*parent].identity.table.to_sql(),
    });
    let mut parents: Vec<String> = node.parents().into_iter().map(|parent| input.nodes[parent].name.clone()).collect();
    parents.sort();
    FileNode {
        name: node.name.clone(),
        fingerprint: node.fingerprint.clone(),
        snapshot: own.identity.snapshot.clone(),
        table: own.identity.table.clone(),
        kind,
        columns: node.columns.clone(),
        checks: node.checks.clone(),
        comment: node.comment.clone(),
        sql: sql.collect(),
        parents,
        file: node.file.clone(),
    }
}

fn column_type<'a>(node: &'a PlanNode, column: &str) -> Option<&'a str> {
    let found = node.columns.iter().find(|known| known.name.eq_ignore_ascii_case(column));
    found.and_then(|column| column.ty.as_deref())
}
