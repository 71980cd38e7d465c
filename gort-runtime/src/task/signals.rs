//! Ends that Rust makes with a signal and Go with exit code 2: an exhausted stack, exhausted memory.
#![allow(unsafe_code)]

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
