//! Reductions against groups of elements gathered one by one, over shapes, strides and axes.

use super::*;
use crate::base::{BF16, C64, Elem, F16};
use crate::kernels::cpu::machine::float::Flt;
use crate::kernels::cpu::machine::par;

/// Shapes, strides and masks: dense, permuted, gapped, broadcast, empty, long.
fn cases() -> Vec<(Vec<usize>, Vec<usize>, Vec<bool>)> {
    let dense = |shape: &[usize]| crate::base::Layout::contiguous(shape).strides.to_vec();
    let mut out = Vec::new();
    for shape in [
        vec![7],
        vec![1000],
        vec![5, 13],
        vec![300, 3],
        vec![3, 300],
        vec![33, 70],
        vec![4, 5, 6],
        vec![3, 1, 7, 9],
        vec![0, 4],
        vec![4, 0],
        vec![],
        vec![200_000],
        vec![2, 70_001],
        vec![70_001, 2],
        vec![5000, 33],
        vec![130, 1100],
    ] {
        for mask in 0..1usize << shape.len() {
            let m: Vec<bool> = (0..shape.len()).map(|i| mask >> i & 1 == 1).collect();
            out.push((shape.clone(), dense(&shape), m));
        }
    }
    for mask in 0..8 {
        let m: Vec<bool> = (0..3).map(|i| mask >> i & 1 == 1).collect();
        out.push((vec![6, 5, 40], vec![1, 6, 30], m.clone()));
        out.push((vec![6, 5, 40], vec![1, 240, 6], m.clone()));
        out.push((vec![6, 5, 40], vec![1000, 100, 2], m.clone()));
        out.push((vec![6, 5, 40], vec![40, 0, 1], m.clone()));
        out.push((vec![6, 5, 40], vec![3, 100, 0], m));
    }
    out
}

fn extent(shape: &[usize], strides: &[usize]) -> usize {
    shape.iter().zip(strides).map(|(n, s)| n.saturating_sub(1) * s).sum::<usize>() + 1
}

fn noise(i: usize) -> f64 {
    let h = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / (1u64 << 24) as f64 - 0.5
}

/// The reduced elements of every output, in row-major order.
fn groups<T: Elem>(shape: &[usize], strides: &[usize], mask: &[bool], x: &[T]) -> Vec<Vec<T>> {
    let pick = |want: bool| -> (Vec<usize>, Vec<usize>) {
        (0..shape.len()).filter(|&i| mask[i] == want).map(|i| (shape[i], strides[i])).unzip()
    };
    let offsets = |(sizes, steps): (Vec<usize>, Vec<usize>)| {
        let n: usize = sizes.iter().product();
        (0..n)
            .map(|mut f| {
                let mut o = 0;
                for k in (0..sizes.len()).rev() {
                    o += f % sizes[k] * steps[k];
                    f /= sizes[k];
                }
                o
            })
            .collect::<Vec<usize>>()
    };
    let (outer, inner) = (offsets(pick(false)), offsets(pick(true)));
    outer.iter().map(|o| inner.iter().map(|i| x[o + i]).collect()).collect()
}

/// Runs at 1, 2 and 3 threads and demands the same bits.
fn same_bits<R: Copy + std::fmt::Debug>(n: usize, zero: R, run: impl Fn(*mut R)) -> Vec<R> {
    let before = par::num_threads();
    let results: Vec<Vec<R>> = [1, 2, 3]
        .map(|t| {
            par::set_num_threads(t);
            let mut out = vec![zero; n];
            run(out.as_mut_ptr());
            out
        })
        .into();
    par::set_num_threads(before);
    assert_eq!(format!("{:?}", results[0]), format!("{:?}", results[1]));
    assert_eq!(format!("{:?}", results[0]), format!("{:?}", results[2]));
    results.into_iter().next().unwrap()
}

fn close(a: f64, b: f64, tol: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tol * (1.0 + b.abs())
}

