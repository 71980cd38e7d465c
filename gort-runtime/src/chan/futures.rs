//! Sending and receiving as futures, which are also the cases of `select!`.
//!
//! - In: a channel's core, and the value to send.
//! - Out: [`Recv`], [`Send`] and `RecvOrZero`.
//! - Invariants: a future owns the [`Node`] with which it waits, so it is pinned, and leaves the queue when it is
//!   dropped. Nobody is woken, and no waker or value dropped, while the channel is locked.
#![allow(unsafe_code)]

use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::core::{Core, Sent, State, Wake};
use super::handle::send_on_closed;
use super::node::{LazyNode, Node, Stage};
use super::slot::Slot;
use crate::select::{Operation, RawCase, Ticket};
use crate::task::{Hold, Wait, proceed, progress, waiting_for, waiting_for_ever};

/// What [`Chan::recv`](super::Chan::recv) returns.
///
/// ```
/// use gort_runtime::{chan::{Chan, Recv}, task};
/// task::test(async {
///     let c: Chan<i32> = Chan::make(1);
///     let recv: Recv<'_, i32> = c.recv();
///     c.send(1).await;
///     assert_eq!(recv.await, Some(1));
/// });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Recv<'a, T: std::marker::Send + 'static> {
    core: Option<&'a Core<T>>,
    /// What it is borrowed from, if that is known.
    handle: Option<&'a Arc<Core<T>>>,
    node: LazyNode<T>,
    _pinned: PhantomPinned,
}

/// What [`Chan::send`](super::Chan::send) returns.
///
/// ```
/// use gort_runtime::{chan::{Chan, Send}, task};
/// task::test(async {
///     let c: Chan<i32> = Chan::make(1);
///     let send: Send<'_, i32> = c.send(1);
///     assert_eq!(c.len(), 0);
///     send.await;
///     assert_eq!(c.len(), 1);
/// });
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Send<'a, T: std::marker::Send + 'static> {
    core: Option<&'a Core<T>>,
    /// What it is borrowed from, if that is known.
    handle: Option<&'a Arc<Core<T>>>,
    /// With the value until somebody takes it.
    node: Node<T>,
    /// As a case of a select: whether the channel turned out closed.
    closed: bool,
    _pinned: PhantomPinned,
}

/// What is done, for when it is done to the channel of a bubble from outside.
pub(super) const SEND: &str = "send on synctest channel";
pub(super) const RECEIVE: &str = "receive on synctest channel";
pub(super) const SELECT: &str = "select on synctest channel";

#[inline]
fn wake(waker: Wake) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl<'a, T: std::marker::Send + 'static> Recv<'a, T> {
    #[inline(always)]
    pub(super) fn new(core: Option<&'a Core<T>>, handle: Option<&'a Arc<Core<T>>>) -> Self {
        Recv {
            core,
            handle,
            node: LazyNode::new(),
            _pinned: PhantomPinned,
        }
    }

    /// Receives from the nil channel.
    #[cfg(feature = "context")]
    pub(crate) fn never() -> Self {
        Recv::new(None, None)
    }

    /// Waits no longer; what was received meanwhile, if something was.
    pub(super) fn retract(self: Pin<&mut Self>) -> Option<T> {
        // SAFETY: nothing is moved out of this but the value, which is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        if let Some(core) = this.core.filter(|_| this.node.stage() == Stage::Queued) {
            // SAFETY: this owns the node.
            unsafe { core.state.lock().leave_receivers(this.node.get()) }
        }
        this.received().take()
    }

    /// Leaves the queue; what was received meanwhile goes to the next, or back.
    fn cancel(&mut self) {
        let stage = self.node.stage();
        let Some(core) = self.core.filter(|_| stage != Stage::Idle) else {
            return;
        };
        let node = self.node.get();
        let mut state = core.state.lock();
        // SAFETY: this owns the node.
        unsafe { state.leave_receivers(node) }
        // SAFETY: it is not queued any more.
        let slot = unsafe { node.value() };
        let waker = if slot.is_some() { state.give_back(slot) } else { None };
        drop(state);
        node.reset();
        wake(waker);
    }
}

impl<T: std::marker::Send + 'static> Future for Recv<'_, T> {
    type Output = Option<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        // SAFETY: nothing is moved out of this but the value, which is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        ready!(this.poll_received(cx));
        this.received().ready()
    }
}

