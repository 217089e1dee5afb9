//! Runs one section of a page, fence by fence: files make a project, `edit` changes it, the rest shows what comes out.

use crate::claimed::mismatches;
use crate::page::{Fence, Section};
use crate::{binary, columns, edit, snapshot};
use chrono::NaiveDateTime;
use esker_diagnostics::{Format, render};
use esker_driver::Session;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where a section comes from.
pub struct Origin<'a> {
    /// The page's file, to be rewritten and to be named in messages.
    pub path: &'a Path,
    /// The page's path without its extension, as in the names of its tests.
    pub page: &'a str,
}

/// Runs `section`. What fails is returned as the text to show, each line with its place in the page.
pub fn run(origin: &Origin<'_>, section: &Section) -> Result<(), String> {
    let mut case = Case {
        files: BTreeMap::new(),
        lines: BTreeMap::new(),
        now: NOW.parse().expect("is a timestamp"),
        session: None,
        folder: None,
        ran: Vec::new(),
    };
    let mut failures = Vec::new();
    let listed = section.fences.iter().any(shows_problems);
    let mut fences = section.fences.iter().enumerate().peekable();
    while let Some((index, fence)) = fences.next() {
        let at = |text: &str| format!("{}:{}: {text}", origin.path.display(), fence.line);
        match case.step(fence).map_err(|text| at(&text))? {
            Some(actual) if snapshot::same(&fence.body, &actual) => {}
            Some(actual) if snapshot::updating() => {
                snapshot::rewrite(origin.path, origin.page, &section.name, index, &actual)?;
            }
            Some(actual) => failures.push(format!(
                "{}\n{}",
                at(&format!("`{}` shows `-`, but `+` came out", fence.kind)),
                snapshot::difference(&fence.body, &actual)
            )),
            None => {}
        }
        // Claims are compared once all the files of a moment are there: at the last of them, and after each edit.
        let more_files = fences.peek().is_some_and(|(_, next)| is_file(next));
        if (is_file(fence) && !more_files) || is_edit(fence) {
            failures.extend(case.claims(origin, listed)?);
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// The time at which a page is checked that says no other: deprecations must not depend on the day the tests run.
const NOW: &str = "2026-01-01T00:00:00";

/// What a page's folder is called: `esker init` names the project after it.
const ROOT: &str = "shop";

struct Case {
    files: BTreeMap<String, String>,
    /// The page's line of the first line of each file that stands in the page as it is.
    lines: BTreeMap<String, usize>,
    /// The time at which the project is checked: of the last `now=2026-06-30` behind a file's fence, or of `edit`.
    now: NaiveDateTime,
    session: Option<Session>,
    folder: Option<tempfile::TempDir>,
    /// The queries that a check ran again after the last edit.
    ran: Vec<String>,
}

/// Languages of fences that are files when a path names them.
const LANGUAGES: [&str; 7] = ["esker", "sql", "toml", "csv", "json", "text", ""];

fn is_file(fence: &Fence) -> bool {
    path(fence).is_some()
}

fn is_edit(fence: &Fence) -> bool {
    matches!(fence.kind.as_str(), "edit" | "diff")
}

/// Whether the fence shows what is wrong with the project, so that nothing has to be claimed beside it.
fn shows_problems(fence: &Fence) -> bool {
    match fence.kind.as_str() {
        "diagnostics" | "messages" => true,
        "console" => fence.body.contains("$ esker check"),
        _ => false,
    }
}

/// The path of the file that a fence is, if it is one.
pub fn path(fence: &Fence) -> Option<&str> {
    match (&fence.file, fence.kind.as_str()) {
        (Some(path), kind) if LANGUAGES.contains(&kind) => Some(path),
        (None, "esker") => Some("models/main.esk"),
        (None, "toml") => Some("esker.toml"),
        _ => None,
    }
}

impl Case {
    /// Does what the fence says; the text that it should show, if it shows any.
    fn step(&mut self, fence: &Fence) -> Result<Option<String>, String> {
        if is_file(fence) || is_edit(fence) {
            self.set_now(fence)?;
        }
        if let Some(path) = path(fence) {
            if let (Some(text), Some(_)) = (self.files.get(path), &fence.file) {
                return Ok(Some(text.clone()));
            }
            if self.files.contains_key(path) {
                return Err(format!(
                    "`{path}` stands here twice; an `edit` fence changes a file, and its path before a fence shows it"
                ));
            }
            self.lines.insert(path.to_string(), fence.line);
            self.set(path, Some(fence.body.clone()))?;
            return Ok(None);
        }
        let arguments: Vec<_> = fence.arguments.iter().map(String::as_str).collect();
        match fence.kind.as_str() {
            "edit" | "diff" => {
                let path = fence.file.as_deref().unwrap_or("models/main.esk");
                self.session().check();
                self.session().db().start_log();
                let text = edit::edited(self.files.get(path).map_or("", String::as_str), &fence.body)?;
                self.lines.remove(path);
                self.set(path, (!text.is_empty()).then_some(text))?;
                self.session().check();
                self.ran = self.session().db().take_log();
                Ok(None)
            }
            "formatted" => {
                let text = self.files.get(fence.file.as_deref().unwrap_or("models/main.esk"));
                Ok(Some(text.map(|text| esker_driver::grammar::format(text)).unwrap_or_default()))
            }
            "diagnostics" => Ok(Some(self.diagnostics(Format::Short))),
            "messages" => Ok(Some(self.diagnostics(Format::Human))),
            "columns" => Ok(Some(columns::shown(self.session()))),
            "ran" => Ok(Some(self.ran.join("\n"))),
            "plan" => self.esker("plan", &[], &arguments).map(Some),
            // What it prints has times in it: only a failure is shown.
            "run" => self
                .esker("apply", &["--yes"], &arguments)
                .map(|out| Some(if failed(&out) { out } else { String::new() })),
            "result" => self.esker("show", &[], &arguments).map(Some),
            "console" => self.console(&fence.body).map(Some),
            kind if fence.file.is_none() && LANGUAGES.contains(&kind) => Ok(None), // only read by people
            kind => Err(format!("nothing is known of a fence `{kind}`")),
        }
    }

    fn session(&mut self) -> &mut Session {
        self.session.get_or_insert_with(|| {
            let mut session = Session::in_memory(self.files.clone());
            session.set_now(self.now);
            session
        })
    }

    fn set_now(&mut self, fence: &Fence) -> Result<(), String> {
        let Some(date) = fence.arguments.iter().find_map(|argument| argument.strip_prefix("now=")) else {
            return Ok(());
        };
        let now = format!("{date}T00:00:00").parse();
        self.now = now.map_err(|_| format!("`now={date}` is no date"))?;
        if let Some(session) = &mut self.session {
            session.set_now(self.now);
        }
        Ok(())
    }

    /// Sets or removes a file, in the project that is open and in the folder that `esker` runs in, as far as they exist.
    fn set(&mut self, path: &str, text: Option<String>) -> Result<(), String> {
        if let Some(session) = &mut self.session {
            session.set_file(path, text.clone());
        }
        if let Some(root) = self.root() {
            write(&root.join(path), text.as_deref())?;
        }
        match text {
            Some(text) => self.files.insert(path.to_string(), text),
            None => self.files.remove(path),
        };
        Ok(())
    }

    fn claims(&mut self, origin: &Origin<'_>, listed: bool) -> Result<Vec<String>, String> {
        let diagnostics = self.session().check();
        let types = columns::types(self.session());
        let wrong = mismatches(&self.files, &diagnostics, &types, listed)?;
        let place = |file: &str, line: usize| match self.lines.get(file) {
            Some(first) => format!("{}:{}", origin.path.display(), first + line - 1),
            None => format!("{}: {file}:{line}", origin.path.display()),
        };
        Ok(wrong.into_iter().map(|wrong| format!("{}: {}", place(&wrong.file, wrong.line), wrong.text)).collect())
    }

    fn diagnostics(&mut self, format: Format) -> String {
        let diagnostics = self.session().check();
        let sources = |file: &str| self.files.get(file).map(String::as_str);
        render(&diagnostics, &sources, format, false)
    }

    /// `esker COMMAND` with `name=value` as `--name value` and anything else as it is.
    fn esker(&mut self, command: &str, more: &[&str], arguments: &[&str]) -> Result<String, String> {
        let mut all = vec![command.to_string()];
        all.extend(more.iter().map(|argument| argument.to_string()));
        for argument in arguments {
            match argument.split_once('=') {
                Some((name, value)) => all.extend([format!("--{name}"), value.to_string()]),
                None => all.push(argument.to_string()),
            }
        }
        self.output(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Each line `$ esker …` of the body with what it prints.
    fn console(&mut self, body: &str) -> Result<String, String> {
        let mut out = String::new();
        for command in body.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let words = words(command);
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            let ["esker", arguments @ ..] = &words[..] else {
                return Err(format!("only `esker` can be run here, not `{command}`"));
            };
            out.push_str(&format!("$ {command}\n{}", self.output(arguments)?));
        }
        self.adopt()?;
        Ok(out)
    }

    /// The project's folder, if commands have run.
    fn root(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().join(ROOT))
    }

    /// Takes over what commands have written of the project itself (`esker init`, `esker fmt`).
    fn adopt(&mut self) -> Result<(), String> {
        let Some(root) = self.root() else { return Ok(()) };
        let mut written = BTreeMap::new();
        texts(&root, "", &mut written).map_err(|error| format!("cannot read what was written: {error}"))?;
        for (path, text) in written {
            if self.files.get(&path) != Some(&text) {
                self.lines.remove(&path);
                self.set(&path, Some(text))?;
            }
        }
        Ok(())
    }

    /// What `esker` prints, both streams, without the folder's name; and the exit code if it is not 0.
    fn output(&mut self, arguments: &[&str]) -> Result<String, String> {
        if self.folder.is_none() {
            let folder = tempfile::tempdir().map_err(|error| format!("no folder to run in: {error}"))?;
            let root = folder.path().join(ROOT);
            std::fs::create_dir(&root).map_err(|error| format!("no folder to run in: {error}"))?;
            for (path, text) in &self.files {
                write(&root.join(path), Some(text))?;
            }
            // Without a source in it, the folder is not a project yet.
            let begun = self.files.keys().any(|path| path.ends_with(".esk"));
            if begun && !self.files.contains_key("esker.toml") {
                write(&root.join("esker.toml"), Some(""))?;
            }
            self.folder = Some(folder);
        }
        let root = self.root().expect("was just made");
        let (text, status) = binary::printed(&root, arguments)?;
        let mut text = snapshot::tidy(&text.replace(&root.display().to_string(), "."));
        if !status.success() {
            let code = status.code().map_or("by a signal".into(), |code| code.to_string());
            text.push_str(&format!("exit {code}\n"));
        }
        Ok(text)
    }
}

/// A command's words; quotes keep blanks together.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for c in command.chars() {
        match c {
            '"' | '\'' if quote.is_none_or(|open| open == c) => quote = if quote.is_none() { Some(c) } else { None },
            ' ' if quote.is_none() => words.push(String::new()),
            c => words.last_mut().expect("has one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The project's texts in a folder and below.
fn texts(root: &Path, below: &str, found: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() {
            texts(root, &path, found)?;
        } else if name == "esker.toml" || name.ends_with(".esk") || name.ends_with(".sql") {
            found.insert(path, std::fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}

fn failed(output: &str) -> bool {
    output.lines().last().is_some_and(|line| line.starts_with("exit "))
}

fn write(path: &Path, text: Option<&str>) -> Result<(), String> {
    let parent = path.parent().expect("is inside the folder");
    let done = match text {
        Some(text) => std::fs::create_dir_all(parent).and_then(|()| std::fs::write(path, text)),
        None => std::fs::remove_file(path),
    };
    done.map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(super::words("esker list  -s 'a and b' \"c d\""), ["esker", "list", "-s", "a and b", "c d"]);
    }
}
