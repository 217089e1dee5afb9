//! `esker apply`: plan, show, ask, run.

use crate::commands::run::execute;
use crate::confirm::{confirm, somebody_is_there};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::opened::{Opened, Unplanned};
use crate::options::{Apply, Global, TextFormat};
use crate::output::Output;

pub(crate) fn run(global: &Global, options: &Apply, output: &Output) -> Result<(), Failure> {
    match options.format {
        TextFormat::Text => text(global, options, output),
        TextFormat::Json => json(global, options, output).map_err(|failure| failure.tell_event(output)),
    }
}

fn text(global: &Global, options: &Apply, output: &Output) -> Result<(), Failure> {
    let mut opened = Opened::new(global)?;
    let plan = opened.plan(&options.planning, output).map_err(|unplanned| unplanned.tell(&opened, output))?;
    opened.mention_warnings(output);
    output.print(&esker_plan::summary(&plan))?;
    if plan.steps.is_empty() {
        return Ok(());
    }
    output.print("\n")?;
    if !options.yes {
        if !somebody_is_there() {
            return Err(
                Failure::unusable("nobody is there to confirm the plan").help("Pass `--yes` to run it without asking.")
            );
        }
        if !confirm("Run this plan?", output) {
            output.tell("not run\n");
            return Err(Failure::told(Exit::Cancelled));
        }
    }
    execute(&plan, &opened, TextFormat::Text, output)
}

fn json(global: &Global, options: &Apply, output: &Output) -> Result<(), Failure> {
    if !options.yes {
        return Err(
            Failure::unusable("`--format json` asks no questions").help("Pass `--yes` to run the plan without asking.")
        );
    }
    let mut opened = Opened::new(global)?;
    let plan =
        opened.plan(&options.planning, output).map_err(|unplanned: Unplanned| unplanned.tell_event(&opened, output))?;
    execute(&plan, &opened, TextFormat::Json, output)
}
