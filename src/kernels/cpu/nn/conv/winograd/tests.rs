//! Against the direct kernels in float64, over shapes, layouts, levels and thread counts; and what must not be
//! transformed.

use super::*;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::simd::{LEVELS, Level, with_level};
use crate::kernels::cpu::nn::conv::tests::{data, geometry};
use crate::kernels::cpu::nn::conv::{Conv, backward_data, forward};

fn flat(n: usize, channels: [usize; 2], [h, w]: [usize; 2], padding: usize) -> Conv {
    geometry(n, 1, channels, [1, h, w], [1, 3, 3], [1; 3], [0, padding, padding], [1; 3])
}

fn cases() -> Vec<Conv> {
    let mut all = Vec::new();
    // every size of a small image, every padding
    for size in 1..10 {
        for padding in 0..3 {
            let other = 1 + size * 4 % 9;
            if size.min(other) + 2 * padding > 2 {
                all.push(flat(1 + size % 3, [5, 3], [size, other], padding));
            }
        }
    }
    all.extend([
        // several blocks of channels and of their sums, partial lines and panels, odd and even sides
        flat(3, [150, 40], [7, 7], 1),
        flat(1, [300, 33], [5, 8], 0),
        flat(2, [17, 70], [6, 5], 3),
        geometry(2, 1, [6, 5], [1, 7, 6], [1, 3, 3], [1; 3], [0, 0, 2], [1; 3]),
        geometry(1, 1, [3, 4], [1, 1, 8], [1, 3, 3], [1; 3], [0, 1, 4], [1; 3]),
        // more tiles than a task takes, ranges that end within an image and images wider than a piece
        flat(5, [16, 20], [15, 13], 1),
        flat(1, [20, 16], [3, 400], 1),
        flat(13, [3, 33], [9, 9], 2),
    ]);
    all
}

/// Roundings allowed, see below; 1.4 were seen.
const UNITS: f64 = 4.0;

/// Which product, and which way.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Forward,
    Data,
}

/// A product by a way of this room, whatever the costs; none if values must not be transformed.
fn product(p: &Conv, what: What, way: Way, x: &[f32], w: &[f32], bias: &[f32], n: usize) -> Option<Vec<f32>> {
    let (plan, sides, weights) = match what {
        What::Forward => (Plan::forward(p), Sides::forward(p), Weights::forward(p, w.as_ptr())),
        What::Data => (Plan::backward(p).remove(0), Sides::backward(p), Weights::backward(p, w.as_ptr())),
    };
    let tiles = Tiles::of(&plan, &sides).filter(fits).expect("a shape for this room");
    let mut y = vec![f32::NAN; n];
    // SAFETY: buffers of the sizes that the geometry names.
    let done = unsafe {
        convolve(way, &tiles, p.channels_last, x.as_ptr(), &weights, bias.as_ptr(), y.as_mut_ptr())
    };
    done.then_some(y)
}

/// The same in float64, directly.
fn reference(p: &Conv, what: What, x: &[f32], w: &[f32], bias: &[f32], n: usize) -> Vec<f64> {
    let wide = |v: &[f32]| v.iter().map(|&x| x as f64).collect::<Vec<_>>();
    let (x, w, b, mut y) = (wide(x), wide(w), wide(bias), vec![0.0; n]);
    // SAFETY: vectors of the sizes that the geometry names.
    unsafe {
        match what {
            What::Forward => forward(p, x.as_ptr(), w.as_ptr(), b.as_ptr(), y.as_mut_ptr()),
            What::Data => backward_data(p, x.as_ptr(), w.as_ptr(), b.as_ptr(), y.as_mut_ptr()),
        }
    }
    y
}

#[test]
fn against_float64() {
    for case in cases() {
        for (what, channels_last) in
            [What::Forward, What::Data].into_iter().flat_map(|w| [(w, false), (w, true)])
        {
            let p = Conv { channels_last, ..case };
            let (mut x, mut y) = (p.n * p.cin * p.input_plane(), p.n * p.cout * p.output_plane());
            let mut channels = p.cout;
            if what == What::Data {
                (x, y, channels) = (y, x, p.cin);
            }
            let (x, w, b): (Vec<f32>, Vec<f32>, Vec<f32>) =
                (data(x, 1), data(p.cout * p.cin * 9, 2), data(channels, 3));
            let want = reference(&p, what, &x, &w, &b, y);
            // Elements of a transformed tile are as large as the largest of a window, which may be 1, times up to four,
            // and so are the roundings, however small the sum: a unit of all the weights, against an average of half.
            let across = if what == What::Data { p.cin } else { p.cout };
            let mut size: Vec<f64> = b.iter().map(|b| b.abs() as f64).collect();
            for (i, w) in w.iter().enumerate() {
                let (out, into) = (i / 9 / p.cin, i / 9 % p.cin);
                size[if what == What::Data { into } else { out }] += w.abs() as f64;
            }
            let plane = y / p.n / across;
            let channel = |i: usize| if channels_last { i % across } else { i / plane % across };
            for (way, level) in [Way::Near, Way::Far].into_iter().flat_map(|w| LEVELS.map(|l| (w, l))) {
                let got = with_level(level, || {
                    let run = |threads: usize| {
                        par::set_num_threads(threads);
                        product(&p, what, way, &x, &w, &b, y).expect("values of moderate size")
                    };
                    let got = run(1);
                    for threads in [2, 3, 5] {
                        assert!(got == run(threads), "threads change {what:?} {way:?} {p:?}");
                    }
                    got
                });
                for (i, (got, want)) in got.iter().zip(&want).enumerate() {
                    let bound = UNITS * 0.5 * f32::EPSILON as f64 * size[channel(i)];
                    let far = (*got as f64 - want).abs();
                    assert!(far <= bound, "{what:?} {way:?} {level:?} {p:?} [{i}]: {got} {want} {bound:e}");
                }
            }
        }
    }
}

