//! The input with its padding written out, and split by stride: position `i` of an axis lies in plane `i % stride` at
//! `i / stride`. There a convolution of any stride and dilation reads neighbouring inputs for neighbouring outputs.

use super::plan::Plan;
use crate::base::Elem;
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stream::fetch;

/// The rows and columns of a phase's plane that lie inside the image, and the row and column of the image that the first are.
#[derive(Clone, Copy, Debug)]
struct Span {
    rows: [usize; 2],
    columns: [usize; 2],
    from: [usize; 2],
}

/// Elements of a row below which single elements are copied by a list of where they come from and go to, which costs the
/// same for any row: by the step between those in the image. Rows have a cost of their own, which [1, 256, 32, 13, 4] cut
/// by strides of 3, rows of one or two elements, paid 700000 times; but rows of 14 elements in steps of two are vectors
/// (2x192x28x28 by 3x3, a channel each: 85 us by rows, 128 by a list).
pub const fn narrow(step: usize, elem: usize) -> usize {
    match step {
        1 => 16 / elem,
        2 => 8,
        _ => 64,
    }
}
/// Entries of such a list at most: it stays in the second-level cache.
const LISTED: usize = 1 << 15;

/// One image as the kernels read it: slices that lie `depth` after `depth` for each phase of the depth, each of `phases` planes
/// of `height x width`. What no tap reads is left out.
#[derive(Clone, Debug)]
pub struct Padded {
    /// Sizes and strides (channel, depth, row, column) of the image that is read.
    pub input: [usize; 3],
    pub strides: [usize; 4],
    /// Padding in front, may be negative (the image is cut), and the padded size.
    pub front: [isize; 3],
    pub size: [usize; 3],
    pub stride: [usize; 3],
    /// The phases of the depth, and the planes, that some tap reads; planes as (row phase, column phase).
    depths: Vec<usize>,
    phases: Vec<(usize, usize)>,
    /// What of each phase's plane lies inside the image.
    spans: Vec<Span>,
    /// The same of a slice as (to, from), if rows are narrow.
    list: Vec<[u32; 2]>,
    /// A slice inside the image has elements outside of it.
    bordered: bool,
    channel: usize,
    /// The image lies in memory as it would here: nothing needs copying.
    pub as_is: bool,
}

