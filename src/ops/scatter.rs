//! Writing into tensors at computed places.

use crate::error::Result;
use crate::tensor::Tensor;
use crate::with_dtype;

/// `dst += src` element by element in order, where places of `dst` may coincide. The caller holds both storages.
pub fn add_strided(dst: &Tensor, src: &Tensor) -> Result<()> {
    let src = super::copy::dense_cast_held(src, dst.dtype())?;
    let n = dst.numel();
    with_dtype!("as_strided", dst.dtype(), any, T => {
        use crate::base::Num;
        let (d, s) = (dst.ptr_of::<T>(), src.ptr_of::<T>());
        let (shape, strides) = (dst.shape(), dst.strides());
        let mut index = crate::base::Dims::from_elem(0, shape.len());
        let mut at = 0usize;
        for i in 0..n {
            // SAFETY: `at` stays within the layout of `dst`, `i` within the dense source
            #[allow(unsafe_code)]
            unsafe { *d.add(at) = Num::add(*d.add(at), *s.add(i)) };
            for k in (0..shape.len()).rev() {
                index[k] += 1;
                at += strides[k];
                if index[k] < shape[k] { break; }
                index[k] = 0;
                at -= strides[k] * shape[k];
            }
        }
    });
    Ok(())
}
