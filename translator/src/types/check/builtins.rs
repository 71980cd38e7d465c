//! Calls of predeclared functions and those of `unsafe`.
//!
//! In: a call whose function is built in. Out: its operand; the function's name is recorded with a signature fit for
//! this call, as `go/types` does.
//! Invariants: `len`, `cap`, `min`, `max`, `real`, `imag`, `complex` and the sizes are constant where Go says so.

use super::super::constant::{self, ConstValue};
use super::super::info::Mode;
use super::super::lookup::LookupResult;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::syntax::ast::{BinaryOp, CallExpr, Expr, ExprKind};

impl<'a> Checker<'a> {
    pub(super) fn builtin_call(&mut self, e: &'a Expr, c: &'a CallExpr, id: Option<BuiltinId>) -> Operand<'a> {
        use BuiltinId::*;
        let Some(id) = id else { return Operand::invalid(e) };
        let name = self.text(&c.fun);
        if c.ellipsis && id != Append {
            self.err(
                e.span,
                Code::INVALID_USE,
                format!("invalid operation: invalid use of `...` with built-in `{name}`"),
            );
            return Operand::invalid(e);
        }
        let (min, max) = match id {
            Append => (1, usize::MAX),
            Cap | Clear | Close | Imag | Len | New | Panic | Real => (1, 1),
            Complex | Copy | Delete => (2, 2),
            Make => (1, 3),
            Max | Min => (1, usize::MAX),
            Print | Println => (0, usize::MAX),
            Recover => (0, 0),
            UnsafeAdd | UnsafeSlice | UnsafeString => (2, 2),
            _ => (1, 1),
        };
        let old_call = self.env.has_call_or_recv;
        if matches!(id, Len | Cap) {
            self.env.has_call_or_recv = false;
        }
        let mut args: Vec<Operand<'a>> = match id {
            Make | New | UnsafeOffsetof => Vec::new(),
            _ => match &c.args[..] {
                [one] => {
                    let mut x = self.multi_expr(one);
                    match &*self.s.get(x.ty) {
                        Type::Tuple(ts) if !x.is_invalid() => {
                            ts.iter().map(|t| Operand::new(Mode::Value, *t, one)).collect()
                        }
                        _ => {
                            self.single_value(&mut x);
                            vec![x]
                        }
                    }
                }
                many => many.iter().map(|a| self.expr(a)).collect(),
            },
        };
        let saw_call = self.env.has_call_or_recv;
        if matches!(id, Len | Cap) {
            self.env.has_call_or_recv = old_call || saw_call;
        }
        if args.iter().any(Operand::is_invalid) {
            return Operand::invalid(e);
        }
        let count = if matches!(id, Make | New | UnsafeOffsetof) {
            c.args.len()
        } else {
            args.len()
        };
        if count < min || count > max {
            let few = if count < min { "not enough" } else { "too many" };
            let text = format!(
                "{few} arguments for `{}` (expected {}, found {count})",
                self.text(e),
                if count < min { min } else { max }
            );
            for a in c.args.iter().skip(args.len()) {
                self.raw_expr(a, None);
            }
            self.err(e.span, Code::ARGUMENT_COUNT, text);
            return Operand::invalid(e);
        }
        let out = match id {
            Append => self.builtin_append(e, c, args),
            Len | Cap => self.builtin_len(e, c, id, args.remove(0), saw_call),
            Clear => {
                let x = args.remove(0);
                let ok = match self.s.terms(x.ty).filter(|_| self.s.is_type_param(x.ty)) {
                    Some(ts) => ts.iter().all(|t| self.is_map_or_slice(t.ty)),
                    None => self.is_map_or_slice(x.ty),
                };
                if !ok {
                    return self.bad_arg(e, &x, "clear", "must be a map or slice");
                }
                self.record_builtin(c, &[x.ty], &[], false);
                Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
            }
            Close => {
                let x = args.remove(0);
                let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
                match &*self.s.get(core) {
                    Type::Chan(ChanDir::Recv, _) => {
                        return self.bad_arg(e, &x, "close", "must not be a receive-only channel");
                    }
                    Type::Chan(..) => {}
                    _ => return self.bad_arg(e, &x, "close", "must be a channel"),
                }
                self.record_builtin(c, &[x.ty], &[], false);
                Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
            }
            Complex => {
                let (x, y) = (args.remove(0), args.remove(0));
                self.builtin_complex(e, c, x, y)
            }
            Real | Imag => {
                let x = args.remove(0);
                self.builtin_real(e, c, id, x)
            }
            Copy => {
                let (x, y) = (args.remove(0), args.remove(0));
                let dst = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
                let src = self.s.core_string(y.ty).unwrap_or(TypeId::INVALID);
                let ok = match (&*self.s.get(dst), &*self.s.get(src)) {
                    (Type::Slice(a), Type::Slice(b)) => self.s.identical(*a, *b),
                    (Type::Slice(a), Type::Basic(k)) => k.is_string() && self.s.basic(*a) == Some(BasicKind::Uint8),
                    _ => false,
                };
                if !ok {
                    let text = format!(
                        "invalid argument: copy expects slice arguments of one element type; found {} and {}",
                        self.describe(&x),
                        self.describe(&y)
                    );
                    self.err(e.span, Code::INVALID_USE, text);
                    return Operand::invalid(e);
                }
                let from = self.s.default_type(y.ty);
                self.record_builtin(c, &[x.ty, from], &[TypeId::INT], false);
                Operand::new(Mode::Value, TypeId::INT, e)
            }
            Delete => {
                let (x, mut k) = (args.remove(0), args.remove(0));
                let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
                let key = match (
                    &*self.s.get(core),
                    self.s.terms(x.ty).filter(|_| self.s.is_type_param(x.ty)),
                ) {
                    (Type::Map(key, _), _) => Some(*key),
                    (_, Some(ts)) => ts.first().and_then(|t| match &*self.s.under(t.ty) {
                        Type::Map(key, _) => Some(*key),
                        _ => None,
                    }),
                    _ => None,
                };
                let Some(key) = key else {
                    return self.bad_arg(e, &x, "delete", "is not a map");
                };
                self.assignment(&mut k, Some(key), "argument to delete");
                self.record_builtin(c, &[x.ty, key], &[], false);
                Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
            }
            Make => self.builtin_make(e, c),
            New => self.builtin_new(e, c),
            Max | Min => self.builtin_min_max(e, c, id, args),
            Panic => {
                let mut x = args.remove(0);
                self.assignment(&mut x, Some(TypeId::ANY), "argument to `panic`");
                self.record_builtin(c, &[TypeId::ANY], &[], false);
                Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
            }
            Print | Println => {
                let mut types = Vec::new();
                for mut a in args {
                    self.assignment(&mut a, None, "argument to built-in `print`");
                    types.push(a.ty);
                }
                self.record_builtin(c, &types, &[], false);
                Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
            }
            Recover => {
                self.record_builtin(c, &[], &[TypeId::ANY], false);
                Operand::new(Mode::Value, TypeId::ANY, e)
            }
            _ => self.unsafe_call(e, c, id, args),
        };
        if !out.is_const() && !out.is_invalid() {
            self.env.has_call_or_recv = true;
        }
        out
    }

    fn is_map_or_slice(&self, t: TypeId) -> bool {
        matches!(&*self.s.under(t), Type::Map(..) | Type::Slice(_))
    }

    fn bad_arg(&mut self, e: &'a Expr, x: &Operand<'a>, _name: &str, what: &str) -> Operand<'a> {
        let text = format!("invalid argument: {} {what}", self.describe(x));
        self.err(x.span(), Code::INVALID_USE, text);
        Operand::invalid(e)
    }

    fn record_builtin(&mut self, c: &'a CallExpr, params: &[TypeId], results: &[TypeId], variadic: bool) {
        let t = self.s.signature(Signature {
            params: params.to_vec(),
            results: results.to_vec(),
            variadic,
            ..Signature::default()
        });
        let mut f = &c.fun;
        loop {
            self.record_type(f, Mode::Builtin, t, None);
            match &f.kind {
                ExprKind::Paren(x) => f = x,
                _ => return,
            }
        }
    }

    fn builtin_append(&mut self, e: &'a Expr, c: &'a CallExpr, mut args: Vec<Operand<'a>>) -> Operand<'a> {
        let x = args.remove(0);
        let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
        let Type::Slice(elem) = *self.s.get(core) else {
            if x.is_nil() {
                self.err(
                    x.span(),
                    Code::INVALID_USE,
                    "first argument to append must be a typed slice; have untyped nil",
                );
                return Operand::invalid(e);
            }
            return self.bad_arg(e, &x, "append", "is not a slice");
        };
        if c.ellipsis {
            if args.len() != 1 {
                self.err(
                    e.span,
                    Code::ARGUMENT_COUNT,
                    "can only use `...` with one argument of append",
                );
                return Operand::invalid(e);
            }
            let mut y = args.remove(0);
            let src = self.s.core_string(y.ty).unwrap_or(TypeId::INVALID);
            let bytes = self.s.basic(elem) == Some(BasicKind::Uint8);
            let ok = match &*self.s.get(src) {
                Type::Basic(k) if k.is_string() && bytes => true,
                Type::Slice(b) => self.s.identical(elem, *b),
                _ => false,
            };
            let t = self.s.slice(elem);
            if !ok {
                self.assignment(&mut y, Some(t), "argument to `append`");
            }
            if y.is_invalid() {
                return Operand::invalid(e);
            }
            let text = self.s.core_type(y.ty).is_none_or(|t| self.s.basic(t).is_some());
            let from = if text { self.s.default_type(y.ty) } else { t };
            self.record_builtin(c, &[x.ty, from], &[x.ty], true);
            return Operand::new(Mode::Value, x.ty, e);
        }
        for mut a in args {
            self.assignment(&mut a, Some(elem), "argument to `append`");
        }
        let rest = self.s.slice(elem);
        self.record_builtin(c, &[x.ty, rest], &[x.ty], true);
        Operand::new(Mode::Value, x.ty, e)
    }

    fn builtin_len(
        &mut self,
        e: &'a Expr,
        c: &'a CallExpr,
        id: BuiltinId,
        mut x: Operand<'a>,
        saw_call: bool,
    ) -> Operand<'a> {
        let len = id == BuiltinId::Len;
        if let (true, Some(v)) = (len, x.val.as_ref().and_then(|v| v.as_bytes().map(<[u8]>::len))) {
            return Operand::constant(TypeId::INT, ConstValue::int(v), e);
        }
        self.default_operand(&mut x);
        let ok = |c: &Self, t: TypeId| match &*c.s.under(t) {
            Type::Basic(k) => len && k.is_string(),
            Type::Array(..) | Type::Slice(_) | Type::Chan(..) => true,
            Type::Map(..) => len,
            Type::Pointer(p) => matches!(&*c.s.under(*p), Type::Array(..)),
            _ => false,
        };
        let valid = if self.s.is_type_param(x.ty) {
            self.s
                .terms(x.ty)
                .is_some_and(|ts| !ts.is_empty() && ts.iter().all(|t| ok(self, t.ty)))
        } else {
            ok(self, x.ty)
        };
        if !valid {
            let text = format!(
                "invalid argument: {} for built-in `{}`",
                self.describe(&x),
                if len { "len" } else { "cap" }
            );
            self.err(x.span(), Code::INVALID_USE, text);
            return Operand::invalid(e);
        }
        if !saw_call && !self.s.is_type_param(x.ty) {
            let array = match &*self.s.under(x.ty) {
                Type::Array(n, _) => Some(*n),
                Type::Pointer(p) => match &*self.s.under(*p) {
                    Type::Array(n, _) => Some(*n),
                    _ => None,
                },
                _ => None,
            };
            if let Some(n) = array {
                return Operand::constant(TypeId::INT, ConstValue::int(n), e);
            }
        }
        self.record_builtin(c, &[x.ty], &[TypeId::INT], false);
        Operand::new(Mode::Value, TypeId::INT, e)
    }

    fn builtin_complex(&mut self, e: &'a Expr, c: &'a CallExpr, mut x: Operand<'a>, mut y: Operand<'a>) -> Operand<'a> {
        // Untyped operands take the other's type; two untyped non-constants become float64.
        match (self.s.is_untyped(x.ty), self.s.is_untyped(y.ty)) {
            (true, false) => self.convert_untyped(&mut x, y.ty),
            (false, true) => {
                let t = x.ty;
                self.convert_untyped(&mut y, t);
            }
            (true, true) if !(x.is_const() && y.is_const()) => {
                self.convert_untyped(&mut x, TypeId::FLOAT64);
                self.convert_untyped(&mut y, TypeId::FLOAT64);
            }
            _ => {}
        }
        if x.is_invalid() || y.is_invalid() {
            return Operand::invalid(e);
        }
        let kind = self.s.basic(x.ty);
        let both_untyped = self.s.is_untyped(x.ty) && self.s.is_untyped(y.ty);
        let t = match kind {
            Some(BasicKind::Float32) => TypeId::COMPLEX64,
            Some(BasicKind::Float64) => TypeId::COMPLEX128,
            _ if both_untyped => TypeId::UNTYPED_COMPLEX,
            _ => TypeId::INVALID,
        };
        if t == TypeId::INVALID || (!both_untyped && !self.s.identical(x.ty, y.ty)) {
            let text = format!(
                "invalid operation: `{}` (mismatched or non-float types {} and {})",
                self.text(e),
                self.type_str(x.ty),
                self.type_str(y.ty)
            );
            self.err(e.span, Code::MISMATCHED_TYPES, text);
            return Operand::invalid(e);
        }
        if let (true, true, Some(a), Some(b)) = (x.is_const(), y.is_const(), &x.val, &y.val)
            && let (Some(a), Some(b)) = (a.to_float(), b.to_float())
        {
            return Operand::constant(t, ConstValue::Complex(a, b), e);
        }
        self.record_builtin(c, &[x.ty, y.ty], &[t], false);
        Operand::new(Mode::Value, t, e)
    }

    fn builtin_real(&mut self, e: &'a Expr, c: &'a CallExpr, id: BuiltinId, mut x: Operand<'a>) -> Operand<'a> {
        if self.s.is_untyped(x.ty) {
            if x.is_const() {
                if self.s.all_basic(x.ty, BasicKind::is_numeric) {
                    x.ty = TypeId::UNTYPED_COMPLEX;
                }
            } else {
                self.convert_untyped(&mut x, TypeId::COMPLEX128);
                if x.is_invalid() {
                    return Operand::invalid(e);
                }
            }
        }
        let t = match self.s.basic(x.ty) {
            Some(BasicKind::Complex64) => TypeId::FLOAT32,
            Some(BasicKind::Complex128) => TypeId::FLOAT64,
            Some(BasicKind::UntypedComplex) => TypeId::UNTYPED_FLOAT,
            _ => return self.bad_arg(e, &x, "real", "must be of complex type"),
        };
        if let (true, Some((re, im))) = (x.is_const(), x.val.as_ref().and_then(|v| v.to_complex())) {
            return Operand::constant(t, ConstValue::Float(if id == BuiltinId::Real { re } else { im }), e);
        }
        self.record_builtin(c, &[x.ty], &[t], false);
        Operand::new(Mode::Value, t, e)
    }

    fn builtin_make(&mut self, e: &'a Expr, c: &'a CallExpr) -> Operand<'a> {
        let Some(te) = c.args.first() else {
            return Operand::invalid(e);
        };
        let t = self.var_type(te);
        if t == TypeId::INVALID {
            for a in c.args.iter().skip(1) {
                self.expr(a);
            }
            return Operand::invalid(e);
        }
        let core = self.s.core_type(t).unwrap_or(TypeId::INVALID);
        let min = match &*self.s.get(core) {
            Type::Slice(_) => 2,
            Type::Map(..) | Type::Chan(..) => 1,
            _ => {
                let text = format!(
                    "invalid argument: cannot make {}; type must be slice, map, or channel",
                    self.type_str(t)
                );
                self.err(te.span, Code::INVALID_USE, text);
                return Operand::invalid(e);
            }
        };
        if c.args.len() < min || c.args.len() > min + 1 {
            let text = format!(
                "invalid operation: `{}` expects {min} or {} arguments; found {}",
                self.text(e),
                min + 1,
                c.args.len()
            );
            self.err(e.span, Code::ARGUMENT_COUNT, text);
            return Operand::invalid(e);
        }
        let mut sizes = Vec::new();
        let mut types = vec![t];
        for a in c.args.iter().skip(1) {
            let mut x = self.expr(a);
            if self.valid_index(&mut x, "index", false) {
                types.push(x.ty);
                sizes.extend(x.val.as_ref().filter(|_| x.is_const()).and_then(|v| v.to_i64()));
            }
        }
        if let [a, b] = sizes[..]
            && a > b
        {
            self.err(
                e.span,
                Code::INVALID_USE,
                "invalid argument: length and capacity swapped",
            );
        }
        self.record_builtin(c, &types, &[t], false);
        Operand::new(Mode::Value, t, e)
    }

    /// `new(T)`, and since Go 1.26 `new(x)`.
    fn builtin_new(&mut self, e: &'a Expr, c: &'a CallExpr) -> Operand<'a> {
        let Some(arg) = c.args.first() else {
            return Operand::invalid(e);
        };
        let mut x = self.expr_or_type(arg);
        let t = match x.mode {
            Mode::Invalid => return Operand::invalid(e),
            Mode::Type => {
                if let Type::Named(n) = &*self.s.get(x.ty)
                    && n.origin.is_none()
                    && !n.type_params.is_empty()
                {
                    let text = format!(
                        "cannot use generic type `{}` without instantiation",
                        self.type_str(x.ty)
                    );
                    self.err(arg.span, Code::INSTANTIATION, text);
                    return Operand::invalid(e);
                }
                x.ty
            }
            _ => {
                self.must_be_value(&mut x);
                self.assignment(&mut x, None, "argument to `new`");
                if x.is_invalid() {
                    return Operand::invalid(e);
                }
                x.ty
            }
        };
        let p = self.s.pointer(t);
        self.record_builtin(c, &[t], &[p], false);
        Operand::new(Mode::Value, p, e)
    }

    fn builtin_min_max(&mut self, e: &'a Expr, c: &'a CallExpr, id: BuiltinId, args: Vec<Operand<'a>>) -> Operand<'a> {
        let op = if id == BuiltinId::Max {
            BinaryOp::Gt
        } else {
            BinaryOp::Lt
        };
        for a in &args {
            if !self.s.all_basic(a.ty, BasicKind::is_ordered) {
                let text = format!("invalid argument: {} cannot be ordered", self.describe(a));
                self.err(a.span(), Code::INVALID_USE, text);
                return Operand::invalid(e);
            }
        }
        let exprs: Vec<_> = args.iter().filter_map(|a| a.expr).collect();
        let mut args = args.into_iter();
        let Some(mut x) = args.next() else {
            return Operand::invalid(e);
        };
        for mut a in args {
            if !self.match_types(&mut x, &mut a)
                || (!x.is_invalid() && !a.is_invalid() && !self.s.identical(x.ty, a.ty))
            {
                let text = format!(
                    "invalid argument: mismatched types {} and {}",
                    self.type_str(x.ty),
                    self.type_str(a.ty)
                );
                self.err(a.span(), Code::MISMATCHED_TYPES, text);
                return Operand::invalid(e);
            }
            if x.is_invalid() || a.is_invalid() {
                return Operand::invalid(e);
            }
            if let (true, true, Some(p), Some(q)) = (x.is_const(), a.is_const(), &x.val, &a.val) {
                if constant::compare(op, q, p) == Some(true) {
                    x.val = a.val;
                }
            } else {
                x.mode = Mode::Value;
                x.val = None;
            }
        }
        if !x.is_const() {
            x.mode = Mode::Value;
            if self.s.is_untyped(x.ty) {
                self.default_operand(&mut x);
            }
        }
        for a in exprs {
            if !x.is_const() || !self.s.is_untyped(x.ty) {
                self.update_expr_type(a, x.ty, true);
            }
        }
        if !x.is_const() {
            let types = vec![x.ty; c.args.len()];
            self.record_builtin(c, &types, &[x.ty], false);
        }
        x.expr = Some(e);
        x
    }

    fn unsafe_call(&mut self, e: &'a Expr, c: &'a CallExpr, id: BuiltinId, mut args: Vec<Operand<'a>>) -> Operand<'a> {
        use BuiltinId::*;
        match id {
            UnsafeSizeof | UnsafeAlignof => {
                let mut x = args.remove(0);
                self.assignment(&mut x, None, "argument to `unsafe.Sizeof`");
                if x.is_invalid() {
                    return Operand::invalid(e);
                }
                if self.depends_on_params(x.ty) {
                    self.record_builtin(c, &[x.ty], &[TypeId::UINTPTR], false);
                    return Operand::new(Mode::Value, TypeId::UINTPTR, e);
                }
                let (size, align) = self.s.size_align(x.ty);
                let n = if id == UnsafeSizeof { size } else { align };
                Operand::constant(TypeId::UINTPTR, ConstValue::int(n), e)
            }
            UnsafeOffsetof => self.offsetof(e, c),
            UnsafeAdd => {
                let (mut p, mut n) = (args.remove(0), args.remove(0));
                self.assignment(&mut p, Some(TypeId::UNSAFE_POINTER), "argument to `unsafe.Add`");
                self.valid_index(&mut n, "length", true);
                self.record_builtin(c, &[TypeId::UNSAFE_POINTER, n.ty], &[TypeId::UNSAFE_POINTER], false);
                Operand::new(Mode::Value, TypeId::UNSAFE_POINTER, e)
            }
            UnsafeSlice => {
                let (p, mut n) = (args.remove(0), args.remove(0));
                let core = self.s.core_type(p.ty).unwrap_or(TypeId::INVALID);
                let Type::Pointer(elem) = *self.s.get(core) else {
                    return self.bad_arg(e, &p, "Slice", "is not a pointer");
                };
                self.valid_index(&mut n, "length", false);
                let t = self.s.slice(elem);
                self.record_builtin(c, &[p.ty, n.ty], &[t], false);
                Operand::new(Mode::Value, t, e)
            }
            UnsafeSliceData => {
                let x = args.remove(0);
                let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
                let Type::Slice(elem) = *self.s.get(core) else {
                    return self.bad_arg(e, &x, "SliceData", "is not a slice");
                };
                let t = self.s.pointer(elem);
                self.record_builtin(c, &[x.ty], &[t], false);
                Operand::new(Mode::Value, t, e)
            }
            UnsafeString => {
                let (mut p, mut n) = (args.remove(0), args.remove(0));
                let t = self.s.pointer(TypeId::UINT8);
                self.assignment(&mut p, Some(t), "argument to `unsafe.String`");
                self.valid_index(&mut n, "length", false);
                self.record_builtin(c, &[t, n.ty], &[TypeId::STRING], false);
                Operand::new(Mode::Value, TypeId::STRING, e)
            }
            _ => {
                let mut x = args.remove(0);
                self.assignment(&mut x, Some(TypeId::STRING), "argument to `unsafe.StringData`");
                let t = self.s.pointer(TypeId::UINT8);
                self.record_builtin(c, &[TypeId::STRING], &[t], false);
                Operand::new(Mode::Value, t, e)
            }
        }
    }

    fn offsetof(&mut self, e: &'a Expr, c: &'a CallExpr) -> Operand<'a> {
        let Some(arg) = c.args.first().map(Expr::unparen) else {
            return Operand::invalid(e);
        };
        let ExprKind::Selector(base, sel) = &arg.kind else {
            self.err(
                arg.span,
                Code::INVALID_USE,
                "invalid argument: not a selector expression",
            );
            self.expr(arg);
            return Operand::invalid(e);
        };
        let x = self.expr(arg);
        if x.is_invalid() {
            return Operand::invalid(e);
        }
        let mut t = self.info.type_of(base);
        if let Type::Pointer(p) = &*self.s.under(t) {
            t = *p;
        }
        let LookupResult::Found(l) = self.s.lookup_field_or_method(t, Some(self.env.pkg), &sel.name) else {
            return Operand::invalid(e);
        };
        let mut offset = 0;
        for i in l.index {
            offset += self.s.field_offset(t, i);
            if let Type::Struct(st) = &*self.s.under(t)
                && let Some(f) = st.fields.get(i)
            {
                t = self.s.obj_type(*f);
            }
        }
        Operand::constant(TypeId::UINTPTR, ConstValue::int(offset), e)
    }

    fn depends_on_params(&self, t: TypeId) -> bool {
        match &*self.s.get(t) {
            Type::TypeParam(_) => true,
            Type::Array(_, e) => self.depends_on_params(*e),
            Type::Struct(s) => s.fields.iter().any(|f| self.depends_on_params(self.s.obj_type(*f))),
            Type::Named(n) => n.type_args.iter().any(|a| self.depends_on_params(*a)),
            _ => false,
        }
    }
}
