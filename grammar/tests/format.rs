//! The formatter: what it writes, that it loses nothing, and that it leaves alone what is broken.

#![allow(clippy::disallowed_methods, reason = "the test reads the project's files, and measures time")]

use esker_grammar::{TokenKind, format, parse, sql, tokens};
use std::path::{Path, PathBuf};

#[track_caller]
fn becomes(text: &str, expected: &str) {
    let formatted = format(text);
    assert_eq!(formatted, expected, "\n{formatted}");
    assert_eq!(format(expected), expected, "formatted text stays as it is");
}

#[track_caller]
fn stays(text: &str) {
    becomes(text, text);
}

#[test]
fn lines_and_blocks() {
    becomes(
        "\n\n  model   x . y   in   s\n  {\nkind view\n\n\n\n  latest   \"a\"\n\n\n\n}\n\n\n\ntype m=decimal( 18,2 )",
        "model x.y in s {\n    kind view\n\n    latest \"a\"\n}\n\ntype m = decimal(18, 2)\n",
    );
    // What stands on one line stays there.
    becomes("model a {kind   view}\ngroup b{}", "model a { kind view }\ngroup b { }\n");
    becomes("model a { kind view } model b { kind view }", "model a { kind view }\nmodel b { kind view }\n");
    becomes("model a { sql {\nselect 1\n}\n}", "model a {\n    sql {\n        select 1\n    }\n}\n");
    becomes("", "");
    becomes("\n \n", "");
    becomes("// a  ", "// a\n");
    becomes("\u{FEFF}group b { }", "group b { }\n");
}

#[test]
fn short_facts_are_aligned() {
    becomes(
        "model a {\nkind incremental by time (t) { every day   lookback 2 }\ncron @daily\nstart 2024-01-01\n// why\naccess public\n\nowner \"x\"\nlatest 2\ngroup g\n}",
        "model a {
    kind   incremental by time (t) { every day  lookback 2 }
    cron   @daily
    start  2024-01-01
    // why
    access public

    owner \"x\"
    latest 2
    group g
}
",
    );
    // A property of several lines is no neighbour.
    stays("model a {\n    kind incremental by time (t) {\n        every day\n    }\n    access public\n}\n");
}

#[test]
fn columns_are_aligned() {
    becomes(
        "source a {\ncolumns {a bigint, long_name varchar not null unique,\n/// Docs.\n b decimal( 18,2 ) check( b>0 ) // why\n\n c integer [ ] default - 1\nd\n}\n}",
        "source a {
    columns {
        a         bigint
        long_name varchar         not null  unique
        /// Docs.
        b         decimal(18, 2)  check (b > 0)  // why

        c integer[]  default -1
        d
    }
}
",
    );
    stays("source a { columns { a bigint not null  b varchar } }\n");
    // Only the comma parts columns that have no types.
    becomes(
        "source a { columns { a ,b,c bigint,d varchar, } }",
        "source a { columns { a, b, c bigint  d varchar } }\n",
    );
    becomes(
        "model a {\nversion 2 {\ncolumns { include all  exclude(a,)  rename b as c  d bigint not null }\n}\nversion 3 {\ncolumns {\ninclude (a) exclude (b)\nrename a as b   c bigint   include x\n}\n}\n}",
        "model a {
    version 2 {
        columns { include all exclude (a)  rename b as c  d bigint not null }
    }
    version 3 {
        columns {
            include (a) exclude (b)
            rename a as b
            c bigint
            include x
        }
    }
}
",
    );
    becomes(
        "source a {\ncolumns {\na bigint check (\n  a > 0\n    or a is null -- why\n) unique\nlonger double\n}\n}",
        "source a {
    columns {
        a bigint  check (
            a > 0
              or a is null -- why
        )  unique
        longer double
    }
}
",
    );
    becomes(
        "source a { columns { a bigint check (\n a > 0\n) } }",
        "source a { columns { a bigint check (a > 0) } }\n",
    );
}

