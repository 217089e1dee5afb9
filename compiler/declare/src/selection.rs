//! Selections without positions: set algebra over names and methods.

use esker_grammar::Span;
use esker_grammar::ast::{SelectionAst, SelectionKind};

/// A selection as a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A name, a glob or a method, with its surroundings in the graph.
    Leaf(SelectionLeaf),
    /// `a, b` or `a and b`
    And(Box<Selection>, Box<Selection>),
    /// `a b` or `a or b`
    Or(Box<Selection>, Box<Selection>),
    /// `a except b`
    Except(Box<Selection>, Box<Selection>),
}

/// `2+tag:core+1`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionLeaf {
    /// Ancestors: none, `Some(None)` for all, `Some(Some(n))` up to n edges away.
    pub up: Option<Option<u32>>,
    /// The word before the colon.
    pub method: Option<String>,
    /// The name, glob or value.
    pub value: String,
    /// Descendants, as `up`.
    pub down: Option<Option<u32>>,
    /// Which leaf of the selection it is, from zero: its address, [`crate::Part::Leaf`].
    pub index: u32,
}

impl Selection {
    /// The selection without positions, and the places of its leaves.
    pub fn new(ast: &SelectionAst) -> (Self, Vec<Span>) {
        let mut spans = Vec::new();
        let selection = Self::lower(ast, &mut spans);
        (selection, spans)
    }

    fn lower(ast: &SelectionAst, spans: &mut Vec<Span>) -> Self {
        let mut both =
            |a: &SelectionAst, b: &SelectionAst| (Box::new(Self::lower(a, spans)), Box::new(Self::lower(b, spans)));
        match &ast.kind {
            SelectionKind::Leaf { up, method, value, down } => {
                spans.push(ast.span);
                Self::Leaf(SelectionLeaf {
                    up: *up,
                    method: method.as_ref().map(|method| method.text.clone()),
                    value: value.text.clone(),
                    down: *down,
                    index: spans.len() as u32 - 1,
                })
            }
            SelectionKind::And(a, b) => {
                let (a, b) = both(a, b);
                Self::And(a, b)
            }
            SelectionKind::Or(a, b) => {
                let (a, b) = both(a, b);
                Self::Or(a, b)
            }
            SelectionKind::Except(a, b) => {
                let (a, b) = both(a, b);
                Self::Except(a, b)
            }
        }
    }
}
