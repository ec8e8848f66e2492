//! Where lines lie.

/// Lines of a tensor: `shape` with the axis of the transform taken out, and strides of both sides in elements.
pub struct Lines<'a> {
    pub shape: &'a [usize],
    pub src: &'a [usize],
    pub dst: &'a [usize],
    /// Steps along the transformed axis.
    pub src_step: usize,
    pub dst_step: usize,
    /// Length of the transform.
    pub n: usize,
    pub scale: f64,
}

impl Lines<'_> {
    /// Shape and strides of both sides: neighbours in the destination come one after the other.
    pub fn ordered(&self) -> [Vec<usize>; 3] {
        let mut order: Vec<usize> = (0..self.shape.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(self.dst[i]));
        [self.shape, self.src, self.dst].map(|list| order.iter().map(|&i| list[i]).collect())
    }
}

/// Where lines are read or written.
pub struct SendPtr<T>(pub *mut T);
// SAFETY: lines of the destination are disjoint, and the source is only read or is the same line
unsafe impl<T> Sync for SendPtr<T> {}

/// The place of a line, walking through `shape` with the last axis fastest.
fn start_of(at: usize, shape: &[usize], strides: &[usize]) -> usize {
    let (mut rest, mut offset) = (at, 0);
    for (&n, &stride) in shape.iter().zip(strides).rev() {
        offset += rest % n * stride;
        rest /= n;
    }
    offset
}

/// The places of the lines from `at` on.
pub fn fill_starts(starts: &mut [usize], at: usize, shape: &[usize], strides: &[usize]) {
    let (last, step) = (shape.last().copied().unwrap_or(1), strides.last().copied().unwrap_or(0));
    for j in 0..starts.len() {
        // a division for each was as dear as the transform of a short line
        let within = j > 0 && !(at + j).is_multiple_of(last);
        starts[j] = if within { starts[j - 1] + step } else { start_of(at + j, shape, strides) };
    }
}

/// Whether lines of `n` neighbours follow one another in the order of `shape`.
pub fn follow(step: usize, n: usize, shape: &[usize], strides: &[usize]) -> bool {
    let mut want = n;
    (step == 1 || n == 1)
        && shape.iter().zip(strides).rev().all(|(&n, &stride)| {
            let fits = n == 1 || stride == want;
            want *= n;
            fits
        })
}
