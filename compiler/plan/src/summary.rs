//! A plan in words, for people: what differs, what will run, what moves. Plain text without colours.

use std::fmt::Write;

use crate::file::{Change, ChangeKind, FileKind, FileNode, PlanFile, Promotion, StepKind};
use crate::time::timestamp::DAY;
use crate::time::unit::grouped;
use crate::time::{Interval, Timestamp, Unit};

/// What `esker plan` prints.
pub fn summary(plan: &PlanFile) -> String {
    let mut text = String::new();
    let (environment, now) = (&plan.environment, plan.now.to_short());
    let select = plan.options.select.as_ref();
    if plan.nodes.is_empty() && plan.steps.is_empty() && select.is_none() {
        return "nothing to do: the project has no models yet.\n".to_owned();
    }
    if plan.steps.is_empty() {
        let what = select.map_or_else(String::new, |select| format!("what `{select}` selects in "));
        let _ = writeln!(text, "nothing to do: {what}`{environment}` is up to date as of {now} UTC.");
        changes(&mut text, "Left out by the selection", &plan.left_out);
        return text;
    }
    let select = select.map_or_else(String::new, |select| format!(", only `{select}` and what it needs"));
    let _ = writeln!(text, "Plan for `{environment}` as of {now} UTC{select}");
    changes(&mut text, "Changes", &plan.changes);
    changes(&mut text, "Left out by the selection", &plan.left_out);
    work(&mut text, plan);
    if let Some(promotion) = &plan.promotion {
        views(&mut text, promotion, environment);
    }
    totals(&mut text, plan);
    text
}

fn changes(text: &mut String, heading: &str, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{heading}");
    let rows = changes.iter().map(|change| {
        let (sign, what) = match change.kind {
            ChangeKind::New => ('+', "new"),
            ChangeKind::Changed => ('~', "changed"),
            ChangeKind::Metadata => ('=', "same data"),
            ChangeKind::Removed => ('-', "removed"),
        };
        let reused = change.reused.then(|| "data exists already".to_owned());
        let reasons: Vec<String> = change.reasons.iter().cloned().chain(reused).collect();
        let what = if reasons.is_empty() { what.to_owned() } else { format!("{what}: {}", reasons.join(", ")) };
        [format!("{sign} {}", change.node), what]
    });
    table(text, rows.collect());
}

fn work(text: &mut String, plan: &PlanFile) {
    let mut rows: Vec<[String; 4]> = Vec::new();
    let mut steps = plan.steps.as_slice();
    while let Some(first) = steps.first().filter(|step| step.kind != StepKind::Promote) {
        let count = steps.iter().take_while(|step| step.node == first.node).count();
        let (own, rest) = steps.split_at(count);
        steps = rest;
        let node = plan.nodes.iter().find(|node| node.name == first.node);
        let (mut verb, mut cells, mut again, mut batches) = ("", 0, 0, 0);
        let mut span: Option<Interval> = None;
        for step in own {
            match &step.kind {
                StepKind::Create if node.is_some_and(|node| node.kind == FileKind::View) => verb = "create view",
                StepKind::Create => verb = "create, ",
                StepKind::Load { .. } => verb = "load seed",
                StepKind::Build { new_data: true, .. } => verb = "build",
                StepKind::Build { .. } => verb = "build (schedule)",
                StepKind::Backfill { range, cells: of_step, again: of_those, .. } => {
                    (cells, again, batches) = (cells + of_step, again + of_those, batches + 1);
                    span = Some(span.map_or(*range, |span| Interval::new(span.start, range.end)));
                }
                StepKind::Check if verb.is_empty() => verb = "check promises",
                StepKind::Check | StepKind::Promote => {}
            }
        }
        let Some(span) = span else {
            let done = verb.trim_end_matches(", ").to_owned();
            let done = if done == "create" { "create table, no cells due".to_owned() } else { done };
            rows.push([first.node.clone(), done, String::new(), String::new()]);
            continue;
        };
        let unit = node.and_then(unit).unwrap_or(Unit::Day);
        let again = if again == 0 { String::new() } else { format!(" ({} again)", grouped(again)) };
        let batches = format!("{} batch{}", grouped(batches), if batches == 1 { "" } else { "es" });
        rows.push([first.node.clone(), format!("{verb}{}{again}", unit.counted(cells)), batches, written(span)]);
    }
    if !rows.is_empty() {
        text.push_str("\nWork\n");
        table(text, rows);
    }
}

fn views(text: &mut String, promotion: &Promotion, environment: &str) {
    let moves: Vec<_> = promotion.views.iter().filter(|view| view.moves).collect();
    let stay = promotion.views.len() - moves.len();
    let _ = writeln!(text, "\nViews of `{environment}`, all at once at the end");
    let moved = moves.iter().map(|view| [view.view.to_string(), format!("shows {}", view.node)]);
    let dropped = promotion.drop.iter().map(|view| [view.to_string(), "is dropped".to_owned()]);
    table(text, moved.chain(dropped).collect());
    if stay > 0 {
        let _ = writeln!(
            text,
            "  {} stay{} as {}",
            count(stay as u64, "view"),
            if stay == 1 { "s" } else { "" },
            if stay == 1 { "it is" } else { "they are" }
        );
    }
}

fn totals(text: &mut String, plan: &PlanFile) {
    let (mut cells, mut batches) = (0, 0);
    for step in &plan.steps {
        if let StepKind::Backfill { cells: of_step, .. } = step.kind {
            (cells, batches) = (cells + of_step, batches + 1);
        }
    }
    let mut parts = vec![count(plan.steps.len() as u64, "step")];
    if batches > 0 {
        let batches = format!("{} batch{}", grouped(batches), if batches == 1 { "" } else { "es" });
        parts.push(format!("{} in {batches}", count(cells, "cell")));
    }
    let _ = writeln!(text, "\n{}", parts.join(", "));
}

/// `1 step`, `1,024 steps`
fn count(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

fn unit(node: &FileNode) -> Option<Unit> {
    match node.kind {
        FileKind::IncrementalByTime { unit, .. } => Some(unit),
        _ => None,
    }
}

/// A range for people: whole days by their first and last one, anything else by where it begins and ends.
fn written(range: Interval) -> String {
    let whole_days = range.start.0.rem_euclid(DAY) == 0 && range.end.0.rem_euclid(DAY) == 0;
    if !whole_days {
        return format!("{} up to {}", range.start.to_short(), range.end.to_short());
    }
    let (first, last) = (range.start.to_short(), Timestamp(range.end.0 - DAY).to_short());
    if first == last { first } else { format!("{first} to {last}") }
}

/// Rows with their columns aligned, two spaces apart and indented by two; nothing trails.
fn table<const N: usize>(text: &mut String, rows: Vec<[String; N]>) {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "  {cell:width$}");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
