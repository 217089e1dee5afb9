//! Types as the parser reads them to data types.

use esker_declare::DataType;
use sqlparser::ast;

/// The type, unknown when Esker has none for it, and its text in lower case.
pub(super) fn data_type(ty: &ast::DataType) -> (DataType, String) {
    let written = ty.to_string().to_lowercase();
    (convert(ty, &written), written)
}

fn convert(ty: &ast::DataType, written: &str) -> DataType {
    let part = |ty: &ast::DataType| data_type(ty).0;
    match ty {
        ast::DataType::Array(
            ast::ArrayElemTypeDef::SquareBracket(item, None) | ast::ArrayElemTypeDef::AngleBracket(item),
        ) => DataType::List(Box::new(part(item))),
        ast::DataType::Map(key, value, _) => DataType::Map(Box::new(part(key)), Box::new(part(value))),
        ast::DataType::Struct(fields, _) => {
            let field = |field: &ast::StructField| {
                let name = field.field_name.as_ref().map(|name| name.value.clone()).unwrap_or_default();
                (name, part(&field.field_type))
            };
            DataType::Struct(fields.iter().map(field).collect())
        }
        ast::DataType::Enum(members, _) => {
            let name = |member: &ast::EnumMember| match member {
                ast::EnumMember::Name(name) | ast::EnumMember::NamedValue(name, _) => name.clone(),
            };
            DataType::Enum(members.iter().map(name).collect())
        }
        _ => named(written),
    }
}

/// `decimal(18,2)` and what else is a name with numbers behind it.
fn named(written: &str) -> DataType {
    let (name, params) = match written.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.trim_end_matches(')')),
        None => (written, ""),
    };
    let name = name.trim_matches('"');
    let numbers: Result<Vec<u32>, _> =
        params.split(',').map(str::trim).filter(|param| !param.is_empty()).map(str::parse).collect();
    numbers.ok().and_then(|numbers| DataType::from_name(name, &numbers)).unwrap_or(DataType::Unknown)
}
