//! The renderings on the hard places: several files, tabs, wide letters, CRLF, empty spans, the end of the file.

use super::*;
use crate::codes::SAMPLE;
use esker_grammar::Span;

const FILE: &str = "models/a.esk";

fn at(file: &str, start: u32, end: u32) -> Location {
    Location { file: file.into(), span: Span::new(start, end) }
}

fn of(text: &'static str) -> impl Fn(&str) -> Option<&'static str> {
    move |file| (file == FILE).then_some(text)
}

fn human(text: &'static str, diagnostic: Diagnostic) -> String {
    render(&[diagnostic], &of(text), Format::Human, false)
}

#[test]
fn a_person_reads_title_code_label_why_help_and_where_to_read_on() {
    let text = "model a {\n    sql { select x from ref(ordrs) }\n}\n";
    let start = text.find("ordrs").expect("is there") as u32;
    let shown = human(
        text,
        Diagnostic::new(SAMPLE, "there is no `ordrs`", at(FILE, start, start + 5), "nothing has this name")
            .related(at(FILE, 6, 7), "read by this model")
            .why("a ref names a model, a source or a seed of this project")
            .help("write `orders`\nor declare it"),
    );
    let expected = "\
error[E0999]: there is no `ordrs`
   ╭─[ models/a.esk:2:29 ]
   │
 1 │ model a {
   │       ┬
   │       ╰── read by this model
 2 │     sql { select x from ref(ordrs) }
   │                             ──┬──
   │                               ╰──── nothing has this name
───╯
   why: a ref names a model, a source or a seed of this project
  help: write `orders`
        or declare it
   see: esker explain E0999
";
    assert_eq!(shown, expected);
}

#[test]
fn the_cause_comes_first_when_files_differ_and_a_file_without_text_is_only_named() {
    let sources = |file: &str| match file {
        "a.esk" => Some("model b {}\n"),
        "b.esk" => Some("model b {}\n"),
        _ => None,
    };
    let diagnostic = Diagnostic::new(SAMPLE, "`b` twice", at("b.esk", 6, 7), "again")
        .related(at("a.esk", 6, 7), "first")
        .related(at("gone.esk", 6, 7), "and here");
    let shown = render(&[diagnostic], &sources, Format::Human, false);
    let places: Vec<_> = ["gone.esk: and here", "[ b.esk:1:7 ]", "[ a.esk:1:7 ]"]
        .iter()
        .map(|place| shown.find(place).unwrap_or_else(|| panic!("no {place} in\n{shown}")))
        .collect();
    assert!(places.is_sorted(), "{shown}");
}

#[test]
fn hard_places_are_drawn_where_they_are() {
    // (text, span, the position, the drawn line with the underline below it)
    let cases: [(&str, (u32, u32), &str, &str); 8] = [
        ("", (0, 0), "1:1", " 1 │\n   │ ┬"),
        ("ab", (2, 2), "1:3", " 1 │ ab\n   │   ┬"),
        ("ab\n", (3, 3), "2:1", " 2 │\n   │ ┬"),
        ("ab\n", (2, 2), "1:3", " 1 │ ab\n   │   ┬"),
        ("\tab\n", (1, 3), "1:2", " 1 │     ab\n   │     ─┬"),
        ("é ab\n", (3, 5), "1:3", " 1 │ é ab\n   │   ─┬"),
        ("x\r\nab\r\n", (3, 5), "2:1", " 2 │ ab\n   │ ─┬"),
        ("漢 ab", (4, 6), "1:3", " 1 │ 漢 ab\n   │    ─┬"),
    ];
    for (text, (start, end), position, drawn) in cases {
        let shown = human(text, Diagnostic::new(SAMPLE, "t", at(FILE, start, end), "here"));
        assert!(shown.contains(&format!("[ models/a.esk:{position} ]")), "{text:?}\n{shown}");
        assert!(shown.contains(drawn), "{text:?}\n{shown}\nshould hold\n{drawn}");
    }
}

#[test]
fn no_span_of_any_text_panics() {
    let text = "a\té\r\n漢\u{85}\u{2028}\r\u{1b}[31m𝄞\n\n";
    for start in 0..=text.len() as u32 + 2 {
        for end in 0..=text.len() as u32 + 2 {
            let diagnostic = Diagnostic::new(SAMPLE, "t", at(FILE, start, end), "l").related(at(FILE, end, start), "r");
            for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github] {
                let shown = render(std::slice::from_ref(&diagnostic), &of(text), format, false);
                assert!(!shown.contains('\u{1b}'), "a control character of the source reached the terminal");
            }
        }
    }
}

#[test]
fn colour_only_when_asked_for() {
    let diagnostic = Diagnostic::new(SAMPLE, "t", at(FILE, 0, 1), "l");
    assert!(render(std::slice::from_ref(&diagnostic), &of("ab"), Format::Human, true).contains('\u{1b}'));
    assert!(!render(&[diagnostic], &of("ab"), Format::Human, false).contains('\u{1b}'));
}

#[test]
fn short_is_one_line_with_the_column_in_characters() {
    let diagnostic = Diagnostic::new(SAMPLE, "title", at(FILE, 3, 4), "");
    assert_eq!(render(&[diagnostic], &of("é\nx"), Format::Short, false), "models/a.esk:2:1: error[E0999] title\n");
}

#[test]
fn json_has_the_fields_it_promises() {
    let diagnostic =
        Diagnostic::new(SAMPLE, "title", at(FILE, 3, 4), "cause").related(at(FILE, 0, 2), "other").help("do");
    let shown = render(&[diagnostic], &of("é\nx"), Format::Json, false);
    let value: serde_json::Value = serde_json::from_str(&shown).expect("valid JSON");
    let expected = serde_json::json!({
        "errors": 1, "warnings": 0, "infos": 0,
        "diagnostics": [{
            "code": "E0999", "name": "sample", "level": "error", "title": "title", "why": null, "help": "do",
            "file": FILE, "line": 2, "column": 1, "end_line": 2, "end_column": 2, "start": 3, "end": 4, "label": "cause",
            "related": [{
                "file": FILE, "line": 1, "column": 1, "end_line": 1, "end_column": 2, "start": 0, "end": 2, "label": "other",
            }],
        }],
    });
    assert_eq!(value, expected);
}

#[test]
fn sarif_names_the_rule_and_the_region() {
    let diagnostic = Diagnostic::new(SAMPLE, "title", at(FILE, 3, 4), "cause").related(at(FILE, 0, 2), "other");
    let shown = render(&[diagnostic], &of("é\nx"), Format::Sarif, false);
    let value: serde_json::Value = serde_json::from_str(&shown).expect("valid JSON");
    let run = &value["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "E0999");
    assert_eq!(run["results"][0]["ruleId"], "E0999");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], FILE);
    assert_eq!(place["region"]["startLine"], 2);
    assert_eq!(run["results"][0]["relatedLocations"][0]["message"]["text"], "other");
}

#[test]
fn github_escapes_what_would_end_its_line_or_its_property() {
    let diagnostic = Diagnostic::new(SAMPLE, "100%", at("a,b.esk", 0, 0), "one\ntwo");
    let shown = render(&[diagnostic], &|_| Some("x"), Format::Github, false);
    let expected = "::error file=a%2Cb.esk,line=1,col=1,endLine=1,endColumn=1,title=E0999 sample::100%25%0Aone%0Atwo\n";
    assert_eq!(shown, expected);
}

#[test]
fn the_summary_counts_by_level() {
    let one = Diagnostic::new(SAMPLE, "t", at(FILE, 0, 0), "");
    let mut warning = one.clone();
    warning.level = Level::Warning;
    assert_eq!(summary(&[]), "no problems");
    assert_eq!(summary(&[one.clone(), warning, one]), "2 errors, 1 warning");
}
