//! Helpers of the rooms of `pkg`: state behind `&self`, types that live in place, error variables, interfaces.

use crate::pkg::go::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// State of a type that is used through `&self`, as methods with pointer receivers do.
///
/// Callbacks must not run inside [`with`](Self::with) when they could come back to the same value.
#[derive(Default)]
pub(crate) struct State<T>(Mutex<T>);

impl<T> State<T> {
    pub(crate) fn new(v: T) -> Self {
        State(Mutex::new(v))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.lock())
    }
}

impl<T: Clone> State<T> {
    pub(crate) fn assign(&self, from: &Self) {
        let v = from.lock().clone();
        *self.lock() = v;
    }
}

impl<T: Clone> Clone for State<T> {
    fn clone(&self) -> Self {
        State::new(self.lock().clone())
    }
}

/// Makes a struct a Go type that lives in place: its cell is itself.
///
/// `memory(a, b)` names what assignment copies, `fields` what printing shows (and assignment copies as well),
/// `value(…)` and `pointer(…)` the interfaces that `T` and `*T` implement.
macro_rules! handle_type {
    ($t:ty, $name:literal
        $(, memory($($mem:ident),* $(,)?))?
        $(, value($($vt:ty),* $(,)?))?
        $(, pointer($($pt:ty),* $(,)?))?
        $(, fields { $($fname:literal => $field:ident),* })?
    ) => {
        impl $crate::value::Memory for $t {
            type Content = $t;
            fn load(&self) -> Self {
                self.clone()
            }
            #[allow(unused_variables, unused_imports)]
            fn assign(&self, from: &Self) {
                use $crate::value::Memory as _;
                $($(self.$mem.assign(&from.$mem);)*)?
                $($(self.$field.assign(&from.$field);)*)?
            }
        }
        impl $crate::value::Place<$t> for $t {
            fn new(v: $t) -> Self {
                v
            }
            fn get(&self) -> $t {
                self.clone()
            }
            fn set(&self, v: $t) {
                $crate::value::Memory::assign(self, &v);
            }
        }
        impl $crate::value::Value for $t {
            type Cell = Self;
            fn zero() -> Self {
                Self::default()
            }
        }
        impl $crate::value::GoType for $t {
            fn type_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn kind() -> $crate::value::Kind {
                $crate::value::Kind::Struct
            }
            fn go_eq(&self, _other: &Self) -> bool {
                $crate::value::uncomparable::<Self>()
            }
            fn go_hash(&self, _h: &mut dyn std::hash::Hasher) {
                $crate::value::unhashable::<Self>()
            }
            fn go_describe(&self) -> $crate::value::Describe {
                $crate::value::Describe::Struct {
                    type_name: $name.into(),
                    fields: vec![$($($crate::pkg::support::field($fname, $crate::value::Place::get(&self.$field))),*)?],
                }
            }
            #[allow(unused_variables)]
            fn cast_value(this: &std::sync::Arc<Self>, want: core::any::TypeId) -> Option<Box<dyn core::any::Any>> {
                $($(if want == core::any::TypeId::of::<$vt>() {
                    let shared: std::sync::Arc<$vt> = this.clone();
                    return Some(Box::new($crate::value::Iface::<$vt>::from_arc(shared)));
                })*)?
                None
            }
            #[allow(unused_variables)]
            fn cast_pointer(this: &$crate::value::Ptr<Self>, want: core::any::TypeId) -> Option<Box<dyn core::any::Any>> {
                $($(if want == core::any::TypeId::of::<$pt>() {
                    let shared: std::sync::Arc<$pt> = std::sync::Arc::new(this.clone());
                    return Some(Box::new($crate::value::Iface::<$pt>::from_arc(shared)));
                })*)?
                None
            }
        }
    };
}
pub(crate) use handle_type;

/// A described field of a [`handle_type!`].
pub(crate) fn field<T: GoType>(name: &'static str, v: T) -> Field {
    Field {
        name,
        exported: true,
        embedded: false,
        type_name: T::type_name(),
        value: v.go_box(),
    }
}

/// Implements the companions of interfaces by the inherent methods of the same names.
macro_rules! forward {
    ($t:ty: $($tr:path { $(fn $f:ident($($a:ident: $at:ty),*) $(-> $r:ty)?;)* })*) => {
        $(impl $tr for $t {
            $(fn $f(this: &$crate::value::Ptr<Self> $(, $a: $at)*) $(-> $r)? {
                <$t>::$f(&**this $(, $a)*)
            })*
        })*
    };
}
pub(crate) use forward;

/// Functions that return Go's error variables: the same error at each call.
macro_rules! error_var {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])*
        pub fn $name() -> $crate::value::GoError {
            static ERROR: std::sync::LazyLock<$crate::value::GoError> =
                std::sync::LazyLock::new(|| $crate::pkg::errors::new($crate::value::GoString::from($text)));
            ERROR.clone()
        })*
    };
}
pub(crate) use error_var;

/// Shorthand for a new error with this text.
pub(crate) fn error(text: impl Into<String>) -> GoError {
    crate::pkg::errors::new(GoString::from(text.into()))
}

/// Boxes a pointer to an error type.
pub(crate) fn pointer_error<T: ErrorPtr>(e: T) -> GoError
where
    Ptr<T>: GoType,
{
    GoError::from_arc(std::sync::Arc::new(Ptr::new(e)) as std::sync::Arc<dyn Error>)
}

/// Reports whether a dynamic value can be compared without a panic.
pub(crate) fn comparable(v: &Any) -> bool {
    if v.is_nil() {
        return true;
    }
    match kind_of(v) {
        Kind::Slice | Kind::Map | Kind::Func => false,
        Kind::Struct | Kind::Array => match v.describe() {
            Describe::Struct { fields, .. } => fields.iter().all(|f| comparable(&f.value)),
            Describe::Array { elems, .. } => elems.iter().all(comparable),
            _ => true,
        },
        _ => true,
    }
}

/// The kind of the dynamic value. (An interface is an object itself, so asking the value needs the detour.)
pub(crate) fn kind_of(v: &Any) -> Kind {
    v.as_arc().map_or(Kind::Invalid, |object| (**object).object_kind())
}

/// What a caught panic carried.
pub(crate) fn panic_value(payload: Box<dyn core::any::Any + Send>) -> Any {
    use crate::panic::Unwinding;
    match Unwinding::from_payload(payload) {
        Unwinding::Panic(panic) => panic.value,
        // `Goexit` goes on.
        exit => exit.resume(),
    }
}

/// The first index of `needle` in `hay`.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(hay, needle)
}

/// The last index of `needle` in `hay`.
pub(crate) fn rfind(hay: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(hay, needle)
}
