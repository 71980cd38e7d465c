//! Goroutines that wait for a time, one heap of them for each processor.
//!
//! - In: sleeping futures, each of which is a node of a heap itself.
//! - Out: [`Alarm`], a future that is ready at a time; [`Alarms`], of which a processor's thread, or one that has nothing to
//!   do, wakes those whose time has come.
//! - Invariants: a node is pinned while it is in a heap, and leaves it before it is gone. Its links and its waker are used under
//!   the heap's lock while it is in there, and by its owner only when it is not. Who takes it out stores `stage` last. `first`
//!   is the earliest time in the heap, and changes under the lock.
//!
//! The heap is a pairing heap: its nodes need no memory of their own, adding one takes a comparison, and taking any out is
//! logarithmic.
#![allow(unsafe_code)]

use std::cell::{Cell, UnsafeCell};
use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

use super::task::{waker, wakes_same};
use super::{Scheduler, clock, current};
use crate::shim::Lock;
use crate::shim::atomic::{
    AtomicU8, AtomicU64,
    Ordering::{Acquire, Relaxed, Release, SeqCst},
};

const IDLE: u8 = 0;
const QUEUED: u8 = 1;
const DUE: u8 = 2;

type Link = Option<NonNull<Node>>;

struct Node {
    at: u64,
    /// The first of those that come later, the next of those beside it, and the one before: beside it or, for the first, above.
    child: Cell<Link>,
    next: Cell<Link>,
    before: Cell<Link>,
    waker: UnsafeCell<Option<Waker>>,
    stage: AtomicU8,
}

/// A processor's heap.
pub(super) struct Alarms {
    first: AtomicU64,
    root: Lock<Root>,
}

struct Root(Link);

// SAFETY: the nodes are used under the heap's lock, and their wakers may change threads.
unsafe impl Send for Root {}

impl Alarms {
    pub(super) fn new() -> Self {
        Alarms {
            first: AtomicU64::new(u64::MAX),
            root: Lock::new(Root(None)),
        }
    }

    /// The earliest time; the largest number if there is none.
    #[inline]
    pub(super) fn first(&self) -> u64 {
        self.first.load(Acquire)
    }

    /// Wakes those whose time has come; whether there were any.
    pub(super) fn ring(&self, now: u64) -> bool {
        /// So many are woken at once, for the lock not to be held for long.
        const BATCH: usize = 64;
        let mut any = false;
        while self.first() <= now {
            let mut wakers = Vec::with_capacity(BATCH);
            let mut root = self.root.lock();
            while let Some(node) = root.0.filter(|_| wakers.len() < BATCH) {
                // SAFETY: what is in the heap is alive, and its links and waker are this thread's under the lock. After the
                // stage is stored it is not touched again.
                unsafe {
                    let node = node.as_ref();
                    if node.at > now {
                        break;
                    }
                    root.0 = merge_all(node.child.take());
                    wakers.extend((*node.waker.get()).take());
                    node.stage.store(DUE, Release);
                }
            }
            self.first.store(root.earliest(), SeqCst);
            drop(root);
            any |= !wakers.is_empty();
            wakers.into_iter().for_each(Waker::wake);
        }
        any
    }
}

impl Root {
    fn earliest(&self) -> u64 {
        // SAFETY: what is in the heap is alive.
        self.0.map_or(u64::MAX, |root| unsafe { root.as_ref() }.at)
    }
}

/// Makes one heap of two.
///
/// # Safety
/// Both are heaps that the caller may change, and what is in them is alive.
unsafe fn merge(a: NonNull<Node>, b: NonNull<Node>) -> NonNull<Node> {
    // SAFETY: the contract.
    unsafe {
        let (above, below) = if a.as_ref().at <= b.as_ref().at { (a, b) } else { (b, a) };
        let sibling = above.as_ref().child.replace(Some(below));
        below.as_ref().next.set(sibling);
        below.as_ref().before.set(Some(above));
        if let Some(sibling) = sibling {
            sibling.as_ref().before.set(Some(below));
        }
        above
    }
}

/// Makes one heap of those beside each other: pairs first, and then all from the last to the first.
///
/// # Safety
/// As for [`merge`].
unsafe fn merge_all(mut rest: Link) -> Link {
    // SAFETY: the contract.
    unsafe {
        // The pairs, linked through `before`, the last one first.
        let mut pairs: Link = None;
        while let Some(a) = rest {
            let mut pair = a;
            rest = a.as_ref().next.take();
            if let Some(b) = rest {
                rest = b.as_ref().next.take();
                pair = merge(a, b);
            }
            pair.as_ref().before.set(pairs);
            pairs = Some(pair);
        }
        let mut whole = pairs?;
        let mut more = whole.as_ref().before.take();
        while let Some(pair) = more {
            more = pair.as_ref().before.take();
            whole = merge(pair, whole);
        }
        Some(whole)
    }
}

