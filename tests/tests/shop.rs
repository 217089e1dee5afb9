//! The examples `shop` and `reports`: two projects, one of which reads what the other publishes, give what plain statements
//! give over the same files.

use esker_runner::engines::{DuckDb, Engine, Value};
use esker_tests::{binary, example};
use std::path::Path;

const NOW: &str = "2024-06-01";

/// Written by hand, from the meaning of the models, as all statements of this file: not made from their text.
const SALES: &str = "
    select ordered_at::date as day, category, count(distinct id) as orders, sum(quantity)::bigint as items,
           sum(quantity * unit_price::decimal(18, 2))::decimal(18, 2) as revenue
    from read_csv('data/orders.csv') as o, read_csv('data/order_lines.csv') as l, read_csv('data/products.csv') as p
    where l.order_id = o.id and p.sku = l.sku and o.status in ('paid', 'sent')
    group by all";

const ORDERS: &str = "
    select o.id as order_id, o.customer_id, o.status, o.ordered_at,
           sum(quantity * unit_price::decimal(18, 2))::decimal(18, 2) as gross,
           (sum(quantity * unit_price::decimal(18, 2)) * 100 / (100 + any_value(vat)))::decimal(18, 2) as net
    from read_csv('data/orders.csv') as o, read_csv('data/order_lines.csv') as l,
         (select id, map {'FR': 20, 'IT': 22, 'NL': 21, 'AT': 20} as vats, coalesce(vats[country], 19) as vat
          from read_csv('data/customers.csv')) as c
    where l.order_id = o.id and c.id = o.customer_id
    group by all";

/// A customer's orders, those of the given statuses, and the first of all orders.
fn customers(statuses: &str) -> String {
    format!(
        "select c.id as customer_id, c.email, c.country, c.city, count(o.order_id) filter ({statuses}) as orders,
                coalesce(sum(o.gross) filter ({statuses}), 0)::decimal(18, 2) as spent, min(o.ordered_at)::date as first_order_on
         from read_csv('data/customers.csv') as c left join ({ORDERS}) as o on o.customer_id = c.id
         group by all"
    )
}

/// Runs `esker` in a folder; what it prints, when it succeeds.
fn esker(folder: &Path, arguments: &[&str]) -> String {
    let output = binary::run(folder, arguments).expect("esker runs");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "esker {}: {text}", arguments.join(" "));
    text
}

fn count(engine: &DuckDb, sql: &str) -> i64 {
    match engine.query(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"))[0][0] {
        Value::Integer(count) => count,
        ref other => panic!("{sql}: {other:?}"),
    }
}

/// The two queries return the same rows, and so many.
fn same(engine: &DuckDb, left: &str, right: &str, rows: i64) {
    assert_eq!(count(engine, &format!("select count(*) from ({left})")), rows, "{left}");
    assert_eq!(
        count(engine, &format!("select count(*) from ({left} except all {right})")),
        0,
        "{left}\nhas more than\n{right}"
    );
    assert_eq!(
        count(engine, &format!("select count(*) from ({right} except all {left})")),
        0,
        "{right}\nhas more than\n{left}"
    );
}

#[test]
fn both_are_free_of_problems_and_their_tests_pass() {
    let folder = example::copy_all(&["shop", "reports"]);
    for project in ["shop", "reports"] {
        let project = folder.path().join(project);
        let checked = esker(&project, &["check", "--now", NOW]);
        assert!(checked.contains("no problems"), "{checked}");
        esker(&project, &["fmt", "--check"]);
        let tested = esker(&project, &["test"]);
        assert!(tested.contains("passed") && !tested.contains("failed"), "{tested}");
    }
    esker(&folder.path().join("shop"), &["publish", "--interface", "--check"]);
}

