//! One problem, ready to be shown: what every stage's typed error becomes in the end.

use crate::Code;
use esker_grammar::Span;
use std::sync::Arc;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing can be planned or run until it is mended.
    Error,
    /// Works, but somebody should look.
    Warning,
    /// Worth knowing; never changes the exit code.
    Info,
}

/// A place in a file of the project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The path from the project's root, with `/`.
    pub file: Arc<str>,
    /// The bytes.
    pub span: Span,
}

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub at: Location,
    /// What is there, in a short phrase without a full stop.
    pub text: String,
}

/// A problem with everything that a reader needs: what, where, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its registered code.
    pub code: Code,
    /// How bad it is; the code's own level unless the project set another.
    pub level: Level,
    /// One line: what is wrong, naming the thing in backticks.
    pub title: String,
    /// The cause, with its phrase.
    pub primary: Label,
    /// Other places that explain it (the declaration it disagrees with, the first of two duplicates).
    pub related: Vec<Label>,
    /// Why it is a problem, where the title does not say it.
    pub why: Option<String>,
    /// What to do, as an instruction.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem of `code`'s own level with its cause; the rest is added with the methods below.
    pub fn new(code: Code, title: impl Into<String>, at: Location, label: impl Into<String>) -> Self {
        Self {
            code,
            level: code.level(),
            title: title.into(),
            primary: Label { at, text: label.into() },
            related: Vec::new(),
            why: None,
            help: None,
        }
    }

    /// With another place that explains it.
    #[must_use]
    pub fn related(mut self, at: Location, text: impl Into<String>) -> Self {
        self.related.push(Label { at, text: text.into() });
        self
    }

    /// With the reason why it is a problem.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sorts by file, place and code, and drops what is said twice: the same of the same place, were it on behalf of
    /// another version.
    pub fn sort(diagnostics: &mut Vec<Self>) {
        diagnostics.sort_by(|a, b| (&a.primary.at, a.code.id(), &a.title).cmp(&(&b.primary.at, b.code.id(), &b.title)));
        diagnostics.dedup_by(|a, b| a.code == b.code && a.primary == b.primary);
    }
}
