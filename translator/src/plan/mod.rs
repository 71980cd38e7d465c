//! Turns facts into decisions: the representation of every type, field, variable and parameter, and every name.
//!
//! In: the HIR and the facts of the analyses. Out: [`Plan`], which `emit` prints.
//! Invariants: `emit` asks only this and the HIR; each decision is native where a fact proves it right and otherwise the
//! fallback, which is always right; the same input gives the same plan.

pub mod anonymous;
pub mod forms;
pub mod guards;
pub mod names;
pub mod results;
pub mod scopes;
pub mod traits;

use crate::analysis::{Facts, Input};
use crate::hir::{Local, LocalId, LocalKind};
use crate::types::{ObjId, Type, TypeId};
use forms::Form;
use rustc_hash::{FxHashMap, FxHashSet};

/// How a local variable is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// A Rust variable.
    Plain,
    /// A counted cell that literals, goroutines or pointers share.
    Shared,
    /// A reference to a struct for the time of the call: a pointer parameter that is only followed.
    Borrowed,
    /// In a lock that goroutines share: the Go lock beside it is gone.
    Guarded,
    /// A reference to the value: a container parameter that only looks at or writes elements, or a loop's element.
    Lent,
}

/// How a method takes its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// `&self`
    Ref,
    /// `&mut self`
    RefMut,
    /// `self`, of a small copied value.
    Value,
    /// `this: &Ptr<Self>`, since the method keeps the pointer.
    Pointer,
}

/// How a function is written.
#[derive(Debug, Clone)]
pub struct FuncPlan {
    /// Its Rust name.
    pub name: String,
    /// It may suspend.
    pub is_async: bool,
    /// It returns a boxed future, since it takes part in a cycle of calls or spawns.
    pub boxed: bool,
    /// For methods.
    pub receiver: Option<Receiver>,
    /// It keeps a list of deferred calls.
    pub defers: bool,
}

/// How a struct type is written.
#[derive(Debug, Clone, Default)]
pub struct StructPlan {
    /// Its storage in shared memory is itself, with cells where fields are written.
    pub in_place: bool,
    /// The fields are cells; parallel to the fields.
    pub celled: Vec<bool>,
    /// Nothing writes the fields when their struct is made, by themselves or with the whole; parallel to the fields.
    fixed: Vec<bool>,
    /// The Rust names of the fields.
    pub fields: Vec<String>,
    /// All fields are copied bits.
    pub copy: bool,
}

impl StructPlan {
    /// Whether a field keeps the value that it was made with.
    pub fn is_fixed(&self, field: usize) -> bool {
        let at = |list: &[bool]| list.get(field).copied().unwrap_or(false);
        at(&self.fixed) && !at(&self.celled)
    }
}

/// All decisions.
#[derive(Debug)]
pub struct Plan {
    /// By `LocalId`.
    pub storage: Vec<Storage>,
    /// By `FuncId`.
    pub funcs: Vec<FuncPlan>,
    /// By the struct's type name (or, for an anonymous struct, by `anonymous`).
    pub structs: FxHashMap<ObjId, StructPlan>,
    /// Struct types without a name.
    pub anonymous: anonymous::Anonymous,
    /// Names of everything that is not local.
    pub names: names::Names,
    /// Traits made of interface types, and who implements them.
    pub traits: traits::Traits,
    /// `defer`s that are scopes in Rust.
    pub scopes: scopes::Scopes,
    /// `Result`, `Option` and `?`.
    pub results: results::Results,
    /// How containers and pointers are held.
    pub forms: forms::Forms,
    /// Locks that own fields, by the struct's type name.
    pub guards: FxHashMap<ObjId, guards::GuardPlan>,
}

/// Decides everything.
pub fn plan(input: Input<'_>, facts: &Facts) -> Plan {
    let mut scopes = scopes::scopes(input);
    let forms = forms::forms(input, facts);
    let storage = storage(input, facts, &scopes, &forms);
    let mut names = names::names(input);
    let structs = structs(input, facts, &storage);
    let anonymous = anonymous::anonymous(input, facts, &storage, &mut names);
    let guards = guards::guards(input, facts, &mut names);
    let traits = traits::traits(input, facts, &mut names);
    let funcs = funcs(input, facts, &storage, &names, &scopes);
    let results = results::results(input, facts, &storage, &mut scopes.silent);
    Plan {
        storage,
        funcs,
        structs,
        anonymous,
        names,
        traits,
        scopes,
        results,
        forms,
        guards,
    }
}

