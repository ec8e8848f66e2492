//! A convolution, or the gradient for its input, as stride-free work: which padded positions each tap reads.
//!
//! The gradient for the input of a convolution of stride `s` falls apart into `s` phases an axis: inputs `s` apart are
//! touched by the same taps, and reading `g` at neighbouring positions. With stride 1 there is one phase, and it is
//! the convolution of `g` with the turned weight.

use super::Conv;
use crate::kernels::cpu::machine::float::Ptr;

/// One dense piece of work: for each output position `j`, the sum over taps of weight times padded `j * stride + at`.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Sizes of what is read, elements of padding in front of it (negative: cut off), size after padding.
    pub input: [usize; 3],
    pub front: [isize; 3],
    pub size: [usize; 3],
    pub stride: [usize; 3],
    /// The tap's number in the weight, and where it reads.
    pub taps: Vec<(usize, [usize; 3])>,
    /// Outputs computed, and where they go: output `j` to `first + j * step` of a plane of size `whole`.
    pub output: [usize; 3],
    pub first: [usize; 3],
    pub step: [usize; 3],
    pub whole: [usize; 3],
}

impl Plan {
    pub fn forward(p: &Conv) -> Plan {
        let all = |a: usize| (0..p.kernel[a]).map(|k| (k, k * p.dilation[a])).collect::<Vec<_>>();
        Plan {
            input: p.input,
            front: p.padding.map(|v| v as isize),
            size: [0, 1, 2].map(|a| (p.output[a] - 1) * p.stride[a] + (p.kernel[a] - 1) * p.dilation[a] + 1),
            stride: p.stride,
            taps: product(p, [all(0), all(1), all(2)]),
            output: p.output,
            first: [0; 3],
            step: [1; 3],
            whole: p.output,
        }
    }

    /// One plan per phase; phases that no tap touches have no taps.
    pub fn backward(p: &Conv) -> Vec<Plan> {
        let axes = [0, 1, 2].map(|a| phases(p, a));
        let mut out = Vec::new();
        for d in &axes[0] {
            for h in &axes[1] {
                for w in &axes[2] {
                    let all = [d, h, w];
                    out.push(Plan {
                        input: p.output,
                        front: all.map(|x| x.front),
                        size: all.map(|x| x.count + x.reach),
                        stride: [1; 3],
                        taps: product(p, all.map(|x| x.taps.clone())),
                        output: all.map(|x| x.count),
                        first: all.map(|x| x.first),
                        step: p.stride,
                        whole: p.input,
                    });
                }
            }
        }
        out
    }

    /// Makes all plans read one image, padded for all of them.
    pub fn share(plans: &mut [Plan]) {
        for a in 0..3 {
            let reading = plans.iter().filter(|p| !p.taps.is_empty());
            let front = reading.clone().map(|p| p.front[a]).max().unwrap_or(0);
            let end = reading.map(|p| p.size[a] as isize - p.front[a]).max().unwrap_or(0);
            // rows are as long as those of any plan's outputs
            let most = plans.iter().map(|p| p.output[a]).max().unwrap_or(0);
            for p in plans.iter_mut() {
                let shift = (front - p.front[a]).max(0) as usize;
                p.taps.iter_mut().for_each(|t| t.1[a] += shift);
                (p.front[a], p.size[a]) = (front, most.max((front + end) as usize));
            }
        }
    }

    /// The result lies in memory as it is computed.
    pub fn dense(&self) -> bool {
        self.output == self.whole
    }
    pub fn outputs(&self) -> usize {
        self.output.iter().product()
    }
}

/// How many images there are, and how many channels go in and come out, per group.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    pub n: usize,
    pub groups: usize,
    pub cin: usize,
    pub cout: usize,
}

/// Where the weights of a plan lie: those from channel `c` to channel `r` of a group at
/// `w + group * of_group + r * across + c * down`, their taps dense.
pub struct Weights<T> {
    w: Ptr<T>,
    of_group: usize,
    pub across: usize,
    pub down: usize,
    pub taps: usize,
}

impl Sides {
    pub fn forward(p: &Conv) -> Sides {
        Sides { n: p.n, groups: p.groups, cin: p.cin / p.groups, cout: p.cout / p.groups }
    }
    pub fn backward(p: &Conv) -> Sides {
        Sides { n: p.n, groups: p.groups, cin: p.cout / p.groups, cout: p.cin / p.groups }
    }
}

impl<T> Weights<T> {
    pub fn forward(p: &Conv, w: *const T) -> Weights<T> {
        let (ci, co, taps) = (p.cin / p.groups, p.cout / p.groups, p.taps());
        Weights { w: Ptr::of(w), of_group: co * ci * taps, across: ci * taps, down: taps, taps }
    }
    pub fn backward(p: &Conv, w: *const T) -> Weights<T> {
        let of = Weights::forward(p, w);
        Weights { across: of.down, down: of.across, ..of }
    }
    /// The address of one weight.
    #[inline(always)]
    pub fn at(&self, group: usize, r: usize, c: usize, tap: usize) -> *const T {
        self.w.at(group * self.of_group + r * self.across + c * self.down + tap)
    }
}

fn product(p: &Conv, axes: [Vec<(usize, usize)>; 3]) -> Vec<(usize, [usize; 3])> {
    let mut out = Vec::new();
    for &(kd, d) in &axes[0] {
        for &(kh, h) in &axes[1] {
            for &(kw, w) in &axes[2] {
                out.push(((kd * p.kernel[1] + kh) * p.kernel[2] + kw, [d, h, w]));
            }
        }
    }
    out
}

struct Phase {
    first: usize,
    count: usize,
    front: isize,
    reach: usize,
    /// (tap, padded position for output 0)
    taps: Vec<(usize, usize)>,
}

/// Input `i` gets tap `k` of output `o` where `i + padding = o * stride + k * dilation`.
fn phases(p: &Conv, a: usize) -> Vec<Phase> {
    let (s, pad, d) = (p.stride[a] as isize, p.padding[a] as isize, p.dilation[a] as isize);
    (0..s.min(p.input[a] as isize))
        .map(|first| {
            let count = (p.input[a] - first as usize).div_ceil(s as usize);
            let reads: Vec<(usize, isize)> = (0..p.kernel[a])
                .filter(|&k| (first + pad - k as isize * d).rem_euclid(s) == 0)
                .map(|k| (k, (first + pad - k as isize * d).div_euclid(s)))
                .collect();
            let low = reads.iter().map(|r| r.1).min().unwrap_or(0);
            let high = reads.iter().map(|r| r.1).max().unwrap_or(0);
            Phase {
                first: first as usize,
                count,
                front: -low,
                reach: (high - low) as usize,
                taps: reads.into_iter().map(|(k, at)| (k, (at - low) as usize)).collect(),
            }
        })
        .collect()
}
