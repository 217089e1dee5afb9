//! Operators: what the engine answers for two types, or that it refuses them.

use super::{Literal, Typed, adapt, key};
use esker_declare::DataType;
use esker_sql::{BinaryOp, UnaryOp};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What the engine makes of an operator and its operands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A value of this type.
    Type(DataType),
    /// It refuses them.
    Refused,
    /// We do not know.
    Unknown,
}

type Table = HashMap<(&'static str, &'static str, &'static str), &'static str>;

/// Operator, left, right → result. What is absent, the engine refuses.
static OPERATORS: LazyLock<Table> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for line in include_str!("../../../../std/duckdb/operators.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let (Some(op), Some(left)) = (fields.next(), fields.next()) else { continue };
        for (right, result) in fields.filter_map(|field| field.split_once('=')) {
            table.insert((op, left, right), result);
        }
    }
    table
});

/// The engine's answer for `op`, by the name that the table has for it.
pub(crate) fn answer(op: &'static str, left: &Typed, right: &Typed) -> Answer {
    let (Some(_), Some(_)) = (key(left), key(right)) else { return compound(op, left, right) };
    let left_type = adapt(left, right).clone();
    let right_type = adapt(right, left).clone();
    let as_type = |typed: &Typed, ty: DataType| Typed { ty, ..typed.clone() };
    let (left, right) = (as_type(left, left_type), as_type(right, right_type));
    let (Some(left_key), Some(right_key)) = (key(&left), key(&right)) else { return Answer::Unknown };
    match OPERATORS.get(&(op, left_key, right_key)) {
        None => Answer::Refused,
        Some(&"decimal") => decimal(op, &left.ty, &right.ty).map_or(Answer::Unknown, Answer::Type),
        Some(name) => Answer::Type(DataType::from_name(name, &[]).unwrap_or(DataType::Unknown)),
    }
}

/// Lists, structs, maps and enums: only what is certain.
fn compound(op: &str, left: &Typed, right: &Typed) -> Answer {
    match op {
        "=" | "<" | "in" | "like" | "~" => Answer::Type(DataType::Boolean),
        "coalesce" | "union" if left.ty == right.ty => Answer::Type(left.ty.clone()),
        "coalesce" | "union" if left.ty == DataType::Null => Answer::Type(right.ty.clone()),
        "coalesce" | "union" if right.ty == DataType::Null => Answer::Type(left.ty.clone()),
        "||" if left.ty == right.ty && matches!(left.ty, DataType::List(_)) => Answer::Type(left.ty.clone()),
        "+" | "-" | "*" | "/" | "//" | "%" | "**" if is_nested(left) || is_nested(right) => {
            if left.ty.is_unknown() || right.ty.is_unknown() { Answer::Unknown } else { Answer::Refused }
        }
        _ => Answer::Unknown,
    }
}

fn is_nested(value: &Typed) -> bool {
    matches!(value.ty, DataType::List(_) | DataType::Struct(_) | DataType::Map(..))
}

/// The operators with two operands.
pub(crate) fn binary_answer(op: BinaryOp, left: &Typed, right: &Typed) -> Answer {
    use BinaryOp as B;
    let name = match op {
        B::Add => "+",
        B::Sub => "-",
        B::Mul => "*",
        B::Div => "/",
        B::IntDiv => "//",
        B::Mod => "%",
        B::Pow => "**",
        B::Concat => "||",
        B::BitAnd => "&",
        B::BitOr => "|",
        B::ShiftLeft => "<<",
        B::ShiftRight => ">>",
        B::Eq | B::NotEq | B::Distinct | B::NotDistinct => "=",
        B::Lt | B::LtEq | B::Gt | B::GtEq => "<",
        B::Like | B::ILike | B::Similar | B::Glob => "like",
        B::Regex => "~",
        B::And | B::Or => return logical(left, right),
        B::Arrow | B::LongArrow => return json(op, left),
        B::Overlap => return Answer::Type(DataType::Boolean),
        B::Collate => return Answer::Type(DataType::VARCHAR),
        B::BitXor => return Answer::Unknown,
    };
    match (op, answer(name, left, right)) {
        // IS DISTINCT FROM is not as lenient as `=`, and not worth a table.
        (B::Distinct | B::NotDistinct, Answer::Refused) => Answer::Type(DataType::Boolean),
        (_, answer) => answer,
    }
}

/// AND and OR take whatever becomes a boolean, as NOT does.
fn logical(left: &Typed, right: &Typed) -> Answer {
    let refused = |operand: &Typed| unary_answer(UnaryOp::Not, operand) == Answer::Refused;
    match refused(left) || refused(right) {
        true => Answer::Refused,
        false => Answer::Type(DataType::Boolean),
    }
}

