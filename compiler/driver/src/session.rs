//! A loaded project and its database: what a command or an editor holds on to.

use crate::config::{self, Config, VarError};
use crate::database::Database;
use crate::databases::Databases;
use crate::load::{self, LoadError};
use crate::planning::{self, PlanFailure};
use crate::selecting::{self, SelectedNodes};
use crate::unit_tests::{self, UnitTest};
use crate::{check, damaged, data_files, interface, schedule, stale, standard};
use chrono::NaiveDateTime;
use esker_contract::lifecycle_notices;
use esker_diagnostics::Diagnostic;
use esker_infer::{NodeSurface, surface};
use esker_plan::PlanOptions;
use esker_plan::state::EnvironmentNode;
use esker_plan::{PlanFile, RecordedState};
use esker_resolve::{Lifecycle, NodeRole, names, node_decl, node_relations, project_nodes};
use esker_source::{Project, SourceFile};
use salsa::Setter;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A project, its database, and what its `esker.toml` says.
///
/// A clone shares the database: it can be read from in another thread, and an edit of the original cuts such reads off
/// (they unwind with [`crate::Cancelled`]) and waits until the clone is dropped.
#[derive(Clone)]
pub struct Session {
    db: Database,
    project: Project,
    /// Every file ever seen by its path; inputs cannot be deleted, so one that comes back is the same input.
    inputs: Arc<BTreeMap<Arc<str>, SourceFile>>,
    root: Option<PathBuf>,
    config: Config,
    config_text: String,
    config_diagnostics: Vec<Diagnostic>,
    /// What is wrong with files as files; forgotten when their text is set.
    file_problems: Vec<Diagnostic>,
    /// The time at which deprecations are judged, UTC.
    now: NaiveDateTime,
}

/// A node in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSummary {
    /// `dim_customers@2`
    pub label: String,
    /// `source`, `seed`, `model`; `external` for a model of another project.
    pub role: &'static str,
    /// A model's kind in the words of the language.
    pub kind: Option<&'static str>,
    /// Its version's stage of life; nothing for what has no versions.
    pub lifecycle: Option<Lifecycle>,
    /// From when on it is not to be read any more, UTC.
    pub deprecated: Option<NaiveDateTime>,
    /// `private`, `protected`, `public`; nothing for sources and seeds.
    pub access: Option<&'static str>,
    /// The group that it belongs to.
    pub group: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its labels.
    pub tags: Vec<String>,
    /// The file that declares it.
    pub file: String,
    /// The relations under which it is found in the default environment: its own, and the canonical one.
    pub relations: Vec<String>,
}

/// The columns that readers of a node see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeColumns {
    /// The node's label.
    pub label: String,
    /// What it shows.
    pub surface: NodeSurface,
}

impl Session {
    /// Loads the project whose root (the folder of `esker.toml`) is given.
    ///
    /// # Errors
    /// When files cannot be read; what is wrong inside them is told by [`Self::check`].
    pub fn open(root: &Path) -> Result<Self, LoadError> {
        let load::Files { texts, problems, incomplete } = load::read_project(root)?;
        let mut session = Self::in_memory(texts);
        if incomplete {
            session.config.settings.incomplete = true;
            session.project.set_settings(&mut session.db).to(Arc::new(session.config.settings.clone()));
        }
        session.root = Some(root.to_path_buf());
        session.file_problems = problems;
        Ok(session)
    }

    /// A project of texts by their paths from its root, for tests and editors. `esker.toml` may be left out.
    pub fn in_memory(files: BTreeMap<String, String>) -> Self {
        let db = Database::default();
        let project = Project::new(&db, Arc::default(), Arc::default());
        let mut session = Self {
            db,
            project,
            inputs: Arc::default(),
            root: None,
            config: Config::default(),
            config_text: String::new(),
            config_diagnostics: Vec::new(),
            file_problems: Vec::new(),
            now: chrono::Utc::now().naive_utc(),
        };
        let library = standard::FILES.iter().map(|(path, text)| (path.to_string(), Some(text.to_string())));
        session.change(library);
        session.change(files.into_iter().map(|(path, text)| (path, Some(text))));
        session
    }

    /// Sets the text of a file, or that it does not exist. The path is from the project's root, with `/`.
    pub fn set_file(&mut self, path: &str, text: Option<String>) {
        self.change([(path.to_string(), text)]);
    }

