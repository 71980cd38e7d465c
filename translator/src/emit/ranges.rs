//! Loops over containers that one owner holds.

use super::Emitter;
use super::code::{Code, Prec, join};
use crate::analysis::ownership::{Container, Iteration, container};
use crate::hir::{Expr, ExprKind, Range, RangeKind, RangeVar};
use crate::plan::Storage;
use crate::plan::forms::Form;
use crate::types::TypeId;

/// How the operand of a loop is printed.
enum Source {
    /// A variable or field: borrowed with `&`.
    Place(Code),
    /// A reference already.
    Reference(Code),
    /// A value of its own.
    Value(Code),
}

impl<'a> Emitter<'a> {
    /// The head of a loop over a `Vec` or `HashMap`, and what its body begins with.
    pub(super) fn native_range(
        &self,
        r: &'a Range,
        (key, value): (&str, &str),
        outside: bool,
    ) -> Option<(String, String)> {
        if let Some(items) = self.range_literal(r) {
            let head = match r.key {
                None => format!("for {value} in {items}"),
                Some(_) => format!("for ({key}, {value}) in (0_i64..).zip({items})"),
            };
            return Some((head, String::new()));
        }
        let form = self.form_of(&r.x);
        let kind = container(self.input, r.x.ty)?;
        match (&form, r.kind) {
            (Form::Vec(_), RangeKind::Slice) => Some(self.range_vec(r, kind.element(), (key, value), outside)),
            (Form::HashMap(..), RangeKind::Map) => Some(self.range_hash_map(r, kind, (key, value), outside)),
            _ => None,
        }
    }

    /// `[a, b, c]`: a literal that only the loop has is an array.
    fn range_literal(&self, r: &'a Range) -> Option<Code> {
        let (ExprKind::ArrayLit { elems, len }, RangeKind::Slice) = (&r.x.kind, r.kind) else {
            return None;
        };
        let Some(RangeVar::Define(local)) = &r.value else {
            return None;
        };
        let element = container(self.input, r.x.ty)?.element();
        let dense = elems.len() as u64 == *len && elems.iter().enumerate().all(|(i, (at, _))| *at == i as u64);
        if elems.is_empty() || !dense || container(self.input, element).is_some() {
            return None;
        }
        let form = self.plan.forms.local(*local);
        let each = elems.iter();
        let items: Vec<_> = each.map(|(_, e)| self.expr_into_explicit(e, form)).collect();
        Some(Code::postfix(format!("[{}]", join(&items))))
    }

