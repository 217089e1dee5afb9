//! `kill -9` at any moment loses nothing, doubles nothing, and repeats nothing that was recorded.

use esker_tests::binary::{esker, run};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const NOW: &str = "2024-05-01T00:00:00Z";

/// 3,000 orders over 121 days, a fact of daily batches, and a table on top of it.
const MODELS: &str = r#"
source raw.orders {
    columns {
        id         bigint
        amount     decimal(18, 2)
        ordered_at timestamp
    }
    start 2024-01-01
    read csv "orders.csv"
}

model daily {
    kind incremental by time (ordered_at) { every day  batch 1 }
    sql {
        select id, amount, ordered_at
        from ref(raw.orders)
        where ordered_at >= $start and ordered_at < $end
    }
}

model total {
    kind full
    sql { select count(*) as orders, sum(amount) as amount, count(distinct id) as ids from ref(daily) }
}
"#;

/// The rows that the engine has recorded, read through a project of its own.
const STATE: &str = r#"
source esker_state.steps {
    columns {
        node     varchar
        action   varchar
        start_at timestamp
    }
}

model recorded {
    kind view
    sql {
        select count(*) as batches, count(distinct start_at) as days
        from ref(esker_state.steps)
        where node = 'daily' and action = 'backfill'
    }
}
"#;

fn project(folder: &Path, database: &str, models: &str) {
    let toml = format!("[project]\nname = \"kill\"\n\n[engine.local]\ntype = \"duckdb\"\npath = \"{database}\"\n");
    std::fs::write(folder.join("esker.toml"), toml).expect("the folder is ours");
    std::fs::write(folder.join("models.esk"), models).expect("the folder is ours");
}

fn esker_text(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments).expect("esker starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "esker {arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The steps that a run says it finished, from its events.
fn finished(events: &str) -> BTreeSet<u64> {
    let event = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok();
    let finished = events.lines().filter_map(event).filter(|event| event["event"] == "step_finished");
    finished.filter_map(|event| event["step"].as_u64()).collect()
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let folder = folder.path();
    let mut orders = String::from("id,amount,ordered_at\n");
    for id in 0..3000 {
        let (day, hour) = (id % 121, id % 24);
        let date = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).expect("exists") + chrono::Days::new(day);
        orders += &format!("{id},{}.25,{date} {hour:02}:00:00\n", id % 97);
    }
    std::fs::write(folder.join("orders.csv"), orders).expect("the folder is ours");

    // Undisturbed, for the result and for how long it takes.
    project(folder, "undisturbed.duckdb", MODELS);
    let started = Instant::now();
    esker_text(folder, &["apply", "--yes", "--now", NOW]);
    let whole = started.elapsed();
    let wanted =
        ["daily", "total"].map(|model| esker_text(folder, &["show", model, "--format", "csv", "--limit", "10000"]));
    let amount: u64 = (0..3000u64).map(|id| (id % 97) * 100 + 25).sum();
    assert!(wanted[1].contains(&format!("3000,{}.{:02},3000", amount / 100, amount % 100)), "{}", wanted[1]);

    project(folder, "killed.duckdb", MODELS);
    esker_text(folder, &["compile", "--now", NOW, "-o", "plan.json"]);
    // Times spread over the run by a fixed sequence, so that a failure can be looked at again.
    let mut seed = 7u64;
    let mut recorded = BTreeSet::new();
    let mut killed = 0;
    for _ in 0..10 {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let share = (seed >> 33) as f64 / f64::from(1u32 << 31);
        let mut child = Command::new(esker().expect("is built"))
            .args(["run", "plan.json", "--format", "json"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("esker starts");
        std::thread::sleep(whole.mul_f64(0.02 + 0.25 * share).max(Duration::from_millis(5)));
        killed += i32::from(child.try_wait().expect("is ours").is_none());
        child.kill().expect("is ours");
        let output = child.wait_with_output().expect("is ours");
        let steps = finished(&String::from_utf8_lossy(&output.stdout));
        assert!(steps.is_disjoint(&recorded), "steps that were recorded ran again: {steps:?} and {recorded:?}");
        recorded.extend(steps);
    }
    assert!(killed > 0, "every run was over before it was killed");
    let last = finished(&esker_text(folder, &["run", "plan.json", "--format", "json"]));
    assert!(last.is_disjoint(&recorded), "steps that were recorded ran again: {last:?} and {recorded:?}");

    let got =
        ["daily", "total"].map(|model| esker_text(folder, &["show", model, "--format", "csv", "--limit", "10000"]));
    let rows = |text: &str| text.lines().map(str::to_string).collect::<BTreeSet<_>>();
    for (got, wanted) in got.iter().zip(&wanted) {
        assert_eq!(got.lines().count(), wanted.lines().count(), "the number of rows differs");
        assert_eq!(rows(got), rows(wanted));
    }
    let again = esker_text(folder, &["apply", "--yes", "--now", NOW]);
    assert!(again.contains("nothing to do"), "{again}");

    let state = folder.join("state");
    std::fs::create_dir(&state).expect("the folder is ours");
    project(&state, "../killed.duckdb", STATE);
    esker_text(&state, &["apply", "--yes", "--now", NOW, "--environment", "looking"]);
    let recorded = esker_text(&state, &["show", "recorded", "--format", "csv", "--environment", "looking"]);
    assert!(recorded.contains("121,121"), "each of the 121 days must be recorded once:\n{recorded}");
}
