//! The parser's core: tokens, places, errors, and the entry for one file.
//!
//! In: a file's text. Out: `ast::File`, and a diagnostic per syntax error.
//! Invariants: node ids rise in the text; after an error the rest of the declaration reads as the end of the file
//! and the declaration is left out; nesting deeper than `NESTING_LIMIT` is such an error, so that no later phase
//! overflows its stack; the parser looks ahead in the tokens, and never further back than a declaration.

use super::ast::*;
use super::comments;
use super::scanner::{self, LexError};
use super::token::{Tok, Token};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// How deep statements and expressions may nest.
///
/// Beyond the spec: gort, a limit of its own.
pub const NESTING_LIMIT: u32 = 2500;

/// Parses files; node ids go on from file to file unless `Parser::begin_at` says otherwise.
#[derive(Debug)]
pub struct Parser {
    names: FxHashSet<Name>,
    next_node: u32,
    tokens: Vec<Token>,
}

impl Default for Parser {
    fn default() -> Self {
        Parser::new(NodeId(0))
    }
}

impl Parser {
    /// A parser whose first node id is `first`.
    pub fn new(first: NodeId) -> Parser {
        Parser {
            names: FxHashSet::default(),
            next_node: first.0,
            tokens: Vec::new(),
        }
    }

    /// From here on node ids begin at `first`.
    pub(crate) fn begin_at(&mut self, first: NodeId) {
        self.next_node = first.0;
    }

    /// A node id that no other node has.
    pub(crate) fn new_node(&mut self) -> NodeId {
        self.next_node += 1;
        NodeId(self.next_node - 1)
    }

    /// Parses one file.
    pub fn parse(&mut self, id: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> File {
        let mut file = File::empty(Span::new(id, 0, text.len() as u32), self.new_node());
        let mut lex_errors = Vec::new();
        scanner::scan(text, &mut self.tokens, &mut lex_errors);
        let mut builder = Builder {
            file: id,
            text,
            tokens: &self.tokens,
            at: 0,
            names: &mut self.names,
            next_node: &mut self.next_node,
            comments: comments::scan(id, text),
            diagnostics,
            lex_errors,
            broken: false,
            recovered: false,
            hopeless: false,
            broken_head: false,
            depth: 0,
            expr_level: 0,
            place: Place::Declaration,
            qualified: Vec::new(),
            qualified_met: FxHashSet::default(),
        };
        builder.file(&mut file);
        file.comments = builder.comments;
        file.qualified = builder.qualified;
        file.nodes.1 = NodeId(self.next_node);
        file
    }
}

/// Builds one file's tree.
pub(super) struct Builder<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
    names: &'a mut FxHashSet<Name>,
    next_node: &'a mut u32,
    pub(super) comments: Vec<Comment>,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    pub(super) lex_errors: Vec<LexError>,
    /// An error was met: until the declaration ends every token reads as the end of the file.
    pub(super) broken: bool,
    /// An error was met in a statement, and what follows the statement was read all the same.
    pub(super) recovered: bool,
    /// The error is one after which nothing inside the declaration is worth reading.
    hopeless: bool,
    /// The error is in the head of a control clause, where semicolons end no statement.
    broken_head: bool,
    pub(super) depth: u32,
    /// Below zero in the head of a control clause, where `{` opens its block and no literal.
    pub(super) expr_level: i32,
    /// Where the parser is.
    pub(super) place: Place,
    qualified: Vec<Qualified>,
    /// Where the texts of those lie: a name has one text in a parser.
    qualified_met: FxHashSet<(Place, usize, usize)>,
}

