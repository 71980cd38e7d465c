//! What the blocking primitives wait on: queues of nodes that are part of the waiting futures.
//!
//! - In: primitives that are a [`Host`] of queues under one lock.
//! - Out: [`Turn`], which waits in such a queue, and [`WaitList`], a host for primitives that try, start to listen, try again and
//!   only then wait.
//! - Invariants: a turn is pinned before it is queued, and leaves the queue before it is gone; one that was notified and
//!   is dropped without having been awaited tells its host, which passes the notification on. Whoever changes a primitive
//!   on a [`WaitList`] does so first and notifies afterwards, both with sequentially consistent operations.
#![allow(unsafe_code)]

use std::marker::PhantomPinned;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use crate::chan::node::{Node, Queue, Stage};
use crate::chan::slot::Slot;
use crate::shim::atomic::{AtomicBool, Ordering::SeqCst, fence};
use crate::shim::{Lock, const_unless_modelled};
use crate::task::{Wait, waiting_on};

/// What has queues of waiting [turns](Turn).
///
/// # Safety
/// `abandon` must take a node that is still queued off its queue.
pub(crate) unsafe trait Host: Sized {
    type Queues;
    /// The queues and their lock.
    fn queues(&self) -> &Lock<Self::Queues>;
    /// A turn is dropped that was queued, or was notified and not awaited.
    fn abandon(&self, turn: &Turn<'_, Self>);
}

/// A place in a queue; ready when notified. The value of the node is whatever the host makes of it.
pub(crate) struct Turn<'a, H: Host> {
    host: &'a H,
    node: Node<()>,
    wait: Wait,
    /// Whether a goroutine of a bubble that waits here is woken by its bubble only.
    durable: bool,
    _pinned: PhantomPinned,
}

impl<'a, H: Host> Turn<'a, H> {
    pub(crate) fn new(host: &'a H, wait: Wait) -> Self {
        Turn {
            host,
            node: Node::new(Slot::empty()),
            wait,
            durable: wait.is_durable(),
            _pinned: PhantomPinned,
        }
    }

    /// Says whether the wait is durable in a bubble, where its kind does not.
    fn if_durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    pub(crate) fn node(&self) -> &Node<()> {
        &self.node
    }

    /// What it waits for.
    pub(crate) fn wait(&self) -> Wait {
        self.wait
    }

    /// Queues the node where `place` says, under the lock, unless that says that there is no need to wait.
    pub(crate) fn enqueue(
        self: Pin<&mut Self>,
        place: impl FnOnce(&mut H::Queues) -> Option<(&mut Queue<()>, End)>,
    ) -> bool {
        debug_assert_eq!(self.node.stage(), Stage::Idle);
        let mut queues = self.host.queues().lock();
        match place(&mut queues) {
            // SAFETY: the node is pinned with this, not queued, and abandoned before it is dropped.
            Some((queue, End::Back)) => unsafe { queue.push_back(&self.node) },
            // SAFETY: as above.
            Some((queue, End::Front)) => unsafe { queue.push_front(&self.node) },
            None => return false,
        }
        true
    }

    /// Waits to be notified, and takes what the notifier put into the node.
    pub(crate) async fn notified(mut self: Pin<&mut Self>) -> Option<()> {
        std::future::poll_fn(|cx| self.as_mut().poll_notified(cx)).await
    }

    fn poll_notified(self: Pin<&mut Self>, cx: &Context<'_>) -> Poll<Option<()>> {
        if self.node.stage() == Stage::Queued {
            let queues = self.host.queues().lock();
            if self.node.stage() == Stage::Queued {
                // SAFETY: this owns the node, and the queues are locked.
                let before = unsafe { self.node.wait_as_task(cx.waker()) };
                drop(queues);
                drop(before);
                waiting_on(self.wait, || self.durable);
                return Poll::Pending;
            }
        }
        self.node.reset();
        // SAFETY: the node is not queued any more.
        Poll::Ready(unsafe { self.node.value() }.take())
    }
}

/// At which end of a queue a turn begins.
pub(crate) enum End {
    Front,
    Back,
}

impl<H: Host> Drop for Turn<'_, H> {
    fn drop(&mut self) {
        if self.node.stage() != Stage::Idle {
            self.host.abandon(self);
        }
    }
}

