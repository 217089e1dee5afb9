//! Everything that can go wrong while a plan is run, as typed values; their words stand here and nowhere else.
//!
//! These problems have no place in the project's text, so they are no `Diagnostic`s; they have the same parts: a code
//! with a page, a title, why, and what to do.

use crate::AuditFinding;
use crate::engines::{EngineError, ErrorClass, RelationKind};
use esker_diagnostics::{self as codes, Code};
use esker_plan::file::Relation;
use esker_plan::naming::catalog as catalog_of;
use esker_plan::time::Interval;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::fmt;

/// A problem of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The engine complains; the class decides what is said.
    Engine {
        /// The node whose step it was, or the unit test.
        node: Option<String>,
        /// The audit, when it was its query.
        audit: Option<String>,
        /// The complaint.
        error: Box<EngineError>,
        /// The line of SQL that it is about, when known.
        excerpt: Option<String>,
    },
    /// The state was written by a later version of Esker.
    StateTooNew {
        /// The version of the tables found.
        found: i64,
        /// The version that this program knows.
        known: i64,
    },
    /// The state is not the one that the plan was made against.
    StalePlan {
        /// The revision that the plan was made against.
        planned: u64,
        /// The state's revision.
        recorded: u64,
        /// What happened in between, one line each.
        since: Vec<String>,
    },
    /// A seed's file is not the one that the plan was made for.
    SeedChanged {
        /// The seed.
        node: String,
        /// Its file, from the project's root.
        path: String,
    },
    /// The environment is another project's, whose views would go.
    OtherProject {
        /// The environment.
        environment: String,
        /// The project whose environment it is.
        owner: String,
        /// The project of the plan.
        project: String,
    },
    /// A name that the plan needs is in use by something that Esker did not make.
    NameTaken {
        /// The name.
        relation: Relation,
        /// What stands there.
        found: RelationKind,
        /// What it is needed for.
        wanted: String,
    },
    /// A table or view that the state knows is gone, or is not what it was.
    TableChanged {
        /// The node it belongs to.
        node: String,
        /// The table.
        relation: Relation,
        /// What is different.
        what: String,
        /// The key under which the state knows it.
        snapshot: String,
    },
    /// A batch's query returned rows that do not belong to the batch.
    RowsOutside {
        /// The node.
        node: String,
        /// Its time column.
        column: String,
        /// The batch's range.
        range: Interval,
        /// How many rows lie outside.
        rows: i64,
        /// How many of them have no time at all.
        without: i64,
        /// Where they lie: `at …`, `between … and …`.
        extent: Option<String>,
    },
    /// A query does not return the columns that the plan promises.
    UnexpectedColumns {
        /// The node.
        node: String,
        /// What is different, in one sentence.
        what: String,
    },
    /// Rows break a promise of the contract.
    CheckFailed {
        /// The node.
        node: String,
        /// The promise, in the contract's words.
        check: String,
        /// How many rows break it, or how many keys stand in several rows.
        count: i64,
        /// Whether `count` is of keys.
        keys: bool,
        /// One of them.
        example: Option<String>,
    },
    /// Rows break the rules of audits of one node.
    AuditFailed {
        /// The audits and the rows, at least one.
        findings: Vec<AuditFinding>,
        /// How many batches before it, which it judged as well, will run again.
        again: u64,
    },
    /// The database of another project, which the plan reads, is not there.
    NoOtherDatabase {
        /// Its path as the plan has it.
        path: String,
    },
    /// A value in a unit test does not fit its column.
    BadTestValue(Box<BadTestValue>),
    /// What is to be shown has not been computed in this environment.
    NothingToShow {
        /// What was asked for.
        name: String,
        /// The environment.
        environment: String,
        /// The nearest name that could be shown.
        nearest: Option<String>,
    },
}

/// A value in a unit test that does not fit its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTestValue {
    /// The test.
    pub test: String,
    /// The table that is given; `None` in what is expected.
    pub given: Option<String>,
    /// The row, from 1.
    pub row: usize,
    /// The column.
    pub column: String,
    /// The value as it is written in SQL.
    pub value: String,
    /// The column's type.
    pub sql_type: String,
}

impl From<EngineError> for RunError {
    fn from(error: EngineError) -> Self {
        Self::Engine { node: None, audit: None, error: Box::new(error), excerpt: None }
    }
}

impl RunError {
    /// Says whose step the engine complained about.
    pub(crate) fn of_node(self, name: &str) -> Self {
        match self {
            Self::Engine { node: None, audit, error, excerpt } => {
                Self::Engine { node: Some(name.to_owned()), audit, error, excerpt }
            }
            other => other,
        }
    }

    /// Says whose query the engine complained about.
    pub(crate) fn of_audit(self, title: &str) -> Self {
        match self {
            Self::Engine { node, error, excerpt, .. } => {
                Self::Engine { node, audit: Some(title.to_owned()), error, excerpt }
            }
            other => other,
        }
    }

