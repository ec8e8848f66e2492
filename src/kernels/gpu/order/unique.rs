//! Equal rows found as neighbours in order. Elements are rows of one.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::{Elements, Kernel, Place, grid};

/// Dense rows of `n` elements, in an order (int64 positions, dense).
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub x: Place<'a>,
    pub order: Place<'a>,
    pub m: usize,
    pub n: usize,
}

/// The order of rows by their first elements that differ, then by position: every row counts those before it.
pub fn row_order(op: &'static str, rows: Rows) -> Result<()> {
    let Rows { x, order, m, n } = rows;
    Kernel::new(op).reads("x", x).writes("order", order).variant(1 << 40).arg(m).arg(n).run(
        grid(m.div_ceil(256)),
        || {
            format!(
                "{NUMBER}
fn less(a: T_x, b: T_x) -> bool {{ return {}; }}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let m = arg(0u);
    let n = arg(1u);
    let own = group_number(wg) * 256u + t;
    if (own >= m) {{ return; }}
    var rank = 0u;
    for (var r = 0u; r < m; r++) {{
        var before = r < own;
        for (var c = 0u; c < n; c++) {{
            let a = get_x(r * n + c);
            let b = get_x(own * n + c);
            if (less(a, b)) {{ before = true; break; }}
            if (less(b, a)) {{ before = false; break; }}
        }}
        rank += select(0u, 1u, before);
    }}
    put_order(rank, i64(own));
}}
",
                if x.dtype == DType::Bool { "!a && b" } else { "a < b" }
            )
        },
    )
}

/// 1 for every row in order that differs from the one before it, else 0; a nan differs from all.
pub fn starts(op: &'static str, rows: Rows, out: Place) -> Result<()> {
    let elements = Elements::of(&out);
    let kernel = elements.kernel(op, out).reads("x", rows.x).reads("order", rows.order).variant(2 << 40);
    kernel.arg(rows.n).run(elements.groups(), || {
        format!(
            "{NUMBER}
fn element(i: u32) -> T_out {{
    if (i == 0u) {{ return T_out(0); }}
    let a = u32(get_order(i - 1u));
    let b = u32(get_order(i));
    for (var c = 0u; c < arg(2u); c++) {{
        if (!(get_x(a * arg(2u) + c) == get_x(b * arg(2u) + c))) {{ return T_out(1); }}
    }}
    return T_out(0);
}}
{}",
            elements.main(out.dtype, "i")
        )
    })
}

/// From the group of each row in order: where each group begins, and each row's own group. All int64, dense.
pub fn groups(op: &'static str, rows: Rows, group: Place, first: Place, inverse: Place) -> Result<()> {
    Kernel::new(op)
        .reads("order", rows.order)
        .reads("group", group)
        .writes("first", first)
        .writes("inverse", inverse)
        .variant(3 << 40)
        .arg(rows.m)
        .run(grid(rows.m.div_ceil(256)), || {
            format!(
                "{NUMBER}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let i = group_number(wg) * 256u + t;
    if (i >= arg(0u)) {{ return; }}
    let g = get_group(i);
    put_inverse(u32(get_order(i)), g);
    if (i == 0u || get_group(max(i, 1u) - 1u) != g) {{ put_first(u32(g), i64(i)); }}
}}
"
            )
        })
}

/// The first row of each group.
pub fn values(op: &'static str, rows: Rows, first: Place, out: Place) -> Result<()> {
    let elements = Elements::of(&out);
    let kernel = elements.kernel(op, out).reads("x", rows.x).reads("order", rows.order).reads("first", first);
    kernel.variant(4 << 40).arg(rows.n).run(elements.groups(), || {
        format!(
            "{NUMBER}
fn element(i: u32) -> T_out {{
    let g = i / arg(2u);
    return get_x(u32(get_order(u32(get_first(g)))) * arg(2u) + i - g * arg(2u));
}}
{}",
            elements.main(out.dtype, "i")
        )
    })
}

/// How many rows each group has.
pub fn counts(op: &'static str, rows: Rows, first: Place, out: Place) -> Result<()> {
    let elements = Elements::of(&out);
    let kernel = elements.kernel(op, out).reads("first", first).variant(5 << 40);
    kernel.arg(out.numel()).arg(rows.m).run(elements.groups(), || {
        format!(
            "{NUMBER}
fn element(i: u32) -> T_out {{
    let next = min(i + 1u, arg(2u) - 1u);
    return select(get_first(next), i64(arg(3u)), i + 1u == arg(2u)) - get_first(i);
}}
{}",
            elements.main(out.dtype, "i")
        )
    })
}
