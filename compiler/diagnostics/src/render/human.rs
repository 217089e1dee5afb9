//! For people, by ariadne: the title, the source with the cause underlined, and below it the reason and the remedy.

use super::{Sources, level_name};
use crate::position::clamp;
use crate::{Diagnostic, Label, Level};
use ariadne::{Color, Config, IndexType, Report, ReportKind, Source};
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) fn render(diagnostics: &[Diagnostic], sources: Sources<'_, '_>, color: bool) -> String {
    let mut excerpts = Excerpts { sources, files: BTreeMap::new() };
    let shown: Vec<_> = diagnostics.iter().map(|diagnostic| one(diagnostic, &mut excerpts, color)).collect();
    shown.join("\n")
}

fn one(diagnostic: &Diagnostic, excerpts: &mut Excerpts<'_, '_>, color: bool) -> String {
    let tint = match diagnostic.level {
        Level::Error => Color::Red,
        Level::Warning => Color::Yellow,
        Level::Info => Color::Cyan,
    };
    let paint =
        |text: &str, tint: Color| if color { ariadne::Fmt::fg(text, tint).to_string() } else { text.to_string() };

    let head = format!("{}[{}]", level_name(diagnostic.level), diagnostic.code.id());
    let mut out = format!("{}: {}\n", paint(&head, tint), diagnostic.title);
    out.push_str(&excerpt(diagnostic, excerpts, tint, color));
    let see = format!("esker explain {}", diagnostic.code.id());
    let notes = [("why", diagnostic.why.as_deref()), ("help", diagnostic.help.as_deref()), ("see", Some(see.as_str()))];
    for (word, note) in notes {
        let Some(note) = note else { continue };
        let indented = note.trim_end().replace('\n', "\n        ");
        let word = format!("{word:>4}:");
        let _ = writeln!(out, "  {} {indented}", paint(&word, Color::Cyan));
    }
    out
}

/// The source around the labels, in a frame. A place whose file has no text is named without one.
fn excerpt(diagnostic: &Diagnostic, excerpts: &mut Excerpts<'_, '_>, tint: Color, color: bool) -> String {
    let primary = &diagnostic.primary;
    let mut labels: Vec<(&Label, Color)> = vec![(primary, tint)];
    labels.extend(diagnostic.related.iter().map(|label| (label, Color::Cyan)));
    // The drawing opens a new frame whenever the next label stands above the last: so the cause's file first, downwards.
    labels.sort_by_key(|(label, _)| {
        (label.at.file != primary.at.file, label.at.file.clone(), label.at.span.end, label.at.span.start)
    });

    let mut out = String::new();
    let mut drawn = Vec::new();
    for (label, tint) in labels {
        match excerpts.range(label) {
            Some(range) => drawn.push(
                ariadne::Label::new((label.at.file.to_string(), range)).with_message(&label.text).with_color(tint),
            ),
            None => {
                let _ = writeln!(out, "   --> {}: {}", label.at.file, label.text);
            }
        }
    }
    let Some(start) = excerpts.range(primary) else { return out };
    let config = Config::new().with_index_type(IndexType::Byte).with_color(color).with_cross_gap(false);
    let mut report = Report::build(ReportKind::Advice, (primary.at.file.to_string(), start)).with_config(config);
    report.add_labels(drawn);
    let mut bytes = Vec::new();
    if report.finish().write(excerpts, &mut bytes).is_err() {
        return out; // writing into memory does not fail
    }
    let text = String::from_utf8_lossy(&bytes);
    // The first line is ariadne's own head, which we write ourselves.
    for line in text.lines().skip(1) {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// The texts as ariadne wants them, each prepared once.
struct Excerpts<'s, 't> {
    sources: Sources<'s, 't>,
    files: BTreeMap<String, Option<Source<String>>>,
}

impl Excerpts<'_, '_> {
    fn source(&mut self, file: &str) -> Option<&Source<String>> {
        if !self.files.contains_key(file) {
            let source = (self.sources)(file).map(|text| Source::from(drawable(text)));
            self.files.insert(file.to_string(), source);
        }
        self.files[file].as_ref()
    }

    /// The bytes to underline: at least one character, since nothing cannot be underlined.
    fn range(&mut self, label: &Label) -> Option<std::ops::Range<usize>> {
        let text = self.source(&label.at.file)?.text();
        // The blank that `drawable` adds is no part of the file, but an empty span at the end stands on it.
        let mut range = clamp(&text[..text.len() - 1], label.at.span);
        if range.is_empty() {
            range.end += text[range.start..].chars().next().map_or(0, char::len_utf8);
        }
        Some(range)
    }
}

impl ariadne::Cache<String> for &mut Excerpts<'_, '_> {
    type Storage = String;

    fn fetch(&mut self, file: &String) -> Result<&Source<String>, impl std::fmt::Debug> {
        self.source(file).ok_or("no such text")
    }

    fn display<'a>(&self, file: &'a String) -> Option<impl std::fmt::Display + 'a> {
        Some(file.clone())
    }
}

/// The text with the same byte offsets, but safe to draw: only `\n` ends a line (ariadne knows six more, our line
/// numbers do not), control characters do not reach the terminal, and a blank at the end gives the end of the file a place.
fn drawable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\n' | '\t' => c,
            '\r' if chars.peek() == Some(&'\n') => c,
            '\u{85}' => '\u{a0}',
            '\u{2028}' | '\u{2029}' => '\u{2003}',
            c if c.is_control() && c.len_utf8() == 1 => ' ',
            c if c.is_control() => '\u{a0}',
            c => c,
        });
    }
    out.push(' ');
    out
}