fn floats<T: Flt + Summable<Sum = T> + Magnitude + Ordered + fold::Taken<As: Summable + Ordered>>(tol: f64)
where
    <T as Magnitude>::Mag: Elem,
{
    for (shape, strides, mask) in cases() {
        let x: Vec<T> = (0..extent(&shape, &strides)).map(|i| T::from_f64(noise(i))).collect();
        let plan = ReducePlan::new(&shape, &strides, &mask);
        let ordered = ReducePlan::ordered(&shape, &strides, &mask);
        let g = groups(&shape, &strides, &mask, &x);
        assert_eq!(g.len(), plan.outer_len);
        let f: Vec<Vec<f64>> = g.iter().map(|r| r.iter().map(|v| v.to_f64()).collect()).collect();
        let n = plan.outer_len;
        let check = |name: &str, got: Vec<f64>, want: &dyn Fn(&[f64]) -> f64, scale: f64| {
            for (o, row) in f.iter().enumerate() {
                let w = if scale == 0.0 { want(row) } else { T::from_f64(want(row)).to_f64() };
                assert!(
                    close(got[o], w, tol * scale),
                    "{name} {shape:?} {strides:?} {mask:?} [{o}]: {} {w}",
                    got[o]
                );
            }
        };
        let ok = |v: Vec<T>| v.into_iter().map(|x| x.to_f64()).collect::<Vec<_>>();
        // SAFETY: buffers as large as the plans say.
        unsafe {
            let p = x.as_ptr() as usize; // closures called on one thread
            let p = p as *const T;
            check("sum", ok(same_bits(n, T::ZERO, |d| sum(&plan, p, d, false))), &|r| r.iter().sum(), 4.0);
            check("nansum", ok(same_bits(n, T::ZERO, |d| sum(&plan, p, d, true))), &|r| r.iter().sum(), 4.0);
            check("prod", ok(same_bits(n, T::ZERO, |d| prod(&plan, p, d))), &|r| r.iter().product(), 4.0);
            check(
                "max",
                ok(same_bits(n, T::ZERO, |d| max(&plan, p, d))),
                &|r| r.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                0.0,
            );
            check(
                "min",
                ok(same_bits(n, T::ZERO, |d| min(&plan, p, d))),
                &|r| r.iter().copied().fold(f64::INFINITY, f64::min),
                0.0,
            );
            let nan = T::from_f64(f64::NAN);
            if plan.inner_len > 0 {
                for correction in [0.0, 1.0] {
                    let v =
                        same_bits(n, T::ZERO, |d| var(&plan, p, correction, false, d, std::ptr::null_mut()));
                    check(
                        "var",
                        ok(v),
                        &|r| {
                            let m = r.iter().sum::<f64>() / r.len() as f64;
                            r.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / (r.len() as f64 - correction)
                        },
                        4.0,
                    );
                }
                let lse = ok(same_bits(n, nan, |d| logsumexp(&plan, p, d)));
                check("logsumexp", lse, &|r| r.iter().map(|x| x.exp()).sum::<f64>().ln(), 4.0);
                for is_max in [false, true] {
                    let i = same_bits(n, 0i64, |d| arg_extreme(&ordered, p, is_max, std::ptr::null_mut(), d));
                    let i = i.into_iter().map(|i| i as f64).collect();
                    check(
                        "arg",
                        i,
                        &|r| {
                            let mut best = 0;
                            for k in 0..r.len() {
                                if if is_max { r[k] > r[best] } else { r[k] < r[best] } {
                                    best = k;
                                }
                            }
                            best as f64
                        },
                        0.0,
                    );
                }
            }
            for q in [0.0, 1.0, 2.0, 3.5, f64::INFINITY, f64::NEG_INFINITY] {
                let v = same_bits(n, T::Mag::ZERO, |d| norm(&plan, p, q, d));
                let v = v.into_iter().map(|x| x.to_f64()).collect();
                check(
                    "norm",
                    v,
                    &|r| {
                        let a = r.iter().map(|x| x.abs());
                        if q == 0.0 {
                            r.iter().filter(|x| **x != 0.0).count() as f64
                        } else if q == f64::INFINITY {
                            a.fold(0.0, f64::max)
                        } else if q == f64::NEG_INFINITY {
                            a.fold(f64::INFINITY, f64::min)
                        } else {
                            a.map(|x| x.powf(q)).sum::<f64>().powf(1.0 / q)
                        }
                    },
                    8.0,
                );
            }
        }
    }
}

