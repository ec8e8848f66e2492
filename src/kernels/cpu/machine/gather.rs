//! Strided elements side by side, and the way back: by size, whatever they mean. Strides in bytes.

use super::blocks::copy_few;
use super::stream::{self, prefetch};
use super::turn::turn;

/// Rows of `n` elements side by side. Strides in bytes, from row to row and from element to element.
///
/// # Safety
/// `src` is readable for those rows, `dst` writable for as many dense elements and a line beyond; they do not overlap.
pub unsafe fn gather_rows(
    src: *const u8,
    across: usize,
    along: usize,
    dst: *mut u8,
    size: usize,
    rows: usize,
    n: usize,
) {
    if rows == 1 {
        // SAFETY: passed on
        return unsafe { gather(src, along, dst, size, n) };
    }
    if across == 0 {
        // one row as often as there are rows, twice as many each time
        let (bytes, all) = (n * size, rows * n * size);
        // SAFETY: the first rows, which are there already, and the room behind them
        unsafe {
            gather(src, along, dst, size, n);
            let mut done = bytes;
            while done < all {
                let more = done.min(all - done);
                copy_few(dst, dst.add(done), more);
                done += more;
            }
        }
        return;
    }
    if across == size && along > size {
        // lines of the source lie across the rows
        // SAFETY: `n` lines of as many elements as there are rows
        return unsafe { turn(src, along / size, dst, n, n, rows, size) };
    }
    // SAFETY: passed on
    unsafe { by_size!(size, T => fetch::<T>(src, across, along, dst as *mut T, rows, n)) }
}

/// The way back.
///
/// # Safety
/// As [`gather_rows`], with the roles exchanged.
pub unsafe fn scatter_rows(
    src: *const u8,
    dst: *mut u8,
    across: usize,
    along: usize,
    size: usize,
    rows: usize,
    n: usize,
) {
    if rows == 1 {
        // SAFETY: passed on
        return unsafe { scatter(src, dst, along, size, n) };
    }
    // SAFETY: passed on
    unsafe { by_size!(size, T => spread::<T>(src as *const T, dst, across, along, rows, n)) }
}

multiversion! {
    /// What is left of a gather of rows, by how they lie.
    unsafe fn fetch[T: Bits](src: *const u8, across: usize, along: usize, dst: *mut T, rows: usize, n: usize) {
        // SAFETY: an element of the rows that the caller vouches for
        let get = |r: usize, i: usize| unsafe { (src.add(r * across + i * along) as *const T).read_unaligned() };
        if along == 0 {
            // in whole lines, each row over what the one before it has written too much
            const LINE: usize = 64;
            let line = LINE / size_of::<T>();
            for r in 0..rows {
                let v = get(r, 0);
                for i in (0..n).step_by(line) {
                    for j in 0..line {
                        dst.add(r * n + i + j).write(v);
                    }
                }
            }
        } else if along == size_of::<T>() {
            for r in 0..rows {
                let (row, dst) = (src.add(r * across), dst.add(r * n));
                if n * size_of::<T>() >= 16 {
                    copy_few(row, dst.cast(), n * size_of::<T>());
                } else {
                    for i in 0..n {
                        *dst.add(i) = row.cast::<T>().add(i).read_unaligned();
                    }
                }
            }
        } else if across < along {
            // lines of the source lie across the rows
            for i in 0..n {
                for r in 0..rows {
                    *dst.add(r * n + i) = get(r, i);
                }
            }
        } else if along == 2 * size_of::<T>() {
            for r in 0..rows {
                every::<T, 2, false>((src.add(r * across)).cast(), dst.add(r * n), n);
            }
        } else {
            for r in 0..rows {
                for i in 0..n {
                    *dst.add(r * n + i) = get(r, i);
                }
            }
        }
    }
}

