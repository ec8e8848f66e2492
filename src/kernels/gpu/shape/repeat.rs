//! Positions, each as often as its count says: running sums of the counts, and every result looks up whose it is.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::Scratch;
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// Counts that were added up.
pub struct Summed {
    /// All of them, whether one is negative, then the sums up to each count with it.
    sums: Scratch,
    pub total: usize,
    pub negative: bool,
}

/// Adds up a vector of int64 or int32: this waits for the card.
pub fn sum(counts: Place) -> Result<Summed> {
    let n = counts.numel();
    let sums = Scratch::beside(&counts, n + 2, DType::U32)?;
    if n == 0 {
        return Ok(Summed { sums, total: 0, negative: false });
    }
    let by = 1 + (counts.dtype == DType::I64) as usize;
    let step = counts.strides.first().copied().unwrap_or(1) * by;
    Kernel::new("repeat sums")
        .writes("sums", sums.place())
        .reads("x", Place { dtype: DType::U32, offset: counts.offset * by, ..counts })
        .arg(n)
        .arg(step)
        .arg(n.div_ceil(256))
        .arg(by - 1)
        .run([1, 1, 1], || SUMS.to_string())?;
    let [total, negative] = sums.words()?;
    Ok(Summed { sums, total: total as usize, negative: negative != 0 })
}

impl Summed {
    /// The positions, into a dense int64 vector of `total` elements.
    pub fn positions(&self, out: Place) -> Result<()> {
        let n = self.sums.numel() - 2;
        Kernel::new("repeat positions")
            .writes("out", Place { dtype: DType::U32, offset: out.offset * 2, ..out })
            .reads("sums", self.sums.place())
            .arg(self.total)
            .arg(n)
            .run(grid(self.total.div_ceil(256)), || NUMBER.to_string() + POSITIONS)
    }
}

/// One workgroup: each invocation has some counts, one behind the other.
const SUMS: &str = "var<workgroup> totals: array<u32, 256>;
var<workgroup> bad: array<u32, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) t: u32) {
    let end = min((t + 1u) * arg(2u), arg(0u));
    var own = 0u;
    var negative = 0u;
    for (var i = t * arg(2u); i < end; i++) {
        let v = get_x(i * arg(1u));
        own += v;
        // the word above is the sign's, where there is one
        negative |= get_x(i * arg(1u) + arg(3u)) >> 31u;
    }
    totals[t] = own;
    bad[t] = negative;
    workgroupBarrier();
    var before = 0u;
    var any = 0u;
    for (var o = 0u; o < 256u; o++) {
        any |= bad[o];
        if (o < t) { before += totals[o]; }
    }
    for (var i = t * arg(2u); i < end; i++) {
        before += get_x(i * arg(1u));
        put_sums(2u + i, before);
    }
    if (t == 255u) { put_sums(0u, before); put_sums(1u, any); }
}
";

const POSITIONS: &str = "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    if (i >= arg(0u)) { return; }
    // the first whose sum is beyond it
    var low = 0u;
    var high = arg(1u);
    for (var turn = 0u; turn < 32u; turn++) {
        if (low < high) {
            let middle = (low + high) / 2u;
            if (get_sums(2u + middle) > i) { high = middle; } else { low = middle + 1u; }
        }
    }
    put_out(i * 2u, low);
    put_out(i * 2u + 1u, 0u);
}
";

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use super::*;
    use crate::kernels::gpu::machine::check::validate;
    use crate::kernels::gpu::machine::launch::source;

    #[test]
    fn the_shaders_are_valid() {
        let word = |name, writes| (name, DType::U32, writes);
        validate("repeat sums", &source(256, &[word("sums", true), word("x", false)], SUMS));
        let text = NUMBER.to_string() + POSITIONS;
        validate("repeat positions", &source(256, &[word("out", true), word("sums", false)], &text));
    }
}
