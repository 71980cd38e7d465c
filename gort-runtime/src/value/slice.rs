//! Go's slices: a window on a shared array of cells.
//!
//! Invariant: `cap` cells from `start` on are initialised and kept alive by `owner`; `len <= cap`. The nil slice has no
//! `start`. Go's growth rule is in [`growth`].
#![allow(unsafe_code)]

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::block::{Address, Owner};
use super::{
    Any, Atom, Cell, CellOf, Describe, GoString, GoType, Kind, Memory, Place, Ptr, Value, uncomparable, unhashable,
};
use crate::panic::{
    index_error, runtime_error, slice_error, slice_error_ends, slice_error_max, slice_error_middle, slice_error_start,
};

#[path = "growth.rs"]
mod growth;
#[path = "slice_iter.rs"]
mod iter;

pub use iter::SliceIter;

/// A Go slice `[]T`.
pub struct Slice<T: Value> {
    start: Option<Address>,
    len: usize,
    cap: usize,
    owner: Owner,
    marker: PhantomData<T>,
}

// `Send` and `Sync` follow from `T`'s: a slice gives shared access to cells, which are both by `Place`.

/// Whether a cell of zero bytes is valid and means zero: true of the atoms of the primitive types.
fn zero_bytes_are_zero<C: 'static>() -> bool {
    let id = TypeId::of::<C>();
    macro_rules! any_of {
        ($($t:ty)*) => { $(id == TypeId::of::<Atom<$t>>())||* };
    }
    any_of!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 bool)
}

impl<T: Value> Slice<T> {
    /// The nil slice.
    #[inline]
    pub const fn nil() -> Self {
        Slice {
            start: None,
            len: 0,
            cap: 0,
            owner: Owner::null(),
            marker: PhantomData,
        }
    }

    /// `make([]T, len, cap)`.
    ///
    /// # Panics
    /// With Go's `makeslice: len out of range` or `makeslice: cap out of range`.
    pub fn make(len: i64, cap: i64) -> Self {
        let limit = (isize::MAX as usize / 2 / size_of::<CellOf<T>>().max(1)) as i64;
        if len < 0 || len > limit {
            runtime_error("makeslice: len out of range");
        }
        if cap < len || cap > limit {
            runtime_error("makeslice: cap out of range");
        }
        Self::build(len as usize, cap as usize, |_| None)
    }

    /// `make([]T, len)`.
    ///
    /// # Panics
    /// With Go's `makeslice: len out of range`.
    pub fn make_len(len: i64) -> Self {
        Self::make(len, len)
    }

    /// A slice of `cap` cells: those that `init` gives, the rest zero.
    fn build(len: usize, cap: usize, mut init: impl FnMut(usize) -> Option<CellOf<T>>) -> Self {
        let (owner, start) = if zero_bytes_are_zero::<CellOf<T>>() {
            // SAFETY: cells of these types are valid when all their bytes are zero.
            let (owner, start) = unsafe { Owner::new_run::<CellOf<T>>(cap, true, |_| CellOf::<T>::default()) };
            for i in 0..len {
                let Some(cell) = init(i) else { break };
                // SAFETY: the block has `cap >= len` cells and is not shared yet.
                unsafe { start.add(i).write(cell) };
            }
            (owner, start)
        } else {
            // SAFETY: nothing is zeroed.
            unsafe { Owner::new_run(cap, false, |i| if i < len { init(i) } else { None }.unwrap_or_default()) }
        };
        Slice {
            start: Some(Address::of(start)),
            len,
            cap,
            owner,
            marker: PhantomData,
        }
    }

    /// # Safety
    /// `cap` cells from `start` on must be valid while `owner` lives, and `len` at most `cap`.
    pub(super) unsafe fn from_parts(owner: Owner, start: NonNull<CellOf<T>>, len: usize, cap: usize) -> Self {
        Slice {
            start: Some(Address::of(start)),
            len,
            cap,
            owner,
            marker: PhantomData,
        }
    }

