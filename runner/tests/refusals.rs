//! What is wrong is said in a line that helps, nothing is lost, and the rest goes on.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kit;

use esker_plan::file::{Check, CheckRule};
use esker_runner::engines::Engine;
use esker_runner::{Outcome, RunError, SkipReason};
use kit::{Project, column, one_model, plan};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

fn refused(error: &RunError, code: &str, title: &str) {
    assert_eq!((error.code().id(), error.title().as_str()), (code, title));
    assert!(error.help().is_some(), "{error}: says what to do");
}

#[test]
fn a_plan_made_against_another_revision() {
    let project = Project::new();
    let mut late = plan();
    late.id = "late".to_owned();
    late.state_revision = 5;
    let error = project.run(&late).unwrap_err();
    let title = "the plan is out of date: it was made against revision 5 of the state, which is now at 0";
    refused(&error, "E0805", title);
    assert!(error.why().unwrap().contains("another database"));
}

#[test]
fn a_name_that_is_somebody_elses() {
    for (made, kind) in [("TABLE mart.daily AS SELECT 1 AS x", "table"), ("VIEW mart.daily AS SELECT 1 AS x", "view")] {
        let project = Project::new();
        let engine = project.engine();
        engine.execute("CREATE SCHEMA mart").unwrap();
        engine.execute(&format!("CREATE {made}")).unwrap();
        drop(engine);
        let error = project.run(&plan()).unwrap_err();
        let title =
            format!("`mart.daily` is needed for the view of `daily`, but a {kind} of that name is there already");
        refused(&error, "E0806", &title);
        assert_eq!(project.revision(), 0, "nothing was begun");
        assert_eq!(project.number("SELECT x FROM mart.daily"), 1);
    }
}

#[test]
fn a_table_that_was_tampered_with() {
    let cases = [
        ("DROP TABLE esker_data.fct__1", "is gone"),
        ("ALTER TABLE esker_data.fct__1 DROP COLUMN delay", "has lost its column `delay`"),
        ("ALTER TABLE esker_data.fct__1 ADD COLUMN extra INTEGER", "has got a column `extra` that is not Esker's"),
    ];
    for (sql, what) in cases {
        let project = Project::new();
        let mut plan = plan();
        project.run(&plan).unwrap();
        project.engine().execute(sql).unwrap();
        plan.id = "next".to_owned();
        plan.state_revision = project.revision();
        let error = project.run(&plan).unwrap_err();
        refused(&error, "E0807", &format!("`esker_data.fct__1`, the data of `fct`, {what}"));
        assert_eq!(project.revision(), plan.state_revision);
    }
}

#[test]
fn a_wrong_value_in_a_file_fails_its_readers_only() {
    let project = Project::new();
    let good = std::fs::read_to_string(project.root().join("data/flights.csv")).unwrap();
    project.write("data/flights.csv", &good.replace("300,2001-01-04,0", "300,2001-01-04,late"));
    let (result, _) = project.run_with_events(&plan());
    let summary = result.unwrap();
    assert_eq!(summary.outcome, Outcome::Failed);
    assert_eq!(summary.failed.len(), 1, "said once, not for each of the batches: {:#?}", summary.failed);
    refused(
        &summary.failed[0].error,
        "E0808",
        "`fct`: data/flights.csv, line 8: column `delay`: `late` is not an INTEGER\n    300,2001-01-04,late",
    );
    // The seed is there, the batches were not, and the environment is not shown.
    assert_eq!(project.number("SELECT count(*) FROM esker_data.airports__1"), 2);
    assert_eq!(project.number("SELECT count(*) FROM esker_data.fct__1"), 0);
    assert_eq!(project.number("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'mart'"), 0);
    let skipped: Vec<_> = summary.skipped.iter().map(|skipped| (skipped.step.node.as_str(), &skipped.reason)).collect();
    assert!(matches!(skipped[0], ("fct", SkipReason::SameFailure { failed_step: 2 })), "{skipped:?}");
    assert!(matches!(skipped.last(), Some(("", SkipReason::Needs { .. }))), "{skipped:?}");
    assert!(skipped.iter().all(|(node, _)| *node != "worst"), "it needs only the table");

    project.write("data/flights.csv", &good);
    let summary = project.run(&plan()).unwrap();
    assert_eq!((summary.outcome, summary.already_done), (Outcome::Finished, 3));
    assert_eq!(project.number("SELECT count(*) FROM mart.fct"), 78);
}

#[test]
fn a_missing_file_is_named_with_who_needs_it() {
    let project = Project::new();
    std::fs::remove_file(project.root().join("data/flights.csv")).unwrap();
    let summary = project.run(&plan()).unwrap();
    assert_eq!(summary.failed.len(), 1);
    refused(&summary.failed[0].error, "E0809", "`fct`: no file matches `data/flights.csv`");
    assert_eq!(project.number("SELECT count(*) FROM esker_data.airports__1"), 2);
}

