//! Go's `sync`: locks, wait groups, once, conditions, pools and maps; and their like as Rust has them, in [`owned`].
//!
//! The Go-style types are in place: their zero value is ready, they are fields of structs, and copying one makes a
//! fresh one. What takes or gives Go's values is there with the feature `value` only.

mod async_lock;
#[cfg(feature = "value")]
pub mod atomic;
mod barrier;
#[cfg(feature = "value")]
mod cond;
mod err_group;
mod group;
mod guard;
#[cfg(feature = "value")]
mod map;
mod mutex;
mod once;
pub mod owned;
#[cfg(feature = "value")]
mod pool;
mod relay;
mod rw_mutex;
mod semaphore;
pub mod singleflight;
mod wait_list;

pub use async_lock::AsyncLock;
pub use barrier::Barrier;
#[cfg(feature = "value")]
pub use cond::{Cond, new_cond};
pub use err_group::ErrGroup;
pub use group::{TaskGroup, WaitGroup};
pub use guard::Guard;
#[cfg(feature = "value")]
pub use map::Map;
pub use mutex::Mutex;
#[cfg(feature = "value")]
pub use mutex::{Locker, LockerPtr};
pub use once::Once;
#[cfg(feature = "value")]
pub use once::{once_func, once_value, once_values};
#[cfg(feature = "value")]
pub use pool::Pool;
#[cfg(feature = "value")]
pub use rw_mutex::ReadLocker;
pub use rw_mutex::RwMutex;
/// The name that Go gives it.
pub use rw_mutex::RwMutex as RWMutex;
pub use semaphore::{Acquire, Semaphore};

/// How a type that is in place is copied: the default is a fresh one.
#[cfg_attr(not(feature = "value"), allow(dead_code))]
pub(crate) trait InPlace: Default {
    fn duplicate(&self) -> Self {
        Self::default()
    }
    fn overwrite(&self, _from: &Self) {}
}

/// Makes a type that is in place a Go value: copied as [`InPlace`] says, its inside nobody's business.
macro_rules! in_place {
    ($t:ident $(<$p:ident>)?, $name:literal $(, $iface:ty)*) => {
        impl$(<$p: $crate::value::Value>)? std::fmt::Debug for $t$(<$p>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str($name) }
        }
        #[cfg(feature = "value")]
        const _: () = {
            impl$(<$p: $crate::value::Value>)? Clone for $t$(<$p>)? {
                fn clone(&self) -> Self { $crate::sync::InPlace::duplicate(self) }
            }
            impl$(<$p: $crate::value::Value>)? $crate::value::Value for $t$(<$p>)? {
                type Cell = Self;
                fn zero() -> Self { Self::default() }
            }
            impl$(<$p: $crate::value::Value>)? $crate::value::Memory for $t$(<$p>)? {
                type Content = Self;
                fn load(&self) -> Self { $crate::sync::InPlace::duplicate(self) }
                fn assign(&self, from: &Self) { $crate::sync::InPlace::overwrite(self, from); }
            }
            impl$(<$p: $crate::value::Value>)? $crate::value::Place<Self> for $t$(<$p>)? {
                fn new(v: Self) -> Self { v }
                fn get(&self) -> Self { $crate::sync::InPlace::duplicate(self) }
                fn set(&self, v: Self) { $crate::sync::InPlace::overwrite(self, &v); }
            }
            impl$(<$p: $crate::value::Value>)? PartialEq for $t$(<$p>)? {
                fn eq(&self, _: &Self) -> bool { true }
            }
            impl$(<$p: $crate::value::Value>)? $crate::value::GoKey for $t$(<$p>)? {
                fn key_eq(&self, _: &Self) -> bool { true }
                fn key_hash<H: std::hash::Hasher>(&self, _: &mut H) {}
            }
            impl$(<$p: $crate::value::Value>)? $crate::value::GoType for $t$(<$p>)? {
                fn type_name() -> std::borrow::Cow<'static, str> { $name.into() }
                fn kind() -> $crate::value::Kind { $crate::value::Kind::Struct }
                fn go_eq(&self, _: &Self) -> bool { true }
                fn go_hash(&self, _: &mut dyn std::hash::Hasher) {}
                fn go_describe(&self) -> $crate::value::Describe {
                    $crate::value::Describe::Struct { type_name: $name.into(), fields: Vec::new() }
                }
                fn cast_pointer(
                    _this: &$crate::value::Ptr<Self>,
                    _want: core::any::TypeId,
                ) -> Option<Box<dyn core::any::Any>> {
                    $(if _want == core::any::TypeId::of::<$iface>() {
                        return Some(Box::new($crate::iface!(_this.clone() => $iface)));
                    })*
                    None
                }
            }
        };
    };
}
pub(crate) use in_place;

/// Ends the process as Go does when a lock is misused, which cannot be recovered.
#[cold]
fn fatal(text: &str) -> ! {
    crate::task::flush();
    eprintln!("fatal error: {text}\n\ngoroutine 1 [running]:");
    std::process::exit(2)
}
