//! The timeline of one node: which of its cells are expected, and which run together.
//!
//! A cell is due when its end is not after the schedule's last tick, itself not after now. Expected are the due cells
//! that lie wholly between the start and the end.

use super::{Cron, Interval, IntervalSet, Timestamp, Unit};

/// What decides a node's cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The length of a cell.
    pub unit: Unit,
    /// When finished cells become due.
    pub cron: Cron,
}

impl Timeline {
    /// A timeline whose unit is `every`, or else the schedule's.
    pub fn new(every: Option<Unit>, cron: Cron) -> Self {
        Self { unit: every.unwrap_or_else(|| cron.unit()), cron }
    }

    /// The end of the last cell that is due; `None` when the schedule has not ticked yet. Without regard to the
    /// schedule (`--ignore-cron`) every finished cell is due.
    pub fn due(&self, now: Timestamp, ignore_cron: bool) -> Option<Timestamp> {
        let tick = if ignore_cron { Some(now) } else { self.cron.last_tick(now) };
        tick.map(|tick| self.unit.floor(tick))
    }

    /// The expected cells, which are one range: those due, from `start` on, whole, and not beyond `end`.
    pub fn expected(&self, start: Timestamp, end: Option<Timestamp>, now: Timestamp, ignore_cron: bool) -> IntervalSet {
        let Some(due) = self.due(now, ignore_cron) else { return IntervalSet::new() };
        let end = end.map_or(due, |end| end.min(due));
        IntervalSet::from(self.unit.narrow(Interval::new(start, end)))
    }

    /// The set widened to whole cells.
    pub fn widen(&self, set: &IntervalSet) -> IntervalSet {
        set.ranges().iter().map(|&range| self.unit.widen(range)).collect()
    }

    /// The `lookback` cells before each range of `cells`, none of them before `start`.
    pub fn before(&self, cells: &IntervalSet, lookback: u32, start: Timestamp) -> IntervalSet {
        let start = self.unit.ceil(start);
        let before = cells
            .ranges()
            .iter()
            .map(|range| Interval::new(self.unit.advance(range.start, -i64::from(lookback)).max(start), range.start));
        before.collect()
    }

    /// The cells as ranges of up to `batch` consecutive cells, in order, never across a hole.
    pub fn batches(&self, cells: &IntervalSet, batch: Option<u32>) -> Vec<Interval> {
        let mut batches = Vec::new();
        for range in cells.ranges() {
            let mut start = range.start;
            while start < range.end {
                let end = batch.map_or(range.end, |batch| self.unit.advance(start, i64::from(batch.max(1))));
                let end = end.min(range.end);
                batches.push(Interval::new(start, end));
                start = end;
            }
        }
        batches
    }

    /// How many cells a set holds.
    pub fn count(&self, set: &IntervalSet) -> u64 {
        set.ranges().iter().map(|&range| self.unit.count(range)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::time::timestamp::MINUTE;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text).0
    }

    fn timeline(every: Option<Unit>, cron: &str) -> Timeline {
        Timeline::new(every, Cron::parse(cron).expect(cron))
    }

    /// Every cell of the timeline that touches the range, one by one.
    fn cells(unit: Unit, from: Timestamp, to: Timestamp) -> Vec<Interval> {
        let mut cells = Vec::new();
        let mut start = unit.floor(from);
        while start < to {
            let end = unit.advance(start, 1);
            cells.push(Interval::new(start, end));
            start = end;
        }
        cells
    }

    #[test]
    fn expected_cells_agree_with_asking_each_cell() {
        let mut random = Random::new(11);
        let crons = ["@hourly", "@daily", "@weekly", "@monthly", "0 5 * * *", "0 9-17 * * *", "30 4 * * 3"];
        let units =
            [None, Some(Unit::HOUR), Some(Unit::Minutes(360)), Some(Unit::Day), Some(Unit::Week), Some(Unit::Month)];
        let (from, to) = (at("2023-12-01"), at("2024-04-01"));
        let minutes = ((to.0 - from.0) / MINUTE) as u64;
        for _ in 0..400 {
            let timeline = timeline(random.pick(&units), random.pick(&crons));
            let mut moment = || Timestamp(from.0 + random.below(minutes) as i64 * MINUTE);
            let (start, end, now) = (moment(), moment(), moment());
            let end = (!random.once_in(3)).then_some(end);
            let ignore_cron = random.once_in(3);
            let due = if ignore_cron { Some(now) } else { timeline.cron.last_tick(now) };
            let naive: IntervalSet = cells(timeline.unit, from, to)
                .into_iter()
                .filter(|cell| start <= cell.start && end.is_none_or(|end| cell.end <= end))
                .filter(|cell| due.is_some_and(|due| cell.end <= due))
                .collect();
            assert_eq!(timeline.expected(start, end, now, ignore_cron), naive, "{timeline:?} {start} {end:?} {now}");
        }
    }

