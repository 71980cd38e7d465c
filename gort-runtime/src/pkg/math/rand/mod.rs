//! `math/rand`: Go's additive lagged Fibonacci generator; a seed gives Go's stream.

mod cooked;
pub mod v2;
mod ziggurat;

use crate::pkg::go::*;
use crate::pkg::support::{State, forward, handle_type};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, LazyLock};

pub(crate) use ziggurat::{exponential, normal};

const LENGTH: usize = 607;
const TAP: usize = 273;
const PRIME: i32 = i32::MAX;

interface! {
    /// A source of numbers in `[0, 1<<63)`.
    pub trait Source {
        /// The next number.
        fn int63(&self) -> i64;
        /// Starts over.
        fn seed(&self, seed: i64);
    }
}

interface! {
    /// A source of 64-bit numbers.
    pub trait Source64: Source {
        /// The next number.
        fn uint64(&self) -> u64;
    }
}

#[derive(Clone)]
struct Fibonacci {
    tap: usize,
    feed: usize,
    vec: Box<[u64; LENGTH]>,
}

fn step(x: i32) -> i32 {
    let (hi, lo) = (x / 44488, x % 44488);
    let x = 48271 * lo - 3399 * hi;
    if x < 0 { x + PRIME } else { x }
}

impl Fibonacci {
    fn new(seed: i64) -> Self {
        let seed = (seed % i64::from(PRIME)) as i32;
        let seed = if seed < 0 { seed + PRIME } else { seed };
        let mut x = if seed == 0 { 89482311 } else { seed };
        for _ in 0..20 {
            x = step(x);
        }
        let mut vec = Box::new([0; LENGTH]);
        for (slot, cooked) in vec.iter_mut().zip(&cooked::COOKED) {
            let mut u = 0;
            for shift in [40, 20, 0] {
                x = step(x);
                u ^= (x as u64) << shift;
            }
            *slot = u ^ cooked;
        }
        Fibonacci {
            tap: 0,
            feed: LENGTH - TAP,
            vec,
        }
    }

    fn next(&mut self) -> u64 {
        self.tap = self.tap.checked_sub(1).unwrap_or(LENGTH - 1);
        self.feed = self.feed.checked_sub(1).unwrap_or(LENGTH - 1);
        let x = self.vec[self.feed].wrapping_add(self.vec[self.tap]);
        self.vec[self.feed] = x;
        x
    }
}

/// The source that [`new_source`] makes.
#[derive(Clone, Default)]
pub struct RngSource {
    state: State<Option<Fibonacci>>,
}

handle_type!(
    RngSource,
    "rand.rngSource",
    memory(state),
    pointer(dyn Source, dyn Source64)
);

impl RngSource {
    fn uint64(&self) -> u64 {
        self.state.with(|s| s.get_or_insert_with(|| Fibonacci::new(1)).next())
    }

    fn int63(&self) -> i64 {
        (self.uint64() & i64::MAX as u64) as i64
    }

    fn seed(&self, seed: i64) {
        *self.state.lock() = Some(Fibonacci::new(seed));
    }
}

forward!(RngSource:
    SourcePtr { fn int63() -> i64; fn seed(seed: i64); }
    Source64Ptr { fn uint64() -> u64; }
);

/// A source with Go's stream for the seed.
pub fn new_source(seed: i64) -> Iface<dyn Source> {
    let source = RngSource {
        state: State::new(Some(Fibonacci::new(seed))),
    };
    Iface::from_arc(Arc::new(Ptr::new(source)) as Arc<dyn Source>)
}

/// Where a [`Rand`] takes its bits.
#[derive(Clone, Default)]
enum Bits {
    /// The process's own randomness.
    #[default]
    Free,
    Fibonacci(Ptr<RngSource>),
    Source(Iface<dyn Source>, Option<Iface<dyn Source64>>),
}

