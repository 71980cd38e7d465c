//! Go's `select`.
//!
//! As in Go: all channels are locked in the order of their addresses; the cases are tried in a random order; if none
//! can proceed, each is queued at its channel with a ticket that the first to serve one of them claims. When a case was
//! chosen, the others leave their queues before the arm runs.
#![allow(unsafe_code)]

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker, ready};

use crate::chan::core::NONE_CHOSEN;
use crate::shim::random;
use crate::task::{Wait, waiting};

mod dynamic;

pub use dynamic::{Chosen, Select};

/// An operation that can be a case of `select!`.
pub trait Case: RawCase {}
impl<C: RawCase + ?Sized> Case for C {}

/// The result of a case that was chosen.
pub trait Operation: RawCase {
    /// What awaiting the operation would yield.
    type Output;
    /// Takes the result.
    fn finish(&mut self) -> Self::Output;
}

/// What `select!` needs of a case; implemented by the futures of channels.
///
/// # Safety
/// `lock` must take the lock of the channel at `addr`, the same for the same address, and `unlock` leave it.
pub unsafe trait RawCase {
    /// The channel's address; 0 for nil, whose case never proceeds.
    fn addr(&self) -> usize;
    /// Locks the channel.
    fn lock(&self);
    /// Unlocks it.
    ///
    /// # Safety
    /// The caller locked it.
    unsafe fn unlock(&self);
    /// Performs the operation if it can be done at once, and says whom to wake after unlocking.
    ///
    /// # Safety
    /// The caller holds the lock.
    unsafe fn attempt(&mut self) -> Option<Option<Waker>>;
    /// Queues the operation.
    ///
    /// # Safety
    /// The caller holds the lock.
    unsafe fn register(&mut self, waker: &Waker, chosen: &Arc<AtomicUsize>, case: usize);
    /// Leaves the queue, with the result if this case was chosen. The lock is not held.
    fn deregister(&mut self, chosen: bool);
    /// Changes the waker. The lock is not held.
    fn rewake(&mut self, waker: &Waker);
    /// Leaves the queue and gives back what was received. The lock is not held.
    fn cancel(&mut self);
}

/// The cases of a select.
pub type Cases<'a, 'b> = [&'a mut (dyn Case + Send + 'b)];

/// Locks the channels of some cases, each once, in the order of their addresses, runs `f`, and unlocks.
fn with_locks<R>(cases: &mut Cases<'_, '_>, f: impl FnOnce(&mut Cases<'_, '_>) -> R) -> R {
    const FEW: usize = 16;
    let mut few = [(0_usize, 0_usize); FEW];
    let mut many = Vec::new();
    let order: &mut [(usize, usize)] = if cases.len() <= FEW {
        &mut few[..cases.len()]
    } else {
        many.resize(cases.len(), (0, 0));
        &mut many
    };
    for (i, (slot, case)) in order.iter_mut().zip(&*cases).enumerate() {
        *slot = (case.addr(), i);
    }
    order.sort_unstable();
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

/// Tries the cases in a random order. All locks are held.
///
/// # Safety
/// The caller holds the locks of all cases.
unsafe fn attempt(cases: &mut Cases<'_, '_>) -> Option<(usize, Option<Waker>)> {
    let n = cases.len();
    // A random start and a random step that is prime to `n` visit every case once; for the choice between the cases
    // that are ready to be even, small selects draw among the permutations.
    let mut order = [0_u16; 16];
    if n <= order.len() {
        let order = &mut order[..n];
        let mut bits = random();
        for i in 0..n {
            let j = (bits % (i as u64 + 1)) as usize;
            bits /= i as u64 + 1;
            order[i] = order[j];
            order[j] = i as u16;
        }
        for i in &*order {
            // SAFETY: the contract.
            if let Some(waker) = unsafe { cases[usize::from(*i)].attempt() } {
                return Some((usize::from(*i), waker));
            }
        }
        return None;
    }
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, (random() % (i as u64 + 1)) as usize);
    }
    // SAFETY: the contract.
    order
        .into_iter()
        .find_map(|i| unsafe { cases[i].attempt() }.map(|waker| (i, waker)))
}

/// Performs one of the cases if any can be done at once: a `select` with `default`.
pub fn try_now(cases: &mut Cases<'_, '_>) -> Option<usize> {
    // SAFETY: `with_locks` holds the locks.
    let (case, waker) = with_locks(cases, |cases| unsafe { attempt(cases) })?;
    if let Some(waker) = waker {
        waker.wake();
    }
    Some(case)
}

/// Waits until one of the cases is done, and says which.
///
/// # Cancel safety
/// When it is dropped, no case has happened, or a value already received goes to the next receiver.
pub fn wait<'a, 'b, 'c>(cases: &'c mut Cases<'a, 'b>) -> Waiting<'a, 'b, 'c> {
    Waiting {
        cases,
        registered: None,
    }
}

/// What [`wait`] returns.
pub struct Waiting<'a, 'b, 'c> {
    cases: &'c mut Cases<'a, 'b>,
    /// Once queued: the ticket, and the waker that the queues hold.
    registered: Option<(Arc<AtomicUsize>, Waker)>,
}

impl Waiting<'_, '_, '_> {
    fn start(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        let waker = cx.waker().clone();
        let registered = &mut self.registered;
        let done = with_locks(self.cases, |cases| {
            // SAFETY: `with_locks` holds the locks.
            if let Some(done) = unsafe { attempt(cases) } {
                return Some(done);
            }
            let chosen = Arc::new(AtomicUsize::new(NONE_CHOSEN));
            for (i, case) in cases.iter_mut().enumerate() {
                // SAFETY: as above.
                unsafe { case.register(&waker, &chosen, i) }
            }
            *registered = Some((chosen, waker));
            None
        });
        match done {
            Some((case, waker)) => {
                if let Some(waker) = waker {
                    waker.wake();
                }
                Poll::Ready(case)
            }
            None => {
                waiting(Wait::Select);
                Poll::Pending
            }
        }
    }
}

impl Future for Waiting<'_, '_, '_> {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        let this = self.get_mut();
        let coop = ready!(tokio::task::coop::poll_proceed(cx));
        let Some((chosen, waker)) = &mut this.registered else {
            let polled = this.start(cx);
            if polled.is_ready() {
                coop.made_progress();
            }
            return polled;
        };
        let mut case = chosen.load(Ordering::Acquire);
        if case == NONE_CHOSEN && !waker.will_wake(cx.waker()) {
            waker.clone_from(cx.waker());
            this.cases.iter_mut().for_each(|case| case.rewake(waker));
            // Whoever chose meanwhile may have woken the old waker.
            case = chosen.load(Ordering::Acquire);
        }
        if case == NONE_CHOSEN {
            waiting(Wait::Select);
            return Poll::Pending;
        }
        this.registered = None;
        for (i, other) in this.cases.iter_mut().enumerate() {
            other.deregister(i == case);
        }
        coop.made_progress();
        Poll::Ready(case)
    }
}

impl Drop for Waiting<'_, '_, '_> {
    fn drop(&mut self) {
        if self.registered.is_some() {
            self.cases.iter_mut().for_each(|case| case.cancel());
        }
    }
}

/// `select {}`: waits for ever.
///
/// # Cancel safety
/// Cancelling it has no effect.
pub async fn forever() -> ! {
    poll_fn(|_| {
        waiting(Wait::SelectNoCases);
        Poll::<()>::Pending
    })
    .await;
    unreachable!("this never becomes ready")
}
