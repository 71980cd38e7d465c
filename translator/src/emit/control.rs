//! Loops, switches, select, and the jumps between them.

use super::code::{Code, Prec};
use super::stmt::Tail;
use super::{Emitter, Frame};
use crate::hir::{
    Block, Builtin, Callee, Comm, Expr, ExprKind, For, LabelId, LocalId, Range, RangeKind, Select, Stmt, StmtKind,
};
use crate::plan::Storage;
use crate::syntax::ast::BinaryOp;
use crate::types::{BasicKind, ConstValue, Type, TypeId};

impl<'a> Emitter<'a> {
    fn push_frame(&self, label: LabelId, is_loop: bool, wraps_body: bool) {
        self.push(label, is_loop, wraps_body, wraps_body);
    }

    /// A switch or select: a labelled block when some `break` leaves it.
    pub(super) fn push_switch(&self, label: LabelId, mut bodies: impl Iterator<Item = &'a Block>) {
        let labelled = bodies.any(|b| super::func::breaks_out(b, label));
        self.push(label, false, false, labelled);
    }

    fn push(&self, label: LabelId, is_loop: bool, wraps_body: bool, labelled: bool) {
        if let Some(f) = self.state.borrow_mut().function.as_mut() {
            f.frames.push(Frame {
                label,
                is_loop,
                labelled,
                wraps_body,
                break_used: false,
                continue_used: false,
            });
        }
    }

    pub(super) fn pop_frame(&self) -> Frame {
        let frame = self.state.borrow_mut().function.as_mut().and_then(|f| f.frames.pop());
        frame.unwrap_or(Frame {
            label: LabelId(0),
            is_loop: false,
            labelled: false,
            wraps_body: false,
            break_used: false,
            continue_used: false,
        })
    }

    /// A label's Rust name.
    fn label(&self, label: LabelId, kind: &str) -> String {
        match self.input.hir.labels.get(label.index()).and_then(Option::as_ref) {
            Some(name) if kind == "outer" => format!("'{}", crate::plan::names::snake(name)),
            Some(name) => format!("'{}_{kind}", crate::plan::names::snake(name)),
            None => format!("'{kind}{}", label.0),
        }
    }

    pub(super) fn outer(&self, label: LabelId) -> String {
        let named = self.input.hir.labels.get(label.index()).is_some_and(Option::is_some);
        self.label(label, if named { "outer" } else { "block" })
    }

    pub(super) fn break_stmt(&self, label: LabelId) -> String {
        let mut state = self.state.borrow_mut();
        let Some(f) = state.function.as_mut() else {
            return "break;".into();
        };
        let innermost = f.frames.iter().rposition(|f| f.is_loop);
        let Some(at) = f.frames.iter().rposition(|f| f.label == label) else {
            return "break;".into();
        };
        // An unlabelled `break` leaves the innermost loop, and no labelled block around it may be a wrapped body.
        let inside_block = f.frames[at..].iter().any(|f| f.labelled);
        if Some(at) == innermost && !inside_block {
            return "break;".into();
        }
        f.frames[at].break_used = true;
        drop(state);
        format!("break {};", self.outer(label))
    }

    pub(super) fn continue_stmt(&self, label: LabelId) -> String {
        let mut state = self.state.borrow_mut();
        let Some(f) = state.function.as_mut() else {
            return "continue;".into();
        };
        let innermost = f.frames.iter().rposition(|f| f.is_loop);
        let Some(at) = f.frames.iter().rposition(|f| f.label == label) else {
            return "continue;".into();
        };
        f.frames[at].continue_used = true;
        if f.frames[at].wraps_body {
            drop(state);
            return format!("break {};", self.label(label, "next"));
        }
        if Some(at) == innermost && !f.frames[at..].iter().any(|f| f.labelled) {
            f.frames[at].continue_used = false;
            return "continue;".into();
        }
        f.frames[at].break_used = true;
        drop(state);
        format!("continue {};", self.outer(label))
    }

