//! How the last plan of each environment ended: what `esker status` says of failures.

use super::Store;
use crate::RunError;
use crate::engines::{DuckDb, Engine, Value};
use esker_plan::time::Timestamp;
use serde::Serialize;
use std::path::Path;

/// The plan that was started last for an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastPlan {
    /// The environment.
    pub environment: String,
    /// The plan's id.
    pub plan: String,
    /// `running`, `failed`, `cancelled`, `finished` or `abandoned`. While nobody writes, `running` means that it was
    /// killed.
    pub status: String,
    /// When it was started.
    pub started_at: Timestamp,
}

/// The last plan of each environment, by name; none where there is no state.
pub fn last_plans(database: &Path, project_root: &Path) -> Result<Vec<LastPlan>, RunError> {
    if !database.exists() {
        return Ok(Vec::new());
    }
    let engine = DuckDb::open_for_reading(database, project_root)?;
    if !Store::new(&engine).exists()? {
        return Ok(Vec::new());
    }
    let rows = engine.query(
        "SELECT environment, plan, status, started_at FROM esker_state.plans \
         QUALIFY row_number() OVER (PARTITION BY environment ORDER BY started_at DESC, revision DESC) = 1 ORDER BY environment",
    )?;
    let last = |row: &Vec<Value>| {
        let [environment, plan, status, started_at] = row.as_slice() else { return None };
        let text = |value: &Value| value.text().map(str::to_owned);
        Some(LastPlan {
            environment: text(environment)?,
            plan: text(plan)?,
            status: text(status)?,
            started_at: started_at.timestamp()?,
        })
    };
    Ok(rows.iter().filter_map(last).collect())
}
