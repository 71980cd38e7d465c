//! Lowers expressions.

use super::*;
use crate::syntax::ast::ExprKind as Ast;
use crate::types::{Mode, SelectionKind};

impl<'a> Lowerer<'a> {
    /// Lowers an expression and converts it, as assignability does, to the type of the place it goes to.
    pub(super) fn expr_to(&mut self, e: &'a ast::Expr, target: TypeId) -> Expr {
        let value = self.expr(e);
        self.convert_to(value, target)
    }

    /// The implicit conversion of an assignment.
    pub(super) fn convert_to(&mut self, value: Expr, target: TypeId) -> Expr {
        if target == TypeId::INVALID || value.ty == TypeId::INVALID || self.store.identical(value.ty, target) {
            return value;
        }
        let span = value.span;
        if value.ty == TypeId::UNTYPED_NIL {
            return self.make(ExprKind::Zero, target, span);
        }
        if let ExprKind::Zero = value.kind
            && !self.is_interface(target)
        {
            return self.make(ExprKind::Zero, target, span);
        }
        let conversion = match (self.is_interface(target), self.is_interface(value.ty)) {
            (true, true) => Conversion::InterfaceToInterface,
            (true, false) => Conversion::ToInterface,
            _ if self.is_type_param(target) || self.is_type_param(value.ty) => Conversion::TypeParam,
            _ => Conversion::Rename,
        };
        self.make(ExprKind::Convert(conversion, Box::new(value)), target, span)
    }

    pub(super) fn expr(&mut self, e: &'a ast::Expr) -> Expr {
        let ty = self.type_of(e);
        let info = self.info;
        if let Some(value) = info.const_of(e)
            && !self.is_structural_constant(e)
        {
            return self.constant(e, value.clone(), ty);
        }
        if info.types.get(e.id).is_some_and(|t| t.mode == Mode::Nil) {
            return self.make(ExprKind::Zero, ty, e.span);
        }
        let kind = match &e.kind {
            Ast::Bad | Ast::KeyValue(..) | Ast::Ellipsis(_) => ExprKind::Unsupported("expression"),
            Ast::Paren(x) => return self.expr(x),
            Ast::Ident(name) => self.ident(name),
            Ast::BasicLit(_) => ExprKind::Unsupported("literal"),
            Ast::CompositeLit(lit) => return self.composite(lit, ty, e.span),
            Ast::FuncLit(lit) => ExprKind::FuncLit(self.func_lit(lit, e.span, ty)),
            Ast::Selector(x, name) => return self.selector(e, x, name, ty),
            Ast::Index(x, args) => return self.index(x, args, ty, e.span),
            Ast::Slice(s) => {
                let sliced = self.slice(s);
                let part = match &sliced {
                    // What was made of the operand is made undone.
                    ExprKind::Slice { base, .. } if self.is_type_param(ty) && !self.is_type_param(base.ty) => base.ty,
                    _ => ty,
                };
                let value = self.make(sliced, part, e.span);
                return self.convert_to(value, ty);
            }
            Ast::TypeAssert(x, target) => {
                let target = target.as_ref().map_or(TypeId::INVALID, |t| self.type_of(t));
                let comma_ok = matches!(self.store.get(ty), Type::Tuple(_));
                ExprKind::TypeAssert {
                    x: Box::new(self.expr(x)),
                    target,
                    comma_ok,
                }
            }
            Ast::Call(call) => return self.call(e, call, ty),
            Ast::Star(x) => ExprKind::Deref(Box::new(self.expr(x))),
            Ast::Unary(op, x) => return self.unary(*op, x, ty, e.span),
            Ast::Binary(b) => self.binary(b, ty),
            Ast::ArrayType(..)
            | Ast::ChanType(..)
            | Ast::FuncType(_)
            | Ast::InterfaceType(_)
            | Ast::MapType(..)
            | Ast::StructType(_) => ExprKind::Unsupported("type used as a value"),
        };
        self.make(kind, ty, e.span)
    }

