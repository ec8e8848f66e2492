//! Convolution over one, two or three spatial axes, seen as three: missing axes have size 1.
//!
//! Three products share one geometry: the result, the gradient for the input and the gradient for the weight. A
//! transposed convolution is the same three in other roles, with the geometry of the convolution it transposes: its
//! result is [`backward_data`], its gradient for the input is [`forward`], its gradient for the weight is
//! [`backward_weight`] with the input as `g` and the gradient as `x`.
//!
//! `x` and `y` are dense, channels first or last. Weights are dense `[cout, cin / groups, depth, height, width]`.
//! float32 and float64 take the direct kernels (`direct`, `channels`, `filter`, `depthwise`, `pointwise`), float32 by
//! 3 x 3 weights one with fewer multiplications where that pays (`winograd`), complex numbers the general way through
//! unfolded patches (`unfold`), and the half types are computed in float32 and rounded once.

mod channels;
mod depthwise;
mod direct;
mod elem;
mod filter;
mod pad;
mod plan;
mod pointwise;
mod scratch;
#[cfg(test)]
mod tests;
mod tile;
mod unfold;
mod winograd;

pub use elem::ConvElem;

use crate::base::Elem;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// The geometry of a convolution. Sizes and strides along (depth, height, width).
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    pub n: usize,
    pub cin: usize,
    pub cout: usize,
    pub groups: usize,
    pub input: [usize; 3],
    pub output: [usize; 3],
    pub kernel: [usize; 3],
    pub stride: [usize; 3],
    pub padding: [usize; 3],
    pub dilation: [usize; 3],
    pub channels_last: bool,
}

impl Conv {
    /// The output size along an axis.
    pub fn output_size(size: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> usize {
        let span = dilation * (kernel - 1) + 1;
        (size + 2 * padding).checked_sub(span).map_or(0, |s| s / stride + 1)
    }
    fn taps(&self) -> usize {
        self.kernel.iter().product()
    }
    fn input_plane(&self) -> usize {
        self.input.iter().product()
    }
    fn output_plane(&self) -> usize {
        self.output.iter().product()
    }
    /// Strides of (channel, pixel) in an image of `c` channels of `plane` pixels.
    fn strides(&self, c: usize, plane: usize) -> (usize, usize) {
        if self.channels_last { (1, c) } else { (plane, 1) }
    }
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

/// Fills `c` channels of `n` images with one value each.
unsafe fn fill_channels<T: Elem>(
    n: usize,
    c: usize,
    plane: usize,
    last: bool,
    value: impl Fn(usize) -> T + Sync,
    y: *mut T,
) {
    let y = Ptr(y);
    par::for_each_chunk(n * c * plane, par::ELEMENTWISE_GRAIN, |r| {
        for i in r {
            let channel = if last { i % c } else { i / plane % c };
            // SAFETY: `i` is an element of the result.
            unsafe { y.at(i).write(value(channel)) };
        }
    });
}
