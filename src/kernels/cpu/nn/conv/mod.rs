//! Convolution over one, two or three spatial axes, seen as three: missing axes have size 1.
//!
//! Three products share one geometry: the result, the gradient for the input and the gradient for the weight. A
//! transposed convolution is the same three in other roles, with the geometry of the convolution it transposes: its
//! result is [`backward_data`], its gradient for the input is [`forward`], its gradient for the weight is
//! [`backward_weight`] with the input as `g` and the gradient as `x`.
//!
//! `x` and `y` are dense, channels first or last. Weights are dense `[cout, cin / groups, depth, height, width]`.
//! float32 and float64 take the direct kernels (`direct`, strided backwards `phases`; `channels`, `filter`, for few channels
//! `dots`; `depthwise`, `pointwise`), float32 by 3 x 3 weights one with fewer multiplications where that pays (`winograd`), complex numbers the general way through
//! unfolded patches (`unfold`), and the half types are computed in float32 and rounded once.

/// Calls a body that is generic over a vector with that of the level `multiversion!` is at.
macro_rules! at_level {
    ($level:ident, $t:ident, $f:ident($($arg:expr),*)) => {{
        #[cfg(target_arch = "x86_64")]
        if $level == Level::Avx512 as u8 {
            return $f::<$t::Avx512>($($arg),*);
        } else if $level == Level::Avx2 as u8 {
            return $f::<$t::Avx2>($($arg),*);
        }
        #[cfg(target_arch = "aarch64")]
        if $level == Level::Neon as u8 {
            return $f::<$t::Neon>($($arg),*);
        }
        $f::<$t::Portable>($($arg),*)
    }};
}

mod channels;
mod columns;
mod depthwise;
mod direct;
mod dots;
mod elem;
mod filter;
mod pad;
mod phases;
mod plan;
mod pointwise;
mod scratch;
#[cfg(test)]
mod tests;
mod tile;
mod unfold;
mod winograd;

pub use elem::{ConvElem, backward_bias, backward_data, backward_weight, forward};

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
        let span = dilation.saturating_mul(kernel - 1).saturating_add(1);
        let size = padding.saturating_mul(2).saturating_add(size);
        size.checked_sub(span).map_or(0, |s| s / stride + 1)
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
