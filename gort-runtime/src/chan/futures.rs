//! Sending and receiving as futures, which are also the cases of `select!`.
//!
//! A future that had to wait owns a node in the channel's queue (`key`) and removes it when it is ready or dropped. The
//! future holds no reference into the channel beyond that number, so it needs no pinning.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll, Waker, ready};

use super::core::{Core, Receiving, Refused, Sending, State, Ticket, Wake};
use super::handle::send_on_closed;
use crate::select::{Operation, RawCase};
use crate::task::{Wait, waiting};

/// What [`Chan::recv`](super::Chan::recv) returns.
#[must_use = "futures do nothing unless awaited"]
pub struct Recv<'a, T: std::marker::Send + 'static> {
    core: Option<&'a Core<T>>,
    key: Option<usize>,
    /// As a case of a select: the result.
    result: Option<Option<T>>,
}

/// What [`Chan::send`](super::Chan::send) returns.
#[must_use = "futures do nothing unless awaited"]
pub struct Send<'a, T: std::marker::Send + 'static> {
    core: Option<&'a Core<T>>,
    key: Option<usize>,
    value: Option<T>,
    /// As a case of a select: whether the channel turned out closed.
    closed: bool,
}

// The values are moved, never pinned.
impl<T: std::marker::Send + 'static> Unpin for Recv<'_, T> {}
impl<T: std::marker::Send + 'static> Unpin for Send<'_, T> {}

fn wake(waker: Wake) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Refreshes the waker of a node that waits on.
fn refresh(stored: &mut Option<Waker>, waker: &Waker) {
    match stored {
        Some(stored) => stored.clone_from(waker),
        None => *stored = Some(waker.clone()),
    }
}

impl<'a, T: std::marker::Send + 'static> Recv<'a, T> {
    pub(super) fn new(core: Option<&'a Core<T>>) -> Self {
        Recv {
            core,
            key: None,
            result: None,
        }
    }

    fn cancel(&mut self) {
        let (Some(core), Some(key)) = (self.core, self.key.take()) else {
            return;
        };
        let mut state = core.state.lock();
        let node = state.receivers.remove(key);
        if let Some(Receiving {
            served: Some(Some(value)),
            ..
        }) = node
        {
            let waker = state.give_back(value);
            drop(state);
            wake(waker);
        }
    }
}

impl<T: std::marker::Send + 'static> Future for Recv<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(core) = self.core else {
            waiting(Wait::ChanReceiveNil);
            return Poll::Pending;
        };
        let coop = ready!(tokio::task::coop::poll_proceed(cx));
        let mut state = core.state.lock();
        if let Some(key) = self.key {
            match state.receivers.get_mut(key) {
                Some(node) if node.served.is_none() => {
                    refresh(&mut node.waker, cx.waker());
                    drop(state);
                    waiting(Wait::ChanReceive);
                    return Poll::Pending;
                }
                _ => {}
            }
            let served = state.receivers.remove(key).and_then(|node| node.served);
            drop(state);
            self.key = None;
            coop.made_progress();
            return Poll::Ready(served.flatten());
        }
        if let Some((value, waker)) = state.receive() {
            drop(state);
            wake(waker);
            coop.made_progress();
            return Poll::Ready(value);
        }
        let node = Receiving {
            waker: Some(cx.waker().clone()),
            ticket: None,
            served: None,
        };
        self.key = Some(state.receivers.push_back(node));
        drop(state);
        waiting(Wait::ChanReceive);
        Poll::Pending
    }
}

impl<T: std::marker::Send + 'static> Drop for Recv<'_, T> {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl<'a, T: std::marker::Send + 'static> Send<'a, T> {
    pub(super) fn new(core: Option<&'a Core<T>>, value: T) -> Self {
        Send {
            core,
            key: None,
            value: Some(value),
            closed: false,
        }
    }

    fn cancel(&mut self) {
        if let (Some(core), Some(key)) = (self.core, self.key.take()) {
            // The node, and with it an unsent value, is dropped after the lock is released.
            let node = core.state.lock().senders.remove(key);
            self.value = node.and_then(|node| node.value);
        }
    }
}

