//! What is wrong with a body of SQL as SQL, and how that is said.

use crate::UnseenCte;
use esker_declare::VersionName;
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use std::ops::Range;

/// A mistake in a body, at a range of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlError {
    /// The tokens that are wrong; an empty range, or one behind the last token, is the end of the body.
    pub tokens: Range<u32>,
    /// What is wrong.
    pub kind: SqlErrorKind,
}

/// The mistakes of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlErrorKind {
    /// There is no SQL.
    Empty,
    /// Another kind of statement, by its first word.
    NotAQuery {
        /// `create`
        statement: String,
    },
    /// Something behind a semicolon.
    SecondStatement,
    /// The grammar wants something else here.
    Unexpected {
        /// What would fit.
        expected: String,
        /// The token that stands there; nothing at the end.
        found: Option<String>,
    },
    /// A table with its version in the way of declarations: `from m@2`.
    PinnedTable {
        /// The name.
        name: String,
        /// The label as SQL writes it.
        label: String,
    },
    /// Any other refusal of the parser.
    Unreadable {
        /// The token where it gave up; nothing at the end.
        found: Option<String>,
    },
    /// `{{ … }}`
    Template,
    /// `?` or `:name`
    Placeholder {
        /// As written.
        text: String,
    },
    /// A name in backticks.
    Backticks {
        /// Without them.
        name: String,
    },
    /// A word of the engine's as the name of a column.
    ReservedWord {
        /// As written.
        word: String,
    },
    /// A `ref(…)` where a value belongs.
    RefAsValue,
    /// Two CTEs of one WITH have a name.
    DuplicateCte {
        /// The name.
        name: String,
    },
    /// Nested beyond what is read.
    TooDeep,
    /// A bracket without its partner.
    Unbalanced {
        /// `(`
        bracket: String,
    },
    /// A string or quoted name that does not end, or a sign that SQL does not have.
    BadToken {
        /// As written.
        text: String,
    },
    /// A table name that is no ref, no CTE and no table function.
    UnknownTable {
        /// As written.
        name: String,
        /// The reference that was likely meant.
        likely: Option<String>,
        /// A version that it has, if it has any.
        version: Option<VersionName>,
        /// A CTE of the query with nearly this name.
        cte: Option<String>,
    },
    /// The relation of a node, read past its reference.
    Relation {
        /// As written.
        name: String,
        /// The node's name.
        model: String,
        /// Its version.
        version: Option<VersionName>,
    },
    /// A CTE that the query has, and that cannot be seen from here.
    UnseenCte {
        /// Its name.
        name: String,
        /// Why.
        why: UnseenCte,
    },
    /// A file read by its name.
    FileAsTable {
        /// The path.
        path: String,
    },
    /// A `$name` that nothing defines.
    UnknownParam {
        /// Without `$`.
        name: String,
        /// What could be meant.
        known: Vec<String>,
    },
    /// `$start` and the like, in a node that is not computed by ranges of time.
    NoRange {
        /// Without `$`.
        name: String,
    },
    /// A join that says not how its rows are matched.
    JoinWithoutCondition,
    /// SQL that cannot be analysed, in a model that declares no columns.
    OpaqueWithoutContract {
        /// The construct.
        construct: String,
    },
}