#[test]
fn a_csv_file_that_is_not_as_declared_is_told_with_line_and_cause() {
    // As the driver writes it.
    let whole = "case when contains(\"n\", '.') and try_cast(\"n\" as decimal(38, 9)) % 1 <> 0 \
                 then error('column `n`: `' || \"n\" || '` is not an INTEGER') else coalesce(try_cast(\"n\" as integer), \
                 case when \"n\" is not null then error('column `n`: `' || \"n\" || '` is not an INTEGER') end) end as \"n\"";
    let sql = format!(
        "SELECT id, day, n FROM (select \"id\", cast(\"day\" as date) as \"day\", {whole} from read_csv('data/x*.csv', \
         types = {{'id': 'varchar', 'day': 'date', 'n': 'varchar'}}, auto_type_candidates = ['VARCHAR'], header = true, \
         delim = ',', quote = '\"', escape = '\"', comment = '', skip = 0)) WHERE day >= $start AND day < $end"
    );
    let columns = || vec![column("id", "VARCHAR"), column("day", "DATE"), column("n", "INTEGER")];
    let good = "n,id,day\n1,a,2001-01-01\n";
    let cases = [
        (
            "id,day,n\na,2001-01-01,1\nb,2\nc,2001-01-01,3\n",
            "x2.csv, line 3: it has 2 values, where 3 columns are expected\n    b,2",
        ),
        (
            "id,day,n\na,2001-01-01,1,9\n",
            "x2.csv, line 2: it has 4 values, where 3 columns are expected\n    a,2001-01-01,1,9",
        ),
        (
            "id,day,n\n\"a,2001-01-01,1\nb,2001-01-02,2\n",
            "x2.csv, line 2: a quoted value is not closed\n    \"a,2001-01-01,1",
        ),
        ("", "x2.csv is empty"),
        ("id,n\na,1\n", "x2.csv has no column `day`"),
        ("number\n1\n", "x2.csv has no columns `id`, `day`, `n`"),
        ("id;day;n\na;2001-01-01;1\n", "x2.csv has no columns `id`, `day`, `n`"),
        ("id,day,n\na,2001-13-01,1\n", "x2.csv, line 2: column `day`: `2001-13-01` is not a DATE\n    a,2001-13-01,1"),
        ("id,day,n\na,2001-01-01,1\nb,2001-01-01,1.7\n", "x2.csv, line 3: column `n`: `1.7` is not an INTEGER"),
        ("id,day,n\na,2001-01-01,1e9\nb,2001-01-01,many\n", "x2.csv, line 3: column `n`: `many` is not an INTEGER"),
        ("id,day,n\na,2001-01-01,99999999999\n", "x2.csv, line 2: column `n`: `99999999999` is not an INTEGER"),
    ];
    for (text, title) in cases {
        let project = Project::new();
        project.write("data/x1.csv", good);
        project.write("data/x2.csv", text);
        let summary = project.run(&one_model(&sql, columns(), 1)).unwrap();
        let error = &summary.failed[0].error;
        refused(error, "E0808", &format!("`fct`: data/{title}"));
        assert_eq!(error.why(), None);
        let help = error.help().unwrap();
        match title {
            "x2.csv is empty" => assert_eq!(help, "Its first line must name the columns: `id,day,n`."),
            "x2.csv has no column `day`" => {
                assert_eq!(help, "Its columns are `id`, `n`. Correct its first line, or the declaration.");
            }
            _ if text.starts_with("id;") => assert!(help.contains("`{ delim \";\" }`"), "{help}"),
            _ => {}
        }
    }
    // Columns that nobody declared are of no interest, unless only some of the files have them.
    let project = Project::new();
    project.write("data/x1.csv", "n,more,id,day\n1,?,a,2001-01-01\n");
    project.write("data/x2.csv", good);
    let summary = project.run(&one_model(&sql, columns(), 1)).unwrap();
    let title = "`fct`: data/x2.csv has no column `more`, which data/x1.csv has";
    refused(&summary.failed[0].error, "E0808", title);

    // Any order, further columns, quoted line ends, a whole number with a fraction of nothing.
    let project = Project::new();
    project.write("data/x1.csv", "n,more,id,day\n1,?,a,2001-01-01\n");
    project.write("data/x2.csv", "id,\"day\",more,n\r\n\"b\nb\",2001-01-01,?,3.0\r\n,2001-01-01,,\r\n");
    let summary = project.run(&one_model(&sql, columns(), 1)).unwrap();
    assert_eq!(summary.outcome, Outcome::Finished, "{:#?}", summary.failed);
    assert_eq!(project.number("SELECT count(*) FROM mart.fct WHERE n = 3 AND id = 'b' || chr(10) || 'b'"), 1);
    assert_eq!(project.number("SELECT count(*) FROM mart.fct"), 3);
}

