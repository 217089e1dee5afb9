//! A copy of one of `examples/`, to run things in.

use std::path::{Path, PathBuf};

/// A folder with the example's files as they stand in the repository: without a database.
pub fn copy(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the copy");
    copy_into(&path(name), folder.path());
    folder
}

/// Copies of several examples side by side, as they stand in the repository: they may read one another.
pub fn copy_all(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the copies");
    for name in names {
        copy_into(&path(name), &folder.path().join(name));
    }
    folder
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

fn copy_into(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the example is there") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("has a name");
        if path.is_dir() {
            copy_into(&path, &to.join(name));
        } else if !name.to_string_lossy().contains(".duckdb") {
            std::fs::copy(&path, to.join(name)).expect("can be copied");
        }
    }
}
