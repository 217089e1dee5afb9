//! Functions over small projects: what is wrong with them, what comes of their calls, and what makes them new.

use super::*;
use crate::{fn_errors, inferred, own_fingerprint};
use esker_diagnostics::Diagnostic;
use esker_grammar::Span;
use esker_grammar::sql::{lex, render};
use esker_resolve::{project_nodes, sql_location};
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

fn project(db: &TestDb, text: &str) -> Project {
    let path: Arc<str> = "models/a.esk".into();
    let file = SourceFile::new(db, path.clone(), Some(text.into()));
    Project::new(db, Arc::new(BTreeMap::from([(path, file)])), Arc::new(Settings::default()))
}

/// `code "underlined": title` of every problem of the functions and of the models that call them.
fn problems(text: &str) -> Vec<String> {
    let db = TestDb::default();
    let project = project(&db, text);
    let mut found: Vec<Diagnostic> = Vec::new();
    for item in index(&db, project).others.values() {
        found.extend(fn_errors(&db, project, *item));
    }
    for node in project_nodes(&db, project) {
        let map = esker_sql::query_source_map(&db, project, *node);
        let locate = |tokens| sql_location(&db, project, *node, tokens);
        found.extend(esker_sql::sql_errors(&db, project, *node).iter().map(|error| error.diagnostic(locate)));
        found.extend(inferred(&db, project, *node).errors.iter().map(|error| error.diagnostic(map, locate)));
    }
    Diagnostic::sort(&mut found);
    let shown =
        |found: &Diagnostic| format!("{} `{}`: {}", found.code.id(), &text[found.primary.at.span.range()], found.title);
    found.iter().map(shown).collect()
}

#[test]
fn a_function_is_one_expression_over_its_parameters() {
    let cases = [
        ("(a bigint) -> bigint { sql { $a + 1 } }", ""),
        ("(a bigint, b bigint = 2) -> double { sql { $a / $b } }", ""),
        ("(a bigint[]) -> bigint[] { sql { list_transform($a, x -> x + 1) } }", ""),
        ("() -> varchar { sql { 'x' } }", ""),
        ("(a date) -> date { sql { '2024-01-01' } }", ""),
        ("(a bigint) -> bigint { sql { $b + 1 } }", "E0405 `$b`: `$b` is no parameter of this function"),
        ("(a bigint) -> bigint { sql { $now } }", "E0405 `$now`: `$now` is no parameter of this function"),
        ("(a bigint) -> bigint { sql { a + 1 } }", "E0501 `a`: a function has no column `a`"),
        ("(a bigint) -> bigint { sql { t.a + 1 } }", "E0502 `t.a`: a function has no column `t`"),
        ("(a bigint) -> bigint { sql { rowid } }", "E0501 `rowid`: a function has no column `rowid`"),
        ("(a bigint) -> bigint { sql { (select 1) } }", "E0511 `(select 1)`: a subquery stands in a function"),
        ("(a bigint) -> bigint { sql { select $a } }", "E0511 `select $a`: a subquery stands in a function"),
        (
            "(a bigint) -> boolean { sql { exists (select (select 1)) } }",
            "E0511 `exists (select (select 1))`: a subquery stands in a function",
        ),
        ("(a bigint) -> bigint { sql { (select x from ref(t)) } }", "E0511 `ref(t)`: a function reads no table"),
        ("(a bigint) -> bigint { sql { sum($a) } }", "E0507 `sum($a)`: the aggregate `sum` cannot stand in a function"),
        (
            "(a bigint) -> bigint { sql { row_number() over () } }",
            "E0507 `row_number() over ()`: the window function `row_number` cannot stand in a function",
        ),
        (
            "(a bigint[]) -> bigint { sql { unnest($a) } }",
            "E0511 `unnest($a)`: `unnest` makes rows, and stands in a function",
        ),
        ("(a bigint) -> bigint { sql { $a, 1 } }", "E0511 `$a, 1`: a function is one expression"),
        ("(a bigint) -> bigint { sql { $a) + (1 } }", "E0402 `)`: `)` closes nothing"),
        ("(a bigint) -> bigint { sql { $a + } }", "E0401 ``: expected an expression, found the end of the SQL"),
        ("(a bigint) -> bigint { sql { uper($a) } }", "E0509 `uper($a)`: unknown function `uper`"),
        ("(a varchar) -> bigint { sql { $a + 1 } }", "E0504 `$a + 1`: `+` does not combine `varchar` and `integer`"),
        ("(a varchar) -> bigint { sql { upper($a) } }", "E0515 `upper($a)`: `f` returns `varchar`, not `bigint`"),
        ("(a bigint) -> integer { sql { ($a) } }", "E0515 `($a)`: `f` returns `bigint`, not `integer`"),
    ];
    for (function, expected) in cases {
        assert_eq!(problems(&format!("fn f{function}\n")).join("\n"), expected, "{function}");
    }
}

