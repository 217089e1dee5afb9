//! The engines: which one is used, how it is reached, and that no secret stands in the file.

use super::environment::{self, Trouble};
use super::file::ProjectFile;
use super::{EngineConfig, Environment, Found};
use esker_diagnostics as diagnostics;
use esker_diagnostics::nearest;
use std::fmt;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

const KNOWN: &[&str] = &["duckdb"];
/// Engines that people ask for and that nothing runs yet.
const LATER: &[&str] = &["postgres", "spark"];

/// Looks for secrets that are written out and for engines that there are not; of the latter no key is looked at again.
pub(super) fn screen(file: &mut DeTable<'_>, found: &mut Found<'_>) {
    let engines = file.get_mut("engine").and_then(|engines| match engines.get_mut() {
        DeValue::Table(engines) => Some(engines),
        _ => None,
    });
    for (name, engine) in engines.into_iter().flatten() {
        let DeValue::Table(engine) = engine.get_mut() else { continue };
        for (key, value) in engine.iter() {
            let written = value.get_ref().as_str().unwrap_or_default();
            if is_secret(key.get_ref(), written) {
                secret(name.get_ref(), key.get_ref(), value.span(), found);
            }
        }
        let Some(kind) = engine.get("type") else { continue };
        let Some(word) = kind.get_ref().as_str().filter(|word| !KNOWN.contains(word)) else { continue };
        let lower = word.to_lowercase();
        if LATER.contains(&lower.as_str()) {
            let title = format!("the engine \"{word}\" is not supported yet");
            let problem = found.push(diagnostics::NOT_SUPPORTED_YET, title, kind.span(), "not supported yet");
            problem.help = Some("The only engine so far is \"duckdb\".".into());
        } else {
            let title = format!("there is no engine \"{word}\"");
            let help = match nearest(word, KNOWN.iter().copied()) {
                Some(likely) => format!("Did you mean \"{likely}\"?"),
                None => "The only engine so far is \"duckdb\".".into(),
            };
            found.bad(title, kind.span(), "unknown engine").help = Some(help);
        }
        engine.clear();
    }
}

fn secret(engine: &str, key: &str, span: Range<usize>, found: &mut Found<'_>) {
    let title = format!("a secret is written out in `engine.{engine}.{key}`");
    let problem = found.push(diagnostics::SECRET_WRITTEN_OUT, title, span, "readable by everybody who has the file");
    problem.why = Some("The project file is kept with the project, and its history forgets nothing.".into());
    problem.help =
        Some("Change the secret, put it into a variable of the environment, and write `${NAME_OF_IT}` here.".into());
}

/// Whether a value is, or holds, a secret in plain text.
fn is_secret(key: &str, value: &str) -> bool {
    const KEYS: &[&str] =
        &["password", "passwd", "pwd", "secret", "token", "api_key", "apikey", "private_key", "credential"];
    let plain = |value: &str| !value.is_empty() && !value.starts_with("${");
    let key = key.to_lowercase();
    if KEYS.iter().any(|secret| key.contains(secret)) {
        return plain(value);
    }
    let lower = value.to_lowercase();
    let setting =
        ["password=", "pwd=", "secret=", "token="].iter().any(|setting| lower.split(setting).skip(1).any(plain));
    // `postgres://user:secret@host/db`
    let user =
        lower.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@')).map(|(user, _)| user);
    setting || user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| plain(password))
}

/// The engine that is used. Variables of the environment are asked for only on its behalf.
pub(super) fn choose(file: &ProjectFile, variable: Environment<'_>, found: &mut Found<'_>) -> EngineConfig {
    let names = || file.engine.keys().map(|name| name.get_ref().as_str());
    let first = file.engine.keys().min_by_key(|name| name.span().start).map(|name| name.get_ref().as_str());
    let chosen = match file.project.engine.get() {
        Some((name, span)) if !file.engine.contains_key(name.0.as_str()) => {
            let problem = found.bad(format!("there is no engine `{}`", name.0), span, "not an engine of this file");
            problem.help = Some(match nearest(&name.0, names()) {
                Some(likely) => format!("Did you mean `{likely}`?"),
                None => format!("Add a section `[engine.{}]`.", name.0),
            });
            first
        }
        Some((name, _)) => Some(name.0.as_str()),
        None => first,
    };
    let mut config = EngineConfig::default();
    for (name, engine) in &file.engine {
        let used = Some(name.get_ref().as_str()) == chosen;
        if used {
            config.name = name.get_ref().clone();
        }
        let Some((path, span)) = engine.get_ref().path.get() else { continue };
        let asked: Environment<'_> = if used { variable } else { &|_| Some(String::new()) };
        match environment::fill(&path.0, asked) {
            Ok(filled) if used => {
                config.path = filled.text;
                config.put = filled.put;
            }
            Ok(_) => {}
            Err(trouble) => tell(trouble, span, found),
        }
    }
    config
}

fn tell(trouble: Trouble, span: Range<usize>, found: &mut Found<'_>) {
    let place = |found: &Found<'_>, text: &str| found.inside(&span, text);
    let (title, at, label, help) = match trouble {
        Trouble::Unset(name) => (
            format!("the environment has no variable `{name}`"),
            place(found, &format!("${{{name}}}")),
            "not set",
            format!("Set it before you run Esker: `export {name}=…`."),
        ),
        Trouble::BadName(name) => (
            format!("`{name}` cannot name a variable of the environment"),
            place(found, &format!("${{{name}}}")),
            "not a name",
            "Write letters, digits and `_` between the braces; `$${` is a plain `${`.".to_string(),
        ),
        Trouble::Unclosed => (
            "`${` is not closed".to_string(),
            place(found, "${"),
            "opened here",
            "Write `${NAME}` for a variable of the environment; `$${` is a plain `${`.".to_string(),
        ),
    };
    found.push(diagnostics::BAD_ENVIRONMENT_VARIABLE, title, at, label).help = Some(help);
}

impl EngineConfig {
    /// The path, unless it holds something of the environment, which appears in no plan.
    pub(crate) fn plain_path(&self) -> Option<&str> {
        self.put.is_empty().then_some(self.path.as_str())
    }

    /// A text in which everything that came from the environment is as in the file again: messages name
    /// `${VAR}`, never its value.
    pub fn hide(&self, text: &str) -> String {
        let put = self.put.iter().filter(|(_, value)| value.len() >= SHORTEST);
        put.fold(text.to_string(), |text, (written, value)| text.replace(value.as_str(), written))
    }
}

/// What is shorter is no secret, and stands in many words by chance.
const SHORTEST: usize = 4;

impl fmt::Debug for EngineConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.put.is_empty() { self.path.as_str() } else { "(from the environment)" };
        f.debug_struct("EngineConfig").field("name", &self.name).field("path", &path).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_in_plain_text_are_seen() {
        let cases = [
            ("password", "x", true),
            ("db_Password", "x", true),
            ("token", "${TOKEN}", false),
            ("password", "", false),
            ("path", "shop.duckdb", false),
            ("path", "md:shop?motherduck_token=ey", true),
            ("path", "md:shop?motherduck_token=${TOKEN}", false),
            ("path", "host=h password=x", true),
            ("url", "postgres://ann:pw@host/db", true),
            ("url", "postgres://ann:${PW}@host/db", false),
            ("url", "postgres://ann@host/db", false),
            ("url", "https://host/a:b@c", false),
        ];
        for (key, value, expected) in cases {
            assert_eq!(is_secret(key, value), expected, "{key} = {value}");
        }
    }
}
