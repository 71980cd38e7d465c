//! What Go's package `context` promises, one test each, and the same of the contexts over Rust's types.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

mod common;

use std::time::{Duration as StdDuration, Instant};

use common::{TIMES, now, panics, waits};
use gort_runtime::context::native::{Context as Native, Error, Key};
use gort_runtime::context::{self, Context, Ctx};
use gort_runtime::prelude::*;
use gort_runtime::sync::TaskGroup;
use gort_runtime::time::{self, Duration};
use gort_runtime::value::new_error;

fn ms(n: i64) -> Duration {
    Duration(n * time::MILLISECOND.0)
}

fn why(text: &'static str) -> GoError {
    new_error(str(text))
}

fn is_open(ctx: &Ctx) -> bool {
    ctx.err().is_nil() && ctx.done().try_recv().is_none()
}

/// Cancelled with this error, the channel closed.
fn ended_with(ctx: &Ctx, error: &GoError) -> bool {
    ctx.err() == *error && ctx.done().try_recv() == Some(None)
}

#[test]
fn background_and_todo_are_empty_and_never_cancelled() {
    for ctx in [context::background(), context::todo()] {
        assert!(!ctx.is_nil() && ctx.err().is_nil() && ctx.done().is_nil());
        assert!(!ctx.deadline().1 && ctx.value(Any::new(1_i64)).is_nil());
        assert!(context::cause(ctx).is_nil());
    }
}

#[gort_runtime::test]
async fn cancel_cancels_and_once_is_enough() {
    let (ctx, cancel) = context::with_cancel(context::background());
    assert!(is_open(&ctx));
    cancel();
    assert!(ended_with(&ctx, &context::canceled()));
    cancel();
    assert!(ended_with(&ctx, &context::canceled()));
    assert_eq!(ctx.err().to_string(), "context canceled");
}

#[gort_runtime::test]
async fn done_is_the_same_channel_each_time() {
    let (ctx, cancel) = context::with_cancel(context::background());
    let before = ctx.done();
    cancel();
    assert_eq!(ctx.done(), before);
}

#[gort_runtime::test]
async fn cancelling_goes_down_to_all_and_not_up() {
    let (top, cancel_top) = context::with_cancel(context::background());
    let (middle, cancel_middle) = context::with_cancel(top.clone());
    let (left, _left) = context::with_cancel(middle.clone());
    let (right, _right) = context::with_timeout(middle.clone(), time::HOUR);
    let named = context::with_value(right.clone(), Any::new(1_i64), Any::new(2_i64));
    let (below, _below) = context::with_cancel(named.clone());
    cancel_middle();
    for ctx in [&middle, &left, &right, &named, &below] {
        assert!(ended_with(ctx, &context::canceled()));
    }
    assert!(is_open(&top));
    cancel_top();
    assert!(ended_with(&top, &context::canceled()));
}

#[gort_runtime::test]
async fn a_child_of_a_cancelled_context_is_cancelled_at_once() {
    let (top, cancel) = context::with_cancel(context::background());
    cancel();
    let (below, _below) = context::with_cancel(top.clone());
    assert!(ended_with(&below, &context::canceled()));
    let (below, _below) = context::with_timeout(top, time::HOUR);
    assert!(ended_with(&below, &context::canceled()));
}

#[gort_runtime::test]
async fn many_may_cancel_and_look_at_once() {
    for _ in 0..TIMES {
        let (ctx, cancel) = context::with_cancel(context::background());
        let group = TaskGroup::new();
        for i in 0..6 {
            let (ctx, cancel) = (ctx.clone(), cancel.clone());
            group.spawn(async move {
                let (below, _below) = context::with_cancel(ctx.clone());
                if i % 2 == 0 {
                    cancel();
                }
                below.done().recv().await;
                assert!(ended_with(&below, &context::canceled()) && !ctx.err().is_nil());
            });
        }
        group.wait().await;
    }
}

