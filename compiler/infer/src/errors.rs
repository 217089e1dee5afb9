//! What is wrong with the names and types of a query, and how that is said.

use esker_declare::DataType;
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, nearest};
use esker_sql::{ExprId, QueryId, QuerySourceMap, TableId};
use std::ops::Range;

/// Where a problem is, in terms of the query IR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// An expression.
    Expr(ExprId),
    /// The name of an entry of a select list.
    Item(ExprId),
    /// From one expression to another.
    Between(ExprId, ExprId),
    /// A query.
    Query(QueryId),
    /// A table of a FROM clause.
    Table(TableId),
}

impl At {
    /// The tokens.
    pub fn tokens(self, map: &QuerySourceMap) -> Range<u32> {
        match self {
            Self::Expr(id) => map.expr(id),
            Self::Item(id) => map.item(id),
            Self::Between(first, last) => map.expr(first).start..map.expr(last).end,
            Self::Query(id) => map.query(id),
            Self::Table(id) => map.table(id),
        }
    }
}

/// A problem of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InferError {
    /// Where it is.
    pub at: At,
    /// What it is.
    pub kind: InferErrorKind,
}

/// The problems of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InferErrorKind {
    /// No table in sight has the column.
    UnknownColumn {
        /// As written.
        name: String,
        /// The tables that were looked in.
        tables: Vec<String>,
        /// Their columns.
        columns: Vec<String>,
    },
    /// No table in sight has the alias.
    UnknownTableAlias {
        /// As written.
        name: String,
        /// The tables in sight.
        tables: Vec<String>,
    },
    /// No window of the SELECT has the name.
    UnknownWindow {
        /// As written.
        name: String,
        /// The windows that there are.
        windows: Vec<String>,
    },
    /// A number in ORDER BY or GROUP BY that names no column.
    UnknownOrdinal {
        /// As written.
        number: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// Two tables have the name.
    AmbiguousTable {
        /// As written.
        name: String,
    },
    /// A type that the engine does not have, but nearly has.
    UnknownType {
        /// As written.
        name: String,
        /// The near one.
        near: String,
    },
    /// Several tables have the column.
    AmbiguousColumn {
        /// As written.
        name: String,
        /// The tables that have it.
        tables: Vec<String>,
    },
    /// The engine does not combine the types.
    TypeClash {
        /// The operator or construct.
        what: String,
        /// The types, in order.
        types: Vec<DataType>,
    },
    /// A text that is compared with a number, and is none.
    NoNumber {
        /// The text.
        text: String,
        /// The type of the number.
        ty: DataType,
    },
    /// The sides of a set operation differ in their number of columns.
    SetMismatch {
        /// `union`
        op: &'static str,
        /// Columns of the left side.
        left: usize,
        /// Columns of the right side.
        right: usize,
    },
    /// Rows of VALUES, or a list of column names, that do not have the right length.
    WrongCount {
        /// What has the wrong length.
        what: String,
        /// What it should be.
        expected: usize,
        /// What it is.
        found: usize,
    },
    /// Two columns of the result have one name.
    DuplicateOutput {
        /// The name.
        name: String,
        /// Where the name stands first.
        first: At,
    },
    /// An aggregate where rows are not grouped.
    MisplacedAggregate {
        /// The function.
        name: String,
        /// Whether it is a window function.
        window: bool,
        /// Where it stands: `WHERE`.
        clause: &'static str,
    },
    /// A window function without a window.
    NeedsWindow {
        /// The function.
        name: String,
    },
    /// A column that is neither grouped nor aggregated.
    NotGrouped {
        /// The column.
        name: String,
    },
    /// No function of this name.
    UnknownFunction {
        /// As written.
        name: String,
        /// One of nearly this name, or what the engine has for what other engines call so.
        near: Option<String>,
    },
    /// A condition that is neither true nor false.
    NoCondition {
        /// What it is.
        ty: DataType,
    },
    /// A type of the project's, which the engine does not know.
    ProjectType {
        /// As written.
        name: String,
        /// What it stands for.
        ty: DataType,
    },
    /// A function of the project has no such parameter, or has it twice in a call.
    UnknownArgument {
        /// The function.
        function: String,
        /// The name before `=>`.
        argument: String,
        /// The parameters.
        params: Vec<String>,
    },
    /// An argument that does not become what the parameter of a function of the project takes.
    ArgumentType {
        /// The function.
        function: String,
        /// The parameter.
        param: String,
        /// Its type.
        wanted: DataType,
        /// What the argument is.
        found: DataType,
    },
    /// A function of the project, which makes one value for each row, where that is not enough.
    MisusedFunction {
        /// The function.
        name: String,
        /// How it is used: `over a window`.
        how: &'static str,
    },
    /// A subquery as the argument of a function that has the parameter in a lambda.
    QueryInLambda {
        /// The function.
        function: String,
        /// The parameter.
        param: String,
    },
    /// Functions of the project that become too much SQL.
    TooLarge,
    /// No form of a function takes the arguments.
    WrongArguments {
        /// The function.
        name: String,
        /// The types of the arguments.
        types: Vec<DataType>,
        /// The forms.
        forms: Vec<String>,
    },
}

