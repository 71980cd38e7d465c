//! Lowers calls, conversions and the predeclared functions.

use super::*;
use crate::types::{BuiltinId, Mode, SelectionKind};

impl<'a> Lowerer<'a> {
    pub(super) fn call(&mut self, e: &'a ast::Expr, call: &'a ast::CallExpr, ty: TypeId) -> Expr {
        match self.info.types.get(call.fun.id).map(|t| t.mode) {
            Some(Mode::Type) => return self.conversion(call, ty, e.span),
            Some(Mode::Builtin) => return self.builtin(call, ty, e.span),
            _ => {}
        }
        let sig = self.type_of(&call.fun);
        let callee = self.callee(&call.fun);
        let stood_in = self.stood_in_signature(&call.fun);
        let (args, packed) = self.args(call, stood_in.unwrap_or(sig));
        let result = match stood_in.map(|s| self.store.get(s)) {
            Some(Type::Signature(s)) => match &s.results[..] {
                [one] => *one,
                many => self.store.tuple(many.to_vec()),
            },
            _ => ty,
        };
        let is_tuple = matches!(self.store.get(ty), Type::Tuple(_));
        let value = self.make(ExprKind::Call(Box::new(Call { callee, args, packed })), result, e.span);
        if is_tuple { value } else { self.convert_to(value, ty) }
    }

    /// The signature of an instance of one of the user's functions some of whose type parameters a composite type
    /// stands for: that type then stands for their arguments too.
    fn stood_in_signature(&mut self, fun: &'a ast::Expr) -> Option<TypeId> {
        if self.stand_ins.0.is_empty() {
            return None;
        }
        let mut inner = fun.unparen();
        while let ast::ExprKind::Index(x, _) = &inner.kind {
            inner = x.unparen();
        }
        let name = match &inner.kind {
            ast::ExprKind::Ident(name) | ast::ExprKind::Selector(_, name) => name,
            _ => return None,
        };
        let obj = self.origin(self.info.object_of(name)?);
        self.funcs.get(&obj)?;
        let all = self.type_args(name);
        let generic = self.store.obj_type(obj);
        let Type::Signature(s) = self.store.get(generic) else {
            return None;
        };
        if all.len() != s.type_params.len() || s.type_params.iter().all(|p| self.store.stand_in(*p).is_none()) {
            return None;
        }
        let plain: Vec<_> = all.iter().map(|a| self.stood_in(*a)).collect();
        let args: Vec<_> = plain
            .iter()
            .zip(&s.type_params)
            .map(|(a, p)| match self.store.stand_in(*p) {
                Some(_) => self.store.subst(self.stood_in(*p), &s.type_params, &plain),
                None => *a,
            })
            .collect();
        Some(self.store.subst(generic, &s.type_params, &args))
    }

    fn callee(&mut self, fun: &'a ast::Expr) -> Callee {
        let inner = fun.unparen();
        if let ast::ExprKind::Selector(x, _) = &inner.kind
            && let Some(selection) = self.info.selections.get(inner.id).cloned()
            && selection.kind == SelectionKind::MethodVal
        {
            let (recv, method) = self.method_receiver(x, &selection, x.span);
            return Callee::Method { recv, method };
        }
        let value = self.expr(inner);
        match value.kind {
            ExprKind::Func { func, type_args } => Callee::Func { func, type_args },
            ExprKind::LibFunc { obj, type_args } => Callee::Lib { obj, type_args },
            _ => Callee::Value(self.shaped(value)),
        }
    }

