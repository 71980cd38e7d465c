//! Calls of the standard library: the runtime's functions, and the macros that print.
//!
//! In: a call of a library function or method. Out: the runtime's counterpart, or a stub with a diagnostic.

use super::Emitter;
use super::code::{Code, Prec, join};
use super::place::Place;
use crate::analysis::coloring::library::{self, Behaviour};
use crate::analysis::locks;
use crate::hir::{Call, Conversion, Expr, ExprKind};
use crate::plan::{Storage, names};
use crate::source::Span;
use crate::types::{ObjId, Type, TypeId};

impl<'a> Emitter<'a> {
    /// Notes that the library object must exist in the runtime; a diagnostic when it does not.
    pub(super) fn require_library(&self, obj: ObjId, span: Span) -> bool {
        if !self.input.is_library(obj) || self.input.store().obj(obj).pkg.is_none() {
            return true;
        }
        let name = self.library_name(obj);
        if is_mapped(&name) {
            return true;
        }
        let message = format!("`{name}` is not in gort's library yet");
        self.diagnose(crate::diagnostic::Diagnostic::warning(
            crate::diagnostic::Code::UNMAPPED_LIBRARY,
            span,
            message,
        ));
        false
    }

    /// `path.Func`, or `(path.Type).Method`.
    pub(super) fn library_name(&self, obj: ObjId) -> String {
        library::qualified(self.input, obj)
    }

    /// The type of a library function's results.
    fn result_of(&self, obj: ObjId) -> String {
        match self.input.store().get(self.input.store().obj_type(obj)) {
            Type::Signature(s) if s.type_params.is_empty() => self.tuple(&s.results),
            _ => "_".into(),
        }
    }

    fn unmapped(&self, obj: ObjId, span: Span) -> Code {
        let position = self.input.types.sources.position(span);
        let name = self.library_name(obj);
        let message = super::constant::quote(&format!("gort G0061: {name} at {position} is not in gort's library"));
        let ty = self.result_of(obj);
        Code::postfix(format!("untranslated::<{ty}>({message})"))
    }

    pub(super) fn library_method_call(&self, recv: &'a Expr, obj: ObjId, call: &'a Call, e: &'a Expr) -> Code {
        if !self.require_library(obj, e.span) {
            return self.unmapped(obj, e.span);
        }
        let qualified = library::qualified(self.input, obj);
        let name = names::snake(&self.input.store().obj(obj).name);
        let base = self.receiver(recv);
        match library::behaviour(&qualified) {
            Behaviour::Suspends => {
                let args = self.library_args(call);
                self.maybe_await(base.method(&name, &args), true)
            }
            Behaviour::Locks => {
                if self.facts.locks.is_async(locks::lock_key(self.input, recv)) {
                    self.maybe_await(base.method(&name, &[]), true)
                } else {
                    base.method(&format!("{name}_sync"), &[])
                }
            }
            Behaviour::CallsArgument => self.calls_argument(base, &name, call),
            Behaviour::SpawnsArgument => self.group_go(recv, base, &name, call),
            Behaviour::Plain if library::keeps_receiver(&qualified) => match &recv.kind {
                ExprKind::AddrOf(place) if !matches!(place.kind, ExprKind::Local(_)) => {
                    self.pointer_to(place).method(&name, &[])
                }
                _ => base.method(&name, &[]),
            },
            Behaviour::Plain => base.method(&name, &self.library_args(call)),
        }
    }

