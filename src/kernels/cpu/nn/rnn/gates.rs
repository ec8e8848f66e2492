//! What happens to the gates of one time step once their sums are complete: some rows, one vector after the other,
//! and the way back. The sequences that call these are in `forward.rs` and `backward.rs`.

use super::Cell;
use crate::kernels::cpu::elementwise::math::body::{self, Real};
use crate::kernels::cpu::linalg::matmul::PackElem;
use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;

/// Rows of a step. `gates` are sums going in and activations coming out, `hidden` wide each.
#[derive(Clone, Copy)]
pub struct Forward<T> {
    pub rows: usize,
    pub hidden: usize,
    pub gates: *mut T,
    /// GRU: the state's part of the sums.
    pub from_state: *const T,
    /// GRU: bias of the state's part of the new state, or null.
    pub bias: *const T,
    /// LSTM: the memory, replaced.
    pub memory: *mut T,
    /// GRU: the state before the step.
    pub state: *const T,
    /// LSTM: the memory before the step; GRU: the state's part of the new state. Null where no gradient is wanted.
    pub tape: *mut T,
    /// The state after the step.
    pub out: *mut T,
}

/// The gradients of a step's sums from that of its state.
#[derive(Clone, Copy)]
pub struct Backward<T> {
    pub rows: usize,
    pub hidden: usize,
    pub gates: *const T,
    /// As [`Forward::tape`].
    pub tape: *const T,
    /// GRU: the state before the step.
    pub state: *const T,
    /// The gradient of the step's result, or null.
    pub from_result: *const T,
    /// That of the state, from later steps. GRU: replaced by what goes past the gates to the step before.
    pub carry: *mut T,
    /// LSTM: that of the memory, replaced by that of the memory before.
    pub memory: *mut T,
    /// For the sums.
    pub sums: *mut T,
    /// GRU: for the state's part of them.
    pub from_state: *mut T,
}

/// A vector, or as much of one as is left.
#[inline(always)]
unsafe fn get<V: Vector>(p: *const V::Elem, left: usize) -> V {
    if left >= V::LANES { V::load(p) } else { V::load_part(p, left) }
}

#[inline(always)]
unsafe fn put<V: Vector>(x: V, p: *mut V::Elem, left: usize) {
    if left >= V::LANES { x.store(p) } else { x.store_part(p, left) }
}

/// Runs a block for every vector of the step. No closure: one of this size is not inlined, and out of line it is
/// compiled without the level's instructions, at a third of the speed.
macro_rules! each {
    ($v:ident, $p:ident, |$r:ident, $j:ident, $left:ident| $body:block) => {
        for $r in 0..$p.rows {
            for $j in (0..$p.hidden).step_by($v::LANES) {
                let $left = $p.hidden - $j;
                $body
            }
        }
    };
}

/// `x (1 - x)`.
#[inline(always)]
fn sigmoid_slope<V: Real>(y: V) -> V {
    y.fnma(y, y)
}

#[inline(always)]
fn tanh_slope<V: Real>(y: V) -> V {
    y.fnma(y, V::c(1.0))
}

#[inline(always)]
unsafe fn lstm<V: Real>(p: Forward<V::Elem>) {
    let h = p.hidden;
    each!(V, p, |r, j, left| {
        let gates = p.gates.add(r * 4 * h + j);
        let at = r * h + j;
        let enter = body::sigmoid(get::<V>(gates, left));
        let keep = body::sigmoid(get::<V>(gates.add(h), left));
        let new = body::tanh(get::<V>(gates.add(2 * h), left));
        let show = body::sigmoid(get::<V>(gates.add(3 * h), left));
        let before = get::<V>(p.memory.add(at), left);
        let memory = memory_of(keep, before, enter, new);
        put(memory, p.memory.add(at), left);
        put(show.mul(body::tanh(memory)), p.out.add(at), left);
        if !p.tape.is_null() {
            put(before, p.tape.add(at), left);
            put(enter, gates, left);
            put(keep, gates.add(h), left);
            put(new, gates.add(2 * h), left);
            put(show, gates.add(3 * h), left);
        }
    });
}

