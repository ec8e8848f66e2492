use super::*;
use crate::base::{BF16, C64, C128, Elem, F16};

fn data<T: Elem>(n: usize, seed: usize) -> Vec<T> {
    (0..n)
        .map(|i| {
            let v = |k: usize| (((i + seed + k) * 7919 % 113) as f64 / 64.0) - 0.9;
            T::from_c128(C128::new(v(0), v(5)))
        })
        .collect()
}

pub(super) fn geometry(
    n: usize,
    groups: usize,
    [cin, cout]: [usize; 2],
    input: [usize; 3],
    kernel: [usize; 3],
    stride: [usize; 3],
    padding: [usize; 3],
    dilation: [usize; 3],
) -> Conv {
    let output =
        [0, 1, 2].map(|a| Conv::output_size(input[a], kernel[a], stride[a], padding[a], dilation[a]));
    Conv { n, cin, cout, groups, input, output, kernel, stride, padding, dilation, channels_last: false }
}

fn cases() -> Vec<Conv> {
    let o = [1, 1, 1];
    let z = [0, 0, 0];
    vec![
        geometry(2, 1, [3, 5], [1, 7, 9], [1, 3, 3], o, [0, 1, 1], o),
        geometry(1, 1, [4, 33], [1, 12, 37], [1, 3, 3], o, [0, 1, 1], o),
        geometry(2, 1, [3, 17], [1, 23, 21], [1, 7, 7], [1, 2, 2], [0, 3, 3], o),
        geometry(2, 2, [4, 6], [1, 8, 11], [1, 3, 2], [1, 2, 3], [0, 2, 1], [1, 2, 3]),
        geometry(2, 6, [6, 6], [1, 9, 20], [1, 3, 3], o, [0, 1, 1], o),
        geometry(2, 4, [4, 8], [1, 9, 20], [1, 3, 3], [1, 2, 2], [0, 1, 1], o),
        geometry(1, 3, [3, 3], [1, 6, 40], [1, 5, 5], o, [0, 2, 2], [1, 1, 2]),
        geometry(3, 1, [19, 40], [1, 7, 7], [1, 1, 1], o, z, o),
        geometry(2, 1, [8, 7], [1, 9, 9], [1, 1, 1], [1, 2, 2], z, o),
        geometry(2, 1, [2, 3], [1, 1, 50], [1, 1, 5], [1, 1, 2], [0, 0, 4], [1, 1, 2]),
        geometry(2, 1, [2, 3], [5, 6, 7], [3, 2, 3], [2, 1, 1], [1, 0, 1], o),
        geometry(1, 2, [4, 4], [4, 5, 6], [2, 3, 3], [1, 2, 2], [1, 1, 1], [2, 1, 1]),
        geometry(0, 1, [2, 3], [1, 5, 5], [1, 3, 3], o, z, o),
        geometry(2, 1, [35, 70], [1, 7, 7], [1, 3, 3], o, [0, 1, 1], o),
        geometry(1, 1, [3, 4], [1, 4, 4], [1, 4, 4], o, z, o),
        geometry(1, 1, [2, 16], [1, 3, 3], [1, 3, 3], o, [0, 4, 4], o),
        geometry(1, 1, [16, 30], [1, 6, 6], [1, 2, 2], [1, 3, 3], z, o),
    ]
}

/// Offset of a pixel's channel.
fn at(p: &Conv, c: usize, plane: usize, n: usize, ch: usize, i: usize) -> usize {
    if p.channels_last { (n * plane + i) * c + ch } else { (n * c + ch) * plane + i }
}

