//! What the parser makes of mistakes: each is told once, at its place, and its neighbours stay intact.

use esker_grammar::ast::*;
use esker_grammar::parse;

/// Every mistake of a text as `line name title`, lines counted from one.
fn mistakes(text: &str) -> Vec<String> {
    let errors = parse(text).errors;
    errors
        .iter()
        .map(|error| {
            let line = text[..error.span.start as usize].matches('\n').count() + 1;
            format!("{line} {} {}", error.kind.name(), error.kind.title())
        })
        .collect()
}

/// The names of the items, with the number of lines that can be read in each.
fn items(text: &str) -> Vec<(String, usize)> {
    let good = |lines: &[Line]| {
        lines.iter().filter(|line| !matches!(line.kind, LineKind::Broken | LineKind::Unknown(_))).count()
    };
    let items = parse(text).file.items;
    items
        .iter()
        .map(|item| {
            let lines = match &item.kind {
                ItemKindAst::Model { body, .. } => good(body),
                ItemKindAst::Source(body) | ItemKindAst::Seed(body) | ItemKindAst::Group(body) => good(body),
                _ => 0,
            };
            (item.name.as_ref().map(PathAst::text).unwrap_or_default(), lines)
        })
        .collect()
}

#[track_caller]
fn check(text: &str, expected_mistakes: &[&str], expected_items: &[(&str, usize)]) {
    assert_eq!(mistakes(text), expected_mistakes, "{text}");
    let expected: Vec<(String, usize)> =
        expected_items.iter().map(|(name, lines)| ((*name).to_owned(), *lines)).collect();
    assert_eq!(items(text), expected, "{text}");
}

const NEXT: &str = "\nmodel next {\n    kind view\n}\n";

#[test]
fn a_missing_brace_is_one_mistake() {
    // Of the item itself.
    check(
        &format!("model a {{\n    kind view\n    owner \"x\"\n{NEXT}"),
        &["1 unclosed-block the block of `model a` is never closed"],
        &[("a", 2), ("next", 1)],
    );
    check("model a {", &["1 unclosed-block the block of `model a` is never closed"], &[("a", 0)]);
    // Of a block inside: what follows is not in it.
    check(
        &format!(
            "model a {{\n    contract enforced {{\n        id bigint\n        b bigint\n\n    owner \"x\"\n    kind view\n}}\n{NEXT}"
        ),
        &["2 unclosed-block the block of `contract enforced` is never closed"],
        &[("a", 3), ("next", 1)],
    );
    // Of the last block inside: the brace below belongs to the item.
    check(
        &format!("model a {{\n    kind view\n    version 1 {{\n        kind full\n}}\n{NEXT}"),
        &["3 unclosed-block the block of `version 1` is never closed"],
        &[("a", 2), ("next", 1)],
    );
    // Of an options block on one line.
    check(
        &format!("model a {{\n    kind incremental by time (t) {{ every day\n    owner \"x\"\n}}\n{NEXT}"),
        &["2 unclosed-block the block of `kind incremental by time (t)` is never closed"],
        &[("a", 2), ("next", 1)],
    );
    // Of two blocks in two items.
    check(
        &format!("source a {{\n    start 2023-01-01\n\nmodel b {{\n    kind view\n{NEXT}"),
        &[
            "1 unclosed-block the block of `source a` is never closed",
            "4 unclosed-block the block of `model b` is never closed",
        ],
        &[("a", 1), ("b", 1), ("next", 1)],
    );
    // Without indentation only the item can be told.
    check(
        &format!("model a {{\nkind view\nowner \"x\"\n{NEXT}"),
        &["1 unclosed-block the block of `model a` is never closed"],
        &[("a", 2), ("next", 1)],
    );
}

#[test]
fn the_place_of_the_missing_brace_is_shown_too() {
    let text = "model a {\n    columns {\n        id bigint\n    kind view\n}\n";
    let errors = parse(text).errors;
    let (missing, label) = errors[0].kind.secondary().expect("an unclosed block has a second place");
    assert_eq!(missing.start as usize, text.find("bigint").unwrap() + "bigint".len());
    assert_eq!(label, "`}` is missing here");
    assert_eq!(&text[errors[0].span.range()], "columns {");
}

