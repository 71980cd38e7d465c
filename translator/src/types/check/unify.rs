//! Unification of types with type parameters.
//!
//! In: pairs of types. Out: for each parameter the type it must be.
//! Invariants: solutions never mention the parameter itself; inexact unification lets a defined type meet the
//! underlying type of the other side, and a directional channel an undirected one, as assignment does.

use super::super::model::*;
use super::super::store::TypeStore;

pub(super) struct Unifier {
    params: Vec<TypeId>,
    /// Joined parameters share a slot.
    slot: Vec<usize>,
    solution: Vec<Option<TypeId>>,
    untyped: Vec<bool>,
    depth: u32,
}

impl Unifier {
    pub(super) fn new(params: &[TypeId]) -> Unifier {
        Unifier {
            params: params.to_vec(),
            slot: (0..params.len()).collect(),
            solution: vec![None; params.len()],
            untyped: vec![false; params.len()],
            depth: 0,
        }
    }

    fn index(&self, t: TypeId) -> Option<usize> {
        self.params.iter().position(|p| *p == t)
    }

    fn at(&self, i: usize) -> usize {
        self.slot.get(i).copied().unwrap_or(i)
    }

    pub(super) fn get(&self, i: usize) -> Option<TypeId> {
        self.solution.get(self.at(i)).copied().flatten()
    }

    pub(super) fn set(&mut self, i: usize, t: TypeId) {
        let at = self.at(i);
        if let Some(s) = self.solution.get_mut(at) {
            *s = Some(t);
        }
    }

    pub(super) fn is_from_untyped(&self, i: usize) -> bool {
        self.untyped.get(self.at(i)).copied().unwrap_or(false)
    }

    /// A default type for a parameter that only untyped constants determine; the larger kind stays.
    pub(super) fn max_untyped(&mut self, i: usize, t: TypeId) {
        let rank = |t: TypeId| match t {
            TypeId::INT => 1,
            TypeId::INT32 => 2,
            TypeId::FLOAT64 => 3,
            TypeId::COMPLEX128 => 4,
            _ => 0,
        };
        if self.get(i).is_none_or(|old| rank(t) > rank(old)) {
            self.set(i, t);
        }
        let at = self.at(i);
        if let Some(u) = self.untyped.get_mut(at) {
            *u = true;
        }
    }

    pub(super) fn solved(&self) -> (usize, Vec<Option<TypeId>>) {
        (
            self.solution.iter().filter(|s| s.is_some()).count(),
            self.solution.clone(),
        )
    }

    /// Whether a type mentions a parameter.
    pub(super) fn mentions(&self, s: &TypeStore, t: TypeId) -> bool {
        let probe = vec![TypeId::INVALID; self.params.len()];
        s.subst(t, &self.params, &probe) != t
    }

    /// The solution with all parameters in it replaced.
    pub(super) fn resolved(&self, s: &TypeStore, i: usize) -> Option<TypeId> {
        let mut t = self.get(i)?;
        for _ in 0..=self.params.len() {
            if !self.mentions(s, t) {
                return Some(t);
            }
            let known: Vec<TypeId> = self
                .params
                .iter()
                .enumerate()
                .map(|(k, p)| self.get(k).unwrap_or(*p))
                .collect();
            let next = s.subst(t, &self.params, &known);
            if next == t {
                return None;
            }
            t = next;
        }
        None
    }

    pub(super) fn unify(&mut self, s: &TypeStore, x: TypeId, y: TypeId, assign: bool) -> bool {
        if x == y {
            return true;
        }
        if self.depth > 100 {
            return false;
        }
        self.depth += 1;
        let ok = self.unify_inner(s, x, y, assign);
        self.depth -= 1;
        ok
    }

    fn unify_inner(&mut self, s: &TypeStore, x: TypeId, y: TypeId, assign: bool) -> bool {
        match (self.index(x), self.index(y)) {
            (Some(i), Some(k)) => {
                let (a, b) = (self.at(i), self.at(k));
                if a == b {
                    return true;
                }
                match (self.get(i), self.get(k)) {
                    (Some(p), Some(q)) => return self.unify(s, p, q, assign),
                    (Some(p), None) => self.join(b, a, p),
                    (None, Some(q)) => self.join(a, b, q),
                    (None, None) => {
                        for slot in self.slot.iter_mut().filter(|x| **x == b) {
                            *slot = a;
                        }
                    }
                }
                true
            }
            (Some(i), None) => self.bind(s, i, y, assign),
            (None, Some(k)) => self.bind(s, k, x, assign),
            (None, None) => self.structure(s, x, y, assign),
        }
    }

    fn join(&mut self, from: usize, to: usize, solution: TypeId) {
        for slot in self.slot.iter_mut().filter(|x| **x == from) {
            *slot = to;
        }
        if let Some(s) = self.solution.get_mut(to) {
            *s = Some(solution);
        }
    }

