//! Unary and binary operations, comparisons and shifts.
//!
//! In: operands. Out: an operand; constant operands give a constant.
//! Invariants: an operand that comes back invalid was reported, at the place where go/types reports it.

use super::super::constant::{self, ConstValue};
use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use super::untyped::int_bits;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{BinaryExpr, BinaryOp, Expr, ExprKind, UnaryOp};
use std::sync::Arc;

/// Constant shifts by more than this are refused, as Go's compiler does: enough to write the least float.
const MAX_SHIFT: u64 = 1023 - 1 + 52;

/// The operands of a binary operation with its operator.
struct Operation<'a> {
    op: BinaryOp,
    op_span: Span,
    /// The expression; for `x op= y` the left side stands for it.
    e: &'a Expr,
    assignment: bool,
}

impl<'a> Checker<'a> {
    /// An operation on one operand; of a constant it gives a constant.
    ///
    /// Spec: Operators; Address operators; Receive operator; Constant expressions.
    pub(super) fn unary(&mut self, e: &'a Expr, op: UnaryOp, inner: &'a Expr, hint: Option<TypeId>) -> Operand<'a> {
        let hint = match (op, hint) {
            (UnaryOp::And, Some(h)) => match self.s.under(h) {
                Type::Pointer(b) => Some(*b),
                _ => None,
            },
            _ => None,
        };
        let mut x = self.raw_expr(inner, hint);
        self.exclude_generic(&mut x);
        self.single_value(&mut x);
        self.must_be_value(&mut x);
        if x.is_invalid() {
            return Operand::invalid(e);
        }
        match op {
            UnaryOp::And => {
                let literal = matches!(inner.unparen().kind, ExprKind::CompositeLit(_));
                if !literal && x.mode != Mode::Variable {
                    // Spec: Address operators.
                    let text = format!("invalid operation: cannot take address of {}", self.describe(&x));
                    self.err(x.span(), Code::INVALID_OPERATION, text);
                    return Operand::invalid(e);
                }
                let t = self.s.pointer(x.ty);
                return Operand::new(Mode::Value, t, e);
            }
            UnaryOp::Recv => return self.receive(e, &x),
            UnaryOp::Tilde => {
                // Spec: General interfaces.
                let text = "cannot use `~` outside of interface or type constraint";
                self.err(e.span, Code::INVALID_OPERATION, text);
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
            // Spec: Arithmetic operators; Logical operators.
            self.undefined_operator(op.as_str(), &x);
            return Operand::invalid(e);
        }
        if let (Mode::Constant, Some(v)) = (x.mode, &x.val) {
            let size = self.s.basic(x.ty).filter(|k| k.is_unsigned()).map(int_bits);
            x.val = constant::unary(op, v, size).map(Arc::new);
            x.expr = Some(e);
            if x.val.is_none() {
                return Operand::invalid(e);
            }
            self.overflow(&mut x, e.span);
            return x;
        }
        x.mode = Mode::Value;
        x
    }

    /// Tells that an operator does not go with a type.
    ///
    /// Spec: cited by the callers.
    fn undefined_operator(&mut self, op: &str, x: &Operand<'a>) {
        let text = format!("invalid operation: operator `{op}` not defined on {}", self.describe(x));
        self.err(x.span(), Code::INVALID_OPERATION, text);
    }

