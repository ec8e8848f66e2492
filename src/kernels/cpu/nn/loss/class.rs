//! Classification losses, fused by row: cross entropy never writes the softmax down in the forward call and keeps the two
//! parts of each row's log-sum-exp for the backward one: the maximum, and the logarithm of the sum above it. As one number
//! the second is lost beside a large first: two logits of 1e8 had a loss of 0.
//!
//! Logits are dense `(outer, classes, inner)`; there is one target, and one of everything per row, for each
//! `(outer, inner)` pair. Rows whose target is `ignore` have no loss, no weight and no gradient. Targets have been
//! checked by the caller.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::nn::loss::beside;
use crate::kernels::cpu::reduce::beside::{SHORT, SIDE, log_sum_exps, turn_in, turned};
use crate::kernels::cpu::reduce::block_max_sum_exp;

#[derive(Clone, Copy, Debug)]
pub struct Classes<T> {
    pub outer: usize,
    pub classes: usize,
    pub inner: usize,
    /// One weight per class, or null.
    pub weight: *const T,
    pub ignore: i64,
    pub smoothing: f64,
}

/// Elements whose exponentials are summed at a time.
const BLOCK: usize = 1024;
/// Rows beside each other from which they are worked on together: half a vector of float32.
const BESIDE: usize = 8;

impl<T: Flt> Classes<T> {
    fn rows(&self) -> usize {
        self.outer * self.inner
    }
    fn grain(&self) -> usize {
        (par::MATH_GRAIN / 2).div_ceil(self.classes.max(1))
    }
    /// Calls `f` with the first of at most [`SIDE`] rows that lie beside each other, and with their number.
    fn each_side(&self, f: impl Fn(usize, usize) + Sync) {
        let (inner, sides) = (self.inner, self.inner.div_ceil(SIDE));
        let grain = (par::MATH_GRAIN / 2).div_ceil(self.classes.max(1) * SIDE);
        par::for_each_chunk(self.outer * sides, grain, |r| {
            r.for_each(|i| {
                let j = i % sides * SIDE;
                f(i / sides * inner + j, SIDE.min(inner - j));
            })
        });
    }
    /// The offset of a row's first logit; the rest follow `inner` apart.
    fn base(&self, row: usize) -> usize {
        row / self.inner * self.classes * self.inner + row % self.inner
    }
    unsafe fn weight_of(&self, c: usize) -> T::C {
        if self.weight.is_null() { T::C::ONE } else { (*self.weight.add(c)).up() }
    }
    unsafe fn weight_sum(&self) -> f64 {
        (0..self.classes).map(|c| self.weight_of(c).to_f64()).sum()
    }
    fn share(self) -> Share<T> {
        Share(self)
    }
}

struct Share<T>(Classes<T>);
// SAFETY: the weights are only read.
unsafe impl<T> Sync for Share<T> {}
impl<T: Copy> Share<T> {
    fn get(&self) -> Classes<T> {
        self.0
    }
}

/// What becomes of the losses of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Nothing: a result for each.
    Rows,
    Sum,
    /// Their sum by the sum of their weights.
    Mean,
}

/// The loss of logits, whose log-sum-exps go to `lse` as pairs, or of log-probabilities if `logits` is false. `out` has one place,
/// or one for each row; `total` becomes the sum of weights.
///
/// # Safety
/// Pointers are valid for the sizes that `p` names; targets are classes or `p.ignore`. `lse` is for logits alone, `room` for two
/// numbers of each row.
pub unsafe fn forward<T: Flt>(
    p: Classes<T>,
    logits: bool,
    x: *const T,
    targets: *const i64,
    over: Over,
    out: *mut T,
    total: *mut T::C,
    lse: *mut T::C,
    room: *mut T::C,
) {
    let n = p.rows();
    let (loss, weights) = (room, room.add(n));
    if logits {
        cross_entropy(p, x, targets, loss, weights, lse);
    } else {
        nll_loss(p, x, targets, loss, weights);
    }
    let all = sum(weights, n);
    total.write(T::C::of(all));
    match over {
        Over::Rows => (0..n).for_each(|i| out.add(i).write(T::down(*loss.add(i)))),
        Over::Sum => out.write(T::from_f64(sum(loss, n))),
        Over::Mean => out.write(T::from_f64(sum(loss, n) / all)),
    }
}

