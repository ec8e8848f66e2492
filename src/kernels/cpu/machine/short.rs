//! Copies of a few bytes.

/// Bytes up to which a copy is written out: a call of `memcpy` costs as much as 256 of them.
const SHORT: usize = 512;

/// `memcpy` for rows that are often short.
///
/// # Safety
/// Dense blocks of `bytes` bytes that do not overlap.
#[inline(always)]
pub unsafe fn short_copy(src: *const u8, dst: *mut u8, bytes: usize) {
    type Block = [u64; 4];
    const BLOCK: usize = size_of::<Block>();
    if !(BLOCK..=SHORT).contains(&bytes) {
        // SAFETY: the caller's promise
        return unsafe { std::ptr::copy_nonoverlapping(src, dst, bytes) };
    }
    // SAFETY: whole blocks, the last of which ends where the row does
    unsafe {
        for at in (0..bytes - BLOCK).step_by(BLOCK) {
            (dst.add(at) as *mut Block).write_unaligned((src.add(at) as *const Block).read_unaligned());
        }
        let at = bytes - BLOCK;
        (dst.add(at) as *mut Block).write_unaligned((src.add(at) as *const Block).read_unaligned());
    }
}
