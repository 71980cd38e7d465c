//! Whole processes: exit codes and what they print when they end in Go's ways.
//!
//! Each program below runs in a process of its own: this test binary again, told by a variable which program to be.
#![cfg(feature = "value")]
#![forbid(unsafe_code)]

use std::process::Command;
use std::time::{Duration, Instant};

use gort_runtime::prelude::*;

/// Runs a program with each number of workers and compares exit code and beginning of stderr.
fn check(test: &str, body: fn(), code: i32, stderr: &str) {
    check_with(test, body, code, stderr, "GORT_LEAKS", "0");
}

/// The same, with a variable set.
fn check_with(test: &str, body: fn(), code: i32, stderr: &str, variable: &str, value: &str) {
    if std::env::var("GORT_PROGRAM").is_ok_and(|program| program == test) {
        body();
        return;
    }
    let exe = std::env::current_exe().expect("this binary");
    for workers in ["1", "2", "4"] {
        let started = Instant::now();
        let output = Command::new(&exe)
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env("GORT_PROGRAM", test)
            .env("GOMAXPROCS", workers)
            .env(variable, value)
            .output()
            .expect("the program runs");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{workers} workers: {text}");
        assert!(text.starts_with(stderr), "{workers} workers: {text}");
        assert!(
            // Others may have the machine: this tells a process that hangs from one that ends.
            started.elapsed() < Duration::from_secs(30),
            "{workers} workers: {:?}",
            started.elapsed()
        );
    }
}

macro_rules! program {
    ($name:ident, $code:literal, $stderr:expr, $body:block) => {
        #[test]
        fn $name() {
            check(stringify!($name), || task::main(async $body), $code, $stderr);
        }
    };
}

program!(returns, 0, "", {
    task::go(async { std::future::pending().await });
});

const DEADLOCK: &str = "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 ";

program!(receives_for_ever, 2, &format!("{DEADLOCK}[chan receive]:\n"), {
    let c: Chan<i64> = Chan::make(0);
    c.recv().await;
});

program!(all_sleep_after_work, 2, &format!("{DEADLOCK}[chan receive]:\n"), {
    let c: Chan<i64> = Chan::make(0);
    for _ in 0..4 {
        let c = c.clone();
        task::go(async move {
            for i in 0..1000 {
                c.send(i).await;
            }
        });
    }
    loop {
        c.recv().await;
    }
});

program!(selects_for_ever, 2, &format!("{DEADLOCK}[select (no cases)]:\n"), {
    task::go(async {
        select! {}
    });
    select! {}
});

program!(waits_for_a_blocked_thread, 0, "", {
    let c: Chan<i64> = Chan::make(0);
    let sender = c.clone();
    task::go(async move {
        let inner: Chan<i64> = Chan::make(0);
        let giver = inner.clone();
        task::go(async move {
            std::thread::sleep(Duration::from_millis(60));
            giver.send(1).await;
        });
        let got = task::block_on(inner.recv());
        sender.send(got.unwrap_or(0)).await;
    });
    c.recv().await;
});

program!(blocked_threads_deadlock, 2, DEADLOCK, {
    task::go(async {
        let c: Chan<i64> = Chan::make(0);
        task::block_on(c.recv());
    });
    let c: Chan<i64> = Chan::make(0);
    c.recv().await;
});

program!(
    a_deadlock_names_all_goroutines,
    2,
    &format!("{DEADLOCK}[chan receive]:\nmain.main()\n\tgort-runtime/tests/process.rs:"),
    {
        let c: Chan<i64> = Chan::make(0);
        c.recv().await;
    }
);

program!(tasks_of_tokio_are_no_deadlock, 0, "", {
    let c = Chan::make(0);
    let sends = c.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        sends.send(1).await;
    });
    assert_eq!(c.recv().await, Some(1));
});

