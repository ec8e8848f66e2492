//! Resizing of images: which input positions each output reads, axis by axis.

use super::axiswise::Axiswise;
use super::bytes;
use super::filter::{Filter, Resize, cubic, lanczos};
use crate::base::{DType, Device, Dims, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::image::axiswise::{Entries, Taps};
use crate::ops::nn::pool::rows as pooling;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};
use smallvec::smallvec;
use std::sync::Arc;

impl Resize {
    fn taps(&self, filter: Filter) -> Taps {
        let (scale, last) = (self.scale(), self.from as i64 - 1);
        if self.antialias {
            return self.smoothed(filter, scale);
        }
        match filter {
            Filter::Nearest => {
                let nearest = |i: usize| (self.r(scale * i as f64).floor() as i64).min(last) as usize;
                return Taps::single(self.from, (0..self.to).map(nearest));
            }
            Filter::NearestExact => {
                let nearest = |i: usize| {
                    let centre = self.r(self.r(scale * self.r(i as f64 + 0.5)) - 0.5);
                    let at = self.r(centre.max(0.0) + 0.5).floor();
                    (at as i64).min(last) as usize
                };
                return Taps::single(self.from, (0..self.to).map(nearest));
            }
            _ => {}
        }
        let row = |i: usize| -> Entries {
            match filter {
                Filter::Linear => {
                    let at = self.position(scale, i).max(0.0);
                    let low = (at as i64).min(last);
                    let part = self.r(at - low as f64).clamp(0.0, 1.0);
                    let high = (low + 1).min(last);
                    if part == 0.0 || high == low {
                        return smallvec![(low as usize, 1.0)];
                    }
                    smallvec![(low as usize, self.r(1.0 - part)), (high as usize, part)]
                }
                _ => {
                    let at = self.position(scale, i);
                    let low = at.floor();
                    let t = self.r(at - low);
                    let weights = [1.0 + t, t, 1.0 - t, 2.0 - t].map(|d| cubic(d, -0.75));
                    (0..4)
                        .map(|k| {
                            (((low as i64 - 1 + k).clamp(0, last)) as usize, self.r(weights[k as usize]))
                        })
                        .collect()
                }
            }
        };
        Taps::new(self.from, (0..self.to).map(row))
    }
    /// Antialiased: the filter is widened by the scale when shrinking, weights are normalised.
    fn smoothed(&self, filter: Filter, scale: f64) -> Taps {
        let half = match filter {
            Filter::Cubic => 2.0,
            Filter::Lanczos => 3.0,
            _ => 1.0,
        };
        let support = if scale >= 1.0 { half * scale } else { half };
        let inverse = if scale >= 1.0 { 1.0 / scale } else { 1.0 };
        let row = |i: usize| -> Entries {
            let center = scale * (i as f64 + 0.5);
            let low = ((center - support + 0.5) as i64).max(0);
            let high = ((center + support + 0.5) as i64).min(self.from as i64);
            let weight = |j: i64| {
                let d = (j as f64 - center + 0.5) * inverse;
                match filter {
                    Filter::Cubic => cubic(d.abs(), -0.5),
                    Filter::Lanczos => lanczos(d),
                    _ => (1.0 - d.abs()).max(0.0),
                }
            };
            let total: f64 = (low..high).map(weight).sum();
            (low..high).map(|j| (j as usize, if total == 0.0 { 0.0 } else { weight(j) / total })).collect()
        };
        Taps::new(self.from, (0..self.to).map(row))
    }
}

