//! Calls of the predeclared functions.
//!
//! In: a call of a function of the universe. Out: a method of the container, or the runtime's function.

use super::Emitter;
use super::code::{Code, Prec, join};
use crate::hir::{Builtin, Call, Expr, ExprKind};
use crate::plan::forms::Form;
use crate::types::{Type, TypeId};

impl<'a> Emitter<'a> {
    pub(super) fn builtin(&self, builtin: Builtin, call: &'a Call, e: &'a Expr) -> Code {
        let args = &call.args.items;
        let arg = |i: usize| args.get(i).map_or_else(|| Code::postfix("()"), |a| self.expr(a));
        let container = |i: usize| {
            args.get(i)
                .map_or_else(|| Code::postfix("()"), |a| self.unwrapped(self.borrowed(a), a.ty))
        };
        match builtin {
            Builtin::Len | Builtin::Cap => self.length(builtin, args.first(), e),
            Builtin::Append => self.append(args, e.ty),
            Builtin::AppendString => {
                let code = container_owned(self, args.first()).method("append_str", &[container(1).reference()]);
                self.wrapped(code, e.ty)
            }
            Builtin::Copy if args.first().is_some_and(|a| self.form_of(a).holds()) => {
                let lend = |i: usize, written| {
                    args.get(i)
                        .map_or_else(|| Code::postfix("()"), |a| self.lend_container(a, written))
                };
                Code::postfix(format!("copy_into({}, {})", lend(0, true), lend(1, false)))
            }
            Builtin::Copy => Code::postfix(format!(
                "copy({}, {})",
                container(0).reference(),
                container(1).reference()
            )),
            Builtin::CopyString => Code::postfix(format!(
                "copy_str({}, {})",
                container(0).reference(),
                container(1).reference()
            )),
            Builtin::Clear if args.first().is_some_and(|a| matches!(self.form_of(a), Form::Vec(_))) => {
                let elem = args
                    .first()
                    .and_then(|a| crate::analysis::ownership::container(self.input, a.ty));
                let zero = elem.map_or_else(|| Code::postfix("()"), |c| self.zero(c.element()));
                container(0).method("fill", &[zero])
            }
            Builtin::Clear => container(0).method("clear", &[]),
            Builtin::Close => container(0).method("close", &[]),
            Builtin::Delete => {
                let form = args.first().map_or(Form::Runtime, |map| self.form_of(map));
                let key = args
                    .get(1)
                    .map_or_else(|| Code::postfix("()"), |k| self.key_reference(k, &form));
                let native = args.first().is_some_and(|a| self.form_of(a).holds());
                container(0).method(if native { "remove" } else { "delete" }, &[key])
            }
            Builtin::Make => self.make_value(args, e.ty),
            Builtin::Min | Builtin::Max => {
                let name = if builtin == Builtin::Min { "min" } else { "max" };
                let mut parts = args.iter().map(|a| self.expr_explicit(a));
                let first = parts.next().unwrap_or_else(|| Code::postfix("()"));
                parts.fold(first, |a, b| Code::postfix(format!("{name}({a}, {b})")))
            }
            Builtin::Panic => Code::postfix(format!("go_panic({})", arg(0))),
            Builtin::Recover => Code::postfix("recover()"),
            Builtin::Print | Builtin::Println => {
                let name = if builtin == Builtin::Print { "print" } else { "println" };
                let parts: Vec<_> = args.iter().map(|a| self.builtin_printed(a)).collect();
                let module = self.library_module("builtin");
                Code::postfix(format!("{module}::{name}(Slice::from([{}]))", join(&parts)))
            }
            Builtin::Complex => {
                let part = if self.basic_kind(e.ty) == Some(crate::types::BasicKind::Complex64) {
                    "f32"
                } else {
                    "f64"
                };
                let cast = |a: &'a Expr| {
                    let code = self.unwrapped(self.expr_explicit(a), a.ty);
                    if matches!(a.kind, ExprKind::Const { .. }) {
                        code.cast(part)
                    } else {
                        code
                    }
                };
                let parts: Vec<_> = args.iter().map(cast).collect();
                self.wrapped(Code::postfix(format!("Complex::new({})", join(&parts))), e.ty)
            }
            Builtin::Real => container(0).method("real", &[]),
            Builtin::Imag => container(0).method("imag", &[]),
            Builtin::Unsafe => self.unsupported("`unsafe`", e.span, e.ty),
        }
    }

    fn builtin_printed(&self, arg: &'a Expr) -> Code {
        let code = self.unwrapped(self.expr_explicit(arg), arg.ty);
        if self.input.store().is_interface(arg.ty) || self.basic_kind(arg.ty).is_none() {
            return self.unwrapped(self.expr_explicit(arg), arg.ty).method("into_any", &[]);
        }
        Code::postfix(format!("Any::new({code})"))
    }

    fn length(&self, builtin: Builtin, arg: Option<&'a Expr>, e: &'a Expr) -> Code {
        let Some(arg) = arg else { return Code::postfix("0") };
        let store = self.input.store();
        let core = store.core_type(arg.ty).unwrap_or(arg.ty);
        let pointee = self.input.pointee(arg.ty).unwrap_or(core);
        if let Type::Array(n, _) = store.under(pointee) {
            // Only calls and receives make the length of an array anything but a constant.
            let value = self.expr(arg);
            return Code::block(format!("{{ let _ = {value}; {n}_i64 }}"));
        }
        let _ = e;
        let name = if builtin == Builtin::Len { "len" } else { "cap" };
        if self.form_of(arg).is_native() {
            let target = match &arg.kind {
                ExprKind::Slice { .. } => self.lend_container(arg, false),
                _ => self.borrowed(arg),
            };
            return target.method(name, &[]).cast("i64");
        }
        self.unwrapped(self.borrowed(arg), arg.ty).method(name, &[])
    }

    fn append(&self, args: &'a [Expr], ty: TypeId) -> Code {
        let base = container_owned(self, args.first());
        let code = match args.get(1) {
            None => base,
            Some(Expr {
                kind: ExprKind::Zero, ..
            }) => base,
            Some(Expr {
                kind: ExprKind::ArrayLit { elems, .. },
                ..
            }) if elems.len() == 1 => base.method("append", &[self.expr(&elems[0].1)]),
            Some(rest) if self.form_of(rest).holds() => {
                let copy = self.lend_container(rest, false).method("to_vec", &[]);
                base.method("append_all", &[Code::postfix(format!("&Slice::from({copy})"))])
            }
            Some(rest) => base.method(
                "append_all",
                &[self.unwrapped(self.borrowed(rest), rest.ty).reference()],
            ),
        };
        self.wrapped(code, ty)
    }

    fn make_value(&self, args: &'a [Expr], ty: TypeId) -> Code {
        let store = self.input.store();
        let core = store.core_type(ty).unwrap_or(ty);
        let parts: Vec<_> = args.iter().map(|a| self.index(a)).collect();
        let code = match (store.under(core), &parts[..]) {
            (Type::Slice(_), [len]) => Code::postfix(format!("Slice::make({len}, {len})")),
            (Type::Slice(_), [len, cap]) => Code::postfix(format!("Slice::make({len}, {cap})")),
            (Type::Map(..), []) => Code::postfix("Map::make()"),
            (Type::Map(..), [n, ..]) => Code::postfix(format!("Map::with_capacity({n})")),
            (Type::Chan(dir, elem), sizes) => {
                let size = sizes.first().map_or("0".to_owned(), |s| s.text.clone());
                let chan = Code::postfix(format!("Chan::<{}>::make({size})", self.ty(*elem)));
                match dir {
                    crate::types::ChanDir::Both => chan,
                    crate::types::ChanDir::Send => chan.method("sender", &[]),
                    crate::types::ChanDir::Recv => chan.method("receiver", &[]),
                }
            }
            _ => self.zero(ty),
        };
        let slice_twice = matches!((store.under(core), &parts[..]), (Type::Slice(_), [len]) if len.prec != Prec::Postfix || len.text.contains('('));
        let code = if slice_twice {
            Code::postfix(format!("Slice::make_len({})", parts[0]))
        } else {
            code
        };
        self.wrapped(code, ty)
    }
}

/// A slice that an append may take over.
fn container_owned<'a>(emitter: &Emitter<'a>, e: Option<&'a Expr>) -> Code {
    let Some(e) = e else {
        return Code::postfix("Slice::nil()");
    };
    if matches!(e.kind, ExprKind::Zero) {
        return Code::postfix(format!(
            "{}::nil()",
            emitter.ty_expr(emitter.input.store().underlying(e.ty))
        ));
    }
    emitter.unwrapped(emitter.expr(e), e.ty)
}
