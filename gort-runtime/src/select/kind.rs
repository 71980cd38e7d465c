//! How `select!` tells operations of channels from other futures.
//!
//! - In: the operand of an arm.
//! - Out: what makes a case of it.
//! - Invariants: a method is looked for on a type before it is on a reference to it, so an operation is taken for one although it
//!   is a future too.

use std::future::Future;
use std::marker::PhantomData;

use super::{Awaited, Operation};

/// Stands for an operand.
#[derive(Debug)]
pub struct Of<T>(PhantomData<T>);

/// Stands for an operand.
pub fn of<T>(_: &T) -> Of<T> {
    Of(PhantomData)
}

/// An operand that is a case.
#[derive(Clone, Copy, Debug)]
pub struct IsOperation;

/// An operand that is a future.
#[derive(Clone, Copy, Debug)]
pub struct IsFuture;

/// Of operations.
pub trait ViaOperation {
    /// What it is.
    fn kind(&self) -> IsOperation {
        IsOperation
    }
}

impl<T: Operation> ViaOperation for Of<T> {}

/// Of all other futures.
pub trait ViaFuture {
    /// What it is.
    fn kind(&self) -> IsFuture {
        IsFuture
    }
}

impl<T: Future> ViaFuture for &Of<T> {}

impl IsOperation {
    /// The case.
    pub fn case<T>(self, operation: T) -> T {
        operation
    }

    /// Whether it is a future.
    pub const fn is_future(self) -> bool {
        false
    }
}

impl IsFuture {
    /// The case.
    pub fn case<F: Future>(self, future: F) -> Awaited<F> {
        Awaited::new(future)
    }

    /// Whether it is a future.
    pub const fn is_future(self) -> bool {
        true
    }
}
