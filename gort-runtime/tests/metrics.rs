//! What `task::metrics` tells. The counters are the process's, so this is one test.

use gort_runtime::chan::Chan;
use gort_runtime::task::{self, Wait};

#[test]
fn metrics_tell_what_happened() {
    task::test(async {
        goroutines_are_counted().await;
        #[cfg(feature = "metrics")]
        {
            operations_are_counted().await;
            values_given_back_are_not_received().await;
        }
    });
}

async fn goroutines_are_counted() {
    let before = task::metrics();
    assert!(before.live >= 1 && before.started >= before.live);
    let c: Chan<()> = Chan::make(0);
    for _ in 0..100 {
        let c = c.clone();
        task::go(async move {
            let _ = c.recv().await;
        });
    }
    while task::metrics().blocked < before.blocked + 100 {
        task::gosched().await;
    }
    let during = task::metrics();
    assert_eq!((during.live, during.started), (before.live + 100, before.started + 100));
    assert_eq!(during.runnable, 0);
    assert!(during.runs.iter().sum::<u64>() >= before.runs.iter().sum::<u64>() + 100);
    c.close();
    while task::metrics().live > before.live {
        task::gosched().await;
    }
    assert_eq!(task::metrics().started, during.started);
    let outside = std::thread::spawn(task::metrics).join().unwrap_or_default();
    assert_eq!((outside.blocked, outside.runs.len()), (0, 0));
    assert_eq!(outside.started, during.started);
    assert_eq!(Wait::ChanSend.text(), "chan send");
}

#[cfg(feature = "metrics")]
async fn operations_are_counted() {
    let before = task::metrics().counts;
    let (send, receive) = gort_runtime::chan::channel(3);
    let (done, all_done) = gort_runtime::chan::channel::<()>(0);
    for n in 0..10 {
        let (send, done) = (send.clone(), done.clone());
        task::go(async move {
            assert!(send.send(n).await.is_ok());
            drop(done);
        });
    }
    drop(done);
    for _ in 0..5 {
        assert!(receive.recv().await.is_some());
    }
    // What is left: five sends, of which the buffer has three and two wait, or have yet to come.
    while task::metrics().counts.waits(Wait::ChanSend) == before.waits(Wait::ChanSend) {
        task::gosched().await;
    }
    gort_runtime::select! {
        n = receive.recv() => assert!(n.is_some()),
    }
    assert!(receive.try_recv().is_ok());
    assert_eq!(all_done.recv().await, None);
    let after = task::metrics().counts;
    assert_eq!(after.sends - before.sends, 10);
    assert_eq!(after.receives - before.receives, 7);
    assert!(after.wakes > before.wakes);
}

/// A receiver that is dropped after it was handed a value has not received it.
#[cfg(feature = "metrics")]
async fn values_given_back_are_not_received() {
    use std::future::Future;
    use std::task::{Context, Waker};
    let before = task::metrics().counts;
    let c = Chan::make(1);
    let mut receiving = Box::pin(c.recv());
    let polled = receiving.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    assert!(c.try_send(5).is_ok());
    assert_eq!(c.len(), 0);
    drop(receiving);
    assert_eq!(c.len(), 1);
    let after = task::metrics().counts;
    assert_eq!((after.sends - before.sends, after.receives - before.receives), (1, 0));
    assert_eq!(after.waits(Wait::ChanReceive) - before.waits(Wait::ChanReceive), 1);
}
