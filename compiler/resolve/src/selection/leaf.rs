//! Leaves of a selection: names, patterns and methods.

use super::pattern::{fits, is_pattern};
use super::{NodeState, SelectionErrorKind, Selector, Set};
use crate::{Lifecycle, Node, NodeBody, NodeDecl, NodeRole, item, names, node_decl, resolve_name};
use esker_declare::{Access, ItemDecl, ItemKind, KINDS, SelectionLeaf};
use esker_diagnostics::nearest;
use std::collections::BTreeSet;

/// The methods, with what people who come from elsewhere call them.
pub(super) const METHODS: &[(&str, &[&str])] = &[
    ("version", &[]),
    ("tag", &[]),
    ("kind", &["materialized", "resource_type"]),
    ("path", &["file"]),
    ("owner", &[]),
    ("group", &[]),
    ("source", &[]),
    ("access", &[]),
    ("state", &[]),
    ("selector", &[]),
    ("consumer", &["exposure"]),
];

/// What `kind:` knows beside the kinds of models.
const OTHER_KINDS: [&str; 2] = ["source", "seed"];

impl<'db> Selector<'db, '_> {
    /// What a leaf matches, without its surroundings.
    pub(super) fn leaf(&mut self, leaf: &SelectionLeaf) -> Set {
        let value = leaf.value.as_str();
        let Some(method) = &leaf.method else { return self.named(leaf) };
        match method.as_str() {
            "version" => self.version(leaf),
            "tag" => self.labelled(leaf, "tag", |decl| decl.properties.tags.clone().unwrap_or_default()),
            "owner" => self.labelled(leaf, "owner", |decl| decl.properties.owner.clone().into_iter().collect()),
            "group" => self.group(leaf),
            "path" => self.path(leaf),
            "source" => self.source(leaf),
            "kind" => {
                let wanted = value.replace(['_', '-'], " ");
                let is =
                    |words: &str| words == wanted || words.strip_prefix(&wanted).is_some_and(|r| r.starts_with(' '));
                let kinds: Vec<&str> = KINDS.iter().copied().chain(OTHER_KINDS).collect();
                if !kinds.iter().any(|words| is(words)) {
                    let first = kinds.iter().filter_map(|words| words.split(' ').next());
                    return self.bad_value(leaf, "kind", kinds.iter().copied().chain(first), &kinds);
                }
                self.own(|_, decl| is(kind_words(decl)))
            }
            "access" => {
                let words = [Access::Private, Access::Protected, Access::Public].map(Access::word);
                if !words.contains(&value) {
                    return self.bad_value(leaf, "access", words.into_iter(), &words);
                }
                self.own(|_, decl| is_model(decl) && decl.access.word() == value)
            }
            "state" => self.state(leaf),
            "selector" => self.selector(leaf),
            "consumer" => self.consumer(leaf),
            _ => self.unknown_method(leaf, method),
        }
    }

    /// The nodes of this project for which it holds.
    fn own(&self, holds: impl Fn(Node<'db>, &NodeDecl<'db>) -> bool) -> Set {
        let all = self.nodes.iter().enumerate().filter(|(n, _)| !self.external[*n]);
        all.filter(|(_, node)| holds(**node, node_decl(self.db, self.project, **node))).map(|(n, _)| n).collect()
    }

    /// A node by its name with or without its version, or all whose name fits a pattern.
    fn named(&mut self, leaf: &SelectionLeaf) -> Set {
        let (db, value) = (self.db, leaf.value.as_str());
        if is_pattern(value) {
            let matches = |(n, node): (usize, &Node<'db>)| {
                let name = node.item(db).name(db);
                let foreign =
                    self.external[n] && !name.split_inclusive('.').next().is_some_and(|p| value.starts_with(p));
                let fit = spellings(*node, db).iter().any(|spelling| fits(value, spelling));
                (fit && !foreign).then_some(n)
            };
            let set: Set = self.nodes.iter().enumerate().filter_map(matches).collect();
            if set.is_empty() {
                let what = format!("no name fits `{value}`");
                self.warn(leaf, SelectionErrorKind::NothingMatches { what, likely: None });
            }
            return set;
        }
        let exact = self.where_name(|node| node.item(db).name(db) == value);
        if !exact.is_empty() || names(db, self.project).items.contains_key(value) {
            return exact;
        }
        let spelled = self.where_name(|node| spellings(node, db).iter().any(|spelling| spelling == value));
        if spelled.is_empty() {
            let kind = self.no_such_node(value);
            self.error(leaf, kind);
        }
        spelled
    }

    fn where_name(&self, holds: impl Fn(Node<'db>) -> bool) -> Set {
        self.nodes.iter().enumerate().filter(|(_, node)| holds(**node)).map(|(n, _)| n).collect()
    }

    /// Why there is no node of this name.
    fn no_such_node(&self, value: &str) -> SelectionErrorKind {
        let (db, items) = (self.db, &names(self.db, self.project).items);
        let versioned = ["@", ".v", "_v"].iter().filter_map(|sign| value.rsplit_once(sign).map(|(a, b)| (*sign, a, b)));
        for (sign, name, version) in versioned {
            if items.contains_key(name) && (sign == "@" || version.starts_with(|c: char| c.is_ascii_digit())) {
                let of_item = self.nodes.iter().filter(|node| node.item(db).name(db) == name);
                let versions = of_item.filter_map(|node| node.version(db).as_ref().map(ToString::to_string)).collect();
                return SelectionErrorKind::UnknownVersion { name: name.into(), version: version.into(), versions };
            }
        }
        if let Some((method, _)) = value.split_once(':') {
            let method = method.to_string();
            return SelectionErrorKind::UnknownMethod { likely: near_method(&method), method };
        }
        // The words between terms, as other languages write them.
        let word = match value.to_ascii_lowercase().as_str() {
            "not" => Some("* except"),
            "minus" => Some("except"),
            "and" | "&" | "&&" => Some("and"),
            "or" | "|" | "||" => Some("or"),
            "except" => Some("except"),
            _ => None,
        };
        if let Some(word) = word {
            return SelectionErrorKind::UnknownName { what: None, name: value.into(), likely: Some(word.into()) };
        }
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
        let (bare, sign, label) = match value.split_once('@') {
            Some((bare, label)) => (bare, "@", label),
            None => (value, "", ""),
        };
        let keys = || items.keys().map(String::as_str);
        let same_end = keys().find(|name| last(name) == last(bare));
        let likely = same_end.or_else(|| nearest(bare, keys())).map(|near| format!("{near}{sign}{label}"));
        SelectionErrorKind::UnknownName { what: None, name: value.into(), likely }
    }

    fn version(&mut self, leaf: &SelectionLeaf) -> Set {
        const WORDS: &[&str] = &["latest", "old", "prerelease", "none"];
        let (db, value) = (self.db, leaf.value.as_str());
        let stage = |wanted: Lifecycle| {
            move |node: Node<'db>, decl: &NodeDecl<'db>| node.version(db).is_some() && decl.lifecycle == wanted
        };
        match value {
            "latest" => self.own(stage(Lifecycle::Latest)),
            "old" => self.own(stage(Lifecycle::Old)),
            "prerelease" => self.own(stage(Lifecycle::Prerelease)),
            "none" => self.own(|node, decl| node.version(db).is_none() && is_model(decl)),
            label => {
                let set = self.own(|node, _| node.version(db).as_ref().is_some_and(|own| own.to_string() == label));
                if set.is_empty() {
                    let labels =
                        self.nodes.iter().filter_map(|node| node.version(db).as_ref()).collect::<BTreeSet<_>>();
                    let mut labels: Vec<String> = labels.into_iter().map(ToString::to_string).collect();
                    // `2` and `"2"` are one label.
                    labels.dedup();
                    let known: Vec<&str> = WORDS.iter().copied().chain(labels.iter().map(String::as_str)).collect();
                    self.bad_value(leaf, "version", WORDS.iter().copied(), &known);
                }
                set
            }
        }
    }

    /// Nodes with a tag or an owner. Both are free words: that nobody has one is no error.
    fn labelled(
        &mut self,
        leaf: &SelectionLeaf,
        what: &'static str,
        values: impl Fn(&NodeDecl<'db>) -> Vec<String>,
    ) -> Set {
        let value = leaf.value.as_str();
        let set = self.own(|_, decl| values(decl).iter().any(|own| fits(value, own)));
        if set.is_empty() {
            let all = self.nodes.iter().flat_map(|node| values(node_decl(self.db, self.project, *node)));
            let all: Vec<String> = all.collect();
            let likely =
                nearest(value, all.iter().map(String::as_str)).map(|near| match near.contains([' ', '+', ',']) {
                    true => format!("{what}:\"{near}\""),
                    false => format!("{what}:{near}"),
                });
            let what = format!("nothing has the {what} `{value}`");
            self.warn(leaf, SelectionErrorKind::NothingMatches { what, likely });
        }
        set
    }

    fn group(&mut self, leaf: &SelectionLeaf) -> Set {
        let value = leaf.value.as_str();
        let set = self.own(|_, decl| decl.group.as_deref().is_some_and(|group| fits(value, group)));
        if set.is_empty() && !self.is_declared(ItemKind::Group, value) {
            self.unknown_item(leaf, ItemKind::Group);
        } else if set.is_empty() {
            let what = format!("no model is in the group `{value}`");
            self.warn(leaf, SelectionErrorKind::NothingMatches { what, likely: None });
        }
        set
    }

    /// A file, or all files below a folder, or those whose path fits a pattern.
    fn path(&mut self, leaf: &SelectionLeaf) -> Set {
        let db = self.db;
        let value = leaf.value.strip_prefix("./").unwrap_or(&leaf.value).trim_end_matches('/');
        let within = |path: &str| {
            let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            path == value || below(value) || is_pattern(value) && fits(value, path)
        };
        let set = self.own(|node, decl| {
            let sql = match &decl.body {
                Some(NodeBody::File(file)) => Some(file.path(db)),
                _ => None,
            };
            within(node.item(db).file(db).path(db)) || sql.is_some_and(|path| within(path))
        });
        if set.is_empty() {
            let own = self.own(|_, _| true);
            let files: Vec<_> = own.iter().map(|n| self.nodes[*n].item(db).file(db).path(db).clone()).collect();
            let folders = files.iter().filter_map(|path| path.rsplit_once('/').map(|(folder, _)| folder));
            let likely = nearest(value, files.iter().map(AsRef::as_ref).chain(folders));
            let likely = likely.map(|near| format!("path:{near}"));
            let what = format!("nothing is declared in `{value}`");
            self.warn(leaf, SelectionErrorKind::NothingMatches { what, likely });
        }
        set
    }

    /// A source by its name, all of one schema, or those whose name fits a pattern.
    fn source(&mut self, leaf: &SelectionLeaf) -> Set {
        let (db, value) = (self.db, leaf.value.as_str());
        let is_source = |decl: &NodeDecl<'db>| matches!(decl.role, NodeRole::Source(_));
        let set = self.own(|node, decl| {
            let name = node.item(db).name(db);
            let in_schema = name.strip_prefix(value).is_some_and(|rest| rest.starts_with('.'));
            is_source(decl) && (in_schema || fits(value, name))
        });
        if set.is_empty() && is_pattern(value) {
            let what = format!("no source fits `{value}`");
            self.warn(leaf, SelectionErrorKind::NothingMatches { what, likely: None });
        } else if set.is_empty() {
            let sources = self.own(|_, decl| is_source(decl));
            let known: Vec<&str> = sources.iter().map(|n| self.nodes[*n].item(db).name(db).as_str()).collect();
            let same_end = known.iter().find(|name| name.rsplit('.').next() == value.rsplit('.').next()).copied();
            let likely = same_end.or_else(|| nearest(value, known)).map(|near| format!("source:{near}"));
            self.error(leaf, SelectionErrorKind::UnknownName { what: Some("source"), name: value.into(), likely });
        }
        set
    }

    /// New nodes count as modified, as everywhere.
    fn state(&mut self, leaf: &SelectionLeaf) -> Set {
        use NodeState::{Breaking, Modified, New, Same};
        const WORDS: &[&str] = &["modified", "new", "breaking"];
        let wanted: &[NodeState] = match leaf.value.as_str() {
            "modified" => &[New, Modified, Breaking],
            "new" => &[New],
            "breaking" => &[Breaking],
            _ => return self.bad_value(leaf, "state", WORDS.iter().copied(), WORDS),
        };
        let Some(states) = self.context.state else {
            self.error(leaf, SelectionErrorKind::NoBaseline);
            return Set::new();
        };
        self.own(|node, _| wanted.contains(states.get(&node.label(self.db)).unwrap_or(&Same)))
    }

    /// What a selector selects.
    fn selector(&mut self, leaf: &SelectionLeaf) -> Set {
        let Some(found) = item(self.db, self.project, ItemKind::Selector, &leaf.value) else {
            return self.unknown_item(leaf, ItemKind::Selector);
        };
        if let Some(start) = self.path.iter().position(|outer| *outer == found) {
            let path = self.path[start..].iter().map(|item| item.name(self.db).clone()).collect();
            self.error(leaf, SelectionErrorKind::SelectorCycle { path });
            return Set::new();
        }
        let broken = SelectionErrorKind::BrokenSelector { name: leaf.value.clone() };
        let ItemDecl::Selector(Some(selection)) = found.decl(self.db) else {
            self.error(leaf, broken);
            return Set::new();
        };
        let outer = (std::mem::take(&mut self.errors), std::mem::take(&mut self.warnings));
        self.path.push(found);
        let set = self.evaluate(selection);
        self.path.pop();
        let inner = std::mem::take(&mut self.errors);
        // What matches nothing inside of it is told where it is declared.
        (self.errors, self.warnings) = outer;
        // Its leaves stand elsewhere: here, only what cannot be told there is.
        let told_here = |kind: &SelectionErrorKind| {
            matches!(kind, SelectionErrorKind::NoBaseline | SelectionErrorKind::SelectorCycle { .. })
        };
        match inner.iter().find(|error| told_here(&error.kind)).or(inner.first()) {
            Some(error) if told_here(&error.kind) => self.error(leaf, error.kind.clone()),
            Some(_) => self.error(leaf, broken),
            None => {}
        }
        set
    }

    /// What a consumer reads; what it names wrongly is told there.
    fn consumer(&mut self, leaf: &SelectionLeaf) -> Set {
        let Some(found) = item(self.db, self.project, ItemKind::Consumer, &leaf.value) else {
            return self.unknown_item(leaf, ItemKind::Consumer);
        };
        let ItemDecl::Consumer(consumer) = found.decl(self.db) else { return Set::new() };
        let reads = consumer.reads.iter().filter_map(|(name, _)| resolve_name(self.db, self.project, name).ok());
        let nodes: Vec<Node<'db>> = reads.flatten().collect();
        self.own(|node, _| nodes.contains(&node))
    }

    fn is_declared(&self, kind: ItemKind, name: &str) -> bool {
        item(self.db, self.project, kind, name).is_some()
    }

    fn unknown_item(&mut self, leaf: &SelectionLeaf, kind: ItemKind) -> Set {
        let others = &names(self.db, self.project).others;
        let known = others.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name.as_str());
        let likely = nearest(&leaf.value, known).map(|near| format!("{}:{near}", kind.keyword()));
        let what = Some(kind.keyword());
        self.error(leaf, SelectionErrorKind::UnknownName { what, name: leaf.value.clone(), likely });
        Set::new()
    }

    fn unknown_method(&mut self, leaf: &SelectionLeaf, method: &str) -> Set {
        let kind = SelectionErrorKind::UnknownMethod { method: method.into(), likely: near_method(method) };
        self.error(leaf, kind);
        Set::new()
    }

    fn bad_value<'w>(
        &mut self,
        leaf: &SelectionLeaf,
        method: &'static str,
        words: impl Iterator<Item = &'w str>,
        known: &[&str],
    ) -> Set {
        let value = leaf.value.clone();
        let likely = nearest(&value, words).map(str::to_string);
        let known = known.iter().map(|word| word.to_string()).collect();
        self.error(leaf, SelectionErrorKind::BadValue { method, value, likely, known });
        Set::new()
    }
}

/// The ways to write a node: `m@2`, `m.v2`, `m_v2`, or its name if it has no version.
fn spellings<'db>(node: Node<'db>, db: &'db dyn esker_source::Db) -> Vec<String> {
    let name = node.item(db).name(db);
    match node.version(db) {
        None => vec![name.clone()],
        Some(version) => {
            let suffix = version.relation_suffix();
            vec![name.clone(), format!("{name}@{version}"), format!("{name}.v{version}"), format!("{name}_v{suffix}")]
        }
    }
}

fn near_method(method: &str) -> Option<String> {
    let foreign = METHODS.iter().find(|(_, foreign)| foreign.contains(&method)).map(|(own, _)| *own);
    foreign.or_else(|| nearest(method, METHODS.iter().map(|(own, _)| *own))).map(str::to_string)
}

fn is_model(decl: &NodeDecl<'_>) -> bool {
    matches!(decl.role, NodeRole::Model(_))
}

fn kind_words(decl: &NodeDecl<'_>) -> &'static str {
    match &decl.role {
        NodeRole::Source(_) => "source",
        NodeRole::Seed(_) => "seed",
        NodeRole::Model(kind) => kind.as_ref().map_or("", |kind| kind.form.words()),
        NodeRole::External => "",
    }
}