#[test]
fn an_unclosed_sql_block_is_one_mistake_at_its_opening() {
    let told = "2 unclosed-sql this SQL block is never closed";
    for (text, lines) in [
        // The brace below is the item's.
        (format!("model a {{\n    sql {{\n        select 1 as x\n}}\n{NEXT}"), 1),
        // Neither brace is there.
        (format!("model a {{\n    sql {{\n        select 1 as x\n{NEXT}"), 1),
        // Lines of the item follow.
        (format!("model a {{\n    sql {{\n        select 1 as x\n    kind view\n    owner \"x\"\n}}\n{NEXT}"), 3),
        (
            format!(
                "model a {{\n    sql {{\n        select 1 as x\n    version 1 {{\n        kind view\n    }}\n}}\n{NEXT}"
            ),
            2,
        ),
        // A comment hides the brace.
        (format!("model a {{\n    sql {{ select 1 -- }}\n}}\n{NEXT}"), 1),
    ] {
        check(&text, &[told], &[("a", lines), ("next", 1)]);
    }
    // A quote or comment without its end hides the brace: whoever reads the SQL reports that one.
    for sql in ["select '1", "select \"1", "/* select 1", "select e'1", "select $$ 1"] {
        check(&format!("model a {{\n    sql {{ {sql} }}\n}}\n{NEXT}"), &[], &[("a", 1), ("next", 1)]);
        check(&format!("model a {{ sql {{ {sql} }} }}\n{NEXT}"), &[], &[("a", 1), ("next", 1)]);
    }
    // It hides nothing: the brace is what is missing.
    check(&format!("model a {{\n    sql {{\n        select '1\n{NEXT}"), &[told], &[("a", 1), ("next", 1)]);
    // The item below has a misspelt keyword, and a quote of its own.
    let misspelt = "\nmodle next {\n    kind view\n    sql {\n        select 'x'\n    }\n}\n";
    let item = "there is no item `modle`";
    check(
        &format!("model a {{\n    sql {{\n        select 1 as x\n{misspelt}"),
        &[told, &format!("5 unknown-item {item}")],
        &[("a", 1), ("next", 2)],
    );
    check(
        &format!("model a {{\n    sql {{\n        select 'x\n    }}\n}}\n{misspelt}"),
        &[&format!("7 unknown-item {item}")],
        &[("a", 1), ("next", 2)],
    );
}

#[test]
fn lines_of_sql_that_look_like_items() {
    // A block that has an end of its own ends there, whatever its lines look like.
    for line in [
        "select i = 1 as x from ref(s)",
        "models x = 1",
        "fro x = {'a': 1}",
        "selector x = 1",
        "type x = 1",
        "test \"x\"",
        "/*\nmodel old {\n    kind view\n}\n*/ select 1",
        "select '\nmodel old {\n' as x",
    ] {
        check(&format!("model a {{\nsql {{\n{line}\n}}\n}}\n{NEXT}"), &[], &[("a", 1), ("next", 1)]);
        check(
            &format!("model a {{\nkind view\nversion 1 {{ sql {{\n{line}\n}} }}\nowner \"x\"\n}}\n{NEXT}"),
            &[],
            &[("a", 3), ("next", 1)],
        );
    }
    // Also where the item lacks its brace, or a quote its partner.
    check(
        &format!("model a {{\nsql {{\nselect i = 1 as x\nmodels x = 1\n}}\n{NEXT}"),
        &["1 unclosed-block the block of `model a` is never closed"],
        &[("a", 1), ("next", 1)],
    );
    check(&format!("model a {{\nsql {{\nselect 'abc\nmodels x = 1\n}}\n}}\n{NEXT}"), &[], &[("a", 1), ("next", 1)]);
    // An item below a block without an end stays an item, even where a stray brace follows it.
    check(
        "model a {\n    sql {\n        select 1\n\nmodel next {\n    kind view\n}\n}\n",
        &["2 unclosed-sql this SQL block is never closed", "8 stray-close this `}` closes nothing"],
        &[("a", 1), ("next", 1)],
    );
}

