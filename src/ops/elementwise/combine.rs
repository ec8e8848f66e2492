//! Three operands into one: interpolation, products and quotients added on.

use crate::base::{C64, C128, DType, Num, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{PointFn, point3, point4 as quad};
use crate::ops::elementwise::arithmetic::mul;
use crate::ops::elementwise::choose::{A, B, C};
use crate::ops::elementwise::kind::Rule;
use crate::ops::elementwise::kind::binary::conj_val;
use crate::ops::elementwise::kind::nary::{NO, PointDef, point_val, point_val_in_place};
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{ensure, rows, with_dtype};

static LERP: PointDef = PointDef {
    name: "lerp",
    grad_name: "LerpBackward1",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        match dt {
            DType::F32 => Ok(point3(
                |a: f32, b: f32, w: f32, _| {
                    if w.abs() < 0.5 { a + w * (b - a) } else { b - (b - a) * (1.0 - w) }
                },
            )),
            DType::F64 => Ok(point3(
                |a: f64, b: f64, w: f64, _| {
                    if w.abs() < 0.5 { a + w * (b - a) } else { b - (b - a) * (1.0 - w) }
                },
            )),
            DType::C64 => {
                Ok(point3(
                    |a: C64, b: C64, w: C64, _| {
                        if w.norm_sqr() < 0.25 { a + w * (b - a) } else { b - (b - a) * (-w + 1.0) }
                    },
                ))
            }
            DType::C128 => {
                Ok(point3(
                    |a: C128, b: C128, w: C128, _| {
                        if w.norm_sqr() < 0.25 { a + w * (b - a) } else { b - (b - a) * (-w + 1.0) }
                    },
                ))
            }
            d => Err(crate::error::Error::no_dtype("lerp", d, "floating and complex dtypes")),
        }
    },
    saves: [C, C, A | B, 0],
    grad: |s, g, want| {
        Ok([
            want.then(0, || {
                let w = conj_val(s.val(2)?)?;
                g.mul(one_minus(w)?)
            })?,
            want.then(1, || g.mul(conj_val(s.val(2)?)?))?,
            want.then(2, || g.mul(s.tensor(1)?.sub(s.tensor(0)?)?.conj()?))?,
            None,
        ])
    },
};

fn one_minus(v: Val) -> Result<Val> {
    Ok(match v {
        Val::T(t) => Val::T(t.rsub(1i64)?),
        Val::S(Scalar::Complex(c)) => Val::S(Scalar::Complex(C128::new(1.0, 0.0) - c)),
        Val::S(s) => Val::S(Scalar::Float(1.0 - s.to_f64())),
    })
}

fn lerp_check(input: &Tensor, end: &Tensor, weight: &Val) -> Result<&'static str> {
    ensure!(
        input.dtype() == end.dtype(),
        Runtime,
        "expected dtype {} for `end` but got dtype {}",
        input.dtype().c_name(),
        end.dtype().c_name()
    );
    ensure!(
        input.dtype().is_differentiable(),
        NotImplemented,
        "\"lerp_kernel_scalar\" not implemented for '{}'",
        input.dtype().scalar_name()
    );
    if let Val::T(w) = weight {
        ensure!(
            input.dtype() == w.dtype(),
            Runtime,
            "expected dtype {} for `weight` but got dtype {}",
            input.dtype().c_name(),
            w.dtype().c_name()
        );
        return Ok("LerpBackward1");
    }
    Ok("LerpBackward0")
}

static ADDCMUL: PointDef = PointDef {
    name: "addcmul",
    grad_name: "AddcmulBackward0",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        ensure!(dt != DType::Bool, NotImplemented, "\"addcmul_cpu_out\" not implemented for 'Bool'");
        with_dtype!("addcmul", dt, wide, T => Ok(quad(|x: T, a: T, b: T, v: T| Num::add(x, Num::mul(v, Num::mul(a, b))))))
    },
    saves: [0, C, B, 0],
    grad: |s, g, want| {
        let v = conj_val(s.val(3)?)?;
        Ok([
            want.then(0, || Ok(g.clone()))?,
            want.then(1, || g.mul(mul(conj_val(s.val(2)?)?, v.clone())?))?,
            want.then(2, || g.mul(mul(conj_val(s.val(1)?)?, v.clone())?))?,
            None,
        ])
    },
};

