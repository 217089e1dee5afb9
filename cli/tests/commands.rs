//! The built command on small projects: what it prints, where, and how it exits.

mod project;

use project::Project;
use serde_json::Value;

const NOW: &str = "2024-02-01";
const ALL: &str = "nothing to do";

#[test]
fn a_new_project_goes_from_text_to_rows_and_then_there_is_nothing_to_do() {
    let project = Project::new();
    let checked = project.ok(&["check"]);
    assert_eq!((checked.out.as_str(), checked.err.as_str()), ("checked 2 models, 3 nodes: no problems\n", ""));

    let applied = project.ok(&["apply", "--yes", "--now", NOW]);
    assert!(applied.out.contains("31 days"), "{applied:#?}"); // January 2024
    assert!(applied.err.contains("done  daily_sales  31 days, 5 rows\n"), "{applied:#?}"); // on five of them orders came in

    // ada 12.50 + 7.25 + 23.10, and so on; most first.
    let shown = project.ok(&["show", "customers", "--format", "csv"]);
    assert_eq!(
        shown.out,
        "customer,orders,spent,last_ordered_at\n\
         grace,2,99.99,2024-01-03 20:10:00\n\
         barbara,2,69.60,2024-01-08 10:20:00\n\
         ada,3,42.85,2024-01-08 10:00:00\n\
         edsger,1,41.90,2024-01-03 08:30:00\n"
    );

    let again = project.ok(&["apply", "--now", NOW]); // nobody is asked when there is nothing to do
    assert!(again.out.to_lowercase().contains(ALL), "{again:#?}");
    let next_day = project.ok(&["plan", "--now", "2024-02-02"]);
    assert!(next_day.out.contains("1 day"), "{next_day:#?}");
}

#[test]
fn init_never_overwrites() {
    let project = Project::new();
    project.write("esker.toml", "# mine\n");
    let ended = project.esker(&["init"]);
    assert_eq!(ended.code, Some(2), "{ended:#?}");
    assert_eq!(project.read("esker.toml"), "# mine\n");
}

