//! What is seen while a plan runs: bars where somebody watches, a line per node where nobody does, or events as JSON.
//!
//! A line is told when all of a node's steps are over, so that a log has as many lines as there are nodes, however many
//! batches there were; and it says the same for the same work, since times stand only where somebody watches.

use crate::failure::Problem;
use crate::output::{Output, Tint, count, paint};
use esker_plan::PlanFile;
use esker_plan::file::{FileKind, StepKind};
use esker_plan::time::Unit;
use esker_runner::{Event, SkipReason, StepInfo};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// What is known of the nodes of a running plan.
pub(crate) struct Progress<'o> {
    output: &'o Output,
    nodes: BTreeMap<String, Node>,
    /// The width of the longest name.
    width: usize,
    bars: MultiProgress,
}

#[derive(Default)]
struct Node {
    view: bool,
    unit: Option<Unit>,
    /// Steps that are not over.
    left: usize,
    cells: u64,
    cells_done: u64,
    rows: u64,
    seconds: f64,
    /// Whether any step was run, failed or was skipped.
    ran: bool,
    /// Nothing was written: its rows were there, and its promises were judged.
    only_checked: bool,
    failed: bool,
    skipped: bool,
    bar: Option<ProgressBar>,
}

impl<'o> Progress<'o> {
    pub(crate) fn new(plan: &PlanFile, output: &'o Output) -> Self {
        let mut nodes = BTreeMap::<String, Node>::new();
        for step in plan.steps.iter().filter(|step| step.kind != StepKind::Promote) {
            let node = nodes.entry(step.node.clone()).or_default();
            node.left += 1;
            if let StepKind::Backfill { cells, .. } = step.kind {
                node.cells += cells;
            }
        }
        for node in &plan.nodes {
            if let Some(known) = nodes.get_mut(&node.name) {
                known.view = node.kind == FileKind::View;
                if let FileKind::IncrementalByTime { unit, .. } = node.kind {
                    known.unit = Some(unit);
                }
            }
        }
        let width = nodes.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        Self { output, nodes, width, bars: MultiProgress::new() }
    }

    /// Shows what happened.
    pub(crate) fn show(&mut self, event: &Event) {
        match event {
            Event::RunStarted { steps, already_done, .. } if *already_done > 0 => {
                self.line(&format!(
                    "going on: {already_done} of {} are done already\n",
                    count(*steps as u64, "step", "steps")
                ));
            }
            Event::StepStarted { step } => self.started(step),
            Event::StepFinished { step, rows, seconds } => {
                if let Some(node) = self.nodes.get_mut(&step.node) {
                    node.ran = true;
                    node.only_checked = step.action == "check" && node.rows == 0 && node.cells_done == 0;
                    node.rows += rows;
                    node.seconds += seconds;
                    node.cells_done += step.cells;
                    if let Some(bar) = &node.bar {
                        bar.inc(step.cells);
                    }
                }
                self.over(step);
            }
            Event::AuditWarned { finding } => {
                let color = self.output.message_color;
                let (word, why) = (paint("warning", Tint::Yellow, color), paint(" why:", Tint::Cyan, color));
                let shown = finding.shown().replace('\n', "\n        ");
                self.line(&format!("{word}: {}\n  {why} {shown}\n", finding.title()));
            }
            Event::StepFailed { step, error } => {
                let shown = Problem::from(error).shown(self.output.message_color);
                self.line(&shown);
                if let Some(node) = self.nodes.get_mut(&step.node) {
                    node.failed = true;
                }
                self.over(step);
            }
            Event::StepSkipped { step, reason } => {
                self.skipped(step, reason);
                self.over(step);
            }
            Event::RunStarted { .. } | Event::Promoted { .. } | Event::RunFinished { .. } => {}
        }
    }

