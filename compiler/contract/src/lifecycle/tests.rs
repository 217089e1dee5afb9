//! Notices in small projects, at a moment that the test sets.

use super::lifecycle_notices;
use crate::tests::{TestDb, project, said};
use chrono::{NaiveDate, NaiveDateTime};
use esker_diagnostics::Diagnostic;

fn day(year: i32, month: u32, day: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day").and_time(chrono::NaiveTime::MIN)
}

const MODEL: &str = "\
source raw.people { columns {
    id bigint
    name varchar
    born date deprecated 2025-06-30 \"ask the register\"
} }
model people { kind full
    contract enforced {
        id bigint
        name varchar
        age integer
    }
    sql { select id, name, 1::integer as age from ref(raw.people) }
    latest 2
    version 1 {
        deprecated 2025-01-31 \"use v2\"
    }
    version 2 { }
    version 3 {
        columns {
            exclude (name)
            age bigint
            city varchar
        }
        sql { select id, 1::bigint as age, 'x' as city from ref(raw.people) }
    }
}
";

fn found(text: &str, now: NaiveDateTime) -> Vec<Diagnostic> {
    let db = TestDb::default();
    let (project, _) = project(&db, text);
    lifecycle_notices(&db, project, now)
}

/// What is told of what stands behind the model; numbers are those of its lines.
fn told(text: &str, now: NaiveDateTime) -> Vec<String> {
    let first = MODEL.matches('\n').count();
    let text = format!("{MODEL}{text}");
    let number = |line: String| {
        let (at, rest) = line.split_once(' ').expect("begins with its line");
        let at = at.parse::<usize>().expect("a number");
        (at > first).then(|| format!("{} {rest}", at - first))
    };
    said(&text, found(&text, now)).into_iter().filter_map(number).collect()
}

#[test]
fn an_unpinned_ref_says_what_it_means_and_what_will_change() {
    let text = format!("{MODEL}model d {{ kind view\n sql {{ select p.name, p.age from ref(people) as p }} }}\n");
    let found = found(&text, day(2024, 1, 1));
    let notice = found.iter().find(|found| found.code.name() == "unpinned-ref").expect("is told");
    assert_eq!(notice.title, "`ref(people)` means version 2");
    assert_eq!(
        notice.why.as_deref(),
        Some(
            "It is the latest of the versions 1, 2, 3, as `latest 2` says. Version 3 is a prerelease, which this will \
             mean when it becomes the latest: it has no `name`, which this reads; `age` is `bigint` instead of \
             `integer`; `city` is new."
        )
    );
    assert_eq!(
        notice.help.as_deref(),
        Some("Write `ref(people, v => 2)` to stay on it, or `ref(people, v => 3)` to try the next one.")
    );
}

#[test]
fn what_is_not_read_is_said_to_be_so() {
    let why = |select: &str| {
        let text = format!("{MODEL}model d {{ kind view\n sql {{ {select} }} }}\n");
        let found = found(&text, day(2024, 1, 1));
        let notice = found.into_iter().find(|found| found.code.name() == "unpinned-ref").expect("is told");
        notice.why.unwrap_or_default()
    };
    assert!(
        why("select id from ref(people)")
            .ends_with("latest: it has no `name`, which this does not read; `city` is new.")
    );
    assert!(why("select count(*) as n from ref(people)").contains("no `name`, which this does not read"));
    assert!(why("select * from ref(people)").contains("no `name`, which this reads"));
    assert!(why("select * exclude (name) from ref(people)").contains("no `name`, which this does not read"));
    let both = "select name from ref(people) union all select 'x' from ref(people, v => 1)";
    assert!(why(both).contains("no `name`, which this reads"), "a bare name belongs to its own SELECT");
    let other = "select id from ref(people) where id in (select age from (select name, age from ref(people, v => 1)))";
    assert!(why(other).contains("no `name`, which this does not read"), "a bare name of another SELECT");
    let outer =
        "select id from ref(people) where exists (select 1 from ref(raw.people) as r where city = 'x' or name = '')";
    assert!(why(outer).contains("`city` is new"), "{}", why(outer));
    assert!(why("select x.name from (select * exclude (name), 'a' as name from ref(people)) as x").contains("`name`"));
}

