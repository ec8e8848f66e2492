//! One element out of each line: by its rank, the median, the most frequent one; out of the sorted line.

use super::sort::{Lines, sort};
use crate::base::{DType, Dims};
use crate::error::Result;
use crate::kernels::gpu::elementwise::{computed, library};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::convert;
use crate::kernels::gpu::machine::walk::places;
use crate::kernels::gpu::machine::{Kernel, Place, grid};
use smallvec::smallvec;

#[derive(Clone, Copy, Debug)]
pub enum Pick {
    Place(usize),
    Median,
    NanMedian,
    Mode,
}

/// The picked value of each line of `x`, and its position; both are given with the axis, of size 1.
pub fn pick(op: &'static str, what: Pick, x: Place, axis: usize, values: Place, at: Place) -> Result<()> {
    let dtype = computed(op, x.dtype)?;
    let numel = x.numel();
    if numel == 0 || values.numel() == 0 {
        return Ok(());
    }
    let memory = x.memory.beside(numel * 4)?;
    let mut strides: Dims = smallvec![1; x.shape.len()];
    for i in (1..x.shape.len()).rev() {
        strides[i - 1] = strides[i] * x.shape[i];
    }
    let order = Place { memory: &memory, dtype: DType::U32, offset: 0, shape: x.shape, strides: &strides };
    let n = x.shape.get(axis).copied().unwrap_or(1);
    sort(op, x, axis, false, n, None, order)?;
    let lines = Lines::of(&[&x, &order, &values, &at], axis);
    let (form, rank) = match what {
        Pick::Place(k) => (0, k),
        Pick::Median => (1, 0),
        Pick::NanMedian => (2, 0),
        Pick::Mode => (3, 0),
    };
    Kernel::new(op)
        .reads("x", x)
        .reads("order", order)
        .writes("values", values)
        .writes("at", at)
        .variant(1 << 40 | form << 16 | (lines.outer.rank() as u64) << 8 | dtype as u64)
        .arg(n)
        .arg(lines.lines)
        .arg(rank)
        .arg(0)
        .args(&lines.args())
        .run(grid(lines.lines.div_ceil(256)), || {
            let missing = if dtype == DType::F32 { "is_nan(value(p, k))" } else { "false" };
            let rank = match form {
                0 => "let k = arg(2u);",
                // the first nan where there is one
                1 => "let m = numbers(p, n); let k = select(m, (n - 1u) / 2u, m == n);",
                2 => "let m = numbers(p, n); let k = (max(m, 1u) - 1u) / 2u;",
                _ => {
                    "var k = 0u; var most = 0u; var run = 0u;
    for (var i = 0u; i < n; i++) {
        let before = max(i, 1u) - 1u;
        let same = i > 0u && (value(p, i) == value(p, before) || missing(p, i) && missing(p, before));
        run = select(1u, run + 1u, same);
        if (run > most) { most = run; k = i; }
    }"
                }
            };
            format!(
                "{NUMBER}{}{}
fn place_of(p: array<u32, 4>, k: u32) -> u32 {{ return get_order(p[1] + k * arg(5u)); }}
fn value(p: array<u32, 4>, k: u32) -> T_x {{ return get_x(p[0] + place_of(p, k) * arg(4u)); }}
fn missing(p: array<u32, 4>, k: u32) -> bool {{ return {missing}; }}
// how many of a sorted line are numbers: nan lie last
fn numbers(p: array<u32, 4>, n: u32) -> u32 {{
    var lo = 0u; var hi = n;
    for (var s = 0u; s < 32u; s++) {{
        if (lo >= hi) {{ break; }}
        let mid = (lo + hi) >> 1u;
        if (missing(p, mid)) {{ hi = mid; }} else {{ lo = mid + 1u; }}
    }}
    return lo;
}}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let line = group_number(wg) * 256u + t;
    let n = arg(0u);
    if (line >= arg(1u)) {{ return; }}
    let p = places(line);
    {rank}
    let found = place_of(p, k);
    put_values(p[2], get_x(p[0] + found * arg(4u)));
    put_at(p[3], {});
}}
",
                library::needed("is_nan"),
                places(lines.outer.rank(), 4, 8),
                convert("found", DType::U32, at.dtype)
            )
        })
}
