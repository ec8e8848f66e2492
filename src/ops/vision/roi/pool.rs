//! `roi_pool` (Girshick, 2015: Fast R-CNN) and `ps_roi_pool` (Dai et al., 2016: R-FCN).

use super::{check_names, maps, no_second, shape_of, with_maps};
use crate::base::{DType, MemoryFormat};
use crate::error::Result;
use crate::kernels::cpu::vision::roi::Maps;
use crate::kernels::cpu::vision::roi::pool as kernel;
use crate::ops::driver::apply::{apply, apply_multi};
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::op::{Metas, Op, Saves};
use crate::ops::nn::image::laid_out_held;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{grads, rows};
use smallvec::smallvec;

/// The greatest element of each cell, and where it lies. Inputs: maps and regions.
#[derive(Clone, Copy, Debug)]
struct Greatest(Maps);

impl Op for Greatest {
    fn name(&self) -> &'static str {
        "roi_pool"
    }
    fn grad_name(&self) -> &'static str {
        "ROIPoolFunctionBackward"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let shape = [x[1].shape()[0], self.0.c, self.0.ph, self.0.pw];
        Ok([x[0].dtype(), DType::I32].map(|d| Meta::new(&shape, d)).into_iter().collect())
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let rois = dense_held(x[1])?;
        check_names(self.name(), &self.0, &rois)?;
        if out[0].numel() == 0 {
            return Ok(());
        }
        let (m, k) = (self.0, rois.shape()[0]);
        // SAFETY: dense tensors of the shapes that the maps name, and k regions that name maps
        with_maps!(x[0].dtype(), T => unsafe {
            let last = kernel::wants_channels_last::<T>(&m, rois.ptr_of(), k);
            let format = if last { MemoryFormat::ChannelsLast } else { MemoryFormat::Contiguous };
            let x = laid_out_held(x[0], format, x[0].dtype())?;
            kernel::greatest::<T>(m, last, x.ptr_of(), rois.ptr_of(), k, out[0].ptr_of(), out[1].ptr_of());
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves { inputs: 2, outputs: 2 }
    }
    fn differentiable(&self, output: usize) -> bool {
        output == 0
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = g[0].as_ref().filter(|_| want.has(0)) else { return grads![None, None] };
        grads![Some(apply(GreatestGrad(self.0), &[g, &cx.input(1)?, &cx.output(1)?])?), None]
    }
}

/// The gradient of the maps. Inputs: that of the result, regions, places.
#[derive(Clone, Copy, Debug)]
struct GreatestGrad(Maps);

impl Op for GreatestGrad {
    fn name(&self) -> &'static str {
        "_roi_pool_backward"
    }
    fn grad_name(&self) -> &'static str {
        "ROIPoolBackwardFunctionBackward"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&shape_of(&self.0), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, rois, places) = (dense_held(x[0])?, dense_held(x[1])?, dense_held(x[2])?);
        // SAFETY: dense tensors of the shapes that the maps name; places beyond a plane are left out
        with_maps!(g.dtype(), T => unsafe {
            kernel::greatest_backward::<T>(self.0, g.ptr_of(), places.ptr_of(), rois.ptr_of(), rois.shape()[0], out[0].ptr_of());
            Ok(())
        })
    }
    fn backward(&self, _: &Context, _: &[Option<Tensor>], _: Want) -> Result<Grads> {
        no_second("roi_pool")
    }
}

/// The mean of each cell of channels of its own. Inputs: maps and regions.
#[derive(Clone, Copy, Debug)]
struct Mean(Maps);

impl Op for Mean {
    fn name(&self) -> &'static str {
        "ps_roi_pool"
    }
    fn grad_name(&self) -> &'static str {
        "PSROIPoolFunctionBackward"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let m = &self.0;
        Ok(smallvec![Meta::new(&[x[1].shape()[0], m.channels(), m.ph, m.pw], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (x, rois) = (dense_held(x[0])?, dense_held(x[1])?);
        check_names(self.name(), &self.0, &rois)?;
        if out[0].numel() == 0 {
            return Ok(());
        }
        // SAFETY: dense tensors of the shapes that the maps name, and k regions that name maps
        with_maps!(x.dtype(), T => unsafe {
            kernel::mean::<T>(self.0, x.ptr_of(), rois.ptr_of(), rois.shape()[0], out[0].ptr_of());
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = g[0].as_ref().filter(|_| want.has(0)) else { return grads![None, None] };
        grads![Some(apply(MeanGrad(self.0), &[g, &cx.input(1)?])?), None]
    }
}

/// The gradient of the maps. Inputs: that of the result, and the regions.
#[derive(Clone, Copy, Debug)]
struct MeanGrad(Maps);

impl Op for MeanGrad {
    fn name(&self) -> &'static str {
        "_ps_roi_pool_backward"
    }
    fn grad_name(&self) -> &'static str {
        "PSROIPoolBackwardFunctionBackward"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&shape_of(&self.0), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, rois) = (dense_held(x[0])?, dense_held(x[1])?);
        // SAFETY: dense tensors of the shapes that the maps name
        with_maps!(g.dtype(), T => unsafe {
            kernel::mean_backward::<T>(self.0, g.ptr_of(), rois.ptr_of(), rois.shape()[0], out[0].ptr_of());
            Ok(())
        })
    }
    fn backward(&self, _: &Context, _: &[Option<Tensor>], _: Want) -> Result<Grads> {
        no_second("ps_roi_pool")
    }
}

rows! { POOL:
    /// Regions of feature maps, each cell the greatest value in it, zero where it holds none.
    ///
    /// Args: input: maps (N, C, H, W); rois: (K, 5), the map's index first; spatial_scale: from boxes to the maps.
    /// Errors: RuntimeError for other shapes and for regions of another dtype, IndexError for maps that are not there.
    [Vision] fn roi_pool(input: &Tensor, rois: &Tensor, spatial_scale: f64, pooled_height: i64, pooled_width: i64) -> Tensor {
        let maps = maps("roi_pool", input, rois, spatial_scale, [pooled_height, pooled_width], false)?;
        Ok(apply_multi(Greatest(maps), &[input, rois])?.remove(0))
    }
    /// The mean of each cell, of channels of its own: the cell (i, j) of channel c reads channel (c ph + i) pw + j.
    [Vision] fn ps_roi_pool(input: &Tensor, rois: &Tensor, spatial_scale: f64, pooled_height: i64, pooled_width: i64) -> Tensor {
        let maps = maps("ps_roi_pool", input, rois, spatial_scale, [pooled_height, pooled_width], true)?;
        apply(Mean(maps), &[input, rois])
    }
}

pub const TABLE: Table = &[POOL];
