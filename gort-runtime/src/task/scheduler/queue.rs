//! Where goroutines wait for a thread: a queue per processor, and one that all share.
//!
//! - In: goroutines that were woken or started.
//! - Out: [`Local`], which its owner fills and empties and others steal from; [`Shared`].
//! - Invariants: `head` is moved by who takes, with a compare-and-swap, and `tail` by the owner only, after the place was
//!   filled. A place between the two holds a reference. Both count on and wrap around.
#![allow(unsafe_code)]

use std::ptr::{NonNull, null_mut};

use super::task::{Header, Task};
use crate::shim::Lock;
use crate::shim::atomic::{
    AtomicPtr, AtomicU32, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};

/// So many goroutines fit into a processor's queue. A model has no need of more than a few.
const PLACES: u32 = if cfg!(all(test, gort_loom)) { 4 } else { 256 };

/// A processor's own queue, first in, first out.
pub(super) struct Local {
    head: AtomicU32,
    tail: AtomicU32,
    places: Box<[AtomicPtr<Header>]>,
}

impl Local {
    pub(super) fn new() -> Self {
        Local {
            head: AtomicU32::new(0),
            tail: AtomicU32::new(0),
            places: (0..PLACES).map(|_| AtomicPtr::new(null_mut())).collect(),
        }
    }

    #[inline]
    fn place(&self, at: u32) -> &AtomicPtr<Header> {
        &self.places[(at % PLACES) as usize]
    }

    /// How many goroutines it holds, as it was a moment ago.
    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.tail.load(Acquire).wrapping_sub(self.head.load(Acquire))
    }

    /// Adds one at the end; the owner only. When there is no room, half of the queue goes to the shared one too.
    #[inline]
    pub(super) fn push(&self, task: Task, shared: &Shared) {
        let head = self.head.load(Acquire);
        let tail = self.tail.load(Relaxed);
        if tail.wrapping_sub(head) < PLACES {
            self.place(tail).store(task.into_raw().as_ptr(), Relaxed);
            self.tail.store(tail.wrapping_add(1), Release);
        } else {
            self.overflow(task, shared);
        }
    }

    #[cold]
    fn overflow(&self, task: Task, shared: &Shared) {
        let mut batch = Vec::with_capacity(PLACES as usize / 2 + 1);
        for _ in 0..PLACES / 2 {
            batch.extend(self.pop());
        }
        batch.push(task);
        shared.extend(batch);
    }

    /// Takes the first; the owner only.
    #[inline]
    pub(super) fn pop(&self) -> Option<Task> {
        let mut head = self.head.load(Acquire);
        let tail = self.tail.load(Relaxed);
        loop {
            if head == tail {
                return None;
            }
            let first = self.place(head).load(Relaxed);
            match self
                .head
                .compare_exchange_weak(head, head.wrapping_add(1), AcqRel, Acquire)
            {
                // SAFETY: the place was between head and tail, and this moved the head past it.
                Ok(_) => return NonNull::new(first).map(|first| unsafe { Task::from_raw(first) }),
                Err(now) => head = now,
            }
        }
    }

    /// Moves half of another's goroutines into this empty queue, but for one, which it returns. The owner of this only.
    pub(super) fn steal_from(&self, other: &Local) -> Option<Task> {
        let tail = self.tail.load(Relaxed);
        loop {
            let head = other.head.load(Acquire);
            let available = other.tail.load(Acquire).wrapping_sub(head);
            let n = available - available / 2;
            if n == 0 {
                return None;
            }
            // The two were not read at once.
            if n > PLACES / 2 {
                continue;
            }
            for i in 0..n {
                let stolen = other.place(head.wrapping_add(i)).load(Relaxed);
                self.place(tail.wrapping_add(i)).store(stolen, Relaxed);
            }
            if other
                .head
                .compare_exchange(head, head.wrapping_add(n), AcqRel, Relaxed)
                .is_ok()
            {
                let last = self.place(tail.wrapping_add(n - 1)).load(Relaxed);
                self.tail.store(tail.wrapping_add(n - 1), Release);
                // SAFETY: the place was between head and tail of the other, whose head this moved past it, and is not made
                // one of this queue's.
                return NonNull::new(last).map(|last| unsafe { Task::from_raw(last) });
            }
        }
    }
}

