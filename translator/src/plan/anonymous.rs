//! Struct types without a name: each gets one, once in the program.
//!
//! In: the types that the program mentions. Out: [`Anonymous`].
//! Invariants: identical struct types have one plan; one that is an instance of another, which mentions type parameters, has
//! none of its own, so that both are the same Rust type where Go says that they are the same.

use super::{Storage, StructPlan, field_names, names, projected, traits};
use crate::analysis::{Facts, Input};
use crate::types::{Struct, Type, TypeId};
use rustc_hash::{FxHashMap, FxHashSet};

/// All of them.
#[derive(Debug, Default)]
pub struct Anonymous {
    /// Name and plan by canonical type.
    pub structs: FxHashMap<TypeId, (String, StructPlan)>,
    /// By canonical type: the generic one that it is an instance of, and the arguments in the order of what that mentions.
    pub instances: FxHashMap<TypeId, (TypeId, Vec<TypeId>)>,
}

impl Anonymous {
    /// The plan of a canonical type.
    pub fn plan(&self, ty: TypeId) -> Option<&StructPlan> {
        let of = self.instances.get(&ty).map_or(ty, |(generic, _)| *generic);
        self.structs.get(&of).map(|(_, plan)| plan)
    }
}

/// Names and plans all of them.
pub fn anonymous(input: Input<'_>, facts: &Facts, storage: &[Storage], names: &mut names::Names) -> Anonymous {
    let store = input.store();
    let projected: FxHashSet<TypeId> = projected(facts, storage).map(|t| store.canonical(t)).collect();
    let pointed = |ty: TypeId| projected.contains(&ty) || is_pointed(input, storage, ty);
    let mut out = Anonymous::default();
    let mut used: Vec<TypeId> = input
        .mentioned_types()
        .into_iter()
        .filter(|t| matches!(store.get(*t), Type::Struct(s) if !s.fields.is_empty()))
        .map(|t| store.canonical(t))
        .collect();
    used.sort();
    used.dedup();
    // First those that others may be instances of.
    used.sort_by_key(|t| params(input, *t).is_empty());
    let mut generic: Vec<TypeId> = Vec::new();
    for ty in used {
        let found = generic.iter().find_map(|g| Some((*g, instance(input, *g, ty)?)));
        if let Some(found) = found {
            out.instances.insert(ty, found);
            continue;
        }
        if takes_any(input, ty) {
            generic.push(ty);
        }
        if let Type::Struct(s) = store.get(ty) {
            let planned = named(input, pointed(ty), names, s);
            out.structs.insert(ty, planned);
        }
    }
    // What is asked of an instance holds for all.
    let pointed: Vec<TypeId> = out
        .instances
        .iter()
        .filter(|(ty, _)| pointed(**ty))
        .map(|(_, (generic, _))| *generic)
        .collect();
    for generic in pointed {
        if let Some((_, plan)) = out.structs.get_mut(&generic) {
            plan.in_place = true;
            plan.celled.iter_mut().for_each(|celled| *celled = true);
        }
    }
    out
}

fn named(input: Input<'_>, pointed: bool, names: &mut names::Names, s: &Struct) -> (String, StructPlan) {
    let words: Vec<_> = s
        .fields
        .iter()
        .take(3)
        .map(|f| names::upper_camel(&input.store().obj(*f).name))
        .collect();
    let name = names.claim_type(&words.concat());
    let plan = StructPlan {
        in_place: pointed,
        celled: vec![pointed; s.fields.len()],
        fields: field_names(input, s),
        ..StructPlan::default()
    };
    (name, plan)
}

/// Anonymous structs are never behind a pointer method; their fields are cells when any pointer exists, or a variable of the
/// type is shared.
fn is_pointed(input: Input<'_>, storage: &[Storage], ty: TypeId) -> bool {
    let store = input.store();
    (0..store.type_count() as u32)
        .any(|t| matches!(store.get(TypeId(t)), Type::Pointer(e) if store.canonical(*e) == ty))
        || (input.hir.locals.iter().zip(storage))
            .any(|(local, storage)| *storage == Storage::Shared && store.canonical(local.ty) == ty)
}

fn params(input: Input<'_>, ty: TypeId) -> Vec<TypeId> {
    let mut params = Vec::new();
    traits::free_params(input, ty, &mut params);
    params
}

/// It mentions type parameters, and nothing is asked of them that not every comparable type has.
fn takes_any(input: Input<'_>, ty: TypeId) -> bool {
    let store = input.store();
    let params = params(input, ty);
    !params.is_empty()
        && params.iter().all(|p| match store.get(*p) {
            Type::TypeParam(param) => {
                let set = store.type_set(param.constraint);
                set.terms.is_none() && set.methods.is_empty()
            }
            _ => false,
        })
}

/// What the parameters of `generic` stand for in `ty`, when `ty` is an instance of it.
fn instance(input: Input<'_>, generic: TypeId, ty: TypeId) -> Option<Vec<TypeId>> {
    let store = input.store();
    let (Type::Struct(pattern), Type::Struct(actual)) = (store.get(generic), store.get(ty)) else {
        return None;
    };
    if pattern.fields.len() != actual.fields.len() {
        return None;
    }
    let params = params(input, generic);
    let mut args = vec![None; params.len()];
    for (a, b) in pattern.fields.iter().zip(&actual.fields) {
        traits::unify(input, store.obj_type(*a), store.obj_type(*b), &params, &mut args);
    }
    let args: Option<Vec<TypeId>> = args.into_iter().collect();
    let args = args?;
    let fits = |(param, arg): (&TypeId, &TypeId)| !store.comparable(*param) || store.comparable(*arg);
    let same = store.canonical(store.subst(generic, &params, &args)) == ty;
    (same && params.iter().zip(&args).all(fits)).then_some(args)
}