impl SqlError {
    /// The problem as it is shown; `locate` says where tokens of the body stand.
    pub fn diagnostic(&self, locate: impl Fn(Range<u32>) -> Location) -> Diagnostic {
        let at = locate(self.tokens.clone());
        match &self.kind {
            SqlErrorKind::Empty => Diagnostic::new(diagnostics::SQL_SYNTAX, "the SQL is empty", at, "no query here")
                .help("Write a query: `select … from ref(…)`."),
            SqlErrorKind::NotAQuery { statement } => {
                let title = format!("`{statement}` is not a query");
                Diagnostic::new(diagnostics::NOT_A_QUERY, title, at, "a model is made by one query")
                    .why("Esker creates, fills and replaces the table itself; the SQL only says which rows it holds.")
                    .help("Write the `select` whose rows the model holds.")
            }
            SqlErrorKind::SecondStatement => {
                let title = "a second statement stands behind the query";
                Diagnostic::new(diagnostics::NOT_A_QUERY, title, at, "the query ends here")
                    .why("A model is made by exactly one query.")
                    .help("Remove what stands behind the semicolon, or make it a model of its own.")
            }
            SqlErrorKind::Unexpected { expected, found } => {
                let found = found.as_ref().map_or("the end of the SQL".to_string(), |found| format!("`{found}`"));
                let title = format!("expected {expected}, found {found}");
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "this does not fit here")
            }
            SqlErrorKind::PinnedTable { name, label } => {
                let title = format!("`{name}@{label}` cannot be read in SQL");
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "this does not fit here")
                    .help(format!("Write `ref({name}, v => {label})`."))
            }
            SqlErrorKind::Unreadable { found } => {
                let title = match found {
                    Some(found) => format!("the SQL cannot be read beyond `{found}`"),
                    None => "the SQL ends too early".to_string(),
                };
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "this does not fit here")
            }
            SqlErrorKind::Template => {
                Diagnostic::new(diagnostics::SQL_SYNTAX, "a template stands in the SQL", at, "not SQL")
                    .why("Esker has no templates: SQL is read and typed as it is written.")
                    .help("Write `ref(s)` for `{{ ref('s') }}`, and `$name` for a variable.")
            }
            SqlErrorKind::Placeholder { text } => {
                let title = format!("`{text}` is no variable");
                let diagnostic = Diagnostic::new(diagnostics::UNKNOWN_VARIABLE, title, at, "nothing sets it")
                    .why("A query is run by a plan: there is nobody to fill in parameters.");
                match text.strip_prefix(':').filter(|name| !name.is_empty()) {
                    Some(name) => diagnostic.help(format!("Variables are written with a dollar sign: `${name}`.")),
                    None => diagnostic.help("Variables have names and are written with a dollar sign: `$name`."),
                }
            }
            SqlErrorKind::Backticks { name } => {
                let title = "SQL has no backticks";
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "the engine refuses this")
                    .why("Backticks quote names outside SQL; in SQL, as the engine reads it, double quotes do.")
                    .help(format!("Write `\"{name}\"`."))
            }
            SqlErrorKind::ReservedWord { word } => {
                let title = format!("`{word}` is a word of SQL itself");
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "not the name of a column")
                    .why("The engine reads it as the beginning of something else, and refuses it here.")
                    .help(format!("Write `\"{word}\"`."))
            }
            SqlErrorKind::RefAsValue => {
                let title = "a reference stands where a value belongs";
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "a table, not a value")
                    .help("Read it in FROM and name its column, or write `(select … from ref(…))`.")
            }
            SqlErrorKind::DuplicateCte { name } => {
                let title = format!("two CTEs are called `{name}`");
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "the second one")
                    .help("Give one of them another name, or remove it.")
            }
            SqlErrorKind::TooDeep => {
                let title = "the SQL is nested too deeply to be read";
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "this query")
                    .help("Name inner queries with `with name as (…)`.")
            }
            SqlErrorKind::Unbalanced { bracket } => {
                let closes = matches!(bracket.as_str(), ")" | "]" | "}");
                let title = match closes {
                    true => format!("`{bracket}` closes nothing"),
                    false => format!("`{bracket}` is never closed"),
                };
                let label = if closes { "no bracket is open here" } else { "opened here" };
                Diagnostic::new(diagnostics::SQL_UNCLOSED, title, at, label)
            }
            SqlErrorKind::BadToken { text } => {
                let unclosed = text.starts_with(['\'', '"', '$']) || text.contains('\'') || text.starts_with("/*");
                let (title, label) = match text.chars().next() {
                    Some('"') => ("a quoted name is never closed".to_string(), "opened here"),
                    Some('/') if unclosed => ("a comment is never closed".to_string(), "opened here"),
                    _ if unclosed => ("a string is never closed".to_string(), "opened here"),
                    _ => (format!("`{text}` has no meaning in SQL"), "not SQL"),
                };
                Diagnostic::new(diagnostics::SQL_UNCLOSED, title, at, label)
            }
            SqlErrorKind::UnknownTable { name, likely, version, cte } => {
                let title = format!("`{name}` is not a table that this query can read");
                let diagnostic = Diagnostic::new(diagnostics::UNKNOWN_TABLE, title, at, "neither a `ref`, nor a CTE")
                    .why("A table is read through `ref(…)`, so that Esker knows what depends on what.");
                match (cte, likely) {
                    (Some(cte), _) => diagnostic.help(format!("Did you mean the CTE `{cte}`?")),
                    (None, Some(likely)) => diagnostic.help(match version {
                        Some(version) => format!(
                            "Write `ref({likely})` for its latest version, or pin one: `ref({likely}, v => {})`.",
                            label(version)
                        ),
                        None => format!("Write `ref({likely})`."),
                    }),
                    (None, None) => diagnostic.help(format!(
                        "Declare it: `source {name} {{ … }}`, and write `ref({name})`; nothing in the project has such a name."
                    )),
                }
            }
            SqlErrorKind::Relation { name, model, version } => {
                let title = format!("`{name}` is not a table that this query can read");
                let pin = version.as_ref().map_or(String::new(), |version| format!(", v => {}", label(version)));
                Diagnostic::new(diagnostics::UNKNOWN_TABLE, title, at, "neither a `ref`, nor a CTE")
                    .why("A table is read through `ref(…)`, so that Esker knows what depends on what.")
                    .help(format!("Write `ref({model}{pin})`."))
            }
            SqlErrorKind::UnseenCte { name, why: UnseenCte::Later(reader) } => {
                let title = format!("`{name}` is read before it is defined");
                Diagnostic::new(diagnostics::UNKNOWN_TABLE, title, at, "defined further below")
                    .why("A CTE sees those that stand before it.")
                    .help(format!("Move `{name}` before `{reader}`."))
            }
            SqlErrorKind::UnseenCte { name, why: UnseenCte::Itself } => {
                let title = format!("`{name}` reads itself");
                Diagnostic::new(diagnostics::UNKNOWN_TABLE, title, at, "read inside its own definition")
                    .why("A CTE sees itself only in a recursive WITH.")
                    .help("Write `with recursive`.")
            }
            SqlErrorKind::FileAsTable { path } => {
                let title = "a file is read by its path";
                Diagnostic::new(diagnostics::UNKNOWN_TABLE, title, at, "neither a `ref`, nor a CTE")
                    .why("Esker has to know the columns of what a query reads, and what depends on it.")
                    .help(format!("Declare a source with `read … \"{path}\"`, and read it with `ref(…)`."))
            }
            SqlErrorKind::UnknownParam { name, known } => {
                let title = format!("unknown variable `${name}`");
                let diagnostic = Diagnostic::new(diagnostics::UNKNOWN_VARIABLE, title, at, "nothing defines it");
                match esker_diagnostics::nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => diagnostic.help(format!("Did you mean `${near}`?")),
                    None => diagnostic.help(format!(
                        "The variables are {}; your own are set under `[vars]` in esker.toml.",
                        list(known.iter().map(|known| format!("`${known}`")))
                    )),
                }
            }
            SqlErrorKind::NoRange { name } => {
                let title = format!("`${name}` has no value in this model");
                Diagnostic::new(diagnostics::NO_RANGE, title, at, "there is no range of time here")
                    .why("A range of time is only given to a model that is computed range by range.")
                    .help("Write `kind incremental by time (column)`, or remove the condition; `$now` can be used everywhere.")
            }
            SqlErrorKind::JoinWithoutCondition => {
                let title = "this join has no condition";
                Diagnostic::new(diagnostics::SQL_SYNTAX, title, at, "how do its rows match?")
                    .help("Write `on …` or `using (…)` behind the table; `cross join` pairs every row with every row.")
            }
            SqlErrorKind::OpaqueWithoutContract { construct } => {
                let title = format!("`{construct}` cannot be analysed, so this model must declare its columns");
                Diagnostic::new(
                    diagnostics::OPAQUE_WITHOUT_CONTRACT,
                    title,
                    at,
                    "Esker cannot tell what columns this returns",
                )
                .why("The engine takes this SQL, but the columns of a model have to be known to its readers.")
                .help("Declare them: `contract enforced { name type … }`.")
            }
        }
    }
}

/// A version's label as a reference pins it.
fn label(version: &VersionName) -> String {
    match version {
        VersionName::Integer(number) => number.to_string(),
        VersionName::Text(text) => format!("'{text}'"),
    }
}

/// `a`, `b` and `c`
fn list(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.join(""),
    }
}
