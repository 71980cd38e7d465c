//! Untyped operands: their conversion, and the records that wait for a final type.
//!
//! In: an operand of untyped type and a target. Out: the operand with its final type, its expression's records updated.
//! Invariants: at the end of a package every expression has its final type, as `go/types` records it; `nil` is recorded
//! with the type it is used at.

use super::super::constant::{self, ConstValue};
use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, UnaryOp};
use num_bigint::BigInt;
use num_traits::One;
use std::sync::Arc;

/// Why a constant does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Misfit {
    Truncated,
    Overflows,
    Mismatch,
}

impl<'a> Checker<'a> {
    /// Gives the expression its final type (or a better untyped one), downwards where operands follow it.
    ///
    /// Spec: Constants; Operators.
    pub(super) fn update_expr_type(&mut self, e: &'a Expr, ty: TypeId, is_final: bool) {
        let Some(old) = self.untyped.get(&e.id) else { return };
        let (is_lhs, mode, old_val) = (old.is_lhs, old.mode, old.val.clone());
        match &e.kind {
            ExprKind::Paren(x) => self.update_expr_type(x, ty, is_final),
            ExprKind::Unary(op, x)
                // Constant operands keep their types; `&x` and `<-x` are typed.
                if old_val.is_none() && !matches!(op, UnaryOp::And | UnaryOp::Recv) => {
                    self.update_expr_type(x, ty, is_final);
                }
            ExprKind::Binary(b) if old_val.is_none() => {
                if b.op.is_comparison() {
                    // The operands have their types already.
                } else if b.op.is_shift() {
                    self.update_expr_type(&b.x, ty, is_final);
                } else {
                    self.update_expr_type(&b.x, ty, is_final);
                    self.update_expr_type(&b.y, ty, is_final);
                }
            }
            _ => {}
        }
        if !is_final && self.s.is_untyped(ty) {
            if let Some(u) = self.untyped.get_mut(&e.id) {
                u.ty = self.s.underlying(ty);
            }
            return;
        }
        self.untyped.remove(&e.id);
        if is_lhs && !self.s.all_basic(ty, BasicKind::is_integer) && ty != TypeId::INVALID {
            // Spec: Operators.
            let text = format!(
                "invalid operation: shifted operand `{}` (type {}) must be integer",
                self.text(e),
                self.type_str(ty)
            );
            self.err(e.span, Code::INVALID_OPERATION, text);
            return;
        }
        let mut val = old_val;
        if let Some(v) = &val {
            let mut c = Operand {
                mode,
                ty,
                val: Some(v.clone()),
                expr: Some(e),
                builtin: None,
            };
            if self.s.basic(ty).is_some_and(BasicKind::is_const_type) {
                match self.fits(v, ty) {
                    Ok(v) => c.val = Some(Arc::new(v)),
                    Err(why) => self.misfit(&c, ty, why),
                }
                val = c.val;
            } else {
                // Converted to an interface or the like: the default type was recorded by the conversion.
            }
        }
        let mode = if ty != TypeId::INVALID && mode == Mode::Value && self.is_nil_expr(e) {
            Mode::Nil
        } else {
            mode
        };
        self.record_type(e, mode, ty, val);
    }

    fn is_nil_expr(&self, e: &Expr) -> bool {
        e.unparen().as_ident().is_some_and(|i| {
            &*i.name == "nil"
                && self
                    .info
                    .uses
                    .get(i.id)
                    .is_some_and(|o| matches!(self.s.obj(*o).kind, ObjKind::Nil))
        })
    }

    /// The value as one of type `t`, rounded, or why it does not fit.
    ///
    /// Spec: Representability.
    pub(super) fn fits(&self, v: &ConstValue, t: TypeId) -> Result<ConstValue, Misfit> {
        let Some(kind) = self.s.basic(t) else {
            return if t == TypeId::INVALID {
                Ok(v.clone())
            } else {
                Err(Misfit::Mismatch)
            };
        };
        fits_kind(v, kind)
    }

    /// Tells why a constant is no value of a type.
    ///
    /// Spec: Representability.
    pub(super) fn misfit(&mut self, x: &Operand<'a>, t: TypeId, why: Misfit) {
        let numeric = x.val.as_deref().is_none_or(old_untyped_kind);
        let text = x.expr.map_or(String::new(), |e| self.text(e));
        let ty = self.type_str(t);
        let value = x.val.as_ref().map_or(String::new(), |v| v.to_string());
        let shown = if value == text {
            format!("`{text}`")
        } else {
            format!("`{text}` (constant {value})")
        };
        let (code, message) = match why {
            Misfit::Truncated if numeric => (Code::CONSTANT_OVERFLOW, format!("{shown} truncated to {ty}")),
            Misfit::Overflows if numeric => (
                Code::CONSTANT_OVERFLOW,
                format!("cannot use {shown} as {ty} value: overflows"),
            ),
            _ => (Code::NOT_ASSIGNABLE, format!("cannot convert {shown} to type {ty}")),
        };
        self.err(x.span(), code, message);
    }

