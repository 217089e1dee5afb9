//! Literals of declarations against types: what may be written for a column or a parameter of which type, how a literal
//! is written, and which type a column of literals has.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use esker_declare::{DataType, Value};

/// Why a value does not fit a type, as what to write instead; nothing when it fits. Null fits every type, and what is
/// not known takes everything. A text fits every type that has no literal of its own, and dates where it reads as one.
pub(crate) fn misfit(value: &Value, ty: &DataType) -> Option<String> {
    use DataType as T;
    match (value, ty) {
        _ if matches!(ty, T::Unknown | T::Null | T::Named(_)) => None,
        (Value::Null, _) => None,
        (Value::Word(word), _) => Some(format!("A text stands in quotes: `\"{word}\"`.")),
        (Value::Text(_), T::Varchar { .. } | T::Blob | T::Bit | T::Uuid | T::Json | T::Interval) => None,
        (Value::Text(_), T::List(_) | T::Struct(_) | T::Map(..)) => None,
        (Value::Text(text), T::Enum(values)) if values.contains(text) => None,
        (_, T::Enum(values)) => Some(format!("Write one of {}.", quoted(values))),
        (Value::Text(text), T::Date) if text.parse::<NaiveDate>().is_ok() => None,
        (Value::Text(text), T::Timestamp | T::TimestampTz) if is_timestamp(text) => None,
        (Value::Text(text), T::Time) if is_time(text) => None,
        (_, T::Time) => Some("Write a time in quotes: `\"05:30:00\"`.".into()),
        (Value::Bool(_), T::Boolean) => None,
        (_, T::Boolean) => Some("Write `true` or `false`.".into()),
        (Value::Integer(_), T::Float | T::Double) | (Value::Decimal(_), T::Float | T::Double) => None,
        (Value::Integer(digits) | Value::Decimal(digits), T::Decimal { precision, scale }) => {
            decimal_misfit(digits, *precision, *scale)
        }
        (Value::Integer(digits), _) if ty.integer_range().is_some() => {
            let (min, max) = ty.integer_range()?;
            let fits = digits.parse::<i128>().is_ok_and(|n| min <= n && n <= max);
            (!fits).then(|| format!("A `{ty}` is from {min} to {max}."))
        }
        (Value::Decimal(digits), _) if ty.integer_range().is_some() => {
            Some(format!("A `{ty}` is a whole number: `{}`.", digits.split('.').next().unwrap_or("0")))
        }
        (Value::Date(_), T::Date | T::Timestamp | T::TimestampTz) => None,
        (Value::Timestamp(_), T::Timestamp | T::TimestampTz) => None,
        (_, T::Date) => Some(format!("Write a value such as {}.", example(ty))),
        (Value::Interval(..), T::Interval) => None,
        (Value::List(values), T::List(item)) => values.iter().find_map(|value| misfit(value, item)),
        (Value::List(_), _) => Some(format!("Write one value, such as {}.", example(ty))),
        (_, T::List(item)) => Some(format!("Write a list in parentheses: `({})`.", example(item).trim_matches('`'))),
        (Value::Text(text), _) if is_number(text) && is_numeric(ty) => {
            Some(format!("A number stands without quotes: `{text}`."))
        }
        (Value::Integer(_) | Value::Decimal(_), T::Varchar { .. }) => {
            Some(format!("A text stands in quotes: `\"{}\"`.", text(value)))
        }
        _ => Some(format!("Write a value such as {}.", example(ty))),
    }
}

/// What a literal is, in a word or two with its article.
pub(crate) fn what(value: &Value) -> &'static str {
    match value {
        Value::Text(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Decimal(_) => "a number",
        Value::Bool(_) => "`true` or `false`",
        Value::Null => "null",
        Value::Date(_) => "a date",
        Value::Timestamp(_) => "a timestamp",
        Value::Interval(..) => "a length of time",
        Value::Word(_) => "a bare word",
        Value::Node(_) => "a node",
        Value::Sql(_) => "SQL",
        Value::List(_) => "a list",
    }
}

/// An example of a value of the type, in backticks.
fn example(ty: &DataType) -> String {
    let text = match ty {
        DataType::Boolean => "true".into(),
        DataType::Date => "2024-01-31".into(),
        DataType::Timestamp | DataType::TimestampTz => "2024-01-31T05:00:00Z".into(),
        DataType::Interval => "3 days".into(),
        DataType::Decimal { scale: 1.., .. } | DataType::Float | DataType::Double => "1.5".into(),
        DataType::List(item) => format!("({})", example(item).trim_matches('`')),
        ty if is_numeric(ty) => "42".into(),
        _ => "\"text\"".into(),
    };
    format!("`{text}`")
}

fn decimal_misfit(digits: &str, precision: u8, scale: u8) -> Option<String> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('-').trim_start_matches('0').len();
    let fraction = fraction.trim_end_matches('0').len();
    if fraction > usize::from(scale) {
        return Some(format!("A `decimal({precision}, {scale})` has {scale} digits behind the point."));
    }
    let before = usize::from(precision - scale);
    (whole > before).then(|| format!("A `decimal({precision}, {scale})` has {before} digits before the point."))
}

