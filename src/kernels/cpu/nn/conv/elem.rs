//! Which way each dtype goes, and the functions that take it: the top of the folder.

use super::plan::{Plan, Sides, Weights};
use super::scratch::{self, Slot};
use super::tile::{Direct, kernels};
use super::{Conv, channels, depthwise, direct, dots, filter, phases, pointwise, unfold, winograd};
use crate::base::{BF16, C64, C128, DType, Elem, F16, Float};
use crate::kernels::cpu::create::weave;
use crate::kernels::cpu::machine::cast::Cast;
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::reduce::{Summable, Taken};

/// A dtype that can be convolved.
pub trait ConvElem: Elem + Summable<Sum = Self> + Taken<As: Summable> {
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
                } else if pointwise::fits_whole(p) {
                    pointwise::forward_whole(p, x, w, bias, y)
                } else if depthwise::fits(p) {
                    depthwise::forward(p, x, w, bias, y)
                } else if few_pixels(p) || thin(p, &Plan::forward(p), &Sides::forward(p)) {
                    let first = Conv { channels_last: false, ..*p };
                    turned(p.n, p.cin, p.input_plane(), Slot::Turned, x, |x| {
                        turned_back(p.n, p.cout, p.output_plane(), y, |y| Self::forward(&first, x, w, bias, y))
                    });
                } else {
                    windows(p, &Plan::forward(p), Sides::forward(p), x, &Weights::forward(p, w), bias, y)
                }
            }
            unsafe fn backward_data(p: &Conv, g: *const $t, w: *const $t, bias: *const $t, dx: *mut $t) {
                if pointwise::fits(p) {
                    pointwise::backward_data(p, g, w, bias, dx)
                } else if pointwise::fits_whole(p) {
                    pointwise::backward_data_whole(p, g, w, bias, dx)
                } else if depthwise::fits(p) {
                    depthwise::backward_data(p, g, w, bias, dx)
                } else if narrow_groups(p) || thin_phases(p) {
                    let first = Conv { channels_last: false, ..*p };
                    turned(p.n, p.cout, p.output_plane(), Slot::Turned, g, |g| {
                        turned_back(p.n, p.cin, p.input_plane(), dx, |dx| Self::backward_data(&first, g, w, bias, dx))
                    });
                } else {
                    phased(p, Plan::backward(p), Sides::backward(p), g, &Weights::backward(p, w), bias, dx)
                }
            }
            unsafe fn backward_weight(p: &Conv, x: *const $t, g: *const $t, dw: *mut $t) {
                if depthwise::fits(p) {
                    depthwise::backward_weight(p, x, g, dw)
                } else if narrow_groups(p) || p.channels_last && dots::wins(p) {
                    let first = Conv { channels_last: false, ..*p };
                    turned(p.n, p.cin, p.input_plane(), Slot::Turned, x, |x| {
                        turned(p.n, p.cout, p.output_plane(), Slot::Back, g, |g| {
                            Self::backward_weight(&first, x, g, dw)
                        })
                    });
                } else if dots::wins(p) && p.n * p.output_plane() > 0 {
                    dots::backward_weight(p, x, g, dw)
                } else if !<$t as Fewer>::fewer_for_weight(p, x, g, dw) {
                    filter::backward_weight(p, x, g, dw)
                }
            }
        }
    )*};
}
direct!(f32 f64);

/// Groups with channels last whose channels do not fill vectors: copies to channels first and back cost a pass each (32 groups of 4 at 28x28: 1570 us, first 260).
fn narrow_groups(p: &Conv) -> bool {
    p.channels_last && p.groups > 1 && p.cin.min(p.cout) / p.groups < 16 && p.taps() > 1
}

