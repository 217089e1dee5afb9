//! Files as salsa inputs, the base database trait, and the parse of a file: what every later stage starts from.

mod inputs;
mod lines;

pub use esker_grammar::Span;
pub use inputs::{Project, SourceFile};
pub use lines::{LineColumn, LineIndex};

use esker_grammar::Parse;
use std::collections::BTreeMap;

/// The database that every query of the compiler asks. The concrete one lives in `driver`.
#[salsa::db]
pub trait Db: salsa::Database {}

/// The part of `esker.toml` that gives names and programs their meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The project's name.
    pub name: String,
    /// The schema of models that name none.
    pub schema: String,
    /// The project's own `$variables`, by name, with their values as SQL literals.
    pub vars: BTreeMap<String, String>,
    /// What models have that state nothing else, as lines of a model's body: `owner "growth@shop.test"`.
    pub defaults: String,
    /// The projects whose public models may be read, by name: the path of each one's interface among the project's files.
    pub dependencies: BTreeMap<String, String>,
    /// Whether a part of the project could not be found: what seems not to be declared may be there.
    pub incomplete: bool,
}

/// What the paths of the standard library begin with: its files are files of every project.
pub const STD_PREFIX: &str = "std:";

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "project".into(),
            schema: "main".into(),
            vars: BTreeMap::new(),
            defaults: String::new(),
            dependencies: BTreeMap::new(),
            incomplete: false,
        }
    }
}

/// The tree of a file, its tokens and its syntax errors. A file that is gone is empty.
#[salsa::tracked]
pub fn parse(db: &dyn Db, file: SourceFile) -> Parse {
    esker_grammar::parse(file.text(db).as_deref().unwrap_or(""))
}

/// The lines of a file, for turning byte offsets into what people and editors count.
#[salsa::tracked]
pub fn line_index(db: &dyn Db, file: SourceFile) -> LineIndex {
    LineIndex::new(file.text(db).as_deref().unwrap_or(""))
}
