//! Plans for small projects, each the smallest that shows its rule.

mod kit;

use esker_plan::file::{ChangeKind, Check, CheckRule, Column, Relation, StepKind};
use esker_plan::state::EnvironmentNode;
use esker_plan::time::{Cron, Unit, parse_end, parse_start};
use esker_plan::{
    NodeError, NodeErrorKind, NodeKind, OptionsError, OtherDatabase, PlanError, PlanFile, PlanOptions, PlanReadError,
    RecordedState, plan, summary,
};
use kit::{at, by_day, changed, lines, made, node, options, project, range, run};

#[test]
fn a_batch_waits_for_just_the_batches_that_it_reads() {
    let input = project(vec![node("orders", by_day(0, Some(2)), &[]), node("sales", by_day(1, Some(2)), &[0])]);
    let plan = made(&input, &RecordedState::default(), &options("2024-01-07"));
    assert_eq!(
        lines(&plan),
        [
            "orders create",
            "orders [2024-01-01, 2024-01-03) <- 0",
            "orders [2024-01-03, 2024-01-05) <- 0",
            "orders [2024-01-05, 2024-01-07) <- 0",
            "sales create <- 0", // its query tells the types of its columns
            "sales [2024-01-01, 2024-01-03) <- 1 4",
            "sales [2024-01-03, 2024-01-05) <- 1 2 4", // 2 January is its lookback
            "sales [2024-01-05, 2024-01-07) <- 2 3 4",
            "promote <- 5 6 7",
        ]
    );
}

#[test]
fn lookback_runs_again_with_its_readers_and_in_order() {
    let input = project(vec![
        node("orders", by_day(2, Some(2)), &[]),
        node("sales", by_day(0, None), &[0]),
        node("totals", NodeKind::Full, &[1]),
    ]);
    let state = run(RecordedState::default(), &made(&input, &RecordedState::default(), &options("2024-01-10")));
    let plan = made(&input, &state, &options("2024-01-11"));
    assert_eq!(
        lines(&plan),
        [
            "orders [2024-01-08, 2024-01-10)",
            "orders [2024-01-10, 2024-01-11) <- 0",
            "sales [2024-01-08, 2024-01-11) <- 0 1",
            "totals build <- 2",
        ]
    );
    let whys: Vec<&str> = plan.steps.iter().map(|step| step.why.as_str()).collect();
    assert_eq!(
        whys,
        [
            "2 days run again as lookback 2 asks.",
            "1 day is missing.",
            "1 day is missing; 2 days run again because `orders` did.",
            "Its cron `@daily` has ticked since it was last built.",
        ]
    );
    // Killed after the first reader's batch: what it made stale is still known.
    let mut part = plan.clone();
    part.steps.truncate(2);
    let rest = made(&input, &run(state, &part), &options("2024-01-11"));
    assert_eq!(lines(&rest), ["sales [2024-01-08, 2024-01-11)", "totals build <- 0"]);
}

#[test]
fn a_child_never_runs_past_what_its_parents_have() {
    let mut weekly = node("weekly", by_day(0, None), &[]);
    weekly.cron = Cron::parse("@weekly").expect("a cron");
    let input = project(vec![weekly, node("daily", by_day(0, None), &[0])]);
    // 10 January 2024 is a Wednesday.
    let plan = made(&input, &RecordedState::default(), &options("2024-01-10"));
    assert_eq!(lines(&plan)[3], "daily [2024-01-01, 2024-01-08) <- 1 2");
}

#[test]
fn a_node_that_does_not_read_what_changed_keeps_its_table() {
    let nodes = vec![
        node("orders", by_day(0, None), &[]),
        node("named", NodeKind::View, &[0]),
        node("sales", by_day(0, None), &[1]),
        node("totals", NodeKind::Full, &[0]),
    ];
    let state = run(
        RecordedState::default(),
        &made(&project(nodes.clone()), &RecordedState::default(), &options("2024-01-10")),
    );
    let mut edited = nodes;
    edited[0] = changed(edited[0].clone(), "orders-2");
    let plan = made(&project(edited), &state, &options("2024-01-10"));
    assert_eq!(
        lines(&plan),
        ["orders create", "orders [2024-01-01, 2024-01-10) <- 0", "named create <- 0", "promote <- 1 2"]
    );
    let changes: Vec<_> = plan.changes.iter().map(|change| (change.node.as_str(), change.kind)).collect();
    assert_eq!(changes, [("orders", ChangeKind::Changed), ("named", ChangeKind::Metadata)]);
    let promotion = plan.promotion.as_ref().expect("a promotion");
    let moves: Vec<&str> = promotion.views.iter().filter(|view| view.moves).map(|view| view.node.as_str()).collect();
    assert_eq!(moves, ["named", "orders"]);
}

