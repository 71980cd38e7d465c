//! The walk behind [`Guarded`]: which sections are open, and what is used in and outside of them.
//!
//! In: the bodies. Out: sections, refused locks and outside fields in `Guarded`; what was seen in each section.

use super::super::super::Input;
use super::super::super::coloring::library;
use super::super::super::ownership::{field_object, same_place};
use super::super::super::sharing::Sharing;
use super::{Candidate, Guarded, Owner, Unlock};
use crate::hir::visit::{self, Visitor};
use crate::hir::{Block, Callee, Expr, ExprKind, FuncId, LocalId, Method, RangeVar, Stmt, StmtKind};
use crate::source::Span;
use crate::types::ObjId;
use rustc_hash::{FxHashMap, FxHashSet};

/// A section that is open where the walk is.
#[derive(Clone, Copy)]
pub(super) struct Held<'a> {
    base: &'a Expr,
    owner: Owner,
    write: bool,
    /// Into `opened`.
    index: usize,
}

/// Something that a lock may own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mention {
    Field(ObjId),
    Variable(LocalId),
}

/// How a variable beside local locks is used.
#[derive(Default)]
pub(super) struct VariableUse {
    /// The locks under which it is used.
    pub(super) locks: FxHashSet<LocalId>,
    /// It is used without a lock where a lock may not be taken for the moment.
    pub(super) unguarded: bool,
    /// It is written under a read lock.
    pub(super) written_shared: bool,
}

/// What was seen in a section.
pub(super) struct Opened {
    pub(super) lock: Span,
    pub(super) owner: Owner,
    pub(super) write: bool,
    pub(super) writes: bool,
    pub(super) mentions: Vec<Mention>,
    /// Statements between, if they stand in one block.
    pub(super) statements: usize,
    pub(super) simple: bool,
    pub(super) dropped: bool,
}

pub(super) struct Walk<'a, 'w> {
    pub(super) input: Input<'a>,
    pub(super) sharing: &'w Sharing,
    pub(super) candidates: &'w FxHashMap<ObjId, Candidate>,
    pub(super) lockers: &'w FxHashMap<ObjId, FxHashSet<FuncId>>,
    pub(super) local_locks: &'w FxHashMap<LocalId, bool>,
    /// Variables that literals share, in functions with local locks.
    pub(super) variables: FxHashMap<LocalId, VariableUse>,
    pub(super) held: Vec<Held<'a>>,
    pub(super) opened: Vec<Opened>,
    pub(super) out: Guarded,
    pub(super) func: FuncId,
    /// Owners of the sections that `defer Unlock` ends in the function.
    pub(super) deferred: Vec<(Owner, Span)>,
}

/// `base.lock.Lock()` and its like.
struct LockCall<'a> {
    base: &'a Expr,
    owner: Owner,
    name: String,
}

