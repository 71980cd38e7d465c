//! Statements.
//!
//! In: the body of a function. Out: records and diagnostics.
//! Invariants: every block, clause and statement with its own scope opens and closes one.

use super::super::constant::ConstValue;
use super::super::info::Mode;
use super::super::model::*;
use super::Checker;
use super::operand::Operand;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{self, AssignOp, BranchKind, Expr, ExprKind, Stmt, StmtKind, UnaryOp};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a branch statement may mean here.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Context {
    pub(super) can_break: bool,
    pub(super) can_continue: bool,
    pub(super) fallthrough_ok: bool,
    pub(super) final_case: bool,
    pub(super) type_switch: bool,
}

impl Context {
    fn inner(self) -> Context {
        Context {
            fallthrough_ok: false,
            final_case: false,
            type_switch: false,
            ..self
        }
    }
}

impl<'a> Checker<'a> {
    /// Statements; only the last that is not empty may fall through.
    ///
    /// Spec: Fallthrough statements; Empty statements.
    pub(super) fn stmt_list(&mut self, list: &'a [Stmt], ctx: Context) {
        let last = list.iter().rposition(|s| !matches!(s.kind, StmtKind::Empty));
        for (i, s) in list.iter().enumerate() {
            let ctx = if Some(i) == last {
                ctx
            } else {
                Context {
                    fallthrough_ok: false,
                    final_case: false,
                    ..ctx
                }
            };
            self.stmt(s, ctx);
        }
    }

    /// A block has a scope of its own.
    ///
    /// Spec: Blocks.
    fn block(&mut self, b: &'a ast::Block, ctx: Context) {
        let outer = self.open_scope();
        self.stmt_list(&b.stmts, ctx.inner());
        self.close_scope(outer);
    }

    fn simple(&mut self, s: Option<&'a Stmt>) {
        if let Some(s) = s {
            self.stmt(s, Context::default());
        }
    }

    /// One statement.
    ///
    /// Spec: Statements; Blocks.
    pub(super) fn stmt(&mut self, s: &'a Stmt, ctx: Context) {
        let inner = ctx.inner();
        match &s.kind {
            StmtKind::Bad | StmtKind::Empty => {}
            StmtKind::Decl(d) => self.decl_stmt(d),
            StmtKind::Labeled(_, inner) => self.stmt(inner, ctx),
            StmtKind::Expr(e) => self.expr_stmt(e),
            StmtKind::Send(c, v) => self.send(c, v),
            StmtKind::IncDec { x, inc } => self.inc_dec(x, *inc),
            StmtKind::Assign(a) => self.assign_stmt(s.span, a),
            StmtKind::Go(e) => self.suspended_call(e, "go"),
            StmtKind::Defer(e) => self.suspended_call(e, "defer"),
            StmtKind::Return(values) => self.return_stmt(s.span, values),
            StmtKind::Branch(kind, label) => self.branch(s.span, *kind, label.as_ref(), ctx),
            StmtKind::Block(b) => self.block(b, inner),
            StmtKind::If(i) => {
                let outer = self.open_scope();
                self.simple(i.init.as_ref());
                self.condition(&i.cond, "if");
                self.block(&i.then, inner);
                if let Some(e) = &i.els {
                    self.stmt(e, inner);
                }
                self.close_scope(outer);
            }
            StmtKind::Switch(sw) => self.switch(sw, inner),
            StmtKind::TypeSwitch(sw) => self.type_switch(sw, inner),
            StmtKind::Select(sel) => self.select(sel, inner),
            StmtKind::For(f) => {
                let outer = self.open_scope();
                self.simple(f.init.as_ref());
                if let Some(c) = &f.cond {
                    self.condition(c, "for");
                }
                if let Some(Stmt {
                    kind: StmtKind::Assign(a),
                    span,
                }) = &f.post
                    && a.op == AssignOp::Define
                {
                    // Spec: For statements with for clause.
                    self.err(
                        *span,
                        Code::INVALID_DECL,
                        "cannot declare in post statement of for loop",
                    );
                }
                self.simple(f.post.as_ref());
                self.block(
                    &f.body,
                    Context {
                        can_break: true,
                        can_continue: true,
                        ..inner
                    },
                );
                self.close_scope(outer);
            }
            StmtKind::Range(r) => {
                let outer = self.open_scope();
                self.range_clause(r);
                self.block(
                    &r.body,
                    Context {
                        can_break: true,
                        can_continue: true,
                        ..inner
                    },
                );
                self.close_scope(outer);
            }
        }
    }

