//! The commands, one file each.

mod apply;
mod check;
mod columns;
mod compile;
mod explain;
mod fmt;
mod init;
mod list;
mod lsp;
mod plan;
mod publish;
mod run;
mod show;
mod status;
mod test;

use crate::failure::Failure;
use crate::options::{Cli, Command};
use crate::output::Output;

/// Does what was asked for.
pub(crate) fn run(cli: &Cli, output: &Output) -> Result<(), Failure> {
    let global = &cli.global;
    match &cli.command {
        Command::Init(options) => init::run(options, output),
        Command::Check(options) => check::run(global, options, output),
        Command::Compile(options) => compile::run(global, options, output),
        Command::Plan(options) => plan::run(global, options, output),
        Command::Run(options) => run::run(global, options, output),
        Command::Apply(options) => apply::run(global, options, output),
        Command::Status(options) => status::run(global, options, output),
        Command::Show(options) => show::run(global, options, output),
        Command::Columns(options) => columns::run(global, options, output),
        Command::List(options) => list::run(global, options, output),
        Command::Test(options) => test::run(global, options, output),
        Command::Fmt(options) => fmt::run(global, options, output),
        Command::Publish(options) => publish::run(global, options, output),
        Command::Explain(options) => explain::run(options, output),
        Command::Lsp(_) => lsp::run(),
    }
}