impl<T: std::marker::Send + 'static> Recv<'_, T> {
    /// Waits until the node has what was received.
    #[inline(always)]
    fn poll_received(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(core) = self.core else {
            waiting_for_ever(Wait::ChanReceiveNil);
            return Poll::Pending;
        };
        ready!(proceed(cx));
        let node = self.node.get();
        let state = match node.stage() {
            Stage::Idle => {
                core.enter(RECEIVE);
                let mut state = core.state.lock();
                // Into the node whether or not it waits: that makes one copy of a large value less.
                // SAFETY: the node is not queued.
                if let Some(waker) = state.receive(unsafe { node.value() }) {
                    drop(state);
                    wake(waker);
                    return Poll::Ready(());
                }
                // SAFETY: the node is pinned, and leaves the queue before it is dropped.
                unsafe { state.receivers.push_back(node) }
                state
            }
            Stage::Queued => core.state.lock(),
            Stage::Done | Stage::Closed => return Poll::Ready(()),
        };
        if node.stage() != Stage::Queued {
            drop(state);
            return Poll::Ready(());
        }
        // SAFETY: this owns the node, and the channel is locked.
        let before = unsafe { node.wait_as_task(cx.waker()) };
        drop(state);
        drop(before);
        waiting_for(
            Wait::ChanReceive,
            || core.is_durable(),
            || Some(vec![Hold::of(self.handle?)]),
        );
        Poll::Pending
    }

    /// What was handed over.
    #[inline(always)]
    fn received(&mut self) -> &mut Slot<T> {
        progress();
        let node = self.node.get();
        node.reset();
        // SAFETY: the exchange is over.
        unsafe { node.value() }
    }
}

impl<T: std::marker::Send + 'static> Drop for Recv<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.node.stage() != Stage::Idle {
            self.cancel();
        }
    }
}

impl<'a, T: std::marker::Send + 'static> Send<'a, T> {
    #[inline(always)]
    pub(super) fn new(core: Option<&'a Core<T>>, handle: Option<&'a Arc<Core<T>>>, value: T) -> Self {
        Send {
            core,
            handle,
            node: Node::new(Slot::new(value)),
            closed: false,
            _pinned: PhantomPinned,
        }
    }

    /// Leaves the queue; a value that was not sent stays in the node.
    fn cancel(&mut self) {
        if let Some(core) = self.core.filter(|_| self.node.stage() == Stage::Queued) {
            // SAFETY: this owns the node.
            unsafe { core.state.lock().leave_senders(&self.node) }
        }
        self.node.reset();
    }
}

/// The channel is closed, and the value stays in the future.
pub(super) struct Closed;

impl<T: std::marker::Send + 'static> Future for Send<'_, T> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match ready!(self.poll_sent(cx)) {
            Ok(()) => Poll::Ready(()),
            Err(Closed) => send_on_closed(),
        }
    }
}

impl<T: std::marker::Send + 'static> Send<'_, T> {
    /// As `poll`, without a panic when the channel is closed.
    #[inline]
    pub(super) fn poll_sent(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        // SAFETY: nothing is moved out of this but the value, which is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        let Some(core) = this.core else {
            waiting_for_ever(Wait::ChanSendNil);
            return Poll::Pending;
        };
        ready!(proceed(cx));
        let state = match this.node.stage() {
            Stage::Idle => {
                core.enter(SEND);
                let mut state = core.state.lock();
                // SAFETY: the node is not queued.
                let slot = unsafe { this.node.value() };
                assert!(slot.is_some(), "a send was polled after it was ready");
                match state.send(slot) {
                    Sent::Done(waker) => {
                        drop(state);
                        wake(waker);
                        progress();
                        return Poll::Ready(Ok(()));
                    }
                    Sent::Closed => return Poll::Ready(Err(Closed)),
                    Sent::Full => {}
                }
                // SAFETY: the node is pinned with this, and leaves the queue before this is dropped.
                unsafe { state.senders.push_back(&this.node) }
                state
            }
            Stage::Queued => core.state.lock(),
            stage => return this.over(stage),
        };
        let stage = this.node.stage();
        if stage != Stage::Queued {
            drop(state);
            return this.over(stage);
        }
        // SAFETY: this owns the node, and the channel is locked.
        let before = unsafe { this.node.wait_as_task(cx.waker()) };
        drop(state);
        drop(before);
        waiting_for(
            Wait::ChanSend,
            || core.is_durable(),
            || Some(vec![Hold::of(this.handle?)]),
        );
        Poll::Pending
    }

    /// The wait is over, one way or the other.
    #[inline]
    fn over(&mut self, stage: Stage) -> Poll<Result<(), Closed>> {
        self.node.reset();
        if stage == Stage::Closed {
            return Poll::Ready(Err(Closed));
        }
        progress();
        Poll::Ready(Ok(()))
    }

    /// Waits no longer; the value, if it was not sent.
    pub(super) fn retract(self: Pin<&mut Self>) -> Option<T> {
        // SAFETY: nothing is moved out of this but the value, which is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        this.cancel();
        // SAFETY: the node is not queued any more.
        unsafe { this.node.value() }.take()
    }

    /// As a case that was chosen: the value, if the channel turned out closed.
    pub(super) fn refused(self: Pin<&mut Self>) -> Option<T> {
        if self.closed { self.retract() } else { None }
    }
}

