//! Real lines of even length by complex ones of half that length: what their symmetries make of one another.
//!
//! Parts are computed apart, real and imaginary ones in arrays of their own: as complex numbers the loops are not vectorised, and
//! took two thirds of the time of a transform of 512.

use num_complex::Complex;
use rustfft::FftNum;

/// `exp(-2 pi i k / n)` for `k` up to `n / 2`.
pub struct Twiddles<T> {
    re: Vec<T>,
    im: Vec<T>,
}

impl<T: FftNum> Twiddles<T> {
    pub fn new(n: usize) -> Twiddles<T> {
        // half a circle and a quarter of it are exact: there the coefficients of a real line are real
        let turn = |k: usize| match k {
            _ if 2 * k == n => (0.0, -1.0),
            _ if 4 * k == n => (-1.0, 0.0),
            _ => (-std::f64::consts::TAU * k as f64 / n as f64).sin_cos(),
        };
        let part = |v: f64| T::from_f64(v).unwrap_or_else(T::zero);
        Twiddles {
            re: (0..=n / 2).map(|k| part(turn(k).1)).collect(),
            im: (0..=n / 2).map(|k| part(turn(k).0)).collect(),
        }
    }
}

/// The coefficients of a real line from those of its pairs of neighbours as complex numbers, times twice `s`. `parts` is room
/// for two numbers more than the line has.
pub fn apart<T: FftNum>(z: &[Complex<T>], y: &mut [Complex<T>], w: &Twiddles<T>, s: T, parts: &mut [T]) {
    let (re, im) = parts[..2 * z.len() + 2].split_at_mut(z.len() + 1);
    // SAFETY: slices, and the twiddles are those of a line of twice as many elements
    unsafe { spread(z, y, &w.re, &w.im, re, im, s) }
}

/// The way back: pairs whose transform is the real line of these coefficients, times `s`.
pub fn joined<T: FftNum>(x: &[Complex<T>], z: &mut [Complex<T>], w: &Twiddles<T>, s: T, parts: &mut [T]) {
    let (re, im) = parts[..2 * x.len()].split_at_mut(x.len());
    // SAFETY: as above
    unsafe { gather(x, z, &w.re, &w.im, re, im, s) }
}

/// The second half of the coefficients of a real line.
pub fn mirror<T: FftNum>(y: &mut [Complex<T>], half: usize) {
    let (first, second) = y.split_at_mut(half + 1);
    let n = first.len() + second.len();
    let from = n - half - 1;
    for (y, x) in second.iter_mut().zip(first[1..=from].iter().rev()) {
        *y = x.conj();
    }
}

multiversion! {
    unsafe fn spread[T: FftNum](
        z: &[Complex<T>], y: &mut [Complex<T>], wr: &[T], wi: &[T], re: &mut [T], im: &mut [T], s: T
    ) {
        let h = z.len();
        let (y, wr, wi) = (&mut y[..h + 1], &wr[..h + 1], &wi[..h + 1]);
        let (re, im) = (&mut re[..h + 1], &mut im[..h + 1]);
        for k in 0..h {
            re[k] = z[k].re;
            im[k] = z[k].im;
        }
        (re[h], im[h]) = (re[0], im[0]);
        for k in 0..h + 1 {
            let (ar, ai, br, bi) = (re[k], im[k], re[h - k], T::zero() - im[h - k]);
            let (or, oi) = (ai - bi, br - ar);
            y[k] = Complex::new(
                ((ar + br) + (or * wr[k] - oi * wi[k])) * s,
                ((ai + bi) + (or * wi[k] + oi * wr[k])) * s,
            );
        }
    }
}

multiversion! {
    unsafe fn gather[T: FftNum](
        x: &[Complex<T>], z: &mut [Complex<T>], wr: &[T], wi: &[T], re: &mut [T], im: &mut [T], s: T
    ) {
        let h = z.len();
        let (x, wr, wi) = (&x[..h + 1], &wr[..h + 1], &wi[..h + 1]);
        let (re, im) = (&mut re[..h + 1], &mut im[..h + 1]);
        for k in 0..h + 1 {
            re[k] = x[k].re;
            im[k] = x[k].im;
        }
        // what is real by symmetry
        (im[0], im[h]) = (T::zero(), T::zero());
        for k in 0..h {
            let (ar, ai, br, bi) = (re[k], im[k], re[h - k], T::zero() - im[h - k]);
            let (or, oi) = (ar - br, ai - bi);
            z[k] = Complex::new(
                ((ar + br) - (oi * wr[k] - or * wi[k])) * s,
                ((ai + bi) + (or * wr[k] + oi * wi[k])) * s,
            );
        }
    }
}
