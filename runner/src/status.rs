//! What is complete, node by node: what `esker status` prints.

use esker_plan::state::RecordedState;
use esker_plan::time::IntervalSet;
use serde::Serialize;

/// What an environment has of one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeStatus {
    /// The node: `dim_customers@2`.
    pub node: String,
    /// The views that show it.
    pub views: Vec<String>,
    /// The physical table or view behind them.
    pub table: String,
    /// The time for which it has been computed; empty for a view.
    pub complete: IntervalSet,
}

/// The nodes of an environment, by name; empty when there is no such environment.
pub fn status(state: &RecordedState, environment: &str) -> Vec<NodeStatus> {
    let Some(nodes) = state.environments.get(environment) else { return Vec::new() };
    let status = |(name, node): (&String, &esker_plan::state::EnvironmentNode)| {
        let runs = state.snapshots.get(&node.snapshot).map(|snapshot| snapshot.runs.as_slice()).unwrap_or_default();
        NodeStatus {
            node: name.clone(),
            views: node.views.iter().map(ToString::to_string).collect(),
            table: node.table.to_string(),
            complete: runs.iter().map(|run| esker_plan::time::Interval::new(run.start, run.end)).collect(),
        }
    };
    nodes.iter().map(status).collect()
}
