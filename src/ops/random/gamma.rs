//! Gamma and Dirichlet variables, which move with their shapes: draws with gradients.

use crate::base::rng::Generator;
use crate::base::{DType, Device};
use crate::error::{Error, Result};
use crate::kernels::cpu::elementwise::block::{NO, point2, point3};
use crate::kernels::cpu::elementwise::special;
use crate::kernels::cpu::random as sampler;
use crate::ops::driver::apply::make_node;
use crate::ops::driver::batch::drawn_whole;
use crate::ops::driver::memory::dense;
use crate::ops::driver::op::Saves;
use crate::ops::elementwise::kind::kernel;
use crate::ops::elementwise::kind::nary::{point, points};
use crate::ops::random::law::{elements, given, sampled};
use crate::ops::table::Table;
use crate::storage::Guard;
use crate::tensor::{Context, Edge, GradFn, Grads, Tensor, Want};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

points! {
    GAMMA_SLOPE "_standard_gamma_grad" "StandardGammaGradBackward0": Double,
        cpu |dt| kernel!(dt, double, T => point2(|a: T, x: T, _| special::gamma_slope(a, x))),
        grad None;
    DIRICHLET_SLOPE "_dirichlet_grad" "DirichletGradBackward0": Double,
        cpu |dt| kernel!(dt, double, T => point3(|x: T, a: T, total: T, _| special::dirichlet_slope(x, a, total))),
        grad None;
}

/// Draws for shapes `a`, one after the other.
#[allow(unsafe_code)]
fn gammas(a: &Tensor, generator: Option<&Generator>) -> Result<Tensor> {
    let a = dense(a)?;
    let out = Tensor::empty(a.shape(), a.dtype(), a.device())?;
    if a.device() == Device::Meta {
        return Ok(out);
    }
    if let Device::Gpu(_) = a.device() {
        bail!(
            NotImplemented,
            "_standard_gamma: there is no kernel for device cuda yet; .cpu() moves the tensor where there is one"
        );
    }
    let source = Generator::for_device(generator, Device::Cpu)?;
    let guard = Guard::take([a.storage()].into_iter(), [out.storage()].into_iter());
    let mut g = source.lock()?;
    let tiny = if a.dtype() == DType::F64 { f64::MIN_POSITIVE } else { f32::MIN_POSITIVE as f64 };
    // SAFETY: dense float tensors of one shape, held
    unsafe {
        sampled!("gamma_cpu", a.dtype(), T => {
            sampler::standard_gamma(&mut g, given::<T>(&a), elements::<T>(&out), tiny);
            Ok(())
        })?;
    }
    drop((g, guard));
    Ok(out)
}

/// The shapes are saved, and what was drawn for them: the one moves with the other.
#[derive(Debug)]
enum Moves {
    Gamma,
    Dirichlet,
}

impl GradFn for Moves {
    fn grad_name(&self) -> &str {
        match self {
            Moves::Gamma => "StandardGammaBackward0",
            Moves::Dirichlet => "SampleDirichletBackward0",
        }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(smallvec![None]) };
        let (a, x) = (cx.input(0)?, cx.output(0)?);
        Ok(smallvec![Some(match self {
            Moves::Gamma => g.mul(point(&GAMMA_SLOPE, &[&a, &x], NO)?)?,
            Moves::Dirichlet => {
                let total = a.sum_over(&[-1], true)?.expand_to(a.shape())?;
                let slope = point(&DIRICHLET_SLOPE, &[&x, &a, &total], NO)?;
                slope.mul(g.sub(x.mul(g)?.sum_over(&[-1], true)?)?)?
            }
        })])
    }
}

fn moving(a: &Tensor, out: Tensor, moves: Moves) -> Result<Tensor> {
    if crate::autograd::grad_enabled() && a.requires_grad() {
        let saves = Saves { inputs: 1, outputs: 1 };
        let node = make_node(moves, &[a], std::slice::from_ref(&out), saves);
        crate::tensor::saved::pack(&node)?;
        out.set_edge(Edge::Node(node, 0));
    }
    Ok(out)
}

/// As in PyTorch the samplers know float32 and float64.
fn check_concentrations(op: &str, a: &Tensor) -> Result<()> {
    match a.dtype() {
        DType::F32 | DType::F64 => Ok(()),
        d => Err(Error::no_kernel(op, d)),
    }
}

rows! { GAMMAS:
    /// Gamma variables of unit scale with the shapes that `input` holds, differentiable in them.
    ///
    /// Source: Marsaglia and Tsang (2000), A simple method for generating gamma variables.
    [Torch] fn standard_gamma = "_standard_gamma"(input: &Tensor; generator: Option<&Generator> = None) -> Tensor {
        check_concentrations("gamma_cpu", input)?;
        let out = drawn_whole(&input.detach(), |a| gammas(a, generator))?;
        moving(input, out, Moves::Gamma)
    }
    /// The derivative of gamma variables `output` by their shapes.
    ///
    /// Source: Figurnov, Mohamed and Mnih (2018), Implicit reparameterization gradients.
    [Torch] fn standard_gamma_grad = "_standard_gamma_grad"(input: &Tensor, output: &Tensor) -> Tensor {
        point(&GAMMA_SLOPE, &[input, output], NO)
    }
    /// Dirichlet variables with the concentrations in the last axis of `input`, differentiable in them.
    [Torch] fn sample_dirichlet = "_sample_dirichlet"(input: &Tensor; generator: Option<&Generator> = None) -> Tensor {
        check_concentrations("dirichlet", input)?;
        ensure!(input.ndim() > 0, Runtime, "_sample_dirichlet: expected concentrations along an axis");
        let out = drawn_whole(&input.detach(), |a| {
            // drawn in double, divided, and rounded once; neither 0 nor 1
            let parts = gammas(&a.cast(DType::F64)?, generator)?;
            let (least, most) = match a.dtype() {
                DType::F64 => (f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0),
                _ => (f32::MIN_POSITIVE as f64, 1.0 - f32::EPSILON as f64 / 2.0),
            };
            parts.div(parts.sum_over(&[-1], true)?)?.clamp(Some(least.into()), Some(most.into()))?.cast(a.dtype())
        })?;
        moving(input, out, Moves::Dirichlet)
    }
    /// The derivative of the coordinates `x` of Dirichlet variables by their own concentrations, over `1 - x`.
    ///
    /// Source: Jankowiak and Obermeyer (2018), Pathwise derivatives beyond the reparameterization trick.
    [Torch] fn dirichlet_grad = "_dirichlet_grad"(x: &Tensor, alpha: &Tensor, total: &Tensor) -> Tensor {
        point(&DIRICHLET_SLOPE, &[x, alpha, total], NO)
    }
}

pub const TABLE: Table = &[GAMMAS];
