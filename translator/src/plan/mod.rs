//! Turns facts into decisions: the representation of every type, field, variable and parameter, and every name.
//!
//! In: the HIR and the facts of the analyses. Out: [`Plan`], which `emit` prints.
//! Invariants: `emit` asks only this and the HIR; each decision is native where a fact proves it right and otherwise the
//! fallback, which is always right; the same input gives the same plan.

pub mod names;
pub mod scopes;
pub mod traits;

use crate::analysis::{Facts, Input};
use crate::hir::{FuncId, LocalId, LocalKind};
use crate::types::{ObjId, ObjKind, Type, TypeId};
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
}

/// How a method takes its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// `&self`
    Ref,
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
    /// The Rust names of the fields.
    pub fields: Vec<String>,
    /// All fields are copied bits.
    pub copy: bool,
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
    /// Anonymous struct types by canonical type.
    pub anonymous: FxHashMap<TypeId, (String, StructPlan)>,
    /// Names of everything that is not local.
    pub names: names::Names,
    /// Traits made of interface types, and who implements them.
    pub traits: traits::Traits,
    /// `defer`s that are scopes in Rust.
    pub scopes: scopes::Scopes,
}

/// Decides everything.
pub fn plan(input: Input<'_>, facts: &Facts) -> Plan {
    let scopes = scopes::scopes(input);
    let storage = storage(input, facts, &scopes);
    let mut names = names::names(input);
    let structs = structs(input, facts, &storage);
    let anonymous = anonymous(input, &mut names);
    let traits = traits::traits(input, facts, &mut names);
    let funcs = funcs(input, facts, &storage, &names, &scopes);
    Plan {
        storage,
        funcs,
        structs,
        anonymous,
        names,
        traits,
        scopes,
    }
}

