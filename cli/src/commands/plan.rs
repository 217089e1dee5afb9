//! `esker plan`: what would be computed, and why.

use crate::failure::Failure;
use crate::opened::Opened;
use crate::options::{Global, Plan, TextFormat};
use crate::output::Output;

pub(crate) fn run(global: &Global, options: &Plan, output: &Output) -> Result<(), Failure> {
    let mut opened = Opened::new(global)?;
    let plan = opened.plan(&options.planning, output).map_err(|unplanned| unplanned.tell(&opened, output))?;
    opened.mention_warnings(output);
    output.print(&match options.format {
        TextFormat::Text => esker_plan::summary(&plan),
        TextFormat::Json => plan.to_json(),
    })
}
