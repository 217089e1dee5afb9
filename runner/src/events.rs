//! What happens while a plan runs, told as it happens: the source of progress bars, plain lines and `--format json`.

use crate::{AuditFinding, RunError};
use esker_plan::time::Interval;
use serde::Serialize;

/// Something that happened. Serialised with its name in `event`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The plan was accepted; its steps follow.
    RunStarted {
        /// The plan's id.
        plan: String,
        /// The environment.
        environment: String,
        /// How many steps the plan has.
        steps: usize,
        /// How many of them an earlier run of this plan has recorded.
        already_done: usize,
    },
    /// A step begins.
    StepStarted {
        /// The step.
        #[serde(flatten)]
        step: StepInfo,
    },
    /// A step is committed.
    StepFinished {
        /// The step.
        #[serde(flatten)]
        step: StepInfo,
        /// The rows it wrote.
        rows: u64,
        /// How long it took.
        seconds: f64,
    },
    /// An audit that only warns found rows; the step was committed.
    AuditWarned {
        /// What it found.
        #[serde(flatten)]
        finding: AuditFinding,
    },
    /// A step failed; nothing of it is left.
    StepFailed {
        /// The step.
        #[serde(flatten)]
        step: StepInfo,
        /// Why.
        error: RunError,
    },
    /// A step was not run.
    StepSkipped {
        /// The step.
        #[serde(flatten)]
        step: StepInfo,
        /// Why not.
        reason: SkipReason,
    },
    /// The environment's views were moved, all at once.
    Promoted {
        /// The environment.
        environment: String,
        /// How many views it has.
        views: usize,
    },
    /// The run is over.
    RunFinished {
        /// How.
        outcome: Outcome,
        /// How long it took.
        seconds: f64,
    },
}

/// A step as events name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepInfo {
    /// Its number in the plan.
    pub step: usize,
    /// The node; empty for the promotion.
    pub node: String,
    /// `create`, `load`, `build`, `backfill`, `check` or `promote`.
    pub action: &'static str,
    /// The range of time it is for, when it has one.
    pub range: Option<Interval>,
    /// How many cells a backfill computes.
    pub cells: u64,
}

/// Why a step was not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum SkipReason {
    /// An earlier run of this plan has recorded it.
    AlreadyDone,
    /// A step that it needs failed or was skipped itself.
    Needs {
        /// That step.
        needed_step: usize,
        /// Its node.
        needed_node: String,
    },
    /// Another step of the node failed in a way that this one would too.
    SameFailure {
        /// That step.
        failed_step: usize,
    },
    /// The user stopped the run.
    Cancelled,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All is done, and the environment shows it.
    Finished,
    /// The plan has no steps.
    NothingToDo,
    /// This very plan was run to its end before; nothing was done.
    AlreadyFinished,
    /// Some steps failed; the environment is as it was.
    Failed,
    /// The user stopped it; the environment is as it was.
    Cancelled,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSummary {
    /// The plan's id.
    pub plan: String,
    /// The environment.
    pub environment: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How many steps it ran.
    pub done: usize,
    /// How many steps an earlier run of this plan had recorded.
    pub already_done: usize,
    /// The rows it wrote.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
    /// The steps that failed, in order.
    pub failed: Vec<FailedStep>,
    /// The steps that were skipped because of those or of the user, in order.
    pub skipped: Vec<SkippedStep>,
    /// What audits found that only warn, in order.
    pub warnings: Vec<AuditFinding>,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FailedStep {
    /// The step.
    #[serde(flatten)]
    pub step: StepInfo,
    /// Why.
    pub error: RunError,
}

/// A step that was not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkippedStep {
    /// The step.
    #[serde(flatten)]
    pub step: StepInfo,
    /// Why not.
    pub reason: SkipReason,
}
