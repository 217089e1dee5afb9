//! A point in time, in UTC, to the microsecond: the one notion of time that cells, records and the plan file share.
//!
//! It is a plain integer, so that floors, ceilings and counts are arithmetic. JSON and messages show it as
//! `2001-01-31T05:00:00Z`, SQL as `2001-01-31 05:00:00`.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// Microseconds of a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds of a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds of a day (in UTC all days are alike).
pub const DAY: i64 = 24 * 60 * MINUTE;

impl Timestamp {
    /// 1970-01-01.
    pub const EPOCH: Self = Self(0);
    /// Later than every time that can be written: 10000-01-01. Stands for "without end" in sets of ranges.
    pub const FOREVER: Self = Self(253_402_300_800 * SECOND);

    /// Midnight of a date.
    pub fn from_date(date: NaiveDate) -> Self {
        Self::from_naive(date.and_time(chrono::NaiveTime::MIN))
    }

    /// The same wall clock in UTC.
    pub fn from_naive(time: NaiveDateTime) -> Self {
        Self(time.and_utc().timestamp_micros())
    }

    /// Midnight of a year, month and day; `None` when there is no such day.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from_date)
    }

    /// As chrono's type. Times beyond chrono's years (a quarter of a million) are cut to the epoch's side of them.
    pub fn to_naive(self) -> NaiveDateTime {
        let furthest = if self.0 < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
        DateTime::<Utc>::from_timestamp_micros(self.0).map_or(furthest, |time| time.naive_utc())
    }

    /// `2001-01-31 05:00:00`, with microseconds when there are any: what stands between the quotes of
    /// `TIMESTAMP '…'`.
    pub fn to_sql(self) -> String {
        self.written(' ')
    }

    /// `2001-01-31` at midnight, otherwise `2001-01-31 05:00` (seconds when there are any): for people.
    pub fn to_short(self) -> String {
        let time = self.to_naive();
        if self.0.rem_euclid(DAY) == 0 {
            time.format("%Y-%m-%d").to_string()
        } else if self.0.rem_euclid(MINUTE) == 0 {
            time.format("%Y-%m-%d %H:%M").to_string()
        } else {
            time.format("%Y-%m-%d %H:%M:%S").to_string()
        }
    }

    /// Reads `2001-01-31`, `2001-01-31T05:00:00`, `2001-01-31 05:00`, with `Z`, an offset or nothing (which is UTC)
    /// behind the time. The second value says whether it was a date without a time.
    pub fn parse(text: &str) -> Option<(Self, bool)> {
        let text = text.trim();
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return (1..=9999).contains(&date.year()).then(|| (Self::from_date(date), true));
        }
        let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
        let plain = text.strip_suffix('Z').unwrap_or(text);
        let time = naive
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(plain, format).ok())
            .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.naive_utc()))?;
        (1..=9999).contains(&time.year()).then(|| (Self::from_naive(time), false))
    }

    fn written(self, between: char) -> String {
        let time = self.to_naive();
        let micros = self.0.rem_euclid(SECOND);
        let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
        format!("{}{between}{}{fraction}", time.format("%Y-%m-%d"), time.format("%H:%M:%S"))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.written('T'))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map(|(time, _)| time).ok_or_else(|| {
            serde::de::Error::custom(format!("`{text}` is not a timestamp such as 2001-01-31T05:00:00Z"))
        })
    }
}

/// What a user means by a start: a date is its midnight.
pub fn parse_start(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).map(|(time, _)| time)
}

/// What a user means by an end, excluded: a date includes that day, a timestamp excludes itself.
pub fn parse_end(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).map(|(time, date)| if date { Timestamp(time.0 + DAY) } else { time })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_written_form_and_writes_one() {
        let cases = [
            ("2001-01-31", "2001-01-31T00:00:00Z", true),
            ("2001-01-31T05:00:00Z", "2001-01-31T05:00:00Z", false),
            ("2001-01-31 05:00", "2001-01-31T05:00:00Z", false),
            ("2001-01-31T05:00:00+02:00", "2001-01-31T03:00:00Z", false),
            ("2001-01-31T05:00:00.5Z", "2001-01-31T05:00:00.500000Z", false),
            ("1969-12-31T23:59:59.000001", "1969-12-31T23:59:59.000001Z", false),
        ];
        for (text, written, date) in cases {
            let (time, is_date) = Timestamp::parse(text).expect(text);
            assert_eq!((time.to_string().as_str(), is_date), (written, date));
            assert_eq!(Timestamp::parse(written), Some((time, false)));
        }
    }

    #[test]
    fn refuses_days_that_do_not_exist() {
        for text in ["2001-02-29", "2001-13-01", "yesterday", "", "2001-01-31T25:00:00Z", "10000-01-01", "0000-01-01"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn forever_is_the_first_year_that_cannot_be_written() {
        assert_eq!(Timestamp::from_ymd(10_000, 1, 1), Some(Timestamp::FOREVER));
    }
}
