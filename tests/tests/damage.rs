//! Damage stays where it is: a token that is gone, two lines that changed places, a file that ends too early raise
//! complaints in the item that was hit or right beside it, whatever else refers to that item.

use esker_diagnostics::{Diagnostic, Format, Level, render};
use esker_driver::{Session, grammar};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

const ROUNDS: u64 = 500;

/// A fixed sequence, so that a failure can be looked at again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// The projects of `examples/`: the texts of each by their paths.
fn examples() -> Vec<BTreeMap<String, String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let entries = std::fs::read_dir(folder).expect("readable");
    let mut roots: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    roots.retain(|root| root.join("esker.toml").is_file());
    roots.sort();
    let project = |root: &std::path::PathBuf| {
        let mut files = BTreeMap::new();
        texts(root, "", &mut files);
        files
    };
    roots.iter().map(project).collect()
}

fn texts(root: &Path, below: &str, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(root.join(below)).expect("readable") {
        let entry = entry.expect("readable");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            texts(root, &path, files);
        } else if name == "esker.toml" || name.ends_with(".esk") || name.ends_with(".sql") {
            files.insert(path, std::fs::read_to_string(entry.path()).expect("UTF-8"));
        }
    }
}

/// The damaged text, and which bytes of the old one were hit.
fn damaged(text: &str, random: &mut Random) -> (String, Range<usize>) {
    match random.below(3) {
        0 => {
            let tokens = grammar::tokens(text);
            let ranges = tokens.iter().map(|token| token.span.range());
            let visible: Vec<_> = ranges.filter(|range| !text[range.clone()].trim().is_empty()).collect();
            let range = visible[random.below(visible.len())].clone();
            (format!("{}{}", &text[..range.start], &text[range.end..]), range)
        }
        1 => {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            let at = random.below(lines.len() - 1);
            let start: usize = lines[..at].iter().map(|line| line.len()).sum();
            let (first, second) = (lines[at], lines[at + 1]);
            let end = start + first.len() + second.len();
            (format!("{}{second}{first}{}", &text[..start], &text[end..]), start..end)
        }
        _ => {
            let at = random.below(text.len());
            let at = (at..).find(|at| text.is_char_boundary(*at)).expect("the end is a boundary");
            (text[..at].to_string(), at..text.len())
        }
    }
}

#[test]
fn damage_is_told_where_it_is() {
    let mut random = Random(7);
    let projects = examples();
    let (mut told, mut strays) = (0, Vec::new());
    for round in 0..ROUNDS {
        let files = &projects[random.below(projects.len())];
        let is_source = |path: &&String| path.ends_with(".esk") && !path.ends_with(".interface.esk");
        let sources: Vec<&String> = files.keys().filter(is_source).collect();
        let path = sources[random.below(sources.len())];
        let (after, hit) = damaged(&files[path], &mut random);
        let near = neighbourhood(&files[path], &after, hit);
        let mut changed = files.clone();
        changed.insert(path.clone(), after);
        let session = Session::in_memory(changed);
        let diagnostics = session.check();
        let is_near = |diagnostic: &Diagnostic| {
            let at = &diagnostic.primary.at;
            *at.file == **path && near.contains(&(at.span.start as usize))
        };
        // A change that left everything readable (a promise less, another order of columns) has rightful effects elsewhere.
        if !diagnostics.iter().any(is_near) {
            continue;
        }
        told += 1;
        for stray in diagnostics.iter().filter(|found| found.level != Level::Info && !is_near(found)) {
            let shown = render(std::slice::from_ref(stray), &|file| session.text(file), Format::Short, false);
            strays.push(format!("round {round}, damage in {path}: {shown}"));
        }
    }
    assert!(told > ROUNDS / 2, "most damage is told where it is, not {told} times");
    assert!(strays.is_empty(), "{}", strays.concat());
}

/// The bytes of the new text from the item before the one that was hit to the item behind it.
fn neighbourhood(before: &str, after: &str, hit: Range<usize>) -> std::ops::RangeInclusive<usize> {
    let items = grammar::parse(before).file.items;
    let start_of = |item: usize| if item == 0 { 0 } else { items[item].span.start as usize };
    let first = items.iter().rposition(|item| item.span.start as usize <= hit.start).unwrap_or(0);
    let next = items.iter().position(|item| item.span.start as usize >= hit.end);
    let left = next.map_or(0, |next| before.len() - start_of(next));
    start_of(first)..=after.len().saturating_sub(left)
}
