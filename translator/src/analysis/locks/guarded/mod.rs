//! Which fields a mutex guards: those of which every access after construction is in a critical section of the lock
//! beside them. The lock then owns them.
//!
//! In: the HIR, which fields are written, which locks suspend. Out: [`Guarded`]: for each struct the lock and its fields,
//! the critical sections, and for a lock that cannot own anything, why.
//! A lock is *refused* when some use of it is no critical section: from a `Lock` to the `Unlock` in the same block, or to
//! the end of the function when `defer Unlock` follows at once. A field is *outside* when some access is in no section of
//! its lock. Both sets only grow while the bodies are walked; safe direction: refused, outside.

mod walk;

use super::super::Input;
use super::super::sharing::Sharing;
use super::{LockKey, Locks, lock_key};
use crate::hir::visit::{self, Visitor};
use crate::hir::{Callee, Expr, ExprKind, FuncId, LocalId, LocalKind, Method};
use crate::source::Span;
use crate::types::{ObjId, ObjKind, Type, TypeId, VarKind};
use rustc_hash::{FxHashMap, FxHashSet};
use walk::{Mention, Opened, VariableUse, Walk};

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
        let Type::Struct(s) = store.under(store.obj_type(owner)) else {
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
        let plain = match store.get(local.ty) {
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
                || matches!(store.under(ty), Type::Slice(_) | Type::Map(..));
            let embedded = matches!(store.obj(**field).kind, ObjKind::Var(VarKind::EmbeddedField));
            changes && !embedded && !out.outside.contains_key(*field) && !input.is_in_place_library(ty)
        };
        let fields: Vec<ObjId> = candidate.fields.iter().filter(guards).copied().collect();
        let written = |f: &ObjId| {
            sharing.written_fields.contains_key(f) || matches!(store.under(store.obj_type(*f)), Type::Map(..))
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
