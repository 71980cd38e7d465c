//! Which fields a mutex guards: those of which every access after construction is in a critical section of the lock
//! beside them. The lock then owns them.
//!
//! In: the HIR, which fields are written, which locks suspend. Out: [`Guarded`]: for each struct the lock and its fields,
//! the critical sections, and for a lock that cannot own anything, why.
//! A lock is *refused* when some use of it is no critical section: from a `Lock` to the `Unlock` in the same block, or to
//! the end of the function when `defer Unlock` follows at once. A field is *outside* when some access is in no section of
//! its lock. Both sets only grow while the bodies are walked; safe direction: refused, outside.

use super::super::Input;
use super::super::coloring::library;
use super::super::ownership::{field_object, same_place};
use super::super::sharing::Sharing;
use super::{LockKey, Locks, lock_key};
use crate::hir::visit::{self, Visitor};
use crate::hir::{Block, Callee, Expr, ExprKind, FuncId, LocalId, LocalKind, Method, RangeVar, Stmt, StmtKind};
use crate::source::Span;
use crate::types::{ObjId, ObjKind, Type, TypeId, VarKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// A struct whose lock owns fields.
#[derive(Debug, Clone)]
pub struct GuardedStruct {
    /// The lock's field.
    pub lock: ObjId,
    /// It is a `sync.RWMutex`.
    pub read_write: bool,
    /// The fields it owns, in the order of their declaration.
    pub fields: Vec<ObjId>,
}

/// What a lock stands beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// The struct that it is a field of.
    Struct(ObjId),
    /// It is a local variable.
    Local(LocalId),
}

/// A local lock that owns a variable of the same function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardedLocal {
    /// The variable.
    pub variable: LocalId,
    /// It is a `sync.RWMutex`.
    pub read_write: bool,
}

/// A critical section.
#[derive(Debug, Clone)]
pub struct Section {
    /// Whose lock it holds.
    pub owner: Owner,
    /// `Lock` and not `RLock`.
    pub write: bool,
    /// Guarded fields are written in it.
    pub writes: bool,
    /// It is one statement that mentions one guarded field once: the guard need not be a variable.
    pub inline: bool,
    /// It ends before its block does, or in branches: the guard is dropped by name.
    pub dropped: bool,
}

/// The answers.
#[derive(Debug, Default)]
pub struct Guarded {
    /// By the struct's type name.
    structs: FxHashMap<ObjId, GuardedStruct>,
    /// Local locks that own a variable, by the lock.
    locals: FxHashMap<LocalId, GuardedLocal>,
    /// By the span of the statement that locks.
    sections: FxHashMap<Span, Section>,
    /// Statements that unlock: whether the block goes on behind them.
    unlocks: FxHashMap<Span, (Unlock, Owner)>,
    /// Functions all of whose `defer`s unlock, with the structs whose locks these are.
    deferred: FxHashMap<FuncId, Vec<Owner>>,
    /// Locks that own nothing, by what they stand beside.
    refused: FxHashMap<Owner, (&'static str, Span)>,
    /// Fields that their lock does not own, by the field.
    outside: FxHashMap<ObjId, (&'static str, Span)>,
}

/// What is left of an `Unlock`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlock {
    /// The guard is dropped by name, and its section is over.
    Drops,
    /// The guard is dropped by name before the function or round is left.
    DropsEarly,
    /// The end of the block drops it.
    Silent,
}

impl Guarded {
    /// The lock of a struct that owns fields.
    pub fn owner(&self, name: ObjId) -> Option<&GuardedStruct> {
        self.structs.get(&name)
    }

    /// Whether a lock owns the field.
    pub fn owns(&self, name: ObjId, field: ObjId) -> bool {
        self.structs.get(&name).is_some_and(|s| s.fields.contains(&field))
    }

    /// The variable that a local lock owns.
    pub fn local(&self, lock: LocalId) -> Option<GuardedLocal> {
        self.locals.get(&lock).copied()
    }

    /// The local lock that owns the variable.
    pub fn lock_of(&self, variable: LocalId) -> Option<LocalId> {
        let mut found = self.locals.iter().filter(|(_, g)| g.variable == variable);
        found.next().map(|(lock, _)| *lock)
    }

