//! `esker compile`: the plan as a file.

use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Compile, Global};
use crate::output::{Output, count};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) fn run(global: &Global, options: &Compile, output: &Output) -> Result<(), Failure> {
    // Before the working directory changes.
    let file = options.output.as_deref().filter(|path| path.as_os_str() != "-").map(absolute).transpose()?;
    let opened = Opened::new(global)?;
    let plan = opened.plan(&options.planning).map_err(|unplanned| unplanned.tell(&opened, output))?;
    opened.mention_warnings(output);
    let text = plan.to_json();
    let (Some(file), Some(named)) = (file, &options.output) else { return output.print(&text) };
    write_whole(&file, &text)
        .map_err(|error| Failure::unusable(format!("cannot write the plan to {}: {error}", named.display())))?;
    output.tell(&format!("{}: {}\n", named.display(), count(plan.steps.len() as u64, "step", "steps")));
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::unusable(format!("cannot find {}: {error}", path.display())))
}

/// Writes the file so that its name never stands for half of it: beside it first, onto the disk, then renamed.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it is not the name of a file"))?;
    let beside = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside); // the first error is the one to tell
    }
    written
}
