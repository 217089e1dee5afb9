//! What people are told about a reference that means no node, in SQL and in declarations.

use super::{RefExpr, RefFlaw, RefProblem};
use crate::list::list;
use crate::{AccessProblem, Node, is_external, item_location, item_nodes, locate, names, node_decl};
use esker_declare::{Item, ItemKind, Part, VersionName};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, nearest};
use esker_source::{Db, Project};

/// How references are written where the problem is.
#[derive(Clone, Copy)]
pub(super) enum Spelling {
    /// `ref(m, v => 2)`
    Sql,
    /// `m@2`
    Declaration,
}

impl Spelling {
    fn name(self, name: &str) -> String {
        match self {
            Self::Sql => format!("ref({name})"),
            Self::Declaration => name.to_string(),
        }
    }

    fn pinned(self, name: &str, version: &VersionName) -> String {
        match self {
            Self::Sql => format!("ref({name}, v => {})", version.written().replace('"', "'")),
            Self::Declaration => format!("{name}@{}", version.written()),
        }
    }
}

/// Why a name in a declaration means no node, with the code, title and nearest names that a reference has. Nothing for
/// what was already reported elsewhere.
pub fn problem_diagnostic<'db>(
    db: &'db dyn Db,
    project: Project,
    problem: &RefProblem<'db>,
    name: &str,
    at: Location,
) -> Option<Diagnostic> {
    diagnostic(db, project, problem, name, at.clone(), at, Spelling::Declaration)
}

/// The same wherever a name stands; `name_at` and `pin_at` are the name and its label.
pub(super) fn diagnostic<'db>(
    db: &'db dyn Db,
    project: Project,
    problem: &RefProblem<'db>,
    name: &str,
    name_at: Location,
    pin_at: Location,
    spelling: Spelling,
) -> Option<Diagnostic> {
    Some(match problem {
        RefProblem::Broken => return None,
        RefProblem::UnknownName => unknown_name(db, project, name, name_at, spelling),
        RefProblem::UnknownProject { likely } => {
            let (first, rest) = name.split_once('.').unwrap_or((name, ""));
            let title = format!("`{first}` is neither a project that this one depends on nor the beginning of a name");
            Diagnostic::new(diagnostics::UNKNOWN_PROJECT, title, name_at, "unknown project")
                .why("The models of other projects are read as `project.model`, and the projects are named in `[dependencies]` of `esker.toml`.")
                .help(format!("Did you mean `{}`?", spelling.name(&format!("{likely}.{rest}"))))
        }
        RefProblem::NotPublished { project: of, published } => {
            let model = name.split_once('.').map_or(name, |(_, model)| model);
            let title = format!("the project `{of}` publishes no model `{model}`");
            let found = Diagnostic::new(diagnostics::NOT_PUBLISHED, title, name_at, "not in its interface")
                .why("Other projects see its `public` models only, as its interface says that they are.");
            match nearest(name, published.iter().map(String::as_str)) {
                Some(likely) => found.help(format!("Did you mean `{}`?", spelling.name(likely))),
                None if published.is_empty() => found.help(
                    "It publishes no model at all: make the model `access public` there and write its interface anew with `esker publish --interface`."
                ),
                None => found.help(format!(
                    "Published are {}. If the model is new there, write its interface anew with `esker publish --interface`.",
                    list(published)
                )),
            }
        }
        RefProblem::UnknownVersion(model, version) => {
            let versions: Vec<&VersionName> =
                item_nodes(db, *model).iter().filter_map(|node| node.version(db).as_ref()).collect();
            let labels: Vec<String> = versions.iter().map(ToString::to_string).collect();
            let name = model.name(db);
            let has = if labels.len() == 1 { "version" } else { "versions" };
            let title = format!("`{name}` has no version {version}");
            let mut problem = Diagnostic::new(diagnostics::UNKNOWN_VERSION, title, pin_at, "no such version")
                .related(item_location(db, *model), format!("has {has} {}", list(&labels)))
                .help(match closest(version, &versions) {
                    // Without a version a declaration means the latest or all of them, as the case may be.
                    Some(likely) if matches!(spelling, Spelling::Declaration) => {
                        format!("Name one that exists, as `{}`.", spelling.pinned(name, likely))
                    }
                    Some(likely) => format!(
                        "Pin one that exists, as `{}`, or leave the pin out to follow the latest.",
                        spelling.pinned(name, likely)
                    ),
                    None => "Leave the version out.".into(),
                });
            if is_external(db, project, *model) {
                problem =
                    problem.why("Other projects see its `public` versions only, as its interface says that they are.");
            }
            problem
        }
        RefProblem::NotVersioned(item) => {
            let name = item.name(db);
            Diagnostic::new(diagnostics::NOT_VERSIONED, format!("`{name}` has no versions"), pin_at, "nothing to pin")
                .related(item_location(db, *item), "declared here, without `version` blocks")
                .help(format!("Write `{}`.", spelling.name(name)))
        }
    })
}

