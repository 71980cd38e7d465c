//! Signals that end a Go program in a way of its own: exit code 2 for an exhausted stack or memory, and `SIGQUIT`, which tells
//! what all goroutines do.
#![allow(unsafe_code)]

use std::io::Read;
use std::os::fd::AsRawFd;

use super::dump;
use super::scheduler::Scheduler;
use crate::shim::process::atomic::{AtomicI32, Ordering::Relaxed};

/// Has the process exit with code 2 where Rust aborts it, after Rust has said why.
pub(super) fn exit_on_abort() {
    extern "C" fn exit(_: libc::c_int) {
        // SAFETY: `_exit` may be called in a signal handler, and does not return.
        unsafe { libc::_exit(2) }
    }
    let handler: extern "C" fn(libc::c_int) = exit;
    // SAFETY: the handler only calls a function that is safe in handlers.
    unsafe { libc::signal(libc::SIGABRT, handler as libc::sighandler_t) };
}

/// The end of a pipe to write to when the signal comes; no more is allowed in its handler.
static QUIT: AtomicI32 = AtomicI32::new(-1);

/// Has `SIGQUIT` print all goroutines, as Go does, and end the process with code 2. Without the pipe or the thread that takes,
/// the signal ends the process as any.
pub(super) fn dump_on_quit(scheduler: &'static Scheduler) {
    extern "C" fn quit(_: libc::c_int) {
        let byte = [0_u8];
        // SAFETY: `write` may be called in a signal handler, and the byte lives meanwhile.
        unsafe { libc::write(QUIT.load(Relaxed), byte.as_ptr().cast(), 1) };
    }
    let Ok((mut reader, writer)) = std::io::pipe() else {
        return;
    };
    let waits = move || {
        if reader.read(&mut [0]).is_ok_and(|n| n > 0) {
            super::flush();
            eprint!("SIGQUIT: quit\n\n{}", dump::text_of(scheduler));
            std::process::exit(2);
        }
    };
    let thread = std::thread::Builder::new().name("gort-signals".into());
    if thread.spawn(waits).is_err() {
        return;
    }
    QUIT.store(writer.as_raw_fd(), Relaxed);
    // For as long as the process lives.
    std::mem::forget(writer);
    let handler: extern "C" fn(libc::c_int) = quit;
    // SAFETY: the handler only calls a function that is safe in handlers, on a descriptor that stays open.
    unsafe { libc::signal(libc::SIGQUIT, handler as libc::sighandler_t) };
}
