//! Convolution: three ops, each bilinear, each one's gradients said with the other two. Rows are in `rows.rs`.

use crate::base::{DType, Device, Dims, Layout, MemoryFormat, numel};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::conv as kernel;
use crate::kernels::cpu::nn::conv::ConvElem;
use crate::kernels::gpu::nn::conv as card;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::driver::samples::as_one_batch;
use crate::ops::nn::image::{format_for, format_of, is_channels_last, laid_out_held};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, with_dtype};
use smallvec::{SmallVec, smallvec};

/// What a convolution is besides its operands; values for each spatial axis.
#[derive(Clone, Debug)]
pub struct Window {
    pub stride: Dims,
    pub padding: Dims,
    pub dilation: Dims,
    pub groups: usize,
}

impl Window {
    /// The output size along an axis, or nothing if the kernel does not fit.
    pub fn output(&self, i: usize, size: usize, kernel: usize) -> usize {
        kernel::Conv::output_size(size, kernel, self.stride[i], self.padding[i], self.dilation[i])
    }
}

/// Which of image `x`, weight and result `y` is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `y` of these spatial sizes from (x, weight, bias). They may fall short of what would fit: a transposed
    /// convolution with output padding leaves the last windows out.
    Forward(Dims),
    /// `x` of these spatial sizes from (y, weight, bias): the gradient, and the transposed convolution.
    Data(Dims),
    /// The weight of these spatial sizes from (x, y).
    Weight(Dims),
}

#[derive(Clone, Debug)]
struct Convolution {
    window: Window,
    part: Part,
    bias: bool,
    /// Made by a gradient, not by the user.
    derived: bool,
    channels_last: bool,
    /// The weight lies channels-last, and so will its gradient.
    weight_last: bool,
}

/// Spatial sizes with missing axes in front as 1 (or 0 for padding).
fn three(v: &[usize], missing: usize) -> [usize; 3] {
    let mut out = [missing; 3];
    out[3 - v.len()..].copy_from_slice(v);
    out
}

impl Convolution {
    /// Shapes of (x, weight, y), one of which is the result's.
    fn shapes(&self, a: &[usize], b: &[usize]) -> (Dims, Dims, Dims) {
        let g = self.window.groups;
        match &self.part {
            Part::Forward(sizes) => {
                let mut y = Dims::from_slice(&[a[0], b[0]]);
                y.extend_from_slice(sizes);
                (a.into(), b.into(), y)
            }
            Part::Data(sizes) => {
                let mut x = Dims::from_slice(&[a[0], b[1] * g]);
                x.extend_from_slice(sizes);
                (x, b.into(), a.into())
            }
            Part::Weight(sizes) => {
                let mut w = Dims::from_slice(&[b[1], a[1] / g]);
                w.extend_from_slice(sizes);
                (a.into(), w, b.into())
            }
        }
    }
    fn geometry(&self, x: &[usize], w: &[usize], y: &[usize]) -> kernel::Conv {
        kernel::Conv {
            n: x[0],
            cin: x[1],
            cout: y[1],
            groups: self.window.groups,
            input: three(&x[2..], 1),
            output: three(&y[2..], 1),
            kernel: three(&w[2..], 1),
            stride: three(&self.window.stride, 1),
            padding: three(&self.window.padding, 0),
            dilation: three(&self.window.dilation, 1),
            channels_last: self.channels_last,
        }
    }
    /// The windows lie within the padded image, which can be counted: what the kernels rely on. Asked of gradients too.
    fn check(&self, x: &[usize], w: &[usize], y: &[usize]) -> Result<()> {
        for i in 2..y.len() {
            let at = |v: &Dims| v[i - 2] as i128;
            let (stride, padding, dilation) =
                (at(&self.window.stride), at(&self.window.padding), at(&self.window.dilation));
            let reach = (y[i] as i128 - 1).max(0) * stride + (w[i] as i128 - 1) * dilation + 1;
            let size = x[i] as i128 + 2 * padding;
            ensure!(
                reach.max(size) < 1 << 62 && (reach <= size || y[i] == 0),
                Runtime,
                "convolution: windows over {reach} elements of an axis that has {size} with its padding"
            );
        }
        Ok(())
    }
    fn format(&self, ndim: usize) -> MemoryFormat {
        format_for(ndim, self.channels_last)
    }
    fn derive(&self, part: Part) -> Convolution {
        Convolution {
            window: self.window.clone(),
            part,
            bias: false,
            derived: true,
            channels_last: self.channels_last,
            weight_last: self.weight_last,
        }
    }
}