impl<'a> Builder<'a> {
    pub(super) fn id(&mut self) -> NodeId {
        let id = *self.next_node;
        *self.next_node += 1;
        NodeId(id)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Tok {
        if self.broken {
            return Tok::Eof;
        }
        self.tokens.get(self.at + ahead).map_or(Tok::Eof, |t| t.tok)
    }

    pub(super) fn tok(&self) -> Tok {
        self.peek_at(0)
    }

    pub(super) fn token(&self) -> Token {
        let end = self.text.len() as u32;
        let eof = Token {
            tok: Tok::Eof,
            start: end,
            end,
        };
        self.tokens.get(self.at).copied().unwrap_or(eof)
    }

    /// Where the current token begins.
    pub(super) fn start(&self) -> u32 {
        self.token().start
    }

    /// Where the last token ended.
    pub(super) fn end(&self) -> u32 {
        let last = self.at.checked_sub(1).and_then(|i| self.tokens.get(i));
        last.map_or(0, |t| t.end)
    }

    pub(super) fn next(&mut self) {
        if !self.broken && self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    pub(super) fn got(&mut self, tok: Tok) -> bool {
        let got = self.tok() == tok;
        if got {
            self.next();
        }
        got
    }

    /// Consumes the token, or tells that it is missing.
    ///
    /// Spec: cited by the callers.
    pub(super) fn want(&mut self, tok: Tok, what: &str) -> Span {
        let span = self.token_span();
        if !self.got(tok) {
            self.expected(what);
        }
        span
    }

    pub(super) fn token_span(&self) -> Span {
        let t = self.token();
        Span::new(self.file, t.start, t.end)
    }

    /// From a place to the end of the last token.
    pub(super) fn span_from(&self, start: u32) -> Span {
        Span::new(self.file, start, self.end().max(start))
    }

    pub(super) fn str(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    pub(super) fn name(&mut self, s: &str) -> Name {
        if let Some(n) = self.names.get(s) {
            return n.clone();
        }
        let n: Arc<str> = s.into();
        self.names.insert(n.clone());
        n
    }

    /// An identifier, or `_` and an error.
    ///
    /// Spec: Identifiers.
    pub(super) fn ident(&mut self) -> Ident {
        let span = self.token_span();
        if self.tok() != Tok::Ident {
            self.expected("name");
            return Ident {
                id: self.id(),
                span: span.at_start(),
                name: self.name("_"),
            };
        }
        self.next();
        Ident {
            id: self.id(),
            span,
            name: self.name(self.str(span)),
        }
    }

    /// A selector: takes down what may be a name of an imported package.
    pub(super) fn selector(&mut self, x: Expr, sel: Ident) -> ExprKind {
        if let ExprKind::Ident(id) = &x.kind
            && !sel.name.starts_with(|c: char| c.is_ascii_lowercase())
        {
            let text = |name: &Name| name.as_ptr() as usize;
            if self.qualified_met.insert((self.place, text(&id.name), text(&sel.name))) {
                self.qualified.push(Qualified {
                    place: self.place,
                    name: id.name.clone(),
                    exported: sel.name.clone(),
                });
            }
        }
        ExprKind::Selector(Box::new(x), sel)
    }

    pub(super) fn expr_at(&mut self, start: u32, kind: ExprKind) -> Expr {
        let id = match &kind {
            ExprKind::Ident(i) => i.id,
            _ => self.id(),
        };
        Expr {
            id,
            span: self.span_from(start),
            kind,
        }
    }

    pub(super) fn doc(&self, start: u32) -> CommentGroup {
        comments::doc_before(&self.comments, self.text, start)
    }

    /// An error that leaves the declaration as it is.
    ///
    /// Spec: cited by the callers.
    pub(super) fn soft_error(&mut self, span: Span, message: impl Into<String>) {
        // What is no token was told of by the scanner.
        let told = self.token().tok == Tok::Bad && span.start == self.start();
        if !self.broken && !told {
            self.diagnostics.push(Diagnostic::error(Code::SYNTAX, span, message));
        }
    }

    /// An error after which the declaration makes no sense.
    ///
    /// Spec: cited by the callers.
    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) {
        self.soft_error(span, message);
        if !self.broken {
            self.broken_head = self.expr_level < 0;
        }
        self.broken = true;
    }

    /// Tells that another token stands where something is expected.
    ///
    /// Spec: cited by the callers.
    pub(super) fn expected(&mut self, what: &str) {
        let span = self.token_span();
        let found = self.token().tok.describe(self.str(span));
        self.error(span, format!("syntax error: unexpected {found}, expected {what}"));
    }

    /// Runs `f` one level deeper; too deep is an error.
    pub(super) fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        if self.depth > NESTING_LIMIT {
            self.too_deep();
        }
        let out = f(self);
        self.depth -= 1;
        out
    }

    /// Tells that something nests too deep; nothing inside the declaration is worth reading then.
    ///
    /// Beyond the spec: gort, a limit of its own.
    pub(super) fn too_deep(&mut self) {
        if !self.broken {
            let message = format!("more than {NESTING_LIMIT} levels of nesting");
            let span = self.token_span();
            self.diagnostics.push(Diagnostic::error(Code::NESTING, span, message));
            self.broken = true;
            self.hopeless = true;
        }
    }

    /// Begins a declaration: nothing is wrong yet.
    pub(super) fn begin_declaration(&mut self) {
        self.broken = false;
        self.recovered = false;
        self.hopeless = false;
    }

    /// After an error in the statement that began at token `begin`: goes to where the next statement or the end of the
    /// block must be, so that its errors are told too. Brackets that the statement opened are closed on the way; a keyword
    /// of a statement that begins a line ends it where only parentheses are open.
    pub(super) fn recover(&mut self, begin: usize) {
        let ends = |b: &Self| b.token().tok == Tok::Eof || b.begins_file_line();
        if self.hopeless || ends(self) {
            return;
        }
        let mut open = Open::default();
        let read = self.tokens.get(begin..self.at).unwrap_or(&[]);
        read.iter().for_each(|t| open.pass(t.tok));
        self.broken = false;
        self.recovered = true;
        loop {
            let tok = self.tok();
            let stops = match tok {
                t if t.begins_statement() && open.braces == 0 && self.at > begin && self.begins_line() => true,
                Tok::RBrace | Tok::Case | Tok::Default => open.braces == 0,
                Tok::Semi if self.broken_head => false,
                Tok::Semi | Tok::Newline if open.braces == 0 => {
                    open.parens == 0 || (tok == Tok::Newline && self.peek_at(1).begins_statement())
                }
                _ => false,
            };
            if stops {
                return;
            }
            if ends(self) {
                self.broken = true;
                return;
            }
            open.pass(tok);
            self.broken_head &= tok != Tok::LBrace;
            self.next();
        }
    }

    /// Whether the token is the first of its line.
    fn begins_line(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|i| self.tokens.get(i));
        before
            .is_none_or(|t| t.tok == Tok::Newline || self.str(Span::new(self.file, t.end, self.start())).contains('\n'))
    }

