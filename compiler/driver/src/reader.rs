//! The SQL that reads a source or a seed: an engine table, or a subquery over a reader of files that gives just the
//! declared columns in their declared types, whatever else the file holds.

use esker_declare::{ColumnDecl, DataType, FileFormat, ReadDecl, quote_always, text_literal};
use esker_resolve::{NodeDecl, Relation};

/// The relation to put where a reference to the source stands.
pub(crate) fn relation_sql(relation: &Relation) -> String {
    format!("{}.{}", quote_always(&relation.schema), quote_always(&relation.name))
}

/// The columns that a node declares, in order.
pub(crate) fn declared<'d>(decl: &'d NodeDecl<'_>) -> Vec<&'d ColumnDecl> {
    decl.columns.iter().flatten().map(|column| &column.decl).collect()
}

/// A query of the declared columns of a file.
pub(crate) fn read_query(read: &ReadDecl, columns: &[&ColumnDecl]) -> String {
    let mut arguments = vec![text_literal(&read.path)];
    match read.format {
        FileFormat::Csv => arguments.extend(csv_arguments(read, columns)),
        FileFormat::Json => arguments.push(format!("columns = {}", struct_literal(columns, ToString::to_string))),
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
            let name = quote_always(&column.name);
            match &column.ty {
                ty if ty.is_unknown() => name,
                ty if read.format == FileFormat::Csv && strictly(read, ty) => {
                    format!("{} as {name}", whole_number(&column.name, ty))
                }
                ty => format!("cast({name} as {ty}) as {name}"),
            }
        })
        .collect();
    let select = if select.is_empty() { "*".into() } else { select.join(", ") };
    format!("select {select} from {reader}({})", arguments.join(", "))
}

/// How the engine is to read a CSV file. Nothing is left to its guess: a broken line must be an error in that line, not
/// another dialect in which the line is whole. Columns that nobody declared are read as text, and not selected.
fn csv_arguments(read: &ReadDecl, columns: &[&ColumnDecl]) -> Vec<String> {
    let given = |names: &[&str]| {
        let mut options = read.options.iter();
        options.find(|(option, _)| names.contains(&option.as_str())).map(|(_, value)| value.as_str())
    };
    let types = struct_literal(columns, |ty| if strictly(read, ty) { "varchar".into() } else { ty.to_string() });
    let mut arguments = match given(&["header"]) {
        Some(header) if header.eq_ignore_ascii_case("false") => {
            vec![format!("columns = {types}"), "auto_detect = false".into()]
        }
        header => {
            let mut arguments = vec!["auto_type_candidates = ['VARCHAR']".to_string()];
            // The rows of a test have no declared columns, and the engine takes no empty struct.
            if !columns.is_empty() {
                arguments.insert(0, format!("types = {types}"));
            }
            arguments.extend(header.is_none().then(|| "header = true".into()));
            arguments
        }
    };
    let quote = given(&["quote"]).unwrap_or("'\"'");
    let dialect: [(&[&str], &str); 5] = [
        (&["delim", "sep", "delimiter"], "','"),
        (&["quote"], quote),
        (&["escape"], quote),
        (&["comment"], "''"),
        (&["skip"], "0"),
    ];
    for (names, usual) in dialect {
        if given(names).is_none() {
            arguments.push(format!("{} = {usual}", names[0]));
        }
    }
    arguments
}

/// Whether a value of this type in a CSV file is read by [`whole_number`]. Numbers written in another way than SQL's
/// are left to the reader.
fn strictly(read: &ReadDecl, ty: &DataType) -> bool {
    use DataType::{BigInt, HugeInt, Integer, SmallInt, TinyInt, UBigInt, UHugeInt, UInteger, USmallInt, UTinyInt};
    let other = |(name, _): &(String, String)| matches!(name.as_str(), "thousands" | "decimal_separator");
    let integer = matches!(
        ty,
        TinyInt | SmallInt | Integer | BigInt | HugeInt | UTinyInt | USmallInt | UInteger | UBigInt | UHugeInt
    );
    integer && !read.options.iter().any(other)
}

/// The integer that a text says; the engine's own cast would round `1.7`. The words of the error are those in which the
/// runner finds column and value again, to name the line (`runner/src/engines/duckdb/csv.rs`).
fn whole_number(column: &str, ty: &DataType) -> String {
    let name = quote_always(column);
    let wanted = ty.to_string().to_uppercase();
    let article = if wanted.starts_with('I') { "an" } else { "a" };
    let error = format!(
        "error({} || {name} || {})",
        text_literal(&format!("column `{column}`: `")),
        text_literal(&format!("` is not {article} {wanted}"))
    );
    format!(
        "case when contains({name}, '.') and try_cast({name} as decimal(38, 9)) % 1 <> 0 then {error} \
         else coalesce(try_cast({name} as {ty}), case when {name} is not null then {error} end) end"
    )
}

fn struct_literal(columns: &[&ColumnDecl], ty: impl Fn(&DataType) -> String) -> String {
    let fields = columns.iter().map(|column| {
        let ty = if column.ty.is_unknown() { "varchar".into() } else { ty(&column.ty) };
        format!("{}: {}", text_literal(&column.name), text_literal(&ty))
    });
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, ty: DataType) -> ColumnDecl {
        ColumnDecl {
            docs: None,
            name: name.into(),
            ty,
            not_null: false,
            primary_key: false,
            unique: false,
            checks: Vec::new(),
            references: None,
            default: None,
            deprecated: None,
            tags: Vec::new(),
            entry: 0,
        }
    }

    #[test]
    fn a_csv_is_read_by_name_and_type_in_one_dialect() {
        let read = ReadDecl {
            format: FileFormat::Csv,
            path: "it's.csv".into(),
            options: vec![("delim".into(), "';'".into())],
        };
        let sql = read_query(&read, &[&column("d", DataType::Date), &column("t", DataType::Unknown)]);
        assert_eq!(
            sql,
            "select cast(\"d\" as date) as \"d\", \"t\" from read_csv('it''s.csv', types = {'d': 'date', 't': 'varchar'}, \
             auto_type_candidates = ['VARCHAR'], header = true, quote = '\"', escape = '\"', comment = '', skip = 0, \
             \"delim\" = ';')"
        );
    }

    #[test]
    fn an_integer_in_a_csv_is_not_rounded() {
        let mut read = ReadDecl { format: FileFormat::Csv, path: "a".into(), options: Vec::new() };
        let id = column("id", DataType::Integer);
        let columns = [&id];
        let sql = read_query(&read, &columns);
        assert!(sql.starts_with("select case when contains(\"id\", '.') and"), "{sql}");
        assert!(sql.contains("error('column `id`: `' || \"id\" || '` is not an INTEGER')"), "{sql}");
        assert!(sql.contains("types = {'id': 'varchar'}"), "{sql}");
        read.options.push(("thousands".into(), "','".into()));
        assert!(read_query(&read, &columns).starts_with("select cast(\"id\" as integer) as \"id\" from"));
    }

    #[test]
    fn a_csv_without_a_header_is_read_by_position() {
        let read =
            ReadDecl { format: FileFormat::Csv, path: "a".into(), options: vec![("header".into(), "false".into())] };
        let sql = read_query(&read, &[&column("d", DataType::Date)]);
        let dialect = "delim = ',', quote = '\"', escape = '\"', comment = '', skip = 0";
        assert!(
            sql.ends_with(&format!(
                "read_csv('a', columns = {{'d': 'date'}}, auto_detect = false, {dialect}, \"header\" = false)"
            )),
            "{sql}"
        );
    }
}
