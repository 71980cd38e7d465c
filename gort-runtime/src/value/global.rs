//! Package variables.

use std::ops::Deref;
use std::sync::OnceLock;

use super::{CellOf, Ptr, Value};

/// A package variable: zero until it is set.
pub struct Global<T: Value>(OnceLock<CellOf<T>>);

impl<T: Value> Global<T> {
    /// A variable that is zero.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Global(OnceLock::new())
    }

    /// Its address.
    pub fn ptr(&'static self) -> Ptr<T> {
        let cell: &'static CellOf<T> = self;
        Ptr::from_static(cell)
    }
}

impl<T: Value> Deref for Global<T> {
    type Target = CellOf<T>;
    #[inline]
    fn deref(&self) -> &CellOf<T> {
        self.0.get_or_init(CellOf::<T>::default)
    }
}
