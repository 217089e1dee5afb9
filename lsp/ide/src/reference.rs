//! A reference in Markdown: which node it means and why, what becomes of that, how to pin it; or what is near when it
//! means nothing.

use crate::describe::{code, describe, in_words};
use crate::version::{latest, versions};
use esker_driver::Session;
use esker_driver::contract::{Differences, OtherVersion, RefNotice, ref_notice};
use esker_driver::declare::VersionName;
use esker_driver::diagnostics::nearest;
use esker_driver::resolve::{Lifecycle, Node, RefExpr, RefPin, RefProblem, ResolvedRef, item_nodes, names, resolve};

/// A reference as it stands in SQL.
pub(crate) struct Reference<'a> {
    /// What it says.
    pub(crate) expr: &'a RefExpr,
    /// Its name as it is written, which is what a corrected one would be written with.
    pub(crate) written: &'a str,
}

/// What a reference means, or what is near when it means nothing. Nothing for one that cannot be read.
pub(crate) fn describe_reference(session: &Session, reference: &Reference<'_>) -> Option<String> {
    let (db, project) = (session.db(), session.project());
    let Reference { expr, written } = *reference;
    let name = expr.name.as_deref()?;
    let problem = match resolve(db, project, name, &expr.pin) {
        Ok(node) => {
            let notice = ref_notice(db, project, &ResolvedRef { expr: expr.clone(), target: Some(node), error: None })?;
            let mut parts = vec![meaning(session, node, &notice, written)];
            parts.extend(going_away(session, &notice, written));
            parts.push(describe(db, project, node));
            return Some(parts.join("\n\n"));
        }
        Err(problem) => problem,
    };
    Some(match problem {
        RefProblem::UnknownName => {
            let items = &names(db, project).items;
            match nearest(name, items.keys().map(String::as_str)) {
                Some(likely) => {
                    let node = resolve(db, project, likely, &RefPin::Unpinned).ok();
                    let near = node.map(|node| format!("\n\n{}", describe(db, project, node))).unwrap_or_default();
                    format!("Nothing is named {}. Did you mean `ref({likely})`?{near}", code(name))
                }
                None => format!("Nothing is named {}, and no name is near.", code(name)),
            }
        }
        RefProblem::UnknownVersion(item, label) => {
            format!("{} has no version {label}. {}.", code(item.name(db)), versions(db, project, item))
        }
        RefProblem::NotVersioned(item) => {
            let node = item_nodes(db, item).first()?;
            format!("{} has no versions: write `ref({written})`.\n\n{}", code(name), describe(db, project, *node))
        }
        RefProblem::UnknownProject { likely } => {
            let model = name.split_once('.').map_or(name, |(_, model)| model);
            format!("Nothing is named {}. Did you mean `ref({likely}.{model})`?", code(name))
        }
        RefProblem::NotPublished { project, published } => {
            let published: Vec<String> = published.iter().map(|name| code(name)).collect();
            match published.as_slice() {
                [] => format!("The project {} publishes no models.", code(&project)),
                all => format!("The project {} publishes no such model, but {}.", code(&project), in_words(all)),
            }
        }
        RefProblem::Broken => format!("{} is declared, but its declaration is broken.", code(name)),
    })
}

/// Why a reference means this version and no other, what the prereleases will change, and how to pin it.
fn meaning(session: &Session, node: Node<'_>, notice: &RefNotice, written: &str) -> String {
    let (db, project) = (session.db(), session.project());
    let follow = format!("`ref({written})`");
    let Some(version) = &notice.version else {
        return format!("{follow} means it as it is: it has no versions.");
    };
    let all: Vec<String> = notice.versions.iter().map(ToString::to_string).collect();
    let (only, all) = (all.len() == 1, in_words(&all));
    let mut text = if !notice.pinned {
        let because =
            if notice.latest_declared { format!("`latest {}` says so", label(version)) } else { "the greatest".into() };
        match only {
            true => format!("{follow} pins no version and means version {version}, the only one."),
            false => format!("{follow} pins no version and means version {version}, the latest of {all} ({because})."),
        }
    } else {
        let latest = latest(db, project, node.item(db)).unwrap_or(version);
        let standing = match notice.lifecycle {
            _ if only => format!("the only one; {follow} means it too"),
            Lifecycle::Latest => format!("the latest of {all}; {follow} means it too, until there is a later one"),
            Lifecycle::Old => format!("an old one: the latest is version {latest}, which {follow} means"),
            Lifecycle::Prerelease => format!("a prerelease: the latest is version {latest}, which {follow} means"),
        };
        format!("Pinned to version {version}, {standing}.")
    };
    for OtherVersion { version, differences } in &notice.prereleases {
        let there = pinned(written, version);
        text += &format!(" Version {version} is a prerelease: {there} reads it; {}.", changes(differences));
    }
    if !notice.pinned {
        let pinned = pinned(written, version);
        text += &format!(" To stay on version {version} when another becomes the latest, pin it: {pinned}.");
    }
    text
}

/// That what is read is deprecated or will be, why, and what takes its place.
fn going_away(session: &Session, notice: &RefNotice, written: &str) -> Option<String> {
    let deprecation = notice.deprecation.as_ref()?;
    let date = deprecation.date.date();
    let mut text = match deprecation.date <= session.now() {
        true => format!("**Deprecated since {date}**"),
        false => format!("**Deprecated from {date} on**, when reading it becomes an error"),
    };
    if let Some(reason) = &deprecation.reason {
        text += &format!(": {}", reason.trim().trim_end_matches('.'));
    }
    text.push('.');
    if notice.version.is_some() {
        text += &match &notice.successor {
            Some(OtherVersion { version, differences }) => {
                format!(" Its successor is version {version}, {}: {}.", pinned(written, version), changes(differences))
            }
            None => " It has no successor.".into(),
        };
    }
    Some(text)
}

/// What is different in another version.
fn changes(differences: &Differences) -> String {
    let codes = |columns: &[String]| in_words(&columns.iter().map(|column| code(column)).collect::<Vec<_>>());
    let mut parts = Vec::new();
    if !differences.lost.is_empty() {
        parts.push(format!("it has no {}", codes(&differences.lost)));
    }
    let renamed = differences.renamed.iter();
    parts.extend(renamed.map(|(from, to)| format!("{} is called {}", code(from), code(to))));
    let retyped = differences.retyped.iter();
    parts.extend(retyped.map(|(column, from, to)| format!("{} is `{to}` instead of `{from}`", code(column))));
    if !differences.nullable.is_empty() {
        parts.push(format!("{} may be null", codes(&differences.nullable)));
    }
    match &differences.gained[..] {
        [] => {}
        [column] => parts.push(format!("{} is new", code(column))),
        columns => parts.push(format!("{} are new", codes(columns))),
    }
    match (parts.is_empty(), differences.complete) {
        (true, true) => "its columns are the same".into(),
        (true, false) => "which columns it has is not known".into(),
        (false, _) => parts.join(", "),
    }
}

/// `ref(customers, v => 2)`, as code.
fn pinned(written: &str, version: &VersionName) -> String {
    format!("`ref({written}, v => {})`", label(version))
}

/// A version's label as a reference writes it.
fn label(version: &VersionName) -> String {
    match version {
        VersionName::Integer(number) => number.to_string(),
        VersionName::Text(text) => format!("'{}'", text.replace('\'', "''")),
    }
}
