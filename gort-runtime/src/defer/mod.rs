//! `defer`, `recover` and what happens to panics between them.
//!
//! A Go function that defers becomes [`scope`] (or [`AsyncDefers::scope`]) around its body. When the body is over, however it
//! ended, the deferred calls run in reverse order; while they do, a `Frame` on the goroutine's stack of frames says
//! what they may recover. A panic in a deferred call replaces the one under way, which is remembered for printing.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use crate::panic::{Earlier, GoPanic, Unwinding};
use crate::shim::Lock;
use crate::task::with_local;
use crate::value::Any;

mod suspending;

pub use suspending::AsyncDefers;

/// What the deferred calls of one scope may recover.
pub(crate) struct Frame {
    /// The value of the panic under way; `None` if there is none, or `Goexit` is under way.
    panic: Option<Any>,
    recovered: bool,
}

impl Frame {
    fn recover(&mut self) -> Any {
        match &self.panic {
            Some(value) if !self.recovered => {
                self.recovered = true;
                value.clone()
            }
            _ => Any::nil(),
        }
    }
}

fn with_frames<R>(f: impl FnOnce(&mut Vec<Frame>) -> R) -> R {
    with_local(|local| local.frames(f))
}

/// The deferred calls of a function.
///
/// ```
/// use gort_runtime::defer::{Defers, scope};
/// fn body(defers: &Defers<'_>) -> i32 {
///     defers.push(|| println!("last"));
///     defers.push(|| println!("first"));
///     7
/// }
/// assert_eq!(scope(|| 0, body), 7);
/// ```
pub struct Defers<'a>(RefCell<Vec<Box<dyn FnOnce() + 'a>>>);

impl<'a> Defers<'a> {
    /// Defers a call.
    ///
    /// ```
    /// use gort_runtime::defer::scope;
    /// let mut closed = false;
    /// scope(|| (), |defers| defers.push(|| closed = true));
    /// assert!(closed);
    /// ```
    pub fn push(&self, call: impl FnOnce() + 'a) {
        self.0.borrow_mut().push(Box::new(call));
    }
}

/// Calls that the body of a loop over an iterator function defers: they are the enclosing function's, which runs them as
/// one of its deferred calls.
///
/// ```
/// use gort_runtime::defer::{Late, scope};
/// scope(|| (), |defers| {
///     let late = Late::new();
///     let runs = late.clone();
///     defers.push(move || runs.run());
///     (0..3).for_each(|i| late.push(move || println!("{i}")));
/// });
/// ```
#[derive(Clone)]
pub struct Late(Arc<Lock<Vec<Deferred>>>);

type Deferred = Box<dyn FnOnce() + Send>;

impl Default for Late {
    fn default() -> Self {
        Late(Arc::new(Lock::new(Vec::new())))
    }
}

impl Late {
    /// An empty list.
    ///
    /// ```
    /// gort_runtime::defer::Late::new().run();
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Defers a call.
    ///
    /// ```
    /// let late = gort_runtime::defer::Late::new();
    /// late.push(|| println!("later"));
    /// late.run();
    /// ```
    pub fn push(&self, call: impl FnOnce() + Send + 'static) {
        self.0.lock().push(Box::new(call));
    }

    /// Runs the calls, the last one first.
    ///
    /// # Panics
    /// With the last panic of a call, when all have run.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// let (late, log) = (gort_runtime::defer::Late::new(), Arc::new(Mutex::new(vec![])));
    /// for i in 0..3 {
    ///     let log = log.clone();
    ///     late.push(move || log.lock().unwrap().push(i));
    /// }
    /// late.run();
    /// assert_eq!(*log.lock().unwrap(), [2, 1, 0]);
    /// ```
    pub fn run(&self) {
        let mut panic = None;
        loop {
            let Some(call) = self.0.lock().pop() else { break };
            if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
                panic = Some(payload);
            }
        }
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }
}

/// Go's `recover`: stops the panic under way and returns its value, or returns nil.
///
/// # Differences from Go
/// It also works in functions that a deferred one calls, unless through [`apart`].
///
/// ```
/// use gort_runtime::{defer::{recover, scope}, panic::panic_str};
/// let result = scope(
///     || -1,
///     |defers| {
///         defers.push(|| assert!(!recover().is_nil()));
///         panic_str("boom")
///     },
/// );
/// assert_eq!(result, -1);
/// ```
pub fn recover() -> Any {
    with_frames(|frames| frames.last_mut().map_or(Any::nil(), Frame::recover))
}

/// Go's `defer recover()`: recovers as the function that defers it would, unless that function panicked itself.
///
/// ```
/// use gort_runtime::{defer::{recover_deferred, scope}, panic::panic_str};
/// let result = scope(
///     || -1,
///     |defers| {
///         defers.push(|| scope(|| (), |defers| defers.push(recover_deferred)));
///         panic_str("boom")
///     },
/// );
/// assert_eq!(result, -1);
/// ```
pub fn recover_deferred() {
    with_frames(|frames| {
        if let [.., outer, own] = &mut frames[..]
            && (own.recovered || own.panic.is_none())
        {
            outer.recover();
        }
    });
}

