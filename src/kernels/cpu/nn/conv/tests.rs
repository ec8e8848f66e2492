//! Against the definition in float64, over layouts, levels and thread counts.

use super::*;
use crate::base::{BF16, C64, C128, Elem, F16};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

/// Values between -1 and 1 without any order: sums of them stay small, as the bound below takes for granted.
pub(super) fn data<T: Elem>(n: usize, seed: u64) -> Vec<T> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as f64 / (1u64 << 30) as f64 - 1.0
    };
    (0..n).map(|_| T::from_c128(C128::new(next(), next()))).collect()
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
        // small images: more terms than one block of the sum, partial blocks of channels, images within a tile
        geometry(3, 1, [70, 40], [1, 4, 4], [1, 3, 3], o, [0, 1, 1], o),
        geometry(2, 2, [80, 66], [1, 8, 8], [1, 3, 3], [1, 2, 2], [0, 1, 1], o),
        geometry(2, 1, [33, 64], [1, 9, 7], [1, 1, 1], [1, 2, 2], z, o),
        // slices and rows that no tap reads; phases without taps, the first among them; rows of single elements
        geometry(2, 1, [3, 2], [7, 5, 20], [1, 1, 1], [3, 2, 2], z, o),
        geometry(2, 1, [3, 4], [4, 6, 9], [1, 1, 2], [2, 3, 4], [0, 1, 1], o),
        geometry(1, 2, [4, 6], [7, 8, 5], [3, 3, 3], [3, 3, 3], o, [1, 2, 1]),
        // few channels out of more images than tasks
        geometry(9, 1, [3, 1], [2, 5, 21], [1, 3, 2], o, z, o),
        geometry(8, 1, [4, 3], [3, 5, 7], [1, 1, 1], o, z, o),
        // more pixels than a task takes, and than weights are summed over at a time
        geometry(6, 1, [3, 32], [1, 20, 20], [1, 2, 3], o, [0, 1, 0], [1, 2, 1]),
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
                        let i = [0, 1, 2].map(|a| {
                            (op[a] * p.stride[a] + tp[a] * p.dilation[a]) as isize - p.padding[a] as isize
                        });
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

/// The definition's results, and for each the sum of the magnitudes that were added.
struct Reference {
    value: Vec<C128>,
    size: Vec<f64>,
}

impl Reference {
    fn new(n: usize, first: impl Fn(usize) -> C128) -> Reference {
        let value: Vec<C128> = (0..n).map(first).collect();
        let size = value.iter().map(|v| v.norm()).collect();
        Reference { value, size }
    }
    fn add(&mut self, i: usize, x: C128) {
        self.value[i] += x;
        self.size[i] += x.norm();
    }
}

/// `unit` is half the distance from 1 to the next number of the type that sums, `last` that of the result's type.
///
/// With terms `t` of either sign a partial sum of `n` is about `sqrt(n) t`, and `n` roundings of such sums, which fall
/// either way too, add up to `n t` units: a unit of the sum of the magnitudes, in whatever order. Eight leave room for
/// the luck of the draw over all results (five were seen); a term left out or added twice is tens of thousands.
fn check<T: ConvElem>(unit: f64, last: f64) {
    for case in cases() {
        for channels_last in [false, true] {
            let p = Conv { channels_last, ..case };
            let (nx, ny) = (p.n * p.cin * p.input_plane(), p.n * p.cout * p.output_plane());
            let nw = p.cout * p.cin / p.groups * p.taps();
            let (x, w, g): (Vec<T>, Vec<T>, Vec<T>) = (data(nx, 0), data(nw, 31), data(ny, 57));
            let (b, bi): (Vec<T>, Vec<T>) = (data(p.cout, 3), data(p.cin, 8));
            let run = |threads: usize| {
                par::set_num_threads(threads);
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
            };
            let channel =
                |i: usize, c: usize, plane: usize| if p.channels_last { i % c } else { i / plane % c };
            let zero = |_| C128::new(0.0, 0.0);
            let mut y = Reference::new(ny, |i| b[channel(i, p.cout, p.output_plane())].to_c128());
            let mut dx = Reference::new(nx, |i| bi[channel(i, p.cin, p.input_plane())].to_c128());
            let (mut dw, mut db) = (Reference::new(nw, zero), Reference::new(p.cout, zero));
            every(&p, |i, j, o| {
                let (x, w, g) = (x[i].to_c128(), w[j].to_c128(), g[o].to_c128());
                y.add(o, x * w);
                dx.add(i, g * w);
                dw.add(j, g * x);
            });
            (0..ny).for_each(|i| db.add(channel(i, p.cout, p.output_plane()), g[i].to_c128()));
            let wanted = [y, dx, dw, db];
            for level in LEVELS {
                let got = with_level(level, || {
                    let got = run(1);
                    assert!(got == run(2) && got == run(3), "threads change {p:?}");
                    got
                });
                for (what, (got, want)) in got.iter().zip(&wanted).enumerate() {
                    for (i, a) in got.iter().enumerate() {
                        let (a, b) = (a.to_c128(), want.value[i]);
                        let bound = 8.0 * unit * want.size[i] + last * b.norm();
                        assert!((a - b).norm() <= bound, "{what} {p:?} {level:?} [{i}]: {a} {b} {bound:e}");
                    }
                }
            }
        }
    }
}

const SINGLE: f64 = 0.5 * f32::EPSILON as f64;
const DOUBLE: f64 = 0.5 * f64::EPSILON;

#[test]
fn float32() {
    check::<f32>(SINGLE, 0.0);
}
#[test]
fn float64() {
    check::<f64>(2.0 * DOUBLE, 0.0); // the reference is rounded as well
}
#[test]
fn halves() {
    check::<F16>(SINGLE, 1.0 / 2048.0);
    check::<BF16>(SINGLE, 1.0 / 256.0);
}
#[test]
fn complex() {
    check::<C64>(2.0 * SINGLE, 0.0); // two products and a sum a term
    check::<C128>(4.0 * DOUBLE, 0.0);
}
