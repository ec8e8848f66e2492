//! Which way each dtype goes.

use super::plan::{Plan, Sides, Weights};
use super::tile::Direct;
use super::{Conv, channels, depthwise, direct, filter, pointwise, unfold};
use crate::base::{BF16, C64, C128, Elem, F16};
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::reduce::Summable;

/// A dtype that can be convolved.
pub trait ConvElem: Elem + Summable<Sum = Self> {
    /// # Safety
    /// As [`super::forward`].
    unsafe fn forward(p: &Conv, x: *const Self, w: *const Self, bias: *const Self, y: *mut Self);
    /// # Safety
    /// As [`super::backward_data`].
    unsafe fn backward_data(p: &Conv, g: *const Self, w: *const Self, bias: *const Self, dx: *mut Self);
    /// # Safety
    /// As [`super::backward_weight`].
    unsafe fn backward_weight(p: &Conv, x: *const Self, g: *const Self, dw: *mut Self);
}

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
                } else if !<$t as Direct>::fewer_for_weight(p, x, g, dw) {
                    filter::backward_weight(p, x, g, dw)
                }
            }
        }
    )*};
}
direct!(f32 f64);

/// One plan by the kernels that suit it.
unsafe fn windows<T: Direct>(
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
    let mut out = vec![0f32; if src.is_null() { 0 } else { n }];
    let (s, d) = (Ptr::of(src), Ptr(out.as_mut_ptr()));
    par::for_each_chunk(out.len(), par::ELEMENTWISE_GRAIN, |r| {
        // SAFETY: a range of both.
        unsafe { widen::<T>(s.at(r.start), d.at(r.start), r.len()) }
    });
    out
}

/// Computes into float32 and rounds.
unsafe fn rounded<T: Flt<C = f32>>(n: usize, dst: *mut T, f: impl FnOnce(*mut f32)) {
    let mut out = vec![0f32; n];
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
