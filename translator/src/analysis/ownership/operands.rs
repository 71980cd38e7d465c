//! Places and operands: what is read or written where it stands, and what is looked at for the time of an expression.
//!
//! In: expressions. Out: uses in [`Collected`](super::Collected) that make a node shared.

use super::nodes::{container, node_of};
use super::shapes::is_within_length;
use super::walk::{To, Walk};
use super::{Node, Root};
use crate::hir::{Conversion, Expr, ExprKind, LocalId, Method};
use crate::source::Span;
use crate::syntax::ast::BinaryOp;
use crate::types::{Type, TypeId};

impl<'a> Walk<'a> {
    /// A place is read or written where it stands.
    pub(super) fn place(&mut self, e: &'a Expr, written: bool) {
        match &e.kind {
            ExprKind::Local(l) => self.local(*l, e, written),
            ExprKind::Field { base, .. } => {
                if let ExprKind::Index { base: map, .. } = &base.kind
                    && matches!(self.input.store().under(map.ty), Type::Map(..))
                {
                    self.copied(base.ty, e.span);
                }
                self.place(base, written);
            }
            ExprKind::Index { base, index } => {
                match self.input.store().under(base.ty) {
                    Type::Map(..) => self.key_flow(index, base, written),
                    _ => self.visit(index),
                }
                self.place(base, written);
            }
            ExprKind::Slice { base, low, high, max } => {
                for bound in [low, high, max].into_iter().flatten() {
                    self.visit(bound);
                }
                if container(self.input, base.ty).is_some() {
                    self.part(e);
                }
                self.cut_text(base);
                self.place(base, written);
            }
            ExprKind::Deref(p) | ExprKind::AddrOf(p) => match &p.kind {
                ExprKind::New(x) => self.flow(x, To::Away("memory of its own holds it")),
                _ => self.place(p, written),
            },
            _ => self.visit(e),
        }
    }

    fn local(&mut self, local: LocalId, e: &Expr, written: bool) {
        let declared = self.input.hir.local(local);
        if written {
            self.out.written.seed(local, e.span);
        }
        if declared.func == self.func || self.out.comparisons.contains(&self.func) {
            return;
        }
        if self.known.guarded.lock_of(local).is_some() {
            return;
        }
        // What a literal captures must be a value of its own.
        self.out.consumed.seed(local, e.span);
        let why = "a function literal uses it";
        self.share(Node::Container(Root::Local(local), 0), why, e.span);
        if let Some(s) = self.pointee_struct(declared.ty) {
            self.share(Node::Struct(s), why, e.span);
        }
        self.copied(declared.ty, e.span);
    }