#[test]
fn what_is_accepted_for_familiarity_is_rewritten() {
    becomes("seed a {\n path 'it''s'\n}", "seed a {\n path 'it''s'\n}");
    becomes(
        "seed a {\npath 'a\"b\\'c\\\\'\ncsv { header=true delimiter = ',' }\ntags (a,b,)\naudit x(a, min=0,)\n}",
        "seed a {
    path \"a\\\"b'c\\\\\"
    csv { header true  delimiter \",\" }
    tags (a, b)
    audit x(a, min => 0)
}
",
    );
    becomes(
        "model a {\nsql {\nselect 1 from ref('raw.orders') as a, REF ( 'b',v=2), ref(c,version := '1.10') d, ref(e, 3), ref(\"f\"), x.ref('g'), ref('h', i)\n}\n}",
        "model a {
    sql {
        select 1 from ref(raw.orders) as a, REF (b, v => 2), ref(c, v => '1.10') d, ref(e, v => 3), ref(\"f\"), x.ref('g'), ref(h, i)
    }
}
",
    );
    stays("model a {\n    sql {\n        select 1 from {{ ref('a') }}\n    }\n}\n");
    // Words that SQL keeps for itself, and what is no word, stand in quotes.
    becomes(
        "model a { sql { select 1 from ref('order'), ref('a.odd name'), ref('it''s'), ref('') } }",
        "model a { sql { select 1 from ref(\"order\"), ref(a.\"odd name\"), ref('it''s'), ref('') } }\n",
    );
}

#[test]
fn lists_tests_and_the_rest() {
    becomes(
        "model a {\ntags (a,\n// why\nb\n, c)\naudit  foo ( a,to=>dim @ 2, sql {a=b},raw . orders , ( \"x\",\"y\" ) )   warn\naudit e(sql {\na\n  and b\n})\n}",
        "model a {
    tags (
        a,
        // why
        b,
        c
    )
    audit foo(a, to => dim@2, sql { a = b }, raw.orders, (\"x\", \"y\")) warn
    audit e(sql {
        a
          and b
    })
}
",
    );
    becomes(
        "test \"x\" for a @ 1,b{\ngiven raw.x{(id,name)(1,\"a\"),\n(200 , null,), // c\n}\ngiven b@2 csv 'x'\ngiven d{ (a)(1),(2) }\nduring 2024-01-01   to 2024-01-02\n$env=\"prod\"\nvars{a=1 b=2}\nexpect ordered{ }\n}",
        "test \"x\" for a@1, b {
    given raw.x {
        (id,  name)
        (1,   \"a\")
        (200, null)  // c
    }
    given b@2 csv \"x\"
    given d { (a)  (1)  (2) }
    during 2024-01-01 to 2024-01-02
    $env = \"prod\"
    vars { a = 1  b = 2 }
    expect ordered { }
}
",
    );
    becomes(
        "selector n=(tag:core,+dim@2+1)or x except(a b)// all\nfn f( a money,b decimal( 5,4 )=0.19 )->map( varchar,bigint [ ] ){sql{$a/$b}}\nconsumer c {\nreads a@1( x,y )\nreads b\n}\naudit p ( columns columns , list any [ ]=(1,2,) ) { sql { select 1 } }",
        "selector n = (tag:core, +dim@2+1) or x except (a b)  // all
fn f(a money, b decimal(5, 4) = 0.19) -> map(varchar, bigint[]) { sql { $a/$b } }
consumer c {
    reads a@1 (x, y)
    reads b
}
audit p(columns columns, list any[] = (1, 2)) { sql { select 1 } }
",
    );
}

#[test]
fn comments_keep_their_places() {
    becomes(
        "model a { // one\n/* two\n  three */\nkind /* four */ view // five\nowner \"x\"// six\n\n\n// seven\n}// eight\n/// docs\n\n\n// nine\ngroup b // ten\n{ owner \"x\" }",
        "model a {  // one
    /* two
  three */
    kind  /* four */ view  // five
    owner \"x\"              // six

    // seven
}  // eight
/// docs

// nine
group b  // ten
{ owner \"x\" }
",
    );
}

#[test]
fn sql_moves_as_a_whole() {
    becomes(
        "model a {\n  sql { select   a,\n                 b -- c  \n\n\n\n        from t where x='a\n  b' and f( y,z ) [ 1:2 ]>0\n\t\tand $$\n )( $$ = - 1\n  }\n}",
        "model a {
    sql {
        select   a,
                 b -- c

        from t where x = 'a
  b' and f(y, z) [1:2] > 0
        and $$
 )( $$ = - 1
    }
}
",
    );
    becomes(
        "model a {\nversion 2 {\n  derive from 1 {\n    seg=case\n      when a then b\n    end\n    z = 1\n  }\n}\n}",
        "model a {
    version 2 {
        derive from 1 {
            seg = case
              when a then b
            end
            z = 1
        }
    }
}
",
    );
    becomes("model a {\nsql {\n\n}\n}", "model a {\n    sql { }\n}\n");
}

