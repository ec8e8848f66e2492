//! The gradient of maximum pooling: what an output's gradient is added to is known by position.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;

/// Channels of a plane whose gradients are sent together.
const COLUMNS: usize = 256;
/// The least of them, and the sums that are held for them at a time, where sums are of another type than gradients.
const LEAST: usize = 16;
const SUMS: usize = 1 << 16;

/// Planes of `c` channels and what becomes of them.
#[derive(Clone, Copy, Debug)]
pub struct Send {
    pub n: usize,
    pub c: usize,
    pub channels_last: bool,
    /// Elements of a plane of inputs, and of one of outputs.
    pub input: usize,
    pub output: usize,
    /// No input is chosen by more than one output, as windows lie apart.
    pub apart: bool,
}

/// Sends each output's gradient to the input it came from; inputs chosen by several windows add up in the order of the
/// outputs.
///
/// # Safety
/// `g` and `indices` are valid for `n * c` output planes, `dx` for as many input planes; every index lies in a plane.
pub unsafe fn max_pool_backward<T: Flt>(p: &Send, g: *const T, indices: *const i64, dx: *mut T) {
    let Send { n, c, channels_last, input, output, apart } = *p;
    let (g, indices, dx) = (Ptr::of(g), Ptr::of(indices), Ptr(dx));
    let native = apart || size_of::<T>() == size_of::<T::C>();
    // A channels-last plane is a column: groups of columns are tasks, so that tasks are many for one sample too.
    let most = if native { COLUMNS } else { (SUMS / input.max(1)).clamp(LEAST, COLUMNS) };
    let (groups, step) = if channels_last { (c.div_ceil(most), c) } else { (c, 1) };
    let wide = if channels_last { most.min(c) } else { 1 };
    par::for_each_chunk(n * groups, par::REDUCE_GRAIN.div_ceil(((input + output) * wide).max(1)), |r| {
        let mut sums = buffer(T::C::ZERO, if native { 0 } else { input * wide });
        for t in r {
            let (s, first) = (t / groups, t % groups * wide);
            let (from, to) = match channels_last {
                true => (s * output * c + first, s * input * c + first),
                false => (t * output, t * input),
            };
            let w = if channels_last { wide.min(c - first) } else { 1 };
            let plane = Plane { w, step, input, output };
            // SAFETY: planes of this task alone
            unsafe {
                let (g, at, dx) = (g.at(from).cast_const(), indices.at(from).cast_const(), dx.at(to));
                if native { straight(plane, g, at, dx) } else { summed(plane, g, at, sums.as_mut_ptr(), dx) }
            }
        }
    });
}

/// `w` columns of pixels `step` apart.
#[derive(Clone, Copy)]
struct Plane {
    w: usize,
    step: usize,
    input: usize,
    output: usize,
}

/// Adds gradients where they go.
unsafe fn straight<T: Flt>(p: Plane, g: *const T, indices: *const i64, dx: *mut T) {
    // zeros are bytes of zero in every float
    if p.w == p.step {
        dx.write_bytes(0, p.input * p.step);
    } else {
        (0..p.input).for_each(|i| dx.add(i * p.step).write_bytes(0, p.w));
    }
    for o in 0..p.output {
        for j in 0..p.w {
            let at = dx.add(*indices.add(o * p.step + j) as usize * p.step + j);
            *at = T::down((*at).up() + (*g.add(o * p.step + j)).up());
        }
    }
}

multiversion! {
    /// Adds gradients in the type they are computed in, and rounds the sums.
    unsafe fn summed[T: Flt](p: Plane, g: *const T, indices: *const i64, sums: *mut T::C, dx: *mut T) {
        for i in 0..p.input * p.w {
            *sums.add(i) = T::C::ZERO;
        }
        for o in 0..p.output {
            for j in 0..p.w {
                let at = o * p.step + j;
                *sums.add(*indices.add(at) as usize * p.w + j) += (*g.add(at)).up();
            }
        }
        let (lines, n) = if p.w == p.step { (1, p.input * p.w) } else { (p.input, p.w) };
        for i in 0..lines {
            for j in 0..n {
                *dx.add(i * p.step + j) = T::down(*sums.add(i * p.w + j));
            }
        }
    }
}
