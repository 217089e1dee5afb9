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
mod otherwise;
mod output;
mod progress;
mod table;
mod whole;

use clap::Parser;
use std::process::ExitCode;

/// A long chain in a text (of operators, of models) is deep recursion in a compiler: more than the few megabytes that a
/// main thread gets. Only what is used of it costs memory.
const STACK: usize = 512 << 20;

fn main() -> ExitCode {
    failure::install_panic_hook();
    match std::thread::Builder::new().name("esker".into()).stack_size(STACK).spawn(work).map(|thread| thread.join()) {
        Ok(Ok(code)) => code,
        // The hook has told what happened.
        Ok(Err(_)) => exit::Exit::Bug.into(),
        // No memory for the stack: then with what there is.
        Err(_) => work(),
    }
}

fn work() -> ExitCode {
    let cli = match options::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let arguments: Vec<String> = std::env::args_os().map(|text| text.to_string_lossy().into_owned()).collect();
            match otherwise::explained(&error, &arguments) {
                Some(failure) => return failure.tell(&output::Output::new(options::Color::Auto)).into(),
                None => error.exit(),
            }
        }
    };
    let output = output::Output::new(cli.global.color);
    let exit = match commands::run(&cli, &output) {
        Ok(()) => exit::Exit::Fine,
        Err(failure) => failure.tell(&output),
    };
    exit.into()
}
