//! What is known for good: types and objects that many threads read while more are appended.
//!
//! In: what `merge` moves here, one package at a time. Out: references, and what is known of types by a key.
//! Invariants: nothing in it ever changes or moves, it only grows; one thread appends at a time; whoever reads passes over
//! what came after the [`Extent`] that he may see, so that what he finds does not depend on time.

use super::model::*;
use crate::syntax::ast::Name;
use rustc_hash::FxHashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// How far ids go.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Extent {
    pub(super) types: u32,
    pub(super) objs: u32,
}

impl Extent {
    pub(super) fn has_type(self, t: TypeId) -> bool {
        t.0 < self.types
    }
    pub(super) fn has_obj(self, o: ObjId) -> bool {
        o.0 < self.objs
    }
}

/// The types and objects of packages that are done with.
#[derive(Debug, Default)]
pub(super) struct Base {
    types: boxcar::Vec<Type>,
    objs: boxcar::Vec<Object>,
    /// The representative of each type's class.
    canon: boxcar::Vec<TypeId>,
    facts: RwLock<Facts>,
}

impl Base {
    pub(super) fn extent(&self) -> Extent {
        Extent {
            types: self.types.count() as u32,
            objs: self.objs.count() as u32,
        }
    }

    pub(super) fn get(&self, t: TypeId) -> Option<&Type> {
        self.types.get(t.0 as usize)
    }

    pub(super) fn obj(&self, o: ObjId) -> Option<&Object> {
        self.objs.get(o.0 as usize)
    }

    pub(super) fn canonical(&self, t: TypeId) -> TypeId {
        self.canon.get(t.0 as usize).copied().unwrap_or(t)
    }

    pub(super) fn add_type(&self, t: Type, canonical: TypeId) {
        self.types.push(t);
        self.canon.push(canonical);
    }

    pub(super) fn add_obj(&self, o: Object) {
        self.objs.push(o);
    }

    /// Looks something up.
    pub(super) fn find<T>(&self, find: impl FnOnce(&Facts) -> Option<T>) -> Option<T> {
        find(&self.facts.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn learn(&self, learn: impl FnOnce(&mut Facts)) {
        learn(&mut self.facts.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// What is known of types by a key.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The types that are made once.
    pub(super) interned: FxHashMap<Key, TypeId>,
    /// The representatives of the other types.
    pub(super) canon_keys: FxHashMap<CanonKey, TypeId>,
    /// Instances by their generic type and the representatives of their arguments.
    pub(super) instances: FxHashMap<(TypeId, Vec<TypeId>), TypeId>,
    /// The underlying types of instances that did not have theirs yet when they became known for good.
    pub(super) expansions: FxHashMap<TypeId, TypeId>,
    /// The methods of instances, and back.
    pub(super) inst_methods: FxHashMap<(TypeId, usize), ObjId>,
    pub(super) method_inst: FxHashMap<ObjId, TypeId>,
    /// The sets of interfaces that were resolved in full.
    pub(super) type_sets: FxHashMap<TypeId, Arc<TypeSet>>,
}

/// What is the same for types that are one id.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Key {
    Pointer(TypeId),
    Slice(TypeId),
    Array(i64, TypeId),
    Map(TypeId, TypeId),
    Chan(ChanDir, TypeId),
    Tuple(Vec<TypeId>),
    Signature(Signature),
    Union(Vec<Term>),
}

impl Key {
    /// The key of a type that is made once; nothing for a type that is one id per place it is written.
    pub(super) fn of(t: &Type) -> Option<Key> {
        Some(match t {
            Type::Pointer(e) => Key::Pointer(*e),
            Type::Slice(e) => Key::Slice(*e),
            Type::Array(n, e) => Key::Array(*n, *e),
            Type::Map(k, v) => Key::Map(*k, *v),
            Type::Chan(d, e) => Key::Chan(*d, *e),
            Type::Tuple(ts) => Key::Tuple(ts.clone()),
            Type::Signature(s) => Key::Signature(s.clone()),
            Type::Union(ts) => Key::Union(ts.clone()),
            Type::Basic(_) | Type::Named(_) | Type::Struct(_) | Type::Interface(_) | Type::TypeParam(_) => return None,
        })
    }

    pub(super) fn to_type(&self) -> Type {
        match self {
            Key::Pointer(e) => Type::Pointer(*e),
            Key::Slice(e) => Type::Slice(*e),
            Key::Array(n, e) => Type::Array(*n, *e),
            Key::Map(k, v) => Type::Map(*k, *v),
            Key::Chan(d, e) => Type::Chan(*d, *e),
            Key::Tuple(ts) => Type::Tuple(ts.clone()),
            Key::Signature(s) => Type::Signature(s.clone()),
            Key::Union(ts) => Type::Union(ts.clone()),
        }
    }

    /// Whether all types in it are of this kind.
    pub(super) fn all(&self, mut f: impl FnMut(TypeId) -> bool) -> bool {
        match self {
            Key::Pointer(e) | Key::Slice(e) | Key::Array(_, e) | Key::Chan(_, e) => f(*e),
            Key::Map(k, v) => f(*k) && f(*v),
            Key::Tuple(ts) => ts.iter().all(|t| f(*t)),
            Key::Signature(s) => {
                let all = s.type_params.iter().chain(&s.recv).chain(&s.params).chain(&s.results);
                all.copied().all(f)
            }
            Key::Union(ts) => ts.iter().all(|t| f(t.ty)),
        }
    }
}

/// Package (for names that are not exported), name.
pub(super) type MemberKey = (Option<PackageId>, Name);

/// What is the same for identical types that are not made once.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum CanonKey {
    Struct(Vec<(MemberKey, TypeId, bool, Arc<str>)>),
    Interface(Vec<(MemberKey, TypeId)>, Option<Vec<Term>>, bool),
    Instance(TypeId, Vec<TypeId>),
}
