//! How words are multiplied: by tiles of the processor, by pairs, or as float32.

use super::amx;
use crate::kernels::cpu::linalg::matmul::pairs::{self, PairFn, Rounded};
use crate::kernels::cpu::linalg::matmul::problem::{Finish, Kernels, MAX_MR};

/// Steps of the sum in a panel: 1024 x 32 words are 128 KiB, an eighth of the second-level cache measured.
const STEPS: usize = 1024;
/// The same for tiles: 256 x 32 words are 32 KiB of a first-level cache of 48. A step of tiles, 64 cycles, reads 2 KiB
/// of either operand, and the second-level cache gives no more than one of them in time. (Reckoned, not measured.)
const TILE_STEPS: usize = 256;

/// How words are multiplied.
#[derive(Clone, Copy)]
pub enum Way {
    Tiles(&'static amx::Unit),
    Pairs(&'static [PairFn; MAX_MR]),
    Single(&'static Kernels<f32>),
}

impl Way {
    /// Elements of the sum in a word.
    #[inline]
    pub fn per(&self) -> usize {
        if matches!(self, Way::Single(_)) { 1 } else { 2 }
    }
    #[inline]
    pub fn mr(&self) -> usize {
        match self {
            Way::Tiles(_) => amx::ROWS,
            Way::Pairs(_) => MAX_MR,
            Way::Single(k) => k.mr,
        }
    }
    #[inline]
    pub fn nr(&self) -> usize {
        if let Way::Single(k) = self { k.nr } else { pairs::COLS }
    }
    /// Steps of the sum in a panel, at most, and elements that blocks of it are multiples of.
    #[inline]
    pub fn block(&self) -> (usize, usize) {
        if let Way::Tiles(_) = self { (TILE_STEPS, 2 * amx::WORDS) } else { (STEPS, 4) }
    }
    /// Words that so many elements of the sum take.
    #[inline]
    pub fn words(&self, len: usize) -> usize {
        let words = len.div_ceil(self.per());
        if let Way::Tiles(_) = self { words.next_multiple_of(amx::WORDS) } else { words }
    }
    #[inline]
    pub fn worker(self) -> Worker {
        match self {
            Way::Tiles(unit) => Worker::Tiles(amx::Session::new(unit)),
            Way::Pairs(tiles) => Worker::Pairs(tiles),
            Way::Single(k) => Worker::Single(k),
        }
    }
}

/// What a task multiplies with.
pub enum Worker {
    Tiles(amx::Session),
    Pairs(&'static [PairFn; MAX_MR]),
    Single(&'static Kernels<f32>),
}

impl Worker {
    /// Sums `[h][nr]`, added to if `add`. With `rounded` they may be sent there instead; it says whether they were.
    #[inline(always)]
    pub unsafe fn multiply(
        &self,
        h: usize,
        steps: usize,
        a: amx::Left,
        b: *const f32,
        out: *mut f32,
        add: bool,
        rounded: Option<Rounded>,
    ) -> bool {
        match self {
            Worker::Tiles(session) => {
                session.multiply(h, steps, a, b, out, add);
                false
            }
            Worker::Pairs(tiles) => {
                tiles[h - 1](steps, a.at, b, out, add, rounded);
                rounded.is_some()
            }
            Worker::Single(k) => {
                let nr = k.nr as isize;
                k.tiles[h - 1](steps, a.at, 1, h as isize, b, nr, out, nr, &Finish::sums(add));
                false
            }
        }
    }
}
