//! The project's unit tests, ready to be run: their queries as the engine's SQL, with the given tables and all values in
//! place.

use crate::body::has_alias;
use crate::{Session, schedule};
use esker_contract::{CaseRows, UnitCase, test_cases};
use esker_declare::{FileFormat, Item, ItemDecl, ItemKind, ReadDecl, TestDecl, Value, quote_always, text_literal};
use esker_diagnostics::Location;
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind, render};
use esker_infer::expand_functions;
use esker_plan::file::Column;
use esker_plan::test::{TestCase, TestRows, TestTable};
use esker_plan::time::{Interval, Timestamp};
use esker_resolve::{Node, item_location, names, node_decl};
use esker_source::STD_PREFIX;

/// A test of one version of a model, or of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitTest {
    /// The text behind `test`.
    pub title: String,
    /// What is tested: `dim_customers@2`, `not_null(id)`.
    pub subject: String,
    /// Whether the subject is a node, not an audit.
    pub of_node: bool,
    /// Where the test stands.
    pub at: Location,
    /// What is run.
    pub case: TestCase,
}

/// The tests of a project without errors, by file and title.
pub(crate) fn all(session: &Session) -> Vec<UnitTest> {
    let (db, project) = (session.db(), session.project());
    let mut tests = Vec::new();
    let items = names(db, project).others.iter().filter(|((kind, _), _)| *kind == ItemKind::Test);
    for (_, item) in items.filter(|(_, item)| !item.file(db).path(db).starts_with(STD_PREFIX)) {
        let ItemDecl::Test(decl) = item.decl(db) else { continue };
        for case in test_cases(db, project, *item) {
            tests.push(Maker { session, decl }.test(*item, case));
        }
    }
    let place = |test: &UnitTest| (test.at.file.clone(), test.at.span.start);
    tests.sort_by_key(place);
    tests
}

struct Maker<'a> {
    session: &'a Session,
    decl: &'a TestDecl,
}

impl Maker<'_> {
    fn test(&self, item: Item<'_>, case: UnitCase<'_>) -> UnitTest {
        let db = self.session.db();
        let title = item.name(db).clone();
        let tables = case.tables.iter().map(|table| TestTable {
            name: table.name.clone(),
            columns: table.columns.iter().map(|(name, ty)| column(name, ty)).collect(),
            rows: self.rows(&table.rows),
        });
        UnitTest {
            case: TestCase {
                name: format!("{title} ({})", case.label),
                tables: tables.collect(),
                sql: self.sql(&with_tables(&case)),
                during: self.during(case.node),
                expect: self.rows(&case.expect),
                ordered: case.ordered,
                partial: case.partial,
            },
            at: item_location(db, item),
            of_node: case.node.is_some(),
            subject: case.label,
            title,
        }
    }

    fn rows(&self, rows: &CaseRows) -> TestRows {
        match rows {
            CaseRows::Values { columns, rows } => TestRows::Values { columns: columns.clone(), rows: rows.clone() },
            CaseRows::Csv(path) => {
                let read = ReadDecl { format: FileFormat::Csv, path: path.clone(), options: Vec::new() };
                TestRows::Query(crate::reader::read_query(&read, &[]))
            }
            CaseRows::Sql(text) => TestRows::Query(self.sql(text)),
        }
    }

    /// The query as the engine's SQL; `$start` and the like stay.
    fn sql(&self, text: &SqlText) -> String {
        let mut text = expand_functions(self.session.db(), self.session.project(), text);
        if text.tokens.last().is_some_and(|token| token.text == ";") {
            text.tokens.pop();
        }
        let values: Vec<_> = text
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.kind == SqlTokenKind::Param)
            .filter_map(|(index, token)| Some((index..index + 1, self.variable(&token.text[1..])?)))
            .collect();
        render(&text, &values)
    }

    fn variable(&self, name: &str) -> Option<String> {
        match name {
            "now" => self.decl.now.and_then(|now| Value::Timestamp(now).to_sql()),
            "env" => Some(text_literal("test")),
            _ => match self.decl.vars.iter().find(|(own, ..)| own == name) {
                Some((_, value, _)) => value.to_sql(),
                None => self.session.config().settings.vars.get(name).cloned(),
            },
        }
    }

    /// The interval that is computed; one that has no end is one cell of the node.
    fn during(&self, node: Option<Node<'_>>) -> Option<Interval> {
        let (start, end) = self.decl.during?;
        let start = Timestamp::from_naive(start);
        let end = end.map(Timestamp::from_naive).unwrap_or_else(|| {
            let (db, project) = (self.session.db(), self.session.project());
            let unit = node.map(|node| schedule::unit(&node_decl(db, project, node).properties));
            unit.unwrap_or(esker_plan::time::Unit::Day).advance(start, 1)
        });
        Some(Interval::new(start, end))
    }
}

/// The query with its references replaced by the names of the given tables.
fn with_tables(case: &UnitCase<'_>) -> SqlText {
    let mut tokens = Vec::new();
    let mut at = 0;
    for (range, table) in &case.reads {
        let (start, end) = (range.start as usize, range.end as usize);
        tokens.extend_from_slice(&case.sql.tokens[at..start]);
        let name = &case.tables[*table].name;
        let quoted = |text: &str| SqlToken { kind: SqlTokenKind::QuotedIdent, text: quote_always(text) };
        tokens.push(quoted(name));
        if !has_alias(&case.sql, end) {
            // As everywhere, a reference is known by the last part of its name.
            let name = name.split('@').next().unwrap_or(name);
            tokens.push(SqlToken { kind: SqlTokenKind::Word, text: "as".into() });
            tokens.push(quoted(name.rsplit('.').next().unwrap_or(name)));
        }
        at = end;
    }
    tokens.extend_from_slice(&case.sql.tokens[at..]);
    SqlText { tokens }
}

fn column(name: &str, ty: &esker_declare::DataType) -> Column {
    Column { name: name.into(), ty: (!ty.is_unknown()).then(|| ty.to_string()), comment: None }
}