/// A slot for the goroutine that is to run next: filled by a processor's owner, emptied by anybody.
pub(super) struct Slot(AtomicPtr<Header>);

impl Slot {
    pub(super) fn new() -> Self {
        Slot(AtomicPtr::new(null_mut()))
    }

    /// What it holds, to compare; it may be gone.
    #[inline]
    pub(super) fn peek(&self) -> *const Header {
        self.0.load(Relaxed)
    }

    /// Fills it; what it held before. The owner only.
    #[inline]
    pub(super) fn put(&self, task: Task) -> Option<Task> {
        let task = task.into_raw().as_ptr();
        if self.0.load(Relaxed).is_null() {
            // Nobody else fills it.
            self.0.store(task, Release);
            return None;
        }
        let before = self.0.swap(task, AcqRel);
        // SAFETY: the slot held a reference, which is this one's now.
        NonNull::new(before).map(|before| unsafe { Task::from_raw(before) })
    }

    /// Empties it.
    #[inline]
    pub(super) fn take(&self) -> Option<Task> {
        if self.0.load(Relaxed).is_null() {
            return None;
        }
        let before = self.0.swap(null_mut(), AcqRel);
        // SAFETY: as in `put`.
        NonNull::new(before).map(|before| unsafe { Task::from_raw(before) })
    }
}

/// The queue that all processors share, first in, first out.
pub(super) struct Shared {
    len: AtomicUsize,
    ends: Lock<Ends>,
}

struct Ends {
    head: Option<NonNull<Header>>,
    tail: Option<NonNull<Header>>,
}

// SAFETY: they are references, held under the lock.
unsafe impl Send for Ends {}

impl Shared {
    pub(super) fn new() -> Self {
        Shared {
            len: AtomicUsize::new(0),
            ends: Lock::new(Ends { head: None, tail: None }),
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len.load(Acquire) == 0
    }

    pub(super) fn len(&self) -> usize {
        self.len.load(Acquire)
    }

    pub(super) fn push(&self, task: Task) {
        self.extend([task]);
    }

    /// Adds all at the end, in order.
    pub(super) fn extend(&self, tasks: impl IntoIterator<Item = Task>) {
        let mut ends = self.ends.lock();
        let mut n = 0;
        for task in tasks {
            n += 1;
            let task = task.into_raw();
            // SAFETY: the reference just given is the queue's.
            unsafe { *task.as_ref().next.get() = None }
            match ends.tail.replace(task) {
                // SAFETY: the queue holds a reference.
                Some(tail) => unsafe { *tail.as_ref().next.get() = Some(task) },
                None => ends.head = Some(task),
            }
        }
        self.len.store(self.len.load(Relaxed) + n, Release);
    }

    /// Moves all into the queue of a processor, which is the caller's own.
    pub(super) fn drain_into(&self, into: &Local, overflow: &Shared) {
        if self.is_empty() {
            return;
        }
        let mut taken = Vec::new();
        let mut ends = self.ends.lock();
        while let Some(task) = ends.pop() {
            taken.push(task);
        }
        self.len.store(0, Release);
        drop(ends);
        taken.into_iter().for_each(|task| into.push(task, overflow));
    }

    /// Takes the first, and moves more of the following into an empty queue, which is the caller's own.
    pub(super) fn pop(&self, more: u32, into: &Local) -> Option<Task> {
        if self.is_empty() {
            return None;
        }
        let mut ends = self.ends.lock();
        let first = ends.pop()?;
        let mut n = 1;
        let mut tail = into.tail.load(Relaxed);
        for _ in 0..more.min(PLACES / 2) {
            let Some(next) = ends.pop() else { break };
            n += 1;
            into.place(tail).store(next.into_raw().as_ptr(), Relaxed);
            tail = tail.wrapping_add(1);
        }
        self.len.store(self.len.load(Relaxed) - n, Release);
        drop(ends);
        into.tail.store(tail, Release);
        Some(first)
    }
}

impl Ends {
    fn pop(&mut self) -> Option<Task> {
        let first = self.head?;
        // SAFETY: the queue holds a reference, and gives it to the caller.
        unsafe {
            self.head = (*first.as_ref().next.get()).take();
            if self.head.is_none() {
                self.tail = None;
            }
            Some(Task::from_raw(first))
        }
    }
}
