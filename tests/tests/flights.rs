//! What Esker computes batch by batch is what one plain statement computes over the same files.

use esker_runner::engines::{DuckDb, Engine, Value};
use esker_tests::{binary, example};

const NOW: &str = "2001-07-05T00:00:00Z";

/// Written by hand, from the meaning of the model: not made from its text.
const PLAIN: &str = "
    select departed_at::date as flight_date, origin as airport, count(*) as flights,
           count(*) filter (where delay >= 15) as delayed, sum(delay)::bigint as delay_minutes
    from read_parquet('data/flights.parquet')
    where departed_at >= timestamp '2001-01-01' and departed_at < timestamp '2001-07-05'
    group by all";

#[test]
fn the_fact_table_is_what_one_statement_gives() {
    let project = example::copy("flights");
    let output = binary::run(project.path(), &["apply", "--yes", "--now", NOW]).expect("esker runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let engine = DuckDb::open(&project.path().join("flights.duckdb"), project.path()).expect("the database opens");
    let count = |sql: &str| match &engine.query(sql).expect("the query runs")[0][0] {
        Value::Integer(count) => *count,
        other => panic!("{sql}: {other:?}"),
    };
    let fact = "select flight_date, airport, flights, delayed, delay_minutes from analytics.airport_days";
    assert!(count(&format!("select count(*) from ({PLAIN})")) > 10_000, "the plain statement finds the flights");
    assert_eq!(count(&format!("select count(*) from ({PLAIN} except all {fact})")), 0, "rows that Esker lacks");
    assert_eq!(count(&format!("select count(*) from ({fact} except all {PLAIN})")), 0, "rows that Esker made up");
}

#[test]
fn a_second_apply_has_nothing_to_do() {
    let project = example::copy("flights");
    for expected in ["", "nothing to do"] {
        let output = binary::run(project.path(), &["apply", "--yes", "--now", NOW]).expect("esker runs");
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{text}");
        assert!(text.to_lowercase().contains(expected), "{text}");
    }
}

#[test]
fn a_plan_is_the_same_byte_for_byte() {
    let project = example::copy("flights");
    let plan = || binary::run(project.path(), &["compile", "--now", NOW]).expect("esker runs").stdout;
    let first = plan();
    assert!(first.starts_with(b"{"), "{}", String::from_utf8_lossy(&first));
    assert_eq!(first, plan());
}
