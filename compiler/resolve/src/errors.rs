//! What can be wrong with names, versions, references and the graph.

use crate::{Node, item_location, item_nodes, locate, names};
use esker_declare::{Item, Part, Place, VersionName};
use esker_diagnostics::{self as diagnostics, Code, Diagnostic, Location, nearest};
use esker_source::{Db, Project};
use std::ops::Range;

/// A problem, addressed by a place of its item or by tokens of its node's SQL.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum ResolveError<'db> {
    /// Two items claim one name.
    DuplicateName {
        /// The second name.
        at: Place,
        /// The item that has it.
        first: Item<'db>,
    },
    /// A `columns` block in a model whose shared body declares none.
    ColumnsWithoutContract {
        /// The block.
        at: Place,
    },
    /// A column that the shared contract does not have.
    UnknownBlockColumn {
        /// The name.
        at: Place,
        /// The name as written.
        column: String,
        /// The columns that exist.
        columns: Vec<String>,
    },
    /// An exclude or rename of a column that the block does not include.
    NotIncluded {
        /// The name.
        at: Place,
        /// The name as written.
        column: String,
    },
    /// Two columns with one name, or one thing said twice in a block.
    ColumnClash {
        /// The second.
        at: Place,
        /// What is the case, as the title.
        what: String,
        /// The first.
        first: Place,
    },
    /// A new column of a version without a type.
    NewColumnWithoutType {
        /// Its name.
        at: Place,
        /// Its name as written.
        column: String,
    },
    /// A `ref` that cannot be read.
    MalformedRef {
        /// The whole reference.
        tokens: Range<u32>,
    },
    /// A `ref` to a name that nothing has.
    UnknownRef {
        /// The name.
        tokens: Range<u32>,
        /// The name as written.
        name: String,
    },
    /// A pin to a version that the model does not have.
    UnknownVersion {
        /// The label.
        tokens: Range<u32>,
        /// The model.
        model: Item<'db>,
        /// The label as written.
        version: VersionName,
    },
    /// A pin on something that has no versions.
    NotVersioned {
        /// The label.
        tokens: Range<u32>,
        /// What is referred to.
        item: Item<'db>,
    },
    /// A reference to an item that was reported as broken: nothing more is said here.
    BrokenTarget,
    /// A relation in a schema that is not the project's.
    ReservedSchema {
        /// The schema.
        schema: String,
    },
    /// Two nodes claim one relation.
    RelationClash {
        /// The relation.
        relation: String,
        /// The node that has it.
        first: Node<'db>,
    },
}