impl<'a> Walk<'a, '_> {
    pub(super) fn function(&mut self, id: FuncId) {
        let func = self.input.hir.func(id);
        let Some(body) = &func.body else { return };
        self.func = id;
        self.statements(body, true);
        let owners = std::mem::take(&mut self.deferred);
        let all = defers(body);
        // What is deferred later runs under the lock, which a guard would have left by then.
        let first = owners.iter().map(|(_, span)| span.start).min();
        let later = all.iter().find(|span| {
            let recognized = owners.iter().any(|(_, own)| own == *span);
            !recognized && first.is_some_and(|first| span.start > first)
        });
        if let Some(span) = later {
            for (owner, _) in owners {
                self.refuse(owner, "something is deferred while it is held", *span);
            }
        } else if !owners.is_empty() && owners.len() == all.len() {
            let owners = owners.into_iter().map(|(owner, _)| owner).collect();
            self.out.deferred.insert(id, owners);
        }
    }

    fn refuse(&mut self, owner: Owner, what: &'static str, span: Span) {
        self.out.refused.entry(owner).or_insert((what, span));
    }

    /// A method call on a candidate's lock.
    fn lock_call(&self, e: &'a Expr) -> Option<LockCall<'a>> {
        let ExprKind::Call(call) = &e.kind else { return None };
        let Callee::Method {
            recv,
            method: Method::Lib(obj),
        } = &call.callee
        else {
            return None;
        };
        let ExprKind::AddrOf(place) = &recv.kind else {
            return None;
        };
        let name = || library::qualified(self.input, *obj);
        if let ExprKind::Local(lock) = place.kind {
            return self.local_locks.contains_key(&lock).then(|| LockCall {
                base: place,
                owner: Owner::Local(lock),
                name: name(),
            });
        }
        let ExprKind::Field { base, index } = &place.kind else {
            return None;
        };
        let owner = self.input.struct_name(base.ty)?;
        let field = field_object(self.input, base.ty, *index)?;
        let candidate = self.candidates.get(&owner)?;
        (candidate.lock == field).then(|| LockCall {
            base,
            owner: Owner::Struct(owner),
            name: name(),
        })
    }

    fn locks(name: &str) -> Option<bool> {
        match name {
            "sync.Mutex.Lock" | "sync.RWMutex.Lock" => Some(true),
            "sync.RWMutex.RLock" => Some(false),
            _ => None,
        }
    }

    fn unlocks(&self, e: &'a Expr, section: &Held<'a>) -> bool {
        self.lock_call(e).is_some_and(|call| {
            let of = match call.name.as_str() {
                "sync.Mutex.Unlock" | "sync.RWMutex.Unlock" => Some(true),
                "sync.RWMutex.RUnlock" => Some(false),
                _ => None,
            };
            of == Some(section.write) && call.owner == section.owner && same_place(call.base, section.base)
        })
    }

    /// The path to the struct does not change while the section is open.
    fn is_stable(&self, base: &Expr) -> bool {
        match &base.kind {
            ExprKind::Local(l) => self.sharing.local(*l).assigned.is_empty(),
            ExprKind::Global(_) => true,
            ExprKind::Deref(p) => match &p.kind {
                ExprKind::Local(_) => self.is_stable(p),
                ExprKind::Field { base, index } => {
                    let field = field_object(self.input, base.ty, *index);
                    field.is_some_and(|f| !self.sharing.written_fields.contains_key(&f)) && self.is_stable(base)
                }
                _ => false,
            },
            ExprKind::Field { base, .. } => self.is_stable(base),
            _ => false,
        }
    }

    fn statements(&mut self, block: &'a Block, function_body: bool) {
        let depth = self.held.len();
        let stmts = &block.stmts;
        let mut i = 0;
        while let Some(stmt) = stmts.get(i) {
            let rest = stmts.get(i + 1..).unwrap_or(&[]);
            i += 1 + usize::from(self.statement(stmt, rest, depth, function_body));
        }
        self.held.truncate(depth);
    }

    /// Walks one statement of a block; gives whether the next one belongs to it.
    fn statement(&mut self, stmt: &'a Stmt, rest: &'a [Stmt], depth: usize, function_body: bool) -> bool {
        let StmtKind::Expr(e) = &stmt.kind else {
            self.stmt(stmt);
            return false;
        };
        let Some(call) = self.lock_call(e) else {
            self.stmt(stmt);
            return false;
        };
        if let Some(write) = Self::locks(&call.name) {
            return self.open(stmt, &call, write, rest, function_body);
        }
        // An unlock: of a section of this block, or before the function or round is left.
        let section = self.held.iter().rposition(|held| self.unlocks(e, held));
        match section {
            Some(at) if at >= depth => {
                let held = self.held.remove(at);
                let last = rest.is_empty();
                self.opened[held.index].dropped |= !last;
                let kind = if last { Unlock::Silent } else { Unlock::Drops };
                self.out.unlocks.insert(stmt.span, (kind, call.owner));
            }
            Some(at) if rest.len() == 1 && leaves(&rest[0]) => {
                let held = self.held[at];
                self.opened[held.index].dropped = true;
                self.opened[held.index].simple = false;
                self.out.unlocks.insert(stmt.span, (Unlock::DropsEarly, call.owner));
                // What is returned then is computed without the lock.
                let held = std::mem::take(&mut self.held);
                let mut without = held.clone();
                without.remove(at);
                self.held = without;
                self.stmt(&rest[0]);
                self.held = held;
                return true;
            }
            _ => self.refuse(call.owner, "it is unlocked apart from where it is locked", stmt.span),
        }
        false
    }

    /// A critical section begins; gives whether the statement behind it is its `defer Unlock`.
    fn open(
        &mut self,
        stmt: &'a Stmt,
        call: &LockCall<'a>,
        write: bool,
        rest: &'a [Stmt],
        function_body: bool,
    ) -> bool {
        let held = Held {
            base: call.base,
            owner: call.owner,
            write,
            index: self.opened.len(),
        };
        if !self.is_stable(call.base) {
            self.refuse(
                call.owner,
                "the struct it is part of may change while it is held",
                stmt.span,
            );
        }
        if self.held.iter().any(|h| h.owner == call.owner) {
            self.refuse(call.owner, "two locks of the type are held at once", stmt.span);
        }
        let deferred = match rest.first() {
            Some(Stmt {
                kind: StmtKind::Defer(e),
                span,
            }) if self.unlocks(e, &held) => Some(*span),
            _ => None,
        };
        let (statements, ends_here) = match deferred {
            Some(span) => {
                if !function_body {
                    self.refuse(call.owner, "its unlock is deferred from an inner block", span);
                }
                self.deferred.push((call.owner, span));
                self.out.unlocks.insert(span, (Unlock::Silent, call.owner));
                (rest.get(1..).unwrap_or(&[]), true)
            }
            None => {
                let end = rest
                    .iter()
                    .position(|s| matches!(&s.kind, StmtKind::Expr(e) if self.unlocks(e, &held)));
                (rest.get(..end.unwrap_or(0)).unwrap_or(&[]), end.is_some())
            }
        };
        if !ends_here {
            self.refuse(call.owner, "it is not unlocked in the same block", stmt.span);
        }
        self.opened.push(Opened {
            lock: stmt.span,
            owner: call.owner,
            write,
            writes: false,
            mentions: Vec::new(),
            statements: statements.len(),
            simple: statements.first().is_some_and(|s| is_simple(s, deferred.is_some())),
            dropped: false,
        });
        self.held.push(held);
        deferred.is_some()
    }

    /// An access of a field, or of anything inside it.
    fn access(&mut self, base: &'a Expr, index: usize, written: bool, span: Span) {
        let Some(owner) = self.input.struct_name(base.ty) else {
            return;
        };
        let Some(candidate) = self.candidates.get(&owner) else {
            return;
        };
        let Some(field) = field_object(self.input, base.ty, index) else {
            return;
        };
        if field == candidate.lock {
            return;
        }
        let section = self
            .held
            .iter()
            .find(|h| h.owner == Owner::Struct(owner) && same_place(h.base, base))
            .copied();
        match section {
            Some(held) => {
                let opened = &mut self.opened[held.index];
                opened.mentions.push(Mention::Field(field));
                opened.writes |= written;
                if written && !held.write {
                    self.out
                        .outside
                        .entry(field)
                        .or_insert(("it is written under a read lock", span));
                }
            }
            None => {
                self.out
                    .outside
                    .entry(field)
                    .or_insert(("it is used where the lock is not held", span));
            }
        }
    }

    /// A place: read where it stands, or written.
    fn place(&mut self, e: &'a Expr, written: bool) {
        match &e.kind {
            ExprKind::Field { base, index } => {
                self.access(base, *index, written, e.span);
                self.place(base, false);
            }
            ExprKind::Index { base, index } => {
                self.expr(index);
                self.place(base, written);
            }
            ExprKind::Slice { base, low, high, max } => {
                [low, high, max].into_iter().flatten().for_each(|e| self.expr(e));
                self.place(base, written);
            }
            ExprKind::Deref(p) => self.place(p, false),
            ExprKind::Local(l) => self.variable(*l, written),
            _ => self.expr(e),
        }
    }

    /// A variable is read or written.
    fn variable(&mut self, variable: LocalId, written: bool) {
        if !self.known_shared(variable) {
            return;
        }
        let declared = self.input.hir.local(variable).func;
        let section = self.held.iter().find(|h| match h.owner {
            Owner::Local(lock) => self.input.hir.local(lock).func == declared,
            Owner::Struct(_) => false,
        });
        let usage = self.variables.entry(variable).or_default();
        match section {
            Some(held) => {
                if let Owner::Local(lock) = held.owner {
                    usage.locks.insert(lock);
                }
                usage.written_shared |= written && !held.write;
                let opened = &mut self.opened[held.index];
                opened.mentions.push(Mention::Variable(variable));
                opened.writes |= written;
            }
            // Where it is declared nobody holds the lock outside of sections: it can be taken for the moment.
            None => usage.unguarded |= declared != self.func,
        }
    }

    /// A variable that function literals share and change.
    fn known_shared(&self, variable: LocalId) -> bool {
        !self.local_locks.is_empty() && self.sharing.is_shared(variable) && !self.local_locks.contains_key(&variable)
    }

    /// The address of a guarded field is taken: whoever has it needs no lock.
    fn address(&mut self, place: &'a Expr, span: Span) {
        let mut at = place;
        loop {
            match &at.kind {
                ExprKind::Field { base, index } => {
                    if let (Some(owner), Some(field)) = (
                        self.input.struct_name(base.ty),
                        field_object(self.input, base.ty, *index),
                    ) && let Some(candidate) = self.candidates.get(&owner)
                    {
                        if field == candidate.lock {
                            self.refuse(Owner::Struct(owner), "its address is taken", span);
                        } else {
                            self.out.outside.entry(field).or_insert(("its address is taken", span));
                        }
                    }
                    at = base;
                }
                ExprKind::Index { base, .. } => at = base,
                ExprKind::Local(l) => {
                    if self.local_locks.contains_key(l) {
                        self.refuse(Owner::Local(*l), "its address is taken", span);
                    }
                    self.variables.entry(*l).or_default().unguarded = true;
                    break;
                }
                _ => break,
            }
        }
        self.place(place, false);
    }

    fn call(&mut self, e: &'a Expr) {
        let ExprKind::Call(call) = &e.kind else { return };
        if let Some(lock) = self.lock_call(e) {
            // As a statement it was seen before it came here.
            return self.refuse(lock.owner, "it is used other than to lock and unlock", e.span);
        }
        if let Callee::Func { func, .. }
        | Callee::Method {
            method: Method::User(func),
            ..
        } = &call.callee
        {
            for held in self.held.clone() {
                let lock = match held.owner {
                    Owner::Struct(name) => self.candidates.get(&name).map(|c| c.lock),
                    Owner::Local(_) => None,
                };
                let locks_again = lock
                    .and_then(|l| self.lockers.get(&l))
                    .is_some_and(|funcs| funcs.contains(func));
                if locks_again {
                    self.refuse(held.owner, "what is called under it locks it again", e.span);
                }
                self.opened[held.index].simple = false;
            }
        }
        let writes_first = matches!(
            &call.callee,
            Callee::Builtin(
                crate::hir::Builtin::Delete
                    | crate::hir::Builtin::Clear
                    | crate::hir::Builtin::Copy
                    | crate::hir::Builtin::CopyString
            )
        ) || matches!(&call.callee, Callee::Lib { obj, .. }
            if crate::analysis::ownership::library_use(&library::qualified(self.input, *obj)).is_some());
        match &call.callee {
            Callee::Method { recv, .. } => match &recv.kind {
                ExprKind::AddrOf(place) => self.address(place, e.span),
                _ => self.place(recv, false),
            },
            Callee::Value(f) => {
                // A literal of this function may lock what this function locks.
                for held in self.held.clone() {
                    if let Owner::Local(_) = held.owner {
                        self.refuse(held.owner, "a function value is called under it", e.span);
                    }
                }
                self.expr(f);
            }
            _ => {}
        }
        call.args.tuple.iter().for_each(|t| self.expr(t));
        for (i, arg) in call.args.items.iter().enumerate() {
            let arg = match &arg.kind {
                ExprKind::Convert(_, x) if writes_first => x,
                _ => arg,
            };
            // A container handed to a function may be written there.
            let container = crate::analysis::ownership::container(self.input, arg.ty).is_some();
            let users = matches!(&call.callee, Callee::Func { .. } | Callee::Method { .. });
            self.place(arg, container && (users || writes_first && i == 0));
        }
    }
}

