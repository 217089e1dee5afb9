//! One step, one transaction: its rows, its tables and its record appear together or not at all.

use crate::cancel::Cancel;
use crate::columns::{Fit, fit, fit_to_plan};
use crate::engines::{Engine, RelationKind, Value, literal, timestamp, transaction};
use crate::parameters::filled_in;
use crate::state::{StepRecord, Store};
use crate::{AuditFinding, RunError};
use esker_plan::file::{FileKind, FileNode, PlanFile, Promotion, Relation, Step, StepKind, quoted};
use esker_plan::time::{Interval, Timestamp};

/// Where a batch's rows wait until they are found good.
const STAGE: &str = "temp.esker_stage";

/// What every step of a run works with.
pub(crate) struct Steps<'r> {
    pub(crate) engine: &'r dyn Engine,
    pub(crate) store: &'r Store<'r>,
    pub(crate) plan: &'r PlanFile,
    pub(crate) cancel: &'r Cancel<'r>,
}

/// What a step did.
pub(crate) struct Done {
    /// How many rows it wrote.
    pub(crate) rows: u64,
    /// What audits found that only warn.
    pub(crate) warnings: Vec<AuditFinding>,
}

impl Steps<'_> {
    /// Does one step.
    pub(crate) fn run(&self, step: &Step) -> Result<Done, RunError> {
        let node = self.plan.nodes.iter().find(|node| node.name == step.node);
        let done = transaction(self.engine, || {
            let (rows, warnings) = self.cancel.interruptible(|| {
                let rows = match (&step.kind, node, &self.plan.promotion) {
                    (StepKind::Create, Some(node), _) => self.create(node),
                    (StepKind::Load { range } | StepKind::Build { range, .. }, Some(node), _) => {
                        self.build(node, *range)
                    }
                    (StepKind::Backfill { range, .. }, Some(node), _) => self.backfill(node, *range),
                    (StepKind::Check, Some(node), _) => self.check_rows(node, &node.table.to_sql(), None).map(|()| 0),
                    (StepKind::Promote, _, Some(promotion)) => self.promote(promotion),
                    // A plan whose id is right and that names no such node was not made by the planner; there is nothing
                    // to do.
                    _ => Ok(0),
                }?;
                let warnings = node.map_or_else(|| Ok(Vec::new()), |node| self.audit(node, &step.kind))?;
                Ok::<_, RunError>((rows, warnings))
            })?;
            let (action, range, _) = facts(&step.kind);
            let new_data = !matches!(step.kind, StepKind::Build { new_data: false, .. });
            self.store.record_step(self.plan, &StepRecord { step: step.id, node, action, range, new_data, rows })?;
            if step.kind == StepKind::Promote {
                self.store.record_end(self.plan, "finished")?;
            }
            Ok(Done { rows, warnings })
        });
        let Some(node) = node else { return done };
        done.map_err(|error: RunError| match (error, &step.kind) {
            // The batches before it have been committed, and are as bad or as good: nobody has judged them.
            (RunError::AuditFailed { findings, .. }, StepKind::Backfill { .. }) => {
                match transaction(self.engine, || self.store.forget_batches(self.plan, node)) {
                    Ok(again) => RunError::AuditFailed { findings, again },
                    Err(error) => error,
                }
            }
            (error, _) => error.of_node(&node.name),
        })
    }

    /// An empty table for batches to come, or a view.
    fn create(&self, node: &FileNode) -> Result<u64, RunError> {
        self.create_schema(&node.table)?;
        // The columns of a query do not depend on the range; an empty one costs nothing.
        let sql = self.filled_in(&node.sql, Interval::new(Timestamp::EPOCH, Timestamp::EPOCH));
        let returned = self.engine.describe(&sql).map_err(|error| RunError::from(error).in_sql(&sql))?;
        let fit = fit_to_plan(self.engine, node, &returned)?;
        let table = node.table.to_sql();
        if node.kind == FileKind::View {
            self.engine.execute(&format!("CREATE OR REPLACE VIEW {table} AS\n{}", projected(&fit, &sql)))?;
        } else {
            let columns: Vec<String> =
                fit.columns.iter().map(|column| format!("{} {}", quoted(&column.name), column.sql_type)).collect();
            self.engine.execute(&format!("CREATE TABLE {table} ({})", columns.join(", ")))?;
        }
        if node.kind == FileKind::View {
            self.check_rows(node, &table, None)?;
        }
        self.store.record_snapshot(node)?;
        Ok(0)
    }

    /// A whole table anew.
    fn build(&self, node: &FileNode, range: Interval) -> Result<u64, RunError> {
        self.create_schema(&node.table)?;
        let sql = self.filled_in(&node.sql, range);
        let returned = self.engine.describe(&sql).map_err(|error| RunError::from(error).in_sql(&sql))?;
        let fit = fit_to_plan(self.engine, node, &returned)?;
        let table = node.table.to_sql();
        self.engine.execute(&format!("CREATE OR REPLACE TABLE {table} AS\n{}", projected(&fit, &sql)))?;
        self.check_rows(node, &table, None)?;
        self.store.record_snapshot(node)?;
        self.count(&format!("SELECT count(*) FROM {table}"))
    }

    /// A range of a table: its old rows out, its new rows in, after they are found to belong there.
    fn backfill(&self, node: &FileNode, range: Interval) -> Result<u64, RunError> {
        let FileKind::IncrementalByTime { column, .. } = &node.kind else { return self.build(node, range) };
        let stage = format!("CREATE TEMP TABLE esker_stage AS\n{}", self.filled_in(&node.sql, range));
        self.engine.execute(&stage).map_err(|error| RunError::from(error).in_sql(&stage))?;
        let table = node.table.to_sql();
        let stored = self.engine.describe(&format!("SELECT * FROM {table}"))?;
        let staged = self.engine.describe(&format!("SELECT * FROM {STAGE}"))?;
        let fit = fit(node, &staged, stored)?;
        self.check_range(node, column, range)?;

        let (time, start, end) = (quoted(column), timestamp(range.start), timestamp(range.end));
        let in_range = format!("{time} >= {start} AND {time} < {end}");
        self.engine.execute(&format!("DELETE FROM {table} WHERE {in_range}"))?;
        let rows = format!("SELECT * FROM {STAGE}");
        self.engine.execute(&format!("INSERT INTO {table}\n{}", projected(&fit, &rows)))?;
        self.check_rows(node, &table, Some(&in_range))?;
        let rows = self.count(&format!("SELECT count(*) FROM {STAGE}"))?;
        self.engine.execute(&format!("DROP TABLE {STAGE}"))?;
        Ok(rows)
    }

    /// A batch owns its range and nothing else: a row outside would be doubled by the batch that owns its place.
    fn check_range(&self, node: &FileNode, column: &str, range: Interval) -> Result<(), RunError> {
        let time = quoted(column);
        let found = self.engine.query(&format!(
            "SELECT count(*), count(*) - count({time}), CAST(min({time}) AS VARCHAR), CAST(max({time}) AS VARCHAR) \
             FROM {STAGE} WHERE {time} IS NULL OR {time} < {} OR {time} >= {}",
            timestamp(range.start),
            timestamp(range.end)
        ))?;
        let Some([Value::Integer(rows), Value::Integer(without), first, last]) = found.first().map(Vec::as_slice)
        else {
            return Ok(());
        };
        if *rows == 0 {
            return Ok(());
        }
        let extent = first.text().zip(last.text()).map(|(first, last)| match first == last {
            true => format!("at {first}"),
            false => format!("between {first} and {last}"),
        });
        let (node, column) = (node.name.clone(), column.to_owned());
        Err(RunError::RowsOutside { node, column, range, rows: *rows, without: *without, extent })
    }

    /// The environment's views, all at once.
    fn promote(&self, promotion: &Promotion) -> Result<u64, RunError> {
        for promoted in &promotion.views {
            let node = self.plan.nodes.iter().find(|node| node.name == promoted.node);
            if node.is_none() && !promoted.moves {
                continue; // it is not the plan's, and stays as it is
            }
            self.create_schema(&promoted.view)?;
            let view = promoted.view.to_sql();
            let table = promoted.table.to_sql();
            self.engine.execute(&format!("CREATE OR REPLACE VIEW {view} AS SELECT * FROM {table}"))?;
            let Some(node) = node else { continue };
            if let Some(comment) = &node.comment {
                self.engine.execute(&format!("COMMENT ON VIEW {view} IS {}", literal(comment)))?;
            }
            for column in &node.columns {
                if let Some(comment) = &column.comment {
                    let column = quoted(&column.name);
                    self.engine.execute(&format!("COMMENT ON COLUMN {view}.{column} IS {}", literal(comment)))?;
                }
            }
        }
        for view in &promotion.drop {
            if self.engine.relation(&view.schema, &view.name)? == Some(RelationKind::View) {
                self.engine.execute(&format!("DROP VIEW {}", view.to_sql()))?;
            }
        }
        self.store.record_environment(self.plan, promotion)?;
        Ok(0)
    }

    fn create_schema(&self, relation: &Relation) -> Result<(), RunError> {
        self.engine.execute(&format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&relation.schema)))?;
        Ok(())
    }

    fn count(&self, sql: &str) -> Result<u64, RunError> {
        let rows = self.engine.query(sql)?;
        let count = rows.first().and_then(|row| row.first()).and_then(Value::integer).unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The query with its parameters filled in.
    pub(crate) fn filled_in(&self, sql: &str, range: Interval) -> String {
        filled_in(sql, range, |name| match name {
            "now" => Some(timestamp(self.plan.now)),
            "env" => Some(literal(&self.plan.environment)),
            _ => None,
        })
    }
}

fn projected(fit: &Fit, sql: &str) -> String {
    match &fit.projection {
        Some(list) => format!("SELECT {list} FROM (\n{sql}\n)"),
        None => sql.to_owned(),
    }
}

/// A step's word, its range, and its cells.
pub(crate) fn facts(kind: &StepKind) -> (&'static str, Option<Interval>, u64) {
    match kind {
        StepKind::Create => ("create", Some(Interval::NOTHING), 0),
        StepKind::Load { range } => ("load", Some(*range), 0),
        StepKind::Build { range, .. } => ("build", Some(*range), 0),
        StepKind::Backfill { range, cells, .. } => ("backfill", Some(*range), *cells),
        StepKind::Check => ("check", None, 0),
        StepKind::Promote => ("promote", None, 0),
    }
}
