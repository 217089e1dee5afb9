//! Selections over a small project: what each means, and what is said of those that are wrong.

use super::*;
use crate::Node;
use esker_declare::Selection;
use esker_diagnostics::Location;
use esker_source::{Settings, SourceFile};
use std::sync::Arc;

#[salsa::db]
#[derive(Default, Clone)]
struct TestDb {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for TestDb {}

#[salsa::db]
impl Db for TestDb {}

/// `m` has the versions 1 to 3 and 2 is the latest; `d` and `d1` have none.
const MODELS: &str = r#"
source raw.orders {
    columns { id bigint }
    owner "Ann Lee"
}
source raw.items { columns { id bigint } }
source web.visits { columns { id bigint } }
model stg_orders {
    kind view
    tags (staging)
    sql { select id from ref(raw.orders) }
}
model m {
    kind full
    owner "Ann Lee"
    tags (core)
    group sales
    access public
    sql { select id from ref(stg_orders) }
    latest 2
    version 1 {
        kind view
        access protected
        tags (legacy)
    }
    version 2 { }
    version 3 { }
}
"#;

const MARTS: &str = r#"
model d {
    kind incremental by time (at) { every day }
    start 2024-01-01
    sql { select id, $start as at from ref(m) }
}
model d1 {
    kind full
    sql { select d.id from ref(d) as d join ref(raw.items) as i on i.id = d.id }
}
model far {
    kind full
    access private
    group empty
    sql { select id from ref(shop.sales) }
}
group sales { owner "a@b.test" }
group empty { owner "a@b.test" }
group none { owner "a@b.test" }
consumer report {
    kind dashboard
    reads m@1 (id)
    reads d1
}
selector staging = tag:staging
selector wide = selector:staging+ except version:old
selector a = selector:b
selector b = d or selector:a
selector own = selector:own
selector bad = tag:core or nope
selector since = state:modified
"#;

/// What another project publishes.
const SHOP: &str = r#"
model shop.sales {
    access public
    tags (core)
    contract enforced { id bigint }
}
"#;

fn project(db: &TestDb) -> Project {
    let files = [("models/core/m.esk", MODELS), ("models/marts.esk", MARTS), ("shop.esk", SHOP)].map(|(path, text)| {
        let path: Arc<str> = path.into();
        (path.clone(), SourceFile::new(db, path, Some(text.into())))
    });
    let dependencies = BTreeMap::from([("shop".to_string(), "shop.esk".to_string())]);
    let settings = Settings { dependencies, ..Settings::default() };
    Project::new(db, Arc::new(BTreeMap::from(files)), Arc::new(settings))
}

fn parsed(text: &str) -> Selection {
    let (ast, errors) = esker_grammar::parse_selection(text);
    assert!(errors.is_empty(), "{text}: {errors:?}");
    Selection::new(&ast.expect("a selection")).0
}

fn titles(errors: &[SelectionError]) -> String {
    let at = || Location { file: "a".into(), span: esker_source::Span::new(0, 0) };
    let text = |error: &SelectionError| {
        let found = error.diagnostic(at());
        format!("{} {}: {}", found.code.id(), found.title, found.help.unwrap_or_default())
    };
    errors.iter().map(text).collect::<Vec<_>>().join(" | ")
}

/// The labels that a selection selects, or what is wrong with it.
fn shown(text: &str, state: Option<&BTreeMap<String, NodeState>>) -> String {
    let db = TestDb::default();
    let project = project(&db);
    match select(&db, project, &parsed(text), &SelectionContext { state }) {
        Ok(selected) => {
            let labels: Vec<String> = selected.nodes.iter().map(|node: &Node| node.label(&db)).collect();
            let warnings = titles(&selected.warnings);
            if warnings.is_empty() { labels.join(" ") } else { format!("{} ! {warnings}", labels.join(" ")) }
        }
        Err(errors) => titles(&errors),
    }
}

#[test]
fn the_words_of_other_languages_get_ours() {
    for (written, meant) in
        [("NOT", "* except"), ("not", "* except"), ("AND", "and"), ("Or", "or"), ("minus", "except")]
    {
        let expected = format!("E0331 nothing is named `{written}`: Did you mean `{meant}`?");
        assert_eq!(shown(&format!("d {written} m"), None), expected, "{written}");
    }
}

#[test]
fn selections_mean_nodes_in_the_order_of_their_names() {
    let cases = [
        ("d", "d"),
        ("m", "m@1 m@2 m@3"),
        ("m@2", "m@2"),
        ("m.v2", "m@2"),
        ("m_v2", "m@2"),
        ("raw.orders", "raw.orders"),
        ("raw.*", "raw.items raw.orders"),
        ("d?", "d1"),
        ("*_v1", "m@1"),
        ("m@*", "m@1 m@2 m@3"),
        ("version:latest", "m@2"),
        ("version:old", "m@1"),
        ("version:prerelease", "m@3"),
        ("version:none", "d d1 far stg_orders"),
        ("version:2", "m@2"),
        ("tag:core", "m@2 m@3"),
        ("tag:*g*", "m@1 stg_orders"),
        ("kind:view", "m@1 stg_orders"),
        ("kind:incremental", "d"),
        ("kind:incremental_by_time", "d"),
        ("kind:\"incremental by time\"", "d"),
        ("kind:source", "raw.items raw.orders web.visits"),
        ("path:models/core", "m@1 m@2 m@3 raw.items raw.orders stg_orders web.visits"),
        ("path:./models/core/", "m@1 m@2 m@3 raw.items raw.orders stg_orders web.visits"),
        ("path:models/marts.esk", "d d1 far"),
        ("path:*.esk,kind:incremental", "d"),
        ("owner:\"Ann Lee\",kind:full", "m@2 m@3"),
        ("group:sales", "m@1 m@2 m@3"),
        ("source:raw.orders", "raw.orders"),
        ("source:raw", "raw.items raw.orders"),
        ("access:public", "m@2 m@3"),
        ("access:protected", "d d1 m@1 stg_orders"),
        ("selector:staging", "stg_orders"),
        ("selector:wide", "d d1 m@2 m@3 stg_orders"),
        ("consumer:report", "d1 m@1"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text, None), expected, "{text}");
    }
}

