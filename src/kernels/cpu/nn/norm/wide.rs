//! Rows in the type that kernels compute in.

use crate::base::{DType, Elem};
use crate::kernels::cpu::machine::cast::Cast;
use crate::kernels::cpu::machine::float::Flt;
use crate::kernels::cpu::machine::stop::buffer;

/// Lines for rows of halves. Gradients of float16, whose sweeps over a row are many, convert it once, by the block: both ways over
/// 512 rows of 768 take 381 us instead of 503; the forward way alone takes longer through lines (194 and 164), and bfloat16,
/// half a float32 that a shift widens, does so both ways.
pub struct Widened<T: Flt> {
    n: usize,
    lines: Vec<T::C>,
    up: Cast,
    down: Cast,
}

impl<T: Flt> Widened<T> {
    /// For the gradients of float16; other dtypes do without.
    pub fn halves(n: usize, lines: usize) -> Widened<T> {
        Widened::with(n, if T::DTYPE == DType::F16 { lines } else { 0 })
    }
    /// For all that are not what they are computed in.
    pub fn all(n: usize, lines: usize) -> Widened<T> {
        Widened::with(n, if T::DTYPE != <T::C as Elem>::DTYPE { lines } else { 0 })
    }
    fn with(n: usize, lines: usize) -> Widened<T> {
        let (own, wide) = (T::DTYPE, <T::C as Elem>::DTYPE);
        Widened {
            n,
            lines: buffer(T::C::ZERO, n * lines),
            up: Cast::new(own, wide),
            down: Cast::new(wide, own),
        }
    }
    pub fn used(&self) -> bool {
        !self.lines.is_empty()
    }
    /// Line `i`.
    pub fn at(&mut self, i: usize) -> *mut T::C {
        self.lines[i * self.n..].as_mut_ptr()
    }
    /// The first `len` elements of a row as line `i`; null stays null.
    ///
    /// # Safety
    /// `row` is null or has them.
    pub unsafe fn line(&mut self, i: usize, row: *const T, len: usize) -> *const T::C {
        if row.is_null() || !self.used() {
            return std::ptr::null();
        }
        let line = self.lines[i * self.n..i * self.n + len].as_mut_ptr();
        self.up.run(row.cast(), line.cast(), len);
        line
    }
    /// As many rows, so far apart, as lines from `i` on; whole rows that follow each other at once.
    ///
    /// # Safety
    /// The rows are there.
    pub unsafe fn lines(&mut self, i: usize, count: usize, rows: *const T, apart: usize, len: usize) {
        let dense = apart == len && len == self.n;
        let (count, len) = if dense { (1, count * len) } else { (count, len) };
        (0..count).for_each(|k| _ = self.line(i + k, rows.add(k * apart), len));
    }
    /// The way back, from the first line on.
    ///
    /// # Safety
    /// The rows have room.
    pub unsafe fn narrow_lines(&self, count: usize, rows: *mut T, apart: usize, len: usize) {
        let dense = apart == len && len == self.n;
        let (count, len) = if dense { (1, count * len) } else { (count, len) };
        (0..count).for_each(|k| self.narrow(k, rows.add(k * apart), len));
    }
    /// So much of line `i` to where a row of the result is.
    ///
    /// # Safety
    /// `row` has room for it.
    pub unsafe fn narrow(&self, i: usize, row: *mut T, len: usize) {
        self.down.run(self.lines[i * self.n..i * self.n + len].as_ptr().cast(), row.cast(), len);
    }
}
