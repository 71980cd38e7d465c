//! Counted memory blocks: what pointers, slices and strings keep alive.
//!
//! An [`Owner`] is one word: null (nil, or memory that lives for ever) or the address of a block that starts with a
//! [`Header`] (a count and a destructor). The rest of the block is a value, a run of cells, or bytes; the
//! block's maker keeps the typed address beside the owner.
//!
//! Invariants: the content of a block never moves and is dropped exactly once, when the last owner goes.
//! Dropping a chain of blocks (a linked list) does not recurse deeper than [`MAX_DEPTH`]: beyond that, blocks wait in
//! a queue of the thread that is drained by the outermost drop.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error};
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering, fence};

/// How many blocks may be dropped inside one another before they are queued instead.
const MAX_DEPTH: usize = 32;

/// The start of every block.
#[repr(C)]
struct Header {
    count: AtomicUsize,
    /// Drops the content and frees the block.
    destroy: unsafe fn(NonNull<Header>),
}

/// A counted handle of a block, or null.
pub(crate) struct Owner(Option<NonNull<Header>>);

// SAFETY: an owner only counts and, at the end, drops the block's content on whatever thread it is. The makers
// below demand `Send + Sync` content.
unsafe impl Send for Owner {}
// SAFETY: as above; `&Owner` only allows cloning.
unsafe impl Sync for Owner {}

impl Owner {
    /// The owner of nothing.
    pub(crate) const fn null() -> Self {
        Owner(None)
    }

    /// Whether this owns nothing.
    #[inline]
    pub(crate) fn is_null(&self) -> bool {
        self.0.is_none()
    }

    /// A block that holds one value. The address stays valid as long as a clone of the owner lives.
    pub(crate) fn new<C: Send + Sync + 'static>(value: C) -> (Self, NonNull<C>) {
        let block = Box::new(One {
            header: Header {
                count: AtomicUsize::new(1),
                destroy: destroy_one::<C>,
            },
            value,
        });
        let raw = NonNull::from(Box::leak(block));
        // SAFETY: `raw` is valid; only the field's address is computed.
        let value = unsafe { NonNull::new_unchecked(&raw mut (*raw.as_ptr()).value) };
        (Owner(Some(raw.cast())), value)
    }

    /// A block that holds `len` cells in a row, made by `make`, or all zero bytes when `zeroed` is true.
    ///
    /// # Safety
    /// `zeroed` may be true only if a `C` of zero bytes is valid.
    pub(crate) unsafe fn new_run<C: Send + Sync + 'static>(
        len: usize,
        zeroed: bool,
        make: impl FnMut(usize) -> C,
    ) -> (Self, NonNull<C>) {
        // SAFETY: the contract is the same.
        unsafe { Self::new_run_with_room(len, len, zeroed, make) }
    }

    /// As [`new_run`](Self::new_run), with memory for `capacity` cells.
    ///
    /// # Safety
    /// `len` may not exceed `capacity`; `zeroed` as for `new_run`.
    unsafe fn new_run_with_room<C: Send + Sync + 'static>(
        len: usize,
        capacity: usize,
        zeroed: bool,
        mut make: impl FnMut(usize) -> C,
    ) -> (Self, NonNull<C>) {
        let (layout, offset) = run_layout::<C>(capacity);
        // SAFETY: the layout holds at least the header, so its size is not zero.
        let raw = unsafe { if zeroed { alloc_zeroed(layout) } else { alloc(layout) } };
        let Some(raw) = NonNull::new(raw) else {
            handle_alloc_error(layout)
        };
        let run: NonNull<Run> = raw.cast();
        // SAFETY: `run` is the start of a fresh allocation that begins with a `Run`.
        unsafe {
            run.write(Run {
                header: Header {
                    count: AtomicUsize::new(1),
                    destroy: destroy_run::<C>,
                },
                capacity,
                filled: AtomicUsize::new(0),
            });
        }
        // From here on the owner frees the block, and as many cells as are counted, should `make` panic.
        let owner = Owner(Some(run.cast()));
        // SAFETY: `offset` lies inside the allocation (at its end if `len` or the cell's size is zero).
        let first: NonNull<C> = unsafe { raw.byte_add(offset) }.cast();
        // SAFETY: the block is not shared yet, and `len` cells fit after `first`.
        unsafe {
            let filled = &run.as_ref().filled;
            if zeroed {
                filled.store(len, Ordering::Relaxed);
            } else {
                for i in 0..len {
                    first.add(i).write(make(i));
                    filled.store(i + 1, Ordering::Relaxed);
                }
            }
        }
        (owner, first)
    }
}

