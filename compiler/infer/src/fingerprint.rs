//! What decides a node's data, as a hash: the SQL's meaning, the kind, the promised types, and the data of what is read.
//!
//! Layout, comments, keyword and identifier case and redundant parentheses are not in the IR and so do not count;
//! owners, docs, cron, batches and lookback are not looked at. The hash is BLAKE3 over a text form with a version tag:
//! raising the tag makes every table new.

use esker_declare::{DataType, KindDecl};
use esker_resolve::{Node, NodeDecl, NodeRole};
use esker_source::{Db, Project};
use esker_sql::{Body, Call, Expr, QueryIr, Select, TableKind};
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
/// and is not in the text (the content of a seed) is put among its own parts before.
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
    let decl = esker_resolve::node_decl(db, node);
    let mut parts = BTreeMap::new();
    match &decl.role {
        NodeRole::Source(read) | NodeRole::Seed(read) => {
            parts.insert("read".to_string(), hash(|out| write!(out, "{read:?} {}", node.item(db).name(db))));
        }
        NodeRole::Model(kind) => {
            parts.insert("kind".to_string(), hash(|out| write!(out, "{}", kind_text(kind.as_ref()))));
            let (ir, refs) = (esker_sql::query(db, node), esker_resolve::node_refs(db, project, node));
            let targets: Vec<String> =
                refs.iter().map(|found| found.target.map_or(String::new(), |target| target.label(db))).collect();
            let sql = match ir.root {
                Some(_) => hash(|out| write!(out, "{:?} {targets:?}", normal(ir))),
                // Opaque or wrong SQL is its tokens.
                None => hash(|out| {
                    let tokens = &esker_resolve::node_sql(db, node).tokens;
                    tokens.iter().try_for_each(|token| writeln!(out, "{}", token.text))
                }),
            };
            parts.insert("sql".to_string(), sql);
            let values = used_variables(project.settings(db), ir);
            if !values.is_empty() {
                parts.insert("variables".to_string(), hash(|out| write!(out, "{values:?}")));
            }
        }
    }
    if let Some(columns) = columns_text(decl) {
        parts.insert("columns".to_string(), hash(|out| out.write_str(&columns)));
    }
    OwnFingerprint { parts }
}

/// The declared names and types, to which the rows are converted.
fn columns_text(decl: &NodeDecl) -> Option<String> {
    let line = |column: &esker_resolve::NodeColumn| {
        let ty: &DataType = &column.decl.ty;
        format!("{} {ty}", column.decl.name.to_lowercase())
    };
    decl.columns.as_ref().map(|columns| columns.iter().map(line).collect::<Vec<_>>().join(", "))
}

fn kind_text(kind: Option<&KindDecl>) -> String {
    match kind {
        Some(KindDecl::Full) => "full".to_string(),
        Some(KindDecl::View) => "view".to_string(),
        Some(KindDecl::IncrementalByTime { column, .. }) => format!("incremental by time {}", column.to_lowercase()),
        None => String::new(),
    }
}

/// The values of the project's own variables that the SQL uses.
fn used_variables(settings: &esker_source::Settings, ir: &QueryIr) -> BTreeMap<String, String> {
    let used = ir.exprs.iter().filter_map(|expr| match expr {
        Expr::Param(name) => settings.vars.get(name).map(|value| (name.clone(), value.clone())),
        _ => None,
    });
    used.collect()
}

/// The IR with all identifiers in lower case.
fn normal(ir: &QueryIr) -> QueryIr {
    let mut ir = ir.clone();
    let lower = |name: &mut String| name.make_ascii_lowercase();
    for expr in &mut ir.exprs {
        match expr {
            Expr::Column(path) => path.iter_mut().for_each(lower),
            Expr::Star(star) => {
                star.table.iter_mut().for_each(lower);
                star.replace.iter_mut().chain(&mut star.rename).for_each(|(_, name)| name.make_ascii_lowercase());
            }
            Expr::Lambda(params, _) => params.iter_mut().for_each(lower),
            Expr::Field(_, field) => field.make_ascii_lowercase(),
            Expr::Struct(fields) => fields.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase()),
            Expr::Call(call) => {
                let Call { over: Some(window), .. } = &mut **call else { continue };
                window.base.iter_mut().for_each(lower);
            }
            _ => {}
        }
    }
    for table in &mut ir.tables {
        table.alias.iter_mut().chain(&mut table.columns).for_each(lower);
        match &mut table.kind {
            TableKind::Name(parts) => parts.iter_mut().for_each(lower),
            TableKind::Ref { name, .. } => name.make_ascii_lowercase(),
            _ => {}
        }
    }
    for query in &mut ir.queries {
        for cte in &mut query.with {
            cte.name.make_ascii_lowercase();
            cte.columns.iter_mut().for_each(lower);
        }
        if let Body::Select(select) = &mut query.body {
            let Select { items, windows, .. } = &mut **select;
            items.iter_mut().filter_map(|item| item.alias.as_mut()).for_each(lower);
            for (name, window) in windows {
                name.make_ascii_lowercase();
                window.base.iter_mut().for_each(lower);
            }
        }
    }
    ir
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
