//! The elements under a mask, and where they are: masks are counted in pieces, then every piece fills its own part.

use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;

/// Elements of a mask that one task looks at.
const PIECE: usize = par::ELEMENTWISE_GRAIN;

/// How many elements are true before each piece; the last entry counts all of them.
pub fn starts(mask: &[u8]) -> Vec<usize> {
    let mut counts = buffer(0usize, mask.len().div_ceil(PIECE) + 1);
    let out = Ptr(counts.as_mut_ptr());
    par::for_each(mask.len().div_ceil(PIECE), |t| {
        let piece = &mask[t * PIECE..((t + 1) * PIECE).min(mask.len())];
        // SAFETY: each task writes its own entry; the piece is as long as its slice
        unsafe { *out.at(t + 1) = count(piece.as_ptr(), piece.len()) };
    });
    for t in 1..counts.len() {
        counts[t] += counts[t - 1];
    }
    counts
}

multiversion! {
    unsafe fn count(mask: *const u8, n: usize) -> usize {
        let mut sum = 0u32; // a piece is short, and narrow sums are twice as many in a register
        for i in 0..n {
            sum += (*mask.add(i) != 0) as u32;
        }
        sum as usize
    }
}

/// Calls the kernel with each piece of the mask: its first element, its length, where its results go and how many.
fn each_piece(mask: &[u8], starts: &[usize], f: impl Fn(usize, usize, usize, usize) + Sync) {
    par::for_each(starts.len() - 1, |t| {
        let first = t * PIECE;
        f(first, PIECE.min(mask.len() - first), starts[t], starts[t + 1] - starts[t]);
    });
}

/// Positions of the true elements, in order.
pub fn positions(mask: &[u8]) -> Vec<i64> {
    let starts = starts(mask);
    let mut found = buffer(0i64, starts[starts.len() - 1]);
    let out = Ptr(found.as_mut_ptr());
    each_piece(mask, &starts, |first, n, at, many| {
        // SAFETY: a piece writes `many` results from its start on, which nobody else does
        unsafe { fill(mask.as_ptr().add(first), n, many, out.at(at), |i| (first + i) as i64) }
    });
    found
}

/// The coordinates of ascending positions, a row for each axis. They are counted up from one position to the next, and
/// divided only where an axis is passed.
///
/// # Safety
/// Positions lie in the shape, of at least one axis; each row has room for all of them.
pub unsafe fn coordinates(found: &[i64], shape: &[usize], rows: &[*mut i64]) {
    let rows: Vec<Ptr<i64>> = rows.iter().map(|&r| Ptr(r)).collect();
    par::for_each_chunk(found.len(), PIECE, |range| {
        let last = shape.len() - 1;
        let mut at = vec![0usize; shape.len()];
        let mut before = 0;
        for i in range {
            let here = found[i] as usize;
            at[last] += here - before;
            before = here;
            let mut axis = last;
            while axis > 0 && at[axis] >= shape[axis] {
                let over = at[axis] / shape[axis];
                at[axis] -= over * shape[axis];
                at[axis - 1] += over;
                axis -= 1;
            }
            for (row, &v) in rows.iter().zip(&at) {
                // SAFETY: element `i` of each row
                unsafe { row.at(i).write(v as i64) };
            }
        }
    });
}

/// `dst` receives the elements of `src` (dense, `size` bytes each) whose mask is true, in order.
///
/// # Safety
/// `src` is valid for the mask's length, `dst` for the last of `starts`.
pub unsafe fn select(mask: &[u8], starts: &[usize], src: *const u8, dst: *mut u8, size: usize) {
    unsafe fn typed<T: Copy>(mask: &[u8], starts: &[usize], src: *const u8, dst: *mut u8) {
        let (src, dst) = (Ptr::of(src as *const T), Ptr(dst as *mut T));
        each_piece(mask, starts, |first, n, at, many| {
            // SAFETY: as in `positions`, and the source has an element for each of the mask
            unsafe {
                let from = src.at(first).cast_const();
                fill(mask.as_ptr().add(first), n, many, dst.at(at), |i| *from.add(i))
            }
        });
    }
    // SAFETY: the caller's promise
    unsafe {
        match size {
            1 => typed::<u8>(mask, starts, src, dst),
            2 => typed::<u16>(mask, starts, src, dst),
            4 => typed::<u32>(mask, starts, src, dst),
            8 => typed::<u64>(mask, starts, src, dst),
            _ => typed::<[u64; 2]>(mask, starts, src, dst),
        }
    }
}

/// Writes `value(i)` for every true element. A value is written before it is known whether it counts, so that nothing
/// is guessed from random masks: with a branch an element took 6 ns, so 0.6.
#[inline(always)]
unsafe fn fill<T: Copy>(mask: *const u8, n: usize, many: usize, dst: *mut T, value: impl Fn(usize) -> T) {
    let mut k = 0;
    for i in 0..n {
        if k == many {
            return;
        }
        *dst.add(k) = value(i);
        k += (*mask.add(i) != 0) as usize;
    }
}

multiversion! {
    /// `dst` = `value` where the mask is true, else `src`; blocks of equal length. `dst` may be `src`.
    ///
    /// # Safety
    /// Dense blocks of `n` elements of `size` bytes, `value` one element.
    pub unsafe fn blend(mask: *const u8, src: *const u8, value: *const u8, dst: *mut u8, n: usize, size: usize) {
        by_size!(size, T => {
            let (src, dst, value) = (src as *const T, dst as *mut T, (value as *const T).read_unaligned());
            for i in 0..n {
                let old = src.add(i).read_unaligned();
                dst.add(i).write_unaligned(if *mask.add(i) != 0 { value } else { old });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_longer_than_a_piece() {
        let n = 2 * PIECE + 77;
        let mask: Vec<u8> = (0..n).map(|i| (i * i % 7 < 3) as u8).collect();
        let want: Vec<i64> = (0..n as i64).filter(|&i| mask[i as usize] != 0).collect();
        assert_eq!(positions(&mask), want);
        let src: Vec<u32> = (0..n as u32).collect();
        let starts = starts(&mask);
        let mut dst = vec![0u32; want.len()];
        // SAFETY: sizes as counted
        unsafe { select(&mask, &starts, src.as_ptr().cast(), dst.as_mut_ptr().cast(), 4) };
        assert!(dst.iter().zip(&want).all(|(&d, &w)| d as i64 == w));
    }

    #[test]
    fn coordinates_of_positions_far_and_near() {
        let shape = [5, 3, 1, 7, 400];
        let n: usize = shape.iter().product();
        for step in [1, 2, 3, 399, 401, 2801, 9000] {
            let found: Vec<i64> = (0..n as i64).step_by(step).collect();
            let mut out = vec![vec![-1i64; found.len()]; shape.len()];
            let rows: Vec<*mut i64> = out.iter_mut().map(|r| r.as_mut_ptr()).collect();
            // SAFETY: rows as long as the positions are many
            unsafe { coordinates(&found, &shape, &rows) };
            for (i, &f) in found.iter().enumerate() {
                let back = out.iter().zip(&shape).fold(0, |at, (row, &n)| at * n as i64 + row[i]);
                assert_eq!(back, f);
                assert!(out.iter().zip(&shape).all(|(row, &n)| (0..n as i64).contains(&row[i])));
            }
        }
    }

    #[test]
    fn empty_and_uniform_masks() {
        assert!(positions(&[]).is_empty());
        assert!(positions(&[0; 100]).is_empty());
        assert_eq!(positions(&[1; 3]), [0, 1, 2]);
    }
}
