//! Connectionist temporal classification of one sample: the sum over all alignments of a target with the frames, and
//! its gradient. Everything is in logarithms and double precision; the blank stands before, between and after labels.

use crate::kernels::cpu::machine::stop::buffer;

const NONE: f64 = f64::NEG_INFINITY;

fn log_add(a: f64, b: f64) -> f64 {
    let m = a.max(b);
    if m == NONE { NONE } else { m + ((a - m).exp() + (b - m).exp()).ln() }
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
        for s in 0..n.min(2) {
            a[s] = lp(0, self.label(s));
        }
        for t in 1..self.frames {
            for s in 0..n {
                let before = |k: usize| if s >= k { a[(t - 1) * n + s - k] } else { NONE };
                let mut sum = log_add(before(0), before(1));
                if self.skips(s) {
                    sum = log_add(sum, before(2));
                }
                a[t * n + s] = sum + lp(t, self.label(s));
            }
        }
        a
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
        let mut hits = buffer(NONE, self.classes);
        for t in (0..self.frames).rev() {
            let mut now = buffer(NONE, n);
            for s in 0..n {
                let sum = if t + 1 == self.frames {
                    if s + 2 >= n { 0.0 } else { NONE }
                } else {
                    let after = |k: usize| b.get(s + k).copied().unwrap_or(NONE);
                    let mut sum = log_add(after(0), after(1));
                    if s + 2 < n && self.skips(s + 2) {
                        sum = log_add(sum, after(2));
                    }
                    sum
                };
                now[s] = sum + lp(t, self.label(s));
            }
            b = now;
            hits.fill(NONE);
            for s in 0..n {
                let c = self.label(s);
                hits[c] = log_add(hits[c], a[t * n + s] + b[s]);
            }
            for (c, h) in hits.iter().enumerate() {
                let l = lp(t, c);
                out(t, c, l.exp() - if *h == NONE { 0.0 } else { (h + loss - l).exp() });
            }
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
