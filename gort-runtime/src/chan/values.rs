//! Channels as Go values.

use std::borrow::Cow;
use std::hash::Hasher;

use super::futures::RecvOrZero;
use super::{Chan, Receiver, Sender};
use crate::value::{Cell, Describe, GoKey, GoType, Kind, Value};

impl<T: Value> Chan<T> {
    /// `<-c`: zero when the channel is closed and drained.
    ///
    /// # Cancel safety
    /// As [`Chan::recv`].
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c: Chan<i64> = Chan::make(0);
    ///     c.close();
    ///     assert_eq!(c.recv_or_zero().await, 0);
    /// });
    /// ```
    #[inline]
    pub fn recv_or_zero(&self) -> RecvOrZero<'_, T> {
        RecvOrZero(self.recv())
    }
}

impl<T: Value> Receiver<T> {
    /// `<-c`: zero when the channel is closed and drained.
    ///
    /// # Cancel safety
    /// As [`Chan::recv`].
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task};
    /// task::test(async {
    ///     let c: Chan<i64> = Chan::make(0);
    ///     c.close();
    ///     assert_eq!(c.receiver().recv_or_zero().await, 0);
    /// });
    /// ```
    #[inline]
    pub fn recv_or_zero(&self) -> RecvOrZero<'_, T> {
        self.0.recv_or_zero()
    }
}

macro_rules! channel_value {
    ($($t:ident $prefix:literal;)*) => {$(
        impl<T: Value> Value for $t<T> {
            type Cell = Cell<$t<T>>;
            fn zero() -> Self { Self::default() }
        }

        impl<T: GoType> GoType for $t<T> {
            fn type_name() -> Cow<'static, str> {
                let elem = T::type_name();
                // `chan (<-chan int)`, as `chan <-chan int` would be another type.
                if $prefix == "chan " && elem.starts_with("<-") {
                    return format!("chan ({elem})").into();
                }
                format!(concat!($prefix, "{}"), elem).into()
            }
            fn kind() -> Kind { Kind::Chan }
            fn go_eq(&self, other: &Self) -> bool { self == other }
            fn go_hash(&self, h: &mut dyn Hasher) { h.write_usize(self.addr()); }
            fn go_describe(&self) -> Describe { Describe::Chan(self.addr()) }
        }

        impl<T: Value> GoKey for $t<T> {
            fn key_eq(&self, other: &Self) -> bool { self == other }
            fn key_hash<H: Hasher>(&self, h: &mut H) { h.write_usize(self.addr()); }
        }
    )*};
}
channel_value! {
    Chan "chan ";
    Sender "chan<- ";
    Receiver "<-chan ";
}
