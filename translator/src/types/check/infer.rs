//! Type inference and checking of instances.
//!
//! In: type parameters, explicit arguments, parameters and operands. Out: all type arguments.
//! Invariants: function arguments first, typed before untyped; then constraints' core types, until nothing changes.

use super::super::info::Mode;
use super::super::lookup::LookupResult;
use super::super::model::*;
use super::operand::Operand;
use super::unify::{Match, Unifier};
use super::{Checker, Later};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};

impl<'a> Checker<'a> {
    /// Infers the missing type arguments. Beside them: for each argument that is itself a generic function, the type it
    /// must be instantiated to.
    ///
    /// Spec: Type inference.
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
        if args.iter().any(Operand::is_invalid) && targs.len() < tparams.len() {
            return None;
        }
        // Recursive calls mention the very parameters that are to be inferred: rename them.
        let fresh = self.fresh_params(tparams);
        // Given arguments are known from the start.
        let known: Vec<TypeId> = (0..tparams.len())
            .filter_map(|i| targs.get(i).or(fresh.get(i)).copied())
            .collect();
        let params: Vec<TypeId> = params.iter().map(|p| self.s.subst(*p, tparams, &known)).collect();
        // Generic function arguments bring their own parameters.
        let mut all = fresh.clone();
        let mut arg_types: Vec<TypeId> = Vec::new();
        for a in args.iter() {
            match self.s.get(a.ty) {
                Type::Signature(s) if !s.type_params.is_empty() && !a.is_invalid() => {
                    let own = self.fresh_params(&s.type_params);
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
        let mut u = Unifier::new(&all, self.version_at(span));
        for (i, t) in targs.iter().enumerate() {
            u.set(i, *t);
        }
        let mut untyped: Vec<(usize, usize)> = Vec::new();
        for (i, (p, a)) in params.iter().zip(args.iter()).enumerate() {
            if a.is_invalid() || !u.mentions(self.s, *p) && !arg_types.get(i).is_some_and(|t| u.mentions(self.s, *t)) {
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
            self.resolve_for_unification(*p, at);
            if !u.unify(self.s, *p, at, Match::Assign) {
                let shown = self.s.subst(*p, &fresh, tparams);
                let inferred = (0..all.len()).find(|k| all.get(*k) == Some(p)).and_then(|k| u.get(k));
                let text = match inferred {
                    Some(t) => format!(
                        "type {} of `{}` does not match inferred type {} for {}",
                        self.type_str(a.ty),
                        a.expr.map_or(String::new(), |e| self.text(e)),
                        self.type_str(t),
                        self.type_str(shown)
                    ),
                    None => format!(
                        "type {} of `{}` does not match {} (cannot infer {})",
                        self.type_str(a.ty),
                        a.expr.map_or(String::new(), |e| self.text(e)),
                        self.type_str(shown),
                        tparams.iter().map(|t| self.type_str(*t)).collect::<Vec<_>>().join(", ")
                    ),
                };
                let text = format!("in call to `{}`, {text}", self.text(fun));
                self.err(a.span(), Code::INSTANTIATION, text);
                return None;
            }
        }
        // What is given in full is verified later.
        if targs.len() < tparams.len()
            && let Err(why) = self.constraint_inference(&mut u, &all)
        {
            let text = format!("in call to `{}`, {why}", self.text(fun));
            self.err(span, Code::INSTANTIATION, text);
            return None;
        }
        // What only untyped constants tell of is the default type of the largest kind among them.
        // Spec: Type inference; Constant expressions.
        let mut largest: Vec<(usize, TypeId)> = Vec::new();
        for (i, k) in untyped {
            let Some(a) = args.get(i).filter(|_| u.get(k).is_none()) else {
                continue;
            };
            match largest.iter_mut().find(|l| l.0 == k) {
                None => largest.push((k, a.ty)),
                Some((_, old)) => match self.implicit_type(a, *old) {
                    Ok(t) => *old = t,
                    Err(_) => {
                        let text = format!(
                            "in call to `{}`, mismatched types {} and {} (cannot infer {})",
                            self.text(fun),
                            self.type_str(*old),
                            self.type_str(a.ty),
                            tparams.get(k).map_or(String::new(), |t| self.type_str(*t))
                        );
                        self.err(a.span(), Code::INSTANTIATION, text);
                        return None;
                    }
                },
            }
        }
        for (k, t) in largest {
            let t = self.s.default_type(t);
            u.set(k, t);
        }
        let solved: Option<Vec<TypeId>> = (0..fresh.len()).map(|i| u.resolved(self.s, i)).collect();
        let Some(mut out) = solved else {
            let missing = (0..fresh.len()).find(|i| u.resolved(self.s, *i).is_none()).unwrap_or(0);
            let name = tparams.get(missing).map_or(String::new(), |t| self.type_str(*t));
            let text = format!("in call to `{}`, cannot infer {name}", self.text(fun));
            self.err(span, Code::INSTANTIATION, text);
            return None;
        };
        // Nothing fresh may be left over.
        out = out.into_iter().map(|t| self.s.subst(t, &fresh, tparams)).collect();
        let solutions: Vec<TypeId> = (0..all.len())
            .map(|i| u.resolved(self.s, i).unwrap_or(TypeId::INVALID))
            .collect();
        let fixed = args
            .iter()
            .zip(&arg_types)
            .map(|(a, t)| self.is_generic_func(a.ty).then(|| self.s.subst(*t, &all, &solutions)))
            .collect();
        Some((out, fixed))
    }

    /// Parameters of their own for one inference, with constraints in terms of each other.
    ///
    /// Spec: Type inference.
    fn fresh_params(&mut self, params: &[TypeId]) -> Vec<TypeId> {
        let fresh: Vec<TypeId> = params.iter().map(|p| self.fresh_param(*p)).collect();
        self.constrain_alike(params, &fresh, params, &fresh);
        fresh
    }

    /// Gives `fresh` the constraints of `params`, with `from` replaced by `to`.
    fn constrain_alike(&mut self, params: &[TypeId], fresh: &[TypeId], from: &[TypeId], to: &[TypeId]) {
        for (f, p) in fresh.iter().zip(params) {
            if let Type::TypeParam(tp) = self.s.get(*p) {
                let c = self.s.subst(tp.constraint, from, to);
                self.s.update_type(*f, |t| {
                    if let Type::TypeParam(t) = t {
                        t.constraint = c;
                    }
                });
            }
        }
    }

    fn fresh_param(&mut self, p: TypeId) -> TypeId {
        match self.s.get(p) {
            Type::TypeParam(tp) => self.s.push(Type::TypeParam(tp.clone())),
            _ => p,
        }
    }

    /// Types are looked at by their methods where an interface is among them: those must have their types.
    fn resolve_for_unification(&mut self, x: TypeId, y: TypeId) {
        if self.s.is_interface(x) {
            self.resolve_methods_for(y, x);
        }
        if self.s.is_interface(y) {
            self.resolve_methods_for(x, y);
        }
    }

    /// Unifies parameters with the core types of their constraints, and their methods with those that constraints ask for,
    /// as long as that tells of further ones: what is known must unify loosely with the core type, and what is not known is
    /// the constraint's type where it is a single one without a tilde.
    ///
    /// Spec: Type inference.
    fn constraint_inference(&mut self, u: &mut Unifier, params: &[TypeId]) -> Result<(), String> {
        loop {
            let before = u.unknowns();
            for (i, p) in params.iter().enumerate() {
                let known = u.get(i);
                let set = self.s.type_set(*p);
                let terms = set.terms.as_deref().unwrap_or(&[]);
                let single = if let [one] = terms { Some(*one) } else { None };
                let tilde = terms.iter().any(|t| t.tilde);
                let core = match single {
                    Some(one) => Some(one.ty),
                    None if terms.is_empty() => None,
                    None => self.s.core_type(*p),
                };
                match (known, core) {
                    (Some(known), Some(core)) if !u.unify(self.s, known, core, Match::Loose) => {
                        return Err(self.unsatisfied_text(*p, known));
                    }
                    (None, Some(core)) if single.is_some() && !tilde => u.set(i, core),
                    _ => {}
                }
                // The methods a constraint asks for tell of its other parameters.
                let Some(known) = known.filter(|t| !u.mentions(self.s, *t)) else {
                    continue;
                };
                self.resolve_methods_for(known, *p);
                for m in &set.methods {
                    let want = self.s.obj(*m);
                    let found = self.s.lookup_field_or_method(known, want.pkg, &want.name);
                    let matches = match found {
                        LookupResult::Found(l) if !self.s.obj(l.obj).is_var() => {
                            self.resolve(l.obj);
                            self.s.complete_instance_method(l.obj);
                            let have = self.s.without_receiver(self.s.obj_type(l.obj));
                            self.s.in_method_set(known, &l) && u.unify(self.s, want.ty, have, Match::Exact)
                        }
                        _ => false,
                    };
                    if !matches {
                        return Err(self.unsatisfied_text(*p, known));
                    }
                }
            }
            if u.unknowns() == before {
                return Ok(());
            }
        }
    }

    fn unsatisfied_text(&self, p: TypeId, t: TypeId) -> String {
        let bound = match self.s.get(p) {
            Type::TypeParam(p) => p.constraint,
            _ => p,
        };
        format!(
            "{} (type {}) does not satisfy {}",
            self.type_str(p),
            self.type_str(t),
            self.type_str(bound)
        )
    }

    /// Instantiates a generic function value so that it has the type of its target.
    ///
    /// Spec: Type inference.
    pub(super) fn instantiate_to(&mut self, x: &mut Operand<'a>, target: TypeId) {
        let generic = self.s.get(x.ty);
        let Type::Signature(sig) = generic else { return };
        let shown = x.expr.map_or(String::new(), |e| self.text(e));
        // Only a function type says anything; anything else is no target.
        if !matches!(self.s.under(target), Type::Signature(_)) {
            self.generic_without_args(x);
            return;
        }
        let partial = x.expr.is_some_and(|e| self.partial.contains_key(&e.id));
        let what = match partial {
            true => "partially instantiated function in assignment",
            false => "implicitly instantiated function in assignment",
        };
        if !self.env.generic_argument {
            let at = match x.expr.map(|e| (&e.kind, e.span)) {
                Some((ExprKind::Index(f, _), whole)) if partial => Span {
                    start: f.span.end,
                    ..whole
                },
                _ => x.span(),
            };
            // Spec: Go 1.21.
            self.needs_version(at, (1, 21), what);
        }
        let plain = self.s.signature(Signature {
            type_params: Vec::new(),
            recv: None,
            ..sig.clone()
        });
        // The target may mention the very parameters, in a recursive function.
        let params = sig.type_params.clone();
        let fresh = self.fresh_params(&params);
        let renamed = self.s.subst(plain, &params, &fresh);
        let mut u = Unifier::new(&fresh, self.version_at(x.span()));
        let fits = u.unify(self.s, renamed, target, Match::Assign);
        let why = match fits {
            true => self.constraint_inference(&mut u, &fresh).err(),
            false => Some(format!(
                "type {} of `{shown}` does not match {}",
                self.type_str(x.ty),
                self.type_str(target)
            )),
        };
        let solved: Option<Vec<TypeId>> = (0..params.len()).map(|i| u.resolved(self.s, i)).collect();
        let targs = match (why, solved) {
            (None, Some(targs)) => targs,
            (why, _) => {
                let text = why.unwrap_or_else(|| format!("cannot infer the type arguments of `{shown}`"));
                self.err(x.span(), Code::INSTANTIATION, text);
                x.fail();
                return;
            }
        };
        let ty = self.s.subst(plain, &params, &targs);
        if let Some(e) = x.expr {
            // Those given explicitly come first.
            let (params, targs) = match self.partial.get(&e.id) {
                Some((all, known)) => (
                    all.clone(),
                    known.iter().map(|t| self.s.subst(*t, &params, &targs)).collect(),
                ),
                None => (params, targs),
            };
            self.record_instance(e, &targs, ty);
            self.record_type(e, Mode::Value, ty, None);
            self.later.push_back(Later::Verify {
                pkg: self.env.pkg,
                span: e.span,
                params,
                args: targs,
                spans: Vec::new(),
            });
        }
        x.ty = ty;
    }

    /// `f[T]` as a value. Where some type arguments are missing the value stays generic in those.
    ///
    /// Spec: Instantiations.
    pub(super) fn instantiate_explicit(&mut self, e: &'a Expr, x: Operand<'a>, args: &'a [Expr]) -> Operand<'a> {
        let targs: Vec<TypeId> = args.iter().map(|a| self.var_type(a)).collect();
        let Type::Signature(sig) = self.s.get(x.ty) else {
            return Operand::invalid(e);
        };
        if targs.contains(&TypeId::INVALID) || !self.type_argument_count(&targs, &sig.type_params, args) {
            return Operand::invalid(e);
        }
        let start = x.span().end;
        let brackets = Span { start, ..e.span };
        // Spec: Go 1.18.
        self.needs_version_at('[', brackets, (1, 18), "function instantiation");
        let plain = self.s.signature(Signature {
            type_params: Vec::new(),
            ..sig.clone()
        });
        let fresh = self.fresh_params(&sig.type_params);
        let mut u = Unifier::new(&fresh, self.version_at(e.span));
        for (i, t) in targs.iter().enumerate() {
            u.set(i, *t);
        }
        if targs.len() < fresh.len()
            && let Err(why) = self.constraint_inference(&mut u, &fresh)
        {
            // Spec: Type inference.
            self.err(e.span, Code::INSTANTIATION, why);
            return Operand::invalid(e);
        }
        let solved: Option<Vec<TypeId>> = (0..sig.type_params.len()).map(|i| u.resolved(self.s, i)).collect();
        let Some(all) = solved else {
            return self.partially_instantiated(e, sig, plain, &targs);
        };
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

    /// A function that is generic in the parameters for which no arguments are given.
    ///
    /// Spec: Instantiations.
    fn partially_instantiated(&mut self, e: &'a Expr, sig: &Signature, plain: TypeId, targs: &[TypeId]) -> Operand<'a> {
        let rest = sig.type_params.get(targs.len()..).unwrap_or(&[]);
        let fresh: Vec<TypeId> = rest.iter().map(|p| self.fresh_param(*p)).collect();
        let all: Vec<TypeId> = targs.iter().chain(&fresh).copied().collect();
        self.constrain_alike(rest, &fresh, &sig.type_params, &all);
        let ty = self.s.subst(plain, &sig.type_params, &all);
        let ty = match self.s.get(ty) {
            Type::Signature(s) => self.s.signature(Signature {
                type_params: fresh,
                ..s.clone()
            }),
            _ => ty,
        };
        self.partial.insert(e.id, (sig.type_params.clone(), all));
        Operand::new(Mode::Value, ty, e)
    }

    /// Whether there are not more type arguments than parameters.
    ///
    /// Spec: Instantiations.
    pub(super) fn type_argument_count(&mut self, targs: &[TypeId], params: &[TypeId], exprs: &'a [Expr]) -> bool {
        let Some(extra) = exprs.get(params.len()).filter(|_| targs.len() > params.len()) else {
            return true;
        };
        let text = format!("got {} type arguments but want {}", targs.len(), params.len());
        self.err(extra.span, Code::INSTANTIATION, text);
        false
    }

    /// Checks that type arguments satisfy their constraints.
    ///
    /// Spec: Instantiations; Satisfying a type constraint.
    pub(super) fn verify_instance(&mut self, span: Span, params: &[TypeId], args: &[TypeId], spans: &[Span]) {
        let mut fits = true;
        for (i, (p, a)) in params.iter().zip(args).enumerate() {
            let Type::TypeParam(tp) = self.s.get(*p) else {
                continue;
            };
            let bound = self.s.subst(tp.constraint, params, args);
            let at = spans.get(i).copied().unwrap_or(span);
            if let Some(why) = self.unsatisfied(*a, bound, at) {
                // Spec: Satisfying a type constraint.
                let text = format!(
                    "{} does not satisfy {} ({why})",
                    self.type_str(*a),
                    self.type_str(bound)
                );
                self.err(at, Code::INSTANTIATION, text);
                fits = false;
            }
        }
        if fits {
            self.note_instance(span, params, args, spans);
        }
    }

    /// Why a type does not satisfy a constraint.
    ///
    /// Spec: Satisfying a type constraint; Implementing an interface.
    fn unsatisfied(&mut self, t: TypeId, bound: TypeId, span: Span) -> Option<String> {
        if t == TypeId::INVALID || bound == TypeId::INVALID || self.s.underlying(bound) == TypeId::INVALID {
            return None;
        }
        // An interface implements another whose type set holds its own: the empty one is in any.
        // Spec: Implementing an interface.
        let is_set = self.s.is_type_param(t) || self.s.is_interface(t);
        if is_set && self.s.terms(t).is_some_and(|ts| ts.is_empty()) {
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
        if set.comparable {
            if !self.s.comparable(t) {
                return Some("not comparable".into());
            }
            // What is comparable, though not strictly, satisfies `comparable` since Go 1.20.
            // Spec: Satisfying a type constraint; Go 1.20.
            if !self.s.strictly_comparable(t) && self.version_at(span) < (1, 20) {
                return Some("that requires go1.20 or later".into());
            }
        }
        // Of types that must be comparable those that are not always so are none of the set.
        // Spec: General interfaces; Satisfying a type constraint.
        let all = set.terms.as_ref()?;
        let kept = all
            .iter()
            .filter(|t| !set.comparable || self.s.strictly_comparable(t.ty));
        let terms: Vec<Term> = kept.copied().collect();
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
