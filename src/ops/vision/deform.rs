//! `deform_conv2d` (Dai et al., 2017: Deformable Convolutional Networks; Zhu et al., 2019: with a mask): columns of what moved
//! taps read, times the weights. Columns are made for a few pictures at a time, and again for the gradient.

use crate::autograd::{grad_enabled, no_grad};
use crate::base::DType;
use crate::error::{Error, Result};
use crate::kernels::cpu::vision::deform as kernel;
use crate::kernels::cpu::vision::deform::Taps;
use crate::ops::driver::apply::{apply, apply_multi, make_node};
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::op::{Metas, Op, Saves};
use crate::ops::linalg::matrix::recorded;
use crate::ops::shape::join::concat;
use crate::ops::table::Table;
use crate::tensor::{Context, Edge, GradFn, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

/// Elements of the columns that are made at once, about.
const MADE: usize = 1 << 22;

/// Binds `$T` to the type of the pictures, which is one that [`check`] lets through.
macro_rules! with_pictures {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            DType::F32 => {
                type $T = f32;
                $body
            }
            DType::F64 => {
                type $T = f64;
                $body
            }
            _ => {
                type $T = crate::base::F16;
                $body
            }
        }
    };
}

/// Columns (N, C taps, places). Inputs: pictures, offsets, and a mask if there is one.
#[derive(Clone, Copy, Debug)]
struct Columns(Taps);

/// Addresses of a picture's part of each tensor, in steps of whole pictures.
fn at<T: crate::base::Elem>(x: &Tensor, i: usize) -> *mut T {
    let n = x.shape()[0].max(1);
    x.ptr_of::<T>().wrapping_add(i * (x.numel() / n))
}

