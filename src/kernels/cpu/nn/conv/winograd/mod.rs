//! Convolution by 3 x 3 weights in steps of one with fewer multiplications: Winograd's minimal filtering F(2x2, 3x3).
//!
//! A tile of 2 x 2 outputs reads 4 x 4 inputs `d`. Done directly it takes 36 products with the weights `g`, and
//!
//! ```text
//! y = At [(G g Gt) * (Bt d B)] A
//! ```
//!
//! with `*` element by element takes 16; the matrices hold nothing but 0, 1, -1 and 1/2 (`lanes` has them written out).
//! Sums over channels commute with the last transform, so each of the 16 elements is a matrix product of its own:
//! transformed inputs, tiles x channels, by transformed weights, channels x channels. S. Winograd, "Arithmetic Complexity
//! of Computations", 1980; A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.
//!
//! The direct kernels run at nine tenths of what the machine can do; this is 1.4 to 2.2 times as fast at the sizes of
//! ResNets. There are two ways, by where the sixteen-fold operands live. [`Way::Near`], for many tiles: weights are transformed once for all,
//! and a task takes some tiles from the input to the output without leaving its second-level cache. [`Way::Far`], for
//! many channels and few tiles: inputs are transformed once for all, and a task transforms the weights to its output
//! channels as it goes, each of which then serves all tiles.
//!
//! Values that are not finite, or so large that sums could overflow, are found while they are transformed, and the
//! results given up: an infinity would become nan here. Tiles, blocks of sums and tasks depend on sizes alone.

mod filter;
mod job;
mod lanes;
mod steps;
#[cfg(test)]
mod tests;
mod tiles;
mod ways;

use super::plan::{Plan, Sides, Weights};
use super::{Conv, channels, direct};
use crate::kernels::cpu::machine::float::Ptr;
use job::{Job, Way, panel};
use lanes::LINE;
#[cfg(test)]
use lanes::MODERATE;
use steps::Convolution;
use tiles::Tiles;

/// Sums over fewer channels, or tiles, than this do not overflow, see [`lanes::MODERATE`].
const TERMS: usize = 1 << 20;

/// By how much to be faster at least: both times are estimates.
const DIRECT: f64 = 0.95;

/// Runs a plan by this method; false, having written nothing that counts, if another has to.
pub unsafe fn run(
    plan: &Plan,
    sides: &Sides,
    last: bool,
    x: *const f32,
    weights: &Weights<f32>,
    bias: *const f32,
    y: *mut f32,
) -> bool {
    match Tiles::of(plan, sides).filter(fits) {
        Some(tiles) if cost(&tiles, 1.0) < direct_cost(plan, sides, last) => {
            convolve(way(&tiles), &tiles, last, x, weights, bias, y)
        }
        _ => false,
    }
}

unsafe fn convolve(
    way: Way,
    tiles: &Tiles,
    last: bool,
    x: *const f32,
    weights: &Weights<f32>,
    bias: *const f32,
    y: *mut f32,
) -> bool {
    let it = Convolution { job: Job::new(tiles, last), weights, bias: Ptr::of(bias) };
    match way {
        Way::Near => it.near(x, y),
        Way::Far => it.far(x, y),
    }
    !it.job.wild()
}

/// The gradient for the weight by this method; false, having written nothing that counts, if another has to.
pub unsafe fn backward_weight(p: &Conv, x: *const f32, g: *const f32, dw: *mut f32) -> bool {
    match Tiles::of(&Plan::forward(p), &Sides::forward(p)).filter(fits) {
        Some(tiles) if filter_cost(&tiles) < DIRECT * padding(&tiles) => {
            filter::backward_weight(filter_way(&tiles), &tiles, p.channels_last, x, g, dw)
        }
        _ => false,
    }
}

fn fits(t: &Tiles) -> bool {
    (1..TERMS).contains(&t.cin) && t.count() < TERMS && t.cout * t.count() * t.input[0] * t.input[1] > 0
}

/// Transformed weights are worth keeping where tiles are many against them: in the near way every 56 tiles read them
/// all, which at 512 x 512 channels come from the third-level cache at best. The two cross at 50 to 100 tiles for 256
/// channels either side, at 250 to 390 for 512. Few tiles make few tasks.
fn way(t: &Tiles) -> Way {
    if t.count() >= 112 && t.count() * 800 >= t.cin * t.cout { Way::Near } else { Way::Far }
}

/// For the gradient for the weight, where many tiles meet few channels: a task's sums for all channels are 262 KB, and
/// the near way is 5 to 10% faster. With less of the one or more of the other the two are even.
fn filter_way(t: &Tiles) -> Way {
    let pairs = t.cin.next_multiple_of(LINE) * t.cout.next_multiple_of(panel());
    if pairs <= 64 * 64 && t.count() >= 1024 { Way::Near } else { Way::Far }
}

/// Channels of whole panels against those there are.
fn padding(t: &Tiles) -> f64 {
    t.cout.next_multiple_of(panel()) as f64 / t.cout as f64
}

/// The time this method takes, with that of the direct method's products as unit.
///
/// In cycles of a core that multiplies one vector a cycle: to turn, test and transform a tile takes 100 for each vector
/// of channels in, to store its products and transform them back 130 for each vector of channels out, and the weights
/// of an input channel 150 for each vector of output channels. Tiles of the output are transformed so many `times`.
///
/// Measured at 8 to 2048 channels and 4 x 4 to 224 x 224 pixels: shapes that this chooses are 1.2 to 2.2 times as fast
/// as the direct kernels.
fn cost(t: &Tiles, times: f64) -> f64 {
    let lanes = padding(t);
    let (cin, cout, tiles) = (t.cin as f64, t.cout as f64, t.count() as f64);
    let products = lanes * (1.06 * t.products() as f64 + 150.0);
    let inputs = 100.0 * tiles * t.cin.next_multiple_of(LINE) as f64 / (cin * cout);
    let outputs = 130.0 * times * tiles * lanes / cin;
    (products + inputs + outputs) / (9 * t.n * t.output[0] * t.output[1]) as f64
}

/// The same for the gradient for the weight, whose tasks each transform gradients for themselves.
fn filter_cost(t: &Tiles) -> f64 {
    let blocks = t.cin.div_ceil(filter::LINES * LINE) as f64;
    cost(t, blocks)
}

fn direct_cost(plan: &Plan, sides: &Sides, last: bool) -> f64 {
    let cost = channels::cost(plan, sides);
    DIRECT * if last { cost } else { cost.min(direct::waste(plan)) }
}
