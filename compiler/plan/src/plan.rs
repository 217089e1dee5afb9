//! From project, recorded state and options to the plan: the one function, pure and the same byte for byte.

use std::collections::BTreeMap;

use crate::changes::differences;
use crate::environment::{self, Nodes};
use crate::errors::{NodeError, NodeErrorKind, OptionsError, PlanError};
use crate::file::{Audit, FORMAT, FileKind, FileNode, FileOptions, PlanFile, VERSION};
use crate::input::{NodeKind, PlanAudit, PlanInput, PlanNode, PlanOptions, SqlPiece};
use crate::naming::{identities, is_environment_name};
use crate::schedule::schedule;
use crate::scope;
use crate::state::RecordedState;
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
    let covered = scope::covered(input);
    let narrowed = scope::narrowed(input, &covered);
    errors.extend(time_errors(&narrowed, options.start.is_some()).into_iter().map(PlanError::Node));
    if !errors.is_empty() {
        return Err(errors);
    }
    let wanted = environment::wanted(&input.nodes, &identities(&input.nodes), &options.environment);
    let recorded = state.environments.get(&options.environment);
    let nothing = Nodes::new();
    let before = recorded.unwrap_or(&nothing);
    let covers: BTreeMap<&str, bool> =
        input.nodes.iter().map(|node| node.name.as_str()).zip(covered.iter().copied()).collect();
    let after = environment::after(&wanted, before, &covers);

    let names = || input.nodes.iter().map(|node| node.name.as_str());
    let exists = |snapshot: &str| state.snapshots.contains_key(snapshot);
    let changes = differences(names(), before, &after, exists);
    let left_out = match input.selected {
        Some(_) => differences(names().filter(|name| !covers[name]), &after, &wanted, exists),
        None => Vec::new(),
    };
    let planned = schedule(&narrowed, state, options);
    let mut steps = steps(&narrowed, &planned, &changes, |node| {
        before.get(&node.name).is_some_and(|known| known.promises == wanted[&node.name].promises)
    });
    let promoted = (!changes.is_empty()).then(|| {
        steps.push(promotion(&steps, &options.environment, recorded.is_none()));
        environment::promotion(after, before)
    });
    let nodes: Vec<FileNode> = (0..narrowed.nodes.len()).map(|index| file_node(index, &narrowed, &planned)).collect();
    // Those that no covered node reads are not asked for. (A text that only looks like the name does no harm.)
    let read = |catalog: &String| {
        let mut texts = nodes.iter().flat_map(|node| node.audits.iter().map(|audit| &audit.sql).chain([&node.sql]));
        texts.any(|sql| sql.contains(catalog))
    };
    let others = || input.attach.iter().filter(|(catalog, _)| read(catalog));
    let mut attach: BTreeMap<String, String> = others().flat_map(|(_, other)| other.further.clone()).collect();
    attach.extend(others().map(|(catalog, other)| (catalog.clone(), other.path.clone())));
    let plan = PlanFile {
        format: FORMAT.to_owned(),
        version: VERSION,
        id: String::new(),
        project: input.project.clone(),
        environment: options.environment.clone(),
        state_revision: state.revision,
        now: options.now,
        options: FileOptions {
            start: options.start,
            end: options.end,
            ignore_cron: options.ignore_cron,
            select: input.selected.as_ref().map(|selected| selected.text.clone()),
        },
        attach,
        changes,
        left_out,
        nodes,
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

fn file_node(index: usize, input: &PlanInput, planned: &[NodeSchedule]) -> FileNode {
    let (node, own) = (&input.nodes[index], &planned[index]);
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
    let sql = |pieces: &[SqlPiece]| -> String {
        let piece = |piece: &SqlPiece| match piece {
            SqlPiece::Text(text) => text.clone(),
            SqlPiece::Node(node) => planned[*node].identity.table.to_sql(),
        };
        pieces.iter().map(piece).collect()
    };
    let audit = |audit: &PlanAudit| Audit { title: audit.title.clone(), warn: audit.warn, sql: sql(&audit.sql) };
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
        audits: node.audits.iter().map(audit).collect(),
        comment: node.comment.clone(),
        sql: sql(&node.sql),
        parents,
        file: node.file.clone(),
    }
}

fn column_type<'a>(node: &'a PlanNode, column: &str) -> Option<&'a str> {
    let found = node.columns.iter().find(|known| known.name.eq_ignore_ascii_case(column));
    found.and_then(|column| column.ty.as_deref())
}
