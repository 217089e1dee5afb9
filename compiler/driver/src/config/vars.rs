//! The project's own variables: TOML values as SQL literals, and what `--var` puts in their place.

use super::environment::is_name;
use super::file::Named;
use super::{Config, Found};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use esker_declare::{is_built_in_variable, text_literal};
use esker_diagnostics::nearest;
use std::fmt;
use toml::Value;
use toml::value::{Date, Datetime, Offset, Time};

/// What kind of value a variable has; `--var` may not change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum VarType {
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    Time,
    Timestamp,
    /// A list; of what, unless it is empty.
    List(Option<Box<VarType>>),
}

impl VarType {
    /// Whether a value of the other type can take the place of one of this.
    fn takes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(None), Self::List(_)) | (Self::List(_), Self::List(None)) | (Self::Number, Self::Integer) => {
                true
            }
            (Self::List(Some(item)), Self::List(Some(other))) => item.takes(other),
            _ => self == other,
        }
    }

    /// A value of it, as `--var` takes it.
    fn example(&self) -> &'static str {
        match self {
            Self::Text => "eu",
            Self::Integer => "10",
            Self::Number => "0.5",
            Self::Boolean => "true",
            Self::Date => "2024-01-31",
            Self::Time => "05:00:00",
            Self::Timestamp => "2024-01-31T05:00:00",
            Self::List(None) => "[]",
            Self::List(Some(item)) if **item == Self::Text => "[\"a\", \"b\"]",
            Self::List(Some(_)) => "[1, 2]",
        }
    }
}

impl fmt::Display for VarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::Timestamp => "a date with a time",
            Self::List(_) => "a list",
        })
    }
}

/// Why `--var name=value` cannot be done. There is no place in a file to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VarError {
    /// What is wrong.
    pub title: String,
    /// What to do.
    pub help: String,
}

impl Config {
    /// Gives a variable of `[vars]` another value, as the command line has it.
    ///
    /// # Errors
    /// When `[vars]` has no such variable, or the text is no value of its type.
    pub fn set_var(&mut self, name: &str, text: &str) -> Result<(), VarError> {
        let Some(ty) = self.vars.get(name) else {
            let title = format!("there is no variable `{name}`");
            let help = match nearest(name, self.vars.keys().map(String::as_str)) {
                Some(likely) => format!("Did you mean `{likely}`?"),
                None => "`--var` sets the variables that stand under `[vars]` in esker.toml.".to_string(),
            };
            return Err(VarError { title, help });
        };
        let sql = match ty {
            VarType::Text => Some(text_literal(text)),
            _ => {
                let value = text.parse::<Value>().ok().and_then(|value| literal(&value).ok());
                value.filter(|(other, _)| ty.takes(other)).map(|(_, sql)| sql)
            }
        };
        let sql = sql.ok_or_else(|| VarError {
            title: format!("`{text}` is not {ty}"),
            help: format!("`{name}` is {ty} in esker.toml: `--var '{name}={}'`.", ty.example()),
        })?;
        self.settings.vars.insert(name.to_string(), sql);
        Ok(())
    }

    pub(super) fn read_vars(&mut self, vars: &Named<Value>, found: &mut Found<'_>) {
        for (name, value) in vars {
            let (span, name) = (name.span(), name.get_ref());
            if !is_name(name) || is_built_in_variable(name) {
                let title = match is_name(name) {
                    true => format!("`${name}` is a variable of Esker itself"),
                    false => format!("`{name}` cannot name a variable"),
                };
                let help = "A variable is named by letters, digits and `_`, and written `$name` in SQL.";
                found.bad(title, span, "choose another name").help = Some(help.into());
                continue;
            }
            match literal(value.get_ref()) {
                Ok((ty, sql)) => {
                    self.settings.vars.insert(name.clone(), sql);
                    self.vars.insert(name.clone(), ty);
                }
                Err(title) => {
                    found.bad(title, value.span(), "does not fit");
                    self.unknown_var(name);
                }
            }
        }
    }

    /// A variable whose value is wrong, which was told: SQL may use it, and nothing is concluded from it.
    pub(super) fn unknown_var(&mut self, name: &str) {
        if is_name(name) {
            self.settings.vars.insert(name.to_string(), "null".into());
        }
    }
}

