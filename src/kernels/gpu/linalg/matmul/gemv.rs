//! The product with one column, which is as fast as its left side can be read: rows lie along invocations or along steps,
//! whichever their memory does.

use super::problem::{Along, Product, arithmetic};
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::{Place, grid};

const HEAD: &str = "
var<workgroup> sums: array<V, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let m = arg(0u);
    let down = arg(4u);
    let number = group_number(wg);
    let z = number / down;
    if (z >= arg(6u) * arg(7u)) { return; }
    let piece = z / arg(6u);
    let first = piece * arg(3u);
    let last = min(arg(2u), first + arg(3u));
    begin(z - piece * arg(6u));
    let row0 = (number - z * down) * ROWS;
    var sum = zero_v();
";

/// Rows by steps: `LANES` neighbours add up one row, four sums each.
const INNER: &str = "
    let lane = t % LANES;
    let own = t / LANES;
    let row = min(row0 + own, m - 1u);
    var s1 = zero_v(); var s2 = zero_v(); var s3 = zero_v();
    var k = first + lane;
    for (; k + 3u * LANES < last; k += 4u * LANES) {
        sum = mac(sum, a1(row, k), b1(0u, k));
        s1 = mac(s1, a1(row, k + LANES), b1(0u, k + LANES));
        s2 = mac(s2, a1(row, k + 2u * LANES), b1(0u, k + 2u * LANES));
        s3 = mac(s3, a1(row, k + 3u * LANES), b1(0u, k + 3u * LANES));
    }
    for (; k < last; k += LANES) { sum = mac(sum, a1(row, k), b1(0u, k)); }
    sums[t] = (sum + s1) + (s2 + s3);
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        if (lane < half) { sums[t] = sums[t] + sums[t + half]; }
        workgroupBarrier();
    }
    if (lane == 0u && row0 + own < m) { give(z, row0 + own, sums[t]); }
}
";

/// The same with four neighbours a load.
const WIDE: &str = "
    let lane = t % LANES;
    let own = t / LANES;
    let row = min(row0 + own, m - 1u);
    var s0 = vec4<f32>(); var s1 = vec4<f32>();
    var k = first + lane * 4u;
    for (; k + 4u * LANES < last; k += 8u * LANES) {
        let x0 = a4(row, k);
        let x1 = a4(row, k + 4u * LANES);
        s0 = fma(x0, vec4<f32>(b1(0u, k), b1(0u, k + 1u), b1(0u, k + 2u), b1(0u, k + 3u)), s0);
        let l = k + 4u * LANES;
        s1 = fma(x1, vec4<f32>(b1(0u, l), b1(0u, l + 1u), b1(0u, l + 2u), b1(0u, l + 3u)), s1);
    }
    if (k < last) { s0 = fma(a4(row, k), vec4<f32>(b1(0u, k), b1(0u, k + 1u), b1(0u, k + 2u), b1(0u, k + 3u)), s0); }
    let s = s0 + s1;
    sums[t] = (s.x + s.y) + (s.z + s.w);
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        if (lane < half) { sums[t] = sums[t] + sums[t + half]; }
        workgroupBarrier();
    }
    if (lane == 0u && row0 + own < m) { give(z, row0 + own, sums[t]); }
}
";

/// Rows by invocations: 64 of them beside one another, four turns at `k` each.
const OUTER: &str = "
    let own = t & 63u;
    let turn = t >> 6u;
    let row = min(row0 + own, m - 1u);
    var s1 = zero_v();
    var k = first + turn;
    for (; k + 4u < last; k += 8u) {
        sum = mac(sum, a1(row, k), b1(0u, k));
        s1 = mac(s1, a1(row, k + 4u), b1(0u, k + 4u));
    }
    if (k < last) { sum = mac(sum, a1(row, k), b1(0u, k)); }
    sums[t] = sum + s1;
    workgroupBarrier();
    if (turn == 0u && row0 + own < m) {
        give(z, row0 + own, (sums[t] + sums[t + 64u]) + (sums[t + 128u] + sums[t + 192u]));
    }
}
";

/// How many neighbours add up one row, and how many rows a workgroup has.
pub fn shape(p: &Product) -> (usize, usize) {
    match p.a.along {
        Along::Outer => (4, 64),
        Along::Inner if p.m * p.batch >= 512 || p.k <= 512 => (32, 8),
        Along::Inner => (256, 1),
    }
}

/// Runs a product with one column; its right side is read element by element.
pub fn run<'a>(p: &Product<'a>, parts: usize, each: usize, part: Option<Place<'a>>) -> Result<()> {
    let (lanes, rows) = shape(p);
    let down = p.m.div_ceil(rows);
    let args = [p.m, p.n, p.k, each, down, 1, p.batch, parts];
    let kernel = p.by(3 | (lanes as u64) << 8, args, part);
    kernel.run(grid(down * p.batch * parts), || {
        let give = if part.is_some() { "put_part(z * arg(0u) + row, v);" } else { "emit1(row, 0u, v);" };
        let body = match (p.a.along, p.a.wide) {
            (Along::Outer, _) => OUTER,
            (_, true) => WIDE,
            _ => INNER,
        };
        [
            NUMBER,
            &format!("const LANES: u32 = {lanes}u;\nconst ROWS: u32 = {rows}u;\n"),
            &arithmetic(p.dtype),
            &(p.text)(),
            &format!("fn give(z: u32, row: u32, v: V) {{ {give} }}\n"),
            HEAD,
            body,
        ]
        .concat()
    })
}
