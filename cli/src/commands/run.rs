//! `esker run`: carries out a plan file. `esker apply` ends here too, with a plan that it has just made.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::opened::Opened;
use crate::options::{Global, Run, TextFormat};
use crate::output::{Output, count};
use crate::progress::Progress;
use esker_plan::PlanFile;
use esker_plan::PlanReadError;
use esker_plan::file::StepKind;
use esker_runner::{Event, Outcome, RunOptions, RunSummary};
use std::io::Read;
use std::path::Path;

pub(crate) fn run(global: &Global, options: &Run, output: &Output) -> Result<(), Failure> {
    let done = read(options.plan.as_deref()).and_then(|plan| {
        let opened = Opened::new(global)?;
        execute(&plan, &opened, options.format, output)
    });
    match options.format {
        TextFormat::Text => done,
        TextFormat::Json => done.map_err(|failure| failure.tell_event(output)),
    }
}

fn read(path: Option<&Path>) -> Result<PlanFile, Failure> {
    let path = path.ok_or_else(|| {
        Failure::unusable("`esker run` needs a plan file").help(
            "`esker apply` plans and runs at once. For two steps: `esker compile -o plan.json`, then `esker run plan.json`.",
        )
    })?;
    let mut text = String::new();
    let read = match path.as_os_str() == "-" {
        true => std::io::stdin().lock().read_to_string(&mut text).map(|_| ()),
        false => std::fs::read_to_string(path).map(|read| text = read),
    };
    read.map_err(|error| {
        Failure::unusable(format!("cannot read the plan {}: {error}", path.display()))
            .help("`esker compile -o FILE` writes a plan.")
    })?;
    PlanFile::read(&text).map_err(|error| {
        let exit = if matches!(error, PlanReadError::Tampered { .. }) { Exit::Refused } else { Exit::Unusable };
        Failure::unusable(format!("{}: {error}", path.display())).exit(exit)
    })
}

/// Runs the plan and tells what happens.
pub(crate) fn execute(plan: &PlanFile, opened: &Opened, format: TextFormat, output: &Output) -> Result<(), Failure> {
    let project = &opened.session.config().settings.name;
    if plan.project != *project {
        return Err(Failure::unusable(format!(
            "the plan is for the project `{}`, this one is `{project}`",
            plan.project
        ))
        .exit(Exit::Refused));
    }
    let database = opened.database()?;
    let options = RunOptions { project_root: opened.root.clone(), cancel: interrupt::flag() };
    let summary = match format {
        TextFormat::Text => {
            let mut progress = Progress::new(plan, output);
            esker_runner::run(plan, &database, &options, &mut |event| progress.show(&event))?
        }
        TextFormat::Json => {
            // A reader that has gone away does not stop the run.
            let mut tell = |event: Event| drop(output.print(&line(&event)));
            esker_runner::run(plan, &database, &options, &mut tell)?
        }
    };
    match format {
        TextFormat::Text => output.print(&ending(plan, &summary, output.live))?,
        TextFormat::Json => output.print(&line(&serde_json::json!({ "event": "summary", "summary": summary })))?,
    }
    match summary.outcome {
        Outcome::Finished | Outcome::NothingToDo | Outcome::AlreadyFinished => Ok(()),
        Outcome::Failed => Err(Failure::told(Exit::Failed)),
        Outcome::Cancelled => Err(Failure::told(Exit::Cancelled)),
    }
}

fn line(event: &impl serde::Serialize) -> String {
    serde_json::to_string(event).unwrap_or_default() + "\n"
}

/// The last line.
fn ending(plan: &PlanFile, summary: &RunSummary, live: bool) -> String {
    let environment = &summary.environment;
    let whole = match &plan.options.select {
        Some(select) => format!("what `{select}` selects in `{environment}`"),
        None => format!("`{environment}`"),
    };
    let time = if live { format!(" in {:.1} s", summary.seconds) } else { String::new() };
    // An empty line behind what was told of the nodes, if there are any.
    let gap = if plan.steps.iter().any(|step| step.kind != StepKind::Promote) { "\n" } else { "" };
    let mut work = format!("{}, {}", count(summary.done as u64, "step", "steps"), count(summary.rows, "row", "rows"));
    if !summary.warnings.is_empty() {
        work.push_str(&format!(", {}", count(summary.warnings.len() as u64, "warning", "warnings")));
    }
    work.push_str(&time);
    match summary.outcome {
        Outcome::Finished => format!("{gap}done: {work}; {whole} is up to date\n"),
        Outcome::NothingToDo => format!("nothing to do: {whole} is up to date\n"),
        Outcome::AlreadyFinished => "nothing to do: this plan was carried out before\n".to_owned(),
        Outcome::Failed => format!(
            "{gap}failed: {} failed, {} not run; {work} recorded; the views of `{environment}` are as they were\n",
            count(summary.failed.len() as u64, "step", "steps"),
            summary.skipped.len(),
        ),
        Outcome::Cancelled => format!(
            "{gap}stopped: {work} recorded; the views of `{environment}` are as they were; run it again to go on\n"
        ),
    }
}
