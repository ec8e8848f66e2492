//! The shortest of the least-squares solutions for square matrices whose rank is in doubt, by a complete orthogonal decomposition:
//! `A P = Q [R1 R2; 0 0]`, where pivoting leaves what is small to the end, and `[R1 R2]^H = Z S`. The rank is what LAPACK's `gelsy`
//! finds: the leading triangle grows as long as the estimate of its condition number stays below `1 / rcond`.
//!
//! Sources: G. H. Golub and C. F. Van Loan, Matrix Computations, sections 5.4 and 5.5; C. Bischof, Incremental condition estimation,
//! SIAM J. Matrix Anal. Appl. 11 (1990).

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, Owned, View, each_with};
use crate::kernels::cpu::linalg::reflection::{column_reflection, inner, norm_below, reflect_all};
use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::stop;

multiversion! {
    /// The reflection of column `j`, as [`column_reflection`] leaves it, on the columns of `a` behind it and on those of `c`. Its
    /// factor.
    unsafe fn turn[T: Field](a: View<T>, j: usize, c: View<T>) -> T {
        let t = column_reflection(a, j);
        if t != <T as Elem>::ZERO {
            let (v, below) = (a.ptr(j + 1, j) as *const T, a.rows - j - 1);
            for (x, from) in [(a, j + 1), (c, 0)] {
                reflect_all(t.conj(), v, x, (j, from, x.cols), below);
            }
        }
        t
    }
}
multiversion! {
    unsafe fn product[T: Field](v: *const T, x: *const T, n: usize) -> T {
        inner(v, x, n)
    }
}
multiversion! {
    unsafe fn length[T: Field](a: View<T>, from: usize, j: usize) -> T::R {
        norm_below(a, from, j)
    }
}
multiversion! {
    /// `y -= f x`.
    unsafe fn take_off[T: Field](f: T, x: *const T, y: *mut T, n: usize) {
        for i in 0..n {
            *y.add(i) -= f * *x.add(i);
        }
    }
}

/// `A P = Q R` where it is: at each step the column that is longest below comes next. The same reflections turn `c`. Columns of both
/// lie along memory; `order` says which column came where.
unsafe fn pivoted<T: Field>(a: View<T>, c: View<T>, order: &mut [usize], lengths: &mut [[T::R; 2]]) {
    let n = a.cols;
    let (zero, one) = (<T::R as Elem>::ZERO, <T::R as Elem>::ONE);
    // below this share of what it was when last computed, a length that was only updated is not trusted
    let least = <T::R as Elem>::from_f64(if T::R::DTYPE.size() == 4 { 2.4e-4 } else { 1.05e-8 });
    for j in 0..n {
        order[j] = j;
        lengths[j] = [length(a, 0, j); 2];
    }
    for j in 0..n {
        let mut best = j;
        for l in j + 1..n {
            if lengths[l][0] > lengths[best][0] {
                best = l;
            }
        }
        if best != j {
            a.t().swap_rows(j, best);
            order.swap(j, best);
            lengths.swap(j, best);
        }
        turn(a, j, c);
        for l in j + 1..n {
            let [now, exact] = lengths[l];
            if now == zero {
                continue;
            }
            let gone = a.get(j, l).modulus() / now;
            let left = (one + gone) * (one - gone);
            let left = if left > zero { left } else { zero };
            let share = now / exact;
            lengths[l] = if left * share * share <= least {
                [length(a, j + 1, l); 2]
            } else {
                [now * Cmp::sqrt(left), exact]
            };
        }
    }
}

/// An estimate of an extreme singular value of a triangle, and the vector whose product with the triangle has that length.
struct Extreme<'a, T: Field> {
    value: T::R,
    vector: &'a mut [T],
    largest: bool,
}

/// The extreme value of a grown triangle, and by what the vector of the smaller one is scaled and followed.
struct Grown<T: Field> {
    value: T::R,
    scale: T,
    next: T,
}

impl<T: Field> Extreme<'_, T> {
    /// What the extreme value becomes with another column: `column` above the diagonal, `corner` on it. With `x` the vector of the
    /// smaller triangle, of value `s`, vectors `(p x, q)` have the products of length `|(p s, p a + q g)|`, where `a` is `x . column`
    /// and `g` the corner: the extreme singular value of two rows of two.
    unsafe fn grown(&self, column: *const T, size: usize, corner: T) -> Grown<T> {
        let (zero, one) = (<T::R as Elem>::ZERO, <T::R as Elem>::ONE);
        let two = one + one;
        let alpha = product(self.vector.as_ptr(), column, size);
        let s = self.value;
        // over the largest of the three, so that no square overflows
        let most = s.max_or(alpha.modulus()).max_or(corner.modulus());
        if !(most > zero) {
            return Grown { value: zero, scale: <T as Elem>::ZERO, next: <T as Elem>::ONE };
        }
        let (d, z, g) = (s / most, alpha.scale(one / most), corner.scale(one / most));
        let (zz, gg) = (z.modulus(), g.modulus());
        // |value|^2 is an eigenvalue of [d^2 + |z|^2, z g*; z* g, |g|^2]
        let (a, b) = (d * d + zz * zz, gg * gg);
        let half = (a - b) / two;
        let off = zz * gg;
        let root = T::R::hypotenuse(half, off);
        let large = (a + b) / two + root;
        // the product of the eigenvalues is (d |g|)^2, without cancellation
        let square = if self.largest { large } else { (d * gg / large) * d * gg };
        let (p, q) = if off == zero {
            if (a >= b) == self.largest { (one, zero) } else { (zero, one) }
        } else if self.largest {
            if half > zero { (half + root, off) } else { (off, root - half) }
        } else if half > zero {
            (off, -(half + root))
        } else {
            (root - half, -off)
        };
        let length = T::R::hypotenuse(p, q);
        // the phase of `z* g` goes to the vector that is kept
        let phase = if off == zero { <T as Elem>::ONE } else { (z * g.conj()).scale(one / off) };
        Grown {
            value: most * Cmp::sqrt(square),
            scale: phase.scale(p / length),
            next: T::of_real(q / length),
        }
    }
    fn take(&mut self, size: usize, to: &Grown<T>) {
        for x in &mut self.vector[..size] {
            *x = to.scale * *x;
        }
        self.vector[size] = to.next;
        self.value = to.value;
    }
}

