//! Unification of types with type parameters.
//!
//! In: pairs of types. Out: for each parameter the type it must be.
//! Invariants: solutions never mention the parameter itself; inexact unification lets a defined type meet the
//! underlying type of the other side, and a directional channel an undirected one, as assignment does.

use super::super::lookup::LookupResult;
use super::super::model::*;
use super::super::store::TypeStore;

/// How closely types must match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Match {
    /// Identical up to the parameters.
    Exact,
    /// Defined types match underlying ones, directed channels undirected ones, interfaces types that have their methods.
    Loose,
    /// As `Loose` at the top, `Exact` in components: what assignability asks for.
    Assign,
}

impl Match {
    /// For the components of a type.
    fn inside(self) -> Match {
        match self {
            Match::Assign => Match::Exact,
            other => other,
        }
    }
}

pub(super) struct Unifier {
    params: Vec<TypeId>,
    /// Joined parameters share a slot.
    slot: Vec<usize>,
    solution: Vec<Option<TypeId>>,
    depth: u32,
    /// Interfaces unify by their methods, as they do since Go 1.21.
    by_methods: bool,
    /// Pairs of interfaces being compared.
    pairs: Vec<(TypeId, TypeId)>,
}

impl Unifier {
    pub(super) fn new(params: &[TypeId], version: (u32, u32)) -> Unifier {
        Unifier {
            params: params.to_vec(),
            slot: (0..params.len()).collect(),
            solution: vec![None; params.len()],
            depth: 0,
            by_methods: version >= (1, 21),
            pairs: Vec::new(),
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

    /// How many parameters have no solution yet.
    pub(super) fn unknowns(&self) -> usize {
        (0..self.params.len()).filter(|i| self.get(*i).is_none()).count()
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

    /// Makes two types the same, or equal enough, by what the parameters are; whether that can be.
    ///
    /// Spec: Type unification; Type unification rules.
    pub(super) fn unify(&mut self, s: &TypeStore, x: TypeId, y: TypeId, mode: Match) -> bool {
        if x == y {
            return true;
        }
        if self.depth > 100 {
            return false;
        }
        self.depth += 1;
        let ok = self.unify_inner(s, x, y, mode);
        self.depth -= 1;
        ok
    }

    fn unify_inner(&mut self, s: &TypeStore, x: TypeId, y: TypeId, mode: Match) -> bool {
        let (mut x, mut y) = (x, y);
        // A defined type is on the right, a parameter on the left.
        if is_defined(s, x) || self.index(y).is_some() {
            std::mem::swap(&mut x, &mut y);
        }
        // A defined type meets a type literal, but no interface, as its underlying type.
        // Spec: Type unification rules.
        if mode != Match::Exact && is_defined(s, y) && is_literal(s, x) && !is_plain_interface(s, x) {
            y = s.underlying(y);
            if x == y {
                return true;
            }
        }
        match (self.index(x), self.index(y)) {
            (Some(i), Some(k)) => return self.both_params(s, i, k, mode),
            (Some(i), None) => return self.bind(s, i, y, mode),
            _ => {}
        }
        if mode != Match::Exact && self.by_methods {
            let (xi, yi) = (is_plain_interface(s, x), is_plain_interface(s, y));
            if xi && yi {
                return self.two_interfaces(s, x, y, true);
            }
            if xi || yi {
                let (iface, other) = if xi { (x, y) } else { (y, x) };
                return self.has_methods(s, iface, other);
            }
        }
        // A type parameter of the caller's, if any, comes first.
        if s.is_type_param(y) {
            std::mem::swap(&mut x, &mut y);
        }
        self.structure(s, x, y, mode)
    }

    /// Two parameters stand for one type from now on, or their types unify.
    ///
    /// Spec: Type unification rules.
    fn both_params(&mut self, s: &TypeStore, i: usize, k: usize, mode: Match) -> bool {
        let (a, b) = (self.at(i), self.at(k));
        if a == b {
            return true;
        }
        match (self.get(i), self.get(k)) {
            (Some(p), Some(q)) => return self.unify(s, p, q, mode),
            (Some(p), None) => self.join(b, a, Some(p)),
            (None, q) => self.join(a, b, q),
        }
        true
    }

    /// Parameters that share a slot from now on.
    fn join(&mut self, from: usize, to: usize, solution: Option<TypeId>) {
        for slot in self.slot.iter_mut().filter(|x| **x == from) {
            *slot = to;
        }
        if let Some(s) = self.solution.get_mut(to) {
            *s = solution;
        }
    }

    /// What a parameter is, or a better solution for it.
    ///
    /// Spec: Type unification rules.
    fn bind(&mut self, s: &TypeStore, i: usize, t: TypeId, mode: Match) -> bool {
        let Some(old) = self.get(i) else {
            self.set(i, t);
            return true;
        };
        if !self.unify(s, old, t, mode) {
            return false;
        }
        let (oi, ti) = (is_plain_interface(s, old), is_plain_interface(s, t));
        let (od, td) = (is_defined(s, old), is_defined(s, t));
        if oi && ti {
            // Neither of two defined interfaces is the better one; others must ask for the same methods.
            if od && td {
                return s.identical(old, t);
            }
            if s.type_set(old).methods.len() != s.type_set(t).methods.len() {
                return false;
            }
        } else if oi || ti {
            // Either could be meant, and the order of arguments must not decide.
            return false;
        }
        if mode != Match::Exact && !od {
            // A defined type is the better solution, then a directed channel.
            let directed = matches!(s.under(t), Type::Chan(d, _) if *d != ChanDir::Both);
            if td || directed {
                self.set(i, t);
            }
        }
        true
    }

    fn all(&mut self, s: &TypeStore, a: &[TypeId], b: &[TypeId], mode: Match) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(p, q)| self.unify(s, *p, *q, mode))
    }

    /// Types of one shape unify part by part.
    ///
    /// Spec: Type unification rules.
    fn structure(&mut self, s: &TypeStore, x: TypeId, y: TypeId, mode: Match) -> bool {
        let inside = mode.inside();
        match (s.get(x), s.get(y)) {
            // A parameter of the caller's unifies as the types of its set do.
            // Spec: Type unification rules.
            (Type::TypeParam(_), _) => match s.core_type(x).filter(|_| s.terms(x).is_some()) {
                Some(core) => self.unify(s, core, y, Match::Assign),
                None => false,
            },
            (Type::Named(a), Type::Named(b)) => {
                let origin = |t: TypeId, n: &Named| n.origin.unwrap_or(t);
                self.all(s, &a.type_args, &b.type_args, mode) && origin(x, a) == origin(y, b)
            }
            (Type::Basic(a), Type::Basic(b)) => a == b,
            (Type::Pointer(a), Type::Pointer(b)) | (Type::Slice(a), Type::Slice(b)) => self.unify(s, *a, *b, inside),
            (Type::Array(n, a), Type::Array(m, b)) => (*n < 0 || *m < 0 || n == m) && self.unify(s, *a, *b, inside),
            (Type::Map(k, v), Type::Map(l, w)) => self.unify(s, *k, *l, inside) && self.unify(s, *v, *w, inside),
            (Type::Chan(d, a), Type::Chan(f, b)) => (mode != Match::Exact || d == f) && self.unify(s, *a, *b, inside),
            (Type::Tuple(a), Type::Tuple(b)) => self.all(s, a, b, mode),
            (Type::Signature(a), Type::Signature(b)) => {
                a.variadic == b.variadic
                    && self.all(s, &a.params, &b.params, inside)
                    && self.all(s, &a.results, &b.results, inside)
            }
            (Type::Struct(a), Type::Struct(b)) => {
                a.tags == b.tags
                    && a.fields.len() == b.fields.len()
                    && a.fields.iter().zip(&b.fields).all(|(p, q)| {
                        let (p, q) = (s.obj(*p), s.obj(*q));
                        let embedded = |o: &Object| matches!(o.kind, ObjKind::Var(VarKind::EmbeddedField));
                        p.name == q.name
                            && (p.exported() || p.pkg == q.pkg)
                            && embedded(p) == embedded(q)
                            && self.unify(s, p.ty, q.ty, inside)
                    })
            }
            (Type::Interface(_), Type::Interface(_)) => self.two_interfaces(s, x, y, false),
            _ => s.identical(x, y),
        }
    }

    /// Interfaces with the same types and, with `subset`, the methods of the smaller one.
    ///
    /// Spec: Type unification rules.
    fn two_interfaces(&mut self, s: &TypeStore, x: TypeId, y: TypeId, subset: bool) -> bool {
        let (a, b) = (s.type_set(x), s.type_set(y));
        if a.comparable != b.comparable || !s.same_terms(&a.terms, &b.terms) {
            return false;
        }
        if !subset && a.methods.len() != b.methods.len() {
            return false;
        }
        // A pair that is being compared already differs elsewhere, if at all.
        if self.pairs.contains(&(x, y)) {
            return true;
        }
        self.pairs.push((x, y));
        let (few, many) = if a.methods.len() > b.methods.len() {
            (&b, &a)
        } else {
            (&a, &b)
        };
        let ok = few.methods.iter().all(|m| {
            let m = s.obj(*m);
            let other = many
                .methods
                .iter()
                .map(|o| s.obj(*o))
                .find(|o| o.name == m.name && (o.exported() || o.pkg == m.pkg));
            other.is_some_and(|o| self.unify(s, m.ty, o.ty, Match::Exact))
        });
        self.pairs.pop();
        ok
    }

    /// Whether `other` has all methods of an interface.
    ///
    /// Spec: Type unification rules.
    fn has_methods(&mut self, s: &TypeStore, iface: TypeId, other: TypeId) -> bool {
        let set = s.type_set(iface);
        set.methods.iter().all(|m| {
            let m = s.obj(*m);
            match s.lookup_field_or_method(other, m.pkg, &m.name) {
                LookupResult::Found(l) if !s.obj(l.obj).is_var() && s.in_method_set(other, &l) => {
                    s.complete_instance_method(l.obj);
                    let have = s.obj_type(l.obj);
                    have == TypeId::INVALID || self.unify(s, m.ty, s.without_receiver(have), Match::Exact)
                }
                _ => false,
            }
        })
    }
}

fn is_defined(s: &TypeStore, t: TypeId) -> bool {
    matches!(s.get(t), Type::Named(_))
}

/// Neither defined nor a type parameter; basic types count.
fn is_literal(s: &TypeStore, t: TypeId) -> bool {
    !matches!(s.get(t), Type::Named(_) | Type::TypeParam(_))
}

/// An interface that is no type parameter's constraint.
fn is_plain_interface(s: &TypeStore, t: TypeId) -> bool {
    !s.is_type_param(t) && matches!(s.under(t), Type::Interface(_))
}
