//! Sums, means and maxima over bags of embedding rows. There is no second derivative, as in PyTorch.

use crate::base::{DType, Scalar, collected};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::nn::embedding::bag as kernel;
use crate::kernels::gpu::elementwise::{Side, expression};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::machine::fault::Fault;
use crate::kernels::gpu::machine::meet::{self, Combine, Meet};
use crate::kernels::gpu::nn::embedding::bag as gpu;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::memory::{dense_cast_held, dense_held, fill_held, moved, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::index::spots::on_card;
use crate::ops::nn::embedding::table::{check_indices, keys_of, renormalise};
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows, with_dtype};
use smallvec::{SmallVec, smallvec};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Sum,
    Mean,
    Max,
}

/// Inputs: weight, indices, offsets (where each bag begins), perhaps a factor per index. Results: bags, how many
/// elements count in each, and for maxima the row that each came from.
#[derive(Clone, Copy, Debug)]
struct Bags {
    mode: Mode,
    padding: Option<usize>,
    by_frequency: bool,
    /// The last offset is the end, not a bag.
    ends: bool,
}

/// On a card what is wrong is told later, without its position.
const FAULT: Fault = |i, _, rows| {
    Error::new(
        Kind::Runtime,
        format!("embedding_bag: an index of input is {i}, which is not in the valid range [0, {rows})"),
    )
};

fn integers(t: &Tensor) -> Result<Vec<i64>> {
    let d = crate::ops::driver::memory::index_held(t)?;
    // SAFETY: dense int64 elements
    #[allow(unsafe_code)]
    collected(d.numel(), (0..d.numel()).map(|i| unsafe { *d.ptr_of::<i64>().add(i) }))
}

impl Bags {
    fn count(&self, offsets: &[usize]) -> usize {
        offsets[0] - self.ends as usize
    }
    /// Every index names a row, and the bags follow each other; asked forward and backward, for what lies between may
    /// have been written to.
    fn check(&self, index: &[i64], offsets: &[i64], rows: usize) -> Result<()> {
        if let Some(i) = index.iter().position(|&i| i < 0 || i >= rows as i64) {
            bail!(
                Runtime,
                "Index {i} of input takes value {} which is not in the valid range [0, {rows})",
                index[i]
            );
        }
        if let (Some(first), Some(last)) = (offsets.first(), offsets.last()) {
            ensure!(
                *first == 0,
                Runtime,
                "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got {first}"
            );
            ensure!(
                *last <= index.len() as i64,
                Runtime,
                "offsets[-1] can not be greater than input's length {} but got offsets[-1] of {last}",
                index.len()
            );
            ensure!(
                offsets.windows(2).all(|w| w[0] <= w[1]),
                Runtime,
                "embedding_bag: offsets must not decrease"
            );
        }
        Ok(())
    }
    /// Where each bag begins, and where the last one ends; what is left behind the last offset is the last bag's.
    fn starts(&self, index: &[i64], offsets: &[i64]) -> Result<Vec<usize>> {
        let bags = offsets.len() - self.ends as usize;
        collected(bags + 1, (0..=bags).map(|b| offsets.get(b).map_or(index.len(), |&o| o as usize)))
    }
    fn kernel<'a>(
        &self,
        index: &'a [i64],
        starts: &'a [usize],
        (rows, dim): (usize, usize),
    ) -> kernel::Bags<'a> {
        kernel::Bags { index, starts, padding: self.padding.map_or(-1, |p| p as i64), rows, dim }
    }
}

