//! What is wrong with the project file, as it is found, with its places.

use super::FILE;
use esker_diagnostics::{self as diagnostics, Code, Diagnostic, Location};
use esker_grammar::Span;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// What the parser says of a value that is nothing it knows, and of one that is not there.
const NO_STRING: &str = "string values must be quoted, expected literal string";

/// What is wrong with the file, as it is found.
pub(super) struct Found<'a> {
    pub(super) text: &'a str,
    pub(super) list: Vec<Diagnostic>,
}

impl Found<'_> {
    pub(super) fn push(
        &mut self,
        code: Code,
        title: impl Into<String>,
        span: Range<usize>,
        label: impl Into<String>,
    ) -> &mut Diagnostic {
        self.list.push(Diagnostic::new(code, title, location(span), label));
        self.list.last_mut().expect("one was just put there")
    }

    /// The mistakes that keep the text from being TOML, one a line: all else that is wrong
    /// with such a line comes of the first. Below a broken heading nobody knows of which section the keys are.
    pub(super) fn syntax(&mut self, errors: &[toml::de::Error]) {
        let text = self.text;
        let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count();
        let span = |error: &toml::de::Error| error.span().unwrap_or(text.len()..text.len());
        let heading = |line: &&str| line.trim_start().starts_with('[');
        let mut broken = BTreeSet::new();
        for first in errors.iter().map(|error| line(span(error).start)) {
            let mut lines = text.lines().skip(first);
            let below = match lines.next().as_ref().is_some_and(heading) {
                true => lines.take_while(|line| !heading(line)).count(),
                false => 0,
            };
            broken.extend(first..=first + below);
        }
        self.list.retain(|problem| !broken.contains(&line(problem.primary.at.span.range().start)));
        let mut errors: Vec<_> = errors.iter().map(|error| (span(error), error)).collect();
        errors.sort_by_key(|(span, _)| span.start);
        errors.dedup_by_key(|(span, _)| line(span.start));
        for (span, error) in errors {
            if error.message() == "duplicate key" {
                let key = self.text.get(span.clone()).unwrap_or_default();
                let title = format!("`{key}` stands here twice");
                self.bad(title, span, "the second time").help = Some("Keep one of the two.".into());
            } else {
                let message = match error.message() {
                    NO_STRING if span.is_empty() => "the value is missing",
                    NO_STRING => "strings must be quoted",
                    other => other,
                };
                self.bad(format!("`{FILE}` is not TOML: {message}"), span, "here");
            }
        }
    }

    /// A value that does not fit.
    pub(super) fn bad(
        &mut self,
        title: impl Into<String>,
        span: Range<usize>,
        label: impl Into<String>,
    ) -> &mut Diagnostic {
        self.push(diagnostics::BAD_PROJECT_FILE, title, span, label)
    }

    /// A problem of a text that was made of a value: it is told at the value.
    pub(super) fn elsewhere(&mut self, mut problem: Diagnostic, span: Range<usize>) {
        problem.primary.at = location(span);
        problem.related.clear();
        self.list.push(problem);
    }

    /// Where a text stands inside a value; the whole value when it is spelled otherwise there.
    pub(super) fn inside(&self, span: &Range<usize>, part: &str) -> Range<usize> {
        match self.text.get(span.clone()).and_then(|value| value.find(part)) {
            Some(at) => span.start + at..span.start + at + part.len(),
            None => span.clone(),
        }
    }
}

pub(super) fn location(range: Range<usize>) -> Location {
    Location { file: Arc::from(FILE), span: Span::from(range) }
}
