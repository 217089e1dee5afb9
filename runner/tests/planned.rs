//! The planner and the runner together: what one records is what the other takes as done.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kit;

use esker_plan::file::{PlanFile, StepKind};
use esker_plan::time::Cron;
use esker_plan::{NodeKind, PlanInput, PlanNode, PlanOptions, Selected, SqlPiece, plan};
use esker_runner::engines::Value;
use esker_runner::{Event, Outcome, run};
use kit::{DAYS, Project, column, day, days, relation};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

fn node(name: &str, kind: NodeKind, sql: Vec<SqlPiece>) -> PlanNode {
    PlanNode {
        name: name.to_owned(),
        kind,
        cron: Cron::daily(),
        start: Some(day(0)),
        source_start: None,
        end: None,
        fingerprint: format!("{:0>32}", name.len()),
        metadata: "m".to_owned(),
        parts: [("rows".to_owned(), "r".to_owned())].into(),
        relations: vec![relation("mart", name)],
        columns: Vec::new(),
        checks: Vec::new(),
        audits: Vec::new(),
        file: None,
        comment: Some(format!("The docs of {name}.")),
        sql,
    }
}

fn project() -> PlanInput {
    let text = |text: &str| SqlPiece::Text(text.to_owned());
    let by_day = || NodeKind::IncrementalByTime { column: "day".to_owned(), every: None, lookback: 0, batch: Some(2) };
    let flights = "SELECT id, day, delay FROM read_csv('data/flights.csv', header = true, \
                   columns = {'id': 'BIGINT', 'day': 'DATE', 'delay': 'INTEGER'}) WHERE day >= $start AND day < $end";
    let mut fct = node("fct", by_day(), vec![text(flights)]);
    fct.columns = vec![column("id", "BIGINT"), column("day", "DATE"), column("delay", "INTEGER")];
    let late =
        vec![text("SELECT * FROM "), SqlPiece::Node(1), text(" WHERE delay > 2 AND day >= $start AND day < $end")];
    let daily = vec![text("SELECT day, count(*) AS flights FROM "), SqlPiece::Node(1), text(" GROUP BY day")];
    let worst = vec![text("SELECT day, max(delay) AS worst FROM "), SqlPiece::Node(1), text(" GROUP BY day")];
    let airports = vec![text("SELECT * FROM read_csv('data/airports.csv', header = true)")];
    let nodes = vec![
        node("airports", NodeKind::Seed, airports),
        fct,
        node("late", by_day(), late),
        node("daily", NodeKind::Full, daily),
        node("worst", NodeKind::View, worst),
    ];
    PlanInput { project: "test".to_owned(), nodes, selected: None, attach: BTreeMap::new() }
}

/// The comments of the environment's views.
fn comments(project: &Project) -> Vec<Vec<Value>> {
    project.query("SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'mart' ORDER BY view_name")
}

/// The plan for a day, made against what the database has recorded.
fn plan_at(project_files: &Project, today: i64) -> PlanFile {
    let state = esker_runner::load(&project_files.database(), project_files.root()).unwrap();
    let environment = "prod".to_owned();
    let options = PlanOptions { environment, now: day(today), start: None, end: None, ignore_cron: false };
    plan(&project(), &state, &options).unwrap()
}

fn assert_same_as_plain_sql(project: &Project, today: i64) {
    let source = "(SELECT id, day, delay FROM read_csv('data/flights.csv', header = true, \
                  columns = {'id': 'BIGINT', 'day': 'DATE', 'delay': 'INTEGER'})";
    let source = format!("{source} WHERE day < DATE '{}')", kit::date(today));
    for (model, statement) in [
        ("fct", format!("SELECT * FROM {source}")),
        ("late", format!("SELECT * FROM {source} WHERE delay > 2")),
        ("daily", format!("SELECT day, count(*) AS flights FROM {source} GROUP BY day")),
        ("worst", format!("SELECT day, max(delay) AS worst FROM {source} GROUP BY day")),
    ] {
        let lost = format!("({statement}) EXCEPT ALL FROM mart.{model}");
        let extra = format!("FROM mart.{model} EXCEPT ALL ({statement})");
        let different = format!("SELECT count(*) FROM (({lost}) UNION ALL ({extra}))");
        assert_eq!(project.number(&different), 0, "{model} on day {today}");
    }
}

