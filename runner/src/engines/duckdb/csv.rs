//! What is wrong with a CSV file that DuckDB could not read.
//!
//! DuckDB looks at a file first to find out its dialect, and where a line is broken it says only that it found none; it
//! says neither which of several files lacks a column. So when a query that reads CSV files has failed, its files are
//! looked at one by one, here, with nothing left to find out: the first line tells the columns, and reading by them
//! fails at the very line. Costs nothing where nothing fails.

use super::super::{Engine, EngineError, ErrorClass, Value, literal};
use super::DuckDb;
use esker_grammar::Span;
use esker_grammar::sql::{SqlToken, SqlTokenKind, lex};
use esker_plan::file::quoted;

/// The first fault of the files that a query reads.
pub(super) fn explain(engine: &DuckDb, sql: &str, complaint: &EngineError) -> Option<EngineError> {
    let value = bad_integer(&complaint.message);
    let mut read = calls(sql);
    for view in views(engine, sql) {
        read.extend(calls(&view));
    }
    let fault = read.iter().find_map(|call| {
        let files = engine.query(&format!("SELECT file FROM glob({})", call.path)).ok()?;
        let mut files = files.iter().filter_map(|row| row.first()?.text());
        files.find_map(|file| match value {
            Some((column, value)) => call.find_value(engine, file, column, value, &complaint.message),
            None => call.fault(engine, file),
        })
    });
    fault.map(|mut fault| {
        fault.message = engine.without_root(&fault.message);
        fault
    })
}

/// The definitions of the views that a query reads, by whatever way.
fn views(engine: &DuckDb, sql: &str) -> Vec<String> {
    let all = engine.query_plainly("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal").unwrap_or_default();
    let mut left: Vec<(&str, &str)> =
        all.iter().filter_map(|row| Some((row.first()?.text()?, row.get(1)?.text()?))).collect();
    let mut found: Vec<String> = Vec::new();
    while let Some(index) =
        left.iter().position(|(name, _)| sql.contains(name) || found.iter().any(|view| view.contains(name)))
    {
        found.push(left.swap_remove(index).1.to_owned());
    }
    found
}

/// Column and value of the complaint that the reading SQL makes itself (`compiler/driver/src/reader.rs`).
fn bad_integer(message: &str) -> Option<(&str, &str)> {
    let rest = message.strip_prefix("column `")?;
    let (column, rest) = rest.split_once("`: `")?;
    Some((column, rest.rsplit_once("` is not a")?.0))
}

/// A call of `read_csv` in a query. All texts are as the SQL has them.
#[derive(Debug, Default, PartialEq)]
struct Call {
    /// The path or pattern.
    path: String,
    /// The declared columns and their types.
    types: Vec<(String, String)>,
    /// Whether the first line tells the columns.
    header: bool,
    delimiter: String,
    /// The lines before the first.
    skip: u64,
    /// The arguments that say how the file is written.
    dialect: Vec<String>,
}

/// The calls in a query.
fn calls(sql: &str) -> Vec<Call> {
    let (text, spans) = lex(sql, Span::new(0, sql.len() as u32));
    let tokens = &text.tokens;
    let mut calls = Vec::new();
    for start in 0..tokens.len() {
        if tokens[start].text != "read_csv" || tokens.get(start + 1).is_none_or(|token| token.text != "(") {
            continue;
        }
        let mut call = Call { header: true, delimiter: ",".to_owned(), ..Call::default() };
        let (mut depth, mut begin) = (0_usize, start + 2);
        for at in start + 1..tokens.len() {
            match tokens[at].text.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 || depth == 1 && tokens[at].text == "," {
                if begin < at {
                    call.argument(&tokens[begin..at], &sql[spans[begin].to(spans[at - 1]).range()]);
                }
                begin = at + 1;
            }
            if depth == 0 {
                break;
            }
        }
        calls.push(call);
    }
    calls
}