fn unknown_name(db: &dyn Db, project: Project, name: &str, at: Location, spelling: Spelling) -> Diagnostic {
    let found = Diagnostic::new(diagnostics::UNKNOWN_REF, format!("nothing is named `{name}`"), at, "unknown name");
    let items = &names(db, project).items;
    let last = |name: &'_ str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
    let names = || items.keys().map(String::as_str);
    let same_end = || names().find(|candidate| last(candidate) == last(name));
    let near_end = || {
        let ends: Vec<String> = names().map(last).collect();
        let near = nearest(&last(name), ends.iter().map(String::as_str))?;
        names().find(|candidate| last(candidate) == near)
    };
    let dependencies = &project.settings(db).dependencies;
    if dependencies.contains_key(name) {
        return found.help(format!(
            "It is a project: say which of its models is meant, as `{}`.",
            spelling.name(&format!("{name}.model"))
        ));
    }
    if let Some((item, version)) = version_in_name(db, project, name) {
        return found
            .related(item_location(db, item), format!("`{}` is declared here", item.name(db)))
            .help(format!("Write `{}`.", spelling.pinned(item.name(db), version)));
    }
    match same_end().or_else(|| nearest(name, names())).or_else(near_end) {
        Some(likely) => found
            .related(item_location(db, items[likely]), format!("`{likely}` is declared here"))
            .help(format!("Did you mean `{}`?", spelling.name(likely))),
        None => match name.split_once('.') {
            Some((first, _)) => found.help(format!(
                "Declare it as a `source` if others write it; if it is a model of another project, name that project in `esker.toml`: `[dependencies] {first} = \"../{first}\"`."
            )),
            None => found.help("Declare it as a `model`, a `seed` or, if others write it, a `source`."),
        },
    }
}

/// The version that `m_v2` or `m.v2` means, as its relation and other tools call it.
fn version_in_name<'db>(db: &'db dyn Db, project: Project, name: &str) -> Option<(Item<'db>, &'db VersionName)> {
    ["_v", ".v"].iter().find_map(|sign| {
        let (base, label) = name.rsplit_once(sign)?;
        let item = names(db, project).items.get(base).copied()?;
        let versions = item_nodes(db, item).iter().filter_map(|node| node.version(db).as_ref());
        let mut named = versions.filter(|version| version.relation_suffix().eq_ignore_ascii_case(label));
        Some((item, named.next()?))
    })
}