impl Op for Bags {
    fn name(&self) -> &'static str {
        "embedding_bag"
    }
    fn grad_name(&self) -> &'static str {
        "EmbeddingBagBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (bags, dim) = (self.count(x[2].shape()), x[0].shape()[1]);
        let mut out: Metas = smallvec![Meta::new(&[bags, dim], x[0].dtype()), Meta::new(&[bags], DType::I64)];
        if self.mode == Mode::Max {
            out.push(Meta::new(&[bags, dim], DType::I64));
        }
        Ok(out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let table = dense_held(x[0])?;
        let (rows, dim) = (table.shape()[0], table.shape()[1]);
        let (index, offsets) = (integers(x[1])?, integers(x[2])?);
        self.check(&index, &offsets, rows)?;
        let starts = self.starts(&index, &offsets)?;
        let bags = self.kernel(&index, &starts, (rows, dim));
        let factors = x.get(3).map(|f| dense_cast_held(f, table.dtype())).transpose()?;
        with_dtype!("embedding_bag", table.dtype(), float, T => {
            let factors = factors.as_ref().map_or(std::ptr::null(), |f| f.ptr_of::<T>().cast_const());
            // SAFETY: a dense table and results of these sizes, indices that were checked, a factor for each
            unsafe {
                match self.mode {
                    Mode::Max => kernel::max::<T>(&bags, table.ptr_of(), out[0].ptr_of(), out[2].ptr_of()),
                    mode => kernel::sum::<T>(&bags, mode == Mode::Mean, table.ptr_of(), factors, out[0].ptr_of()),
                }
                // SAFETY: one element per bag
                (0..starts.len() - 1).for_each(|b| out[1].ptr_of::<i64>().add(b).write(bags.size(b) as i64));
            }
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (table, index, offsets) = (x[0], dense_held(&on_card(x[1])?)?, dense_held(&on_card(x[2])?)?);
        let factors = x.get(3).map(|f| dense_held(f)).transpose()?;
        gpu::forward(&gpu::Forward {
            bags: gpu::Bags {
                index: index.place()?,
                offsets: offsets.place()?,
                padding: self.padding,
                fault: FAULT,
            },
            mean: self.mode == Mode::Mean,
            max: self.mode == Mode::Max,
            table: table.place()?,
            factors: factors.as_ref().map(|f| f.place()).transpose()?,
            out: out[0].place()?,
            sizes: out[1].place()?,
            from: out.get(2).map(|f| f.place()).transpose()?,
        })
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn saves(&self, want: Want) -> Saves {
        Saves {
            inputs: if want.has(3) { 0b1111 } else { 0b1110 },
            outputs: if self.mode == Mode::Max { 0b100 } else { 0 },
        }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let n = cx.node.inputs.len();
        let mut out: Grads = smallvec![None; n];
        let Some(g) = &g[0] else { return Ok(out) };
        let (index, offsets) = (cx.input(1)?, cx.input(2)?);
        let extra = match (self.mode, n > 3) {
            (Mode::Max, _) => Some(cx.output(2)?.detach()),
            (_, true) => Some(cx.input(3)?),
            _ => None,
        };
        let (rows, factors) = (want.has(0), n > 3 && want.has(3));
        let table = if factors { Some(cx.input(0)?) } else { None };
        let op = BagsGrad { bags: *self, table: (cx.shape(0)[0], cx.shape(0)[1]), rows, factors };
        let mut inputs: SmallVec<[&Tensor; 5]> = smallvec![g, &index, &offsets];
        inputs.extend(&extra);
        inputs.extend(&table);
        let mut found = apply_multi(op, &inputs)?.into_iter();
        if rows {
            out[0] = found.next();
        }
        if factors {
            out[3] = found.next();
        }
        Ok(out)
    }
}

/// Gradients for the table and for the factors. Inputs: g, indices, offsets, factors or the rows of maxima, the table.
#[derive(Clone, Copy, Debug)]
struct BagsGrad {
    bags: Bags,
    table: (usize, usize),
    rows: bool,
    factors: bool,
}

impl Op for BagsGrad {
    fn name(&self) -> &'static str {
        "embedding_bag_backward"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let mut out = Metas::new();
        if self.rows {
            out.push(Meta::new(&[self.table.0, self.table.1], x[0].dtype()));
        }
        if self.factors {
            out.push(Meta::new(x[1].shape(), x[0].dtype()));
        }
        Ok(out)
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let g = dense_held(x[0])?;
        let (index, offsets) = (integers(x[1])?, integers(x[2])?);
        let (rows, dim) = self.table;
        self.bags.check(&index, &offsets, rows)?;
        let starts = self.bags.starts(&index, &offsets)?;
        let bags = self.bags.kernel(&index, &starts, (rows, dim));
        let (max, mean) = (self.bags.mode == Mode::Max, self.bags.mode == Mode::Mean);
        let from = if max { integers(x[3])? } else { Vec::new() };
        ensure!(from.iter().all(|&r| r < rows as i64), Runtime, "embedding_bag: index out of range in self");
        let factors = if !max && x.len() > 3 { Some(dense_cast_held(x[3], g.dtype())?) } else { None };
        let table = if self.factors { Some(dense_held(x[x.len() - 1])?) } else { None };
        with_dtype!("embedding_bag_backward", g.dtype(), float, T => {
            let g = g.ptr_of::<T>().cast_const();
            let factors = factors.as_ref().map_or(std::ptr::null(), |f| f.ptr_of::<T>().cast_const());
            let mut places = out.iter();
            // SAFETY: dense tensors of these sizes, indices and rows that were checked, a factor for each
            unsafe {
                if self.rows && let Some(dw) = places.next() {
                    match max {
                        true => kernel::max_backward::<T>(&bags, g, from.as_ptr(), dw.ptr_of()),
                        false => kernel::sum_backward::<T>(&bags, mean, self.bags.by_frequency, g, factors, dw.ptr_of()),
                    }
                }
                if let (Some(df), Some(table)) = (places.next(), &table) {
                    kernel::factors_backward::<T>(&bags, g, table.ptr_of(), df.ptr_of());
                }
            }
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, index, offsets) =
            (dense_held(x[0])?, dense_held(&on_card(x[1])?)?, dense_held(&on_card(x[2])?)?);
        let (rows, dim) = self.table;
        let (max, mean) = (self.bags.mode == Mode::Max, self.bags.mode == Mode::Mean);
        let bags = gpu::Bags {
            index: index.place()?,
            offsets: offsets.place()?,
            padding: self.bags.padding,
            fault: FAULT,
        };
        let factors = if !max && x.len() > 3 { Some(dense_held(x[3])?) } else { None };
        let mut out = out.iter();
        if self.rows
            && let Some(to) = out.next()
        {
            fill_held(to, Scalar::Int(0));
            if g.numel() == 0 || index.numel() == 0 {
                // nothing arrives
            } else if max {
                let from = dense_held(x[3])?;
                gpu::spread_max(to.place()?, g.place()?, from.place()?)?;
            } else {
                let factors = factors.as_ref().map(|f| f.place()).transpose()?;
                let each = gpu::spread(&bags, g.place()?, factors, mean, dim)?;
                let keys = keys_of(&index, rows)?;
                let values = Place { shape: &[index.numel(), dim], strides: &[dim, 1], ..each.place() };
                let wide = Tensor::empty(&[rows, dim], DType::F32, to.device())?;
                fill_held(&wide, Scalar::Int(0));
                let (dst, combine) = (wide.place()?, Combine::Add);
                Meet { keys: &keys, slots: rows, columns: dim, dst, values, combine, keep: false }.run()?;
                if self.bags.by_frequency {
                    let often = meet::counts(&keys, rows)?;
                    let often = Place { shape: &[rows, 1], strides: &[1, 0], ..often.place() };
                    let sides = [Side::Place(wide.place()?, DType::F32), Side::Place(often, DType::F32)];
                    let to = wide.place()?;
                    expression("embedding_bag", "x / max(n, 1.0)", &["x", "n"], &sides, &[], to, DType::F32)?;
                }
                write_held(to, &wide);
            }
        }
        if self.factors
            && let Some(to) = out.next()
        {
            gpu::factors(&bags, to.place()?, g.place()?, x[x.len() - 1].place()?)?;
        }
        Ok(())
    }
}

fn bags(
    weight: &Tensor,
    index: &Tensor,
    offsets: &Tensor,
    factors: Option<&Tensor>,
    op: Bags,
) -> Result<SmallVec<[Tensor; 1]>> {
    check_indices("embedding_bag", index, "indices")?;
    check_indices("embedding_bag", offsets, "offsets")?;
    ensure!(
        weight.dtype().is_float(),
        Runtime,
        "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, Float, Double; but got {} instead (while checking arguments for embedding_bag)",
        crate::tensor::type_name(weight.dtype(), weight.device())
    );
    ensure!(weight.ndim() == 2, Runtime, "'weight' must be 2-D");
    if op.ends {
        ensure!(offsets.numel() >= 1, Runtime, "include_last_offset: number of offset should be at least 1");
    }
    let mut inputs: SmallVec<[&Tensor; 4]> = smallvec![weight, index, offsets];
    inputs.extend(factors);
    apply_multi(op, &inputs)
}

fn padding(index: Option<i64>, rows: usize) -> Result<Option<usize>> {
    let n = rows as i64;
    match index {
        None => Ok(None),
        Some(p) => {
            ensure!(
                p >= -n && p < n,
                Runtime,
                "padding_idx must be within the number of embeddings, {} through {}, but got {p}",
                -n,
                n - 1
            );
            Ok(Some((if p < 0 { p + n } else { p }) as usize))
        }
    }
}

rows! { BAG:
    /// Sums, means or maxima of embedding rows over bags of indices.
    ///
    /// Args: input: (B, L), or (N) with `offsets` where each bag begins; mode: sum, mean or max; per_sample_weights: factors
    /// of a sum; include_last_offset: the last offset is the end; padding_idx: a row that does not count.
    /// Shape: (B, dim).
    ///
    /// ```text
    /// >>> F.embedding_bag(torch.tensor([[0, 2], [1, 1]]), torch.tensor([[1.0], [2.0], [3.0]]), mode="sum")
    /// tensor([[4.],
    ///         [4.]])
    /// ```
    [Nn] fn nn_embedding_bag = "embedding_bag"(
        input: &Tensor, weight: &Tensor, offsets: Option<&Tensor> = None, max_norm: Option<f64> = None,
        norm_type: f64 = 2.0, scale_grad_by_freq: bool = false, mode: &str = "mean", _sparse: bool = false,
        per_sample_weights: Option<&Tensor> = None, include_last_offset: bool = false, padding_idx: Option<i64> = None
    ) -> Tensor {
        let size = |t: &Tensor| format!("torch.Size({:?})", t.shape());
        if let Some(f) = per_sample_weights {
            ensure!(f.shape() == input.shape(), Value, "embedding_bag: If per_sample_weights ({}) is not None, then it must have the same shape as the input ({})", size(f), size(input));
        }
        let begin;
        let (index, offsets) = match (input.ndim(), offsets) {
            (2, Some(_)) => bail!(Value, "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of type <class 'torch.Tensor'>"),
            (2, None) => {
                let (b, l) = (input.shape()[0], input.shape()[1]);
                let starts = collected(b, (0..b).map(|i| (i * l) as i64))?;
                begin = moved(&Tensor::from_slice(&starts, &[b])?, input.device())?;
                (input.reshape_to(&[b * l])?, &begin)
            }
            (1, None) => bail!(Value, "offsets has to be a 1D Tensor but got None"),
            (1, Some(o)) => {
                ensure!(o.ndim() == 1, Value, "offsets has to be a 1D Tensor");
                (input.clone(), o)
            }
            (n, _) => bail!(Value, "input has to be 1D or 2D Tensor, but got Tensor of dimension {n}"),
        };
        let kind = match mode {
            "sum" => Mode::Sum,
            "mean" => Mode::Mean,
            "max" => Mode::Max,
            _ => bail!(Value, "mode has to be one of sum, mean or max"),
        };
        ensure!(kind != Mode::Max || !scale_grad_by_freq, Value, "max mode does not support scaling the gradient by the frequency");
        ensure!(
            per_sample_weights.is_none() || kind == Mode::Sum,
            NotImplemented,
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='{mode}'). Please open a feature request on GitHub."
        );
        if let Some(max) = max_norm {
            check_indices("embedding_renorm_", &index, "indices")?;
            renormalise(weight, &index, max, norm_type)?;
        }
        let factors = per_sample_weights.map(|f| f.reshape_to(&[f.numel()])).transpose()?;
        let rows = weight.shape().first().copied().unwrap_or(0);
        let op = Bags { mode: kind, padding: padding(padding_idx, rows)?, by_frequency: scale_grad_by_freq, ends: include_last_offset };
        Ok(bags(weight, &index, offsets, factors.as_ref(), op)?.swap_remove(0))
    }
}

pub const TABLE: Table = &[BAG];
