//! References: found on the tokens of a body, so that broken SQL still says what it reads, and resolved to nodes.

use crate::{Node, ResolveError, item_nodes, names, node_sql, versions};
use esker_declare::{ItemDecl, VersionName};
use esker_grammar::sql::{SqlText, SqlToken, SqlTokenKind};
use esker_source::{Db, Project};
use std::ops::Range;

/// A `ref(…)` as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefExpr {
    /// Its tokens in the body, from `ref` to `)`.
    pub tokens: Range<u32>,
    /// The tokens of the name.
    pub name_tokens: Range<u32>,
    /// The name, dots included; `None` when the reference is malformed.
    pub name: Option<String>,
    /// The version it pins.
    pub pin: RefPin,
}

/// What a reference says about the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefPin {
    /// Nothing: the latest.
    Unpinned,
    /// `v => 2`, with the token of the label.
    Pinned(VersionName, u32),
}

/// A reference and the node it means.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct ResolvedRef<'db> {
    /// As written, without positions in the file.
    pub expr: RefExpr,
    /// The node; nothing when it could not be resolved.
    pub target: Option<Node<'db>>,
    /// Why it could not be resolved.
    pub error: Option<ResolveError<'db>>,
}

/// The references of a body, in the order of their tokens.
pub fn sql_refs(text: &SqlText) -> Vec<RefExpr> {
    let tokens = &text.tokens;
    let mut refs = Vec::new();
    let mut at = 0;
    while at + 1 < tokens.len() {
        let starts = tokens[at].kind == SqlTokenKind::Word
            && tokens[at].text.eq_ignore_ascii_case("ref")
            && symbol(tokens.get(at + 1), "(")
            && !(at > 0 && symbol(tokens.get(at - 1), "."));
        if starts {
            let expr = ref_at(tokens, at);
            at = expr.tokens.end as usize;
            refs.push(expr);
        } else {
            at += 1;
        }
    }
    refs
}

/// Reads the reference whose `ref` is token `start`: `( name [, [v|version =>|=] label] )`.
fn ref_at(tokens: &[SqlToken], start: usize) -> RefExpr {
    let mut at = start + 2;
    let name_start = at;
    let mut parts: Vec<String> = Vec::new();
    while let Some(part) = tokens.get(at).and_then(identifier) {
        parts.push(part);
        at += 1;
        if !symbol(tokens.get(at), ".") {
            break;
        }
        at += 1;
    }
    let name_tokens = name_start as u32..at.max(name_start + 1) as u32;
    let mut pin = RefPin::Unpinned;
    let mut well_formed = !parts.is_empty();
    if symbol(tokens.get(at), ",") {
        at += 1;
        let named =
            tokens.get(at).is_some_and(|token| matches!(token.text.to_ascii_lowercase().as_str(), "v" | "version"));
        if named
            && (symbol(tokens.get(at + 1), "=>") || symbol(tokens.get(at + 1), "=") || symbol(tokens.get(at + 1), ":="))
        {
            at += 2;
        }
        match tokens.get(at).and_then(label) {
            Some(version) => pin = RefPin::Pinned(version, at as u32),
            None => well_formed = false,
        }
        at += 1;
    }
    well_formed &= symbol(tokens.get(at), ")");
    // A malformed reference ends at its closing parenthesis, or where the next clause must begin.
    let end = (at..tokens.len().min(start + 16))
        .find(|at| symbol(tokens.get(*at), ")"))
        .map_or(at.min(tokens.len()), |at| at + 1);
    RefExpr {
        tokens: start as u32..end.max(start + 2) as u32,
        name_tokens,
        name: well_formed.then(|| parts.join(".")),
        pin,
    }
}

fn symbol(token: Option<&SqlToken>, text: &str) -> bool {
    token.is_some_and(|token| token.kind == SqlTokenKind::Symbol && token.text == text)
}

fn identifier(token: &SqlToken) -> Option<String> {
    let inner = |text: &str| text[1..text.len() - 1].to_string();
    match token.kind {
        SqlTokenKind::Word => Some(token.text.clone()),
        SqlTokenKind::QuotedIdent if token.text.len() > 2 => Some(inner(&token.text).replace("\"\"", "\"")),
        SqlTokenKind::String if token.text.len() > 2 && token.text.starts_with('\'') => Some(inner(&token.text)),
        _ => None,
    }
}

