//! What a package made becomes known for good.
//!
//! In: the store of a package that is checked. Out: its types and objects at the end of the base, and their new ids.
//! Invariants: packages are merged one after the other, in an order that does not depend on time, and what is new is
//! appended in the order in which the package made it; so ids depend on the source alone. A type that is made once, and an
//! instance, is what the base has of it already; so is what was expanded from such an instance. The representatives of
//! all classes are found here, so that whoever comes later need not seek them.

use super::base::{CanonKey, Extent, Facts, Key};
use super::model::*;
use super::store::TypeStore;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The ids that a package's own types and objects have now.
#[derive(Debug)]
pub(super) struct Renumbering {
    first: Extent,
    types: Vec<TypeId>,
    objs: Vec<ObjId>,
}

impl Renumbering {
    /// Nothing of a package's own could be moved.
    pub(super) fn lost(first: Extent) -> Renumbering {
        Renumbering {
            first,
            types: Vec::new(),
            objs: Vec::new(),
        }
    }

    pub(super) fn ty(&self, t: TypeId) -> TypeId {
        match t.0.checked_sub(self.first.types) {
            None => t,
            Some(at) => self.types.get(at as usize).copied().unwrap_or(TypeId::INVALID),
        }
    }

    pub(super) fn obj(&self, o: ObjId) -> ObjId {
        match o.0.checked_sub(self.first.objs) {
            None => o,
            Some(at) => self.objs.get(at as usize).copied().unwrap_or(ObjId(0)),
        }
    }

    fn types(&self, ts: &[TypeId]) -> Vec<TypeId> {
        ts.iter().map(|t| self.ty(*t)).collect()
    }

    fn objs(&self, objs: &[ObjId]) -> Vec<ObjId> {
        objs.iter().map(|o| self.obj(*o)).collect()
    }

    fn terms(&self, terms: &[Term]) -> Vec<Term> {
        let term = |t: &Term| Term {
            tilde: t.tilde,
            ty: self.ty(t.ty),
        };
        terms.iter().map(term).collect()
    }

    fn content(&self, t: &Type) -> Type {
        match t {
            Type::Basic(kind) => Type::Basic(*kind),
            Type::Named(n) => Type::Named(Named {
                obj: self.obj(n.obj),
                origin: n.origin.map(|o| self.ty(o)),
                type_params: self.types(&n.type_params),
                type_args: self.types(&n.type_args),
                underlying: n.underlying.map(|u| self.ty(u)),
                methods: self.objs(&n.methods),
            }),
            Type::Pointer(e) => Type::Pointer(self.ty(*e)),
            Type::Slice(e) => Type::Slice(self.ty(*e)),
            Type::Array(n, e) => Type::Array(*n, self.ty(*e)),
            Type::Map(k, v) => Type::Map(self.ty(*k), self.ty(*v)),
            Type::Chan(d, e) => Type::Chan(*d, self.ty(*e)),
            Type::Struct(s) => Type::Struct(Struct {
                fields: self.objs(&s.fields),
                tags: s.tags.clone(),
            }),
            Type::Tuple(ts) => Type::Tuple(self.types(ts)),
            Type::Signature(s) => Type::Signature(Signature {
                type_params: self.types(&s.type_params),
                recv: s.recv.map(|r| self.ty(r)),
                params: self.types(&s.params),
                results: self.types(&s.results),
                variadic: s.variadic,
            }),
            Type::Interface(i) => Type::Interface(Interface {
                methods: self.objs(&i.methods),
                embeddeds: self.types(&i.embeddeds),
                implicit: i.implicit,
                comparable: i.comparable,
            }),
            Type::TypeParam(p) => Type::TypeParam(TypeParam {
                obj: self.obj(p.obj),
                index: p.index,
                constraint: self.ty(p.constraint),
            }),
            Type::Union(ts) => Type::Union(self.terms(ts)),
        }
    }

    fn object(&self, o: &Object) -> Object {
        Object {
            ty: self.ty(o.ty),
            origin: o.origin.map(|o| self.obj(o)),
            ..o.clone()
        }
    }

