//! Values that are replaced as more becomes known of them, while references to what they were stay good.
//!
//! In: values, and what to change of them. Out: references that live as long as the arena.
//! Invariants: a reference shows its value as it was when it was asked for; places are dense from 0.

use std::cell::RefCell;

/// Values of one package while it is checked.
#[derive(Debug)]
pub(super) struct Arena<T> {
    versions: boxcar::Vec<T>,
    /// Where the newest version of each value is.
    newest: RefCell<Vec<u32>>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena {
            versions: boxcar::Vec::new(),
            newest: RefCell::default(),
        }
    }
}

impl<T: Clone> Arena<T> {
    pub(super) fn len(&self) -> u32 {
        self.newest.borrow().len() as u32
    }

    pub(super) fn get(&self, at: u32) -> Option<&T> {
        let version = *self.newest.borrow().get(at as usize)?;
        self.versions.get(version as usize)
    }

    /// Adds a value and gives its place.
    pub(super) fn push(&self, value: T) -> u32 {
        let version = self.versions.push(value) as u32;
        let mut newest = self.newest.borrow_mut();
        newest.push(version);
        newest.len() as u32 - 1
    }

    pub(super) fn update(&self, at: u32, change: impl FnOnce(&mut T)) {
        let Some(mut value) = self.get(at).cloned() else { return };
        change(&mut value);
        let version = self.versions.push(value) as u32;
        if let Some(newest) = self.newest.borrow_mut().get_mut(at as usize) {
            *newest = version;
        }
    }
}
