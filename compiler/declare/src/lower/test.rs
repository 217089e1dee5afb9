//! Unit tests: what is tested, the rows that are given, the rows that must come out.

use super::Lower;
use crate::{
    DeclErrorKind, ExpectDecl, GivenDecl, NodeName, Part, RowsDecl, TestDecl, TestSubject, Value, is_built_in_variable,
};
use esker_grammar::ast::{LiteralAst, Name, NodeRefAst, RowsAst, TestLine, TestSubjectAst};
use std::collections::BTreeMap;

impl Lower<'_> {
    pub(super) fn test(&mut self, subject: Option<&TestSubjectAst>, body: &[TestLine]) -> TestDecl {
        let mut decl = TestDecl {
            subject: subject.and_then(|subject| self.subject(subject)),
            given: Vec::new(),
            expect: None,
            during: None,
            now: None,
            vars: Vec::new(),
        };
        let audit = matches!(subject, Some(TestSubjectAst::Audit(_)));
        let mut seen: BTreeMap<String, Part> = BTreeMap::new();
        for (index, line) in body.iter().enumerate() {
            let number = index as u32;
            let part = Part::Line(number);
            let key = match line {
                TestLine::Table { node: Some(node), .. } => format!("given {}", self.written(node.span)),
                TestLine::Table { .. } => "expect".into(),
                TestLine::During { .. } => "during".into(),
                TestLine::Set(name, _) if self.is_now(name) => "now".into(),
                TestLine::Set(name, _) => format!("${}", name.text),
                TestLine::Broken(_) => continue,
            };
            self.put(part, lead(line));
            if let Some(first) = seen.get(&key) {
                self.repeated(part, key.as_str(), *first);
                continue;
            }
            seen.insert(key, part);
            match line {
                TestLine::Table { node: Some(node), rows, .. } => self.given(&mut decl, number, node, rows, audit),
                TestLine::Table { modifiers, rows, .. } => {
                    let mut expect =
                        ExpectDecl { rows: self.rows(number, rows), ordered: false, partial: false, line: number };
                    for modifier in modifiers {
                        self.modifier(&mut expect, modifier);
                    }
                    decl.expect = Some(expect);
                }
                TestLine::During { start, end } => self.during(&mut decl, number, start, end.as_ref()),
                TestLine::Set(name, value) => self.set(&mut decl, number, name, value),
                TestLine::Broken(_) => {}
            }
        }
        if decl.expect.is_none() {
            let example = "expect { (id) (1) }";
            self.missing(Part::Name, DeclErrorKind::Missing { what: "`expect`", example });
        }
        if audit && decl.given.iter().all(|given| !is_this(&given.node)) {
            let example = "given this { (id) (1) }";
            self.missing(Part::Name, DeclErrorKind::Missing { what: "`given this`", example });
        }
        decl
    }

    fn subject(&mut self, ast: &TestSubjectAst) -> Option<TestSubject> {
        match ast {
            TestSubjectAst::Audit(audit) => {
                self.put(Part::Subject(0), audit.name.span);
                Some(TestSubject::Audit(self.audit_use(0, audit)))
            }
            TestSubjectAst::Nodes(asts) => {
                let mut nodes: Vec<NodeName> = Vec::new();
                for ast in asts {
                    let part = Part::Subject(nodes.len() as u32);
                    let node = self.node_name(part, ast)?;
                    if let Some(first) = nodes.iter().position(|known| *known == node) {
                        let first = Some(self.place(Part::Subject(first as u32)));
                        let name = node.to_string();
                        self.error(part, DeclErrorKind::RepeatedName { what: "model", name, first });
                    }
                    nodes.push(node);
                }
                Some(TestSubject::Nodes(nodes))
            }
        }
    }

    fn given(&mut self, decl: &mut TestDecl, line: u32, node: &NodeRefAst, rows: &RowsAst, audit: bool) {
        let part = Part::Line(line);
        let rows = self.rows(line, rows);
        let Some(node) = self.node_name(part, node) else { return };
        if is_this(&node) && !audit && decl.subject.is_some() {
            self.error(part, DeclErrorKind::GivenThis);
            return;
        }
        decl.given.push(GivenDecl { node, rows, line });
    }

    fn modifier(&mut self, expect: &mut ExpectDecl, word: &Name) {
        let part = Part::Modifier(expect.line);
        match word.text.as_str() {
            "ordered" => expect.ordered = true,
            "partial" => expect.partial = true,
            _ => {
                self.put(part, word.span);
                let allowed = &["ordered", "partial"];
                self.error(part, DeclErrorKind::UnknownWord { word: word.text.clone(), allowed });
            }
        }
    }

    fn during(&mut self, decl: &mut TestDecl, line: u32, start: &LiteralAst, end: Option<&LiteralAst>) {
        let start = self.moment(Part::Start, start);
        let behind = end.map(|end| self.end_moment(Part::End, end));
        match (start, behind) {
            (Some(start), None) => decl.during = Some((start, None)),
            (Some(start), Some(Some(end))) if start < end => decl.during = Some((start, Some(end))),
            (Some(_), Some(Some(_))) => {
                let other = self.place(Part::Line(line));
                self.error(Part::End, DeclErrorKind::EmptyRange { what: "the interval", at_start: false, other });
            }
            _ => {}
        }
    }

    /// `now …`, or a value of one of the project's variables.
    fn set(&mut self, decl: &mut TestDecl, line: u32, name: &Name, literal: &LiteralAst) {
        let part = Part::Line(line);
        self.put(Part::Value(line), literal.span);
        if self.is_now(name) {
            decl.now = self.moment(Part::Now, literal);
        } else if is_built_in_variable(&name.text) && name.text != "env" {
            self.error(part, DeclErrorKind::SetByTest(format!("${}", name.text)));
        } else if let Some(value) = self.constant(Part::Value(line), literal) {
            decl.vars.push((name.text.clone(), value, line));
        }
    }

    /// Whether it is the word `now`, and not a variable of that name.
    fn is_now(&self, name: &Name) -> bool {
        self.written(name.span) == "now"
    }

    fn rows(&mut self, line: u32, ast: &RowsAst) -> RowsDecl {
        let (columns, asts) = match ast {
            RowsAst::Literal { columns, rows } => (columns, rows),
            RowsAst::File(path) => {
                self.put(Part::Value(line), path.span);
                return RowsDecl::Csv(path.text.clone());
            }
            RowsAst::Sql(sql) => {
                if !self.for_engine(Part::Line(line), sql) {
                    self.body(Some(line), sql);
                }
                return RowsDecl::Sql;
            }
        };
        for (index, column) in columns.iter().enumerate() {
            self.put(Part::Heading(line, index as u32), column.span);
        }
        for (index, column) in columns.iter().enumerate() {
            let same = |other: &Name| other.text.to_lowercase() == column.text.to_lowercase();
            if let Some(first) = columns[..index].iter().position(same) {
                let first = self.place(Part::Heading(line, first as u32));
                let column = column.text.clone();
                self.error(Part::Heading(line, index as u32), DeclErrorKind::DuplicateColumn { column, first });
            }
        }
        let mut rows = Vec::new();
        if columns.is_empty() && !asts.is_empty() {
            let what = "the heading of the rows";
            self.missing(Part::Line(line), DeclErrorKind::Missing { what, example: "(id, status)" });
        }
        for (index, row) in asts.iter().enumerate().filter(|_| !columns.is_empty()) {
            if let (Some(first), Some(last)) = (row.first(), row.last()) {
                self.put(Part::Row(line, index as u32), first.span.to(last.span));
            }
            if row.len() != columns.len() {
                let kind = DeclErrorKind::RowWidth { found: row.len(), columns: columns.len() };
                self.error(Part::Row(line, index as u32), kind);
                continue;
            }
            // Places are of the rows that are kept.
            let number = rows.len() as u32;
            let mut values = Vec::new();
            for (column, literal) in row.iter().enumerate() {
                let part = Part::Cell(line, number, column as u32);
                self.put(part, literal.span);
                // A bad value was told; null, which fits every column, stands for it.
                values.push(self.constant(part, literal).unwrap_or(Value::Null));
            }
            rows.push(values);
        }
        RowsDecl::Table { columns: columns.iter().map(|column| column.text.clone()).collect(), rows }
    }
}

fn is_this(node: &NodeName) -> bool {
    node.name == "this" && node.version.is_none()
}

/// Where a line is pointed at: the node that is given, else the word that leads it.
fn lead(line: &TestLine) -> esker_grammar::Span {
    match line {
        TestLine::Table { node: Some(node), .. } => node.span,
        TestLine::Table { keyword, .. } => keyword.span,
        TestLine::During { start, .. } => start.span,
        TestLine::Set(name, _) => name.span,
        TestLine::Broken(span) => *span,
    }
}
