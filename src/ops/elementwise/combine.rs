//! Three operands into one: interpolation, products and quotients added on.

use crate::base::{C64, C128, DType, Num, Scalar};
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{NO, point3, point4};
use crate::kernels::cpu::elementwise::clib::{divide, divide64};
use crate::ops::elementwise::arithmetic::{mul, true_divide};
use crate::ops::elementwise::kind::binary::conj_val;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::points;
use crate::ops::table::{Table, Val};
use crate::tensor::Tensor;
use crate::{ensure, rows};

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

points! {
    LERP "lerp" "LerpBackward1": Same,
        cpu |dt| match dt {
            DType::C64 => Some(point3(|a: C64, b: C64, w: C64, _| {
                if w.norm_sqr() < 0.25 { a + w * (b - a) } else { b - (b - a) * (-w + 1.0) }
            })),
            DType::C128 => Some(point3(|a: C128, b: C128, w: C128, _| {
                if w.norm_sqr() < 0.25 { a + w * (b - a) } else { b - (b - a) * (-w + 1.0) }
            })),
            // from the nearer end: `b - (b - a) * (1 - w)` is `b + (b - a) * (w - 1)`, and what is chosen are numbers, so that every
            // loop is made of vectors (10,000 rows of 50 of 53: 336 us by two ways, so 75)
            _ => kernel!(dt, floats, T => point3(|a: T, b: T, w: T, _| {
                let near = w.abs() < 0.5;
                let (end, share) = (if near { a } else { b }, if near { w } else { w - 1.0 });
                end + (b - a) * share
            })),
        },
        wgsl "select(b - (b - a) * (1.0 - c), a + c * (b - a), abs(c) < 0.5)",
        grad {
            a |g, c: Val| g.mul(one_minus(conj_val(c)?)?),
            b |g, c: Val| g.mul(conj_val(c)?),
            c |g, a, b| g.mul(b.sub(a)?.conj()?),
        };
    /// The fourth operand is the factor.
    ADDCMUL "addcmul" "AddcmulBackward0": Same,
        cpu |dt| match dt {
            DType::Bool => None,
            _ => kernel!(dt, wide, T => point4(|x: T, a: T, b: T, v: T| Num::add(x, Num::mul(v, Num::mul(a, b))))),
        },
        takes (not Bool NotImplemented "\"addcmul_cpu_out\" not implemented for 'Bool'"),
        wgsl "a + d * (b * c)" int "a + d * (b * c)",
        grad {
            a |g| Ok(g.clone()),
            b |g, c, d: Val| g.mul(c.conj()?.mul(conj_val(d)?)?),
            c |g, b, d: Val| g.mul(b.conj()?.mul(conj_val(d)?)?),
        };
    /// The fourth operand is the factor.
    ADDCDIV "addcdiv" "AddcdivBackward0": Same,
        cpu |dt| match dt {
            DType::C64 => Some(point4(|x: C64, a: C64, b: C64, v: C64| x + divide64(v * a, b))),
            DType::C128 => Some(point4(|x: C128, a: C128, b: C128, v: C128| x + divide(v * a, b))),
            _ => kernel!(dt, floats, T => point4(|x: T, a: T, b: T, v: T| x + v * a / b)),
        },
        wgsl "a + d * b / c",
        grad {
            a |g| Ok(g.clone()),
            b |g, c, d: Val| g.mul(true_divide(conj_val(d)?, c.conj()?)?),
            c |g, b, c, d: Val| {
                let c = c.conj()?;
                g.neg()?.mul(mul(b.conj()?, conj_val(d)?)?.div(c.mul(&c)?)?)
            },
        };
}

fn addcdiv_check(a: &Tensor, b: &Tensor) -> Result<()> {
    ensure!(
        !(a.dtype().is_integral() && b.dtype().is_integral()),
        Runtime,
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes."
    );
    Ok(())
}

rows! { COMBINE:
    /// `input + weight * (end - input)`; `weight` is a number or a tensor.
    ///
    /// **Errors**: RuntimeError unless all dtypes agree.
    ///
    /// ```text
    /// >>> torch.lerp(torch.tensor([0.0, 10.0]), torch.tensor([4.0, 20.0]), 0.5)
    /// tensor([ 2., 15.])
    /// ```
    [Torch, Method] + in place out Promote fn lerp(input: &Tensor, end: &Tensor, weight: Val) -> Tensor |to| {
        let node = lerp_check(input, end, &weight)?;
        if let Val::S(s) = &weight {
            s.fit_wide(input.dtype())?;
        }
        to.point_val(&LERP, node, &[input.into(), end.into(), weight], NO)
    }
    /// `input + value * tensor1 * tensor2`, broadcasting.
    ///
    /// ```text
    /// >>> torch.addcmul(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), value=0.5)
    /// tensor([2.5000, 5.0000])
    /// ```
    [Torch, Method] + in place out Promote autocast GpuWidest
        fn addcmul(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> Tensor |to| {
        let operands = [input.into(), tensor1.into(), tensor2.into(), Val::S(value.fit_wide(input.dtype())?)];
        to.point_val(&ADDCMUL, ADDCMUL.grad_name, &operands, NO)
    }
    /// `input + value * tensor1 / tensor2`, broadcasting.
    ///
    /// **Errors**: RuntimeError for a quotient of integers.
    ///
    /// ```text
    /// >>> torch.addcdiv(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([4.0, 4.0]), value=2)
    /// tensor([1.5000, 2.0000])
    /// ```
    [Torch, Method] + in place out Promote autocast GpuWidest
        fn addcdiv(input: &Tensor, tensor1: &Tensor, tensor2: &Tensor; value: Scalar = Scalar::Int(1)) -> Tensor |to| {
        addcdiv_check(tensor1, tensor2)?;
        let operands = [input.into(), tensor1.into(), tensor2.into(), Val::S(value.fit_wide(input.dtype())?)];
        to.point_val(&ADDCDIV, ADDCDIV.grad_name, &operands, NO)
    }
}

pub const TABLE: Table = &[COMBINE];
