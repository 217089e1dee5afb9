//! What can be wrong with names, versions, references and the graph.

use crate::body::BodyError;
use crate::columns::ColumnsError;
use crate::{Node, item_location, locate, types};
use esker_declare::{Item, ItemKind, Part, Place};
use esker_diagnostics::{self as diagnostics, Diagnostic, Location, nearest};
use esker_source::{Db, Project};

/// A problem, addressed by a place of its item.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub enum ResolveError<'db> {
    /// Two items claim one name.
    DuplicateName {
        /// The second name.
        at: Place,
        /// The item that has it.
        first: Item<'db>,
    },
    /// A type that neither the engine nor the project has.
    UnknownType {
        /// The type that holds the name.
        at: Place,
        /// The name.
        name: String,
    },
    /// A named type that holds itself.
    TypeLoop {
        /// What it stands for.
        at: Place,
        /// The types on the way, this one first.
        path: Vec<String>,
    },
    /// A named type whose name the engine has.
    TypeNameTaken {
        /// Its name.
        at: Place,
        /// The engine's type.
        engine: String,
    },
    /// A wrong column block.
    Columns(ColumnsError<'db>),
    /// Missing or wrong SQL.
    Body(BodyError),
    /// A model that nobody says how to materialise.
    MissingKind {
        /// The model or the version.
        at: Place,
    },
    /// A property that an ephemeral model cannot have.
    EphemeralProperty {
        /// The property.
        at: Place,
        /// What it is: `an alias`.
        property: &'static str,
    },
    /// A group that nobody declares.
    UnknownGroup {
        /// The name.
        at: Place,
        /// The name as written.
        group: String,
        /// The groups that exist.
        groups: Vec<String>,
    },
    /// A private model without a group.
    PrivateWithoutGroup {
        /// The word `private`.
        at: Place,
    },
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
    /// Whether the columns or the SQL of the node may be other than was meant.
    pub(crate) fn leaves_unsure(&self) -> bool {
        match self {
            Self::Columns(problem) => !matches!(problem, ColumnsError::Case { .. }),
            Self::Body(_) => true,
            _ => false,
        }
    }

    /// The message; `node` is the node that has the problem, if it is one node's.
    pub fn diagnostic(
        &self,
        db: &'db dyn Db,
        project: Project,
        item: Item<'db>,
        node: Option<Node<'db>>,
    ) -> Diagnostic {
        let place = |at: &Place| locate::place_location(db, item, *at);
        match self {
            Self::DuplicateName { at, first } => duplicate(db, item, *first, place(at)),
            Self::UnknownType { at, name } => types::unknown_type(db, project, item, name, place(at)),
            Self::TypeLoop { at, path } => {
                let title = match &path[..] {
                    [own] => format!("the type `{own}` holds itself"),
                    _ => format!("these types hold each other in a circle: {} → {}", path.join(" → "), path[0]),
                };
                Diagnostic::new(diagnostics::TYPE_LOOP, title, place(at), "comes back to itself")
                    .why("A value of it would hold a value of it, without end.")
                    .help("Take one of these uses out, or write `json` where the depth is not known.")
            }
            Self::TypeNameTaken { at, engine } => Diagnostic::new(
                diagnostics::TYPE_NAME_TAKEN,
                format!("the engine has a type `{}` already", item.name(db)),
                place(at),
                format!("is `{engine}`"),
            )
            .why("Columns that name it are of the engine's type, so this one could never be meant.")
            .help("Give it a name of its own."),
            Self::Columns(problem) => problem.diagnostic(db, item),
            Self::Body(problem) => problem.diagnostic(db, item),
            Self::MissingKind { at } => {
                Diagnostic::new(diagnostics::MISSING_PROPERTY, "the model's kind is missing", place(at), "needs it")
                    .help("Add a line `kind full`, or `kind = \"full\"` to `[defaults]` in `esker.toml` for all models.")
            }
            Self::EphemeralProperty { at, property } => Diagnostic::new(
                diagnostics::EPHEMERAL_PROPERTY,
                format!("an ephemeral model cannot have {property}"),
                place(at),
                "has nothing to belong to",
            )
            .why("Its SQL is put into what reads it: it is no table and no view, has no name in the engine and no rows of its own.")
            .help("Remove it, or make the model a `view`."),
            Self::UnknownGroup { at, group, groups } => {
                let title = format!("there is no group `{group}`");
                let found = Diagnostic::new(diagnostics::UNKNOWN_GROUP, title, place(at), "no such group");
                match nearest(group, groups.iter().map(String::as_str)) {
                    Some(likely) => found.help(format!("Did you mean `{likely}`?")),
                    None => found.help(format!("Declare it: `group {group} {{ owner \"…\" }}`.")),
                }
            }
            Self::PrivateWithoutGroup { at } => Diagnostic::new(
                diagnostics::PRIVATE_WITHOUT_GROUP,
                match node.filter(|_| at.version.is_some()) {
                    Some(node) => format!("`{}` is private, but belongs to no group", node.label(db)),
                    None => format!("`{}` is private, but belongs to no group", item.name(db)),
                },
                place(at),
                "private to nobody",
            )
            .why("A private model may be read by the models of its group: without one, nothing could read it.")
            .help("Say its group, as `group growth`, or make it `protected`."),
            Self::ReservedSchema { schema } => Diagnostic::new(
                diagnostics::RESERVED_SCHEMA,
                format!("the schema `{schema}` is not the project's"),
                alias(db, item, node),
                "would stand in it",
            )
            .why("It belongs to Esker or to the engine.")
            .help("Choose another schema behind `in`, or another `alias`."),
            Self::RelationClash { relation, first } => {
                let first_label = first.label(db);
                let own = node.map_or_else(|| item.name(db).clone(), |node| node.label(db));
                Diagnostic::new(
                    diagnostics::RELATION_CLASH,
                    format!("`{own}` and `{first_label}` both claim the relation `{relation}`"),
                    alias(db, item, node),
                    format!("would be `{relation}`"),
                )
                .related(alias(db, first.item(db), Some(*first)), format!("`{first_label}` is `{relation}`"))
                .why("A relation is one table or view in the engine: the second would overwrite the first. The latest version of a model has the model's plain name, besides its own.")
                .help("Give one of them another name with `alias`.")
            }
        }
    }
}

