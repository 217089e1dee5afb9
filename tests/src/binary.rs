//! The built `esker`, run in a folder of its own: what a test needs the engine for goes through the door that users use.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The `esker` that was built beside this test.
///
/// Tests may not depend on the command's crate to have it built: they would then link the engine. `make test` builds it
/// first, and who runs cargo by hand is told to.
pub fn esker() -> Result<PathBuf, String> {
    let test = std::env::current_exe().map_err(|error| format!("where is this test? {error}"))?;
    // target/debug/deps/suite-0123 -> target/debug/esker
    let beside = test.ancestors().nth(2).map(|folder| folder.join(format!("esker{}", std::env::consts::EXE_SUFFIX)));
    beside
        .filter(|path| path.is_file())
        .ok_or_else(|| "there is no `esker` beside the tests: build it first with `cargo build --bin esker`".into())
}

/// Runs it in `folder`, without colours and with nobody at the keyboard.
pub fn run(folder: &Path, arguments: &[&str]) -> Result<Output, String> {
    Command::new(esker()?)
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("RUST_BACKTRACE", "0")
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| format!("`esker` does not start: {error}"))
}
