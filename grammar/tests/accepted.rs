//! What the parser accepts: the whole syntax, without a single complaint, and the tree that comes of it.

use esker_grammar::ast::*;
use esker_grammar::{Parse, TokenKind, parse};

/// The example of the language's design, every construct in it.
const LANGUAGE: &str = include_str!("language.esk");

fn accepted(text: &str) -> Parse {
    let parse = parse(text);
    assert!(parse.errors.is_empty(), "{text}\n{:#?}", parse.errors);
    parse
}

fn only_item(text: &str) -> ItemAst {
    let mut items = accepted(text).file.items;
    assert_eq!(items.len(), 1, "{text}");
    items.remove(0)
}

/// The lines of the one model that holds `lines`.
fn model_lines(lines: &str) -> Vec<Line> {
    match only_item(&format!("model m {{\n{lines}\n}}")).kind {
        ItemKindAst::Model { body, .. } => body,
        other => panic!("{other:?}"),
    }
}

fn only_line(line: &str) -> LineKind {
    let mut lines = model_lines(line);
    assert_eq!(lines.len(), 1, "{line}: {lines:#?}");
    lines.remove(0).kind
}

fn columns_of(block: &str) -> Vec<ColumnsEntry> {
    match only_line(&format!("columns {block}")) {
        LineKind::Columns(columns) => columns,
        other => panic!("{other:?}"),
    }
}

fn texts(names: &[Name]) -> Vec<&str> {
    names.iter().map(|name| name.text.as_str()).collect()
}

#[test]
fn the_example_of_the_language() {
    let parse = accepted(LANGUAGE);
    assert_eq!(parse.file.items.len(), 2);
    let source = &parse.file.items[0];
    assert_eq!(source.name.as_ref().map(PathAst::text).as_deref(), Some("raw.orders"));
    assert_eq!(source.docs.as_deref(), Some("One row per order, as the shop's database has it."));
    let ItemKindAst::Source(lines) = &source.kind else { panic!("{source:?}") };
    assert_eq!(lines.len(), 4);
    let LineKind::Columns(columns) = &lines[0].kind else { panic!("{lines:?}") };
    assert_eq!(columns.len(), 5);
    let LineKind::Freshness { column, limits } = &lines[3].kind else { panic!("{lines:?}") };
    assert_eq!(column.text, "ordered_at");
    let limits: Vec<_> = limits.iter().map(|(level, d)| (&*level.text, d.count.as_deref(), &*d.unit.text)).collect();
    assert_eq!(limits, [("warn", Some("12"), "hours"), ("error", Some("1"), "day")]);

    let model = &parse.file.items[1];
    let ItemKindAst::Model { schema: Some(schema), body } = &model.kind else { panic!("{model:?}") };
    assert_eq!(schema.text, "analytics");
    let words: Vec<&str> = body.iter().map(|line| &LANGUAGE[line.keyword.range()]).collect();
    assert_eq!(
        words,
        [
            "kind", "cron", "start", "grain", "owner", "tags", "access", "group", "contract", "audit", "audit", "sql",
            "latest", "version", "version", "version"
        ]
    );
    let LineKind::Kind(kind) = &body[0].kind else { panic!("{body:?}") };
    assert_eq!(kind.words, "incremental by time");
    assert_eq!(texts(&kind.columns), ["updated_at"]);
    let options: Vec<&str> = kind.options.iter().map(|option| option.words.as_str()).collect();
    assert_eq!(options, ["every", "lookback", "batch", "concurrency"]);
    let LineKind::Contract { mode: Some(mode), columns } = &body[8].kind else { panic!("{body:?}") };
    assert_eq!(mode.text, "enforced");
    let ColumnsEntry::Column(first) = &columns[0] else { panic!("{columns:?}") };
    assert_eq!(first.docs.as_deref(), Some("The customer's key in the shop."));
    let ColumnsEntry::Column(lifetime) = &columns[2] else { panic!("{columns:?}") };
    let ConstraintKindAst::Check(check) = &lifetime.constraints[0].kind else { panic!("{lifetime:?}") };
    assert_eq!(&LANGUAGE[check.span.range()], "lifetime >= 0");
    let LineKind::Sql(sql) = &body[11].kind else { panic!("{body:?}") };
    assert_eq!(&LANGUAGE[sql.keyword.range()], "sql");
    assert!(LANGUAGE[sql.inner.range()].trim().starts_with("select c.id"));
    assert!(LANGUAGE[sql.inner.range()].trim().ends_with("group by all"));
    let LineKind::Version { body: second, .. } = &body[14].kind else { panic!("{body:?}") };
    assert_eq!(second.len(), 2);
    let LineKind::Version { body: third, .. } = &body[15].kind else { panic!("{body:?}") };
    let LineKind::Columns(columns) = &third[0].kind else { panic!("{third:?}") };
    assert!(matches!(
        &columns[..],
        [
            ColumnsEntry::Include { what: IncludeAst::All, .. },
            ColumnsEntry::Exclude { .. },
            ColumnsEntry::Rename { .. },
            ColumnsEntry::Column(_)
        ]
    ));
    let LineKind::Derive { columns, .. } = &third[2].kind else { panic!("{third:?}") };
    assert_eq!(LANGUAGE[columns[0].1.span.range()].trim(), "case when lifetime > 1000 then 'gold' else 'base' end");
}

