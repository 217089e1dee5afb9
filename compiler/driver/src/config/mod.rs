//! `esker.toml`: what it may say, and what is wrong with what it says.
//!
//! The types in [`file`] are what may stand in the file. Its text is held against the schema that is made of them
//! ([`fit`]), what is left is read into those types, and here it gets its meaning.

mod defaults;
mod engine;
mod environment;
mod file;
mod fit;
mod found;
#[cfg(test)]
mod tests;
mod vars;

pub use vars::VarError;

use crate::interface;
use esker_diagnostics::{self as diagnostics, Code, Diagnostic, Level, Location, nearest};
use esker_plan::naming::is_environment_name;
use esker_source::Settings;
use file::{Dependency, LintLevel, Named, ProjectFile};
use found::{Found, location};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::{DeTable, Deserializer};
use vars::VarType;

/// The file's name.
pub(crate) const FILE: &str = "esker.toml";

/// Looks up a variable of the environment.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What the project file says, with defaults for what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What the compiler has to know.
    pub settings: Settings,
    /// Folders with models, from the project's root.
    pub models: Vec<String>,
    /// The engine that is used.
    pub engine: EngineConfig,
    /// The environment that commands mean when they name none.
    pub environment: String,
    /// What the promises of the project are compared with, if anything: `env:prod`.
    pub baseline: Option<String>,
    /// The other projects that may be read, by name; where their interfaces are is in `settings.dependencies`.
    pub dependencies: BTreeMap<String, DependencyConfig>,
    /// The kinds of the values of `settings.vars`.
    vars: BTreeMap<String, VarType>,
    /// Levels by the ids of codes; nothing for what is allowed.
    lint: BTreeMap<&'static str, Option<Level>>,
    /// The group of models that name none, and where it is named.
    default_group: Option<(String, Location)>,
}

/// Another project that may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyConfig {
    /// Its database file, from this project's root, where this project's file names it.
    pub database: Option<String>,
}

/// An engine and how to reach it.
#[derive(Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// Its name in the file.
    pub name: String,
    /// The database file, from the project's root. It may hold a secret: [`Self::hide`] what is told.
    pub path: String,
    /// What of it came from the environment: as in the file, and the value.
    put: Vec<(String, String)>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { name: "local".into(), path: "esker.duckdb".into(), put: Vec::new() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            models: vec![".".into()],
            engine: EngineConfig::default(),
            environment: "prod".into(),
            baseline: None,
            dependencies: BTreeMap::new(),
            vars: BTreeMap::new(),
            lint: BTreeMap::new(),
            default_group: None,
        }
    }
}

impl Config {
    /// Reads the text of an `esker.toml`. What is wrong is reported and left at its default.
    pub fn read(text: &str) -> (Self, Vec<Diagnostic>) {
        Self::read_with(text, &|name| std::env::var(name).ok())
    }

