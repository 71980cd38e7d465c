//! The wheel against a list of times.

use proptest::prelude::*;

use super::*;

/// What is done to the wheel, and to the list.
#[derive(Clone, Debug)]
enum Step {
    /// An alarm so many nanoseconds from now.
    Add(u64),
    /// One of those there are leaves.
    Remove(usize),
    /// So many nanoseconds go by, and what is due rings.
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    // Of all magnitudes alike.
    let time = || (0..50_u32).prop_flat_map(|bits| 0..=1_u64 << bits);
    prop_oneof![
        4 => time().prop_map(Step::Add),
        1 => any::<usize>().prop_map(Step::Remove),
        2 => time().prop_map(Step::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn each_comes_in_its_time_and_in_order(start in any::<u32>(), steps in prop::collection::vec(step(), 0..200)) {
        let mut wheel = Wheel::new();
        let mut now = u64::from(start);
        let mut held: Vec<Box<Node>> = Vec::new();
        for step in steps {
            match step {
                Step::Add(after) => {
                    let node = Box::new(Node::new(now + after));
                    // SAFETY: the node is on the heap until it is taken out of the wheel.
                    unsafe { wheel.insert(NonNull::from(&*node)) };
                    held.push(node);
                }
                Step::Remove(_) if held.is_empty() => {}
                Step::Remove(which) => {
                    let node = held.swap_remove(which % held.len());
                    // SAFETY: it was not taken out yet.
                    unsafe { wheel.remove(NonNull::from(&*node)) };
                }
                Step::Pass(time) => {
                    now += time;
                    let mut before = 0;
                    // SAFETY: all nodes that are in there are held.
                    while let Some(node) = unsafe { wheel.pop(now) } {
                        let at = held.iter().position(|held| std::ptr::eq(&**held, node.as_ptr()));
                        prop_assert!(at.is_some(), "taken out twice");
                        let node = held.swap_remove(at.unwrap_or_default());
                        prop_assert!(before <= node.at && node.at <= now);
                        prop_assert_eq!([&node.child, &node.next, &node.before].map(|link| link.get()), [None; 3]);
                        before = node.at;
                    }
                    prop_assert!(held.iter().all(|node| node.at > now), "one was forgotten");
                    prop_assert!(wheel.earliest() > now, "looked for in vain, again and again");
                }
            }
            let earliest = held.iter().map(|node| node.at).min().unwrap_or(u64::MAX);
            prop_assert!(wheel.earliest() <= earliest, "it would come late");
        }
    }

    /// Nobody is woken in vain but for one that was removed.
    #[test]
    fn the_earliest_is_known(start in any::<u32>(), times in prop::collection::vec((0..50_u32).prop_flat_map(|bits| 0..=1_u64 << bits), 1..50)) {
        let mut wheel = Wheel::new();
        // SAFETY: the wheel is empty.
        prop_assert_eq!(unsafe { wheel.pop(u64::from(start)) }, None);
        let mut nodes: Vec<_> = times.iter().map(|time| Box::new(Node::new(u64::from(start) + time))).collect();
        for node in &nodes {
            // SAFETY: the nodes outlive the wheel's use of them.
            unsafe { wheel.insert(NonNull::from(&**node)) };
        }
        nodes.sort_by_key(|node| node.at);
        for node in &nodes {
            prop_assert_eq!(wheel.earliest(), node.at);
            // SAFETY: as above.
            prop_assert_eq!(unsafe { wheel.pop(node.at) }.map(|node| unsafe { node.as_ref() }.at), Some(node.at));
        }
        prop_assert_eq!(wheel.earliest(), u64::MAX);
    }
}