#[gort_runtime::test]
async fn there_is_an_error_when_done_is_closed() {
    for _ in 0..TIMES {
        let (ctx, cancel) = context::with_cancel(context::background());
        task::go(async move { cancel() });
        ctx.done().recv().await;
        assert!(ctx.err() == context::canceled() && context::cause(ctx) == context::canceled());
    }
}

// Deadlines.

#[gort_runtime::test]
async fn a_deadline_cancels_when_it_passes() {
    let start = time::now();
    let (ctx, _cancel) = context::with_timeout(context::background(), ms(3));
    let (deadline, some) = ctx.deadline();
    assert!(some && deadline.sub(start).0 >= ms(3).0);
    ctx.done().recv().await;
    assert!(time::since(start).0 >= ms(3).0);
    assert!(ended_with(&ctx, &context::deadline_exceeded()));
    assert_eq!(ctx.err().to_string(), "context deadline exceeded");
    assert!(context::cause(ctx) == context::deadline_exceeded());
}

#[gort_runtime::test]
async fn a_deadline_that_has_passed_cancels_at_once() {
    for ctx in [
        context::with_timeout(context::background(), Duration(0)).0,
        context::with_timeout(context::background(), ms(-5)).0,
        context::with_deadline(context::background(), time::now()).0,
    ] {
        assert!(ended_with(&ctx, &context::deadline_exceeded()));
    }
}

#[gort_runtime::test]
async fn cancelling_comes_before_a_deadline() {
    let (ctx, cancel) = context::with_timeout(context::background(), ms(300));
    cancel();
    assert!(ended_with(&ctx, &context::canceled()));
    time::sleep(ms(350)).await;
    assert!(ended_with(&ctx, &context::canceled()));
}

#[gort_runtime::test]
async fn a_deadline_is_no_later_than_the_parents() {
    let (top, _top) = context::with_timeout(context::background(), ms(200));
    let (later, _later) = context::with_timeout(top.clone(), time::HOUR);
    assert_eq!(later.deadline(), top.deadline());
    let (sooner, _sooner) = context::with_timeout(top.clone(), ms(1));
    assert!(sooner.deadline().0.before(top.deadline().0));
    later.done().recv().await;
    assert!(ended_with(&later, &context::deadline_exceeded()) && ended_with(&top, &context::deadline_exceeded()));
}

#[gort_runtime::test]
async fn asking_for_the_deadline_again_gives_the_same() {
    let (ctx, cancel) = context::with_timeout(context::background(), ms(1));
    let deadline = ctx.deadline();
    cancel();
    assert_eq!(ctx.deadline(), deadline);
    let (below, _below) = context::with_cancel(ctx);
    assert_eq!(below.deadline(), deadline);
}

#[test]
fn the_error_of_a_deadline_says_that_it_is_a_timeout() {
    assert!(context::DeadlineExceededError.timeout());
}

// Causes.

#[gort_runtime::test]
async fn the_cause_is_what_was_given_and_err_is_not_changed_by_it() {
    let (ctx, cancel) = context::with_cancel_cause(context::background());
    assert!(context::cause(ctx.clone()).is_nil());
    let cause = why("overheated");
    cancel(cause.clone());
    assert!(ended_with(&ctx, &context::canceled()));
    assert!(context::cause(ctx.clone()) == cause);
    cancel(why("too late"));
    assert!(context::cause(ctx.clone()) == cause);
    let (below, _below) = context::with_cancel(ctx);
    assert!(context::cause(below) == cause);
}

#[gort_runtime::test]
async fn without_a_cause_it_is_the_error() {
    let (ctx, cancel) = context::with_cancel_cause(context::background());
    cancel(GoError::nil());
    assert!(context::cause(ctx) == context::canceled());
}

#[gort_runtime::test]
async fn the_first_cancellation_from_above_or_below_sets_the_cause() {
    let make = || {
        let (parent, cancel_parent) = context::with_cancel_cause(context::background());
        let (child, cancel_child) = context::with_cancel_cause(parent.clone());
        (parent, cancel_parent, child, cancel_child)
    };
    let (one, two) = (why("one"), why("two"));
    let (parent, cancel_parent, child, cancel_child) = make();
    cancel_parent(one.clone());
    cancel_child(two.clone());
    assert!(context::cause(parent) == one && context::cause(child) == one);
    let (parent, cancel_parent, child, cancel_child) = make();
    cancel_child(two.clone());
    cancel_parent(one.clone());
    assert!(context::cause(parent) == one && context::cause(child) == two);
}

