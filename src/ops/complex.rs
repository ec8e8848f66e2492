//! Complex numbers: parts, conjugates and the views between complex and real tensors.

use super::elementwise::{Rule, Unary, UnaryDef};
use super::op::{Saves, apply};
use crate::base::{C64, C128, DType};
use crate::error::Result;
use crate::kernels::cpu::block::map;
use crate::tensor::Tensor;

static CONJ: UnaryDef = UnaryDef {
    name: "conj_physical",
    grad_name: "ConjPhysicalBackward0",
    rule: Rule::Same,
    kernel: |dt| match dt {
        DType::C64 => Ok(map(|z: C64| z.conj())),
        DType::C128 => Ok(map(|z: C128| z.conj())),
        d => Err(crate::error::Error::no_dtype("conj_physical", d, "complex dtypes")),
    },
    saves: Saves::NOTHING,
    grad: |g, _| conj_physical(g),
};

/// The complex conjugate, computed.
pub fn conj_physical(x: &Tensor) -> Result<Tensor> {
    if x.dtype().is_complex() { apply(Unary(&CONJ), &[x]) } else { Ok(x.clone()) }
}

/// The real part with a gradient (`g + 0i`).
pub fn real_part(x: &Tensor) -> Result<Tensor> {
    super::copy::cast(x, x.dtype().to_real())
}
