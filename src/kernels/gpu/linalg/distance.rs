//! Distances between rows, by tiles of 16 by 16 in shared memory: differences are summed, so that equal rows have the
//! distance 0.

use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::ensure_single;
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// What is added up for a difference `d`, and what becomes of the sum.
fn measure(p: f64) -> (&'static str, &'static str) {
    match p {
        // nan is a difference that stays one
        0.0 => ("sum + select(select(1.0, 0.0, d == 0.0), d, is_nan(d))", "sum"),
        1.0 => ("sum + abs(d)", "sum"),
        2.0 => ("fma(d, d, sum)", "sqrt(sum)"),
        f64::INFINITY => ("max(abs(d), sum)", "sum"),
        _ => (
            "sum + select(pow(abs(d), argf(0u)), 0.0, d == 0.0)",
            "select(pow(sum, 1.0 / argf(0u)), 0.0, sum == 0.0)",
        ),
    }
}

fn functions(p: f64) -> String {
    let (add, finish) = measure(p);
    crate::kernels::gpu::elementwise::library::needed(add)
        + &format!(
            "fn add(sum: f32, d: f32) -> f32 {{ return {add}; }}\nfn finish(sum: f32) -> f32 {{ return {finish}; }}\n"
        )
}

/// Shaders differ by the power where it has a form of its own.
fn kernel(name: &'static str, p: f64) -> Kernel<'static> {
    let own = [0.0, 1.0, 2.0, f64::INFINITY].iter().position(|q| *q == p).map_or(4, |i| i as u64);
    Kernel::new(name).variant(own).float(p)
}

const ALL: &str = "
var<workgroup> s_a: array<array<f32, 17>, 16>;
var<workgroup> s_b: array<array<f32, 17>, 16>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let p = arg(2u);
    let r = arg(3u);
    let m = arg(4u);
    let across = (r + 15u) / 16u;
    let down = (p + 15u) / 16u;
    let number = group_number(wg);
    let z = number / (down * across);
    if (z >= arg(1u)) { return; }
    let within = number - z * down * across;
    let x = t & 15u;
    let y = t >> 4u;
    let row = (within / across) * 16u + y;
    let column = (within % across) * 16u;
    var sum = 0.0;
    for (var k0 = 0u; k0 < m; k0 += 16u) {
        let k = k0 + x;
        s_a[y][x] = 0.0;
        s_b[y][x] = 0.0;
        if (row < p && k < m) { s_a[y][x] = get_a((z * p + row) * m + k); }
        if (column + y < r && k < m) { s_b[y][x] = get_b((z * r + column + y) * m + k); }
        workgroupBarrier();
        for (var i = 0u; i < min(16u, m - k0); i++) { sum = add(sum, s_a[y][i] - s_b[x][i]); }
        workgroupBarrier();
    }
    if (row < p && column + x < r) { put_out((z * p + row) * r + column + x, finish(sum)); }
}
";

/// Sizes of batch, rows of the first, rows of the second, columns.
pub type Sizes = (usize, usize, usize, usize);

fn sized<'a>(kernel: Kernel<'a>, s: Sizes) -> Kernel<'a> {
    kernel.arg(s.0).arg(s.1).arg(s.2).arg(s.3)
}

/// Distances of all rows of `a` to all rows of `b`, both dense.
pub fn cdist(s: Sizes, p: f64, a: Place, b: Place, out: Place) -> Result<()> {
    ensure_single("cdist", out.dtype)?;
    let kernel = sized(kernel("cdist", p), s).reads("a", a).reads("b", b).writes("out", out);
    kernel.run(grid(s.0 * s.1.div_ceil(16) * s.2.div_ceil(16)), || [NUMBER, &functions(p), ALL].concat())
}

const PAIRS: &str = "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let n = arg(2u);
    let m = arg(4u);
    let number = group_number(wg) * 256u + t;
    let i = number / n;
    let j = number - i * n;
    if (i >= n || j <= i) { return; }
    var sum = 0.0;
    for (var k = 0u; k < m; k++) { sum = add(sum, get_a(i * m + k) - get_a(j * m + k)); }
    put_out(i * n - i * (i + 1u) / 2u + j - i - 1u, finish(sum));
}
";

/// Distances of each of `n` rows of `m` elements to the later ones.
pub fn pdist(n: usize, m: usize, p: f64, a: Place, out: Place) -> Result<()> {
    ensure_single("pdist", out.dtype)?;
    let kernel = sized(kernel("pdist", p), (1, n, n, m)).reads("a", a).writes("out", out);
    kernel.run(grid((n * n).div_ceil(256)), || [NUMBER, &functions(p), PAIRS].concat())
}

const BACK: &str = "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let r = arg(3u);
    let m = arg(4u);
    let number = group_number(wg) * 256u + t;
    let line = number / m;
    let k = number - line * m;
    let z = line / arg(2u);
    if (z >= arg(1u)) { return; }
    let own = get_a(line * m + k);
    var sum = 0.0;
    for (var j = 0u; j < r; j++) {
        let d = own - get_b((z * r + j) * m + k);
        sum += TERM;
    }
    put_out(line * m + k, sum);
}
";

/// The gradient for the rows of `a` from that of the distances `y`, all dense; for the powers 1 and 2.
pub fn cdist_backward(s: Sizes, p: f64, g: Place, a: Place, b: Place, y: Place, out: Place) -> Result<()> {
    ensure_single("cdist_backward", out.dtype)?;
    let kernel = sized(kernel("cdist_backward", p), s).reads("g", g).reads("a", a).reads("b", b);
    let kernel = kernel.reads("y", y).writes("out", out);
    kernel.run(grid((s.0 * s.1 * s.3).div_ceil(256)), || {
        let term = match p {
            1.0 => "get_g(line * r + j) * sign(d)",
            _ => "select(get_g(line * r + j) * d / get_y(line * r + j), 0.0, get_y(line * r + j) == 0.0)",
        };
        [NUMBER, &BACK.replace("TERM", term)].concat()
    })
}
