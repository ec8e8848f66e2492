//! Rows of convolutions.

use crate::base::{Dims, Scalar, product, total};
use crate::error::{Error, Result};
use crate::ops::nn::conv::args::{Padding, batched, check_common, list, shown, sizes};
use crate::ops::nn::conv::op::{Window, convolve, convolve_transposed};
use crate::ops::shape::pad::constant_pad;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::warning::warn_once;
use crate::{axes, bail, ensure, rows};

fn forward(
    n: usize,
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    stride: &[i64],
    padding: Padding,
    dilation: &[i64],
    groups: i64,
) -> Result<Tensor> {
    let op = ["", "conv1d", "conv2d", "conv3d"][n];
    batched(op, input, n, |x| {
        let numbers = if let Padding::Sizes(p) = padding { p } else { &[0] };
        let spatial = weight.ndim().saturating_sub(2);
        for (what, v) in [("stride", stride), ("padding", numbers), ("dilation", dilation)] {
            list(what, v, spatial)?;
        }
        check_common(x, weight, bias, stride, numbers, dilation, groups)?;
        let mut window = Window {
            stride: list("stride", stride, n)?,
            padding: list("padding", numbers, n)?,
            dilation: list("dilation", dilation, n)?,
            groups: groups as usize,
        };
        let (w, mut x) = (weight.shape(), x.clone());
        if let Padding::Name(name) = padding {
            match name {
                "valid" => {}
                "same" => {
                    ensure!(
                        stride.iter().all(|&s| s == 1),
                        Runtime,
                        "padding='same' is not supported for strided convolutions"
                    );
                    let around: Dims =
                        (0..n).map(|i| product([window.dilation[i], w[i + 2] - 1])).collect::<Result<_>>()?;
                    window.padding = around.iter().map(|t| t / 2).collect();
                    if around.iter().any(|t| t % 2 == 1) {
                        warn_once(
                            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input be created",
                        );
                        // what is over goes to the far side
                        let extra: Vec<i64> =
                            (0..n).rev().flat_map(|i| [0, (around[i] % 2) as i64]).collect();
                        x = constant_pad(&x, &extra, Scalar::Int(0))?;
                    }
                }
                other => bail!(Runtime, "Invalid padding string: '{other}'"),
            }
        }
        let channels = product([w[1], window.groups])?;
        ensure!(
            x.shape()[1] == channels,
            Runtime,
            "Given groups={groups}, weight of size {w:?}, expected input{:?} to have {channels} channels, but got {} channels instead",
            x.shape(),
            x.shape()[1]
        );
        if let Some(b) = bias {
            ensure!(
                b.shape() == [w[0]],
                Runtime,
                "Given weight of size {w:?}, expected bias to be 1-dimensional with {} elements, but got bias of size {:?} instead",
                w[0],
                b.shape()
            );
        }
        let padded: Dims = (0..n)
            .map(|i| total([x.shape()[i + 2], window.padding[i], window.padding[i]]))
            .collect::<Result<_>>()?;
        let reach: Dims =
            (0..n).map(|i| Ok(product([window.dilation[i], w[i + 2] - 1])? + 1)).collect::<Result<_>>()?;
        ensure!(
            (0..n).all(|i| padded[i] >= reach[i]),
            Runtime,
            "Calculated padded input size per channel: ({}). Kernel size: ({}). Kernel size can't be greater than actual input size",
            shown(&padded),
            shown(&reach)
        );
        ensure!(
            !x.shape()[2..].contains(&0),
            Runtime,
            "Only zero batch or zero channel inputs are supported, but got input shape: {:?}",
            x.shape()
        );
        convolve(&x, weight, bias, window)
    })
}

