//! Against float64 (for float32) and the platform's library (for float64), in units in the last place.

use super::*;
use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

type F32 = unsafe fn(*const f32, *mut f32, usize);
type F64 = unsafe fn(*const f64, *mut f64, usize);

/// `num / (1 + e^-x)` to little more than one rounding, its exponential in two steps where it is denormal.
fn over_one_plus_exp(num: f64, x: f64) -> f64 {
    if num.is_infinite() && x > 0.0 {
        return num;
    }
    if x < -600.0 {
        let half = (x / 2.0).exp();
        return num * half * half;
    }
    let e = (-x.abs()).exp();
    let d = 1.0 + e;
    let (top, low) = if x < 0.0 { (num * e, num.mul_add(e, -(num * e))) } else { (num, 0.0) };
    let q = top / d;
    (q + (q.mul_add(-d, top) + low - q * (e - (d - 1.0))) / d).copysign(num)
}
fn sigmoid(x: f64) -> f64 {
    over_one_plus_exp(1.0, x)
}
fn silu(x: f64) -> f64 {
    if x == f64::NEG_INFINITY { -0.0 } else { over_one_plus_exp(x, x) }
}
/// Exact for arguments of float32.
fn gelu_tanh(x: f64) -> f64 {
    let y = 2.0 * (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
    if x == f64::NEG_INFINITY { -0.0 } else { over_one_plus_exp(x, y) }
}
fn log1pexp(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
fn nan_max(f: fn(f64) -> f64) -> impl Fn(f64) -> f64 {
    move |x| if x.is_nan() { x } else { f(x) }
}

/// Name, function, reference, largest error allowed.
type Row<F> = (&'static str, F, fn(f64) -> f64, f64);

const SINGLE: &[Row<F32>] = &[
    ("exp", exp_f32, f64::exp, 1.0),
    ("exp2", exp2_f32, f64::exp2, 1.0),
    ("expm1", expm1_f32, f64::exp_m1, 1.5),
    ("log", log_f32, f64::ln, 1.0),
    ("log2", log2_f32, f64::log2, 2.0),
    ("log10", log10_f32, f64::log10, 2.0),
    ("log1p", log1p_f32, f64::ln_1p, 1.5),
    ("log1pexp", log1pexp_f32, log1pexp, 2.0),
    ("sin", sin_f32, f64::sin, 2.0),
    ("cos", cos_f32, f64::cos, 2.0),
    ("tan", tan_f32, f64::tan, 1.0),
    ("asin", asin_f32, f64::asin, 1.0),
    ("acos", acos_f32, f64::acos, 2.0),
    ("atan", atan_f32, f64::atan, 2.0),
    ("sinh", sinh_f32, f64::sinh, 1.0),
    ("cosh", cosh_f32, f64::cosh, 1.0),
    ("tanh", tanh_f32, f64::tanh, 1.5),
    ("asinh", asinh_f32, f64::asinh, 1.0),
    ("acosh", acosh_f32, f64::acosh, 1.0),
    ("atanh", atanh_f32, f64::atanh, 1.0),
    ("sigmoid", sigmoid_f32, sigmoid, 2.0),
    ("silu", silu_f32, silu, 2.0),
    ("gelu", gelu_f32, scalar::gelu, 2.0),
    ("gelu_tanh", gelu_tanh_f32, gelu_tanh, 2.0),
    ("erf", erf_f32, scalar::erf, 1.5),
    ("erfc", erfc_f32, scalar::erfc, 1.0),
    ("sqrt", sqrt_f32, f64::sqrt, 0.5),
    ("rsqrt", rsqrt_f32, |x| 1.0 / x.sqrt(), 1.5),
    ("reciprocal", reciprocal_f32, f64::recip, 0.5),
];

const DOUBLE: &[Row<F64>] = &[
    ("exp", exp_f64, f64::exp, 1.0),
    ("exp2", exp2_f64, f64::exp2, 1.0),
    ("expm1", expm1_f64, f64::exp_m1, 2.0),
    ("log", log_f64, f64::ln, 1.5),
    ("log2", log2_f64, f64::log2, 2.0),
    ("log10", log10_f64, f64::log10, 2.0),
    ("log1p", log1p_f64, f64::ln_1p, 2.0),
    ("log1pexp", log1pexp_f64, log1pexp, 2.0),
    ("sin", sin_f64, f64::sin, 2.0),
    ("cos", cos_f64, f64::cos, 2.0),
    ("tan", tan_f64, f64::tan, 2.0),
    ("asin", asin_f64, f64::asin, 2.0),
    ("acos", acos_f64, f64::acos, 2.0),
    ("tanh", tanh_f64, f64::tanh, 2.0),
    ("sigmoid", sigmoid_f64, sigmoid, 2.0),
    ("silu", silu_f64, silu, 2.0),
    ("rsqrt", rsqrt_f64, |x| 1.0 / x.sqrt(), 2.0),
    ("atan", atan_f64, f64::atan, 2.0),
    ("sinh", sinh_f64, f64::sinh, 3.0),
    ("cosh", cosh_f64, f64::cosh, 2.0),
    ("asinh", asinh_f64, f64::asinh, 3.0),
    ("erf", erf_f64, scalar::erf, 2.0),
    ("erfc", erfc_f64, scalar::erfc, 3.0),
    // the reference errs by 3 itself
    ("gelu", gelu_f64, scalar::gelu, 5.0),
];

fn ulp32(got: f32, want: f64) -> f64 {
    let near = want as f32;
    if want.is_nan() || got.is_nan() {
        return if want.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if near.is_infinite() || got.is_infinite() {
        // The largest number and infinity are one unit apart.
        return if near == got { 0.0 } else { (near.to_bits() as f64 - got.to_bits() as f64).abs() };
    }
    if near == 0.0 && got == 0.0 {
        return if want != 0.0 || near.is_sign_negative() == got.is_sign_negative() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let exponent = near.abs().max(f32::MIN_POSITIVE).to_bits() >> 23;
    let unit = f64::from_bits((u64::from(exponent) + 1023 - 127 - 23) << 52);
    (got as f64 - want).abs() / unit
}

fn ulp64(got: f64, want: f64) -> f64 {
    if want.is_nan() || got.is_nan() {
        return if want.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if want == got {
        return if want != 0.0 || want.is_sign_negative() == got.is_sign_negative() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let (a, b) = (want.to_bits() as i64, got.to_bits() as i64);
    if (a < 0) != (b < 0) { f64::INFINITY } else { (a - b).unsigned_abs() as f64 }
}

/// Every sign and exponent with scattered mantissas, the specials, and a dense stretch around ordinary values.
fn samples() -> Vec<f64> {
    let mut v = vec![0.0, -0.0, 1.0, -1.0, 0.5, 2.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    v.extend([
        f32::MIN_POSITIVE as f64,
        1e-45,
        -1e-45,
        f32::MAX as f64,
        88.7228,
        88.73,
        -103.97,
        -104.1,
        -87.5,
    ]);
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as u32
    };
    for e in 0..255u32 {
        for _ in 0..300 {
            let bits = (e << 23) | (next() & 0x7fffff);
            v.push(f32::from_bits(bits) as f64);
            v.push(f32::from_bits(bits | 1 << 31) as f64);
        }
    }
    v.extend((0..400_000).map(|i| ((i as f64 - 200_000.0) / 1e4) as f32 as f64));
    v.extend((0..100_000).map(|i| (0.9 + i as f64 / 5e5) as f32 as f64));
    v
}

fn worst<T: Copy>(
    xs: &[T],
    ys: &[T],
    wide: impl Fn(T) -> f64,
    err: impl Fn(T, f64) -> f64,
    f: impl Fn(f64) -> f64,
) -> (f64, f64) {
    let mut worst = (0.0, 0.0);
    for (&x, &y) in xs.iter().zip(ys) {
        let e = err(y, f(wide(x)));
        if e > worst.0 {
            worst = (e, wide(x));
        }
    }
    worst
}

#[test]
fn single_precision() {
    let failed = std::cell::RefCell::new(Vec::new());
    let xs: Vec<f32> = samples().iter().map(|&x| x as f32).collect();
    for level in LEVELS {
        with_level(level, || {
            for &(name, f, reference, limit) in SINGLE {
                let mut ys = vec![0f32; xs.len()];
                // SAFETY: both vectors have this length.
                unsafe { f(xs.as_ptr(), ys.as_mut_ptr(), xs.len()) };
                let (e, at) = worst(&xs, &ys, f64::from, ulp32, nan_max(reference));
                println!("f32 {name:10} {level:?} {e:.2} at {at:e}");
                if e > limit {
                    failed.borrow_mut().push(format!("{name} {level:?}: {e} ulp at {at:e}"));
                }
            }
        });
    }
    let failed = failed.into_inner();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn double_precision() {
    let failed = std::cell::RefCell::new(Vec::new());
    let xs: Vec<f64> = samples().iter().enumerate().map(|(i, &x)| x * (1.0 + i as f64 * 1e-12)).collect();
    for level in LEVELS {
        with_level(level, || {
            for &(name, f, reference, limit) in DOUBLE {
                let mut ys = vec![0f64; xs.len()];
                // SAFETY: both vectors have this length.
                unsafe { f(xs.as_ptr(), ys.as_mut_ptr(), xs.len()) };
                let (e, at) = worst(&xs, &ys, |x| x, ulp64, nan_max(reference));
                println!("f64 {name:10} {level:?} {e:.2} at {at:e}");
                if e > limit {
                    failed.borrow_mut().push(format!("{name} {level:?}: {e} ulp at {at:e}"));
                }
            }
        });
    }
    let failed = failed.into_inner();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// `x P(x)` computed with 400 bits. The vector functions are measured against this one, so it has a test of its own.
#[test]
fn gelu_in_double_precision() {
    #[rustfmt::skip]
    let exact = [
        (-39.5, -0.0),
        (-38.5, -5.4e-323),
        (-37.9, -4.87685527557e-313),
        (-37.6, -4.041290298447291e-308),
        (-37.2, -1.269284215770929e-301),
        (-33.3, -6.428583334739707e-242),
        (-28.01, -1.71908436881109e-171),
        (-27.99, -3.00954828093715e-171),
        (-20.7, -3.5849333895708573e-94),
        (-12.3, -5.570309556075305e-34),
        (-8.1, -2.225847107842565e-15),
        (-5.5, -1.0444259356238245e-07),
        (-3.3, -0.0015952996698664658),
        (-1.7, -0.07576128668952317),
        (-1.0, -0.15865525393145705),
        (-0.3, -0.1146265733433142),
        (-1e-05, -4.999960105771961e-06),
        (-1e-300, -5e-301),
        (1e-300, 5e-301),
        (1e-09, 5.000000003989423e-10),
        (0.2, 0.11585194188782061),
        (0.75, 0.5800294857173488),
        (1.4, 1.2869406770727205),
        (3.1, 3.097000430039023),
        (5.7, 5.699999965854883),
        (8.8, 8.8),
        (40.0, 40.0),
    ];
    for (x, want) in exact {
        let got = scalar::gelu(x);
        assert!(ulp64(got, want) <= 3.0, "gelu({x:e}) = {got:e}, not {want:e}");
    }
    assert_eq!(scalar::gelu(f64::NEG_INFINITY), 0.0);
    assert_eq!(scalar::gelu(f64::INFINITY), f64::INFINITY);
    assert!(scalar::gelu(f64::NAN).is_nan());
}

/// `P(x) + x P'(x)` has a zero, so its error is measured by the terms it is the sum of; four roundings are 2.4e-7 of them,
/// and a denormal density is rounded before it is multiplied by as much as 14.
#[test]
fn slope_of_gelu() {
    let xs: Vec<f32> = samples().iter().map(|&x| x as f32).collect();
    for level in LEVELS {
        with_level(level, || {
            let mut ys = vec![1f32; xs.len()];
            // SAFETY: both vectors have this length; the gradient is read before it is written.
            unsafe { gelu_backward_f32(ys.as_ptr(), xs.as_ptr(), ys.as_mut_ptr(), xs.len()) };
            for (&x, &y) in xs.iter().zip(&ys) {
                let wide = f64::from(x);
                let tail = scalar::erfc(wide.abs() / 2f64.sqrt()) / 2.0;
                let p = if x < 0.0 { tail } else { 1.0 - tail };
                let rise = wide * (-wide * wide / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
                let want = p + rise;
                let error = (f64::from(y) - want).abs();
                let terms = if x < 0.0 { p + rise.abs() } else { 1.0 };
                assert!(
                    error <= 2.5e-7 * terms + 1.1e-44 || want.is_nan() && y.is_nan(),
                    "{level:?} {x:e}: {y:e}, not {want:e}"
                );
            }
        });
    }
}

#[test]
fn powers() {
    let special = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, -3.0, 1e30, -1e30, 1e-30, 33.0, 1e-40];
    let mut pairs: Vec<(f32, f32)> = Vec::new();
    let special =
        special.iter().copied().chain([f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 0.999, 1.001, 1e9 + 64.0]);
    let special: Vec<f32> = special.collect();
    for &a in &special {
        pairs.extend(special.iter().map(|&b| (a, b)));
    }
    for i in 0..200_000 {
        let a = (i as f32 * 0.618).fract() * 20.0 + 1e-3;
        pairs.push((a, (i as f32 * 0.377).fract() * 60.0 - 30.0));
    }
    let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
    for level in LEVELS {
        with_level(level, || {
            let mut y = vec![0f32; a.len()];
            // SAFETY: all vectors have this length.
            unsafe { pow_f32(a.as_ptr(), b.as_ptr(), y.as_mut_ptr(), a.len()) };
            for i in 0..a.len() {
                let e = ulp32(y[i], (a[i] as f64).powf(b[i] as f64));
                assert!(e <= 0.6, "pow {level:?}: {e} ulp for {:e} ^ {:e}: {}", a[i], b[i], y[i]);
            }
        });
    }
}

#[test]
fn tails_and_in_place() {
    for level in LEVELS {
        with_level(level, || {
            let x: Vec<f32> = (0..70).map(|i| i as f32 / 7.0 - 5.0).collect();
            let mut whole = x.clone();
            // SAFETY: within the vectors.
            unsafe { exp_f32(x.as_ptr(), whole.as_mut_ptr(), 70) };
            for n in 0..70 {
                let mut part = x.clone();
                // SAFETY: `n` elements, in place.
                unsafe { exp_f32(part.as_ptr(), part.as_mut_ptr(), n) };
                assert!(part[..n] == whole[..n] && part[n..] == x[n..]);
            }
        });
    }
}

/// All 2^32 arguments at every level: minutes for each function. `cargo test --release -- --ignored all_f32 --nocapture`
/// prints the table; `RUSHLIGHT_ALL_F32=exp,log` picks functions.
#[test]
#[ignore]
fn all_f32() {
    const BLOCK: usize = 1 << 16;
    let mut failed = Vec::new();
    let picked = std::env::var("RUSHLIGHT_ALL_F32").unwrap_or_default();
    for &(name, f, reference, limit) in SINGLE {
        if !picked.is_empty() && !picked.split(',').any(|p| p == name) {
            continue;
        }
        let mut worst = LEVELS.map(|level| (0.0, 0.0, level));
        let mut ys = vec![0f32; BLOCK];
        for block in 0..(1usize << 32) / BLOCK {
            let xs: Vec<f32> = (0..BLOCK).map(|i| f32::from_bits((block * BLOCK + i) as u32)).collect();
            let want: Vec<f64> = xs.iter().map(|&x| nan_max(reference)(x as f64)).collect();
            for at in &mut worst {
                // SAFETY: both vectors have this length.
                with_level(at.2, || unsafe { f(xs.as_ptr(), ys.as_mut_ptr(), BLOCK) });
                for i in 0..BLOCK {
                    let e = ulp32(ys[i], want[i]);
                    if e > at.0 {
                        (at.0, at.1) = (e, xs[i]);
                    }
                }
            }
        }
        for (e, x, level) in worst {
            println!("{name:10} {level:?} {e:.3} at {x:e}");
            // the worst of all are a little above those of the samples: exp 1.014, log 1.024
            if e > limit.max(1.05) {
                failed.push(format!("{name} {level:?}: {e} ulp at {x:e}"));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Values that are not to be had from the standard library, at every level and every place in a vector.
#[test]
fn known_values() {
    const FUNCTIONS: &[(&str, F64, f64)] = &[
        ("atan", atan_f64, 1.0),
        ("sinh", sinh_f64, 2.0),
        ("cosh", cosh_f64, 2.0),
        ("asinh", asinh_f64, 2.0),
        ("acosh", acosh_f64, 2.0),
        ("atanh", atanh_f64, 2.0),
        ("erf", erf_f64, 2.0),
        ("erfc", erfc_f64, 2.0),
        ("erfcx", erfcx_f64, 2.0),
        ("log_ndtr", log_ndtr_f64, 2.0),
        ("gelu", gelu_f64, 3.0),
        ("erfinv", erfinv_f64, 2.0),
        ("ndtri", ndtri_f64, 2.0),
        // the phase rounds where it is large; parts of either sign
        ("airy_ai", airy_ai_f64, 128.0),
        ("spherical_j0", spherical_j0_f64, 4.0),
        ("j0", j0_f64, 8.0),
        ("j1", j1_f64, 8.0),
        ("y0", y0_f64, 16.0),
        ("y1", y1_f64, 16.0),
        ("k0", k0_f64, 4.0),
        ("k0e", k0e_f64, 4.0),
        ("k1", k1_f64, 4.0),
        ("k1e", k1e_f64, 4.0),
        ("i0", i0_f64, 3.0),
        ("i0e", i0e_f64, 2.0),
        ("i1", i1_f64, 3.0),
        ("i1e", i1e_f64, 2.0),
        ("lgamma", lgamma_f64, 3.0),
        // near a zero, or where the reflection cancels, units of the parts are many of the result
        ("digamma", digamma_f64, 16.0),
        ("trigamma", trigamma_f64, 20.0),
        ("entr", entr_f64, 2.0),
        ("sinc", sinc_f64, 2.0),
    ];
    let mut failed = Vec::new();
    for (name, values) in super::known::KNOWN {
        let (_, f, limit) = FUNCTIONS.iter().find(|row| row.0 == *name).expect("a function of this name");
        for level in LEVELS {
            with_level(level, || {
                for (i, &(x, want)) in values.iter().enumerate() {
                    // among its neighbours, then alone
                    let xs: Vec<f64> = values.iter().map(|v| v.0).collect();
                    let (mut ys, mut y) = (vec![0.0; xs.len()], 0.0);
                    // SAFETY: as many elements on both sides
                    unsafe {
                        f(xs.as_ptr(), ys.as_mut_ptr(), xs.len());
                        f(&x, &mut y, 1);
                    }
                    assert_eq!(y.to_bits(), ys[i].to_bits(), "{name} {level:?} at {x:e}");
                    if ulp64(y, want) > *limit {
                        failed.push(format!("{name} {level:?}: {} ulp at {x:e}", ulp64(y, want)));
                    }
                }
            });
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn erfinv_in_single_precision() {
    let x: Vec<f32> = (-100_000..=100_000)
        .map(|i| i as f32 * 1e-5)
        .chain((1..4000).map(|i| 1.0 - i as f32 * f32::EPSILON / 2.0))
        .collect();
    let wide: Vec<f64> = x.iter().map(|x| *x as f64).collect();
    let mut want = vec![0.0; x.len()];
    // SAFETY: as many elements on both sides
    unsafe { erfinv_f64(wide.as_ptr(), want.as_mut_ptr(), x.len()) };
    for level in LEVELS {
        with_level(level, || {
            let mut y = vec![0.0; x.len()];
            // SAFETY: as many elements on both sides
            unsafe { erfinv_f32(x.as_ptr(), y.as_mut_ptr(), x.len()) };
            for i in 0..x.len() {
                let e = ulp32(y[i], want[i]);
                assert!(e <= 0.6, "erfinv {level:?}: {e} ulp at {:e}", x[i]);
            }
        });
    }
}

/// Below zero, the roots and their neighbours among them, against the system's library.
#[test]
fn the_logarithm_of_gamma_below_zero() {
    use crate::kernels::cpu::elementwise::clib::lgamma;
    let roots =
        [-2.457_024_7f32, -2.747_682_7, -3.143_580_9, -3.955_294_3, -4.039_361_9, -4.991_544_6, -5.008_218_3];
    let near = roots.iter().flat_map(|r| (-40..=40).map(|k| f32::from_bits((r.to_bits() as i32 + k) as u32)));
    let x: Vec<f32> = (1..60_000)
        .map(|i| i as f32 * -3.1e-4)
        .chain(near)
        .chain((1..300).map(|i| -1.7f32.powi(i % 60) - i as f32 * 1e-3))
        .collect();
    let wide: Vec<f64> = x.iter().map(|x| *x as f64).collect();
    for level in LEVELS {
        with_level(level, || {
            let (mut y, mut z) = (vec![0.0; x.len()], vec![0.0; x.len()]);
            // SAFETY: as many elements on both sides
            unsafe {
                lgamma_f32(x.as_ptr(), y.as_mut_ptr(), x.len());
                lgamma_f64(wide.as_ptr(), z.as_mut_ptr(), x.len());
            }
            for i in 0..x.len() {
                let want = lgamma(wide[i]);
                let (e, f) = (ulp32(y[i], want), ulp64(z[i], want));
                assert!(e <= 1.0 && f <= 4.0, "lgamma {level:?}: {e} and {f} ulp at {:e}", x[i]);
            }
        });
    }
}

#[test]
fn points_and_edges() {
    const INF: f64 = f64::INFINITY;
    let one = |f: F64, x: f64| {
        let mut y = 0.0;
        // SAFETY: one element on both sides
        unsafe { f(&x, &mut y, 1) };
        y
    };
    for level in LEVELS {
        with_level(level, || {
            let cases: &[(F64, &[(f64, f64)])] = &[
                (atan_f64, &[(INF, std::f64::consts::FRAC_PI_2), (-0.0, -0.0), (f64::NAN, f64::NAN)]),
                (
                    erfinv_f64,
                    &[(1.0, INF), (-1.0, -INF), (1.5, f64::NAN), (-0.0, -0.0), (f64::NAN, f64::NAN)],
                ),
                (ndtri_f64, &[(0.0, -INF), (1.0, INF), (0.5, 0.0), (-0.1, f64::NAN), (1.1, f64::NAN)]),
                (erfcx_f64, &[(INF, 0.0), (-30.0, INF), (-INF, INF), (0.0, 1.0), (f64::NAN, f64::NAN)]),
                (log_ndtr_f64, &[(INF, -0.0), (-INF, -INF), (f64::NAN, f64::NAN)]),
                (erf_f64, &[(INF, 1.0), (-INF, -1.0), (-0.0, -0.0), (f64::NAN, f64::NAN)]),
                (erfc_f64, &[(INF, 0.0), (-INF, 2.0), (0.0, 1.0), (f64::NAN, f64::NAN)]),
                (gelu_f64, &[(INF, INF), (-INF, -0.0), (0.0, 0.0), (-0.0, -0.0), (f64::NAN, f64::NAN)]),
                (i0_f64, &[(INF, INF), (-INF, INF), (0.0, 1.0), (1e300, INF), (f64::NAN, f64::NAN)]),
                (i1_f64, &[(INF, INF), (-INF, -INF), (0.0, 0.0), (f64::NAN, f64::NAN)]),
                (i0e_f64, &[(INF, 0.0), (0.0, 1.0), (f64::NAN, f64::NAN)]),
                (
                    lgamma_f64,
                    &[
                        (0.0, INF),
                        (-0.0, INF),
                        (1.0, 0.0),
                        (2.0, 0.0),
                        (INF, INF),
                        (-INF, INF),
                        (-1.0, INF),
                        (f64::NAN, f64::NAN),
                    ],
                ),
                (digamma_f64, &[(0.0, -INF), (-0.0, INF), (-1.0, f64::NAN), (INF, INF), (-INF, f64::NAN)]),
                (trigamma_f64, &[(INF, 0.0), (0.0, INF), (-INF, f64::NAN), (f64::NAN, f64::NAN)]),
                (entr_f64, &[(0.0, 0.0), (-1.0, -INF), (INF, -INF), (f64::NAN, f64::NAN)]),
                (sinc_f64, &[(0.0, 1.0), (f64::NAN, f64::NAN)]),
                (sinh_f64, &[(INF, INF), (-INF, -INF), (-0.0, -0.0), (720.0, INF)]),
                (acosh_f64, &[(1.0, 0.0), (0.5, f64::NAN), (INF, INF)]),
                (atanh_f64, &[(1.0, INF), (-1.0, -INF), (2.0, f64::NAN), (-0.0, -0.0)]),
                (asinh_f64, &[(INF, INF), (-INF, -INF), (-0.0, -0.0)]),
            ];
            for (row, (f, values)) in cases.iter().enumerate() {
                for &(x, want) in *values {
                    let y = one(*f, x);
                    assert!(ulp64(y, want) <= 1.0, "row {row} {level:?}: {y:e} at {x:e}, not {want:e}");
                }
            }
        });
    }
}

#[test]
fn two_operands() {
    const INF: f64 = f64::INFINITY;
    let values = [0.0, -0.0, 1.0, -1.0, 0.3, -2.5, 7.0, 1e-310, 3e-5, 1e16, -1e300, INF, -INF, f64::NAN];
    type Pair = unsafe fn(*const f64, *const f64, *mut f64, usize);
    let rows: &[(&str, Pair, fn(f64, f64) -> f64, f64)] = &[
        ("atan2", atan2_f64, f64::atan2, 2.0),
        ("pow", pow_f64, f64::powf, 1.0),
        ("fmod", fmod_f64, |a, b| a % b, 0.0),
        (
            "remainder",
            remainder_f64,
            |a, b| {
                let r = a % b;
                if r != 0.0 && (b < 0.0) != (r < 0.0) { r + b } else { r }
            },
            0.0,
        ),
    ];
    let mut pairs: Vec<(f64, f64)> = values.iter().flat_map(|&a| values.map(|b| (a, b))).collect();
    pairs.extend(
        (1..4000)
            .map(|i| (((i * 7919) % 4001) as f64 * 0.37 - 700.0, ((i * 104729) % 997) as f64 * 0.011 - 5.0)),
    );
    // powers of every size, those among them that end in overflow and among the subnormal numbers
    pairs.extend((1..20000).map(|i| {
        let a = 2f64.powf(((i * 7919) % 40009) as f64 * 0.01 - 200.0) * (1.0 + i as f64 * 1e-5);
        (a, (((i * 104729) % 20011) as f64 * 0.0735 - 735.0) / a.ln())
    }));
    pairs.extend((1..20000).map(|i| (0.5 + i as f64 * 5e-5, ((i * 31) % 2003) as f64 - 1000.5)));
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    for level in LEVELS {
        with_level(level, || {
            for (name, f, reference, limit) in rows {
                let mut y = vec![0.0; a.len()];
                // SAFETY: as many elements everywhere
                unsafe { f(a.as_ptr(), b.as_ptr(), y.as_mut_ptr(), a.len()) };
                for i in 0..a.len() {
                    let want = reference(a[i], b[i]);
                    assert!(
                        ulp64(y[i], want) <= *limit,
                        "{name}({:e}, {:e}) {level:?}: {:e}, not {want:e}",
                        a[i],
                        b[i],
                        y[i]
                    );
                }
            }
        });
    }
    for (a, b) in [
        (3.0, 4.0),
        (1e200, 1e200),
        (3e-310, 4e-310),
        (INF, f64::NAN),
        (f64::NAN, -INF),
        (0.0, -0.0),
        (1e-170, 0.0),
    ] {
        assert!(ulp64(scalar::hypot(a, b), f64::hypot(a, b)) <= 1.0, "{a:e} {b:e}");
    }
}
