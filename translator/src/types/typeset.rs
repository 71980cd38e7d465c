//! Type sets of interfaces and core types.
//!
//! In: an interface as written. Out: all its methods and the types it admits.
//! Invariants: methods are sorted by name; a set is only remembered when every embedded type was already resolved.

use super::model::*;
use super::store::TypeStore;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What one question has come by.
#[derive(Default)]
struct Visited {
    /// Interfaces that are not resolved in full, or being looked at: each is looked at once, however often it is embedded.
    sets: FxHashMap<TypeId, Arc<TypeSet>>,
    depth: usize,
}

impl TypeStore {
    /// The type set of an interface (or a type parameter's constraint, or any type: then just that type).
    ///
    /// Spec: Interface types; Embedded interfaces; General interfaces.
    pub fn type_set(&self, t: TypeId) -> Arc<TypeSet> {
        self.compute_type_set(self.underlying(t)).0
    }

    /// The set, and whether everything in it was resolved.
    pub(super) fn compute_type_set(&self, t: TypeId) -> (Arc<TypeSet>, bool) {
        self.type_set_at(t, &mut Visited::default())
    }

    /// Methods and types of an interface: what all its elements have in common.
    ///
    /// Spec: Embedded interfaces; General interfaces.
    fn type_set_at(&self, t: TypeId, visited: &mut Visited) -> (Arc<TypeSet>, bool) {
        if let Some(set) = self.known_set(t) {
            return (set, true);
        }
        if let Some(set) = visited.sets.get(&t) {
            return (set.clone(), false);
        }
        let Type::Interface(iface) = self.get(t) else {
            let set = TypeSet {
                terms: Some(vec![Term { tilde: false, ty: t }]),
                ..TypeSet::default()
            };
            return (Arc::new(set), t != TypeId::INVALID);
        };
        if visited.depth > 100 {
            return (Arc::default(), false);
        }
        // An interface that embeds itself adds nothing to itself.
        visited.sets.insert(t, Arc::default());
        visited.depth += 1;
        let mut set = TypeSet {
            methods: iface.methods.clone(),
            terms: None,
            comparable: iface.comparable,
        };
        let mut complete = true;
        for e in &iface.embeddeds {
            let under = self.underlying(*e);
            let terms = match self.get(under) {
                Type::Interface(_) => {
                    let (inner, done) = self.type_set_at(under, visited);
                    complete &= done;
                    for m in &inner.methods {
                        let o = self.obj(*m);
                        let same = |x: &ObjId| {
                            let x = self.obj(*x);
                            x.name == o.name && (o.exported() || x.pkg == o.pkg)
                        };
                        if !set.methods.iter().any(same) {
                            set.methods.push(*m);
                        }
                    }
                    set.comparable |= inner.comparable;
                    inner.terms.clone()
                }
                Type::Union(ts) => self.union_terms(ts, visited, &mut complete),
                // Not resolved yet, or in error: says nothing.
                _ if under == TypeId::INVALID => {
                    complete = false;
                    None
                }
                _ => Some(vec![Term { tilde: false, ty: *e }]),
            };
            set.terms = self.intersect_terms(set.terms.take(), terms);
        }
        set.methods.sort_by_cached_key(|m| self.obj(*m).name.clone());
        let set = Arc::new(set);
        visited.depth -= 1;
        if complete {
            self.facts.borrow_mut().type_sets.insert(t, set.clone());
        } else {
            visited.sets.insert(t, set.clone());
        }
        (set, complete)
    }

    /// A set that was found before. One that the base has is remembered, so that it is asked once.
    fn known_set(&self, t: TypeId) -> Option<Arc<TypeSet>> {
        let own = self.facts.borrow().type_sets.get(&t).cloned();
        if own.is_some() || !self.first.has_type(t) {
            return own;
        }
        let set = self.base.find(|f| f.type_sets.get(&t).cloned())?;
        self.facts.borrow_mut().type_sets.insert(t, set.clone());
        Some(set)
    }

    /// The types of a union; nothing when it admits all types.
    ///
    /// Spec: General interfaces.
    fn union_terms(&self, ts: &[Term], visited: &mut Visited, complete: &mut bool) -> Option<Vec<Term>> {
        let mut all = Vec::new();
        for term in ts {
            let under = self.underlying(term.ty);
            if under == TypeId::INVALID {
                *complete = false;
            } else if term.tilde && !self.identical(under, term.ty) {
                // Such a term is in error, and no type is of it.
                continue;
            }
            if let Type::Interface(_) = self.get(under) {
                let (inner, done) = self.type_set_at(under, visited);
                *complete &= done;
                match &inner.terms {
                    Some(ts) => all.extend(ts.iter().copied()),
                    None => return None,
                }
            } else if !all.contains(term) {
                all.push(*term);
            }
        }
        Some(all)
    }

    /// What two sets have in common.
    ///
    /// Spec: Embedded interfaces; General interfaces.
    fn intersect_terms(&self, a: Option<Vec<Term>>, b: Option<Vec<Term>>) -> Option<Vec<Term>> {
        let (a, b) = match (a, b) {
            (None, x) | (x, None) => return x,
            (Some(a), Some(b)) => (a, b),
        };
        let mut out: Vec<Term> = Vec::new();
        for x in &a {
            for y in &b {
                let both = match (x.tilde, y.tilde) {
                    (true, true) => self
                        .identical(self.underlying(x.ty), self.underlying(y.ty))
                        .then_some(*x),
                    (true, false) => self
                        .identical(self.underlying(x.ty), self.underlying(y.ty))
                        .then_some(*y),
                    (false, true) => self
                        .identical(self.underlying(x.ty), self.underlying(y.ty))
                        .then_some(*x),
                    (false, false) => self.identical(x.ty, y.ty).then_some(*x),
                };
                if let Some(t) = both
                    && !out.contains(&t)
                {
                    out.push(t);
                }
            }
        }
        Some(out)
    }

