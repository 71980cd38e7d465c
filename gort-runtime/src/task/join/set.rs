//! Many goroutines whose results are taken in the order in which they come.
//!
//! - In: futures of one type of value.
//! - Out: [`JoinSet`].
//! - Invariants: each goroutine of the set gives one result; the set knows it until that is taken. Nobody is woken, and no value
//!   dropped, under the lock.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use super::handle::unheard;
use super::run::{Control, Joined, Outcome};
use super::{AbortHandle, JoinError};
use crate::shim::Lock;
use crate::task::{Wait, bubble, count, goroutine, proceed, progress, waiting_on, waker, wakes_same};

/// What the goroutines of a set share with it.
pub(crate) struct Results<T>(Lock<State<T>>);

struct State<T> {
    /// With the numbers of their goroutines, in the order of their coming.
    there: VecDeque<(u64, Result<T, JoinError>)>,
    waker: Option<Waker>,
    /// Nobody asks for them any more.
    detached: bool,
}

impl<T> Results<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Results(Lock::new(State {
            there: VecDeque::new(),
            waker: None,
            detached: false,
        })))
    }

    /// The result that came first.
    pub(crate) fn poll_next(&self, cx: &Context<'_>) -> Poll<(u64, Result<T, JoinError>)> {
        let mut state = self.0.lock();
        if let Some(first) = state.there.pop_front() {
            return Poll::Ready(first);
        }
        let before = match &mut state.waker {
            Some(held) if wakes_same(held, cx.waker()) => None,
            held => held.replace(waker(cx.waker())),
        };
        drop(state);
        drop(before);
        Poll::Pending
    }

    /// Nobody will ask; what is there already.
    fn detach(&self) -> VecDeque<(u64, Result<T, JoinError>)> {
        let mut state = self.0.lock();
        state.detached = true;
        std::mem::take(&mut state.there)
    }
}

/// A goroutine of a set, as its goroutine knows it.
pub(crate) struct Member<T> {
    pub(crate) control: Arc<Control>,
    pub(crate) results: Arc<Results<T>>,
}

impl<T: Send> Outcome<T> for Member<T> {
    fn control(&self) -> &Control {
        &self.control
    }

    fn tell(&mut self, result: Result<T, JoinError>) {
        let mut state = self.results.0.lock();
        self.control.set_over();
        if state.detached {
            drop(state);
            return unheard(result, &self.control);
        }
        state.there.push_back((self.control.id(), result));
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Goroutines whose results are taken in the order in which they end. Dropping the set aborts them.
///
/// ```
/// use gort_runtime::task::{self, JoinSet};
/// task::test(async {
///     let mut set = JoinSet::new();
///     for i in 0..3 {
///         set.spawn(async move { i * i });
///     }
///     let mut squares = Vec::new();
///     while let Some(square) = set.join_next().await {
///         squares.push(square.unwrap());
///     }
///     squares.sort();
///     assert_eq!(squares, [0, 1, 4]);
/// });
/// ```
///
/// # Differences from Go
/// Go has a `sync.WaitGroup` and a channel for that.
pub struct JoinSet<T> {
    results: Arc<Results<T>>,
    /// Those whose results were not taken yet.
    members: HashMap<u64, Arc<Control>>,
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        JoinSet {
            results: Results::new(),
            members: HashMap::new(),
        }
    }
}

impl<T> JoinSet<T> {
    /// An empty set.
    ///
    /// ```
    /// assert!(gort_runtime::task::JoinSet::<()>::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// How many goroutines there are whose results were not taken, over or not.
    ///
    /// ```
    /// use gort_runtime::task::{self, JoinSet};
    /// task::test(async {
    ///     let mut set = JoinSet::new();
    ///     set.spawn(async {});
    ///     assert_eq!(set.len(), 1);
    ///     set.join_next().await;
    ///     assert_eq!(set.len(), 0);
    /// });
    /// ```
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    ///
    /// ```
    /// assert!(gort_runtime::task::JoinSet::<()>::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Aborts all goroutines of the set. They stay in it until their results, mostly that they were cancelled, are taken.
    ///
    /// ```
    /// use gort_runtime::task::{self, JoinSet};
    /// task::test(async {
    ///     let mut set = JoinSet::new();
    ///     set.spawn(std::future::pending::<()>());
    ///     set.abort_all();
    ///     assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
    /// });
    /// ```
    pub fn abort_all(&self) {
        self.members.values().for_each(|member| member.abort());
    }
}

impl<T: Send + 'static> JoinSet<T> {
    /// Starts a goroutine of the set.
    ///
    /// # Panics
    /// Outside of the runtime, and of tokio's.
    ///
    /// ```
    /// use gort_runtime::task::{self, JoinSet};
    /// task::test(async {
    ///     let mut set = JoinSet::new();
    ///     let aborts = set.spawn(std::future::pending::<()>());
    ///     aborts.abort();
    ///     assert!(set.join_next().await.unwrap().is_err());
    /// });
    /// ```
    #[track_caller]
    pub fn spawn(&mut self, future: impl Future<Output = T> + Send + 'static) -> AbortHandle {
        let control = Arc::new(Control::new(count::next_id()));
        let member = Member {
            control: control.clone(),
            results: self.results.clone(),
        };
        goroutine::start(Joined::new(future, member), control.id(), Location::caller());
        self.members.insert(control.id(), control.clone());
        AbortHandle(control)
    }

