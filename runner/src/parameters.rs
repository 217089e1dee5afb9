//! The parameters that the plan leaves in a query, as SQL.

use crate::engines::timestamp;
use esker_grammar::sql::substitute;
use esker_plan::time::{Interval, Timestamp};

/// The query with the range of time put in, and what `other` knows.
pub(crate) fn filled_in(sql: &str, range: Interval, other: impl Fn(&str) -> Option<String>) -> String {
    let date = |at: Timestamp| format!("DATE '{}'", at.to_naive().date());
    substitute(sql, |name| match name {
        "start" => Some(timestamp(range.start)),
        "end" => Some(timestamp(range.end)),
        "start_date" => Some(date(range.start)),
        "end_date" => Some(date(range.end)),
        _ => other(name),
    })
}
