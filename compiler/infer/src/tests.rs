//! Types and problems of whole queries, against the engine's own answers (`std/duckdb/queries.tsv`) and as tables.

use crate::Nullability;
use crate::bind::{Column, Known, Rows, bind};
use esker_declare::DataType;
use esker_grammar::Span;
use esker_grammar::sql::lex;
use esker_sql::{Lowered, TableKind};
use std::collections::BTreeMap;

/// What the engine answered: the tables in `# name: columns` lines, then the queries.
const ENGINE: &str = include_str!("../../../std/duckdb/queries.tsv");

fn ty(text: &str) -> DataType {
    if let Some(item) = text.strip_suffix("[]") {
        return DataType::List(Box::new(ty(item)));
    }
    let (name, params) = text.split_once('(').unwrap_or((text, ""));
    let params: Vec<&str> = params.trim_end_matches(')').split(',').filter(|param| !param.is_empty()).collect();
    if name == "struct" {
        let field = |field: &&str| field.split_once(' ').map(|(name, of)| (name.to_string(), ty(of)));
        return DataType::Struct(params.iter().filter_map(field).collect());
    }
    let params: Vec<u32> = params.iter().map(|n| n.parse().expect("a number")).collect();
    DataType::from_name(name, &params).unwrap_or_else(|| panic!("no type {text}"))
}

fn table(name: &str) -> Rows {
    let lines = ENGINE.lines().filter_map(|line| line.strip_prefix("# ")?.split_once(": "));
    let Some((_, columns)) = lines.into_iter().find(|(table, _)| *table == name) else { return Rows::UNKNOWN };
    let column = |text: &str| {
        let (name, of) = text.trim().split_once(' ').expect("a name and a type");
        let nulls = if name == "a" { Nullability::Never } else { Nullability::Maybe };
        Column { name: name.to_string(), ty: ty(of), nulls, expr: None, named: true }
    };
    Rows { columns: columns.split(", ").map(column).collect(), complete: true }
}

struct Answer {
    lowered: Lowered,
    rows: Rows,
    errors: Vec<crate::InferError>,
}

fn ask(sql: &str) -> Answer {
    let text = lex(sql, Span::new(0, sql.len() as u32)).0;
    let lowered = esker_sql::lower(&text);
    let mut refs = Vec::new();
    for found in &lowered.query.tables {
        if let TableKind::Ref { index, name } = &found.kind {
            let index = *index as usize;
            refs.resize(refs.len().max(index + 1), Rows::UNKNOWN);
            refs[index] = table(name);
        }
    }
    let known =
        Known { variables: &[("start", DataType::Timestamp)], functions: &BTreeMap::new(), types: &BTreeMap::new() };
    let bound = bind(&lowered.query, &refs, known);
    Answer { lowered, rows: bound.rows, errors: bound.errors }
}

/// A type as the engine's DESCRIBE writes it.
fn engine_type(ty: &DataType) -> String {
    let plain = |ty: &DataType| ty.to_string().to_uppercase().replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE");
    match ty {
        DataType::Null => "INTEGER".to_string(),
        DataType::Decimal { precision, scale } => format!("DECIMAL({precision},{scale})"),
        DataType::List(item) => format!("{}[]", engine_type(item)),
        DataType::Map(key, value) => format!("MAP({}, {})", engine_type(key), engine_type(value)),
        DataType::Struct(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name} {}", engine_type(ty))).collect();
            format!("STRUCT({})", fields.join(", "))
        }
        ty => plain(ty),
    }
}

