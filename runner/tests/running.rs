//! A plan runs as it is written: every row once, every record with its rows, the environment at the end.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kit;

use esker_runner::engines::Value;
use esker_runner::{Event, Outcome, SkipReason};
use kit::{DAYS, Project, plan};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

#[test]
fn tables_hold_what_one_plain_statement_gives() {
    let project = Project::new();
    let (result, events) = project.run_with_events(&plan());
    let summary = result.unwrap();
    assert_eq!(summary.outcome, Outcome::Finished);
    assert_eq!((summary.done, summary.already_done), (plan().steps.len(), 0));
    let source = "read_csv('data/flights.csv', header = true, \
                  columns = {'id': 'BIGINT', 'day': 'DATE', 'delay': 'INTEGER'})";
    for (model, statement) in [
        ("fct", format!("SELECT id, day, delay FROM {source}")),
        ("daily", format!("SELECT day, count(*) AS flights FROM {source} GROUP BY day")),
        ("worst", format!("SELECT day, max(delay) AS worst FROM {source} GROUP BY day")),
        ("airports", "SELECT * FROM read_csv('data/airports.csv', header = true)".to_owned()),
    ] {
        let different = format!(
            "SELECT count(*) FROM ((FROM mart.{model} EXCEPT ALL ({statement})) UNION ALL (({statement}) EXCEPT ALL FROM mart.{model}))"
        );
        assert_eq!(project.number(&different), 0, "{model}");
        assert!(project.number(&format!("SELECT count(*) FROM mart.{model}")) > 0, "{model}");
    }
    // 1 + 2 + … + 12 flights, 12 days, 2 airports
    assert_eq!(summary.rows, 78 + 12 + 2);
    assert!(matches!(&events[0], Event::RunStarted { already_done: 0, .. }), "{:?}", events[0]);
    assert!(matches!(events.last(), Some(Event::RunFinished { outcome: Outcome::Finished, .. })));
    assert!(events.iter().any(|event| matches!(event, Event::Promoted { views: 4, .. })));
}

#[test]
fn the_state_says_what_the_planner_needs() {
    let project = Project::new();
    let plan = plan();
    project.run(&plan).unwrap();
    let state = esker_runner::load(&project.database(), project.root()).unwrap();
    // The start of the plan, and each of its steps.
    assert_eq!(state.revision, 1 + plan.steps.len() as u64);
    assert_eq!(state.snapshots.len(), 4);
    let fct = &state.snapshots["fct-snapshot"];
    assert_eq!((fct.node.as_str(), &fct.table), ("fct", &plan.nodes[1].table));
    // Its creation is a run of nothing, then come the days.
    assert_eq!(fct.runs.len(), 1 + usize::try_from(DAYS).unwrap());
    assert!(fct.runs.windows(2).all(|runs| runs[0].order < runs[1].order));
    assert!(fct.runs[0].start == fct.runs[0].end);
    assert_eq!(fct.runs[4].start, kit::day(3));
    assert_eq!(state.snapshots["worst-snapshot"].runs.len(), 1);
    assert_eq!(state.environments["prod"], plan.promotion.unwrap().nodes);
    let status = esker_runner::status(&state, "prod");
    assert_eq!(status[2].node, "fct");
    assert_eq!(status[2].complete.ranges(), [kit::days(0, DAYS)]);
    assert!(esker_runner::status(&state, "dev").is_empty());
}

#[test]
fn a_finished_plan_is_not_run_again() {
    let project = Project::new();
    project.run(&plan()).unwrap();
    let before = (project.contents(), project.revision());
    let again = project.run(&plan()).unwrap();
    assert_eq!((again.outcome, again.done), (Outcome::AlreadyFinished, 0));
    assert_eq!((project.contents(), project.revision()), before);
}

#[test]
fn an_empty_plan_touches_nothing() {
    let project = Project::new();
    let mut plan = plan();
    plan.steps.clear();
    assert_eq!(project.run(&plan).unwrap().outcome, Outcome::NothingToDo);
    assert!(!project.database().exists());
}

#[test]
fn a_database_that_is_not_there_has_the_empty_state_and_is_not_made() {
    let project = Project::new();
    let state = esker_runner::load(&project.database(), project.root()).unwrap();
    assert_eq!(state, esker_plan::state::RecordedState::default());
    assert!(!project.database().exists());
    drop(project.engine()); // a database without a state
    assert_eq!(esker_runner::load(&project.database(), project.root()).unwrap().revision, 0);
}

