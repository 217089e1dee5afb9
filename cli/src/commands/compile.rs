//! `esker compile`: the plan as a file.

use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Compile, Global};
use crate::output::{Output, count};
use crate::whole::write_whole;
use std::path::{Path, PathBuf};

pub(crate) fn run(global: &Global, options: &Compile, output: &Output) -> Result<(), Failure> {
    // Before the working directory changes.
    let file = options.output.as_deref().filter(|path| path.as_os_str() != "-").map(absolute).transpose()?;
    let mut opened = Opened::new(global)?;
    let plan = opened.plan(&options.planning, output).map_err(|unplanned| unplanned.tell(&opened, output))?;
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
