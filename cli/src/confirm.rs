//! Asks the person at the keyboard whether to go on.

use crate::output::Output;
use std::io::{BufRead, IsTerminal, stdin};

/// Whether somebody is there to answer.
pub(crate) fn somebody_is_there() -> bool {
    stdin().is_terminal()
}

/// Asks; anything but a yes is a no.
pub(crate) fn confirm(question: &str, output: &Output) -> bool {
    output.tell(&format!("{question} [y/N] "));
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
