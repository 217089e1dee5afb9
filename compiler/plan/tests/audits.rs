//! Audits in the plan: whose steps wait for whose, and when rows that are there are judged again.

mod kit;

use esker_plan::file::{ChangeKind, Check, CheckRule, StepKind};
use esker_plan::{NodeKind, PlanAudit, PlanNode, RecordedState, SqlPiece, summary};
use kit::{by_day, changed, lines, made, node, options, project, run};

/// The node with an audit of itself and these others.
fn audited(mut node: PlanNode, own: usize, others: &[usize], warn: bool) -> PlanNode {
    let mut sql = vec![SqlPiece::Text("select * from ".to_owned()), SqlPiece::Node(own)];
    for &other in others {
        sql.extend([SqlPiece::Text(" anti join ".to_owned()), SqlPiece::Node(other)]);
    }
    node.audits.push(PlanAudit { title: "relationship(id)".to_owned(), warn, sql });
    node
}

fn audited_steps(plan: &esker_plan::PlanFile) -> Vec<usize> {
    let judged = plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Backfill { audited: true, .. }));
    judged.map(|step| step.id).collect()
}

#[test]
fn the_last_batch_judges_and_waits_for_the_others_and_for_what_is_read() {
    // The audit reads a node that comes later, through a view.
    let input = project(vec![
        audited(node("orders", by_day(0, Some(2)), &[]), 0, &[3], false),
        node("customers", by_day(0, Some(3)), &[]),
        node("reader", NodeKind::Full, &[0]),
        node("people", NodeKind::View, &[1]),
    ]);
    let plan = made(&input, &RecordedState::default(), &options("2024-01-07"));
    assert_eq!(
        lines(&plan),
        [
            "customers create",
            "customers [2024-01-01, 2024-01-04) <- 0",
            "customers [2024-01-04, 2024-01-07) <- 0",
            "people create <- 0",
            "orders create",
            "orders [2024-01-01, 2024-01-03) <- 4",
            "orders [2024-01-03, 2024-01-05) <- 4",
            "orders [2024-01-05, 2024-01-07) <- 1 2 3 4 5 6",
            "reader build <- 5 6 7",
            "promote <- 8",
        ]
    );
    assert_eq!(audited_steps(&plan), [7]);
    // The file has physical tables, and the nodes as the project lists them.
    let [orders, .., people] = plan.nodes.as_slice() else { panic!("four nodes") };
    let sql = format!("select * from {} anti join {}", orders.table.to_sql(), people.table.to_sql());
    assert_eq!((orders.audits[0].sql.as_str(), orders.parents.len()), (sql.as_str(), 0));
}

#[test]
fn readers_wait_until_what_they_read_is_judged() {
    let nodes = |warn: bool| {
        let orders = audited(node("orders", by_day(0, Some(2)), &[]), 0, &[], warn);
        project(vec![orders, node("named", NodeKind::View, &[0]), node("sales", by_day(0, Some(2)), &[1])])
    };
    let sales = |warn: bool| {
        let plan = made(&nodes(warn), &RecordedState::default(), &options("2024-01-05"));
        lines(&plan)[5..7].to_vec()
    };
    assert_eq!(sales(false), ["sales [2024-01-01, 2024-01-03) <- 1 2 3 4", "sales [2024-01-03, 2024-01-05) <- 2 3 4"]);
    assert_eq!(sales(true), ["sales [2024-01-01, 2024-01-03) <- 1 3 4", "sales [2024-01-03, 2024-01-05) <- 2 3 4"]);
}

#[test]
fn what_an_audit_reads_makes_nothing_stale() {
    let input = project(vec![
        audited(node("orders", by_day(0, None), &[]), 0, &[1], false),
        node("customers", by_day(2, None), &[]),
    ]);
    let state = run(RecordedState::default(), &made(&input, &RecordedState::default(), &options("2024-01-07")));
    let next = made(&input, &state, &options("2024-01-08"));
    assert_eq!(
        lines(&next),
        ["customers [2024-01-05, 2024-01-08)", "orders [2024-01-07, 2024-01-08) <- 0"],
        "only customers look back"
    );
}

#[test]
fn rows_that_are_there_are_judged_when_a_rule_or_a_table_that_it_reads_is_another() {
    let nodes = |rule: bool, warn: bool| {
        let orders = node("orders", NodeKind::Full, &[]);
        vec![if rule { audited(orders, 0, &[1], warn) } else { orders }, node("customers", NodeKind::Full, &[])]
    };
    let now = options("2024-01-07");
    let before = |rule: bool| {
        let input = project(nodes(rule, false));
        run(RecordedState::default(), &made(&input, &RecordedState::default(), &now))
    };
    let reasons = |plan: &esker_plan::PlanFile| -> Vec<String> {
        let orders = plan.changes.iter().filter(|change| change.node == "orders");
        orders.flat_map(|change| change.reasons.clone()).collect()
    };
    let added = made(&project(nodes(true, false)), &before(false), &now);
    assert_eq!(lines(&added), ["orders check", "promote <- 0"]);
    assert_eq!(reasons(&added), ["promises changed"]);
    assert_eq!(lines(&made(&project(nodes(true, false)), &run(before(false), &added), &now)), [""; 0]);

    let mut others = nodes(true, false);
    others[1] = changed(others[1].clone(), "customers-2");
    let moved = made(&project(others), &before(true), &now);
    assert_eq!(lines(&moved), ["customers build", "orders check <- 0", "promote <- 1"]);
    assert_eq!(reasons(&moved), ["audited against another table"]);
    assert_eq!(moved.changes[0].kind, ChangeKind::Metadata);

    // A rule that only warns promises nothing.
    assert_eq!(lines(&made(&project(nodes(true, true)), &before(false), &now)), [""; 0]);
}

#[test]
fn a_batch_that_judges_the_whole_table_leaves_nothing_to_check() {
    let orders = || node("orders", by_day(0, None), &[]);
    let state = run(
        RecordedState::default(),
        &made(&project(vec![orders()]), &RecordedState::default(), &options("2024-01-07")),
    );
    let mut judged = audited(orders(), 0, &[], false);
    let plan = made(&project(vec![judged.clone()]), &state, &options("2024-01-08"));
    assert_eq!(lines(&plan), ["orders [2024-01-07, 2024-01-08)", "promote <- 0"]);
    // Checks look at the rows of a batch only.
    judged.checks.push(Check { title: "id not null".to_owned(), rule: CheckRule::Holds("id is not null".to_owned()) });
    let plan = made(&project(vec![judged]), &state, &options("2024-01-08"));
    assert_eq!(lines(&plan), ["orders [2024-01-07, 2024-01-08)", "orders check <- 0", "promote <- 1"]);
    assert!(summary(&plan).contains("= orders  same data: promises changed"), "{}", summary(&plan));
}

#[test]
fn audits_in_a_circle_end_all_the_same() {
    let input = project(vec![
        audited(node("a", NodeKind::Full, &[]), 0, &[1], false),
        audited(node("b", NodeKind::Full, &[0]), 1, &[0, 1], true),
    ]);
    let plan = made(&input, &RecordedState::default(), &options("2024-01-07"));
    assert_eq!(lines(&plan), ["a build", "b build <- 0", "promote <- 1"]);
}