impl<T: std::marker::Send + 'static> Drop for Send<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.node.stage() == Stage::Queued {
            self.cancel();
        }
    }
}

/// The parts of a case that are the same for both directions.
macro_rules! locking {
    () => {
        fn addr(&self) -> usize {
            self.core.map_or(0, |core| {
                core.enter(SELECT);
                std::ptr::from_ref(core) as usize
            })
        }

        fn hold(&self) -> Option<Hold> {
            self.handle.map(Hold::of)
        }

        fn lock(&self) {
            if let Some(core) = self.core {
                core.enter(SELECT);
                core.state.lock_by_hand();
            }
        }

        fn is_durable(&self) -> bool {
            self.core.is_none_or(Core::is_durable)
        }

        unsafe fn unlock(&self) {
            if let Some(core) = self.core {
                // SAFETY: the caller holds the lock.
                unsafe { core.state.unlock() }
            }
        }

        fn cancel(self: Pin<&mut Self>) {
            // SAFETY: nothing is moved.
            unsafe { self.get_unchecked_mut() }.cancel();
        }
    };
}

/// The state of a channel that `select!` has locked.
///
/// # Safety
/// The caller holds the channel's lock, and no other such reference to its state is alive.
#[allow(clippy::mut_from_ref)]
unsafe fn locked<T>(core: Option<&Core<T>>) -> Option<&mut State<T>> {
    // SAFETY: the contract is the same.
    core.map(|core| unsafe { core.state.locked() })
}

// SAFETY: `lock` takes the lock of the channel at `addr`, and `unlock` leaves it.
unsafe impl<T: std::marker::Send + 'static> RawCase for Recv<'_, T> {
    locking!();

    unsafe fn attempt(self: Pin<&mut Self>) -> Option<Wake> {
        // SAFETY: the caller holds the lock, and the node is not queued.
        unsafe { locked(self.core)?.receive(self.get_unchecked_mut().node.get().value()) }
    }

    unsafe fn register(self: Pin<&mut Self>, ticket: NonNull<Ticket>, case: u32) {
        // SAFETY: the caller holds the lock, and sees to it that the node leaves the queue before the ticket dies; the
        // node is pinned with this.
        unsafe {
            if let Some(state) = locked(self.core) {
                let node = self.get_unchecked_mut().node.get();
                node.wait_as_case(ticket, case);
                state.receivers.push_back(node);
            }
        }
    }

    fn deregister(self: Pin<&mut Self>, chosen: bool) {
        let Some(core) = self.core else { return };
        // SAFETY: nothing is moved.
        let node = unsafe { self.get_unchecked_mut() }.node.get();
        match node.stage() {
            Stage::Queued => {
                let mut state = core.state.lock();
                debug_assert!(!chosen || node.stage() != Stage::Queued);
                // SAFETY: this owns the node.
                unsafe { state.leave_receivers(node) }
            }
            stage => debug_assert_eq!(chosen, stage == Stage::Done),
        }
        node.reset();
    }
}

// SAFETY: `lock` takes the lock of the channel at `addr`, and `unlock` leaves it.
unsafe impl<T: std::marker::Send + 'static> RawCase for Send<'_, T> {
    locking!();

    unsafe fn attempt(self: Pin<&mut Self>) -> Option<Wake> {
        // SAFETY: the caller holds the lock.
        let state = unsafe { locked(self.core) }?;
        // SAFETY: the node is not queued.
        let sent = state.send(unsafe { self.node.value() });
        match sent {
            Sent::Done(waker) => Some(waker),
            Sent::Full => None,
            Sent::Closed => {
                // SAFETY: nothing is moved.
                unsafe { self.get_unchecked_mut() }.closed = true;
                Some(None)
            }
        }
    }

