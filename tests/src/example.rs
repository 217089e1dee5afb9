//! A copy of one of `examples/`, to run things in.

use std::path::Path;

/// A folder with the example's files as they stand in the repository: without a database.
pub fn copy(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the copy");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    copy_into(&from, folder.path());
    folder
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