#[test]
fn the_rows_of_both_are_what_plain_statements_give() {
    let folder = example::copy_all(&["shop", "reports"]);
    let (shop, reports) = (folder.path().join("shop"), folder.path().join("reports"));
    std::fs::remove_file(shop.join("shop.interface.esk")).expect("the interface is committed");
    esker(&shop, &["publish", "--interface"]);
    for project in [&shop, &reports] {
        esker(project, &["apply", "--yes", "--now", NOW]);
        let again = esker(project, &["apply", "--yes", "--now", NOW]);
        assert!(again.contains("nothing to do"), "{again}");
    }

    let engine = DuckDb::open(&shop.join("shop.duckdb"), &shop).expect("the database opens");
    same(&engine, "select * from analytics.daily_sales", SALES, 262);
    let orders = "select order_id, customer_id, status::varchar, ordered_at, gross, net from analytics.orders";
    same(&engine, orders, ORDERS, 309);
    let before = "select * from analytics.dim_customers_before";
    same(&engine, before, &customers("where true"), 60);
    let good = customers("where o.status in ('paid', 'sent')");
    let good = format!("select * exclude (email) from ({good})");
    same(&engine, "select * from analytics.dim_customers_v2", &good, 60);
    same(&engine, "select * from analytics.dim_customers", &good, 60);
    let segments = format!(
        "select * rename (spent as lifetime_value), if(spent >= 150, 'gold', if(spent > 0, 'base', 'new')) as segment from ({good})"
    );
    same(&engine, "select * from analytics.dim_customers_v3", &segments, 60);
    drop(engine);

    // Reports say of the shop's rows what plain statements over the shop's own files say.
    let read = |model: &str| {
        let file = reports.join(format!("{model}.csv"));
        let rows = binary::run(&reports, &["show", model, "--format", "csv", "-n", "1000"]).expect("esker runs").stdout;
        std::fs::write(&file, rows).expect("written");
        format!("select * from read_csv('{}')", file.display())
    };
    let (months, countries, by_segment) = (read("monthly_sales"), read("countries"), read("segments"));
    let engine = DuckDb::open(&folder.path().join("judge.duckdb"), &shop).expect("the database opens");
    let targets = reports.join("data/targets.csv");
    let plain = format!(
        "select t.month, t.category, t.target, sum(s.revenue)::double as revenue, sum(s.revenue) >= t.target as reached
         from read_csv('{}') as t, ({SALES}) as s
         where date_trunc('month', s.day) = t.month and s.category = t.category group by t.month, t.category, t.target",
        targets.display()
    );
    same(&engine, &months, &plain, 12);
    let plain = format!(
        "select coalesce(country, 'unknown') as country, count(*) as customers, sum(spent)::double as spent from ({good}) group by all"
    );
    same(&engine, &countries, &plain, 6);
    let plain = format!(
        "select segment, count(*) as customers, sum(lifetime_value)::double as lifetime_value from ({segments}) group by all"
    );
    same(&engine, &by_segment, &plain, 2);
}

#[test]
fn what_the_shop_takes_away_is_told_to_who_reads_it() {
    let folder = example::copy_all(&["shop", "reports"]);
    let (shop, reports) = (folder.path().join("shop"), folder.path().join("reports"));
    let file = shop.join("models/dim_customers.esk");
    let text = std::fs::read_to_string(&file).expect("the model is there");
    let narrower = text.replace(
        "include all exclude (email)\n            rename",
        "include all exclude (email, city)\n            rename",
    );
    let private = narrower.replace("    version 2 {\n", "    version 2 {\n        access protected\n");
    assert!(narrower != text && private != narrower, "the example has changed: change this test");
    std::fs::write(&file, private).expect("written");

    // Published is what is published: until then there is just a warning.
    let checked = esker(&reports, &["check", "--now", NOW, "--format", "short"]);
    assert!(checked.contains("warning[W0255]"), "{checked}");
    esker(&shop, &["publish", "--interface"]);
    let checked = binary::run(&reports, &["check", "--now", NOW, "--format", "short"]).expect("esker runs");
    assert!(!checked.status.success());
    let told = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("no version 2"), "{told}");
}
