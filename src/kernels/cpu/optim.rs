//! Optimizer steps as one pass over memory: each parameter, gradient and state element is read and written once.

use crate::base::{Float, Num};
use crate::kernels::cpu::machine::par;

/// Attributes of an SGD step.
#[derive(Clone, Copy, Debug)]
pub struct Sgd {
    pub lr: f64,
    pub momentum: f64,
    pub dampening: f64,
    pub weight_decay: f64,
    pub nesterov: bool,
    pub maximize: bool,
    /// The buffer holds nothing yet: it becomes the gradient.
    pub first: bool,
}

/// Attributes of an Adam step; `step` counts from 1.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    pub lr: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub eps: f64,
    pub weight_decay: f64,
    pub decoupled: bool,
    pub maximize: bool,
    pub step: f64,
}

/// Arithmetic of the compute types, for the loops below.
pub trait Real: Float<C = Self> {
    fn of(v: f64) -> Self;
    fn div(self, o: Self) -> Self;
    fn sqrt(self) -> Self;
    fn max(self, o: Self) -> Self;
}
macro_rules! real {
    ($($t:ty),*) => {$(impl Real for $t {
        #[inline(always)] fn of(v: f64) -> Self { v as $t }
        #[inline(always)] fn div(self, o: Self) -> Self { self / o }
        #[inline(always)] fn sqrt(self) -> Self { <$t>::sqrt(self) }
        // nan wins, as in PyTorch's maximum
        #[inline(always)] fn max(self, o: Self) -> Self { if self > o || self != self { self } else { o } }
    })*};
}
real!(f32, f64);

multiversion! {
    unsafe fn sgd_block[T: Wide](p: *mut T, g: *const T, m: *mut T, n: usize, a: Sgd) {
        let c = <T::C as Real>::of;
        let sign = c(if a.maximize { -1.0 } else { 1.0 });
        let (lr, wd, mom, keep) = (c(-a.lr), c(a.weight_decay), c(a.momentum), c(1.0 - a.dampening));
        for i in 0..n {
            let old = (*p.add(i)).up();
            let mut d = (*g.add(i)).up().mul(sign);
            if a.weight_decay != 0.0 {
                d = d.add(old.mul(wd));
            }
            if a.momentum != 0.0 {
                let b = if a.first { d } else { (*m.add(i)).up().mul(mom).add(d.mul(keep)) };
                *m.add(i) = T::down(b);
                d = if a.nesterov { d.add(b.mul(mom)) } else { b };
            }
            *p.add(i) = T::down(old.add(d.mul(lr)));
        }
    }
}

multiversion! {
    unsafe fn adam_block[T: Wide](p: *mut T, g: *const T, m: *mut T, v: *mut T, top: *mut T, n: usize, a: Adam) {
        let c = <T::C as Real>::of;
        let sign = c(if a.maximize { -1.0 } else { 1.0 });
        let (w1, b2, w2) = (c(1.0 - a.beta1), c(a.beta2), c(1.0 - a.beta2));
        let (size, root) = (c(-(a.lr / (1.0 - a.beta1.powf(a.step)))), c((1.0 - a.beta2.powf(a.step)).sqrt()));
        let (wd, shrink, eps) = (c(a.weight_decay), c(1.0 - a.lr * a.weight_decay), c(a.eps));
        let far = 1.0 - a.beta1 >= 0.5;
        for i in 0..n {
            let mut x = (*p.add(i)).up();
            let mut d = (*g.add(i)).up().mul(sign);
            if a.weight_decay != 0.0 {
                if a.decoupled { x = x.mul(shrink) } else { d = d.add(x.mul(wd)) }
            }
            let old = (*m.add(i)).up();
            let step = d.sub(old);
            let mean = if far { d.sub(step.mul(c(1.0).sub(w1))) } else { old.add(step.mul(w1)) };
            *m.add(i) = T::down(mean);
            let mut square = (*v.add(i)).up().mul(b2).add(d.mul(d).mul(w2));
            *v.add(i) = T::down(square);
            if !top.is_null() {
                square = (*top.add(i)).up().max(square);
                *top.add(i) = T::down(square);
            }
            let denominator = Real::sqrt(square).div(root).add(eps);
            *p.add(i) = T::down(x.add(mean.div(denominator).mul(size)));
        }
    }
}

/// A float whose compute type the loops can use.
pub trait Wide: Float<C: Real> {}
impl<T: Float<C: Real>> Wide for T {}

/// A pointer that chunks may share.
#[derive(Clone, Copy)]
struct At<T>(*mut T);
// SAFETY: chunks touch disjoint elements
unsafe impl<T> Send for At<T> {}
// SAFETY: a copy read by another thread leads to elements that no other task touches
unsafe impl<T> Sync for At<T> {}
impl<T> At<T> {
    fn plus(self, n: usize) -> *mut T {
        if self.0.is_null() { self.0 } else { self.0.wrapping_add(n) }
    }
}

/// One SGD step over `n` elements that lie alike in all arrays; `m` may be null without momentum.
///
/// # Safety
/// All pointers are valid for `n` elements and apart from each other.
pub unsafe fn sgd<T: Wide>(p: *mut T, g: *const T, m: *mut T, n: usize, a: Sgd) {
    let (p, g, m) = (At(p), At(g as *mut T), At(m));
    par::for_each_chunk(n, par::ELEMENTWISE_GRAIN, |r| {
        let (at, n) = (r.start, r.len());
        // SAFETY: the caller's promise; chunks are disjoint
        unsafe { sgd_block(p.plus(at), g.plus(at), m.plus(at), n, a) }
    });
}

/// One Adam step; `top` is null without amsgrad.
///
/// # Safety
/// As [`sgd`].
pub unsafe fn adam<T: Wide>(p: *mut T, g: *const T, m: *mut T, v: *mut T, top: *mut T, n: usize, a: Adam) {
    let (p, g, m, v, top) = (At(p), At(g as *mut T), At(m), At(v), At(top));
    par::for_each_chunk(n, par::ELEMENTWISE_GRAIN, |r| {
        let (at, n) = (r.start, r.len());
        // SAFETY: the caller's promise; chunks are disjoint parts of all five
        unsafe { adam_block(p.plus(at), g.plus(at), m.plus(at), v.plus(at), top.plus(at), n, a) }
    });
}