/// In float64, by lanes: one number after the other waits for the one before.
unsafe fn sum<C: Cmp>(x: *const C, n: usize) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0f64; LANES];
    let whole = n / LANES * LANES;
    for i in (0..whole).step_by(LANES) {
        for l in 0..LANES {
            sums[l] += (*x.add(i + l)).to_f64();
        }
    }
    for i in whole..n {
        sums[i - whole] += (*x.add(i)).to_f64();
    }
    sums.iter().sum()
}

/// The gradient for the input of [`forward`], from that of its result: of logits, which come with their log-sum-exps, or
/// of log-probabilities, which are not read.
///
/// # Safety
/// As [`forward`]; `g` has one place, or one for each row.
pub unsafe fn backward<T: Flt>(
    p: Classes<T>,
    logits: Option<(*const T, *const T::C)>,
    targets: *const i64,
    g: *const T::C,
    over: Over,
    total: *const T::C,
    dx: *mut T,
) {
    let mut scale = [T::C::ZERO];
    let (scale, step) = match over {
        Over::Rows => (g, 1),
        Over::Sum => (g, 0),
        Over::Mean => {
            scale[0] = T::C::of((*g).to_f64() / (*total).to_f64());
            (scale.as_ptr(), 0)
        }
    };
    match logits {
        Some((x, lse)) => cross_entropy_backward(p, x, targets, lse, scale, step, dx),
        None => nll_loss_backward(p, targets, scale, step, dx),
    }
}

/// What each class of each row weighs in the loss, in the layout of the logits: the smoothed one-hot targets times the
/// weights.
///
/// # Safety
/// As [`forward`].
pub unsafe fn hits<T: Flt>(p: Classes<T>, targets: *const i64, dst: *mut T) {
    for row in 0..p.rows() {
        let t = *targets.add(row);
        for c in 0..p.classes {
            let hot = if t == c as i64 { 1.0 - p.smoothing } else { 0.0 };
            let q = p.weight_of(c).to_f64() * (hot + p.smoothing / p.classes as f64);
            let q = if t == p.ignore { 0.0 } else { q };
            dst.add(p.base(row) + c * p.inner).write(T::from_f64(q));
        }
    }
}