    fn args(&mut self, call: &'a ast::CallExpr, sig: TypeId) -> (Values, bool) {
        let Type::Signature(sig) = self.store.get(self.core(sig)) else {
            return (self.values(&call.args, &[]), false);
        };
        let fixed = sig.params.len().saturating_sub(usize::from(sig.variadic));
        if let [one] = &call.args[..]
            && let Type::Tuple(elems) = self.store.get(self.type_of(one))
        {
            return self.tuple_args(one, elems, sig, fixed);
        }
        if !sig.variadic || call.ellipsis {
            let target = |i: usize| sig.params.get(i).copied().unwrap_or(TypeId::INVALID);
            let items = call
                .args
                .iter()
                .enumerate()
                .map(|(i, a)| self.expr_to(a, target(i)))
                .collect();
            return (Values { tuple: None, items }, false);
        }
        let mut items: Vec<_> = call
            .args
            .iter()
            .take(fixed)
            .zip(&sig.params)
            .map(|(a, p)| self.expr_to(a, *p))
            .collect();
        let (slice, elem) = self.variadic_type(sig);
        let rest: Vec<_> = call.args.iter().skip(fixed).map(|a| self.expr_to(a, elem)).collect();
        items.push(self.pack(rest, slice, call.args_span));
        (Values { tuple: None, items }, true)
    }

    /// `f(g())` where `g` has several results.
    fn tuple_args(
        &mut self,
        one: &'a ast::Expr,
        elems: &[TypeId],
        sig: &types::Signature,
        fixed: usize,
    ) -> (Values, bool) {
        let tuple = self.expr(one);
        let (slice, elem_type) = if sig.variadic {
            self.variadic_type(sig)
        } else {
            (TypeId::INVALID, TypeId::INVALID)
        };
        let mut items = Vec::new();
        let mut rest = Vec::new();
        for (i, ty) in elems.iter().enumerate() {
            let elem = self.make(ExprKind::TupleElem(i), *ty, one.span);
            if sig.variadic && i >= fixed {
                rest.push(self.convert_to(elem, elem_type));
            } else {
                let target = sig.params.get(i).copied().unwrap_or(TypeId::INVALID);
                items.push(self.convert_to(elem, target));
            }
        }
        if sig.variadic {
            items.push(self.pack(rest, slice, one.span));
        }
        (
            Values {
                tuple: Some(tuple),
                items,
            },
            sig.variadic,
        )
    }

    fn variadic_type(&self, sig: &types::Signature) -> (TypeId, TypeId) {
        let slice = sig.params.last().copied().unwrap_or(TypeId::INVALID);
        match self.store.get(self.core(slice)) {
            Type::Slice(elem) => (slice, *elem),
            _ => (slice, TypeId::INVALID),
        }
    }

    fn pack(&mut self, rest: Vec<Expr>, slice: TypeId, span: Span) -> Expr {
        if rest.is_empty() {
            return self.make(ExprKind::Zero, slice, span);
        }
        let len = rest.len() as u64;
        let elems = rest.into_iter().enumerate().map(|(i, e)| (i as u64, e)).collect();
        self.make(ExprKind::ArrayLit { elems, len }, slice, span)
    }

    fn conversion(&mut self, call: &'a ast::CallExpr, ty: TypeId, span: Span) -> Expr {
        let Some(arg) = call.args.first() else {
            return self.make(ExprKind::Unsupported("conversion"), ty, span);
        };
        let x = self.expr(arg);
        if x.ty == TypeId::UNTYPED_NIL || matches!(x.kind, ExprKind::Zero) && !self.is_interface(ty) {
            return self.make(ExprKind::Zero, ty, span);
        }
        if self.is_interface(ty) || self.store.identical(x.ty, ty) {
            return self.convert_to(x, ty);
        }
        let conversion = self.conversion_kind(x.ty, ty);
        self.make(ExprKind::Convert(conversion, Box::new(x)), ty, span)
    }

    fn conversion_kind(&self, from: TypeId, to: TypeId) -> Conversion {
        let from_under = self.store.get(self.core(from));
        let to_under = self.store.get(self.core(to));
        let elem = |t: TypeId, size: TypeId| self.store.underlying(t) == size;
        match (from_under, to_under) {
            (Type::Slice(e), Type::Basic(k)) if k.is_string() && elem(*e, TypeId::UINT8) => Conversion::BytesToString,
            (Type::Slice(e), Type::Basic(k)) if k.is_string() && elem(*e, TypeId::INT32) => Conversion::RunesToString,
            (Type::Basic(k), Type::Slice(e)) if k.is_string() && elem(*e, TypeId::UINT8) => Conversion::StringToBytes,
            (Type::Basic(k), Type::Slice(e)) if k.is_string() && elem(*e, TypeId::INT32) => Conversion::StringToRunes,
            (Type::Slice(_), Type::Array(..)) => Conversion::SliceToArray,
            (Type::Slice(_), Type::Pointer(_)) => Conversion::SliceToArrayPointer,
            _ if self.is_type_param(from) || self.is_type_param(to) => Conversion::TypeParam,
            (Type::Basic(f), Type::Basic(t)) if f.is_integer() && t.is_string() => Conversion::RuneToString,
            (Type::Basic(f), Type::Basic(t)) if f.is_numeric() && t.is_numeric() => Conversion::Numeric,
            _ => Conversion::Rename,
        }
    }

