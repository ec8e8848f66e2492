//! Vector mathematics over dense blocks: `name_f32(src, dst, n)`, dispatching once per call.
//!
//! Contract of every function here: `src` and `dst` are valid for `n` elements; they may be the same pointer
//! but must not overlap otherwise.

mod scalar;

macro_rules! unary {
    ($($f32:ident $f64:ident $name:ident;)*) => {$(
        pub unsafe fn $f32(src: *const f32, dst: *mut f32, n: usize) {
            for i in 0..n {
                // SAFETY: `i < n`, and both pointers are valid for `n` elements.
                unsafe { *dst.add(i) = scalar::$name(*src.add(i) as f64) as f32 };
            }
        }
        pub unsafe fn $f64(src: *const f64, dst: *mut f64, n: usize) {
            for i in 0..n {
                // SAFETY: `i < n`, and both pointers are valid for `n` elements.
                unsafe { *dst.add(i) = scalar::$name(*src.add(i)) };
            }
        }
    )*};
}

macro_rules! binary {
    ($($f32:ident $f64:ident $name:ident;)*) => {$(
        pub unsafe fn $f32(a: *const f32, b: *const f32, dst: *mut f32, n: usize) {
            for i in 0..n {
                // SAFETY: `i < n`, and the pointers are valid for `n` elements.
                unsafe { *dst.add(i) = scalar::$name(*a.add(i) as f64, *b.add(i) as f64) as f32 };
            }
        }
        pub unsafe fn $f64(a: *const f64, b: *const f64, dst: *mut f64, n: usize) {
            for i in 0..n {
                // SAFETY: `i < n`, and the pointers are valid for `n` elements.
                unsafe { *dst.add(i) = scalar::$name(*a.add(i), *b.add(i)) };
            }
        }
    )*};
}

unary! {
    exp_f32 exp_f64 exp;
    exp2_f32 exp2_f64 exp2;
    expm1_f32 expm1_f64 expm1;
    log_f32 log_f64 log;
    log2_f32 log2_f64 log2;
    log10_f32 log10_f64 log10;
    log1p_f32 log1p_f64 log1p;
    sin_f32 sin_f64 sin;
    cos_f32 cos_f64 cos;
    tan_f32 tan_f64 tan;
    asin_f32 asin_f64 asin;
    acos_f32 acos_f64 acos;
    atan_f32 atan_f64 atan;
    sinh_f32 sinh_f64 sinh;
    cosh_f32 cosh_f64 cosh;
    tanh_f32 tanh_f64 tanh;
    asinh_f32 asinh_f64 asinh;
    acosh_f32 acosh_f64 acosh;
    atanh_f32 atanh_f64 atanh;
    sigmoid_f32 sigmoid_f64 sigmoid;
    erf_f32 erf_f64 erf;
    erfc_f32 erfc_f64 erfc;
    gelu_f32 gelu_f64 gelu;
    gelu_tanh_f32 gelu_tanh_f64 gelu_tanh;
    silu_f32 silu_f64 silu;
    log1pexp_f32 log1pexp_f64 log1pexp;
    sqrt_f32 sqrt_f64 sqrt;
    rsqrt_f32 rsqrt_f64 rsqrt;
    reciprocal_f32 reciprocal_f64 reciprocal;
}

binary! {
    pow_f32 pow_f64 pow;
    atan2_f32 atan2_f64 atan2;
    hypot_f32 hypot_f64 hypot;
}
