//! Unit tests: what is tested is there, everything that it reads is given, and the rows fit the columns.
//!
//! [`check_test`] says what is wrong with a `test` item; [`test_cases`] makes of one without errors what is run: one case
//! for each version that it is for.

mod cases;
mod rows;
mod settings;
#[cfg(test)]
mod tests;

pub use cases::{CaseRows, CaseTable, UnitCase, test_cases};

use crate::audits::{Dataset, Site, is_broken, usage};
use crate::keys::columns_known;
use crate::messages::list;
use esker_declare::{
    AuditUse, ExpectDecl, GivenDecl, Item, ItemDecl, NodeName, Part, Place, RowsDecl, TestDecl, TestSubject,
};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, nearest};
use esker_grammar::sql::SqlText;
use esker_infer::{NodeSurface, SurfaceColumn, surface};
use esker_resolve::{
    Node, NodeRole, item_nodes, node_decl, node_refs, node_sql, place_location, problem_diagnostic, resolve_name,
    sql_refs,
};
use esker_source::{Db, Project};

/// What is wrong with a test.
pub fn check_test<'db>(db: &'db dyn Db, project: Project, item: Item<'db>) -> Vec<Diagnostic> {
    let ItemDecl::Test(decl) = item.decl(db) else { return Vec::new() };
    let mut check = Check { db, project, item, decl, found: Vec::new() };
    match &decl.subject {
        Some(TestSubject::Nodes(names)) => check.nodes(names),
        Some(TestSubject::Audit(used)) => check.audit(used),
        None => {}
    }
    check.found
}

struct Check<'db> {
    db: &'db dyn Db,
    project: Project,
    item: Item<'db>,
    decl: &'db TestDecl,
    found: Vec<Diagnostic>,
}

impl<'db> Check<'db> {
    fn at(&self, part: Part) -> Location {
        place_location(self.db, self.item, Place { version: None, part })
    }

    fn nodes(&mut self, names: &[NodeName]) {
        let (db, project) = (self.db, self.project);
        let (mut subjects, mut all) = (Vec::new(), true);
        for (n, name) in names.iter().enumerate() {
            let at = self.at(Part::Subject(n as u32));
            let node = match resolve_name(db, project, name) {
                Ok(nodes) => nodes.first().copied(),
                Err(problem) => {
                    self.found.extend(problem_diagnostic(db, project, &problem, &name.name, at.clone()));
                    None
                }
            };
            let Some(node) = node else {
                all = false;
                continue;
            };
            match node_decl(db, project, node).role {
                NodeRole::Model(_) => add_subjects(db, node, name, &mut subjects),
                _ => {
                    all = false;
                    let title = format!("`{name}` is not made by SQL of this project");
                    self.found.push(
                        Diagnostic::new(diagnostics::UNTESTABLE, title, at, "nothing to test")
                            .help("Test a model, or an audit: `test \"…\" for audit not_null(id) { … }`."),
                    );
                }
            }
        }
        // What it lacks may be in what could not be read.
        if subjects.iter().any(|node| node.item(db).broken(db) || node_decl(db, project, *node).unsure()) {
            return;
        }
        // What is not there was told; whether something is read can only be said when all subjects are known.
        let given = self.given(&subjects, all);
        self.missing(&subjects, &given);
        let bodies: Vec<(String, &SqlText)> =
            subjects.iter().map(|node| (node.label(db), node_sql(db, project, *node))).collect();
        self.settings(&bodies);
        if let Some(expect) = &self.decl.expect {
            for node in &subjects {
                let mut shown = surface(db, project, *node).clone();
                shown.complete &= columns_known(db, project, *node);
                self.expected(expect, &node.label(db), &shown);
            }
        }
    }

