//! The standard library is complete and right: every audit is documented there and in the manual, takes `where`, has tests
//! in which it holds and in which it does not, and they succeed.

use esker_grammar::ast::{AuditUseAst, FileAst, ItemAst, ItemKindAst, LiteralValue, RowsAst, TestLine, TestSubjectAst};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a folder of `std/`, by name, with their text.
fn files(folder: &str) -> Vec<(String, String, FileAst)> {
    let entries = std::fs::read_dir(root().join(folder)).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "esk"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("can be read");
        let parse = esker_grammar::parse(&text);
        assert_eq!(parse.errors, [], "{}", path.display());
        let name = path.file_name().expect("it is a file").to_string_lossy().into_owned();
        (name, text, parse.file)
    };
    paths.iter().map(read).collect()
}

/// The audits of the standard library: file, text of the file, item.
fn audits() -> Vec<(String, String, ItemAst)> {
    let files = files("std").into_iter();
    files
        .flat_map(|(file, text, ast)| ast.items.into_iter().map(move |item| (file.clone(), text.clone(), item)))
        .collect()
}

fn name(item: &ItemAst) -> String {
    item.name.as_ref().expect("it was parsed without errors").text()
}

#[test]
fn the_manual_has_every_audit_in_its_own_words() {
    let manual = std::fs::read_to_string(root().join("docs/reference/audits.md")).expect("the page is there");
    let audits = audits();
    for (file, text, item) in &audits {
        let name = name(item);
        let docs = item.docs.as_deref().unwrap_or_else(|| panic!("std/{file}: `{name}` has no `///`"));
        assert!(docs.contains(&format!("`audit {name}")), "std/{file}: the docs of `{name}` show no use of it");
        let head = text[item.span.start as usize..].split(") {").next().unwrap_or_default();
        let words = head.trim_start_matches("audit").split_whitespace().collect::<Vec<_>>().join(" ");
        let signature = words.replace("( ", "(").trim_end_matches(',').to_string() + ")";
        let section = format!("### {name}\n\n`{signature}`\n\n{docs}\n");
        assert!(manual.contains(&section), "docs/reference/audits.md does not have:\n\n{section}");
        assert!(
            manual.contains(&format!("| [`{name}`](#{name}) |")),
            "`{name}` is in no table of docs/reference/audits.md"
        );
    }
    let sections = manual.lines().filter(|line| line.starts_with("### ")).count();
    assert_eq!(sections, audits.len(), "docs/reference/audits.md has audits that are not there");
}

#[test]
fn every_audit_takes_where_last() {
    for (file, _, item) in audits() {
        let ItemKindAst::Audit { params, .. } = &item.kind else { panic!("std/{file} holds more than audits") };
        let optional = |name: &str| {
            let last = params.iter().rev().take(2).find(|param| param.name.text == name);
            last.and_then(|param| param.default.as_ref()).is_some_and(|value| value.value == LiteralValue::Bool(true))
        };
        assert!(optional("where"), "std/{file}: `{}` has no `where condition = true` at its end", name(&item));
    }
}

#[test]
fn every_audit_has_a_test_that_it_holds_one_that_it_does_not_and_one_with_where() {
    let tests = files("std/tests");
    for (file, _, item) in audits() {
        let name = name(&item);
        let uses: Vec<(&AuditUseAst, bool)> =
            tests.iter().filter(|(tests, ..)| *tests == file).flat_map(|(_, _, ast)| uses(ast)).collect();
        let of_this = || uses.iter().filter(|(used, _)| used.name.text == name);
        assert!(of_this().any(|(_, holds)| *holds), "std/tests/{file}: `{name}` never holds");
        assert!(of_this().any(|(_, holds)| !holds), "std/tests/{file}: `{name}` always holds");
        let with_where =
            |used: &AuditUseAst| used.args.iter().flat_map(|(name, _)| name).any(|name| name.text == "where");
        assert!(of_this().any(|(used, _)| with_where(used)), "std/tests/{file}: `{name}` is never used with `where`");
    }
}

/// The tested uses of a file, and whether no rows are expected.
fn uses(file: &FileAst) -> Vec<(&AuditUseAst, bool)> {
    let tested = |item| match item {
        &ItemAst {
            kind: ItemKindAst::Test { subject: Some(TestSubjectAst::Audit(ref used)), ref body, .. }, ..
        } => {
            let nothing = |line: &TestLine| match line {
                TestLine::Table { node: None, rows: RowsAst::Literal { rows, .. }, .. } => rows.is_empty(),
                _ => false,
            };
            Some((used, body.iter().any(nothing)))
        }
        _ => None,
    };
    file.items.iter().filter_map(tested).collect()
}

#[test]
fn the_tests_of_the_library_succeed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let project = "[project]\nname = \"std\"\n\n[engine.local]\ntype = \"duckdb\"\npath = \"std.duckdb\"\n";
    std::fs::write(folder.path().join("esker.toml"), project).expect("can be written");
    let models = folder.path().join("models");
    std::fs::create_dir(&models).expect("can be made");
    for (file, text, _) in files("std/tests") {
        std::fs::write(models.join(file), text).expect("can be written");
    }
    // As the project's own, the audits are checked as any: those of the library are taken to be right.
    for (file, text, _) in files("std") {
        std::fs::write(models.join(format!("own_{file}")), text).expect("can be written");
    }
    let output = esker_tests::binary::run(folder.path(), &["test"]).unwrap_or_else(|wrong| panic!("{wrong}"));
    let told = [output.stdout, output.stderr].map(|out| String::from_utf8_lossy(&out).into_owned()).concat();
    let failed: Vec<&str> = told.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert!(output.status.success() && told.contains(" tests passed"), "{}", failed.join("\n"));
}
