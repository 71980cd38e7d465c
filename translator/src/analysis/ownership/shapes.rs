//! Shapes of statements on containers: what is cut, what takes one element out, which bounds lie within the length.
//!
//! In: places and values of the HIR. Out: yes or no, and the part in question.

use super::nodes::same_place;
use crate::hir::{Builtin, Callee, Expr, ExprKind};
use crate::syntax::ast::BinaryOp;
use crate::types::ConstValue;

/// `nil`, `[]T{}` or `make([]T, 0)`: nothing to take over.
pub(super) fn is_empty(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Zero => true,
        ExprKind::ArrayLit { elems, .. } => elems.is_empty(),
        ExprKind::Convert(_, x) => is_empty(x),
        _ => false,
    }
}

pub(super) fn const_int(e: &Expr) -> Option<i64> {
    match &e.kind {
        ExprKind::Const {
            value: ConstValue::Int(n),
            ..
        } => i64::try_from(n).ok(),
        _ => None,
    }
}

/// `len(base)`
fn is_length(base: &Expr, e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Call(call) => match (&call.callee, &call.args.items[..]) {
            (Callee::Builtin(Builtin::Len), [x]) => same_place(base, x),
            _ => false,
        },
        _ => false,
    }
}

/// A bound that is never greater than the length: 0, `len(base)`, `len(base) - k`, `len(base) / k`.
pub(super) fn is_within_length(base: &Expr, high: &Expr) -> bool {
    if const_int(high) == Some(0) || is_length(base, high) {
        return true;
    }
    match &high.kind {
        ExprKind::Binary(BinaryOp::Sub | BinaryOp::Quo, x, k) => {
            is_length(base, x) && const_int(k).is_some_and(|k| k >= 1)
        }
        _ => false,
    }
}

/// `v = v[:0]` or `v = v[:len(v)-k]`: the container is cut.
pub(crate) fn is_cut(place: &Expr, value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Slice {
            base,
            low: None,
            high: Some(high),
            max: None,
        } => same_place(place, base) && is_within_length(base, high),
        _ => false,
    }
}

/// `v = append(v[:i], v[i+1:]...)`: the position of the element that is taken out.
pub(crate) fn removes_one<'e>(place: &Expr, value: &'e Expr) -> Option<&'e Expr> {
    let ExprKind::Call(call) = &value.kind else { return None };
    let (Callee::Builtin(Builtin::Append), [head, tail]) = (&call.callee, &call.args.items[..]) else {
        return None;
    };
    let (
        ExprKind::Slice {
            base,
            low: None,
            high: Some(i),
            max: None,
        },
        ExprKind::Slice {
            base: other,
            low: Some(next),
            high: None,
            max: None,
        },
    ) = (&head.kind, &tail.kind)
    else {
        return None;
    };
    let follows = match &next.kind {
        ExprKind::Binary(BinaryOp::Add, x, one) => same_place(i, x) && const_int(one) == Some(1),
        _ => matches!((const_int(i), const_int(next)), (Some(i), Some(n)) if n == i + 1),
    };
    (same_place(place, base) && same_place(place, other) && follows).then_some(i)
}
