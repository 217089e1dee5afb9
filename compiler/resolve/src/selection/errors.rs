//! What can be wrong with a selection, and how that is said.

use super::leaf::METHODS;
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};

/// A problem of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionError {
    /// The leaf that has it; nothing for the whole.
    pub leaf: Option<u32>,
    /// What it is.
    pub kind: SelectionErrorKind,
}

/// The problems of selections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectionErrorKind {
    /// A word before a colon that is no method.
    UnknownMethod {
        /// As written.
        method: String,
        /// The method that was likely meant.
        likely: Option<String>,
    },
    /// A name that nothing has.
    UnknownName {
        /// What was looked for: `selector`; nothing for a node.
        what: Option<&'static str>,
        /// As written.
        name: String,
        /// The name that was likely meant.
        likely: Option<String>,
    },
    /// A version that the model does not have.
    UnknownVersion {
        /// The model.
        name: String,
        /// As written.
        version: String,
        /// The labels that it has; none when it has no versions.
        versions: Vec<String>,
    },
    /// A word that its method does not know.
    BadValue {
        /// The method.
        method: &'static str,
        /// As written.
        value: String,
        /// The word that was likely meant.
        likely: Option<String>,
        /// The words that it knows.
        known: Vec<String>,
    },
    /// Selectors that name each other in a circle, each once.
    SelectorCycle {
        /// Their names, in order.
        path: Vec<String>,
    },
    /// A selector that is wrong itself.
    BrokenSelector {
        /// Its name.
        name: String,
    },
    /// `state:` without something to compare with.
    NoBaseline,
    /// A leaf that matches nothing.
    NothingMatches {
        /// What is the case, as the title.
        what: String,
        /// The leaf that was likely meant.
        likely: Option<String>,
    },
    /// The whole selects nothing, although each part matches something.
    NothingSelected,
}

impl SelectionError {
    /// The problem as it is shown; `at` is where its leaf stands, or the whole selection.
    pub fn diagnostic(&self, at: Location) -> Diagnostic {
        let meant = |found: Diagnostic, likely: &Option<String>| match likely {
            Some(likely) => found.help(format!("Did you mean `{likely}`?")),
            None => found,
        };
        match &self.kind {
            SelectionErrorKind::UnknownMethod { method, likely } => {
                let title = format!("selections have no method `{method}`");
                let found = Diagnostic::new(diagnostics::UNKNOWN_METHOD, title, at, "unknown method");
                match likely {
                    Some(likely) => found.help(format!("Did you mean `{likely}:…`?")),
                    None => found.help(format!("The methods are {}.", list(METHODS.iter().map(|(method, _)| method)))),
                }
            }
            SelectionErrorKind::UnknownName { what, name, likely } => {
                let (title, label) = match what {
                    Some(what) => (format!("no {what} is named `{name}`"), format!("unknown {what}")),
                    None => (format!("nothing is named `{name}`"), "unknown name".to_string()),
                };
                let found = Diagnostic::new(diagnostics::UNKNOWN_SELECTED, title, at, label);
                match (what, likely) {
                    (None, None) if name.starts_with('@') => found.help(
                        "A version stands behind the name, as `name@2`; `+name+` takes all that it reads and all that reads it.",
                    ),
                    (None, None) => found.help("`esker list` shows what there is to select."),
                    _ => meant(found, likely),
                }
            }
            SelectionErrorKind::UnknownVersion { name, version, versions } => {
                let code = diagnostics::UNKNOWN_SELECTED;
                match &versions[..] {
                    [] => Diagnostic::new(code, format!("`{name}` has no versions"), at, "no such version")
                        .help(format!("Write `{name}`.")),
                    versions => {
                        Diagnostic::new(code, format!("`{name}` has no version {version}"), at, "no such version")
                            .help(format!("It has {}.", list(versions.iter().map(|label| format!("{name}@{label}")))))
                    }
                }
            }
            SelectionErrorKind::BadValue { method, value, likely, known } => {
                let title = format!("`{method}:` does not know `{value}`");
                let found = Diagnostic::new(diagnostics::BAD_METHOD_VALUE, title, at, "unknown word");
                match likely {
                    Some(likely) => found.help(format!("Did you mean `{method}:{likely}`?")),
                    None => found.help(format!("It knows {}.", list(known))),
                }
            }
            SelectionErrorKind::SelectorCycle { path } => {
                let (title, label) = match &path[..] {
                    [only] => (format!("the selector `{only}` names itself"), "names itself".to_string()),
                    _ => {
                        let circle: Vec<&str> = path.iter().chain(path.first()).map(String::as_str).collect();
                        let title = format!("these selectors name each other in a circle: {}", circle.join(" → "));
                        (title, "closes the circle".to_string())
                    }
                };
                Diagnostic::new(diagnostics::SELECTOR_CYCLE, title, at, label)
                    .why("What it selects would depend on what it selects.")
                    .help("Take one of these `selector:` out.")
            }
            SelectionErrorKind::BrokenSelector { name } => {
                let title = format!("the selector `{name}` is wrong itself");
                Diagnostic::new(diagnostics::UNKNOWN_SELECTED, title, at, "cannot be evaluated")
                    .help("Mend it where it is declared; `esker check` says what is wrong with it.")
            }
            SelectionErrorKind::NoBaseline => {
                let title = "there is no baseline to compare the nodes with";
                Diagnostic::new(diagnostics::NO_BASELINE, title, at, "needs a baseline")
                    .why("`state:` says how a node differs from the one that a baseline has.")
                    .help("Give one, as `--against env:prod`, or name it in esker.toml: `[contracts] baseline = \"env:prod\"`.")
            }
            SelectionErrorKind::NothingMatches { what, likely } => {
                meant(Diagnostic::new(diagnostics::NOTHING_MATCHES, what.clone(), at, "matches nothing"), likely)
            }
            SelectionErrorKind::NothingSelected => {
                let title = "the selection selects nothing";
                Diagnostic::new(diagnostics::NOTHING_MATCHES, title, at, "no node is left")
                    .help("Each of its parts matches something, but not together; `esker list --select` shows what a part selects.")
            }
        }
    }
}

/// `a`, `b` and `c`
fn list<T: std::fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.join(""),
    }
}
