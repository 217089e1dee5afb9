//! What each node has to run, as sets of time: the planner's thinking, before it becomes steps.
//!
//! * **Incremental**: missing = expected − completed, where expected leaves out what lies beyond the node's own end, and
//!   what a parent has not got and will not get (the frontier). With every cell that runs, the `lookback` cells before it
//!   run again; and so does every cell that read a parent's cell which was, or will be, written again.
//! * **Full**: built when it has not been, when a cell of its schedule has become due since the last build, and when
//!   something that it reads changed for time that it had been due for already. Newer rows wait for the schedule: an
//!   hourly parent does not rebuild a daily table every hour. It waits, too, while a narrowed plan leaves a parent's new
//!   table with less than the old one had.
//! * **Seed**: loaded once for each content. **View**: made once, and read through: its readers wait for, and react
//!   to, what it reads.
//!
//! What counts as written is decided in [`crate::news`]. A reader reacts to a full parent at its own due time.

use std::collections::BTreeSet;

use crate::history::{Builds, History};
use crate::input::{NodeKind, PlanInput, PlanNode, PlanOptions};
use crate::naming::{Identity, identities};
use crate::news::News;
use crate::state::{RecordedRun, RecordedState};
use crate::time::{Interval, IntervalSet, Timeline, Timestamp};
use crate::work::{Build, BuildCause, Cells, NodeSchedule, Work};

/// Plans every node, parents first.
pub(crate) fn schedule(input: &PlanInput, state: &RecordedState, options: &PlanOptions) -> Vec<NodeSchedule> {
    let mut planned: Vec<NodeSchedule> = Vec::with_capacity(input.nodes.len());
    let news = News::new(state);
    for (node, identity) in input.nodes.iter().zip(identities(&input.nodes)) {
        let scheduled = Planning { node, options, planned: &planned, news: &news }.run(state, identity);
        planned.push(scheduled);
    }
    planned
}

/// One node being planned, with those before it.
struct Planning<'a> {
    node: &'a PlanNode,
    options: &'a PlanOptions,
    planned: &'a [NodeSchedule],
    news: &'a News<'a>,
}

impl Planning<'_> {
    fn run(&self, state: &RecordedState, identity: Identity) -> NodeSchedule {
        let parents = self.node.parents();
        let direct: Vec<&NodeSchedule> = parents.iter().map(|&parent| &self.planned[parent]).collect();
        let recorded = state.snapshots.get(&identity.snapshot);
        let runs: &[RecordedRun] = recorded.map_or(&[], |snapshot| &snapshot.runs);
        let reads: BTreeSet<usize> = parents
            .iter()
            .flat_map(|&parent| match self.planned[parent].work {
                Work::View => self.planned[parent].reads.clone(),
                _ => vec![parent],
            })
            .collect();
        let reads: Vec<usize> = reads.into_iter().collect();
        let timeline = Timeline::new(self.node.every(), self.node.cron.clone());
        let starts = direct.iter().filter_map(|parent| parent.start).chain(self.node.source_start);
        let start = self.node.start.or_else(|| starts.min());
        let mut lacks = direct.iter().fold(IntervalSet::new(), |lacks, parent| lacks.union(&parent.lacks));
        let mut timed = direct.iter().any(|parent| parent.timed);
        let work = match &self.node.kind {
            NodeKind::View => Work::View,
            NodeKind::Seed => Work::Seed(runs.is_empty().then(|| Interval::new(Timestamp::EPOCH, self.options.now))),
            NodeKind::Full => {
                let builds = Builds::new(runs);
                let build = self.build(&timeline, &reads, start.unwrap_or(Timestamp::EPOCH), builds);
                if let (Some(builds), None, true) = (builds, &build, timed) {
                    lacks.insert(Interval::new(builds.through, Timestamp::FOREVER));
                }
                Work::Full { builds, build }
            }
            NodeKind::IncrementalByTime { lookback, .. } => {
                timed = true;
                let history = History::new(runs);
                // The planner refuses to begin without a start; the epoch is never used.
                let start = start.or(self.options.start).unwrap_or(Timestamp::EPOCH);
                let cells = self.cells(&timeline, &reads, start, *lookback, history, &lacks);
                let has = cells.history.completed().union(&cells.missing);
                let first = timeline.unit.ceil(start);
                let last = self.node.end.map_or(Timestamp::FOREVER, |end| timeline.unit.floor(end));
                lacks = IntervalSet::from(Interval::new(first, last)).difference(&has);
                Work::Incremental(cells)
            }
        };
        NodeSchedule {
            name: self.node.name.clone(),
            identity,
            exists: recorded.is_some(),
            timeline,
            reads,
            start,
            lacks,
            timed,
            work,
        }
    }

    fn cells(
        &self,
        timeline: &Timeline,
        reads: &[usize],
        start: Timestamp,
        lookback: u32,
        history: History,
        parents_lack: &IntervalSet,
    ) -> Cells {
        let PlanOptions { now, end, ignore_cron, .. } = *self.options;
        let start = self.options.start.map_or(start, |narrowed| narrowed.max(start));
        let end = end.into_iter().chain(self.node.end).min();
        let expected = timeline.expected(start, end, now, ignore_cron).difference(&timeline.widen(parents_lack));
        let completed = history.completed();
        let missing = timeline.widen(&expected.difference(&completed));
        let due = timeline.due(now, ignore_cron);
        let (mut stale, mut causes) = (IntervalSet::new(), Vec::new());
        for &parent in reads {
            if missing.is_empty() && !self.planned[parent].is_due_with(due) {
                continue;
            }
            let mut overtaken = Vec::new();
            for (written, order) in history.by_time() {
                overtaken.extend_from_slice(self.news.of(self.planned, parent, order, written).ranges());
            }
            let overtaken = IntervalSet::from(overtaken);
            let overtaken = timeline.widen(&overtaken).intersection(&expected).difference(&missing);
            if !overtaken.is_empty() {
                causes.push(parent);
                stale = stale.union(&overtaken);
            }
        }
        let runs = missing.union(&stale);
        let lookback = timeline.before(&runs, lookback, start).intersection(&expected).difference(&runs);
        Cells { history, missing, stale, lookback, causes }
    }

    fn build(&self, timeline: &Timeline, reads: &[usize], start: Timestamp, builds: Option<Builds>) -> Option<Build> {
        let due = timeline.due(self.options.now, self.options.ignore_cron).unwrap_or(start);
        let range = Interval::new(start, due.max(start));
        let Some(builds) = builds else {
            return Some(Build { range, new_data: true, cause: BuildCause::First });
        };
        if reads.iter().any(|&parent| self.news.would_lose(self.planned, parent, builds.last)) {
            return None;
        }
        let has_news = |parent: usize, within| !self.news.of(self.planned, parent, builds.last, within).is_empty();
        if range.end > builds.through {
            let always = Interval::new(Timestamp(i64::MIN), Timestamp::FOREVER);
            let new_data = reads.iter().any(|&parent| has_news(parent, always));
            return Some(Build { range, new_data, cause: BuildCause::Due });
        }
        let before = Interval::new(Timestamp(i64::MIN), builds.through);
        let is_cause =
            |parent: usize| self.planned[parent].is_due_with(Some(builds.through)) && has_news(parent, before);
        let causes: Vec<usize> = reads.iter().copied().filter(|&parent| is_cause(parent)).collect();
        (!causes.is_empty()).then_some(Build { range, new_data: true, cause: BuildCause::Parents(causes) })
    }
}