#[test]
fn gradient_for_weight() {
    for (case, channels_last) in cases().into_iter().flat_map(|c| [(c, false), (c, true)]) {
        let p = Conv { channels_last, ..case };
        let plane = p.output_plane();
        let tiles = Tiles::of(&Plan::forward(&p), &Sides::forward(&p)).expect("a shape for this room");
        let (x, g): (Vec<f32>, Vec<f32>) =
            (data(p.n * p.cin * p.input_plane(), 1), data(p.n * p.cout * plane, 2));
        let wide = |v: &[f32]| v.iter().map(|&x| x as f64).collect::<Vec<_>>();
        let (x64, g64, mut want) = (wide(&x), wide(&g), vec![0f64; p.cout * p.cin * 9]);
        // SAFETY: buffers of the sizes that the geometry names.
        unsafe { super::super::backward_weight(&p, x64.as_ptr(), g64.as_ptr(), want.as_mut_ptr()) };
        // As above: a unit of all the gradients, though not all meet an input.
        let mut size = vec![0f64; p.cout];
        for (i, g) in g64.iter().enumerate() {
            size[if channels_last { i % p.cout } else { i / plane % p.cout }] += g.abs();
        }
        for (way, level) in [Way::Near, Way::Far].into_iter().flat_map(|w| LEVELS.map(|l| (w, l))) {
            let run = |threads: usize| {
                par::set_num_threads(threads);
                let mut dw = vec![f32::NAN; want.len()];
                let (x, g) = (x.as_ptr(), g.as_ptr());
                // SAFETY: vectors of the sizes that the geometry names.
                let done =
                    unsafe { filter::backward_weight(way, &tiles, channels_last, x, g, dw.as_mut_ptr()) };
                assert!(done, "values of moderate size");
                dw
            };
            let got = with_level(level, || {
                let got = run(1);
                for threads in [2, 3, 5] {
                    assert!(got == run(threads), "threads change {way:?} {p:?}");
                }
                got
            });
            for (i, (got, want)) in got.iter().zip(&want).enumerate() {
                let bound = UNITS * 0.5 * f32::EPSILON as f64 * size[i / 9 / p.cin];
                assert!(
                    (*got as f64 - want).abs() <= bound,
                    "{way:?} {level:?} {p:?} [{i}]: {got} {want} {bound:e}"
                );
            }
        }
    }
}

/// Shapes that this room is chosen for, one each way.
fn chosen() -> [(Conv, Way); 2] {
    [(flat(1, [64, 64], [28, 28], 1), Way::Near), (flat(2, [96, 128], [7, 7], 1), Way::Far)]
}

/// The direct kernels.
fn directly(p: &Conv, x: &[f32], w: &[f32], y: &mut [f32]) {
    let (plan, sides, weights) = (Plan::forward(p), Sides::forward(p), Weights::forward(p, w.as_ptr()));
    let none = std::ptr::null();
    // SAFETY: buffers of the sizes that the geometry names.
    unsafe {
        if channels::wins(std::slice::from_ref(&plan), &sides) {
            channels::run(&plan, &sides, false, x.as_ptr(), &weights, none, y.as_mut_ptr())
        } else {
            direct::run(&plan, &sides, x.as_ptr(), &weights, none, y.as_mut_ptr())
        }
    }
}

#[test]
fn wild_values_go_the_direct_way() {
    // at one level, lest another test change it between two results
    with_level(Level::Avx512, || chosen().map(|(p, way)| wild_values(p, way)));
}

