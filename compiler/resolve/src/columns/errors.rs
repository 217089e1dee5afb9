//! What can be wrong with how the columns of a node are put together.

use crate::list::list;
use crate::{ItemPlace, ResolveError, place_location};
use esker_declare::{Item, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, nearest};
use esker_source::Db;

/// A problem of a column block.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum ColumnsError<'db> {
    /// A `columns` block in a model whose shared body declares none.
    WithoutContract {
        /// The block.
        at: Place,
    },
    /// A column that the shared contract does not have.
    Unknown {
        /// The name.
        at: Place,
        /// The name as written.
        column: String,
        /// The columns that exist.
        columns: Vec<String>,
    },
    /// A name that is written in another case than where it is declared.
    Case {
        /// The name.
        at: Place,
        /// The name as written.
        column: String,
        /// The name as declared.
        declared: String,
    },
    /// An exclude or rename of a column that the block does not include.
    NotIncluded {
        /// The name.
        at: Place,
        /// The name as written.
        column: String,
    },
    /// Two columns with one name, or one thing said twice in a block.
    Clash {
        /// The second.
        at: Place,
        /// What is the case, as the title.
        what: String,
        /// The first.
        first: ItemPlace<'db>,
    },
    /// A rename to the name that the column has.
    SameName {
        /// The line.
        at: Place,
        /// The name as written.
        column: String,
    },
    /// A new column of a version without a type.
    NewWithoutType {
        /// Its name.
        at: Place,
        /// Its name as written.
        column: String,
    },
    /// The name of an included column, and nothing that is other about it.
    Bare {
        /// The name.
        at: Place,
        /// The name as written.
        column: String,
    },
    /// An `include` of a set that nobody declares.
    UnknownSet {
        /// The line.
        at: Place,
        /// The name as written.
        set: String,
        /// The sets that exist.
        sets: Vec<String>,
        /// Whether the shared contract has a column of this name.
        column: bool,
    },
    /// A set that includes itself.
    SetLoop {
        /// The set's name.
        at: Place,
        /// The sets on the way, this one first.
        path: Vec<String>,
    },
}

impl<'db> From<ColumnsError<'db>> for ResolveError<'db> {
    fn from(error: ColumnsError<'db>) -> Self {
        Self::Columns(error)
    }
}

impl<'db> ColumnsError<'db> {
    pub(crate) fn diagnostic(&self, db: &'db dyn Db, item: Item<'db>) -> Diagnostic {
        let place = |at: &Place| place_location(db, item, *at);
        match self {
            Self::WithoutContract { at } => Diagnostic::new(
                diagnostics::COLUMNS_WITHOUT_CONTRACT,
                format!("`{}` has no contract that this block could start from", item.name(db)),
                place(at),
                "edits columns that nobody declared",
            )
            .why("A version's `columns` block says how its columns differ from those of the shared contract.")
            .help("Declare the shared columns in `contract enforced { … }` in the model's body."),
            Self::Unknown { at, column, columns } => {
                let found = Diagnostic::new(
                    diagnostics::UNKNOWN_BLOCK_COLUMN,
                    format!("the contract of `{}` has no column `{column}`", item.name(db)),
                    place(at),
                    "no such column",
                );
                match nearest(column, columns.iter().map(String::as_str)) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help(format!("Its columns are {}.", list(columns))),
                }
            }
            Self::Case { at, column, declared } => Diagnostic::new(
                diagnostics::COLUMN_CASE,
                format!("column `{declared}` is written `{column}` here"),
                place(at),
                "in another case",
            )
            .why("The engine compares names without case, so it is the same column; other engines may not think so.")
            .help(format!("Write `{declared}`.")),
            Self::NotIncluded { at, column } => Diagnostic::new(
                diagnostics::UNKNOWN_BLOCK_COLUMN,
                format!("column `{column}` is not among those that this block includes"),
                place(at),
                "not included",
            )
            .help(format!("Include it first, or leave `{column}` out here.")),
            Self::Clash { at, what, first } => {
                Diagnostic::new(diagnostics::COLUMN_CLASH, what.clone(), place(at), "the second one")
                    .related(first.location(db), "the first one")
                    .help("Keep one of the two, or give one another name.")
            }
            Self::SameName { at, column } => Diagnostic::new(
                diagnostics::COLUMN_CLASH,
                format!("column `{column}` is renamed to its own name"),
                place(at),
                "changes nothing",
            )
            .help("Write the new name, or remove the line."),
            Self::NewWithoutType { at, column } => Diagnostic::new(
                diagnostics::MISSING_TYPE,
                format!("column `{column}` has no type"),
                place(at),
                "a type must follow",
            )
            .why("It is new in this version, so there is no type to inherit.")
            .help(format!("Write its type behind the name: `{column} varchar`.")),
            Self::Bare { at, column } => Diagnostic::new(
                diagnostics::BARE_COLUMN,
                format!("`{column}` alone changes nothing"),
                place(at),
                "included already, as it is",
            )
            .why("A line of a `columns` block says what is other about a column; which columns the version has is said by `include` and `exclude`.")
            .help(format!("To have just the columns that are listed, write `include ({column}, …)`; else remove the line.")),
            Self::UnknownSet { at, set, sets, column } => {
                let title = format!("there is no column set `{set}`");
                let found = Diagnostic::new(diagnostics::UNKNOWN_COLUMN_SET, title, place(at), "no such set");
                match nearest(set, sets.iter().map(String::as_str)) {
                    _ if *column => found.help(format!("To include the column of this name, write `include ({set})`.")),
                    Some(likely) => found.help(format!("Did you mean `include {likely}`?")),
                    None => found.help(format!("Declare it: `columns {set} {{ … }}`.")),
                }
            }
            Self::SetLoop { at, path } => {
                let title = match &path[..] {
                    [own] => format!("the column set `{own}` includes itself"),
                    _ => {
                        format!("these column sets include each other in a circle: {} → {}", path.join(" → "), path[0])
                    }
                };
                Diagnostic::new(diagnostics::SET_LOOP, title, place(at), "comes back to itself")
                    .why("Its columns could never be listed.")
                    .help("Take one of these includes out.")
            }
        }
    }
}
