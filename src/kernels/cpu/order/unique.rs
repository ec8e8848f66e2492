//! Equal elements found as neighbours in order.

use super::key::{Scratch, Sortable};
use super::sort::in_order;
use crate::base::DType;
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::stop::{buffer, grow, poll};
use crate::kernels::cpu::reduce::Axis;

/// One more behind those of a list.
#[inline(always)]
fn push<T>(list: &mut Vec<T>, value: T) {
    if list.len() == list.capacity() {
        grow(list, list.len().max(16));
    }
    list.push(value);
}

/// Where distinct elements go, in order, and how often there is each; `counts` may be null.
struct Found<T> {
    values: *mut T,
    counts: *mut i64,
    many: usize,
}

impl<T> Found<T> {
    #[inline(always)]
    unsafe fn put(&mut self, value: T) {
        self.values.add(self.many).write(value);
        self.many += 1;
    }
    /// So many of the last one.
    #[inline(always)]
    unsafe fn count(&mut self, n: usize) {
        if !self.counts.is_null() && self.many > 0 {
            self.counts.add(self.many - 1).write(n as i64);
        }
    }
}

/// The distinct elements of a dense array in order, of which it answers how many there are; every nan is one of its own. Where
/// they are not null, `inverse` gets the place of each element's value among them and `counts` how often there is each. (A
/// million int64 with their places: through lists of the first places, looked up afterwards, took half as long again.)
///
/// # Safety
/// `src` is readable and all else, if not null, writable for `n` elements.
pub unsafe fn unique<T: Sortable>(
    src: *const T,
    n: usize,
    values: *mut T,
    inverse: *mut i64,
    counts: *mut i64,
) -> usize {
    let mut found = Found { values, counts, many: 0 };
    if few(src, n, &mut found, inverse) {
        return found.many;
    }
    let mut s = Scratch::default();
    let mut begun = 0;
    in_order(&mut s, src, Axis { size: n, stride: 1 }, false, |k, i, key, other| {
        // those that share a key, zeros and nan, are read
        let v = T::of_key(key);
        if other || v.is_none() && *src.add(i) != *src.add(i) {
            found.count(k - begun);
            begun = k;
            found.put(v.unwrap_or_else(|| *src.add(i)));
        }
        if !inverse.is_null() {
            *inverse.add(i) = found.many as i64 - 1;
        }
    });
    found.count(n - begun);
    found.many
}

multiversion! {
    /// The least and the greatest of integers.
    unsafe fn bounds[T: Sortable](src: *const T, n: usize) -> (i64, i64) {
        let (mut low, mut high) = (i64::MAX, i64::MIN);
        for i in 0..n {
            let v = (*src.add(i)).to_i64();
            low = low.min(v);
            high = high.max(v);
        }
        (low, high)
    }
}

/// Elements between two looks at whether the user has had enough.
const STRETCH: usize = 1 << 18;

/// [`unique`] of integers between so close bounds that they are counted, without sorting (65536 int32 below 100: 608 us, 29 so).
unsafe fn few<T: Sortable>(src: *const T, n: usize, found: &mut Found<T>, inverse: *mut i64) -> bool {
    if n < 256 || !T::DTYPE.is_integral() {
        return false;
    }
    // those of a byte are known
    let (low, high) = match T::DTYPE {
        DType::Bool => (0, 1),
        DType::U8 => (0, 255),
        DType::I8 => (-128, 127),
        _ => bounds(src, n),
    };
    let Some(width) = high.checked_sub(low).filter(|&w| w < n.clamp(256, 1 << 16) as i64) else {
        return false;
    };
    let width = width as usize + 1;
    let place = |i: usize| ((*src.add(i)).to_i64() - low) as usize;
    let mut table = buffer(0usize, width);
    for i in 0..n {
        if i % STRETCH == 0 {
            poll();
        }
        table[place(i)] += 1;
    }
    for (v, count) in (low..).zip(table.iter_mut()) {
        if *count > 0 {
            found.put(T::from_i64(v));
            found.count(*count);
        }
        *count = found.many.wrapping_sub(1);
    }
    if !inverse.is_null() {
        for i in 0..n {
            if i % STRETCH == 0 {
                poll();
            }
            *inverse.add(i) = table[place(i)] as i64;
        }
    }
    true
}

/// Groups of equal rows.
pub struct Groups {
    /// Position of a representative of each group.
    pub first: Vec<usize>,
    pub counts: Vec<i64>,
    /// The group of each row, if asked for.
    pub inverse: Vec<i64>,
}

impl Groups {
    fn new(inverse: usize) -> Groups {
        Groups { first: Vec::new(), counts: Vec::new(), inverse: buffer(0, inverse) }
    }
    /// The next row, which begins a group or belongs to the last one.
    #[inline(always)]
    fn put(&mut self, i: usize, inverse: bool, begins: bool) {
        if begins {
            push(&mut self.first, i);
            push(&mut self.counts, 0);
        }
        if let Some(c) = self.counts.last_mut() {
            *c += 1;
        }
        if inverse {
            self.inverse[i] = self.first.len() as i64 - 1;
        }
    }
}

/// Elements looked at together.
const BLOCK: usize = 64;

multiversion! {
    /// Where elements differ from the one before, as bits, for a block.
    unsafe fn changes[T: Sortable](src: *const T) -> u64 {
        let mut other = [false; BLOCK];
        for j in 0..BLOCK {
            other[j] = *src.add(j) != *src.sub(1).add(j);
        }
        let mut bits = 0;
        for j in 0..BLOCK {
            bits |= u64::from(other[j]) << j;
        }
        bits
    }
}