impl<T: std::marker::Send + 'static> Future for Send<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(core) = self.core else {
            waiting(Wait::ChanSendNil);
            return Poll::Pending;
        };
        let coop = ready!(tokio::task::coop::poll_proceed(cx));
        let mut state = core.state.lock();
        if let Some(key) = self.key {
            match state.senders.get_mut(key) {
                Some(node) if node.value.is_some() && !node.closed => {
                    refresh(&mut node.waker, cx.waker());
                    drop(state);
                    waiting(Wait::ChanSend);
                    return Poll::Pending;
                }
                _ => {}
            }
            let node = state.senders.remove(key);
            drop(state);
            self.key = None;
            if node.is_some_and(|node| node.closed) {
                send_on_closed();
            }
            coop.made_progress();
            return Poll::Ready(());
        }
        let Some(value) = self.value.take() else {
            panic!("a send was polled after it was ready")
        };
        match state.send(value) {
            Ok(waker) => {
                drop(state);
                wake(waker);
                coop.made_progress();
                Poll::Ready(())
            }
            Err(Refused::Full(value)) => {
                let waker = Some(cx.waker().clone());
                let node = Sending {
                    waker,
                    ticket: None,
                    value: Some(value),
                    closed: false,
                };
                self.key = Some(state.senders.push_back(node));
                drop(state);
                waiting(Wait::ChanSend);
                Poll::Pending
            }
            Err(Refused::Closed(value)) => {
                drop(state);
                drop(value);
                send_on_closed()
            }
        }
    }
}

impl<T: std::marker::Send + 'static> Drop for Send<'_, T> {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// The parts of a case that are the same for both directions.
macro_rules! locking {
    () => {
        fn addr(&self) -> usize {
            self.core.map_or(0, |core| std::ptr::from_ref(core) as usize)
        }

        fn lock(&self) {
            if let Some(core) = self.core {
                core.state.lock_by_hand();
            }
        }

        #[allow(unsafe_code)]
        unsafe fn unlock(&self) {
            if let Some(core) = self.core {
                // SAFETY: the caller holds the lock.
                unsafe { core.state.unlock() }
            }
        }

        fn cancel(&mut self) {
            self.cancel();
        }
    };
}

/// The state of a channel that `select!` has locked.
///
/// # Safety
/// The caller holds the channel's lock, and no other such reference to its state is alive.
#[allow(unsafe_code, clippy::mut_from_ref)]
unsafe fn locked<T>(core: Option<&Core<T>>) -> Option<&mut State<T>> {
    // SAFETY: the contract is the same.
    core.map(|core| unsafe { core.state.locked() })
}

#[allow(unsafe_code)]
// SAFETY: `lock` takes the lock of the channel at `addr`, and `unlock` leaves it.
unsafe impl<T: std::marker::Send + 'static> RawCase for Recv<'_, T> {
    locking!();

    unsafe fn attempt(&mut self) -> Option<Wake> {
        // SAFETY: the caller holds the lock.
        let (value, waker) = unsafe { locked(self.core) }?.receive()?;
        self.result = Some(value);
        Some(waker)
    }

    unsafe fn register(&mut self, waker: &Waker, chosen: &Arc<AtomicUsize>, case: usize) {
        // SAFETY: the caller holds the lock.
        let Some(state) = (unsafe { locked(self.core) }) else {
            return;
        };
        let ticket = Some(Ticket {
            chosen: chosen.clone(),
            case,
        });
        self.key = Some(state.receivers.push_back(Receiving {
            waker: Some(waker.clone()),
            ticket,
            served: None,
        }));
    }

    fn deregister(&mut self, chosen: bool) {
        let (Some(core), Some(key)) = (self.core, self.key.take()) else {
            return;
        };
        let node = core.state.lock().receivers.remove(key);
        if chosen {
            self.result = Some(node.and_then(|node| node.served).flatten());
        }
    }