    fn canon_key(&self, key: &CanonKey) -> CanonKey {
        match key {
            CanonKey::Struct(fields) => {
                let field = fields
                    .iter()
                    .map(|(k, t, e, tag)| (k.clone(), self.ty(*t), *e, tag.clone()));
                CanonKey::Struct(field.collect())
            }
            CanonKey::Interface(methods, terms, comparable) => {
                let methods = methods.iter().map(|(k, t)| (k.clone(), self.ty(*t))).collect();
                let terms = terms.as_ref().map(|terms| {
                    let mut terms = self.terms(terms);
                    terms.sort_by_key(|t| (t.ty, t.tilde));
                    terms
                });
                CanonKey::Interface(methods, terms, *comparable)
            }
            CanonKey::Instance(origin, args) => CanonKey::Instance(self.ty(*origin), self.types(args)),
        }
    }

    fn type_set(&self, set: &TypeSet) -> TypeSet {
        TypeSet {
            methods: self.objs(&set.methods),
            terms: set.terms.as_ref().map(|ts| self.terms(ts)),
            comparable: set.comparable,
        }
    }
}

/// No id yet.
const NONE: u32 = u32::MAX;

impl TypeStore {
    /// Moves all of the store's own to the base.
    pub(super) fn merge(mut self) -> Renumbering {
        self.see_all();
        let mut canon = Vec::new();
        // Seeking a representative may make one.
        while (canon.len() as u32) < self.own_types.len() {
            canon.push(self.canonical(self.own_type(canon.len() as u32)));
        }
        let old = self.base.extent();
        let facts = self.facts.take();
        let mut merger = Merger {
            ids: Renumbering {
                first: self.first,
                types: vec![TypeId(NONE); canon.len()],
                objs: vec![ObjId(NONE); self.own_objs.len() as usize],
            },
            store: &self,
            old,
            canon,
            facts,
            end: old,
            new_types: Vec::new(),
            instances: FxHashMap::default(),
            late_expansions: Vec::new(),
            late_methods: Vec::new(),
        };
        merger.number();
        merger.append();
        merger.ids
    }
}

struct Merger<'s> {
    store: &'s TypeStore,
    /// What the base had before.
    old: Extent,
    /// The representatives of own types.
    canon: Vec<TypeId>,
    facts: Facts,
    ids: Renumbering,
    /// The next ids.
    end: Extent,
    /// Own types that are new.
    new_types: Vec<TypeId>,
    /// Which of them are instances of what.
    instances: FxHashMap<TypeId, (TypeId, Vec<TypeId>)>,
    /// What own facts say of types that the base has.
    late_expansions: Vec<(TypeId, TypeId)>,
    late_methods: Vec<(TypeId, usize, ObjId)>,
}

