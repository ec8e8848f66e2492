//! Connectionist temporal classification, a workgroup for each sample and an invocation for each state of its target: the
//! states of one frame after those of the frame before. Everything is in logarithms.

use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::gpu::create::copy::fill;
use crate::kernels::gpu::elementwise::library;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::{Kernel, Place, grid};
use crate::kernels::gpu::reduce::single;

/// Dense log-probabilities (frames, batch, classes), targets (batch, longest), and for each sample its frames and the length
/// of its target; the last two are int32.
#[derive(Clone, Copy)]
pub struct Samples<'a> {
    pub log_probs: Place<'a>,
    pub targets: Place<'a>,
    pub sizes: Place<'a>,
    pub blank: usize,
}

impl<'a> Samples<'a> {
    fn kernel<'b>(&self, op: &'static str, rows: usize, alpha: Place<'b>) -> Kernel<'b>
    where
        'a: 'b,
    {
        let &[frames, batch, classes] = self.log_probs.shape else { return Kernel::new(op) };
        let longest = self.targets.shape[1];
        Kernel::new(op)
            .reads("lp", self.log_probs)
            .reads("targets", self.targets)
            .reads("sizes", self.sizes)
            .writes("alpha", alpha)
            .arg(frames)
            .arg(batch)
            .arg(classes)
            .arg(longest)
            .arg(self.blank)
            .arg(rows)
            .arg(2 * longest + 1)
    }

    /// The loss of each sample.
    pub fn forward(&self, op: &'static str, out: Place) -> Result<()> {
        single(op, self.log_probs.dtype)?;
        let (batch, longest) = (self.log_probs.shape[1], self.targets.shape[1]);
        // of two frames, the one before and this one
        let memory = out.memory.beside(batch * 2 * (2 * longest + 1) * 4)?;
        let alpha = Place { memory: &memory, dtype: DType::F32, offset: 0, shape: &[], strides: &[] };
        self.kernel(op, 2, alpha).writes("out", out).variant(0).run(grid(batch), || {
            format!("{}{FORWARD}    if (t == 0u) {{ put_out(b, loss(b)); }}\n}}\n", head())
        })
    }

    /// The gradients of the log-probabilities, taken to be normalised, from those of the losses `g`.
    pub fn backward(&self, op: &'static str, g: Place, zero_infinity: bool, dx: Place) -> Result<()> {
        single(op, self.log_probs.dtype)?;
        let (frames, batch, states) =
            (self.log_probs.shape[0], self.log_probs.shape[1], 2 * self.targets.shape[1] + 1);
        fill(dx, Scalar::Int(0))?;
        let (all, two) = (
            dx.memory.beside(batch * frames.max(1) * states * 4)?,
            dx.memory.beside(batch * 2 * states * 4)?,
        );
        let alpha = Place { memory: &all, dtype: DType::F32, offset: 0, shape: &[], strides: &[] };
        let beta = Place { memory: &two, ..alpha };
        self.kernel(op, frames.max(1), alpha)
            .reads("g", g)
            .writes("beta", beta)
            .writes("dx", dx)
            .variant(1 | (zero_infinity as u64) << 1)
            .run(grid(batch), || {
                let impossible = if zero_infinity { "" } else { "put_dx(place(b, frame, c), nan());" };
                format!("{}{BETA}{FORWARD}{}", head(), BACKWARD.replace("IMPOSSIBLE", impossible))
            })
    }
}

fn head() -> String {
    format!("{NUMBER}{}{SHARED}", library::needed("exp_f log_f max_nan inf nan"))
}

