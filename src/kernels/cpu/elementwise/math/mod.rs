//! Vector mathematics over dense blocks: `name_f32(src, dst, n)`, dispatching once per call.
//!
//! Contract of every function here: `src` and `dst` are valid for `n` elements; they may be the same pointer
//! but must not overlap otherwise. Results are the same whatever the position in the block or the block's length.
//!
//! Errors are within 2 units in the last place in both precisions, most within 1 (`tests.rs` has the table), and
//! nan, infinities, signed zeros and denormals come out as IEEE 754 and C's annex F have them.

mod airy;
mod arc;
mod bessel;
mod bessel_j;
mod bessel_k;
pub mod body;
mod coef;
mod error;
mod gamma;
mod gelu;
mod inverse;
#[cfg(test)]
mod known;
mod plain;
mod power;
mod remainder;
pub mod scalar;
#[cfg(test)]
mod tests;

use crate::kernels::cpu::machine::stream;
use crate::kernels::cpu::machine::vector::{Lookup, Vector, Widen};
use crate::multiversion_vector;

/// A whole vector past the caches.
#[inline(always)]
unsafe fn stream_vector<V: Vector>(y: V, dst: *mut V::Elem) {
    let mut out = std::mem::MaybeUninit::<[u8; 64]>::uninit();
    let out = out.as_mut_ptr().cast::<V::Elem>();
    // SAFETY: a vector has at most 64 bytes; the caller vouches for `dst`
    unsafe {
        y.store(out);
        stream::block(out.cast(), dst.cast(), V::LANES * size_of::<V::Elem>());
    }
}

/// `dst[i] = body(src[i])` with the level's vectors.
macro_rules! vector {
    ($($name:ident[$bound:path, $t:ident] $body:path;)*) => {$(
        multiversion_vector! {
            pub unsafe fn $name[V: $bound, $t](src: *const $t, dst: *mut $t, n: usize) {
                let streams = stream::wanted(dst.cast(), n * size_of::<$t>());
                let mut i = 0;
                while i < n {
                    let left = n - i;
                    // SAFETY: `i < n`, and a part of a vector never goes beyond the `left` elements.
                    unsafe {
                        if left >= V::LANES {
                            let y = $body(V::load(src.add(i)));
                            if streams { stream_vector(y, dst.add(i)) } else { y.store(dst.add(i)) }
                        } else {
                            $body(V::load_part(src.add(i), left)).store_part(dst.add(i), left);
                        }
                    }
                    i += V::LANES;
                }
            }
        }
    )*};
}

/// For functions of float32 that are computed in two halves in float64.
macro_rules! widened {
    ($($name:ident $wide:ident $body:path;)*) => {
        $(
            #[inline(always)]
            fn $wide<V: Widen>(x: V) -> V {
                let (low, high) = x.widen();
                V::narrow($body(low), $body(high))
            }
        )*
        vector! { $($name[Widen, f32] $wide;)* }
    };
}

