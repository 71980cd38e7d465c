//! Operators: arithmetic that wraps as Go's does, shifts, comparisons.
//!
//! In: operands and an operator. Out: Rust's operator where it means the same, else the runtime's function.

use super::Emitter;
use super::code::{Code, Prec};
use super::place::Place;
use crate::hir::{Expr, ExprKind, LocalId, UnaryOp};
use crate::plan::Storage;
use crate::syntax::ast::BinaryOp;
use crate::types::{BasicKind, ConstValue, TypeId};

impl<'a> Emitter<'a> {
    pub(super) fn unary(&self, op: UnaryOp, x: &'a Expr, explicit: bool) -> Code {
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

    pub(super) fn binary(&self, op: BinaryOp, x: &'a Expr, y: &'a Expr, e: &'a Expr, explicit: bool) -> Code {
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

    pub(super) fn is_string(&self, ty: TypeId) -> bool {
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

    pub(super) fn is_self_value(&self, e: &Expr) -> bool {
        match e.kind {
            ExprKind::Local(l) if self.is_self(l) => {
                let func = self.input.hir.local(l).func;
                self.plan.funcs[func.index()].receiver == Some(crate::plan::Receiver::Ref)
                    && self.storage(l) == Storage::Plain
            }
            _ => false,
        }
    }
}
