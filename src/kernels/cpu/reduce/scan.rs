//! Running reductions along one axis: `cumsum`, `cumprod`, `cummax`, `cummin`, `logcumsumexp`.

use super::beside::{SIDE, turn_in, turn_out, turned};
use super::extrema::Ordered;
use super::plan::Axis;
use super::sums::Summable;
use crate::base::{BF16, C64, C128, DType, Elem, F16, Float, is_dense, numel};
use crate::kernels::cpu::machine::blocks::{self, Half};
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::rows::filled;
use crate::kernels::cpu::machine::walk::Walk;
use crate::kernels::cpu::machine::{par, simd, stop};
use std::mem::MaybeUninit;

/// A running reduction: the state after each element is one element of the result.
pub trait Scan<T: Elem>: Copy + Send + Sync {
    type State: Copy;
    fn start(self) -> Self::State;
    fn step(self, s: Self::State, x: T, position: usize) -> Self::State;
    /// # Safety
    /// `at` lies inside the destinations.
    unsafe fn put(self, s: Self::State, at: usize);
}

/// Columns scanned side by side.
const WIDTH: usize = 256;
/// Lines along the last axis scanned side by side, since each sum waits for the one before: 4096 lines of 1024 floats
/// take 1.8 to 2.2 instead of 3.5 ms. Eight would take 18: lines a multiple of 4 KiB apart share a set of the first
/// level cache, which holds eight.
const ROWS: usize = 4;
/// Lines beside each other up to which they are scanned so, too: they are no vector (cummax of 2000x10x3 over the middle 229 us, so 60).
const BESIDE: usize = 4;
/// Lines whose places are looked up together.
const LOOKED: usize = 64;

unsafe fn scan<T: Elem, S: Scan<T>>(s: S, shape: &[usize], strides: &[usize], axis: usize, src: *const T) {
    let n = shape.get(axis).copied().unwrap_or(1);
    let stride = strides.get(axis).copied().unwrap_or(1);
    let part = |r: std::ops::Range<usize>| Walk::new(&shape[r.clone()], [&strides[r]]);
    let lead = part(0..axis.min(shape.len()));
    let trail = part((axis + 1).min(shape.len())..shape.len());
    let (outer, inner) = (lead.count(), trail.count());
    if n * outer * inner == 0 {
        return;
    }
    let tiles = inner.div_ceil(WIDTH);
    let src = Ptr::of(src);
    if inner <= BESIDE {
        let mut trails = [0usize; BESIDE];
        offsets_of(&trail, 0, &mut trails[..inner]);
        let count = outer * inner;
        return par::for_each_chunk(count.div_ceil(ROWS), par::REDUCE_GRAIN.div_ceil(n * ROWS), |r| {
            // where lines lie is looked up for many of them together
            let (mut from, mut to, mut leads) = ([0usize; LOOKED], [0usize; LOOKED], [0usize; LOOKED]);
            let end = count.min(r.end * ROWS);
            for first in (r.start * ROWS..end).step_by(LOOKED) {
                let many = LOOKED.min(end - first);
                let (o, all) = (first / inner, (first + many).div_ceil(inner) - first / inner);
                offsets_of(&lead, o, &mut leads[..all]);
                let (mut at, mut c) = (o, first % inner);
                for j in 0..many {
                    (from[j], to[j]) = (leads[at - o] + trails[c], at * n * inner + c);
                    c += 1;
                    if c == inner {
                        (at, c) = (at + 1, 0);
                    }
                }
                let line = Axis { size: n, stride };
                for (from, to) in from[..many].chunks(ROWS).zip(to[..many].chunks(ROWS)) {
                    // SAFETY: lines of the source and of the results that no other task visits.
                    unsafe { side_by_side(s, src.get(), line, from, to, inner) };
                }
            }
        });
    }
    par::for_each_chunk(outer * tiles, par::REDUCE_GRAIN.div_ceil(n * inner.min(WIDTH)), |r| {
        let mut offsets = [0usize; WIDTH];
        for task in r {
            let (o, c0) = (task / tiles, task % tiles * WIDTH);
            let width = (inner - c0).min(WIDTH);
            offsets_of(&trail, c0, &mut offsets[..width]);
            let mut base = [0];
            offsets_of(&lead, o, &mut base);
            let [base] = base;
            let line = Axis { size: n, stride };
            // SAFETY: lines of the source and of the results that no other task visits.
            unsafe { lines(s, src.get().add(base), line, &offsets[..width], o * n * inner + c0, inner) };
        }
    });
}

