//! A definition of an audit, checked once: its SQL is read over a dataset of which nothing is known, so that only what
//! is certain is told.

use super::arguments::takes;
use super::instance::{Instance, lexed, ref_sql, variable};
use crate::messages::body_location;
use esker_declare::{AuditDecl, DataType, Item, ItemDecl, NodeName, ParamDecl, ParamType, quote_always};
use esker_diagnostics::{self as diagnostics, Diagnostic, nearest};
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use esker_infer::{InferError, NodeSurface, infer_query, surface};
use esker_resolve::{RefPin, RefProblem, item_location, problem_diagnostic, resolve, resolve_type, sql_refs};
use esker_source::{Db, Project};
use esker_sql::{QuerySourceMap, SqlError, SqlErrorKind, lower, stray_table};
use std::ops::Range;

/// A definition as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Definition {
    /// Its parameters, named types resolved.
    pub(crate) params: Vec<ParamDecl>,
    /// Its SQL over an unknown dataset.
    instance: Instance,
    map: QuerySourceMap,
    /// What is wrong with it; a use is not complained about for it again.
    pub(crate) problems: Vec<DefinitionProblem>,
    /// Whether the SQL never reads `this`.
    unread: bool,
}

/// What can be wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DefinitionProblem {
    /// It is no SQL, at these tokens of the body.
    Sql(SqlError),
    /// Its names or types, in the instance.
    Types(InferError),
    /// A `$name` that is no parameter: its token in the body.
    Variable(u32, String),
    /// A reference that means nothing: its tokens in the body, the name and the pin.
    Ref(Range<u32>, String, RefPin),
    /// A reference that cannot be read: its tokens in the body.
    Malformed(Range<u32>),
}

/// The variables that audits may use beside their parameters.
pub(crate) fn variables(db: &dyn Db, project: Project) -> Vec<(String, DataType)> {
    let known = esker_sql::variables(project.settings(db)).into_iter();
    let range = ["start", "end", "start_date", "end_date"];
    known.filter(|(name, ..)| !range.contains(name)).map(|(name, ty, _)| (name.to_string(), ty)).collect()
}

/// Reads and checks the definition of an audit.
#[salsa::tracked]
pub(crate) fn definition<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Definition {
    let (ItemDecl::Audit(AuditDecl { params, .. }), Some(body)) = (item.decl(db), item.bodies(db).get(&None)) else {
        return Definition::default();
    };
    let resolved = |param: &ParamDecl| match &param.ty {
        ParamType::Value(ty) => ParamDecl { ty: ParamType::Value(resolve_type(db, project, ty)), ..param.clone() },
        _ => param.clone(),
    };
    let params: Vec<ParamDecl> = params.iter().map(resolved).collect();
    let values: Vec<Option<Vec<SqlToken>>> = params.iter().map(placeholder).collect();
    let this = NodeName { name: "this".into(), version: None };
    let instance = Instance::new(body, &params, &values, &this);
    let mut problems = Vec::new();
    let known = variables(db, project);
    for (at, token) in body.tokens.iter().enumerate() {
        let Some(name) = variable(token) else { continue };
        if !known.iter().any(|(known, _)| known == name) && !params.iter().any(|param| param.name == name) {
            problems.push(DefinitionProblem::Variable(at as u32, name.to_string()));
        }
    }
    let mut surfaces = Vec::new();
    for found in sql_refs(&instance.sql) {
        let trace = instance.trace(found.tokens.clone());
        let (true, Some(tokens)) = (trace.params.is_empty(), trace.body) else {
            surfaces.push(NodeSurface::default());
            continue;
        };
        let Some(name) = found.name else {
            problems.push(DefinitionProblem::Malformed(tokens));
            surfaces.push(NodeSurface::default());
            continue;
        };
        surfaces.push(match resolve(db, project, &name, &found.pin) {
            Ok(target) => surface(db, project, target).clone(),
            Err(problem) => {
                if problem != RefProblem::Broken {
                    problems.push(DefinitionProblem::Ref(tokens, name, found.pin));
                }
                NodeSurface::default()
            }
        });
    }
    let lowered = lower(&instance.sql);
    // What is no query at all is told of the body as it stands, not of what is put before it.
    let no_query = lower(body).errors.into_iter().find(|error| {
        matches!(error.kind, SqlErrorKind::Empty | SqlErrorKind::NotAQuery { .. } | SqlErrorKind::SecondStatement)
    });
    match no_query {
        Some(error) => problems.push(DefinitionProblem::Sql(error)),
        None => {
            let stray = lowered.stray_tables.iter().map(|stray| stray_table(db, project, stray));
            for error in lowered.errors.iter().cloned().chain(stray) {
                let end = body.tokens.len() as u32;
                let tokens = instance.trace(error.tokens).body.unwrap_or(end..end);
                problems.push(DefinitionProblem::Sql(SqlError { tokens, ..error }));
            }
        }
    }
    if problems.is_empty() {
        let mut typed = known;
        typed.extend(params.iter().map(|param| (param.name.clone(), value_type(&param.ty))));
        let typed: Vec<(&str, DataType)> = typed.iter().map(|(name, ty)| (name.as_str(), ty.clone())).collect();
        let refs: Vec<&NodeSurface> = surfaces.iter().collect();
        let inferred = infer_query(db, project, &lowered.query, &refs, &typed);
        problems.extend(inferred.errors.into_iter().map(DefinitionProblem::Types));
    }
    Definition { unread: !reads_this(body), params, instance, map: lowered.source_map, problems }
}