const ORDERS: &str = "
source orders { columns { id bigint  amount decimal(18, 2)  status varchar  moment timestamp } }
fn net(amount double, rate double = 0.19) -> double { sql { $amount / (1 + $rate) } }
";

#[test]
fn calls_are_typed_by_the_signature() {
    let cases = [
        ("net(amount) + 1 as x", ""),
        ("net(amount, 0.07) as x, net(rate => 0.07, amount => id) as y, amount.net() as z", ""),
        ("sum(net(amount)) as x, net(sum(amount)) as y", ""),
        ("NET(amount) as x", ""),
        ("net() as x", "E0510 `net()`: `net` needs arguments"),
        ("net(1, 2, 3) as x", "E0510 `net(1, 2, 3)`: `net` does not take (integer, integer, integer)"),
        ("net(rate => 1) as x", "E0510 `net(rate => 1)`: `net` does not take (integer)"),
        ("net(amuont => 1) as x", "E0510 `1`: `net` has no parameter `amuont`"),
        ("net(1, amount => 2) as x", "E0510 `2`: `amount` of `net` is given twice"),
        ("net(moment) as x", "E0510 `moment`: `net` takes `double` as `amount`, not `timestamp`"),
        ("net(status) as x", "E0510 `status`: `net` takes `double` as `amount`, not `varchar`"),
        ("net(zz) as x", "E0501 `zz`: unknown column `zz`"),
        ("net(amount) over () as x", "E0514 `net(amount) over ()`: the function `net` cannot be used over a window"),
        (
            "net(distinct amount) as x",
            "E0514 `net(distinct amount)`: the function `net` cannot be used with `distinct`",
        ),
        ("upper(net(amount)) as x", "E0510 `upper(net(amount))`: `upper` does not take (double)"),
        ("nett(amount) as x", "E0509 `nett(amount)`: unknown function `nett`"),
    ];
    for (items, expected) in cases {
        let text = format!("{ORDERS}model m {{\n kind full\n sql {{ select {items} from ref(orders) }}\n}}\n");
        assert_eq!(problems(&text).join("\n"), expected, "{items}");
    }
    let text = format!("{ORDERS}model m {{\n kind full\n sql {{ select * from net(1) }}\n}}\n");
    assert_eq!(problems(&text), ["E0514 `net(1)`: the function `net` cannot be used as a table"]);
}

#[test]
fn circles_are_told_once_and_calls_into_them_are_typed() {
    let text = "fn f(a bigint) -> bigint { sql { g($a) } }\nfn g(a bigint) -> bigint { sql { h(f($a)) } }\n\
                fn h(a bigint) -> bigint { sql { $a } }\nfn i(a bigint) -> bigint { sql { i($a) + f($a) } }\n\
                model m {\n kind full\n sql { select f(1) + h(1) as x }\n}\n";
    assert_eq!(
        problems(text),
        [
            "E0512 `g`: these functions call each other in a circle: f → g → f",
            "E0512 `i`: the function `i` calls itself",
        ]
    );
}

#[test]
fn a_name_of_the_engine_is_refused_once() {
    let text =
        "fn upper(a bigint) -> bigint { sql { $a } }\nmodel m {\n kind full\n sql { select upper('x', 1) as x }\n}\n";
    assert_eq!(problems(text), ["E0513 `upper`: the engine has a function `upper` of its own"]);
}

#[test]
fn what_doubles_at_every_step_is_refused() {
    let mut text = String::from("fn f0(a bigint) -> bigint { sql { $a + $a } }\n");
    for n in 1..40 {
        text.push_str(&format!("fn f{n}(a bigint) -> bigint {{ sql {{ f{0}($a) + f{0}($a) }} }}\n", n - 1));
    }
    let found = problems(&text);
    assert!(!found.is_empty() && found.iter().all(|found| found.contains("too much SQL")), "{found:?}");
    let nested = format!("select {}1{} as x", "f0(".repeat(30), ")".repeat(30));
    let text =
        format!("fn f0(a bigint) -> bigint {{ sql {{ $a + $a }} }}\nmodel m {{\n kind full\n sql {{ {nested} }}\n}}\n");
    assert_eq!(problems(&text).len(), 1);
}

fn expanded(functions: &str, sql: &str) -> String {
    let db = TestDb::default();
    let project = project(&db, functions);
    let text = lex(sql, Span::new(0, sql.len() as u32)).0;
    render(&expand_functions(&db, project, &text), &[])
}

