//! What the log of a snapshot's runs amounts to: which time is complete, and when each part was written last.

use std::collections::BTreeMap;

use crate::state::RecordedRun;
use crate::time::{Interval, IntervalSet, Timestamp};

/// The runs of an incremental snapshot, laid over one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// Disjoint, sorted.
    pieces: Vec<Piece>,
    /// The order of the first run of all, which is the table's creation.
    first: Option<u64>,
    /// The orders of all runs that wrote anything, ascending.
    orders: Vec<u64>,
}

/// A stretch of time that the same runs wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    range: Interval,
    /// The last run's order.
    order: u64,
    /// Whether more than one run wrote it.
    rewritten: bool,
}

impl History {
    /// From the log, in any order.
    pub(crate) fn new(runs: &[RecordedRun]) -> Self {
        let mut edges: BTreeMap<Timestamp, (Vec<u64>, Vec<u64>)> = BTreeMap::new();
        for run in runs.iter().filter(|run| run.start < run.end) {
            edges.entry(run.start).or_default().0.push(run.order);
            edges.entry(run.end).or_default().1.push(run.order);
        }
        let mut open: BTreeMap<u64, usize> = BTreeMap::new();
        let mut pieces: Vec<Piece> = Vec::new();
        let mut from = Timestamp::EPOCH;
        for (at, (begin, end)) in edges {
            if let Some((&order, &times)) = open.last_key_value() {
                let rewritten = times > 1 || open.len() > 1;
                pieces.push(Piece { range: Interval::new(from, at), order, rewritten });
            }
            for order in begin {
                *open.entry(order).or_default() += 1;
            }
            for order in end {
                if let Some(times) = open.get_mut(&order) {
                    *times -= 1;
                    if *times == 0 {
                        open.remove(&order);
                    }
                }
            }
            from = at;
        }
        let mut orders: Vec<u64> = runs.iter().filter(|run| run.start < run.end).map(|run| run.order).collect();
        orders.sort_unstable();
        Self { pieces, first: runs.iter().map(|run| run.order).min(), orders }
    }

    /// The time that has been written.
    pub(crate) fn completed(&self) -> IntervalSet {
        self.pieces.iter().map(|piece| piece.range).collect()
    }

    /// Whether the table was there before `order`, so that a reader of that order has seen what was in it.
    pub(crate) fn existed(&self, order: u64) -> bool {
        self.first.is_some_and(|first| first < order)
    }

    /// The parts of `within` that were written after `since` and not after `until`, in two sets: what is certainly news
    /// to a reader of the order `since`, and what was written for the first time into a table that was not there then.
    pub(crate) fn written(&self, since: u64, until: u64, within: Interval) -> (IntervalSet, IntervalSet) {
        let old = self.existed(since);
        let written = self.pieces_in(within).filter(|piece| since < piece.order && piece.order <= until);
        let (news, first): (Vec<Piece>, Vec<Piece>) = written.partition(|piece| piece.rewritten || old);
        let set = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| piece.range).collect();
        (set(news), set(first))
    }

    /// The parts of `within` that were last written before `order`.
    pub(crate) fn before(&self, order: u64, within: Interval) -> IntervalSet {
        self.pieces_in(within).filter(|piece| piece.order < order).map(|piece| piece.range).collect()
    }

    /// Whether anything was written after `since` and not after `until`.
    pub(crate) fn is_written(&self, since: u64, until: u64) -> bool {
        let next = self.orders.partition_point(|&order| order <= since);
        self.orders.get(next).is_some_and(|&order| order <= until)
    }

    /// The stretches of time with the order of the run whose rows are there.
    pub(crate) fn by_time(&self) -> impl Iterator<Item = (Interval, u64)> {
        self.pieces.iter().map(|piece| (piece.range, piece.order))
    }

    /// The pieces of `within`, cut to it.
    fn pieces_in(&self, within: Interval) -> impl Iterator<Item = Piece> {
        let first = self.pieces.partition_point(|piece| piece.range.end <= within.start);
        let pieces = self.pieces[first..].iter().take_while(move |piece| piece.range.start < within.end);
        pieces.map(move |piece| Piece { range: piece.range.intersection(within), ..*piece })
    }
}

/// The builds of a full snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Builds {
    /// The order of the last one: what it read is older.
    pub(crate) last: u64,
    /// Up to where that one had been due.
    pub(crate) through: Timestamp,
}

impl Builds {
    /// From the log; `None` when it has never been built.
    pub(crate) fn new(runs: &[RecordedRun]) -> Option<Self> {
        runs.iter().max_by_key(|run| run.order).map(|run| Self { last: run.order, through: run.end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const WIDTH: u64 = 24;

    fn runs(random: &mut Random) -> Vec<RecordedRun> {
        let count = random.below(7);
        (0..count)
            .map(|_| {
                let start = random.below(WIDTH) as i64;
                let end = start + 1 + random.below(WIDTH - start as u64) as i64;
                RecordedRun { start: Timestamp(start), end: Timestamp(end), order: random.below(50), new_data: true }
            })
            .collect()
    }

    /// For one moment: the last order that wrote it, and how many runs did.
    fn at(runs: &[RecordedRun], moment: i64) -> Option<(u64, usize)> {
        let there: Vec<u64> =
            runs.iter().filter(|run| run.start.0 <= moment && moment < run.end.0).map(|run| run.order).collect();
        there.iter().max().map(|&last| (last, there.len()))
    }

    fn holds(set: &IntervalSet, moment: i64) -> bool {
        set.overlaps(Interval::new(Timestamp(moment), Timestamp(moment + 1)))
    }

    #[test]
    fn agrees_with_the_log_read_moment_by_moment() {
        let mut random = Random::new(7);
        for _ in 0..5_000 {
            let log = runs(&mut random);
            let history = History::new(&log);
            let (since, until) = (random.below(50), random.below(50));
            let from = random.below(WIDTH) as i64;
            let within = Interval::new(Timestamp(from), Timestamp(from + random.below(WIDTH) as i64));
            let (completed, before) = (history.completed(), history.before(since, within));
            let (news, first) = history.written(since, until, within);
            let existed = log.iter().any(|run| run.order < since);
            for moment in 0..WIDTH as i64 + 1 {
                let last = at(&log, moment);
                assert_eq!(holds(&completed, moment), last.is_some());
                let here = last.filter(|_| within.start.0 <= moment && moment < within.end.0);
                assert_eq!(holds(&before, moment), here.is_some_and(|(order, _)| order < since));
                let after = here.filter(|(order, _)| since < *order && *order <= until);
                let known = after.map(|(_, times)| times > 1 || existed);
                assert_eq!(holds(&news, moment), known == Some(true), "{log:?} at {moment}");
                assert_eq!(holds(&first, moment), known == Some(false), "{log:?} at {moment}");
                let pieces: Vec<u64> = history
                    .by_time()
                    .filter(|(range, _)| holds(&(*range).into(), moment))
                    .map(|(_, order)| order)
                    .collect();
                assert_eq!(pieces, last.map(|(order, _)| order).into_iter().collect::<Vec<_>>());
            }
            assert_eq!(history.is_written(since, until), log.iter().any(|run| since < run.order && run.order <= until));
        }
    }
}
