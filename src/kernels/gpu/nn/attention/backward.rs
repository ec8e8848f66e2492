//! The gradients of attention: scores and weights are made again, once for queries and once for keys and values, so that every
//! gradient has one owner.

use super::forward::{NAMES, sized};
use super::rows::{SHARED, dots, read4, registers, score, spread, store};
use super::{Heads, Shape};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::{Kernel, Place, Scratch, grid};

const ROWS: &str = "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    let z = i / arg(0u);
    if (z >= arg(2u)) { return; }
    let r = i - z * arg(0u);
    let g_of = g_head(z);
    let y_of = y_head(z);
    var sum = 0.0;
    for (var c = 0u; c < arg(1u); c++) { sum = fma(get_g(g_at(g_of, r, c)), get_y(y_at(y_of, r, c)), sum); }
    put_dots(i, sum);
}
";

const HEAD: &str = "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let number = group_number(wg);
    let blocks = (ROWS + 31u) / 32u;
    let own = number / blocks;
    if (own >= HEADS() / GROUPS) { return; }
    let r0 = (number - own * blocks) * 32u;
    let tx = t & 15u;
    let ty = t >> 4u;
";

/// The gradient of a score: weight `p` from score `s` and the row's logarithm, times what arrives past the weight.
const SLOPE: &str = "
fn weight(z: u32, r: u32, s: f32) -> f32 {
    if (r >= QUERIES()) { return 0.0; }
    return exp(s - get_lse(lse_at(lse_head(z), r, 0u)));
}
fn arriving(z: u32, r: u32, d: f32) -> f32 {
    if (r >= QUERIES()) { return 0.0; }
    return (d - get_dots(z * QUERIES() + r)) * SCALE();
}
";

