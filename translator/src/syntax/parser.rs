//! The parser: runs tree-sitter and builds the tree, one file at a time.
//!
//! In: a file's text. Out: `ast::File`, and a diagnostic per syntax error.
//! Invariants: node ids rise from file to file; a declaration that holds an error is left out; nesting deeper than
//! `NESTING_LIMIT` is a diagnostic, so that no later phase overflows a stack of 64 MiB.

use super::ast::*;
use super::comments;
use super::kinds::{FieldName, Kind, Tables};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use rustc_hash::FxHashSet;
use std::sync::Arc;
use tree_sitter::{Node, TreeCursor};

/// How deep statements and expressions may nest.
pub const NESTING_LIMIT: u32 = 2500;

/// Parses files; keep one per load, so that node ids stay unique.
pub struct Parser {
    inner: tree_sitter::Parser,
    tables: Tables,
    names: FxHashSet<Name>,
    next_node: u32,
}

impl std::fmt::Debug for Parser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parser").field("next_node", &self.next_node).finish()
    }
}

impl Default for Parser {
    fn default() -> Self {
        Parser::new(NodeId(0))
    }
}

impl Parser {
    /// A parser whose first node id is `first`.
    pub fn new(first: NodeId) -> Parser {
        let language = tree_sitter::Language::new(tree_sitter_go::LANGUAGE);
        let mut inner = tree_sitter::Parser::new();
        // A grammar of another ABI would parse nothing, which `parse` reports.
        let _ = inner.set_language(&language);
        Parser {
            inner,
            tables: Tables::new(&language),
            names: FxHashSet::default(),
            next_node: first.0,
        }
    }

    /// A new parser that goes on with the node ids of this one, which a panic left half way.
    pub(crate) fn renewed(&self) -> Parser {
        Parser::new(NodeId(self.next_node))
    }

    /// A node id that no other node has.
    pub(crate) fn new_node(&mut self) -> NodeId {
        self.next_node += 1;
        NodeId(self.next_node - 1)
    }

    /// Parses one file.
    pub fn parse(&mut self, id: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> File {
        let mut file = File::empty(Span::new(id, 0, text.len() as u32), self.new_node());
        file.comments = comments::scan(id, text);
        let tree = self
            .inner
            .parse(text, None)
            .and_then(|tree| match without_empty_inits(&tree, text) {
                Some(patched) => self.inner.parse(patched, None),
                None => Some(tree),
            });
        let Some(tree) = tree else {
            diagnostics.push(Diagnostic::error(
                Code::SYNTAX,
                file.span.at_start(),
                "the file cannot be parsed",
            ));
            return file;
        };
        let mut builder = Builder {
            file: id,
            text,
            tables: &self.tables,
            names: &mut self.names,
            next_node: &mut self.next_node,
            comments: std::mem::take(&mut file.comments),
            diagnostics,
            cursor: tree.walk(),
            depth: 0,
        };
        builder.file(tree.root_node(), &mut file);
        file.comments = builder.comments;
        file
    }
}

/// The grammar does not know the empty simple statement of `if ; x {` and `switch ; {`: gives the text with such
/// semicolons blanked, when there are any. No offset changes.
fn without_empty_inits(tree: &tree_sitter::Tree, text: &str) -> Option<String> {
    if !tree.root_node().has_error() {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut changed = false;
    let mut stack = vec![tree.root_node()];
    while let Some(n) = stack.pop() {
        let before = text.get(..n.start_byte()).unwrap_or("").trim_end();
        if n.is_error()
            && text.get(n.byte_range()).is_some_and(|t| t.trim() == ";")
            && (before.ends_with("if") || before.ends_with("switch"))
        {
            bytes
                .get_mut(n.byte_range())
                .into_iter()
                .flatten()
                .filter(|b| **b == b';')
                .for_each(|b| *b = b' ');
            changed = true;
        } else if n.has_error() {
            stack.extend((0..n.child_count()).filter_map(|i| n.child(i)));
        }
    }
    if changed { String::from_utf8(bytes).ok() } else { None }
}

/// A child with its role.
#[derive(Clone, Copy)]
pub(super) struct Child<'t> {
    pub(super) field: FieldName,
    pub(super) kind: Kind,
    pub(super) node: Node<'t>,
}

/// The children of a node, comments left out.
pub(super) struct Children<'t>(pub(super) Vec<Child<'t>>);