impl Op for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }
    fn grad_name(&self) -> &'static str {
        if self.derived { "ConvolutionBackwardBackward0" } else { "ConvolutionBackward0" }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dtype = x[0].dtype();
        if dtype == DType::Bool {
            return Err(Error::no_dtype("slow_conv2d_cpu", dtype, "every dtype but bool"));
        }
        let (sx, sw, sy) = self.shapes(x[0].shape(), x[1].shape());
        self.check(&sx, &sw, &sy)?;
        let meta = match self.part {
            Part::Forward(_) => Meta::with_format(&sy, dtype, self.format(sy.len())),
            Part::Data(_) => Meta::with_format(&sx, dtype, self.format(sx.len())),
            Part::Weight(_) => Meta::with_format(&sw, dtype, format_for(sw.len(), self.weight_last)),
        };
        Ok(smallvec![meta])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let out = &out[0];
        if out.dtype().is_integral() {
            // integers compute as doubles: exact as long as sums stay below 2^53
            let wide: Vec<Tensor> = x
                .iter()
                .map(|t| laid_out_held(t, self.operand_format(t), DType::F64))
                .collect::<Result<_>>()?;
            let result = Tensor::alloc(
                Meta { layout: crate::base::Layout { offset: 0, ..out.layout().clone() }, dtype: DType::F64 },
                out.device(),
            )?;
            self.run::<f64>(&wide.iter().collect::<Vec<_>>(), &result)?;
            crate::ops::driver::memory::write_held(out, &result);
            return Ok(());
        }
        with_dtype!("convolution", out.dtype(), floatc, T => self.run::<T>(x, out))
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (sx, sw, sy) = self.shapes(x[0].shape(), x[1].shape());
        let geo = self.geometry(&sx, &sw, &sy);
        let (a, b, o) = (x[0].place()?, x[1].place()?, out[0].place()?);
        let (part, image, weight, result) = match self.part {
            Part::Forward(_) => (card::Part::Forward, a, b, o),
            Part::Data(_) => (card::Part::Data, o, b, a),
            Part::Weight(_) => (card::Part::Weight, a, o, b),
        };
        let bias = x.get(2).map(|t| t.place()).transpose()?;
        card::convolution(part, &geo, image, weight, result, bias)
    }
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        // one weight for all samples: they are one batch
        let shared = x[1..].iter().all(|t| !t.is_batched());
        // 16 of 16 to 16 channels on 32x32 take 0.8 of the time of one after the other, of 32 to 32 1.5
        let few = x[1].shape()[1] <= 16 && x[0].device() == Device::Cpu;
        let groups = few && self.is_forward() && !self.channels_last;
        let own = if shared { !matches!(self.part, Part::Weight(_)) } else { groups };
        if own { Batching::Own } else { Batching::Each }
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let shared = x[1..].iter().all(|t| t.strides()[..n].iter().all(|s| *s == 0));
        if shared || !self.is_forward() {
            as_one_batch(self, x, out, n, 1)
        } else {
            self.as_groups(x, out, n)
        }
    }
    fn saves(&self, want: Want) -> Saves {
        // each operand's gradient reads the other one
        Saves::inputs((want.has(0) as u64) << 1 | want.has(1) as u64)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None, None] };
        let (sa, sb) = (cx.shape(0), cx.shape(1));
        let other = |i: usize| cx.input(i)?.conj();
        let (part_a, part_b) = match self.part {
            Part::Forward(_) => (Part::Data(sa[2..].into()), Part::Weight(sb[2..].into())),
            Part::Data(_) => (Part::Forward(sa[2..].into()), Part::Weight(sb[2..].into())),
            Part::Weight(_) => (Part::Data(sa[2..].into()), Part::Forward(sb[2..].into())),
        };
        let a = want.then(0, || match self.part {
            // x from (y, weight): the weight is the gradient here
            Part::Weight(_) => apply(self.derive(part_a), &[&other(1)?, g]),
            _ => apply(self.derive(part_a), &[g, &other(1)?]),
        })?;
        let b = want.then(1, || match self.part {
            Part::Forward(_) => apply(self.derive(part_b), &[&other(0)?, g]),
            // the weight from (x, y): the gradient stands for x, the input for y
            Part::Data(_) => apply(self.derive(part_b), &[g, &other(0)?]),
            Part::Weight(_) => apply(self.derive(part_b), &[&other(0)?, g]),
        })?;
        let mut out: Grads = smallvec![a, b];
        if self.bias {
            let dims: SmallVec<[i64; 4]> = (0..g.ndim() as i64).filter(|&d| d != 1).collect();
            out.push(want.then(2, || g.sum_over(&dims, false))?);
        }
        Ok(out)
    }
}

