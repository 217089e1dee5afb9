//! The law, on random projects: after any sequence of edits, plans, crashes and environments, every table holds what a
//! build from scratch would hold. Tables are simulated by hashes: each row says what it was made from.

use std::collections::{BTreeMap, BTreeSet};

use crate::file::{FileKind, FileNode, PlanFile, Relation, Step, StepKind};
use crate::input::{NodeKind, PlanAudit, PlanInput, PlanNode, PlanOptions, Selected, SqlPiece};
use crate::random::Random;
use crate::read::digest;
use crate::state::{EnvironmentNode, RecordedRun, RecordedSnapshot, RecordedState};
use crate::time::timestamp::DAY;
use crate::time::{Cron, Interval, Timestamp, Unit};
use crate::{plan, summary};

/// A node that can be edited: `own` is what readers read of it, `other` what they do not.
#[derive(Clone, Debug)]
struct Model {
    kind: NodeKind,
    cron: &'static str,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    parents: Vec<usize>,
    /// What its audit reads besides itself.
    audits: Vec<usize>,
    own: u64,
    other: u64,
    docs: u64,
}

/// Everything an engine and a state store would hold.
#[derive(Default)]
struct World {
    state: RecordedState,
    order: u64,
    /// Rows of incremental tables, by day; the other kinds have all of theirs at no day.
    tables: BTreeMap<Relation, BTreeMap<Option<i64>, String>>,
    /// Views: the text of their query and the tables in it.
    views: BTreeMap<Relation, (String, Vec<Relation>)>,
}

fn day(days: i64) -> Timestamp {
    Timestamp(Timestamp::from_ymd(2024, 1, 1).expect("a day").0 + days * DAY)
}

/// The project as the driver would hand it over: identities follow what is read, not what is near.
fn input(models: &[Model]) -> PlanInput {
    let mut read: Vec<String> = Vec::new();
    let mut nodes = Vec::new();
    for (index, model) in models.iter().enumerate() {
        let upstream: Vec<&str> = model.parents.iter().map(|&parent| read[parent].as_str()).collect();
        let kind = format!("{:?}", std::mem::discriminant(&model.kind));
        let end = model.end.map_or(String::new(), |end| end.to_short());
        let own = digest(&[&[kind.as_str(), &end, &model.own.to_string()], upstream.as_slice()].concat());
        let text = format!("{}:", model.own);
        let refs = model.parents.iter().map(|&parent| SqlPiece::Node(parent));
        nodes.push(PlanNode {
            name: format!("m{index}"),
            kind: model.kind.clone(),
            cron: Cron::parse(model.cron).expect("a cron"),
            start: model.start,
            source_start: Some(day(0)),
            end: model.end,
            fingerprint: digest(&[&own, &model.other.to_string()]),
            metadata: model.docs.to_string(),
            parts: BTreeMap::from([("rows".to_owned(), own.clone())]),
            relations: vec![Relation { schema: "s".to_owned(), name: format!("m{index}") }],
            columns: Vec::new(),
            checks: Vec::new(),
            audits: vec![PlanAudit {
                title: "relates()".to_owned(),
                warn: index % 3 == 0,
                sql: model.audits.iter().chain([&index]).map(|&other| SqlPiece::Node(other)).collect(),
            }],
            file: None,
            comment: None,
            sql: std::iter::once(SqlPiece::Text(text)).chain(refs).collect(),
        });
        read.push(own);
    }
    PlanInput { project: "p".to_owned(), nodes, selected: None, attach: BTreeMap::new() }
}

impl World {
    /// What a query over `table` sees of a range of time; tables without time are seen whole.
    fn read(&self, table: &Relation, range: Option<Interval>) -> String {
        if let Some((own, parents)) = self.views.get(table) {
            return self.query(own, parents, range);
        }
        let rows = self.tables.get(table).unwrap_or_else(|| panic!("{table} is read before it exists"));
        let seen = rows.iter().filter(|(at, _)| match (at, range) {
            (Some(at), Some(range)) => range.start.0 <= *at && *at < range.end.0,
            _ => true,
        });
        digest(
            &seen
                .map(|(at, row)| format!("{at:?}{row}"))
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        )
    }

    fn query(&self, own: &str, parents: &[Relation], range: Option<Interval>) -> String {
        let read: Vec<String> = parents.iter().map(|parent| self.read(parent, range)).collect();
        digest(&std::iter::once(own).chain(read.iter().map(String::as_str)).collect::<Vec<_>>())
    }

