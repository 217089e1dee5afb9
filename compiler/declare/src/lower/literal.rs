//! Literals to values: dates, numbers, version labels, SQL literals.

use super::Lower;
use crate::{DeclErrorKind, Part, VersionName, text_literal};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use esker_grammar::ast::{LiteralAst, LiteralValue, VersionAst};

impl Lower<'_> {
    /// A date or a timestamp, in UTC. A date is its midnight.
    pub(super) fn moment(&mut self, part: Part, literal: &LiteralAst) -> Option<NaiveDateTime> {
        self.put(part, literal.span);
        let moment = match &literal.value {
            LiteralValue::Date(text) if text.len() == "2024-01-31".len() => {
                let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
                date.filter(|date| date.year() > 0).map(Into::into)
            }
            LiteralValue::Timestamp(text) => timestamp(text),
            _ => None,
        };
        if moment.is_none() {
            let written = self.text[literal.span.range()].to_string();
            self.error(part, DeclErrorKind::BadDate(written));
        }
        moment
    }

    /// A version's label: an integer, or a string of letters, digits, `.`, `-`, `_`.
    pub(super) fn version_name(&mut self, part: Part, version: &VersionAst) -> Option<VersionName> {
        self.put(part, version.literal.span);
        let name = match &version.literal.value {
            LiteralValue::Integer(digits) => digits.parse().ok().map(VersionName::Integer),
            LiteralValue::String(text) => {
                let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
                (!text.is_empty() && text.chars().all(fits)).then(|| VersionName::Text(text.clone()))
            }
            _ => None,
        };
        if name.is_none() {
            let written = self.text[version.literal.span.range()].to_string();
            self.error(part, DeclErrorKind::BadVersion(written));
        }
        name
    }
}

/// `2024-01-31T05:00:00Z`, with an offset, or without one (UTC); seconds and their fraction may be left out.
fn timestamp(text: &str) -> Option<NaiveDateTime> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.naive_utc());
    }
    let text = text.trim_end_matches('Z');
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// A count of cells or batches, digits with optional underscores.
pub(super) fn count(literal: Option<&LiteralAst>) -> Option<u32> {
    match &literal?.value {
        LiteralValue::Integer(digits) => digits.replace('_', "").parse().ok(),
        _ => None,
    }
}

/// A literal as SQL.
pub(super) fn sql_literal(literal: &LiteralAst) -> Option<String> {
    Some(match &literal.value {
        LiteralValue::String(text) => text_literal(text),
        LiteralValue::Integer(digits) | LiteralValue::Decimal(digits) => digits.replace('_', ""),
        LiteralValue::Bool(value) => value.to_string(),
        LiteralValue::Null => "null".into(),
        _ => return None,
    })
}
