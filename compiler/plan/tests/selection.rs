//! Plans that a selection narrows: what they cover, and what the environment shows of the rest.

mod kit;

use std::collections::BTreeMap;

use esker_plan::file::{ChangeKind, Relation};
use esker_plan::{NodeKind, PlanAudit, PlanFile, PlanInput, PlanNode, RecordedState, Selected, SqlPiece, summary};
use kit::{by_day, changed, lines, made, node, options, project, run};

const TODAY: &str = "2024-01-10";

fn only(nodes: Vec<PlanNode>, text: &str, selected: &[usize]) -> PlanInput {
    let selected = Selected { text: text.to_owned(), nodes: selected.iter().copied().collect() };
    PlanInput { selected: Some(selected), ..project(nodes) }
}

fn applied(state: RecordedState, input: &PlanInput) -> RecordedState {
    let plan = made(input, &state, &options(TODAY));
    run(state, &plan)
}

/// What the environment shows, view by view, after a plan.
fn views(plan: &PlanFile) -> BTreeMap<String, String> {
    let promotion = plan.promotion.as_ref().expect("a promotion");
    promotion.views.iter().map(|view| (view.view.name.clone(), view.node.clone())).collect()
}

fn shown(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(view, node)| ((*view).to_owned(), (*node).to_owned())).collect()
}

fn left_out(plan: &PlanFile) -> Vec<(&str, ChangeKind)> {
    plan.left_out.iter().map(|change| (change.node.as_str(), change.kind)).collect()
}

/// Versions 1 and 2 of `m`, and which of them is the latest.
fn versions(latest: usize) -> Vec<PlanNode> {
    let version = |number: usize| {
        let mut version = node(&format!("m@{number}"), NodeKind::Full, &[]);
        if number == latest {
            version.relations.push(Relation { schema: "shop".to_owned(), name: "m".to_owned() });
        }
        version
    };
    vec![version(1), version(2)]
}

#[test]
fn a_selection_covers_what_it_needs_and_leaves_the_rest_as_it_is() {
    let mut nodes = vec![
        node("orders", by_day(0, None), &[]),
        node("sales", NodeKind::Full, &[0]),
        node("customers", NodeKind::Full, &[]),
        node("report", NodeKind::View, &[0]),
        node("old", NodeKind::Full, &[]),
    ];
    let sql = vec![SqlPiece::Text("from ".to_owned()), SqlPiece::Node(2)];
    nodes[1].audits.push(PlanAudit { title: "relationship(id)".to_owned(), warn: false, sql });
    let state = applied(RecordedState::default(), &project(nodes.clone()));
    nodes.pop();
    for node in &mut nodes {
        *node = changed(node.clone(), &format!("{}-2", node.name));
    }
    nodes.push(node("fresh", NodeKind::Full, &[]));

    let plan = made(&only(nodes.clone(), "sales", &[1]), &state, &options(TODAY));
    assert_eq!(
        lines(&plan),
        [
            "orders create",
            "orders [2024-01-01, 2024-01-10) <- 0",
            "customers build",
            "sales build <- 1 2",
            "promote <- 3"
        ]
    );
    let names: Vec<&str> = plan.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["orders", "sales", "customers"]);
    assert_eq!(
        left_out(&plan),
        [("report", ChangeKind::Changed), ("fresh", ChangeKind::New), ("old", ChangeKind::Removed)]
    );
    let promotion = plan.promotion.as_ref().expect("a promotion");
    for name in ["report", "old"] {
        assert_eq!(promotion.nodes[name], state.environments["prod"][name], "{name}");
    }
    assert!(!promotion.nodes.contains_key("fresh") && promotion.drop.is_empty());
    assert_eq!(
        summary(&plan),
        "\
Plan for `prod` as of 2024-01-10 UTC, only `sales` and what it needs

Changes
  ~ orders     changed: rows changed
  ~ sales      changed: rows changed
  ~ customers  changed: rows changed

Left out by the selection
  ~ report  changed: rows changed
  + fresh   new
  - old     removed

Work
  orders     create, 9 days  1 batch  2024-01-01 to 2024-01-09
  customers  build
  sales      build

Views of `prod`, all at once at the end
  shop.customers  shows customers
  shop.orders     shows orders
  shop.sales      shows sales
  2 views stay as they are

5 steps, 9 cells in 1 batch
"
    );
    // The same again has nothing to do, and still says what is left out; without a selection the rest follows.
    let state = run(state, &plan);
    let again = made(&only(nodes.clone(), "sales", &[1]), &state, &options(TODAY));
    assert!(again.steps.is_empty());
    assert_eq!(
        summary(&again),
        "\
nothing to do: what `sales` selects in `prod` is up to date as of 2024-01-10 UTC.

Left out by the selection
  ~ report  changed: rows changed
  + fresh   new
  - old     removed
"
    );
    let rest = made(&project(nodes), &state, &options(TODAY));
    assert_eq!(lines(&rest), ["report create", "fresh build", "promote <- 0 1"]);
    assert!(rest.left_out.is_empty());
}

