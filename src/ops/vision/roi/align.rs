//! `roi_align` (He et al., 2017: Mask R-CNN) and `ps_roi_align` (Li et al., 2018: Light-Head R-CNN).

use super::{check_names, maps, no_second, shape_of, with_maps};
use crate::base::MemoryFormat;
use crate::error::Result;
use crate::kernels::cpu::vision::roi::align as kernel;
use crate::kernels::cpu::vision::roi::{Maps, align::Points, by_pixels};
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::op::{Metas, Op, Saves};
use crate::ops::nn::image::laid_out_held;
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{grads, rows};
use smallvec::smallvec;

/// Inputs: maps and regions.
#[derive(Clone, Copy, Debug)]
struct Align {
    maps: Maps,
    points: Points,
}

impl Op for Align {
    fn name(&self) -> &'static str {
        if self.maps.own { "ps_roi_align" } else { "roi_align" }
    }
    fn grad_name(&self) -> &'static str {
        if self.maps.own { "PSROIAlignFunctionBackward" } else { "ROIAlignFunctionBackward" }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let m = &self.maps;
        Ok(smallvec![Meta::new(&[x[1].shape()[0], m.channels(), m.ph, m.pw], x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let rois = dense_held(x[1])?;
        check_names(self.name(), &self.maps, &rois)?;
        if out[0].numel() == 0 {
            return Ok(());
        }
        let (m, k) = (self.maps, rois.shape()[0]);
        // SAFETY: dense tensors of the shapes that the maps name, and k regions that name maps
        with_maps!(x[0].dtype(), T => unsafe {
            let last = m.c > 1 && !m.own && by_pixels::<T>() && !x[0].is_contiguous() && x[0].layout().is_format(MemoryFormat::ChannelsLast)
                || kernel::wants_channels_last::<T>(&m, self.points, rois.ptr_of(), k);
            let format = if last { MemoryFormat::ChannelsLast } else { MemoryFormat::Contiguous };
            let x = laid_out_held(x[0], format, x[0].dtype())?;
            kernel::forward::<T>(m, self.points, last, x.ptr_of(), rois.ptr_of(), k, out[0].ptr_of());
            Ok(())
        })
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = g[0].as_ref().filter(|_| want.has(0)) else { return grads![None, None] };
        grads![Some(apply(AlignGrad(*self), &[g, &cx.input(1)?])?), None]
    }
}

/// The gradient of the maps. Inputs: that of the result, and the regions.
#[derive(Clone, Copy, Debug)]
struct AlignGrad(Align);

impl Op for AlignGrad {
    fn name(&self) -> &'static str {
        if self.0.maps.own { "_ps_roi_align_backward" } else { "_roi_align_backward" }
    }
    fn grad_name(&self) -> &'static str {
        if self.0.maps.own {
            "PSROIAlignBackwardFunctionBackward"
        } else {
            "ROIAlignBackwardFunctionBackward"
        }
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&shape_of(&self.0.maps), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (g, rois) = (dense_held(x[0])?, dense_held(x[1])?);
        check_names(self.name(), &self.0.maps, &rois)?;
        // SAFETY: dense tensors of the shapes that the maps name, and k regions that name maps
        with_maps!(g.dtype(), T => unsafe {
            kernel::backward::<T>(self.0.maps, self.0.points, g.ptr_of(), rois.ptr_of(), rois.shape()[0], out[0].ptr_of());
            Ok(())
        })
    }
    fn backward(&self, _: &Context, _: &[Option<Tensor>], _: Want) -> Result<Grads> {
        no_second(self.0.name())
    }
}

rows! { ALIGN:
    /// Regions of feature maps, each cell the mean of points read between pixels.
    ///
    /// Args: input: maps (N, C, H, W); rois: (K, 5), the map's index first; spatial_scale: from boxes to the maps; sampling_ratio:
    /// points along each side of a cell, as many as pixels if not positive; aligned: whether pixels are centred at halves.
    /// Errors: RuntimeError for other shapes and for regions of another dtype, IndexError for maps that are not there.
    [Vision] autocast Float32 fn roi_align(input: &Tensor, rois: &Tensor, spatial_scale: f64, pooled_height: i64, pooled_width: i64,
        sampling_ratio: i64, aligned: bool) -> Tensor
    {
        let maps = maps("roi_align", input, rois, spatial_scale, [pooled_height, pooled_width], false)?;
        apply(Align { maps, points: Points { ratio: sampling_ratio, aligned } }, &[input, rois])
    }
    /// `roi_align` where each cell reads channels of its own: the cell (i, j) of channel c reads channel (c ph + i) pw + j.
    [Vision] fn ps_roi_align(input: &Tensor, rois: &Tensor, spatial_scale: f64, pooled_height: i64, pooled_width: i64,
        sampling_ratio: i64) -> Tensor
    {
        let maps = maps("ps_roi_align", input, rois, spatial_scale, [pooled_height, pooled_width], true)?;
        apply(Align { maps, points: Points { ratio: sampling_ratio, aligned: true } }, &[input, rois])
    }
}

pub const TABLE: Table = &[ALIGN];