#[gort_runtime::test]
async fn a_deadline_may_have_a_cause_and_cancelling_does_not_set_it() {
    let slow = why("slow");
    let (ctx, _cancel) = context::with_timeout_cause(context::background(), ms(1), slow.clone());
    ctx.done().recv().await;
    assert!(ended_with(&ctx, &context::deadline_exceeded()) && context::cause(ctx) == slow);
    let (ctx, cancel) = context::with_timeout_cause(context::background(), time::HOUR, slow.clone());
    cancel();
    assert!(ended_with(&ctx, &context::canceled()) && context::cause(ctx) == context::canceled());
    let (ctx, _cancel) = context::with_deadline_cause(context::background(), time::now(), slow.clone());
    assert!(context::cause(ctx) == slow);
}

// Values.

#[derive(Clone, PartialEq, Value)]
#[go(name = "main.key")]
struct Name(i64);

#[gort_runtime::test]
async fn a_value_is_found_by_its_key_from_below() {
    let ctx = context::with_value(context::background(), Any::new(Name(1)), Any::new(str("gopher")));
    let (below, _below) = context::with_cancel(ctx.clone());
    for ctx in [&ctx, &below] {
        assert_eq!(ctx.value(Any::new(Name(1))), Any::new(str("gopher")));
        assert!(ctx.value(Any::new(Name(2))).is_nil());
        // Of another type, though it looks the same.
        assert!(ctx.value(Any::new(1_i64)).is_nil());
    }
}

#[gort_runtime::test]
async fn the_nearest_value_of_a_key_counts() {
    let key = || Any::new(Name(1));
    let top = context::with_value(context::background(), key(), Any::new(1_i64));
    let below = context::with_value(top.clone(), key(), Any::new(2_i64));
    assert_eq!(
        (top.value(key()), below.value(key())),
        (Any::new(1_i64), Any::new(2_i64))
    );
}

#[gort_runtime::test]
async fn a_context_with_a_value_is_otherwise_its_parent() {
    let (top, cancel) = context::with_timeout(context::background(), time::HOUR);
    let named = context::with_value(top.clone(), Any::new(Name(1)), Any::new(1_i64));
    assert_eq!((named.deadline(), named.done()), (top.deadline(), top.done()));
    cancel();
    assert!(ended_with(&named, &context::canceled()));
}

#[test]
fn what_is_nil_cannot_be_a_parent_or_a_key() {
    let nil = "cannot create context from nil parent";
    assert_eq!(panics(|| context::with_cancel(Ctx::nil())), nil);
    assert_eq!(panics(|| context::with_cancel_cause(Ctx::nil())), nil);
    assert_eq!(panics(|| context::with_timeout(Ctx::nil(), ms(1))), nil);
    assert_eq!(panics(|| context::without_cancel(Ctx::nil())), nil);
    assert_eq!(
        panics(|| context::with_value(Ctx::nil(), Any::new(1_i64), Any::nil())),
        nil
    );
    let no_key = panics(|| context::with_value(context::background(), Any::nil(), Any::nil()));
    assert_eq!(no_key, "nil key");
}

// Without cancellation, and what is called after it.

#[gort_runtime::test]
async fn without_cancel_only_the_values_stay() {
    let (top, cancel) = context::with_timeout(context::background(), time::HOUR);
    let named = context::with_value(top, Any::new(Name(1)), Any::new(1_i64));
    let free = context::without_cancel(named);
    cancel();
    assert!(free.err().is_nil() && free.done().is_nil() && !free.deadline().1);
    assert!(context::cause(free.clone()).is_nil());
    assert_eq!(free.value(Any::new(Name(1))), Any::new(1_i64));
    let (below, cancel_below) = context::with_cancel(free);
    assert!(is_open(&below));
    cancel_below();
    assert!(ended_with(&below, &context::canceled()));
}

