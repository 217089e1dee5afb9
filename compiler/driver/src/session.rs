//! A loaded project and its database: what a command or an editor holds on to.

use crate::config::{self, Config};
use crate::database::Database;
use crate::load::{self, LoadError};
use crate::planning::{self, PlanFailure};
use crate::{check, schedule};
use esker_diagnostics::Diagnostic;
use esker_infer::{NodeSurface, surface};
use esker_plan::PlanOptions;
use esker_plan::{PlanFile, RecordedState};
use esker_resolve::{Lifecycle, NodeRole, names, node_decl, node_relations, project_nodes};
use esker_source::{Project, SourceFile};
use salsa::Setter;
use std::collections::BTreeMap;
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
}

/// A node in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSummary {
    /// `dim_customers@2`
    pub label: String,
    /// `source`, `seed`, `model`.
    pub role: &'static str,
    /// Its stage of life.
    pub lifecycle: Lifecycle,
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
        let load::Files { texts, problems } = load::read_project(root)?;
        let mut session = Self::in_memory(texts);
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
        };
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
        for (path, text) in edits {
            if path == config::FILE {
                self.set_config(text.unwrap_or_default());
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
        diagnostics.extend(self.file_problems.iter().cloned());
        diagnostics.extend(check::project(&self.db, self.project));
        if !planning::has_errors(&diagnostics) {
            diagnostics.extend(schedule::time_problems(&self.db, self.project));
        }
        Diagnostic::sort(&mut diagnostics);
        diagnostics
    }

    /// All nodes, by name and version.
    pub fn nodes(&self) -> Vec<NodeSummary> {
        let db = &self.db;
        let summary = |node: &esker_resolve::Node<'_>| {
            let decl = node_decl(db, *node);
            NodeSummary {
                label: node.label(db),
                role: match decl.role {
                    NodeRole::Source(_) => "source",
                    NodeRole::Seed(_) => "seed",
                    NodeRole::Model(_) => "model",
                },
                lifecycle: decl.lifecycle,
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
                node.item(db).name(db) == text && node_decl(db, **node).lifecycle == Lifecycle::Latest
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

    /// What has to be done to bring an environment up to date: a pure function of the sources, the recorded state and
    /// the options.
    ///
    /// # Errors
    /// Every problem of the project, when it has errors: such a project has no plan. Or what is wrong with the options.
    pub fn plan(&self, state: &RecordedState, options: &PlanOptions) -> Result<PlanFile, PlanFailure> {
        planning::plan(self, state, options)
    }
}