    /// `once.Do(f)`: the plain form, or the asynchronous one when the argument may suspend.
    fn calls_argument(&self, base: Code, name: &str, call: &'a Call) -> Code {
        let Some(arg) = call.args.items.first() else {
            return base;
        };
        let is_async = match &arg.kind {
            ExprKind::FuncLit(lit) => self.facts.coloring.is_async(*lit),
            _ => self.facts.coloring.is_async_type(arg.ty),
        };
        let name = name.trim_end_matches('_');
        match (&arg.kind, is_async) {
            (ExprKind::FuncLit(lit), true) => {
                let body = self.async_block(*lit);
                self.maybe_await(
                    base.method(
                        &format!("{name}_async"),
                        &[Code::new(format!("|| {body}"), Prec::Lowest)],
                    ),
                    true,
                )
            }
            (ExprKind::FuncLit(lit), false) => base.method(&format!("{name}_borrowing"), &[self.plain_closure(*lit)]),
            (_, true) => {
                let f = self.expr(arg);
                self.maybe_await(
                    base.method(
                        &format!("{name}_async"),
                        &[Code::new(format!("|| {f}()"), Prec::Lowest)],
                    ),
                    true,
                )
            }
            (_, false) => {
                let f = self.expr(arg);
                base.method(
                    &format!("{name}_borrowing"),
                    &[Code::new(format!("|| {f}()"), Prec::Lowest)],
                )
            }
        }
    }

    /// `wg.Go(f)`: the future itself.
    fn group_go(&self, recv: &'a Expr, base: Code, name: &str, call: &'a Call) -> Code {
        let owner = match &recv.kind {
            ExprKind::AddrOf(place) => match &place.kind {
                ExprKind::Local(l) if self.storage(*l) == Storage::Shared => base,
                ExprKind::Local(l) => {
                    // A group that nobody shares: the tasks it starts need one.
                    let _ = l;
                    self.pointer_to(place)
                }
                _ => self.pointer_to(place),
            },
            _ => base,
        };
        let future = match call.args.items.first() {
            Some(Expr {
                kind: ExprKind::FuncLit(lit),
                ..
            }) => {
                let (before, body) = self.spawned_future(*lit);
                if before.is_empty() {
                    body
                } else {
                    Code::block(format!("{{ {before} {body} }}"))
                }
            }
            Some(f) => {
                let value = self.expr(f);
                let awaited = if self.facts.coloring.is_async_type(f.ty) {
                    ".await"
                } else {
                    ""
                };
                Code::block(format!("{{ let f = {value}; async move {{ f(){awaited}; }} }}"))
            }
            None => Code::postfix("async {}"),
        };
        owner.method(name, &[future])
    }

    /// A function that the library starts as a goroutine: a future, boxed in a function.
    fn spawned_argument(&self, arg: &'a Expr) -> Code {
        if !matches!(self.input.store().under(arg.ty), Type::Signature(_)) {
            return self.expr(arg);
        }
        let spawned = |body: String| Code::postfix(format!("fn0(move || task::go({body}))"));
        match &arg.kind {
            ExprKind::FuncLit(lit) if self.facts.coloring.is_async(*lit) => self.spawning_literal(*lit),
            ExprKind::FuncLit(_) => self.literal_plain(arg),
            _ if self.facts.coloring.is_async_type(arg.ty) => {
                let f = self.expr(arg);
                Code::block(format!("{{ let f = {f}; {} }}", spawned("f()".into())))
            }
            _ => self.expr(arg),
        }
    }

    /// Arguments of a library function, in the fallback representation; functions that may suspend are made to wait.
    pub(super) fn library_args(&self, call: &'a Call) -> Vec<Code> {
        call.args.items.iter().map(|a| self.library_arg(a)).collect()
    }

    pub(super) fn library_arg(&self, arg: &'a Expr) -> Code {
        if let Type::Signature(sig) = self.input.store().under(arg.ty)
            && !matches!(arg.kind, ExprKind::Zero)
        {
            if let ExprKind::FuncLit(_) = arg.kind
                && !self.literal_is_async(arg)
            {
                return self.literal_plain(arg);
            }
            if self.facts.coloring.is_async_type(arg.ty) {
                let params: Vec<_> = (0..sig.params.len()).map(|i| format!("a{i}")).collect();
                let list = params.join(", ");
                let f = self.expr(arg);
                return Code::block(format!(
                    "{{ let f = {f}; fn{}(move |{list}| task::block_on(f({list}))) }}",
                    params.len()
                ));
            }
        }
        self.runtime_text(arg).unwrap_or_else(|| self.expr_explicit(arg))
    }

