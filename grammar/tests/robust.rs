//! Any bytes give a tree: no panic, no runaway, tokens that tile the text, spans on character boundaries.

use esker_grammar::{Span, parse, parse_selection, sql, tokens};

const LANGUAGE: &str = include_str!("language.esk");

/// A small deterministic generator (xorshift): failures repeat.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

#[track_caller]
fn holds(text: &str) {
    let parse = parse(text);
    let mut at = 0;
    for token in &parse.tokens {
        assert_eq!(token.span.start, at, "tokens tile: {text:?}");
        assert!(token.span.end > at, "no token is empty: {text:?}");
        assert!(text.is_char_boundary(token.span.end as usize), "{text:?}");
        at = token.span.end;
    }
    assert_eq!(at as usize, text.len(), "every byte is covered: {text:?}");
    assert_eq!(tokens(text), parse.tokens);
    for error in &parse.errors {
        assert!(text.get(error.span.range()).is_some(), "{:?} {text:?}", error);
        assert!(!error.kind.title().is_empty() && !error.kind.label().is_empty());
        assert!(!error.kind.title().contains("expected ,"), "{:?}", error);
    }
    for item in &parse.file.items {
        assert!(text.get(item.span.range()).is_some(), "{text:?}");
    }
    let all = Span::new(0, text.len() as u32);
    let (sql_text, spans) = sql::lex(text, all);
    assert_eq!(sql_text.tokens.len(), spans.len());
    let covered: usize = sql::lex_with_trivia(text, all).iter().map(|(_, span)| span.range().len()).sum();
    assert_eq!(covered, text.len());
    parse_selection(text);
}

#[test]
fn mutations_of_a_real_file() {
    let snippets = [
        "{",
        "}",
        "(",
        ")",
        "\n",
        "\"",
        "'",
        "`",
        "/*",
        "*/",
        "//",
        "///",
        "sql {",
        "sql",
        "model x {",
        "$$",
        "$a$",
        "é",
        "version",
        "check (",
        "derive from 1 {",
        "selector x = (",
        "type x =",
        "\\",
        "@",
        "\r",
        "\0",
        "-1",
        "1e",
        "[]",
        "columns {",
        "test \"",
    ];
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..600 {
        let mut text = LANGUAGE.to_owned();
        for _ in 0..1 + random.below(6) {
            let boundary = |text: &str, at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let start = boundary(&text, random.below(text.len()));
            let end = boundary(&text, (start + random.below(60)).min(text.len())).max(start);
            match random.below(4) {
                0 => text.replace_range(start..end, ""),
                1 => text.insert_str(start, snippets[random.below(snippets.len())]),
                2 => text.replace_range(start..end, snippets[random.below(snippets.len())]),
                _ => {
                    let piece = text[start..end].to_owned();
                    let at = boundary(&text, random.below(text.len()));
                    text.insert_str(at, &piece);
                }
            }
        }
        holds(&text);
    }
}

#[test]
fn random_text() {
    let mut random = Random(42);
    let words = [
        "model", "a", "{", "}", "\n", "\n    ", "(", ")", "sql", " ", "kind", "view", "version", "1", "columns", ",",
        "=", "=>", ":", "'", "\"", "`", "check", "derive", "from", "selector", "test", "fn", "->", "audit", "for",
        "x.y", "@", "/", "*", "-", "é", "\t",
    ];
    for _ in 0..800 {
        let count = random.below(120);
        let text: String =
            (0..count).map(|_| [words[random.below(words.len())], " "][..1 + random.below(2)].concat()).collect();
        holds(&text);
        let bytes: Vec<u8> = (0..random.below(200)).map(|_| random.next() as u8).collect();
        holds(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn prefixes_of_a_real_file() {
    for end in (0..LANGUAGE.len()).step_by(3).filter(|end| LANGUAGE.is_char_boundary(*end)) {
        holds(&LANGUAGE[..end]);
    }
}

#[test]
fn a_hundred_thousand_levels() {
    let pieces = [
        ("{", "}"),
        ("(", ")"),
        ("[", "]"),
        ("version 1 {\n", "}\n"),
        ("sql {", "}"),
        ("struct(a ", ")"),
        ("check (", ")"),
        ("sql {\n", ""),
        ("/*", ""),
        ("$a$", ""),
        ("'", ""),
        ("\"", "\n"),
        ("a, ", ""),
        ("a except ", ""),
        ("x ", ""),
        ("model a {\n", ""),
        ("modle a {\n", ""),
        ("- ", ""),
        ("}", ""),
        (")", ""),
        ("é", ""),
        ("x.", ""),
        ("derive from 1 { a = (", ""),
    ];
    let heads =
        ["", "model a {\n", "model a {\n sql {", "type x = ", "selector x = ", "model a {\n columns { a ", "fn f("];
    for (open, close) in pieces {
        for head in heads {
            // Every piece at every place; the full depth where brackets nest.
            let levels = if head.is_empty() && !close.is_empty() { 100_000 } else { 1_000 };
            let text = format!("{head}{}{}", open.repeat(levels), close.repeat(levels));
            drop(parse(&text));
            drop(parse_selection(&text));
            sql::lex(&text, Span::new(0, text.len() as u32));
        }
    }
}
