//! The transforms, and the test of what goes into them, with vectors over channels.
//!
//! Along one axis, of inputs `d`, weights `g` and outputs `y`:
//!
//! ```text
//! v = (d0 - d2, d1 + d2, d2 - d1, d1 - d3)
//! u = (g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2)
//! m = u v, each by each
//! y = (m0 + m1 + m2, m1 - m2 - m3)
//! ```
//!
//! and the gradient for the weights, from two gradients `g` for the outputs, by F(3, 2):
//!
//! ```text
//! u = (g0, (g0 + g1) / 2, (g0 - g1) / 2, g1)
//! y = (m0 + m1 + m2, m1 - m2, m1 + m2 - m3)
//! ```
//!
//! In the first an output depends on nothing but its own three inputs, whatever the rounding: where those are zero it is zero.

use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;

/// Channels that are transformed together: a line of cache.
pub const LINE: usize = 16;

/// Vectors of f32.
pub trait Floats: Vector<Elem = f32> {}
impl<V: Vector<Elem = f32>> Floats for V {}

#[inline(always)]
fn of_input<V: Vector>(d: [V; 4]) -> [V; 4] {
    [d[0].sub(d[2]), d[1].add(d[2]), d[2].sub(d[1]), d[1].sub(d[3])]
}

#[inline(always)]
fn of_weight<V: Vector>(g: [V; 3]) -> [V; 4] {
    let half = V::c(0.5);
    let (ends, middle) = (g[0].add(g[2]).mul(half), g[1].mul(half));
    [g[0], ends.add(middle), ends.sub(middle), g[2]]
}

#[inline(always)]
fn of_product<V: Vector>(m: [V; 4]) -> [V; 2] {
    [m[0].add(m[1]).add(m[2]), m[1].sub(m[2]).sub(m[3])]
}

/// The gradient for the output takes the place of the weights in F(3, 2): two of it, three results.
#[inline(always)]
fn of_gradient<V: Vector>(g: [V; 2]) -> [V; 4] {
    let (first, second) = (g[0].mul(V::c(0.5)), g[1].mul(V::c(0.5)));
    [g[0], first.add(second), first.sub(second), g[1]]
}

#[inline(always)]
fn of_taps<V: Vector>(m: [V; 4]) -> [V; 3] {
    let (both, either) = (m[1].add(m[2]), m[1].sub(m[2]));
    [m[0].add(both), either, both.sub(m[3])]
}

/// A row of tiles of the input, [`LINE`] channels of it.
pub struct InputRow {
    /// The four rows of pixels, [`LINE`] channels each.
    pub rows: [*const f32; 4],
    pub width: usize,
    pub front: isize,
    pub tiles: usize,
    /// Where the first tile goes in each matrix, and elements from tile to tile.
    pub to: [*mut f32; 16],
    pub pitch: usize,
}

impl InputRow {
    /// A padded column, transformed. Neighbouring tiles share columns: each is transformed once.
    #[inline(always)]
    unsafe fn column<V: Floats>(&self, j: usize, lane: usize) -> [V; 4] {
        let j = (j as isize - self.front) as usize;
        if j >= self.width {
            return [V::zero(); 4];
        }
        let mut d = [V::zero(); 4];
        for i in 0..4 {
            d[i] = V::load(self.rows[i].add(j * LINE + lane));
        }
        of_input(d)
    }
}

multiversion_vector! {
    pub unsafe fn input_row[V: Floats, f32, Portable](a: &InputRow) {
        for lane in (0..LINE).step_by(V::LANES) {
            let mut left = [a.column::<V>(0, lane), a.column::<V>(1, lane)];
            for t in 0..a.tiles {
                let right = [a.column::<V>(2 * t + 2, lane), a.column::<V>(2 * t + 3, lane)];
                for i in 0..4 {
                    let v = of_input([left[0][i], left[1][i], right[0][i], right[1][i]]);
                    for j in 0..4 {
                        v[j].store(a.to[4 * i + j].add(t * a.pitch + lane));
                    }
                }
                left = right;
            }
        }
    }
}

/// Weights of some channels, `[channel][tap][wide]`, `wide` a multiple of [`LINE`].
pub struct WeightRows {
    pub channels: usize,
    pub g: *const f32,
    pub taps: [usize; 9],
    pub wide: usize,
    /// The first matrix, `[channel][wide]`, and elements from matrix to matrix.
    pub to: *mut f32,
    pub matrix: usize,
}

multiversion_vector! {
    pub unsafe fn weight_rows[V: Floats, f32, Portable](a: &WeightRows) {
        for c in 0..a.channels {
            for lane in (0..a.wide).step_by(V::LANES) {
                let mut g = [V::zero(); 9];
                for (g, tap) in g.iter_mut().zip(a.taps) {
                    *g = V::load(a.g.add((c * 9 + tap) * a.wide + lane));
                }
                let mut columns = [[V::zero(); 4]; 3];
                for j in 0..3 {
                    columns[j] = of_weight([g[j], g[3 + j], g[6 + j]]);
                }
                for i in 0..4 {
                    let u = of_weight([columns[0][i], columns[1][i], columns[2][i]]);
                    for j in 0..4 {
                        u[j].store(a.to.add((4 * i + j) * a.matrix + c * a.wide + lane));
                    }
                }
            }
        }
    }
}

