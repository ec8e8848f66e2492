//! Norms against their definition in float64, forward and back, over layouts, levels and numbers of threads.

use super::*;
use crate::base::{BF16, F16};
use crate::kernels::cpu::machine::par;
use std::ptr::null_mut;

fn data<T: Flt>(n: usize, seed: usize) -> Vec<T> {
    (0..n).map(|i| T::from_f64((((i + seed) * 7919 % 1013) as f64 / 300.0) - 1.2)).collect()
}

fn wide<T: Flt>(v: &[T]) -> Vec<f64> {
    v.iter().map(|x| x.to_f64()).collect()
}

fn near(got: &[f64], want: &[f64], tol: f64, what: &str) {
    assert_eq!(got.len(), want.len());
    for (i, (a, b)) in got.iter().zip(want).enumerate() {
        assert!((a - b).abs() <= tol * (1.0 + b.abs()), "{what}[{i}]: {a} {b}");
    }
}

/// One thread's results, after checking that two and three threads give the same bits.
fn same<R: PartialEq + std::fmt::Debug>(run: impl Fn() -> R) -> R {
    let [a, b, c] = [1, 2, 3].map(|t| {
        par::set_num_threads(t);
        run()
    });
    assert!(a == b && a == c);
    a
}

/// The definition: normalise sets of elements; each element has a parameter index. Returns y, dx, dw, db.
fn reference(
    sets: &[Vec<usize>],
    param: impl Fn(usize) -> usize,
    np: usize,
    x: &[f64],
    g: &[f64],
    w: &[f64],
    b: &[f64],
    eps: f64,
) -> [Vec<f64>; 4] {
    let (mut y, mut dx) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let (mut dw, mut db) = (vec![0.0; np], vec![0.0; np]);
    for set in sets {
        let n = set.len() as f64;
        let m = set.iter().map(|&i| x[i]).sum::<f64>() / n;
        let v = set.iter().map(|&i| (x[i] - m) * (x[i] - m)).sum::<f64>() / n;
        let r = 1.0 / (v + eps).sqrt();
        let hat = |i: usize| (x[i] - m) * r;
        let a = set.iter().map(|&i| g[i] * w[param(i)]).sum::<f64>() / n;
        let c = set.iter().map(|&i| g[i] * w[param(i)] * hat(i)).sum::<f64>() / n;
        for &i in set {
            let p = param(i);
            y[i] = hat(i) * w[p] + b[p];
            dx[i] = r * (g[i] * w[p] - a - hat(i) * c);
            dw[p] += g[i] * hat(i);
            db[p] += g[i];
        }
    }
    [y, dx, dw, db]
}

fn layer<T: Flt>(tol: f64) {
    for (rows, n) in [(3, 5), (70, 33), (1, 10_000), (200, 64), (4, 1), (0, 8), (5, 100)] {
        let d = Rows { samples: rows, groups: 1, n };
        let (x, g) = (data::<T>(rows * n, 0), data::<T>(rows * n, 77));
        let (w, b) = (data::<T>(n, 5), data::<T>(n, 9));
        let run = || {
            let (mut y, mut dx) = (vec![T::ZERO; rows * n], vec![T::ZERO; rows * n]);
            let (mut dw, mut db) = (vec![T::ZERO; n], vec![T::ZERO; n]);
            let (mut m, mut r) = (vec![T::C::ZERO; rows], vec![T::C::ZERO; rows]);
            // SAFETY: buffers of the sizes named.
            unsafe {
                layer_norm(
                    d,
                    x.as_ptr(),
                    w.as_ptr(),
                    b.as_ptr(),
                    1e-2,
                    y.as_mut_ptr(),
                    m.as_mut_ptr(),
                    r.as_mut_ptr(),
                );
                layer_norm_backward(
                    d,
                    g.as_ptr(),
                    x.as_ptr(),
                    w.as_ptr(),
                    m.as_ptr(),
                    r.as_ptr(),
                    dx.as_mut_ptr(),
                    dw.as_mut_ptr(),
                    db.as_mut_ptr(),
                );
            }
            [wide(&y), wide(&dx), wide(&dw), wide(&db)]
        };
        let got = same(run);
        let sets: Vec<Vec<usize>> = (0..rows).map(|r| (r * n..(r + 1) * n).collect()).collect();
        let want = reference(&sets, |i| i % n, n, &wide(&x), &wide(&g), &wide(&w), &wide(&b), 1e-2);
        for k in 0..4 {
            near(&got[k], &want[k], tol * if k > 1 { 16.0 } else { 4.0 }, &format!("layer {rows}x{n} {k}"));
        }
        let mut y = vec![T::ZERO; rows * n];
        // SAFETY: buffers of the sizes that the geometry names.
        unsafe {
            let no = std::ptr::null();
            layer_norm(d, x.as_ptr(), no, no, 1e-2, y.as_mut_ptr(), null_mut(), null_mut());
        }
        let want = reference(&sets, |i| i % n, n, &wide(&x), &wide(&g), &vec![1.0; n], &vec![0.0; n], 1e-2);
        near(&wide(&y), &want[0], tol * 4.0, "plain layer");
    }
}

