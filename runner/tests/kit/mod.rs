//! A small project as plan data, and what the tests ask of its database.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "tests")]

use esker_plan::file::{
    Column, FileKind, FileNode, FileOptions, PlanFile, PromotedView, Promotion, Relation, Step, StepKind,
};
use esker_plan::state::EnvironmentNode;
use esker_plan::time::{Interval, Timestamp, Unit};
use esker_runner::engines::{DuckDb, Engine, Value};
use esker_runner::{Event, RunError, RunOptions, RunSummary};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many days the project's data has.
pub const DAYS: i64 = 12;

/// A folder with data files, and the path of a database in it.
pub struct Project {
    pub folder: tempfile::TempDir,
}

impl Project {
    pub fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        let mut flights = "id,day,delay\n".to_owned();
        for day in 0..DAYS {
            for flight in 0..=day {
                flights.push_str(&format!("{},{},{}\n", day * 100 + flight, date(day), flight * 7 % 5));
            }
        }
        project.write("data/flights.csv", &flights);
        project.write("data/airports.csv", "code,city\nSFO,San Francisco\nJFK,New York\n");
        project
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("warehouse.duckdb")
    }

    pub fn options(&self) -> RunOptions {
        RunOptions { project_root: self.root().to_owned(), ..RunOptions::default() }
    }

    pub fn run(&self, plan: &PlanFile) -> Result<RunSummary, RunError> {
        esker_runner::run(plan, &self.database(), &self.options(), &mut |_| {})
    }

    pub fn run_with_events(&self, plan: &PlanFile) -> (Result<RunSummary, RunError>, Vec<Event>) {
        let mut events = Vec::new();
        let result = esker_runner::run(plan, &self.database(), &self.options(), &mut |event| events.push(event));
        (result, events)
    }

    pub fn engine(&self) -> DuckDb {
        DuckDb::open(&self.database(), self.root()).unwrap()
    }

    pub fn query(&self, sql: &str) -> Vec<Vec<Value>> {
        self.engine().query(sql).unwrap()
    }

    pub fn number(&self, sql: &str) -> i64 {
        self.query(sql)[0][0].integer().unwrap()
    }

    pub fn revision(&self) -> u64 {
        esker_runner::load(&self.database(), self.root()).unwrap().revision
    }

    /// Everything that a reader of the environment sees, and every record but the times.
    pub fn contents(&self) -> Vec<Vec<Vec<Value>>> {
        let engine = self.engine();
        [
            "SELECT id, CAST(day AS VARCHAR), delay FROM mart.fct ORDER BY id",
            "SELECT CAST(day AS VARCHAR), flights FROM mart.daily ORDER BY day",
            "SELECT CAST(day AS VARCHAR), worst FROM mart.worst ORDER BY day",
            "SELECT code, city FROM mart.airports ORDER BY code",
            "SELECT step, node, snapshot, action, start_at, end_at, rows FROM esker_state.steps ORDER BY plan, step",
            "SELECT node, snapshot FROM esker_state.snapshots ORDER BY node",
            "SELECT environment, node, snapshot, views FROM esker_state.environments ORDER BY environment, node",
            "SELECT status FROM esker_state.plans",
        ]
        .iter()
        .map(|sql| engine.query(sql).unwrap())
        .collect()
    }
}

pub fn day(number: i64) -> Timestamp {
    Timestamp(Timestamp::from_ymd(2001, 1, 1).unwrap().0 + number * 86_400_000_000)
}

pub fn date(number: i64) -> String {
    day(number).to_short()
}

pub fn days(from: i64, to: i64) -> Interval {
    Interval::new(day(from), day(to))
}

pub fn relation(schema: &str, name: &str) -> Relation {
    Relation { schema: schema.to_owned(), name: name.to_owned() }
}

pub fn column(name: &str, ty: &str) -> Column {
    Column { name: name.to_owned(), ty: Some(ty.to_owned()), comment: None }
}

pub fn node(name: &str, kind: FileKind, columns: Vec<Column>, sql: &str, parents: &[&str]) -> FileNode {
    FileNode {
        name: name.to_owned(),
        fingerprint: format!("{name}-fingerprint"),
        snapshot: format!("{name}-snapshot"),
        table: relation("esker_data", &format!("{name}__1")),
        kind,
        columns,
        checks: Vec::new(),
        audits: Vec::new(),
        file: None,
        comment: Some(format!("The docs of {name}; it's a test.")),
        sql: sql.to_owned(),
        parents: parents.iter().map(|&parent| parent.to_owned()).collect(),
    }
}

pub fn by_day() -> FileKind {
    FileKind::IncrementalByTime { column: "day".to_owned(), column_type: Some("DATE".to_owned()), unit: Unit::Day }
}