#[test]
fn a_failed_batch_leaves_its_neighbours() {
    let project = Project::new();
    let sql = "SELECT 1 AS id, CAST($start AS DATE) AS day, \
               CAST(CASE WHEN $start = TIMESTAMP '2001-01-02' THEN 'x' ELSE '7' END AS INTEGER) AS delay";
    let columns = vec![column("id", "BIGINT"), column("day", "DATE"), column("delay", "INTEGER")];
    let summary = project.run(&one_model(sql, columns, 3)).unwrap();
    assert_eq!((summary.outcome, summary.done, summary.failed.len()), (Outcome::Failed, 3, 1));
    assert_eq!(summary.failed[0].error.code().id(), "E0812");
    assert_eq!(summary.failed[0].step.range, Some(kit::days(1, 2)));
    assert_eq!(project.number("SELECT count(*) FROM esker_data.fct__1"), 2);
    assert_eq!(project.number("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'mart'"), 0);
}

#[test]
fn rows_that_do_not_belong_to_the_batch() {
    let columns = || vec![column("id", "BIGINT"), column("day", "DATE")];
    let cases = [
        (
            "SELECT range AS id, DATE '2001-01-01' + CAST(range AS INTEGER) AS day FROM range(4)",
            "`fct` returned 3 rows whose `day` lies outside of the batch, [2001-01-01, 2001-01-02)",
            "They lie between 2001-01-02 and 2001-01-04; nothing of this batch was kept.",
            "Filter in the query: `where day >= $start and day < $end`.",
        ),
        (
            "SELECT 1 AS id, CAST(NULL AS DATE) AS day",
            "`fct` returned 1 row without a `day`, [2001-01-01, 2001-01-02)",
            "Nothing of this batch was kept.",
            "Leave such rows out in the WHERE of the query: `day is not null`.",
        ),
    ];
    for (sql, title, why, help) in cases {
        let project = Project::new();
        let summary = project.run(&one_model(sql, columns(), 1)).unwrap();
        let error = &summary.failed[0].error;
        refused(error, "E0810", title);
        assert_eq!((error.why().unwrap().as_str(), error.help().unwrap().as_str()), (why, help));
        assert_eq!(project.number("SELECT count(*) FROM esker_data.fct__1"), 0);
    }
}

#[test]
fn columns_that_were_not_planned() {
    let cases = [
        (
            "SELECT 1.5::DOUBLE AS id, CAST($start AS DATE) AS day",
            "the query returns the column `id` as DOUBLE, but it was planned as BIGINT",
        ),
        ("SELECT CAST($start AS DATE) AS day", "the query returns no column `id`"),
        (
            "SELECT 1 AS id, CAST($start AS DATE) AS day, 3 AS more",
            "the query returns the column `more`, which was not planned",
        ),
    ];
    for (sql, what) in cases {
        let project = Project::new();
        let summary = project.run(&one_model(sql, vec![column("id", "BIGINT"), column("day", "DATE")], 2)).unwrap();
        refused(&summary.failed[0].error, "E0811", &format!("`fct`: {what}"));
        assert_eq!(summary.failed.len(), 1);
    }
    // Another order and a narrower type are no loss.
    let project = Project::new();
    let plan = one_model(
        "SELECT CAST($start AS DATE) AS DAY, 1::TINYINT AS id",
        vec![column("id", "BIGINT"), column("day", "date")],
        2,
    );
    assert_eq!(project.run(&plan).unwrap().outcome, Outcome::Finished);
    let types = project.engine().describe("SELECT * FROM mart.fct").unwrap();
    let types: Vec<_> = types.iter().map(|column| (column.name.as_str(), column.sql_type.as_str())).collect();
    assert_eq!(types, [("id", "BIGINT"), ("day", "DATE")]);
}

