//! The examples print what they should, on one worker and on several.
#![cfg(all(feature = "macros", feature = "sync", feature = "context"))]
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::Command;

/// The built example; it is built first if only this test was.
fn example(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("this binary");
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        let status = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--package",
                "gort-runtime",
                "--features",
                "sync,context",
            ])
            .args(["--example", name])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .expect("cargo runs");
        assert!(status.success());
    }
    path
}

fn check(name: &str, expected: &str) {
    for workers in ["1", "2", "4"] {
        let output = Command::new(example(name))
            .env("GOMAXPROCS", workers)
            .output()
            .expect("the example runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name} with {workers} workers: {errors}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{workers} workers");
    }
}

#[test]
fn pipeline() {
    check(
        "pipeline",
        "16 words\n\
         best of 1: a (1)\n\
         best of 2: so (34)\n\
         best of 3: the (33)\n\
         best of 4: upon (66)\n\
         best of 5: water (67)\n\
         best of 6: barrow (77)\n\
         best of 7: depends (67)\n\
         best of 8: chickens (72)\n",
    );
}

#[test]
fn crawler() {
    check(
        "crawler",
        "/: 3 links\n\
         /blog: 3 links\n\
         /blog/1: 1 links\n\
         /blog/2: 1 links\n\
         /docs: 3 links\n\
         /docs/chan: 1 links\n\
         /docs/select: 1 links\n\
         /lost: not found\n\
         /slow: context deadline exceeded\n\
         9 pages, 2 fetched at once at most\n",
    );
}

#[test]
fn chat() {
    check(
        "chat",
        "ann sees: ann joined\n\
         ann sees: bob joined\n\
         ann sees: <ann> anybody here?\n\
         ann sees: <bob> message 1\n\
         ann sees: <bob> message 2\n\
         ann sees: <bob> message 3\n\
         ann sees: <bob> message 4\n\
         ann sees: <bob> message 5\n\
         bob sees: bob joined\n\
         bob sees: <ann> anybody here?\n\
         bob sees: <bob> message 1\n\
         bob sees: <bob> message 2\n\
         ann sees: <ann> still there, bob?\n\
         bob sees: (3 lines missed)\n\
         bob sees: <ann> still there, bob?\n\
         ann sees: <ann> hello?\n\
         ann sees: bob left\n\
         closed after 8 lines\n",
    );
}

#[test]
fn worker_pool() {
    check(
        "worker_pool",
        "4 taken, 2 turned away: busy\n\
         60 jobs done, sum 37820\n\
         never more than 7 jobs at the same time\n\
         group: seven is not possible\n",
    );
}

#[test]
fn graceful_shutdown() {
    check(
        "graceful_shutdown",
        "stopping: terminated\n\
         request 5: refused\n\
         the grace period is over\n\
         request 1: served\n\
         request 2: served\n\
         request 3: served\n\
         request 4: context canceled: shut down\n",
    );
}
