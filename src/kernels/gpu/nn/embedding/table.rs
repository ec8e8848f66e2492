//! Rows scaled down to a norm. Looking up and adding up rows are `index::pick` and `machine::meet`.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::{Scratch, convert};
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// Rows that `keys` name with a norm above `most` are scaled to it, each once: by a workgroup for each key, of which the first
/// of its name alone works.
pub fn rows(table: Place, keys: &Scratch, most: f64, p: f64) -> Result<()> {
    let n = keys.numel();
    let (power, root) = match p {
        2.0 => ("v * v", "sqrt(s)"),
        p if p == f64::INFINITY => ("v", "s"),
        1.0 => ("v", "s"),
        _ => ("pow(v, argf(6u))", "pow(s, 1.0 / argf(6u))"),
    };
    let join = if p == f64::INFINITY { "max(s, v)" } else { "s + v" };
    // what is computed is a float32; float64 tables keep their dtype for the product alone
    let (up, down) = (convert("get_x(at)", table.dtype, DType::F32), convert("y", DType::F32, table.dtype));
    Kernel::new("embedding_renorm")
        .writes("x", table)
        .reads("keys", keys.place())
        .variant(if p == 2.0 {
            2
        } else if p == f64::INFINITY {
            3
        } else if p == 1.0 {
            1
        } else {
            0
        })
        .arg(n)
        .arg(table.shape[1])
        .arg(table.strides[0])
        .arg(table.strides[1])
        .float(most)
        .float(0.0)
        .float(p)
        .run(grid(n), || {
            NUMBER.to_string()
                + &format!(
                    "var<workgroup> sums: array<f32, 256>;
var<workgroup> seen: array<u32, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let k = group_number(wg);
    let last = arg(0u) - 1u;
    let key = get_keys(min(k, last));
    var before = 0u;
    for (var j = t; j < min(k, last); j += 256u) {{ if (get_keys(j) == key) {{ before = 1u; }} }}
    var s = 0.0;
    for (var j = t; j < arg(1u); j += 256u) {{
        let at = key * arg(2u) + j * arg(3u);
        var v = abs({up});
        v = {power};
        s = {join};
    }}
    sums[t] = s;
    seen[t] = before;
    for (var half = 128u; half > 0u; half = half / 2u) {{
        workgroupBarrier();
        if (t < half) {{
            let v = sums[t + half];
            s = sums[t];
            sums[t] = {join};
            seen[t] |= seen[t + half];
        }}
    }}
    workgroupBarrier();
    s = sums[0];
    let norm = {root};
    if (k <= last && seen[0] == 0u && norm > argf(4u)) {{
        let scale = argf(4u) / (norm + 1e-7);
        for (var j = t; j < arg(1u); j += 256u) {{
            let at = key * arg(2u) + j * arg(3u);
            let y = {up} * scale;
            put_x(at, {down});
        }}
    }}
}}
"
                )
        })
}
