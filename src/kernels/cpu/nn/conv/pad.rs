//! The input with its padding written out, and split by stride: position `i` of an axis lies in plane `i % stride` at
//! `i / stride`. There a convolution of any stride and dilation reads neighbouring inputs for neighbouring outputs.

use super::plan::Plan;
use crate::base::Elem;
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;

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
            phases,
            channel: d * h * w,
            // planes a multiple of 1 KiB apart would crowd a few sets of the first-level cache, where they are read again
            as_is: unpadded && (plan.taps.len() == 1 || !(d * h * w * elem).is_multiple_of(1024)),
        };
        if !out.as_is {
            let lines = (out.size[0] * out.slice() * elem).div_ceil(64);
            out.channel = (lines | 1) * 64 / elem;
        }
        out
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
        self.write::<T, true>(c, x, dst)
    }
    /// As [`Padded::copy`] for a channel whose border is zero already.
    ///
    /// # Safety
    /// As [`Padded::copy`].
    pub unsafe fn inside<T: Elem>(&self, x: *const T, dst: *mut T) {
        self.write::<T, false>(1, x, dst)
    }
    unsafe fn write<T: Elem, const BORDER: bool>(&self, c: usize, x: *const T, dst: *mut T) {
        let (x, dst) = (Ptr::of(x), Ptr(dst));
        let (h, w) = (self.height(), self.width());
        let per = self.slice();
        par::for_each_chunk(c * self.size[0], par::ELEMENTWISE_GRAIN.div_ceil(per.max(1)), |r| {
            for t in r {
                let (ch, d) = (t / self.size[0], t % self.size[0]);
                let z = d as isize - self.front[0];
                for (k, &(ph, pw)) in self.phases.iter().enumerate() {
                    // Columns j with pw + j*stride inside the image.
                    let s = self.stride[2] as isize;
                    let first = self.front[2] - pw as isize; // padded column of image column 0, less the phase
                    let start = (first.max(0) as usize).div_ceil(s as usize).min(w);
                    let end = first + self.input[2] as isize;
                    let end = (end.max(0) as usize).div_ceil(s as usize).clamp(start, w);
                    for i in 0..h {
                        let row = (ph + i * self.stride[1]) as isize - self.front[1];
                        let inside = (0..self.input[0] as isize).contains(&z)
                            && (0..self.input[1] as isize).contains(&row);
                        // SAFETY: a row of this channel's slice, and columns inside the image.
                        unsafe {
                            let to = dst.at(ch * self.channel + d * per + (k * h + i) * w);
                            if !inside || start == end {
                                if BORDER {
                                    std::ptr::write_bytes(to, 0, w);
                                }
                                continue;
                            }
                            if BORDER {
                                std::ptr::write_bytes(to, 0, start);
                                std::ptr::write_bytes(to.add(end), 0, w - end);
                            }
                            let column = (start as isize * s - first) as usize;
                            let from = x.at(ch * self.strides[0]
                                + z as usize * self.strides[1]
                                + row as usize * self.strides[2]
                                + column * self.strides[3]);
                            let step = self.stride[2] * self.strides[3];
                            match step {
                                1 => copy_few(
                                    from.cast(),
                                    to.add(start).cast(),
                                    (end - start) * size_of::<T>(),
                                ),
                                2 => strided::<T>(from, 2, to.add(start), end - start),
                                _ => strided::<T>(from, step, to.add(start), end - start),
                            }
                        }
                    }
                }
            }
        });
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