#[test]
fn a_call_becomes_the_expression_and_neither_side_changes_the_other() {
    let functions = "fn twice(v bigint) -> bigint { sql { $v * 2 } }\n\
                     fn both(a bigint, b bigint = 1) -> bigint { sql { $a + twice($b) } }\n\
                     fn plus(l bigint[], by bigint) -> bigint[] { sql { list_transform($l, x -> x + $by) } }\n";
    let twice = |arg: &str| format!("cast ((cast (({arg}) as bigint) * 2) as bigint)");
    let cases = [
        ("select twice(a + 1) from t".to_string(), format!("select {} from t", twice("a + 1"))),
        ("twice(twice(a))".into(), twice(&twice("a"))),
        ("a.twice() + (b + 1).twice() + f(x)[1].twice()".into(), {
            format!("{} + {} + {}", twice("a"), twice("(b + 1)"), twice("f (x) [1]"))
        }),
        ("both(a)".into(), {
            let inner = twice("cast ((1) as bigint)");
            format!("cast ((cast ((a) as bigint) + {inner}) as bigint)")
        }),
        ("both(b => x, a => y)".into(), {
            let inner = twice("cast ((x) as bigint)");
            format!("cast ((cast ((y) as bigint) + {inner}) as bigint)")
        }),
        // The column `x` is not the parameter of the lambda, nor is that of the lambda outside.
        (
            "plus(l, x)".into(),
            "cast ((list_transform (cast ((l) as bigint []), __esker_1_x -> __esker_1_x + cast ((x) as bigint))) as bigint [])"
                .into(),
        ),
        ("twice(1, 2) + thrice(1) + twice".into(), "twice (1, 2) + thrice (1) + twice".into()),
        ("'twice(1)'".into(), "'twice(1)'".into()),
    ];
    for (sql, expected) in cases {
        assert_eq!(expanded(functions, &sql), expected, "{sql}");
    }
    let nested = expanded(functions, "plus(plus(l, 1), 2)");
    assert!(nested.contains("__esker_1_x") && nested.contains("__esker_2_x"), "{nested}");
}

#[test]
fn any_part_of_a_function_is_checked_and_put_in_place_without_panic() {
    let body = "list_transform([x for x in $l], (x, i) -> f($a := x.f(1)).g[1].f(2) + {'x': x}[1] )( ] lambda x, y: f(";
    let tokens = lex(body, Span::new(0, body.len() as u32)).0.tokens;
    for start in 0..tokens.len() {
        for end in [start, start + 1, start + 3, start + 9, tokens.len()] {
            let Some(part) = tokens.get(start..end) else { continue };
            let part: Vec<&str> = part.iter().map(|token| token.text.as_str()).collect();
            let part = part.join(" ");
            let functions = format!("fn f(a bigint, l bigint[] = null) -> bigint {{ sql {{ {part} }} }}\n");
            problems(&format!("{functions}model m {{\n kind full\n sql {{ select {part} as x }}\n}}\n"));
            expanded(&functions, &part);
            expanded("fn f(a bigint, l bigint[] = null) -> bigint { sql { $a } }\n", &part);
        }
    }
}

#[test]
fn what_a_function_says_makes_its_callers_new_and_how_it_says_it_does_not() {
    let identity = |functions: &str, call: &str| {
        let db = TestDb::default();
        let text = format!("{functions}\nmodel m {{\n kind full\n sql {{ select {call} as x }}\n}}\n");
        let project = project(&db, &text);
        let node = *project_nodes(&db, project).last().expect("the model");
        own_fingerprint(&db, project, node).clone()
    };
    let inner = "fn g(v bigint) -> bigint { sql { $v * 2 } }";
    let base = identity(&format!("fn f(a bigint, b bigint) -> bigint {{ sql {{ g($a) + $b }} }}\n{inner}"), "f(1, 2)");
    let same = [
        identity(&format!("fn f(x bigint, y bigint) -> bigint {{\n sql {{ g($x)   +\n$y }}\n}}\n{inner}"), "f(1, 2)"),
        identity(
            &format!("fn f(a bigint, b bigint) -> bigint {{ sql {{ g($a) + $b }} }}\n{inner}"),
            "f(a => 1, b => 2)",
        ),
        identity(
            &format!("fn f(a bigint, b bigint) -> bigint {{ sql {{ g(v => $a) + $b }} }}\n{inner}"),
            "F(1, b => 2)",
        ),
        identity(
            &format!(
                "fn f(a bigint, b bigint) -> bigint {{ sql {{ g($a) + $b }} }}\n{inner}\nfn h() -> bigint {{ sql {{ 1 }} }}"
            ),
            "f(1, 2)",
        ),
    ];
    for other in same {
        assert_eq!(other, base);
    }
    let differs = [
        identity(&format!("fn f(a bigint, b bigint) -> bigint {{ sql {{ g($a) - $b }} }}\n{inner}"), "f(1, 2)"),
        identity(&format!("fn f(a double, b bigint) -> bigint {{ sql {{ g($a) + $b }} }}\n{inner}"), "f(1, 2)"),
        identity(&format!("fn f(a bigint, b bigint) -> bigint {{ sql {{ g($b) + $a }} }}\n{inner}"), "f(1, 2)"),
        identity(
            &format!("fn f(a bigint, b bigint) -> bigint {{ sql {{ g($a) + $b }} }}\n{}", inner.replace('2', "3")),
            "f(1, 2)",
        ),
    ];
    for other in differs {
        assert_ne!(other, base);
    }
}