#[test]
fn columns_and_refusals_are_those_of_the_engine() {
    let mut wrong = Vec::new();
    let mut unknown = Vec::new();
    let mut columns = 0;
    for line in ENGINE.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let query = fields.next().expect("a query");
        let engine: Vec<&str> = fields.collect();
        let ours = ask(query);
        let refused = engine.first().is_some_and(|first| first.starts_with("refused: "));
        let complaints: Vec<_> = ours.lowered.errors.iter().map(|error| format!("{error:?}")).collect();
        let complaints: Vec<_> = complaints.into_iter().chain(ours.errors.iter().map(|e| format!("{e:?}"))).collect();
        if ours.lowered.query.root.is_none() && complaints.is_empty() {
            wrong.push(format!("{query}\n    opaque: {:?}", ours.lowered.query.opaque));
            continue;
        }
        if refused == complaints.is_empty() {
            wrong.push(format!("{query}\n    engine: {engine:?}\n    ours:   {complaints:?}"));
            continue;
        }
        if refused {
            continue;
        }
        let found: Vec<String> =
            ours.rows.columns.iter().map(|column| format!("{} {}", column.name, engine_type(&column.ty))).collect();
        columns += engine.len();
        let same = found.len() == engine.len()
            && found.iter().zip(&engine).all(|(found, engine)| {
                if found.contains("UNKNOWN") {
                    unknown.push(format!("{query}: {engine}"));
                    return true;
                }
                found == engine
            });
        if !same {
            let differ: Vec<_> = found.iter().zip(&engine).filter(|(a, b)| a != *b).collect();
            wrong.push(format!(
                "{query}\n    {} of {} columns\n    differ (ours, engine): {differ:?}",
                found.len(),
                engine.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} differ from the engine:\n{}", wrong.len(), wrong.join("\n"));
    // Unknown is honest, but it should not grow.
    assert!(
        unknown.len() * 50 <= columns,
        "{} of {columns} columns are unknown:\n{}",
        unknown.len(),
        unknown.join("\n")
    );
}

/// The problems of a query by their code's name, with the words that they underline.
fn problems(sql: &str) -> Vec<String> {
    let ours = ask(sql);
    let tokens = lex(sql, Span::new(0, sql.len() as u32)).0.tokens;
    let map = &ours.lowered.source_map;
    let mut shown: Vec<(u32, String)> = Vec::new();
    for error in &ours.errors {
        let range = error.at.tokens(map);
        let words: Vec<&str> =
            tokens[range.start as usize..range.end as usize].iter().map(|token| token.text.as_str()).collect();
        let location = |_| esker_diagnostics::Location { file: "a.esk".into(), span: Span::new(0, 0) };
        let diagnostic = error.diagnostic(map, location);
        shown.push((range.start, format!("{}: {}", diagnostic.code.name(), words.join(" "))));
    }
    shown.sort();
    shown.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn every_problem_of_a_query_is_reported_where_it_is() {
    let cases: &[(&str, &[&str])] = &[
        (
            "select zz, x.a, v + 1 as w from ref(t) where qq = 1 order by vv",
            &[
                "unknown-column: zz",
                "unknown-table-alias: x . a",
                "type-clash: v + 1",
                "unknown-column: qq",
                "unknown-column: vv",
            ],
        ),
        ("select t.a, i from ref(t) join ref(u) using (a) join ref(u) as o using (a)", &["ambiguous-column: i"]),
        ("select a from ref(t) where da and i = 1", &["type-clash: da"]),
        ("select a from ref(t) where da = 5", &["type-clash: da = 5"]),
        ("select da::int as x from ref(t)", &["type-clash: da :: int"]),
        ("select a, i as A from ref(t)", &["duplicate-output-column: A"]),
        ("select *, i from ref(u)", &["duplicate-output-column: i"]),
        ("select t.*, o.* from ref(u) t join ref(u) o using (a)", &["duplicate-output-column: o . *"]),
        ("select i from ref(t) union select i, v from ref(t)", &["set-mismatch: i , v"]),
        ("select da from ref(t) union all select i from ref(t)", &["type-clash: i"]),
        ("select v, i, sum(l) from ref(t) group by v", &["not-grouped: i"]),
        (
            "select v, sum(i) as s from ref(t) where sum(i) > 1 and row_number() over () = 1 group by v",
            &["misplaced-aggregate: sum ( i )", "misplaced-aggregate: row_number ( ) over ( )"],
        ),
        (
            "select uper(v) as a, upper(i) as b from ref(t)",
            &["unknown-function: uper ( v )", "wrong-arguments: upper ( i )"],
        ),
        ("select st_point(1, 2) as p from ref(t)", &[]),
        // What is wrong once is not wrong again in what it is part of.
        (
            "select zz + v as x, upper(zz) as y, case when zz then 1 else 'a' || zz end as w from ref(t) group by zz",
            &[
                "unknown-column: zz",
                "unknown-column: zz",
                "unknown-column: zz",
                "unknown-column: zz",
                "unknown-column: zz",
            ],
        ),
        ("with c as (select nope from ref(t)) select nope + 1 as x from c", &["unknown-column: nope"]),
        ("select o.anything, p.b from ref(open) as o, ref(open) as p where whatever = 1", &[]),
        ("select i from ref(t) as x, ref(open) as o where zz = 1 and x.zz = 2", &["unknown-column: x . zz"]),
        ("select x.i from ref(t) x, ref(u) x", &["ambiguous-column: x . i"]),
        ("select i from ref(t) order by 5", &["unknown-column: 5"]),
        ("select i from ref(t) group by 3", &["unknown-column: 3"]),
        ("select (select 1, 2) as x", &["set-mismatch: 1 , 2"]),
        (
            "select sum(i) over w as s, row_number() as r from ref(t)",
            &["unknown-table-alias: sum ( i ) over w", "misplaced-aggregate: row_number ( )"],
        ),
        ("select i::bigimt as x, v::timestamp_ns as y from ref(t)", &["unknown-type: i :: bigimt"]),
        (
            "select coalesce(zz = 1, true) as x, if(i = 1 and qq, a = b, b = a) as y from ref(t)",
            &["unknown-column: zz", "unknown-column: qq"],
        ),
        ("select rnage from rnage(10)", &["unknown-function: rnage ( 10 )"]),
    ];
    for (sql, expected) in cases {
        assert_eq!(problems(sql), *expected, "{sql}");
    }
}

#[test]
fn null_is_claimed_only_where_it_is_certain() {
    // `a` of both tables is never null.
    let cases = [
        ("select a, i from ref(t)", "never maybe"),
        ("select a + 1 as x, a = 1 as y, a // 2 as z, upper('x') as w from ref(t)", "never never maybe never"),
        ("select null as x, null + 1 as y, cast(null as date) as z from ref(t)", "always always always"),
        ("select coalesce(i, 0) as x, coalesce(i, l) as y, i is null as z from ref(t)", "never maybe never"),
        ("select count(*) as x, sum(a) as y, max(a) as z from ref(t)", "never maybe maybe"),
        ("select x.a, y.a as b from ref(t) x left join ref(u) y on true", "never maybe"),
        ("select x.a, y.a as b from ref(t) x right join ref(u) y on true", "maybe never"),
        ("select x.a, y.a as b from ref(t) x full join ref(u) y on true", "maybe maybe"),
        ("select a from ref(t) x right join ref(u) y using (a)", "never"),
        ("select case when bo then 1 end as x, case when bo then 1 else 2 end as y from ref(t)", "maybe never"),
        ("select a from ref(t) union all select null", "maybe"),
        ("select (select max(a) from ref(t)) as x, exists (select 1) as y", "maybe never"),
        ("select $start as x, try_cast('1' as int) as y", "never maybe"),
        ("with recursive r(n) as (select 1 union all select null from r) select n from r", "maybe"),
    ];
    for (sql, expected) in cases {
        let nulls: Vec<String> =
            ask(sql).rows.columns.iter().map(|column| format!("{:?}", column.nulls).to_lowercase()).collect();
        assert_eq!(nulls.join(" "), expected, "{sql}");
    }
}

#[test]
fn deep_and_long_queries_are_bound() {
    let sql = format!("select 1 as x where {}", vec!["1 = 1"; 3_000].join(" or "));
    assert!(problems(&sql).is_empty());
    for (open, close) in [("(", ")"), ("abs(", ")"), ("(select ", ")"), ("case when true then ", " end"), ("[", "]")] {
        let sql = format!("select {}1{} as x", open.repeat(60), close.repeat(60));
        assert!(problems(&sql).is_empty(), "{open}");
    }
    let sql = vec!["select 1 as x"; 1_000].join(" union all ");
    assert_eq!(ask(&sql).rows.columns.len(), 1);
}

#[test]
fn any_part_of_a_query_is_bound_without_panic() {
    let sql = "with recursive a(n) as (select i, count(*) filter (where bo) over (order by v) as n from ref(t) left join \
               ref(u) using (i) where a in (select 1, 2) and case when b then [1][1] else {'a': 1} end group by all) \
               select * exclude (a) replace (1 as b), s.x, t.*, sum(i) over w, lag(n) from a natural join ref(t) \
               union all by name values (1, null) order by 3 limit 10";
    let tokens = lex(sql, Span::new(0, sql.len() as u32)).0.tokens;
    for start in 0..tokens.len() {
        for end in start..=tokens.len() {
            let part: Vec<&str> = tokens[start..end].iter().map(|token| token.text.as_str()).collect();
            let _ = ask(&part.join(" "));
        }
    }
}