    unsafe fn register(self: Pin<&mut Self>, ticket: NonNull<Ticket>, case: u32) {
        // SAFETY: as for receiving.
        unsafe {
            if let Some(state) = locked(self.core) {
                self.node.wait_as_case(ticket, case);
                state.senders.push_back(&self.node);
            }
        }
    }

    fn deregister(self: Pin<&mut Self>, chosen: bool) {
        let Some(core) = self.core else { return };
        if self.node.stage() == Stage::Queued {
            let mut state = core.state.lock();
            debug_assert!(!chosen || self.node.stage() != Stage::Queued);
            // SAFETY: this owns the node.
            unsafe { state.leave_senders(&self.node) }
        }
        let closed = chosen && self.node.stage() == Stage::Closed;
        self.node.reset();
        // SAFETY: nothing is moved.
        unsafe { self.get_unchecked_mut() }.closed = closed;
    }
}

impl<T: std::marker::Send + 'static> Operation for Recv<'_, T> {
    type Output = Option<T>;
    fn finish(self: Pin<&mut Self>) -> Option<T> {
        // SAFETY: nothing is moved out of this but the value, and the exchange is over.
        unsafe { self.get_unchecked_mut().node.get().value() }.take()
    }
}

impl<T: std::marker::Send + 'static> Operation for Send<'_, T> {
    type Output = ();
    fn finish(self: Pin<&mut Self>) {
        if self.closed {
            send_on_closed();
        }
    }
}

/// Makes a future of one field, `inner`, a case as that field is one.
macro_rules! delegate_case {
    () => {
        fn addr(&self) -> usize {
            self.0.addr()
        }
        fn hold(&self) -> Option<crate::task::Hold> {
            self.0.hold()
        }
        fn lock(&self) {
            self.0.lock();
        }
        fn is_durable(&self) -> bool {
            self.0.is_durable()
        }
        unsafe fn unlock(&self) {
            // SAFETY: the contract is the same.
            unsafe { self.0.unlock() }
        }
        unsafe fn attempt(self: Pin<&mut Self>) -> Option<Wake> {
            // SAFETY: the contract is the same.
            unsafe { self.inner().attempt() }
        }
        unsafe fn register(self: Pin<&mut Self>, ticket: NonNull<Ticket>, case: u32) {
            // SAFETY: the contract is the same.
            unsafe { self.inner().register(ticket, case) }
        }
        fn deregister(self: Pin<&mut Self>, chosen: bool) {
            self.inner().deregister(chosen);
        }
        fn cancel(self: Pin<&mut Self>) {
            RawCase::cancel(self.inner());
        }
    };
}
pub(super) use delegate_case;

/// What [`Chan::recv_or_zero`](super::Chan::recv_or_zero) returns.
///
/// ```
/// use gort_runtime::{chan::{Chan, RecvOrZero}, task};
/// task::test(async {
///     let c: Chan<i64> = Chan::make(0);
///     c.close();
///     let recv: RecvOrZero<'_, i64> = c.recv_or_zero();
///     assert_eq!(recv.await, 0);
/// });
/// ```
#[cfg(feature = "value")]
#[must_use = "futures do nothing unless awaited"]
pub struct RecvOrZero<'a, T: crate::value::Value>(pub(super) Recv<'a, T>);

#[cfg(feature = "value")]
impl<'a, T: crate::value::Value> RecvOrZero<'a, T> {
    #[inline]
    fn inner(self: Pin<&mut Self>) -> Pin<&mut Recv<'a, T>> {
        // SAFETY: the field is pinned with this.
        unsafe { self.map_unchecked_mut(|this| &mut this.0) }
    }
}

#[cfg(feature = "value")]
impl<T: crate::value::Value> Future for RecvOrZero<'_, T> {
    type Output = T;
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.inner().poll(cx).map(|value| value.unwrap_or_else(T::zero))
    }
}

#[cfg(feature = "value")]
// SAFETY: everything is that of the inner case.
unsafe impl<T: crate::value::Value> RawCase for RecvOrZero<'_, T> {
    delegate_case!();
}

#[cfg(feature = "value")]
impl<T: crate::value::Value> Operation for RecvOrZero<'_, T> {
    type Output = T;
    fn finish(self: Pin<&mut Self>) -> T {
        self.inner().finish().unwrap_or_else(T::zero)
    }
}
