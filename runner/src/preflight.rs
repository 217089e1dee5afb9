//! What is checked before a run changes anything: that the environment is this project's, that the tables which the state
//! knows are there, that no name which the plan needs is taken by something that is not Esker's, and that the seeds' files
//! are those that were planned.

use crate::RunError;
use crate::engines::{Engine, RelationKind};
use crate::state::Store;
use esker_plan::file::{DataFile, FileKind, FileNode, PlanFile, Relation, StepKind};
use esker_plan::state::RecordedState;
use std::collections::BTreeSet;
use std::path::Path;

/// Refuses the run when the database is not what the state says, or would be damaged.
pub(crate) fn check(
    engine: &dyn Engine,
    store: &Store<'_>,
    plan: &PlanFile,
    project_root: &Path,
) -> Result<(), RunError> {
    let state = &store.read()?;
    check_owner(store, plan)?;
    for step in plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Load { .. })) {
        if let Some(node) = plan.nodes.iter().find(|node| node.name == step.node) {
            check_seed(node, state, project_root)?;
        }
    }
    for node in &plan.nodes {
        let found = engine.relation(&node.table.schema, &node.table.name)?;
        match state.snapshots.get(&node.snapshot) {
            Some(snapshot) if snapshot.table == node.table => check_known(engine, node, found)?,
            _ => {
                let made = plan.steps.iter().any(|step| step.node == node.name);
                if let Some(found) = found.filter(|_| made) {
                    let wanted = format!("the data of `{}`", node.name);
                    return Err(RunError::NameTaken { relation: node.table.clone(), found, wanted });
                }
            }
        }
    }
    let Some(promotion) = &plan.promotion else { return Ok(()) };
    let ours: BTreeSet<&Relation> =
        state.environments.values().flat_map(|nodes| nodes.values()).flat_map(|node| &node.views).collect();
    for promoted in &promotion.views {
        let relation = &promoted.view;
        let found = engine.relation(&relation.schema, &relation.name)?;
        let foreign = match found {
            Some(RelationKind::View) => !ours.contains(relation),
            Some(RelationKind::Table) => true,
            None => false,
        };
        if let Some(found) = found.filter(|_| foreign) {
            let wanted = format!("the view of `{}`", promoted.node);
            return Err(RunError::NameTaken { relation: relation.clone(), found, wanted });
        }
    }
    Ok(())
}

/// No project makes an environment its own in which another one shows what the plan does not know. (One that knows it all
/// is the same project under a new name.)
fn check_owner(store: &Store<'_>, plan: &PlanFile) -> Result<(), RunError> {
    let Some(promotion) = &plan.promotion else { return Ok(()) };
    let others = store.of_others(&plan.environment, &plan.project)?;
    match others.into_iter().find(|(node, _)| !promotion.nodes.contains_key(node)) {
        Some((_, owner)) => {
            let (environment, project) = (plan.environment.clone(), plan.project.clone());
            Err(RunError::OtherProject { environment, owner, project })
        }
        None => Ok(()),
    }
}

/// A seed that is still to be loaded has the content that its fingerprint was made of. A file that cannot be read is
/// left to the step, which says why.
fn check_seed(node: &FileNode, state: &RecordedState, project_root: &Path) -> Result<(), RunError> {
    let loaded = state.snapshots.get(&node.snapshot).is_some_and(|snapshot| !snapshot.runs.is_empty());
    let Some(DataFile { path, hash }) = node.file.as_ref().filter(|_| !loaded) else { return Ok(()) };
    match std::fs::read(project_root.join(path)) {
        Ok(content) if DataFile::hash(&content) != *hash => {
            Err(RunError::SeedChanged { node: node.name.clone(), path: path.clone() })
        }
        _ => Ok(()),
    }
}

/// A snapshot's table is there, is what it should be, and has its columns. Their types are the engine's business.
fn check_known(engine: &dyn Engine, node: &FileNode, found: Option<RelationKind>) -> Result<(), RunError> {
    let changed = |what: &str| {
        let (node, relation, snapshot) = (node.name.clone(), node.table.clone(), node.snapshot.clone());
        Err(RunError::TableChanged { node, relation, what: what.to_owned(), snapshot })
    };
    match (found, &node.kind) {
        (None, _) => return changed("is gone"),
        (Some(RelationKind::Table), FileKind::View) => return changed("is a table now"),
        (Some(RelationKind::View), FileKind::View) => return Ok(()),
        (Some(RelationKind::View), _) => return changed("is a view now"),
        (Some(RelationKind::Table), _) => {}
    }
    if node.columns.is_empty() {
        return Ok(());
    }
    let columns = engine.describe(&format!("SELECT * FROM {}", node.table.to_sql()))?;
    let has = |name: &str| columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    if let Some(lost) = node.columns.iter().find(|column| !has(&column.name)) {
        return changed(&format!("has lost its column `{}`", lost.name));
    }
    let planned = |name: &str| node.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    match columns.iter().find(|column| !planned(&column.name)) {
        Some(extra) => changed(&format!("has got a column `{}` that is not Esker's", extra.name)),
        None => Ok(()),
    }
}
