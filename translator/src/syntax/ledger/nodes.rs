//! The nodes that comments are attached to, with their places.
//!
//! In: a file's tree. Out: a flat list in the order of the text, what is around before what is inside.
//! Invariants: of two nodes one holds the other, or they do not touch; nodes without text are not listed.

use crate::source::Span;
use crate::syntax::ast::*;
use std::cmp::Reverse;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum NodeKind {
    /// The whole file.
    File,
    /// The name behind `package`.
    Package,
    /// A declaration, also one in a function.
    Decl,
    /// A line of a declaration.
    Spec,
    /// Parameters, results, type parameters, the fields of a struct.
    FieldList,
    /// A field, parameter, method of an interface or embedded type.
    Field,
    /// A block with its braces.
    Block,
    /// A statement.
    Stmt,
    /// A clause of a `switch` or `select`.
    Clause,
    /// `case …:`
    ClauseHead,
    /// An expression or type.
    Expr,
    /// A name that is no expression.
    Ident,
}

/// A node: its kind and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// From its first to past its last byte.
    pub span: Span,
}

/// All nodes of a file; the file itself is the first.
pub(super) fn of(file: &File) -> Vec<Node> {
    let mut out = Collector(vec![Node {
        kind: NodeKind::File,
        span: file.span,
    }]);
    out.add(NodeKind::Package, file.package.span);
    file.decls.iter().for_each(|d| out.decl(d));
    let mut nodes = out.0;
    // Stable, so that of nodes with the same place the outer one stays before the inner one.
    nodes.sort_by_key(|n| (n.span.start, Reverse(n.span.end)));
    nodes
}

struct Collector(Vec<Node>);

impl Collector {
    fn add(&mut self, kind: NodeKind, span: Span) {
        if span.start < span.end {
            self.0.push(Node { kind, span });
        }
    }

    fn decl(&mut self, d: &Decl) {
        match d {
            Decl::Func(d) => {
                self.add(NodeKind::Decl, d.span);
                d.recv.iter().for_each(|r| self.fields(r));
                self.ident(&d.name);
                d.type_params.iter().for_each(|p| self.fields(p));
                self.signature(&d.ty);
                d.body.iter().for_each(|b| self.block(b));
            }
            Decl::Gen(d) => self.gen_decl(d),
        }
    }

    fn gen_decl(&mut self, d: &GenDecl) {
        self.add(NodeKind::Decl, d.span);
        match &d.kind {
            GenKind::Import(specs) => {
                for s in specs {
                    self.add(NodeKind::Spec, s.span);
                    s.name.iter().for_each(|n| self.ident(n));
                    self.add(NodeKind::Expr, s.path_span);
                }
            }
            GenKind::Const(specs) => {
                for s in specs {
                    self.value_spec(s.span, &s.names, &s.ty, &s.values);
                }
            }
            GenKind::Var(specs) => {
                for s in specs {
                    self.value_spec(s.span, &s.names, &s.ty, &s.values);
                }
            }
            GenKind::Type(specs) => {
                for s in specs {
                    self.add(NodeKind::Spec, s.span);
                    self.ident(&s.name);
                    s.type_params.iter().for_each(|p| self.fields(p));
                    self.expr(&s.ty);
                }
            }
        }
    }

    fn value_spec(&mut self, span: Span, names: &[Ident], ty: &Option<Expr>, values: &[Expr]) {
        self.add(NodeKind::Spec, span);
        names.iter().for_each(|n| self.ident(n));
        ty.iter().chain(values).for_each(|e| self.expr(e));
    }

    fn ident(&mut self, id: &Ident) {
        self.add(NodeKind::Ident, id.span);
    }

    fn fields(&mut self, list: &FieldList) {
        self.add(NodeKind::FieldList, list.span);
        for f in &list.fields {
            self.add(NodeKind::Field, f.span);
            f.names.iter().for_each(|n| self.ident(n));
            self.expr(&f.ty);
            f.tag.iter().for_each(|t| self.add(NodeKind::Expr, t.span));
        }
    }

    fn signature(&mut self, t: &FuncType) {
        self.fields(&t.params);
        t.results.iter().for_each(|r| self.fields(r));
    }

    fn exprs(&mut self, list: &[Expr]) {
        list.iter().for_each(|e| self.expr(e));
    }

