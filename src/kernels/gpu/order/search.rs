//! Places of values among sorted ones.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::elementwise::computed;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::convert;
use crate::kernels::gpu::machine::{Elements, Place};

/// How many of the `n` sorted elements (of one row for all, or of a row of `m` values each) lie before each value, all dense;
/// `sorter` is the order of the boundaries, whose places are clamped to theirs.
pub fn search(
    op: &'static str,
    common: DType,
    sorted: Place,
    sorter: Option<Place>,
    values: Place,
    (n, m): (usize, usize),
    right: bool,
    out: Place,
) -> Result<()> {
    let dtype = computed(op, common)?;
    let shared = sorted.shape.len() == 1;
    let elements = Elements::of(&out);
    let mut kernel = elements.kernel(op, out).reads("sorted", sorted).reads("values", values);
    if let Some(s) = sorter {
        kernel = kernel.reads("sorter", s);
    }
    kernel
        .variant(
            dtype as u64
                | (shared as u64) << 16
                | (right as u64) << 17
                | (sorter.is_some() as u64) << 18
                | (elements.lanes as u64) << 20,
        )
        .arg(n)
        .arg(m.max(1))
        .run(elements.groups(), || {
            let base = if shared { "0u" } else { "i / arg(3u) * arg(2u)" };
            let at = match sorter {
                Some(_) => "u32(clamp(get_sorter(base + k), 0li, i64(arg(2u)) - 1li))",
                None => "k",
            };
            // a nan on either side counts as passed
            let passed = if right { "!(x > v)" } else { "!(x >= v)" };
            format!(
                "{NUMBER}
fn element(i: u32) -> T_out {{
    let base = {base};
    let v = {};
    var lo = 0u;
    var hi = arg(2u);
    for (var s = 0u; s < 33u; s++) {{
        if (lo >= hi) {{ break; }}
        let k = (lo + hi) >> 1u;
        let x = {};
        if ({passed}) {{ lo = k + 1u; }} else {{ hi = k; }}
    }}
    return {};
}}
{}",
                convert("get_values(i)", values.dtype, dtype),
                convert(&format!("get_sorted(base + {at})"), sorted.dtype, dtype),
                convert("lo", DType::U32, out.dtype),
                elements.main(out.dtype, "i")
            )
        })
}
