//! The goroutines that wait at one end of a channel, in the order of their coming.
//!
//! Waiters are nodes of a slab, linked into a list. A node that was served leaves the list but keeps its place in the slab
//! until its owner, who alone knows the key, removes it. All this is plain data under the channel's lock.

const NIL: usize = usize::MAX;

pub(crate) struct WaitQueue<E> {
    nodes: Vec<Node<E>>,
    head: usize,
    tail: usize,
    free: usize,
}

struct Node<E> {
    entry: Option<E>,
    queued: bool,
    prev: usize,
    /// The next in the list, or in the list of free nodes.
    next: usize,
}

impl<E> WaitQueue<E> {
    pub(crate) const fn new() -> Self {
        WaitQueue {
            nodes: Vec::new(),
            head: NIL,
            tail: NIL,
            free: NIL,
        }
    }

    /// Adds a waiter at the end and returns its key.
    pub(crate) fn push_back(&mut self, entry: E) -> usize {
        let node = Node {
            entry: Some(entry),
            queued: true,
            prev: self.tail,
            next: NIL,
        };
        let key = if self.free == NIL {
            self.nodes.push(node);
            self.nodes.len() - 1
        } else {
            let key = self.free;
            self.free = self.nodes[key].next;
            self.nodes[key] = node;
            key
        };
        match self.tail {
            NIL => self.head = key,
            tail => self.nodes[tail].next = key,
        }
        self.tail = key;
        key
    }

    /// Takes the first waiter off the list; its node stays for its owner.
    pub(crate) fn pop_front(&mut self) -> Option<&mut E> {
        let key = self.head;
        if key == NIL {
            return None;
        }
        self.unlink(key);
        self.nodes[key].entry.as_mut()
    }

    /// The entry of a key that was not removed yet.
    pub(crate) fn get_mut(&mut self, key: usize) -> Option<&mut E> {
        self.nodes.get_mut(key).and_then(|node| node.entry.as_mut())
    }

    /// Removes a waiter for good.
    pub(crate) fn remove(&mut self, key: usize) -> Option<E> {
        self.unlink(key);
        let node = &mut self.nodes[key];
        let entry = node.entry.take();
        if entry.is_some() {
            node.next = self.free;
            self.free = key;
        }
        entry
    }

    fn unlink(&mut self, key: usize) {
        let node = &mut self.nodes[key];
        if !std::mem::replace(&mut node.queued, false) {
            return;
        }
        let (prev, next) = (node.prev, node.next);
        match prev {
            NIL => self.head = next,
            prev => self.nodes[prev].next = next,
        }
        match next {
            NIL => self.tail = prev,
            next => self.nodes[next].prev = prev,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::WaitQueue;

    #[test]
    fn waiters_come_and_go() {
        let mut queue = WaitQueue::new();
        let keys: Vec<_> = (0..4).map(|i| queue.push_back(i)).collect();
        assert_eq!(queue.remove(keys[1]), Some(1));
        assert_eq!(queue.pop_front().copied(), Some(0));
        assert_eq!(queue.pop_front().copied(), Some(2));
        assert_eq!(queue.get_mut(keys[2]).copied(), Some(2));
        assert_eq!(queue.remove(keys[2]), Some(2));
        assert_eq!(queue.remove(keys[0]), Some(0));
        let again = queue.push_back(9);
        assert_eq!(again, keys[0]);
        assert_eq!(queue.remove(keys[3]), Some(3));
        assert_eq!(queue.pop_front().copied(), Some(9));
        assert!(queue.pop_front().is_none());
    }
}