/// Randomness that no seed determines.
pub(crate) fn free_bits() -> u64 {
    use std::cell::Cell;
    thread_local! {
        static STATE: Cell<u64> = Cell::new(RandomState::new().build_hasher().finish());
    }
    STATE.with(|s| {
        let x = s.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        s.set(x);
        let x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ x >> 31
    })
}

/// A generator over a source.
#[derive(Clone, Default)]
pub struct Rand {
    bits: State<Bits>,
}

handle_type!(Rand, "rand.Rand", memory(bits), pointer(dyn Source, dyn Source64));

/// A generator over the source.
pub fn new(src: Iface<dyn Source>) -> Ptr<Rand> {
    let bits = match src.downcast::<Ptr<RngSource>>() {
        Some(own) => Bits::Fibonacci(own),
        None => {
            let wide = src.try_cast::<dyn Source64>();
            Bits::Source(src, wide)
        }
    };
    Ptr::new(Rand { bits: State::new(bits) })
}

impl Rand {
    /// Starts the source over.
    pub fn seed(&self, seed: i64) {
        let bits = self.bits.lock().clone();
        match bits {
            Bits::Free => {
                let source = RngSource::default();
                source.seed(seed);
                *self.bits.lock() = Bits::Fibonacci(Ptr::new(source));
            }
            Bits::Fibonacci(s) => s.seed(seed),
            Bits::Source(s, _) => s.seed(seed),
        }
    }

    /// 63 bits.
    pub fn int63(&self) -> i64 {
        let bits = self.bits.lock();
        match &*bits {
            Bits::Free => (free_bits() >> 1) as i64,
            Bits::Fibonacci(s) => RngSource::int63(s),
            Bits::Source(s, _) => {
                let s = s.clone();
                drop(bits);
                s.int63()
            }
        }
    }

    /// 64 bits.
    pub fn uint64(&self) -> u64 {
        let bits = self.bits.lock();
        match &*bits {
            Bits::Free => free_bits(),
            Bits::Fibonacci(s) => RngSource::uint64(s),
            Bits::Source(_, Some(s)) => {
                let s = s.clone();
                drop(bits);
                s.uint64()
            }
            Bits::Source(..) => {
                drop(bits);
                (self.int63() as u64) >> 31 | (self.int63() as u64) << 32
            }
        }
    }

    /// 32 bits.
    pub fn uint32(&self) -> u32 {
        (self.int63() >> 31) as u32
    }

    /// 31 bits.
    pub fn int31(&self) -> i32 {
        (self.int63() >> 32) as i32
    }

    /// A non-negative `int`.
    pub fn int(&self) -> i64 {
        self.int63()
    }

    /// A number in `[0, n)`.
    pub fn int63n(&self, n: i64) -> i64 {
        if n <= 0 {
            panic_str("invalid argument to Int63n");
        }
        if n & (n - 1) == 0 {
            return self.int63() & (n - 1);
        }
        let max = (i64::MAX as u64 - (1u64 << 63) % n as u64) as i64;
        loop {
            let v = self.int63();
            if v <= max {
                return v % n;
            }
        }
    }

    /// A number in `[0, n)`.
    pub fn int31n(&self, n: i32) -> i32 {
        if n <= 0 {
            panic_str("invalid argument to Int31n");
        }
        if n & (n - 1) == 0 {
            return self.int31() & (n - 1);
        }
        let max = (i32::MAX as u32 - (1u32 << 31) % n as u32) as i32;
        loop {
            let v = self.int31();
            if v <= max {
                return v % n;
            }
        }
    }