program!(timers_of_tokio_are_no_deadlock, 0, "", {
    tokio::time::sleep(Duration::from_millis(100)).await;
    task::block_on(tokio::time::sleep(Duration::from_millis(100)));
});

#[cfg(unix)]
const QUIT: &str = "SIGQUIT: quit\n\ngoroutine 1 [sleep]:\nmain.main()\n\tgort-runtime/tests/process.rs:";

#[cfg(unix)]
program!(a_quit_signal_dumps_all_goroutines, 2, QUIT, {
    task::go(async {
        let c: Chan<i64> = Chan::make(0);
        c.recv().await;
    });
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_millis(50));
        let _ = Command::new("kill")
            .args(["-QUIT", &std::process::id().to_string()])
            .status();
    });
    gort_runtime::time::sleep(gort_runtime::time::MINUTE).await;
});

program!(
    main_goexits,
    2,
    "fatal error: no goroutines (main called runtime.Goexit) - deadlock!\n",
    {
        task::go(async { task::gosched().await });
        task::goexit();
    }
);

program!(panics_with_text, 2, "panic: boom\n\ngoroutine 1 [running]:\n", {
    panic_str("boom")
});

program!(panics_with_error_elsewhere, 2, "panic: bad\n\ngoroutine ", {
    task::go(async { go_panic(gort_runtime::value::new_error(str("bad")).to_any()) });
    select! {}
});

program!(
    follows_nil,
    2,
    "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation",
    {
        let p: Ptr<i64> = Ptr::nil();
        p.set(1);
    }
);

program!(
    rust_panics_read_like_go,
    2,
    "panic: runtime error: index out of range [5] with length 3\n",
    {
        let v = Vec::from([1, 2, 3]);
        let i = std::hint::black_box(5);
        assert!(v[i] > 0);
    }
);

program!(nested_panics, 2, "panic: 1\n\tpanic: 2\n", {
    defer::scope(
        || (),
        |defers| {
            defers.push(|| go_panic(Any::new(2_i64)));
            go_panic(Any::new(1_i64))
        },
    )
});

program!(overflows_the_stack, 2, "", {
    fn deeper(n: u64) -> u64 {
        let pad = std::hint::black_box([n; 512]);
        if n == u64::MAX {
            0
        } else {
            deeper(n + 1) + pad[(n % 512) as usize]
        }
    }
    std::hint::black_box(deeper(0));
});

program!(recurses_deeply, 0, "", {
    fn deeper(n: u64) -> u64 {
        let pad = std::hint::black_box([n; 16]);
        if n == 0 { 0 } else { deeper(n - 1) + pad[0] - n + 1 }
    }
    assert_eq!(deeper(300_000), 300_000);
});

program!(sleeps_and_goes_on, 0, "", {
    use gort_runtime::time;
    let c: Chan<i64> = Chan::make(0);
    let d = c.clone();
    task::go(async move {
        time::sleep(time::Duration(20 * time::MILLISECOND.0)).await;
        d.send(1).await;
    });
    c.recv().await;
    time::after(time::MILLISECOND).recv().await;
    time::sleep_sync(time::MILLISECOND);
});

program!(
    sleeps_then_deadlocks,
    2,
    &format!("{DEADLOCK}[sync.WaitGroup.Wait]:\n"),
    {
        use gort_runtime::{sync, time};
        let wg = sync::WaitGroup::default();
        wg.add(1);
        task::go(async { time::sleep(time::MILLISECOND).await });
        wg.wait().await;
    }
);

program!(exits, 3, "", {
    task::go(async { task::exit(3) });
    select! {}
});

