//! Predeclared functions on numbers and on what is ordered: `complex`, `real`, `imag`, `min`, `max`.
//!
//! In: checked arguments. Out: the call's operand, constant when all arguments are.
//! Invariants: untyped arguments get the type of the result.

use super::super::constant::{self, ConstValue};
use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::syntax::ast::{BinaryOp, CallExpr, Expr};

impl<'a> Checker<'a> {
    /// `complex` of two floats of one type.
    ///
    /// Spec: Manipulating complex numbers.
    pub(super) fn builtin_complex(
        &mut self,
        e: &'a Expr,
        c: &'a CallExpr,
        mut x: Operand<'a>,
        mut y: Operand<'a>,
    ) -> Operand<'a> {
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
        let untyped = self.s.is_untyped(x.ty) && self.s.is_untyped(y.ty);
        if !untyped && !self.s.identical(x.ty, y.ty) {
            let text = format!(
                "invalid operation: `{}` (mismatched types {} and {})",
                self.text(e),
                self.type_str(x.ty),
                self.type_str(y.ty)
            );
            self.err(x.span(), Code::MISMATCHED_TYPES, text);
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
        let real = |x: &Operand<'a>| x.val.as_ref().is_none_or(|v| v.to_float().is_some());
        if t == TypeId::INVALID
            || !real(&x)
            || !real(&y)
            || (both_untyped && !self.s.all_basic(x.ty, BasicKind::is_numeric))
        {
            let ty = self.type_str(x.ty);
            let text = format!("invalid argument: arguments have type {ty}, expected floating-point");
            self.err(x.span(), Code::INVALID_USE, text);
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

    /// `real` and `imag` of a complex number.
    ///
    /// Spec: Manipulating complex numbers.
    pub(super) fn builtin_real(
        &mut self,
        e: &'a Expr,
        c: &'a CallExpr,
        id: BuiltinId,
        mut x: Operand<'a>,
    ) -> Operand<'a> {
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
            _ => return self.bad_arg(e, &x, "must be of complex type"),
        };
        if let (true, Some((re, im))) = (x.is_const(), x.val.as_ref().and_then(|v| v.to_complex())) {
            return Operand::constant(t, ConstValue::Float(if id == BuiltinId::Real { re } else { im }), e);
        }
        self.record_builtin(c, &[x.ty], &[t], false);
        Operand::new(Mode::Value, t, e)
    }

    /// `min` and `max` of ordered values of one type.
    ///
    /// Spec: Min and max.
    pub(super) fn builtin_min_max(
        &mut self,
        e: &'a Expr,
        c: &'a CallExpr,
        id: BuiltinId,
        args: Vec<Operand<'a>>,
    ) -> Operand<'a> {
        let op = if id == BuiltinId::Max {
            BinaryOp::Gt
        } else {
            BinaryOp::Lt
        };
        // Spec: Go 1.21.
        let name = if op == BinaryOp::Gt { "max" } else { "min" };
        self.needs_version(c.fun.span, (1, 21), &format!("built-in `{name}`"));
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
            self.match_types(&mut x, &mut a);
            if !x.is_invalid() && !a.is_invalid() && !self.s.identical(x.ty, a.ty) {
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
}