impl Call {
    fn argument(&mut self, tokens: &[SqlToken], written: &str) {
        // As the engine writes it down for a view: `("types" = main.struct_pack(id := 'bigint'))`.
        if let [open, inside @ .., _] = tokens
            && open.text == "("
        {
            let written = written.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            return self.argument(inside, written.unwrap_or_default());
        }
        let [name, equals, value, ..] = tokens else {
            self.path = written.to_owned();
            return;
        };
        if equals.text != "=" {
            return;
        }
        match name.text.trim_matches('"') {
            "types" | "columns" => {
                let fields = tokens.windows(3).filter(|field| matches!(field[1].text.as_str(), ":" | ":="));
                self.types = fields
                    .filter(|field| field[2].kind == SqlTokenKind::String)
                    .map(|field| (plain(&field[0].text), plain(&field[2].text)))
                    .collect();
            }
            "header" => {
                self.header =
                    !tokens.iter().any(|token| matches!(token.text.to_ascii_lowercase().as_str(), "false" | "'f'"));
            }
            "auto_detect" | "auto_type_candidates" => {}
            option => {
                match option {
                    "delim" | "sep" | "delimiter" => self.delimiter = plain(&value.text),
                    "skip" => self.skip = value.text.parse().unwrap_or_default(),
                    _ => {}
                }
                self.dialect.push(written.to_owned());
            }
        }
    }

    /// The reader of one file with nothing left to find out.
    fn reader(&self, file: &str, columns: &[(String, String)], more: &str) -> String {
        let columns: Vec<String> =
            columns.iter().map(|(name, ty)| format!("{}: {}", literal(name), literal(ty))).collect();
        let dialect: String = self.dialect.iter().map(|argument| format!(", {argument}")).collect();
        let (file, columns, header) = (literal(file), columns.join(", "), self.header);
        format!("read_csv({file}, auto_detect = false, columns = {{{columns}}}, header = {header}{dialect}{more})")
    }

    /// The columns of a file in its order; none of them where the file is empty.
    fn columns(&self, engine: &DuckDb, file: &str) -> Option<Vec<String>> {
        if !self.header {
            return Some(self.types.iter().map(|(name, _)| name.clone()).collect());
        }
        let line = engine.query(&format!(
            "SELECT line FROM read_csv({}, auto_detect = false, columns = {{'line': 'VARCHAR'}}, delim = '\u{1}', \
             quote = '', escape = '', header = false, strict_mode = false, skip = {}) LIMIT 1",
            literal(file),
            self.skip
        ));
        match line.ok()?.first().and_then(|row| row.first()) {
            Some(Value::Text(line)) => {
                Some(line.split(&self.delimiter).map(|name| name.trim().trim_matches('"').to_owned()).collect())
            }
            _ => Some(Vec::new()),
        }
    }

    /// What is wrong with a file, if anything is.
    fn fault(&self, engine: &DuckDb, file: &str) -> Option<EngineError> {
        let columns = self.columns(engine, file)?;
        let bad = |line: Option<u64>, message: String, hint: String| EngineError {
            class: ErrorClass::BadFile { file: file.to_owned(), line },
            message,
            position: None,
            hint: Some(hint),
        };
        if columns.is_empty() {
            let declared: Vec<&str> = self.types.iter().map(|(name, _)| name.as_str()).collect();
            return Some(bad(
                None,
                format!("{file} is empty"),
                format!("Its first line must name the columns: `{}`.", declared.join(&self.delimiter)),
            ));
        }
        let has = |wanted: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(wanted));
        let lacking: Vec<String> =
            self.types.iter().filter(|(name, _)| !has(name)).map(|(name, _)| format!("`{name}`")).collect();
        if !lacking.is_empty() {
            let noun = if lacking.len() == 1 { "column" } else { "columns" };
            let found: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
            let other = [';', '\t', '|', ','].into_iter().find(|sign| columns.len() == 1 && columns[0].contains(*sign));
            let hint = match other {
                Some(sign) => format!(
                    "Its values seem to be parted by `{}`: say so where it is read, with `{{ delim \"{}\" }}` behind the path.",
                    sign.escape_default(),
                    sign.escape_default()
                ),
                None => format!("Its columns are {}. Correct its first line, or the declaration.", found.join(", ")),
            };
            return Some(bad(Some(1), format!("{file} has no {noun} {}", lacking.join(", ")), hint));
        }
        let mut typed: Vec<(String, String)> = Vec::new();
        for (index, column) in columns.into_iter().enumerate() {
            let known = self.types.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column));
            let known = known.map_or("VARCHAR".to_owned(), |(_, ty)| ty.clone());
            let again = typed.iter().any(|(name, _)| name.eq_ignore_ascii_case(&column));
            let name = if again || column.is_empty() { format!("column {}", index + 1) } else { column };
            typed.push((name, known));
        }
        // First whether its lines are whole: what stands in a broken one stands in the wrong column.
        let texts: Vec<(String, String)> = typed.iter().map(|(name, _)| (name.clone(), "VARCHAR".to_owned())).collect();
        [texts, typed].into_iter().find_map(|columns| {
            let read =
                engine.query_plainly(&format!("SELECT count(COLUMNS(*)) FROM {}", self.reader(file, &columns, "")));
            read.err().filter(|error| matches!(error.class, ErrorClass::BadFile { .. }))
        })
    }

    /// The line in which a value stands that its column does not take.
    fn find_value(
        &self,
        engine: &DuckDb,
        file: &str,
        column: &str,
        value: &str,
        complaint: &str,
    ) -> Option<EngineError> {
        let columns = self.columns(engine, file)?;
        let texts: Vec<(String, String)> =
            columns.iter().map(|column| (column.clone(), "VARCHAR".to_owned())).collect();
        let own = columns.iter().find(|name| name.eq_ignore_ascii_case(column))?;
        let before = self.skip + u64::from(self.header);
        let rows = engine.query(&format!(
            "SELECT line FROM (SELECT row_number() OVER () + {before} AS line, {name} AS value FROM {}) \
             WHERE value = {} ORDER BY line LIMIT 1",
            self.reader(file, &texts, ", parallel = false"),
            literal(value),
            name = quoted(own)
        ));
        let line = rows.ok()?.first()?.first()?.integer()?;
        Some(EngineError {
            class: ErrorClass::BadFile { file: file.to_owned(), line: u64::try_from(line).ok() },
            message: format!("{file}, line {line}: {complaint}"),
            position: None,
            hint: Some("Correct the value in the file, or declare the column with a type that takes it.".to_owned()),
        })
    }
}

