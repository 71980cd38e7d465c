//! `Result`, `Option` and `?`: how functions answer, and the statements that take an answer and test it.
//!
//! In: what the plan decided of functions, returns, and statements with the test behind them. Out: their text.
//! Invariants: an answer that no decision takes is led back over the runtime's border to Go's tuple.

use super::Emitter;
use super::code::{Code, Prec};
use super::stmt::Tail;
use crate::analysis::errors::ResultForm;
use crate::analysis::errors::returns::Kind;
use crate::hir::{Block, Expr, ExprKind, FuncId, LocalId, Stmt, StmtKind, Values};
use crate::plan::Storage;
use crate::plan::results::{Shape, Source, Taken};
use crate::source::Span;
use crate::syntax::ast::BinaryOp;

impl<'a> Emitter<'a> {
    /// The Rust type of a function's answer; `plain` are the types of Go's results.
    pub(super) fn answer_type(&self, func: FuncId, plain: &[String]) -> String {
        let tuple = |types: &[String]| match types {
            [one] => one.clone(),
            _ => format!("({})", types.join(", ")),
        };
        let Some((last, values)) = plain.split_last() else {
            return tuple(plain);
        };
        match self.plan.results.form(func) {
            ResultForm::Tuple => tuple(plain),
            ResultForm::Result => format!("{}<{}, {last}>", self.std_name("result", "Result"), tuple(values)),
            ResultForm::Option => format!("{}<{}>", self.std_name("option", "Option"), tuple(values)),
        }
    }

    /// A name of Rust's prelude, by its path where the program has one of that name.
    fn std_name(&self, module: &str, name: &str) -> String {
        let taken = self.plan.names.is_type(name);
        if taken {
            format!("std::{module}::{name}")
        } else {
            name.to_owned()
        }
    }

    /// `Ok(…)`, `Err(…)`, `Some(…)`: by the path of the type where the program has one of that name.
    fn variant(&self, name: &str) -> String {
        if !self.plan.names.is_type(name) {
            return name.to_owned();
        }
        let owner = if matches!(name, "Ok" | "Err") {
            "std::result::Result"
        } else {
            "std::option::Option"
        };
        format!("{owner}::{name}")
    }