/// The offsets of some elements from `first` on.
fn offsets_of(walk: &Walk<1>, first: usize, offsets: &mut [usize]) {
    let mut places = offsets.iter_mut();
    walk.each(first..first + places.len(), |[at]| {
        if let Some(place) = places.next() {
            *place = at;
        }
    });
}

/// A line may take seconds: now and then it asks whether to go on.
#[inline(always)]
fn rest(step: usize, width: usize) {
    if (step * width) & 0xF_FFFF < width {
        stop::poll();
    }
}

/// Not compiled for each instruction set: with wide registers at hand the compiler gathers and scatters, at a fifth of
/// the speed of plain loads.
unsafe fn side_by_side<T: Elem, S: Scan<T>>(
    s: S,
    src: *const T,
    line: Axis,
    from: &[usize],
    to: &[usize],
    step: usize,
) {
    let mut states = [s.start(); ROWS];
    if let (Ok(from), Ok(to)) = (<&[usize; ROWS]>::try_from(from), <&[usize; ROWS]>::try_from(to)) {
        // places of our own: those behind a reference would be read again after every write
        let (mut from, mut to) = (from.map(|at| src.add(at)), *to);
        for i in 0..line.size {
            rest(i, ROWS);
            for j in 0..ROWS {
                states[j] = s.step(states[j], *from[j], i);
                s.put(states[j], to[j]);
                (from[j], to[j]) = (from[j].wrapping_add(line.stride), to[j] + step);
            }
        }
        return;
    }
    for (j, (from, to)) in from.iter().zip(to).enumerate() {
        for i in 0..line.size {
            rest(i, 1);
            states[j] = s.step(states[j], *src.add(from + i * line.stride), i);
            s.put(states[j], to + i * step);
        }
    }
}

multiversion! {
    unsafe fn lines[const LEVEL, T: Elem, S: Scan<T>](s: S, src: *const T, line: Axis, offsets: &[usize], dst: usize, step: usize) {
        let w = offsets.len().min(WIDTH);
        let mut room = [const { MaybeUninit::uninit() }; WIDTH];
        let states = filled(&mut room[..w], s.start());
        let dense = (1..w).all(|j| offsets[j] == offsets[0] + j);
        for i in 0..line.size {
            rest(i, w);
            let row = src.add(i * line.stride);
            if dense {
                let row = row.add(offsets[0]);
                for j in 0..w {
                    simd::rest::<LEVEL>();
                    states[j] = s.step(states[j], *row.add(j), i);
                    s.put(states[j], dst + i * step + j);
                }
            } else {
                for j in 0..w {
                    simd::rest::<LEVEL>();
                    states[j] = s.step(states[j], *row.add(offsets[j]), i);
                    s.put(states[j], dst + i * step + j);
                }
            }
        }
    }
}

/// Running sums and products carry a float32 in float64, as PyTorch does: every element of a long line is a sum of all
/// before it, and a million tenths ended at 100958 in float32. (One sum of all is made of short ones and needs no more.)
pub trait Carried: Summable {
    type Carry: Copy + Default + Send + Sync;
    fn carry(self) -> Self::Carry;
    const NOTHING: Self::Carry;
    const UNIT: Self::Carry;
    fn plus(a: Self::Carry, b: Self::Carry) -> Self::Carry;
    fn times(a: Self::Carry, b: Self::Carry) -> Self::Carry;
    fn shown(a: Self::Carry) -> Self::Sum;
}

macro_rules! carried {
    ($($t:ty: $carry:ty, |$x:ident| $wide:expr, |$r:ident| $out:expr;)*) => {$(
        impl Carried for $t {
            type Carry = $carry;
            const NOTHING: $carry = <$carry as Summable>::NONE;
            const UNIT: $carry = <$carry as Summable>::ONE_ACC;
            #[inline(always)] fn carry(self) -> $carry { let $x = self; $wide }
            #[inline(always)] fn plus(a: $carry, b: $carry) -> $carry { <$carry as Summable>::add_acc(a, b) }
            #[inline(always)] fn times(a: $carry, b: $carry) -> $carry { <$carry as Summable>::mul_acc(a, b) }
            #[inline(always)] fn shown($r: $carry) -> Self::Sum { $out }
        }
    )*};
}
macro_rules! carried_ints {
    ($($t:ty)*) => { carried! { $($t: i64, |x| x as i64, |r| r;)* } };
}
carried_ints!(bool u8 i8 i16 i32 i64);
carried! {
    f32: f64, |x| x as f64, |r| r as f32;
    f64: f64, |x| x, |r| r;
    F16: f32, |x| Float::up(x), |r| <F16 as Float>::down(r);
    BF16: f32, |x| Float::up(x), |r| <BF16 as Float>::down(r);
    C64: C128, |x| C128::new(x.re as f64, x.im as f64), |r| C64::new(r.re as f32, r.im as f32);
    C128: C128, |x| x, |r| r;
}

