//! Go's `select`.
//!
//! - In: operations that are [cases](Case): the futures of channels, and any other in an [`Awaited`].
//! - Out: [`wait`] and [`try_now`], which `select!` is made of; [`Select`] for cases known only while running.
//! - Invariants: as in Go, all channels are locked in the order of their addresses; the cases are tried in a random
//!   order; if none can proceed, each is queued at its channel with the [`Ticket`] that the first to serve one of them
//!   claims. When a case was chosen, the others leave their queues before the arm runs. The ticket is part of the pinned
//!   future that waits, and outlives all nodes that point to it.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::future::{Future, poll_fn};
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker, ready};

use crate::shim::atomic::{AtomicU32, Ordering};
use crate::shim::random;
use crate::task::{Hold, Wait, proceed, progress, waiting_for, waiting_for_ever, waker, wakes_same};

mod dynamic;
mod future;
#[doc(hidden)]
pub mod kind;

pub use dynamic::{Chosen, Select};
pub use future::Awaited;

/// An operation that can be a case of `select!`.
///
/// ```
/// use gort_runtime::{chan::Chan, select::Case};
/// fn is_a_case(_: &impl Case) {}
/// is_a_case(&Chan::<i32>::make(0).recv());
/// ```
pub trait Case: RawCase {}
impl<C: RawCase + ?Sized> Case for C {}

/// The result of a case that was chosen.
///
/// ```
/// use gort_runtime::{chan::Chan, select::Operation};
/// fn yields<O: Operation<Output = Option<i32>>>(_: &O) {}
/// yields(&Chan::make(0).recv());
/// ```
pub trait Operation: RawCase {
    /// What awaiting the operation would yield.
    type Output;
    /// Takes the result.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, select::{self, Operation}, task};
    /// use std::pin::pin;
    /// task::test(async {
    ///     let c = Chan::make(1);
    ///     c.send(5).await;
    ///     let mut recv = pin!(c.recv());
    ///     assert_eq!(select::try_now(&mut [recv.as_mut()]), Some(0));
    ///     assert_eq!(recv.finish(), Some(5));
    /// });
    /// ```
    fn finish(self: Pin<&mut Self>) -> Self::Output;
}

