//! What owns its data, as Rust has it: locks, and Go's `Cond`, `Map`, `Pool` and `OnceFunc` over Rust's types.
//!
//! Waiting is as Go's: a task that cannot go on is known to the deadlock detection, and a thread that has to wait gives its
//! worker away. The locks are what a Go mutex and the fields it guards become where every access is under the lock.

mod cond;
mod map;
mod mutex;
mod once;
mod pool;
mod rw_lock;
#[cfg(feature = "value")]
mod values;

pub use cond::Cond;
pub use map::Map;
pub use mutex::{Mutex, MutexGuard};
pub use once::{once_func, once_value};
pub use pool::Pool;
pub use rw_lock::{ReadGuard, RwLock, WriteGuard};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_the_only_way_to_the_value_and_unlocks_when_dropped() {
        let mutex = Mutex::new(vec![1]);
        {
            let mut guard = mutex.lock();
            guard.push(2);
            assert!(mutex.try_lock().is_none());
        }
        assert_eq!(mutex.get(), [1, 2]);
        assert_eq!(mutex.into_inner(), [1, 2]);
    }

    #[test]
    fn many_read_or_one_writes() {
        let lock = RwLock::new(1);
        let (a, b) = (lock.read(), lock.read());
        assert_eq!(*a + *b, 2);
        drop((a, b));
        *lock.write() += 1;
        assert_eq!(lock.get(), 2);
    }

    #[crate::test]
    async fn goroutines_count_without_losing_any() {
        let count = std::sync::Arc::new(Mutex::new(0));
        let group = crate::sync::TaskGroup::new();
        for _ in 0..4 {
            let count = count.clone();
            group.spawn(async move { (0..1000).for_each(|_| *count.lock() += 1) });
        }
        group.wait().await;
        assert_eq!(count.get(), 4000);
    }
}