/// Cross entropy of logits: per row the loss, the weight of its target (the divisor of a mean is their sum) and the
/// log-sum-exp that the backward call wants.
///
/// # Safety
/// Pointers are valid for the sizes that `p` names; targets are classes or `p.ignore`.
unsafe fn cross_entropy<T: Flt>(
    p: Classes<T>,
    x: *const T,
    targets: *const i64,
    loss: *mut T::C,
    weights: *mut T::C,
    lse: *mut T::C,
) {
    let (x, targets) = (Ptr::of(x), Ptr::of(targets));
    let (loss, weights, lse) = (Ptr(loss), Ptr(weights), Ptr(lse));
    let weight_sum = if p.smoothing != 0.0 { p.weight_sum() } else { 0.0 };
    let share = p.share();
    let finish = |p: &Classes<T>, row: usize, at: usize, [max, rest]: [T::C; 2], spread: &dyn Fn() -> f64| {
        // SAFETY: the row's own places, and the logit of its target
        unsafe {
            let t = *targets.at(row);
            let (mut value, mut weight) = (T::C::ZERO, T::C::ZERO);
            if t != p.ignore {
                weight = p.weight_of(t as usize);
                value = (max - (*x.at(at + t as usize * p.inner)).up() + rest) * weight;
                if p.smoothing != 0.0 {
                    let spread = weight_sum * rest.to_f64() + spread();
                    let v = (1.0 - p.smoothing) * value.to_f64() + p.smoothing / p.classes as f64 * spread;
                    value = T::C::of(v);
                }
            }
            loss.at(row).write(value);
            weights.at(row).write(weight);
            lse.at(2 * row).write(max);
            lse.at(2 * row + 1).write(rest);
        }
    };
    // `n` rows from `row` on, whose logits lie `step` apart from `from` on and those of neighbours beside each other; in the input
    // the first begins at `at`, the next `apart` elements on
    let side =
        |p: &Classes<T>, row: usize, n: usize, (at, apart): (usize, usize), from: *const T, step: usize| {
            // SAFETY: what the callers below say
            unsafe {
                let (max, rest) = log_sum_exps(from, p.classes, step, n);
                let mut spread = [0.0; SIDE];
                if p.smoothing != 0.0 {
                    spread = beside::spreads(from, p.classes, step, n, p.weight, &max);
                }
                (0..n).for_each(|j| finish(p, row + j, at + j * apart, [max[j], rest[j]], &|| spread[j]));
            }
        };
    if p.inner >= BESIDE && p.classes > 0 {
        return share.get().each_side(|row, n| {
            let p = share.get();
            let at = p.base(row);
            side(&p, row, n, (at, 1), x.at(at), p.inner);
        });
    }
    if p.inner == 1 && (2..=SHORT).contains(&p.classes) && p.rows() >= SIDE / 2 {
        let classes = p.classes;
        return turned(p.rows(), classes, 1, |row, n, columns: &mut [T]| {
            let (p, from) = (share.get(), columns.as_mut_ptr());
            // SAFETY: rows one after the other, and room for them
            unsafe {
                turn_in(x.at(row * classes), classes, from, classes, n);
                side(&p, row, n, (row * classes, classes), from, SIDE);
            }
        });
    }
    par::for_each_chunk(p.rows(), p.grain(), |r| {
        let p = share.get();
        let mut line = buffer(T::ZERO, if p.inner == 1 { 0 } else { p.classes });
        for row in r {
            // SAFETY: one row per step.
            unsafe {
                let from = x.at(p.base(row)) as *const T;
                let mut z = from;
                if p.inner != 1 {
                    (0..p.classes).for_each(|c| line[c] = *from.add(c * p.inner));
                    z = line.as_ptr();
                }
                let sums @ [max, _] = log_sum_exp(z, p.classes);
                finish(&p, row, p.base(row), sums, &|| below_max(z, p.classes, p.weight, max));
            }
        }
    });
}

multiversion! {
    /// The sum over the classes of how far each lies below the greatest, weighted.
    unsafe fn below_max[T: Flt](x: *const T, n: usize, weight: *const T, max: T::C) -> f64 {
        const LANES: usize = 16;
        let mut sums = [0f64; LANES];
        let term = |c: usize| {
            let below = max - (*x.add(c)).up();
            (if weight.is_null() { below } else { (*weight.add(c)).up() * below }).to_f64()
        };
        let whole = n / LANES * LANES;
        for c in (0..whole).step_by(LANES) {
            for l in 0..LANES {
                sums[l] += term(c + l);
            }
        }
        for c in whole..n {
            sums[c - whole] += term(c);
        }
        sums.iter().sum()
    }
}

/// The maximum, and the logarithm of the sum of exponentials above it.
unsafe fn log_sum_exp<T: Flt>(x: *const T, n: usize) -> [T::C; 2] {
    if n == 0 {
        return [-T::C::INFINITY, T::C::ZERO];
    }
    let (mut max, mut sum) = block_max_sum_exp(x, n.min(BLOCK));
    for i in (BLOCK..n).step_by(BLOCK) {
        let (m, s) = block_max_sum_exp(x.add(i), (n - i).min(BLOCK));
        if m != m || max != max {
            return [m + max, T::C::ZERO];
        }
        if m > max {
            sum = if sum == T::C::ZERO { s } else { s + sum * Cmp::exp(max - m) };
            max = m;
        } else if s != T::C::ZERO {
            sum += if m == max { s } else { s * Cmp::exp(m - max) };
        }
    }
    [max, if max.abs() == T::C::INFINITY { T::C::ZERO } else { sum.ln() }]
}