    fn owns_something(&self, owner: &Owner) -> bool {
        match owner {
            Owner::Struct(name) => self.structs.contains_key(name),
            Owner::Local(lock) => self.locals.contains_key(lock),
        }
    }

    /// The critical section that the statement opens.
    pub fn section(&self, lock: Span) -> Option<&Section> {
        self.sections.get(&lock).filter(|s| self.owns_something(&s.owner))
    }

    /// What is left of a statement that unlocks.
    pub fn unlock(&self, stmt: Span) -> Option<Unlock> {
        let (unlock, owner) = self.unlocks.get(&stmt)?;
        self.owns_something(owner).then_some(*unlock)
    }

    /// Whether the function's `defer`s are all the ends of critical sections.
    pub fn is_without_defers(&self, func: FuncId) -> bool {
        let owners = self.deferred.get(&func);
        owners.is_some_and(|o| o.iter().all(|o| self.owns_something(o)))
    }

    /// Why a lock owns nothing.
    pub fn why_refused(&self, owner: Owner) -> Option<(&'static str, Span)> {
        self.refused.get(&owner).copied()
    }

    /// Why a field is not its lock's.
    pub fn why_outside(&self, field: ObjId) -> Option<(&'static str, Span)> {
        self.outside.get(&field).copied()
    }
}

/// Walks all bodies, then decides struct by struct.
pub fn analyze(input: Input<'_>, sharing: &Sharing, locks: &Locks) -> Guarded {
    let candidates = candidates(input);
    let local_locks = local_locks(input);
    if candidates.is_empty() && local_locks.is_empty() {
        return Guarded::default();
    }
    let lockers = lockers(input, &candidates);
    let mut walk = Walk {
        input,
        sharing,
        candidates: &candidates,
        lockers: &lockers,
        local_locks: &local_locks,
        variables: FxHashMap::default(),
        held: Vec::new(),
        opened: Vec::new(),
        out: Guarded::default(),
        func: FuncId(u32::MAX),
        deferred: Vec::new(),
    };
    for package in &input.hir.packages {
        for init in &package.inits {
            walk.expr(&init.value);
        }
    }
    for func in &input.hir.funcs {
        walk.function(func.id);
    }
    let Walk {
        mut out,
        opened,
        variables,
        ..
    } = walk;
    together(&mut out);
    decide(input, sharing, locks, &candidates, &mut out);
    decide_locals(input, sharing, locks, &local_locks, &variables, &mut out);
    finish(opened, &mut out);
    out
}

/// A struct with exactly one lock among its fields.
struct Candidate {
    lock: ObjId,
    read_write: bool,
    fields: Vec<ObjId>,
}

fn candidates(input: Input<'_>) -> FxHashMap<ObjId, Candidate> {
    let store = input.store();
    let mut out = FxHashMap::default();
    for owner in input.user_structs() {
        let Type::Struct(s) = &*store.under(store.obj_type(owner)) else {
            continue;
        };
        let mut locks = s.fields.iter().filter(|f| is_lock_type(input, store.obj_type(**f)));
        let (Some(lock), None) = (locks.next(), locks.next()) else {
            continue;
        };
        if matches!(store.obj(*lock).kind, ObjKind::Var(VarKind::EmbeddedField)) {
            continue;
        }
        let read_write = input.named_path(store.obj_type(*lock)).as_deref() == Some("sync.RWMutex");
        let fields = s.fields.iter().filter(|f| **f != *lock);
        let candidate = Candidate {
            lock: input.origin(*lock),
            read_write,
            fields: fields.map(|f| input.origin(*f)).collect(),
        };
        out.insert(owner, candidate);
    }
    out
}

fn is_lock_type(input: Input<'_>, ty: TypeId) -> bool {
    matches!(input.named_path(ty).as_deref(), Some("sync.Mutex" | "sync.RWMutex"))
}

/// Local variables that are locks: whether they are read-write ones.
fn local_locks(input: Input<'_>) -> FxHashMap<LocalId, bool> {
    let locals = input.hir.locals.iter().enumerate();
    let locks = locals.filter(|(_, l)| l.kind == LocalKind::Variable && is_lock_type(input, l.ty));
    locks
        .map(|(i, l)| {
            let read_write = input.named_path(l.ty).as_deref() == Some("sync.RWMutex");
            (LocalId(i as u32), read_write)
        })
        .collect()
}

/// For each lock, the functions that lock it, by themselves or through calls.
fn lockers(input: Input<'_>, candidates: &FxHashMap<ObjId, Candidate>) -> FxHashMap<ObjId, FxHashSet<FuncId>> {
    struct Calls<'a> {
        input: Input<'a>,
        locks: Vec<ObjId>,
        calls: Vec<FuncId>,
    }
    impl<'p> Visitor<'p> for Calls<'_> {
        fn expr(&mut self, e: &'p Expr) {
            match &e.kind {
                ExprKind::Call(call) => match &call.callee {
                    Callee::Func { func, .. }
                    | Callee::Method {
                        method: Method::User(func),
                        ..
                    } => self.calls.push(*func),
                    Callee::Method {
                        recv,
                        method: Method::Lib(_),
                    } => {
                        if let Some(LockKey::Field(field)) = lock_key(self.input, recv) {
                            self.locks.push(field);
                        }
                    }
                    _ => {}
                },
                ExprKind::FuncLit(lit) => self.calls.push(*lit),
                _ => {}
            }
            visit::walk_expr(self, e);
        }
    }
    let mut direct: Vec<(Vec<ObjId>, Vec<FuncId>)> = Vec::new();
    for func in &input.hir.funcs {
        let mut calls = Calls {
            input,
            locks: Vec::new(),
            calls: Vec::new(),
        };
        func.body.iter().for_each(|b| calls.block(b));
        direct.push((calls.locks, calls.calls));
    }
    let mut out: FxHashMap<ObjId, FxHashSet<FuncId>> = FxHashMap::default();
    for candidate in candidates.values() {
        let mut closure = crate::analysis::fixpoint::Closure::default();
        for (i, (locks, calls)) in direct.iter().enumerate() {
            let func = FuncId(i as u32);
            if locks.contains(&candidate.lock) {
                closure.seed(func, ());
            }
            calls.iter().for_each(|callee| closure.edge(*callee, func, ()));
        }
        out.insert(candidate.lock, closure.run().into_keys().collect());
    }
    out
}

