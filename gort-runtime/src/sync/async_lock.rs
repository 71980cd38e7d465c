//! A lock that owns what it protects and may be held across suspensions.

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
