//! Groups of goroutines that may fail, as `golang.org/x/sync/errgroup` has them.
//!
//! - In: futures that yield a `Result`.
//! - Out: [`ErrGroup`], which waits for all and tells the first error.
//! - Invariants: the first error cancels the group's context, if it has one, and is its cause; a limit holds for goroutines
//!   that run at the same time.

use std::future::Future;
use std::sync::Arc;

use super::{Semaphore, TaskGroup};
#[cfg(feature = "context")]
use crate::context::native;
#[cfg(feature = "value")]
use crate::context::{self, Ctx};
use crate::shim::Lock;
use crate::shim::atomic::{AtomicBool, Ordering::SeqCst};
#[cfg(feature = "value")]
use crate::value::GoError;

/// A group of goroutines that may fail with an `E`; clones are the same group.
///
/// ```
/// use gort_runtime::{sync::ErrGroup, task};
/// task::test(async {
///     let group = ErrGroup::with_limit(2);
///     for i in 0..5 {
///         group.go(async move { if i == 3 { Err("three") } else { Ok(()) } }).await;
///     }
///     assert_eq!(group.wait().await, Err("three"));
/// });
/// ```
pub struct ErrGroup<E>(Arc<Shared<E>>);

struct Shared<E> {
    tasks: TaskGroup,
    failed: AtomicBool,
    first: Lock<Option<E>>,
    limit: Option<Semaphore>,
    cancel: Option<Cancel<E>>,
}

/// Cancels the group's context, because of an error or because the group is over.
type Cancel<E> = Box<dyn Fn(Option<&E>) + Send + Sync>;

impl<E> Clone for ErrGroup<E> {
    fn clone(&self) -> Self {
        ErrGroup(self.0.clone())
    }
}

impl<E: Send + 'static> Default for ErrGroup<E> {
    fn default() -> Self {
        Self::make(None, None)
    }
}

