//! Values that come to rest: what flows into variables, fields, elements, and away.
//!
//! In: expressions and where they go. Out: edges between nodes, and what becomes shared.

use super::nodes::{container, node_of};
use super::shapes::{const_int, is_empty};
use super::walk::{To, Walk};
use super::{Container, Node, Root};
use crate::hir::{Builtin, Callee, Conversion, Expr, ExprKind, LocalId, LocalKind, Method};
use crate::source::Span;
use crate::types::{ObjId, Type, TypeId};

impl<'a> Walk<'a> {
    /// A value comes to rest.
    pub(super) fn flow(&mut self, e: &'a Expr, to: To) {
        if container(self.input, e.ty).is_some() {
            self.container_flow(e, to);
        } else if let Some(s) = self.pointee_struct(e.ty) {
            self.pointer_flow(e, s, to);
        } else if self.struct_inside(e.ty).is_some() {
            self.struct_flow(e);
        } else if e.ty == TypeId::STRING {
            self.text_flow(e, to);
        } else {
            self.visit(e);
        }
    }

    pub(super) fn container_flow(&mut self, e: &'a Expr, to: To) {
        let node = self.node_at(to);
        let why = match to {
            To::Away(why) => why,
            _ => "it is kept where its type is not known",
        };
        match &e.kind {
            ExprKind::Zero => self.zero(e.ty, to, e.span),
            ExprKind::ArrayLit { elems, len } => {
                for (_, e) in elems {
                    self.flow(e, To::Element(Self::deeper(node)));
                }
                if let Some(c) = container(self.input, e.ty).filter(|_| (elems.len() as u64) < *len) {
                    self.zero(c.element(), To::Element(Self::deeper(node)), e.span);
                }
            }
            ExprKind::MapLit(entries) => {
                for (key, value) in entries {
                    self.literal_key(key, node);
                    self.flow(value, To::Element(Self::deeper(node)));
                }
            }
            ExprKind::Convert(Conversion::StringToBytes | Conversion::StringToRunes, x) => self.visit(x),
            ExprKind::TupleElem(i) => {
                let result = self.tuple.and_then(|f| self.input.hir.func(f).results.get(*i).copied());
                match (result, node) {
                    (Some(r), Some(node)) => self.unify_nodes(Node::Container(Root::Local(r), 0), node, e.span),
                    (Some(r), None) => self.share(Node::Container(Root::Local(r), 0), why, e.span),
                    (None, Some(node)) => self.share(node, "it comes from where it may be shared", e.span),
                    (None, None) => {}
                }
            }
            ExprKind::Call(call) => {
                match (&call.callee, &call.args.items[..]) {
                    _ if call.args.tuple.is_some() => self.visit(e),
                    (Callee::Builtin(Builtin::Make), args) => {
                        args.iter().for_each(|a| self.visit(a));
                        if let (Some(node), 2..) = (node, args.len()) {
                            self.out.spare.seed(node, e.span);
                        }
                        if let Some(Container::Slice(elem)) = container(self.input, e.ty)
                            && args.first().is_some_and(|len| const_int(len) != Some(0))
                        {
                            self.zero(elem, To::Element(Self::deeper(node)), e.span);
                        }
                        return;
                    }
                    (Callee::Builtin(Builtin::Append | Builtin::AppendString), [base, rest @ ..]) => {
                        if !is_empty(base) {
                            self.container_flow(base, to);
                        }
                        self.appended(node, base, rest, e);
                        return;
                    }
                    _ => self.visit(e),
                }
                let result = match &call.callee {
                    Callee::Func { func, .. }
                    | Callee::Method {
                        method: Method::User(func),
                        ..
                    } => self.input.hir.func(*func).results.first().copied(),
                    _ => None,
                };
                match (result, node) {
                    (Some(r), Some(node)) => self.unify_nodes(Node::Container(Root::Local(r), 0), node, e.span),
                    (Some(r), None) => self.share(Node::Container(Root::Local(r), 0), why, e.span),
                    (None, Some(node)) => self.share(node, "it comes from where it may be shared", e.span),
                    (None, None) => {}
                }
            }
            _ => self.existing_container(e, node, why),
        }
    }

    /// A container that is there already comes to rest: moved at its last use, shared otherwise.
    fn existing_container(&mut self, e: &'a Expr, node: Option<Node>, why: &'static str) {
        let source = node_of(self.input, e);
        self.visit(e);
        let moved = match e.kind {
            ExprKind::Local(l) => {
                let own = self.input.hir.local(l).func == self.func;
                self.out.consumed.seed(l, e.span);
                own && self.known.liveness.is_last(e.id)
            }
            _ => false,
        };
        match (source, node) {
            (Some(source), Some(node)) if moved => self.unify_nodes(source, node, e.span),
            (source, node) => {
                let why = if node.is_none() {
                    why
                } else {
                    "it is copied and used on"
                };
                source.into_iter().chain(node).for_each(|n| self.share(n, why, e.span));
            }
        }
    }

