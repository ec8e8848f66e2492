//! `unfold` and `fold`: sliding blocks of images as columns and back. Each is the other's gradient.

use crate::base::{DType, product};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::image::fold as kernel;
use crate::kernels::cpu::nn::image::fold::Blocks;
use crate::kernels::gpu::nn::image::fold as card;
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::driver::samples::as_one_batch;
use crate::ops::table::Table;
use crate::tensor::{Context, Meta, Tensor};
use crate::{bail, ensure, rows, with_dtype};
use smallvec::smallvec;

#[derive(Clone, Copy, Debug)]
struct Fold {
    blocks: Blocks,
    back: bool,
}

impl Op for Fold {
    fn name(&self) -> &'static str {
        if self.back { "col2im_out_cpu" } else { "im2col_out_cpu" }
    }
    fn grad_name(&self) -> &'static str {
        if self.back { "Col2ImBackward0" } else { "Im2ColBackward0" }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        as_one_batch(self, x, out, n, u64::MAX)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let d = x[0].dtype();
        if !d.is_float() && !d.is_complex() && d != DType::Bool {
            return Err(Error::no_dtype(self.name(), d, "floating, complex and bool dtypes"));
        }
        let (s, b) = (x[0].shape(), &self.blocks);
        let taps = product(b.kernel)?;
        let shape = if self.back {
            vec![s[0], s[1] / taps, b.input[0], b.input[1]]
        } else {
            vec![s[0], product([s[1], taps])?, product(b.output)?]
        };
        Ok(smallvec![Meta::new(&shape, d)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let src = crate::ops::driver::memory::dense_held(x[0])?;
        let planes =
            if self.back { out[0].shape()[0] * out[0].shape()[1] } else { src.shape()[0] * src.shape()[1] };
        // halves add up in float32
        let half = self.back && src.dtype().size() == 2;
        let src = if half { crate::ops::driver::memory::dense_cast_held(&src, DType::F32)? } else { src };
        let to = crate::ops::nn::image::landing(&out[0], src.dtype())?;
        // SAFETY: contiguous tensors of the shapes inferred, held by the driver or our own
        with_dtype!(self.name(), src.dtype(), any, T => unsafe {
            if self.back {
                kernel::fold::<T>(&self.blocks, planes, src.ptr_of(), to.ptr_of());
            } else {
                kernel::unfold::<T>(&self.blocks, planes, src.ptr_of(), to.ptr_of());
            }
        });
        crate::ops::nn::image::deliver_held(&out[0], &to);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        card::fold(self.name(), &self.blocks, self.back, x[0].place()?, out[0].place()?)
    }
    fn grad(&self, _: &Context, g: &Tensor) -> Result<Tensor> {
        apply(Fold { back: !self.back, ..*self }, &[g])
    }
}

fn two(what: &str, v: &[i64]) -> Result<[i64; 2]> {
    match v {
        [a] => Ok([*a, *a]),
        [a, b] => Ok([*a, *b]),
        _ => bail!(Runtime, "It is expected {what} equals to 2, but got size {}", v.len()),
    }
}

/// The checked numbers of blocks along both axes.
fn blocks(
    input: [i64; 2],
    kernel: &[i64],
    dilation: &[i64],
    padding: &[i64],
    stride: &[i64],
) -> Result<(Blocks, [i64; 2])> {
    let (k, d, p, s) = (
        two("kernel_size", kernel)?,
        two("dilation", dilation)?,
        two("padding", padding)?,
        two("stride", stride)?,
    );
    for (v, what, short, least) in
        [(k, "kernel size", "kernel", 1), (s, "stride", "stride", 1), (d, "dilation", "dilation", 1)]
    {
        ensure!(
            v[0] >= least && v[1] >= least,
            Runtime,
            "{what} should be greater than zero, but got {short}_height: {} {short}_width: {}",
            v[0],
            v[1]
        );
    }
    ensure!(
        p[0] >= 0 && p[1] >= 0,
        Runtime,
        "padding should be non-negative, but got pad_height: {} pad_width: {}",
        p[0],
        p[1]
    );
    // sizes from a call may be anything up to 63 bits: counted in 128
    let count = |i: usize| {
        let (size, reach) = (input[i] as i128 + 2 * p[i] as i128, d[i] as i128 * (k[i] as i128 - 1) + 1);
        ensure!(size.max(reach) < 1 << 62, Runtime, "blocks over {reach} of {size} elements are too large");
        Ok((size - reach).div_euclid(s[i] as i128) as i64 + 1)
    };
    let n = [count(0)?, count(1)?];
    let size = |v: [i64; 2]| [v[0].max(0) as usize, v[1].max(0) as usize];
    let b = Blocks {
        input: size(input),
        output: size(n),
        kernel: size(k),
        stride: size(s),
        padding: size(p),
        dilation: size(d),
    };
    Ok((b, n))
}

