//! What the blocking primitives wait on: a list of listeners that are notified one by one or all together.
//!
//! A primitive tries, starts to listen, tries again and only then waits; whoever changes the primitive does so first
//! and notifies afterwards. Both sides use sequentially consistent operations, so no notification is missed. A listener
//! that was notified alone and is dropped without having been awaited passes the notification on.

use std::future::Future;
use std::pin::Pin;

use std::task::{Context, Poll, Waker};

use crate::chan::queue::WaitQueue;
use crate::shim::Lock;
use crate::shim::atomic::{AtomicUsize, Ordering::SeqCst, fence};
use crate::task::{Wait, waiting};

pub(crate) struct WaitList {
    /// How many listeners are registered, for notifiers to skip the lock.
    listening: AtomicUsize,
    queue: Lock<WaitQueue<Node>>,
}

#[derive(Default)]
struct Node {
    waker: Option<Waker>,
    notified: Notified,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Notified {
    #[default]
    No,
    Alone,
    WithAll,
}

impl WaitList {
    pub(crate) const fn new() -> Self {
        WaitList {
            listening: AtomicUsize::new(0),
            queue: Lock::new(WaitQueue::new()),
        }
    }

    /// Starts listening; notifications count from now on.
    pub(crate) fn listen(&self, wait: Wait) -> Listener<'_> {
        self.listening.fetch_add(1, SeqCst);
        let key = self.queue.lock().push_back(Node::default());
        fence(SeqCst);
        Listener {
            list: self,
            key: Some(key),
            wait,
        }
    }

    /// Waits until an attempt succeeds.
    pub(crate) async fn until(&self, wait: Wait, mut attempt: impl FnMut() -> bool) {
        loop {
            if attempt() {
                return;
            }
            let listener = self.listen(wait);
            if attempt() {
                return;
            }
            listener.await;
        }
    }

    /// Notifies the listener that came first.
    pub(crate) fn notify_one(&self) {
        fence(SeqCst);
        if self.listening.load(SeqCst) == 0 {
            return;
        }
        let waker = self.queue.lock().pop_front().and_then(|node| {
            node.notified = Notified::Alone;
            node.waker.take()
        });
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Notifies all listeners.
    pub(crate) fn notify_all(&self) {
        fence(SeqCst);
        if self.listening.load(SeqCst) == 0 {
            return;
        }
        let mut wakers = Vec::new();
        let mut queue = self.queue.lock();
        while let Some(node) = queue.pop_front() {
            node.notified = Notified::WithAll;
            wakers.extend(node.waker.take());
        }
        drop(queue);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// A place in a [`WaitList`]; ready when notified.
pub(crate) struct Listener<'a> {
    list: &'a WaitList,
    key: Option<usize>,
    wait: Wait,
}

impl Future for Listener<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(key) = self.key else {
            return Poll::Ready(());
        };
        let mut queue = self.list.queue.lock();
        if let Some(node) = queue.get_mut(key)
            && node.notified == Notified::No
        {
            node.waker = Some(cx.waker().clone());
            drop(queue);
            waiting(self.wait);
            return Poll::Pending;
        }
        queue.remove(key);
        drop(queue);
        self.key = None;
        self.list.listening.fetch_sub(1, SeqCst);
        Poll::Ready(())
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let node = self.list.queue.lock().remove(key);
        self.list.listening.fetch_sub(1, SeqCst);
        if node.is_some_and(|node| node.notified == Notified::Alone) {
            self.list.notify_one();
        }
    }
}
