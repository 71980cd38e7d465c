//! `sync.WaitGroup`, and groups of goroutines that are waited for together.

use crate::shim::atomic::{AtomicI64, Ordering::SeqCst};
use crate::shim::block_on;
use crate::shim::process::atomic::AtomicU16;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::wait_list::WaitList;
use super::{InPlace, in_place};
use crate::panic::go_panic_plain;
use crate::task::{self, Wait, bubble};
#[cfg(feature = "value")]
use crate::value::Ptr;

/// Go's `sync.WaitGroup`.
///
/// ```
/// use gort_runtime::{sync::WaitGroup, task};
/// use std::sync::Arc;
/// task::test(async {
///     let group = Arc::new(WaitGroup::default());
///     for i in 0..3 {
///         group.go(async move { println!("{i}") });
///     }
///     group.wait().await;
/// });
/// ```
pub struct WaitGroup {
    count: AtomicI64,
    /// The bubble in which its count was raised from zero; 0 is none.
    bubble: AtomicU16,
    waiters: WaitList,
}

impl Default for WaitGroup {
    fn default() -> Self {
        WaitGroup {
            count: AtomicI64::new(0),
            bubble: AtomicU16::new(0),
            waiters: WaitList::new(),
        }
    }
}

in_place!(WaitGroup, "sync.WaitGroup");

impl InPlace for WaitGroup {}

impl WaitGroup {
    /// Changes the count.
    ///
    /// # Panics
    /// With Go's `sync: negative WaitGroup counter`, and if it was changed in a bubble and is now outside, or the other way
    /// round, before the count was zero and somebody has waited for that.
    ///
    /// ```
    /// use gort_runtime::{sync::WaitGroup, task};
    /// use std::sync::Arc;
    /// task::test(async {
    ///     let group = Arc::new(WaitGroup::default());
    ///     group.add(1);
    ///     let counts = group.clone();
    ///     task::go(async move { counts.done() });
    ///     group.wait().await;
    /// });
    /// ```
    pub fn add(&self, n: i64) {
        if bubble::any() {
            self.enter_bubble();
        }
        self.change(n);
    }

    /// Belongs to the bubble in which it is used first.
    #[cold]
    fn enter_bubble(&self) {
        let (here, of) = (bubble::here(), self.bubble.load(SeqCst));
        if here == of {
            return;
        }
        if here != 0 && of != 0 {
            go_panic_plain("sync: WaitGroup.Add called from multiple synctest bubbles");
        }
        if of != 0 || self.count.load(SeqCst) != 0 {
            go_panic_plain("sync: WaitGroup.Add called from inside and outside synctest bubble");
        }
        let _ = self.bubble.compare_exchange(0, here, SeqCst, SeqCst);
    }

    fn change(&self, n: i64) {
        let count = self.count.fetch_add(n, SeqCst) + n;
        if count < 0 {
            go_panic_plain("sync: negative WaitGroup counter");
        }
        if count == 0 {
            self.waiters.notify_all();
        }
    }

    /// Counts down by one.
    ///
    /// # Panics
    /// With Go's `sync: negative WaitGroup counter`.
    ///
    /// ```
    /// let group = gort_runtime::sync::WaitGroup::default();
    /// group.add(1);
    /// group.done();
    /// group.wait_sync();
    /// ```
    #[inline]
    pub fn done(&self) {
        self.add(-1);
    }

    /// Waits until the count is zero.
    ///
    /// # Cancel safety
    /// Cancelling it has no effect.
    ///
    /// ```
    /// use gort_runtime::{sync::WaitGroup, task};
    /// task::test(async {
    ///     WaitGroup::default().wait().await;
    /// });
    /// ```
    pub async fn wait(&self) {
        let durable = || bubble::here() == self.bubble.load(SeqCst);
        let over = || self.count.load(SeqCst) == 0;
        self.waiters.until_if(Wait::WaitGroupWait, durable, over).await;
        if bubble::any() && durable() {
            self.bubble.store(0, SeqCst);
        }
    }

