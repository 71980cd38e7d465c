//! Places that are reserved before there is a value.
//!
//! - In: the ends of a channel with a buffer.
//! - Out: [`Reserve`], the wait for a place, and [`Permit`], which has one.
//! - Invariants: a place that is reserved is given back once, by the permit, or by a wait that is dropped after it was
//!   given one.
#![allow(unsafe_code)]

use std::fmt;
use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, ready};

use crate::chan::core::{Core, Sent, Wake};
use crate::chan::error::SendError;
use crate::chan::futures::{SELECT, SEND};
use crate::chan::node::{Node, Stage};
use crate::chan::slot::Slot;
use crate::select::{Operation, RawCase, Ticket};
use crate::task::{Wait, proceed, progress, waiting_on};

/// A reserved place in a channel's buffer; dropped without a value, it gives the place to the next who waits.
///
/// ```
/// use gort_runtime::chan;
/// let (sender, receiver) = chan::channel(1);
/// drop(sender.try_reserve().unwrap());
/// sender.try_reserve().unwrap().send("for sure");
/// assert_eq!(receiver.try_recv(), Ok("for sure"));
/// ```
#[must_use = "a permit that is dropped gives its place back"]
pub struct Permit<'a, T: Send + 'static> {
    core: &'a Core<T>,
}

impl<'a, T: Send + 'static> Permit<'a, T> {
    pub(super) fn new(core: &'a Core<T>) -> Self {
        Permit { core }
    }

    /// Sends into the reserved place, which neither waits nor fails: a channel that was closed after the place was
    /// reserved still takes the value. Only when all receivers are gone it is dropped.
    ///
    /// ```
    /// use gort_runtime::chan;
    /// let (sender, receiver) = chan::channel(1);
    /// let permit = sender.try_reserve().unwrap();
    /// receiver.close();
    /// permit.send(1);
    /// assert_eq!(receiver.blocking_recv(), Some(1));
    /// assert_eq!(receiver.blocking_recv(), None);
    /// ```
    pub fn send(self, value: T) {
        let core = self.core;
        std::mem::forget(self);
        let mut slot = Slot::new(value);
        let mut state = core.state.lock();
        // The last receiver drops what is buffered under this lock, after it has told that it goes.
        let refused = if core.deserted() { slot.take() } else { None };
        let wakers = state.release(slot);
        drop(state);
        wakers.into_iter().for_each(std::task::Waker::wake);
        drop(refused);
    }
}

impl<T: Send + 'static> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        self.core.release(Slot::empty());
    }
}

impl<T: Send + 'static> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}

/// What [`Sender::reserve`](super::Sender::reserve) returns.
///
/// ```
/// use gort_runtime::{chan::{self, ends::Reserve}, task};
/// task::test(async {
///     let (sender, _receiver) = chan::channel::<i32>(1);
///     let reserve: Reserve<'_, i32> = sender.reserve();
///     assert!(reserve.await.is_ok());
/// });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Reserve<'a, T: Send + 'static> {
    core: &'a Core<T>,
    /// Without a value, by which it is told from those of sends.
    node: Node<T>,
    /// As a case of a select that was chosen: whether it has a place, or else the channel is closed.
    granted: Option<bool>,
    _pinned: PhantomPinned,
}

impl<'a, T: Send + 'static> Reserve<'a, T> {
    pub(super) fn new(core: &'a Core<T>) -> Self {
        Reserve {
            core,
            node: Node::new(Slot::empty()),
            granted: None,
            _pinned: PhantomPinned,
        }
    }

    /// Leaves the queue; a place that was given meanwhile goes to the next.
    fn give_up(&mut self) {
        if self.node.stage() == Stage::Queued {
            // SAFETY: this owns the node.
            unsafe { self.core.state.lock().leave_senders(&self.node) }
        }
        let granted = self.node.stage() == Stage::Done || self.granted.take() == Some(true);
        self.node.reset();
        if granted {
            self.core.release(Slot::empty());
        }
    }

    fn result(&self, granted: bool) -> Result<Permit<'a, T>, SendError<()>> {
        self.node.reset();
        if granted {
            Ok(Permit::new(self.core))
        } else {
            Err(SendError(()))
        }
    }
}

