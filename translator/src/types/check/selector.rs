//! Selectors: qualified identifiers, fields, methods, method expressions.
//!
//! In: `x.f`. Out: an operand and a `Selection`.
//! Invariants: qualified identifiers have no selection; the selected object is resolved.

use super::super::info::{Mode, Selection, SelectionKind};
use super::super::lookup::LookupResult;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::syntax::ast::{self, Expr, ExprKind};

impl<'a> Checker<'a> {
    /// `x.f`: a name of a package, a field, or a method as a value or expression.
    ///
    /// Spec: Selectors; Qualified identifiers; Method values; Method expressions.
    pub(super) fn selector(&mut self, e: &'a Expr) -> Operand<'a> {
        let ExprKind::Selector(x, sel) = &e.kind else {
            return Operand::invalid(e);
        };
        if let Some(id) = x.as_ident()
            && let Some(o) = self.lookup(&id.name)
            && let ObjKind::PkgName { imported } = self.s.obj(o).kind
        {
            self.info.uses.insert(id.id, o);
            self.used.insert(o);
            return self.qualified(e, imported, id, sel);
        }
        let x = self.expr_or_type(x);
        if x.is_invalid() {
            return Operand::invalid(e);
        }
        if x.mode == Mode::Builtin {
            // Spec: Selectors; Built-in functions.
            let text = format!("invalid use of {} in selector expression", self.describe(&x));
            self.err(sel.span, Code::INVALID_USE, text);
            return Operand::invalid(e);
        }
        if &*sel.name == "_" {
            // Spec: Selectors; Blank identifier.
            self.err(sel.span, Code::INVALID_USE, "cannot refer to blank field or method");
            return Operand::invalid(e);
        }
        let mut x = x;
        self.default_operand(&mut x);
        let found = self.s.lookup_field_or_method(x.ty, Some(self.env.pkg), &sel.name);
        let LookupResult::Found(l) = found else {
            self.missing_member(e, &x, sel, matches!(found, LookupResult::Ambiguous));
            return Operand::invalid(e);
        };
        self.info.uses.insert(sel.id, l.obj);
        self.resolve(l.obj);
        self.s.complete_instance_method(l.obj);
        let obj = self.s.obj(l.obj);
        let dep = obj.origin.unwrap_or(l.obj);
        let is_method = matches!(obj.kind, ObjKind::Func { .. });
        if obj.ty == TypeId::INVALID {
            return Operand::invalid(e);
        }
        if x.mode == Mode::Type {
            return self.method_expr(e, &x, sel, l, is_method);
        }
        if is_method {
            self.add_dep(dep);
            if !self.s.in_method_set(x.ty, &l) && x.mode != Mode::Variable {
                // Spec: Method values; Calls; Method sets.
                let text = format!("cannot call pointer method `{}` on {}", sel.name, self.type_str(x.ty));
                self.err(sel.span, Code::INVALID_USE, text);
                return Operand::invalid(e);
            }
            let ty = self.s.without_receiver(obj.ty);
            let selection = Selection {
                kind: SelectionKind::MethodVal,
                recv: x.ty,
                obj: l.obj,
                index: l.index,
                indirect: l.indirect,
                ty,
            };
            self.info.selections.insert(e.id, selection);
            return Operand::new(Mode::Value, ty, e);
        }
        // A field of a variable, or behind a pointer, is a variable.
        // Spec: Selectors; Address operators; Variables.
        let mode = if x.mode == Mode::Variable || l.indirect {
            Mode::Variable
        } else {
            Mode::Value
        };
        let selection = Selection {
            kind: SelectionKind::FieldVal,
            recv: x.ty,
            obj: l.obj,
            index: l.index,
            indirect: l.indirect,
            ty: obj.ty,
        };
        self.info.selections.insert(e.id, selection);
        Operand::new(mode, obj.ty, e)
    }

    /// `T.m`
    ///
    /// Spec: Method expressions.
    fn method_expr(
        &mut self,
        e: &'a Expr,
        x: &Operand<'a>,
        sel: &'a ast::Ident,
        l: super::super::lookup::Lookup,
        is_method: bool,
    ) -> Operand<'a> {
        if !is_method {
            let text = format!(
                "`{}` undefined (type {} has no method `{}`)",
                self.text(e),
                self.type_str(x.ty),
                sel.name
            );
            self.err(sel.span, Code::MISSING_MEMBER, text);
            return Operand::invalid(e);
        }
        if !self.s.in_method_set(x.ty, &l) {
            let text = format!(
                "invalid method expression `{}` (needs pointer receiver (*{}).{})",
                self.text(e),
                self.type_str(x.ty),
                sel.name
            );
            self.err(sel.span, Code::INVALID_USE, text);
            return Operand::invalid(e);
        }
        self.add_dep(self.s.obj(l.obj).origin.unwrap_or(l.obj));
        let t = self.s.obj_type(l.obj);
        let Type::Signature(sig) = self.s.get(t) else {
            return Operand::invalid(e);
        };
        let mut sig = sig.clone();
        sig.recv = None;
        sig.params.insert(0, x.ty);
        let ty = self.s.signature(sig);
        let selection = Selection {
            kind: SelectionKind::MethodExpr,
            recv: x.ty,
            obj: l.obj,
            index: l.index,
            indirect: l.indirect,
            ty,
        };
        self.info.selections.insert(e.id, selection);
        Operand::new(Mode::Value, ty, e)
    }

