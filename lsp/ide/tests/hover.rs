//! Hover, by projects with a `<CURSOR>` in one of their files.

use esker_driver::Session;

/// A source, a seed and two models with versions, that the files of the tests refer to.
const SHOP: &str = r#"
/// One row per order, as the shop has it.
source raw.orders {
    columns {
        /// The order's key:
        /// never used twice.
        id     bigint  not null  primary key
        status varchar
    }
    read csv "data/orders/*.csv"
}

seed countries {
    path "seeds/countries.csv"
    columns { code varchar }
}

/// Customers, one row each.
model customers in analytics {
    kind view
    contract enforced {
        id      bigint  not null
        country varchar
    }
    sql { select 1::bigint as id, 'x' as country }
    latest 2
    version 1 {}
    /// Without the country, which was never reliable.
    version 2 { columns { include all exclude (country) } }
    version 3 {}
    version 4 {}
}

model products {
    kind full
    contract enforced { id bigint  not null }
    sql { select 1::bigint as id }
    version 1 {}
    version "1.5" {}
}

model prices {
    kind full
    contract enforced { id bigint  not null }
    sql { select 1::bigint as id }
    version 7 {}
}
"#;

/// What is shown at the cursor of `text`, and the text that it is about.
fn hover(text: &str) -> Option<(String, String)> {
    let offset = text.find("<CURSOR>").expect("a cursor");
    let text = text.replacen("<CURSOR>", "", 1);
    let files =
        [("models/shop.esk", SHOP), ("models/a.esk", &text)].map(|(path, text)| (path.to_string(), text.to_string()));
    let session = Session::in_memory(files.into());
    let file = session.file("models/a.esk").expect("is there");
    let hover = esker_ide::hover(&session, file, offset as u32)?;
    Some((hover.markdown, text[hover.span.range()].to_string()))
}

/// What is shown at the cursor of a model's SQL.
fn in_sql(sql: &str) -> String {
    hover(&format!("model a {{\n    kind view\n    sql {{ {sql} }}\n}}\n"))
        .map(|(markdown, _)| markdown)
        .unwrap_or_default()
}

/// The sentence on why a reference means what it means.
fn reason(sql: &str) -> String {
    in_sql(sql).lines().next().unwrap_or_default().to_string()
}

#[test]
fn an_unpinned_reference_means_the_latest() {
    let (markdown, about) =
        hover("model a { \n kind view \n sql { select * from ref(custo<CURSOR>mers) as c } \n }").expect("a hover");
    assert_eq!(about, "ref(customers)");
    assert_eq!(
        markdown,
        "`ref(customers)` pins no version and means version 2, the latest of 1, 2, 3 and 4 (`latest 2` says so). Version \
         3 is a prerelease: `ref(customers, v => 3)` reads it; `country` is new. Version 4 is a prerelease: \
         `ref(customers, v => 4)` reads it; `country` is new. To stay on version 2 when another becomes the \
         latest, pin it: `ref(customers, v => 2)`.\n\n\
         **`customers@2`** · model · view · relation `analytics.customers_v2` · relation `analytics.customers`\n\n\
         Without the country, which was never reliable.\n\n\
         | column | type | nulls | |\n|---|---|---|---|\n| `id` | `bigint` | no |  |"
    );
}

