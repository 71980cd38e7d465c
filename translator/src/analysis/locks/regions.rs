//! Critical sections: from a `Lock` to the `Unlock` of the same key in the same block.

use super::super::Input;
use super::super::coloring::{Coloring, library};
use super::{LockKey, Locks, lock_key};
use crate::hir::visit::{self, Visitor};
use crate::hir::{Block, Call, Callee, Expr, ExprKind, Method, RangeKind, Stmt, StmtKind};
use crate::source::Span;
use crate::types::ObjId;
use rustc_hash::FxHashMap;

/// Locks whose address goes anywhere but to a method of their own: nothing is known of who locks them.
pub(super) fn escaping(input: Input<'_>, out: &mut FxHashMap<LockKey, Span>) {
    struct Finder<'a, 'o> {
        input: Input<'a>,
        out: &'o mut FxHashMap<LockKey, Span>,
    }
    impl<'a> Visitor<'a> for Finder<'a, '_> {
        fn expr(&mut self, e: &'a Expr) {
            match &e.kind {
                ExprKind::Call(call) => {
                    if let Callee::Method {
                        recv,
                        method: Method::Lib(obj),
                    } = &call.callee
                        && !library::keeps_receiver(&library::qualified(self.input, *obj))
                    {
                        // The receiver's own address is no escape; what it is computed from may hold others.
                        let inner = match &recv.kind {
                            ExprKind::AddrOf(x) => x,
                            _ => recv,
                        };
                        visit::walk_expr(self, inner);
                        for arg in call.args.iter() {
                            self.expr(arg);
                        }
                        return;
                    }
                }
                ExprKind::AddrOf(x) if is_lock(self.input, x) => {
                    if let Some(key) = lock_key(self.input, x) {
                        self.out.entry(key).or_insert(e.span);
                    }
                }
                ExprKind::MethodValue {
                    recv,
                    method: Method::Lib(_),
                } => {
                    if let Some(key) = lock_key(self.input, recv) {
                        self.out.entry(key).or_insert(e.span);
                    }
                }
                _ => {}
            }
            visit::walk_expr(self, e);
        }
    }
    let mut finder = Finder { input, out };
    for func in &input.hir.funcs {
        if let Some(body) = &func.body {
            finder.block(body);
        }
        // A lock that comes in by pointer may be anyone's.
        for local in func.params.iter().chain(&func.results).chain(&func.recv) {
            let local_type = input.hir.local(*local).ty;
            if input.pointee(local_type).is_some_and(|t| is_lock_type(input, t)) {
                finder
                    .out
                    .entry(LockKey::Local(*local))
                    .or_insert(input.hir.local(*local).span);
            }
        }
    }
}

fn is_lock(input: Input<'_>, e: &Expr) -> bool {
    is_lock_type(input, e.ty)
}

fn is_lock_type(input: Input<'_>, ty: crate::types::TypeId) -> bool {
    matches!(input.named_path(ty).as_deref(), Some("sync.Mutex" | "sync.RWMutex"))
}

/// Adds the locks that are held across a suspension.
pub(super) fn suspended(input: Input<'_>, coloring: &Coloring, locks: &mut Locks) {
    for func in &input.hir.funcs {
        let Some(body) = &func.body else { continue };
        let mut scan = Scan { input, coloring, locks };
        scan.block(body);
    }
}

struct Scan<'a, 'l> {
    input: Input<'a>,
    coloring: &'l Coloring,
    locks: &'l mut Locks,
}

impl<'a> Visitor<'a> for Scan<'a, '_> {
    fn block(&mut self, block: &'a Block) {
        for (i, stmt) in block.stmts.iter().enumerate() {
            if let Some((key, kind, span)) = self.locking(stmt) {
                self.section(key, kind, span, block.stmts.get(i + 1..).unwrap_or(&[]));
            }
        }
        visit::walk_block(self, block);
    }
}

