//! Whole projects in text: what must be complained about, and what must not. (The pages of the codes are tests of the
//! specification suite.)

use esker_diagnostics::Diagnostic;
use esker_infer::{NodeSurface, combine, inferred, own_fingerprint, surface};
use esker_resolve::{Node, node_refs, project_nodes, sql_location};
use esker_source::{Db, Project, Settings, SourceFile};
use std::collections::BTreeMap;
use std::sync::Arc;

#[salsa::db]
#[derive(Default, Clone)]
pub(crate) struct TestDb {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for TestDb {}

#[salsa::db]
impl Db for TestDb {}

pub(crate) fn project(db: &TestDb, text: &str) -> (Project, SourceFile) {
    let path: Arc<str> = "models/a.esk".into();
    let file = SourceFile::new(db, path.clone(), Some(text.into()));
    let files = Arc::new(BTreeMap::from([(path, file)]));
    (Project::new(db, files, Arc::new(Settings::default())), file)
}

pub(crate) fn project_of(db: &TestDb, texts: &BTreeMap<String, String>) -> Project {
    let file = |(path, text): (&String, &String)| {
        let path: Arc<str> = path.as_str().into();
        (path.clone(), SourceFile::new(db, path, Some(text.as_str().into())))
    };
    Project::new(db, Arc::new(texts.iter().map(file).collect()), Arc::new(Settings::default()))
}

/// Diagnostics of a project of one file, as `line code: title`.
pub(crate) fn said(text: &str, mut found: Vec<Diagnostic>) -> Vec<String> {
    Diagnostic::sort(&mut found);
    let line = |diagnostic: &Diagnostic| text[..diagnostic.primary.at.span.start as usize].matches('\n').count() + 1;
    found.iter().map(|d| format!("{} {}: {}", line(d), d.code.name(), d.title)).collect()
}

/// What this crate says of every node and item.
pub(crate) fn all(text: &str) -> Vec<String> {
    let db = TestDb::default();
    let (project, file) = project(&db, text);
    let nodes = project_nodes(&db, project).iter().flat_map(|node| crate::contract_diagnostics(&db, project, *node));
    let items = esker_declare::item_tree(&db, file).items.iter();
    let items = items.flat_map(|item| crate::item_diagnostics(&db, project, *item));
    said(text, nodes.chain(items).collect())
}

/// What sql, infer and contract say of every node.
fn diagnose(db: &TestDb, project: Project) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for node in project_nodes(db, project) {
        let map = esker_sql::query_source_map(db, project, *node);
        let locate = |tokens| sql_location(db, project, *node, tokens);
        found.extend(esker_sql::sql_errors(db, project, *node).iter().map(|error| error.diagnostic(locate)));
        found.extend(inferred(db, project, *node).errors.iter().map(|error| error.diagnostic(map, locate)));
        found
            .extend(crate::check_contract(db, project, *node).iter().map(|error| error.diagnostic(db, project, *node)));
    }
    Diagnostic::sort(&mut found);
    found
}

/// `line code` of every problem.
fn codes(text: &str) -> Vec<String> {
    let db = TestDb::default();
    let (project, _) = project(&db, text);
    let line = |diagnostic: &Diagnostic| text[..diagnostic.primary.at.span.start as usize].matches('\n').count() + 1;
    diagnose(&db, project).iter().map(|d| format!("{} {}", line(d), d.code.name())).collect()
}

pub(crate) fn node<'db>(db: &'db TestDb, project: Project, label: &str) -> Node<'db> {
    let nodes = project_nodes(db, project);
    *nodes.iter().find(|node| node.label(db) == label).unwrap_or_else(|| panic!("no node {label}"))
}

const ORDERS: &str = "
source orders {
    columns {
        id bigint not null
        status varchar
        amount decimal(18, 2)
    }
}
";

#[test]
fn a_kept_promise_is_not_complained_about() {
    let text = format!(
        "{ORDERS}
model a {{
    kind full
    contract enforced {{
        id bigint not null
        total decimal(38, 2)
        label varchar(10)
        nothing date
    }}
    sql {{
        select max(id) as ID, sum(amount) as total, any_value(status) as label, null as nothing
        from ref(orders)
    }}
}}
model b {{ kind view
 sql {{ select id, total, label || nothing as x from ref(a) }} }}
"
    );
    assert_eq!(codes(&text), [] as [&str; 0]);
}

#[test]
fn unknown_columns_raise_nothing_downstream() {
    let text = format!(
        "{ORDERS}
model broken {{ kind full
 sql {{ select nope as x, statuss, id from ref(orders) }} }}
model wrong {{ kind full
 sql {{ select from }} }}
model reader {{
    kind full
    contract enforced {{
        x bigint
        y varchar
    }}
    sql {{ select b.x + 1 as x, w.whatever as y from ref(broken) b join ref(wrong) w on w.id = b.statuss and b.id = 1 }}
}}
model lost {{ kind full
 sql {{ select anything + 1 as x from ref(no_such_model) where z = 1 }} }}
"
    );
    assert_eq!(codes(&text), ["11 unknown-column", "11 unknown-column", "13 sql-syntax"]);
}

