//! Function literals and functions as values.

use super::code::{Code, Prec, join};
use super::{Emitter, Function};
use crate::hir::{Call, Expr, ExprKind, FuncId, LocalId, Method};
use crate::plan::forms::Form;
use crate::plan::{Receiver, Storage};
use crate::source::Span;
use crate::types::{ObjId, Type, TypeId};

impl<'a> Emitter<'a> {
    /// A literal as a function value of a type.
    pub(super) fn literal_value(&self, lit: FuncId, ty: TypeId) -> Code {
        let is_async = self.facts.coloring.is_async_type(ty);
        self.literal_as(lit, is_async)
    }

    /// A literal that is known not to suspend, for a library function.
    pub(super) fn literal_plain(&self, arg: &'a Expr) -> Code {
        match arg.kind {
            ExprKind::FuncLit(lit) => self.literal_as(lit, false),
            _ => self.expr(arg),
        }
    }

    fn literal_as(&self, lit: FuncId, is_async: bool) -> Code {
        let func = self.input.hir.func(lit);
        let mut clones = self.capture_clones(lit);
        let defers_outside = func.defers_outside;
        if defers_outside {
            clones.push_str(" let late = late.clone();");
        }
        let params = self.closure_params(lit);
        let result = self.results(lit);
        let n = func.params.len();
        let closure = if is_async {
            let inner: Vec<_> = self
                .captured(lit)
                .into_iter()
                .filter(|l| !self.is_copied(*l))
                .map(|l| format!("let {0} = {0}.clone();", self.local_name(l)))
                .chain(defers_outside.then(|| "let late = late.clone();".to_owned()))
                .collect();
            let body = self.with_literal(lit, true, false, |e| e.function_body(lit));
            format!(
                "move |{params}| -> BoxFuture<'static, {result}> {{ {} Box::pin(async move {{ {body} }}) }}",
                inner.join(" ")
            )
        } else {
            let body = self.with_literal(lit, false, false, |e| e.function_body(lit));
            // A body that never ends has no type of its own.
            let endless = func
                .body
                .as_ref()
                .and_then(|b| b.stmts.last())
                .is_some_and(|s| self.diverges(s));
            let arrow = if result == "()" && !endless {
                String::new()
            } else {
                format!(" -> {result}")
            };
            format!("move |{params}|{arrow} {{ {body} }}")
        };
        let value = if n > 8 {
            format!("Func::from_arc(Arc::new({closure}))")
        } else {
            format!("fn{n}({closure})")
        };
        if clones.is_empty() {
            Code::postfix(value)
        } else {
            Code::block(format!("{{ {clones} {value} }}"))
        }
    }

    /// The locals of enclosing functions that a literal uses.
    fn captured(&self, lit: FuncId) -> Vec<LocalId> {
        // A task does not know its group: the `Done` that did is gone.
        let group = self
            .plan
            .scopes
            .tasks
            .get(&lit)
            .filter(|g| !self.mentions_beyond_done(lit, **g));
        self.facts
            .sharing
            .captures_of(lit)
            .iter()
            .copied()
            .filter(|l| Some(l) != group)
            // A lock that owns what it guards is not apart from it.
            .filter(|l| self.facts.guarded.local(*l).is_none())
            .collect()
    }

    /// A task's body uses its group other than to leave it.
    fn mentions_beyond_done(&self, lit: FuncId, group: LocalId) -> bool {
        struct Count(LocalId, usize);
        impl<'p> crate::hir::visit::Visitor<'p> for Count {
            fn expr(&mut self, e: &'p Expr) {
                self.1 += usize::from(matches!(e.kind, ExprKind::Local(l) if l == self.0));
                crate::hir::visit::walk_expr(self, e);
            }
        }
        let mut count = Count(group, 0);
        if let Some(body) = &self.input.hir.func(lit).body {
            crate::hir::visit::Visitor::block(&mut count, body);
        }
        let inner = self.input.hir.funcs.iter().filter(|f| f.parent == Some(lit));
        let nested = inner
            .into_iter()
            .any(|f| self.facts.sharing.captures_of(f.id).contains(&group));
        count.1 > 1 || nested
    }