#[test]
fn reductions_f32() {
    floats::<f32>(1e-6);
}
#[test]
fn reductions_f64() {
    floats::<f64>(1e-12);
}
#[test]
fn reductions_f16() {
    floats::<F16>(1e-3);
}
#[test]
fn reductions_bf16() {
    floats::<BF16>(8e-3);
}

#[test]
fn integers_bools_and_complex() {
    for (shape, strides, mask) in cases() {
        let n = extent(&shape, &strides);
        let plan = ReducePlan::new(&shape, &strides, &mask);
        let x: Vec<i8> = (0..n).map(|i| (noise(i) * 200.0) as i8).collect();
        let b: Vec<bool> = x.iter().map(|&v| v > 99).collect();
        let z: Vec<C64> = (0..n).map(|i| C64::new(noise(i) as f32, noise(i + 7) as f32)).collect();
        // SAFETY: buffers as large as the plan says.
        unsafe {
            let s = same_bits(plan.outer_len, 0i64, |d| sum(&plan, x.as_ptr(), d, false));
            let m = same_bits(plan.outer_len, 0i8, |d| max(&plan, x.as_ptr(), d));
            let c = same_bits(plan.outer_len, 0i64, |d| count_nonzero(&plan, x.as_ptr(), d));
            for (o, g) in groups(&shape, &strides, &mask, &x).iter().enumerate() {
                assert_eq!(s[o], g.iter().map(|&v| v as i64).sum::<i64>());
                assert_eq!(m[o], g.iter().copied().max().unwrap_or(i8::MIN));
                assert_eq!(c[o], g.iter().filter(|v| **v != 0).count() as i64);
            }
            let yes = same_bits(plan.outer_len, false, |d| any(&plan, b.as_ptr(), d));
            let all_ = same_bits(plan.outer_len, false, |d| all(&plan, x.as_ptr(), d));
            let count = same_bits(plan.outer_len, 0i64, |d| sum(&plan, b.as_ptr(), d, false));
            for (o, g) in groups(&shape, &strides, &mask, &b).iter().enumerate() {
                assert_eq!(yes[o], g.iter().any(|v| *v));
                assert_eq!(count[o], g.iter().filter(|v| **v).count() as i64);
            }
            for (o, g) in groups(&shape, &strides, &mask, &x).iter().enumerate() {
                assert_eq!(all_[o], g.iter().all(|v| *v != 0));
            }
            let zs = same_bits(plan.outer_len, C64::ZERO, |d| sum(&plan, z.as_ptr(), d, false));
            let zn = same_bits(plan.outer_len, 0f32, |d| norm(&plan, z.as_ptr(), 2.0, d));
            for (o, g) in groups(&shape, &strides, &mask, &z).iter().enumerate() {
                let t = g.iter().fold(crate::base::C128::new(0.0, 0.0), |a, v| a + v.to_c128());
                assert!((zs[o].to_c128() - t).norm() < 1e-3);
                let t = g.iter().map(|v| v.to_c128().norm_sqr()).sum::<f64>().sqrt();
                assert!(close(zn[o] as f64, t, 1e-5));
            }
        }
    }
}