/// Computed again on the way back: the same bits.
#[inline(always)]
fn memory_of<V: Real>(keep: V, before: V, enter: V, new: V) -> V {
    keep.fma(before, enter.mul(new))
}

#[inline(always)]
unsafe fn lstm_back<V: Real>(p: Backward<V::Elem>) {
    let h = p.hidden;
    each!(V, p, |r, j, left| {
        let (gates, sums) = (p.gates.add(r * 4 * h + j), p.sums.add(r * 4 * h + j));
        let at = r * h + j;
        let [enter, keep, new, show] = [0, 1, 2, 3].map(|g| get::<V>(gates.add(g * h), left));
        let before = get::<V>(p.tape.add(at), left);
        let shown = body::tanh(memory_of(keep, before, enter, new));
        let g = arriving::<V>(&p, at, left);
        let memory = g.mul(show).fma(tanh_slope(shown), get::<V>(p.memory.add(at), left));
        put(memory.mul(new).mul(sigmoid_slope(enter)), sums, left);
        put(memory.mul(before).mul(sigmoid_slope(keep)), sums.add(h), left);
        put(memory.mul(enter).mul(tanh_slope(new)), sums.add(2 * h), left);
        put(g.mul(shown).mul(sigmoid_slope(show)), sums.add(3 * h), left);
        put(memory.mul(keep), p.memory.add(at), left);
    });
}

/// The gradient of a state: of the step's result and from later steps.
#[inline(always)]
unsafe fn arriving<V: Real>(p: &Backward<V::Elem>, at: usize, left: usize) -> V {
    let carry = get::<V>(p.carry.add(at), left);
    if p.from_result.is_null() { carry } else { carry.add(get::<V>(p.from_result.add(at), left)) }
}

#[inline(always)]
unsafe fn gru<V: Real>(p: Forward<V::Elem>) {
    let h = p.hidden;
    each!(V, p, |r, j, left| {
        let (gates, part) = (p.gates.add(r * 3 * h + j), p.from_state.add(r * 3 * h + j));
        let at = r * h + j;
        let reset = body::sigmoid(get::<V>(gates, left).add(get::<V>(part, left)));
        let update = body::sigmoid(get::<V>(gates.add(h), left).add(get::<V>(part.add(h), left)));
        let mut old = get::<V>(part.add(2 * h), left);
        if !p.bias.is_null() {
            old = old.add(get::<V>(p.bias.add(j), left));
        }
        let new = body::tanh(reset.fma(old, get::<V>(gates.add(2 * h), left)));
        let before = get::<V>(p.state.add(at), left);
        put(update.fma(before.sub(new), new), p.out.add(at), left);
        if !p.tape.is_null() {
            put(old, p.tape.add(at), left);
            put(reset, gates, left);
            put(update, gates.add(h), left);
            put(new, gates.add(2 * h), left);
        }
    });
}

#[inline(always)]
unsafe fn gru_back<V: Real>(p: Backward<V::Elem>) {
    let h = p.hidden;
    each!(V, p, |r, j, left| {
        let (gates, sums) = (p.gates.add(r * 3 * h + j), p.sums.add(r * 3 * h + j));
        let part = p.from_state.add(r * 3 * h + j);
        let at = r * h + j;
        let [reset, update, new] = [0, 1, 2].map(|g| get::<V>(gates.add(g * h), left));
        let (old, before) = (get::<V>(p.tape.add(at), left), get::<V>(p.state.add(at), left));
        let g = arriving::<V>(&p, at, left);
        let for_new = update.fnma(g, g).mul(tanh_slope(new));
        let for_reset = for_new.mul(old).mul(sigmoid_slope(reset));
        let for_update = g.mul(before.sub(new)).mul(sigmoid_slope(update));
        for to in [sums, part] {
            put(for_reset, to, left);
            put(for_update, to.add(h), left);
        }
        put(for_new, sums.add(2 * h), left);
        put(for_new.mul(reset), part.add(2 * h), left);
        put(g.mul(update), p.carry.add(at), left);
    });
}