#[test]
fn habits_from_other_languages() {
    let comment = |line: usize, sign: &str| format!("{line} bad-character `{sign}` begins no comment");
    check(
        &format!(
            "-- don't {{\nmodel a {{ # it's a (\n    kind view -- \"here\n    # }}\n    owner \"x#y\" # z\n}}\n{NEXT}"
        ),
        &[&*comment(1, "--"), &*comment(2, "#"), &*comment(3, "--"), &*comment(4, "#"), &*comment(5, "#")],
        &[("a", 2), ("next", 1)],
    );
    assert_eq!(mistakes("# it's\nmodel a {\n}"), [comment(1, "#")]);
    let errors = parse("model a {\n    kind full -- here\n}").errors;
    assert_eq!(errors[0].kind.label(), "comments are written `//`");
    assert_eq!(errors[0].span.range().len(), 2);

    check(
        &format!(
            "model a {{\n    kind: full\n    owner = \"x\"\n    contract {{\n        id: bigint not null\n    }}\n}}\n{NEXT}"
        ),
        &[
            "2 bad-character `:` means nothing here",
            "3 bad-character `=` means nothing here",
            "5 bad-character `:` means nothing here",
        ],
        &[("a", 3), ("next", 1)],
    );
    for (line, told, help) in [
        (
            "tags [a, b]",
            "2 unexpected-token expected `(`, found `[`",
            "A list of values stands in parentheses: `(a, b)`.",
        ),
        (
            "contract { x array<int> not null  y bigint }",
            "2 unexpected-token expected `(`, found `<`",
            "Write `integer[]` for a list, `struct(a integer, b varchar)`, `map(varchar, integer)`.",
        ),
    ] {
        let text = format!("model a {{\n    {line}\n    kind view\n}}\n");
        assert_eq!(mistakes(&text), [told]);
        assert_eq!(parse(&text).errors[0].kind.help().as_deref(), Some(help));
    }
}

#[test]
fn a_quote_without_partner_does_not_hide_the_block_s_end() {
    // The bad quote is for whoever reads the SQL; the block ends where it seems to.
    check(
        &format!("model a {{\n    sql {{\n        select 'x\n    }}\n    kind view\n}}\n{NEXT}"),
        &[],
        &[("a", 2), ("next", 1)],
    );
}

#[test]
fn brackets_too_many_and_too_few() {
    check(
        &format!("model a {{\n    grain (a, b\n    kind view\n    tags (x)\n}}\n{NEXT}"),
        &["2 unclosed-parenthesis this `(` is never closed"],
        &[("a", 3), ("next", 1)],
    );
    check(
        &format!("model a {{\n    grain (a, b))\n    kind view\n}}\n{NEXT}"),
        &["2 stray-close this `)` closes nothing"],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!("model a {{\n    kind view }}\n    owner \"x\"\n}}\n{NEXT}"),
        &["2 stray-close this `}` closes nothing"],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!("model a {{\n    kind view\n}}\n}}\n{NEXT}"),
        &["4 stray-close this `}` closes nothing"],
        &[("a", 1), ("next", 1)],
    );
    check(
        &format!("model a\n    kind view\n    owner \"x\"\n}}\n{NEXT}"),
        &["1 missing-open-brace `{` is missing behind `model a`"],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!("model a {{\n    version 1\n        kind view\n    }}\n    owner \"x\"\n}}\n{NEXT}"),
        &["2 missing-open-brace `{` is missing behind `version 1`"],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!("model a {{\n    columns {{\n        a bigint check (a > 0\n        b bigint\n    }}\n}}\n{NEXT}"),
        &["3 unclosed-parenthesis this `(` is never closed"],
        &[("a", 1), ("next", 1)],
    );
}

#[test]
fn a_structure_without_its_end_in_sql_is_not_told_here() {
    for text in [
        format!(
            "model a {{\n    sql {{\n        select {{'k': 1 as x\n        from t\n    }}\n    kind view\n}}\n{NEXT}"
        ),
        format!("model a {{\n  sql {{\n  select {{'k': 1 as x\n  from t\n  }}\n  kind view\n}}\n{NEXT}"),
        format!("model a {{\nsql {{\nselect {{'k': 1 as x\nfrom t\n}}\nkind view\n}}\n{NEXT}"),
    ] {
        check(&text, &[], &[("a", 2), ("next", 1)]);
    }
}

#[test]
fn sql_without_its_opening_brace() {
    for sql in ["sql\n    select 1\n    }", "sql select 1 }", "sql select 1\n    }", "sql for spark select 1 }"] {
        check(
            &format!("model a {{\n    {sql}\n    kind view\n}}\n{NEXT}"),
            &["2 missing-open-brace `{` is missing behind `sql`"],
            &[("a", 2), ("next", 1)],
        );
    }
    // Without its closing brace too, the line is none.
    check(
        &format!("model a {{\n    sql select 1\n    kind view\n}}\n{NEXT}"),
        &["2 unexpected-token expected `file`, `for` or `{`, found `select`"],
        &[("a", 1), ("next", 1)],
    );
}