/// Takes a node off its queue if it is still there.
///
/// # Safety
/// The caller owns the node, which was queued nowhere else, and holds the queue's lock.
pub(crate) unsafe fn leave(queue: &mut Queue<()>, node: &Node<()>) -> bool {
    let queued = node.stage() == Stage::Queued;
    if queued {
        // SAFETY: the contract.
        unsafe {
            queue.unlink(node);
            node.finish(Stage::Idle);
        }
    }
    queued
}

/// Notifies the first in a queue; whom to wake after unlocking.
///
/// # Safety
/// The caller holds the queue's lock.
pub(crate) unsafe fn notify_first(queue: &mut Queue<()>, value: Option<()>, stage: Stage) -> Option<Option<Waker>> {
    // SAFETY: the contract; the node is finished at once.
    unsafe {
        let (node, wake) = queue.claim_front()?;
        *node.value() = value.map_or_else(Slot::empty, Slot::new);
        node.finish(stage);
        Some(wake)
    }
}

/// A queue of listeners that are notified one by one or all together.
pub(crate) struct WaitList {
    /// Whether somebody listens, for notifiers to skip the lock.
    listening: AtomicBool,
    queue: Lock<Queue<()>>,
}

/// A place in a [`WaitList`]. A notification of one alone is [`Stage::Done`], one of all [`Stage::Closed`].
pub(crate) type Listener<'a> = Turn<'a, WaitList>;

// SAFETY: `abandon` calls `leave`.
unsafe impl Host for WaitList {
    type Queues = Queue<()>;

    fn queues(&self) -> &Lock<Queue<()>> {
        &self.queue
    }

    fn abandon(&self, turn: &Turn<'_, Self>) {
        let node = turn.node();
        let mut queue = self.queue.lock();
        // SAFETY: the owner calls this, under the lock.
        unsafe { leave(&mut queue, node) };
        self.listening.store(!queue.is_empty(), SeqCst);
        drop(queue);
        if node.stage() == Stage::Done {
            self.notify_one();
        }
        node.reset();
    }
}

impl WaitList {
    const_unless_modelled! {
        pub(crate) const fn new() -> Self {
            WaitList {
                listening: AtomicBool::new(false),
                queue: Lock::new(Queue::new()),
            }
        }
    }

    /// Starts listening; notifications count from now on.
    pub(crate) fn listen(&self, listener: Pin<&mut Listener<'_>>) {
        listener.enqueue(|queue| {
            self.listening.store(true, SeqCst);
            Some((queue, End::Back))
        });
        fence(SeqCst);
    }

    /// Waits until an attempt succeeds.
    pub(crate) async fn until(&self, wait: Wait, attempt: impl FnMut() -> bool) {
        self.until_if(wait, || wait.is_durable(), attempt).await;
    }

    /// As [`until`](Self::until), where it is said whether the wait is durable in a bubble.
    pub(crate) async fn until_if(&self, wait: Wait, durable: impl Fn() -> bool, mut attempt: impl FnMut() -> bool) {
        loop {
            if attempt() {
                return;
            }
            let mut listener = pin!(Listener::new(self, wait).if_durable(durable()));
            self.listen(listener.as_mut());
            if attempt() {
                return;
            }
            listener.notified().await;
        }
    }

    /// Notifies the listener that came first.
    pub(crate) fn notify_one(&self) {
        fence(SeqCst);
        if !self.listening.load(SeqCst) {
            return;
        }
        let mut queue = self.queue.lock();
        // SAFETY: the queue is locked.
        let wake = unsafe { notify_first(&mut queue, None, Stage::Done) };
        self.listening.store(!queue.is_empty(), SeqCst);
        drop(queue);
        if let Some(waker) = wake.flatten() {
            waker.wake();
        }
    }

    /// Notifies all listeners.
    pub(crate) fn notify_all(&self) {
        fence(SeqCst);
        if !self.listening.load(SeqCst) {
            return;
        }
        let mut wakers = Vec::new();
        let mut queue = self.queue.lock();
        // SAFETY: the queue is locked.
        while let Some(wake) = unsafe { notify_first(&mut queue, None, Stage::Closed) } {
            wakers.extend(wake);
        }
        self.listening.store(false, SeqCst);
        drop(queue);
        wakers.into_iter().for_each(Waker::wake);
    }
}
