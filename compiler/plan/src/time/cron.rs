//! Cron schedules: when finished cells become due, and which unit a schedule stands for.
//!
//! Five fields as in every crontab (a day of the month *or* a day of the week when both are given), or a nickname.
//! A nickname ticks where its unit begins: `@weekly` is Monday at midnight because weeks begin on Mondays here, so
//! that a week is due the moment it ends (other crons say Sunday, which would be six days late).

use chrono::{DateTime, Utc};
use esker_diagnostics::nearest;

use super::timestamp::{DAY, MINUTE, SECOND};
use super::{Timestamp, Unit};

/// A schedule in UTC. Two are equal when their texts are.
#[derive(Clone)]
pub struct Cron {
    text: String,
    pattern: croner::Cron,
    unit: Unit,
}

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CronError {
    /// Neither five fields nor a nickname.
    FieldCount(usize),
    /// An `@word` that does not exist.
    UnknownNickname {
        /// As written.
        written: String,
        /// The nearest that exists.
        nearest: Option<&'static str>,
    },
    /// One field cannot be read.
    BadField {
        /// `minute`, `hour`, …
        field: &'static str,
        /// As written.
        written: String,
        /// What it may hold.
        allowed: &'static str,
    },
    /// Well-formed, but no calendar has such a moment.
    NeverTicks,
}

const NICKNAMES: [(&str, &str, Unit); 7] = [
    ("@hourly", "0 * * * *", Unit::HOUR),
    ("@daily", "0 0 * * *", Unit::Day),
    ("@midnight", "0 0 * * *", Unit::Day),
    ("@weekly", "0 0 * * 1", Unit::Week),
    ("@monthly", "0 0 1 * *", Unit::Month),
    ("@yearly", "0 0 1 1 *", Unit::Year),
    ("@annually", "0 0 1 1 *", Unit::Year),
];

const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31, or L for the last"),
    ("month", "1 to 12, or JAN to DEC"),
    ("day of the week", "0 to 7 (0 and 7 are Sunday), or SUN to SAT"),
];

impl Cron {
    /// Reads a schedule and works out its unit, which costs a few milliseconds at worst: keep the value.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let written = text.trim();
        if written.starts_with('@') {
            let Some((_, fields, unit)) = NICKNAMES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(written)) else {
                let nearest = nearest(written, NICKNAMES.map(|(name, ..)| name));
                return Err(CronError::UnknownNickname { written: written.to_owned(), nearest });
            };
            let pattern = pattern(fields).ok_or(CronError::NeverTicks)?;
            return Ok(Self { text: text.to_owned(), pattern, unit: *unit });
        }
        let fields: Vec<&str> = written.split_whitespace().collect();
        let &[minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(CronError::FieldCount(fields.len()));
        };
        for (at, (field, allowed)) in FIELDS.into_iter().enumerate() {
            let mut alone = ["*"; 5];
            alone[at] = fields[at];
            // `+` is an extension of the cron library that no crontab has.
            if fields[at].contains('+') || pattern(&alone.join(" ")).is_none() {
                return Err(CronError::BadField { field, written: fields[at].to_owned(), allowed });
            }
        }
        let (Some(pattern), Some(days), Some(times)) = (
            pattern(written),
            pattern(&format!("0 0 {day} {month} {weekday}")),
            pattern(&format!("{minute} {hour} * * *")),
        ) else {
            return Err(CronError::FieldCount(fields.len()));
        };
        let unit = unit(&days, &times).ok_or(CronError::NeverTicks)?;
        Ok(Self { text: text.to_owned(), pattern, unit })
    }

    /// `@daily`, which a model without a `cron` has.
    pub fn daily() -> Self {
        Self::parse("@daily").expect("a nickname of the table above, whose fields a test reads")
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The largest unit not longer than the shortest gap between two ticks in the years 2024 to 2028, so that it does
    /// not depend on when it is asked.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The last tick that is not after `now`; `None` before the first one of all.
    pub fn last_tick(&self, now: Timestamp) -> Option<Timestamp> {
        let second = DateTime::<Utc>::from_timestamp(now.0.div_euclid(SECOND), 0)?;
        let tick = self.pattern.find_previous_occurrence(&second, true).ok()?;
        Some(Timestamp(tick.timestamp_micros()))
    }
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Cron {}

impl std::fmt::Debug for Cron {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cron({})", self.text)
    }
}

fn pattern(fields: &str) -> Option<croner::Cron> {
    fields.parse().ok()
}

/// The unit of the schedule that ticks on `days` (their midnights) at `times` (of any one day).
///
/// The shortest gap lies either within a day or between the last tick of a day and the first of the next one that
/// has any, so days and times of day are looked at apart: some 1,800 and 1,440 ticks at most instead of millions.
fn unit(days: &croner::Cron, times: &croner::Cron) -> Option<Unit> {
    let (from, to) = (Timestamp::from_ymd(2024, 1, 1)?, Timestamp::from_ymd(2029, 1, 1)?);
    let of_a_day: Vec<Timestamp> = ticks(times, from, Timestamp(from.0 + DAY)).collect();
    let (first, last) = (*of_a_day.first()?, *of_a_day.last()?);
    let within = of_a_day.windows(2).map(|pair| pair[1].0 - pair[0].0).min();
    let mut between: Option<i64> = None;
    let mut before: Option<Timestamp> = None;
    for day in ticks(days, from, to) {
        if let Some(before) = before {
            let days = day.0 - before.0;
            between = Some(between.map_or(days, |known| known.min(days)));
            if days == DAY {
                break; // nothing is shorter
            }
        }
        before = Some(day);
    }
    if before.is_none() {
        // Not in these five years; perhaps in others (a 29 February that is a Monday), else never.
        days.find_next_occurrence(&DateTime::<Utc>::from_timestamp_micros(to.0)?, true).ok()?;
    }
    let between = between.map(|days| days - (last.0 - first.0));
    let shortest = within.into_iter().chain(between).min();
    Unit::largest_within(shortest.map_or(u64::MAX, |gap| (gap / MINUTE) as u64))
}

