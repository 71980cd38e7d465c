//! The list of all goroutines, for diagnostics and for the end.
//!
//! - In: goroutines, when they are started and when they are over.
//! - Out: [`Registry::all`].
//! - Invariants: the registry holds a reference to each goroutine that is not over. A goroutine's links are used under the lock
//!   of its shard only.
#![allow(unsafe_code)]

use std::ptr::NonNull;

use super::task::{Header, Task};
use crate::shim::Lock;

/// A goroutine's neighbours in its shard.
#[derive(Default)]
pub(super) struct Links {
    prev: Option<NonNull<Header>>,
    next: Option<NonNull<Header>>,
}

/// Alone on its cache lines, since each processor has one.
#[repr(align(128))]
struct Shard(Lock<Option<Head>>);

struct Head(NonNull<Header>);

// SAFETY: it is a reference to a task, which may be sent.
unsafe impl Send for Head {}

pub(super) struct Registry {
    shards: Box<[Shard]>,
}

impl Registry {
    pub(super) fn new(shards: usize) -> Self {
        Registry {
            shards: (0..shards).map(|_| Shard(Lock::new(None))).collect(),
        }
    }

    /// Takes a goroutine in.
    #[inline]
    pub(super) fn insert(&self, task: Task) {
        let shard = task.header().shard as usize;
        let task = task.into_raw();
        let mut head = self.shards[shard].0.lock();
        // SAFETY: the shard is locked, and what it holds is alive.
        unsafe {
            let links = &mut *task.as_ref().links.get();
            links.prev = None;
            links.next = head.take().map(|head| head.0);
            if let Some(next) = links.next {
                (*next.as_ref().links.get()).prev = Some(task);
            }
        }
        *head = Some(Head(task));
    }

    /// Lets a goroutine go that is in here; the reference it was held by.
    #[inline]
    pub(super) fn remove(&self, task: &Task) -> Task {
        let mut head = self.shards[task.header().shard as usize].0.lock();
        // SAFETY: the shard is locked, and what it holds is alive.
        unsafe {
            let links = std::mem::take(&mut *task.header().links.get());
            match links.prev {
                Some(prev) => (*prev.as_ref().links.get()).next = links.next,
                None => *head = links.next.map(Head),
            }
            if let Some(next) = links.next {
                (*next.as_ref().links.get()).prev = links.prev;
            }
            Task::from_raw(task.as_raw())
        }
    }

    /// Looks at goroutines until `found` says that one is.
    pub(super) fn find(&self, mut found: impl FnMut(&Task) -> bool) -> Option<Task> {
        self.shards.iter().find_map(|shard| {
            let head = shard.0.lock();
            let mut link = head.as_ref().map(|head| head.0);
            while let Some(header) = link {
                // SAFETY: the shard is locked, so its reference stays; this one is not dropped.
                let task = std::mem::ManuallyDrop::new(unsafe { Task::from_raw(header) });
                if found(&task) {
                    return Some(Task::clone(&task));
                }
                // SAFETY: the shard is locked.
                link = unsafe { (*header.as_ref().links.get()).next };
            }
            None
        })
    }

    /// All goroutines there are.
    pub(super) fn all(&self) -> Vec<Task> {
        let mut all = Vec::new();
        self.find(|task| {
            all.push(task.clone());
            false
        });
        all
    }
}