#[test]
fn broken_items_stay_byte_for_byte() {
    becomes(
        "model  a{kind view}\n\n\n   /// docs\nmodel   b {\n kind: view\n   ownr 'x'\n}  \n\n\n// c\nmodel  c{kind view}",
        "model a { kind view }\n\n\n   /// docs\nmodel   b {\n kind: view\n   ownr 'x'\n}  \n\n// c\nmodel c { kind view }\n",
    );
    stays("nonsense   here\n\n\n");
    becomes("model  a{kind view}\n}}\nmodel  b{kind view}", "model  a{kind view}\n}}\nmodel b { kind view }\n");
}

#[test]
fn line_ends_stay() {
    becomes("model  a {\r\nkind view\r\n\r\n\r\n}\r\n", "model a {\r\n    kind view\r\n}\r\n");
    becomes("model  a {\r\nkind view\n}\n", "model a {\n    kind view\n}\n");
}

/// Every text of Esker in the project: files, and blocks in pages.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = Vec::new();
    let mut left: Vec<PathBuf> =
        ["examples", "std", "tests", "docs", "compiler", "grammar"].map(|dir| root.join(dir)).into();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let mut entries: Vec<PathBuf> =
                std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            entries.sort();
            left.extend(entries);
            continue;
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        let Some(text) = std::fs::read_to_string(&path).ok().filter(|_| matches!(ending, Some("esk" | "md"))) else {
            continue;
        };
        if ending == Some("esk") {
            texts.push(text);
        } else {
            let blocks =
                text.split("\n```esk").skip(1).filter_map(|block| block.split_once('\n')?.1.split("\n```").next());
            texts.extend(blocks.map(|block| format!("{block}\n")));
        }
    }
    assert!(texts.len() > 100, "the project has many more texts than {}", texts.len());
    texts
}

/// The tokens and comments of a text, without the signs that the formatter may add or drop, and without quotes.
fn said(text: &str) -> Vec<String> {
    let mut said = Vec::new();
    for token in tokens(text) {
        let piece = text[token.span.range()].trim_end();
        match token.kind {
            TokenKind::Space | TokenKind::Newline | TokenKind::Comma | TokenKind::Equals | TokenKind::FatArrow => {}
            TokenKind::Sql => {
                let pieces = sql::lex_with_trivia(text, token.span);
                let pieces = pieces
                    .into_iter()
                    .flat_map(|(_, span)| text[span.range()].split('.'))
                    .map(|piece| piece.trim().trim_matches(['\'', '"']));
                said.extend(
                    pieces.filter(|piece| !matches!(*piece, "" | "v" | "version" | "=" | "=>")).map(str::to_owned),
                );
            }
            TokenKind::String => said.push(piece[1..piece.len() - 1].replace("\\\"", "\"").replace("\\'", "'")),
            _ => said.push(piece.to_owned()),
        }
    }
    said.sort();
    said
}

fn mistakes(text: &str) -> Vec<&'static str> {
    parse(text).errors.iter().map(|error| error.kind.code()).collect()
}

/// What holds of whatever is formatted. Comments and commas may change places, nothing else.
#[track_caller]
fn holds(text: &str) -> String {
    let formatted = format(text);
    assert_eq!(format(&formatted), formatted, "a second time changes nothing:\n{text}");
    assert_eq!(said(&formatted), said(text), "nothing is lost:\n{text}");
    assert_eq!(mistakes(&formatted), mistakes(text), "{text}");
    let before = parse(text);
    for item in &before.file.items {
        let inside = |error: &esker_grammar::SyntaxError| item.span.range().contains(&(error.span.start as usize));
        if before.errors.iter().any(inside) {
            assert!(formatted.contains(&text[item.span.range()]), "a broken item stays:\n{text}\n----\n{formatted}");
        }
    }
    formatted
}

#[test]
fn every_text_of_the_project() {
    for text in corpus() {
        holds(&text);
        let windows = text.replace('\n', "\r\n");
        assert_eq!(format(&windows), format(&text).replace('\n', "\r\n"));
    }
}

/// A small deterministic generator (xorshift): failures repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Whether a text has no mistake, and its SQL neither quotes nor braces that do not pair.
fn is_well(text: &str) -> bool {
    let sql: Vec<_> = tokens(text).into_iter().filter(|token| token.kind == TokenKind::Sql).collect();
    let pairs = sql.iter().all(|token| {
        let tokens = sql::lex(text, token.span).0.tokens;
        let count = |sign: &str| tokens.iter().filter(|token| token.text == sign).count();
        count("{") == count("}") && tokens.iter().all(|token| token.kind != sql::SqlTokenKind::Error)
    });
    pairs && parse(text).errors.is_empty()
}

