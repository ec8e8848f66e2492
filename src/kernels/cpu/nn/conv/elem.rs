//! Which way each dtype goes, and the functions that take it: the top of the folder.

use super::plan::{Plan, Sides, Weights};
use super::tile::Direct;
use super::{Conv, channels, depthwise, direct, filter, pointwise, unfold, winograd};
use crate::base::{BF16, C64, C128, Elem, F16};
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::reduce::Summable;

/// A dtype that can be convolved.
pub trait ConvElem: Elem + Summable<Sum = Self> {
    /// # Safety
    /// As [`forward`].
    unsafe fn forward(p: &Conv, x: *const Self, w: *const Self, bias: *const Self, y: *mut Self);
    /// # Safety
    /// As [`backward_data`].
    unsafe fn backward_data(p: &Conv, g: *const Self, w: *const Self, bias: *const Self, dx: *mut Self);
    /// # Safety
    /// As [`backward_weight`].
    unsafe fn backward_weight(p: &Conv, x: *const Self, g: *const Self, dw: *mut Self);
}

/// `y = conv(x, weight) + bias`; `bias` may be null.
///
/// # Safety
/// Pointers are valid for the sizes that the geometry names; `y` overlaps none of the others.
pub unsafe fn forward<T: ConvElem>(p: &Conv, x: *const T, weight: *const T, bias: *const T, y: *mut T) {
    if p.n * p.cout * p.output_plane() > 0 {
        T::forward(p, x, weight, bias, y);
    }
}

/// The gradient for `x`, from `g` shaped like `y`; `bias` (nullable, one value per input channel) is added, for
/// transposed convolutions.
///
/// # Safety
/// As [`forward`].
pub unsafe fn backward_data<T: ConvElem>(
    p: &Conv,
    g: *const T,
    weight: *const T,
    bias: *const T,
    dx: *mut T,
) {
    if p.n * p.cin * p.input_plane() > 0 {
        T::backward_data(p, g, weight, bias, dx);
    }
}

/// The gradient for the weight.
///
/// # Safety
/// As [`forward`].
pub unsafe fn backward_weight<T: ConvElem>(p: &Conv, x: *const T, g: *const T, dw: *mut T) {
    if p.cout * p.cin * p.taps() > 0 {
        T::backward_weight(p, x, g, dw);
    }
}

/// The gradient for the bias: sums of `g` by channel.
///
/// # Safety
/// As [`forward`].
pub unsafe fn backward_bias<T: ConvElem>(p: &Conv, g: *const T, db: *mut T) {
    use crate::kernels::cpu::reduce::{ReducePlan, sum};
    let s = p.output_plane();
    let (cs, ps) = p.strides(p.cout, s);
    let plan = ReducePlan::new(&[p.n, p.cout, s], &[p.cout * s, cs, ps], &[true, false, true]);
    sum(&plan, g, db, false);
}

/// Floats for which there may be a way with fewer multiplications.
trait Fewer: Direct {
    /// Runs a plan with fewer multiplications where that is possible and pays; false if not.
    ///
    /// # Safety
    /// Pointers as in [`forward`].
    unsafe fn fewer(
        _plan: &Plan,
        _sides: &Sides,
        _last: bool,
        _x: *const Self,
        _weights: &Weights<Self>,
        _bias: *const Self,
        _y: *mut Self,
    ) -> bool {
        false
    }
    /// The same for the gradient for the weight.
    ///
    /// # Safety
    /// Pointers as in [`backward_weight`].
    unsafe fn fewer_for_weight(_p: &Conv, _x: *const Self, _g: *const Self, _dw: *mut Self) -> bool {
        false
    }
}
impl Fewer for f32 {
    unsafe fn fewer(
        plan: &Plan,
        sides: &Sides,
        last: bool,
        x: *const f32,
        weights: &Weights<f32>,
        bias: *const f32,
        y: *mut f32,
    ) -> bool {
        winograd::run(plan, sides, last, x, weights, bias, y)
    }
    unsafe fn fewer_for_weight(p: &Conv, x: *const f32, g: *const f32, dw: *mut f32) -> bool {
        winograd::backward_weight(p, x, g, dw)
    }
}
impl Fewer for f64 {}

macro_rules! by_unfolding {
    ($($t:ty)*) => {$(
        impl ConvElem for $t {
            unsafe fn forward(p: &Conv, x: *const $t, w: *const $t, bias: *const $t, y: *mut $t) {
                unfold::forward(p, x, w, bias, y)
            }
            unsafe fn backward_data(p: &Conv, g: *const $t, w: *const $t, bias: *const $t, dx: *mut $t) {
                unfold::backward_data(p, g, w, bias, dx)
            }
            unsafe fn backward_weight(p: &Conv, x: *const $t, g: *const $t, dw: *mut $t) {
                unfold::backward_weight(p, x, g, dw)
            }
        }
    )*};
}
by_unfolding!(C64 C128);