    fn constant(&mut self, e: &'a ast::Expr, value: ConstValue, ty: TypeId) -> Expr {
        // A string that only an operation on it sees stays untyped in the checker's tables.
        let untyped = ty == TypeId::UNTYPED_STRING;
        let ty = if untyped { TypeId::STRING } else { ty };
        let inner = e.unparen();
        let obj = match &inner.kind {
            Ast::Ident(name) | Ast::Selector(_, name) => self.info.uses.get(name.id).copied(),
            _ => None,
        };
        let named = obj.filter(|o| {
            let object = self.store.obj(*o);
            // A constant's own type decides whether its name can stand here without a conversion.
            is_const(&object.kind) && object.pkg.is_some()
        });
        let text = match &inner.kind {
            Ast::BasicLit(lit) => Some(lit.text.clone()),
            _ => None,
        };
        self.make(ExprKind::Const { value, named, text }, ty, e.span)
    }

    /// Constant expressions over named constants stay expressions, so that the names are still there to read. Only
    /// where plain integer arithmetic of one type gives the same in Rust.
    fn is_structural_constant(&self, e: &ast::Expr) -> bool {
        let Ast::Binary(b) = &e.unparen().kind else {
            return false;
        };
        let plain = matches!(b.op, ast::BinaryOp::Add | ast::BinaryOp::Sub | ast::BinaryOp::Mul);
        let ty = self.type_of(e);
        let is_int = |t: TypeId| {
            matches!(self.store.under(t), Type::Basic(k) if k.is_integer() && !k.is_untyped()) && !self.is_type_param(t)
        };
        let same = |x: &ast::Expr| self.type_of(x) == ty && matches!(self.info.const_of(x), Some(ConstValue::Int(_)));
        plain && is_int(ty) && same(&b.x) && same(&b.y) && (self.names_constant(&b.x) || self.names_constant(&b.y))
    }

    fn names_constant(&self, e: &ast::Expr) -> bool {
        match &e.unparen().kind {
            Ast::Ident(name) | Ast::Selector(_, name) => {
                let object = self.info.uses.get(name.id).map(|o| self.store.obj(*o));
                object.is_some_and(|o| is_const(&o.kind) && o.ty == self.type_of(e))
            }
            Ast::Binary(b) => {
                self.is_structural_constant(e) && (self.names_constant(&b.x) || self.names_constant(&b.y))
            }
            _ => false,
        }
    }

    fn ident(&mut self, name: &'a ast::Ident) -> ExprKind {
        let Some(obj) = self.info.object_of(name) else {
            return ExprKind::Unsupported("unresolved name");
        };
        self.object_value(obj, name)
    }

    /// An object as a value: `name` is the identifier that denotes it (it may be instantiated).
    fn object_value(&mut self, obj: ObjId, name: &ast::Ident) -> ExprKind {
        if let Some(local) = self.locals.get(&obj) {
            return ExprKind::Local(*local);
        }
        if let Some(global) = self.globals.get(&obj) {
            return ExprKind::Global(*global);
        }
        let object = self.store.obj(obj);
        match &object.kind {
            ObjKind::Func { .. } => {
                let all = self.type_args(name);
                let type_args = match self.store.get(self.store.obj_type(self.origin(obj))) {
                    Type::Signature(s)
                        if s.type_params.len() == all.len() && self.funcs.contains_key(&self.origin(obj)) =>
                    {
                        let kept = all
                            .iter()
                            .zip(&s.type_params)
                            .filter(|(_, p)| self.store.stand_in(**p).is_none());
                        kept.map(|(a, _)| self.stood_in(*a)).collect()
                    }
                    _ => all.iter().map(|a| self.stood_in(*a)).collect(),
                };
                match self.funcs.get(&self.origin(obj)) {
                    Some(func) => ExprKind::Func { func: *func, type_args },
                    None => ExprKind::LibFunc { obj, type_args },
                }
            }
            ObjKind::Var(_) => ExprKind::LibVar(obj),
            ObjKind::Nil => ExprKind::Zero,
            _ => ExprKind::Unsupported("name used as a value"),
        }
    }