    /// Tells that a selector denotes nothing.
    ///
    /// Spec: Selectors.
    fn missing_member(&mut self, e: &'a Expr, x: &Operand<'a>, sel: &'a ast::Ident, ambiguous: bool) {
        if x.ty == TypeId::INVALID || self.s.underlying(x.ty) == TypeId::INVALID {
            return;
        }
        let text = self.text(e);
        if ambiguous {
            self.err(sel.span, Code::MISSING_MEMBER, format!("ambiguous selector `{text}`"));
            return;
        }
        let ty = self.type_str(x.ty);
        let why = match self.s.under(x.ty) {
            Type::Pointer(b) if matches!(self.s.under(*b), Type::Interface(_)) && !self.s.is_type_param(*b) => {
                format!("type {ty} is pointer to interface, not interface")
            }
            _ => format!("type {ty} has no field or method {}", sel.name),
        };
        if !self.shared.broken.contains(&*sel.name) {
            self.err(sel.span, Code::MISSING_MEMBER, format!("`{text}` undefined ({why})"));
        }
    }

    /// A name of an imported package, which it exports.
    ///
    /// Spec: Qualified identifiers; Exported identifiers.
    fn qualified(&mut self, e: &'a Expr, pkg: PackageId, id: &'a ast::Ident, sel: &'a ast::Ident) -> Operand<'a> {
        let Some(p) = self.pkg(pkg) else {
            return Operand::invalid(e);
        };
        if p.unknown {
            return Operand::invalid(e);
        }
        let std_caller = self.pkg(self.env.pkg).is_some_and(|p| p.stdlib);
        let member = self.package_member(pkg, &sel.name);
        let Some(o) = member.filter(|_| std_caller || is_exported(&sel.name)) else {
            let what = if member.is_some() {
                "not exported by package"
            } else {
                "undefined"
            };
            let text = match member {
                Some(_) => format!("name `{}` {what} `{}`", sel.name, id.name),
                None => format!("undefined: `{}.{}`", id.name, sel.name),
            };
            if member.is_some() || !self.shared.broken.contains(&*sel.name) {
                // Spec: Qualified identifiers; Exported identifiers.
                self.err(sel.span, Code::UNDEFINED, text);
            }
            return Operand::invalid(e);
        };
        self.info.uses.insert(sel.id, o);
        self.resolve(o);
        let obj = self.s.obj(o);
        if let ObjKind::Builtin(b) = obj.kind {
            let mut x = Operand::new(Mode::Builtin, TypeId::INVALID, e);
            x.builtin = Some(b);
            return x;
        }
        if obj.ty == TypeId::INVALID {
            return Operand::invalid(e);
        }
        match &obj.kind {
            ObjKind::Const { value } => {
                let mut x = Operand::new(Mode::Constant, obj.ty, e);
                x.val = value.clone();
                x
            }
            ObjKind::TypeName { .. } => Operand::new(Mode::Type, obj.ty, e),
            ObjKind::Var(_) => Operand::new(Mode::Variable, obj.ty, e),
            _ => Operand::new(Mode::Value, obj.ty, e),
        }
    }
}
