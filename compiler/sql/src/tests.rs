//! Bodies and what is read of them: constructs, errors at their tokens, and places of expressions.

use crate::{Body, Expr, Lowered, lower};
use esker_grammar::Span;
use esker_grammar::sql::{SqlText, lex};

fn text(sql: &str) -> SqlText {
    lex(sql, Span::new(0, sql.len() as u32)).0
}

fn read(sql: &str) -> Lowered {
    lower(&text(sql))
}

/// The tokens of a range, joined by spaces.
fn words(sql: &str, range: std::ops::Range<u32>) -> String {
    let tokens = text(sql).tokens;
    let range = range.start as usize..(range.end as usize).min(tokens.len());
    tokens[range].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_the_engine_takes_is_read() {
    let bodies = [
        "from ref(a)",
        "from ref(a) where x > 1",
        "from ref(a) select x",
        "with s as (select 1 as x) from s where x > 0",
        "with s as materialized (select 1), t as not materialized (select 2) select * from s, t",
        "select * exclude (a) replace (b + 1 as b) rename (c as d) from ref(t)",
        "select t.* exclude a from ref(t)",
        "select a from ref(t) asof left join ref(u) using (a, t)",
        "select a from ref(t) asof join ref(u) on t.a = u.a and t.t >= u.t",
        "select a from ref(t) positional join ref(u)",
        "select a from ref(t) semi join ref(u) using (a)",
        "select a from ref(t, v => 2) as t using sample reservoir(50 rows) repeatable (100)",
        "select a from ref(t) tablesample 10%",
        "select [x + 1 for x in l if x > 2] as l from ref(t)",
        "select a glob '*b', a in l and b, a not in l from ref(t)",
        "select sum(x) over (order by b rows between 1 preceding and 1 following exclude current row) from ref(t)",
        "select count(*) filter (x > 1) from ref(t)",
        "select 2 ** 3, a not between symmetric 1 and 2 from ref(t)",
        "select a from ref(t) limit 10%",
        "select a: 1, b: c + f(d, e), g from ref(t)",
        "select e'a\\n', $$abc$$, {'a': 1}, map {'a': 1}, [1, 2][1], s.a.b, l[1:2]",
        "select list_transform(l, x -> x + 1), list_transform(l, lambda x: x + 1) from ref(t)",
        "select a, from ref(t) group by a,",
        "values (1, 'a'), (2, 'b');",
        "(select 1) union all by name (select 2) order by 1 limit 1",
        "select a from ref(t) order by all",
        "select distinct on (a) a, b from ref(t) window w as (partition by b) qualify row_number() over w = 1",
        "select a isnull as x, [1] && [2] as y, b ^@ 'a' as z, a.upper().substr(1, 2).trim() from ref(t)",
        "select a <-> b as x, a <=> b as y from ref(t)",
        "select interval, t.interval, interval + 1, interval '1' day, a::interval from ref(t)",
        "select * from ref(t) where columns(*) is not null",
        "select a is null, b isnull, c is not distinct from d, cast(a as struct(x int, y varchar[])) from ref(t)",
        "select x.y from ref(raw.orders) as x where x.t >= $start and x.t < $end",
        "select unnest(l), * from ref(t), unnest(t.l) as u(x), range(10) r",
        "select a from ref(t) order by #1",
        "select (a is distinct from b) as x from ref(t) union distinct from ref(u)",
        "with recursive r(n) as (select 1 union all select n + 1 from r where n < 10) from r",
    ];
    for body in bodies {
        let lowered = read(body);
        assert_eq!((&lowered.errors[..], &lowered.stray_tables[..]), (&[][..], &[][..]), "{body}");
        assert!(lowered.query.root.is_some(), "{body}: {:?}", lowered.query.opaque);
    }
}

#[test]
fn what_cannot_be_analysed_is_opaque_and_not_wrong() {
    let bodies = [
        "pivot ref(t) on year using sum(x) group by a",
        "unpivot ref(t) on a, b into name n value v",
        "select * from ref(t) pivot (sum(x) for y in (1, 2))",
        "select * from (pivot ref(t) on year using sum(x))",
        "select columns('a.*') from ref(t)",
        "select min(columns(*)) from ref(t)",
        "select * like 'a%' from ref(t)",
        "with recursive r(n) using key (n) as (select 1 union select n + 1 from r) from r",
    ];
    for body in bodies {
        let lowered = read(body);
        assert_eq!(lowered.errors, [], "{body}");
        assert!(lowered.query.opaque.is_some() && lowered.query.root.is_none(), "{body}");
    }
}

#[test]
fn wrong_sql_is_one_error_at_its_token() {
    // The token that is wrong, and the title.
    let cases = [
        ("select from where", "from", "expected a column or an expression, found `from`"),
        ("select a from ref(t) where where a > 1", "where", "expected an expression, found `where`"),
        ("select a from ref(t) where and a > 1", "and", "expected an expression, found `and`"),
        ("select a, b + from ref(t)", "from", "expected an expression, found `from`"),
        ("selec a from ref(t)", "selec", "expected `select`, found `selec`"),
        ("select a from ref(t) wher x > 1", "wher", "expected `where`, found `wher`"),
        ("select a from ref(t) where a = 1 adn b = 2", "adn", "expected `and`, found `adn`"),
        ("select a form ref(t)", "form", "expected `from`, found `form`"),
        ("select a from ref(t) where", "", "expected an expression, found the end of the SQL"),
        ("select a from ref(t) where a in ()", ")", "expected an expression, found `)`"),
        ("select a from ref(t) join ref(u)", "ref ( u )", "this join has no condition"),
        ("select a from ref(t) left join ref(u) as x where a = 1", "ref ( u )", "this join has no condition"),
        ("select a from ref(t) group a", "group", "expected the end of the query, found `group`"),
        ("select (a from ref(t)", "(", "`(` is never closed"),
        ("select a) from ref(t)", ")", "`)` closes nothing"),
        ("select f([a)] from ref(t)", "[", "`[` is never closed"),
        ("select 'abc from ref(t)", "'abc from ref(t)", "a string is never closed"),
        ("", "", "the SQL is empty"),
        (";", "", "the SQL is empty"),
        ("select a from from ref(t)", "from", "expected a table, found `from`"),
        ("select ?", "?", "`?` is no variable"),
        ("select 1 + :x as y", ": x", "`:x` is no variable"),
        ("select {{ ref('s') }} from x", "{ { ref ( 's' ) } }", "a template stands in the SQL"),
        ("with a as (select 1), A as (select 2) from a", "A", "two CTEs are called `A`"),
        ("select `a` from ref(t)", "`a`", "SQL has no backticks"),
        ("create table x as select 1", "create", "`create` is not a query"),
        ("select 1; select 2", ";", "a second statement stands behind the query"),
    ];
    for (sql, token, title) in cases {
        let lowered = read(sql);
        let [error] = &lowered.errors[..] else { panic!("{sql}: {:?}", lowered.errors) };
        let tokens = text(sql).tokens.len() as u32;
        let found = if error.tokens.start >= tokens || token.is_empty() {
            String::new()
        } else {
            words(sql, error.tokens.clone())
        };
        let location = |_| esker_diagnostics::Location { file: "a.esk".into(), span: Span::new(0, 0) };
        let shown = error.diagnostic(location);
        assert_eq!((found.as_str(), shown.title.as_str()), (token, title), "{sql}");
    }
}

#[test]
fn entries_of_a_select_list_stand_where_they_are_written() {
    let entries = [
        "a",
        "t . a",
        "a + b * 2",
        "( a )",
        "( ( a + b ) ) * 2",
        "- a",
        "not a",
        "f ( )",
        "count ( * )",
        "sum ( a + 1 ) filter ( where b ) over ( partition by c )",
        "sum ( a ) over w",
        "string_agg ( a , ',' order by b )",
        "percentile_cont ( 0.5 ) within group ( order by a )",
        "cast ( a as decimal ( 10 , 2 ) )",
        "cast ( ( a ) as int )",
        "a :: decimal ( 10 , 2 ) [ ]",
        "a :: timestamp with time zone",
        "date '2024-01-31'",
        "interval '1' day",
        "interval 1 day",
        "case when a then f ( b ) else c end",
        "a is not null",
        "a in ( 1 , 2 )",
        "a not in ( select b from ref ( t ) )",
        "a between 1 and 2 + 3",
        "exists ( select 1 )",
        "( select max ( b ) from ref ( t ) )",
        "extract ( year from a )",
        "substring ( a from 1 for 2 )",
        "trim ( both 'x' from a )",
        "position ( 'x' in a )",
        "[ 1 , 2 ]",
        "{ 'a' : 1 , 'b' : f ( 2 ) }",
        "map { 'a' : 1 }",
        "l [ 1 : 2 ]",
        "s [ 'a' ] . b",
        "( 1 , 2 )",
        "a like 'x'",
        "* exclude ( a , b )",
        "t . *",
    ];
    for entry in entries {
        let sql = format!("select first_one, {entry}, last_one from ref(t)");
        let lowered = read(&sql);
        let ir = &lowered.query;
        let root = ir.root.unwrap_or_else(|| panic!("{sql}: {:?}", lowered.errors));
        let Body::Select(select) = &ir.query(root).body else { panic!("{sql}") };
        let item = &select.items[1];
        assert_eq!(words(&sql, lowered.source_map.expr(item.expr)), entry, "{:?}", ir.expr(item.expr));
    }
}

#[test]
fn layout_comments_and_keyword_case_are_gone_from_the_ir() {
    let a = read("select a, b + 1 as c from ref(t) where x = 'Y'");
    let b = read("SELECT\n a, -- the key\n (b + 1) AS c\nFROM ref( t )\nWHERE (x = 'Y')");
    assert_eq!(a.query, b.query);
    assert_ne!(a.source_map, b.source_map);
    assert_ne!(a.query, read("select a, b + 1 as c from ref(t) where x = 'y'").query);
}

#[test]
fn refs_are_numbered_and_lend_their_names() {
    let lowered = read("select orders.id from ref(raw.orders) join ref(raw.orders, v => 2) as o using (id)");
    let refs: Vec<_> =
        lowered.query.tables.iter().filter(|table| matches!(table.kind, crate::TableKind::Ref { .. })).collect();
    assert_eq!(refs.len(), 2);
    assert_eq!(refs[0].kind, crate::TableKind::Ref { index: 0, name: "orders".to_string() });
    assert_eq!(refs[1].alias.as_deref(), Some("o"));
}

#[test]
fn tables_that_are_no_refs_are_strays() {
    let lowered = read("with known as (select 1) select * from known, orders, shop.orders, 'data/x.csv'");
    let strays: Vec<_> = lowered.stray_tables.iter().map(|stray| (stray.name.as_str(), stray.file)).collect();
    assert_eq!(strays, [("orders", false), ("shop.orders", false), ("data/x.csv", true)]);
}

#[test]
fn a_cte_cannot_see_itself_unless_it_recurs_nor_those_behind_it() {
    let lowered = read("with a as (select * from b), b as (select * from b) select * from a");
    assert_eq!(lowered.stray_tables.len(), 2);
}

#[test]
fn long_chains_neither_overflow_nor_fail() {
    let sql = format!("select 1 as x where {}", vec!["x = 1"; 5_000].join(" or "));
    assert!(read(&sql).query.root.is_some());
    let sql = vec!["select 1"; 2_000].join(" union all ");
    assert!(read(&sql).query.root.is_some());
    let nested = |open: &str, close: &str| format!("select {}1{}", open.repeat(60), close.repeat(60));
    for (open, close) in [("(", ")"), ("abs(", ")"), ("(select ", ")"), ("case when true then ", " end"), ("[", "]")] {
        assert!(read(&nested(open, close)).query.root.is_some(), "{open}");
    }
    let sql = format!("select {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert_eq!(read(&sql).errors.len(), 1);
}

#[test]
fn any_prefix_of_a_query_is_read_without_panic() {
    let sql = "with a as (select x, count(*) filter (where y) over (order by z) as n from ref(m, v => 2) t left join \
               ref(u) using (k) where a in (select 1) and case when b then [1][1] else {'a': 1} end group by all) \
               select * exclude (a) replace (1 as b), date '2024-01-01', a::decimal(1, 2)[], extract(year from d) from a \
               union all by name values (1) order by all limit 10 %";
    let tokens = text(sql).tokens;
    for start in 0..tokens.len() {
        for end in start..=tokens.len().min(start + 40) {
            let part = SqlText { tokens: tokens[start..end].to_vec() };
            let lowered = lower(&part);
            assert_eq!(lowered.query.exprs.len(), lowered.source_map.exprs.len());
        }
    }
    assert!(matches!(read("select 1").query.exprs[0], Expr::Literal(_)));
}

#[test]
fn a_malformed_reference_is_left_to_who_reads_references() {
    for sql in ["select a from ref(", "select a from ref(t, v => ) where", "select a from ref(t where x = (1"] {
        assert_eq!(read(sql).errors, [], "{sql}");
    }
}
