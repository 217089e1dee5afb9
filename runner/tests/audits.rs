//! Audits when rows are written: what breaks them is undone, or told; and databases of other projects.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kit;

use esker_plan::file::{Audit, FileKind, PlanFile, Step, StepKind};
use esker_runner::engines::{DuckDb, Engine};
use esker_runner::{AuditFinding, Event, Outcome};
use kit::{Project, assemble, column, day, node, one_model};
use std::collections::BTreeMap;

fn audit(title: &str, sql: &str, warn: bool) -> Audit {
    Audit { title: title.to_owned(), warn, sql: sql.to_owned() }
}

/// A model by day, two days in two batches; the second one judges `n`, which is 1, then 2.
fn two_days(audits: Vec<Audit>) -> PlanFile {
    let sql = "SELECT CAST($start AS DATE) AS day, CAST(day($start) AS BIGINT) AS n";
    let mut plan = one_model(sql, vec![column("day", "DATE"), column("n", "BIGINT")], 2);
    plan.nodes[0].audits = audits;
    let StepKind::Backfill { audited, .. } = &mut plan.steps[2].kind else { panic!("a batch") };
    *audited = true;
    plan
}

/// One table as a whole, or a view.
fn whole(kind: FileKind, sql: &str, audits: Vec<Audit>) -> PlanFile {
    let step = |id, node: &str, kind, after| Step { id, node: node.to_owned(), kind, after, why: "a test".to_owned() };
    let make = match kind {
        FileKind::View => StepKind::Create,
        _ => StepKind::Build { range: kit::days(0, 1), new_data: true },
    };
    let mut model = node("fct", kind, Vec::new(), sql, &[]);
    model.audits = audits;
    assemble(vec![model], vec![step(0, "fct", make, vec![]), step(1, "", StepKind::Promote, vec![0])])
}

#[test]
fn an_audit_sees_the_whole_table_and_undoes_the_batch_that_breaks_it() {
    let project = Project::new();
    // Both rows break it; the first one was committed with the batch before.
    let plan = two_days(vec![
        audit("fine()", "WITH bad AS (SELECT 1 AS x) FROM bad WHERE x = 2 -- none", false),
        audit("accepted_range(n, max => 0)", "SELECT * FROM esker_data.fct__1 WHERE n > 0", false),
    ]);
    let summary = project.run(&plan).unwrap();
    assert_eq!((summary.outcome, summary.done, summary.failed.len()), (Outcome::Failed, 2, 1));
    let error = &summary.failed[0].error;
    assert_eq!(error.code().id(), "E0818");
    assert_eq!(error.title(), "`fct` does not pass the audit `accepted_range(n, max => 0)`: 2 rows break it");
    assert_eq!(
        error.why().unwrap(),
        "Nothing of the batch [2001-01-02, 2001-01-03) was kept, and the batch before it will run again. The rows:\nday         n\n2001-01-01  1\n2001-01-02  2"
    );
    assert!(error.help().is_some());
    assert_eq!(project.number("SELECT max(n) FROM esker_data.fct__1"), 1);
    assert_eq!(project.number("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'mart'"), 0);
    // What was not judged is not complete: both batches run again, with this plan or with the next.
    let state = esker_runner::load(&project.database(), project.root()).unwrap();
    let runs = &state.snapshots["fct-snapshot"].runs;
    assert_eq!(runs.len(), 1, "only its creation: {runs:?}");
    let summary = project.run(&plan).unwrap();
    assert_eq!((summary.already_done, summary.done, summary.failed.len()), (1, 1, 1));
    let mut mended = plan;
    mended.nodes[0].audits.pop();
    let summary = project.run(&mended).unwrap();
    assert_eq!((summary.outcome, summary.already_done, summary.done), (Outcome::Finished, 1, 3));
    assert_eq!(project.number("SELECT sum(n) FROM mart.fct"), 3);
}

#[test]
fn a_table_or_view_that_breaks_an_audit_is_not_made() {
    for (kind, kept) in [(FileKind::Full, "table"), (FileKind::View, "view")] {
        let project = Project::new();
        let bad = audit("row_count()", "SELECT count(*) AS rows FROM esker_data.fct__1 HAVING count(*) > 6", false);
        let plan = whole(kind, "SELECT range AS id FROM range(7)", vec![bad]);
        let summary = project.run(&plan).unwrap();
        let error = &summary.failed[0].error;
        assert_eq!(error.title(), "`fct` does not pass the audit `row_count()`: 1 row breaks it", "{kept}");
        assert_eq!(error.why().unwrap(), "Nothing of this step was kept. The row:\nrows\n7");
        assert_eq!(
            project.number("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'esker_data'"),
            0
        );
    }
}

#[test]
fn an_audit_that_only_warns_is_told_once_and_goes_on() {
    let project = Project::new();
    let sql = "SELECT * FROM esker_data.fct__1 WHERE $start < $end AND id > 0";
    let mut plan = whole(
        FileKind::Full,
        "SELECT 7 - range AS id, 'x' AS t FROM range(7)",
        vec![audit("odd()", sql, true), audit("fine()", "SELECT 1 WHERE false", true)],
    );
    let again = Step { id: 1, node: "fct".to_owned(), kind: StepKind::Check, after: vec![0], why: "a test".to_owned() };
    plan.steps.insert(1, again);
    plan.steps[2].id = 2;
    let (result, events) = project.run_with_events(&plan);
    let summary = result.unwrap();
    assert_eq!((summary.outcome, summary.done), (Outcome::Finished, 3));
    let told: Vec<&AuditFinding> = events
        .iter()
        .filter_map(|event| match event {
            Event::AuditWarned { finding } => Some(finding),
            _ => None,
        })
        .collect();
    assert_eq!((told.len(), told), (1, summary.warnings.iter().collect()));
    let finding = &summary.warnings[0];
    assert_eq!(finding.title(), "`fct` does not pass the audit `odd()`: 7 rows break it");
    assert_eq!(finding.shown(), "The first 5 rows:\nid  t\n1   x\n2   x\n3   x\n4   x\n5   x");
    let json = serde_json::to_value(&events[2]).unwrap();
    assert_eq!((&json["event"], &json["audit"], &json["rows"]), (&"audit_warned".into(), &"odd()".into(), &7.into()));
    assert_eq!(project.number("SELECT count(*) FROM mart.fct"), 7);
}

