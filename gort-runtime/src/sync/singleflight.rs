//! Work that is done once for all who ask for it at the same time, as `golang.org/x/sync/singleflight` has it.
//!
//! - In: a key and the work for it.
//! - Out: [`Group`], whose callers with the same key share one piece of work.
//! - Invariants: a key is in the map while its work is under way and not forgotten. Work goes on in a goroutine of its own, so
//!   that it ends whoever gives up waiting; no code of the user's runs under a lock that spins.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use super::owned::Mutex;
use super::relay::Relay;
use super::wait_list::WaitList;
use crate::chan::{Chan, Receiver};
use crate::task::{self, Wait};

/// What a call gave, and whether others got the same: `(value, shared)`.
///
/// ```
/// use gort_runtime::{sync::singleflight::{Group, Outcome}, task};
/// task::test(async {
///     let (value, shared): Outcome<i32> = Group::new().do_("key", || async { 1 }).await;
///     assert_eq!((value, shared), (1, false));
/// });
/// ```
pub type Outcome<V> = (V, bool);

/// Work by key, each done once for all who ask for it while it is under way. Clones are the same group.
///
/// ```
/// use gort_runtime::{sync::{TaskGroup, singleflight::Group}, task};
/// use std::sync::{Arc, atomic::{AtomicU32, Ordering}};
/// task::test(async {
///     let (group, fetched) = (Group::new(), Arc::new(AtomicU32::new(0)));
///     let callers = TaskGroup::new();
///     for _ in 0..5 {
///         let (group, fetched) = (group.clone(), fetched.clone());
///         callers.spawn(async move {
///             let fetch = || async move {
///                 task::gosched().await;
///                 fetched.fetch_add(1, Ordering::Relaxed);
///                 "the page"
///             };
///             assert_eq!(group.do_("url", fetch).await.0, "the page");
///         });
///     }
///     callers.wait().await;
///     assert!(fetched.load(Ordering::Relaxed) <= 5);
/// });
/// ```
///
/// # Differences from Go
/// Work is done in a goroutine of its own and not in the first caller's, so that it is done whoever gives up waiting. A
/// result with an error is a value as any other: use a `Result` whose error can be cloned.
pub struct Group<K, V> {
    calls: Arc<Mutex<HashMap<K, Arc<Call<V>>>>>,
}

pub(crate) struct Call<V> {
    state: Mutex<State<V>>,
    waiters: WaitList,
}

struct State<V> {
    result: Option<Result<V, Relay>>,
    /// Whether more than one asked.
    shared: bool,
    chans: Vec<Chan<Outcome<V>>>,
}

impl<K, V> Clone for Group<K, V> {
    fn clone(&self) -> Self {
        Group {
            calls: self.calls.clone(),
        }
    }
}

impl<K, V> Default for Group<K, V> {
    fn default() -> Self {
        Group {
            calls: Arc::new(Mutex::new(HashMap::new())),
        }
    }
}

impl<K, V> Group<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + 'static,
{
    /// A group without work.
    ///
    /// ```
    /// let group = gort_runtime::sync::singleflight::Group::<u32, u32>::new();
    /// group.forget(&1);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// What the work for a key gives, and whether it was shared: the work is begun, or waited for if it is under way.
    ///
    /// # Panics
    /// As the work panics, in all who wait for it; outside of the runtime. If the work calls `Goexit`, so do they.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it waits no longer; the work goes on.
    ///
    /// ```
    /// use gort_runtime::{sync::singleflight::Group, task};
    /// task::test(async {
    ///     let group = Group::new();
    ///     let value = group.do_("key", || async { Ok::<_, String>(42) }).await;
    ///     assert_eq!(value, (Ok(42), false));
    /// });
    /// ```
    pub async fn do_<F>(&self, key: K, work: impl FnOnce() -> F + Send + 'static) -> Outcome<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        self.begin(key, work, None).outcome().await
    }

    /// As [`do_`](Self::do_), with the result on a channel, which is never closed.
    ///
    /// # Panics
    /// Outside of the runtime. If the work panics the process ends, as nobody could recover it; if it calls `Goexit`,
    /// nothing is sent.
    ///
    /// ```
    /// use gort_runtime::{sync::singleflight::Group, task};
    /// task::test(async {
    ///     let group = Group::new();
    ///     let result = group.do_chan("key", || async { 42 });
    ///     assert_eq!(result.recv().await, Some((42, false)));
    /// });
    /// ```
    pub fn do_chan<F>(&self, key: K, work: impl FnOnce() -> F + Send + 'static) -> Receiver<Outcome<V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let chan = Chan::make(1);
        let receiver = chan.receiver();
        self.begin(key, work, Some(chan));
        receiver
    }