#[test]
fn news_comes_through_a_new_table() {
    let nodes = vec![
        node("orders", by_day(2, None), &[]),
        node("cleaned", by_day(0, None), &[0]),
        node("sales", by_day(0, None), &[1]),
    ];
    let state = run(
        RecordedState::default(),
        &made(&project(nodes.clone()), &RecordedState::default(), &options("2024-01-10")),
    );
    let mut edited = nodes;
    edited[1] = changed(edited[1].clone(), "cleaned-2");
    // `sales` does not read what changed in `cleaned`, but the late rows of `orders` reach it.
    assert_eq!(
        lines(&made(&project(edited), &state, &options("2024-01-11"))),
        [
            "orders [2024-01-08, 2024-01-11)",
            "cleaned create",
            "cleaned [2024-01-01, 2024-01-11) <- 0 1",
            "sales [2024-01-08, 2024-01-11) <- 2",
            "promote <- 3",
        ]
    );
}

#[test]
fn a_narrowed_plan_takes_no_rows_from_a_table_that_is_there() {
    let nodes = vec![node("orders", by_day(0, None), &[]), node("totals", NodeKind::Full, &[0])];
    let state = run(
        RecordedState::default(),
        &made(&project(nodes.clone()), &RecordedState::default(), &options("2024-01-10")),
    );
    let mut edited = nodes;
    edited[0] = changed(edited[0].clone(), "orders-2");
    let edited = project(edited);
    let narrowed = PlanOptions { start: parse_start("2024-01-11"), ..options("2024-01-12") };
    let plan = made(&edited, &state, &narrowed);
    assert_eq!(lines(&plan), ["orders create", "orders [2024-01-11, 2024-01-12) <- 0", "promote <- 1"]);
    let rest = made(&edited, &run(state, &plan), &options("2024-01-12"));
    assert_eq!(lines(&rest), ["orders [2024-01-01, 2024-01-11)", "totals build <- 0"]);
}

#[test]
fn what_a_whole_table_holds_bounds_its_readers_too() {
    let hourly =
        || NodeKind::IncrementalByTime { column: "at".to_owned(), every: Some(Unit::HOUR), lookback: 0, batch: None };
    let mut nodes =
        vec![node("ticks", hourly(), &[]), node("daily", NodeKind::Full, &[0]), node("marks", hourly(), &[1])];
    (nodes[0].cron, nodes[2].cron) = (Cron::parse("@hourly").expect("a cron"), Cron::parse("@hourly").expect("a cron"));
    let input = project(nodes);
    let first = made(&input, &RecordedState::default(), &options("2024-01-03T06:00:00Z"));
    let state = run(RecordedState::default(), &first);
    assert_eq!(lines(&first)[4], "marks [2024-01-01, 2024-01-03 06:00) <- 2 3");
    assert_eq!(
        lines(&made(&input, &state, &options("2024-01-03T08:00:00Z"))),
        ["ticks [2024-01-03 06:00, 2024-01-03 08:00)"]
    );
    // At midnight the table is made anew, and a build from scratch would show its rows to every hour.
    assert_eq!(
        lines(&made(&input, &state, &options("2024-01-04"))),
        ["ticks [2024-01-03 06:00, 2024-01-04)", "daily build <- 0", "marks [2024-01-01, 2024-01-04) <- 1",]
    );
}

#[test]
fn another_environment_uses_what_exists() {
    let input = project(vec![node("countries", NodeKind::Seed, &[]), node("orders", by_day(0, None), &[0])]);
    let state = run(RecordedState::default(), &made(&input, &RecordedState::default(), &options("2024-01-10")));
    let dev = PlanOptions { environment: "dev".to_owned(), ..options("2024-01-10") };
    let plan = made(&input, &state, &dev);
    assert_eq!(lines(&plan), ["promote"]);
    assert!(plan.changes.iter().all(|change| change.kind == ChangeKind::New && change.reused));
    let views = &plan.promotion.as_ref().expect("a promotion").views;
    assert_eq!(views[0].view.to_string(), "shop__dev.countries");
    assert_eq!(made(&input, &run(state, &plan), &dev).steps, []);
}

