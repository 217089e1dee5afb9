//! A use of an audit: its arguments are checked, its SQL is made and read over the columns of the dataset.

use super::arguments::{self, Argument, ArgumentProblem, words};
use super::definition::{definition, variables};
use super::instance::{Instance, Trace, argument_tokens, lexed, node_name, variable};
use esker_declare::{AuditUse, DataType, Item, ItemKind, NodeName, ParamDecl, ParamType, Value, text_literal};
use esker_grammar::sql::{SqlText, SqlToken};
use esker_infer::{InferError, NodeSurface, OutputColumn, infer_query, surface};
use esker_resolve::{Node, RefPin, RefProblem, access_problem, item, resolve, sql_refs};
use esker_source::{Db, Project};
use esker_sql::{QuerySourceMap, SqlError, lower, lower_expression, stray_table};

/// The dataset that an audit is used on.
pub(crate) struct Dataset<'a, 'db> {
    /// What `this` reads.
    pub(crate) this: NodeName,
    /// The node, to be named in messages and asked for its rights; nothing for the rows of a test.
    pub(crate) node: Option<Node<'db>>,
    /// Its columns.
    pub(crate) columns: &'a NodeSurface,
    /// Tables that a test gives, which stand in for nodes of their names.
    pub(crate) given: &'a [(NodeName, NodeSurface)],
}

/// A use as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Usage<'db> {
    /// The audit.
    pub(crate) audit: Option<Item<'db>>,
    /// The value of each parameter, to tell whether two uses are the same.
    pub(crate) values: Vec<Option<Argument>>,
    /// Its SQL.
    pub(crate) instance: Instance,
    /// Where the parts of the SQL stand.
    pub(crate) map: QuerySourceMap,
    /// The columns of the rows that it finds, and whether these are all.
    pub(crate) columns: Option<Vec<OutputColumn>>,
    /// What is wrong with it.
    pub(crate) problems: Vec<UsageProblem>,
    /// Whether it cannot be used, be it that this was told in its definition.
    pub(crate) broken: bool,
}

/// What can be wrong with a use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UsageProblem {
    /// There is no such audit.
    UnknownAudit,
    /// A wrong or missing argument.
    Argument(ArgumentProblem),
    /// A column that the dataset does not have.
    NoColumn {
        /// The argument.
        arg: Option<u32>,
        /// The column as written.
        column: String,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// A node that is not there, or that may not be read: in an argument.
    Node {
        /// The argument.
        arg: Option<u32>,
        /// The name.
        name: String,
        /// The version.
        pin: RefPin,
    },
    /// A `$name` in a condition.
    Variable {
        /// The argument.
        arg: Option<u32>,
        /// The name.
        name: String,
    },
    /// A condition that is not SQL by itself.
    Condition {
        /// The argument.
        arg: Option<u32>,
        /// What is wrong with it.
        error: SqlError,
    },
    /// The SQL that its arguments make is none.
    Sql(Trace, SqlError),
    /// The SQL that its arguments make has wrong names or types.
    Types(Trace, InferError),
}

/// Reads and checks a use.
pub(crate) fn usage<'db>(db: &'db dyn Db, project: Project, used: &AuditUse, on: &Dataset<'_, 'db>) -> Usage<'db> {
    let Some(audit) = item(db, project, ItemKind::Audit, &used.name) else {
        return Usage { problems: vec![UsageProblem::UnknownAudit], broken: true, ..Usage::default() };
    };
    let definition = definition(db, project, audit);
    let Some(body) = audit.bodies(db).get(&None) else {
        return Usage { audit: Some(audit), broken: true, ..Usage::default() };
    };
    let params = &definition.params;
    let bound = arguments::bind(params, used);
    let mut problems: Vec<UsageProblem> = bound.problems.into_iter().map(UsageProblem::Argument).collect();
    let checked = Check { db, project, on, params };
    for (param, argument) in params.iter().zip(&bound.values) {
        problems.extend(argument.iter().flat_map(|argument| checked.argument(param, argument)));
    }
    let mut usage = Usage { audit: Some(audit), values: bound.values, ..Usage::default() };
    if problems.is_empty() {
        usage.instance = instance(body, params, &usage.values, &on.this, argument_tokens);
        if definition.problems.is_empty() {
            let strict = instance(body, params, &usage.values, &on.this, strict_tokens);
            checked.sql(&strict, &mut usage, &mut problems);
        }
    }
    usage.broken = !problems.is_empty() || !definition.problems.is_empty();
    usage.problems = problems;
    usage
}

fn instance(
    body: &SqlText,
    params: &[ParamDecl],
    values: &[Option<Argument>],
    this: &NodeName,
    tokens: impl Fn(&ParamDecl, &Argument) -> Vec<SqlToken>,
) -> Instance {
    let put_in = |(param, value): (&ParamDecl, &Option<Argument>)| value.as_ref().map(|value| tokens(param, value));
    let put_in: Vec<_> = params.iter().zip(values).map(put_in).collect();
    Instance::new(body, params, &put_in, this)
}

/// As [`argument_tokens`], but a text that can be nothing but a text is of that type, so that a comparison with a number
/// is found here and not by the engine.
fn strict_tokens(param: &ParamDecl, argument: &Argument) -> Vec<SqlToken> {
    match (&param.ty, &argument.value) {
        (ParamType::Any, Value::Text(text)) if !text.contains(|c: char| c.is_ascii_digit()) => {
            lexed(&format!("cast({} as varchar)", text_literal(text)))
        }
        _ => argument_tokens(param, argument),
    }
}