/// What `select!` needs of a case; implemented by the futures of channels, and by nobody else: what is hidden here only `select`
/// can call, which alone makes a [`Ticket`].
///
/// # Safety
/// `lock` must take the lock of the channel at `addr`, the same for the same address, and `unlock` leave it. After
/// `deregister` or `cancel`, and after being dropped, the case must not use the ticket any more.
///
/// ```
/// use gort_runtime::{chan::Chan, select::RawCase};
/// let c = Chan::<i32>::make(0);
/// assert_eq!(RawCase::addr(&c.recv()), RawCase::addr(&c.send(1)));
/// ```
pub unsafe trait RawCase {
    /// The channel's address; 0 for nil, whose case never proceeds.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, select::RawCase};
    /// assert_eq!(Chan::<i32>::nil().recv().addr(), 0);
    /// ```
    fn addr(&self) -> usize;
    /// Whether it is a future that has no channel: then it has no lock and no queue, and is polled each time.
    ///
    /// ```
    /// use gort_runtime::{chan::Chan, select::RawCase};
    /// assert!(!Chan::<i32>::make(0).recv().is_future());
    /// ```
    fn is_future(&self) -> bool {
        false
    }
    /// The handle that the operation borrows, if it is known.
    #[doc(hidden)]
    fn hold(&self) -> Option<Hold> {
        None
    }
    /// Locks the channel.
    #[doc(hidden)]
    fn lock(&self);
    /// Unlocks it.
    ///
    /// # Safety
    /// The caller locked it.
    #[doc(hidden)]
    unsafe fn unlock(&self);
    /// Whether a goroutine of a bubble (`time::bubble`) that waits for it is woken by its bubble only.
    #[doc(hidden)]
    fn is_durable(&self) -> bool {
        false
    }
    /// Performs the operation if it can be done at once, and says whom to wake after unlocking.
    ///
    /// # Safety
    /// The caller holds the lock.
    #[doc(hidden)]
    unsafe fn attempt(self: Pin<&mut Self>) -> Option<Option<Waker>>;
    /// As [`attempt`](Self::attempt), under a lock taken for it. A [future](Self::is_future) is polled.
    #[doc(hidden)]
    fn attempt_alone(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Option<Option<Waker>> {
        self.lock();
        // SAFETY: locked for it.
        unsafe {
            let done = self.as_mut().attempt();
            self.unlock();
            done
        }
    }
    /// Queues the operation.
    ///
    /// # Safety
    /// The caller holds the lock, and keeps the ticket alive until the case has left its queue.
    #[doc(hidden)]
    unsafe fn register(self: Pin<&mut Self>, ticket: NonNull<Ticket>, case: u32);
    /// Leaves the queue, with the result if this case was chosen. The lock is not held.
    #[doc(hidden)]
    fn deregister(self: Pin<&mut Self>, chosen: bool);
    /// Leaves the queue and gives back what was received. The lock is not held.
    #[doc(hidden)]
    fn cancel(self: Pin<&mut Self>);
}

/// What the queued cases of a waiting select share: which of them was chosen, and whom to wake then.
///
/// ```
/// use gort_runtime::select::Ticket;
/// fn shared<T: Send + Sync>() {}
/// shared::<Ticket>();
/// ```
pub struct Ticket {
    chosen: AtomicU32,
    /// Used under the lock of a channel where a case is queued: by who has claimed the ticket, or, as long as nobody has,
    /// by the owner under the locks of all channels.
    waker: UnsafeCell<Option<Waker>>,
}

// SAFETY: the waker is used by one thread at a time, as said at the field.
unsafe impl Send for Ticket {}
// SAFETY: as above.
unsafe impl Sync for Ticket {}

/// The value of [`Ticket::chosen`] while no case is.
const NONE_CHOSEN: u32 = u32::MAX;
/// While the owner takes its cases off their queues.
const WITHDRAWN: u32 = u32::MAX - 1;

impl Ticket {
    fn new() -> Self {
        Ticket {
            chosen: AtomicU32::new(NONE_CHOSEN),
            waker: UnsafeCell::new(None),
        }
    }

    /// Chooses a case, and gives whom to wake; `None` if another was chosen before.
    ///
    /// # Safety
    /// The caller holds the lock of a channel at which the case was queued until now.
    pub(crate) unsafe fn claim(&self, case: u32) -> Option<Option<Waker>> {
        self.chosen
            .compare_exchange(NONE_CHOSEN, case, Ordering::AcqRel, Ordering::Relaxed)
            .ok()?;
        // SAFETY: only one can have claimed it, and the owner does not touch the waker after that.
        Some(unsafe { &mut *self.waker.get() }.take())
    }

