//! Memory traffic: stores that pass the caches by, and lines asked for ahead of their use.
//!
//! A result larger than the last-level cache pushes out everything else, and each of its lines is first read only to
//! be overwritten. Streaming stores avoid both: an addition of 4M floats takes 800 instead of 1250 us here. A result
//! that fits is better kept: its reader comes next.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of the last-level cache; 32 MiB where the system does not say.
pub fn cache_bytes() -> usize {
    static BYTES: OnceLock<usize> = OnceLock::new();
    *BYTES.get_or_init(|| {
        let text =
            std::fs::read_to_string("/sys/devices/system/cpu/cpu0/cache/index3/size").unwrap_or_default();
        let text = text.trim();
        let (digits, unit) = match text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
            Some((at, c)) => (&text[..at], if c == 'M' { 1 << 20 } else { 1 << 10 }),
            None => (text, 1),
        };
        digits.parse::<usize>().ok().and_then(|n| n.checked_mul(unit)).filter(|n| *n > 0).unwrap_or(32 << 20)
    })
}

/// Bytes to stream at a time: the buffers that collect lines are few, and a burst of 2 KiB waits for them (an addition
/// of 4M floats took 1.05 ms by 1 KiB and 1.4 ms by 2 KiB).
pub const BURST: usize = 1024;

/// Whether an operation that goes through so many bytes once should stream its result: what fits the cache is still
/// found there when it is written again, what does not has pushed itself out. A cache is never one operation's alone: as many
/// bytes as it has do not fit (`relu` of 4M floats, 32 MiB in and out, of as many in the cache: 600 instead of 740 us).
/// Several threads have nearer caches of their own besides (by two, the same `relu` 408 us streamed and 272 not).
#[inline]
pub fn worthwhile(bytes: usize) -> bool {
    let cache = cache_bytes();
    bytes > if super::par::num_threads() > 1 { cache } else { cache / 4 * 3 }
}

/// `streams`, as what the compiler knows nothing about: it would make two loops of every kernel, one that streams and one
/// that does not, which is half of their code again. Costs a test for each block.
#[inline(always)]
pub fn each_time(streams: bool) -> bool {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    {
        let mut flag = usize::from(streams);
        // SAFETY: no instruction
        unsafe { std::arch::asm!("/* {0} */", inout(reg) flag, options(nomem, nostack, preserves_flags)) };
        flag != 0
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    streams
}

thread_local! {
    static STREAMS: Cell<bool> = const { Cell::new(false) };
}

/// How many [`Streaming`] live on all threads: while there is none, which is most of the time, nobody asks for the thread's own
/// flag. In a library that takes a call, as long as 64 additions.
static LIVING: AtomicUsize = AtomicUsize::new(0);

/// While it lives, kernels on this thread that can stream their results do.
pub struct Streaming(bool);

impl Streaming {
    pub fn begin() -> Streaming {
        LIVING.fetch_add(1, Ordering::Relaxed);
        Streaming(STREAMS.replace(true))
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::Relaxed);
        STREAMS.set(self.0);
        fence();
    }
}

/// Whether kernels on this thread stream their results.
#[inline]
pub fn is_on() -> bool {
    LIVING.load(Ordering::Relaxed) > 0 && STREAMS.get()
}

/// While it lives, kernels on this thread write through the caches: what they make is read again at once.
pub struct Paused(bool);

impl Paused {
    pub fn begin() -> Paused {
        Paused(STREAMS.replace(false))
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        STREAMS.set(self.0);
    }
}

/// Whether a kernel should stream so many bytes to this address. Small results do not ask; without the instructions
/// there is nothing to ask for (ARM's cores see by themselves that whole lines are written, and do not read them first).
#[inline(always)]
pub fn wanted(dst: *const u8, bytes: usize) -> bool {
    cfg!(target_arch = "x86_64") && bytes >= BURST && may(dst)
}

/// Whether what is written to this address may stream. A call: written out it would be in each of two thousand kernels.
#[inline(never)]
fn may(dst: *const u8) -> bool {
    (dst as usize).is_multiple_of(64) && is_on()
}

/// [`wanted`] for rows of so many bytes, so far apart: as one where they lie side by side.
#[inline(never)]
pub fn rows_may(dst: *const u8, bytes: usize, apart: usize, count: usize) -> bool {
    let alike = count == 1 || bytes.is_multiple_of(64) && apart.is_multiple_of(64);
    (apart == bytes || bytes >= BURST) && alike && may(dst)
}

