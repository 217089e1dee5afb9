//! Models, their versions and their properties.

use super::{check, help, model};
use crate::{Access, ChangePolicy, KindForm, SqlDecl, VersionName};

/// A model with these lines.
fn with(lines: &str) -> String {
    format!("model m {{\n{lines}\n}}\n")
}

#[test]
fn labels_are_integers_or_strings() {
    check(
        r#"model m {
    latest 1
    version 1 { }
    version 1.5 { }             //~ 1.5 ~ `1.5` cannot be the label of a version
    version 1_5 { }             //~ 1_5 ~ `1_5` cannot be the label of a version
    version 01 { }              //~ 01 ~ `01` cannot be the label of a version
    version -1 { }              //~ -1 ~ `-1` cannot be the label of a version
    version "1 a" { }           //~ "1 a" ~ `"1 a"` cannot be the label of a version
    version "" { }              //~ "" ~ `""` cannot be the label of a version
    version null { }            //~ null ~ `null` cannot be the label of a version
    version true { }            //~ true ~ `true` cannot be the label of a version
    version alpha { }           //~ alpha ~ `alpha` cannot be the label of a version
    version 2024-01-01 { }      //~ 2024-01-01 ~ `2024-01-01` cannot be the label of a version
    version 99999999999999999999 { } //~ 99999999999999999999 ~ `99999999999999999999` cannot be the label of a version
    version 0 { }
    version "2024-01-01" { }
}
"#,
    );
}

#[test]
fn a_label_that_is_none_is_said_as_it_should_be() {
    for (written, better) in [
        ("1.5", "Write `\"1.5\"`."),
        ("1_5", "Write `\"1_5\"`."),
        ("2024-01-01", "Write `\"2024-01-01\"`."),
        ("alpha", "Write `\"alpha\"`."),
        ("007", "Write `7`."),
        ("00", "Write `0`."),
        ("\"1 a\"", "Write `\"1-a\"`."),
    ] {
        assert_eq!(help(&with(&format!("version {written} {{ }}"))), better, "{written}");
    }
    assert!(help(&with("version null { }")).starts_with("A label is an integer"));
}

#[test]
fn labels_are_told_apart() {
    check(
        r#"model m {
    latest 1
    version 1 { }
    version 1 { }       //~ 1 ~ version 1 is declared twice
    version "1" { }     //~ "1" ~ version "1" and version 1 would be one relation
    version "1.5" { }
    version "1_5" { }   //~ "1_5" ~ version "1_5" and version "1.5" would be one relation
    version "1.05" { }  //~ "1.05" ~ neither of version "1.05" and version "1.5" is the later one
    version "rc" { }
    version "RC" { }    //~ "RC" ~ version "RC" and version "rc" would be one relation
    version "2.9" { }
    version "2.10" { }
}
"#,
    );
}

#[test]
fn the_latest_is_named_or_the_greatest_number() {
    check("model m {\n version 9 { }\n version 10 { }\n}\n");
    check("model m {\n version \"2.9\" { }\n version 2 { }\n version \"2.10\" { }\n}\n");
    check("model m {\n version \"alpha\" { }\n}\n");
    check("model m {\n latest \"2\"\n version 1 { }\n version 2 { }\n}\n");
    for labels in [["9", "10", "\"9a\""], ["\"9a\"", "10", "9"], ["10", "\"9a\"", "9"]] {
        let versions: Vec<String> = labels.iter().map(|label| format!("version {label} {{ }}")).collect();
        let title = "nobody can tell which version is the latest";
        check(&format!("model m {{ //~ m ~ {title}\n{}\n}}\n", versions.join("\n")));
        assert_eq!(help(&with(&versions.join("\n"))), "Add a line `latest \"9a\"`.");
    }
    check("model m {\n latest 3 //~ 3 ~ `latest 3` names no version of this model\n version 1 { }\n}\n");
    check("model m {\n latest 0 //~ 0 ~ `latest 0` names no version of this model\n}\n");
    assert_eq!(help(&with("latest 0")), "Remove the line: the model has no version blocks.");
    assert_eq!(help(&with("latest 3\nversion 1 { }\nversion 2 { }")), "The versions are 1, 2.");
    // The label that is not one may be the one that is meant.
    check("model m {\n latest \"1.5\"\n version 1.5 { } //~ 1.5 ~ `1.5` cannot be the label of a version\n}\n");
    let found = model("model m {\n latest \"a\"\n version \"a\" { }\n version \"b\" { }\n}\n");
    assert_eq!(found.latest, Some(VersionName::Text("a".into())));
}

