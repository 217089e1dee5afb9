//! A run may end at any statement, or by kill -9: going on gives what an undisturbed run gives, and computes nothing
//! twice that was recorded.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kit;

use esker_plan::file::PlanFile;
use esker_runner::engines::{Column, DuckDb, Engine, EngineError, ErrorClass, RelationKind, Value};
use esker_runner::{Outcome, RunOptions, run_on};
use kit::{Project, plan, plan_of};
use std::cell::Cell;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// An engine that is gone after a number of statements, transactions left open.
struct Crashing {
    engine: DuckDb,
    left: Cell<usize>,
}

impl Crashing {
    fn step(&self) -> Result<(), EngineError> {
        let gone = EngineError { class: ErrorClass::Other, message: "crash".to_owned(), position: None, hint: None };
        self.left.set(self.left.get().checked_sub(1).ok_or(gone)?);
        Ok(())
    }
}

impl Engine for Crashing {
    fn execute(&self, sql: &str) -> Result<u64, EngineError> {
        self.step()?;
        self.engine.execute(sql)
    }
    fn query(&self, sql: &str) -> Result<Vec<Vec<Value>>, EngineError> {
        self.step()?;
        self.engine.query(sql)
    }
    fn describe(&self, query: &str) -> Result<Vec<Column>, EngineError> {
        self.step()?;
        self.engine.describe(query)
    }
    fn relation(&self, schema: &str, name: &str) -> Result<Option<RelationKind>, EngineError> {
        self.step()?;
        self.engine.relation(schema, name)
    }
    fn interrupter(&self) -> Arc<dyn Fn() + Send + Sync> {
        self.engine.interrupter()
    }
}

/// Runs the plan until the engine is gone; answers whether it was finished before.
fn run_until_crash(project: &Project, plan: &PlanFile, statements: usize) -> bool {
    let engine = Crashing { engine: project.engine(), left: Cell::new(statements) };
    let result = run_on(&engine, plan, &project.options(), &mut |_| {});
    result.is_ok_and(|summary| summary.outcome == Outcome::Finished)
}

/// The records with their times: what must not change when a run goes on.
fn records(project: &Project) -> Vec<Vec<Value>> {
    let engine = project.engine();
    if engine.relation("esker_state", "steps").unwrap().is_none() {
        return Vec::new();
    }
    engine.query("SELECT step, revision, finished_at FROM esker_state.steps ORDER BY step").unwrap()
}

#[test]
fn whatever_statement_it_dies_at_the_same_plan_goes_on() {
    let plan = plan_of(2);
    let undisturbed = Project::new();
    undisturbed.run(&plan).unwrap();
    let expected = undisturbed.contents();
    let mut interrupted = 0;
    for statements in (1..).step_by(5) {
        let project = Project::new();
        if run_until_crash(&project, &plan, statements) {
            break;
        }
        let before = records(&project);
        let shown = project.number("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'mart'");
        let summary = project.run(&plan).unwrap();
        if summary.outcome == Outcome::AlreadyFinished {
            assert_eq!(shown, 4, "died behind the promotion, at statement {statements}");
        } else {
            interrupted += 1;
            assert_eq!(shown, 0, "half an environment after statement {statements}");
            assert_eq!((summary.outcome, summary.already_done), (Outcome::Finished, before.len()));
        }
        assert_eq!(project.contents(), expected, "after statement {statements}");
        let after = records(&project);
        assert_eq!(after[..before.len()], before[..], "something recorded was done again after statement {statements}");
    }
    assert!(interrupted > 12, "{interrupted}");
}

#[test]
fn an_environment_shows_the_old_or_the_new_and_never_half() {
    let old = plan_of(2);
    let mut new = plan_of(2);
    new.id = "second".to_owned();
    for node in &mut new.nodes {
        node.snapshot.push('2');
        node.table.name.push('2');
        node.sql = node.sql.replace("esker_data.fct__1", "esker_data.fct__12");
        node.sql = node.sql.replace("delay -- ", "CAST(delay + 1000 AS INTEGER) AS delay -- ");
    }
    for view in &mut new.promotion.as_mut().unwrap().views {
        view.table.name.push('2');
    }
    // Whether readers see the new rows, which they must in both views or in none.
    let shows_new = |project: &Project| {
        let [fct, worst] = ["SELECT min(delay) >= 1000 FROM mart.fct", "SELECT min(worst) >= 1000 FROM mart.worst"]
            .map(|sql| project.query(sql).remove(0).remove(0));
        assert_eq!(fct, worst, "readers see half");
        fct == Value::Boolean(true)
    };
    let prepared = || {
        let project = Project::new();
        project.run(&old).unwrap();
        project
    };
    let project = prepared();
    new.state_revision = project.revision();
    let engine = Crashing { engine: project.engine(), left: Cell::new(100_000) };
    run_on(&engine, &new, &project.options(), &mut |_| {}).unwrap();
    let all = 100_000 - engine.left.get();
    drop(engine);
    assert!(shows_new(&project));
    // The last statements are the promotion's, its COMMIT is the very last one.
    for back in 1..13 {
        let project = prepared();
        assert!(!run_until_crash(&project, &new, all - back));
        assert!(!shows_new(&project), "{back} statements before the end");
        project.run(&new).unwrap();
        assert!(shows_new(&project));
    }
}

