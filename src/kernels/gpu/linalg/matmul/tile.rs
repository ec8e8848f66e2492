//! The product of floats by tiles: a workgroup computes a tile of the result, step by step along `k`; in each step its tiles
//! of both sides wait in shared memory, and the next ones travel meanwhile. An invocation holds a block of the result in
//! registers, rows and columns in fours, so that a step reads a few vectors for many multiplications.

use super::problem::{Along, Product, Side, arithmetic};
use crate::error::Result;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::{Place, grid};
use std::fmt::Write;

/// Sizes of a tile and of one invocation's block; all are multiples of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    pub m: u32,
    pub n: u32,
    pub k: u32,
    pub rows: u32,
    pub columns: u32,
}

impl Tile {
    pub fn invocations(&self) -> u32 {
        (self.m / self.rows) * (self.n / self.columns)
    }
    /// Tiles of a whole result.
    pub fn count(&self, m: usize, n: usize) -> (usize, usize) {
        (m.div_ceil(self.m as usize), n.div_ceil(self.n as usize))
    }
}

/// Runs a product by tiles; with `parts`, each of the pieces of `k` of `each` elements by itself, into `part`.
pub fn run<'a>(
    p: &Product<'a>,
    tile: Tile,
    parts: usize,
    each: usize,
    part: Option<Place<'a>>,
) -> Result<()> {
    let (down, across) = tile.count(p.m, p.n);
    let args = [p.m, p.n, p.k, each, down, across, p.batch, parts];
    let way =
        1 | (tile.m as u64) << 8 | (tile.n as u64) << 20 | (tile.k as u64) << 32 | (tile.rows as u64) << 40;
    let kernel = p.by(way, args, part).group(tile.invocations());
    kernel.run(grid(down * across * p.batch * parts), || text(p, tile, part.is_some()))
}

/// The pitch of a row of a side's tile in shared memory, in vectors: one more where rows are written across, so that they
/// fall on different banks.
fn pitch(side: Side, outer: u32) -> u32 {
    outer / 4 + (side.along == Along::Inner) as u32
}

/// `fn take_X(piece, k0, whole) -> vec4<f32>` of invocation `t`, and `fn keep_X(..)` that puts it into shared memory.
fn side(x: &str, side: Side, outer: u32, tile: Tile, size: &str) -> String {
    let (threads, k, pitch) = (tile.invocations(), tile.k, pitch(side, outer));
    let (mut out, inner) = (String::new(), side.along == Along::Inner);
    let held = if inner { k / 4 } else { outer / 4 };
    let _ = writeln!(out, "var<workgroup> s_{x}: array<vec4<f32>, {}>;", 2 * k * pitch);
    let place = format!(
        "    let q = t + piece * {threads}u;\n    let line = q / {held}u;\n    let quad = (q % {held}u) * 4u;\n"
    );
    let (o, kk) = if inner { ("line", "quad") } else { ("quad", "line") };
    let _ = writeln!(
        out,
        "fn take_{x}(t: u32, piece: u32, o0: u32, k0: u32, k1: u32, whole: bool) -> vec4<f32> {{\n{place}    let o = o0 + {o};\n    let k = k0 + {kk};"
    );
    // rows beyond the last one are any: nobody stores what comes of them. What lies beyond `k` must be zero
    let value = match (side.wide, inner) {
        (true, true) => format!(
            "    let row = min(o, {size} - 1u);\n    if (whole) {{ return {x}4(row, k); }}\n    if (k < k1) {{ return {x}4(row, k); }}\n    return vec4<f32>();\n"
        ),
        (true, false) => format!(
            "    let row = min(o, {size} - 4u);\n    if (whole) {{ return {x}4(row, k); }}\n    if (k < k1) {{ return {x}4(row, k); }}\n    return vec4<f32>();\n"
        ),
        (false, true) => format!(
            "    let row = min(o, {size} - 1u);\n    if (whole) {{ return vec4<f32>({x}1(row, k), {x}1(row, k + 1u), {x}1(row, k + 2u), {x}1(row, k + 3u)); }}\n    \
             var v = vec4<f32>();\n    if (k < k1) {{ v.x = {x}1(row, k); }}\n    if (k + 1u < k1) {{ v.y = {x}1(row, k + 1u); }}\n    \
             if (k + 2u < k1) {{ v.z = {x}1(row, k + 2u); }}\n    if (k + 3u < k1) {{ v.w = {x}1(row, k + 3u); }}\n    return v;\n"
        ),
        (false, false) => format!(
            "    let last = {size} - 1u;\n    if (!whole && k >= k1) {{ return vec4<f32>(); }}\n    \
             return vec4<f32>({x}1(min(o, last), k), {x}1(min(o + 1u, last), k), {x}1(min(o + 2u, last), k), {x}1(min(o + 3u, last), k));\n"
        ),
    };
    out += &value;
    let _ = writeln!(
        out,
        "}}\nfn keep_{x}(t: u32, piece: u32, buffer: u32, v: vec4<f32>) {{\n{place}    let at = buffer * {}u;",
        k * pitch
    );
    if inner {
        for (j, c) in ["x", "y", "z", "w"].iter().enumerate() {
            let _ =
                writeln!(out, "    s_{x}[at + (quad + {j}u) * {pitch}u + (line >> 2u)][line & 3u] = v.{c};");
        }
    } else {
        let _ = writeln!(out, "    s_{x}[at + line * {pitch}u + (quad >> 2u)] = v;");
    }
    out + "}\n"
}