fn told() -> (Chan<i64>, impl Fn(i64) -> Fn0) {
    let c: Chan<i64> = Chan::make(8);
    let to = c.clone();
    let tell = move |n: i64| {
        let to = to.clone();
        fn0(move || assert!(to.try_send(n).is_ok()))
    };
    (c, tell)
}

#[gort_runtime::test]
async fn after_func_calls_when_the_context_is_cancelled() {
    let (heard, tell) = told();
    let (ctx, cancel) = context::with_cancel(context::background());
    context::after_func(ctx.clone(), tell(1));
    context::after_func(ctx.clone(), tell(2));
    assert_eq!(heard.len(), 0);
    cancel();
    // Each on its own.
    assert_eq!(heard.recv_or_zero().await + heard.recv_or_zero().await, 3);
    context::after_func(ctx, tell(5));
    assert_eq!(heard.recv_or_zero().await, 5);
}

#[gort_runtime::test]
async fn stopping_takes_the_call_back_once() {
    for _ in 0..TIMES {
        let (heard, tell) = told();
        let (ctx, cancel) = context::with_cancel(context::background());
        let stop = context::after_func(ctx.clone(), tell(1));
        let (cancels, done) = (cancel.clone(), Chan::<()>::make(0));
        let tells = done.clone();
        task::go(async move {
            cancels();
            tells.close();
        });
        let stopped = stop();
        assert!(!stop());
        done.recv().await;
        if !stopped {
            assert_eq!(heard.recv_or_zero().await, 1);
        }
        common::others_run().await;
        assert_eq!(heard.len(), 0);
    }
}

#[gort_runtime::test]
async fn stopping_does_not_wait_for_the_call() {
    let (ctx, cancel) = context::with_cancel(context::background());
    let (begun, gate): (Chan<()>, Chan<()>) = (Chan::make(0), Chan::make(0));
    let (begins, waits_for) = (begun.clone(), gate.clone());
    let stop = context::after_func_async(ctx, move || async move {
        begins.send(()).await;
        waits_for.recv().await;
    });
    cancel();
    begun.recv().await;
    assert!(!stop());
    gate.close();
}

// A context of somebody else's.

#[derive(Clone, PartialEq, Value)]
#[go(name = "main.foreign", value(dyn Context))]
struct Foreign(Chan<()>);

impl Context for Foreign {
    fn deadline(&self) -> (time::Time, bool) {
        (time::Time::default(), false)
    }
    fn done(&self) -> Receiver<()> {
        self.0.receiver()
    }
    fn err(&self) -> GoError {
        if self.0.is_closed() {
            why("foreign end")
        } else {
            GoError::nil()
        }
    }
    fn value(&self, _: Any) -> Any {
        Any::nil()
    }
}

#[gort_runtime::test]
async fn contexts_below_a_foreign_one_follow_it() {
    let done: Chan<()> = Chan::make(0);
    let foreign: Ctx = iface!(Foreign(done.clone()) => dyn Context);
    let (below, _below) = context::with_cancel(foreign.clone());
    let (lower, _lower) = context::with_cancel(below.clone());
    assert!(is_open(&below));
    done.close();
    lower.done().recv().await;
    assert_eq!(
        (below.err().to_string(), lower.err().to_string()),
        ("foreign end".into(), "foreign end".into())
    );
}

// The same over Rust's types.

struct Id;
impl Key for Id {
    type Value = i64;
}
struct Other;
impl Key for Other {
    type Value = i64;
}

#[test]
fn a_native_background_is_empty() {
    let ctx = Native::background();
    assert!(ctx.err().is_none() && ctx.cause().is_none() && ctx.deadline().is_none() && ctx.check().is_ok());
    assert!(ctx.value::<Id>().is_none() && waits(ctx.done()));
}

