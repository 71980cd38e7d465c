//! Expressions.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::Place;
use crate::hir::{Expr, ExprKind, LocalId, Method};
use crate::plan::Storage;
use crate::plan::forms::Form;
use crate::types::{Type, TypeId};

impl<'a> Emitter<'a> {
    /// A value of its own; literals take their type from the surroundings.
    pub(super) fn expr(&self, e: &'a Expr) -> Code {
        self.value(e, false)
    }

    /// A value of its own whose Rust type is known without its surroundings.
    pub(super) fn expr_explicit(&self, e: &'a Expr) -> Code {
        self.value(e, true)
    }

    /// Something to look at: no clone where a place will do.
    pub(super) fn borrowed(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                match self.place(e) {
                    Place::Direct(code) => code,
                    Place::Key(map, key) if self.form_of(e).holds() => map.method("slice_at", &[key.reference]),
                    Place::Cell(code) if self.is_in_place(e.ty) => code,
                    place => self.read(&place, e.ty),
                }
            }
            ExprKind::Zero | ExprKind::MapLit(_) | ExprKind::ArrayLit { .. } => self.expr_explicit(e),
            ExprKind::Call(call) if matches!(call.callee, crate::hir::Callee::Builtin(crate::hir::Builtin::Make)) => {
                self.expr_explicit(e)
            }
            _ => self.expr(e),
        }
    }

    /// `&value`, or the place's own reference.
    pub(super) fn reference(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Const { .. } => self.expr_explicit(e).reference(),
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => Code::postfix(self.local_name(*l)),
            _ => self.borrowed(e).reference(),
        }
    }

    pub(super) fn value(&self, e: &'a Expr, explicit: bool) -> Code {
        match &e.kind {
            ExprKind::Const { value, named, text } => self.constant(value, e.ty, *named, text.as_deref(), explicit),
            ExprKind::Zero if explicit => self.zero_explicit(e.ty),
            ExprKind::Zero => self.zero(e.ty),
            ExprKind::TupleElem(i) => Code::postfix(format!("t{i}")),
            ExprKind::Local(l) => self.local_value(*l, e),
            // A reference to the pointer is one to the struct too.
            ExprKind::Deref(p)
                if matches!(p.kind, ExprKind::Local(l) if self.storage(l) == Storage::Lent)
                    && self.is_in_place(e.ty) =>
            {
                Code::postfix(format!("{}::clone({})", self.ty_expr(e.ty), self.reference(p)))
            }
            ExprKind::Global(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                let place = self.place(e);
                self.read(&place, e.ty)
            }
            ExprKind::LibVar(obj) => {
                let name = crate::plan::names::snake(&self.input.store().obj(*obj).name);
                self.require_library(*obj, e.span);
                Code::postfix(format!("{}()", self.library_path(*obj, &name)))
            }
            ExprKind::Func { func, type_args } => self.function_value(*func, type_args, e),
            ExprKind::LibFunc { obj, .. } => self.library_function_value(*obj, e),
            ExprKind::FuncLit(lit) => self.literal_value(*lit, e.ty),
            ExprKind::Unary(op, x) => self.unary(*op, x, explicit),
            ExprKind::Binary(op, x, y) => self
                .tested_call(e)
                .unwrap_or_else(|| self.binary(*op, x, y, e, explicit)),
            ExprKind::Slice { base, low, high, max } => self.slicing(e, base, low, high, max, e.ty),
            ExprKind::AddrOf(place) => self.pointer_to(place),
            ExprKind::New(x) if self.is_owned_pointer(e.ty) => self.expr_explicit(x),
            ExprKind::New(x) => Code::postfix(format!("Ptr::new({})", self.expr_explicit(x))),
            ExprKind::Call(call)
                if explicit && matches!(call.callee, crate::hir::Callee::Builtin(crate::hir::Builtin::Make)) =>
            {
                self.headed(self.call(call, e), e.ty)
            }
            ExprKind::Call(call) => self.call(call, e),
            ExprKind::MethodValue { recv, method } => self.method_value(recv, method, e),
            ExprKind::MethodExpr { recv, method, path } => self.method_expr(*recv, method, path, e),
            ExprKind::Convert(conversion, x) => self.conversion(*conversion, x, e.ty),
            ExprKind::TypeAssert { x, target, comma_ok } => self.type_assert(x, *target, *comma_ok),
            ExprKind::MapIndexOk { map, key } => {
                if let Some(found) = self.native_lookup(map, key) {
                    return Code::postfix(format!("comma_ok({found})"));
                }
                let map_code = self.unwrapped(self.borrowed(map), map.ty);
                Code::postfix(format!(
                    "comma_ok({})",
                    map_code.method("get_ok", &[self.reference(key)])
                ))
            }
            ExprKind::Recv { channel, comma_ok } => {
                let channel = self.unwrapped(self.borrowed(channel), channel.ty);
                if *comma_ok {
                    let received = channel.method("recv", &[]).awaited();
                    Code::postfix(format!("comma_ok({received})"))
                } else {
                    channel.method("recv_or_zero", &[]).awaited()
                }
            }
            ExprKind::StructLit(fields) => self.struct_literal(fields, e.ty),
            ExprKind::ArrayLit { elems, len } => {
                let code = self.array_literal(elems, *len, e.ty);
                if explicit && elems.is_empty() {
                    self.headed(code, e.ty)
                } else {
                    code
                }
            }
            ExprKind::MapLit(entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(k, v)| format!("({}, {})", self.expr_explicit(k), self.expr_explicit(v)))
                    .collect();
                let map = if entries.is_empty() {
                    Code::postfix("Map::make()")
                } else {
                    Code::postfix(format!("Map::from([{}])", entries.join(", ")))
                };
                let map = if explicit && entries.is_empty() && !self.is_newtype(e.ty) {
                    self.headed(map, e.ty)
                } else {
                    map
                };
                self.wrapped(map, e.ty)
            }
            ExprKind::Embedded(files) => self.embedded(files, e),
            ExprKind::Unsupported(what) => self.unsupported(what, e.span, e.ty),
        }
    }

    /// `Slice::<T>::make(n)` for `Slice::make(n)`.
    fn headed(&self, code: Code, ty: TypeId) -> Code {
        for (short, long) in [
            ("Slice::make", "Slice"),
            ("Map::make", "Map"),
            ("Map::with_capacity", "Map"),
        ] {
            if let Some(rest) = code.text.strip_prefix(short) {
                let full = self.ty_expr(ty);
                if full.starts_with(long) {
                    let name = short.rsplit("::").next().unwrap_or("make");
                    return Code::postfix(format!("{full}::{name}{rest}"));
                }
            }
        }
        code
    }

    pub(super) fn zero_explicit(&self, ty: TypeId) -> Code {
        let store = self.input.store();
        if self.is_newtype(ty) || store.is_type_param(ty) {
            return self.zero(ty);
        }
        match store.under(ty) {
            Type::Pointer(_) | Type::Slice(_) | Type::Map(..) | Type::Chan(..) | Type::Interface(_) => {
                Code::postfix(format!("{}::nil()", self.ty_expr(ty)))
            }
            Type::Signature(_) => Code::postfix(format!("{}::nil()", self.ty_expr(ty))),
            _ => self.zero(ty),
        }
    }

    /// The newtype around an underlying value.
    pub(super) fn wrapped(&self, code: Code, ty: TypeId) -> Code {
        if self.is_newtype(ty) {
            Code::postfix(format!("{}({code})", self.ty_expr(ty)))
        } else {
            code
        }
    }

    /// What stands for something that cannot be translated: it compiles, and panics with the place when reached.
    pub(super) fn unsupported(&self, what: &str, span: crate::source::Span, ty: TypeId) -> Code {
        let position = self.input.types.sources.position(span);
        let message = format!("{what} cannot be translated yet");
        self.diagnose(crate::diagnostic::Diagnostic::warning(
            crate::diagnostic::Code::UNSUPPORTED,
            span,
            message,
        ));
        let message = super::constant::quote(&format!("gort G0060: {what} at {position} is not translated"));
        let ty = if ty == TypeId::INVALID {
            "()".to_owned()
        } else {
            self.ty(ty)
        };
        Code::postfix(format!("untranslated::<{ty}>({message})"))
    }

    /// What stands for a function that is implemented outside Go.
    pub(super) fn external(&self, span: crate::source::Span) -> Code {
        let position = self.input.types.sources.position(span);
        self.diagnose(crate::diagnostic::Diagnostic::warning(
            crate::diagnostic::Code::EXTERNAL_FUNCTION,
            span,
            "the function is implemented outside Go, and cannot be translated",
        ));
        let message = format!("gort G0062: the function at {position} is implemented outside Go");
        Code::postfix(format!("untranslated::<()>({})", super::constant::quote(&message)))
    }

    fn local_value(&self, local: LocalId, e: &'a Expr) -> Code {
        let name = Code::postfix(self.local_name(local));
        match self.storage(local) {
            Storage::Borrowed => name,
            Storage::Guarded => self.guarded_value(local, self.is_copy(e.ty)),
            Storage::Lent if self.is_copy(e.ty) => Code::new(format!("*{name}"), Prec::Unary),
            Storage::Lent if matches!(self.plan.forms.local(local), Form::Text | Form::Literal) => {
                name.method("to_owned", &[])
            }
            Storage::Lent => name.method("clone", &[]),
            Storage::Shared => self.read(&Place::Cell(name), e.ty),
            Storage::Plain if *self.plan.forms.local(local) == Form::Literal => name,
            Storage::Plain if self.is_copy(e.ty) && self.is_self_value(e) => Code::new("*self", Prec::Unary),
            Storage::Plain if self.is_copy(e.ty) => name,
            Storage::Plain if self.may_move(local, e) => name,
            Storage::Plain if self.is_self(local) => Code::postfix("self.clone()"),
            Storage::Plain => name.method("clone", &[]),
        }
    }

    /// A shared variable's own pointer.
    pub(super) fn owned_local(&self, local: LocalId, e: &'a Expr) -> Code {
        let name = Code::postfix(self.local_name(local));
        if self.may_move(local, e) {
            name
        } else {
            name.method("clone", &[])
        }
    }

    pub(super) fn is_self(&self, local: LocalId) -> bool {
        self.local_name(local) == "self"
    }

    /// The read is the last, and the variable belongs to the body being printed.
    pub(super) fn may_move(&self, local: LocalId, e: &'a Expr) -> bool {
        let state = self.state.borrow();
        let Some(function) = &state.function else { return false };
        let here = function.id == Some(self.input.hir.local(local).func);
        let is_self = function.names.get(&local).is_some_and(|n| n == "self");
        let lent = function.lent.contains(&local);
        here && !lent
            && !is_self
            && !self.is_pointer_receiver(local)
            && !function.in_defer_scope
            && self.facts.liveness.is_last(e.id)
    }

    fn slicing(
        &self,
        e: &'a Expr,
        base: &'a Expr,
        low: &'a Option<Box<Expr>>,
        high: &'a Option<Box<Expr>>,
        max: &'a Option<Box<Expr>>,
        ty: TypeId,
    ) -> Code {
        let store = self.input.store();
        if self.form_of(base).holds() {
            return self.lend_container(e, false);
        }
        let is_array = matches!(store.under(base.ty), Type::Array(..));
        let source = if is_array {
            self.array_pointer(self.pointer_to(base), base.ty)
        } else {
            self.unwrapped(self.borrowed(base), base.ty)
        };
        let bound = |b: &'a Option<Box<Expr>>| b.as_ref().map(|b| self.index(b));
        let code = match (bound(low), bound(high), bound(max)) {
            (None, None, None) if is_array => source.method("full_slice", &[]),
            (None, None, None) => return self.expr(base),
            (Some(lo), None, None) => source.method("slice_from", &[lo]),
            (None, Some(hi), None) => source.method("slice_to", &[hi]),
            (Some(lo), Some(hi), None) => source.method("slice", &[lo, hi]),
            (lo, hi, Some(max)) => {
                let lo = lo.unwrap_or_else(|| Code::postfix("0"));
                let hi = hi.unwrap_or_else(|| max.clone());
                source.method("slice3", &[lo, hi, max])
            }
        };
        self.wrapped(code, ty)
    }

    pub(super) fn struct_literal(&self, fields: &'a [(usize, Expr)], ty: TypeId) -> Code {
        let store = self.input.store();
        let Type::Struct(s) = store.under(ty) else {
            return self.zero(ty);
        };
        if s.fields.is_empty() {
            return match self.input.struct_name(ty) {
                Some(_) if self.has_marker(ty) => Code::postfix(format!("{}::zero()", self.ty_expr(ty))),
                Some(_) => Code::postfix(format!("{} {{}}", self.ty_expr(ty))),
                None => Code::postfix("()"),
            };
        }
        if fields.is_empty() {
            return self.zero(ty);
        }
        if self.input.struct_name(ty).is_some_and(|o| self.input.is_library(o)) && self.is_in_place(ty) {
            // Its other fields are the runtime's own.
            let mut text = format!("{{ let value = {}; ", self.zero(ty));
            for (index, value) in fields {
                let Some((name, _)) = self.field(ty, *index) else {
                    continue;
                };
                text.push_str(&format!("value.{name}.set({}); ", self.expr_explicit(value)));
            }
            return Code::block(text + "value }");
        }
        let mut parts = Vec::new();
        let guard = self.input.struct_name(ty).and_then(|o| self.plan.guards.get(&o));
        let mut guarded = Vec::new();
        for (index, value) in fields {
            let Some((name, celled)) = self.field(ty, *index) else {
                continue;
            };
            let field = crate::analysis::ownership::field_object(self.input, ty, *index);
            let owned = guard.is_some_and(|g| field.is_some_and(|f| g.fields.contains(&f)));
            let celled = celled && !owned;
            let form = crate::analysis::ownership::field_object(self.input, ty, *index)
                .map_or(&Form::Runtime, |f| self.plan.forms.field(f));
            let value_code = if form.is_native() {
                self.expr_into(value, form)
            } else if celled {
                self.expr_explicit(value)
            } else {
                self.expr(value)
            };
            let in_place = self.is_in_place(value.ty);
            let init = if celled && !in_place {
                self.new_cell(value.ty, value_code)
            } else {
                value_code
            };
            if owned {
                guarded.push((name, init));
            } else if init.text == name {
                parts.push(name)
            } else {
                parts.push(format!("{name}: {init}"))
            }
        }
        let locked = guard.and_then(|g| self.guarded_literal(g, &guarded, g.fields.len()));
        // The Go lock is gone, and what its fields need not say is in the lock of theirs.
        let gone = guard.map_or(0, |g| {
            if locked.is_some() {
                g.fields.len() - guarded.len() + 1
            } else {
                0
            }
        });
        parts.extend(locked);
        if fields.len() + gone < s.fields.len() || self.has_marker(ty) {
            parts.push("..zero()".into());
        }
        let path = self.ty_expr(ty);
        Code::block(format!("{path} {{ {} }}", parts.join(", "))).unblocked()
    }

    /// A fresh cell with a value.
    pub(super) fn new_cell(&self, ty: TypeId, value: Code) -> Code {
        let cell = self.cell_ty(ty);
        let head = cell.split('<').next().unwrap_or("Cell");
        let head = if self.input.store().is_type_param(ty) {
            format!("<{cell} as Place<{}>>", self.ty(ty))
        } else {
            head.to_owned()
        };
        Code::postfix(format!("{head}::new({value})"))
    }

    fn array_literal(&self, elems: &'a [(u64, Expr)], len: u64, ty: TypeId) -> Code {
        let store = self.input.store();
        let core = store.core_type(ty).unwrap_or(ty);
        let (is_slice, elem) = match store.under(core) {
            Type::Slice(e) => (true, *e),
            Type::Array(_, e) => (false, *e),
            _ => return self.zero(ty),
        };
        let dense = elems.len() as u64 == len && elems.iter().enumerate().all(|(i, (at, _))| *at == i as u64);
        let code = if dense {
            let parts: Vec<_> = elems.iter().map(|(_, e)| self.expr_explicit(e)).collect();
            match (is_slice, parts.is_empty()) {
                (true, true) => Code::postfix("Slice::make(0, 0)"),
                (true, false) => Code::postfix(format!("Slice::from([{}])", join(&parts))),
                (false, true) => return self.zero(ty),
                (false, false) => Code::postfix(format!("[{}]", join(&parts))),
            }
        } else {
            let zero = self.zero(elem);
            let mut text = if is_slice {
                format!("{{ let array = Slice::make({len}, {len}); ")
            } else if self.is_copy(elem) {
                format!("{{ let mut array = [{zero}; {len}]; ")
            } else {
                format!(
                    "{{ let mut array: [{}; {len}] = std::array::from_fn(|_| {zero}); ",
                    self.ty(elem)
                )
            };
            for (i, e) in elems {
                let value = self.expr_explicit(e);
                text.push_str(&if is_slice {
                    format!("array.set({i}, {value}); ")
                } else {
                    format!("array[{i}] = {value}; ")
                });
            }
            text.push_str("array }");
            if elems.is_empty() && !is_slice && self.is_copy(elem) {
                Code::postfix(format!("[{zero}; {len}]"))
            } else {
                Code::block(text)
            }
        };
        self.wrapped(code, ty)
    }

    fn type_assert(&self, x: &'a Expr, target: TypeId, comma_ok: bool) -> Code {
        let source = self.borrowed(x);
        let static_name = self.go_type_name(x.ty);
        let store = self.input.store();
        if store.is_interface(target) {
            let any = store.type_set(target).methods.is_empty();
            let dynamic = self.dyn_trait(target).unwrap_or_else(|| "dyn Object".into());
            if comma_ok {
                return Code::postfix(format!(
                    "comma_ok({})",
                    source.method(&format!("try_cast::<{dynamic}>"), &[])
                ));
            }
            let _ = any;
            let want = self.go_type_name(target);
            let args = [
                Code::postfix(format!("{static_name:?}")),
                Code::postfix(format!("{want:?}")),
            ];
            let first = store
                .type_set(target)
                .methods
                .first()
                .map(|m| store.obj(*m).name.to_string());
            let [from, want] = args;
            let args = [from, want, Code::postfix(format!("{:?}", first.unwrap_or_default()))];
            return source.method(&format!("assert_iface::<{dynamic}>"), &args);
        }
        let (boxed, unwrap) = self.boxed_type(target);
        let code = if comma_ok {
            let found = source.method(&format!("downcast::<{boxed}>"), &[]);
            let found = if unwrap {
                found.method("map", &[Code::new("|v| v.0", Prec::Lowest)])
            } else {
                found
            };
            return Code::postfix(format!("comma_ok({found})"));
        } else if store.type_set(x.ty).methods.is_empty() {
            source.method(&format!("assert::<{boxed}>"), &[])
        } else {
            source.method(
                &format!("assert_as::<{boxed}>"),
                &[Code::postfix(format!("{static_name:?}"))],
            )
        };
        if unwrap { code.field("0") } else { code }
    }

    /// Go's name of a type, for messages.
    pub(super) fn go_type_name(&self, ty: TypeId) -> String {
        self.input.store().type_string(ty, None)
    }

    /// A method's callee for an interface: `x.method`.
    pub(super) fn method_name(&self, method: &Method) -> String {
        match method {
            Method::User(func) => self.plan.funcs[func.index()].name.clone(),
            Method::Lib(obj) => crate::plan::names::snake(&self.input.store().obj(*obj).name),
            Method::Interface { obj, .. } => {
                let name = &self.input.store().obj(*obj).name;
                if self.input.is_library(self.input.origin(*obj)) {
                    crate::plan::names::snake(name)
                } else {
                    crate::plan::names::method(name)
                }
            }
        }
    }
}

impl Code {
    /// A struct literal is no block in front of a statement, but it cannot stand in a condition.
    pub(super) fn unblocked(self) -> Code {
        Code { block: false, ..self }
    }
}