#[test]
fn the_graph_widens_and_sets_combine() {
    let cases = [
        ("+m@1", "m@1 raw.orders stg_orders"),
        ("1+m@1", "m@1 stg_orders"),
        ("0+m@1", "m@1"),
        ("m+", "d d1 m@1 m@2 m@3"),
        ("m+1", "d m@1 m@2 m@3"),
        ("1+d+", "d d1 m@2"),
        ("+d1", "d d1 m@2 raw.items raw.orders stg_orders"),
        ("source:raw.orders+1", "raw.orders stg_orders"),
        ("m d", "d m@1 m@2 m@3"),
        ("m or d", "d m@1 m@2 m@3"),
        ("m,version:old", "m@1"),
        ("m and version:old or d", "d m@1"),
        ("d or m and version:old", "d m@1"),
        ("m d except version:latest", "d m@1 m@3"),
        ("m (d except d)", "m@1 m@2 m@3"),
        ("m except version:old except version:latest", "m@3"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text, None), expected, "{text}");
    }
}

#[test]
fn nodes_of_other_projects_are_selected_by_name_only() {
    let cases = [
        ("shop.sales", "shop.sales"),
        ("shop.*", "shop.sales"),
        ("shop.sales+", "far shop.sales"),
        ("+far", "far"),
        ("*sales", " ! W0310 no name fits `*sales`: "),
        ("path:shop.esk far", "far ! W0310 nothing is declared in `shop.esk`: "),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text, None), expected, "{text}");
    }
}

#[test]
fn states_come_from_the_baseline() {
    let states = BTreeMap::from([
        ("d".to_string(), NodeState::New),
        ("d1".to_string(), NodeState::Modified),
        ("m@1".to_string(), NodeState::Breaking),
        ("m@2".to_string(), NodeState::Same),
    ]);
    assert_eq!(shown("state:modified", Some(&states)), "d d1 m@1");
    assert_eq!(shown("state:new", Some(&states)), "d");
    assert_eq!(shown("state:breaking", Some(&states)), "m@1");
    assert_eq!(shown("selector:since,kind:full", Some(&states)), "d1");
    let none = "E0334 there is no baseline to compare the nodes with: Give one, as `--against env:prod`, \
                or name it in esker.toml: `[contracts] baseline = \"env:prod\"`.";
    assert_eq!(shown("state:modified", None), none);
    assert_eq!(shown("selector:since", None), none);
}

