//! Expression switches and type switches.
//!
//! In: `Switch` and `TypeSwitch` of the HIR. Out: `match` where patterns can say it, else a chain of `if`.

use super::Emitter;
use super::code::{Code, Prec};
use super::stmt::Tail;
use crate::analysis::ownership::constant_text;
use crate::hir::{Block, Clause, Expr, ExprKind, LocalId, Stmt, StmtKind, Switch, TypeClause, TypeSwitch};
use crate::plan::Storage;
use crate::types::{BasicKind, ConstValue, TypeId};
use rustc_hash::FxHashSet;

impl<'a> Emitter<'a> {
    /// Each clause ends the function, and one of them runs.
    pub(super) fn is_tail_switch(&self, s: &Switch) -> bool {
        let ends = |c: &Clause| c.body.stmts.last().is_some_and(|s| self.is_tail(s) || self.diverges(s));
        s.clauses.iter().any(|c| c.is_default)
            && s.clauses.iter().all(|c| ends(c) && !ends_in_fallthrough(&c.body))
            && !s.clauses.iter().any(|c| super::func::breaks_out(&c.body, s.label))
    }

    pub(super) fn switch(&self, s: &'a Switch, tail: Tail) -> String {
        self.push_switch(s.label, s.clauses.iter().map(|c| &c.body));
        let falls = s.clauses.iter().any(|c| ends_in_fallthrough(&c.body));
        let text = if falls {
            self.switch_with_fallthrough(s)
        } else if let Some(text) = self.match_switch(s, tail) {
            text
        } else {
            self.if_chain(s, tail)
        };
        let frame = self.pop_frame();
        if frame.break_used {
            format!("{}: {{ {text} }}", self.outer(s.label))
        } else {
            text
        }
    }

    /// A `match` where every case is a distinct integer, rune or boolean constant.
    fn match_switch(&self, s: &'a Switch, tail: Tail) -> Option<String> {
        let tag = s.tag.as_ref()?;
        if let Some(tag) = self.text_tag(tag) {
            return self.match_text(s, &tag, tail);
        }
        let kind = self.basic_kind(tag.ty)?;
        if !kind.is_integer() || s.clauses.len() < 2 {
            return None;
        }
        let constant = |e: &Expr| {
            matches!(
                &e.kind,
                ExprKind::Const {
                    value: ConstValue::Int(_),
                    ..
                }
            )
        };
        if !s.clauses.iter().all(|c| c.values.iter().all(constant)) {
            return None;
        }
        // A cast is no pattern: literals only, without a conversion.
        let mut arms = String::new();
        let newtype = self.is_newtype(tag.ty);
        let tag_code = self.condition_operand(tag, newtype);
        let has_default = s.clauses.iter().any(|c| c.is_default);
        let mut default = String::new();
        for clause in &s.clauses {
            let head_comments = self.comments_before(clause.head.start);
            let body = self.clause_body(clause, tail);
            if clause.is_default {
                default = format!("_ => {{ {head_comments} {body} }}");
                continue;
            }
            let patterns: Option<Vec<_>> = clause.values.iter().map(|v| self.pattern(v, kind)).collect();
            arms.push_str(&format!("{} => {{ {head_comments} {body} }}\n", patterns?.join(" | ")));
        }
        if !has_default {
            default = "_ => {}".into();
        }
        Some(format!("match {tag_code} {{ {arms} {default} }}"))
    }

    /// A `match` of a string where every case is a literal.
    fn match_text(&self, s: &'a Switch, tag: &Code, tail: Tail) -> Option<String> {
        let literal = |e: &Expr| match &e.kind {
            ExprKind::Const { named: None, .. } => constant_text(e).map(super::constant::quote),
            _ => None,
        };
        let mut seen = FxHashSet::default();
        let heads: Option<Vec<String>> = s
            .clauses
            .iter()
            .map(|c| {
                let patterns: Option<Vec<_>> = c.values.iter().map(literal).collect();
                let patterns = patterns.filter(|p| p.iter().all(|p| seen.insert(p.clone())))?;
                Some(if c.is_default { "_".into() } else { patterns.join(" | ") })
            })
            .collect();
        let heads = heads.filter(|h| h.len() > 1)?;
        let mut arms = String::new();
        let mut default = "_ => {}".to_owned();
        for (clause, head) in s.clauses.iter().zip(heads) {
            let comments = self.comments_before(clause.head.start);
            let body = self.clause_body(clause, tail);
            let arm = format!("{head} => {{ {comments} {body} }}");
            if clause.is_default {
                default = arm;
            } else {
                arms.push_str(&arm);
                arms.push('\n');
            }
        }
        Some(format!("match {tag} {{ {arms} {default} }}"))
    }

    fn condition_operand(&self, tag: &'a Expr, newtype: bool) -> Code {
        let code = self.expr(tag);
        let code = if newtype { code.field("0") } else { code };
        if code.block {
            Code::postfix(format!("({code})"))
        } else {
            code
        }
    }