/// The gradient for the logits. Row `i` is scaled by `scale[i * scale_step]`, the gradient of its loss (the caller has
/// divided by the sum of weights for a mean).
///
/// # Safety
/// As [`cross_entropy`]; `dx` may be `x`.
unsafe fn cross_entropy_backward<T: Flt>(
    p: Classes<T>,
    x: *const T,
    targets: *const i64,
    lse: *const T::C,
    scale: *const T::C,
    scale_step: usize,
    dx: *mut T,
) {
    let (x, targets, dx) = (Ptr::of(x), Ptr::of(targets), Ptr(dx));
    let (lse, scale) = (Ptr::of(lse), Ptr::of(scale));
    let weight_sum = if p.smoothing != 0.0 { p.weight_sum() } else { 0.0 };
    let share = p.share();
    if p.inner >= BESIDE {
        return share.get().each_side(|row, n| {
            // SAFETY: rows that lie beside each other
            unsafe { side_backward(&share.get(), row, n, weight_sum, x, targets, lse, scale, scale_step, dx) }
        });
    }
    par::for_each_chunk(p.rows(), p.grain(), |r| {
        let p = share.get();
        for row in r {
            // SAFETY: one row per step.
            unsafe {
                let (at, t) = (p.base(row), *targets.at(row));
                let dx = dx.at(at);
                if t == p.ignore {
                    (0..p.classes).for_each(|c| dx.add(c * p.inner).write(T::ZERO));
                    continue;
                }
                let k = (*scale.at(row * scale_step)).to_f64();
                let (t, even) = (t as usize, p.smoothing / p.classes as f64);
                let hit = (1.0 - p.smoothing) * p.weight_of(t).to_f64();
                // Read before a result that may lie in the same place is written.
                let xt = (*x.at(at + t * p.inner)).up();
                let lse = [*lse.at(2 * row), *lse.at(2 * row + 1)];
                let spread = if p.smoothing == 0.0 { None } else { Some((T::C::of(k * even), p.weight)) };
                let all = T::C::of(k * (hit + even * weight_sum));
                exponentials(p.classes, p.inner, x.at(at), lse, all, spread, dx);
                let weight = if spread.is_some() { p.weight_of(t).to_f64() } else { 0.0 };
                let own =
                    all * Cmp::exp(xt - lse[0] - lse[1]) - T::C::of(k * even * weight) - T::C::of(k * hit);
                dx.add(t * p.inner).write(T::down(own));
            }
        }
    });
}

/// The gradient for rows that lie beside each other: the numbers that each row brings, all exponentials, and then what
/// is special to the targets.
unsafe fn side_backward<T: Flt>(
    p: &Classes<T>,
    row: usize,
    n: usize,
    weight_sum: f64,
    x: Ptr<T>,
    targets: Ptr<i64>,
    lse: Ptr<T::C>,
    scale: Ptr<T::C>,
    scale_step: usize,
    dx: Ptr<T>,
) {
    let zero = [T::C::ZERO; SIDE];
    let (mut max, mut rest, mut on, mut all, mut spread) = (zero, zero, zero, zero, zero);
    let (mut target, mut less) = (zero, zero);
    let (at, even) = (p.base(row), p.smoothing / p.classes as f64);
    for j in 0..n {
        let t = *targets.at(row + j);
        (max[j], rest[j]) = (*lse.at(2 * (row + j)), *lse.at(2 * (row + j) + 1));
        if t == p.ignore {
            continue;
        }
        let (k, t) = ((*scale.at((row + j) * scale_step)).to_f64(), t as usize);
        let hit = (1.0 - p.smoothing) * p.weight_of(t).to_f64();
        (on[j], all[j], spread[j]) = (T::C::ONE, T::C::of(k * (hit + even * weight_sum)), T::C::of(k * even));
        // read before a result that may lie in the same place is written
        target[j] = (*x.at(at + j + t * p.inner)).up();
        let weight = if p.smoothing == 0.0 { 0.0 } else { p.weight_of(t).to_f64() };
        less[j] = T::C::of(k * even * weight) + T::C::of(k * hit);
    }
    let mut own = zero;
    beside::targets(n, &target, &max, &rest, &all, &less, &mut own);
    let even = (p.smoothing != 0.0).then_some((&spread, p.weight));
    let (from, to) = (x.at(at).cast_const(), dx.at(at));
    beside::exponentials(from, p.classes, p.inner, n, &max, &rest, &on, &all, even, to);
    for j in 0..n {
        let t = *targets.at(row + j);
        if t != p.ignore {
            dx.at(at + j + t as usize * p.inner).write(T::down(own[j]));
        }
    }
}

