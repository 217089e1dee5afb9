//! Tests in small projects: what must be complained about and where, and the cases that are made.

use super::{CaseRows, test_cases};
use crate::tests::{TestDb, all, project};
use esker_declare::{DataType, item_tree};

const SHOP: &str = "\
source raw.orders { start 2024-01-01
    columns {
        id bigint not null
        amount decimal(6, 2)
        placed timestamp
} }
source raw.open { }
model orders { kind incremental by time (placed) { every day }
    contract enforced {
        id bigint not null
        placed timestamp
    }
    sql { select id, placed from ref(raw.orders) where placed >= $start and placed < $end }
}
model totals { kind full
    contract enforced {
        id bigint
        total decimal(38, 2)
    }
    sql { select o.id, sum(amount) as total from ref(raw.orders) as o join ref(orders) using (id) group by all }
    latest 1
    version 1 { }
    version 2 {
        columns { exclude (total) }
        sql { select id from ref(orders) where placed < $now }
    }
}
model loose { kind full
    sql { select x from ref(raw.open) }
}
audit above(column column, than any, to model) { sql { select * from this where $column <= $than and $column in (select id from $to) } }
";

/// What is said of a test with this head and these lines; numbers are those of the lines, 0 of the head.
fn test(head: &str, lines: &[&str]) -> Vec<String> {
    let text = format!("{SHOP}test \"t\" for {head} {{\n{}\n}}\n", lines.join("\n"));
    let first = SHOP.matches('\n').count() + 1;
    let number = |line: String| {
        let (at, rest) = line.split_once(' ').expect("begins with its line");
        format!("{} {rest}", at.parse::<usize>().expect("a number") - first)
    };
    all(&text).into_iter().map(number).collect()
}

#[test]
fn good_tests_are_silent() {
    let none = [] as [&str; 0];
    let rows = "given raw.orders { (id, amount) (1, 9.5) (2, null) }";
    assert_eq!(test("orders", &["given raw.orders { }", "during 2024-01-01", "expect { }"]), none);
    assert_eq!(test("totals@1", &[rows, "given orders { (id) (1) }", "expect ordered { (id, total) (1, 9.5) }"]), none);
    assert_eq!(test("totals@1", &[rows, "given orders { }", "expect partial { (total) (1) }"]), none);
    let both = [rows, "given orders { (id, placed) (1, 2024-01-31) }", "now 2024-02-01", "expect partial { (ID) (1) }"];
    assert_eq!(test("totals", &both), none);
    assert_eq!(test("loose", &["given raw.open { (x, y) (1, \"a\") }", "expect { (x) (1) }"]), none);
    let audit = ["given this { (n) (1) (3) }", "given known { (id) (1) }", "expect { (n) (1) }"];
    assert_eq!(test("audit above(n, 2, known)", &audit), none);
    assert_eq!(
        test("loose", &["given raw.open sql { select * from (values (1)) as t (x) }", "expect csv \"x.csv\""]),
        none
    );
}