    /// Adds the line of `sql` that the engine points at.
    pub(crate) fn in_sql(self, sql: &str) -> Self {
        match self {
            Self::Engine { node, audit, mut error, .. } => {
                if let Some(project) = error.position.and_then(|at| other_project(sql.get(at..)?)) {
                    error.hint = Some(format!(
                        "It is the project `{project}` that makes it: run `esker apply` there, and `esker publish --interface` if it has changed."
                    ));
                }
                // A data file's fault is not in the SQL, which nobody wrote.
                let of_file = matches!(error.class, ErrorClass::MissingFile { .. } | ErrorClass::BadFile { .. });
                let at = error.position.filter(|&at| !of_file && sql.is_char_boundary(at));
                let excerpt = at.map(|at| {
                    let start = sql[..at].rfind('\n').map_or(0, |newline| newline + 1);
                    let end = sql[at..].find('\n').map_or(sql.len(), |newline| at + newline);
                    window(sql, start, at, end)
                });
                Self::Engine { node, audit, error, excerpt }
            }
            other => other,
        }
    }

    /// Whether the user stopped the run.
    pub fn is_interruption(&self) -> bool {
        matches!(self, Self::Engine { error, .. } if error.class == ErrorClass::Interrupted)
    }

    /// Whether every other step of the node would meet it again.
    pub(crate) fn concerns_whole_node(&self) -> bool {
        match self {
            Self::Engine { error, .. } => matches!(
                error.class,
                ErrorClass::MissingFile { .. } | ErrorClass::BadFile { .. } | ErrorClass::Syntax | ErrorClass::Binding
            ),
            Self::UnexpectedColumns { .. } => true,
            _ => false,
        }
    }

    /// Its registered code.
    pub fn code(&self) -> Code {
        match self {
            Self::Engine { error, .. } => match error.class {
                ErrorClass::Locked { .. } => codes::DATABASE_LOCKED,
                ErrorClass::ReadOnly => codes::DATABASE_READ_ONLY,
                ErrorClass::Unusable => codes::DATABASE_UNUSABLE,
                ErrorClass::BadFile { .. } => codes::BAD_DATA_FILE,
                ErrorClass::MissingFile { .. } => codes::NO_DATA_FILE,
                ErrorClass::Data | ErrorClass::Constraint => codes::BAD_VALUE,
                ErrorClass::Syntax | ErrorClass::Binding => codes::QUERY_REFUSED,
                ErrorClass::Interrupted => codes::INTERRUPTED,
                ErrorClass::Conflict | ErrorClass::Resources | ErrorClass::Other => codes::ENGINE_FAILED,
            },
            Self::StateTooNew { .. } => codes::STATE_TOO_NEW,
            Self::StalePlan { .. } | Self::SeedChanged { .. } => codes::STALE_PLAN,
            Self::OtherProject { .. } => codes::OTHER_PROJECT,
            Self::NameTaken { .. } => codes::NAME_TAKEN,
            Self::TableChanged { .. } => codes::TABLE_CHANGED,
            Self::RowsOutside { .. } => codes::ROWS_OUTSIDE_BATCH,
            Self::UnexpectedColumns { .. } => codes::UNEXPECTED_COLUMNS,
            Self::CheckFailed { .. } => codes::CHECK_FAILED,
            Self::AuditFailed { .. } => codes::AUDIT_FAILED,
            Self::NoOtherDatabase { .. } => codes::NO_OTHER_DATABASE,
            Self::BadTestValue(_) => codes::BAD_TEST_VALUE,
            Self::NothingToShow { .. } => codes::NOTHING_TO_SHOW,
        }
    }

