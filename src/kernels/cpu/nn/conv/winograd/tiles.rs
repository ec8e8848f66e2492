//! How the outputs of a convolution fall into tiles of 2 x 2, and tiles into rows of matrices.
//!
//! Where a side of the output is odd, the last tile along it has one output only, and that one does without the fourth
//! product: tiles of the last column have no row in the matrices of the fourth column of products, those of the last row
//! none in the fourth row's. Of 7 x 7 outputs, which take 4 x 4 tiles, this leaves 15 x 15 products instead of 16 x 16.

use crate::kernels::cpu::nn::conv::plan::{Plan, Sides};
use std::ops::Range;

/// A convolution by 3 x 3 weights as this room sees it. Pairs are (rows, columns).
#[derive(Clone, Debug)]
pub struct Tiles {
    pub n: usize,
    pub cin: usize,
    pub cout: usize,
    pub input: [usize; 2],
    /// Padding in front; negative: the image is cut.
    pub front: [isize; 2],
    pub output: [usize; 2],
    /// Tiles of an image.
    pub tiles: [usize; 2],
    /// Which weight is at (row, column) of the window.
    pub taps: [usize; 9],
}

impl Tiles {
    /// The plan's tiles, if it is a convolution by 3 x 3 neighbouring weights in steps of one.
    pub fn of(plan: &Plan, s: &Sides) -> Option<Tiles> {
        let flat = plan.input[0] == 1 && plan.output[0] == 1 && plan.front[0] == 0;
        if !flat || !plan.dense() || plan.stride != [1; 3] || plan.taps.len() != 9 || s.groups != 1 {
            return None;
        }
        let mut taps = [0; 9];
        let mut seen = [false; 9];
        for &(tap, [d, row, column]) in &plan.taps {
            if d > 0 || row > 2 || column > 2 {
                return None;
            }
            (taps[row * 3 + column], seen[row * 3 + column]) = (tap, true);
        }
        let ([_, h, w], [_, top, left], [_, rows, columns]) = (plan.input, plan.front, plan.output);
        seen.iter().all(|s| *s).then(|| Tiles {
            n: s.n,
            cin: s.cin,
            cout: s.cout,
            input: [h, w],
            front: [top, left],
            output: [rows, columns],
            tiles: [rows.div_ceil(2), columns.div_ceil(2)],
            taps,
        })
    }
    /// Rows of tiles of all images, which follow one another.
    pub fn rows(&self) -> usize {
        self.n * self.tiles[0]
    }
    pub fn count(&self) -> usize {
        self.rows() * self.tiles[1]
    }
    /// Products of a pair of channels.
    pub fn products(&self) -> usize {
        let side = |a: usize| 4 * self.tiles[a] - self.output[a] % 2;
        self.n * side(0) * side(1)
    }
    /// Rows of tiles before row `r` that the matrices of a row of products have.
    fn lines(&self, r: usize, fourth: bool) -> usize {
        if fourth && self.output[0] % 2 == 1 { r - r / self.tiles[0] } else { r }
    }
    fn columns(&self, fourth: bool) -> usize {
        self.tiles[1] - (fourth && self.output[1] % 2 == 1) as usize
    }
    /// The rows that a range of rows of tiles has in the matrix of product `(i, j)`.
    pub fn matrix_rows(&self, range: &Range<usize>, (i, j): (usize, usize)) -> usize {
        (self.lines(range.end, i == 3) - self.lines(range.start, i == 3)) * self.columns(j == 3)
    }
    /// The matrix row of the first tile of row `r` of a range; the others follow. A tile that has none is given that of
    /// the tile after it, or one behind them all: what is written there in order is overwritten or never read.
    pub fn matrix_row(&self, start: usize, r: usize, (i, j): (usize, usize)) -> usize {
        (self.lines(r, i == 3) - self.lines(start, i == 3)) * self.columns(j == 3)
    }
    /// Calls `f(image, rows of tiles in it)` for the images of a range, at most `most` rows at a time.
    pub fn pieces(&self, range: Range<usize>, most: usize, mut f: impl FnMut(usize, Range<usize>)) {
        let mut r = range.start;
        while r < range.end {
            let (image, row) = (r / self.tiles[0], r % self.tiles[0]);
            let some = (self.tiles[0] - row).min(range.end - r).min(most);
            f(image, row..row + some);
            r += some;
        }
    }
}
