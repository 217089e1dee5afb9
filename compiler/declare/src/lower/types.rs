//! Types as written to data types.

use super::Lower;
use crate::{DataType, DeclErrorKind, Part, Value};
use esker_diagnostics::nearest;
use esker_grammar::ast::{Name, TypeAst, TypeKindAst};

impl Lower<'_> {
    /// The type at a part of its own.
    pub(super) fn type_at(&mut self, part: Part, ast: &TypeAst) -> DataType {
        self.put(part, ast.span);
        self.data_type(part, ast)
    }

    /// A type; names that the engine does not have are left to those who know the project's.
    pub(super) fn data_type(&mut self, part: Part, ast: &TypeAst) -> DataType {
        match &ast.kind {
            TypeKindAst::Named { name, params } => self.named_type(part, ast, name, params),
            TypeKindAst::List(item) => DataType::List(Box::new(self.data_type(part, item))),
            TypeKindAst::Map(key, value) => {
                DataType::Map(Box::new(self.data_type(part, key)), Box::new(self.data_type(part, value)))
            }
            TypeKindAst::Struct(fields) => {
                let mut known: Vec<(String, DataType)> = Vec::new();
                for (Name { text, .. }, ty) in fields {
                    let ty = self.data_type(part, ty);
                    match known.iter().any(|(name, _)| name.eq_ignore_ascii_case(text)) {
                        true => self.twice(part, "field", text),
                        false => known.push((text.clone(), ty)),
                    }
                }
                DataType::Struct(known)
            }
            TypeKindAst::Enum(values) => {
                let mut known: Vec<String> = Vec::new();
                for value in values {
                    match known.contains(&value.text) {
                        true => self.twice(part, "value", &value.text),
                        false => known.push(value.text.clone()),
                    }
                }
                DataType::Enum(known)
            }
        }
    }

    fn named_type(&mut self, part: Part, ast: &TypeAst, name: &str, params: &[String]) -> DataType {
        let numbers: Option<Vec<u32>> = params.iter().map(|param| param.parse().ok()).collect();
        if let Some(ty) = numbers.and_then(|numbers| DataType::from_name(name, &numbers)) {
            return ty;
        }
        let of_engine = DataType::from_name(name, &[]).is_some();
        if params.is_empty() && !name.contains(' ') && !of_engine {
            return DataType::Named(name.into());
        }
        // `decimall(18, 2)` is a slip; `money(3)` takes no numbers, whether the project has it or not.
        let slip = !of_engine && (params.is_empty() || nearest(name, DataType::NAMES.iter().copied()).is_some());
        self.error(
            part,
            match slip {
                true => DeclErrorKind::UnknownType(name.into()),
                false => DeclErrorKind::BadTypeParameters(self.written(ast.span)),
            },
        );
        DataType::Unknown
    }

    fn twice(&mut self, part: Part, what: &'static str, name: &str) {
        self.error(part, DeclErrorKind::RepeatedName { what, name: name.into(), first: None });
    }
}

/// Whether a value written out is one of the type; with named and unknown types nobody can say.
pub(super) fn fits(value: &Value, ty: &DataType) -> bool {
    match (value, ty) {
        (Value::Null, _) | (_, DataType::Unknown | DataType::Named(_) | DataType::Null) => true,
        (Value::List(values), DataType::List(item)) => values.iter().all(|value| fits(value, item)),
        (Value::Bool(_), ty) => *ty == DataType::Boolean,
        (Value::Integer(_), ty) => is_number(ty),
        (Value::Decimal(_), ty) => {
            matches!(ty, DataType::Float | DataType::Double | DataType::Decimal { .. })
        }
        (Value::Date(_), ty) => matches!(ty, DataType::Date | DataType::Timestamp | DataType::TimestampTz),
        (Value::Timestamp(_), ty) => matches!(ty, DataType::Timestamp | DataType::TimestampTz),
        (Value::Interval(..), ty) => *ty == DataType::Interval,
        (Value::Text(text), DataType::Enum(values)) => values.contains(text),
        (Value::Text(_), ty) => matches!(
            ty,
            DataType::Varchar { .. }
                | DataType::Blob
                | DataType::Bit
                | DataType::Time
                | DataType::Uuid
                | DataType::Json
        ),
        _ => false,
    }
}

fn is_number(ty: &DataType) -> bool {
    matches!(
        ty,
        DataType::TinyInt
            | DataType::SmallInt
            | DataType::Integer
            | DataType::BigInt
            | DataType::HugeInt
            | DataType::UTinyInt
            | DataType::USmallInt
            | DataType::UInteger
            | DataType::UBigInt
            | DataType::UHugeInt
            | DataType::Float
            | DataType::Double
            | DataType::Decimal { .. }
    )
}
