//! What can be wrong with times and plans, and how it is said.
//!
//! Errors of a project's text become diagnostics at a place that the driver knows; errors of the command line have no
//! place and are shown as they are.

use esker_diagnostics::{self as diagnostics, Code, Diagnostic, Location};

use crate::naming::PRODUCTION;
use crate::time::{CronError, Timestamp, Unit, UnitError};

/// Why no plan can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// Something about a node, to be shown where it is declared.
    Node(NodeError),
    /// Something about the options.
    Options(OptionsError),
}

/// A problem of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeError {
    /// The node's name.
    pub node: String,
    /// The problem.
    pub kind: NodeErrorKind,
}

/// The problems that a node can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeErrorKind {
    /// An incremental node of which nobody says where its time begins. Belongs at the kind.
    NoStart,
    /// Cells shorter than a day over a column of dates. Belongs at `every`, or at the kind.
    DateCutIntoHours {
        /// The time column.
        column: String,
        /// The unit.
        unit: Unit,
    },
    /// A start that is not the start of a cell, so that rows before the first whole cell are left out. A warning.
    StartInsideCell {
        /// The start.
        start: Timestamp,
        /// The start of the first whole cell.
        first: Timestamp,
        /// The unit.
        unit: Unit,
    },
}

impl NodeErrorKind {
    /// Whether there is no plan while it is there; the others are warnings.
    pub(crate) fn is_error(&self) -> bool {
        !matches!(self, Self::StartInsideCell { .. })
    }
}

/// A problem of the options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionsError {
    /// `--end` is not after `--start`.
    EndBeforeStart {
        /// The start.
        start: Timestamp,
        /// The end, excluded.
        end: Timestamp,
    },
    /// Not a name for an environment.
    BadEnvironment(String),
}

impl std::fmt::Display for OptionsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::EndBeforeStart { start, end } => write!(
                f,
                "--end must be after --start: the range from {} up to {} holds no time",
                start.to_short(),
                end.to_short()
            ),
            Self::BadEnvironment(name) => write!(
                f,
                "`{name}` cannot name an environment: schemas are named after it, so it has to be lower-case letters, digits and `_`, a letter first, 30 at most, such as `dev` or `{PRODUCTION}`"
            ),
        }
    }
}

impl std::error::Error for OptionsError {}

impl NodeError {
    /// The message, at the place where the node says (or should say) it.
    pub fn diagnostic(&self, at: Location) -> Diagnostic {
        let node = &self.node;
        match &self.kind {
            NodeErrorKind::NoStart => {
                Diagnostic::new(diagnostics::NO_START, format!("nothing says where the time of `{node}` begins"), at, "runs by time")
                    .why("Its cells are counted from a start; neither the model nor anything that it reads has one.")
                    .help("Add `start 2024-01-01` to the model, or to the source that it reads.")
            }
            NodeErrorKind::StartInsideCell { start, first, unit } => Diagnostic::new(
                diagnostics::START_INSIDE_CELL,
                format!("the start of `{node}`, {}, lies inside of a cell", start.to_short()),
                at,
                format!("cells of {} begin at {}", one(*unit), first.to_short()),
            )
            .why(format!("Only whole cells are computed: rows before {} will not be there.", first.to_short()))
            .help("Move the start to the beginning of a cell."),
            NodeErrorKind::DateCutIntoHours { column, unit } => Diagnostic::new(
                diagnostics::DATE_CUT_INTO_HOURS,
                format!("`{column}` is a date, which cannot be cut into cells of {unit_text}", unit_text = one(*unit)),
                at,
                format!("cells of {}", one(*unit)),
            )
            .why("All rows of a day would belong to the day's first cell; the other cells would be empty, or hold them again.")
            .help(format!("Use `every day`, or make `{column}` a timestamp.")),
        }
    }
}

impl CronError {
    /// The registered code.
    pub fn code(&self) -> Code {
        diagnostics::BAD_CRON
    }

    /// The message, at the expression.
    pub fn diagnostic(&self, at: Location) -> Diagnostic {
        let new = |title: String, label: String| Diagnostic::new(self.code(), title, at, label);
        const EXAMPLE: &str = "Write five fields, minute, hour, day of the month, month, day of the week, as in `cron \"0 5 * * *\"`; or one of `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.";
        match self {
            Self::FieldCount(0) => {
                new("the cron expression is empty".to_owned(), "no schedule".to_owned()).help(EXAMPLE)
            }
            Self::FieldCount(fields @ 6..) => {
                new(format!("a cron expression has five fields, this one has {fields}"), format!("{fields} fields"))
                    .why("Cells are minutes at their shortest, so there is no field for seconds, and none for years.")
                    .help(EXAMPLE)
            }
            Self::FieldCount(fields) => {
                let s = if *fields == 1 { "" } else { "s" };
                new(format!("a cron expression has five fields, this one has {fields}"), format!("{fields} field{s}"))
                    .help(EXAMPLE)
            }
            Self::UnknownNickname { written, nearest } => {
                let new = new(format!("there is no cron `{written}`"), "not known".to_owned());
                match nearest {
                    Some(nearest) => new.help(format!("Did you mean `{nearest}`?")),
                    None => new.help(EXAMPLE),
                }
            }
            Self::BadField { field, written, allowed } => {
                new(format!("`{written}` is no {field}"), format!("the {field} is `{written}`")).help(format!(
                    "The {field} is {allowed}; lists `1,3`, ranges `1-5` and steps `*/2` of these, or `*`."
                ))
            }
            Self::NeverTicks => new("this cron never ticks".to_owned(), "no such day".to_owned())
                .why("No year has a day like that, so no cell would ever be due.")
                .help("Check the day of the month against the month."),
        }
    }
}

impl UnitError {
    /// The registered code.
    pub fn code(&self) -> Code {
        diagnostics::BAD_UNIT
    }

    /// The message, at the unit.
    pub fn diagnostic(&self, at: Location) -> Diagnostic {
        let new = |title: String, label: &str| Diagnostic::new(self.code(), title, at, label);
        match self {
            Self::UnknownWord { word, nearest } => {
                let new = new(format!("`{word}` is no unit of time"), "not a unit of time");
                match nearest {
                    Some(nearest) => new.help(format!("Did you mean `{nearest}`?")),
                    None => new.help("Units are minute, hour, day, week, month, quarter and year."),
                }
            }
            Self::DoesNotDivideADay { written, nearest } => {
                let nearest: Vec<String> = nearest.iter().map(|unit| format!("`every {unit}`")).collect();
                new(format!("{written} do not divide a day"), "does not fill a day without rest")
                    .why("Cells begin at midnight; with such a length the last one of a day would be cut short.")
                    .help(format!("Use {}.", nearest.join(" or ")))
            }
            Self::MoreThanOne { written, one } => new(format!("a cell cannot be {written} long"), "more than one")
                .why(format!("Cells follow the calendar; nothing in it says at which {one} cells of {written} begin."))
                .help(format!("Use `every {one}`, and `batch` to run several together.")),
        }
    }
}

/// `one hour`, `15 minutes`
fn one(unit: Unit) -> String {
    let text = unit.to_string();
    if text.starts_with(|c: char| c.is_ascii_digit()) { text } else { format!("one {text}") }
}
