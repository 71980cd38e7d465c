//! Locks that own what they protect.

use std::fmt;

/// A lock held only between suspensions: plain, fast, without poisoning.
#[derive(Default)]
pub struct Lock<T>(parking_lot::Mutex<T>);

impl<T> Lock<T> {
    /// A lock around a value.
    pub const fn new(v: T) -> Self {
        Lock(parking_lot::Mutex::new(v))
    }

    /// Locks; the guard unlocks. It must not live across an `.await`.
    #[inline]
    pub fn lock(&self) -> parking_lot::MutexGuard<'_, T> {
        self.0.lock()
    }

    /// Locks if it is unlocked.
    pub fn try_lock(&self) -> Option<parking_lot::MutexGuard<'_, T>> {
        self.0.try_lock()
    }

    /// The value of a lock that is no longer shared.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

/// A lock with many readers or one writer, held only between suspensions.
#[derive(Default)]
pub struct RwLock<T>(parking_lot::RwLock<T>);

impl<T> RwLock<T> {
    /// A lock around a value.
    pub const fn new(v: T) -> Self {
        RwLock(parking_lot::RwLock::new(v))
    }

    /// Locks for reading.
    #[inline]
    pub fn read(&self) -> parking_lot::RwLockReadGuard<'_, T> {
        self.0.read()
    }

    /// Locks for writing.
    #[inline]
    pub fn write(&self) -> parking_lot::RwLockWriteGuard<'_, T> {
        self.0.write()
    }

    /// The value of a lock that is no longer shared.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

/// A lock that may be held across suspensions.
#[derive(Default)]
pub struct AsyncLock<T>(tokio::sync::Mutex<T>);

impl<T> AsyncLock<T> {
    /// A lock around a value.
    pub fn new(v: T) -> Self {
        AsyncLock(tokio::sync::Mutex::new(v))
    }

    /// Locks; the guard unlocks.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has not locked.
    pub async fn lock(&self) -> tokio::sync::MutexGuard<'_, T> {
        if let Ok(guard) = self.0.try_lock() {
            return guard;
        }
        crate::task::waiting(crate::task::Wait::MutexLock);
        self.0.lock().await
    }

    /// Locks if it is unlocked.
    pub fn try_lock(&self) -> Option<tokio::sync::MutexGuard<'_, T>> {
        self.0.try_lock().ok()
    }
}

impl<T: fmt::Debug> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