    fn builtin(&mut self, call: &'a ast::CallExpr, ty: TypeId, span: Span) -> Expr {
        let inner = call.fun.unparen();
        let obj = match &inner.kind {
            ast::ExprKind::Ident(name) | ast::ExprKind::Selector(_, name) => self.info.uses.get(name.id).copied(),
            _ => None,
        };
        let id = match obj.map(|o| self.store.obj(o).kind.clone()) {
            Some(ObjKind::Builtin(id)) => id,
            _ => return self.make(ExprKind::Unsupported("builtin"), ty, span),
        };
        let builtin = match id {
            BuiltinId::New => return self.new_call(call, ty, span),
            BuiltinId::Append => return self.append(call, ty, span),
            BuiltinId::Copy => {
                let second = match (
                    &call.args[..],
                    call.args.first().map(|a| self.store.get(self.type_of(a))),
                ) {
                    ([_], Some(Type::Tuple(elems))) => elems.get(1).copied(),
                    (args, _) => args.get(1).map(|a| self.type_of(a)),
                };
                let is_string = second.is_some_and(|t| self.is_string(t));
                if is_string { Builtin::CopyString } else { Builtin::Copy }
            }
            BuiltinId::Make => {
                let items = call.args.iter().skip(1).map(|a| self.expr(a)).collect();
                let shape = match self.is_type_param(ty) {
                    true => self.stood_in(self.core(ty)),
                    false => ty,
                };
                let made = self.builtin_call(Builtin::Make, Values { tuple: None, items }, shape, span);
                return self.convert_to(made, ty);
            }
            BuiltinId::Panic => {
                let items = call.args.iter().map(|a| self.expr_to(a, TypeId::ANY)).collect();
                return self.builtin_call(Builtin::Panic, Values { tuple: None, items }, ty, span);
            }
            BuiltinId::Delete => return self.delete(call, ty, span),
            BuiltinId::Recover => {
                if let Some(context) = self.functions.last_mut() {
                    context.has_recover = true;
                }
                Builtin::Recover
            }
            BuiltinId::Cap => Builtin::Cap,
            BuiltinId::Clear => Builtin::Clear,
            BuiltinId::Close => Builtin::Close,
            BuiltinId::Complex => Builtin::Complex,
            BuiltinId::Imag => Builtin::Imag,
            BuiltinId::Len => Builtin::Len,
            BuiltinId::Max => Builtin::Max,
            BuiltinId::Min => Builtin::Min,
            BuiltinId::Print => Builtin::Print,
            BuiltinId::Println => Builtin::Println,
            BuiltinId::Real => Builtin::Real,
            _ => Builtin::Unsafe,
        };
        let target = if matches!(builtin, Builtin::Min | Builtin::Max) {
            ty
        } else {
            TypeId::INVALID
        };
        if let [one] = &call.args[..]
            && let Type::Tuple(elems) = self.store.get(self.type_of(one))
        {
            let args = self.values(&call.args, &vec![target; elems.len()]);
            return self.builtin_call(builtin, args, ty, span);
        }
        let items: Vec<_> = call.args.iter().map(|a| self.expr_to(a, target)).collect();
        let looks_inside = matches!(
            builtin,
            Builtin::Len | Builtin::Cap | Builtin::Clear | Builtin::Close | Builtin::Copy | Builtin::CopyString
        );
        let items = match looks_inside {
            true => items.into_iter().map(|e| self.shaped(e)).collect(),
            false => items,
        };
        self.builtin_call(builtin, Values { tuple: None, items }, ty, span)
    }