#[test]
fn properties_are_read() {
    let found = model(
        r#"model m in analytics {
    kind incremental by time (at) { every 15 minutes  lookback 2  batch 30  concurrency 4  partials  forward only  no restatement  on destructive change warn  on additive change allow }
    cron @daily tz "Europe/Berlin"
    start 2024-01-01
    end 2024-01-31
    grain (id, at)
    owner "a@b.test"
    tags (core, pii)
    access public
    group growth
    alias shop.m_now
    audit not_null(id) warn
    audit unique_key(id)
    sql file "m.sql"
    deprecated 2027-06-30 "gone"
}
"#,
    );
    let shared = &found.shared;
    let kind = shared.kind.as_ref().unwrap();
    assert_eq!(kind.form, KindForm::IncrementalByTime("at".into()));
    assert_eq!(kind.options.every, Some((15, "minutes".into())));
    assert_eq!((kind.options.lookback, kind.options.batch, kind.options.concurrency), (2, Some(30), Some(4)));
    assert!(kind.options.partials && kind.options.forward_only && kind.options.no_restatement);
    assert_eq!(kind.options.on_destructive_change, Some(ChangePolicy::Warn));
    assert_eq!(kind.options.on_additive_change, Some(ChangePolicy::Allow));
    assert_eq!((shared.cron.as_deref(), shared.tz.as_deref()), (Some("@daily"), Some("Europe/Berlin")));
    // The 31st is part of it.
    assert_eq!(shared.end.unwrap().to_string(), "2024-02-01 00:00:00");
    assert_eq!(shared.grain.as_deref(), Some(&["id".to_string(), "at".into()][..]));
    assert_eq!((shared.access, shared.group.as_deref()), (Some(Access::Public), Some("growth")));
    assert_eq!(shared.alias.as_deref(), Some("shop.m_now"));
    let audits = shared.audits.as_ref().unwrap();
    assert_eq!([(audits[0].warn, audits[0].line), (audits[1].warn, audits[1].line)], [(true, 0), (false, 1)]);
    assert_eq!(shared.sql, SqlDecl::File("m.sql".into()));
    assert_eq!(found.schema.as_deref(), Some("analytics"));
    assert_eq!(found.deprecated.unwrap().reason.as_deref(), Some("gone"));
}

#[test]
fn a_version_restates() {
    let found = model(
        r#"model m {
    tags (a)
    audit not_null(id)
    /// The first.
    version 1 { tags (b) }
    version 2 { audit none }
    version 3 {
        columns { include all }
        derive from 2 {
            segment = case when a then 'x' end
            other = b
        }
    }
}
"#,
    );
    let [one, two, three] = found.versions.as_slice() else { panic!("{found:?}") };
    assert_eq!(one.docs.as_deref(), Some("The first."));
    assert_eq!(one.own.tags.as_deref(), Some(&["b".to_string()][..]));
    assert_eq!(one.own.audits, None);
    assert_eq!(two.own.audits.as_deref(), Some(&[][..]));
    let derive = three.derive.as_ref().unwrap();
    assert_eq!(derive.from, VersionName::Integer(2));
    let names: Vec<_> = derive.columns.iter().map(|(name, sql)| (name.as_str(), sql.tokens.len())).collect();
    assert_eq!(names, [("segment", 6), ("other", 1)]);
}

