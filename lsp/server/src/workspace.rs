//! The project and the texts that the editor holds: which text a file has now, the editor's or the disk's.

use crate::convert::{self, Encoding, Uri};
use esker_driver::source::{LineColumn, LineIndex, STD_PREFIX};
use esker_driver::{Session, find_root, is_interface, is_source};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The name of the project's own file.
const PROJECT_FILE: &str = "esker.toml";

/// A replacement of a piece of text, or of all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// From where to where, in the client's units; nothing means all.
    pub(crate) range: Option<(LineColumn, LineColumn)>,
    /// The new text.
    pub(crate) text: String,
}

/// A file as the editor has it.
struct Document {
    version: i32,
    text: String,
    /// Its path in the project; nothing for a file that is not of the project.
    path: Option<String>,
}

/// One project, with the editor's texts laid over those of the disk.
pub(crate) struct Workspace {
    session: Session,
    /// The folder of `esker.toml`. Without one the open files are the project, each under its URI as its path.
    root: Option<PathBuf>,
    open: BTreeMap<Uri, Document>,
}

impl Workspace {
    /// No project and no files.
    pub(crate) fn new() -> Self {
        Self { session: Session::in_memory(BTreeMap::new()), root: None, open: BTreeMap::new() }
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Takes the time from the clock: a server lives for days, and a deprecation begins at midnight.
    pub(crate) fn set_clock(&mut self) {
        self.session.set_now(chrono::Utc::now().naive_utc());
    }

    /// Loads the project that one of the folders lies in, if there is one.
    pub(crate) fn start(&mut self, folders: &[PathBuf]) -> Result<(), String> {
        match folders.iter().find_map(|folder| find_root(folder).ok()) {
            Some(root) => self.load(root),
            None => Ok(()),
        }
    }

    /// Reads the project from the disk, and lays the editor's texts over it. One that cannot be read is empty.
    fn load(&mut self, root: PathBuf) -> Result<(), String> {
        let opened = Session::open(&root);
        self.root = Some(root);
        let (session, result) = match opened {
            Ok(session) => (session, Ok(())),
            Err(error) => (Session::in_memory(BTreeMap::new()), Err(error.to_string())),
        };
        self.session = session;
        let paths: Vec<_> = self.open.keys().map(|uri| self.path(uri)).collect();
        let texts = self.open.values_mut().zip(paths).filter_map(|(document, path)| {
            document.path = path;
            Some((document.path.clone()?, Some(document.text.clone())))
        });
        self.session.change(texts);
        result
    }

    pub(crate) fn open(&mut self, uri: Uri, version: i32, text: String) -> Result<(), String> {
        let mut result = Ok(());
        if self.root.is_none()
            && let Some(root) = convert::path(&uri).and_then(|path| find_root(path.parent()?).ok())
        {
            // The files that were open until now stood in no project; those of this one find their place in it.
            result = self.load(root);
        }
        let path = self.path(&uri);
        if let Some(path) = &path {
            self.session.set_file(path, Some(text.clone()));
        }
        self.open.insert(uri, Document { version, text, path });
        result
    }

    /// Whether the file is open, so that it can be edited.
    pub(crate) fn edit(&mut self, uri: &Uri, version: i32, edits: Vec<Edit>, encoding: Encoding) -> bool {
        let Some(document) = self.open.get_mut(uri) else { return false };
        for edit in edits {
            let Some((start, end)) = edit.range else {
                document.text = edit.text;
                continue;
            };
            let lines = LineIndex::new(&document.text);
            let offset = |at| encoding.offset(&document.text, &lines, at) as usize;
            let (start, end) = (offset(start), offset(end));
            document.text.replace_range(start.min(end)..end.max(start), &edit.text);
        }
        document.version = version;
        if let Some(path) = &document.path {
            self.session.set_file(path, Some(document.text.clone()));
        }
        true
    }

    /// A closed file has its text from the disk again.
    pub(crate) fn close(&mut self, uri: &Uri) -> Result<(), String> {
        match (self.open.remove(uri).and_then(|document| document.path), self.root.is_some()) {
            (Some(path), true) => self.refresh(&path),
            (Some(path), false) => {
                self.session.set_file(&path, None);
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }

    /// What `esker.toml` says of folders counts as soon as it is saved.
    pub(crate) fn saved(&mut self, uri: &Uri) -> Result<(), String> {
        match (&self.root, convert::path(uri)) {
            (Some(root), Some(path)) if path == root.join(PROJECT_FILE) => self.load(root.clone()),
            _ => Ok(()),
        }
    }

    /// Files that came, went or changed on disk, or folders that went. What is open keeps the editor's text.
    pub(crate) fn changed_on_disk(&mut self, uris: &[Uri]) -> Result<(), String> {
        for uri in uris {
            let Some(changed) = convert::path(uri) else { continue };
            let Some(root) = &self.root else { continue };
            // Which interfaces there are, of which other projects, is found out when the project is loaded.
            if changed == root.join(PROJECT_FILE) || is_interface(uri.as_str()) {
                return self.load(root.clone());
            }
            let below: Vec<String> = {
                let files = self.session.project().files(self.session.db());
                let own = files.keys().filter(|path| !path.starts_with(STD_PREFIX));
                own.filter(|path| root.join(&***path).starts_with(&changed)).map(ToString::to_string).collect()
            };
            for path in below.into_iter().chain(self.path(uri)) {
                if !self.open.values().any(|document| document.path.as_ref() == Some(&path)) {
                    self.refresh(&path)?;
                }
            }
        }
        Ok(())
    }

    /// Takes a file's text from the disk.
    fn refresh(&mut self, path: &str) -> Result<(), String> {
        let Some(root) = &self.root else { return Ok(()) };
        let (text, result) = match std::fs::read_to_string(root.join(path)) {
            Ok(text) => (Some(text), Ok(())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (None, Ok(())),
            Err(error) => (None, Err(format!("cannot read {path}: {error}"))),
        };
        self.session.set_file(path, text);
        result
    }

    /// The path in the project of a file that is, or would be, a file of it.
    fn path(&self, uri: &Uri) -> Option<String> {
        let Some(root) = &self.root else { return Some(uri.as_str().into()) };
        let file = convert::path(uri)?;
        let relative = within(root, &file)?;
        let names: Vec<String> = relative
            .components()
            .map(|part| matches!(part, Component::Normal(_)).then(|| part.as_os_str().to_string_lossy().into_owned()))
            .collect::<Option<_>>()?;
        let path = names.join("/");
        if path == PROJECT_FILE {
            return Some(path);
        }
        let (name, folders) = names.split_last()?;
        let hidden = |name: &String| name.starts_with('.') || matches!(name.as_str(), "target" | "node_modules");
        let holds = |folder: &String| {
            let plain = Path::new(folder).components().filter(|part| *part != Component::CurDir);
            relative.starts_with(plain.collect::<PathBuf>())
        };
        let found = is_source(name)
            && !folders.iter().any(hidden)
            && self.session.config().models.iter().any(holds)
            // A folder with a project of its own is not part of this one.
            && find_root(root.join(&relative).parent()?).is_ok_and(|nearest| nearest == *root);
        found.then_some(path)
    }

    /// The open files of the project, with their versions.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&Uri, i32)> {
        self.open.iter().filter(|(_, document)| document.path.is_some()).map(|(uri, document)| (uri, document.version))
    }

    /// The client's name of a file of the project; the standard library is no file that could be opened.
    pub(crate) fn uri(&self, path: &str) -> Option<Uri> {
        if path.starts_with(STD_PREFIX) {
            return None;
        }
        let open = self.open.iter().find(|(_, document)| document.path.as_deref() == Some(path));
        match (open, &self.root) {
            (Some((uri, _)), _) => Some(uri.clone()),
            (None, Some(root)) => Uri::from_file_path(root.join(path)),
            (None, None) => None,
        }
    }

    /// The text of an open file that is written in Esker.
    pub(crate) fn esker_text(&self, uri: &Uri) -> Option<&str> {
        let document = self.open.get(uri)?;
        uri.as_str().ends_with(".esk").then_some(document.text.as_str())
    }

    /// The path of an open file of the project.
    pub(crate) fn open_path(&self, uri: &Uri) -> Option<&str> {
        self.open.get(uri)?.path.as_deref()
    }
}

/// A file's path from the project's root, also when one of the two is named by way of a symbolic link.
fn within(root: &Path, file: &Path) -> Option<PathBuf> {
    if let Ok(relative) = file.strip_prefix(root) {
        return Some(relative.to_path_buf());
    }
    let folder = file.parent()?.canonicalize().ok()?;
    Some(folder.strip_prefix(root.canonicalize().ok()?).ok()?.join(file.file_name()?))
}