/// Ready when its time has come.
///
/// # Cancel safety
/// Cancelling it has no effect.
pub(crate) struct Alarm {
    node: Node,
    /// In whose heap it is.
    home: Option<(&'static Scheduler, usize)>,
    _pinned: PhantomPinned,
}

// SAFETY: the node is used by one thread at a time, as its heap's lock or its stage says, and its waker may change threads.
unsafe impl Send for Alarm {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for Alarm {}

impl Alarm {
    /// An alarm of this thread's scheduler; `None` if it has none.
    pub(crate) fn after(d: std::time::Duration) -> Option<Self> {
        let scheduler = current()?;
        let nanoseconds = u64::try_from(d.as_nanos()).unwrap_or(u64::MAX);
        Some(Alarm {
            node: Node {
                // A time too far away to be told is never.
                at: clock().saturating_add(nanoseconds).min(u64::MAX - 1),
                child: Cell::new(None),
                next: Cell::new(None),
                before: Cell::new(None),
                waker: UnsafeCell::new(None),
                stage: AtomicU8::new(IDLE),
            },
            home: Some((scheduler, 0)),
            _pinned: PhantomPinned,
        })
    }

    fn set(&mut self, cx: &Context<'_>) {
        let Some((scheduler, index)) = &mut self.home else {
            return;
        };
        let mine = scheduler.processor();
        *index = mine.map_or(0, |processor| processor.index);
        let alarms = &scheduler.processors[*index].alarms;
        let node = NonNull::from(&self.node);
        // SAFETY: the node is in no heap yet.
        unsafe { *self.node.waker.get() = Some(waker(cx.waker())) }
        self.node.stage.store(QUEUED, Relaxed);
        let mut root = alarms.root.lock();
        // SAFETY: the heap is locked; the node is pinned, and leaves the heap before it is gone.
        root.0 = Some(root.0.map_or(node, |root| unsafe { merge(root, node) }));
        let first = root.earliest();
        let earlier = first < alarms.first.load(Relaxed);
        if earlier {
            alarms.first.store(first, SeqCst);
        }
        drop(root);
        if earlier && mine.is_none() {
            // The thread that has the processor may be asleep.
            scheduler.alarm_was_set();
        }
    }

    /// Leaves the heap.
    fn unset(&mut self) {
        let Some((scheduler, index)) = self.home else { return };
        let alarms = &scheduler.processors[index].alarms;
        let mut root = alarms.root.lock();
        if self.node.stage.load(Acquire) != QUEUED {
            return;
        }
        let node = &self.node;
        // SAFETY: the node is in the heap, which is locked, and so are those it is linked to.
        unsafe {
            let below = merge_all(node.child.take());
            if let Some(before) = node.before.take() {
                let next = node.next.take();
                let before_it = before.as_ref();
                let link = if before_it.child.get() == Some(NonNull::from(node)) {
                    &before_it.child
                } else {
                    &before_it.next
                };
                link.set(next);
                if let Some(next) = next {
                    next.as_ref().before.set(Some(before));
                }
                root.0 = match (root.0, below) {
                    (Some(root), Some(below)) => Some(merge(root, below)),
                    (root, below) => root.or(below),
                };
            } else {
                root.0 = below;
            }
        }
        node.stage.store(IDLE, Relaxed);
        alarms.first.store(root.earliest(), SeqCst);
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: nothing is moved out of this.
        let this = unsafe { self.get_unchecked_mut() };
        match this.node.stage.load(Acquire) {
            DUE => return Poll::Ready(()),
            IDLE => this.set(cx),
            _ => {
                let Some((scheduler, index)) = this.home else {
                    return Poll::Pending;
                };
                let root = scheduler.processors[index].alarms.root.lock();
                if this.node.stage.load(Acquire) == DUE {
                    return Poll::Ready(());
                }
                // SAFETY: the node is in the heap, which is locked.
                let held = unsafe { &mut *this.node.waker.get() };
                let before = match held {
                    Some(held) if wakes_same(held, cx.waker()) => None,
                    _ => held.replace(waker(cx.waker())),
                };
                drop(root);
                drop(before);
            }
        }
        Poll::Pending
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if self.node.stage.load(Acquire) == QUEUED {
            self.unset();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(at: u64) -> Box<Node> {
        Box::new(Node {
            at,
            child: Cell::new(None),
            next: Cell::new(None),
            before: Cell::new(None),
            waker: UnsafeCell::new(None),
            stage: AtomicU8::new(QUEUED),
        })
    }

    #[test]
    fn the_earliest_comes_first() {
        let alarms = Alarms::new();
        let times = (0..1000_u64).map(|i| i.wrapping_mul(2_654_435_761) % 997);
        let nodes: Vec<_> = times.map(node).collect();
        for node in &nodes {
            let mut root = alarms.root.lock();
            let node = NonNull::from(&**node);
            // SAFETY: the nodes outlive the heap, and are linked nowhere else.
            root.0 = Some(root.0.map_or(node, |root| unsafe { merge(root, node) }));
            alarms.first.store(root.earliest(), SeqCst);
        }
        for now in 0..1000 {
            alarms.ring(now);
            let due = nodes.iter().filter(|node| node.stage.load(Relaxed) == DUE);
            assert_eq!(due.count(), nodes.iter().filter(|node| node.at <= now).count());
        }
        assert_eq!(alarms.first(), u64::MAX);
    }
}
