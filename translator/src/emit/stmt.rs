//! Statements.

use super::Emitter;
use super::code::{Code, join};
use super::place::Place;
use crate::hir::{Block, Expr, ExprKind, LocalId, RangeVar, Stmt, StmtKind, Values};
use crate::plan::Storage;
use crate::plan::forms::Form;
use crate::source::Span;
use crate::types::TypeId;

/// What the end of a block stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing: control goes on behind the block.
    None,
    /// The end of a function without results.
    Unit,
    /// The value of the function.
    Return,
}

impl<'a> Emitter<'a> {
    /// The statements of a function's body.
    pub(super) fn body_block(&self, block: &'a Block, tail: Tail) -> String {
        let mut out = self.stmts(&block.stmts, block.span, tail);
        let complete = block.stmts.last().is_some_and(|s| self.is_tail(s) || self.diverges(s));
        if tail == Tail::Return && !complete {
            out.push_str(" unreachable!()");
        }
        out
    }

    /// Whether the statement, last in a function, becomes its value.
    pub(super) fn is_tail(&self, stmt: &Stmt) -> bool {
        match &stmt.kind {
            StmtKind::Return(_) => true,
            StmtKind::Switch(s) => self.is_tail_switch(s),
            StmtKind::Block(b) => b.stmts.last().is_some_and(|s| self.is_tail(s) || self.diverges(s)),
            StmtKind::If {
                then, els: Some(els), ..
            } => {
                let then = then.stmts.last().is_some_and(|s| self.is_tail(s) || self.diverges(s));
                then && (self.is_tail(els) || self.diverges(els))
            }
            _ => false,
        }
    }

    /// Statements with the comments before, between and behind them.
    pub(super) fn stmts(&self, stmts: &'a [Stmt], span: Span, tail: Tail) -> String {
        if self.has_goto_targets(stmts)
            && let Some(text) = self.stmts_with_goto(stmts, span, tail)
        {
            return text;
        }
        let mut out = String::new();
        let open = self.open_sections();
        let mut done = 0;
        for (i, stmt) in stmts.iter().enumerate() {
            if i < done {
                continue;
            }
            let last = i + 1 == stmts.len();
            out.push_str(&self.comments_before(stmt.span.start));
            let blank = self.blank_before(stmt.span);
            if !self.plan.scopes.silent.contains(&stmt.span) && self.facts.guarded.section(stmt.span).is_none() {
                out.push_str(blank);
            }
            if let Some(text) = self.taken(stmts, i, tail, span.end) {
                // It holds the next one too.
                out.push_str(&text);
                done = i + 2;
                self.printed_to(stmts[i + 1].span.end);
                out.push('\n');
                continue;
            }
            if last && tail != Tail::None && self.is_tail(stmt) {
                out.push_str(&self.tail_comments(stmt, span.end));
                out.push_str(&self.tail_stmt(stmt, tail));
            } else {
                out.push_str(&self.stmt(stmt));
            }
            self.printed_to(stmt.span.end);
            out.push('\n');
        }
        self.close_sections(open);
        out.push_str(&self.comments_before(span.end));
        out
    }

    /// `{ … }`
    pub(super) fn block(&self, block: &'a Block) -> String {
        format!("{{ {} }}", self.stmts(&block.stmts, block.span, Tail::None))
    }

    pub(super) fn block_with_tail(&self, block: &'a Block, tail: Tail) -> String {
        let mut text = self.stmts(&block.stmts, block.span, tail);
        if tail == Tail::Return && !block.stmts.last().is_some_and(|s| self.is_tail(s) || self.diverges(s)) {
            text.push_str(" unreachable!()");
        }
        format!("{{ {text} }}")
    }

    /// A last statement, printed without `return`.
    pub(super) fn tail_stmt(&self, stmt: &'a Stmt, tail: Tail) -> String {
        match &stmt.kind {
            StmtKind::Return(values) => match self.return_value(values, stmt.span) {
                (before, Some(value)) => format!("{before}{value}"),
                (before, None) => before,
            },
            StmtKind::Switch(s) => self.switch(s, tail),
            StmtKind::Block(b) => self
                .flat_block(b, tail)
                .unwrap_or_else(|| self.block_with_tail(b, tail)),
            StmtKind::If { cond, then, els } => {
                let head = format!("if {} {}", self.condition(cond), self.block_with_tail(then, tail));
                match els.as_deref() {
                    None => head,
                    Some(
                        els @ Stmt {
                            kind: StmtKind::If { .. },
                            ..
                        },
                    ) => format!("{head} else {}", self.tail_stmt(els, tail)),
                    Some(Stmt {
                        kind: StmtKind::Block(b),
                        ..
                    }) => format!("{head} else {}", self.else_block(b, tail)),
                    Some(els) => format!("{head} else {{ {} }}", self.stmt(els)),
                }
            }
            _ => self.stmt(stmt),
        }
    }

