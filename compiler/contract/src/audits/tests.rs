//! Audits in small projects: what must be complained about and where, what must not, and the queries that are made.

use crate::tests::{TestDb, all, node, project};
use esker_resolve::node_decl;

const ORDERS: &str = "\
source raw.orders { columns {
    id bigint not null
    status varchar
    amount decimal(18, 2)
} }
model customers { kind full
    contract enforced { id bigint not null primary key }
    sql { select id from ref(raw.orders) }
    version 1 { }
    version 2 { }
}
audit positive(column column, than any = 0, where condition = true) {
    sql { select * from this where $where and $column <= $than }
}
audit one_of(column column, values any[]) {
    sql { select * from this where not list_contains($values, $column) }
}
audit key(columns columns, least bigint = 1) {
    sql { with grouped as (select $columns, count(*) as n from this group by $columns) select * from grouped where n > $least }
}
audit related(column column, to model, field column) {
    sql { select * from this where $column not in (select $field from $to) }
}
";

/// What is said of a model `m` with these audit lines; numbers are those of the lines.
fn lines(audits: &[&str]) -> Vec<String> {
    let head = format!("{ORDERS}model m {{ kind full\nsql {{ select id, status, amount from ref(raw.orders) }}\n");
    let first = head.matches('\n').count() + 1;
    let text = format!("{head}{}\n}}\n", audits.join("\n"));
    let number = |line: String| {
        let (at, rest) = line.split_once(' ').expect("begins with its line");
        format!("{} {rest}", at.parse::<usize>().expect("a number") + 1 - first)
    };
    all(&text).into_iter().map(number).collect()
}

#[test]
fn good_uses_are_silent() {
    let found = lines(&[
        "audit positive(id)",
        "audit positive(amount, than => 1.5, where => sql { status = 'paid' })",
        "audit positive(amount, -1) warn",
        "audit one_of(status, (\"paid\", \"open\"))",
        "audit one_of(id, values => (1, 2))",
        "audit key(id)",
        "audit key((id, status), least => 2)",
        "audit key(id, amount, least => 2)",
        "audit related(id, to => customers@1, field => id)",
        "audit related(id, raw.orders, id)",
    ]);
    assert_eq!(found, [] as [&str; 0]);
}

#[test]
fn wrong_uses_are_told_at_the_use() {
    let found = lines(&[
        "audit positiv(id)",
        "audit positive(ids)",
        "audit positive(\"id\")",
        "audit positive(id, then => 1)",
        "audit positive(id, 1, true, 4)",
        "audit positive()",
        "audit positive(amount, than => \"a\")",
        "audit positive(id, where => sql { statis = 'x' })",
        "audit positive(id, where => sql { id > $limit })",
        "audit one_of(status, \"paid\")",
        "audit one_of(status, (paid))",
        "audit one_of(status, (1, \"paid\"))",
        "audit key(id, least => 1.5)",
        "audit related(id, customers@9, id)",
        "audit related(id, custmers, id)",
        "audit positive(id)",
        "audit positive(column => id)",
    ]);
    assert_eq!(
        found,
        [
            "1 unknown-audit: there is no audit `positiv`",
            "2 no-such-column: `m` has no column `ids`",
            "3 bad-audit-argument: `column` of `positive` takes a column, which `\"id\"` is not",
            "4 bad-audit-argument: `positive` has no parameter `then`",
            "5 bad-audit-argument: `positive` takes 3 arguments at most",
            "6 bad-audit-argument: `positive` needs `column`",
            "7 type-clash: `<=` does not combine `decimal(18, 2)` and `varchar`",
            "8 unknown-column: unknown column `statis`",
            "9 unknown-variable: unknown variable `$limit`",
            "10 bad-audit-argument: `values` of `one_of` takes a list of values, which `\"paid\"` is not",
            "11 bad-audit-argument: `values` of `one_of` takes a list of values, which `(paid)` is not",
            "12 bad-audit-argument: `values` of `one_of` takes a list of values, which `(1, \"paid\")` is not",
            "13 bad-audit-argument: `least` of `key` takes a `bigint`, which `1.5` is not",
            "14 unknown-version: `customers` has no version 9",
            "15 unknown-ref: nothing is named `custmers`",
            "17 repeated-audit: the audit `positive(column => id)` stands here twice",
        ]
    );
}