impl<'db> ResolveError<'db> {
    /// The message; `node` is the node that has the problem. Nothing for what was already reported elsewhere.
    pub fn diagnostic(
        &self,
        db: &'db dyn Db,
        project: Project,
        item: Item<'db>,
        node: Option<Node<'db>>,
    ) -> Option<Diagnostic> {
        let place = |at: &Place| locate::place_location(db, item, *at);
        let tokens = |tokens: &Range<u32>| match node {
            Some(node) => locate::sql_location(db, node, tokens.clone()),
            None => item_location(db, item),
        };
        Some(match self {
            Self::DuplicateName { at, first } => {
                let name = item.name(db);
                error(diagnostics::DUPLICATE_NAME, format!("`{name}` is declared twice"), place(at), "declared again")
                    .related(item_location(db, *first), "first declared here")
                    .why("Sources, seeds and models share one namespace, and all versions of a model stand in its one declaration.")
                    .help("Rename one of the two; if this is another version of the same model, write it as a `version` block there.")
            }
            Self::ColumnsWithoutContract { at } => error(
                diagnostics::COLUMNS_WITHOUT_CONTRACT,
                format!("`{}` has no contract that this block could start from", item.name(db)),
                place(at),
                "edits columns that nobody declared",
            )
            .why("A version's `columns` block says how its columns differ from those of the shared contract.")
            .help("Declare the shared columns in `contract enforced { … }` in the model's body."),
            Self::UnknownBlockColumn { at, column, columns } => {
                let found = error(
                    diagnostics::UNKNOWN_BLOCK_COLUMN,
                    format!("the contract of `{}` has no column `{column}`", item.name(db)),
                    place(at),
                    "no such column",
                );
                match nearest(column, columns.iter().map(String::as_str)) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help(format!("Its columns are {}.", list(columns))),
                }
            }
            Self::NotIncluded { at, column } => error(
                diagnostics::UNKNOWN_BLOCK_COLUMN,
                format!("column `{column}` is not among those that this block includes"),
                place(at),
                "not included",
            )
            .help(format!("Include it first, or leave `{column}` out here.")),
            Self::ColumnClash { at, what, first } => {
                error(diagnostics::COLUMN_CLASH, what.clone(), place(at), "the second one")
                    .related(place(first), "the first one")
                    .help("Keep one of the two, or give one another name.")
            }
            Self::NewColumnWithoutType { at, column } => error(
                diagnostics::MISSING_TYPE,
                format!("column `{column}` has no type"),
                place(at),
                "a type must follow",
            )
            .why("It is new in this version, so there is no type to inherit.")
            .help(format!("Write its type behind the name: `{column} varchar`.")),
            Self::MalformedRef { tokens: at } => {
                error(diagnostics::MALFORMED_REF, "this reference cannot be read".into(), tokens(at), "malformed")
                    .help("Write `ref(name)` for the latest version, or `ref(name, v => 2)` to pin one.")
            }
            Self::UnknownRef { tokens: at, name } => {
                let found =
                    error(diagnostics::UNKNOWN_REF, format!("nothing is named `{name}`"), tokens(at), "unknown name");
                let items = &names(db, project).items;
                let last = |name: &'_ str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
                let names = || items.keys().map(String::as_str);
                let same_end = names().find(|candidate| last(candidate) == last(name));
                let near_end = || {
                    let ends: Vec<String> = names().map(last).collect();
                    let near = nearest(&last(name), ends.iter().map(String::as_str))?;
                    names().find(|candidate| last(candidate) == near)
                };
                match same_end.or_else(|| nearest(name, names())).or_else(near_end) {
                    Some(likely) => found
                        .related(item_location(db, items[likely]), format!("`{likely}` is declared here"))
                        .help(format!("Did you mean `ref({likely})`?")),
                    None => found.help("Declare it as a `model`, a `seed` or, if others write it, a `source`."),
                }
            }
            Self::UnknownVersion { tokens: at, model, version } => {
                let labels: Vec<String> = item_nodes(db, *model)
                    .iter()
                    .filter_map(|node| node.version(db).as_ref().map(ToString::to_string))
                    .collect();
                let name = model.name(db);
                error(diagnostics::UNKNOWN_VERSION, format!("`{name}` has no version {version}"), tokens(at), "no such version")
                    .related(item_location(db, *model), format!("has {} {}", if labels.len() == 1 { "version" } else { "versions" }, list(&labels)))
                    .help(match closest(version, &labels) {
                        Some(label) => format!("Pin one that exists, as `ref({name}, v => {label})`, or leave the pin out to follow the latest."),
                        None => "Leave the pin out to follow the latest.".into(),
                    })
            }
            Self::NotVersioned { tokens: at, item } => {
                let name = item.name(db);
                error(diagnostics::NOT_VERSIONED, format!("`{name}` has no versions"), tokens(at), "nothing to pin")
                    .related(item_location(db, *item), "declared here, without `version` blocks")
                    .help(format!("Write `ref({name})`."))
            }
            Self::BrokenTarget => return None,
            Self::ReservedSchema { schema } => error(
                diagnostics::RESERVED_SCHEMA,
                format!("the schema `{schema}` is not the project's"),
                node.map_or_else(|| item_location(db, item), |node| locate::property_location(db, node, Part::Alias)),
                "would stand in it",
            )
            .why("It belongs to Esker or to the engine.")
            .help("Choose another schema behind `in`, or another `alias`."),
            Self::RelationClash { relation, first } => {
                let at = match node {
                    Some(node) => locate::property_location(db, node, Part::Alias),
                    None => item_location(db, item),
                };
                let first_label = first.label(db);
                let own = node.map_or_else(|| item.name(db).clone(), |node| node.label(db));
                error(
                    diagnostics::RELATION_CLASH,
                    format!("`{own}` and `{first_label}` both claim the relation `{relation}`"),
                    at,
                    format!("would be `{relation}`"),
                )
                .related(item_location(db, first.item(db)), format!("`{first_label}` is `{relation}`"))
                .why("A relation is one table or view in the engine: the second would overwrite the first.")
                .help("Give one of them another name with `alias`.")
            }
        })
    }
}

/// A cycle as a problem at the reference that closes it, with the other references on the way.
pub fn cycle_diagnostic<'db>(db: &'db dyn Db, project: Project, path: &[(Node<'db>, usize)]) -> Diagnostic {
    let location = |(node, reference): &(Node<'db>, usize)| {
        let tokens = crate::node_refs(db, project, *node)[*reference].expr.tokens.clone();
        locate::sql_location(db, *node, tokens)
    };
    let label = |index: usize| path[index % path.len()].0.label(db);
    let mut steps: Vec<String> = (0..path.len()).map(label).collect();
    steps.push(label(0));
    let title = if path.len() == 1 {
        format!("`{}` reads itself", label(0))
    } else {
        format!("these models read each other in a circle: {}", steps.join(" → "))
    };
    let mut found =
        error(diagnostics::CYCLE, title, location(&path[0]), format!("`{}` reads `{}`", label(0), label(1)));
    for (index, step) in path.iter().enumerate().skip(1) {
        found = found.related(location(step), format!("`{}` reads `{}`", label(index), label(index + 1)));
    }
    found
        .why("None of them could be computed first.")
        .help("Take one of these references out, or split off what both sides need into a model of its own.")
}

fn error(code: Code, title: String, at: Location, label: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, title, at, label)
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The label nearest to the one that was asked for: by value where both are numbers, else by spelling.
fn closest<'a>(asked: &VersionName, labels: &'a [String]) -> Option<&'a String> {
    let number = |text: &str| text.parse::<i64>().ok();
    match number(&asked.to_string()) {
        Some(asked) => labels.iter().min_by_key(|label| number(label).map_or(u64::MAX, |n| n.abs_diff(asked))),
        None => nearest(&asked.to_string(), labels.iter().map(String::as_str))
            .and_then(|likely| labels.iter().find(|label| *label == likely))
            .or(labels.last()),
    }
}