    /// A condition is a boolean.
    ///
    /// Spec: If statements; For statements with single condition; For statements with for clause.
    fn condition(&mut self, e: &'a Expr, what: &str) {
        let x = self.expr(e);
        if !x.is_invalid() && !self.s.all_basic(x.ty, BasicKind::is_boolean) {
            // Spec: If statements; For statements with single condition; For statements with for clause.
            self.err(
                e.span,
                Code::INVALID_USE,
                format!("non-boolean condition in {what} statement"),
            );
        }
    }

    /// A call or a receive, whose value nobody takes.
    ///
    /// Spec: Expression statements.
    fn expr_stmt(&mut self, e: &'a Expr) {
        let mut x = self.raw_expr(e, None);
        let kind = &e.unparen().kind;
        let fine = match kind {
            ExprKind::Call(c) => {
                let builtin = self.info.types.get(c.fun.id).is_some_and(|t| t.mode == Mode::Builtin);
                let is_type = self.info.types.get(c.fun.id).is_some_and(|t| t.mode == Mode::Type);
                !is_type && (!builtin || x.mode == Mode::NoValue || self.is_statement_builtin(&c.fun))
            }
            ExprKind::Unary(UnaryOp::Recv, _) => true,
            _ => false,
        };
        if x.is_invalid() || fine {
            return;
        }
        if x.mode == Mode::Type {
            let text = format!("`{}` (type) is not an expression", self.text(e));
            self.err(e.span, Code::INVALID_USE, text);
            return;
        }
        if x.mode == Mode::Builtin {
            self.must_be_value(&mut x);
            return;
        }
        let text = format!("{} is not used", self.describe(&x));
        self.err(e.span, Code::UNUSED_VALUE, text);
    }

    /// Whether a built-in function is called for what it does.
    ///
    /// Spec: Expression statements.
    fn is_statement_builtin(&self, fun: &Expr) -> bool {
        let id = match &fun.unparen().kind {
            ExprKind::Ident(id) | ExprKind::Selector(_, id) => id,
            _ => return false,
        };
        self.info.uses.get(id.id).is_some_and(|o| {
            use BuiltinId::*;
            matches!(
                self.s.obj(*o).kind,
                ObjKind::Builtin(Clear | Close | Copy | Delete | Panic | Print | Println | Recover)
            )
        })
    }

    /// `c <- v`
    ///
    /// Spec: Send statements.
    fn send(&mut self, c: &'a Expr, v: &'a Expr) {
        let ch = self.expr(c);
        let elem = if ch.is_invalid() {
            None
        } else {
            // Told at the arrow.
            let between = Span {
                start: c.span.end,
                end: v.span.start,
                ..c.span
            };
            let arrow = self.shared.sources.text(between).find("<-").unwrap_or(0) as u32;
            let at = Span {
                start: between.start + arrow,
                ..between
            };
            self.channel_elem(&ch, false, at)
        };
        let mut x = self.expr_with_target(v, elem);
        if elem.is_some() {
            self.assignment(&mut x, elem, "send");
        }
    }

    /// `x++` or `x--` of a number
    ///
    /// Spec: IncDec statements.
    fn inc_dec(&mut self, x: &'a Expr, inc: bool) {
        let o = self.expr(x);
        if o.is_invalid() {
            return;
        }
        if !self.s.all_basic(o.ty, BasicKind::is_numeric) {
            let op = if inc { "++" } else { "--" };
            let text = format!(
                "invalid operation: `{}{op}` (non-numeric type {})",
                self.text(x),
                self.type_str(o.ty)
            );
            self.err(x.span, Code::INVALID_OPERATION, text);
            return;
        }
        let mut value = Operand::new(Mode::Value, o.ty, x);
        self.assign_operand(x, &mut value);
    }

    /// `=`, `:=`, or `op=`, which takes one value.
    ///
    /// Spec: Assignment statements.
    fn assign_stmt(&mut self, span: Span, a: &'a ast::AssignStmt) {
        match a.op {
            AssignOp::Define => self.short_var_decl(&a.lhs, &a.rhs, a.op_span),
            AssignOp::Assign => self.assign_vars(&a.lhs, &a.rhs),
            AssignOp::Op(op) => {
                let ([l], [r]) = (&a.lhs[..], &a.rhs[..]) else {
                    self.err(
                        span,
                        Code::ASSIGN_COUNT,
                        "assignment operation requires single-valued expressions",
                    );
                    return;
                };
                let x = self.expr(l);
                let y = self.expr(r);
                let mut v = self.binary_operands(l, op, a.op_span, x, y);
                if !v.is_invalid() {
                    v.mode = Mode::Value;
                    self.assign_operand(l, &mut v);
                }
            }
        }
    }

