//! Sizes: inline lists, axis wrapping and broadcasting.

use crate::error::Result;
use crate::{bail, ensure};
use smallvec::SmallVec;

/// Sizes or strides; up to five stay inline.
pub type Dims = SmallVec<[usize; 5]>;

/// Product of sizes; the caller has checked that it fits.
#[inline]
pub fn numel(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Whether two shapes are equal. Short lists are compared faster here than by a call of `memcmp`.
#[inline]
pub fn same_shape(a: &[usize], b: &[usize]) -> bool {
    a.len() == b.len() && (std::ptr::eq(a, b) || a.iter().zip(b).all(|(x, y)| x == y))
}

/// Wraps a negative axis. PyTorch lets a 0-d tensor be addressed as if it had one axis.
#[inline]
pub fn wrap_dim(dim: i64, ndim: usize) -> Result<usize> {
    let n = ndim.max(1) as i64;
    if dim < -n || dim >= n {
        bail!(
            Index,
            "Dimension out of range (expected to be in range of [{}, {}], but got {})",
            -n,
            n - 1,
            dim
        );
    }
    Ok(if dim < 0 { dim + n } else { dim } as usize)
}

/// Wraps an axis of the shape that an op is about to make (`unsqueeze`, `stack`).
#[inline]
pub fn normalize_dim(dim: i64, ndim_after: usize) -> Result<usize> {
    wrap_dim(dim, ndim_after)
}

/// The common shape of two shapes under broadcasting.
pub fn broadcast(a: &[usize], b: &[usize]) -> Result<Dims> {
    if a == b {
        return Ok(Dims::from_slice(a));
    }
    let n = a.len().max(b.len());
    let mut out = Dims::from_elem(1, n);
    for i in 0..n {
        let x = if i < a.len() { a[a.len() - 1 - i] } else { 1 };
        let y = if i < b.len() { b[b.len() - 1 - i] } else { 1 };
        ensure!(
            x == y || x == 1 || y == 1,
            Runtime,
            "The size of tensor a ({x}) must match the size of tensor b ({y}) at non-singleton dimension {}",
            n - 1 - i
        );
        out[n - 1 - i] = if x == 1 { y } else { x };
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting() {
        assert_eq!(broadcast(&[2, 1], &[3]).unwrap().as_slice(), &[2, 3]);
        assert_eq!(broadcast(&[0], &[1]).unwrap().as_slice(), &[0]);
        assert!(broadcast(&[2], &[3]).is_err());
    }

    #[test]
    fn wrapping() {
        assert_eq!(wrap_dim(-1, 3).unwrap(), 2);
        assert_eq!(wrap_dim(-1, 0).unwrap(), 0);
        assert!(wrap_dim(3, 3).is_err());
    }
}
