//! Tokens as nested groups: what stands between brackets is one node of what stands around them.

use super::sql;
use crate::{Token, TokenKind};

/// A token or a bracketed group. Spaces are gone; ends of lines and comments are tokens.
pub(super) enum Node {
    Token(Token),
    Group(Group),
}

/// What stands between two brackets.
pub(super) struct Group {
    pub(super) open: Token,
    pub(super) inside: Vec<Node>,
    /// `None` where the text ends too early, which no item without mistakes does.
    pub(super) close: Option<Token>,
    /// Whether it takes several lines.
    pub(super) broken: bool,
}

/// The nodes of some tokens.
pub(super) fn nodes(text: &str, tokens: &[Token]) -> Vec<Node> {
    let mut tokens = tokens.iter().copied();
    let mut all = Vec::new();
    // A bracket that closes nothing does not occur either; if it did, it would be printed as it is.
    while let Some(close) = inside(text, &mut tokens, &mut all) {
        all.push(Node::Token(close));
    }
    all
}

/// Fills `nodes` up to the bracket that closes the group.
fn inside(text: &str, tokens: &mut impl Iterator<Item = Token>, nodes: &mut Vec<Node>) -> Option<Token> {
    while let Some(token) = tokens.next() {
        match token.kind {
            TokenKind::Space => {}
            TokenKind::CloseBrace | TokenKind::CloseParen => return Some(token),
            TokenKind::OpenBrace | TokenKind::OpenParen => {
                if token.kind == TokenKind::OpenBrace {
                    join_line_above(nodes);
                }
                let mut group = Group { open: token, inside: Vec::new(), close: None, broken: false };
                group.close = inside(text, tokens, &mut group.inside);
                group.broken = broken(text, &group);
                nodes.push(Node::Group(group));
            }
            // A comma that leads a line belongs to the line above.
            TokenKind::Comma if nodes.last().is_some_and(|last| last.kind() == TokenKind::Newline) => {
                let element = nodes.iter().rposition(|node| !node.is_layout());
                nodes.insert(element.map_or(0, |element| element + 1), Node::Token(token));
            }
            _ => nodes.push(Node::Token(token)),
        }
    }
    None
}

/// A brace that begins a line belongs to the line above, unless a comment stands between.
fn join_line_above(nodes: &mut Vec<Node>) {
    let above = nodes.iter().rposition(|node| node.kind() != TokenKind::Newline);
    if let Some(above) = above
        && !nodes[above].is_layout()
    {
        nodes.truncate(above + 1);
    }
}

/// A group takes several lines if its author broke a line in it. Braces do too if anything inside them does.
fn broken(text: &str, group: &Group) -> bool {
    let own = group.inside.iter().any(|node| node.kind() == TokenKind::Newline);
    let brace = group.open.kind == TokenKind::OpenBrace;
    own || group.inside.iter().any(|node| match node {
        Node::Group(inner) => brace && inner.broken,
        Node::Token(token) => match token.kind {
            // Between braces the line breaks around the SQL count, between parentheses those in it.
            TokenKind::Sql if brace && group.inside.len() == 1 => text[token.span.range()].contains('\n'),
            TokenKind::Sql => sql::takes_lines(&text[token.span.range()]),
            TokenKind::BlockComment => brace && text[token.span.range()].contains('\n'),
            _ => false,
        },
    })
}

impl Node {
    /// The kind of the token, or of the opening bracket.
    pub(super) fn kind(&self) -> TokenKind {
        match self {
            Self::Token(token) => token.kind,
            Self::Group(group) => group.open.kind,
        }
    }

    /// Whether it is a comment or the end of a line.
    pub(super) fn is_layout(&self) -> bool {
        self.is_comment() || self.kind() == TokenKind::Newline
    }

    /// Whether it is a comment, documentation included.
    pub(super) fn is_comment(&self) -> bool {
        matches!(self.kind(), TokenKind::LineComment | TokenKind::BlockComment | TokenKind::Doc)
    }
}

impl Group {
    /// The SQL, if it holds nothing else.
    pub(super) fn sql(&self) -> Option<Token> {
        match self.inside[..] {
            [Node::Token(token)] if token.kind == TokenKind::Sql => Some(token),
            _ => None,
        }
    }
}