#[test]
fn not_a_number() {
    for n in [3usize, 100, 5000, 100_000] {
        for at in [0, n / 2, n - 1] {
            let mut x: Vec<f32> = (0..n).map(|i| noise(i) as f32).collect();
            x[at] = f32::NAN;
            if at + 2 < n {
                x[at + 2] = f32::NAN;
            }
            let plan = ReducePlan::all(&[n], &[1]);
            let (mut m, mut i, mut s, mut l) = (0f32, 0i64, 0f32, 0f32);
            // SAFETY: one result each.
            unsafe {
                for is_max in [true, false] {
                    if is_max {
                        max(&plan, x.as_ptr(), &mut m)
                    } else {
                        min(&plan, x.as_ptr(), &mut m)
                    }
                    assert!(m.is_nan());
                    arg_extreme(&plan, x.as_ptr(), is_max, &mut m, &mut i);
                    assert!(m.is_nan() && i == at as i64);
                }
                sum(&plan, x.as_ptr(), &mut s, true);
                assert!(s.is_finite());
                logsumexp(&plan, x.as_ptr(), &mut l);
                assert!(l.is_nan());
                var(&plan, x.as_ptr(), 1.0, false, &mut l, &mut m);
                assert!(l.is_nan() && m.is_nan());
            }
        }
    }
    let x = [f32::NEG_INFINITY; 3000];
    let mut l = 0f32;
    // SAFETY: one result.
    unsafe { logsumexp(&ReducePlan::all(&[3000], &[1]), x.as_ptr(), &mut l) };
    assert_eq!(l, f32::NEG_INFINITY);
    let mut y = x;
    y[2500] = f32::INFINITY;
    // SAFETY: one result.
    unsafe { logsumexp(&ReducePlan::all(&[3000], &[1]), y.as_ptr(), &mut l) };
    assert_eq!(l, f32::INFINITY);
}

#[test]
fn large_means_keep_their_variance() {
    let x: Vec<f32> = (0..100_000).map(|i| 4096.0 + noise(i) as f32).collect();
    let exact: Vec<f64> = x.iter().map(|&v| v as f64).collect();
    let m = exact.iter().sum::<f64>() / 1e5;
    let v = exact.iter().map(|v| (v - m) * (v - m)).sum::<f64>() / (1e5 - 1.0);
    let (mut got, mut mean) = (0f32, 0f32);
    // SAFETY: one result each.
    unsafe { var(&ReducePlan::all(&[100_000], &[1]), x.as_ptr(), 1.0, false, &mut got, &mut mean) };
    assert!(close(got as f64, v, 1e-6) && close(mean as f64, m, 1e-7), "{got} {v} {mean} {m}");
}

#[test]
fn running_reductions() {
    for (shape, strides, _) in cases() {
        let x: Vec<f32> = (0..extent(&shape, &strides)).map(|i| (noise(i) * 8.0).round() as f32).collect();
        let total: usize = shape.iter().product();
        for axis in 0..shape.len().max(1) {
            let mask: Vec<bool> = (0..shape.len()).map(|i| i == axis).collect();
            let lines = groups(&shape, &strides, &mask, &x);
            let trail: usize = shape.iter().skip(axis + 1).product();
            let n = shape.get(axis).copied().unwrap_or(1);
            let place = |o: usize, i: usize| (o / trail * n + i) * trail + o % trail;
            // SAFETY: buffers of the full size.
            unsafe {
                let p = x.as_ptr();
                let s = same_bits(total, 0f32, |d| cumsum(&shape, &strides, axis, p, d));
                let q = same_bits(total, 0f32, |d| cumprod(&shape, &strides, axis, p, d));
                let l = same_bits(total, 0f32, |d| logcumsumexp(&shape, &strides, axis, p, d));
                let mut values = vec![0f32; total];
                let mut indices = vec![0i64; total];
                cum_extreme(&shape, &strides, axis, p, true, values.as_mut_ptr(), indices.as_mut_ptr());
                for (o, line) in lines.iter().enumerate() {
                    let (mut a, mut m, mut e, mut best) = (0f64, 1f64, 0f64, 0);
                    for (i, &v) in line.iter().enumerate() {
                        a += v as f64;
                        m *= v as f64;
                        e += (v as f64).exp();
                        if v >= line[best] {
                            best = i;
                        }
                        let at = place(o, i);
                        assert_eq!(s[at] as f64, a);
                        assert!(q[at] == m as f32 || m.is_nan());
                        assert!(close(l[at] as f64, e.ln(), 1e-6));
                        assert_eq!((values[at], indices[at]), (line[best], best as i64));
                    }
                }
            }
        }
    }
}
