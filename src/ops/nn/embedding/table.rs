//! Embedding: rows of a table by index, and one-hot vectors.

use crate::autograd::{GradMode, ModeGuard};
use crate::base::{DType, Device, Dims, Elem, Layout, Scalar, repeated};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::nn::embedding as kernel;
use crate::kernels::gpu::elementwise::{Side, computed, expression};
use crate::kernels::gpu::index::pick::{self as gpu, Index};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::machine::meet::{self, Combine, Meet};
use crate::kernels::gpu::machine::operand::Scratch;
use crate::kernels::gpu::nn::embedding::table as renorm;
use crate::ops::driver::apply::apply;
use crate::ops::driver::batch::{check_target, nth};
use crate::ops::driver::in_place::check_in_place;
use crate::ops::driver::memory::{dense_held, fill_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::index::spots::on_card;
use crate::ops::table::Table;
use crate::storage::Guard;
use crate::tensor::batch::levels;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// Rows of the first input by the indices of the second. In the gradient's gradient the padding row counts as zero and
/// rows are divided by how often they occur.
#[derive(Clone, Copy, Debug)]
struct Embedding {
    padding: Option<usize>,
    by_frequency: bool,
    derived: bool,
}

impl Op for Embedding {
    fn name(&self) -> &'static str {
        "embedding"
    }
    fn grad_name(&self) -> &'static str {
        if self.derived { "EmbeddingDenseBackwardBackward0" } else { "EmbeddingBackward0" }
    }
    fn batching(&self, x: &[&Tensor], _: usize) -> Batching<Self> {
        // one table for all samples: their indices are one list, unless rows are counted
        if self.derived || x[0].is_batched() { Batching::Each } else { Batching::Own }
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let table = x[0].alias((0..n).fold(x[0].layout().clone(), |l, _| l.select(0, 0)))?;
        self.cpu(&[&table, &x[1]], out)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let mut shape = Dims::from_slice(x[1].shape());
        shape.push(x[0].shape()[1]);
        Ok(smallvec![Meta::new(&shape, x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (table, index) =
            (crate::ops::driver::memory::dense_held(x[0])?, crate::ops::driver::memory::index_held(x[1])?);
        let (n, rows, dim) = (index.numel(), table.shape()[0], table.shape()[1]);
        let at = index.ptr_of::<i64>();
        // SAFETY: dense tensors; the indices are checked before rows are read
        unsafe {
            if kernel::first_bad_index(n, at, rows).is_some() {
                bail!(Index, "index out of range in self");
            }
            with_dtype!("embedding", table.dtype(), any, T => kernel::embedding::<T>(n, at, dim, table.ptr_of(), out[0].ptr_of()));
            if !self.derived {
                return Ok(());
            }
            let mut count = repeated(0usize, rows)?;
            (0..n).for_each(|i| count[*at.add(i) as usize] += 1);
            with_dtype!("embedding", table.dtype(), float, T => {
                for i in 0..n {
                    let r = *at.add(i) as usize;
                    let keep = if self.padding == Some(r) { 0.0 } else if self.by_frequency { 1.0 / count[r] as f64 } else { 1.0 };
                    if keep != 1.0 {
                        let row = out[0].ptr_of::<T>().add(i * dim);
                        (0..dim).for_each(|j| *row.add(j) = T::from_f64((*row.add(j)).to_f64() * keep));
                    }
                }
                Ok(())
            })
        }
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (table, index) = (x[0], on_card(x[1])?);
        let (mut along, mut steps) = (Dims::from_elem(0, index.ndim()), Dims::from_slice(index.strides()));
        along.push(table.strides()[1]);
        steps.push(0);
        let at = Index { place: index.place()?, along: &steps };
        let rows = rows_of(&table.shape()[..1], &table.strides()[..1]);
        gpu::pick(out[0].place()?, table.place()?, &along, at, &rows)?;
        if !self.derived || out[0].numel() == 0 {
            return Ok(());
        }
        if self.by_frequency {
            let keys = keys_of(&index, table.shape()[0])?;
            let often = meet::counts(&keys, table.shape()[0])?;
            let each = Tensor::empty(index.shape(), DType::I32, index.device())?;
            let one = Layout::contiguous(index.shape()).strides;
            let at =
                Index { along: &one, place: Place { shape: index.shape(), strides: &one, ..keys.place() } };
            gpu::pick_at(each.place()?, often.place(), &Dims::from_elem(0, index.ndim()), at)?;
            let each = each.alias(each.layout().unsqueeze(index.ndim()))?;
            let d = computed("embedding", table.dtype())?;
            let sides = [Side::Place(out[0].place()?, d), Side::Place(each.place()?, d)];
            expression("embedding", "x / n", &["x", "n"], &sides, &[], out[0].place()?, d)?;
        }
        if let Some(row) = self.padding {
            let d = computed("embedding", table.dtype())?;
            let index = index.alias(index.layout().unsqueeze(index.ndim()))?;
            let row = Side::Number(Scalar::Int(row as i64), DType::I32);
            let zero = Side::Number(Scalar::Int(0), d);
            let sides = [Side::Place(out[0].place()?, d), Side::Place(index.place()?, DType::I32), row, zero];
            expression(
                "embedding",
                "select(x, z, i == r)",
                &["x", "i", "r", "z"],
                &sides,
                &[],
                out[0].place()?,
                d,
            )?;
        }
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let op = EmbeddingGrad { rows: cx.shape(0)[0], kind: *self };
        grads![Some(apply(op, &[g, &cx.input(1)?])?), None]
    }
}

/// The rows of a table of that many, as kernels of cards index them.
pub(super) fn rows_of<'a>(sizes: &'a [usize], strides: &'a [usize]) -> gpu::Axes<'a> {
    let fault = |_, _, _| Error::new(Kind::Index, "index out of range in self");
    gpu::Axes { sizes, strides, axis: 0, wraps: false, fault }
}

/// Indices of rows in order, as keys.
pub(super) fn keys_of(index: &Tensor, rows: usize) -> Result<Scratch> {
    let keys = Scratch::beside(&index.place()?, index.numel(), DType::U32)?;
    let at = Index { place: index.place()?, along: index.strides() };
    let still = Dims::from_elem(0, index.ndim());
    gpu::steps(&keys, index.shape(), &still, at, &rows_of(&[rows], &[1]), false)?;
    Ok(keys)
}

/// Rows of g summed by index into a table.
#[derive(Clone, Copy, Debug)]
struct EmbeddingGrad {
    rows: usize,
    kind: Embedding,
}

impl Op for EmbeddingGrad {
    fn name(&self) -> &'static str {
        "embedding_backward"
    }
    fn grad_name(&self) -> &'static str {
        "EmbeddingDenseBackwardBackward0"
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let dim = x[0].shape()[x[0].ndim() - 1];
        if !x[0].dtype().is_float() {
            return Err(Error::no_dtype("embedding_backward", x[0].dtype(), "floating dtypes"));
        }
        Ok(smallvec![Meta::new(&[self.rows, dim], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, index) =
            (crate::ops::driver::memory::dense_held(x[0])?, crate::ops::driver::memory::index_held(x[1])?);
        let dim = out[0].shape()[1];
        // SAFETY: dense int64 elements
        if unsafe { kernel::first_bad_index(index.numel(), index.ptr_of(), self.rows) }.is_some() {
            bail!(Index, "index out of range in self");
        }
        ensure!(g.numel() == index.numel() * dim, Runtime, "embedding_backward: a gradient of another shape");
        // SAFETY: dense tensors, a row of the gradient for each index; the indices were just checked
        with_dtype!("embedding_backward", g.dtype(), float, T => unsafe {
            kernel::embedding_backward::<T>(index.numel(), index.ptr_of(), self.rows, dim, g.ptr_of(), self.kind.padding, self.kind.by_frequency, out[0].ptr_of());
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (index, dim) = (on_card(x[1])?, out[0].shape()[1]);
        ensure!(
            x[0].numel() == index.numel() * dim,
            Runtime,
            "embedding_backward: a gradient of another shape"
        );
        let g = dense_held(x[0])?;
        fill_held(&out[0], Scalar::Int(0));
        if g.numel() == 0 {
            return Ok(());
        }
        let keys = keys_of(&index, self.rows)?;
        let meet = Meet {
            keys: &keys,
            slots: self.rows,
            columns: dim,
            dst: out[0].place()?,
            values: g.place()?,
            combine: Combine::Add,
            keep: false,
        };
        meet.run()?;
        if let Some(row) = self.kind.padding {
            fill_held(&out[0].alias(out[0].layout().select(0, row))?, Scalar::Int(0));
        }
        if self.kind.by_frequency {
            let often = meet::counts(&keys, self.rows)?;
            let often = Place { shape: &[self.rows, 1], strides: &[1, 0], ..often.place() };
            let d = computed("embedding", out[0].dtype())?;
            let sides = [Side::Place(out[0].place()?, d), Side::Place(often, d)];
            expression("embedding", "x / max(n, 1.0)", &["x", "n"], &sides, &[], out[0].place()?, d)?;
        }
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        grads![Some(apply(Embedding { derived: true, ..self.kind }, &[g, &cx.input(1)?])?), None]
    }
}

/// Scales the rows that the indices name down to a norm, in place and outside the graph.
#[allow(unsafe_code)]
pub fn renormalise(weight: &Tensor, index: &Tensor, max_norm: f64, norm_type: f64) -> Result<()> {
    if weight.device() == Device::Meta {
        return Ok(());
    }
    let _mode = ModeGuard::new(GradMode::NoGrad);
    check_in_place("embedding_renorm_", weight)?;
    if weight.is_batched() || index.is_batched() {
        check_target(weight, &[index])?;
        let all = levels([weight].into_iter());
        return (0..all.iter().map(|l| l.1).product()).try_for_each(|n| {
            renormalise(&nth(weight, n, &all)?, &nth(index, n, &all)?, max_norm, norm_type)
        });
    }
    if let Device::Gpu(_) = weight.device() {
        let index = on_card(index)?;
        if index.numel() > 0 && weight.numel() > 0 {
            let keys = keys_of(&index, weight.shape()[0])?;
            renorm::rows(weight.place()?, &keys, max_norm, norm_type)?;
        }
        weight.storage().bump_version();
        return Ok(());
    }
    let index = crate::ops::driver::memory::dense_copy(&index.cast(DType::I64)?)?;
    {
        let _guard = Guard::take([index.storage()].into_iter(), [weight.storage()].into_iter());
        let (rows, dim) = (weight.shape()[0], weight.shape()[1]);
        let (rs, cs) = (weight.strides()[0], weight.strides()[1]);
        let mut seen = repeated(false, rows)?;
        with_dtype!("embedding_renorm_", weight.dtype(), float, T => {
            for i in 0..index.numel() {
                // SAFETY: rows and columns within the layout of the table, which is held for writing
                unsafe {
                    let r = *index.ptr_of::<i64>().add(i);
                    if r < 0 || r >= rows as i64 {
                        bail!(Index, "index out of range in self");
                    }
                    let r = r as usize;
                    if std::mem::replace(&mut seen[r], true) { continue; }
                    let row = weight.ptr_of::<T>().add(r * rs);
                    let each = (0..dim).map(|j| (*row.add(j * cs)).to_f64().abs());
                    let norm = if norm_type == 2.0 {
                        each.map(|v| v * v).sum::<f64>().sqrt()
                    } else if norm_type == f64::INFINITY {
                        each.fold(0.0, f64::max)
                    } else {
                        each.map(|v| v.powf(norm_type)).sum::<f64>().powf(1.0 / norm_type)
                    };
                    if norm > max_norm {
                        let scale = max_norm / (norm + 1e-7);
                        (0..dim).for_each(|j| *row.add(j * cs) = T::from_f64((*row.add(j * cs)).to_f64() * scale));
                    }
                }
            }
            Ok(())
        })?;
    }
    weight.storage().bump_version();
    Ok(())
}

pub fn check_indices(op: &str, index: &Tensor, what: &str) -> Result<()> {
    ensure!(
        matches!(index.dtype(), DType::I64 | DType::I32),
        Runtime,
        "Expected tensor for argument #1 '{what}' to have one of the following scalar types: Long, Int; but got {} instead (while checking arguments for {op})",
        crate::tensor::type_name(index.dtype(), index.device())
    );
    Ok(())
}

fn look_up(weight: &Tensor, index: &Tensor, padding: Option<usize>, by_frequency: bool) -> Result<Tensor> {
    ensure!(weight.ndim() == 2, Runtime, "'weight' must be 2-D");
    check_indices("embedding", index, "indices")?;
    apply(Embedding { padding, by_frequency, derived: false }, &[weight, index])
}

/// A row number that may count from the end.
pub fn padding_row(padding: Option<i64>, rows: usize) -> Result<Option<usize>> {
    let n = rows as i64;
    match padding {
        None => Ok(None),
        Some(p) if p >= -n && p < n => Ok(Some((if p < 0 { p + n } else { p }) as usize)),
        Some(_) => bail!(Value, "Padding_idx must be within num_embeddings"),
    }
}

rows! { EMBEDDING:
    /// Rows of `weight` (rows, dim) by index.
    ///
    /// Args: input: int64 or int32 of any shape; padding_idx: a row without gradient; max_norm: rows that are used are
    /// first scaled down to this norm, in place; scale_grad_by_freq: divides gradients by the number of uses.
    /// Shape: (*, dim).
    /// Errors: IndexError for an index that is no row.
    ///
    /// ```text
    /// >>> F.embedding(torch.tensor([2, 0]), torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    /// tensor([[5., 6.],
    ///         [1., 2.]])
    /// ```
    [Nn] fn nn_embedding = "embedding"(
        input: &Tensor, weight: &Tensor, padding_idx: Option<i64> = None, max_norm: Option<f64> = None,
        norm_type: f64 = 2.0, scale_grad_by_freq: bool = false, _sparse: bool = false
    ) -> Tensor {
        let padding = padding_row(padding_idx, weight.shape().first().copied().unwrap_or(0))?;
        if let Some(max) = max_norm {
            ensure!(weight.ndim() == 2, Runtime, "'weight' must be 2-D");
            check_indices("embedding_renorm_", input, "indices")?;
            renormalise(weight, input, max, norm_type)?;
        }
        look_up(weight, input, padding, scale_grad_by_freq)
    }
    /// Rows of `weight` by index; a negative `padding_idx` stands for none.
    ///
    /// ```text
    /// >>> torch.embedding(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1, 0]))
    /// tensor([[3., 4.],
    ///         [1., 2.]])
    /// ```
    [Torch] fn embedding(weight: &Tensor, indices: &Tensor, padding_idx: i64 = -1, scale_grad_by_freq: bool = false, _sparse: bool = false) -> Tensor {
        look_up(weight, indices, usize::try_from(padding_idx).ok(), scale_grad_by_freq)
    }
    /// Vectors with a one at the index: (*, num_classes) int64; -1 classes means as many as needed.
    ///
    /// Errors: RuntimeError for negative indices or ones beyond the classes.
    ///
    /// ```text
    /// >>> F.one_hot(torch.tensor([2, 0]), num_classes=3)
    /// tensor([[0, 0, 1],
    ///         [1, 0, 0]])
    /// ```
    [Nn] fn one_hot(tensor: &Tensor, num_classes: i64 = -1) -> Tensor {
        ensure!(tensor.dtype() == DType::I64, Runtime, "one_hot is only applicable to index tensor of type LongTensor.");
        let mut classes = num_classes;
        if tensor.numel() == 0 {
            ensure!(classes > 0, Runtime, "Can not infer total number of classes from empty tensor.");
        } else {
            ensure!(tensor.device() != Device::Meta || classes >= 0, NotImplemented, "one_hot: the number of classes depends on data, which a meta tensor has not");
        }
        let mut shape = Dims::from_slice(tensor.shape());
        if tensor.device() == Device::Meta {
            shape.push(classes as usize);
            return Tensor::empty(&shape, DType::I64, Device::Meta);
        }
        if tensor.is_batched() {
            ensure!(classes > 0, Runtime, "When vmap-ing torch.nn.functional.one_hot, please provide an explicit positive num_classes argument.");
            // a class beyond them has no one, as in PyTorch's rule
            let all = crate::ops::create::range::count_up(classes as usize, tensor.device())?;
            return tensor.unsqueeze_at(tensor.ndim())?.eq(&all)?.cast(DType::I64);
        }
        if let (Device::Gpu(_), false) = (tensor.device(), classes == -1) {
            // a class that is none is told when the result is read
            shape.push(classes as usize);
            let out = crate::ops::driver::memory::full(&shape, Scalar::Int(0), DType::I64, tensor.device())?;
            out.scatter_value_in_place(-1, &tensor.unsqueeze_at(tensor.ndim())?, Scalar::Int(1), None)?;
            return Ok(out);
        }
        let values = tensor.whole_numbers("one_hot")?;
        ensure!(values.iter().all(|&v| v >= 0), Runtime, "Class values must be non-negative.");
        if classes == -1 {
            classes = values.iter().max().map_or(0, |m| m.saturating_add(1));
        } else {
            ensure!(values.iter().all(|&v| v < classes), Runtime, "Class values must be smaller than num_classes.");
        }
        if let Device::Gpu(_) = tensor.device() {
            return one_hot(tensor, classes);
        }
        shape.push(classes as usize);
        let out = crate::ops::driver::memory::full(&shape, Scalar::Int(0), DType::I64, tensor.device())?;
        set_ones(&out, &values, classes as usize);
        Ok(out)
    }
}

#[allow(unsafe_code)]
fn set_ones(out: &Tensor, values: &[i64], classes: usize) {
    let _guard = Guard::take([].into_iter(), [out.storage()].into_iter());
    for (i, &v) in values.iter().enumerate() {
        // SAFETY: a checked class of row `i`
        unsafe { *out.ptr_of::<i64>().add(i * classes + v as usize) = 1 };
    }
}

pub const TABLE: Table = &[EMBEDDING];