/// Names by filter and number of axes: kernel, node, node of the gradient.
fn names(filter: Filter, n: usize, antialias: bool) -> [&'static str; 3] {
    match (filter, n, antialias) {
        (Filter::Nearest, 1, _) => [
            "compute_indices_weights_nearest",
            "UpsampleNearest1DBackward0",
            "UpsampleNearest1DBackwardBackward0",
        ],
        (Filter::Nearest, 2, _) => [
            "upsample_nearest2d_channels_last",
            "UpsampleNearest2DBackward0",
            "UpsampleNearest2DBackwardBackward0",
        ],
        (Filter::Nearest, _, _) => [
            "upsample_nearest3d_channels_last",
            "UpsampleNearest3DBackward0",
            "UpsampleNearest3DBackwardBackward0",
        ],
        (Filter::NearestExact, 1, _) => [
            "compute_indices_weights_nearest",
            "UpsampleNearestExact1DBackward0",
            "UpsampleNearestExact1DBackwardBackward0",
        ],
        (Filter::NearestExact, 2, _) => [
            "upsample_nearest2d_channels_last",
            "UpsampleNearestExact2DBackward0",
            "UpsampleNearestExact2DBackwardBackward0",
        ],
        (Filter::NearestExact, _, _) => [
            "upsample_nearest3d_channels_last",
            "UpsampleNearestExact3DBackward0",
            "UpsampleNearestExact3DBackwardBackward0",
        ],
        (Filter::Linear, 1, _) => [
            "compute_indices_weights_linear",
            "UpsampleLinear1DBackward0",
            "UpsampleLinear1DBackwardBackward0",
        ],
        (Filter::Linear, 2, false) => [
            "upsample_bilinear2d_channels_last",
            "UpsampleBilinear2DBackward0",
            "UpsampleBilinear2DBackwardBackward0",
        ],
        (Filter::Linear, 2, true) => [
            "upsample_bilinear2d_aa",
            "UpsampleBilinear2DAaBackward0",
            "UpsampleBilinear2DAaBackwardBackward0",
        ],
        (Filter::Linear, _, _) => [
            "compute_indices_weights_linear",
            "UpsampleTrilinear3DBackward0",
            "UpsampleTrilinear3DBackwardBackward0",
        ],
        (Filter::Cubic, _, true) => {
            ["upsample_bicubic2d_aa", "UpsampleBicubic2DAaBackward0", "UpsampleBicubic2DAaBackwardBackward0"]
        }
        (Filter::Lanczos, _, _) => {
            ["upsample_lanczos2d_aa", "UpsampleLanczos2DAaBackward0", "UpsampleLanczos2DAaBackwardBackward0"]
        }
        (Filter::Cubic, _, false) => [
            "compute_indices_weights_cubic",
            "UpsampleBicubic2DBackward0",
            "UpsampleBicubic2DBackwardBackward0",
        ],
    }
}