/// So few channels come out with channels last, into vectors of which each takes them all, that turning images to channels first
/// and back pays, a third of a cycle for an element (the gradient for an image of 3 channels of 64 by 7x7 took five times as
/// long as with channels first).
fn thin(p: &Conv, plan: &Plan, sides: &Sides) -> bool {
    if !p.channels_last || p.taps() == 1 || sides.cout > kernels::<f32>().lanes {
        return false;
    }
    let (terms, pixels) = ((plan.taps.len() * sides.cin) as f64, plan.outputs() as f64);
    let read = plan.input.iter().product::<usize>() as f64 / (pixels * (plan.taps.len() * sides.cout) as f64);
    let last = channels::cost(plan, sides);
    let turned = if plan.dense() { 11.0 } else { 11.0 / plan.step.iter().product::<usize>() as f64 };
    turned * read + 11.0 / terms + last.min(direct::cost(plan, sides)) < last
}

/// The same for the gradient for the input, as its phase with the most taps.
fn thin_phases(p: &Conv) -> bool {
    let plans = if p.channels_last && p.groups == 1 { Plan::backward(p) } else { Vec::new() };
    let most = plans.iter().max_by_key(|plan| plan.taps.len() * plan.outputs());
    most.is_some_and(|plan| plan.outputs() * plan.taps.len() > 0 && thin(p, plan, &Sides::backward(p)))
}

/// So few pixels with channels last that packing the weights is most of the work, which kernels for channels first do
/// with fewer products (512 channels at 7x7: 5730 us, first 1270).
fn few_pixels(p: &Conv) -> bool {
    let weights = p.cout * p.cin / p.groups * p.taps();
    p.channels_last && p.taps() > 1 && p.n * p.output_plane() < 128 && weights > 1 << 18
}

/// Calls `f` with images of `c` channels of `plane` pixels turned from channels last to channels first.
unsafe fn turned<T: Elem>(
    n: usize,
    c: usize,
    plane: usize,
    slot: Slot,
    x: *const T,
    f: impl FnOnce(*const T),
) {
    scratch::with(slot, n * c * plane, |first: *mut T| {
        let (to, from) = ([c * plane, plane, 1], [c * plane, 1, c]);
        weave::copy(&[n, c, plane], first.cast(), &to, x.cast(), &from, size_of::<T>());
        f(first)
    });
}

/// Calls `f` with room for such images and turns what it wrote there back.
unsafe fn turned_back<T: Elem>(n: usize, c: usize, plane: usize, y: *mut T, f: impl FnOnce(*mut T)) {
    scratch::with(Slot::Back, n * c * plane, |first: *mut T| {
        f(first);
        let (to, from) = ([c * plane, c, 1], [c * plane, 1, plane]);
        weave::copy(&[n, plane, c], y.cast(), &to, first.cast_const().cast(), &from, size_of::<T>());
    });
}

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
    if p.channels_last || channels::wins(std::slice::from_ref(plan), &sides) {
        channels::run(plan, &sides, p.channels_last, x, w, bias, y)
    } else {
        direct::run(plan, &sides, x, w, bias, y)
    }
}

/// All plans of a gradient for the input by the kernels that suit them.
unsafe fn phased<T: Fewer>(
    p: &Conv,
    plans: Vec<Plan>,
    sides: Sides,
    x: *const T,
    w: &Weights<T>,
    bias: *const T,
    y: *mut T,
) {
    let first = plans.len() > 1 && !p.channels_last;
    if first {
        let mut shared = plans.clone();
        Plan::share(&mut shared);
        if !channels::wins(&shared, &sides) {
            return phases::run(&shared, &sides, x, w, bias, y);
        }
    }
    for plan in &plans {
        if first {
            channels::run(plan, &sides, false, x, w, bias, y);
        } else {
            windows(p, plan, sides, x, w, bias, y);
        }
    }
}

/// Calls `f` with values in float32; with null for none.
unsafe fn wide<T: Flt<C = f32>>(slot: Slot, src: *const T, n: usize, f: impl FnOnce(*const f32)) {
    if src.is_null() {
        return f(std::ptr::null());
    }
    scratch::with(slot, n, |out: *mut f32| {
        let (s, d, up) = (Ptr::of(src), Ptr(out), Cast::new(T::DTYPE, DType::F32));
        par::for_each_chunk(n, par::ELEMENTWISE_GRAIN, |r| {
            // SAFETY: a range of both.
            unsafe { up.run(s.at(r.start).cast(), d.at(r.start).cast(), r.len()) }
        });
        f(out);
    });
}

