//! Binding: every name of a query to what it means, every expression to its type.
//!
//! A problem is recorded once, where it is, and what it is part of becomes unknown: unknown never raises a problem.

mod call;
mod expr;
mod from;
mod group;
mod name;
mod query;
mod scope;
mod star;

pub(crate) use call::is_aggregate;

use crate::functions::Signatures;
use crate::types::Typed;
use crate::{At, InferError, InferErrorKind, Nullability};
use esker_declare::DataType;
use esker_sql::{Body, Expr, ExprId, QueryId, QueryIr};
use scope::{Resolution, Scope};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The columns of a table or of a query's result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    /// In order.
    pub(crate) columns: Vec<Column>,
    /// Whether these are all; when not, any other name may be a column too.
    pub(crate) complete: bool,
}

/// A column of a table or of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) ty: DataType,
    pub(crate) nulls: Nullability,
    /// The entry of a select list that makes it.
    pub(crate) expr: Option<ExprId>,
    /// Whether its name is written; else the engine makes one from the expression.
    pub(crate) named: bool,
}

impl Rows {
    /// Nothing is known.
    pub(crate) const UNKNOWN: Self = Self { columns: Vec::new(), complete: false };
}

/// What binding a body gives.
pub(crate) struct Bound {
    pub(crate) rows: Rows,
    pub(crate) errors: Vec<InferError>,
    /// What is known of each expression.
    pub(crate) typed: Vec<Option<Typed>>,
}

/// What the project gives names to.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The `$names` with their types.
    pub(crate) variables: &'a [(&'a str, DataType)],
    /// The project's functions.
    pub(crate) functions: &'a Signatures,
    /// The project's types, which the engine does not know.
    pub(crate) types: &'a BTreeMap<String, DataType>,
}

/// Binds a body. `refs` are the columns behind each `ref(…)`.
pub(crate) fn bind(ir: &QueryIr, refs: &[Rows], known: Known<'_>) -> Bound {
    let Some(root) = ir.root else {
        return Bound { rows: Rows::UNKNOWN, errors: Vec::new(), typed: Vec::new() };
    };
    let (mut binder, rows) = bound(ir, root, refs, known);
    duplicate_names(&rows, &mut binder.errors);
    Bound { rows, errors: binder.errors, typed: binder.typed }
}

/// What is wrong with the condition of `select … where (condition)`, which must be true or false by its type.
pub(crate) fn bind_condition(ir: &QueryIr, table: Rows, known: Known<'_>) -> Vec<InferError> {
    let Some(root) = ir.root else { return Vec::new() };
    let table = [table];
    let (binder, _) = bound(ir, root, &table, known);
    let mut errors = binder.errors;
    if let (Body::Select(select), true) = (&ir.query(root).body, errors.is_empty())
        && let Some(filter) = select.filter
        && let Some(ty) = binder.typed[filter.0 as usize].as_ref().map(|typed| typed.ty.clone())
        && !matches!(ty, DataType::Boolean | DataType::Null | DataType::Unknown)
    {
        errors.push(InferError { at: At::Expr(filter), kind: InferErrorKind::NoCondition { ty } });
    }
    errors
}

fn bound<'a>(ir: &'a QueryIr, root: QueryId, refs: &'a [Rows], known: Known<'a>) -> (Binder<'a>, Rows) {
    let mut binder = Binder {
        ir,
        refs,
        known,
        errors: Vec::new(),
        scopes: Vec::new(),
        next_scope: 0,
        ctes: Vec::new(),
        typed: vec![None; ir.exprs.len()],
        resolutions: vec![Resolution::None; ir.exprs.len()],
    };
    // Chains of operators nest as deeply as they are long: the stack grows with the query.
    let needed = 512 * 1024 + ir.exprs.len() * 4096;
    let rows = stacker::maybe_grow(needed, needed, || binder.query(root));
    (binder, rows)
}

struct Binder<'a> {
    ir: &'a QueryIr,
    refs: &'a [Rows],
    known: Known<'a>,
    errors: Vec<InferError>,
    /// The SELECTs around the present place, outermost first.
    scopes: Vec<Scope>,
    next_scope: u32,
    /// The CTEs in sight; the last of a name wins.
    ctes: Vec<(String, Rc<Rows>)>,
    /// What is known of each expression, once it is bound.
    typed: Vec<Option<Typed>>,
    /// What each column expression means, once it is bound.
    resolutions: Vec<Resolution>,
}

impl<'a> Binder<'a> {
    fn error(&mut self, at: At, kind: InferErrorKind) {
        self.errors.push(InferError { at, kind });
    }

    fn ir_expr(&self, id: ExprId) -> &'a Expr {
        self.ir.expr(id)
    }
}

/// A table cannot have two columns of one name; the engine would call the second one otherwise by itself. One problem
/// for each entry of the select list.
fn duplicate_names(rows: &Rows, errors: &mut Vec<InferError>) {
    let mut first: BTreeMap<String, Option<ExprId>> = BTreeMap::new();
    let mut reported: Option<ExprId> = None;
    for column in rows.columns.iter().filter(|column| column.named) {
        let Some(before) = first.get(&column.name.to_lowercase()).copied() else {
            first.insert(column.name.to_lowercase(), column.expr);
            continue;
        };
        if let (Some(before), Some(expr)) = (before, column.expr)
            && reported != Some(expr)
        {
            reported = Some(expr);
            let kind = InferErrorKind::DuplicateOutput { name: column.name.clone(), first: At::Item(before) };
            errors.push(InferError { at: At::Item(expr), kind });
        }
    }
}