    /// Waits for the goroutine that ends next, and takes its result; `None` if there is none in the set.
    ///
    /// # Errors
    /// The inner result is one if the goroutine panicked, was aborted, or ended by [`goexit`](crate::task::goexit).
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task::{self, JoinSet}};
    /// task::test(async {
    ///     let (mut set, gate) = (JoinSet::new(), Chan::<()>::make(0));
    ///     let opens = gate.clone();
    ///     set.spawn(async move {
    ///         gate.recv().await;
    ///         "the last"
    ///     });
    ///     set.spawn(async { "the first" });
    ///     assert_eq!(set.join_next().await.unwrap().unwrap(), "the first");
    ///     opens.close();
    ///     assert_eq!(set.join_next().await.unwrap().unwrap(), "the last");
    ///     assert!(set.join_next().await.is_none());
    /// });
    /// ```
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// As [`join_next`](Self::join_next), with the number of the goroutine, which is that of its [`AbortHandle`].
    ///
    /// # Cancel safety
    /// Nothing is lost.
    ///
    /// ```
    /// use gort_runtime::task::{self, JoinSet};
    /// task::test(async {
    ///     let mut set = JoinSet::new();
    ///     let id = set.spawn(async { "done" }).id();
    ///     let (joined, value) = set.join_next_with_id().await.unwrap();
    ///     assert_eq!((joined, value.unwrap()), (id, "done"));
    /// });
    /// ```
    pub async fn join_next_with_id(&mut self) -> Option<(u64, Result<T, JoinError>)> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`join_next`](Self::join_next) for futures that are written by hand.
    ///
    /// ```
    /// use gort_runtime::task::{self, JoinSet};
    /// use std::future::poll_fn;
    /// task::test(async {
    ///     let mut set = JoinSet::new();
    ///     set.spawn(async { 5 });
    ///     assert_eq!(poll_fn(|cx| set.poll_join_next(cx)).await.unwrap().unwrap(), 5);
    /// });
    /// ```
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.poll_next(cx).map(|next| next.map(|(_, result)| result))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(u64, Result<T, JoinError>)>> {
        if self.members.is_empty() {
            return Poll::Ready(None);
        }
        ready!(proceed(cx));
        let Poll::Ready((id, result)) = self.results.poll_next(cx) else {
            waiting_on(Wait::Join, || {
                let here = bubble::here();
                self.members.values().all(|member| member.is_of(here))
            });
            return Poll::Pending;
        };
        self.members.remove(&id);
        progress();
        Poll::Ready(Some((id, result)))
    }

    /// Takes a result that is there already.
    ///
    /// ```
    /// use gort_runtime::task::{self, JoinSet};
    /// task::test(async {
    ///     let mut set = JoinSet::new();
    ///     set.spawn(async { 5 });
    ///     let five = loop {
    ///         match set.try_join_next() {
    ///             Some(five) => break five,
    ///             None => task::gosched().await,
    ///         }
    ///     };
    ///     assert_eq!(five.unwrap(), 5);
    /// });
    /// ```
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        let (id, result) = self.results.0.lock().there.pop_front()?;
        self.members.remove(&id);
        Some(result)
    }

    /// Waits for all goroutines, and gives their values in the order in which they came.
    ///
    /// # Panics
    /// With what the first that panicked did so, or if one was aborted or ended by [`goexit`](crate::task::goexit); the others
    /// are aborted.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it aborts the goroutines that are left.
    ///
    /// ```
    /// use gort_runtime::task::{self, JoinSet};
    /// task::test(async {
    ///     let set: JoinSet<i32> = (1..=3).map(|i| async move { 10 * i }).collect();
    ///     assert_eq!(set.join_all().await.iter().sum::<i32>(), 60);
    /// });
    /// ```
    pub async fn join_all(mut self) -> Vec<T> {
        let mut values = Vec::with_capacity(self.len());
        while let Some(result) = self.join_next().await {
            match result.map_err(JoinError::try_into_panic) {
                Ok(value) => values.push(value),
                Err(Ok(payload)) => std::panic::resume_unwind(payload),
                Err(Err(error)) => panic!("{error}"),
            }
        }
        values
    }

    /// Aborts all goroutines, and waits until they are over.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, some may not be over yet; all are aborted.
    ///
    /// ```
    /// use gort_runtime::task::{self, JoinSet};
    /// task::test(async {
    ///     let mut set = JoinSet::new();
    ///     set.spawn(std::future::pending::<()>());
    ///     set.shutdown().await;
    ///     assert!(set.is_empty());
    /// });
    /// ```
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }

    /// Lets all goroutines go on by themselves, as if [`go`](crate::task::go) had started them; a panic in one, also one that was
    /// not told yet, ends the process.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, task::{self, JoinSet}};
    /// task::test(async {
    ///     let (mut set, c) = (JoinSet::new(), Chan::make(0));
    ///     let sender = c.clone();
    ///     set.spawn(async move { sender.send("still here").await });
    ///     set.detach_all();
    ///     assert_eq!(c.recv().await, Some("still here"));
    /// });
    /// ```
    pub fn detach_all(&mut self) {
        let members = std::mem::take(&mut self.members);
        let results = std::mem::replace(&mut self.results, Results::new());
        for (id, result) in results.detach() {
            if let Some(control) = members.get(&id) {
                unheard(result, control);
            }
        }
    }
}

impl<T, F> FromIterator<F> for JoinSet<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = JoinSet::new();
        for future in futures {
            set.spawn(future);
        }
        set
    }
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.abort_all();
        drop(self.results.detach());
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish()
    }
}
