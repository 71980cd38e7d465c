//! The functions of package `unsafe`.
//!
//! In: a call of one, its arguments checked but for `Offsetof`'s. Out: the call's operand.
//! Invariants: sizes and offsets are those of linux/amd64, and constant unless they depend on type parameters.

use super::super::constant::ConstValue;
use super::super::info::Mode;
use super::super::lookup::LookupResult;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{CallExpr, Expr, ExprKind};

impl<'a> Checker<'a> {
    /// A call of a function of `unsafe`; sizes are constant unless the type depends on type parameters.
    ///
    /// Spec: Package unsafe.
    pub(super) fn unsafe_call(
        &mut self,
        e: &'a Expr,
        c: &'a CallExpr,
        id: BuiltinId,
        mut args: Vec<Operand<'a>>,
    ) -> Operand<'a> {
        use BuiltinId::*;
        match id {
            UnsafeSizeof | UnsafeAlignof => {
                let mut x = args.remove(0);
                self.assignment(&mut x, None, "argument to `unsafe.Sizeof`");
                if x.is_invalid() {
                    return Operand::invalid(e);
                }
                if self.depends_on_params(x.ty) {
                    self.record_builtin(c, &[x.ty], &[TypeId::UINTPTR], false);
                    return Operand::new(Mode::Value, TypeId::UINTPTR, e);
                }
                let (size, align) = self.s.size_align(x.ty);
                if self.too_large(size, x.span()) {
                    return Operand::invalid(e);
                }
                let n = if id == UnsafeSizeof { size } else { align };
                Operand::constant(TypeId::UINTPTR, ConstValue::int(n), e)
            }
            UnsafeOffsetof => self.offsetof(e, c),
            UnsafeAdd => {
                // Spec: Go 1.17.
                self.needs_version(c.fun.span, (1, 17), "`unsafe.Add`");
                let (mut p, mut n) = (args.remove(0), args.remove(0));
                self.assignment(&mut p, Some(TypeId::UNSAFE_POINTER), "argument to `unsafe.Add`");
                if p.is_invalid() || !self.valid_index(&mut n, "length", true) {
                    return Operand::invalid(e);
                }
                self.record_builtin(c, &[TypeId::UNSAFE_POINTER, n.ty], &[TypeId::UNSAFE_POINTER], false);
                Operand::new(Mode::Value, TypeId::UNSAFE_POINTER, e)
            }
            UnsafeSlice => {
                // Spec: Go 1.17.
                self.needs_version(c.fun.span, (1, 17), "`unsafe.Slice`");
                let (p, mut n) = (args.remove(0), args.remove(0));
                let core = self.s.core_type(p.ty).unwrap_or(TypeId::INVALID);
                let Type::Pointer(elem) = *self.s.get(core) else {
                    return self.bad_arg(e, &p, "is not a pointer");
                };
                if !self.valid_index(&mut n, "length", false) {
                    return Operand::invalid(e);
                }
                let t = self.s.slice(elem);
                self.record_builtin(c, &[p.ty, n.ty], &[t], false);
                Operand::new(Mode::Value, t, e)
            }
            UnsafeSliceData => {
                // Spec: Go 1.20.
                self.needs_version(c.fun.span, (1, 20), "`unsafe.SliceData`");
                let x = args.remove(0);
                let core = self.s.core_type(x.ty).unwrap_or(TypeId::INVALID);
                let Type::Slice(elem) = *self.s.get(core) else {
                    return self.bad_arg(e, &x, "is not a slice");
                };
                let t = self.s.pointer(elem);
                self.record_builtin(c, &[x.ty], &[t], false);
                Operand::new(Mode::Value, t, e)
            }
            UnsafeString => {
                // Spec: Go 1.20.
                self.needs_version(c.fun.span, (1, 20), "`unsafe.String`");
                let (mut p, mut n) = (args.remove(0), args.remove(0));
                let t = self.s.pointer(TypeId::UINT8);
                self.assignment(&mut p, Some(t), "argument to `unsafe.String`");
                if p.is_invalid() || !self.valid_index(&mut n, "length", false) {
                    return Operand::invalid(e);
                }
                self.record_builtin(c, &[t, n.ty], &[TypeId::STRING], false);
                Operand::new(Mode::Value, TypeId::STRING, e)
            }
            _ => {
                // Spec: Go 1.20.
                self.needs_version(c.fun.span, (1, 20), "`unsafe.StringData`");
                let mut x = args.remove(0);
                self.assignment(&mut x, Some(TypeId::STRING), "argument to `unsafe.StringData`");
                if x.is_invalid() {
                    return Operand::invalid(e);
                }
                let t = self.s.pointer(TypeId::UINT8);
                self.record_builtin(c, &[TypeId::STRING], &[t], false);
                Operand::new(Mode::Value, t, e)
            }
        }
    }

    /// `Offsetof` of a field selector, perhaps in parentheses, whose embedded fields on the way are no pointers.
    ///
    /// Spec: Package unsafe.
    fn offsetof(&mut self, e: &'a Expr, c: &'a CallExpr) -> Operand<'a> {
        let Some(arg) = c.args.first().map(Expr::unparen) else {
            return Operand::invalid(e);
        };
        let ExprKind::Selector(base, sel) = &arg.kind else {
            let text = "invalid argument: not a selector expression";
            self.err(arg.span, Code::INVALID_USE, text);
            self.expr(arg);
            return Operand::invalid(e);
        };
        let x = self.expr(base);
        if x.is_invalid() {
            return Operand::invalid(e);
        }
        let mut t = x.ty;
        if let Type::Pointer(p) = self.s.under(t) {
            t = *p;
        }
        let LookupResult::Found(l) = self.s.lookup_field_or_method(t, Some(self.env.pkg), &sel.name) else {
            let text = format!(
                "invalid argument: {} has no single field {}",
                self.type_str(t),
                sel.name
            );
            self.err(x.span(), Code::MISSING_MEMBER, text);
            return Operand::invalid(e);
        };
        let member = self.s.obj(l.obj);
        if !member.is_var() {
            let text = format!("invalid argument: `{}` is a method value", self.text(arg));
            self.err(arg.span, Code::INVALID_USE, text);
            return Operand::invalid(e);
        }
        if l.indirect {
            let text = format!(
                "invalid argument: field {} is embedded via a pointer in {}",
                sel.name,
                self.type_str(t)
            );
            self.err(x.span(), Code::INVALID_USE, text);
            return Operand::invalid(e);
        }
        self.info.uses.insert(sel.id, l.obj);
        let selection = super::super::info::Selection {
            kind: super::super::info::SelectionKind::FieldVal,
            recv: t,
            obj: l.obj,
            index: l.index.clone(),
            indirect: false,
            ty: member.ty,
        };
        self.info.selections.insert(arg.id, selection);
        let addressable = x.mode == Mode::Variable || t != x.ty;
        let mode = if addressable { Mode::Variable } else { Mode::Value };
        self.record_type(arg, mode, member.ty, None);
        if self.depends_on_params(t) {
            self.record_builtin(c, &[member.ty], &[TypeId::UINTPTR], false);
            return Operand::new(Mode::Value, TypeId::UINTPTR, e);
        }
        let mut offset = 0;
        for i in l.index {
            offset = self.s.field_offset(t, i).saturating_add(offset);
            if let Type::Struct(st) = self.s.under(t)
                && let Some(f) = st.fields.get(i)
            {
                t = self.s.obj_type(*f);
            }
        }
        if self.too_large(offset, x.span()) {
            return Operand::invalid(e);
        }
        Operand::constant(TypeId::UINTPTR, ConstValue::int(offset), e)
    }

    /// Reports a size or offset beyond all memory.
    ///
    /// Beyond the spec: cmd/compile, types as large as all memory.
    fn too_large(&mut self, size: i64, span: Span) -> bool {
        let large = size > i64::MAX - 64;
        if large {
            self.err(span, Code::INVALID_USE, "type of the argument is too large");
        }
        large
    }

    /// Whether a type's size depends on a type parameter.
    ///
    /// Spec: Package unsafe.
    fn depends_on_params(&self, t: TypeId) -> bool {
        match self.s.get(t) {
            Type::TypeParam(_) => true,
            Type::Array(_, e) => self.depends_on_params(*e),
            Type::Struct(s) => s.fields.iter().any(|f| self.depends_on_params(self.s.obj_type(*f))),
            Type::Named(n) => n.type_args.iter().any(|a| self.depends_on_params(*a)),
            _ => false,
        }
    }
}