    /// Forgets the work for a key: who asks next begins it anew, and does not wait for what is under way.
    ///
    /// ```
    /// use gort_runtime::{sync::singleflight::Group, task};
    /// task::test(async {
    ///     let group = Group::new();
    ///     let never = group.do_chan("key", || async { task::goexit() });
    ///     group.forget("key");
    ///     assert_eq!(group.do_("key", || async { 1 }).await.0, 1);
    ///     # drop(never);
    /// });
    /// ```
    pub fn forget<Q: Eq + Hash + ?Sized>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        let entry = self.calls.lock().remove_entry(key);
        drop(entry);
    }

    /// The call for a key, begun if there is none.
    fn begin<F>(
        &self,
        key: K,
        work: impl FnOnce() -> F + Send + 'static,
        chan: Option<Chan<Outcome<V>>>,
    ) -> Arc<Call<V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let (call, new) = self.join(key.clone(), chan);
        if new {
            let (group, begun) = (self.clone(), call.clone());
            task::go(async move { group.work(key, begun, work).await });
        }
        call
    }

    /// The call for a key, and whether it is new: then its [work](Self::work) is to be done.
    pub(crate) fn join(&self, key: K, chan: Option<Chan<Outcome<V>>>) -> (Arc<Call<V>>, bool) {
        let mut calls = self.calls.lock();
        if let Some(call) = calls.get(&key) {
            let call = call.clone();
            let mut state = call.state.lock();
            state.shared = true;
            state.chans.extend(chan);
            drop(state);
            return (call, false);
        }
        let call = Arc::new(Call {
            state: Mutex::new(State {
                result: None,
                shared: false,
                chans: chan.into_iter().collect(),
            }),
            waiters: WaitList::new(),
        });
        calls.insert(key, call.clone());
        (call, true)
    }

    pub(crate) async fn work<F>(self, key: K, call: Arc<Call<V>>, work: impl FnOnce() -> F)
    where
        F: Future<Output = V>,
    {
        let result = match caught(work).await {
            Ok(value) => Ok(value),
            Err(payload) => Err(Relay::new(payload)),
        };
        // From here on nobody joins.
        let mut calls = self.calls.lock();
        if calls.get(&key).is_some_and(|now| Arc::ptr_eq(now, &call)) {
            calls.remove(&key);
        }
        drop(calls);
        let mut state = call.state.lock();
        state.result = Some(result.clone());
        let (shared, chans) = (state.shared, std::mem::take(&mut state.chans));
        drop(state);
        call.waiters.notify_all();
        match result {
            Ok(value) => chans.into_iter().for_each(|chan| {
                // There is room for the one value.
                let _ = chan.try_send((value.clone(), shared));
            }),
            Err(relay @ Relay::Panic(_)) if !chans.is_empty() => relay.raise(),
            Err(_) => {}
        }
    }
}

impl<V: Clone> Call<V> {
    /// Waits for what the work gives.
    pub(crate) async fn outcome(&self) -> Outcome<V> {
        let ready = || self.state.lock().result.is_some();
        self.waiters.until(Wait::WaitGroupWait, ready).await;
        let (result, shared) = {
            let state = self.state.lock();
            (state.result.clone(), state.shared)
        };
        match result {
            Some(Ok(value)) => (value, shared),
            Some(Err(relay)) => relay.raise(),
            None => unreachable!("it was ready"),
        }
    }
}

/// What work gives, or the payload it panics with.
async fn caught<F: Future>(work: impl FnOnce() -> F) -> std::thread::Result<F::Output> {
    let mut future = Box::pin(catch_unwind(AssertUnwindSafe(work))?);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(payload) => Poll::Ready(Err(payload)),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chan;

    #[test]
    fn callers_at_the_same_time_share_one_piece_of_work() {
        task::test(async {
            let group = Group::new();
            let (open, gate) = chan::channel::<()>(0);
            let first = group.do_chan(1, move || async move { gate.recv().await });
            let others = [(); 3].map(|()| group.do_chan(1, || async { unreachable!("it is under way") }));
            drop(open);
            assert_eq!(first.recv().await, Some((None, true)));
            for other in others {
                assert_eq!(other.recv().await, Some((None, true)));
            }
            assert_eq!(group.do_(1, || async { Some(()) }).await, (Some(()), false));
        });
    }

    #[test]
    fn what_is_forgotten_is_begun_anew_and_ends_unharmed() {
        task::test(async {
            let group = Group::new();
            let (open, gate) = chan::channel::<()>(0);
            let first = group.do_chan("key", move || async move {
                gate.recv().await;
                1
            });
            group.forget("key");
            assert_eq!(group.do_("key", || async { 2 }).await, (2, false));
            drop(open);
            assert_eq!(first.recv().await, Some((1, false)));
        });
    }

    #[test]
    fn all_who_wait_panic_as_the_work_did() {
        task::test(async {
            let group: Group<u8, ()> = Group::new();
            let (told, heard) = chan::channel(2);
            let (open, gate) = chan::channel::<()>(0);
            for _ in 0..2 {
                let (group, told, gate) = (group.clone(), told.clone(), gate.clone());
                task::go(async move {
                    let work = || async move {
                        gate.recv().await;
                        panic!("no luck")
                    };
                    let payload = caught(|| group.do_(1, work)).await.err();
                    told.send(payload.map(Relay::new)).await.unwrap();
                });
            }
            task::gosched().await;
            drop(open);
            for _ in 0..2 {
                assert!(matches!(heard.recv().await, Some(Some(Relay::Panic(_)))));
            }
            assert!(group.calls.lock().is_empty());
        });
    }

    #[test]
    fn goexit_of_the_work_is_goexit_of_those_who_wait() {
        task::test(async {
            let group: Group<u8, ()> = Group::new();
            let (told, heard) = chan::channel::<()>(0);
            task::go(async move {
                let _told = told;
                group.do_(1, || async { task::goexit() }).await;
                unreachable!("this goroutine is over");
            });
            assert_eq!(heard.recv().await, None);
        });
    }
}