/// Calls a function that is not itself deferred: its own [`recover`] finds no panic.
///
/// ```
/// use gort_runtime::{defer::{apart, recover, scope}, panic::panic_str};
/// let result = scope(
///     || -1,
///     |defers| {
///         defers.push(|| {
///             assert!(apart(recover).is_nil());
///             assert!(!recover().is_nil());
///         });
///         panic_str("boom")
///     },
/// );
/// assert_eq!(result, -1);
/// ```
pub fn apart<R>(call: impl FnOnce() -> R) -> R {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            drop(with_frames(Vec::pop));
        }
    }
    with_frames(|frames| {
        frames.push(Frame {
            panic: None,
            recovered: false,
        })
    });
    let _leave = Leave;
    call()
}

/// Runs a body, then its deferred calls in reverse order. After a recovered panic the result is `zero()`.
///
/// Deferred calls may borrow what outlives the call of `scope`.
///
/// # Panics
/// With a panic of the body or of a deferred call that is not recovered.
///
/// ```
/// use gort_runtime::defer::scope;
/// let log = std::cell::RefCell::new(vec![]);
/// scope(|| (), |defers| {
///     defers.push(|| log.borrow_mut().push("deferred"));
///     log.borrow_mut().push("body");
/// });
/// assert_eq!(*log.borrow(), ["body", "deferred"]);
/// ```
pub fn scope<'a, R>(zero: impl FnOnce() -> R, body: impl FnOnce(&Defers<'a>) -> R) -> R {
    let defers = Defers(RefCell::new(Vec::new()));
    let mut state = State::new(catch_unwind(AssertUnwindSafe(|| body(&defers))));
    loop {
        let Some(call) = defers.0.borrow_mut().pop() else {
            break;
        };
        state.enter();
        let result = catch_unwind(AssertUnwindSafe(call));
        state.leave(result);
    }
    state.finish(zero)
}

/// How a scope stands after its body.
struct State<R> {
    result: Option<R>,
    unwinding: Option<Unwinding>,
}

impl<R> State<R> {
    fn new(result: std::thread::Result<R>) -> Self {
        match result {
            Ok(result) => State {
                result: Some(result),
                unwinding: None,
            },
            Err(payload) => State {
                result: None,
                unwinding: Some(Unwinding::from_payload(payload)),
            },
        }
    }

    /// Says what the next deferred call may recover.
    fn enter(&mut self) {
        let panic = match &self.unwinding {
            Some(Unwinding::Panic(panic)) => Some(panic.value.clone()),
            _ => None,
        };
        with_frames(|frames| {
            frames.push(Frame {
                panic,
                recovered: false,
            })
        });
    }

    /// Takes in how a deferred call ended.
    fn leave(&mut self, result: std::thread::Result<()>) {
        let frame = with_frames(Vec::pop);
        let recovered = frame.is_some_and(|frame| frame.recovered);
        match result {
            Ok(()) if recovered => self.unwinding = None,
            Ok(()) => {}
            Err(payload) => {
                self.result = None;
                let before = self.unwinding.take();
                self.unwinding = Some(replace(before, recovered, Unwinding::from_payload(payload)));
            }
        }
    }

    fn finish(self, zero: impl FnOnce() -> R) -> R {
        match (self.unwinding, self.result) {
            (Some(unwinding), _) => unwinding.resume(),
            (None, Some(result)) => result,
            (None, None) => zero(),
        }
    }
}

/// A panic while another was under way: the new one goes on and remembers the old.
fn replace(before: Option<Unwinding>, recovered: bool, mut new: Unwinding) -> Unwinding {
    if let (Some(Unwinding::Panic(old)), Unwinding::Panic(new)) = (before, &mut new) {
        let GoPanic { value, mut earlier } = old;
        earlier.push(Earlier { value, recovered });
        earlier.append(&mut new.earlier);
        new.earlier = earlier;
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panic::{go_panic, panic_str, panic_text};
    use crate::value::{Atom, Ptr};

    #[test]
    fn deferred_calls_run_in_reverse_and_recover() {
        let log = RefCell::new(vec![]);
        let result = scope(
            || -1,
            |defers| {
                defers.push(|| log.borrow_mut().push(1));
                defers.push(|| {
                    log.borrow_mut().push(2);
                    assert_eq!(panic_text(&recover()), "boom");
                    assert!(recover().is_nil());
                });
                defers.push(|| {
                    // A scope of its own does not see the panic.
                    scope(|| (), |defers| defers.push(|| assert!(recover().is_nil())));
                });
                if log.borrow().is_empty() {
                    panic_str("boom");
                }
                7
            },
        );
        assert_eq!((result, log.into_inner()), (-1, vec![2, 1]));
        let named: Ptr<i64> = Ptr::new(3);
        let r = scope(
            || named.get(),
            |defers| {
                defers.push(|| {
                    recover();
                    named.set(named.get() + 1);
                });
                let zero = Atom::new(0_i64);
                crate::value::div(1, zero.get())
            },
        );
        assert_eq!(r, 4);
    }

    #[test]
    fn panics_replace_one_another() {
        let caught = catch_unwind(|| {
            scope(
                || (),
                |defers| {
                    defers.push(|| go_panic(Any::new(2_i64)));
                    go_panic(Any::new(1_i64));
                },
            )
        });
        let Err(payload) = caught else { panic!("this panics") };
        let Unwinding::Panic(panic) = Unwinding::from_payload(payload) else {
            panic!("not a panic")
        };
        assert_eq!(panic_text(&panic.value), "2");
        assert_eq!(panic.earlier.len(), 1);
        assert!(!panic.earlier[0].recovered);
    }
}