/// Computes into float32 and rounds.
unsafe fn rounded<T: Flt<C = f32>>(n: usize, dst: *mut T, f: impl FnOnce(*mut f32)) {
    scratch::with(Slot::Narrow, n, |out: *mut f32| {
        f(out);
        let (s, d, down) = (Ptr(out), Ptr(dst), Cast::new(DType::F32, T::DTYPE));
        par::for_each_chunk(n, par::ELEMENTWISE_GRAIN, |r| {
            // SAFETY: a range of both.
            unsafe { down.run(s.at(r.start).cast(), d.at(r.start).cast(), r.len()) }
        });
    });
}

/// Values that images have in float32 at a time: they stay in the second-level cache on the way there and back.
const WIDE: usize = 1 << 18;

/// Maps images of `from` values to images of `to` values, some at a time, in float32.
unsafe fn by_images<T: Flt<C = f32>>(
    p: &Conv,
    (x, from): (*const T, usize),
    (y, to): (*mut T, usize),
    f: impl Fn(&Conv, *const f32, *mut f32),
) {
    let some = (WIDE / (from + to).max(1)).max(1);
    for n in (0..p.n).step_by(some) {
        let part = Conv { n: some.min(p.n - n), ..*p };
        wide(Slot::Wide, x.add(n * from), part.n * from, |x| {
            rounded(part.n * to, y.add(n * to), |y| f(&part, x, y));
        });
    }
}

fn pointer(v: &[f32]) -> *const f32 {
    if v.is_empty() { std::ptr::null() } else { v.as_ptr() }
}

/// Channels from which on matrix products of halves take them as they are.
fn wide_enough(p: &Conv) -> bool {
    p.cin.min(p.cout) >= 16
}

macro_rules! halves {
    ($($t:ty)*) => {$(
        impl ConvElem for $t {
            unsafe fn forward(p: &Conv, x: *const $t, w: *const $t, bias: *const $t, y: *mut $t) {
                if pointwise::fits(p) && wide_enough(p) {
                    return pointwise::forward(p, x, w, bias, y);
                }
                let weights = p.cout * p.cin / p.groups * p.taps();
                let (x, y) = ((x, p.cin * p.input_plane()), (y, p.cout * p.output_plane()));
                let b: Vec<f32> = (0..if bias.is_null() { 0 } else { p.cout }).map(|i| Float::up(*bias.add(i))).collect();
                wide(Slot::Weights, w, weights, |w| by_images(p, x, y, |p, x, y| f32::forward(p, x, w, pointer(&b), y)));
            }
            unsafe fn backward_data(p: &Conv, g: *const $t, w: *const $t, bias: *const $t, dx: *mut $t) {
                if pointwise::fits(p) && wide_enough(p) {
                    return pointwise::backward_data(p, g, w, bias, dx);
                }
                let weights = p.cout * p.cin / p.groups * p.taps();
                let (g, dx) = ((g, p.cout * p.output_plane()), (dx, p.cin * p.input_plane()));
                let b: Vec<f32> = (0..if bias.is_null() { 0 } else { p.cin }).map(|i| Float::up(*bias.add(i))).collect();
                wide(Slot::Weights, w, weights, |w| by_images(p, g, dx, |p, g, dx| f32::backward_data(p, g, w, pointer(&b), dx)));
            }
            unsafe fn backward_weight(p: &Conv, x: *const $t, g: *const $t, dw: *mut $t) {
                let (nx, ng) = (p.n * p.cin * p.input_plane(), p.n * p.cout * p.output_plane());
                wide(Slot::Wide, x, nx, |x| wide(Slot::Weights, g, ng, |g| {
                    rounded(p.cout * p.cin / p.groups * p.taps(), dw, |dw| f32::backward_weight(p, x, g, dw))
                }));
            }
        }
    )*};
}
halves!(F16 BF16);