#[test]
fn a_range_that_runs_again_replaces_its_rows() {
    let project = Project::new();
    let mut plan = plan();
    project.run(&plan).unwrap();
    let rows = project.query("SELECT * EXCLUDE day FROM mart.fct ORDER BY id");
    plan.id = "another".to_owned();
    plan.state_revision = project.revision();
    plan.steps.retain(|step| step.node == "fct" && step.id > 1);
    plan.promotion = None;
    assert_eq!(project.run(&plan).unwrap().outcome, Outcome::Finished);
    assert_eq!(project.query("SELECT * EXCLUDE day FROM mart.fct ORDER BY id"), rows);
    assert_eq!(project.run(&plan).unwrap().outcome, Outcome::AlreadyFinished, "also without a promotion");
}

#[test]
fn docs_become_comments_of_the_views() {
    let project = Project::new();
    project.run(&plan()).unwrap();
    let comment = project.query("SELECT comment FROM duckdb_views() WHERE view_name = 'fct' AND schema_name = 'mart'");
    assert_eq!(comment, [[Value::Text("The docs of fct; it's a test.".to_owned())]]);
}

#[test]
fn views_that_are_not_wanted_any_more_go_with_the_promotion() {
    let project = Project::new();
    let mut plan = plan();
    project.run(&plan).unwrap();
    plan.id = "another".to_owned();
    plan.state_revision = project.revision();
    plan.steps = plan.steps.split_off(plan.steps.len() - 1);
    let promotion = plan.promotion.as_mut().unwrap();
    promotion.views.retain(|view| view.node != "worst");
    promotion.nodes.remove("worst");
    promotion.drop.push(kit::relation("mart", "worst"));
    assert_eq!(project.run(&plan).unwrap().outcome, Outcome::Finished);
    assert_eq!(project.number("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'mart'"), 3);
    let state = esker_runner::load(&project.database(), project.root()).unwrap();
    assert!(!state.environments["prod"].contains_key("worst"));
}

#[test]
fn rows_are_shown_as_the_environment_has_them() {
    let project = Project::new();
    project.run(&plan()).unwrap();
    let shown = esker_runner::show(&project.database(), project.root(), &BTreeMap::new(), "prod", "fct", 2).unwrap();
    assert_eq!((shown.relation.as_str(), shown.total, shown.rows.len()), ("mart.fct", 78, 2));
    let columns: Vec<_> = shown.columns.iter().map(|column| (column.name.as_str(), column.sql_type.as_str())).collect();
    assert_eq!(columns, [("id", "BIGINT"), ("day", "DATE"), ("delay", "INTEGER")]);
    assert_eq!(serde_json::to_string(&shown.rows[0]).unwrap(), r#"[0,"2001-01-01",0]"#);
    let error =
        esker_runner::show(&project.database(), project.root(), &BTreeMap::new(), "prod", "fcr", 2).unwrap_err();
    assert_eq!(error.code().id(), "E0816");
    assert_eq!(error.help().as_deref(), Some("Did you mean `fct`?"));
}

#[test]
fn a_stopped_run_ends_soon_and_goes_on_later() {
    let project = Project::new();
    let slow = "SELECT 1 AS id, CAST($start AS DATE) AS day, sum(CAST(hash(a.range) % 7 AS BIGINT)) AS delay \
                FROM range(10000000) a, range(100000) b";
    let columns = vec![kit::column("id", "BIGINT"), kit::column("day", "DATE"), kit::column("delay", "HUGEINT")];
    let quick = "SELECT 1 AS id, CAST($start AS DATE) AS day, 2 AS delay";
    let slow_from = |day: &str| {
        format!(
            "SELECT * FROM ({quick}) WHERE $start < TIMESTAMP '{day}' UNION ALL SELECT * FROM ({slow}) WHERE $start >= TIMESTAMP '{day}'"
        )
    };
    // The optimizer prunes the branch that cannot have rows: the first two batches are quick, the third is not.
    let mut plan = kit::one_model(&slow_from("2001-01-03"), columns, 4);
    let options = project.options();
    let cancel = options.cancel.clone();
    let begun = Instant::now();
    let mut events = Vec::new();
    let summary = esker_runner::run(&plan, &project.database(), &options, &mut |event| {
        if matches!(&event, Event::StepStarted { step } if step.step == 3) {
            let cancel = cancel.clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(100));
                cancel.store(true, Ordering::SeqCst);
            });
        }
        events.push(event);
    })
    .unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(summary.outcome, Outcome::Cancelled);
    assert_eq!(summary.done, 3);
    assert!(summary.failed.is_empty() && summary.skipped.iter().all(|step| step.reason == SkipReason::Cancelled));
    assert_eq!(project.number("SELECT count(*) FROM esker_data.fct__1"), 2);
    assert_eq!(project.query("SELECT status FROM esker_state.plans"), [[Value::Text("cancelled".to_owned())]]);

    plan.nodes[0].sql = quick.to_owned();
    let summary = project.run(&plan).unwrap();
    assert_eq!((summary.outcome, summary.already_done, summary.done), (Outcome::Finished, 3, 3));
    assert_eq!(project.number("SELECT count(*) FROM mart.fct"), 4);
}
