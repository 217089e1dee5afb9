//! For programs: JSON for scripts, SARIF for code scanning, workflow commands for GitHub.

use super::{Sources, count, ends, level_name};
use crate::{Code, Diagnostic, Label, Level, Location};
use serde_json::{Value, json};

/// See [`super::Format::Json`] for the fields and the promise about them.
pub(super) fn json(diagnostics: &[Diagnostic], sources: Sources<'_, '_>) -> String {
    let all: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            let mut value = json!({
                "code": diagnostic.code.id(),
                "name": diagnostic.code.name(),
                "level": level_name(diagnostic.level),
                "title": diagnostic.title,
                "why": diagnostic.why,
                "help": diagnostic.help,
                "related": diagnostic.related.iter().map(|label| place(label, sources)).collect::<Vec<_>>(),
            });
            merge(&mut value, place(&diagnostic.primary, sources));
            value
        })
        .collect();
    pretty(&json!({
        "diagnostics": all,
        "errors": count(diagnostics, Level::Error),
        "warnings": count(diagnostics, Level::Warning),
        "infos": count(diagnostics, Level::Info),
    }))
}

fn place(label: &Label, sources: Sources<'_, '_>) -> Value {
    let (start, end) = ends(&label.at, sources);
    json!({
        "file": &*label.at.file,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "start": label.at.span.start,
        "end": label.at.span.end,
        "label": label.text,
    })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

pub(super) fn sarif(diagnostics: &[Diagnostic], sources: Sources<'_, '_>) -> String {
    let mut used: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    used.sort_by_key(|code| code.id());
    used.dedup();
    let rules: Vec<_> = used
        .iter()
        .map(|code| {
            json!({
                "id": code.id(),
                "name": code.name(),
                "help": { "text": code.page(), "markdown": code.page() },
                "defaultConfiguration": { "level": sarif_level(code.level()) },
            })
        })
        .collect();
    let results: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            let mut message = diagnostic.title.clone();
            for note in [&diagnostic.why, &diagnostic.help].into_iter().flatten() {
                message.push('\n');
                message.push_str(note);
            }
            let related: Vec<_> = diagnostic
                .related
                .iter()
                .enumerate()
                .map(|(id, label)| {
                    let mut value = sarif_location(&label.at, sources);
                    merge(&mut value, json!({ "id": id + 1, "message": { "text": label.text } }));
                    value
                })
                .collect();
            json!({
                "ruleId": diagnostic.code.id(),
                "level": sarif_level(diagnostic.level),
                "message": { "text": message },
                "locations": [sarif_location(&diagnostic.primary.at, sources)],
                "relatedLocations": related,
            })
        })
        .collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "esker", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn sarif_level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

fn sarif_location(at: &Location, sources: Sources<'_, '_>) -> Value {
    let (start, end) = ends(at, sources);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": percent_encoded(&at.file) },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
                "byteOffset": at.span.start,
                "byteLength": at.span.end.saturating_sub(at.span.start),
            },
        },
    })
}

/// A path as a relative URI.
fn percent_encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

pub(super) fn github(diagnostics: &[Diagnostic], sources: Sources<'_, '_>) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let command = match diagnostic.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Info => "notice",
            };
            let at = &diagnostic.primary.at;
            let (start, end) = ends(at, sources);
            let mut message = diagnostic.title.clone();
            for note in [Some(&diagnostic.primary.text), diagnostic.why.as_ref(), diagnostic.help.as_ref()] {
                if let Some(note) = note.filter(|note| !note.is_empty()) {
                    message.push('\n');
                    message.push_str(note);
                }
            }
            format!(
                "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
                escaped(&at.file).replace(':', "%3A").replace(',', "%2C"),
                start.line,
                start.column,
                end.line,
                end.column,
                format_args!("{} {}", diagnostic.code.id(), diagnostic.code.name()),
                escaped(&message),
            )
        })
        .collect()
}

/// As workflow commands want their text; a property's value also has `:` and `,` escaped.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn pretty(value: &Value) -> String {
    // `:#` is the indented form; writing a JSON value into memory cannot fail.
    format!("{value:#}\n")
}