    /// An expression where a brace would open a block.
    pub(super) fn condition(&self, e: &'a Expr) -> Code {
        if let Some(test) = self.tested_option(e) {
            return test;
        }
        let code = self.unwrapped(self.expr(e), e.ty);
        if code.block || has_struct_literal(&code.text) {
            return Code::postfix(format!("({code})"));
        }
        code
    }

    pub(super) fn stmt(&self, stmt: &'a Stmt) -> String {
        if let Some(text) = self.section_stmt(stmt).or_else(|| self.whole_option(stmt)) {
            return text;
        }
        if self.plan.scopes.silent.contains(&stmt.span) {
            return String::new();
        }
        if self.plan.scopes.guards.contains(&stmt.span)
            && let StmtKind::Expr(e) = &stmt.kind
        {
            return self.guard(e);
        }
        match &stmt.kind {
            StmtKind::Empty => String::new(),
            StmtKind::Let { lhs, init } => self.let_stmt(lhs, init),
            StmtKind::Assign { lhs, rhs, declares } => self.assign_or_let(stmt.span, lhs, rhs, declares),
            StmtKind::OpAssign { place, op, value } => self.op_assign(place, *op, value),
            StmtKind::Expr(e) => self.expr_stmt(e),
            StmtKind::Go(e) => self.go(e, self.plan.scopes.spawns.get(&stmt.span).copied()),
            StmtKind::Defer(e) => self.defer(e),
            StmtKind::Send { channel, value } => {
                let channel = self.unwrapped(self.borrowed(channel), channel.ty);
                let sent = channel.method("send", &[self.expr(value)]);
                format!("{};", self.maybe_await(sent, true))
            }
            StmtKind::Return(values) => match self.return_value(values, stmt.span) {
                (before, Some(value)) => format!("{before}return {value};"),
                (before, None) => format!("{before}return;"),
            },
            StmtKind::If { cond, then, els } => self.if_stmt(cond, then, els.as_deref()),
            StmtKind::For(f) => self.for_stmt(f),
            StmtKind::Range(r) => self.range(r),
            StmtKind::Switch(s) => self.switch(s, Tail::None),
            StmtKind::TypeSwitch(s) => self.type_switch(s),
            StmtKind::Select(s) => self.select(s),
            StmtKind::Block(b) => self.flat_block(b, Tail::None).unwrap_or_else(|| self.block(b)),
            StmtKind::Labeled(label, inner) => self.labeled(*label, inner),
            StmtKind::Break(label) => self.break_stmt(*label),
            StmtKind::Continue(label) => self.continue_stmt(*label),
            StmtKind::Goto(label) if self.goto_stmt(*label).is_some() => self.goto_stmt(*label).unwrap_or_default(),
            StmtKind::Goto(_) => format!("{};", self.unsupported("`goto`", stmt.span, TypeId::INVALID)),
            StmtKind::Fallthrough => String::new(),
            StmtKind::Const(c) => self.const_item(c, ""),
            StmtKind::Type(t) => {
                let text = self.type_item(t, "") + &self.implementations_of(t);
                if !self.is_lifted(t) {
                    return text;
                }
                self.state.borrow_mut().lifted.push_str(&text);
                String::new()
            }
        }
    }

    fn if_stmt(&self, cond: &'a Expr, then: &'a Block, els: Option<&'a Stmt>) -> String {
        let head = format!("if {} {}", self.condition(cond), self.block(then));
        match els {
            None => head,
            Some(Stmt {
                kind: StmtKind::If { cond, then, els },
                span,
            }) => {
                let comments = self.comments_before(span.start);
                if comments.is_empty() {
                    format!("{head} else {}", self.if_stmt(cond, then, els.as_deref()))
                } else {
                    format!(
                        "{head} else {{ {comments} {} }}",
                        self.if_stmt(cond, then, els.as_deref())
                    )
                }
            }
            Some(Stmt {
                kind: StmtKind::Block(b),
                ..
            }) => format!("{head} else {}", self.else_block(b, Tail::None)),
            Some(other) => format!("{head} else {{ {} }}", self.stmt(other)),
        }
    }

