//! Regions of feature maps pooled to one size. Their gradients have none of their own, as torchvision's.

pub mod align;
pub mod pool;

use crate::base::DType;
use crate::error::{Error, Result};
use crate::kernels::cpu::vision::roi::Maps;
use crate::tensor::Tensor;
use crate::{bail, ensure};

/// Maps, regions and cells, checked, with torchvision's words where it has some.
fn maps(op: &str, input: &Tensor, rois: &Tensor, scale: f64, size: [i64; 2], own: bool) -> Result<Maps> {
    ensure!(
        rois.ndim() == 2 && rois.shape()[1] == 5,
        Runtime,
        "Tensor rois should have shape as Tensor[K, 5], but got {:?}",
        rois.shape()
    );
    ensure!(
        input.dtype() == rois.dtype(),
        Runtime,
        "Expected tensor for argument #1 'input' to have the same type as tensor for argument #2 'rois'; but type {} does not equal {} (while checking arguments for {op})",
        input.dtype().name(),
        rois.dtype().name()
    );
    if !matches!(input.dtype(), DType::F32 | DType::F64 | DType::F16) {
        return Err(Error::no_dtype(op, input.dtype(), "float32, float64 and float16"));
    }
    ensure!(
        input.ndim() == 4,
        Index,
        "Dimension out of range: feature maps have four axes (N, C, H, W), not {}",
        input.ndim()
    );
    ensure!(
        size.iter().all(|&s| s > 0 && s < 1 << 31),
        Runtime,
        "{op}: the pooled size should be positive, got {} x {}",
        size[0],
        size[1]
    );
    let [n, c, h, w] = [0, 1, 2, 3].map(|i| input.shape()[i]);
    let [ph, pw] = size.map(|s| s as usize);
    ensure!(
        !own || c % (ph * pw) == 0,
        Runtime,
        "input channels must be a multiple of pooling height * pooling width"
    );
    ensure!(h < 1 << 31 && w < 1 << 31 && h * w < 1 << 31, Runtime, "{op}: maps of {h} x {w} are too large");
    Ok(Maps { n, c, h, w, ph, pw, own, scale })
}

/// Binds `$T` to the type of maps, which is one that [`maps`] lets through.
macro_rules! with_maps {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::base::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::base::DType::F64 => {
                type $T = f64;
                $body
            }
            _ => {
                type $T = $crate::base::F16;
                $body
            }
        }
    };
}
use with_maps;

/// The shape of the maps that a gradient is of.
fn shape_of(m: &Maps) -> [usize; 4] {
    [m.n, m.c, m.h, m.w]
}

/// Every region names a map.
#[allow(unsafe_code)]
fn check_names(op: &str, m: &Maps, rois: &Tensor) -> Result<()> {
    with_maps!(rois.dtype(), T => {
        for i in 0..rois.shape()[0] {
            // SAFETY: dense memory of k rows of five
            let name = unsafe { crate::base::Elem::to_f64(*rois.ptr_of::<T>().add(5 * i)) };
            if !(name > -1.0 && (name as usize) < m.n) {
                bail!(Index, "{op}: region {i} is of picture {name}, and there are {}", m.n);
            }
        }
        Ok(())
    })
}

/// What is asked for in vain.
fn no_second<R>(op: &str) -> Result<R> {
    bail!(Runtime, "double backwards on {op} not supported")
}
