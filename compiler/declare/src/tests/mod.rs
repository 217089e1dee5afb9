//! What is told of declarations by themselves, and what is read out of them.
//!
//! A text says what it expects: a line that ends in `//~ piece ~ title` has that problem at that piece of it.

mod items;
mod models;
mod values;

use crate::{Item, ItemDecl, ModelDecl, item_tree};
use esker_diagnostics::Location;
use esker_source::{Db, SourceFile};

#[salsa::db]
#[derive(Default, Clone)]
struct TestDb {
    storage: salsa::Storage<Self>,
}

#[salsa::db]
impl salsa::Database for TestDb {}

#[salsa::db]
impl Db for TestDb {}

fn items<'db>(db: &'db TestDb, text: &str) -> Vec<Item<'db>> {
    let file = SourceFile::new(db, "a.esk".into(), Some(text.into()));
    let errors = &esker_source::parse(db, file).errors;
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    item_tree(db, file).items.clone()
}

/// Compares what is told of a text with what its lines expect.
#[track_caller]
fn check(text: &str) {
    let db = TestDb::default();
    let mut found = Vec::new();
    for item in items(&db, text) {
        for error in item.errors(&db) {
            let locate = |place| Location { file: "a.esk".into(), span: item.places(&db).get(place) };
            let diagnostic = error.diagnostic(&locate);
            let span = diagnostic.primary.at.span;
            let line = text[..span.start as usize].matches('\n').count() + 1;
            found.push(format!("{line} {} ~ {}", &text[span.range()], diagnostic.title));
            assert!(diagnostic.help.is_some(), "no help: {diagnostic:?}");
            assert!(diagnostic.related.iter().all(|label| label.at.span != span), "points at itself: {diagnostic:?}");
        }
    }
    let expected = text.lines().enumerate().flat_map(|(index, line)| {
        let notes = line.split("//~ ").skip(1);
        notes.map(move |note| format!("{} {}", index + 1, note.trim()))
    });
    let mut expected: Vec<_> = expected.collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "\n{text}");
}

/// The help that goes with the only problem of a text.
#[track_caller]
fn help(text: &str) -> String {
    let db = TestDb::default();
    let items = items(&db, text);
    let item = items.last().expect("an item");
    let locate = |place| Location { file: "a.esk".into(), span: item.places(&db).get(place) };
    let [error] = item.errors(&db).as_slice() else { panic!("{:?}", item.errors(&db)) };
    error.diagnostic(&locate).help.unwrap_or_default()
}

/// What the last item of a text declares; nothing is wrong with it.
#[track_caller]
fn decl(text: &str) -> ItemDecl {
    check(text);
    let db = TestDb::default();
    items(&db, text).last().expect("an item").decl(&db).clone()
}

#[track_caller]
fn model(text: &str) -> ModelDecl {
    match decl(text) {
        ItemDecl::Model(model) => model,
        other => panic!("{other:?}"),
    }
}
