//! Go's pointers: nilable, counted, with identity, to whole values and into them.
//!
//! A [`Ptr`] is an [`Owner`] of the block that holds the target, and the target's address, which may lie anywhere
//! inside the block. Invariant: while the owner lives (or for ever, if it is null and the target is not) the target is
//! a valid `T::Cell` that is only ever borrowed shared.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

use super::block::{Address, Owner};
use super::{
    Atom, Cell, CellOf, Describe, GoKey, GoType, Kind, NamedArray, NamedCell, Place, Pointee, Scalar, Slice, Value,
};
use crate::panic::{nil_dereference, slice_error, slice_error_max};

/// A Go pointer `*T`.
pub struct Ptr<T: Value> {
    target: Option<Address>,
    owner: Owner,
    marker: PhantomData<T>,
}

// `Send` and `Sync` follow from `T`'s: a pointer gives shared access to a `T::Cell`, which is both by `Place` wherever `T`
// is a value at all, and drops it on whatever thread the last one ends.

impl<T: Value> Ptr<T> {
    /// A pointer to a new variable holding `v`.
    #[inline]
    pub fn new(v: T) -> Self {
        Self::from_cell(CellOf::<T>::new(v))
    }

    /// A pointer to a cell that becomes a variable of its own.
    #[inline]
    pub fn from_cell(cell: CellOf<T>) -> Self {
        let (owner, target) = Owner::new(cell);
        Ptr {
            target: Some(Address::of(target)),
            owner,
            marker: PhantomData,
        }
    }

    /// The nil pointer.
    #[inline]
    pub const fn nil() -> Self {
        Ptr {
            target: None,
            owner: Owner::null(),
            marker: PhantomData,
        }
    }

    /// A pointer to memory that lives for ever.
    pub fn from_static(cell: &'static CellOf<T>) -> Self {
        Ptr {
            target: Some(Address::of(NonNull::from(cell))),
            owner: Owner::null(),
            marker: PhantomData,
        }
    }

    /// # Safety
    /// `target` must be valid, and only borrowed shared, as long as `owner` lives (for ever if that is null).
    pub(crate) unsafe fn from_parts(owner: Owner, target: NonNull<CellOf<T>>) -> Self {
        Ptr {
            target: Some(Address::of(target)),
            owner,
            marker: PhantomData,
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        self.owner.clone()
    }

    /// Whether this is nil.
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.target.is_none()
    }

    /// The target's address, 0 for nil.
    #[inline]
    pub fn addr(&self) -> usize {
        self.target.map_or(0, |target| target.typed::<()>().as_ptr() as usize)
    }

    /// The target, where a trait that pointers implement has a method of a cell's name.
    ///
    /// # Panics
    /// With Go's nil dereference if this is nil.
    #[inline]
    pub fn cell(&self) -> &CellOf<T> {
        self
    }

    /// The target, or `None` for nil.
    #[inline]
    pub fn as_ref(&self) -> Option<&CellOf<T>> {
        // SAFETY: the owner keeps the target valid, and it is only borrowed shared.
        self.target
            .as_ref()
            .map(|target| unsafe { target.typed::<CellOf<T>>().as_ref() })
    }

    /// A pointer to a part of the target, which it keeps alive: `&p.f` in Go.
    ///
    /// # Panics
    /// With Go's nil dereference if this is nil.
    #[inline]
    pub fn project<F: Value>(&self, part: impl for<'a> FnOnce(&'a CellOf<T>) -> &'a CellOf<F>) -> Ptr<F> {
        let target = NonNull::from(part(self));
        // `part` works for every lifetime, so what it returns lives as long as the target stays borrowed (or for
        // ever), and the target stays where it is while the owner lives.
        Ptr {
            target: Some(Address::of(target)),
            owner: self.owner.clone(),
            marker: PhantomData,
        }
    }
}

impl<T: Scalar + Value<Cell = Atom<T>>> Ptr<T> {
    /// The same pointer under another name of the type that it points to: `(*Celsius)(&f)`.
    pub fn renamed<U: Scalar<Repr = T::Repr> + Value<Cell = Atom<U>>>(&self) -> Ptr<U> {
        // An atom is nothing but the word of its type, which is the same for both, and any bits of it are a value.
        Ptr {
            target: self.target,
            owner: self.owner.clone(),
            marker: PhantomData,
        }
    }
}

impl<T: Value, const N: usize> Ptr<[T; N]> {
    /// A pointer to an element: `&p[i]`.
    ///
    /// # Panics
    /// With Go's nil dereference or `index out of range`.
    #[inline]
    pub fn index(&self, i: i64) -> Ptr<T> {
        self.project(|array| array.at(i))
    }

    /// A slice that shares the array: `p[lo:hi]`.
    ///
    /// # Panics
    /// With Go's nil dereference or `slice bounds out of range`.
    pub fn slice(&self, lo: i64, hi: i64) -> Slice<T> {
        let whole = self.full_slice();
        if hi < 0 || hi > whole.len() {
            slice_error(hi, whole.len(), "length");
        }
        whole.slice(lo, hi)
    }

    /// `p[lo:]`.
    ///
    /// # Panics
    /// With Go's nil dereference or `slice bounds out of range`.
    pub fn slice_from(&self, lo: i64) -> Slice<T> {
        self.full_slice().slice_from(lo)
    }

