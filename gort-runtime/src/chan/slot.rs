//! A place for a value on its way through a channel.
//!
//! - In: the value of an operation.
//! - Out: [`Slot`], which holds it or nothing, and [`Ring`], a channel's buffer of what slots hold.
//! - Invariants: a value of more than [`LARGE`] bytes lies on the heap, and what moves between slots is its address. A move
//!   of so much is a call that waits for the stores of the move before it, and without that there would be six from the
//!   sender's hand to the receiver's. All slots of one type are of one kind, so which field of a union is in use is known when compiling.
#![allow(unsafe_code)]

use std::mem::{ManuallyDrop, MaybeUninit};
use std::task::Poll;

use super::buffer::Buffer;

/// What compilers move without a call.
const LARGE: usize = 128;

/// Whether values of a type lie on the heap on their way.
const fn far<T>() -> bool {
    size_of::<T>() > LARGE
}

/// A place for a value.
pub(crate) union Slot<T> {
    near: ManuallyDrop<Option<T>>,
    /// In use if values are [`far`].
    far: ManuallyDrop<Option<Box<T>>>,
}

impl<T> Slot<T> {
    #[inline(always)]
    pub(crate) fn empty() -> Self {
        match far::<T>() {
            true => Slot {
                far: ManuallyDrop::new(None),
            },
            false => Slot {
                near: ManuallyDrop::new(None),
            },
        }
    }

    #[inline(always)]
    pub(crate) fn new(value: T) -> Self {
        match far::<T>() {
            true => Slot {
                far: ManuallyDrop::new(Some(Box::new(value))),
            },
            false => Slot {
                near: ManuallyDrop::new(Some(value)),
            },
        }
    }

    #[inline]
    fn near(&mut self) -> &mut Option<T> {
        debug_assert!(!far::<T>());
        // SAFETY: near values are in this field, always.
        unsafe { &mut self.near }
    }

    #[inline]
    fn far(&mut self) -> &mut Option<Box<T>> {
        debug_assert!(far::<T>());
        // SAFETY: far values are in this field, always.
        unsafe { &mut self.far }
    }

    #[inline]
    pub(crate) fn is_some(&self) -> bool {
        // SAFETY: the field that is in use for such values.
        unsafe {
            match far::<T>() {
                true => self.far.is_some(),
                false => self.near.is_some(),
            }
        }
    }

    /// Takes the value.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<T> {
        match far::<T>() {
            true => self.far().take().map(|value| *value),
            false => self.near().take(),
        }
    }

    /// As [`take`](Self::take), as an answer of a future. The order matters to the optimizer: a value that is moved into the
    /// answer before its place is freed is moved there straight.
    #[inline(always)]
    pub(crate) fn ready(&mut self) -> Poll<Option<T>> {
        if !far::<T>() {
            return Poll::Ready(self.near().take());
        }
        let Some(value) = self.far().take() else {
            return Poll::Ready(None);
        };
        let place = Box::into_raw(value);
        // SAFETY: the value is moved out, and only its place is freed after that.
        unsafe {
            let ready = Poll::Ready(Some(place.read()));
            drop(Box::from_raw(place.cast::<MaybeUninit<T>>()));
            ready
        }
    }

    /// Moves the value, if there is one, to a slot that is empty.
    #[inline]
    pub(crate) fn move_to(&mut self, to: &mut Slot<T>) {
        debug_assert!(!to.is_some());
        match far::<T>() {
            true => *to.far() = self.far().take(),
            false => *to.near() = self.near().take(),
        }
    }
}

impl<T> Drop for Slot<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the field that is in use for such values, which is not used again.
        unsafe {
            match far::<T>() {
                true => ManuallyDrop::drop(&mut self.far),
                false => ManuallyDrop::drop(&mut self.near),
            }
        }
    }
}

/// A channel's buffer.
pub(crate) union Ring<T> {
    near: ManuallyDrop<Buffer<T>>,
    /// In use if values are [`far`].
    far: ManuallyDrop<Buffer<Box<T>>>,
}