    /// Whether the token opens a declaration of the file: such a keyword where a line begins.
    pub(super) fn begins_file_line(&self) -> bool {
        let t = self.token();
        let opens = matches!(t.tok, Tok::Func | Tok::Var | Tok::Const | Tok::Type | Tok::Import);
        opens && self.text.as_bytes().get((t.start as usize).wrapping_sub(1)) == Some(&b'\n')
    }

    /// Consumes what separates statements and specifications; before a closing bracket nothing needs to.
    ///
    /// Spec: cited by the callers.
    pub(super) fn separator(&mut self, closing: Tok, context: &str) {
        match self.tok() {
            Tok::Semi | Tok::Newline => self.next(),
            t if t == closing || t == Tok::RBrace || t == Tok::RParen => {}
            _ => {
                let span = self.token_span();
                let found = self.token().tok.describe(self.str(span));
                self.error(span, format!("syntax error: unexpected {found} {context}"));
            }
        }
    }
}

/// Brackets that are open.
#[derive(Default)]
struct Open {
    braces: usize,
    /// Parentheses and square brackets inside the innermost brace.
    parens: usize,
}

impl Open {
    fn pass(&mut self, tok: Tok) {
        match tok {
            Tok::LBrace => (self.braces, self.parens) = (self.braces + 1, 0),
            Tok::RBrace => (self.braces, self.parens) = (self.braces.saturating_sub(1), 0),
            Tok::LParen | Tok::LBrack => self.parens += 1,
            Tok::RParen | Tok::RBrack => self.parens = self.parens.saturating_sub(1),
            _ => {}
        }
    }
}
