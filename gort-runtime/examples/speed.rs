//! A few numbers: what channels and cells cost. Run with `--release --all-features`.

use std::hint::black_box;
use std::time::Instant;

use gort_runtime::prelude::*;

fn report(name: &str, n: i64, start: Instant) {
    println!("{name:28} {:8.1} ns", start.elapsed().as_nanos() as f64 / n as f64);
}

async fn ping_pong(n: i64) {
    let (ping, pong): (Chan<i64>, Chan<i64>) = (Chan::make(0), Chan::make(0));
    let (a, b) = (ping.clone(), pong.clone());
    task::go(async move {
        while let Some(v) = a.recv().await {
            b.send(v + 1).await;
        }
    });
    let start = Instant::now();
    for i in 0..n {
        ping.send(i).await;
        pong.recv().await;
    }
    report("ping-pong, round trip", n, start);
    ping.close();
}

async fn many(name: &str, cap: i64, senders: i64, receivers: i64, n: i64) {
    let (c, done): (Chan<i64>, Chan<i64>) = (Chan::make(cap), Chan::make(0));
    let start = Instant::now();
    for _ in 0..senders {
        let (c, done) = (c.clone(), done.clone());
        task::go(async move {
            for i in 0..n / senders {
                c.send(i).await;
            }
            done.send(0).await;
        });
    }
    for _ in 0..receivers {
        let (c, done) = (c.clone(), done.clone());
        task::go(async move {
            let mut sum = 0_i64;
            while let Some(v) = c.recv().await {
                sum += v;
            }
            done.send(black_box(sum)).await;
        });
    }
    for _ in 0..senders {
        done.recv().await;
    }
    c.close();
    for _ in 0..receivers {
        done.recv().await;
    }
    report(name, n, start);
}

async fn selecting(n: i64) {
    let (a, b, quit): (Chan<i64>, Chan<i64>, Chan<()>) = (Chan::make(0), Chan::make(0), Chan::make(0));
    for c in [&a, &b] {
        let c = c.clone();
        task::go(async move {
            for i in 0..n / 2 {
                c.send(i).await;
            }
        });
    }
    let start = Instant::now();
    for _ in 0..n {
        select! {
            v = a.recv() => { black_box(v); }
            v = b.recv() => { black_box(v); }
            _ = quit.recv() => return,
        }
    }
    report("select over three", n, start);
}

fn cells(n: i64) {
    let s: Slice<bool> = Slice::make_len(n);
    let start = Instant::now();
    for i in 2..n {
        if !s.get(i) {
            let mut j = i * i;
            while j < n {
                s.set(j, true);
                j += i;
            }
        }
    }
    report("sieve, per number", n, start);
    let m: Map<i64, i64> = Map::make();
    let start = Instant::now();
    for i in 0..n {
        m.update(i & 0xffff, |v| *v += i);
    }
    report("map update", n, start);
    let mut list: Slice<i64> = Slice::nil();
    let start = Instant::now();
    for i in 0..n {
        list = list.append(i);
    }
    report("append", n, start);
    let cell = Cell::new(str("x"));
    let start = Instant::now();
    for _ in 0..n {
        black_box(cell.get());
    }
    report("cell of a string, get", n, start);
    let p = Ptr::new(1_i64);
    let start = Instant::now();
    for _ in 0..n {
        black_box(p.clone());
    }
    report("pointer clone", n, start);
}

#[gort_runtime::main]
async fn main() {
    for _ in 0..2 {
        ping_pong(500_000).await;
        many("unbuffered, 1 to 1", 0, 1, 1, 1_000_000).await;
        many("unbuffered, 4 to 4", 0, 4, 4, 1_000_000).await;
        many("buffered 128, 1 to 1", 128, 1, 1, 2_000_000).await;
        many("buffered 128, 4 to 4", 128, 4, 4, 2_000_000).await;
        selecting(500_000).await;
        cells(5_000_000);
        let start = Instant::now();
        let group = gort_runtime::sync::TaskGroup::new();
        for _ in 0..500_000 {
            group.spawn(async {});
        }
        group.wait().await;
        report("spawn and end", 500_000, start);
        println!();
    }
}