    fn literal_is_async(&self, arg: &Expr) -> bool {
        matches!(arg.kind, ExprKind::FuncLit(lit) if self.facts.coloring.is_async(lit))
    }

    pub(super) fn library_call(&self, obj: ObjId, call: &'a Call, e: &'a Expr) -> Code {
        if !self.require_library(obj, e.span) {
            return self.unmapped(obj, e.span);
        }
        let qualified = library::qualified(self.input, obj);
        if let Some(code) = self.printing(&qualified, obj, call) {
            return code;
        }
        if let Some(code) = self.text_library_call(&qualified, call) {
            return code;
        }
        let name = names::library_func(&self.input.store().obj(obj).name);
        let path = self.library_path(obj, &name);
        match library::behaviour(&qualified) {
            Behaviour::Suspends => {
                let args = self.library_args(call);
                self.maybe_await(Code::postfix(format!("{path}({})", join(&args))), true)
            }
            Behaviour::SpawnsArgument => {
                let args: Vec<_> = call.args.items.iter().map(|a| self.spawned_argument(a)).collect();
                Code::postfix(format!("{path}({})", join(&args)))
            }
            _ if self.is_native_call(&qualified, call) => self
                .native_library_call(&qualified, &path, call)
                .unwrap_or_else(|| self.unmapped(obj, e.span)),
            _ if qualified == "errors.As" => self.errors_as(&path, call),
            _ if matches!(
                qualified.as_str(),
                "sort.Slice" | "sort.SliceStable" | "sort.SliceIsSorted"
            ) =>
            {
                let mut args = self.library_args(call);
                if let (
                    Some(first),
                    Some(Expr {
                        kind: ExprKind::Convert(_, x),
                        ..
                    }),
                ) = (args.first_mut(), call.args.items.first())
                {
                    *first = self.unwrapped(self.expr_explicit(x), x.ty);
                }
                Code::postfix(format!("{path}({})", join(&args)))
            }
            _ => {
                let mut args = self.library_args(call);
                if qualified.starts_with("sync/atomic.")
                    && let Some(first) = args.first_mut()
                {
                    // The functions of `sync/atomic` look at the pointer only.
                    *first = first.reference();
                }
                Code::postfix(format!("{path}({})", join(&args)))
            }
        }
    }

    /// The library function works on a container of one owner.
    fn is_native_call(&self, qualified: &str, call: &'a Call) -> bool {
        crate::analysis::ownership::library_use(qualified).is_some()
            && self.native_library_call(qualified, "", call).is_some()
    }

    /// `errors.As(err, &target)`: by the target's type.
    fn errors_as(&self, path: &str, call: &'a Call) -> Code {
        let [err, target] = &call.args.items[..] else {
            return Code::postfix(format!("{path}()"));
        };
        let target = match &target.kind {
            ExprKind::Convert(Conversion::ToInterface, x) => x,
            _ => target,
        };
        let pointee = self.input.pointee(target.ty).unwrap_or(TypeId::INVALID);
        let path = path.trim_end_matches('_');
        match self.dyn_trait(pointee) {
            Some(t) => Code::postfix(format!(
                "{path}_iface::<{t}>({}, {})",
                self.expr(err),
                self.expr(target)
            )),
            None => Code::postfix(format!("{path}_({}, {})", self.expr(err), self.expr(target))),
        }
    }

    /// `fmt.Println(a, b)` and its like: the runtime's macros take the values as they are.
    fn printing(&self, qualified: &str, obj: ObjId, call: &'a Call) -> Option<Code> {
        let (path, args) = self.printing_parts(qualified, obj, call)?;
        // Printed as a call, so that the formatter formats the arguments; it becomes the macro in the end.
        Some(Code::postfix(format!("{path}__gort_macro({})", join(&args))))
    }

