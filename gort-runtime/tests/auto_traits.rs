//! What may be sent to other threads and shared between them, for all public types: a change of that is a change of the
//! interface.
#![forbid(unsafe_code)]
#![cfg(feature = "macros")]

use std::cell::Cell as StdCell;
use std::rc::Rc;

macro_rules! is {
    ($($t:ty: $($bound:ident)*;)*) => {$( const _: fn() = || { $( bounds::$bound::<$t>(); )* }; )*};
}

/// Not `Send` or not `Sync`: the call is ambiguous when it is, and does not compile.
macro_rules! is_not {
    ($($t:ty: $bound:ident;)*) => {$(
        const _: fn() = || {
            trait Ambiguous<A> { fn call() {} }
            impl<T: ?Sized> Ambiguous<()> for T {}
            struct Invalid;
            impl<T: ?Sized + $bound> Ambiguous<Invalid> for T {}
            <$t as Ambiguous<_>>::call();
        };
    )*};
}

#[allow(dead_code, non_snake_case)]
mod bounds {
    pub(super) fn Send<T: std::marker::Send + ?Sized>() {}
    pub(super) fn Sync<T: std::marker::Sync + ?Sized>() {}
    pub(super) fn Unpin<T: std::marker::Unpin + ?Sized>() {}
}

/// May be sent, and not shared.
type Local = StdCell<u8>;
/// May be neither.
type Bound = Rc<u8>;

mod channels {
    use super::*;
    use gort_runtime::chan::ends::{self, Permit, Reserve};
    use gort_runtime::chan::{
        Chan, Receiver, Recv, RecvTimeoutError, Send as Sending, SendError, SendTimeoutError, Sender, TryRecvError,
        TrySendError,
    };
    use gort_runtime::select::{Chosen, Select, Ticket};

    is! {
        Chan<u8>: Send Sync Unpin; Sender<u8>: Send Sync Unpin; Receiver<u8>: Send Sync Unpin;
        // A channel hands values over and shares none.
        Chan<Local>: Send Sync Unpin;
        ends::Sender<Local>: Send Sync Unpin; ends::Receiver<Local>: Send Sync Unpin;
        Recv<'static, Local>: Send Sync; Sending<'static, Local>: Send Sync;
        ends::Send<'static, Local>: Send Sync; Reserve<'static, Local>: Send Sync;
        Permit<'static, Local>: Send Sync Unpin;
        Select<'static, Local>: Send Sync Unpin; Chosen<u8>: Send Sync Unpin; Ticket: Send Sync;
        SendError<u8>: Send Sync Unpin; TrySendError<u8>: Send Sync Unpin; SendTimeoutError<u8>: Send Sync Unpin;
        TryRecvError: Send Sync Unpin; RecvTimeoutError: Send Sync Unpin;
    }
    // They wait where they are.
    is_not! {
        Recv<'static, u8>: Unpin; Sending<'static, u8>: Unpin;
        ends::Send<'static, u8>: Unpin; Reserve<'static, u8>: Unpin;
        Chan<Bound>: Send; Chan<Bound>: Sync;
        Sender<Bound>: Send; Receiver<Bound>: Send;
    }

    #[cfg(feature = "stream")]
    is! { gort_runtime::chan::RecvStream<Local>: Send Sync Unpin; }
    #[cfg(feature = "value")]
    is! { gort_runtime::chan::RecvOrZero<'static, i64>: Send Sync; }
}

mod tasks {
    use super::*;
    use gort_runtime::task::{External, Wait, YieldPoint};

    is! { External: Send Sync Unpin; Wait: Send Sync Unpin; YieldPoint: Send Sync Unpin; }
}

mod goroutines {
    use super::*;
    use gort_runtime::task::{AbortHandle, JoinError, JoinHandle, JoinSet};

    is! {
        JoinHandle<Local>: Send Sync Unpin; JoinSet<Local>: Send Sync Unpin;
        AbortHandle: Send Sync Unpin; JoinError: Send Sync Unpin;
    }
    #[cfg(feature = "time")]
    is! {
        gort_runtime::time::bubble::Run<std::future::Ready<Local>>: Send Unpin;
    }
    is_not! {
        JoinHandle<Bound>: Send; JoinSet<Bound>: Send;
    }
}

#[cfg(feature = "sync")]
mod sync {
    use super::*;
    use gort_runtime::sync::owned::{self, Cond, Map, MutexGuard, Pool, ReadGuard, RwLock, WriteGuard};
    use gort_runtime::sync::singleflight::Group;
    use gort_runtime::sync::{
        Acquire, AsyncLock, Barrier, ErrGroup, Guard, Mutex, Once, RwMutex, Semaphore, TaskGroup, WaitGroup,
    };