    /// The nodes that are given, in the order of their lines.
    fn given(&mut self, subjects: &[Node<'db>], all: bool) -> Vec<Node<'db>> {
        let (db, project) = (self.db, self.project);
        let read = reads(db, project, subjects);
        let mut found: Vec<(Node<'db>, Location)> = Vec::new();
        for given in &self.decl.given {
            let at = self.at(Part::Line(given.line));
            let node = match resolve_name(db, project, &given.node) {
                Ok(nodes) => nodes.first().copied(),
                Err(problem) => {
                    self.found.extend(problem_diagnostic(db, project, &problem, &given.node.name, at.clone()));
                    None
                }
            };
            let Some(node) = node else { continue };
            let first = found.iter().find(|(other, _)| *other == node).map(|(_, at)| at.clone());
            if let Some(first) = &first {
                let title = format!("`{}` is given twice", node.label(db));
                self.found.push(
                    Diagnostic::new(diagnostics::REPEATED_PROPERTY, title, at.clone(), "given again")
                        .related(first.clone(), "first given here")
                        .help("Write all its rows in one of the two."),
                );
            }
            if all && !read.contains(&node) {
                // Once is enough.
                if first.is_none() {
                    self.unread(given, node, &read, at.clone());
                }
            } else {
                let mut shown = surface(db, project, node).clone();
                shown.complete &= columns_known(db, project, node);
                self.given_rows(given, &shown);
            }
            found.push((node, at));
        }
        found.into_iter().map(|(node, _)| node).collect()
    }

    fn given_rows(&mut self, given: &GivenDecl, shown: &NodeSurface) {
        let headless = matches!(&given.rows, RowsDecl::Table { columns, .. } if columns.is_empty());
        if headless && shown.columns.is_empty() && !shown.complete {
            let title = format!("which columns `{}` has is not known", given.node);
            let at = self.at(Part::Line(given.line));
            self.found.push(
                Diagnostic::new(diagnostics::MISSING_GIVEN, title, at, "a table without columns")
                    .help(format!("Name its columns: `given {} {{ (id, name) }}`.", given.node)),
            );
        }
        self.rows(&given.rows, given.line, &given.node.to_string(), shown);
    }

    fn unread(&mut self, given: &GivenDecl, node: Node<'db>, read: &[Node<'db>], at: Location) {
        let db = self.db;
        let title = format!("what is tested does not read `{}`", node.label(db));
        let found = Diagnostic::new(diagnostics::UNREAD_GIVEN, title, at, "never read");
        let labels: Vec<String> = read.iter().map(|node| node.label(db)).collect();
        let version = read.iter().find(|other| other.item(db) == node.item(db)).map(|other| other.label(db));
        let near = nearest(&given.node.to_string(), labels.iter().map(String::as_str)).map(str::to_string);
        self.found.push(match version.or(near) {
            Some(near) => found.help(format!("It reads `{near}`: write `given {near}`.")),
            None if labels.is_empty() => found.help("It reads nothing: remove these rows."),
            None => found.help(format!("It reads {}.", list(&labels))),
        });
    }

    fn missing(&mut self, subjects: &[Node<'db>], given: &[Node<'db>]) {
        let (db, project) = (self.db, self.project);
        let missing: Vec<String> = reads(db, project, subjects)
            .into_iter()
            .filter(|node| !given.contains(node))
            .map(|node| node.label(db))
            .collect();
        self.not_given(&missing);
    }

    fn not_given(&mut self, missing: &[String]) {
        let Some(first) = missing.first() else { return };
        // What a broken test seems to lack may be in it.
        if self.item.broken(self.db) {
            return;
        }
        let title = format!("the test gives no rows for {}", list(missing));
        let found =
            Diagnostic::new(diagnostics::MISSING_GIVEN, title, self.at(Part::Subject(0)), "reads what is not given");
        self.found.push(
            found
                .why("A test runs on an empty database: everything that is read stands in the test.")
                .help(format!("Write `given {first} {{ … }}` with the rows, or `given {first} {{ }}` for none.")),
        );
    }

    fn audit(&mut self, used: &AuditUse) {
        let (db, project) = (self.db, self.project);
        let tables = given_tables(db, project, self.item, self.decl);
        for (given, (_, columns)) in self.decl.given.iter().zip(&tables) {
            self.given_rows(given, columns);
        }
        if is_broken(self.item.errors(db), None, used.line) {
            return;
        }
        let Some((_, this)) = tables.iter().find(|(name, _)| name.name == "this") else { return };
        let this_name = NodeName { name: "this".into(), version: None };
        let on = Dataset { this: this_name, node: None, columns: this, given: &tables };
        let usage = usage(db, project, used, &on);
        let name = Place { version: None, part: Part::Subject(0) };
        let site = Site { item: self.item, name, usage: used, node: None };
        self.found.extend(site.diagnostics(db, project, &usage));
        if usage.broken {
            return;
        }
        let read = names_read(&usage.instance.sql);
        let missing: Vec<String> = read
            .iter()
            .filter(|name| !tables.iter().any(|(given, _)| given == *name))
            .map(ToString::to_string)
            .collect();
        self.not_given(&missing);
        for given in self.decl.given.iter().filter(|given| !read.contains(&given.node)) {
            let title = format!("`{}` does not read `{}`", used.name, given.node);
            let at = self.at(Part::Line(given.line));
            let labels: Vec<String> = read.iter().map(ToString::to_string).collect();
            self.found.push(
                Diagnostic::new(diagnostics::UNREAD_GIVEN, title, at, "never read")
                    .help(format!("It reads {}.", list(&labels))),
            );
        }
        self.settings(&[(used.name.clone(), &usage.instance.sql)]);
        if let (Some(expect), Some(columns)) = (&self.decl.expect, &usage.columns) {
            let column = |column: &esker_infer::OutputColumn| SurfaceColumn {
                name: column.name.clone(),
                ty: column.ty.clone(),
                not_null: false,
            };
            let shown = NodeSurface { columns: columns.iter().map(column).collect(), complete: true };
            self.expected(expect, &used.name, &shown);
        }
    }

    fn expected(&mut self, expect: &ExpectDecl, label: &str, shown: &NodeSurface) {
        self.rows(&expect.rows, expect.line, label, shown);
        let own = rows::columns_of(self.db, self.project, self.item, &expect.rows, expect.line);
        if expect.partial || !own.complete || !shown.complete {
            return;
        }
        let same = |a: &str, b: &SurfaceColumn| b.name.eq_ignore_ascii_case(a);
        // A heading that was not found may be the very column that seems to be left out.
        if !own.columns.iter().all(|column| shown.columns.iter().any(|known| same(&column.name, known))) {
            return;
        }
        let named = |name: &str| own.columns.iter().any(|column| same(name, column));
        let left_out: Vec<&str> =
            shown.columns.iter().map(|column| column.name.as_str()).filter(|name| !named(name)).collect();
        if !left_out.is_empty() {
            let title = format!("the rows of `{label}` have {} too", list(&left_out));
            let at = self.at(Part::Line(expect.line));
            self.found.push(
                Diagnostic::new(diagnostics::INCOMPLETE_EXPECT, title, at, "does not name all columns")
                    .help("Name all columns, or write `expect partial { … }` to compare just these."),
            );
        }
    }
}

/// Adds the versions that a name of a test's subject means, each once: one, or all of a model that is named without.
fn add_subjects<'db>(db: &'db dyn Db, node: Node<'db>, name: &NodeName, subjects: &mut Vec<Node<'db>>) {
    let nodes = match &name.version {
        Some(_) => vec![node],
        None => item_nodes(db, node.item(db)).clone(),
    };
    for node in nodes {
        if !subjects.contains(&node) {
            subjects.push(node);
        }
    }
}

/// What the subjects read, each once, in order.
fn reads<'db>(db: &'db dyn Db, project: Project, subjects: &[Node<'db>]) -> Vec<Node<'db>> {
    let mut found = Vec::new();
    for target in subjects.iter().flat_map(|node| node_refs(db, project, *node)).filter_map(|found| found.target) {
        if !found.contains(&target) {
            found.push(target);
        }
    }
    found
}

/// The names of what an audit's query reads, each once.
fn names_read(sql: &SqlText) -> Vec<NodeName> {
    let mut found: Vec<NodeName> = Vec::new();
    for expr in sql_refs(sql) {
        found.extend(cases::ref_name(&expr));
    }
    let mut seen = Vec::new();
    found.retain(|name| (!seen.contains(name)).then(|| seen.push(name.clone())).is_some());
    found
}

/// The tables that the test of an audit gives, with their columns. There need not be any node of such a name.
fn given_tables(db: &dyn Db, project: Project, item: Item<'_>, decl: &TestDecl) -> Vec<(NodeName, NodeSurface)> {
    let table = |given: &GivenDecl| (given.node.clone(), rows::columns_of(db, project, item, &given.rows, given.line));
    decl.given.iter().map(table).collect()
}
