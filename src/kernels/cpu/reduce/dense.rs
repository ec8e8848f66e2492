//! The dense loops that a reduction is made of, one set for each operation and type of elements: whatever knows about
//! axes and pieces is in [`fold`](super::fold) and compiled once, for all of them.

use crate::kernels::cpu::machine::{simd, stream};

/// What to do with elements. `step` and `merge` are associative up to rounding.
pub trait Fold<T: Copy>: Copy + Default {
    type Acc: Copy;
    /// Whether the end of a row is taken as a whole vector, of which a part is left out: where a step is one instruction.
    const MASKS: bool = false;
    fn init(self) -> Self::Acc;
    fn step(self, acc: Self::Acc, x: T) -> Self::Acc;
    /// Four steps, for which there may be a shorter way.
    #[inline(always)]
    fn step4(self, acc: Self::Acc, x: [T; 4]) -> Self::Acc {
        self.step(self.step(self.step(self.step(acc, x[0]), x[1]), x[2]), x[3])
    }
    fn merge(self, a: Self::Acc, b: Self::Acc) -> Self::Acc;
}

/// Independent accumulators along a row: four 512-bit registers of f32.
pub const LANES: usize = 64;
/// Elements between two emptyings of the lanes: 64 additions each.
pub const LEAF: usize = 4096;
/// Bytes between what is added and what is asked for, in the first-level cache. A bare loop of additions goes through 64 MB in 1.5
/// ms with, 2.0 without and 2.1 where the second-level cache is asked for; through 16 MB that lie in the last-level cache in 0.15,
/// 0.18 and 0.22, through 256 KiB in the second-level one in 1.1, 1.3 and 1.9 us.
const AHEAD: usize = 1024;

/// The loops of one operation over one type. Elements and accumulators are bytes to who calls them, distances are
/// counted in elements.
#[derive(Clone, Copy)]
pub struct Dense {
    /// Bytes of an element, and of an accumulator.
    pub element: usize,
    pub acc: usize,
    /// `n` accumulators that have seen nothing.
    pub fill: unsafe fn(*mut u8, usize),
    /// `count` rows of `n` neighbours, `apart`: an accumulator each.
    pub rows: unsafe fn(*const u8, usize, usize, usize, *mut u8),
    /// The same rows into [`LANES`] accumulators, each row from the first on.
    pub add: unsafe fn(*mut u8, *const u8, usize, usize, usize),
    /// The lanes into one accumulator; they have seen nothing afterwards.
    pub drain: unsafe fn(*mut u8, *mut u8),
    /// `n` rows, a distance apart, into `width` accumulators side by side.
    pub columns: unsafe fn(*mut u8, *const u8, usize, usize, usize),
    /// `n` accumulators into others.
    pub merge: unsafe fn(*mut u8, *const u8, usize),
}

impl Dense {
    pub fn of<T: Copy, F: Fold<T>>(_: F) -> Dense {
        Dense {
            element: size_of::<T>(),
            acc: size_of::<F::Acc>(),
            fill: |acc, n| {
                let acc = acc.cast::<F::Acc>();
                for i in 0..n {
                    // SAFETY: here and below, the driver passes elements and accumulators of these types
                    unsafe { acc.add(i).write(F::default().init()) };
                }
            },
            rows: |src, n, count, apart, acc| {
                // SAFETY: as above
                unsafe { rows(F::default(), src.cast::<T>(), n, count, apart, acc.cast()) }
            },
            add: |lanes, src, n, count, apart| {
                // SAFETY: as above
                unsafe { add(F::default(), &mut *lanes.cast(), src.cast::<T>(), n, count, apart) }
            },
            drain: |total, lanes| {
                let (total, lanes) = (total.cast::<F::Acc>(), lanes.cast::<[F::Acc; LANES]>());
                let f = F::default();
                // SAFETY: as above
                unsafe {
                    *total =
                        f.merge(*total, empty_lanes::<{ simd::Level::Portable as u8 }, T, F>(f, &mut *lanes));
                    *lanes = [f.init(); LANES];
                }
            },
            columns: |acc, src, n, stride, width| {
                // SAFETY: as above
                unsafe { columns(F::default(), acc.cast(), src.cast::<T>(), n, stride, width) }
            },
            merge: |a, b, n| {
                // SAFETY: as above
                unsafe { merge::<T, F>(F::default(), a.cast(), b.cast(), n) }
            },
        }
    }
}

