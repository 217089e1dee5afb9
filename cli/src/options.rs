//! What may be written behind `esker`: commands and their options, as clap reads them.

use crate::exit;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A typed language for data: files say what each dataset is and promises, Esker checks, plans and computes them.
#[derive(Parser)]
#[command(name = "esker", bin_name = "esker", version, max_term_width = 110, after_help = exit::TABLE)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args)]
pub(crate) struct Global {
    /// The project's folder, the one of `esker.toml` [default: this folder or the nearest one above it]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of every command")]
    pub(crate) project: Option<PathBuf>,
    /// Give a variable of `[vars]` another value
    #[arg(long, global = true, value_name = "NAME=VALUE", help_heading = "Options of every command")]
    pub(crate) var: Vec<String>,
    /// Whether to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Options of every command")]
    pub(crate) color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also into files and pipes
    Always,
    /// Not at all
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start a project: on the data files that are here, or, where there are none, a small one that works at once
    Init(Init),
    /// Say everything that is wrong with the project; nothing is run
    Check(Check),
    /// List models, sources and seeds, and what each is
    List(List),
    /// Show the columns that readers see: names, types, whether they can be null
    Columns(Columns),
    /// Run the project's unit tests, on an engine in memory; its data is not touched
    Test(Test),
    /// Show what would be computed, and why
    Plan(Plan),
    /// Write the plan to a file, for `esker run`
    ///
    /// The same sources, state, options and `--now` give the same file, byte for byte.
    Compile(Compile),
    /// Carry out a plan that `esker compile` wrote, as it is written
    ///
    /// A plan that was stopped goes on where it was. A plan whose state has moved since it was made is refused.
    Run(Run),
    /// Bring an environment up to date: plan, ask, run
    Apply(Apply),
    /// Show what each environment has: what is complete, what is missing, what failed
    Status(Status),
    /// Show rows of a model
    Show(Show),
    /// Write the files of the project in the one canonical form
    Fmt(Fmt),
    /// Write the interface that other projects read: the public models
    Publish(Publish),
    /// Show the page of a code, or list all codes
    Explain(Explain),
    /// Start the language server, for editors; it speaks on standard input and output
    Lsp(Lsp),
}

#[derive(Args)]
pub(crate) struct Init {
    /// Where; the folder is made when it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,
}

/// Which part of the project a command is about.
#[derive(Args, Clone)]
pub(crate) struct Selecting {
    /// Only these: names, `name@2`, `tag:x`, `kind:view`, `path:models/core`, `+name`, `name+`, …, joined by `and`, `or`,
    /// `except`
    #[arg(long, short, value_name = "SELECTION", num_args = 1)]
    pub(crate) select: Option<String>,
    /// What `state:` compares with: `env:NAME`, an environment as it was last applied [default: the project's baseline]
    #[arg(long, value_name = "BASELINE")]
    pub(crate) against: Option<String>,
}

#[derive(Args)]
pub(crate) struct Check {
    /// How to show the problems
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: CheckFormat,
    /// The time at which deprecations are judged: a date or a timestamp, UTC [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    #[command(flatten)]
    pub(crate) selecting: Selecting,
}

#[derive(Args)]
pub(crate) struct List {
    /// The same as `--select`
    #[arg(value_name = "SELECTION", conflicts_with = "select")]
    pub(crate) selection: Option<String>,
    /// How to show them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) selecting: Selecting,
}

#[derive(Args)]
pub(crate) struct Test {
    /// Only tests with this text in their title, or in the name of what they test
    #[arg(value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// How to tell what came out
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextFormat,
    /// The time at which deprecations are judged: a date or a timestamp, UTC [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    #[command(flatten)]
    pub(crate) selecting: Selecting,
}

#[derive(Args)]
pub(crate) struct Fmt {
    /// Files or folders; `-` formats standard input onto standard output [default: the whole project]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Change nothing; name the files that are not in canonical form, and fail if there are any
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Args)]
pub(crate) struct Publish {
    /// Write it to `NAME.interface.esk`, beside `esker.toml`
    #[arg(long, required = true)]
    pub(crate) interface: bool,
    /// Write nothing; fail if the file does not say what the project says now
    #[arg(long)]
    pub(crate) check: bool,
    /// The time at which deprecations are judged: a date or a timestamp, UTC [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
}

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// With the code underlined, the reason and the remedy
    Human,
    /// One line each
    Short,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a change on GitHub
    Github,
}

/// What a plan is made for.
#[derive(Args)]
pub(crate) struct Planning {
    /// The environment [default: the project's, else `prod`]
    #[arg(long, short, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The time to plan for: a date (its midnight) or a timestamp, UTC [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// Leave what is before it alone: a date or a timestamp, UTC
    #[arg(long, value_name = "TIME")]
    pub(crate) start: Option<String>,
    /// Leave what is behind it alone: a date includes that day, a timestamp is the first moment left out
    #[arg(long, value_name = "TIME")]
    pub(crate) end: Option<String>,
    /// Compute finished cells at once, without waiting for the model's cron
    #[arg(long)]
    pub(crate) ignore_cron: bool,
    #[command(flatten)]
    pub(crate) selecting: Selecting,
}

#[derive(Args)]
pub(crate) struct Compile {
    /// The file; it is replaced as a whole or not at all [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) planning: Planning,
}

#[derive(Args)]
pub(crate) struct Plan {
    /// How to show the plan; `json` is what `esker compile` writes
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) planning: Planning,
}

/// How a result is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Args)]
pub(crate) struct Run {
    /// The plan file; `-` reads it from standard input
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<PathBuf>,
    /// How to tell what happens; `json` is one object a line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextFormat,
}

#[derive(Args)]
pub(crate) struct Apply {
    /// Run without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// How to tell what happens; `json` is one object a line, and needs `--yes`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) planning: Planning,
}

#[derive(Args)]
pub(crate) struct Status {
    /// One environment only
    #[arg(long, short, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The time at which to ask what is missing: a date or a timestamp, UTC [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) selecting: Selecting,
}

#[derive(Args)]
pub(crate) struct Show {
    /// The model: `orders`, or one version of it, `orders@2` (also `orders_v2`)
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,
    /// How many rows at most
    #[arg(long, short = 'n', value_name = "ROWS", default_value_t = 20)]
    pub(crate) limit: u64,
    /// How to show them
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: RowFormat,
    /// The environment [default: the project's, else `prod`]
    #[arg(long, short, value_name = "NAME")]
    pub(crate) environment: Option<String>,
}

/// How rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowFormat {
    /// Aligned columns
    Table,
    /// One JSON object a line
    Json,
    /// Comma-separated values with a header
    Csv,
}

#[derive(Args)]
pub(crate) struct Columns {
    /// One model or source only
    #[arg(value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// How to show them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextFormat,
    #[command(flatten)]
    pub(crate) selecting: Selecting,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// The code (`E0301`) or its name (`unknown-ref`) [default: the list of all]
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

#[derive(Args)]
pub(crate) struct Lsp {
    /// Speak on standard input and output; the only way, and taken because editors pass it
    #[arg(long)]
    pub(crate) stdio: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        super::Cli::command().debug_assert();
    }
}