#[test]
fn docs_move_no_rows_and_removed_models_lose_their_views() {
    let nodes = vec![node("a", NodeKind::Full, &[]), node("b", NodeKind::Full, &[])];
    let state = run(
        RecordedState::default(),
        &made(&project(nodes.clone()), &RecordedState::default(), &options("2024-01-10")),
    );
    let mut documented = nodes[0].clone();
    documented.metadata = "2".to_owned();
    let plan = made(&project(vec![documented]), &state, &options("2024-01-10"));
    assert_eq!(lines(&plan), ["promote"]);
    let changes: Vec<_> = plan.changes.iter().map(|change| (change.node.as_str(), change.kind)).collect();
    assert_eq!(changes, [("a", ChangeKind::Metadata), ("b", ChangeKind::Removed)]);
    let dropped: Vec<String> = plan.promotion.expect("a promotion").drop.iter().map(ToString::to_string).collect();
    assert_eq!(dropped, ["shop.b"]);
}

#[test]
fn a_full_table_follows_its_schedule_and_then_rests() {
    let mut totals = node("totals", NodeKind::Full, &[]);
    totals.cron = Cron::parse("0 5 * * *").expect("a cron");
    let input = project(vec![totals]);
    let mut state =
        run(RecordedState::default(), &made(&input, &RecordedState::default(), &options("2024-01-10T12:00:00Z")));
    for (now, expected) in [
        ("2024-01-10T23:00:00Z", vec![]),
        ("2024-01-11T04:59:00Z", vec![]),
        ("2024-01-11T05:00:00Z", vec!["totals build"]),
        ("2024-01-11T06:00:00Z", vec![]),
    ] {
        let plan = made(&input, &state, &options(now));
        assert_eq!(lines(&plan), expected, "{now}");
        state = run(state, &plan);
    }
}

#[test]
fn an_end_that_is_a_date_includes_that_day_and_never_passes_now() {
    let input = project(vec![node("orders", by_day(0, None), &[])]);
    for (start, end, expected) in [
        ("2024-01-03", "2024-01-05", "orders [2024-01-03, 2024-01-06) <- 0"),
        ("2024-01-03T12:00:00Z", "2024-01-05T00:00:00Z", "orders [2024-01-04, 2024-01-05) <- 0"),
        ("2023-06-01", "2025-01-01", "orders [2024-01-01, 2024-01-10) <- 0"),
    ] {
        let narrowed =
            PlanOptions { start: parse_start(start), end: parse_end(end), ..options("2024-01-10T08:00:00Z") };
        assert_eq!(lines(&made(&input, &RecordedState::default(), &narrowed))[1], expected);
    }
}

#[test]
fn beyond_its_own_end_a_node_expects_nothing_and_lacks_nothing() {
    let mut shop = node("shop", by_day(1, None), &[]);
    shop.end = Some(at("2024-01-05"));
    let mut weekly = node("weekly", NodeKind::Full, &[0]);
    weekly.end = Some(at("2024-01-03")); // a table as a whole has no cells that could end
    let input = project(vec![shop, node("sales", by_day(0, None), &[0]), weekly]);
    let plan = made(&input, &RecordedState::default(), &options("2024-01-04"));
    assert_eq!(lines(&plan)[1], "shop [2024-01-01, 2024-01-04) <- 0");
    let state = run(RecordedState::default(), &plan);
    let plan = made(&input, &state, &options("2024-01-09"));
    assert_eq!(
        lines(&plan),
        // Its readers go on without it.
        ["shop [2024-01-03, 2024-01-05)", "sales [2024-01-03, 2024-01-09) <- 0", "weekly build <- 0"]
    );
    let state = run(state, &plan);
    assert_eq!(
        lines(&made(&input, &state, &options("2024-01-10"))),
        ["sales [2024-01-09, 2024-01-10)", "weekly build"]
    );
    // An end within a cell leaves that cell out, as `--end` does; whichever is earlier counts.
    let mut nodes = input.nodes;
    nodes.truncate(1);
    nodes[0].end = Some(at("2024-01-04T12:00:00Z"));
    let input = project(nodes);
    for (end, expected) in
        [(None, "2024-01-04"), (Some("2024-01-02"), "2024-01-03"), (Some("2024-01-08"), "2024-01-04")]
    {
        let narrowed = PlanOptions { end: end.and_then(parse_end), ..options("2024-01-09") };
        let plan = made(&input, &RecordedState::default(), &narrowed);
        assert_eq!(lines(&plan)[1], format!("shop [2024-01-01, {expected}) <- 0"));
    }
}

