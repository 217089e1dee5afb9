//! Half-open ranges of time, and sets of them.
//!
//! A set is its ranges, sorted, disjoint and not even touching: ten years of five-minute cells are one range. All
//! operations walk ranges, never cells.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// `[start, end)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The first moment inside.
    pub start: Timestamp,
    /// The first moment behind.
    pub end: Timestamp,
}

impl Interval {
    /// An empty range: what the creation of an empty table is recorded as.
    pub const NOTHING: Self = Self::new(Timestamp::EPOCH, Timestamp::EPOCH);

    /// The range from `start` to `end`; empty when `end` is not later.
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// Whether it holds no moment.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// What both hold; may be empty.
    pub fn intersection(self, other: Self) -> Self {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// Whether the two share a moment.
    pub fn overlaps(self, other: Self) -> bool {
        !self.intersection(other).is_empty()
    }
}

impl std::fmt::Debug for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}, {})", self.start.to_short(), self.end.to_short())
    }
}

/// A set of moments, as sorted ranges that neither overlap nor touch.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<Interval>", into = "Vec<Interval>")]
pub struct IntervalSet {
    ranges: Vec<Interval>,
}

impl IntervalSet {
    /// The empty set.
    pub const fn new() -> Self {
        Self { ranges: Vec::new() }
    }

    /// Its ranges, sorted.
    pub fn ranges(&self) -> &[Interval] {
        &self.ranges
    }

    /// Whether it holds no moment.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Adds a range; costs a search and a move of what lies behind.
    pub fn insert(&mut self, range: Interval) {
        if range.is_empty() {
            return;
        }
        let first = self.ranges.partition_point(|known| known.end < range.start);
        let behind = self.ranges.partition_point(|known| known.start <= range.end);
        let start = self.ranges.get(first).map_or(range.start, |known| known.start.min(range.start));
        let end = match behind.checked_sub(1).filter(|&last| last >= first) {
            Some(last) => self.ranges[last].end.max(range.end),
            None => range.end,
        };
        let start = if behind > first { start } else { range.start };
        self.ranges.splice(first..behind, [Interval::new(start, end)]);
    }

    /// What either holds.
    pub fn union(&self, other: &Self) -> Self {
        self.ranges.iter().chain(&other.ranges).copied().collect()
    }

    /// What both hold.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some(&&a), Some(&&b)) = (left.peek(), right.peek()) {
            let both = a.intersection(b);
            if !both.is_empty() {
                ranges.push(both);
            }
            if a.end <= b.end {
                left.next();
            } else {
                right.next();
            }
        }
        Self { ranges }
    }

    /// What this one holds and `other` does not.
    pub fn difference(&self, other: &Self) -> Self {
        let mut ranges = Vec::new();
        let mut first = 0;
        for range in &self.ranges {
            while other.ranges.get(first).is_some_and(|gap| gap.end <= range.start) {
                first += 1;
            }
            let mut start = range.start;
            for gap in other.ranges[first..].iter().take_while(|gap| gap.start < range.end) {
                if start < gap.start {
                    ranges.push(Interval::new(start, gap.start));
                }
                start = start.max(gap.end);
            }
            if start < range.end {
                ranges.push(Interval::new(start, range.end));
            }
        }
        Self { ranges }
    }

    /// What the set holds of the range; costs a search and what is found.
    pub fn within(&self, range: Interval) -> Self {
        let first = self.ranges.partition_point(|known| known.end <= range.start);
        let found = self.ranges[first..].iter().take_while(|known| known.start < range.end);
        Self { ranges: found.map(|known| known.intersection(range)).collect() }
    }

    /// Whether the set and the range share a moment.
    pub fn overlaps(&self, range: Interval) -> bool {
        let first = self.ranges.partition_point(|known| known.end <= range.start);
        self.ranges.get(first).is_some_and(|known| known.overlaps(range))
    }
}

impl From<Interval> for IntervalSet {
    fn from(range: Interval) -> Self {
        [range].into_iter().collect()
    }
}

impl From<Vec<Interval>> for IntervalSet {
    fn from(ranges: Vec<Interval>) -> Self {
        ranges.into_iter().collect()
    }
}

impl From<IntervalSet> for Vec<Interval> {
    fn from(set: IntervalSet) -> Self {
        set.ranges
    }
}

impl FromIterator<Interval> for IntervalSet {
    /// The union of ranges in any order.
    fn from_iter<I: IntoIterator<Item = Interval>>(ranges: I) -> Self {
        let mut sorted: Vec<Interval> = ranges.into_iter().filter(|range| !range.is_empty()).collect();
        sorted.sort_unstable();
        let mut ranges: Vec<Interval> = Vec::with_capacity(sorted.len());
        for range in sorted {
            match ranges.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => ranges.push(range),
            }
        }
        Self { ranges }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const WIDTH: i64 = 40;

    /// The naive set: one flag a moment.
    fn flags(set: &IntervalSet) -> Vec<bool> {
        (0..WIDTH).map(|at| set.overlaps(Interval::new(Timestamp(at), Timestamp(at + 1)))).collect()
    }

    fn random_set(random: &mut Random) -> (IntervalSet, Vec<bool>) {
        let (mut set, mut naive) = (IntervalSet::new(), vec![false; WIDTH as usize]);
        for _ in 0..random.below(6) {
            let (start, end) = (random.below(WIDTH as u64) as i64, random.below(WIDTH as u64 + 1) as i64);
            set.insert(Interval::new(Timestamp(start), Timestamp(end)));
            (start..end).for_each(|at| naive[at as usize] = true);
        }
        (set, naive)
    }

    fn assert_canonical(set: &IntervalSet) {
        assert!(set.ranges.iter().all(|range| !range.is_empty()), "{set:?}");
        assert!(set.ranges.windows(2).all(|pair| pair[0].end < pair[1].start), "{set:?}");
    }

    #[test]
    fn agrees_with_one_flag_a_moment() {
        let mut random = Random::new(1);
        for _ in 0..5_000 {
            let ((a, naive_a), (b, naive_b)) = (random_set(&mut random), random_set(&mut random));
            assert_eq!(flags(&a), naive_a);
            let zip = |f: fn(bool, bool) -> bool| -> Vec<bool> {
                naive_a.iter().zip(&naive_b).map(|(&a, &b)| f(a, b)).collect()
            };
            for (set, naive) in [
                (a.union(&b), zip(|a, b| a || b)),
                (a.intersection(&b), zip(|a, b| a && b)),
                (a.difference(&b), zip(|a, b| a && !b)),
                (b.ranges.first().map_or_else(IntervalSet::new, |first| a.within(*first)), {
                    let first = b.ranges.first().copied().unwrap_or(Interval::NOTHING);
                    (0..WIDTH).map(|at| naive_a[at as usize] && first.start.0 <= at && at < first.end.0).collect()
                }),
            ] {
                assert_canonical(&set);
                assert_eq!(flags(&set), naive, "{a:?} {b:?}");
            }
            assert_canonical(&a);
            let mut shuffled = a.ranges.clone();
            shuffled.reverse();
            assert_eq!(IntervalSet::from(shuffled), a);
        }
    }

    #[test]
    fn touching_ranges_become_one() {
        let mut set = IntervalSet::new();
        for (start, end) in [(0, 1), (2, 3), (1, 2)] {
            set.insert(Interval::new(Timestamp(start), Timestamp(end)));
        }
        assert_eq!(set.ranges(), [Interval::new(Timestamp(0), Timestamp(3))]);
    }
}