fn transposed(
    n: usize,
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    stride: &[i64],
    padding: &[i64],
    output_padding: &[i64],
    groups: i64,
    dilation: &[i64],
) -> Result<Tensor> {
    let op = ["", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"][n];
    batched(op, input, n, |x| {
        let spatial = weight.ndim().saturating_sub(2);
        for (what, v) in [
            ("stride", stride),
            ("padding", padding),
            ("dilation", dilation),
            ("output_padding", output_padding),
        ] {
            list(what, v, spatial)?;
        }
        ensure!(output_padding.iter().all(|&p| p >= 0), Runtime, "negative output_padding is not supported");
        check_common(x, weight, bias, stride, padding, dilation, groups)?;
        if x.dtype().is_integral() && x.dtype() != crate::base::DType::I64 {
            return Err(Error::no_dtype(
                if n == 3 { "slow_conv_transpose3d_out_cpu" } else { "slow_conv_transpose2d_out_cpu" },
                x.dtype(),
                "floating and complex dtypes",
            ));
        }
        let window = Window {
            stride: list("stride", stride, n)?,
            padding: list("padding", padding, n)?,
            dilation: list("dilation", dilation, n)?,
            groups: groups as usize,
        };
        ensure!(output_padding.iter().all(|&p| p >= 0), Runtime, "negative output_padding is not supported");
        let extra = list("output_padding", output_padding, n)?;
        let w = weight.shape();
        ensure!(
            x.shape()[1] == w[0],
            Runtime,
            "Given transposed=1, weight of size {w:?}, expected input{:?} to have {} channels, but got {} channels instead",
            x.shape(),
            w[0],
            x.shape()[1]
        );
        let out = product([w[1], window.groups])?;
        if let Some(b) = bias {
            ensure!(
                b.shape() == [out],
                Runtime,
                "Given transposed=1, weight of size {w:?}, expected bias to be 1-dimensional with {out} elements, but got bias of size {:?} instead",
                b.shape()
            );
        }
        if (0..n).any(|i| extra[i] >= window.stride[i] && extra[i] >= window.dilation[i]) {
            let axes = [["", "", "width"], ["", "height", "width"], ["depth", "height", "width"]][n - 1];
            let part = |what: &str, v: &Dims| {
                (0..n).map(|i| format!("{what}_{}: {}", axes[3 - n + i], v[i])).collect::<Vec<_>>().join(" ")
            };
            bail!(
                Runtime,
                "output padding must be smaller than either stride or dilation, but got {} {} {}",
                part("output_padding", &extra),
                part("stride", &window.stride),
                part("dilation", &window.dilation)
            );
        }
        let size = |i: usize| {
            let size = (x.shape()[i + 2] as i128 - 1) * window.stride[i] as i128
                - 2 * window.padding[i] as i128
                + window.dilation[i] as i128 * (w[i + 2] as i128 - 1)
                + extra[i] as i128
                + 1;
            size.clamp(i64::MIN as i128, i64::MAX as i128) as i64
        };
        let result: Vec<i64> = (0..n).map(size).collect();
        ensure!(
            result.iter().all(|&s| s > 0),
            Runtime,
            "Given input size per channel: ({}). Calculated output size per channel: ({}). Output size is too small",
            shown(&x.shape()[2..]),
            sizes(&result)
        );
        convolve_transposed(x, weight, bias, window, result.iter().map(|&s| s as usize).collect())
    })
}

axes! { CONV [1 2 3]:
    /// Correlates (N, C, ...) or (C, ...) with a weight (O, C / groups, ...) and adds a bias (O).
    ///
    /// Args: stride, padding, dilation: one int or one per axis; groups: parts of the channels that do not mix.
    /// Errors: RuntimeError for shapes or dtypes that do not fit.
    ///
    /// ```text
    /// >>> torch.conv1d(torch.tensor([[[1.0, 2.0, 4.0, 8.0]]]), torch.tensor([[[-1.0, 1.0]]]))
    /// tensor([[[1., 2., 4.]]])
    /// >>> torch.conv2d(torch.ones(1, 3, 8, 8), torch.ones(16, 3, 3, 3), padding=1, stride=2).shape
    /// torch.Size([1, 16, 4, 4])
    /// >>> torch.conv3d(torch.ones(1, 3, 8, 8, 8), torch.ones(4, 3, 3, 3, 3)).shape
    /// torch.Size([1, 4, 6, 6, 6])
    /// ```
    [Torch, Nn] autocast Half fn conv = ("conv") |n| (
        input: &Tensor, weight: &Tensor, bias: Option<&Tensor> = None, stride: &[i64] = &[1], padding: &[i64] = &[0],
        dilation: &[i64] = &[1], groups: i64 = 1
    ) -> Tensor {
        forward(n, input, weight, bias, stride, Padding::Sizes(padding), dilation, groups)
    }
    /// With `padding="same"` the result has the size of the input, with `"valid"` there is no padding.
    [Torch, Nn] autocast Half fn conv_padded = ("conv") |n| (
        input: &Tensor, weight: &Tensor, bias: Option<&Tensor> = None, stride: &[i64] = &[1], padding: &str = "valid",
        dilation: &[i64] = &[1], groups: i64 = 1
    ) -> Tensor {
        forward(n, input, weight, bias, stride, Padding::Name(padding), dilation, groups)
    }
    /// The transpose of a convolution: from (N, C, ...) and a weight (C, O / groups, ...) to larger images.
    ///
    /// Args: output_padding: added to one side of the result's sizes.
    ///
    /// ```text
    /// >>> torch.conv_transpose1d(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 1.0]]]), stride=2)
    /// tensor([[[1., 1., 2., 2.]]])
    /// >>> torch.conv_transpose2d(torch.ones(1, 16, 4, 4), torch.ones(16, 3, 2, 2), stride=2).shape
    /// torch.Size([1, 3, 8, 8])
    /// >>> torch.conv_transpose3d(torch.ones(1, 4, 4, 4, 4), torch.ones(4, 3, 2, 2, 2), stride=2).shape
    /// torch.Size([1, 3, 8, 8, 8])
    /// ```
    [Torch, Nn] autocast Half fn conv_transpose = ("conv_transpose") |n| (
        input: &Tensor, weight: &Tensor, bias: Option<&Tensor> = None, stride: &[i64] = &[1], padding: &[i64] = &[0],
        output_padding: &[i64] = &[0], groups: i64 = 1, dilation: &[i64] = &[1]
    ) -> Tensor {
        transposed(n, input, weight, bias, stride, padding, output_padding, groups, dilation)
    }
}

rows! { OTHERS:

    /// Convolution of (T, B, C) with a weight (kernel, C, O) along the first axis.
    ///
    /// ```text
    /// >>> torch.conv_tbc(torch.ones(5, 2, 3), torch.ones(3, 3, 4), torch.zeros(4), pad=1).shape
    /// torch.Size([5, 2, 4])
    /// ```
    [Torch, Nn] autocast Half fn conv_tbc(input: &Tensor, weight: &Tensor, bias: &Tensor, pad: i64 = 0) -> Tensor {
        ensure!(input.ndim() == 3, Runtime, "Input must have 3 dims: time, batch, in_channel");
        ensure!(weight.ndim() == 3, Runtime, "Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.");
        ensure!(bias.ndim() == 1, Runtime, "Bias must be 1-D");
        let y = conv(1, &input.permute_to(&[1, 2, 0])?, &weight.permute_to(&[2, 1, 0])?, Some(bias), &[1], &[pad], &[1], 1)?;
        y.permute_to(&[2, 0, 1])
    }
    /// The general convolution behind the others.
    ///
    /// ```text
    /// >>> torch.convolution(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 3, 3), None, (1, 1), (1, 1), (1, 1), False, (0, 0), 1).shape
    /// torch.Size([1, 4, 8, 8])
    /// ```
    [Torch] fn convolution(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>, stride: &[i64], padding: &[i64], dilation: &[i64], transposed: bool, output_padding: &[i64], groups: i64) -> Tensor {
        let n = weight.ndim().saturating_sub(2);
        ensure!((1..=3).contains(&n), Runtime, "convolution: weight should have 3, 4 or 5 dimensions, got {}", weight.ndim());
        if transposed { return self::transposed(n, input, weight, bias, stride, padding, output_padding, groups, dilation); }
        forward(n, input, weight, bias, stride, Padding::Sizes(padding), dilation, groups)
    }
}

pub const TABLE: Table = &[CONV[0], CONV[1], CONV[2], OTHERS];