    /// Sees to it that no case is chosen any more; which one was before.
    fn withdraw(&self) -> Option<usize> {
        let withdrawn = self
            .chosen
            .compare_exchange(NONE_CHOSEN, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        withdrawn.err().map(|case| case as usize)
    }

    fn chosen(&self) -> Option<usize> {
        match self.chosen.load(Ordering::Acquire) {
            NONE_CHOSEN => None,
            case => Some(case as usize),
        }
    }
}

/// The cases of a select.
///
/// ```
/// use gort_runtime::{chan::Chan, select::{self, Case, Operation}, task};
/// use std::pin::{Pin, pin};
/// task::test(async {
///     let (a, b): (Chan<i32>, Chan<i32>) = (Chan::make(1), Chan::make(1));
///     a.send(5).await;
///     let (mut a, mut b) = (pin!(a.recv()), pin!(b.recv()));
///     let chosen = select::wait(&mut [a.as_mut() as Pin<&mut (dyn Case + Send)>, b.as_mut()]).await;
///     assert_eq!(chosen, 0);
///     assert_eq!(a.finish(), Some(5));
/// });
/// ```
pub type Cases<'a, 'b> = [Pin<&'a mut (dyn Case + Send + 'b)>];

/// How many cases need no memory of their own.
const FEW: usize = 16;

/// Numbers for the cases of a select: in the array when they are few, else in the vector.
#[derive(Default)]
struct Numbers<T> {
    few: [T; FEW],
    many: Vec<T>,
}

impl<T: Copy + Default> Numbers<T> {
    #[inline]
    fn first(&mut self, n: usize) -> &mut [T] {
        if n <= FEW {
            return &mut self.few[..n];
        }
        self.many.resize(n, T::default());
        &mut self.many
    }
}

/// Locks the channels of some cases, each once, in the order of their addresses, runs `f`, and unlocks.
#[inline]
fn with_locks<R>(cases: &mut Cases<'_, '_>, f: impl FnOnce(&mut Cases<'_, '_>) -> R) -> R {
    let mut numbers = Numbers::<(usize, usize)>::default();
    let order = numbers.first(cases.len());
    for (i, (slot, case)) in order.iter_mut().zip(&*cases).enumerate() {
        *slot = (case.addr(), i);
    }
    if let [first, second] = order {
        if first > second {
            std::mem::swap(first, second);
        }
    } else {
        order.sort_unstable();
    }
    let firsts = |i: usize| order[i].0 != 0 && (i == 0 || order[i - 1].0 != order[i].0);
    for i in (0..order.len()).filter(|i| firsts(*i)) {
        cases[order[i].1].lock();
    }
    let result = f(cases);
    for i in (0..order.len()).filter(|i| firsts(*i)) {
        // SAFETY: locked above.
        unsafe { cases[order[i].1].unlock() }
    }
    result
}

/// The numbers of the cases in a random order. For the choice between those that are ready to be even, each order is as
/// likely as any other.
#[inline]
fn shuffle(order: &mut [u16]) {
    let mut bits = random() << 1;
    for i in 0..order.len() {
        if i >= FEW {
            // There are more orders than bits.
            bits = random() << 1;
        }
        // A fraction of 1 times a number, which is its whole part and again a fraction.
        let product = u128::from(bits) * (i as u128 + 1);
        let j = (product >> 64) as usize;
        bits = product as u64;
        order[i] = order[j];
        order[j] = i as u16;
    }
}

/// How a select chooses.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Some cases are futures.
    pub futures: bool,
    /// The first case that is ready is taken.
    pub biased: bool,
}

#[cold]
fn in_source_order(order: &mut [u16]) {
    order.iter_mut().zip(0..).for_each(|(place, i)| *place = i);
}

impl Manner {
    #[inline]
    fn put_in_order(self, order: &mut [u16]) {
        if self.biased {
            in_source_order(order);
        } else {
            shuffle(order);
        }
    }
}

/// Tries the cases in an order, each under its own lock.
#[inline]
fn attempt_each(cases: &mut Cases<'_, '_>, order: &[u16], cx: &mut Context<'_>) -> Option<(usize, Option<Waker>)> {
    let mut in_order = order.iter().map(|i| usize::from(*i));
    in_order.find_map(|i| cases[i].as_mut().attempt_alone(cx).map(|waker| (i, waker)))
}

/// Tries the cases in an order.
///
/// # Safety
/// The caller holds the locks of all cases.
#[inline]
unsafe fn attempt(cases: &mut Cases<'_, '_>, order: &[u16]) -> Option<(usize, Option<Waker>)> {
    order.iter().map(|i| usize::from(*i)).find_map(|i| {
        // SAFETY: the contract.
        let done = unsafe { cases[i].as_mut().attempt() };
        done.map(|waker| (i, waker))
    })
}

/// Performs one of the cases if any can be done at once: a `select` with `default`.
///
/// ```
/// use gort_runtime::{chan::Chan, select::{self, Case, Operation}, task};
/// use std::pin::{Pin, pin};
/// task::test(async {
///     let (a, b): (Chan<i32>, Chan<i32>) = (Chan::make(1), Chan::make(1));
///     a.send(5).await;
///     let (mut a, mut b) = (pin!(a.recv()), pin!(b.recv()));
///     let chosen = select::try_now(&mut [a.as_mut() as Pin<&mut (dyn Case + Send)>, b.as_mut()]);
///     assert_eq!(chosen, Some(0));
///     assert_eq!(a.finish(), Some(5));
/// });
/// ```
pub fn try_now(cases: &mut Cases<'_, '_>) -> Option<usize> {
    let futures = cases.iter().any(|case| case.is_future());
    try_now_as(cases, Manner { futures, biased: false })
}