fn label(token: &SqlToken) -> Option<VersionName> {
    match token.kind {
        SqlTokenKind::Number => token.text.parse().ok().map(VersionName::Integer),
        SqlTokenKind::String | SqlTokenKind::QuotedIdent => identifier(token).map(VersionName::Text),
        _ => None,
    }
}

/// The references of a node's SQL, resolved; in the same order as [`sql_refs`].
#[salsa::tracked]
pub fn node_refs<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> Vec<ResolvedRef<'db>> {
    let resolved = |expr: RefExpr| {
        let (target, error) = match &expr.name {
            None => (None, Some(ResolveError::MalformedRef { tokens: expr.tokens.clone() })),
            Some(name) => match resolve(db, project, name, &expr.pin) {
                Ok(target) => (Some(target), None),
                Err(problem) => (None, Some(problem.into_error(&expr))),
            },
        };
        ResolvedRef { expr, target, error }
    };
    sql_refs(node_sql(db, node)).into_iter().map(resolved).collect()
}

/// Why a name and a pin mean no node.
pub enum RefProblem<'db> {
    /// No item has the name.
    UnknownName,
    /// The model has versions, but not this one.
    UnknownVersion(esker_declare::Item<'db>, VersionName),
    /// The item has no versions at all.
    NotVersioned(esker_declare::Item<'db>),
    /// The item is too broken to be read; it was reported.
    Broken,
}

/// The node that a name and a pin mean.
pub fn resolve<'db>(db: &'db dyn Db, project: Project, name: &str, pin: &RefPin) -> Result<Node<'db>, RefProblem<'db>> {
    let names = names(db, project);
    let Some(item) = names.items.get(name).copied() else { return Err(RefProblem::UnknownName) };
    if names.duplicates.iter().any(|(_, first)| *first == item) {
        return Err(RefProblem::Broken);
    }
    let nodes = item_nodes(db, item);
    let model = match item.decl(db) {
        ItemDecl::Model(model) if !model.versions.is_empty() => Some(model),
        _ => None,
    };
    let Some(model) = model else {
        return match (nodes.first(), pin) {
            (None, _) => Err(RefProblem::Broken),
            (Some(node), RefPin::Unpinned) => Ok(*node),
            (Some(_), RefPin::Pinned(..)) => Err(RefProblem::NotVersioned(item)),
        };
    };
    // `1` and `"1"` are one label: no model may have both.
    let wanted = match pin {
        RefPin::Unpinned => versions::latest(model),
        RefPin::Pinned(label, _) => Some(label),
    };
    let Some(wanted) = wanted.map(ToString::to_string) else { return Err(RefProblem::Broken) };
    match (model.versions.iter().find(|version| version.name.to_string() == wanted), pin) {
        (Some(version), _) if version.duplicated => Err(RefProblem::Broken),
        (Some(version), _) => Ok(Node::new(db, item, Some(version.name.clone()))),
        (None, RefPin::Pinned(label, _)) => Err(RefProblem::UnknownVersion(item, label.clone())),
        (None, RefPin::Unpinned) => Err(RefProblem::Broken),
    }
}

impl<'db> RefProblem<'db> {
    fn into_error(self, expr: &RefExpr) -> ResolveError<'db> {
        let name = expr.name.clone().unwrap_or_default();
        let pin_token = match &expr.pin {
            RefPin::Pinned(_, token) => *token..token + 1,
            RefPin::Unpinned => expr.name_tokens.clone(),
        };
        match self {
            Self::UnknownName => ResolveError::UnknownRef { tokens: expr.name_tokens.clone(), name },
            Self::UnknownVersion(model, version) => ResolveError::UnknownVersion { tokens: pin_token, model, version },
            Self::NotVersioned(item) => ResolveError::NotVersioned { tokens: pin_token, item },
            Self::Broken => ResolveError::BrokenTarget,
        }
    }
}