multiversion! {
    /// `dx = e^(x - lse) * all - spread * weight`.
    unsafe fn exponentials[T: Flt](
        n: usize, step: usize, x: *const T, lse: [T::C; 2], all: T::C, spread: Option<(T::C, *const T)>, dx: *mut T,
    ) {
        let [max, rest] = lse;
        match spread {
            None if step == 1 => {
                for c in 0..n {
                    *dx.add(c) = T::down(Cmp::exp((*x.add(c)).up() - max - rest) * all);
                }
            }
            None => {
                for c in 0..n {
                    *dx.add(c * step) = T::down(Cmp::exp((*x.add(c * step)).up() - max - rest) * all);
                }
            }
            Some((k, w)) => {
                for c in 0..n {
                    let w = if w.is_null() { T::C::ONE } else { (*w.add(c)).up() };
                    *dx.add(c * step) = T::down(Cmp::exp((*x.add(c * step)).up() - max - rest) * all - k * w);
                }
            }
        }
    }
}

/// Negative log-likelihood of log-probabilities: per row `-weight * x[target]` and the target's weight.
///
/// # Safety
/// As [`cross_entropy`].
unsafe fn nll_loss<T: Flt>(
    p: Classes<T>,
    x: *const T,
    targets: *const i64,
    loss: *mut T::C,
    weights: *mut T::C,
) {
    for row in 0..p.rows() {
        let t = *targets.add(row);
        let (mut value, mut weight) = (T::C::ZERO, T::C::ZERO);
        if t != p.ignore {
            weight = p.weight_of(t as usize);
            value = -((*x.add(p.base(row) + t as usize * p.inner)).up() * weight);
        }
        loss.add(row).write(value);
        weights.add(row).write(weight);
    }
}