#[derive(Clone, Copy)]
struct Running<T: Carried, const PRODUCT: bool>(Ptr<T::Sum>);

impl<T: Carried, const PRODUCT: bool> Scan<T> for Running<T, PRODUCT> {
    type State = T::Carry;
    #[inline(always)]
    fn start(self) -> T::Carry {
        if PRODUCT { T::UNIT } else { T::NOTHING }
    }
    #[inline(always)]
    fn step(self, s: T::Carry, x: T, _: usize) -> T::Carry {
        if PRODUCT { T::times(s, x.carry()) } else { T::plus(s, x.carry()) }
    }
    #[inline(always)]
    unsafe fn put(self, s: T::Carry, at: usize) {
        self.0.at(at).write(T::shown(s));
    }
}

unsafe fn running<T: Carried, const PRODUCT: bool>(
    shape: &[usize],
    strides: &[usize],
    axis: usize,
    src: *const T,
    dst: *mut T::Sum,
) {
    let n = shape.get(axis).copied().unwrap_or(1);
    let dense = n > 0 && axis < shape.len() && is_dense(shape, strides);
    if dense {
        let (outer, inner) = (numel(&shape[..axis]), numel(&shape[axis + 1..]));
        // (for every dtype it was 60 KB more)
        let often = matches!(T::DTYPE, DType::F32 | DType::F64 | DType::F16 | DType::BF16 | DType::I64);
        if often && (2..=TOGETHER).contains(&(n * inner)) && outer >= SIDE / 2 {
            return short::<T, PRODUCT>(outer, n, inner, src, dst);
        }
    }
    if dense && axis + 1 == shape.len() {
        let rows = numel(shape) / n;
        match T::DTYPE {
            DType::F16 => return halves::<F16, PRODUCT>(rows, n, src.cast(), dst.cast()),
            DType::BF16 => return halves::<BF16, PRODUCT>(rows, n, src.cast(), dst.cast()),
            _ => {}
        }
    }
    scan(Running::<T, PRODUCT>(Ptr(dst)), shape, strides, axis, src)
}

/// Elements of the lines that lie together up to which many are turned into columns: the sums of one line wait for each other, and
/// several lines are a vector only where they lie beside each other. (4096 rows of 10 float32: 34 us, so 15; 2000x7x3 over the middle
/// 115, so 12.)
pub const TOGETHER: usize = 32;

/// Dense short lines: `inner` beside each other, `outer` times.
unsafe fn short<T: Carried, const PRODUCT: bool>(
    outer: usize,
    n: usize,
    inner: usize,
    src: *const T,
    dst: *mut T::Sum,
) {
    let (src, dst, width) = (Ptr::of(src), Ptr(dst), n * inner);
    turned(outer, width, 1, |first, m, columns: &mut [T]| {
        let mut sums = [MaybeUninit::<T::Sum>::uninit(); TOGETHER * SIDE];
        // SAFETY: lines that no other task visits, and room for them
        unsafe {
            turn_in(src.at(first * width), width, columns.as_mut_ptr(), width, m);
            columns_side_by_side(
                Running::<T, PRODUCT>(dst),
                n,
                inner,
                columns.as_ptr(),
                sums.as_mut_ptr().cast(),
            );
            turn_out(sums.as_ptr().cast::<T::Sum>(), dst.at(first * width), width, m);
        }
    });
}

multiversion! {
    /// Columns of [`SIDE`] elements, whichever of them are wanted.
    unsafe fn columns_side_by_side[const LEVEL, T: Carried, S: Scan<T, State = T::Carry>](
        s: S, n: usize, inner: usize, src: *const T, dst: *mut T::Sum,
    ) {
        for c in 0..inner {
            let mut states = [s.start(); SIDE];
            for i in 0..n {
                let at = (i * inner + c) * SIDE;
                for j in 0..SIDE {
                    simd::rest::<LEVEL>();
                    states[j] = s.step(states[j], *src.add(at + j), i);
                    dst.add(at + j).write(T::shown(states[j]));
                }
            }
        }
    }
}

/// Elements of a row of halves that are converted at a time.
const STRETCH: usize = 256;