#[test]
fn every_item() {
    for text in [
        "seed countries {\n path \"x.csv\"\n columns {\n code varchar not null\n }\n csv { delimiter \";\"  header true }\n}",
        "columns address {\n street varchar\n city varchar\n}",
        "type money = decimal(18, 2)",
        "type address = struct(street varchar, tags varchar[], props map(varchar, bigint[]))",
        "type state = enum(\"a\", \"b\")",
        "fn net(amount money, rate decimal(5, 4) = 0.19) -> money { sql { $amount / (1 + $rate) } }",
        "fn f() -> bigint {\n    sql { 1 }\n}",
        "audit many(a any, b any[], c column, d columns, e model = m, f condition, g interval = 3 days, h varchar[] = (\"x\", \"y\")) {\n sql { select 1 }\n}",
        "audit many(\n columns columns,\n model model\n) {\n sql { select 1 }\n}",
        "audit positive(column, min decimal = 0) { sql { select * from this where $column < $min } }",
        "audit any { sql { select 1 } }",
        "selector nightly = (tag:core, +dim_customers@2+1) or path:models/* except state:new // all",
        "selector a = owner:\"x y\" \nselector b = (a\n b)",
        "consumer board {\n kind dashboard\n owner \"a@b.test\"\n url \"https://x.test\"\n reads dim_customers@1 (customer_id, country_name)\n reads shop.orders@\"1.10\"\n}",
        "group growth { owner \"growth@shop.test\" }",
        "group growth {\n members (\"a\", \"b\")\n}",
        "source raw.x {\n read csv \"x.csv\" { header true  delimiter \";\" }\n}",
        "model `odd name` in `odd schema` {\n kind view\n}",
        "model a\n{\n kind view\n}",
        "",
        "// only a comment",
        "\u{FEFF}model a { kind view }",
        "model a {\r\n kind view\r\n}\r\n",
    ] {
        accepted(text);
    }
}

#[test]
fn every_test_line() {
    let item = only_item(
        "test \"adds up\" for dim@\"1.10\" {
            given raw.orders { (id, amount)
                (1, 2.50),
                (2, null)
            }
            given b@2 csv \"b.csv\"
            given c { sql { select 1 } }
            during 2024-01-01 to 2024-01-02
            now 2024-01-01T00:00:00Z
            $env = \"prod\"
            vars { rate = 1.5  name = \"x\" }
            expect ordered partial {
                (id, total)
                (1, -2)
            }
            expect { }
        }",
    );
    let ItemKindAst::Test { title: Some(title), subject: Some(TestSubjectAst::Nodes(subject)), body } = item.kind
    else {
        panic!("{item:?}")
    };
    assert_eq!(title.text, "adds up");
    assert_eq!(subject.len(), 1);
    assert_eq!(subject[0].name.text(), "dim");
    assert_eq!(body.len(), 10);
    let TestLine::Table { rows: RowsAst::Literal { columns, rows }, .. } = &body[0] else { panic!("{body:?}") };
    assert_eq!(texts(columns), ["id", "amount"]);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1][1].value, LiteralValue::Null);
    let TestLine::Table { modifiers, rows: RowsAst::Literal { rows, .. }, .. } = &body[8] else { panic!("{body:?}") };
    assert_eq!(texts(modifiers), ["ordered", "partial"]);
    assert_eq!(rows[0][1].value, LiteralValue::Integer("-2".to_owned()));
}

