//! Go's values: how each Go type is represented in Rust, always right and safe under any sharing.
//!
//! [`Value`] is implemented by every type a Go value can have; its `Cell` is the form in which the value lies in
//! memory that several pointers reach. [`GoType`] adds what Go knows of a type while running: its name, equality, hash
//! and structure, which are needed once a value is in an interface ([`Iface`], [`Any`]).
//!
//! Invariant: all of this is safe under data races; a racy program reads other values than it expected, no more.

use std::borrow::Cow;
use std::hash::Hasher;
use std::sync::Arc;

mod any;
mod array;
pub(crate) mod block;
mod cell;
mod complex;
mod describe;
mod emitted;
mod error;
mod func;
mod global;
mod iface;
mod map;
mod named;
mod native;
mod number;
mod ops;
mod ptr;
mod results;
mod slice;
mod string;
mod string_ops;
mod table;
mod text;
mod types;

pub use any::{Any, IntoAny, IntoAnyRef};
pub use array::{ArrayCell, NamedArray, NamedCell};
pub use cell::{Atom, AtomicWord, Cell, Scalar};
pub use complex::Complex;
pub use describe::{Describe, Field, Kind, Pointee};
pub use emitted::{
    comma_ok, convert, convert_any, float_to_i8, float_to_i16, float_to_i32, float_to_i64, float_to_u8, float_to_u16,
    float_to_u32, float_to_u64, next_field, untranslated,
};
pub use error::{Error, ErrorPtr, ErrorString, GoError, GoStringer, GoStringerPtr, Stringer, StringerPtr, new_error};
pub use func::{
    BoxFuture, Callback, Fn0, Fn1, Fn2, Fn3, Fn4, Fn5, Fn6, Fn7, Fn8, Func, FuncOut, FuncType, fn0, fn1, fn2, fn3, fn4,
    fn5, fn6, fn7, fn8,
};
pub use global::Global;
pub use iface::{Iface, IfaceType, Object};
pub use map::{Map, MapIter};
pub use named::{Int64, Uint64, Uintptr};
pub use native::{
    HashMap, MapExt, VecExt, bytes_to_string, copy_into, make_vec, part, part_from, part_from_mut, part_mut,
    runes_to_string,
};
pub use number::{Float, Integer, Number, Ordered, Signed, Text, Unsigned, max, min};
pub use ops::{div, rem, shl, shr};
pub use ptr::Ptr;
pub use results::{IntoError, IntoGo, IntoGoValues, IntoOption, IntoResult};
pub use slice::{Slice, SliceIter, copy, copy_str};
pub use string::GoString;
pub use string_ops::{bytes_str, str};
pub use text::StrExt;

/// A Go value type.
pub trait Value: Clone + Send + Sync + 'static {
    /// How the value is stored in memory that several pointers reach.
    type Cell: Place<Self>;

    /// Go's zero value.
    fn zero() -> Self;

    /// The size that the Go type has, which decides how `append` grows.
    fn go_size() -> usize {
        size_of::<Self>()
    }

    /// The alignment that the Go type has.
    fn go_align() -> usize {
        8
    }

    /// Whether the Go type contains pointers, which also decides how `append` grows.
    fn go_pointers() -> bool {
        true
    }
}

/// The storage of a value: a cell, or a struct whose fields are cells.
pub type CellOf<T> = <T as Value>::Cell;

/// Go's zero value of a type.
#[inline]
pub fn zero<T: Value>() -> T {
    T::zero()
}

/// Memory of which the kind of value follows: what fields of in-place structs have in common.
pub trait Memory: Clone + Default + Send + Sync + 'static {
    /// The value stored.
    type Content: Value;
    /// Loads the value.
    fn load(&self) -> Self::Content;
    /// Stores what `from` holds.
    fn assign(&self, from: &Self);
}

/// Memory that holds a `V` and is written through `&self`.
pub trait Place<V: Value>: Memory<Content = V> {
    /// Memory holding `v`.
    fn new(v: V) -> Self;
    /// Loads the value.
    fn get(&self) -> V;
    /// Stores a value.
    fn set(&self, v: V);
    /// Loads, changes and stores; not atomic as a whole.
    #[inline]
    fn update<R>(&self, f: impl FnOnce(&mut V) -> R) -> R {
        let mut v = self.get();
        let result = f(&mut v);
        self.set(v);
        result
    }
}

/// What Go knows of a type while running, needed when a value of it goes into an interface.
pub trait GoType: Value {
    /// The type's name as `%T` prints it: `main.Point`, `[]int`, `func(int) string`.
    fn type_name() -> Cow<'static, str>;

    /// The type's kind.
    fn kind() -> Kind;

    /// Equality as interfaces compare.
    ///
    /// # Panics
    /// With Go's `comparing uncomparable type` if the type has no equality.
    fn go_eq(&self, other: &Self) -> bool;

    /// Feeds what [`go_eq`](Self::go_eq) compares to a hasher.
    ///
    /// # Panics
    /// With Go's `hash of unhashable type` if the type has no equality.
    fn go_hash(&self, h: &mut dyn Hasher);

    /// The value's structure, one level deep.
    fn go_describe(&self) -> Describe;

    /// The interface value that holds this value; interfaces give the one they already are.
    fn go_box(self) -> Any {
        Any::from_arc(Arc::new(self))
    }

    /// The value of this type that an interface value holds, if it does.
    fn go_unbox(any: &Any) -> Option<Self> {
        any.downcast_exact()
    }

    /// What the value is underneath, in an interface: a named type's value has the type that it is declared as.
    fn go_under(self) -> Any {
        self.go_box()
    }

    /// The value of this type that is underneath the one that an interface value holds, if it is.
    fn go_over(under: &Any) -> Option<Self> {
        Self::go_unbox(under)
    }

    /// The [`Iface<dyn Trait>`](Iface) of this value for the trait object type `want`, boxed.
    fn cast_value(_this: &Arc<Self>, _want: core::any::TypeId) -> Option<Box<dyn core::any::Any>> {
        None
    }

    /// The same for a pointer to a value.
    fn cast_pointer(_this: &Ptr<Self>, _want: core::any::TypeId) -> Option<Box<dyn core::any::Any>> {
        None
    }
}

/// What can be the key of a map: equality and hash as in Go.
pub trait GoKey: Value {
    /// Go's `==`.
    fn key_eq(&self, other: &Self) -> bool;
    /// Feeds what [`key_eq`](Self::key_eq) compares to a hasher.
    fn key_hash<H: Hasher>(&self, h: &mut H);
}

/// Panics as Go does when an interface comparison meets a type without equality.
#[cold]
pub fn uncomparable<T: GoType>() -> ! {
    crate::panic::runtime_error(format!("comparing uncomparable type {}", T::type_name()))
}

/// Panics as Go does when an interface map key has a type without equality.
#[cold]
pub fn unhashable<T: GoType>() -> ! {
    crate::panic::runtime_error(format!("hash of unhashable type {}", T::type_name()))
}

/// Lays a struct's fields out as Go does: the size and alignment so far, and one field's.
/// Used by `#[derive(Value)]`.
#[doc(hidden)]
pub fn lay_out<T: Value>((size, align): (usize, usize)) -> (usize, usize) {
    let field = T::go_align();
    (size.next_multiple_of(field) + T::go_size(), align.max(field))
}

/// The content of memory, as its type says. Used by `#[derive(Value)]`.
#[doc(hidden)]
pub type ContentOf<M> = <M as Memory>::Content;
