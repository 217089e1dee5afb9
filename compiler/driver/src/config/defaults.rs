//! `[defaults]`: each value is written as the line of a model that it stands for, and judged as such a line is.

use super::file::{Access, DefaultsSection};
use super::{Config, Found};
use crate::check;
use crate::database::Database;
use esker_declare::ItemKind;
use esker_diagnostics::{self as diagnostics, Diagnostic, nearest};
use esker_grammar::written_string;
use esker_resolve::{item, names};
use esker_source::{Db, Project, SourceFile, parse};
use std::ops::Range;
use toml::Value;

/// What stands for a kind that is wrong, which was told: models are not told that they have none.
pub(super) const UNKNOWN_KIND: &str = "kind full\n";

/// The lines that stand for the defaults, those that are wrong left out.
pub(super) fn lines(defaults: &DefaultsSection, found: &mut Found<'_>) -> String {
    let mut lines = String::new();
    for (line, span) in written(defaults) {
        if fits(&line, &span, found) {
            lines.push_str(&line);
            lines.push('\n');
        } else if line.starts_with("kind ") {
            lines.push_str(UNKNOWN_KIND);
        }
    }
    lines
}

impl Config {
    /// That the group of models that name none is not there. No model is the place to tell that.
    pub(crate) fn group_problem(&self, db: &dyn Db, project: Project) -> Option<Diagnostic> {
        let (group, at) = self.default_group.as_ref()?;
        if item(db, project, ItemKind::Group, group).is_some() {
            return None;
        }
        let title = format!("there is no group `{group}`");
        let found = Diagnostic::new(diagnostics::UNKNOWN_GROUP, title, at.clone(), "no such group");
        Some(match nearest(group, names(db, project).of_kind(ItemKind::Group)) {
            Some(likely) => found.help(format!("Did you mean `{likely}`?")),
            None => found.help(format!("Declare it in a `.esk` file: `group {group} {{ owner \"…\" }}`.")),
        })
    }
}

/// Each default as a line of a model.
fn written(defaults: &DefaultsSection) -> Vec<(String, Range<usize>)> {
    let DefaultsSection { kind, cron, tz, start, owner, group, access, tags } = defaults;
    let mut lines = Vec::new();
    let mut put = |line: Option<(String, Range<usize>)>| lines.extend(line);
    put(kind.get().map(|(kind, span)| (format!("kind {}", kind.0), span)));
    put(cron.get().map(|(cron, span)| match cron.0.starts_with('@') {
        true => (format!("cron {}", cron.0), span),
        false => (format!("cron {}", written_string(&cron.0)), span),
    }));
    put(tz.get().map(|(tz, span)| (format!("tz {}", written_string(&tz.0)), span)));
    put(start.get().map(|(start, span)| match start {
        Value::String(text) => (format!("start {text}"), span),
        date => (format!("start {date}"), span),
    }));
    put(owner.get().map(|(owner, span)| (format!("owner {}", written_string(&owner.0)), span)));
    put(group.get().map(|(group, span)| (format!("group {}", group.0), span)));
    put(access.get().map(|(access, span)| {
        let word = match access {
            Access::Private => "private",
            Access::Protected => "protected",
            Access::Public => "public",
        };
        (format!("access {word}"), span)
    }));
    put(tags.get().map(|(tags, span)| {
        let tags: Vec<String> = tags.iter().map(|tag| written_string(&tag.0)).collect();
        (format!("tags ({})", tags.join(", ")), span)
    }));
    lines
}

/// Whether a model may have this line; if not, what is wrong with it is told at the value in the project file.
fn fits(line: &str, span: &Range<usize>, found: &mut Found<'_>) -> bool {
    if line.contains(['\n', '\r']) {
        found.bad("a default is one line", span.clone(), "has a line break");
        return false;
    }
    let kind = if line.starts_with("kind ") { "" } else { "kind full\n" };
    let db = Database::default();
    let text = format!("model defaults {{\n{kind}{line}\nsql {{ select 1 as n }}\n}}\n");
    let file = SourceFile::new(&db, "defaults.esk".into(), Some(text.into()));
    if parse(&db, file).file.items.len() != 1 {
        found.bad("a default is one line of a model", span.clone(), "does not fit");
        return false;
    }
    let problems = check::file(&db, file);
    let fits = problems.is_empty();
    for problem in problems {
        found.elsewhere(problem, span.clone());
    }
    fits
}
