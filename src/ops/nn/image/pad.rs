//! Padding that reads other places of the input: reflected, replicated and circular.

use crate::base::{DType, Dims, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::image::axiswise::Taps;
use crate::ops::driver::autocast;
use crate::ops::nn::image::axiswise::Axiswise;
use crate::ops::shape::pad::{constant_pad, padded};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};
use smallvec::SmallVec;
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Reflect,
    Replicate,
    Circular,
}

/// Where each output of a padded axis reads.
fn taps(mode: Mode, n: usize, before: i64, after: i64) -> Taps {
    let size = n as i64;
    // what is cut off does not come round again
    let (cut, kept) = ((-before).max(0), size - (-before).max(0) - (-after).max(0));
    let source = |i: i64| match mode {
        Mode::Replicate => i.clamp(0, size - 1),
        Mode::Circular => (cut + (i - cut).rem_euclid(kept.max(1))).min(size - 1),
        Mode::Reflect => {
            let i = if i < 0 { -i } else { i };
            if i >= size { 2 * (size - 1) - i } else { i }
        }
    };
    Taps::single(n, (0..(before + size + after) as usize).map(|i| source(i as i64 - before) as usize))
}

fn by_reading(input: &Tensor, pad: &[i64], mode: Mode) -> Result<Tensor> {
    const NAMES: [[[&str; 3]; 3]; 2] = [
        [
            ["reflection_pad1d", "ReflectionPad1DBackward0", "ReflectionPad1DBackwardBackward0"],
            ["reflection_pad2d", "ReflectionPad2DBackward0", "ReflectionPad2DBackwardBackward0"],
            ["reflection_pad3d", "ReflectionPad3DBackward0", "ReflectionPad3DBackwardBackward0"],
        ],
        [
            ["replication_pad1d", "ReplicationPad1DBackward0", "ReplicationPad1DBackwardBackward0"],
            ["replication_pad2d", "ReplicationPad2DBackward0", "ReplicationPad2DBackwardBackward0"],
            ["replication_pad3d", "ReplicationPad3DBackward0", "ReplicationPad3DBackwardBackward0"],
        ],
    ];
    let (d, n) = (input.ndim(), pad.len() / 2);
    let [name, grad_name, back_name] = match mode {
        Mode::Reflect => NAMES[0][n - 1],
        Mode::Replicate => NAMES[1][n - 1],
        Mode::Circular => ["pad_circular", "CopySlices", "CopySlices"],
    };
    if mode != Mode::Circular && input.dtype() == DType::Bool {
        return Err(Error::no_dtype(name, DType::Bool, "every dtype but bool"));
    }
    let lead = (d == n + 2) as usize;
    if mode != Mode::Circular && input.shape()[lead..].contains(&0) {
        bail!(
            Runtime,
            "Expected {}D or {}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: {:?}",
            n + 1,
            n + 2,
            input.shape()
        );
    }
    let mut steps: SmallVec<[(usize, usize, i64, i64); 3]> = SmallVec::new();
    let mut shape = Dims::from_slice(input.shape());
    for (k, p) in pad.chunks_exact(2).enumerate() {
        let axis = d - 1 - k;
        let size = input.shape()[axis];
        let (a, b) = (p[0], p[1]);
        match mode {
            Mode::Reflect => ensure!(
                a < size as i64 && b < size as i64,
                Runtime,
                "Argument #{}: Padding size should be less than the corresponding input dimension, but got: padding ({a}, {b}) at dimension {axis} of input {:?}",
                4 + 2 * k,
                input.shape()
            ),
            Mode::Circular => {
                ensure!(
                    a <= size as i64 && b <= size as i64,
                    Runtime,
                    "Padding value causes wrapping around more than once."
                );
                ensure!(
                    padded(size, a, b)? >= 0,
                    Runtime,
                    "Negative padding value is resulting in an empty dimension"
                );
            }
            Mode::Replicate => {}
        }
        let wanted = padded(size, a, b)?;
        ensure!(
            wanted >= 1,
            Runtime,
            "input ({}: {size}) is too small. Calculated output {}: {wanted}",
            ["W", "H", "D"][k],
            ["W", "H", "D"][k]
        );
        shape[axis] = wanted as usize;
        steps.push((axis, size, a, b));
    }
    // what has no room is refused before anything is laid out for it
    drop(Tensor::empty(&shape, input.dtype(), input.device())?);
    ensure!(
        shape.iter().all(|&n| n < 1 << 31),
        Memory,
        "{name}: can't allocate memory for the places of {shape:?} elements"
    );
    let steps =
        steps.into_iter().map(|(axis, size, a, b)| (axis, Arc::new(taps(mode, size, a, b)))).collect();
    let any_dtype = true;
    Axiswise { name, grad_name, back_name, steps, any_dtype }.run(input)
}

rows! { PAD:
    /// Puts elements around the last axes: a constant, or the input reflected, replicated or continued in a circle.
    ///
    /// Args: pad: numbers (before, after) for the last axis, then the one in front of it, and so on; negative ones cut.
    /// Errors: NotImplementedError for combinations of mode and axes that PyTorch does not have.
    ///
    /// ```text
    /// >>> F.pad(torch.tensor([[1, 2]]), (1, 1, 0, 1))
    /// tensor([[0, 1, 2, 0],
    ///         [0, 0, 0, 0]])
    /// >>> F.pad(torch.tensor([[1.0, 2.0, 3.0]]), (2, 1), mode="reflect")
    /// tensor([[3., 2., 1., 2., 3., 2.]])
    /// ```
    [Nn] fn nn_pad = "pad"(input: &Tensor, pad: &[i64], mode: &str = "constant", value: Option<f64> = None) -> Tensor {
        ensure!(pad.len().is_multiple_of(2), Runtime, "Padding length must be divisible by 2");
        let d = input.ndim();
        ensure!(pad.len() <= 2 * d, Runtime, "Padding length should be less than or equal to two times the input dimension but got padding length {} and input of dimension {d}", pad.len());
        if mode == "constant" {
            return constant_pad(input, pad, Scalar::Float(value.unwrap_or(0.0)));
        }
        ensure!(value.unwrap_or(0.0) == 0.0, Runtime, "Padding mode \"{mode}\" doesn't take in value argument");
        ensure!(
            matches!(mode, "reflect" | "replicate" | "circular"),
            NotImplemented,
            "Unrecognised padding mode {mode}"
        );
        let n = pad.len() / 2;
        if !((1..=3).contains(&n) && (d == n + 1 || d == n + 2)) {
            bail!(
                NotImplemented,
                "Padding size {} is not supported for {d}D input tensor.\nSupported combinations for non-constant padding:\n  - 2D or 3D input: padding size = 2 (pads last dimension)\n  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)",
                pad.len()
            );
        }
        match mode {
            "reflect" => by_reading(&autocast::whole(input)?, pad, Mode::Reflect),
            "replicate" => by_reading(&autocast::whole(input)?, pad, Mode::Replicate),
            // the result is contiguous whatever the input
            _ => by_reading(&input.contiguous()?, pad, Mode::Circular),
        }
    }
}

pub const TABLE: Table = &[PAD];