    fn source(&self, x: &'a Expr) -> Source {
        match &x.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => {
                Source::Reference(Code::postfix(self.local_name(*l)))
            }
            ExprKind::Local(l) if self.is_guarded(*l) => match self.open_guard(*l) {
                Some(guard) => Source::Reference(Code::postfix(guard)),
                None => Source::Value(self.guarded_value(*l, false)),
            },
            ExprKind::Local(_) | ExprKind::Field { .. } => Source::Place(self.borrowed(x)),
            ExprKind::Index { .. } => match self.place(x) {
                super::place::Place::Direct(code) => Source::Place(code),
                _ => Source::Reference(self.borrowed(x)),
            },
            ExprKind::Slice { .. } => Source::Reference(self.lend_container(x, false)),
            _ => Source::Value(self.expr(x)),
        }
    }

    fn range_vec(&self, r: &'a Range, elem: TypeId, (key, value): (&str, &str), outside: bool) -> (String, String) {
        let source = self.source(&r.x);
        if r.value.is_none() {
            let (Source::Place(code) | Source::Reference(code) | Source::Value(code)) = source;
            let len = code.method("len", &[]);
            return match r.key {
                None => (format!("for _ in 0..{len}"), String::new()),
                Some(_) => (format!("for {key} in 0..{}", len.cast("i64")), String::new()),
            };
        }
        let iteration = self.facts.ownership.iteration(r.x.id);
        if let (Iteration::Indexed, Source::Place(code) | Source::Reference(code)) = (iteration, &source) {
            let position = if r.key.is_some() {
                key.trim_start_matches("mut ").to_owned()
            } else {
                self.free_name()
            };
            let element = Code::postfix(format!("{}[{position} as usize]", code.operand()));
            let element = self.copied(&element, elem);
            let head = format!("for {position} in 0..{}", code.method("len", &[]).cast("i64"));
            return (head, format!("let {value} = {element};"));
        }
        let (items, pattern) = match (source, iteration) {
            (Source::Value(code), _) => (code.text, value.to_owned()),
            (Source::Place(code) | Source::Reference(code), Iteration::Copied) => {
                (code.method("to_vec", &[]).text, value.to_owned())
            }
            (source, _) => {
                let (by_reference, iter) = match source {
                    Source::Place(code) => (
                        Code::new(format!("&{}", code.at(Prec::Unary)), Prec::Unary).text,
                        code.method("iter", &[]),
                    ),
                    Source::Reference(code) | Source::Value(code) => {
                        let iter = code.method("iter", &[]);
                        (iter.text.clone(), iter)
                    }
                };
                if self.is_lent_variable(r.value.as_ref()) {
                    (by_reference, value.to_owned())
                } else if self.is_copy(elem) && is_plain_pattern(value) && !outside {
                    (by_reference, format!("&{value}"))
                } else if self.is_copy(elem) {
                    (iter.method("copied", &[]).text, value.to_owned())
                } else {
                    (iter.method("cloned", &[]).text, value.to_owned())
                }
            }
        };
        let head = if r.key.is_none() {
            format!("for {pattern} in {items}")
        } else {
            format!("for ({key}, {pattern}) in (0_i64..).zip({items})")
        };
        (head, String::new())
    }

    fn range_hash_map(
        &self,
        r: &'a Range,
        kind: Container,
        (key, value): (&str, &str),
        outside: bool,
    ) -> (String, String) {
        let Container::Map(key_type, value_type) = kind else {
            return (String::new(), String::new());
        };
        let (by_reference, code) = match self.source(&r.x) {
            Source::Value(code) => {
                let pattern = format!("for ({key}, {value}) in {code}");
                return (pattern, String::new());
            }
            Source::Place(code) => (format!("&{}", code.at(Prec::Unary)), code),
            Source::Reference(code) => (code.method("iter", &[]).text, code),
        };
        // The pattern of a part, and what follows where the part must be a value of its own.
        let part = |var: &Option<RangeVar>, name: &str, ty: TypeId| match var {
            None => ("_".to_owned(), String::new()),
            Some(_) if self.is_lent_variable(var.as_ref()) || name.starts_with('_') => (name.to_owned(), String::new()),
            Some(_) if self.is_copy(ty) && is_plain_pattern(name) && !outside => (format!("&{name}"), String::new()),
            Some(_) => {
                let bare = name.trim_start_matches("mut ");
                let owned = if self.is_copy(ty) {
                    format!("*{bare}")
                } else {
                    format!("{bare}.clone()")
                };
                (bare.to_owned(), format!("let {name} = {owned};"))
            }
        };
        let (key_pattern, key_after) = part(&r.key, key, key_type);
        let (value_pattern, value_after) = part(&r.value, value, value_type);
        let after = format!("{key_after} {value_after}");
        let head = match (&r.key, &r.value) {
            (None, None) => format!("for _ in 0..{}", code.method("len", &[])),
            (Some(_), None) => format!("for {key_pattern} in {}", code.method("keys", &[])),
            (None, Some(_)) => format!("for {value_pattern} in {}", code.method("values", &[])),
            _ => format!("for ({key_pattern}, {value_pattern}) in {by_reference}"),
        };
        (head, after)
    }

    fn is_lent_variable(&self, var: Option<&RangeVar>) -> bool {
        matches!(var, Some(RangeVar::Define(l)) if self.storage(*l) == Storage::Lent)
    }

    /// A name for a position that no variable of the function has.
    fn free_name(&self) -> String {
        let state = self.state.borrow();
        let taken = |name: &str| {
            state
                .function
                .as_ref()
                .is_some_and(|f| f.names.values().any(|n| n == name))
        };
        let names = ["index", "position", "at"];
        (*names.iter().find(|n| !taken(n)).unwrap_or(&"the_index")).to_owned()
    }
}

/// A name without `mut`: it can stand behind `&` in a pattern.
fn is_plain_pattern(pattern: &str) -> bool {
    !pattern.starts_with("mut ")
}