#[inline(always)]
unsafe fn tanh<V: Real>(p: Forward<V::Elem>) {
    each!(V, p, |r, j, left| {
        let at = r * p.hidden + j;
        put(body::tanh(get::<V>(p.gates.add(at), left)), p.out.add(at), left);
    });
}

#[inline(always)]
unsafe fn tanh_back<V: Real>(p: Backward<V::Elem>) {
    each!(V, p, |r, j, left| {
        let at = r * p.hidden + j;
        let y = get::<V>(p.gates.add(at), left);
        put(arriving::<V>(&p, at, left).mul(tanh_slope(y)), p.sums.add(at), left);
    });
}

#[inline(always)]
unsafe fn relu<V: Real>(p: Forward<V::Elem>) {
    each!(V, p, |r, j, left| {
        let at = r * p.hidden + j;
        // nan, as the second operand, stays
        put(V::zero().max(get::<V>(p.gates.add(at), left)), p.out.add(at), left);
    });
}

#[inline(always)]
unsafe fn relu_back<V: Real>(p: Backward<V::Elem>) {
    each!(V, p, |r, j, left| {
        let at = r * p.hidden + j;
        let y = get::<V>(p.gates.add(at), left);
        let g = arriving::<V>(&p, at, left);
        put(V::select(y.le(V::zero()), V::zero(), g), p.sums.add(at), left);
    });
}

/// The bodies above for each level, in both precisions.
macro_rules! steps {
    ($($t:ident { $($name:ident($args:ident) $body:ident;)* })*) => {$($(
        multiversion_vector! {
            unsafe fn $name[V: Vector<Elem = $t>, $t](p: $args<$t>) { $body::<V>(p) }
        }
    )*)*};
}

steps! {
    f32 {
        lstm_f32(Forward) lstm;
        lstm_back_f32(Backward) lstm_back;
        gru_f32(Forward) gru;
        gru_back_f32(Backward) gru_back;
        tanh_f32(Forward) tanh;
        tanh_back_f32(Backward) tanh_back;
        relu_f32(Forward) relu;
        relu_back_f32(Backward) relu_back;
    }
    f64 {
        lstm_f64(Forward) lstm;
        lstm_back_f64(Backward) lstm_back;
        gru_f64(Forward) gru;
        gru_back_f64(Backward) gru_back;
        tanh_f64(Forward) tanh;
        tanh_back_f64(Backward) tanh_back;
        relu_f64(Forward) relu;
        relu_back_f64(Backward) relu_back;
    }
}

/// A step there and back.
pub type Step<T> = (unsafe fn(Forward<T>), unsafe fn(Backward<T>));

/// An element type with these kernels.
pub trait Gated: PackElem {
    fn step(cell: Cell) -> Step<Self>;
}

macro_rules! gated {
    ($t:ident: $lstm:ident $lstm_back:ident $gru:ident $gru_back:ident $tanh:ident $tanh_back:ident $relu:ident $relu_back:ident) => {
        impl Gated for $t {
            fn step(cell: Cell) -> Step<$t> {
                match cell {
                    Cell::Lstm => ($lstm, $lstm_back),
                    Cell::Gru => ($gru, $gru_back),
                    Cell::Tanh => ($tanh, $tanh_back),
                    Cell::Relu => ($relu, $relu_back),
                }
            }
        }
    };
}
gated!(f32: lstm_f32 lstm_back_f32 gru_f32 gru_back_f32 tanh_f32 tanh_back_f32 relu_f32 relu_back_f32);
gated!(f64: lstm_f64 lstm_back_f64 gru_f64 gru_back_f64 tanh_f64 tanh_back_f64 relu_f64 relu_back_f64);
