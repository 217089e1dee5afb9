//! Groups to lines: which tokens share a line, and what parts them there.

use super::INDENT;
use super::align::{Align, Line, Out};
use super::group::{Group, Node, nodes};
use super::roles::{Block, End, Roles, Start};
use super::sql;
use crate::{Token, TokenKind};

/// Collects the lines of a file.
pub(super) struct Printer<'t> {
    text: &'t str,
    roles: &'t Roles,
    out: Vec<Out<'t>>,
    /// The line at hand; without cells nothing stands on it yet.
    line: Line,
    indent: usize,
    /// The last token of the line, comments aside, and whether a comment stands behind it.
    previous: Option<Token>,
    after_comment: bool,
    /// An empty line comes before the next line, unless that is the first of its block.
    blank: bool,
    first: bool,
    /// How many groups around the token at hand stand on one line.
    flat: usize,
    /// What the next block holds.
    block: Block,
}

impl<'t> Printer<'t> {
    pub(super) fn new(text: &'t str, roles: &'t Roles) -> Self {
        Self {
            text,
            roles,
            out: Vec::new(),
            line: Line::default(),
            indent: 0,
            previous: None,
            after_comment: false,
            blank: false,
            first: true,
            flat: 0,
            block: Block::Plain,
        }
    }

    /// Prints tokens that stand in no block.
    pub(super) fn lines(&mut self, tokens: &[Token]) {
        self.nodes(&nodes(self.text, tokens), Block::Plain);
        self.finish_line();
    }

    /// Adds text that stays as it is.
    pub(super) fn copy(&mut self, text: &'t str) {
        if !text.is_empty() {
            self.out.push(Out::Copy(text));
            (self.blank, self.first) = (false, false);
        }
    }

