//! What can be wrong with a declaration by itself, before any name in it is looked up.

use crate::{DataType, Place};
use esker_diagnostics::{self as diagnostics, Code, Diagnostic, Location, nearest};

/// A problem of one item, addressed by the piece that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclError {
    /// The piece.
    pub at: Place,
    /// The problem.
    pub kind: DeclErrorKind,
}

/// The problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclErrorKind {
    /// Something of the language that later stages cannot do yet.
    NotSupported(String),
    /// A property in an item or block that has no such property.
    Misplaced {
        /// The property.
        property: String,
        /// What it stands in: `a source`.
        inside: &'static str,
    },
    /// The same property twice in one body.
    Repeated {
        /// The property.
        property: String,
        /// Where it stood first.
        first: Place,
    },
    /// A date or timestamp that the calendar does not have.
    BadDate(String),
    /// A type that does not exist.
    UnknownType(String),
    /// Numbers in a type's parentheses that do not fit it.
    BadTypeParameters(String),
    /// A column of a source, seed or contract without a type.
    MissingType(String),
    /// Two columns with one name in one block.
    DuplicateColumn {
        /// The name.
        column: String,
        /// The entry that has it first.
        first: Place,
    },
    /// Two version blocks with one label.
    DuplicateVersion {
        /// The label.
        version: String,
        /// The first one's, which may differ in characters that relations do not have.
        other: String,
        /// The block that has it first.
        first: Place,
    },
    /// A label that is neither an integer nor a quoted string of sensible characters.
    BadVersion(String),
    /// A `latest` that names no version of the model.
    UnknownLatest {
        /// The label.
        latest: String,
        /// The labels that exist.
        versions: Vec<String>,
    },
    /// String labels without a `latest`.
    LatestNeeded(Vec<String>),
    /// A kind that does not exist.
    UnknownKind(String),
    /// A kind without its column, or with columns it does not take.
    BadKindColumns(String),
    /// An option whose value does not fit it.
    BadOption {
        /// The option.
        option: String,
        /// What it takes.
        expected: &'static str,
    },
    /// A word of a closed set that is not in it (`contract enforcd`, `access pubic`).
    UnknownWord {
        /// The word.
        word: String,
        /// The set.
        allowed: &'static [&'static str],
    },
    /// A property that the item cannot do without.
    Missing {
        /// What is missing: `a path`.
        what: &'static str,
        /// How to write it.
        example: &'static str,
    },
    /// A model without SQL, or a version with none to inherit.
    MissingSql,
}

impl DeclErrorKind {
    /// The registered code.
    pub fn code(&self) -> Code {
        match self {
            Self::NotSupported(_) => diagnostics::NOT_SUPPORTED_YET,
            Self::Misplaced { .. } => diagnostics::MISPLACED_PROPERTY,
            Self::Repeated { .. } => diagnostics::REPEATED_PROPERTY,
            Self::BadDate(_) => diagnostics::BAD_DATE,
            Self::UnknownType(_) | Self::BadTypeParameters(_) => diagnostics::UNKNOWN_TYPE,
            Self::MissingType(_) => diagnostics::MISSING_TYPE,
            Self::DuplicateColumn { .. } => diagnostics::DUPLICATE_COLUMN,
            Self::DuplicateVersion { .. } => diagnostics::DUPLICATE_VERSION,
            Self::BadVersion(_) => diagnostics::BAD_VERSION,
            Self::UnknownLatest { .. } => diagnostics::UNKNOWN_LATEST,
            Self::LatestNeeded(_) => diagnostics::LATEST_NEEDED,
            Self::UnknownKind(_) => diagnostics::UNKNOWN_KIND,
            Self::BadKindColumns(_) => diagnostics::BAD_KIND_COLUMNS,
            Self::BadOption { .. } => diagnostics::BAD_OPTION,
            Self::UnknownWord { .. } => diagnostics::UNKNOWN_WORD,
            Self::Missing { .. } | Self::MissingSql => diagnostics::MISSING_PROPERTY,
        }
    }
}

