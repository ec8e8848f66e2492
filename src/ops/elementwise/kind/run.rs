//! The call of a dense kernel over tensors and numbers, strided or not.

use crate::base::{DType, Dims, Layout, same_shape};
use crate::kernels::cpu::create::copy::Bytes;
use crate::kernels::cpu::elementwise::block::{BinaryFn, TernaryFn, UnaryFn};
use crate::kernels::cpu::machine::blocks::STEP;
use crate::kernels::cpu::machine::gather::gather;
use crate::kernels::cpu::machine::iter::{Operand, for_each, for_each_rows};
use crate::kernels::cpu::machine::rows::Rows;
use crate::ops::driver::memory::write_held;
use crate::tensor::Tensor;
use smallvec::SmallVec;

/// An operand as the kernels see it.
pub enum Side<'a> {
    Tensor(&'a Tensor),
    Number(Bytes),
}

impl Side<'_> {
    /// Whether it is a number, which a kernel may be given a block of.
    #[inline]
    pub fn is_number(&self) -> bool {
        matches!(self, Side::Number(_))
    }
    #[inline]
    #[allow(unsafe_code)]
    pub fn operand<'b>(&'b self, strides: &'b [usize], compute: DType) -> Operand<'b> {
        match self {
            Side::Tensor(t) => Operand { ptr: t.ptr(), strides, dtype: t.dtype(), compute },
            Side::Number(b) => Operand { ptr: b.0.as_ptr() as *mut u8, strides, dtype: compute, compute },
        }
    }
    #[inline]
    pub fn strides(&self, shape: &[usize]) -> Dims {
        match self {
            Side::Tensor(t) => strides_over(t, shape),
            Side::Number(_) => Dims::from_elem(0, shape.len()),
        }
    }
    #[inline]
    pub fn is_dense(&self, shape: &[usize], compute: DType) -> bool {
        match self {
            Side::Tensor(t) => t.dtype() == compute && same_shape(t.shape(), shape) && t.is_contiguous(),
            Side::Number(_) => true,
        }
    }
}

/// Room for a block of a number, repeated.
#[repr(align(64))]
pub struct Repeated(std::mem::MaybeUninit<[u8; STEP * 16]>);

impl Default for Repeated {
    fn default() -> Self {
        Self::new()
    }
}

impl Repeated {
    pub const fn new() -> Repeated {
        Repeated(std::mem::MaybeUninit::uninit())
    }
}

/// The address of an operand's dense elements; a number is repeated into the buffer where there is one, `n` times of a block's.
#[inline]
#[allow(unsafe_code)]
pub fn dense_ptr(side: &Side, buffer: Option<&mut Repeated>, size: usize, n: usize) -> *const u8 {
    match (side, buffer) {
        (Side::Tensor(t), _) => t.ptr(),
        (Side::Number(b), None) => b.0.as_ptr(),
        (Side::Number(b), Some(buffer)) => {
            debug_assert!(n <= STEP);
            let p = buffer.0.as_mut_ptr() as *mut u8;
            // SAFETY: at most a block of elements of at most 16 bytes
            unsafe { gather(b.0.as_ptr(), 0, p, size, n) };
            p
        }
    }
}

/// Runs a dense kernel of one input over strided tensors.
#[inline]
#[allow(unsafe_code)]
pub fn run1(x: &Tensor, out: &Tensor, compute: DType, written: DType, kernel: UnaryFn) {
    let n = out.numel();
    if n == 0 {
        return;
    }
    if n <= crate::kernels::cpu::machine::par::ELEMENTWISE_GRAIN
        && x.dtype() == compute
        && out.dtype() == written
        && x.is_contiguous()
        && out.is_contiguous()
    {
        // SAFETY: dense tensors of the same number of elements, held by the driver
        unsafe { kernel(x.ptr(), out.ptr(), n) };
        return;
    }
    let strides = strides_over(x, out.shape());
    if n >= REPEATED && once(x, &strides, out, compute, written, kernel) {
        return;
    }
    let operands = [
        Operand { ptr: out.ptr(), strides: out.strides(), dtype: out.dtype(), compute: written },
        Operand { ptr: x.ptr(), strides: &strides, dtype: x.dtype(), compute },
    ];
    // SAFETY: layouts lie within storages held by the driver; input and output are apart or coincide
    unsafe { for_each(out.shape(), &operands, |p, n| kernel(p[1], p[0], n)) };
}