/// Calls `f(x offset, w offset, y offset)` for every product of the definition.
fn every(p: &Conv, mut f: impl FnMut(usize, usize, usize)) {
    let (ci, co) = (p.cin / p.groups, p.cout / p.groups);
    let (k, q) = (p.kernel, p.output);
    for n in 0..p.n {
        for oc in 0..p.cout {
            for ic in 0..ci {
                for o in 0..p.output_plane() {
                    let op = [o / q[2] / q[1], o / q[2] % q[1], o % q[2]];
                    for t in 0..p.taps() {
                        let tp = [t / k[2] / k[1], t / k[2] % k[1], t % k[2]];
                        let i: Vec<isize> = (0..3)
                            .map(|a| {
                                (op[a] * p.stride[a] + tp[a] * p.dilation[a]) as isize - p.padding[a] as isize
                            })
                            .collect();
                        if (0..3).any(|a| i[a] < 0 || i[a] >= p.input[a] as isize) {
                            continue;
                        }
                        let i = (i[0] as usize * p.input[1] + i[1] as usize) * p.input[2] + i[2] as usize;
                        let xi = at(p, p.cin, p.input_plane(), n, oc / co * ci + ic, i);
                        let wi = (oc * ci + ic) * p.taps() + t;
                        f(xi, wi, at(p, p.cout, p.output_plane(), n, oc, o));
                    }
                }
            }
        }
    }
}

fn check<T: ConvElem>(tol: f64) {
    for case in cases() {
        for channels_last in [false, true] {
            let p = Conv { channels_last, ..case };
            let (nx, ny) = (p.n * p.cin * p.input_plane(), p.n * p.cout * p.output_plane());
            let nw = p.cout * p.cin / p.groups * p.taps();
            let (x, w, g): (Vec<T>, Vec<T>, Vec<T>) = (data(nx, 0), data(nw, 31), data(ny, 57));
            let (b, bi): (Vec<T>, Vec<T>) = (data(p.cout, 3), data(p.cin, 8));
            let runs = [1, 2, 3].map(|t| {
                par::set_num_threads(t);
                let (mut y, mut dx, mut dw, mut db) =
                    (vec![T::ONE; ny], vec![T::ONE; nx], vec![T::ONE; nw], vec![T::ONE; p.cout]);
                // SAFETY: buffers of the sizes that the geometry names.
                unsafe {
                    forward(&p, x.as_ptr(), w.as_ptr(), b.as_ptr(), y.as_mut_ptr());
                    backward_data(&p, g.as_ptr(), w.as_ptr(), bi.as_ptr(), dx.as_mut_ptr());
                    backward_weight(&p, x.as_ptr(), g.as_ptr(), dw.as_mut_ptr());
                    backward_bias(&p, g.as_ptr(), db.as_mut_ptr());
                }
                [y, dx, dw, db]
            });
            assert!(runs[0] == runs[1] && runs[0] == runs[2], "threads change {p:?}");
            let zero = C128::new(0.0, 0.0);
            let channel =
                |i: usize, c: usize, plane: usize| if p.channels_last { i % c } else { i / plane % c };
            let mut y: Vec<C128> =
                (0..ny).map(|i| b[channel(i, p.cout, p.output_plane())].to_c128()).collect();
            let mut dx: Vec<C128> =
                (0..nx).map(|i| bi[channel(i, p.cin, p.input_plane())].to_c128()).collect();
            let (mut dw, mut db) = (vec![zero; nw], vec![zero; p.cout]);
            every(&p, |i, j, o| {
                let (x, w, g) = (x[i].to_c128(), w[j].to_c128(), g[o].to_c128());
                y[o] += x * w;
                dx[i] += g * w;
                dw[j] += g * x;
            });
            (0..ny).for_each(|i| db[channel(i, p.cout, p.output_plane())] += g[i].to_c128());
            // a sum of n rounded terms is off by about sqrt(n) roundings of a term, however small the sum
            let (pixels, taps) = (p.n * p.output_plane(), p.taps());
            let terms = [p.cin * taps, p.cout * taps, pixels, pixels];
            for (what, (got, want)) in runs[0].iter().zip([y, dx, dw, db]).enumerate() {
                let slack = 4.0 + (terms[what] as f64).sqrt();
                for (i, (a, b)) in got.iter().zip(&want).enumerate() {
                    let a = a.to_c128();
                    assert!((a - b).norm() <= tol * (slack + b.norm()), "{what} {p:?} [{i}]: {a} {b}");
                }
            }
        }
    }
}

#[test]
fn float32() {
    check::<f32>(4e-6);
}
#[test]
fn float64() {
    check::<f64>(1e-13);
}
#[test]
fn halves() {
    check::<F16>(1e-3);
    check::<BF16>(8e-3);
}
#[test]
fn complex() {
    check::<C64>(1e-5);
    check::<C128>(1e-13);
}