/// Streams a block that was just computed; without a call, so that it may stay in registers (an addition of 4M floats
/// takes 900 us, by way of a buffer 1050).
///
/// # Safety
/// Both are valid for `bytes` bytes, and `dst` is aligned to 16 of them.
#[inline(always)]
pub unsafe fn block(src: *const u8, dst: *mut u8, bytes: usize) {
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_mut))]
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    while done + 16 <= bytes {
        use std::arch::x86_64::{_mm_loadu_si128, _mm_stream_si128};
        // SAFETY: the caller's promise
        unsafe { _mm_stream_si128(dst.add(done).cast(), _mm_loadu_si128(src.add(done).cast())) }
        done += 16;
    }
    // SAFETY: what is left of the `bytes`, which are valid in both
    unsafe { std::ptr::copy_nonoverlapping(src.add(done), dst.add(done), bytes - done) }
}

/// Asks for the line at an address in the first-level cache. Never faults.
#[inline(always)]
pub fn prefetch<T>(p: *const T) {
    fetch::<true>(p.cast())
}

/// Asks for the line at an address, in the first-level cache if `NEAR`, else in the second. Never faults.
#[inline(always)]
pub fn fetch<const NEAR: bool>(_p: *const u8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _MM_HINT_T1, _mm_prefetch};
        // SAFETY: a hint, whatever the address.
        unsafe {
            if NEAR { _mm_prefetch::<_MM_HINT_T0>(_p.cast()) } else { _mm_prefetch::<_MM_HINT_T1>(_p.cast()) }
        }
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a hint, whatever the address.
    unsafe {
        use std::arch::asm;
        if NEAR {
            asm!("prfm pldl1keep, [{}]", in(reg) _p, options(nostack, preserves_flags, readonly));
        } else {
            asm!("prfm pldl2keep, [{}]", in(reg) _p, options(nostack, preserves_flags, readonly));
        }
    }
}

/// Copies bytes with streaming stores wherever whole lines are written. [`fence`] orders them.
///
/// # Safety
/// Both ranges are valid for `n` bytes and do not overlap.
#[inline]
pub unsafe fn store(src: *const u8, dst: *mut u8, n: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        const LINE: usize = 64;
        let head = dst.align_offset(LINE).min(n);
        let lines = (n - head) / LINE;
        // SAFETY: parts of the ranges that the caller vouches for
        unsafe {
            std::ptr::copy_nonoverlapping(src, dst, head);
            whole_lines(src.add(head), dst.add(head), lines);
            let done = head + lines * LINE;
            std::ptr::copy_nonoverlapping(src.add(done), dst.add(done), n - done);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: the caller's promise
    unsafe {
        std::ptr::copy_nonoverlapping(src, dst, n)
    }
}

/// A stretch of lines goes in wide stores; a few lines not, for which a call would cost as much as they do.
#[cfg(target_arch = "x86_64")]
#[inline]
unsafe fn whole_lines(src: *const u8, dst: *mut u8, lines: usize) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
    if lines >= 8 && super::simd::level() >= super::simd::Level::Avx2 {
        // SAFETY: the processor has AVX2; the caller's promise
        return unsafe { wide_lines(src, dst, lines) };
    }
    let (src, dst) = (src as *const __m128i, dst as *mut __m128i);
    for i in (0..4 * lines).step_by(4) {
        // SAFETY: inside the ranges; `dst` is aligned to a line
        unsafe {
            let x = [0, 1, 2, 3].map(|k| _mm_loadu_si128(src.add(i + k)));
            for (k, x) in x.into_iter().enumerate() {
                _mm_stream_si128(dst.add(i + k), x);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn wide_lines(src: *const u8, dst: *mut u8, lines: usize) {
    use std::arch::x86_64::{__m256i, _mm256_loadu_si256, _mm256_stream_si256};
    let (src, dst) = (src as *const __m256i, dst as *mut __m256i);
    for i in (0..2 * lines).step_by(2) {
        // SAFETY: the caller passes whole lines, aligned in `dst`, valid in both
        unsafe {
            let (x, y) = (_mm256_loadu_si256(src.add(i)), _mm256_loadu_si256(src.add(i + 1)));
            _mm256_stream_si256(dst.add(i), x);
            _mm256_stream_si256(dst.add(i + 1), y);
        }
    }
}

/// Streamed stores before this are seen by every thread that is told of them after it.
#[inline]
pub fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has the instruction
    unsafe {
        std::arch::x86_64::_mm_sfence()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_alignment() {
        let src: Vec<u8> = (0..1000u32).map(|i| (i * 7 % 251) as u8).collect();
        for at in [0, 1, 15, 63] {
            for n in [0, 1, 63, 64, 65, 130, 700] {
                let mut dst = vec![0u8; 1000];
                // SAFETY: both vectors have 1000 bytes
                unsafe { store(src.as_ptr().add(3), dst.as_mut_ptr().add(at), n) };
                fence();
                assert_eq!(dst[at..at + n], src[3..3 + n]);
                assert!(dst[..at].iter().chain(&dst[at + n..]).all(|b| *b == 0));
            }
        }
    }

    #[test]
    fn small_results_stay_in_the_cache() {
        assert!(cache_bytes() >= 1 << 20);
        assert!(!worthwhile(1 << 20));
        assert!(worthwhile(1 << 40));
    }
}
