//! Poolings against pairs of pixels and windows, one by one.

use super::*;
use crate::base::{BF16, Elem, F16};
use crate::kernels::cpu::machine::float::Flt;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::nn::pool::max::Pooled;

fn data<T: Elem>(n: usize, seed: usize) -> Vec<T> {
    (0..n).map(|i| T::from_f64((((i + seed) * 7919 % 113) as f64 / 16.0) - 3.0)).collect()
}

/// Kernel, stride, padding, dilation per axis; sizes.
fn cases() -> Vec<([usize; 3], [[usize; 4]; 3])> {
    let one = [1, 1, 0, 1];
    vec![
        ([1, 7, 9], [one, [3, 2, 1, 1], [3, 2, 1, 1]]),
        ([1, 1, 40], [one, one, [4, 3, 2, 1]]),
        ([1, 8, 8], [one, [2, 2, 0, 1], [2, 2, 0, 1]]),
        ([5, 6, 35], [[2, 1, 1, 1], [3, 2, 0, 1], [3, 1, 1, 1]]),
        ([1, 12, 13], [one, [3, 1, 1, 2], [2, 2, 1, 3]]),
        ([1, 5, 5], [one, [5, 5, 0, 1], [5, 1, 2, 1]]),
        ([4, 3, 70], [[2, 2, 0, 1], [1, 2, 0, 1], [7, 4, 3, 1]]),
    ]
}

fn output(size: usize, [k, s, p, d]: [usize; 4], ceil: bool) -> usize {
    let span = size + 2 * p - d * (k - 1) - 1;
    let o = if ceil { span.div_ceil(s) } else { span / s } + 1;
    // a window must begin inside the input or its left padding
    if ceil && (o - 1) * s >= size + p { o - 1 } else { o }
}

/// Every (output, input, weight of the window) of one axis, straight from the parameters.
fn pairs(size: usize, out: usize, [k, s, p, d]: [usize; 4], include: bool) -> Vec<(Vec<usize>, usize)> {
    (0..out)
        .map(|o| {
            let begin = (o * s) as isize - p as isize;
            let inside: Vec<usize> = (0..k)
                .map(|i| begin + (i * d) as isize)
                .filter(|x| (0..size as isize).contains(x))
                .map(|x| x as usize)
                .collect();
            let end = (begin + k as isize).min((size + p) as isize);
            let weight = if include { (end - begin) as usize } else { inside.len() };
            (inside, weight)
        })
        .collect()
}

fn same<R: PartialEq + std::fmt::Debug>(run: impl Fn() -> R) -> R {
    let [a, b, c] = [1, 2, 3].map(|t| {
        par::set_num_threads(t);
        run()
    });
    assert!(a == b && a == c);
    a
}

fn check<T: Flt + Pooled>(tol: f64) {
    for (sizes, axes) in cases() {
        for (ceil, channels_last) in [(false, false), (true, false), (false, true), (true, true)] {
            for include in [false, true] {
                let outs = [0, 1, 2].map(|a| output(sizes[a], axes[a], ceil));
                let p = |dilated: bool| Pool {
                    n: 2,
                    c: if channels_last { CHANNELS + 5 } else { 3 },
                    channels_last,
                    windows: [0, 1, 2].map(|a| {
                        let [k, s, q, d] = axes[a];
                        Windows::fixed(sizes[a], outs[a], k, s, q, if dilated { d } else { 1 }, include)
                    }),
                };
                let list = [0, 1, 2].map(|a| pairs(sizes[a], outs[a], axes[a], include));
                compare::<T>(&p(true), &list, include && axes.iter().all(|a| a[3] == 1), tol);
            }
        }
    }
    for (sizes, outs) in [([1, 7, 9], [1, 3, 4]), ([5, 4, 100], [2, 4, 1]), ([1, 1, 6], [1, 1, 9])] {
        for channels_last in [false, true] {
            let windows = [0, 1, 2].map(|a| Windows::adaptive(sizes[a], outs[a]));
            let list = [0, 1, 2].map(|a| {
                windows[a].list.iter().map(|w| ((w.start..w.end).collect(), w.end - w.start)).collect()
            });
            compare::<T>(&Pool { n: 2, c: 3, channels_last, windows }, &list, true, tol);
        }
    }
}