program!(works_on_a_busy_machine, 0, "", {
    // More threads than processors: a worker that was woken waits long for one, and counts as parked all the while.
    let busy = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let hogs: Vec<_> = (0..16)
        .map(|_| {
            let busy = busy.clone();
            std::thread::spawn(move || while busy.load(std::sync::atomic::Ordering::Relaxed) {})
        })
        .collect();
    let (there, back): (Chan<i64>, Chan<i64>) = (Chan::make(0), Chan::make(0));
    let (t, b) = (there.clone(), back.clone());
    task::go(async move {
        while let Some(v) = t.recv().await {
            // On a thread of its own, so that the answer comes from outside the workers.
            let b = b.clone();
            task::go(async move { task::block_on(b.send(v + 1)) });
        }
    });
    let start = Instant::now();
    let mut n = 0;
    while start.elapsed() < Duration::from_millis(500) {
        there.send(n).await;
        n = back.recv_or_zero().await;
    }
    there.close();
    busy.store(false, std::sync::atomic::Ordering::Relaxed);
    for hog in hogs {
        hog.join().expect("a hog ends");
    }
});

#[test]
fn tells_what_leaked_if_asked() {
    let body = || {
        task::main(async {
            let c: Chan<i64> = Chan::make(0);
            let other = c.clone();
            task::go(async move { other.send(1).await });
            task::go(async move { tokio::time::sleep(Duration::from_secs(3600)).await });
            tokio::time::sleep(Duration::from_millis(50)).await;
        });
    };
    let test = "tells_what_leaked_if_asked";
    check_with(
        test,
        body,
        0,
        "goroutine 2 [chan send (leaked)]:\ncreated in goroutine 1\n",
        "GORT_LEAKS",
        "1",
    );
}

program!(
    a_panic_whose_handle_is_gone_ends_the_process,
    2,
    "panic: boom\n\ngoroutine ",
    {
        drop(task::spawn(async { panic!("boom") }));
        std::future::pending().await
    }
);

program!(
    dropping_a_handle_with_an_untold_panic_ends_the_process,
    2,
    "panic: boom\n\ngoroutine ",
    {
        let handle = task::spawn(async { panic!("boom") });
        while !handle.is_finished() {
            task::gosched().await;
        }
        drop(handle);
        task::exit(0)
    }
);

program!(an_aborted_goroutine_is_nobodys_panic, 0, "", {
    let handle = task::spawn(std::future::pending::<()>());
    handle.abort();
    drop(handle);
    let mut set = task::JoinSet::new();
    set.spawn(async { panic!("boom") });
    drop(set);
    for _ in 0..10 {
        task::gosched().await;
    }
});

program!(
    waiting_for_a_goroutine_that_waits_is_a_deadlock,
    2,
    &format!("{DEADLOCK}[join]:\n"),
    {
        let handle = task::spawn(std::future::pending::<()>());
        let _ = handle.await;
    }
);

/// Goroutines go on while another one, on the only worker, waits for standard input.
#[cfg(feature = "pkg")]
#[test]
fn reading_standard_input_holds_nobody_up() {
    use gort_runtime::pkg::os;
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;

    let test = "reading_standard_input_holds_nobody_up";
    if std::env::var("GORT_PROGRAM").is_ok_and(|program| program == test) {
        task::main(async {
            task::go(async { println!("\nstill running") });
            let bytes = Slice::make(16, 16);
            let (n, _) = os::stdin().read(bytes.clone());
            println!("\nread {n}");
        });
    }
    for workers in ["1", "2"] {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env("GORT_PROGRAM", test)
            .env("GOMAXPROCS", workers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let (told, heard) = std::sync::mpsc::channel();
        let output = child.stdout.take().expect("a pipe");
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = told.send(line);
            }
        });
        let limit = Duration::from_secs(30);
        let wait_for = |text: &str| loop {
            match heard.recv_timeout(limit) {
                Ok(line) if line == text => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        };
        let ran = wait_for("still running");
        let _ = child.stdin.take().expect("a pipe").write_all(b"hello");
        assert!(ran, "{workers} workers: nobody else ran");
        assert!(wait_for("read 5"), "{workers} workers");
        assert!(child.wait().is_ok_and(|status| status.success()));
    }
}
