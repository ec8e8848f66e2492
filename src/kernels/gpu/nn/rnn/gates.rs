//! What happens to the gates of one time step once their sums are complete, and the way back: an invocation for each unit of
//! each row.

use crate::error::Result;
use crate::kernels::cpu::nn::rnn::Cell;
use crate::kernels::gpu::elementwise::library::needed;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// `tanh` without the overflow of `exp`, and exact near zero.
const MATH: &str = "
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
fn tangent(x: f32) -> f32 {
    let a = abs(x);
    if (a < 0.25) {
        let s = x * x;
        return x * fma(s, fma(s, fma(s, fma(s, 62.0 / 2835.0, -17.0 / 315.0), 2.0 / 15.0), -1.0 / 3.0), 1.0);
    }
    let e = exp(-2.0 * a);
    return sign(x) * (1.0 - e) / (1.0 + e);
}
fn sigmoid_slope(y: f32) -> f32 { return y - y * y; }
fn tangent_slope(y: f32) -> f32 { return 1.0 - y * y; }
";

const MAIN: &str = "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    let h = arg(1u);
    if (i >= arg(0u) * h) { return; }
    let r = i / h;
    let j = i - r * h;
    step(i, r, j, h);
}
";

const LSTM: &str = "
fn step(at: u32, r: u32, j: u32, h: u32) {
    let g = r * 4u * h + j;
    let enter = sigmoid(get_gates(g) + bias(j));
    let keep = sigmoid(get_gates(g + h) + bias(j + h));
    let fresh = tangent(get_gates(g + 2u * h) + bias(j + 2u * h));
    let show = sigmoid(get_gates(g + 3u * h) + bias(j + 3u * h));
    let before = get_memory(at);
    let memory = fma(keep, before, enter * fresh);
    note(at, before);
    put_memory(at, memory);
    put_gates(g, enter);
    put_gates(g + h, keep);
    put_gates(g + 2u * h, fresh);
    put_gates(g + 3u * h, show);
    show_state(at, show * tangent(memory));
}
";

const GRU: &str = "
fn step(at: u32, r: u32, j: u32, h: u32) {
    let g = r * 3u * h + j;
    let reset = sigmoid(get_gates(g) + get_part(g) + bias(j));
    let update = sigmoid(get_gates(g + h) + get_part(g + h) + bias(j + h));
    let old = get_part(g + 2u * h) + bias(j + 2u * h);
    let fresh = tangent(fma(reset, old, get_gates(g + 2u * h)));
    let before = get_state(at);
    note(at, old);
    put_gates(g, reset);
    put_gates(g + h, update);
    put_gates(g + 2u * h, fresh);
    show_state(at, fma(update, before - fresh, fresh));
}
";

const TANH: &str = "
fn step(at: u32, r: u32, j: u32, h: u32) { show_state(at, tangent(get_gates(at) + bias(j))); }
";

const RELU: &str = "
fn step(at: u32, r: u32, j: u32, h: u32) { let x = get_gates(at) + bias(j); show_state(at, select(max(x, 0.0), x, is_nan(x))); }
";

/// A step's operands; gates are sums going in and activations coming out.
pub struct Forward<'a> {
    pub cell: Cell,
    pub rows: usize,
    pub hidden: usize,
    pub gates: Place<'a>,
    /// GRU: the state's part of the sums.
    pub part: Option<Place<'a>>,
    /// The state's bias.
    pub bias: Option<Place<'a>>,
    /// LSTM: the memory, replaced.
    pub memory: Option<Place<'a>>,
    /// The state, replaced unless it will be projected.
    pub state: Place<'a>,
    pub projected: bool,
    /// Where the state before the step goes.
    pub before: Option<Place<'a>>,
    /// LSTM: where the memory before the step goes; GRU: the state's part of the new state.
    pub tape: Option<Place<'a>>,
    /// The state after the step.
    pub out: Place<'a>,
}

pub fn forward(name: &'static str, p: Forward) -> Result<()> {
    let own_gates = matches!(p.cell, Cell::Lstm | Cell::Gru);
    let has = [
        p.part.is_some(),
        p.bias.is_some(),
        p.memory.is_some(),
        p.projected,
        p.before.is_some(),
        p.tape.is_some(),
    ];
    let mix = has.iter().fold(p.cell as u64, |m, h| m << 1 | *h as u64);
    let mut kernel = Kernel::new(name).variant(mix).arg(p.rows).arg(p.hidden);
    kernel = if own_gates { kernel.writes("gates", p.gates) } else { kernel.reads("gates", p.gates) };
    kernel = kernel.writes("out", p.out).writes("state", p.state);
    for (name, place) in [("part", p.part), ("bias", p.bias)] {
        if let Some(place) = place {
            kernel = kernel.reads(name, place);
        }
    }
    for (name, place) in [("memory", p.memory), ("before", p.before), ("tape", p.tape)] {
        if let Some(place) = place {
            kernel = kernel.writes(name, place);
        }
    }
    kernel.run(grid((p.rows * p.hidden).div_ceil(256)), || {
        let body = match p.cell {
            Cell::Lstm => LSTM,
            Cell::Gru => GRU,
            Cell::Tanh => TANH,
            Cell::Relu => RELU,
        };
        let bias = if p.bias.is_some() { "get_bias(j)" } else { "0.0" };
        let note = if p.tape.is_some() { "put_tape(at, v);" } else { "" };
        let before = if p.before.is_some() { "put_before(at, get_state(at));" } else { "" };
        let state = if p.projected { String::new() } else { format!("{before} put_state(at, v);") };
        let parts = format!(
            "fn bias(j: u32) -> f32 {{ return {bias}; }}\nfn note(at: u32, v: f32) {{ {note} }}\n\
             fn show_state(at: u32, v: f32) {{ {state} put_out(at, v); }}\n"
        );
        [NUMBER, MATH, &needed(body), &parts, body, MAIN].concat()
    })
}