#[test]
fn lines_that_stand_in_the_wrong_body() {
    check(
        r#"model m in a {
    schema b                    //~ schema ~ `schema` is stated twice
    url "x"                     //~ url ~ `url` is no property of a model
    columns { id bigint }       //~ columns ~ `columns` is no property of a model's shared body
    derive from 1               //~ derive ~ `derive` is no property of a model's shared body
    deprecated 2027-01-01       //~ deprecated ~ `deprecated` is no property of a model's shared body
    every day                   //~ every ~ `every` is an option of a kind
    owner "a"
    owner "b"                   //~ owner ~ `owner` is stated twice
    version 1 {
        latest 1                //~ latest ~ `latest` is no property of a version block
        contract { id bigint }  //~ contract ~ `contract` is no property of a version block
        version 2 { }           //~ version ~ `version` is no property of a version block
    }
}
"#,
    );
    assert!(help(&with("deprecated 2027-01-01\nversion 1 { }")).starts_with("Deprecate the version"));
    assert!(help(&with("sql for spark { select 1 }")).contains("project's engine"));
}

#[test]
fn a_name_has_one_schema() {
    check(
        r#"model geo.a in core {        //~ core ~ `geo.a` names its schema already: `geo`
    kind full
    sql { select 1 as id }
}

model geo.b in geo {
    kind full
    sql { select 1 as id }
}

seed geo.c {
    path "c.csv"
    schema core                 //~ core ~ `geo.c` names its schema already: `geo`
    columns { id bigint }
}
"#,
    );
    let seed = "seed geo.c {\n path \"c.csv\"\n schema core\n columns { id bigint }\n}\n";
    assert_eq!(help(seed), "Call it `c` with the line `schema core`, or `core.c`, or remove `core` here.");
}

#[test]
fn closed_words() {
    check(
        r#"model m {
    access pubic                //~ pubic ~ `pubic` is not one of the words that may stand here
    contract enforcd {          //~ enforcd ~ `enforcd` is not one of the words that may stand here
        id bigint
    }
    audit not_null(id) wrn      //~ wrn ~ `wrn` is not one of the words that may stand here
    kind incremental by tiem (a) //~ incremental by tiem ~ there is no kind `incremental by tiem`
}
"#,
    );
    assert_eq!(help(&with("access pubic")), "Did you mean `public`?");
    assert_eq!(help(&with("kind incremental by tiem (a)")), "Did you mean `incremental by time`?");
    assert_eq!(
        help(&with("kind incremental by time day")),
        "Columns stand in parentheses: `incremental by time (day)`."
    );
    assert!(help(&with("kind incremental")).starts_with("Say by what: `incremental by time (column)`"));
    assert!(help(&with("kind table")).contains("`kind full`"));
}

#[test]
fn kinds_take_their_columns() {
    for kind in [
        "full",
        "view",
        "ephemeral",
        "append",
        "incremental by time (a)",
        "incremental by key (a, b)",
        "incremental by partition (a)",
        "scd2 by time (a)",
        "scd2 by columns (a, b)",
    ] {
        assert!(model(&with(&format!("kind {kind}"))).shared.kind.is_some(), "{kind}");
    }
    for (kind, takes) in [
        ("full (a)", "It takes no columns, as `kind full`."),
        ("append (a)", "It takes no columns, as `kind append`."),
        ("incremental by time", "It takes exactly one column, as `kind incremental by time (ordered_at)`."),
        ("scd2 by time (a, b)", "It takes exactly one column, as `kind scd2 by time (updated_at)`."),
        ("incremental by key", "It takes at least one column, as `kind incremental by key (id)`."),
        ("scd2 by columns", "It takes at least one column, as `kind scd2 by columns (name, country)`."),
    ] {
        assert_eq!(help(&with(&format!("kind {kind}"))), takes, "{kind}");
    }
    check("model m {\n kind incremental by key (a, A) //~ A ~ column of the kind `A` stands twice\n}\n");
}

