//! Go's `any`, and how arguments become one.

use super::{GoString, GoType, Iface, Object};

/// Go's `any` (`interface {}`).
pub type Any = Iface<dyn Object>;

impl Any {
    /// The interface value that holds `v`; an interface value stays the one it is.
    #[inline]
    pub fn new(v: impl GoType) -> Any {
        v.go_box()
    }
}

/// What can be an `any` argument, by value.
pub trait IntoAny {
    /// The argument as `any`.
    fn into_any(self) -> Any;
}

impl<T: GoType> IntoAny for T {
    #[inline]
    fn into_any(self) -> Any {
        self.go_box()
    }
}

impl IntoAny for &str {
    fn into_any(self) -> Any {
        GoString::from(self).go_box()
    }
}

/// What can be an `any` argument by reference: called on a `&T`, this clones. A trait of its own because
/// a blanket implementation for references would overlap that of [`IntoAny`].
pub trait IntoAnyRef {
    /// The argument as `any`.
    #[allow(clippy::wrong_self_convention)]
    fn into_any(&self) -> Any;
}

impl<T: GoType> IntoAnyRef for T {
    #[inline]
    fn into_any(&self) -> Any {
        self.clone().go_box()
    }
}
