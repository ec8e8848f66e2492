//! Pooling over one, two or three spatial axes, seen as three: a missing axis has size 1 and the window `0..1`.
//!
//! Fixed and adaptive pooling differ only in where windows lie, so both hand the kernels one list of windows per axis.
//! With channels first, a window's rows are combined into one line before the line is combined sideways: both loops
//! run along the width and vectorise. With channels last everything runs along the channels.

use crate::kernels::cpu::machine::stop::gathered;
use std::ops::Range;

mod avg;
mod avg_back;
pub mod fractional;
mod lines;
mod max;
mod max_back;
pub mod plane;
#[cfg(test)]
mod tests;

pub use avg::avg_pool;
pub use avg_back::avg_pool_backward;
pub use max::max_pool;
pub use max_back::{Send, max_pool_backward};

/// Channels of a pixel that are combined in registers, with channels last: through memory, channel after channel for each
/// element of a window, averages of 2x2 of 64 channels took twice as long.
const CHANNELS: usize = 32;

/// One axis of pooling: for each output position a window of input positions `start, start + step, .. < end`.
#[derive(Clone, Debug)]
pub struct Windows {
    /// Input size.
    pub size: usize,
    pub step: usize,
    /// The distance between windows, if it is always the same and windows were not cut at the front (else 0); and the
    /// position of the first window's start before cutting.
    stride: usize,
    first: isize,
    /// Elements of a full window.
    kernel: usize,
    list: Vec<Window>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    start: usize,
    end: usize,
    /// What the window counts as in an average.
    weight: usize,
}

impl Windows {
    /// Windows of `kernel` elements `dilation` apart, `stride` from one to the next, over `size` elements with
    /// `padding` on both sides. With `include_pad`, padding counts in averages.
    pub fn fixed(
        size: usize,
        output: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
        dilation: usize,
        include_pad: bool,
    ) -> Windows {
        let list = gathered((0..output).map(|o| {
            let begin = (o * stride) as isize - padding as isize;
            let full = begin + ((kernel - 1) * dilation + 1) as isize;
            let skip = if begin < 0 { (-begin as usize).div_ceil(dilation) * dilation } else { 0 };
            let start = (begin + skip as isize) as usize;
            let end = (full.max(0) as usize).min(size);
            let padded = full.min((size + padding) as isize) - begin;
            let weight = if include_pad { padded.max(0) as usize } else { end.saturating_sub(start) };
            Window { start, end, weight }
        }));
        Windows { size, step: dilation, stride, first: -(padding as isize), kernel, list }
    }
    /// Windows that divide `size` into `output` parts of nearly equal size.
    pub fn adaptive(size: usize, output: usize) -> Windows {
        let list = gathered((0..output).map(|o| {
            let (start, end) = (o * size / output, ((o + 1) * size).div_ceil(output));
            Window { start, end, weight: end - start }
        }));
        Windows { size, step: 1, stride: 0, first: 0, kernel: 0, list }
    }
    /// A missing axis.
    pub fn none() -> Windows {
        Windows::adaptive(1, 1)
    }
    /// Whether there is one window, of all elements.
    fn is_whole(&self) -> bool {
        self.step == 1 && matches!(*self.list, [w] if w.start == 0 && w.end == self.size)
    }
    pub fn len(&self) -> usize {
        self.list.len()
    }
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// Positions from the front of the first full window to the end of the last one.
    fn reach(&self) -> usize {
        if self.stride == 0 || self.list.is_empty() {
            return self.size;
        }
        ((self.list.len() - 1) * self.stride + (self.kernel - 1) * self.step + 1)
            .max((self.size as isize - self.first) as usize)
    }
}

/// What is pooled: `n` samples of `c` channels, windows along depth, height and width.
#[derive(Clone, Debug)]
pub struct Pool {
    pub n: usize,
    pub c: usize,
    pub channels_last: bool,
    pub windows: [Windows; 3],
}

impl Pool {
    /// Elements of an input plane and of an output plane.
    pub fn planes(&self) -> (usize, usize) {
        (self.windows.iter().map(|w| w.size).product(), self.windows.iter().map(|w| w.len()).product())
    }
    /// The output pixels of a range over all samples.
    fn pixels(&self, r: Range<usize>) -> Pixels<'_> {
        let [wd, wh, ww] = self.windows.each_ref().map(Windows::len);
        let plane = r.start / ww;
        let at = [plane / wh % wd, plane % wh, r.start % ww];
        Pixels { pool: self, t: r.start, end: r.end, sample: plane / wh / wd, at }
    }
    fn inputs_per_output(&self) -> usize {
        let (i, o) = self.planes();
        i.div_ceil(o.max(1)).max(1)
    }
}

/// Output pixels one after another: the number of each, its sample, and its window along each axis. (An iterator, as the body of
/// its loop is compiled for the processor at hand, which that of a closure is not.)
struct Pixels<'a> {
    pool: &'a Pool,
    t: usize,
    end: usize,
    sample: usize,
    at: [usize; 3],
}

impl Iterator for Pixels<'_> {
    type Item = (usize, usize, [Window; 3]);
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.t == self.end {
            return None;
        }
        let w = &self.pool.windows;
        // (`map` of an array is a call here)
        let at = [w[0].list[self.at[0]], w[1].list[self.at[1]], w[2].list[self.at[2]]];
        let item = (self.t, self.sample, at);
        self.t += 1;
        for k in (0..3).rev() {
            self.at[k] += 1;
            if self.at[k] < w[k].list.len() {
                return Some(item);
            }
            self.at[k] = 0;
        }
        self.sample += 1;
        Some(item)
    }
}