#[test]
fn options_fit_their_kind() {
    check(
        r#"model a {
    kind full { every day }                             //~ every day ~ the kind `full` has no option `every`
}

model b {
    kind view { forward only }                          //~ forward only ~ the kind `view` has no option `forward only`
}

model c {
    kind append { lookback 2  no restatement }          //~ lookback 2 ~ the kind `append` has no option `lookback`
}

model d {
    kind scd2 by time (t) { on additive change maybe }  //~ on additive change maybe ~ `maybe` is not one of the words that may stand here
}

model e {
    kind incremental by time (t) { batch 0  lookback x  batch 2  concurrency 0 } //~ batch 0 ~ `batch` does not take this value //~ lookback x ~ `lookback` does not take this value //~ batch 2 ~ `batch` is stated twice //~ concurrency 0 ~ `concurrency` does not take this value
}
"#,
    );
}

#[test]
fn time_zones_are_those_of_the_database() {
    check(
        r#"model a {
    tz "Europe/Berlni"                      //~ "Europe/Berlni" ~ there is no time zone `Europe/Berlni`
}

model b {
    cron @daily tz "Europe/Berlin"
    tz "Europe/Berlin"
}

model c {
    cron @daily tz "Europe/Berlin"
    tz "UTC"                                //~ tz ~ the time zone is stated twice: `Europe/Berlin` and `UTC`
}
"#,
    );
    for (written, meant) in [
        ("Europe/Berlni", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
    ] {
        assert_eq!(help(&with(&format!("tz \"{written}\""))), format!("Did you mean `{meant}`?"));
    }
    assert!(help(&with("tz \"+02:00\"")).starts_with("Use a name of the IANA database"));
}

#[test]
fn timelines_have_time() {
    check(
        r#"model a {
    start 2024-01-01
    end 2024-01-01
    version 1 { end 2023-12-31 }            //~ 2023-12-31 ~ the timeline ends before it begins
    version 2 { start 2024-01-02 }          //~ 2024-01-02 ~ the timeline ends before it begins
    version 3 { }
}

model b {
    start 2024-01-01
    end 2024-01-01T00:00:00Z                //~ 2024-01-01T00:00:00Z ~ the timeline ends before it begins
}

model c {
    start 2024-02-30                        //~ 2024-02-30 ~ there is no date `2024-02-30`
    end "2024-01-01"                        //~ "2024-01-01" ~ a date is written without quotes
    deprecated soon                         //~ soon ~ `soon` is no date
}
"#,
    );
}

#[test]
fn names_stand_once() {
    check(
        r#"model m {
    tags (a, A, a)              //~ a ~ tag `a` stands twice
    grain (id, ID)              //~ ID ~ column of the grain `ID` stands twice
    alias a.b.c                 //~ a.b.c ~ `a.b.c` is no name of a relation
    audit none                  //~ audit ~ `audit none` stands beside other audits
    audit not_null(a)
}
"#,
    );
}

#[test]
fn an_alias_is_one_versions() {
    check(
        r#"model m {
    alias now                   //~ now ~ versions 1 and 2 would all be the relation `now`
    version 1 { }
    version 2 { }
    version 3 { alias then }
}

model n {
    alias now
    version 1 { }
    version 2 { alias then }
}
"#,
    );
}

#[test]
fn versions_derive_from_others() {
    check(
        r#"model m {
    version 1 { derive from 1 }             //~ 1 ~ a version cannot be derived from itself
    version 2 { derive from 7 }             //~ 7 ~ this model has no version 7 to derive from
    version 3 { derive from 1.5 }           //~ 1.5 ~ `1.5` cannot be the label of a version
    version 4 {
        sql { select 1 }
        derive from 1                       //~ derive ~ a version is derived or has SQL of its own, not both
    }
    version 5 {
        derive from 1 {
            a = 1
            A = 2                           //~ A ~ column `A` is declared twice
        }
    }
}
"#,
    );
}
