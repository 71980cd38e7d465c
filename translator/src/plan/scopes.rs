//! `defer`s that are scopes in Rust: a lock's guard, a group's task.
//!
//! In: the HIR. Out: [`Scopes`]: which `Lock`/`defer Unlock` pairs become a guard, which `WaitGroup`s become a task group,
//! and so which functions need no list of deferred calls.
//! Invariants: a pair is taken only at the top of a function's body and only when every `defer` of the function is one
//! of these, since otherwise the order among them would be lost; a group only when every mention of it is one of the
//! pattern's.

use crate::analysis::Input;
use crate::analysis::coloring::library;
use crate::analysis::locks::{LockKey, lock_key};
use crate::hir::visit::{self, Visitor};
use crate::hir::{Callee, Expr, ExprKind, FuncId, LocalId, LocalKind, Method, Stmt, StmtKind};
use crate::source::Span;
use crate::types::ConstValue;
use rustc_hash::{FxHashMap, FxHashSet};

/// The decisions, by the statements' spans.
#[derive(Debug, Default)]
pub struct Scopes {
    /// `mu.Lock()` statements that bind a guard.
    pub guards: FxHashSet<Span>,
    /// Statements that leave nothing: the `defer mu.Unlock()`, `wg.Add(1)`, `defer wg.Done()` of a pattern.
    pub silent: FxHashSet<Span>,
    /// Wait groups that are task groups.
    pub groups: FxHashSet<LocalId>,
    /// `go` statements that spawn into a group.
    pub spawns: FxHashMap<Span, LocalId>,
    /// Literals that a group starts; their `Done` is gone, so that they need not know the group.
    pub tasks: FxHashMap<FuncId, LocalId>,
    /// Functions and literals that need no list of deferred calls.
    pub without_defers: FxHashSet<FuncId>,
}

/// Finds the patterns.
pub fn scopes(input: Input<'_>) -> Scopes {
    let mut out = Scopes::default();
    task_groups(input, &mut out);
    for func in &input.hir.funcs {
        if func.has_defer {
            guards(input, func.id, &mut out);
        }
    }
    out
}

/// A call of a library method: its qualified name and its receiver.
fn lib_method<'a>(input: Input<'_>, e: &'a Expr) -> Option<(String, &'a Expr, &'a crate::hir::Call)> {
    let ExprKind::Call(call) = &e.kind else { return None };
    match &call.callee {
        Callee::Method {
            recv,
            method: Method::Lib(obj),
        } => Some((library::qualified(input, *obj), recv, call)),
        _ => None,
    }
}

/// The pairs of one function, if they are all its `defer`s.
fn guards(input: Input<'_>, id: FuncId, out: &mut Scopes) {
    let Some(body) = &input.hir.func(id).body else { return };
    let mut pairs = Vec::new();
    for window in body.stmts.windows(2) {
        if let [lock, unlock] = window
            && is_pair(input, id, lock, unlock)
        {
            pairs.push((lock.span, unlock.span));
        }
    }
    let mut defers = Defers(Vec::new());
    defers.block(body);
    let known = |span: &Span| out.silent.contains(span) || pairs.iter().any(|(_, d)| d == span);
    // Without any of its own, the function has those of loops over functions.
    if defers.0.is_empty() || !defers.0.iter().all(known) {
        return;
    }
    for (lock, unlock) in pairs {
        out.guards.insert(lock);
        out.silent.insert(unlock);
    }
    out.without_defers.insert(id);
}

struct Defers(Vec<Span>);

impl<'p> Visitor<'p> for Defers {
    fn stmt(&mut self, stmt: &'p Stmt) {
        if let StmtKind::Defer(_) = stmt.kind {
            self.0.push(stmt.span);
        }
        visit::walk_stmt(self, stmt);
    }
}

/// `mu.Lock()` and `defer mu.Unlock()` of one lock that outlives the function.
fn is_pair(input: Input<'_>, func: FuncId, lock: &Stmt, unlock: &Stmt) -> bool {
    let (StmtKind::Expr(lock), StmtKind::Defer(unlock)) = (&lock.kind, &unlock.kind) else {
        return false;
    };
    let (Some((locking, recv, _)), Some((unlocking, other, _))) = (lib_method(input, lock), lib_method(input, unlock))
    else {
        return false;
    };
    let matching = matches!(
        (locking.as_str(), unlocking.as_str()),
        ("sync.Mutex.Lock", "sync.Mutex.Unlock")
            | ("sync.RWMutex.Lock", "sync.RWMutex.Unlock")
            | ("sync.RWMutex.RLock", "sync.RWMutex.RUnlock")
    );
    let key = lock_key(input, recv);
    matching
        && key.is_some()
        && key == lock_key(input, other)
        && outlives(input, func, recv, key)
        && same_place(recv, other)
}

