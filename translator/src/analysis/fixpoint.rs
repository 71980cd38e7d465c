//! The fixpoint framework that the analyses share: sets that grow along edges.
//!
//! In: seeds with reasons and edges "if `a` is a member, so is `b`". Out: the least set that holds the seeds and is closed
//! under the edges, each member with the reason that brought it in first.
//! Lattice: subsets ordered by inclusion; every step adds a member, so the work list ends after at most one visit per node.

use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::hash::Hash;

/// Why a node is a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason<N, S, E> {
    /// It is a seed.
    Seed(S),
    /// The other node is a member, and this edge leads here.
    Edge(N, E),
}

/// A growing set over nodes `N`, seeds labelled `S`, edges labelled `E`.
#[derive(Debug)]
pub struct Closure<N, S, E> {
    edges: FxHashMap<N, Vec<(N, E)>>,
    reasons: FxHashMap<N, Reason<N, S, E>>,
    work: VecDeque<N>,
}

impl<N, S, E> Default for Closure<N, S, E> {
    fn default() -> Self {
        Closure {
            edges: FxHashMap::default(),
            reasons: FxHashMap::default(),
            work: VecDeque::new(),
        }
    }
}

impl<N: Copy + Eq + Hash, S, E: Clone> Closure<N, S, E> {
    /// Membership of `from` makes `to` a member.
    pub fn edge(&mut self, from: N, to: N, label: E) {
        self.edges.entry(from).or_default().push((to, label));
    }

    /// Makes a node a member.
    pub fn seed(&mut self, node: N, seed: S) {
        if let std::collections::hash_map::Entry::Vacant(slot) = self.reasons.entry(node) {
            slot.insert(Reason::Seed(seed));
            self.work.push_back(node);
        }
    }

    /// Follows the edges until nothing is added. Breadth first: reasons lead to a nearest seed.
    pub fn run(mut self) -> FxHashMap<N, Reason<N, S, E>> {
        while let Some(node) = self.work.pop_front() {
            for (to, label) in self.edges.get(&node).into_iter().flatten() {
                if !self.reasons.contains_key(to) {
                    self.reasons.insert(*to, Reason::Edge(node, label.clone()));
                    self.work.push_back(*to);
                }
            }
        }
        self.reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_closed_under_edges_and_know_why() {
        let mut closure = Closure::default();
        closure.edge(1, 2, "a");
        closure.edge(2, 3, "b");
        closure.edge(4, 3, "c");
        closure.seed(1, "seed");
        let members = closure.run();
        assert_eq!(members.len(), 3);
        assert_eq!(members[&1], Reason::Seed("seed"));
        assert_eq!(members[&3], Reason::Edge(2, "b"));
        assert!(!members.contains_key(&4));
    }
}
