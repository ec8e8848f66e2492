//! Sorting along lines, and what other work on sorted pairs shares.

use super::grid::Grid;
use super::key::{Pair, Scratch, Sortable, turned};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::gather::gather;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{buffer, grow, poll};
use crate::kernels::cpu::reduce::{Axis, runs};

/// Below this many pairs the library's comparison sort is faster than counting digits.
const RADIX_FROM: usize = 1500;
const DIGIT: u32 = 11;
/// Elements between two looks at whether the user has had enough.
const STRETCH: usize = 1 << 18;

/// Sorts the pairs of a scratch by keys of so many bits.
pub(super) fn sort_pairs<P: Pair>(s: &mut Scratch<P>, bits: u32) {
    sort_by_key(&mut s.pairs, &mut s.other, bits, |p| p.key());
}

/// Sorts pairs, whose positions ascend, by keys of so many bits. The second list is room for them.
fn sort_by_key<P: Copy + Ord + Default>(
    pairs: &mut Vec<P>,
    other: &mut Vec<P>,
    bits: u32,
    key: impl Fn(P) -> u64,
) {
    let n = pairs.len();
    if n < RADIX_FROM {
        return pairs.sort_unstable();
    }
    // what lies in order, or against it without equals, is known after one look
    if pairs.is_sorted() {
        return;
    }
    if pairs.is_sorted_by(|a, b| key(*a) > key(*b)) {
        return pairs.reverse();
    }
    let digits = bits.div_ceil(DIGIT) as usize;
    let mut counts = buffer([0u32; 1 << DIGIT], digits);
    for p in &*pairs {
        let key = key(*p);
        for (d, c) in counts.iter_mut().enumerate() {
            c[(key >> (d as u32 * DIGIT)) as usize & ((1 << DIGIT) - 1)] += 1;
        }
    }
    let more = n.saturating_sub(other.len());
    grow(other, more);
    other.resize(n, P::default());
    for (d, c) in counts.iter_mut().enumerate() {
        if c.iter().any(|&k| k as usize == n) {
            continue; // all alike in this digit
        }
        let mut at = 0;
        for k in c.iter_mut() {
            at += std::mem::replace(k, at);
        }
        for (i, p) in pairs.iter().enumerate() {
            if i % STRETCH == 0 {
                poll();
            }
            let slot = &mut c[(key(*p) >> (d as u32 * DIGIT)) as usize & ((1 << DIGIT) - 1)];
            other[*slot as usize] = *p;
            *slot += 1;
        }
        std::mem::swap(pairs, other);
    }
}

multiversion! {
    /// The least and the greatest key of a line.
    unsafe fn key_range[T: Sortable](src: *const T, n: usize, stride: usize, flip: u64) -> (u64, u64) {
        let (mut low, mut high) = (u64::MAX, 0);
        for i in 0..n {
            let key = (*src.add(i * stride)).sort_key() ^ flip;
            low = low.min(key);
            high = high.max(key);
        }
        (low, high)
    }
}

/// Pairs of keys of 64 bits in one word each, where the keys lie close enough together: above the least of them, with the
/// position in the bits below. Answers with the bits of position and key, and the least key. (A million int64 between 0 and 2^40 are sorted in 14
/// instead of 31 ms.)
unsafe fn close<T: Sortable>(
    to: &mut Vec<u64>,
    src: *const T,
    line: Axis,
    flip: u64,
) -> Option<(u32, u32, u64)> {
    let (low, high) = key_range(src, line.size, line.stride, flip);
    let (place, bits) = (usize::BITS - line.size.leading_zeros(), 64 - (high - low).leading_zeros());
    if place + bits > 64 {
        return None;
    }
    to.clear();
    grow(to, line.size);
    for start in (0..line.size).step_by(STRETCH) {
        poll();
        to.extend((start..line.size.min(start + STRETCH)).map(|i| {
            // SAFETY: an element of the line
            let key = unsafe { *src.add(i * line.stride) }.sort_key() ^ flip;
            (key - low) << place | i as u64
        }));
    }
    Some((place, bits, low))
}

