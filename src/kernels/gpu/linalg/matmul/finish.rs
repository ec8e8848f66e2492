//! Sums of products that were made in pieces, one behind the other.

use super::problem::{Product, arithmetic};
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::{Place, grid};

const TEXT: &str = "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let m = arg(0u);
    let n = arg(1u);
    let all = arg(6u) * m * n;
    let i = (group_number(wg) * 256u + t) * COLUMNS;
    if (i >= all) { return; }
    let line = i / n;
    let z = line / m;
    begin(z);
    store(line - z * m, i - line * n, i, all);
}
fn sum_of(i: u32, all: u32) -> V {
    var sum = zero_v();
    for (var piece = 0u; piece < arg(7u); piece++) { sum = sum + get_part(piece * all + i); }
    return sum;
}
";

const ONE: &str = "
const COLUMNS: u32 = 1u;
fn store(r: u32, c: u32, i: u32, all: u32) { emit1(r, c, sum_of(i, all)); }
";

const FOUR: &str = "
const COLUMNS: u32 = 4u;
fn store(r: u32, c: u32, i: u32, all: u32) {
    emit4(r, c, vec4<f32>(sum_of(i, all), sum_of(i + 1u, all), sum_of(i + 2u, all), sum_of(i + 3u, all)));
}
";

/// Adds up the pieces in their order and stores the results.
pub fn run<'a>(p: &Product<'a>, parts: usize, part: Place<'a>) -> Result<()> {
    let args = [p.m, p.n, p.k, 0, 0, 0, p.batch, parts];
    let columns = if p.wide_out { 4 } else { 1 };
    p.by(4, args, Some(part)).run(grid((p.m * p.n * p.batch).div_ceil(256 * columns)), || {
        [NUMBER, &arithmetic(p.dtype), &(p.text)(), if p.wide_out { FOUR } else { ONE }, TEXT].concat()
    })
}
