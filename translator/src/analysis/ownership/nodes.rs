//! Which types are containers, and which node a place is.

use super::super::Input;
use super::{Node, Root};
use crate::hir::{Builtin, Callee, Expr, ExprKind, LocalId};
use crate::types::{BasicKind, ObjId, Type, TypeId};

/// A container type that Rust has its own for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Container {
    /// A slice of these elements.
    Slice(TypeId),
    /// A map from keys that Rust hashes and compares as Go does, to these values.
    Map(TypeId, TypeId),
}

impl Container {
    /// The type of the elements, or the values.
    pub fn element(self) -> TypeId {
        match self {
            Container::Slice(t) | Container::Map(_, t) => t,
        }
    }
}

/// The container that a type is; types with a name are a matter of their own.
pub fn container(input: Input<'_>, ty: TypeId) -> Option<Container> {
    match input.store().get(ty) {
        Type::Slice(elem) => Some(Container::Slice(*elem)),
        Type::Map(key, value) if is_plain_key(input, *key) => Some(Container::Map(*key, *value)),
        _ => None,
    }
}

/// Keys without NaN, and of which Rust's equality is Go's.
fn is_plain_key(input: Input<'_>, key: TypeId) -> bool {
    match input.store().get(key) {
        Type::Basic(k) => k.is_integer() || k.is_string() || *k == BasicKind::Bool,
        _ => false,
    }
}

/// The type that is `level` elements deep in a container type.
pub fn container_inside(input: Input<'_>, ty: TypeId, level: u8) -> Option<TypeId> {
    (0..level).try_fold(ty, |ty, _| container(input, ty).map(Container::element))
}

/// The field that a selection of a struct's field denotes, as its generic declaration.
pub fn field_object(input: Input<'_>, base: TypeId, index: usize) -> Option<ObjId> {
    match input.store().under(base) {
        Type::Struct(s) => s.fields.get(index).map(|f| input.origin(*f)),
        _ => None,
    }
}

/// The node of a container that a place holds; none where it lies in memory of the runtime's anyway.
pub(super) fn node_of(input: Input<'_>, place: &Expr) -> Option<Node> {
    match &place.kind {
        ExprKind::Local(l) => Some(Node::Container(Root::Local(*l), 0)),
        ExprKind::Field { base, index } => {
            let owner = input.struct_name(base.ty)?;
            if input.is_library(owner) {
                return None;
            }
            field_object(input, base.ty, *index).map(|f| Node::Container(Root::Field(f), 0))
        }
        ExprKind::Index { base, .. } => match (container(input, base.ty), node_of(input, base)?) {
            (Some(_), Node::Container(root, level)) => Some(Node::Container(root, level.checked_add(1)?)),
            _ => None,
        },
        ExprKind::Slice { base, .. } => {
            container(input, base.ty)?;
            node_of(input, base)
        }
        _ => None,
    }
}

/// The variable that a place is part of, through fields, elements and pointers that are followed.
pub fn root_local(place: &Expr) -> Option<LocalId> {
    match &place.kind {
        ExprKind::Local(l) => Some(*l),
        ExprKind::Field { base, .. } | ExprKind::Index { base, .. } | ExprKind::Slice { base, .. } => root_local(base),
        ExprKind::Deref(p) | ExprKind::AddrOf(p) => root_local(p),
        _ => None,
    }
}

/// The same path from the same variable, by the same constant or variable positions.
pub fn same_place(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::AddrOf(a), ExprKind::AddrOf(b)) | (ExprKind::Deref(a), ExprKind::Deref(b)) => same_place(a, b),
        (ExprKind::Field { base: a, index: i }, ExprKind::Field { base: b, index: j }) => i == j && same_place(a, b),
        (ExprKind::Index { base: a, index: i }, ExprKind::Index { base: b, index: j }) => {
            same_place(a, b) && same_place(i, j)
        }
        (ExprKind::Const { value: a, .. }, ExprKind::Const { value: b, .. }) => a == b,
        (ExprKind::Binary(o, a, b), ExprKind::Binary(p, c, d)) => o == p && same_place(a, c) && same_place(b, d),
        (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
        (ExprKind::Global(a), ExprKind::Global(b)) => a == b,
        (ExprKind::Convert(c, a), ExprKind::Convert(d, b)) => c == d && a.ty == b.ty && same_place(a, b),
        (ExprKind::Call(a), ExprKind::Call(b)) => match (&a.callee, &b.callee, &a.args.items[..], &b.args.items[..]) {
            (Callee::Builtin(Builtin::Len), Callee::Builtin(Builtin::Len), [a], [b]) => same_place(a, b),
            _ => false,
        },
        _ => false,
    }
}

/// `place = append(place, …)`: the arguments behind the first.
pub fn self_append<'e>(place: &Expr, value: &'e Expr) -> Option<&'e [Expr]> {
    let ExprKind::Call(call) = &value.kind else { return None };
    match (&call.callee, &call.args.items[..]) {
        (Callee::Builtin(Builtin::Append | Builtin::AppendString), [base, rest @ ..]) if same_place(place, base) => {
            Some(rest)
        }
        _ => None,
    }
}