    /// What a `return` does first, and what it returns.
    fn return_value(&self, values: &'a Values, span: Span) -> (String, Option<String>) {
        let (id, in_variables, in_scope) = {
            let state = self.state.borrow();
            let Some(f) = &state.function else {
                return (String::new(), None);
            };
            (f.id, f.results_in_variables, f.in_defer_scope)
        };
        let Some(func) = id.map(|id| self.input.hir.func(id)) else {
            return (String::new(), None);
        };
        if let Some((before, answer)) = self.answer(func, values, span) {
            return (before, Some(answer));
        }
        if values.items.is_empty() {
            if func.results.is_empty() || (in_variables && in_scope) {
                return (String::new(), None);
            }
            return (String::new(), Some(self.result_values(func)));
        }
        if in_variables && in_scope {
            let places: Vec<_> = func.results.iter().map(|r| Some(self.result_place(*r))).collect();
            let forms: Vec<_> = func.results.iter().map(|r| self.plan.forms.local(*r).clone()).collect();
            return (self.assign_places(&places, values, &forms), None);
        }
        let forms: Vec<_> = func.results.iter().map(|r| self.plan.forms.local(*r).clone()).collect();
        (String::new(), Some(self.values_tuple(values, &forms)))
    }

    fn result_place(&self, result: LocalId) -> (Place, TypeId) {
        let code = Code::postfix(self.local_name(result));
        let ty = self.input.hir.local(result).ty;
        match self.storage(result) {
            Storage::Shared => (Place::Cell(code), ty),
            _ => (Place::Direct(code), ty),
        }
    }

    /// Several values as one: a tuple, or a call's tuple as it is.
    pub(super) fn values_tuple(&self, values: &'a Values, forms: &[Form]) -> String {
        if let Some(tuple) = &values.tuple {
            let code = self.expr(tuple);
            if values.is_plain_tuple() {
                return code.text;
            }
            let names: Vec<_> = (0..values.items.len()).map(|i| format!("t{i}")).collect();
            let items: Vec<_> = values.items.iter().map(|e| self.expr(e)).collect();
            return format!("{{ let ({}) = {code}; ({}) }}", names.join(", "), join(&items));
        }
        let items: Vec<_> = values
            .items
            .iter()
            .enumerate()
            .map(|(i, e)| {
                forms
                    .get(i)
                    .map_or_else(|| self.expr(e), |form| self.expr_into(e, form))
            })
            .collect();
        if let [one] = &items[..] {
            one.text.clone()
        } else {
            format!("({})", join(&items))
        }
    }

    pub(super) fn expr_stmt(&self, e: &'a Expr) -> String {
        if let Some(line) = self.printed_line(e) {
            return if line.block { line.text } else { format!("{line};") };
        }
        let late = self.late_defers(e);
        let code = self.expr(e);
        let dropped = if self.plan.results.ignored.contains(&e.id) {
            "let _ = "
        } else {
            ""
        };
        format!("{late}{dropped}{code};")
    }

    /// What a `range` or `select` binds of a value of type `from`: the pattern, and what follows it.
    pub(super) fn bound_variable(&self, var: &'a RangeVar, temporary: &str, from: TypeId) -> (String, String) {
        match var {
            RangeVar::Define(local) => {
                let pattern = self.let_pattern(*local);
                let after = if self.storage(*local) == Storage::Shared {
                    let name = self.local_name(*local);
                    format!("let {name} = Ptr::new({name});")
                } else if self.is_guarded(*local) {
                    self.guarded_let(*local, &Code::postfix(self.local_name(*local)))
                } else {
                    String::new()
                };
                (pattern, after)
            }
            RangeVar::Assign(place) => {
                let target = self.place(place);
                // The temporary must not hide what the place mentions.
                let text = self.write(&target, place.ty, &Code::postfix("_"));
                let mentioned = text
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| word == temporary);
                let temporary = if mentioned {
                    format!("{temporary}_")
                } else {
                    temporary.to_owned()
                };
                let value = Code::postfix(temporary.clone());
                let value = if from == TypeId::INVALID {
                    value
                } else {
                    self.assigned(value, from, place.ty)
                };
                let write = self.write(&target, place.ty, &value);
                (temporary, write)
            }
        }
    }
}

/// No call, no receive: printed twice it means the same.
pub(super) fn is_pure(e: &Expr) -> bool {
    struct Pure(bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Pure {
        fn expr(&mut self, e: &'p Expr) {
            self.0 &= !matches!(e.kind, ExprKind::Call(_) | ExprKind::Recv { .. } | ExprKind::FuncLit(_));
            crate::hir::visit::walk_expr(self, e);
        }
    }
    let mut pure = Pure(true);
    crate::hir::visit::Visitor::expr(&mut pure, e);
    pure.0
}

/// A struct literal outside of parentheses would end an `if` too early.
pub(super) fn has_struct_literal(text: &str) -> bool {
    let mut depth = 0_i32;
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}