    pub(super) fn labeled(&self, label: LabelId, inner: &'a Stmt) -> String {
        self.push(label, false, false, true);
        let text = self.stmt(inner);
        let frame = self.pop_frame();
        if frame.break_used {
            format!("{}: {{ {text} }}", self.outer(label))
        } else {
            text
        }
    }

    /// `'label: ` where some jump names it.
    fn prefix(&self, frame: &Frame) -> String {
        if frame.break_used {
            format!("{}: ", self.outer(frame.label))
        } else {
            String::new()
        }
    }

    pub(super) fn for_stmt(&self, f: &'a For) -> String {
        if let Some(text) = self.counting_loop(f) {
            return text;
        }
        let init = f.init.as_ref().map(|s| self.stmt(s)).unwrap_or_default();
        let continues = contains_continue(&f.body, f.label);
        let wraps = f.post.is_some() && continues;
        self.push_frame(f.label, true, wraps);
        let cond = f.cond.as_ref().map(|c| self.condition(c));
        let fresh = self.per_iteration_copies(f);
        let yields = self.yield_point(&f.body, f.cond.as_ref(), f.post.as_ref());
        let body = self.stmts(&f.body.stmts, f.body.span, Tail::None);
        let post = f.post.as_ref().map(|s| self.stmt(s)).unwrap_or_default();
        let frame = self.pop_frame();
        let head = match cond {
            Some(cond) => format!("while {cond}"),
            None => "loop".into(),
        };
        let body = if frame.continue_used && wraps {
            format!("{}: {{ {body} }}", self.label(f.label, "next"))
        } else {
            body
        };
        let (open, close) = match fresh {
            Some((open, close)) => (open, close),
            None => (String::new(), String::new()),
        };
        let text = format!(
            "{}{head} {{ {open} {body} {close} {yields} {post} }}",
            self.prefix(&frame)
        );
        if init.is_empty() {
            text
        } else {
            format!("{{ {init} {text} }}")
        }
    }

    /// Shared loop variables of a Go 1.22 loop: a fresh cell for each round, copied into the next.
    fn per_iteration_copies(&self, f: &'a For) -> Option<(String, String)> {
        if !f.per_iteration {
            return None;
        }
        let Some(Stmt {
            kind: StmtKind::Let { lhs, .. },
            ..
        }) = &f.init
        else {
            return None;
        };
        let shared: Vec<LocalId> = lhs
            .iter()
            .flatten()
            .copied()
            .filter(|l| self.storage(*l) == Storage::Shared)
            .collect();
        if shared.is_empty() {
            return None;
        }
        // The variable itself is rebound at the end of the round, before the post statement.
        let close: Vec<_> = shared
            .iter()
            .map(|l| {
                let name = self.local_name(*l);
                format!("{name} = Ptr::new({name}.get());")
            })
            .collect();
        Some((String::new(), close.join(" ")))
    }

    /// Whether a shared loop variable is rebound each round, so that its binding is `mut`.
    pub(super) fn is_rebound(&self, local: LocalId) -> bool {
        self.storage(local) == Storage::Shared
            && self.input.hir.local(local).kind == crate::hir::LocalKind::LoopVariable
    }

    /// Nothing preempts a task: a loop that never awaits gets a place where others may run.
    fn yield_point(&self, body: &'a Block, cond: Option<&'a Expr>, post: Option<&'a Stmt>) -> String {
        if !self.is_async_here() || cond.is_some_and(|c| !matches!(c.kind, ExprKind::Call(_)) && !mentions_load(c)) {
            return String::new();
        }
        let _ = (body, post);
        "task::yield_point().await;".into()
    }

