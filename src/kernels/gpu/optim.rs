//! Optimizer steps on a card: each element of a parameter, its gradient and its state is read and written once, and
//! parameters that lie in the same large buffers are stepped by one launch.

use super::machine::launch::NUMBER;
use super::machine::operand::{convert, lanes, value};
use super::machine::{Kernel, Place, grid};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::optim::{Adam, Sgd};
use smallvec::SmallVec;

/// One parameter: itself, its gradient, its state, all laid out alike, and two numbers of its own.
pub struct Part<'a> {
    pub places: SmallVec<[Place<'a>; 5]>,
    pub numbers: [f32; 2],
}

const NAMES: [&str; 5] = ["p", "g", "m", "v", "top"];

/// Cells of one workgroup: four for each invocation. A cell is a word, or an element that is longer.
const BLOCK: usize = 1024;

/// Parameters of one launch: their numbers lie among the arguments.
const TOGETHER: usize = 512;

/// Steps all parts, in launches of those that may go together. `text` computes `y`, and `m`, `v`, `top` where they are, of
/// `p` and `g`, in `T_c`; `own(0)` and `own(1)` are a part's numbers, `argf(0)` and so on those of all.
fn each(name: &'static str, parts: &[Part], numbers: &[f64], flags: u64, text: &str) -> Result<()> {
    let mut left: Vec<&Part> = parts.iter().filter(|p| p.places[0].numel() > 0).collect();
    let alike = |a: &Part, b: &Part| {
        a.places.len() == b.places.len()
            && a.places.iter().zip(&b.places).all(|(x, y)| x.dtype == y.dtype && x.chunk() == y.chunk())
            && is_even(a) == is_even(b)
    };
    while let Some(first) = left.first().copied() {
        let mut rest = Vec::new();
        let mut now = Vec::new();
        for part in left {
            if now.len() < TOGETHER && alike(first, part) { now.push(part) } else { rest.push(part) }
        }
        launch(name, &now, numbers, flags, text)?;
        left = rest;
    }
    Ok(())
}

/// Whether every tensor begins at a word, so that words can be written whole.
fn is_even(part: &Part) -> bool {
    part.places.iter().all(|p| p.first().is_multiple_of(lanes(p.dtype) as usize))
}

fn launch(name: &'static str, parts: &[&Part], numbers: &[f64], flags: u64, text: &str) -> Result<()> {
    let places = &parts[0].places;
    let dtype = places[0].dtype;
    let lanes = lanes(dtype) as usize;
    let even = is_even(parts[0]);
    let mut kernel = Kernel::new(name).variant(flags).variant(even as u64);
    for (i, (place, name)) in places.iter().zip(NAMES).enumerate() {
        kernel = if i == 1 { kernel.reads(name, *place) } else { kernel.writes(name, *place) };
    }
    for v in numbers {
        kernel = kernel.float(*v);
    }
    let at = kernel.count_args() + 1;
    kernel = kernel.arg(parts.len());
    // of each part: the block it begins with, its size, its numbers, where its tensors begin
    let width = 4 + places.len();
    let mut block = 0;
    for part in parts {
        let n = part.places[0].numel();
        kernel = kernel.arg(block).arg(n);
        kernel = kernel.args(&part.numbers.map(f32::to_bits));
        for p in &part.places {
            kernel = kernel.arg(p.first());
        }
        block += n.div_ceil(lanes * BLOCK);
    }
    let state: Vec<&str> = NAMES[2..places.len()].to_vec();
    let compute = if dtype == DType::F64 { DType::F64 } else { DType::F32 };
    let t = value(compute);
    kernel.run(grid(block), || {
        let mut out = format!(
            "{NUMBER}alias T_c = {t};
var<private> part: u32;
fn own(k: u32) -> f32 {{ return bitcast<f32>(arg(part + 2u + k)); }}
fn begin(k: u32) -> u32 {{ return arg(part + 4u + k); }}
struct Stepped {{ p: T_c, m: T_c, v: T_c, top: T_c }}
fn step(i: u32) -> Stepped {{
    let p = {p};
    let g = {g};
",
            p = convert("load_p(begin(0u) + i)", dtype, compute),
            g = convert("load_g(begin(1u) + i)", dtype, compute),
        );
        for (k, name) in NAMES.iter().enumerate().skip(2) {
            let read = convert(&format!("load_{name}(begin({k}u) + i)"), dtype, compute);
            let read = if state.contains(name) { read } else { format!("{t}(0.0)") };
            out += &format!("    var {name} = {read};\n");
        }
        out += &format!("    var y = p;\n{text}    return Stepped(y, m, v, top);\n}}\n");
        let written: Vec<(&str, usize)> =
            std::iter::once(("p", 0)).chain(state.iter().enumerate().map(|(i, s)| (*s, i + 2))).collect();
        let result = |name: &str| convert(&format!("s.{name}"), compute, dtype);
        let single: String = written
            .iter()
            .map(|(name, k)| format!("store_{name}(begin({k}u) + i, {});", result(name)))
            .collect();
        let cell = if lanes == 1 {
            format!("let i = cell; if (i < n) {{ let s = step(i); {single} }}")
        } else {
            let stored = value(dtype);
            let room: String =
                written.iter().map(|(name, _)| format!("var w_{name}: array<{stored}, {lanes}>;")).collect();
            let fill: String =
                written.iter().map(|(name, _)| format!("w_{name}[l] = {};", result(name))).collect();
            let words: String = written
                .iter()
                .map(|(name, k)| format!("store_word_{name}(begin({k}u) / {lanes}u + cell, w_{name});"))
                .collect();
            format!(
                "let first = cell * {lanes}u;
        if ({even} && first + {lanes}u <= n) {{
            {room}
            for (var l = 0u; l < {lanes}u; l++) {{ let s = step(first + l); {fill} }}
            {words}
        }} else {{
            for (var l = 0u; l < {lanes}u; l++) {{ let i = first + l; if (i < n) {{ let s = step(i); {single} }} }}
        }}"
            )
        };
        out + &format!(
            "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let block = group_number(wg);
    var low = 0u;
    var high = arg({count}u);
    for (var turn = 0u; turn < 32u; turn++) {{
        if (high - low > 1u) {{
            let middle = (low + high) / 2u;
            if (arg({at}u + middle * {width}u) <= block) {{ low = middle; }} else {{ high = middle; }}
        }}
    }}
    part = {at}u + low * {width}u;
    let n = arg(part + 1u);
    for (var u = 0u; u < 4u; u++) {{
        let cell = (block - arg(part)) * {BLOCK}u + u * 256u + t;
        {cell}
    }}
}}
",
            count = at - 1
        )
    })
}

