//! What the kinds of elementwise ops share where a graphics card computes them.

use crate::base::DType;
use crate::ops::elementwise::kind::Rule;

pub use crate::kernels::gpu::elementwise::{Side, expression, run};

/// (dtype the expression computes in, dtype of its value) for operands of a common dtype and a result of another. What the CPU
/// computes in double precision for want of a vector routine is computed in the result's own: cards have few units for
/// doubles, and WGSL no functions of them.
pub fn dtypes(rule: Rule, common: DType, out: DType) -> (DType, DType) {
    let (compute, _) = rule.resolve(common);
    let single = |d: DType| match d {
        DType::F16 | DType::BF16 => DType::F32,
        d => d,
    };
    let compute = match rule {
        Rule::Double => single(out),
        _ => single(compute),
    };
    let written = match rule {
        Rule::Compare | Rule::Logical => DType::Bool,
        Rule::Real | Rule::RealFloat => compute.to_real(),
        // bools are computed as 0 and 1
        _ if compute == DType::Bool => DType::U8,
        _ => compute,
    };
    (compute, written)
}

/// A row's expression: `wgsl!("x * x" int "x" bool "x" complex "..")`, or none.
macro_rules! wgsl {
    () => { $crate::kernels::gpu::elementwise::Wgsl::NONE };
    ($float:literal $(int $int:literal)? $(bool $bool:literal)? $(complex $complex:literal)?) => {
        $crate::kernels::gpu::elementwise::Wgsl::of(
            $float,
            $crate::ops::elementwise::kind::gpu::wgsl!(@ $($int)?),
            $crate::ops::elementwise::kind::gpu::wgsl!(@ $($bool)?),
            $crate::ops::elementwise::kind::gpu::wgsl!(@ $($complex)?),
        )
    };
    (@) => { None };
    (@ $text:literal) => { Some($text) };
}
pub(crate) use wgsl;