#[test]
fn the_reason_tells_the_cases_apart() {
    let cases = [
        (
            "from ref(products<CURSOR>)",
            "`ref(products)` pins no version and means version 1.5, the latest of 1 and 1.5 (the greatest). \
             To stay on version 1.5 when another becomes the latest, pin it: `ref(products, v => '1.5')`.",
        ),
        (
            "from ref(prices<CURSOR>)",
            "`ref(prices)` pins no version and means version 7, the only one. \
             To stay on version 7 when another becomes the latest, pin it: `ref(prices, v => 7)`.",
        ),
        ("from ref(prices, v => <CURSOR>7)", "Pinned to version 7, the only one; `ref(prices)` means it too."),
        (
            "from ref(customers, v => 1<CURSOR>)",
            "Pinned to version 1, an old one: the latest is version 2, which `ref(customers)` means. \
             Version 3 is a prerelease: `ref(customers, v => 3)` reads it; its columns are the same. \
             Version 4 is a prerelease: `ref(customers, v => 4)` reads it; its columns are the same.",
        ),
        (
            "from ref<CURSOR>(customers, v => 3)",
            "Pinned to version 3, a prerelease: the latest is version 2, which `ref(customers)` means. \
             Version 4 is a prerelease: `ref(customers, v => 4)` reads it; its columns are the same.",
        ),
        (
            "from <CURSOR>ref(products, v => '1.5')",
            "Pinned to version 1.5, the latest of 1 and 1.5; `ref(products)` means it too, until there is a later one.",
        ),
        ("from ref(raw.<CURSOR>orders)", "`ref(raw.orders)` means it as it is: it has no versions."),
        ("from ref('raw.orders'<CURSOR>)", "`ref('raw.orders')` means it as it is: it has no versions."),
    ];
    for (sql, expected) in cases {
        assert_eq!(reason(&format!("select * {sql}")), expected, "{sql}");
    }
}

#[test]
fn a_source_shows_its_file_its_documentation_and_its_columns() {
    let markdown = in_sql("select id from ref(raw.orders<CURSOR>)");
    let shown = markdown.split_once("\n\n").expect("more than the reason").1;
    assert_eq!(
        shown,
        "**`raw.orders`** · source · csv `data/orders/*.csv`\n\n\
         One row per order, as the shop has it.\n\n\
         | column | type | nulls | |\n|---|---|---|---|\n\
         | `id` | `bigint` | no | The order's key: never used twice. |\n\
         | `status` | `varchar` | yes |  |"
    );
    let seed = in_sql("select code from ref(countries<CURSOR>)");
    assert!(seed.contains("**`countries`** · seed · `seeds/countries.csv` · relation `main.countries`"), "{seed}");
}

#[test]
fn what_is_unresolved_shows_what_is_near() {
    let near = in_sql("select * from ref(custmers<CURSOR>)");
    assert!(
        near.starts_with("Nothing is named `custmers`. Did you mean `ref(customers)`?\n\n**`customers@2`** · model"),
        "{near}"
    );
    let cases = [
        ("ref(weather<CURSOR>)", "Nothing is named `weather`, and no name is near."),
        (
            "ref(customers, v => 9<CURSOR>)",
            "`customers` has no version 9. It has versions 1, 2, 3 and 4; the latest is 2.",
        ),
        ("ref(prices, v => 9<CURSOR>)", "`prices` has no version 9. It has version 7 only."),
        ("ref(countries, v => 1<CURSOR>)", "`countries` has no versions: write `ref(countries)`."),
    ];
    for (sql, expected) in cases {
        assert_eq!(reason(&format!("select * from {sql}")), expected, "{sql}");
    }
}

#[test]
fn broken_text_can_be_asked_about() {
    for text in [
        "model a {\n kind view\n sql { select from where ref(cust<CURSOR>omers) (( }\n}",
        "model a {\n knd view\n sql { select * from ref(cust<CURSOR>omers) }\n",
        "modl x {\n}\n\nmodel a {\n kind view\n sql { select * from ref(cust<CURSOR>omers) }\n}",
        "model a {\n kind view\n sql {\n  select * from ref(cust<CURSOR>omers) where\n",
        "model {\n kind view\n sql { select * from ref(cust<CURSOR>omers) }\n}",
        "model a {\n sql { select 'unclosed from x join ref(y\n from ref(cust<CURSOR>omers) }\n}",
    ] {
        let shown = hover(text).map(|(markdown, _)| markdown).unwrap_or_default();
        assert!(shown.starts_with("`ref(customers)` pins no version and means version 2"), "{text}\n{shown}");
    }
    // Without its parenthesis it is no reference yet.
    assert_eq!(in_sql("select * from ref(cust<CURSOR>omers"), "");
}