#[test]
fn an_opening_brace_forgotten_behind_two_closing_ones() {
    check(
        &format!(
            "model a {{ kind full\n    sql {{ select 1 }} }}\nmodel b\n    kind full\n    sql {{ select 1 }}\n}}\n{NEXT}"
        ),
        &["3 missing-open-brace `{` is missing behind `model b`"],
        &[("a", 2), ("b", 2), ("next", 1)],
    );
    assert_eq!(mistakes("model "), ["1 unexpected-token expected a name, found the end of the line"]);
}

#[test]
fn misspelt_words() {
    check(
        &format!("modle a {{\n    kind view\n}}\n{NEXT}"),
        &["1 unknown-item there is no item `modle`"],
        &[("a", 1), ("next", 1)],
    );
    check(
        &format!(
            "model a {{\n    kidn full\n    grian (a)\n    owner \"x\"\n    frobnicate {{\n        x\n    }}\n}}\n{NEXT}"
        ),
        &[
            "2 unknown-property there is no property `kidn`",
            "3 unknown-property there is no property `grian`",
            "5 unknown-property there is no property `frobnicate`",
        ],
        &[("a", 1), ("next", 1)],
    );
    // A word that leads a block is taken for what it was meant to be: nothing in the block is lost.
    check(
        &format!("model a {{\n    verison 1 {{\n        kidn view\n    }}\n    sqll {{ select '}}' }}\n}}\n{NEXT}"),
        &[
            "2 unknown-property there is no property `verison`",
            "3 unknown-property there is no property `kidn`",
            "5 unknown-property there is no property `sqll`",
        ],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!("model a {{\n    kind full {{ evry day  batch 3\n partials  frobnicate (a) lookback 2 }}\n}}\n{NEXT}"),
        &["2 unknown-option there is no option `evry`", "3 unknown-option there is no option `frobnicate`"],
        &[("a", 1), ("next", 1)],
    );
    check(
        &format!("model a {{\n    columns {{\n        icnlude all\n        rneame a as b\n    }}\n}}\n{NEXT}"),
        &["3 unknown-property there is no property `icnlude`", "4 unknown-property there is no property `rneame`"],
        &[("a", 1), ("next", 1)],
    );
    // Also on one line; and each is read as what it was meant to be.
    for (entries, word) in [
        ("include all exlude (amount)", "exlude"),
        ("include all renam a as b", "renam"),
        ("inclde all exclude (amount)", "inclde"),
        ("id bigint exlude (amount)", "exlude"),
    ] {
        let text = format!("columns c {{ {entries} }}\n{NEXT}");
        assert_eq!(mistakes(&text), [format!("1 unknown-property there is no property `{word}`")]);
        let ItemKindAst::Columns(entries) = &parse(&text).file.items[0].kind else { panic!("columns") };
        assert!(entries.len() == 2 && !entries.iter().any(|entry| matches!(entry, ColumnsEntry::Broken(_))), "{text}");
    }
    check(
        &format!("model a {{\n    columns {{\n        a bigint nott null\n        b bigint\n    }}\n}}\n{NEXT}"),
        &["3 unknown-constraint there is no constraint `nott`"],
        &[("a", 1), ("next", 1)],
    );
    assert_eq!(parse("modle a {\n}").errors[0].kind.help().as_deref(), Some("Write `model`."));
    assert_eq!(parse("model a {\nkidn full\n}").errors[0].kind.help().as_deref(), Some("Write `kind`."));
}

#[test]
fn broken_lines() {
    check(
        &format!("model a {{\n    grain a, b\n    start\n    owner 5\n    kind view\n    latest 1 2\n}}\n{NEXT}"),
        &[
            "2 unexpected-token expected `(`, found `a`",
            "3 unexpected-token expected a value, found the end of the line",
            "4 unexpected-token expected a string, found `5`",
            "6 unexpected-token expected the end of the line, found `2`",
        ],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!("model a {{\n    kind view owner \"x\"\n}}\n{NEXT}"),
        &["2 same-line `owner` must begin a line of its own"],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!("model a {{\n    cron @daily tzz \"x\"\n    tags (a b)\n    owner \"x\n}}\n{NEXT}"),
        &[
            "2 unexpected-token expected `tz` or the end of the line, found `tzz`",
            "3 unexpected-token expected `,` or `)`, found `b`",
            "4 unclosed-string this string has no closing quote",
        ],
        &[("a", 2), ("next", 1)],
    );
    // Deeper lines below a broken one belong to it.
    check(
        &format!("model a {{\n    frobnicate x\n        y z\n        w\n    kind view\n}}\n{NEXT}"),
        &["2 unknown-property there is no property `frobnicate`"],
        &[("a", 1), ("next", 1)],
    );
}