/// Which flights there were, cut into batches of a day each, with a seed, a full table and a view.
pub fn plan() -> PlanFile {
    plan_of(DAYS)
}

/// The same for the first days only.
pub fn plan_of(last: i64) -> PlanFile {
    let fct = node(
        "fct",
        by_day(),
        vec![column("id", "BIGINT"), column("day", "DATE"), column("delay", "integer")],
        "SELECT id, day, delay -- $start in a comment stays\nFROM read_csv('data/flights.csv', header = true, \
         columns = {'id': 'BIGINT', 'day': 'DATE', 'delay': 'INTEGER'})\nWHERE day >= $start AND day < $end",
        &[],
    );
    let airports = node(
        "airports",
        FileKind::Seed,
        vec![column("code", "VARCHAR"), column("city", "VARCHAR")],
        "SELECT * FROM read_csv('data/airports.csv', header = true)",
        &[],
    );
    let daily = node(
        "daily",
        FileKind::Full,
        vec![column("day", "DATE"), column("flights", "BIGINT")],
        "SELECT day, count(*) AS flights FROM esker_data.fct__1 GROUP BY day",
        &["fct"],
    );
    let worst = node(
        "worst",
        FileKind::View,
        Vec::new(),
        "SELECT day, max(delay) AS worst FROM esker_data.fct__1 GROUP BY day",
        &["fct"],
    );
    let mut steps = Vec::new();
    let mut add = |node: &str, kind: StepKind, after: Vec<usize>| {
        let id = steps.len();
        steps.push(Step { id, node: node.to_owned(), kind, after, why: "a test".to_owned() });
        id
    };
    let load = add("airports", StepKind::Load { range: days(0, last) }, vec![]);
    let create = add("fct", StepKind::Create, vec![]);
    let batches: Vec<usize> = (0..last)
        .map(|at| {
            add("fct", StepKind::Backfill { range: days(at, at + 1), cells: 1, again: 0, audited: false }, vec![create])
        })
        .collect();
    let build = add("daily", StepKind::Build { range: days(0, last), new_data: true }, batches.clone());
    let view = add("worst", StepKind::Create, vec![create]);
    let mut last = vec![load, build, view];
    last.extend(batches);
    last.sort_unstable();
    add("", StepKind::Promote, last);
    assemble(vec![airports, fct, daily, worst], steps)
}

/// A plan of these nodes and steps that shows all of the nodes in `mart`.
pub fn assemble(nodes: Vec<FileNode>, steps: Vec<Step>) -> PlanFile {
    let mut views: Vec<PromotedView> = nodes
        .iter()
        .map(|node| PromotedView {
            view: relation("mart", &node.name),
            node: node.name.clone(),
            table: node.table.clone(),
            moves: true,
        })
        .collect();
    views.sort_by(|a, b| a.view.cmp(&b.view));
    let recorded = nodes.iter().map(|node| {
        let shown = EnvironmentNode {
            snapshot: node.snapshot.clone(),
            fingerprint: node.fingerprint.clone(),
            metadata: "m".to_owned(),
            promises: String::new(),
            parts: [("rows".to_owned(), "it's".to_owned())].into(),
            columns: [("it's".to_owned(), "ENUM('a')".to_owned())].into(),
            table: node.table.clone(),
            views: vec![relation("mart", &node.name)],
        };
        (node.name.clone(), shown)
    });
    let promotion = Promotion { views, drop: Vec::new(), nodes: recorded.collect() };
    PlanFile {
        format: "esker-plan".to_owned(),
        version: 1,
        id: "0123456789abcdef0123456789abcdef".to_owned(),
        project: "test".to_owned(),
        environment: "prod".to_owned(),
        state_revision: 0,
        now: day(DAYS),
        options: FileOptions::default(),
        attach: BTreeMap::new(),
        changes: Vec::new(),
        left_out: Vec::new(),
        nodes,
        steps,
        promotion: Some(promotion),
    }
}

/// A plan of one incremental node with this query, in batches of one day.
pub fn one_model(sql: &str, columns: Vec<Column>, batches: i64) -> PlanFile {
    let step = |id, kind, after| Step { id, node: "fct".to_owned(), kind, after, why: "a test".to_owned() };
    let mut steps = vec![step(0, StepKind::Create, vec![])];
    for at in 0..batches {
        let kind = StepKind::Backfill { range: days(at, at + 1), cells: 1, again: 0, audited: false };
        steps.push(step(steps.len(), kind, vec![0]));
    }
    let before = (0..steps.len()).collect();
    let node_name = String::new();
    steps.push(Step {
        id: steps.len(),
        node: node_name,
        kind: StepKind::Promote,
        after: before,
        why: "a test".to_owned(),
    });
    assemble(vec![node("fct", by_day(), columns, sql, &[])], steps)
}
