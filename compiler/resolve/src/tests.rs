//! Whole projects in text: what must be complained about, which SQL is derived, what comes before what. What is said of
//! single references and column blocks is in the specification suite.

use crate::{
    Node, NodeBody, cycle_diagnostic, graph, item_errors, names, node_decl, node_refs, node_relations, node_sql,
    project_nodes, relation_clashes, sql_file_warnings, sql_location,
};
use esker_declare::item_tree;
use esker_diagnostics::Diagnostic;
use esker_source::{Db, Project, Settings, SourceFile};
use std::collections::BTreeMap;
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

fn project(db: &TestDb, files: &[(&str, &str)], settings: Settings) -> Project {
    let file = |(path, text): &(&str, &str)| {
        let path: Arc<str> = (*path).into();
        (path.clone(), SourceFile::new(db, path, Some((*text).into())))
    };
    let files: BTreeMap<Arc<str>, SourceFile> = files.iter().map(file).collect();
    Project::new(db, Arc::new(files), Arc::new(settings))
}

/// Everything that this crate has to say.
fn diagnose(db: &TestDb, project: Project) -> Vec<Diagnostic> {
    let mut found = sql_file_warnings(db, project);
    for file in project.files(db).values() {
        for item in &item_tree(db, *file).items {
            found
                .extend(item_errors(db, project, *item).iter().map(|error| error.diagnostic(db, project, *item, None)));
        }
    }
    found.extend(names(db, project).errors().map(|(item, error)| error.diagnostic(db, project, item, None)));
    for node in project_nodes(db, project) {
        let errors = &node_decl(db, project, *node).errors;
        found.extend(errors.iter().map(|error| error.diagnostic(db, project, node.item(db), Some(*node))));
        found.extend(node_refs(db, project, *node).iter().filter_map(|found| found.diagnostic(db, project, *node)));
    }
    found.extend(graph(db, project).cycles.iter().map(|path| cycle_diagnostic(db, project, path)));
    let clashes = relation_clashes(db, project).iter();
    found.extend(clashes.map(|(node, error)| error.diagnostic(db, project, node.item(db), Some(*node))));
    Diagnostic::sort(&mut found);
    found
}

/// `path:line code: title` of every problem.
fn complaints(db: &TestDb, project: Project) -> Vec<String> {
    let line = |diagnostic: &Diagnostic| {
        let at = &diagnostic.primary.at;
        let text = project.files(db)[&at.file].text(db).as_deref().unwrap_or("").to_string();
        format!("{}:{}", at.file, text[..at.span.start as usize].matches('\n').count() + 1)
    };
    let found = diagnose(db, project);
    found.iter().map(|found| format!("{} {}: {}", line(found), found.code.name(), found.title)).collect()
}

fn node<'db>(db: &'db TestDb, project: Project, label: &str) -> Node<'db> {
    let nodes = project_nodes(db, project);
    *nodes.iter().find(|node| node.label(db) == label).unwrap_or_else(|| panic!("no node {label}"))
}

fn sql(db: &TestDb, project: Project, label: &str) -> String {
    let text = node_sql(db, project, node(db, project, label));
    text.tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}

const CUSTOMERS: &str = "
type money = decimal(18, 2)
model dim_customers {
    kind incremental by time (updated_at)
    grain (customer_id)
    contract enforced {
        customer_id  bigint     not null  primary key
        country_name varchar
        lifetime     money      check (lifetime >= 0)
        updated_at   timestamp  not null
    }
    audit accepted_range(lifetime, min => 0) warn
    sql { select 1 }
    latest 1
    version 1 { }
    version 2 { columns { include all exclude (country_name) } sql { select 2 } }
    version 3 {
        columns {
            include all exclude (country_name)
            rename lifetime as lifetime_value
            customer_id integer not null
            segment varchar not null
        }
        derive from 2 { segment = case when lifetime > 1000 then 'gold' else 'base' end }
    }
}
";