/// Whether a line lies against its order, or in it: known after one look, and then there is nothing to sort (4M floats
/// backwards: 14 ms as pairs, 6 without).
unsafe fn trend<T: Sortable>(src: *const T, line: Axis, flip: u64) -> Option<bool> {
    let key = |i: usize| (*src.add(i * line.stride)).sort_key() ^ flip;
    let mut before = key(0);
    let (mut ascends, mut descends) = (true, true);
    for i in 1..line.size {
        let next = key(i);
        (ascends, descends) = (ascends && before <= next, descends && before >= next);
        if !ascends && !descends {
            return None;
        }
        before = next;
    }
    Some(!ascends)
}

/// The least key of a line and how many kinds of keys lie between it and the greatest, where they are so few that counting them is
/// the fastest way: bytes, and halves and integers no more than there are elements. (65536 int32 below 100 with their places: 547 us
/// as pairs, 148 counted.)
unsafe fn few_kinds<T: Sortable>(src: *const T, line: Axis, flip: u64) -> Option<(u64, usize)> {
    if T::BITS <= 8 {
        return (line.size >= COUNTED).then_some((0, 1 << T::BITS));
    }
    if line.size < RADIX_FROM || (T::BITS > 16 && !T::DTYPE.is_integral()) {
        return None;
    }
    let (low, high) = key_range(src, line.size, line.stride, flip);
    let most = line.size.min(1 << 16) as u64;
    (high - low < most).then_some((low, (high - low) as usize + 1))
}

/// Calls `f(place, position)` for the elements of a line of [`few_kinds`]: they are read twice, and nobody may write to them in
/// between.
unsafe fn counted<T: Sortable>(
    next: &mut Vec<usize>,
    src: *const T,
    line: Axis,
    flip: u64,
    (low, kinds): (u64, usize),
    mut f: impl FnMut(usize, usize),
) {
    let key = |i: usize| (((*src.add(i * line.stride)).sort_key() ^ flip) - low) as usize;
    next.clear();
    grow(next, kinds);
    next.resize(kinds, 0);
    for i in 0..line.size {
        if i % STRETCH == 0 {
            poll();
        }
        next[key(i)] += 1;
    }
    let mut at = 0;
    for n in next.iter_mut() {
        at += std::mem::replace(n, at);
    }
    for i in 0..line.size {
        if i % STRETCH == 0 {
            poll();
        }
        let place = &mut next[key(i)];
        f(*place, i);
        *place += 1;
    }
}

/// Elements of a line of bytes from which they are counted.
const COUNTED: usize = 256;

/// Calls `f(place, position, key, whether it is another than that before)` for the elements of a line in order.
///
/// # Safety
/// `src` is readable over the line.
pub(super) unsafe fn in_order<T: Sortable>(
    s: &mut Scratch<T::Pair>,
    src: *const T,
    line: Axis,
    descending: bool,
    mut f: impl FnMut(usize, usize, u64, bool),
) {
    let flip = if descending { turned::<T>() } else { 0 };
    if line.size >= RADIX_FROM
        && let Some(backwards) = trend(src, line, flip)
    {
        let key = |i: usize| (*src.add(i * line.stride)).sort_key();
        let (mut k, mut end) = (0, line.size);
        if !backwards {
            for i in 0..end {
                if i % STRETCH == 0 {
                    poll();
                }
                f(i, i, key(i), i == 0 || key(i) != key(i - 1));
            }
            return;
        }
        // equals one by one from behind, and each of them in the order in which they lie
        while end > 0 {
            let (last, mut start) = (key(end - 1), end - 1);
            while start > 0 && key(start - 1) == last {
                start -= 1;
            }
            for i in start..end {
                if k % STRETCH == 0 {
                    poll();
                }
                f(k, i, last, i == start);
                k += 1;
            }
            end = start;
        }
        return;
    }
    if T::BITS == 64
        && line.size >= RADIX_FROM
        && let Some((place, bits, low)) = close(&mut s.close.0, src, line, flip)
    {
        let (pairs, other) = &mut s.close;
        sort_by_key(pairs, other, bits, |p| p >> place);
        let mut before = None;
        for (k, p) in pairs.iter().enumerate() {
            if k % STRETCH == 0 {
                poll();
            }
            let key = ((p >> place) + low) ^ flip;
            f(k, (p & ((1 << place) - 1)) as usize, key, Some(key) != before);
            before = Some(key);
        }
        return;
    }
    load(s, src, line, descending);
    sort_pairs(s, T::BITS);
    let mut before = None;
    for (k, p) in s.pairs.iter().enumerate() {
        if k % STRETCH == 0 {
            poll();
        }
        let key = p.key() ^ flip;
        f(k, p.position(), key, Some(key) != before);
        before = Some(key);
    }
}