/// Columns of the leading triangle that belongs to the rank.
unsafe fn rank<T: Field>(r: View<T>, rcond: T::R, vectors: &mut [T]) -> usize {
    let n = r.cols;
    let first = r.get(0, 0).modulus();
    if !(first > <T::R as Elem>::ZERO) {
        return 0;
    }
    let (large, small) = vectors.split_at_mut(n);
    (large[0], small[0]) = (<T as Elem>::ONE, <T as Elem>::ONE);
    let mut large = Extreme { value: first, vector: large, largest: true };
    let mut small = Extreme { value: first, vector: small, largest: false };
    for j in 1..n {
        let (column, corner) = (r.ptr(0, j) as *const T, r.get(j, j));
        let (up, down) = (large.grown(column, j, corner), small.grown(column, j, corner));
        if !(up.value * rcond <= down.value) {
            return j;
        }
        large.take(j, &up);
        small.take(j, &down);
    }
    n
}

/// Solves for the columns of `c`, which `a` and it are turned with; both have their columns along memory. The solution, in its
/// own order, in `c`; the rank.
unsafe fn solve_one<T: Field>(a: View<T>, c: View<T>, rcond: T::R, room: &mut Room<T>) -> usize {
    let n = a.cols;
    let zero = <T as Elem>::ZERO;
    pivoted(a, c, &mut room.order, &mut room.lengths);
    let kept = rank(a, rcond, &mut room.vectors);
    if kept == n {
        for k in 0..c.cols {
            let x = c.ptr(0, k);
            for j in (0..n).rev() {
                let v = *x.add(j) / a.get(j, j);
                *x.add(j) = v;
                take_off(v, a.ptr(0, j), x, j);
            }
        }
    } else {
        // [R1 R2]^H, whose columns are the rows of R
        let z = View { cols: kept, ..room.z.view().t() };
        for i in 0..kept {
            for j in 0..n {
                z.set(j, i, if j < i { zero } else { a.get(i, j).conj() });
            }
        }
        for j in 0..kept {
            room.tau[j] = turn(z, j, View { cols: 0, ..z });
        }
        for k in 0..c.cols {
            let x = c.ptr(0, k);
            for i in 0..kept {
                let sum = product(z.ptr(0, i) as *const T, x as *const T, i);
                *x.add(i) = (*x.add(i) - sum) / z.get(i, i).conj();
            }
            for i in kept..n {
                *x.add(i) = zero;
            }
            for j in (0..kept).rev() {
                let v = z.ptr(j + 1, j) as *const T;
                let f = room.tau[j] * (*x.add(j) + product(v, x.add(j + 1), n - j - 1));
                *x.add(j) -= f;
                take_off(f, v, x.add(j + 1), n - j - 1);
            }
        }
    }
    // columns back to where they were
    for k in 0..c.cols {
        let (x, y) = (c.ptr(0, k), room.vectors.as_mut_ptr());
        for j in 0..n {
            *y.add(room.order[j]) = *x.add(j);
        }
        std::ptr::copy_nonoverlapping(y, x, n);
    }
    kept
}

/// What one matrix after the other is worked on in.
struct Room<T: Field> {
    a: Owned<T>,
    c: Owned<T>,
    z: Owned<T>,
    order: Vec<usize>,
    lengths: Vec<[T::R; 2]>,
    tau: Vec<T>,
    vectors: Vec<T>,
}

/// The shortest `x` of least `|A x - b|` for the columns of `b`, and the rank, of every matrix of a batch.
///
/// # Safety
/// Dense arrays: `a` is `n` by `n`, of which the upper triangle alone is read if `triangle` says so; `b` and `x` are `n` by `k`, one
/// rank a matrix.
pub unsafe fn solve_all<T: Field>(
    (batch, n, k): (usize, usize, usize),
    triangle: bool,
    rcond: f64,
    (a, b): (*const T, *const T),
    (x, ranks): (*mut T, *mut i64),
) {
    let (a, b, x, ranks) = (Ptr::of(a), Ptr::of(b), Ptr(x), Ptr(ranks));
    let rcond = <T::R as Elem>::from_f64(rcond);
    let zero = <T as Elem>::ZERO;
    let room = || Room {
        a: Owned::zeros(n, n),
        c: Owned::zeros(k, n),
        z: Owned::zeros(n, n),
        order: stop::buffer(0, n),
        lengths: stop::buffer([<T::R as Elem>::ZERO; 2], n),
        tau: stop::buffer(zero, n),
        vectors: stop::buffer(zero, 2 * n),
    };
    each_with(batch, n, n * n * n, room, |room, i| {
        // SAFETY: the arrays of matrix `i`, and the room of this piece of work
        unsafe {
            let (own, c) = (room.a.view().t(), room.c.view().t());
            own.copy_from(View::read(a.at(i * n * n), n, n));
            if triangle {
                for j in 0..n {
                    for l in j + 1..n {
                        own.set(l, j, zero);
                    }
                }
            }
            c.copy_from(View::read(b.at(i * n * k), n, k));
            *ranks.at(i) = solve_one(own, c, rcond, room) as i64;
            View::dense(x.at(i * n * k), n, k).copy_from(c);
        }
    });
}
