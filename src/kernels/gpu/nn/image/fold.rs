//! Sliding blocks as columns, and columns added up into images: a pixel looks for the blocks that have it.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::nn::image::fold::Blocks;
use crate::kernels::gpu::elementwise::computed;
use crate::kernels::gpu::machine::operand::zero;
use crate::kernels::gpu::machine::{Pixels, Place};

const UNFOLD: &str = "
fn pixel(n: u32, k: u32, d: u32, h: u32, block: u32) -> T_out {
    let tap = k % (KH * KW);
    // what lies before the image wraps around and is beyond it
    let y = (block / OW) * SH + (tap / KW) * LH - PH;
    let x = (block % OW) * SW + (tap % KW) * LW - PW;
    if (y >= IH || x >= IW) { return ZERO; }
    return get_x(x_at(n, k / (KH * KW), 0u, y, x));
}
";

const FOLD: &str = "
fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {
    var sum = ZERO;
    for (var a = 0u; a < KH; a++) {
        let y = h + PH - a * LH;
        let i = y / SH;
        if (i * SH != y || i >= OH) { continue; }
        for (var b = 0u; b < KW; b++) {
            let x = w + PW - b * LW;
            let j = x / SW;
            if (j * SW != x || j >= OW) { continue; }
            sum = ADD(sum, get_x(x_at(n, (c * KH + a) * KW + b, 0u, 0u, i * OW + j)));
        }
    }
    return sum;
}
";

/// Blocks of images `x` (N, C, H, W) as columns `out` (N, C kernel, blocks), or `back`.
pub fn fold(name: &'static str, b: &Blocks, back: bool, x: Place, out: Place) -> Result<()> {
    computed(name, out.dtype)?;
    let (of_out, of_x) = if back { (2, 1) } else { (1, 2) };
    let mut p = Pixels::new(name, out, of_out).reads("x", x, of_x).with(|k| k.variant(back as u64));
    let at = p.next();
    const NAMES: [&str; 12] = ["IH", "IW", "OH", "OW", "KH", "KW", "SH", "SW", "PH", "PW", "LH", "LW"];
    for pair in [b.input, b.output, b.kernel, b.stride, b.padding, b.dilation] {
        p = p.with(|k| k.arg(pair[0]).arg(pair[1]));
    }
    p.run(|| {
        let mut text = if back { FOLD } else { UNFOLD }.replace("ZERO", zero(out.dtype));
        for (i, name) in NAMES.iter().enumerate() {
            text = text.replace(name, &format!("arg({}u)", at + i));
        }
        let add = if out.dtype == DType::Bool { "a || b" } else { "a + b" };
        text.replace("ADD(", "add(") + &format!("fn add(a: T_out, b: T_out) -> T_out {{ return {add}; }}\n")
    })
}