    pub(super) fn type_args(&self, name: &ast::Ident) -> Vec<TypeId> {
        self.info
            .instances
            .get(name.id)
            .map(|i| i.type_args.clone())
            .unwrap_or_default()
    }

    fn selector(&mut self, e: &'a ast::Expr, x: &'a ast::Expr, name: &'a ast::Ident, ty: TypeId) -> Expr {
        let Some(selection) = self.info.selections.get(e.id).cloned() else {
            // A qualified identifier.
            let kind = self.ident(name);
            return self.make(kind, ty, e.span);
        };
        match selection.kind {
            SelectionKind::FieldVal => {
                let base = self.expr(x);
                self.field_path(base, &selection.index, e.span)
            }
            SelectionKind::MethodVal => {
                let (recv, method) = self.method_receiver(x, &selection, e.span);
                self.make(
                    ExprKind::MethodValue {
                        recv: Box::new(recv),
                        method,
                    },
                    ty,
                    e.span,
                )
            }
            SelectionKind::MethodExpr => {
                let method = self.method(selection.obj, selection.recv);
                let path = selection
                    .index
                    .split_last()
                    .map(|(_, p)| p.to_vec())
                    .unwrap_or_default();
                self.make(
                    ExprKind::MethodExpr {
                        recv: selection.recv,
                        method,
                        path,
                    },
                    ty,
                    e.span,
                )
            }
        }
    }

    /// `base.f.g…` through embedded fields, dereferencing pointers on the way.
    pub(super) fn field_path(&mut self, base: Expr, path: &[usize], span: Span) -> Expr {
        let mut e = base;
        for &index in path {
            e = self.auto_deref(e);
            let ty = match self.store.get(self.core(e.ty)) {
                Type::Struct(s) => s.fields.get(index).map_or(TypeId::INVALID, |f| self.obj_type(*f)),
                _ => TypeId::INVALID,
            };
            e = self.make(
                ExprKind::Field {
                    base: Box::new(e),
                    index,
                },
                ty,
                span,
            );
        }
        e
    }

    /// `*p` where `e` is a pointer, else `e`.
    pub(super) fn auto_deref(&mut self, e: Expr) -> Expr {
        match self.pointee(e.ty) {
            Some(ty) => {
                let span = e.span;
                self.make(ExprKind::Deref(Box::new(e)), ty, span)
            }
            None => e,
        }
    }

    /// The receiver of `x.m`, promoted, and with its address taken or followed as the method asks.
    pub(super) fn method_receiver(
        &mut self,
        x: &'a ast::Expr,
        selection: &types::Selection,
        span: Span,
    ) -> (Expr, Method) {
        let base = self.expr(x);
        let path = selection.index.split_last().map_or(&[][..], |(_, p)| p);
        let recv = self.field_path(base, path, x.span);
        let method = self.method(selection.obj, recv.ty);
        if let Method::Interface { .. } = method {
            return (recv, method);
        }
        let ptr_recv = matches!(self.store.obj(selection.obj).kind, ObjKind::Func { ptr_recv: true, .. });
        let is_pointer = self.pointee(recv.ty).is_some() && !self.is_named_pointer(recv.ty);
        let recv = match (ptr_recv, is_pointer) {
            (true, false) => {
                let ty = self.store.pointer(recv.ty);
                self.make(ExprKind::AddrOf(Box::new(recv)), ty, span)
            }
            (false, true) => self.auto_deref(recv),
            _ => recv,
        };
        (recv, method)
    }

    fn is_named_pointer(&self, ty: TypeId) -> bool {
        matches!(self.store.get(ty), Type::Named(_) | Type::TypeParam(_))
    }

    pub(super) fn method(&self, obj: ObjId, recv: TypeId) -> Method {
        let base = match self.store.get(recv) {
            Type::Pointer(t) => *t,
            _ => recv,
        };
        if self.is_type_param(base) || self.is_interface(base) {
            return Method::Interface { obj, iface: base };
        }
        match self.funcs.get(&self.origin(obj)) {
            Some(func) => Method::User(*func),
            None => Method::Lib(self.origin(obj)),
        }
    }

