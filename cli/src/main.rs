//! The `esker` command: reads the arguments, opens the project, asks the driver and the runner, prints, and exits.
//!
//! Nothing is decided here about the language, the plan or the data: each command is a page that calls those who know and
//! shows what they say. Results go to standard output; everything that is said *about* the work (problems that stop it,
//! questions, progress) goes to standard error. The only exception is `check`, whose result is the problems.

mod commands;
mod confirm;
mod exit;
mod failure;
mod interrupt;
mod opened;
mod options;
mod output;
mod progress;
mod table;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    failure::install_panic_hook();
    let cli = options::Cli::parse();
    let output = output::Output::new(cli.global.color);
    let exit = match commands::run(&cli, &output) {
        Ok(()) => exit::Exit::Fine,
        Err(failure) => failure.tell(&output),
    };
    exit.into()
}