    is! {
        Mutex: Send Sync; RwMutex: Send Sync; Once: Send Sync; WaitGroup: Send Sync; TaskGroup: Send Sync Unpin;
        Barrier: Send Sync; Semaphore: Send Sync; Acquire<'static>: Send Sync; Guard<'static>: Send Sync Unpin;
        ErrGroup<Local>: Send Sync Unpin; Group<u8, Local>: Send Sync Unpin;
        AsyncLock<Local>: Send Sync; owned::Mutex<Local>: Send Sync; MutexGuard<'static, Local>: Send;
        MutexGuard<'static, u8>: Send Sync Unpin;
        RwLock<u8>: Send Sync; ReadGuard<'static, u8>: Send Sync Unpin; WriteGuard<'static, u8>: Send Sync Unpin;
        Cond: Send Sync; Map<u8, u8>: Send Sync; Pool<Local>: Send Sync;
    }
    is_not! {
        owned::Mutex<Bound>: Sync; owned::Mutex<Bound>: Send; AsyncLock<Bound>: Sync; Pool<Bound>: Sync;
        // Sharing the guard would share the value.
        MutexGuard<'static, Local>: Sync;
        // Readers share the value.
        RwLock<Local>: Sync; ReadGuard<'static, Local>: Sync; ReadGuard<'static, Local>: Send;
        WriteGuard<'static, Local>: Sync;
        Map<u8, Local>: Sync;
    }

    #[cfg(feature = "value")]
    is! {
        gort_runtime::sync::Map: Send Sync; gort_runtime::sync::Pool: Send Sync; gort_runtime::sync::Cond: Send Sync;
        gort_runtime::sync::atomic::Int32: Send Sync; gort_runtime::sync::atomic::Int64: Send Sync;
        gort_runtime::sync::atomic::Uint32: Send Sync; gort_runtime::sync::atomic::Uint64: Send Sync;
        gort_runtime::sync::atomic::Uintptr: Send Sync; gort_runtime::sync::atomic::Bool: Send Sync;
        gort_runtime::sync::atomic::Pointer<i64>: Send Sync; gort_runtime::sync::atomic::AnyValue: Send Sync;
        gort_runtime::sync::ReadLocker: Send Sync;
    }
}

#[cfg(feature = "time")]
mod time {
    use super::*;
    use gort_runtime::time::Sleep;
    use gort_runtime::time::native::{Ticker, Timer};

    is! { Sleep: Send Sync; Timer: Send Sync Unpin; Ticker: Send Sync Unpin; }

    #[cfg(feature = "value")]
    is! {
        gort_runtime::time::Duration: Send Sync Unpin; gort_runtime::time::Time: Send Sync Unpin;
        gort_runtime::time::Month: Send Sync Unpin; gort_runtime::time::Weekday: Send Sync Unpin;
        gort_runtime::time::Timer: Send Sync; gort_runtime::time::Ticker: Send Sync;
    }
}

#[cfg(feature = "context")]
mod contexts {
    use super::*;
    use gort_runtime::context::native::{AfterFunc, Cancel, CancelGuard, Cause, Context, Error};

    is! {
        Context: Send Sync Unpin; Cancel: Send Sync Unpin; CancelGuard: Send Sync Unpin; AfterFunc: Send Sync Unpin;
        Cause: Send Sync Unpin; Error: Send Sync Unpin;
    }

    #[cfg(feature = "value")]
    is! {
        gort_runtime::context::Ctx: Send Sync; gort_runtime::context::CancelFunc: Send Sync;
        gort_runtime::context::CancelCauseFunc: Send Sync; gort_runtime::context::DeadlineExceededError: Send Sync;
    }
}

#[cfg(feature = "value")]
mod values {
    use super::*;
    use gort_runtime::defer::{AsyncDefers, Defers};
    use gort_runtime::panic::{Earlier, GoPanic, Goexit, RuntimeFault, Unwinding};
    use gort_runtime::value::{
        Any, ArrayCell, Atom, Cell, Complex, Fn0, Fn1, Global, GoError, GoString, Iface, Map, Ptr, Slice, Stringer,
    };

    is! {
        Any: Send Sync; GoString: Send Sync; GoError: Send Sync; Ptr<i64>: Send Sync; Slice<i64>: Send Sync;
        Map<i64, i64>: Send Sync; Cell<GoString>: Send Sync; Atom<i64>: Send Sync; Complex<f64>: Send Sync;
        Fn0: Send Sync; Fn1<i64, i64>: Send Sync; Iface<dyn Stringer>: Send Sync; Global<i64>: Send Sync;
        ArrayCell<i64, 4>: Send Sync;
        GoPanic: Send Sync; Earlier: Send Sync; Goexit: Send Sync; Unwinding: Send Sync; RuntimeFault: Send Sync;
        AsyncDefers: Send Sync;
    }
    // Deferred calls of a plain function stay on its thread.
    is_not! { Defers<'static>: Sync; }
}

#[test]
fn it_compiles() {}