/// A value as SQL, with its type. What `esker_sql` concludes from such a literal agrees.
fn literal(value: &Value) -> Result<(VarType, String), &'static str> {
    Ok(match value {
        Value::String(text) => (VarType::Text, text_literal(text)),
        Value::Integer(number) => (VarType::Integer, number.to_string()),
        Value::Float(number) if number.is_finite() => (VarType::Number, format!("{number:?}")),
        Value::Float(number) => (VarType::Number, format!("cast('{number}' as double)")),
        Value::Boolean(value) => (VarType::Boolean, value.to_string()),
        Value::Datetime(moment) => moment_literal(moment).ok_or("this date cannot be expressed")?,
        Value::Array(items) => {
            let items = items.iter().map(literal).collect::<Result<Vec<_>, _>>()?;
            let mut ty: Option<VarType> = None;
            for (item, _) in &items {
                ty = match ty {
                    None => Some(item.clone()),
                    Some(first) if first.takes(item) => Some(first),
                    Some(first) if item.takes(&first) => Some(item.clone()),
                    Some(_) => return Err("the values of a list must be of one type"),
                };
            }
            let items: Vec<String> = items.into_iter().map(|(_, sql)| sql).collect();
            (VarType::List(ty.map(Box::new)), format!("[{}]", items.join(", ")))
        }
        Value::Table(_) => return Err("a variable has one value"),
    })
}

/// Dates and times as SQL. One with an offset is told in UTC, as all of Esker's times are.
fn moment_literal(moment: &Datetime) -> Option<(VarType, String)> {
    let date = |date: Date| NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into());
    let time = |time: Time| {
        let (second, nanosecond) = (time.second.unwrap_or(0), time.nanosecond.unwrap_or(0));
        NaiveTime::from_hms_micro_opt(time.hour.into(), time.minute.into(), second.into(), nanosecond / 1000)
    };
    Some(match (moment.date, moment.time, moment.offset) {
        (Some(day), None, _) => (VarType::Date, format!("date '{}'", date(day)?)),
        (None, Some(at), _) => (VarType::Time, format!("time '{}'", time(at)?)),
        (Some(day), Some(at), offset) => {
            let minutes = match offset {
                Some(Offset::Custom { minutes }) => minutes,
                _ => 0,
            };
            let local = NaiveDateTime::new(date(day)?, time(at)?);
            let utc = local.checked_sub_signed(TimeDelta::minutes(minutes.into()))?;
            (VarType::Timestamp, format!("timestamp '{utc}'"))
        }
        (None, None, _) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_literals_of_sql() {
        let cases = [
            ("'it''s'", None),
            ("\"it's\"", Some("'it''s'")),
            ("10", Some("10")),
            ("0xff", Some("255")),
            ("-1_000", Some("-1000")),
            ("0.19", Some("0.19")),
            ("3.0", Some("3.0")),
            ("1e300", Some("1e300")),
            ("-inf", Some("cast('-inf' as double)")),
            ("true", Some("true")),
            ("2024-01-31", Some("date '2024-01-31'")),
            ("05:06:07", Some("time '05:06:07'")),
            ("2024-01-31T05:06:07.5", Some("timestamp '2024-01-31 05:06:07.500'")),
            ("2024-01-31T01:00:00+02:00", Some("timestamp '2024-01-30 23:00:00'")),
            ("[\"a\", \"b'\"]", Some("['a', 'b''']")),
            ("[1, 2.5]", Some("[1, 2.5]")),
            ("[[1], [], [2]]", Some("[[1], [], [2]]")),
            ("[]", Some("[]")),
            ("[1, \"a\"]", None),
            ("[2024-01-31, 2024-01-31T00:00:00]", None),
        ];
        for (text, expected) in cases {
            let sql = text.parse::<Value>().ok().and_then(|value| literal(&value).ok()).map(|(_, sql)| sql);
            assert_eq!(sql.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_command_line_keeps_the_type() {
        let text = "[vars]\nregion = \"eu\"\nlimit = 10\nrate = 0.5\nsince = 2024-01-31\nids = [1]\nwho = []\n";
        let (config, problems) = Config::read(text);
        assert_eq!(problems, []);
        let cases = [
            ("region", "12", Ok("'12'")),
            ("region", "", Ok("''")),
            ("limit", "12", Ok("12")),
            ("limit", "0.5", Err("`0.5` is not an integer")),
            ("limit", "ten", Err("`ten` is not an integer")),
            ("rate", "2", Ok("2")),
            ("rate", "\"2\"", Err("`\"2\"` is not a number")),
            ("since", "2024-02-01", Ok("date '2024-02-01'")),
            ("since", "2024-02-30", Err("`2024-02-30` is not a date")),
            ("ids", "[1, 2]", Ok("[1, 2]")),
            ("ids", "[\"a\"]", Err("`[\"a\"]` is not a list")),
            ("who", "[\"a\"]", Ok("['a']")),
            ("regoin", "eu", Err("there is no variable `regoin`")),
        ];
        for (name, value, expected) in cases {
            let mut config = config.clone();
            let set = config.set_var(name, value).map(|()| config.settings.vars[name].clone());
            let set = set.as_ref().map(String::as_str).map_err(|error| error.title.as_str());
            assert_eq!(set, expected, "{name}={value}");
        }
    }
}
