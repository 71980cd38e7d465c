//! Type inference and checking of instances.
//!
//! In: type parameters, explicit arguments, parameters and operands. Out: all type arguments.
//! Invariants: function arguments first, typed before untyped; then constraints' core types, until nothing changes.

use super::super::info::Mode;
use super::super::model::*;
use super::operand::Operand;
use super::unify::Unifier;
use super::{Checker, Later};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};

impl<'a> Checker<'a> {
    /// Infers the missing type arguments. Beside them: for each argument that is itself a generic function, the type it
    /// must be instantiated to.
    #[allow(clippy::type_complexity)]
    pub(super) fn infer(
        &mut self,
        span: Span,
        fun: &'a Expr,
        tparams: &[TypeId],
        targs: Vec<TypeId>,
        params: &[TypeId],
        args: &mut [Operand<'a>],
    ) -> Option<(Vec<TypeId>, Vec<Option<TypeId>>)> {
        if targs.len() > tparams.len() {
            let text = format!(
                "got {} type arguments but `{}` has {} type parameters",
                targs.len(),
                self.text(fun),
                tparams.len()
            );
            self.err(span, Code::INSTANTIATION, text);
            return None;
        }
        if args.iter().any(Operand::is_invalid) && targs.len() < tparams.len() {
            return None;
        }
        // Recursive calls mention the very parameters that are to be inferred: rename them.
        let fresh: Vec<TypeId> = tparams.iter().map(|p| self.fresh_param(*p)).collect();
        for (f, p) in fresh.iter().zip(tparams) {
            if let Type::TypeParam(tp) = &*self.s.get(*p) {
                let c = self.s.subst(tp.constraint, tparams, &fresh);
                self.s.update_type(*f, |t| {
                    if let Type::TypeParam(t) = t {
                        t.constraint = c;
                    }
                });
            }
        }
        let params: Vec<TypeId> = params.iter().map(|p| self.s.subst(*p, tparams, &fresh)).collect();
        // Generic function arguments bring their own parameters.
        let mut all = fresh.clone();
        let mut arg_types: Vec<TypeId> = Vec::new();
        for a in args.iter() {
            match &*self.s.get(a.ty) {
                Type::Signature(s) if !s.type_params.is_empty() && !a.is_invalid() => {
                    let own: Vec<TypeId> = s.type_params.iter().map(|p| self.fresh_param(*p)).collect();
                    let plain = self.s.signature(Signature {
                        type_params: Vec::new(),
                        recv: None,
                        ..s.clone()
                    });
                    arg_types.push(self.s.subst(plain, &s.type_params, &own));
                    all.extend(own);
                }
                _ => arg_types.push(a.ty),
            }
        }
        let mut u = Unifier::new(&all);
        for (i, t) in targs.iter().enumerate() {
            u.set(i, *t);
        }
        let mut untyped: Vec<(usize, usize)> = Vec::new();
        for (i, (p, a)) in params.iter().zip(args.iter()).enumerate() {
            if a.is_invalid() || !u.mentions(&self.s, *p) && !arg_types.get(i).is_some_and(|t| u.mentions(&self.s, *t))
            {
                continue;
            }
            let Some(at) = arg_types.get(i).copied() else { continue };
            if self.s.is_untyped(a.ty) {
                if let Some(k) = all.iter().position(|t| t == p)
                    && !a.is_nil()
                {
                    untyped.push((i, k));
                }
                continue;
            }
            if !u.unify(&self.s, *p, at, true) {
                let shown = self.s.subst(*p, &fresh, tparams);
                let text = format!(
                    "in call to `{}`, type {} of `{}` does not match {} (cannot infer {})",
                    self.text(fun),
                    self.type_str(a.ty),
                    a.expr.map_or(String::new(), |e| self.text(e)),
                    self.type_str(shown),
                    tparams.iter().map(|t| self.type_str(*t)).collect::<Vec<_>>().join(", ")
                );
                self.err(a.span(), Code::INSTANTIATION, text);
                return None;
            }
        }
        self.core_type_inference(&mut u, &all);
        // Untyped constants: the largest kind wins.
        for (i, k) in untyped {
            let Some(a) = args.get(i) else { continue };
            if u.get(k).is_none() || u.is_from_untyped(k) {
                let t = self.s.default_type(a.ty);
                u.max_untyped(k, t);
            }
        }
        self.core_type_inference(&mut u, &all);
        let solved: Option<Vec<TypeId>> = (0..fresh.len()).map(|i| u.resolved(&self.s, i)).collect();
        let Some(mut out) = solved else {
            let missing = (0..fresh.len())
                .find(|i| u.resolved(&self.s, *i).is_none())
                .unwrap_or(0);
            let name = tparams.get(missing).map_or(String::new(), |t| self.type_str(*t));
            self.err(
                fun.span,
                Code::INSTANTIATION,
                format!("in call to `{}`, cannot infer {name}", self.text(fun)),
            );
            return None;
        };
        // Nothing fresh may be left over.
        out = out.into_iter().map(|t| self.s.subst(t, &fresh, tparams)).collect();
        let solutions: Vec<TypeId> = (0..all.len())
            .map(|i| u.resolved(&self.s, i).unwrap_or(TypeId::INVALID))
            .collect();
        let fixed = args
            .iter()
            .zip(&arg_types)
            .map(|(a, t)| self.is_generic_func(a.ty).then(|| self.s.subst(*t, &all, &solutions)))
            .collect();
        Some((out, fixed))
    }

    fn fresh_param(&mut self, p: TypeId) -> TypeId {
        match &*self.s.get(p) {
            Type::TypeParam(tp) => self.s.push(Type::TypeParam(tp.clone())),
            _ => p,
        }
    }

    /// Uses constraints with a core type, and methods of constraints, to find or check arguments.
    fn core_type_inference(&mut self, u: &mut Unifier, params: &[TypeId]) {
        for _ in 0..params.len() * 2 + 2 {
            let before = u.solved();
            for (i, p) in params.iter().enumerate() {
                let set = self.s.type_set(*p);
                if let Some(terms) = &set.terms
                    && !terms.is_empty()
                {
                    let tilde = terms.iter().any(|t| t.tilde);
                    let single = if terms.len() == 1 {
                        terms.first().map(|t| t.ty)
                    } else {
                        None
                    };
                    let core = self.s.core_type(*p);
                    match (u.get(i), core) {
                        (Some(known), Some(core)) => {
                            let known = if self.s.is_type_param(known) || tilde {
                                match self.s.core_type(known) {
                                    Some(known) => known,
                                    None => continue,
                                }
                            } else {
                                known
                            };
                            let target = if tilde { core } else { single.unwrap_or(core) };
                            u.unify(&self.s, target, known, false);
                        }
                        (None, Some(core)) => {
                            if let (Some(single), false) = (single, tilde) {
                                u.set(i, single);
                            } else if terms.len() == 1 || tilde {
                                u.set(i, core);
                            }
                        }
                        _ => {}
                    }
                } else if let Some(known) = u.get(i) {
                    // The methods a constraint asks for tell of its other parameters.
                    for m in &set.methods {
                        let want = self.s.obj(*m);
                        if let super::super::lookup::LookupResult::Found(l) =
                            self.s.lookup_field_or_method(known, want.pkg, &want.name)
                        {
                            self.resolve(l.obj);
                            self.s.complete_instance_method(l.obj);
                            let have = self.s.obj_type(l.obj);
                            u.unify(&self.s, want.ty, have, false);
                        }
                    }
                }
            }
            if u.solved() == before {
                break;
            }
        }
    }

    /// Instantiates a generic function value so that it has the type of its target.
    pub(super) fn instantiate_to(&mut self, x: &mut Operand<'a>, target: TypeId) {
        let generic = self.s.get(x.ty);
        let Type::Signature(sig) = &*generic else { return };
        let plain = self.s.signature(Signature {
            type_params: Vec::new(),
            recv: None,
            ..sig.clone()
        });
        let mut u = Unifier::new(&sig.type_params);
        let core = self.s.core_type(target).unwrap_or(target);
        let ok = u.unify(&self.s, plain, core, false);
        self.core_type_inference(&mut u, &sig.type_params.clone());
        let solved: Option<Vec<TypeId>> = (0..sig.type_params.len()).map(|i| u.resolved(&self.s, i)).collect();
        let (Some(targs), true) = (solved, ok) else {
            let text = x.expr.map_or(String::new(), |e| self.text(e));
            let text = format!(
                "type {} of `{text}` does not match {}",
                self.type_str(x.ty),
                self.type_str(target)
            );
            self.err(x.span(), Code::INSTANTIATION, text);
            x.fail();
            return;
        };
        let ty = self.s.subst(plain, &sig.type_params, &targs);
        if let Some(e) = x.expr {
            self.record_instance(e, &targs, ty);
            self.record_type(e, Mode::Value, ty, None);
            self.later.push_back(Later::Verify {
                pkg: self.env.pkg,
                span: e.span,
                params: sig.type_params.clone(),
                args: targs,
                spans: Vec::new(),
            });
        }
        x.ty = ty;
    }

    /// `f[T]` as a value: all or, when the rest can be inferred from constraints, some of the type arguments.
    pub(super) fn instantiate_explicit(&mut self, e: &'a Expr, x: Operand<'a>, args: &'a [Expr]) -> Operand<'a> {
        let targs: Vec<TypeId> = args.iter().map(|a| self.type_expr(a)).collect();
        let Type::Signature(sig) = &*self.s.get(x.ty) else {
            return Operand::invalid(e);
        };
        if targs.contains(&TypeId::INVALID) {
            return Operand::invalid(e);
        }
        if targs.len() > sig.type_params.len() {
            let text = format!(
                "got {} type arguments but `{}` has {} type parameters",
                targs.len(),
                self.text(e),
                sig.type_params.len()
            );
            self.err(e.span, Code::INSTANTIATION, text);
            return Operand::invalid(e);
        }
        let mut u = Unifier::new(&sig.type_params);
        for (i, t) in targs.iter().enumerate() {
            u.set(i, *t);
        }
        self.core_type_inference(&mut u, &sig.type_params.clone());
        let solved: Option<Vec<TypeId>> = (0..sig.type_params.len()).map(|i| u.resolved(&self.s, i)).collect();
        let Some(all) = solved else {
            // A generic function with some arguments given; the rest comes from its target.
            let text = format!("cannot use generic function `{}` without instantiation", self.text(e));
            self.err(e.span, Code::INSTANTIATION, text);
            return Operand::invalid(e);
        };
        let plain = self.s.signature(Signature {
            type_params: Vec::new(),
            ..sig.clone()
        });
        let ty = self.s.subst(plain, &sig.type_params, &all);
        self.record_instance(e, &all, ty);
        let spans = args.iter().map(|a| a.span).collect();
        self.later.push_back(Later::Verify {
            pkg: self.env.pkg,
            span: e.span,
            params: sig.type_params.clone(),
            args: all,
            spans,
        });
        Operand::new(Mode::Value, ty, e)
    }

    /// Checks that type arguments satisfy their constraints.
    pub(super) fn verify_instance(&mut self, span: Span, params: &[TypeId], args: &[TypeId], spans: &[Span]) {
        for (i, (p, a)) in params.iter().zip(args).enumerate() {
            let Type::TypeParam(tp) = &*self.s.get(*p) else {
                continue;
            };
            let bound = self.s.subst(tp.constraint, params, args);
            if let Some(why) = self.unsatisfied(*a, bound) {
                let text = format!(
                    "{} does not satisfy {} ({why})",
                    self.type_str(*a),
                    self.type_str(bound)
                );
                let at = spans.get(i).copied().unwrap_or(span);
                self.err(at, Code::INSTANTIATION, text);
            }
        }
    }

    /// Why a type does not satisfy a constraint.
    fn unsatisfied(&mut self, t: TypeId, bound: TypeId) -> Option<String> {
        if t == TypeId::INVALID || bound == TypeId::INVALID || self.s.underlying(bound) == TypeId::INVALID {
            return None;
        }
        self.resolve_methods_for(t, bound);
        let set = self.s.type_set(bound);
        if set.terms.as_ref().is_some_and(Vec::is_empty) {
            return Some("empty type set".into());
        }
        if let Some((m, _)) = self.s.missing_method(t, bound, &mut |_| ()) {
            return Some(format!("missing method {}", self.s.obj(m).name));
        }
        if set.comparable && !self.s.comparable(t) {
            return Some("not comparable".into());
        }
        let terms = set.terms.as_ref()?;
        let fits = |c: &Self, t: TypeId, tilde: bool| {
            terms.iter().any(|term| {
                if term.tilde {
                    c.s.identical(c.s.underlying(t), c.s.underlying(term.ty))
                } else {
                    !tilde && c.s.identical(t, term.ty)
                }
            })
        };
        if self.s.is_type_param(t) || self.s.is_interface(t) {
            return match self.s.terms(t) {
                Some(own) if !own.is_empty() && own.iter().all(|x| fits(self, x.ty, x.tilde)) => None,
                _ => Some(format!("{} missing in its type set", self.type_str(t))),
            };
        }
        if fits(self, t, false) {
            return None;
        }
        Some(format!("{} missing in {}", self.type_str(t), self.type_str(bound)))
    }

    /// Whether an index expression's operand is a generic function.
    pub(super) fn is_function_value(&self, e: &Expr) -> bool {
        matches!(e.unparen().kind, ExprKind::Ident(_) | ExprKind::Selector(..))
    }
}