    fn pattern(&self, e: &Expr, kind: BasicKind) -> Option<String> {
        let ExprKind::Const {
            value: ConstValue::Int(n),
            named,
            text,
        } = &e.kind
        else {
            return None;
        };
        if named.is_some() && !self.is_newtype(e.ty) {
            // A constant's path is a pattern, if it has this very type.
            let obj = (*named)?;
            let same = self.declared_type(obj).is_some_and(|t| t == e.ty);
            return if same {
                Some(
                    self.constant(&ConstValue::Int(n.clone()), e.ty, *named, None, false)
                        .text,
                )
            } else {
                Some(n.to_string())
            };
        }
        if kind == BasicKind::Uint8
            && let Some(text) = text
            && text.starts_with('\'')
        {
            let code = self.constant(
                &ConstValue::Int(n.clone()),
                BasicKind::Uint8.id(),
                None,
                Some(text),
                false,
            );
            return code.text.starts_with("b'").then_some(code.text);
        }
        Some(n.to_string())
    }

    fn clause_body(&self, clause: &'a Clause, tail: Tail) -> String {
        self.stmts(&clause.body.stmts, clause.body.span, tail)
    }

    /// `if … else if … else …`, the tag evaluated once.
    fn if_chain(&self, s: &'a Switch, tail: Tail) -> String {
        let mut before = String::new();
        let tag = s.tag.as_ref().map(|tag| self.switch_tag(tag, &mut before));
        let mut out = String::new();
        let mut default = None;
        for clause in &s.clauses {
            let comments = self.comments_before(clause.head.start);
            if clause.is_default {
                default = Some(format!("{comments} {}", self.clause_body(clause, tail)));
                continue;
            }
            let conditions: Vec<Code> = clause
                .values
                .iter()
                .map(|v| self.case_condition(tag.as_ref(), v, s))
                .collect();
            let condition = conditions.iter().skip(1).fold(conditions.first().cloned(), |all, c| {
                all.map(|all| Code::binary(&all, "||", c, Prec::Or))
            });
            let Some(condition) = condition else { continue };
            let body = self.clause_body(clause, tail);
            let head = if out.is_empty() { "if" } else { "else if" };
            out.push_str(&format!("{head} {condition} {{ {comments} {body} }} "));
        }
        match default {
            Some(body) if out.is_empty() => out = format!("{{ {body} }}"),
            Some(body) if !body.trim().is_empty() => out.push_str(&format!("else {{ {body} }}")),
            _ => {}
        }
        if before.is_empty() {
            out
        } else {
            format!("{{ {before} {out} }}")
        }
    }