macro_rules! direct {
    ($($t:ty)*) => {$(
        impl ConvElem for $t {
            unsafe fn forward(p: &Conv, x: *const $t, w: *const $t, bias: *const $t, y: *mut $t) {
                if pointwise::fits(p) {
                    pointwise::forward(p, x, w, bias, y)
                } else if depthwise::fits(p) {
                    depthwise::forward(p, x, w, bias, y)
                } else {
                    windows(p, &Plan::forward(p), Sides::forward(p), x, &Weights::forward(p, w), bias, y)
                }
            }
            unsafe fn backward_data(p: &Conv, g: *const $t, w: *const $t, bias: *const $t, dx: *mut $t) {
                if pointwise::fits(p) {
                    pointwise::backward_data(p, g, w, bias, dx)
                } else if depthwise::fits(p) {
                    depthwise::backward_data(p, g, w, bias, dx)
                } else {
                    for plan in Plan::backward(p) {
                        windows(p, &plan, Sides::backward(p), g, &Weights::backward(p, w), bias, dx)
                    }
                }
            }
            unsafe fn backward_weight(p: &Conv, x: *const $t, g: *const $t, dw: *mut $t) {
                if depthwise::fits(p) {
                    depthwise::backward_weight(p, x, g, dw)
                } else if !<$t as Fewer>::fewer_for_weight(p, x, g, dw) {
                    filter::backward_weight(p, x, g, dw)
                }
            }
        }
    )*};
}
direct!(f32 f64);

/// One plan by the kernels that suit it.
unsafe fn windows<T: Fewer>(
    p: &Conv,
    plan: &Plan,
    sides: Sides,
    x: *const T,
    w: &Weights<T>,
    bias: *const T,
    y: *mut T,
) {
    if T::fewer(plan, &sides, p.channels_last, x, w, bias, y) {
        return;
    }
    if p.channels_last || channels::wins(plan, &sides) {
        channels::run(plan, &sides, p.channels_last, x, w, bias, y)
    } else {
        direct::run(plan, &sides, x, w, bias, y)
    }
}

multiversion! {
    unsafe fn widen[T: Flt](src: *const T, dst: *mut T::C, n: usize) {
        for i in 0..n {
            *dst.add(i) = (*src.add(i)).up();
        }
    }
}

multiversion! {
    unsafe fn narrow[T: Flt](src: *const T::C, dst: *mut T, n: usize) {
        for i in 0..n {
            *dst.add(i) = T::down(*src.add(i));
        }
    }
}

unsafe fn wide<T: Flt<C = f32>>(src: *const T, n: usize) -> Vec<f32> {
    let mut out = buffer(0f32, if src.is_null() { 0 } else { n });
    let (s, d) = (Ptr::of(src), Ptr(out.as_mut_ptr()));
    par::for_each_chunk(out.len(), par::ELEMENTWISE_GRAIN, |r| {
        // SAFETY: a range of both.
        unsafe { widen::<T>(s.at(r.start), d.at(r.start), r.len()) }
    });
    out
}

/// Computes into float32 and rounds.
unsafe fn rounded<T: Flt<C = f32>>(n: usize, dst: *mut T, f: impl FnOnce(*mut f32)) {
    let mut out = buffer(0f32, n);
    f(out.as_mut_ptr());
    let (s, d) = (Ptr(out.as_mut_ptr()), Ptr(dst));
    par::for_each_chunk(n, par::ELEMENTWISE_GRAIN, |r| {
        // SAFETY: a range of both.
        unsafe { narrow::<T>(s.at(r.start), d.at(r.start), r.len()) }
    });
}

fn pointer(v: &[f32]) -> *const f32 {
    if v.is_empty() { std::ptr::null() } else { v.as_ptr() }
}

macro_rules! halves {
    ($($t:ty)*) => {$(
        impl ConvElem for $t {
            unsafe fn forward(p: &Conv, x: *const $t, w: *const $t, bias: *const $t, y: *mut $t) {
                let (x, w) = (wide(x, p.n * p.cin * p.input_plane()), wide(w, p.cout * p.cin / p.groups * p.taps()));
                let b = wide(bias, p.cout);
                rounded(p.n * p.cout * p.output_plane(), y, |y| {
                    f32::forward(p, x.as_ptr(), w.as_ptr(), pointer(&b), y)
                });
            }
            unsafe fn backward_data(p: &Conv, g: *const $t, w: *const $t, bias: *const $t, dx: *mut $t) {
                let (g, w) = (wide(g, p.n * p.cout * p.output_plane()), wide(w, p.cout * p.cin / p.groups * p.taps()));
                let b = wide(bias, p.cin);
                rounded(p.n * p.cin * p.input_plane(), dx, |dx| {
                    f32::backward_data(p, g.as_ptr(), w.as_ptr(), pointer(&b), dx)
                });
            }
            unsafe fn backward_weight(p: &Conv, x: *const $t, g: *const $t, dw: *mut $t) {
                let (x, g) = (wide(x, p.n * p.cin * p.input_plane()), wide(g, p.n * p.cout * p.output_plane()));
                rounded(p.cout * p.cin / p.groups * p.taps(), dw, |dw| f32::backward_weight(p, x.as_ptr(), g.as_ptr(), dw));
            }
        }
    )*};
}
halves!(F16 BF16);
