//! Calls of predeclared functions and those of `unsafe`.
//!
//! In: a call whose function is built in. Out: its operand; the function's name is recorded with a signature fit for
//! this call, as `go/types` does.
//! Invariants: `len`, `cap`, `min`, `max`, `real`, `imag`, `complex` and the sizes are constant where Go says so.

use super::super::constant::ConstValue;
use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::syntax::ast::{CallExpr, Expr, ExprKind};

impl<'a> Checker<'a> {
    /// A call of a predeclared function, or of one of `unsafe`.
    ///
    /// Spec: Built-in functions; Package unsafe.
    pub(super) fn builtin_call(&mut self, e: &'a Expr, c: &'a CallExpr, id: Option<BuiltinId>) -> Operand<'a> {
        use BuiltinId::*;
        let Some(id) = id else { return Operand::invalid(e) };
        let name = self.text(&c.fun);
        if let Some(dots) = c.dots.filter(|_| id != Append) {
            // Only `append` has a variadic parameter.
            // Spec: Passing arguments to ... parameters; Appending to and copying slices.
            let text = format!("invalid operation: invalid use of `...` with built-in `{name}`");
            self.err(dots, Code::INVALID_USE, text);
            self.args_anyway(c);
            return Operand::invalid(e);
        }
        let (min, max) = match id {
            Append => (1, usize::MAX),
            Cap | Clear | Close | Imag | Len | New | Panic | Real => (1, 1),
            Complex | Copy | Delete => (2, 2),
            Make => (1, usize::MAX),
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
                    match self.s.get(x.ty) {
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
            // Spec: Built-in functions; Calls.
            self.err(c.rparen(), Code::ARGUMENT_COUNT, text);
            return Operand::invalid(e);
        }
        let out = match id {
            Append => self.builtin_append(e, c, args),
            Len | Cap => self.builtin_len(e, c, id, args.remove(0), saw_call),
            Clear => {
                let x = args.remove(0);
                // Spec: Go 1.21.
                let version = self.needs_version(c.fun.span, (1, 21), "clear");
                let types = self.types_of(x.ty);
                if types.is_empty() || !types.iter().all(|t| self.is_map_or_slice(*t)) {
                    // Spec: Clear.
                    return self.bad_arg(e, &x, "must be a map or slice");
                }
                if !version {
                    return Operand::invalid(e);
                }
                self.record_builtin(c, &[x.ty], &[], false);
                Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
            }
            Close => {
                let x = args.remove(0);
                let types = self.types_of(x.ty);
                for t in &types {
                    match self.s.under(*t) {
                        Type::Chan(ChanDir::Recv, _) => {
                            // Spec: Close.
                            return self.bad_arg(e, &x, "must not be a receive-only channel");
                        }
                        Type::Chan(..) => {}
                        // Spec: Close.
                        _ => return self.bad_arg(e, &x, "must be a channel"),
                    }
                }
                if types.is_empty() {
                    // Spec: Close.
                    return self.bad_arg(e, &x, "must be a channel");
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
                self.builtin_copy(e, c, x, y)
            }
            Delete => {
                let (x, k) = (args.remove(0), args.remove(0));
                self.builtin_delete(e, c, x, k)
            }
            Make => self.builtin_make(e, c),
            New => self.builtin_new(e, c),
            Max | Min => self.builtin_min_max(e, c, id, args),
            // Spec: Handling panics.
            Panic => {
                let mut x = args.remove(0);
                self.assignment(&mut x, Some(TypeId::ANY), "argument to `panic`");
                self.record_builtin(c, &[TypeId::ANY], &[], false);
                Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
            }
            // Spec: Bootstrapping.
            Print | Println => {
                let mut types = Vec::new();
                for mut a in args {
                    self.assignment(&mut a, None, "argument to built-in `print`");
                    types.push(a.ty);
                }
                self.record_builtin(c, &types, &[], false);
                Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
            }
            // Spec: Handling panics.
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
        matches!(self.s.under(t), Type::Map(..) | Type::Slice(_))
    }

    /// The types a value may have: those of a type parameter's set, none when it admits all, or the type itself.
    ///
    /// Spec: General interfaces.
    fn types_of(&self, t: TypeId) -> Vec<TypeId> {
        if self.s.is_type_param(t) {
            return self.s.terms(t).unwrap_or_default().iter().map(|t| t.ty).collect();
        }
        vec![t]
    }

    /// The element type of all slices a value may be, or why there is none.
    ///
    /// Spec: Appending to and copying slices.
    fn slice_elem(&self, x: &Operand<'a>) -> Result<TypeId, String> {
        let mut elem = None;
        for t in self.types_of(x.ty) {
            match self.s.under(t) {
                Type::Slice(e) => match elem {
                    Some(old) if !self.s.identical(old, *e) => {
                        return Err("argument must be slices of one element type".into());
                    }
                    _ => elem = Some(*e),
                },
                _ => return Err(format!("argument must be a slice; have {}", self.describe(x))),
            }
        }
        elem.ok_or_else(|| format!("argument must be a slice; have {}", self.describe(x)))
    }

    /// Whether bytes may be taken from a value: all its types are strings or byte slices, one at least a string.
    ///
    /// Spec: Appending to and copying slices.
    fn gives_bytes(&self, t: TypeId) -> bool {
        let types = self.types_of(t);
        let string = |t: &TypeId| self.s.basic(*t).is_some_and(BasicKind::is_string);
        let bytes = |t: &TypeId| matches!(self.s.under(*t), Type::Slice(e) if self.s.identical(*e, TypeId::UINT8));
        types.iter().all(|t| string(t) || bytes(t)) && types.iter().any(string)
    }

    /// Tells that an argument does not fit.
    ///
    /// Spec: cited by the callers.
    pub(super) fn bad_arg(&mut self, e: &'a Expr, x: &Operand<'a>, what: &str) -> Operand<'a> {
        let text = format!("invalid argument: {} {what}", self.describe(x));
        self.err(x.span(), Code::INVALID_USE, text);
        Operand::invalid(e)
    }

    /// `copy` between slices of one element type; bytes may also come from a string.
    ///
    /// Spec: Appending to and copying slices.
    fn builtin_copy(&mut self, e: &'a Expr, c: &'a CallExpr, x: Operand<'a>, y: Operand<'a>) -> Operand<'a> {
        let bytes = self.s.slice(TypeId::UINT8);
        if !(self.operand_assignable(&x, bytes) && self.gives_bytes(y.ty)) {
            let problem = match (self.slice_elem(&x), self.slice_elem(&y)) {
                (Err(why), _) => Some((x.span(), why)),
                (Ok(a), Ok(b)) if self.s.identical(a, b) => None,
                (Ok(_), Err(why)) if !self.s.all_basic(y.ty, BasicKind::is_string) => Some((y.span(), why)),
                _ => {
                    let (x_text, y_text) = (self.describe(&x), self.describe(&y));
                    let text = format!("arguments {x_text} and {y_text} have different element types");
                    Some((x.span(), text))
                }
            };
            if let Some((span, why)) = problem {
                self.err(span, Code::INVALID_USE, format!("invalid copy: {why}"));
                return Operand::invalid(e);
            }
        }
        let from = self.s.default_type(y.ty);
        self.record_builtin(c, &[x.ty, from], &[TypeId::INT], false);
        Operand::new(Mode::Value, TypeId::INT, e)
    }

