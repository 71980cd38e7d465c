//! A chat room: one goroutine owns the members and tells all of them what one says, so nothing is locked.
//!
//! A member that does not read is not waited for: it misses lines, and is told how many.
//! Run with `cargo run -p gort-runtime --example chat`.

use std::collections::BTreeMap;

use gort_runtime::chan::ends::{Receiver, Sender};
use gort_runtime::chan::{self, TrySendError};
use gort_runtime::{select, task};

/// How many lines a member may lag behind.
const LAG: usize = 4;

/// What a member is told.
#[derive(Clone, Debug)]
enum Line {
    Joined(&'static str),
    Left(&'static str),
    Said(&'static str, String),
    Missed(usize),
}

struct Member {
    lines: Sender<Line>,
    missed: usize,
}

impl Member {
    /// Tells the member a line if there is room; false when nobody reads any more.
    fn tell(&mut self, line: Line) -> bool {
        if self.missed > 0 {
            match self.lines.try_send(Line::Missed(self.missed)) {
                Ok(()) => self.missed = 0,
                Err(TrySendError::Full(_)) => {}
                Err(TrySendError::Closed(_)) => return false,
            }
        }
        match self.lines.try_send(line) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.missed += 1;
                true
            }
            Err(TrySendError::Closed(_)) => false,
        }
    }
}

/// How to reach the room. The room closes when all of these are dropped.
#[derive(Clone)]
struct Door {
    join: Sender<(&'static str, Sender<Line>)>,
    say: Sender<(&'static str, String)>,
}

impl Door {
    /// Joins; the lines from then on.
    async fn join(&self, name: &'static str) -> Receiver<Line> {
        let (lines, receiver) = chan::channel(LAG);
        self.join.send((name, lines)).await.expect("the room is open");
        receiver
    }

    async fn say(&self, name: &'static str, text: impl Into<String>) {
        self.say.send((name, text.into())).await.expect("the room is open");
    }
}

/// Opens a room: its door, and what tells how many lines were said when it has closed.
fn open() -> (Door, Receiver<usize>) {
    // Without buffers: who joins or speaks goes on when the room has heard it.
    let (join, joins) = chan::channel(0);
    let (say, says) = chan::channel(0);
    let (closed, count) = chan::channel(1);
    task::go(async move {
        let mut members: BTreeMap<&'static str, Member> = BTreeMap::new();
        let mut said = 0;
        loop {
            let line = select! {
                joined = joins.recv() => {
                    let Some((name, lines)) = joined else { break };
                    members.insert(name, Member { lines, missed: 0 });
                    Line::Joined(name)
                }
                spoken = says.recv() => {
                    let Some((name, text)) = spoken else { break };
                    said += 1;
                    Line::Said(name, text)
                }
            };
            broadcast(&mut members, line);
        }
        let _ = closed.send(said).await;
    });
    (Door { join, say }, count)
}

/// Tells all members a line, and those that stay who has gone.
fn broadcast(members: &mut BTreeMap<&'static str, Member>, line: Line) {
    let mut lines = vec![line];
    while let Some(line) = lines.pop() {
        members.retain(|name, member| {
            let here = member.tell(line.clone());
            if !here {
                lines.push(Line::Left(name));
            }
            here
        });
    }
}

fn show(name: &str, line: &Line) {
    match line {
        Line::Joined(who) => println!("{name} sees: {who} joined"),
        Line::Left(who) => println!("{name} sees: {who} left"),
        Line::Said(who, text) => println!("{name} sees: <{who}> {text}"),
        Line::Missed(count) => println!("{name} sees: ({count} lines missed)"),
    }
}

#[gort_runtime::main]
async fn main() {
    let (door, closed) = open();
    let ann = door.join("ann").await;
    let bob = door.join("bob").await;

    // Ann reads all the time; the others when they like.
    let (done, read) = chan::channel::<()>(0);
    let (heard, reads) = chan::channel(0);
    task::go(async move {
        let _done = done;
        while let Some(line) = ann.recv().await {
            show("ann", &line);
            let _ = heard.send(()).await;
        }
    });
    // What is said is said when ann has seen it, so that the output is the same each time.
    let see = async |lines: usize| {
        for _ in 0..lines {
            reads.recv().await;
        }
    };

    see(2).await;
    door.say("ann", "anybody here?").await;
    see(1).await;
    for i in 1..=5 {
        door.say("bob", format!("message {i}")).await;
        see(1).await;
    }
    // Bob has not read: four lines wait for him, and he missed the others.
    for _ in 0..LAG {
        show("bob", &bob.recv().await.expect("it was kept for bob"));
    }
    door.say("ann", "still there, bob?").await;
    see(1).await;
    for _ in 0..2 {
        show("bob", &bob.recv().await.expect("there is room again"));
    }
    drop(bob);
    door.say("ann", "hello?").await;
    see(2).await;

    drop(door);
    read.recv().await;
    println!("closed after {} lines", closed.recv().await.unwrap_or(0));
}