/// A block of one value.
#[repr(C)]
struct One<C> {
    header: Header,
    value: C,
}

/// The start of a block of several cells; they follow at the next offset that suits them.
#[repr(C)]
struct Run {
    header: Header,
    capacity: usize,
    /// How many cells are initialised, from the first on. Once the block is shared this only rises, and only by
    /// [`Owner::append_bytes`].
    filled: AtomicUsize,
}

/// A byte of a string's block: written once, before anybody may read it.
#[repr(transparent)]
pub(crate) struct Byte(UnsafeCell<u8>);

// SAFETY: bytes below `filled` are never written again, and each byte above is written by the one thread that
// claimed it.
unsafe impl Sync for Byte {}

impl Owner {
    /// A block with room for `capacity` bytes that begins with `parts`, and the address of its first byte.
    pub(crate) fn new_bytes(capacity: usize, parts: [&[u8]; 2]) -> (Self, NonNull<u8>) {
        let len = parts[0].len() + parts[1].len();
        assert!(len <= capacity, "the parts fit");
        // SAFETY: nothing is claimed to be zeroed; the closure is not called as no cell is asked for.
        let (owner, first) = unsafe { Self::new_run_with_room(0, capacity, false, |_| Byte(UnsafeCell::new(0))) };
        let first: NonNull<u8> = first.cast();
        // SAFETY: the block has room for `len` bytes and is not shared yet.
        unsafe {
            ptr::copy_nonoverlapping(parts[0].as_ptr(), first.as_ptr(), parts[0].len());
            ptr::copy_nonoverlapping(parts[1].as_ptr(), first.add(parts[0].len()).as_ptr(), parts[1].len());
            if let Some(header) = owner.0 {
                header.cast::<Run>().as_ref().filled.store(len, Ordering::Relaxed);
            }
        }
        (owner, first)
    }

    /// Appends to a block of bytes in place, if `end` is where its bytes end and there is room.
    ///
    /// # Safety
    /// A non-null owner must come from [`new_bytes`](Self::new_bytes), and `end` must point into its bytes or just past them.
    pub(crate) unsafe fn append_bytes(&self, end: *const u8, extra: &[u8]) -> bool {
        let Some(header) = self.0 else { return false };
        let (_, offset) = run_layout::<Byte>(0);
        let base = header.as_ptr().cast::<u8>();
        // SAFETY: the block starts with a `Run`, as the contract says.
        let run: &Run = unsafe { header.cast::<Run>().as_ref() };
        let used = (end as usize) - (base as usize) - offset;
        let Some(new) = used.checked_add(extra.len()).filter(|new| *new <= run.capacity) else {
            return false;
        };
        if run
            .filled
            .compare_exchange(used, new, Ordering::Relaxed, Ordering::Relaxed)
            .is_err()
        {
            return false;
        }
        // SAFETY: the bytes from `used` to `new` are inside the block, and the exchange gave them to us alone.
        unsafe { ptr::copy_nonoverlapping(extra.as_ptr(), base.add(offset + used), extra.len()) };
        true
    }
}

fn run_layout<C>(len: usize) -> (Layout, usize) {
    let too_long = || -> ! { panic!("runtime error: makeslice: len out of range") };
    let Ok(cells) = Layout::array::<C>(len) else { too_long() };
    let Ok((layout, offset)) = Layout::new::<Run>().extend(cells) else {
        too_long()
    };
    (layout.pad_to_align(), offset)
}

/// # Safety
/// `header` must start a `One<C>` made by [`Owner::new`] that nobody owns any more.
unsafe fn destroy_one<C>(header: NonNull<Header>) {
    // SAFETY: the block came from `Box<One<C>>`, whose address is that of its first field.
    drop(unsafe { Box::from_raw(header.cast::<One<C>>().as_ptr()) });
}

