//! Positions, each as often as its count says.

use crate::base::reserved;
use crate::error::Result;

/// Position `i` comes `counts[i]` times, `size` in all; no count is negative.
pub fn positions(counts: &[i64], size: usize) -> Result<Vec<i64>> {
    let mut out = reserved(size)?;
    for (i, &n) in counts.iter().enumerate() {
        out.extend(std::iter::repeat_n(i as i64, n as usize));
    }
    Ok(out)
}