/// The ticks in a range. (The library's own iterator prints on some errors.)
fn ticks(pattern: &croner::Cron, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
    let start = DateTime::<Utc>::from_timestamp_micros(from.0);
    let first = start.and_then(|start| pattern.find_next_occurrence(&start, true).ok());
    let all = std::iter::successors(first, |tick| pattern.find_next_occurrence(tick, false).ok());
    all.map(|tick| Timestamp(tick.timestamp_micros())).take_while(move |tick| *tick < to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Timelike};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect(text).0
    }

    #[test]
    fn a_schedule_has_the_unit_of_its_shortest_gap() {
        let cases = [
            ("@hourly", Unit::HOUR),
            ("@daily", Unit::Day),
            ("@weekly", Unit::Week),
            ("@monthly", Unit::Month),
            ("@yearly", Unit::Year),
            ("* * * * *", Unit::Minutes(1)),
            ("*/5 * * * *", Unit::Minutes(5)),
            ("*/15 * * * *", Unit::Minutes(15)),
            ("*/7 * * * *", Unit::Minutes(4)), // 56 to 60
            ("0 9-17 * * *", Unit::HOUR),
            ("0 */6 * * *", Unit::Minutes(360)),
            ("0 9,16 * * *", Unit::Minutes(360)), // seven hours
            ("0 5 * * *", Unit::Day),
            ("0 5 * * 1-5", Unit::Day),
            ("0 23,0 * * *", Unit::HOUR), // across midnight
            ("30 4 * * SUN", Unit::Week),
            ("0 0 1,15 * *", Unit::Week),
            ("0 5 1 * *", Unit::Month),
            ("0 5 L * *", Unit::Month),
            ("0 0 1 */3 *", Unit::Quarter),
            ("0 0 1 JAN *", Unit::Year),
            ("0 0 29 2 *", Unit::Year), // twice in the five years
        ];
        for (text, unit) in cases {
            assert_eq!(Cron::parse(text).map(|cron| cron.unit()), Ok(unit), "{text}");
        }
    }

    /// The same, from all ticks of the five years one after another.
    #[test]
    fn the_unit_agrees_with_a_walk_over_all_ticks() {
        for text in ["17 */5 * * *", "0 0 1,31 * *", "0 12 13 * 5", "0 3,15 * 2 1", "40 23 28-31 12 *", "0 1 1W * *"] {
            let cron = Cron::parse(text).expect(text);
            let all: Vec<Timestamp> = ticks(&cron.pattern, at("2024-01-01"), at("2029-01-01")).collect();
            let gap = all.windows(2).map(|pair| pair[1].0 - pair[0].0).min().expect("ticks");
            assert_eq!(Unit::largest_within((gap / MINUTE) as u64), Some(cron.unit()), "{text}");
        }
    }

    #[test]
    fn the_last_tick_agrees_with_a_walk_backwards() {
        type Ticks = fn(chrono::NaiveDateTime) -> bool;
        let cases: [(&str, Ticks); 4] = [
            ("@daily", |time| time.hour() == 0 && time.minute() == 0),
            ("@weekly", |time| time.weekday().num_days_from_monday() == 0 && time.hour() == 0 && time.minute() == 0),
            ("*/20 9-17 * * 1-5", |time| {
                time.minute() % 20 == 0 && (9..=17).contains(&time.hour()) && time.weekday().num_days_from_monday() < 5
            }),
            ("0 5 1 * *", |time| time.day() == 1 && time.hour() == 5 && time.minute() == 0),
        ];
        for (text, ticks) in cases {
            let cron = Cron::parse(text).expect(text);
            for now in
                ["2024-03-01T05:00:00Z", "2024-03-01T04:59:59.999999Z", "2023-12-31T23:59:30Z", "1969-07-20T20:17:00Z"]
            {
                let mut walk = Timestamp(at(now).0.div_euclid(MINUTE) * MINUTE);
                while !ticks(walk.to_naive()) {
                    walk.0 -= MINUTE;
                }
                assert_eq!(cron.last_tick(at(now)), Some(walk), "{text} at {now}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let field = |field, written: &str, at: usize| {
            Err(CronError::BadField { field, written: written.to_owned(), allowed: FIELDS[at].1 })
        };
        let cases = [
            ("61 * * * *", field("minute", "61", 0)),
            ("0 24 * * *", field("hour", "24", 1)),
            ("0 0 32 * *", field("day of the month", "32", 2)),
            ("0 0 * FOO *", field("month", "FOO", 3)),
            ("0 0 * * 8", field("day of the week", "8", 4)),
            ("0 0 * * +1", field("day of the week", "+1", 4)),
            ("5-1 * * * *", field("minute", "5-1", 0)),
            ("", Err(CronError::FieldCount(0))),
            ("0 0 * *", Err(CronError::FieldCount(4))),
            ("0 0 0 * * *", Err(CronError::FieldCount(6))),
            ("0 0 30 2 *", Err(CronError::NeverTicks)),
            ("@dayly", Err(CronError::UnknownNickname { written: "@dayly".to_owned(), nearest: Some("@daily") })),
        ];
        for (text, expected) in cases {
            assert_eq!(Cron::parse(text), expected, "{text}");
        }
    }
}