/// # Safety
/// `header` must start a block of `C`s made by [`Owner::new_run`] that nobody owns any more.
unsafe fn destroy_run<C>(header: NonNull<Header>) {
    /// Frees the block even when dropping a cell panics.
    struct Free(NonNull<u8>, Layout);
    impl Drop for Free {
        fn drop(&mut self) {
            // SAFETY: the block was allocated with this layout, and nothing uses it any more.
            unsafe { dealloc(self.0.as_ptr(), self.1) }
        }
    }
    let run: NonNull<Run> = header.cast();
    // SAFETY: as the function's contract says.
    let (capacity, filled) = unsafe { (run.as_ref().capacity, run.as_ref().filled.load(Ordering::Relaxed)) };
    let (layout, offset) = run_layout::<C>(capacity);
    let _free = Free(header.cast(), layout);
    // SAFETY: `filled` cells from `offset` on are initialised and dropped only here.
    unsafe {
        let first: *mut C = header.byte_add(offset).cast::<C>().as_ptr();
        ptr::drop_in_place(ptr::slice_from_raw_parts_mut(first, filled));
    }
}

impl Clone for Owner {
    #[inline]
    fn clone(&self) -> Self {
        if let Some(header) = self.0 {
            // SAFETY: we own the block, so it lives.
            let old = unsafe { header.as_ref() }.count.fetch_add(1, Ordering::Relaxed);
            if old > isize::MAX as usize {
                std::process::abort();
            }
        }
        Owner(self.0)
    }
}

impl Drop for Owner {
    #[inline]
    fn drop(&mut self) {
        if let Some(header) = self.0 {
            // SAFETY: we own the block, so it lives.
            if unsafe { header.as_ref() }.count.fetch_sub(1, Ordering::Release) == 1 {
                fence(Ordering::Acquire);
                release(header);
            }
        }
    }
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static QUEUE: RefCell<Vec<NonNull<Header>>> = const { RefCell::new(Vec::new()) };
}

/// Destroys a block nobody owns, now or, if drops are nested deeply, a little later on this thread.
#[cold]
#[inline(never)]
fn release(header: NonNull<Header>) {
    /// Leaves one level of nesting, also when a destructor panics.
    struct Level(usize);
    impl Drop for Level {
        fn drop(&mut self) {
            let _ = DEPTH.try_with(|depth| depth.set(self.0));
        }
    }
    let destroy = |header: NonNull<Header>| {
        // SAFETY: the count fell to zero, so this is the only reference, and the header's own destructor fits.
        unsafe { (header.as_ref().destroy)(header) }
    };
    let Ok(depth) = DEPTH.try_with(Cell::get) else {
        // The thread is ending.
        destroy(header);
        return;
    };
    if depth >= MAX_DEPTH && QUEUE.try_with(|queue| queue.borrow_mut().push(header)).is_ok() {
        return;
    }
    let _level = Level(depth);
    let _ = DEPTH.try_with(|cell| cell.set(depth + 1));
    destroy(header);
    if depth == 0 {
        while let Ok(Some(next)) = QUEUE.try_with(|queue| queue.borrow_mut().pop()) {
            destroy(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn content_is_dropped_once() {
        let probe = Arc::new(());
        let (owner, value) = Owner::new(probe.clone());
        let second = owner.clone();
        drop(owner);
        // SAFETY: `second` keeps the block alive.
        assert_eq!(Arc::strong_count(unsafe { value.as_ref() }), 2);
        drop(second);
        assert_eq!(Arc::strong_count(&probe), 1);
        // SAFETY: nothing is zeroed.
        let (run, _) = unsafe { Owner::new_run(5, false, |_| probe.clone()) };
        assert_eq!(Arc::strong_count(&probe), 6);
        drop(run);
        assert_eq!(Arc::strong_count(&probe), 1);
    }
}

/// An address whose type its holder knows.
///
/// Not generic, so that holders are `Send` and `Sync` when the values they lead to are, and not only for the one
/// lifetime that a trait object inside was implemented for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Address(NonNull<()>);

// SAFETY: an address alone gives access to nothing.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}

impl Address {
    #[inline]
    pub(super) fn of<C>(target: NonNull<C>) -> Self {
        Address(target.cast())
    }

    #[inline]
    pub(super) fn typed<C>(self) -> NonNull<C> {
        self.0.cast()
    }
}
