//! Running a plan: exactly the steps that it lists, in its order, each once.
//!
//! A step that fails takes only those with it that need it; the rest goes on, and the environment stays as it was. A
//! run that is killed or stopped anywhere is continued by running the plan again: recorded steps are passed over.

use crate::cancel::Cancel;
use crate::engines::{DuckDb, Engine, transaction};
use crate::events::{Event, FailedStep, Outcome, RunSummary, SkipReason, SkippedStep, StepInfo};
use crate::state::{Standing, Store};
use crate::step::{Done, Steps, facts};
use crate::{AuditFinding, RunError, preflight};
use esker_plan::file::{PlanFile, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What a run needs besides its plan.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Where relative paths of data files count from.
    pub project_root: PathBuf,
    /// Raised from another thread (Ctrl-C), it stops the run: the step at hand is undone, the others are kept.
    pub cancel: Arc<AtomicBool>,
}

/// Runs a plan on a DuckDB file. Failed steps are in the summary; an error means that nothing was run, or that the
/// state could not be kept.
pub fn run(
    plan: &PlanFile,
    database: &Path,
    options: &RunOptions,
    events: &mut dyn FnMut(Event),
) -> Result<RunSummary, RunError> {
    if plan.steps.is_empty() {
        return Ok(summary(plan, Outcome::NothingToDo));
    }
    let engine = DuckDb::open(database, &options.project_root)?;
    for (catalog, path) in &plan.attach {
        let other = options.project_root.join(path);
        if !other.exists() {
            return Err(RunError::NoOtherDatabase { path: path.clone() });
        }
        engine.attach(catalog, &other)?;
    }
    run_on(&engine, plan, options, events)
}

/// Runs a plan on an open engine.
pub fn run_on(
    engine: &dyn Engine,
    plan: &PlanFile,
    options: &RunOptions,
    events: &mut dyn FnMut(Event),
) -> Result<RunSummary, RunError> {
    if plan.steps.is_empty() {
        return Ok(summary(plan, Outcome::NothingToDo));
    }
    let store = Store::new(engine);
    let (done, resumed) = match store.standing(plan)? {
        Standing::Finished => return Ok(summary(plan, Outcome::AlreadyFinished)),
        Standing::Fresh => (BTreeSet::new(), false),
        Standing::Begun(done) => (done, true),
    };
    preflight::check(engine, &store, plan, &options.project_root)?;
    transaction(engine, || store.start(plan, resumed))?;
    events(Event::RunStarted {
        plan: plan.id.clone(),
        environment: plan.environment.clone(),
        steps: plan.steps.len(),
        already_done: done.len(),
    });
    let begun = Instant::now();
    let mut summary = Cancel::watch(&options.cancel, engine, |cancel| {
        let steps = Steps { engine, store: &store, plan, cancel };
        run_steps(&steps, &done, events)
    });
    match summary.outcome {
        Outcome::Finished if plan.promotion.is_some() => {} // recorded together with the promotion
        Outcome::Finished => transaction(engine, || store.record_end(plan, "finished"))?,
        Outcome::Cancelled => transaction(engine, || store.record_end(plan, "cancelled"))?,
        _ => transaction(engine, || store.record_end(plan, "failed"))?,
    }
    summary.seconds = begun.elapsed().as_secs_f64();
    events(Event::RunFinished { outcome: summary.outcome, seconds: summary.seconds });
    Ok(summary)
}

fn run_steps(steps: &Steps<'_>, done: &BTreeSet<usize>, events: &mut dyn FnMut(Event)) -> RunSummary {
    let plan = steps.plan;
    let mut summary = summary(plan, Outcome::Finished);
    // Steps that did not happen, and nodes whose other steps would fail alike.
    let (mut missing, mut broken) = (BTreeSet::new(), BTreeMap::new());
    for step in &plan.steps {
        let info = info(step);
        if done.contains(&step.id) {
            summary.already_done += 1;
            events(Event::StepSkipped { step: info, reason: SkipReason::AlreadyDone });
            continue;
        }
        let reason = if steps.cancel.requested() {
            summary.outcome = Outcome::Cancelled;
            Some(SkipReason::Cancelled)
        } else {
            reason_to_skip(plan, step, &missing, &broken)
        };
        if let Some(reason) = reason {
            missing.insert(step.id);
            events(Event::StepSkipped { step: info.clone(), reason: reason.clone() });
            summary.skipped.push(SkippedStep { step: info, reason });
            continue;
        }
        events(Event::StepStarted { step: info.clone() });
        let begun = Instant::now();
        match steps.run(step) {
            Ok(Done { rows, warnings }) => {
                // Rows that are checked after they were written would be told twice.
                let is_told = |finding: &AuditFinding| {
                    summary.warnings.iter().any(|told| told.node == finding.node && told.audit == finding.audit)
                };
                let warnings: Vec<_> = warnings.into_iter().filter(|finding| !is_told(finding)).collect();
                for finding in warnings {
                    events(Event::AuditWarned { finding: finding.clone() });
                    summary.warnings.push(finding);
                }
                summary.done += 1;
                summary.rows += rows;
                events(Event::StepFinished { step: info, rows, seconds: begun.elapsed().as_secs_f64() });
                if let (StepKind::Promote, Some(promotion)) = (&step.kind, &plan.promotion) {
                    let environment = plan.environment.clone();
                    events(Event::Promoted { environment, views: promotion.views.len() });
                }
            }
            Err(error) if error.is_interruption() && steps.cancel.requested() => {
                summary.outcome = Outcome::Cancelled;
                missing.insert(step.id);
                events(Event::StepSkipped { step: info.clone(), reason: SkipReason::Cancelled });
                summary.skipped.push(SkippedStep { step: info, reason: SkipReason::Cancelled });
            }
            Err(error) => {
                missing.insert(step.id);
                if error.concerns_whole_node() {
                    broken.entry(step.node.as_str()).or_insert(step.id);
                }
                events(Event::StepFailed { step: info.clone(), error: error.clone() });
                summary.failed.push(FailedStep { step: info, error });
            }
        }
    }
    if summary.outcome == Outcome::Finished && !summary.failed.is_empty() {
        summary.outcome = Outcome::Failed;
    }
    summary
}

/// Whether something that happened before keeps a step from being run.
fn reason_to_skip(
    plan: &PlanFile,
    step: &Step,
    missing: &BTreeSet<usize>,
    broken: &BTreeMap<&str, usize>,
) -> Option<SkipReason> {
    // The promotion shows all or nothing, whatever the plan says that it needs.
    let needed = match step.kind {
        StepKind::Promote => missing.first(),
        _ => step.after.iter().find(|needed| missing.contains(needed)),
    };
    if let Some(&needed_step) = needed {
        let node = plan.steps.iter().find(|step| step.id == needed_step).map(|step| step.node.clone());
        return Some(SkipReason::Needs { needed_step, needed_node: node.unwrap_or_default() });
    }
    broken.get(step.node.as_str()).map(|&failed_step| SkipReason::SameFailure { failed_step })
}

fn info(step: &Step) -> StepInfo {
    let (action, range, cells) = facts(&step.kind);
    StepInfo { step: step.id, node: step.node.clone(), action, range, cells }
}

fn summary(plan: &PlanFile, outcome: Outcome) -> RunSummary {
    RunSummary {
        plan: plan.id.clone(),
        environment: plan.environment.clone(),
        outcome,
        done: 0,
        already_done: 0,
        rows: 0,
        seconds: 0.0,
        failed: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    }
}