multiversion! {
    /// What a scatter of rows does, by how they lie.
    unsafe fn spread[T: Bits](src: *const T, dst: *mut u8, across: usize, along: usize, rows: usize, n: usize) {
        if along == size_of::<T>() {
            for r in 0..rows {
                let (row, src) = (dst.add(r * across), src.add(r * n));
                if n * size_of::<T>() >= 16 {
                    copy_few(src.cast(), row, n * size_of::<T>());
                } else {
                    for i in 0..n {
                        (row as *mut T).add(i).write_unaligned(*src.add(i));
                    }
                }
            }
        } else if across < along {
            for i in 0..n {
                for r in 0..rows {
                    (dst.add(r * across + i * along) as *mut T).write_unaligned(*src.add(r * n + i));
                }
            }
        } else {
            for r in 0..rows {
                for i in 0..n {
                    (dst.add(r * across + i * along) as *mut T).write_unaligned(*src.add(r * n + i));
                }
            }
        }
    }
}

/// An element's bits.
trait Bits: Copy {}
impl<T: Copy> Bits for T {}

multiversion! {
    /// One element all over.
    unsafe fn repeat[T: Bits](v: T, dst: *mut T, n: usize) {
        for i in 0..n {
            dst.add(i).write_unaligned(v);
        }
    }
}

/// Every `STEP`-th element, which the compiler has shuffles for.
#[inline(always)]
unsafe fn every<T: Copy, const STEP: usize, const AHEAD: bool>(src: *const T, dst: *mut T, n: usize) {
    const PIECE: usize = 64;
    let mut i = 0;
    while i + PIECE <= n {
        if AHEAD {
            let from = src.add(i * STEP).cast::<u8>();
            for line in (0..PIECE * STEP * size_of::<T>()).step_by(64) {
                prefetch(from.wrapping_add(1024 + line));
            }
        }
        for j in i..i + PIECE {
            dst.add(j).write_unaligned(src.add(j * STEP).read_unaligned());
        }
        i += PIECE;
    }
    for i in i..n {
        dst.add(i).write_unaligned(src.add(i * STEP).read_unaligned());
    }
}

multiversion! {
    /// Elements a number of elements apart.
    unsafe fn stepped[T: Bits](src: *const T, step: usize, dst: *mut T, n: usize) {
        // what passes the caches comes from memory: there two lines at a time are waited for (2048x2048 with every second column,
        // negated: 1550 us, asked for ahead 957)
        match (step, stream::is_on()) {
            (2, false) => every::<T, 2, false>(src, dst, n),
            (2, true) => every::<T, 2, true>(src, dst, n),
            (3, _) => every::<T, 3, false>(src, dst, n),
            (4, _) => every::<T, 4, false>(src, dst, n),
            _ => {
                for i in 0..n {
                    dst.add(i).write_unaligned(src.add(i * step).read_unaligned());
                }
            }
        }
    }
}

/// Strided to dense, by element size. Strides in bytes.
///
/// # Safety
/// `src` is readable for `n` elements with the stride, `dst` writable for `n` dense ones.
pub unsafe fn gather(src: *const u8, stride: usize, dst: *mut u8, size: usize, n: usize) {
    unsafe fn go<T: Copy>(src: *const u8, stride: usize, dst: *mut T, n: usize) {
        if stride == 0 {
            // SAFETY: the caller's promise
            return unsafe { repeat((src as *const T).read_unaligned(), dst, n) };
        }
        if stride.is_multiple_of(size_of::<T>()) {
            // SAFETY: the caller's promise
            return unsafe { stepped(src as *const T, stride / size_of::<T>(), dst, n) };
        }
        for i in 0..n {
            // SAFETY: the caller's promise
            unsafe { dst.add(i).write_unaligned((src.add(i * stride) as *const T).read_unaligned()) };
        }
    }
    // SAFETY: passed on
    unsafe { by_size!(size, T => go(src, stride, dst as *mut T, n)) }
}

/// Dense to strided, by element size.
///
/// # Safety
/// As [`gather`], with the roles exchanged.
pub unsafe fn scatter(src: *const u8, dst: *mut u8, stride: usize, size: usize, n: usize) {
    unsafe fn go<T: Copy>(src: *const T, dst: *mut u8, stride: usize, n: usize) {
        for i in 0..n {
            // SAFETY: the caller's promise
            unsafe { (dst.add(i * stride) as *mut T).write_unaligned(src.add(i).read_unaligned()) };
        }
    }
    // SAFETY: passed on
    unsafe { by_size!(size, T => go(src as *const T, dst, stride, n)) }
}