impl Convolution {
    fn is_forward(&self) -> bool {
        matches!(self.part, Part::Forward(_))
    }
    /// Samples with weights of their own are groups of channels; where all have the same images, more channels of the result.
    fn as_groups(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let samples: usize = out[0].shape()[..n].iter().product();
        let merged = |l: &Layout, at: usize| {
            let mut shape = Dims::from_slice(&l.shape[..at]);
            shape.push(l.shape[at..=at + n].iter().product());
            shape.extend_from_slice(&l.shape[at + n + 1..]);
            shape
        };
        let dense = |t: &Tensor, l: Layout, at: usize| {
            let shape = merged(&l, at);
            let t = dense_held(&t.alias(l)?)?;
            t.alias(Layout { offset: t.layout().offset, ..Layout::contiguous(&shape) })
        };
        // the examples in front, the samples beside the channels
        let turned = |l: &Layout| {
            let order: Dims = std::iter::once(n).chain(0..n).chain(n + 1..l.ndim()).collect();
            l.permute(&order)
        };
        let same = self.window.groups == 1 && x[0].strides()[..n].iter().all(|s| *s == 0);
        let image = if same {
            x[0].alias((0..n).fold(x[0].layout().clone(), |l, _| l.select(0, 0)))?
        } else {
            dense(&x[0], turned(x[0].layout()), 1)?
        };
        let mut operands = vec![image];
        for t in &x[1..] {
            operands.push(dense(t, t.layout().clone(), 0)?);
        }
        let groups = if same { 1 } else { self.window.groups * samples };
        let op = Convolution { window: Window { groups, ..self.window.clone() }, ..self.clone() };
        let to = out[0].alias(turned(out[0].layout()))?;
        let y = Tensor::empty(&merged(to.layout(), 1), to.dtype(), to.device())?;
        op.cpu(&operands.iter().collect::<Vec<_>>(), std::slice::from_ref(&y))?;
        crate::ops::driver::memory::write_held(&to, &y.alias(Layout::contiguous(to.shape()))?);
        Ok(())
    }
    /// Images lie as the op decided, weights and biases contiguous.
    fn operand_format(&self, t: &Tensor) -> MemoryFormat {
        self.format(t.ndim())
    }
    #[allow(unsafe_code)]
    fn run<T: ConvElem>(&self, x: &[&Tensor], out: &Tensor) -> Result<()> {
        let (sx, sw, sy) = self.shapes(x[0].shape(), x[1].shape());
        let geo = self.geometry(&sx, &sw, &sy);
        let image = |t: &Tensor| laid_out_held(t, self.format(t.ndim()), T::DTYPE);
        let a = image(x[0])?;
        let b = if matches!(self.part, Part::Weight(_)) {
            image(x[1])?
        } else {
            crate::ops::driver::memory::dense_held(x[1])?
        };
        let bias = x.get(2).map(|b| crate::ops::driver::memory::dense_cast_held(b, T::DTYPE)).transpose()?;
        let bias = bias.as_ref().map_or(std::ptr::null(), |b| b.ptr_of::<T>() as *const T);
        if numel(out.shape()) == 0 {
            return Ok(());
        }
        // SAFETY: dense tensors of the shapes of the geometry, held by the driver
        unsafe {
            match self.part {
                Part::Forward(_) => kernel::forward::<T>(&geo, a.ptr_of(), b.ptr_of(), bias, out.ptr_of()),
                Part::Data(_) => kernel::backward_data::<T>(&geo, a.ptr_of(), b.ptr_of(), bias, out.ptr_of()),
                Part::Weight(_) => {
                    let to = if out.is_contiguous() {
                        out.clone()
                    } else {
                        Tensor::empty(out.shape(), T::DTYPE, out.device())?
                    };
                    kernel::backward_weight::<T>(&geo, a.ptr_of(), b.ptr_of(), to.ptr_of());
                    crate::ops::nn::image::deliver_held(out, &to);
                }
            }
        }
        Ok(())
    }
}

fn images_last(a: &Tensor, w: &Tensor) -> bool {
    a.ndim() > 3 && (is_channels_last(format_of(a)) || is_channels_last(format_of(w)))
}

/// A convolution of checked operands.
pub fn convolve(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, window: Window) -> Result<Tensor> {
    let channels_last = images_last(x, weight);
    let sizes = (2..x.ndim()).map(|i| window.output(i - 2, x.shape()[i], weight.shape()[i])).collect();
    let op = Convolution {
        window,
        part: Part::Forward(sizes),
        bias: bias.is_some(),
        derived: false,
        channels_last,
        weight_last: is_channels_last(format_of(weight)),
    };
    match bias {
        Some(b) => apply(op, &[x, weight, b]),
        None => apply(op, &[x, weight]),
    }
}

/// A transposed convolution of checked operands, with the spatial sizes of its result.
pub fn convolve_transposed(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    window: Window,
    sizes: Dims,
) -> Result<Tensor> {
    let channels_last = images_last(x, weight);
    let op = Convolution {
        window,
        part: Part::Data(sizes),
        bias: bias.is_some(),
        derived: false,
        channels_last,
        weight_last: is_channels_last(format_of(weight)),
    };
    match bias {
        Some(b) => apply(op, &[x, weight, b]),
        None => apply(op, &[x, weight]),
    }
}
