//! An opened project: its session, its database file, and the plans that are made of both.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Global, Planning};
use crate::output::{Output, count};
use esker_diagnostics::{Diagnostic, Format, Level, render, summary};
use esker_driver::{Config, PlanFailure, Session, find_root};
use esker_plan::time::timestamp::SECOND;
use esker_plan::time::{Timestamp, parse_end, parse_start};
use esker_plan::{PlanFile, PlanOptions, RecordedState};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The project file's name.
const FILE: &str = "esker.toml";

/// A project that was found and read.
pub(crate) struct Opened {
    /// The compiler's side of it.
    pub(crate) session: Session,
    /// The folder of `esker.toml`; the working directory, too.
    pub(crate) root: PathBuf,
}

impl Opened {
    /// Finds and reads the project, and moves into its folder: paths in its SQL count from there.
    pub(crate) fn new(global: &Global) -> Result<Self, Failure> {
        let root = match &global.project {
            None => find_root(Path::new("."))?,
            Some(folder) => {
                let root = std::path::absolute(folder)
                    .map_err(|error| Failure::unusable(format!("cannot find {}: {error}", folder.display())))?;
                if !root.join(FILE).is_file() {
                    return Err(Failure::unusable(format!("no {FILE} in {}", folder.display()))
                        .help("`--project` names the folder of a project; `esker init DIR` starts one."));
                }
                root
            }
        };
        std::env::set_current_dir(&root)
            .map_err(|error| Failure::unusable(format!("cannot go to {}: {error}", root.display())))?;
        Ok(Self { session: Session::open(&root)?, root })
    }

    /// The database file, from the project's folder. A project file that is wrong may mean another one, so it is not
    /// touched then.
    pub(crate) fn database(&self) -> Result<PathBuf, Failure> {
        let text = self.session.text(FILE).unwrap_or_default();
        let (config, problems) = Config::read(text);
        if problems.iter().any(|problem| problem.level == Level::Error) {
            return Err(Failure::unusable(format!("`{FILE}` has errors")).help("`esker check` shows them."));
        }
        Ok(PathBuf::from(config.engine.path))
    }

    /// The environment that is meant.
    pub(crate) fn environment(&self, named: Option<&String>) -> String {
        named.unwrap_or(&self.session.config().environment).clone()
    }

    /// What the database says was done.
    pub(crate) fn state(&self) -> Result<RecordedState, Failure> {
        Ok(esker_runner::load(&self.database()?, &self.root)?)
    }

    /// The problems as text.
    pub(crate) fn render(&self, problems: &[Diagnostic], format: Format, color: bool) -> String {
        render(problems, &|file| self.session.text(file), format, color)
    }

    /// The plan. A project with errors has none, and is told so before its database is opened.
    pub(crate) fn plan(&self, planning: &Planning) -> Result<PlanFile, Unplanned> {
        let options = self.plan_options(planning)?;
        let problems = self.session.check();
        if problems.iter().any(|problem| problem.level == Level::Error) {
            return Err(Unplanned::Project(problems));
        }
        let state = self.state()?;
        self.session.plan(&state, &options).map_err(|failure| match failure {
            PlanFailure::Project(problems) => Unplanned::Project(problems),
            PlanFailure::Options(error) => Unplanned::Failure(Failure::unusable(error.to_string())),
        })
    }

    fn plan_options(&self, planning: &Planning) -> Result<PlanOptions, Failure> {
        let environment = self.environment(planning.environment.as_ref());
        let start = planning.start.as_ref().map(|text| time("--start", text, parse_start)).transpose()?;
        let end = planning.end.as_ref().map(|text| time("--end", text, parse_end)).transpose()?;
        let (now, ignore_cron) = (now(planning.now.as_ref())?, planning.ignore_cron);
        Ok(PlanOptions { environment, now, start, end, ignore_cron })
    }

    /// One line about warnings that a command does not show itself.
    pub(crate) fn mention_warnings(&self, output: &Output) {
        let warnings = self.session.check().iter().filter(|problem| problem.level == Level::Warning).count();
        if warnings > 0 {
            let warnings = count(warnings as u64, "warning", "warnings");
            output.tell(&format!("{warnings}: `esker check` shows what to look at\n"));
        }
    }
}

/// Why there is no plan.
pub(crate) enum Unplanned {
    /// The project has errors.
    Project(Vec<Diagnostic>),
    /// Anything else.
    Failure(Failure),
}

impl From<Failure> for Unplanned {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Unplanned {
    /// Tells people the project's errors, in the way of `esker check`.
    pub(crate) fn tell(self, opened: &Opened, output: &Output) -> Failure {
        match self {
            Self::Failure(failure) => failure,
            Self::Project(problems) => {
                output.tell(&opened.render(&problems, Format::Human, output.message_color));
                output.tell(&format!("\nno plan: {}\n", summary(&problems)));
                Failure::told(Exit::Failed)
            }
        }
    }

    /// Tells programs the project's errors, as one event.
    pub(crate) fn tell_event(self, opened: &Opened, output: &Output) -> Failure {
        match self {
            Self::Failure(failure) => failure.tell_event(output),
            Self::Project(problems) => {
                let text = opened.render(&problems, Format::Json, false);
                let mut event: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                event["event"] = "problems".into();
                match output.print(&format!("{event}\n")) {
                    Ok(()) => Failure::told(Exit::Failed),
                    Err(unwritten) => unwritten,
                }
            }
        }
    }
}

/// The time that `--now` names, or the current one; whole seconds are enough.
pub(crate) fn now(named: Option<&String>) -> Result<Timestamp, Failure> {
    match named {
        Some(text) => time("--now", text, parse_start),
        None => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            let since = since.map_err(|_| Failure::unusable("this machine's clock says that it is before 1970"))?;
            Ok(Timestamp(i64::try_from(since.as_secs()).unwrap_or_default().saturating_mul(SECOND)))
        }
    }
}

fn time(option: &str, text: &str, parse: fn(&str) -> Option<Timestamp>) -> Result<Timestamp, Failure> {
    parse(text).ok_or_else(|| {
        Failure::unusable(format!("`{text}` is not a time, in `{option} {text}`"))
            .help("Write a date, 2024-01-31, or a timestamp, 2024-01-31T05:00:00Z.")
    })
}