impl<'a, T: Send + 'static> Future for Reserve<'a, T> {
    type Output = Result<Permit<'a, T>, SendError<()>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: nothing is moved out of this.
        let this = unsafe { self.get_unchecked_mut() };
        this.core.enter(SEND);
        ready!(proceed(cx));
        let mut state = this.core.state.lock();
        if this.node.stage() == Stage::Idle {
            match state.reserve() {
                Sent::Done(_) => {
                    drop(state);
                    progress();
                    return Poll::Ready(this.result(true));
                }
                Sent::Closed => return Poll::Ready(this.result(false)),
                Sent::Full => {}
            }
            // SAFETY: the node is pinned with this, and leaves the queue before this is dropped.
            unsafe { state.senders.push_back(&this.node) }
        }
        match this.node.stage() {
            Stage::Queued => {}
            stage => {
                drop(state);
                progress();
                return Poll::Ready(this.result(stage == Stage::Done));
            }
        }
        // SAFETY: this owns the node, and the channel is locked.
        let before = unsafe { this.node.wait_as_task(cx.waker()) };
        drop(state);
        drop(before);
        waiting_on(Wait::ChanSend, || this.core.is_durable());
        Poll::Pending
    }
}

impl<T: Send + 'static> Drop for Reserve<'_, T> {
    fn drop(&mut self) {
        self.give_up();
    }
}

// SAFETY: `lock` takes the lock of the channel at `addr`, and `unlock` leaves it.
unsafe impl<T: Send + 'static> RawCase for Reserve<'_, T> {
    fn addr(&self) -> usize {
        self.core.enter(SELECT);
        std::ptr::from_ref(self.core) as usize
    }

    fn is_durable(&self) -> bool {
        self.core.is_durable()
    }

    fn lock(&self) {
        self.core.enter(SELECT);
        self.core.state.lock_by_hand();
    }

    unsafe fn unlock(&self) {
        // SAFETY: the caller holds the lock.
        unsafe { self.core.state.unlock() }
    }

    unsafe fn attempt(self: Pin<&mut Self>) -> Option<Wake> {
        // SAFETY: the caller holds the lock, and nothing is moved.
        let (state, this) = unsafe { (self.core.state.locked(), self.get_unchecked_mut()) };
        this.granted = match state.reserve() {
            Sent::Done(_) => Some(true),
            Sent::Closed => Some(false),
            Sent::Full => return None,
        };
        Some(None)
    }

    unsafe fn register(self: Pin<&mut Self>, ticket: NonNull<Ticket>, case: u32) {
        // SAFETY: the caller holds the lock, and sees to it that the node leaves the queue before the ticket dies; the
        // node is pinned with this.
        unsafe {
            self.node.wait_as_case(ticket, case);
            self.core.state.locked().senders.push_back(&self.node);
        }
    }

    fn deregister(self: Pin<&mut Self>, chosen: bool) {
        // SAFETY: nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        if chosen {
            this.granted = Some(this.node.stage() == Stage::Done);
            return this.node.reset();
        }
        this.give_up();
    }

    fn cancel(self: Pin<&mut Self>) {
        // SAFETY: nothing is moved.
        unsafe { self.get_unchecked_mut() }.give_up();
    }
}

impl<'a, T: Send + 'static> Operation for Reserve<'a, T> {
    type Output = Result<Permit<'a, T>, SendError<()>>;
    fn finish(self: Pin<&mut Self>) -> Self::Output {
        // SAFETY: nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        let granted = this.granted.take() == Some(true);
        this.result(granted)
    }
}