    /// `for i := a; i < b; i++` as `for i in a..b`.
    fn counting_loop(&self, f: &'a For) -> Option<String> {
        let Some(Stmt {
            kind: StmtKind::Let { lhs, init },
            ..
        }) = &f.init
        else {
            return None;
        };
        let ([Some(i)], [start], None) = (&lhs[..], &init.items[..], &init.tuple) else {
            return None;
        };
        let cond = f.cond.as_ref()?;
        let ExprKind::Binary(op @ (BinaryOp::Lt | BinaryOp::Le), left, bound) = &cond.kind else {
            return None;
        };
        let post = f.post.as_ref()?;
        let StmtKind::OpAssign {
            place,
            op: BinaryOp::Add,
            value,
        } = &post.kind
        else {
            return None;
        };
        let is_i = |e: &Expr| matches!(e.kind, ExprKind::Local(l) if l == *i);
        let one = matches!(&value.kind, ExprKind::Const { value: ConstValue::Int(n), .. } if *n == 1.into());
        let integer = self.basic_kind(start.ty).is_some_and(BasicKind::is_integer) && !self.is_newtype(start.ty);
        if !is_i(left) || !is_i(place) || !one || !integer || self.storage(*i) != Storage::Plain {
            return None;
        }
        let touched = writes_in(&f.body);
        if touched.contains(i) || !self.is_invariant(bound, &touched) {
            return None;
        }
        let both_const = matches!(
            (&start.kind, &bound.kind),
            (ExprKind::Const { .. }, ExprKind::Const { .. })
        );
        let start_code = self.value_of_bound(start, false);
        let bound_code = self.value_of_bound(bound, both_const);
        self.push_frame(f.label, true, false);
        let body = self.stmts(&f.body.stmts, f.body.span, Tail::None);
        let frame = self.pop_frame();
        let dots = if *op == BinaryOp::Lt { ".." } else { "..=" };
        let used = self.facts.sharing.local(*i).used && self.reads_local(&f.body, *i);
        let name = if used { self.local_name(*i) } else { "_".into() };
        Some(format!(
            "{}for {name} in {}{dots}{} {{ {body} }}",
            self.prefix(&frame),
            start_code.at(Prec::Or),
            bound_code.at(Prec::Or)
        ))
    }

    fn reads_local(&self, block: &'a Block, local: LocalId) -> bool {
        struct Reads<'e, 'a>(&'e Emitter<'a>, LocalId, bool);
        impl<'p> crate::hir::visit::Visitor<'p> for Reads<'_, '_> {
            fn expr(&mut self, e: &'p Expr) {
                self.2 |= match e.kind {
                    ExprKind::Local(l) => l == self.1,
                    ExprKind::FuncLit(lit) => self.0.facts.sharing.captures_of(lit).contains(&self.1),
                    _ => false,
                };
                crate::hir::visit::walk_expr(self, e);
            }
        }
        let mut reads = Reads(self, local, false);
        crate::hir::visit::Visitor::block(&mut reads, block);
        reads.2
    }

    fn value_of_bound(&self, e: &'a Expr, explicit: bool) -> Code {
        let code = if explicit { self.expr_explicit(e) } else { self.expr(e) };
        if code.text.contains('{') {
            Code::postfix(format!("({code})"))
        } else {
            code
        }
    }

    /// The bound has one value for the whole loop.
    fn is_invariant(&self, e: &'a Expr, touched: &[LocalId]) -> bool {
        match &e.kind {
            ExprKind::Const { .. } => true,
            ExprKind::Local(l) => self.storage(*l) == Storage::Plain && !touched.contains(l),
            ExprKind::Call(call) => match (&call.callee, &call.args.items[..]) {
                (
                    Callee::Builtin(Builtin::Len),
                    [
                        Expr {
                            kind: ExprKind::Local(l),
                            ty,
                            ..
                        },
                    ],
                ) => {
                    let fixed = matches!(self.input.store().under(*ty), Type::Slice(_) | Type::Basic(_));
                    let kept = matches!(self.storage(*l), Storage::Plain | Storage::Lent);
                    fixed && kept && !touched.contains(l)
                }
                _ => false,
            },
            ExprKind::Binary(op, x, y) if !matches!(op, BinaryOp::Quo | BinaryOp::Rem) => {
                self.is_invariant(x, touched) && self.is_invariant(y, touched)
            }
            ExprKind::Convert(crate::hir::Conversion::Numeric, x) => self.is_invariant(x, touched),
            ExprKind::Field { base, index } => {
                let variable = match &base.kind {
                    ExprKind::Deref(pointer) => pointer,
                    _ => base,
                };
                let still = matches!(&variable.kind, ExprKind::Local(l)
                    if matches!(self.storage(*l), Storage::Plain | Storage::Borrowed | Storage::Lent) && !touched.contains(l));
                let owner = self.input.struct_name(base.ty).and_then(|o| self.plan.structs.get(&o));
                still && owner.is_some_and(|plan| plan.is_fixed(*index))
            }
            _ => false,
        }
    }

