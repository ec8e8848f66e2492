//! Maximum pooling over windows at random places.

use crate::base::rng::{default_generator, default_generator_of};
use crate::base::{DType, Device, Dims, MemoryFormat, Scalar, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::pool::fractional as kernel;
use crate::kernels::cpu::random;
use crate::kernels::gpu::nn::pool as card;
use crate::kernels::gpu::random as gpu;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::ops::nn::pool::op::{Axis, Geometry, Scatter};
use crate::ops::table::{Ret, Table};
use crate::storage::Guard;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{axes, bail, ensure, grads, with_dtype};
use smallvec::smallvec;

/// Inputs: images and random numbers (n, c, axes) in [0, 1). Results: values and positions.
#[derive(Clone, Debug)]
struct Fractional {
    geo: Geometry,
    kernel: Dims,
}

impl Op for Fractional {
    const PICKS: bool = true;
    fn name(&self) -> &'static str {
        self.geo.name
    }
    fn grad_name(&self) -> &'static str {
        if self.geo.spatial == 3 { "FractionalMaxPool3DBackward0" } else { "FractionalMaxPool2DBackward0" }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        if !x[0].dtype().is_float() {
            return Err(Error::no_dtype(self.name(), x[0].dtype(), "floating dtypes"));
        }
        let n = x[0].ndim();
        let mut shape = Dims::from_slice(&x[0].shape()[..n - self.geo.spatial]);
        shape.extend_from_slice(&self.geo.output);
        Ok(smallvec![Meta::new(&shape, x[0].dtype()), Meta::new(&shape, DType::I64)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (src, u) =
            (crate::ops::driver::memory::dense_held(x[0])?, crate::ops::driver::memory::dense_held(x[1])?);
        let axes = self.geo.spatial;
        let (plane, small) = (numel(&self.geo.input), numel(&self.geo.output));
        if small == 0 || plane == 0 {
            return Ok(());
        }
        let whole = |of: &[usize]| -> [usize; 3] {
            std::array::from_fn(|a| if a + axes < 3 { 1 } else { of[a + axes - 3] })
        };
        let windows = kernel::Windows {
            axes,
            input: whole(&self.geo.input),
            output: whole(&self.geo.output),
            kernel: whole(&self.kernel),
        };
        with_dtype!(self.name(), src.dtype(), float, T => {
            // SAFETY: planes of these sizes, and as many random numbers for each as it has axes; the results are dense and held
            let outside = unsafe {
                let places = out[1].ptr_of::<i64>();
                kernel::max_pool::<T>(&windows, src.numel() / plane, src.ptr_of(), u.ptr_of(), out[0].ptr_of(), places)
            };
            match outside {
                None => Ok(()),
                Some(u) => bail!(Runtime, "{}: _random_samples should lie in [0, 1), but got {u}, by which a window begins outside of the input", self.name()),
            }
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (image, u) = (x[0].place()?, x[1].place()?);
        card::fractional(self.name(), &self.kernel, image, u, out[0].place()?, out[1].place()?)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let op = Scatter {
            geo: self.geo.clone(),
            format: MemoryFormat::Contiguous,
            anywhere: true,
            back: "FractionalMaxPoolBackwardBackward0",
        };
        grads![Some(apply(op, &[g, &cx.output(1)?])?), None]
    }
}

/// Uniform numbers as `rand` draws them.
#[allow(unsafe_code)]
fn uniforms(shape: &[usize], dtype: DType, device: Device) -> Result<Tensor> {
    let t = Tensor::empty(shape, dtype, device)?;
    if device == Device::Meta {
        return Ok(t);
    }
    if let Device::Gpu(index) = device {
        let law = gpu::Law::Uniform(0.0, 1.0);
        let from = default_generator_of(index)?.advance(gpu::blocks(t.numel(), law))?;
        gpu::draw("rand", t.place()?, law, from)?;
        return Ok(t);
    }
    let guard = Guard::take([].into_iter(), [t.storage()].into_iter());
    with_dtype!("rand", dtype, float, T => {
        // SAFETY: fresh dense memory of this many elements
        let out = unsafe { std::slice::from_raw_parts_mut(t.ptr_of::<T>(), t.numel()) };
        random::uniform(&mut *default_generator().lock()?, out, 0.0, 1.0);
        Ok(())
    })?;
    drop(guard);
    Ok(t)
}

fn pool(
    n: usize,
    input: &Tensor,
    kernel: &[i64],
    size: Option<&[i64]>,
    ratio: Option<&[Scalar]>,
    samples: Option<&Tensor>,
) -> Result<(Tensor, Tensor)> {
    let name = ["", "", "fractional_max_pool2d", "fractional_max_pool3d"][n];
    let d = input.ndim();
    ensure!(
        d == n + 1 || d == n + 2,
        Runtime,
        "{name}(): Expected {}D or {}D tensor, but got: {:?}",
        n + 1,
        n + 2,
        input.shape()
    );
    let sizes = Dims::from_slice(&input.shape()[d - n..]);
    let output: Vec<i64> = match (size, ratio) {
        (Some(s), _) => s.to_vec(),
        (None, Some(r)) => {
            ensure!(
                r.len() == n,
                Value,
                "{name} requires output_ratio to either be a single Int or tuple of Ints."
            );
            r.iter().zip(&sizes).map(|(r, &s)| (s as f64 * r.to_f64()) as i64).collect()
        }
        (None, None) => bail!(Value, "{name} requires specifying either an output_size or an output_ratio"),
    };
    let each = |v: &[i64], what: &str| -> Result<Vec<i64>> {
        ensure!(
            v.len() == n || v.len() == 1,
            Runtime,
            "{name}: {what} must either be a single Int or tuple of Ints"
        );
        Ok(if v.len() == n { v.to_vec() } else { vec![v[0]; n] })
    };
    let (kernel, output) = (each(kernel, "kernel_size")?, each(&output, "output_size")?);
    let lead = d - n - 1;
    if let Some(i) = (lead..d).find(|&i| input.shape()[i] == 0) {
        bail!(
            Runtime,
            "{name}: Expected input to have non-zero size for non-batch dimensions, but got {:?} with dimension {i} being empty.",
            input.shape()
        );
    }
    for i in 0..n {
        ensure!(
            kernel[i] > 0 && output[i] > 0,
            Runtime,
            "{name}: kernel_size and output_size must be greater than zero"
        );
        ensure!(
            output[i].saturating_add(kernel[i] - 1) <= sizes[i] as i64,
            Runtime,
            "{name}(): pool {} {} too large relative to input {} {}",
            ["time", "height", "width"][3 - n + i],
            kernel[i],
            ["time", "height", "width"][3 - n + i],
            sizes[i]
        );
    }
    let (batch, channels) = (if lead == 1 { input.shape()[0] } else { 1 }, input.shape()[lead]);
    let samples = match samples {
        Some(s) => {
            ensure!(
                s.dtype() == input.dtype(),
                Runtime,
                "Expect _random_samples to have the same dtype as input"
            );
            ensure!(s.ndim() == 3, Runtime, "Expect _random_samples to have 3 dimensions, got {}", s.ndim());
            let given = s.shape();
            ensure!(
                given[0] >= batch,
                Runtime,
                "Expect _random_samples.size(0) no less then input batch size."
            );
            ensure!(
                given[1] == channels,
                Runtime,
                "Expect _random_samples.size(1) equals to input channel size."
            );
            ensure!(
                given[2] == n,
                Runtime,
                "Expect _random_samples.size(2) equals to {n}; got {}.",
                given[2]
            );
            s.detach().narrow_at(0, 0, batch, 1)?
        }
        None => uniforms(&[batch, channels, n], input.dtype(), input.device())?,
    };
    let geo = Geometry {
        name,
        spatial: n,
        axes: [Axis::Adaptive; 3],
        input: sizes,
        output: output.iter().map(|&o| o as usize).collect(),
        include_pad: true,
        divisor: None,
    };
    let op = Fractional { geo, kernel: kernel.iter().map(|&k| k as usize).collect() };
    let mut outs = apply_multi(op, &[input, &samples])?;
    let indices = outs.swap_remove(1);
    Ok((outs.swap_remove(0), indices))
}

axes! { FRACTIONAL [2 3]:
    /// The greatest elements of windows at random places.
    ///
    /// Args: kernel_size, output_size: one int or one per axis; output_ratio: sizes as parts of the input's.
    ///
    /// ```text
    /// >>> F.fractional_max_pool2d(torch.ones(1, 1, 8, 8), 2, output_size=5).shape
    /// torch.Size([1, 1, 5, 5])
    /// >>> F.fractional_max_pool3d(torch.ones(1, 1, 8, 8, 8), 2, output_size=5).shape
    /// torch.Size([1, 1, 5, 5, 5])
    /// ```
    [Nn] autocast Float32 from 2 fn fractional_max_pool = ("fractional_max_pool") |n| (
        input: &Tensor, kernel_size: &[i64], output_size: Option<&[i64]> = None, output_ratio: Option<&[Scalar]> = None,
        return_indices: bool = false, __random_samples: Option<&Tensor> = None
    ) -> Ret {
        let (v, i) = pool(n, input, kernel_size, output_size, output_ratio, __random_samples)?;
        Ok(if return_indices { Ret::Tuple(smallvec![v, i]) } else { Ret::Tensor(v) })
    }
    /// The greatest elements of windows at random places, and their positions in the plane.
    ///
    /// ```text
    /// >>> F.fractional_max_pool2d_with_indices(torch.ones(1, 1, 8, 8), 2, output_size=5)[1].shape
    /// torch.Size([1, 1, 5, 5])
    /// >>> F.fractional_max_pool3d_with_indices(torch.ones(1, 1, 8, 8, 8), 2, output_size=5)[1].shape
    /// torch.Size([1, 1, 5, 5, 5])
    /// ```
    [Nn] autocast Float32 from 2 fn fractional_max_pool_with_indices = ("fractional_max_pool", "_with_indices") |n| (
        input: &Tensor, kernel_size: &[i64], output_size: Option<&[i64]> = None, output_ratio: Option<&[Scalar]> = None,
        _return_indices: bool = false, __random_samples: Option<&Tensor> = None
    ) -> (Tensor, Tensor) {
        pool(n, input, kernel_size, output_size, output_ratio, __random_samples)
    }
}

pub const TABLE: Table = &[FRACTIONAL[0], FRACTIONAL[1]];
