//! bfloat16 products on the tile units of newer Intel processors (AMX): a block of 32 x 32 sums is four registers of
//! 16 x 16 float32, to which an instruction adds the products of 16 x 32 and 32 x 16 bfloat16.
//!
//! Sources: Intel SDM, vol. 1, the chapter on AMX, and vol. 2, LDTILECFG, TILELOADD, TDPBF16PS, TILESTORED; the blocking
//! is that of the optimization manual's chapter on AMX: two tiles of rows and two of columns serve four products.
//!
//! What a block executes is one text, `program!`: assembled in [`hardware`], interpreted by the tests on a model of the
//! registers. All around it is common, and the first use on a machine checks itself.

#![cfg_attr(not(all(target_arch = "x86_64", target_os = "linux")), allow(unused))] // there only tests use it

use crate::kernels::cpu::linalg::matmul::pairs::COLS;
use std::cell::Cell;
use std::marker::PhantomData;

/// Rows of a block.
pub const ROWS: usize = 32;
/// Words of a step: pairs of elements of the sum that one instruction goes through.
pub const WORDS: usize = 16;
/// Rows of a register, and the bytes of each.
const TILE_ROWS: usize = 16;
const TILE_BYTES: usize = 64;

/// One block. Registers 0 to 3 hold the sums: upper left, upper right, lower left, lower right; 4 and 5 upper and lower
/// rows, 6 and 7 left and right columns. `test` and `jz` skip the load of earlier sums. In an address the index is no
/// part of it but the way from row to row.
macro_rules! program {
    ($then:ident) => {
        $then! {
            "tilezero tmm0"
            "tilezero tmm1"
            "tilezero tmm2"
            "tilezero tmm3"
            "test {add}, {add}"
            "jz 2f"
            "tileloadd tmm0, [{upper} + {line}*1]"
            "tileloadd tmm1, [{upper} + {line}*1 + 64]"
            "tileloadd tmm2, [{lower} + {line}*1]"
            "tileloadd tmm3, [{lower} + {line}*1 + 64]"
            "2:"
            "tileloadd tmm6, [{b} + {line}*1]"
            "tileloadd tmm4, [{top} + {apart}*1]"
            "tdpbf16ps tmm0, tmm4, tmm6"
            "tileloadd tmm7, [{b} + {line}*1 + 64]"
            "tdpbf16ps tmm1, tmm4, tmm7"
            "tileloadd tmm5, [{bottom} + {apart}*1]"
            "tdpbf16ps tmm2, tmm5, tmm6"
            "tdpbf16ps tmm3, tmm5, tmm7"
            "add {top}, {next}"
            "add {bottom}, {next}"
            "add {b}, 2048"
            "dec {steps}"
            "jnz 2b"
            "tilestored [{upper} + {line}*1], tmm0"
            "tilestored [{upper} + {line}*1 + 64], tmm1"
            "tilestored [{lower} + {line}*1], tmm2"
            "tilestored [{lower} + {line}*1 + 64], tmm3"
        }
    };
}

#[cfg(test)]
pub mod emulated;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub mod hardware;
#[cfg(test)]
mod tests;

/// The operands of [`program!`], by their names there.
pub struct Operands {
    /// Not zero.
    steps: usize,
    /// Rows of `a`: where the upper and the lower ones begin, bytes between them and to their next step.
    top: *const u8,
    bottom: *const u8,
    apart: isize,
    next: isize,
    /// Words `[steps * 16][32]`.
    b: *const u8,
    /// Rows of 32 sums, upper and lower ones.
    upper: *mut f32,
    lower: *mut f32,
    add: bool,
}

/// Bytes from row to row of `b` and of sums.
const LINE: usize = 2 * TILE_BYTES;

/// The operand of LDTILECFG.
#[repr(C, align(64))]
pub struct Config {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    /// Bytes of a row, by register.
    bytes: [u16; 16],
    rows: [u8; 16],
}

impl Config {
    /// Sums and `a` in registers of so many rows, `b` in full ones.
    fn new(rows: usize) -> Config {
        let mut c = Config { palette: 1, start_row: 0, reserved: [0; 14], bytes: [0; 16], rows: [0; 16] };
        c.bytes[..8].fill(TILE_BYTES as u16);
        c.rows[..6].fill(rows as u8);
        c.rows[6..8].fill(TILE_ROWS as u8);
        c
    }
}

/// Something that executes tile instructions, for the calling thread.
pub struct Unit {
    /// LDTILECFG.
    configure: unsafe fn(&Config),
    /// `program!`.
    block: unsafe fn(&Operands),
    /// TILERELEASE.
    release: unsafe fn(),
    /// Multiply-adds of a product from which it pays.
    pub least: usize,
}

/// How a block's rows of `a` are found.
#[derive(Clone, Copy)]
pub struct Left {
    pub at: *const f32,
    /// Bytes from row to row, and from step to step.
    apart: isize,
    next: isize,
}

impl Left {
    /// Packed, `h` rows a step (ways other than tiles look at the pointer alone).
    pub fn packed(at: *const f32, h: usize) -> Left {
        Left { at, apart: TILE_BYTES as isize, next: (h * TILE_BYTES) as isize }
    }
    /// Dense rows of bfloat16, `stride` elements apart.
    pub fn rows(at: *const f32, stride: isize) -> Left {
        Left { at, apart: stride * 2, next: TILE_BYTES as isize }
    }
}

/// A thread's use of its tile registers: they are configured while it lasts and given up with it, also when a panic
/// ends it. Unused registers cost nothing when threads are switched.
pub struct Session {
    unit: &'static Unit,
    /// Rows of the present configuration, 0 before the first.
    rows: Cell<usize>,
    /// The configuration is the thread's.
    stays: PhantomData<*const ()>,
}

impl Session {
    pub fn new(unit: &'static Unit) -> Session {
        Session { unit, rows: Cell::new(0), stays: PhantomData }
    }

    /// Sums `[h][32]` over `steps` words, a multiple of [`WORDS`]; `h` is at most [`ROWS`].
    ///
    /// Upper and lower registers have the same number of rows. Of an odd `h` both compute the middle row, to the same
    /// bits: sums are loaded before any are stored.
    #[inline]
    pub unsafe fn multiply(&self, h: usize, steps: usize, a: Left, b: *const f32, out: *mut f32, add: bool) {
        let rows = h.div_ceil(2);
        if self.rows.replace(rows) != rows {
            (self.unit.configure)(&Config::new(rows));
        }
        let (top, below) = (a.at.cast::<u8>(), h - rows);
        (self.unit.block)(&Operands {
            steps: steps / WORDS,
            top,
            bottom: top.offset(below as isize * a.apart),
            apart: a.apart,
            next: a.next,
            b: b.cast(),
            upper: out,
            lower: out.add(below * COLS),
            add,
        });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.rows.get() > 0 {
            // SAFETY: a unit that has been configured exists.
            unsafe { (self.unit.release)() }
        }
    }
}
