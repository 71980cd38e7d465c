//! Whether a read has to wait.
#![allow(unsafe_code)]

use std::os::fd::{AsRawFd, BorrowedFd};

/// Whether a read would return at once, be it with data, with an error, or because there is no more.
pub(super) fn is_readable(fd: BorrowedFd<'_>) -> bool {
    let mut asked = libc::pollfd {
        fd: fd.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: it is given one place, which is this function's own, and does not wait.
    let ready = unsafe { libc::poll(&raw mut asked, 1, 0) };
    ready != 0
}
