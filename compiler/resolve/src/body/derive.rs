//! `derive from`: the SQL of a version as a projection over another one, made out of the column blocks of both.
//!
//! A column that both have is taken as it is, under its name here, cast when its type differs. What the other one has not
//! comes from the expressions of the block. A version that is computed cell by cell reads the rows of its cells only.

use super::BodyError;
use crate::columns::{NodeColumn, node_columns};
use crate::versions::block;
use crate::{Node, ResolveError};
use esker_declare::{
    DeriveDecl, Item, ItemDecl, KindForm, Part, Place, VersionDecl, VersionName, quote_always, text_literal,
};
use esker_grammar::Span;
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind, lex};
use esker_source::{Db, Project};

/// The SQL of a derived version.
#[derive(Clone, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Derived<'db> {
    /// The tokens; none when it could not be made, which was reported.
    pub(crate) text: SqlText,
    /// What each token was made of.
    pub(crate) origins: Vec<Origin>,
    /// What is wrong.
    pub(crate) errors: Vec<ResolveError<'db>>,
}

/// What a token of derived SQL was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A piece of the version's block.
    Part(Part),
    /// The nth expression of `derive from`, and the token in it.
    Expression(u32, u32),
}

/// The SQL of a version that says `derive from`.
#[salsa::tracked]
pub(crate) fn derived<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Derived<'db> {
    let item = node.item(db);
    let ItemDecl::Model(model) = item.decl(db) else { return Derived::default() };
    let version = model.versions.iter().find(|version| Some(&version.name) == node.version(db).as_ref());
    let Some((version, derive)) = version.and_then(|version| Some((version, version.derive.as_ref()?))) else {
        return Derived::default();
    };
    // That there is no such version, or that it is this one, was reported.
    let Some(from) = block(model, &derive.from).filter(|from| from.block != version.block && !from.duplicated) else {
        return Derived::default();
    };
    let at = Place { version: Some(version.block), part: Part::Derive };
    let own = node_columns(db, project, node);
    let other = node_columns(db, project, Node::new(db, item, Some(from.name.clone())));
    let (Some(columns), Some(others)) = (&own.columns, &other.columns) else {
        let errors = match version.columns.is_none() && !model.incomplete {
            true => vec![BodyError::DeriveWithoutContract { at }.into()],
            false => Vec::new(),
        };
        return Derived { errors, ..Derived::default() };
    };
    if own.unsure() || other.unsure() {
        return Derived::default();
    }
    Projection { item, version, derive, from: &from.name, columns, others, out: Derived::default() }.make(db)
}

struct Projection<'a, 'db> {
    item: Item<'db>,
    version: &'a VersionDecl,
    derive: &'a DeriveDecl,
    from: &'a VersionName,
    columns: &'a [NodeColumn<'db>],
    /// The columns of the version that is derived from.
    others: &'a [NodeColumn<'db>],
    out: Derived<'db>,
}