#[test]
fn a_derived_version_is_a_projection() {
    let db = TestDb::default();
    let project = project(&db, &[("models/a.esk", CUSTOMERS)], Settings::default());
    assert_eq!(complaints(&db, project), Vec::<String>::new());
    assert_eq!(
        sql(&db, project, "dim_customers@3"),
        "select cast ( \"customer_id\" as integer ) as \"customer_id\" , \"lifetime\" as \"lifetime_value\" , \
         \"updated_at\" , ( case when lifetime > 1000 then 'gold' else 'base' end ) as \"segment\" \
         from ref ( \"dim_customers\" , v => 2 )"
    );
    let third = node(&db, project, "dim_customers@3");
    let decl = node_decl(&db, project, third);
    assert_eq!(decl.body, Some(NodeBody::Derived));
    assert_eq!(decl.properties.kind.as_ref().map(|kind| kind.form.words()), Some("view"));
    assert_eq!(format!("{:?}", decl.audits[0].decl.args[0].1), "Word(\"lifetime_value\")");
    let place = |tokens| {
        let at = sql_location(&db, project, third, tokens);
        CUSTOMERS[at.span.range()].to_string()
    };
    // Tokens 16 to 19 are `lifetime > 1000` in the expression; 10 is the renamed column.
    assert_eq!(place(1..7), "customer_id integer not null");
    let tokens = &node_sql(&db, project, third).tokens;
    let at = tokens.iter().position(|token| token.text == "lifetime").expect("is in the expression") as u32;
    assert_eq!(place(at..at + 3), "lifetime > 1000");
    let from = tokens.iter().position(|token| token.text == "ref").expect("reads version 2") as u32;
    assert_eq!(place(from..from + 7), "2");
}

#[test]
fn a_derived_version_with_cells_reads_those_of_its_cells() {
    let db = TestDb::default();
    let text = "
model m {
    kind full
    contract enforced {
        id integer
        at varchar
    }
    sql { select 1 }
    version 1 { }
    version 2 {
        kind incremental by time (at) { every day }
        columns {
            rename id as key
            at timestamp
        }
        derive from 1
    }
}
";
    let project = project(&db, &[("a.esk", text)], Settings::default());
    assert_eq!(complaints(&db, project), Vec::<String>::new());
    assert_eq!(
        sql(&db, project, "m@2"),
        "select \"id\" as \"key\" , cast ( \"at\" as timestamp ) as \"at\" from ref ( \"m\" , v => 1 ) \
         where cast ( \"at\" as timestamp ) >= $start and cast ( \"at\" as timestamp ) < $end"
    );
}

#[test]
fn inherited_names_of_columns_follow_a_rename() {
    let db = TestDb::default();
    let text = "
model m {
    kind incremental by time (at)
    grain (at, id)
    contract enforced {
        id integer check (id > 0)
        at timestamp
    }
    sql { select 1 }
    version 1 { }
    version 2 { columns { rename id as key rename at as moment } }
}
";
    let project = project(&db, &[("a.esk", text)], Settings::default());
    assert_eq!(complaints(&db, project), Vec::<String>::new());
    let decl = node_decl(&db, project, node(&db, project, "m@2"));
    assert_eq!(decl.properties.grain, Some(vec!["moment".to_string(), "key".to_string()]));
    assert_eq!(
        decl.properties.kind.as_ref().map(|kind| kind.form.columns().to_vec()),
        Some(vec!["moment".to_string()])
    );
    let check = &decl.columns.as_ref().expect("has columns")[0].decl.checks[0];
    assert_eq!(check.condition.tokens[0].text, "\"key\"");
}