impl Merger<'_> {
    /// Gives all of the store's own its ids.
    fn number(&mut self) {
        let mut expanded: Vec<TypeId> = self.facts.expansions.keys().copied().collect();
        expanded.extend(self.facts.inst_methods.keys().map(|(t, _)| *t));
        expanded.retain(|t| !self.is_own(*t));
        expanded.sort();
        expanded.dedup();
        for t in expanded {
            self.same_expansion(t, t);
        }
        for at in 0..self.ids.types.len() as u32 {
            let t = self.store.own_type(at);
            if self.is_mapped(t) {
                continue;
            }
            match self.known(t) {
                Some(known) => {
                    self.map(t, known);
                    self.same_expansion(t, known);
                }
                None => {
                    let id = TypeId(self.end.types);
                    self.end.types += 1;
                    self.map(t, id);
                    self.new_types.push(t);
                }
            }
        }
        for o in &mut self.ids.objs {
            if o.0 == NONE {
                *o = ObjId(self.end.objs);
                self.end.objs += 1;
            }
        }
    }

    fn is_own(&self, t: TypeId) -> bool {
        t.0 >= self.ids.first.types
    }

    fn is_mapped(&self, t: TypeId) -> bool {
        !self.is_own(t) || self.ids.ty(t).0 != NONE
    }

    fn map(&mut self, t: TypeId, id: TypeId) {
        let at = t.0.saturating_sub(self.ids.first.types) as usize;
        if let Some(slot) = self.ids.types.get_mut(at) {
            *slot = id;
        }
    }

    fn map_obj(&mut self, o: ObjId, id: ObjId) {
        let at = o.0.checked_sub(self.ids.first.objs).map(|at| at as usize);
        if let Some(slot) = at.and_then(|at| self.ids.objs.get_mut(at))
            && slot.0 == NONE
        {
            *slot = id;
        }
    }

    /// The representative of an own type, or of one of the base.
    fn canonical(&self, t: TypeId) -> TypeId {
        match t.0.checked_sub(self.ids.first.types) {
            None => self.store.base.canonical(t),
            Some(at) => self.canon.get(at as usize).copied().unwrap_or(t),
        }
    }

    /// The type that the base has where an own one is made once; what it is made of has its ids already.
    fn known(&mut self, t: TypeId) -> Option<TypeId> {
        let content = self.store.get(t);
        if let Type::Named(n) = content {
            let origin = n.origin?;
            let args: Vec<TypeId> = n.type_args.iter().map(|a| self.canonical(*a)).collect();
            let key = (origin, args);
            let found = if self.is_own(origin) || key.1.iter().any(|a| self.is_own(*a)) {
                None
            } else {
                self.store.base.find(|f| f.instances.get(&key).copied())
            };
            if found.is_none() {
                self.instances.insert(t, key);
            }
            return found;
        }
        if let Type::Struct(_) | Type::Interface(_) | Type::TypeParam(_) | Type::Basic(_) = content {
            return None;
        }
        let key = Key::of(&self.ids.content(content))?;
        key.all(|t| self.old.has_type(t))
            .then(|| self.store.base.find(|f| f.interned.get(&key).copied()))
            .flatten()
    }

    /// What was expanded from `t` is what the base has of `known`, the same instance.
    fn same_expansion(&mut self, t: TypeId, known: TypeId) {
        let (Type::Named(own), Type::Named(old)) = (self.store.get(t), self.store.base.get(known).unwrap_or(&NO_TYPE))
        else {
            return;
        };
        let Some(Type::Named(origin)) = own.origin.map(|o| self.store.get(o)) else {
            return;
        };
        // What the arguments are made of was there before the instance, what was expanded came after.
        let after = if self.is_own(t) {
            t
        } else {
            TypeId(self.ids.first.types)
        };
        let base = &self.store.base;
        let expanded = self.facts.expansions.get(&t).copied().or(own.underlying);
        let expanded = expanded.filter(|u| self.is_own(*u) || t != known);
        let before = old
            .underlying
            .or_else(|| base.find(|f| f.expansions.get(&known).copied()));
        match (expanded, before) {
            (Some(u), Some(v)) => self.same(u, v, after),
            (Some(u), None) => self.late_expansions.push((known, u)),
            _ => {}
        }
        for i in 0..origin.methods.len() {
            let Some(m) = self.facts.inst_methods.get(&(t, i)).copied() else {
                continue;
            };
            match base.find(|f| f.inst_methods.get(&(known, i)).copied()) {
                Some(old) => {
                    self.map_obj(m, old);
                    let types = (self.store.obj_type(m), self.store.base.obj(old).map(|o| o.ty));
                    if let (u, Some(v)) = types {
                        self.same(u, v, after);
                    }
                }
                None => self.late_methods.push((known, i, m)),
            }
        }
    }

    /// Two types that were expanded alike: what is one id per place in the own one is what it is in the other.
    fn same(&mut self, own: TypeId, known: TypeId, after: TypeId) {
        if own < after || self.is_mapped(own) {
            return;
        }
        let pairs = match (self.store.get(own), self.store.base.get(known).unwrap_or(&NO_TYPE)) {
            (Type::Struct(a), Type::Struct(b)) if a.fields.len() == b.fields.len() => {
                self.map(own, known);
                self.same_members(&a.fields, &b.fields, after);
                Vec::new()
            }
            (Type::Interface(a), Type::Interface(b)) if a.methods.len() == b.methods.len() => {
                self.map(own, known);
                self.same_members(&a.methods, &b.methods, after);
                a.embeddeds.iter().copied().zip(b.embeddeds.iter().copied()).collect()
            }
            (Type::Pointer(a), Type::Pointer(b))
            | (Type::Slice(a), Type::Slice(b))
            | (Type::Array(_, a), Type::Array(_, b))
            | (Type::Chan(_, a), Type::Chan(_, b)) => vec![(*a, *b)],
            (Type::Map(a, b), Type::Map(c, d)) => vec![(*a, *c), (*b, *d)],
            (Type::Tuple(a), Type::Tuple(b)) => a.iter().copied().zip(b.iter().copied()).collect(),
            (Type::Signature(a), Type::Signature(b)) => {
                let (a, b) = (a.params.iter().chain(&a.results), b.params.iter().chain(&b.results));
                a.copied().zip(b.copied()).collect()
            }
            (Type::Union(a), Type::Union(b)) => a.iter().zip(b).map(|(a, b)| (a.ty, b.ty)).collect(),
            _ => Vec::new(),
        };
        for (a, b) in pairs {
            self.same(a, b, after);
        }
    }

    fn same_members(&mut self, own: &[ObjId], known: &[ObjId], after: TypeId) {
        for (a, b) in own.iter().zip(known) {
            self.map_obj(*a, *b);
            let types = (self.store.obj_type(*a), self.store.base.obj(*b).map(|o| o.ty));
            if let (u, Some(v)) = types {
                self.same(u, v, after);
            }
        }
    }

    /// Moves what is new to the base.
    fn append(&mut self) {
        let (store, ids) = (self.store, &self.ids);
        let mut facts = Facts::default();
        for t in &self.new_types {
            let content = ids.content(store.get(*t));
            let id = ids.ty(*t);
            if let Some(key) = Key::of(&content) {
                facts.interned.insert(key, id);
            }
            if let Some((origin, args)) = self.instances.get(t) {
                facts.instances.insert((ids.ty(*origin), ids.types(args)), id);
            }
            if let Some(set) = self.facts.type_sets.get(t) {
                facts.type_sets.insert(id, Arc::new(ids.type_set(set)));
            }
            store.base.add_type(content, ids.ty(self.canonical(*t)));
        }
        for at in 0..store.own_objs.len() {
            let is_new = ids.objs.get(at as usize).is_some_and(|o| !self.old.has_obj(*o));
            if let Some(o) = store.own_objs.get(at).filter(|_| is_new) {
                store.base.add_obj(ids.object(o));
            }
        }
        for ((t, i), m) in &self.facts.inst_methods {
            let (t, m) = (ids.ty(*t), ids.obj(*m));
            if !self.old.has_type(t) {
                facts.inst_methods.insert((t, *i), m);
                facts.method_inst.insert(m, t);
            }
        }
        for (t, i, m) in &self.late_methods {
            facts.inst_methods.insert((*t, *i), ids.obj(*m));
            facts.method_inst.insert(ids.obj(*m), *t);
        }
        let expansions = self.late_expansions.iter().map(|(t, u)| (*t, ids.ty(*u)));
        facts.expansions.extend(expansions);
        // Those that the base lacked: it was asked first.
        let keys = self.facts.canon_keys.iter();
        facts
            .canon_keys
            .extend(keys.map(|(k, t)| (ids.canon_key(k), ids.ty(*t))));
        store.base.learn(|known| {
            known.interned.extend(facts.interned);
            known.instances.extend(facts.instances);
            known.type_sets.extend(facts.type_sets);
            known.inst_methods.extend(facts.inst_methods);
            known.method_inst.extend(facts.method_inst);
            known.expansions.extend(facts.expansions);
            known.canon_keys.extend(facts.canon_keys);
        });
    }
}

/// What a bad id leads to.
const NO_TYPE: Type = Type::Basic(BasicKind::Invalid);
