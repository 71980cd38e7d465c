//! Arrays: `[T; N]` as a value, [`ArrayCell`] as memory.
//!
//! The cells of an array lie in place, so that pointers to elements and slices of the array share them.

use std::borrow::Cow;
use std::fmt;
use std::hash::Hasher;

use super::slice::describe_elements;
use super::{CellOf, Describe, GoKey, GoType, Kind, Memory, Place, Value};
use crate::panic::index_error;

/// The memory of an array: `N` cells in place.
#[repr(transparent)]
pub struct ArrayCell<T: Value, const N: usize> {
    cells: [CellOf<T>; N],
}

impl<T: Value, const N: usize> ArrayCell<T, N> {
    /// Memory holding `v`.
    pub fn new(v: [T; N]) -> Self {
        ArrayCell {
            cells: v.map(CellOf::<T>::new),
        }
    }

    /// The cell at an index.
    ///
    /// # Panics
    /// With Go's `index out of range`.
    #[inline]
    pub fn at(&self, i: i64) -> &CellOf<T> {
        match usize::try_from(i).ok().and_then(|i| self.cells.get(i)) {
            Some(cell) => cell,
            None => index_error(i, N as i64),
        }
    }

    /// The cells.
    #[inline]
    pub fn cells(&self) -> &[CellOf<T>; N] {
        &self.cells
    }

    /// The number of elements.
    #[inline]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        N as i64
    }

    /// Loads all elements.
    pub fn get(&self) -> [T; N] {
        std::array::from_fn(|i| self.cells[i].get())
    }

    /// Stores all elements.
    pub fn set(&self, v: [T; N]) {
        for (cell, v) in self.cells.iter().zip(v) {
            cell.set(v);
        }
    }

    /// Loads, changes and stores; not atomic as a whole.
    pub fn update<R>(&self, f: impl FnOnce(&mut [T; N]) -> R) -> R {
        Place::update(self, f)
    }

    /// The elements of memory that is no longer shared.
    pub fn into_inner(self) -> [T; N] {
        self.get()
    }

    /// Loads the elements one by one.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.cells.iter().map(Place::get)
    }
}

impl<T: Value, const N: usize> Memory for ArrayCell<T, N> {
    type Content = [T; N];
    fn load(&self) -> [T; N] {
        self.get()
    }
    fn assign(&self, from: &Self) {
        for (to, from) in self.cells.iter().zip(&from.cells) {
            to.assign(from);
        }
    }
}

impl<T: Value, const N: usize> Place<[T; N]> for ArrayCell<T, N> {
    fn new(v: [T; N]) -> Self {
        Self::new(v)
    }
    fn get(&self) -> [T; N] {
        self.get()
    }
    fn set(&self, v: [T; N]) {
        self.set(v);
    }
}

impl<T: Value, const N: usize> Default for ArrayCell<T, N> {
    fn default() -> Self {
        ArrayCell {
            cells: std::array::from_fn(|_| Default::default()),
        }
    }
}

impl<T: Value, const N: usize> Clone for ArrayCell<T, N> {
    fn clone(&self) -> Self {
        ArrayCell {
            cells: self.cells.clone(),
        }
    }
}

/// A named array type, `type Vector [3]float64`. Derived with `#[go(array)]`.
pub trait NamedArray: Value {
    /// The array type it is defined as.
    type Array: Value;
    /// The conversion from the array.
    fn from_array(array: Self::Array) -> Self;
    /// The conversion to the array.
    fn into_array(self) -> Self::Array;
}

/// The memory of a named array type: the array's own, so that pointers to elements and slices share it.
pub struct NamedCell<T: NamedArray> {
    array: CellOf<T::Array>,
}

impl<T: NamedArray> NamedCell<T> {
    /// Memory holding `v`.
    pub fn new(v: T) -> Self {
        NamedCell {
            array: Place::new(v.into_array()),
        }
    }

    /// Loads the value.
    pub fn get(&self) -> T {
        T::from_array(self.array.load())
    }

    /// Stores a value.
    pub fn set(&self, v: T) {
        self.array.set(v.into_array());
    }

    /// Loads, changes and stores; not atomic as a whole.
    pub fn update<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        Place::update(self, f)
    }

    /// The value of memory that is no longer shared.
    pub fn into_inner(self) -> T {
        self.get()
    }
}

impl<T: NamedArray> std::ops::Deref for NamedCell<T> {
    type Target = CellOf<T::Array>;
    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.array
    }
}

impl<T: NamedArray> Default for NamedCell<T> {
    fn default() -> Self {
        NamedCell {
            array: Default::default(),
        }
    }
}

impl<T: NamedArray> Clone for NamedCell<T> {
    fn clone(&self) -> Self {
        NamedCell {
            array: self.array.clone(),
        }
    }
}

impl<T: NamedArray + PartialEq> PartialEq for NamedCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: NamedArray> Memory for NamedCell<T> {
    type Content = T;
    fn load(&self) -> T {
        self.get()
    }
    fn assign(&self, from: &Self) {
        self.array.assign(&from.array);
    }
}

impl<T: NamedArray> Place<T> for NamedCell<T> {
    fn new(v: T) -> Self {
        Self::new(v)
    }
    fn get(&self) -> T {
        self.get()
    }
    fn set(&self, v: T) {
        self.set(v);
    }
}

impl<T: Value + PartialEq, const N: usize> PartialEq for ArrayCell<T, N> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Value + fmt::Debug, const N: usize> fmt::Debug for ArrayCell<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Value, const N: usize> From<[T; N]> for ArrayCell<T, N> {
    fn from(v: [T; N]) -> Self {
        Self::new(v)
    }
}

impl<T: Value, const N: usize> Value for [T; N] {
    type Cell = ArrayCell<T, N>;
    fn zero() -> Self {
        std::array::from_fn(|_| T::zero())
    }
    fn go_size() -> usize {
        T::go_size() * N
    }
    fn go_align() -> usize {
        T::go_align()
    }
    fn go_pointers() -> bool {
        T::go_pointers()
    }
}

impl<T: GoType, const N: usize> GoType for [T; N] {
    fn type_name() -> Cow<'static, str> {
        format!("[{N}]{}", T::type_name()).into()
    }
    fn kind() -> Kind {
        Kind::Array
    }
    fn go_eq(&self, other: &Self) -> bool {
        self.iter().zip(other).all(|(a, b)| a.go_eq(b))
    }
    fn go_hash(&self, h: &mut dyn Hasher) {
        for v in self {
            v.go_hash(h);
        }
    }
    fn go_describe(&self) -> Describe {
        describe_elements(
            self.iter().cloned(),
            Self::type_name(),
            self.as_ptr() as usize,
            true,
            false,
        )
    }
}

impl<T: GoKey, const N: usize> GoKey for [T; N] {
    fn key_eq(&self, other: &Self) -> bool {
        self.iter().zip(other).all(|(a, b)| a.key_eq(b))
    }
    fn key_hash<H: Hasher>(&self, h: &mut H) {
        for v in self {
            v.key_hash(h);
        }
    }
}
