//! What nearly all translated code uses.

#[cfg(feature = "pkg")]
pub use crate::pkg;
#[cfg(feature = "sync")]
pub use crate::sync::owned::{Mutex, RwLock};
#[cfg(feature = "value")]
pub use crate::value::{IntoError, IntoGo, IntoGoValues, IntoOption, IntoResult};
#[cfg(feature = "macros")]
pub use crate::{GoNumber, main};
#[cfg(feature = "value")]
pub use crate::{
    Value, defer,
    defer::recover,
    iface, interface,
    panic::{go_panic, panic_str},
    slice,
    value::{
        Any, ArrayCell, Atom, BoxFuture, Cell, CellOf, Complex, Error, ErrorPtr, Float, Fn0, Fn1, Fn2, Fn3, Fn4, Fn5,
        Fn6, Fn7, Fn8, Func, Global, GoError, GoKey, GoString, GoStringer, GoStringerPtr, GoType, HashMap, Iface,
        Int64, Integer, IntoAny, IntoAnyRef, Map, MapExt, Memory, NamedCell, Number, Object, Ordered, Place, Ptr,
        Scalar, Signed, Slice, StrExt, Stringer, StringerPtr, Text, Uint64, Uintptr, Unsigned, Value, VecExt,
        bytes_str, bytes_to_string, comma_ok, convert, convert_any, copy, copy_into, copy_str, div, float_to_i8,
        float_to_i16, float_to_i32, float_to_i64, float_to_u8, float_to_u16, float_to_u32, float_to_u64, fn0, fn1, fn2,
        fn3, fn4, fn5, fn6, fn7, fn8, make_vec, max, min, part, part_from, part_from_mut, part_mut, rem,
        runes_to_string, shl, shr, str, untranslated, zero,
    },
};
pub use crate::{
    chan::{Chan, Receiver, Sender},
    panic, select, task,
};
#[cfg(feature = "value")]
pub use std::sync::Arc;