fn json(op: BinaryOp, left: &Typed) -> Answer {
    match (op, &left.ty) {
        (BinaryOp::LongArrow, DataType::Json | DataType::Varchar { .. }) => Answer::Type(DataType::VARCHAR),
        (_, DataType::Json | DataType::Varchar { .. }) => Answer::Type(DataType::Json),
        _ => Answer::Unknown,
    }
}

/// The operators with one operand.
pub(crate) fn unary_answer(op: UnaryOp, operand: &Typed) -> Answer {
    let name = match op {
        UnaryOp::Plus => return Answer::Type(operand.ty.clone()),
        UnaryOp::Minus => "neg",
        UnaryOp::Not => "not",
        UnaryOp::Abs => return Answer::Type(operand.ty.clone()),
        UnaryOp::Factorial => return Answer::Type(DataType::HugeInt),
        UnaryOp::BitNot => return Answer::Type(operand.ty.clone()),
    };
    let Some(key) = key(operand) else {
        return if op == UnaryOp::Not { Answer::Type(DataType::Boolean) } else { Answer::Unknown };
    };
    // Booleans out of strings are told from the value, which is not known.
    match OPERATORS.get(&(name, key, "null")) {
        None => Answer::Refused,
        Some(&"decimal") => Answer::Type(operand.ty.clone()),
        Some(name) => Answer::Type(DataType::from_name(name, &[]).unwrap_or(DataType::Unknown)),
    }
}

/// The type that values of several types become when they are mixed: in COALESCE, CASE, lists, rows of VALUES
/// (`coalesce`), or in the columns of a set operation (`union`).
pub(crate) fn common(op: &'static str, values: &[Typed]) -> Answer {
    let Some((first, rest)) = values.split_first() else { return Answer::Type(DataType::Null) };
    let mut mixed = first.clone();
    for value in rest {
        if mixed.ty.is_unknown() || value.ty.is_unknown() {
            return Answer::Unknown;
        }
        let both_integers = matches!((mixed.literal, value.literal), (Literal::Integer(_), Literal::Integer(_)));
        let both_strings = mixed.literal == Literal::String && value.literal == Literal::String;
        match answer(op, &mixed, value) {
            Answer::Type(ty) => {
                let literal = match (mixed.literal, value.literal) {
                    // Two integer literals are one for the next, the one with the wider range.
                    (Literal::Integer(a), Literal::Integer(b)) if both_integers => {
                        Literal::Integer(if a.unsigned_abs() > b.unsigned_abs() { a } else { b })
                    }
                    _ if both_strings => Literal::String,
                    (Literal::String, _) if value.ty == DataType::Null => Literal::String,
                    (_, Literal::String) if mixed.ty == DataType::Null => Literal::String,
                    (literal, _) if value.ty == DataType::Null => literal,
                    (_, literal) if mixed.ty == DataType::Null => literal,
                    _ => Literal::No,
                };
                mixed = Typed { ty, nulls: mixed.nulls, literal };
            }
            other => return other,
        }
    }
    Answer::Type(mixed.ty)
}

/// Digits before and behind the point that a type takes as a decimal.
fn digits(ty: &DataType) -> Option<(u8, u8)> {
    Some(match ty {
        DataType::Decimal { precision, scale } => (*precision, *scale),
        DataType::Boolean | DataType::Null => (0, 0),
        DataType::TinyInt | DataType::UTinyInt => (3, 0),
        DataType::SmallInt | DataType::USmallInt => (5, 0),
        DataType::Integer | DataType::UInteger => (10, 0),
        DataType::BigInt => (19, 0),
        DataType::UBigInt => (20, 0),
        DataType::HugeInt | DataType::UHugeInt => (38, 0),
        _ => return None,
    })
}

/// The decimal that comes of an operator. Up to 18 digits fit a machine word: the engine does not leave that by itself.
fn decimal(op: &str, left: &DataType, right: &DataType) -> Option<DataType> {
    const WORD: u8 = 18;
    const MAX: u8 = 38;
    let ((left_width, left_scale), (right_width, right_scale)) = (digits(left)?, digits(right)?);
    let scale = left_scale.max(right_scale);
    let whole = left_width.saturating_sub(left_scale).max(right_width.saturating_sub(right_scale));
    let widest = left_width.max(right_width);
    let (mut width, scale) = match op {
        "*" => (left_width.saturating_add(right_width), left_scale + right_scale),
        "+" | "-" => (whole + scale + 1, scale),
        _ => (whole + scale, scale),
    };
    if matches!(op, "*" | "+" | "-") && width > WORD && widest <= WORD {
        width = WORD;
    }
    (scale <= MAX).then_some(DataType::Decimal { precision: width.clamp(scale.max(1), MAX), scale })
}