#[test]
fn wrong_tests_are_told() {
    let given = "given raw.orders { (id, amount) (1, 9.5) }";
    for (head, lines, expected) in [
        ("totels", vec!["expect { }"], vec!["0 unknown-ref: nothing is named `totels`"]),
        ("totals@9", vec!["expect { }"], vec!["0 unknown-version: `totals` has no version 9"]),
        ("raw.orders", vec!["expect { }"], vec!["0 untestable: `raw.orders` is not made by SQL of this project"]),
        ("totals@1", vec![given, "expect { }"], vec!["0 missing-given: the test gives no rows for `orders`"]),
        (
            "totals@1",
            vec![given, "given orders { }", "given raw.open { (x) }", "expect { }"],
            vec!["3 unread-given: what is tested does not read `raw.open`"],
        ),
        (
            "totals@1",
            vec![given, "given orders { }", "given totals { }", "given totals@1 { }", "expect { }"],
            vec![
                "3 unread-given: what is tested does not read `totals@1`",
                "4 repeated-property: `totals@1` is given twice",
            ],
        ),
        (
            "totals, totels",
            vec![given, "given orders { }", "given raw.open { (x) }", "now 2024-01-01", "expect { }"],
            vec!["0 unknown-ref: nothing is named `totels`"],
        ),
        (
            "totals@1",
            vec!["given raw.orders { (ids) (1) }", "given orders { }", "expect { (id, totals) (1, 1) }"],
            vec![
                "1 no-such-column: `raw.orders` has no column `ids`",
                "3 no-such-column: `totals@1` has no column `totals`",
            ],
        ),
        (
            "totals@1",
            vec![given, "given orders { }", "expect { (id) (1) }"],
            vec!["3 incomplete-expect: the rows of `totals@1` have `total` too"],
        ),
        (
            "totals@1",
            vec!["given raw.orders { (id, amount) (\"1\", 1) (2, 1.555) }", "given orders { }", "expect { }"],
            vec![
                "1 wrong-value: `\"1\"` is a text, and `id` is `bigint`",
                "1 wrong-value: `1.555` is a number, and `amount` is `decimal(6, 2)`",
            ],
        ),
        (
            "orders",
            vec!["given raw.orders { }", "expect { }"],
            vec!["0 unset-variable: `orders` uses `$start` and `$end`, and the test does not say what they are"],
        ),
        (
            "totals@1",
            vec![given, "given orders { }", "during 2024-01-01", "now 2024-01-01", "expect { }"],
            vec![
                "3 unused-setting: `during` changes nothing: what is tested does not use `$start` and `$end`",
                "4 unused-setting: `now` changes nothing: what is tested does not use `$now`",
            ],
        ),
        (
            "loose",
            vec!["given raw.open { (x) (1) (\"a\") }", "$limit = 1", "expect { }"],
            vec![
                "1 wrong-value: `\"a\"` is not what the column `x` holds",
                "2 unknown-variable: the project has no variable `limit`",
            ],
        ),
        (
            "loose",
            vec!["given raw.open { }", "expect { }"],
            vec!["1 missing-given: which columns `raw.open` has is not known"],
        ),
        (
            "loose",
            vec!["given raw.open sql { select id from ref(orders) }", "expect { }"],
            vec!["1 unknown-table: the rows of a test are read from nowhere"],
        ),
        (
            "loose",
            vec!["given raw.open { (x) (1) }", "expect sql { select 1 as y }"],
            vec!["2 no-such-column: `loose` has no column `y`"],
        ),
        (
            "audit above(m, 2, known)",
            vec!["given this { (n) (1) }", "given knwon { (id) (1) }", "expect { }"],
            vec!["0 no-such-column: `this` has no column `m`", "0 unknown-ref: nothing is named `known`"],
        ),
        (
            "audit above(n, 2, orders)",
            vec!["given this { (n) (1) }", "given other { (id) (1) }", "expect { (k) (1) }"],
            vec![
                "0 missing-given: the test gives no rows for `orders`",
                "2 unread-given: `above` does not read `other`",
                "3 no-such-column: `above` has no column `k`",
            ],
        ),
    ] {
        assert_eq!(test(head, &lines), expected, "{head} {lines:?}");
    }
}

#[test]
fn there_is_a_case_for_each_version() {
    let text = format!(
        "{SHOP}test \"t\" for totals {{
    given raw.orders {{ (id, amount) (1, 9.5) }}
    given orders {{ (id) (1) }}
    now 2024-01-01
    expect partial {{ (id) (1) }}
}}
"
    );
    let db = TestDb::default();
    let (project, file) = project(&db, &text);
    let items = &item_tree(&db, file).items;
    let cases = test_cases(&db, project, *items.last().expect("the test"));
    let [first, second] = &cases[..] else { panic!("{cases:#?}") };
    assert_eq!((first.label.as_str(), second.label.as_str()), ("totals@1", "totals@2"));
    let names = |case: &super::UnitCase<'_>| case.tables.iter().map(|table| table.name.clone()).collect::<Vec<_>>();
    assert_eq!((names(first), names(second)), (vec!["raw.orders".into(), "orders".into()], vec!["orders".to_string()]));
    assert_eq!(first.reads.iter().map(|(_, table)| *table).collect::<Vec<_>>(), [0, 1]);
    let columns = [("id", DataType::BigInt), ("amount", DataType::Decimal { precision: 6, scale: 2 })];
    assert_eq!(first.tables[0].columns[..2], columns.map(|(name, ty)| (name.to_string(), ty)));
    assert_eq!(
        first.tables[0].rows,
        CaseRows::Values { columns: vec!["id".into(), "amount".into()], rows: vec![vec!["1".into(), "9.5".into()]] }
    );
}

#[test]
fn a_version_that_is_named_twice_is_run_once() {
    let text = format!(
        "{SHOP}test \"t\" for totals@2, totals {{
    given raw.orders {{ }}
    given orders {{ }}
    now 2024-01-01
    expect partial {{ (id) }}
}}
"
    );
    let db = TestDb::default();
    let (project, file) = project(&db, &text);
    let items = &item_tree(&db, file).items;
    let labels: Vec<String> =
        test_cases(&db, project, *items.last().expect("the test")).into_iter().map(|case| case.label).collect();
    assert_eq!(labels, ["totals@2", "totals@1"]);
}