#[test]
fn a_cycle_leaves_columns_unknown_and_complains_about_nothing() {
    let text = "
model a { kind full
 sql { select x + 1 as y from ref(b) } }
model b { kind full
 sql { select y as x, zz from ref(a) } }
model c { kind full
 sql { select nothing from ref(b) where zz = 1 } }
model d { kind full
 sql { select q from ref(d) } }
";
    let db = TestDb::default();
    let (project, _) = project(&db, text);
    let found = diagnose(&db, project);
    assert!(found.iter().all(|d| d.code.name() != "type-clash"), "{found:#?}");
}

#[test]
fn surfaces_are_what_is_declared_else_what_is_inferred() {
    let text = format!(
        "{ORDERS}
source open {{ }}
model plain {{ kind full
 sql {{ select *, amount * 2 as twice, null as n from ref(orders) }} }}
model promised {{
    kind full
    contract enforced {{ id bigint not null }}
    sql {{ select id, status from ref(orders) }}
}}
model loose {{ kind full
 sql {{ select *, 1 as one from ref(open) }} }}
"
    );
    let db = TestDb::default();
    let (project, _) = project(&db, &text);
    let show = |label: &str| {
        let NodeSurface { columns, complete } = surface(&db, project, node(&db, project, label));
        let columns: Vec<String> = columns
            .iter()
            .map(|column| format!("{} {}{}", column.name, column.ty, if column.not_null { "!" } else { "" }))
            .collect();
        format!("{}{}", columns.join(", "), if *complete { "" } else { ", …" })
    };
    assert_eq!(show("plain"), "id bigint!, status varchar, amount decimal(18, 2), twice decimal(18, 2), n integer");
    assert_eq!(show("promised"), "id bigint!");
    assert_eq!(show("loose"), "one integer!, …");
}

fn data_fingerprint<'db>(db: &'db TestDb, project: Project, node: Node<'db>) -> String {
    let targets = node_refs(db, project, node).iter().filter_map(|found| found.target);
    let upstream = targets.map(|target| (target.label(db), data_fingerprint(db, project, target)));
    combine(own_fingerprint(db, project, node), upstream).data
}

#[test]
fn fingerprints_follow_meaning_and_what_is_read() {
    let data = |text: &str, label: &str| {
        let db = TestDb::default();
        let (project, _) = project(&db, text);
        data_fingerprint(&db, project, node(&db, project, label))
    };
    let of = |head: &str, sql: &str| {
        format!(
            "{ORDERS}model a {{ {head}\n sql {{ {sql} }} }}\nmodel b {{ kind full\n sql {{ select id from ref(a) }} }}"
        )
    };
    let base = of("kind full", "select id, amount + 1 as x from ref(orders) where status = 'Paid'");
    let same = [
        of("kind full", "SELECT id,\n  (amount + 1) AS x -- more\nFROM ref( orders )\nWHERE (status = 'Paid')"),
        of(
            "kind full\n owner \"me@x.test\"\n tags (core)\n cron @daily",
            "select id, amount + 1 as x from ref(orders) where status = 'Paid'",
        ),
        format!("/// Docs.\n\n{}", base),
    ];
    for text in &same {
        assert_eq!(data(&base, "a"), data(text, "a"), "{text}");
        assert_eq!(data(&base, "b"), data(text, "b"), "{text}");
    }
    let different = [
        of("kind view", "select id, amount + 1 as x from ref(orders) where status = 'Paid'"),
        of("kind full", "select id, amount + 1 as x from ref(orders) where status = 'paid'"),
        of("kind full", "select id, amount + 2 as x from ref(orders) where status = 'Paid'"),
        of("kind full", "select id, amount + 1 as y from ref(orders) where status = 'Paid'"),
        of(
            "kind full\n contract enforced {\n id bigint\n x double\n }",
            "select id, amount + 1 as x from ref(orders) where status = 'Paid'",
        ),
        base.replace("amount decimal(18, 2)", "amount decimal(18, 3)"),
    ];
    for text in &different {
        assert_ne!(data(&base, "a"), data(text, "a"), "{text}");
        assert_ne!(data(&base, "b"), data(text, "b"), "{text}");
    }
}

#[test]
fn one_column_under_another_name_is_one_problem() {
    let text = format!(
        "{ORDERS}
model a {{
    kind full
    contract enforced {{
        id bigint
        status varchar
    }}
    sql {{ select id, status as statuss from ref(orders) }}
}}
"
    );
    assert_eq!(codes(&text), ["16 missing-column"]);
}

#[test]
fn a_version_without_the_sql_for_its_columns_is_one_problem() {
    let model = |version: &str| {
        format!(
            "{ORDERS}
model a {{
    kind full
    contract enforced {{
        id bigint
        status varchar
    }}
    sql {{ select id, status from ref(orders) }}
    version 1 {{ }}
    version 2 {{
        columns {{
{version}
        }}
    }}
}}
"
        )
    };
    let (all, line) = ("include all exclude (status)\nrename id as key\nb bigint", 19);
    assert_eq!(codes(&model(all)), [format!("{line} missing-column")]);
    assert_eq!(codes(&model("include all exclude (status)")), [format!("{line} extra-column")]);
    // What is no question of names is told as everywhere.
    assert_eq!(codes(&model("include all\nid integer"))[0].split(' ').nth(1), Some("type-mismatch"));
}
