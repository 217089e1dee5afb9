//! What decides a node's data, as a hash: the SQL's meaning, the kind, the promised types, and the data of what is read.
//!
//! Layout, comments, keyword case and redundant parentheses are not in the IR and so do not count; owners, docs, cron,
//! batches and lookback are not looked at. The case of identifiers counts: it is the case of columns and struct keys. The hash is BLAKE3 over a text form with a version tag:
//! raising the tag makes every table new.

use crate::functions::{by_place, meaning_of_called, signatures};
use crate::{NodeSurface, surface};
use esker_declare::KindDecl;
use esker_grammar::sql::SqlText;
use esker_resolve::{Node, NodeRole, ResolvedRef};
use esker_source::{Db, Project};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Raised when the form that is hashed changes.
const TAG: &str = "esker data 1";

/// The identity of a node's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFingerprint {
    /// 128 bits as hexadecimal: equal data fingerprints mean equal data.
    pub data: String,
    /// What went into it, by name (`sql`, `kind`, `upstream:dim_customers@2`), as hexadecimal: what differs between two
    /// fingerprints says why the data does.
    pub parts: BTreeMap<String, String>,
}

/// The parts of a fingerprint that are a node's own, without what it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFingerprint {
    /// By name, as hexadecimal.
    pub parts: BTreeMap<String, String>,
}

/// A node's fingerprint out of its own parts and the fingerprints of what it reads, by label. What decides about its data
/// and is not in the text (the content of a seed, the values of variables) is put among its own parts before.
pub fn combine(own: &OwnFingerprint, upstream: impl IntoIterator<Item = (String, String)>) -> NodeFingerprint {
    let mut parts = own.parts.clone();
    parts.extend(upstream.into_iter().map(|(label, data)| (format!("upstream:{label}"), data)));
    let mut hasher = blake3::Hasher::new();
    hasher.update(TAG.as_bytes());
    for (name, hash) in &parts {
        hasher.update(format!("\n{name} {hash}").as_bytes());
    }
    NodeFingerprint { data: short(&hasher), parts }
}

/// The parts of a node's fingerprint that are its own.
#[salsa::tracked]
pub fn own_fingerprint<'db>(db: &'db dyn Db, project: Project, node: Node<'db>) -> OwnFingerprint {
    let decl = esker_resolve::node_decl(db, project, node);
    let mut parts = BTreeMap::new();
    match &decl.role {
        // What another project makes is its own to tell apart.
        NodeRole::External => {}
        NodeRole::Source(read) | NodeRole::Seed(read) => {
            parts.insert("read".to_string(), hash(|out| write!(out, "{read:?} {}", node.item(db).name(db))));
        }
        NodeRole::Model(kind) => {
            parts.insert("kind".to_string(), hash(|out| write!(out, "{}", kind_text(kind.as_ref()))));
            let (ir, refs) = (esker_sql::query(db, project, node), esker_resolve::node_refs(db, project, node));
            let text = esker_resolve::node_sql(db, project, node);
            let functions = meaning_of_called(db, project, text);
            let mut ir = ir.clone();
            if !functions.is_empty() {
                by_place(&mut ir, signatures(db, project));
                parts.insert("functions".to_string(), hash(|out| out.write_str(&functions)));
            }
            let targets: Vec<String> =
                refs.iter().map(|found| found.target.map_or(String::new(), |target| target.label(db))).collect();
            let sql = match ir.root {
                Some(_) => hash(|out| write!(out, "{ir:?}")),
                // Opaque or wrong SQL is its tokens.
                None => hash(|out| tokens(out, text, refs)),
            };
            parts.insert("sql".to_string(), sql);
            // Apart from the SQL: an unpinned reference may mean another version without a change of it.
            parts.insert("reads".to_string(), hash(|out| write!(out, "{targets:?}")));
        }
    }
    let columns = columns_text(surface(db, project, node));
    parts.insert("columns".to_string(), hash(|out| out.write_str(&columns)));
    OwnFingerprint { parts }
}

/// The tokens of SQL that cannot be analysed. How a reference is written does not count, as in SQL that can; which version
/// it means is hashed apart.
fn tokens(out: &mut Sink, text: &SqlText, refs: &[ResolvedRef<'_>]) -> std::fmt::Result {
    let mut refs = refs.iter().map(|found| &found.expr).filter(|expr| expr.name.is_some()).peekable();
    for (at, token) in (0..).zip(&text.tokens) {
        match refs.peek() {
            Some(expr) if expr.tokens.start == at => writeln!(out, "ref {}", expr.name.as_deref().unwrap_or_default())?,
            Some(expr) if expr.tokens.contains(&at) => {}
            _ => writeln!(out, "{}", token.text)?,
        }
        refs.next_if(|expr| expr.tokens.end == at + 1);
    }
    Ok(())
}

/// The names and types that the rows are stored with. An added contract that promises what is there changes nothing.
fn columns_text(surface: &NodeSurface) -> String {
    let columns: Vec<String> = surface.columns.iter().map(|column| format!("{} {}", column.name, column.ty)).collect();
    columns.join(", ")
}

fn kind_text(kind: Option<&KindDecl>) -> String {
    let Some(KindDecl { form, .. }) = kind else { return String::new() };
    let mut text = form.words().to_string();
    for column in form.columns() {
        let _ = write!(text, " {}", column.to_lowercase());
    }
    text
}

/// Text on its way into a hash.
struct Sink(blake3::Hasher);

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

fn hash(write: impl FnOnce(&mut Sink) -> std::fmt::Result) -> String {
    let mut sink = Sink(blake3::Hasher::new());
    // Writing into a hash cannot fail.
    let _ = write(&mut sink);
    short(&sink.0)
}

fn short(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex()[..32].to_string()
}
