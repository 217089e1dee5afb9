//! A small project in a folder of its own, and the built `esker` run in it.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A folder with a project; gone when dropped.
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

/// How a command ended, as text.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder in the system's place for them") }
    }

    /// What `esker init` writes.
    pub(crate) fn new() -> Self {
        let project = Self::empty();
        project.ok(&["init"]);
        project
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("is inside the folder")).expect("a folder of ours");
        std::fs::write(path, text).expect("a file of ours");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("is there")
    }

    pub(crate) fn replace(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{name} does not hold: {old}");
        self.write(name, &text.replace(old, new));
    }

    /// The database that `esker init` names after the folder.
    pub(crate) fn database(&self) -> PathBuf {
        let config = self.read("esker.toml");
        let path = config.lines().find_map(|line| line.strip_prefix("path = ")).expect("the engine has a path");
        self.path(path.trim_matches('"'))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_esker"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    pub(crate) fn esker(&self, arguments: &[&str]) -> Ended {
        Ended::from(self.command(arguments).output().expect("esker starts"))
    }

    /// Runs it and takes for granted that it works.
    pub(crate) fn ok(&self, arguments: &[&str]) -> Ended {
        let ended = self.esker(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
        ended
    }

    /// Starts it and goes on.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("esker starts")
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}
