//! The input with its padding written out, and split by stride: position `i` of an axis lies in plane `i % stride` at
//! `i / stride`. There a convolution of any stride and dilation reads neighbouring inputs for neighbouring outputs.

use super::plan::Plan;
use crate::base::Elem;
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

/// The rows and columns of a phase's plane that lie inside the image, and the row and column of the image that the first are.
#[derive(Clone, Copy, Debug)]
struct Span {
    rows: [usize; 2],
    columns: [usize; 2],
    from: [usize; 2],
}

/// One image as the kernels read it: padded depth slices, each of `phases` planes of `height x width`.
#[derive(Clone, Debug)]
pub struct Padded {
    /// Sizes and strides (channel, depth, row, column) of the image that is read.
    pub input: [usize; 3],
    pub strides: [usize; 4],
    /// Padding in front, may be negative (the image is cut), and the padded size.
    pub front: [isize; 3],
    pub size: [usize; 3],
    pub stride: [usize; 3],
    /// The planes that some tap reads, as (row phase, column phase).
    pub phases: Vec<(usize, usize)>,
    /// What of each phase's plane lies inside the image.
    spans: Vec<Span>,
    channel: usize,
    /// The image lies in memory as it would here: nothing needs copying.
    pub as_is: bool,
}

impl Padded {
    /// How the planes of channels-first images are read by a plan.
    pub fn of(plan: &Plan, elem: usize) -> Padded {
        let mut phases: Vec<(usize, usize)> =
            plan.taps.iter().map(|t| (t.1[1] % plan.stride[1], t.1[2] % plan.stride[2])).collect();
        phases.sort_unstable();
        phases.dedup();
        let [d, h, w] = plan.input;
        let unpadded = plan.front == [0; 3] && plan.stride == [1; 3] && plan.size == plan.input;
        let mut out = Padded {
            input: plan.input,
            strides: [d * h * w, h * w, w, 1],
            front: plan.front,
            size: plan.size,
            stride: plan.stride,
            spans: Vec::new(),
            phases,
            channel: d * h * w,
            // planes a multiple of 1 KiB apart would crowd a few sets of the first-level cache, where they are read again
            as_is: unpadded && (plan.taps.len() == 1 || !(d * h * w * elem).is_multiple_of(1024)),
        };
        if !out.as_is {
            let lines = (out.size[0] * out.slice() * elem).div_ceil(64);
            out.channel = (lines | 1) * 64 / elem;
        }
        out.spans = out.phases.iter().map(|p| out.span(*p)).collect();
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
    pub fn height(&self) -> usize {
        self.size[1].div_ceil(self.stride[1])
    }
    pub fn width(&self) -> usize {
        self.size[2].div_ceil(self.stride[2])
    }
    fn plane(&self) -> usize {
        self.height() * self.width()
    }
    pub fn slice(&self) -> usize {
        self.phases.len() * self.plane()
    }
    /// Elements from one channel to the next.
    pub fn channel(&self) -> usize {
        self.channel
    }
    /// The offset of padded position `at` of channel 0.
    pub fn offset(&self, at: [usize; 3]) -> usize {
        let phase = (at[1] % self.stride[1], at[2] % self.stride[2]);
        let k = self.phases.iter().position(|p| *p == phase).expect("a phase that was asked for");
        let (row, column) = (at[1] / self.stride[1], at[2] / self.stride[2]);
        at[0] * self.slice() + k * self.plane() + row * self.width() + column
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
        let (h, w) = (self.height(), self.width());
        let per = self.slice();
        par::for_each_chunk(c * self.size[0], par::ELEMENTWISE_GRAIN.div_ceil(per.max(1)), |r| {
            for t in r {
                let (ch, d) = (t / self.size[0], t % self.size[0]);
                let z = d as isize - self.front[0];
                for (k, &(ph, _)) in self.phases.iter().enumerate() {
                    let ([start, end], column) = (self.spans[k].columns, self.spans[k].from[1]);
                    for i in 0..h {
                        let row = (ph + i * self.stride[1]) as isize - self.front[1];
                        let inside = (0..self.input[0] as isize).contains(&z)
                            && (0..self.input[1] as isize).contains(&row);
                        // SAFETY: a row of this channel's slice, and columns inside the image.
                        unsafe {
                            let to = dst.at(ch * self.channel + d * per + (k * h + i) * w);
                            if !inside || start == end {
                                std::ptr::write_bytes(to, 0, w);
                                continue;
                            }
                            std::ptr::write_bytes(to, 0, start);
                            std::ptr::write_bytes(to.add(end), 0, w - end);
                            let from = x.at(ch * self.strides[0]
                                + z as usize * self.strides[1]
                                + row as usize * self.strides[2]
                                + column * self.strides[3]);
                            let step = self.stride[2] * self.strides[3];
                            copy_rows(from, [0, step], to.add(start), 0, 1, end - start);
                        }
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
        for d in 0..self.size[0] {
            let z = d as isize - self.front[0];
            if !(0..self.input[0] as isize).contains(&z) {
                continue;
            }
            for (k, span) in self.spans.iter().enumerate() {
                let n = span.columns[1] - span.columns[0];
                let to = d * self.slice() + k * self.plane() + span.rows[0] * self.width() + span.columns[0];
                let from = z as usize * self.strides[1]
                    + span.from[0] * self.strides[2]
                    + span.from[1] * self.strides[3];
                let steps = [self.stride[1] * self.strides[2], self.stride[2] * self.strides[3]];
                copy_rows(x.add(from), steps, dst.add(to), self.width(), span.rows[1] - span.rows[0], n);
            }
        }
    }
}

multiversion! {
    /// Rows of `n` elements; steps of the source from row to row and from element to element, of the destination from row to row.
    unsafe fn copy_rows[T: Elem](src: *const T, from: [usize; 2], dst: *mut T, to: usize, rows: usize, n: usize) {
        for i in 0..rows {
            let (src, dst) = (src.add(i * from[0]), dst.add(i * to));
            match from[1] {
                1 => copy_few(src.cast(), dst.cast(), n * size_of::<T>()),
                2 => strided::<T>(src, 2, dst, n),
                step => strided::<T>(src, step, dst, n),
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