#[test]
fn a_column_under_another_name_is_no_other_one() {
    let why = |select: &str| {
        let text = "\
model m { kind full
    contract enforced {
        id bigint
        spent integer
    }
    sql { select 1::bigint as id, 2::integer as spent }
    latest 1
    version 1 { }
    version 2 {
        columns {
            rename spent as lifetime
            lifetime bigint
        }
        sql { select 1::bigint as id, 2::bigint as lifetime }
    }
}
";
        let found = found(&format!("{text}model d {{ kind view\n sql {{ {select} }} }}\n"), day(2024, 1, 1));
        let notice = found.into_iter().find(|found| found.code.name() == "unpinned-ref").expect("is told");
        notice.why.unwrap_or_default()
    };
    let all = why("select spent from ref(m)");
    let told = "`spent`, which this reads, is called `lifetime`; `spent` is `bigint` instead of `integer`.";
    assert!(all.ends_with(told), "{all}");
    let other = why("select id from ref(m)");
    assert!(other.ends_with("latest: `spent`, which this does not read, is called `lifetime`."), "{other}");
}

#[test]
fn deprecation_warns_before_its_date_and_is_an_error_from_then_on() {
    let text = "model d { kind view\n sql { select id, name from ref(people, v => 1) } }\n";
    assert_eq!(told(text, day(2025, 1, 30)), ["2 deprecated-soon: `people@1` is deprecated from 2025-01-31 on"]);
    assert_eq!(told(text, day(2025, 1, 31)), ["2 deprecated: `people@1` is deprecated since 2025-01-31"]);
    let found = found(&format!("{MODEL}{text}"), day(2025, 1, 31));
    let told = found.iter().find(|found| found.code.name() == "deprecated").expect("is told");
    assert_eq!(told.why.as_deref(), Some("Use v2."));
    assert_eq!(told.help.as_deref(), Some("Move to version 2, `ref(people, v => 2)`: its columns are the same."));
}

#[test]
fn a_deprecated_latest_has_no_successor() {
    let text = "\
model m { kind full
    sql { select id from ref(raw.people) }
    version 1 { }
    version 2 { deprecated 2024-01-01 }
}
model d { kind view
    sql { select id from ref(m) }
}
";
    let whole = format!("{MODEL}{text}");
    assert_eq!(told(text, day(2024, 6, 1)), ["7 deprecated: `m@2` is deprecated since 2024-01-01"]);
    let found = found(&whole, day(2024, 6, 1));
    let told = found.iter().find(|found| found.title.contains("m@2")).expect("is told");
    assert_eq!(told.help.as_deref(), Some("It has no successor."));
}

#[test]
fn each_reference_is_told_once_and_deprecated_readers_are_not_told() {
    let text = "\
model d { kind view
    sql { select id from ref(people, v => 1) }
    version 1 { deprecated 2025-02-01 }
    version 2 { }
    version 3 { deprecated 2024-01-01
        sql { select id from ref(people, v => 1) union all select id from ref(people) } }
}
consumer report { reads people@1 (id)
    reads people (id) }
";
    assert_eq!(
        told(text, day(2025, 1, 1)),
        [
            "2 deprecated-soon: `people@1` is deprecated from 2025-01-31 on",
            "5 removable: `d@3` is the latest version, deprecated since 2024-01-01, and nothing reads it",
            "8 deprecated-soon: `people@1` is deprecated from 2025-01-31 on",
            "9 unpinned-ref: `people` means version 2",
        ]
    );
}