/// The gradient of [`nll_loss`], scaled as in [`cross_entropy_backward`].
///
/// # Safety
/// As [`cross_entropy`].
unsafe fn nll_loss_backward<T: Flt>(
    p: Classes<T>,
    targets: *const i64,
    scale: *const T::C,
    scale_step: usize,
    dx: *mut T,
) {
    let out = Ptr(dx);
    par::for_each_chunk(p.rows() * p.classes, par::ELEMENTWISE_GRAIN, |r| {
        // SAFETY: a range of the gradient; zeros are bytes of zero in every float.
        unsafe { std::ptr::write_bytes(out.at(r.start), 0, r.len()) };
    });
    for row in 0..p.rows() {
        let t = *targets.add(row);
        if t != p.ignore {
            let v = -(p.weight_of(t as usize) * *scale.add(row * scale_step));
            dx.add(p.base(row) + t as usize * p.inner).write(T::down(v));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{BF16, F16};

    fn check<T: Flt>(tol: f64) {
        for (outer, classes, inner) in
            [(5, 10, 1), (3, 5000, 1), (2, 7, 6), (0, 3, 1), (4, 1, 1), (2, 7, 150), (1, 300, 9), (3, 21, 64)]
        {
            let n = outer * classes * inner;
            let x: Vec<T> = (0..n).map(|i| T::from_f64(((i * 7919 % 113) as f64 - 50.0) / 16.0)).collect();
            let w: Vec<T> = (0..classes).map(|i| T::from_f64(0.5 + (i % 4) as f64 * 0.25)).collect();
            let rows = outer * inner;
            let t: Vec<i64> =
                (0..rows).map(|i| if i % 4 == 3 { -100 } else { (i * 13 % classes) as i64 }).collect();
            let scale: Vec<T::C> = (0..rows).map(|i| T::C::of(0.5 + i as f64 * 0.25)).collect();
            for (weighted, smoothing) in [(false, 0.0), (true, 0.0), (false, 0.2), (true, 0.2)] {
                let weight = if weighted { w.as_ptr() } else { std::ptr::null() };
                let p = Classes { outer, classes, inner, weight, ignore: -100, smoothing };
                let runs = [1, 2, 3].map(|threads| {
                    par::set_num_threads(threads);
                    let (mut l, mut k, mut s) =
                        (vec![T::C::ZERO; rows], vec![T::C::ZERO; rows], vec![T::C::ZERO; 2 * rows]);
                    let mut d = vec![T::ONE; n];
                    // SAFETY: sizes as named.
                    unsafe {
                        let lp = l.as_mut_ptr();
                        cross_entropy(p, x.as_ptr(), t.as_ptr(), lp, k.as_mut_ptr(), s.as_mut_ptr());
                        let d = d.as_mut_ptr();
                        cross_entropy_backward(p, x.as_ptr(), t.as_ptr(), s.as_ptr(), scale.as_ptr(), 1, d);
                    }
                    (l, k, d)
                });
                assert!(runs[0] == runs[1] && runs[0] == runs[2]);
                let (l, k, d) = &runs[0];
                let wc = |c: usize| if weighted { w[c].to_f64() } else { 1.0 };
                for r in 0..rows {
                    let at = |c: usize| (r / inner * classes + c) * inner + r % inner;
                    let z: f64 = (0..classes).map(|c| x[at(c)].to_f64().exp()).sum();
                    let lp = |c: usize| x[at(c)].to_f64() - z.ln();
                    let ignored = t[r] == -100;
                    let q = |c: usize| {
                        let hot = if c as i64 == t[r] { 1.0 - smoothing } else { 0.0 };
                        if ignored { 0.0 } else { wc(c) * (hot + smoothing / classes as f64) }
                    };
                    let want = -(0..classes).map(|c| q(c) * lp(c)).sum::<f64>();
                    let total: f64 = (0..classes).map(q).sum();
                    assert!(
                        (l[r].to_f64() - want).abs() <= tol.min(1e-5) * (4.0 + want.abs()),
                        "{want} {:?}",
                        l[r]
                    );
                    assert_eq!(k[r].to_f64(), if ignored { 0.0 } else { wc(t[r] as usize) });
                    for c in 0..classes {
                        let want = scale[r].to_f64() * (total * lp(c).exp() - q(c));
                        let got = d[at(c)].to_f64();
                        assert!((got - want).abs() <= tol * (1.0 + want.abs()), "{p:?} {r} {c} {got} {want}");
                    }
                }
                // SAFETY: sizes as named.
                unsafe {
                    let (mut l, mut k, mut d) =
                        (vec![T::C::ZERO; rows], vec![T::C::ZERO; rows], vec![T::ONE; n]);
                    nll_loss(p, x.as_ptr(), t.as_ptr(), l.as_mut_ptr(), k.as_mut_ptr());
                    nll_loss_backward(p, t.as_ptr(), scale.as_ptr(), 1, d.as_mut_ptr());
                    for r in 0..rows {
                        for c in 0..classes {
                            let at = (r / inner * classes + c) * inner + r % inner;
                            let hit = c as i64 == t[r];
                            let want = if hit { -wc(c) * scale[r].to_f64() } else { 0.0 };
                            assert!((d[at].to_f64() - want).abs() <= tol * (1.0 + want.abs()));
                            if hit {
                                let want = -wc(c) * x[at].to_f64();
                                assert!((l[r].to_f64() - want).abs() < 1e-4 && k[r].to_f64() == wc(c));
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn against_the_definition() {
        check::<f32>(3e-6);
        check::<f64>(1e-12);
        check::<F16>(1e-3);
        check::<BF16>(8e-3);
    }
}
