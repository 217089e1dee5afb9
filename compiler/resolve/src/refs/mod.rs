//! References: found on the tokens of a body, so that broken SQL still says what it reads, and resolved to nodes.

mod expr;
mod problem;
mod target;

pub use expr::{RefExpr, RefFlaw, RefPin, sql_refs};
pub use problem::{access_diagnostic, problem_diagnostic};
pub use target::{RefProblem, resolve, resolve_name};

use crate::{AccessProblem, Node, access_problem, names, node_sql, sql_location};
use esker_declare::VersionName;
use esker_diagnostics::Diagnostic;
use esker_source::{Db, Project};

/// A reference and the node it means.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct ResolvedRef<'db> {
    /// As written, without positions in the file.
    pub expr: RefExpr,
    /// The node; nothing when it could not be resolved.
    pub target: Option<Node<'db>>,
    /// What is wrong with it.
    pub error: Option<RefError<'db>>,
}

/// What is wrong with a reference.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum RefError<'db> {
    /// It cannot be read.
    Malformed,
    /// It means no node.
    Unresolved(RefProblem<'db>),
    /// It means a node that its reader may not read.
    NoAccess(Node<'db>, AccessProblem),
}

impl<'db> ResolvedRef<'db> {
    /// What is wrong with the reference, for the node whose SQL holds it. Nothing for what was already reported elsewhere.
    pub fn diagnostic(&self, db: &'db dyn Db, project: Project, node: Node<'db>) -> Option<Diagnostic> {
        let at = |tokens| sql_location(db, project, node, tokens);
        let expr = &self.expr;
        match self.error.as_ref()? {
            RefError::Malformed => Some(problem::malformed(expr, at(expr.tokens.clone()))),
            RefError::Unresolved(problem) => {
                let name_at = at(expr.name_tokens.clone());
                let pin_at = match &expr.pin {
                    RefPin::Pinned(_, token) => at(*token..*token + 1),
                    RefPin::Unpinned => name_at.clone(),
                };
                let name = expr.name.as_deref().unwrap_or_default();
                let found = problem::diagnostic(db, project, problem, name, name_at, pin_at, problem::Spelling::Sql)?;
                Some(match self.two_names(db, project) {
                    Some(likely) => {
                        found.help(format!("Write `ref({likely})`: behind a name stands its version only."))
                    }
                    None => found,
                })
            }
            RefError::NoAccess(target, problem) => {
                Some(access_diagnostic(db, project, *target, problem, at(expr.name_tokens.clone())))
            }
        }
    }
}

impl ResolvedRef<'_> {
    /// What `ref('project', 'model')` means, as another tool writes it.
    fn two_names<'n>(&self, db: &'n dyn Db, project: Project) -> Option<&'n String> {
        let (Some(RefError::Unresolved(RefProblem::UnknownName | RefProblem::NotVersioned(_))), Some(first)) =
            (&self.error, &self.expr.name)
        else {
            return None;
        };
        let RefPin::Pinned(VersionName::Text(second), _) = &self.expr.pin else { return None };
        let items = &names(db, project).items;
        let both = items.get_key_value(&format!("{first}.{second}")).or_else(|| items.get_key_value(second));
        both.map(|(name, _)| name)
    }
}

/// The references of a node's SQL, resolved; in the same order as [`sql_refs`].
#[salsa::tracked]
pub fn node_refs<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<ResolvedRef<'db>> {
    let resolved = |expr: RefExpr| {
        let found = match &expr.name {
            None => Err(RefError::Malformed),
            Some(name) => resolve(db, project, name, &expr.pin).map_err(RefError::Unresolved),
        };
        let (target, error) = match found {
            Ok(target) => {
                let problem = access_problem(db, project, Some(node), target);
                (Some(target), problem.map(|problem| RefError::NoAccess(target, problem)))
            }
            Err(error) => (None, Some(error)),
        };
        ResolvedRef { expr, target, error }
    };
    sql_refs(node_sql(db, project, node)).into_iter().map(resolved).collect()
}
