//! The lengths that a cell can have, and the grid that each of them lays over time (in UTC).
//!
//! Everything is arithmetic: whatever the distance, a floor, a step of n cells or a count costs the same.

use std::fmt;
use std::str::FromStr;

use chrono::Datelike;
use esker_diagnostics::nearest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::timestamp::{DAY, MINUTE};
use super::{Interval, Timestamp};

/// The unit of a timeline. Ordered by length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// So many minutes, a proper divisor of the 1,440 of a day; hours are here too.
    Minutes(u16),
    /// From midnight to midnight.
    Day,
    /// From Monday to Monday, as ISO 8601 has it.
    Week,
    /// A month of the calendar.
    Month,
    /// Three months, from January on.
    Quarter,
    /// A year of the calendar.
    Year,
}

/// Why a duration is no unit of time for cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitError {
    /// Not a word for a unit; with the nearest one, if one is near.
    UnknownWord {
        /// The word as written.
        word: String,
        /// The nearest word that exists.
        nearest: Option<&'static str>,
    },
    /// Minutes or hours that do not fill a day without rest.
    DoesNotDivideADay {
        /// The unit as written: `7 hours`.
        written: String,
        /// The nearest units that do, the shorter one first.
        nearest: Vec<Unit>,
    },
    /// More than one day, week, month, quarter or year.
    MoreThanOne {
        /// The unit as written: `2 weeks`.
        written: String,
        /// The unit that was counted.
        one: Unit,
    },
}

const WORDS: [&str; 7] = ["minute", "hour", "day", "week", "month", "quarter", "year"];
/// The Monday before the epoch, a Thursday.
const MONDAY: i64 = -3 * DAY;
const MINUTES_OF_A_DAY: u64 = 1_440;

impl Unit {
    /// An hour.
    pub const HOUR: Self = Self::Minutes(60);

    /// The unit of `every 15 minutes`: the count and the word as written.
    pub fn new(count: u64, word: &str) -> Result<Self, UnitError> {
        let singular = word.strip_suffix('s').unwrap_or(word);
        let written = || if count == 1 { word.to_owned() } else { format!("{count} {word}") };
        let minutes = match singular {
            "minute" => count,
            "hour" => count.saturating_mul(60),
            _ => {
                let one = match singular {
                    "day" => Self::Day,
                    "week" => Self::Week,
                    "month" => Self::Month,
                    "quarter" => Self::Quarter,
                    "year" => Self::Year,
                    _ => return Err(UnitError::UnknownWord { word: word.to_owned(), nearest: nearest(word, WORDS) }),
                };
                return if count == 1 { Ok(one) } else { Err(UnitError::MoreThanOne { written: written(), one }) };
            }
        };
        Self::from_minutes(minutes)
            .ok_or_else(|| UnitError::DoesNotDivideADay { written: written(), nearest: nearest_divisors(minutes) })
    }

    /// The unit of so many minutes, if they divide a day.
    pub fn from_minutes(minutes: u64) -> Option<Self> {
        match minutes {
            MINUTES_OF_A_DAY => Some(Self::Day),
            1..MINUTES_OF_A_DAY if MINUTES_OF_A_DAY.is_multiple_of(minutes) => Some(Self::Minutes(minutes as u16)),
            _ => None,
        }
    }

    /// The largest unit that is never longer than `minutes` (a month is at its shortest 28 days); `None` below a minute.
    pub fn largest_within(minutes: u64) -> Option<Self> {
        let calendar = [(Self::Year, 365), (Self::Quarter, 90), (Self::Month, 28), (Self::Week, 7), (Self::Day, 1)];
        let long = calendar.iter().find(|(_, days)| days * MINUTES_OF_A_DAY <= minutes).map(|&(unit, _)| unit);
        long.or_else(|| (1..=minutes).rev().find_map(Self::from_minutes))
    }

    /// The start of the cell that holds `time`.
    pub fn floor(self, time: Timestamp) -> Timestamp {
        match self.fixed() {
            Some((length, origin)) => {
                let cell = time.0.saturating_sub(origin).div_euclid(length);
                Timestamp(cell.saturating_mul(length).saturating_add(origin))
            }
            None => self.nth(self.index(time)),
        }
    }

    /// The first start of a cell that is not before `time`.
    pub fn ceil(self, time: Timestamp) -> Timestamp {
        let floor = self.floor(time);
        if floor == time { time } else { self.advance(floor, 1) }
    }

    /// The start of the cell `cells` after (before, when negative) the one that holds `time`.
    pub fn advance(self, time: Timestamp, cells: i64) -> Timestamp {
        match self.fixed() {
            Some((length, _)) => Timestamp(self.floor(time).0.saturating_add(length.saturating_mul(cells))),
            None => self.nth(self.index(time).saturating_add(cells)),
        }
    }

    /// How many whole cells lie in a range.
    pub fn count(self, range: Interval) -> u64 {
        let (start, end) = (self.ceil(range.start), self.floor(range.end));
        let cells = match self.fixed() {
            Some((length, _)) => end.0.saturating_sub(start.0) / length,
            None => self.index(end) - self.index(start),
        };
        u64::try_from(cells).unwrap_or(0)
    }

