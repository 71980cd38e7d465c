//! Expressions.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::Place;
use crate::hir::{Conversion, Expr, ExprKind, LocalId, Method, UnaryOp};
use crate::plan::Storage;
use crate::plan::forms::Form;
use crate::syntax::ast::BinaryOp;
use crate::types::{BasicKind, ConstValue, Type, TypeId};

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

    fn value(&self, e: &'a Expr, explicit: bool) -> Code {
        match &e.kind {
            ExprKind::Const { value, named, text } => self.constant(value, e.ty, *named, text.as_deref(), explicit),
            ExprKind::Zero if explicit => self.zero_explicit(e.ty),
            ExprKind::Zero => self.zero(e.ty),
            ExprKind::TupleElem(i) => Code::postfix(format!("t{i}")),
            ExprKind::Local(l) => self.local_value(*l, e),
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
        match &*store.under(ty) {
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

    fn is_self(&self, local: LocalId) -> bool {
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

    fn unary(&self, op: UnaryOp, x: &'a Expr, explicit: bool) -> Code {
        let code = self.value(x, explicit);
        match op {
            UnaryOp::Neg => {
                if self.input.store().is_type_param(x.ty) {
                    return code.method("go_neg", &[]);
                }
                let unsigned = self.basic_kind(x.ty).is_some_and(BasicKind::is_unsigned);
                if unsigned {
                    code.method("wrapping_neg", &[])
                } else {
                    Code::new(format!("-{}", code.at(Prec::Unary)), Prec::Unary)
                }
            }
            UnaryOp::Not => self.map_newtype(x.ty, code, |c| {
                Code::new(format!("!{}", c.at(Prec::Unary)), Prec::Unary)
            }),
            UnaryOp::Xor => Code::new(format!("!{}", code.at(Prec::Unary)), Prec::Unary),
        }
    }

    /// Applies an operation to the value inside a boolean newtype.
    fn map_newtype(&self, ty: TypeId, code: Code, f: impl FnOnce(Code) -> Code) -> Code {
        if self.is_newtype(ty) {
            self.wrapped(f(code.field("0")), ty)
        } else {
            f(code)
        }
    }

    fn binary(&self, op: BinaryOp, x: &'a Expr, y: &'a Expr, e: &'a Expr, explicit: bool) -> Code {
        use BinaryOp::*;
        match op {
            LAnd | LOr => {
                let (symbol, prec) = if op == LAnd {
                    ("&&", Prec::And)
                } else {
                    ("||", Prec::Or)
                };
                let newtype = self.is_newtype(e.ty);
                let side = |e: &'a Expr| if newtype { self.expr(e).field("0") } else { self.expr(e) };
                let code = Code::binary(&side(x), symbol, &side(y), prec);
                if newtype { self.wrapped(code, e.ty) } else { code }
            }
            Eq | Ne | Lt | Le | Gt | Ge => {
                let code = self.comparison(op, x, y);
                self.wrapped(code, e.ty)
            }
            Shl | Shr => self.shift(op, x, y, explicit),
            _ => {
                if let Some(sum) = self.mixed_sum(x, y, e) {
                    return sum;
                }
                let is_const = |e: &Expr| matches!(e.kind, ExprKind::Const { .. });
                let left = self.value(x, explicit || is_const(y));
                if self.is_string(x.ty) {
                    let right = if is_const(y) {
                        self.expr(y)
                    } else {
                        self.reference_unless_moved(y)
                    };
                    return Code::binary(&left, "+", &right, Prec::Sum);
                }
                let right = self.value(y, false);
                self.arithmetic(op, left, right, x, y)
            }
        }
    }

    fn is_string(&self, ty: TypeId) -> bool {
        self.basic_kind(ty).is_some_and(BasicKind::is_string)
    }

    /// A string operand: borrowed while it is needed later, moved otherwise.
    pub(super) fn reference_unless_moved(&self, e: &'a Expr) -> Code {
        match &e.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => Code::postfix(self.local_name(*l)),
            ExprKind::Local(l) if self.storage(*l) == Storage::Plain && !self.may_move(*l, e) => {
                self.borrowed(e).reference()
            }
            ExprKind::Field { .. } => match self.place(e) {
                Place::Direct(code) => code.reference(),
                place => self.read(&place, e.ty),
            },
            _ => self.expr(e),
        }
    }

    fn arithmetic(&self, op: BinaryOp, left: Code, right: Code, x: &'a Expr, y: &'a Expr) -> Code {
        use BinaryOp::*;
        let integer = self.basic_kind(x.ty).is_some_and(BasicKind::is_integer);
        let generic = self.input.store().is_type_param(x.ty);
        let safe_divisor = match &y.kind {
            ExprKind::Const {
                value: ConstValue::Int(n),
                ..
            } => *n > 0.into(),
            _ => false,
        };
        let unsigned = self.basic_kind(x.ty).is_some_and(BasicKind::is_unsigned);
        match op {
            Quo if (integer && !safe_divisor && !unsigned) || generic => Code::postfix(format!("div({left}, {right})")),
            Rem if (integer && !safe_divisor && !unsigned) || generic => Code::postfix(format!("rem({left}, {right})")),
            Add => Code::binary(&left, "+", &right, Prec::Sum),
            Sub => Code::binary(&left, "-", &right, Prec::Sum),
            Mul => Code::binary(&left, "*", &right, Prec::Product),
            Quo => Code::binary(&left, "/", &right, Prec::Product),
            Rem => Code::binary(&left, "%", &right, Prec::Product),
            And => Code::binary(&left, "&", &right, Prec::BitAnd),
            Or => Code::binary(&left, "|", &right, Prec::BitOr),
            Xor => Code::binary(&left, "^", &right, Prec::BitXor),
            AndNot => {
                let not = Code::new(format!("!{}", right.at(Prec::Unary)), Prec::Unary);
                Code::binary(&left, "&", &not, Prec::BitAnd)
            }
            _ => Code::binary(&left, op.as_str(), &right, Prec::Sum),
        }
    }

    fn shift(&self, op: BinaryOp, x: &'a Expr, y: &'a Expr, explicit: bool) -> Code {
        let width = match self.basic_kind(x.ty).map(super::types::basic) {
            Some("i8" | "u8") => 8,
            Some("i16" | "u16") => 16,
            Some("i32" | "u32") => 32,
            _ => 64,
        };
        let generic = self.input.store().is_type_param(x.ty);
        let constant = match &y.kind {
            ExprKind::Const {
                value: ConstValue::Int(n),
                ..
            } => u32::try_from(n).ok(),
            _ => None,
        };
        let newtype = self.is_newtype(x.ty);
        if let Some(n) = constant.filter(|n| *n < width && !generic) {
            let left = self.unwrapped(
                self.value(x, explicit || matches!(x.kind, ExprKind::Const { .. })),
                x.ty,
            );
            let symbol = if op == BinaryOp::Shl { "<<" } else { ">>" };
            let code = Code::binary(&left, symbol, &Code::postfix(n.to_string()), Prec::Shift);
            return if newtype { self.wrapped(code, x.ty) } else { code };
        }
        let function = if op == BinaryOp::Shl { "shl" } else { "shr" };
        let left = self.unwrapped(self.expr_explicit(x), x.ty);
        let right = self.unwrapped(self.expr_explicit(y), y.ty);
        let code = Code::postfix(format!("{function}({left}, {right})"));
        if newtype { self.wrapped(code, x.ty) } else { code }
    }

    /// Comparisons give `bool`.
    fn comparison(&self, op: BinaryOp, x: &'a Expr, y: &'a Expr) -> Code {
        let nil_side = |e: &Expr| matches!(e.kind, ExprKind::Zero) && self.input.store().has_nil(e.ty);
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) && (nil_side(x) || nil_side(y)) {
            let operand = if nil_side(y) { x } else { y };
            let code = match operand.kind {
                ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                    self.borrowed(operand)
                }
                _ => self.expr_explicit(operand),
            };
            let code = self.unwrapped(code, operand.ty).method("is_nil", &[]);
            return if op == BinaryOp::Eq {
                code
            } else {
                Code::new(format!("!{code}"), Prec::Unary)
            };
        }
        if let Some(code) = self.emptiness(op, x, y) {
            return code;
        }
        if let Some(code) = self.text_comparison(op, x, y) {
            return code;
        }
        let is_const = |e: &Expr| matches!(e.kind, ExprKind::Const { .. });
        let symbol = op.as_str();
        let side = |e: &'a Expr, other: &'a Expr| match &e.kind {
            ExprKind::Const {
                value: ConstValue::String(s),
                named: None,
                ..
            } if !self.is_newtype(e.ty) => {
                // A string compares with a `&str` as it is.
                match std::str::from_utf8(s) {
                    Ok(text) if !is_const(other) => Code::postfix(super::constant::quote(text)),
                    _ => self.expr(e),
                }
            }
            ExprKind::Const { .. } => self.value(e, is_const(other)),
            _ => self.borrowed(e),
        };
        let (left, right) = (side(x, y), side(y, x));
        if is_const(x) && self.is_string(x.ty) && left.text.starts_with('"') {
            // The string value goes to the left, where the comparison is defined.
            let flipped = match op {
                BinaryOp::Lt => ">",
                BinaryOp::Le => ">=",
                BinaryOp::Gt => "<",
                BinaryOp::Ge => "<=",
                _ => symbol,
            };
            return Code::binary(&right, flipped, &left, Prec::Compare);
        }
        // Struct literals and borrowed structs need care on either side.
        let literal = |e: &Expr| matches!(e.kind, ExprKind::StructLit(_) | ExprKind::ArrayLit { .. });
        let paren = |code: Code, e: &Expr| {
            if literal(e) {
                Code::postfix(format!("({code})"))
            } else {
                code
            }
        };
        let in_place = self.is_in_place(x.ty);
        let deref = |code: Code, e: &Expr| match (&e.kind, in_place) {
            (ExprKind::Deref(_), true) => Code::new(format!("*{}", code.at(Prec::Unary)), Prec::Unary),
            (ExprKind::Local(l), _) if self.storage(*l) == Storage::Lent => {
                Code::new(format!("*{}", code.at(Prec::Unary)), Prec::Unary)
            }
            (ExprKind::Local(l), true) if self.storage(*l) != Storage::Plain => {
                Code::new(format!("*{}", code.at(Prec::Unary)), Prec::Unary)
            }
            (ExprKind::Local(l), _) if self.is_pointer_receiver(*l) && self.is_own_local(*l) => {
                Code::new(format!("*{}", code.at(Prec::Unary)), Prec::Unary)
            }
            _ if self.is_self_value(e) => Code::new(format!("*{}", code.at(Prec::Unary)), Prec::Unary),
            _ => code,
        };
        Code::binary(
            &deref(paren(left, x), x),
            symbol,
            &deref(paren(right, y), y),
            Prec::Compare,
        )
    }

    /// `self` of a method that takes `&self`, as a value.
    /// The local belongs to the function being printed, not to one around it.
    pub(super) fn is_own_local(&self, local: LocalId) -> bool {
        let func = self.input.hir.local(local).func;
        self.state
            .borrow()
            .function
            .as_ref()
            .is_some_and(|f| f.id == Some(func))
    }

    fn is_self_value(&self, e: &Expr) -> bool {
        match e.kind {
            ExprKind::Local(l) if self.is_self(l) => {
                let func = self.input.hir.local(l).func;
                self.plan.funcs[func.index()].receiver == Some(crate::plan::Receiver::Ref)
                    && self.storage(l) == Storage::Plain
            }
            _ => false,
        }
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
        let is_array = matches!(&*store.under(base.ty), Type::Array(..));
        let source = if is_array {
            self.array_pointer(self.pointer_to(base), base.ty)
                .method("full_slice", &[])
        } else {
            self.unwrapped(self.borrowed(base), base.ty)
        };
        let bound = |b: &'a Option<Box<Expr>>| b.as_ref().map(|b| self.index(b));
        let code = match (bound(low), bound(high), bound(max)) {
            (None, None, None) if is_array => source,
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
        let Type::Struct(s) = &*store.under(ty) else {
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
        let (is_slice, elem) = match &*store.under(core) {
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

    /// The Rust type that stands in an interface for a Go type, and whether it is wrapped to tell it from its twin.
    pub(super) fn boxed_type(&self, ty: TypeId) -> (String, bool) {
        match (&*self.input.store().get(ty), self.input.store().basic(ty)) {
            (Type::Basic(_), Some(BasicKind::Int64)) => ("Int64".into(), true),
            (Type::Basic(_), Some(BasicKind::Uint64)) => ("Uint64".into(), true),
            (Type::Basic(_), Some(BasicKind::Uintptr)) => ("Uintptr".into(), true),
            _ => (self.ty(ty), false),
        }
    }

    pub(super) fn conversion(&self, conversion: Conversion, x: &'a Expr, ty: TypeId) -> Code {
        match conversion {
            Conversion::ToInterface => self.to_interface(self.expr_explicit(x), x.ty, ty),
            Conversion::InterfaceToInterface => match self.dyn_trait(ty) {
                None if self.dyn_trait(x.ty).is_none() => self.expr(x),
                None => self.borrowed(x).method("to_any", &[]),
                Some(t) if self.dyn_trait(x.ty).as_ref() == Some(&t) => self.expr(x),
                Some(t) => self.borrowed(x).method(&format!("cast::<{t}>"), &[]),
            },
            Conversion::Rename => self.rename(x, ty),
            Conversion::Numeric => self.numeric(x, ty),
            Conversion::RuneToString => {
                let code = self.unwrapped(self.expr_explicit(x), x.ty).cast("i64");
                self.wrapped(Code::postfix(format!("GoString::from_rune({code})")), ty)
            }
            Conversion::BytesToString if self.form_of(x).holds() => {
                let bytes = self.lend_container(x, false);
                self.wrapped(Code::postfix(format!("bytes_to_string({bytes})")), ty)
            }
            Conversion::BytesToString => self.built_from_parts("GoString::from_bytes", x, ty),
            Conversion::RunesToString => self.built_from_parts("GoString::from_runes", x, ty),
            Conversion::StringToBytes => self.to_parts("to_bytes", x, ty),
            Conversion::StringToRunes => self.to_parts("to_runes", x, ty),
            Conversion::SliceToArray => {
                let n = self.array_length(ty);
                self.wrapped(
                    self.unwrapped(self.borrowed(x), x.ty)
                        .method(&format!("to_array::<{n}>"), &[]),
                    ty,
                )
            }
            Conversion::SliceToArrayPointer => {
                let n = self.array_length(self.input.pointee(ty).unwrap_or(ty));
                self.unwrapped(self.borrowed(x), x.ty)
                    .method(&format!("array_ptr::<{n}>"), &[])
            }
            Conversion::TypeParam => self.type_param_conversion(x, ty),
        }
    }

    /// The named type of a slice's elements, where it is one.
    fn named_element(&self, slice: TypeId) -> Option<TypeId> {
        let store = self.input.store();
        match &*store.under(store.core_type(slice).unwrap_or(slice)) {
            Type::Slice(elem) if self.is_newtype(*elem) => Some(*elem),
            _ => None,
        }
    }

    fn to_parts(&self, method: &str, x: &'a Expr, ty: TypeId) -> Code {
        let parts = self.unwrapped(self.borrowed(x), x.ty).method(method, &[]);
        let parts = match self.named_element(ty) {
            Some(elem) => Code::postfix(format!(
                "Slice::from({parts}.iter().map({}).collect::<Vec<_>>())",
                self.ty_expr(elem)
            )),
            None => parts,
        };
        self.wrapped(parts, ty)
    }

    fn array_length(&self, ty: TypeId) -> i64 {
        match &*self.input.store().under(ty) {
            Type::Array(n, _) => *n,
            _ => 0,
        }
    }

    fn built_from_parts(&self, function: &str, x: &'a Expr, ty: TypeId) -> Code {
        let source = self.unwrapped(self.borrowed(x), x.ty);
        let source = match self.named_element(x.ty) {
            Some(_) => Code::postfix(format!(
                "Slice::from({}.iter().map(|part| part.0).collect::<Vec<_>>())",
                source.operand()
            )),
            None => source,
        }
        .reference();
        self.wrapped(Code::postfix(format!("{function}({source})")), ty)
    }

    /// A concrete value into an interface.
    pub(super) fn to_interface(&self, code: Code, from: TypeId, to: TypeId) -> Code {
        let (_, wrap) = self.boxed_type(from);
        let code = if wrap {
            Code::postfix(format!("{}({code})", self.boxed_type(from).0))
        } else {
            code
        };
        match self.dyn_trait(to) {
            None if self.input.store().is_type_param(from) => code.method("into_any", &[]),
            // Which type it is, and whether an interface, only the instance knows.
            Some(t) if self.input.store().is_type_param(from) => {
                code.method("into_any", &[]).method(&format!("cast::<{t}>"), &[])
            }
            None => Code::postfix(format!("Any::new({code})")),
            Some(t) => Code::postfix(format!("iface__gort_macro({code}, __gort_dyn::<{t}>())")),
        }
    }

    /// Between types of one underlying type.
    fn rename(&self, x: &'a Expr, ty: TypeId) -> Code {
        let store = self.input.store();
        if let (Type::Chan(from, _), Type::Chan(to, _)) = (&*store.under(x.ty), &*store.under(ty))
            && from != to
        {
            let side = if *to == crate::types::ChanDir::Recv {
                "receiver"
            } else {
                "sender"
            };
            return self.wrapped(self.unwrapped(self.borrowed(x), x.ty).method(side, &[]), ty);
        }
        if let Type::Struct(s) = &*store.under(ty)
            && self.ty(x.ty) != self.ty(ty)
        {
            return self.struct_rename(x, ty, s.fields.len());
        }
        let code = self.expr_explicit(x);
        let code = self.unwrapped(code, x.ty);
        self.wrapped(code, ty)
    }

    fn struct_rename(&self, x: &'a Expr, ty: TypeId, fields: usize) -> Code {
        let store = self.input.store();
        let Type::Struct(s) = &*store.under(ty) else {
            return self.expr(x);
        };
        if fields == 0 && self.input.struct_name(ty).is_none() {
            return Code::block(format!("{{ let _ = {}; }}", self.expr(x)));
        }
        let mut parts = Vec::new();
        for i in 0..fields {
            let (Some((from, from_celled)), Some((to, to_celled))) = (self.field(x.ty, i), self.field(ty, i)) else {
                continue;
            };
            let field_type = s.fields.get(i).map_or(TypeId::INVALID, |f| store.obj_type(*f));
            let source = Code::postfix(format!("from.{from}"));
            let in_place = self.is_in_place(field_type);
            let value = match (from_celled && !in_place, to_celled && !in_place) {
                (true, true) | (false, false) => source,
                (true, false) => source.method("into_inner", &[]),
                (false, true) => self.new_cell(field_type, source),
            };
            parts.push(format!("{to}: {value}"));
        }
        let value = self.expr(x);
        Code::block(format!(
            "{{ let from = {value}; {} {{ {} }} }}",
            self.ty(ty),
            parts.join(", ")
        ))
    }

    fn numeric(&self, x: &'a Expr, ty: TypeId) -> Code {
        let (Some(from), Some(to)) = (self.basic_kind(x.ty), self.basic_kind(ty)) else {
            return self.expr(x);
        };
        let code = self.unwrapped(self.expr_explicit(x), x.ty);
        let target = super::types::basic(to);
        let code = if super::types::basic(from) == target {
            code
        } else if from.is_complex() || to.is_complex() {
            let part = if to == BasicKind::Complex64 { "f32" } else { "f64" };
            Code::block(format!(
                "{{ let c = {code}; Complex::new(c.real() as {part}, c.imag() as {part}) }}"
            ))
        } else if from.is_float() && to.is_integer() {
            let wide = if from == BasicKind::Float32 {
                code.cast("f64")
            } else {
                code
            };
            Code::postfix(format!("float_to_{target}({wide})"))
        } else {
            code.cast(target)
        };
        self.wrapped(code, ty)
    }

    fn type_param_conversion(&self, x: &'a Expr, ty: TypeId) -> Code {
        let store = self.input.store();
        let code = self.expr_explicit(x);
        let numeric = |t: TypeId| store.all_basic(t, BasicKind::is_numeric);
        if numeric(x.ty) && numeric(ty) {
            if store.is_type_param(ty) {
                let source = self.unwrapped(code, x.ty);
                let float = self.basic_kind(x.ty).is_some_and(BasicKind::is_float);
                if self.basic_kind(x.ty).is_some_and(BasicKind::is_complex) {
                    return Code::block(format!(
                        "{{ let c = {source}; {}::from_complex(c.real() as f64, c.imag() as f64) }}",
                        self.ty(ty)
                    ));
                }
                return if store.is_type_param(x.ty) {
                    Code::postfix(format!("convert::<_, {}>({source})", self.ty(ty)))
                } else if float {
                    Code::postfix(format!("{}::from_f64({source} as f64)", self.ty(ty)))
                } else {
                    Code::postfix(format!("{}::from_i64({} as i64)", self.ty(ty), source.at(Prec::Cast)))
                };
            }
            let target = self.basic_kind(ty).unwrap_or(BasicKind::Int);
            let code = if target.is_float() {
                code.method("to_f64", &[])
            } else {
                code.method("to_i64", &[])
            };
            let rust = super::types::basic(target);
            let code = if matches!(rust, "i64" | "f64") {
                code
            } else {
                code.cast(rust)
            };
            return self.wrapped(code, ty);
        }
        let text = |t: TypeId| store.all_basic(t, BasicKind::is_string);
        if text(x.ty) && text(ty) {
            let plain = if store.is_type_param(x.ty) {
                code.method("to_text", &[])
            } else {
                self.unwrapped(code, x.ty)
            };
            return if store.is_type_param(ty) {
                Code::postfix(format!("{}::from_text({plain})", self.ty(ty)))
            } else {
                self.wrapped(plain, ty)
            };
        }
        if self.ty(x.ty) == self.ty(ty) {
            return code;
        }
        // The same value under another type, known only after instantiation.
        Code::postfix(format!("convert_any::<_, {}>({code})", self.ty(ty)))
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
