//! The schedule as steps: batches, what each waits for, and why it is there.
//!
//! A batch waits for just those batches of its parents that it reads: the ones that overlap it, widened by its
//! lookback. Steps come node by node, parents and what audits read first, so every edge points backwards.
//!
//! Audits are judged over the whole table, so the batch that judges them is the last one of its node and waits for all
//! others: judged with each batch, a rule on the number of rows, or on how recent they are, would never let the first
//! one pass. Who reads any of the batches waits for that one, too: nothing is made from rows that were not judged.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::file::{Change, ChangeKind, Step, StepKind};
use crate::input::{NodeKind, PlanInput, PlanNode};
use crate::time::{Interval, IntervalSet};
use crate::work::{Build, BuildCause, Cells, NodeSchedule, Work};

/// The steps of one node that others may have to wait for.
#[derive(Default)]
struct Made {
    /// Its table's or view's creation, load or build.
    whole: Option<usize>,
    /// Its batches in order of time.
    batches: Vec<(Interval, usize)>,
}

struct Steps<'a> {
    input: &'a PlanInput,
    planned: &'a [NodeSchedule],
    changes: &'a [Change],
    steps: Vec<Step>,
    made: Vec<Made>,
}

/// All steps, without the promotion. `promised` says of which nodes the environment knows the promises already.
pub(crate) fn steps(
    input: &PlanInput,
    planned: &[NodeSchedule],
    changes: &[Change],
    promised: impl Fn(&PlanNode) -> bool,
) -> Vec<Step> {
    let made = input.nodes.iter().map(|_| Made::default()).collect();
    let mut steps = Steps { input, planned, changes, steps: Vec::new(), made };
    for index in order(input) {
        let (node, schedule) = (&input.nodes[index], &planned[index]);
        let made = steps.node(index, schedule);
        // Rows that are written are judged as they are written; those that are there already are judged here.
        let unjudged =
            !node.checks.is_empty() || (made.batches.is_empty() && node.audits.iter().any(|audit| !audit.warn));
        if schedule.exists && made.whole.is_none() && unjudged && !promised(node) {
            let mut after: Vec<usize> = made.batches.iter().map(|&(_, step)| step).collect();
            after.extend(steps.audited_steps(index));
            if matches!(schedule.work, Work::View) {
                after.extend(steps.steps_of(node.parents(), None));
            }
            let why = format!("What `{}` promises has not been checked on the rows that it has.", node.name);
            steps.push(node, StepKind::Check, after, why);
        }
        steps.made[index] = made;
    }
    steps.steps
}

/// The nodes so that each comes after its parents and after what its audits read, otherwise as they stand. Where audits
/// go in a circle, which a project may not, just after its parents.
fn order(input: &PlanInput) -> Vec<usize> {
    let count = input.nodes.len();
    let (mut waits, mut readers) = (vec![0_usize; count], vec![Vec::new(); count]);
    for (index, node) in input.nodes.iter().enumerate() {
        let mut needed = node.parents();
        needed.extend(node.audited(index));
        waits[index] = needed.len();
        needed.into_iter().for_each(|needed| readers[needed].push(index));
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..count).filter(|&index| waits[index] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(index)) = ready.pop() {
        order.push(index);
        for &reader in &readers[index] {
            waits[reader] -= 1;
            if waits[reader] == 0 {
                ready.push(Reverse(reader));
            }
        }
    }
    if order.len() == count { order } else { (0..count).collect() }
}

/// The promotion, which waits for everything: the steps that nobody else waits for.
pub(crate) fn promotion(steps: &[Step], environment: &str, first: bool) -> Step {
    let mut waited_for = vec![false; steps.len()];
    for step in steps {
        step.after.iter().for_each(|&before| waited_for[before] = true);
    }
    let after = (0..steps.len()).filter(|&step| !waited_for[step]).collect();
    let why = if first {
        format!("Environment `{environment}` does not exist yet.")
    } else {
        format!("Environment `{environment}` is to show what changed, all of it at once.")
    };
    Step { id: steps.len(), node: String::new(), kind: StepKind::Promote, after, why }
}