#[test]
fn a_deprecated_column_is_told_where_it_is_read() {
    let text = "\
model d { kind view
    sql {
        select id,
            p.born as birthday,
            p.born as again
        from ref(raw.people) as p
    }
}
model e { kind view
    sql { select id from ref(raw.people) }
}
";
    assert_eq!(
        told(text, day(2025, 1, 1)),
        ["4 deprecated-soon: column `born` of `raw.people` is deprecated from 2025-06-30 on"]
    );
    assert_eq!(
        told(text, day(2026, 1, 1)),
        ["4 deprecated: column `born` of `raw.people` is deprecated since 2025-06-30"]
    );
}

#[test]
fn a_single_version_needs_no_pin() {
    let text = "\
model m { kind full
    sql { select id from ref(raw.people) }
    version 1 { }
}
model d { kind view
    sql { select id from ref(m) }
}
";
    assert_eq!(told(text, day(2024, 1, 1)), [] as [&str; 0]);
}

const DRIFT: &str = "\
model m { kind full
    contract enforced {
        id bigint not null
        name varchar not null
        age integer
    }
    sql { select 1::bigint as id, 'a' as name, 2::integer as age }
    latest 1
    version 1 { }
    version 2 {
        columns {
            age bigint
            name varchar
        }
        sql { select 1::bigint as id, 'a' as name, 2::bigint as age }
    }
    version 3 { deprecated 2025-01-01 }
}
";

/// What is told of a reference to `m`.
fn of_drift(select: &str, now: NaiveDateTime) -> (String, String) {
    let found = found(&format!("{DRIFT}model d {{ kind view\n sql {{ {select} }} }}\n"), now);
    let notice = found.into_iter().find(|found| found.code.name() == "unpinned-ref").expect("is told");
    (notice.why.unwrap_or_default(), notice.help.unwrap_or_default())
}

#[test]
fn what_is_read_is_told_apart_from_the_rest() {
    let now = day(2026, 1, 1);
    for (select, told) in [
        ("select id from ref(m)", "latest: what this reads of it is the same."),
        ("select name from ref(m)", "latest: `name` may be null."),
        ("select age from ref(m)", "latest: `age` is `bigint` instead of `integer`."),
        ("select * from ref(m)", "latest: `age` is `bigint` instead of `integer`; `name` may be null."),
    ] {
        let (why, _) = of_drift(select, now);
        assert!(why.ends_with(told), "{select}: {why}");
    }
}

#[test]
fn a_prerelease_behind_its_date_is_not_offered() {
    let text = DRIFT.replace("latest 1", "latest 2");
    let help = |now| {
        let found = found(&format!("{text}model d {{ kind view\n sql {{ select id from ref(m) }} }}\n"), now);
        found.into_iter().find(|found| found.code.name() == "unpinned-ref").and_then(|found| found.help)
    };
    let both = "Write `ref(m, v => 2)` to stay on it, or `ref(m, v => 3)` to try the next one.";
    assert_eq!(help(day(2024, 12, 31)).as_deref(), Some(both));
    assert_eq!(help(day(2025, 1, 1)).as_deref(), Some("Write `ref(m, v => 2)` to stay on it when a newer one comes."));
}

#[test]
fn the_latest_cannot_just_be_removed() {
    let past = "deprecated 2024-01-01";
    let help = |latest: &str, blocks: [&str; 3]| {
        let [one, two, three] = blocks;
        let text = format!(
            "model m {{ kind full\n sql {{ select 1 as id }}\n {latest}\n version 1 {{ {one} }}\n \
             version 2 {{ {two} }}\n version 3 {{ {three} }}\n}}\n"
        );
        let found = found(&text, day(2025, 1, 1));
        let told = found.into_iter().find(|found| found.title.contains("the latest version")).expect("is told");
        told.help.unwrap_or_default()
    };
    assert_eq!(help("latest 2", ["", past, ""]), "Make version 3 the latest: write `latest 3` in the model.");
    assert_eq!(
        help("", ["", "", past]),
        "It has no successor: add a version, or write `latest 2` in the model to go back to version 2."
    );
    assert_eq!(
        help("", [past, past, past]),
        "It has no successor: add a version, or remove the model once nobody outside this project reads `m`."
    );
}
