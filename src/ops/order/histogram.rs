//! Counts in bins: `histogram`, `histc`, and membership, `isin`.

use crate::base::{DType, Scalar, repeated};
use crate::error::{Error, Result};
use crate::kernels::cpu::order::histogram::{edge_counts, histogram_counts};
use crate::kernels::gpu::order::histogram as gpu;
use crate::ops::create::fill::Made;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, dense_held, full, write_held};
use crate::ops::driver::op::{Metas, Op};
use crate::ops::elementwise::kind::half_up;
use crate::ops::table::{Fields, Named, Table, Val};
use crate::tensor::{Meta, Tensor};
use crate::{ensure, rows, with_dtype};
use smallvec::smallvec;

/// Sums of weights (or counts) of the elements between neighbouring edges; the last bin includes its end.
#[derive(Debug)]
struct Between;

impl Op for Between {
    fn name(&self) -> &'static str {
        "histogram"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&[x[1].numel() - 1], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (values, edges) = (dense_held(x[0])?, dense_held(x[1])?);
        let weights = x.get(2).map(|w| dense_held(w)).transpose()?;
        let bins = edges.numel() - 1;
        let mut sums = repeated(0f64, bins)?;
        with_dtype!("histogram", values.dtype(), native, T => {
            let w = weights.as_ref().map_or(std::ptr::null(), |w| w.ptr_of::<T>() as *const T);
            // SAFETY: dense arrays: values and weights of one size, and one edge more than sums
            unsafe { edge_counts::<T>(values.ptr_of(), w, values.numel(), edges.ptr_of(), &mut sums) };
            Ok(())
        })?;
        write_held(&out[0], &Tensor::from_slice(&sums, &[bins])?);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (values, edges) = (dense_held(x[0])?, dense_held(x[1])?);
        let bins = Tensor::empty(values.shape(), DType::I32, values.device())?;
        let (places, out) = (bins.place()?, out[0].place()?);
        gpu::between(self.name(), values.place()?, edges.place()?, places)?;
        match x.get(2) {
            Some(w) => gpu::sums(self.name(), places, dense_held(w)?.place()?, out),
            None => gpu::counts(self.name(), places, out),
        }
    }
}

static HISTOGRAM: Fields = Fields { name: "histogram", fields: &["hist", "bin_edges"] };

fn counted(x: &Tensor, edges: &Tensor, weight: Option<&Tensor>, density: bool) -> Result<Named> {
    let x = x.detach();
    ensure!(edges.numel() > 1, Runtime, "torch.histogram(): bins must be > 0, but got 0 for dimension 0");
    ensure!(
        edges.dtype() == x.dtype(),
        Runtime,
        "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype {} and bins for dimension 0 with dtype {}",
        x.dtype().c_name(),
        edges.dtype().c_name()
    );
    if let Some(w) = weight {
        ensure!(
            w.dtype() == x.dtype(),
            Runtime,
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input({}), and weight({})",
            x.dtype().c_name(),
            w.dtype().c_name()
        );
        ensure!(
            w.shape() == x.shape(),
            Runtime,
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension, but got input with shape [{}, 1] and weight with shape {:?}",
            x.numel(),
            w.shape()
        );
    }
    let flat = |t: &Tensor| t.detach().reshape_to(&[t.numel()]);
    let mut hist = match weight {
        Some(w) => apply(Between, &[&flat(&x)?, edges, &flat(w)?])?,
        None => apply(Between, &[&flat(&x)?, edges])?,
    };
    if density {
        let n = edges.numel() - 1;
        let widths = edges.narrow_at(0, 1, n, 1)?.sub(edges.narrow_at(0, 0, n, 1)?)?;
        hist = hist.div(hist.sum(None)?)?.div(widths)?;
    }
    Ok(Named(&HISTOGRAM, smallvec![hist, edges.clone()]))
}

fn check(x: &Tensor) -> Result<()> {
    if !matches!(x.dtype(), DType::F32 | DType::F64) {
        return Err(Error::no_kernel("histogramdd", x.dtype()));
    }
    Ok(())
}

/// Counts in bins of equal width.
#[derive(Debug)]
pub(crate) struct Histc {
    bins: usize,
    range: (f64, f64),
}

impl Op for Histc {
    fn name(&self) -> &'static str {
        "histc"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&[self.bins], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = dense_cast_held(x[0], half_up(x[0].dtype()))?;
        let mut counts = repeated(0i64, self.bins)?;
        with_dtype!("histc", x.dtype(), native, T => {
            // SAFETY: a dense tensor of so many elements, held
            unsafe { histogram_counts::<T>(x.ptr_of(), x.numel(), self.range, &mut counts) };
            Ok(())
        })?;
        let result = Tensor::from_slice(&counts, &[self.bins])?;
        write_held(&out[0], &result);
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x = dense_held(x[0])?;
        let bins = Tensor::empty(x.shape(), DType::I32, x.device())?;
        gpu::even(self.name(), x.place()?, self.bins, self.range, bins.place()?)?;
        gpu::counts(self.name(), bins.place()?, out[0].place()?)
    }
}

fn histc_of(x: &Tensor, bins: i64, min: Scalar, max: Scalar) -> Result<Tensor> {
    let d = x.dtype();
    if d.is_complex() {
        return Err(Error::no_kernel("aminmax_cpu", d));
    }
    ensure!(bins > 0, Runtime, "torch.histogram(): bins must be > 0, but got {bins} for dimension 0");
    if !d.is_float() {
        return Err(Error::no_kernel("histogram_cpu", d));
    }
    let x = x.detach();
    let (mut lo, mut hi) = (min.to_f64(), max.to_f64());
    if lo == hi && x.is_batched() {
        return crate::ops::driver::samples::one_by_one("histc", &[&x], |x| histc_of(&x[0], bins, min, max));
    }
    if lo == hi && x.numel() > 0 {
        lo = x.min()?.item()?.to_f64();
        hi = x.max()?.item()?.to_f64();
    }
    if lo == hi {
        (lo, hi) = (lo - 1.0, hi + 1.0);
    }
    ensure!(lo.is_finite() && hi.is_finite(), Runtime, "torch.histc: range of [{lo}, {hi}] is not finite");
    ensure!(lo < hi, Runtime, "torch.histc: max must be larger than min");
    apply(Histc { bins: bins as usize, range: (lo, hi) }, &[&x])
}