impl<E: Send + 'static> ErrGroup<E> {
    fn make(limit: Option<usize>, cancel: Option<Cancel<E>>) -> Self {
        ErrGroup(Arc::new(Shared {
            tasks: TaskGroup::new(),
            failed: AtomicBool::new(false),
            first: Lock::new(None),
            limit: limit.map(|limit| Semaphore::new(limit as i64)),
            cancel,
        }))
    }

    /// A group without a limit.
    ///
    /// ```
    /// use gort_runtime::{sync::ErrGroup, task};
    /// task::test(async {
    ///     let group: ErrGroup<String> = ErrGroup::new();
    ///     assert_eq!(group.wait().await, Ok(()));
    /// });
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// A group of which at most `limit` goroutines run at the same time.
    ///
    /// ```
    /// use gort_runtime::{sync::ErrGroup, task};
    /// task::test(async {
    ///     let group: ErrGroup<String> = ErrGroup::with_limit(0);
    ///     assert!(!group.try_go(async { Ok(()) }));
    /// });
    /// ```
    pub fn with_limit(limit: usize) -> Self {
        Self::make(Some(limit), None)
    }

    /// A group, and a context below `parent` that is cancelled with the first error, which is its cause then, or when
    /// [`wait`](Self::wait) returns.
    ///
    /// # Panics
    /// With Go's text if the parent is nil.
    ///
    /// # Differences from Go
    /// The limit is given here, and not set later.
    ///
    /// ```
    /// use gort_runtime::{context, sync::ErrGroup, task};
    /// task::test(async {
    ///     let (group, ctx) = ErrGroup::with_context(context::background(), None);
    ///     group.go(async { Err("broken") }).await;
    ///     ctx.done().recv().await;
    ///     assert_eq!(context::cause(ctx).error(), "broken");
    ///     assert_eq!(group.wait().await, Err("broken"));
    /// });
    /// ```
    #[cfg(feature = "value")]
    pub fn with_context(parent: Ctx, limit: Option<usize>) -> (Self, Ctx)
    where
        E: Clone + Into<GoError>,
    {
        let (ctx, cancel) = context::with_cancel_cause(parent);
        let cancel = move |error: Option<&E>| cancel(error.map_or_else(GoError::nil, |error| error.clone().into()));
        (Self::make(limit, Some(Box::new(cancel))), ctx)
    }

    /// A group, and a context below `parent` that is cancelled with the first error, which is its cause then, or when
    /// [`wait`](Self::wait) returns.
    ///
    /// # Differences from Go
    /// The limit is given here, and not set later.
    ///
    /// ```
    /// use gort_runtime::{context::native::Context, sync::ErrGroup, task};
    /// task::test(async {
    ///     let (group, ctx) = ErrGroup::in_context(&Context::background(), None);
    ///     let waits = ctx.clone();
    ///     group.go(async move { waits.done().await; Ok(()) }).await;
    ///     group.go(async { Err("broken") }).await;
    ///     assert_eq!(group.wait().await, Err("broken"));
    ///     assert_eq!(ctx.cause().unwrap().to_string(), "broken");
    /// });
    /// ```
    #[cfg(feature = "context")]
    pub fn in_context(parent: &native::Context, limit: Option<usize>) -> (Self, native::Context)
    where
        E: Clone + Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self::in_context_for(parent, limit, |error| Arc::from(error.clone().into()))
    }

    /// As [`in_context`](Self::in_context), for errors of any kind: `cause` says what the context is told of one.
    ///
    /// ```
    /// use gort_runtime::{context::native::Context, sync::ErrGroup, task};
    /// use std::{io, sync::Arc};
    /// task::test(async {
    ///     let (group, ctx) = ErrGroup::in_context_for(&Context::background(), None, |error: &io::Error| {
    ///         Arc::new(io::Error::from(error.kind()))
    ///     });
    ///     group.go(async { Err(io::ErrorKind::NotFound.into()) }).await;
    ///     assert!(group.wait().await.is_err());
    ///     assert!(ctx.cause().unwrap().is::<io::Error>());
    /// });
    /// ```
    #[cfg(feature = "context")]
    pub fn in_context_for(
        parent: &native::Context,
        limit: Option<usize>,
        cause: impl Fn(&E) -> native::Cause + Send + Sync + 'static,
    ) -> (Self, native::Context) {
        let (ctx, cancel) = parent.with_cancel();
        let cancel = move |error: Option<&E>| cancel.cancel_for(error.map(&cause));
        (Self::make(limit, Some(Box::new(cancel))), ctx)
    }

    /// Starts a goroutine, when there is room for one.
    ///
    /// # Panics
    /// Outside of the runtime.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has started nothing.
    ///
    /// ```
    /// use gort_runtime::{sync::ErrGroup, task};
    /// task::test(async {
    ///     let group = ErrGroup::new();
    ///     group.go(async { Err("broken") }).await;
    ///     assert_eq!(group.wait().await, Err("broken"));
    /// });
    /// ```
    pub async fn go(&self, future: impl Future<Output = Result<(), E>> + Send + 'static) {
        if let Some(limit) = &self.0.limit {
            limit.acquire(1).await;
        }
        self.start(future);
    }

    /// Starts a goroutine if there is room for one now; whether there is.
    ///
    /// # Panics
    /// Outside of the runtime.
    ///
    /// ```
    /// use gort_runtime::{sync::ErrGroup, task};
    /// task::test(async {
    ///     let group = ErrGroup::with_limit(1);
    ///     assert!(group.try_go(async { Err("broken") }));
    ///     assert_eq!(group.wait().await, Err("broken"));
    /// });
    /// ```
    pub fn try_go(&self, future: impl Future<Output = Result<(), E>> + Send + 'static) -> bool {
        let room = self.0.limit.as_ref().is_none_or(|limit| limit.try_acquire(1));
        if room {
            self.start(future);
        }
        room
    }

    fn start(&self, future: impl Future<Output = Result<(), E>> + Send + 'static) {
        /// Makes room also after `Goexit`.
        struct Room<E>(Arc<Shared<E>>);
        impl<E> Drop for Room<E> {
            fn drop(&mut self) {
                if let Some(limit) = &self.0.limit {
                    limit.release(1);
                }
            }
        }
        let room = Room(self.0.clone());
        self.0.tasks.spawn(async move {
            if let Err(error) = future.await {
                room.0.failed(error);
            }
            drop(room);
        });
    }

    /// Waits for all goroutines.
    ///
    /// # Errors
    /// With the first error, the first time it is asked for.
    ///
    /// # Cancel safety
    /// Cancelling it has no effect.
    ///
    /// ```
    /// use gort_runtime::{sync::ErrGroup, task};
    /// task::test(async {
    ///     let group = ErrGroup::new();
    ///     group.go(async { Err("broken") }).await;
    ///     assert_eq!(group.wait().await, Err("broken"));
    ///     assert_eq!(group.wait().await, Ok(()));
    /// });
    /// ```
    pub async fn wait(&self) -> Result<(), E> {
        self.0.tasks.wait().await;
        if let Some(cancel) = &self.0.cancel {
            cancel(None);
        }
        let first = self.0.first.lock().take();
        match first {
            Some(error) => {
                self.0.failed.store(false, SeqCst);
                Err(error)
            }
            None => Ok(()),
        }
    }
}

impl<E> Shared<E> {
    fn failed(&self, error: E) {
        if self.failed.swap(true, SeqCst) {
            return;
        }
        // Before the group is over, so that the cause is there when `wait` returns.
        if let Some(cancel) = &self.cancel {
            cancel(Some(&error));
        }
        *self.first.lock() = Some(error);
    }
}

#[cfg(all(test, feature = "value"))]
mod tests {
    use super::*;
    use crate::task;

    #[crate::test]
    async fn the_first_error_cancels_the_others() {
        let (group, ctx) = ErrGroup::with_context(context::background(), None);
        let waits = ctx.clone();
        group
            .go(async move {
                waits.done().recv().await;
                Err("2")
            })
            .await;
        group.go(async { Err("1") }).await;
        assert_eq!(group.wait().await, Err("1"));
        assert_eq!(group.wait().await, Ok(()));
        assert_eq!(context::cause(ctx).error(), "1");
    }

    #[crate::test]
    async fn a_limit_holds() {
        let group: ErrGroup<()> = ErrGroup::with_limit(1);
        let gate: crate::chan::Chan<()> = crate::chan::Chan::make(0);
        let opened = gate.clone();
        group
            .go(async move {
                opened.recv().await;
                Ok(())
            })
            .await;
        assert!(!group.try_go(async { Ok(()) }));
        task::go(async move { gate.send(()).await });
        group.go(async { Ok(()) }).await;
        assert_eq!(group.wait().await, Ok(()));
    }
}