#[test]
fn promises_that_only_data_can_keep() {
    let sql = "SELECT id, CAST($start AS DATE) AS day, n FROM (VALUES (1, 1), (2, NULL), (NULL, -1), (NULL, -2)) AS t (id, n)";
    let holds =
        |title: &str, condition: &str| Check { title: title.to_owned(), rule: CheckRule::Holds(condition.to_owned()) };
    let unique = |title: &str, columns: &[&str]| Check {
        title: title.to_owned(),
        rule: CheckRule::Unique(columns.iter().map(|&column| column.to_owned()).collect()),
    };
    let cases = [
        // (check, failed steps, title): a null keeps a condition, and is no part of a key
        (holds("check (n > -9)", "n > -9"), 0, ""),
        (unique("unique (id, day)", &["id", "day"]), 0, ""),
        (holds("id not null", "id IS NOT NULL"), 2, "`fct` promises `id not null`: 2 rows do not keep it"),
        (holds("check (n > -2)", "n > -2 -- why not"), 2, "`fct` promises `check (n > -2)`: 1 row does not keep it"),
        // Good within each batch, but the second one repeats the keys of the first.
        (unique("primary key (id)", &["id"]), 1, "`fct` promises `primary key (id)`: 2 keys stand in several rows"),
    ];
    for (check, failed, title) in cases {
        let project = Project::new();
        let mut plan = one_model(sql, vec![], 2);
        plan.nodes[0].checks = vec![check];
        let summary = project.run(&plan).unwrap();
        assert_eq!(summary.failed.len(), failed, "{:#?}", summary.failed);
        assert_eq!(project.number("SELECT count(*) FROM esker_data.fct__1"), 4 * (2 - failed as i64), "{title}");
        if let Some(first) = summary.failed.first() {
            refused(&first.error, "E0817", title);
            assert!(first.error.why().unwrap().starts_with("For instance {'id': "), "{:?}", first.error.why());
        }
    }
}

#[test]
fn sql_that_the_engine_refuses_shows_the_line() {
    let project = Project::new();
    let plan = one_model(
        "SELECT 1 AS id,\n  nosuch + 1 AS more,\n  CAST($start AS DATE) AS day FROM (SELECT 1 AS nosuck)",
        vec![],
        1,
    );
    let summary = project.run(&plan).unwrap();
    let error = &summary.failed[0].error;
    refused(error, "E0813", "`fct`: Referenced column \"nosuch\" not found in FROM clause");
    assert_eq!(error.why().as_deref(), Some("The engine points at: nosuch + 1 AS more,"));
    assert_eq!(error.help().as_deref(), Some("Did you mean `nosuck`?"));
}

#[test]
fn a_database_that_may_not_be_written() {
    let project = Project::new();
    drop(project.engine());
    let database = project.database();
    let mut permissions = std::fs::metadata(&database).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&database, permissions).unwrap();
    let error = project.run(&plan()).unwrap_err();
    refused(&error, "E0802", &format!("the database `{}` is read-only", database.display()));
    assert_eq!(project_files(&project), ["data", "warehouse.duckdb"], "nothing was left behind");
    assert_eq!(esker_runner::load(&database, project.root()).unwrap().revision, 0, "reading is fine");
}

fn project_files(project: &Project) -> Vec<String> {
    let entries = std::fs::read_dir(project.root()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_that_is_no_database_or_has_no_folder() {
    let project = Project::new();
    project.write("warehouse.duckdb", "hello");
    let error = project.run(&plan()).unwrap_err();
    refused(&error, "E0803", &format!("`{}` is not a DuckDB database", project.database().display()));
    assert_eq!(std::fs::read_to_string(project.database()).unwrap(), "hello");

    let elsewhere = project.root().join("no/such/folder.duckdb");
    let error = esker_runner::run(&plan(), &elsewhere, &project.options(), &mut |_| {}).unwrap_err();
    let title = format!("the database `{}` cannot be created: its folder does not exist", elsewhere.display());
    refused(&error, "E0803", &title);
}

const HOLDER: &str = "ESKER_RUNNER_HOLDER";

/// The process that holds the database: this test does something only when it is started for that.
#[test]
fn holder_process() {
    let Some(root) = std::env::var_os(HOLDER) else { return };
    let root = std::path::PathBuf::from(root);
    let _engine = esker_runner::engines::DuckDb::open(&root.join("warehouse.duckdb"), &root).unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\nholding").unwrap();
    out.flush().unwrap();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

#[test]
fn a_database_that_another_process_uses() {
    let project = Project::new();
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "holder_process", "--nocapture"])
        .env(HOLDER, project.root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    while lines.next().unwrap().unwrap() != "holding" {}
    let title =
        format!("another process (process {}) is using the database `{}`", holder.id(), project.database().display());
    refused(&project.run(&plan()).unwrap_err(), "E0801", &title);
    refused(&esker_runner::load(&project.database(), project.root()).unwrap_err(), "E0801", &title);
    // A short use is waited for.
    let mut stdin = holder.stdin.take().unwrap();
    let letting_go = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        stdin.write_all(b"\n").unwrap();
    });
    assert_eq!(project.run(&plan()).unwrap().outcome, Outcome::Finished);
    letting_go.join().unwrap();
    holder.wait().unwrap();
}

#[test]
fn a_state_of_a_later_version() {
    let project = Project::new();
    project.run(&plan()).unwrap();
    project.engine().execute("UPDATE esker_state.meta SET schema_version = 3").unwrap();
    let title = "the state was written by a newer Esker: its tables have version 3, this one knows 2";
    refused(&esker_runner::load(&project.database(), project.root()).unwrap_err(), "E0804", title);
    refused(&project.run(&plan()).unwrap_err(), "E0804", title);
}