    pub(super) fn range(&self, r: &'a Range) -> String {
        if r.kind == RangeKind::Func {
            return format!(
                "{};",
                self.unsupported("`range` over a function", r.x.span, TypeId::INVALID)
            );
        }
        let shared_across = self.variables_outside(r);
        self.push_frame(r.label, true, false);
        let (head, inner) = self.range_head(r, !shared_across.is_empty());
        let body = self.stmts(&r.body.stmts, r.body.span, Tail::None);
        let frame = self.pop_frame();
        let mut text = format!("{}{head} {{ {inner} {body} }}", self.prefix(&frame));
        if r.kind == RangeKind::Channel && !is_stable(&r.x) {
            // The channel is evaluated once.
            text = format!(
                "{{ let channel = {}; {text} }}",
                self.unwrapped(self.expr(&r.x), r.x.ty)
            );
        }
        if shared_across.is_empty() {
            text
        } else {
            format!("{{ {} {text} }}", shared_across.join(" "))
        }
    }

    /// Before Go 1.22 the loop's variables are one for all rounds: declared outside where that can be seen.
    fn variables_outside(&self, r: &'a Range) -> Vec<String> {
        if r.per_iteration {
            return Vec::new();
        }
        let vars = [&r.key, &r.value].into_iter().flatten();
        let each = vars.filter_map(|v| match v {
            crate::hir::RangeVar::Define(l) if self.storage(*l) == Storage::Shared => {
                let ty = self.input.hir.local(*l).ty;
                Some(format!(
                    "let {}: Ptr<{}> = Ptr::new({});",
                    self.local_name(*l),
                    self.ty(ty),
                    self.zero(ty)
                ))
            }
            _ => None,
        });
        each.collect()
    }

    fn range_variable(
        &self,
        var: &'a Option<crate::hir::RangeVar>,
        temporary: &str,
        outside: bool,
        from: TypeId,
    ) -> (String, String) {
        match var {
            None => ("_".into(), String::new()),
            Some(crate::hir::RangeVar::Define(l)) if outside && self.storage(*l) == Storage::Shared => {
                let name = self.local_name(*l);
                (temporary.to_owned(), format!("{name}.set({temporary});"))
            }
            Some(var) => self.bound_variable(var, temporary, from),
        }
    }

    /// The types of the iteration values.
    fn range_types(&self, r: &Range) -> (TypeId, TypeId) {
        let store = self.input.store();
        let core = store.core_type(r.x.ty).unwrap_or(r.x.ty);
        let container = self.input.pointee(core).unwrap_or(core);
        match store.under(container) {
            Type::Slice(e) | Type::Array(_, e) => (TypeId::INT, *e),
            Type::Map(k, v) => (*k, *v),
            Type::Chan(_, e) => (*e, TypeId::INVALID),
            Type::Basic(k) if k.is_string() => (TypeId::INT, TypeId::INT32),
            _ => (TypeId::INVALID, TypeId::INVALID),
        }
    }