    /// `go` and `defer` take a call without parentheses around it.
    ///
    /// Spec: Go statements; Defer statements.
    fn suspended_call(&mut self, e: &'a Expr, what: &str) {
        if matches!(e.kind, ExprKind::Paren(_)) {
            // Spec: Go statements; Defer statements.
            self.err(
                e.span,
                Code::INVALID_USE,
                format!("expression in {what} must not be parenthesized"),
            );
        }
        let ExprKind::Call(c) = &e.unparen().kind else {
            self.raw_expr(e, None);
            // Told behind it, where the call is missing.
            let behind = Span {
                start: e.span.end,
                ..e.span
            };
            // Spec: Go statements; Defer statements.
            self.err(
                behind,
                Code::INVALID_USE,
                format!("expression in {what} must be function call"),
            );
            return;
        };
        let x = self.raw_expr(e, None);
        if x.is_invalid() {
            return;
        }
        let is_type = self.info.types.get(c.fun.id).is_some_and(|t| t.mode == Mode::Type);
        let builtin = self.info.types.get(c.fun.id).is_some_and(|t| t.mode == Mode::Builtin);
        if is_type {
            // Spec: Go statements; Defer statements.
            self.err(
                e.span,
                Code::INVALID_USE,
                format!("{what} requires function call, not conversion"),
            );
        } else if builtin && x.mode != Mode::NoValue && !self.is_statement_builtin(&c.fun) {
            // Spec: Go statements; Defer statements; Expression statements.
            let text = format!("{what} discards result of `{}`", self.text(e));
            self.err(e.span, Code::UNUSED_VALUE, text);
        }
    }

    /// Values for all results, or none where there are none or they are named.
    ///
    /// Spec: Return statements.
    fn return_stmt(&mut self, span: Span, values: &'a [Expr]) {
        let Some(results) = self.env.results.clone() else {
            return;
        };
        if values.is_empty() {
            if results.is_empty() {
                return;
            }
            if self.env.named_results.is_empty() {
                self.err(
                    span,
                    Code::ASSIGN_COUNT,
                    format!("not enough return values: have 0, want {}", results.len()),
                );
                return;
            }
            for r in self.env.named_results.clone().iter() {
                let o = self.s.obj(*r);
                if let Some(alt) = self.lookup(&o.name)
                    && alt != *r
                    && &*o.name != "_"
                {
                    self.err(
                        span,
                        Code::INVALID_USE,
                        format!("result parameter `{}` not in scope at return", o.name),
                    );
                }
            }
            return;
        }
        if results.is_empty() {
            for v in values {
                self.multi_expr(v);
            }
            let span = values.first().map_or(span, |v| v.span);
            self.err(span, Code::ASSIGN_COUNT, "too many return values");
            return;
        }
        // Results without names are checked like variables of their types.
        let vars: Vec<ObjId> = results
            .iter()
            .map(|t| {
                self.s
                    .add_obj(Object::new(ObjKind::Var(VarKind::Result), "".into(), None, *t, None))
            })
            .collect();
        self.init_vars(&vars, values, Some(span));
    }

    /// A branch without a label is where it can go somewhere.
    ///
    /// Spec: Break statements; Continue statements; Fallthrough statements; Type switches.
    fn branch(&mut self, span: Span, kind: BranchKind, label: Option<&'a ast::Ident>, ctx: Context) {
        if label.is_some() {
            return;
        }
        // Spec: Break statements; Continue statements; Fallthrough statements; Type switches.
        let message = match kind {
            BranchKind::Break if !ctx.can_break => "break is not in a loop, switch, or select",
            BranchKind::Continue if !ctx.can_continue => "continue is not in a loop",
            BranchKind::Fallthrough if ctx.type_switch => "cannot fallthrough in type switch",
            BranchKind::Fallthrough if ctx.final_case => "cannot fallthrough final case in switch",
            BranchKind::Fallthrough if !ctx.fallthrough_ok => "fallthrough statement out of place",
            _ => return,
        };
        self.err(span, Code::BRANCH, message);
    }