fn pair(v: [usize; 2]) -> String {
    format!("({}, {})", v[0], v[1])
}

rows! { FOLD:
    /// Sliding blocks of (N, C, H, W) or (C, H, W) as columns: (N, C * kernel, blocks).
    ///
    /// Errors: RuntimeError if no block fits.
    ///
    /// ```text
    /// >>> F.unfold(torch.arange(4.0).view(1, 1, 2, 2), (1, 2))
    /// tensor([[[0., 2.],
    ///          [1., 3.]]])
    /// ```
    [Nn] fn unfold(input: &Tensor, kernel_size: &[i64], dilation: &[i64] = &[1], padding: &[i64] = &[0], stride: &[i64] = &[1]) -> Tensor {
        let d = input.ndim();
        ensure!(d >= 3, Index, "Dimension out of range (expected to be in range of [{}, {}], but got 2)", -(d.max(1) as i64), d.max(1) - 1);
        let s = input.shape();
        let (b, n) = blocks([s[d - 2] as i64, s[d - 1] as i64], kernel_size, dilation, padding, stride)?;
        ensure!(d <= 4 && !s[d - 3..].contains(&0), Runtime, "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: {s:?}");
        ensure!(
            n[0] >= 1 && n[1] >= 1,
            Runtime,
            "Given input with spatial size ({}, {}), kernel_size={}, dilation={}, padding={}, calculated shape of the array of sliding blocks as ({}, {}), but its components must be at least one.",
            s[d - 2],
            s[d - 1],
            pair(b.kernel),
            pair(b.dilation),
            pair(b.padding),
            n[0],
            n[1]
        );
        let op = Fold { blocks: b, back: false };
        if d == 4 { return apply(op, &[input]); }
        let y = apply(op, &[&input.unsqueeze_at(0)?])?;
        y.reshape_to(&y.shape()[1..])
    }
    /// Columns of sliding blocks summed into images of `output_size`: the reverse of `unfold`.
    ///
    /// Errors: RuntimeError if the columns do not fit the image.
    ///
    /// ```text
    /// >>> F.fold(torch.ones(1, 2, 2), (2, 2), (1, 2)).shape
    /// torch.Size([1, 1, 2, 2])
    /// ```
    [Nn] fn fold(input: &Tensor, output_size: &[i64], kernel_size: &[i64], dilation: &[i64] = &[1], padding: &[i64] = &[0], stride: &[i64] = &[1]) -> Tensor {
        let (d, s) = (input.ndim(), input.shape());
        let size = two("output_size", output_size)?;
        let (b, n) = blocks(size, kernel_size, dilation, padding, stride)?;
        ensure!(
            (d == 2 || d == 3) && !s[d - 2..].contains(&0),
            Runtime,
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: {s:?}"
        );
        let taps = product(b.kernel)?;
        ensure!(
            s[d - 2].is_multiple_of(taps),
            Runtime,
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)={} and kernel_size={}.",
            s[d - 2],
            pair(b.kernel)
        );
        ensure!(
            n[0] as i128 * n[1] as i128 == s[d - 1] as i128 && n[0] > 0,
            Runtime,
            "Given output_size={}, kernel_size={}, dilation={}, padding={}, stride={}, expected size of input's dimension 2 to match the calculated number of sliding blocks {} * {} = {}, but got input.size(2)={}.",
            pair(b.input),
            pair(b.kernel),
            pair(b.dilation),
            pair(b.padding),
            pair(b.stride),
            n[0],
            n[1],
            n[0] as i128 * n[1] as i128,
            s[d - 1]
        );
        let op = Fold { blocks: b, back: true };
        if d == 3 { return apply(op, &[input]); }
        let y = apply(op, &[&input.unsqueeze_at(0)?])?;
        y.reshape_to(&y.shape()[1..])
    }
}

pub const TABLE: Table = &[FOLD];
