//! The law of the house as data: who may build on whom, who owns which library, how long a file may be.
//!
//! `ARCHITECTURE.md` has the reasons. When this fails, the code is in the wrong place more often than the table is.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every crate with its height: a crate may build only on those that stand strictly lower. Equal heights may not see
/// each other.
const FLOORS: [(&str, u32); 15] = [
    ("esker-grammar", 0),
    ("esker-source", 10),
    ("esker-diagnostics", 10),
    ("esker-declare", 20),
    ("esker-resolve", 21),
    ("esker-sql", 22),
    ("esker-infer", 23),
    ("esker-contract", 24),
    ("esker-plan", 25),
    ("esker-driver", 30),
    ("esker-ide", 40),
    ("esker-runner", 40),
    ("esker-lsp", 50),
    ("esker", 51),
    ("esker-tests", 60),
];

/// Libraries that only the named crates may use, so that replacing one is a change in one place.
const OWNERS: [(&str, &[&str]); 15] = [
    ("logos", &["esker-grammar"]),
    ("chumsky", &["esker-grammar"]),
    ("ariadne", &["esker-diagnostics"]),
    ("sqlparser", &["esker-sql"]),
    ("petgraph", &["esker-resolve"]),
    ("croner", &["esker-plan"]),
    ("schemars", &["esker-driver"]),
    ("duckdb", &["esker-runner"]),
    ("libduckdb-sys", &["esker-runner"]),
    ("tower-lsp-server", &["esker-lsp"]),
    ("tokio", &["esker-lsp"]),
    ("clap", &["esker"]),
    ("indicatif", &["esker"]),
    ("libtest-mimic", &["esker-tests"]),
    (
        "salsa",
        &[
            "esker-source",
            "esker-declare",
            "esker-resolve",
            "esker-sql",
            "esker-infer",
            "esker-contract",
            "esker-driver",
        ],
    ),
];

const LONG: usize = 600;
const TOO_LONG: usize = 1_000;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The crates of the workspace with the names of everything they depend on, in any way.
fn crates() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let name = |value: &Value| value["name"].as_str().expect("a name").to_string();
    metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| (name(package), package["dependencies"].as_array().expect("a list").iter().map(name).collect()))
        .collect()
}

#[test]
fn nobody_builds_on_a_floor_above() {
    let height: BTreeMap<_, _> = FLOORS.into_iter().collect();
    for (name, dependencies) in crates() {
        let Some(own) = height.get(name.as_str()) else {
            panic!("`{name}` stands on no floor: give it a line in FLOORS (tests/tests/architecture.rs)");
        };
        for dependency in dependencies {
            let Some(below) = height.get(dependency.as_str()) else { continue };
            assert!(
                below < own,
                "`{name}` depends on `{dependency}`, which does not stand below it. What it needs from there belongs \
                 lower, or has to come in as plain data from whoever calls it."
            );
        }
    }
}

#[test]
fn the_table_of_floors_names_no_ghosts() {
    let crates = crates();
    for (name, _) in FLOORS {
        assert!(crates.contains_key(name), "`{name}` stands in FLOORS but is no crate of the workspace");
    }
}

#[test]
fn a_library_is_used_by_its_owner_only() {
    for (name, dependencies) in crates() {
        for (library, owners) in OWNERS {
            assert!(
                owners.contains(&name.as_str()) || !dependencies.iter().any(|dependency| dependency == library),
                "`{name}` depends on `{library}`, which belongs to {owners:?}. Ask the owner for what you need in words \
                 of our own, so that the library stays replaceable."
            );
        }
    }
}

/// Every Rust file of the project, with its text, by its path from the root.
fn sources() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable") {
            let path = entry.expect("readable").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_symlink() || name.starts_with('.') || ["target", "node_modules", "generated"].contains(&&*name) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                let path = path.strip_prefix(root()).expect("below the root").display().to_string();
                found.insert(path, text);
            }
        }
    }
    assert!(found.contains_key("grammar/src/lib.rs"), "the search found nothing: {:?}", found.keys());
    found
}

#[test]
fn files_stay_readable_in_one_go() {
    let mut failures = Vec::new();
    for (path, text) in sources() {
        match text.lines().count() {
            lines if lines > TOO_LONG => failures.push(format!("{path} has {lines} lines")),
            lines if lines > LONG => eprintln!("{path} has {lines} lines: is it still one concept?"),
            _ => {}
        }
    }
    assert!(
        failures.is_empty(),
        "more than {TOO_LONG} lines hold more than one concept; split by it:\n{}",
        failures.join("\n")
    );
}

#[test]
fn every_file_says_what_it_is_and_why() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.lines().next().is_some_and(|line| line.starts_with("//! ")))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "these do not open with `//! ` and a sentence:\n{}", silent.join("\n"));
}

#[test]
fn nothing_is_left_to_do() {
    // In two pieces, so that this file does not find itself.
    let banned = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!(")];
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            for word in banned {
                assert!(
                    !line.contains(word),
                    "{path}:{}: `{word}…)`: do it, or return an error with a code",
                    number + 1
                );
            }
        }
    }
}
