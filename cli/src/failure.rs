//! How a command ends without having done its work: what is told, and the exit code.

use crate::exit::Exit;
use crate::output::{Output, Tint, paint};
use esker_diagnostics::Code;
use esker_driver::{EngineConfig, LoadError};
use esker_runner::RunError;
use std::fmt::Write;
use std::sync::OnceLock;

/// Why a command ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// What to tell; nothing when all was told before.
    problem: Option<Problem>,
}

/// A problem without a place in the project's text, in the same parts as a diagnostic.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// Its registered code, if it has one.
    pub(crate) code: Option<Code>,
    /// One line: what is wrong.
    pub(crate) title: String,
    /// Why it is a problem.
    pub(crate) why: Option<String>,
    /// What to do.
    pub(crate) help: Option<String>,
}

impl Failure {
    /// Ends with `exit` after everything was told.
    pub(crate) fn told(exit: Exit) -> Self {
        Self { exit, problem: None }
    }

    /// Ends because it could not begin.
    pub(crate) fn unusable(title: impl Into<String>) -> Self {
        let title = title.into();
        Self { exit: Exit::Unusable, problem: Some(Problem { code: None, title, why: None, help: None }) }
    }

    /// Ends with another exit code.
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// With what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(problem) = &mut self.problem {
            problem.help = Some(help.into());
        }
        self
    }

    /// Says what is wrong, for people.
    pub(crate) fn tell(&self, output: &Output) -> Exit {
        if let Some(problem) = &self.problem {
            output.tell(&problem.shown(output.message_color));
        }
        self.exit
    }

    /// Says what is wrong as an event, for programs; what is left is how to end.
    pub(crate) fn tell_event(self, output: &Output) -> Self {
        if let Some(problem) = &self.problem {
            let mut event = problem.json();
            event["event"] = "error".into();
            if let Err(unwritten) = output.print(&format!("{event}\n")) {
                return unwritten;
            }
        }
        Self::told(self.exit)
    }
}

/// The engine of the project, which knows what came from the environment: no message shows that.
static ENGINE: OnceLock<EngineConfig> = OnceLock::new();

/// Keeps what of the engine came from the environment out of all that is told from now on.
pub(crate) fn hide(engine: &EngineConfig) {
    // A process works on one project.
    let _ = ENGINE.set(engine.clone());
}

impl Problem {
    /// As `esker check` shows a problem.
    pub(crate) fn shown(&self, color: bool) -> String {
        let head = self.code.map_or_else(|| "error".to_owned(), |code| format!("error[{}]", code.id()));
        let mut out = format!("{}: {}\n", paint(&head, Tint::Red, color), self.title.replace('\n', "\n        "));
        let see = self.code.map(|code| format!("esker explain {}", code.id()));
        for (word, note) in [("why", &self.why), ("help", &self.help), ("see", &see)] {
            if let Some(note) = note {
                let word = format!("{word:>4}:");
                let note = note.trim_end().replace('\n', "\n        ");
                let _ = writeln!(out, "  {} {note}", paint(&word, Tint::Cyan, color));
            }
        }
        out
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "code": self.code.map(Code::id),
            "name": self.code.map(Code::name),
            "title": self.title,
            "why": self.why,
            "help": self.help,
        })
    }
}

impl From<&RunError> for Problem {
    fn from(error: &RunError) -> Self {
        let hide = |text: String| ENGINE.get().map_or_else(|| text.clone(), |engine| engine.hide(&text));
        let (why, help) = (error.why().map(hide), error.help().map(hide));
        Self { code: Some(error.code()), title: hide(error.title()), why, help }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self { exit: exit_of(&error), problem: Some(Problem::from(&error)) }
    }
}

/// The exit code of a problem that ended a command: by its code, so that the table of codes decides.
fn exit_of(error: &RunError) -> Exit {
    match error.code().name() {
        "stale-plan" | "table-changed" | "state-too-new" | "name-taken" | "other-project" => Exit::Refused,
        "database-locked" | "database-read-only" | "database-unusable" | "no-other-database" => Exit::Unusable,
        "interrupted" => Exit::Cancelled,
        _ => Exit::Failed,
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let text = error.to_string();
        match text.split_once('\n') {
            Some((title, help)) => Self::unusable(title).help(help),
            None => Self::unusable(text),
        }
    }
}

/// Says that a panic is our bug and not the user's, with what is needed to find it.
pub(crate) fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let what = panic
            .payload()
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.payload().downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        let place = panic.location().map_or_else(String::new, |place| format!(" ({}:{})", place.file(), place.line()));
        let problem = Problem {
            code: None,
            title: format!("this is a bug in Esker: {what}{place}"),
            why: None,
            help: Some(format!(
                "Please report it with this message, the version ({}) and, if you can, the project: {}/issues",
                env!("CARGO_PKG_VERSION"),
                env!("CARGO_PKG_REPOSITORY"),
            )),
        };
        use std::io::Write;
        let _ = std::io::stderr().lock().write_all(problem.shown(false).as_bytes());
    }));
}