#[test]
fn only_databases_that_are_read_are_attached() {
    let mut reader = node("reader", NodeKind::Full, &[]);
    reader.sql = vec![esker_plan::SqlPiece::Text("from \"project_shop\".sales.orders".to_owned())];
    let mut input = project(vec![reader, node("other", NodeKind::Full, &[])]);
    let further = |name: &str| [(name.to_owned(), "further.duckdb".to_owned())].into();
    input.attach = [("project_shop", "project_crm"), ("project_hr", "project_payroll")]
        .map(|(name, more)| (name.to_owned(), OtherDatabase { path: "x.duckdb".to_owned(), further: further(more) }))
        .into();
    let attached = |plan: PlanFile| plan.attach.into_keys().collect::<Vec<_>>();
    let now = options("2024-01-09");
    assert_eq!(attached(made(&input, &RecordedState::default(), &now)), ["project_crm", "project_shop"]);
    input.selected = Some(esker_plan::Selected { text: "other".to_owned(), nodes: [1].into() });
    assert_eq!(attached(made(&input, &RecordedState::default(), &now)), [""; 0]);
}

#[test]
fn ten_years_of_five_minutes_are_two_steps() {
    let kind = NodeKind::IncrementalByTime {
        column: "at".to_owned(),
        every: Some(Unit::Minutes(5)),
        lookback: 0,
        batch: None,
    };
    let mut ticks = node("ticks", kind, &[]);
    (ticks.cron, ticks.start) = (Cron::parse("*/5 * * * *").expect("a cron"), Some(at("2010-01-01")));
    let plan = made(&project(vec![ticks]), &RecordedState::default(), &options("2020-01-01"));
    let expected =
        StepKind::Backfill { range: range("2010-01-01", "2020-01-01"), cells: 1_051_776, again: 0, audited: false };
    assert_eq!((plan.steps.len(), &plan.steps[1].kind), (3, &expected));
}

#[test]
fn what_stands_in_the_way_is_said_at_once() {
    let mut orders = node("orders", by_day(0, None), &[]);
    orders.start = None;
    let hourly =
        NodeKind::IncrementalByTime { column: "AT".to_owned(), every: Some(Unit::HOUR), lookback: 0, batch: None };
    let mut dates = node("dates", hourly, &[]);
    dates.columns = vec![Column { name: "at".to_owned(), ty: Some("DATE".to_owned()), comment: None }];
    let mut reader = node("reader", by_day(0, None), &[0]);
    reader.start = None;
    let input = project(vec![orders, dates, reader]);
    let error = |node: &str, kind| PlanError::Node(NodeError { node: node.to_owned(), kind });
    let no_start = error("orders", NodeErrorKind::NoStart);
    let cut = error("dates", NodeErrorKind::DateCutIntoHours { column: "AT".to_owned(), unit: Unit::HOUR });
    let failed = |options: &PlanOptions| plan(&input, &RecordedState::default(), options).expect_err("no plan");
    assert_eq!(failed(&options("2024-01-10")), [no_start, cut.clone()]);
    let day = parse_start("2024-01-05");
    let wrong = PlanOptions { environment: "my env".to_owned(), start: day, end: day, ..options("2024-01-10") };
    assert_eq!(
        failed(&wrong),
        [
            PlanError::Options(OptionsError::BadEnvironment("my env".to_owned())),
            PlanError::Options(OptionsError::EndBeforeStart { start: at("2024-01-05"), end: at("2024-01-05") }),
            cut,
        ]
    );
}

#[test]
fn the_file_is_the_same_for_the_same_and_is_read_only_when_whole() {
    let mut orders = node("orders", by_day(1, Some(2)), &[]);
    orders.checks = vec![
        Check { title: "id not null".to_owned(), rule: CheckRule::Holds("\"id\" is not null".to_owned()) },
        Check { title: "primary key (id)".to_owned(), rule: CheckRule::Unique(vec!["id".to_owned()]) },
    ];
    orders.columns = vec![Column { name: "id".to_owned(), ty: None, comment: Some("The key.".to_owned()) }];
    let input = project(vec![orders, node("dim@2", NodeKind::View, &[0]), node("seed", NodeKind::Seed, &[])]);
    let plan = made(&input, &RecordedState::default(), &options("2024-01-10"));
    let text = plan.to_json();
    assert_eq!(made(&input, &RecordedState::default(), &options("2024-01-10")).to_json(), text);
    assert_eq!(PlanFile::read(&text), Ok(plan.clone()));

    let edited = text.replace("2024-01-03", "2024-01-04");
    assert!(matches!(PlanFile::read(&edited), Err(PlanReadError::Tampered { written, .. }) if written == plan.id));
    let next = text.replace("\"version\": 1", "\"version\": 2");
    assert_eq!(PlanFile::read(&next), Err(PlanReadError::OtherVersion("2".to_owned())));
    assert!(matches!(PlanFile::read(&text[..text.len() / 2]), Err(PlanReadError::NotJson(_))));
    assert_eq!(PlanFile::read("[]"), Err(PlanReadError::NotAPlan));
    let torn = text.replace("\"nodes\":", "\"notes\":");
    assert!(matches!(PlanFile::read(&torn), Err(PlanReadError::Malformed(_))));
}

