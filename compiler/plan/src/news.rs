//! What a table holds, or will hold after this plan, that a reader has not seen: the reader's rows are stale there.
//!
//! A reader ran at some order of the log; whatever was written later is news to it, except
//!
//! * **the filling of a new table.** When a parent changes in a way that does not matter to the reader, the reader
//!   keeps its identity and its rows, and reads the parent's new table from then on. Where one of the parent's older
//!   tables had rows before the reader ran, the new rows are the old ones, unless what *they* were made from is news
//!   to the reader.
//! * **a build as a whole that read nothing new.** It may have read other files, nobody knows; a model that wants to
//!   follow files reads them itself. But a build from rows of this project that were written since makes everything
//!   that read it stale: a build from scratch would show the reader the new rows.
//!
//! Questions are about a stretch of time, and looked up there: the cost does not grow with the length of the log.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::history::History;
use crate::state::RecordedState;
use crate::time::{Interval, IntervalSet};
use crate::work::{NodeSchedule, Work};

/// After everything that is recorded, and after this plan too.
const AFTER_THE_PLAN: u64 = u64::MAX;

/// What is asked: a node, the reader's order, and the last order that counts.
type Question = (usize, u64, u64);

/// Answers what is news, and remembers answers that others may want again.
pub(crate) struct News<'a> {
    state: &'a RecordedState,
    inherited: RefCell<BTreeMap<(Question, Interval), Rc<IntervalSet>>>,
    wrote: RefCell<BTreeMap<Question, bool>>,
    would_lose: RefCell<BTreeMap<(usize, u64), bool>>,
    older: RefCell<BTreeMap<usize, Rc<Vec<History>>>>,
}

impl<'a> News<'a> {
    pub(crate) fn new(state: &'a RecordedState) -> Self {
        Self {
            state,
            inherited: RefCell::default(),
            wrote: RefCell::default(),
            would_lose: RefCell::default(),
            older: RefCell::default(),
        }
    }

    /// The part of `within` for which `node` holds, after this plan, what a reader that ran at `order` has not seen.
    pub(crate) fn of(&self, planned: &[NodeSchedule], node: usize, order: u64, within: Interval) -> IntervalSet {
        self.until(planned, (node, order, AFTER_THE_PLAN), within)
    }

    fn until(&self, planned: &[NodeSchedule], question: Question, within: Interval) -> IntervalSet {
        let (node, order, until) = question;
        match &planned[node].work {
            Work::View | Work::Seed(_) => IntervalSet::new(),
            Work::Full { .. } if self.wrote(planned, question) => within.into(),
            Work::Full { .. } => IntervalSet::new(),
            Work::Incremental(cells) => {
                let (mut news, mut first) = cells.history.written(order, until, within);
                if until == AFTER_THE_PLAN {
                    news = news.union(&cells.stale.within(within)).union(&cells.lookback.within(within));
                    let filled = if cells.history.existed(order) { &mut news } else { &mut first };
                    *filled = filled.union(&cells.missing.within(within));
                }
                for &range in first.ranges() {
                    news = news.union(&self.of_a_filling(planned, question, range));
                }
                news
            }
        }
    }

    /// What of `range`, written for the first time into a table that the reader did not know, is news all the same.
    fn of_a_filling(&self, planned: &[NodeSchedule], question: Question, range: Interval) -> Rc<IntervalSet> {
        if let Some(known) = self.inherited.borrow().get(&(question, range)) {
            return Rc::clone(known);
        }
        let (node, order, until) = question;
        let NodeSchedule { reads, timeline, .. } = &planned[node];
        let mut news = IntervalSet::from(range).difference(&self.older(&planned[node], node, order, range));
        for &parent in reads {
            news = news.union(&self.until(planned, (parent, order, until), timeline.unit.widen(range)));
        }
        let news = Rc::new(timeline.widen(&news).within(range));
        self.inherited.borrow_mut().insert((question, range), Rc::clone(&news));
        news
    }

    /// Whether a node, or what it is made from, was written after the reader's order and not after the last one.
    fn wrote(&self, planned: &[NodeSchedule], question: Question) -> bool {
        if let Some(&known) = self.wrote.borrow().get(&question) {
            return known;
        }
        let (node, order, until) = question;
        let NodeSchedule { reads, work, .. } = &planned[node];
        let wrote = match work {
            Work::View | Work::Seed(_) => false,
            Work::Incremental(cells) => {
                cells.history.is_written(order, until) || (until == AFTER_THE_PLAN && cells.run_any())
            }
            Work::Full { builds, build } => {
                let built = match (build, builds) {
                    (Some(_), _) if until == AFTER_THE_PLAN => Some(until),
                    // Only the last build is known; an earlier one that was in time may have read the same.
                    (_, Some(builds)) if builds.last > order => Some(builds.last.min(until)),
                    _ => None,
                };
                built.is_some_and(|built| reads.iter().any(|&parent| self.wrote(planned, (parent, order, built))))
            }
        };
        self.wrote.borrow_mut().insert(question, wrote);
        wrote
    }

    /// Whether a reader that ran at `order` and ran again as a whole would lose rows: a parent has a new table since, and
    /// the plan, being narrowed, does not fill it as far as the older one was filled.
    pub(crate) fn would_lose(&self, planned: &[NodeSchedule], node: usize, order: u64) -> bool {
        if let Some(&known) = self.would_lose.borrow().get(&(node, order)) {
            return known;
        }
        let schedule = &planned[node];
        let would_lose = match &schedule.work {
            Work::View | Work::Seed(_) => false,
            Work::Incremental(cells) if cells.history.existed(order) => false,
            Work::Incremental(_) => {
                let mut lacks = schedule.lacks.ranges().iter();
                lacks.any(|&lack| !self.older(schedule, node, order, lack).is_empty())
            }
            Work::Full { builds, build } => {
                let built = build.is_some() || builds.is_some_and(|builds| builds.last > order);
                built && schedule.reads.iter().any(|&parent| self.would_lose(planned, parent, order))
            }
        };
        self.would_lose.borrow_mut().insert((node, order), would_lose);
        would_lose
    }

    /// What of `within` the older tables of a node had before `order`.
    fn older(&self, schedule: &NodeSchedule, node: usize, order: u64, within: Interval) -> IntervalSet {
        let mut known = self.older.borrow_mut();
        let older = known.entry(node).or_insert_with(|| {
            let snapshots = self.state.snapshots.iter();
            let others =
                snapshots.filter(|(key, other)| other.node == schedule.name && **key != schedule.identity.snapshot);
            Rc::new(others.map(|(_, other)| History::new(&other.runs)).collect())
        });
        older.iter().fold(IntervalSet::new(), |found, history| found.union(&history.before(order, within)))
    }
}
