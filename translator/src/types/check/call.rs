//! Calls, conversions in call form, type assertions, generic function values.
//!
//! In: a call expression. Out: an operand: no value, a value, or a tuple.
//! Invariants: for a generic callee the recorded type of the function expression is the instantiated one.

use super::super::info::{Instance, Mode};
use super::super::model::*;
use super::operand::Operand;
use super::{Checker, Later};
use crate::diagnostic::Code;
use crate::syntax::ast::{self, CallExpr, Expr, ExprKind};

impl<'a> Checker<'a> {
    /// A call of a function, of a built-in one, or a conversion in the form of a call.
    ///
    /// Spec: Calls; Conversions; Built-in functions.
    pub(super) fn call(&mut self, e: &'a Expr, c: &'a CallExpr) -> Operand<'a> {
        // Explicit type arguments of a generic function: `f[int](x)`.
        let mut targs: Vec<TypeId> = Vec::new();
        let mut targ_spans = Vec::new();
        let mut fun_expr = &c.fun;
        let mut x = match &c.fun.kind {
            ExprKind::Index(inner, args) => match self.generic_callee(inner) {
                Some(f) => {
                    for a in args {
                        targs.push(self.var_type(a));
                        targ_spans.push(a.span);
                    }
                    let params = match self.s.get(f.ty) {
                        Type::Signature(s) => s.type_params.clone(),
                        _ => Vec::new(),
                    };
                    let valid = !targs.contains(&TypeId::INVALID);
                    if !valid || !self.type_argument_count(&targs, &params, args) {
                        self.args_anyway(c);
                        return Operand::invalid(e);
                    }
                    fun_expr = inner;
                    f
                }
                None => self.raw_callee(&c.fun),
            },
            _ => self.raw_callee(&c.fun),
        };
        match x.mode {
            Mode::Invalid => {
                self.args_anyway(c);
                return Operand::invalid(e);
            }
            Mode::Type => return self.conversion_call(e, c, x.ty),
            Mode::Builtin => return self.builtin_call(e, c, x.builtin),
            _ => {}
        }
        self.single_value(&mut x);
        self.must_be_value(&mut x);
        if x.is_invalid() {
            self.args_anyway(c);
            return Operand::invalid(e);
        }
        let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
        if core == TypeId::INVALID && !self.s.is_type_param(x.ty) {
            // What is in error was told.
            self.args_anyway(c);
            return Operand::invalid(e);
        }
        let Type::Signature(sig) = self.s.get(core) else {
            // Spec: Calls.
            let text = format!("invalid operation: cannot call non-function {}", self.describe(&x));
            self.err(x.span(), Code::INVALID_OPERATION, text);
            self.args_anyway(c);
            return Operand::invalid(e);
        };
        self.env.has_call_or_recv = true;
        let args = self.call_args(c);
        let Some(result) = self.arguments(e, c, fun_expr, sig.clone(), targs, targ_spans, args) else {
            return Operand::invalid(e);
        };
        match &result.results[..] {
            [] => Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e),
            [one] => Operand::new(Mode::Value, *one, e),
            many => {
                let t = self.s.tuple(many.to_vec());
                Operand::new(Mode::Value, t, e)
            }
        }
    }

    fn raw_callee(&mut self, e: &'a Expr) -> Operand<'a> {
        self.raw_expr(e, None)
    }

    /// The function of `f[T]` when `f` is a generic function; anything else is left to the ordinary rules.
    ///
    /// Spec: Instantiations.
    fn generic_callee(&mut self, e: &'a Expr) -> Option<Operand<'a>> {
        let o = match &e.unparen().kind {
            ExprKind::Ident(id) => self.lookup(&id.name)?,
            ExprKind::Selector(x, sel) => {
                let id = x.as_ident()?;
                let o = self.lookup(&id.name)?;
                let ObjKind::PkgName { imported } = self.s.obj(o).kind else {
                    return None;
                };
                self.package_member(imported, &sel.name)?
            }
            _ => return None,
        };
        if !matches!(self.s.obj(o).kind, ObjKind::Func { .. }) {
            return None;
        }
        self.resolve(o);
        if !self.is_generic_func(self.s.obj_type(o)) {
            return None;
        }
        let x = self.raw_expr(e, None);
        (!x.is_invalid()).then_some(x)
    }

    /// Checks arguments of a call that is in error, so that their own errors and uses are seen.
    pub(super) fn args_anyway(&mut self, c: &'a CallExpr) {
        self.use_exprs(&c.args);
    }

    /// Evaluates expressions of what is in error; whether they are all valid.
    pub(super) fn use_exprs(&mut self, list: impl IntoIterator<Item = &'a Expr>) -> bool {
        let mut ok = true;
        for e in list {
            ok &= match &e.kind {
                ExprKind::KeyValue(_, v) => self.use_exprs([&**v]),
                ExprKind::CompositeLit(c) if c.ty.is_none() => self.use_exprs(&c.elems),
                _ => !self.raw_expr(e, None).is_invalid(),
            };
        }
        ok
    }

    /// `T(x)`, with one argument.
    ///
    /// Spec: Conversions.
    fn conversion_call(&mut self, e: &'a Expr, c: &'a CallExpr, t: TypeId) -> Operand<'a> {
        if self.must_be_instantiated(&c.fun, t) == TypeId::INVALID {
            self.args_anyway(c);
            return Operand::invalid(e);
        }
        match &c.args[..] {
            [arg] => {
                let x = self.expr_with_target(arg, Some(t));
                if x.is_invalid() {
                    return Operand::invalid(e);
                }
                if c.ellipsis {
                    // Spec: Conversions.
                    let text = format!("invalid use of `...` in conversion to {}", self.type_str(t));
                    self.err(arg.span, Code::INVALID_USE, text);
                    return Operand::invalid(e);
                }
                if !self.s.is_type_param(t) && matches!(self.s.under(t), Type::Interface(_)) {
                    let set = self.s.type_set(t);
                    if set.terms.is_some() || set.comparable {
                        // Spec: General interfaces.
                        let text = format!("cannot use interface {} in conversion", self.type_str(t));
                        self.err(e.span, Code::NOT_A_TYPE, text);
                        return Operand::invalid(e);
                    }
                }
                self.conversion(e, x, t)
            }
            other => {
                let few = if other.is_empty() {
                    "missing argument"
                } else {
                    "too many arguments"
                };
                let text = format!("{few} in conversion to {}", self.type_str(t));
                self.args_anyway(c);
                let span = other.last().map_or(c.rparen(), |a| a.span);
                // Spec: Conversions.
                self.err(span, Code::ARGUMENT_COUNT, text);
                Operand::invalid(e)
            }
        }
    }

    /// All argument operands; a single call of several results is spread.
    ///
    /// Spec: Calls.
    fn call_args(&mut self, c: &'a CallExpr) -> Vec<Operand<'a>> {
        if let [only] = &c.args[..] {
            let mut x = self.raw_expr(only, None);
            self.must_be_value(&mut x);
            if let Type::Tuple(ts) = self.s.get(x.ty)
                && !x.is_invalid()
            {
                return ts.iter().map(|t| Operand::new(Mode::Value, *t, only)).collect();
            }
            return vec![x];
        }
        c.args.iter().map(|a| self.generic_expr(a)).collect()
    }

    /// Matches arguments with parameters; infers type arguments. Gives the signature called.
    ///
    /// Spec: Calls; Passing arguments to ... parameters; Type inference.
    #[allow(clippy::too_many_arguments)]
    fn arguments(
        &mut self,
        e: &'a Expr,
        c: &'a CallExpr,
        fun: &'a Expr,
        sig: Signature,
        targs: Vec<TypeId>,
        targ_spans: Vec<crate::source::Span>,
        mut args: Vec<Operand<'a>>,
    ) -> Option<Signature> {
        let spread = args.len() != c.args.len();
        let mut params = sig.params.clone();
        if let Some(dots) = c.dots.filter(|_| spread && sig.variadic) {
            // Spec: Calls; Passing arguments to ... parameters.
            self.err(
                dots,
                Code::ARGUMENT_COUNT,
                "cannot use `...` with multi-valued argument",
            );
            return None;
        }
        if sig.variadic {
            if c.ellipsis {
                // `f(xs...)` passes the slice itself.
            } else if args.len() + 1 >= params.len() {
                let elem = match params.pop().map(|t| self.s.get(t)) {
                    Some(Type::Slice(elem)) => *elem,
                    Some(Type::Basic(k)) if k.is_string() => TypeId::UINT8,
                    _ => TypeId::INVALID,
                };
                while params.len() < args.len() {
                    params.push(elem);
                }
            }
        } else if let Some(dots) = c.dots {
            // Spec: Passing arguments to ... parameters.
            let text = format!("cannot use `...` in call to non-variadic `{}`", self.text(fun));
            self.err(dots, Code::ARGUMENT_COUNT, text);
            return None;
        }
        if args.len() != params.len() {
            let few = args.len() < params.len();
            let have: Vec<String> = args
                .iter()
                .map(|a| {
                    if self.s.is_untyped(a.ty) && a.is_const() {
                        "number".into()
                    } else {
                        self.type_str(a.ty)
                    }
                })
                .collect();
            let want: Vec<String> = sig.params.iter().map(|t| self.type_str(*t)).collect();
            let text = format!(
                "{} arguments in call to `{}`: have ({}), want ({})",
                if few { "not enough" } else { "too many" },
                self.text(fun),
                have.join(", "),
                want.join(", ")
            );
            let span = if few {
                c.rparen()
            } else {
                args.get(params.len()).map_or(e.span, Operand::span)
            };
            // Spec: Calls.
            self.err(span, Code::ARGUMENT_COUNT, text);
            return None;
        }
        let mut called = sig.clone();
        let generic_args = args.iter().any(|a| self.is_generic_func(a.ty));
        if let Some(first) = args.iter().find(|a| self.is_generic_func(a.ty)).map(Operand::span) {
            // Spec: Go 1.21.
            self.needs_version(first, (1, 21), "implicitly instantiated function as argument");
        }
        if !sig.type_params.is_empty() {
            if targ_spans.is_empty() {
                let paren = crate::source::Span {
                    end: c.args_span.start + 1,
                    ..c.args_span
                };
                // Spec: Go 1.18.
                self.needs_version(paren, (1, 18), "implicit function instantiation");
            } else {
                let brackets = crate::source::Span {
                    start: fun.span.end,
                    ..c.fun.span
                };
                // Spec: Go 1.18.
                self.needs_version_at('[', brackets, (1, 18), "function instantiation");
            }
            let (inferred, fixed) = self.infer(e.span, fun, &sig.type_params, targs, &params, &mut args)?;
            for (a, t) in args.iter_mut().zip(fixed) {
                if let Some(t) = t {
                    self.env.generic_argument = true;
                    self.instantiate_to(a, t);
                    self.env.generic_argument = false;
                }
            }
            called.params = called
                .params
                .iter()
                .map(|t| self.s.subst(*t, &sig.type_params, &inferred))
                .collect();
            called.results = called
                .results
                .iter()
                .map(|t| self.s.subst(*t, &sig.type_params, &inferred))
                .collect();
            called.type_params = Vec::new();
            params = params
                .iter()
                .map(|t| self.s.subst(*t, &sig.type_params, &inferred))
                .collect();
            let ty = self.s.signature(called.clone());
            self.record_instance(fun, &inferred, ty);
            self.record_type(&c.fun, Mode::Value, ty, None);
            self.later.push_back(Later::Verify {
                pkg: self.env.pkg,
                span: fun.span,
                params: sig.type_params.clone(),
                args: inferred,
                spans: targ_spans,
            });
        } else if generic_args {
            for (a, t) in args.iter_mut().zip(&params) {
                if self.is_generic_func(a.ty) {
                    self.env.generic_argument = true;
                    self.instantiate_to(a, *t);
                    self.env.generic_argument = false;
                }
            }
        }
        // Spec: Calls; Assignability.
        let context = format!("argument to `{}`", self.text(fun));
        for (mut a, t) in args.into_iter().zip(params) {
            self.assignment(&mut a, Some(t), &context);
        }
        Some(called)
    }

    /// Records what a generic function's name was instantiated with; the name's own type stays generic.
    pub(super) fn record_instance(&mut self, fun: &'a Expr, targs: &[TypeId], ty: TypeId) {
        let mut fun = fun;
        loop {
            match &fun.kind {
                ExprKind::Paren(x) => fun = x,
                ExprKind::Index(x, _) => fun = x,
                ExprKind::Ident(id) | ExprKind::Selector(_, id) => {
                    self.info.instances.insert(
                        id.id,
                        Instance {
                            type_args: targs.to_vec(),
                            ty,
                        },
                    );
                    return;
                }
                _ => return,
            }
        }
    }

    /// `x.(T)`.
    ///
    /// Spec: Type assertions.
    pub(super) fn type_assertion(&mut self, e: &'a Expr, x: &'a Expr, t: Option<&'a Expr>) -> Operand<'a> {
        let x = self.expr(x);
        let Some(te) = t else {
            // Spec: Type switches.
            self.err(
                e.span,
                Code::INVALID_USE,
                "invalid syntax tree: use of `.(type)` outside type switch",
            );
            return Operand::invalid(e);
        };
        let t = self.var_type(te);
        if x.is_invalid() || t == TypeId::INVALID {
            return Operand::invalid(e);
        }
        if !self.s.is_interface(x.ty) {
            // Spec: Type assertions.
            let text = format!("invalid operation: {} is not an interface", self.describe(&x));
            self.err(x.span(), Code::INVALID_USE, text);
            return Operand::invalid(e);
        }
        self.assertable(&x, t, e);
        Operand::new(Mode::CommaOk, t, e)
    }

    /// Reports an assertion or case that can never hold.
    ///
    /// Spec: Type assertions.
    pub(super) fn assertable(&mut self, x: &Operand<'a>, t: TypeId, at: &'a ast::Expr) {
        if self.s.is_interface(t) || self.s.is_type_param(t) {
            return;
        }
        self.resolve_methods_for(t, x.ty);
        if self.s.missing_method(t, x.ty, &mut |_| ()).is_some() {
            let why = self.why_not(t, x.ty);
            let text = format!(
                "impossible type assertion: {} cannot have dynamic type {}{why}",
                self.describe(x),
                self.type_str(t)
            );
            self.err(at.span, Code::NOT_ASSIGNABLE, text);
        }
    }
}