static ADDCDIV: PointDef = PointDef {
    name: "addcdiv",
    grad_name: "AddcdivBackward0",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        match dt {
            DType::F32 => Ok(quad(|x: f32, a: f32, b: f32, v: f32| x + v * a / b)),
            DType::F64 => Ok(quad(|x: f64, a: f64, b: f64, v: f64| x + v * a / b)),
            DType::C64 => Ok(quad(|x: C64, a: C64, b: C64, v: C64| {
                x + crate::kernels::cpu::elementwise::clib::divide64(v * a, b)
            })),
            DType::C128 => Ok(quad(|x: C128, a: C128, b: C128, v: C128| {
                x + crate::kernels::cpu::elementwise::clib::divide(v * a, b)
            })),
            d => Err(crate::error::Error::no_dtype("addcdiv", d, "floating and complex dtypes")),
        }
    },
    saves: [0, C, B | C, 0],
    grad: |s, g, want| {
        let v = conj_val(s.val(3)?)?;
        let b = || conj_val(s.val(2)?);
        Ok([
            want.then(0, || Ok(g.clone()))?,
            want.then(1, || g.mul(super::arithmetic::true_divide(v.clone(), b()?)?))?,
            want.then(2, || {
                let a = conj_val(s.val(1)?)?;
                let b = b()?;
                g.neg()?.mul(mul(a, v.clone())?.div(mul(b.clone(), b)?)?)
            })?,
            None,
        ])
    },
};

fn with_value(input: &Tensor, a: &Tensor, b: &Tensor, value: Scalar) -> [Val; 4] {
    [input.into(), a.into(), b.into(), Val::S(value)]
}

fn addcdiv_check(input: &Tensor, a: &Tensor, b: &Tensor) -> Result<()> {
    ensure!(
        !(a.dtype().is_integral() && b.dtype().is_integral()),
        Runtime,
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes."
    );
    let _ = input;
    Ok(())
}

rows! { COMBINE:
    /// `input + weight * (end - input)`; `weight` is a number or a tensor.
    ///
    /// **Errors**: RuntimeError unless all dtypes agree.
    [Torch, Method] out Promote fn lerp(input: &Tensor, end: &Tensor, weight: Val) -> Tensor {
        let node = lerp_check(input, end, &weight)?;
        point_val(&LERP, node, &[input.into(), end.into(), weight], NO)
    }
    /// `lerp` in place.
    [InPlace] fn lerp_(input: &Tensor, end: &Tensor, weight: Val) -> () {
        let node = lerp_check(input, end, &weight)?;
        point_val_in_place(&LERP, node, &[input.into(), end.into(), weight], NO)
    }
    /// `input + value * tensor1 * tensor2`, broadcasting.
    [Torch, Method] out Promote autocast Widest fn addcmul(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> Tensor {
        point_val(&ADDCMUL, ADDCMUL.grad_name, &with_value(input, tensor1, tensor2, value), NO)
    }
    /// `addcmul` in place.
    [InPlace] fn addcmul_(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> () {
        point_val_in_place(&ADDCMUL, ADDCMUL.grad_name, &with_value(input, tensor1, tensor2, value), NO)
    }
    /// `input + value * tensor1 / tensor2`, broadcasting.
    ///
    /// **Errors**: RuntimeError for a quotient of integers.
    [Torch, Method] out Promote autocast Widest fn addcdiv(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> Tensor {
        addcdiv_check(input, tensor1, tensor2)?;
        point_val(&ADDCDIV, ADDCDIV.grad_name, &with_value(input, tensor1, tensor2, value), NO)
    }
    /// `addcdiv` in place.
    [InPlace] fn addcdiv_(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> () {
        addcdiv_check(input, tensor1, tensor2)?;
        point_val_in_place(&ADDCDIV, ADDCDIV.grad_name, &with_value(input, tensor1, tensor2, value), NO)
    }
}

pub const TABLE: Table = &[COMBINE];