vector! {
    exp_f32[Vector<Elem = f32>, f32] body::exp;
    exp2_f32[Vector<Elem = f32>, f32] body::exp2;
    expm1_f32[Vector<Elem = f32>, f32] body::expm1;
    log_f32[Vector<Elem = f32>, f32] body::log;
    log2_f32[Vector<Elem = f32>, f32] body::log2;
    log10_f32[Vector<Elem = f32>, f32] body::log10;
    log1p_f32[Vector<Elem = f32>, f32] body::log1p;
    log1pexp_f32[Vector<Elem = f32>, f32] body::log1pexp;
    sin_f32[Widen, f32] body::sin_f32;
    cos_f32[Widen, f32] body::cos_f32;
    asin_f32[Vector<Elem = f32>, f32] body::asin;
    acos_f32[Vector<Elem = f32>, f32] body::acos;
    atan_f32[Vector<Elem = f32>, f32] body::atan_f32;
    tanh_f32[Vector<Elem = f32>, f32] body::tanh;
    sigmoid_f32[Vector<Elem = f32>, f32] body::sigmoid;
    silu_f32[Vector<Elem = f32>, f32] body::silu;
    gelu_f32[Lookup, f32] gelu::gelu_f32;
    gelu_tanh_f32[Vector<Elem = f32>, f32] gelu::gelu_tanh;
    erf_f32[Widen, f32] body::erf_f32;
    sqrt_f32[Vector<Elem = f32>, f32] body::sqrt;
    rsqrt_f32[Vector<Elem = f32>, f32] body::rsqrt;
    reciprocal_f32[Vector<Elem = f32>, f32] body::reciprocal;

    exp_f64[Vector<Elem = f64>, f64] body::exp;
    exp2_f64[Vector<Elem = f64>, f64] body::exp2;
    expm1_f64[Vector<Elem = f64>, f64] body::expm1;
    log_f64[Vector<Elem = f64>, f64] body::log;
    log2_f64[Vector<Elem = f64>, f64] body::log2;
    log10_f64[Vector<Elem = f64>, f64] body::log10;
    log1p_f64[Vector<Elem = f64>, f64] body::log1p;
    log1pexp_f64[Vector<Elem = f64>, f64] body::log1pexp;
    sin_f64[Vector<Elem = f64>, f64] body::sin_f64;
    cos_f64[Vector<Elem = f64>, f64] body::cos_f64;
    tan_f64[Vector<Elem = f64>, f64] body::tan_f64;
    asin_f64[Vector<Elem = f64>, f64] body::asin;
    acos_f64[Vector<Elem = f64>, f64] body::acos;
    tanh_f64[Vector<Elem = f64>, f64] body::tanh;
    sigmoid_f64[Vector<Elem = f64>, f64] body::sigmoid;
    silu_f64[Vector<Elem = f64>, f64] body::silu;
    gelu_tanh_f64[Vector<Elem = f64>, f64] gelu::gelu_tanh;
    atan_f64[Vector<Elem = f64>, f64] arc::atan;
    sinh_f64[Vector<Elem = f64>, f64] arc::sinh;
    cosh_f64[Vector<Elem = f64>, f64] arc::cosh;
    asinh_f64[Vector<Elem = f64>, f64] arc::asinh;
    acosh_f64[Vector<Elem = f64>, f64] arc::acosh;
    atanh_f64[Vector<Elem = f64>, f64] arc::atanh;
    erf_f64[Vector<Elem = f64>, f64] error::erf;
    erfc_f64[Vector<Elem = f64>, f64] error::erfc;
    erfcx_f64[Vector<Elem = f64>, f64] error::erfcx;
    log_ndtr_f64[Vector<Elem = f64>, f64] error::log_ndtr;
    gelu_f64[Vector<Elem = f64>, f64] error::gelu;
    erfinv_f64[Vector<Elem = f64>, f64] inverse::erfinv;
    ndtri_f64[Vector<Elem = f64>, f64] inverse::ndtri;
    airy_ai_f64[Vector<Elem = f64>, f64] airy::airy_ai;
    spherical_j0_f64[Vector<Elem = f64>, f64] plain::spherical_j0;
    j0_f64[Vector<Elem = f64>, f64] bessel_j::j0;
    j1_f64[Vector<Elem = f64>, f64] bessel_j::j1;
    y0_f64[Vector<Elem = f64>, f64] bessel_j::y0;
    y1_f64[Vector<Elem = f64>, f64] bessel_j::y1;
    k0_f64[Vector<Elem = f64>, f64] bessel_k::k0;
    k0e_f64[Vector<Elem = f64>, f64] bessel_k::k0e;
    k1_f64[Vector<Elem = f64>, f64] bessel_k::k1;
    k1e_f64[Vector<Elem = f64>, f64] bessel_k::k1e;
    i0_f64[Vector<Elem = f64>, f64] bessel::i0;
    i0e_f64[Vector<Elem = f64>, f64] bessel::i0e;
    i1_f64[Vector<Elem = f64>, f64] bessel::i1;
    i1e_f64[Vector<Elem = f64>, f64] bessel::i1e;
    lgamma_f64[Vector<Elem = f64>, f64] gamma::lgamma;
    digamma_f64[Vector<Elem = f64>, f64] gamma::digamma;
    trigamma_f64[Vector<Elem = f64>, f64] gamma::trigamma;
    trigamma_single_f64[Vector<Elem = f64>, f64] gamma::trigamma_single;
    entr_f64[Vector<Elem = f64>, f64] plain::entr;
    sinc_f64[Vector<Elem = f64>, f64] plain::sinc;
    sqrt_f64[Vector<Elem = f64>, f64] body::sqrt;
    rsqrt_f64[Vector<Elem = f64>, f64] body::rsqrt;
    reciprocal_f64[Vector<Elem = f64>, f64] body::reciprocal;
}

widened! {
    tan_f32 tan_two body::tan_f64;
    sinh_f32 sinh_two body::sinh_wide;
    cosh_f32 cosh_two body::cosh_wide;
    asinh_f32 asinh_two body::asinh_wide;
    acosh_f32 acosh_two body::acosh_wide;
    atanh_f32 atanh_two body::atanh_wide;
    erfc_f32 erfc_two body::erfc_wide;
    sinc_f32 sinc_two plain::sinc;
    erfinv_f32 erfinv_two inverse::erfinv_wide;
    lgamma_f32 lgamma_two gamma::lgamma_single;
}