struct Check<'a, 'db> {
    db: &'db dyn Db,
    project: Project,
    on: &'a Dataset<'a, 'db>,
    params: &'a [ParamDecl],
}

impl<'db> Check<'_, 'db> {
    /// What is wrong with the names in an argument.
    fn argument(&self, param: &ParamDecl, argument: &Argument) -> Vec<UsageProblem> {
        let mut problems = Vec::new();
        match (&param.ty, &argument.value) {
            // Columns behind a model may be that model's: whether they are there, the SQL tells.
            (ParamType::Column | ParamType::Columns, value) if !self.behind_model(param) => {
                let known = &self.on.columns.columns;
                for (n, column) in words(value).into_iter().enumerate() {
                    let there = known.iter().any(|known| known.name.eq_ignore_ascii_case(column));
                    if !there && self.on.columns.complete {
                        let arg = argument.given.get(n).or(argument.given.first()).copied();
                        let columns = known.iter().map(|known| known.name.clone()).collect();
                        problems.push(UsageProblem::NoColumn { arg, column: column.to_string(), columns });
                    }
                }
            }
            (ParamType::Model, Value::Word(_) | Value::Node(_)) => {
                let node = node_name(&argument.value);
                let arg = argument.given.first().copied();
                let pin = node.version.clone().map_or(RefPin::Unpinned, |version| RefPin::Pinned(version, 0));
                problems.extend(self.node(arg, &node, &pin));
            }
            (ParamType::Condition, Value::Sql(sql)) => {
                let arg = argument.given.first().copied();
                let wrong = lower_expression(sql).errors.into_iter();
                problems.extend(wrong.map(|error| UsageProblem::Condition { arg, error }));
                let known = variables(self.db, self.project);
                let unknown = sql.tokens.iter().filter_map(variable);
                let unknown = unknown.filter(|name| !known.iter().any(|(known, _)| known == name));
                problems.extend(unknown.map(|name| UsageProblem::Variable { arg, name: name.to_string() }));
                for found in sql_refs(sql) {
                    let Some(name) = found.name else { continue };
                    problems.extend(self.node(arg, &NodeName { name, version: None }, &found.pin));
                }
            }
            _ => {}
        }
        problems
    }

    /// Whether a parameter stands behind one for a model, as the key in `relationship(customer_id, customers, id)` does.
    fn behind_model(&self, param: &ParamDecl) -> bool {
        let before = self.params.iter().take_while(|before| before.name != param.name);
        before.map(|before| &before.ty).any(|ty| *ty == ParamType::Model)
    }

    fn node(&self, arg: Option<u32>, node: &NodeName, pin: &RefPin) -> Option<UsageProblem> {
        if self.on.given.iter().any(|(given, _)| given == node) {
            return None;
        }
        let problem = || UsageProblem::Node { arg, name: node.name.clone(), pin: pin.clone() };
        match resolve(self.db, self.project, &node.name, pin) {
            Ok(target) => access_problem(self.db, self.project, self.on.node, target).map(|_| problem()),
            Err(RefProblem::Broken) => None,
            Err(_) => Some(problem()),
        }
    }

    /// Reads the SQL; what is wrong with it is wrong with this use, since the definition is not wrong by itself.
    fn sql(&self, strict: &Instance, usage: &mut Usage<'db>, problems: &mut Vec<UsageProblem>) {
        let (db, project) = (self.db, self.project);
        let lowered = lower(&strict.sql);
        usage.map = lowered.source_map;
        let stray = lowered.stray_tables.iter().map(|stray| stray_table(db, project, stray));
        for error in lowered.errors.iter().cloned().chain(stray) {
            problems.push(UsageProblem::Sql(strict.trace(error.tokens.clone()), error));
        }
        if !problems.is_empty() {
            return;
        }
        let refs = sql_refs(&strict.sql);
        let surfaces: Vec<NodeSurface> = refs.iter().map(|found| self.read(strict, found)).collect();
        let known = variables(db, project);
        let known: Vec<(&str, DataType)> = known.iter().map(|(name, ty)| (name.as_str(), ty.clone())).collect();
        let read: Vec<&NodeSurface> = surfaces.iter().collect();
        let inferred = infer_query(db, project, &lowered.query, &read, &known);
        for error in inferred.errors {
            let trace = strict.trace(error.at.tokens(&usage.map));
            problems.push(UsageProblem::Types(trace, error));
        }
        usage.columns = inferred.complete.then_some(inferred.columns);
    }

    /// The columns behind a reference.
    fn read(&self, instance: &Instance, found: &esker_resolve::RefExpr) -> NodeSurface {
        if instance.is_this(found.tokens.start) {
            return self.on.columns.clone();
        }
        let Some(name) = &found.name else { return NodeSurface::default() };
        let version = match &found.pin {
            RefPin::Pinned(version, _) => Some(version.clone()),
            _ => None,
        };
        let node = NodeName { name: name.clone(), version };
        if let Some((_, columns)) = self.on.given.iter().find(|(given, _)| *given == node) {
            return columns.clone();
        }
        let target = resolve(self.db, self.project, name, &found.pin);
        target.map(|target| surface(self.db, self.project, target).clone()).unwrap_or_default()
    }
}