impl<T> Ring<T> {
    pub(crate) fn new() -> Self {
        match far::<T>() {
            true => Ring {
                far: ManuallyDrop::new(Buffer::new()),
            },
            false => Ring {
                near: ManuallyDrop::new(Buffer::new()),
            },
        }
    }

    #[inline]
    fn near(&mut self) -> &mut Buffer<T> {
        debug_assert!(!far::<T>());
        // SAFETY: near values are in this field, always.
        unsafe { &mut self.near }
    }

    #[inline]
    fn far(&mut self) -> &mut Buffer<Box<T>> {
        debug_assert!(far::<T>());
        // SAFETY: far values are in this field, always.
        unsafe { &mut self.far }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        // SAFETY: the field that is in use for such values.
        unsafe {
            match far::<T>() {
                true => self.far.len(),
                false => self.near.len(),
            }
        }
    }

    /// Moves a value from its slot to the end; `most` is how many there will be at most, if that is known.
    #[inline]
    pub(crate) fn push_from(&mut self, slot: &mut Slot<T>, most: usize) {
        match far::<T>() {
            true => self.far().push_from(slot.far(), most),
            false => self.near().push_from(slot.near(), most),
        }
    }

    /// Moves the first value into a slot, which is empty; false if there is none.
    #[inline]
    pub(crate) fn pop_into(&mut self, slot: &mut Slot<T>) -> bool {
        match far::<T>() {
            true => self.far().pop_into(slot.far()),
            false => self.near().pop_into(slot.near()),
        }
    }

    /// Puts the value of a slot before all others.
    pub(crate) fn push_front_from(&mut self, slot: &mut Slot<T>) {
        match far::<T>() {
            true => slot
                .far()
                .take()
                .into_iter()
                .for_each(|value| self.far().push_front(value)),
            false => slot
                .near()
                .take()
                .into_iter()
                .for_each(|value| self.near().push_front(value)),
        }
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        // SAFETY: the field that is in use for such values, which is not used again.
        unsafe {
            match far::<T>() {
                true => ManuallyDrop::drop(&mut self.far),
                false => ManuallyDrop::drop(&mut self.near),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// Something whose drops are counted, and that is near or far.
    #[allow(dead_code, reason = "they are there to be dropped and to be large")]
    struct Counted<const N: usize>(Arc<()>, [u8; N]);

    fn values_pass_and_are_dropped_once<const N: usize>() {
        let alive = Arc::new(());
        let value = || Counted(alive.clone(), [0; N]);
        let mut ring = Ring::new();
        let mut slot = Slot::new(value());
        assert!(slot.is_some());
        ring.push_from(&mut slot, 4);
        assert!(!slot.is_some() && ring.len() == 1);
        let mut other = Slot::new(value());
        ring.push_front_from(&mut other);
        assert!(ring.pop_into(&mut slot));
        slot.move_to(&mut other);
        assert!(!slot.is_some() && other.is_some());
        assert!(ring.pop_into(&mut slot) && !ring.pop_into(&mut Slot::empty()));
        assert_eq!(Arc::strong_count(&alive), 3);
        drop(other.take());
        assert_eq!(Arc::strong_count(&alive), 2);
        ring.push_from(&mut slot, 4);
        drop(slot);
        ring.push_from(&mut Slot::new(value()), 4);
        drop(Slot::new(value()));
        assert_eq!(Arc::strong_count(&alive), 3);
        drop(ring);
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    fn near_and_far_values_pass_and_are_dropped_once() {
        values_pass_and_are_dropped_once::<0>();
        values_pass_and_are_dropped_once::<{ LARGE - 8 }>();
        values_pass_and_are_dropped_once::<{ LARGE - 7 }>();
        values_pass_and_are_dropped_once::<1000>();
    }

    #[test]
    fn values_without_size_are_near() {
        let mut slot = Slot::new(());
        let mut ring = Ring::new();
        ring.push_from(&mut slot, 1);
        assert!(!slot.is_some() && ring.pop_into(&mut slot));
        assert_eq!(slot.take(), Some(()));
    }
}