    /// Whether this is nil.
    #[inline]
    pub fn is_nil(&self) -> bool {
        self.start.is_none()
    }

    /// The length.
    #[inline]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> i64 {
        self.len as i64
    }

    /// The capacity.
    #[inline]
    pub fn cap(&self) -> i64 {
        self.cap as i64
    }

    /// The address of the first element, 0 when nil.
    pub fn addr(&self) -> usize {
        self.start.map_or(0, |start| start.typed::<()>().as_ptr() as usize)
    }

    /// The cells.
    #[inline]
    pub fn cells(&self) -> &[CellOf<T>] {
        match self.start {
            // SAFETY: by the invariant the first `len` cells are valid and only borrowed shared.
            Some(start) => unsafe { std::slice::from_raw_parts(start.typed::<CellOf<T>>().as_ptr(), self.len) },
            None => &[],
        }
    }

    /// The cell at an index.
    ///
    /// # Panics
    /// With Go's `index out of range`.
    #[inline]
    pub fn at(&self, i: i64) -> &CellOf<T> {
        // A negative index becomes a huge one.
        match self.cells().get(i as usize) {
            Some(cell) => cell,
            None => index_error(i, self.len()),
        }
    }

    /// The element at an index.
    ///
    /// # Panics
    /// With Go's `index out of range`.
    #[inline]
    pub fn get(&self, i: i64) -> T {
        self.at(i).get()
    }

    /// Stores an element.
    ///
    /// # Panics
    /// With Go's `index out of range`.
    #[inline]
    pub fn set(&self, i: i64, v: T) {
        self.at(i).set(v);
    }

    /// A pointer to an element: `&s[i]`.
    ///
    /// # Panics
    /// With Go's `index out of range`.
    pub fn ptr(&self, i: i64) -> Ptr<T> {
        let cell = NonNull::from(self.at(i));
        // SAFETY: the cell is one of those that the owner keeps.
        unsafe { Ptr::from_parts(self.owner.clone(), cell) }
    }

    /// `s[lo:hi]`, which may reach up to the capacity.
    ///
    /// # Panics
    /// With Go's `slice bounds out of range`.
    pub fn slice(&self, lo: i64, hi: i64) -> Self {
        if hi < 0 || hi > self.cap() {
            slice_error(hi, self.cap(), "capacity");
        }
        if lo < 0 || lo > hi {
            slice_error_ends(lo, hi);
        }
        self.window(lo as usize, hi as usize, self.cap)
    }

    /// `s[lo:]`.
    ///
    /// # Panics
    /// With Go's `slice bounds out of range`.
    pub fn slice_from(&self, lo: i64) -> Self {
        if lo < 0 || lo > self.len() {
            slice_error_ends(lo, self.len());
        }
        self.window(lo as usize, self.len, self.cap)
    }

    /// `s[:hi]`.
    ///
    /// # Panics
    /// With Go's `slice bounds out of range`.
    pub fn slice_to(&self, hi: i64) -> Self {
        self.slice(0, hi)
    }

    /// `s[lo:hi:max]`.
    ///
    /// # Panics
    /// With Go's `slice bounds out of range`.
    pub fn slice3(&self, lo: i64, hi: i64, max: i64) -> Self {
        if max < 0 || max > self.cap() {
            slice_error_max(max, self.cap(), "capacity");
        }
        if hi < 0 || hi > max {
            slice_error_middle(hi, max);
        }
        if lo < 0 || lo > hi {
            slice_error_start(lo, hi);
        }
        self.window(lo as usize, hi as usize, max as usize)
    }

    /// The cells from `lo` to `hi`, with room up to `max`; all checked by the callers.
    fn window(&self, lo: usize, hi: usize, max: usize) -> Self {
        debug_assert!(lo <= hi && hi <= max && max <= self.cap);
        Slice {
            // SAFETY: `lo` is at most the capacity, so the address stays inside the cells or just past them.
            start: self
                .start
                .map(|start| unsafe { Address::of(start.typed::<CellOf<T>>().add(lo)) }),
            len: hi - lo,
            cap: max - lo,
            owner: self.owner.clone(),
            marker: PhantomData,
        }
    }

    /// `append(s, v)`: in place when there is room, which other slices of the same array see.
    #[inline]
    pub fn append(mut self, v: T) -> Self {
        if self.len == self.cap {
            return self.grow_with(v);
        }
        self.len += 1;
        self.cells()[self.len - 1].set(v);
        self
    }

    /// Appends to a full slice, whose cells are copied to a larger array.
    #[cold]
    #[inline(never)]
    fn grow_with(self, v: T) -> Self {
        let mut v = Some(v);
        self.grow(1, |_| v.take().map(CellOf::<T>::new))
    }

    /// A longer slice on a new array: this slice's elements, then what `init` gives.
    fn grow(&self, extra: usize, mut init: impl FnMut(usize) -> Option<CellOf<T>>) -> Self {
        let len = self.len + extra;
        let cap = growth::capacity(self.cap, len, T::go_size(), T::go_pointers());
        let old = self.cells();
        Self::build(len, cap, |i| {
            if i < old.len() {
                Some(old[i].clone())
            } else {
                init(i - old.len())
            }
        })
    }

    /// `append(s, other...)`.
    pub fn append_all(self, other: &Slice<T>) -> Self {
        self.append_with(
            other.len,
            |i| other.cells()[i].get(),
            |into| copy_cells(into, other.cells()),
        )
    }

    fn append_with(mut self, extra: usize, get: impl Fn(usize) -> T, copy: impl FnOnce(&[CellOf<T>])) -> Self {
        if extra == 0 {
            return self;
        }
        if self.len + extra > self.cap {
            return self.grow(extra, |i| Some(CellOf::<T>::new(get(i))));
        }
        let from = self.len;
        self.len += extra;
        copy(&self.cells()[from..]);
        self
    }

    /// The elements, loaded as they are reached; the length is that of now.
    pub fn iter(&self) -> SliceIter<T> {
        SliceIter::new(self.clone())
    }

    /// A copy of the elements.
    pub fn to_vec(&self) -> Vec<T> {
        self.cells().iter().map(Place::get).collect()
    }

    /// `clear(s)`: sets every element to zero.
    pub fn clear(&self) {
        for cell in self.cells() {
            cell.set(T::zero());
        }
    }

    /// The conversion to an array.
    ///
    /// # Panics
    /// With Go's text if the slice is shorter.
    pub fn to_array<const N: usize>(&self) -> [T; N] {
        if self.len < N {
            let len = self.len;
            runtime_error(format!(
                "cannot convert slice with length {len} to array or pointer to array with length {N}"
            ));
        }
        std::array::from_fn(|i| self.cells()[i].get())
    }

    /// The conversion to a pointer to an array that shares the elements.
    ///
    /// # Panics
    /// With Go's text if the slice is shorter.
    pub fn array_ptr<const N: usize>(&self) -> Ptr<[T; N]> {
        if self.len < N {
            self.to_array::<N>();
        }
        match self.start {
            None => Ptr::nil(),
            // SAFETY: `ArrayCell<T, N>` holds just `[T::Cell; N]`, transparently, and so many cells are valid.
            Some(start) => unsafe { Ptr::from_parts(self.owner.clone(), start.typed()) },
        }
    }
}

