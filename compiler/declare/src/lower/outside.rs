//! Who reads and who works: consumers and groups.

use super::Lower;
use super::body::BodyKind;
use crate::{ConsumerDecl, DeclErrorKind, GroupDecl, NodeName, Part};
use esker_grammar::ast::{KindAst, Line, LineKind, Name};

const CONSUMER: BodyKind =
    BodyKind { inside: "a consumer", keys: &["kind", "owner", "reads", "tags", "url"], instead: None };

const GROUP: BodyKind = BodyKind { inside: "a group", keys: &["members", "owner"], instead: None };

/// What consumers there are.
const CONSUMER_KINDS: &[&str] = &["dashboard", "notebook", "application", "ml", "report", "other"];

impl Lower<'_> {
    pub(super) fn consumer(&mut self, docs: Option<String>, body: &[Line]) -> ConsumerDecl {
        let mut decl = ConsumerDecl { docs, ..ConsumerDecl::default() };
        self.lines(body, |lower, part, line| match &line.kind {
            LineKind::Kind(kind) => decl.kind = lower.consumer_kind(part, kind),
            LineKind::Owner(owner) => decl.owner = Some(owner.text.clone()),
            LineKind::Url(url) => decl.url = Some(url.text.clone()),
            LineKind::Tags(tags) => decl.tags = lower.names(tags, "tag", Part::Tag),
            LineKind::Reads { node, columns } => {
                let number = decl.reads.len() as u32;
                // Also when its version is none, which was reported: the number of a line is its place in the list.
                let name = NodeName { name: node.name.text(), version: None };
                let name = lower.node_name(Part::Reads(number), node).unwrap_or(name);
                let columns = lower.names(columns, "column", |index| Part::ReadsColumn(number, index));
                if let Some(first) = decl.reads.iter().position(|(known, _)| *known == name) {
                    lower.repeated(Part::Reads(number), format!("reads {name}"), Part::Reads(first as u32));
                }
                decl.reads.push((name, columns));
            }
            _ => lower.misplaced(part, line, &CONSUMER),
        });
        decl
    }

    fn consumer_kind(&mut self, part: Part, ast: &KindAst) -> Option<String> {
        self.put(Part::Kind, ast.span);
        if !ast.columns.is_empty() || !ast.options.is_empty() {
            let expected = "one word";
            self.error(part, DeclErrorKind::BadOption { option: "kind".into(), expected });
            return None;
        }
        if !CONSUMER_KINDS.contains(&ast.words.as_str()) {
            let word = ast.words.clone();
            self.error(Part::Kind, DeclErrorKind::UnknownWord { word, allowed: CONSUMER_KINDS });
            return None;
        }
        Some(ast.words.clone())
    }

    pub(super) fn group(&mut self, docs: Option<String>, body: &[Line]) -> GroupDecl {
        let mut decl = GroupDecl { docs, ..GroupDecl::default() };
        self.lines(body, |lower, part, line| match &line.kind {
            LineKind::Owner(owner) => decl.owner = Some(owner.text.clone()),
            LineKind::Strings { values } => {
                let names: Vec<Name> =
                    values.iter().map(|value| Name { text: value.text.clone(), span: value.span }).collect();
                decl.members = lower.names(&names, "member", Part::Member);
            }
            _ => lower.misplaced(part, line, &GROUP),
        });
        decl
    }
}