impl DeclError {
    /// The message, with `locate` to say where a piece of the item stands.
    pub fn diagnostic(&self, locate: &dyn Fn(Place) -> Location) -> Diagnostic {
        let at = locate(self.at);
        let code = self.kind.code();
        let new = |title: String, label: &str| Diagnostic::new(code, title, at.clone(), label);
        match &self.kind {
            DeclErrorKind::NotSupported(what) => new(format!("{what} is not supported yet"), "not supported yet")
                .why("The language has it and this text is well-formed, but no later stage can carry it out, and Esker never passes over what it read.")
                .help("Take it out for now; the changelog says when it arrives."),
            DeclErrorKind::Misplaced { property, inside } => {
                new(format!("`{property}` is no property of {inside}"), "does not belong here")
                    .help(format!("Move it to the item it is meant for, or remove it: {inside} cannot have it."))
            }
            DeclErrorKind::Repeated { property, first } => {
                new(format!("`{property}` is stated twice"), "stated again")
                    .related(locate(*first), "first stated here")
                    .help("Keep one of the two.")
            }
            DeclErrorKind::BadDate(text) if text.starts_with(['"', '\'']) => {
                let date = text.trim_matches(['"', '\'']);
                let date = if date.starts_with(|c: char| c.is_ascii_digit()) { date } else { "2024-01-31" };
                new("a date is written without quotes".into(), "a string").help(format!("Write `{date}`."))
            }
            DeclErrorKind::BadDate(text) => new(format!("there is no date `{text}`"), "not in the calendar")
                .help("Write a date that exists, as `2024-01-31`, or a timestamp in UTC, as `2024-01-31T05:00:00Z`."),
            DeclErrorKind::UnknownType(name) => {
                let found = new(format!("there is no type `{name}`"), "unknown type");
                match nearest(name, DataType::NAMES.iter().copied()) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help("Use one of the engine's types, such as `bigint`, `varchar`, `decimal(18, 2)`, `timestamp`."),
                }
            }
            DeclErrorKind::BadTypeParameters(text) => {
                new(format!("`{text}` has numbers that do not fit the type"), "does not fit")
                    .help("A decimal has a precision of 1 to 38 and a scale up to it: `decimal(18, 2)`; most types take no numbers.")
            }
            DeclErrorKind::MissingType(column) => new(format!("column `{column}` has no type"), "a type must follow")
                .why("A column that is read from outside or promised to readers must say what it holds.")
                .help(format!("Write its type behind the name: `{column} varchar`.")),
            DeclErrorKind::DuplicateColumn { column, first } => {
                new(format!("column `{column}` is declared twice"), "declared again")
                    .related(locate(*first), "first declared here")
                    .why("The engine compares names without case, so only one of them could exist.")
                    .help("Rename one of the two, or remove it.")
            }
            DeclErrorKind::DuplicateVersion { version, other, first } => {
                let title = match version == other {
                    true => format!("version {version} is declared twice"),
                    false => format!("version {version} and version {other} would be one relation"),
                };
                new(title, "declared again")
                    .related(locate(*first), "first declared here")
                    .help("Give this block the next free number, or merge the two.")
            }
            DeclErrorKind::BadVersion(text) => {
                new(format!("`{text}` cannot be the label of a version"), "not a version label")
                    .help("Use an integer, as `version 2`, or a quoted string of letters, digits, `.`, `-` and `_`, as `version \"2024-01\"`.")
            }
            DeclErrorKind::UnknownLatest { latest, versions } => {
                new(format!("`latest {latest}` names no version of this model"), "no such version")
                    .help(format!("The versions are {}.", versions.join(", ")))
            }
            DeclErrorKind::LatestNeeded(versions) => {
                new("a model with string versions must say which is the latest".into(), "has string versions")
                    .why(format!("Strings have no one order that everybody would expect; the versions are {}.", versions.join(", ")))
                    .help(format!("Add a line `latest \"{}\"`.", versions.last().map_or("", String::as_str)))
            }
            DeclErrorKind::UnknownKind(kind) => {
                let found = new(format!("there is no kind `{kind}`"), "unknown kind");
                match nearest(kind, KINDS.iter().copied()) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help(format!("The kinds are {}.", KINDS.join(", "))),
                }
            }
            DeclErrorKind::BadKindColumns(kind) => new(
                format!("`{kind}` has the wrong number of columns"),
                "columns do not fit the kind",
            )
            .help("`incremental by time` takes exactly one column, as `incremental by time (ordered_at)`; `full` and `view` take none."),
            DeclErrorKind::BadOption { option, expected } => {
                new(format!("`{option}` does not take this value"), "does not fit").help(format!("It takes {expected}."))
            }
            DeclErrorKind::UnknownWord { word, allowed } => {
                let found = new(format!("`{word}` is not one of the words that may stand here"), "unknown word");
                match nearest(word, allowed.iter().copied()) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help(format!("Write {}.", allowed.join(" or "))),
                }
            }
            DeclErrorKind::Missing { what, example } => {
                new(format!("{what} is missing"), "needs it").help(format!("Add a line `{example}`."))
            }
            DeclErrorKind::MissingSql => new("there is no SQL that makes this dataset".into(), "has no `sql` block")
                .help("Add `sql { select … }` here, or in the model's shared body, where all versions inherit it."),
        }
    }
}

/// All kinds of the language, supported or not: what a misspelt one is compared with.
pub(crate) const KINDS: &[&str] = &[
    "full",
    "view",
    "ephemeral",
    "incremental by time",
    "incremental by key",
    "incremental by partition",
    "append",
    "scd2 by time",
    "scd2 by columns",
];