#[test]
fn subjects_of_tests() {
    let subject = |head: &str| match only_item(&format!("test \"t\" for {head} {{ given this {{ (a) }} }}")).kind {
        ItemKindAst::Test { subject: Some(subject), .. } => subject,
        other => panic!("{other:?}"),
    };
    let TestSubjectAst::Nodes(nodes) = subject("a@1, shop.b@\"2\", audit") else { panic!() };
    let names: Vec<String> = nodes.iter().map(|node| node.name.text()).collect();
    assert_eq!(names, ["a", "shop.b", "audit"]);
    let TestSubjectAst::Nodes(nodes) = subject("audit@2") else { panic!() };
    assert_eq!(nodes[0].name.text(), "audit");
    let TestSubjectAst::Audit(audit) = subject("audit unique_key") else { panic!() };
    assert_eq!((audit.name.text.as_str(), audit.args.len()), ("unique_key", 0));
    let TestSubjectAst::Audit(audit) = subject("audit holds(x => 1, sql { a = ')' })") else { panic!() };
    assert_eq!(audit.args.len(), 2);
}

#[test]
fn arguments_of_audits() {
    let text = "model m {\n audit every(a, `b c`, \"d\", raw.orders, dim@2, to => x.y@\"1.10\", if => sql { a + f(b) <> ')' },\n (1, 2),\n sql {}, 3 days, sql, null) warn\n kind view\n}";
    let ItemKindAst::Model { body, .. } = only_item(text).kind else { panic!() };
    assert_eq!(body.len(), 2);
    let LineKind::Audit(audit) = &body[0].kind else { panic!("{body:?}") };
    let kinds: Vec<String> = audit
        .args
        .iter()
        .map(|(name, literal)| {
            let name = name.as_ref().map(|name| format!("{}: ", name.text)).unwrap_or_default();
            let value = match &literal.value {
                LiteralValue::Node(node) => {
                    assert_eq!(node.span, literal.span);
                    format!("node {}", node.name.text())
                }
                LiteralValue::Sql(sql) => {
                    assert_eq!(&text[sql.keyword.range()], "sql");
                    format!("sql{}", &text[sql.inner.range()])
                }
                LiteralValue::Word(word) => format!("word {word}"),
                LiteralValue::List(list) => format!("{} values", list.len()),
                LiteralValue::Duration(_) => "duration".to_owned(),
                LiteralValue::String(_) => "string".to_owned(),
                LiteralValue::Null => "null".to_owned(),
                other => panic!("{other:?}"),
            };
            name + &value
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "word a",
            "word b c",
            "string",
            "node raw.orders",
            "node dim",
            "to: node x.y",
            "if: sql a + f(b) <> ')' ",
            "2 values",
            "sql",
            "duration",
            "word sql",
            "null"
        ]
    );
    assert_eq!(audit.level.as_ref().map(|level| level.text.as_str()), Some("warn"));
}