/// The lock is part of what the receiver or a parameter points to, a package variable, or an enclosing function's.
fn outlives(input: Input<'_>, func: FuncId, recv: &Expr, key: Option<LockKey>) -> bool {
    if matches!(key, Some(LockKey::Global(_))) {
        return true;
    }
    match &recv.kind {
        ExprKind::AddrOf(x) | ExprKind::Field { base: x, .. } => outlives(input, func, x, key),
        ExprKind::Local(l) => input.hir.local(*l).func != func,
        ExprKind::Deref(p) => match p.kind {
            ExprKind::Local(l) => {
                let local = input.hir.local(l);
                local.func != func || matches!(local.kind, LocalKind::Receiver | LocalKind::Param)
            }
            _ => false,
        },
        _ => false,
    }
}

/// The same path from the same variable.
fn same_place(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::AddrOf(a), ExprKind::AddrOf(b)) | (ExprKind::Deref(a), ExprKind::Deref(b)) => same_place(a, b),
        (ExprKind::Field { base: a, index: i }, ExprKind::Field { base: b, index: j }) => i == j && same_place(a, b),
        (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
        (ExprKind::Global(a), ExprKind::Global(b)) => a == b,
        _ => false,
    }
}

/// Wait groups of which every mention is `Add(1)` before a `go` whose literal begins with `defer Done()`, or `Wait`.
fn task_groups(input: Input<'_>, out: &mut Scopes) {
    let mut mentions = Mentions {
        input,
        total: FxHashMap::default(),
        known: FxHashMap::default(),
        found: Vec::new(),
    };
    for func in &input.hir.funcs {
        if let Some(body) = &func.body {
            mentions.block(body);
        }
    }
    let Mentions {
        total, known, found, ..
    } = mentions;
    for group in total.keys() {
        let local = input.hir.local(*group);
        let is_group = input.named_path(local.ty).as_deref() == Some("sync.WaitGroup");
        let spawns = found.iter().any(|p| p.group == *group);
        if is_group && local.kind == LocalKind::Variable && spawns && total.get(group) == known.get(group) {
            out.groups.insert(*group);
        }
    }
    for pattern in found.into_iter().filter(|p| out.groups.contains(&p.group)) {
        out.silent.insert(pattern.add);
        out.silent.insert(pattern.done);
        out.spawns.insert(pattern.go, pattern.group);
        out.tasks.insert(pattern.task, pattern.group);
    }
}

struct Pattern {
    group: LocalId,
    add: Span,
    go: Span,
    done: Span,
    task: FuncId,
}

struct Mentions<'a> {
    input: Input<'a>,
    /// All mentions of a local.
    total: FxHashMap<LocalId, usize>,
    /// Those that belong to the pattern.
    known: FxHashMap<LocalId, usize>,
    found: Vec<Pattern>,
}

impl<'a> Mentions<'a> {
    /// `wg.Method(…)` on a local wait group.
    fn on_group(&self, e: &'a Expr, method: &str) -> Option<(LocalId, &'a crate::hir::Call)> {
        let (name, recv, call) = lib_method(self.input, e)?;
        if name != format!("sync.WaitGroup.{method}") {
            return None;
        }
        match &recv.kind {
            ExprKind::AddrOf(x) => match x.kind {
                ExprKind::Local(l) => Some((l, call)),
                _ => None,
            },
            _ => None,
        }
    }

    /// `wg.Add(1)` and `go func() { defer wg.Done(); … }()`
    fn pattern(&self, add: &'a Stmt, go: &'a Stmt) -> Option<Pattern> {
        let (StmtKind::Expr(added), StmtKind::Go(started)) = (&add.kind, &go.kind) else {
            return None;
        };
        let (group, call) = self.on_group(added, "Add")?;
        let one = match &call.args.items[..] {
            [
                Expr {
                    kind:
                        ExprKind::Const {
                            value: ConstValue::Int(n),
                            ..
                        },
                    ..
                },
            ] => *n == 1.into(),
            _ => false,
        };
        let ExprKind::Call(started) = &started.kind else {
            return None;
        };
        let Callee::Value(Expr {
            kind: ExprKind::FuncLit(task),
            ..
        }) = &started.callee
        else {
            return None;
        };
        let first = self.input.hir.func(*task).body.as_ref()?.stmts.first()?;
        let StmtKind::Defer(done) = &first.kind else {
            return None;
        };
        let (other, _) = self.on_group(done, "Done")?;
        (one && other == group).then_some(Pattern {
            group,
            add: add.span,
            go: go.span,
            done: first.span,
            task: *task,
        })
    }
}

impl<'a> Visitor<'a> for Mentions<'a> {
    fn block(&mut self, block: &'a crate::hir::Block) {
        for window in block.stmts.windows(2) {
            if let [add, go] = window
                && let Some(pattern) = self.pattern(add, go)
            {
                *self.known.entry(pattern.group).or_default() += 2;
                self.found.push(pattern);
            }
        }
        visit::walk_block(self, block);
    }

    fn expr(&mut self, e: &'a Expr) {
        if let ExprKind::Local(l) = e.kind {
            *self.total.entry(l).or_default() += 1;
        }
        if let Some((group, _)) = self.on_group(e, "Wait") {
            *self.known.entry(group).or_default() += 1;
        }
        visit::walk_expr(self, e);
    }
}
