//! `math/rand/v2`: the generator PCG with Go's streams, and unseeded functions.

use super::{exponential, free_bits, normal};
use crate::pkg::go::*;
use crate::pkg::support::{State, forward, handle_type};
use std::sync::LazyLock;

interface! {
    /// A source of 64-bit numbers.
    pub trait Source {
        /// The next number.
        fn uint64(&self) -> u64;
    }
}

/// A permuted congruential generator with 128 bits of state.
#[derive(Clone, Default)]
pub struct PCG {
    state: State<u128>,
}

handle_type!(PCG, "rand.PCG", memory(state), pointer(dyn Source));

/// A generator seeded with both halves.
pub fn new_pcg(seed1: u64, seed2: u64) -> Ptr<PCG> {
    Ptr::new(PCG {
        state: State::new(u128::from(seed1) << 64 | u128::from(seed2)),
    })
}

impl PCG {
    /// Starts over.
    pub fn seed(&self, seed1: u64, seed2: u64) {
        *self.state.lock() = u128::from(seed1) << 64 | u128::from(seed2);
    }

    /// The next number.
    pub fn uint64(&self) -> u64 {
        const MULTIPLIER: u128 = 2549297995355413924 << 64 | 4865540595714422341;
        const INCREMENT: u128 = 6364136223846793005 << 64 | 1442695040888963407;
        let state = self.state.with(|s| {
            *s = s.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
            *s
        });
        let (mut hi, lo) = ((state >> 64) as u64, state as u64);
        hi ^= hi >> 32;
        hi = hi.wrapping_mul(0xda942042e4dd58b5);
        hi ^= hi >> 48;
        hi.wrapping_mul(lo | 1)
    }
}

forward!(PCG: SourcePtr { fn uint64() -> u64; });

/// A generator over a source; the zero value is the process's own randomness.
#[derive(Clone, Default)]
pub struct Rand {
    src: Iface<dyn Source>,
}

handle_type!(Rand, "rand.Rand", pointer(dyn Source));

/// A generator over the source.
pub fn new(src: Iface<dyn Source>) -> Ptr<Rand> {
    Ptr::new(Rand { src })
}

impl Rand {
    /// 64 bits.
    pub fn uint64(&self) -> u64 {
        match self.src.as_arc() {
            Some(s) => s.uint64(),
            None => free_bits(),
        }
    }

    /// 63 bits.
    pub fn int64(&self) -> i64 {
        (self.uint64() & i64::MAX as u64) as i64
    }

    /// 32 bits.
    pub fn uint32(&self) -> u32 {
        (self.uint64() >> 32) as u32
    }

    /// 31 bits.
    pub fn int32(&self) -> i32 {
        (self.uint64() >> 33) as i32
    }

    /// A non-negative `int`.
    pub fn int(&self) -> i64 {
        (self.uint64() << 1 >> 1) as i64
    }

    /// An `uint`.
    pub fn uint(&self) -> u64 {
        self.uint64()
    }