fn compare<T: Flt + Pooled>(p: &Pool, list: &[Vec<(Vec<usize>, usize)>; 3], average: bool, tol: f64) {
    let (input, output) = p.planes();
    let planes = p.n * p.c;
    let (x, g) = (data::<T>(planes * input, 0), data::<T>(planes * output, 50));
    let at = |n: usize, c: usize, i: usize, size: usize| {
        if p.channels_last { (n * size + i) * p.c + c } else { (n * p.c + c) * size + i }
    };
    let run = || {
        let (mut y, mut i) = (vec![T::ZERO; planes * output], vec![0i64; planes * output]);
        let mut dx = vec![T::ONE; planes * input];
        // SAFETY: buffers of the sizes named.
        unsafe {
            max_pool(p, x.as_ptr(), y.as_mut_ptr(), i.as_mut_ptr());
            let mut alone = vec![T::ZERO; planes * output];
            max_pool(p, x.as_ptr(), alone.as_mut_ptr(), std::ptr::null_mut());
            assert!(alone == y, "values without positions");
            let apart = p.windows.iter().all(|w| w.list.windows(2).all(|two| two[0].end <= two[1].start));
            let send = Send { n: p.n, c: p.c, channels_last: p.channels_last, input, output, apart };
            max_pool_backward(&send, g.as_ptr(), i.as_ptr(), dx.as_mut_ptr());
        }
        (y, i, dx)
    };
    let (y, index, dx) = same(run);
    let run = || {
        let (mut y, mut d) = (vec![T::ZERO; planes * output], vec![T::ZERO; planes * input]);
        // SAFETY: buffers of the sizes named.
        unsafe {
            avg_pool(p, None, x.as_ptr(), y.as_mut_ptr());
            avg_pool_backward(p, None, g.as_ptr(), d.as_mut_ptr());
        }
        (y, d)
    };
    let (mean, dmean) = if average { same(run) } else { Default::default() };
    let (mut want_dx, mut want_dm) = (vec![0f64; planes * input], vec![0f64; planes * input]);
    let sizes = [0, 1, 2].map(|a| p.windows[a].size);
    for n in 0..p.n {
        for c in 0..p.c {
            let mut o = 0;
            for (ds, dw) in &list[0] {
                for (hs, hw) in &list[1] {
                    for (ws, ww) in &list[2] {
                        let mut best: Option<(f64, usize)> = None;
                        let (mut sum, out) = (0.0, at(n, c, o, output));
                        let weight = (dw * hw * ww) as f64;
                        for d in ds {
                            for h in hs {
                                for w in ws {
                                    let i = (d * sizes[1] + h) * sizes[2] + w;
                                    let v = x[at(n, c, i, input)].to_f64();
                                    sum += v;
                                    if best.is_none_or(|b| v > b.0) {
                                        best = Some((v, i));
                                    }
                                    want_dm[at(n, c, i, input)] += g[out].to_f64() / weight;
                                }
                            }
                        }
                        let (v, i) = best.unwrap();
                        assert_eq!((y[out].to_f64(), index[out]), (v, i as i64), "{p:?}");
                        want_dx[at(n, c, i, input)] += g[out].to_f64();
                        if average {
                            let (a, b) = (mean[out].to_f64(), sum / weight);
                            assert!((a - b).abs() <= tol * (1.0 + b.abs()), "{p:?} {a} {b}");
                        }
                        o += 1;
                    }
                }
            }
        }
    }
    for i in 0..planes * input {
        let (a, b) = (dx[i].to_f64(), want_dx[i]);
        assert!((a - b).abs() <= tol * (1.0 + b.abs()), "{p:?} max gradient {i}: {a} {b}");
        if average {
            let (a, b) = (dmean[i].to_f64(), want_dm[i]);
            assert!((a - b).abs() <= tol * (1.0 + b.abs()), "{p:?} mean gradient {i}: {a} {b}");
        }
    }
}

#[test]
fn against_the_definition() {
    check::<f32>(2e-6);
    check::<f64>(1e-13);
    check::<F16>(1e-3);
    check::<BF16>(8e-3);
}

#[test]
fn not_a_number_and_no_samples() {
    let windows =
        [Windows::none(), Windows::fixed(4, 2, 3, 2, 1, 1, false), Windows::fixed(4, 2, 3, 2, 1, 1, false)];
    for channels_last in [false, true] {
        let mut p = Pool { n: 1, c: 1, channels_last, windows: windows.clone() };
        let mut x = [-f32::INFINITY; 16];
        x[5] = f32::NAN;
        x[6] = f32::NAN;
        let (mut y, mut i) = ([0f32; 4], [9i64; 4]);
        // SAFETY: a plane of 4x4, pooled to 2x2.
        unsafe { max_pool(&p, x.as_ptr(), y.as_mut_ptr(), i.as_mut_ptr()) };
        assert!(y.iter().all(|v| v.is_nan()), "{y:?}");
        assert_eq!(i, [5, 6, 5, 6]);
        x = [-f32::INFINITY; 16];
        // SAFETY: buffers of the sizes that the geometry names.
        unsafe { max_pool(&p, x.as_ptr(), y.as_mut_ptr(), i.as_mut_ptr()) };
        assert_eq!(i, [0, 1, 4, 5]);
        p.n = 0;
        // SAFETY: nothing is touched.
        unsafe {
            max_pool::<f32>(&p, x.as_ptr(), y.as_mut_ptr(), i.as_mut_ptr());
            avg_pool_backward::<f32>(&p, None, y.as_ptr(), x.as_mut_ptr());
        }
    }
}
