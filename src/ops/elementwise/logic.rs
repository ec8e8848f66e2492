//! Logic on truth values and on bits.

use crate::base::DType;
use crate::ensure;
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{map, zip};
use crate::ops::elementwise::kind::binary::binary;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::unary::unary;
use crate::ops::table::Table;
use crate::tensor::Tensor;

/// Shifts by too much (or by a negative number) push every bit out: `OUT` is by how much in the integers that it is computed in, which
/// are int32 but for int64, since vectors of them are twice as many.
macro_rules! shift {
    ($dt:ident, |$a:ident, $b:ident, $bits:ident, $out:ident| $e:expr) => {
        match $dt {
            DType::I64 => Some(zip(|$a: i64, $b: i64| {
                #[allow(dead_code)]
                const $out: i64 = 63;
                const $bits: i64 = 64;
                $e
            })),
            _ => kernel!($dt, int, T => zip(|a: T, b: T| {
                const $bits: i32 = T::BITS as i32;
                #[allow(dead_code)]
                const $out: i32 = if $bits < 31 { $bits } else { 31 };
                let ($a, $b) = (a as i32, b as i32);
                ($e) as T
            })),
        }
    };
}

binary! { LOGIC:
    /// Logical "and" of truth values; any dtype counts as true where it is not zero.
    ///
    /// ```text
    /// >>> torch.logical_and(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]))
    /// tensor([False, False,  True])
    /// ```
    logical_and(input: T, other: T) LOGICAL_AND: Logical,
        cpu |_| Some(zip(|a: bool, b: bool| a & b)),
        wgsl "a != 0.0 && b != 0.0" int "a != 0 && b != 0" bool "a != 0u && b != 0u",
        grad None;
    /// Logical "or" of truth values.
    ///
    /// ```text
    /// >>> torch.logical_or(torch.tensor([0, 1, 0]), torch.tensor([1, 0, 0]))
    /// tensor([ True,  True, False])
    /// ```
    logical_or(input: T, other: T) LOGICAL_OR: Logical,
        cpu |_| Some(zip(|a: bool, b: bool| a | b)),
        wgsl "a != 0.0 || b != 0.0" int "a != 0 || b != 0" bool "a != 0u || b != 0u",
        grad None;
    /// Whether exactly one of two truth values holds.
    ///
    /// ```text
    /// >>> torch.logical_xor(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 3]))
    /// tensor([ True,  True, False])
    /// ```
    logical_xor(input: T, other: T) LOGICAL_XOR: Logical,
        cpu |_| Some(zip(|a: bool, b: bool| a ^ b)),
        wgsl "(a != 0.0) != (b != 0.0)" int "(a != 0) != (b != 0)" bool "(a != 0u) != (b != 0u)",
        grad None;
    /// Bitwise "and" of integers or bools.
    ///
    /// ```text
    /// >>> torch.bitwise_and(torch.tensor([6, 5]), torch.tensor([3, 4]))
    /// tensor([2, 4])
    /// ```
    bitwise_and(input: V, other: V) BITWISE_AND: Same,
        cpu |dt| kernel!(dt, bits, T => zip(|a: T, b: T| a & b)),
        stored DType::is_integral,
        wgsl "" int "a & b",
        grad None;
    /// Bitwise "or" of integers or bools.
    ///
    /// ```text
    /// >>> torch.bitwise_or(torch.tensor([6, 5]), torch.tensor([3, 2]))
    /// tensor([7, 7])
    /// ```
    bitwise_or(input: V, other: V) BITWISE_OR: Same,
        cpu |dt| kernel!(dt, bits, T => zip(|a: T, b: T| a | b)),
        stored DType::is_integral,
        wgsl "" int "a | b",
        grad None;
    /// Bitwise "exclusive or" of integers or bools.
    ///
    /// ```text
    /// >>> torch.bitwise_xor(torch.tensor([6, 5]), torch.tensor([3, 4]))
    /// tensor([5, 1])
    /// ```
    bitwise_xor(input: V, other: V) BITWISE_XOR: Same,
        cpu |dt| kernel!(dt, bits, T => zip(|a: T, b: T| a ^ b)),
        stored DType::is_integral,
        wgsl "" int "a ^ b",
        grad None;
    /// Integers shifted left by `other` bits.
    ///
    /// ```text
    /// >>> torch.bitwise_left_shift(torch.tensor([1, 3]), torch.tensor([2, 1]))
    /// tensor([4, 6])
    /// ```
    bitwise_left_shift(input: V, other: V) LEFT_SHIFT: Same,
        cpu |dt| shift!(dt, |a, b, BITS, OUT| if b < 0 || b >= BITS { 0 } else { a << b }),
        wgsl "" int "shift_left_{T}(a, b)",
        grad None;
    /// Integers shifted right by `other` bits, keeping the sign.
    ///
    /// ```text
    /// >>> torch.bitwise_right_shift(torch.tensor([8, -8]), torch.tensor([2, 1]))
    /// tensor([ 2, -4])
    /// ```
    bitwise_right_shift(input: V, other: V) RIGHT_SHIFT: Same,
        cpu |dt| shift!(dt, |a, b, BITS, OUT| {
                let by = if b < 0 || b >= BITS { OUT } else { b };
                a >> by
            }),
        wgsl "" int "shift_right_{T}(a, b)",
        grad None;
}

unary! { NOT:
    /// Whether an element is zero.
    ///
    /// ```text
    /// >>> torch.logical_not(torch.tensor([0, 1, 2]))
    /// tensor([ True, False, False])
    /// ```
    logical_not: Logical,
        cpu |_| Some(map(|x: bool| !x)),
        wgsl "x == 0.0" int "x == 0" bool "x == 0u",
        grad None;
    /// Every bit flipped; for bools the opposite.
    ///
    /// ```text
    /// >>> torch.bitwise_not(torch.tensor([0, 5]))
    /// tensor([-1, -6])
    /// ```
    bitwise_not: Same,
        cpu |dt| match dt {
            DType::Bool => Some(map(|x: bool| !x)),
            _ => kernel!(dt, int, T => map(|x: T| !x)),
        },
        takes (name "bitwise_not_cpu"),
        wgsl "x" int "~x" bool "x ^ 1u",
        grad None;
}

impl Tensor {
    /// Whether no element of a bool tensor is false.
    #[allow(unsafe_code)]
    pub fn all_true(&self) -> Result<bool> {
        let x = crate::ops::driver::memory::dense(self)?;
        ensure!(
            x.device() != crate::base::Device::Meta,
            NotImplemented,
            "a meta tensor has no elements to compare"
        );
        if let crate::base::Device::Gpu(_) = x.device() {
            let all = Tensor::empty(&[], DType::Bool, x.device())?;
            let axes: Vec<usize> = (0..x.ndim()).collect();
            crate::kernels::gpu::reduce::sums::truth(true, x.place()?, &axes, all.place()?)?;
            return Ok(!all.item()?.is_zero());
        }
        let _guard = crate::storage::Guard::take([x.storage()].into_iter(), [].into_iter());
        // SAFETY: a dense bool tensor, held for reading
        Ok(unsafe { std::slice::from_raw_parts(x.ptr(), x.numel()) }.iter().all(|b| *b != 0))
    }
}

pub const TABLE: Table = &[LOGIC, NOT];
