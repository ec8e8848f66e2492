//! What the drivers need to know about an element type.

use super::Act;
use crate::base::{BF16, C64, C128, F16};
use crate::kernels::cpu::math;

/// A dtype that matrices may have. Sums run in `Acc`.
pub trait MatElem: Copy + Send + Sync + PartialEq + 'static {
    type Acc: Copy;
    const ZERO: Self;
    fn widen(self) -> Self::Acc;
    fn narrow(x: Self::Acc) -> Self;
    /// `x * y + z`.
    fn mul_add(x: Self::Acc, y: Self::Acc, z: Self::Acc) -> Self::Acc;
    fn add(x: Self::Acc, y: Self::Acc) -> Self::Acc;
    fn activate(x: Self::Acc, act: Act) -> Self::Acc;
}

fn activate_f32(mut x: f32, act: Act) -> f32 {
    let (src, dst) = (&raw const x, &raw mut x);
    // SAFETY: both pointers are to the one element.
    unsafe {
        match act {
            Act::None => {}
            // Written so that nan stays nan.
            Act::Relu => x = if x < 0.0 { 0.0 } else { x },
            Act::Gelu => math::gelu_f32(src, dst, 1),
            Act::GeluTanh => math::gelu_tanh_f32(src, dst, 1),
            Act::Silu => math::silu_f32(src, dst, 1),
            Act::Sigmoid => math::sigmoid_f32(src, dst, 1),
            Act::Tanh => math::tanh_f32(src, dst, 1),
        }
    }
    x
}

fn activate_f64(mut x: f64, act: Act) -> f64 {
    let (src, dst) = (&raw const x, &raw mut x);
    // SAFETY: both pointers are to the one element.
    unsafe {
        match act {
            Act::None => {}
            Act::Relu => x = if x < 0.0 { 0.0 } else { x },
            Act::Gelu => math::gelu_f64(src, dst, 1),
            Act::GeluTanh => math::gelu_tanh_f64(src, dst, 1),
            Act::Silu => math::silu_f64(src, dst, 1),
            Act::Sigmoid => math::sigmoid_f64(src, dst, 1),
            Act::Tanh => math::tanh_f64(src, dst, 1),
        }
    }
    x
}

macro_rules! elem {
    ($($t:ty: $acc:ty, $zero:expr, $widen:expr, $narrow:expr, $fma:expr, $add:expr, $act:expr;)*) => {$(
        impl MatElem for $t {
            type Acc = $acc;
            const ZERO: $t = $zero;
            #[inline(always)]
            fn widen(self) -> $acc { $widen(self) }
            #[inline(always)]
            fn narrow(x: $acc) -> $t { $narrow(x) }
            #[inline(always)]
            fn mul_add(x: $acc, y: $acc, z: $acc) -> $acc { $fma(x, y, z) }
            #[inline(always)]
            fn add(x: $acc, y: $acc) -> $acc { $add(x, y) }
            #[inline]
            fn activate(x: $acc, act: Act) -> $acc { $act(x, act) }
        }
    )*};
}

fn same<T>(x: T) -> T {
    x
}
fn ignore<T>(x: T, _: Act) -> T {
    x
}

elem! {
    f32: f32, 0.0, same, same, |x: f32, y, z| x * y + z, |x: f32, y| x + y, activate_f32;
    f64: f64, 0.0, same, same, |x: f64, y, z| x * y + z, |x: f64, y| x + y, activate_f64;
    F16: f32, F16::ZERO, F16::to_f32, F16::from_f32, |x: f32, y, z| x * y + z, |x: f32, y| x + y, activate_f32;
    BF16: f32, BF16::ZERO, BF16::to_f32, BF16::from_f32, |x: f32, y, z| x * y + z, |x: f32, y| x + y, activate_f32;
    C64: C64, C64::new(0.0, 0.0), same, same, |x: C64, y, z| x * y + z, |x: C64, y| x + y, ignore;
    C128: C128, C128::new(0.0, 0.0), same, same, |x: C128, y, z| x * y + z, |x: C128, y| x + y, ignore;
    u8: u8, 0, same, same, |x: u8, y, z| x.wrapping_mul(y).wrapping_add(z), u8::wrapping_add, ignore;
    i8: i8, 0, same, same, |x: i8, y, z| x.wrapping_mul(y).wrapping_add(z), i8::wrapping_add, ignore;
    i16: i16, 0, same, same, |x: i16, y, z| x.wrapping_mul(y).wrapping_add(z), i16::wrapping_add, ignore;
    i32: i32, 0, same, same, |x: i32, y, z| x.wrapping_mul(y).wrapping_add(z), i32::wrapping_add, ignore;
    i64: i64, 0, same, same, |x: i64, y, z| x.wrapping_mul(y).wrapping_add(z), i64::wrapping_add, ignore;
}
