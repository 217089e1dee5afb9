//! What several messages share: places in bodies that are no node's, columns that are not there, lists of names.

use esker_declare::Item;
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, nearest};
use esker_source::Db;
use std::ops::Range;

/// Where a range of tokens of an item's body stands.
pub(crate) fn body_location<'db>(db: &'db dyn Db, item: Item<'db>, body: Option<u32>, tokens: Range<u32>) -> Location {
    Location { file: item.file(db).path(db).clone(), span: item.places(db).sql_span(body, tokens) }
}

/// A column that is not there, with the nearest one.
pub(crate) fn no_column(title: String, at: Location, column: &str, columns: &[String]) -> Diagnostic {
    let found = Diagnostic::new(diagnostics::NO_SUCH_COLUMN, title, at, "no such column");
    match nearest(column, columns.iter().map(String::as_str)) {
        Some(near) => found.help(format!("Did you mean `{near}`?")),
        None if columns.is_empty() => found,
        None => found.help(format!("Its columns are {}.", list(columns))),
    }
}

/// `a`, `b` and `c`
pub(crate) fn list<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.join(""),
    }
}
