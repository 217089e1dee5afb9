//! Literals to values: dates, numbers, version labels, values of any kind.

use super::Lower;
use crate::{DeclErrorKind, NodeName, Part, Value, VersionName};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};
use esker_grammar::ast::{DurationAst, LiteralAst, LiteralValue, VersionAst};

/// The units of time.
const UNITS: &[&str] = &["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

impl Lower<'_> {
    /// A date or a timestamp, in UTC. A date is its midnight.
    pub(super) fn moment(&mut self, part: Part, literal: &LiteralAst) -> Option<NaiveDateTime> {
        self.put(part, literal.span);
        let moment = match &literal.value {
            LiteralValue::Date(text) => date(text).map(Into::into),
            LiteralValue::Timestamp(text) => timestamp(text),
            _ => None,
        };
        if moment.is_none() {
            self.error(part, DeclErrorKind::BadDate(self.written(literal.span)));
        }
        moment
    }

    /// The first moment behind a span of time that ends with this literal: a date includes its day.
    pub(super) fn end_moment(&mut self, part: Part, literal: &LiteralAst) -> Option<NaiveDateTime> {
        let moment = self.moment(part, literal)?;
        match &literal.value {
            LiteralValue::Date(_) => moment.date().succ_opt().map(Into::into),
            _ => Some(moment),
        }
    }

    /// A version's label: an integer, or a string of letters, digits, `.`, `-`, `_`.
    pub(super) fn version_name(&mut self, part: Part, version: &VersionAst) -> Option<VersionName> {
        self.put(part, version.literal.span);
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let name = match &version.literal.value {
            LiteralValue::Integer(digits) if digits == "0" || !digits.starts_with('0') => {
                digits.parse().ok().map(VersionName::Integer)
            }
            LiteralValue::String(text) => {
                (!text.is_empty() && text.chars().all(fits)).then(|| VersionName::Text(text.clone()))
            }
            _ => None,
        };
        if name.is_none() {
            let written = self.written(version.literal.span);
            let better = match &version.literal.value {
                LiteralValue::Integer(digits) if digits.bytes().all(|b| b == b'0') => Some("0".to_string()),
                LiteralValue::Integer(digits) if digits.starts_with('0') => Some(digits.trim_start_matches('0').into()),
                LiteralValue::Null | LiteralValue::Bool(_) => None,
                // `v4`, as relations are called.
                LiteralValue::Word(word) if word.strip_prefix('v').is_some_and(is_integer) => Some(word[1..].into()),
                LiteralValue::String(text) => {
                    let mended: String = text.trim().chars().map(|c| if fits(c) { c } else { '-' }).collect();
                    mended.contains(|c: char| c.is_ascii_alphanumeric()).then(|| format!("\"{mended}\""))
                }
                _ if !written.starts_with('-') && written.chars().all(fits) => Some(format!("\"{written}\"")),
                _ => None,
            };
            self.error(part, DeclErrorKind::BadVersion { written, better });
        }
        name
    }

    /// A value of any kind; what does not exist is reported at `part`, whose place the caller puts.
    pub(super) fn value(&mut self, part: Part, literal: &LiteralAst) -> Option<Value> {
        let bad_date = |lower: &mut Self| {
            lower.error(part, DeclErrorKind::BadDate(lower.written(literal.span)));
            None
        };
        Some(match &literal.value {
            LiteralValue::String(text) => Value::Text(text.clone()),
            LiteralValue::Integer(digits) => Value::Integer(digits.replace('_', "")),
            LiteralValue::Decimal(digits) => Value::Decimal(digits.replace('_', "")),
            LiteralValue::Bool(value) => Value::Bool(*value),
            LiteralValue::Null => Value::Null,
            LiteralValue::Date(text) => match date(text) {
                Some(date) => Value::Date(date),
                None => return bad_date(self),
            },
            LiteralValue::Timestamp(text) => match timestamp(text) {
                Some(moment) => Value::Timestamp(moment),
                None => return bad_date(self),
            },
            LiteralValue::Duration(ast) => match duration(ast) {
                Some((count, unit)) => Value::Interval(count, unit.into()),
                None => return self.bad_literal(part, literal, "a length of time, as `3 days` or `15 minutes`"),
            },
            LiteralValue::Word(word) => Value::Word(word.clone()),
            LiteralValue::List(values) => {
                let values: Vec<_> = values.iter().map(|value| self.value(part, value)).collect();
                Value::List(values.into_iter().collect::<Option<_>>()?)
            }
            LiteralValue::Node(node) => {
                let version = match &node.version {
                    Some(version) => Some(self.version_name(part, version)?),
                    None => None,
                };
                Value::Node(NodeName { name: node.name.text(), version })
            }
            LiteralValue::Sql(sql) if self.for_engine(part, sql) => return None,
            LiteralValue::Sql(sql) => Value::Sql(esker_grammar::sql::lex(self.text, sql.inner).0),
        })
    }

    /// A value that stands for itself: no name and no SQL.
    pub(super) fn constant(&mut self, part: Part, literal: &LiteralAst) -> Option<Value> {
        let value = self.value(part, literal)?;
        match word_in(literal) {
            Some(word) => {
                let expected = format!("a value; texts are in quotes, as `\"{}\"`", self.written(word.span));
                self.bad_literal(part, word, &expected)
            }
            None => Some(value),
        }
    }

    pub(super) fn bad_literal<T>(&mut self, part: Part, literal: &LiteralAst, expected: &str) -> Option<T> {
        let written = self.written(literal.span);
        self.error(part, DeclErrorKind::BadLiteral { written, expected: expected.into() });
        None
    }
}

fn is_integer(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

/// The first name or piece of SQL in a literal.
fn word_in(literal: &LiteralAst) -> Option<&LiteralAst> {
    match &literal.value {
        LiteralValue::Word(_) | LiteralValue::Node(_) | LiteralValue::Sql(_) => Some(literal),
        LiteralValue::List(values) => values.iter().find_map(word_in),
        _ => None,
    }
}

/// `2024-01-31`
fn date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| date.year() > 0);
    date.filter(|_| text.len() == "2024-01-31".len())
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

/// `3 days` as a count and a unit without its `s`.
pub(super) fn duration(ast: &DurationAst) -> Option<(u32, &'static str)> {
    let count = ast.count.as_deref().unwrap_or("1").replace('_', "").parse().ok()?;
    let unit = unit(&ast.unit.text)?;
    Some((count, unit))
}

/// A unit of time, in the singular or the plural.
pub(super) fn unit(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|unit| word == **unit || word.strip_suffix('s') == Some(**unit)).copied()
}

/// A count of cells or batches, digits with optional underscores.
pub(super) fn count(literal: Option<&LiteralAst>) -> Option<u32> {
    match &literal?.value {
        LiteralValue::Integer(digits) => digits.replace('_', "").parse().ok(),
        _ => None,
    }
}
