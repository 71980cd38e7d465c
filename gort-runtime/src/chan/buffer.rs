//! A channel's buffer: a ring that moves each value once in and once out, since values may be large.
//!
//! - In: values in the slots of operations.
//! - Out: [`Buffer`].
//! - Invariants: the `len` places from `head` on, around the end, hold values; no others do. The number of places is zero or a
//!   power of two, and grows with what is needed, so that a large capacity that is not used costs nothing.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

pub(crate) struct Buffer<T> {
    places: Box<[MaybeUninit<T>]>,
    head: usize,
    len: usize,
}

impl<T> Buffer<T> {
    pub(crate) fn new() -> Self {
        Buffer {
            places: Box::default(),
            head: 0,
            len: 0,
        }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    fn place(&mut self, at: usize) -> &mut MaybeUninit<T> {
        let mask = self.places.len() - 1;
        &mut self.places[at & mask]
    }

    /// Makes room for one more; `most` is how many there will be at most, if that is known.
    #[inline]
    fn reserve(&mut self, most: usize) {
        if self.len == self.places.len() {
            self.grow(most);
        }
    }

    #[cold]
    fn grow(&mut self, most: usize) {
        /// So many places are made with the first value; more only when they are needed.
        const AT_ONCE: usize = 64;
        let wanted = match self.places.len() {
            0 => most.clamp(1, AT_ONCE).next_power_of_two(),
            places => places * 2,
        };
        let mut places = Box::new_uninit_slice(wanted);
        let (before, head) = (self.places.len(), self.head);
        for i in 0..self.len {
            // SAFETY: the place holds a value, which is not used there again.
            places[i].write(unsafe { self.places[(head + i) & (before - 1)].assume_init_read() });
        }
        self.places = places;
        self.head = 0;
    }

    /// Moves a value from its slot to the end.
    #[inline]
    pub(crate) fn push_from(&mut self, slot: &mut Option<T>, most: usize) {
        self.reserve(most);
        let (head, len) = (self.head, self.len);
        let place = self.place(head.wrapping_add(len));
        if let Some(value) = slot {
            // SAFETY: the value is moved: the slot forgets it at once.
            unsafe {
                std::ptr::copy_nonoverlapping(value, place.as_mut_ptr(), 1);
                std::ptr::write(slot, None);
            }
            self.len += 1;
        }
    }

    /// Moves the first value into a slot, which is empty; false if there is none.
    #[inline]
    pub(crate) fn pop_into(&mut self, slot: &mut Option<T>) -> bool {
        if self.len == 0 {
            return false;
        }
        debug_assert!(slot.is_none());
        let head = self.head;
        let place = self.place(head);
        // SAFETY: the place holds a value, and is counted empty below. There is nothing in the slot to be dropped.
        unsafe { std::ptr::write(slot, Some(place.assume_init_read())) };
        self.head = head.wrapping_add(1) & (self.places.len() - 1);
        self.len -= 1;
        true
    }

    /// Puts a value before all others.
    pub(crate) fn push_front(&mut self, value: T) {
        self.reserve(self.len + 1);
        let head = self.head.wrapping_sub(1) & (self.places.len() - 1);
        self.place(head).write(value);
        self.head = head;
        self.len += 1;
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        let mut slot = None;
        while self.pop_into(&mut slot) {
            slot = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    #[test]
    fn it_is_a_queue_that_grows_and_takes_back() {
        let mut buffer = Buffer::new();
        let mut model = VecDeque::new();
        let mut next = 0;
        for step in 0..10_000_u32 {
            match step.wrapping_mul(2_654_435_761) >> 29 {
                0..4 => {
                    buffer.push_from(&mut Some(Box::new(next)), 100);
                    model.push_back(next);
                    next += 1;
                }
                4 if model.len() < 100 => {
                    buffer.push_front(Box::new(next));
                    model.push_front(next);
                    next += 1;
                }
                _ => {
                    let mut slot = None;
                    assert_eq!(buffer.pop_into(&mut slot), !model.is_empty());
                    assert_eq!(slot.map(|value| *value), model.pop_front());
                }
            }
            assert_eq!(buffer.len(), model.len());
        }
        assert!(next > 5000);
    }

    #[test]
    fn values_are_dropped_once() {
        let value = std::sync::Arc::new(());
        let mut buffer = Buffer::new();
        for _ in 0..5 {
            buffer.push_from(&mut Some(value.clone()), 4);
        }
        assert!(buffer.pop_into(&mut None));
        assert_eq!(std::sync::Arc::strong_count(&value), 5);
        drop(buffer);
        assert_eq!(std::sync::Arc::strong_count(&value), 1);
    }
}