impl Steps<'_> {
    fn node(&mut self, index: usize, schedule: &NodeSchedule) -> Made {
        let node = &self.input.nodes[index];
        match &schedule.work {
            Work::View if schedule.exists => Made::default(),
            Work::View => {
                // Its checks look at rows, its text only needs the tables.
                let judged = !(node.checks.is_empty() && node.audits.is_empty());
                let mut after = if judged { self.steps_of(node.parents(), None) } else { self.tables(node) };
                after.extend(self.audited_steps(index));
                let why = self.why_new(node, "view");
                Made { whole: Some(self.push(node, StepKind::Create, after, why)), batches: Vec::new() }
            }
            Work::Seed(load) => {
                let whole = load.map(|range| {
                    let why = format!("The content of `{}` has not been loaded yet.", node.name);
                    self.push(node, StepKind::Load { range }, self.audited_steps(index), why)
                });
                Made { whole, batches: Vec::new() }
            }
            Work::Full { build, .. } => {
                let whole = build.as_ref().map(|build| {
                    let mut after = self.steps_of(node.parents(), None);
                    after.extend(self.audited_steps(index));
                    let kind = StepKind::Build { range: build.range, new_data: build.new_data };
                    self.push(node, kind, after, self.why_build(node, build))
                });
                Made { whole, batches: Vec::new() }
            }
            Work::Incremental(cells) => self.incremental(index, schedule, cells),
        }
    }

    fn incremental(&mut self, index: usize, schedule: &NodeSchedule, cells: &Cells) -> Made {
        let node = &self.input.nodes[index];
        let whole = (!schedule.exists).then(|| {
            // Its query is described, so what it reads has to be there.
            let (after, why) = (self.tables(node), self.why_new(node, "table"));
            self.push(node, StepKind::Create, after, why)
        });
        let NodeKind::IncrementalByTime { lookback, batch, .. } = node.kind else {
            return Made { whole, batches: Vec::new() };
        };
        let (runs, again) = (cells.runs(), cells.again());
        let mut batches: Vec<(Interval, usize)> = Vec::new();
        let ranges = schedule.timeline.batches(&runs, batch);
        for (number, &range) in ranges.iter().enumerate() {
            let unit = schedule.timeline.unit;
            let reach = Interval::new(unit.advance(range.start, -i64::from(lookback)), range.end);
            let mut after = self.steps_of(node.parents(), Some(reach));
            after.extend(whole);
            let audited = !node.audits.is_empty() && number + 1 == ranges.len();
            if audited {
                after.extend(batches.iter().map(|&(_, step)| step));
                after.extend(self.audited_steps(index));
            }
            // Were the cells for whose sake others run again recorded first, a crash would leave those others behind.
            let before = batches.last().filter(|(before, _)| before.end == range.start && again.overlaps(*before));
            after.extend(before.map(|&(_, step)| step));
            let part = |set: &IntervalSet| schedule.timeline.count(&set.intersection(&IntervalSet::from(range)));
            let kind = StepKind::Backfill { range, cells: unit.count(range), again: part(&again), audited };
            let why = self.why_cells(
                schedule,
                cells,
                lookback,
                [part(&cells.missing), part(&cells.stale), part(&cells.lookback)],
            );
            batches.push((range, self.push(node, kind, after, why)));
        }
        Made { whole, batches }
    }

    /// The steps after which what `node` reads is there, if only as empty tables.
    fn tables(&self, node: &PlanNode) -> Vec<usize> {
        node.parents().into_iter().filter_map(|parent| self.made[parent].whole).collect()
    }

    /// The steps after which the rows that the audits of a node read are there.
    fn audited_steps(&self, index: usize) -> Vec<usize> {
        self.steps_of(self.input.nodes[index].audited(index), None)
    }

    /// What somebody who reads these nodes waits for: all of their steps, or those that overlap `reach`.
    fn steps_of(&self, mut nodes: Vec<usize>, reach: Option<Interval>) -> Vec<usize> {
        let (mut after, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some(parent) = nodes.pop() {
            if !seen.insert(parent) {
                continue;
            }
            let made = &self.made[parent];
            let of_time = match reach {
                None => made.batches.as_slice(),
                Some(reach) => {
                    let from = made.batches.partition_point(|(range, _)| range.end <= reach.start);
                    let to = made.batches.partition_point(|(range, _)| range.start < reach.end);
                    &made.batches[from..to.max(from)]
                }
            };
            after.extend(of_time.iter().map(|&(_, step)| step));
            if !of_time.is_empty() && self.input.nodes[parent].audits.iter().any(|audit| !audit.warn) {
                after.extend(made.batches.last().map(|&(_, step)| step));
            }
            // Its batches wait for its creation themselves.
            if of_time.is_empty() {
                after.extend(made.whole);
            }
            if matches!(self.planned[parent].work, Work::View) {
                nodes.extend(self.input.nodes[parent].parents());
            }
        }
        after
    }

    fn push(&mut self, node: &PlanNode, kind: StepKind, mut after: Vec<usize>, why: String) -> usize {
        after.sort_unstable();
        after.dedup();
        let id = self.steps.len();
        self.steps.push(Step { id, node: node.name.clone(), kind, after, why });
        id
    }

    fn why_new(&self, node: &PlanNode, what: &str) -> String {
        let name = &node.name;
        match self.changes.iter().find(|change| change.node == *name) {
            Some(Change { kind: ChangeKind::New, .. }) => format!("`{name}` is new."),
            Some(Change { kind: ChangeKind::Changed, reasons, .. }) => {
                format!("`{name}` gets a {what} of its own beside the old one: {}.", reasons.join(", "))
            }
            Some(_) => format!("`{name}` stays as it is, but what it reads is another table now."),
            None => format!("There is no {what} for `{name}` yet."),
        }
    }

    fn why_build(&self, node: &PlanNode, build: &Build) -> String {
        match &build.cause {
            BuildCause::First => self.why_new(node, "table"),
            BuildCause::Due => format!("Its cron `{}` has ticked since it was last built.", node.cron.text()),
            BuildCause::Parents(causes) => format!("It was built before {} got new rows.", self.names(causes)),
        }
    }

    fn why_cells(&self, schedule: &NodeSchedule, cells: &Cells, lookback: u32, counts: [u64; 3]) -> String {
        let [missing, stale, before] = counts;
        let unit = schedule.timeline.unit;
        let (is, runs) = (|n| if n == 1 { "is" } else { "are" }, |n| if n == 1 { "runs" } else { "run" });
        let mut reasons = Vec::new();
        if missing > 0 {
            reasons.push(format!("{} {} missing", unit.counted(missing), is(missing)));
        }
        if stale > 0 {
            let causes = self.names(&cells.causes);
            reasons.push(format!("{} {} again because {causes} did", unit.counted(stale), runs(stale)));
        }
        if before > 0 {
            reasons.push(format!("{} {} again as lookback {lookback} asks", unit.counted(before), runs(before)));
        }
        format!("{}.", reasons.join("; "))
    }

    fn names(&self, nodes: &[usize]) -> String {
        let names: Vec<String> = nodes.iter().map(|&node| format!("`{}`", self.input.nodes[node].name)).collect();
        match names.as_slice() {
            [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
            _ => names.concat(),
        }
    }
}