impl<'t> Children<'t> {
    pub(super) fn field(&self, name: FieldName) -> Option<Node<'t>> {
        self.0.iter().find(|c| c.field == name).map(|c| c.node)
    }
    pub(super) fn fields(&self, name: FieldName) -> impl Iterator<Item = Child<'t>> + '_ {
        self.0
            .iter()
            .copied()
            .filter(move |c| c.field == name && c.node.is_named())
    }
    pub(super) fn named(&self) -> impl Iterator<Item = Child<'t>> + '_ {
        self.0.iter().copied().filter(|c| c.node.is_named())
    }
    pub(super) fn first_named(&self) -> Option<Node<'t>> {
        self.named().next().map(|c| c.node)
    }
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = Node<'t>> + '_ {
        self.0.iter().filter(move |c| c.kind == kind).map(|c| c.node)
    }
}

/// Builds one file's tree.
pub(super) struct Builder<'a, 't> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    tables: &'a Tables,
    names: &'a mut FxHashSet<Name>,
    next_node: &'a mut u32,
    comments: Vec<Comment>,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    cursor: TreeCursor<'t>,
    depth: u32,
}

impl<'a, 't> Builder<'a, 't> {
    pub(super) fn id(&mut self) -> NodeId {
        let id = *self.next_node;
        *self.next_node += 1;
        NodeId(id)
    }

    pub(super) fn span(&self, n: Node<'_>) -> Span {
        Span::new(self.file, n.start_byte() as u32, n.end_byte() as u32)
    }

    pub(super) fn str(&self, n: Node<'_>) -> &'a str {
        self.text.get(n.byte_range()).unwrap_or("")
    }

    pub(super) fn kind(&self, n: Node<'_>) -> Kind {
        self.tables.kind(n.kind_id())
    }

    pub(super) fn name(&mut self, s: &str) -> Name {
        if let Some(n) = self.names.get(s) {
            return n.clone();
        }
        let n: Arc<str> = s.into();
        self.names.insert(n.clone());
        n
    }

    pub(super) fn ident(&mut self, n: Node<'_>) -> Ident {
        let name = self.name(self.str(n));
        Ident {
            id: self.id(),
            span: self.span(n),
            name,
        }
    }

    pub(super) fn children(&mut self, n: Node<'t>) -> Children<'t> {
        let mut out = Vec::with_capacity(4);
        self.cursor.reset(n);
        if self.cursor.goto_first_child() {
            loop {
                let node = self.cursor.node();
                let kind = self.tables.kind(node.kind_id());
                if kind != Kind::Comment {
                    out.push(Child {
                        field: self.tables.field(self.cursor.field_id()),
                        kind,
                        node,
                    });
                }
                if !self.cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        Children(out)
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(Code::SYNTAX, span, message));
    }

    pub(super) fn doc(&self, n: Node<'_>) -> CommentGroup {
        comments::doc_before(&self.comments, self.text, n.start_byte() as u32)
    }

    /// Runs `f` one level deeper, or gives nothing and a diagnostic when that is too deep.
    pub(super) fn nested<T>(&mut self, n: Node<'t>, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= NESTING_LIMIT {
            let span = self.span(n);
            let message = format!("more than {NESTING_LIMIT} levels of nesting");
            if self.diagnostics.last().is_none_or(|d| d.code != Code::NESTING) {
                self.diagnostics.push(Diagnostic::error(Code::NESTING, span, message));
            }
            return None;
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        Some(out)
    }

    /// Reports the errors inside a node, outermost first and at most three.
    pub(super) fn report(&mut self, n: Node<'t>) {
        let mut stack = vec![n];
        let mut count = 0;
        while let Some(n) = stack.pop() {
            if n.is_missing() {
                let span = self.span(n);
                self.error(span, format!("syntax error: missing `{}`", n.kind()));
                count += 1;
            } else if n.is_error() {
                let text: String = self.str(n).chars().take(30).collect();
                let text = text.lines().next().unwrap_or("").to_string();
                let span = self.span(n);
                self.error(span, format!("syntax error: unexpected `{}`", text.trim()));
                count += 1;
            } else if n.has_error() {
                let kids: Vec<_> = (0..n.child_count()).rev().filter_map(|i| n.child(i)).collect();
                stack.extend(kids.into_iter().filter(|c| c.has_error() || c.is_missing()));
            }
            if count >= 3 {
                break;
            }
        }
        if count == 0 {
            let span = self.span(n);
            self.error(span.at_start(), "syntax error");
        }
    }
}
