//! Which library functions suspend, and what they do with functions they are given.

use super::super::Input;
use crate::types::{ObjId, Type};

/// How a library function or method takes part in suspension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behaviour {
    /// It never suspends the caller.
    Plain,
    /// It suspends.
    Suspends,
    /// It locks: whether it suspends is the lock's matter.
    Locks,
    /// It calls its function argument before it returns, and suspends when that does.
    CallsArgument,
    /// It starts its function argument as a goroutine.
    SpawnsArgument,
}

/// `path.Func` or `path.Type.Method` of a library object.
pub fn qualified(input: Input<'_>, obj: ObjId) -> String {
    let object = input.store().obj(obj);
    let package = object.pkg.and_then(|p| input.types.package(p)).map_or("", |p| &*p.path);
    let recv = match input.store().get(object.ty) {
        Type::Signature(sig) => sig.recv,
        _ => None,
    };
    let recv = recv.map(|r| match input.store().get(r) {
        Type::Pointer(t) => *t,
        _ => r,
    });
    match recv.map(|r| input.store().get(r)) {
        Some(Type::Named(n)) => format!("{package}.{}.{}", input.store().obj(n.obj).name, object.name),
        _ => format!("{package}.{}", object.name),
    }
}

/// The table.
pub fn behaviour(qualified: &str) -> Behaviour {
    match qualified {
        "time.Sleep" | "sync.WaitGroup.Wait" | "sync.Cond.Wait" | "runtime.Gosched" => Behaviour::Suspends,
        "sync.Mutex.Lock" | "sync.RWMutex.Lock" | "sync.RWMutex.RLock" => Behaviour::Locks,
        "sync.Once.Do" => Behaviour::CallsArgument,
        "time.AfterFunc" | "context.AfterFunc" | "sync.WaitGroup.Go" => Behaviour::SpawnsArgument,
        _ => Behaviour::Plain,
    }
}

/// Whether this is an unlocking method, and of what.
pub fn is_unlock(qualified: &str) -> bool {
    matches!(
        qualified,
        "sync.Mutex.Unlock" | "sync.RWMutex.Unlock" | "sync.RWMutex.RUnlock"
    )
}

/// Whether what the method gives or starts keeps the pointer that it is called on.
pub fn keeps_receiver(qualified: &str) -> bool {
    matches!(qualified, "sync.WaitGroup.Go" | "sync.RWMutex.RLocker")
}
