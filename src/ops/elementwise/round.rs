//! Rounding to decimals, and `positive`.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::elementwise::block::{PointFn, map, point1};
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::elementwise::kind::Rule;
use crate::ops::elementwise::kind::nary::{PointDef, point, point_in_place};
use crate::ops::elementwise::kind::unary::UnaryGrad;
use crate::ops::elementwise::kind::unary::{Unary, UnaryDef};
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows, with_dtype};

/// Half to even.
trait Even {
    fn even(self) -> Self;
}
impl Even for f32 {
    #[inline(always)]
    fn even(self) -> f32 {
        self.round_ties_even()
    }
}
impl Even for f64 {
    #[inline(always)]
    fn even(self) -> f64 {
        self.round_ties_even()
    }
}

static ROUND: UnaryDef = UnaryDef {
    name: "round",
    grad_name: "RoundBackward0",
    rule: Rule::Same,
    kernel: |dt| match dt {
        DType::F32 => Ok(map(|x: f32| x.even())),
        DType::F64 => Ok(map(|x: f64| x.even())),
        _ => with_dtype!("round", dt, int, T => Ok(map(|x: T| x))),
    },
    grad: UnaryGrad::G(|g| g.zeros_alike()),
};

/// Parameters: `10^|decimals|`, and whether decimals count to the left of the point.
static ROUND_DECIMALS: PointDef = PointDef {
    name: "round",
    grad_name: "RoundBackward1",
    rule: Rule::Same,
    masked: false,
    kernel: |dt| -> Result<PointFn> {
        crate::real_floats!("round", dt, T => point1(|x: T, q| {
            let s = q[0] as T;
            if q[1] != 0.0 { (x / s).even() * s } else { (x * s).even() / s }
        }))
    },
    saves: [0; 4],
    grad: |_, g, _| Ok([Some(g.zeros_alike()?), None, None, None]),
};

fn decimals_params(decimals: i64) -> [f64; 4] {
    [10f64.powi(decimals.unsigned_abs() as i32), (decimals < 0) as u8 as f64, 0.0, 0.0]
}

rows! { ROWS:
    /// Each element rounded to the nearest whole number, or to `decimals` places; halves go to the even neighbour.
    [Torch, Method] fn round(input: &Tensor; decimals: i64 = 0) -> Tensor {
        if decimals == 0 { apply(Unary(&ROUND), &[input]) } else { point(&ROUND_DECIMALS, &[input], decimals_params(decimals)) }
    }
    /// `round` in place.
    [InPlace] fn round_(input: &Tensor; decimals: i64 = 0) -> () {
        if decimals == 0 { apply_in_place(Unary(&ROUND), &[input]) } else { point_in_place(&ROUND_DECIMALS, &[input], decimals_params(decimals)) }
    }
    /// Each element rounded, as `torch.round`.
    [Special] out Keep fn special_round = "round"(input: &Tensor; decimals: i64 = 0) -> Tensor { input.round(decimals) }
    /// The tensor itself.
    ///
    /// **Errors**: RuntimeError for bool tensors.
    [Torch, Method] fn positive(input: &Tensor) -> Tensor {
        ensure!(input.dtype() != DType::Bool, Runtime, "The `+` operator, on a bool tensor is not supported.");
        Ok(input.clone())
    }
}

pub const TABLE: Table = &[ROWS];