    /// A switch over values; each clause is a block, all but the last may fall through.
    ///
    /// Spec: Switch statements; Expression switches; Fallthrough statements.
    fn switch(&mut self, sw: &'a ast::SwitchStmt, ctx: Context) {
        let outer = self.open_scope();
        self.simple(sw.init.as_ref());
        let tag = self.switch_tag(sw);
        let mut seen: FxHashMap<ConstValue, Vec<(TypeId, Span)>> = FxHashMap::default();
        self.one_default(sw.cases.iter().map(|c| (c.is_default, c.head)), "switch");
        let last = sw.cases.len().wrapping_sub(1);
        for (i, case) in sw.cases.iter().enumerate() {
            for e in &case.exprs {
                self.case_value(e, &tag, &mut seen);
            }
            let inner = self.open_scope();
            let ctx = Context {
                can_break: true,
                fallthrough_ok: i != last,
                final_case: i == last,
                ..ctx
            };
            self.stmt_list(&case.body, ctx);
            self.close_scope(inner);
        }
        self.close_scope(outer);
    }

    /// What the cases are compared with: `true` where nothing is said.
    ///
    /// Spec: Expression switches.
    fn switch_tag(&mut self, sw: &'a ast::SwitchStmt) -> Operand<'a> {
        let Some(t) = &sw.tag else {
            return Operand {
                mode: Mode::Constant,
                ty: TypeId::BOOL,
                val: Some(Arc::new(ConstValue::Bool(true))),
                expr: None,
                builtin: None,
            };
        };
        let mut x = self.expr(t);
        // An untyped constant gets its default type first.
        self.assignment(&mut x, None, "switch expression");
        if !x.is_invalid() && !self.s.comparable(x.ty) && !self.s.has_nil(x.ty) {
            let text = format!("cannot switch on {}", self.describe(&x));
            self.err(t.span, Code::INVALID_USE, text);
            x.fail();
        }
        x
    }

    /// Reports every default clause after the first.
    ///
    /// Spec: Switch statements.
    fn one_default(&mut self, clauses: impl Iterator<Item = (bool, Span)>, what: &str) {
        let mut first = None;
        for (_, head) in clauses.filter(|c| c.0) {
            match first {
                None => first = Some(head),
                Some(first) => {
                    self.err(head, Code::DUPLICATE, format!("multiple defaults in {what}"));
                    if let Some(d) = self.diags.last_mut() {
                        *d = d.clone().label(first, "first default here");
                    }
                }
            }
        }
    }

    /// A value of a case, which can be compared with the tag; constants are different.
    ///
    /// Spec: Expression switches.
    fn case_value(&mut self, e: &'a Expr, tag: &Operand<'a>, seen: &mut FxHashMap<ConstValue, Vec<(TypeId, Span)>>) {
        let mut v = self.expr(e);
        if v.is_invalid() || tag.is_invalid() {
            return;
        }
        let mut t = tag.clone();
        self.match_types(&mut v, &mut t);
        if v.is_invalid() || t.is_invalid() {
            return;
        }
        // The value is compared with the tag's as `==` would.
        // Spec: Expression switches; Comparison operators.
        if let Err((_, code, why)) = self.comparable_operands(ast::BinaryOp::Eq, &v, &t) {
            let tag = tag.expr.map_or("true".into(), |e| self.text(e));
            let text = format!("invalid case `{}` in switch on `{tag}` ({why})", self.text(e));
            self.err(e.span, code, text);
            return;
        }
        self.default_operand(&mut v);
        if let (Mode::Constant, Some(value)) = (v.mode, &v.val)
            && !matches!(**value, ConstValue::Bool(_))
        {
            let list = seen.entry((**value).clone()).or_default();
            let found = list.iter().find(|(t, _)| self.s.identical(*t, v.ty)).map(|(_, s)| *s);
            list.push((v.ty, e.span));
            if let Some(first) = found {
                // Spec: Expression switches.
                let text = format!("duplicate case `{}` in expression switch", self.text(e));
                self.err(e.span, Code::DUPLICATE, text);
                if let Some(d) = self.diags.last_mut() {
                    *d = d.clone().label(first, "previous case");
                }
            }
        }
    }

    /// A switch over the types of an interface's value.
    ///
    /// Spec: Type switches.
    fn type_switch(&mut self, sw: &'a ast::TypeSwitchStmt, ctx: Context) {
        let outer = self.open_scope();
        self.simple(sw.init.as_ref());
        let x = self.expr(&sw.x);
        let valid = !x.is_invalid() && self.s.is_interface(x.ty);
        if !x.is_invalid() && !valid {
            // Spec: Type switches.
            let text = format!("{} is not an interface", self.describe(&x));
            self.err(sw.x.span, Code::INVALID_USE, text);
        }
        let mut vars = Vec::new();
        let mut seen: Vec<(Option<TypeId>, Span)> = Vec::new();
        let mut default = false;
        let last = sw.cases.len().wrapping_sub(1);
        for (i, case) in sw.cases.iter().enumerate() {
            if case.is_default && std::mem::replace(&mut default, true) {
                // Spec: Switch statements.
                self.err(case.head, Code::DUPLICATE, "multiple defaults in switch");
            }
            let mut single = None;
            for e in &case.exprs {
                let t = self.case_type(e, valid.then_some(&x), &mut seen);
                single = Some(t);
            }
            let inner = self.open_scope();
            if let Some(bind) = sw.bind.as_ref().filter(|b| &*b.name != "_") {
                // The variable has the type of a clause that lists one, else that of the value.
                // Spec: Type switches.
                let t = match (case.exprs.len(), single) {
                    (1, Some(Some(t))) => t,
                    (1, Some(None)) => x.ty,
                    _ => x.ty,
                };
                let v = self.new_var(bind, VarKind::Local, t);
                self.scope_insert(self.env.scope, &bind.name, v);
                self.info.implicits.insert(case.id, v);
                vars.push(v);
            }
            let ctx = Context {
                can_break: true,
                type_switch: true,
                final_case: i == last,
                ..ctx
            };
            self.stmt_list(&case.body, ctx);
            self.close_scope(inner);
        }
        if let Some(bind) = &sw.bind {
            if &*bind.name == "_" {
                // Spec: Type switches.
                self.err(bind.span, Code::INVALID_DECL, "no new variable on left side of `:=`");
            } else if !vars.iter().any(|v| self.used.contains(v)) {
                // Spec: Type switches; Variable declarations.
                self.err(
                    bind.span,
                    Code::UNUSED_VARIABLE,
                    format!("declared and not used: `{}`", bind.name),
                );
            }
        }
        self.close_scope(outer);
    }

    /// A type switch's case: a type, or `nil` (nothing).
    ///
    /// Spec: Type switches.
    fn case_type(
        &mut self,
        e: &'a Expr,
        x: Option<&Operand<'a>>,
        seen: &mut Vec<(Option<TypeId>, Span)>,
    ) -> Option<TypeId> {
        let t = self.expr_or_type(e);
        let ty = match t.mode {
            Mode::Invalid => return Some(TypeId::INVALID),
            Mode::Type => {
                self.later
                    .push_back(super::Later::NoConstraint(t.ty, e.span, self.env.pkg));
                Some(t.ty)
            }
            _ if t.is_nil() => {
                if let Some(x) = x {
                    self.update_expr_type(e, x.ty, true);
                }
                None
            }
            _ => {
                let text = format!("`{}` is not a type", self.text(e));
                self.err(e.span, Code::NOT_A_TYPE, text);
                return Some(TypeId::INVALID);
            }
        };
        let found = seen.iter().find(|(s, _)| match (s, ty) {
            (None, None) => true,
            (Some(a), Some(b)) => self.s.identical(*a, b),
            _ => false,
        });
        if found.is_some() {
            let text = format!("duplicate case `{}` in type switch", self.text(e));
            self.err(e.span, Code::DUPLICATE, text);
        }
        seen.push((ty, e.span));
        if let (Some(x), Some(t)) = (x, ty) {
            self.assertable(x, t, e);
        }
        ty
    }

    /// Clauses that send or receive, and one default at most.
    ///
    /// Spec: Select statements.
    fn select(&mut self, sel: &'a ast::SelectStmt, ctx: Context) {
        let mut default = false;
        for case in &sel.cases {
            if case.comm.is_none() && std::mem::replace(&mut default, true) {
                self.err(case.head, Code::DUPLICATE, "multiple defaults in select");
            }
            let outer = self.open_scope();
            if let Some(comm) = &case.comm {
                let receives = |e: &Expr| matches!(e.unparen().kind, ExprKind::Unary(UnaryOp::Recv, _));
                let ok = match &comm.kind {
                    StmtKind::Send(..) => true,
                    StmtKind::Expr(e) => receives(e),
                    StmtKind::Assign(a) => a.rhs.len() == 1 && a.rhs.first().is_some_and(receives),
                    _ => false,
                };
                if !ok {
                    self.err(
                        comm.span,
                        Code::INVALID_USE,
                        "select case must be receive, send or assign recv",
                    );
                }
                self.stmt(comm, Context::default());
            }
            self.stmt_list(&case.body, Context { can_break: true, ..ctx });
            self.close_scope(outer);
        }
    }
}
