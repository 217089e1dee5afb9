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
use esker_runner::{Event, Outcome, RunOptions, RunSummary};
use std::io::Read;
use std::path::Path;

pub(crate) fn run(global: &Global, options: &Run, output: &Output) -> Result<(), Failure> {
    let done = read(&options.plan).and_then(|plan| {
        let opened = Opened::new(global)?;
        execute(&plan, &opened, options.format, output)
    });
    match options.format {
        TextFormat::Text => done,
        TextFormat::Json => done.map_err(|failure| failure.tell_event(output)),
    }
}

fn read(path: &Path) -> Result<PlanFile, Failure> {
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
        TextFormat::Text => output.print(&ending(&summary, output.live))?,
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
fn ending(summary: &RunSummary, live: bool) -> String {
    let environment = &summary.environment;
    let time = if live { format!(" in {:.1} s", summary.seconds) } else { String::new() };
    let work = format!("{}, {}{time}", count(summary.done as u64, "step", "steps"), count(summary.rows, "row", "rows"));
    match summary.outcome {
        Outcome::Finished => format!("\ndone: {work}; `{environment}` is up to date\n"),
        Outcome::NothingToDo => format!("nothing to do: `{environment}` is up to date\n"),
        Outcome::AlreadyFinished => "nothing to do: this plan was carried out before\n".to_owned(),
        Outcome::Failed => format!(
            "\nfailed: {} failed, {} not run; {work} recorded; the views of `{environment}` are as they were\n",
            count(summary.failed.len() as u64, "step", "steps"),
            summary.skipped.len(),
        ),
        Outcome::Cancelled => format!(
            "\nstopped: {work} recorded; the views of `{environment}` are as they were; run it again to go on\n"
        ),
    }
}