#[test]
fn broken_heads() {
    check(
        &format!("model {{\n    kind view\n}}\n{NEXT}"),
        &["1 unexpected-token expected a name, found `{`"],
        &[("", 1), ("next", 1)],
    );
    check(
        &format!("model dim-customers {{\n    kind view\n}}\n{NEXT}"),
        &["1 unexpected-token expected `in` or `{`, found `-`"],
        &[("dim", 1), ("next", 1)],
    );
    check(
        &format!("type money decimal\ntype x =\nselector y = (\n{NEXT}"),
        &[
            "1 unexpected-token expected `=`, found `decimal`",
            "2 unexpected-token expected a type, found the end of the line",
            "3 unclosed-parenthesis this `(` is never closed",
        ],
        &[("money", 0), ("x", 0), ("y", 0), ("next", 1)],
    );
    check(
        &format!("kind view\nowner \"x\"\n\nhello world, this is prose.\nAnd more.\n{NEXT}"),
        &["1 unknown-item `kind` stands outside any item"],
        &[("next", 1)],
    );
    check(
        &format!("model größe {{\n    kind view §§ \n    owner \"a\\d\"\n}}\n{NEXT}"),
        &[
            "1 bad-name `größe` must stand in backticks",
            "2 bad-character `§§` mean nothing here",
            "3 bad-escape `\\d` is no escape",
        ],
        &[("größe", 2), ("next", 1)],
    );
    check(
        &format!("/* open\nmodel lost\n{NEXT}"),
        &["1 unclosed-comment this comment is never closed"],
        &[("next", 1)],
    );
    check(
        &format!("fn f(a int {{ sql {{ 1 }} }}\naudit g() {{ }}\naudit h(a) {{\n    kind view\n}}\n{NEXT}"),
        &[
            "1 unclosed-parenthesis this `(` is never closed",
            "2 unexpected-token expected `sql { … }`, found `}`",
            "4 unexpected-token expected one `sql { … }` and nothing else, found `kind`",
        ],
        &[("f", 0), ("g", 0), ("h", 0), ("next", 1)],
    );
    check(
        &format!("fn f(a int) -> int {{\n    sql {{ 1 }}\n    sql {{ 2 }}\n}}\n{NEXT}"),
        &["3 unexpected-token expected one `sql { … }` and nothing else, found `sql`"],
        &[("f", 0), ("next", 1)],
    );
}

#[test]
fn what_is_given_up_as_a_whole_is_told_once() {
    check(
        &format!("This is prose; it doesn't parse.\n  (And \"this neither. }} {{\n\n; §\n{NEXT}"),
        &["1 unknown-item expected an item, found `This`"],
        &[("next", 1)],
    );
    check(
        &format!("model a {{\n    frobnicate\n        it's § odd\n        b \"\n    kind view;\n}}\n{NEXT}"),
        &["2 unknown-property there is no property `frobnicate`", "5 bad-character `;` means nothing here"],
        &[("a", 1), ("next", 1)],
    );
    check(
        &format!(
            "model a {{\n    columns {{\n        a bigint not nul unique\n        b bigint primary\n        c bigint;\n    }}\n}}\n{NEXT}"
        ),
        &[
            "3 unknown-constraint there is no constraint `not nul`",
            "4 unexpected-token expected `key`, found the end of the line",
            "5 bad-character `;` means nothing here",
        ],
        &[("a", 1), ("next", 1)],
    );
}

/// The example of the language's design with one more model behind it.
fn example() -> String {
    format!("{}{NEXT}", include_str!("language.esk"))
}

#[track_caller]
fn one_mistake_at_most(text: &str, change: &str) {
    let parse = parse(text);
    assert!(parse.errors.len() <= 1, "{change}: {:#?}", mistakes(text));
    assert_eq!(parse.file.items.len(), 3, "{change}");
}