#[test]
fn definitions_are_checked_once() {
    let used = "
model m { kind full
    audit broken(id)
    sql { select id from ref(raw.orders) }
}
";
    let definitions = "\
audit broken(column column) { sql { select * from this where $colum > 0 } }
audit late(column column) { sql { select * from this where $column > $start } }
audit blind(column column) { sql { select 1 as one from ref(raw.orders) where false } }
audit lost() { sql { select * from this join ref(raw.ordres) as o on true } }
audit odd() { sql { delete from this } }
audit unread() { sql { select lowr(x) from this } }
audit wrong() { sql { select * from this wher true group } }
audit empty() { sql { } }
audit fine(a column, b columns, m model, w condition, v any[], n bigint = null) {
    sql { with x as (select $b from this where $w) select x.* from x, $m as o where o.$a = 1 and list_contains($v, $a) and $n + 1 > 0 and $now > timestamp '2024-01-01'; }
}
";
    let text = format!("{definitions}{ORDERS}{used}");
    assert_eq!(
        all(&text),
        [
            "1 unknown-variable: `broken` has no parameter `$colum`",
            "2 unknown-variable: `late` has no parameter `$start`",
            "3 this-unread: the audit `blind` never reads `this`",
            "4 unknown-ref: nothing is named `raw.ordres`",
            "5 not-a-query: `delete` is not a query",
            "6 unknown-function: unknown function `lowr`",
            "7 sql-syntax: expected `where`, found `wher`",
            "8 sql-syntax: the SQL is empty",
        ]
    );
}

#[test]
fn queries_read_the_dataset_by_its_version() {
    let text = format!(
        "{ORDERS}model m {{ kind full
    audit related(id, customers@1, id) warn
    contract enforced {{ id bigint references customers@2 }}
    sql {{ select id from ref(raw.orders) }}
    version \"1.5\" {{ }}
}}
"
    );
    let db = TestDb::default();
    let (project, _) = project(&db, &text);
    let node = node(&db, project, "m@1.5");
    let audit = &node_decl(&db, project, node).audits[0];
    let query = crate::audit_query(&db, project, node, audit).expect("is right");
    assert_eq!((query.title.as_str(), query.warn), ("related(id, customers@1, id)", true));
    assert_eq!(
        esker_grammar::sql::render(&query.sql, &[]),
        "with this as (select * from ref (\"m\", v => '1.5')) select * from this where \"id\" not in \
         (select \"id\" from ref (\"customers\", v => 1))"
    );
    let keys = crate::foreign_key_queries(&db, project, node);
    assert_eq!(keys[0].title, "id references customers@2(id)");
}

/// The standard library and its tests, as a project.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads the library from its folder")]
fn the_standard_library_is_right() {
    let std = concat!(env!("CARGO_MANIFEST_DIR"), "/../../std");
    let mut files = std::collections::BTreeMap::new();
    for (folder, prefix) in [(std.to_string(), "std:"), (format!("{std}/tests"), "tests/")] {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.extension().is_some_and(|extension| extension == "esk") {
                let name = path.file_name().expect("has one").to_string_lossy().into_owned();
                files.insert(format!("{prefix}{name}"), std::fs::read_to_string(&path).expect("is text"));
            }
        }
    }
    assert!(files.len() > 10, "{:?}", files.keys());
    let db = TestDb::default();
    let project = crate::tests::project_of(&db, &files);
    let mut wrong = Vec::new();
    let mut cases = 0;
    for file in esker_source::Project::files(project, &db).values() {
        for item in &esker_declare::item_tree(&db, *file).items {
            let found = crate::item_diagnostics(&db, project, *item);
            cases += crate::test_cases(&db, project, *item).len();
            wrong.extend(found.iter().map(|found| {
                let text = &files[&*found.primary.at.file];
                let line = text[..found.primary.at.span.start as usize].matches('\n').count() + 1;
                format!("{}:{line} {}: {}", found.primary.at.file, found.code.name(), found.title)
            }));
        }
    }
    assert_eq!(wrong, [] as [&str; 0]);
    assert!(cases > 60, "{cases}");
}
