//! Copies between layouts, with conversion where the dtypes differ, and fills.

use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::gpu::elementwise::{Side, computed, expression};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::machine::operand::raw;

/// Elements as the bits they are: of the same size, and with the offset counted in it.
fn bits<'a>(p: Place<'a>) -> Place<'a> {
    Place { dtype: raw(p.dtype), ..p }
}

/// `dst = src`, which broadcasts to it.
pub fn copy(dst: Place, src: Place) -> Result<()> {
    if dst.dtype == src.dtype && dst.dtype != DType::C128 {
        let (dst, src) = (bits(dst), bits(src));
        return expression("copy", "x", &["x"], &[Side::Place(src, dst.dtype)], &[], dst, dst.dtype);
    }
    // a bool is what is not zero; all else goes through the dtype it is computed in
    let through = match (src.dtype, dst.dtype) {
        (s, DType::Bool) => computed("copy", s)?,
        (s, d) if s.is_complex() && !d.is_complex() => DType::F32,
        (s, d) if s.is_float() && d.is_integral() => {
            if s == DType::F64 {
                DType::F64
            } else {
                DType::F32
            }
        }
        (_, d) => computed("copy", d)?,
    };
    expression("copy", "x", &["x"], &[Side::Place(src, through)], &[], dst, through)
}

/// Every element becomes `value`.
pub fn fill(dst: Place, value: Scalar) -> Result<()> {
    if value.is_zero() && !value.to_f64().is_sign_negative() && dst.dtype != DType::C128 {
        let dst = bits(dst);
        return expression(
            "fill",
            "x",
            &["x"],
            &[Side::Number(Scalar::Int(0), dst.dtype)],
            &[],
            dst,
            dst.dtype,
        );
    }
    let through = computed("fill", dst.dtype)?;
    expression("fill", "x", &["x"], &[Side::Number(value, through)], &[], dst, through)
}
