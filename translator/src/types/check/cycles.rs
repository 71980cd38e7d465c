//! Cycles of declarations and types without a finite size.
//!
//! In: the path of declarations being resolved, or a type. Out: one error for each cycle, at its first declaration.
//! Invariants: types of a reported cycle are invalid afterwards; every walk is bounded.

use super::super::model::*;
use super::Checker;
use crate::diagnostic::Code;
use crate::source::Span;

/// How many types one search may look at.
const STEPS: usize = 20_000;

/// One search for a type in itself.
struct Search {
    steps: usize,
    /// The types whose memory is around the current one.
    nest: Vec<TypeId>,
    /// All named types on the way, those of type arguments too.
    path: Vec<TypeId>,
}

impl<'a> Checker<'a> {
    /// A declaration that is being resolved was met again. That is no error on the way through functions, or through a
    /// type definition where no constant or variable lies on the way.
    ///
    /// Beyond the spec: go/types, declarations that cannot be resolved without each other.
    pub(super) fn cycle(&mut self, o: ObjId) {
        let start = self.path.iter().rposition(|x| *x == o).unwrap_or(0);
        let cycle: Vec<ObjId> = self.path.get(start..).unwrap_or(&[]).to_vec();
        let (mut values, mut definitions) = (0, 0);
        for x in &cycle {
            match self.s.obj(*x).kind {
                ObjKind::Const { .. } | ObjKind::Var(_) => values += 1,
                ObjKind::TypeName { alias: false } => definitions += 1,
                _ => {}
            }
        }
        // Cycles of values alone are told with the order of initialization.
        if values == cycle.len() || (values == 0 && definitions > 0) {
            return;
        }
        let obj = self.s.obj(o);
        if matches!(obj.kind, ObjKind::Func { .. }) && values == 0 {
            return;
        }
        self.cycle_error(&cycle);
        match obj.kind {
            ObjKind::TypeName { alias: true } => self.s.update_obj(o, |o| o.ty = TypeId::INVALID),
            ObjKind::TypeName { .. } => self.invalidate(obj.ty),
            _ => {}
        }
    }

    fn invalidate(&mut self, t: TypeId) {
        self.s.update_type(t, |t| {
            if let Type::Named(n) = t {
                n.underlying = Some(TypeId::INVALID);
            }
        });
    }

    /// Tells of a cycle at the declaration that comes first in the source.
    ///
    /// Spec: cited by the callers.
    pub(super) fn cycle_error(&mut self, cycle: &[ObjId]) {
        let first = cycle.iter().copied().min_by_key(|o| self.span_of(*o));
        let Some(first) = first else { return };
        let span = self.span_of(first);
        self.cycle_error_at(first, span, cycle);
    }

    /// Tells of a cycle at one of its declarations.
    ///
    /// Spec: cited by the callers.
    pub(super) fn cycle_error_at(&mut self, o: ObjId, span: Span, cycle: &[ObjId]) {
        let obj = self.s.obj(o);
        let (code, mut text) = match obj.kind {
            ObjKind::TypeName { .. } => (Code::RECURSIVE_TYPE, format!("invalid recursive type `{}`", obj.name)),
            _ => (
                Code::INIT_CYCLE,
                format!("invalid cycle in declaration of `{}`", obj.name),
            ),
        };
        if cycle.len() == 1 {
            text.push_str(": it refers to itself");
        }
        self.err(span, code, text);
        let at = cycle.iter().position(|x| *x == o).unwrap_or(0);
        let others = cycle.iter().skip(at + 1).chain(cycle.iter().take(at));
        let labels: Vec<_> = others
            .map(|x| (self.span_of(*x), self.s.obj(*x).name.clone()))
            .collect();
        if let Some(d) = self.diags.last_mut().filter(|d| d.span == Some(span)) {
            for (span, name) in labels {
                *d = d.clone().label(span, format!("through `{name}`"));
            }
        }
    }

    /// The declarations that lead from `t` back to `named` when each is declared as the next.
    ///
    /// Spec: Underlying types.
    pub(super) fn declarations_back_to(&self, t: TypeId, named: TypeId) -> Option<Vec<ObjId>> {
        let (mut t, mut cycle) = (t, Vec::new());
        for _ in 0..1000 {
            let ty = self.s.get(t);
            let Type::Named(n) = ty else { return None };
            cycle.push(n.obj);
            if t == named {
                return Some(cycle);
            }
            t = n.underlying.or(n.origin)?;
        }
        Some(cycle)
    }

