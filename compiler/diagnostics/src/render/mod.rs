//! The renderings of diagnostics: for people, for scripts, for code hosts. Pure: text in, text out.

mod human;
mod machine;

use crate::position::{Position, position};
use crate::{Diagnostic, Level, Location};

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: the code underlined, with the reason and the remedy.
    Human,
    /// One line each: `models/a.esk:3:12: error[E0301] title`.
    Short,
    /// One JSON object: `{"diagnostics": [...], "errors": n, "warnings": n, "infos": n}`.
    ///
    /// A diagnostic has `code`, `name`, `level` (`error`, `warning`, `info`), `title`, a place, `label`, `why` and
    /// `help` (each may be null), and `related`, a list of places with a `label`. A place has `file`, `line`, `column`,
    /// `end_line`, `end_column` (from one, columns in characters; the end is exclusive) and `start`, `end` (bytes, from
    /// zero). Fields may be added; none is renamed or removed.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that annotate a change on GitHub.
    Github,
}

/// Gives a file's text by its path from the project's root; nothing if there is no such text.
pub type Sources<'s, 't> = &'s dyn Fn(&str) -> Option<&'t str>;

/// Shows `diagnostics` in the order given. Only [`Format::Human`] knows colour.
pub fn render(diagnostics: &[Diagnostic], sources: Sources<'_, '_>, format: Format, color: bool) -> String {
    match format {
        Format::Human => human::render(diagnostics, sources, color),
        Format::Short => diagnostics.iter().map(|diagnostic| short(diagnostic, sources)).collect(),
        Format::Json => machine::json(diagnostics, sources),
        Format::Sarif => machine::sarif(diagnostics, sources),
        Format::Github => machine::github(diagnostics, sources),
    }
}

/// One line with the numbers, as `2 errors, 1 warning`; `no problems` when there are none.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let words =
        [(Level::Error, "error", "errors"), (Level::Warning, "warning", "warnings"), (Level::Info, "note", "notes")];
    let mut parts = Vec::new();
    for (level, one, many) in words {
        match count(diagnostics, level) {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            n => parts.push(format!("{n} {many}")),
        }
    }
    if parts.is_empty() { "no problems".into() } else { parts.join(", ") }
}

fn count(diagnostics: &[Diagnostic], level: Level) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.level == level).count()
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
    }
}

/// Where a location starts and ends. A file without text is pointed at as a whole: its first line.
fn ends(at: &Location, sources: Sources<'_, '_>) -> (Position, Position) {
    let text = sources(&at.file).unwrap_or("");
    (position(text, at.span.start), position(text, at.span.end))
}

fn short(diagnostic: &Diagnostic, sources: Sources<'_, '_>) -> String {
    let (start, _) = ends(&diagnostic.primary.at, sources);
    format!(
        "{}:{}:{}: {}[{}] {}\n",
        diagnostic.primary.at.file,
        start.line,
        start.column,
        level_name(diagnostic.level),
        diagnostic.code.id(),
        diagnostic.title,
    )
}

#[cfg(test)]
mod tests;
