//! Scaled dot-product attention. The fused op is in `attention_fused.rs`; composed of products and a softmax it is
//! here, for dropped weights, masks that want a gradient, complex numbers, and second derivatives.

use super::op::fused;
use crate::base::{DType, Dims, Scalar};
use crate::error::Result;
use crate::ops::elementwise::arithmetic::add;
use crate::ops::elementwise::compare::eq;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

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
    let zero = crate::ops::create::copy::full(mask.shape(), Scalar::Int(0), dtype, mask.device())?;
    zero.masked_fill(&eq(mask, Scalar::Bool(false))?, f64::NEG_INFINITY.into())
}

/// A mask that shows query `i` the keys up to `i`.
fn causal(rows: usize, keys: usize, dtype: DType, device: crate::base::Device) -> Result<Tensor> {
    if device == crate::base::Device::Meta {
        return Tensor::empty(&[rows, keys], dtype, device);
    }
    let data: Vec<f32> =
        (0..rows * keys).map(|i| if i % keys <= i / keys { 0.0 } else { f32::NEG_INFINITY }).collect();
    Tensor::from_slice(&data, &[rows, keys])?.cast(dtype)
}

fn check(query: &Tensor, key: &Tensor, value: &Tensor, mask: Option<&Tensor>, is_causal: bool) -> Result<()> {
    let (q, k, v) = (query.ndim(), key.ndim(), value.ndim());
    ensure!(
        q >= 2 && k >= 2 && v >= 2,
        Runtime,
        "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {q} key.dim: {k} and value.dim: {v} instead."
    );
    let (a, b, c) = (query.dtype(), key.dtype(), value.dtype());
    ensure!(
        a == b && a == c,
        Runtime,
        "Expected query, key, and value to have the same dtype, but got query.dtype: {} key.dtype: {} and value.dtype: {} instead.",
        a.c_name(),
        b.c_name(),
        c.c_name()
    );
    if let Some(m) = mask {
        ensure!(
            m.dtype() == DType::Bool || m.dtype() == a || m.dtype() == DType::F32,
            Runtime,
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: {} and  query.dtype: {} instead.",
            m.dtype().c_name(),
            a.c_name()
        );
        ensure!(
            !is_causal,
            Runtime,
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True"
        );
    }
    if !a.is_float() && !a.is_complex() {
        bail!(Runtime, "expected scalar type Float but found {}", a.scalar_name());
    }
    Ok(())
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

rows! { ATTENTION:
    /// `softmax(query @ key.T * scale + mask) @ value`.
    ///
    /// Args: query: (..., heads, L, E); key: (..., heads, S, E); value: (..., heads, S, V); attn_mask: bool (true keys are
    /// seen) or added to the scores; dropout_p: dropped from the weights; is_causal: query i sees keys up to i;
    /// scale: default `1 / sqrt(E)`; enable_gqa: repeats the heads of key and value.
    [Nn] fn scaled_dot_product_attention(query: &Tensor, key: &Tensor, value: &Tensor, attn_mask: Option<&Tensor> = None, dropout_p: f64 = 0.0, is_causal: bool = false; scale: Option<f64> = None, enable_gqa: bool = false) -> Tensor {
        check(query, key, value, attn_mask, is_causal)?;
        ensure!((0.0..=1.0).contains(&dropout_p), Runtime, "dropout probability has to be between 0 and 1, but got {dropout_p}");
        let dtype = query.dtype();
        if matches!(dtype, DType::F16 | DType::BF16) {
            // computed in float32 and rounded once
            let up = |t: &Tensor| t.cast(DType::F32);
            let mask = attn_mask.map(|m| if m.dtype() == DType::Bool { Ok(m.clone()) } else { up(m) }).transpose()?;
            let y = scaled_dot_product_attention(&up(query)?, &up(key)?, &up(value)?, mask.as_ref(), dropout_p, is_causal, scale, enable_gqa)?;
            return y.cast(dtype);
        }
        let factor = scale.unwrap_or(1.0 / (query.shape()[query.ndim() - 1] as f64).sqrt());
        if dropout_p == 0.0 && let Some(y) = fused(query, key, value, attn_mask, is_causal, factor, enable_gqa)? {
            return Ok(y);
        }
        let (n, m) = (query.ndim(), key.ndim());
        let repeats = enable_gqa && n >= 3 && m >= 3 && value.ndim() >= 3;
        let heads = |t: &Tensor| if repeats { repeat_heads(t, query.shape()[n - 3]) } else { Ok(t.clone()) };
        composed(query, &heads(key)?, &heads(value)?, attn_mask, is_causal, factor, dropout_p)
    }
}

pub const TABLE: Table = &[ATTENTION];
