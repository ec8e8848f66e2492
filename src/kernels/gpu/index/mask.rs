//! Positions of what is true, in order: counted by blocks, which then know where theirs begin.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::Scratch;
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// Elements of one workgroup: eight, one behind the other, for each invocation.
const BLOCK: usize = 2048;

/// A mask that was counted.
pub struct Counted<'a> {
    mask: Place<'a>,
    /// How many there are in all; then how many stand before each block.
    starts: Scratch,
    pub total: usize,
}

/// Counts a dense mask: this waits for the card.
pub fn count(mask: Place<'_>) -> Result<Counted<'_>> {
    let n = mask.numel();
    let blocks = n.div_ceil(BLOCK);
    let starts = Scratch::beside(&mask, blocks + 1, DType::U32)?;
    if n == 0 {
        return Ok(Counted { mask, starts, total: 0 });
    }
    Kernel::new("count true")
        .writes("starts", starts.place())
        .reads("x", mask)
        .arg(n)
        .arg(blocks)
        .run(grid(blocks), || NUMBER.to_string() + OWN + COUNT)?;
    Kernel::new("count before")
        .writes("starts", starts.place())
        .arg(blocks)
        .arg(blocks.div_ceil(256))
        .run([1, 1, 1], || BEFORE.to_string())?;
    let [total] = starts.words()?;
    Ok(Counted { mask, starts, total: total as usize })
}

/// An int64 tensor as the words that a shader writes.
fn words<'a>(p: Place<'a>) -> Place<'a> {
    Place { dtype: DType::U32, offset: p.offset * 2, ..p }
}

impl Counted<'_> {
    /// The positions, into a dense int64 tensor of `total` elements.
    pub fn positions(&self, out: Place) -> Result<()> {
        let (n, blocks) = (self.mask.numel(), self.mask.numel().div_ceil(BLOCK));
        if self.total == 0 {
            return Ok(());
        }
        Kernel::new("positions")
            .writes("out", words(out))
            .reads("x", self.mask)
            .reads("starts", self.starts.place())
            .arg(n)
            .arg(blocks)
            .run(grid(blocks), || NUMBER.to_string() + OWN + POSITIONS)
    }
}

/// One coordinate of flat positions: along an axis of `size` elements that are `step` positions apart. `out` is an int64 vector.
pub fn coordinate(out: Place, positions: Place, size: usize, step: usize) -> Result<()> {
    let n = out.numel();
    Kernel::new("coordinate")
        .writes("out", words(out))
        .reads("at", words(positions))
        .arg(n)
        .arg(size)
        .arg(step)
        .arg(out.strides.first().copied().unwrap_or(1))
        .run(grid(n.div_ceil(256)), || {
            NUMBER.to_string()
                + "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    if (i >= arg(0u)) { return; }
    let to = i * arg(3u) * 2u;
    put_out(to, (get_at(i * 2u) / arg(2u)) % arg(1u));
    put_out(to + 1u, 0u);
}
"
        })
}

/// `fn own(block, t)`: the eight elements of an invocation as bits.
const OWN: &str = "fn own(block: u32, t: u32) -> u32 {
    var bits = 0u;
    for (var u = 0u; u < 8u; u++) {
        let i = block * 2048u + t * 8u + u;
        if (i < arg(0u)) { if (get_x(i)) { bits |= 1u << u; } }
    }
    return bits;
}
";

const COUNT: &str = "var<workgroup> sum: array<u32, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let block = group_number(wg);
    sum[t] = countOneBits(own(block, t));
    for (var half = 128u; half > 0u; half = half / 2u) {
        workgroupBarrier();
        if (t < half) { sum[t] += sum[t + half]; }
    }
    if (t == 0u && block < arg(1u)) { put_starts(1u + block, sum[0]); }
}
";

/// One workgroup: each invocation has some blocks, one behind the other.
const BEFORE: &str = "var<workgroup> totals: array<u32, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) t: u32) {
    let blocks = arg(0u);
    let each = arg(1u);
    let end = min((t + 1u) * each, blocks);
    var own = 0u;
    for (var b = t * each; b < end; b++) { own += get_starts(1u + b); }
    totals[t] = own;
    workgroupBarrier();
    var before = 0u;
    for (var o = 0u; o < t; o++) { before += totals[o]; }
    for (var b = t * each; b < end; b++) {
        let n = get_starts(1u + b);
        put_starts(1u + b, before);
        before += n;
    }
    if (t == 255u) { put_starts(0u, before); }
}
";

const POSITIONS: &str = "var<workgroup> sum: array<u32, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let block = group_number(wg);
    let bits = own(block, t);
    sum[t] = countOneBits(bits);
    // how many stand before each invocation's: running sums over twice as many each time
    for (var step = 1u; step < 256u; step = step * 2u) {
        workgroupBarrier();
        var v = sum[t];
        if (t >= step) { v += sum[t - step]; }
        workgroupBarrier();
        sum[t] = v;
    }
    if (block < arg(1u)) {
        var to = get_starts(1u + block) + sum[t] - countOneBits(bits);
        for (var u = 0u; u < 8u; u++) {
            if ((bits & (1u << u)) != 0u) {
                put_out(to * 2u, block * 2048u + t * 8u + u);
                put_out(to * 2u + 1u, 0u);
                to += 1u;
            }
        }
    }
}
";

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use super::*;
    use crate::kernels::gpu::machine::check::validate;
    use crate::kernels::gpu::machine::launch::source;

    #[test]
    fn the_shaders_are_valid() {
        let (starts, mask) = (("starts", DType::U32, true), ("x", DType::Bool, false));
        let whole = |text: &str| NUMBER.to_string() + OWN + text;
        validate("count true", &source(256, &[starts, mask], &whole(COUNT)));
        validate("count before", &source(256, &[starts], BEFORE));
        validate("positions", &source(256, &[("out", DType::U32, true), mask, starts], &whole(POSITIONS)));
    }
}
