//! The `$variables` that SQL may use.

use crate::{SqlError, SqlErrorKind};
use esker_declare::{DataType, KindDecl};
use esker_grammar::sql::{SqlText, SqlTokenKind};
use esker_resolve::NodeRole;
use esker_source::Settings;

/// The variables that the runner sets, with their types.
const BUILT_IN: &[(&str, DataType)] = &[
    ("start", DataType::Timestamp),
    ("end", DataType::Timestamp),
    ("start_date", DataType::Date),
    ("end_date", DataType::Date),
    ("now", DataType::Timestamp),
    ("env", DataType::VARCHAR),
];

/// Every variable with its type and, for those of the project, its value as SQL. The types of the project's own are
/// told from their literals.
pub fn variables(settings: &Settings) -> Vec<(&str, DataType, Option<&str>)> {
    let own = settings.vars.iter().map(|(name, value)| (name.as_str(), literal_type(value), Some(value.as_str())));
    BUILT_IN.iter().map(|(name, ty)| (*name, ty.clone(), None)).chain(own).collect()
}

fn literal_type(value: &str) -> DataType {
    let number = value.trim_start_matches('-');
    match value {
        "true" | "false" => DataType::Boolean,
        _ if value.starts_with('\'') => DataType::VARCHAR,
        _ if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => match number.parse::<i32>() {
            Ok(_) => DataType::Integer,
            Err(_) => DataType::BigInt,
        },
        _ => DataType::Unknown,
    }
}

/// The variables that are the range of time that is computed.
const RANGE: &[&str] = &["start", "end", "start_date", "end_date"];

/// The uses of variables that nothing defines, or that have no value in a node of this role.
pub(crate) fn wrong_params(text: &SqlText, settings: &Settings, role: &NodeRole) -> Vec<SqlError> {
    let whole = matches!(role, NodeRole::Model(Some(KindDecl::Full | KindDecl::View)));
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