#[test]
fn tables_are_named_by_node_and_identity() {
    let mut other = node("dim@\"1.10\"", NodeKind::Full, &[]);
    other.fingerprint = "dim@2-1".to_owned();
    let input = project(vec![node("dim@2", NodeKind::Full, &[]), other, node("v", NodeKind::View, &[0])]);
    let plan = made(&input, &RecordedState::default(), &options("2024-01-10"));
    let [first, second, view] = plan.nodes.as_slice() else { panic!("three nodes") };
    assert_eq!(first.table.to_string(), format!("esker_data.dim_v2__{}", &first.snapshot[..16]));
    assert_eq!(second.table.name, format!("dim_v_1_10___{}", &second.snapshot[..16]));
    assert_ne!(first.snapshot, second.snapshot);
    assert_eq!(view.sql, format!("select * from \"esker_data\".\"dim_v2__{}\"", &first.snapshot[..16]));
}

#[test]
fn the_summary_is_what_a_person_wants_to_know() {
    let nodes = vec![
        node("countries", NodeKind::Seed, &[]),
        node("orders", by_day(2, Some(30)), &[]),
        node("dim_customers@2", NodeKind::Full, &[0, 1]),
        node("report", NodeKind::View, &[2]),
    ];
    let first = made(&project(nodes.clone()), &RecordedState::default(), &options("2024-03-01T06:00:00Z"));
    assert_eq!(
        summary(&first),
        "\
Plan for `prod` as of 2024-03-01 06:00 UTC

Changes
  + countries        new
  + orders           new
  + dim_customers@2  new
  + report           new

Work
  countries        load seed
  orders           create, 60 days  2 batches  2024-01-01 to 2024-02-29
  dim_customers@2  build
  report           create view

Views of `prod`, all at once at the end
  shop.countries         shows countries
  shop.dim_customers_v2  shows dim_customers@2
  shop.orders            shows orders
  shop.report            shows report

7 steps, 60 cells in 2 batches
"
    );
    let state = run(RecordedState::default(), &first);
    assert_eq!(
        summary(&made(&project(nodes.clone()), &state, &options("2024-03-01T07:00:00Z"))),
        "nothing to do: `prod` is up to date as of 2024-03-01 07:00 UTC.\n"
    );
    let mut edited = nodes;
    edited[2] = changed(edited[2].clone(), "dim-2");
    edited.pop();
    assert_eq!(
        summary(&made(&project(edited), &state, &options("2024-03-02T06:00:00Z"))),
        "\
Plan for `prod` as of 2024-03-02 06:00 UTC

Changes
  ~ dim_customers@2  changed: rows changed
  - report           removed

Work
  orders           3 days (2 again)  1 batch  2024-02-28 to 2024-03-01
  dim_customers@2  build

Views of `prod`, all at once at the end
  shop.dim_customers_v2  shows dim_customers@2
  shop.report            is dropped
  2 views stay as they are

3 steps, 3 cells in 1 batch
"
    );
}

#[test]
fn a_promoted_environment_is_recorded_as_it_stands_in_the_plan() {
    let input = project(vec![node("a", NodeKind::Full, &[])]);
    let plan = made(&input, &RecordedState::default(), &options("2024-01-10"));
    let recorded: &EnvironmentNode = &plan.promotion.as_ref().expect("a promotion").nodes["a"];
    assert_eq!((&recorded.snapshot, &recorded.table), (&plan.nodes[0].snapshot, &plan.nodes[0].table));
    assert_eq!(recorded.views, [Relation { schema: "shop".to_owned(), name: "a".to_owned() }]);
}