    fn range_head(&self, r: &'a Range, outside: bool) -> (String, String) {
        let (key_type, value_type) = self.range_types(r);
        let (key, key_after) = self.range_variable(&r.key, "k", outside, key_type);
        let (value, value_after) = self.range_variable(&r.value, "v", outside, value_type);
        let after = format!("{key_after} {value_after}");
        let operand = |e: &'a Expr| match e.kind {
            ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                self.unwrapped(self.borrowed(e), e.ty)
            }
            _ => self.unwrapped(self.expr_explicit(e), e.ty),
        };
        if let Some(native) = self.native_range(r, (&key, &value), outside) {
            return (native.0, format!("{} {after}", native.1));
        }
        let head = match r.kind {
            RangeKind::Int => {
                let generic = self.input.store().is_type_param(r.x.ty);
                let newtype = self.is_newtype(r.x.ty);
                let bound = if generic {
                    self.expr(&r.x).method("to_i64", &[])
                } else {
                    self.unwrapped(self.expr_explicit(&r.x), r.x.ty)
                };
                if generic {
                    let convert = format!("let {key} = {}::from_i64({key});", self.ty(r.x.ty));
                    return (
                        format!("for {key} in 0..{}", bound.at(Prec::Or)),
                        format!("{convert} {after}"),
                    );
                }
                if newtype {
                    let name = key.trim_start_matches("mut ");
                    let convert = format!("let {key} = {}({name});", self.ty_expr(r.x.ty));
                    return (
                        format!("for {name} in 0..{}", bound.at(Prec::Or)),
                        format!("{convert} {after}"),
                    );
                }
                format!("for {key} in 0..{}", bound.at(Prec::Or))
            }
            RangeKind::Slice => {
                let source = operand(&r.x);
                match (&r.key, &r.value) {
                    (None, None) => format!("for _ in 0..{}", source.method("len", &[])),
                    (Some(_), None) => format!("for {key} in 0..{}", source.method("len", &[])),
                    (None, Some(_)) => format!("for {value} in {}", source.method("iter", &[])),
                    _ => format!("for ({key}, {value}) in (0_i64..).zip({})", source.method("iter", &[])),
                }
            }
            RangeKind::Array => self.range_array(r, &key, &value),
            RangeKind::ArrayPointer => {
                let pointee = self.input.pointee(r.x.ty).unwrap_or(TypeId::INVALID);
                let len = self.array_len(pointee);
                let source = self.borrowed(&r.x);
                match (&r.key, &r.value) {
                    (_, None) => format!("for {key} in 0..{len}_i64"),
                    _ => format!(
                        "for ({key}, {value}) in (0_i64..).zip({})",
                        self.array_pointer(source, pointee)
                            .method("full_slice", &[])
                            .method("iter", &[])
                    ),
                }
            }
            RangeKind::String => match (&r.key, &r.value) {
                (_, None) => format!("for ({key}, _) in {}", operand(&r.x).method("runes", &[])),
                _ => format!("for ({key}, {value}) in {}", operand(&r.x).method("runes", &[])),
            },
            RangeKind::Map => format!("for ({key}, {value}) in {}", operand(&r.x).method("iter", &[])),
            RangeKind::Channel => {
                let source = if is_stable(&r.x) {
                    operand(&r.x)
                } else {
                    Code::postfix("channel")
                };
                let recv = self.maybe_await(source.method("recv", &[]), true);
                format!("while let Some({key}) = {recv}")
            }
            RangeKind::Func => String::new(),
        };
        (head, after)
    }

    fn range_array(&self, r: &'a Range, key: &str, value: &str) -> String {
        let len = self.array_len(r.x.ty);
        if r.value.is_none() {
            return format!("for {key} in 0..{len}_i64");
        }
        // The array is copied before the first round, unless nobody could tell.
        let source = self.unwrapped(self.expr(&r.x), r.x.ty);
        let iter = source.method("into_iter", &[]);
        if r.key.is_none() {
            format!("for {value} in {}", source)
        } else {
            format!("for ({key}, {value}) in (0_i64..).zip({iter})")
        }
    }

    fn array_len(&self, ty: TypeId) -> i64 {
        match self.input.store().under(ty) {
            Type::Array(n, _) => *n,
            _ => 0,
        }
    }

    pub(super) fn select(&self, s: &'a Select) -> String {
        if !self.is_async_here() && crate::analysis::coloring::is_try(s) {
            return self.try_select(s);
        }
        self.push_switch(s.label, s.arms.iter().map(|a| &a.body));
        let mut arms = String::new();
        for arm in &s.arms {
            let comments = self.comments_before(arm.head.start);
            let (head, after) = self.arm_head(&arm.comm);
            let (after, rest) = match self.received_or_leave(arm) {
                Some(leave) => (leave, &arm.body.stmts[1..]),
                None => (after, &arm.body.stmts[..]),
            };
            let body = self.stmts(rest, arm.body.span, Tail::None);
            let index = {
                let mut state = self.state.borrow_mut();
                state.arms.push(head);
                state.arms.len() - 1
            };
            arms.push_str(&format!("__gort_arm!({index}) => {{ {comments} {after} {body} }}\n"));
        }
        let frame = self.pop_frame();
        let text = format!("match __gort_select {{ {arms} }}");
        if frame.break_used {
            format!("{}: {{ {text} }}", self.outer(s.label))
        } else {
            text
        }
    }

    fn chan_elem(&self, ty: TypeId) -> TypeId {
        let store = self.input.store();
        match store.under(store.core_type(ty).unwrap_or(ty)) {
            Type::Chan(_, elem) => *elem,
            _ => TypeId::INVALID,
        }
    }

    fn arm_head(&self, comm: &'a Comm) -> (String, String) {
        match comm {
            Comm::Default => ("default".into(), String::new()),
            Comm::Send { channel, value } => {
                let channel = self.unwrapped(self.borrowed(channel), channel.ty);
                (channel.method("send", &[self.expr(value)]).text, String::new())
            }
            Comm::Recv { channel, value, ok } => {
                let elem = self.chan_elem(channel.ty);
                let source = self.unwrapped(self.borrowed(channel), channel.ty);
                match (value, ok) {
                    (None, None) => (format!("_ = {}", source.method("recv", &[])), String::new()),
                    (Some(v), None) => {
                        let (pattern, after) = self.bound_variable(v, "v", self.chan_elem(channel.ty));
                        if pattern.starts_with("mut ") {
                            let name = pattern.trim_start_matches("mut ");
                            return (
                                format!("{name} = {}", source.method("recv_or_zero", &[])),
                                format!("let mut {name} = {name}; {after}"),
                            );
                        }
                        (format!("{pattern} = {}", source.method("recv_or_zero", &[])), after)
                    }
                    _ => {
                        let each = |v: &'a Option<crate::hir::RangeVar>, t: &str| {
                            v.as_ref().map_or(("_".to_owned(), String::new()), |v| {
                                self.bound_variable(v, t, if t == "v" { elem } else { TypeId::BOOL })
                            })
                        };
                        let (v, v_after) = each(value, "v");
                        let (ok, ok_after) = each(ok, "ok");
                        let received = "received";
                        (
                            format!("{received} = {}", source.method("recv", &[])),
                            format!("let ({v}, {ok}) = comma_ok({received}); {v_after} {ok_after}"),
                        )
                    }
                }
            }
        }
    }

    /// One communication or `default`, where nothing may suspend.
    fn try_select(&self, s: &'a Select) -> String {
        self.push_switch(s.label, s.arms.iter().map(|a| &a.body));
        let mut default = String::new();
        let mut head = String::new();
        let mut then = String::new();
        for arm in &s.arms {
            let comments = self.comments_before(arm.head.start);
            let body = |after: String| {
                format!(
                    "{comments} {after} {}",
                    self.stmts(&arm.body.stmts, arm.body.span, Tail::None)
                )
            };
            match &arm.comm {
                Comm::Default => default = body(String::new()),
                Comm::Send { channel, value } => {
                    let channel = self.unwrapped(self.borrowed(channel), channel.ty);
                    head = channel
                        .method("try_send", &[self.expr(value)])
                        .method("is_ok", &[])
                        .text;
                    then = body(String::new());
                }
                Comm::Recv { channel, value, ok } => {
                    let elem = self.chan_elem(channel.ty);
                    let source = self.unwrapped(self.borrowed(channel), channel.ty);
                    let each = |v: &'a Option<crate::hir::RangeVar>, t: &str| {
                        v.as_ref().map_or(("_".to_owned(), String::new()), |v| {
                            self.bound_variable(v, t, if t == "v" { elem } else { TypeId::BOOL })
                        })
                    };
                    let (v, v_after) = each(value, "v");
                    let (ok_name, ok_after) = each(ok, "ok");
                    let attempt = source.method("try_recv", &[]);
                    if value.is_none() && ok.is_none() {
                        head = attempt.method("is_some", &[]).text;
                        then = body(String::new());
                    } else {
                        head = format!("let Some(received) = {attempt}");
                        then = body(format!(
                            "let ({v}, {ok_name}) = comma_ok(received); {v_after} {ok_after}"
                        ));
                    }
                }
            }
        }
        let frame = self.pop_frame();
        let text = if head.is_empty() {
            format!("{{ {default} }}")
        } else if default.trim().is_empty() {
            format!("if {head} {{ {then} }}")
        } else {
            format!("if {head} {{ {then} }} else {{ {default} }}")
        };
        if frame.break_used {
            format!("{}: {{ {text} }}", self.outer(s.label))
        } else {
            text
        }
    }
}

