//! Rows of a test against the columns that they are rows of.

use super::Check;
use crate::messages::{body_location, no_column};
use crate::values::{misfit, text, type_of, what};
use esker_declare::{DataType, Item, Part, RowsDecl, Value};
use esker_diagnostics::{self as diagnostics, Diagnostic};
use esker_grammar::sql::SqlText;
use esker_infer::{Inferred, NodeSurface, SurfaceColumn, infer_query};
use esker_resolve::sql_refs;
use esker_source::{Db, Project};
use esker_sql::{Lowered, lower};

impl<'db> Check<'db> {
    /// What is wrong with the rows of a line, which are rows of `label`.
    pub(super) fn rows(&mut self, rows: &RowsDecl, line: u32, label: &str, shown: &NodeSurface) {
        match rows {
            RowsDecl::Table { columns, rows } => {
                for (n, column) in columns.iter().enumerate() {
                    let known = shown.columns.iter().find(|known| known.name.eq_ignore_ascii_case(column));
                    if known.is_none() && shown.complete {
                        let known: Vec<String> = shown.columns.iter().map(|column| column.name.clone()).collect();
                        let at = self.at(Part::Heading(line, n as u32));
                        self.found.push(no_column(format!("`{label}` has no column `{column}`"), at, column, &known));
                        continue;
                    }
                    let ty = known.map_or(&DataType::Unknown, |known| &known.ty);
                    self.cells(rows, line, n, column, ty);
                }
            }
            RowsDecl::Sql => {
                self.query(line);
                let own = columns_of(self.db, self.project, self.item, rows, line);
                for column in own.columns.iter().filter(|_| shown.complete) {
                    if !shown.columns.iter().any(|known| known.name.eq_ignore_ascii_case(&column.name)) {
                        let known: Vec<String> = shown.columns.iter().map(|known| known.name.clone()).collect();
                        let (title, at) =
                            (format!("`{label}` has no column `{}`", column.name), self.at(Part::Line(line)));
                        self.found.push(no_column(title, at, &column.name, &known));
                    }
                }
            }
            RowsDecl::Csv(_) => {}
        }
    }

    /// What is wrong with the values of one column.
    fn cells(&mut self, rows: &[Vec<Value>], line: u32, column: usize, name: &str, ty: &DataType) {
        for (n, row) in rows.iter().enumerate() {
            let Some(value) = row.get(column) else { continue };
            let before = rows[..n].iter().filter_map(|row| row.get(column));
            let wrong = match ty {
                DataType::Unknown => {
                    let so_far = type_of(before.clone());
                    let mixed = so_far != DataType::Unknown
                        && *value != Value::Null
                        && type_of(before.chain([value])) == DataType::Unknown;
                    let help = || format!("The values above are of the type `{so_far}`.");
                    match value {
                        Value::Word(_) => misfit(value, &DataType::VARCHAR),
                        _ => mixed.then(help),
                    }
                }
                ty => misfit(value, ty),
            };
            let Some(help) = wrong else { continue };
            let title = match ty {
                DataType::Unknown => format!("`{}` is not what the column `{name}` holds", text(value)),
                ty => format!("`{}` is {}, and `{name}` is `{ty}`", text(value), what(value)),
            };
            let at = self.at(Part::Cell(line, n as u32, column as u32));
            self.found.push(Diagnostic::new(diagnostics::WRONG_VALUE, title, at, "not of this type").help(help));
        }
    }

    /// What is wrong with rows that a query makes: it is read as any other, but it reads nothing of the project.
    fn query(&mut self, line: u32) {
        let (db, item) = (self.db, self.item);
        let Some(sql) = item.bodies(db).get(&Some(line)) else { return };
        let locate = |tokens| body_location(db, item, Some(line), tokens);
        if let Some(found) = sql_refs(sql).first() {
            let at = locate(found.tokens.clone());
            self.found.push(
                Diagnostic::new(
                    diagnostics::UNKNOWN_TABLE,
                    "the rows of a test are read from nowhere",
                    at,
                    "reads a table",
                )
                .why("A test stands for itself: what it gives does not hang on what the project holds.")
                .help("Write the rows themselves: `select * from (values (1, 'a')) as t (id, name)`."),
            );
            return;
        }
        let (lowered, inferred) = read(db, self.project, sql);
        self.found.extend(lowered.errors.iter().map(|error| error.diagnostic(locate)));
        let stray = lowered.stray_tables.iter().map(|stray| esker_sql::stray_table(db, self.project, stray));
        self.found.extend(stray.map(|error| error.diagnostic(locate)));
        self.found.extend(inferred.errors.iter().map(|error| error.diagnostic(&lowered.source_map, locate)));
    }
}

fn read(db: &dyn Db, project: Project, sql: &SqlText) -> (Lowered, Inferred) {
    let lowered = lower(sql);
    let inferred = infer_query(db, project, &lowered.query, &[], &[]);
    (lowered, inferred)
}

/// The columns that rows have by themselves: a heading with the types of the values below it.
pub(super) fn columns_of(db: &dyn Db, project: Project, item: Item<'_>, rows: &RowsDecl, line: u32) -> NodeSurface {
    let column = |name: &String, ty| SurfaceColumn { name: name.clone(), ty, not_null: false };
    match rows {
        RowsDecl::Table { columns, rows } => {
            let ty = |n: usize| type_of(rows.iter().filter_map(|row| row.get(n)));
            let named = columns.iter().enumerate().map(|(n, name)| column(name, ty(n)));
            NodeSurface { columns: named.collect(), complete: !columns.is_empty() }
        }
        RowsDecl::Csv(_) => NodeSurface::default(),
        RowsDecl::Sql => {
            let Some(sql) = item.bodies(db).get(&Some(line)) else { return NodeSurface::default() };
            let inferred = read(db, project, sql).1;
            // Of wrong SQL nothing is said but what is wrong with it.
            if !inferred.errors.is_empty() {
                return NodeSurface::default();
            }
            let columns = inferred.columns.iter().map(|found| column(&found.name, found.ty.clone()));
            NodeSurface { columns: columns.collect(), complete: inferred.complete }
        }
    }
}
