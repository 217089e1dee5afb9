//! What can be wrong with where the SQL of a node comes from.

use crate::list::list;
use crate::{ResolveError, place_location};
use esker_declare::{Item, ItemDecl, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, nearest};
use esker_source::Db;

/// A problem of a node's SQL as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// A model without SQL, or a version with none to inherit.
    MissingSql {
        /// The model or the version.
        at: Place,
    },
    /// `sql file` names what is not there.
    MissingFile {
        /// The path.
        at: Place,
        /// Where it was looked for, from the project's root.
        path: String,
        /// The `.sql` files that are in that folder.
        there: Vec<String>,
    },
    /// `derive from` in a model without a contract.
    DeriveWithoutContract {
        /// The label.
        at: Place,
    },
    /// Columns that neither the other version nor the block has.
    Underived {
        /// The label.
        at: Place,
        /// The label as written.
        from: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// An expression for what is no column of the version.
    NoDerivedColumn {
        /// The name.
        at: Place,
        /// The name as written.
        column: String,
        /// The columns that there are.
        columns: Vec<String>,
    },
}

impl From<BodyError> for ResolveError<'_> {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

/// The label of the version that a place is in, as files have it.
fn label<'db>(db: &'db dyn Db, item: Item<'db>, at: &Place) -> Option<String> {
    let ItemDecl::Model(model) = item.decl(db) else { return None };
    let version = model.versions.iter().find(|version| Some(version.block) == at.version)?;
    Some(version.name.relation_suffix())
}

impl BodyError {
    pub(crate) fn diagnostic<'db>(&self, db: &'db dyn Db, item: Item<'db>) -> Diagnostic {
        let place = |at: &Place| place_location(db, item, *at);
        match self {
            Self::MissingSql { at } => {
                let file = item.name(db).rsplit('.').next().unwrap_or_default();
                Diagnostic::new(
                    diagnostics::MISSING_PROPERTY,
                    "there is no SQL that makes this dataset",
                    place(at),
                    "has no `sql` block",
                )
                .help(match label(db, item, at) {
                    Some(label) => format!(
                        "Add `sql {{ select … }}` here, or in the model's shared body, where all versions inherit it, or put the SQL into `{file}_v{label}.sql` beside this file."
                    ),
                    None => format!("Add `sql {{ select … }}`, or put the SQL into `{file}.sql` beside this file."),
                })
            }
            Self::MissingFile { at, path, there } => {
                let name = path.rsplit('/').next().unwrap_or(path);
                let title = format!("there is no file `{path}`");
                let found = Diagnostic::new(diagnostics::MISSING_SQL_FILE, title, place(at), "no such file");
                match nearest(name, there.iter().map(String::as_str)) {
                    _ if there.contains(&format!("{name}.sql")) => found.help(format!("Write `{name}.sql`.")),
                    _ if !path.ends_with(".sql") => {
                        found.help("The file must be a `.sql` file in one of the project's model folders.")
                    }
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None if there.is_empty() => {
                        found.help("The path goes from the folder of this file; no `.sql` file is in the folder that it names.")
                    }
                    None => found.help(format!(
                        "The path goes from the folder of this file; the `.sql` files there are {}.",
                        list(there)
                    )),
                }
            }
            Self::DeriveWithoutContract { at } => Diagnostic::new(
                diagnostics::DERIVE_WITHOUT_CONTRACT,
                format!("`{}` has no contract that says which columns are derived", item.name(db)),
                place(at),
                "derives columns that nobody declared",
            )
            .why("The projection is made out of the columns that the two versions promise.")
            .help("Declare the shared columns in `contract enforced { … }` in the model's body, or write the SQL yourself."),
            Self::Underived { at, from, columns } => {
                let (noun, verb) = if columns.len() == 1 { ("column", "is") } else { ("columns", "are") };
                Diagnostic::new(
                    diagnostics::UNDERIVED_COLUMN,
                    format!("{noun} {} {verb} not in version {from}", list(columns)),
                    place(at),
                    "does not have what this version promises",
                )
                .help(format!("Say how to compute it: `derive from {from} {{ {} = … }}`.", columns[0]))
            }
            Self::NoDerivedColumn { at, column, columns } => {
                let found = Diagnostic::new(
                    diagnostics::NO_DERIVED_COLUMN,
                    format!("this version has no column `{column}`"),
                    place(at),
                    "no such column",
                );
                match nearest(column, columns.iter().map(String::as_str)) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help(format!("Add it to the version's `columns {{ … }}`: `{column} varchar`.")),
                }
            }
        }
    }
}