impl<'a> Scan<'a, '_> {
    /// `m.Lock()` as a statement.
    fn locking(&self, stmt: &'a Stmt) -> Option<(LockKey, bool, Span)> {
        let StmtKind::Expr(e) = &stmt.kind else { return None };
        let (obj, recv) = lib_method(e)?;
        let name = library::qualified(self.input, obj);
        if library::behaviour(&name) != library::Behaviour::Locks {
            return None;
        }
        Some((lock_key(self.input, recv)?, name.ends_with("RLock"), e.span))
    }

    /// The statements after a lock: suspension before the unlock makes the lock asynchronous, and so does its absence.
    fn section(&mut self, key: LockKey, _read: bool, span: Span, rest: &'a [Stmt]) {
        let mut deferred = false;
        for stmt in rest {
            match &stmt.kind {
                StmtKind::Expr(e) if self.unlocks(e, key) => return,
                StmtKind::Defer(e) if self.unlocks(e, key) => deferred = true,
                _ => {
                    if let Some(at) = self.suspends(stmt) {
                        self.locks.asynchronous.entry(key).or_insert(at);
                        return;
                    }
                    if never_goes_on(stmt) {
                        return;
                    }
                }
            }
        }
        let unlocked_in_branches = rest.iter().any(|s| self.contains_unlock(s, key));
        if !deferred && !unlocked_in_branches {
            self.locks.asynchronous.entry(key).or_insert(span);
        }
    }

    fn contains_unlock(&self, stmt: &'a Stmt, key: LockKey) -> bool {
        struct Find<'s, 'a, 'l> {
            scan: &'s Scan<'a, 'l>,
            key: LockKey,
            found: bool,
        }
        impl<'a> Visitor<'a> for Find<'_, 'a, '_> {
            fn expr(&mut self, e: &'a Expr) {
                self.found |= self.scan.unlocks(e, self.key);
                visit::walk_expr(self, e);
            }
        }
        let mut find = Find {
            scan: self,
            key,
            found: false,
        };
        find.stmt(stmt);
        find.found
    }

    fn unlocks(&self, e: &Expr, key: LockKey) -> bool {
        let Some((obj, recv)) = lib_method(e) else { return false };
        library::is_unlock(&library::qualified(self.input, obj)) && lock_key(self.input, recv) == Some(key)
    }

    /// Where the statement may suspend.
    fn suspends(&self, stmt: &'a Stmt) -> Option<Span> {
        let mut finder = SuspensionFinder {
            input: self.input,
            coloring: self.coloring,
            locks: self.locks,
            found: None,
        };
        finder.stmt(stmt);
        finder.found
    }
}

/// A call of a library method.
fn lib_method(e: &Expr) -> Option<(ObjId, &Expr)> {
    let ExprKind::Call(call) = &e.kind else { return None };
    match &call.callee {
        Callee::Method {
            recv,
            method: Method::Lib(obj),
        } => Some((*obj, recv)),
        _ => None,
    }
}

fn never_goes_on(stmt: &Stmt) -> bool {
    matches!(
        stmt.kind,
        StmtKind::Return(_) | StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Goto(_)
    )
}

struct SuspensionFinder<'a, 'l> {
    input: Input<'a>,
    coloring: &'l Coloring,
    locks: &'l Locks,
    found: Option<Span>,
}

impl<'a> SuspensionFinder<'a, '_> {
    fn call(&mut self, call: &'a Call, span: Span) {
        let suspends = match &call.callee {
            Callee::Func { func, .. } => self.coloring.is_async(*func),
            Callee::Method { recv, method } => match method {
                Method::User(f) => self.coloring.is_async(*f),
                Method::Interface { obj, .. } => self.coloring.is_async_method(self.input.origin(*obj)),
                Method::Lib(obj) => self.lib(*obj, Some(recv), call),
            },
            Callee::Lib { obj, .. } => self.lib(*obj, None, call),
            Callee::Value(v) => match &v.kind {
                ExprKind::FuncLit(f) => self.coloring.is_async(*f),
                _ => self.coloring.is_async_type(v.ty),
            },
            Callee::Builtin(_) => false,
        };
        if suspends {
            self.found.get_or_insert(span);
        }
    }

    fn lib(&self, obj: ObjId, recv: Option<&Expr>, call: &Call) -> bool {
        match library::behaviour(&library::qualified(self.input, obj)) {
            library::Behaviour::Suspends => true,
            library::Behaviour::Locks => self.locks.is_async(recv.and_then(|r| lock_key(self.input, r))),
            library::Behaviour::CallsArgument => call.args.iter().any(|a| match &a.kind {
                ExprKind::FuncLit(f) => self.coloring.is_async(*f),
                _ => self.coloring.is_async_type(a.ty),
            }),
            _ => false,
        }
    }
}

impl<'a> Visitor<'a> for SuspensionFinder<'a, '_> {
    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Send { .. } => drop(self.found.get_or_insert(stmt.span)),
            StmtKind::Select(s) if !super::super::coloring::is_try(s) => drop(self.found.get_or_insert(stmt.span)),
            StmtKind::Range(r) if r.kind == RangeKind::Channel => drop(self.found.get_or_insert(stmt.span)),
            StmtKind::Range(r) if r.kind == RangeKind::Func && self.coloring.is_async_type(r.x.ty) => {
                self.found.get_or_insert(stmt.span);
            }
            StmtKind::Go(e) => {
                if let ExprKind::Call(call) = &e.kind {
                    call.args.iter().for_each(|a| self.expr(a));
                }
                return;
            }
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }

    fn expr(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Recv { .. } => drop(self.found.get_or_insert(e.span)),
            ExprKind::Call(call) => self.call(call, e.span),
            _ => {}
        }
        visit::walk_expr(self, e);
    }
}