    fn index(&mut self, x: &'a ast::Expr, args: &'a [ast::Expr], ty: TypeId, span: Span) -> Expr {
        let is_func = matches!(self.info.types.get(x.id).map(|t| t.mode), None | Some(Mode::Value))
            && args
                .first()
                .is_some_and(|a| self.info.types.get(a.id).is_some_and(|t| t.mode == Mode::Type));
        if is_func {
            // An explicit instantiation; the type arguments are known under the identifier.
            let mut e = self.expr(x);
            e.ty = ty;
            return e;
        }
        let base = self.expr(x);
        let base = match self.store.get(self.core(base.ty)) {
            Type::Pointer(_) => self.auto_deref(base),
            _ => self.shaped(base),
        };
        let key = match self.store.get(self.core(base.ty)) {
            Type::Map(key, _) => *key,
            _ => TypeId::INVALID,
        };
        let Some(index) = args.first().map(|a| self.expr_to(a, key)) else {
            return self.make(ExprKind::Unsupported("index"), ty, span);
        };
        let kind = if matches!(self.store.get(ty), Type::Tuple(_)) && key != TypeId::INVALID {
            ExprKind::MapIndexOk {
                map: Box::new(base),
                key: Box::new(index),
            }
        } else {
            ExprKind::Index {
                base: Box::new(base),
                index: Box::new(index),
            }
        };
        self.make(kind, ty, span)
    }

    fn slice(&mut self, s: &'a ast::SliceExpr) -> ExprKind {
        let base = self.expr(&s.x);
        let base = match self.pointee(base.ty) {
            Some(_) => self.auto_deref(base),
            None => self.shaped(base),
        };
        let mut bound = |e: &'a Option<ast::Expr>| e.as_ref().map(|e| Box::new(self.expr(e)));
        let (low, high, max) = (bound(&s.low), bound(&s.high), bound(&s.max));
        ExprKind::Slice {
            base: Box::new(base),
            low,
            high,
            max,
        }
    }

    fn unary(&mut self, op: ast::UnaryOp, x: &'a ast::Expr, ty: TypeId, span: Span) -> Expr {
        let kind = match op {
            ast::UnaryOp::Plus => return self.expr(x),
            ast::UnaryOp::Neg => ExprKind::Unary(UnaryOp::Neg, Box::new(self.expr(x))),
            ast::UnaryOp::Not => ExprKind::Unary(UnaryOp::Not, Box::new(self.expr(x))),
            ast::UnaryOp::Xor => ExprKind::Unary(UnaryOp::Xor, Box::new(self.expr(x))),
            ast::UnaryOp::Recv => {
                let comma_ok = matches!(self.store.get(ty), Type::Tuple(_));
                let channel = self.expr(x);
                ExprKind::Recv {
                    channel: Box::new(self.shaped(channel)),
                    comma_ok,
                }
            }
            ast::UnaryOp::And => {
                let inner = self.expr(x);
                match x.unparen().kind {
                    Ast::CompositeLit(_) => ExprKind::New(Box::new(inner)),
                    _ => ExprKind::AddrOf(Box::new(inner)),
                }
            }
            ast::UnaryOp::Tilde => ExprKind::Unsupported("`~`"),
        };
        self.make(kind, ty, span)
    }

    /// Untyped counts such as `1.0`, or beyond an `int`, keep a type of their own, but they count as unsigned integers do.
    pub(super) fn shift_count(&self, count: Expr) -> Expr {
        let integer = self.store.basic(count.ty).is_some_and(|k| k.is_integer());
        match &count.kind {
            ExprKind::Const { value, .. } => match value.to_int() {
                Some(n) if !integer || i64::try_from(&n).is_err() => Expr {
                    ty: TypeId::UINT,
                    kind: ExprKind::Const {
                        value: ConstValue::int(n),
                        named: None,
                        text: None,
                    },
                    ..count
                },
                _ => count,
            },
            _ => count,
        }
    }