/// Results from which what repeats in them is computed once: 256 floats, each for 256 results, by `relu` 7.1 us, 3.0 once.
const REPEATED: usize = 4096;

/// [`run1`] of an input that repeats each of its elements often: their results are copied.
fn once(
    x: &Tensor,
    strides: &[usize],
    out: &Tensor,
    compute: DType,
    written: DType,
    kernel: UnaryFn,
) -> bool {
    let shape = out.shape();
    let few: Dims = shape.iter().zip(strides).map(|(&n, &s)| if s == 0 { 1 } else { n }).collect();
    if few.iter().product::<usize>() * 8 > out.numel() || x.is_batched() || x.storage().same(out.storage()) {
        return false;
    }
    let layout = Layout { shape: few.clone(), strides: Dims::from_slice(strides), offset: x.layout().offset };
    let (Ok(x), Ok(results)) = (x.alias(layout), Tensor::empty(&few, out.dtype(), out.device())) else {
        return false;
    };
    run1(&x, &results, compute, written, kernel);
    write_held(out, &results);
    true
}

/// Runs a dense kernel of two inputs over strided operands.
#[inline]
#[allow(unsafe_code)]
pub fn run2(a: &Side, b: &Side, out: &Tensor, compute: DType, written: DType, kernel: BinaryFn) {
    let n = out.numel();
    if n == 0 {
        return;
    }
    let shape = out.shape();
    let numbers = a.is_number() || b.is_number();
    let limit = if numbers && !kernel.takes_rows() {
        STEP
    } else {
        crate::kernels::cpu::machine::par::ELEMENTWISE_GRAIN
    };
    if n <= limit
        && out.dtype() == written
        && out.is_contiguous()
        && a.is_dense(shape, compute)
        && b.is_dense(shape, compute)
    {
        let (mut ba, mut bb) = (Repeated::new(), Repeated::new());
        let size = compute.size();
        let and = |side: &Side, k, rows: Rows<'static>| if side.is_number() { rows.and(k) } else { rows };
        let rows = and(b, 1, and(a, 0, Rows::ONE));
        let repeated = !kernel.takes_rows();
        let a = dense_ptr(a, repeated.then_some(&mut ba), size, n);
        let b = dense_ptr(b, repeated.then_some(&mut bb), size, n);
        // SAFETY: dense operands of `n` elements, held by the driver; numbers are one each, or repeated `n` times
        unsafe { kernel.call(a, b, out.ptr(), n, rows) };
        return;
    }
    let (sa, sb) = (a.strides(shape), b.strides(shape));
    let operands = [
        Operand { ptr: out.ptr(), strides: out.strides(), dtype: out.dtype(), compute: written },
        a.operand(&sa, compute),
        b.operand(&sb, compute),
    ];
    // SAFETY: layouts lie within storages held by the driver; inputs and output are apart or coincide
    unsafe {
        for_each_rows(shape, &operands, kernel.takes_rows(), &|p, n, rows| {
            kernel.call(p[1], p[2], p[0], n, rows)
        })
    };
}

/// Runs a dense kernel of three inputs over strided operands.
#[inline]
#[allow(unsafe_code)]
pub fn run3(x: &[Side; 3], out: &Tensor, compute: DType, written: DType, kernel: TernaryFn) {
    if out.numel() == 0 {
        return;
    }
    let shape = out.shape();
    let strides: SmallVec<[Dims; 3]> = x.iter().map(|s| s.strides(shape)).collect();
    let operands = [
        Operand { ptr: out.ptr(), strides: out.strides(), dtype: out.dtype(), compute: written },
        x[0].operand(&strides[0], compute),
        x[1].operand(&strides[1], compute),
        x[2].operand(&strides[2], compute),
    ];
    // SAFETY: as in `run2`
    unsafe { for_each_rows(shape, &operands, true, &|p, n, rows| kernel(p[1], p[2], p[3], p[0], n, rows)) };
}

/// A tensor's strides over a broadcast shape.
#[inline]
fn strides_over(t: &Tensor, shape: &[usize]) -> Dims {
    if t.shape() == shape { Dims::from_slice(t.strides()) } else { t.layout().broadcast_to(shape).strides }
}
