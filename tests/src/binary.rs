//! The built `esker`, run in a folder of its own: what a test needs the engine for goes through the door that users use.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

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
    command(folder, arguments)?.output().map_err(wrong)
}

/// Runs it, too; what it prints on both streams comes in the order in which somebody at a terminal sees it.
pub fn printed(folder: &Path, arguments: &[&str]) -> Result<(String, ExitStatus), String> {
    let (mut reader, writer) = std::io::pipe().map_err(wrong)?;
    let mut command = command(folder, arguments)?;
    command.stdout(writer.try_clone().map_err(wrong)?).stderr(writer);
    let mut child = command.spawn().map_err(wrong)?;
    drop(command); // and with it the ends of the pipe that are written to: only the child has them now
    let mut text = Vec::new();
    reader.read_to_end(&mut text).map_err(wrong)?;
    let status = child.wait().map_err(wrong)?;
    Ok((String::from_utf8_lossy(&text).into_owned(), status))
}

fn command(folder: &Path, arguments: &[&str]) -> Result<Command, String> {
    let mut command = Command::new(esker()?);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    Ok(command)
}

fn wrong(error: std::io::Error) -> String {
    format!("`esker` does not start: {error}")
}
