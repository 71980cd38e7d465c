//! Questions about types: comparable, has nil, default type, plain assignability.
//!
//! In: type ids. Out: booleans.
//! Invariants: invalid types answer so that no further error arises.

use super::model::*;
use super::store::TypeStore;

impl TypeStore {
    /// Whether `==` is defined for values of `t` (interfaces are; whether it may panic is another question).
    ///
    /// Spec: Comparison operators.
    pub fn comparable(&self, t: TypeId) -> bool {
        self.comparable_with(t, true, 0)
    }

    /// Whether `t` satisfies `comparable` without the risk of a panic.
    ///
    /// Spec: Comparison operators; Satisfying a type constraint.
    pub fn strictly_comparable(&self, t: TypeId) -> bool {
        self.comparable_with(t, false, 0)
    }

    /// Interfaces count as comparable when `dynamic`; a type parameter is when all types of its set are, strictly.
    ///
    /// Spec: Comparison operators; Type constraints.
    fn comparable_with(&self, t: TypeId, dynamic: bool, depth: usize) -> bool {
        if depth > 200 {
            return true;
        }
        if self.is_type_param(t) {
            let set = self.type_set(t);
            // There are no values of an empty set, and nothing to be said of them.
            if set.terms.as_ref().is_some_and(Vec::is_empty) {
                return false;
            }
            return set.comparable
                || set.terms.as_ref().is_some_and(|ts| {
                    !ts.is_empty() && ts.iter().all(|t| self.comparable_with(t.ty, false, depth + 1))
                });
        }
        match self.under(t) {
            Type::Basic(k) => *k != BasicKind::UntypedNil,
            Type::Pointer(_) | Type::Chan(..) => true,
            Type::Interface(_) => {
                let set = self.type_set(t);
                dynamic || set.comparable || {
                    set.terms.as_ref().is_some_and(|ts| {
                        !ts.is_empty() && ts.iter().all(|t| self.comparable_with(t.ty, false, depth + 1))
                    })
                }
            }
            Type::Struct(s) => s
                .fields
                .iter()
                .all(|f| self.comparable_with(self.obj_type(*f), dynamic, depth + 1)),
            Type::Array(_, e) => self.comparable_with(*e, dynamic, depth + 1),
            _ => false,
        }
    }

    /// Whether `nil` is a value of `t`.
    ///
    /// Spec: Assignability; Predeclared identifiers.
    pub fn has_nil(&self, t: TypeId) -> bool {
        if self.is_type_param(t) {
            return self
                .terms(t)
                .is_some_and(|ts| !ts.is_empty() && ts.iter().all(|t| self.has_nil(t.ty)));
        }
        match self.under(t) {
            Type::Basic(k) => matches!(k, BasicKind::UnsafePointer | BasicKind::UntypedNil | BasicKind::Invalid),
            Type::Pointer(_)
            | Type::Slice(_)
            | Type::Map(..)
            | Type::Chan(..)
            | Type::Signature(_)
            | Type::Interface(_) => true,
            _ => false,
        }
    }

    /// The type an untyped value takes by default.
    ///
    /// Spec: Constants.
    pub fn default_type(&self, t: TypeId) -> TypeId {
        match t {
            TypeId::UNTYPED_BOOL => TypeId::BOOL,
            TypeId::UNTYPED_INT => TypeId::INT,
            TypeId::UNTYPED_RUNE => TypeId::INT32,
            TypeId::UNTYPED_FLOAT => TypeId::FLOAT64,
            TypeId::UNTYPED_COMPLEX => TypeId::COMPLEX128,
            TypeId::UNTYPED_STRING => TypeId::STRING,
            t => t,
        }
    }

    /// Whether `t` is untyped.
    pub fn is_untyped(&self, t: TypeId) -> bool {
        t >= TypeId::UNTYPED_BOOL && t <= TypeId::UNTYPED_NIL
    }

    /// Whether `t` has a name: basic, defined, or a type parameter.
    ///
    /// Spec: Types.
    pub fn has_name(&self, t: TypeId) -> bool {
        matches!(self.get(t), Type::Basic(_) | Type::Named(_) | Type::TypeParam(_))
    }

    /// The basic kind of the underlying type.
    pub fn basic(&self, t: TypeId) -> Option<BasicKind> {
        if self.is_type_param(t) {
            return None;
        }
        match self.under(t) {
            Type::Basic(k) => Some(*k),
            _ => None,
        }
    }

    /// Whether a typed value of `v` may be assigned to `t`.
    ///
    /// Spec: Assignability.
    pub fn assignable(&self, v: TypeId, t: TypeId) -> bool {
        self.assignable_with(v, t, &mut |_| ())
    }

