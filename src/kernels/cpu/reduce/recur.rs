//! Linear recurrences along one axis of dense memory seen as (outer, n, inner): running sums and products in either
//! direction, and the recurrence that the gradients of running products are made of.

use crate::base::C128;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::rows::filled;
use crate::kernels::cpu::machine::{par, stop};
use crate::kernels::cpu::reduce::beside::{SIDE, turn_in, turn_out, turned};
use crate::kernels::cpu::reduce::{Cursor, ReducePlan, Summable};
use std::mem::MaybeUninit;

/// Columns handled side by side when the axis is not the last one.
const WIDTH: usize = 128;

#[derive(Clone, Copy, Debug)]
pub struct Lines {
    pub outer: usize,
    pub n: usize,
    pub inner: usize,
    /// From the last element to the first.
    pub reverse: bool,
}

impl Lines {
    /// Calls `f(offset, width)` for groups of neighbouring lines, in parallel.
    pub fn each(&self, f: impl Fn(usize, usize) + Sync) {
        if self.outer * self.n * self.inner == 0 {
            return;
        }
        let tiles = self.inner.div_ceil(WIDTH);
        let grain = par::REDUCE_GRAIN.div_ceil(self.n * self.inner.min(WIDTH));
        par::for_each_chunk(self.outer * tiles, grain, |r| {
            for task in r {
                let (o, c) = (task / tiles, task % tiles * WIDTH);
                f(o * self.n * self.inner + c, (self.inner - c).min(WIDTH));
            }
        });
    }
    /// The element visited `k`-th, as a distance from the line's first.
    #[inline(always)]
    fn step(&self, k: usize) -> usize {
        (if self.reverse { self.n - 1 - k } else { k }) * self.inner
    }
}

/// `s = b + c * s'`, where `s'` is the value one step before. Without `b` it is a running product, without `c` a
/// running sum. With `lag`, `c` is taken from the place of `s'` instead of that of `s`.
///
/// # Safety
/// Pointers that are not null are valid for `outer * n * inner` elements; `dst` overlaps none of them.
pub unsafe fn recur<T: Summable>(lines: Lines, lag: bool, b: *const T, c: *const T, dst: *mut T::Sum) {
    let (b, c, dst) = (Ptr::of(b), Ptr::of(c), Ptr(dst));
    let width = lines.n * lines.inner;
    if lines.inner == 1 && width > SHORT {
        // SAFETY: as above
        return unsafe { long(&lines, lag, b, c, dst) };
    }
    if !T::DTYPE.is_float() || !(2..=SHORT).contains(&width) || lines.outer < SIDE / 2 {
        // SAFETY: the lines of each task, inside all arrays
        return lines.each(|at, width| unsafe { some(&lines, lag, b, c, dst, at, width) });
    }
    turned(lines.outer, width, 2, |first, m, room: &mut [T]| {
        let (of_b, of_c) = room.split_at_mut(width * SIDE);
        let mut sums = [const { MaybeUninit::<T::Sum>::uninit() }; SHORT * SIDE];
        let columns = Lines { outer: 1, inner: lines.inner * SIDE, ..lines };
        // SAFETY: lines that no other task visits, and room for them
        unsafe {
            let turned = |from: Ptr<T>, to: &mut [T]| match from.get().is_null() {
                true => from,
                false => {
                    turn_in(from.at(first * width), width, to.as_mut_ptr(), width, m);
                    Ptr(to.as_mut_ptr())
                }
            };
            let (b, c, sums) = (turned(b, of_b), turned(c, of_c), sums.as_mut_ptr().cast::<T::Sum>());
            for at in (0..columns.inner).step_by(WIDTH) {
                some(&columns, lag, b, c, Ptr(sums), at, WIDTH.min(columns.inner - at));
            }
            turn_out(sums, dst.at(first * width), width, m);
        }
    });
}

/// Elements of the lines that lie together up to which many are turned into columns: the numbers of one line wait for each other. (The
/// gradient of 4096 running sums of 10: 148 us one by one, so 46.)
const SHORT: usize = 32;

/// Lines at a time whose elements lie one after another: numbers of one line wait for each other. (The gradient of 127 running sums of
/// 768 float32: one by one, asking of each element what there is, 290 us, so 20; of one of 97,000 284 and 53.)
const ROWS: usize = 4;

