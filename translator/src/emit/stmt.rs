//! Statements.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::{Key, Place};
use crate::hir::{Block, Callee, Expr, ExprKind, LocalId, Method, RangeVar, Stmt, StmtKind, Values};
use crate::plan::Storage;
use crate::plan::forms::Form;
use crate::source::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::{BasicKind, ConstValue, Type, TypeId};

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

    pub(super) fn let_stmt(&self, lhs: &[Option<LocalId>], init: &'a Values) -> String {
        if init.items.is_empty() {
            return lhs
                .iter()
                .flatten()
                .map(|l| self.let_zero(*l))
                .collect::<Vec<_>>()
                .join(" ");
        }
        if let ([Some(local)], None) = (lhs, &init.tuple) {
            return self.let_one(*local, &init.items[0]);
        }
        if let ([None], None) = (lhs, &init.tuple) {
            return format!("let _ = {};", self.expr_explicit(&init.items[0]));
        }
        let patterns: Vec<_> = lhs
            .iter()
            .map(|l| l.map_or("_".into(), |l| self.let_pattern(l)))
            .collect();
        let mut out = match &init.tuple {
            Some(tuple) if init.is_plain_tuple() => format!("let ({}) = {};", patterns.join(", "), self.expr(tuple)),
            Some(_) => format!("let ({}) = {};", patterns.join(", "), self.values_tuple(init, &[])),
            None => {
                let items: Vec<_> = lhs
                    .iter()
                    .zip(&init.items)
                    .map(|(l, e)| match l {
                        Some(l) => self.expr_into_explicit(e, self.plan.forms.local(*l)),
                        None => self.expr_explicit(e),
                    })
                    .collect();
                format!("let ({}) = ({});", patterns.join(", "), join(&items))
            }
        };
        for local in lhs.iter().flatten() {
            let name = self.local_name(*local);
            if self.storage(*local) == Storage::Shared {
                out.push_str(&format!(" let {name} = Ptr::new({name});"));
            }
            if self.is_guarded(*local) {
                out.push_str(&self.guarded_let(*local, &Code::postfix(name)));
            }
        }
        out
    }

    /// A new variable's pattern; what is shared is boxed afterwards.
    pub(super) fn let_pattern(&self, local: LocalId) -> String {
        let name = self.local_name(local);
        if !self.facts.sharing.local(local).used && self.facts.sharing.local(local).mutated.is_empty() {
            return format!("_{}", name.trim_start_matches('_'));
        }
        if self.storage(local) == Storage::Plain && self.needs_mut(local) && !self.plan.results.split.contains(&local) {
            format!("mut {name}")
        } else {
            name
        }
    }

    fn let_zero(&self, local: LocalId) -> String {
        let ty = self.input.hir.local(local).ty;
        let name = self.local_name(local);
        if self.facts.guarded.local(local).is_some() {
            // It is in the lock of what it guards.
            return String::new();
        }
        if self.is_guarded(local) {
            let zero = self.zero_of(self.plan.forms.local(local), ty);
            let kind = self.basic_kind(ty).filter(|k| k.is_integer() || k.is_float());
            let zero = match kind {
                Some(_) => self.typed_zero(zero, ty),
                None => zero,
            };
            return self.guarded_let(local, &zero);
        }
        if self.plan.scopes.groups.contains(&local) {
            return format!("let {name} = {}::TaskGroup::new();", self.library_module("sync"));
        }
        let form = self.plan.forms.local(local);
        if matches!(form, Form::Text | Form::Literal) {
            let zero = self.zero_of(form, ty);
            return format!("let {} = {zero};", self.let_pattern(local));
        }
        if form.holds() && *form != Form::Owned {
            return format!(
                "let {}: {} = {};",
                self.let_pattern(local),
                self.local_ty(local),
                self.zero_of(form, ty)
            );
        }
        let zero = self.zero(ty);
        if self.storage(local) == Storage::Shared {
            return format!("let {name}: Ptr<{}> = Ptr::new({zero});", self.ty(ty));
        }
        let needs_type = !matches!(self.basic_kind(ty), Some(k) if !k.is_untyped()) && !self.is_in_place(ty);
        let annotation = if needs_type {
            format!(": {}", self.ty(ty))
        } else {
            String::new()
        };
        format!("let {}{annotation} = {zero};", self.let_pattern(local))
    }

    fn let_one(&self, local: LocalId, init: &'a Expr) -> String {
        let ty = self.input.hir.local(local).ty;
        let float = self.basic_kind(ty).is_some_and(BasicKind::is_float) && !self.is_newtype(ty);
        let shared_float =
            float && self.storage(local) == Storage::Shared && matches!(init.kind, ExprKind::Const { .. });
        let annotate = leaves_type_open(init) || shared_float;
        let form = self.plan.forms.local(local);
        if self.is_guarded(local) {
            let value = self.expr_into_explicit(init, form);
            return self.guarded_let(local, &value);
        }
        if matches!(form, Form::Text | Form::Literal) {
            return format!("let {} = {};", self.let_pattern(local), self.expr_into(init, form));
        }
        if form.holds() {
            let value = self.expr_into_explicit(init, form);
            let open = value.text.ends_with("::new()")
                || value.text.starts_with("Vec::with_capacity")
                || value.text.starts_with("HashMap::with_capacity");
            let annotation = if open && *form != Form::Owned {
                format!(": {}", self.local_ty(local))
            } else {
                String::new()
            };
            return format!("let {}{annotation} = {value};", self.let_pattern(local));
        }
        let value = if annotate {
            self.expr(init)
        } else {
            self.expr_explicit(init)
        };
        if self.storage(local) == Storage::Shared {
            let name = self.local_name(local);
            let annotation = if annotate {
                format!(": Ptr<{}>", self.ty(ty))
            } else {
                String::new()
            };
            let mutable = if self.is_rebound(local) { "mut " } else { "" };
            return format!("let {mutable}{name}{annotation} = Ptr::new({value});");
        }
        let annotation = if annotate {
            format!(": {}", self.ty(ty))
        } else {
            String::new()
        };
        format!("let {}{annotation} = {value};", self.let_pattern(local))
    }

    pub(super) fn assign(&self, lhs: &'a [Option<Expr>], rhs: &'a Values, declares: &[LocalId]) -> String {
        let mut out = String::new();
        if let ([place], None, [value]) = (lhs, &rhs.tuple, &rhs.items[..]) {
            return match place {
                None => format!("let _ = {};", self.expr_explicit(value)),
                Some(Expr {
                    kind: ExprKind::Local(l),
                    ..
                }) if declares.contains(l) => self.let_one(*l, value),
                Some(place) => self.assign_one(place, value),
            };
        }
        if let Some(text) = self.swapped(lhs, &rhs.items) {
            return text;
        }
        let mut bound = String::new();
        let places: Vec<_> = lhs
            .iter()
            .map(|place| {
                place.as_ref().map(|p| match p.kind {
                    // A variable declared here gets a plain binding first.
                    ExprKind::Local(l) if declares.contains(&l) => {
                        (Place::Direct(Code::postfix(self.local_name(l))), p.ty)
                    }
                    _ if self.depends_on_others(p, lhs) => (self.bound_place(p, &mut bound), p.ty),
                    _ => (self.place_to_write(p), p.ty),
                })
            })
            .collect();
        let forms: Vec<_> = lhs
            .iter()
            .map(|p| p.as_ref().map_or(Form::Runtime, |p| self.form_of(p)))
            .collect();
        if !bound.is_empty() {
            // What the places are made of is evaluated before anything is assigned.
            let text = self.assign_places(&places, rhs, &forms);
            return format!("{{ {bound} {text} }}");
        }
        for local in declares {
            out.push_str(&format!("let {}; ", self.let_pattern(*local)));
        }
        out.push_str(&self.assign_places(&places, rhs, &forms));
        for local in declares {
            if self.is_guarded(*local) {
                out.push_str(&self.guarded_let(*local, &Code::postfix(self.local_name(*local))));
            }
            if self.storage(*local) == Storage::Shared {
                let name = self.local_name(*local);
                out.push_str(&format!(" let {name} = Ptr::new({name});"));
            }
        }
        out
    }

    /// Whether finding the place reads a variable that the same statement assigns.
    fn depends_on_others(&self, place: &Expr, lhs: &[Option<Expr>]) -> bool {
        struct Reads<'v>(&'v [Option<Expr>], bool);
        impl<'p> crate::hir::visit::Visitor<'p> for Reads<'_> {
            fn expr(&mut self, e: &'p Expr) {
                let assigned = |p: &Expr| match (&p.kind, &e.kind) {
                    (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
                    (ExprKind::Global(a), ExprKind::Global(b)) => a == b,
                    _ => false,
                };
                self.1 |= self.0.iter().flatten().any(assigned);
                crate::hir::visit::walk_expr(self, e);
            }
        }
        if matches!(place.kind, ExprKind::Local(_) | ExprKind::Global(_)) {
            return false;
        }
        let mut reads = Reads(lhs, false);
        crate::hir::visit::Visitor::expr(&mut reads, place);
        reads.1
    }

    /// A place whose operands are variables of their own.
    fn bound_place(&self, e: &'a Expr, out: &mut String) -> Place {
        let bind = |out: &mut String, base: &str, code: &Code| {
            let name = self.temporary(base);
            out.push_str(&format!("let {name} = {code};"));
            Code::postfix(name)
        };
        match (&e.kind, self.place(e)) {
            (ExprKind::Deref(p), _) => Place::Cell(bind(out, "place", &self.expr(p))),
            (_, Place::Element(slice, i)) => {
                let slice = bind(out, "slice", &slice.method("clone", &[]));
                Place::Element(slice, bind(out, "i", &i))
            }
            (_, Place::Key(map, key)) => Place::Key(map, Key::of(bind(out, "key", &key.value))),
            (ExprKind::Index { base, index }, Place::Direct(_)) if self.form_of(base).holds() => {
                let i = bind(out, "i", &Code::postfix(self.usize_index(index)));
                match self.native_place(base) {
                    Some(base) => Place::Direct(Code::postfix(format!("{}[{i}]", base.operand()))),
                    None => self.place(e),
                }
            }
            (_, Place::Entry(map, key)) => {
                let map = bind(out, "map", &map.method("clone", &[]));
                Place::Entry(map, Key::of(bind(out, "key", &key.value)))
            }
            (_, place) => place,
        }
    }

    fn assign_one(&self, place: &'a Expr, value: &'a Expr) -> String {
        if let Some(text) = self.changed_in_place(place, value) {
            return text;
        }
        if let Place::Key(map, key) = self.place_to_write(place) {
            // A guard is borrowed by the call: what looks through it is computed before.
            let code = self.expr_into(value, &self.form_of(place));
            if self.mentions_guard(&code.text) && self.mentions_guard(&map.text) {
                let insert = self.write(&Place::Key(map, key), place.ty, &Code::postfix("value"));
                return format!("{{ let value = {code}; {insert} }}");
            }
            return self.write(&Place::Key(map, key), place.ty, &code);
        }
        let target = self.place_to_write(place);
        let form = self.form_of(place);
        let code = self.expr_into(value, &form);
        if let ExprKind::Index { base, index } = &place.kind
            && matches!(target, Place::Direct(_))
            && self.form_of(base).holds()
            && super::native::looks_at(index, base)
        {
            // The position is found before the container is borrowed to be written.
            let element = |code: Code| Place::Direct(Code::postfix(format!("{}[i]", code.operand())));
            if let Some(base) = self.native_place(base) {
                let i = self.usize_index(index);
                let write = self.write(&element(base), place.ty, &code);
                return format!("{{ let i = {i}; {write} }}");
            }
        }
        // Go looks for the element after the value is computed.
        if indexes_array(self, place) && !is_pure(value) && is_pure(place) {
            let value = self.expr_explicit(value);
            return format!(
                "{{ let value = {value}; {} }}",
                self.write(&target, place.ty, &Code::postfix("value"))
            );
        }
        self.write(&target, place.ty, &code)
    }

    /// `(a, b) = (x, y)`: all values first, then the places in order.
    fn assign_places(&self, places: &[Option<(Place, TypeId)>], rhs: &'a Values, forms: &[Form]) -> String {
        let direct = places.iter().all(|p| matches!(p, None | Some((Place::Direct(_), _))));
        let value = if rhs.tuple.is_some() || rhs.items.len() == 1 {
            self.values_tuple(rhs, forms)
        } else {
            let items: Vec<_> = rhs
                .items
                .iter()
                .enumerate()
                .map(|(i, e)| self.expr_into_explicit(e, forms.get(i).unwrap_or(&Form::Runtime)))
                .collect();
            format!("({})", join(&items))
        };
        if direct {
            let targets: Vec<_> = places
                .iter()
                .map(|p| match p {
                    Some((Place::Direct(code), _)) => code.text.clone(),
                    _ => "_".into(),
                })
                .collect();
            if let [one] = &targets[..] {
                return format!("{one} = {value};");
            }
            return format!("({}) = {value};", targets.join(", "));
        }
        let names: Vec<_> = places
            .iter()
            .enumerate()
            .map(|(i, p)| if p.is_some() { format!("v{i}") } else { "_".into() })
            .collect();
        let pattern = if let [one] = &names[..] {
            one.clone()
        } else {
            format!("({})", names.join(", "))
        };
        let mut out = format!("let {pattern} = {value};");
        for (place, name) in places.iter().zip(&names) {
            if let Some((place, ty)) = place {
                out.push(' ');
                out.push_str(&self.write(place, *ty, &Code::postfix(name.clone())));
            }
        }
        format!("{{ {out} }}")
    }

    fn op_assign(&self, place: &'a Expr, op: BinaryOp, value: &'a Expr) -> String {
        let target = self.place_to_write(place);
        if let ExprKind::Index { base, index } = &place.kind
            && matches!(target, Place::Direct(_))
            && self.form_of(base).holds()
            && super::native::looks_at(index, base)
            && let Some(base) = self.native_place(base)
        {
            let i = self.usize_index(index);
            let element = Code::postfix(format!("{}[i]", base.operand()));
            return format!(
                "{{ let i = {i}; {} }}",
                self.op_assign_direct(&element, op, place, value)
            );
        }
        let pure = is_pure(place);
        match &target {
            Place::Direct(code) => self.op_assign_direct(code, op, place, value),
            Place::Cell(code) if pure && self.cell_adds(place.ty, op) => {
                let method = if op == BinaryOp::Add { "add" } else { "sub" };
                format!("{};", code.method(method, &[self.expr(value)]))
            }
            Place::Cell(_) | Place::Element(..) if pure => {
                let current = self.read(&target, place.ty);
                let new = self.operation(current, op, place, value);
                self.write(&target, place.ty, &new)
            }
            Place::Element(slice, i) => {
                let inner = Place::Element(Code::postfix("slice"), Code::postfix("i"));
                let current = self.read(&inner, place.ty);
                let new = self.operation(current, op, place, value);
                let write = self.write(&inner, place.ty, &new);
                format!("{{ let slice = {slice}; let i = {i}; {write} }}")
            }
            Place::Cell(code) => {
                let inner = Code::postfix("place");
                let new = self.operation(inner.method("get", &[]), op, place, value);
                format!(
                    "{{ let place = &{code}; {} }}",
                    self.write(&Place::Cell(inner), place.ty, &new)
                )
            }
            Place::Within(code, path) => self.updated(code, None, &format!(".{path}"), op, place, value),
            Place::Entry(map, key) => self.updated(map, Some(&key.value), "", op, place, value),
            Place::Key(map, key) => {
                let entry = super::native::entry(map, key.value.clone());
                let target = Code::new(format!("*{entry}"), Prec::Unary);
                self.op_assign_direct(&target, op, place, value)
            }
            Place::Value(_) => format!(
                "{};",
                self.unsupported("an assignment to this place", place.span, place.ty)
            ),
        }
    }

    fn cell_adds(&self, ty: TypeId, op: BinaryOp) -> bool {
        let number = self.basic_kind(ty).is_some_and(|k| k.is_integer());
        number && !self.is_newtype(ty) && matches!(op, BinaryOp::Add | BinaryOp::Sub)
    }

    /// `cell.update(|v| *v += value)`, the value computed before.
    fn updated(
        &self,
        cell: &Code,
        key: Option<&Code>,
        path: &str,
        op: BinaryOp,
        place: &'a Expr,
        value: &'a Expr,
    ) -> String {
        let constant = matches!(value.kind, ExprKind::Const { .. });
        let (before, operand) = if constant || self.is_plain_copy(value) {
            (String::new(), self.expr(value))
        } else {
            (
                format!("let value = {}; ", self.expr_explicit(value)),
                Code::postfix("value"),
            )
        };
        let v = super::place::fresh(&[&operand.text]);
        let target = if path.is_empty() {
            Code::new(format!("*{v}"), Prec::Unary)
        } else {
            Code::postfix(format!("{v}{path}"))
        };
        let body = self.operated(&target, op, place, value, operand);
        let key = key.map(|k| format!("{k}, ")).unwrap_or_default();
        let update = format!("{}.update({key}|{v}| {body});", cell.operand());
        if before.is_empty() {
            update
        } else {
            format!("{{ {before}{update} }}")
        }
    }

    fn is_plain_copy(&self, e: &Expr) -> bool {
        matches!(e.kind, ExprKind::Local(l) if self.storage(l) == Storage::Plain && self.is_copy(e.ty))
    }

    fn op_assign_direct(&self, code: &Code, op: BinaryOp, place: &'a Expr, value: &'a Expr) -> String {
        let same = crate::analysis::ownership::same_place(place, value);
        let operand = if same && self.basic_kind(place.ty).is_some_and(BasicKind::is_string) {
            // It cannot be looked at while it is written.
            code.method("clone", &[]).reference()
        } else if let Some(text) = self.added_text(value, self.is_text(place)) {
            text
        } else if self.basic_kind(place.ty).is_some_and(BasicKind::is_string) {
            match &value.kind {
                ExprKind::Const { .. } => self.expr(value),
                _ => self.reference(value),
            }
        } else {
            self.expr(value)
        };
        format!("{};", self.operated(code, op, place, value, operand))
    }

    /// `target op= operand` where Rust's operator means the same, else `target = target op operand`.
    fn operated(&self, target: &Code, op: BinaryOp, place: &'a Expr, value: &'a Expr, operand: Code) -> String {
        let kind = self.basic_kind(place.ty);
        let integer = kind.is_some_and(BasicKind::is_integer);
        let unsigned = kind.is_some_and(BasicKind::is_unsigned);
        let positive = matches!(&value.kind, ExprKind::Const { value: ConstValue::Int(n), .. } if *n > 0.into());
        let generic = self.input.store().is_type_param(place.ty);
        let division = matches!(op, BinaryOp::Quo | BinaryOp::Rem);
        let plain =
            !op.is_shift() && op != BinaryOp::AndNot && (!division || !integer || positive || unsigned) && !generic;
        if plain {
            return format!("{target} {}= {operand}", op.as_str());
        }
        if op == BinaryOp::AndNot {
            return format!("{target} &= !{}", operand.at(Prec::Unary));
        }
        if let (
            true,
            ExprKind::Const {
                value: ConstValue::Int(n),
                ..
            },
        ) = (op.is_shift(), &value.kind)
            && *n < 8.into()
            && !self.is_newtype(place.ty)
            && !generic
        {
            return format!("{target} {}= {n}", op.as_str());
        }
        let current = if target.text.starts_with('*') {
            target.clone()
        } else {
            self.copied(target, place.ty)
        };
        let new = self.operation_with(current, op, place, value, operand);
        format!("{target} = {new}")
    }

    fn operation(&self, current: Code, op: BinaryOp, place: &'a Expr, value: &'a Expr) -> Code {
        let operand = self.expr(value);
        self.operation_with(current, op, place, value, operand)
    }

    /// `current op operand` as a value.
    fn operation_with(&self, current: Code, op: BinaryOp, place: &'a Expr, value: &'a Expr, operand: Code) -> Code {
        let kind = self.basic_kind(place.ty);
        let integer = kind.is_some_and(BasicKind::is_integer);
        let unsigned = kind.is_some_and(BasicKind::is_unsigned);
        let positive = matches!(&value.kind, ExprKind::Const { value: ConstValue::Int(n), .. } if *n > 0.into());
        let generic = self.input.store().is_type_param(place.ty);
        let (name, prec) = match op {
            BinaryOp::Quo if (integer && !positive && !unsigned) || generic => {
                return Code::postfix(format!("div({current}, {operand})"));
            }
            BinaryOp::Rem if (integer && !positive && !unsigned) || generic => {
                return Code::postfix(format!("rem({current}, {operand})"));
            }
            BinaryOp::Shl | BinaryOp::Shr => {
                let function = if op == BinaryOp::Shl { "shl" } else { "shr" };
                let current = self.unwrapped(current, place.ty);
                let count = match &value.kind {
                    ExprKind::Const { .. } => self.unwrapped(self.expr_explicit(value), value.ty),
                    _ => self.unwrapped(operand, value.ty),
                };
                return self.wrapped(Code::postfix(format!("{function}({current}, {count})")), place.ty);
            }
            BinaryOp::AndNot => {
                let not = Code::new(format!("!{}", operand.at(Prec::Unary)), Prec::Unary);
                return Code::binary(&current, "&", &not, Prec::BitAnd);
            }
            BinaryOp::Mul => ("*", Prec::Product),
            BinaryOp::Quo => ("/", Prec::Product),
            BinaryOp::Rem => ("%", Prec::Product),
            BinaryOp::And => ("&", Prec::BitAnd),
            BinaryOp::Or => ("|", Prec::BitOr),
            BinaryOp::Xor => ("^", Prec::BitXor),
            BinaryOp::Sub => ("-", Prec::Sum),
            _ => ("+", Prec::Sum),
        };
        Code::binary(&current, name, &operand, prec)
    }

    fn expr_stmt(&self, e: &'a Expr) -> String {
        if let Some(line) = self.printed_line(e) {
            return if line.block { line.text } else { format!("{line};") };
        }
        let late = self.late_defers(e);
        let code = self.expr(e);
        let dropped = if self.ignored_answer(e) { "let _ = " } else { "" };
        format!("{late}{dropped}{code};")
    }

    /// The list for what the body of a `range` over a function defers: it runs with the function's own, where the loop
    /// stands among them.
    fn late_defers(&self, e: &Expr) -> &'static str {
        let ExprKind::Call(call) = &e.kind else { return "" };
        let defers = call
            .args
            .items
            .iter()
            .any(|arg| matches!(arg.kind, ExprKind::FuncLit(lit) if self.input.hir.func(lit).defers_outside));
        if !defers || self.defers_outside() {
            return "";
        }
        "let late = defer::Late::new(); defers.push({ let late = late.clone(); move || late.run() }); "
    }

    /// The body being printed is one of a `range` over a function.
    fn defers_outside(&self) -> bool {
        let id = self.state.borrow().function.as_ref().and_then(|f| f.id);
        id.is_some_and(|id| self.input.hir.func(id).defers_outside)
    }

    /// `defers.push(…);`, in the form that the body and the call want.
    fn push_deferred(&self, before: &str, closure: &str, is_async: bool) -> String {
        let closure = match (self.defers_outside(), is_async) {
            (true, true) => format!("{{ let call = {closure}; move || task::block_on(call()) }}"),
            _ => closure.to_owned(),
        };
        let push = match (self.defers_outside(), is_async) {
            (true, _) => "late.push",
            (false, true) => "defers.push_async",
            (false, false) => "defers.push",
        };
        if before.is_empty() {
            format!("{push}({closure});")
        } else {
            format!("{push}({{ {before} {closure} }});")
        }
    }

    /// `let _guard = mu.lock_guard_sync();`
    fn guard(&self, e: &'a Expr) -> String {
        let name = self.temporary("_guard");
        let code = self.expr(e).text;
        for (plain, guarded) in [
            (".lock_sync()", ".lock_guard_sync()"),
            (".rlock_sync()", ".rlock_guard_sync()"),
            (".lock().await", ".lock_guard().await"),
            (".rlock().await", ".rlock_guard().await"),
        ] {
            if let Some(lock) = code.strip_suffix(plain) {
                return format!("let {name} = {lock}{guarded};");
            }
        }
        format!("{code};")
    }

    /// `go f(x)`: operands now, the call in a task of its own.
    fn go(&self, e: &'a Expr, group: Option<LocalId>) -> String {
        let ExprKind::Call(call) = &e.kind else {
            return self.expr_stmt(e);
        };
        if let Callee::Value(Expr {
            kind: ExprKind::FuncLit(lit),
            ..
        }) = &call.callee
        {
            let spawn = group.map_or("task::go".to_owned(), |g| format!("{}.spawn", self.local_name(g)));
            let (before, body) = self.spawned_block(*lit, call);
            return if before.is_empty() {
                format!("{spawn}({body});")
            } else {
                format!("{spawn}({{ {before} {body} }});")
            };
        }
        let (before, call_text) = self.later(call, e);
        let before = before.join(" ");
        if before.is_empty() {
            format!("task::go(async move {{ {call_text}; }});")
        } else {
            format!("task::go({{ {before} async move {{ {call_text}; }} }});")
        }
    }

    /// `defer f(x)`: operands now, the call at the end of the function.
    fn defer(&self, e: &'a Expr) -> String {
        let ExprKind::Call(call) = &e.kind else {
            return self.expr_stmt(e);
        };
        if let Callee::Value(Expr {
            kind: ExprKind::FuncLit(lit),
            ..
        }) = &call.callee
        {
            let is_async = self.facts.coloring.is_async(*lit);
            let (before, closure) = self.deferred_closure(*lit, call, is_async);
            return self.push_deferred(&before, &closure.text, is_async);
        }
        let (before, text) = self.later(call, e);
        let before = before.join(" ");
        let is_async = text.contains(".await");
        let closure = if is_async {
            format!("move || async move {{ {text}; }}")
        } else {
            format!("move || {{ {text}; }}")
        };
        self.push_deferred(&before, &closure, is_async)
    }

    /// The operands of a call bound to variables, and the call over those.
    fn later(&self, call: &'a crate::hir::Call, e: &'a Expr) -> (Vec<String>, String) {
        let mut before = Vec::new();
        let mut args = Vec::new();
        for (i, arg) in call.args.items.iter().enumerate() {
            match &arg.kind {
                ExprKind::Const { .. } | ExprKind::Zero => args.push(self.expr(arg)),
                ExprKind::Local(l) if self.storage(*l) == Storage::Plain && !self.is_pointer_receiver(*l) => {
                    let name = self.local_name(*l);
                    let value = self.expr(arg);
                    if value.text != name {
                        before.push(format!("let {name} = {value};"));
                    }
                    args.push(Code::postfix(name));
                }
                _ => {
                    let name = format!("arg{i}");
                    before.push(format!("let {name} = {};", self.expr_explicit(arg)));
                    args.push(Code::postfix(name));
                }
            }
        }
        let awaits = |is_async: bool, code: String| if is_async { format!("{code}.await") } else { code };
        let lend = |func: crate::hir::FuncId, args: Vec<Code>| -> Vec<Code> {
            let params = &self.input.hir.func(func).params;
            let each = args.into_iter().enumerate().map(|(i, a)| match params.get(i) {
                Some(p) if self.is_reference(*p) => a.reference(),
                _ => a,
            });
            each.collect()
        };
        let text = match &call.callee {
            Callee::Func { func, type_args } => {
                let args = lend(*func, args);
                awaits(
                    self.plan.funcs[func.index()].is_async,
                    format!("{}({})", self.func_path(*func, type_args, false), join(&args)),
                )
            }
            Callee::Method { recv, method } => {
                let receiver = self.bound_receiver(recv, &mut before);
                match method {
                    Method::User(func) => {
                        let plan = &self.plan.funcs[func.index()];
                        let mut args = lend(*func, args);
                        if plan.receiver == Some(crate::plan::Receiver::Pointer) {
                            args.insert(0, Code::postfix(format!("&{receiver}")));
                            let base = self.input.pointee(recv.ty).unwrap_or(recv.ty);
                            let owner = match &*self.input.store().get(base) {
                                Type::Named(n) => self.type_path(n.obj),
                                _ => "Self".into(),
                            };
                            awaits(plan.is_async, format!("{owner}::{}({})", plan.name, join(&args)))
                        } else {
                            awaits(plan.is_async, format!("{receiver}.{}({})", plan.name, join(&args)))
                        }
                    }
                    Method::Interface { obj, .. } => {
                        let is_async = self.facts.coloring.is_async_method(self.input.origin(*obj));
                        awaits(
                            is_async,
                            format!("{receiver}.{}({})", self.method_name(method), join(&args)),
                        )
                    }
                    Method::Lib(obj) => {
                        self.require_library(*obj, e.span);
                        use crate::analysis::coloring::library::{Behaviour, behaviour};
                        let name = self.method_name(method);
                        match behaviour(&self.library_name(*obj)) {
                            Behaviour::Suspends => format!("{receiver}.{name}({}).await", join(&args)),
                            Behaviour::Locks => {
                                let key = crate::analysis::locks::lock_key(self.input, recv);
                                if self.facts.locks.is_async(key) {
                                    format!("{receiver}.{name}().await")
                                } else {
                                    format!("{receiver}.{name}_sync()")
                                }
                            }
                            _ => format!("{receiver}.{name}({})", join(&args)),
                        }
                    }
                }
            }
            Callee::Value(f) => {
                before.push(format!("let f = {};", self.expr_explicit(f)));
                let callee = if self.is_newtype(f.ty) { "(f.0)" } else { "f" };
                awaits(
                    self.facts.coloring.is_async_type(f.ty),
                    format!("{callee}({})", join(&args)),
                )
            }
            Callee::Lib { obj, .. } => match self.printing_parts(&self.library_name(*obj), *obj, call) {
                Some((path, parts)) => {
                    before.clear();
                    let parts = self.bind_parts(parts, &mut before);
                    format!("{path}__gort_macro({})", join(&parts))
                }
                None => return self.library_later(call, e),
            },
            Callee::Builtin(builtin) => match (builtin, &args[..]) {
                (crate::hir::Builtin::Close, [channel]) => format!("{}.close()", channel.operand()),
                (crate::hir::Builtin::Panic, [value]) => format!("go_panic({value})"),
                (crate::hir::Builtin::Delete, [map, key]) => format!("{}.delete(&{key})", map.operand()),
                (crate::hir::Builtin::Clear, [map]) => format!("{}.clear()", map.operand()),
                _ => return self.library_later(call, e),
            },
        };
        (before, text)
    }

    /// Variables for what is not constant, so that it is evaluated now.
    fn bind_parts(&self, parts: Vec<Code>, before: &mut Vec<String>) -> Vec<Code> {
        let each = parts.into_iter().enumerate().map(|(i, part)| {
            let constant = part.text.starts_with('"') || part.text.parse::<f64>().is_ok();
            if constant {
                return part;
            }
            let owned = part
                .text
                .strip_prefix('&')
                .map_or(part.text.clone(), |place| format!("{place}.clone()"));
            before.push(format!("let arg{i} = {owned};"));
            Code::postfix(format!("arg{i}"))
        });
        each.collect()
    }

    /// A library function called later: its arguments are bound now.
    fn library_later(&self, call: &'a crate::hir::Call, e: &'a Expr) -> (Vec<String>, String) {
        let saved = self
            .state
            .borrow_mut()
            .function
            .as_mut()
            .map(|f| std::mem::replace(&mut f.is_async, true));
        let code = match &call.callee {
            Callee::Lib { obj, .. } if self.require_library(*obj, e.span) => {
                let name = crate::plan::names::library_func(&self.input.store().obj(*obj).name);
                let path = self.library_path(*obj, &name);
                let mut before = Vec::new();
                let args = self.bind_parts(self.library_args(call), &mut before);
                use crate::analysis::coloring::library::{Behaviour, behaviour};
                let suspends = behaviour(&self.library_name(*obj)) == Behaviour::Suspends;
                let awaited = if suspends { ".await" } else { "" };
                (before, format!("{path}({}){awaited}", join(&args)))
            }
            _ => (Vec::new(), self.call(call, e).text),
        };
        if let (Some(f), Some(saved)) = (self.state.borrow_mut().function.as_mut(), saved) {
            f.is_async = saved;
        }
        code
    }

    /// The receiver of a later call as a variable of its own.
    fn bound_receiver(&self, recv: &'a Expr, before: &mut Vec<String>) -> String {
        if let ExprKind::AddrOf(place) = &recv.kind {
            if let ExprKind::Local(l) = &place.kind {
                let name = self.local_name(*l);
                let value = self.owned_local(*l, place);
                match self.storage(*l) {
                    Storage::Shared if value.text != name => before.push(format!("let {name} = {value};")),
                    _ => {}
                }
                return name;
            }
            if !self.roots_in_shared(place) {
                // A part of a borrowed struct: called on the place itself, which outlives the function's body.
                return match self.place(place) {
                    Place::Direct(code) | Place::Cell(code) => code.operand(),
                    Place::Element(slice, i) => slice.method("at", &[i]).text,
                    place => self.read(&place, recv.ty).operand(),
                };
            }
        }
        if let ExprKind::Local(l) = &recv.kind
            && self.storage(*l) == Storage::Borrowed
        {
            return self.local_name(*l);
        }
        if let ExprKind::Local(l) = &recv.kind {
            let name = self.local_name(*l);
            let bound = if name == "self" {
                "this".to_owned()
            } else {
                name.clone()
            };
            let value = self.expr(recv);
            if value.text != bound {
                before.push(format!("let {bound} = {value};"));
            }
            return bound;
        }
        before.push(format!("let receiver = {};", self.expr(recv)));
        "receiver".into()
    }

    /// A pointer of its own to the place can be had.
    fn roots_in_shared(&self, place: &Expr) -> bool {
        match &place.kind {
            ExprKind::Local(l) => self.storage(*l) == Storage::Shared,
            ExprKind::Field { base, .. } => self.roots_in_shared(base),
            ExprKind::Index { base, .. } => {
                !matches!(&*self.input.store().under(base.ty), Type::Array(..)) || self.roots_in_shared(base)
            }
            ExprKind::Deref(p) => match p.kind {
                ExprKind::Local(l) => self.storage(l) != Storage::Borrowed,
                _ => true,
            },
            ExprKind::Global(_) => true,
            _ => false,
        }
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

/// Somewhere on the way to the place an array is indexed, which may panic.
fn indexes_array(emitter: &Emitter<'_>, place: &Expr) -> bool {
    match &place.kind {
        ExprKind::Index { base, .. } => {
            matches!(&*emitter.input.store().under(base.ty), Type::Array(..)) || indexes_array(emitter, base)
        }
        ExprKind::Field { base, .. } => indexes_array(emitter, base),
        _ => false,
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

/// The initial value does not fix the variable's Rust type.
fn leaves_type_open(init: &Expr) -> bool {
    use crate::hir::Builtin;
    match &init.kind {
        ExprKind::Zero => true,
        ExprKind::MapLit(entries) => entries.is_empty(),
        ExprKind::ArrayLit { elems, .. } => elems.is_empty(),
        ExprKind::Convert(_, x) => {
            leaves_type_open(x) || matches!(init.kind, ExprKind::Convert(crate::hir::Conversion::SliceToArray, _))
        }
        ExprKind::Call(call) => match &call.callee {
            Callee::Builtin(Builtin::Make) => true,
            Callee::Builtin(Builtin::Append) => call.args.items.first().is_some_and(leaves_type_open),
            _ => false,
        },
        _ => false,
    }
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
