//! Choices among the elements of a vector, and positions in a number that is known before.

use crate::base::{DType, Scalar, collected};
use crate::error::Result;
use crate::ops::driver::memory::{full, moved};
use crate::ops::shape::join::concat;
use crate::ops::table::Table;
use crate::tensor::Tensor;
use crate::{ensure, rows};

/// All ascending choices of `r` of `n` positions, one after the other; a position may come again where `again` says so.
fn choices(n: usize, r: usize, again: bool) -> Result<Vec<i64>> {
    let of = n as u128 + if again { (r as u128).saturating_sub(1) } else { 0 };
    // as many as leave out the rest, which may be fewer to count through
    let few = (r as u128).min(of.saturating_sub(r as u128));
    let mut count = u128::from(n > 0 && of >= r as u128);
    for i in 0..few {
        count = count.saturating_mul(of - i) / (i + 1);
        if count > usize::MAX as u128 {
            break;
        }
    }
    let total = usize::try_from(count.saturating_mul(r as u128)).unwrap_or(usize::MAX);
    let mut out = crate::base::reserved(total)?;
    let step = !again as usize;
    let mut at = collected(r, (0..r).map(|i| i * step))?;
    for _ in 0..count {
        out.extend(at.iter().map(|&i| i as i64));
        // the last position that can move up, and those behind it as low as they may be
        let most = |i: usize| if again { n - 1 } else { n - r + i };
        if let Some(i) = (0..r).rev().find(|&i| at[i] < most(i)) {
            at[i] += 1;
            for j in i + 1..r {
                at[j] = at[j - 1] + step;
            }
        }
    }
    Ok(out)
}

rows! { CHOICES:
    /// All ascending choices of `r` elements of a vector, a row each, as `itertools.combinations` gives them.
    ///
    /// Args: with_replacement: an element may be chosen again.
    ///
    /// ```text
    /// >>> torch.combinations(torch.tensor([1, 2, 3]))
    /// tensor([[1, 2],
    ///         [1, 3],
    ///         [2, 3]])
    ///
    /// ```
    [Torch] fn combinations(input: &Tensor, r: i64 = 2, with_replacement: bool = false) -> Tensor {
        ensure!(input.ndim() == 1, Runtime, "Expect a 1D vector, but got shape {:?}", input.shape());
        ensure!(r >= 0, Runtime, "Expect a non-negative number, but got {r}");
        let r = r as usize;
        if r == 0 { return Tensor::empty(&[0], input.dtype(), input.device()); }
        let n = input.numel();
        let at = if n == 0 || (!with_replacement && r > n) { Vec::new() } else { choices(n, r, with_replacement)? };
        let rows = at.len() / r;
        input.index_select(0, &moved(&Tensor::from_slice(&at, &[at.len()])?, input.device())?)?.reshape_to(&[rows, r])
    }
    /// The first `size` indices of elements that are not zero, a row each; `fill_value` where there are fewer.
    ///
    /// ```text
    /// >>> torch.nonzero_static(torch.tensor([0, 3, 0, 4]), size=3)
    /// tensor([[ 1],
    ///         [ 3],
    ///         [-1]])
    /// ```
    [Torch, Method] fn nonzero_static(input: &Tensor; size: i64, fill_value: i64 = -1) -> Tensor {
        ensure!(size >= 0, Runtime, "nonzero_static: 'size' must be an non-negative integer");
        if input.is_batched() {
            return crate::ops::driver::samples::one_by_one("nonzero_static", &[input], |x| x[0].nonzero_static(size, fill_value));
        }
        let found = input.argwhere()?;
        let (have, d) = (found.shape()[0] as i64, found.shape()[1]);
        if have >= size { return found.narrow(0, 0, size)?.contiguous(); }
        let rest = full(&[(size - have) as usize, d], Scalar::Int(fill_value), DType::I64, found.device())?;
        concat(&[found, rest], 0)
    }
}

pub const TABLE: Table = &[CHOICES];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_ascending_and_all() {
        assert_eq!(choices(3, 2, false).unwrap(), [0, 1, 0, 2, 1, 2]);
        assert_eq!(choices(2, 2, true).unwrap(), [0, 0, 0, 1, 1, 1]);
        assert_eq!(choices(5, 3, false).unwrap().len(), 30);
        assert_eq!(choices(4, 3, true).unwrap().len(), 60);
        assert_eq!(choices(6, 5, false).unwrap().len(), 30);
        assert_eq!(choices(1, 1000, true).unwrap(), [0; 1000]);
        assert_eq!(choices(2, 3, true).unwrap(), [0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1]);
        assert!(choices(4, 1 << 40, true).is_err() && choices(300, 150, false).is_err());
    }
}
