//! Writing the state. Everything here runs inside of a transaction of the caller, together with what it records.

use super::{Store, schema};
use crate::RunError;
use crate::engines::{literal, timestamp};
use chrono::Utc;
use esker_plan::file::{FileNode, PlanFile, Promotion};
use esker_plan::time::{Interval, Timestamp};

/// A step that is being committed.
pub(crate) struct StepRecord<'p> {
    /// Its number in the plan.
    pub(crate) step: usize,
    /// Its node; none for the promotion.
    pub(crate) node: Option<&'p FileNode>,
    /// What it does, in a word.
    pub(crate) action: &'static str,
    /// The range whose rows it wrote.
    pub(crate) range: Option<Interval>,
    /// Whether what it read had changed.
    pub(crate) new_data: bool,
    /// How many rows it wrote.
    pub(crate) rows: u64,
}

impl Store<'_> {
    /// Records that a plan starts, or goes on. Makes the tables when there are none, and brings old ones up to date.
    pub(crate) fn start(&self, plan: &PlanFile, resumed: bool) -> Result<(), RunError> {
        let statements = match self.version()? {
            None => schema::CREATE,
            Some(1) => schema::FROM_1,
            Some(_) => &[],
        };
        for statement in statements {
            self.engine.execute(statement)?;
        }
        let id = literal(&plan.id);
        if resumed {
            let running = "UPDATE esker_state.plans SET status = 'running' WHERE plan =";
            self.engine.execute(&format!("{running} {id}"))?;
            return Ok(());
        }
        self.engine.execute(
            "UPDATE esker_state.plans SET status = 'abandoned' WHERE status IN ('running', 'failed', 'cancelled')",
        )?;
        let revision = self.raise()?;
        self.engine.execute(&format!(
            "INSERT INTO esker_state.plans VALUES ({id}, {}, {}, 'running', {revision}, {}, NULL)",
            literal(&plan.project),
            literal(&plan.environment),
            now()
        ))?;
        Ok(())
    }

    /// Records that a node's table exists, once.
    pub(crate) fn record_snapshot(&self, node: &FileNode) -> Result<(), RunError> {
        let key = literal(&node.snapshot);
        self.engine.execute(&format!(
            "INSERT INTO esker_state.snapshots SELECT {key}, {}, {}, {}, {}, {} \
             WHERE NOT EXISTS (SELECT 1 FROM esker_state.snapshots WHERE snapshot = {key})",
            literal(&node.name),
            literal(&node.fingerprint),
            literal(&node.table.schema),
            literal(&node.table.name),
            now()
        ))?;
        Ok(())
    }

    /// Records that a step is done.
    pub(crate) fn record_step(&self, plan: &PlanFile, step: &StepRecord<'_>) -> Result<(), RunError> {
        let revision = self.raise()?;
        let at = |time: Option<Timestamp>| time.map_or_else(|| "NULL".to_owned(), timestamp);
        let id = literal(&plan.id);
        self.engine.execute(&format!(
            "INSERT INTO esker_state.steps VALUES ({id}, {}, {}, {}, {}, {}, {}, {}, {}, {revision}, {})",
            step.step,
            literal(step.node.map_or("", |node| &node.name)),
            literal(step.node.map_or("", |node| &node.snapshot)),
            literal(step.action),
            at(step.range.map(|range| range.start)),
            at(step.range.map(|range| range.end)),
            step.new_data,
            step.rows,
            now()
        ))?;
        let left_at = format!("UPDATE esker_state.plans SET revision = {revision} WHERE plan = {id}");
        self.engine.execute(&left_at)?;
        Ok(())
    }

    /// Forgets that this plan has filled any of a node's table, whose rows were found bad as a whole: it is to be filled
    /// again. Answers how many steps that were.
    pub(crate) fn forget_batches(&self, plan: &PlanFile, node: &FileNode) -> Result<u64, RunError> {
        let id = literal(&plan.id);
        let forgotten = self.engine.execute(&format!(
            "DELETE FROM esker_state.steps WHERE plan = {id} AND snapshot = {} AND action = 'backfill'",
            literal(&node.snapshot)
        ))?;
        let revision = self.raise()?;
        self.engine.execute(&format!("UPDATE esker_state.plans SET revision = {revision} WHERE plan = {id}"))?;
        Ok(forgotten)
    }

    /// Records what an environment shows from now on.
    pub(crate) fn record_environment(&self, plan: &PlanFile, promotion: &Promotion) -> Result<(), RunError> {
        let environment = literal(&plan.environment);
        let old = format!("DELETE FROM esker_state.environments WHERE environment = {environment}");
        self.engine.execute(&old)?;
        for (name, node) in &promotion.nodes {
            let json = |text: Result<String, serde_json::Error>| literal(&text.unwrap_or_default());
            self.engine.execute(&format!(
                "INSERT INTO esker_state.environments VALUES ({environment}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
                literal(name),
                literal(&node.snapshot),
                literal(&node.fingerprint),
                literal(&node.metadata),
                literal(&node.promises),
                json(serde_json::to_string(&node.parts)),
                literal(&node.table.schema),
                literal(&node.table.name),
                json(serde_json::to_string(&node.views)),
                literal(&plan.id),
                now(),
                json(serde_json::to_string(&node.columns))
            ))?;
        }
        Ok(())
    }

    /// Records how a plan ended: `finished`, `failed`, `cancelled`.
    pub(crate) fn record_end(&self, plan: &PlanFile, status: &str) -> Result<(), RunError> {
        let at = if status == "finished" { now() } else { "NULL".to_owned() };
        self.engine.execute(&format!(
            "UPDATE esker_state.plans SET status = {}, finished_at = {at} WHERE plan = {}",
            literal(status),
            literal(&plan.id)
        ))?;
        Ok(())
    }

    /// Raises the revision by one.
    fn raise(&self) -> Result<u64, RunError> {
        let revision = self.revision()?.saturating_add(1);
        self.engine.execute(&format!("UPDATE esker_state.meta SET revision = {revision}"))?;
        Ok(revision)
    }
}

fn now() -> String {
    timestamp(Timestamp::from_naive(Utc::now().naive_utc()))
}
