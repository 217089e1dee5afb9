//! Whether published interfaces still say what their projects say: this project's own, and those of the projects that it
//! reads, as far as their sources are at hand.

use crate::config::Config;
use crate::interface::file_name;
use crate::load::{dependency_location, key_location};
use crate::{Session, config, damaged};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location};
use std::path::Path;

/// A warning for each interface that does not say any more what its project says, unless `problems` tell more of it.
pub(crate) fn interfaces(session: &Session, problems: &[Diagnostic]) -> Vec<Diagnostic> {
    let Some(root) = session.root() else { return Vec::new() };
    let config = session.text(config::FILE).unwrap_or_default();
    let settings = &session.config().settings;
    let own = (differs(session, &root.join(file_name(&settings.name))) == Some(true))
        .then(|| stale(&settings.name, key_location(config, "project", "name"), "has changed since"));
    let others = settings.dependencies.iter().filter_map(|(name, path)| {
        let at = dependency_location(config, name);
        other(name, &root.join(path), at.clone()).filter(|_| !damaged::is_told(problems, &at))
    });
    own.into_iter().chain(others).collect()
}

/// What is wrong with the interface of another project, when that project stands where it was published.
fn other(name: &str, published: &Path, at: Location) -> Option<Diagnostic> {
    let folder = published.parent()?;
    match name_in(folder)? {
        Some(own) if own != name && published.is_file() => {
            let title = format!("the project `{name}` is called `{own}` now");
            Some(
                Diagnostic::new(diagnostics::STALE_INTERFACE, title, at, "its former name")
                    .why("This interface is left over from the time before; what it publishes now has another name.")
                    .help(format!(
                        "Write `{own}` here and in what reads it, `ref({own}.…)`, and delete the old interface."
                    )),
            )
        }
        _ => {
            let other = Session::open(folder).ok()?;
            (differs(&other, published) == Some(true)).then(|| stale(name, at, "has changed since"))
        }
    }
}

/// The name that the project in a folder gives itself, if it gives itself one; nothing when there is no project.
pub(crate) fn name_in(folder: &Path) -> Option<Option<String>> {
    let text = std::fs::read_to_string(folder.join(config::FILE)).ok()?;
    let named = key_location(&text, "project", "name").span.end > 0;
    Some(named.then(|| Config::read(&text).0.settings.name))
}

/// Whether the file says something else than the project; nothing when there is no file, or the project has errors.
fn differs(session: &Session, file: &Path) -> Option<bool> {
    let published = std::fs::read_to_string(file).ok()?;
    Some(!Session::is_same_interface(&published, &session.interface().ok()?))
}

fn stale(name: &str, at: Location, label: &str) -> Diagnostic {
    let title = format!("the interface of `{name}` is not what the project says now");
    Diagnostic::new(diagnostics::STALE_INTERFACE, title, at, label)
        .why("Readers are checked against the interface as it was published, not as the project is.")
        .help(format!("Run `esker publish --interface` in the project `{name}`."))
}