/// Lines whose elements lie one after another.
unsafe fn long<T: Summable>(lines: &Lines, lag: bool, b: Ptr<T>, c: Ptr<T>, dst: Ptr<T::Sum>) {
    let (n, has_b, has_c) = (lines.n, !b.get().is_null(), !c.get().is_null());
    par::for_each_chunk(lines.outer.div_ceil(ROWS), par::REDUCE_GRAIN.div_ceil(n * ROWS), |groups| {
        for first in groups.map(|group| group * ROWS) {
            let (b, c, dst) = (b.at(first * n), c.at(first * n), dst.at(first * n));
            // SAFETY: lines that no other task visits
            unsafe {
                match (ROWS.min(lines.outer - first), has_b, has_c) {
                    (ROWS, true, false) => rows::<T, ROWS, true, false>(lines, lag, b, c, dst),
                    (ROWS, false, _) => rows::<T, ROWS, false, true>(lines, lag, b, c, dst),
                    (ROWS, true, true) => rows::<T, ROWS, true, true>(lines, lag, b, c, dst),
                    (many, ..) => {
                        for at in (0..many).map(|j| j * n) {
                            let (b, c, dst) = (b.wrapping_add(at), c.wrapping_add(at), dst.add(at));
                            match (has_b, has_c) {
                                (true, false) => rows::<T, 1, true, false>(lines, lag, b, c, dst),
                                (false, _) => rows::<T, 1, false, true>(lines, lag, b, c, dst),
                                (true, true) => rows::<T, 1, true, true>(lines, lag, b, c, dst),
                            }
                        }
                    }
                }
            }
        }
    });
}

/// `R` lines at once; what of `b` and `c` is not there is not read.
#[inline(never)]
unsafe fn rows<T: Summable, const R: usize, const B: bool, const C: bool>(
    lines: &Lines,
    lag: bool,
    b: *const T,
    c: *const T,
    dst: *mut T::Sum,
) {
    let n = lines.n;
    let (first, step, behind) = if lines.reverse { (n - 1, -1, 1) } else { (0, 1, -1) };
    let behind = if lag { behind } else { 0 };
    let mut state = [T::NONE; R];
    for (j, state) in state.iter_mut().enumerate() {
        *state = (*(if B { b } else { c }).add(first + j * n)).widen();
        dst.add(first + j * n).write(T::sum_of(*state));
    }
    let mut at = first as isize;
    for k in 1..n {
        at += step;
        if k % POLLED == 0 {
            stop::poll();
        }
        for (j, state) in state.iter_mut().enumerate() {
            let here = at + (j * n) as isize;
            *state = match (B, C) {
                (true, true) => {
                    let scaled = T::mul_acc((*c.offset(here + behind)).widen(), *state);
                    T::add_acc(scaled, (*b.offset(here)).widen())
                }
                (true, false) => T::add_acc(*state, (*b.offset(here)).widen()),
                _ => T::mul_acc((*c.offset(here + behind)).widen(), *state),
            };
            dst.offset(here).write(T::sum_of(*state));
        }
    }
}

/// Elements after which a loop asks whether it should stop.
const POLLED: usize = 1 << 18;

/// `width` lines beside each other from `at` on.
unsafe fn some<T: Summable>(
    lines: &Lines,
    lag: bool,
    b: Ptr<T>,
    c: Ptr<T>,
    dst: Ptr<T::Sum>,
    at: usize,
    width: usize,
) {
    let mut room = [const { MaybeUninit::uninit() }; WIDTH];
    let state = filled(&mut room[..width.min(WIDTH)], T::NONE);
    for k in 0..lines.n {
        let here = at + lines.step(k);
        let from = if lag && k > 0 { at + lines.step(k - 1) } else { here };
        for (j, state) in state.iter_mut().enumerate() {
            let add = if b.get().is_null() { T::NONE } else { (*b.at(here + j)).widen() };
            *state = if c.get().is_null() {
                T::add_acc(*state, add)
            } else if k == 0 {
                if b.get().is_null() { (*c.at(here + j)).widen() } else { add }
            } else {
                let scaled = T::mul_acc((*c.at(from + j)).widen(), *state);
                if b.get().is_null() { scaled } else { T::add_acc(scaled, add) }
            };
            dst.at(here + j).write(T::sum_of(*state));
        }
    }
}

/// `log(sum(e^x))` over the elements up to each one, for complex numbers.
///
/// # Safety
/// As [`recur`].
pub unsafe fn logcumsumexp_complex(lines: Lines, src: *const C128, dst: *mut C128) {
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    lines.each(|at, width| {
        for j in at..at + width {
            let mut state = C128::new(f64::NEG_INFINITY, 0.0);
            for k in 0..lines.n {
                let here = j + lines.step(k);
                // SAFETY: an element of this task's lines
                let x = unsafe { *src.at(here) };
                let (hi, lo) = if x.re > state.re { (x, state) } else { (state, x) };
                state = if hi.re.is_infinite() || x.re.is_nan() {
                    if x.re.is_nan() { x } else { hi }
                } else {
                    hi + ((lo - hi).exp() + 1.0).ln()
                };
                // SAFETY: the place of an element of this task's lines
                unsafe { dst.at(here).write(state) };
            }
        }
    });
}