#[test]
fn any_bracket_or_quote_too_few_or_too_many_is_one_mistake() {
    let example = example();
    for (at, sign) in example.char_indices().filter(|(_, c)| "{}()\"'".contains(*c)) {
        let line = example[..at].matches('\n').count() + 1;
        let mut text = example.clone();
        text.remove(at);
        one_mistake_at_most(&text, &format!("without {sign} on line {line}"));
        let mut text = example.clone();
        text.insert(at, sign);
        one_mistake_at_most(&text, &format!("two {sign} on line {line}"));
    }
}

#[test]
fn any_word_misspelt_is_one_mistake_on_its_line() {
    let example = example();
    for token in esker_grammar::tokens(&example) {
        let word = &example[token.span.range()];
        if token.kind != esker_grammar::TokenKind::Word || word.len() < 3 {
            continue;
        }
        let mut text = example.clone();
        text.replace_range(token.span.range(), &format!("{}{}{}{}", &word[..1], &word[2..3], &word[1..2], &word[3..]));
        one_mistake_at_most(&text, word);
        let line = |offset: u32| example[..offset as usize].matches('\n').count();
        for error in parse(&text).errors {
            assert_eq!(line(error.span.start), line(token.span.start), "{word}");
        }
    }
}

#[test]
fn a_body_without_its_head_is_one_mistake() {
    let body = "    kind view\n    audit a(b)\n    group g\n    contract enforced {\n        x int\n    }\n    sql { select 1 }\n}\n";
    check(&format!("{body}{NEXT}"), &["1 unknown-item `kind` stands outside any item"], &[("next", 1)]);
}

#[test]
fn twelve_mistakes_in_one_file() {
    let text = "\
modle a {
    kind view
}
source b {
    columns {
        id bigint nott null
        x
    start 2023-01-01
}
model c {
    kind incremental by time (t) { evry day }
    grain id
    owner \"x
    sql {
        select 1
}
selector d = +
type e = decimal(18,
test f for c {
}
model g {
    version 1 {
        columns { include everything now }
        kidn view
    }
}
group h {
    members (1)
}
";
    assert_eq!(
        mistakes(text),
        [
            "1 unknown-item there is no item `modle`",
            "5 unclosed-block the block of `columns` is never closed",
            "6 unknown-constraint there is no constraint `nott`",
            "11 unknown-option there is no option `evry`",
            "12 unexpected-token expected `(`, found `id`",
            "13 unclosed-string this string has no closing quote",
            "14 unclosed-sql this SQL block is never closed",
            "17 unexpected-token expected a name, found `+`",
            "18 unclosed-parenthesis this `(` is never closed",
            "19 unexpected-token expected a string, found `f`",
            "23 unexpected-token expected a comma or the end of the line, found `now`",
            "24 unknown-property there is no property `kidn`",
            "28 unexpected-token expected a string or `)`, found `1`",
        ]
    );
}

#[test]
fn sql_in_the_arguments_of_an_audit() {
    // The SQL takes the parenthesis with it: one mistake.
    check(
        &format!("model a {{\n    audit holds(sql {{ a = b)\n    kind view\n}}\n{NEXT}"),
        &["2 unclosed-sql this SQL block is never closed"],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!("model a {{\n    audit holds(sql {{ a = b }}, 1\n    kind view\n}}\n{NEXT}"),
        &["2 unclosed-parenthesis this `(` is never closed"],
        &[("a", 2), ("next", 1)],
    );
    check(
        &format!(
            "model a {{\n    audit holds(sql for)\n    kind view\n}}\ntest \"t\" for audit {{\n}}\ntest \"t\" for audit x(1 {{\n}}\n{NEXT}"
        ),
        &["2 unexpected-token expected `,` or `)`, found `for`", "7 unclosed-parenthesis this `(` is never closed"],
        &[("a", 1), ("", 0), ("", 0), ("next", 1)],
    );
}

#[test]
fn rows_without_parentheses_are_told_of_once_a_table() {
    let test = "test \"t\" for a {\n    given b {\n        id  at\n        1   2024-01-01\n        2, 2024-01-02\n    }\n    expect {\n        (id)\n        1\n        (2)\n    }\n}";
    check(
        &format!("{test}\n{NEXT}"),
        &["3 bare-row a row stands in parentheses", "9 bare-row a row stands in parentheses"],
        &[("", 0), ("next", 1)],
    );
}
