//! Attention in public ops: for what the fused kernel refuses, and for second derivatives.

use crate::base::{DType, Dims, Scalar};
use crate::ensure;
use crate::error::Result;
use crate::ops::elementwise::arithmetic::add;
use crate::ops::elementwise::compare::eq;
use crate::tensor::Tensor;

/// Key and value heads repeated to the number of query heads.
pub fn repeat_heads(t: &Tensor, heads: usize) -> Result<Tensor> {
    let at = t.ndim() - 3;
    let have = t.shape()[at];
    if have == heads {
        return Ok(t.clone());
    }
    ensure!(
        have > 0 && heads.is_multiple_of(have),
        Runtime,
        "Number of heads in key and value must divide the number of heads in query"
    );
    let mut shape = Dims::from_slice(t.shape());
    shape.insert(at + 1, heads / have);
    let wide = t.unsqueeze_at(at + 1)?.expand_to(&shape)?;
    shape.remove(at + 1);
    shape[at] = heads;
    wide.reshape_to(&shape)
}

/// What is added to the scores: 0 where a key may be seen, minus infinity where it may not.
fn additive(mask: &Tensor, dtype: DType) -> Result<Tensor> {
    if mask.dtype() != DType::Bool {
        return mask.cast(dtype);
    }
    let zero = crate::ops::driver::memory::full(mask.shape(), Scalar::Int(0), dtype, mask.device())?;
    zero.masked_fill(&eq(mask, Scalar::Bool(false))?, f64::NEG_INFINITY.into())
}

/// A mask that shows query `i` the keys up to `i`.
fn causal(rows: usize, keys: usize, dtype: DType, device: crate::base::Device) -> Result<Tensor> {
    if device == crate::base::Device::Meta {
        return Tensor::empty(&[rows, keys], dtype, device);
    }
    let data: Vec<f32> =
        (0..rows * keys).map(|i| if i % keys <= i / keys { 0.0 } else { f32::NEG_INFINITY }).collect();
    let mask = Tensor::from_slice(&data, &[rows, keys])?;
    mask.convert(Some(dtype), Some(device), false, crate::base::MemoryFormat::Preserve)
}

/// Products and a softmax, the scores of all pairs in memory.
pub fn composed(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    attn_mask: Option<&Tensor>,
    is_causal: bool,
    factor: f64,
    dropout_p: f64,
) -> Result<Tensor> {
    let n = query.ndim();
    let root = factor.abs().sqrt();
    let keys = key.transpose(-2, -1)?.mul(root * factor.signum())?;
    let mut scores = query.mul(root)?.matmul(&keys)?;
    let bias = match attn_mask {
        Some(m) => Some(additive(m, query.dtype())?),
        None if is_causal => {
            Some(causal(query.shape()[n - 2], key.shape()[key.ndim() - 2], query.dtype(), query.device())?)
        }
        None => None,
    };
    if let Some(bias) = &bias {
        scores = add(&scores, bias, Scalar::Int(1))?;
    }
    // a query that sees nothing answers with zero
    let blind = match attn_mask {
        None => None,
        Some(_) => {
            let hidden = eq(scores.detach(), f64::NEG_INFINITY)?;
            Some(hidden.all_dim(Some(&[-1]), true)?)
        }
    };
    if let Some(blind) = &blind {
        scores = scores.masked_fill(blind, 0.0.into())?;
    }
    let mut weights = scores.softmax(-1, None)?;
    if let Some(blind) = &blind {
        weights = weights.masked_fill(blind, 0.0.into())?;
    }
    if dropout_p > 0.0 {
        weights = crate::ops::nn::dropout::dropout(&weights, dropout_p, true)?;
    }
    weights.matmul(value)
}