fn grouped<T: Flt>(tol: f64) {
    for (n, c, s) in [
        (3, 4, 5),
        (2, 6, 100),
        (70, 8, 1),
        (4, 2, 9000),
        (1, 64, 49),
        (9, 12, 33),
        (40, 520, 1),
        (2, 3000, 3),
    ] {
        for channels_last in [false, true] {
            let d = Planes { n, c, s, channels_last };
            let len = n * c * s;
            let (x, g) = (data::<T>(len, 0), data::<T>(len, 77));
            let (w, b) = (data::<T>(c, 5), data::<T>(c, 9));
            let channel = |i: usize| if channels_last { i % c } else { i / s % c };
            let sample = |i: usize| i / (c * s);
            // group normalisation
            for groups in [1, 2, c] {
                let run = || {
                    let (mut y, mut dx) = (vec![T::ZERO; len], vec![T::ZERO; len]);
                    let (mut dw, mut db) = (vec![T::ZERO; c], vec![T::ZERO; c]);
                    let (mut m, mut r) = (vec![T::C::ZERO; n * groups], vec![T::C::ZERO; n * groups]);
                    // SAFETY: buffers of the sizes named.
                    unsafe {
                        group_norm(
                            d,
                            groups,
                            x.as_ptr(),
                            w.as_ptr(),
                            b.as_ptr(),
                            1e-2,
                            y.as_mut_ptr(),
                            m.as_mut_ptr(),
                            r.as_mut_ptr(),
                        );
                        group_norm_backward(
                            d,
                            groups,
                            g.as_ptr(),
                            x.as_ptr(),
                            w.as_ptr(),
                            m.as_ptr(),
                            r.as_ptr(),
                            dx.as_mut_ptr(),
                            dw.as_mut_ptr(),
                            db.as_mut_ptr(),
                        );
                    }
                    [wide(&y), wide(&dx), wide(&dw), wide(&db)]
                };
                let got = same(run);
                let mut sets = vec![Vec::new(); n * groups];
                (0..len).for_each(|i| sets[sample(i) * groups + channel(i) / (c / groups)].push(i));
                let want = reference(&sets, channel, c, &wide(&x), &wide(&g), &wide(&w), &wide(&b), 1e-2);
                for k in 0..4 {
                    near(
                        &got[k],
                        &want[k],
                        tol * if k > 1 { 64.0 } else { 4.0 },
                        &format!("group {d:?} {groups} {k}"),
                    );
                }
            }
            // batch normalisation
            let run = || {
                let (mut y, mut dx) = (vec![T::ZERO; len], vec![T::ZERO; len]);
                let (mut dw, mut db) = (vec![T::ZERO; c], vec![T::ZERO; c]);
                let (mut m, mut r) = (vec![T::C::ZERO; c], vec![T::C::ZERO; c]);
                let (mut rm, mut rv) = (vec![T::ONE; c], vec![T::ONE; c]);
                // SAFETY: buffers of the sizes named.
                unsafe {
                    batch_norm_train(
                        d,
                        x.as_ptr(),
                        w.as_ptr(),
                        b.as_ptr(),
                        1e-2,
                        rm.as_mut_ptr(),
                        rv.as_mut_ptr(),
                        0.25,
                        y.as_mut_ptr(),
                        m.as_mut_ptr(),
                        r.as_mut_ptr(),
                    );
                    batch_norm_backward(
                        d,
                        g.as_ptr(),
                        x.as_ptr(),
                        w.as_ptr(),
                        m.as_ptr(),
                        r.as_ptr(),
                        true,
                        dx.as_mut_ptr(),
                        dw.as_mut_ptr(),
                        db.as_mut_ptr(),
                    );
                }
                [wide(&y), wide(&dx), wide(&dw), wide(&db), wide(&rm), wide(&rv)]
            };
            let got = same(run);
            let mut sets = vec![Vec::new(); c];
            (0..len).for_each(|i| sets[channel(i)].push(i));
            let xs = wide(&x);
            let want = reference(&sets, channel, c, &xs, &wide(&g), &wide(&w), &wide(&b), 1e-2);
            for k in 0..4 {
                near(&got[k], &want[k], tol * if k > 1 { 64.0 } else { 4.0 }, &format!("batch {d:?} {k}"));
            }
            let count = (n * s) as f64;
            for ch in 0..c {
                let m = sets[ch].iter().map(|&i| xs[i]).sum::<f64>() / count;
                let v = sets[ch].iter().map(|&i| (xs[i] - m) * (xs[i] - m)).sum::<f64>() / (count - 1.0);
                near(&[got[4][ch], got[5][ch]], &[0.75 + 0.25 * m, 0.75 + 0.25 * v], tol * 2.0, "running");
            }
            let (mean, var) = (data::<T>(c, 3), vec![T::from_f64(0.5); c]);
            let rstd: Vec<T::C> = vec![T::C::of(1.0 / 0.51f64.sqrt()); c];
            let mean_c: Vec<T::C> = mean.iter().map(|m| m.up()).collect();
            let mut y = vec![T::ZERO; len];
            let (mut dx, mut dw, mut db) = (vec![T::ZERO; len], vec![T::ZERO; c], vec![T::ZERO; c]);
            // SAFETY: buffers of the sizes named.
            unsafe {
                batch_norm_eval(
                    d,
                    x.as_ptr(),
                    w.as_ptr(),
                    b.as_ptr(),
                    mean.as_ptr(),
                    var.as_ptr(),
                    1e-2,
                    y.as_mut_ptr(),
                );
                batch_norm_backward(
                    d,
                    g.as_ptr(),
                    x.as_ptr(),
                    w.as_ptr(),
                    mean_c.as_ptr(),
                    rstd.as_ptr(),
                    false,
                    dx.as_mut_ptr(),
                    dw.as_mut_ptr(),
                    db.as_mut_ptr(),
                );
            }
            for i in 0..len {
                let ch = channel(i);
                let (wc, bc) = (w[ch].to_f64(), b[ch].to_f64());
                let r = 1.0 / 0.51f64.sqrt();
                let hat = (xs[i] - mean[ch].to_f64()) * r;
                near(
                    &[y[i].to_f64(), dx[i].to_f64()],
                    &[hat * wc + bc, g[i].to_f64() * wc * r],
                    tol * 4.0,
                    "eval",
                );
            }
            for ch in 0..c {
                let mut want = [0.0; 2];
                for &i in &sets[ch] {
                    want[0] += g[i].to_f64() * (xs[i] - mean[ch].to_f64()) / 0.51f64.sqrt();
                    want[1] += g[i].to_f64();
                }
                near(&[dw[ch].to_f64(), db[ch].to_f64()], &want, tol * 64.0, "eval parameters");
            }
        }
    }
}

#[test]
fn layer_norms() {
    layer::<f32>(2e-6);
    layer::<f64>(1e-13);
    layer::<F16>(1e-3);
    layer::<BF16>(8e-3);
}

#[test]
fn group_and_batch_norms() {
    grouped::<f32>(2e-6);
    grouped::<f64>(1e-13);
    grouped::<F16>(1e-3);
    grouped::<BF16>(8e-3);
}
