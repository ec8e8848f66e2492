//! Optimizer steps in one pass over memory, as on the CPU; the attributes are the CPU's.

use crate::error::Result;
use crate::kernels::cpu::optim::{Adam, Sgd};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// A loop over the elements of operands that lie alike and densely: `step` is what happens to element `i`.
fn each(step: &str) -> String {
    format!(
        "{NUMBER}
fn step(i: u32) {{ {step} }}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let first = group_number(wg) * 4u * WORKGROUP + t;
    for (var u = 0u; u < 4u; u++) {{
        let i = first + u * WORKGROUP;
        if (i < n) {{ step(i); }}
    }}
}}
"
    )
}

/// One step of a parameter; `m` is its momentum buffer, where there is one.
pub fn sgd(p: Place, g: Place, m: Option<Place>, n: usize, a: Sgd) -> Result<()> {
    let flags = [a.weight_decay != 0.0, m.is_some(), a.first, a.nesterov, a.maximize];
    let mix = flags.iter().fold(0, |mix, f| mix << 1 | *f as u64);
    let mut kernel = Kernel::new("sgd").writes("p", p).reads("g", g);
    if let Some(m) = m {
        kernel = kernel.writes("m", m);
    }
    kernel
        .variant(mix)
        .arg(n)
        .float(-a.lr)
        .float(a.weight_decay)
        .float(a.momentum)
        .float(1.0 - a.dampening)
        .run(grid(n.div_ceil(1024)), || {
            let mut step = String::from("let old = get_p(i); var d = get_g(i);");
            if a.maximize {
                step += " d = -d;";
            }
            if a.weight_decay != 0.0 {
                step += " d += old * argf(2u);";
            }
            if m.is_some() {
                step += match a.first {
                    true => " let b = d;",
                    false => " let b = get_m(i) * argf(3u) + d * argf(4u);",
                };
                step += " put_m(i, b);";
                step += if a.nesterov { " d = d + b * argf(3u);" } else { " d = b;" };
            }
            each(&(step + " put_p(i, old + d * argf(1u));"))
        })
}

/// One step of a parameter with its moments; `top` is the largest second moment, where it is kept.
pub fn adam(p: Place, g: Place, m: Place, v: Place, top: Option<Place>, n: usize, a: Adam) -> Result<()> {
    let flags = [a.weight_decay != 0.0, top.is_some(), a.decoupled, a.maximize];
    let mix = flags.iter().fold(0, |mix, f| mix << 1 | *f as u64);
    let mut kernel = Kernel::new("adam").writes("p", p).reads("g", g).writes("m", m).writes("v", v);
    if let Some(top) = top {
        kernel = kernel.writes("top", top);
    }
    kernel
        .variant(mix)
        .arg(n)
        .float(-(a.lr / (1.0 - a.beta1.powf(a.step))))
        .float((1.0 - a.beta2.powf(a.step)).sqrt())
        .float(1.0 - a.beta1)
        .float(a.beta2)
        .float(1.0 - a.beta2)
        .float(a.eps)
        .float(a.weight_decay)
        .float(1.0 - a.lr * a.weight_decay)
        .run(grid(n.div_ceil(1024)), || {
            let mut step = String::from("var x = get_p(i); var d = get_g(i);");
            if a.maximize {
                step += " d = -d;";
            }
            if a.weight_decay != 0.0 {
                step += if a.decoupled { " x *= argf(8u);" } else { " d += x * argf(7u);" };
            }
            step += " let old = get_m(i); let m = old + (d - old) * argf(3u); put_m(i, m);";
            step += " let v = get_v(i) * argf(4u) + d * d * argf(5u); put_v(i, v); var s = v;";
            if top.is_some() {
                step += " s = max(get_top(i), v); put_top(i, s);";
            }
            each(&(step + " put_p(i, x + m / (sqrt(s) / argf(2u) + argf(6u)) * argf(1u));"))
        })
}