/// What stands in a definition for a parameter that is no value: any column, any condition, any table.
fn placeholder(param: &ParamDecl) -> Option<Vec<SqlToken>> {
    match param.ty {
        ParamType::Value(_) | ParamType::Any | ParamType::AnyList => None,
        ParamType::Column | ParamType::Columns => Some(lexed(&quote_always(&param.name))),
        ParamType::Condition => Some(lexed("true")),
        ParamType::Model => Some(lexed(&ref_sql(&NodeName { name: param.name.clone(), version: None }))),
    }
}

fn value_type(ty: &ParamType) -> DataType {
    match ty {
        ParamType::Value(ty) => ty.clone(),
        ParamType::AnyList => DataType::List(Box::new(DataType::Unknown)),
        _ => DataType::Unknown,
    }
}

fn reads_this(body: &SqlText) -> bool {
    body.tokens.iter().any(|token| match token.kind {
        SqlTokenKind::Word => token.text.eq_ignore_ascii_case("this"),
        SqlTokenKind::QuotedIdent => token.text.trim_matches('"').eq_ignore_ascii_case("this"),
        _ => false,
    })
}

/// What is wrong with the definition of an audit.
pub fn audit_definition_errors<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Vec<Diagnostic> {
    // What could not be read was told, and a parameter may be among it.
    if item.broken(db) {
        return Vec::new();
    }
    let definition = definition(db, project, item);
    let at = |tokens: Range<u32>| body_location(db, item, None, tokens);
    let locate = |tokens: Range<u32>| match definition.instance.trace(tokens).body {
        Some(tokens) => at(tokens),
        None => at(u32::MAX - 1..u32::MAX - 1),
    };
    let name = item.name(db);
    let mut found: Vec<Diagnostic> = Vec::new();
    for problem in &definition.problems {
        found.push(match problem {
            DefinitionProblem::Sql(error) => error.diagnostic(at),
            DefinitionProblem::Types(error) => error.diagnostic(&definition.map, locate),
            DefinitionProblem::Malformed(tokens) => Diagnostic::new(
                diagnostics::MALFORMED_REF,
                "this reference cannot be read",
                at(tokens.clone()),
                "malformed",
            )
            .help("Write `ref(name)` for the latest version, or `ref(name, v => 2)` to pin one."),
            DefinitionProblem::Ref(tokens, name, pin) => match resolve(db, project, name, pin) {
                Err(problem) => match problem_diagnostic(db, project, &problem, name, at(tokens.clone())) {
                    Some(found) => found,
                    None => continue,
                },
                Ok(_) => continue,
            },
            DefinitionProblem::Variable(token, variable) => {
                let title = format!("`{name}` has no parameter `${variable}`");
                let found =
                    Diagnostic::new(diagnostics::UNKNOWN_VARIABLE, title, at(*token..*token + 1), "unknown variable");
                unknown_variable(db, project, found, variable, &definition.params)
            }
        });
    }
    if definition.unread && definition.problems.is_empty() && !definition.instance.sql.tokens.is_empty() {
        let title = format!("the audit `{name}` never reads `this`");
        found.push(
            Diagnostic::new(
                diagnostics::THIS_UNREAD,
                title,
                item_location(db, item),
                "says nothing of the dataset that it is used on",
            )
            .help("Select from `this`, the dataset under test."),
        );
    }
    found
}

/// What may have been meant by a `$name`.
pub(crate) fn unknown_variable(
    db: &dyn Db,
    project: Project,
    found: Diagnostic,
    variable: &str,
    params: &[ParamDecl],
) -> Diagnostic {
    if ["start", "end", "start_date", "end_date"].contains(&variable) {
        return found
            .why("An audit judges the whole dataset, not the range of time that is being computed.")
            .help("Compare with `$now`, or give the audit a parameter.");
    }
    let variables = variables(db, project);
    let known = params.iter().map(|param| &param.name).chain(variables.iter().map(|(name, _)| name));
    match nearest(variable, known.map(String::as_str)) {
        Some(near) => found.help(format!("Did you mean `${near}`?")),
        None if params.is_empty() => found.help("Give the audit a parameter of this name."),
        None => {
            let params: Vec<String> =
                params.iter().map(|param| format!("`${}` ({})", param.name, takes(&param.ty))).collect();
            found.help(format!("Its parameters are {}.", params.join(", ")))
        }
    }
}
