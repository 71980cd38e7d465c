//! Type expressions.
//!
//! In: an `Expr` where a type stands. Out: its `TypeId`, recorded.
//! Invariants: every type expression gets a record with `Mode::Type`; what is no type is reported once.

use super::super::info::{Instance, Mode};
use super::super::model::*;
use super::operand::Operand;
use super::{Checker, FuncScope, Later};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, Expr, ExprKind, Name, UnaryOp};
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// A type; generic ones must be instantiated.
    ///
    /// Spec: Types; Instantiations.
    pub(super) fn type_expr(&mut self, e: &'a Expr) -> TypeId {
        let t = self.generic_type_expr(e);
        self.must_be_instantiated(e, t)
    }

    /// Reports a generic type that stands without type arguments.
    ///
    /// Spec: Instantiations.
    pub(super) fn must_be_instantiated(&mut self, e: &Expr, t: TypeId) -> TypeId {
        if let Type::Named(n) = self.s.get(t)
            && n.origin.is_none()
            && !n.type_params.is_empty()
        {
            let text = format!("cannot use generic type `{}` without instantiation", self.type_str(t));
            self.err(e.span, Code::INSTANTIATION, text);
            return TypeId::INVALID;
        }
        if let ExprKind::Ident(id) | ExprKind::Selector(_, id) = &e.unparen().kind
            && let Some(alias) = self.info.uses.get(id.id)
            && self.alias_params(*alias).is_some()
        {
            let text = format!("cannot use generic type `{}` without instantiation", id.name);
            self.err(e.span, Code::INSTANTIATION, text);
            return TypeId::INVALID;
        }
        t
    }

    /// A type of a variable: no constraint interface.
    ///
    /// Spec: General interfaces.
    pub(super) fn var_type(&mut self, e: &'a Expr) -> TypeId {
        let t = self.type_expr(e);
        if matches!(self.s.get(t), Type::Named(_) | Type::Interface(_)) {
            self.later.push_back(Later::NoConstraint(t, e.span, self.env.pkg));
        }
        t
    }

    /// Reports a constraint interface that stands for a type.
    ///
    /// Spec: General interfaces.
    pub(super) fn no_constraint(&mut self, t: TypeId, span: Span) {
        if self.s.is_type_param(t) || !matches!(self.s.under(t), Type::Interface(_)) {
            return;
        }
        let set = self.s.type_set(t);
        if (set.terms.is_some() || set.comparable) && self.s.underlying(t) != TypeId::INVALID {
            let text = format!("cannot use type `{}` outside a type constraint", self.type_str(t));
            self.err(span, Code::NOT_A_TYPE, text);
        }
    }

    /// A type that may be generic and not instantiated.
    pub(super) fn generic_type_expr(&mut self, e: &'a Expr) -> TypeId {
        let t = self.type_kind_of(e);
        if t != TypeId::INVALID {
            self.record_type(e, Mode::Type, t, None);
        }
        t
    }

    /// A type as its kind of expression has it.
    ///
    /// Spec: Types.
    fn type_kind_of(&mut self, e: &'a Expr) -> TypeId {
        match &e.kind {
            ExprKind::Bad => TypeId::INVALID,
            ExprKind::Ident(_) | ExprKind::Selector(..) => {
                if self.no_type(e) {
                    return TypeId::INVALID;
                }
                let x = match &e.kind {
                    ExprKind::Ident(id) => self.ident(e, id),
                    _ => self.selector(e),
                };
                self.operand_type(&x)
            }
            ExprKind::Paren(x) => self.generic_type_expr(x),
            ExprKind::Index(x, args) => self.instantiated_type(e, x, args),
            ExprKind::Star(x) => {
                let t = self.var_type(x);
                if t == TypeId::INVALID { t } else { self.s.pointer(t) }
            }
            ExprKind::ArrayType(len, elem) => self.array_type(len.as_deref(), elem),
            ExprKind::MapType(k, v) => {
                let key = self.var_type(k);
                let value = self.var_type(v);
                if key != TypeId::INVALID {
                    self.later.push_back(Later::MapKey(key, k.span, self.env.pkg));
                }
                self.s.map(key, value)
            }
            ExprKind::ChanType(dir, x) => {
                let t = self.var_type(x);
                self.s.chan(*dir, t)
            }
            ExprKind::FuncType(f) => {
                let outer = self.open_scope();
                let (sig, _) = self.signature(f);
                self.close_scope(outer);
                self.s.signature(sig)
            }
            ExprKind::StructType(fields) => self.struct_type(fields),
            ExprKind::InterfaceType(i) => self.interface_type(i),
            ExprKind::Ellipsis(_) => {
                // Spec: Function types; Array types.
                self.err(e.span, Code::NOT_A_TYPE, "invalid use of `...`");
                TypeId::INVALID
            }
            _ => {
                let x = self.expr_or_type(e);
                self.operand_type(&x)
            }
        }
    }

    /// Whether a name cannot mean a type, which is told before what it means is resolved: that may depend on this very
    /// type, as in `func f(x f)`.
    ///
    /// Spec: Types.
    fn no_type(&mut self, e: &'a Expr) -> bool {
        let (id, span) = match &e.kind {
            ExprKind::Ident(id) => (id, e.span),
            ExprKind::Selector(x, sel) => {
                let named = x.as_ident().and_then(|id| self.lookup(&id.name));
                if let Some(start) = self.path.iter().position(|o| Some(*o) == named) {
                    let cycle = self.path.get(start..).unwrap_or(&[]).to_vec();
                    // Beyond the spec: go/types, a declaration that needs its own type.
                    self.cycle_error(&cycle);
                    return true;
                }
                let base = named.map(|o| self.s.obj(o));
                if base.is_none_or(|o| !matches!(o.kind, ObjKind::TypeName { .. } | ObjKind::Var(_))) {
                    return false;
                }
                let text = format!("`{}` is not a type", self.text(e));
                if !self.expr_or_type(x).is_invalid() {
                    // Spec: Types.
                    self.err(sel.span, Code::NOT_A_TYPE, text);
                }
                return true;
            }
            _ => return false,
        };
        let Some(o) = self.lookup(&id.name).filter(|_| &*id.name != "_") else {
            return false;
        };
        let value = matches!(
            self.s.obj(o).kind,
            ObjKind::Const { .. } | ObjKind::Var(_) | ObjKind::Func { .. } | ObjKind::Builtin(_) | ObjKind::Nil
        );
        if value {
            self.used.insert(o);
            self.info.uses.insert(id.id, o);
            // Spec: Types.
            self.err(span, Code::NOT_A_TYPE, format!("`{}` is not a type", id.name));
        }
        value
    }

    /// The type that an operand is.
    ///
    /// Spec: Types.
    fn operand_type(&mut self, x: &Operand<'a>) -> TypeId {
        match x.mode {
            Mode::Type => x.ty,
            Mode::Invalid => TypeId::INVALID,
            _ => {
                let text = x.expr.map_or(String::new(), |e| self.text(e));
                self.err(x.span(), Code::NOT_A_TYPE, format!("`{text}` is not a type"));
                TypeId::INVALID
            }
        }
    }

    /// `[n]T` or `[]T`; `[...]T` is of composite literals.
    ///
    /// Spec: Array types; Slice types; Composite literals.
    fn array_type(&mut self, len: Option<&'a Expr>, elem: &'a Expr) -> TypeId {
        let n = match len {
            None => None,
            Some(Expr {
                kind: ExprKind::Ellipsis(None),
                span,
                ..
            }) => {
                // Spec: Array types; Composite literals.
                self.err(
                    *span,
                    Code::NOT_A_TYPE,
                    "invalid use of `[...]` array (outside a composite literal)",
                );
                Some(-1)
            }
            Some(len) => Some(self.array_length(len)),
        };
        let t = self.var_type(elem);
        match n {
            None => self.s.slice(t),
            Some(n) if n < 0 => TypeId::INVALID,
            Some(n) => self.s.array(n, t),
        }
    }

    /// A constant that an `int` can hold, and not negative; -1 when in error.
    ///
    /// Spec: Array types.
    fn array_length(&mut self, e: &'a Expr) -> i64 {
        let x = self.expr(e);
        if x.is_invalid() {
            return -1;
        }
        if !x.is_const() {
            let text = format!(
                "invalid array length or array length `{}` must be constant",
                self.text(e)
            );
            self.err(e.span, Code::NOT_A_TYPE, text);
            return -1;
        }
        let integral = self.s.is_untyped(x.ty) || self.s.basic(x.ty).is_some_and(BasicKind::is_integer);
        if integral
            && let Some(n) = x.val.as_ref().and_then(|v| v.to_i64())
            && n >= 0
        {
            return n;
        }
        let text = format!("array length {} must be a non-negative integer", self.describe(&x));
        self.err(e.span, Code::NOT_A_TYPE, text);
        -1
    }

    /// A function type: opens no scope, declares its parameters in a new scope below the current one.
    ///
    /// Spec: Function types.
    pub(super) fn signature(&mut self, f: &'a ast::FuncType) -> (Signature, FuncScope) {
        self.signature_of(f, None, false)
    }

    /// As `signature`; the receiver's name is declared with the parameters', and none of them may be that of a type
    /// parameter, which the current scope has in a declaration.
    ///
    /// Spec: Function types; Blocks; Declarations and scope.
    pub(super) fn signature_of(
        &mut self,
        f: &'a ast::FuncType,
        recv: Option<(&'a ast::Ident, ObjId)>,
        declaration: bool,
    ) -> (Signature, FuncScope) {
        let scope = self.new_scope(Some(self.env.scope));
        let mut sig = Signature::default();
        let mut named = Vec::new();
        // All types are resolved before any name is declared: `func(time time.Time, d time.Duration)`.
        let mut declared: Vec<(&'a ast::Ident, ObjId)> = recv.into_iter().collect();
        let last = f.params.fields.len().wrapping_sub(1);
        for (i, field) in f.params.fields.iter().enumerate() {
            let t = match &field.ty.kind {
                ExprKind::Ellipsis(Some(inner)) => {
                    let t = self.var_type(inner);
                    if i == last && field.names.len() <= 1 {
                        sig.variadic = true;
                    } else {
                        // Spec: Function types.
                        self.err(
                            field.ty.span,
                            Code::NOT_A_TYPE,
                            "can only use `...` with final parameter in list",
                        );
                    }
                    let t = self.s.slice(t);
                    self.record_type(&field.ty, Mode::Type, t, None);
                    t
                }
                _ => self.var_type(&field.ty),
            };
            self.params_of(field, VarKind::Param, t, &mut sig.params, &mut declared);
        }
        if let Some(results) = &f.results {
            for field in &results.fields {
                let t = self.var_type(&field.ty);
                let from = declared.len();
                self.params_of(field, VarKind::Result, t, &mut sig.results, &mut declared);
                named.extend(declared.iter().skip(from).map(|d| d.1));
            }
        }
        let outer = std::mem::replace(&mut self.env.scope, scope);
        // Type parameters, receiver, parameters and results are declared in one block, that of the function.
        // Spec: Blocks; Declarations and scope; Method declarations.
        for (id, o) in declared {
            let type_param = self.scopes.get(outer.0 as usize).and_then(|s| s.names.get(&id.name));
            if let (true, Some(old), true) = (declaration, type_param.copied(), &*id.name != "_") {
                self.redeclared(id, old);
            }
            self.declare(id, o);
        }
        self.env.scope = outer;
        let scope = FuncScope {
            scope,
            results: sig.results.clone().into(),
            named_results: named.into(),
        };
        (sig, scope)
    }

    /// Parameters or results of one type.
    ///
    /// Spec: Function types.
    fn params_of(
        &mut self,
        field: &'a ast::Field,
        kind: VarKind,
        t: TypeId,
        types: &mut Vec<TypeId>,
        declared: &mut Vec<(&'a ast::Ident, ObjId)>,
    ) {
        if field.names.is_empty() {
            types.push(t);
            let o = Object::new(ObjKind::Var(kind), "".into(), Some(self.env.pkg), t, Some(field.span));
            let o = self.s.add_obj(o);
            self.info.implicits.insert(field.ty.id, o);
        }
        for id in &field.names {
            types.push(t);
            let o = self.new_var(id, kind, t);
            self.used.insert(o);
            declared.push((id, o));
        }
    }

    /// Fields with different names, and tags.
    ///
    /// Spec: Struct types.
    fn struct_type(&mut self, list: &'a ast::FieldList) -> TypeId {
        let mut st = Struct::default();
        let mut seen: Vec<(Name, Span)> = Vec::new();
        for f in &list.fields {
            let tag: Arc<str> = match &f.tag {
                Some(t) => super::super::constant::string_literal(&t.text)
                    .map_or("".into(), |b| String::from_utf8_lossy(&b).into_owned().into()),
                None => "".into(),
            };
            let t = self.var_type(&f.ty);
            let mut add = |c: &mut Self, name: &Name, span: Span, kind: VarKind| {
                if &**name != "_" {
                    if let Some((_, old)) = seen.iter().find(|(n, _)| n == name) {
                        let old = *old;
                        c.err(span, Code::DUPLICATE, format!("`{name}` redeclared"));
                        if let Some(d) = c.diags.last_mut() {
                            *d = d.clone().label(old, "first declared here");
                        }
                    }
                    seen.push((name.clone(), span));
                }
                let o = c.s.add_obj(Object::new(
                    ObjKind::Var(kind),
                    name.clone(),
                    Some(c.env.pkg),
                    t,
                    Some(span),
                ));
                st.fields.push(o);
                st.tags.push(tag.clone());
                o
            };
            for id in &f.names {
                let o = add(self, &id.name, id.span, VarKind::Field);
                self.info.defs.insert(id.id, o);
            }
            if f.names.is_empty() {
                match ast::embedded_name(&f.ty) {
                    Some(id) => {
                        let o = add(self, &id.name, id.span, VarKind::EmbeddedField);
                        self.info.implicits.insert(f.ty.id, o);
                        self.embedded_ok(&f.ty, t);
                    }
                    None => self.err(f.span, Code::NOT_A_TYPE, "invalid embedded field type"),
                }
            }
        }
        if st.tags.iter().all(|t| t.is_empty()) {
            st.tags.clear();
        }
        self.s.push(Type::Struct(st))
    }

    /// An embedded field's type is no pointer, and no pointer to an interface.
    ///
    /// Spec: Struct types.
    fn embedded_ok(&mut self, e: &'a Expr, t: TypeId) {
        let (base, ptr) = match self.s.get(t) {
            Type::Pointer(b) => (*b, true),
            _ => (t, false),
        };
        if self.s.is_type_param(base) {
            // Spec: Struct types; Type parameter declarations.
            self.err(
                e.span,
                Code::NOT_A_TYPE,
                "embedded field type cannot be a type parameter",
            );
            return;
        }
        match self.s.under(base) {
            // It is a pointer as others are.
            // Spec: Struct types; Package unsafe.
            Type::Basic(BasicKind::UnsafePointer) => {
                self.err(e.span, Code::NOT_A_TYPE, "embedded field type cannot be unsafe.Pointer");
            }
            // Spec: Struct types.
            Type::Pointer(_) => self.err(e.span, Code::NOT_A_TYPE, "embedded field type cannot be a pointer"),
            Type::Interface(_) if ptr => {
                // Spec: Struct types.
                self.err(
                    e.span,
                    Code::NOT_A_TYPE,
                    "embedded field type cannot be a pointer to an interface",
                );
            }
            _ => {}
        }
    }

    /// Methods and embedded elements.
    ///
    /// Spec: Interface types.
    fn interface_type(&mut self, i: &'a ast::InterfaceType) -> TypeId {
        let mut out = Interface::default();
        for e in &i.elems {
            match e {
                ast::InterfaceElem::Method { name, ty, .. } => {
                    let outer = self.open_scope();
                    let (sig, _) = self.signature(ty);
                    self.close_scope(outer);
                    let t = self.s.signature(sig);
                    let kind = ObjKind::Func {
                        is_method: true,
                        ptr_recv: false,
                    };
                    let o = Object::new(kind, name.name.clone(), Some(self.env.pkg), t, Some(name.span));
                    let o = self.s.add_obj(o);
                    self.info.defs.insert(name.id, o);
                    if &*name.name == "_" {
                        // Spec: Basic interfaces.
                        let text = "methods must have a unique non-blank name";
                        self.err(name.span, Code::INVALID_DECL, text);
                        continue;
                    }
                    if out.methods.iter().any(|m| self.s.obj(*m).name == name.name) {
                        // Spec: Basic interfaces.
                        self.err(name.span, Code::DUPLICATE, format!("duplicate method `{}`", name.name));
                        continue;
                    }
                    out.methods.push(o);
                }
                ast::InterfaceElem::Embedded { ty, .. } => {
                    let mut t = self.type_or_union(ty);
                    if self.s.is_type_param(t) {
                        // Spec: General interfaces.
                        let text = "term cannot represent type parameter";
                        self.err(ty.span, Code::INVALID_DECL, text);
                        t = TypeId::INVALID;
                    }
                    if t != TypeId::INVALID {
                        self.later.push_back(Later::Embedded(t, ty.span, self.env.pkg));
                        out.embeddeds.push(t);
                    }
                }
            }
        }
        let t = self.s.push(Type::Interface(out));
        self.later.push_back(Later::Methods(t, i, self.env.pkg));
        t
    }

    /// Methods that an interface has twice: they must have identical signatures; before Go 1.14 there could be none.
    ///
    /// Spec: Embedded interfaces; Go 1.14.
    pub(super) fn duplicate_methods(&mut self, t: TypeId, i: &'a ast::InterfaceType) {
        let Type::Interface(iface) = self.s.get(t) else {
            return;
        };
        let mut seen: Vec<(ObjId, TypeId)> = iface.methods.iter().map(|m| (*m, self.s.obj_type(*m))).collect();
        for e in &i.elems {
            let ast::InterfaceElem::Embedded { ty, .. } = e else {
                continue;
            };
            let embedded = self.info.type_of(ty);
            if !matches!(self.s.under(embedded), Type::Interface(_)) {
                continue;
            }
            for m in &self.s.type_set(embedded).methods {
                let o = self.s.obj(*m);
                let same = |x: &ObjId| {
                    let x = self.s.obj(*x);
                    x.name == o.name && (o.exported() || x.pkg == o.pkg)
                };
                let Some((other, other_type)) = seen.iter().find(|(x, _)| same(x)).copied() else {
                    seen.push((*m, o.ty));
                    continue;
                };
                self.resolve(*m);
                let own = self.s.obj_type(*m);
                let differ = !self.s.identical(own, other_type) && own != TypeId::INVALID;
                if differ || self.version_at(ty.span) < (1, 14) {
                    // Spec: Embedded interfaces; Go 1.14.
                    self.err(ty.span, Code::DUPLICATE, format!("duplicate method `{}`", o.name));
                    if let (Some(old), Some(d)) = (self.s.obj(other).span, self.diags.last_mut()) {
                        *d = d.clone().label(old, "another method of this name");
                    }
                    break;
                }
            }
        }
    }

    /// Interfaces that embed anything but plain interfaces came with Go 1.18.
    ///
    /// Spec: Go 1.18.
    pub(super) fn embedded_element(&mut self, t: TypeId, span: Span) {
        if self.version_at(span) >= (1, 18) {
            return;
        }
        let constraint = |s: &TypeSet| s.terms.is_some() || s.comparable;
        // What is in error, and what a file of this very version declares, was told of already.
        let own = match self.s.get(t) {
            Type::Named(n) => self.s.obj(n.obj).pkg.is_none_or(|p| p == self.env.pkg),
            _ => false,
        };
        if self.s.underlying(t) == TypeId::INVALID {
            return;
        }
        let what = match self.s.under(t) {
            Type::Interface(_) if own || !constraint(&self.s.type_set(t)) => return,
            Type::Interface(_) => "embedding constraint interface",
            Type::Union(_) => "embedding interface element",
            _ => "embedding non-interface type",
        };
        self.needs_version(span, (1, 18), what);
    }

    /// An embedded element or a constraint: a type, `~T`, or a union.
    ///
    /// Spec: General interfaces; Type constraints.
    pub(super) fn type_or_union(&mut self, e: &'a Expr) -> TypeId {
        let mut terms = Vec::new();
        match &e.kind {
            ExprKind::Binary(b) if b.op == BinaryOp::Or => self.union_terms(e, &mut terms),
            ExprKind::Unary(UnaryOp::Tilde, _) => self.union_terms(e, &mut terms),
            _ => return self.type_expr(e),
        }
        let t = self.s.union(terms);
        self.record_type(e, Mode::Type, t, None);
        self.later.push_back(Later::Union(e, self.env.pkg));
        t
    }

    /// A type after a tilde is its own underlying type and no interface; terms that are no interfaces have no type in common;
    /// interfaces with methods, or that ask for comparable types, stand in no union.
    ///
    /// Spec: General interfaces.
    pub(super) fn union_rules(&mut self, e: &'a Expr) {
        let mut exprs = Vec::new();
        flatten_union(e, &mut exprs);
        if let Some(last) = exprs.get(MOST_TERMS) {
            // Beyond the spec: go/types, how many terms it takes.
            let text = format!("cannot handle more than {MOST_TERMS} union terms (implementation limitation)");
            self.err(last.span, Code::INVALID_DECL, text);
            return;
        }
        let types = exprs.iter().map(|x| self.info.type_of(x));
        let counts = types.map(|t| match self.s.is_interface(t) {
            true => self.s.terms(t).map_or(0, |terms| terms.len()),
            false => 1,
        });
        if counts.sum::<usize>() > MOST_TERMS {
            // Beyond the spec: go/types, how many terms it takes.
            let text = format!("cannot handle more than {MOST_TERMS} union terms (implementation limitation)");
            self.err(e.span, Code::INVALID_DECL, text);
            return;
        }
        let mut before: Vec<Term> = Vec::new();
        let single = exprs.len() == 1;
        for x in exprs {
            let (tilde, inner) = match &x.kind {
                ExprKind::Unary(UnaryOp::Tilde, inner) => (true, &**inner),
                _ => (false, x),
            };
            let t = self.info.type_of(inner);
            if t == TypeId::INVALID || self.s.is_type_param(t) {
                continue;
            }
            let under = self.s.underlying(t);
            let name = self.type_str(t);
            let is_interface = matches!(self.s.get(under), Type::Interface(_));
            if tilde && (is_interface || !self.s.identical(under, t)) {
                // Spec: General interfaces.
                let why = match is_interface {
                    true => format!("{name} is an interface"),
                    false => format!("underlying type of {name} is {}", self.type_str(under)),
                };
                self.err(x.span, Code::INVALID_DECL, format!("invalid use of `~` ({why})"));
                continue;
            }
            if is_interface {
                let set = self.s.type_set(t);
                // Spec: General interfaces.
                let why = match () {
                    _ if single => continue,
                    _ if !set.methods.is_empty() => format!(" ({name} contains methods)"),
                    _ if t == TypeId::COMPARABLE => String::new(),
                    _ if set.comparable => format!(" ({name} embeds comparable)"),
                    _ => continue,
                };
                self.err(x.span, Code::INVALID_DECL, format!("cannot use {name} in union{why}"));
                continue;
            }
            let overlaps = |old: &Term| match (old.tilde, tilde) {
                (false, false) => self.s.identical(old.ty, t),
                (true, true) => self.s.identical(self.s.underlying(old.ty), under),
                (true, false) => self.s.identical(old.ty, under),
                (false, true) => self.s.identical(self.s.underlying(old.ty), t),
            };
            if let Some(old) = before.iter().find(|t| overlaps(t)) {
                let tilde = |t: bool| if t { "~" } else { "" };
                // Spec: General interfaces.
                let text = format!(
                    "overlapping terms {}{name} and {}{}",
                    tilde(matches!(x.kind, ExprKind::Unary(..))),
                    tilde(old.tilde),
                    self.type_str(old.ty)
                );
                self.err(x.span, Code::DUPLICATE, text);
            }
            before.push(Term { tilde, ty: t });
        }
    }

    /// A term's type, which cannot be a type parameter.
    ///
    /// Spec: General interfaces.
    fn term_type(&mut self, e: &'a Expr, tilde: bool) -> TypeId {
        let t = self.type_expr(e);
        if !self.s.is_type_param(t) {
            return t;
        }
        let text = match tilde {
            true => format!("type in term `~{}` cannot be a type parameter", self.text(e)),
            false => "term cannot represent type parameter".into(),
        };
        self.err(e.span, Code::INVALID_DECL, text);
        TypeId::INVALID
    }

    /// Collects a union's terms.
    ///
    /// Spec: General interfaces.
    fn union_terms(&mut self, e: &'a Expr, out: &mut Vec<Term>) {
        match &e.kind {
            ExprKind::Binary(b) if b.op == BinaryOp::Or => {
                self.union_terms(&b.x, out);
                self.union_terms(&b.y, out);
                if out.len() > 1 {
                    let t = self.s.union(out.clone());
                    self.record_type(e, Mode::Type, t, None);
                }
            }
            ExprKind::Unary(UnaryOp::Tilde, x) => {
                let ty = self.term_type(x, true);
                if ty != TypeId::INVALID {
                    let term = Term { tilde: true, ty };
                    out.push(term);
                    let union = self.s.union(vec![term]);
                    self.record_type(e, Mode::Type, union, None);
                }
            }
            _ => {
                let ty = self.term_type(e, false);
                if ty != TypeId::INVALID {
                    out.push(Term { tilde: false, ty });
                }
            }
        }
    }

    /// `G[A, B]` as a type.
    ///
    /// Spec: Instantiations.
    pub(super) fn instantiated_type(&mut self, e: &'a Expr, x: &'a Expr, args: &'a [Expr]) -> TypeId {
        let brackets = Span {
            start: x.span.end,
            ..e.span
        };
        // Spec: Go 1.18.
        self.needs_version_at('[', brackets, (1, 18), "type instantiation");
        let generic = self.generic_type_expr(x);
        let ident = match &x.unparen().kind {
            ExprKind::Ident(id) | ExprKind::Selector(_, id) => Some(id),
            _ => None,
        };
        let obj = ident.and_then(|id| self.info.uses.get(id.id)).copied();
        let alias = obj.and_then(|o| self.alias_params(o));
        let params = match (&alias, self.s.get(generic)) {
            (Some(p), _) => p.clone(),
            (None, Type::Named(n)) if n.origin.is_none() => n.type_params.clone(),
            _ => Vec::new(),
        };
        if params.is_empty() {
            if generic != TypeId::INVALID {
                let text = format!("`{}` is not a generic type", self.type_str(generic));
                self.err(x.span, Code::INSTANTIATION, text);
            }
            self.use_exprs(args);
            return TypeId::INVALID;
        }
        let targs: Vec<TypeId> = args.iter().map(|a| self.var_type(a)).collect();
        if targs.contains(&TypeId::INVALID) {
            return TypeId::INVALID;
        }
        if params.len() != targs.len() {
            let few = if targs.len() < params.len() {
                "not enough"
            } else {
                "too many"
            };
            let text = format!(
                "{few} type arguments for type `{}`: have {}, want {}",
                self.type_str(generic),
                targs.len(),
                params.len()
            );
            self.err(e.span, Code::INSTANTIATION, text);
            // A type all the same, of which nothing is known.
            return match alias {
                Some(_) => TypeId::INVALID,
                None if targs.len() > params.len() => TypeId::INVALID,
                None => self.s.instantiate_named(generic, &targs),
            };
        }
        let t = match alias {
            Some(_) => self.s.subst(generic, &params, &targs),
            None => self.s.instantiate_named(generic, &targs),
        };
        self.instance_spans.entry(t).or_insert(x.span);
        if let Some(id) = ident {
            self.info.instances.insert(
                id.id,
                Instance {
                    type_args: targs.clone(),
                    ty: t,
                },
            );
        }
        let spans = args.iter().map(|a| a.span).collect();
        self.later.push_back(Later::Verify {
            pkg: self.env.pkg,
            span: e.span,
            params,
            args: targs,
            spans,
        });
        t
    }
}

/// How many terms a union may have.
const MOST_TERMS: usize = 100;

/// The terms of a union.
fn flatten_union<'a>(e: &'a Expr, out: &mut Vec<&'a Expr>) {
    match &e.kind {
        ExprKind::Binary(b) if b.op == BinaryOp::Or => {
            flatten_union(&b.x, out);
            flatten_union(&b.y, out);
        }
        _ => out.push(e),
    }
}
