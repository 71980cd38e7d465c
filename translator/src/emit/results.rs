//! `Result`, `Option` and `?`: signatures, returns, and the statements that take what may fail.
//!
//! In: the decisions of `plan::results`. Out: text. What is not decided there is led back to Go's tuple.

use super::Emitter;
use super::code::{Code, Prec};
use super::stmt::Tail;
use crate::analysis::errors::ResultForm;
use crate::analysis::errors::returns::{Kind, called};
use crate::hir::{
    Block, Comm, Expr, ExprKind, Func, FuncId, LocalId, Method, RangeVar, SelectArm, Stmt, StmtKind, Values,
};
use crate::plan::results::{Shape, Source, Taken, is_flat, is_plain};
use crate::plan::{Receiver, Storage};
use crate::source::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::{LookupResult, ObjId, Type, TypeId};

impl<'a> Emitter<'a> {
    /// The results of a function: a tuple, or Rust's own types.
    pub(super) fn result_type(&self, func: FuncId, types: &[String]) -> String {
        let tuple = |types: &[String]| match types {
            [one] => one.clone(),
            _ => format!("({})", types.join(", ")),
        };
        let values = types.split_last().map_or(&[][..], |(_, values)| values);
        match self.plan.results.form(func) {
            ResultForm::Tuple => tuple(types),
            // One of the user's types may be called `Result`.
            ResultForm::Result if self.plan.names.is_type("Result") => {
                format!("std::result::Result<{}, GoError>", tuple(values))
            }
            ResultForm::Result => format!("Result<{}, GoError>", tuple(values)),
            ResultForm::Option => format!("Option<{}>", tuple(values)),
        }
    }

    /// What the function answers when a deferred call stopped a panic: zero values.
    pub(super) fn zero_answer(&self, func: FuncId, zeros: &[String]) -> String {
        let tuple = |zeros: &[String]| match zeros {
            [one] => one.clone(),
            _ => format!("({})", zeros.join(", ")),
        };
        let values = zeros.split_last().map_or(&[][..], |(_, values)| values);
        match self.plan.results.form(func) {
            ResultForm::Tuple => tuple(zeros),
            ResultForm::Result => format!("Ok({})", tuple(values)),
            ResultForm::Option => "None".into(),
        }
    }