#[gort_runtime::test]
async fn native_contexts_are_cancelled_from_above_with_the_first_cause() {
    let (top, cancel) = Native::background().with_cancel();
    let (below, cancel_below) = top.with_value::<Id>(1).with_timeout(StdDuration::from_secs(60));
    cancel.cancel_with("one");
    cancel_below.cancel_with("two");
    now(below.done());
    assert_eq!(
        (below.err(), below.check()),
        (Some(Error::Canceled), Err(Error::Canceled))
    );
    assert_eq!(below.cause().unwrap().to_string(), "one");
    let (late, _late) = below.with_cancel();
    assert_eq!(late.cause().unwrap().to_string(), "one");
}

#[gort_runtime::test]
async fn native_values_are_found_by_type_and_hide_those_above() {
    let top = Native::background().with_value::<Id>(1);
    let below = top.with_cancel().0.with_value::<Other>(2).with_value::<Id>(3);
    assert_eq!((top.value::<Id>(), top.value::<Other>()), (Some(&1), None));
    assert_eq!((below.value::<Id>(), below.value::<Other>()), (Some(&3), Some(&2)));
    assert_eq!(below.without_cancel().value::<Other>(), Some(&2));
}

#[gort_runtime::test]
async fn native_deadlines_pass_and_only_get_sooner() {
    let start = Instant::now();
    let (ctx, _cancel) = Native::background().with_timeout_cause(StdDuration::from_millis(3), "slow");
    let (below, _below) = ctx.with_timeout(StdDuration::from_secs(60));
    assert_eq!(below.deadline(), ctx.deadline());
    below.done().await;
    assert!(start.elapsed() >= StdDuration::from_millis(3));
    assert_eq!(below.err(), Some(Error::DeadlineExceeded));
    assert_eq!(below.cause().unwrap().to_string(), "slow");
    let far = Native::background().with_timeout(StdDuration::MAX).0;
    assert!(far.deadline().is_none() && !far.is_done());
}

#[gort_runtime::test]
async fn a_native_context_ends_what_runs_below_it() {
    for _ in 0..TIMES {
        let (ctx, cancel) = Native::background().with_cancel();
        let guard = cancel.clone().guard();
        let group = TaskGroup::new();
        let runs = ctx.clone();
        group.spawn(async move {
            let ended = runs.run(std::future::pending::<()>()).await;
            assert_eq!(ended, Err(Error::Canceled));
        });
        assert_eq!(ctx.run(async { 5 }).await, Ok(5));
        drop(guard);
        group.wait().await;
    }
}

#[cfg(feature = "tokio-util")]
mod tokens {
    use super::*;
    use tokio_util::sync::CancellationToken;

    #[gort_runtime::test]
    async fn a_token_cancels_a_context_and_a_context_a_token() {
        for _ in 0..TIMES {
            let token = CancellationToken::new();
            let (ctx, _cancel) = Native::background().with_token(&token);
            let back = ctx.token();
            assert!(!ctx.is_done() && !back.is_cancelled());
            token.cancel();
            ctx.done().await;
            // Whoever cancels closes the channel first.
            back.cancelled().await;
            assert!(Native::from(token).is_done());
        }
    }

    #[gort_runtime::test]
    async fn nothing_goes_back_up() {
        let token = CancellationToken::new();
        let (ctx, cancel) = Native::background().with_token(&token);
        let back = ctx.token();
        back.cancel();
        assert!(!ctx.is_done());
        cancel.cancel();
        assert!(!token.is_cancelled());
    }

    #[gort_runtime::test]
    async fn goroutines_that_watch_tokens_end_with_the_context() {
        let before = task::num_goroutine();
        let token = CancellationToken::new();
        for _ in 0..50 {
            drop(Native::background().with_token(&token));
        }
        while task::num_goroutine() > before {
            task::gosched().await;
        }
    }

    #[gort_runtime::test]
    async fn go_contexts_do_the_same() {
        let token = CancellationToken::new();
        let (ctx, _cancel) = context::with_token(context::background(), &token);
        let back = context::token(ctx.clone());
        assert!(is_open(&ctx) && !back.is_cancelled());
        token.cancel();
        back.cancelled().await;
        assert!(ended_with(&ctx, &context::canceled()));
    }
}

// Contexts of both kinds, each made of the other.