    fn started(&mut self, step: &StepInfo) {
        let Some(node) = self.nodes.get_mut(&step.node).filter(|_| self.output.live) else { return };
        if node.bar.is_some() {
            return;
        }
        let width = self.width;
        let template = match node.unit {
            Some(_) => format!("{{prefix:{width}}}  {{bar:24}}  {{human_pos}} of {{msg}}  {{rate}}  {{eta}} left"),
            None => format!("{{prefix:{width}}}  {{spinner}} {{msg}}  {{elapsed}}"),
        };
        let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let style = style.with_key("rate", |state: &ProgressState, text: &mut dyn Write| {
            let _ = write!(text, "{:.0}/s", state.per_sec()); // a bar without its rate is still a bar
        });
        let bar = self.bars.add(ProgressBar::new(node.cells).with_style(style.progress_chars("━╸─")));
        bar.set_message(match (node.unit, step.action) {
            (Some(unit), _) => unit.counted(node.cells),
            (None, "load") => "loading".to_owned(),
            (None, "build") => "building".to_owned(),
            (None, "check") => "checking".to_owned(),
            (None, _) => "creating".to_owned(),
        });
        bar.set_prefix(step.node.clone());
        bar.inc(node.cells_done);
        bar.reset_eta();
        bar.enable_steady_tick(Duration::from_millis(120));
        node.bar = Some(bar);
    }

    fn skipped(&mut self, step: &StepInfo, reason: &SkipReason) {
        let Some(node) = self.nodes.get_mut(&step.node) else { return };
        if *reason == SkipReason::AlreadyDone {
            node.cells_done += step.cells;
            if let Some(bar) = &node.bar {
                bar.inc(step.cells);
            }
            return;
        }
        let first = !node.skipped && !node.failed;
        node.skipped = true;
        let name = &step.node;
        match reason {
            // The rest of a node whose own step failed: its line says so.
            SkipReason::Needs { needed_node, .. } if first && needed_node != name => {
                let mark = self.mark("skip", Tint::Yellow);
                self.line(&format!("{mark}  {name:width$}  needs {needed_node}\n", width = self.width));
            }
            _ => {}
        }
    }

    /// Counts the step as over, and tells of the node when it was its last.
    fn over(&mut self, step: &StepInfo) {
        let Some(node) = self.nodes.get_mut(&step.node) else { return };
        node.left = node.left.saturating_sub(1);
        if node.left > 0 {
            return;
        }
        if let Some(bar) = node.bar.take() {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
        let node = &self.nodes[&step.node];
        let (word, tint) = match (node.failed || node.skipped, node.ran) {
            (false, true) => ("done", Tint::Green),
            (true, _) if node.failed => ("fail", Tint::Red),
            (true, true) => ("part", Tint::Yellow),
            _ => return, // nothing of it was run now, and that was told
        };
        let what = node.what(self.output.live);
        let line = format!("{}  {:width$}  {what}", self.mark(word, tint), step.node, width = self.width);
        self.line(&format!("{}\n", line.trim_end()));
    }

    fn mark(&self, word: &str, tint: Tint) -> String {
        paint(word, tint, self.output.message_color)
    }

    /// Writes above the bars.
    fn line(&self, text: &str) {
        self.bars.suspend(|| self.output.tell(text));
    }
}

impl Node {
    /// `366 days, 74,571 rows, 1.2 s`
    fn what(&self, live: bool) -> String {
        if self.view {
            return if self.failed { String::new() } else { "view".to_owned() };
        }
        if self.only_checked {
            return "promises kept".to_owned();
        }
        let mut parts = Vec::new();
        if let Some(unit) = self.unit {
            let done = unit.counted(self.cells_done);
            let all = self.cells_done == self.cells;
            parts.push(if all { done } else { format!("{done} of {}", crate::output::grouped(self.cells)) });
        }
        if self.ran {
            parts.push(count(self.rows, "row", "rows"));
        }
        if live && self.ran {
            parts.push(format!("{:.1} s", self.seconds));
        }
        parts.join(", ")
    }
}
