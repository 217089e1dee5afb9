//! An opened project: its session, its database file, and the plans that are made of both.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{Global, Planning, Selecting};
use crate::output::{Output, count};
use esker_diagnostics::{Diagnostic, Format, Level, render, summary};
use esker_driver::{Config, PlanFailure, SelectedNodes, Session, find_root};
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
        let mut session = Session::open(&root)?;
        crate::failure::hide(&session.config().engine);
        for var in &global.var {
            let (name, value) = var.split_once('=').ok_or_else(|| {
                Failure::unusable(format!("`{var}` gives no variable a value")).help("Write `--var name=value`.")
            })?;
            session.set_var(name, value).map_err(|error| Failure::unusable(error.title).help(error.help))?;
        }
        Ok(Self { session, root })
    }

    /// Sets the time at which deprecations are judged, if one is named.
    pub(crate) fn judge_at(&mut self, named: Option<&String>) -> Result<(), Failure> {
        if named.is_some() {
            self.session.set_now(now(named)?.to_naive());
        }
        Ok(())
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

    /// The nodes that are selected; nothing when nothing is said, which means all of them. A selection that is right and
    /// empty, `state:modified` when nothing changed, says so and goes on; one with a part that means nothing is a failure.
    pub(crate) fn selected(&self, selecting: &Selecting, output: &Output) -> Result<Option<SelectedNodes>, Failure> {
        let Some(text) = &selecting.select else { return Ok(None) };
        let baseline = selecting.against.as_deref().or(self.session.config().baseline.as_deref());
        let environment = match baseline {
            Some(baseline) => Some(baseline.strip_prefix("env:").ok_or_else(|| {
                Failure::unusable(format!("`{baseline}` is no baseline"))
                    .help("`--against env:prod` compares with the environment `prod` as it was last applied.")
            })?),
            None => None,
        };
        let state = environment.map(|_| self.state()).transpose()?;
        let recorded = match (state.as_ref(), environment) {
            (Some(state), Some(name)) => Some(state.environments.get(name).ok_or_else(|| {
                Failure::unusable(format!("there is no environment `{name}` to compare with"))
                    .help("`esker status` lists those that were applied.")
            })?),
            _ => None,
        };
        let told = |problems: &[Diagnostic]| {
            let source = |_: &str| Some(text.as_str());
            output.tell(&render(problems, &source, Format::Human, output.message_color));
        };
        match self.session.select(text, recorded) {
            Ok(selected) => {
                told(&selected.warnings);
                match selected.labels.is_empty() && selected.doubtful {
                    true => Err(Failure::told(Exit::Unusable)),
                    false => Ok(Some(selected)),
                }
            }
            Err(problems) => {
                told(&problems);
                Err(Failure::told(Exit::Unusable))
            }
        }
    }

    /// The problems as text.
    pub(crate) fn render(&self, problems: &[Diagnostic], format: Format, color: bool) -> String {
        render(problems, &|file| self.session.text(file), format, color)
    }

    /// The plan. A project with errors has none, and is told so before its database is opened.
    pub(crate) fn plan(&mut self, planning: &Planning, output: &Output) -> Result<PlanFile, Unplanned> {
        let options = self.plan_options(planning)?;
        self.session.set_now(options.now.to_naive());
        let problems = self.session.check();
        if problems.iter().any(|problem| problem.level == Level::Error) {
            return Err(Unplanned::Project(problems));
        }
        let selected = self.selected(&planning.selecting, output)?;
        let state = self.state()?;
        self.session.plan(&state, &options, selected.as_ref()).map_err(|failure| match failure {
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
