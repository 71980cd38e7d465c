//! The same work on many things, on several threads where that pays.
//!
//! In: things and what to do with each. Out: the results in the things' order.
//! Invariants: what comes out does not depend on the number of threads; few things are done where the caller is.

use rayon::prelude::*;
use std::cell::OnceCell;

/// Threads that parse; made when they are first needed.
pub(super) struct Workers {
    jobs: usize,
    pool: OnceCell<Option<rayon::ThreadPool>>,
}

/// The stack of each: the parser recurses as deep as the source nests. Only what is used of it is ever real memory.
pub(super) const STACK: usize = 1 << 28;

/// Less work than this, in bytes of source, is done before threads have started.
const WORTH: usize = 1 << 16;

impl Workers {
    /// So many threads; 0 stands for the machine's number.
    pub(super) fn new(jobs: usize) -> Workers {
        let jobs = match jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        };
        let pool = OnceCell::new();
        Workers { jobs, pool }
    }

    /// The results in order; `bytes` is how much work it is.
    pub(super) fn map<T: Sync, R: Send>(&self, things: &[T], bytes: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let pool = if self.jobs < 2 || things.len() < 2 || bytes < WORTH {
            None
        } else {
            self.pool().as_ref()
        };
        match pool {
            Some(pool) => pool.install(|| things.par_iter().with_max_len(1).map(&work).collect()),
            None => things.iter().map(work).collect(),
        }
    }

    fn pool(&self) -> &Option<rayon::ThreadPool> {
        self.pool.get_or_init(|| {
            let builder = rayon::ThreadPoolBuilder::new().num_threads(self.jobs);
            let named = builder.thread_name(|n| format!("parse {n}"));
            named.stack_size(STACK).build().ok()
        })
    }
}
