//! Normal and exponential distributions by Marsaglia and Tsang's ziggurat, with Go's tables.

use std::sync::LazyLock;

struct Table<const N: usize> {
    k: [u32; N],
    w: [f32; N],
    f: [f32; N],
}

/// Where the normal distribution's tail begins.
const NORMAL_TAIL: f64 = 3.442619855899;
/// Where the exponential distribution's tail begins.
const EXPONENTIAL_TAIL: f64 = 7.69711747013104972;

fn build<const N: usize>(
    tail: f64,
    area: f64,
    scale: f64,
    density: fn(f64) -> f64,
    inverse: fn(f64) -> f64,
) -> Table<N> {
    let (mut d, mut t) = (tail, tail);
    let q = area / density(d);
    let mut table = Table {
        k: [0; N],
        w: [0.0; N],
        f: [0.0; N],
    };
    table.k[0] = (d / q * scale) as u32;
    table.w[0] = (q / scale) as f32;
    table.w[N - 1] = (d / scale) as f32;
    table.f[0] = 1.0;
    table.f[N - 1] = density(d) as f32;
    for i in (1..N - 1).rev() {
        d = inverse(area / d + density(d));
        table.k[i + 1] = (d / t * scale) as u32;
        t = d;
        table.f[i] = density(d) as f32;
        table.w[i] = (d / scale) as f32;
    }
    table
}

static NORMAL: LazyLock<Table<128>> = LazyLock::new(|| {
    build(
        NORMAL_TAIL,
        9.91256303526217e-3,
        2147483648.0,
        |x| (-0.5 * x * x).exp(),
        |y| (-2.0 * y.ln()).sqrt(),
    )
});
static EXPONENTIAL: LazyLock<Table<256>> = LazyLock::new(|| {
    build(
        EXPONENTIAL_TAIL,
        3.949659822581572e-3,
        4294967296.0,
        |x| (-x).exp(),
        |y| -y.ln(),
    )
});

/// `bits` gives 32 bits and, where the generator takes them apart, the layer.
pub(crate) fn normal(mut bits: impl FnMut() -> (u32, Option<usize>), mut uniform: impl FnMut() -> f64) -> f64 {
    use crate::pkg::math::{exp, log};
    let t = &*NORMAL;
    loop {
        let (u, layer) = bits();
        let j = u as i32;
        let i = layer.unwrap_or((u & 0x7F) as usize) & 0x7F;
        let x = f64::from(j) * f64::from(t.w[i]);
        if j.unsigned_abs() < t.k[i] {
            return x;
        }
        if i == 0 {
            loop {
                let x = -log(uniform()) * (1.0 / NORMAL_TAIL);
                let y = -log(uniform());
                if y + y >= x * x {
                    return if j > 0 { NORMAL_TAIL + x } else { -NORMAL_TAIL - x };
                }
            }
        }
        if t.f[i] + uniform() as f32 * (t.f[i - 1] - t.f[i]) < exp(-0.5 * x * x) as f32 {
            return x;
        }
    }
}

/// As [`normal`], for the exponential distribution.
pub(crate) fn exponential(mut bits: impl FnMut() -> (u32, Option<usize>), mut uniform: impl FnMut() -> f64) -> f64 {
    use crate::pkg::math::{exp, log};
    let t = &*EXPONENTIAL;
    loop {
        let (j, layer) = bits();
        let i = layer.unwrap_or((j & 0xFF) as usize) & 0xFF;
        let x = f64::from(j) * f64::from(t.w[i]);
        if j < t.k[i] {
            return x;
        }
        if i == 0 {
            return EXPONENTIAL_TAIL - log(uniform());
        }
        if t.f[i] + uniform() as f32 * (t.f[i - 1] - t.f[i]) < exp(-x) as f32 {
            return x;
        }
    }
}
