//! Which vector an element type has at which level, and functions compiled once for each: above the vectors themselves.

use super::Vector;
#[cfg(target_arch = "aarch64")]
use super::neon::{F32x8, F64x4};
use super::portable::Lanes;
#[cfg(target_arch = "x86_64")]
use super::x86::{F32x8, F32x16, F64x4, F64x8};

/// The vectors of each level for an element type; of the least one also a single element.
pub trait Levels: Sized {
    type Portable: Vector<Elem = Self>;
    type Single: Vector<Elem = Self>;
    #[cfg(target_arch = "aarch64")]
    type Neon: Vector<Elem = Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Elem = Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Elem = Self>;
}

impl Levels for f32 {
    type Portable = Lanes<f32, 4>;
    type Single = Lanes<f32, 1>;
    #[cfg(target_arch = "aarch64")]
    type Neon = F32x8;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = F32x8;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = F32x16;
}

impl Levels for f64 {
    type Portable = Lanes<f64, 2>;
    type Single = Lanes<f64, 1>;
    #[cfg(target_arch = "aarch64")]
    type Neon = F64x4;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = F64x4;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = F64x8;
}

/// Like `multiversion!` for a body generic over a vector: `V: bound, element` stands for the level's vector of the element type.
/// The body may use everything of [`Vector`].
///
/// Of the least level that is one element: what calls the library for each of its sums of products (exponentials and all that is
/// made of them) takes about as long so (100,000 float32: exp 1.05, erf 1.08, tanh 0.69 of the time of four at once), and a third of
/// the size (0.16 MB of the extension, packed). `V: bound, element, Portable` takes vectors there too,
/// where they are worth it: 100 products of 8 by 8 take 4.6 us so, 10.8 by elements.
#[macro_export]
macro_rules! multiversion_vector {
    ($(#[$meta:meta])* $vis:vis unsafe fn $name:ident[$v:ident: $bound:path, $t:ident]
     ($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $crate::multiversion_vector! {
            $(#[$meta])* $vis unsafe fn $name[$v: $bound, $t, Single]($($arg: $ty),*) $body
        }
    };
    ($(#[$meta:meta])* $vis:vis unsafe fn $name:ident[$v:ident: $bound:path, $t:ident, $least:ident]
     ($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        $vis unsafe fn $name($($arg: $ty),*) {
            #[inline(always)]
            unsafe fn body<$v: $bound>($($arg: $ty),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
            unsafe fn avx512($($arg: $ty),*) { body::<<$t as $crate::kernels::cpu::machine::vector::Levels>::Avx512>($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2($($arg: $ty),*) { body::<<$t as $crate::kernels::cpu::machine::vector::Levels>::Avx2>($($arg),*) }
            #[inline(never)]
            unsafe fn portable($($arg: $ty),*) { body::<<$t as $crate::kernels::cpu::machine::vector::Levels>::$least>($($arg),*) }
            // SAFETY: `level` never exceeds what the processor supports; the rest is the caller's contract.
            unsafe {
                match $crate::kernels::cpu::machine::simd::level() {
                    #[cfg(target_arch = "x86_64")]
                    $crate::kernels::cpu::machine::simd::Level::Avx512 => avx512($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::kernels::cpu::machine::simd::Level::Avx2 => avx2($($arg),*),
                    #[cfg(target_arch = "aarch64")]
                    $crate::kernels::cpu::machine::simd::Level::Neon => body::<<$t as $crate::kernels::cpu::machine::vector::Levels>::Neon>($($arg),*),
                    _ => portable($($arg),*),
                }
            }
        }
    };
}
