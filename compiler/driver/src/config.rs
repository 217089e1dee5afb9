//! `esker.toml`: what it may say, and what is wrong with what it says.

use esker_declare::text_literal;
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, nearest};
use esker_grammar::Span;
use esker_source::Settings;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// The file's name.
pub(crate) const FILE: &str = "esker.toml";

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
}

/// An engine and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineConfig {
    /// Its name in the file.
    pub name: String,
    /// The database file, from the project's root.
    pub path: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            models: vec![".".into()],
            engine: EngineConfig { name: "local".into(), path: "esker.duckdb".into() },
            environment: "prod".into(),
        }
    }
}

/// Sections that the language has and that nothing carries out yet.
const LATER: &[&str] = &["dependencies", "contracts", "lint", "defaults"];
const SECTIONS: &[&str] =
    &["project", "engine", "environments", "vars", "dependencies", "contracts", "lint", "defaults"];

impl Config {
    /// Reads the text of an `esker.toml`. What is wrong is reported and left at its default.
    pub fn read(text: &str) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader { config: Self::default(), found: Vec::new(), engines: 0 };
        match DeTable::parse(text) {
            Ok(table) => reader.root(table.get_ref()),
            Err(error) => {
                let at = location(error.span().unwrap_or(0..0));
                let title = format!("`{FILE}` is not TOML: {}", error.message());
                reader.found.push(Diagnostic::new(diagnostics::BAD_PROJECT_FILE, title, at, "here"));
            }
        }
        (reader.config, reader.found)
    }
}

struct Reader {
    config: Config,
    found: Vec<Diagnostic>,
    engines: usize,
}

type Entry<'a> = (&'a toml::Spanned<std::borrow::Cow<'a, str>>, &'a toml::Spanned<DeValue<'a>>);

impl Reader {
    fn root(&mut self, table: &DeTable<'_>) {
        for (key, value) in table.iter() {
            let section = key.get_ref().as_ref();
            if LATER.contains(&section) {
                let title = format!("`[{section}]` is not supported yet");
                let found =
                    Diagnostic::new(diagnostics::NOT_SUPPORTED_YET, title, location(key.span()), "not supported yet");
                self.found.push(found.help("Take it out for now; the changelog says when it arrives."));
                continue;
            }
            if !SECTIONS.contains(&section) {
                self.unknown(key, SECTIONS);
                continue;
            }
            let Some(table) = value.get_ref().as_table() else {
                self.wrong(value, &format!("`{section}` must be a section: `[{section}]`"));
                continue;
            };
            for entry in table.iter() {
                match section {
                    "project" => self.project(entry),
                    "engine" => self.engine(entry),
                    "environments" => self.environments(entry),
                    _ => self.var(entry),
                }
            }
        }
    }

    fn project(&mut self, (key, value): Entry<'_>) {
        match key.get_ref().as_ref() {
            "name" => self.text(value, |config, text| config.settings.name = text),
            "schema" => self.text(value, |config, text| config.settings.schema = text),
            "edition" => {
                if value.get_ref().as_str() != Some("2026") {
                    self.wrong(value, "the only edition is \"2026\"");
                }
            }
            "models" => {
                let folders: Option<Vec<String>> = value.get_ref().as_array().and_then(|folders| {
                    folders.iter().map(|folder| folder.get_ref().as_str().map(str::to_string)).collect()
                });
                match folders {
                    Some(folders) => self.config.models = folders,
                    None => self.wrong(value, "`models` is a list of folders: `models = [\"models\"]`"),
                }
            }
            _ => self.unknown(key, &["name", "schema", "edition", "models"]),
        }
    }

    fn engine(&mut self, (key, value): Entry<'_>) {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(value, "an engine is a section of its own: `[engine.local]`");
            return;
        };
        if self.engines > 0 {
            let title = "more than one engine is not supported yet";
            let found = Diagnostic::new(diagnostics::NOT_SUPPORTED_YET, title, location(key.span()), "the second one");
            self.found.push(found.help("Keep the one that you use."));
            return;
        }
        self.engines += 1;
        self.config.engine.name = key.get_ref().to_string();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "type" if value.get_ref().as_str() == Some("duckdb") => {}
                "type" => self.wrong(value, "the only engine so far is \"duckdb\""),
                "path" => self.text(value, |config, text| config.engine.path = text),
                _ => self.unknown(key, &["type", "path"]),
            }
        }
    }

    fn environments(&mut self, (key, value): Entry<'_>) {
        match key.get_ref().as_ref() {
            "default" => self.text(value, |config, text| config.environment = text),
            _ => self.unknown(key, &["default"]),
        }
    }

    fn var(&mut self, (key, value): Entry<'_>) {
        let sql = match value.get_ref() {
            DeValue::String(text) => text_literal(text),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(value) => value.to_string(),
            _ => return self.wrong(value, "a variable is a string, a number or a boolean"),
        };
        let name = key.get_ref().to_string();
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        let no_own = Settings::default();
        let built_in = esker_sql::variables(&no_own).iter().any(|(built_in, ..)| *built_in == name);
        if !plain || built_in {
            let title = match plain {
                true => format!("`${name}` is a variable of Esker itself"),
                false => format!("`{name}` cannot name a variable"),
            };
            let found =
                Diagnostic::new(diagnostics::BAD_PROJECT_FILE, title, location(key.span()), "choose another name");
            self.found.push(found.help("A variable is named by letters, digits and `_`, and written `$name` in SQL."));
            return;
        }
        self.config.settings.vars.insert(name, sql);
    }

    fn text(&mut self, value: &toml::Spanned<DeValue<'_>>, set: impl FnOnce(&mut Config, String)) {
        match value.get_ref().as_str() {
            Some(text) if !text.is_empty() => set(&mut self.config, text.to_string()),
            _ => self.wrong(value, "this must be a string that is not empty"),
        }
    }

    fn wrong(&mut self, value: &toml::Spanned<DeValue<'_>>, title: &str) {
        self.found.push(Diagnostic::new(diagnostics::BAD_PROJECT_FILE, title, location(value.span()), "does not fit"));
    }

    fn unknown(&mut self, key: &toml::Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let name = key.get_ref().as_ref();
        let title = format!("`{FILE}` has no key `{name}` here");
        let found = Diagnostic::new(diagnostics::UNKNOWN_KEY, title, location(key.span()), "unknown key");
        self.found.push(match nearest(name, known.iter().copied()) {
            Some(likely) => found.help(format!("Did you mean `{likely}`?")),
            None => found.help(format!("The keys here are {}.", known.join(", "))),
        });
    }
}

fn location(range: std::ops::Range<usize>) -> Location {
    Location { file: Arc::from(FILE), span: Span::from(range) }
}
