//! Calls that happen later: `go` and `defer`.
//!
//! In: the call. Out: what is evaluated now, and the call as a future or a closure.

use super::Emitter;
use super::code::{Code, join};
use super::place::Place;
use crate::hir::{Callee, Expr, ExprKind, LocalId, Method};
use crate::plan::Storage;
use crate::types::Type;

impl<'a> Emitter<'a> {
    /// The list for what the body of a `range` over a function defers: it runs with the function's own, where the loop
    /// stands among them.
    pub(super) fn late_defers(&self, e: &Expr) -> &'static str {
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
    pub(super) fn guard(&self, e: &'a Expr) -> String {
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
    pub(super) fn go(&self, e: &'a Expr, group: Option<LocalId>) -> String {
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
    pub(super) fn defer(&self, e: &'a Expr) -> String {
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
                            let owner = match self.input.store().get(base) {
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
                (crate::hir::Builtin::Recover, []) => "defer::recover_deferred()".to_owned(),
                (crate::hir::Builtin::Clear, [map]) => format!("{}.clear()", map.operand()),
                _ => return self.library_later(call, e),
            },
        };
        let dropped = if self.plan.results.ignored.contains(&e.id) {
            "let _ = "
        } else {
            ""
        };
        (before, format!("{dropped}{text}"))
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
                !matches!(self.input.store().under(base.ty), Type::Array(..)) || self.roots_in_shared(base)
            }
            ExprKind::Deref(p) => match p.kind {
                ExprKind::Local(l) => self.storage(l) != Storage::Borrowed,
                _ => true,
            },
            ExprKind::Global(_) => true,
            _ => false,
        }
    }
}
