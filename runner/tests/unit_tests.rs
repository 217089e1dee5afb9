//! Unit tests in memory: what passes, what is told of what does not, and that nothing is left behind.
#![allow(clippy::unwrap_used, reason = "tests")]

use esker_plan::file::Column;
use esker_plan::test::{TestCase, TestRows, TestTable};
use esker_plan::time::{Interval, parse_start};
use esker_runner::{Mark, RunError, TestEngine, TestOutcome};
use std::path::Path;

fn values(columns: &str, rows: &[&str]) -> TestRows {
    let cells = |text: &str| text.split(", ").filter(|cell| !cell.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    TestRows::Values { columns: cells(columns), rows: rows.iter().map(|row| cells(row)).collect() }
}

fn orders(rows: &[&str]) -> TestTable {
    let column = |(name, ty): (&str, &str)| Column { name: name.to_owned(), ty: Some(ty.to_owned()), comment: None };
    TestTable {
        name: "orders@2".to_owned(),
        columns: [("id", "BIGINT"), ("amount", "DECIMAL(18,2)"), ("ts", "TIMESTAMP")].map(column).into(),
        rows: values("id, amount", rows),
    }
}

fn case(sql: &str, expect: TestRows) -> TestCase {
    TestCase {
        name: "a test".to_owned(),
        tables: vec![orders(&["1, 5", "2, 0.5", "3, null"])],
        sql: sql.to_owned(),
        during: None,
        expect,
        ordered: false,
        partial: false,
    }
}

fn engine() -> TestEngine {
    TestEngine::open(Path::new(".")).unwrap()
}

fn run(case: &TestCase) -> TestOutcome {
    engine().run(case).unwrap()
}

fn shown(outcome: &TestOutcome) -> Vec<String> {
    let row = |row: &esker_runner::TestRow| {
        let mark = match row.mark {
            Mark::Same => '=',
            Mark::Missing => '-',
            Mark::Unexpected => '+',
        };
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.as_deref().unwrap_or("null")).collect();
        format!("{mark} {}", cells.join(" | "))
    };
    outcome.rows.iter().map(row).collect()
}

#[test]
fn values_are_compared_as_the_engine_compares_them() {
    let from = "from \"orders@2\"";
    let cases = [
        // (query, columns, rows that are expected): other spellings of the same value, another order, nulls
        (format!("select id, amount {from}"), "id, amount", vec!["3, null", "2, 0.50", "1, 5.0"]),
        (format!("select AMOUNT, Id {from}"), "id, amount", vec!["1, 5", "2, 0.5", "3, null"]),
        (format!("select sum(amount) as total {from}"), "total", vec!["'5.5'"]),
        (format!("select id / 2 as half {from} where id < 2"), "half", vec!["0.5"]),
        ("select date '2024-01-01' as d, interval 30 days as i".to_owned(), "d, i", vec!["'2024-01-01', '1 month'"]),
        ("select [1, 2] as l, {'a': null::int} as s".to_owned(), "l, s", vec!["list_value(1,2), {'a': null}"]),
        ("select 'NaN'::double as n, -0.0::double as z".to_owned(), "n, z", vec!["'nan', 0"]),
        (format!("select ts {from}"), "ts", vec!["null", "null", "null"]),
    ];
    for (sql, columns, rows) in cases {
        let outcome = run(&case(&sql, values(columns, &rows)));
        assert!(outcome.passed() && outcome.rows.len() == rows.len(), "{sql}: {outcome:#?}");
    }
}

#[test]
fn what_does_not_pass_is_laid_beside_what_came_out() {
    let outcome = run(&case("select id, amount from \"orders@2\"", values("id, amount", &["1, 5", "2, 0.6", "9, 9"])));
    assert!(!outcome.passed());
    assert_eq!(shown(&outcome), ["= 1 | 5.00", "- 2 | 0.60", "+ 2 | 0.50", "- 9 | 9.00", "+ 3 | null"]);
    assert_eq!(outcome.rows[1].differs, [1]);
    assert_eq!((outcome.columns[1].name.as_str(), outcome.columns[1].sql_type.as_str()), ("amount", "DECIMAL(18,2)"));
    // A row too many, and one too few.
    let twice = "select 1 as n from \"orders@2\"";
    assert_eq!(shown(&run(&case(twice, values("n", &["1", "1"])))), ["= 1", "= 1", "+ 1"]);
    assert_eq!(shown(&run(&case(twice, values("n", &["1"; 4])))), ["= 1", "= 1", "= 1", "- 1"]);
    // Text is not taken for null.
    assert!(!run(&case("select 'null' as t", values("t", &["null"]))).passed());
}