/// Lines up to this length are sorted where they are read, by a fixed order of comparisons without a branch on data.
const SHORT: usize = 8;
type Steps = &'static [(usize, usize)];
/// Batcher's merge of odd and even places ("Sorting networks and their applications", 1968), for up to 4 and up to 8.
const FOUR: Steps = &[(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)];
const EIGHT: Steps = &[
    (0, 1),
    (2, 3),
    (4, 5),
    (6, 7),
    (0, 2),
    (1, 3),
    (4, 6),
    (5, 7),
    (1, 2),
    (5, 6),
    (0, 4),
    (1, 5),
    (2, 6),
    (3, 7),
    (2, 4),
    (3, 5),
    (1, 2),
    (3, 4),
    (5, 6),
];

/// The pairs of a short line in order, in the first places.
#[inline(always)]
unsafe fn short<T: Sortable>(src: *const T, line: Axis, flip: u64) -> [T::Pair; SHORT] {
    let last = <T::Pair as Pair>::new(turned::<T>(), usize::MAX >> 32);
    let mut p = [last; SHORT];
    for i in 0..line.size {
        p[i] = <T::Pair as Pair>::new((*src.add(i * line.stride)).sort_key() ^ flip, i);
    }
    let mut put = |steps: Steps| {
        for &(a, b) in steps {
            (p[a], p[b]) = p[a].in_order(p[b]);
        }
    };
    if line.size <= 4 {
        put(FOUR)
    } else {
        put(EIGHT)
    }
    p
}

/// Fills the pairs of one line; with `descending` the keys are turned around.
pub(super) unsafe fn load<T: Sortable>(
    s: &mut Scratch<T::Pair>,
    src: *const T,
    line: Axis,
    descending: bool,
) {
    let flip = if descending { turned::<T>() } else { 0 };
    s.pairs.clear();
    grow(&mut s.pairs, line.size);
    for start in (0..line.size).step_by(STRETCH) {
        poll();
        s.pairs.extend((start..line.size.min(start + STRETCH)).map(|i| {
            // SAFETY: an element of the line
            let x = unsafe { *src.add(i * line.stride) };
            <T::Pair as Pair>::new(x.sort_key() ^ flip, i)
        }));
    }
}

/// Lines whose elements are one and the same are in order: of an axis that is expanded.
unsafe fn level<T: Sortable>(grid: &Grid, src: Ptr<T>, values: Ptr<T>, indices: Ptr<i64>) {
    let (n, inner, size) = (grid.line.size, grid.inner.max(1), size_of::<T>());
    par::for_each_chunk(grid.count / inner * n, (par::ELEMENTWISE_GRAIN / inner).max(1), |r| {
        for row in r {
            let (o, i) = (row / n, row % n);
            std::slice::from_raw_parts_mut(indices.at(row * inner), inner).fill(i as i64);
            if values.get().is_null() {
                continue;
            }
            let mut to = row * inner;
            for (offset, count, apart) in runs(&grid.outer, o * inner..(o + 1) * inner) {
                let from = src.at(offset).cast_const().cast();
                gather(from, apart * size, values.at(to).cast(), size, count);
                to += count;
            }
        }
    });
}

