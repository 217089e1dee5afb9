//! The `$variables` that are there without being declared.

use crate::DataType;

/// Their names and types. No parameter and no variable of a project may take such a name.
pub const BUILT_IN_VARIABLES: &[(&str, DataType)] = &[
    ("start", DataType::Timestamp),
    ("end", DataType::Timestamp),
    ("start_date", DataType::Date),
    ("end_date", DataType::Date),
    ("now", DataType::Timestamp),
    ("env", DataType::VARCHAR),
];

/// Whether a name is that of a built-in variable.
pub fn is_built_in_variable(name: &str) -> bool {
    BUILT_IN_VARIABLES.iter().any(|(built_in, _)| *built_in == name)
}