    /// As `int31n`, by multiplication, which permutations use.
    fn below(&self, n: i32) -> i32 {
        let n = n as u32;
        let mut product = u64::from(self.uint32()) * u64::from(n);
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = u64::from(self.uint32()) * u64::from(n);
            }
        }
        (product >> 32) as i32
    }

    /// A number in `[0, n)`.
    pub fn intn(&self, n: i64) -> i64 {
        if n <= 0 {
            panic_str("invalid argument to Intn");
        }
        if n <= i64::from(i32::MAX) {
            i64::from(self.int31n(n as i32))
        } else {
            self.int63n(n)
        }
    }

    /// A number in `[0, 1)`.
    pub fn float64(&self) -> f64 {
        loop {
            let f = self.int63() as f64 / (1u64 << 63) as f64;
            if f != 1.0 {
                return f;
            }
        }
    }

    /// A number in `[0, 1)`.
    pub fn float32(&self) -> f32 {
        loop {
            let f = self.float64() as f32;
            if f != 1.0 {
                return f;
            }
        }
    }

    /// A permutation of `[0, n)`.
    pub fn perm(&self, n: i64) -> Slice<i64> {
        let m = Slice::make_len(n);
        for i in 0..n {
            let j = self.intn(i + 1);
            m.set(i, m.get(j));
            m.set(j, i);
        }
        m
    }

    /// Swaps `n` elements into a random order.
    pub fn shuffle(&self, n: i64, swap: Fn2<i64, i64, ()>) {
        if n < 0 {
            panic_str("invalid argument to Shuffle");
        }
        for i in (1..n).rev() {
            let j = if i >= i64::from(i32::MAX) {
                self.int63n(i + 1)
            } else {
                i64::from(self.below(i as i32 + 1))
            };
            swap(i, j);
        }
    }

    /// Fills the bytes.
    pub fn read(&self, p: Slice<u8>) -> (i64, GoError) {
        let (mut value, mut left) = (0i64, 0);
        for i in 0..p.len() {
            if left == 0 {
                value = self.int63();
                left = 7;
            }
            p.set(i, value as u8);
            value >>= 8;
            left -= 1;
        }
        (p.len(), GoError::nil())
    }

    /// A number of the standard normal distribution.
    pub fn norm_float64(&self) -> f64 {
        normal(|| (self.uint32(), None), || self.float64())
    }

    /// A number of the exponential distribution of rate 1.
    pub fn exp_float64(&self) -> f64 {
        exponential(|| (self.uint32(), None), || self.float64())
    }
}

forward!(Rand:
    SourcePtr { fn int63() -> i64; fn seed(seed: i64); }
    Source64Ptr { fn uint64() -> u64; }
);

static GLOBAL: LazyLock<Rand> = LazyLock::new(Rand::default);

macro_rules! globals {
    ($($(#[$doc:meta])* $name:ident($($a:ident: $t:ty),*) $(-> $r:ty)?;)*) => {
        $($(#[$doc])* pub fn $name($($a: $t),*) $(-> $r)? { GLOBAL.$name($($a),*) })*
    };
}

globals! {
    /// Makes the shared generator start over with Go's stream for the seed.
    seed(seed: i64);
    /// 63 bits.
    int63() -> i64;
    /// 64 bits.
    uint64() -> u64;
    /// 32 bits.
    uint32() -> u32;
    /// 31 bits.
    int31() -> i32;
    /// A non-negative `int`.
    int() -> i64;
    /// A number in `[0, n)`.
    int63n(n: i64) -> i64;
    /// A number in `[0, n)`.
    int31n(n: i32) -> i32;
    /// A number in `[0, n)`.
    intn(n: i64) -> i64;
    /// A number in `[0, 1)`.
    float64() -> f64;
    /// A number in `[0, 1)`.
    float32() -> f32;
    /// A permutation of `[0, n)`.
    perm(n: i64) -> Slice<i64>;
    /// Swaps `n` elements into a random order.
    shuffle(n: i64, swap: Fn2<i64, i64, ()>);
    /// Fills the bytes.
    read(p: Slice<u8>) -> (i64, GoError);
    /// A number of the standard normal distribution.
    norm_float64() -> f64;
    /// A number of the exponential distribution of rate 1.
    exp_float64() -> f64;
}
