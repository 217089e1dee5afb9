//! What planning finds out about a node: its place in time and what it has to run.

use crate::history::{Builds, History};
use crate::naming::Identity;
use crate::time::{Interval, IntervalSet, Timeline, Timestamp};

/// What planning found out about one node.
#[derive(Clone, Debug)]
pub(crate) struct NodeSchedule {
    pub(crate) name: String,
    pub(crate) identity: Identity,
    /// Whether the snapshot is recorded, so that its table is there.
    pub(crate) exists: bool,
    pub(crate) timeline: Timeline,
    /// The tables that it reads, views read through, ascending.
    pub(crate) reads: Vec<usize>,
    /// Where its time begins, whatever the options say.
    pub(crate) start: Option<Timestamp>,
    /// The time for which it ought to have rows and has not, even after this plan.
    pub(crate) lacks: IntervalSet,
    /// Whether anything incremental is in it.
    pub(crate) timed: bool,
    pub(crate) work: Work,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    View,
    /// A seed's load, if it needs one.
    Seed(Option<Interval>),
    Full {
        builds: Option<Builds>,
        build: Option<Build>,
    },
    Incremental(Cells),
}

/// A build of a full node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Build {
    pub(crate) range: Interval,
    pub(crate) new_data: bool,
    pub(crate) cause: BuildCause,
}

/// Why a full node is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BuildCause {
    First,
    Due,
    /// These parents have news.
    Parents(Vec<usize>),
}

/// The cells of an incremental node that run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    pub(crate) history: History,
    /// Never completed.
    pub(crate) missing: IntervalSet,
    /// Completed, but a parent was or will be written after them.
    pub(crate) stale: IntervalSet,
    /// Completed, and run again because cells after them run; not stale.
    pub(crate) lookback: IntervalSet,
    /// The parents that made cells stale.
    pub(crate) causes: Vec<usize>,
}

impl Cells {
    /// All that runs.
    pub(crate) fn runs(&self) -> IntervalSet {
        self.missing.union(&self.again())
    }

    /// Whether anything runs.
    pub(crate) fn run_any(&self) -> bool {
        !(self.missing.is_empty() && self.stale.is_empty() && self.lookback.is_empty())
    }

    /// What runs again.
    pub(crate) fn again(&self) -> IntervalSet {
        self.stale.union(&self.lookback)
    }
}

impl NodeSchedule {
    /// Whether a reader that is due up to `due` has to do with what is in it now: always, unless it is a table made as
    /// a whole that has gone beyond.
    pub(crate) fn is_due_with(&self, due: Option<Timestamp>) -> bool {
        match &self.work {
            Work::Full { builds, build } => {
                let through = build.as_ref().map(|build| build.range.end).or(builds.map(|builds| builds.through));
                through <= due
            }
            _ => true,
        }
    }
}