/// As [`try_now`], in some manner.
#[doc(hidden)]
pub fn try_now_as(cases: &mut Cases<'_, '_>, manner: Manner) -> Option<usize> {
    let mut numbers = Numbers::default();
    let order = numbers.first(cases.len());
    manner.put_in_order(order);
    if manner.futures {
        let mut cx = Context::from_waker(Waker::noop());
        let (case, waker) = attempt_each(cases, order, &mut cx)?;
        waker.into_iter().for_each(Waker::wake);
        return Some(case);
    }
    // SAFETY: `with_locks` holds the locks.
    let (case, waker) = with_locks(cases, |cases| unsafe { attempt(cases, order) })?;
    if let Some(waker) = waker {
        waker.wake();
    }
    Some(case)
}

/// Waits until one of the cases is done, and says which.
///
/// # Cancel safety
/// When it is dropped, no case has happened, or a value already received goes to the next receiver.
///
/// ```
/// use gort_runtime::{chan::Chan, select::{self, Case, Operation}, task};
/// use std::pin::{Pin, pin};
/// task::test(async {
///     let (a, b): (Chan<i32>, Chan<i32>) = (Chan::make(1), Chan::make(1));
///     a.send(5).await;
///     let (mut a, mut b) = (pin!(a.recv()), pin!(b.recv()));
///     let chosen = select::wait(&mut [a.as_mut() as Pin<&mut (dyn Case + Send)>, b.as_mut()]).await;
///     assert_eq!(chosen, 0);
///     assert_eq!(a.finish(), Some(5));
/// });
/// ```
pub fn wait<'a, 'b, 'c>(cases: &'c mut Cases<'a, 'b>) -> Waiting<'a, 'b, 'c> {
    let futures = cases.iter().any(|case| case.is_future());
    wait_as(cases, Manner { futures, biased: false })
}

/// As [`wait`], in some manner.
#[doc(hidden)]
pub fn wait_as<'a, 'b, 'c>(cases: &'c mut Cases<'a, 'b>, manner: Manner) -> Waiting<'a, 'b, 'c> {
    Waiting {
        cases,
        manner,
        ticket: Ticket::new(),
        registered: false,
        _pinned: PhantomPinned,
    }
}

/// What [`wait`] returns.
///
/// ```
/// use gort_runtime::{chan::Chan, select::{self, Case, Operation}, task};
/// use std::pin::{Pin, pin};
/// task::test(async {
///     let (a, b): (Chan<i32>, Chan<i32>) = (Chan::make(1), Chan::make(1));
///     a.send(5).await;
///     let (mut a, mut b) = (pin!(a.recv()), pin!(b.recv()));
///     let chosen = select::wait(&mut [a.as_mut() as Pin<&mut (dyn Case + Send)>, b.as_mut()]).await;
///     assert_eq!(chosen, 0);
///     assert_eq!(a.finish(), Some(5));
/// });
/// ```
pub struct Waiting<'a, 'b, 'c> {
    cases: &'c mut Cases<'a, 'b>,
    manner: Manner,
    ticket: Ticket,
    /// Whether the cases are queued, with pointers to the ticket.
    registered: bool,
    _pinned: PhantomPinned,
}