    /// `delete` from a map, with a key that may be assigned to its key type.
    ///
    /// Spec: Deletion of map elements.
    fn builtin_delete(&mut self, e: &'a Expr, c: &'a CallExpr, x: Operand<'a>, mut k: Operand<'a>) -> Operand<'a> {
        let mut key = None;
        for t in self.types_of(x.ty) {
            match self.s.under(t) {
                Type::Map(k, _) if key.is_none_or(|old| self.s.identical(old, *k)) => key = Some(*k),
                Type::Map(..) => return self.bad_arg(e, &x, "must be maps of identical key types"),
                _ => return self.bad_arg(e, &x, "is not a map"),
            }
        }
        let Some(key) = key else {
            return self.bad_arg(e, &x, "is not a map");
        };
        self.assignment(&mut k, Some(key), "argument to delete");
        if k.is_invalid() {
            return Operand::invalid(e);
        }
        self.record_builtin(c, &[x.ty, key], &[], false);
        Operand::new(Mode::NoValue, TypeId::EMPTY_TUPLE, e)
    }

    pub(super) fn record_builtin(&mut self, c: &'a CallExpr, params: &[TypeId], results: &[TypeId], variadic: bool) {
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

    /// `append`, of single elements or of a whole slice.
    ///
    /// Spec: Appending to and copying slices.
    fn builtin_append(&mut self, e: &'a Expr, c: &'a CallExpr, mut args: Vec<Operand<'a>>) -> Operand<'a> {
        let x = args.remove(0);
        let elem = match self.slice_elem(&x) {
            Ok(elem) => elem,
            Err(why) => {
                // Spec: Appending to and copying slices.
                self.err(x.span(), Code::INVALID_USE, format!("invalid append: {why}"));
                return Operand::invalid(e);
            }
        };
        let rest = self.s.slice(elem);
        let mut from = rest;
        let mut types = vec![rest; args.len()];
        if let Some(dots) = c.dots {
            if args.len() != c.args.len().saturating_sub(1) {
                // Spec: Passing arguments to ... parameters; Calls.
                let text = "cannot use `...` with a call of several results";
                self.err(dots, Code::ARGUMENT_COUNT, text);
                return Operand::invalid(e);
            }
            match &args[..] {
                // A string with `...` may be appended to bytes.
                // Spec: Appending to and copying slices.
                [y] if self.gives_bytes(y.ty) && {
                    let bytes = self.s.slice(TypeId::UINT8);
                    self.operand_assignable(&x, bytes)
                } =>
                {
                    from = self.s.default_type(y.ty);
                    types.clear();
                }
                [_] => {}
                [] => {
                    // Spec: Appending to and copying slices; Calls.
                    self.err(
                        c.rparen(),
                        Code::ARGUMENT_COUNT,
                        "not enough arguments in call to `append`",
                    );
                    return Operand::invalid(e);
                }
                [_, extra, ..] => {
                    // Spec: Passing arguments to ... parameters.
                    self.err(
                        extra.span(),
                        Code::ARGUMENT_COUNT,
                        "too many arguments in call to `append`",
                    );
                    return Operand::invalid(e);
                }
            }
        } else {
            types.fill(elem);
        }
        for (a, t) in args.iter_mut().zip(types) {
            self.assignment(a, Some(t), "argument to `append`");
        }
        self.record_builtin(c, &[x.ty, from], &[x.ty], true);
        Operand::new(Mode::Value, x.ty, e)
    }

    /// `len` and `cap`; constant for an array whose expression need not be evaluated.
    ///
    /// Spec: Length and capacity.
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
        let ok = |c: &Self, t: TypeId| match c.s.under(t) {
            Type::Basic(k) => len && k.is_string(),
            Type::Array(..) | Type::Slice(_) | Type::Chan(..) => true,
            Type::Map(..) => len,
            Type::Pointer(p) => matches!(c.s.under(*p), Type::Array(..)),
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
            let array = match self.s.under(x.ty) {
                Type::Array(n, _) => Some(*n),
                Type::Pointer(p) => match self.s.under(*p) {
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

    /// `make` of a slice, which has a length, a map or a channel.
    ///
    /// Spec: Making slices, maps and channels.
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
        let min = match self.s.get(core) {
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
            let span = c.args.get(1).map_or(e.span, |a| a.span);
            self.err(span, Code::INVALID_USE, "invalid argument: length and capacity swapped");
        }
        self.record_builtin(c, &types, &[t], false);
        Operand::new(Mode::Value, t, e)
    }

    /// `new(T)`, and since Go 1.26 `new(x)`.
    ///
    /// Spec: Allocation.
    fn builtin_new(&mut self, e: &'a Expr, c: &'a CallExpr) -> Operand<'a> {
        let Some(arg) = c.args.first() else {
            return Operand::invalid(e);
        };
        let mut x = self.expr_or_type(arg);
        let t = match x.mode {
            Mode::Invalid => return Operand::invalid(e),
            Mode::Type => {
                let later = super::Later::NoConstraint(x.ty, arg.span, self.env.pkg);
                self.later.push_back(later);
                x.ty
            }
            _ => {
                self.must_be_value(&mut x);
                if !x.is_invalid() {
                    // Spec: Allocation; Language versions.
                    self.needs_version(c.fun.span, (1, 26), "`new` of a value");
                }
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
}