/// `log(sum(e^x))` over the reduced axes, for complex numbers.
///
/// # Safety
/// `src` is readable wherever the plan's strides lead; `dst` is writable for one element for each result.
pub unsafe fn logsumexp_complex(plan: &ReducePlan, src: *const C128, dst: *mut C128) {
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    par::for_each_chunk(plan.outer_len, par::REDUCE_GRAIN.div_ceil(plan.inner_len.max(1) * 16), |r| {
        let mut outer = Cursor::new(&plan.outer, r.start);
        for o in r {
            let each = |f: &mut dyn FnMut(C128)| {
                let mut inner = Cursor::new(&plan.inner, 0);
                for _ in 0..plan.inner_len {
                    // SAFETY: an element the plan vouches for
                    f(unsafe { *src.at(outer.offset + inner.offset) });
                    inner.advance();
                }
            };
            let mut top = f64::NEG_INFINITY;
            each(&mut |x| top = if x.re > top || x.re.is_nan() { x.re } else { top });
            let shift = if top.is_infinite() { 0.0 } else { top };
            let mut sum = C128::new(0.0, 0.0);
            each(&mut |x| sum += (x - shift).exp());
            // SAFETY: each result is written once
            unsafe { dst.at(o).write(sum.ln() + shift) };
            outer.advance();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of neighbours, in groups and what groups leave, against one element after another.
    #[test]
    fn long_lines() {
        let n = SHORT + 9;
        for outer in [1, 3, 4, 5, 9] {
            let b: Vec<f64> = (0..n * outer).map(|i| (i as f64).sin()).collect();
            let c: Vec<f64> = (0..n * outer).map(|i| (i as f64).cos()).collect();
            for (reverse, lag, has_b, has_c) in [
                (false, false, true, false),
                (true, false, true, false),
                (true, false, false, true),
                (false, true, true, true),
                (true, true, true, true),
                (true, false, true, true),
            ] {
                let mut got = vec![0f64; n * outer];
                let lines = Lines { outer, n, inner: 1, reverse };
                let of = |x: &[f64], there: bool| if there { x.as_ptr() } else { std::ptr::null() };
                // SAFETY: as many elements each
                unsafe { recur(lines, lag, of(&b, has_b), of(&c, has_c), got.as_mut_ptr()) };
                for o in 0..outer {
                    let mut state = 0.0;
                    for k in 0..n {
                        let at = |k: usize| o * n + if reverse { n - 1 - k } else { k };
                        let scale = if has_c { c[at(if lag { k.max(1) - 1 } else { k })] } else { 1.0 };
                        let add = if has_b { b[at(k)] } else { 0.0 };
                        let first = if has_b { add } else { c[at(0)] };
                        state = if k == 0 { first } else { scale * state + add };
                        assert_eq!(got[at(k)], state, "{outer} {reverse} {lag} {has_b} {has_c}");
                    }
                }
            }
        }
    }

    #[test]
    fn recurrences() {
        let (b, c) = ([1.0f64, 2.0, 3.0, 4.0], [5.0f64, 6.0, 7.0, 8.0]);
        let run = |reverse: bool, lag: bool, b: *const f64, c: *const f64, inner: usize| {
            let mut out = [0.0f64; 4];
            let lines = Lines { outer: 1, n: 4 / inner, inner, reverse };
            // SAFETY: four elements each
            unsafe { recur(lines, lag, b, c, out.as_mut_ptr()) };
            out
        };
        let null = std::ptr::null();
        assert_eq!(run(false, false, b.as_ptr(), null, 1), [1.0, 3.0, 6.0, 10.0]);
        assert_eq!(run(true, false, b.as_ptr(), null, 1), [10.0, 9.0, 7.0, 4.0]);
        assert_eq!(run(true, false, null, c.as_ptr(), 2), [35.0, 48.0, 7.0, 8.0]);
        assert_eq!(run(false, false, b.as_ptr(), c.as_ptr(), 1), [1.0, 8.0, 59.0, 476.0]);
        assert_eq!(run(true, true, b.as_ptr(), c.as_ptr(), 2), [22.0, 34.0, 3.0, 4.0]);
    }
}