impl Waiting<'_, '_, '_> {
    fn start(&mut self, cx: &mut Context<'_>) -> Option<usize> {
        let mut numbers = Numbers::default();
        let order = numbers.first(self.cases.len());
        self.manner.put_in_order(order);
        // Each under its own lock only: that is what most selects need, and all that they lock then.
        let quickly = attempt_each(self.cases, order, cx);
        let done = quickly.or_else(|| self.attempt_or_queue(cx, order));
        match done {
            Some((case, waker)) => {
                if let Some(waker) = waker {
                    waker.wake();
                }
                Some(case)
            }
            None => {
                self.registered = true;
                None
            }
        }
    }

    /// Tries once more, with all channels locked, and queues the cases if none can proceed.
    fn attempt_or_queue(&mut self, cx: &Context<'_>, order: &[u16]) -> Option<(usize, Option<Waker>)> {
        with_locks(self.cases, |cases| {
            // SAFETY: `with_locks` holds the locks.
            if let Some(done) = unsafe { attempt(cases, order) } {
                return Some(done);
            }
            // SAFETY: no case is queued yet.
            unsafe { *self.ticket.waker.get() = Some(waker(cx.waker())) }
            let ticket = NonNull::from(&self.ticket);
            for (i, case) in cases.iter_mut().enumerate() {
                // SAFETY: as above; the ticket is pinned with this, and dropping this takes the cases off their queues.
                unsafe { case.as_mut().register(ticket, i as u32) }
            }
            None
        })
    }

    /// Begins anew, since what woke it may have been one of the futures: the cases leave their queues, so that none of them can be
    /// chosen while a future is, whose output would be lost.
    #[cold]
    #[inline(never)]
    fn restart(&mut self, cx: &mut Context<'_>) -> Option<usize> {
        let chosen = self.ticket.withdraw();
        if chosen.is_some() {
            return chosen;
        }
        self.cases.iter_mut().for_each(|case| case.as_mut().deregister(false));
        self.registered = false;
        self.ticket = Ticket::new();
        self.start(cx)
    }

    /// Sees to it that the right task is woken; the case that was chosen meanwhile, if one was.
    fn rewake(&mut self, cx: &Context<'_>) -> Option<usize> {
        let ticket = &self.ticket;
        let before = with_locks(self.cases, |_| {
            if ticket.chosen().is_some() {
                return None;
            }
            // SAFETY: no case was chosen, and all channels are locked.
            let held = unsafe { &mut *ticket.waker.get() };
            match held {
                Some(held) if wakes_same(held, cx.waker()) => None,
                _ => held.replace(waker(cx.waker())),
            }
        });
        drop(before);
        self.ticket.chosen()
    }
}

/// The handles that the cases borrow, if all are known. A case with the nil channel has none and never proceeds.
#[cold]
fn holds(cases: &Cases<'_, '_>) -> Option<Vec<Hold>> {
    let channels = cases.iter().filter(|case| case.addr() != 0 || case.is_future());
    channels.map(|case| case.hold()).collect()
}

impl Future for Waiting<'_, '_, '_> {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        // SAFETY: nothing is moved out of this.
        let this = unsafe { self.get_unchecked_mut() };
        ready!(proceed(cx));
        let chosen = if this.registered {
            match this.ticket.chosen() {
                None if this.manner.futures => this.restart(cx),
                None => this.rewake(cx),
                chosen => chosen,
            }
        } else {
            this.start(cx)
        };
        let Some(case) = chosen else {
            waiting_for(
                Wait::Select,
                || this.cases.iter().all(|case| case.is_durable()),
                || holds(this.cases),
            );
            return Poll::Pending;
        };
        if std::mem::replace(&mut this.registered, false) {
            for (i, other) in this.cases.iter_mut().enumerate() {
                other.as_mut().deregister(i == case);
            }
        }
        progress();
        Poll::Ready(case)
    }
}

impl Drop for Waiting<'_, '_, '_> {
    fn drop(&mut self) {
        if self.registered {
            self.cases.iter_mut().for_each(|case| case.as_mut().cancel());
        }
    }
}

/// `select {}`: waits for ever.
///
/// # Cancel safety
/// Cancelling it has no effect.
///
/// ```
/// use gort_runtime::{select, task};
/// task::test(async {
///     task::go(async { select! {} });
/// });
/// ```
pub async fn forever() -> ! {
    poll_fn(|_| {
        waiting_for_ever(Wait::SelectNoCases);
        Poll::<()>::Pending
    })
    .await;
    unreachable!("this never becomes ready")
}