#[test]
fn a_name_and_a_version_show_what_they_declare() {
    let model = |name: &str, label: &str| {
        format!(
            "model {name} {{\n kind view\n contract enforced {{ id bigint }}\n sql {{ select 1::bigint as id }}\n version {label} {{}}\n version 2 {{}}\n}}"
        )
    };
    let (markdown, about) = hover(&model("<CURSOR>mine", "1")).expect("a hover");
    assert_eq!(about, "mine");
    assert!(
        markdown.starts_with("It has versions 1 and 2; the latest is 2.\n\n**`mine@2`** · model · view"),
        "{markdown}"
    );
    let (markdown, about) = hover(&model("mine", "<CURSOR>1")).expect("a hover");
    assert_eq!(about, "1");
    assert!(markdown.starts_with("**`mine@1`** · model · view · relation `main.mine_v1`\n\n"), "{markdown}");
    let (markdown, _) = hover("source sh<CURSOR>op.x {\n}").expect("a hover");
    assert!(markdown.starts_with("**`shop.x`** · source"), "{markdown}");
}

#[test]
fn there_is_nothing_to_say_elsewhere() {
    for text in [
        "<CURSOR>",
        "model a<CURSOR> {\n kind view\n sql { select 1 as x }\n}",
        "model a {\n kind view\n sql { sel<CURSOR>ect 1 as x from ref(customers) }\n}",
        "model a {\n kind view\n sql { select 1 as x -- ref(<CURSOR>customers)\n }\n}",
        "model a {\n kind view\n sql { select 'ref(<CURSOR>customers)' as x }\n}",
    ] {
        assert_eq!(hover(text), None, "{text}");
    }
}

#[test]
fn bars_and_backticks_do_not_break_the_table() {
    let text = "/// Left | right.\nmodel b {\n kind view\n contract enforced {\n /// a | b\n `x|y` varchar\n }\n sql { select 1 as q from ref(<CURSOR>b) }\n}";
    let (markdown, _) = hover(text).expect("a hover");
    assert!(markdown.contains("| `x\\|y` | `varchar` | yes | a \\| b |"), "{markdown}");
}

/// Everything that is named elsewhere than in a reference.
const NAMES: &str = r#"
/// An amount of money.
type money = decimal(18, 2)

/// Where somebody lives.
columns address {
    city varchar
}

/// The step of an amount.
fn tier(amount money, high money = 1000) -> varchar {
    sql { case when $amount > $high then 'gold' else 'base' end }
}

/// Rows of which nobody knows the customer.
audit known(
    of column,
    ratio double = 1.0,
) {
    sql { select * from this where $of is null }
}

/// Those who sell.
group growth {
    owner "growth@shop.test"
}

selector core = tag:core+

model old {
    kind view
    contract enforced { id bigint  remark varchar }
    sql { select 1::bigint as id, 'x' as remark }
    latest 2
    /// The first one.
    version 1 { deprecated 2027-06-30 "the note was never read." }
    version 2 { columns { include all exclude (remark) } }
}

model gone {
    kind view
    deprecated 2020-01-01
    sql { select 1 as id }
}
"#;

/// What is shown at the cursor, with the names above, at the end of 2026.
fn named(text: &str) -> String {
    let offset = text.find("<CURSOR>").expect("a cursor");
    let text = text.replacen("<CURSOR>", "", 1);
    let path = if text.starts_with("select ") { "models/a.sql" } else { "models/a.esk" };
    let files = [("models/names.esk", NAMES), (path, &text)].map(|(path, text)| (path.to_string(), text.to_string()));
    let mut session = Session::in_memory(files.into());
    session.set_now("2026-12-31T00:00:00".parse().expect("a moment"));
    let file = session.file(path).expect("is there");
    esker_ide::hover(&session, file, offset as u32).map(|hover| hover.markdown).unwrap_or_default()
}