#[test]
fn what_is_never_cancelled_becomes_a_background() {
    let go = Ctx::from(&Native::background());
    assert!(go == context::background());
    let native = Native::from(context::with_value(context::todo(), Any::new(1_i64), Any::new(2_i64)));
    assert!(native.deadline().is_none() && !native.is_done());
    assert_eq!(
        panics(|| Native::from(Ctx::nil())),
        "cannot create context from nil parent"
    );
}

#[gort_runtime::test]
async fn cancelling_goes_from_a_context_of_one_kind_to_one_of_the_other_and_not_back() {
    let (native, cancel) = Native::background().with_cancel();
    let (go, go_cancel) = context::with_cancel(Ctx::from(&native));
    let (below, _cancel) = Native::from(go.clone()).with_cancel();
    assert!(is_open(&go) && !below.is_done());
    go_cancel();
    assert!(ended_with(&go, &context::canceled()) && !native.is_done());
    assert_eq!(below.err(), Some(Error::Canceled));
    let other = Native::from(Ctx::from(&native));
    cancel.cancel();
    assert_eq!(other.err(), Some(Error::Canceled));
    // One that is made too late is cancelled from the start.
    assert!(ended_with(&Ctx::from(&native), &context::canceled()));
    assert_eq!(Native::from(go).cause().unwrap().to_string(), "context canceled");
}

#[gort_runtime::test]
async fn a_cause_that_goes_there_and_back_is_what_it_was() {
    let (native, cancel) = Native::background().with_cancel();
    let go = Ctx::from(&native);
    let back = Native::from(go.clone());
    cancel.cancel_with(std::io::Error::other("the disk is full"));
    assert!(go.err() == context::canceled());
    assert_eq!(context::cause(go.clone()).to_string(), "the disk is full");
    assert!(context::cause(go.clone()) == context::cause(go));
    assert!(back.cause().unwrap().is::<std::io::Error>());

    let overheated = why("overheated");
    let (go, cancel) = context::with_cancel_cause(context::background());
    let native = Native::from(go);
    let back = Ctx::from(&native);
    cancel(overheated.clone());
    assert_eq!(native.err(), Some(Error::Canceled));
    assert_eq!(native.cause().unwrap().to_string(), "overheated");
    assert!(context::cause(back) == overheated);
}

#[gort_runtime::test(virtual_time)]
async fn deadlines_are_the_same_in_both_kinds() {
    let minute = StdDuration::from_secs(60);
    let (native, _cancel) = Native::background().with_timeout_cause(minute, "too slow");
    let go = Ctx::from(&native);
    assert_eq!(go.deadline(), (time::now().add(time::MINUTE), true));
    let back = Native::from(go.clone());
    assert_eq!(back.deadline(), native.deadline());
    // Held on to by what was made of it only.
    drop((native, back));
    go.done().recv().await;
    assert!(go.err() == context::deadline_exceeded());
    assert_eq!(context::cause(go).to_string(), "too slow");

    let start = time::native::now();
    let (go, _cancel) = context::with_timeout(context::background(), time::MINUTE);
    let native = Native::from(go);
    assert_eq!(native.deadline(), Some(start + minute));
    native.done().await;
    assert_eq!(native.err(), Some(Error::DeadlineExceeded));
    assert!(native.cause().unwrap().is::<Error>() && time::native::now() == start + minute);
    let late = Ctx::from(&native);
    assert!(ended_with(&late, &context::deadline_exceeded()) && late.deadline().1);
}

#[gort_runtime::test]
async fn a_native_context_follows_one_of_foreign_make_with_a_goroutine_that_ends_with_it() {
    let done: Chan<()> = Chan::make(0);
    let foreign = || -> Ctx { iface!(Foreign(done.clone()) => dyn Context) };
    let before = task::goroutines().len();
    drop(Native::from(foreign()));
    while task::goroutines().len() > before {
        task::gosched().await;
    }
    let native = Native::from(foreign());
    done.close();
    native.done().await;
    assert_eq!(native.err(), Some(Error::Canceled));
    assert_eq!(native.cause().unwrap().to_string(), "foreign end");
}
