//! Connectionist temporal classification of one sample: the sum over all alignments of a target with the frames, and
//! its gradient. Everything is in logarithms and double precision; the blank stands before, between and after labels.

use crate::kernels::cpu::elementwise::math::{exp_f64, log_f64};
use crate::kernels::cpu::machine::stop::buffer;

const NONE: f64 = f64::NEG_INFINITY;

fn log_add(a: f64, b: f64) -> f64 {
    let m = a.max(b);
    if m == NONE { NONE } else { m + ((a - m).exp() + (b - m).exp()).ln() }
}

/// One frame's states: three terms of each, whose exponentials are added up.
struct Frame {
    terms: Vec<f64>,
    top: Vec<f64>,
    /// Log-probabilities of the states' labels.
    label: Vec<f64>,
    n: usize,
}

impl Frame {
    fn new(n: usize) -> Frame {
        Frame { terms: buffer(NONE, 3 * n), top: buffer(0.0, n), label: buffer(0.0, n), n }
    }
    /// `out[s] = log(exp(terms of s)...) + label[s]`, all states at once.
    fn add_up(&mut self, out: &mut [f64]) {
        let n = self.n;
        let (first, rest) = self.terms.split_at_mut(n);
        let (second, third) = rest.split_at_mut(n);
        for s in 0..n {
            let m = first[s].max(second[s]).max(third[s]);
            let m = if m == NONE { 0.0 } else { m };
            self.top[s] = m;
            first[s] -= m;
            second[s] -= m;
            third[s] -= m;
        }
        in_place(&mut self.terms, exp_f64);
        for s in 0..n {
            out[s] = self.terms[s] + self.terms[n + s] + self.terms[2 * n + s];
        }
        in_place(out, log_f64);
        for s in 0..n {
            out[s] += self.top[s] + self.label[s];
        }
    }
}

fn in_place(x: &mut [f64], f: unsafe fn(*const f64, *mut f64, usize)) {
    // SAFETY: the one slice is read and written
    unsafe { f(x.as_ptr(), x.as_mut_ptr(), x.len()) }
}

/// A sample: `frames` frames of `classes` log-probabilities, and its target.
pub struct Sample<'a> {
    pub frames: usize,
    pub classes: usize,
    pub target: &'a [i64],
    pub blank: i64,
}

impl Sample<'_> {
    fn states(&self) -> usize {
        2 * self.target.len() + 1
    }
    /// The class of a state: blanks at even places.
    fn label(&self, s: usize) -> usize {
        (if s.is_multiple_of(2) { self.blank } else { self.target[s / 2] }) as usize
    }
    /// Whether a state may be entered from two states before it.
    fn skips(&self, s: usize) -> bool {
        s % 2 == 1 && s > 1 && self.target[s / 2] != self.target[s / 2 - 1]
    }
    /// Logarithms of the probability of everything up to frame t that ends in state s.
    fn forward(&self, lp: &dyn Fn(usize, usize) -> f64) -> Vec<f64> {
        let n = self.states();
        let mut a = buffer(NONE, self.frames * n);
        let mut frame = Frame::new(n);
        for s in 0..n.min(2) {
            a[s] = lp(0, self.label(s));
        }
        for t in 1..self.frames {
            let (before, now) = a.split_at_mut(t * n);
            let before = &before[(t - 1) * n..];
            self.labels(t, lp, &mut frame);
            frame.terms[..n].copy_from_slice(before);
            frame.terms[n + 1..2 * n].copy_from_slice(&before[..n - 1]);
            frame.terms[n] = NONE;
            for s in 0..n {
                frame.terms[2 * n + s] = if self.skips(s) { before[s - 2] } else { NONE };
            }
            frame.add_up(&mut now[..n]);
        }
        a
    }
    /// The log-probabilities of the states' labels in a frame.
    fn labels(&self, t: usize, lp: &dyn Fn(usize, usize) -> f64, frame: &mut Frame) {
        let blank = lp(t, self.blank as usize);
        for s in 0..frame.n {
            frame.label[s] = if s.is_multiple_of(2) { blank } else { lp(t, self.label(s)) };
        }
    }
    fn total(&self, a: &[f64]) -> f64 {
        let n = self.states();
        let last = &a[(self.frames - 1) * n..];
        log_add(last[n - 1], if n > 1 { last[n - 2] } else { NONE })
    }
    /// The negative logarithm of the target's probability.
    pub fn loss(&self, lp: &dyn Fn(usize, usize) -> f64) -> f64 {
        if self.frames == 0 {
            return if self.target.is_empty() { 0.0 } else { f64::INFINITY };
        }
        -self.total(&self.forward(lp))
    }
    /// Calls `out(t, c, slope)` for every log-probability, taking them to be normalised. The logarithm of a target that
    /// cannot be has no slope: they are nan.
    pub fn slopes(&self, lp: &dyn Fn(usize, usize) -> f64, mut out: impl FnMut(usize, usize, f64)) {
        if self.frames == 0 {
            return;
        }
        let n = self.states();
        let a = self.forward(lp);
        let loss = -self.total(&a);
        if loss == f64::INFINITY {
            (0..self.frames).for_each(|t| (0..self.classes).for_each(|c| out(t, c, f64::NAN)));
            return;
        }
        let mut b = buffer(NONE, n);
        let (mut frame, mut shares) = (Frame::new(n), buffer(0.0, n));
        let (mut hits, mut p) = (buffer(0.0, self.classes), buffer(0.0, self.classes));
        for t in (0..self.frames).rev() {
            self.labels(t, lp, &mut frame);
            if t + 1 == self.frames {
                for s in 0..n {
                    b[s] = if s + 2 >= n { frame.label[s] } else { NONE };
                }
            } else {
                let after = |s: usize| b.get(s).copied().unwrap_or(NONE);
                for s in 0..n {
                    frame.terms[s] = b[s];
                    frame.terms[n + s] = after(s + 1);
                    frame.terms[2 * n + s] = if s + 2 < n && self.skips(s + 2) { b[s + 2] } else { NONE };
                }
                frame.add_up(&mut b);
            }
            // what the paths through each state have of the whole
            for s in 0..n {
                let both = a[t * n + s] + b[s];
                shares[s] = if both == NONE { NONE } else { both + loss - frame.label[s] };
            }
            in_place(&mut shares, exp_f64);
            hits.fill(0.0);
            for s in 0..n {
                hits[self.label(s)] += shares[s];
            }
            (0..self.classes).for_each(|c| p[c] = lp(t, c));
            in_place(&mut p, exp_f64);
            (0..self.classes).for_each(|c| out(t, c, p[c] - hits[c]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_frames_by_hand() {
        let p = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]];
        let lp = |t: usize, c: usize| f64::ln(p[t][c]);
        // "1" aligns as 11, 01 and 10
        let s = Sample { frames: 2, classes: 3, target: &[1], blank: 0 };
        let want: f64 = 0.5 * 0.3 + 0.2 * 0.3 + 0.5 * 0.6;
        assert!((s.loss(&lp) + want.ln()).abs() < 1e-12);
        // a repeated label needs a blank between, so two frames are too few
        let s = Sample { frames: 2, classes: 3, target: &[1, 1], blank: 0 };
        assert_eq!(s.loss(&lp), f64::INFINITY);
    }
}
