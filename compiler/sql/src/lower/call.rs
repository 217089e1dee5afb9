//! Calls: functions, those with a syntax of their own, and their arguments.

use super::{Lowerer, cover, token};
use crate::ir::{Arg, Call, Expr, ExprId, Window};
use sqlparser::ast;
use std::ops::Range;

impl Lowerer<'_> {
    pub(super) fn call_at(&mut self, name: &str, args: Vec<ExprId>, at: Range<u32>) -> ExprId {
        let args = args.into_iter().map(|expr| Arg { name: None, expr }).collect();
        let call = Call {
            name: name.to_string(),
            schema: false,
            args,
            distinct: false,
            order_by: Vec::new(),
            filter: None,
            ignore_nulls: false,
            over: None,
        };
        self.push_expr(Expr::Call(Box::new(call)), at)
    }

    /// A function with a syntax of its own, whose name stands before the brackets around its arguments.
    pub(super) fn special(&mut self, name: &str, words: &[&str], args: &[&ast::Expr]) -> ExprId {
        let args: Vec<ExprId> = args.iter().map(|arg| self.expr(arg)).collect();
        let at = args.first().map_or(0..0, |first| self.call_around(self.at(*first), words));
        self.call_at(name, args, at)
    }

    pub(super) fn function(&mut self, function: &ast::Function) -> ExprId {
        let parts: Vec<&ast::Ident> = function.name.0.iter().filter_map(|part| part.as_ident()).collect();
        let name_at = parts.iter().map(|part| token(part.span)).reduce(cover).unwrap_or_default();
        let name = parts.last().map_or(String::new(), |part| part.value.to_lowercase());
        let mut at = self.with_group(name_at.clone());
        // `name.upper()` is `upper(name)`, unless what stands before the dot is a schema of the engine's own.
        let (_, path) = parts.split_last().map_or((None, &[][..]), |(last, path)| (Some(last), path));
        let schema = path.first().is_some_and(|first| {
            ["main", "pg_catalog", "system", "information_schema"]
                .iter()
                .any(|own| first.value.eq_ignore_ascii_case(own))
        });
        let receiver = (!path.is_empty() && !schema).then(|| {
            let path: Vec<ast::Ident> = path.iter().map(|part| (*part).clone()).collect();
            Arg { name: None, expr: self.column(&path) }
        });
        let mut call = Call {
            name,
            schema,
            args: Vec::new(),
            distinct: false,
            order_by: self.order_items(&function.within_group),
            filter: None,
            ignore_nulls: matches!(function.null_treatment, Some(ast::NullTreatment::IgnoreNulls)),
            over: None,
        };
        call.args.extend(receiver);
        match &function.args {
            ast::FunctionArguments::None => {}
            ast::FunctionArguments::Subquery(query) => {
                let (query, _) = self.subquery(query);
                return match call.name.as_str() {
                    "array" => self.push_expr(Expr::ArrayQuery(query), at),
                    name => {
                        let inner = self.push_expr(Expr::Subquery(query), at.clone());
                        self.call_at(name, vec![inner], at)
                    }
                };
            }
            ast::FunctionArguments::List(list) => {
                call.distinct = matches!(list.duplicate_treatment, Some(ast::DuplicateTreatment::Distinct));
                for arg in &list.args {
                    let arg = self.arg(arg);
                    call.args.push(arg);
                }
                for clause in &list.clauses {
                    match clause {
                        ast::FunctionArgumentClause::OrderBy(items) => call.order_by = self.order_items(items),
                        ast::FunctionArgumentClause::IgnoreOrRespectNulls(ast::NullTreatment::IgnoreNulls) => {
                            call.ignore_nulls = true;
                        }
                        _ => {}
                    }
                }
            }
        }
        if !call.order_by.is_empty() && self.is_word(at.end, &["within"]) {
            at = self.with_group(at.start..at.end + 2);
        }
        call.filter = function.filter.as_ref().map(|filter| self.expr(filter));
        if call.filter.is_some() && self.is_word(at.end, &["filter"]) {
            at = self.with_group(at.start..at.end + 1);
        }
        while self.is_word(at.end, &["ignore", "respect"]) && self.is_word(at.end + 1, &["nulls"]) {
            at.end += 2;
        }
        call.over = function.over.as_ref().map(|over| match over {
            ast::WindowType::WindowSpec(spec) => self.window(spec),
            ast::WindowType::NamedWindow(name) => Window { base: Some(name.value.clone()), ..Window::default() },
        });
        if call.over.is_some() && self.is_word(at.end, &["over"]) {
            let named = matches!(function.over, Some(ast::WindowType::NamedWindow(_)));
            at = self.with_group(at.start..at.end + 1 + u32::from(named));
        }
        self.push_expr(Expr::Call(Box::new(call)), at)
    }

    pub(super) fn arg(&mut self, arg: &ast::FunctionArg) -> Arg {
        let (name, value) = match arg {
            ast::FunctionArg::Named { name, arg, .. } => (Some(name.value.clone()), arg),
            ast::FunctionArg::ExprNamed { name, arg, .. } => (Some(name.to_string()), arg),
            ast::FunctionArg::Unnamed(arg) => (None, arg),
        };
        let expr = match value {
            ast::FunctionArgExpr::Expr(expr) => self.expr(expr),
            ast::FunctionArgExpr::QualifiedWildcard(table) => {
                let table = table.0.last().and_then(|part| part.as_ident());
                let star = crate::ir::Star { table: table.map(|table| table.value.clone()), ..Default::default() };
                self.push_expr(Expr::Star(Box::new(star)), table.map_or(0..0, |table| token(table.span)))
            }
            ast::FunctionArgExpr::Wildcard => self.push_expr(Expr::Star(Box::default()), 0..0),
            ast::FunctionArgExpr::WildcardWithOptions(options) => {
                let at = token(options.wildcard_token.0.span);
                self.push_expr(Expr::Star(Box::default()), at)
            }
        };
        Arg { name, expr }
    }
}
