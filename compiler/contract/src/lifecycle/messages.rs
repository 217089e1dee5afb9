//! How lifecycle notices are said.

use super::columns::{Differences, Uses};
use super::is_deprecated;
use super::notice::{OtherVersion, RefNotice, notice};
use super::readings::{Reader, Reading};
use crate::messages::list;
use chrono::{NaiveDateTime, NaiveTime};
use esker_declare::{Deprecation, Part, VersionName};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use esker_resolve::{item_nodes, node_decl, property_location};
use esker_source::{Db, Project};

/// What is to be told of a place that reads a node: that it is going away, else which version it means. At most one of
/// them.
pub(super) fn reading(db: &dyn Db, project: Project, reading: &Reading<'_>, now: NaiveDateTime) -> Option<Diagnostic> {
    let follows = !reading.pinned && item_nodes(db, reading.target.item(db)).len() > 1;
    if !follows && node_decl(db, project, reading.target).deprecated.is_none() {
        return None;
    }
    let mut notice = notice(db, project, reading.target, reading.pinned);
    // Nobody is sent to a version that is not to be read any more.
    let over = |version: &VersionName| {
        let mut siblings = item_nodes(db, reading.target.item(db)).iter();
        let other = siblings.find(|node| node.version(db).as_ref() == Some(version));
        other.is_some_and(|node| is_deprecated(db, project, *node, now))
    };
    notice.prereleases.retain(|other| !over(&other.version));
    let uses = match &reading.by {
        Reader::Sql(node, index) => Uses::of(db, project, *node, *index),
        Reader::Name(_) => None,
    };
    let used = |column: &str| match (&reading.by, &uses) {
        (Reader::Sql(..), Some(uses)) => Some(uses.first(column).is_some()),
        (Reader::Name(columns), _) if !columns.is_empty() => {
            Some(columns.iter().any(|name| name.eq_ignore_ascii_case(column)))
        }
        _ => None,
    };
    let wording = Wording { notice: &notice, sql: matches!(reading.by, Reader::Sql(..)), used: &used };
    if let Some(deprecation) = &notice.deprecation {
        let what = format!("`{}`", reading.target.label(db));
        let mut found = going_away(&what, deprecation, reading.at.clone(), now);
        found = found.related(property_location(db, reading.target, Part::Deprecated), "deprecated here");
        return Some(found.help(wording.successor()));
    }
    let version = notice.version.as_ref()?;
    let title = format!("`{}` means version {version}", wording.reference(None));
    let at = reading.at.clone();
    Some(
        Diagnostic::new(diagnostics::UNPINNED_REF, title, at, "unpinned: follows the latest version")
            .why(wording.meaning(version))
            .help(wording.pinning(version)),
    )
}

/// That something is deprecated, or will be.
pub(super) fn going_away(what: &str, deprecation: &Deprecation, at: Location, now: NaiveDateTime) -> Diagnostic {
    let date = moment(deprecation.date);
    let reason = deprecation.reason.as_deref().map(sentence).unwrap_or_default();
    if deprecation.date <= now {
        let title = format!("{what} is deprecated since {date}");
        let found = Diagnostic::new(diagnostics::DEPRECATED, title, at, "not to be read any more");
        return if reason.is_empty() { found } else { found.why(reason) };
    }
    let title = format!("{what} is deprecated from {date} on");
    let from_then = "From then on, reading it is an error.";
    let why = if reason.is_empty() { from_then.to_string() } else { format!("{reason} {from_then}") };
    Diagnostic::new(diagnostics::DEPRECATED_SOON, title, at, "going away").why(why)
}

/// A day, or a moment within one.
pub(super) fn moment(date: NaiveDateTime) -> String {
    match date.time() == NaiveTime::MIN {
        true => date.date().to_string(),
        false => format!("{} UTC", date.format("%Y-%m-%d %H:%M")),
    }
}

/// A reason as people write it, as a sentence.
fn sentence(reason: &str) -> String {
    let reason = reason.trim();
    let mut letters = reason.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// A notice, said to one reader.
struct Wording<'a> {
    notice: &'a RefNotice,
    /// Whether the reader is SQL: then versions are named as a `ref` does.
    sql: bool,
    /// Whether the reader uses a column, as far as that is known.
    used: &'a dyn Fn(&str) -> Option<bool>,
}

