//! Where the rows of other projects are: the databases that a plan reads besides its own.

use crate::config::{self, Config, DependencyConfig};
use esker_plan::{OtherDatabase, naming};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The databases of the projects that a project reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Databases {
    /// By project, the catalog under which SQL names its database; those whose tables are in this project's own have none.
    catalogs: BTreeMap<String, String>,
    /// By catalog, what is attached.
    pub(crate) attach: BTreeMap<String, OtherDatabase>,
}

impl Databases {
    /// Those of a project; with its root, other projects are asked for theirs.
    pub(crate) fn of(root: Option<&Path>, config: &Config) -> Self {
        let root = root.unwrap_or(Path::new(""));
        let mut found = Self::default();
        // A file can be attached once only, and the project's own is open already.
        let mut names = BTreeMap::from([(identity(root, &config.engine.path), None)]);
        let others = others(root, "", config);
        for other in &others {
            let Some(path) = &other.database else { continue };
            let catalog = naming::catalog(&other.name);
            if let Some(catalog) = names.entry(identity(root, path)).or_insert(Some(catalog)) {
                found.catalogs.insert(other.name.clone(), catalog.clone());
            }
        }
        for other in others {
            let (Some(path), Some(catalog)) = (&other.database, found.catalogs.get(&other.name)) else { continue };
            let mut further = further(root, &other);
            further.retain(|catalog, path| {
                names.entry(identity(root, path)).or_insert_with(|| Some(catalog.clone())).as_ref() == Some(catalog)
            });
            let database = OtherDatabase { path: path.clone(), further };
            found.attach.entry(catalog.clone()).or_insert(database);
        }
        found
    }

    /// The catalog under which SQL names a project's database.
    pub(crate) fn catalog(&self, project: &str) -> Option<&str> {
        self.catalogs.get(project).map(String::as_str)
    }

    /// All of them by catalog, with what their views read in turn: their paths from the project's root.
    pub fn all(&self) -> BTreeMap<String, String> {
        let further = self.attach.values().flat_map(|other| other.further.clone());
        further.chain(self.attach.iter().map(|(catalog, other)| (catalog.clone(), other.path.clone()))).collect()
    }
}

/// A project that another one reads.
struct Other {
    name: String,
    /// Where its interface is, from the root.
    folder: String,
    /// What its project file says, if that is there.
    config: Option<Config>,
    /// Its database, from the root: as it is named where it is read, or as its own project file names it.
    database: Option<String>,
}

/// The projects that the one in a folder (from the root) reads.
fn others(root: &Path, folder: &str, config: &Config) -> Vec<Other> {
    let other = |(name, dependency): (&String, &DependencyConfig)| {
        let interface = config.settings.dependencies.get(name)?;
        let there = joined(folder, interface.rsplit_once('/').map_or("", |(there, _)| there));
        let text = std::fs::read_to_string(root.join(&there).join(config::FILE)).ok();
        let other = text.map(|text| Config::read(&text).0).filter(|other| other.settings.name == *name);
        let database = match &dependency.database {
            Some(path) => Some(joined(folder, path)),
            None => other.as_ref().and_then(|other| other.engine.plain_path()).map(|path| joined(&there, path)),
        };
        Some(Other { name: name.clone(), folder: there, config: other, database })
    };
    config.dependencies.iter().filter_map(other).collect()
}

/// The databases that another project reads, and those that these read: its views need them. What is not there is not
/// missed before something reads it.
fn further(root: &Path, first: &Other) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::from([identity(root, &first.folder)]);
    let mut open: Vec<(String, Config)> =
        first.config.clone().map(|config| (first.folder.clone(), config)).into_iter().collect();
    while let Some((folder, config)) = open.pop() {
        for other in others(root, &folder, &config) {
            if !seen.insert(identity(root, &other.folder)) {
                continue;
            }
            if let Some(path) = other.database.filter(|path| root.join(path).is_file()) {
                found.insert(naming::catalog(&other.name), path);
            }
            open.extend(other.config.map(|config| (other.folder, config)));
        }
    }
    found
}

/// A path from the root that is given from a folder.
fn joined(folder: &str, path: &str) -> String {
    match folder.is_empty() || Path::new(path).is_absolute() {
        true => path.to_string(),
        false => format!("{folder}/{path}"),
    }
}

/// What tells a file or a folder from others, however its path is written.
fn identity(root: &Path, path: &str) -> PathBuf {
    let path = root.join(path);
    std::fs::canonicalize(&path).unwrap_or_else(|_| {
        let mut plain = PathBuf::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if plain.file_name().is_some() => {
                    plain.pop();
                }
                part => plain.push(part),
            }
        }
        plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes projects into a folder, and answers what the one in `reports` reads.
    fn databases(projects: &[(&str, &str)]) -> Databases {
        let folder = std::env::temp_dir().join(format!("esker-databases-{}-{}", std::process::id(), projects.len()));
        for (path, text) in projects {
            std::fs::create_dir_all(folder.join(path)).unwrap();
            std::fs::write(folder.join(path).join("esker.toml"), text).unwrap();
        }
        let root = folder.join("reports");
        let config = Config::read(&std::fs::read_to_string(root.join("esker.toml")).unwrap()).0;
        let found = Databases::of(Some(&root), &config);
        std::fs::remove_dir_all(folder).unwrap();
        found
    }

    #[test]
    fn a_project_at_hand_says_where_its_database_is() {
        let found = databases(&[
            (
                "reports",
                "project.name = 'reports'\n[dependencies]\nshop = '../shop'\ncrm = '../crm'\nerp = 'erp.interface.esk'",
            ),
            ("shop", "project.name = 'shop'\nengine.x.path = 'data/shop.duckdb'"),
            ("crm", "project.name = 'other'"),
        ]);
        assert_eq!(found.all(), BTreeMap::from([("project_shop".into(), "../shop/data/shop.duckdb".into())]));
        assert_eq!(found.catalog("shop"), Some("project_shop"));
        assert_eq!(found.catalog("erp"), None);
    }

    #[test]
    fn a_file_is_attached_once_and_the_own_one_never() {
        let dependencies = "a = { path = '../a', database = '../x/./y.duckdb' }\nb = { path = '../b', database = '../x/y.duckdb' }\n\
                            c = { path = '../c', database = 'z/../esker.duckdb' }";
        let found = databases(&[("reports", &format!("project.name = 'reports'\n[dependencies]\n{dependencies}"))]);
        assert_eq!(found.all(), BTreeMap::from([("project_a".into(), "../x/./y.duckdb".into())]));
        assert_eq!((found.catalog("b"), found.catalog("c")), (Some("project_a"), None));
    }
}