    /// Applies several edits as one.
    pub fn change(&mut self, edits: impl IntoIterator<Item = (String, Option<String>)>) {
        // A copy of the list is made when a file comes or goes, not for every edit of a text.
        let mut changed: Option<BTreeMap<Arc<str>, SourceFile>> = None;
        // The project file says which of the others are read.
        let (config, files): (Vec<_>, Vec<_>) = edits.into_iter().partition(|(path, _)| path == config::FILE);
        for (_, text) in config {
            self.set_config(text.unwrap_or_default());
        }
        for (path, text) in files {
            let published = || self.config.settings.dependencies.values().any(|interface| *interface == path);
            if interface::is_interface(&path) && !published() {
                continue;
            }
            let path: Arc<str> = path.into();
            self.file_problems.retain(|problem| problem.primary.at.file != path);
            let text: Option<Arc<str>> = text.map(Into::into);
            let input = match self.inputs.get(&path) {
                Some(input) => {
                    if *input.text(&self.db) != text {
                        input.set_text(&mut self.db).to(text.clone());
                    }
                    *input
                }
                None => {
                    let input = SourceFile::new(&self.db, path.clone(), text.clone());
                    Arc::make_mut(&mut self.inputs).insert(path.clone(), input);
                    input
                }
            };
            let listed = changed.as_ref().unwrap_or_else(|| self.project.files(&self.db)).contains_key(&path);
            if listed != text.is_some() {
                let files = changed.get_or_insert_with(|| self.project.files(&self.db).as_ref().clone());
                match text {
                    Some(_) => files.insert(path, input),
                    None => files.remove(&path),
                };
            }
        }
        if let Some(files) = changed {
            self.project.set_files(&mut self.db).to(Arc::new(files));
        }
    }

    fn set_config(&mut self, text: String) {
        let (config, diagnostics) = Config::read(&text);
        if config.settings != **self.project.settings(&self.db) {
            self.project.set_settings(&mut self.db).to(Arc::new(config.settings.clone()));
        }
        (self.config, self.config_diagnostics, self.config_text) = (config, diagnostics, text);
    }

    /// Sets the time at which deprecations are judged, UTC; at first it is that of this machine's clock.
    pub fn set_now(&mut self, now: NaiveDateTime) {
        self.now = now;
    }

    /// The time at which deprecations are judged, UTC.
    pub fn now(&self) -> NaiveDateTime {
        self.now
    }

    /// Gives a variable of the project another value than its project file does, for as long as that is not set anew.
    ///
    /// # Errors
    /// When there is no such variable, or the text is no value of its type.
    pub fn set_var(&mut self, name: &str, text: &str) -> Result<(), VarError> {
        self.config.set_var(name, text)?;
        self.project.set_settings(&mut self.db).to(Arc::new(self.config.settings.clone()));
        Ok(())
    }

    /// The database, to ask queries of.
    pub fn db(&self) -> &Database {
        &self.db
    }

    /// The project as an input of queries.
    pub fn project(&self) -> Project {
        self.project
    }

    /// The project's root on disk; nothing for a project in memory.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }

    /// What `esker.toml` says.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The file of this path from the root, if the project has it.
    pub fn file(&self, path: &str) -> Option<SourceFile> {
        self.project.files(&self.db).get(path).copied()
    }

    /// The text of a file, for rendering diagnostics.
    pub fn text(&self, path: &str) -> Option<&str> {
        match path {
            config::FILE => Some(&self.config_text),
            _ => self.file(path)?.text(&self.db).as_deref(),
        }
    }