    /// Some audits fail: what the plan wrote into their tables since `order` is not recorded any longer.
    fn fail_audits(
        &mut self,
        input: &PlanInput,
        plan: &PlanFile,
        done: &BTreeSet<usize>,
        order: u64,
        random: &mut Random,
    ) {
        for step in plan.steps.iter().filter(|step| !done.contains(&step.id) && random.once_in(2)) {
            let node = input.nodes.iter().find(|node| node.name == step.node);
            let fails = node.is_some_and(|node| node.audits.iter().any(|audit| !audit.warn));
            let (true, StepKind::Backfill { audited: true, .. }) = (fails, &step.kind) else { continue };
            let snapshot = plan.nodes.iter().find(|node| node.name == step.node).map(|node| &node.snapshot);
            let recorded = snapshot.and_then(|snapshot| self.state.snapshots.get_mut(snapshot));
            let Some(recorded) = recorded else { continue };
            recorded.runs.retain(|run| run.order <= order || run.start == run.end);
        }
    }

    /// Runs a plan as a runner would, steps in any order that the edges allow; stops after `limit` of them. Answers which
    /// were done.
    fn run(&mut self, plan: &PlanFile, limit: usize, random: &mut Random) -> BTreeSet<usize> {
        let tables: BTreeMap<&str, &FileNode> = plan.nodes.iter().map(|node| (node.name.as_str(), node)).collect();
        let mut done: BTreeSet<usize> = BTreeSet::new();
        while done.len() < plan.steps.len().min(limit) {
            let ready: Vec<usize> = plan
                .steps
                .iter()
                .filter(|step| !done.contains(&step.id) && step.after.iter().all(|before| done.contains(before)))
                .map(|step| step.id)
                .collect();
            let step = &plan.steps[random.pick(&ready)];
            done.insert(step.id);
            self.state.revision += 1;
            if step.kind == StepKind::Promote {
                let promotion = plan.promotion.as_ref().expect("a promotion with its step");
                self.state.environments.insert(plan.environment.clone(), promotion.nodes.clone());
                assert_eq!(done.len(), plan.steps.len(), "the promotion is the last step whatever the order");
                continue;
            }
            let node = tables[step.node.as_str()];
            let own = node.sql.split_once(':').map_or("", |(own, _)| own);
            let parents: Vec<Relation> =
                node.parents.iter().map(|parent| tables[parent.as_str()].table.clone()).collect();
            let mut ran = Some((Interval::NOTHING, true));
            match &step.kind {
                StepKind::Create if node.kind == FileKind::View => {
                    parents.iter().for_each(|parent| {
                        assert!(self.tables.contains_key(parent) || self.views.contains_key(parent))
                    });
                    self.views.insert(node.table.clone(), (own.to_owned(), parents));
                }
                StepKind::Create => {
                    assert!(self.tables.insert(node.table.clone(), BTreeMap::new()).is_none(), "created twice");
                }
                StepKind::Load { range } => {
                    self.tables.insert(node.table.clone(), BTreeMap::from([(None, own.to_owned())]));
                    ran = Some((*range, true));
                }
                StepKind::Build { range, new_data } => {
                    let row = self.query(own, &parents, None);
                    let before = self.tables.insert(node.table.clone(), BTreeMap::from([(None, row.clone())]));
                    assert!(
                        *new_data || before == Some(BTreeMap::from([(None, row)])),
                        "the build of {} did bring new data: {}",
                        step.node,
                        summary(plan)
                    );
                    ran = Some((*range, *new_data));
                }
                StepKind::Backfill { range, cells, .. } => {
                    let FileKind::IncrementalByTime { unit, .. } = node.kind else {
                        panic!("cells of a table without time")
                    };
                    assert_eq!(unit.count(*range), *cells);
                    let mut start = range.start;
                    while start < range.end {
                        let cell = Interval::new(start, unit.advance(start, 1));
                        let row = self.query(own, &parents, Some(cell));
                        let rows = self.tables.get_mut(&node.table).expect("a batch waits for its table");
                        (0..(cell.end.0 - cell.start.0) / DAY).for_each(|day| {
                            rows.insert(Some(cell.start.0 + day * DAY), row.clone());
                        });
                        start = cell.end;
                    }
                    ran = Some((*range, true));
                }
                StepKind::Check | StepKind::Promote => ran = None,
            }
            let snapshot = self.state.snapshots.entry(node.snapshot.clone()).or_insert_with(|| RecordedSnapshot {
                node: node.name.clone(),
                fingerprint: node.fingerprint.clone(),
                table: node.table.clone(),
                runs: Vec::new(),
            });
            if let Some((Interval { start, end }, new_data)) = ran {
                self.order += 1;
                snapshot.runs.push(RecordedRun { start, end, order: self.order, new_data });
            }
        }
        done
    }