    /// What leads a call's answer back to Go's tuple, where nothing takes it as it is.
    pub(super) fn border(&self, func: FuncId) -> &'static str {
        let values = self.input.hir.func(func).results.len().saturating_sub(1);
        match (self.plan.results.form(func), values) {
            (ResultForm::Tuple, _) => "",
            (ResultForm::Result, 0) => ".into_error()",
            (_, 1) => ".into_go()",
            _ => ".into_go_values()",
        }
    }

    /// A call's answer, as its surroundings want it.
    pub(super) fn answered(&self, func: FuncId, code: Code, e: &Expr) -> Code {
        if self.plan.results.native.contains(&e.id) {
            return code;
        }
        match self.border(func) {
            "" => code,
            border => Code::postfix(format!("{}{border}", code.operand())),
        }
    }

    /// `f() != nil` of a lone error.
    pub(super) fn failure_test(&self, e: &'a Expr) -> Option<Code> {
        let asks_failure = *self.plan.results.tests.get(&e.id)?;
        let ExprKind::Binary(_, x, _) = &e.kind else {
            return None;
        };
        let name = if asks_failure { "is_err" } else { "is_ok" };
        Some(self.expr(x).method(name, &[]))
    }

    /// What a `return` answers, where the function answers as Rust's do.
    pub(super) fn answer(&self, values: &'a Values, span: Span) -> Option<String> {
        let id = self.state.borrow().function.as_ref().and_then(|f| f.id)?;
        let form = self.plan.results.form(id);
        if form == ResultForm::Tuple {
            return None;
        }
        let func = self.input.hir.func(id);
        let kind = self.plan.results.returns.get(&span).copied().unwrap_or(Kind::Open);
        let into = if form == ResultForm::Result { "result" } else { "option" };
        if let Some(tuple) = &values.tuple {
            let code = self.expr(tuple);
            let same = matches!(kind, Kind::Tail(f) if self.plan.results.form(f) == form);
            return Some(match (same, uncomma(&code)) {
                (true, _) => code.text,
                (false, Some(option)) if form == ResultForm::Option && values.is_plain_tuple() => option,
                _ if values.is_plain_tuple() => code.method(into, &[]).text,
                _ => Code::postfix(self.values_tuple(values, &[])).method(into, &[]).text,
            });
        }
        let forms: Vec<_> = func.results.iter().map(|r| self.plan.forms.local(*r).clone()).collect();
        let mut items: Vec<Code> = if values.items.is_empty() {
            func.results
                .iter()
                .map(|r| Code::postfix(self.local_name(*r)))
                .collect()
        } else {
            let each = values.items.iter().zip(&forms);
            match kind {
                // What a failure comes with is zero, and says nothing.
                Kind::Failure => values
                    .items
                    .iter()
                    .map(|e| match e.kind {
                        _ if std::ptr::eq(e, values.items.last().unwrap_or(e)) => self.expr(e),
                        _ => Code::postfix("()"),
                    })
                    .collect(),
                Kind::Success => {
                    let last = values.items.len() - 1;
                    each.take(last)
                        .map(|(e, form)| self.expr_into(e, form))
                        .chain(std::iter::once(Code::postfix("()")))
                        .collect()
                }
                _ => each.map(|(e, form)| self.expr_into(e, form)).collect(),
            }
        };
        let last = items.pop()?;
        let tuple = |items: &[Code]| match items {
            [one] => one.text.clone(),
            _ => format!("({})", super::code::join(items)),
        };
        Some(match (kind, form) {
            (Kind::Success, ResultForm::Result) => format!("{}({})", self.variant("Ok"), tuple(&items)),
            (Kind::Success, _) => format!("{}({})", self.variant("Some"), tuple(&items)),
            (Kind::Failure, ResultForm::Result) => format!("{}({last})", self.variant("Err")),
            (Kind::Failure, _) => self.variant("None"),
            (Kind::Tail(f), _) if items.is_empty() && self.plan.results.form(f) == form => last.text,
            _ => {
                items.push(last);
                Code::postfix(tuple(&items)).method(into, &[]).text
            }
        })
    }

    /// The answer after a panic that a deferred call recovered: zero values and no error.
    pub(super) fn recovered_answer(&self, func: FuncId, zeros: &[String]) -> Option<String> {
        let values = &zeros[..zeros.len().saturating_sub(1)];
        let tuple = match values {
            [one] => one.clone(),
            _ => format!("({})", values.join(", ")),
        };
        match self.plan.results.form(func) {
            ResultForm::Tuple => None,
            ResultForm::Result => Some(format!("{}::<_, GoError>({tuple})", self.variant("Ok"))),
            ResultForm::Option => Some(self.variant("None")),
        }
    }

    /// The statement that takes an answer, with the test behind it.
    pub(super) fn taken_stmt(&self, head: &'a Stmt, next: &'a Stmt) -> Option<String> {
        let taken = self.plan.results.taken.get(&head.span)?;
        let StmtKind::If { cond, then, els } = &next.kind else {
            return None;
        };
        let source = self.taken_source(head, taken)?;
        let comments = self
            .comments_before(next.span.start)
            .replace("__gort_trailing", "__gort_comment");
        let pattern = self.values_pattern(taken, false);
        let text = match taken.shape {
            Shape::Try => self.bound(taken, &format!("{}?", source.operand())),
            Shape::TryOk => self.bound(taken, &format!("{}?", source.method("ok", &[]))),
            Shape::TryWith => {
                let failure = self.failure_closure(taken, then)?;
                let method = if taken.site.flag { "ok_or_else" } else { "map_err" };
                self.bound(taken, &format!("{}?", source.method(method, &[failure])))
            }
            Shape::Bind => self.bind(taken, &source, then),
            Shape::Branch => self.branch(taken, &source, &pattern, cond, then, els.as_deref()),
        };
        Some(format!("{comments}{text}"))
    }

    /// What gives the answer, as a `Result` or an `Option`.
    fn taken_source(&self, head: &'a Stmt, taken: &Taken) -> Option<Code> {
        let (StmtKind::Let { init: values, .. } | StmtKind::Assign { rhs: values, .. }) = &head.kind else {
            return None;
        };
        let e = values.tuple.as_ref().or(values.items.first())?;
        let code = self.expr(e);
        Some(match taken.source {
            Source::Native => code,
            Source::CommaOk => match uncomma(&code) {
                Some(option) => Code::postfix(option),
                None => code.method("option", &[]),
            },
            Source::Tuple if taken.site.flag => code.method("option", &[]),
            Source::Tuple => code.method("result", &[]),
        })
    }

    /// The values' pattern: `x`, `(a, b)`, `()`; bare names where the binding itself says `mut`.
    fn values_pattern(&self, taken: &Taken, bare: bool) -> String {
        let one = |value: &Option<LocalId>| match value {
            None => "_".to_owned(),
            Some(l) => {
                let pattern = self.let_pattern(*l);
                if bare {
                    pattern.trim_start_matches("mut ").to_owned()
                } else {
                    pattern
                }
            }
        };
        let each: Vec<_> = taken.site.values.iter().map(one).collect();
        match &each[..] {
            [one] => one.clone(),
            _ => format!("({})", each.join(", ")),
        }
    }

    /// `let x = value;`, or the value alone where nobody looks at what it gives.
    fn bound(&self, taken: &Taken, value: &str) -> String {
        if !taken.any_value {
            return format!("{value};");
        }
        format!(
            "let {} = {value}; {}",
            self.values_pattern(taken, false),
            self.shared_values(taken)
        )
    }

    /// Values that literals share get memory of their own.
    fn shared_values(&self, taken: &Taken) -> String {
        let each = taken.site.values.iter().flatten().map(|l| {
            let name = self.local_name(*l);
            match self.storage(*l) {
                Storage::Shared => format!("let {name} = Ptr::new({name}); "),
                Storage::Guarded => self.guarded_let(*l, &Code::postfix(name)),
                _ => String::new(),
            }
        });
        each.collect()
    }

    /// `|err| …`: the failure that the branch returns.
    fn failure_closure(&self, taken: &Taken, then: &'a Block) -> Option<Code> {
        let [stmt] = &then.stmts[..] else { return None };
        let StmtKind::Return(values) = &stmt.kind else {
            return None;
        };
        let last = values.items.last()?;
        // The closure borrows: what it mentions is needed where nothing failed.
        let before = self.set_keeping(true);
        let failure = self.expr(last);
        self.set_keeping(before);
        let params = match (taken.site.flag, taken.site.check.reads_error) {
            (true, _) => "||".to_owned(),
            (false, true) => format!("|{}|", self.local_name(taken.site.error)),
            (false, false) => "|_|".to_owned(),
        };
        Some(Code::new(format!("{params} {failure}"), Prec::Lowest))
    }

    fn set_keeping(&self, keeping: bool) -> bool {
        match self.state.borrow_mut().function.as_mut() {
            Some(f) => std::mem::replace(&mut f.keeping, keeping),
            None => false,
        }
    }

    /// The values are used behind: `let x = match … { … };`, or `let … else { … };`.
    fn bind(&self, taken: &Taken, source: &Code, then: &'a Block) -> String {
        let body = self.block(then);
        let success = self.variant(if taken.site.flag { "Some" } else { "Ok" });
        let error = self.local_name(taken.site.error);
        if !taken.any_value {
            return if taken.site.flag {
                format!("if {} {body}", source.method("is_none", &[]))
            } else if taken.site.check.reads_error {
                format!(
                    "if let {}({error}) = {} {body}",
                    self.variant("Err"),
                    in_condition(source)
                )
            } else {
                format!("if {} {body}", source.method("is_err", &[]))
            };
        }
        let pattern = self.values_pattern(taken, false);
        let after = self.shared_values(taken);
        if taken.site.flag || !taken.site.check.reads_error {
            return format!("let {success}({pattern}) = {source} else {body}; {after}");
        }
        let bare = self.values_pattern(taken, true);
        let value = bare.replace("_,", "(),").replace(", _)", ", ())");
        let failure = self.variant("Err");
        format!(
            "let {pattern} = match {source} {{ {success}({bare}) => {value}, {failure}({error}) => {body} }}; {after}"
        )
    }

    /// The values are used in one branch only.
    fn branch(
        &self,
        taken: &Taken,
        source: &Code,
        pattern: &str,
        cond: &'a Expr,
        then: &'a Block,
        els: Option<&'a Stmt>,
    ) -> String {
        let check = &taken.site.check;
        let (flag, error) = (taken.site.flag, self.local_name(taken.site.error));
        let success = format!("{}({pattern})", self.variant(if flag { "Some" } else { "Ok" }));
        let failure = match (flag, check.reads_error) {
            (true, _) => self.variant("None"),
            (false, true) => format!("{}({error})", self.variant("Err")),
            (false, false) => format!("{}(_)", self.variant("Err")),
        };
        let after = self.shared_values(taken);
        let rest: String = chained(cond)
            .into_iter()
            .map(|e| format!(" && {}", self.condition(e).at(Prec::Compare)))
            .collect();
        let source = in_condition(source);
        let with = |block: String| block.replacen('{', &format!("{{ {after}"), 1);
        let other = |emitter: &Self| els.map(|e| emitter.else_block(e));
        let simple = |name: &str| Code::postfix(source.clone()).method(name, &[]).text;
        let (is_success, is_failure) = if flag {
            ("is_some", "is_none")
        } else {
            ("is_ok", "is_err")
        };
        if check.success_first {
            let head = if taken.any_value {
                format!("if let {success} = {source}{rest}")
            } else {
                format!("if {}{rest}", simple(is_success))
            };
            let then = self.block(then);
            return match other(self) {
                Some(els) if check.reads_error && taken.any_value => {
                    format!("match {source} {{ {success} => {}, {failure} => {els} }}", with(then))
                }
                Some(els) if check.reads_error => {
                    format!("if let {failure} = {source} {els} else {then}")
                }
                Some(els) => format!("{head} {} else {els}", with(then)),
                None => format!("{head} {}", with(then)),
            };
        }
        let head = if check.reads_error {
            format!("if let {failure} = {source}{rest}")
        } else {
            format!("if {}{rest}", simple(is_failure))
        };
        let then = self.block(then);
        match other(self) {
            Some(els) if taken.any_value && rest.is_empty() => {
                format!("match {source} {{ {success} => {}, {failure} => {then} }}", with(els))
            }
            Some(els) => format!("{head} {then} else {els}"),
            None => format!("{head} {then}"),
        }
    }

    /// The other branch as a block.
    fn else_block(&self, els: &'a Stmt) -> String {
        match &els.kind {
            StmtKind::Block(b) => self.block(b),
            _ => {
                let comments = self.comments_before(els.span.start);
                format!("{{ {comments} {} }}", self.stmt(els))
            }
        }
    }

    /// A block of just an answer and its test, which needs no braces.
    pub(super) fn flat_block(&self, block: &'a Block) -> Option<String> {
        if !crate::plan::results::is_flat(&self.plan.results, block) {
            return None;
        }
        Some(self.stmts(&block.stmts, block.span, Tail::None))
    }
}

/// The tests behind the first: `ok && a && b`.
fn chained(cond: &Expr) -> Vec<&Expr> {
    let (mut first, mut rest) = (cond, Vec::new());
    while let ExprKind::Binary(BinaryOp::LAnd, x, y) = &first.kind {
        rest.push(&**y);
        first = x;
    }
    rest.reverse();
    rest
}

/// The option in `comma_ok(option)`.
fn uncomma(code: &Code) -> Option<String> {
    let inner = code.text.strip_prefix("comma_ok(")?.strip_suffix(')')?;
    Some(inner.to_owned())
}

/// A scrutinee: a struct literal or block there wants parentheses.
fn in_condition(code: &Code) -> String {
    if code.block || super::stmt::has_struct_literal(&code.text) {
        format!("({code})")
    } else {
        code.text.clone()
    }
}