    /// Reports a type that arrays and structs alone lead back to, and an interface that embeds itself.
    ///
    /// Spec: Array types; Struct types; General interfaces.
    pub(super) fn valid_type(&mut self, o: ObjId) {
        let t = self.s.obj_type(o);
        let mut search = Search {
            steps: 0,
            nest: Vec::new(),
            path: Vec::new(),
        };
        let Some(cycle) = self.contains_itself(t, &mut search) else {
            return;
        };
        let objs: Vec<ObjId> = cycle
            .iter()
            .filter_map(|t| match self.s.get(*t) {
                Type::Named(n) => Some(n.obj),
                _ => None,
            })
            .collect();
        // An instance is where it is written, as in go/types.
        let spans = cycle.iter().zip(&objs).map(|(t, o)| {
            let written = self.instance_spans.get(t).copied();
            (written.unwrap_or_else(|| self.span_of(*o)), *o)
        });
        // Told of where the search began: that is the first of the declarations that are complete.
        let mut spans = spans;
        if let Some((span, first)) = spans.next() {
            // Spec: Array types; Struct types; General interfaces.
            self.cycle_error_at(first, span, &objs);
        }
        for t in cycle {
            self.invalidate(t);
            if let Type::Named(n) = self.s.get(t)
                && let Some(origin) = n.origin
            {
                self.invalidate(origin);
            }
        }
    }

    /// The types on the way from one to itself.
    ///
    /// Spec: Array types; Struct types; General interfaces.
    fn contains_itself(&self, t: TypeId, search: &mut Search) -> Option<Vec<TypeId>> {
        search.steps += 1;
        if search.steps > STEPS || search.path.len() > 500 {
            return None;
        }
        match self.s.get(t) {
            Type::Array(_, e) => self.contains_itself(*e, search),
            Type::Struct(s) => s
                .fields
                .iter()
                .find_map(|f| self.contains_itself(self.s.obj_type(*f), search)),
            Type::Interface(i) => i.embeddeds.iter().find_map(|e| self.contains_itself(*e, search)),
            Type::Union(terms) => terms.iter().find_map(|t| self.contains_itself(t.ty, search)),
            Type::Named(n) => {
                if search.nest.iter().any(|x| self.s.identical(*x, t)) {
                    let start = search.path.iter().position(|x| self.s.identical(*x, t)).unwrap_or(0);
                    return Some(search.path.get(start..).unwrap_or(&[]).to_vec());
                }
                // What the library declares contains nothing of the user's, but for type arguments.
                let origin = n.origin.unwrap_or(t);
                let Type::Named(generic) = self.s.get(origin) else {
                    return None;
                };
                let declared = generic.underlying?;
                if declared == TypeId::INVALID {
                    return None;
                }
                search.nest.push(t);
                search.path.push(t);
                let found = self.contains_itself(declared, search);
                search.nest.pop();
                search.path.pop();
                found
            }
            Type::TypeParam(_) => {
                // It stands for the argument of the instance around it, which lies in what is around that.
                let inst = search.nest.pop()?;
                let found = match self.s.get(inst) {
                    Type::Named(n) => n.origin.and_then(|origin| match self.s.get(origin) {
                        Type::Named(generic) => {
                            let i = generic.type_params.iter().position(|p| *p == t)?;
                            self.contains_itself(*n.type_args.get(i)?, search)
                        }
                        _ => None,
                    }),
                    _ => None,
                };
                search.nest.push(inst);
                found
            }
            _ => None,
        }
    }

    /// Whether the declaration of a named type is being resolved, and its underlying type is not known yet.
    pub(super) fn is_pending(&self, t: TypeId) -> bool {
        match self.s.get(t) {
            Type::Named(n) => n.underlying.is_none() && self.path.contains(&n.obj),
            _ => false,
        }
    }

    /// Whether a value's type has a size already: one whose declaration is being resolved has none, as in
    /// `type T [unsafe.Sizeof(T{})]int`.
    ///
    /// Spec: Array types; Struct types; Package unsafe.
    pub(super) fn finite_size(&mut self, t: TypeId, depth: usize) -> bool {
        if depth > 100 {
            return true;
        }
        match self.s.get(t) {
            Type::Named(n) => {
                if let Some(start) = self.path.iter().position(|o| *o == n.obj) {
                    let cycle = self.path.get(start..).unwrap_or(&[]).to_vec();
                    // Spec: Array types; Struct types; Package unsafe.
                    self.cycle_error(&cycle);
                    return false;
                }
                match n.underlying.filter(|_| n.origin.is_none()) {
                    Some(u) => self.finite_size(u, depth + 1),
                    None => true,
                }
            }
            Type::Array(_, e) => self.finite_size(*e, depth + 1),
            Type::Struct(s) => s.fields.iter().all(|f| {
                let t = self.s.obj_type(*f);
                self.finite_size(t, depth + 1)
            }),
            _ => true,
        }
    }
}