    /// Too large an untyped or typed result of constant arithmetic.
    ///
    /// Spec: Constant expressions.
    pub(super) fn overflow(&mut self, x: &mut Operand<'a>, operator: Span) {
        let Some(v) = x.val.clone() else { return };
        if !self.s.is_untyped(x.ty) {
            if self.s.basic(x.ty).is_some() {
                let t = x.ty;
                match self.fits(&v, t) {
                    Ok(v) => x.val = Some(Arc::new(v)),
                    Err(_) => {
                        // Spec: Constant expressions.
                        let text = x.expr.map_or(String::new(), |e| self.text(e));
                        let message = format!(
                            "`{text}` (constant {v} of type {}) overflows {}",
                            self.type_str(t),
                            self.type_str(t)
                        );
                        self.err(x.span(), Code::CONSTANT_OVERFLOW, message);
                        x.fail();
                    }
                }
            }
        } else if let ConstValue::Int(i) = &*v
            && i.bits() > constant::MAX_BITS
        {
            // Spec: Constants.
            self.err(operator, Code::CONSTANT_OVERFLOW, "constant expression overflow");
            x.fail();
        }
    }

    /// What an untyped operand becomes at `target`: its type and, for constants, its value. `Err` says it cannot.
    ///
    /// Spec: Constants; Representability; Operators.
    pub(super) fn implicit_type(&mut self, x: &Operand<'a>, target: TypeId) -> Result<TypeId, Misfit> {
        if x.is_invalid() || !self.s.is_untyped(x.ty) || target == TypeId::INVALID {
            return Ok(x.ty);
        }
        if self.s.is_untyped(target) {
            // Both untyped: the larger kind wins.
            let (Some(a), Some(b)) = (self.s.basic(x.ty), self.s.basic(target)) else {
                return Err(Misfit::Mismatch);
            };
            if a.is_numeric() && b.is_numeric() {
                return Ok(if a < b { target } else { x.ty });
            }
            return if a == b { Ok(x.ty) } else { Err(Misfit::Mismatch) };
        }
        if x.is_nil() {
            return if self.s.has_nil(target) {
                Ok(target)
            } else {
                Err(Misfit::Mismatch)
            };
        }
        if self.s.is_type_param(target) {
            let Some(terms) = self.s.terms(target) else {
                return Err(Misfit::Mismatch);
            };
            if terms.is_empty() {
                return Err(Misfit::Mismatch);
            }
            for t in terms {
                let u = self.s.underlying(t.ty);
                self.implicit_type(x, u)?;
            }
            return Ok(target);
        }
        match self.s.under(target) {
            Type::Basic(kind) => {
                if let (Mode::Constant, Some(v)) = (x.mode, &x.val) {
                    self.fits(v, target)?;
                    return Ok(target);
                }
                // Comparisons and shifts of non-constant operands.
                let ok = match self.s.basic(x.ty) {
                    Some(BasicKind::UntypedBool) => kind.is_boolean(),
                    Some(
                        BasicKind::UntypedInt
                        | BasicKind::UntypedRune
                        | BasicKind::UntypedFloat
                        | BasicKind::UntypedComplex,
                    ) => kind.is_numeric(),
                    Some(BasicKind::UntypedString) => kind.is_string(),
                    _ => false,
                };
                if ok { Ok(target) } else { Err(Misfit::Mismatch) }
            }
            Type::Interface(_) => {
                let set = self.s.type_set(target);
                if !set.methods.is_empty() || set.terms.is_some() {
                    return Err(Misfit::Mismatch);
                }
                Ok(self.s.default_type(x.ty))
            }
            _ => Err(Misfit::Mismatch),
        }
    }

    /// Converts an untyped operand to `target`, or reports why not.
    ///
    /// Spec: Constants; Representability.
    pub(super) fn convert_untyped(&mut self, x: &mut Operand<'a>, target: TypeId) {
        match self.implicit_type(x, target) {
            Ok(t) => self.set_implicit(x, t),
            Err(why) => {
                let v = x.val.clone();
                if v.is_some() && self.s.basic(target).is_some_and(BasicKind::is_numeric) {
                    self.misfit(x, target, why);
                } else {
                    // Spec: Constants; Representability.
                    let text = format!("cannot use {} as {} value", self.describe(x), self.type_str(target));
                    self.err(x.span(), Code::MISMATCHED_TYPES, text);
                }
                x.fail();
            }
        }
    }

    /// Gives an untyped operand a type that it can have.
    ///
    /// Spec: Constants.
    pub(super) fn set_implicit(&mut self, x: &mut Operand<'a>, t: TypeId) {
        if t == x.ty {
            return;
        }
        if let (Some(v), Some(kind)) = (&x.val, self.s.basic(t))
            && !kind.is_untyped()
            && let Ok(v) = fits_kind(v, kind)
        {
            x.val = Some(Arc::new(v));
        }
        x.ty = t;
        if x.is_const() && self.s.is_type_param(t) {
            x.mode = Mode::Value;
        }
        if let Some(e) = x.expr {
            self.update_expr_type(e, t, false);
        }
    }

