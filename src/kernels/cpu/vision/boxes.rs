//! Boxes: which stay where others of a higher score overlap them, and how much any two overlap.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{buffer, gathered, poll};

/// Of `n` boxes (x1, y1, x2, y2), the best first, marks in `keep` those that no box that stays overlaps by more than
/// `threshold`. With `groups`, in which equal numbers stand one after another, only boxes of one group meet.
///
/// # Safety
/// `boxes` is valid for `4 n` elements, `keep` and `groups`, if given, for `n`.
pub unsafe fn suppress<T: Elem + Cmp>(
    boxes: *const T,
    groups: Option<*const i64>,
    n: usize,
    threshold: f64,
    keep: *mut bool,
) {
    let column = |i: usize| -> Vec<T> {
        let mut out = buffer(T::ZERO, n);
        for (k, o) in out.iter_mut().enumerate() {
            *o = *boxes.add(4 * k + i);
        }
        out
    };
    let sides = [0, 1, 2, 3].map(column);
    let mut areas = buffer(T::ZERO, n);
    for (k, a) in areas.iter_mut().enumerate() {
        *a = (sides[2][k] - sides[0][k]) * (sides[3][k] - sides[1][k]);
    }
    let mut gone = buffer(0u8, n);
    let mut from = 0;
    while from < n {
        let group = |k: usize| groups.map(|g| *g.add(k));
        let to = (from + 1..n).find(|&k| group(k) != group(from)).unwrap_or(n);
        for i in from..to {
            if gone[i] != 0 {
                continue;
            }
            if (i - from) % 256 == 0 {
                poll();
            }
            let best = [0, 1, 2, 3].map(|s| sides[s][i]);
            let rest = [0, 1, 2, 3].map(|s| sides[s].as_ptr().add(i + 1));
            mark::<T>(
                best,
                areas[i],
                rest,
                areas.as_ptr().add(i + 1),
                to - i - 1,
                threshold,
                gone.as_mut_ptr().add(i + 1),
            );
        }
        from = to;
    }
    for (k, &g) in gone.iter().enumerate() {
        *keep.add(k) = g == 0;
    }
}

multiversion! {
    /// Marks those of `n` boxes that `best` overlaps. The greater of two is the first if they do not compare, as C++ has it.
    unsafe fn mark[T: Cmp](best: [T; 4], area: T, sides: [*const T; 4], areas: *const T, n: usize, threshold: f64, gone: *mut u8) {
        for k in 0..n {
            let (x1, y1, x2, y2) = (*sides[0].add(k), *sides[1].add(k), *sides[2].add(k), *sides[3].add(k));
            let low = (if best[0] < x1 { x1 } else { best[0] }, if best[1] < y1 { y1 } else { best[1] });
            let high = (if x2 < best[2] { x2 } else { best[2] }, if y2 < best[3] { y2 } else { best[3] });
            let (w, h) = (high.0 - low.0, high.1 - low.1);
            let (w, h) = (if T::ZERO < w { w } else { T::ZERO }, if T::ZERO < h { h } else { T::ZERO });
            let inter = w * h;
            let overlap = inter / (area + *areas.add(k) - inter);
            *gone.add(k) |= (overlap.to_f64() > threshold) as u8;
        }
    }
}

/// What is measured of two boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Intersection over union.
    Iou,
    /// Less the share of the hull that neither covers (Rezatofighi et al., 2019).
    Generalized,
    /// Less the distance of the centres over the hull's diagonal, squared (Zheng et al., 2020).
    Distance,
    /// Less a term for different ratios of the sides.
    Complete,
}

/// The overlap of each of `n` boxes with each of `m`; the angles of their diagonals are wanted for the complete one alone.
///
/// # Safety
/// `a` is valid for `4 n` elements, `b` for `4 m`, `angles` for `n` and `m`, `out` for `n m`.
pub unsafe fn overlaps<T: Elem + Cmp>(
    kind: Overlap,
    eps: f64,
    a: *const T,
    n: usize,
    b: *const T,
    m: usize,
    angles: [*const T; 2],
    out: *mut T,
) {
    let column = |i: usize| -> Vec<T> { gathered((0..m).map(|k| *b.add(4 * k + i))) };
    let sides = [0, 1, 2, 3].map(column);
    let (a, out, first, second) = (Ptr::of(a), Ptr(out), Ptr::of(angles[0]), Ptr::of(angles[1]));
    let eps = T::from_f64(eps);
    par::for_each_chunk(n, (par::ELEMENTWISE_GRAIN / 4 / m.max(1)).max(1), |rows| {
        for i in rows {
            // SAFETY: one box of the first, and its row of the result
            unsafe {
                let one = [0, 1, 2, 3].map(|s| *a.at(4 * i + s));
                let sides = [0, 1, 2, 3].map(|s| sides[s].as_ptr());
                row::<T>(kind, eps, one, sides, m, out.at(i * m));
                if kind == Overlap::Complete {
                    ratios::<T>(eps, one, sides, *first.at(i), second.get(), m, out.at(i * m));
                }
            }
        }
    });
}

/// The greater one, or what is no number.
#[inline(always)]
fn most<T: Cmp>(a: T, b: T) -> T {
    if a > b || a != a { a } else { b }
}

#[inline(always)]
fn least<T: Cmp>(a: T, b: T) -> T {
    if a < b || a != a { a } else { b }
}

/// Intersection and union.
#[inline(always)]
fn shared<T: Cmp>(a: [T; 4], b: [T; 4]) -> (T, T) {
    let w = most(least(a[2], b[2]) - most(a[0], b[0]), T::ZERO);
    let h = most(least(a[3], b[3]) - most(a[1], b[1]), T::ZERO);
    let inter = w * h;
    (inter, (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter)
}

multiversion! {
    unsafe fn row[T: Cmp](kind: Overlap, eps: T, a: [T; 4], b: [*const T; 4], m: usize, out: *mut T) {
        for k in 0..m {
            let b = [*b[0].add(k), *b[1].add(k), *b[2].add(k), *b[3].add(k)];
            let (inter, union) = shared(a, b);
            let iou = inter / union;
            if kind == Overlap::Iou {
                *out.add(k) = iou;
                continue;
            }
            let w = most(most(a[2], b[2]) - least(a[0], b[0]), T::ZERO);
            let h = most(most(a[3], b[3]) - least(a[1], b[1]), T::ZERO);
            if kind == Overlap::Generalized {
                let area = w * h;
                *out.add(k) = iou - (area - union) / area;
                continue;
            }
            let two = T::ONE + T::ONE;
            let x = (a[0] + a[2]) / two - (b[0] + b[2]) / two;
            let y = (a[1] + a[3]) / two - (b[1] + b[3]) / two;
            *out.add(k) = iou - (x * x + y * y) / (w * w + h * h + eps);
        }
    }
}

multiversion! {
    /// Takes the term for the ratios from the distances.
    unsafe fn ratios[T: Cmp](eps: T, a: [T; 4], b: [*const T; 4], angle: T, angles: *const T, m: usize, out: *mut T) {
        let four = T::from_f64(4.0 / (std::f64::consts::PI * std::f64::consts::PI));
        for k in 0..m {
            let b = [*b[0].add(k), *b[1].add(k), *b[2].add(k), *b[3].add(k)];
            let (inter, union) = shared(a, b);
            let apart = angle - *angles.add(k);
            let v = apart * apart * four;
            let alpha = v / (T::ONE - inter / union + v + eps);
            *out.add(k) = *out.add(k) - alpha * v;
        }
    }
}
