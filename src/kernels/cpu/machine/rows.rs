//! What one call of a dense kernel goes over: a row, or several that lie apart, each input of elements or of one number a row.

use super::blocks::{PART, STEP};
use super::{simd, stream};
use std::mem::MaybeUninit;

/// The output and its inputs.
pub const MAX_OPERANDS: usize = 5;

/// The rows of a call, and the inputs that are one number in each of them. Such a number is spread over a block of [`STEP`] equal
/// elements, which is read again and again. (Repeated as often as there are elements, a number cost as much memory traffic as
/// another operand: 64K products with a number 3.0 instead of 1.9 us.)
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    numbers: u8,
    count: u32,
    /// Bytes from row to row, of the output and of the inputs.
    apart: &'a [usize; MAX_OPERANDS],
}

impl<'a> Rows<'a> {
    /// One row, and no input is a number.
    pub const ONE: Rows<'static> = Rows { numbers: 0, count: 1, apart: &[0; MAX_OPERANDS] };
    /// Rows in one call, at most.
    pub const MOST: usize = 1 << 30;

    /// Input `k`, from 0 on, is a number, too.
    #[inline]
    pub const fn and(self, k: usize) -> Rows<'a> {
        Rows { numbers: self.numbers | 1 << k, ..self }
    }
    /// So many rows, these bytes apart in the output and in the inputs.
    #[inline]
    pub fn times(self, count: usize, apart: &[usize; MAX_OPERANDS]) -> Rows<'_> {
        debug_assert!(count <= Rows::MOST);
        Rows { numbers: self.numbers, count: count as u32, apart }
    }
    #[inline(always)]
    pub fn has_numbers(self) -> bool {
        self.numbers != 0
    }
    #[inline(always)]
    pub fn is_number(self, k: usize) -> bool {
        self.numbers >> k & 1 == 1
    }
    #[inline(always)]
    pub fn count(self) -> usize {
        self.count as usize
    }
    /// From element to element of input `k`; a number stays.
    #[inline(always)]
    pub fn step(self, k: usize) -> usize {
        usize::from(!self.is_number(k))
    }
    /// Whether rows of `n` elements pass the caches by: as one where they lie side by side (32,768 rows of 128 products, 32 MiB in
    /// and out: 950 us as short rows, 405 so).
    #[inline(always)]
    pub fn streams<T>(self, dst: *mut T, n: usize) -> bool {
        let bytes = n * size_of::<T>();
        cfg!(target_arch = "x86_64")
            && bytes * self.count() >= stream::BURST
            && stream::rows_may(dst.cast(), bytes, self.apart[0], self.count())
    }
    /// Row `r` of the output.
    ///
    /// # Safety
    /// `p` is the output's first row, `r` a row of it.
    #[inline(always)]
    pub unsafe fn output<T>(self, r: usize, p: *mut T) -> *mut T {
        p.byte_add(r * self.apart[0])
    }
    /// Row `r` of input `k`, or a block of its number.
    ///
    /// # Safety
    /// `p` is the input's first row, `r` a row of it, of `n` elements.
    #[inline(always)]
    pub unsafe fn input<const LEVEL: u8, T: Copy>(
        self,
        k: usize,
        r: usize,
        n: usize,
        p: *const T,
        room: &mut Room<T>,
    ) -> *const T {
        let p = p.byte_add(r * self.apart[k + 1]);
        if !self.is_number(k) {
            return p;
        }
        let number = p.read_unaligned();
        // where elements go one by one the same one is read, and short rows take short blocks
        if simd::is_least::<LEVEL>() {
            room.0[0].write(number);
            return room.0.as_ptr().cast();
        }
        let all = if n < STEP { PART } else { STEP };
        for part in room.0[..all].chunks_exact_mut(PART) {
            for x in part {
                x.write(number);
            }
        }
        room.0.as_ptr().cast()
    }
}

/// Room for a block of one number.
#[repr(align(64))]
pub struct Room<T>([MaybeUninit<T>; STEP]);

impl<T> Room<T> {
    #[inline(always)]
    pub fn new() -> Room<T> {
        Room([const { MaybeUninit::uninit() }; STEP])
    }
}

impl<T> Default for Room<T> {
    fn default() -> Room<T> {
        Room::new()
    }
}

/// Room for some of many numbers, each of them `value`: to fill what is not used took longer than four columns did.
#[inline(always)]
pub fn filled<T: Copy>(room: &mut [MaybeUninit<T>], value: T) -> &mut [T] {
    room.iter_mut().for_each(|x| _ = x.write(value));
    // SAFETY: all are written
    unsafe { std::slice::from_raw_parts_mut(room.as_mut_ptr().cast(), room.len()) }
}
