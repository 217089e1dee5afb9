//! What has been done, kept in the same database as the data, so that both change in one transaction.
//!
//! The schema `esker_state` holds plain tables that anybody may read; [`schema`] describes each. Every transaction that
//! changes what a planner would see raises the revision by one and leaves it with the plan that did it. From that
//! follow the three rules of a run:
//!
//! * a plan may start when the revision is the one that it was made against;
//! * a plan that started and did not finish may go on while nobody else has moved the revision since;
//! * a plan that finished is finished.
//!
//! So a run that was killed anywhere can be continued with the same plan or replaced by a new one, and whichever comes
//! first makes the other one stale.

mod last;
mod record;
pub mod schema;

pub use last::{LastPlan, last_plans};
pub(crate) use record::StepRecord;

use crate::RunError;
use crate::engines::{DuckDb, Engine, RelationKind, Value, literal};
use esker_plan::file::{PlanFile, Relation};
use esker_plan::state::{EnvironmentNode, RecordedRun, RecordedSnapshot, RecordedState};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Reads the state of a database. A database that does not exist, or that has no state yet, has the empty state at
/// revision 0; reading never writes.
pub fn load(database: &Path, project_root: &Path) -> Result<RecordedState, RunError> {
    if !database.exists() {
        return Ok(RecordedState::default());
    }
    let engine = DuckDb::open_for_reading(database, project_root)?;
    Store::new(&engine).read()
}

/// Whether a plan may be run, seen from the state.
pub(crate) enum Standing {
    /// It was run to its end before.
    Finished,
    /// It may start.
    Fresh,
    /// It has started and may go on; these steps of it are recorded.
    Begun(BTreeSet<usize>),
}

/// The state tables of one database.
pub(crate) struct Store<'e> {
    engine: &'e dyn Engine,
}

impl<'e> Store<'e> {
    pub(crate) fn new(engine: &'e dyn Engine) -> Self {
        Self { engine }
    }

    /// The version of the state's tables, if there are any: one that this program knows.
    fn version(&self) -> Result<Option<i64>, RunError> {
        if self.engine.relation(schema::SCHEMA, "meta")? != Some(RelationKind::Table) {
            return Ok(None);
        }
        let found = self.number("SELECT max(schema_version) FROM esker_state.meta")?;
        if found > schema::VERSION {
            return Err(RunError::StateTooNew { found, known: schema::VERSION });
        }
        Ok(Some(found))
    }

    /// Whether there is a state.
    fn exists(&self) -> Result<bool, RunError> {
        Ok(self.version()?.is_some())
    }

    fn revision(&self) -> Result<u64, RunError> {
        let revision = self.number("SELECT max(revision) FROM esker_state.meta")?;
        Ok(u64::try_from(revision).unwrap_or_default())
    }

    fn number(&self, sql: &str) -> Result<i64, RunError> {
        let rows = self.engine.query(sql)?;
        Ok(rows.first().and_then(|row| row.first()).and_then(Value::integer).unwrap_or_default())
    }

    /// The whole state as the planner wants it.
    pub(crate) fn read(&self) -> Result<RecordedState, RunError> {
        let Some(version) = self.version()? else { return Ok(RecordedState::default()) };
        let mut state = RecordedState { revision: self.revision()?, ..RecordedState::default() };
        let snapshots = "SELECT snapshot, node, fingerprint, table_schema, table_name FROM esker_state.snapshots";
        for row in self.engine.query(snapshots)? {
            if let [snapshot, node, fingerprint, schema, name] = texts(&row).as_slice() {
                let table = Relation { schema: schema.clone(), name: name.clone() };
                let (node, fingerprint) = (node.clone(), fingerprint.clone());
                let recorded = RecordedSnapshot { node, fingerprint, table, runs: Vec::new() };
                state.snapshots.insert(snapshot.clone(), recorded);
            }
        }
        let runs = "SELECT snapshot, start_at, end_at, revision, new_data FROM esker_state.steps \
                    WHERE start_at IS NOT NULL ORDER BY revision";
        for row in self.engine.query(runs)? {
            let [snapshot, start, end, order, new_data] = row.as_slice() else { continue };
            let run = start.timestamp().zip(end.timestamp()).map(|(start, end)| RecordedRun {
                start,
                end,
                order: u64::try_from(order.integer().unwrap_or_default()).unwrap_or_default(),
                new_data: *new_data != Value::Boolean(false),
            });
            let snapshot = snapshot.text().and_then(|key| state.snapshots.get_mut(key));
            if let Some((snapshot, run)) = snapshot.zip(run) {
                snapshot.runs.push(run);
            }
        }
        let columns = if version > 1 { "columns" } else { "'{}'" };
        let environments = format!(
            "SELECT environment, node, snapshot, fingerprint, metadata, promises, parts, {columns}, table_schema, table_name, \
             views FROM esker_state.environments"
        );
        for row in self.engine.query(&environments)? {
            if let [environment, node, snapshot, fingerprint, metadata, promises, parts, columns, schema, name, views] =
                texts(&row).as_slice()
            {
                let shown = EnvironmentNode {
                    snapshot: snapshot.clone(),
                    fingerprint: fingerprint.clone(),
                    metadata: metadata.clone(),
                    promises: promises.clone(),
                    parts: serde_json::from_str(parts).unwrap_or_default(),
                    columns: serde_json::from_str(columns).unwrap_or_default(),
                    table: Relation { schema: schema.clone(), name: name.clone() },
                    views: serde_json::from_str(views).unwrap_or_default(),
                };
                let nodes: &mut BTreeMap<_, _> = state.environments.entry(environment.clone()).or_default();
                nodes.insert(node.clone(), shown);
            }
        }
        Ok(state)
    }