#[test]
fn the_same_text_with_other_spaces_becomes_the_same() {
    let mut random = Random(7);
    for text in corpus() {
        let expected = format(&text);
        let mut scrambled = String::new();
        for token in tokens(&expected) {
            let piece = &expected[token.span.range()];
            match token.kind {
                TokenKind::Space if piece == " " => scrambled.push_str([" ", "\t", "   "][random.below(3)]),
                TokenKind::Space => scrambled.push_str(["  ", "\t ", "     "][random.below(3)]),
                TokenKind::Newline => scrambled.push_str(["\n", "  \n", "\t\n"][random.below(3)]),
                _ => scrambled.push_str(piece),
            }
        }
        // The indentation of what is broken matters.
        if is_well(&text) {
            assert_eq!(format(&scrambled), expected, "\n{scrambled}");
        }
    }
}

#[test]
fn comments_and_line_breaks_anywhere() {
    let mut random = Random(99);
    for text in corpus() {
        for _ in 0..3 {
            let mut scrambled = String::new();
            for token in tokens(&text) {
                let piece = &text[token.span.range()];
                match (token.kind, random.below(8)) {
                    (TokenKind::Sql, 0..4) if scrambled.ends_with('{') => {
                        for (kind, span) in sql::lex_with_trivia(&text, token.span) {
                            let spaces = ["\n", " \n\n\n\t", "  ", " -- new\n", " /* new\n */ ", " "];
                            let space = kind.is_none() && !text[span.range()].starts_with(['-', '/']);
                            scrambled.push_str(if space { spaces[random.below(6)] } else { &text[span.range()] });
                        }
                    }
                    (TokenKind::Newline, 0) => scrambled.push_str("\n\n\n"),
                    (TokenKind::Newline, 1) => scrambled.push_str(" // new\n"),
                    (TokenKind::Newline, 2) => scrambled.push_str("\n// new\n  /// new\n"),
                    (TokenKind::Space, 0) => scrambled.push_str(" /* new */ "),
                    (TokenKind::Space, 1) => scrambled.push_str(" /* new\n new */ "),
                    (TokenKind::Comma, 0) => scrambled.push_str("\n ,"),
                    (TokenKind::Comma | TokenKind::OpenParen | TokenKind::OpenBrace, 1) => {
                        scrambled.push_str(piece);
                        scrambled.push_str(" // new\n ");
                    }
                    (TokenKind::OpenBrace, 2) => scrambled.push_str("\n{\n"),
                    (TokenKind::CloseBrace, 0) => scrambled.push_str("\n}"),
                    _ => scrambled.push_str(piece),
                }
            }
            holds(&scrambled);
        }
    }
}

#[test]
fn damage_is_left_alone() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let snippets = [
        "{",
        "}",
        "(",
        ")",
        "\n",
        "\"",
        "'",
        "/*",
        "*/",
        "//",
        "sql {",
        "model x {",
        "$$",
        "é",
        "=",
        ",",
        "\r",
        "///",
        "`",
    ];
    for text in corpus() {
        for _ in 0..4 {
            let mut damaged = text.clone();
            for _ in 0..1 + random.below(3) {
                let boundary = |at: usize| (0..=at).rev().find(|at| damaged.is_char_boundary(*at)).unwrap_or(0);
                let start = boundary(random.below(damaged.len()));
                let end = boundary((start + random.below(20)).min(damaged.len())).max(start);
                match random.below(4) {
                    0 => damaged.truncate(start),
                    1 => damaged.replace_range(start..end, ""),
                    _ => damaged.insert_str(start, snippets[random.below(snippets.len())]),
                }
            }
            holds(&damaged);
        }
    }
}

#[test]
fn any_depth() {
    for (open, close) in [("{", "}"), ("(", ")"), ("version 1 {\n", "}\n"), ("sql {", "}"), ("((1), ", ")")] {
        for head in ["", "model a {\n", "audit a(", "selector a = ", "model a { audit b"] {
            let text = format!("{head}{}{}", open.repeat(20_000), close.repeat(20_000));
            assert!(format(&text).trim_end() == text.trim_end(), "{head} {open}");
        }
    }
}

#[test]
fn long_files_take_linear_time() {
    let time = |count: usize| {
        let text = include_str!("language.esk").repeat(count);
        let start = std::time::Instant::now();
        assert!(format(&text).len() > text.len() / 2);
        start.elapsed().as_secs_f64()
    };
    let (small, large) = (time(4), time(40));
    assert!(large < small * 40.0, "{small} seconds, ten times the text {large}");
}