impl Op for Columns {
    fn name(&self) -> &'static str {
        "deformable_im2col"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let p = &self.0;
        Ok(smallvec![Meta::new(&[x[0].shape()[0], p.channels * p.taps(), p.places()], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let held: Vec<Tensor> = x.iter().map(|t| dense_held(t)).collect::<Result<_>>()?;
        with_pictures!(x[0].dtype(), T => for i in 0..x[0].shape()[0] {
            let mask = held.get(2).map_or(std::ptr::null_mut(), |m| at::<T>(m, i));
            // SAFETY: dense tensors of the shapes that the taps name, each picture's part of them
            unsafe { kernel::columns::<T>(self.0, at(&held[0], i), at(&held[1], i), mask, at(&out[0], i)) };
        });
        Ok(())
    }
}

/// Gradients of pictures, offsets and mask. Inputs: that of the columns, and those.
#[derive(Clone, Copy, Debug)]
struct ColumnsGrad {
    taps: Taps,
    wanted: [bool; 3],
}

impl Op for ColumnsGrad {
    fn name(&self) -> &'static str {
        "deformable_col2im"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok((0..3).filter(|&i| self.wanted[i]).map(|i| Meta::new(x[i + 1].shape(), x[0].dtype())).collect())
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let held: Vec<Tensor> = x.iter().map(|t| dense_held(t)).collect::<Result<_>>()?;
        with_pictures!(x[0].dtype(), T => for i in 0..x[0].shape()[0] {
            let mut places = out.iter();
            let to = self.wanted.map(|w| w.then(|| places.next()).flatten().map_or(std::ptr::null_mut(), |o| at::<T>(o, i)));
            let mask = held.get(3).map_or(std::ptr::null_mut(), |m| at::<T>(m, i));
            // SAFETY: as above; the gradients are of the shapes of what they are of
            unsafe { kernel::columns_backward::<T>(self.taps, at(&held[0], i), at(&held[1], i), at(&held[2], i), mask, to) };
        });
        Ok(())
    }
}

/// What is convolved: the taps, groups of weights, and how many pictures at a time.
#[derive(Clone, Copy, Debug)]
struct Deform {
    taps: Taps,
    groups: usize,
    filters: usize,
}

impl Deform {
    fn at_once(&self) -> usize {
        (MADE / (self.taps.channels * self.taps.taps() * self.taps.places()).max(1)).max(1)
    }
    /// Weights (groups, filters / groups, channels / groups * taps).
    fn matrix(&self, weight: &Tensor) -> Result<Tensor> {
        weight.reshape_to(&[self.groups, self.filters / self.groups, self.depth()])
    }
    fn depth(&self) -> usize {
        self.taps.channels / self.groups * self.taps.taps()
    }
    /// The columns of some pictures, (N, groups, depth, places).
    fn columns(&self, x: &[Tensor]) -> Result<Tensor> {
        let refs: Vec<&Tensor> = x.iter().collect();
        let n = x[0].shape()[0];
        apply(Columns(self.taps), &refs)?.reshape_to(&[n, self.groups, self.depth(), self.taps.places()])
    }
    /// The tensors of some pictures at a time.
    fn parts(&self, x: &[&Tensor]) -> Result<Vec<Vec<Tensor>>> {
        let (n, some) = (x[0].shape()[0], self.at_once());
        (0..n)
            .step_by(some)
            .map(|i| x.iter().map(|t| t.narrow(0, i as i64, some.min(n - i) as i64)).collect())
            .collect()
    }
    fn forward(&self, x: &[&Tensor], weight: &Tensor) -> Result<Tensor> {
        let [oh, ow] = self.taps.out;
        let matrix = self.matrix(weight)?;
        let mut out = Vec::new();
        for part in self.parts(x)? {
            let n = part[0].shape()[0];
            out.push(matrix.times(&self.columns(&part)?)?.reshape_to(&[n, self.filters, oh, ow])?);
        }
        match out.len() {
            0 => crate::ops::driver::memory::zeros_of(&[0, self.filters, oh, ow], x[0]),
            1 => Ok(out.remove(0)),
            _ => concat(&out, 0),
        }
    }
}

impl GradFn for Deform {
    fn grad_name(&self) -> &str {
        "DeformConv2dFunctionBackward"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let masked = self.taps.masked;
        // inputs: picture, weight, offset, and a mask if there is one
        let inputs: Vec<Tensor> = (0..3 + masked as usize).map(|i| cx.input(i)).collect::<Result<_>>()?;
        let Some(g) = &g[0] else { return Ok(smallvec![None; inputs.len()]) };
        let wanted = [want.has(0), want.has(2), masked && want.has(3)];
        let mut all: Vec<&Tensor> = vec![g];
        all.extend(&inputs);
        let mut found = no_grad(|| self.gradients(&inputs, g, wanted, want.has(1)))?;
        if grad_enabled() {
            // a node that says no, behind each gradient
            for f in found.iter_mut().flatten() {
                let node = make_node(Second, &all, std::slice::from_ref(f), Saves::NOTHING);
                f.set_first_edge(Edge::Node(node, 0));
            }
        }
        Ok(found)
    }
}

impl Deform {
    fn gradients(&self, inputs: &[Tensor], g: &Tensor, wanted: [bool; 3], weights: bool) -> Result<Grads> {
        let (weight, g) = (inputs[1].detach(), g.detach());
        let mut x: Vec<&Tensor> = vec![&inputs[0], &inputs[2]];
        x.extend(inputs.get(3));
        let turned = self.matrix(&weight)?.turned()?;
        let mut parts: [Vec<Tensor>; 3] = Default::default();
        let mut of_weight: Option<Tensor> = None;
        let mut with_g = x.clone();
        with_g.push(&g);
        for mut part in self.parts(&with_g)? {
            let Some(g) = part.pop() else { continue };
            let n = g.shape()[0];
            let (groups, places) = (self.groups, self.taps.places());
            let g = g.reshape_to(&[n, groups, self.filters / groups, places])?;
            if wanted.contains(&true) {
                let columns = turned.times(&g)?.reshape_to(&[n, groups * self.depth(), places])?;
                let mut operands: Vec<&Tensor> = vec![&columns];
                operands.extend(&part);
                let mut found = apply_multi(ColumnsGrad { taps: self.taps, wanted }, &operands)?.into_iter();
                for (list, _) in parts.iter_mut().zip(wanted).filter(|(_, w)| *w) {
                    list.extend(found.next());
                }
            }
            if weights {
                let one = g.times(&self.columns(&part)?.turned()?)?.sum_over(&[0], false)?;
                of_weight = Some(match of_weight {
                    Some(sum) => sum.add(&one)?,
                    None => one,
                });
            }
        }
        let whole = |list: &[Tensor], of: &Tensor| match list {
            [] => of.zeros_alike(),
            [one] => Ok(one.clone()),
            _ => concat(list, 0),
        };
        let mut found: Grads = smallvec![None; inputs.len()];
        for (i, (list, at)) in parts.iter().zip([0, 2, 3]).enumerate() {
            if wanted[i] {
                found[at] = Some(whole(list, &inputs[at])?);
            }
        }
        if weights {
            found[1] = Some(match of_weight {
                Some(w) => w.reshape_to(weight.shape())?,
                None => weight.zeros_alike()?,
            });
        }
        Ok(found)
    }
}

/// There is no second derivative, as in torchvision.
#[derive(Debug)]
struct Second;

impl GradFn for Second {
    fn grad_name(&self) -> &str {
        "DeformConv2dBackwardFunctionBackward"
    }
    fn backward(&self, _: &Context, _: &[Option<Tensor>], _: Want) -> Result<Grads> {
        bail!(Runtime, "double backwards on deform_conv2d not supported")
    }
}

/// Two numbers of rows and columns within bounds.
fn pair(name: &str, given: &[i64], least: i64) -> Result<[usize; 2]> {
    ensure!(
        given.len() == 2 && given.iter().all(|&v| v >= least && v < 1 << 31),
        Runtime,
        "{name}_h: {} {name}_w: {}",
        given.first().copied().unwrap_or(0),
        given.last().copied().unwrap_or(0)
    );
    Ok([given[0] as usize, given[1] as usize])
}

/// What is wrong with the operands, in torchvision's words.
fn check(
    input: &Tensor,
    weight: &Tensor,
    offset: &Tensor,
    mask: Option<&Tensor>,
    steps: [&[i64]; 3],
) -> Result<Deform> {
    for (name, t) in
        [("input", Some(input)), ("weight", Some(weight)), ("offset", Some(offset)), ("mask", mask)]
    {
        let Some(t) = t else { continue };
        ensure!(t.ndim() == 4, Runtime, "deform_conv2d: {name} should have four axes, got {}", t.ndim());
        ensure!(
            t.dtype() == input.dtype(),
            Runtime,
            "expected scalar type {} but found {}",
            input.dtype().scalar_name(),
            t.dtype().scalar_name()
        );
    }
    if !matches!(input.dtype(), DType::F32 | DType::F64 | DType::F16) {
        return Err(Error::no_dtype("deformable_im2col", input.dtype(), "float32, float64 and float16"));
    }
    let [n, c, h, w] = [0, 1, 2, 3].map(|i| input.shape()[i]);
    let [filters, depth, kh, kw] = [0, 1, 2, 3].map(|i| weight.shape()[i]);
    ensure!(kh > 0 && kw > 0, Runtime, "weight_h: {kh} weight_w: {kw}");
    let (stride, padding, dilation) =
        (pair("stride", steps[0], 1)?, pair("pad", steps[1], 0)?, pair("dil", steps[2], 1)?);
    let taps = kh * kw;
    let moves = offset.shape()[1];
    let groups = moves / (2 * taps);
    ensure!(
        groups > 0,
        Runtime,
        "the shape of the offset tensor at dimension 1 is not valid. It should be a multiple of 2 * weight.size[2] * weight.size[3].\nGot offset.shape[1]={moves}, while 2 * weight.size[2] * weight.size[3]={}",
        2 * taps
    );
    let shares = c.checked_div(depth).unwrap_or(0);
    ensure!(
        shares > 0 && depth * shares == c,
        Runtime,
        "Expected weight_c.size(1) * n_weight_grps == input_c.size(1) to be true, but got false: weights of {depth} channels do not divide {c}"
    );
    ensure!(
        filters % shares == 0,
        Runtime,
        "Expected weight_c.size(0) % n_weight_grps == 0 to be true, but got false: {filters} filters, {shares} groups"
    );
    ensure!(
        moves == groups * 2 * taps,
        Runtime,
        "offset.shape[1] is not valid: got: {moves} expected: {}",
        groups * 2 * taps
    );
    ensure!(
        c % groups == 0,
        Runtime,
        "Expected input_c.size(1) % n_offset_grps == 0 to be true, but got false: {c} channels, {groups} groups"
    );
    ensure!(offset.shape()[0] == n, Runtime, "invalid batch size of offset");
    let out = |size: usize, kernel: usize, i: usize| {
        let room = (size + 2 * padding[i]) as i64 - (dilation[i] * (kernel - 1) + 1) as i64;
        room.div_euclid(stride[i] as i64) + 1
    };
    let (oh, ow) = (out(h, kh, 0), out(w, kw, 1));
    let dims = |t: &Tensor| (t.shape()[2] as i64, t.shape()[3] as i64);
    ensure!(
        dims(offset) == (oh, ow),
        Runtime,
        "offset output dims: {:?} - computed output dims: ({oh}, {ow})",
        dims(offset)
    );
    if let Some(mask) = mask {
        ensure!(
            mask.shape()[1] == groups * taps,
            Runtime,
            "mask.shape[1] is not valid: got: {} expected: {}",
            mask.shape()[1],
            groups * taps
        );
        ensure!(mask.shape()[0] == n, Runtime, "invalid batch size of mask");
        ensure!(
            dims(mask) == (oh, ow),
            Runtime,
            "mask output dims: {:?} - computed output dims: ({oh}, {ow})",
            dims(mask)
        );
    }
    ensure!(oh > 0 && ow > 0, Runtime, "Calculated output size too small - out_h: {oh} out_w: {ow}");
    ensure!(h * w < 1 << 32, Runtime, "deform_conv2d: pictures of {h} x {w} are too large");
    let taps = Taps {
        channels: c,
        size: [h, w],
        kernel: [kh, kw],
        out: [oh as usize, ow as usize],
        stride,
        padding,
        dilation,
        groups,
        masked: mask.is_some(),
    };
    Ok(Deform { taps, groups: shares, filters })
}

rows! { DEFORM:
    /// A convolution each of whose taps is moved by `offset`, and scaled by `mask`.
    ///
    /// Args: input: (N, C, H, W); weight: (O, C / weight groups, kh, kw); offset: (N, 2 groups kh kw, OH, OW), for each tap how far
    /// down, then how far to the right; mask: (N, groups kh kw, OH, OW); bias: (O,); stride, padding, dilation: of rows and columns.
    /// Errors: RuntimeError for shapes that do not fit.
    [Vision] fn deform_conv2d(input: &Tensor, weight: &Tensor, offset: &Tensor, mask: Option<&Tensor>, bias: Option<&Tensor>,
        stride: &[i64], padding: &[i64], dilation: &[i64]) -> Tensor
    {
        let op = check(input, weight, offset, mask, [stride, padding, dilation])?;
        let mut all = vec![input, weight, offset];
        all.extend(mask);
        let out = recorded(&all, op, Saves::INPUTS, || {
            let mut x = vec![input.detach(), offset.detach()];
            x.extend(mask.map(|m| m.detach()));
            op.forward(&x.iter().collect::<Vec<_>>(), &weight.detach())
        })?;
        match bias {
            Some(b) => {
                let filters = op.filters;
                ensure!(b.numel() == filters, Runtime, "shape '[1, {filters}, 1, 1]' is invalid for input of size {}", b.numel());
                out.add(b.reshape_to(&[1, filters, 1, 1])?)
            }
            None => Ok(out),
        }
    }
}

pub const TABLE: Table = &[DEFORM];
