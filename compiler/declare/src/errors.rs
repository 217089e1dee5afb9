//! What can be wrong with a declaration by itself, before any name in it is looked up.

use crate::{FileFormat, Place};
use esker_diagnostics::{self as diagnostics, Code};

/// A problem of one item, addressed by the piece that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclError {
    /// The piece.
    pub at: Place,
    /// The problem.
    pub kind: DeclErrorKind,
}

/// The problems. Their messages are in `messages`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclErrorKind {
    /// `sql for ENGINE`: SQL that only one of several engines takes.
    SqlForEngine(String),
    /// A property in an item or block that has no such property.
    Misplaced {
        /// The property.
        property: String,
        /// What it stands in: `a source`.
        inside: &'static str,
        /// The properties that may stand there.
        keys: &'static [&'static str],
        /// What to do instead, as a sentence.
        instead: Option<&'static str>,
    },
    /// An option of a kind that stands outside the kind's braces.
    LooseOption(String),
    /// An option that the kind does not have.
    OptionMisfit {
        /// The option.
        option: String,
        /// The kind.
        kind: String,
        /// The kinds that have it.
        kinds: &'static str,
    },
    /// `given this` in the test of a model.
    GivenThis,
    /// A variable that a test sets by other means: `$start`.
    SetByTest(String),
    /// The same property twice in one body.
    Repeated {
        /// The property.
        property: String,
        /// Where it stood first.
        first: Place,
    },
    /// A time zone behind `cron`, and another as `tz`.
    TwoTimeZones {
        /// The first.
        first: Place,
        /// Both, in order.
        zones: [String; 2],
    },
    /// A schema of its own for a dataset whose name has one already.
    TwoSchemas {
        /// The name, with the first schema.
        name: String,
        /// The other one.
        schema: String,
        /// How both are written, where `schema` is a line.
        by_line: bool,
    },
    /// `audit none` beside other audits.
    AuditNone {
        /// Another audit of the body.
        other: Place,
    },
    /// A date or timestamp that the calendar does not have.
    BadDate(String),
    /// A type that does not exist, whatever the project declares.
    UnknownType(String),
    /// Numbers in a type's parentheses that do not fit it.
    BadTypeParameters(String),
    /// A column of a source, seed, set or contract without a type, or a parameter without one.
    MissingType {
        /// `column` or `parameter`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Two columns with one name in one block.
    DuplicateColumn {
        /// The name.
        column: String,
        /// Where it stands first.
        first: Place,
    },
    /// Two version blocks that nobody could tell apart, or put in order.
    DuplicateVersion {
        /// The label as written.
        version: String,
        /// The first one's, which may be written in another way.
        other: String,
        /// The block that has it first.
        first: Place,
        /// Whether both would be one relation; else neither is the later one.
        one_relation: bool,
    },
    /// A label that is neither an integer nor a quoted string of sensible characters.
    BadVersion {
        /// What is written.
        written: String,
        /// A label that says the same, as it is to be written.
        better: Option<String>,
    },
    /// A `latest` that names no version of the model.
    UnknownLatest {
        /// The label as written.
        latest: String,
        /// The labels that exist.
        versions: Vec<String>,
    },
    /// Several labels that are not all numbers, without a `latest`; all labels, in order.
    LatestNeeded(Vec<String>),
    /// A kind that does not exist.
    UnknownKind(String),
    /// A kind without its column, or with columns it does not take.
    BadKindColumns {
        /// The kind.
        kind: String,
        /// What it takes.
        takes: &'static str,
        /// How it is written.
        example: String,
    },
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
    /// An option that the reader of files of this format does not have.
    UnknownReadOption {
        /// The option.
        option: String,
        /// The format.
        format: FileFormat,
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
    /// A name with a dot for an item that has none.
    DottedName {
        /// The item's keyword.
        keyword: &'static str,
        /// The name.
        name: String,
    },
    /// A name that stands twice in a list of names.
    RepeatedName {
        /// What it is: `tag`, `column of the grain`.
        what: &'static str,
        /// The name.
        name: String,
        /// Where it stands first, if that has a place of its own.
        first: Option<Place>,
    },
    /// A time zone that the IANA database does not have.
    UnknownTimeZone(String),
    /// A span of time that ends before it begins.
    EmptyRange {
        /// What begins and ends: `the timeline`.
        what: &'static str,
        /// Whether it is told where it begins, and not where it ends.
        at_start: bool,
        /// The other of the two.
        other: Place,
    },
    /// A version block with both `derive from` and SQL of its own.
    DeriveAndSql {
        /// The other of the two.
        other: Place,
    },
    /// A version that derives from itself.
    DeriveFromItself {
        /// The labels of the other versions.
        versions: Vec<String>,
    },
    /// A version that derives from one that does not exist.
    DeriveFromUnknown {
        /// The label as written.
        from: String,
        /// The labels that exist.
        versions: Vec<String>,
    },
    /// An alias of more than two names.
    BadAlias(String),
    /// One alias for several versions.
    SharedAlias {
        /// The alias.
        alias: String,
        /// The labels of the versions that have it.
        versions: Vec<String>,
    },
    /// A value of the wrong kind.
    BadLiteral {
        /// What is written.
        written: String,
        /// What may stand there.
        expected: String,
    },
    /// A parameter with the name of a built-in variable.
    ParameterIsVariable(String),
    /// A function's parameter of a type that only audits have.
    AuditParameter(String),
    /// A parameter that must be given behind one that need not.
    RequiredBehindOptional {
        /// Its name.
        name: String,
        /// The first that need not be given.
        first: Place,
    },
    /// A row of a test with too few or too many values.
    RowWidth {
        /// How many it has.
        found: usize,
        /// How many columns the heading has.
        columns: usize,
    },
}

impl DeclErrorKind {
    /// The registered code.
    pub fn code(&self) -> Code {
        match self {
            Self::SqlForEngine(_) => diagnostics::NOT_SUPPORTED_YET,
            Self::Misplaced { .. }
            | Self::LooseOption(_)
            | Self::OptionMisfit { .. }
            | Self::GivenThis
            | Self::SetByTest(_) => diagnostics::MISPLACED_PROPERTY,
            Self::Repeated { .. } | Self::TwoTimeZones { .. } | Self::TwoSchemas { .. } | Self::AuditNone { .. } => {
                diagnostics::REPEATED_PROPERTY
            }
            Self::BadDate(_) => diagnostics::BAD_DATE,
            Self::UnknownType(_) | Self::BadTypeParameters(_) => diagnostics::UNKNOWN_TYPE,
            Self::MissingType { .. } => diagnostics::MISSING_TYPE,
            Self::DuplicateColumn { .. } => diagnostics::DUPLICATE_COLUMN,
            Self::DuplicateVersion { .. } => diagnostics::DUPLICATE_VERSION,
            Self::BadVersion { .. } => diagnostics::BAD_VERSION,
            Self::UnknownLatest { .. } => diagnostics::UNKNOWN_LATEST,
            Self::LatestNeeded(_) => diagnostics::LATEST_NEEDED,
            Self::UnknownKind(_) => diagnostics::UNKNOWN_KIND,
            Self::BadKindColumns { .. } => diagnostics::BAD_KIND_COLUMNS,
            Self::BadOption { .. } => diagnostics::BAD_OPTION,
            Self::UnknownWord { .. } => diagnostics::UNKNOWN_WORD,
            Self::UnknownReadOption { .. } => diagnostics::UNKNOWN_OPTION,
            Self::Missing { .. } | Self::MissingSql => diagnostics::MISSING_PROPERTY,
            Self::DottedName { .. } => diagnostics::BAD_NAME,
            Self::RepeatedName { .. } => diagnostics::REPEATED_NAME,
            Self::UnknownTimeZone(_) => diagnostics::UNKNOWN_TIME_ZONE,
            Self::EmptyRange { .. } => diagnostics::EMPTY_RANGE,
            Self::DeriveAndSql { .. } | Self::DeriveFromItself { .. } | Self::DeriveFromUnknown { .. } => {
                diagnostics::BAD_DERIVE
            }
            Self::BadAlias(_) => diagnostics::BAD_ALIAS,
            Self::SharedAlias { .. } => diagnostics::RELATION_CLASH,
            Self::BadLiteral { .. } => diagnostics::BAD_LITERAL,
            Self::ParameterIsVariable(_) | Self::AuditParameter(_) | Self::RequiredBehindOptional { .. } => {
                diagnostics::BAD_PARAMETER
            }
            Self::RowWidth { .. } => diagnostics::ROW_WIDTH,
        }
    }
}

/// All kinds of the language: what a misspelt one is compared with.
pub const KINDS: &[&str] = &[
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