#[test]
fn what_is_going_away_says_when_and_what_takes_its_place() {
    let shown = named("select * from ref(ol<CURSOR>d, v => 1)");
    let paragraphs: Vec<&str> = shown.split("\n\n").collect();
    assert_eq!(
        paragraphs[..2],
        [
            "Pinned to version 1, an old one: the latest is version 2, which `ref(old)` means.",
            "**Deprecated from 2027-06-30 on**, when reading it becomes an error: the note was never read. Its successor \
             is version 2, `ref(old, v => 2)`: it has no `remark`.",
        ]
    );
    let shown = named("select * from ref(g<CURSOR>one)");
    assert!(shown.contains("it has no versions.\n\n**Deprecated since 2020-01-01**.\n\n**`gone`**"), "{shown}");
    assert!(!named("select * from ref(o<CURSOR>ld)").contains("Deprecated"));
}

#[test]
fn names_of_other_items_show_what_they_declare() {
    let fun = "```esker\nfn tier(amount money, high money = 1000) -> varchar\n```\n\nThe step of an amount.";
    let audit = "```esker\naudit known(of column, ratio double = 1.0)\n```\n\nRows of which nobody knows the customer.";
    let ty = "```esker\ntype money = decimal(18, 2)\n```\n\nAn amount of money.";
    let set = "```esker\ncolumns address {\n    city varchar\n}\n```\n\nWhere somebody lives.";
    let group = "```esker\ngroup growth {\n    owner \"growth@shop.test\"\n}\n```\n\nThose who sell.";
    let cases = [
        ("select TI<CURSOR>ER(amount) from x", fun),
        ("model b {\n sql { select tie<CURSOR>r(1) }\n}", fun),
        (
            "model b {\n version 2 { derive from 1 { x = <CURSOR>tier(y) } }\n version 1 { sql { select 1 as y } }\n}",
            fun,
        ),
        ("model b {\n audit kno<CURSOR>wn(id) warn\n}", audit),
        ("model b {\n version 1 { audit kno<CURSOR>wn(id) }\n}", audit),
        ("test \"t\" for audit <CURSOR>known(id) {\n}", audit),
        ("model b {\n contract enforced { a <CURSOR>money }\n}", ty),
        ("source b {\n columns { a struct(x bigint, y `mo<CURSOR>ney`)[] }\n}", ty),
        ("fn f(a mon<CURSOR>ey) -> bigint { sql { 1 } }", ty),
        ("type other = mone<CURSOR>y[]", ty),
        ("source b {\n columns { include addres<CURSOR>s }\n}", set),
        ("model b {\n group gro<CURSOR>wth\n}", group),
        ("selector x = selector:c<CURSOR>ore", "```esker\nselector core = tag:core+\n```"),
        ("group t<CURSOR>eam {\n}", "```esker\ngroup team {\n}\n```"),
        ("select x.tie<CURSOR>r(amount) from x", ""),
        ("select tie<CURSOR>r from x", ""),
        ("model b {\n contract enforced { a big<CURSOR>int }\n}", ""),
        ("model b {\n audit nothi<CURSOR>ng(id)\n}", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(named(text), expected, "{text}");
    }
    // The standard library is at hand as well.
    let shown = named("model b {\n audit not_nul<CURSOR>l(id)\n}");
    assert!(shown.starts_with("```esker\naudit not_null("), "{shown}");
}

#[test]
fn nodes_that_declarations_name_are_shown() {
    for (text, label) in [
        ("model b {\n contract enforced { id bigint references ol<CURSOR>d(id) }\n}", "old@2"),
        ("consumer c {\n reads old<CURSOR>@1 (id)\n}", "old@1"),
        ("test \"t\" for ol<CURSOR>d@1 {\n expect { (id) (1) }\n}", "old@1"),
        ("test \"t\" for gone {\n given ol<CURSOR>d { (id) (1) }\n}", "old@2"),
        ("model b {\n latest <CURSOR>1\n version 1 { sql { select 1 as x } }\n}", "b@1"),
        ("model b {\n version 1 { sql { select 1 as x } }\n version 2 { derive from <CURSOR>1 }\n}", "b@1"),
    ] {
        let shown = named(text);
        assert!(shown.starts_with(&format!("**`{label}`** · ")), "{text}\n{shown}");
    }
}