const FOR_QUERIES: &str = "
    let z = own;
    let q_of = q_head(z);
    let k_of = k_head(z / GROUP());
    let v_of = v_head(z / GROUP());
    let g_of = g_head(z);
    MASK_OF
    for (var k0 = 0u; k0 < END; k0 += 32u) {
        let s = dots_q_k(t, q_of, r0, k_of, k0);
        let d = dots_g_v(t, g_of, r0, v_of, k0);
        let r = r0 + ty * 2u;
        let c = k0 + tx;
        let p = vec4<f32>(weight(z, r, score(mask_of, r, c, s.x)), weight(z, r, score(mask_of, r, c + 16u, s.y)),
            weight(z, r + 1u, score(mask_of, r + 1u, c, s.z)), weight(z, r + 1u, score(mask_of, r + 1u, c + 16u, s.w)));
        workgroupBarrier();
        keep_score(ty, tx, p * vec4<f32>(arriving(z, r, d.x), arriving(z, r, d.y), arriving(z, r + 1u, d.z), arriving(z, r + 1u, d.w)));
";

const FOR_KEYS: &str = "
    let k_of = k_head(own);
    let v_of = v_head(own);
    for (var member = 0u; member < GROUP(); member++) {
    let z = own * GROUP() + member;
    let q_of = q_head(z);
    let g_of = g_head(z);
    MASK_OF
    for (var q0 = BEGIN; q0 < QUERIES(); q0 += 32u) {
        let s = dots_k_q(t, k_of, r0, q_of, q0);
        let d = dots_v_g(t, v_of, r0, g_of, q0);
        let c = r0 + ty * 2u;
        let r = q0 + tx;
        let p = vec4<f32>(weight(z, r, score(mask_of, r, c, s.x)), weight(z, r + 16u, score(mask_of, r + 16u, c, s.y)),
            weight(z, r, score(mask_of, r, c + 1u, s.z)), weight(z, r + 16u, score(mask_of, r + 16u, c + 1u, s.w)));
        workgroupBarrier();
        keep_score(ty, tx, p);
";

const AND_SCORES: &str = "
        keep_score(ty, tx, p * vec4<f32>(arriving(z, r, d.x), arriving(z, r + 16u, d.y), arriving(z, r, d.z), arriving(z, r + 16u, d.w)));
";

/// The gradients `d` for query, key and value from `g`, that of the result `y`.
pub fn backward(
    s: &Shape,
    [q, k, v]: [Place; 3],
    mask: Option<Place>,
    g: Place,
    y: Place,
    lse: Place,
    [dq, dk, dv]: [Place; 3],
) -> Result<()> {
    let n = q.shape.len();
    let heads: usize = q.shape[..n - 2].iter().product();
    let (queries, keys, depth, width) = (q.shape[n - 2], k.shape[n - 2], q.shape[n - 1], v.shape[n - 1]);
    let dots_of = Scratch::beside(&q, heads * queries, DType::F32)?;
    let kernel = Kernel::new("attention_dots").arg(queries).arg(width).arg(heads);
    let Heads { kernel, all } = Heads::new(kernel).add("g", g, false).add("y", y, false);
    kernel
        .writes("dots", dots_of.place())
        .run(grid((heads * queries).div_ceil(256)), || [NUMBER, &Heads::text(&all), ROWS].concat())?;

    let kind = mask.map(|m| m.dtype == DType::Bool);
    let of = if mask.is_some() { "let mask_of = mask_head(z);" } else { "let mask_of = 0u;" };
    let reads = |name: &'static str| {
        let kernel = sized(name, s, &q, &k, &v, mask);
        let mut all = Heads::new(kernel).add("q", q, false).add("k", k, false).add("v", v, false);
        if let Some(mask) = mask {
            all = all.add("mask", mask, false);
        }
        let mut all = all.add("g", g, false).add("lse", lse, false);
        all.kernel = all.kernel.reads("dots", dots_of.place());
        all
    };
    let common = |all: &[(&'static str, usize, usize)], rows: &str, groups: &str| {
        [
            NUMBER,
            NAMES,
            &Heads::text(all),
            SHARED,
            &read4("q", "QUERIES()", "DEPTH()"),
            &read4("k", "KEYS()", "DEPTH()"),
            &read4("v", "KEYS()", "WIDTH()"),
            &read4("g", "QUERIES()", "WIDTH()"),
            &score(s.causal, kind),
            SLOPE,
            &HEAD.replace("ROWS", rows).replace("GROUPS", groups),
        ]
        .concat()
    };
    let Heads { kernel, all } = reads("attention_queries").add("dq", dq, true);
    kernel.run(grid(heads * queries.div_ceil(32)), || {
        let end = if s.causal { "min(KEYS(), r0 + 32u)" } else { "KEYS()" };
        [
            &dots("q", "k", "DEPTH()"),
            &dots("g", "v", "WIDTH()"),
            &common(&all, "QUERIES()", "1u"),
            registers("o", depth).as_str(),
            &FOR_QUERIES.replace("MASK_OF", of).replace("END", end),
            &spread("o", "k", "k_of", "k0", depth),
            "    }\n    let dq_of = dq_head(own);\n",
            &store("o", "dq", "dq_of", "r0", "QUERIES()", "DEPTH()", depth, ["1.0", "1.0"]),
            "}\n",
        ]
        .concat()
    })?;
    let Heads { kernel, all } = reads("attention_keys").add("dk", dk, true).add("dv", dv, true);
    kernel.run(grid(heads / s.group * keys.div_ceil(32)), || {
        let begin = if s.causal { "r0" } else { "0u" };
        [
            &dots("k", "q", "DEPTH()"),
            &dots("v", "g", "WIDTH()"),
            &common(&all, "KEYS()", "GROUP()"),
            registers("o", depth).as_str(),
            &registers("e", width),
            &FOR_KEYS.replace("MASK_OF", of).replace("BEGIN", begin),
            &spread("e", "g", "g_of", "q0", width),
            AND_SCORES,
            &spread("o", "q", "q_of", "q0", depth),
            "    }\n    }\n    let dk_of = dk_head(own);\n    let dv_of = dv_head(own);\n",
            &store("o", "dk", "dk_of", "r0", "KEYS()", "DEPTH()", depth, ["1.0", "1.0"]),
            &store("e", "dv", "dv_of", "r0", "KEYS()", "WIDTH()", width, ["1.0", "1.0"]),
            "}\n",
        ]
        .concat()
    })
}
