//! The file system: finds the project, and reads its files into memory. Nothing else of the compiler touches the disk.

use crate::config::{self, Config};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_grammar::Span;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Why a project could not be loaded. What is wrong *inside* its files is a diagnostic, not this.
#[derive(Debug)]
pub enum LoadError {
    /// No `esker.toml` in the folder or above it.
    NoProject(PathBuf),
    /// A folder that `models` names is not there.
    NoFolder(PathBuf),
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
            Self::NoFolder(path) => {
                write!(
                    f,
                    "the models folder {} does not exist\nCreate it, or correct `models` in {}.",
                    path.display(),
                    config::FILE
                )
            }
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
    /// The texts by their paths from the root: `esker.toml`, and the `.esk` files in its model folders.
    pub(crate) texts: BTreeMap<String, String>,
    /// What is wrong with files as files.
    pub(crate) problems: Vec<Diagnostic>,
}

/// Reads a project. A file that cannot be read, or not as UTF-8, is a problem of its own and keeps no other from being
/// checked.
pub(crate) fn read_project(root: &Path) -> Result<Files, LoadError> {
    let mut files = Files::default();
    let toml = root.join(config::FILE);
    let text = std::fs::read_to_string(&toml).map_err(|error| LoadError::Unreadable(toml, error))?;
    let (config, _) = Config::read(&text);
    files.texts.insert(config::FILE.to_string(), text);
    for folder in &config.models {
        let path = root.join(folder);
        if !path.is_dir() {
            return Err(LoadError::NoFolder(path));
        }
        walk(root, &path, &mut files)?;
    }
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Files) -> Result<(), LoadError> {
    let unreadable = |error| LoadError::Unreadable(folder.into(), error);
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            // Hidden folders, and folders that hold a project of their own, are not part of this one.
            let skipped = name.starts_with('.') || matches!(name.as_str(), "target" | "node_modules");
            if !skipped && !path.join(config::FILE).is_file() {
                walk(root, &path, files)?;
            }
        } else if name.ends_with(".esk") && path.is_file() {
            let (text, problem) = read(&path, &project_path(root, &path));
            files.texts.insert(project_path(root, &path), text);
            files.problems.extend(problem);
        }
    }
    Ok(())
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
