//! What goes wrong outside of the project's text: each a clear message, an exit code that is not 0, and nothing lost.

mod project;

use project::Project;
use std::io::{BufRead, BufReader};
use std::process::Command;

const NOW: &str = "2024-02-01";

/// What readers see of the daily sales; the same before and after every accident.
fn rows(project: &Project) -> String {
    project.ok(&["show", "daily_sales", "--format", "csv"]).out
}

#[test]
fn a_wrong_value_in_a_csv_file_names_its_place_and_changes_nothing() {
    let project = Project::new();
    project.ok(&["apply", "--yes", "--now", NOW]);
    let before = rows(&project);

    project.replace("data/orders.csv", "3,ada,7.25", "3,ada,seven");
    let ended = project.esker(&["apply", "--yes", "--now", NOW]);
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    for part in ["data/orders.csv", "seven", "4", "amount"] {
        assert!(ended.err.contains(part), "`{part}`: {ended:#?}"); // the fourth line of the file
    }
    assert_eq!(rows(&project), before);

    project.replace("data/orders.csv", "3,ada,seven", "3,ada,7.50");
    project.ok(&["apply", "--yes", "--now", NOW]);
    assert_ne!(rows(&project), before);
}

#[test]
fn a_missing_data_file_is_named_at_its_place() {
    let project = Project::new();
    std::fs::remove_file(project.path("data/orders.csv")).expect("was there");
    let ended = project.esker(&["apply", "--yes"]);
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(ended.err.contains("data/orders.csv") && ended.err.contains("models/shop.esk"), "{ended:#?}");
    assert!(!project.database().exists());
    let checked = project.esker(&["check"]);
    assert_eq!(checked.code, Some(1), "{checked:#?}");
    assert!(checked.out.contains("E0220") && checked.out.contains("data/orders.csv"), "{checked:#?}");
}

#[test]
fn a_missing_file_of_a_test_is_named_at_its_place() {
    let project = Project::new();
    project.write(
        "models/test.esk",
        "model one {\n    kind full\n    sql { select 1 as id }\n}\n\ntest \"t\" for one {\n    expect csv \"rows.csv\"\n}\n",
    );
    let ended = project.esker(&["test"]);
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(ended.err.contains("E0220") && ended.err.contains("models/test.esk:7:16"), "{ended:#?}");
    let checked = project.esker(&["check", "--format", "short"]);
    assert!(checked.out.starts_with("models/test.esk:7:16: error[E0220]"), "{checked:#?}");
}

#[test]
fn a_database_that_may_not_be_written_is_left_alone() {
    let project = Project::new();
    project.ok(&["apply", "--yes", "--now", NOW]);
    let before = std::fs::read(project.database()).expect("is there");
    let mut permissions = std::fs::metadata(project.database()).expect("is there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(project.database(), permissions).expect("it is ours");

    let ended = project.esker(&["apply", "--yes", "--now", "2024-02-02"]);
    assert_eq!(ended.code, Some(2), "{ended:#?}");
    assert!(ended.err.contains("written") || ended.err.contains("read-only"), "{ended:#?}");
    assert_eq!(std::fs::read(project.database()).expect("is there"), before);
    project.ok(&["show", "daily_sales"]);
}

#[test]
fn a_file_that_is_no_database_is_not_touched() {
    let project = Project::new();
    std::fs::write(project.database(), "my notes").expect("a file of ours");
    let ended = project.esker(&["apply", "--yes"]);
    assert_eq!(ended.code, Some(2), "{ended:#?}");
    assert_eq!(std::fs::read(project.database()).expect("is there"), b"my notes");
}

#[test]
fn a_broken_project_file_does_not_make_another_database() {
    let project = Project::new();
    project.replace("esker.toml", "path = ", "paht = ");
    for command in [&["status"][..], &["show", "customers"], &["plan"], &["apply", "--yes"]] {
        let ended = project.esker(command);
        assert!(matches!(ended.code, Some(1 | 2)), "{command:?}: {ended:#?}");
    }
    let files = std::fs::read_dir(project.path(".")).expect("readable").flatten();
    assert!(files.into_iter().all(|file| !file.file_name().to_string_lossy().ends_with(".duckdb")));
}

/// A run that takes longer than any test: meanwhile a second one is told so, and Ctrl-C ends the first.
#[cfg(unix)]
#[test]
fn a_second_apply_is_refused_and_ctrl_c_ends_the_first() {
    let project = Project::new();
    project.ok(&["apply", "--yes", "--now", NOW]);
    let before = rows(&project);
    project.write(
        "models/slow.esk",
        "model slow {\n    kind full\n    sql { select count(*) as n from range(100000000000000) as r(i) where i % 7 = 3 }\n}\n",
    );
    let mut first = project.start(&["apply", "--yes", "--now", NOW, "--format", "json"]);
    let mut events = BufReader::new(first.stdout.take().expect("is piped")).lines();
    let begun = |line: &str| line.contains("step_started") && line.contains("slow") && line.contains("build");
    assert!(events.any(|line| begun(&line.expect("UTF-8"))), "it ended too soon");

    let second = project.esker(&["apply", "--yes", "--now", NOW]);
    assert_eq!(second.code, Some(2), "{second:#?}");
    assert!(second.err.contains(&first.id().to_string()), "it names the process that holds it: {second:#?}");

    let stopped = Command::new("kill").args(["-INT", &first.id().to_string()]).status().expect("kill runs");
    assert!(stopped.success());
    let last = events.last().expect("a summary").expect("UTF-8");
    assert!(last.contains("\"cancelled\""), "{last}");
    assert_eq!(first.wait().expect("it ends").code(), Some(130));
    assert_eq!(rows(&project), before);
}
