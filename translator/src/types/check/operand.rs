//! Operands: what an expression is while it is checked.
//!
//! In: made by the expression rules. Out: consumed by assignments, conversions, records.
//! Invariants: an invalid operand is never reported again.

use super::super::constant::ConstValue;
use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use crate::source::Span;
use crate::syntax::ast::Expr;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(super) struct Operand<'a> {
    pub(super) mode: Mode,
    pub(super) ty: TypeId,
    pub(super) val: Option<Arc<ConstValue>>,
    pub(super) expr: Option<&'a Expr>,
    pub(super) builtin: Option<BuiltinId>,
}

impl<'a> Operand<'a> {
    pub(super) fn invalid(e: &'a Expr) -> Operand<'a> {
        Operand {
            mode: Mode::Invalid,
            ty: TypeId::INVALID,
            val: None,
            expr: Some(e),
            builtin: None,
        }
    }

    pub(super) fn new(mode: Mode, ty: TypeId, e: &'a Expr) -> Operand<'a> {
        Operand {
            mode,
            ty,
            val: None,
            expr: Some(e),
            builtin: None,
        }
    }

    pub(super) fn constant(ty: TypeId, val: ConstValue, e: &'a Expr) -> Operand<'a> {
        Operand {
            mode: Mode::Constant,
            ty,
            val: Some(Arc::new(val)),
            expr: Some(e),
            builtin: None,
        }
    }

    pub(super) fn is_invalid(&self) -> bool {
        self.mode == Mode::Invalid
    }

    pub(super) fn fail(&mut self) {
        self.mode = Mode::Invalid;
        self.ty = TypeId::INVALID;
        self.val = None;
    }

    pub(super) fn is_nil(&self) -> bool {
        self.ty == TypeId::UNTYPED_NIL
    }

    pub(super) fn span(&self) -> Span {
        self.expr.map_or(Span::new(crate::source::FileId(0), 0, 0), |e| e.span)
    }

    pub(super) fn is_const(&self) -> bool {
        self.mode == Mode::Constant
    }
}

impl<'a> Checker<'a> {
    /// As Go describes operands: `` `x` (variable of type int) ``.
    pub(super) fn describe(&self, x: &Operand<'a>) -> String {
        let text = x.expr.map_or(String::new(), |e| self.text(e));
        if x.is_nil() {
            return "untyped nil".into();
        }
        let what = match x.mode {
            Mode::Invalid => "invalid operand",
            Mode::NoValue => "no value",
            Mode::Builtin => "built-in",
            Mode::Type => "type",
            Mode::Constant => "constant",
            Mode::Variable => "variable",
            Mode::MapIndex => "map index expression",
            Mode::Value => "value",
            Mode::Nil => "nil",
            Mode::CommaOk => "comma, ok expression",
        };
        match x.mode {
            Mode::NoValue | Mode::Builtin | Mode::Type | Mode::Invalid => format!("`{text}` ({what})"),
            _ => {
                let kind = self.type_kind(x.ty);
                let ty = self.type_str(x.ty);
                let value = match &x.val {
                    Some(v) if v.to_string() != text => format!(" {v}"),
                    _ => String::new(),
                };
                if self.s.is_untyped(x.ty) {
                    format!("`{text}` ({ty} {what}{value})")
                } else {
                    format!("`{text}` ({what}{value} of {kind}type {ty})")
                }
            }
        }
    }

    /// Go 1.24 and later say what a named type is: "struct type T".
    fn type_kind(&self, t: TypeId) -> &'static str {
        if !matches!(self.s.get(t), Type::Named(_)) {
            return "";
        }
        match self.s.under(t) {
            Type::Struct(_) => "struct ",
            Type::Interface(_) => "interface ",
            Type::Map(..) => "map ",
            Type::Slice(_) => "slice ",
            Type::Array(..) => "array ",
            Type::Signature(_) => "func ",
            Type::Chan(..) => "chan ",
            Type::Pointer(_) => "pointer ",
            _ => "",
        }
    }
}
