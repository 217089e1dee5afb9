//! What must hold of rows before they are committed: the contract's promises, and audits.

use crate::engines::Value;
use crate::step::Steps;
use crate::{RunError, Sample};
use esker_plan::file::{Audit, CheckRule, FileKind, FileNode, StepKind, quoted};
use esker_plan::time::{Interval, Timestamp};
use serde::Serialize;

/// How many of the rows that an audit finds are shown.
const SHOWN: usize = 5;

/// Rows that break an audit's rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditFinding {
    /// The node.
    pub node: String,
    /// The audit as its use is written: `accepted_range(lifetime, min => 0)`.
    pub audit: String,
    /// The batch with which the table was judged, when it was one.
    pub range: Option<Interval>,
    /// How many rows break the rule.
    pub rows: u64,
    /// Some of them.
    pub sample: Sample,
}

impl AuditFinding {
    /// One line: who breaks what.
    pub fn title(&self) -> String {
        let Self { node, audit, rows, .. } = self;
        match rows {
            1 => format!("`{node}` does not pass the audit `{audit}`: 1 row breaks it"),
            _ => format!("`{node}` does not pass the audit `{audit}`: {rows} rows break it"),
        }
    }

    /// Whether it is a promise of the contract, `customer_id references customers(id)`, and no audit, whose title begins
    /// with its name and a parenthesis.
    pub(crate) fn is_foreign_key(&self) -> bool {
        self.audit.split_once(" references ").is_some_and(|(column, _)| !column.contains('('))
    }

    /// The rows, or the first of them, as an aligned table with a line above it.
    pub fn shown(&self) -> String {
        let heading = match self.rows {
            1 => "The row:".to_owned(),
            rows if rows <= SHOWN as u64 => "The rows:".to_owned(),
            _ => format!("The first {SHOWN} rows:"),
        };
        format!("{heading}\n{}", self.sample)
    }
}

impl Steps<'_> {
    /// The contract's promises that only data can keep. `new` says which of the table's rows are new; all when `None`.
    pub(crate) fn check_rows(&self, node: &FileNode, table: &str, new: Option<&str>) -> Result<(), RunError> {
        let new = new.unwrap_or("true");
        for check in &node.checks {
            let (bad, keys) = match &check.rule {
                CheckRule::Holds(condition) => {
                    (format!("SELECT * FROM {table} WHERE ({new}) AND NOT (\n{condition}\n)"), false)
                }
                CheckRule::Unique(columns) => {
                    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
                    let (list, known) = (columns.join(", "), columns.join(" IS NOT NULL AND "));
                    // Only keys of new rows can be broken now; a row of one value is no row to DuckDB.
                    let key = if columns.len() == 1 { list.clone() } else { format!("({list})") };
                    let candidates =
                        format!("{known} IS NOT NULL AND {key} IN (SELECT {key} FROM {table} WHERE {new})");
                    let having = format!("GROUP BY {list} HAVING count(*) > 1");
                    (format!("SELECT {list} FROM {table} WHERE {candidates} {having}"), true)
                }
            };
            let found = self
                .engine
                .query(&format!("SELECT count(*), CAST(first(broken) AS VARCHAR) FROM (\n{bad}\n) AS broken"))?;
            let Some([Value::Integer(count), example]) = found.first().map(Vec::as_slice) else { continue };
            if *count > 0 {
                return Err(RunError::CheckFailed {
                    node: node.name.clone(),
                    check: check.title.clone(),
                    count: *count,
                    keys,
                    example: example.text().map(str::to_owned),
                });
            }
        }
        Ok(())
    }

    /// Judges the audits of a step that is to judge them, all of them: the error names every one that fails, the answer is
    /// what the others warn of.
    pub(crate) fn audit(&self, node: &FileNode, step: &StepKind) -> Result<Vec<AuditFinding>, RunError> {
        let range = match step {
            StepKind::Backfill { audited: false, .. } | StepKind::Promote => return Ok(Vec::new()),
            StepKind::Create if node.kind != FileKind::View => return Ok(Vec::new()),
            StepKind::Backfill { range, .. } => Some(*range),
            StepKind::Create | StepKind::Check | StepKind::Load { .. } | StepKind::Build { .. } => None,
        };
        let (mut warnings, mut failed) = (Vec::new(), Vec::new());
        for audit in &node.audits {
            let found = self.find(node, audit, range).map_err(|error| error.of_audit(&audit.title))?;
            match found {
                Some(finding) if audit.warn => warnings.push(finding),
                Some(finding) => failed.push(finding),
                None => {}
            }
        }
        if failed.is_empty() { Ok(warnings) } else { Err(RunError::AuditFailed { findings: failed, again: 0 }) }
    }

    fn find(&self, node: &FileNode, audit: &Audit, range: Option<Interval>) -> Result<Option<AuditFinding>, RunError> {
        let always = Interval::new(Timestamp::EPOCH, self.plan.now);
        let sql = self.filled_in(&audit.sql, range.unwrap_or(always));
        let refused = |error| RunError::from(error).in_sql(&sql);
        let broken = format!("(\n{sql}\n) AS broken");
        let found = self.engine.query(&format!("SELECT count(*) FROM {broken}"));
        // Its complaint would point into the text around the audit's own.
        let found = found.map_err(|error| self.engine.describe(&sql).err().map_or_else(|| error.into(), refused))?;
        let rows = found.first().and_then(|row| row.first()).and_then(Value::integer).unwrap_or_default();
        if rows == 0 {
            return Ok(None);
        }
        let columns = self.engine.describe(&sql).map_err(refused)?;
        let names = columns.into_iter().map(|column| column.name).collect();
        let ordered = format!("SELECT * FROM {broken} ORDER BY ALL LIMIT {SHOWN}");
        let rows_shown = self.engine.query(&format!("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n{ordered}\n)"))?;
        Ok(Some(AuditFinding {
            node: node.name.clone(),
            audit: audit.title.clone(),
            range,
            rows: u64::try_from(rows).unwrap_or_default(),
            sample: Sample::new(names, rows_shown),
        }))
    }
}