fn storage(input: Input<'_>, facts: &Facts, scopes: &scopes::Scopes, forms: &forms::Forms) -> Vec<Storage> {
    let sharing = &facts.sharing;
    let mut out = Vec::with_capacity(input.hir.locals.len());
    for (i, local) in input.hir.locals.iter().enumerate() {
        let id = LocalId(i as u32);
        if facts.guarded.lock_of(id).is_some() {
            out.push(Storage::Guarded);
            continue;
        }
        if let Some(native) = native_storage(facts, local, id, forms) {
            out.push(native);
            continue;
        }
        let param = matches!(local.kind, LocalKind::Receiver | LocalKind::Param);
        let pointee = input.pointee(local.ty).filter(|_| !is_named(input, local.ty));
        let to_user_struct = pointee
            .and_then(|t| input.struct_name(t))
            .is_some_and(|o| !input.is_library(o));
        // A boxed future may borrow its receiver only.
        // and what a suspending function defers must own what it uses.
        let owner = input.hir.func(local.func);
        let listed = owner.has_defer
            && !scopes.without_defers.contains(&local.func)
            && !facts.guarded.is_without_defers(local.func);
        let defers = listed && facts.coloring.is_async(local.func);
        let may_borrow = !defers && (local.kind == LocalKind::Receiver || !facts.coloring.is_cyclic(local.func));
        let literal = input.hir.func(local.func).parent.is_some() || input.hir.func(local.func).obj.is_none();
        // A method that does not look at its receiver may be called on nil.
        let may_borrow = may_borrow && (local.kind != LocalKind::Receiver || sharing.local(id).used);
        let variadic = input.hir.func(local.func).variadic && input.hir.func(local.func).params.last() == Some(&id);
        out.push(if scopes.groups.contains(&id) {
            Storage::Plain
        } else if param && to_user_struct && may_borrow && !literal && !variadic && sharing.escape(id).is_none() {
            Storage::Borrowed
        } else if param && to_user_struct {
            // What escapes is the pointer, not the variable.
            let facts = sharing.local(id);
            if facts.captured.is_some() && !facts.mutated.is_empty() {
                Storage::Shared
            } else {
                Storage::Plain
            }
        } else if param && pointee.is_some() {
            let facts = sharing.local(id);
            let own_address = facts.mutated.len() > facts.assigned.len();
            if own_address || (facts.captured.is_some() && !facts.mutated.is_empty()) {
                Storage::Shared
            } else {
                Storage::Plain
            }
        } else if sharing.is_shared(id) {
            Storage::Shared
        } else {
            Storage::Plain
        });
    }
    out
}

/// How a variable is kept that holds what it owns, or refers to what another owns.
fn native_storage(facts: &Facts, local: &Local, id: LocalId, forms: &forms::Forms) -> Option<Storage> {
    let param = matches!(local.kind, LocalKind::Receiver | LocalKind::Param);
    if facts.ownership.lends(id) {
        return Some(Storage::Lent);
    }
    match forms.local(id) {
        Form::Text | Form::Literal if facts.sharing.is_shared(id) => None,
        Form::Text | Form::Literal | Form::Runtime
            if param && local.ty == TypeId::STRING && !facts.ownership.consumes(id) =>
        {
            Some(Storage::Lent)
        }
        Form::Runtime | Form::Text | Form::Literal => None,
        Form::Owned if param => Some(Storage::Borrowed),
        Form::Vec(_) | Form::HashMap(..) if param && !facts.ownership.consumes(id) => Some(Storage::Lent),
        _ => Some(Storage::Plain),
    }
}

fn is_named(input: Input<'_>, ty: TypeId) -> bool {
    matches!(input.store().get(ty), Type::Named(_))
}

