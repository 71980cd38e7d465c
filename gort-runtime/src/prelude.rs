//! What nearly all translated code uses.

#[cfg(feature = "macros")]
pub use crate::{GoNumber, main};
#[cfg(feature = "value")]
pub use crate::{
    Value, defer, iface, interface,
    panic::{go_panic, panic_str},
    slice,
    value::{
        Any, ArrayCell, Atom, BoxFuture, Cell, CellOf, Complex, Error, ErrorPtr, Float, Fn0, Fn1,
        Fn2, Fn3, Fn4, Fn5, Fn6, Fn7, Fn8, Func, Global, GoError, GoKey, GoString, GoStringer,
        GoStringerPtr, GoType, Iface, Int64, Integer, IntoAny, IntoAnyRef, Map, Memory, Number,
        Object, Ordered, Place, Ptr, Scalar, Signed, Slice, Stringer, StringerPtr, Uint64, Uintptr,
        Unsigned, Value, bytes_str, copy, copy_str, div, fn0, fn1, fn2, fn3, fn4, fn5, fn6, fn7,
        fn8, max, min, rem, shl, shr, str, zero,
    },
};
pub use crate::{
    chan::{Chan, Receiver, Sender},
    panic, select, task,
};
#[cfg(feature = "pkg")]
pub use crate::pkg;