impl Padded {
    /// How the planes of channels-first images are read by a plan.
    pub fn of(plan: &Plan, elem: usize) -> Padded {
        let some = |a: usize, b: usize| {
            let of = |at: [usize; 3], a: usize| if a < 3 { at[a] % plan.stride[a] } else { 0 };
            let mut all: Vec<_> = if plan.stride == [1; 3] {
                plan.taps.iter().take(1).map(|_| (0, 0)).collect()
            } else {
                plan.taps.iter().map(|t| (of(t.1, a), of(t.1, b))).collect()
            };
            all.sort_unstable();
            all.dedup();
            all
        };
        let (phases, depths) = (some(1, 2), some(0, 3));
        let [d, h, w] = plan.input;
        let unpadded = plan.front == [0; 3] && plan.stride == [1; 3] && plan.size == plan.input;
        let mut out = Padded {
            input: plan.input,
            strides: [d * h * w, h * w, w, 1],
            front: plan.front,
            size: plan.size,
            stride: plan.stride,
            spans: Vec::new(),
            list: Vec::new(),
            bordered: false,
            depths: depths.into_iter().map(|d| d.0).collect(),
            phases,
            channel: d * h * w,
            // planes a multiple of 1 KiB apart would crowd a few sets of the first-level cache, where they are read again
            as_is: unpadded && (plan.taps.len() == 1 || !(d * h * w * elem).is_multiple_of(1024)),
        };
        if !out.as_is {
            let lines = (out.slices() * out.slice() * elem).div_ceil(64);
            out.channel = (lines | 1) * 64 / elem;
            out.spans = out.phases.iter().map(|p| out.span(*p)).collect();
            let inside = |s: &Span| (s.rows[1] - s.rows[0]) * (s.columns[1] - s.columns[0]);
            let all: usize = out.spans.iter().map(inside).sum();
            out.bordered = all < out.slice();
            let widest = out.spans.iter().map(|s| s.columns[1] - s.columns[0]).max().unwrap_or(0);
            if widest < narrow(out.stride[2], elem) && out.slice() <= LISTED && h * w <= u32::MAX as usize {
                out.list = out.listed();
            }
        }
        out
    }
    fn span(&self, phase: (usize, usize)) -> Span {
        let one = |axis: usize, phase: usize, most: usize| {
            // the padded position of the image's first row or column, less the phase
            let (s, first) = (self.stride[axis], self.front[axis] - phase as isize);
            let start = (first.max(0) as usize).div_ceil(s).min(most);
            let end = (first + self.input[axis] as isize).max(0) as usize;
            let end = end.div_ceil(s).clamp(start, most);
            (start, end, (start as isize * s as isize - first).max(0) as usize)
        };
        let (rows, columns) = (one(1, phase.0, self.height()), one(2, phase.1, self.width()));
        Span { rows: [rows.0, rows.1], columns: [columns.0, columns.1], from: [rows.2, columns.2] }
    }
    fn listed(&self) -> Vec<[u32; 2]> {
        let mut list = Vec::with_capacity(self.slice());
        for (k, s) in self.spans.iter().enumerate() {
            for (i, row) in (s.rows[0]..s.rows[1]).enumerate() {
                let to = k * self.plane() + row * self.width() + s.columns[0];
                let from = (s.from[0] + i * self.stride[1]) * self.strides[2] + s.from[1] * self.strides[3];
                let step = self.stride[2] * self.strides[3];
                let n = s.columns[1] - s.columns[0];
                list.extend((0..n).map(|j| [(to + j) as u32, (from + j * step) as u32]));
            }
        }
        list
    }
    fn depth(&self) -> usize {
        self.size[0].div_ceil(self.stride[0])
    }
    #[inline]
    pub fn height(&self) -> usize {
        if self.stride[1] == 1 {
            return self.size[1];
        }
        self.size[1].div_ceil(self.stride[1])
    }
    #[inline]
    pub fn width(&self) -> usize {
        if self.stride[2] == 1 {
            return self.size[2];
        }
        self.size[2].div_ceil(self.stride[2])
    }
    fn plane(&self) -> usize {
        self.height() * self.width()
    }
    fn slices(&self) -> usize {
        self.depths.len() * self.depth()
    }
    /// Elements of a slice: from what one slice of outputs reads to what the next reads.
    pub fn slice(&self) -> usize {
        self.phases.len() * self.plane()
    }
    /// Elements from one channel to the next.
    pub fn channel(&self) -> usize {
        self.channel
    }
    /// The offset of padded position `at` of channel 0.
    pub fn offset(&self, at: [usize; 3]) -> usize {
        if self.stride == [1; 3] {
            return at[0] * self.slice() + at[1] * self.width() + at[2];
        }
        let phase = [0, 1, 2].map(|a| at[a] % self.stride[a]);
        // without taps nothing is read
        let d = self.depths.iter().position(|p| *p == phase[0]).unwrap_or(0);
        let k = self.phases.iter().position(|p| *p == (phase[1], phase[2])).unwrap_or(0);

        let [slice, row, column] = [0, 1, 2].map(|a| at[a] / self.stride[a]);
        (d * self.depth() + slice) * self.slice() + k * self.plane() + row * self.width() + column
    }
    /// Zeroes the memory of one channel, whose border stays as it is when [`Padded::inside`] copies image after image.
    ///
    /// # Safety
    /// `dst` holds `channel()` elements.
    pub unsafe fn clear<T: Elem>(&self, dst: *mut T) {
        std::ptr::write_bytes(dst, 0, self.channel);
    }
    /// Copies `c` channels.
    ///
    /// # Safety
    /// `x` is an image of the described sizes, `dst` holds `c * channel()` elements.
    pub unsafe fn copy<T: Elem>(&self, c: usize, x: *const T, dst: *mut T) {
        let (x, dst) = (Ptr::of(x), Ptr(dst));
        let (slices, per) = (self.slices(), self.slice());
        par::for_each_chunk(c * slices, par::ELEMENTWISE_GRAIN.div_ceil(per.max(1)), |r| {
            for t in r {
                let (ch, i) = if slices == 1 { (t, 0) } else { (t / slices, t % slices) };
                // SAFETY: a slice of this channel.
                unsafe {
                    let to = dst.at(ch * self.channel + i * per);
                    let from = self.from(i);
                    if self.bordered || from.is_none() {
                        std::ptr::write_bytes(to, 0, per);
                    }
                    if let Some(from) = from {
                        if t + 1 < c * slices && self.jumps() {
                            self.fetch(x.at((t + 1) / slices * self.strides[0]), (t + 1) % slices);
                        }
                        self.fill(x.at(ch * self.strides[0] + from), to);
                    }
                }
            }
        });
    }
    /// As [`Padded::copy`] for a channel whose border is zero already.
    ///
    /// # Safety
    /// As [`Padded::copy`].
    pub unsafe fn inside<T: Elem>(&self, x: *const T, dst: *mut T) {
        for i in 0..self.slices() {
            if let Some(from) = self.from(i) {
                self.fill(x.add(from), dst.add(i * self.slice()));
            }
        }
    }
    /// Where the image's part of a slice begins; none if that slice is padding.
    #[inline]
    fn from(&self, slice: usize) -> Option<usize> {
        let (phase, d) = match self.depths[..] {
            [phase] => (phase, slice),
            _ => (self.depths[slice / self.depth()], slice % self.depth()),
        };
        let z = (phase + d * self.stride[0]) as isize - self.front[0];
        (0..self.input[0] as isize).contains(&z).then(|| z as usize * self.strides[1])
    }
    /// A slice that fits in the first-level cache is read by single elements, phase after phase: in steps that the hardware does
    /// not follow.
    fn jumps(&self) -> bool {
        let small = self.input[1] * self.input[2] <= 2048;
        small && !self.list.is_empty() && self.phases.len() > self.stride[2]
    }
    /// Asks for what of a slice lies inside the image.
    unsafe fn fetch<T>(&self, x: *const T, slice: usize) {
        let Some(from) = self.from(slice) else { return };
        for at in (0..self.input[1] * self.input[2]).step_by(64 / size_of::<T>()) {
            fetch::<true>(x.wrapping_add(from + at).cast());
        }
    }
    /// What of a slice lies inside the image.
    #[inline]
    unsafe fn fill<T: Elem>(&self, x: *const T, dst: *mut T) {
        if self.list.is_empty() {
            let steps = [self.stride[1] * self.strides[2], self.strides[2], self.stride[2] * self.strides[3]];
            rows(&self.spans, x, steps, dst, self.plane(), self.width());
        } else {
            for &[to, from] in &self.list {
                *dst.add(to as usize) = *x.add(from as usize);
            }
        }
    }
}

