//! What the parts hand one another: a product, said in functions of WGSL.

use crate::base::DType;
use crate::kernels::gpu::machine::operand::value;
use crate::kernels::gpu::machine::{Kernel, Place};

/// Which neighbours of a side lie next to one another in memory: that decides which of them one invocation loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Those along the axis that is summed over.
    Inner,
    /// Those along the axis that stays: rows of the left side, columns of the right one.
    Outer,
}

/// How a side is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub along: Along,
    /// Four neighbours are one load; there are a multiple of four of them.
    pub wide: bool,
}

/// `out[z] = a[z] b[z]` for `z < batch`: `m` rows, `n` columns, `k` products each.
///
/// `kernel` has the operands and the product's own numbers, those from number [`ARGS`] on; [`Product::kernel`] begins it.
/// `text` defines over them:
///
/// - `fn begin(z: u32)`, called before anything else;
/// - `fn a1(row: u32, k: u32) -> V`, or `a4(row, k) -> vec4<f32>` of a wide side: four from there on, along its neighbours;
///   `b1(column, k)` or `b4(column, k)` likewise;
/// - `fn emit1(row: u32, column: u32, v: V)`, which finishes and stores one result, or where `wide_out`
///   `emit4(row, column, v: vec4<f32>)`, four columns.
///
/// `V` is the WGSL type of `dtype`, see [`arithmetic`].
pub struct Product<'a> {
    pub kernel: Kernel<'a>,
    pub text: &'a dyn Fn() -> String,
    pub dtype: DType,
    pub batch: usize,
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: Side,
    pub b: Side,
    /// Results are stored four columns at a time; `n` is a multiple of four.
    pub wide_out: bool,
}

/// The first number that is the product's own; those before are the way's.
pub const ARGS: usize = 8;

impl<'a> Product<'a> {
    /// The kernel of a product before it has operands.
    pub fn kernel(name: &'static str) -> Kernel<'a> {
        Kernel::new(name).args(&[0; ARGS])
    }
    /// The kernel of one of the ways: `way` tells its shaders apart.
    pub(super) fn by(&self, way: u64, args: [usize; ARGS], part: Option<Place<'a>>) -> Kernel<'a> {
        let side = |s: Side| (s.along == Along::Outer) as u64 | (s.wide as u64) << 1;
        let flags =
            side(self.a) | side(self.b) << 2 | (self.wide_out as u64) << 4 | (part.is_some() as u64) << 5;
        let mut kernel = self.kernel.clone().variant(way << 8 | flags);
        for (k, v) in args.into_iter().enumerate() {
            kernel = kernel.set_arg(k, v);
        }
        match part {
            Some(part) => kernel.writes("part", part),
            None => kernel,
        }
    }
}

/// `V`, its zero `zero_v()`, `mul_v(a, b)` and `mac(c, a, b)`, which is `c + a b`.
pub fn arithmetic(dtype: DType) -> String {
    let v = value(dtype);
    let zero = crate::kernels::gpu::machine::operand::zero(dtype);
    let (mul, mac) = match dtype {
        DType::C64 => (
            "vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)",
            "vec2<f32>(fma(-a.y, b.y, fma(a.x, b.x, c.x)), fma(a.y, b.x, fma(a.x, b.y, c.y)))",
        ),
        DType::F16 | DType::BF16 | DType::F32 => ("a * b", "fma(a, b, c)"),
        _ => ("a * b", "a * b + c"),
    };
    format!(
        "alias V = {v};\nfn zero_v() -> V {{ return {zero}; }}\nfn mul_v(a: V, b: V) -> V {{ return {mul}; }}\n\
         fn mac(c: V, a: V, b: V) -> V {{ return {mac}; }}\n"
    )
}