    /// The method that leads from a function's answer back to Go's results.
    pub(super) fn back_to_go(&self, func: FuncId) -> Option<&'static str> {
        match (self.plan.results.form(func), self.input.hir.func(func).results.len()) {
            (ResultForm::Tuple, _) => None,
            (ResultForm::Result, 1) => Some("into_error"),
            (ResultForm::Result, n) if n > 2 => Some("into_go_values"),
            _ => Some("into_go"),
        }
    }

    /// The same for a method.
    pub(super) fn method_back(&self, method: &Method) -> Option<&'static str> {
        match method {
            Method::User(func) => self.back_to_go(*func),
            _ => None,
        }
    }

    /// `Type::method(&pointer, …)` where the pointer has a method of that name too: an interface's, which answers with
    /// Go's tuple.
    pub(super) fn call_by_path(&self, recv: &'a Expr, func: FuncId, owner: &str, args: &[Code]) -> Option<Code> {
        let plan = &self.plan.funcs[func.index()];
        let store = self.input.store();
        let base = self.input.pointee(recv.ty)?;
        let by_reference = matches!(plan.receiver, Some(Receiver::Ref | Receiver::RefMut));
        let pointer = match &recv.kind {
            ExprKind::AddrOf(_) => false,
            ExprKind::Local(l) => self.storage(*l) != Storage::Borrowed,
            _ => true,
        };
        if !by_reference
            || !pointer
            || self.plan.results.form(func) == ResultForm::Tuple
            || self.is_owned_pointer(recv.ty)
        {
            return None;
        }
        let name = &self.input.hir.func(func).name;
        let object = |ty| self.input.struct_name(ty);
        let implemented = self.plan.traits.implementations.iter().any(|i| {
            let same = i.ty == base || object(base).is_some() && object(i.ty) == object(base);
            let methods = &store.type_set(i.iface).methods;
            i.pointer && same && methods.iter().any(|m| store.obj(*m).name == *name)
        });
        if !implemented {
            return None;
        }
        let follow = if self.is_in_place(base) { "" } else { ".get()" };
        let recv = self.borrowed(recv).operand();
        let mut all = vec![Code::new(format!("&{recv}{follow}"), Prec::Unary)];
        all.extend(args.iter().cloned());
        Some(Code::postfix(format!(
            "{owner}::{}({})",
            plan.name,
            super::code::join(&all)
        )))
    }

    /// A call as Go's results, unless whoever takes them is written in Rust's way.
    pub(super) fn answered(&self, code: Code, e: &Expr) -> Code {
        match called(e).and_then(|f| self.back_to_go(f)) {
            Some(method) if !self.plan.results.native.contains(&e.id) => code.method(method, &[]),
            _ => code,
        }
    }

    /// What follows the call of a type's own method in the implementation of a trait.
    pub(super) fn forwarded_back(&self, method: ObjId, ty: TypeId, pointer: bool) -> String {
        let store = self.input.store();
        let object = store.obj(method);
        let through = if pointer { store.pointer(ty) } else { ty };
        let LookupResult::Found(found) = store.lookup_field_or_method(through, object.pkg, &object.name) else {
            return String::new();
        };
        let origin = self.input.origin(found.obj);
        let func = self.input.hir.funcs.iter().find(|f| f.obj == Some(origin));
        let back = func.and_then(|f| self.back_to_go(f.id));
        back.map(|method| format!(".{method}()")).unwrap_or_default()
    }

    /// `f() != nil`
    pub(super) fn tested_call(&self, e: &'a Expr) -> Option<Code> {
        let failed = self.plan.results.tests.get(&e.id)?;
        let ExprKind::Binary(_, x, _) = &e.kind else {
            return None;
        };
        let method = if *failed { "is_err" } else { "is_ok" };
        Some(self.expr(x).method(method, &[]))
    }

    /// What a `return` gives in a function that answers in Rust's way.
    pub(super) fn answer(&self, func: &'a Func, values: &'a Values, span: Span) -> Option<(String, String)> {
        let mut before = String::new();
        let answer = self.answer_after(func, values, span, &mut before)?;
        Some((before, answer))
    }

    fn answer_after(&self, func: &'a Func, values: &'a Values, span: Span, before: &mut String) -> Option<String> {
        let form = self.plan.results.form(func.id);
        if form == ResultForm::Tuple {
            return None;
        }
        let kind = self.plan.results.returns.get(&span).copied().unwrap_or(Kind::Open);
        let (yes, no) = match form {
            ResultForm::Option => ("Some", "option"),
            _ => ("Ok", "result"),
        };
        if let (Some(tuple), Kind::Tail(_) | Kind::Passed) = (&values.tuple, kind) {
            return Some(self.passed_on(tuple, no).text);
        }
        if let (None, [one], Kind::Tail(_)) = (&values.tuple, &values.items[..], kind) {
            return Some(self.passed_on(one, no).text);
        }
        if values.tuple.is_some() {
            let forms: Vec<_> = func.results.iter().map(|r| self.plan.forms.local(*r).clone()).collect();
            return Some(format!("{}.{no}()", self.values_tuple(values, &forms)));
        }
        if values.items.is_empty() {
            let each = self.result_each(func);
            let (last, others) = each.split_last()?;
            return Some(match (kind, form) {
                (Kind::Success, _) => format!("{yes}({})", one_or_tuple(others)),
                (Kind::Failure, ResultForm::Option) => "None".into(),
                (Kind::Failure, _) => format!("Err({last})"),
                _ => format!("{}.{no}()", one_or_tuple(&each)),
            });
        }
        let (last, others) = values.items.split_last()?;
        if self.plan.results.whole_returns.contains_key(&span) {
            return Some(self.expr(others.first()?).text);
        }
        let value = |(i, e): (usize, &'a Expr)| {
            let form = func.results.get(i).map(|r| self.plan.forms.local(*r).clone());
            self.expr_into(e, &form.unwrap_or_default()).text
        };
        if kind == Kind::Failure {
            // What is evaluated for its effect.
            let effects = others.iter().enumerate().filter(|(_, e)| !is_plain(e));
            effects.for_each(|x| before.push_str(&format!("let _ = {}; ", value(x))));
            return Some(match form {
                ResultForm::Option => "None".to_owned(),
                _ => format!("Err({})", self.expr(last)),
            });
        }
        let mut each: Vec<_> = others.iter().enumerate().map(value).collect();
        if kind == Kind::Success {
            return Some(format!("{yes}({})", one_or_tuple(&each)));
        }
        if let (ResultForm::Option, [v]) = (form, others)
            && is_plain(v)
        {
            return Some(
                self.expr(last)
                    .method("then_some", &[Code::postfix(each.join(""))])
                    .text,
            );
        }
        if others.is_empty() {
            return Some(self.expr(last).method(no, &[]).text);
        }
        each.push(self.expr(last).text);
        Some(format!("{}.{no}()", one_or_tuple(&each)))
    }

    /// Another call's answer as the function's own.
    fn passed_on(&self, e: &'a Expr, convert: &str) -> Code {
        if self.plan.results.native.contains(&e.id) {
            return self.expr(e);
        }
        let code = self.expr(e);
        without_comma_ok(&code).unwrap_or_else(|| code.method(convert, &[]))
    }

    /// What is taken, as a `Result` or an `Option`.
    fn fallible(&self, e: &'a Expr, source: Source) -> Code {
        let code = self.expr(e);
        let is_flag = |ty: &TypeId| *ty == TypeId::BOOL || *ty == TypeId::UNTYPED_BOOL;
        let convert = match self.input.store().get(e.ty) {
            Type::Tuple(ts) if ts.last().is_some_and(is_flag) => "option",
            _ => "result",
        };
        match source {
            Source::Native => code,
            Source::CommaOk => without_comma_ok(&code).unwrap_or_else(|| code.method(convert, &[])),
            Source::Tuple => code.method(convert, &[]),
        }
    }

    /// `let v = …;` of an option that stays one.
    pub(super) fn whole_option(&self, stmt: &'a Stmt) -> Option<String> {
        let source = self.plan.results.whole.get(&stmt.span)?;
        let value = declared(stmt).first().map(|l| self.let_pattern(*l))?;
        Some(format!("let {value} = {};", self.fallible(taken_from(stmt)?, *source)))
    }

    /// The test of an option's flag.
    pub(super) fn tested_option(&self, e: &Expr) -> Option<Code> {
        let (flag, positive) = crate::analysis::errors::flow::test(e)?;
        let option = self.plan.results.flags.get(&flag)?;
        let method = if positive { "is_some" } else { "is_none" };
        Some(Code::postfix(self.local_name(*option)).method(method, &[]))
    }

    /// `let Some(v) = received else { … };` at the start of an arm that leaves when the channel is closed.
    pub(super) fn received_or_leave(&self, arm: &'a SelectArm) -> Option<String> {
        let (Comm::Recv { value, .. }, Some(stmt)) = (&arm.comm, arm.body.stmts.first()) else {
            return None;
        };
        let StmtKind::If { then, .. } = &stmt.kind else {
            return None;
        };
        if !self.plan.results.arms.contains(&arm.head) {
            return None;
        }
        let comments = self.comments_before(stmt.span.start);
        self.printed_to(stmt.span.start);
        let block = self.block(then);
        self.printed_to(stmt.span.end);
        Some(match value {
            Some(RangeVar::Define(v)) => {
                format!(
                    "{comments}let Some({}) = received else {block};\n",
                    self.let_pattern(*v)
                )
            }
            _ => format!("{comments}if received.is_none() {block}\n"),
        })
    }

    /// The block's only two statements are written as one, which needs no braces.
    pub(super) fn flat_block(&self, block: &'a Block, tail: Tail) -> Option<String> {
        is_flat(&self.plan.results, block).then(|| self.stmts(&block.stmts, block.span, tail))
    }

    /// An `else` with a block: `else if let` where the block is just that.
    pub(super) fn else_block(&self, block: &'a Block, tail: Tail) -> String {
        let text = match self.flat_block(block, tail) {
            Some(text) if text.trim_start().starts_with("if ") && !text.contains(";\n}") => text,
            Some(text) => format!("{{ {text} }}"),
            None => self.block_with(block, tail),
        };
        if text.starts_with("if ") && text.trim_end().ends_with(';') {
            return format!("{{ {text} }}");
        }
        text
    }

    fn block_with(&self, block: &'a Block, tail: Tail) -> String {
        match tail {
            Tail::None => self.block(block),
            _ => self.block_with_tail(block, tail),
        }
    }

    /// An assignment, or a `let` where it makes all its variables anew.
    pub(super) fn assign_or_let(
        &self,
        span: Span,
        lhs: &'a [Option<Expr>],
        rhs: &'a Values,
        declares: &[LocalId],
    ) -> String {
        let Some(anew) = self.plan.results.declares.get(&span) else {
            return self.assign(lhs, rhs, declares);
        };
        let declares: Vec<_> = declares.iter().chain(anew).copied().collect();
        let local = |place: &Option<Expr>| match place {
            Some(Expr {
                kind: ExprKind::Local(l),
                ..
            }) => Some(*l),
            _ => None,
        };
        let plain = |place: &Option<Expr>| match local(place) {
            Some(l) => declares.contains(&l) && self.storage(l) == Storage::Plain,
            None => place.is_none(),
        };
        if !lhs.iter().all(plain) || rhs.tuple.is_some() && !rhs.is_plain_tuple() {
            return self.assign(lhs, rhs, &declares);
        }
        let locals: Vec<_> = lhs.iter().map(local).collect();
        self.let_stmt(&locals, rhs)
    }

    /// A statement that takes what may fail, with the test behind it, which it then replaces.
    pub(super) fn taken(&self, stmts: &'a [Stmt], at: usize, tail: Tail, end: u32) -> Option<String> {
        let stmt = stmts.get(at)?;
        if let Some(source) = self.plan.results.passed.get(&stmt.span) {
            let code = self.fallible(taken_from(stmt)?, *source);
            return Some(match at + 2 == stmts.len() && tail == Tail::Return {
                true => code.text,
                false => format!("return {code};"),
            });
        }
        let taken = self.plan.results.taken.get(&stmt.span)?;
        let next = stmts.get(at + 1)?;
        let StmtKind::If { cond, then, els } = &next.kind else {
            return None;
        };
        let code = self.fallible(taken_from(stmt)?, taken.source);
        let between = self.comments_before(next.span.start);
        let tail = if at + 2 == stmts.len() && self.is_tail(next) {
            tail
        } else {
            Tail::None
        };
        let behind = if tail == Tail::None {
            String::new()
        } else {
            self.tail_comments(next, end)
        };
        let text = match taken.shape {
            Shape::Try | Shape::TryWith | Shape::TryOk => {
                let code = self.tried(code, taken, then);
                self.bound_values(taken, stmt, &format!("{code}?"))
            }
            Shape::Bind => self.bound_match(taken, stmt, code, then),
            Shape::Branch => self.branched(taken, code, cond, then, els.as_deref(), tail),
        };
        // A comment behind the first statement stays there; one of its own lines goes before both.
        Some(
            match between.contains("__gort_comment") || taken.shape == Shape::Branch || taken.shape == Shape::Bind {
                true => format!("{}{behind}{text}", between.replace("__gort_trailing", "__gort_comment")),
                false => format!("{behind}{text}\n{between}"),
            },
        )
    }

    /// The failure as the function answers it.
    fn tried(&self, code: Code, taken: &Taken, then: &'a Block) -> Code {
        if taken.shape == Shape::TryOk {
            return code.method("ok", &[]);
        }
        let failure = match then.stmts.first().map(|s| &s.kind) {
            Some(StmtKind::Return(values)) if taken.shape == Shape::TryWith => values.items.last(),
            _ => None,
        };
        let Some(failure) = failure else { return code };
        // The closure only borrows what is used after it too.
        let error = self.while_lent(mentioned(failure, taken.site.error), |e| e.expr(failure));
        let (method, param) = match (taken.site.flag, taken.site.check.reads_error) {
            (true, _) => ("ok_or_else", "||".to_owned()),
            (false, true) => ("map_err", format!("|{}|", self.local_name(taken.site.error))),
            (false, false) => ("map_err", "|_|".to_owned()),
        };
        code.method(method, &[Code::new(format!("{param} {error}"), Prec::Lowest)])
    }

    /// `let x = value;`, or the assignment to older variables.
    fn bound_values(&self, taken: &Taken, stmt: &'a Stmt, value: &str) -> String {
        if !taken.any_value && !taken.site.older {
            return format!("{value};");
        }
        let declared = declared(stmt);
        let is_new = |l: &LocalId| declared.contains(l);
        let locals = &taken.site.values;
        if locals.iter().flatten().all(is_new) {
            let patterns: Vec<_> = locals.iter().map(|l| self.value_pattern(*l)).collect();
            return format!(
                "let {} = {value};{}",
                one_or_tuple(&patterns),
                self.shared_values(taken)
            );
        }
        let fresh = locals.iter().flatten().filter(|l| is_new(l));
        let declare: String = fresh.map(|l| format!("let {}; ", self.let_pattern(*l))).collect();
        let names: Vec<_> = locals
            .iter()
            .map(|l| l.map_or("_".into(), |l| self.local_name(l)))
            .collect();
        format!(
            "{declare}{} = {value};{}",
            one_or_tuple(&names),
            self.shared_values(taken)
        )
    }

    /// What literals share is boxed once it is bound.
    fn shared_values(&self, taken: &Taken) -> String {
        let shared = taken.site.values.iter().flatten();
        let shared = shared.filter(|l| self.storage(**l) == Storage::Shared);
        shared
            .map(|l| {
                let name = self.local_name(*l);
                format!(" let {name} = Ptr::new({name});")
            })
            .collect()
    }

    fn value_pattern(&self, local: Option<LocalId>) -> String {
        local.map_or("_".into(), |l| self.let_pattern(l))
    }

    /// `Err(err)`, `Err(_)` or `None`.
    fn failed_pattern(&self, taken: &Taken) -> String {
        match (taken.site.flag, taken.site.check.reads_error) {
            (true, _) => "None".into(),
            (false, true) => format!("Err({})", self.local_name(taken.site.error)),
            (false, false) => "Err(_)".into(),
        }
    }

    /// `let x = match … { Ok(x) => x, Err(err) => { … } };`
    fn bound_match(&self, taken: &Taken, stmt: &'a Stmt, code: Code, then: &'a Block) -> String {
        let yes = if taken.site.flag { "Some" } else { "Ok" };
        let declared = declared(stmt);
        let new = taken.site.values.iter().flatten().all(|l| declared.contains(l));
        if !taken.site.check.reads_error && new {
            let patterns: Vec<_> = taken.site.values.iter().map(|l| self.value_pattern(*l)).collect();
            let shared = self.shared_values(taken);
            return format!(
                "let {yes}({}) = {} else {};{shared}",
                one_or_tuple(&patterns),
                not_ending_in_brace(&code),
                self.block(then)
            );
        }
        let names: Vec<_> = taken
            .site
            .values
            .iter()
            .map(|l| l.map_or("_".into(), |l| self.local_name(l)))
            .collect();
        let values: Vec<_> = names.iter().filter(|n| *n != "_").cloned().collect();
        let head = head_of(&code);
        let value = format!(
            "match {head} {{ {yes}({}) => {}, {} => {} }}",
            one_or_tuple(&names),
            one_or_tuple(&values),
            self.failed_pattern(taken),
            self.block(then)
        );
        let blanks = Taken {
            site: crate::analysis::errors::uses::Use {
                values: taken.site.values.iter().copied().filter(Option::is_some).collect(),
                ..taken.site.clone()
            },
            any_value: true,
            ..taken.clone()
        };
        self.bound_values(&blanks, stmt, &value)
    }

    /// `if let`, or `match` where both branches take something.
    fn branched(
        &self,
        taken: &Taken,
        code: Code,
        cond: &'a Expr,
        then: &'a Block,
        els: Option<&'a Stmt>,
        tail: Tail,
    ) -> String {
        let site = &taken.site;
        let (yes, is_yes, is_no) = match site.flag {
            true => ("Some", "is_some", "is_none"),
            false => ("Ok", "is_ok", "is_err"),
        };
        let patterns: Vec<_> = site.values.iter().map(|l| self.value_pattern(*l)).collect();
        let succeeded = format!("{yes}({})", one_or_tuple(&patterns));
        let failed = self.failed_pattern(taken);
        let first = site.check.success_first;
        let both = els.is_some() && !site.check.chained;
        let as_match = match first {
            true => both && site.check.reads_error && !site.flag,
            false => both && taken.any_value,
        };
        if as_match {
            let (a, b) = if first {
                (succeeded, failed)
            } else {
                (failed, succeeded)
            };
            let head = head_of(&code);
            let then = self.block_with(then, tail);
            let els = match els {
                Some(Stmt {
                    kind: StmtKind::Block(b),
                    ..
                }) => self.block_with(b, tail),
                Some(els) => {
                    let comments = self.comments_before(els.span.start);
                    let text = match tail {
                        Tail::None => self.stmt(els),
                        _ => self.tail_stmt(els, tail),
                    };
                    format!("{{ {comments}{text} }}")
                }
                None => "{}".into(),
            };
            return format!("match {head} {{ {a} => {then} {b} => {els} }}");
        }
        let test = match (first, taken.any_value, site.check.reads_error) {
            (true, true, _) => format!("let {succeeded} = {}", head_of(&code)),
            (true, false, _) => head_of(&code.method(is_yes, &[])),
            (false, _, true) => format!("let {failed} = {}", head_of(&code)),
            (false, _, false) => head_of(&code.method(is_no, &[])),
        };
        let mut rest = Vec::new();
        let mut at = cond;
        while let ExprKind::Binary(BinaryOp::LAnd, x, y) = &at.kind {
            rest.push(y);
            at = x;
        }
        let rest: String = rest
            .into_iter()
            .rev()
            .map(|e| format!(" && {}", self.condition(e).at(Prec::Compare)))
            .collect();
        let head = format!("if {test}{rest} {}", self.block_with(then, tail));
        match els {
            None => head,
            Some(Stmt {
                kind: StmtKind::Block(b),
                ..
            }) => format!("{head} else {}", self.else_block(b, tail)),
            Some(els) => {
                let comments = self.comments_before(els.span.start);
                let text = match tail {
                    Tail::None => self.stmt(els),
                    _ => self.tail_stmt(els, tail),
                };
                if comments.is_empty() {
                    format!("{head} else {text}")
                } else {
                    format!("{head} else {{ {comments}{text} }}")
                }
            }
        }
    }
}