fn structs(input: Input<'_>, facts: &Facts, storage: &[Storage]) -> FxHashMap<ObjId, StructPlan> {
    let store = input.store();
    // Structs that some real pointer points to, and those kept by value in slices' shared memory.
    let mut pointed: FxHashSet<ObjId> = FxHashSet::default();
    let mut element: FxHashSet<ObjId> = FxHashSet::default();
    let mut argument: FxHashSet<ObjId> = FxHashSet::default();
    for id in 0..store.type_count() as u32 {
        let note = |t: TypeId, set: &mut FxHashSet<ObjId>| {
            if let Some(o) = input.struct_name(t) {
                set.insert(o);
            }
        };
        match store.get(TypeId(id)) {
            Type::Pointer(t) => note(*t, &mut pointed),
            Type::Slice(t) | Type::Array(_, t) => note(*t, &mut element),
            Type::Named(n) => n.type_args.iter().for_each(|t| note(*t, &mut argument)),
            _ => {}
        }
    }
    for (i, local) in input.hir.locals.iter().enumerate() {
        if storage[i] == Storage::Shared
            && let Some(o) = input.struct_name(local.ty)
        {
            pointed.insert(o);
        }
    }
    pointed.extend(projected(facts, storage).filter_map(|t| input.struct_name(t)));
    let mut out = FxHashMap::default();
    for obj in input.user_structs() {
        let ty = store.obj_type(obj);
        let Type::Struct(s) = store.under(ty) else { continue };
        let in_place =
            pointed.contains(&obj) && !facts.ownership.owns_struct(obj) || input.holds_in_place_library_type(s);
        let whole = element.contains(&obj)
            || argument.contains(&obj)
            || facts.sharing.whole_written.contains_key(&obj)
            || shared_whole(input, facts, storage, obj);
        let origins = || s.fields.iter().map(|f| input.origin(*f));
        let written = |field: &ObjId| whole || facts.sharing.written_fields.contains_key(field);
        let fixed = origins().map(|field| !written(&field) && !facts.guarded.owns(obj, field));
        out.insert(
            obj,
            StructPlan {
                in_place,
                celled: origins().map(|field| in_place && written(&field)).collect(),
                fixed: fixed.collect(),
                ..StructPlan::default()
            },
        );
    }
    // A whole write reaches into the structs inside.
    propagate_whole(input, facts, &mut out, &element);
    for obj in input.user_structs() {
        if let Some(plan) = out.get(&obj)
            && !plan.in_place
            && is_copy_struct(input, &out, obj, 0)
        {
            out.get_mut(&obj).expect("just found").copy = true;
        }
    }
    for (obj, plan) in &mut out {
        if let Type::Struct(s) = store.under(store.obj_type(*obj)) {
            plan.fields = field_names(input, s);
        }
    }
    out
}

/// The struct types into which a pointer leads that is more than lent.
fn projected(facts: &Facts, storage: &[Storage]) -> impl Iterator<Item = TypeId> {
    let kept = |param: LocalId| !matches!(storage[param.index()], Storage::Borrowed | Storage::Lent);
    let all = facts.sharing.projected.iter();
    all.filter(move |(_, param)| param.is_none_or(kept)).map(|(ty, _)| *ty)
}

/// A shared variable of that struct type is assigned as a whole.
fn shared_whole(input: Input<'_>, facts: &Facts, storage: &[Storage], obj: ObjId) -> bool {
    input.hir.locals.iter().enumerate().any(|(i, l)| {
        storage[i] == Storage::Shared
            && input.struct_name(l.ty) == Some(obj)
            && !facts.sharing.locals[i].assigned.is_empty()
    }) || input.hir.globals.iter().any(|g| input.struct_name(g.ty) == Some(obj))
}

/// Structs kept in a struct that is written as a whole are written as a whole too.
fn propagate_whole(
    input: Input<'_>,
    facts: &Facts,
    plans: &mut FxHashMap<ObjId, StructPlan>,
    element: &FxHashSet<ObjId>,
) {
    let store = input.store();
    let all: Vec<ObjId> = plans.keys().copied().collect();
    loop {
        let mut changed = false;
        for obj in &all {
            let plan = &plans[obj];
            let whole = plan.in_place && (facts.sharing.whole_written.contains_key(obj) || element.contains(obj))
                || plan.in_place && !plan.celled.is_empty() && plan.celled.iter().all(|c| *c);
            if !whole {
                continue;
            }
            let Type::Struct(s) = store.under(store.obj_type(*obj)) else {
                continue;
            };
            for field in &s.fields {
                let mut ty = store.obj_type(*field);
                while let Type::Array(_, elem) = store.under(ty) {
                    ty = *elem;
                }
                if let Some(inner) = input.struct_name(ty).and_then(|o| plans.get_mut(&o))
                    && inner.in_place
                    && inner.celled.iter().any(|c| !c)
                {
                    inner.celled.iter_mut().for_each(|c| *c = true);
                    changed = true;
                }
            }
        }
        if !changed {
            return;
        }
    }
}