/// A channel expression without calls: it may be printed into the loop's head.
fn is_stable(e: &Expr) -> bool {
    super::stmt::is_pure(e)
}

fn contains_continue(block: &Block, label: LabelId) -> bool {
    struct Find(LabelId, bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Find {
        fn stmt(&mut self, s: &'p Stmt) {
            self.1 |= matches!(s.kind, StmtKind::Continue(l) if l == self.0);
            crate::hir::visit::walk_stmt(self, s);
        }
    }
    let mut find = Find(label, false);
    crate::hir::visit::Visitor::block(&mut find, block);
    find.1
}

/// Locals that are assigned in a block, as a whole.
fn writes_in(block: &Block) -> Vec<LocalId> {
    struct Writes(Vec<LocalId>);
    impl Writes {
        fn place(&mut self, e: &Expr) {
            if let ExprKind::Local(l) = e.kind {
                self.0.push(l);
            }
        }
    }
    impl<'p> crate::hir::visit::Visitor<'p> for Writes {
        fn stmt(&mut self, s: &'p Stmt) {
            match &s.kind {
                StmtKind::Assign { lhs, .. } => lhs.iter().flatten().for_each(|p| self.place(p)),
                StmtKind::OpAssign { place, .. } => self.place(place),
                StmtKind::Range(r) => {
                    for var in [&r.key, &r.value].into_iter().flatten() {
                        if let crate::hir::RangeVar::Assign(p) = var {
                            self.place(p);
                        }
                    }
                }
                StmtKind::Select(s) => {
                    for arm in &s.arms {
                        if let Comm::Recv { value, ok, .. } = &arm.comm {
                            for var in [value, ok].into_iter().flatten() {
                                if let crate::hir::RangeVar::Assign(p) = var {
                                    self.place(p);
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
            crate::hir::visit::walk_stmt(self, s);
        }
    }
    let mut writes = Writes(Vec::new());
    crate::hir::visit::Visitor::block(&mut writes, block);
    writes.0
}

/// The condition reads memory that another goroutine may write.
fn mentions_load(e: &Expr) -> bool {
    struct Loads(bool);
    impl<'p> crate::hir::visit::Visitor<'p> for Loads {
        fn expr(&mut self, e: &'p Expr) {
            self.0 |= matches!(e.kind, ExprKind::Call(_) | ExprKind::Global(_) | ExprKind::Deref(_));
            crate::hir::visit::walk_expr(self, e);
        }
    }
    let mut loads = Loads(false);
    crate::hir::visit::Visitor::expr(&mut loads, e);
    loads.0
}
