//! Boxes (x1, y1, x2, y2): how much they overlap, and which of those that do are kept.

use crate::base::DType;
use crate::error::{Error, Result};
use crate::kernels::cpu::vision::boxes as kernel;
use crate::kernels::cpu::vision::boxes::Overlap;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::op::{Metas, Op};
use crate::ops::table::Table;
use crate::tensor::{Meta, Tensor};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

/// Which of boxes, the best first, no better one overlaps that stays. Inputs: boxes, and groups if there are any.
#[derive(Debug)]
struct Suppress {
    threshold: f64,
}

impl Op for Suppress {
    fn name(&self) -> &'static str {
        "nms"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&x[0].shape()[..1], DType::Bool)])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let boxes = dense_held(x[0])?;
        let groups = x.get(1).map(|g| dense_held(g)).transpose()?;
        let (n, groups) = (boxes.shape()[0], groups.as_ref().map(|g| g.ptr_of::<i64>().cast_const()));
        // SAFETY: dense tensors of n boxes, n groups, n answers
        unsafe {
            match boxes.dtype() {
                DType::F32 => {
                    kernel::suppress::<f32>(boxes.ptr_of(), groups, n, self.threshold, out[0].ptr_of())
                }
                _ => kernel::suppress::<f64>(boxes.ptr_of(), groups, n, self.threshold, out[0].ptr_of()),
            }
        }
        Ok(())
    }
}

/// How much each box overlaps each other. Inputs: boxes, other boxes, and for [`Overlap::Complete`] the angles of both.
#[derive(Debug)]
struct Overlaps {
    kind: Overlap,
    eps: f64,
}

impl Op for Overlaps {
    fn name(&self) -> &'static str {
        "box_overlaps"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&[x[0].shape()[0], x[1].shape()[0]], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let x: Vec<Tensor> = x.iter().map(|t| dense_held(t)).collect::<Result<_>>()?;
        let (n, m) = (x[0].shape()[0], x[1].shape()[0]);
        fn at<T: crate::base::Elem>(x: &[Tensor], i: usize) -> *const T {
            x.get(i).map_or(std::ptr::null(), |t| t.ptr_of::<T>().cast_const())
        }
        // SAFETY: dense tensors of n and m boxes, and as many angles where those are read
        unsafe {
            match x[0].dtype() {
                DType::F32 => kernel::overlaps::<f32>(
                    self.kind,
                    self.eps,
                    at(&x, 0),
                    n,
                    at(&x, 1),
                    m,
                    [at(&x, 2), at(&x, 3)],
                    out[0].ptr_of(),
                ),
                _ => kernel::overlaps::<f64>(
                    self.kind,
                    self.eps,
                    at(&x, 0),
                    n,
                    at(&x, 1),
                    m,
                    [at(&x, 2), at(&x, 3)],
                    out[0].ptr_of(),
                ),
            }
        }
        Ok(())
    }
}

/// The angle of a box's diagonal, as an arctangent of its width over its height.
fn angle(boxes: &Tensor) -> Result<Tensor> {
    let side = |i: i64| boxes.select(1, i);
    side(2)?.sub(side(0)?)?.div(&side(3)?.sub(side(1)?)?)?.atan()
}

/// What is wrong with lists of boxes and scores, in torchvision's words.
fn check(boxes: &Tensor, scores: &Tensor) -> Result<()> {
    ensure!(boxes.ndim() == 2, Runtime, "boxes should be a 2d tensor, got {}D", boxes.ndim());
    let (n, sides) = (boxes.shape()[0], boxes.shape()[1]);
    ensure!(sides == 4, Runtime, "boxes should have 4 elements in dimension 1, got {sides}");
    ensure!(scores.ndim() == 1, Runtime, "scores should be a 1d tensor, got {}D", scores.ndim());
    ensure!(
        scores.shape()[0] == n,
        Runtime,
        "boxes and scores should have same number of elements in dimension 0, got {n} and {}",
        scores.shape()[0]
    );
    // the kernel is chosen by the boxes before it looks at the scores; halves, which it has none for either, are refused by then
    if !matches!(boxes.dtype(), DType::F32 | DType::F64) {
        return Err(Error::no_dtype("nms_kernel", boxes.dtype(), "float32 and float64"));
    }
    ensure!(boxes.dtype() == scores.dtype(), Runtime, "dets should have the same type as scores");
    Ok(())
}