fn text(p: &Product, tile: Tile, partial: bool) -> String {
    let Tile { m, n, k, rows, columns } = tile;
    let threads = tile.invocations();
    let (high, wide) = (m / rows, n / columns);
    let (pieces_a, pieces_b) = (m * k / 4 / threads, n * k / 4 / threads);
    let (pitch_a, pitch_b) = (pitch(p.a, m), pitch(p.b, n));
    let mut out = String::from(NUMBER);
    out += &arithmetic(p.dtype);
    let loads = (p.text)();
    // where what the loads call is long they stand once; else three times, and none waits for a question: a product of 4096
    // takes 1.47 times as long with its loads behind one (34.4 and 23.3 TFLOP/s on an H200)
    let once = loads.len() > 4096;
    out += &loads;
    out += &side("a", p.a, m, tile, "arg(0u)");
    out += &side("b", p.b, n, tile, "arg(1u)");
    // eight invocations of a row beside one another and four rows are a wave: it reads each vector of shared memory once
    let seat = if wide == 16 && high == 16 {
        "    let tx = (t & 7u) | (((t >> 5u) & 1u) << 3u);\n    let ty = ((t >> 3u) & 3u) | ((t >> 6u) << 2u);\n".to_string()
    } else {
        format!("    let tx = t % {wide}u;\n    let ty = t / {wide}u;\n")
    };
    let _ = write!(
        out,
        "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let m = arg(0u);
    let n = arg(1u);
    let down = arg(4u);
    let across = arg(5u);
    let number = group_number(wg);
    let z = number / (down * across);
    if (z >= arg(6u) * arg(7u)) {{ return; }}
    // neighbours in time share rows or columns: eight tiles high
    let within = number - z * down * across;
    let band = within / (8u * across);
    let high = min(down - band * 8u, 8u);
    let inside = within - band * 8u * across;
    let row0 = (band * 8u + inside % high) * {m}u;
    let col0 = (inside / high) * {n}u;
    let piece = z / arg(6u);
    let first = piece * arg(3u);
    let last = min(arg(2u), first + arg(3u));
    begin(z - piece * arg(6u));
{seat}"
    );
    for r in 0..rows {
        for c in 0..columns / 4 {
            let _ = writeln!(out, "    var c{r}_{c} = vec4<f32>();");
        }
    }
    for i in 0..pieces_a {
        let _ = writeln!(out, "    var la{i} = vec4<f32>();");
    }
    for i in 0..pieces_b {
        let _ = writeln!(out, "    var lb{i} = vec4<f32>();");
    }
    let load = |out: &mut String, at: &str, whole: &str| {
        for i in 0..pieces_a {
            let _ = writeln!(out, "            la{i} = take_a(t, {i}u, row0, {at}, last, {whole});");
        }
        for i in 0..pieces_b {
            let _ = writeln!(out, "            lb{i} = take_b(t, {i}u, col0, {at}, last, {whole});");
        }
    };
    let keep = |out: &mut String, buffer: &str| {
        for i in 0..pieces_a {
            let _ = writeln!(out, "            keep_a(t, {i}u, {buffer}, la{i});");
        }
        for i in 0..pieces_b {
            let _ = writeln!(out, "            keep_b(t, {i}u, {buffer}, lb{i});");
        }
    };
    let _ = writeln!(out, "    let steps = (last - first + {}u) / {k}u;", k - 1);
    // what a turn loads is multiplied in the next one
    if once {
        out += "    for (var step = 0u; step <= steps; step++) {\n        if (step < steps) {\n";
        let _ = writeln!(
            out,
            "            let at = first + step * {k}u;\n            let whole = at + {k}u <= last;"
        );
        load(&mut out, "at", "whole");
        out += "        }\n        if (step > 0u) {\n        let half = (step + 1u) & 1u;\n";
    } else {
        load(&mut out, "first", "false");
        keep(&mut out, "0u");
        let _ = write!(
            out,
            "    workgroupBarrier();
    for (var step = 0u; step < steps; step++) {{
        let next = first + (step + 1u) * {k}u;
        let more = step + 1u < steps;
        if (next + {k}u <= last) {{
"
        );
        load(&mut out, "next", "true");
        out += "        } else if (more) {\n";
        load(&mut out, "next", "false");
        out += "        }\n        let half = step & 1u;\n        {\n";
    }
    let _ = writeln!(
        out,
        "        let at_a = half * {}u + ty;\n        let at_b = half * {}u + tx;",
        k * pitch_a,
        k * pitch_b
    );
    for kk in 0..k {
        out += "        {\n";
        for i in 0..rows / 4 {
            let _ = writeln!(out, "            let a{i} = s_a[at_a + {}u];", kk * pitch_a + i * high);
        }
        for j in 0..columns / 4 {
            let _ = writeln!(out, "            let b{j} = s_b[at_b + {}u];", kk * pitch_b + j * wide);
        }
        for r in 0..rows {
            let lane = ["x", "y", "z", "w"][r as usize % 4];
            for j in 0..columns / 4 {
                let _ = writeln!(
                    out,
                    "            c{r}_{j} = fma(vec4<f32>(a{}.{lane}), b{j}, c{r}_{j});",
                    r / 4
                );
            }
        }
        out += "        }\n";
    }
    if once {
        out += "        }\n        if (step < steps) {\n";
        keep(&mut out, "step & 1u");
    } else {
        out += "        }\n        if (more) {\n";
        keep(&mut out, "(step + 1u) & 1u");
    }
    out += "        }\n        workgroupBarrier();\n    }\n";
    for r in 0..rows {
        let _ = writeln!(out, "    {{\n        let r = row0 + {}u + ty * 4u;", (r / 4) * high * 4 + r % 4);
        out += "        if (r < m) {\n";
        for j in 0..columns / 4 {
            let _ = writeln!(out, "            {{ let c = col0 + {}u + tx * 4u;", j * wide * 4);
            let v = format!("c{r}_{j}");
            if partial {
                let _ = writeln!(out, "            let at = (z * m + r) * n + c;");
                for (l, x) in ["x", "y", "z", "w"].iter().enumerate() {
                    let _ =
                        writeln!(out, "            if (c + {l}u < n) {{ put_part(at + {l}u, {v}.{x}); }}");
                }
            } else if p.wide_out {
                let _ = writeln!(out, "            if (c < n) {{ emit4(r, c, {v}); }}");
            } else {
                for (l, x) in ["x", "y", "z", "w"].iter().enumerate() {
                    let _ = writeln!(out, "            if (c + {l}u < n) {{ emit1(r, c + {l}u, {v}.{x}); }}");
                }
            }
            out += "            }\n";
        }
        out += "        }\n    }\n";
    }
    out + "}\n"
}
