//! A worker pool with back-pressure: jobs are made no faster than they are done, and what cannot wait is turned away.
//!
//! Run with `cargo run -p gort-runtime --features sync,time --example worker_pool`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use gort_runtime::chan::ends::{Receiver, Sender};
use gort_runtime::chan::{self, TrySendError};
use gort_runtime::sync::{ErrGroup, TaskGroup};
use gort_runtime::time::native::sleep;

const WORKERS: usize = 3;
/// How many jobs may wait.
const QUEUE: usize = 4;
const JOBS: u64 = 60;

struct Job {
    number: u64,
    /// Where the answer is wanted.
    answer: Sender<(u64, u64)>,
}

/// Counts the jobs that exist, and the most there were.
#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Gauge {
    fn up(&self) {
        self.most.fetch_max(self.now.fetch_add(1, Relaxed) + 1, Relaxed);
    }

    fn down(&self) {
        self.now.fetch_sub(1, Relaxed);
    }
}

async fn work(jobs: Receiver<Job>, gauge: Arc<Gauge>) {
    while let Some(job) = jobs.recv().await {
        // The work: a millisecond of waiting for somebody else.
        sleep(Duration::from_millis(1)).await;
        gauge.down();
        let result = (1..=job.number).sum();
        // Who asked may have gone; that is no reason to stop.
        let _ = job.answer.send((job.number, result)).await;
    }
}

/// Makes a job only when there is a place for it: `reserve` is where the back-pressure is felt.
async fn produce(queue: Sender<Job>, answer: Sender<(u64, u64)>, gauge: Arc<Gauge>) {
    for number in 1..=JOBS {
        let Ok(place) = queue.reserve().await else { return };
        gauge.up();
        let answer = answer.clone();
        place.send(Job { number, answer });
    }
}

/// Turns away what cannot be taken at once, as a server does that would rather say no than be late.
fn offer(queue: &Sender<Job>, job: Job) -> Result<(), &'static str> {
    queue.try_send(job).map_err(|error| match error {
        TrySendError::Full(_) => "busy",
        TrySendError::Closed(_) => "closed",
    })
}

#[gort_runtime::main]
async fn main() {
    let (queue, jobs) = chan::channel(QUEUE);
    let gauge = Arc::new(Gauge::default());

    // Before there are workers the queue takes as many jobs as it has places.
    let (answer, _answers) = chan::channel(JOBS as usize);
    let offers: Vec<_> = (0..QUEUE as u64 + 2)
        .map(|number| {
            let answer = answer.clone();
            offer(&queue, Job { number, answer })
        })
        .collect();
    let taken = offers.iter().filter(|offer| offer.is_ok()).count();
    println!(
        "{taken} taken, {} turned away: {}",
        offers.len() - taken,
        offers[QUEUE].unwrap_err()
    );
    while jobs.try_recv().is_ok() {}

    let workers = TaskGroup::new();
    for _ in 0..WORKERS {
        workers.spawn(work(jobs.clone(), gauge.clone()));
    }
    drop(jobs);

    let (answer, answers) = chan::channel(0);
    workers.spawn(produce(queue, answer, gauge.clone()));
    let (mut count, mut sum) = (0, 0);
    while let Some((_, result)) = answers.recv().await {
        count += 1;
        sum += result;
    }
    workers.wait().await;
    println!("{count} jobs done, sum {sum}");

    // One job in the hands of each worker, and a full queue: more there never were.
    let most = gauge.most.load(Relaxed);
    assert!(most <= WORKERS + QUEUE, "{most} jobs at the same time");
    println!("never more than {} jobs at the same time", WORKERS + QUEUE);

    // Where there is no queue, a limited group is a pool, too; the first error is the one that counts.
    let group = ErrGroup::with_limit(WORKERS);
    for number in 1..=9 {
        group
            .go(async move {
                if number == 7 {
                    Err("seven is not possible")
                } else {
                    Ok(())
                }
            })
            .await;
    }
    println!("group: {}", group.wait().await.unwrap_err());
}
