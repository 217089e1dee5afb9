//! The example `weather`: months computed in batches, and records computed as a whole, are what plain statements give.

use esker_runner::engines::{DuckDb, Engine, Value};
use esker_tests::{binary, example};

/// Written by hand, from the meaning of the models: not made from their text.
const MONTHS: &str = "
    select location as city, make_date(year(date), month(date), 1) as month, count(*) as days,
           sum(if(precipitation > 0, 1, 0))::bigint as wet_days, max(temp_max) as warmest, min(temp_min) as coldest
    from read_csv('data/weather.csv')
    group by all";

#[test]
fn months_and_records_are_what_plain_statements_give() {
    let project = example::copy("weather");
    let output = binary::run(project.path(), &["apply", "--yes", "--now", "2016-02-01"]).expect("esker runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let engine = DuckDb::open(&project.path().join("weather.duckdb"), project.path()).expect("the database opens");
    let count = |sql: &str| match &engine.query(sql).expect("the query runs")[0][0] {
        Value::Integer(count) => *count,
        other => panic!("{sql}: {other:?}"),
    };
    let months = "select city, month, days, wet_days, warmest, coldest from main.city_months";
    // Two cities, four years of twelve months.
    assert_eq!(count(&format!("select count(*) from ({MONTHS})")), 96);
    assert_eq!(count(&format!("select count(*) from ({MONTHS} except all {months})")), 0, "months that Esker lacks");
    assert_eq!(count(&format!("select count(*) from ({months} except all {MONTHS})")), 0, "months that Esker made up");

    // A record stands on a day that has it.
    let records = "select count(*) from main.city_records as r join read_csv('data/weather.csv') as w
                   on w.location = r.city and w.date = r.hottest_day and w.temp_max = r.hottest";
    assert_eq!(count(records), 2);
    assert_eq!(count("select count(*) from main.wet_months"), 96);
}
