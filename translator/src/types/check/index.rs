//! Index and slice expressions.
//!
//! In: `x[i]`, `x[a:b:c]`. Out: an operand: element, byte, map element, instantiated function, slice.
//! Invariants: constant indices are checked against constant lengths.

use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::syntax::ast::{Expr, SliceExpr};

impl<'a> Checker<'a> {
    /// `x[i]`: an element, a byte, a map's value, or an instance of a generic function or type.
    ///
    /// Spec: Index expressions; Instantiations.
    pub(super) fn index_expr(&mut self, e: &'a Expr, xe: &'a Expr, args: &'a [Expr]) -> Operand<'a> {
        let mut x = self.raw_expr(xe, None);
        match x.mode {
            Mode::Invalid => {
                self.use_exprs(args);
                return Operand::invalid(e);
            }
            Mode::Type => {
                let t = self.instantiated_type(e, xe, args);
                return if t == TypeId::INVALID {
                    Operand::invalid(e)
                } else {
                    Operand::new(Mode::Type, t, e)
                };
            }
            _ => {}
        }
        if self.is_generic_func(x.ty) && self.is_function_value(xe) {
            return self.instantiate_explicit(e, x, args);
        }
        self.single_value(&mut x);
        self.must_be_value(&mut x);
        let Some(index) = args.first() else {
            return Operand::invalid(e);
        };
        if x.is_invalid() {
            self.expr(index);
            return Operand::invalid(e);
        }
        if let Some(second) = args.get(1) {
            // Spec: Index expressions.
            let text = "invalid operation: more than one index";
            self.err(second.span, Code::INVALID_OPERATION, text);
            self.use_exprs(args);
            return Operand::invalid(e);
        }
        if self.s.basic(x.ty).is_some_and(BasicKind::is_string) {
            // A constant index is checked against a constant string; the byte is a value all the same.
            // Spec: Index expressions.
            let len = x.val.as_ref().and_then(|v| v.as_bytes().map(|b| b.len() as i64));
            self.index_value(index, len, false);
            return Operand::new(Mode::Value, TypeId::UINT8, e);
        }
        if self.s.is_type_param(x.ty) {
            return self.index_type_param(e, &x, index);
        }
        match self.s.under(x.ty) {
            Type::Array(n, elem) => {
                let mode = if x.mode == Mode::Variable {
                    Mode::Variable
                } else {
                    Mode::Value
                };
                self.index_value(index, Some(*n), false);
                Operand::new(mode, *elem, e)
            }
            Type::Pointer(p) if matches!(self.s.under(*p), Type::Array(..)) => {
                let Type::Array(n, elem) = *self.s.under(*p) else {
                    return Operand::invalid(e);
                };
                self.index_value(index, Some(n), false);
                Operand::new(Mode::Variable, elem, e)
            }
            Type::Slice(elem) => {
                self.index_value(index, None, false);
                Operand::new(Mode::Variable, *elem, e)
            }
            Type::Map(key, value) => {
                let mut k = self.expr_with_target(index, Some(*key));
                self.assignment(&mut k, Some(*key), "map index");
                Operand::new(Mode::MapIndex, *value, e)
            }
            _ => {
                // Spec: Index expressions.
                let text = format!("invalid operation: cannot index {}", self.describe(&x));
                self.err(x.span(), Code::INVALID_OPERATION, text);
                self.use_exprs([index]);
                Operand::invalid(e)
            }
        }
    }

    /// All types in the parameter's set must have the same element type.
    ///
    /// Spec: Index expressions.
    fn index_type_param(&mut self, e: &'a Expr, x: &Operand<'a>, index: &'a Expr) -> Operand<'a> {
        let terms = self.s.terms(x.ty).unwrap_or_default();
        let mut elem: Option<TypeId> = None;
        let mut key: Option<TypeId> = None;
        let mut mode = Mode::Variable;
        let mut len: Option<i64> = None;
        let mut ok = !terms.is_empty();
        // Maps go with maps only.
        let maps = |t: &Term| matches!(self.s.under(t.ty), Type::Map(..));
        ok &= terms.iter().all(maps) || !terms.iter().any(maps);
        for t in &terms {
            let e = match self.s.under(t.ty) {
                Type::Basic(k) if k.is_string() => {
                    mode = Mode::Value;
                    TypeId::UINT8
                }
                Type::Array(n, e) => {
                    len = Some(len.map_or(*n, |l| l.min(*n)));
                    if x.mode != Mode::Variable && mode == Mode::Variable {
                        mode = Mode::Value;
                    }
                    *e
                }
                Type::Pointer(p) => match self.s.under(*p) {
                    Type::Array(n, e) => {
                        len = Some(len.map_or(*n, |l| l.min(*n)));
                        *e
                    }
                    _ => {
                        ok = false;
                        TypeId::INVALID
                    }
                },
                Type::Slice(e) => *e,
                Type::Map(k, v) => {
                    ok &= key.is_none_or(|old| self.s.identical(old, *k));
                    key = Some(*k);
                    mode = Mode::MapIndex;
                    *v
                }
                _ => {
                    ok = false;
                    TypeId::INVALID
                }
            };
            ok &= elem.is_none_or(|old| self.s.identical(old, e));
            elem = Some(e);
        }
        let (true, Some(elem)) = (ok, elem) else {
            let text = format!("invalid operation: cannot index {}", self.describe(x));
            self.err(x.span(), Code::INVALID_OPERATION, text);
            self.use_exprs([index]);
            return Operand::invalid(e);
        };
        match key {
            Some(key) => {
                let mut k = self.expr_with_target(index, Some(key));
                self.assignment(&mut k, Some(key), "map index");
            }
            None => {
                self.index_value(index, len, false);
            }
        }
        Operand::new(mode, elem, e)
    }

    /// Checks an index. `Some(Some(i))` when constant, `None` when in error. `inclusive` allows the length itself.
    ///
    /// Spec: Index expressions; Slice expressions.
    pub(super) fn index_value(&mut self, e: &'a Expr, len: Option<i64>, inclusive: bool) -> Option<Option<i64>> {
        let mut x = self.expr(e);
        if !self.valid_index(&mut x, "index", false) {
            return None;
        }
        let Some(v) = x.val.as_ref().filter(|_| x.is_const()) else {
            return Some(None);
        };
        let i = v.to_i64()?;
        if let Some(n) = len
            && n >= 0
            && (i > n || (i == n && !inclusive))
        {
            // Spec: Index expressions; Slice expressions.
            let text = format!(
                "invalid argument: index {i} out of bounds [0:{}]",
                if inclusive { n + 1 } else { n }
            );
            self.err(e.span, Code::INVALID_OPERATION, text);
            return None;
        }
        Some(Some(i))
    }

    /// Whether an operand may be an index or a size; untyped ones become `int`.
    ///
    /// Spec: Index expressions.
    pub(super) fn valid_index(&mut self, x: &mut Operand<'a>, what: &str, allow_negative: bool) -> bool {
        if x.is_invalid() {
            return false;
        }
        // An untyped index is an `int`, and must be one's value.
        if self.s.is_untyped(x.ty) {
            self.convert_untyped(x, TypeId::INT);
            if x.is_invalid() {
                return false;
            }
        }
        if !self.s.all_basic(x.ty, BasicKind::is_integer) {
            let text = format!("invalid argument: {what} {} must be integer", self.describe(x));
            self.err(x.span(), Code::INVALID_OPERATION, text);
            return false;
        }
        if x.is_const() && !allow_negative && x.val.as_ref().is_some_and(|v| v.is_negative()) {
            let text = format!("invalid argument: {what} {} must not be negative", self.describe(x));
            self.err(x.span(), Code::INVALID_OPERATION, text);
            return false;
        }
        // A typed constant must be a value of `int` too.
        if x.is_const() && x.val.as_ref().is_some_and(|v| v.to_i64().is_none()) {
            let text = format!("invalid argument: {what} {} overflows int", self.describe(x));
            self.err(x.span(), Code::INVALID_OPERATION, text);
            return false;
        }
        true
    }

    /// `x[a:b:c]` of a string, a slice, an addressable array or a pointer to one.
    ///
    /// Spec: Slice expressions.
    pub(super) fn slice_expr(&mut self, e: &'a Expr, s: &'a SliceExpr) -> Operand<'a> {
        let x = self.expr(&s.x);
        if x.is_invalid() {
            for i in [&s.low, &s.high, &s.max].into_iter().flatten() {
                self.expr(i);
            }
            return Operand::invalid(e);
        }
        let core = self.s.core_string(x.ty).unwrap_or(TypeId::INVALID);
        let mut len = None;
        let mut out = Operand::new(Mode::Value, x.ty, e);
        match self.s.get(core) {
            Type::Basic(k) if k.is_string() => {
                if let Some(max) = &s.max {
                    let text = "invalid operation: 3-index slice of string";
                    self.err(max.span, Code::INVALID_OPERATION, text);
                    return Operand::invalid(e);
                }
                len = x.val.as_ref().and_then(|v| v.as_bytes().map(|b| b.len() as i64));
                if self.s.is_untyped(x.ty) {
                    out.ty = TypeId::STRING;
                }
            }
            Type::Array(n, elem) => {
                len = Some(*n);
                if x.mode != Mode::Variable {
                    let text = format!(
                        "invalid operation: {} (slice of unaddressable value)",
                        self.describe(&x)
                    );
                    self.err(x.span(), Code::INVALID_OPERATION, text);
                    return Operand::invalid(e);
                }
                out.ty = self.s.slice(*elem);
            }
            Type::Pointer(p) if matches!(self.s.under(*p), Type::Array(..)) => {
                if let Type::Array(n, elem) = self.s.under(*p) {
                    len = Some(*n);
                    out.ty = self.s.slice(*elem);
                }
            }
            Type::Slice(_) => {}
            _ => {
                let text = format!("cannot slice {}", self.describe(&x));
                self.err(x.span(), Code::INVALID_OPERATION, text);
                self.use_exprs([&s.low, &s.high, &s.max].into_iter().flatten());
                return Operand::invalid(e);
            }
        }
        let bounds = [&s.low, &s.high, &s.max];
        let mut values = [Some(0), len, len];
        for (bound, value) in bounds.iter().zip(&mut values) {
            if let Some(e) = bound {
                *value = self.index_value(e, len, true).flatten();
            }
        }
        // A constant index is at least as large as those before it.
        let swapped = (0..3).flat_map(|i| (i + 1..3).map(move |k| (i, k))).find_map(|(i, k)| {
            let (low, high) = (values.get(i).copied()??, values.get(k).copied()??);
            let at = bounds.get(k)?.as_ref()?;
            (low > high).then_some((at, high, low))
        });
        if let Some((at, high, low)) = swapped {
            let text = format!("invalid slice indices: {high} < {low}");
            self.err(at.span, Code::INVALID_OPERATION, text);
        }
        out
    }
}
