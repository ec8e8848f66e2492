//! Copies between layouts, with conversion where the dtypes differ, and fills.

use crate::base::{DType, Scalar};
use crate::error::Result;
use crate::kernels::gpu::elementwise::{Side, computed, constant, expression};
use crate::kernels::gpu::machine::each::each;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::meet::{Combine, Meet};
use crate::kernels::gpu::machine::operand::{Scratch, convert, is_wide, raw, zero};
use crate::kernels::gpu::machine::walk::{Walk, places};
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// Elements as the bits they are: of the same size, and with the offset counted in it.
fn bits<'a>(p: Place<'a>) -> Place<'a> {
    Place { dtype: raw(p.dtype), ..p }
}

/// `dst = src`, which broadcasts to it.
pub fn copy(dst: Place, src: Place) -> Result<()> {
    if dst.dtype == src.dtype && dst.dtype != DType::C128 {
        // lines of float32 go by fours, as they are
        let line = |p: &Place| p.dtype == DType::F32 && p.is_contiguous() && is_wide(p);
        let lines = line(&dst) && line(&src) && dst.shape == src.shape;
        let (dst, src) = if lines { (dst, src) } else { (bits(dst), bits(src)) };
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

/// `dst` is the part of each matrix of `src` on one side of a diagonal, the upper one or the lower, zero elsewhere.
pub fn triangle(dst: Place, src: Place, upper: bool, diagonal: i64) -> Result<()> {
    let (dst, src) = (bits(dst), bits(src));
    let n = dst.shape.len();
    let (rows, columns) = (dst.shape[n - 2], dst.shape[n - 1]);
    let most = 1 << 30;
    let (kernel, each) = each("triangle", dst, &[src.strides]);
    let at = kernel.count_args();
    let kernel = kernel
        .reads("x", src)
        .variant(upper as u64)
        .arg(rows)
        .arg(columns)
        .args(&[diagonal.clamp(-most, most) as i32 as u32]);
    let (side, zero) = (if upper { "column - row >= d" } else { "column - row <= d" }, zero(dst.dtype));
    each.run(kernel, || {
        format!(
            "fn element(i: u32, p: array<u32, 2>) -> T_out {{
    let line = i / arg({}u);
    let column = i32(i - line * arg({}u));
    let row = i32(line % arg({at}u));
    let d = argi({}u);
    if ({side}) {{ return get_x(p[1]); }}
    return {zero};
}}
",
            at + 1,
            at + 1,
            at + 2
        )
    })
}

/// `dst += src` element by element, where places of `dst` may coincide: what meets there is added up in order.
pub fn add(dst: Place, src: Place) -> Result<()> {
    let n = dst.numel();
    if n == 0 {
        return Ok(());
    }
    let keys = Scratch::beside(&dst, n, DType::U32)?;
    let walk = Walk::new(dst.shape, &[dst.strides]);
    let mut words = Vec::new();
    walk.args(&mut words);
    Kernel::new("places").writes("keys", keys.place()).variant(walk.rank() as u64).arg(n).args(&words).run(
        grid(n.div_ceil(256)),
        || {
            NUMBER.to_string()
                + &places(walk.rank(), 1, 1)
                + "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    if (i < arg(0u)) { put_keys(i, places(i)[0]); }
}
"
        },
    )?;
    let end = 1 + dst.shape.iter().zip(dst.strides).map(|(n, s)| (n - 1) * s).sum::<usize>();
    let line = Place { shape: &[end], strides: &[1], ..dst };
    let own;
    let src = if src.dtype == dst.dtype {
        src
    } else {
        own = Scratch::beside(&dst, n, dst.dtype)?;
        copy(
            Place {
                shape: src.shape,
                strides: &crate::base::Layout::contiguous(src.shape).strides,
                ..own.place()
            },
            src,
        )?;
        own.place()
    };
    let meet = Meet {
        keys: &keys,
        slots: end,
        columns: 1,
        dst: line,
        values: src,
        combine: Combine::Add,
        keep: true,
    };
    meet.run()
}

/// Every element becomes `first + step * i`, wrapping around. A float's numbers are whole and within 32 bits.
pub fn count(dst: Place, first: i64, step: i64) -> Result<()> {
    let (kernel, each) = each("count", dst, &[]);
    let at = kernel.count_args();
    let wide = matches!(dst.dtype, DType::I64 | DType::U64);
    let kernel = kernel.number(Scalar::Int(first), DType::I64).number(Scalar::Int(step), DType::I64);
    let (text, taken) = if wide {
        let [a, s] = [at, at + 2].map(|k| constant(DType::I64, k));
        (format!("{a} + {s} * i64(i)"), DType::I64)
    } else {
        (format!("bitcast<i32>(arg({at}u) + arg({}u) * i)", at + 2), DType::I32)
    };
    each.run(kernel, || {
        let value = convert(&format!("({text})"), taken, dst.dtype);
        format!("fn element(i: u32, p: array<u32, 1>) -> T_out {{ return {value}; }}\n")
    })
}
