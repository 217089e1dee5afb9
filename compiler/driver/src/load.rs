//! The file system: finds the project, and reads its files into memory. Nothing else of the compiler touches the disk.

use crate::config::{self, Config};
use crate::interface::is_interface;
use crate::stale;
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_grammar::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Why a project could not be loaded. What is wrong *inside* its files is a diagnostic, not this.
#[derive(Debug)]
pub enum LoadError {
    /// No `esker.toml` in the folder or above it.
    NoProject(PathBuf),
    /// A file could not be read.
    Unreadable(PathBuf, std::io::Error),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoProject(path) => write!(
                f,
                "no {} in {} or any folder above it\nRun `esker init` to start a project here, or go to the folder of one.",
                config::FILE,
                path.display()
            ),
            Self::Unreadable(path, error) => write!(f, "cannot read {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for LoadError {}

/// The nearest folder with an `esker.toml`: `from` itself or one above it.
///
/// # Errors
/// [`LoadError::NoProject`] when there is none.
pub fn find_root(from: &Path) -> Result<PathBuf, LoadError> {
    let from = std::path::absolute(from).map_err(|error| LoadError::Unreadable(from.into(), error))?;
    let found = from.ancestors().find(|folder| folder.join(config::FILE).is_file());
    found.map(Path::to_path_buf).ok_or(LoadError::NoProject(from))
}

/// What the disk holds of a project.
#[derive(Default)]
pub(crate) struct Files {
    /// The texts by their paths from the root: `esker.toml`, the `.esk` and `.sql` files in its model folders, and the
    /// interfaces of other projects.
    pub(crate) texts: BTreeMap<String, String>,
    /// What is wrong with files as files.
    pub(crate) problems: Vec<Diagnostic>,
    /// Whether a folder with models is not there, so that nobody knows what it declares.
    pub(crate) incomplete: bool,
}

/// Reads a project. A file that cannot be read, or not as UTF-8, is a problem of its own and keeps no other from being
/// checked.
pub(crate) fn read_project(root: &Path) -> Result<Files, LoadError> {
    let mut files = Files::default();
    let toml = root.join(config::FILE);
    let text = std::fs::read_to_string(&toml).map_err(|error| LoadError::Unreadable(toml, error))?;
    let (config, _) = Config::read(&text);
    // One that is kept among the project's own files is still another's, however its path is written.
    let mut interfaces = BTreeSet::new();
    let paths = config.settings.dependencies.iter();
    for (name, path) in paths.filter(|(name, _)| config.dependencies.contains_key(*name)) {
        let file = root.join(path);
        if file.is_file() {
            files.read(&file, path.clone());
            interfaces.extend(file.canonicalize());
        } else {
            files.problems.push(missing_interface(root, &text, name, path));
        }
    }
    for (n, folder) in config.models.iter().enumerate() {
        let path = root.join(folder);
        if !path.is_dir() {
            files.problems.push(missing_folder(&text, n, folder, path.exists()));
            files.incomplete = true;
            continue;
        }
        let mut paths = Vec::new();
        walk(&path, &mut paths)?;
        let others = |path: &PathBuf| path.canonicalize().is_ok_and(|path| interfaces.contains(&path));
        for path in paths.into_iter().filter(|path| !others(path)) {
            files.read(&path, project_path(root, &path));
        }
    }
    files.texts.insert(config::FILE.to_string(), text);
    Ok(files)
}

impl Files {
    fn read(&mut self, path: &Path, name: String) {
        let (text, problem) = read(path, &name);
        self.texts.insert(name, text);
        self.problems.extend(problem);
    }
}

/// That the nth folder of `models` is not there.
fn missing_folder(config: &str, n: usize, folder: &str, is_file: bool) -> Diagnostic {
    let table = toml::de::DeTable::parse(config).ok();
    let span = table.and_then(|table| {
        let models = table.get_ref().get("project")?.get_ref().as_table()?.get("models")?.get_ref().as_array()?;
        models.get(n).map(|folder| folder.span())
    });
    let at = Location { file: config::FILE.into(), span: Span::from(span.unwrap_or_default()) };
    let (title, label) = match is_file {
        true => (format!("`{folder}` is not a folder"), "a file"),
        false => (format!("there is no folder `{folder}`"), "not found"),
    };
    Diagnostic::new(diagnostics::BAD_PROJECT_FILE, title, at, label)
        .why("`models` names the folders with the project's `.esk` files, from the folder of `esker.toml`.")
        .help("Create the folder, or correct `models`.")
}

/// That another project's interface is not there, and why.
fn missing_interface(root: &Path, config: &str, name: &str, path: &str) -> Diagnostic {
    let title = format!("the project `{name}` has published no interface");
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let publish = format!("Run `esker publish --interface` in the project `{name}`");
    let (label, help) = match stale::name_in(&root.join(folder)) {
        _ if !root.join(folder).is_dir() => (format!("there is no folder `{folder}`"), "Correct the path.".into()),
        None => (format!("`{path}` is not there"), "Correct the path, or have the interface put there.".into()),
        Some(Some(own)) if own != name => {
            let help = format!("Write `{own}` here, and in what reads it: `ref({own}.…)`.");
            (format!("the project there is called `{own}`"), help)
        }
        Some(None) => {
            let named = format!("name it first, `name = \"{name}\"` under `[project]` in its `{}`", config::FILE);
            (format!("`{path}` is not there"), format!("{publish}; {named}."))
        }
        Some(_) => (format!("`{path}` is not there"), format!("{publish}, or correct the path.")),
    };
    Diagnostic::new(diagnostics::MISSING_INTERFACE, title, dependency_location(config, name), label)
        .why("Other projects are read through the interface that they publish, never through their sources.")
        .help(help)
}

/// Where the text of a project file names another project.
pub(crate) fn dependency_location(config: &str, name: &str) -> Location {
    key_location(config, "dependencies", name)
}

/// Where a key of a section stands in the text of a project file; at its beginning, when it does not.
pub(crate) fn key_location(config: &str, section: &str, name: &str) -> Location {
    let table = toml::de::DeTable::parse(config).ok();
    let span = table.and_then(|table| {
        let section = table.get_ref().get(section)?.get_ref().as_table()?;
        section.iter().find(|(key, _)| key.get_ref() == name).map(|(key, _)| key.span())
    });
    Location { file: config::FILE.into(), span: Span::from(span.unwrap_or_default()) }
}

/// The `.esk` files of a project, when `folder` is the root of one, else those in the folder: what there is to format.
///
/// # Errors
/// When a folder cannot be read.
pub fn esk_files(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let mut paths = Vec::new();
    match std::fs::read_to_string(folder.join(config::FILE)) {
        Ok(text) => {
            for models in Config::read(&text).0.models {
                walk(&folder.join(models), &mut paths)?;
            }
        }
        Err(_) => walk(folder, &mut paths)?,
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "esk"));
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// The files of the language in a folder and below.
fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let unreadable = |error| LoadError::Unreadable(folder.into(), error);
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().map_err(unreadable)?.is_dir() {
            // Hidden folders, and folders that hold a project of their own, are not part of this one.
            let skipped = name.starts_with('.') || matches!(name.as_str(), "target" | "node_modules");
            if !skipped && !path.join(config::FILE).is_file() {
                walk(&path, paths)?;
            }
        } else if is_source(&name) && path.is_file() {
            paths.push(path);
        }
    }
    Ok(())
}

/// Whether a file of this name holds a part of the project. Interfaces, its own or another's, do not.
pub fn is_source(name: &str) -> bool {
    (name.ends_with(".esk") && !is_interface(name)) || name.ends_with(".sql")
}

/// A path from the project's root, with `/`.
pub(crate) fn project_path(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = relative
        .components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// The text of a file, as far as it is text, and what is wrong with it.
fn read(path: &Path, name: &str) -> (String, Option<Diagnostic>) {
    let problem = |title: String, at: usize, help: &str| {
        let at = Location { file: name.into(), span: Span::empty(at as u32) };
        Some(Diagnostic::new(diagnostics::UNREADABLE_FILE, title, at, "from here on").help(help))
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) if u32::try_from(bytes.len()).is_ok() => bytes,
        Ok(_) => return (String::new(), problem(format!("`{name}` is larger than 4 GiB"), 0, "Split it.")),
        Err(error) => {
            return (String::new(), problem(format!("`{name}` cannot be read: {error}"), 0, "Allow it to be read."));
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (text, problem(format!("`{name}` is not UTF-8 text"), at, "Save it as UTF-8."))
        }
    }
}