/// `dst[i] = body(a[i], b[i])` with the level's vectors.
macro_rules! vector_binary {
    ($($(#[$doc:meta])* $name:ident[$bound:path, $t:ident] $body:path;)*) => {$(
        multiversion_vector! {
            $(#[$doc])*
            pub unsafe fn $name[V: $bound, $t](a: *const $t, b: *const $t, dst: *mut $t, n: usize) {
                let streams = stream::wanted(dst.cast(), n * size_of::<$t>());
                let mut i = 0;
                while i < n {
                    let left = n - i;
                    // SAFETY: `i < n`, and a part of a vector never goes beyond the `left` elements.
                    unsafe {
                        if left >= V::LANES {
                            let y = $body(V::load(a.add(i)), V::load(b.add(i)));
                            if streams { stream_vector(y, dst.add(i)) } else { y.store(dst.add(i)) }
                        } else {
                            let (x, y) = (V::load_part(a.add(i), left), V::load_part(b.add(i), left));
                            $body(x, y).store_part(dst.add(i), left);
                        }
                    }
                    i += V::LANES;
                }
            }
        }
    )*};
}

vector_binary! {
    /// `dst[i] = a[i]^b[i]`.
    pow_f32[Widen, f32] body::pow_f32;
    /// `dst[i]`: the gradient `a[i]` of a GELU with argument `b[i]`.
    gelu_backward_f32[Lookup, f32] gelu::gelu_backward;
}

/// As `widened!`, for two operands.
macro_rules! widened_binary {
    ($($name:ident $wide:ident $body:path;)*) => {
        $(
            #[inline(always)]
            fn $wide<V: Widen>(a: V, b: V) -> V {
                let ((a0, a1), (b0, b1)) = (a.widen(), b.widen());
                V::narrow($body(a0, b0), $body(a1, b1))
            }
        )*
        vector_binary! { $($name[Widen, f32] $wide;)* }
    };
}

widened_binary! {
    fmod_f32 fmod_two remainder::fmod;
    remainder_f32 remainder_two remainder::remainder;
}

vector_binary! {
    xlogy_f32[Vector<Elem = f32>, f32] plain::xlogy;
    xlogy_f64[Vector<Elem = f64>, f64] plain::xlogy;
    logaddexp_f32[Vector<Elem = f32>, f32] plain::logaddexp;
    logaddexp_f64[Vector<Elem = f64>, f64] plain::logaddexp;
    logaddexp2_f32[Vector<Elem = f32>, f32] plain::logaddexp2;
    logaddexp2_f64[Vector<Elem = f64>, f64] plain::logaddexp2;
    ldexp_f32[Vector<Elem = f32>, f32] plain::ldexp;
    ldexp_f64[Vector<Elem = f64>, f64] plain::ldexp;
    xlog1py_f64[Vector<Elem = f64>, f64] plain::xlog1py;
    pow_f64[Vector<Elem = f64>, f64] power::pow;
    atan2_f32[Vector<Elem = f32>, f32] body::atan2_f32;
    atan2_f64[Vector<Elem = f64>, f64] arc::atan2;
    fmod_f64[Vector<Elem = f64>, f64] remainder::fmod;
    remainder_f64[Vector<Elem = f64>, f64] remainder::remainder;
    floor_divide_f64[Vector<Elem = f64>, f64] remainder::floor_divide;
    floor_divide_f32[Widen, f32] floor_divide;
}

/// The remainder is that of float64, which float32 holds; the quotient is rounded as float32.
#[inline(always)]
fn floor_divide<V: Widen>(x: V, y: V) -> V {
    remainder::floored(x, y, fmod_two(x, y))
}

/// The modified Bessel function of the first kind and order 0, of one number.
pub fn bessel_i0(x: f64) -> f64 {
    let mut y = 0.0;
    // SAFETY: one element on both sides
    unsafe { i0_f64(&x, &mut y, 1) };
    y
}

/// Cosines in the place of what they are of.
pub fn cosines(x: &mut [f64]) {
    // SAFETY: as many elements as the slice has
    unsafe { cos_f64(x.as_ptr(), x.as_mut_ptr(), x.len()) };
}

/// As [`bessel_i0`], in the place of the arguments.
pub fn bessels_i0(x: &mut [f64]) {
    // SAFETY: as many elements as the slice has
    unsafe { i0_f64(x.as_ptr(), x.as_mut_ptr(), x.len()) };
}

/// Powers of one base in the place of the exponents.
pub fn powers(base: f64, x: &mut [f64]) {
    let bases = [base; 64];
    for some in x.chunks_mut(bases.len()) {
        // SAFETY: as many elements as the slice has, of which there are no more than bases
        unsafe { pow_f64(bases.as_ptr(), some.as_ptr(), some.as_mut_ptr(), some.len()) };
    }
}