    fn bind(&mut self, s: &TypeStore, i: usize, t: TypeId, assign: bool) -> bool {
        match self.get(i) {
            None => {
                self.set(i, t);
                true
            }
            Some(old) => {
                if !self.unify(s, old, t, assign) {
                    return false;
                }
                // A defined type is the better solution; so is the undirected channel the worse one.
                let named = |t: TypeId| matches!(&*s.get(t), Type::Named(_));
                if assign && named(t) && !named(old) {
                    self.set(i, t);
                }
                if assign
                    && let (Type::Chan(ChanDir::Both, _), Type::Chan(d, _)) = (&*s.get(old), &*s.get(t))
                    && *d != ChanDir::Both
                {
                    self.set(i, t);
                }
                true
            }
        }
    }

    fn structure(&mut self, s: &TypeStore, x: TypeId, y: TypeId, assign: bool) -> bool {
        if s.identical(x, y) {
            return true;
        }
        let (mut x, mut y) = (x, y);
        // A type parameter of the caller stands for its core type.
        match (s.is_type_param(x), s.is_type_param(y)) {
            (true, false) => match s.core_type(x) {
                Some(core) => return self.unify(s, core, y, assign),
                None => return false,
            },
            (false, true) => match s.core_type(y) {
                Some(core) => return self.unify(s, x, core, assign),
                None => return assign && s.is_interface(x) && self.interfaces(s, x, y),
            },
            _ => {}
        }
        let (xt, yt) = (s.get(x), s.get(y));
        match (&*xt, &*yt) {
            (Type::Named(a), Type::Named(b)) => {
                if a.origin.is_some() && a.origin == b.origin {
                    let pairs: Vec<_> = a.type_args.iter().copied().zip(b.type_args.iter().copied()).collect();
                    return pairs.into_iter().all(|(p, q)| self.unify(s, p, q, false));
                }
                // Interfaces: the methods of the smaller must match those of the larger.
                if assign && (s.is_interface(x) || s.is_interface(y)) {
                    return self.interfaces(s, x, y);
                }
                return false;
            }
            (Type::Named(_), _) if !s.is_type_param(y) => {
                if s.is_interface(x) && assign {
                    return self.interfaces(s, x, y);
                }
                if s.is_interface(y) && assign {
                    return self.interfaces(s, y, x);
                }
                x = s.underlying(x);
            }
            (_, Type::Named(_)) if !s.is_type_param(x) => {
                if s.is_interface(y) && assign {
                    return self.interfaces(s, y, x);
                }
                if s.is_interface(x) && assign {
                    return self.interfaces(s, x, y);
                }
                y = s.underlying(y);
            }
            _ => {}
        }
        let (xt, yt) = (s.get(x), s.get(y));
        match (&*xt, &*yt) {
            (Type::Pointer(a), Type::Pointer(b)) | (Type::Slice(a), Type::Slice(b)) => self.unify(s, *a, *b, false),
            (Type::Array(n, a), Type::Array(m, b)) => n == m && self.unify(s, *a, *b, false),
            (Type::Map(k, v), Type::Map(l, w)) => self.unify(s, *k, *l, false) && self.unify(s, *v, *w, false),
            (Type::Chan(d, a), Type::Chan(f, b)) => {
                (d == f || (assign && (*d == ChanDir::Both || *f == ChanDir::Both))) && self.unify(s, *a, *b, false)
            }
            (Type::Tuple(a), Type::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(p, q)| self.unify(s, *p, *q, false))
            }
            (Type::Signature(a), Type::Signature(b)) => {
                a.params.len() == b.params.len()
                    && a.results.len() == b.results.len()
                    && a.variadic == b.variadic
                    && a.params
                        .iter()
                        .zip(&b.params)
                        .all(|(p, q)| self.unify(s, *p, *q, false))
                    && a.results
                        .iter()
                        .zip(&b.results)
                        .all(|(p, q)| self.unify(s, *p, *q, false))
            }
            (Type::Struct(a), Type::Struct(b)) => {
                a.fields.len() == b.fields.len()
                    && a.fields.iter().zip(&b.fields).all(|(p, q)| {
                        let (p, q) = (s.obj(*p), s.obj(*q));
                        p.name == q.name && self.unify(s, p.ty, q.ty, false)
                    })
            }
            (Type::Interface(_), Type::Interface(_)) => self.interfaces(s, x, y),
            (Type::Interface(_), _) if assign => self.interfaces(s, x, y),
            (_, Type::Interface(_)) if assign => self.interfaces(s, y, x),
            _ => false,
        }
    }

    /// `iface` is an interface, `other` any type: unifies the methods both have.
    fn interfaces(&mut self, s: &TypeStore, iface: TypeId, other: TypeId) -> bool {
        let set = s.type_set(iface);
        if s.is_interface(other) && !s.is_interface(iface) {
            return self.interfaces(s, other, iface);
        }
        set.methods.iter().all(|m| {
            let m = s.obj(*m);
            match s.lookup_field_or_method(other, m.pkg, &m.name) {
                super::super::lookup::LookupResult::Found(l) => {
                    s.complete_instance_method(l.obj);
                    let have = s.obj_type(l.obj);
                    have == TypeId::INVALID || self.unify(s, m.ty, have, false)
                }
                _ => s.is_interface(other),
            }
        })
    }
}