/// What gives a node its relation: its alias, else its version's label or its name.
fn alias<'db>(db: &'db dyn Db, item: Item<'db>, node: Option<Node<'db>>) -> Location {
    let Some(node) = node else { return item_location(db, item) };
    let version = locate::own_block(db, node);
    let places = [version, None].map(|version| Place { version, part: Part::Alias });
    let stated = places.into_iter().find(|place| item.places(db).has(*place));
    locate::place_location(db, item, stated.unwrap_or(Place { version, part: Part::Name }))
}

fn duplicate<'db>(db: &'db dyn Db, item: Item<'db>, first: Item<'db>, at: Location) -> Diagnostic {
    let (name, kind) = (item.name(db), item.kind(db));
    let code = diagnostics::DUPLICATE_NAME;
    let found = match kind {
        ItemKind::Test => Diagnostic::new(code, format!("two tests are called \"{name}\""), at, "declared again"),
        _ if kind.is_dataset() => Diagnostic::new(code, format!("`{name}` is declared twice"), at, "declared again"),
        _ => Diagnostic::new(code, format!("the {} `{name}` is declared twice", word(kind)), at, "declared again"),
    };
    let found = found.related(item_location(db, first), "first declared here");
    match kind.is_dataset() {
        true => found
            .why("Sources, seeds and models share one namespace, and all versions of a model stand in its one declaration.")
            .help("Rename one of the two; if this is another version of the same model, write it as a `version` block there."),
        false => found.help("Rename one of the two, or remove it."),
    }
}

fn word(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Columns => "column set",
        ItemKind::Fn => "function",
        other => other.keyword(),
    }
}
