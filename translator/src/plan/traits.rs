//! Which interface types become traits, and which types implement them.
//!
//! In: the types of the program. Out: [`Traits`].
//! Invariants: one trait per canonical interface type with methods; an implementation is listed once per trait and
//! receiver form.

use super::names::{self, Names};
use crate::analysis::{Facts, Input};
use crate::types::{ObjId, Type, TypeId};
use rustc_hash::FxHashMap;

/// A trait made of one of the user's interface types.
#[derive(Debug, Clone)]
pub struct TraitPlan {
    /// Its Rust name.
    pub name: String,
    /// The type name, unless it is anonymous.
    pub obj: Option<ObjId>,
    /// The interface type.
    pub ty: TypeId,
    /// All its methods, promoted ones too, in name order.
    pub methods: Vec<ObjId>,
    /// The type parameters it is over: its own, or those that an interface without a name mentions.
    pub params: Vec<TypeId>,
}

/// An implementation to write.
#[derive(Debug, Clone)]
pub struct Implementation {
    /// The implementing named type.
    pub ty: TypeId,
    /// The interface type: one of the user's or of the library's.
    pub iface: TypeId,
    /// The type implements it by value.
    pub value: bool,
    /// A pointer to it implements it.
    pub pointer: bool,
    /// Type parameters of the interface that no method mentions: it is implemented for all types.
    pub open: Vec<TypeId>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Traits {
    /// By canonical interface type.
    pub by_type: FxHashMap<TypeId, TraitPlan>,
    /// Anonymous ones, in a fixed order, by canonical type.
    pub anonymous: Vec<TypeId>,
    /// Sorted by implementing type, then interface.
    pub implementations: Vec<Implementation>,
    /// Interface types that are type arguments, and the interfaces among the traits that they implement.
    pub arguments: Vec<(TypeId, TypeId)>,
    /// Interface types of the library that are implemented or asserted.
    pub library: Vec<TypeId>,
}

/// Methods of cells, which pointers lend.
const CELL_METHODS: [&str; 6] = ["get", "set", "update", "add", "sub", "at"];

impl Traits {
    /// Pointers to the type implement a trait with a method of a cell's name, which would be called instead.
    pub fn hides_cell(&self, input: Input<'_>, pointee: TypeId) -> bool {
        let store = input.store();
        if matches!(store.under(pointee), Type::Struct(_)) && !store.is_type_param(pointee) {
            return false;
        }
        let hides = |t: &TraitPlan| {
            let mut methods = t.methods.iter().map(|m| names::method(&store.obj(*m).name));
            methods.any(|name| CELL_METHODS.contains(&&*name))
        };
        match store.get(pointee) {
            Type::TypeParam(_) => self.by_type.values().any(hides),
            Type::Named(n) => self.implementations.iter().any(|i| {
                let of = |t: TypeId| match store.get(t) {
                    Type::Named(n) => (Some(n.obj), store.canonical(n.origin.unwrap_or(t))),
                    _ => (None, store.canonical(t)),
                };
                let literal = || self.literal_instance(input, i.iface).map(|(plan, _)| plan);
                let plan = self.by_type.get(&of(i.iface).1).or_else(literal);
                i.pointer && of(i.ty).0 == Some(n.obj) && plan.is_some_and(hides)
            }),
            _ => false,
        }
    }