    /// A captured local whose Rust variable is copied bits.
    fn is_copied(&self, local: LocalId) -> bool {
        let copied = *self.plan.forms.local(local) == Form::Literal || self.is_copy(self.input.hir.local(local).ty);
        self.storage(local) == Storage::Plain && copied
    }

    /// `let x = x.clone();` for each captured variable that is needed afterwards too.
    fn capture_clones(&self, lit: FuncId) -> String {
        let clones = self
            .captured(lit)
            .into_iter()
            .filter(|l| !self.is_copied(*l))
            .filter(|l| !self.moves_into(lit, *l));
        clones
            .map(|l| format!("let {0} = {0}.clone();", self.local_name(l)))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn moves_into(&self, lit: FuncId, local: LocalId) -> bool {
        let state = self.state.borrow();
        let Some(function) = &state.function else { return false };
        function.id == Some(self.input.hir.local(local).func)
            && !function.in_defer_scope
            && !self.is_pointer_receiver(local)
            && self.facts.liveness.is_last_capture(lit, local)
    }

    fn closure_params(&self, lit: FuncId) -> String {
        let func = self.input.hir.func(lit);
        let each = func.params.iter().map(|p| {
            let local = self.input.hir.local(*p);
            format!("{}: {}", self.param_pattern(*p), self.ty(local.ty))
        });
        each.collect::<Vec<_>>().join(", ")
    }

    /// Prints inside a literal; names of enclosing locals stay known.
    fn with_literal<R>(&self, lit: FuncId, is_async: bool, once: bool, f: impl FnOnce(&Self) -> R) -> R {
        let saved = self.state.borrow().function.clone();
        {
            let mut inner = saved.clone().unwrap_or_default();
            inner.id = Some(lit);
            inner.is_async = is_async;
            inner.frames = Vec::new();
            inner.sections = Vec::new();
            inner.once = once;
            inner.in_defer_scope = false;
            inner.captured.push(lit);
            let func = self.input.hir.func(lit);
            inner.results_in_variables = self.plan.funcs[lit.index()].defers && func.named_results;
            self.state.borrow_mut().function = Some(inner);
        }
        self.name_locals(lit);
        let out = f(self);
        let names = self.state.borrow_mut().function.take().map(|f| f.names);
        let restored = saved.map(|s| Function {
            names: names.unwrap_or_default(),
            ..s
        });
        self.state.borrow_mut().function = restored;
        out
    }

    /// `func(a int) {…}(x)` where it stands.
    pub(super) fn immediate_call(&self, lit: FuncId, call: &'a Call) -> Code {
        let is_async = self.facts.coloring.is_async(lit);
        let args: Vec<_> = call.args.items.iter().map(|a| self.expr(a)).collect();
        if is_async {
            let lets = self.param_lets(lit, &args);
            let body = self.with_literal(lit, true, true, |e| e.function_body(lit));
            let code = Code::postfix(format!("async {{ {body} }}"));
            let awaited = self.maybe_await(Code::block(code.text), true);
            return if lets.is_empty() {
                awaited
            } else {
                Code::block(format!("{{ {lets} {awaited} }}"))
            };
        }
        let params = self.closure_params(lit);
        let result = self.results(lit);
        let arrow = if result == "()" {
            String::new()
        } else {
            format!(" -> {result}")
        };
        let body = self.with_literal(lit, false, true, |e| e.function_body(lit));
        Code::postfix(format!("(|{params}|{arrow} {{ {body} }})({})", join(&args)))
    }

    /// `let param = arg;` for a literal whose body is put in place.
    fn param_lets(&self, lit: FuncId, args: &[Code]) -> String {
        let func = self.input.hir.func(lit);
        let lets = func.params.iter().zip(args).map(|(p, a)| {
            let local = self.input.hir.local(*p);
            let pattern = self.with_literal(lit, true, true, |e| e.param_pattern(*p));
            if pattern == a.text {
                return String::new();
            }
            format!("let {pattern}: {} = {a};", self.ty(local.ty))
        });
        lets.collect::<Vec<_>>().join(" ")
    }

    /// `|| { … }`, for callees that take a closure.
    pub(super) fn plain_closure(&self, lit: FuncId) -> Code {
        let body = self.with_literal(lit, false, true, |e| e.function_body(lit));
        Code::new(format!("|| {{ {body} }}"), Prec::Lowest)
    }

    /// `async { … }` borrowing what it uses.
    pub(super) fn async_block(&self, lit: FuncId) -> Code {
        let body = self.with_literal(lit, true, true, |e| e.function_body(lit));
        Code::block(format!("async {{ {body} }}"))
    }

    /// `fn0(move || task::go(async move { … }))`
    pub(super) fn spawning_literal(&self, lit: FuncId) -> Code {
        let clones = self.capture_clones(lit);
        let inner: Vec<_> = self
            .captured(lit)
            .into_iter()
            .filter(|l| !self.is_copied(*l))
            .map(|l| format!("let {0} = {0}.clone();", self.local_name(l)))
            .collect();
        let body = self.with_literal(lit, true, false, |e| e.function_body(lit));
        let value = format!(
            "fn0(move || {{ {} task::go(async move {{ {body} }}); }})",
            inner.join(" ")
        );
        if clones.is_empty() {
            Code::postfix(value)
        } else {
            Code::block(format!("{{ {clones} {value} }}"))
        }
    }

    /// `async move { … }` that owns what it captures, with the clones to put before it: for `go`.
    pub(super) fn spawned_block(&self, lit: FuncId, call: &'a Call) -> (String, Code) {
        let args: Vec<_> = call.args.items.iter().map(|a| self.expr(a)).collect();
        let mut before = self.param_lets(lit, &args);
        let clones = self.capture_clones(lit);
        if !clones.is_empty() {
            before = format!("{before} {clones}");
        }
        let body = self.with_literal(lit, true, true, |e| e.function_body(lit));
        (
            before.trim().to_owned(),
            Code::postfix(format!("async move {{ {body} }}")),
        )
    }

    /// `async move { … }` of a literal without parameters, with the clones to put before it.
    pub(super) fn spawned_future(&self, lit: FuncId) -> (String, Code) {
        let before = self.capture_clones(lit);
        let body = self.with_literal(lit, true, true, |e| e.function_body(lit));
        (before, Code::postfix(format!("async move {{ {body} }}")))
    }

    /// `move || { … }` for `defer`.
    pub(super) fn deferred_closure(&self, lit: FuncId, call: &'a Call, is_async: bool) -> (String, Code) {
        let args: Vec<_> = call.args.items.iter().map(|a| self.expr(a)).collect();
        let mut before = self.param_lets(lit, &args);
        let clones = self.capture_clones(lit);
        if !clones.is_empty() {
            before = format!("{before} {clones}");
        }
        let body = self.with_literal(lit, is_async, true, |e| e.function_body(lit));
        let code = if is_async {
            format!("move || async move {{ {body} }}")
        } else {
            format!("move || {{ {body} }}")
        };
        (before.trim().to_owned(), Code::new(code, Prec::Lowest))
    }

    /// A literal that compares the elements at two positions, as one that compares two elements.
    pub(super) fn comparison_closure(&self, lit: FuncId, compared: super::Compared) -> Code {
        let body = self.with_literal(lit, false, true, |e| {
            if let Some(f) = e.state.borrow_mut().function.as_mut() {
                f.compared = Some(compared);
            }
            e.function_body(lit)
        });
        let body = body.trim();
        let single = !body.contains([';', '{', '\n']);
        let body = if single {
            body.to_owned()
        } else {
            format!("{{ {body} }}")
        };
        Code::new(format!("|a, b| {body}"), Prec::Lowest)
    }

    /// A declared function as a value.
    pub(super) fn function_value(&self, func: FuncId, type_args: &[TypeId], e: &Expr) -> Code {
        let f = self.input.hir.func(func);
        let args: Vec<_> = (0..f.params.len()).map(|i| format!("a{i}")).collect();
        let generics = if type_args.is_empty() {
            String::new()
        } else {
            format!("::{}", self.generic_args(type_args))
        };
        let package = f.obj.and_then(|o| self.input.store().obj(o).pkg);
        let path = format!("{}{generics}", self.path(package, &self.plan.funcs[func.index()].name));
        let borrows = f.params.iter().any(|p| self.is_reference(*p));
        let plan = &self.plan.funcs[func.index()];
        let is_async = self.facts.coloring.is_async_type(e.ty);
        let back = self.back_to_go(func);
        if !borrows && !is_async && back.is_none() {
            return self.wrapped(Code::postfix(format!("fn{}({path})", args.len())), e.ty);
        }
        let passed: Vec<_> = f
            .params
            .iter()
            .zip(&args)
            .map(|(p, a)| {
                if self.is_reference(*p) {
                    format!("&{a}")
                } else {
                    a.clone()
                }
            })
            .collect();
        let call = format!("{path}({})", passed.join(", "));
        self.wrapped(self.adapter(&args, e.ty, "", call, plan.is_async, back), e.ty)
    }

    /// `fnN(move |a0, a1| call)`, in the asynchronous form where the type wants it.
    fn adapter(
        &self,
        args: &[String],
        ty: TypeId,
        before: &str,
        call: String,
        callee_async: bool,
        back: Option<&'static str>,
    ) -> Code {
        let is_async = self.facts.coloring.is_async_type(ty);
        // A function value answers with Go's tuple.
        let back = back.map(|method| format!(".{method}()")).unwrap_or_default();
        let store = self.input.store();
        let (params, result) = match store.under(ty) {
            Type::Signature(s) => (s.params.clone(), self.tuple(&s.results)),
            _ => (Vec::new(), "()".into()),
        };
        let typed: Vec<_> = args
            .iter()
            .zip(&params)
            .map(|(a, t)| format!("{a}: {}", self.ty(*t)))
            .collect();
        let n = args.len();
        if !is_async {
            let call = if callee_async {
                format!("task::block_on({call}){back}")
            } else {
                format!("{call}{back}")
            };
            return Code::postfix(format!("fn{n}(move |{}| {call})", typed.join(", ")));
        }
        let awaited = if callee_async { ".await" } else { "" };
        let call = format!("{call}{awaited}{back}");
        Code::postfix(format!(
            "fn{n}(move |{}| -> BoxFuture<'static, {result}> {{ {before} Box::pin(async move {{ {call} }}) }})",
            typed.join(", ")
        ))
    }

    /// A library function as a value.
    pub(super) fn library_function_value(&self, obj: ObjId, e: &Expr) -> Code {
        self.require_library(obj, e.span);
        let name = crate::plan::names::library_func(&self.input.store().obj(obj).name);
        let path = self.library_path(obj, &name);
        let n = match self.input.store().under(e.ty) {
            Type::Signature(s) => s.params.len(),
            _ => 0,
        };
        let args: Vec<_> = (0..n).map(|i| format!("a{i}")).collect();
        let qualified = self.library_name(obj);
        let suspends = crate::analysis::coloring::library::behaviour(&qualified)
            == crate::analysis::coloring::library::Behaviour::Suspends;
        let call = format!("{path}({})", args.join(", "));
        self.adapter(&args, e.ty, "", call, suspends, None)
    }

    /// `x.M` as a value: the receiver is evaluated and bound now.
    pub(super) fn method_value(&self, recv: &'a Expr, method: &'a Method, e: &'a Expr) -> Code {
        let n = match self.input.store().under(e.ty) {
            Type::Signature(s) => s.params.len(),
            _ => 0,
        };
        let args: Vec<_> = (0..n).map(|i| format!("a{i}")).collect();
        let bound = match method {
            Method::Interface { .. } if self.input.store().is_interface(recv.ty) => {
                self.expr(recv).method("non_nil", &[])
            }
            _ => self.expr(recv),
        };
        let is_async = self.facts.coloring.is_async_type(e.ty);
        let back = self.method_back(method);
        let (call, callee_async) = self.bound_call("recv", recv.ty, method, &args, e.span);
        let before = if is_async { "let recv = recv.clone();" } else { "" };
        let value = self.adapter(&args, e.ty, before, call, callee_async, back);
        Code::block(format!("{{ let recv = {bound}; {value} }}"))
    }

    /// `recv.method(args)` for a receiver variable of the method's own receiver type.
    fn bound_call(&self, recv: &str, recv_ty: TypeId, method: &Method, args: &[String], span: Span) -> (String, bool) {
        let name = self.method_name(method);
        match method {
            Method::User(func) => {
                let plan = &self.plan.funcs[func.index()];
                let passed: Vec<_> = self
                    .input
                    .hir
                    .func(*func)
                    .params
                    .iter()
                    .zip(args)
                    .map(|(p, a)| {
                        if self.is_reference(*p) {
                            format!("&{a}")
                        } else {
                            a.clone()
                        }
                    })
                    .collect();
                let call = match plan.receiver {
                    Some(Receiver::Pointer) => {
                        let base = self.input.pointee(recv_ty).unwrap_or(recv_ty);
                        let owner = match self.input.store().get(base) {
                            Type::Named(n) => self.type_path(n.obj),
                            _ => "Self".into(),
                        };
                        let comma = if passed.is_empty() { "" } else { ", " };
                        format!("{owner}::{name}(&{recv}{comma}{})", passed.join(", "))
                    }
                    form => {
                        // By its path: a pointer has methods of its own.
                        let base = self.input.pointee(recv_ty).unwrap_or(recv_ty);
                        let owner = match self.input.store().get(base) {
                            Type::Named(n) => self.type_path(n.obj),
                            _ => "Self".into(),
                        };
                        let lend = if form == Some(Receiver::Value) { "" } else { "&" };
                        let comma = if passed.is_empty() { "" } else { ", " };
                        let through = self.input.pointee(recv_ty).is_some() && !self.is_in_place(base);
                        let follow = if through { ".get()" } else { "" };
                        format!("{owner}::{name}({lend}{recv}{follow}{comma}{})", passed.join(", "))
                    }
                };
                (call, plan.is_async)
            }
            Method::Lib(obj) => {
                self.require_library(*obj, span);
                let qualified = self.library_name(*obj);
                use crate::analysis::coloring::library::{Behaviour, behaviour};
                match behaviour(&qualified) {
                    Behaviour::Suspends => (format!("{recv}.{name}({})", args.join(", ")), true),
                    Behaviour::Locks => (format!("{recv}.{name}_sync({})", args.join(", ")), false),
                    _ => (format!("{recv}.{name}({})", args.join(", ")), false),
                }
            }
            Method::Interface { obj, .. } => {
                let is_async = self.facts.coloring.is_async_method(self.input.origin(*obj));
                (format!("{recv}.{name}({})", args.join(", ")), is_async)
            }
        }
    }

    /// `T.M` as a function of the receiver and the arguments.
    pub(super) fn method_expr(&self, recv: TypeId, method: &'a Method, path: &[usize], e: &'a Expr) -> Code {
        let n = match self.input.store().under(e.ty) {
            Type::Signature(s) => s.params.len(),
            _ => 1,
        };
        let args: Vec<_> = (0..n).map(|i| format!("a{i}")).collect();
        let back = self.method_back(method);
        let (first, rest) = args.split_first().map_or(("a0", &args[..]), |(f, r)| (f.as_str(), r));
        if !path.is_empty() {
            let obj = match method {
                Method::User(func) => self.input.hir.func(*func).obj,
                Method::Lib(obj) | Method::Interface { obj, .. } => Some(*obj),
            };
            let Some(obj) = obj else { return self.zero(e.ty) };
            let (call, callee_async) = self.promoted_call(obj, recv, first, rest);
            return self.adapter(&args, e.ty, "", call, callee_async, back);
        }
        let (call, callee_async) = self.bound_call(first, recv, method, rest, e.span);
        self.adapter(&args, e.ty, "", call, callee_async, back)
    }
}