const CHILD: &str = "ESKER_RUNNER_CHILD";

/// The process that is killed: this test does something only when it is started for that.
#[test]
fn child_process() {
    let Some(root) = std::env::var_os(CHILD) else { return };
    let root = std::path::PathBuf::from(root);
    let options = RunOptions { project_root: root.clone(), ..RunOptions::default() };
    let slow = |event: esker_runner::Event| {
        // Time for the axe to fall inside of a run.
        if matches!(event, esker_runner::Event::StepFinished { .. }) {
            std::thread::sleep(Duration::from_millis(3));
        }
    };
    esker_runner::run(&plan(), &root.join("warehouse.duckdb"), &options, &mut { slow }).unwrap();
}

#[test]
fn kill_9_ten_times_and_the_result_is_the_same() {
    let undisturbed = Project::new();
    undisturbed.run(&plan()).unwrap();
    let expected = undisturbed.contents();
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut killed = 0;
    while killed < 10 {
        let project = Project::new();
        let mut recorded: Vec<Vec<Value>> = Vec::new();
        for attempt in 0.. {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "child_process", "--nocapture"])
                .env(CHILD, project.root())
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_millis(20 + (random >> 33) % 150));
            child.kill().unwrap();
            let ended = child.wait().unwrap();
            if ended.success() || attempt > 20 {
                break;
            }
            killed += 1;
            // What is read after a crash, journal and all, is what was recorded; and it only grows.
            let state = esker_runner::load(&project.database(), project.root()).unwrap();
            let now = if project.database().exists() { records(&project) } else { Vec::new() };
            assert!(now.len() >= recorded.len() && now[..recorded.len()] == recorded[..]);
            assert!(state.revision >= now.len() as u64);
            recorded = now;
        }
        let summary = project.run(&plan()).unwrap();
        assert!(matches!(summary.outcome, Outcome::Finished | Outcome::AlreadyFinished));
        assert_eq!(project.contents(), expected);
        assert_eq!(records(&project)[..recorded.len()], recorded[..]);
    }
}

#[test]
fn after_a_crash_a_new_plan_takes_over_and_the_old_one_is_stale() {
    let project = Project::new();
    let old = plan();
    // Somewhere in the middle of the batches.
    assert!(!run_until_crash(&project, &old, 150));
    let state = esker_runner::load(&project.database(), project.root()).unwrap();
    let done = records(&project);
    assert!(done.len() > 3 && done.len() < old.steps.len() - 2, "{}", done.len());
    let mut new = plan();
    new.id = "feedfeedfeedfeedfeedfeedfeedfeed".to_owned();
    new.state_revision = state.revision;
    let done_steps: Vec<i64> = done.iter().map(|row| row[0].integer().unwrap()).collect();
    new.steps.retain(|step| !done_steps.contains(&(step.id as i64)));
    let summary = project.run(&new).unwrap();
    assert_eq!((summary.outcome, summary.done), (Outcome::Finished, new.steps.len()));
    let undisturbed = Project::new();
    undisturbed.run(&old).unwrap();
    assert_eq!(project.contents()[..4], undisturbed.contents()[..4]);

    let error = project.run(&old).unwrap_err();
    assert_eq!(error.code().id(), "E0805", "{error}");
    assert!(error.why().unwrap().contains("plan feedfeed for `prod`"), "{:?}", error.why());
}

#[test]
fn going_on_with_the_old_plan_makes_the_new_one_stale() {
    let project = Project::new();
    let old = plan();
    assert!(!run_until_crash(&project, &old, 150));
    let mut new = plan();
    new.id = "new".to_owned();
    new.state_revision = project.revision();
    project.run(&old).unwrap();
    assert_eq!(project.run(&new).unwrap_err().code().id(), "E0805");
}