impl Slice<u8> {
    /// `append(b, s...)` of a string.
    pub fn append_str(self, s: &GoString) -> Self {
        self.append_bytes(s.as_bytes())
    }

    /// Appends Rust bytes.
    pub fn append_bytes(self, bytes: &[u8]) -> Self {
        self.append_with(
            bytes.len(),
            |i| bytes[i],
            |into| into.iter().zip(bytes).for_each(|(cell, b)| cell.set(*b)),
        )
    }

    /// A slice of a copy of bytes.
    pub fn copy_from_bytes(bytes: &[u8]) -> Self {
        let cap = growth::round_up(bytes.len(), 1, false);
        Self::build(bytes.len(), cap, |i| Some(Atom::new(bytes[i])))
    }
}

/// Copies cells in the order that overlapping ranges need.
fn copy_cells<C: Memory>(to: &[C], from: &[C]) {
    if (to.as_ptr() as usize) <= (from.as_ptr() as usize) {
        to.iter().zip(from).for_each(|(to, from)| to.assign(from));
    } else {
        to.iter().zip(from).rev().for_each(|(to, from)| to.assign(from));
    }
}

/// `copy(dst, src)`: as many elements as both have; the ranges may overlap.
pub fn copy<T: Value>(dst: &Slice<T>, src: &Slice<T>) -> i64 {
    let n = dst.len.min(src.len);
    copy_cells(&dst.cells()[..n], &src.cells()[..n]);
    n as i64
}

