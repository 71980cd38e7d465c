//! Conversions `T(x)`.
//!
//! In: a type and an operand. Out: an operand of the type, constant where a conversion is.
//! Invariants: the operand's untyped records get their final type.

use super::super::constant::ConstValue;
use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::Expr;
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// A conversion; of a constant to a type that constants have it is a constant.
    ///
    /// Spec: Conversions.
    pub(super) fn conversion(&mut self, e: &'a Expr, mut x: Operand<'a>, t: TypeId) -> Operand<'a> {
        if x.is_invalid() || t == TypeId::INVALID {
            return Operand::invalid(e);
        }
        let const_arg = x.is_const() && self.s.basic(x.ty).is_some_and(BasicKind::is_const_type);
        let const_target = !self.s.is_type_param(t) && self.s.basic(t).is_some_and(BasicKind::is_const_type);
        let mut constant = None;
        let mut ok = false;
        if const_arg && const_target {
            constant = self.const_conversion(&x, t);
            ok = constant.is_some();
            // An integral constant converted to an integer type overflows: report it as such.
            if !ok
                && self.s.basic(x.ty).is_some_and(BasicKind::is_integer)
                && self.s.basic(t).is_some_and(BasicKind::is_integer)
            {
                // Spec: Conversions; Constant expressions.
                let text = format!(
                    "cannot convert {} to type {}: constant overflows",
                    self.describe(&x),
                    self.type_str(t)
                );
                self.err(x.span(), Code::CONSTANT_OVERFLOW, text);
                return Operand::invalid(e);
            }
        } else if const_arg && self.s.is_type_param(t) {
            let terms = self.s.terms(t).unwrap_or_default();
            ok = !terms.is_empty()
                && terms.iter().all(|term| {
                    let u = self.s.underlying(term.ty);
                    let const_ok = self.s.basic(u).is_some_and(BasicKind::is_const_type);
                    if const_ok {
                        self.const_conversion(&x, u).is_some()
                    } else {
                        self.convertible(&x, u)
                    }
                });
        } else if self.convertible(&x, t) {
            ok = true;
        }
        if !ok {
            // Spec: Conversions.
            let text = format!("cannot convert {} to type {}", self.describe(&x), self.type_str(t));
            self.err(x.span(), Code::NOT_ASSIGNABLE, text);
            return Operand::invalid(e);
        }
        if self.s.is_untyped(x.ty) {
            let interface = self.s.is_interface(t) || (constant.is_none() && const_arg);
            let string_of_int = const_arg
                && const_target
                && self.s.basic(t).is_some_and(BasicKind::is_string)
                && self.s.basic(x.ty).is_some_and(BasicKind::is_integer);
            // An untyped operand that is converted to no type of constants takes its default type first.
            // Spec: Conversions; Constants.
            let fin = if x.is_nil() {
                t
            } else if string_of_int {
                x.ty
            } else if (interface && !self.s.is_type_param(t)) || (const_arg && self.s.basic(t).is_none()) {
                self.s.default_type(x.ty)
            } else {
                t
            };
            if let Some(inner) = x.expr {
                self.update_expr_type(inner, fin, true);
            }
        }
        x.expr = Some(e);
        x.ty = t;
        match constant {
            Some(v) => {
                x.mode = Mode::Constant;
                x.val = Some(Arc::new(v));
            }
            None => {
                x.mode = Mode::Value;
                x.val = None;
            }
        }
        x
    }

    /// The value of a converted constant: the same one, or the text of a code point.
    ///
    /// Spec: Conversions; Representability; Conversions to and from a string type.
    fn const_conversion(&self, x: &Operand<'a>, t: TypeId) -> Option<ConstValue> {
        let v = x.val.as_ref()?;
        if let Ok(v) = self.fits(v, t) {
            return Some(v);
        }
        let (from, to) = (self.s.basic(x.ty)?, self.s.basic(t)?);
        if from.is_integer() && to.is_string() {
            let c = v
                .to_i64()
                .and_then(|i| u32::try_from(i).ok())
                .and_then(char::from_u32)
                .unwrap_or('\u{fffd}');
            return Some(ConstValue::String(c.to_string().into_bytes().into()));
        }
        None
    }

    /// Whether a value that is no constant may be converted, `nil` among them.
    ///
    /// Spec: Conversions.
    fn convertible(&mut self, x: &Operand<'a>, t: TypeId) -> bool {
        if self.operand_assignable(x, t) {
            return true;
        }
        self.convertible_types(x.ty, t, x.span())
    }

    /// Whether a value that is no constant may be converted; of type parameters, from and to each of their types.
    ///
    /// Spec: Conversions.
    pub(super) fn convertible_types(&mut self, v: TypeId, t: TypeId, at: Span) -> bool {
        let (vp, tp) = (self.s.is_type_param(v), self.s.is_type_param(t));
        if vp || tp {
            let list = |c: &Self, t: TypeId, p: bool| {
                if p {
                    c.s.terms(t).unwrap_or_default()
                } else {
                    vec![Term { tilde: false, ty: t }]
                }
            };
            let (from, to) = (list(self, v, vp), list(self, t, tp));
            if from.is_empty() || to.is_empty() {
                return false;
            }
            return from.iter().all(|a| {
                to.iter().all(|b| {
                    let of = |t: &Term| if t.tilde { self.s.underlying(t.ty) } else { t.ty };
                    let (a, b) = (of(a), of(b));
                    self.typed_assignable(a, b) || self.convertible_types(a, b, at)
                })
            });
        }
        let (vu, tu) = (self.s.underlying(v), self.s.underlying(t));
        if self.identical_ignoring_tags(vu, tu) {
            return true;
        }
        match (self.s.get(vu), self.s.get(tu)) {
            (Type::Pointer(a), Type::Pointer(b)) if !self.is_named(v) && !self.is_named(t) => {
                let (a, b) = (self.s.underlying(*a), self.s.underlying(*b));
                self.identical_ignoring_tags(a, b)
            }
            (Type::Basic(a), Type::Basic(b)) => {
                let number = |k: BasicKind| k.is_integer() || k.is_float();
                (number(*a) && number(*b))
                    || (a.is_complex() && b.is_complex())
                    || (b.is_string() && (a.is_integer() || a.is_string()))
                    || (*a == BasicKind::UnsafePointer && *b == BasicKind::Uintptr)
                    || (*b == BasicKind::UnsafePointer && *a == BasicKind::Uintptr)
            }
            // Spec: Conversions to and from a string type.
            (Type::Basic(a), Type::Slice(e)) => a.is_string() && self.is_bytes_or_runes(*e),
            (Type::Slice(e), Type::Basic(b)) => b.is_string() && self.is_bytes_or_runes(*e),
            // Spec: Package unsafe.
            (Type::Basic(BasicKind::UnsafePointer), Type::Pointer(_))
            | (Type::Pointer(_), Type::Basic(BasicKind::UnsafePointer)) => true,
            // Spec: Conversions from slice to array or array pointer.
            (Type::Slice(a), Type::Array(_, b)) if self.s.identical(*a, *b) => {
                // Spec: Go 1.20.
                self.needs_version(at, (1, 20), "conversion of slice to array");
                true
            }
            (Type::Slice(a), Type::Pointer(p)) => match self.s.under(*p) {
                Type::Array(_, b) if self.s.identical(*a, *b) => {
                    // Spec: Go 1.17.
                    self.needs_version(at, (1, 17), "conversion of slice to array pointer");
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn is_named(&self, t: TypeId) -> bool {
        matches!(self.s.get(t), Type::Named(_) | Type::TypeParam(_))
    }

    /// Whether a type is that of bytes or runes.
    ///
    /// Spec: Conversions to and from a string type.
    fn is_bytes_or_runes(&self, t: TypeId) -> bool {
        matches!(self.s.basic(t), Some(BasicKind::Uint8 | BasicKind::Int32))
    }

    /// Whether types are identical but for struct tags.
    ///
    /// Spec: Conversions; Type identity.
    fn identical_ignoring_tags(&self, a: TypeId, b: TypeId) -> bool {
        if self.s.identical(a, b) {
            return true;
        }
        match (self.s.get(a), self.s.get(b)) {
            (Type::Struct(x), Type::Struct(y)) => {
                x.fields.len() == y.fields.len()
                    && x.fields.iter().zip(&y.fields).all(|(f, g)| {
                        let (f, g) = (self.s.obj(*f), self.s.obj(*g));
                        let embedded = |o: &Object| matches!(o.kind, ObjKind::Var(VarKind::EmbeddedField));
                        f.name == g.name
                            && (f.exported() || f.pkg == g.pkg)
                            && embedded(f) == embedded(g)
                            && self.identical_ignoring_tags(f.ty, g.ty)
                    })
            }
            (Type::Pointer(x), Type::Pointer(y)) | (Type::Slice(x), Type::Slice(y)) => {
                self.identical_ignoring_tags(*x, *y)
            }
            (Type::Array(n, x), Type::Array(m, y)) => n == m && self.identical_ignoring_tags(*x, *y),
            (Type::Map(k, v), Type::Map(l, w)) => {
                self.identical_ignoring_tags(*k, *l) && self.identical_ignoring_tags(*v, *w)
            }
            (Type::Chan(d, x), Type::Chan(e, y)) => d == e && self.identical_ignoring_tags(*x, *y),
            (Type::Signature(f), Type::Signature(g)) => {
                let all = |a: &[TypeId], b: &[TypeId]| {
                    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| self.identical_ignoring_tags(*x, *y))
                };
                f.variadic == g.variadic && all(&f.params, &g.params) && all(&f.results, &g.results)
            }
            _ => false,
        }
    }

    /// `assignable` for typed values, resolving methods on the way.
    ///
    /// Spec: Assignability.
    pub(super) fn typed_assignable(&mut self, v: TypeId, t: TypeId) -> bool {
        self.resolve_methods_for(v, t);
        self.s.assignable(v, t)
    }

    /// Resolves every method that comparing `v` with interface `t` will look at.
    pub(super) fn resolve_methods_for(&mut self, v: TypeId, t: TypeId) {
        if !matches!(self.s.under(t), Type::Interface(_)) {
            return;
        }
        let set = self.s.type_set(t);
        for m in &set.methods {
            self.resolve(*m);
            let want = self.s.obj(*m);
            if let super::super::lookup::LookupResult::Found(l) = self.s.lookup_field_or_method(v, want.pkg, &want.name)
            {
                self.resolve(l.obj);
            }
        }
    }

    /// Whether an operand may be assigned to `t`, constants and `nil` included. Nothing is reported or recorded.
    ///
    /// Spec: Assignability.
    pub(super) fn operand_assignable(&mut self, x: &Operand<'a>, t: TypeId) -> bool {
        if x.is_invalid() || t == TypeId::INVALID {
            return true;
        }
        if self.s.is_untyped(x.ty) {
            if self.s.identical(x.ty, t) {
                return true;
            }
            return match self.implicit_type(x, t) {
                Ok(n) => self.s.identical(n, t) || self.s.is_interface(t),
                Err(_) => false,
            };
        }
        self.typed_assignable(x.ty, t)
    }
}