    pub(super) fn finish(self) -> Vec<Out<'t>> {
        self.out
    }

    /// Prints nodes that break lines where their author did, and where they must.
    fn nodes(&mut self, nodes: &[Node], block: Block) {
        // Nothing but a comment stands behind the bracket that opens a block.
        let mut opened = !self.line.cells.is_empty();
        let mut after_column = false;
        for (index, node) in nodes.iter().enumerate() {
            if node.kind() == TokenKind::Newline {
                self.newline();
                opened = false;
                continue;
            }
            let start = self.starts(node, nodes.get(index + 1));
            let begins = self.begins_line(nodes, index, block, after_column);
            if let Node::Token(token) = node
                && node.is_comment()
                && (begins && self.previous.is_some() || Self::ends_line(nodes, index))
            {
                self.comment(*token);
                continue;
            }
            if std::mem::take(&mut opened) || begins && self.previous.is_some() {
                self.finish_line();
            }
            match node {
                // Between columns and between rows no comma is needed, and none at the end of a list.
                Node::Token(token) if token.kind == TokenKind::Comma => {
                    if block == Block::Plain && !only_layout(&nodes[index + 1..]) {
                        self.token(*token, None);
                    }
                }
                Node::Token(token) => self.token(*token, start),
                Node::Group(group) if block == Block::Rows && !group.broken => self.row(group),
                Node::Group(group) => self.group(group, None),
            }
            let edit = matches!(start, Some(Start::Element | Start::Exclude));
            after_column = !edit && (after_column || start == Some(Start::Column));
        }
    }

    /// Whether a node must begin a line. A comment stands behind what is before it: the question is asked of what follows.
    fn begins_line(&self, nodes: &[Node], index: usize, block: Block, after_column: bool) -> bool {
        let Some(index) = (index..nodes.len()).find(|index| !nodes[*index].is_comment()) else { return false };
        let node = &nodes[index];
        let start = self.starts(node, nodes.get(index + 1));
        match block {
            Block::Columns if after_column => matches!(start, Some(Start::Column | Start::Element | Start::Exclude)),
            Block::Columns => start == Some(Start::Column),
            Block::Rows => node.kind() == TokenKind::OpenParen,
            Block::Plain => start == Some(Start::Item),
        }
    }

    /// Whether nothing follows a node on its line.
    fn ends_line(nodes: &[Node], index: usize) -> bool {
        nodes.get(index + 1).is_none_or(|next| next.kind() == TokenKind::Newline)
    }

    /// What begins with a node.
    fn starts(&self, node: &Node, next: Option<&Node>) -> Option<Start> {
        let role = |node: &Node| match node {
            Node::Token(token) => self.roles.start(token.span.start),
            Node::Group(_) => None,
        };
        if next.is_some_and(|next| role(next) == Some(Start::Renamed)) { Some(Start::Element) } else { role(node) }
    }

    /// A comment that nothing follows on its line.
    fn comment(&mut self, comment: Token) {
        let text = self.text[comment.span.range()].trim_end();
        if self.line.cells.is_empty() {
            self.push("", text);
            self.line.align = Align::Comment;
        } else {
            let gap = if self.line.comment.is_empty() { "" } else { " " };
            self.line.comment = format!("{}{gap}{text}", self.line.comment);
        }
    }

    fn token(&mut self, token: Token, start: Option<Start>) {
        let behind = self.previous.and_then(|previous| self.roles.end(previous.span.end));
        let written = &self.text[token.span.range()];
        let text = match token.kind {
            TokenKind::Equals if behind == Some(End::Setting) => return,
            TokenKind::Equals if behind == Some(End::Argument) => "=>".to_owned(),
            TokenKind::String => quoted(written),
            TokenKind::Sql => {
                let from =
                    sql::width(self.before(token).split(|c: char| !c.is_whitespace()).next().unwrap_or_default());
                sql::moved(written, from, if self.line.cells.is_empty() { self.indent } else { self.line.indent })
            }
            _ => written.trim_end().to_owned(),
        };
        let comment = matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment | TokenKind::Doc);
        let gap = if comment { " " } else { self.gap(token, start) };
        if self.flat == 0 && self.line.align == Align::Column {
            let cell = match start {
                Some(Start::Type) => 1,
                Some(Start::Constraint) => 2,
                _ => 0,
            };
            while self.line.cells.len() <= cell {
                self.line.cells.push(String::new());
            }
        }
        self.push(gap, &text);
        if text.contains('\n') {
            self.line.settle();
        }
        if self.flat == 0 && self.line.align == Align::No {
            match start {
                Some(Start::Column) => self.line.align = Align::Column,
                Some(Start::Property) => {
                    self.line.align = Align::Property;
                    self.line.cells.push(String::new());
                }
                _ => {}
            }
        }
        if let Some(block) = self.roles.block(token.span.start) {
            self.block = block;
        }
        self.after_comment = comment;
        if !comment {
            self.previous = Some(token);
        }
    }

    /// What parts a token from the one before it.
    fn gap(&self, token: Token, start: Option<Start>) -> &'static str {
        use TokenKind as K;
        let Some(previous) = self.previous.filter(|_| !self.after_comment) else { return " " };
        let clings = match token.kind {
            K::Comma | K::CloseParen | K::OpenBracket | K::CloseBracket | K::Dot => true,
            K::OpenParen => {
                self.roles.in_type(token.span.start) || self.roles.end(previous.span.end) == Some(End::Call)
            }
            // `dim_customers@2`, but `cron @daily`.
            K::At => self.roles.start(previous.span.start) != Some(Start::Property),
            _ => false,
        };
        if clings || matches!(previous.kind, K::OpenParen | K::OpenBracket | K::Dot | K::At | K::Dollar | K::Minus) {
            return "";
        }
        match start {
            Some(Start::Column | Start::Element) if !matches!(previous.kind, K::OpenBrace | K::Comma) => "  ",
            Some(Start::Constraint) if self.flat == 0 => "  ",
            _ => " ",
        }
    }

    fn group(&mut self, group: &Group, start: Option<Start>) {
        let brace = group.open.kind == TokenKind::OpenBrace;
        let block = if brace { std::mem::take(&mut self.block) } else { Block::Plain };
        self.token(group.open, start);
        let space = if brace { " " } else { "" };
        if let Some(sql) = group.sql() {
            self.sql(group, sql, space);
        } else if group.inside.iter().all(|node| node.kind() == TokenKind::Newline) {
            self.close(group, space);
        } else if group.broken {
            self.line.settle();
            let flat = std::mem::take(&mut self.flat);
            self.indent += INDENT;
            self.first = true;
            self.nodes(&group.inside, block);
            self.finish_line();
            self.indent -= INDENT;
            self.flat = flat;
            self.blank = false;
            self.close(group, "");
        } else {
            self.flat += 1;
            for (index, node) in group.inside.iter().enumerate() {
                let start = self.starts(node, group.inside.get(index + 1));
                match node {
                    Node::Token(token) if token.kind == TokenKind::Comma => {
                        let end = self.previous.and_then(|previous| self.roles.end(previous.span.end));
                        let needed = block == Block::Plain || block == Block::Columns && end == Some(End::Bare);
                        if needed && !only_layout(&group.inside[index + 1..]) {
                            self.token(*token, None);
                        }
                    }
                    Node::Token(token) => self.token(*token, start),
                    Node::Group(inner) => self.group(inner, (block == Block::Rows).then_some(Start::Element)),
                }
            }
            self.flat -= 1;
            self.close(group, space);
        }
    }

    /// The bracket that closes a group.
    fn close(&mut self, group: &Group, gap: &'static str) {
        if let Some(close) = group.close {
            let gap = if self.after_comment { " " } else { gap };
            self.push(gap, &self.text[close.span.range()]);
            self.previous = Some(close);
            self.after_comment = false;
        }
    }

    /// A row on a line of its own: its values are aligned with those of its neighbours.
    fn row(&mut self, group: &Group) {
        self.token(group.open, None);
        self.line.align = Align::Row;
        self.flat += 1;
        for (index, node) in group.inside.iter().enumerate() {
            match node {
                Node::Token(token) if token.kind == TokenKind::Comma => {
                    if !only_layout(&group.inside[index + 1..]) {
                        self.token(*token, None);
                        self.line.cells.push(String::new());
                    }
                }
                Node::Token(token) => self.token(*token, None),
                Node::Group(inner) => self.group(inner, None),
            }
        }
        self.flat -= 1;
        self.close(group, "");
    }

    /// The inside of a group that holds SQL, and its end.
    fn sql(&mut self, group: &Group, sql: Token, space: &'static str) {
        let written = &self.text[sql.span.range()];
        if !group.broken || written.trim().is_empty() {
            let text = sql::flat(written);
            if !text.is_empty() {
                self.push(space, &text);
            }
            self.close(group, space);
            return;
        }
        self.line.settle();
        self.finish_line();
        for line in sql::lines(written, sql::width(self.before(sql)), self.indent + INDENT) {
            let line = Line { cells: vec![line], ..Line::default() };
            self.out.push(if line.cells[0].is_empty() { Out::Blank } else { Out::Line(line) });
        }
        self.close(group, "");
    }

    /// The line of the source up to a token.
    fn before(&self, token: Token) -> &'t str {
        let before = &self.text[..token.span.start as usize];
        &before[before.rfind('\n').map_or(0, |newline| newline + 1)..]
    }

    fn push(&mut self, gap: &str, text: &str) {
        if self.line.cells.is_empty() {
            if self.blank && !self.first {
                self.out.push(Out::Blank);
            }
            (self.blank, self.first) = (false, false);
            self.line.indent = self.indent;
            self.line.cells.push(String::new());
        }
        if let Some(cell) = self.line.cells.last_mut() {
            if !cell.is_empty() {
                cell.push_str(gap);
            }
            cell.push_str(text);
        }
    }

    fn newline(&mut self) {
        self.blank = self.line.cells.is_empty();
        self.finish_line();
    }

    fn finish_line(&mut self) {
        if !self.line.cells.is_empty() {
            self.out.push(Out::Line(std::mem::take(&mut self.line)));
            (self.previous, self.after_comment) = (None, false);
        }
    }
}

/// Whether nothing but comments and ends of lines is left.
fn only_layout(nodes: &[Node]) -> bool {
    nodes.iter().all(Node::is_layout)
}

/// A string in double quotes.
fn quoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) else { return text.to_owned() };
    let mut out = String::from("\"");
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => match chars.next() {
                Some('\'') => out.push('\''),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            },
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
