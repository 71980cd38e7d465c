//! `runtime`: what programs ask of Go's runtime.

use crate::pkg::go::*;
use crate::pkg::support::handle_type;

pub use crate::panic::{RuntimeError as Error, RuntimeErrorPtr as ErrorPtr};
pub use crate::task::{goexit, gomaxprocs, gosched, num_goroutine};

/// The operating system.
pub const GOOS: GoString = str("linux");
/// The architecture.
pub const GOARCH: GoString = str(if cfg!(target_arch = "aarch64") {
    "arm64"
} else {
    "amd64"
});
/// The compiler.
pub const COMPILER: GoString = str("gc");

/// The version of Go that this runtime behaves like.
pub fn version() -> GoString {
    str("go1.26")
}

/// The number of processors.
pub fn num_cpu() -> i64 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as i64)
}

/// Does nothing: memory is counted, not collected.
pub fn gc() {}

/// Does nothing: there is no debugger to stop for.
pub fn breakpoint() {}

/// Keeps its argument until here.
pub fn keep_alive(_x: Any) {}

/// Does nothing: there is no collector to call finalizers.
pub fn set_finalizer(_obj: Any, _finalizer: Any) {}

/// Does nothing: goroutines are not bound to threads.
pub fn lock_os_thread() {}

/// Does nothing: goroutines are not bound to threads.
pub fn unlock_os_thread() {}

/// The number of calls to C.
pub fn num_cgo_call() -> i64 {
    0
}

/// The caller's place, which translated code does not know.
pub fn caller(_skip: i64) -> (u64, GoString, i64, bool) {
    (0, GoString::default(), 0, false)
}

/// The callers' program counters: none.
pub fn callers(_skip: i64, _pc: Slice<u64>) -> i64 {
    0
}

/// Writes a header like that of a goroutine's stack trace.
pub fn stack(buf: Slice<u8>, _all: bool) -> i64 {
    copy_str(&buf, &str("goroutine 1 [running]:\n"))
}

/// Statistics of memory, of which the sizes are the process's.
#[derive(Clone, Default)]
pub struct MemStats {
    /// Bytes in use.
    pub alloc: Atom<u64>,
    /// Bytes allocated altogether.
    pub total_alloc: Atom<u64>,
    /// Bytes obtained from the system.
    pub sys: Atom<u64>,
    /// Pointer lookups.
    pub lookups: Atom<u64>,
    /// Allocations.
    pub mallocs: Atom<u64>,
    /// Frees.
    pub frees: Atom<u64>,
    /// Bytes in use on the heap.
    pub heap_alloc: Atom<u64>,
    /// Bytes of the heap.
    pub heap_sys: Atom<u64>,
    /// Idle bytes of the heap.
    pub heap_idle: Atom<u64>,
    /// Used bytes of the heap.
    pub heap_inuse: Atom<u64>,
    /// Bytes returned to the system.
    pub heap_released: Atom<u64>,
    /// Objects on the heap.
    pub heap_objects: Atom<u64>,
    /// Used bytes of stacks.
    pub stack_inuse: Atom<u64>,
    /// Bytes of stacks.
    pub stack_sys: Atom<u64>,
    /// Nanoseconds of pauses.
    pub pause_total_ns: Atom<u64>,
    /// Collections.
    pub num_gc: Atom<u32>,
}

handle_type!(
    MemStats,
    "runtime.MemStats",
    fields {
        "Alloc" => alloc, "TotalAlloc" => total_alloc, "Sys" => sys, "Lookups" => lookups, "Mallocs" => mallocs,
        "Frees" => frees, "HeapAlloc" => heap_alloc, "HeapSys" => heap_sys, "HeapIdle" => heap_idle,
        "HeapInuse" => heap_inuse, "HeapReleased" => heap_released, "HeapObjects" => heap_objects,
        "StackInuse" => stack_inuse, "StackSys" => stack_sys, "PauseTotalNs" => pause_total_ns, "NumGC" => num_gc
    }
);

/// Fills in what is known: the process's memory.
pub fn read_mem_stats(m: Ptr<MemStats>) {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let mut pages = statm.split(' ').map(|w| w.parse::<u64>().unwrap_or(0) * 4096);
    pages.next();
    let resident = pages.next().unwrap_or(0);
    m.alloc.set(resident);
    m.total_alloc.set(resident.max(m.total_alloc.get()));
    m.heap_alloc.set(resident);
    m.heap_inuse.set(resident);
    m.heap_sys.set(resident);
    m.sys.set(resident);
}

/// `runtime/debug`.
pub mod debug {
    use super::*;

    /// A header like that of a goroutine's stack trace.
    pub fn stack() -> Slice<u8> {
        str("goroutine 1 [running]:\n").to_bytes()
    }

    /// Writes [`stack`] to standard error.
    pub fn print_stack() {
        eprint!("{}", str("goroutine 1 [running]:\n"));
    }

    /// Does nothing; returns Go's default.
    pub fn set_gc_percent(_percent: i64) -> i64 {
        100
    }

    /// Does nothing.
    pub fn free_os_memory() {}

    /// Does nothing; returns Go's default.
    pub fn set_max_stack(_bytes: i64) -> i64 {
        1_000_000_000
    }
}
