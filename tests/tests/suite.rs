//! Runs every heading of `tests/suite/**/*.md` and of the manual's pages with examples, and the example of every code
//! page, as a test of its own.

use esker_diagnostics::Code;
use esker_tests::case::{self, Origin};
use esker_tests::page::{Section, sections};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut trials = Vec::new();
    let specification = pages(&root.join("suite")).into_iter().map(|path| (name(&root.join("suite"), &path), path));
    let docs = root.join("../docs");
    let single = ["language.md", "project-file.md", "tutorial.md"].map(|page| docs.join(page));
    let manual = pages(&docs.join("reference")).into_iter().chain(single);
    let manual = manual.map(|path| (format!("docs/{}", name(&docs, &path)), path));
    for (page, path) in specification.chain(manual) {
        match read(&path, &page) {
            Ok(sections) => trials.extend(sections.into_iter().map(|section| trial(&path, &page, section))),
            Err(wrong) => trials.push(failing(page, wrong)),
        }
    }
    for path in pages(&root.join("../compiler/diagnostics/codes")) {
        let page = format!("codes/{}", name(&root.join("../compiler/diagnostics/codes"), &path));
        trials.push(match example(&path, &page) {
            Ok(section) => trial(&path, &page, section),
            Err(wrong) => failing(page, wrong),
        });
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn read(path: &Path, page: &str) -> Result<Vec<Section>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    sections(page, &text)
}

/// The example of a code page, which has to show the page's own code.
fn example(path: &Path, page: &str) -> Result<Section, String> {
    let id = page.trim_start_matches("codes/");
    let code = Code::find(id).ok_or_else(|| format!("{page}.md: {id} is not registered in codes.rs"))?;
    let found = read(path, page)?.into_iter().find(|section| section.name == format!("{page}/example"));
    let section = found.ok_or_else(|| format!("{page}.md has no files under `## Example`"))?;
    let shown = [format!("[{}]", code.name()), format!("[{id}]")];
    if section.fences.iter().any(|fence| shown.iter().any(|shown| fence.body.contains(shown))) {
        // A shell session without a project to run in is only read: such problems have their tests in `runner/`.
        let project = section.fences.iter().any(|fence| fence.kind == "esker");
        let fences = section.fences.into_iter().filter(|fence| project || fence.kind != "console").collect();
        Ok(Section { fences, ..section })
    } else {
        Err(format!("{page}.md: the example claims no [{}]", code.name()))
    }
}

/// A page that cannot be run is a test that fails.
fn failing(name: String, wrong: String) -> Trial {
    Trial::test(name, move || Err(Failed::from(wrong)))
}

fn trial(path: &Path, page: &str, section: Section) -> Trial {
    let (path, page) = (path.to_path_buf(), page.to_string());
    Trial::test(section.name.clone(), move || {
        case::run(&Origin { path: &path, page: &page }, &section).map_err(|wrong| {
            let again = format!("cargo test -p esker-tests --test suite -- --exact {}", section.name);
            Failed::from(format!("{wrong}\n\nto run it again: {again}"))
        })
    })
}

/// Every Markdown file below a folder, in order.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// `grammar/blocks` for `…/suite/grammar/blocks.md`.
fn name(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path).with_extension("");
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