#[test]
fn a_plan_without_a_selection_has_no_trace_of_it_and_the_file_with_one_is_read_back() {
    let plan = made(&project(versions(2)), &RecordedState::default(), &options(TODAY));
    assert!(!plan.to_json().contains("select\"") && !plan.to_json().contains("left_out"));
    let plan = made(&only(versions(2), "m@1", &[0]), &RecordedState::default(), &options(TODAY));
    assert_eq!(PlanFile::read(&plan.to_json()), Ok(plan));
}

#[test]
fn running_only_an_old_version_touches_no_pointer() {
    let state = applied(RecordedState::default(), &project(versions(2)));
    let mut edited = versions(2);
    edited[0] = changed(edited[0].clone(), "m@1-2");
    let plan = made(&only(edited, "m@1", &[0]), &state, &options(TODAY));
    let moves: Vec<String> = plan
        .promotion
        .iter()
        .flat_map(|promotion| &promotion.views)
        .filter(|view| view.moves)
        .map(|view| view.view.to_string())
        .collect();
    assert_eq!(moves, ["shop.m_v1"]);
    assert_eq!(views(&plan), shown(&[("m", "m@2"), ("m_v1", "m@1"), ("m_v2", "m@2")]));
}

#[test]
fn a_fresh_environment_with_only_an_old_version_has_no_pointer() {
    let plan = made(&only(versions(2), "m@1", &[0]), &RecordedState::default(), &options(TODAY));
    assert_eq!(views(&plan), shown(&[("m_v1", "m@1")]));
    assert_eq!(left_out(&plan), [("m@2", ChangeKind::New)]);
}

#[test]
fn the_pointer_moves_with_the_project_and_nothing_is_computed() {
    let state = applied(RecordedState::default(), &project(versions(2)));
    // `latest` goes from 2 to 1; whichever of the two is planned, the relation is that of version 1.
    for selected in [0, 1] {
        let plan = made(&only(versions(1), "m", &[selected]), &state, &options(TODAY));
        assert_eq!(lines(&plan), ["promote"]);
        assert_eq!(views(&plan), shown(&[("m", "m@1"), ("m_v1", "m@1"), ("m_v2", "m@2")]), "{selected}");
        let promotion = plan.promotion.as_ref().expect("a promotion");
        assert_eq!(promotion.views[0].table, state.environments["prod"]["m@1"].table);
        assert!(promotion.views[0].moves && promotion.drop.is_empty());
        let reasons: Vec<_> =
            plan.changes.iter().map(|change| (change.node.as_str(), change.reasons.join(", "))).collect();
        assert_eq!(reasons, [("m@1", "now shop.m".to_owned()), ("m@2", "no longer shop.m".to_owned())]);
        assert_eq!(plan.left_out, []);
        // All is as the project wants it.
        assert_eq!(made(&project(versions(1)), &run(state.clone(), &plan), &options(TODAY)).steps, []);
    }
}

#[test]
fn the_pointer_waits_for_a_version_that_the_environment_does_not_have() {
    let state = applied(RecordedState::default(), &only(versions(2), "m@2", &[1]));
    let mut edited = versions(1);
    edited[1] = changed(edited[1].clone(), "m@2-2");
    let plan = made(&only(edited.clone(), "m@2", &[1]), &state, &options(TODAY));
    assert_eq!(views(&plan), shown(&[("m", "m@2"), ("m_v2", "m@2")]), "readers are not left without");
    assert_eq!(left_out(&plan), [("m@1", ChangeKind::New)]);
    let state = run(state, &plan);
    let plan = made(&only(edited, "m@1", &[0]), &state, &options(TODAY));
    assert_eq!(views(&plan), shown(&[("m", "m@1"), ("m_v1", "m@1"), ("m_v2", "m@2")]));
}

#[test]
fn a_relation_that_nobody_is_to_have_goes_with_the_node_that_had_it() {
    let mut nodes = vec![node("a", NodeKind::Full, &[]), node("b", NodeKind::Full, &[])];
    let state = applied(RecordedState::default(), &project(nodes.clone()));
    nodes[0].relations[0].name = "renamed".to_owned();
    let plan = made(&only(nodes, "a", &[0]), &state, &options(TODAY));
    let dropped: Vec<String> =
        plan.promotion.iter().flat_map(|promotion| &promotion.drop).map(ToString::to_string).collect();
    assert_eq!(dropped, ["shop.a"]);
    assert_eq!(views(&plan), shown(&[("b", "b"), ("renamed", "a")]));
}