#[test]
fn rows_that_are_there_are_judged_by_a_check() {
    let project = Project::new();
    project.run(&two_days(Vec::new())).unwrap();
    let mut plan = two_days(vec![audit("none()", "SELECT n FROM esker_data.fct__1", false)]);
    plan.id = "next".to_owned();
    plan.state_revision = project.revision();
    plan.steps = vec![Step { id: 0, node: "fct".to_owned(), kind: StepKind::Check, after: vec![], why: String::new() }];
    let summary = project.run(&plan).unwrap();
    assert_eq!(summary.failed[0].error.code().id(), "E0818");
    assert_eq!(project.number("SELECT count(*) FROM mart.fct"), 2, "what is shown stays");
}

#[test]
fn an_audit_that_the_engine_refuses_is_named() {
    let project = Project::new();
    let plan =
        whole(FileKind::Full, "SELECT 1 AS id", vec![audit("wrong()", "SELECT nosuch FROM esker_data.fct__1", true)]);
    let error = project.run(&plan).unwrap().failed.remove(0).error;
    assert_eq!(error.code().id(), "E0813");
    assert!(error.title().starts_with("`fct`, audit `wrong()`: Referenced column \"nosuch\""), "{error}");
    assert_eq!(error.why().as_deref(), Some("The engine points at: SELECT nosuch FROM esker_data.fct__1"));
}

#[test]
fn the_database_of_another_project_is_read_and_not_written() {
    let project = Project::new();
    let mut plan = whole(FileKind::Full, "SELECT * FROM \"project_shop\".shop.dim", Vec::new());
    plan.attach = [("project_shop".to_owned(), "other/theirs.duckdb".to_owned())].into();
    let error = project.run(&plan).unwrap_err();
    assert_eq!(error.code().id(), "E0819");
    assert_eq!(error.title(), "`other/theirs.duckdb`, the database of another project that is read, is not there");
    assert_eq!(project.revision(), 0);

    // Schemas of the same names do not get in each other's way.
    project.write("other/README", "");
    let other = DuckDb::open(&project.root().join("other/theirs.duckdb"), project.root()).unwrap();
    for sql in ["CREATE SCHEMA shop", "CREATE TABLE shop.dim AS SELECT 42 AS id", "CREATE SCHEMA esker_data"] {
        other.execute(sql).unwrap();
    }
    drop(other);
    project.engine().execute("CREATE SCHEMA shop").unwrap();
    assert_eq!(project.run(&plan).unwrap().outcome, Outcome::Finished);
    assert_eq!(project.number("SELECT id FROM mart.fct"), 42);
    // A view reads it whenever it is read itself.
    plan.nodes[0].kind = FileKind::View;
    plan.nodes[0].table.name.push('v');
    plan.nodes[0].snapshot.push('v');
    plan.promotion.as_mut().unwrap().views[0].table.name.push('v');
    plan.steps[0].kind = StepKind::Create;
    (plan.id, plan.state_revision) = ("view".to_owned(), project.revision());
    assert_eq!(project.run(&plan).unwrap().outcome, Outcome::Finished);
    let show = |attach| esker_runner::show(&project.database(), project.root(), attach, "prod", "fct", 1);
    assert_eq!(show(&plan.attach).unwrap().rows, [[42]]);
    assert_eq!(show(&BTreeMap::new()).unwrap_err().code().id(), "E0813");
    plan.nodes[0].sql = "SELECT 1 AS id".to_owned();
    plan.id = "next".to_owned();
    plan.state_revision = project.revision();
    project.write("other/theirs.duckdb", "not a database");
    let error = project.run(&plan).unwrap_err();
    assert_eq!(error.code().id(), "E0803");
}

#[test]
fn a_state_of_the_first_version_is_brought_up_to_date() {
    let project = Project::new();
    let plan = two_days(Vec::new());
    project.run(&plan).unwrap();
    let engine = project.engine();
    engine.execute("ALTER TABLE esker_state.environments DROP COLUMN columns").unwrap();
    engine.execute("UPDATE esker_state.meta SET schema_version = 1").unwrap();
    drop(engine);
    let old = esker_runner::load(&project.database(), project.root()).unwrap();
    assert!(old.environments["prod"]["fct"].columns.is_empty());
    let mut next = plan;
    (next.id, next.state_revision, next.now) = ("next".to_owned(), old.revision, day(3));
    next.steps.retain(|step| step.kind == StepKind::Promote);
    assert_eq!(project.run(&next).unwrap().outcome, Outcome::Finished);
    let new = esker_runner::load(&project.database(), project.root()).unwrap();
    assert_eq!(new.environments["prod"], next.promotion.unwrap().nodes);
    assert_eq!(project.number("SELECT schema_version FROM esker_state.meta"), 2);
}