    /// `p[:hi]`.
    ///
    /// # Panics
    /// With Go's nil dereference or `slice bounds out of range`.
    pub fn slice_to(&self, hi: i64) -> Slice<T> {
        self.slice(0, hi)
    }

    /// `p[lo:hi:max]`.
    ///
    /// # Panics
    /// With Go's nil dereference or `slice bounds out of range`.
    pub fn slice3(&self, lo: i64, hi: i64, max: i64) -> Slice<T> {
        let whole = self.full_slice();
        if max < 0 || max > whole.len() {
            slice_error_max(max, whole.len(), "length");
        }
        whole.slice3(lo, hi, max)
    }

    /// A slice that shares the whole array: `p[:]`.
    ///
    /// # Panics
    /// With Go's nil dereference.
    pub fn full_slice(&self) -> Slice<T> {
        let cells: &[CellOf<T>] = self.cells();
        // SAFETY: the cells lie in the target, which the owner keeps.
        unsafe { Slice::from_parts(self.owner(), NonNull::from(cells).cast(), N, N) }
    }
}

impl<T: NamedArray + Value<Cell = NamedCell<T>>> Ptr<T> {
    /// A pointer to the array that a named array type is.
    ///
    /// # Panics
    /// With Go's nil dereference.
    #[inline]
    pub fn array(&self) -> Ptr<T::Array> {
        self.project(|named| &**named)
    }
}

impl<T: Value> Deref for Ptr<T> {
    type Target = CellOf<T>;
    #[inline]
    fn deref(&self) -> &CellOf<T> {
        match &self.target {
            // SAFETY: the owner keeps the target valid, and it is only borrowed shared.
            Some(target) => unsafe { target.typed::<CellOf<T>>().as_ref() },
            None => nil_dereference(),
        }
    }
}

impl<T: Value> Clone for Ptr<T> {
    #[inline]
    fn clone(&self) -> Self {
        Ptr {
            target: self.target,
            owner: self.owner.clone(),
            marker: PhantomData,
        }
    }
}

impl<T: Value> Default for Ptr<T> {
    #[inline]
    fn default() -> Self {
        Self::nil()
    }
}

impl<T: Value> PartialEq for Ptr<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.addr() == other.addr()
    }
}

impl<T: Value> Eq for Ptr<T> {}

impl<T: Value> Hash for Ptr<T> {
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.addr().hash(h);
    }
}

impl<T: Value> fmt::Debug for Ptr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.addr())
    }
}

impl<T: Value> Value for Ptr<T> {
    type Cell = Cell<Ptr<T>>;
    #[inline]
    fn zero() -> Self {
        Self::nil()
    }
    fn go_size() -> usize {
        8
    }
}

impl<T: GoType> GoType for Ptr<T> {
    fn type_name() -> Cow<'static, str> {
        format!("*{}", T::type_name()).into()
    }
    fn kind() -> Kind {
        Kind::Pointer
    }
    fn go_eq(&self, other: &Self) -> bool {
        self == other
    }
    fn go_hash(&self, h: &mut dyn Hasher) {
        h.write_usize(self.addr());
    }
    fn go_describe(&self) -> Describe {
        let target = (!self.is_nil()).then(|| {
            let this = self.clone();
            Pointee::new(move || (*this).get().go_box())
        });
        Describe::Pointer {
            addr: self.addr(),
            target,
            elem_kind: T::kind(),
        }
    }
    fn cast_value(this: &Arc<Self>, want: core::any::TypeId) -> Option<Box<dyn core::any::Any>> {
        T::cast_pointer(this, want)
    }
}

impl<T: Value> GoKey for Ptr<T> {
    #[inline]
    fn key_eq(&self, other: &Self) -> bool {
        self == other
    }
    #[inline]
    fn key_hash<H: Hasher>(&self, h: &mut H) {
        h.write_usize(self.addr());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_the_whole_alive() {
        let array = Ptr::new([1_i64, 2, 3]);
        let second = array.index(1);
        let slice = array.slice(0, 2);
        drop(array);
        second.set(20);
        assert_eq!(slice.get(1), 20);
        assert_eq!(slice.ptr(1), second);
        assert!(slice.ptr(0) != second);
    }

    #[test]
    fn a_renamed_pointer_is_the_same() {
        let number = Ptr::new(-3_i64);
        let renamed: Ptr<super::super::Int64> = number.renamed();
        assert_eq!((renamed.addr(), renamed.get().0), (number.addr(), -3));
        renamed.set(super::super::Int64(4));
        assert_eq!(number.get(), 4);
        assert!(Ptr::<i64>::nil().renamed::<super::super::Int64>().is_nil());
    }

    #[test]
    fn statics_and_nil() {
        let p: Ptr<i64> = Ptr::nil();
        assert!(p.is_nil() && p == Ptr::default());
        static CELL: std::sync::LazyLock<super::super::Atom<i64>> = std::sync::LazyLock::new(Default::default);
        let p: Ptr<i64> = Ptr::from_static(&*CELL);
        p.set(3);
        assert_eq!(CELL.get(), 3);
    }
}