/// A section that is open where the walk is.
#[derive(Clone, Copy)]
struct Held<'a> {
    base: &'a Expr,
    owner: Owner,
    write: bool,
    /// Into `opened`.
    index: usize,
}

/// Something that a lock may own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mention {
    Field(ObjId),
    Variable(LocalId),
}

/// How a variable beside local locks is used.
#[derive(Default)]
struct VariableUse {
    /// The locks under which it is used.
    locks: FxHashSet<LocalId>,
    /// It is used without a lock where a lock may not be taken for the moment.
    unguarded: bool,
    /// It is written under a read lock.
    written_shared: bool,
}

/// What was seen in a section.
struct Opened {
    lock: Span,
    owner: Owner,
    write: bool,
    writes: bool,
    mentions: Vec<Mention>,
    /// Statements between, if they stand in one block.
    statements: usize,
    simple: bool,
    dropped: bool,
}

struct Walk<'a, 'w> {
    input: Input<'a>,
    sharing: &'w Sharing,
    candidates: &'w FxHashMap<ObjId, Candidate>,
    lockers: &'w FxHashMap<ObjId, FxHashSet<FuncId>>,
    local_locks: &'w FxHashMap<LocalId, bool>,
    /// Variables that literals share, in functions with local locks.
    variables: FxHashMap<LocalId, VariableUse>,
    held: Vec<Held<'a>>,
    opened: Vec<Opened>,
    out: Guarded,
    func: FuncId,
    /// Owners of the sections that `defer Unlock` ends in the function.
    deferred: Vec<(Owner, Span)>,
}

/// `base.lock.Lock()` and its like.
struct LockCall<'a> {
    base: &'a Expr,
    owner: Owner,
    name: String,
}