    fn binary(&mut self, b: &'a ast::BinaryExpr, ty: TypeId) -> ExprKind {
        let (mut x, mut y) = (self.expr(&b.x), self.expr(&b.y));
        if b.op.is_comparison() {
            // One side may be assignable to the other's type: an interface against a concrete value, or nil.
            match (self.is_interface(x.ty), self.is_interface(y.ty)) {
                (true, _) => y = self.convert_to(y, x.ty),
                (_, true) => x = self.convert_to(x, y.ty),
                _ if x.ty == TypeId::UNTYPED_NIL => x = self.convert_to(x, y.ty),
                _ => y = self.convert_to(y, x.ty),
            }
        }
        if b.op.is_shift() {
            y = self.shift_count(y);
        }
        let _ = ty;
        ExprKind::Binary(b.op, Box::new(x), Box::new(y))
    }

    fn composite(&mut self, lit: &'a ast::CompositeLit, ty: TypeId, span: Span) -> Expr {
        // An elided `&T` in a literal of pointers has the pointer as its type.
        let (value_type, pointer) = match self.pointee(ty) {
            Some(t) if lit.ty.is_none() => (t, true),
            _ => (ty, false),
        };
        let kind = match self.store.get(self.core(value_type)) {
            Type::Struct(s) => self.struct_lit(lit, s),
            Type::Array(_, elem) | Type::Slice(elem) => self.array_lit(lit, *elem, value_type),
            Type::Map(key, value) => {
                let (key, value) = (*key, *value);
                let mut entries = Vec::new();
                for elem in &lit.elems {
                    if let Ast::KeyValue(k, v) = &elem.kind {
                        let k = self.expr_to(k, key);
                        entries.push((k, self.expr_to(v, value)));
                    }
                }
                ExprKind::MapLit(entries)
            }
            _ => ExprKind::Unsupported("composite literal"),
        };
        let shape = match self.is_type_param(value_type) {
            true => self.stood_in(self.core(value_type)),
            false => value_type,
        };
        let value = self.make(kind, shape, span);
        let value = self.convert_to(value, value_type);
        if pointer {
            self.make(ExprKind::New(Box::new(value)), ty, span)
        } else {
            value
        }
    }

    fn struct_lit(&mut self, lit: &'a ast::CompositeLit, s: &types::Struct) -> ExprKind {
        let mut fields = Vec::new();
        for (i, elem) in lit.elems.iter().enumerate() {
            let (index, value) = match &elem.kind {
                Ast::KeyValue(key, value) => {
                    let Some(name) = key.as_ident() else { continue };
                    let Some(index) = s.fields.iter().position(|f| self.store.obj(*f).name == name.name) else {
                        continue;
                    };
                    (index, &**value)
                }
                _ => (i, elem),
            };
            let ty = s.fields.get(index).map_or(TypeId::INVALID, |f| self.obj_type(*f));
            fields.push((index, self.expr_to(value, ty)));
        }
        ExprKind::StructLit(fields)
    }

    fn array_lit(&mut self, lit: &'a ast::CompositeLit, elem_type: TypeId, ty: TypeId) -> ExprKind {
        let mut elems = Vec::new();
        let mut next = 0_u64;
        let mut len = 0_u64;
        for elem in &lit.elems {
            let value = match &elem.kind {
                Ast::KeyValue(key, value) => {
                    if let Some(ConstValue::Int(n)) = self.info.const_of(key) {
                        next = u64::try_from(n).unwrap_or(next);
                    }
                    &**value
                }
                _ => elem,
            };
            elems.push((next, self.expr_to(value, elem_type)));
            next = next.saturating_add(1);
            len = len.max(next);
        }
        if let Type::Array(n, _) = self.store.get(self.core(ty)) {
            len = u64::try_from(*n).unwrap_or(len);
        }
        ExprKind::ArrayLit { elems, len }
    }
}