const SHARED: &str = "
fn log_add(a: f32, b: f32) -> f32 {
    let m = max_nan(a, b);
    if (m == -inf()) { return m; }
    return m + log_f(exp_f(a - m) + exp_f(b - m));
}
fn place(b: u32, frame: u32, c: u32) -> u32 { return (frame * arg(1u) + b) * arg(2u) + c; }
fn frames(b: u32) -> u32 { return u32(get_sizes(2u * b)); }
fn states(b: u32) -> u32 { return 2u * u32(get_sizes(2u * b + 1u)) + 1u; }
// the blank at even places
fn label(b: u32, s: u32) -> u32 {
    if (s % 2u == 0u) { return arg(4u); }
    return u32(get_targets(b * arg(3u) + s / 2u));
}
// whether a state may be entered from two states before it
fn skips(b: u32, s: u32) -> bool { return s % 2u == 1u && s > 1u && label(b, s) != label(b, max(s, 2u) - 2u); }
fn row(b: u32, frame: u32) -> u32 { return (b * arg(5u) + frame % arg(5u)) * arg(6u); }
fn before(b: u32, frame: u32, s: u32, k: u32) -> f32 {
    if (s < k) { return -inf(); }
    return get_alpha(row(b, frame) + s - k);
}
fn loss(b: u32) -> f32 {
    let n = states(b);
    if (frames(b) == 0u) { return select(inf(), 0.0, n == 1u); }
    let last = row(b, frames(b) - 1u) + n;
    if (n == 1u) { return -get_alpha(last - 1u); }
    return -log_add(get_alpha(last - 1u), get_alpha(last - 2u));
}
";

/// Logarithms of the probability of everything up to a frame that ends in a state.
const FORWARD: &str = "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let b = group_number(wg);
    if (b >= arg(1u)) { return; }
    let n = states(b);
    for (var frame = 0u; frame < arg(0u); frame++) {
        if (frame < frames(b)) {
            for (var s = t; s < n; s += 256u) {
                var sum = select(-inf(), 0.0, s < 2u);
                if (frame > 0u) {
                    sum = log_add(before(b, frame - 1u, s, 0u), before(b, frame - 1u, s, 1u));
                    if (skips(b, s)) { sum = log_add(sum, before(b, frame - 1u, s, 2u)); }
                }
                put_alpha(row(b, frame) + s, sum + get_lp(place(b, frame, label(b, s))));
            }
        }
        storageBarrier();
    }
";

/// Logarithms of the probability of everything from a frame on that begins in a state, of two frames.
const BETA: &str = "
fn back_row(b: u32, frame: u32) -> u32 { return (b * 2u + frame % 2u) * arg(6u); }
fn after(b: u32, frame: u32, s: u32, k: u32) -> f32 {
    if (s + k >= states(b)) { return -inf(); }
    return get_beta(back_row(b, frame) + s + k);
}
";
const BACKWARD: &str = "
    let all = loss(b);
    let g = get_g(b);
    for (var k = 0u; k < arg(0u); k++) {
        let on = k < frames(b);
        let frame = max(frames(b), k + 1u) - 1u - k;
        if (on) {
            for (var s = t; s < n; s += 256u) {
                var sum = select(-inf(), 0.0, s + 2u >= n);
                if (k > 0u) {
                    sum = log_add(after(b, frame + 1u, s, 0u), after(b, frame + 1u, s, 1u));
                    if (s + 2u < n && skips(b, s + 2u)) { sum = log_add(sum, after(b, frame + 1u, s, 2u)); }
                }
                put_beta(back_row(b, frame) + s, sum + get_lp(place(b, frame, label(b, s))));
            }
        }
        storageBarrier();
        if (on) {
            for (var c = t; c < arg(2u); c += 256u) {
                if (all == inf()) { IMPOSSIBLE continue; }
                var hits = -inf();
                for (var s = 0u; s < n; s++) {
                    if (label(b, s) == c) {
                        hits = log_add(hits, get_alpha(row(b, frame) + s) + get_beta(back_row(b, frame) + s));
                    }
                }
                let l = get_lp(place(b, frame, c));
                let slope = exp_f(l) - select(exp_f(hits + all - l), 0.0, hits == -inf());
                put_dx(place(b, frame, c), slope * g);
            }
        }
    }
}
";