/// `copy(dst, s)` of a string.
pub fn copy_str(dst: &Slice<u8>, src: &GoString) -> i64 {
    dst.cells()
        .iter()
        .zip(src.as_bytes())
        .for_each(|(cell, b)| cell.set(*b));
    dst.len().min(src.len())
}

impl<T: Value> From<Vec<T>> for Slice<T> {
    fn from(v: Vec<T>) -> Self {
        let len = v.len();
        let mut v = v.into_iter();
        Self::build(len, len, |_| v.next().map(CellOf::<T>::new))
    }
}

impl<T: Value, const N: usize> From<[T; N]> for Slice<T> {
    fn from(v: [T; N]) -> Self {
        let mut v = v.into_iter();
        Self::build(N, N, |_| v.next().map(CellOf::<T>::new))
    }
}

impl<T: Value> FromIterator<T> for Slice<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: Value> Clone for Slice<T> {
    #[inline]
    fn clone(&self) -> Self {
        Slice {
            start: self.start,
            len: self.len,
            cap: self.cap,
            owner: self.owner.clone(),
            marker: PhantomData,
        }
    }
}

impl<T: Value> Default for Slice<T> {
    fn default() -> Self {
        Self::nil()
    }
}

impl<T: Value + fmt::Debug> fmt::Debug for Slice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Value> Value for Slice<T> {
    type Cell = Cell<Slice<T>>;
    fn zero() -> Self {
        Self::nil()
    }
    fn go_size() -> usize {
        24
    }
}

impl<T: GoType> GoType for Slice<T> {
    fn type_name() -> Cow<'static, str> {
        format!("[]{}", T::type_name()).into()
    }
    fn kind() -> Kind {
        Kind::Slice
    }
    fn go_eq(&self, _: &Self) -> bool {
        uncomparable::<Self>()
    }
    fn go_hash(&self, _: &mut dyn Hasher) {
        unhashable::<Self>()
    }
    fn go_describe(&self) -> Describe {
        describe_elements(self.iter(), Self::type_name(), self.addr(), false, self.is_nil())
    }
}

/// Describes the elements of a slice or an array.
pub(super) fn describe_elements<T: GoType>(
    elems: impl Iterator<Item = T>,
    type_name: Cow<'static, str>,
    addr: usize,
    array: bool,
    nil: bool,
) -> Describe {
    let elem_kind = T::kind();
    if elem_kind == Kind::Uint8 {
        let byte = |v: T| match v.go_describe() {
            Describe::Uint(b, _) => b as u8,
            _ => 0,
        };
        return Describe::Bytes {
            nil,
            bytes: elems.map(byte).collect(),
            type_name,
            array,
            addr,
        };
    }
    let elems: Vec<Any> = elems.map(GoType::go_box).collect();
    if array {
        Describe::Array {
            elems,
            type_name,
            elem_kind,
        }
    } else {
        Describe::Slice {
            nil,
            elems,
            type_name,
            elem_kind,
            addr,
        }
    }
}

/// Makes a [`Slice`] of the given elements.
#[macro_export]
macro_rules! slice {
    ($($v:expr),* $(,)?) => { $crate::value::Slice::from([$($v),*]) };
}
