//! Composite literals.
//!
//! In: `T{…}`, or `{…}` with a type from outside. Out: a value operand.
//! Invariants: an elided element literal is recorded with its element type (`*T` for elided `&T`).

use super::super::info::Mode;
use super::super::lookup::LookupResult;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::syntax::ast::{CompositeLit, Expr, ExprKind};
use rustc_hash::FxHashSet;

impl<'a> Checker<'a> {
    /// A composite literal, whose type may be left to the literal around it.
    ///
    /// Spec: Composite literals.
    pub(super) fn composite_lit(&mut self, e: &'a Expr, c: &'a CompositeLit, hint: Option<TypeId>) -> Operand<'a> {
        let mut open_array = None;
        let (ty, base) = match &c.ty {
            Some(te) => match &te.kind {
                ExprKind::ArrayType(Some(len), elem) if matches!(len.kind, ExprKind::Ellipsis(None)) => {
                    let elem = self.var_type(elem);
                    open_array = Some((te, elem));
                    (TypeId::INVALID, TypeId::INVALID)
                }
                _ => {
                    let t = self.type_expr(te);
                    (t, t)
                }
            },
            None => match hint {
                Some(t) => {
                    let core = self.s.core_type(t).unwrap_or(TypeId::INVALID);
                    match self.s.get(core) {
                        Type::Pointer(b) => (t, *b),
                        _ => (t, t),
                    }
                }
                None => {
                    self.err(
                        e.span,
                        Code::INVALID_USE,
                        "invalid composite literal type: missing type",
                    );
                    (TypeId::INVALID, TypeId::INVALID)
                }
            },
        };
        if let Some((te, elem)) = open_array {
            let n = self.indexed_elems(&c.elems, elem, None);
            let t = self.s.array(n, elem);
            self.record_type(te, Mode::Type, t, None);
            return Operand::new(Mode::Value, t, e);
        }
        let core = self.s.core_type(base).unwrap_or(TypeId::INVALID);
        match self.s.get(core) {
            Type::Struct(st) => self.struct_elems(e, c, base, st),
            Type::Array(n, elem) => {
                self.indexed_elems(&c.elems, *elem, Some(*n));
            }
            Type::Slice(elem) => {
                self.indexed_elems(&c.elems, *elem, None);
            }
            Type::Map(k, v) => self.map_elems(c, *k, *v),
            _ => {
                for x in &c.elems {
                    // "check.use" of keys too: a struct's field names cannot be told from variables here.
                    if let ExprKind::KeyValue(k, _) = &x.kind
                        && k.as_ident().is_none_or(|id| self.lookup(&id.name).is_some())
                    {
                        self.use_exprs([&**k]);
                    }
                    self.use_exprs([x]);
                }
                // The type's own declaration is being resolved: that is told of where values have types.
                if base != TypeId::INVALID && self.is_pending(base) {
                    return Operand::new(Mode::Value, ty, e);
                }
                if self.s.is_type_param(base) && core == TypeId::INVALID {
                    let text = format!(
                        "invalid composite literal{} type {} (no common underlying type)",
                        if c.ty.is_none() { " element" } else { "" },
                        self.type_str(base)
                    );
                    self.err(e.span, Code::INVALID_USE, text);
                }
                if base != TypeId::INVALID && core != TypeId::INVALID {
                    let text = format!("invalid composite literal type {}", self.type_str(base));
                    self.err(e.span, Code::INVALID_USE, text);
                }
                return Operand::invalid(e);
            }
        }
        Operand::new(Mode::Value, ty, e)
    }

    /// Fields by their names, or all of them in order.
    ///
    /// Spec: Composite literals.
    fn struct_elems(&mut self, e: &'a Expr, c: &'a CompositeLit, t: TypeId, st: &Struct) {
        let keyed = c
            .elems
            .first()
            .is_some_and(|x| matches!(x.kind, ExprKind::KeyValue(..)));
        if keyed {
            let mut seen = FxHashSet::default();
            for x in &c.elems {
                let ExprKind::KeyValue(k, v) = &x.kind else {
                    self.err(
                        x.span,
                        Code::INVALID_USE,
                        "mixture of field:value and value elements in struct literal",
                    );
                    continue;
                };
                let Some(id) = k.as_ident() else {
                    let text = format!("invalid field name `{}` in struct literal", self.text(k));
                    self.use_exprs([&**v]);
                    self.err(x.span, Code::INVALID_USE, text);
                    continue;
                };
                let field = st.fields.iter().copied().find(|f| {
                    let f = self.s.obj(*f);
                    f.name == id.name && (f.exported() || f.pkg == Some(self.env.pkg))
                });
                let Some(f) = field else {
                    let text = match self.s.lookup_field_or_method(t, Some(self.env.pkg), &id.name) {
                        LookupResult::Found(l) if l.index.len() > 1 => {
                            format!(
                                "cannot use promoted field `{}` in struct literal of type {}",
                                id.name,
                                self.type_str(t)
                            )
                        }
                        _ => format!(
                            "unknown field `{}` in struct literal of type {}",
                            id.name,
                            self.type_str(t)
                        ),
                    };
                    self.err(k.span, Code::MISSING_MEMBER, text);
                    self.expr(v);
                    continue;
                };
                self.info.uses.insert(id.id, f);
                if !seen.insert(f) {
                    self.err(
                        k.span,
                        Code::DUPLICATE,
                        format!("duplicate field name `{}` in struct literal", id.name),
                    );
                }
                let ft = self.s.obj_type(f);
                let mut x = self.field_value(v, ft);
                self.assignment(&mut x, Some(ft), "struct literal");
            }
            return;
        }
        for (i, x) in c.elems.iter().enumerate() {
            if let ExprKind::KeyValue(..) = x.kind {
                self.err(
                    x.span,
                    Code::INVALID_USE,
                    "mixture of field:value and value elements in struct literal",
                );
                continue;
            }
            let Some(f) = st.fields.get(i) else {
                let text = format!("too many values in struct literal of type {}", self.type_str(t));
                self.use_exprs([x]);
                self.err(x.span, Code::ASSIGN_COUNT, text);
                break;
            };
            let f = self.s.obj(*f);
            if !f.exported() && f.pkg != Some(self.env.pkg) {
                let text = format!(
                    "implicit assignment to unexported field `{}` in struct literal of type {}",
                    f.name,
                    self.type_str(t)
                );
                self.use_exprs([x]);
                self.err(x.span, Code::INVALID_USE, text);
                continue;
            }
            let mut x = self.field_value(x, f.ty);
            self.assignment(&mut x, Some(f.ty), "struct literal");
        }
        if !c.elems.is_empty() && c.elems.len() < st.fields.len() {
            let text = format!("too few values in struct literal of type {}", self.type_str(t));
            self.err(
                crate::source::Span {
                    start: e.span.end.saturating_sub(1),
                    ..e.span
                },
                Code::ASSIGN_COUNT,
                text,
            );
        }
    }

    /// Array and slice elements; gives one more than the largest index.
    ///
    /// Spec: Composite literals.
    fn indexed_elems(&mut self, elems: &'a [Expr], t: TypeId, len: Option<i64>) -> i64 {
        let (mut index, mut max) = (0i64, 0i64);
        let mut seen = FxHashSet::default();
        for x in elems {
            let mut value = x;
            let mut valid = false;
            if let ExprKind::KeyValue(k, v) = &x.kind {
                value = v;
                match self.index_value(k, len, false) {
                    Some(Some(i)) => {
                        index = i;
                        valid = true;
                    }
                    Some(None) => {
                        let text = format!("index `{}` must be integer constant", self.text(k));
                        self.err(x.span, Code::INVALID_USE, text);
                    }
                    None => {}
                }
            } else if let Some(n) = len.filter(|n| *n >= 0 && index >= *n) {
                let text = format!("index {index} is out of bounds (>= {n})");
                self.err(x.span, Code::INVALID_OPERATION, text);
            } else {
                valid = true;
            }
            if valid && !seen.insert(index) {
                let text = format!("duplicate index {index} in array or slice literal");
                self.err(x.span, Code::DUPLICATE, text);
            }
            let mut v = self.expr_with_target(value, Some(t));
            self.assignment(&mut v, Some(t), "array or slice literal");
            index = index.saturating_add(1);
            max = max.max(index);
        }
        max
    }

    /// A field's value; a literal there says its type.
    ///
    /// Spec: Composite literals.
    fn field_value(&mut self, e: &'a Expr, field: TypeId) -> Operand<'a> {
        let target = match &e.kind {
            ExprKind::CompositeLit(c) if c.ty.is_none() => None,
            _ => Some(field),
        };
        self.expr_with_target(e, target)
    }

    /// Keys and values; constant keys are different.
    ///
    /// Spec: Composite literals.
    fn map_elems(&mut self, c: &'a CompositeLit, k: TypeId, v: TypeId) {
        let mut seen = FxHashSet::default();
        for x in &c.elems {
            let ExprKind::KeyValue(ke, ve) = &x.kind else {
                self.use_exprs([x]);
                self.err(x.span, Code::INVALID_USE, "missing key in map literal");
                continue;
            };
            let mut key = self.expr_with_target(ke, Some(k));
            self.assignment(&mut key, Some(k), "map literal");
            if let (Mode::Constant, Some(value)) = (key.mode, &key.val) {
                let canonical = self.s.canonical(key.ty);
                if !seen.insert((canonical, value.clone())) {
                    let text = format!("duplicate key `{}` in map literal", self.text(ke));
                    self.err(ke.span, Code::DUPLICATE, text);
                }
            }
            let mut value = self.expr_with_target(ve, Some(v));
            self.assignment(&mut value, Some(v), "map literal");
        }
    }
}
