//! Sizes: inline lists, axis wrapping and broadcasting.

use crate::error::{Error, Kind, Result};
use crate::{bail, ensure};
use smallvec::SmallVec;

/// Sizes or strides; up to five stay inline.
pub type Dims = SmallVec<[usize; 5]>;

/// Product of sizes of a tensor that exists: it fits, see [`checked_numel`].
#[inline]
pub fn numel(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// The number of elements of a shape from outside. Zeros count as ones while it is checked, so that no product of some
/// of the sizes wraps either: strides, rows, planes.
#[inline]
pub fn checked_numel(shape: &[usize]) -> Result<usize> {
    let (mut count, mut empty) = (1usize, false);
    for &n in shape {
        empty |= n == 0;
        match count.checked_mul(n.max(1)) {
            Some(c) if c <= isize::MAX as usize => count = c,
            _ => return Err(too_many()),
        }
    }
    Ok(if empty { 0 } else { count })
}

#[cold]
fn too_many() -> Error {
    Error::new(Kind::Runtime, "numel: integer multiplication overflow")
}

/// A size that is a product of sizes.
#[inline]
pub fn product(sizes: impl IntoIterator<Item = usize>) -> Result<usize> {
    sizes
        .into_iter()
        .try_fold(1usize, usize::checked_mul)
        .filter(|&n| n <= isize::MAX as usize)
        .ok_or_else(too_many)
}

/// A size that is a sum of sizes.
#[inline]
pub fn total(sizes: impl IntoIterator<Item = usize>) -> Result<usize> {
    sizes
        .into_iter()
        .try_fold(0usize, usize::checked_add)
        .filter(|&n| n <= isize::MAX as usize)
        .ok_or_else(too_many)
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

/// The error text of a reshape that cannot be.
fn bad_view(shape: &[i64], n: usize) -> String {
    format!("shape '{shape:?}' is invalid for input of size {n}")
}

/// Replaces the one `-1` of a shape.
pub fn infer_size(shape: &[i64], n: usize) -> Result<Dims> {
    let mut known = 1usize;
    let mut hole = None;
    for (i, &s) in shape.iter().enumerate() {
        match s {
            -1 => {
                ensure!(hole.is_none(), Runtime, "only one dimension can be inferred");
                hole = Some(i);
            }
            s if s < 0 => bail!(Runtime, "invalid shape dimension {s}"),
            s => {
                known = known
                    .checked_mul(s as usize)
                    .ok_or_else(|| Error::new(Kind::Runtime, bad_view(shape, n)))?
            }
        }
    }
    let mut out: Dims = shape.iter().map(|&s| s.max(0) as usize).collect();
    match hole {
        Some(i) => {
            ensure!(
                known != 0,
                Runtime,
                "cannot reshape tensor of 0 elements into shape {shape:?} because the unspecified dimension size -1 can be any value and is ambiguous"
            );
            ensure!(n.is_multiple_of(known), Runtime, "{}", bad_view(shape, n));
            out[i] = n / known;
        }
        None => ensure!(known == n, Runtime, "{}", bad_view(shape, n)),
    }
    Ok(out)
}

/// Python's slice rules for bounds (steps are positive).
pub fn clamp_slice(start: i64, end: i64, n: usize) -> (usize, usize) {
    let n = n as i64;
    let fix = |v: i64| (if v < 0 { v.saturating_add(n) } else { v }).clamp(0, n);
    let (s, e) = (fix(start), fix(end));
    (s as usize, e.max(s) as usize)
}

/// Distinct wrapped axes.
pub fn wrap_dims(dims: &[i64], ndim: usize) -> Result<Dims> {
    let mut out = Dims::new();
    for &d in dims {
        let w = wrap_dim(d, ndim)?;
        ensure!(!out.contains(&w), Runtime, "dim {w} appears multiple times in the list of dims");
        out.push(w);
    }
    Ok(out)
}

/// Whether a shape expands to another, in the words of `expand`.
pub fn check_expand(from: &[usize], to: &[usize]) -> Result<()> {
    ensure!(
        from.len() <= to.len(),
        Runtime,
        "expand: the number of sizes provided ({}) must be greater or equal to the number of dimensions in the tensor ({})",
        to.len(),
        from.len()
    );
    let lead = to.len() - from.len();
    for (i, &have) in from.iter().enumerate().rev() {
        ensure!(
            have == to[lead + i] || have == 1,
            Runtime,
            "The expanded size of the tensor ({}) must match the existing size ({have}) at non-singleton dimension {}.  Target sizes: {to:?}.  Tensor sizes: {from:?}",
            to[lead + i],
            lead + i
        );
    }
    Ok(())
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
    fn what_cannot_be_counted_is_refused() {
        assert_eq!(checked_numel(&[2, 0, 3]).unwrap(), 0);
        assert_eq!(checked_numel(&[1 << 31, 1 << 31]).unwrap(), 1 << 62);
        for shape in [&[1 << 32, 1 << 31][..], &[1 << 62, 4], &[0, 1 << 32, 1 << 32], &[usize::MAX]] {
            assert!(checked_numel(shape).is_err(), "{shape:?}");
        }
        assert!(
            total([1 << 62, 1 << 62]).is_err()
                && total([usize::MAX, 2]).is_err()
                && total([3, 4]).unwrap() == 7
        );
        assert!(product([1 << 32, 1 << 32]).is_err() && product([3, 4]).unwrap() == 12);
    }

    #[test]
    fn wrapping() {
        assert_eq!(wrap_dim(-1, 3).unwrap(), 2);
        assert_eq!(wrap_dim(-1, 0).unwrap(), 0);
        assert!(wrap_dim(3, 3).is_err());
    }
}
