//! The SQL that reads a source or a seed: an engine table, or a subquery over a reader of files that gives just the
//! declared columns in their declared types, whatever else the file holds.

use esker_declare::{DataType, FileFormat, ReadDecl, quote_always};
use esker_resolve::{NodeColumn, Relation};

/// The relation to put where a reference to the source stands.
pub(crate) fn relation_sql(relation: &Relation) -> String {
    format!("{}.{}", quote_always(&relation.schema), quote_always(&relation.name))
}

/// A query of the declared columns of a file.
pub(crate) fn read_query(read: &ReadDecl, columns: &[NodeColumn]) -> String {
    let known: Vec<(&str, &DataType)> = columns
        .iter()
        .filter(|column| !column.decl.ty.is_unknown())
        .map(|column| (column.decl.name.as_str(), &column.decl.ty))
        .collect();
    let path = text_literal(&read.path);
    let option = |name: &str| read.options.iter().find(|(option, _)| option == name).map(|(_, value)| value.as_str());
    let mut arguments = vec![path];
    match read.format {
        FileFormat::Csv => {
            // Columns that nobody declared are not worth an error: they are read as text, and not selected.
            let types = struct_literal(&known);
            if option("header").is_some_and(|header| header.eq_ignore_ascii_case("false")) {
                arguments.push(format!("columns = {types}"));
            } else {
                arguments.push(format!("types = {types}"));
                arguments.push("auto_type_candidates = ['VARCHAR']".into());
                if option("header").is_none() {
                    arguments.push("header = true".into());
                }
            }
        }
        FileFormat::Json => arguments.push(format!("columns = {}", struct_literal(&known))),
        FileFormat::Parquet => {}
    }
    arguments.extend(read.options.iter().map(|(name, value)| format!("{} = {value}", quote_always(name))));
    let reader = match read.format {
        FileFormat::Csv => "read_csv",
        FileFormat::Parquet => "read_parquet",
        FileFormat::Json => "read_json",
    };
    let select: Vec<String> = columns
        .iter()
        .map(|column| {
            let name = quote_always(&column.decl.name);
            match &column.decl.ty {
                ty if ty.is_unknown() => name,
                ty => format!("cast({name} as {ty}) as {name}"),
            }
        })
        .collect();
    let select = if select.is_empty() { "*".into() } else { select.join(", ") };
    format!("select {select} from {reader}({})", arguments.join(", "))
}

fn struct_literal(columns: &[(&str, &DataType)]) -> String {
    let fields: Vec<String> =
        columns.iter().map(|(name, ty)| format!("{}: {}", text_literal(name), text_literal(&ty.to_string()))).collect();
    format!("{{{}}}", fields.join(", "))
}

fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use esker_declare::{ColumnDecl, Part, Place};

    fn column(name: &str, ty: DataType) -> NodeColumn {
        let decl = ColumnDecl {
            docs: None,
            name: name.into(),
            ty,
            not_null: false,
            primary_key: false,
            unique: false,
            checks: Vec::new(),
            entry: 0,
        };
        NodeColumn { decl, place: Place { version: None, part: Part::Entry(0) } }
    }

    #[test]
    fn a_csv_is_read_by_name_and_type() {
        let read = ReadDecl {
            format: FileFormat::Csv,
            path: "it's.csv".into(),
            options: vec![("delim".into(), "';'".into())],
        };
        let sql = read_query(&read, &[column("id", DataType::BigInt)]);
        assert_eq!(
            sql,
            "select cast(\"id\" as bigint) as \"id\" from read_csv('it''s.csv', types = {'id': 'bigint'}, \
             auto_type_candidates = ['VARCHAR'], header = true, \"delim\" = ';')"
        );
    }

    #[test]
    fn a_csv_without_a_header_is_read_by_position() {
        let read =
            ReadDecl { format: FileFormat::Csv, path: "a".into(), options: vec![("header".into(), "false".into())] };
        let sql = read_query(&read, &[column("id", DataType::BigInt)]);
        assert!(sql.ends_with("read_csv('a', columns = {'id': 'bigint'}, \"header\" = false)"), "{sql}");
    }
}