rows! { BOXES:
    /// The boxes that no box of a higher score overlaps by more than `iou_threshold`, the highest score first.
    ///
    /// Args: dets: boxes (N, 4) of corners; scores: (N,).
    /// Errors: RuntimeError for other shapes, and for scores of another dtype.
    [Vision] autocast Float32 fn nms(dets: &Tensor, scores: &Tensor, iou_threshold: f64) -> Tensor {
        check(dets, scores)?;
        let order = scores.detach().argsort(0, true, false)?;
        let ranked = dets.detach().index_select(0, &order)?;
        let stay = apply(Suppress { threshold: iou_threshold }, &[&ranked])?;
        order.masked_select(&stay)
    }
    /// How much each box of (N, 4) overlaps each of (M, 4), in float32 or float64 and without a gradient, (N, M).
    ///
    /// Args: kind: iou, generalized, distance or complete; eps: keeps quotients from having no denominator.
    /// Errors: RuntimeError for other shapes and dtypes, ValueError for another kind.
    [Vision] fn box_overlaps(boxes1: &Tensor, boxes2: &Tensor, kind: &str, eps: f64) -> Tensor {
        for boxes in [boxes1, boxes2] {
            ensure!(
                boxes.ndim() == 2 && boxes.shape()[1] == 4 && matches!(boxes.dtype(), DType::F32 | DType::F64) && boxes.dtype() == boxes1.dtype(),
                Runtime,
                "box_overlaps: two lists of boxes (N, 4) of one floating dtype, not {:?} of {}", boxes.shape(), boxes.dtype().name()
            );
        }
        let kind = match kind {
            "iou" => Overlap::Iou,
            "generalized" => Overlap::Generalized,
            "distance" => Overlap::Distance,
            "complete" => Overlap::Complete,
            _ => bail!(Value, "box_overlaps: iou, generalized, distance or complete, not {kind}"),
        };
        let (a, b) = (boxes1.detach(), boxes2.detach());
        if kind == Overlap::Complete {
            return apply(Overlaps { kind, eps }, &[&a, &b, &angle(&a)?, &angle(&b)?]);
        }
        apply(Overlaps { kind, eps }, &[&a, &b])
    }
    /// `nms` among the boxes that have the same index.
    [Vision] autocast Float32 fn batched_nms(dets: &Tensor, scores: &Tensor, idxs: &Tensor, iou_threshold: f64) -> Tensor {
        check(dets, scores)?;
        ensure!(
            idxs.ndim() == 1 && idxs.shape()[0] == dets.shape()[0],
            Runtime,
            "boxes and idxs should have same number of elements, got {} and shape {:?}", dets.shape()[0], idxs.shape()
        );
        ensure!(!idxs.dtype().is_float() && !idxs.dtype().is_complex(), Runtime, "idxs are whole numbers, not {}", idxs.dtype().name());
        let order = scores.detach().argsort(0, true, false)?;
        let groups = idxs.to_dtype(DType::I64, false, false, None)?.index_select(0, &order)?;
        // group after group, the best of each first
        let apart = groups.argsort(0, false, true)?;
        let place = order.index_select(0, &apart)?;
        let (boxes, groups) = (dets.detach().index_select(0, &place)?, groups.index_select(0, &apart)?);
        let stay = apply(Suppress { threshold: iou_threshold }, &[&boxes, &groups])?;
        // back in the order of scores
        let ranks = apart.masked_select(&stay)?.argsort(0, false, true)?;
        place.masked_select(&stay)?.index_select(0, &ranks)
    }
}

pub const TABLE: Table = &[BOXES];