    /// The range widened to whole cells.
    pub fn widen(self, range: Interval) -> Interval {
        if range.is_empty() { range } else { Interval::new(self.floor(range.start), self.ceil(range.end)) }
    }

    /// The range narrowed to the whole cells in it; may be empty.
    pub fn narrow(self, range: Interval) -> Interval {
        Interval::new(self.ceil(range.start), self.floor(range.end))
    }

    /// `3 days`, `1 month`: so many cells of this unit, for people. Units that are a number themselves are counted as
    /// `3 cells of 15 minutes`.
    pub fn counted(self, cells: u64) -> String {
        let word = match self {
            Self::Minutes(1) => "minute".to_owned(),
            Self::Minutes(60) => "hour".to_owned(),
            Self::Minutes(_) if cells == 1 => return format!("1 cell of {self}"),
            Self::Minutes(_) => return format!("{} cells of {self}", grouped(cells)),
            calendar => calendar.to_string(),
        };
        if cells == 1 { format!("1 {word}") } else { format!("{} {word}s", grouped(cells)) }
    }

    /// Length and origin of a unit whose cells are all equally long.
    fn fixed(self) -> Option<(i64, i64)> {
        match self {
            Self::Minutes(minutes) => Some((i64::from(minutes) * MINUTE, 0)),
            Self::Day => Some((DAY, 0)),
            Self::Week => Some((7 * DAY, MONDAY)),
            Self::Month | Self::Quarter | Self::Year => None,
        }
    }

    fn months(self) -> i64 {
        match self {
            Self::Year => 12,
            Self::Quarter => 3,
            _ => 1,
        }
    }

    /// The number of the calendar cell that holds `time`, counted from the year 0.
    fn index(self, time: Timestamp) -> i64 {
        let date = time.to_naive().date();
        (i64::from(date.year()) * 12 + i64::from(date.month0())).div_euclid(self.months())
    }

    /// The start of a calendar cell; beyond the calendar's end there is only its end.
    fn nth(self, index: i64) -> Timestamp {
        let month = index.saturating_mul(self.months());
        let year = i32::try_from(month.div_euclid(12)).ok();
        let start = year.and_then(|year| Timestamp::from_ymd(year, month.rem_euclid(12) as u32 + 1, 1));
        let furthest = if index < 0 { chrono::NaiveDateTime::MIN } else { chrono::NaiveDateTime::MAX };
        start.unwrap_or_else(|| Timestamp::from_naive(furthest))
    }
}

/// A number with thousands separated: `105,120`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn nearest_divisors(minutes: u64) -> Vec<Unit> {
    let below = (1..minutes.min(MINUTES_OF_A_DAY)).rev().find_map(Unit::from_minutes);
    let above = (minutes.saturating_add(1)..=MINUTES_OF_A_DAY).find_map(Unit::from_minutes);
    let beyond = if minutes > MINUTES_OF_A_DAY { Some(Unit::Day) } else { above };
    below.filter(|_| minutes < MINUTES_OF_A_DAY).into_iter().chain(beyond).collect()
}