/// Sorted values (unless null) and the positions they came from, dense along the same axis.
///
/// # Safety
/// `src` is readable over the grid's tensor; results are writable for as many elements.
pub unsafe fn sort<T: Sortable>(
    grid: &Grid,
    src: *const T,
    descending: bool,
    values: *mut T,
    indices: *mut i64,
) {
    let (src, values, indices) = (Ptr::of(src), Ptr(values), Ptr(indices));
    let n = grid.line.size;
    if grid.line.stride == 0 || n == 1 {
        // SAFETY: elements and their places in the results
        return unsafe { level(grid, src, values, indices) };
    }
    grid.each::<T::Pair>(n * 8, |line, offset, s| {
        // SAFETY: elements of this line, and its places in the results
        unsafe {
            let from = src.get().add(offset);
            let (at, step) = grid.place(line, n);
            if n <= SHORT {
                let flip = if descending { turned::<T>() } else { 0 };
                for (k, p) in short(from, grid.line, flip).iter().take(n).enumerate() {
                    let i = p.position();
                    indices.at(at + k * step).write(i as i64);
                    if !values.get().is_null() {
                        values.at(at + k * step).write(*from.add(i * grid.line.stride));
                    }
                }
                return;
            }
            let put = |k: usize, i: usize| {
                indices.at(at + k * step).write(i as i64);
                if !values.get().is_null() {
                    values.at(at + k * step).write(*from.add(i * grid.line.stride));
                }
            };
            let flip = if descending { turned::<T>() } else { 0 };
            if let Some(kinds) = few_kinds(from, grid.line, flip) {
                return counted(&mut s.counts, from, grid.line, flip, kinds, put);
            }
            in_order(s, from, grid.line, descending, |k, i, key, _| {
                indices.at(at + k * step).write(i as i64);
                if !values.get().is_null() {
                    // not read from where it lies, anywhere in the line
                    let value = T::of_key(key).unwrap_or_else(|| *from.add(i * grid.line.stride));
                    values.at(at + k * step).write(value);
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(i: usize) -> u64 {
        let h = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
    }

    #[test]
    fn sorted_and_stable() {
        for n in [0, 1, 2, 3, 4, 5, 7, 8, 9, 17, 1499, 1500, 5000] {
            let mut x: Vec<f32> = (0..n).map(|i| (noise(i) % 301) as f32 - 150.0).collect();
            for (i, v) in
                [f32::NAN, -0.0, 0.0, f32::INFINITY, f32::NEG_INFINITY, -f32::NAN].into_iter().enumerate()
            {
                if let Some(p) = x.get_mut(i * 3) {
                    *p = v;
                }
            }
            for descending in [false, true] {
                let (mut v, mut at) = (vec![0f32; n], vec![0i64; n]);
                // SAFETY: n elements each
                unsafe {
                    sort(&Grid::new(&[n], &[1], 0), x.as_ptr(), descending, v.as_mut_ptr(), at.as_mut_ptr())
                };
                let mut want: Vec<usize> = (0..n).collect();
                want.sort_by(|&a, &b| {
                    let o = x[a].partial_cmp(&x[b]).unwrap_or(x[a].is_nan().cmp(&x[b].is_nan()));
                    if descending { o.reverse() } else { o }
                });
                assert_eq!(at, want.iter().map(|&i| i as i64).collect::<Vec<_>>());
                assert!(v.iter().zip(&want).all(|(a, &b)| a.to_bits() == x[b].to_bits()));
            }
        }
        for n in [2000, 2001] {
            let up: Vec<f32> = (0..n).map(|i| i as f32 / 3.0).collect();
            let down: Vec<f32> = up.iter().rev().copied().collect();
            let (mut v, mut at) = (vec![0f32; n], vec![0i64; n]);
            for (x, descending) in [(&up, false), (&down, false), (&up, true), (&down, true)] {
                // SAFETY: n elements each
                unsafe {
                    sort(&Grid::new(&[n], &[1], 0), x.as_ptr(), descending, v.as_mut_ptr(), at.as_mut_ptr())
                };
                assert_eq!(&v, if descending { &down } else { &up });
                assert!(at.iter().zip(&v).all(|(&i, v)| x[i as usize] == *v));
            }
        }
        // keys that fit one word with their positions, and such that do not
        for far in [0, i64::MAX / 3] {
            let x: Vec<i64> =
                (0..3000).map(|i| noise(i) as i64 % 5000 - 2500 + (i as i64 % 3 - 1) * far).collect();
            let (mut v, mut at) = (vec![0i64; 3000], vec![0i64; 3000]);
            for descending in [false, true] {
                // SAFETY: 3000 elements each
                unsafe {
                    sort(
                        &Grid::new(&[3000], &[1], 0),
                        x.as_ptr(),
                        descending,
                        v.as_mut_ptr(),
                        at.as_mut_ptr(),
                    )
                };
                let mut want: Vec<usize> = (0..3000).collect();
                want.sort_by(|&a, &b| if descending { x[b].cmp(&x[a]) } else { x[a].cmp(&x[b]) });
                assert!(at.iter().zip(&want).all(|(&a, &b)| a as usize == b));
                assert!(v.iter().zip(&want).all(|(a, &b)| *a == x[b]));
            }
        }
        let x: Vec<i64> = (0..3000).map(|i| noise(i) as i64 - (1 << 40)).collect();
        let (mut v, mut at) = (vec![0i64; 3000], vec![0i64; 3000]);
        // SAFETY: 3000 elements each, as 3 lines of stride 3
        unsafe {
            sort(&Grid::new(&[1000, 3], &[3, 1], 0), x.as_ptr(), false, v.as_mut_ptr(), at.as_mut_ptr())
        };
        for line in 0..3 {
            assert!((1..1000).all(|i| v[i * 3 + line] >= v[i * 3 + line - 3]));
            assert!((0..1000).all(|i| x[at[i * 3 + line] as usize * 3 + line] == v[i * 3 + line]));
        }
    }

    fn stable<T: Sortable + PartialOrd>(x: &[T]) {
        let n = x.len();
        for descending in [false, true] {
            let (mut v, mut at) = (x.to_vec(), vec![0i64; n]);
            let grid = Grid::new(&[n], &[1], 0);
            // SAFETY: n elements each
            unsafe { sort(&grid, x.as_ptr(), descending, v.as_mut_ptr(), at.as_mut_ptr()) };
            let mut want: Vec<usize> = (0..n).collect();
            let turned = if descending { turned::<T>() } else { 0 };
            want.sort_by_key(|&i| x[i].sort_key() ^ turned);
            assert!(at.iter().zip(&want).all(|(&a, &b)| a as usize == b), "{n} {descending}");
            assert!(v.iter().zip(&want).all(|(a, &b)| *a == x[b]));
        }
    }

    /// Bytes are counted; lines in order or against it are taken as they lie; equals keep their places.
    #[test]
    fn lines_that_need_no_sorting() {
        for n in [COUNTED - 1, COUNTED, 2 * RADIX_FROM] {
            stable::<u8>(&(0..n).map(|i| noise(i) as u8).collect::<Vec<_>>());
            stable::<i8>(&(0..n).map(|i| noise(i) as i8).collect::<Vec<_>>());
            stable::<bool>(&(0..n).map(|i| noise(i).is_multiple_of(3)).collect::<Vec<_>>());
            for step in [1, 3] {
                let up: Vec<f32> = (0..n).map(|i| (i / step) as f32 - 100.0).collect();
                stable::<f32>(&up);
                stable::<f32>(&up.iter().map(|x| -x).collect::<Vec<_>>());
                stable::<f32>(&up.iter().map(|x| -x.max(0.0)).collect::<Vec<_>>());
                let mut nearly = up.clone();
                nearly.swap(n - 1, n - 2);
                stable::<f32>(&nearly);
                stable::<i64>(&up.iter().map(|&x| x as i64 * -7).collect::<Vec<_>>());
            }
        }
    }
}