impl<'a> Visitor<'a> for Walk<'a, '_> {
    fn block(&mut self, block: &'a Block) {
        self.statements(block, false);
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Assign { lhs, rhs, .. } => {
                rhs.iter().for_each(|e| self.expr(e));
                for (i, place) in lhs.iter().enumerate() {
                    let Some(place) = place else { continue };
                    // `f = append(f, …)` mentions the field twice and is one operation on it.
                    let grows = rhs
                        .items
                        .get(i)
                        .is_some_and(|v| crate::analysis::ownership::self_append(place, v).is_some());
                    if grows && let Some(held) = self.held.last() {
                        self.opened[held.index].mentions.pop();
                    }
                    self.place(place, true);
                }
            }
            StmtKind::OpAssign { place, value, .. } => {
                self.expr(value);
                self.place(place, true);
            }
            StmtKind::Range(r) => {
                self.place(&r.x, false);
                for var in [&r.key, &r.value].into_iter().flatten() {
                    if let RangeVar::Assign(place) = var {
                        self.place(place, true);
                    }
                }
                self.block(&r.body);
            }
            StmtKind::Go(e) | StmtKind::Defer(e) => {
                if let Some(lock) = self.lock_call(e) {
                    return self.refuse(
                        lock.owner,
                        "its unlock is deferred apart from where it is locked",
                        stmt.span,
                    );
                }
                self.expr(e);
            }
            _ => visit::walk_stmt(self, stmt),
        }
    }

    fn expr(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) | ExprKind::Slice { .. } => {
                self.place(e, false);
            }
            ExprKind::Local(_) => self.place(e, false),
            ExprKind::AddrOf(place) => self.address(place, e.span),
            ExprKind::Call(_) => self.call(e),
            ExprKind::MethodValue { recv, .. } => match &recv.kind {
                ExprKind::AddrOf(place) => self.address(place, e.span),
                _ => self.expr(recv),
            },
            _ => visit::walk_expr(self, e),
        }
    }
}

/// All `defer`s of a body.
fn defers(block: &Block) -> Vec<Span> {
    struct Find(Vec<Span>);
    impl<'p> Visitor<'p> for Find {
        fn stmt(&mut self, s: &'p Stmt) {
            if let StmtKind::Defer(_) = s.kind {
                self.0.push(s.span);
            }
            visit::walk_stmt(self, s);
        }
    }
    let mut find = Find(Vec::new());
    find.block(block);
    find.0
}

fn leaves(stmt: &Stmt) -> bool {
    matches!(
        stmt.kind,
        StmtKind::Return(_) | StmtKind::Break(_) | StmtKind::Continue(_)
    )
}

/// A statement whose temporaries live exactly as long as it does.
fn is_simple(stmt: &Stmt, deferred: bool) -> bool {
    match &stmt.kind {
        StmtKind::Expr(_) | StmtKind::Assign { .. } | StmtKind::OpAssign { .. } => true,
        StmtKind::Let { init, .. } => init.tuple.is_none() && !init.items.is_empty(),
        StmtKind::Return(values) => deferred && values.tuple.is_none(),
        _ => false,
    }
}