    /// What the environment's readers see, node by node.
    fn seen(&self, environment: &str) -> BTreeMap<String, String> {
        let nodes = &self.state.environments[environment];
        nodes.iter().map(|(name, node)| (name.clone(), self.read(&node.table, None))).collect()
    }
}

/// Few enough to be quick; thousands were run when the rules were written.
const SEEDS: u64 = 40;

/// How wild the projects are.
#[derive(Clone, Copy, PartialEq)]
enum Mix {
    /// All kinds above one another, all of them days due at midnight.
    Days,
    /// Several units and schedules; full nodes are read by nobody, for they wait for their own schedule.
    Units,
}

fn model(index: usize, mix: Mix, models: &[Model], random: &mut Random) -> Model {
    let readable: Vec<usize> =
        (0..index).filter(|&parent| mix == Mix::Days || models[parent].kind != NodeKind::Full).collect();
    let mut parents: Vec<usize> = readable.into_iter().filter(|_| random.once_in(2)).collect();
    let every = if mix == Mix::Days { Unit::Day } else { random.pick(&[Unit::Day, Unit::Week, Unit::Month]) };
    let kind = match random.below(6) {
        0 => NodeKind::Seed,
        1 => NodeKind::View,
        2 => NodeKind::Full,
        _ => NodeKind::IncrementalByTime {
            column: "at".to_owned(),
            every: Some(every),
            lookback: random.below(3) as u32,
            batch: (!random.once_in(3)).then(|| 1 + random.below(6) as u32),
        },
    };
    if kind == NodeKind::Seed {
        parents.clear();
    }
    let cron = if mix == Mix::Days { "@daily" } else { random.pick(&["@daily", "@weekly", "0 5 * * *"]) };
    let cron = if kind == NodeKind::Full { "@daily" } else { cron };
    let start = random.once_in(3).then(|| day(10 + random.below(10) as i64));
    let end = random.once_in(4).then(|| day(15 + random.below(20) as i64));
    Model { kind, cron, start, end, parents, audits: Vec::new(), own: random.below(1_000), other: 0, docs: 0 }
}

/// Lets audits read other nodes, also later ones, as long as nobody needs himself.
fn add_audits(models: &mut [Model], random: &mut Random) {
    for index in 0..models.len() {
        let other = random.below(models.len() as u64) as usize;
        let (mut needed, mut at) = (vec![other], 0);
        while let Some(&node) = needed.get(at) {
            needed.extend(models[node].parents.iter().chain(&models[node].audits));
            at += 1;
        }
        if random.once_in(2) && !needed.contains(&index) {
            models[index].audits.push(other);
        }
    }
}

fn edit(models: &mut [Model], random: &mut Random) {
    let index = random.below(models.len() as u64) as usize;
    let model = &mut models[index];
    match random.below(7) {
        0 | 1 => model.own = random.below(1_000),
        2 | 3 => model.other += 1,
        4 => model.docs += 1,
        5 => model.end = random.once_in(2).then(|| day(15 + random.below(20) as i64)),
        _ => model.start = model.start.map(|start| Timestamp(start.0 - DAY * random.below(5) as i64)),
    }
}

/// Whatever judges an audit comes after all steps of the plan that write what it reads.
fn audits_have_what_they_read(input: &PlanInput, plan: &PlanFile) {
    let index = |name: &str| input.nodes.iter().position(|node| node.name == name);
    // For each step, all steps that must have run before.
    let mut before: Vec<BTreeSet<usize>> = Vec::new();
    for step in &plan.steps {
        let mut all: BTreeSet<usize> = step.after.iter().copied().collect();
        step.after.iter().for_each(|&earlier| all.extend(&before[earlier]));
        before.push(all);
    }
    for step in &plan.steps {
        let Some(own) = index(&step.node) else { continue };
        let judges = match step.kind {
            StepKind::Backfill { audited, .. } => audited,
            StepKind::Create => input.nodes[own].kind == NodeKind::View,
            StepKind::Load { .. } | StepKind::Build { .. } => true,
            StepKind::Check | StepKind::Promote => false,
        };
        let mut read = input.nodes[own].audited(own);
        while let Some(node) = read.pop() {
            if input.nodes[node].kind == NodeKind::View {
                read.extend(input.nodes[node].parents());
            }
            let steps = plan.steps.iter().filter(|step| step.node == input.nodes[node].name);
            let writes = |step: &&Step| !matches!(step.kind, StepKind::Check);
            for other in steps.filter(writes).filter(|_| judges) {
                assert!(before[step.id].contains(&other.id), "{} audits before {}", step.node, other.node);
            }
        }
        let batches = plan
            .steps
            .iter()
            .filter(|other| other.node == step.node && matches!(other.kind, StepKind::Backfill { .. }));
        if let StepKind::Backfill { audited: true, .. } = step.kind {
            assert!(batches.filter(|batch| batch.id != step.id).all(|batch| before[step.id].contains(&batch.id)));
        }
    }
}

