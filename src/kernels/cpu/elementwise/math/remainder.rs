//! Remainders of floats: exact, as long as the quotient is; the library's beyond.

use crate::kernels::cpu::machine::vector::Vector;

/// Quotients below this are whole numbers with at most one unit of error.
const EXACT: f64 = 4_503_599_627_370_496.0;

/// The remainder with the sign of `x`. A quotient that was rounded up to the next whole number leaves a remainder of the
/// wrong sign, one that was rounded down leaves one that is too large: either is exact, and put right by one `y`.
#[inline(always)]
pub fn fmod<V: Vector<Elem = f64>>(x: V, y: V) -> V {
    let (a, b, inf) = (x.abs(), y.abs(), V::c(f64::INFINITY));
    let q = a.div(b).floor();
    let r = q.fnma(b, a);
    let r = V::select(r.lt(V::zero()), r.add(b), r);
    let r = V::select(b.le(r), r.sub(b), r);
    // a finite number over infinity is itself, and where the quotient is subnormal or zero there is nothing to take off
    let r = V::select(a.lt(b), a, r);
    let r = V::select(V::both(b.eq(inf), a.eq(inf)), V::c(f64::NAN), r).copysign(x);
    let r = V::select(V::both(x.eq(x), y.eq(y)), r, x.add(y));
    if !V::any(V::both(V::c(EXACT).le(q), a.lt(inf))) {
        return r;
    }
    let (mut xs, mut ys) = ([0.0; 8], [0.0; 8]);
    // SAFETY: no vector of f64 has more than eight lanes
    unsafe {
        x.store(xs.as_mut_ptr());
        y.store(ys.as_mut_ptr());
        for i in 0..V::LANES {
            xs[i] %= ys[i];
        }
        V::select(V::c(EXACT).le(q), V::load(xs.as_ptr()), r)
    }
}

/// Whether a remainder lies on the other side of zero than `y`.
#[inline(always)]
fn across<V: Vector<Elem = f64>>(r: V, y: V) -> V::Mask {
    V::c(1.0).copysign(y).mul(r).lt(V::zero())
}

/// The remainder with the sign of `y`.
#[inline(always)]
pub fn remainder<V: Vector<Elem = f64>>(x: V, y: V) -> V {
    let r = fmod(x, y);
    V::select(across(r, y), r.add(y), r)
}

/// The quotient rounded down, from the remainder with the sign of `x`: what is left after it is taken off divides without a
/// rest, so that a quotient near a whole number falls on the right side of it.
#[inline(always)]
pub fn floored<V: Vector>(x: V, y: V, r: V) -> V {
    let across = V::c(1.0).copysign(y).mul(r).lt(V::zero());
    let q = x.sub(r).div(y);
    let q = V::select(across, q.sub(V::c(1.0)), q);
    let f = q.floor();
    let f = V::select(V::c(0.5).lt(q.sub(f)), f.add(V::c(1.0)), f);
    let f = V::select(q.eq(V::zero()), V::zero().copysign(x.div(y)), f);
    V::select(y.eq(V::zero()), x.div(y), f)
}

#[inline(always)]
pub fn floor_divide<V: Vector<Elem = f64>>(x: V, y: V) -> V {
    floored(x, y, fmod(x, y))
}