    /// The nodes that an environment has from other projects than this one, with their project.
    pub(crate) fn of_others(&self, environment: &str, project: &str) -> Result<Vec<(String, String)>, RunError> {
        if !self.exists()? {
            return Ok(Vec::new());
        }
        let rows = self.engine.query(&format!(
            "SELECT node, project FROM esker_state.environments AS e JOIN esker_state.plans AS p USING (plan) \
             WHERE e.environment = {} AND project <> {} ORDER BY node",
            literal(environment),
            literal(project)
        ))?;
        Ok(rows
            .iter()
            .filter_map(|row| <[String; 2]>::try_from(texts(row)).ok())
            .map(|[node, project]| (node, project))
            .collect())
    }

    /// Whether the plan may run, be continued, or not: the rules at the top of this page.
    pub(crate) fn standing(&self, plan: &PlanFile) -> Result<Standing, RunError> {
        let (mut recorded, mut begun) = (0, Vec::new());
        if self.exists()? {
            recorded = self.revision()?;
            let plans = format!("SELECT status, revision FROM esker_state.plans WHERE plan = {}", literal(&plan.id));
            begun = self.engine.query(&plans)?;
        }
        let row = begun.first().map(Vec::as_slice);
        if let Some([Value::Text(status), _]) = row
            && status == "finished"
        {
            return Ok(Standing::Finished);
        }
        let (planned, left_at) = match row {
            Some([_, left_at]) => {
                let left_at = u64::try_from(left_at.integer().unwrap_or_default()).unwrap_or_default();
                (left_at, left_at)
            }
            _ => (plan.state_revision, plan.state_revision),
        };
        if recorded != left_at {
            let since = if recorded > planned { self.since(planned)? } else { Vec::new() };
            return Err(RunError::StalePlan { planned, recorded, since });
        }
        if row.is_none() {
            return Ok(Standing::Fresh);
        }
        let steps = format!("SELECT step FROM esker_state.steps WHERE plan = {}", literal(&plan.id));
        let steps = self.engine.query(&steps)?;
        let done = steps.iter().filter_map(|row| row.first()?.integer()).filter_map(|step| usize::try_from(step).ok());
        Ok(Standing::Begun(done.collect()))
    }

    /// Which plans have moved the state beyond a revision.
    fn since(&self, revision: u64) -> Result<Vec<String>, RunError> {
        let plans = self.engine.query(&format!(
            "SELECT plan, environment, status, started_at FROM esker_state.plans WHERE revision > {revision} \
             ORDER BY revision"
        ))?;
        Ok(plans
            .iter()
            .filter_map(|row| {
                let [plan, environment, status, started] = row.as_slice() else { return None };
                let (plan, status) = (plan.text()?, status.text()?);
                let short = plan.get(..8).unwrap_or(plan);
                let started = started.timestamp()?.to_short();
                let environment = environment.text()?;
                Some(format!("plan {short} for `{environment}` was started at {started} UTC and is {status}"))
            })
            .collect())
    }
}

/// The texts of a row; `NULL` is the empty text.
fn texts(row: &[Value]) -> Vec<String> {
    row.iter().map(|value| value.text().unwrap_or_default().to_owned()).collect()
}