    #[test]
    fn lookback_and_batches_agree_with_going_cell_by_cell() {
        let mut random = Random::new(12);
        let (from, to) = (at("2024-01-01"), at("2024-03-01"));
        for _ in 0..400 {
            let unit = random.pick(&[Unit::Day, Unit::Week, Unit::Minutes(360)]);
            let timeline = timeline(Some(unit), "@daily");
            let all = cells(unit, from, to);
            let chosen: Vec<Interval> = all.iter().copied().filter(|_| !random.once_in(3)).collect();
            let set: IntervalSet = chosen.iter().copied().collect();
            assert_eq!(timeline.count(&set), chosen.len() as u64);

            let (start, lookback) = (all[random.below(all.len() as u64) as usize].start, random.below(4) as u32);
            let before: IntervalSet = chosen
                .iter()
                .flat_map(|cell| (1..=i64::from(lookback)).map(|back| unit.advance(cell.start, -back)))
                .filter(|&cell| cell >= start)
                .map(|cell| Interval::new(cell, unit.advance(cell, 1)))
                .collect();
            assert_eq!(timeline.before(&set, lookback, start).difference(&set), before.difference(&set));

            let batch = 1 + random.below(5) as u32;
            let batches = timeline.batches(&set, Some(batch));
            assert_eq!(batches.iter().copied().collect::<IntervalSet>(), set);
            assert!(batches.windows(2).all(|pair| pair[0].end <= pair[1].start));
            for (index, range) in batches.iter().enumerate() {
                let cells = unit.count(*range);
                let ends_range = set.ranges().iter().any(|known| known.end == range.end);
                assert!(cells == u64::from(batch) || (cells < u64::from(batch) && ends_range), "{index} {batches:?}");
            }
            assert_eq!(timeline.batches(&set, None), set.ranges());
        }
    }

    #[test]
    fn the_cases_of_the_language_page() {
        // Days due at five: at four, yesterday is not due yet.
        let days = timeline(None, "0 5 * * *");
        let expected = |now| days.expected(at("2024-01-01"), None, at(now), false);
        assert_eq!(
            expected("2024-01-03T04:00:00Z"),
            IntervalSet::from(Interval::new(at("2024-01-01"), at("2024-01-02")))
        );
        assert_eq!(
            expected("2024-01-03T05:00:00Z"),
            IntervalSet::from(Interval::new(at("2024-01-01"), at("2024-01-03")))
        );
        assert_eq!(
            days.expected(at("2024-01-01"), None, at("2024-01-03T04:00:00Z"), true),
            IntervalSet::from(Interval::new(at("2024-01-01"), at("2024-01-03")))
        );
        // Office hours: the cells of the night come with the first tick of the morning.
        let hours = timeline(None, "0 9-17 * * *");
        assert_eq!(hours.due(at("2024-01-03T08:59:00Z"), false), Some(at("2024-01-02T17:00:00Z")));
        assert_eq!(hours.due(at("2024-01-03T09:00:00Z"), false), Some(at("2024-01-03T09:00:00Z")));
        // A week is due as it ends, on Monday.
        let weeks = timeline(None, "@weekly");
        assert_eq!(weeks.due(at("2024-01-10"), false), Some(at("2024-01-08")));
    }

    #[test]
    fn ten_years_of_five_minutes_are_one_range() {
        let timeline = timeline(Some(Unit::Minutes(5)), "*/5 * * * *");
        let expected = timeline.expected(at("2010-01-01"), None, at("2020-01-01"), false);
        assert_eq!(expected.ranges().len(), 1);
        assert_eq!(timeline.count(&expected), 1_051_776);
    }
}