impl Wording<'_> {
    /// `ref(m, v => 2)`, or `m@2`.
    fn reference(&self, version: Option<&VersionName>) -> String {
        let name = &self.notice.name;
        let quoted = |version: &VersionName| match version {
            VersionName::Integer(n) => n.to_string(),
            VersionName::Text(text) => format!("'{text}'"),
        };
        match (self.sql, version) {
            (true, Some(version)) => format!("ref({name}, v => {})", quoted(version)),
            (true, None) => format!("ref({name})"),
            (false, Some(version)) => format!("{name}@{version}"),
            (false, None) => name.clone(),
        }
    }

    /// Why it means this version, and what each prerelease will change.
    fn meaning(&self, version: &VersionName) -> String {
        let versions: Vec<String> = self.notice.versions.iter().map(ToString::to_string).collect();
        let mut text = match self.notice.latest_declared {
            true => format!("It is the latest of the versions {}, as `latest {version}` says.", versions.join(", ")),
            false => format!("It is the greatest of the versions {}.", versions.join(", ")),
        };
        for OtherVersion { version, differences } in &self.notice.prereleases {
            text.push_str(&format!(
                " Version {version} is a prerelease, which this will mean when it becomes the latest: {}.",
                self.changes(differences)
            ));
        }
        text
    }

    /// What is different in another version, for the reader: what it reads before the rest.
    fn changes(&self, differences: &Differences) -> String {
        let known = (self.used)("").is_some();
        let concerns = |column: &str| (self.used)(column).unwrap_or(true);
        let (read, unread): (Vec<&String>, Vec<&String>) = differences.lost.iter().partition(|column| concerns(column));
        let mut parts = Vec::new();
        if !read.is_empty() {
            parts.push(format!("it has no {}{}", list(&read), if known { ", which this reads" } else { "" }));
        }
        for (from, to) in &differences.renamed {
            let reads = match (self.used)(from) {
                Some(true) => ", which this reads,",
                Some(false) => ", which this does not read,",
                None => "",
            };
            parts.push(format!("`{from}`{reads} is called `{to}`"));
        }
        for (column, from, to) in differences.retyped.iter().filter(|(column, ..)| concerns(column)) {
            parts.push(format!("`{column}` is `{to}` instead of `{from}`"));
        }
        let nullable: Vec<&String> = differences.nullable.iter().filter(|column| concerns(column)).collect();
        if !nullable.is_empty() {
            parts.push(format!("{} may be null", list(&nullable)));
        }
        if !unread.is_empty() {
            parts.push(format!("it has no {}, which this does not read", list(&unread)));
        }
        match &differences.gained[..] {
            [] => {}
            [column] => parts.push(format!("`{column}` is new")),
            columns => parts.push(format!("{} are new", list(columns))),
        }
        let same = differences.retyped.is_empty() && differences.nullable.is_empty();
        match (parts.is_empty(), differences.complete) {
            (true, true) if !same => "what this reads of it is the same".into(),
            (true, true) => "its columns are the same".into(),
            (true, false) => "which columns it has is not known".into(),
            (false, _) => parts.join("; "),
        }
    }

    /// How to stay on a version, and how to try the next one.
    fn pinning(&self, version: &VersionName) -> String {
        let pin = format!("Write `{}` to stay on it", self.reference(Some(version)));
        match self.notice.prereleases.first() {
            Some(next) => format!("{pin}, or `{}` to try the next one.", self.reference(Some(&next.version))),
            None => format!("{pin} when a newer one comes."),
        }
    }

    /// Where to go from a version that is going away.
    fn successor(&self) -> String {
        let Some(next) = &self.notice.successor else {
            return match self.notice.prereleases.first() {
                Some(next) => format!(
                    "It has no successor yet; version {} is a prerelease: `{}`.",
                    next.version,
                    self.reference(Some(&next.version))
                ),
                None => "It has no successor.".into(),
            };
        };
        let to = self.reference(Some(&next.version));
        format!("Move to version {}, `{to}`: {}.", next.version, self.changes(&next.differences))
    }
}