    /// Everything that is wrong with the project, sorted by place, nothing twice.
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut diagnostics = self.config_diagnostics.clone();
        diagnostics.extend(self.config.group_problem(&self.db, self.project));
        diagnostics.extend(self.file_problems.iter().cloned());
        // That a file is not text says already that its odd bytes mean nothing.
        let odd = |found: &Diagnostic| {
            let of_file = |problem: &Diagnostic| problem.primary.at.file == found.primary.at.file;
            found.title.contains('\u{fffd}') && self.file_problems.iter().any(of_file)
        };
        diagnostics.extend(check::project(&self.db, self.project).into_iter().filter(|found| !odd(found)));
        diagnostics.extend(lifecycle_notices(&self.db, self.project, self.now));
        if !planning::has_errors(&diagnostics) {
            diagnostics.extend(schedule::time_problems(&self.db, self.project));
        }
        damaged::gather(self, &mut diagnostics);
        self.config.levels(&mut diagnostics);
        Diagnostic::sort(&mut diagnostics);
        diagnostics
    }

    /// Whether a problem belongs to one of these nodes, by their labels. Those of the project file belong to all.
    pub fn concerns(&self, labels: &BTreeSet<String>, problem: &Diagnostic) -> bool {
        selecting::concerns(self, labels, problem)
    }

    /// All nodes, by name and version.
    pub fn nodes(&self) -> Vec<NodeSummary> {
        let db = &self.db;
        let summary = |node: &esker_resolve::Node<'_>| {
            let decl = node_decl(db, self.project, *node);
            NodeSummary {
                label: node.label(db),
                role: match decl.role {
                    NodeRole::Source(_) => "source",
                    NodeRole::Seed(_) => "seed",
                    NodeRole::Model(_) => "model",
                    NodeRole::External => "external",
                },
                kind: match &decl.role {
                    NodeRole::Model(Some(kind)) => Some(kind.form.words()),
                    _ => None,
                },
                lifecycle: node.version(db).as_ref().map(|_| decl.lifecycle),
                deprecated: decl.deprecated.as_ref().map(|deprecation| deprecation.date),
                access: matches!(decl.role, NodeRole::Model(_) | NodeRole::External).then(|| decl.access.word()),
                group: decl.group.clone(),
                owner: decl.properties.owner.clone(),
                tags: decl.properties.tags.clone().unwrap_or_default(),
                file: node.item(db).file(db).path(db).to_string(),
                relations: node_relations(db, self.project, *node).iter().map(ToString::to_string).collect(),
            }
        };
        project_nodes(db, self.project).iter().map(summary).collect()
    }

    /// The node that a person means by `dim_customers`, `dim_customers@2` (also `.v2`, `_v2`): its label. A model
    /// without a version is its latest.
    ///
    /// # Errors
    /// The likely label, when nothing is named so; nothing when nothing is even near.
    pub fn find_node(&self, text: &str) -> Result<String, Option<String>> {
        let db = &self.db;
        let nodes = project_nodes(db, self.project);
        let spelled = |node: &esker_resolve::Node<'_>| match node.version(db) {
            Some(version) => {
                let name = node.item(db).name(db);
                [
                    format!("{name}@{version}"),
                    format!("{name}.v{version}"),
                    format!("{name}_v{}", version.relation_suffix()),
                ]
            }
            None => [node.label(db), String::new(), String::new()],
        };
        if let Some(node) = nodes.iter().find(|node| spelled(node).iter().any(|name| name == text)) {
            return Ok(node.label(db));
        }
        if names(db, self.project).items.contains_key(text) {
            let latest = |node: &&esker_resolve::Node<'_>| {
                node.item(db).name(db) == text && node_decl(db, self.project, **node).lifecycle == Lifecycle::Latest
            };
            if let Some(node) = nodes.iter().find(latest) {
                return Ok(node.label(db));
            }
        }
        let labels: Vec<String> = nodes.iter().map(|node| node.label(db)).collect();
        Err(esker_diagnostics::nearest(text, labels.iter().map(String::as_str)).map(str::to_string))
    }

    /// The columns that readers see, of every node, by name and version.
    pub fn columns(&self) -> Vec<NodeColumns> {
        let columns = |node: &esker_resolve::Node<'_>| NodeColumns {
            label: node.label(&self.db),
            surface: surface(&self.db, self.project, *node).clone(),
        };
        project_nodes(&self.db, self.project).iter().map(columns).collect()
    }

    /// The project's unit tests, ready to be run, in the order of their places; none of one that has errors.
    pub fn unit_tests(&self) -> Vec<UnitTest> {
        unit_tests::all(self)
    }

    /// The nodes that a selection (`+dim_customers@2, tag:core`) means. `baseline`, the nodes of an environment as they
    /// were last applied, is what `state:` compares with.
    ///
    /// # Errors
    /// Everything that is wrong with the selection, at its places in `text`.
    pub fn select(
        &self,
        text: &str,
        baseline: Option<&BTreeMap<String, EnvironmentNode>>,
    ) -> Result<SelectedNodes, Vec<Diagnostic>> {
        selecting::select(self, text, baseline)
    }

    /// The project's public models as other projects may read them: the text of its interface file.
    ///
    /// # Errors
    /// Every problem of the project, when it has errors; or the public columns whose types are not known.
    pub fn interface(&self) -> Result<String, Vec<Diagnostic>> {
        let problems = self.check();
        if planning::has_errors(&problems) {
            return Err(problems);
        }
        interface::text(self)
    }

    /// A warning for each published interface, this project's own or one that it reads, that is not what its project
    /// says now; but for those of which `problems`, what [`Self::check`] found, tell more. It reads the disk, and the
    /// other projects as far as they are there.
    pub fn stale_interfaces(&self, problems: &[Diagnostic]) -> Vec<Diagnostic> {
        let mut stale = stale::interfaces(self, problems);
        self.config.levels(&mut stale);
        stale
    }

    /// The data files of sources and seeds that are not there, and those of [`Self::missing_rows`]. It looks at the disk.
    pub fn missing_files(&self) -> Vec<Diagnostic> {
        let mut missing = data_files::missing_data(self);
        missing.extend(data_files::missing_rows(self));
        self.config.levels(&mut missing);
        missing
    }

    /// The files with rows of tests that are not there. It looks at the disk.
    pub fn missing_rows(&self) -> Vec<Diagnostic> {
        data_files::missing_rows(self)
    }

    /// Whether an interface that was published is what [`Self::interface`] says. Git may have changed the ends of lines.
    pub fn is_same_interface(published: &str, text: &str) -> bool {
        published.lines().eq(text.lines())
    }

    /// The databases of the projects that this one reads. It looks at the disk.
    pub fn databases(&self) -> Databases {
        Databases::of(self.root.as_deref(), &self.config)
    }

    /// The name of the file that the interface is kept in, in the project's root.
    pub fn interface_file(&self) -> String {
        interface::file_name(&self.config.settings.name)
    }

    /// What has to be done to bring an environment up to date, or just the selected nodes in it: a pure function of the
    /// sources, the recorded state, the options and the selection.
    ///
    /// # Errors
    /// Every problem of the project, when it has errors: such a project has no plan. Or what is wrong with the options.
    pub fn plan(
        &self,
        state: &RecordedState,
        options: &PlanOptions,
        selected: Option<&SelectedNodes>,
    ) -> Result<PlanFile, PlanFailure> {
        planning::plan(self, state, options, selected)
    }
}