    fn rewake(&mut self, waker: &Waker) {
        let (Some(core), Some(key)) = (self.core, self.key) else {
            return;
        };
        if let Some(node) = core.state.lock().receivers.get_mut(key) {
            refresh(&mut node.waker, waker);
        }
    }
}

#[allow(unsafe_code)]
// SAFETY: `lock` takes the lock of the channel at `addr`, and `unlock` leaves it.
unsafe impl<T: std::marker::Send + 'static> RawCase for Send<'_, T> {
    locking!();

    unsafe fn attempt(&mut self) -> Option<Wake> {
        // SAFETY: the caller holds the lock.
        let state = unsafe { locked(self.core) }?;
        match state.send(self.value.take()?) {
            Ok(waker) => Some(waker),
            Err(Refused::Full(value)) => {
                self.value = Some(value);
                None
            }
            Err(Refused::Closed(value)) => {
                (self.value, self.closed) = (Some(value), true);
                Some(None)
            }
        }
    }

    unsafe fn register(&mut self, waker: &Waker, chosen: &Arc<AtomicUsize>, case: usize) {
        // SAFETY: the caller holds the lock.
        let Some(state) = (unsafe { locked(self.core) }) else {
            return;
        };
        let ticket = Some(Ticket {
            chosen: chosen.clone(),
            case,
        });
        let (waker, value) = (Some(waker.clone()), self.value.take());
        self.key = Some(state.senders.push_back(Sending {
            waker,
            ticket,
            value,
            closed: false,
        }));
    }

    fn deregister(&mut self, chosen: bool) {
        let (Some(core), Some(key)) = (self.core, self.key.take()) else {
            return;
        };
        let node = core.state.lock().senders.remove(key);
        if let Some(node) = node {
            self.closed = chosen && node.closed;
            self.value = node.value;
        }
    }

    fn rewake(&mut self, waker: &Waker) {
        let (Some(core), Some(key)) = (self.core, self.key) else {
            return;
        };
        if let Some(node) = core.state.lock().senders.get_mut(key) {
            refresh(&mut node.waker, waker);
        }
    }
}

impl<T: std::marker::Send + 'static> Operation for Recv<'_, T> {
    type Output = Option<T>;
    fn finish(&mut self) -> Option<T> {
        self.result.take().flatten()
    }
}

impl<T: std::marker::Send + 'static> Operation for Send<'_, T> {
    type Output = ();
    fn finish(&mut self) {
        if self.closed {
            send_on_closed();
        }
    }
}

/// What [`Chan::recv_or_zero`](super::Chan::recv_or_zero) returns.
#[cfg(feature = "value")]
#[must_use = "futures do nothing unless awaited"]
pub struct RecvOrZero<'a, T: crate::value::Value>(pub(super) Recv<'a, T>);

#[cfg(feature = "value")]
impl<T: crate::value::Value> Future for RecvOrZero<'_, T> {
    type Output = T;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|value| value.unwrap_or_else(T::zero))
    }
}

#[cfg(feature = "value")]
#[allow(unsafe_code)]
// SAFETY: everything is that of the inner case.
unsafe impl<T: crate::value::Value> RawCase for RecvOrZero<'_, T> {
    fn addr(&self) -> usize {
        self.0.addr()
    }
    fn lock(&self) {
        self.0.lock();
    }
    unsafe fn unlock(&self) {
        // SAFETY: the contract is the same.
        unsafe { self.0.unlock() }
    }
    unsafe fn attempt(&mut self) -> Option<Wake> {
        // SAFETY: the contract is the same.
        unsafe { self.0.attempt() }
    }
    unsafe fn register(&mut self, waker: &Waker, chosen: &Arc<AtomicUsize>, case: usize) {
        // SAFETY: the contract is the same.
        unsafe { self.0.register(waker, chosen, case) }
    }
    fn deregister(&mut self, chosen: bool) {
        self.0.deregister(chosen);
    }
    fn rewake(&mut self, waker: &Waker) {
        self.0.rewake(waker);
    }
    fn cancel(&mut self) {
        self.0.cancel();
    }
}

#[cfg(feature = "value")]
impl<T: crate::value::Value> Operation for RecvOrZero<'_, T> {
    type Output = T;
    fn finish(&mut self) -> T {
        self.0.finish().unwrap_or_else(T::zero)
    }
}
