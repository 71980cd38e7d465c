//! Work that is done once for all who ask, under loom.
//!
//! - In: `sync::singleflight`, with the work done by who begins it in place of a goroutine, and `sync::owned::once_value`.
//! - Out: whoever asks gets what the work gave, and nobody waits for work that nobody does.
//! - Invariants: see `models`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use loom::future::block_on;
use loom::thread;

use super::explore;
use crate::sync::owned::once_value;
use crate::sync::singleflight::Group;

/// ```text
/// a:    calls, does the work .... or waits for it
/// main: calls, waits for the work or does it
/// ```
#[test]
fn a_value_is_made_once_and_given_to_both() {
    explore(|| {
        let made = Arc::new(AtomicU32::new(0));
        let counted = made.clone();
        let value = once_value(move || counted.fetch_add(1, Relaxed) + 1);
        let other = value.clone();
        let a = thread::spawn(move || assert_eq!(other(), 1));
        assert_eq!(value(), 1);
        assert!(a.join().is_ok());
        assert_eq!(made.load(Relaxed), 1);
    });
}

/// ```text
/// a:    joins, does the work, tells
/// main: joins, waits ............... or comes too late and does it again
/// ```
#[test]
fn callers_share_one_piece_of_work_or_have_one_each() {
    explore(|| {
        let (group, works) = (Group::new(), Arc::new(AtomicU32::new(0)));
        let ask = {
            let works = works.clone();
            move |group: &Group<u8, u32>| {
                let (call, new) = group.join(1, None);
                if new {
                    let number = works.fetch_add(1, Relaxed) + 1;
                    block_on(group.clone().work(1, call.clone(), || std::future::ready(number)));
                }
                block_on(call.outcome())
            }
        };
        let (other, asks) = (group.clone(), ask.clone());
        let a = thread::spawn(move || asks(&other));
        let mine = ask(&group);
        let Ok(others) = a.join() else {
            panic!("the other thread panicked")
        };
        match works.load(Relaxed) {
            1 => assert_eq!((mine, others), ((1, true), (1, true))),
            _ => assert_eq!((mine.0 + others.0, mine.1, others.1), (3, false, false)),
        }
    });
}

/// ```text
/// main: joins, forgets, joins anew ........... does that work
/// a:    does the work, takes the key away ... unless it is another's by now
/// ```
#[test]
fn work_that_was_forgotten_does_not_take_the_key_of_what_was_begun_since() {
    explore(|| {
        let group: Group<u8, u32> = Group::new();
        let (first, new) = group.join(1, None);
        assert!(new);
        let (other, old) = (group.clone(), first.clone());
        let a = thread::spawn(move || block_on(other.work(1, old, || std::future::ready(1))));
        group.forget(&1);
        let (second, new) = group.join(1, None);
        assert!(new);
        assert!(a.join().is_ok());
        assert!(!group.join(1, None).1, "the second is under way");
        block_on(group.clone().work(1, second.clone(), || std::future::ready(2)));
        assert_eq!(block_on(first.outcome()), (1, false));
        assert_eq!(block_on(second.outcome()), (2, true));
        assert!(group.join(1, None).1, "nothing is under way");
    });
}