impl fmt::Display for Unit {
    /// As `every` has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Minutes(1) => f.write_str("minute"),
            Self::Minutes(60) => f.write_str("hour"),
            Self::Minutes(minutes) if minutes % 60 == 0 => write!(f, "{} hours", minutes / 60),
            Self::Minutes(minutes) => write!(f, "{minutes} minutes"),
            Self::Day => f.write_str("day"),
            Self::Week => f.write_str("week"),
            Self::Month => f.write_str("month"),
            Self::Quarter => f.write_str("quarter"),
            Self::Year => f.write_str("year"),
        }
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        match text.split_once(' ') {
            // A count with more digits than fit is more than a day, whatever it is.
            Some((count, word)) => Self::new(count.parse().unwrap_or(u64::MAX), word),
            None => Self::new(1, text),
        }
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is not a unit of time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use chrono::{Datelike, NaiveDate, Timelike, Weekday};

    const UNITS: [Unit; 11] = [
        Unit::Minutes(1),
        Unit::Minutes(5),
        Unit::Minutes(15),
        Unit::Minutes(30),
        Unit::HOUR,
        Unit::Minutes(360),
        Unit::Day,
        Unit::Week,
        Unit::Month,
        Unit::Quarter,
        Unit::Year,
    ];

    /// By the calendar's words, one minute at a time: whether a cell begins here.
    fn begins(unit: Unit, time: Timestamp) -> bool {
        let time = time.to_naive();
        let midnight = time.hour() == 0 && time.minute() == 0;
        match unit {
            Unit::Minutes(minutes) => (time.hour() * 60 + time.minute()).is_multiple_of(u32::from(minutes)),
            Unit::Day => midnight,
            Unit::Week => midnight && time.weekday() == Weekday::Mon,
            Unit::Month => midnight && time.day() == 1,
            Unit::Quarter => midnight && time.day() == 1 && time.month() % 3 == 1,
            Unit::Year => midnight && time.day() == 1 && time.month() == 1,
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text).0
    }

    #[test]
    fn floors_steps_and_counts_agree_with_a_walk_minute_by_minute() {
        // Across the epoch, a leap day and two turns of the year.
        for from in ["1969-12-20", "2000-02-20", "2001-03-01"] {
            let from = at(from);
            let minutes: Vec<Timestamp> =
                (0..60 * 24 * 430).map(|minute| Timestamp(from.0 + minute * MINUTE)).collect();
            for unit in UNITS {
                let starts: Vec<Timestamp> = minutes.iter().copied().filter(|&minute| begins(unit, minute)).collect();
                let mut random = Random::new(3);
                for _ in 0..200 {
                    let time = Timestamp(from.0 + random.below(430 * DAY as u64) as i64);
                    let index = starts.partition_point(|&start| start <= time);
                    if index == 0 || index == starts.len() {
                        continue;
                    }
                    assert_eq!(unit.floor(time), starts[index - 1], "{unit} {time}");
                    let ceil = if starts[index - 1] == time { time } else { starts[index] };
                    assert_eq!(unit.ceil(time), ceil, "{unit} {time}");
                    let other = random.below(starts.len() as u64) as usize;
                    assert_eq!(unit.advance(time, other as i64 - (index as i64 - 1)), starts[other], "{unit} {time}");
                    let range = Interval::new(time, starts[other]);
                    assert_eq!(
                        unit.count(range),
                        other.saturating_sub(ceil_index(&starts, time)) as u64,
                        "{unit} {range:?}"
                    );
                }
            }
        }
    }

    fn ceil_index(starts: &[Timestamp], time: Timestamp) -> usize {
        starts.partition_point(|&start| start < time)
    }

    #[test]
    fn far_times_cost_no_more_and_break_nothing() {
        let ten_years = Interval::new(at("2010-01-01"), at("2020-01-01"));
        assert_eq!(Unit::Minutes(5).count(ten_years), 3_652 * 288);
        for unit in UNITS {
            for time in [i64::MIN, -1, 0, i64::MAX, Timestamp::FOREVER.0] {
                unit.count(Interval::new(
                    Timestamp(-time.saturating_abs()),
                    unit.advance(Timestamp(time / 2), i64::MAX),
                ));
                unit.advance(Timestamp(time / 2), i64::MIN + 1);
            }
        }
    }

    #[test]
    fn units_are_read_as_written() {
        let good = [
            (1, "day", Unit::Day, "day"),
            (24, "hours", Unit::Day, "day"),
            (1_440, "minutes", Unit::Day, "day"),
            (60, "minutes", Unit::HOUR, "hour"),
            (90, "minutes", Unit::Minutes(90), "90 minutes"),
            (6, "hours", Unit::Minutes(360), "6 hours"),
            (1, "weeks", Unit::Week, "week"),
        ];
        for (count, word, unit, written) in good {
            assert_eq!(Unit::new(count, word), Ok(unit));
            assert_eq!(unit.to_string(), written);
            assert_eq!(written.parse(), Ok(unit));
        }
    }

    #[test]
    fn other_lengths_are_refused_with_the_nearest_that_fit() {
        let divide = |written: &str, nearest: &[Unit]| {
            Err(UnitError::DoesNotDivideADay { written: written.to_owned(), nearest: nearest.to_vec() })
        };
        assert_eq!(Unit::new(7, "hours"), divide("7 hours", &[Unit::Minutes(360), Unit::Minutes(480)]));
        assert_eq!(Unit::new(0, "minutes"), divide("0 minutes", &[Unit::Minutes(1)]));
        assert_eq!(Unit::new(25, "hours"), divide("25 hours", &[Unit::Day]));
        assert_eq!(Unit::new(u64::MAX, "hours"), divide("18446744073709551615 hours", &[Unit::Day]));
        assert_eq!(
            Unit::new(2, "weeks"),
            Err(UnitError::MoreThanOne { written: "2 weeks".to_owned(), one: Unit::Week })
        );
        assert_eq!(Unit::new(1, "dya"), Err(UnitError::UnknownWord { word: "dya".to_owned(), nearest: Some("day") }));
    }

    #[test]
    fn the_largest_unit_within_a_gap() {
        let cases = [
            (1, Unit::Minutes(1)),
            (7, Unit::Minutes(6)),
            (59, Unit::Minutes(48)),
            (60, Unit::HOUR),
            (1_439, Unit::Minutes(720)),
            (1_440, Unit::Day),
            (28 * 1_440, Unit::Month),
            (28 * 1_440 - 1, Unit::Week),
            (90 * 1_440, Unit::Quarter),
            (365 * 1_440, Unit::Year),
        ];
        for (minutes, unit) in cases {
            assert_eq!(Unit::largest_within(minutes), Some(unit), "{minutes}");
        }
        assert_eq!(Unit::largest_within(0), None);
        assert_eq!(NaiveDate::from_ymd_opt(1970, 1, 1).map(|date| date.weekday()), Some(Weekday::Thu));
    }

    #[test]
    fn counts_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_051_776, "1,051,776")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(Unit::Day.counted(1), "1 day");
        assert_eq!(Unit::Minutes(15).counted(3), "3 cells of 15 minutes");
    }
}