multiversion! {
    /// The rows of all planes of a slice; steps of the source from row to row that is copied, from row to row, and from element to
    /// element that is copied; sizes of the destination's planes and rows.
    unsafe fn rows[T: Elem](spans: &[Span], src: *const T, steps: [usize; 3], dst: *mut T, plane: usize, width: usize) {
        let [down, row, across] = steps;
        for (k, s) in spans.iter().enumerate() {
            let n = s.columns[1] - s.columns[0];
            // columns are taken from where the stride begins, whatever their step
            let src = src.add(s.from[0] * row + s.from[1]);
            let dst = dst.add(k * plane + s.rows[0] * width + s.columns[0]);
            for i in 0..s.rows[1] - s.rows[0] {
                let (src, dst) = (src.wrapping_add(i * down), dst.wrapping_add(i * width));
                match across {
                    1 => copy_few(src.cast(), dst.cast(), n * size_of::<T>()),
                    2 => strided::<T>(src, 2, dst, n),
                    step => strided::<T>(src, step, dst, n),
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn strided<T: Elem>(from: *const T, step: usize, to: *mut T, n: usize) {
    for j in 0..n {
        *to.add(j) = *from.add(j * step);
    }
}

/// A whole image, all its channels, in either order and not split by stride: for kernels that read single elements,
/// anywhere.
#[derive(Clone, Debug)]
pub enum Image {
    First(Padded, usize),
    Last(PaddedLast),
}

impl Image {
    /// How a plan reads images of `channels` channels.
    pub fn of(plan: &Plan, channels: usize, last: bool, elem: usize) -> Image {
        if last {
            return Image::Last(PaddedLast::of(plan, channels));
        }
        let mut plan = Plan { stride: [1; 3], ..plan.clone() };
        if plan.front == [0; 3] && (0..3).all(|a| plan.size[a] <= plan.input[a]) {
            plan.size = plan.input;
        }
        Image::First(Padded::of(&plan, elem), channels)
    }
    /// Images are read where they are.
    pub fn as_is(&self) -> bool {
        match self {
            Image::First(p, _) => p.as_is,
            Image::Last(p) => p.as_is,
        }
    }
    /// Elements of an image.
    pub fn len(&self) -> usize {
        match self {
            Image::First(p, channels) => p.channel() * channels,
            Image::Last(p) => p.len(),
        }
    }
    /// Elements from one channel to the next.
    pub fn channel(&self) -> usize {
        match self {
            Image::First(p, _) => p.channel(),
            Image::Last(_) => 1,
        }
    }
    /// The offset of padded position `at` of channel 0.
    pub fn offset(&self, at: [usize; 3]) -> usize {
        match self {
            Image::First(p, _) => p.offset(at),
            Image::Last(p) => p.offset(at),
        }
    }
    /// # Safety
    /// `x` is an image of the described sizes, `dst` holds `len()` elements.
    pub unsafe fn copy<T: Elem>(&self, x: *const T, dst: *mut T) {
        match self {
            Image::First(p, channels) => p.copy(*channels, x, dst),
            Image::Last(p) => p.copy(x, dst),
        }
    }
}

/// A channels-last image with its padding written out; `c` counts all channels.
#[derive(Clone, Debug)]
pub struct PaddedLast {
    pub input: [usize; 3],
    pub front: [isize; 3],
    pub size: [usize; 3],
    pub c: usize,
    pub as_is: bool,
}

impl PaddedLast {
    pub fn of(plan: &Plan, c: usize) -> PaddedLast {
        let as_is = plan.front == [0; 3] && (0..3).all(|a| plan.size[a] <= plan.input[a]);
        let size = if as_is { plan.input } else { plan.size };
        PaddedLast { input: plan.input, front: plan.front, size, c, as_is }
    }
    /// Elements of an image.
    pub fn len(&self) -> usize {
        self.size.iter().product::<usize>() * self.c
    }
    pub fn offset(&self, at: [usize; 3]) -> usize {
        ((at[0] * self.size[1] + at[1]) * self.size[2] + at[2]) * self.c
    }
    /// # Safety
    /// `x` is an image of the described sizes, `dst` holds `len()` elements.
    pub unsafe fn copy<T: Elem>(&self, x: *const T, dst: *mut T) {
        let (x, dst) = (Ptr::of(x), Ptr(dst));
        let [_, h, w] = self.size;
        let line = w * self.c;
        let start = self.front[2].max(0).min(w as isize) as usize;
        let end = (self.front[2] + self.input[2] as isize).clamp(start as isize, w as isize) as usize;
        par::for_each_chunk(self.size[0] * h, par::ELEMENTWISE_GRAIN.div_ceil(line), |r| {
            for t in r {
                let z = (t / h) as isize - self.front[0];
                let row = (t % h) as isize - self.front[1];
                // SAFETY: one padded row per step; columns inside the image.
                unsafe {
                    let to = dst.at(t * line);
                    let inside = (0..self.input[0] as isize).contains(&z)
                        && (0..self.input[1] as isize).contains(&row);
                    if !inside || start == end {
                        std::ptr::write_bytes(to, 0, line);
                        continue;
                    }
                    let from = (z as usize * self.input[1] + row as usize) * self.input[2];
                    let from = from + (start as isize - self.front[2]) as usize;
                    std::ptr::write_bytes(to, 0, start * self.c);
                    let n = (end - start) * self.c;
                    std::ptr::copy_nonoverlapping(x.at(from * self.c), to.add(start * self.c), n);
                    std::ptr::write_bytes(to.add(end * self.c), 0, (w - end) * self.c);
                }
            }
        });
    }
}