    /// Brings two operands of a binary operation to one type where an untyped one may be converted to the other's; what
    /// then cannot is reported, and that operand is invalid.
    ///
    /// Spec: Operators.
    pub(super) fn match_types(&mut self, x: &mut Operand<'a>, y: &mut Operand<'a>) {
        if !self.may_convert(x, y) {
            return;
        }
        let t = y.ty;
        self.convert_untyped(x, t);
        if x.is_invalid() {
            return;
        }
        let t = x.ty;
        self.convert_untyped(y, t);
    }

    /// Whether converting the untyped one of two operands to the type of the other may make sense.
    ///
    /// Spec: Operators; Comparison operators.
    fn may_convert(&self, x: &Operand<'a>, y: &Operand<'a>) -> bool {
        let same = |f: fn(BasicKind) -> bool| self.s.all_basic(x.ty, f) == self.s.all_basic(y.ty, f);
        let interface = |t: TypeId| self.s.is_interface(t) && !self.s.is_type_param(t);
        let pointer = |t: TypeId| matches!(self.s.under(t), Type::Pointer(_));
        if !self.s.is_untyped(x.ty) && !self.s.is_untyped(y.ty) || !same(BasicKind::is_numeric) {
            return false;
        }
        if interface(x.ty) || interface(y.ty) {
            return true;
        }
        if !same(BasicKind::is_boolean) || !same(BasicKind::is_string) {
            return false;
        }
        if x.is_nil() {
            return self.s.has_nil(y.ty);
        }
        if y.is_nil() {
            return self.s.has_nil(x.ty);
        }
        !pointer(x.ty) && !pointer(y.ty)
    }

    /// Gives an untyped operand its default type.
    ///
    /// Spec: Constants.
    pub(super) fn default_operand(&mut self, x: &mut Operand<'a>) {
        if !x.is_invalid() && self.s.is_untyped(x.ty) && !x.is_nil() {
            let t = self.s.default_type(x.ty);
            self.convert_untyped(x, t);
        }
    }
}

/// Whether the value is a number: then a misfit is about its size.
fn old_untyped_kind(v: &ConstValue) -> bool {
    !matches!(v, ConstValue::Bool(_) | ConstValue::String(_))
}

/// The value as one of a basic kind.
///
/// Spec: Representability; Numeric types.
pub(super) fn fits_kind(v: &ConstValue, kind: BasicKind) -> Result<ConstValue, Misfit> {
    use BasicKind::*;
    let numeric = old_untyped_kind(v);
    match kind {
        Invalid => Ok(v.clone()),
        Bool | UntypedBool => match v {
            ConstValue::Bool(_) => Ok(v.clone()),
            _ => Err(Misfit::Mismatch),
        },
        String | UntypedString => match v {
            ConstValue::String(_) => Ok(v.clone()),
            _ => Err(Misfit::Mismatch),
        },
        _ if !numeric => Err(Misfit::Mismatch),
        UntypedInt | UntypedRune => v.to_int().map(ConstValue::Int).ok_or(Misfit::Truncated),
        UntypedFloat => v.to_float().map(ConstValue::Float).ok_or(Misfit::Truncated),
        UntypedComplex => v
            .to_complex()
            .map(|(r, i)| ConstValue::Complex(r, i))
            .ok_or(Misfit::Truncated),
        Float32 | Float64 => {
            let f = v.to_float().ok_or(Misfit::Truncated)?;
            constant::round_float(&f, kind == Float32)
                .map(ConstValue::Float)
                .ok_or(Misfit::Overflows)
        }
        Complex64 | Complex128 => {
            let (r, i) = v.to_complex().ok_or(Misfit::Mismatch)?;
            let round = |f| constant::round_float(f, kind == Complex64).ok_or(Misfit::Overflows);
            Ok(ConstValue::Complex(round(&r)?, round(&i)?))
        }
        UnsafePointer | UntypedNil => Err(Misfit::Mismatch),
        _ => {
            let i = v.to_int().ok_or(Misfit::Truncated)?;
            let bits = int_bits(kind);
            let (min, max) = if kind.is_unsigned() {
                (BigInt::from(0), (BigInt::one() << bits) - 1)
            } else {
                (-(BigInt::one() << (bits - 1)), (BigInt::one() << (bits - 1)) - 1)
            };
            if i < min || i > max {
                Err(Misfit::Overflows)
            } else {
                Ok(ConstValue::Int(i))
            }
        }
    }
}

/// The width of an integer kind.
///
/// Spec: Numeric types.
pub(super) fn int_bits(kind: BasicKind) -> u32 {
    use BasicKind::*;
    match kind {
        Int8 | Uint8 => 8,
        Int16 | Uint16 => 16,
        Int32 | Uint32 => 32,
        _ => 64,
    }
}