#[test]
fn the_order_counts_only_when_it_is_asked_for() {
    let mut ordered = case("select id from \"orders@2\" order by id desc", values("id", &["1", "2", "3"]));
    assert!(run(&ordered).passed());
    ordered.ordered = true;
    assert_eq!(shown(&run(&ordered)), ["- 1", "- 2", "= 3", "+ 2", "+ 1"]);
    ordered.expect = values("id", &["3", "2", "1"]);
    assert!(run(&ordered).passed());
}

#[test]
fn columns_that_are_missing_or_too_many() {
    let sql = "select id, amount from \"orders@2\"";
    let outcome = run(&case(sql, values("id, total", &["1, 1", "2, 1", "3, 1"])));
    assert_eq!(
        (outcome.missing_columns.join(" "), outcome.unexpected_columns.join(" ")),
        ("total".into(), "amount".into())
    );
    assert!(!outcome.passed() && outcome.rows.iter().all(|row| row.mark == Mark::Same));
    assert!(!run(&case(sql, values("total", &["1"]))).passed());

    let mut partial = case(sql, values("id", &["1", "2", "3"]));
    assert!(!run(&partial).passed());
    partial.partial = true;
    assert!(run(&partial).passed());
    partial.expect = values("total", &["1"]);
    assert_eq!(run(&partial).missing_columns, ["total"]);
}

#[test]
fn nothing_is_expected() {
    let nothing = values("", &[]);
    assert!(run(&case("select * from \"orders@2\" where id > 9", nothing.clone())).passed());
    let outcome = run(&case("select id from \"orders@2\" where id = 3", nothing));
    assert_eq!((outcome.passed(), shown(&outcome)), (false, vec!["+ 3".to_owned()]));
    // No rows of certain columns.
    assert!(run(&case("select id from \"orders@2\" where id > 9", values("id", &[]))).passed());
}

#[test]
fn what_is_given() {
    let mut given = case("select count(*) as n, count(amount) as a from \"orders@2\"", values("n, a", &["0, 0"]));
    given.tables = vec![orders(&[])];
    assert!(run(&given).passed(), "no rows");
    // Rows without the columns of anything that is known, and of a query, by name and cast.
    given.tables[0].columns.clear();
    given.tables[0].rows = values("id, amount", &["1, 'x'"]);
    given.expect = values("n, a", &["1, 1"]);
    assert!(run(&given).passed(), "unknown columns");
    given.tables = vec![orders(&[])];
    given.tables[0].rows = TestRows::Query("select '7' as AMOUNT, '1' as id -- a file".to_owned());
    given.sql = "select id + 1 as id, amount, ts from \"orders@2\"".to_owned();
    given.expect = TestRows::Query("select 2 as id, 7 as amount, null as ts".to_owned());
    assert!(run(&given).passed(), "{:?}", run(&given));
}

#[test]
fn the_range_of_time_is_put_in() {
    let mut during = case(
        "select $start as a, $end_date as b, '$end' as c",
        values("a, b, c", &["'2024-01-01', '2024-01-02', '$end'"]),
    );
    let at = |text: &str| parse_start(text).unwrap();
    during.during = Some(Interval::new(at("2024-01-01"), at("2024-01-02")));
    assert!(run(&during).passed());
}

#[test]
fn a_value_that_does_not_fit_is_named_and_the_next_test_runs() {
    let engine = engine();
    let refused = |case: &TestCase, title: &str| {
        let error: RunError = engine.run(case).unwrap_err();
        assert_eq!((error.code().id(), error.title().as_str()), ("E0820", title));
        assert!(error.why().is_some() && error.help().is_some());
    };
    let sql = "select id, amount from \"orders@2\"";
    let mut given = case(sql, values("id", &[]));
    given.tables = vec![orders(&["1, 1", "2, 'many'", "'x', 3"])];
    refused(&given, "test \"a test\": 'many' in `given orders@2`, row 2, column `amount`, is not a DECIMAL(18,2)");
    let expected = case(sql, values("amount, id", &["1, 1", "2, 1", "3, 'x'"]));
    refused(&expected, "test \"a test\": 'x' in `expect`, row 3, column `id`, is not a BIGINT");

    let error = engine.run(&case("select nosuch from \"orders@2\"", values("id", &[]))).unwrap_err();
    assert_eq!(error.code().id(), "E0813");
    assert!(error.title().starts_with("`a test`: Referenced column \"nosuch\" not found"), "{error}");
    assert_eq!(error.why().as_deref(), Some("The engine points at: select nosuch from \"orders@2\""));
    let error = engine.run(&case("select error('no') as id", values("id", &["1"]))).unwrap_err();
    assert_eq!(error.title(), "`a test`: no");

    // Nothing is left of all these.
    for _ in 0..200 {
        assert!(engine.run(&case(sql, values("id, amount", &["1, 5", "2, 0.5", "3, null"]))).unwrap().passed());
    }
}
