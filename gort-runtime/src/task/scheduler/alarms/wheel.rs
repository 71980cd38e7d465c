//! A hierarchical timing wheel that becomes exact near the present.
//!
//! - In: nodes, which live elsewhere, and the time.
//! - Out: [`Wheel`].
//! - Invariants: a time is a number of which all digits but the last are of six bits, and the last of [`GRAIN`] bits. A node
//!   whose time differs from `reached` in the last digit only, or is past, is in the heap `near`; any other in the list for
//!   the value of the first digit in which they differ. So what is in a list comes after the heap and after the lists of the
//!   digits behind, and when `reached` gets to a list's digit its nodes move on, each at most once for a digit.
//!
//! A heap alone would visit many nodes that are far from each other in memory for each that it gives out, a wheel alone
//! would not keep the order.

use std::ptr::NonNull;

use super::heap::Heap;
use super::node::{Link, NEAR, Node};

/// Bits of the last digit: 16 microseconds.
const GRAIN: u32 = 14;
/// Bits of the other digits.
const DIGIT: u32 = 6;
const SLOTS: usize = 1 << DIGIT;
const LEVELS: usize = (u64::BITS - GRAIN).div_ceil(DIGIT) as usize;

pub(super) struct Wheel {
    reached: u64,
    near: Heap,
    levels: [Level; LEVELS],
}

/// The lists for the values of one digit.
struct Level {
    /// Which lists are not empty.
    occupied: u64,
    slots: [Slot; SLOTS],
}

struct Slot {
    first: Link,
    /// No node of the list comes earlier; one does come then, unless it was removed.
    earliest: u64,
}

// SAFETY: the nodes are used by who has the wheel only, and their wakers may change threads.
unsafe impl Send for Wheel {}

/// The value of a level's digit.
fn digit(time: u64, level: usize) -> usize {
    (time >> (GRAIN + DIGIT * level as u32)) as usize % SLOTS
}

impl Wheel {
    pub(super) fn new() -> Self {
        const EMPTY: Slot = Slot {
            first: None,
            earliest: u64::MAX,
        };
        const LEVEL: Level = Level {
            occupied: 0,
            slots: [EMPTY; SLOTS],
        };
        Wheel {
            reached: 0,
            near: Heap::default(),
            levels: [LEVEL; LEVELS],
        }
    }

    /// No node comes earlier; the largest number if there is none.
    pub(super) fn earliest(&self) -> u64 {
        if let Some(first) = self.near.first() {
            // SAFETY: what is in the heap is alive.
            return unsafe { first.as_ref() }.at;
        }
        let level = self.levels.iter().find(|level| level.occupied != 0);
        level.map_or(u64::MAX, |level| {
            level.slots[level.occupied.trailing_zeros() as usize].earliest
        })
    }

    /// Adds a node.
    ///
    /// # Safety
    /// The node is in no heap or list, is alive until it is taken out, and like all others in the wheel is used by who has
    /// the wheel only.
    pub(super) unsafe fn insert(&mut self, node: NonNull<Node>) {
        // SAFETY: the contract.
        unsafe {
            let at = node.as_ref().at;
            let differ = (at ^ self.reached) >> GRAIN;
            if differ == 0 || at < self.reached {
                node.as_ref().slot.set(NEAR);
                return self.near.insert(node);
            }
            let level = (differ.ilog2() / DIGIT) as usize;
            let index = digit(at, level);
            self.levels[level].occupied |= 1 << index;
            let slot = &mut self.levels[level].slots[index];
            slot.earliest = slot.earliest.min(at);
            node.as_ref().slot.set((level * SLOTS + index) as u16);
            node.as_ref().next.set(slot.first);
            if let Some(next) = slot.first.replace(node) {
                next.as_ref().before.set(Some(node));
            }
        }
    }

    /// Takes a node out.
    ///
    /// # Safety
    /// What is in the wheel is alive, and used by who has the wheel only; the node is in it.
    pub(super) unsafe fn remove(&mut self, node: NonNull<Node>) {
        // SAFETY: the contract.
        unsafe {
            let place = usize::from(node.as_ref().slot.get());
            if place == usize::from(NEAR) {
                return self.near.remove(node);
            }
            let (next, before) = (node.as_ref().next.take(), node.as_ref().before.take());
            if let Some(next) = next {
                next.as_ref().before.set(before);
            }
            match before {
                Some(before) => before.as_ref().next.set(next),
                None => {
                    let level = &mut self.levels[place / SLOTS];
                    let slot = &mut level.slots[place % SLOTS];
                    slot.first = next;
                    if next.is_none() {
                        slot.earliest = u64::MAX;
                        level.occupied &= !(1 << (place % SLOTS));
                    }
                }
            }
        }
    }

    /// Takes out a node whose time has come, the earliest first.
    ///
    /// # Safety
    /// What is in the wheel is alive, and used by who has the wheel only.
    pub(super) unsafe fn pop(&mut self, now: u64) -> Link {
        // SAFETY: the contract.
        unsafe {
            self.reach(now);
            self.near.first().filter(|first| first.as_ref().at <= now)?;
            self.near.pop()
        }
    }

    /// Moves the nodes on whose digits were reached.
    ///
    /// # Safety
    /// As for [`pop`](Self::pop).
    #[inline]
    unsafe fn reach(&mut self, now: u64) {
        if now >> GRAIN > self.reached >> GRAIN {
            // SAFETY: the contract.
            unsafe { self.move_on(now) }
        }
    }

    /// As [`reach`](Self::reach), when more than the last digit has changed.
    unsafe fn move_on(&mut self, now: u64) {
        let before = std::mem::replace(&mut self.reached, now);
        let last = ((before ^ now).ilog2() - GRAIN) / DIGIT;
        for level in 0..=last as usize {
            // All lists are passed where a digit in front has changed, else those up to the digit's value.
            let passed = if level < last as usize {
                u64::MAX
            } else {
                u64::MAX >> (SLOTS - 1 - digit(now, level))
            };
            let mut indices = self.levels[level].occupied & passed;
            self.levels[level].occupied &= !passed;
            while indices != 0 {
                let slot = &mut self.levels[level].slots[indices.trailing_zeros() as usize];
                indices &= indices - 1;
                slot.earliest = u64::MAX;
                let mut rest = slot.first.take();
                while let Some(node) = rest {
                    // SAFETY: the contract; the list has been taken out, and none is added to a list that was passed.
                    unsafe {
                        rest = node.as_ref().next.take();
                        node.as_ref().before.set(None);
                        self.insert(node);
                    }
                }
            }
        }
    }
}