    fn expr(&mut self, e: &Expr) {
        self.add(NodeKind::Expr, e.span);
        match &e.kind {
            ExprKind::Bad | ExprKind::Ident(_) | ExprKind::BasicLit(_) => {}
            ExprKind::CompositeLit(c) => {
                c.ty.iter().for_each(|t| self.expr(t));
                self.add(NodeKind::Block, c.lbrace.to(c.rbrace));
                self.exprs(&c.elems);
            }
            ExprKind::FuncLit(f) => {
                self.signature(&f.ty);
                self.block(&f.body);
            }
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Unary(_, x) | ExprKind::ChanType(_, x) => self.expr(x),
            ExprKind::Selector(x, sel) => {
                self.expr(x);
                self.ident(sel);
            }
            ExprKind::Index(x, args) => {
                self.expr(x);
                self.exprs(args);
            }
            ExprKind::Slice(s) => {
                self.expr(&s.x);
                [&s.low, &s.high, &s.max]
                    .into_iter()
                    .flatten()
                    .for_each(|e| self.expr(e));
            }
            ExprKind::TypeAssert(x, t) => {
                self.expr(x);
                t.iter().for_each(|t| self.expr(t));
            }
            ExprKind::Call(c) => {
                self.expr(&c.fun);
                self.add(NodeKind::Block, c.args_span);
                self.exprs(&c.args);
            }
            ExprKind::Binary(b) => {
                self.expr(&b.x);
                self.expr(&b.y);
            }
            ExprKind::KeyValue(k, x) | ExprKind::MapType(k, x) => {
                self.expr(k);
                self.expr(x);
            }
            ExprKind::Ellipsis(x) => x.iter().for_each(|x| self.expr(x)),
            ExprKind::ArrayType(n, x) => {
                n.iter().for_each(|n| self.expr(n));
                self.expr(x);
            }
            ExprKind::FuncType(t) => self.signature(t),
            ExprKind::InterfaceType(i) => i.elems.iter().for_each(|e| self.interface_elem(e)),
            ExprKind::StructType(list) => self.fields(list),
        }
    }

    fn interface_elem(&mut self, elem: &InterfaceElem) {
        match elem {
            InterfaceElem::Method { span, name, ty, .. } => {
                self.add(NodeKind::Field, *span);
                self.ident(name);
                self.signature(ty);
            }
            InterfaceElem::Embedded { span, ty, .. } => {
                self.add(NodeKind::Field, *span);
                self.expr(ty);
            }
        }
    }

    fn block(&mut self, b: &Block) {
        self.add(NodeKind::Block, b.span);
        self.stmts(&b.stmts);
    }

    fn stmts(&mut self, list: &[Stmt]) {
        list.iter().for_each(|s| self.stmt(s));
    }

    fn stmt(&mut self, s: &Stmt) {
        self.add(NodeKind::Stmt, s.span);
        match &s.kind {
            StmtKind::Bad | StmtKind::Empty => {}
            StmtKind::Decl(d) => self.gen_decl(d),
            StmtKind::Labeled(l, s) => {
                self.ident(l);
                self.stmt(s);
            }
            StmtKind::Expr(e) | StmtKind::Go(e) | StmtKind::Defer(e) | StmtKind::IncDec { x: e, .. } => self.expr(e),
            StmtKind::Send(c, x) => {
                self.expr(c);
                self.expr(x);
            }
            StmtKind::Assign(a) => {
                self.exprs(&a.lhs);
                self.exprs(&a.rhs);
            }
            StmtKind::Return(list) => self.exprs(list),
            StmtKind::Branch(_, label) => label.iter().for_each(|l| self.ident(l)),
            StmtKind::Block(b) => self.block(b),
            StmtKind::If(i) => {
                i.init.iter().for_each(|s| self.stmt(s));
                self.expr(&i.cond);
                self.block(&i.then);
                i.els.iter().for_each(|s| self.stmt(s));
            }
            StmtKind::Switch(s) => {
                s.init.iter().for_each(|s| self.stmt(s));
                s.tag.iter().for_each(|e| self.expr(e));
                s.cases.iter().for_each(|c| self.case(c));
            }
            StmtKind::TypeSwitch(s) => {
                s.init.iter().for_each(|s| self.stmt(s));
                s.bind.iter().for_each(|b| self.ident(b));
                self.expr(&s.x);
                s.cases.iter().for_each(|c| self.case(c));
            }
            StmtKind::Select(s) => {
                for c in &s.cases {
                    self.add(NodeKind::Clause, c.span);
                    self.add(NodeKind::ClauseHead, c.head);
                    c.comm.iter().for_each(|s| self.stmt(s));
                    self.stmts(&c.body);
                }
            }
            StmtKind::For(f) => {
                f.init.iter().for_each(|s| self.stmt(s));
                f.cond.iter().for_each(|e| self.expr(e));
                f.post.iter().for_each(|s| self.stmt(s));
                self.block(&f.body);
            }
            StmtKind::Range(r) => {
                r.key.iter().chain(&r.value).for_each(|e| self.expr(e));
                self.expr(&r.x);
                self.block(&r.body);
            }
        }
    }

    fn case(&mut self, c: &CaseClause) {
        self.add(NodeKind::Clause, c.span);
        self.add(NodeKind::ClauseHead, c.head);
        self.exprs(&c.exprs);
        self.stmts(&c.body);
    }
}
