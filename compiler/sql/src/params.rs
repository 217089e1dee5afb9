//! The `$variables` that SQL may use.

use crate::{SqlError, SqlErrorKind};
use esker_declare::{BUILT_IN_VARIABLES, DataType, KindForm};
use esker_grammar::sql::{SqlText, SqlTokenKind};
use esker_resolve::NodeRole;
use esker_source::Settings;

/// Every variable with its type and, for those of the project, its value as SQL. The types of the project's own are
/// told from their literals.
pub fn variables(settings: &Settings) -> Vec<(&str, DataType, Option<&str>)> {
    let own = settings.vars.iter().map(|(name, value)| (name.as_str(), literal_type(value), Some(value.as_str())));
    BUILT_IN_VARIABLES.iter().map(|(name, ty)| (*name, ty.clone(), None)).chain(own).collect()
}

/// The type of a literal as the project file writes its variables.
fn literal_type(value: &str) -> DataType {
    if let Some(items) = value.strip_prefix('[').and_then(|items| items.strip_suffix(']')) {
        return list_type(items);
    }
    let number = value.trim_start_matches('-');
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match value {
        "true" | "false" => DataType::Boolean,
        _ if value.starts_with('\'') => DataType::VARCHAR,
        _ if value.starts_with("date '") => DataType::Date,
        _ if value.starts_with("time '") => DataType::Time,
        _ if value.starts_with("timestamp '") => DataType::Timestamp,
        _ if value.starts_with("cast(") => DataType::Double,
        _ if is_digits(number) => match number.parse::<i32>() {
            Ok(_) => DataType::Integer,
            Err(_) => DataType::BigInt,
        },
        _ => match number.split_once('.') {
            Some((whole, fraction))
                if is_digits(whole) && is_digits(fraction) && whole.len() + fraction.len() <= 38 =>
            {
                DataType::Decimal { precision: (whole.len() + fraction.len()) as u8, scale: fraction.len() as u8 }
            }
            _ if number.parse::<f64>().is_ok() => DataType::Double,
            _ => DataType::Unknown,
        },
    }
}

/// The type of a list; unknown where its values are of several.
fn list_type(items: &str) -> DataType {
    if items.starts_with('\'') {
        return DataType::List(Box::new(DataType::VARCHAR));
    }
    let mut types = items.split(", ").map(literal_type);
    match types.next() {
        Some(first) if !first.is_unknown() && types.all(|other| other == first) => DataType::List(Box::new(first)),
        _ => DataType::Unknown,
    }
}

/// The variables that are the range of time that is computed.
const RANGE: &[&str] = &["start", "end", "start_date", "end_date"];

/// The uses of variables that nothing defines, or that have no value in a node of this role.
pub(crate) fn wrong_params(text: &SqlText, settings: &Settings, role: &NodeRole) -> Vec<SqlError> {
    let whole = match role {
        NodeRole::Model(Some(kind)) => matches!(kind.form, KindForm::Full | KindForm::View),
        _ => false,
    };
    let params = text.tokens.iter().enumerate().filter(|(_, token)| token.kind == SqlTokenKind::Param);
    let known = variables(settings);
    let mut errors = Vec::new();
    for (at, token) in params {
        let name = token.text.trim_start_matches('$');
        if known.iter().any(|(known, ..)| *known == name) {
            if whole && RANGE.contains(&name) {
                let kind = SqlErrorKind::NoRange { name: name.to_string() };
                errors.push(SqlError { tokens: at as u32..at as u32 + 1, kind });
            }
            continue;
        }
        let known = known.iter().map(|(name, ..)| name.to_string()).collect();
        let kind = SqlErrorKind::UnknownParam { name: name.to_string(), known };
        errors.push(SqlError { tokens: at as u32..at as u32 + 1, kind });
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_the_project_file_have_types() {
        let decimal = |precision, scale| DataType::Decimal { precision, scale };
        let list = |item| DataType::List(Box::new(item));
        let cases = [
            ("'10'", DataType::VARCHAR),
            ("10", DataType::Integer),
            ("-3000000000", DataType::BigInt),
            ("0.19", decimal(3, 2)),
            ("-12.5", decimal(3, 1)),
            ("1e300", DataType::Double),
            ("cast('inf' as double)", DataType::Double),
            ("true", DataType::Boolean),
            ("date '2024-01-31'", DataType::Date),
            ("timestamp '2024-01-31 05:00:00'", DataType::Timestamp),
            ("time '05:00:00'", DataType::Time),
            ("['a, b', 'c']", list(DataType::VARCHAR)),
            ("[1, 2]", list(DataType::Integer)),
            ("[date '2024-01-31']", list(DataType::Date)),
            ("[1, 2.5]", DataType::Unknown),
            ("[[1, 2], [3]]", DataType::Unknown),
            ("[]", DataType::Unknown),
            ("null", DataType::Unknown),
        ];
        for (sql, ty) in cases {
            assert_eq!(literal_type(sql), ty, "{sql}");
        }
    }
}
