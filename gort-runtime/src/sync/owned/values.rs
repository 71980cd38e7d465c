//! The locks as fields of structs that are Go values: copying the struct copies what the lock owns into a fresh lock.

use super::{Mutex, RwLock};
use crate::value::{Describe, GoKey, GoType, Kind, Memory, Place, Value};
use std::borrow::Cow;
use std::hash::Hasher;

macro_rules! value {
    ($lock:ident, $read:ident, $write:ident) => {
        impl<T: Value> Default for $lock<T> {
            /// A lock around Go's zero value.
            fn default() -> Self {
                $lock::new(T::zero())
            }
        }
        impl<T: Value> Clone for $lock<T> {
            fn clone(&self) -> Self {
                $lock::new(self.$read().clone())
            }
        }
        impl<T: Value> Value for $lock<T> {
            type Cell = Self;
            fn zero() -> Self {
                $lock::new(T::zero())
            }
        }
        impl<T: Value> Memory for $lock<T> {
            type Content = Self;
            fn load(&self) -> Self {
                self.clone()
            }
            fn assign(&self, from: &Self) {
                let value = from.$read().clone();
                *self.$write() = value;
            }
        }
        impl<T: Value> Place<Self> for $lock<T> {
            fn new(v: Self) -> Self {
                v
            }
            fn get(&self) -> Self {
                self.clone()
            }
            fn set(&self, v: Self) {
                *self.$write() = v.into_inner();
            }
        }
        impl<T: Value> PartialEq for $lock<T> {
            fn eq(&self, _: &Self) -> bool {
                true
            }
        }
        impl<T: Value> GoKey for $lock<T> {
            fn key_eq(&self, _: &Self) -> bool {
                true
            }
            fn key_hash<H: Hasher>(&self, _: &mut H) {}
        }
        impl<T: GoType> GoType for $lock<T> {
            fn type_name() -> Cow<'static, str> {
                T::type_name()
            }
            fn kind() -> Kind {
                T::kind()
            }
            fn go_eq(&self, other: &Self) -> bool {
                let other = other.$read().clone();
                self.$read().go_eq(&other)
            }
            fn go_hash(&self, h: &mut dyn Hasher) {
                self.$read().go_hash(h);
            }
            fn go_describe(&self) -> Describe {
                self.$read().go_describe()
            }
        }
    };
}

value!(Mutex, lock, lock);
value!(RwLock, read, write);