    fn pointer_flow(&mut self, e: &'a Expr, s: ObjId, to: To) {
        let rests = matches!(to, To::Local(l) if !self.is_param(l));
        let (fresh, why) = match &e.kind {
            ExprKind::New(x) => {
                self.flow(x, To::Away("memory of its own holds it"));
                (true, "")
            }
            ExprKind::Call(call) => {
                self.visit(e);
                let users = matches!(
                    &call.callee,
                    Callee::Func { .. }
                        | Callee::Method {
                            method: Method::User(_),
                            ..
                        }
                );
                (users, "a pointer to it comes from an unknown function")
            }
            ExprKind::TupleElem(_) => (self.tuple.is_some(), "a pointer to it comes from an unknown function"),
            ExprKind::Local(l) => {
                self.visit(e);
                let moved = self.known.liveness.is_last(e.id) && self.input.hir.local(*l).func == self.func;
                (moved && !self.is_param(*l), "a pointer to it is copied and used on")
            }
            ExprKind::Zero => (false, "a pointer to it may be nil"),
            ExprKind::AddrOf(place) => {
                self.address(place, "a pointer into it is kept");
                (false, "its address is kept")
            }
            _ => {
                self.visit(e);
                (false, "a pointer to it is kept")
            }
        };
        if !fresh || !rests {
            let why = match to {
                To::Away(why) if fresh => why,
                _ if fresh => "a pointer to it is kept in another value",
                _ => why,
            };
            self.share(Node::Struct(s), why, e.span);
        }
    }

    fn is_param(&self, local: LocalId) -> bool {
        matches!(self.input.hir.local(local).kind, LocalKind::Param | LocalKind::Receiver)
    }

    fn struct_flow(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::StructLit(fields) => self.struct_literal(e, fields),
            ExprKind::Zero => self.zero(e.ty, To::Away(""), e.span),
            ExprKind::Local(l) => {
                self.visit(e);
                let own = self.input.hir.local(*l).func == self.func;
                let receiver = self.input.hir.local(*l).kind == LocalKind::Receiver;
                self.out.whole.insert(*l);
                if !own || receiver || !self.known.liveness.is_last(e.id) {
                    self.copied(e.ty, e.span);
                }
            }
            ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Deref(_) | ExprKind::Global(_) => {
                self.visit(e);
                self.copied(e.ty, e.span);
            }
            ExprKind::Convert(conversion, x) => {
                if *conversion == Conversion::Rename {
                    self.renamed_fields(x.ty, e.span);
                    self.renamed_fields(e.ty, e.span);
                }
                self.flow(x, To::Away("it is converted"));
                self.copied(x.ty, e.span);
                self.copied(e.ty, e.span);
            }
            ExprKind::ArrayLit { elems, .. } => elems.iter().for_each(|(_, e)| self.flow(e, To::Element(None))),
            _ => self.visit(e),
        }
    }

    pub(super) fn struct_literal(&mut self, e: &'a Expr, fields: &'a [(usize, Expr)]) {
        let store = self.input.store();
        let Type::Struct(s) = store.under(e.ty) else { return };
        for (i, field) in s.fields.iter().enumerate() {
            match fields.iter().find(|(at, _)| *at == i) {
                Some((_, value)) => {
                    let named = self.input.struct_name(e.ty).is_some_and(|o| !self.input.is_library(o));
                    let to = if named {
                        To::Field(self.input.origin(*field))
                    } else {
                        To::Away("a struct without a name holds it")
                    };
                    self.flow(value, to);
                }
                None => self.zero(store.obj_type(*field), To::Field(self.input.origin(*field)), e.span),
            }
        }
    }

    /// A zero value comes to rest: maps and pointers are nil then.
    pub(super) fn zero(&mut self, ty: TypeId, to: To, span: Span) {
        match container(self.input, ty) {
            Some(Container::Map(..)) => {
                if let Some(node) = self.node_at(to) {
                    self.share(node, "it may be nil", span);
                }
            }
            Some(Container::Slice(_)) => {}
            None => {
                if let Some(s) = self.pointee_struct(ty) {
                    self.share(Node::Struct(s), "a pointer to it may be nil", span);
                }
                if let Some(inner) = self.struct_inside(ty) {
                    let store = self.input.store();
                    if let Type::Struct(s) = store.under(store.obj_type(inner)) {
                        for field in &s.fields {
                            self.zero(store.obj_type(*field), To::Field(self.input.origin(*field)), span);
                        }
                    }
                }
            }
        }
    }

    /// A struct value is copied while the original lives on: both reach what its containers hold.
    pub(super) fn copied(&mut self, ty: TypeId, span: Span) {
        let Some(inner) = self.struct_inside(ty) else { return };
        let store = self.input.store();
        let Type::Struct(s) = store.under(store.obj_type(inner)) else {
            return;
        };
        for field in &s.fields {
            let field_type = store.obj_type(*field);
            if container(self.input, field_type).is_some() {
                let root = Root::Field(self.input.origin(*field));
                self.share(Node::Container(root, 0), "a struct that holds it is copied", span);
            }
            self.copied(field_type, span);
        }
    }

    /// The address of a place is kept: what holds the place must be memory that pointers reach.
    pub(super) fn address(&mut self, place: &'a Expr, why: &'static str) {
        let mut at = place;
        loop {
            if let Some(s) = self.struct_inside(at.ty) {
                self.share(Node::Struct(s), why, place.span);
            }
            match &at.kind {
                ExprKind::Field { base, .. } => at = base,
                ExprKind::Index { base, .. } => {
                    if let Some(node) = node_of(self.input, base).filter(|_| container(self.input, base.ty).is_some()) {
                        self.share(node, "the address of an element is kept", place.span);
                    }
                    at = base;
                }
                ExprKind::Deref(p) => {
                    if let Some(s) = self.pointee_struct(p.ty) {
                        self.share(Node::Struct(s), why, place.span);
                    }
                    break;
                }
                _ => break,
            }
        }
        if let Some(node) = node_of(self.input, place).filter(|_| container(self.input, place.ty).is_some()) {
            self.share(node, "its address is kept", place.span);
        }
        self.runtime_text(place, "its address is kept");
        self.place(place, true);
    }
}