    /// `<-x`
    ///
    /// Spec: Receive operator.
    fn receive(&mut self, e: &'a Expr, x: &Operand<'a>) -> Operand<'a> {
        self.env.has_call_or_recv = true;
        match self.channel_elem(x, true, x.span()) {
            Some(elem) => Operand::new(Mode::CommaOk, elem, e),
            None => Operand::invalid(e),
        }
    }

    /// The element type of a channel to receive from or to send to. Of a type parameter all types must be channels of one
    /// element type that allow it.
    ///
    /// Spec: Receive operator; Send statements.
    pub(super) fn channel_elem(&mut self, x: &Operand<'a>, receive: bool, at: Span) -> Option<TypeId> {
        let wrong = if receive { ChanDir::Send } else { ChanDir::Recv };
        let types = match self.s.is_type_param(x.ty) {
            true => self.s.terms(x.ty).unwrap_or_default().iter().map(|t| t.ty).collect(),
            false => vec![x.ty],
        };
        let mut why = types.is_empty().then_some("no specific channel type");
        let mut elem = None;
        for t in types {
            match self.s.under(t) {
                Type::Chan(dir, _) if *dir == wrong => {
                    why = why.or(Some(if receive {
                        "send-only channel"
                    } else {
                        "receive-only channel"
                    }));
                }
                Type::Chan(_, e) => {
                    if elem.is_some_and(|old| !self.s.identical(old, *e)) {
                        why = why.or(Some("channels of different element types"));
                    }
                    elem = Some(*e);
                }
                _ => why = why.or(Some("non-channel")),
            }
        }
        let Some(why) = why else { return elem };
        let verb = if receive { "receive from" } else { "send to" };
        // Spec: Receive operator; Send statements.
        let text = format!("invalid operation: cannot {verb} {why} {}", self.describe(x));
        self.err(at, Code::INVALID_OPERATION, text);
        None
    }

    /// `x op y`.
    ///
    /// Spec: Operators.
    pub(super) fn binary(&mut self, e: &'a Expr, b: &'a BinaryExpr) -> Operand<'a> {
        let x = self.expr(&b.x);
        let y = self.expr(&b.y);
        let operation = Operation {
            op: b.op,
            op_span: b.op_span,
            e,
            assignment: false,
        };
        self.operation(&operation, x, y)
    }

    /// `x op= y`, where the operands have no binary expression of their own.
    ///
    /// Spec: Assignment statements; Operators.
    pub(super) fn binary_operands(
        &mut self,
        e: &'a Expr,
        op: BinaryOp,
        op_span: Span,
        x: Operand<'a>,
        y: Operand<'a>,
    ) -> Operand<'a> {
        let operation = Operation {
            op,
            op_span,
            e,
            assignment: true,
        };
        self.operation(&operation, x, y)
    }

    /// An operation on two operands of one type, or a shift or comparison.
    ///
    /// Spec: Operators; Constant expressions.
    fn operation(&mut self, o: &Operation<'a>, mut x: Operand<'a>, mut y: Operand<'a>) -> Operand<'a> {
        let (op, e) = (o.op, o.e);
        if x.is_invalid() || y.is_invalid() {
            return Operand::invalid(e);
        }
        if op.is_shift() {
            return self.shift(o, x, y);
        }
        self.match_types(&mut x, &mut y);
        if x.is_invalid() || y.is_invalid() {
            return Operand::invalid(e);
        }
        if op.is_comparison() {
            return self.comparison(e, op, x, y);
        }
        if !self.s.identical(x.ty, y.ty) {
            let span = if o.assignment { x.span() } else { e.span };
            self.mismatch(span, op, &x, &y);
            return Operand::invalid(e);
        }
        let ok = match op {
            // Spec: Arithmetic operators; String concatenation; Logical operators.
            BinaryOp::Add => self.s.all_basic(x.ty, |k| k.is_numeric() || k.is_string()),
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Quo => self.s.all_basic(x.ty, BasicKind::is_numeric),
            BinaryOp::LAnd | BinaryOp::LOr => self.s.all_basic(x.ty, BasicKind::is_boolean),
            _ => self.s.all_basic(x.ty, BasicKind::is_integer),
        };
        if !ok {
            // Spec: Arithmetic operators; String concatenation; Logical operators.
            self.undefined_operator(op.as_str(), &x);
            return Operand::invalid(e);
        }
        let integer = self.s.all_basic(x.ty, BasicKind::is_integer);
        if matches!(op, BinaryOp::Quo | BinaryOp::Rem)
            && (x.is_const() || integer)
            && y.is_const()
            && y.val.as_ref().is_some_and(|v| v.is_zero())
        {
            // Spec: Integer operators; Constant expressions.
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
            self.overflow(&mut x, o.op_span);
            return x;
        }
        x.mode = Mode::Value;
        x.val = None;
        x
    }

    /// Tells that operands are of different types.
    ///
    /// Spec: Operators.
    fn mismatch(&mut self, span: Span, op: BinaryOp, x: &Operand<'a>, y: &Operand<'a>) {
        let text = format!(
            "invalid operation: `{}` {} `{}` (mismatched types {} and {})",
            x.expr.map_or(String::new(), |e| self.text(e)),
            op.as_str(),
            y.expr.map_or(String::new(), |e| self.text(e)),
            self.type_str(x.ty),
            self.type_str(y.ty)
        );
        self.err(span, Code::MISMATCHED_TYPES, text);
    }

    /// A comparison: an untyped boolean.
    ///
    /// Spec: Comparison operators.
    fn comparison(&mut self, e: &'a Expr, op: BinaryOp, mut x: Operand<'a>, mut y: Operand<'a>) -> Operand<'a> {
        if let Err((second, code, why)) = self.comparable_operands(op, &x, &y) {
            let text = format!(
                "invalid operation: `{}` {} `{}` ({why})",
                x.expr.map_or(String::new(), |e| self.text(e)),
                op.as_str(),
                y.expr.map_or(String::new(), |e| self.text(e))
            );
            self.err(if second { y.span() } else { x.span() }, code, text);
            return Operand::invalid(e);
        }
        if let (Mode::Constant, Mode::Constant, Some(a), Some(b)) = (x.mode, y.mode, &x.val, &y.val) {
            return match constant::compare(op, a, b) {
                Some(v) => Operand::constant(TypeId::UNTYPED_BOOL, ConstValue::Bool(v), e),
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

    /// One operand can be assigned to the other's type; `==` and `!=` want comparable types or `nil`, the others ordered ones.
    /// What is wrong: whether with the second operand, and why.
    ///
    /// Spec: Comparison operators.
    pub(super) fn comparable_operands(
        &mut self,
        op: BinaryOp,
        x: &Operand<'a>,
        y: &Operand<'a>,
    ) -> Result<(), (bool, Code, String)> {
        if !self.operand_assignable(x, y.ty) && !self.operand_assignable(y, x.ty) {
            let why = format!("mismatched types {} and {}", self.type_str(x.ty), self.type_str(y.ty));
            return Err((true, Code::MISMATCHED_TYPES, why));
        }
        let problem = if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            let (xn, yn) = (self.nil_literal(x), self.nil_literal(y));
            if xn || yn {
                let t = if xn { y.ty } else { x.ty };
                let fine = self.s.has_nil(t) && !(xn && yn && t == TypeId::UNTYPED_NIL);
                (!fine).then_some((true, None))
            } else if !self.s.comparable(x.ty) {
                Some((false, self.incomparable(x.ty)))
            } else if !self.s.comparable(y.ty) {
                Some((true, self.incomparable(y.ty)))
            } else {
                None
            }
        } else if !self.s.all_basic(x.ty, BasicKind::is_ordered) {
            Some((false, None))
        } else if !self.s.all_basic(y.ty, BasicKind::is_ordered) {
            Some((true, None))
        } else {
            None
        };
        let Some((mut second, why)) = problem else {
            return Ok(());
        };
        let why = why.unwrap_or_else(|| {
            let params = self.s.is_type_param(x.ty) || self.s.is_type_param(y.ty);
            second |= params && !self.s.is_type_param(x.ty);
            let t = self.type_str(if second { y.ty } else { x.ty });
            match params {
                true => format!("type parameter {t} cannot use operator `{}`", op.as_str()),
                false => format!("operator `{}` not defined on {t}", op.as_str()),
            }
        });
        Err((second, Code::INVALID_OPERATION, why))
    }

    /// Why values of a type cannot be compared, when there is more to say than that.
    ///
    /// Spec: Comparison operators.
    fn incomparable(&self, t: TypeId) -> Option<String> {
        let text = |t| self.s.type_string(t, Some(self.env.pkg));
        match self.s.under(t) {
            _ if self.s.is_type_param(t) => Some("incomparable types in type set".into()),
            Type::Slice(_) => Some("slice can only be compared to nil".into()),
            Type::Map(..) => Some("map can only be compared to nil".into()),
            Type::Signature(_) => Some("func can only be compared to nil".into()),
            Type::Struct(s) => {
                let fields = s.fields.iter().map(|f| self.s.obj_type(*f));
                let field = fields.into_iter().find(|f| !self.s.comparable(*f))?;
                Some(format!("struct containing {} cannot be compared", text(field)))
            }
            _ => Some(format!("{} cannot be compared", text(t))),
        }
    }

    /// Whether an operand is the predeclared `nil`.
    ///
    /// Spec: Comparison operators; Predeclared identifiers.
    fn nil_literal(&self, x: &Operand<'a>) -> bool {
        x.is_nil()
            || x.expr.and_then(|e| e.unparen().as_ident()).is_some_and(|i| {
                self.info
                    .uses
                    .get(i.id)
                    .is_some_and(|o| matches!(self.s.obj(*o).kind, ObjKind::Nil))
            })
    }

    /// `x << y` or `x >> y`
    ///
    /// Spec: Operators.
    fn shift(&mut self, o: &Operation<'a>, mut x: Operand<'a>, mut y: Operand<'a>) -> Operand<'a> {
        let e = o.e;
        let value = |x: &Operand<'a>| x.val.as_ref().filter(|_| x.is_const()).and_then(|v| v.to_int());
        let untyped_int = self.s.is_untyped(x.ty) && value(&x).is_some();
        if !untyped_int && !self.s.all_basic(x.ty, BasicKind::is_integer) {
            // Spec: Operators.
            let text = format!(
                "invalid operation: shifted operand {} must be integer",
                self.describe(&x)
            );
            self.err(x.span(), Code::INVALID_OPERATION, text);
            return Operand::invalid(e);
        }
        if !self.shift_count(&mut y) {
            return Operand::invalid(e);
        }
        if x.is_const() {
            if y.is_const() {
                let count = y
                    .val
                    .as_ref()
                    .and_then(|v| v.to_i64())
                    .and_then(|n| u64::try_from(n).ok());
                let (Some(v), Some(n)) = (value(&x), count.filter(|n| *n <= MAX_SHIFT)) else {
                    // Spec: Constant expressions.
                    // Beyond the spec: cmd/compile, how far constants are shifted.
                    let text = format!("invalid operation: invalid shift count {}", self.describe(&y));
                    self.err(y.span(), Code::INVALID_OPERATION, text);
                    return Operand::invalid(e);
                };
                if !self.s.all_basic(x.ty, BasicKind::is_integer) {
                    x.ty = TypeId::UNTYPED_INT;
                }
                x.val = Some(Arc::new(constant::shift(o.op, &v, n)));
                x.expr = Some(e);
                self.overflow(&mut x, o.op_span);
                return x;
            }
            if self.s.is_untyped(x.ty) {
                // An untyped constant that is shifted by a variable gets the type that it would have without the shift.
                // Spec: Operators.
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

    /// Whether an operand can be a shift count: an integer, or an untyped constant that a `uint` can hold. It stays untyped,
    /// as it does in go/types.
    ///
    /// Spec: Operators.
    fn shift_count(&mut self, y: &mut Operand<'a>) -> bool {
        if y.is_const() {
            let v = y.val.as_ref().and_then(|v| v.to_int());
            if v.as_ref().is_some_and(|v| v.sign() == num_bigint::Sign::Minus) {
                let text = format!("invalid operation: negative shift count {}", self.describe(y));
                self.err(y.span(), Code::INVALID_OPERATION, text);
                return false;
            }
            if self.s.is_untyped(y.ty) {
                let value = y.val.clone();
                return match value.map(|v| self.fits(&v, TypeId::UINT)) {
                    Some(Err(why)) => {
                        self.misfit(y, TypeId::UINT, why);
                        false
                    }
                    _ => true,
                };
            }
            return true;
        } else if self.s.all_basic(y.ty, BasicKind::is_integer) {
            let signed = !self.s.all_basic(y.ty, BasicKind::is_unsigned);
            // Spec: Go 1.13.
            return !signed || self.needs_version(y.span(), (1, 13), "signed shift count");
        } else if self.s.is_untyped(y.ty) {
            self.convert_untyped(y, TypeId::UINT);
            return !y.is_invalid();
        }
        let text = format!("invalid operation: shift count {} must be integer", self.describe(y));
        self.err(y.span(), Code::INVALID_OPERATION, text);
        false
    }
}