    /// The tag as something that may be printed in each comparison.
    fn switch_tag(&self, tag: &'a Expr, before: &mut String) -> Code {
        match &tag.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Plain && self.local_name(*l) != "self" => {
                Code::postfix(self.local_name(*l))
            }
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent && tag.ty == TypeId::STRING => {
                let name = Code::postfix(self.local_name(*l));
                if self.is_parameter(*l) && self.is_text(tag) {
                    name
                } else {
                    Code::new(format!("*{name}"), Prec::Unary)
                }
            }
            _ => {
                let name = self.temporary("tag");
                before.push_str(&format!("let {name} = {};", self.expr_explicit(tag)));
                Code::postfix(name)
            }
        }
    }

    fn case_condition(&self, tag: Option<&Code>, value: &'a Expr, _s: &'a Switch) -> Code {
        let Some(tag) = tag else { return self.condition(value) };
        if matches!(value.kind, ExprKind::Zero) && self.input.store().has_nil(value.ty) {
            return self.unwrapped(tag.clone(), value.ty).method("is_nil", &[]);
        }
        let right = match &value.kind {
            ExprKind::Const {
                value: ConstValue::String(s),
                named: None,
                ..
            } if !self.is_newtype(value.ty) => match std::str::from_utf8(s) {
                Ok(text) => Code::postfix(super::constant::quote(text)),
                Err(_) => self.expr(value),
            },
            _ => self.borrowed(value),
        };
        let right = if right.block || right.text.contains('{') {
            Code::postfix(format!("({right})"))
        } else {
            right
        };
        Code::binary(tag, "==", &right, Prec::Compare)
    }

    /// Fallthrough: the clause to start with is found first, then clauses run from there.
    fn switch_with_fallthrough(&self, s: &'a Switch) -> String {
        let mut before = String::new();
        let tag = s.tag.as_ref().map(|tag| self.switch_tag(tag, &mut before));
        let mut choose = String::new();
        let mut default = s.clauses.len();
        for (i, clause) in s.clauses.iter().enumerate() {
            if clause.is_default {
                default = i;
                continue;
            }
            for value in &clause.values {
                let head = if choose.is_empty() { "if" } else { "else if" };
                choose.push_str(&format!(
                    "{head} {} {{ {i} }} ",
                    self.case_condition(tag.as_ref(), value, s)
                ));
            }
        }
        let choose = if choose.is_empty() {
            default.to_string()
        } else {
            format!("{choose} else {{ {default} }}")
        };
        let first = self.temporary("first");
        let mut out = format!("{before} let {first} = {choose};");
        let mut runs_on = false;
        for (i, clause) in s.clauses.iter().enumerate() {
            let comments = self.comments_before(clause.head.start);
            let body = self.clause_body(clause, Tail::None);
            let mut from = i;
            while from > 0 && ends_in_fallthrough(&s.clauses[from - 1].body) {
                from -= 1;
            }
            let condition = if from == i {
                format!("{first} == {i}")
            } else {
                format!("({from}..={i}).contains(&{first})")
            };
            out.push_str(&format!(" if {condition} {{ {comments} {body} }}"));
            runs_on |= from != i;
        }
        let _ = runs_on;
        format!("{{ {out} }}")
    }

    pub(super) fn type_switch(&self, s: &'a TypeSwitch) -> String {
        self.push_switch(s.label, s.clauses.iter().map(|c| &c.body));
        let mut before = String::new();
        let x = match &s.x.kind {
            ExprKind::Local(l) if matches!(self.storage(*l), Storage::Plain | Storage::Lent) => {
                Code::postfix(self.local_name(*l))
            }
            _ => {
                let name = self.temporary("x");
                before = format!("let {name} = {};", self.expr(&s.x));
                Code::postfix(name)
            }
        };
        let mut out = String::new();
        let mut default = None;
        for clause in &s.clauses {
            let comments = self.comments_before(clause.head.start);
            if clause.is_default {
                let bind = self.interface_binding(clause, &x);
                default = Some(format!("{comments} {bind} {}", self.type_clause_body(clause)));
                continue;
            }
            let (condition, bind) = self.type_condition(clause, &x, s.x.ty);
            let body = self.type_clause_body(clause);
            let head = if out.is_empty() { "if" } else { "else if" };
            out.push_str(&format!("{head} {condition} {{ {comments} {bind} {body} }} "));
        }
        match default {
            Some(body) if out.is_empty() => out = format!("{{ {body} }}"),
            Some(body) => out.push_str(&format!("else {{ {body} }}")),
            None => {}
        }
        let frame = self.pop_frame();
        let text = if before.is_empty() {
            out
        } else {
            format!("{{ {before} {out} }}")
        };
        if frame.break_used {
            format!("{}: {{ {text} }}", self.outer(s.label))
        } else {
            text
        }
    }

    fn type_clause_body(&self, clause: &'a TypeClause) -> String {
        self.stmts(&clause.body.stmts, clause.body.span, Tail::None)
    }

    /// The clause's variable, where it is used.
    fn bound_local(&self, clause: &TypeClause) -> Option<LocalId> {
        clause.bind.filter(|l| {
            let facts = self.facts.sharing.local(*l);
            facts.used || !facts.mutated.is_empty()
        })
    }

    /// A clause of several types, or the default: the variable is the interface value itself.
    fn interface_binding(&self, clause: &'a TypeClause, x: &Code) -> String {
        let Some(local) = self.bound_local(clause) else {
            return String::new();
        };
        let value = x.method("clone", &[]);
        if self.storage(local) == Storage::Shared {
            return format!("let {} = Ptr::new({value});", self.local_name(local));
        }
        format!("let {} = {value};", self.let_pattern(local))
    }

    fn type_condition(&self, clause: &'a TypeClause, x: &Code, x_ty: TypeId) -> (String, String) {
        let store = self.input.store();
        if let [Some(ty)] = clause.types[..]
            && let Some(local) = self.bound_local(clause)
        {
            let found = if store.is_interface(ty) {
                let dynamic = self.dyn_trait(ty).unwrap_or_else(|| "dyn Object".into());
                x.method(&format!("try_cast::<{dynamic}>"), &[])
            } else {
                let (boxed, wrap) = self.boxed_type(ty);
                let found = x.method(&format!("downcast::<{boxed}>"), &[]);
                if wrap {
                    found.method("map", &[Code::new("|v| v.0", Prec::Lowest)])
                } else {
                    found
                }
            };
            let name = self.local_name(local);
            let after = if self.storage(local) == Storage::Shared {
                format!("let {name} = Ptr::new({name});")
            } else {
                String::new()
            };
            return (format!("let Some({}) = {found}", self.let_pattern(local)), after);
        }
        let conditions: Vec<_> = clause.types.iter().map(|t| self.type_test(*t, x)).collect();
        let bind = self.interface_binding(clause, x);
        let _ = x_ty;
        (conditions.join(" || "), bind)
    }

    fn type_test(&self, ty: Option<TypeId>, x: &Code) -> String {
        let Some(ty) = ty else {
            return x.method("is_nil", &[]).text;
        };
        if self.input.store().is_interface(ty) {
            let dynamic = self.dyn_trait(ty).unwrap_or_else(|| "dyn Object".into());
            return x
                .method(&format!("try_cast::<{dynamic}>"), &[])
                .method("is_some", &[])
                .text;
        }
        let (boxed, _) = self.boxed_type(ty);
        x.method(&format!("is::<{boxed}>"), &[]).text
    }
}

fn ends_in_fallthrough(block: &Block) -> bool {
    matches!(
        block.stmts.last(),
        Some(Stmt {
            kind: StmtKind::Fallthrough,
            ..
        })
    )
}
