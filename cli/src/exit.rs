//! The exit codes: what a script may rely on. `esker --help` shows the same table.

use std::process::ExitCode;

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what it was asked to do, or there was nothing to do.
    Fine,
    /// The project has errors, a run or a test failed, or a file is not what `--check` wants it to be.
    Failed,
    /// It could not begin: a wrong option or selection, no project, a file or a database that cannot be used.
    Unusable,
    /// The plan may not be run: the state has moved since it was made, or the file was changed.
    Refused,
    /// The user stopped it.
    Cancelled,
    /// It panicked.
    Bug,
}

/// The table of `esker --help`.
pub(crate) const TABLE: &str = "\
Exit codes:
  0    done, or nothing to do
  1    the project has errors; a run or a test failed; with --check, a file is not what it
       should be
  2    could not begin: a wrong option or selection, no project, a file or database that
       cannot be used
  3    the plan is refused: the state, the database or a seed is not what it was made for, or
       its file was changed
  101  a bug in Esker
  130  stopped by the user (Ctrl-C, or a no); what was recorded is kept

Results go to standard output. Problems, questions and progress go to standard error, except for
`esker check`, whose result is the problems. Colour is left out when NO_COLOR is set.";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Unusable => 2,
            Self::Refused => 3,
            Self::Cancelled => 130,
            Self::Bug => 101,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_number() {
        for exit in [Exit::Fine, Exit::Failed, Exit::Unusable, Exit::Refused, Exit::Bug, Exit::Cancelled] {
            let start = format!("\n  {:<4} ", exit.number());
            assert!(TABLE.contains(&start), "{exit:?}: no line `{start}`");
        }
    }
}