/// How many runs of equal neighbours a dense array has; every nan is a run of its own.
///
/// # Safety
/// `src` is readable for `n` elements.
pub unsafe fn count_runs<T: Sortable>(src: *const T, n: usize) -> usize {
    let (mut runs, mut i) = (usize::from(n > 0), 1);
    while i + BLOCK <= n {
        if i % (1 << 16) == 1 {
            poll();
        }
        runs += changes(src.add(i)).count_ones() as usize;
        i += BLOCK;
    }
    while i < n {
        runs += usize::from(*src.add(i) != *src.add(i - 1));
        i += 1;
    }
    runs
}

/// Runs as they are written: the value of each, how long it is, and the run of each element; the latter two may be null.
struct Runs<T> {
    values: *mut T,
    counts: *mut i64,
    inverse: *mut i64,
    /// Of those begun, how many there are and where the last begins.
    many: usize,
    start: usize,
}

impl<T: Copy> Runs<T> {
    #[inline(always)]
    unsafe fn end(&self, at: usize) {
        if self.many > 0 && !self.counts.is_null() {
            *self.counts.add(self.many - 1) = (at - self.start) as i64;
        }
        if self.many > 0 && !self.inverse.is_null() {
            let run = self.many as i64 - 1;
            (self.start..at).for_each(|i| *self.inverse.add(i) = run);
        }
    }
    #[inline(always)]
    unsafe fn begin(&mut self, at: usize, value: T) {
        self.end(at);
        *self.values.add(self.many) = value;
        self.many += 1;
        self.start = at;
    }
}

/// Writes the runs of equal neighbours of a dense array: as many values and counts as [`count_runs`] says, and as many inverses as
/// elements. (Kept in growing lists first, a million runs took 19 ms.)
///
/// # Safety
/// As there; results hold what is written, and `counts` and `inverse` may be null.
pub unsafe fn write_runs<T: Sortable>(
    src: *const T,
    n: usize,
    values: *mut T,
    counts: *mut i64,
    inverse: *mut i64,
) {
    if n == 0 {
        return;
    }
    let mut runs = Runs { values, counts, inverse, many: 0, start: 0 };
    runs.begin(0, *src);
    let alone = counts.is_null() && inverse.is_null();
    let mut i = 1;
    while i < n {
        if i % (1 << 16) == 1 {
            poll();
        }
        if i + BLOCK <= n {
            let mut bits = changes(src.add(i));
            // where values are all that is asked for, beginnings side by side are copied together
            while bits != 0 && alone {
                let from = bits.trailing_zeros() as usize;
                let many = (!(bits >> from)).trailing_zeros() as usize;
                let (x, to) = (src.add(i + from), values.add(runs.many));
                if many >= 8 {
                    copy_few(x.cast(), to.cast(), many * size_of::<T>());
                } else {
                    (0..many).for_each(|j| *to.add(j) = *x.add(j));
                }
                runs.many += many;
                bits = if from + many < BLOCK { bits >> (from + many) << (from + many) } else { 0 };
            }
            while bits != 0 {
                let at = i + bits.trailing_zeros() as usize;
                runs.begin(at, *src.add(at));
                bits &= bits - 1;
            }
            i += BLOCK;
        } else {
            if *src.add(i) != *src.add(i - 1) {
                runs.begin(i, *src.add(i));
            }
            i += 1;
        }
    }
    runs.end(n);
}

/// Groups neighbours in the given order of positions that are equal.
pub fn group(order: &[usize], inverse: bool, same: impl Fn(usize, usize) -> bool) -> Groups {
    let mut g = Groups::new(if inverse { order.len() } else { 0 });
    for (k, &i) in order.iter().enumerate() {
        if k % (1 << 16) == 0 {
            poll();
        }
        g.put(i, inverse, k == 0 || !same(order[k - 1], i));
    }
    g
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_groups_of_neighbours() {
        for n in [0usize, 1, 2, 63, 64, 65, 66, 500] {
            for long in [1, 3, 100] {
                let mut x: Vec<f32> = (0..n).map(|i| (i / long % 5) as f32).collect();
                if n > 60 {
                    (x[20], x[21], x[59]) = (f32::NAN, f32::NAN, f32::NAN);
                }
                let order: Vec<usize> = (0..n).collect();
                let want = group(&order, true, |a, b| x[a] == x[b]);
                let k = want.first.len();
                let (mut values, mut counts, mut inverse) = (vec![0f32; k], vec![0i64; k], vec![0i64; n]);
                let null = std::ptr::null_mut();
                // SAFETY: n elements, k runs
                unsafe {
                    assert_eq!(count_runs(x.as_ptr(), n), k);
                    write_runs(x.as_ptr(), n, values.as_mut_ptr(), counts.as_mut_ptr(), inverse.as_mut_ptr());
                    let bits = |v: &[f32]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                    let heads: Vec<f32> = want.first.iter().map(|&i| x[i]).collect();
                    assert_eq!(bits(&values), bits(&heads));
                    assert_eq!((&counts, &inverse), (&want.counts, &want.inverse), "{n} {long}");
                    values.fill(0.0);
                    write_runs(x.as_ptr(), n, values.as_mut_ptr(), null, null);
                    assert_eq!(bits(&values), bits(&heads));
                }
            }
        }
    }
}
