//! Walks over the HIR: every analysis visits through here, so that a new node kind is added in one place.
//!
//! Function literals are not entered: a literal is a function of its own in `Program::funcs`.

use super::{Block, Call, Callee, Comm, Expr, ExprKind, RangeVar, Stmt, StmtKind};

/// Override what you look at; call the matching `walk_…` to go on into it. Order is evaluation order.
pub trait Visitor<'p> {
    /// Visits an expression.
    fn expr(&mut self, expr: &'p Expr) {
        walk_expr(self, expr);
    }
    /// Visits a statement.
    fn stmt(&mut self, stmt: &'p Stmt) {
        walk_stmt(self, stmt);
    }
    /// Visits a block.
    fn block(&mut self, block: &'p Block) {
        walk_block(self, block);
    }
}

/// Visits the statements of a block.
pub fn walk_block<'p, V: Visitor<'p> + ?Sized>(v: &mut V, block: &'p Block) {
    for stmt in &block.stmts {
        v.stmt(stmt);
    }
}

/// Visits the parts of a statement.
pub fn walk_stmt<'p, V: Visitor<'p> + ?Sized>(v: &mut V, stmt: &'p Stmt) {
    match &stmt.kind {
        StmtKind::Empty
        | StmtKind::Break(_)
        | StmtKind::Continue(_)
        | StmtKind::Goto(_)
        | StmtKind::Fallthrough
        | StmtKind::Const(_)
        | StmtKind::Type(_) => {}
        StmtKind::Let { init, .. } => init.iter().for_each(|e| v.expr(e)),
        StmtKind::Assign { lhs, rhs, .. } => {
            lhs.iter().flatten().for_each(|e| v.expr(e));
            rhs.iter().for_each(|e| v.expr(e));
        }
        StmtKind::OpAssign { place, value, .. } => {
            v.expr(place);
            v.expr(value);
        }
        StmtKind::Expr(e) | StmtKind::Go(e) | StmtKind::Defer(e) => v.expr(e),
        StmtKind::Send { channel, value } => {
            v.expr(channel);
            v.expr(value);
        }
        StmtKind::Return(values) => values.iter().for_each(|e| v.expr(e)),
        StmtKind::If { cond, then, els } => {
            v.expr(cond);
            v.block(then);
            if let Some(els) = els {
                v.stmt(els);
            }
        }
        StmtKind::For(f) => {
            if let Some(init) = &f.init {
                v.stmt(init);
            }
            if let Some(cond) = &f.cond {
                v.expr(cond);
            }
            v.block(&f.body);
            if let Some(post) = &f.post {
                v.stmt(post);
            }
        }
        StmtKind::Range(r) => {
            v.expr(&r.x);
            for var in [&r.key, &r.value].into_iter().flatten() {
                range_var(v, var);
            }
            v.block(&r.body);
        }
        StmtKind::Switch(s) => {
            if let Some(tag) = &s.tag {
                v.expr(tag);
            }
            for clause in &s.clauses {
                clause.values.iter().for_each(|e| v.expr(e));
                v.block(&clause.body);
            }
        }
        StmtKind::TypeSwitch(s) => {
            v.expr(&s.x);
            for clause in &s.clauses {
                v.block(&clause.body);
            }
        }
        StmtKind::Select(s) => {
            for arm in &s.arms {
                match &arm.comm {
                    Comm::Default => {}
                    Comm::Send { channel, value } => {
                        v.expr(channel);
                        v.expr(value);
                    }
                    Comm::Recv { channel, .. } => v.expr(channel),
                }
            }
            for arm in &s.arms {
                if let Comm::Recv { value, ok, .. } = &arm.comm {
                    for var in [value, ok].into_iter().flatten() {
                        range_var(v, var);
                    }
                }
                v.block(&arm.body);
            }
        }
        StmtKind::Block(b) => v.block(b),
        StmtKind::Labeled(_, s) => v.stmt(s),
    }
}

fn range_var<'p, V: Visitor<'p> + ?Sized>(v: &mut V, var: &'p RangeVar) {
    if let RangeVar::Assign(place) = var {
        v.expr(place);
    }
}

/// Visits the operands of an expression.
pub fn walk_expr<'p, V: Visitor<'p> + ?Sized>(v: &mut V, expr: &'p Expr) {
    match &expr.kind {
        ExprKind::Const { .. }
        | ExprKind::Zero
        | ExprKind::TupleElem(_)
        | ExprKind::Local(_)
        | ExprKind::Global(_)
        | ExprKind::LibVar(_)
        | ExprKind::Func { .. }
        | ExprKind::LibFunc { .. }
        | ExprKind::FuncLit(_)
        | ExprKind::MethodExpr { .. }
        | ExprKind::Embedded(_)
        | ExprKind::Unsupported(_) => {}
        ExprKind::Unary(_, x)
        | ExprKind::Deref(x)
        | ExprKind::AddrOf(x)
        | ExprKind::New(x)
        | ExprKind::Convert(_, x)
        | ExprKind::Field { base: x, .. }
        | ExprKind::TypeAssert { x, .. }
        | ExprKind::MethodValue { recv: x, .. }
        | ExprKind::Recv { channel: x, .. } => v.expr(x),
        ExprKind::Binary(_, x, y) | ExprKind::Index { base: x, index: y } | ExprKind::MapIndexOk { map: x, key: y } => {
            v.expr(x);
            v.expr(y);
        }
        ExprKind::Slice { base, low, high, max } => {
            v.expr(base);
            for e in [low, high, max].into_iter().flatten() {
                v.expr(e);
            }
        }
        ExprKind::Call(call) => walk_call(v, call),
        ExprKind::StructLit(fields) => fields.iter().for_each(|(_, e)| v.expr(e)),
        ExprKind::ArrayLit { elems, .. } => elems.iter().for_each(|(_, e)| v.expr(e)),
        ExprKind::MapLit(entries) => {
            for (key, value) in entries {
                v.expr(key);
                v.expr(value);
            }
        }
    }
}

/// Visits the callee and the arguments of a call.
pub fn walk_call<'p, V: Visitor<'p> + ?Sized>(v: &mut V, call: &'p Call) {
    match &call.callee {
        Callee::Method { recv, .. } => v.expr(recv),
        Callee::Value(f) => v.expr(f),
        Callee::Func { .. } | Callee::Lib { .. } | Callee::Builtin(_) => {}
    }
    call.args.iter().for_each(|e| v.expr(e));
}