    /// The macro's path and its arguments.
    pub(super) fn printing_parts(&self, qualified: &str, obj: ObjId, call: &'a Call) -> Option<(String, Vec<Code>)> {
        if !call.packed || call.args.tuple.is_some() {
            return None;
        }
        let (fixed, has_format) = match qualified {
            "fmt.Println" | "fmt.Print" | "fmt.Sprint" | "fmt.Sprintln" => (0, false),
            "log.Println" | "log.Print" | "log.Fatal" | "log.Fatalln" | "log.Panic" | "log.Panicln" => (0, false),
            "fmt.Printf" | "fmt.Sprintf" | "fmt.Errorf" | "log.Printf" | "log.Fatalf" | "log.Panicf" => (1, true),
            "fmt.Fprintln" | "fmt.Fprint" => (1, false),
            "fmt.Fprintf" => (2, true),
            _ => return None,
        };
        let mut args = Vec::new();
        for (i, arg) in call.args.items.iter().take(fixed).enumerate() {
            let is_format = has_format && i + 1 == fixed;
            args.push(if is_format {
                self.text_argument(arg)
            } else {
                self.expr(arg)
            });
        }
        if let Some(Expr {
            kind: ExprKind::ArrayLit { elems, .. },
            ..
        }) = call.args.items.get(fixed)
        {
            args.extend(elems.iter().map(|(_, e)| self.printed(e)));
        }
        let name = names::library_func(&self.input.store().obj(obj).name);
        Some((self.library_path(obj, &name), args))
    }

    /// A constant string as a Rust literal.
    fn text_argument(&self, arg: &'a Expr) -> Code {
        match &arg.kind {
            ExprKind::Const {
                value: crate::types::ConstValue::String(s),
                named: None,
                ..
            } => match std::str::from_utf8(s) {
                Ok(text) => Code::postfix(super::constant::quote(text)),
                Err(_) => self.expr(arg),
            },
            _ => self.expr(arg),
        }
    }

    /// An argument of a printing macro: the value that was converted to `any`, lent where it is a place.
    fn printed(&self, e: &'a Expr) -> Code {
        let ExprKind::Convert(Conversion::ToInterface, x) = &e.kind else {
            return self.expr(e);
        };
        if let ExprKind::Const {
            value: crate::types::ConstValue::String(_),
            named: None,
            ..
        } = &x.kind
            && x.ty == TypeId::STRING
        {
            return self.text_argument(x);
        }
        let (boxed, wrap) = self.boxed_type(x.ty);
        if wrap {
            return Code::postfix(format!("{boxed}({})", self.expr_explicit(x)));
        }
        match &x.kind {
            ExprKind::Local(l) if self.storage(*l) == Storage::Lent => Code::postfix(self.local_name(*l)),
            _ if self.is_literal_text(x) => self.expr(x),
            ExprKind::Slice { .. } if self.form_of(x).holds() => self.lend_container(x, false).method("to_vec", &[]),
            ExprKind::Index { .. } if !self.is_copy(x.ty) && matches!(self.place(x), Place::Direct(_)) => {
                self.borrowed(x).reference()
            }
            ExprKind::Local(l) if !self.is_copy(x.ty) && self.storage(*l) == Storage::Plain => {
                let code = self.borrowed(x);
                if code.text == "self" || self.is_pointer_receiver(*l) {
                    code
                } else {
                    code.reference()
                }
            }
            ExprKind::Field { .. } if !self.is_copy(x.ty) => match self.place(x) {
                Place::Direct(code) => code.reference(),
                _ => self.expr_explicit(x),
            },
            _ => self.expr_explicit(x),
        }
    }
}

/// Whether the runtime has a library object, by its qualified name.
pub(super) fn is_mapped(qualified: &str) -> bool {
    crate::stdlib::mapped::is_mapped(qualified)
}
