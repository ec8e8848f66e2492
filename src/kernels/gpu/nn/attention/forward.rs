//! The result of attention: softmax by a running maximum, as one key tile follows the other (Milakov and Gimelshein, 2018;
//! Dao et al., 2022).

use super::rows::{SHARED, dots, read4, registers, score, spread, store};
use super::{Heads, Shape};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::ensure_single;
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// Numbers of all kernels of attention.
pub(super) const NAMES: &str = "
fn QUERIES() -> u32 { return arg(0u); }
fn KEYS() -> u32 { return arg(1u); }
fn DEPTH() -> u32 { return arg(2u); }
fn WIDTH() -> u32 { return arg(3u); }
fn GROUP() -> u32 { return arg(4u); }
fn HEADS() -> u32 { return arg(5u); }
fn SCALE() -> f32 { return argf(6u); }
";

/// Sizes as numbers, and the variant of the text.
pub(super) fn sized<'a>(
    name: &'static str,
    s: &Shape,
    q: &Place,
    k: &Place,
    v: &Place,
    mask: Option<Place>,
) -> Kernel<'a> {
    let n = q.shape.len();
    let heads: usize = q.shape[..n - 2].iter().product();
    let (depth, width) = (q.shape[n - 1], v.shape[n - 1]);
    Kernel::new(name)
        .variant((depth as u64) << 32 | width as u64)
        .variant((s.causal as u64) << 1 | mask.is_some() as u64)
        .arg(q.shape[n - 2])
        .arg(k.shape[n - 2])
        .arg(depth)
        .arg(width)
        .arg(s.group)
        .arg(heads)
        .float(s.scale)
}

const HEAD: &str = "
var<workgroup> s_max: array<f32, 256>;
var<workgroup> s_row: array<f32, 32>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let number = group_number(wg);
    let blocks = (QUERIES() + 31u) / 32u;
    let z = number / blocks;
    if (z >= HEADS()) { return; }
    let q0 = (number - z * blocks) * 32u;
    let tx = t & 15u;
    let ty = t >> 4u;
    let q_of = q_head(z);
    let k_of = k_head(z / GROUP());
    let v_of = v_head(z / GROUP());
    let out_of = out_head(z);
    let lse_of = lse_head(z);
    MASK_OF
    let line = t >> 3u;
    let lane = t & 7u;
    var top = neg_inf();
    var sum = 0.0;
";

const WEIGHTS: &str = "
        let s = dots_q_k(t, q_of, q0, k_of, k0);
        let r = q0 + ty * 2u;
        let c = k0 + tx;
        keep_score(ty, tx, vec4<f32>(score(mask_of, r, c, s.x), score(mask_of, r, c + 16u, s.y),
            score(mask_of, r + 1u, c, s.z), score(mask_of, r + 1u, c + 16u, s.w)));
        workgroupBarrier();
        let own = s_p[line * 9u + lane];
        s_max[t] = max(max(own.x, own.y), max(own.z, own.w));
        workgroupBarrier();
        var high = top;
        for (var i = 0u; i < 8u; i++) { high = max(high, s_max[line * 8u + i]); }
        // a query that has seen no key yet has nothing to keep
        let blind = high == neg_inf();
        let keep = select(exp(top - high), 0.0, top == neg_inf());
        let p = select(exp(own - vec4<f32>(high)), vec4<f32>(), blind);
        s_p[line * 9u + lane] = p;
        sum = fma(sum, keep, (p.x + p.y) + (p.z + p.w));
        top = high;
        if (lane == 0u) { s_row[line] = keep; }
        workgroupBarrier();
        let keep0 = s_row[ty * 2u];
        let keep1 = s_row[ty * 2u + 1u];
";

const TOTAL: &str = "
    s_max[t] = sum;
    workgroupBarrier();
    if (lane == 0u) {
        var total = 0.0;
        for (var i = 0u; i < 8u; i++) { total += s_max[t + i]; }
        let blind = top == neg_inf();
        s_row[line] = select(1.0 / total, 0.0, blind);
        if (q0 + line < QUERIES()) { put_lse(lse_at(lse_of, q0 + line, 0u), select(top + log(total), -neg_inf(), blind)); }
    }
    workgroupBarrier();
    let f0 = s_row[ty * 2u];
    let f1 = s_row[ty * 2u + 1u];
";

/// `out = softmax(scale q k^T + mask) v`, and in `lse` (heads.., queries, 1) the logarithm of each query's sum.
pub fn forward(
    name: &'static str,
    s: &Shape,
    q: Place,
    k: Place,
    v: Place,
    mask: Option<Place>,
    out: Place,
    lse: Place,
) -> Result<()> {
    ensure_single(name, q.dtype)?;
    let n = q.shape.len();
    let heads: usize = q.shape[..n - 2].iter().product();
    let width = v.shape[n - 1];
    let kernel = sized(name, s, &q, &k, &v, mask);
    let mut all = Heads::new(kernel).add("q", q, false).add("k", k, false).add("v", v, false);
    if let Some(mask) = mask {
        all = all.add("mask", mask, false);
    }
    let Heads { kernel, all } = all.add("out", out, true).add("lse", lse, true);
    kernel.run(grid(heads * q.shape[n - 2].div_ceil(32)), || {
        let kind = mask.map(|m| m.dtype == DType::Bool);
        let end = if s.causal { "min(KEYS(), q0 + 32u)" } else { "KEYS()" };
        let of = if mask.is_some() { "let mask_of = mask_head(z);" } else { "let mask_of = 0u;" };
        let scale: String = (0..width.div_ceil(64))
            .map(|c| format!("        o0_{c} *= keep0;\n        o1_{c} *= keep1;\n"))
            .collect();
        [
            NUMBER,
            NAMES,
            &Heads::text(&all),
            SHARED,
            &read4("q", "QUERIES()", "DEPTH()"),
            &read4("k", "KEYS()", "DEPTH()"),
            &read4("v", "KEYS()", "WIDTH()"),
            &dots("q", "k", "DEPTH()"),
            &score(s.causal, kind),
            &HEAD.replace("MASK_OF", of),
            &registers("o", width),
            &format!("    let end = {end};\n    for (var k0 = 0u; k0 < end; k0 += 32u) {{\n"),
            WEIGHTS,
            &scale,
            &spread("o", "v", "v_of", "k0", width),
            "    }\n",
            TOTAL,
            &store("o", "out", "out_of", "q0", "QUERIES()", "WIDTH()", width, ["f0", "f1"]),
            "}\n",
        ]
        .concat()
    })
}