#[test]
fn every_property() {
    for line in [
        "kind full",
        "kind incremental by key (a, b)",
        "kind scd2 by time (x)",
        "kind ephemeral",
        "kind incremental by partition (a, b) {\n every 3 days  lookback 2  batch 30  concurrency 4 partials forward only\n no restatement  on destructive change warn  on additive change allow }",
        "kind scd2 by columns (a,\n   b) { partials  forward only  no restatement }",
        "kind append {\n every 15 minutes\n on destructive change error\n on additive change allow\n}",
        "every day",
        "no restatement",
        "cron @daily",
        "cron \"0 5 * * *\" tz \"Europe/Berlin\"",
        "tz \"UTC\"",
        "start 2023-01-01",
        "start 2023-02-30",
        "start \"2023-01-01\"",
        "end 2025-01-01",
        "grain (a)",
        "tags (core, \"pii-high\")",
        "access private",
        "schema analytics",
        "contract { a bigint }",
        "audit a.b",
        "audit unique_key(customer_id, other)",
        "audit accepted_values(status, (\"a\", \"b\"), strict = true) error",
        "sql for spark { select 1 }",
        "sql file \"x.sql\"",
        "sql {}",
        "latest \"1.10\"",
        "version 1.5 { kind view }",
        "version \"1 a\" { }",
        "version null {\n}",
        "deprecated 2027-06-30",
        "alias a.b",
        "derive from 2",
        "derive from \"a\" {\n x = a + 1\n y = case when a\n then 1 end\n}",
        "reads a (b)",
        "path 'x.csv'",
    ] {
        if line == "audit a.b" {
            // An audit's name has no dots.
            assert_eq!(parse(&format!("model m {{\n{line}\n}}")).errors.len(), 1);
        } else {
            only_line(line);
        }
    }
}

#[test]
fn values() {
    use LiteralValue as V;
    let integer = |text: &str| V::Integer(text.to_owned());
    for (text, expected) in [
        ("42", integer("42")),
        ("-1_000", integer("-1_000")),
        ("1.5", V::Decimal("1.5".to_owned())),
        ("true", V::Bool(true)),
        ("null", V::Null),
        ("2024-01-31", V::Date("2024-01-31".to_owned())),
        ("2024/13/45", V::Date("2024/13/45".to_owned())),
        ("2024-01-31T05:00:00Z", V::Timestamp("2024-01-31T05:00:00Z".to_owned())),
        ("yesterday", V::Word("yesterday".to_owned())),
        ("\"a\\\"\\\\\\n\"", V::String("a\"\\\n".to_owned())),
        ("'it'", V::String("it".to_owned())),
    ] {
        let LineKind::Start(literal) = only_line(&format!("start {text}")) else { panic!("{text}") };
        assert_eq!(literal.value, expected, "{text}");
    }
    let LineKind::Start(literal) = only_line("start 3 days") else { panic!() };
    let V::Duration(duration) = literal.value else { panic!("{literal:?}") };
    assert_eq!((duration.count.as_deref(), duration.unit.text.as_str()), (Some("3"), "days"));
    let LineKind::Option(option) = only_line("every day") else { panic!() };
    let Some(V::Duration(duration)) = option.value.map(|value| value.value) else { panic!() };
    assert_eq!((duration.count, duration.unit.text.as_str()), (None, "day"));
}