multiversion! {
    unsafe fn rows[const LEVEL, T: Copy, F: Fold<T>](f: F, src: *const T, n: usize, count: usize, apart: usize, dst: *mut F::Acc) {
        for r in 0..count {
            let row = src.add(r * apart);
            let mut total = f.init();
            if n < 16 {
                for i in 0..n {
                    simd::one_by_one();
                    total = f.step(total, *row.add(i));
                }
            } else if n < LANES && !simd::is_least::<LEVEL>() {
                total = f.merge(total, short_row(f, row, n));
            } else {
                // Leaves are added lane by lane: emptied one by one, they took a fifth of the time of a sum from the caches.
                let mut sums = nothing(f);
                let mut at = 0;
                loop {
                    let count = (n - at).min(LEAF);
                    let mut lanes = nothing(f);
                    add_run::<LEVEL, T, F>(f, &mut lanes, row.add(at), count);
                    if at == 0 {
                        sums = lanes;
                    } else {
                        for j in 0..LANES {
                            simd::rest::<LEVEL>();
                            sums[j] = f.merge(sums[j], lanes[j]);
                        }
                    }
                    at += count;
                    if at == n {
                        break;
                    }
                }
                total = f.merge(total, empty_lanes::<LEVEL, T, F>(f, &mut sums));
            }
            dst.add(r).write(total);
        }
    }
}

/// A row of sixteen elements at least and fewer than [`LANES`], in sixteen lanes: to fill 64 and to empty them takes longer than
/// what there is to add (8192 rows of 49 float32: 43 instead of 56 us).
#[inline(always)]
unsafe fn short_row<T: Copy, F: Fold<T>>(f: F, row: *const T, n: usize) -> F::Acc {
    let mut lanes = [f.init(); 16];
    let mut i = 0;
    while i + 16 <= n {
        for j in 0..16 {
            lanes[j] = f.step(lanes[j], *row.add(i + j));
        }
        i += 16;
    }
    if F::MASKS {
        // as in `add_run`
        if i < n {
            let (x, skip) = (row.add(n - 16), 16 - (n - i));
            for j in 0..16 {
                let new = f.step(lanes[j], *x.add(j));
                lanes[j] = if j >= skip { new } else { lanes[j] };
            }
        }
    } else {
        macro_rules! rest {
            ($($k:literal)*) => {$(
                if (n - i) & $k != 0 {
                    for j in 0..$k {
                        lanes[j] = f.step(lanes[j], *row.add(i + j));
                    }
                    i += $k;
                }
            )*};
        }
        rest!(8 4 2);
        if i < n {
            lanes[0] = f.step(lanes[0], *row.add(i));
        }
    }
    macro_rules! halve {
        ($($n:literal)*) => {$(
            for j in 0..$n {
                lanes[j] = f.merge(lanes[j], lanes[j + $n]);
            }
        )*};
    }
    halve!(8 4 2 1);
    lanes[0]
}

multiversion! {
    unsafe fn add[const LEVEL, T: Copy, F: Fold<T>](f: F, lanes: &mut [F::Acc; LANES], src: *const T, n: usize, count: usize, apart: usize) {
        for r in 0..count {
            add_run::<LEVEL, T, F>(f, lanes, src.add(r * apart), n);
        }
    }
}

/// Lanes that have seen nothing.
#[inline(always)]
fn nothing<T: Copy, F: Fold<T>>(f: F) -> [F::Acc; LANES] {
    [f.init(); LANES]
}

