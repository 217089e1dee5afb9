//! The items that are no datasets in Markdown: functions, audits, types, column sets, groups, selectors, consumers. They are
//! shown as they are written, with their documentation below.

use esker_driver::declare::{Item, ItemKind, Part, Place};
use esker_driver::source::{Db, parse};

/// As many lines of a declaration are shown as a person takes in at once.
const MOST_LINES: usize = 30;

/// How the item is declared, and its `///` text.
pub(crate) fn describe_item(db: &dyn Db, item: Item<'_>) -> String {
    let places = item.places(db);
    let whole = places.get(Place { version: None, part: Part::Whole });
    let body = Place { version: None, part: Part::Sql };
    let text = item.file(db).text(db).as_deref().unwrap_or_default();
    // What a function or an audit is to be given counts for its users, not how it is made.
    let takes_arguments = matches!(item.kind(db), ItemKind::Fn | ItemKind::Audit);
    let code = match places.has(body) && takes_arguments {
        true => {
            let head = text[whole.start as usize..places.get(body).start as usize].trim_end();
            one_line(head.strip_suffix('{').unwrap_or(head))
        }
        false => {
            let mut lines: Vec<&str> = text[whole.range()].lines().collect();
            if lines.len() > MOST_LINES {
                lines.truncate(MOST_LINES);
                lines.push("…");
            }
            lines.join("\n")
        }
    };
    let shown = format!("```esker\n{code}\n```");
    let tree = parse(db, item.file(db));
    match tree.file.items.iter().find(|ast| ast.span == whole).and_then(|ast| ast.docs.as_ref()) {
        Some(docs) => format!("{shown}\n\n{docs}"),
        None => shown,
    }
}

fn one_line(head: &str) -> String {
    let words: Vec<&str> = head.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")").replace(",)", ")")
}