fn resize(
    input: &Tensor,
    filter: Filter,
    output: &[i64],
    factors: Option<&[f64]>,
    align: bool,
    antialias: bool,
) -> Result<Tensor> {
    let n = output.len();
    let [name, grad_name, back_name] = names(filter, n, antialias);
    let sizes = &input.shape()[2..];
    if sizes.contains(&0) || output.iter().any(|&o| o <= 0) {
        let part = |v: &[i64]| {
            v.iter()
                .zip(&["D", "H", "W"][3 - n..])
                .map(|(s, a)| format!("{a}: {s}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let have: Vec<i64> = sizes.iter().map(|&s| s as i64).collect();
        bail!(
            Runtime,
            "Input and output sizes should be greater than 0, but got input ({}) and output ({})",
            part(&have),
            part(output)
        );
    }
    ensure!(
        input.shape()[1] > 0,
        Runtime,
        "Non-empty {}D data tensor expected but got a tensor with sizes {:?}",
        n + 2,
        input.shape()
    );
    let of_bytes = input.dtype() == DType::U8 && !(filter == Filter::Linear && n != 2);
    if !input.dtype().is_float() && !of_bytes {
        return Err(Error::no_dtype(name, input.dtype(), "floating dtypes"));
    }
    // what has no room is refused before anything is laid out for it
    let mut shape = Dims::from_slice(&input.shape()[..2]);
    shape.extend(output.iter().map(|&o| o as usize));
    drop(Tensor::empty(&shape, input.dtype(), input.device())?);
    ensure!(
        output.iter().all(|&o| o < 1 << 31),
        Memory,
        "{name}: can't allocate memory for the places of {output:?} elements"
    );
    let smooth = !matches!(filter, Filter::Nearest | Filter::NearestExact);
    let whole = of_bytes && smooth && n == 2 && !matches!(input.device(), Device::Gpu(_));
    let axis = |i: usize| Resize {
        from: sizes[i],
        to: output[i] as usize,
        factor: factors.map(|f| f[i]),
        align,
        antialias,
        single: input.dtype() != DType::F64 && !whole,
    };
    if whole {
        return bytes::resize(input, name, filter, [axis(0), axis(1)]);
    }
    let steps = (0..n).rev().map(|i| (i + 2, Arc::new(axis(i).taps(filter)))).collect();
    Axiswise { name, grad_name, back_name, steps, any_dtype: false }.run(input)
}

const MODES: &str = "nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact";

/// What `interpolate` is asked for.
struct Request<'a> {
    size: Option<&'a [i64]>,
    factors: Option<Vec<f64>>,
    mode: &'a str,
    align: Option<bool>,
    recompute: Option<bool>,
    antialias: bool,
}

fn interpolated(input: &Tensor, q: Request) -> Result<Tensor> {
    let (mode, align) = (q.mode, q.align);
    let plain = matches!(mode, "nearest" | "area" | "nearest-exact");
    ensure!(
        !(plain && align.is_some()),
        Value,
        "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
    );
    let d = input.ndim();
    let n = d.saturating_sub(2);
    ensure!(
        !(q.size.is_some() && q.factors.is_some()),
        Value,
        "only one of size or scale_factor should be defined"
    );
    let spatial: Vec<i64> = input.shape().iter().skip(2).map(|&s| s as i64).collect();
    let python = |v: &[i64]| {
        if v.len() == 1 {
            format!("({},)", v[0])
        } else {
            format!("({})", v.iter().map(|s| s.to_string()).collect::<Vec<_>>().join(", "))
        }
    };
    let mut factors = None;
    let output: Vec<i64> = if let Some(size) = q.size {
        ensure!(
            q.recompute != Some(true),
            Value,
            "recompute_scale_factor is not meaningful with an explicit size."
        );
        ensure!(
            size.len() == 1 || size.len() == n,
            Value,
            "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of {spatial:?} and output size of {}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.",
            python(size)
        );
        if size.len() == n { size.to_vec() } else { vec![size[0]; n] }
    } else if let Some(given) = q.factors {
        ensure!(
            given.len() == 1 || given.len() == n,
            Value,
            "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of {spatial:?} and scale_factor of shape {given:?}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."
        );
        let given = if given.len() == n { given } else { vec![given[0]; n] };
        let sizes = (0..n).map(|i| (spatial[i] as f64 * given[i]).floor() as i64).collect();
        if q.recompute != Some(true) {
            factors = Some(given);
        }
        sizes
    } else {
        bail!(Value, "either size or scale_factor should be defined");
    };
    let smooth = matches!(mode, "bilinear" | "bicubic" | "lanczos");
    ensure!(
        !q.antialias || smooth && d == 4,
        Value,
        "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
    );
    let align = align.unwrap_or(false);
    let filter = match (mode, n) {
        ("nearest", 1..=3) => Filter::Nearest,
        ("nearest-exact", 1..=3) => Filter::NearestExact,
        ("area", 1..=3) => return pooling::area(input, n, &output),
        ("linear", 1) | ("bilinear", 2) | ("trilinear", 3) => Filter::Linear,
        ("bicubic", 2) => Filter::Cubic,
        ("lanczos", 2) => {
            ensure!(q.antialias, Value, "lanczos mode requires antialias=True");
            Filter::Lanczos
        }
        ("linear" | "bilinear" | "trilinear", 1..=3) => {
            let needs = match mode {
                "linear" => 3,
                "bilinear" => 4,
                _ => 5,
            };
            bail!(NotImplemented, "Got {d}D input, but {mode} mode needs {needs}D input")
        }
        _ => bail!(
            NotImplemented,
            "Input Error: Only 3D, 4D and 5D input Tensors supported (got {d}D) for the modes: {MODES} (got {mode})"
        ),
    };
    resize(input, filter, &output, factors.as_deref(), align, q.antialias)
}

rows! { UPSAMPLE:
    /// Resizes (N, C, ...) to `size`, or by `scale_factor`.
    ///
    /// Args: mode: nearest, nearest-exact, linear, bilinear, bicubic, trilinear, lanczos or area; align_corners: whether the
    /// centres of the corner pixels coincide; antialias: widens the filter when shrinking.
    /// Errors: ValueError for sizes that contradict each other, NotImplementedError for a mode that does not fit.
    ///
    /// ```text
    /// >>> F.interpolate(torch.tensor([[[1.0, 3.0]]]), scale_factor=2)
    /// tensor([[[1., 1., 3., 3.]]])
    /// >>> F.interpolate(torch.tensor([[[1.0, 3.0]]]), size=3, mode="linear", align_corners=True)
    /// tensor([[[1., 2., 3.]]])
    /// ```
    [Nn] fn interpolate(
        input: &Tensor, size: Option<&[i64]> = None, scale_factor: Option<f64> = None, mode: &str = "nearest",
        align_corners: Option<bool> = None, recompute_scale_factor: Option<bool> = None, antialias: bool = false
    ) -> Tensor {
        let factors = scale_factor.map(|f| vec![f]);
        interpolated(input, Request { size, factors, mode, align: align_corners, recompute: recompute_scale_factor, antialias })
    }
    /// Resizes (N, C, ...) by a factor for each axis.
    [Nn] fn interpolate_by = "interpolate"(
        input: &Tensor, size: Option<&[i64]> = None, scale_factor: Option<&[Scalar]> = None, mode: &str = "nearest",
        align_corners: Option<bool> = None, recompute_scale_factor: Option<bool> = None, antialias: bool = false
    ) -> Tensor {
        let factors = scale_factor.map(|f| f.iter().map(|s| s.to_f64()).collect());
        interpolated(input, Request { size, factors, mode, align: align_corners, recompute: recompute_scale_factor, antialias })
    }
}

pub const TABLE: Table = &[UPSAMPLE];
