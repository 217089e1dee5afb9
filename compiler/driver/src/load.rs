//! The file system: finds the project, and reads its files into memory. Nothing else of the compiler touches the disk.

use crate::config::{self, Config};
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
    /// A file is not UTF-8.
    NotUtf8(PathBuf),
    /// A file of 4 GiB or more.
    TooLarge(PathBuf),
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
            Self::NotUtf8(path) => write!(f, "{} is not UTF-8 text\nSave it as UTF-8.", path.display()),
            Self::TooLarge(path) => write!(f, "{} is larger than 4 GiB", path.display()),
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

/// The texts of a project by their paths from its root: `esker.toml`, and the `.esk` files in its model folders.
pub(crate) fn read_project(root: &Path) -> Result<BTreeMap<String, String>, LoadError> {
    let mut files = BTreeMap::new();
    let text = read(&root.join(config::FILE))?;
    let (config, _) = Config::read(&text);
    files.insert(config::FILE.to_string(), text);
    for folder in &config.models {
        let path = root.join(folder);
        if !path.is_dir() {
            return Err(LoadError::NoFolder(path));
        }
        walk(root, &path, &mut files)?;
    }
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<(), LoadError> {
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
            files.insert(project_path(root, &path), read(&path)?);
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

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String, LoadError> {
    let bytes = std::fs::read(path).map_err(|error| LoadError::Unreadable(path.into(), error))?;
    if u32::try_from(bytes.len()).is_err() {
        return Err(LoadError::TooLarge(path.into()));
    }
    String::from_utf8(bytes).map_err(|_| LoadError::NotUtf8(path.into()))
}
