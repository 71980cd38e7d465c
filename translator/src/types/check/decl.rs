//! Resolving declared objects on first use: constants, variables, types, functions.
//!
//! In: an object with its declaration. Out: the object's type (and value).
//! Invariants: colours as in `go/types`: white is untouched, grey is on the path, black is done; a grey object met again
//! is a cycle, which is fine when a type definition or a function lies on it.

use super::super::info::Mode;
use super::super::model::*;
use super::operand::Operand;
use super::{Checker, Color, DeclInfo, DeclKind, Env, FuncScope, Later};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{self, Expr, GenKind};
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// Makes sure the object has its type.
    ///
    /// Spec: Declarations and scope.
    pub(super) fn resolve(&mut self, o: ObjId) {
        match self.colors.get(&o).copied().unwrap_or(Color::Black) {
            Color::Black => {
                // An instance's method follows its generic one.
                let obj = self.s.obj(o);
                if let (Some(origin), TypeId::INVALID) = (obj.origin, obj.ty) {
                    self.resolve(origin);
                    self.s.complete_instance_method(o);
                }
            }
            Color::Grey => self.cycle(o),
            Color::White => {
                let Some(decl) = self.decls.get(&o).cloned() else {
                    return;
                };
                self.colors.insert(o, Color::Grey);
                self.path.push(o);
                let mut env = Env::outside(decl.pkg, decl.scope);
                env.decl = Some(o);
                let old = std::mem::replace(&mut self.env, env);
                self.declare_object(o, &decl);
                self.env = old;
                self.path.pop();
                self.colors.insert(o, Color::Black);
                self.resolve_companion(o, &decl);
            }
        }
    }

    /// An interface of the library that printing asks any value for is known where its method's parameter is.
    fn resolve_companion(&mut self, o: ObjId, decl: &DeclInfo<'a>) {
        let DeclKind::Type(_) = &decl.kind else { return };
        if self.pkg(decl.pkg).is_none_or(|p| &*p.path != "fmt") || &*self.s.obj(o).name != "State" {
            return;
        }
        if let Some(formatter) = self.package_member(decl.pkg, "Formatter") {
            self.resolve(formatter);
        }
    }

    fn declare_object(&mut self, o: ObjId, decl: &DeclInfo<'a>) {
        match &decl.kind {
            DeclKind::Const {
                ty,
                init,
                iota,
                at,
                inherited,
            } => {
                self.const_decl(o, *ty, *init, *iota, inherited.then_some(*at));
            }
            DeclKind::Var { ty, init, lhs } => self.var_decl(o, *ty, *init, lhs.clone()),
            DeclKind::Type(spec) => self.type_decl(o, spec),
            DeclKind::Func(d) => self.func_decl(o, d),
        }
    }

    /// A constant with its type, one that constants have, and the `iota` of its specification.
    ///
    /// Spec: Constant declarations; Iota.
    pub(super) fn const_decl(
        &mut self,
        o: ObjId,
        ty: Option<&'a Expr>,
        init: Option<&'a Expr>,
        iota: u32,
        err_at: Option<Span>,
    ) {
        let old = (self.env.iota, self.env.err_at);
        self.env.iota = Some(iota);
        let declared = ty.map(|e| {
            let t = self.type_expr(e);
            if t != TypeId::INVALID && !self.s.basic(t).is_some_and(BasicKind::is_const_type) {
                // Spec: Constant declarations; Constants.
                let text = format!("invalid constant type `{}`", self.type_str(t));
                self.err(e.span, Code::INVALID_DECL, text);
                return TypeId::INVALID;
            }
            t
        });
        self.env.err_at = err_at;
        if let Some(e) = init {
            let mut x = self.expr(e);
            self.init_const(o, declared, &mut x);
        }
        (self.env.iota, self.env.err_at) = old;
    }

    /// The value of a constant, of the declared type or of its own.
    ///
    /// Spec: Constant declarations.
    fn init_const(&mut self, o: ObjId, declared: Option<TypeId>, x: &mut Operand<'a>) {
        if declared == Some(TypeId::INVALID) {
            return;
        }
        if x.is_invalid() {
            return;
        }
        if !x.is_const() {
            let text = format!("{} is not constant", self.describe(x));
            self.err(x.span(), Code::INVALID_DECL, text);
            return;
        }
        let ty = declared.unwrap_or(x.ty);
        self.assignment(x, Some(ty), "constant declaration");
        if x.is_invalid() {
            return;
        }
        let (ty, value) = (ty, x.val.clone());
        self.s.update_obj(o, |o| {
            o.ty = ty;
            o.kind = ObjKind::Const { value };
        });
    }

    /// A package variable, or several with one expression.
    ///
    /// Spec: Variable declarations.
    fn var_decl(&mut self, o: ObjId, ty: Option<&'a Expr>, init: Option<&'a Expr>, lhs: Option<Arc<[ObjId]>>) {
        let declared = ty.map(|e| self.var_type(e));
        if let Some(t) = declared {
            self.s.update_obj(o, |o| o.ty = t);
        }
        let Some(init) = init else { return };
        match lhs {
            None => {
                let mut x = self.expr_with_target(init, declared);
                self.init_var(o, &mut x, "variable declaration");
            }
            Some(lhs) => {
                if let Some(t) = declared {
                    for l in lhs.iter() {
                        self.s.update_obj(*l, |o| o.ty = t);
                    }
                }
                for l in lhs.iter() {
                    self.colors.insert(*l, Color::Grey);
                }
                self.init_vars(&lhs, std::slice::from_ref(init), None);
                for l in lhs.iter() {
                    self.colors.insert(*l, Color::Black);
                    if *l != o {
                        let deps = self.deps.get(&o).cloned().unwrap_or_default();
                        self.deps.insert(*l, deps);
                    }
                }
            }
        }
    }

    /// An alias, or a defined type.
    ///
    /// Spec: Type declarations; Alias declarations; Type definitions.
    pub(super) fn type_decl(&mut self, o: ObjId, spec: &'a ast::TypeSpec) {
        if let Some(first) = spec.type_params.as_ref().and_then(|p| p.fields.first()) {
            let (version, what) = match spec.alias {
                true => ((1, 23), "generic type alias"),
                false => ((1, 18), "type parameter"),
            };
            // Spec: Go 1.18; Go 1.24.
            // Beyond the spec: go/types, generic aliases from Go 1.23 on, where they could be tried.
            self.needs_version(first.span, version, what);
        } else if spec.alias {
            // Spec: Go 1.9.
            self.needs_version_at('=', spec.span, (1, 9), "type alias");
        }
        if spec.alias {
            let outer = self.open_scope();
            let params = spec.type_params.as_ref().map(|p| self.type_params(p));
            let mut t = self.type_expr(&spec.ty);
            self.close_scope(outer);
            if params.as_ref().is_some_and(|p| p.contains(&t)) {
                // Spec: Alias declarations.
                let text = "cannot use type parameter declared in alias declaration as RHS";
                self.err(spec.ty.span, Code::INVALID_DECL, text);
                t = TypeId::INVALID;
            }
            self.s.update_obj(o, |o| o.ty = t);
            let pkg = self.env.pkg;
            if let (Some(p), Some(pkg)) = (params, self.pkg_mut(pkg)) {
                pkg.alias_params.insert(o, p);
            }
            return;
        }
        let named = self.named_for(o);
        // In the order in which declarations are begun, as go/types has it: cycles are told of at their first type.
        self.later.push_back(Later::ValidType(o));
        let outer = self.open_scope();
        if let Some(p) = &spec.type_params {
            self.type_params_into(p, |c, params| {
                c.s.update_type(named, |t| {
                    if let Type::Named(n) = t {
                        n.type_params = params.to_vec();
                    }
                });
            });
        }
        let rhs = self.type_expr(&spec.ty);
        self.close_scope(outer);
        if self.s.is_type_param(rhs) {
            // Spec: Type definitions.
            self.err(
                spec.ty.span,
                Code::INVALID_DECL,
                "cannot use a type parameter as RHS in type declaration",
            );
        }
        let mut rhs = if self.s.is_type_param(rhs) {
            TypeId::INVALID
        } else {
            rhs
        };
        if let Some(cycle) = self.declarations_back_to(rhs, named) {
            // An instance is told of where it is written, as in go/types.
            let is_instance = matches!(self.s.get(rhs), Type::Named(n) if n.origin.is_some());
            let first = cycle.iter().copied().min_by_key(|x| self.span_of(*x));
            if is_instance && first == Some(o) {
                // Spec: Underlying types.
                self.cycle_error_at(o, spec.ty.span, &cycle);
            } else {
                // Spec: Underlying types.
                self.cycle_error(&cycle);
            }
            rhs = TypeId::INVALID;
        }
        self.s.update_type(named, |t| {
            if let Type::Named(n) = t {
                n.underlying = Some(rhs);
            }
        });
        self.check_method_clash(named);
    }

    /// The type parameters of a generic alias.
    pub(super) fn alias_params(&self, o: ObjId) -> Option<Vec<TypeId>> {
        let pkg = self.s.obj(o).pkg?;
        self.pkg(pkg)?.alias_params.get(&o).cloned()
    }

    /// A struct's fields and its type's methods have different names.
    ///
    /// Spec: Method declarations.
    fn check_method_clash(&mut self, named: TypeId) {
        let Type::Named(n) = self.s.get(named) else { return };
        let Type::Struct(st) = self.s.under(named) else {
            return;
        };
        for m in &n.methods {
            let m = self.s.obj(*m);
            if let Some(f) = st.fields.iter().map(|f| self.s.obj(*f)).find(|f| f.name == m.name) {
                let span = m.span.or(f.span);
                if let Some(span) = span {
                    self.err(
                        span,
                        Code::DUPLICATE,
                        format!("field and method with the same name `{}`", m.name),
                    );
                }
            }
        }
    }

    /// A function or method: its type parameters, receiver and signature; the body waits.
    ///
    /// Spec: Function declarations; Method declarations; Type parameter declarations.
    fn func_decl(&mut self, o: ObjId, d: &'a ast::FuncDecl) {
        let outer = self.open_scope();
        let recv = d.recv.as_ref().map(|r| self.receiver(r));
        let (recv, named) = recv.map_or((None, None), |(t, named)| (Some(t), named));
        if let Some(first) = d.type_params.as_ref().and_then(|p| p.fields.first()) {
            // Spec: Go 1.18.
            self.needs_version(first.span, (1, 18), "type parameter");
        }
        let type_params = d.type_params.as_ref().map_or(Vec::new(), |p| self.type_params(p));
        if d.recv.is_some() && d.type_params.is_some() {
            let span = d.type_params.as_ref().map_or(d.name.span, |p| p.span);
            // Spec: Method declarations.
            self.err(span, Code::INVALID_DECL, "methods cannot have type parameters");
        }
        let (mut sig, scope) = self.signature_of(&d.ty, named, true);
        sig.type_params = type_params;
        sig.recv = recv;
        if matches!(&*d.name.name, "init" | "main") && d.recv.is_none() {
            let is_main = &*d.name.name == "init" || self.pkg(self.env.pkg).is_some_and(|p| &*p.name == "main");
            if is_main && let Some(first) = d.type_params.as_ref().and_then(|p| p.fields.first()) {
                // Spec: Package initialization; Program execution.
                let text = format!("func `{}` must have no type parameters", d.name.name);
                self.err(first.span, Code::INVALID_DECL, text);
            }
            if is_main && !(sig.params.is_empty() && sig.results.is_empty()) {
                // Spec: Package initialization; Program execution.
                let text = format!("func `{}` must have no arguments and no return values", d.name.name);
                self.err(d.name.span, Code::INVALID_DECL, text);
            }
        }
        let t = self.s.signature(sig);
        self.s.update_obj(o, |o| o.ty = t);
        if let Some(body) = &d.body {
            let mut env = self.env.clone();
            env.decl = Some(o);
            self.later.push_back(Later::Body {
                env,
                sig: scope,
                block: body,
            });
        }
        self.close_scope(outer);
    }

    /// The receiver: declares, for a generic type, its names for the type's parameters. Its own name is given back, to be
    /// declared with the parameters' once all types are known: `func (t t) m(t2 t)`.
    ///
    /// Spec: Method declarations.
    fn receiver(&mut self, list: &'a ast::FieldList) -> (TypeId, Option<(&'a ast::Ident, ObjId)>) {
        let many = match (&list.fields[..], list.fields.first()) {
            ([], _) => {
                self.err(list.span, Code::INVALID_DECL, "method has no receiver");
                None
            }
            ([_], Some(f)) => f.names.get(1..).and_then(|more| more.last()).map(|n| n.span),
            (all, _) => all.last().map(|f| f.span),
        };
        if let Some(span) = many {
            self.err(span, Code::INVALID_DECL, "method has multiple receivers");
        }
        let Some(f) = list.fields.first() else {
            return (TypeId::INVALID, None);
        };
        let t = self.receiver_type(&f.ty);
        let named = match f.names.first() {
            Some(id) => {
                let v = self.new_var(id, VarKind::Receiver, t);
                self.used.insert(v);
                Some((id, v))
            }
            None => {
                let name = Object::new(
                    ObjKind::Var(VarKind::Receiver),
                    "".into(),
                    Some(self.env.pkg),
                    t,
                    Some(f.span),
                );
                let v = self.s.add_obj(name);
                self.info.implicits.insert(f.ty.id, v);
                None
            }
        };
        let base = match self.s.get(t) {
            Type::Pointer(e) => *e,
            _ => t,
        };
        let mut named_at = f.ty.unparen();
        while let ast::ExprKind::Star(x) | ast::ExprKind::Paren(x) = &named_at.kind {
            named_at = x;
        }
        self.later_receiver_check(base, named_at.span);
        (t, named)
    }

    /// The receiver's base is a type that this package defines, and neither pointer nor interface.
    ///
    /// Spec: Method declarations.
    fn later_receiver_check(&mut self, base: TypeId, span: Span) {
        if base == TypeId::INVALID {
            return;
        }
        let text = self.type_str(base);
        let ok = match self.s.get(base) {
            Type::Named(n) => {
                let o = self.s.obj(n.obj);
                if o.pkg != Some(self.env.pkg) {
                    self.err(
                        span,
                        Code::INVALID_DECL,
                        format!("cannot define new methods on non-local type `{text}`"),
                    );
                    return;
                }
                let pointer = |t: &Type| matches!(t, Type::Pointer(_) | Type::Basic(BasicKind::UnsafePointer));
                n.underlying.is_none()
                    || !(pointer(self.s.under(base)) || matches!(self.s.under(base), Type::Interface(_)))
            }
            Type::Basic(_) => {
                self.err(
                    span,
                    Code::INVALID_DECL,
                    format!("cannot define new methods on non-local type `{text}`"),
                );
                return;
            }
            _ => false,
        };
        if !ok {
            self.err(span, Code::INVALID_DECL, format!("invalid receiver type `{text}`"));
        }
    }

    /// A receiver's type; names in brackets stand for the parameters of a generic one.
    ///
    /// Spec: Method declarations.
    fn receiver_type(&mut self, e: &'a Expr) -> TypeId {
        use ast::ExprKind::*;
        match &e.kind {
            Paren(x) => self.receiver_type(x),
            Star(x) => {
                let t = self.receiver_type(x);
                let p = self.s.pointer(t);
                self.record_type(e, Mode::Type, p, None);
                p
            }
            Index(x, args) => {
                let base = self.generic_type_expr(x);
                if self.is_without_methods(x) {
                    return TypeId::INVALID;
                }
                let Type::Named(n) = self.s.get(base) else {
                    return TypeId::INVALID;
                };
                if args.len() != n.type_params.len() {
                    let text = format!(
                        "receiver declares {} type parameters, but type has {}",
                        args.len(),
                        n.type_params.len()
                    );
                    self.err(e.span, Code::INSTANTIATION, text);
                }
                // Spec: Go 1.18.
                self.needs_version(x.span, (1, 18), "type instantiation");
                // The receiver's names stand for the type's own parameters.
                for (a, p) in args.iter().zip(&n.type_params) {
                    if let Some(id) = a.as_ident() {
                        let kind = ObjKind::TypeName { alias: false };
                        let o = Object::new(kind, id.name.clone(), Some(self.env.pkg), *p, Some(id.span));
                        let o = self.s.add_obj(o);
                        self.used.insert(o);
                        self.declare(id, o);
                        // As go/types has it, such a name is declared and used in one place.
                        self.info.uses.insert(id.id, o);
                        self.record_type(a, Mode::Type, *p, None);
                    } else {
                        self.err(
                            a.span,
                            Code::INVALID_DECL,
                            "receiver type parameter must be an identifier",
                        );
                    }
                }
                let t = self.s.instantiate_named(base, &n.type_params);
                self.record_type(e, Mode::Type, t, None);
                t
            }
            _ => {
                let t = self.generic_type_expr(e);
                if t != TypeId::INVALID && self.is_without_methods(e) {
                    return TypeId::INVALID;
                }
                if let Type::Named(n) = self.s.get(t)
                    && !n.type_params.is_empty()
                    && n.origin.is_none()
                {
                    let text = format!("cannot use generic type `{}` without instantiation", self.type_str(t));
                    self.err(e.span, Code::INSTANTIATION, text);
                }
                t
            }
        }
    }

    /// Reports a receiver whose base is an alias that can have no methods.
    ///
    /// Spec: Method declarations.
    fn is_without_methods(&mut self, base: &Expr) -> bool {
        let why = base.as_ident().and_then(|id| self.alias_without_methods(id));
        match why {
            Some(why) => {
                self.err(base.span, Code::INVALID_DECL, why);
                true
            }
            None => false,
        }
    }

    /// Declares type parameters and resolves their constraints.
    ///
    /// Spec: Type parameter declarations.
    pub(super) fn type_params(&mut self, list: &'a ast::FieldList) -> Vec<TypeId> {
        self.type_params_into(list, |_, _| ())
    }

    /// As `type_params`; `with` is told of the parameters before their constraints are resolved, which may mention them.
    ///
    /// Spec: Type parameter declarations; Declarations and scope.
    pub(super) fn type_params_into(
        &mut self,
        list: &'a ast::FieldList,
        with: impl FnOnce(&mut Self, &[TypeId]),
    ) -> Vec<TypeId> {
        let mut params = Vec::new();
        for f in &list.fields {
            for id in &f.names {
                let kind = ObjKind::TypeName { alias: false };
                let o = Object::new(
                    kind,
                    id.name.clone(),
                    Some(self.env.pkg),
                    TypeId::INVALID,
                    Some(id.span),
                );
                let o = self.s.add_obj(o);
                let p = TypeParam {
                    obj: o,
                    index: params.len(),
                    constraint: TypeId::ANY,
                };
                let t = self.s.push(Type::TypeParam(p));
                self.s.update_obj(o, |o| o.ty = t);
                self.declare(id, o);
                params.push(t);
            }
        }
        with(self, &params);
        let mut i = 0;
        for f in &list.fields {
            let bound = self.constraint(&f.ty);
            for _ in &f.names {
                if let Some(p) = params.get(i) {
                    self.s.update_type(*p, |t| {
                        if let Type::TypeParam(p) = t {
                            p.constraint = bound;
                        }
                    });
                }
                i += 1;
            }
        }
        params
    }

    /// A constraint; what is no interface is wrapped in one.
    ///
    /// Spec: Type constraints.
    fn constraint(&mut self, e: &'a Expr) -> TypeId {
        let t = self.type_or_union(e);
        if t == TypeId::INVALID {
            return TypeId::ANY;
        }
        if self.s.is_type_param(t) {
            // Spec: Type constraints; General interfaces.
            self.err(e.span, Code::INVALID_DECL, "cannot use a type parameter as constraint");
            return TypeId::ANY;
        }
        let unresolved = matches!(self.s.get(t), Type::Named(n) if n.underlying.is_none() && n.origin.is_none());
        if unresolved || matches!(self.s.under(t), Type::Interface(_)) {
            return t;
        }
        if let Type::Named(n) = self.s.get(t)
            && n.origin
                .is_some_and(|o| matches!(self.s.get(o), Type::Named(o) if o.underlying.is_none()))
        {
            return t;
        }
        self.s.push(Type::Interface(Interface {
            embeddeds: vec![t],
            implicit: true,
            ..Interface::default()
        }))
    }

    /// Declarations inside a function.
    ///
    /// Spec: Declarations and scope.
    pub(super) fn decl_stmt(&mut self, d: &'a ast::GenDecl) {
        match &d.kind {
            // Spec: Source file organization.
            GenKind::Import(_) => self.err(d.span, Code::INVALID_DECL, "import inside a function"),
            GenKind::Const(specs) => {
                let decls = self.const_decls(specs);
                let mut pending = Vec::new();
                let mut spec_end = None;
                for (id, kind) in decls {
                    let DeclKind::Const {
                        ty,
                        init,
                        iota,
                        at,
                        inherited,
                    } = kind
                    else {
                        continue;
                    };
                    if spec_end != Some(iota) {
                        // A name is known from the end of its specification on.
                        // Spec: Declarations and scope.
                        self.declare_all(&mut pending);
                        spec_end = Some(iota);
                    }
                    let o = Object::new(
                        ObjKind::Const { value: None },
                        id.name.clone(),
                        Some(self.env.pkg),
                        TypeId::INVALID,
                        Some(id.span),
                    );
                    let o = self.s.add_obj(o);
                    self.const_decl(o, ty, init, iota, inherited.then_some(at));
                    pending.push((id, o));
                }
                self.declare_all(&mut pending);
            }
            GenKind::Type(specs) => {
                for s in specs {
                    let kind = ObjKind::TypeName { alias: s.alias };
                    let o = Object::new(
                        kind,
                        s.name.name.clone(),
                        Some(self.env.pkg),
                        TypeId::INVALID,
                        Some(s.name.span),
                    );
                    let o = self.s.add_obj(o);
                    // A type's name is known from itself on.
                    // Spec: Declarations and scope.
                    self.declare(&s.name, o);
                    self.decls.insert(
                        o,
                        DeclInfo {
                            pkg: self.env.pkg,
                            scope: self.env.scope,
                            kind: DeclKind::Type(s),
                        },
                    );
                    self.colors.insert(o, Color::Grey);
                    self.path.push(o);
                    let decl = self.env.decl;
                    self.declared_inside(o);
                    self.type_decl(o, s);
                    self.env.decl = decl;
                    self.path.pop();
                    self.colors.insert(o, Color::Black);
                }
            }
            GenKind::Var(specs) => {
                for s in specs {
                    self.local_vars(s);
                }
            }
        }
    }

    fn declare_all(&mut self, pending: &mut Vec<(&'a ast::Ident, ObjId)>) {
        for (id, o) in pending.drain(..) {
            self.declare(id, o);
        }
    }

    /// Variables, which are known from the end of their specification on.
    ///
    /// Spec: Variable declarations; Declarations and scope.
    fn local_vars(&mut self, s: &'a ast::VarSpec) {
        let declared = s.ty.as_ref().map(|e| self.var_type(e));
        let vars: Vec<ObjId> = s
            .names
            .iter()
            .map(|id| self.new_var(id, VarKind::Local, declared.unwrap_or(TypeId::INVALID)))
            .collect();
        if s.values.is_empty() {
            self.value_count(s);
        } else if s.values.len() == s.names.len() {
            for (v, e) in vars.iter().zip(&s.values) {
                let mut x = self.expr_with_target(e, declared);
                self.init_var(*v, &mut x, "variable declaration");
            }
        } else if s.values.len() == 1 {
            self.init_vars(&vars, &s.values, None);
        } else {
            self.value_count(s);
            for e in &s.values {
                self.expr(e);
            }
        }
        for (id, v) in s.names.iter().zip(vars) {
            self.declare(id, v);
            self.locals.push(v);
        }
    }

    /// Checks a function's body.
    pub(super) fn func_body(&mut self, sig: &FuncScope, body: &'a ast::Block) {
        let old_env = self.env.clone();
        let old_locals = std::mem::take(&mut self.locals);
        self.env.scope = sig.scope;
        self.env.results = Some(sig.results.clone());
        self.env.named_results = sig.named_results.clone();
        self.env.err_at = None;
        self.env.has_call_or_recv = false;
        self.env.in_func = true;
        self.stmt_list(&body.stmts, super::stmt::Context::default());
        self.labels(body);
        if !sig.results.is_empty() && !self.block_terminates(body) {
            // Spec: Function declarations; Terminating statements.
            self.err(body.rbrace, Code::MISSING_RETURN, "missing return");
        }
        let locals = std::mem::replace(&mut self.locals, old_locals);
        for v in locals {
            if !self.used.contains(&v) {
                let o = self.s.obj(v);
                if &*o.name != "_"
                    && let Some(span) = o.span
                {
                    // Spec: Variable declarations.
                    self.err(
                        span,
                        Code::UNUSED_VARIABLE,
                        format!("declared and not used: `{}`", o.name),
                    );
                }
            }
        }
        self.env = old_env;
    }
}