#[test]
fn sets_types_and_their_mistakes() {
    let db = TestDb::default();
    let text = "
type money = decimal(18, 2)
type moneys = money[]
type a = struct(x b)
type b = a[]
type json = varchar
columns geo { lat double }
columns address { include geo  street varchar  price mony }
columns more { include geo  city varchar }
columns me { include me }
model m {
    kind full
    contract enforced {
        id integer
        include address
        include more
        street varchar
        all_prices moneys
        include id
    }
    sql { select 1 }
    version 1 { }
    version 2 {
        columns {
            include (id)
            include address
            exclude (lat)
            city moneys
            include adress
        }
        sql { select 1 }
    }
}
";
    let project = project(&db, &[("a.esk", text)], Settings::default());
    assert_eq!(
        complaints(&db, project),
        [
            "a.esk:4 type-loop: these types hold each other in a circle: a → b → a",
            "a.esk:6 type-name-taken: the engine has a type `json` already",
            "a.esk:8 unknown-type: there is no type `mony`",
            "a.esk:10 set-loop: the column set `me` includes itself",
            "a.esk:17 column-clash: column `street` comes from two places",
            "a.esk:19 unknown-column-set: there is no column set `id`",
            "a.esk:29 unknown-column-set: there is no column set `adress`",
        ]
    );
    let columns = |label| {
        let decl = node_decl(&db, project, node(&db, project, label));
        let columns = decl.columns.iter().flatten();
        columns.map(|column| format!("{} {}", column.decl.name, column.decl.ty)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        columns("m@1"),
        "id integer, lat double, street varchar, price unknown, city varchar, all_prices decimal(18, 2)[]"
    );
    assert_eq!(columns("m@2"), "id integer, street varchar, price unknown, city decimal(18, 2)[]");
}

#[test]
fn sql_files() {
    let db = TestDb::default();
    let text = "
model m {
    kind full
    version 1 { sql file \"../sql/frist.sql\" }
    version 2 { }
    version 3 { sql { select 3 } }
    version 4 { }
}
model n { kind full  sql file \"n.sql\" }
model o { kind full }
";
    let files = [
        ("models/a.esk", text),
        ("sql/first.sql", "select 1"),
        ("models/m_v2.sql", "select 2 -- from version 2"),
        ("models/m_v3.sql", ""),
        ("models/m_v9.sql", ""),
        ("models/m_value.sql", ""),
        ("models/n.sql", "select 'n'"),
        ("other/o.sql", ""),
    ];
    let project = project(&db, &files, Settings::default());
    assert_eq!(
        complaints(&db, project),
        [
            "models/a.esk:4 missing-sql-file: there is no file `sql/frist.sql`",
            "models/a.esk:7 missing-property: there is no SQL that makes this dataset",
            "models/a.esk:10 missing-property: there is no SQL that makes this dataset",
            "models/m_v3.sql:1 unused-sql-file: `m@3` does not use this file: its SQL is elsewhere",
            "models/m_v9.sql:1 undeclared-version-file: this file looks like version 9 of `m`, which has no such version",
        ]
    );
    assert_eq!(sql(&db, project, "m@2"), "select 2");
    assert_eq!(sql(&db, project, "n"), "select 'n'");
    let at = sql_location(&db, project, node(&db, project, "m@2"), 1..2);
    assert_eq!((&*at.file, at.span.range()), ("models/m_v2.sql", 7..8));
}

#[test]
fn defaults_are_put_in_and_derivation_is_judged() {
    let db = TestDb::default();
    let text = "
model m {
    contract enforced {
        id integer
        n integer
    }
    sql { select 1 }
    tags (own)
    version 1 { }
    version 2 { columns { include all  x varchar } derive from 1 { } }
    version 3 { derive from 1 { idd = 1 } }
    version 4 { derive from 1 { n = n + 1 } }
    version 5 { derive from 6 { } }
    version 6 { derive from 5 { } }
}
model w {
    version 1 { sql { select 1 } }
    version 2 { derive from 1 { } }
}
";
    let settings = Settings { defaults: "kind full\ntags (all)\nowner \"me\"".into(), ..Settings::default() };
    let project = project(&db, &[("a.esk", text)], settings);
    assert_eq!(
        complaints(&db, project),
        [
            "a.esk:10 underived-column: column `x` is not in version 1",
            "a.esk:11 no-derived-column: this version has no column `idd`",
            "a.esk:13 cycle: these models read each other in a circle: m@5 → m@6 → m@5",
            "a.esk:18 derive-without-contract: `w` has no contract that says which columns are derived",
        ]
    );
    assert_eq!(sql(&db, project, "m@4"), "select \"id\" , ( n + 1 ) as \"n\" from ref ( \"m\" , v => 1 )");
    let decl = node_decl(&db, project, node(&db, project, "m@1"));
    assert_eq!(decl.properties.tags, Some(vec!["own".to_string()]));
    assert_eq!(decl.properties.owner.as_deref(), Some("me"));
    assert_eq!(decl.properties.kind.as_ref().map(|kind| kind.form.words()), Some("full"));
}

#[test]
fn other_projects_and_access() {
    let db = TestDb::default();
    let interface = "
model shop.customers {
    access public
    alias a.c
    contract enforced { id bigint }
}
model shop.orders {
    access public
    contract enforced { }
    version 1 {
        alias a.o1
        columns { include ()  id bigint }
    }
    version 2 {
        alias a.o2
        columns { include ()  id bigint }
    }
}
model shop.secret {
    alias a.s
    contract enforced { id bigint }
}
";
    let text = "
group growth { owner \"growth@shop.test\" }
group core { }
model open { kind full sql { select * from ref(shop.customers) cross join ref(shop.orders, v => 1) } }
model a { kind full sql { select * from ref(shop.custmers) } }
model b { kind full sql { select * from ref(shpo.customers) } }
model c { kind full sql { select * from ref(shop.orders, v => 3) } }
model d { kind full sql { select * from ref(shop.secret) } }
model e { kind full sql { select * from ref(shop) } }
model p {
    kind full
    group growth
    sql { select 1 }
    version 1 { access private }
    version 2 { }
}
model f { kind full group growth sql { select * from ref(p, v => 1) } }
model g { kind full group core sql { select * from ref(p, v => 1) union all select * from ref(p) } }
model h { kind full group grwth sql { select * from ref(p, v => 1) } }
model i { kind full access private sql { select 1 } }
model j { kind full sql { select * from ref(i) } }
";
    let dependencies = BTreeMap::from([("shop".to_string(), "shop.interface.esk".to_string())]);
    let settings = Settings { dependencies, ..Settings::default() };
    let files = [("a.esk", text), ("shop.interface.esk", interface)];
    let project = project(&db, &files, settings);
    assert_eq!(
        complaints(&db, project),
        [
            "a.esk:5 not-published: the project `shop` publishes no model `custmers`",
            "a.esk:6 unknown-project: `shpo` is neither a project that this one depends on nor the beginning of a name",
            "a.esk:7 unknown-version: `shop.orders` has no version 3",
            "a.esk:8 no-access: `shop.secret` is not public",
            "a.esk:9 unknown-ref: nothing is named `shop`",
            "a.esk:18 no-access: `p@1` is private to the group `growth`",
            "a.esk:19 unknown-group: there is no group `grwth`",
            "a.esk:20 private-without-group: `i` is private, but belongs to no group",
        ]
    );
    let relations = |label| node_relations(&db, project, node(&db, project, label)).clone();
    assert_eq!(relations("shop.orders@2")[0].to_string(), "a.o2");
    assert_eq!(relations("shop.orders@2").len(), 1);
}

#[test]
fn promises_come_behind_what_they_read() {
    let db = TestDb::default();
    let text = "
audit relationship(column column, to model) { sql { select * from this where $column not in (select id from ref($to)) } }
model a { kind full contract enforced { id integer } audit relationship(id, z) sql { select 1 } }
model z { kind full sql { select 1 } }
model k { kind full contract enforced { id integer references l(id) } sql { select 1 } }
model l { kind full sql { select id from ref(k) } }
model own { kind full contract enforced { id integer references own(id) } sql { select 1 } }
";
    let project = project(&db, &[("a.esk", text)], Settings::default());
    assert_eq!(complaints(&db, project), ["a.esk:5 cycle: these models wait for each other in a circle: k → l → k"]);
    let graph = graph(&db, project);
    let at = |label: &str| graph.order.iter().position(|node| node.label(&db) == label).expect("is in the graph");
    assert!(at("z") < at("a"));
    assert_eq!(graph.audit_parents[at("a")], [at("z")]);
    assert!(graph.parents[at("a")].is_empty());
}

#[test]
fn relations_that_clash_and_the_ephemeral() {
    let db = TestDb::default();
    let text = "
model m { kind full sql { select 1 } version 1 { } version 2 { } }
model x { kind full alias m sql { select 1 } }
model y { kind full alias m_v1 sql { select 1 } }
model e { kind ephemeral alias m_v2 audit not_null(id) sql { select 1 } }
source m_v2 { columns { id bigint } }
";
    let project = project(&db, &[("a.esk", text)], Settings::default());
    assert_eq!(
        complaints(&db, project),
        [
            "a.esk:3 relation-clash: `x` and `m@2` both claim the relation `main.m`",
            "a.esk:4 relation-clash: `y` and `m@1` both claim the relation `main.m_v1`",
            "a.esk:5 ephemeral-property: an ephemeral model cannot have an alias",
            "a.esk:5 ephemeral-property: an ephemeral model cannot have audits",
            "a.esk:6 relation-clash: `m_v2` and `m@2` both claim the relation `main.m_v2`",
        ]
    );
}
