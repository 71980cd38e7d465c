//! Range clauses.
//!
//! In: a range statement's head. Out: its variables declared or assigned.
//! Invariants: an untyped constant ranged over takes the type of the iteration variable, `int` without one.

use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{self, Expr, RangeStmt};

impl<'a> Checker<'a> {
    /// The range expression, and its variables, which are declared or assigned.
    ///
    /// Spec: For statements with range clause.
    pub(super) fn range_clause(&mut self, r: &'a RangeStmt) {
        let mut x = self.expr(&r.x);
        // `for range len(a)` and its like with untyped constants.
        let untyped_int = !x.is_invalid() && self.s.is_untyped(x.ty) && self.s.all_basic(x.ty, BasicKind::is_integer);
        if untyped_int {
            let target = match (&r.key, r.define) {
                (Some(k), false) if k.as_ident().is_none_or(|i| &*i.name != "_") => {
                    // An untyped constant gets the type of the variable that is assigned, an integer's.
                    let v = self.expr(k);
                    if !v.is_invalid() && !self.s.all_basic(v.ty, BasicKind::is_integer) {
                        let text = format!("cannot use iteration variable of type {}", self.type_str(v.ty));
                        self.err(k.span, Code::INVALID_USE, text);
                        x.fail();
                    }
                    if v.is_invalid() { TypeId::INT } else { v.ty }
                }
                _ => self.s.default_type(x.ty),
            };
            if !x.is_invalid() {
                self.convert_untyped(&mut x, target);
            }
        }
        let (key, value) = if x.is_invalid() {
            (Some(TypeId::INVALID), Some(TypeId::INVALID))
        } else {
            match self.range_types(x.ty, r.x.span) {
                Ok((k, v, max)) => {
                    let extra = match (&r.key, &r.value, max) {
                        (Some(k), _, 0) => Some(k),
                        (_, Some(v), 0 | 1) => Some(v),
                        _ => None,
                    };
                    if let Some(extra) = extra {
                        let text = format!(
                            "range over {} permits {} iteration variable{}",
                            self.describe(&x),
                            if max == 0 { "no" } else { "only one" },
                            if max == 0 { "s" } else { "" }
                        );
                        self.err(extra.span, Code::ASSIGN_COUNT, text);
                    }
                    (k, v)
                }
                Err(why) => {
                    let text = format!("cannot range over {}{why}", self.describe(&x));
                    self.err(r.x.span, Code::INVALID_USE, text);
                    (Some(TypeId::INVALID), Some(TypeId::INVALID))
                }
            }
        };
        let mut new: Vec<(&'a ast::Ident, ObjId)> = Vec::new();
        for (lhs, t) in [(&r.key, key), (&r.value, value)] {
            let Some(lhs) = lhs else { continue };
            let t = t.unwrap_or(TypeId::INVALID);
            if r.define {
                match lhs.as_ident() {
                    Some(id) => {
                        let v = self.new_var(id, VarKind::Local, t);
                        new.push((id, v));
                    }
                    None => {
                        let text = format!("non-name `{}` on left side of `:=`", self.text(lhs));
                        self.err(lhs.span, Code::INVALID_DECL, text);
                    }
                }
            } else if t == TypeId::INVALID {
                self.blank_or_expr(lhs);
            } else {
                // The integer ranged over is what is assigned.
                let at = if self.s.all_basic(x.ty, BasicKind::is_integer) {
                    &r.x
                } else {
                    lhs
                };
                let mut v = Operand::new(Mode::Value, t, at);
                self.assign_operand(lhs, &mut v);
            }
        }
        if let (true, Some(last)) = (r.define, r.value.as_ref().or(r.key.as_ref()))
            && !new.is_empty()
            && new.iter().all(|(id, _)| &*id.name == "_")
        {
            let between = Span {
                start: last.span.end,
                end: r.x.span.start,
                ..last.span
            };
            let start = between.start + self.shared.sources.text(between).find(":=").unwrap_or(0) as u32;
            // Spec: For statements with range clause.
            let text = "no new variables on left side of `:=`";
            self.err(Span { start, ..between }, Code::INVALID_DECL, text);
        }
        for (id, v) in new {
            self.declare(id, v);
            self.locals.push(v);
        }
    }

    fn blank_or_expr(&mut self, e: &'a Expr) {
        if e.as_ident().is_none_or(|i| &*i.name != "_") {
            self.expr(e);
        }
    }

    /// Key and value types, and how many variables there may be.
    ///
    /// Spec: For statements with range clause.
    #[allow(clippy::type_complexity)]
    fn range_types(&mut self, t: TypeId, span: Span) -> Result<(Option<TypeId>, Option<TypeId>, usize), String> {
        let Some(core) = self.s.core_type(t) else {
            return Err(": no core type".into());
        };
        let int = Some(TypeId::INT);
        Ok(match self.s.get(core) {
            Type::Basic(k) if k.is_string() => (int, Some(TypeId::INT32), 2),
            Type::Basic(k) if k.is_integer() => {
                // Spec: Go 1.22.
                if self.version_at(span) < (1, 22) {
                    return Err(": requires go1.22 or later".into());
                }
                (Some(t), None, 1)
            }
            Type::Array(_, e) | Type::Slice(e) => (int, Some(*e), 2),
            Type::Pointer(p) => match self.s.under(*p) {
                Type::Array(_, e) => (int, Some(*e), 2),
                _ => return Err(String::new()),
            },
            Type::Map(k, v) => (Some(*k), Some(*v), 2),
            Type::Chan(dir, e) => {
                if *dir == ChanDir::Send {
                    return Err(": receive from send-only channel".into());
                }
                (Some(*e), None, 1)
            }
            Type::Signature(s) => {
                // Spec: Go 1.23.
                if self.version_at(span) < (1, 23) {
                    return Err(": requires go1.23 or later".into());
                }
                if s.params.len() != 1 || !s.results.is_empty() {
                    return Err(": func must be func(yield func(...) bool): wrong argument count".into());
                }
                let param = s.params.first().copied().unwrap_or(TypeId::INVALID);
                let Some(y) = self.s.core_type(param) else {
                    return Err(": argument is not func".into());
                };
                match self.s.get(y) {
                    Type::Signature(y)
                        if y.params.len() <= 2
                            && y.results.len() == 1
                            && y.results.iter().all(|r| self.s.identical(*r, TypeId::BOOL)) =>
                    {
                        (y.params.first().copied(), y.params.get(1).copied(), y.params.len())
                    }
                    _ => return Err(": yield func has wrong parameters or does not return bool".into()),
                }
            }
            _ => return Err(String::new()),
        })
    }
}