#[inline(always)]
unsafe fn add_run<const LEVEL: u8, T: Copy, F: Fold<T>>(
    f: F,
    lanes: &mut [F::Acc; LANES],
    src: *const T,
    n: usize,
) {
    if simd::is_least::<LEVEL>() {
        for i in 0..n {
            simd::one_by_one();
            lanes[i % LANES] = f.step(lanes[i % LANES], *src.add(i));
        }
        return;
    }
    let mut i = 0;
    if n >= LANES {
        // a local copy stays in registers across the loop
        let mut l = *lanes;
        while i + 4 * LANES <= n {
            let ahead = src.wrapping_add(i).cast::<u8>().wrapping_add(AHEAD);
            for line in (0..4 * LANES * size_of::<T>()).step_by(64) {
                stream::prefetch(ahead.wrapping_add(line));
            }
            for j in 0..LANES {
                let at = src.add(i + j);
                l[j] = f.step4(l[j], [*at, *at.add(LANES), *at.add(2 * LANES), *at.add(3 * LANES)]);
            }
            i += 4 * LANES;
        }
        while i + LANES <= n {
            for j in 0..LANES {
                l[j] = f.step(l[j], *src.add(i + j));
            }
            i += LANES;
        }
        *lanes = l;
    }
    let mut lane = 0;
    while i + 16 <= n {
        for j in 0..16 {
            lanes[lane + j] = f.step(lanes[lane + j], *src.add(i + j));
        }
        i += 16;
        lane += 16;
    }
    if F::MASKS && n >= 16 {
        // the rest as the end of a whole vector, of which those before it are left out: written one by one, the lanes would be
        // waited for when they are read as a vector (8192 rows of 49 float32: 110 us, 52 so; but extremes 230 and 398, sums of
        // bfloat16 108 and 159)
        let (x, skip) = (src.add(n - 16), 16 - (n - i));
        if i < n {
            for j in 0..16 {
                let (old, new) = (lanes[lane + j], f.step(lanes[lane + j], *x.add(j)));
                lanes[lane + j] = if j >= skip { new } else { old };
            }
        }
        return;
    }
    // fewer than that by powers of two: a loop would be made a vectorised one, with a rest of its own
    macro_rules! rest {
        ($($k:literal)*) => {$(
            if (n - i) & $k != 0 {
                for j in 0..$k {
                    lanes[lane + j] = f.step(lanes[lane + j], *src.add(i + j));
                }
                i += $k;
                lane += $k;
            }
        )*};
    }
    rest!(8 4 2);
    if i < n {
        lanes[lane] = f.step(lanes[lane], *src.add(i));
    }
}

#[inline(always)]
fn empty_lanes<const LEVEL: u8, T: Copy, F: Fold<T>>(f: F, lanes: &mut [F::Acc; LANES]) -> F::Acc {
    if simd::is_least::<LEVEL>() {
        let mut n = LANES / 2;
        while n > 0 {
            for j in 0..n {
                simd::one_by_one();
                lanes[j] = f.merge(lanes[j], lanes[j + n]);
            }
            n /= 2;
        }
        return lanes[0];
    }
    macro_rules! halve {
        ($($n:literal)*) => {$(
            for j in 0..$n {
                lanes[j] = f.merge(lanes[j], lanes[j + $n]);
            }
        )*};
    }
    halve!(32 16 8 4 2 1);
    lanes[0]
}

multiversion! {
    /// Four rows at a time, so that an accumulator is loaded and stored once for four elements.
    unsafe fn columns[const LEVEL, T: Copy, F: Fold<T>](f: F, acc: *mut F::Acc, src: *const T, n: usize, stride: usize, width: usize) {
        let mut r = 0;
        while r + 4 <= n {
            let p = [0, 1, 2, 3].map(|k| src.add((r + k) * stride));
            for j in 0..width {
                simd::rest::<LEVEL>();
                *acc.add(j) = f.step4(*acc.add(j), [*p[0].add(j), *p[1].add(j), *p[2].add(j), *p[3].add(j)]);
            }
            r += 4;
        }
        while r < n {
            for j in 0..width {
                simd::rest::<LEVEL>();
                *acc.add(j) = f.step(*acc.add(j), *src.add(r * stride + j));
            }
            r += 1;
        }
    }
}

multiversion! {
    unsafe fn merge[const LEVEL, T: Copy, F: Fold<T>](f: F, a: *mut F::Acc, b: *const F::Acc, n: usize) {
        for j in 0..n {
            simd::rest::<LEVEL>();
            *a.add(j) = f.merge(*a.add(j), *b.add(j));
        }
    }
}