fn wild_values(p: Conv, way: Way) {
    let tiles = Tiles::of(&Plan::forward(&p), &Sides::forward(&p)).unwrap();
    assert_eq!(super::way(&tiles), way);
    let x: Vec<f32> = data(p.n * p.cin * p.input_plane(), 1);
    let w: Vec<f32> = data(p.cout * p.cin * 9, 2);
    let n = p.n * p.cout * p.output_plane();
    let run = |x: &[f32], w: &[f32]| {
        let (mut y, mut straight) = (vec![0f32; n], vec![0f32; n]);
        // SAFETY: buffers of the sizes that the geometry names.
        unsafe { forward(&p, x.as_ptr(), w.as_ptr(), std::ptr::null(), y.as_mut_ptr()) };
        directly(&p, x, w, &mut straight);
        let bits = |v: Vec<f32>| v.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        bits(y) == bits(straight)
    };
    assert!(!run(&x, &w), "this room computes it");
    let largest = MODERATE * (1.0 - f32::EPSILON);
    for (value, wild) in [(largest, false), (-MODERATE, true), (f32::INFINITY, true), (f32::NAN, true)] {
        for place in [0, x.len() / 2, x.len() - 1] {
            let mut x = x.clone();
            x[place] = value;
            assert_eq!(run(&x, &w), wild, "input {value} {p:?}");
        }
        for place in [0, w.len() / 2, w.len() - 1] {
            let mut w = w.clone();
            w[place] = value;
            assert_eq!(run(&x, &w), wild, "weight {value} {p:?}");
        }
    }
    let weight = |x: &[f32], g: &[f32]| {
        let mut dw = vec![f32::NAN; w.len()];
        // SAFETY: buffers of the sizes that the geometry names.
        let done = unsafe { backward_weight(&p, x.as_ptr(), g.as_ptr(), dw.as_mut_ptr()) };
        done.then_some(dw)
    };
    let g: Vec<f32> = data(n, 5);
    assert!(weight(&x, &g).is_some());
    for (value, wild) in [(largest, false), (MODERATE, true), (f32::NEG_INFINITY, true), (f32::NAN, true)] {
        for which in 0..2 {
            let (mut x, mut g) = (x.clone(), g.clone());
            let changed = if which == 0 { &mut x } else { &mut g };
            let middle = changed.len() / 2;
            changed[middle] = value;
            assert_eq!(weight(&x, &g).is_none(), wild, "gradient {value} {p:?}");
        }
    }
    // The largest there may be, everywhere: nothing overflows.
    let (x, w) = (vec![largest; x.len()], vec![largest; w.len()]);
    for way in [Way::Near, Way::Far] {
        let y = product(&p, What::Forward, way, &x, &w, &vec![0.0; p.cout], n).unwrap();
        assert!(y.iter().all(|y| y.is_finite()));
    }
}

#[test]
fn windows_of_zeros_are_zero() {
    let p = flat(1, [7, 5], [9, 10], 1);
    let (w, bias): (Vec<f32>, Vec<f32>) = (data(p.cout * p.cin * 9, 2), data(p.cout, 3));
    let n = p.cout * p.output_plane();
    for (row, column) in (0..9).flat_map(|r| (0..10).map(move |c| (r, c))) {
        let mut x = vec![0f32; p.cin * p.input_plane()];
        for c in 0..p.cin {
            x[c * 90 + row * 10 + column] = 1.0 / 3.0 + c as f32;
        }
        for way in [Way::Near, Way::Far] {
            for bias in [&bias, &vec![0.0; p.cout]] {
                let y = product(&p, What::Forward, way, &x, &w, bias, n).unwrap();
                for (i, y) in y.iter().enumerate() {
                    let apart = (i % 90 / 10).abs_diff(row).max((i % 10).abs_diff(column));
                    assert!(apart <= 1 || y.to_bits() == bias[i / 90].to_bits(), "{row} {column} {i}: {y}");
                }
            }
        }
    }
}

#[test]
fn only_what_fits() {
    let fit = |p: Conv| Tiles::of(&Plan::forward(&p), &Sides::forward(&p)).is_some_and(|t| fits(&t));
    let (o, z) = ([1, 1, 1], [0, 1, 1]);
    assert!(fit(geometry(1, 1, [4, 4], [1, 8, 8], [1, 3, 3], o, z, o)));
    assert!(!fit(geometry(1, 1, [4, 4], [1, 8, 8], [1, 3, 3], [1, 2, 2], z, o)));
    assert!(!fit(geometry(1, 1, [4, 4], [1, 8, 8], [1, 3, 3], o, z, [1, 2, 2])));
    assert!(!fit(geometry(1, 1, [4, 4], [1, 8, 8], [1, 3, 2], o, z, o)));
    assert!(!fit(geometry(1, 1, [4, 4], [1, 8, 8], [1, 5, 5], o, [0, 2, 2], o)));
    assert!(!fit(geometry(1, 1, [4, 4], [9, 8, 8], [9, 1, 1], o, [4, 0, 0], o)));
    assert!(!fit(geometry(1, 1, [4, 4], [2, 8, 8], [1, 3, 3], o, z, o)));
    assert!(!fit(geometry(1, 2, [4, 4], [1, 8, 8], [1, 3, 3], o, z, o)));
    assert!(!fit(geometry(1, 1, [0, 4], [1, 8, 8], [1, 3, 3], o, z, o)));
}