    pub(super) fn assignable_with(&self, v: TypeId, t: TypeId, resolve: &mut dyn FnMut(ObjId)) -> bool {
        if v == TypeId::INVALID || t == TypeId::INVALID || self.identical(v, t) {
            return true;
        }
        if v == TypeId::UNTYPED_NIL {
            return self.has_nil(t);
        }
        // Identical underlying types, one of the two without a name.
        // Spec: Assignability; Underlying types.
        let (vu, tu) = (self.underlying(v), self.underlying(t));
        let (vp, tp) = (self.is_type_param(v), self.is_type_param(t));
        if self.identical(vu, tu) && (!self.has_name(v) || !self.has_name(t)) && !vp && !tp {
            return true;
        }
        // A value that implements an interface.
        // Spec: Assignability; Implementing an interface.
        if let Type::Interface(_) = self.get(tu)
            && !tp
            && self.missing_method(v, t, resolve).is_none()
            && self.type_set(t).terms.is_none()
        {
            return true;
        }
        // A channel of both directions, one of the two types without a name.
        // Spec: Assignability; Channel types.
        if let (Type::Chan(ChanDir::Both, a), Type::Chan(_, b)) = (self.get(vu), self.get(tu))
            && self.identical(*a, *b)
        {
            return !self.has_name(v) || !self.has_name(t);
        }
        // Of a type parameter every type of its set, the other type without a name.
        // Spec: Assignability.
        if vp && !self.has_name(t) {
            return self
                .terms(v)
                .is_some_and(|ts| !ts.is_empty() && ts.iter().all(|x| self.assignable_with(x.ty, t, resolve)));
        }
        if tp && !self.has_name(v) {
            return self
                .terms(t)
                .is_some_and(|ts| !ts.is_empty() && ts.iter().all(|x| self.assignable_with(v, x.ty, resolve)));
        }
        false
    }

    /// Sizes and alignment on linux/amd64.
    ///
    /// Spec: Size and alignment guarantees; Package unsafe.
    pub fn size_align(&self, t: TypeId) -> (i64, i64) {
        self.size_align_at(t, 0)
    }

    fn size_align_at(&self, t: TypeId, depth: usize) -> (i64, i64) {
        if depth > 200 {
            return (0, 1);
        }
        match self.under(t) {
            Type::Basic(k) => match k {
                BasicKind::Bool | BasicKind::Int8 | BasicKind::Uint8 => (1, 1),
                BasicKind::Int16 | BasicKind::Uint16 => (2, 2),
                BasicKind::Int32 | BasicKind::Uint32 | BasicKind::Float32 => (4, 4),
                BasicKind::Complex64 => (8, 4),
                BasicKind::Complex128 | BasicKind::String => (16, 8),
                _ => (8, 8),
            },
            Type::Slice(_) => (24, 8),
            Type::Interface(_) => (16, 8),
            Type::Array(n, e) => {
                let (size, align) = self.size_align_at(*e, depth + 1);
                (size.saturating_mul((*n).max(0)), align)
            }
            // An empty field at the end takes a byte, so that a pointer to it lies inside.
            // Beyond the spec: cmd/compile, how structs lie in memory.
            Type::Struct(s) => {
                let (offset, align, last_zero) = self.layout(&s.fields, depth);
                let offset = if last_zero && offset > 0 { offset + 1 } else { offset };
                (round_up(offset, align), align)
            }
            _ => (8, 8),
        }
    }

    fn layout(&self, fields: &[ObjId], depth: usize) -> (i64, i64, bool) {
        let (mut offset, mut align, mut last_zero) = (0i64, 1, false);
        for f in fields {
            let (size, a) = self.size_align_at(self.obj_type(*f), depth + 1);
            offset = round_up(offset, a).saturating_add(size);
            align = align.max(a);
            last_zero = size == 0;
        }
        (offset, align, last_zero)
    }

    /// The byte offset of field `i` of a struct type.
    ///
    /// Spec: Package unsafe.
    pub fn field_offset(&self, t: TypeId, i: usize) -> i64 {
        let Type::Struct(s) = self.under(t) else { return 0 };
        let before = self.layout(s.fields.get(..i).unwrap_or(&[]), 0).0;
        let align = s.fields.get(i).map_or(1, |f| self.size_align(self.obj_type(*f)).1);
        round_up(before, align)
    }
}

fn round_up(n: i64, align: i64) -> i64 {
    let align = align.max(1);
    n.saturating_add(align - 1) / align * align
}