#[test]
fn what_ran_is_not_planned_again_and_the_next_day_is_all_that_is() {
    let project = Project::new();
    assert_eq!(project.run(&plan_at(&project, 5)).unwrap().outcome, Outcome::Finished);
    assert_same_as_plain_sql(&project, 5);
    let again = plan_at(&project, 5);
    assert!(again.steps.is_empty(), "{:#?}", again.steps);

    let next = plan_at(&project, 6);
    let batches: Vec<_> = next
        .steps
        .iter()
        .filter_map(|step| match step.kind {
            StepKind::Backfill { range, .. } => Some((step.node.as_str(), range)),
            _ => None,
        })
        .collect();
    assert_eq!(batches, [("fct", days(5, 6)), ("late", days(5, 6))]);
    assert_eq!(project.run(&next).unwrap().outcome, Outcome::Finished);
    assert_same_as_plain_sql(&project, 6);
}

#[test]
fn what_a_selection_leaves_out_stays_as_it_is() {
    let files = Project::new();
    let planned = |input: &PlanInput| {
        let state = esker_runner::load(&files.database(), files.root()).unwrap();
        let options = PlanOptions { environment: "prod".to_owned(), now: day(5), ..PlanOptions::default() };
        plan(input, &state, &options).unwrap()
    };
    // In an environment that is new there is nothing but what is selected, and what that needs.
    let mut input = project();
    input.selected = Some(Selected { text: "late".to_owned(), nodes: [2].into() });
    assert_eq!(files.run(&planned(&input)).unwrap().outcome, Outcome::Finished);
    assert_eq!(files.number("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'mart'"), 2);

    input.selected = None;
    assert_eq!(files.run(&planned(&input)).unwrap().outcome, Outcome::Finished);
    let before = (comments(&files), files.query("FROM mart.worst ORDER BY ALL"));
    assert_eq!(before.0.len(), 5);
    // Every model changes; only one is selected.
    for node in &mut input.nodes {
        node.fingerprint.push('2');
        node.comment = Some("New docs.".to_owned());
    }
    input.selected = Some(Selected { text: "fct".to_owned(), nodes: [1].into() });
    assert_eq!(files.run(&planned(&input)).unwrap().outcome, Outcome::Finished);
    let mut expected = before;
    let fct = expected.0.iter_mut().find(|row| row[0].text() == Some("fct")).unwrap();
    fct[1] = Value::Text("New docs.".to_owned());
    assert_eq!((comments(&files), files.query("FROM mart.worst ORDER BY ALL")), expected);
    assert_eq!(planned(&input).steps, []);
    input.selected = None;
    assert_eq!(files.run(&planned(&input)).unwrap().outcome, Outcome::Finished);
    assert!(comments(&files).iter().all(|row| row[1].text() == Some("New docs.")));
    assert_same_as_plain_sql(&files, 5);
}

#[test]
fn a_run_that_was_stopped_anywhere_is_finished_by_a_new_plan() {
    for stop_after in 1.. {
        let project = Project::new();
        let first = plan_at(&project, DAYS);
        if stop_after >= first.steps.len() {
            break;
        }
        let options = project.options();
        let mut finished = 0;
        let summary = run(&first, &project.database(), &options, &mut |event| {
            if matches!(event, Event::StepFinished { .. }) {
                finished += 1;
                options.cancel.store(finished == stop_after, Ordering::SeqCst);
            }
        });
        assert_eq!(summary.unwrap().outcome, Outcome::Cancelled);
        let second = plan_at(&project, DAYS);
        let summary = project.run(&second).unwrap();
        assert_eq!((summary.outcome, summary.done), (Outcome::Finished, first.steps.len() - stop_after));
        assert_same_as_plain_sql(&project, DAYS);
        assert!(plan_at(&project, DAYS).steps.is_empty());
    }
}
