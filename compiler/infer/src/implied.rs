//! The names that the engine gives to columns without an alias: the expression, written its own way.

use esker_declare::{DataType, quote, text_literal};
use esker_sql::{Expr, ExprId, IsTest, Literal, QueryIr, UnaryOp};

/// The name of a column that is made by this expression. Exact for columns, literals, functions, casts and operators;
/// for others a text that no one would refer to.
pub(crate) fn implied_name(ir: &QueryIr, id: ExprId) -> String {
    match ir.expr(id) {
        Expr::Column(path) => path.last().cloned().unwrap_or_default(),
        Expr::Field(_, field) => field.clone(),
        Expr::Literal(Literal::String(text)) => text_literal(text),
        _ => text(ir, id),
    }
}

fn text(ir: &QueryIr, id: ExprId) -> String {
    let of = |id: &ExprId| text(ir, *id);
    let list = |ids: &[ExprId]| ids.iter().map(of).collect::<Vec<_>>().join(", ");
    match ir.expr(id) {
        Expr::Column(path) => path.iter().map(|part| quote(part)).collect::<Vec<_>>().join("."),
        Expr::Literal(Literal::Number(digits)) => digits.clone(),
        Expr::Literal(Literal::String(text) | Literal::Blob(text)) => text_literal(text),
        Expr::Literal(Literal::Bool(value)) => format!("CAST('{}' AS BOOLEAN)", if *value { 't' } else { 'f' }),
        Expr::Literal(Literal::Null) => "NULL".to_string(),
        Expr::Param(name) => format!("${name}"),
        Expr::Star(_) => "*".to_string(),
        Expr::Unary(op, inner) => match op {
            UnaryOp::Minus => format!("-({})", of(inner)),
            UnaryOp::Plus => format!("+({})", of(inner)),
            UnaryOp::Not => format!("(NOT {})", of(inner)),
            UnaryOp::BitNot => format!("~{}", of(inner)),
            UnaryOp::Abs => format!("@{}", of(inner)),
            UnaryOp::Factorial => format!("!__postfix({})", of(inner)),
        },
        Expr::Binary(op, left, right) => format!("({} {} {})", of(left), op.text().to_uppercase(), of(right)),
        Expr::Is(inner, IsTest::Null, negated) => {
            format!("({} IS {}NULL)", of(inner), if *negated { "NOT " } else { "" })
        }
        Expr::Between(value, low, high) => format!("({} BETWEEN {} AND {})", of(value), of(low), of(high)),
        Expr::InList(value, items) => format!("({} IN ({}))", of(value), list(items)),
        Expr::Cast { expr, ty, written, lenient } => {
            let ty = match ty {
                DataType::Double => "\"DOUBLE\"".to_string(),
                ty if ty.is_unknown() => written.to_uppercase(),
                ty => ty.to_string().to_uppercase(),
            };
            format!("{}({} AS {})", if *lenient { "TRY_CAST" } else { "CAST" }, of(expr), ty.replace(", ", ","))
        }
        Expr::Call(call) => {
            let args: Vec<ExprId> = call.args.iter().map(|arg| arg.expr).collect();
            let star = args.iter().any(|arg| matches!(ir.expr(*arg), Expr::Star(_)));
            if call.name == "count" && (star || args.is_empty()) {
                return "count_star()".to_string();
            }
            let distinct = if call.distinct { "DISTINCT " } else { "" };
            format!("{}({distinct}{})", call.name, list(&args))
        }
        Expr::List(items) => format!("list_value({})", list(items)),
        Expr::Row(items) => format!("main.\"row\"({})", list(items)),
        _ => format!("expression {}", id.0),
    }
}