/// One step of gradient descent; a part's first number is 1 where its buffer holds nothing yet.
pub fn sgd(parts: &[Part], a: Sgd) -> Result<()> {
    let numbers = [-a.lr, a.weight_decay, a.momentum, 1.0 - a.dampening, if a.maximize { -1.0 } else { 1.0 }];
    let (decays, moves) = (a.weight_decay != 0.0, a.momentum != 0.0);
    let flags = decays as u64 | (moves as u64) << 1 | (a.nesterov as u64) << 2;
    let mut text = String::from("    var d = g * T_c(argf(4u));\n");
    if decays {
        text += "    d = d + p * T_c(argf(1u));\n";
    }
    if moves {
        text += "    m = select(m * T_c(argf(2u)) + d * T_c(argf(3u)), d, own(0u) != 0.0);\n";
        text += if a.nesterov { "    d = d + m * T_c(argf(2u));\n" } else { "    d = m;\n" };
    }
    text += "    y = p + d * T_c(argf(0u));\n";
    each("sgd", parts, &numbers, flags, &text)
}

/// What depends on how often a parameter was stepped: the step's length, and the root of the square's correction.
pub fn adam_numbers(a: &Adam) -> [f32; 2] {
    let (size, root) = (-(a.lr / (1.0 - a.beta1.powf(a.step))), (1.0 - a.beta2.powf(a.step)).sqrt());
    [size as f32, root as f32]
}

/// One step of Adam; a part's numbers are [`adam_numbers`].
pub fn adam(parts: &[Part], a: Adam) -> Result<()> {
    let (far, decays) = (1.0 - a.beta1 >= 0.5, a.weight_decay != 0.0);
    let numbers = [
        1.0 - a.beta1,
        a.beta2,
        1.0 - a.beta2,
        a.weight_decay,
        1.0 - a.lr * a.weight_decay,
        a.eps,
        if a.maximize { -1.0 } else { 1.0 },
        a.beta1,
    ];
    let flags = far as u64 | (decays as u64) << 1 | (a.decoupled as u64) << 2;
    let mut text = String::from("    var d = g * T_c(argf(6u));\n");
    if decays {
        text += if a.decoupled { "    y = y * T_c(argf(4u));\n" } else { "    d = d + p * T_c(argf(3u));\n" };
    }
    text += "    let change = d - m;\n";
    text += if far { "    m = d - change * T_c(argf(7u));\n" } else { "    m = m + change * T_c(argf(0u));\n" };
    text += "    v = v * T_c(argf(1u)) + d * d * T_c(argf(2u));
    var square = v;
";
    if parts.first().is_some_and(|p| p.places.len() > 4) {
        // a nan stays
        text += "    top = select(select(top, square, square > top), square, square != square);
    square = top;
";
    }
    text += "    y = y + m / (sqrt(square) / T_c(own(1u)) + T_c(argf(5u))) * T_c(own(0u));\n";
    each("adam", parts, &numbers, flags, &text)
}