const LSTM_BACK: &str = "
fn step(at: u32, r: u32, j: u32, h: u32) {
    let g = r * 4u * h + j;
    let enter = get_gates(g);
    let keep = get_gates(g + h);
    let fresh = get_gates(g + 2u * h);
    let show = get_gates(g + 3u * h);
    let before = get_tape(at);
    let shown = tangent(fma(keep, before, enter * fresh));
    let d = arriving(at);
    let memory = fma(d * show, tangent_slope(shown), get_memory(at));
    put_sums(g, memory * fresh * sigmoid_slope(enter));
    put_sums(g + h, memory * before * sigmoid_slope(keep));
    put_sums(g + 2u * h, memory * enter * tangent_slope(fresh));
    put_sums(g + 3u * h, d * shown * sigmoid_slope(show));
    put_memory(at, memory * keep);
}
";

const GRU_BACK: &str = "
fn step(at: u32, r: u32, j: u32, h: u32) {
    let g = r * 3u * h + j;
    let reset = get_gates(g);
    let update = get_gates(g + h);
    let fresh = get_gates(g + 2u * h);
    let old = get_tape(at);
    let d = arriving(at);
    let for_new = (d - update * d) * tangent_slope(fresh);
    let for_reset = for_new * old * sigmoid_slope(reset);
    let for_update = d * (get_before(at) - fresh) * sigmoid_slope(update);
    put_sums(g, for_reset);
    put_sums(g + h, for_update);
    put_sums(g + 2u * h, for_new);
    put_part(g, for_reset);
    put_part(g + h, for_update);
    put_part(g + 2u * h, for_new * reset);
    put_carry(at, d * update);
}
";

const TANH_BACK: &str = "
fn step(at: u32, r: u32, j: u32, h: u32) { put_sums(at, arriving(at) * tangent_slope(get_gates(at))); }
";

const RELU_BACK: &str = "
fn step(at: u32, r: u32, j: u32, h: u32) { put_sums(at, select(arriving(at), 0.0, get_gates(at) <= 0.0)); }
";

/// The way back through a step, from the gradient of its state to that of its sums.
pub struct Backward<'a> {
    pub cell: Cell,
    pub rows: usize,
    pub hidden: usize,
    pub gates: Place<'a>,
    pub tape: Option<Place<'a>>,
    /// GRU: the state before the step.
    pub before: Option<Place<'a>>,
    /// The gradient of the step's result.
    pub from_result: Option<Place<'a>>,
    /// That of the state, from later steps. GRU: replaced by what goes past the gates to the step before.
    pub carry: Place<'a>,
    /// LSTM: that of the memory, replaced.
    pub memory: Option<Place<'a>>,
    pub sums: Place<'a>,
    /// GRU: for the state's part of the sums.
    pub part: Option<Place<'a>>,
}

pub fn backward(name: &'static str, p: Backward) -> Result<()> {
    let mix = (p.cell as u64) << 1 | p.from_result.is_some() as u64 | 1 << 32;
    let mut kernel = Kernel::new(name).variant(mix).arg(p.rows).arg(p.hidden);
    kernel = kernel.reads("gates", p.gates).writes("sums", p.sums).writes("carry", p.carry);
    for (name, place) in [("tape", p.tape), ("before", p.before), ("result", p.from_result)] {
        if let Some(place) = place {
            kernel = kernel.reads(name, place);
        }
    }
    for (name, place) in [("memory", p.memory), ("part", p.part)] {
        if let Some(place) = place {
            kernel = kernel.writes(name, place);
        }
    }
    kernel.run(grid((p.rows * p.hidden).div_ceil(256)), || {
        let body = match p.cell {
            Cell::Lstm => LSTM_BACK,
            Cell::Gru => GRU_BACK,
            Cell::Tanh => TANH_BACK,
            Cell::Relu => RELU_BACK,
        };
        let result = if p.from_result.is_some() { " + get_result(at)" } else { "" };
        let arriving = format!("fn arriving(at: u32) -> f32 {{ return get_carry(at){result}; }}\n");
        [NUMBER, MATH, &arriving, body, MAIN].concat()
    })
}