fn is_copy_struct(input: Input<'_>, plans: &FxHashMap<ObjId, StructPlan>, obj: ObjId, depth: u32) -> bool {
    // What a generic struct holds is known to its instances only.
    if matches!(input.store().get(input.store().obj_type(obj)), Type::Named(n) if !n.type_params.is_empty()) {
        return false;
    }
    match input.store().under(input.store().obj_type(obj)) {
        Type::Struct(s) => {
            depth < 20
                && s.fields
                    .iter()
                    .all(|f| is_copy(input, plans, input.store().obj_type(*f), depth + 1))
        }
        _ => false,
    }
}

/// Whether a value's representation is copied bits.
pub fn is_copy(input: Input<'_>, plans: &FxHashMap<ObjId, StructPlan>, ty: TypeId, depth: u32) -> bool {
    let store = input.store();
    if store.is_type_param(ty) {
        return false;
    }
    match store.under(ty) {
        Type::Basic(k) => !k.is_string(),
        Type::Array(n, elem) => *n <= 64 && is_copy(input, plans, *elem, depth),
        Type::Struct(s) => match input.struct_name(ty) {
            Some(obj) if input.is_library(obj) => input.lib_path(obj) == "time.Time",
            Some(obj) => plans.get(&obj).is_some_and(|p| !p.in_place) && is_copy_struct(input, plans, obj, depth),
            None => s.fields.is_empty(),
        },
        _ => false,
    }
}

/// Snake-cased field names, each once.
pub fn field_names(input: Input<'_>, s: &crate::types::Struct) -> Vec<String> {
    let mut taken = FxHashSet::default();
    let each = s.fields.iter().enumerate().map(|(i, f)| {
        let name = &input.store().obj(*f).name;
        let base = if &**name == "_" {
            format!("blank{i}")
        } else {
            names::field(name)
        };
        names::unique(base, |n| !taken.insert(n.to_owned()))
    });
    each.collect()
}

fn funcs(
    input: Input<'_>,
    facts: &Facts,
    storage: &[Storage],
    names: &names::Names,
    scopes: &scopes::Scopes,
) -> Vec<FuncPlan> {
    let each = input.hir.funcs.iter().map(|func| {
        let receiver = func.recv.map(|recv| {
            let local = input.hir.local(recv);
            let is_pointer = input.pointee(local.ty).is_some() && !is_named(input, local.ty);
            match (is_pointer, storage[recv.index()]) {
                (true, Storage::Borrowed)
                    if is_written(facts, recv, forms::owned_pointee(input, facts, local.ty).is_some()) =>
                {
                    Receiver::RefMut
                }
                (true, Storage::Borrowed) => Receiver::Ref,
                (true, _) => Receiver::Pointer,
                (false, _) if is_scalar_newtype(input, local.ty) => Receiver::Value,
                (false, _) => Receiver::Ref,
            }
        });
        let is_async = facts.coloring.is_async(func.id);
        FuncPlan {
            name: names.func(func.id),
            is_async,
            boxed: facts.coloring.is_cyclic(func.id),
            receiver,
            defers: func.has_defer
                && !scopes.without_defers.contains(&func.id)
                && !facts.guarded.is_without_defers(func.id),
        }
    });
    each.collect()
}

/// Something owned is written through the pointer.
fn is_written(facts: &Facts, pointer: LocalId, owned: bool) -> bool {
    owned && facts.ownership.writes(pointer)
}

/// `type T int` and its like.
pub fn is_scalar_newtype(input: Input<'_>, ty: TypeId) -> bool {
    is_named(input, ty) && matches!(input.store().under(ty), Type::Basic(k) if !k.is_string())
}