    fn below(&self, n: u64) -> u64 {
        if let Ok(n) = u32::try_from(n) {
            return u64::from(self.below32(n));
        }
        if n & (n - 1) == 0 {
            return self.uint64() & (n - 1);
        }
        let mut product = u128::from(self.uint64()) * u128::from(n);
        if (product as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u64) < threshold {
                product = u128::from(self.uint64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    fn below32(&self, n: u32) -> u32 {
        if n & (n - 1) == 0 {
            return self.uint64() as u32 & (n - 1);
        }
        let mut product = u64::from(self.uint32()) * u64::from(n);
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = u64::from(self.uint32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    /// A number in `[0, n)`.
    pub fn int64_n(&self, n: i64) -> i64 {
        if n <= 0 {
            panic_str("invalid argument to Int64N");
        }
        self.below(n as u64) as i64
    }

    /// A number in `[0, n)`.
    pub fn uint64_n(&self, n: u64) -> u64 {
        if n == 0 {
            panic_str("invalid argument to Uint64N");
        }
        self.below(n)
    }

    /// A number in `[0, n)`.
    pub fn int32_n(&self, n: i32) -> i32 {
        if n <= 0 {
            panic_str("invalid argument to Int32N");
        }
        self.below(n as u64) as i32
    }

    /// A number in `[0, n)`.
    pub fn uint32_n(&self, n: u32) -> u32 {
        if n == 0 {
            panic_str("invalid argument to Uint32N");
        }
        self.below(u64::from(n)) as u32
    }

    /// A number in `[0, n)`.
    pub fn int_n(&self, n: i64) -> i64 {
        if n <= 0 {
            panic_str("invalid argument to IntN");
        }
        self.below(n as u64) as i64
    }

    /// A number in `[0, n)`.
    pub fn uint_n(&self, n: u64) -> u64 {
        if n == 0 {
            panic_str("invalid argument to UintN");
        }
        self.below(n)
    }

    /// A number in `[0, 1)`.
    pub fn float64(&self) -> f64 {
        (self.uint64() << 11 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number in `[0, 1)`.
    pub fn float32(&self) -> f32 {
        (self.uint32() << 8 >> 8) as f32 / (1u32 << 24) as f32
    }

    /// A permutation of `[0, n)`.
    pub fn perm(&self, n: i64) -> Slice<i64> {
        let p: Slice<i64> = (0..n).collect();
        let q = p.clone();
        self.swaps(n, |i, j| {
            let v = q.get(i);
            q.set(i, q.get(j));
            q.set(j, v);
        });
        p
    }

    fn swaps(&self, n: i64, swap: impl Fn(i64, i64)) {
        for i in (1..n).rev() {
            swap(i, self.below(i as u64 + 1) as i64);
        }
    }

    /// Swaps `n` elements into a random order.
    pub fn shuffle(&self, n: i64, swap: Fn2<i64, i64, ()>) {
        if n < 0 {
            panic_str("invalid argument to Shuffle");
        }
        self.swaps(n, &*swap);
    }

    fn split(&self) -> (u32, Option<usize>) {
        let u = self.uint64();
        (u as u32, Some((u >> 32) as usize))
    }

    /// A number of the standard normal distribution.
    pub fn norm_float64(&self) -> f64 {
        normal(|| self.split(), || self.float64())
    }

    /// A number of the exponential distribution of rate 1.
    pub fn exp_float64(&self) -> f64 {
        exponential(|| self.split(), || self.float64())
    }
}

forward!(Rand: SourcePtr { fn uint64() -> u64; });

static GLOBAL: LazyLock<Rand> = LazyLock::new(Rand::default);

macro_rules! globals {
    ($($(#[$doc:meta])* $name:ident($($a:ident: $t:ty),*) $(-> $r:ty)?;)*) => {
        $($(#[$doc])* pub fn $name($($a: $t),*) $(-> $r)? { GLOBAL.$name($($a),*) })*
    };
}

globals! {
    /// 63 bits.
    int64() -> i64;
    /// 64 bits.
    uint64() -> u64;
    /// 32 bits.
    uint32() -> u32;
    /// 31 bits.
    int32() -> i32;
    /// A non-negative `int`.
    int() -> i64;
    /// An `uint`.
    uint() -> u64;
    /// A number in `[0, n)`.
    int64_n(n: i64) -> i64;
    /// A number in `[0, n)`.
    uint64_n(n: u64) -> u64;
    /// A number in `[0, n)`.
    int32_n(n: i32) -> i32;
    /// A number in `[0, n)`.
    uint32_n(n: u32) -> u32;
    /// A number in `[0, n)`.
    int_n(n: i64) -> i64;
    /// A number in `[0, n)`.
    uint_n(n: u64) -> u64;
    /// A number in `[0, 1)`.
    float64() -> f64;
    /// A number in `[0, 1)`.
    float32() -> f32;
    /// A permutation of `[0, n)`.
    perm(n: i64) -> Slice<i64>;
    /// Swaps `n` elements into a random order.
    shuffle(n: i64, swap: Fn2<i64, i64, ()>);
    /// A number of the standard normal distribution.
    norm_float64() -> f64;
    /// A number of the exponential distribution of rate 1.
    exp_float64() -> f64;
}

/// A number in `[0, n)` of any integer type.
pub fn n<T: Integer>(n: T) -> T {
    if n <= T::from_i64(0) {
        panic_str("invalid argument to N");
    }
    T::from_i64(GLOBAL.below(n.to_i64() as u64) as i64)
}