    /// The terms of a type parameter's or interface's set; nothing when it admits all types.
    pub fn terms(&self, t: TypeId) -> Option<Vec<Term>> {
        self.type_set(t).terms.clone()
    }

    /// Whether `t` is a type parameter.
    ///
    /// Spec: Type parameter declarations.
    pub fn is_type_param(&self, t: TypeId) -> bool {
        matches!(self.get(t), Type::TypeParam(_))
    }

    /// Whether `t` is an interface that is no type parameter.
    ///
    /// Spec: Interface types.
    pub fn is_interface(&self, t: TypeId) -> bool {
        !self.is_type_param(t) && matches!(self.under(t), Type::Interface(_))
    }

    /// The single underlying type of all types in a type parameter's set (directional channels unify); for any other
    /// type its underlying type.
    ///
    /// Beyond the spec: go/types, what it calls the core or common underlying type.
    pub fn core_type(&self, t: TypeId) -> Option<TypeId> {
        if !self.is_type_param(t) {
            return Some(self.underlying(t));
        }
        let terms = self.terms(t)?;
        let mut core: Option<TypeId> = None;
        for term in terms {
            let u = self.underlying(term.ty);
            match core {
                None => core = Some(u),
                Some(c) if self.identical(c, u) => {}
                Some(c) => match (self.get(c), self.get(u)) {
                    (Type::Chan(ChanDir::Both, a), Type::Chan(_, b)) if self.identical(*a, *b) => core = Some(u),
                    (Type::Chan(x, a), Type::Chan(y, b))
                        if (x == y || *y == ChanDir::Both) && self.identical(*a, *b) => {}
                    _ => return None,
                },
            }
        }
        core
    }

    /// Whether two sets of terms are the same.
    pub(super) fn same_terms(&self, a: &Option<Vec<Term>>, b: &Option<Vec<Term>>) -> bool {
        match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => {
                let inside = |a: &[Term], b: &[Term]| {
                    a.iter()
                        .all(|x| b.iter().any(|y| x.tilde == y.tilde && self.identical(x.ty, y.ty)))
                };
                inside(a, b) && inside(b, a)
            }
            _ => false,
        }
    }

    /// What stands for a type parameter that only composite types of one shape may instantiate (`S ~[]E`, `PT *T`):
    /// that shape. A set with methods of its own has none, but for pointers.
    pub fn stand_in(&self, t: TypeId) -> Option<TypeId> {
        let core = self.composite_core(t)?;
        // A parameter whose shape mentions itself cannot be written out.
        (!self.reaches(core, t, &mut Vec::new())).then_some(core)
    }

    fn reaches(&self, from: TypeId, param: TypeId, seen: &mut Vec<TypeId>) -> bool {
        if from == param {
            return true;
        }
        if self.is_type_param(from) {
            if seen.contains(&from) {
                return false;
            }
            seen.push(from);
            return self
                .composite_core(from)
                .is_some_and(|core| self.reaches(core, param, seen));
        }
        let mut any = |types: &[TypeId]| types.iter().any(|t| self.reaches(*t, param, seen));
        match self.get(from) {
            Type::Pointer(e) | Type::Slice(e) | Type::Array(_, e) | Type::Chan(_, e) => any(&[*e]),
            Type::Map(k, v) => any(&[*k, *v]),
            Type::Named(n) => any(&n.type_args),
            Type::Tuple(ts) => any(ts),
            Type::Signature(s) => any(&s.params) || any(&s.results),
            _ => false,
        }
    }

    fn composite_core(&self, t: TypeId) -> Option<TypeId> {
        let Type::TypeParam(_) = self.get(t) else { return None };
        let set = self.type_set(t);
        if set.terms.as_ref().is_none_or(|terms| terms.is_empty()) {
            return None;
        }
        let core = self.core_type(t)?;
        match self.get(core) {
            Type::Pointer(_) => Some(core),
            Type::Slice(_) | Type::Array(..) | Type::Map(..) | Type::Chan(..) | Type::Signature(_)
                if set.methods.is_empty() =>
            {
                Some(core)
            }
            _ => None,
        }
    }

    /// As `core_type`, but a set of byte slices and strings has the core type `string`.
    ///
    /// Beyond the spec: go/types, what slicing does to bytes and strings alike.
    pub fn core_string(&self, t: TypeId) -> Option<TypeId> {
        if let Some(c) = self.core_type(t) {
            return Some(c);
        }
        let terms = self.terms(t)?;
        let bytes = |t: TypeId| match self.under(t) {
            Type::Slice(e) => self.underlying(*e) == TypeId::UINT8,
            Type::Basic(k) => k.is_string(),
            _ => false,
        };
        (!terms.is_empty() && terms.iter().all(|t| bytes(t.ty))).then_some(TypeId::STRING)
    }

    /// Whether `f` holds for the underlying types of all of `t`: of a type parameter's set, otherwise of `t` itself.
    /// False for a parameter that admits all types.
    ///
    /// Spec: Operators; General interfaces.
    pub fn all_basic(&self, t: TypeId, f: impl Fn(BasicKind) -> bool) -> bool {
        let basic = |t: TypeId| matches!(self.under(t), Type::Basic(k) if f(*k));
        if self.is_type_param(t) {
            return self
                .terms(t)
                .is_some_and(|ts| !ts.is_empty() && ts.iter().all(|t| basic(t.ty)));
        }
        basic(t)
    }
}
