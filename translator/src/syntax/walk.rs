//! A walk over the tree: every expression and every identifier once, in source order but for small liberties.
//!
//! In: a file. Out: calls of a `Visitor`.
//! Invariants: an identifier that is an expression comes to `expr` only; all others, declaring, labels, selectors' and
//! literals' field names that are no expressions, come to `ident`.

use super::ast::*;

/// What is done at each node; both do nothing unless written.
pub trait Visitor {
    /// An expression or type, before what is in it.
    fn expr(&mut self, e: &Expr) {
        let _ = e;
    }
    /// An identifier that is no expression.
    fn ident(&mut self, id: &Ident) {
        let _ = id;
    }
}

/// Walks a whole file.
pub fn file(v: &mut impl Visitor, f: &File) {
    for d in &f.decls {
        match d {
            Decl::Func(d) => {
                d.recv.iter().for_each(|r| fields(v, r));
                v.ident(&d.name);
                d.type_params.iter().for_each(|p| fields(v, p));
                func_type(v, &d.ty);
                d.body.iter().for_each(|b| block(v, b));
            }
            Decl::Gen(d) => gen_decl(v, d),
        }
    }
}

fn gen_decl(v: &mut impl Visitor, d: &GenDecl) {
    match &d.kind {
        GenKind::Import(specs) => specs.iter().flat_map(|s| &s.name).for_each(|n| v.ident(n)),
        GenKind::Const(specs) => {
            for s in specs {
                s.names.iter().for_each(|n| v.ident(n));
                s.ty.iter().chain(&s.values).for_each(|e| expr(v, e));
            }
        }
        GenKind::Var(specs) => {
            for s in specs {
                s.names.iter().for_each(|n| v.ident(n));
                s.ty.iter().chain(&s.values).for_each(|e| expr(v, e));
            }
        }
        GenKind::Type(specs) => {
            for s in specs {
                v.ident(&s.name);
                s.type_params.iter().for_each(|p| fields(v, p));
                expr(v, &s.ty);
            }
        }
    }
}

fn fields(v: &mut impl Visitor, list: &FieldList) {
    for f in &list.fields {
        f.names.iter().for_each(|n| v.ident(n));
        expr(v, &f.ty);
    }
}

fn func_type(v: &mut impl Visitor, t: &FuncType) {
    fields(v, &t.params);
    t.results.iter().for_each(|r| fields(v, r));
}

fn exprs(v: &mut impl Visitor, list: &[Expr]) {
    list.iter().for_each(|e| expr(v, e));
}

/// Walks an expression.
pub fn expr(v: &mut impl Visitor, e: &Expr) {
    v.expr(e);
    match &e.kind {
        ExprKind::Bad | ExprKind::Ident(_) | ExprKind::BasicLit(_) => {}
        ExprKind::CompositeLit(c) => {
            c.ty.iter().for_each(|t| expr(v, t));
            exprs(v, &c.elems);
        }
        ExprKind::FuncLit(f) => {
            func_type(v, &f.ty);
            block(v, &f.body);
        }
        ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Unary(_, x) | ExprKind::ChanType(_, x) => expr(v, x),
        ExprKind::Selector(x, sel) => {
            expr(v, x);
            v.ident(sel);
        }
        ExprKind::Index(x, args) => {
            expr(v, x);
            exprs(v, args);
        }
        ExprKind::Slice(s) => {
            expr(v, &s.x);
            [&s.low, &s.high, &s.max].into_iter().flatten().for_each(|e| expr(v, e));
        }
        ExprKind::TypeAssert(x, t) => {
            expr(v, x);
            t.iter().for_each(|t| expr(v, t));
        }
        ExprKind::Call(c) => {
            expr(v, &c.fun);
            exprs(v, &c.args);
        }
        ExprKind::Binary(b) => {
            expr(v, &b.x);
            expr(v, &b.y);
        }
        ExprKind::KeyValue(k, x) | ExprKind::MapType(k, x) => {
            expr(v, k);
            expr(v, x);
        }
        ExprKind::Ellipsis(x) => x.iter().for_each(|x| expr(v, x)),
        ExprKind::ArrayType(n, x) => {
            n.iter().for_each(|n| expr(v, n));
            expr(v, x);
        }
        ExprKind::FuncType(t) => func_type(v, t),
        ExprKind::InterfaceType(i) => {
            for elem in &i.elems {
                match elem {
                    InterfaceElem::Method { name, ty, .. } => {
                        v.ident(name);
                        func_type(v, ty);
                    }
                    InterfaceElem::Embedded { ty, .. } => expr(v, ty),
                }
            }
        }
        ExprKind::StructType(list) => fields(v, list),
    }
}

fn block(v: &mut impl Visitor, b: &Block) {
    stmts(v, &b.stmts);
}

fn stmts(v: &mut impl Visitor, list: &[Stmt]) {
    list.iter().for_each(|s| stmt(v, s));
}

fn stmt(v: &mut impl Visitor, s: &Stmt) {
    match &s.kind {
        StmtKind::Bad | StmtKind::Empty => {}
        StmtKind::Decl(d) => gen_decl(v, d),
        StmtKind::Labeled(l, s) => {
            v.ident(l);
            stmt(v, s);
        }
        StmtKind::Expr(e) | StmtKind::Go(e) | StmtKind::Defer(e) | StmtKind::IncDec { x: e, .. } => expr(v, e),
        StmtKind::Send(c, x) => {
            expr(v, c);
            expr(v, x);
        }
        StmtKind::Assign(a) => {
            exprs(v, &a.lhs);
            exprs(v, &a.rhs);
        }
        StmtKind::Return(list) => exprs(v, list),
        StmtKind::Branch(_, label) => label.iter().for_each(|l| v.ident(l)),
        StmtKind::Block(b) => block(v, b),
        StmtKind::If(i) => {
            i.init.iter().for_each(|s| stmt(v, s));
            expr(v, &i.cond);
            block(v, &i.then);
            i.els.iter().for_each(|s| stmt(v, s));
        }
        StmtKind::Switch(s) => {
            s.init.iter().for_each(|s| stmt(v, s));
            s.tag.iter().for_each(|e| expr(v, e));
            s.cases.iter().for_each(|c| case(v, c));
        }
        StmtKind::TypeSwitch(s) => {
            s.init.iter().for_each(|s| stmt(v, s));
            s.bind.iter().for_each(|b| v.ident(b));
            expr(v, &s.x);
            s.cases.iter().for_each(|c| case(v, c));
        }
        StmtKind::Select(s) => {
            for c in &s.cases {
                c.comm.iter().for_each(|s| stmt(v, s));
                stmts(v, &c.body);
            }
        }
        StmtKind::For(f) => {
            f.init.iter().for_each(|s| stmt(v, s));
            f.cond.iter().for_each(|e| expr(v, e));
            f.post.iter().for_each(|s| stmt(v, s));
            block(v, &f.body);
        }
        StmtKind::Range(r) => {
            r.key.iter().chain(&r.value).for_each(|e| expr(v, e));
            expr(v, &r.x);
            block(v, &r.body);
        }
    }
}

fn case(v: &mut impl Visitor, c: &CaseClause) {
    exprs(v, &c.exprs);
    stmts(v, &c.body);
}
