//! Elements counted in bins: by atomic additions of integers, whose order does not matter, and sums of weights by one workgroup
//! for each bin, whose order does.

use super::search::search;
use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::gpu::create::copy::{copy, fill};
use crate::kernels::gpu::elementwise::{Side, expression};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::{convert, value};
use crate::kernels::gpu::machine::{Kernel, Place, grid};
use crate::kernels::gpu::reduce::{single, wide};

/// The bin of each element of a dense `x` among `bins` of equal width, -1 outside of the range, in int32.
pub fn even(op: &'static str, x: Place, bins: usize, (lo, hi): (f64, f64), out: Place) -> Result<()> {
    let dtype = single(op, x.dtype)?;
    let text = "select(-1, min(i32((x - p0) * p2 / (p1 - p0)), i32(p2) - 1), x >= p0 && x <= p1)";
    expression(op, text, &["x"], &[Side::Place(x, dtype)], &[lo, hi, bins as f64], out, DType::I32)
}

/// The same between sorted edges, one more than bins.
pub fn between(op: &'static str, x: Place, edges: Place, out: Place) -> Result<()> {
    let dtype = single(op, x.dtype)?;
    let n = edges.numel();
    search(op, x.dtype, edges, None, x, (n, x.numel()), true, out)?;
    let edge = |i| Side::Place(Place { offset: edges.offset + i, shape: &[], strides: &[], ..edges }, dtype);
    let text = "select(-1, clamp(k, 1, i32(p0)) - 1, x >= lo && x <= hi)";
    let sides = [Side::Place(out, DType::I32), Side::Place(x, dtype), edge(0), edge(n - 1)];
    expression(op, text, &["k", "x", "lo", "hi"], &sides, &[n as f64 - 1.0], out, DType::I32)
}

/// How often each of the dense bins of `out` is named among `places`, int32 or int64, dense; others are left out.
pub fn counts(op: &'static str, places: Place, out: Place) -> Result<()> {
    let bins = out.numel();
    let memory = places.memory.beside(bins * 4)?;
    let shape = [bins];
    let words = Place { memory: &memory, dtype: DType::U32, offset: 0, shape: &shape, strides: &[1] };
    fill(words, Scalar::Int(0))?;
    let n = places.numel();
    // words that are added to by atomic operations: declared so for dtypes that share words
    let atomic = Place { dtype: DType::U8, ..words };
    Kernel::new(op).reads("places", places).writes("counts", atomic).variant(1 << 32).arg(n).arg(bins).run(
        grid(n.div_ceil(256)),
        || {
            let at = convert("get_places(i)", places.dtype, DType::I32);
            format!(
                "{NUMBER}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let i = group_number(wg) * 256u + t;
    if (i >= arg(0u)) {{ return; }}
    let at = {at};
    if (at >= 0 && u32(at) < arg(1u)) {{ atomicAdd(&m_counts[first_counts() / 4u + u32(at)], 1u); }}
}}
"
            )
        },
    )?;
    copy(out, words)
}

/// The sum of the dense `weights` of each bin.
pub fn sums(op: &'static str, places: Place, weights: Place, out: Place) -> Result<()> {
    let acc = wide(op, out.dtype)?;
    let (n, bins) = (places.numel(), out.numel());
    Kernel::new(op)
        .reads("places", places)
        .reads("weights", weights)
        .writes("out", out)
        .variant(2 << 32)
        .arg(n)
        .arg(bins)
        .run(grid(bins), || {
            let at = convert("get_places(i)", places.dtype, DType::I32);
            let weight = convert("get_weights(i)", weights.dtype, acc);
            let t = value(acc);
            format!(
                "{NUMBER}
var<workgroup> sums: array<{t}, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let bin = group_number(wg);
    var s = {t}();
    for (var i = t; i < arg(0u); i += 256u) {{
        if ({at} == i32(bin)) {{ s += {weight}; }}
    }}
    sums[t] = s;
    workgroupBarrier();
    for (var h = 128u; h > 0u; h = h >> 1u) {{
        if (t < h) {{ sums[t] += sums[t + h]; }}
        workgroupBarrier();
    }}
    if (t == 0u && bin < arg(1u)) {{ put_out(bin, {}); }}
}}
",
                convert("sums[0]", acc, out.dtype)
            )
        })
}