    /// Something is looked at for the time of an expression, without being kept.
    pub(super) fn looked_at(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                self.place(e, false);
            }
            ExprKind::Slice { base, .. } if container(self.input, base.ty).is_some() => {
                self.part(e);
                self.place(e, false);
            }
            ExprKind::ArrayLit { .. } | ExprKind::MapLit(_) if container(self.input, e.ty).is_some() => {
                self.container_flow(e, To::Away("it is only looked at"));
            }
            _ => self.visit(e),
        }
    }

    /// A part of a container that is lent: within its length, or a matter of its capacity.
    pub(super) fn part(&mut self, e: &'a Expr) {
        let ExprKind::Slice { base, high, max, .. } = &e.kind else {
            return;
        };
        let Some(node) = node_of(self.input, base) else { return };
        if max.is_some() {
            self.share(node, "a part of it has a capacity of its own", e.span);
        }
        let inside = match high.as_deref() {
            None => true,
            Some(high) => is_within_length(base, high),
        };
        if !inside {
            self.out.parts.push((node, e.span));
        }
    }

    /// An expression of which nothing but its value is used, and that for the time of the expression around it.
    pub(super) fn visit(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Local(_) | ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) => {
                self.place(e, false);
            }
            ExprKind::Const { .. }
            | ExprKind::Zero
            | ExprKind::TupleElem(_)
            | ExprKind::Global(_)
            | ExprKind::LibVar(_)
            | ExprKind::LibFunc { .. }
            | ExprKind::Embedded(_)
            | ExprKind::Unsupported(_) => {}
            ExprKind::Func { func, .. } => self.as_value(*func, e.span),
            ExprKind::FuncLit(_) => {}
            ExprKind::MethodValue { recv, method } => {
                if let ExprKind::AddrOf(place) = &recv.kind {
                    self.address(place, "a method value keeps it");
                }
                self.flow(recv, To::Away("a method value keeps it"));
                if let Method::User(func) = method {
                    self.as_value(*func, e.span);
                }
            }
            ExprKind::MethodExpr { recv, method, .. } => {
                self.asserted(*recv, e.span);
                if let Method::User(func) = method {
                    self.as_value(*func, e.span);
                }
            }
            ExprKind::Binary(BinaryOp::Eq | BinaryOp::Ne, x, y) => {
                for side in [x, y] {
                    if let Some(node) = node_of(self.input, side).filter(|_| container(self.input, side.ty).is_some()) {
                        self.share(node, "it is compared with nil", e.span);
                    }
                    if let Some(s) = self.pointee_struct(side.ty) {
                        self.share(Node::Struct(s), "a pointer to it is compared", e.span);
                    }
                    self.visit(side);
                }
            }
            ExprKind::Unary(_, x) => self.visit(x),
            ExprKind::Binary(_, x, y) => {
                self.visit(x);
                self.visit(y);
            }
            ExprKind::AddrOf(place) => self.address(place, "its address is used as a value"),
            ExprKind::New(x) => self.flow(x, To::Away("memory of its own holds it")),
            ExprKind::Call(call) => self.call(call, e),
            ExprKind::Convert(Conversion::BytesToString, x) if self.holds_plain(x.ty) => {
                self.looked_at(x);
            }
            ExprKind::Convert(_, x) => {
                self.flow(x, To::Away("it is converted"));
                if self.input.store().is_interface(e.ty) {
                    self.copied(x.ty, e.span);
                }
            }
            ExprKind::TypeAssert { x, target, .. } => {
                self.visit(x);
                self.asserted(*target, e.span);
            }
            ExprKind::MapIndexOk { map, key } => {
                self.key_flow(key, map, false);
                self.place(map, false);
            }
            ExprKind::Recv { channel, .. } => self.visit(channel),
            ExprKind::Slice { base, low, high, max } => {
                for bound in [low, high, max].into_iter().flatten() {
                    self.visit(bound);
                }
                if let Some(node) = node_of(self.input, base).filter(|_| container(self.input, base.ty).is_some()) {
                    self.share(node, "a part of it is kept", e.span);
                }
                self.cut_text(base);
                self.place(base, false);
            }
            ExprKind::StructLit(fields) => self.struct_literal(e, fields),
            ExprKind::ArrayLit { elems, .. } => {
                elems
                    .iter()
                    .for_each(|(_, e)| self.flow(e, To::Away("it is an element of what the runtime holds")));
            }
            ExprKind::MapLit(entries) => {
                for (key, value) in entries {
                    self.flow(key, To::Away("it is a key of what the runtime holds"));
                    self.flow(value, To::Away("it is an element of what the runtime holds"));
                }
            }
        }
    }

    /// A container of elements of a type without a name.
    fn holds_plain(&self, ty: TypeId) -> bool {
        container(self.input, ty).is_some_and(|c| matches!(self.input.store().get(c.element()), Type::Basic(_)))
    }

    /// A type that values come out of an interface as, or are asked for.
    pub(super) fn asserted(&mut self, ty: TypeId, span: Span) {
        if let Some(s) = self.pointee_struct(ty) {
            self.share(Node::Struct(s), "a pointer to it comes out of an interface", span);
        }
        self.copied(ty, span);
    }
}
