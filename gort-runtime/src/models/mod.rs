//! What the model checkers look at: `cargo dev models`.
//!
//! - In: the primitives, on the checkers' atomics and locks.
//! - Out: tests that run every interleaving (loom, bounded), or many drawn at random (shuttle).
//! - Invariants: each model draws the interleaving it is after; a model has at most three threads and few steps.

#[cfg(gort_loom)]
mod channels;
#[cfg(gort_loom)]
mod ends;
#[cfg(gort_loom)]
mod groups;
#[cfg(gort_loom)]
mod joins;
#[cfg(gort_loom)]
mod locks;
#[cfg(gort_loom)]
mod once;
#[cfg(gort_shuttle)]
mod random;
#[cfg(gort_loom)]
mod selects;

/// Runs a model with all interleavings of at most two preemptions, which finds nearly all mistakes there are.
#[cfg(gort_loom)]
pub(crate) fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(builder.preemption_bound.unwrap_or(2));
    builder.check(model);
}

/// As [`explore`], on a stack that a scheduler can be made on.
#[cfg(gort_loom)]
pub(crate) fn explore_on_large_stack(model: impl Fn() + Sync + Send + 'static) {
    /// In words; loom's own are of 4096.
    const STACK: usize = 1 << 15;
    let model = std::sync::Arc::new(model);
    explore(move || {
        let model = model.clone();
        let thread = loom::thread::Builder::new().stack_size(STACK).spawn(move || model());
        assert!(thread.is_ok_and(|thread| thread.join().is_ok()));
    });
}

/// A waker that counts.
#[cfg(gort_loom)]
struct Count(std::sync::atomic::AtomicUsize);

#[cfg(gort_loom)]
impl std::task::Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}

/// Polls a future once.
#[cfg(gort_loom)]
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
    let waker = std::sync::Arc::new(Count(std::sync::atomic::AtomicUsize::new(0))).into();
    future.poll(&mut std::task::Context::from_waker(&waker))
}