/// A `ref` that cannot be read.
pub(crate) fn malformed(expr: &RefExpr, at: Location) -> Diagnostic {
    let new = |title: String, label: &str| Diagnostic::new(diagnostics::MALFORMED_REF, title, at.clone(), label);
    match &expr.flaw {
        Some(RefFlaw::Argument(name)) => new(format!("`ref` has no argument `{name}`"), "unknown argument")
            .help("Its only one is the version: `ref(name, v => 2)`."),
        Some(RefFlaw::SecondLabel) => new("this reference pins two versions".into(), "two versions")
            .help("Keep one; each `ref` reads one version, and a query may have several."),
        Some(RefFlaw::OtherPin { name, label }) => {
            new("this reference pins its version in another way".into(), "malformed")
                .help(format!("Write `{}`.", Spelling::Sql.pinned(name, label)))
        }
        Some(RefFlaw::Label(label)) if label.starts_with('$') => {
            new("a variable cannot pin a version".into(), "no version")
                .why("What a reference means must be known before anything runs.")
                .help("Write the version itself, `v => 2`, or leave the pin out to mean the latest.")
        }
        Some(RefFlaw::Label(label)) if matches!(label.to_lowercase().as_str(), "none" | "null" | "latest") => {
            new(format!("`{label}` is no version"), "no version")
                .help("Leave the pin out to mean the latest version: `ref(name)`.")
        }
        Some(RefFlaw::Label(label)) if !label.is_empty() => {
            new(format!("`{label}` is no version"), "no version").help(match label.split_once('.') {
                Some((whole, rest)) if rest.bytes().all(|b| b == b'0') => {
                    format!("A version is an integer, `v => {whole}`, or a quoted string, `v => '{label}'`.")
                }
                Some(_) if label.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
                    format!("Write `v => '{label}'`: a version that is no integer is a quoted string.")
                }
                _ => "A version is an integer, `v => 2`, or a quoted string, `v => '1.5'`.".into(),
            })
        }
        _ => new("this reference cannot be read".into(), "malformed")
            .help("Write `ref(name)` for the latest version, or `ref(name, v => 2)` to pin one."),
    }
}

/// That a reference means a node which its reader may not read.
pub fn access_diagnostic<'db>(
    db: &'db dyn Db,
    project: Project,
    target: Node<'db>,
    problem: &AccessProblem,
    at: Location,
) -> Diagnostic {
    let label = target.label(db);
    let access = locate::property_location(db, target, Part::Access);
    match problem {
        AccessProblem::NotPublic => {
            Diagnostic::new(diagnostics::NO_ACCESS, format!("`{label}` is not public"), at, "may not be read from here")
                .related(access, "published here")
                .why("Other projects see the `public` models of a project only.")
                .help("Ask its project to make it `access public`, or read another model of it.")
        }
        AccessProblem::Private { group, reader } => {
            let own = match reader {
                Some(reader) => format!("the reader is of the group `{reader}`"),
                None => "the reader is of no group".to_string(),
            };
            let owner = crate::item(db, project, ItemKind::Group, group).and_then(|group| match group.decl(db) {
                esker_declare::ItemDecl::Group(group) => group.owner.clone(),
                _ => None,
            });
            let ask = owner.map_or(String::new(), |owner| format!(" Its owner is {owner}."));
            let title = format!("`{label}` is private to the group `{group}`");
            let found = Diagnostic::new(diagnostics::NO_ACCESS, title, at, "may not be read from here")
                .related(access, format!("private to `{group}`"))
                .why(format!("Only models of its group may read a private model; {own}."));
            // Another version of it may be open to everybody.
            let open = item_nodes(db, target.item(db)).iter().rev().find(|other| {
                **other != target && node_decl(db, project, **other).access != esker_declare::Access::Private
            });
            match open.and_then(|open| open.version(db).as_ref()) {
                Some(open) => {
                    let other = Spelling::Sql.pinned(target.item(db).name(db), open);
                    found.help(format!("Read `{other}`, which is not private, or join the group.{ask}"))
                }
                None => {
                    found.help(format!("Read another model, or put the reader into the group: `group {group}`.{ask}"))
                }
            }
        }
    }
}

/// The version nearest to the one that was asked for: by value where both are numbers, else by spelling.
fn closest<'a>(asked: &VersionName, versions: &[&'a VersionName]) -> Option<&'a VersionName> {
    let number = |version: &VersionName| version.to_string().parse::<i64>().ok();
    if let Some(asked) = number(asked) {
        return versions.iter().copied().min_by_key(|version| number(version).map_or(u64::MAX, |n| n.abs_diff(asked)));
    }
    let labels: Vec<String> = versions.iter().map(ToString::to_string).collect();
    let likely = nearest(&asked.to_string(), labels.iter().map(String::as_str));
    let found = likely.and_then(|likely| labels.iter().position(|label| label == likely));
    found.map(|index| versions[index]).or(versions.last().copied())
}