impl InferError {
    /// The problem as it is shown; `locate` says where tokens of the node's SQL stand.
    pub fn diagnostic(&self, map: &QuerySourceMap, locate: impl Fn(Range<u32>) -> Location) -> Diagnostic {
        let at = locate(self.at.tokens(map));
        match &self.kind {
            InferErrorKind::UnknownColumn { name, tables, columns } => {
                let bare = name.rsplit('.').next().unwrap_or(name);
                let label = match &tables[..] {
                    [] => "this query reads no table".to_string(),
                    [table] => format!("`{table}` has no such column"),
                    tables => format!("none of {} has such a column", list(tables)),
                };
                let diagnostic =
                    Diagnostic::new(diagnostics::UNKNOWN_COLUMN, format!("unknown column `{name}`"), at, label);
                match nearest(bare, columns.iter().map(String::as_str)) {
                    Some(near) => diagnostic.help(format!("Did you mean `{near}`?")),
                    None if matches!(self.at, At::Expr(id) if map.quoted.contains(&id)) => diagnostic
                        .help(format!("Double quotes are for names. A string takes single quotes: `'{name}'`.")),
                    None if columns.is_empty() || columns.len() > 12 => diagnostic,
                    None => diagnostic.help(format!("There are {}.", list(columns))),
                }
            }
            InferErrorKind::UnknownTableAlias { name, tables } => {
                let title = format!("no table is called `{name}` here");
                let diagnostic = Diagnostic::new(diagnostics::UNKNOWN_TABLE_ALIAS, title, at, "unknown table or alias");
                let near = nearest(name, tables.iter().map(String::as_str)).filter(|_| name.len() > 1);
                match (near, &tables[..]) {
                    (Some(near), _) => diagnostic.help(format!("Did you mean `{near}`?")),
                    (None, []) => diagnostic,
                    (None, tables) => diagnostic.help(format!("This query reads {}.", list(tables))),
                }
            }
            InferErrorKind::UnknownWindow { name, windows } => {
                let title = format!("no window is called `{name}` here");
                let diagnostic = Diagnostic::new(diagnostics::UNKNOWN_TABLE_ALIAS, title, at, "unknown window");
                match &windows[..] {
                    [] => diagnostic.help(format!("Define it: `window {name} as (…)`.")),
                    windows => diagnostic.help(format!("There are {}.", list(windows))),
                }
            }
            InferErrorKind::UnknownOrdinal { number, columns } => {
                let title = format!("there is no column {number}: the query has {}", count(*columns));
                Diagnostic::new(diagnostics::UNKNOWN_COLUMN, title, at, "counts the columns of the select list from 1")
            }
            InferErrorKind::AmbiguousTable { name } => {
                let title = format!("two tables are called `{name}` here");
                Diagnostic::new(diagnostics::AMBIGUOUS_COLUMN, title, at, "which of them?")
                    .help("Give each an alias of its own: `ref(…) as a`.")
            }
            InferErrorKind::UnknownType { name, near } => {
                let title = format!("unknown type `{name}`");
                Diagnostic::new(diagnostics::UNKNOWN_TYPE, title, at, "the engine has no such type")
                    .help(format!("Did you mean `{near}`?"))
            }
            InferErrorKind::NeedsWindow { name } => {
                let title = format!("`{name}` is a window function and needs a window");
                Diagnostic::new(diagnostics::MISPLACED_AGGREGATE, title, at, "over which rows?")
                    .help(format!("Write `{name}(…) over (partition by … order by …)`."))
            }
            InferErrorKind::AmbiguousColumn { name, tables } => {
                let title = format!("`{name}` is ambiguous");
                let label = format!("{} have it", list(tables));
                let qualified: Vec<String> = tables.iter().map(|table| format!("{table}.{name}")).collect();
                Diagnostic::new(diagnostics::AMBIGUOUS_COLUMN, title, at, label).help(
                    match tables.windows(2).any(|pair| pair[0].eq_ignore_ascii_case(&pair[1])) {
                        true => {
                            "Give each of the tables a name of its own with `as`, and say which one is meant.".into()
                        }
                        false => format!("Say which: {}.", alternatives(&qualified)),
                    },
                )
            }
            InferErrorKind::TypeClash { what, types } => {
                let types: Vec<String> = types.iter().map(ToString::to_string).collect();
                let title = match what.strip_prefix("cast to ") {
                    Some(to) => format!("{} cannot be cast to `{to}`", list(&types)),
                    // What is no operator is said in words.
                    None if what.starts_with("a ") || what.starts_with("column ") => {
                        format!("{what} does not combine {}", list(&types))
                    }
                    None => format!("`{what}` does not combine {}", list(&types)),
                };
                Diagnostic::new(diagnostics::TYPE_CLASH, title, at, "the engine refuses these types")
                    .help("Convert one of them with `cast(… as …)`.")
            }
            InferErrorKind::NoNumber { text, ty } => {
                let title = format!("`'{text}'` is compared with `{ty}`");
                Diagnostic::new(diagnostics::TYPE_CLASH, title, at, "no number")
                    .why("The engine reads a string as what it is compared with, and fails when it cannot.")
                    .help("Write a number, or compare with a text.")
            }
            InferErrorKind::SetMismatch { op, left, right } => {
                let title = format!("the sides of `{op}` have {} and {}", count(*left), count(*right));
                Diagnostic::new(diagnostics::SET_MISMATCH, title, at, format!("{} here", count(*right)))
                    .help("Select the same columns on both sides.")
            }
            InferErrorKind::WrongCount { what, expected, found } => {
                let verb = if *expected == 1 { "belongs" } else { "belong" };
                let title = format!("{what} has {}, where {} {verb}", count(*found), count(*expected));
                Diagnostic::new(diagnostics::SET_MISMATCH, title, at, format!("{} here", count(*found)))
            }
            InferErrorKind::DuplicateOutput { name, first } => {
                let title = format!("two columns are named `{name}`");
                let first = locate(first.tokens(map));
                let diagnostic =
                    Diagnostic::new(diagnostics::DUPLICATE_OUTPUT_COLUMN, title, at.clone(), "the second one");
                let diagnostic = if first == at { diagnostic } else { diagnostic.related(first, "the first one") };
                diagnostic.help("Give one of them another name with `as`, or leave it out.")
            }
            InferErrorKind::MisplacedAggregate { name, window, clause } => {
                let what = if *window { "window function" } else { "aggregate" };
                let title = format!("the {what} `{name}` cannot stand in {clause}");
                let diagnostic = Diagnostic::new(diagnostics::MISPLACED_AGGREGATE, title, at, "cannot stand here");
                match (*window, *clause) {
                    (true, "WHERE" | "HAVING") => diagnostic.help("Move the condition to QUALIFY."),
                    (false, "WHERE") => diagnostic.help("Move the condition to HAVING."),
                    _ => diagnostic.help("Compute it in a query of its own, and read that."),
                }
            }
            InferErrorKind::NotGrouped { name } => {
                let title = format!("`{name}` is neither grouped nor aggregated");
                Diagnostic::new(diagnostics::NOT_GROUPED, title, at, "a group has many values of it").help(format!(
                    "Add it to GROUP BY, or say which value is meant: `any_value({name})`, `max({name})`."
                ))
            }
            InferErrorKind::UnknownFunction { name, near } => {
                let title = format!("unknown function `{name}`");
                let diagnostic =
                    Diagnostic::new(diagnostics::UNKNOWN_FUNCTION, title, at, "the engine has no such function");
                match near {
                    Some(near) if near.contains(' ') || near.contains('(') => {
                        diagnostic.help(format!("The engine writes it `{near}`."))
                    }
                    Some(near) => diagnostic.help(format!("Did you mean `{near}`?")),
                    None if name.eq_ignore_ascii_case("source") => {
                        diagnostic.help("Sources are read as models are, by their whole name: `ref(raw.orders)`.")
                    }
                    None => diagnostic,
                }
            }
            InferErrorKind::NoCondition { ty } => {
                let title = format!("a condition must be true or false, and this is `{ty}`");
                Diagnostic::new(diagnostics::TYPE_CLASH, title, at, "not a condition")
                    .help("Compare it with something.")
            }
            InferErrorKind::ProjectType { name, ty } => {
                let title = format!("the engine has no type `{name}`");
                Diagnostic::new(diagnostics::UNKNOWN_TYPE, title, at, "a type of the project")
                    .why("SQL is run by the engine, which does not know the names that the project gives to types.")
                    .help(format!("Write what it stands for: `{ty}`."))
            }
            InferErrorKind::UnknownArgument { function, argument, params } => {
                let known = params.iter().find(|param| param.eq_ignore_ascii_case(argument));
                let (title, label) = match known {
                    Some(param) => (format!("`{param}` of `{function}` is given twice"), "the second one"),
                    None => (format!("`{function}` has no parameter `{argument}`"), "no such parameter"),
                };
                let found = Diagnostic::new(diagnostics::WRONG_ARGUMENTS, title, at, label);
                match nearest(argument, params.iter().map(String::as_str)) {
                    _ if known.is_some() => found.help("Leave one of the two out."),
                    Some(near) => found.help(format!("Did you mean `{near}`?")),
                    None if params.is_empty() => found.help("It has none."),
                    None => found.help(format!("It has {}.", list(params))),
                }
            }
            InferErrorKind::ArgumentType { function, param, wanted, found } => {
                let title = format!("`{function}` takes `{wanted}` as `{param}`, not `{found}`");
                Diagnostic::new(diagnostics::WRONG_ARGUMENTS, title, at, format!("this is `{found}`"))
                    .help(format!("Write `cast(… as {wanted})`."))
            }
            InferErrorKind::MisusedFunction { name, how } => {
                let title = format!("the function `{name}` cannot be used {how}");
                Diagnostic::new(diagnostics::MISUSED_FUNCTION, title, at, "makes one value for each row")
                    .why("A function of the project is an expression over its arguments.")
                    .help(format!("Write `{name}(…)` alone, around or inside of what the engine's own functions make."))
            }
            InferErrorKind::QueryInLambda { function, param } => {
                let title = format!("a subquery is passed to `{function}`, which has `${param}` in a lambda");
                Diagnostic::new(diagnostics::MISUSED_FUNCTION, title, at, "a query of its own")
                    .why("A function's expression is put where it is called, and the engine takes no subquery in a lambda.")
                    .help("Compute it in a CTE, join that, and pass its column.")
            }
            InferErrorKind::TooLarge => crate::functions::too_large(at),
            InferErrorKind::WrongArguments { name, types, forms } => {
                let types: Vec<String> = types.iter().map(ToString::to_string).collect();
                let title = match &types[..] {
                    [] => format!("`{name}` needs arguments"),
                    types => format!("`{name}` does not take ({})", types.join(", ")),
                };
                Diagnostic::new(diagnostics::WRONG_ARGUMENTS, title, at, "no form of it fits")
                    .help(format!("It takes {}.", alternatives(forms)))
            }
        }
    }
}

fn count(n: usize) -> String {
    if n == 1 { "1 column".to_string() } else { format!("{n} columns") }
}

/// `a`, `b` and `c`
fn list(words: &[String]) -> String {
    joined(words, "and")
}

/// `a`, `b` or `c`
fn alternatives(words: &[String]) -> String {
    joined(words, "or")
}

fn joined(words: &[String], last_word: &str) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {last_word} {last}", rest.join(", ")),
        _ => words.join(""),
    }
}