impl<'a> Walk<'a, '_> {
    fn function(&mut self, id: FuncId) {
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

/// Deferred unlocks of one function are scopes together, or none of them is.
fn together(out: &mut Guarded) {
    while let Some((owner, span)) = out.deferred.values().find_map(|owners| {
        let refused = owners.iter().find_map(|o| out.refused.get(o))?;
        let other = owners.iter().find(|o| !out.refused.contains_key(o))?;
        Some((*other, refused.1))
    }) {
        let why = "another lock of a function that defers its unlock owns nothing";
        out.refused.insert(owner, (why, span));
    }
}

/// Chooses the variable that each local lock owns: the one that is shared and used under it, if it is just one.
fn decide_locals(
    input: Input<'_>,
    sharing: &Sharing,
    locks: &Locks,
    local_locks: &FxHashMap<LocalId, bool>,
    variables: &FxHashMap<LocalId, VariableUse>,
    out: &mut Guarded,
) {
    let store = input.store();
    for (lock, read_write) in local_locks {
        let owner = Owner::Local(*lock);
        if out.refused.contains_key(&owner) || locks.is_async(Some(LockKey::Local(*lock))) {
            continue;
        }
        let mut under = variables.iter().filter(|(_, usage)| usage.locks.contains(lock));
        let (Some((variable, usage)), None) = (under.next(), under.next()) else {
            continue;
        };
        let local = input.hir.local(*variable);
        let plain = match &*store.get(local.ty) {
            Type::Basic(_) => true,
            _ => crate::analysis::ownership::container(input, local.ty).is_some(),
        };
        let alone = usage.locks.len() == 1 && !usage.unguarded && !usage.written_shared;
        let own = local.kind == LocalKind::Variable && local.func == input.hir.local(*lock).func;
        if plain && alone && own && sharing.escape(*variable).is_none() && sharing.escape(*lock).is_none() {
            let guarded = GuardedLocal {
                variable: *variable,
                read_write: *read_write,
            };
            out.locals.insert(*lock, guarded);
        }
    }
}

/// Chooses the fields that each lock owns.
fn decide(
    input: Input<'_>,
    sharing: &Sharing,
    locks: &Locks,
    candidates: &FxHashMap<ObjId, Candidate>,
    out: &mut Guarded,
) {
    let store = input.store();
    for (owner, candidate) in candidates {
        let (lock, key) = (Owner::Struct(*owner), LockKey::Field(candidate.lock));
        if out.refused.contains_key(&lock) || locks.is_async(Some(key)) {
            if let Some(span) = locks.why(key) {
                out.refused
                    .entry(lock)
                    .or_insert(("something suspends while it is held", span));
            }
            continue;
        }
        let guards = |field: &&ObjId| {
            let ty = store.obj_type(**field);
            let changes = sharing.written_fields.contains_key(*field)
                || matches!(&*store.under(ty), Type::Slice(_) | Type::Map(..));
            let embedded = matches!(store.obj(**field).kind, ObjKind::Var(VarKind::EmbeddedField));
            changes && !embedded && !out.outside.contains_key(*field) && !input.is_in_place_library(ty)
        };
        let fields: Vec<ObjId> = candidate.fields.iter().filter(guards).copied().collect();
        let written = |f: &ObjId| {
            sharing.written_fields.contains_key(f) || matches!(&*store.under(store.obj_type(*f)), Type::Map(..))
        };
        if fields.iter().any(written) {
            let guarded = GuardedStruct {
                lock: candidate.lock,
                read_write: candidate.read_write,
                fields,
            };
            out.structs.insert(*owner, guarded);
        }
    }
}

/// Turns what was seen in the sections into how they are written.
fn finish(opened: Vec<Opened>, out: &mut Guarded) {
    for section in opened {
        let owned = |mention: &&Mention| match (section.owner, mention) {
            (Owner::Struct(name), Mention::Field(f)) => out.owns(name, *f),
            (Owner::Local(lock), Mention::Variable(v)) => out.local(lock).is_some_and(|g| g.variable == *v),
            _ => false,
        };
        let mentions = section.mentions.iter().filter(owned).count();
        let inline = section.statements == 1 && section.simple && mentions == 1 && !section.dropped_early();
        let writes = section.writes;
        out.sections.insert(
            section.lock,
            Section {
                owner: section.owner,
                write: section.write,
                writes,
                inline,
                dropped: section.dropped,
            },
        );
    }
    // The ends of sections of locks that own nothing stay as they are.
}

impl Opened {
    /// A branch leaves the section before its end.
    fn dropped_early(&self) -> bool {
        self.dropped && !self.simple
    }
}