/// Dense rows of halves, converted many at a time (256 rows of 256 float16: 184 us one by one, 14 so).
unsafe fn halves<H: Half, const PRODUCT: bool>(rows: usize, n: usize, src: *const H, dst: *mut H) {
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    par::for_each_chunk(rows.div_ceil(ROWS), par::REDUCE_GRAIN.div_ceil(n * ROWS), |r| {
        let mut wide = [[0f32; STRETCH]; ROWS];
        for group in r {
            let (first, many) = (group * ROWS, ROWS.min(rows - group * ROWS));
            let mut states = [if PRODUCT { 1f32 } else { 0.0 }; ROWS];
            for at in (0..n).step_by(STRETCH) {
                rest(at, STRETCH);
                let m = STRETCH.min(n - at);
                // SAFETY: stretches of rows that no other task visits
                unsafe {
                    for (j, x) in wide.iter_mut().enumerate().take(many) {
                        blocks::widen(src.at((first + j) * n + at).cast_const(), x.as_mut_ptr(), m);
                    }
                    // what is left of a group is computed with it
                    for i in 0..m {
                        for (x, state) in wide.iter_mut().zip(&mut states) {
                            *state = if PRODUCT { *state * x[i] } else { *state + x[i] };
                            x[i] = *state;
                        }
                    }
                    for (j, x) in wide.iter().enumerate().take(many) {
                        blocks::narrow(x.as_ptr(), dst.at((first + j) * n + at), m);
                    }
                }
            }
        }
    });
}

/// # Safety
/// `src` is readable wherever the strides lead, `dst` writable for all elements (row-major).
pub unsafe fn cumsum<T: Carried>(
    shape: &[usize],
    strides: &[usize],
    axis: usize,
    src: *const T,
    dst: *mut T::Sum,
) {
    running::<T, false>(shape, strides, axis, src, dst)
}

/// # Safety
/// As [`cumsum`].
pub unsafe fn cumprod<T: Carried>(
    shape: &[usize],
    strides: &[usize],
    axis: usize,
    src: *const T,
    dst: *mut T::Sum,
) {
    running::<T, true>(shape, strides, axis, src, dst)
}

#[derive(Clone, Copy)]
struct RunningExtreme<T: Ordered, const MAX: bool>(Ptr<T>, Ptr<i64>);

impl<T: Ordered, const MAX: bool> Scan<T> for RunningExtreme<T, MAX> {
    type State = (T::Key, i64);
    /// What no element loses to.
    #[inline(always)]
    fn start(self) -> (T::Key, i64) {
        (if MAX { T::LOW } else { T::HIGH }, 0)
    }
    /// The last of equal elements wins, as in PyTorch; NaN stays once met, and a later NaN moves the index.
    #[inline(always)]
    #[allow(clippy::eq_op)]
    fn step(self, (best, at): (T::Key, i64), x: T, i: usize) -> (T::Key, i64) {
        let x = x.key();
        let wins = x != x || best == best && if MAX { x >= best } else { x <= best };
        if wins { (x, i as i64) } else { (best, at) }
    }
    #[inline(always)]
    unsafe fn put(self, (best, i): (T::Key, i64), at: usize) {
        self.0.at(at).write(T::unkey(best));
        self.1.at(at).write(i);
    }
}

/// Running maximum (`max`) or minimum and its position.
///
/// # Safety
/// As [`cumsum`], for both destinations.
pub unsafe fn cum_extreme<T: Ordered>(
    shape: &[usize],
    strides: &[usize],
    axis: usize,
    src: *const T,
    max: bool,
    values: *mut T,
    indices: *mut i64,
) {
    let (v, i) = (Ptr(values), Ptr(indices));
    if max {
        scan(RunningExtreme::<T, true>(v, i), shape, strides, axis, src)
    } else {
        scan(RunningExtreme::<T, false>(v, i), shape, strides, axis, src)
    }
}

#[derive(Clone, Copy)]
struct RunningLogSumExp<T: Flt>(Ptr<T>);

impl<T: Flt> Scan<T> for RunningLogSumExp<T> {
    type State = f64;
    #[inline(always)]
    fn start(self) -> f64 {
        f64::NEG_INFINITY
    }
    #[inline(always)]
    fn step(self, s: f64, x: T, _: usize) -> f64 {
        let x = x.up().to_f64();
        let (hi, lo) = if x > s { (x, s) } else { (s, x) };
        if x.is_nan() || s.is_nan() {
            f64::NAN
        } else if hi.is_infinite() {
            hi
        } else {
            hi + (lo - hi).exp().ln_1p()
        }
    }
    #[inline(always)]
    unsafe fn put(self, s: f64, at: usize) {
        self.0.at(at).write(T::from_f64(s));
    }
}

/// # Safety
/// As [`cumsum`].
pub unsafe fn logcumsumexp<T: Flt>(
    shape: &[usize],
    strides: &[usize],
    axis: usize,
    src: *const T,
    dst: *mut T,
) {
    scan(RunningLogSumExp(Ptr(dst)), shape, strides, axis, src)
}