#[test]
fn column_blocks() {
    let entries = columns_of("{ include all exclude (country_name) }");
    assert!(matches!(entries[..], [ColumnsEntry::Include { .. }, ColumnsEntry::Exclude { .. }]));
    let entries = columns_of("{ include (a, b) rename a as b  c bigint not null  d varchar, e double precision }");
    assert_eq!(entries.len(), 5);
    let ColumnsEntry::Column(column) = &entries[4] else { panic!("{entries:?}") };
    let Some(TypeAst { kind: TypeKindAst::Named { name, .. }, .. }) = &column.ty else { panic!("{column:?}") };
    assert_eq!(name, "double precision");
    let entries = columns_of(
        "{\n a timestamp with time zone not null primary key unique\n b decimal(18, 2)[] check (b > ')') default 0\n \
         c references d@2(id) deprecated 2027-01-01 \"why\" tags (pii)\n name\n}",
    );
    assert_eq!(entries.len(), 4);
    let counts: Vec<usize> = entries
        .iter()
        .map(|entry| match entry {
            ColumnsEntry::Column(column) => column.constraints.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(counts, [3, 2, 3, 0]);
}

#[test]
fn docs_stand_above_items_lines_and_columns() {
    let text = "//// none\n/// One.\n///  Two.\nmodel a {\n  /// The kind.\n\n  kind view /// none\n  sql { -- /// }\n }\n  /// lost\n}";
    let item = only_item(text);
    assert_eq!(item.docs.as_deref(), Some("One.\n Two."));
    let ItemKindAst::Model { body, .. } = item.kind else { panic!() };
    assert_eq!(body[0].docs.as_deref(), Some("The kind."));
    assert_eq!(body.len(), 2);
    assert_eq!(body[1].docs, None);
}

#[test]
fn spans_hold_what_they_name() {
    let text = "  model a.b {\n    owner  \"x\" // who\n    contract {\n      c bigint\n    }\n  }\n";
    let item = only_item(text);
    assert_eq!(&text[item.span.range()], text.trim());
    assert_eq!(&text[item.name.as_ref().map(|name| name.span).unwrap_or_default().range()], "a.b");
    let ItemKindAst::Model { body, .. } = item.kind else { panic!() };
    assert_eq!(&text[body[0].span.range()], "owner  \"x\"");
    assert_eq!(&text[body[1].span.range()], "contract {\n      c bigint\n    }");
}

#[test]
fn tokens_tile_the_file() {
    let parse = accepted(LANGUAGE);
    let mut at = 0;
    for token in &parse.tokens {
        assert_eq!(token.span.start, at);
        assert!(token.span.end > at);
        at = token.span.end;
    }
    assert_eq!(at as usize, LANGUAGE.len());
    let sql = parse.tokens.iter().filter(|token| token.kind == TokenKind::Sql).count();
    assert_eq!(sql, 3, "the check, the query, the derived column");
}

/// A selection as it was understood: operations in brackets.
fn understood(selection: &SelectionAst) -> String {
    let depth = |depth: &Option<Option<u32>>| match depth {
        None => String::new(),
        Some(None) => "+".to_owned(),
        Some(Some(depth)) => format!("+{depth}"),
    };
    match &selection.kind {
        SelectionKind::Leaf { up, method, value, down } => {
            let method = method.as_ref().map(|method| format!("{}:", method.text)).unwrap_or_default();
            format!("{}<{method}{}>{}", depth(up), value.text, depth(down))
        }
        SelectionKind::And(a, b) => format!("({} and {})", understood(a), understood(b)),
        SelectionKind::Or(a, b) => format!("({} or {})", understood(a), understood(b)),
        SelectionKind::Except(a, b) => format!("({} except {})", understood(a), understood(b)),
    }
}

#[test]
fn selections() {
    for (text, expected) in [
        ("a", "<a>"),
        ("a b", "(<a> or <b>)"),
        ("a, b or c and d", "((<a> and <b>) or (<c> and <d>))"),
        ("a b except c except d", "((<a> or <b>) except (<c> or <d>))"),
        ("(a or b), tag:core", "((<a> or <b>) and <tag:core>)"),
        ("2+dim@2+1", "+2<dim@2>+1"),
        ("+a.v2+", "+<a.v2>+"),
        ("path:models/*/x.esk", "<path:models/*/x.esk>"),
        ("owner:\"Ann + Lee\"", "<owner:Ann + Lee>"),
        ("x@\"1.10\"", "<x@\"1.10\">"),
        ("stg_*\n  state:new", "(<stg_*> or <state:new>)"),
    ] {
        let (selection, errors) = esker_grammar::parse_selection(text);
        assert!(errors.is_empty(), "{text}: {errors:?}");
        assert_eq!(selection.as_ref().map(understood).as_deref(), Some(expected), "{text}");
    }
    for (text, told) in [
        ("", "expected a name, found the end of the file"),
        ("a,", "expected a name, found the end of the line"),
        ("a and or b", "expected a name, found `or`"),
        ("a + b", "expected a name, found `+`"),
        ("(a", "this `(` is never closed"),
        ("a)", "this `)` closes nothing"),
        ("tag:", "expected a name, found `tag:`"),
        ("99999999999+a", "expected a name, found `99999999999+a`"),
    ] {
        let (_, errors) = esker_grammar::parse_selection(text);
        let titles: Vec<String> = errors.iter().map(|error| error.kind.title()).collect();
        assert_eq!(titles, [told], "{text}");
    }
}
