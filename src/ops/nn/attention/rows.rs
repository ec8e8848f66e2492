//! Scaled dot-product attention. The fused op is in `op.rs`; composed of products and a softmax it is
//! here, for dropped weights, masks that want a gradient, complex numbers, and second derivatives.

use crate::base::DType;
use crate::error::Result;
use crate::ops::nn::attention::composed::{composed, repeat_heads};
use crate::ops::nn::attention::op::fused;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

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

rows! { ATTENTION:
    /// `softmax(query @ key.T * scale + mask) @ value`.
    ///
    /// Args: query: (..., heads, L, E); key: (..., heads, S, E); value: (..., heads, S, V); attn_mask: bool (true keys are
    /// seen) or added to the scores; dropout_p: dropped from the weights; is_causal: query i sees keys up to i;
    /// scale: default `1 / sqrt(E)`; enable_gqa: repeats the heads of key and value.
    ///
    /// ```text
    /// >>> q, k, v = torch.ones(2, 8, 5, 16), torch.ones(2, 8, 7, 16), torch.ones(2, 8, 7, 32)
    /// >>> F.scaled_dot_product_attention(q, k, v).shape
    /// torch.Size([2, 8, 5, 32])
    /// ```
    [Nn] autocast Half fn scaled_dot_product_attention(
        query: &Tensor, key: &Tensor, value: &Tensor, attn_mask: Option<&Tensor> = None, dropout_p: f64 = 0.0,
        is_causal: bool = false; scale: Option<f64> = None, enable_gqa: bool = false
    ) -> Tensor {
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