/// A string or a name of SQL as the text it stands for.
fn plain(written: &str) -> String {
    for quote in ['\'', '"'] {
        if let Some(inside) = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inside.replace(&format!("{quote}{quote}"), &quote.to_string());
        }
    }
    written.to_owned()
}

/// Whether it can be a file's fault that is told without its place.
pub(super) fn may_explain(error: &EngineError) -> bool {
    match &error.class {
        ErrorClass::BadFile { line, .. } => line.is_none(),
        ErrorClass::Data => {
            let casts = ["Could not convert", "when casting", "out of range"];
            casts.iter().any(|cast| error.message.contains(cast)) || bad_integer(&error.message).is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_in_sql() {
        let sql = "select a from (select \"a\" from read_csv('it''s/*.csv', types = {'a': 'bigint', 'b ''c': 'decimal(18, 2)'}, \
                   header = true, skip = 2, \"delim\" = ';')) as s -- read_csv('x')";
        let expected = Call {
            path: "'it''s/*.csv'".to_owned(),
            types: vec![("a".to_owned(), "bigint".to_owned()), ("b 'c".to_owned(), "decimal(18, 2)".to_owned())],
            header: true,
            delimiter: ";".to_owned(),
            skip: 2,
            dialect: vec!["skip = 2".to_owned(), "\"delim\" = ';'".to_owned()],
        };
        assert_eq!(calls(sql), [expected]);
        // As the engine writes down a view.
        let view = "CREATE VIEW a AS SELECT i FROM read_csv('x.csv', (\"types\" = main.struct_pack(i := 'date', \"b c\" := \
                    'enum(''x'')')), (auto_type_candidates = main.list_value('VARCHAR')), (\"header\" = CAST('t' AS BOOLEAN)), \
                    (delim = ','), (\"skip\" = 0));";
        let expected = Call {
            path: "'x.csv'".to_owned(),
            types: vec![("i".to_owned(), "date".to_owned()), ("b c".to_owned(), "enum('x')".to_owned())],
            header: true,
            delimiter: ",".to_owned(),
            skip: 0,
            dialect: vec!["delim = ','".to_owned(), "\"skip\" = 0".to_owned()],
        };
        assert_eq!(calls(view), [expected]);
        assert_eq!(calls("read_csv(").len(), 1);
        assert_eq!(calls("select read_csv from a"), []);
    }

    #[test]
    fn a_bad_integer_is_recognized() {
        assert_eq!(bad_integer("column `v`: `1.7` is not an INTEGER"), Some(("v", "1.7")));
        assert_eq!(bad_integer("column `v`: `` is not a` is not a BIGINT"), Some(("v", "` is not a")));
        assert_eq!(bad_integer("Could not convert"), None);
    }
}
