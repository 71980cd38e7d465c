//! Which types are identical.
//!
//! In: the types of a store. Out: one representative per class of identical types.
//! Invariants: `identical(a, b)` is `canonical(a) == canonical(b)`; an interface that mentions itself without a name is its
//! own representative while it is being compared.

use super::base::{CanonKey, MemberKey};
use super::model::*;
use super::store::{TypeStore, UNKNOWN};

impl TypeStore {
    /// Whether two types are identical.
    ///
    /// Spec: Type identity.
    pub fn identical(&self, a: TypeId, b: TypeId) -> bool {
        a == b || self.canonical(a) == self.canonical(b)
    }

    /// One representative per class of identical types: fit as a key.
    ///
    /// Spec: Type identity.
    pub fn canonical(&self, t: TypeId) -> TypeId {
        let Some(at) = t.0.checked_sub(self.first.types) else {
            return self.base.canonical(t);
        };
        if let Some(c) = self.canon.borrow().get(at as usize)
            && *c != UNKNOWN
        {
            return *c;
        }
        let (c, cache) = match self.get(t) {
            Type::Basic(_) | Type::TypeParam(_) => (t, true),
            Type::Named(n) => match n.origin {
                Some(o) => {
                    let args: Vec<_> = n.type_args.iter().map(|a| self.canonical(*a)).collect();
                    (self.canon_key(CanonKey::Instance(o, args), t), true)
                }
                None => (t, true),
            },
            Type::Pointer(e) => (self.pointer(self.canonical(*e)), true),
            Type::Slice(e) => (self.slice(self.canonical(*e)), true),
            Type::Array(n, e) => (self.array(*n, self.canonical(*e)), true),
            Type::Map(k, v) => (self.map(self.canonical(*k), self.canonical(*v)), true),
            Type::Chan(d, e) => (self.chan(*d, self.canonical(*e)), true),
            Type::Tuple(ts) => (self.tuple(ts.iter().map(|t| self.canonical(*t)).collect()), true),
            Type::Signature(s) => {
                let s = Signature {
                    type_params: s.type_params.clone(),
                    recv: None,
                    params: s.params.iter().map(|t| self.canonical(*t)).collect(),
                    results: s.results.iter().map(|t| self.canonical(*t)).collect(),
                    variadic: s.variadic,
                };
                // Generic signatures are identical up to renaming of their type parameters; these are rare enough to be
                // compared only by their own parameters.
                (self.signature(s), true)
            }
            Type::Union(ts) => {
                let ts = ts
                    .iter()
                    .map(|t| Term {
                        tilde: t.tilde,
                        ty: self.canonical(t.ty),
                    })
                    .collect();
                (self.union(ts), true)
            }
            Type::Struct(s) => {
                let fields = s.fields.iter().enumerate().map(|(i, f)| {
                    let o = self.obj(*f);
                    let embedded = matches!(o.kind, ObjKind::Var(VarKind::EmbeddedField));
                    (
                        self.member_key(o),
                        self.canonical(o.ty),
                        embedded,
                        s.tags.get(i).cloned().unwrap_or("".into()),
                    )
                });
                let key = CanonKey::Struct(fields.collect());
                (self.canon_key(key, t), true)
            }
            Type::Interface(_) => {
                if !self.canon_active.borrow_mut().insert(t) {
                    return t;
                }
                let (set, complete) = self.compute_type_set(t);
                let methods = set.methods.iter().map(|m| {
                    let o = self.obj(*m);
                    (self.member_key(o), self.canonical(o.ty))
                });
                let methods: Vec<_> = methods.collect();
                let terms = set.terms.as_ref().map(|ts| {
                    let mut ts: Vec<_> = ts
                        .iter()
                        .map(|t| Term {
                            tilde: t.tilde,
                            ty: self.canonical(t.ty),
                        })
                        .collect();
                    ts.sort_by_key(|t| (t.ty, t.tilde));
                    ts
                });
                self.canon_active.borrow_mut().remove(&t);
                if complete {
                    (
                        self.canon_key(CanonKey::Interface(methods, terms, set.comparable), t),
                        true,
                    )
                } else {
                    (t, false)
                }
            }
        };
        if cache {
            let mut canon = self.canon.borrow_mut();
            if canon.len() <= at as usize {
                canon.resize(self.own_types.len() as usize, UNKNOWN);
            }
            if let Some(known) = canon.get_mut(at as usize) {
                *known = c;
            }
        }
        c
    }

    fn member_key(&self, o: &Object) -> MemberKey {
        (if o.exported() { None } else { o.pkg }, o.name.clone())
    }

    fn canon_key(&self, key: CanonKey, t: TypeId) -> TypeId {
        match self.known(|f| f.canon_keys.get(&key).copied(), |t| self.seen.has_type(t)) {
            Some(known) => known,
            None => *self.facts.borrow_mut().canon_keys.entry(key).or_insert(t),
        }
    }
}