    /// One line: what is wrong. (A line of the data file may follow it.)
    pub fn title(&self) -> String {
        match self {
            Self::Engine { node: Some(node), audit: Some(audit), error, .. } => {
                format!("`{node}`, audit `{audit}`: {}", error.message)
            }
            Self::Engine { node: Some(node), error, .. } => format!("`{node}`: {}", error.message),
            Self::Engine { node: None, error, .. } => error.message.clone(),
            Self::StateTooNew { found, known } => {
                format!(
                    "the state was written by a newer Esker: its tables have version {found}, this one knows {known}"
                )
            }
            Self::StalePlan { planned, recorded, .. } => format!(
                "the plan is out of date: it was made against revision {planned} of the state, which is now at {recorded}"
            ),
            Self::SeedChanged { node, path } => {
                format!("the plan is out of date: `{path}`, the file of `{node}`, has changed since it was made")
            }
            Self::OtherProject { environment, owner, .. } => {
                format!("the environment `{environment}` of this database is the one of the project `{owner}`")
            }
            Self::NameTaken { relation, found, wanted } => {
                format!("`{relation}` is needed for {wanted}, but a {} of that name is there already", noun(*found))
            }
            Self::TableChanged { node, relation, what, .. } => format!("`{relation}`, the data of `{node}`, {what}"),
            Self::RowsOutside { node, column, range, rows, without, .. } => {
                let lie = match (*rows, *without) {
                    (1, 1) => format!("1 row without a `{column}`"),
                    (rows, without) if rows == without => format!("{rows} rows without a `{column}`"),
                    (1, _) => format!("1 row whose `{column}` lies outside of the batch"),
                    (rows, _) => format!("{rows} rows whose `{column}` lies outside of the batch"),
                };
                format!("`{node}` returned {lie}, [{}, {})", range.start.to_short(), range.end.to_short())
            }
            Self::UnexpectedColumns { node, what } => format!("`{node}`: {what}"),
            Self::CheckFailed { node, check, count, keys, .. } => {
                let broken = match (*keys, *count) {
                    (true, 1) => "1 key stands in several rows".to_owned(),
                    (true, count) => format!("{count} keys stand in several rows"),
                    (false, 1) => "1 row does not keep it".to_owned(),
                    (false, count) => format!("{count} rows do not keep it"),
                };
                format!("`{node}` promises `{check}`: {broken}")
            }
            Self::AuditFailed { findings, .. } => {
                let titles: Vec<String> = findings.iter().map(AuditFinding::title).collect();
                titles.join("\n")
            }
            Self::NoOtherDatabase { path } => {
                format!("`{path}`, the database of another project that is read, is not there")
            }
            Self::BadTestValue(bad) => {
                let BadTestValue { test, given, row, column, value, sql_type } = bad.as_ref();
                let place = given.as_ref().map_or_else(|| "`expect`".to_owned(), |given| format!("`given {given}`"));
                format!("test \"{test}\": {value} in {place}, row {row}, column `{column}`, is not {}", an(sql_type))
            }
            Self::NothingToShow { name, environment, .. } => {
                format!("`{name}` has not been computed in the environment `{environment}`")
            }
        }
    }