/// Whether it is a type of numbers.
pub(crate) fn is_numeric(ty: &DataType) -> bool {
    ty.integer_range().is_some() || matches!(ty, DataType::Float | DataType::Double | DataType::Decimal { .. })
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn is_timestamp(text: &str) -> bool {
    let text = text.trim_end_matches('Z').replace('T', " ");
    let format = |format| NaiveDateTime::parse_from_str(&text, format).is_ok();
    text.parse::<NaiveDate>().is_ok() || format("%Y-%m-%d %H:%M:%S%.f") || format("%Y-%m-%d %H:%M")
}

fn is_time(text: &str) -> bool {
    ["%H:%M:%S%.f", "%H:%M"].iter().any(|format| NaiveTime::parse_from_str(text, format).is_ok())
}

/// The type of a column that holds these literals, as the engine would have it; unknown when they do not go together or
/// all are null.
pub(crate) fn type_of<'a>(values: impl IntoIterator<Item = &'a Value>) -> DataType {
    let mut common: Option<DataType> = None;
    for value in values.into_iter().filter(|value| !matches!(value, Value::Null)) {
        let ty = literal_type(value);
        common = Some(match common {
            None => ty,
            Some(before) => wider(before, ty),
        });
    }
    common.unwrap_or(DataType::Unknown)
}

fn literal_type(value: &Value) -> DataType {
    match value {
        Value::Text(_) => DataType::VARCHAR,
        Value::Integer(digits) if digits.parse::<i64>().is_ok() => DataType::BigInt,
        Value::Integer(_) => DataType::HugeInt,
        Value::Decimal(digits) => {
            let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len()).min(18) as u8;
            DataType::Decimal { precision: 38, scale }
        }
        Value::Bool(_) => DataType::Boolean,
        Value::Date(_) => DataType::Date,
        Value::Timestamp(_) => DataType::Timestamp,
        Value::Interval(..) => DataType::Interval,
        Value::List(values) => DataType::List(Box::new(type_of(values))),
        Value::Null | Value::Word(_) | Value::Node(_) | Value::Sql(_) => DataType::Unknown,
    }
}

fn wider(a: DataType, b: DataType) -> DataType {
    use DataType as T;
    match (&a, &b) {
        (T::Decimal { scale: x, .. }, T::Decimal { scale: y, .. }) => T::Decimal { precision: 38, scale: *x.max(y) },
        (T::BigInt | T::HugeInt, T::Decimal { .. }) | (T::BigInt, T::HugeInt) | (T::Date, T::Timestamp) => b,
        (T::Decimal { .. }, T::BigInt | T::HugeInt) | (T::HugeInt, T::BigInt) | (T::Timestamp, T::Date) => a,
        (T::List(_), T::List(item)) if **item == T::Unknown => a,
        _ if a == b => a,
        _ => T::Unknown,
    }
}

/// A literal as it stands in a file.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Value::Integer(digits) | Value::Decimal(digits) => digits.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".into(),
        Value::Date(date) => date.to_string(),
        Value::Timestamp(moment) => format!("{}Z", moment.format("%Y-%m-%dT%H:%M:%S%.f")),
        Value::Interval(count, unit) => format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }),
        Value::Word(word) => word.clone(),
        Value::Node(node) => node.to_string(),
        Value::Sql(sql) => format!("sql {{ {} }}", esker_grammar::sql::render(sql, &[])),
        Value::List(values) => format!("({})", values.iter().map(text).collect::<Vec<_>>().join(", ")),
    }
}

/// `"a"`, `"b"`, each in backticks.
fn quoted(values: &[String]) -> String {
    values.iter().map(|value| format!("`\"{value}\"`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(digits: &str) -> Value {
        Value::Integer(digits.into())
    }

    fn decimal(digits: &str) -> Value {
        Value::Decimal(digits.into())
    }

    fn text_value(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn values_fit_the_types_that_hold_them() {
        let money = DataType::Decimal { precision: 4, scale: 2 };
        let colours = DataType::Enum(vec!["red".into(), "blue".into()]);
        let day = NaiveDate::from_ymd_opt(2024, 1, 31).unwrap();
        for (value, ty, fits) in [
            (integer("127"), DataType::TinyInt, true),
            (integer("128"), DataType::TinyInt, false),
            (integer("-1"), DataType::UInteger, false),
            (integer("99"), money.clone(), true),
            (integer("100"), money.clone(), false),
            (decimal("1.50"), money.clone(), true),
            (decimal("1.505"), money.clone(), false),
            (decimal("1.5"), DataType::BigInt, false),
            (decimal("1.5"), DataType::Double, true),
            (integer("1"), DataType::VARCHAR, false),
            (text_value("1"), DataType::BigInt, false),
            (text_value("red"), colours.clone(), true),
            (text_value("green"), colours, false),
            (text_value("2024-01-31"), DataType::Date, true),
            (text_value("soon"), DataType::Date, false),
            (text_value("2024-01-31 05:00:00"), DataType::Timestamp, true),
            (text_value("{'a': 1}"), DataType::Struct(vec![("a".into(), DataType::BigInt)]), true),
            (Value::Date(day), DataType::Timestamp, true),
            (Value::Word("paid".into()), DataType::VARCHAR, false),
            (Value::Bool(true), DataType::Boolean, true),
            (integer("1"), DataType::Boolean, false),
            (Value::Null, DataType::BigInt, true),
            (Value::List(vec![integer("1")]), DataType::List(Box::new(DataType::BigInt)), true),
            (Value::List(vec![text_value("a")]), DataType::List(Box::new(DataType::BigInt)), false),
            (integer("1"), DataType::List(Box::new(DataType::BigInt)), false),
            (Value::List(vec![integer("1")]), DataType::BigInt, false),
        ] {
            let misfit = misfit(&value, &ty);
            assert_eq!(misfit.is_none(), fits, "{} as {ty}: {misfit:?}", text(&value));
        }
    }

    #[test]
    fn literals_give_their_column_a_type() {
        for (values, ty) in [
            (vec![integer("1"), Value::Null], "bigint"),
            (vec![integer("1"), decimal("1.25")], "decimal(38, 2)"),
            (vec![Value::Null], "unknown"),
            (vec![integer("1"), text_value("a")], "unknown"),
        ] {
            assert_eq!(type_of(&values).to_string(), ty);
        }
    }
}