#[test]
fn without_a_project_nothing_begins() {
    let ended = Project::empty().esker(&["check"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:#?}");
    assert!(ended.err.contains("esker.toml") && ended.err.contains("esker init"), "{ended:#?}");
}

#[test]
fn a_plan_file_is_the_same_twice_and_is_carried_out_once() {
    let project = Project::new();
    project.ok(&["compile", "-o", "a.json", "--now", NOW]);
    project.ok(&["compile", "--output", "b.json", "--now", NOW]);
    let plan = project.read("a.json");
    assert_eq!(plan, project.read("b.json"));
    assert_eq!(plan, project.ok(&["compile", "--now", NOW]).out);
    assert!(!project.database().exists(), "planning wrote a database");

    let run = project.ok(&["run", "a.json"]);
    assert!(run.out.contains("done: "), "{run:#?}");
    assert!(project.ok(&["run", "a.json"]).out.contains(ALL));
    assert!(project.ok(&["show", "daily_sales"]).out.contains("5 rows of main.daily_sales"));
}

#[test]
fn a_plan_that_was_edited_or_overtaken_is_refused() {
    let project = Project::new();
    project.ok(&["compile", "-o", "plan.json", "--now", NOW]);
    project.write("edited.json", &project.read("plan.json").replace("prod", "dev"));
    let edited = project.esker(&["run", "edited.json"]);
    assert_eq!(edited.code, Some(3), "{edited:#?}");

    project.ok(&["apply", "--yes", "--now", "2024-01-15"]);
    let overtaken = project.esker(&["run", "plan.json"]);
    assert_eq!(overtaken.code, Some(3), "{overtaken:#?}");
    assert!(overtaken.err.contains("revision"), "{overtaken:#?}");
    let missing = project.esker(&["run", "nowhere.json"]);
    assert_eq!(missing.code, Some(2), "{missing:#?}");
}

#[test]
fn apply_asks_nobody_when_nobody_is_there() {
    let project = Project::new();
    let ended = project.esker(&["apply"]);
    assert_eq!(ended.code, Some(2), "{ended:#?}");
    assert!(ended.err.contains("--yes"), "{ended:#?}");
    assert!(!project.database().exists());
}

#[test]
fn problems_are_the_result_of_check_and_in_the_way_of_everything_else() {
    let project = Project::new();
    project.replace(
        "models/shop.esk",
        "ref(orders)\n        group by customer",
        "ref(ordrs)\n        group by customer",
    );
    let checked = project.esker(&["check"]);
    assert_eq!((checked.code, checked.err.as_str()), (Some(1), ""), "{checked:#?}");
    assert!(checked.out.contains("E0301") && checked.out.contains("orders"), "{checked:#?}");
    assert!(checked.out.ends_with("checked 2 models, 3 nodes: 1 error\n"), "{checked:#?}");

    let json: Value = serde_json::from_str(&project.esker(&["check", "--format", "json"]).out).expect("JSON");
    assert_eq!((&json["errors"], &json["diagnostics"][0]["code"]), (&Value::from(1), &Value::from("E0301")));
    let short = project.esker(&["check", "--format", "short"]);
    assert!(short.out.starts_with("models/shop.esk:") && short.out.lines().count() == 1, "{short:#?}");

    for command in [&["plan"][..], &["compile"], &["apply", "--yes"]] {
        let ended = project.esker(command);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{command:?}: {ended:#?}");
        assert!(ended.err.contains("E0301"), "{command:?}: {ended:#?}");
    }
    let events = project.esker(&["apply", "--yes", "--format", "json"]);
    let event: Value = serde_json::from_str(&events.out).expect("one line of JSON");
    assert_eq!((events.code, &event["event"]), (Some(1), &Value::from("problems")));
}

#[test]
fn misspelt_names_get_the_likely_one() {
    let project = Project::new();
    project.ok(&["apply", "--yes", "--now", NOW]);
    let ended = project.esker(&["show", "custmers"]);
    assert_eq!(ended.code, Some(2), "{ended:#?}");
    assert!(ended.err.contains("Did you mean `customers`?"), "{ended:#?}");
    let ended = project.esker(&["show", "customers", "-e", "dev"]);
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(ended.err.contains("`dev`"), "{ended:#?}");
}

#[test]
fn words_of_other_tools_get_the_command_that_does_it_here() {
    let project = Project::new();
    for (line, help) in [
        (&["build"][..], "`esker apply`"),
        (&["ls"], "`esker list`"),
        (&["apply", "customers"], "`esker apply --select customers`"),
    ] {
        let ended = project.esker(line);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{line:?}: {ended:#?}");
        assert!(ended.err.contains(help), "{line:?}: {ended:#?}");
    }
    let (listed, selected) = (project.ok(&["list", "customers"]), project.ok(&["list", "--select", "customers"]));
    assert_eq!(listed.out, selected.out);
    assert!(listed.out.contains("customers") && !listed.out.contains("daily_sales"), "{listed:#?}");
}

#[test]
fn deprecations_are_judged_at_the_time_that_is_named() {
    let project = Project::new();
    let text = "model old {\n    kind view\n    access public\n    contract enforced { id integer }\n    sql { select 1 as id }\n\
                    deprecated 2030-01-01\n}\nmodel reader {\n    kind view\n    sql { select id from ref(old) }\n}\n\
                test \"one\" for reader {\n    given old { (id) (1) }\n    expect { (id) (1) }\n}\n";
    project.write("models/old.esk", text);
    for command in [&["check"][..], &["test"], &["publish", "--interface"]] {
        for (now, code) in [("2029-12-31", 0), ("2030-01-01", 1)] {
            let ended = project.esker(&[command, &["--now", now]].concat());
            assert_eq!(ended.code, Some(code), "{command:?} {now}: {ended:#?}");
            assert_eq!((ended.out + &ended.err).contains("E0607"), code == 1, "{command:?} {now}");
        }
    }
}

#[test]
fn bad_options_are_told_before_anything_happens() {
    let project = Project::new();
    for options in [
        &["plan", "--now", "yesterday"][..],
        &["plan", "--start", "2024-02-30"],
        &["plan", "--start", "2024-02-02", "--end", "2024-02-01"],
        &["plan", "-e", "a-b"],
        &["check", "--format", "xml"],
        &["show"],
    ] {
        let ended = project.esker(options);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{options:?}: {ended:#?}");
    }
    // A date as an end includes that day: the two days of January 1 and 2.
    let plan = project.ok(&["plan", "--now", NOW, "--end", "2024-01-02"]);
    assert!(plan.out.contains("2 days"), "{plan:#?}");
}

#[test]
fn events_are_one_object_a_line_and_end_with_the_summary() {
    let project = Project::new();
    let ended = project.ok(&["apply", "--yes", "--now", NOW, "--format", "json"]);
    let events: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let names: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert_eq!(names.len(), events.len(), "{ended:#?}");
    assert_eq!((names[0], names[names.len() - 1]), ("run_started", "summary"));
    assert_eq!(events[events.len() - 1]["summary"]["outcome"], "finished");
    assert_eq!(ended.err, "");
}

#[test]
fn status_tells_what_is_complete_and_what_is_missing() {
    let project = Project::new();
    let totals = "model totals {\n    kind  full\n    start 2024-01-01\n    sql { select sum(orders) as n from ref(daily_sales) }\n}\n";
    project.write("models/totals.esk", totals);
    assert!(project.ok(&["status"]).out.contains("nothing has been applied yet"));
    project.ok(&["apply", "--yes", "--now", NOW]);
    let status = project.ok(&["status", "--now", "2024-02-04"]).out;
    let line = status.lines().find(|line| line.starts_with("daily_sales")).expect("a line of its own");
    assert!(line.contains("2024-01-01 to 2024-01-31") && line.contains("3 days missing"), "{status}");
    let json: Value =
        serde_json::from_str(&project.ok(&["status", "--format", "json", "--now", NOW]).out).expect("JSON");
    assert_eq!(json["environments"][0]["environment"], "prod");

    // A project with errors has no plan, and no kinds.
    project.write("models/broken.esk", "model broken {\n    kind fulll\n    sql { select 1 as x }\n}\n");
    let status = project.ok(&["status", "--now", "2024-02-04"]).out;
    let words = |name| status.lines().find(|line| line.starts_with(name)).map(|line| line.split_whitespace().collect());
    assert_eq!(words("orders"), Some(vec!["orders", "all"]), "{status}");
    assert_eq!(words("totals"), Some(vec!["totals", "all"]), "{status}");
    assert_eq!(words("daily_sales"), Some(vec!["daily_sales", "2024-01-01", "to", "2024-01-31"]), "{status}");
}

#[test]
fn columns_tell_types_and_nulls() {
    let shown = Project::new().ok(&["columns", "daily_sales"]).out;
    let words: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(words.contains(&vec!["day", "date", "not", "null"]), "{shown}");
    assert!(words.contains(&vec!["amount", "decimal(18,", "2)", "not", "null"]), "{shown}");
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_hides_none() {
    let project = Project::new();
    for (command, code) in [("explain", 0), ("check", 1)] {
        project.write("models/shop.esk", "model broken {\n    kind fulll\n    sql { select 1 as x }\n}\n");
        let mut child = project.start(&[command]);
        drop(child.stdout.take()); // as `head` does
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(code), &b""[..]), "{command}");
    }
}

#[test]
fn colour_is_used_when_asked_for_only() {
    let project = Project::new();
    assert!(!project.ok(&["check"]).out.contains('\u{1b}'));
    assert!(project.ok(&["check", "--color", "always"]).out.contains('\u{1b}'));
}

#[test]
fn a_selection_that_is_right_and_empty_is_nothing_to_do() {
    let project = Project::new();
    project.replace("models/shop.esk", "model customers {", "model customers {\n    tags (core)");
    project.ok(&["apply", "--yes", "--now", NOW]);
    for command in [&["list"][..], &["check"], &["columns"], &["status"], &["plan"], &["apply"], &["test"]] {
        let unchanged = project.ok(&[command, &["-s", "state:modified", "--against", "env:prod"]].concat());
        assert!(unchanged.err.contains("nothing is `state:modified`"), "{command:?}: {unchanged:#?}");
        for likely_wrong in ["tag:coer", "custmers"] {
            let ended = project.esker(&[command, &["-s", likely_wrong]].concat());
            assert_eq!(ended.code, Some(2), "{command:?} {likely_wrong}: {ended:#?}");
        }
    }
}

#[test]
fn folders_that_are_not_there_are_told_where_they_are_named() {
    let project = Project::new();
    project.replace("esker.toml", "[\"models\"]", "[\"nope\", \"models\", \"esker.toml\"]");
    // What is declared there is not known, so nothing that reads it is wrong.
    project.write("models/more.esk", "model more {\n    kind full\n    sql { select id from ref(elsewhere) }\n}\n");
    let checked = project.esker(&["check", "--format", "short"]);
    assert_eq!(checked.code, Some(1), "{checked:#?}");
    let lines: Vec<&str> = checked.out.lines().collect();
    let [first, second] = &lines[..] else { panic!("{checked:#?}") };
    assert!(first.contains("E0218") && first.contains("there is no folder `nope`"), "{checked:#?}");
    assert!(second.contains("E0218") && second.contains("`esker.toml` is not a folder"), "{checked:#?}");
}