    /// Waits from code that cannot suspend.
    ///
    /// ```
    /// gort_runtime::sync::WaitGroup::default().wait_sync();
    /// ```
    pub fn wait_sync(&self) {
        // In a bubble, waiting for nothing lets the group go too.
        if self.count.load(SeqCst) != 0 || bubble::here() != 0 {
            block_on(self.wait());
        }
    }

    /// Starts a goroutine that is waited for: `wg.Go`.
    ///
    /// # Panics
    /// Outside of the runtime.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use gort_runtime::{sync::WaitGroup, task};
    /// task::test(async {
    ///     let group = Arc::new(WaitGroup::default());
    ///     group.go(async { /* work */ });
    ///     group.wait().await;
    /// });
    /// ```
    ///
    /// # Differences from Go
    /// A panic in it ends the process, as in Go; `Goexit` counts down.
    #[track_caller]
    pub fn go(self: &Arc<Self>, future: impl Future<Output = ()> + Send + 'static) {
        start(self.clone(), future);
    }
}

/// Starts a goroutine that a group waits for, however the group is held.
#[track_caller]
fn start<W>(group: W, future: impl Future<Output = ()> + Send + 'static)
where
    W: Deref<Target = WaitGroup> + Send + 'static,
{
    group.add(1);
    let done = Done(group);
    task::go(Counted { future, done });
}

/// Counts down when it is dropped.
struct Done<W: Deref<Target = WaitGroup>>(W);

impl<W: Deref<Target = WaitGroup>> Drop for Done<W> {
    fn drop(&mut self) {
        // It may be dropped anywhere.
        self.0.change(-1);
    }
}

pin_project_lite::pin_project! {
    /// A future that counts down when it is dropped, also after `Goexit`. (An `async` block would hold the future twice.)
    struct Counted<F, D> {
        #[pin]
        future: F,
        done: D,
    }
}

impl<F: Future<Output = ()>, D> Future for Counted<F, D> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().future.poll(cx)
    }
}

#[cfg(feature = "value")]
impl Ptr<WaitGroup> {
    /// Starts a goroutine that is waited for: `wg.Go`.
    ///
    /// ```
    /// use gort_runtime::{prelude::*, sync::WaitGroup};
    /// task::test(async {
    ///     let group = Ptr::new(WaitGroup::zero());
    ///     group.go(async {});
    ///     group.wait().await;
    /// });
    /// ```
    #[track_caller]
    pub fn go(&self, future: impl Future<Output = ()> + Send + 'static) {
        start(self.clone(), future);
    }
}

/// A group of goroutines; clones are the same group.
///
/// ```
/// use gort_runtime::{sync::TaskGroup, task};
/// task::test(async {
///     let group = TaskGroup::new();
///     for i in 0..3 {
///         group.spawn(async move { println!("{i}") });
///     }
///     group.wait().await;
/// });
/// ```
#[derive(Clone, Default)]
pub struct TaskGroup(Arc<WaitGroup>);

impl TaskGroup {
    /// An empty group.
    ///
    /// ```
    /// use gort_runtime::{sync::TaskGroup, task};
    /// task::test(async {
    ///     TaskGroup::new().wait().await;
    /// });
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a goroutine of the group.
    ///
    /// ```
    /// use gort_runtime::{sync::TaskGroup, task};
    /// task::test(async {
    ///     let group = TaskGroup::new();
    ///     let same = group.clone();
    ///     group.spawn(async move { same.spawn(async {}) });
    ///     group.wait().await;
    /// });
    /// ```
    #[track_caller]
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.0.go(future);
    }

    /// Waits for all goroutines of the group.
    ///
    /// # Cancel safety
    /// Cancelling it has no effect.
    ///
    /// ```
    /// use gort_runtime::{sync::TaskGroup, task};
    /// task::test(async {
    ///     let group = TaskGroup::new();
    ///     group.spawn(async {});
    ///     group.wait().await;
    /// });
    /// ```
    pub async fn wait(&self) {
        self.0.wait().await;
    }
}