rows! { ROWS:
    /// Weighted counts of the elements between the edges in `bins`, and the edges.
    ///
    /// Args: density: as a density, whose integral is one.
    ///
    /// ```text
    /// >>> torch.histogram(torch.tensor([1.0, 2.0, 2.0, 4.0]), 3, range=(1.0, 4.0)).hist
    /// tensor([1., 2., 1.])
    /// ```
    [Torch, Method] fn histogram(input: &Tensor, bins: &Tensor; weight: Option<&Tensor> = None, density: bool = false) -> Named {
        check(input)?;
        ensure!(bins.ndim() == 1, Runtime, "torch.histogramdd: bins tensor should have one dimension, but got {} dimensions in the bins tensor for dimension 0", bins.ndim());
        counted(input, bins, weight, density)
    }
    /// Weighted counts of the elements in `bins` bins of equal width over `range` (that of the data by default), and
    /// the edges of the bins.
    [Torch, Method] fn histogram_even = "histogram"(input: &Tensor, bins: i64 = 100; range: Option<&[Scalar]> = None, weight: Option<&Tensor> = None, density: bool = false) -> Named {
        check(input)?;
        ensure!(bins > 0, Runtime, "torch.histogram(): bins must be > 0, but got {bins} for dimension 0");
        let (mut lo, mut hi) = (0.0, 1.0);
        if let Some(range) = range {
            ensure!(range.len() == 2, Runtime, "torch.histogramdd: for a 1-dimensional histogram range should have 2 elements, but got {}", range.len());
            (lo, hi) = (range[0].to_f64(), range[1].to_f64());
        } else if input.is_batched() || weight.is_some_and(Tensor::is_batched) {
            let mut x: smallvec::SmallVec<[&Tensor; 2]> = smallvec![input];
            x.extend(weight);
            let found = crate::ops::driver::samples::sample_by_sample("histogram", &x, |x| Ok(x[0].histogram_even(bins, range, x.get(1), density)?.1.into_iter().collect()))?;
            return Ok(Named(&HISTOGRAM, found.into_iter().collect()));
        } else if input.numel() > 0 {
            let x = input.detach();
            (lo, hi) = (x.min()?.item()?.to_f64(), x.max()?.item()?.to_f64());
        }
        ensure!(lo.is_finite() && hi.is_finite(), Runtime, "torch.histogramdd: dimension 0's range [{lo}, {hi}] is not finite");
        ensure!(lo <= hi, Runtime, "torch.histogramdd: min should not exceed max, but got min {lo} max {hi} for dimension 0");
        if lo == hi {
            (lo, hi) = (lo - 0.5, hi + 0.5);
        }
        let edges = crate::ops::create::range::linspace(lo.into(), hi.into(), bins + 1, Made { dtype: Some(input.dtype()), device: Some(input.device()), ..Made::default() })?;
        counted(input, &edges, weight, density)
    }
    /// Whether each element is among `test_elements`.
    ///
    /// Args: assume_unique: no element occurs twice in either; invert: whether it is not.
    ///
    /// ```text
    /// >>> torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]))
    /// tensor([False,  True, False])
    /// ```
    [Torch] fn isin(elements: Val, test_elements: Val; _assume_unique: bool = false, invert: bool = false) -> Tensor {
        let tensor = |v: &Val, other: &Val| match (v, other) {
            (Val::T(t), _) => Ok(t.detach()),
            (Val::S(s), Val::T(t)) => super::search::number(*s, t.device()),
            (Val::S(s), Val::S(_)) => super::search::number(*s, crate::base::Device::Cpu),
        };
        let (x, of) = (tensor(&elements, &test_elements)?, tensor(&test_elements, &elements)?);
        for t in [&x, &of] {
            ensure!(!t.dtype().is_complex() && t.dtype() != DType::Bool, Runtime, "Unsupported input type encountered for isin(): {}", t.dtype().scalar_name());
        }
        let found = if of.numel() == 0 {
            full(x.shape(), Scalar::Bool(false), DType::Bool, x.device())?
        } else {
            let common = crate::base::promote::promote(x.dtype(), of.dtype());
            let (x, of) = (x.cast(common)?, of.cast(common)?);
            let sorted = super::sort::sort_along(&of.reshape_to(&[of.numel()])?, 0, false)?.0;
            let at = super::search::bucketize(Val::T(x.clone()), &sorted, false, false)?.clamp_max(of.numel() as i64 - 1)?;
            crate::ops::elementwise::compare::eq(&sorted.take(&at)?, &x)?
        };
        if invert { found.logical_not() } else { Ok(found) }
    }
    /// How many elements fall into each of `bins` bins of equal width between `min` and `max` (the extremes of the
    /// data where both are equal).
    ///
    /// ```text
    /// >>> torch.histc(torch.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    /// tensor([0., 2., 1., 0.])
    /// ```
    [Torch, Method] fn histc(input: &Tensor, bins: i64 = 100, min: Scalar = Scalar::Int(0), max: Scalar = Scalar::Int(0)) -> Tensor { histc_of(input, bins, min, max) }
}

pub const TABLE: Table = &[ROWS];
