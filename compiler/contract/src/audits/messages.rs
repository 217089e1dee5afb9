//! What is wrong with a use of an audit, as it is shown: at the argument that causes it, with the place in the
//! definition as a second one.

use super::arguments::{ArgumentProblem, ArgumentProblemKind, signature};
use super::definition::{definition, unknown_variable};
use super::instance::Trace;
use super::usage::{Usage, UsageProblem};
use crate::messages::{body_location, no_column};
use esker_declare::{AuditUse, Item, ItemKind, ParamDecl, ParamType, Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, nearest};
use esker_resolve::{
    Node, RefPin, access_diagnostic, access_problem, item_location, names, place_location, problem_diagnostic, resolve,
};
use esker_source::{Db, Project};

/// Where an audit is used.
pub(crate) struct Site<'a, 'db> {
    /// The item that holds the use.
    pub(crate) item: Item<'db>,
    /// Where the audit's name stands.
    pub(crate) name: Place,
    /// The use.
    pub(crate) usage: &'a AuditUse,
    /// The node that it is used on; nothing for the rows of a test.
    pub(crate) node: Option<Node<'db>>,
}

impl<'db> Site<'_, 'db> {
    /// Where an argument stands; nothing is the audit's name.
    pub(crate) fn at(&self, db: &'db dyn Db, arg: Option<u32>) -> Location {
        let arg = arg.map(|arg| Place { part: Part::AuditArg(self.usage.line, arg), ..self.name });
        place_location(db, self.item, arg.unwrap_or(self.name))
    }

    /// What is wrong with the use.
    pub(crate) fn diagnostics(&self, db: &'db dyn Db, project: Project, usage: &Usage<'db>) -> Vec<Diagnostic> {
        if usage.audit.is_some_and(|audit| audit.broken(db)) {
            return Vec::new();
        }
        usage.problems.iter().filter_map(|problem| self.diagnostic(db, project, usage, problem)).collect()
    }

    fn diagnostic(
        &self,
        db: &'db dyn Db,
        project: Project,
        usage: &Usage<'db>,
        problem: &UsageProblem,
    ) -> Option<Diagnostic> {
        let params: &[ParamDecl] = usage.audit.map_or(&[], |audit| &definition(db, project, audit).params);
        Some(match problem {
            UsageProblem::UnknownAudit if names(db, project).lossy => return None,
            // An audit that could not be made out may be the one that is meant.
            UsageProblem::UnknownAudit if names(db, project).lossy => return None,
            UsageProblem::UnknownAudit => self.unknown_audit(db, project),
            UsageProblem::Argument(problem) => self.argument(db, usage, problem, params),
            UsageProblem::NoColumn { arg, column, columns } => {
                let dataset = self.node.map_or("this".to_string(), |node| node.label(db));
                let title = format!("`{dataset}` has no column `{column}`");
                let found = no_column(title, self.at(db, *arg), column, columns);
                let inherited = self.name.version.is_none();
                match self.node.and_then(|node| node.version(db).as_ref()).filter(|_| inherited) {
                    Some(_) => found.why(
                        "The audit stands in the shared body, so it is for every version but those with audits of their own.",
                    ),
                    None => found,
                }
            }
            UsageProblem::Node { arg, name, pin } => return self.node(db, project, *arg, name, pin),
            UsageProblem::Variable { arg, name } => {
                let title = format!("unknown variable `${name}`");
                let at = self.at(db, *arg);
                let found = Diagnostic::new(diagnostics::UNKNOWN_VARIABLE, title, at, "unknown variable");
                unknown_variable(db, project, found, name, &[])
            }
            UsageProblem::Condition { arg, error } => error.diagnostic(|_| self.at(db, *arg)),
            UsageProblem::Sql(trace, error) => {
                let (at, body) = self.cause(db, usage, params, trace);
                self.with_definition(error.diagnostic(|_| at.clone()), usage, body, db)
            }
            UsageProblem::Types(trace, error) => {
                let (at, body) = self.cause(db, usage, params, trace);
                self.with_definition(error.diagnostic(&usage.map, |_| at.clone()), usage, body, db)
            }
        })
    }

    fn unknown_audit(&self, db: &'db dyn Db, project: Project) -> Diagnostic {
        let name = &self.usage.name;
        let title = format!("there is no audit `{name}`");
        let found = Diagnostic::new(diagnostics::UNKNOWN_AUDIT, title, self.at(db, None), "unknown audit");
        match nearest(name, names(db, project).of_kind(ItemKind::Audit)) {
            Some(near) => found.help(format!("Did you mean `{near}`?")),
            None => found.help(format!("Define it: `audit {name}(…) {{ sql {{ select … from this where … }} }}`.")),
        }
    }

    fn argument(
        &self,
        db: &'db dyn Db,
        usage: &Usage<'db>,
        problem: &ArgumentProblem,
        params: &[ParamDecl],
    ) -> Diagnostic {
        let name = &self.usage.name;
        let (title, label, help) = match &problem.kind {
            ArgumentProblemKind::Unknown(unknown) => {
                let near = nearest(unknown, params.iter().map(|param| param.name.as_str()));
                let help = near.map(|near| format!("Did you mean `{near}`?"));
                (format!("`{name}` has no parameter `{unknown}`"), "no such parameter", help)
            }
            ArgumentProblemKind::Twice(param) => {
                (format!("`{param}` of `{name}` is given twice"), "the second one", None)
            }
            ArgumentProblemKind::TooMany => {
                let count = if params.len() == 1 { "1 argument" } else { &format!("{} arguments", params.len()) };
                (format!("`{name}` takes {count} at most"), "one too many", None)
            }
            ArgumentProblemKind::Missing(param) => {
                (format!("`{name}` needs `{param}`"), "an argument is missing", None)
            }
            ArgumentProblemKind::Wrong { param, takes, value, help } => {
                let title = format!("`{param}` of `{name}` takes {takes}, which `{value}` is not");
                (title, "cannot stand here", Some(help.clone()))
            }
        };
        let help = help.unwrap_or_else(|| format!("It is `{}`.", signature(name, params)));
        let found = Diagnostic::new(diagnostics::BAD_AUDIT_ARGUMENT, title, self.at(db, problem.arg), label).help(help);
        match usage.audit {
            Some(audit) => found.related(item_location(db, audit), "the audit's parameters"),
            None => found,
        }
    }

    fn node(
        &self,
        db: &'db dyn Db,
        project: Project,
        arg: Option<u32>,
        name: &str,
        pin: &RefPin,
    ) -> Option<Diagnostic> {
        let at = self.at(db, arg);
        match resolve(db, project, name, pin) {
            Err(problem) => problem_diagnostic(db, project, &problem, name, at),
            Ok(target) => {
                let problem = access_problem(db, project, self.node, target)?;
                Some(access_diagnostic(db, project, target, &problem, at))
            }
        }
    }

    /// What causes a problem of the SQL: the argument that is part of it (a value before a column), else the use.
    fn cause(
        &self,
        db: &'db dyn Db,
        usage: &Usage<'db>,
        params: &[ParamDecl],
        trace: &Trace,
    ) -> (Location, Option<std::ops::Range<u32>>) {
        let given = |param: &&usize| usage.values[**param].as_ref().is_some_and(|value| !value.given.is_empty());
        let is_column = |param: &&usize| matches!(params[**param].ty, ParamType::Column | ParamType::Columns);
        let mut given = trace.params.iter().filter(given);
        let first = given.clone().find(|param| !is_column(param)).or_else(|| given.next());
        let arg = first.and_then(|param| usage.values[*param].as_ref()?.given.first().copied());
        (self.at(db, arg), trace.body.clone())
    }

    fn with_definition(
        &self,
        found: Diagnostic,
        usage: &Usage<'db>,
        body: Option<std::ops::Range<u32>>,
        db: &'db dyn Db,
    ) -> Diagnostic {
        // Several places of the SQL may be one argument here.
        let found = Diagnostic { related: Vec::new(), ..found };
        match (usage.audit, body) {
            (Some(audit), Some(tokens)) => {
                let at = body_location(db, audit, None, tokens);
                found.related(at, format!("in the audit `{}`", self.usage.name))
            }
            _ => found,
        }
    }
}
