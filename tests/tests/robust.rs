//! Whatever stands in the files, a check ends with diagnostics whose places exist; and a session that was edited into a
//! state says the same of it as one that was opened on it.

use esker_diagnostics::{Format, render};
use esker_driver::Session;
use esker_tests::page::sections;
use std::collections::BTreeMap;
use std::path::Path;

const ROUNDS: u64 = 1_000;

/// A fixed sequence, so that a failure can be looked at again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// The texts of all `esker` fences of the specification.
fn texts() -> Vec<String> {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite");
    let mut folders = vec![suite];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() { folders.push(path) } else { pages.push(path) }
        }
    }
    pages.sort();
    let mut found = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("UTF-8");
        let fences = sections("page", &text).expect("a page").into_iter().flat_map(|section| section.fences);
        found.extend(fences.filter(|fence| fence.kind == "esker").map(|fence| fence.body));
    }
    found
}

/// One small change: something out, something doubled, or something put in.
fn mutated(text: &str, random: &mut Random) -> String {
    const SCRAPS: [&str; 24] = [
        "{",
        "}",
        "(",
        ")",
        "sql {",
        "\"",
        "'",
        "`",
        "/*",
        "--",
        "$$",
        "ref(",
        "é",
        "\u{0}",
        "\r",
        ";",
        ",",
        "999999999999999999999",
        "version 2 {",
        "columns { include all }",
        "$start",
        "::decimal(99, 2)",
        "select",
        "\n",
    ];
    let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = boundaries[random.below(boundaries.len())];
    let end = boundaries[random.below(boundaries.len())].clamp(at, (at + 30).min(text.len()));
    let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
    match random.below(3) {
        0 => format!("{}{}", &text[..at], &text[end..]),
        1 => format!("{}{}{}", &text[..end], &text[at..end], &text[end..]),
        _ => format!("{}{}{}", &text[..at], SCRAPS[random.below(SCRAPS.len())], &text[at..]),
    }
}

#[test]
fn any_text_is_checked_and_an_edited_session_agrees_with_a_fresh_one() {
    let texts = texts();
    assert!(texts.len() > 50, "the specification was not found");
    let mut random = Random(1);
    let mut edited = Session::in_memory(BTreeMap::new());
    for round in 0..ROUNDS {
        let mut text = texts[random.below(texts.len())].clone();
        for _ in 0..=random.below(4) {
            text = mutated(&text, &mut random);
        }
        let files = BTreeMap::from([("models/a.esk".to_string(), text.clone())]);
        let checked = std::panic::catch_unwind(|| {
            let session = Session::in_memory(files);
            let diagnostics = session.check();
            for diagnostic in &diagnostics {
                for label in std::iter::once(&diagnostic.primary).chain(&diagnostic.related) {
                    let of = session.text(&label.at.file).expect("a diagnostic is about a file of the project");
                    assert!(
                        of.get(label.at.span.range()).is_some(),
                        "{:?} is no place: {}",
                        label.at,
                        diagnostic.title
                    );
                }
            }
            let sources = |file: &str| session.text(file);
            render(&diagnostics, &sources, Format::Human, false)
        });
        let Ok(fresh) = checked else { panic!("round {round} (see above) with:\n{text}") };
        edited.set_file("models/a.esk", Some(text.clone()));
        let sources = |file: &str| edited.text(file);
        let shown = render(&edited.check(), &sources, Format::Human, false);
        assert_eq!(shown, fresh, "round {round}: edited and fresh sessions differ on:\n{text}");
    }
}
