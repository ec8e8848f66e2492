//! Products of any dtype, read element by element: plain tiles of 16 by 16 for integers, float64 and complex numbers, and
//! what is too small for tiles: short sums by one invocation each, long ones by a workgroup each.

use super::problem::{Product, arithmetic};
use crate::error::Result;
use crate::kernels::gpu::machine::grid;
use crate::kernels::gpu::machine::launch::NUMBER;

const TEXT: &str = "
var<workgroup> s_a: array<array<V, 17>, 16>;
var<workgroup> s_b: array<array<V, 17>, 16>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let m = arg(0u);
    let n = arg(1u);
    let k = arg(2u);
    let number = group_number(wg);
    let z = number / (arg(4u) * arg(5u));
    if (z >= arg(6u)) { return; }
    begin(z);
    let within = number - z * arg(4u) * arg(5u);
    let down = within / arg(5u);
    let across = within - down * arg(5u);
    let x = t & 15u;
    let y = t >> 4u;
    let row = down * 16u + y;
    let column = across * 16u + x;
    var sum = zero_v();
    for (var k0 = 0u; k0 < k; k0 += 16u) {
        s_a[y][x] = zero_v();
        s_b[y][x] = zero_v();
        if (row < m && k0 + x < k) { s_a[y][x] = a1(row, k0 + x); }
        if (column < n && k0 + y < k) { s_b[y][x] = b1(column, k0 + y); }
        workgroupBarrier();
        for (var i = 0u; i < 16u; i++) { sum = mac(sum, s_a[y][i], s_b[i][x]); }
        workgroupBarrier();
    }
    if (row < m && column < n) { emit1(row, column, sum); }
}
";

/// Runs a product whose sides are read element by element.
pub fn run(p: &Product) -> Result<()> {
    let (down, across) = (p.m.div_ceil(16), p.n.div_ceil(16));
    let args = [p.m, p.n, p.k, 0, down, across, p.batch, 1];
    let kernel = p.by(2, args, None);
    kernel.run(grid(down * across * p.batch), || [NUMBER, &arithmetic(p.dtype), &(p.text)(), TEXT].concat())
}

const RESULT: &str = "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let n = arg(1u);
    let i = group_number(wg) * 256u + t;
    let line = i / n;
    let z = line / arg(0u);
    if (z >= arg(6u)) { return; }
    begin(z);
    let row = line - z * arg(0u);
    let column = i - line * n;
    var sum = zero_v();
    for (var k = 0u; k < arg(2u); k++) { sum = mac(sum, a1(row, k), b1(column, k)); }
    emit1(row, column, sum);
}
";

/// Runs a product with few rows or columns and short sums: an invocation for each result.
pub fn run_by_results(p: &Product) -> Result<()> {
    let kernel = p.by(5, [p.m, p.n, p.k, 0, 0, 0, p.batch, 1], None);
    kernel.run(grid((p.m * p.n * p.batch).div_ceil(256)), || {
        [NUMBER, &arithmetic(p.dtype), &(p.text)(), RESULT].concat()
    })
}

const GROUP: &str = "
var<workgroup> sums: array<V, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let n = arg(1u);
    let i = group_number(wg);
    let line = i / n;
    let z = line / arg(0u);
    if (z >= arg(6u)) { return; }
    begin(z);
    let row = line - z * arg(0u);
    let column = i - line * n;
    var sum = zero_v();
    for (var k = t; k < arg(2u); k += 256u) { sum = mac(sum, a1(row, k), b1(column, k)); }
    sums[t] = sum;
    workgroupBarrier();
    for (var half = 128u; half > 0u; half /= 2u) {
        if (t < half) { sums[t] = sums[t] + sums[t + half]; }
        workgroupBarrier();
    }
    if (t == 0u) { emit1(row, column, sums[0]); }
}
";

/// Runs a product with few results and long sums: a workgroup for each result.
pub fn run_by_groups(p: &Product) -> Result<()> {
    let kernel = p.by(6, [p.m, p.n, p.k, 0, 0, 0, p.batch, 1], None);
    kernel.run(grid(p.m * p.n * p.batch), || [NUMBER, &arithmetic(p.dtype), &(p.text)(), GROUP].concat())
}
