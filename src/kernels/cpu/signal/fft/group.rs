//! Lines in groups of a vector's lanes (`lanes.rs`), over threads.

use super::lanes::{Job, Kind, Side, lanes};
use super::lines::{Lines, SendPtr, fill_starts};
use super::plans::Part;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::grow;

/// Bytes of a group's rows up to which it stays in the near caches.
const NEAR: usize = 512 << 10;
/// Bytes that vectors are aligned to.
const LINE: usize = 64;
/// More lanes than any vector has.
const MOST: usize = 16;

/// Whether lines go in groups, whose transforms are of `len`; `dense` ones lie one after the other. Where that is a power of two
/// `rustfft` has kernels for them, which are faster unless lines are turned into rows for them, too, or only half of each is
/// computed. (One thread, 65,536 numbers in lines, `rustfft` / in groups, microseconds. Real to complex, lines of 16: 31 / 36,
/// 64: 41 / 27, 256: 31 / 22, 1024: 27 / 39, 100: 75 / 26, 1000: 63 / 41; to real 16: 49 / 35, 1024: 60 / 33. Complex, dense, 64:
/// 26 / 36, 100: 108 / 41, 512: 39 / 67, 600: 55 / 47, 1536: 52 / 79; along the first axis 16: 47 / 58, 128: 60 / 50, 512: 62 / 76.)
fn worth(kind: Kind, len: usize, dense: bool) -> bool {
    let two = len.is_power_of_two() || len >= 768 && (len / 3).is_power_of_two() && len.is_multiple_of(3);
    match kind {
        Kind::Back => len > 4,
        Kind::Half => len > 8 && !(two && len >= 512),
        Kind::Full { .. } => len > 4 && !(two && len >= 256),
        Kind::Complex { .. } => len > 16 && !(two && (dense || len <= 32 || len >= 512)),
    }
}

/// What to do for these lines in groups: nothing where they do not fill one, or their length has no passes.
pub fn job<T: Part>(l: &Lines, kind: Kind) -> Option<Job<T>> {
    let (n, lanes) = (l.n, lanes::<T>()?);
    let real = !matches!(kind, Kind::Complex { .. });
    if l.shape.iter().product::<usize>() < lanes || 4 * (n + 2) * lanes * size_of::<T>() > NEAR {
        return None;
    }
    let len = if real && n.is_multiple_of(2) { n / 2 } else { n };
    if !worth(kind, len, l.src_step == 1 && l.dst_step == 1) {
        return None;
    }
    let (plan, halves) = T::with_plans(|p| (p.passes(len), p.twiddles(n)));
    Some(Job { kind, n, lanes, plan: plan?, halves, scale: T::of(l.scale) })
}

/// # Safety
/// The lines lie within both memories; the same memory on both sides is read and written by the same lines.
pub unsafe fn run<T: Part>(l: &Lines, job: &Job<T>, src: *const T, dst: *mut T) {
    let (count, lanes) = (l.shape.iter().product::<usize>(), job.lanes);
    let [shape, from_strides, to_strides] = l.ordered();
    let work = l.n * (usize::BITS - l.n.leading_zeros()) as usize * lanes;
    let grain = (par::ELEMENTWISE_GRAIN / work).max(1);
    let (from, to) = (SendPtr(src.cast_mut()), SendPtr(dst));
    par::for_each_chunk(count.div_ceil(lanes), grain, |range| {
        let (from, to) = (&from, &to);
        let size = job.room() * lanes;
        let mut room = Vec::new();
        grow(&mut room, 2 * size + LINE / size_of::<T>());
        let first: *mut T = room.as_mut_ptr();
        let first = first.wrapping_add(first.align_offset(LINE));
        for at in range.map(|group| group * lanes) {
            let m = lanes.min(count - at);
            let (mut a, mut b) = ([0; MOST], [0; MOST]);
            fill_starts(&mut a[..m], at, &shape, &from_strides);
            fill_starts(&mut b[..m], at, &shape, &to_strides);
            // SAFETY: lines of this task alone; two rooms of the job's, which lanes without a line read as they are
            unsafe {
                if m < lanes {
                    first.write_bytes(0, 2 * size);
                }
                (T::GROUP)(
                    job,
                    (from.0, Side { starts: &a[..m], step: l.src_step }),
                    (to.0, Side { starts: &b[..m], step: l.dst_step }),
                    (first, first.add(size)),
                )
            };
        }
    });
}
