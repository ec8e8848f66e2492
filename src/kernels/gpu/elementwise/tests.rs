//! The texts of elementwise shaders: that they are valid WGSL, for every pair of dtypes.

use super::body;
use crate::base::DType;
use crate::kernels::gpu::machine::Elements;
use crate::kernels::gpu::machine::check::validate;
use crate::kernels::gpu::machine::launch::source;

/// The text of a kernel over operands of one dtype, computed in another.
pub fn text_of(
    expression: &str,
    names: &[&'static str],
    stored: DType,
    taken: DType,
    written: DType,
    out: DType,
    rank: usize,
) -> String {
    let sides = vec![(Some(stored), taken); names.len()];
    let kinds = vec![if rank == 0 { 1 } else { 0 }; names.len() + 1];
    let lanes = if rank == 0 { crate::kernels::gpu::machine::operand::lanes(out) } else { 1 };
    let text = body(expression, names, &sides, 4, &kinds, rank, 20, Some(Elements::by(lanes)), written, out);
    let slots = ["s0", "s1", "s2", "s3"];
    let mut operands = vec![("out", out, true)];
    operands.extend(slots.iter().take(names.len()).map(|s| (*s, stored, false)));
    source(256, &operands, &text)
}

#[test]
fn the_library_is_valid_as_a_whole() {
    validate(
        "math.wgsl",
        &format!("{}\n@compute @workgroup_size(1) fn main() {{}}", include_str!("math.wgsl")),
    );
}

#[test]
fn every_pair_of_dtypes_can_be_copied() {
    use DType::*;
    for from in [Bool, U8, I8, I16, I32, I64, F16, BF16, F32, C64] {
        for to in [Bool, U8, I8, I16, I32, I64, F16, BF16, F32, C64] {
            let through = match (from, to) {
                (s, Bool) => super::computed("copy", s).unwrap(),
                (s, d) if s.is_complex() && !d.is_complex() => F32,
                (s, d) if s.is_float() && d.is_integral() => F32,
                (_, d) => super::computed("copy", d).unwrap(),
            };
            for rank in [0, 1, 3] {
                validate(
                    &format!("{from:?} to {to:?}"),
                    &text_of("x", &["x"], from, through, through, to, rank),
                );
            }
        }
    }
}