    /// The trait of an interface without a name that mentions type parameters, and the arguments of which this interface
    /// without a name is the instance.
    pub fn literal_instance(&self, input: Input<'_>, ty: TypeId) -> Option<(&TraitPlan, Vec<TypeId>)> {
        let store = input.store();
        if !matches!(store.get(ty), Type::Interface(_)) {
            return None;
        }
        let methods = store.type_set(ty).methods.clone();
        let name = |m: &ObjId| {
            let method = store.obj(*m);
            (method.name.clone(), method.pkg.filter(|_| !method.exported()))
        };
        let mut literals: Vec<_> = self
            .by_type
            .values()
            .filter(|t| t.obj.is_none() && !t.params.is_empty())
            .collect();
        literals.sort_by_key(|t| t.ty);
        literals.into_iter().find_map(|plan| {
            if !plan.methods.iter().map(name).eq(methods.iter().map(name)) {
                return None;
            }
            let mut args = vec![None; plan.params.len()];
            for (a, b) in plan.methods.iter().zip(&methods) {
                unify(input, store.obj_type(*a), store.obj_type(*b), &plan.params, &mut args);
            }
            let args = args.into_iter().collect::<Option<Vec<TypeId>>>()?;
            let same = store.identical(store.subst(plan.ty, &plan.params, &args), ty);
            same.then_some((plan, args))
        })
    }
}

/// `fmt.Formatter`, which printing asks any value for, where the program knows what such a method is given.
fn formatter(input: Input<'_>, mentioned: &[TypeId], library: &mut Vec<TypeId>) {
    let store = input.store();
    let state = mentioned.iter().find_map(|ty| match store.get(*ty) {
        Type::Named(n) if input.is_library(n.obj) && input.lib_path(n.obj) == "fmt.State" => Some(n.obj),
        _ => None,
    });
    let package = state
        .and_then(|o| store.obj(o).pkg)
        .and_then(|p| input.types.package(p));
    let formatter = package.and_then(|p| p.scope.get("Formatter").copied());
    if let Some(ty) = formatter.map(|o| store.obj_type(o)).filter(|t| !library.contains(t)) {
        library.push(ty);
    }
}

/// Collects traits and implementations.
pub fn traits(input: Input<'_>, _facts: &Facts, names: &mut Names) -> Traits {
    let store = input.store();
    let mut out = Traits::default();
    let mut all = input.mentioned_types();
    // First those that others may be instances of.
    all.sort_by_key(|t| !is_generic_literal(input, *t));
    for &ty in &all {
        if store.is_type_param(ty) {
            continue;
        }
        let Type::Interface(_) = store.under(ty) else {
            continue;
        };
        let set = store.type_set(ty);
        if set.methods.is_empty() {
            continue;
        }
        let canonical = store.canonical(ty);
        let named = match store.get(ty) {
            Type::Named(n) => Some(n.obj),
            _ => None,
        };
        if ty == TypeId::ERROR || named.is_some_and(|o| input.is_library(o)) {
            if !out.library.contains(&ty) {
                out.library.push(ty);
            }
            continue;
        }
        if generic_instance(input, ty) || out.by_type.contains_key(&canonical) {
            continue;
        }
        if named.is_none() && all.iter().any(|t| *t != ty && is_named_same(input, *t, ty)) {
            // A named interface's own underlying type.
            continue;
        }
        if named.is_none() && out.literal_instance(input, ty).is_some() {
            continue;
        }
        let name = match named {
            Some(obj) => names.object(obj).unwrap_or("Interface").to_owned(),
            None => {
                let words: Vec<_> = set
                    .methods
                    .iter()
                    .take(3)
                    .map(|m| names::upper_camel(&store.obj(*m).name))
                    .collect();
                out.anonymous.push(canonical);
                names.claim_type(&format!("Has{}", words.concat()))
            }
        };
        let params = match store.get(ty) {
            Type::Named(n) => n.type_params.clone(),
            _ => {
                let mut params = Vec::new();
                set.methods
                    .iter()
                    .for_each(|m| free_params(input, store.obj_type(*m), &mut params));
                params
            }
        };
        out.by_type.insert(
            canonical,
            TraitPlan {
                name,
                obj: named,
                ty,
                methods: set.methods.clone(),
                params,
            },
        );
    }
    out.anonymous.sort();
    if !out.library.contains(&TypeId::ERROR) {
        out.library.push(TypeId::ERROR);
    }
    out.library.extend(TypeId::IMPLICIT);
    formatter(input, &all, &mut out.library);
    let mut at = 0;
    while let Some(ty) = out.library.get(at).copied() {
        at += 1;
        if let Type::Interface(iface) = store.under(ty) {
            for embedded in &iface.embeddeds {
                let has_methods = !store.type_set(*embedded).methods.is_empty();
                if has_methods && matches!(store.get(*embedded), Type::Named(_)) && !out.library.contains(embedded) {
                    out.library.push(*embedded);
                }
            }
        }
    }
    out.implementations = implementations(input, &out);
    out.arguments = arguments(input, &out);
    out
}

/// An interface without a name that mentions type parameters.
fn is_generic_literal(input: Input<'_>, ty: TypeId) -> bool {
    let mut params = Vec::new();
    if matches!(input.store().get(ty), Type::Interface(_)) {
        free_params(input, ty, &mut params);
    }
    !params.is_empty()
}

/// The named type whose underlying type is exactly this interface literal.
fn is_named_same(input: Input<'_>, named: TypeId, iface: TypeId) -> bool {
    matches!(input.store().get(named), Type::Named(_)) && input.store().underlying(named) == iface
}

fn generic_instance(input: Input<'_>, ty: TypeId) -> bool {
    matches!(input.store().get(ty), Type::Named(n) if n.origin.is_some())
}

fn implementations(input: Input<'_>, traits: &Traits) -> Vec<Implementation> {
    let store = input.store();
    let plain = traits.by_type.values().filter(|t| t.params.is_empty()).map(|t| t.ty);
    let mut interfaces: Vec<TypeId> = plain.chain(traits.library.iter().copied()).collect();
    interfaces.sort();
    let mut generic: Vec<&TraitPlan> = traits.by_type.values().filter(|t| !t.params.is_empty()).collect();
    generic.sort_by_key(|t| t.ty);
    let mut out = Vec::new();
    for id in 0..store.type_count() as u32 {
        let ty = TypeId(id);
        if matches!(store.get(ty), Type::Struct(_)) && has_embedded(input, ty) && store.canonical(ty) == ty {
            anonymous_implementations(input, ty, &interfaces, &mut out);
            continue;
        }
        let Type::Named(n) = store.get(ty) else { continue };
        if n.origin.is_some() && !input.is_library(n.obj) && !matches!(store.under(ty), Type::Interface(_)) {
            instance_implementations(input, ty, n, &interfaces, &mut out);
            continue;
        }
        if n.origin.is_some() || input.is_library(n.obj) || matches!(store.under(ty), Type::Interface(_)) {
            continue;
        }
        if store.methods(ty).is_empty() && !has_embedded(input, ty) {
            continue;
        }
        // A generic type implements what its instance over its own parameters does.
        let this = if n.type_params.is_empty() {
            ty
        } else {
            store.instantiate_named(ty, &n.type_params)
        };
        let pointer_type = store.pointer(this);
        for &iface in &interfaces {
            let of_errors = [TypeId::UNWRAP, TypeId::UNWRAP_ALL, TypeId::IS].contains(&iface);
            if of_errors && !store.implements(pointer_type, TypeId::ERROR) {
                continue;
            }
            let pointer = store.implements(pointer_type, iface);
            if pointer {
                let value = store.implements(this, iface);
                out.push(Implementation {
                    ty: this,
                    iface,
                    value,
                    pointer,
                    open: Vec::new(),
                });
            }
        }
        for plan in &generic {
            let Some((iface, open)) = implemented_instance(input, plan, this) else {
                continue;
            };
            if store.implements(pointer_type, iface) {
                let value = store.implements(this, iface);
                out.push(Implementation {
                    ty: this,
                    iface,
                    value,
                    pointer: true,
                    open,
                });
            }
        }
    }
    out
}

/// What a struct without a name implements by the methods of what it embeds.
fn anonymous_implementations(input: Input<'_>, ty: TypeId, interfaces: &[TypeId], out: &mut Vec<Implementation>) {
    let store = input.store();
    let mut free = Vec::new();
    free_params(input, ty, &mut free);
    if !free.is_empty() {
        return;
    }
    let whole = store.pointer(ty);
    for &iface in interfaces.iter().filter(|i| store.implements(whole, **i)) {
        out.push(Implementation {
            ty,
            iface,
            value: store.implements(ty, iface),
            pointer: true,
            open: Vec::new(),
        });
    }
}

/// What an instance implements and the generic type itself does not.
fn instance_implementations(
    input: Input<'_>,
    ty: TypeId,
    named: &crate::types::Named,
    interfaces: &[TypeId],
    out: &mut Vec<Implementation>,
) {
    let store = input.store();
    let mut free = Vec::new();
    free_params(input, ty, &mut free);
    let Some(origin) = named.origin.map(|o| store.get(o)) else {
        return;
    };
    let Type::Named(origin) = origin else { return };
    if !free.is_empty() || store.canonical(ty) != ty {
        return;
    }
    let generic = store.instantiate_named(named.origin.unwrap_or(ty), &origin.type_params);
    for &iface in interfaces {
        let (pointer, whole) = (store.pointer(ty), store.pointer(generic));
        if store.implements(pointer, iface) && !store.implements(whole, iface) {
            let value = store.implements(ty, iface);
            out.push(Implementation {
                ty,
                iface,
                value,
                pointer: true,
                open: Vec::new(),
            });
        }
    }
}

/// The instance of a generic interface whose methods have the types of `this`'s methods of those names.
fn implemented_instance(input: Input<'_>, plan: &TraitPlan, this: TypeId) -> Option<(TypeId, Vec<TypeId>)> {
    implemented_through(input, plan, this, input.store().pointer(this))
}

fn implemented_through(
    input: Input<'_>,
    plan: &TraitPlan,
    this: TypeId,
    pointer: TypeId,
) -> Option<(TypeId, Vec<TypeId>)> {
    let store = input.store();
    let mut args = vec![None; plan.params.len()];
    for method in &plan.methods {
        let want = store.obj(*method);
        let crate::types::LookupResult::Found(found) = store.lookup_field_or_method(pointer, want.pkg, &want.name)
        else {
            return None;
        };
        unify(input, want.ty, store.obj_type(found.obj), &plan.params, &mut args);
    }
    for term in store.type_set(plan.ty).terms.iter().flatten() {
        for candidate in [pointer, this, store.underlying(this)] {
            unify(input, term.ty, candidate, &plan.params, &mut args);
        }
    }
    let own = match store.get(this) {
        Type::Named(n) => n.type_args.clone(),
        _ => Vec::new(),
    };
    let name = |t: TypeId| match store.get(t) {
        Type::TypeParam(p) => Some(store.obj(p.obj).name.clone()),
        _ => None,
    };
    let mut open = Vec::new();
    let each = args.iter().zip(&plan.params).map(|(arg, param)| {
        // A parameter of the type's own with that name stands for one that says nothing.
        let same = own
            .iter()
            .copied()
            .find(|t| name(*t).is_some() && name(*t) == name(*param));
        arg.or(same).unwrap_or_else(|| {
            open.push(*param);
            *param
        })
    });
    let args: Vec<TypeId> = each.collect();
    Some((store.subst_instance(plan.ty, &plan.params, &args), open))
}

/// Finds what the parameters in `pattern` stand for in `actual`.
pub fn unify(input: Input<'_>, pattern: TypeId, actual: TypeId, params: &[TypeId], args: &mut [Option<TypeId>]) {
    let store = input.store();
    if let Some(i) = params.iter().position(|p| *p == pattern) {
        args[i].get_or_insert(actual);
        return;
    }
    let mut all = |a: &[TypeId], b: &[TypeId]| {
        a.iter().zip(b).for_each(|(a, b)| unify(input, *a, *b, params, args));
    };
    match (store.get(pattern), store.get(actual)) {
        (Type::Pointer(a), Type::Pointer(b))
        | (Type::Slice(a), Type::Slice(b))
        | (Type::Array(_, a), Type::Array(_, b))
        | (Type::Chan(_, a), Type::Chan(_, b)) => all(&[*a], &[*b]),
        (Type::Map(k, v), Type::Map(l, w)) => all(&[*k, *v], &[*l, *w]),
        (Type::Tuple(a), Type::Tuple(b)) => all(a, b),
        (Type::Signature(a), Type::Signature(b)) => {
            all(&a.params, &b.params);
            all(&a.results, &b.results);
        }
        (Type::Named(a), Type::Named(b)) if a.obj == b.obj => all(&a.type_args, &b.type_args),
        _ => {}
    }
}

/// The type parameters that a type mentions.
pub fn free_params(input: Input<'_>, ty: TypeId, out: &mut Vec<TypeId>) {
    let store = input.store();
    if store.is_type_param(ty) && store.stand_in(ty).is_none() {
        if !out.contains(&ty) {
            out.push(ty);
        }
        return;
    }
    let mut each = |types: &[TypeId]| types.iter().for_each(|t| free_params(input, *t, out));
    match store.get(ty) {
        Type::TypeParam(_) => each(&[store.stand_in(ty).unwrap_or(TypeId::ANY)]),
        Type::Pointer(t) | Type::Slice(t) | Type::Array(_, t) | Type::Chan(_, t) => each(&[*t]),
        Type::Map(k, v) => each(&[*k, *v]),
        Type::Tuple(ts) => each(ts),
        Type::Signature(s) => {
            each(&s.params);
            each(&s.results);
        }
        Type::Named(n) => each(&n.type_args),
        Type::Struct(s) => s
            .fields
            .iter()
            .for_each(|f| free_params(input, store.obj_type(*f), out)),
        Type::Interface(i) => {
            i.methods
                .iter()
                .for_each(|m| free_params(input, store.obj_type(*m), out));
            i.embeddeds.iter().for_each(|t| free_params(input, *t, out));
        }
        Type::Union(terms) => terms.iter().for_each(|t| free_params(input, t.ty, out)),
        _ => {}
    }
}

/// Interface types in the place of type parameters, with what they implement themselves.
fn arguments(input: Input<'_>, traits: &Traits) -> Vec<(TypeId, TypeId)> {
    use crate::hir::{Callee, Expr, ExprKind, visit};
    struct Find(Vec<TypeId>);
    impl<'p> visit::Visitor<'p> for Find {
        fn expr(&mut self, e: &'p Expr) {
            match &e.kind {
                ExprKind::Func { type_args, .. } => self.0.extend(type_args),
                ExprKind::Call(call) => {
                    if let Callee::Func { type_args, .. } = &call.callee {
                        self.0.extend(type_args);
                    }
                }
                _ => {}
            }
            visit::walk_expr(self, e);
        }
    }
    let store = input.store();
    let mut find = Find(Vec::new());
    for body in input.hir.funcs.iter().filter_map(|f| f.body.as_ref()) {
        visit::Visitor::block(&mut find, body);
    }
    for id in 0..store.type_count() as u32 {
        if let Type::Named(n) = store.get(TypeId(id)) {
            find.0.extend(&n.type_args);
        }
    }
    let mut found: Vec<_> = find
        .0
        .into_iter()
        .filter(|t| store.is_interface(*t))
        .map(|t| store.canonical(t))
        .collect();
    found.sort();
    found.dedup();
    let mut plans: Vec<&TraitPlan> = traits.by_type.values().collect();
    plans.sort_by_key(|t| t.ty);
    let mut out = Vec::new();
    for argument in found {
        let mut free = Vec::new();
        free_params(input, argument, &mut free);
        if !free.is_empty() {
            continue;
        }
        for plan in &plans {
            let iface = match plan.params.is_empty() {
                true => Some(plan.ty),
                false => implemented_through(input, plan, argument, argument)
                    .filter(|i| i.1.is_empty())
                    .map(|i| i.0),
            };
            if let Some(iface) = iface.filter(|i| store.implements(argument, *i)) {
                out.push((argument, iface));
            }
        }
    }
    out
}

fn has_embedded(input: Input<'_>, ty: TypeId) -> bool {
    match input.store().under(ty) {
        Type::Struct(s) => s.fields.iter().any(|f| {
            matches!(
                input.store().obj(*f).kind,
                crate::types::ObjKind::Var(crate::types::VarKind::EmbeddedField)
            )
        }),
        _ => false,
    }
}
