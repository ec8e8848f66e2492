//! Hessenberg's form by reflections.

use super::parts::{LANES, Parts, inner, more};
use crate::base::Elem;
use crate::kernels::cpu::linalg::field::Field;

multiversion! {
    /// Hessenberg's form in place of the matrix; the product of the reflections in `z`.
    ///
    /// # Safety
    /// Arrays of these sizes.
    pub(super) unsafe fn hessenberg[T: Field](p: Parts<T>) {
        let (zero, one) = (<T as Elem>::ZERO, <T as Elem>::ONE);
        let wants = !p.z.is_null();
        let (top, cols) = if wants { (0, p.n) } else { (p.low, p.high) };
        let end = cols.div_ceil(LANES);
        for k in p.low..p.high.saturating_sub(2) {
            *p.tau.add(k) = zero;
            let mut tail = 0.0;
            for i in k + 2..p.high {
                tail += (*p.at(i, k)).square();
            }
            let v = p.x.add(k * p.ld);
            if tail == 0.0 {
                // so small that the squares are nothing
                for i in k + 2..p.high {
                    *p.at(i, k) = zero;
                }
                continue;
            }
            let alpha = *p.at(k + 1, k);
            let size = (alpha.square() + tail).sqrt();
            let beta = if alpha.to_f64() < 0.0 { size } else { -size };
            let t = <T as Elem>::from_f64((beta - alpha.to_f64()) / beta);
            let by = 1.0 / (alpha.to_f64() - beta);
            *p.tau.add(k) = t;
            for c in 0..p.ld {
                *v.add(c) = zero;
                *p.w.add(c) = zero;
            }
            *v.add(k + 1) = one;
            for i in k + 2..p.high {
                *v.add(i) = <T as Elem>::from_f64((*p.at(i, k)).to_f64() * by);
            }
            let from = (k + 1) / LANES;
            for i in k + 1..p.high {
                more(p.w, *v.add(i), p.at(i, 0) as *const T, from, end);
            }
            for i in top..p.high {
                let row = p.at(i, 0);
                if i > k {
                    more(row, -(t * *v.add(i)), p.w as *const T, from, end);
                }
                let s = inner(v as *const T, row as *const T, from, end);
                more(row, -(t * s), v as *const T, from, end);
            }
            *p.at(k + 1, k) = <T as Elem>::from_f64(beta);
            for i in k + 2..p.high {
                *p.at(i, k) = zero;
            }
        }
        if wants {
            for i in 0..p.n {
                for j in 0..p.ld {
                    *p.z.add(i * p.ld + j) = if i == j { one } else { zero };
                }
            }
            for k in (p.low..p.high.saturating_sub(2)).rev() {
                let (v, t) = (p.x.add(k * p.ld) as *const T, *p.tau.add(k));
                if t == zero {
                    continue;
                }
                for j in k + 1..p.high {
                    let row = p.z.add(j * p.ld);
                    let (from, end) = ((k + 1) / LANES, p.high.div_ceil(LANES));
                    let s = inner(v, row as *const T, from, end);
                    more(row, -(t * s), v, from, end);
                }
            }
        }
    }
}