fn storage(input: Input<'_>, facts: &Facts, scopes: &scopes::Scopes) -> Vec<Storage> {
    let sharing = &facts.sharing;
    let cyclic = cyclic_async(input, facts);
    let mut out = Vec::with_capacity(input.hir.locals.len());
    for (i, local) in input.hir.locals.iter().enumerate() {
        let id = LocalId(i as u32);
        let param = matches!(local.kind, LocalKind::Receiver | LocalKind::Param);
        let pointee = input.pointee(local.ty).filter(|_| !is_named(input, local.ty));
        let to_user_struct = pointee
            .and_then(|t| input.struct_name(t))
            .is_some_and(|o| !input.is_library(o));
        // A boxed future may borrow its receiver only.
        // and what a suspending function defers must own what it uses.
        let owner = input.hir.func(local.func);
        let listed = owner.has_defer && !scopes.without_defers.contains(&local.func);
        let defers = listed && facts.coloring.is_async(local.func);
        let may_borrow = !defers && (local.kind == LocalKind::Receiver || !cyclic.contains(&local.func));
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

fn is_named(input: Input<'_>, ty: TypeId) -> bool {
    matches!(&*input.store().get(ty), Type::Named(_))
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
        match &*store.get(TypeId(id)) {
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
    let mut out = FxHashMap::default();
    for obj in user_structs(input) {
        let ty = store.obj_type(obj);
        let Type::Struct(s) = &*store.under(ty) else { continue };
        let in_place = pointed.contains(&obj) || holds_in_place_library_type(input, s);
        let whole = element.contains(&obj)
            || argument.contains(&obj)
            || facts.sharing.whole_written.contains_key(&obj)
            || shared_whole(input, facts, storage, obj);
        let celled = s.fields.iter().map(|f| {
            let origin = input.origin(*f);
            in_place && (whole || facts.sharing.written_fields.contains_key(&origin))
        });
        out.insert(
            obj,
            StructPlan {
                in_place,
                celled: celled.collect(),
                ..StructPlan::default()
            },
        );
    }
    // A whole write reaches into the structs inside.
    propagate_whole(input, facts, &mut out, &element);
    for obj in user_structs(input) {
        if let Some(plan) = out.get(&obj)
            && !plan.in_place
            && is_copy_struct(input, &out, obj, 0)
        {
            out.get_mut(&obj).expect("just found").copy = true;
        }
    }
    for (obj, plan) in &mut out {
        if let Type::Struct(s) = &*store.under(store.obj_type(*obj)) {
            plan.fields = field_names(input, s);
        }
    }
    out
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
            let Type::Struct(s) = &*store.under(store.obj_type(*obj)) else {
                continue;
            };
            for field in &s.fields {
                let mut ty = store.obj_type(*field);
                while let Type::Array(_, elem) = &*store.under(ty) {
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

/// The user's named struct types, in a fixed order.
fn user_structs(input: Input<'_>) -> Vec<ObjId> {
    let store = input.store();
    let mut out: Vec<_> = (0..store.type_count() as u32)
        .filter_map(|id| match &*store.get(TypeId(id)) {
            Type::Named(n) if n.origin.is_none() => input.struct_name(TypeId(id)).filter(|o| !input.is_library(*o)),
            _ => None,
        })
        .collect();
    out.sort();
    out.dedup();
    out
}

/// A lock, a builder, a timer: such a field has an identity, and so has the struct around it.
pub(crate) fn holds_in_place_library_type(input: Input<'_>, s: &crate::types::Struct) -> bool {
    s.fields
        .iter()
        .any(|f| is_in_place_library(input, input.store().obj_type(*f)))
}

/// Library structs with pointer methods are used where they stand.
pub fn is_in_place_library(input: Input<'_>, ty: TypeId) -> bool {
    let Some(obj) = input.struct_name(ty).filter(|o| input.is_library(*o)) else {
        return false;
    };
    if input.lib_path(obj) == "time.Time" {
        return false;
    }
    input
        .store()
        .methods(ty)
        .iter()
        .any(|m| matches!(input.store().obj(*m).kind, ObjKind::Func { ptr_recv: true, .. }))
}

fn is_copy_struct(input: Input<'_>, plans: &FxHashMap<ObjId, StructPlan>, obj: ObjId, depth: u32) -> bool {
    // What a generic struct holds is known to its instances only.
    if matches!(&*input.store().get(input.store().obj_type(obj)), Type::Named(n) if !n.type_params.is_empty()) {
        return false;
    }
    match &*input.store().under(input.store().obj_type(obj)) {
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
    match &*store.under(ty) {
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

fn anonymous(input: Input<'_>, names: &mut names::Names) -> FxHashMap<TypeId, (String, StructPlan)> {
    let store = input.store();
    let mut out = FxHashMap::default();
    let mut used = user_types(input);
    used.sort();
    for ty in used {
        let Type::Struct(s) = &*store.get(ty) else { continue };
        let canonical = store.canonical(ty);
        if s.fields.is_empty() || out.contains_key(&canonical) {
            continue;
        }
        // Anonymous structs are never behind a pointer method; their fields are cells when any pointer exists.
        let pointed = (0..store.type_count() as u32)
            .any(|t| matches!(&*store.get(TypeId(t)), Type::Pointer(e) if store.canonical(*e) == canonical));
        let celled = vec![pointed; s.fields.len()];
        let words: Vec<_> = s
            .fields
            .iter()
            .take(3)
            .map(|f| names::upper_camel(&store.obj(*f).name))
            .collect();
        let name = names.claim_type(&words.concat());
        let plan = StructPlan {
            in_place: pointed,
            celled,
            fields: field_names(input, s),
            copy: false,
        };
        out.insert(canonical, (name, plan));
    }
    out
}

/// Types that occur in the user's program.
pub fn user_types(input: Input<'_>) -> Vec<TypeId> {
    struct Types(FxHashSet<TypeId>);
    impl<'p> crate::hir::visit::Visitor<'p> for Types {
        fn expr(&mut self, e: &'p crate::hir::Expr) {
            self.0.insert(e.ty);
            if let crate::hir::ExprKind::TypeAssert { target, .. } = &e.kind {
                self.0.insert(*target);
            }
            crate::hir::visit::walk_expr(self, e);
        }
        fn stmt(&mut self, s: &'p crate::hir::Stmt) {
            if let crate::hir::StmtKind::TypeSwitch(s) = &s.kind {
                for clause in &s.clauses {
                    self.0.extend(clause.types.iter().flatten());
                }
            }
            crate::hir::visit::walk_stmt(self, s);
        }
    }
    let mut types = Types(FxHashSet::default());
    for func in &input.hir.funcs {
        types.0.insert(func.sig);
        if let Some(body) = &func.body {
            crate::hir::visit::Visitor::block(&mut types, body);
        }
    }
    types.0.extend(input.hir.locals.iter().map(|l| l.ty));
    types.0.extend(input.hir.globals.iter().map(|g| g.ty));
    for package in &input.hir.packages {
        for init in &package.inits {
            crate::hir::visit::Visitor::expr(&mut types, &init.value);
        }
        for item in package.files.iter().flat_map(|f| &f.items) {
            if let crate::hir::Item::Type(t) = item {
                types.0.insert(t.ty);
            }
        }
    }
    for obj in user_structs(input) {
        types.0.insert(input.store().obj_type(obj));
    }
    // Parts of types are types.
    let mut all = FxHashSet::default();
    let mut work: Vec<_> = types.0.into_iter().collect();
    while let Some(ty) = work.pop() {
        if !all.insert(ty) {
            continue;
        }
        match &*input.store().get(ty) {
            Type::Named(n) => {
                work.extend(&n.type_args);
                if !input.is_library(n.obj) {
                    parts(input, input.store().underlying(ty), &mut work);
                }
            }
            Type::TypeParam(p) => work.push(p.constraint),
            _ => parts(input, ty, &mut work),
        }
    }
    let mut out: Vec<_> = all.into_iter().collect();
    out.sort();
    out
}

/// The types that a type literal is made of.
fn parts(input: Input<'_>, ty: TypeId, out: &mut Vec<TypeId>) {
    match &*input.store().get(ty) {
        Type::Pointer(t) | Type::Slice(t) | Type::Array(_, t) | Type::Chan(_, t) => out.push(*t),
        Type::Map(k, v) => out.extend([*k, *v]),
        Type::Tuple(ts) => out.extend(ts),
        Type::Signature(s) => out.extend(s.params.iter().chain(&s.results).chain(&s.type_params)),
        Type::Struct(s) => out.extend(s.fields.iter().map(|f| input.store().obj_type(*f))),
        Type::Interface(i) => {
            out.extend(i.methods.iter().map(|m| input.store().obj_type(*m)));
            out.extend(&i.embeddeds);
        }
        Type::Union(terms) => out.extend(terms.iter().map(|t| t.ty)),
        Type::Named(_) | Type::TypeParam(_) | Type::Basic(_) => {}
    }
}

fn funcs(
    input: Input<'_>,
    facts: &Facts,
    storage: &[Storage],
    names: &names::Names,
    scopes: &scopes::Scopes,
) -> Vec<FuncPlan> {
    let cyclic = cyclic_async(input, facts);
    let each = input.hir.funcs.iter().map(|func| {
        let receiver = func.recv.map(|recv| {
            let local = input.hir.local(recv);
            let is_pointer = input.pointee(local.ty).is_some() && !is_named(input, local.ty);
            match (is_pointer, storage[recv.index()]) {
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
            boxed: is_async && cyclic.contains(&func.id),
            receiver,
            defers: func.has_defer && !scopes.without_defers.contains(&func.id),
        }
    });
    each.collect()
}

/// `type T int` and its like.
pub fn is_scalar_newtype(input: Input<'_>, ty: TypeId) -> bool {
    is_named(input, ty) && matches!(&*input.store().under(ty), Type::Basic(k) if !k.is_string())
}

/// Async functions that reach themselves by calls or spawns.
fn cyclic_async(input: Input<'_>, facts: &Facts) -> FxHashSet<FuncId> {
    use crate::hir::visit::{Visitor, walk_expr};
    use crate::hir::{Callee, Expr, ExprKind, Method};
    struct Calls {
        out: Vec<FuncId>,
    }
    impl<'p> Visitor<'p> for Calls {
        fn expr(&mut self, e: &'p Expr) {
            match &e.kind {
                ExprKind::Call(call) => match &call.callee {
                    Callee::Func { func, .. }
                    | Callee::Method {
                        method: Method::User(func),
                        ..
                    } => self.out.push(*func),
                    _ => {}
                },
                ExprKind::FuncLit(f) | ExprKind::Func { func: f, .. } => self.out.push(*f),
                ExprKind::MethodValue {
                    method: Method::User(f),
                    ..
                }
                | ExprKind::MethodExpr {
                    method: Method::User(f),
                    ..
                } => self.out.push(*f),
                _ => {}
            }
            walk_expr(self, e);
        }
    }
    let edges: Vec<Vec<FuncId>> = input
        .hir
        .funcs
        .iter()
        .map(|f| {
            let mut calls = Calls { out: Vec::new() };
            if let Some(body) = &f.body {
                calls.block(body);
            }
            calls.out
        })
        .collect();
    let mut cyclic = FxHashSet::default();
    for component in strongly_connected(&edges) {
        let looped = component.len() > 1 || edges[component[0]].contains(&FuncId(component[0] as u32));
        if looped {
            cyclic.extend(
                component
                    .into_iter()
                    .map(|i| FuncId(i as u32))
                    .filter(|f| facts.coloring.is_async(*f)),
            );
        }
    }
    cyclic
}

/// Tarjan's algorithm, without recursion.
fn strongly_connected(edges: &[Vec<FuncId>]) -> Vec<Vec<usize>> {
    let n = edges.len();
    let (mut index, mut low) = (vec![usize::MAX; n], vec![0; n]);
    let (mut on_stack, mut stack, mut out) = (vec![false; n], Vec::new(), Vec::new());
    let mut next = 0;
    for root in 0..n {
        if index[root] != usize::MAX {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((v, edge)) = work.pop() {
            if edge == 0 {
                index[v] = next;
                low[v] = next;
                next += 1;
                stack.push(v);
                on_stack[v] = true;
            }
            if let Some(w) = edges[v].get(edge).map(|f| f.index()) {
                work.push((v, edge + 1));
                if index[w] == usize::MAX {
                    work.push((w, 0));
                } else if on_stack[w] {
                    low[v] = low[v].min(index[w]);
                }
                continue;
            }
            if let Some((parent, _)) = work.last() {
                low[*parent] = low[*parent].min(low[v]);
            }
            if low[v] == index[v] {
                let mut component = Vec::new();
                while let Some(w) = stack.pop() {
                    on_stack[w] = false;
                    component.push(w);
                    if w == v {
                        break;
                    }
                }
                out.push(component);
            }
        }
    }
    out
}