    fn read_with(text: &str, variable: Environment<'_>) -> (Self, Vec<Diagnostic>) {
        let mut found = Found { text, list: Vec::new() };
        let mut config = Self::default();
        let (mut table, errors) = DeTable::parse_recoverable(text);
        engine::screen(table.get_mut(), &mut found);
        let removed = fit::fit(&file::schema(), table.get_mut(), &mut found);
        let misfits = found.list.len();
        match ProjectFile::deserialize(Deserializer::from(table)) {
            Ok(file) => config.understand(&file, variable, &mut found),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                found.bad(format!("`{FILE}` cannot be read: {}", error.message()), span, "here");
            }
        }
        // What has a wrong value is still there for those who use it: one mistake, one problem.
        for name in &removed {
            if let Some(name) = name.strip_prefix("vars.") {
                config.unknown_var(name);
            } else if name == "defaults.kind" {
                config.settings.defaults.push_str(defaults::UNKNOWN_KIND);
            } else if let Some(name) = name.strip_prefix("dependencies.").filter(|name| environment::is_name(name)) {
                config.settings.dependencies.insert(name.to_string(), String::new());
            }
        }
        if !errors.is_empty() {
            // What was understood of broken text is good for the rest of the project, not for complaints.
            found.list.truncate(misfits);
            found.syntax(&errors);
        }
        (config, found.list)
    }

    fn understand(&mut self, file: &ProjectFile, variable: Environment<'_>, found: &mut Found<'_>) {
        let project = &file.project;
        if let Some((name, span)) = project.name.get()
            && project_name(&name.0, span, found)
        {
            self.settings.name.clone_from(&name.0);
        }
        if let Some((schema, _)) = project.schema.get() {
            self.settings.schema.clone_from(&schema.0);
        }
        if let Some((models, _)) = project.models.get() {
            self.models = models.iter().map(|folder| folder.0.clone()).collect();
        }
        self.engine = engine::choose(file, variable, found);
        if let Some((name, span)) = file.environments.default.get()
            && environment_name(&name.0, span, found)
        {
            self.environment.clone_from(&name.0);
        }
        self.read_vars(&file.vars, found);
        self.settings.defaults = defaults::lines(&file.defaults, found);
        let group = file.defaults.group.get().map(|(group, span)| (group.0.clone(), location(span)));
        // One that is no name was told.
        self.default_group = group.filter(|(group, _)| environment::is_name(group));
        self.read_dependencies(&file.dependencies, found);
        self.read_lint(&file.lint, found);
        if let Some((baseline, span)) = file.contracts.baseline.get() {
            self.read_baseline(&baseline.0, span, found);
        }
    }

    fn read_dependencies(&mut self, dependencies: &Named<Dependency>, found: &mut Found<'_>) {
        for (name, dependency) in dependencies {
            let (span, name) = (name.span(), name.get_ref());
            if !environment::is_name(name) {
                let help = "A project is named by letters, digits and `_`, as `ref(name.model)` has it.";
                found.bad(format!("`{name}` cannot name a project"), span, "not a name").help = Some(help.into());
                continue;
            }
            if *name == self.settings.name {
                let help = "`ref(model)` reads a model of this project; it needs no dependency.";
                found.bad("the project depends on itself", span, "this project").help = Some(help.into());
                continue;
            }
            let (path, database) = match dependency.get_ref() {
                Dependency::Path(path) => (path, None),
                Dependency::Full(full) => (&full.path, full.database.as_ref()),
            };
            self.settings.dependencies.insert(name.clone(), interface_path(name, &path.0));
            let database = database.map(|database| database.0.clone());
            self.dependencies.insert(name.clone(), DependencyConfig { database });
        }
    }

    fn read_lint(&mut self, lint: &Named<LintLevel>, found: &mut Found<'_>) {
        let mut named: BTreeMap<&str, Range<usize>> = BTreeMap::new();
        let mut lines: Vec<_> = lint.iter().collect();
        lines.sort_by_key(|(name, _)| name.span().start);
        for (name, level) in lines {
            let (span, name) = (name.span(), name.get_ref());
            let Some(code) = Code::find(name) else {
                let help = match nearest_code(name) {
                    Some(likely) => format!("Did you mean `{likely}`?"),
                    None => "Write a code, `W0701`, or its name; every warning shows both.".to_string(),
                };
                let title = format!("there is no problem `{name}`");
                found.push(diagnostics::UNKNOWN_KEY, title, span, "unknown code").help = Some(help);
                continue;
            };
            if let Some(first) = named.insert(code.id(), span.clone()) {
                let title = format!("the level of `{}` is set twice", code.id());
                let problem = found.bad(title, span, "the second time");
                problem.related.push(diagnostics::Label { at: location(first), text: "the first time".into() });
                continue;
            }
            let level = match level.get_ref() {
                LintLevel::Allow => None,
                LintLevel::Info => Some(Level::Info),
                LintLevel::Warn => Some(Level::Warning),
                LintLevel::Error => Some(Level::Error),
            };
            if code.level() == Level::Error && level != Some(Level::Error) {
                let title = format!("`{}` is an error and stays one", code.id());
                let problem = found.bad(title, lint[name.as_str()].span(), "cannot be lowered");
                problem.why = Some("A project with such a problem has no meaning that could be run.".into());
                problem.help =
                    Some(format!("Take the line out; `esker explain {}` says how to mend the error.", code.id()));
                continue;
            }
            self.lint.insert(code.id(), level);
        }
    }

    fn read_baseline(&mut self, baseline: &str, span: Range<usize>, found: &mut Found<'_>) {
        if let Some(name) = baseline.strip_prefix("env:") {
            if environment_name(name, span, found) {
                self.baseline = Some(baseline.to_string());
            }
        } else if baseline == "esker.lock" || baseline.starts_with("git:") {
            let title = format!("the baseline \"{baseline}\" is not supported yet");
            let problem = found.push(diagnostics::NOT_SUPPORTED_YET, title, span, "not supported yet");
            problem.help = Some("Compare with an environment: `baseline = \"env:prod\"`.".into());
        } else {
            let help = "A baseline is an environment: `baseline = \"env:prod\"`.";
            found.bad(format!("\"{baseline}\" is not a baseline"), span, "does not fit").help = Some(help.into());
        }
    }

    /// Gives the problems the levels that `[lint]` sets, and takes out those that it allows.
    pub(crate) fn levels(&self, problems: &mut Vec<Diagnostic>) {
        problems.retain_mut(|problem| match self.lint.get(problem.code.id()) {
            Some(Some(level)) => {
                problem.level = *level;
                true
            }
            Some(None) => false,
            None => true,
        });
    }
}

/// The published interface of a project, from the path that its dependency names: its folder, or the file itself.
fn interface_path(name: &str, path: &str) -> String {
    match path.ends_with(".esk") {
        true => path.to_string(),
        false => format!("{}/{}", path.trim_end_matches('/'), interface::file_name(name)),
    }
}

/// Whether a word can name a project; told if not.
fn project_name(name: &str, span: Range<usize>, found: &mut Found<'_>) -> bool {
    let fits = environment::is_name(name);
    if !fits {
        let problem = found.bad(format!("`{name}` cannot name a project"), span, "not a name");
        problem.why = Some("Other projects write it before the dot: `ref(name.model)`.".into());
        let mut likely: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if likely.starts_with(|c: char| c.is_ascii_digit()) {
            likely.insert(0, '_');
        }
        problem.help = Some(match likely.contains(|c| c != '_') {
            true => format!("Names are of letters, digits and `_`: `{likely}`."),
            false => "Write letters, digits and `_`, not a digit first.".into(),
        });
    }
    fits
}

/// Whether a word can name an environment; told if not.
fn environment_name(name: &str, span: Range<usize>, found: &mut Found<'_>) -> bool {
    let fits = is_environment_name(name);
    if !fits {
        let problem = found.bad(format!("`{name}` cannot name an environment"), span, "not a name");
        let likely = Some(name.to_lowercase()).filter(|likely| is_environment_name(likely));
        problem.help = Some(match likely {
            Some(likely) => format!("Names are in lower case: `{likely}`."),
            None => "Write lower-case letters, digits and `_`, a letter first, 30 at most.".into(),
        });
    }
    fits
}

/// The code or name most like a word, of those whose level may be set.
fn nearest_code(word: &str) -> Option<&'static str> {
    let settable = Code::all().filter(|code| code.level() != Level::Error);
    nearest(word, settable.flat_map(|code| [code.id(), code.name()]))
}
