//! Expressions: names, literals, unary and binary operations, dispatch to the other kinds.
//!
//! In: an `Expr`. Out: an operand, recorded.
//! Invariants: an operand that comes back invalid was reported.

use super::super::constant;
use super::super::info::Mode;
use super::super::model::*;
use super::operand::Operand;
use super::untyped::int_bits;
use super::{Checker, Later};
use crate::diagnostic::Code;
use crate::syntax::ast::{self, BinaryExpr, BinaryOp, Expr, ExprKind, LitKind, UnaryOp};
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// A single value.
    pub(super) fn expr(&mut self, e: &'a Expr) -> Operand<'a> {
        self.expr_with_target(e, None)
    }

    /// A single value whose type may be needed to instantiate a generic function.
    pub(super) fn expr_with_target(&mut self, e: &'a Expr, target: Option<TypeId>) -> Operand<'a> {
        let mut x = self.raw_expr(e, target);
        if self.is_generic_func(x.ty) && !x.is_invalid() {
            match target {
                Some(t) => self.instantiate_to(&mut x, t),
                None => self.generic_without_args(&mut x),
            }
        }
        self.single_value(&mut x);
        self.must_be_value(&mut x);
        x
    }

    fn generic_without_args(&mut self, x: &mut Operand<'a>) {
        let text = x.expr.map_or(String::new(), |e| self.text(e));
        self.err(
            x.span(),
            Code::INSTANTIATION,
            format!("cannot use generic function `{text}` without instantiation"),
        );
        x.fail();
    }

    pub(super) fn is_generic_func(&self, t: TypeId) -> bool {
        matches!(&*self.s.get(t), Type::Signature(s) if !s.type_params.is_empty())
    }

    /// A value that may be a tuple.
    pub(super) fn multi_expr(&mut self, e: &'a Expr) -> Operand<'a> {
        let mut x = self.raw_expr(e, None);
        self.must_be_value(&mut x);
        x
    }

    /// A value or a type.
    pub(super) fn expr_or_type(&mut self, e: &'a Expr) -> Operand<'a> {
        let mut x = self.raw_expr(e, None);
        if x.mode == Mode::NoValue {
            self.must_be_value(&mut x);
        }
        self.single_value(&mut x);
        x
    }

    /// As `expr`, but a generic function stays generic.
    pub(super) fn generic_expr(&mut self, e: &'a Expr) -> Operand<'a> {
        let mut x = self.raw_expr(e, None);
        self.must_be_value(&mut x);
        self.single_value(&mut x);
        x
    }

    pub(super) fn must_be_value(&mut self, x: &mut Operand<'a>) {
        let text = |c: &Self| x.expr.map_or(String::new(), |e| c.text(e));
        let message = match x.mode {
            Mode::NoValue => format!("`{}` (no value) used as value", text(self)),
            Mode::Builtin => format!("`{}` (built-in) must be called", text(self)),
            Mode::Type => format!("`{}` (type) is not an expression", text(self)),
            _ => return,
        };
        self.err(x.span(), Code::INVALID_USE, message);
        x.fail();
    }

    pub(super) fn single_value(&mut self, x: &mut Operand<'a>) {
        if matches!(x.mode, Mode::Value | Mode::CommaOk)
            && let Type::Tuple(ts) = &*self.s.get(x.ty)
            && ts.len() != 1
        {
            let text = format!("multiple-value {} in single-value context", self.describe(x));
            self.err(x.span(), Code::ASSIGN_COUNT, text);
            x.fail();
        }
    }

    pub(super) fn raw_expr(&mut self, e: &'a Expr, hint: Option<TypeId>) -> Operand<'a> {
        let mut x = self.expr_kind(e, hint);
        x.expr = Some(e);
        self.record(&x);
        x
    }

    fn expr_kind(&mut self, e: &'a Expr, hint: Option<TypeId>) -> Operand<'a> {
        match &e.kind {
            ExprKind::Bad => Operand::invalid(e),
            ExprKind::Ident(id) => self.ident(e, id),
            ExprKind::BasicLit(lit) => self.basic_lit(e, lit),
            ExprKind::FuncLit(f) => self.func_lit(e, f),
            ExprKind::CompositeLit(c) => self.composite_lit(e, c, hint),
            ExprKind::Paren(x) => {
                let mut inner = self.raw_expr(x, None);
                inner.expr = Some(e);
                inner
            }
            ExprKind::Selector(..) => self.selector(e),
            ExprKind::Index(x, args) => self.index_expr(e, x, args),
            ExprKind::Slice(s) => self.slice_expr(e, s),
            ExprKind::TypeAssert(x, t) => self.type_assertion(e, x, t.as_deref()),
            ExprKind::Call(c) => self.call(e, c),
            ExprKind::Star(x) => self.star(e, x),
            ExprKind::Unary(op, x) => self.unary(e, *op, x, hint),
            ExprKind::Binary(b) => self.binary(e, b),
            ExprKind::KeyValue(..) => {
                self.err(e.span, Code::INVALID_USE, "no key:value expected");
                Operand::invalid(e)
            }
            ExprKind::ArrayType(..)
            | ExprKind::ChanType(..)
            | ExprKind::FuncType(_)
            | ExprKind::InterfaceType(_)
            | ExprKind::MapType(..)
            | ExprKind::StructType(_) => {
                let t = self.type_expr(e);
                if t == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Type, t, e)
                }
            }
            ExprKind::Ellipsis(_) => {
                self.err(e.span, Code::INVALID_USE, "invalid use of `...`");
                Operand::invalid(e)
            }
        }
    }

    /// A name.
    pub(super) fn ident(&mut self, e: &'a Expr, id: &'a ast::Ident) -> Operand<'a> {
        if &*id.name == "_" {
            self.err(e.span, Code::INVALID_USE, "cannot use `_` as value or type");
            return Operand::invalid(e);
        }
        let Some(o) = self.lookup(&id.name) else {
            self.err(e.span, Code::UNDEFINED, format!("undefined: `{}`", id.name));
            return Operand::invalid(e);
        };
        self.info.uses.insert(id.id, o);
        self.resolve(o);
        let obj = self.s.obj(o);
        match &obj.kind {
            ObjKind::PkgName { .. } => {
                self.used.insert(o);
                self.err(
                    e.span,
                    Code::INVALID_USE,
                    format!("use of package `{}` without selector", id.name),
                );
                Operand::invalid(e)
            }
            ObjKind::Const { value } => {
                self.add_dep(o);
                self.used.insert(o);
                if obj.ty == TypeId::INVALID {
                    return Operand::invalid(e);
                }
                if &*id.name == "iota" && obj.pkg.is_none() {
                    return match self.env.iota {
                        Some(n) => Operand::constant(obj.ty, constant::ConstValue::int(n), e),
                        None => {
                            self.err(
                                e.span,
                                Code::INVALID_USE,
                                "cannot use `iota` outside constant declaration",
                            );
                            Operand::invalid(e)
                        }
                    };
                }
                let mut x = Operand::new(Mode::Constant, obj.ty, e);
                x.val = value.clone();
                if x.val.is_none() { Operand::invalid(e) } else { x }
            }
            ObjKind::TypeName { .. } => {
                self.used.insert(o);
                if obj.ty == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Type, obj.ty, e)
                }
            }
            ObjKind::Var(_) => {
                self.used.insert(o);
                self.add_dep(o);
                if obj.ty == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Variable, obj.ty, e)
                }
            }
            ObjKind::Func { .. } => {
                self.add_dep(o);
                if obj.ty == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Value, obj.ty, e)
                }
            }
            ObjKind::Builtin(b) => {
                let mut x = Operand::new(Mode::Builtin, TypeId::INVALID, e);
                x.builtin = Some(*b);
                x
            }
            ObjKind::Nil => Operand::new(Mode::Value, TypeId::UNTYPED_NIL, e),
            ObjKind::Label => Operand::invalid(e),
        }
    }

    fn basic_lit(&mut self, e: &'a Expr, lit: &'a ast::BasicLit) -> Operand<'a> {
        let ty = match lit.kind {
            LitKind::Int => TypeId::UNTYPED_INT,
            LitKind::Float => TypeId::UNTYPED_FLOAT,
            LitKind::Imaginary => TypeId::UNTYPED_COMPLEX,
            LitKind::Rune => TypeId::UNTYPED_RUNE,
            LitKind::String => TypeId::UNTYPED_STRING,
        };
        match constant::literal(lit.kind, &lit.text) {
            Some(v) => {
                let mut x = Operand::constant(ty, v, e);
                self.overflow(&mut x);
                x
            }
            None => {
                self.err(e.span, Code::LITERAL, format!("malformed constant: `{}`", lit.text));
                Operand::invalid(e)
            }
        }
    }

    fn func_lit(&mut self, e: &'a Expr, f: &'a ast::FuncLit) -> Operand<'a> {
        let (sig, scope) = self.signature(&f.ty);
        let t = self.s.signature(sig);
        if self.env.in_func {
            let deps = self.env.decl;
            self.func_body(&scope, &f.body);
            self.env.decl = deps;
        } else {
            // Package-level literals may use what is still being resolved.
            let env = self.env.clone();
            self.later.push_back(Later::Body {
                env,
                sig: scope,
                block: &f.body,
            });
        }
        Operand::new(Mode::Value, t, e)
    }

    fn star(&mut self, e: &'a Expr, inner: &'a Expr) -> Operand<'a> {
        let x = self.expr_or_type(inner);
        match x.mode {
            Mode::Invalid => Operand::invalid(e),
            Mode::Type => {
                let t = self.s.pointer(x.ty);
                Operand::new(Mode::Type, t, e)
            }
            Mode::Builtin => {
                let mut x = x;
                self.must_be_value(&mut x);
                Operand::invalid(e)
            }
            _ => {
                if x.is_nil() {
                    self.err(
                        e.span,
                        Code::INVALID_OPERATION,
                        "invalid operation: cannot indirect nil",
                    );
                    return Operand::invalid(e);
                }
                let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
                match &*self.s.get(core) {
                    Type::Pointer(base) => Operand::new(Mode::Variable, *base, e),
                    _ => {
                        let text = format!("invalid operation: cannot indirect {}", self.describe(&x));
                        self.err(e.span, Code::INVALID_OPERATION, text);
                        Operand::invalid(e)
                    }
                }
            }
        }
    }

    fn unary(&mut self, e: &'a Expr, op: UnaryOp, inner: &'a Expr, hint: Option<TypeId>) -> Operand<'a> {
        let hint = match (op, hint) {
            (UnaryOp::And, Some(h)) => match &*self.s.under(h) {
                Type::Pointer(b) => Some(*b),
                _ => None,
            },
            _ => None,
        };
        let mut x = self.raw_expr(inner, hint);
        self.single_value(&mut x);
        self.must_be_value(&mut x);
        if x.is_invalid() {
            return Operand::invalid(e);
        }
        match op {
            UnaryOp::And => {
                let literal = matches!(inner.unparen().kind, ExprKind::CompositeLit(_));
                if !literal && x.mode != Mode::Variable {
                    let text = format!("invalid operation: cannot take address of {}", self.describe(&x));
                    self.err(e.span, Code::INVALID_OPERATION, text);
                    return Operand::invalid(e);
                }
                let t = self.s.pointer(x.ty);
                return Operand::new(Mode::Value, t, e);
            }
            UnaryOp::Recv => return self.receive(e, &x),
            UnaryOp::Tilde => {
                self.err(
                    e.span,
                    Code::INVALID_OPERATION,
                    "cannot use `~` outside of interface or type constraint",
                );
                return Operand::invalid(e);
            }
            _ => {}
        }
        let ok = match op {
            UnaryOp::Plus | UnaryOp::Neg => self.s.all_basic(x.ty, BasicKind::is_numeric),
            UnaryOp::Xor => self.s.all_basic(x.ty, BasicKind::is_integer),
            _ => self.s.all_basic(x.ty, BasicKind::is_boolean),
        };
        if !ok {
            let text = format!(
                "invalid operation: operator `{}` not defined on {}",
                op.as_str(),
                self.describe(&x)
            );
            self.err(e.span, Code::INVALID_OPERATION, text);
            return Operand::invalid(e);
        }
        if let (Mode::Constant, Some(v)) = (x.mode, &x.val) {
            let size = self.s.basic(x.ty).filter(|k| k.is_unsigned()).map(int_bits);
            x.val = constant::unary(op, v, size).map(Arc::new);
            x.expr = Some(e);
            if x.val.is_none() {
                return Operand::invalid(e);
            }
            self.overflow(&mut x);
            return x;
        }
        x.mode = Mode::Value;
        x
    }

    fn receive(&mut self, e: &'a Expr, x: &Operand<'a>) -> Operand<'a> {
        self.env.has_call_or_recv = true;
        let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
        match &*self.s.get(core) {
            Type::Chan(dir, elem) => {
                if *dir == ChanDir::Send {
                    let text = format!(
                        "invalid operation: cannot receive from send-only channel {}",
                        self.describe(x)
                    );
                    self.err(e.span, Code::INVALID_OPERATION, text);
                    return Operand::invalid(e);
                }
                Operand::new(Mode::CommaOk, *elem, e)
            }
            _ => {
                let text = format!(
                    "invalid operation: cannot receive from non-channel {}",
                    self.describe(x)
                );
                self.err(e.span, Code::INVALID_OPERATION, text);
                Operand::invalid(e)
            }
        }
    }

    /// `x op y`; for `x op= y` the operands come without a binary expression of their own.
    pub(super) fn binary(&mut self, e: &'a Expr, b: &'a BinaryExpr) -> Operand<'a> {
        let x = self.expr(&b.x);
        let y = self.expr(&b.y);
        self.binary_operands(e, b.op, b.op_span, x, y)
    }

    pub(super) fn binary_operands(
        &mut self,
        e: &'a Expr,
        op: BinaryOp,
        op_span: crate::source::Span,
        mut x: Operand<'a>,
        mut y: Operand<'a>,
    ) -> Operand<'a> {
        if x.is_invalid() || y.is_invalid() {
            return Operand::invalid(e);
        }
        if op.is_shift() {
            return self.shift(e, op, x, y);
        }
        let matched = self.match_types(&mut x, &mut y);
        if x.is_invalid() || y.is_invalid() {
            return Operand::invalid(e);
        }
        if !matched {
            return self.mismatch(e, op, op_span, &x, &y);
        }
        if op.is_comparison() {
            return self.comparison(e, op, op_span, x, y);
        }
        if !self.s.identical(x.ty, y.ty) {
            return self.mismatch(e, op, op_span, &x, &y);
        }
        let ok = match op {
            BinaryOp::Add => self.s.all_basic(x.ty, |k| k.is_numeric() || k.is_string()),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Quo => self.s.all_basic(x.ty, BasicKind::is_numeric),
            BinaryOp::LAnd | BinaryOp::LOr => self.s.all_basic(x.ty, BasicKind::is_boolean),
            _ => self.s.all_basic(x.ty, BasicKind::is_integer),
        };
        if !ok {
            let text = format!(
                "invalid operation: operator `{}` not defined on {}",
                op.as_str(),
                self.describe(&x)
            );
            self.err(op_span, Code::INVALID_OPERATION, text);
            return Operand::invalid(e);
        }
        let integer = self.s.all_basic(x.ty, BasicKind::is_integer);
        if matches!(op, BinaryOp::Quo | BinaryOp::Rem)
            && (x.is_const() || integer)
            && y.is_const()
            && y.val.as_ref().is_some_and(|v| v.is_zero())
        {
            self.err(y.span(), Code::INVALID_OPERATION, "invalid operation: division by zero");
            return Operand::invalid(e);
        }
        if let (Mode::Constant, Mode::Constant, Some(a), Some(b)) = (x.mode, y.mode, &x.val, &y.val) {
            match constant::binary(op, a, b, integer) {
                Some(v) => {
                    let v = self
                        .s
                        .basic(x.ty)
                        .and_then(|k| super::untyped::fits_kind(&v, k).ok())
                        .unwrap_or(v);
                    x.val = Some(Arc::new(v));
                }
                None => return Operand::invalid(e),
            }
            x.expr = Some(e);
            self.overflow(&mut x);
            return x;
        }
        x.mode = Mode::Value;
        x.val = None;
        x
    }

    fn mismatch(
        &mut self,
        e: &'a Expr,
        op: BinaryOp,
        op_span: crate::source::Span,
        x: &Operand<'a>,
        y: &Operand<'a>,
    ) -> Operand<'a> {
        let text = format!(
            "invalid operation: `{}` {} `{}` (mismatched types {} and {})",
            x.expr.map_or(String::new(), |e| self.text(e)),
            op.as_str(),
            y.expr.map_or(String::new(), |e| self.text(e)),
            self.type_str(x.ty),
            self.type_str(y.ty)
        );
        self.err(op_span, Code::MISMATCHED_TYPES, text);
        Operand::invalid(e)
    }

    fn comparison(
        &mut self,
        e: &'a Expr,
        op: BinaryOp,
        op_span: crate::source::Span,
        mut x: Operand<'a>,
        mut y: Operand<'a>,
    ) -> Operand<'a> {
        let assignable = self.operand_assignable(&x, y.ty) || self.operand_assignable(&y, x.ty);
        if !assignable {
            return self.mismatch(e, op, op_span, &x, &y);
        }
        let problem = if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            if x.is_nil() || y.is_nil() {
                let t = if x.is_nil() { y.ty } else { x.ty };
                (!self.s.has_nil(t) || (x.is_nil() && y.is_nil() && t == TypeId::UNTYPED_NIL))
                    .then(|| "cannot compare with nil".to_string())
            } else if self.nil_literal(&x) || self.nil_literal(&y) {
                None
            } else if !self.s.comparable(x.ty) {
                Some(format!("{} cannot be compared", self.type_str(x.ty)))
            } else if !self.s.comparable(y.ty) {
                Some(format!("{} cannot be compared", self.type_str(y.ty)))
            } else {
                None
            }
        } else if !self.s.all_basic(x.ty, BasicKind::is_ordered) || !self.s.all_basic(y.ty, BasicKind::is_ordered) {
            Some(format!(
                "operator `{}` not defined on {}",
                op.as_str(),
                self.describe(&x)
            ))
        } else {
            None
        };
        if let Some(p) = problem {
            let text = format!(
                "invalid operation: `{}` {} `{}` ({p})",
                x.expr.map_or(String::new(), |e| self.text(e)),
                op.as_str(),
                y.expr.map_or(String::new(), |e| self.text(e))
            );
            self.err(op_span, Code::INVALID_OPERATION, text);
            return Operand::invalid(e);
        }
        if let (Mode::Constant, Mode::Constant, Some(a), Some(b)) = (x.mode, y.mode, &x.val, &y.val) {
            return match constant::compare(op, a, b) {
                Some(v) => Operand::constant(TypeId::UNTYPED_BOOL, constant::ConstValue::Bool(v), e),
                None => Operand::invalid(e),
            };
        }
        // The operands are never materialised with another type than their default.
        for o in [&mut x, &mut y] {
            if self.s.is_untyped(o.ty)
                && let Some(inner) = o.expr
            {
                let t = self.s.default_type(o.ty);
                self.update_expr_type(inner, t, true);
            }
        }
        Operand::new(Mode::Value, TypeId::UNTYPED_BOOL, e)
    }

    fn nil_literal(&self, x: &Operand<'a>) -> bool {
        x.expr.and_then(|e| e.unparen().as_ident()).is_some_and(|i| {
            self.info
                .uses
                .get(i.id)
                .is_some_and(|o| matches!(self.s.obj(*o).kind, ObjKind::Nil))
        })
    }

    fn shift(&mut self, e: &'a Expr, op: BinaryOp, mut x: Operand<'a>, mut y: Operand<'a>) -> Operand<'a> {
        let x_int = if x.is_const() && self.s.is_untyped(x.ty) {
            x.val.as_ref().and_then(|v| v.to_int())
        } else {
            None
        };
        let untyped_ok = x_int.is_some();
        if !untyped_ok && !self.s.all_basic(x.ty, BasicKind::is_integer) {
            let text = format!(
                "invalid operation: shifted operand {} must be integer",
                self.describe(&x)
            );
            self.err(x.span(), Code::INVALID_OPERATION, text);
            return Operand::invalid(e);
        }
        // The count.
        if y.is_const() {
            let v = y.val.as_ref().and_then(|v| v.to_int());
            if let Some(v) = &v
                && v.sign() == num_bigint::Sign::Minus
            {
                let text = format!("invalid operation: negative shift count {}", self.describe(&y));
                self.err(y.span(), Code::INVALID_OPERATION, text);
                return Operand::invalid(e);
            }
            if self.s.is_untyped(y.ty) {
                if v.is_none() {
                    let text = format!("invalid operation: shift count {} must be integer", self.describe(&y));
                    self.err(y.span(), Code::INVALID_OPERATION, text);
                    return Operand::invalid(e);
                }
                // The count must be representable by a `uint`; it stays untyped, as it does in go/types.
                let value = y.val.clone();
                if let Some(value) = value
                    && let Err(why) = self.fits(&value, TypeId::UINT)
                {
                    self.misfit(&y, TypeId::UINT, why, true);
                    return Operand::invalid(e);
                }
            }
        } else if self.s.is_untyped(y.ty) {
            self.convert_untyped(&mut y, TypeId::UINT);
            if y.is_invalid() {
                return Operand::invalid(e);
            }
        } else if !self.s.all_basic(y.ty, BasicKind::is_integer) {
            let text = format!("invalid operation: shift count {} must be integer", self.describe(&y));
            self.err(y.span(), Code::INVALID_OPERATION, text);
            return Operand::invalid(e);
        }
        if x.is_const() {
            if y.is_const() {
                let (Some(v), Some(n)) = (
                    x.val.as_ref().and_then(|v| v.to_int()),
                    y.val.as_ref().and_then(|v| v.to_i64()),
                ) else {
                    self.err(y.span(), Code::INVALID_OPERATION, "invalid shift count");
                    return Operand::invalid(e);
                };
                let Some(v) = constant::shift(op, &v, n as u64) else {
                    self.err(y.span(), Code::CONSTANT_OVERFLOW, format!("invalid shift count {n}"));
                    return Operand::invalid(e);
                };
                if self.s.is_untyped(x.ty) && !self.s.all_basic(x.ty, BasicKind::is_integer) {
                    x.ty = TypeId::UNTYPED_INT;
                }
                x.val = Some(Arc::new(v));
                x.expr = Some(e);
                self.overflow(&mut x);
                return x;
            }
            if self.s.is_untyped(x.ty) {
                // A non-constant shift of an untyped constant: its type comes from the context.
                if let Some(inner) = x.expr
                    && let Some(u) = self.untyped.get_mut(&inner.id)
                {
                    u.is_lhs = true;
                }
                x.mode = Mode::Value;
                x.val = None;
                return x;
            }
        }
        x.mode = Mode::Value;
        x.val = None;
        x
    }
}