/// What the plan does not cover stays as the environment has it.
fn leaves_the_rest(plan: &PlanFile, state: &RecordedState) {
    let Some(promotion) = &plan.promotion else { return };
    let empty = BTreeMap::new();
    let recorded = state.environments.get(&plan.environment).unwrap_or(&empty);
    let covered: BTreeSet<&str> = plan.nodes.iter().map(|node| node.name.as_str()).collect();
    let rest = |nodes: &BTreeMap<String, EnvironmentNode>| -> Vec<EnvironmentNode> {
        nodes.iter().filter(|(name, _)| !covered.contains(name.as_str())).map(|(_, node)| node.clone()).collect()
    };
    if plan.options.select.is_some() {
        assert_eq!(rest(&promotion.nodes), rest(recorded));
    }
}

fn holds_for(mix: Mix, seed: u64) {
    let mut random = Random::new(seed);
    let mut models: Vec<Model> = Vec::new();
    for index in 0..2 + random.below(5) as usize {
        models.push(model(index, mix, &models, &mut random));
    }
    add_audits(&mut models, &mut random);
    let mut world = World::default();
    let mut now = day(25);
    for _ in 0..6 {
        let edits = random.below(3);
        (0..edits).for_each(|_| edit(&mut models, &mut random));
        now.0 += random.below(3 * DAY as u64) as i64;
        let mut input = input(&models);
        let mut options = PlanOptions {
            environment: random.pick(&["prod", "dev"]).to_owned(),
            now,
            start: random.once_in(4).then(|| day(random.below(30) as i64)),
            end: random.once_in(4).then(|| day(30 + random.below(30) as i64)),
            ignore_cron: false,
        };
        // Some plans that are narrowed, cover a part, or do not get to their end …
        for _ in 0..random.below(3) {
            let node = random.below(models.len() as u64) as usize;
            let selected = || Selected { text: "some".to_owned(), nodes: [node].into() };
            input.selected = random.once_in(2).then(selected);
            let made = plan(&input, &world.state, &options).expect("a plan");
            assert_eq!(made, plan(&input, &world.state, &options).expect("a plan"));
            audits_have_what_they_read(&input, &made);
            leaves_the_rest(&made, &world.state);
            let order = world.order;
            let done = world.run(&made, random.below(made.steps.len() as u64 + 1) as usize, &mut random);
            world.fail_audits(&input, &made, &done, order, &mut random);
        }
        (options.start, options.end, input.selected) = (None, None, None);
        // … and one that does.
        let made = plan(&input, &world.state, &options).expect("a plan");
        assert_eq!(PlanFile::read(&made.to_json()).as_ref(), Ok(&made));
        summary(&made);
        audits_have_what_they_read(&input, &made);
        world.run(&made, usize::MAX, &mut random);

        let again = plan(&input, &world.state, &options).expect("a plan");
        assert_eq!(again.steps, [], "seed {seed}: {}", summary(&made));
        assert_eq!(again.changes, []);

        let mut scratch = World::default();
        let from_scratch = plan(&input, &scratch.state, &options).expect("a plan");
        scratch.run(&from_scratch, usize::MAX, &mut random);
        assert_eq!(
            world.seen(&options.environment),
            scratch.seen(&options.environment),
            "seed {seed} at {now}\n{}\n{models:#?}",
            summary(&made),
        );
    }
}

#[test]
fn holds_for_all_kinds_above_one_another() {
    (0..SEEDS).for_each(|seed| holds_for(Mix::Days, seed));
}

#[test]
fn holds_for_mixed_units_and_schedules() {
    (0..SEEDS).for_each(|seed| holds_for(Mix::Units, seed));
}