#[test]
fn what_is_wrong_is_said_with_the_nearest_word() {
    let cases = [
        ("stg_ordrs", "E0331 nothing is named `stg_ordrs`: Did you mean `stg_orders`?"),
        ("orders", "E0331 nothing is named `orders`: Did you mean `raw.orders`?"),
        ("m@9", "E0331 `m` has no version 9: It has `m@1`, `m@2` and `m@3`."),
        ("m_v9", "E0331 `m` has no version 9: It has `m@1`, `m@2` and `m@3`."),
        ("d@1", "E0331 `d` has no versions: Write `d`."),
        ("tga:core", "E0330 selections have no method `tga`: Did you mean `tag:…`?"),
        ("exposure:report", "E0330 selections have no method `exposure`: Did you mean `consumer:…`?"),
        ("Tag:core", "E0330 selections have no method `Tag`: Did you mean `tag:…`?"),
        ("version:lates", "E0332 `version:` does not know `lates`: Did you mean `version:latest`?"),
        (
            "version:9",
            "E0332 `version:` does not know `9`: It knows `latest`, `old`, `prerelease`, `none`, `1`, `2` and `3`.",
        ),
        ("kind:veiw", "E0332 `kind:` does not know `veiw`: Did you mean `kind:view`?"),
        ("access:pubic", "E0332 `access:` does not know `pubic`: Did you mean `access:public`?"),
        ("state:old", "E0332 `state:` does not know `old`: It knows `modified`, `new` and `breaking`."),
        ("source:row.orders", "E0331 no source is named `row.orders`: Did you mean `source:raw.orders`?"),
        ("group:slaes", "E0331 no group is named `slaes`: Did you mean `group:sales`?"),
        ("selector:stagng", "E0331 no selector is named `stagng`: Did you mean `selector:staging`?"),
        ("consumer:reprt", "E0331 no consumer is named `reprt`: Did you mean `consumer:report`?"),
        (
            "selector:a",
            "E0333 these selectors name each other in a circle: a → b → a: Take one of these `selector:` out.",
        ),
        ("selector:own", "E0333 the selector `own` names itself: Take one of these `selector:` out."),
        (
            "selector:bad",
            "E0331 the selector `bad` is wrong itself: Mend it where it is declared; `esker check` says what is wrong with it.",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text, None), expected, "{text}");
    }
    // All problems at once.
    assert_eq!(shown("nope or kind:no except tga:x", None).matches("E033").count(), 3);
}

#[test]
fn what_matches_nothing_says_so() {
    let cases = [
        ("m tag:croe", "m@1 m@2 m@3 ! W0310 nothing has the tag `croe`: Did you mean `tag:core`?"),
        ("owner:\"Ann Le\"", " ! W0310 nothing has the owner `Ann Le`: Did you mean `owner:\"Ann Lee\"`?"),
        ("x_*", " ! W0310 no name fits `x_*`: "),
        (
            "path:models/mart.esk",
            " ! W0310 nothing is declared in `models/mart.esk`: Did you mean `path:models/marts.esk`?",
        ),
        ("group:none", " ! W0310 no model is in the group `none`: "),
        (
            "d,d1",
            " ! W0310 the selection selects nothing: Each of its parts matches something, but not together; \
             `esker list --select` shows what a part selects.",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text, None), expected, "{text}");
    }
}

#[test]
fn the_projects_own_selectors_are_checked_at_their_leaves() {
    let db = TestDb::default();
    let project = project(&db);
    let found = selector_errors(&db, project);
    let shown: Vec<String> =
        found.iter().map(|found| format!("{} {}", found.code.id(), &MARTS[found.primary.at.span.range()])).collect();
    assert_eq!(shown, ["E0333 selector:b", "E0331 nope", "E0333 selector:own"]);
}