impl<'db> Projection<'_, 'db> {
    fn make(mut self, db: &'db dyn Db) -> Derived<'db> {
        self.no_column();
        let mut missing = Vec::new();
        self.word("select", Part::Derive);
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                self.symbol(",", Part::Derive);
            }
            let name = &column.decl.name;
            let start = self.out.text.tokens.len();
            if !self.value(column) {
                missing.push(name.clone());
            } else if !matches!(&self.out.text.tokens[start..], [token] if token.text == quote_always(name)) {
                self.named(name, self.part(column));
            }
        }
        self.source(db);
        self.cell();
        if !missing.is_empty() {
            let at = Place { version: Some(self.version.block), part: Part::Derive };
            let from = self.from.to_string();
            self.out.errors.push(BodyError::Underived { at, from, columns: missing }.into());
        }
        if !self.out.errors.is_empty() || self.columns.is_empty() {
            self.out.text = SqlText::default();
            self.out.origins.clear();
        }
        self.out
    }

    /// Expressions for what is no column of the version.
    fn no_column(&mut self) {
        for (index, (name, _)) in self.derive.columns.iter().enumerate() {
            if !self.columns.iter().any(|column| column.decl.name.eq_ignore_ascii_case(name)) {
                let columns = self.columns.iter().map(|column| column.decl.name.clone()).collect();
                let at = Place { version: Some(self.version.block), part: Part::DeriveName(index as u32) };
                self.out.errors.push(BodyError::NoDerivedColumn { at, column: name.clone(), columns }.into());
            }
        }
    }

    /// The line of the version's own block that a column comes from, if it comes from one.
    fn part(&self, column: &NodeColumn<'db>) -> Part {
        let renamed = column.renamed.filter(|renamed| renamed.item == self.item).map(|renamed| renamed.place);
        let place = renamed.unwrap_or(column.place);
        let own = column.item == self.item && place.version == Some(self.version.block);
        if own || renamed.is_some() { place.part } else { Part::Derive }
    }

    /// What a column holds: what the block says, else what the other version has. Whether there is either.
    fn value(&mut self, column: &NodeColumn<'db>) -> bool {
        let given = |(name, _): &(String, SqlText)| name.eq_ignore_ascii_case(&column.decl.name);
        if let Some(expression) = self.derive.columns.iter().position(given) {
            self.expression(expression as u32);
        } else if let Some(other) = counterpart(column, self.others) {
            self.column(column, other, self.part(column));
        } else {
            return false;
        }
        true
    }

    /// `where time >= $start and time < $end`, for a version that is computed cell by cell.
    fn cell(&mut self) {
        let Some(KindForm::IncrementalByTime(time)) = self.version.own.kind.as_ref().map(|kind| &kind.form) else {
            return;
        };
        let columns = self.columns;
        // That the version has no such column is told where its kind is checked.
        let Some(column) = columns.iter().find(|column| column.decl.name.eq_ignore_ascii_case(time)) else { return };
        let at = Part::Derive;
        for (word, sign, bound) in [("where", ">=", "$start"), ("and", "<", "$end")] {
            self.word(word, at);
            self.value(column);
            self.symbol(sign, at);
            self.push(SqlToken { kind: SqlTokenKind::Param, text: bound.into() }, Origin::Part(at));
        }
    }

    /// A column of the other version, in its type here.
    fn column(&mut self, column: &NodeColumn<'db>, other: &NodeColumn<'db>, part: Part) {
        let from = &other.decl.name;
        let known = !column.decl.ty.is_unknown() && !other.decl.ty.is_unknown();
        if known && column.decl.ty != other.decl.ty {
            self.word("cast", part);
            self.symbol("(", part);
            self.quoted(from, part);
            self.word("as", part);
            let ty = column.decl.ty.to_string();
            for token in lex(&ty, Span::new(0, ty.len() as u32)).0.tokens {
                self.push(token, Origin::Part(part));
            }
            self.symbol(")", part);
        } else {
            self.quoted(from, part);
        }
    }

    fn expression(&mut self, index: u32) {
        let derive = self.derive;
        let (_, sql) = &derive.columns[index as usize];
        let last = (sql.tokens.len() as u32).saturating_sub(1);
        let paren = |text: &str| SqlToken { kind: SqlTokenKind::Symbol, text: text.into() };
        self.push(paren("("), Origin::Expression(index, 0));
        for (token, at) in sql.tokens.iter().zip(0..) {
            self.push(token.clone(), Origin::Expression(index, at));
        }
        self.push(paren(")"), Origin::Expression(index, last));
    }

    /// `from ref(model, v => 2)`
    fn source(&mut self, db: &'db dyn Db) {
        let at = Part::Derive;
        self.word("from", at);
        self.word("ref", at);
        self.symbol("(", at);
        for (index, part) in self.item.name(db).split('.').enumerate() {
            if index > 0 {
                self.symbol(".", at);
            }
            self.quoted(part, at);
        }
        self.symbol(",", at);
        self.word("v", at);
        self.symbol("=>", at);
        let (kind, text) = match self.from {
            VersionName::Integer(number) => (SqlTokenKind::Number, number.to_string()),
            VersionName::Text(text) => (SqlTokenKind::String, text_literal(text)),
        };
        self.push(SqlToken { kind, text }, Origin::Part(at));
        self.symbol(")", at);
    }

    fn named(&mut self, name: &str, part: Part) {
        self.word("as", part);
        self.quoted(name, part);
    }

    fn word(&mut self, text: &str, part: Part) {
        self.push(SqlToken { kind: SqlTokenKind::Word, text: text.into() }, Origin::Part(part));
    }

    fn symbol(&mut self, text: &str, part: Part) {
        self.push(SqlToken { kind: SqlTokenKind::Symbol, text: text.into() }, Origin::Part(part));
    }

    fn quoted(&mut self, name: &str, part: Part) {
        self.push(SqlToken { kind: SqlTokenKind::QuotedIdent, text: quote_always(name) }, Origin::Part(part));
    }

    fn push(&mut self, token: SqlToken, origin: Origin) {
        self.out.text.tokens.push(token);
        self.out.origins.push(origin);
    }
}

/// The column of the other version that a column is: the one that both have from the shared contract, under whatever
/// names, else the one of the same name, unless the contract says that these are different columns.
fn counterpart<'a, 'db>(column: &NodeColumn<'db>, others: &'a [NodeColumn<'db>]) -> Option<&'a NodeColumn<'db>> {
    let shared = |column: &NodeColumn<'db>| column.origin.place.version.is_none();
    others.iter().find(|other| other.origin == column.origin).or_else(|| {
        let same_name = |other: &&NodeColumn<'db>| other.decl.name.eq_ignore_ascii_case(&column.decl.name);
        others.iter().find(same_name).filter(|other| !(shared(column) && shared(other)))
    })
}