/// A row of tiles of the output, `wide` channels of it.
pub struct OutputRow {
    /// The first tile in each matrix.
    pub from: [*const f32; 16],
    pub wide: usize,
    /// Pixels of a row of the output, and whether there is a second row.
    pub width: usize,
    pub second: bool,
    /// `wide` values to be added.
    pub bias: *const f32,
    /// Two rows of pixels, `wide` channels each.
    pub y: *mut f32,
}

multiversion_vector! {
    pub unsafe fn output_row[V: Floats, f32, Portable](a: &OutputRow) {
        for t in 0..a.width.div_ceil(2) {
            for lane in (0..a.wide).step_by(V::LANES) {
                let at = t * a.wide + lane;
                let bias = V::load(a.bias.add(lane));
                let mut columns = [[V::zero(); 2]; 4];
                for j in 0..4 {
                    let mut m = [V::zero(); 4];
                    for i in 0..4 {
                        m[i] = V::load(a.from[4 * i + j].add(at));
                    }
                    columns[j] = of_product(m);
                }
                for i in 0..2 {
                    let y = of_product([columns[0][i], columns[1][i], columns[2][i], columns[3][i]]);
                    if i == 0 || a.second {
                        let to = a.y.add((i * a.width + 2 * t) * a.wide + lane);
                        y[0].add(bias).store(to);
                        if 2 * t + 1 < a.width {
                            y[1].add(bias).store(to.add(a.wide));
                        }
                    }
                }
            }
        }
    }
}

/// A row of tiles of the gradient for the output, `wide` channels of it.
pub struct GradientRow {
    /// Two rows of pixels, `wide` channels each; whether there is a second row, and pixels of a row.
    pub g: *const f32,
    pub second: bool,
    pub width: usize,
    pub wide: usize,
    /// Where the first tile goes in each matrix, `wide` channels each.
    pub to: [*mut f32; 16],
}

multiversion_vector! {
    pub unsafe fn gradient_row[V: Floats, f32, Portable](a: &GradientRow) {
        for t in 0..a.width.div_ceil(2) {
            for lane in (0..a.wide).step_by(V::LANES) {
                let mut columns = [[V::zero(); 4]; 2];
                for j in 0..2 {
                    if 2 * t + j < a.width {
                        let at = a.g.add((2 * t + j) * a.wide + lane);
                        let below = if a.second { V::load(at.add(a.width * a.wide)) } else { V::zero() };
                        columns[j] = of_gradient([V::load(at), below]);
                    }
                }
                for i in 0..4 {
                    let u = of_gradient([columns[0][i], columns[1][i]]);
                    for j in 0..4 {
                        u[j].store(a.to[4 * i + j].add(t * a.wide + lane));
                    }
                }
            }
        }
    }
}

/// Products of some channels in with `wide` channels out, the gradients of the weights between them.
pub struct TapRows {
    pub channels: usize,
    pub wide: usize,
    /// The first matrix, `[channel][wide]`, and elements from matrix to matrix.
    pub from: *const f32,
    pub matrix: usize,
    /// `[channel][tap][wide]`.
    pub to: *mut f32,
}

multiversion_vector! {
    pub unsafe fn tap_rows[V: Floats, f32, Portable](a: &TapRows) {
        for c in 0..a.channels {
            for lane in (0..a.wide).step_by(V::LANES) {
                let mut columns = [[V::zero(); 3]; 4];
                for j in 0..4 {
                    let mut m = [V::zero(); 4];
                    for i in 0..4 {
                        m[i] = V::load(a.from.add((4 * i + j) * a.matrix + c * a.wide + lane));
                    }
                    columns[j] = of_taps(m);
                }
                for i in 0..3 {
                    let y = of_taps([columns[0][i], columns[1][i], columns[2][i], columns[3][i]]);
                    for j in 0..3 {
                        y[j].store(a.to.add((c * 9 + 3 * i + j) * a.wide + lane));
                    }
                }
            }
        }
    }
}

multiversion_vector! {
    /// Adds `n` values, a multiple of [`LINE`], to others.
    pub unsafe fn add[V: Floats, f32, Portable](n: usize, x: *const f32, to: *mut f32) {
        for i in (0..n).step_by(V::LANES) {
            V::load(to.add(i)).add(V::load(x.add(i))).store(to.add(i));
        }
    }
}

/// Inputs and weights are smaller than this. Transformed, they are less than four times as large, and a sum over 2^20
/// channels of nine such products is less than 2^128: nothing overflows.
pub const MODERATE: f32 = (1u64 << 50) as f32;

/// Sets `wild` if one of `n` values, a multiple of [`LINE`], is not a number of moderate size.
pub unsafe fn check(x: *const f32, n: usize, wild: &mut bool) {
    look(x, n, wild)
}

multiversion_vector! {
    unsafe fn look[V: Floats, f32, Portable](x: *const f32, n: usize, wild: *mut bool) {
        // Values too large become infinite; times zero, infinity and nan are nan, and stay it in a sum.
        let scale = V::c(2f64.powi(128) / MODERATE as f64);
        let mut sums = [V::zero(); 2];
        for i in (0..n).step_by(LINE) {
            for lane in (0..LINE).step_by(V::LANES) {
                let sum = &mut sums[i / LINE % 2];
                *sum = V::load(x.add(i + lane)).mul(scale).fma_fast(V::zero(), *sum);
            }
        }
        if V::any(sums[0].add(sums[1]).is_nan()) {
            *wild = true;
        }
    }
}