    fn builtin_call(&mut self, builtin: Builtin, args: Values, ty: TypeId, span: Span) -> Expr {
        let call = Call {
            callee: Callee::Builtin(builtin),
            args,
            packed: false,
        };
        self.make(ExprKind::Call(Box::new(call)), ty, span)
    }

    /// `new(T)`, and since Go 1.26 `new(value)`.
    fn new_call(&mut self, call: &'a ast::CallExpr, ty: TypeId, span: Span) -> Expr {
        let elem = self.pointee(ty).unwrap_or(TypeId::INVALID);
        let is_type = call
            .args
            .first()
            .is_some_and(|a| self.info.types.get(a.id).is_some_and(|t| t.mode == Mode::Type));
        let value = match call.args.first() {
            Some(arg) if !is_type => self.expr_to(arg, elem),
            _ => self.make(ExprKind::Zero, elem, span),
        };
        self.make(ExprKind::New(Box::new(value)), ty, span)
    }

    fn append(&mut self, call: &'a ast::CallExpr, ty: TypeId, span: Span) -> Expr {
        let Some((first, rest)) = call.args.split_first() else {
            return self.make(ExprKind::Unsupported("append"), ty, span);
        };
        let elem = match self.store.get(self.core(ty)) {
            Type::Slice(elem) => *elem,
            _ => TypeId::INVALID,
        };
        if let Type::Tuple(elems) = self.store.get(self.type_of(first)) {
            let slice = self.store.slice(elem);
            let targets: Vec<_> = std::iter::once(ty).chain(elems.iter().skip(1).map(|_| elem)).collect();
            let mut values = self.values(&call.args, &targets);
            let rest = values.items.split_off(1.min(values.items.len()));
            let rest = self.pack(rest, slice, call.args_span);
            values.items.push(rest);
            return self.builtin_call(Builtin::Append, values, ty, span);
        }
        let first = self.expr_to(first, ty);
        let mut items = vec![self.shaped(first)];
        let shape = items[0].ty;
        let mut builtin = Builtin::Append;
        if call.ellipsis {
            if let Some(arg) = rest.first() {
                let arg = self.expr(arg);
                if self.is_string(arg.ty) {
                    builtin = Builtin::AppendString;
                }
                let arg = if arg.ty == TypeId::UNTYPED_NIL {
                    self.convert_to(arg, shape)
                } else {
                    self.shaped(arg)
                };
                items.push(arg);
            }
        } else {
            let rest: Vec<_> = rest.iter().map(|a| self.expr_to(a, elem)).collect();
            let slice = self.store.slice(elem);
            items.push(self.pack(rest, slice, call.args_span));
        }
        let call = Call {
            callee: Callee::Builtin(builtin),
            args: Values { tuple: None, items },
            packed: !call.ellipsis,
        };
        let appended = self.make(ExprKind::Call(Box::new(call)), shape, span);
        self.convert_to(appended, ty)
    }

    fn delete(&mut self, call: &'a ast::CallExpr, ty: TypeId, span: Span) -> Expr {
        if let [one] = &call.args[..]
            && let Type::Tuple(elems) = self.store.get(self.type_of(one))
        {
            let key = match elems.first().map(|m| self.store.get(self.core(*m))) {
                Some(Type::Map(key, _)) => *key,
                _ => TypeId::INVALID,
            };
            let args = self.values(&call.args, &[TypeId::INVALID, key]);
            return self.builtin_call(Builtin::Delete, args, ty, span);
        }
        let mut items: Vec<Expr> = Vec::new();
        for arg in &call.args {
            let key = items.first().map(|m| self.store.get(self.core(m.ty)));
            let target = match key {
                Some(Type::Map(key, _)) => *key,
                _ => TypeId::INVALID,
            };
            let arg = self.expr_to(arg, target);
            items.push(if items.is_empty() { self.shaped(arg) } else { arg });
        }
        self.builtin_call(Builtin::Delete, Values { tuple: None, items }, ty, span)
    }

    fn is_string(&self, ty: TypeId) -> bool {
        matches!(self.store.get(self.core(ty)), Type::Basic(k) if k.is_string())
    }
}