    /// Why it is a problem, where the title does not say it.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Engine { error, excerpt, .. } => match (&error.class, excerpt) {
                (ErrorClass::Locked { program: Some(program), .. }, _) => Some(format!("It is held by `{program}`.")),
                (_, Some(line)) if !line.is_empty() => Some(format!("The engine points at: {line}")),
                _ => None,
            },
            Self::StateTooNew { .. } => None,
            Self::StalePlan { planned, recorded, .. } if recorded < planned => {
                Some("The state is older than the plan: this is another database, or one that was restored.".to_owned())
            }
            Self::StalePlan { since, .. } if since.is_empty() => None,
            Self::StalePlan { since, .. } => Some(format!("Since then: {}.", since.join("; "))),
            Self::SeedChanged { .. } => None,
            Self::OtherProject { .. } => Some("The views of its models would be dropped. Nothing was run.".to_owned()),
            Self::NameTaken { .. } => Some("Esker did not make it, and would destroy it.".to_owned()),
            Self::TableChanged { .. } => {
                Some("The state says that it is complete; building on it would give wrong rows.".to_owned())
            }
            Self::RowsOutside { extent: Some(extent), without, .. } => {
                let missing = if *without > 0 { format!(", and {without} without a time") } else { String::new() };
                Some(format!("They lie {extent}{missing}; nothing of this batch was kept."))
            }
            Self::RowsOutside { .. } => Some("Nothing of this batch was kept.".to_owned()),
            Self::UnexpectedColumns { .. } => Some("Readers rely on the columns that were planned.".to_owned()),
            Self::CheckFailed { example: Some(example), .. } => {
                Some(format!("For instance {example}; nothing of this step was kept."))
            }
            Self::CheckFailed { .. } => Some("Nothing of this step was kept.".to_owned()),
            Self::AuditFailed { findings, again } => {
                let kept = match findings.first().and_then(|finding| finding.range) {
                    Some(range) => {
                        let (start, end) = (range.start.to_short(), range.end.to_short());
                        let again = match again {
                            0 => String::new(),
                            1 => ", and the batch before it will run again".to_owned(),
                            again => format!(", and the {again} batches before it will run again"),
                        };
                        format!("Nothing of the batch [{start}, {end}) was kept{again}.")
                    }
                    None => "Nothing of this step was kept.".to_owned(),
                };
                let shown = findings.iter().map(|finding| match findings.len() {
                    1 => format!("{kept} {}", finding.shown()),
                    _ => format!("\n`{}`: {}", finding.audit, finding.shown()),
                });
                let shown: String = shown.collect();
                Some(if findings.len() > 1 { format!("{kept}{shown}") } else { shown })
            }
            Self::NoOtherDatabase { .. } => Some("Nothing was run.".to_owned()),
            Self::BadTestValue(bad) => Some(match bad.given {
                Some(_) => "The rows that are given have the types of what they stand in for.".to_owned(),
                None => "The rows that are expected have the types that the query returns.".to_owned(),
            }),
            Self::NothingToShow { .. } => None,
        }
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Engine { error, .. } => match error.class {
                ErrorClass::Interrupted => Some("Run it again: what is recorded is not computed again.".to_owned()),
                ErrorClass::Data if error.hint.is_none() => {
                    Some("Correct the data, or use TRY_CAST where a value may be unreadable.".to_owned())
                }
                _ => error.hint.clone(),
            },
            Self::StateTooNew { .. } => Some("Use that version of Esker for this database.".to_owned()),
            Self::StalePlan { .. } | Self::SeedChanged { .. } => {
                Some("Make a new plan: `esker plan`, or `esker apply` to run it at once.".to_owned())
            }
            Self::OtherProject { owner, project, .. } => Some(format!(
                "Give each project a database of its own: `path` in the `[engine.…]` of `esker.toml`. If `{owner}` is this project's former \
                 name: UPDATE esker_state.plans SET project = '{project}' WHERE project = '{owner}'."
            )),
            Self::NameTaken { .. } => Some("Rename or drop it, or give the model another name or schema.".to_owned()),
            Self::TableChanged { snapshot, .. } => Some(format!(
                "Restore it, or have it computed again by making the state forget it: DELETE FROM esker_state.steps WHERE \
                 snapshot = '{snapshot}'; DELETE FROM esker_state.snapshots WHERE snapshot = '{snapshot}'; and drop what is \
                 left of it."
            )),
            Self::RowsOutside { column, without, rows, .. } if without == rows => {
                Some(format!("Leave such rows out in the WHERE of the query: `{column} is not null`."))
            }
            Self::RowsOutside { column, .. } => {
                Some(format!("Filter in the query: `where {column} >= $start and {column} < $end`."))
            }
            Self::UnexpectedColumns { .. } => {
                Some("Cast or rename the column in the SELECT, or correct the contract.".to_owned())
            }
            Self::CheckFailed { .. } => {
                Some("Correct the data or the query, or promise less in the contract.".to_owned())
            }
            Self::AuditFailed { findings, .. } if findings.iter().all(AuditFinding::is_foreign_key) => {
                Some("Correct the data or the query, or promise less in the contract.".to_owned())
            }
            Self::AuditFailed { .. } => Some(
                "Correct the data or the query, or put `warn` behind the audit, which then is told and stops nothing."
                    .to_owned(),
            ),
            Self::NoOtherDatabase { .. } => Some(
                "Run `esker apply` in that project, or correct the path under `[dependencies]` in `esker.toml`."
                    .to_owned(),
            ),
            Self::BadTestValue(_) => Some("Correct the value, or cast it in the query that is tested.".to_owned()),
            Self::NothingToShow { nearest: Some(nearest), .. } => Some(format!("Did you mean `{nearest}`?")),
            Self::NothingToShow { .. } => Some("Compute it first: `esker apply`.".to_owned()),
        }
    }
}

/// The project whose database the table is in that SQL begins with.
fn other_project(sql: &str) -> Option<&str> {
    let (catalog, rest) = sql.strip_prefix('"')?.split_once('"')?;
    catalog.strip_prefix(&catalog_of("")).filter(|_| rest.starts_with(".\""))
}

/// A line of SQL, or what stands near `at` in a long one.
fn window(sql: &str, start: usize, at: usize, end: usize) -> String {
    const BEFORE: usize = 60;
    const AFTER: usize = 80;
    let boundary = |at: usize| (start..=at).rev().find(|&at| sql.is_char_boundary(at)).unwrap_or(start);
    let from = if at - start > BEFORE { boundary(at - BEFORE) } else { start };
    let to = if end - at > AFTER { boundary(at + AFTER) } else { end };
    let dots = |cut: bool| if cut { "…" } else { "" };
    format!("{}{}{}", dots(from > start), sql[from..to].trim(), dots(to < end))
}

/// `a VARCHAR`, `an INTEGER`
fn an(sql_type: &str) -> String {
    let vowel = sql_type.starts_with(['A', 'E', 'I', 'O']);
    format!("{} {sql_type}", if vowel { "an" } else { "a" })
}

fn noun(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table => "table",
        RelationKind::View => "view",
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())
    }
}

impl std::error::Error for RunError {}

impl Serialize for RunError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("RunError", 5)?;
        fields.serialize_field("code", self.code().id())?;
        fields.serialize_field("name", self.code().name())?;
        fields.serialize_field("title", &self.title())?;
        fields.serialize_field("why", &self.why())?;
        fields.serialize_field("help", &self.help())?;
        fields.end()
    }
}
