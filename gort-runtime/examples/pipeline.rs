//! A pipeline: words flow through stages that run at the same time, each stage closing the next by dropping its end.
//!
//! ```text
//! read ──lines──▶ split ──words──▶ 3 × measure ──scores──▶ best of each length
//! ```
//!
//! Run with `cargo run -p gort-runtime --example pipeline`.

use std::collections::BTreeMap;

use gort_runtime::chan::ends::{Receiver, Sender};
use gort_runtime::{chan, task};

const TEXT: &str = "\
so much depends upon
a red wheel barrow
glazed with rain water
beside the white chickens";

/// A word and how much it is worth.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    points: u32,
    word: String,
}

/// The source. When the function is over its end is dropped, and the next stage sees the end of its input.
async fn read(lines: Sender<&'static str>) {
    for line in TEXT.lines() {
        if lines.send(line).await.is_err() {
            // Nobody listens any more: there is nothing left to do.
            return;
        }
    }
}

async fn split(lines: Receiver<&'static str>, words: Sender<String>) {
    while let Some(line) = lines.recv().await {
        let in_line = line.split_whitespace().map(str::to_owned);
        if words.send_many(in_line).await.is_err() {
            return;
        }
    }
}

/// One of several: clones of a receiver share the work, each word goes to one of them.
async fn measure(words: Receiver<String>, scores: Sender<Score>) {
    while let Some(word) = words.recv().await {
        let points = word.bytes().map(|letter| u32::from(letter - b'a') + 1).sum();
        if scores.send(Score { points, word }).await.is_err() {
            return;
        }
    }
}

#[gort_runtime::main]
async fn main() {
    // Small buffers: no stage runs far ahead of the one behind it.
    let (to_split, lines) = chan::channel(1);
    let (to_measure, words) = chan::channel(4);
    let (to_best, scores) = chan::channel(0);

    task::go(read(to_split));
    task::go(split(lines, to_measure));
    for _ in 0..3 {
        task::go(measure(words.clone(), to_best.clone()));
    }
    // These were for cloning; kept, they would hold the pipeline open.
    drop((words, to_best));

    let mut best: BTreeMap<usize, Score> = BTreeMap::new();
    let mut count = 0;
    while let Some(score) = scores.recv().await {
        count += 1;
        let length = score.word.len();
        // Scores come in any order, so the better one must win whichever is first.
        if best.get(&length).is_none_or(|now| *now < score) {
            best.insert(length, score);
        }
    }
    println!("{count} words");
    for (length, Score { points, word }) in best {
        println!("best of {length}: {word} ({points})");
    }
}
