//! Real lines of even length by complex ones of half that length: what their symmetries make of one another.
//!
//! Parts are computed apart, real and imaginary ones in arrays of their own: as complex numbers the loops are not vectorised, and
//! took two thirds of the time of a transform of 512.

use num_complex::Complex;
use rustfft::FftNum;

/// `exp(-2 pi i k / n)` for `k` up to `n / 2`.
pub struct Twiddles<T> {
    pub re: Vec<T>,
    pub im: Vec<T>,
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

/// The coefficients of real lines from those of their pairs of neighbours as complex numbers, times twice `s`: of `m` lines of `h`
/// pairs, `to` elements apart in `y`. `parts` is room for two numbers more than a line has.
///
/// # Safety
/// Both sides are valid for the lines, and the twiddles are those of a line of `2 h`.
pub unsafe fn apart<T: FftNum>(
    (h, m): (usize, usize),
    z: *const Complex<T>,
    (y, to): (*mut Complex<T>, usize),
    w: &Twiddles<T>,
    s: T,
    parts: &mut [T],
) {
    let (re, im) = parts[..2 * h + 2].split_at_mut(h + 1);
    spread(h, m, z, y, to, &w.re[..h + 1], &w.im[..h + 1], re, im, s)
}

/// The way back: pairs whose transform is the real line of these coefficients, times `s`; lines of `h + 1` coefficients and of `h`
/// pairs, one after the other.
///
/// # Safety
/// As [`apart`].
pub unsafe fn joined<T: FftNum>(
    (h, m): (usize, usize),
    x: *const Complex<T>,
    z: *mut Complex<T>,
    w: &Twiddles<T>,
    s: T,
    parts: &mut [T],
) {
    let (re, im) = parts[..2 * h + 2].split_at_mut(h + 1);
    gather(h, m, x, z, &w.re[..h + 1], &w.im[..h + 1], re, im, s)
}

multiversion! {
    /// Every number of `x` times `s`.
    pub unsafe fn scale[T: FftNum](x: *mut T, n: usize, s: T) {
        for i in 0..n {
            *x.add(i) = *x.add(i) * s;
        }
    }
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

/// Pairs of a line up to which its loops are those of a known length: for 8 pairs what surrounds a loop of any length took four
/// times as long as the sums.
macro_rules! by_length {
    ($h:expr, $line:ident($($arg:expr),*)) => {
        match $h {
            4 => $line(4, $($arg),*),
            8 => $line(8, $($arg),*),
            16 => $line(16, $($arg),*),
            h => $line(h, $($arg),*),
        }
    };
}

multiversion! {
    unsafe fn spread[T: FftNum](
        h: usize, m: usize, z: *const Complex<T>, y: *mut Complex<T>, to: usize, wr: &[T], wi: &[T], re: &mut [T], im: &mut [T], s: T
    ) {
        for j in 0..m {
            by_length!(h, spread_line(z.add(j * h), y.add(j * to), wr, wi, re, im, s));
        }
    }
}

#[inline(always)]
unsafe fn spread_line<T: FftNum>(
    h: usize,
    z: *const Complex<T>,
    y: *mut Complex<T>,
    wr: &[T],
    wi: &[T],
    re: &mut [T],
    im: &mut [T],
    s: T,
) {
    let (z, y) = (std::slice::from_raw_parts(z, h), std::slice::from_raw_parts_mut(y, h + 1));
    let (wr, wi) = (&wr[..h + 1], &wi[..h + 1]);
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

multiversion! {
    unsafe fn gather[T: FftNum](
        h: usize, m: usize, x: *const Complex<T>, z: *mut Complex<T>, wr: &[T], wi: &[T], re: &mut [T], im: &mut [T], s: T
    ) {
        for j in 0..m {
            by_length!(h, gather_line(x.add(j * (h + 1)), z.add(j * h), wr, wi, re, im, s));
        }
    }
}

#[inline(always)]
unsafe fn gather_line<T: FftNum>(
    h: usize,
    x: *const Complex<T>,
    z: *mut Complex<T>,
    wr: &[T],
    wi: &[T],
    re: &mut [T],
    im: &mut [T],
    s: T,
) {
    let (x, z) = (std::slice::from_raw_parts(x, h + 1), std::slice::from_raw_parts_mut(z, h));
    let (wr, wi) = (&wr[..h + 1], &wi[..h + 1]);
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