/// What the statement takes its values from.
fn taken_from(stmt: &Stmt) -> Option<&Expr> {
    match &stmt.kind {
        StmtKind::Let { init: v, .. } | StmtKind::Assign { rhs: v, .. } => v.tuple.as_ref().or_else(|| v.items.first()),
        _ => None,
    }
}

/// The locals that the statement declares.
fn declared(stmt: &Stmt) -> Vec<LocalId> {
    match &stmt.kind {
        StmtKind::Let { lhs, .. } => lhs.iter().flatten().copied().collect(),
        StmtKind::Assign { declares, .. } => declares.clone(),
        _ => Vec::new(),
    }
}

/// All locals that an expression mentions, but one.
fn mentioned(e: &Expr, but: LocalId) -> Vec<LocalId> {
    struct Find(Vec<LocalId>);
    impl<'p> crate::hir::visit::Visitor<'p> for Find {
        fn expr(&mut self, e: &'p Expr) {
            if let ExprKind::Local(l) = e.kind {
                self.0.push(l);
            }
            crate::hir::visit::walk_expr(self, e);
        }
    }
    let mut find = Find(Vec::new());
    crate::hir::visit::Visitor::expr(&mut find, e);
    find.0.retain(|l| *l != but);
    find.0
}

fn one_or_tuple(each: &[String]) -> String {
    match each {
        [one] => one.clone(),
        _ => format!("({})", each.join(", ")),
    }
}

/// `x` of `comma_ok(x)`.
fn without_comma_ok(code: &Code) -> Option<Code> {
    let inner = code.text.strip_prefix("comma_ok(")?.strip_suffix(')')?;
    let mut depth = 0_i32;
    for c in inner.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return None;
        }
    }
    Some(Code::postfix(inner))
}

/// An expression where a brace would open a block.
fn head_of(code: &Code) -> String {
    if code.block || super::stmt::has_struct_literal(&code.text) {
        format!("({code})")
    } else {
        code.text.clone()
    }
}

/// The initial value of a `let … else`.
fn not_ending_in_brace(code: &Code) -> String {
    if code.block || code.text.trim_end().ends_with('}') {
        format!("({code})")
    } else {
        code.text.clone()
    }
}
