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
    /// Interface types of the library that are implemented or asserted.
    pub library: Vec<TypeId>,
}

/// Collects traits and implementations.
pub fn traits(input: Input<'_>, _facts: &Facts, names: &mut Names) -> Traits {
    let store = input.store();
    let mut out = Traits::default();
    let all = super::user_types(input);
    for &ty in &all {
        if store.is_type_param(ty) {
            continue;
        }
        let Type::Interface(_) = &*store.under(ty) else { continue };
        let set = store.type_set(ty);
        if set.methods.is_empty() {
            continue;
        }
        let canonical = store.canonical(ty);
        let named = match &*store.get(ty) {
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
        let name = match named {
            Some(obj) => names.object(obj).unwrap_or("Interface").to_owned(),
            None => {
                let words: Vec<_> = set.methods.iter().take(3).map(|m| names::upper_camel(&store.obj(*m).name)).collect();
                out.anonymous.push(canonical);
                names.claim_type(&format!("Has{}", words.concat()))
            }
        };
        out.by_type.insert(canonical, TraitPlan { name, obj: named, ty, methods: set.methods.clone() });
    }
    out.anonymous.sort();
    if !out.library.contains(&TypeId::ERROR) {
        out.library.push(TypeId::ERROR);
    }
    out.library.extend(TypeId::IMPLICIT);
    let mut at = 0;
    while let Some(ty) = out.library.get(at).copied() {
        at += 1;
        if let Type::Interface(iface) = &*store.under(ty) {
            for embedded in &iface.embeddeds {
                let has_methods = !store.type_set(*embedded).methods.is_empty();
                if has_methods && matches!(&*store.get(*embedded), Type::Named(_)) && !out.library.contains(embedded) {
                    out.library.push(*embedded);
                }
            }
        }
    }
    out.implementations = implementations(input, &out);
    out
}

/// The named type whose underlying type is exactly this interface literal.
fn is_named_same(input: Input<'_>, named: TypeId, iface: TypeId) -> bool {
    matches!(&*input.store().get(named), Type::Named(_)) && input.store().underlying(named) == iface
}

fn generic_instance(input: Input<'_>, ty: TypeId) -> bool {
    matches!(&*input.store().get(ty), Type::Named(n) if n.origin.is_some())
}

fn implementations(input: Input<'_>, traits: &Traits) -> Vec<Implementation> {
    let store = input.store();
    let mut interfaces: Vec<TypeId> = traits.by_type.values().map(|t| t.ty).chain(traits.library.iter().copied()).collect();
    interfaces.sort();
    let mut out = Vec::new();
    for id in 0..store.type_count() as u32 {
        let ty = TypeId(id);
        let Type::Named(n) = &*store.get(ty) else { continue };
        if n.origin.is_some() || input.is_library(n.obj) || matches!(&*store.under(ty), Type::Interface(_)) {
            continue;
        }
        if store.methods(ty).is_empty() && !has_embedded(input, ty) {
            continue;
        }
        // A generic type implements what its instance over its own parameters does.
        let this = if n.type_params.is_empty() { ty } else { store.instantiate_named(ty, &n.type_params) };
        let pointer_type = store.pointer(this);
        for &iface in &interfaces {
            let of_errors = [TypeId::UNWRAP, TypeId::UNWRAP_ALL, TypeId::IS].contains(&iface);
            if of_errors && !store.implements(pointer_type, TypeId::ERROR) {
                continue;
            }
            let pointer = store.implements(pointer_type, iface);
            if pointer {
                let value = store.implements(this, iface);
                out.push(Implementation { ty: this, iface, value, pointer });
            }
        }
    }
    out
}

fn has_embedded(input: Input<'_>, ty: TypeId) -> bool {
    match &*input.store().under(ty) {
        Type::Struct(s) => s.fields.iter().any(|f| {
            matches!(input.store().obj(*f).kind, crate::types::ObjKind::Var(crate::types::VarKind::EmbeddedField))
        }),
        _ => false,
    }
}
