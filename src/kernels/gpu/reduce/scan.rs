//! Running reductions along one axis: states that join, each element's joined to all before it.
//!
//! A workgroup takes a line, so many neighbouring elements an invocation, and goes on from stretch to stretch; short lines, and
//! many of them side by side, have an invocation each. Lines that are few and long are cut into parts: their totals first, the
//! totals before each, and the parts from there. The order follows from the shape alone.

use super::{single, wide};
use crate::base::{DType, Dims};
use crate::error::Result;
use crate::kernels::gpu::elementwise::{computed, library, mixed};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::{convert, value};
use crate::kernels::gpu::machine::walk::{Walk, places_named};
use crate::kernels::gpu::machine::{Kernel, Place, grid};
use crate::storage::device::Memory;
use smallvec::SmallVec;
use std::fmt::Write;

/// What is read: a name in the texts, where it lies (over the whole shape), the dtype it is seen in, and whether it is the
/// element before that is read.
#[derive(Clone, Copy)]
struct Read<'a> {
    name: &'static str,
    place: Place<'a>,
    dtype: DType,
    lag: bool,
}

/// What is written for each element: a name, where, over the members of the state, in a dtype.
type Written<'a> = (&'static str, Place<'a>, &'static str, DType);

/// A scan; `lift` are the members of an element's state, with its number as `i`, and `join` those of state `a` followed by `b`.
struct Scan<'a> {
    name: &'static str,
    axis: usize,
    reverse: bool,
    reads: &'a [Read<'a>],
    state: &'a [(&'static str, DType)],
    lift: &'static str,
    join: &'static str,
    outs: &'a [Written<'a>],
}

const GROUP: usize = 256;
const EACH: usize = 4;
const CARRY: [&str; 4] = ["carry0", "carry1", "carry2", "carry3"];
const TOTAL: [&str; 4] = ["total0", "total1", "total2", "total3"];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Everything in one dispatch, a workgroup a line.
    Whole,
    /// An invocation a line.
    Lines,
    /// The totals of parts.
    Totals,
    /// The parts, behind the totals before them.
    Parts,
}

impl Scan<'_> {
    fn run(&self) -> Result<()> {
        let shape = self.reads[0].place.shape;
        let numel: usize = shape.iter().product();
        if numel == 0 {
            return Ok(());
        }
        let n = shape.get(self.axis).copied().unwrap_or(1);
        let lines = numel / n;
        let places = || self.reads.iter().map(|r| &r.place).chain(self.outs.iter().map(|o| &o.1));
        let axes: Dims = (0..shape.len()).filter(|&i| i != self.axis).collect();
        let kept: Dims = axes.iter().map(|&i| shape[i]).collect();
        let strides: SmallVec<[Dims; 5]> =
            places().map(|p| axes.iter().map(|&i| p.strides[i]).collect()).collect();
        let outer =
            Walk::new(&kept, &strides.iter().map(|s| s.as_slice()).collect::<SmallVec<[&[usize]; 5]>>());
        let steps: Dims = places().map(|p| p.strides.get(self.axis).copied().unwrap_or(0)).collect();
        let by_columns = steps[0] > 1;
        if n <= 32 || by_columns && lines >= 1 << 14 {
            return self.dispatch(Stage::Lines, lines, n, 1, n, &outer, &steps, &[]);
        }
        let stretch = GROUP * EACH;
        let parts = if lines < 256 { (n / (4 * stretch)).min(1024 / lines).max(1) } else { 1 };
        let length = n.div_ceil(parts).next_multiple_of(stretch);
        let parts = n.div_ceil(length);
        if parts == 1 {
            return self.dispatch(Stage::Whole, lines, n, 1, n, &outer, &steps, &[]);
        }
        let like = self.reads[0].place.memory;
        let scratch = || self.state.iter().map(|(_, d)| like.beside(lines * parts * d.size())).collect();
        let (totals, before): (Result<SmallVec<[Memory; 4]>>, Result<SmallVec<[Memory; 4]>>) =
            (scratch(), scratch());
        let (totals, before) = (totals?, before?);
        let table = [lines, parts];
        let rows = [parts, 1];
        fn held<'b>(
            m: &'b [Memory],
            state: &[(&'static str, DType)],
            table: &'b [usize],
            rows: &'b [usize],
        ) -> SmallVec<[Place<'b>; 4]> {
            let place =
                |m: &'b Memory, dtype| Place { memory: m, dtype, offset: 0, shape: table, strides: rows };
            m.iter().zip(state).map(|(m, (_, d))| place(m, *d)).collect()
        }
        let sums = held(&totals, self.state, &table, &rows);
        let carries = held(&before, self.state, &table, &rows);
        self.dispatch(Stage::Totals, lines, n, parts, length, &outer, &steps, &sums)?;
        let reads: SmallVec<[Read; 4]> = (0..sums.len())
            .map(|k| Read { name: TOTAL[k], place: sums[k], dtype: self.state[k].1, lag: false })
            .collect();
        let outs: SmallVec<[Written; 4]> =
            self.state.iter().enumerate().map(|(k, (name, d))| (CARRY[k], carries[k], *name, *d)).collect();
        let lift = ["total0", "total0, total1", "total0, total1, total2"][sums.len() - 1];
        Scan { name: self.name, axis: 1, reverse: false, reads: &reads, lift, outs: &outs, ..*self }.run()?;
        self.dispatch(Stage::Parts, lines, n, parts, length, &outer, &steps, &carries)
    }

    fn dispatch(
        &self,
        stage: Stage,
        lines: usize,
        n: usize,
        parts: usize,
        length: usize,
        outer: &Walk,
        steps: &[usize],
        beside: &[Place],
    ) -> Result<()> {
        let mut kernel = Kernel::new(self.name);
        let mut mix = 0;
        let mut say = |v: u64| mix = mixed(mix, v);
        let text = |t: &'static str| (t.as_ptr() as u64) << 16 ^ t.len() as u64;
        for r in self.reads {
            kernel = kernel.reads(r.name, r.place);
            say(text(r.name) ^ (r.dtype as u64) << 1 ^ r.lag as u64);
        }
        for (name, place, of, dtype) in self.outs.iter().filter(|_| stage != Stage::Totals) {
            kernel = kernel.writes(name, *place);
            say(text(of) ^ *dtype as u64);
        }
        for (k, place) in beside.iter().enumerate() {
            kernel = if stage == Stage::Totals {
                kernel.writes(TOTAL[k], *place)
            } else {
                kernel.reads(CARRY[k], *place)
            };
        }
        for (name, dtype) in self.state {
            say(text(name) ^ *dtype as u64);
        }
        for t in [self.lift, self.join] {
            say(text(t));
        }
        say((stage as u64) << 32 | (outer.rank() as u64) << 8 | self.reverse as u64);
        kernel = kernel
            .variant(mix)
            .arg(lines)
            .arg(n)
            .arg(length)
            .arg(parts)
            .args(&steps.iter().map(|s| *s as u32).collect::<SmallVec<[u32; 5]>>());
        let at = kernel.count_args();
        let mut words: SmallVec<[u32; 40]> = SmallVec::new();
        outer.args(&mut words);
        kernel = kernel.args(&words);
        let groups = if stage == Stage::Lines { lines.div_ceil(GROUP) } else { lines * parts };
        kernel.run(grid(groups), || self.text(stage, outer, at))
    }

    fn text(&self, stage: Stage, outer: &Walk, at: usize) -> String {
        let mut s = String::from(NUMBER);
        let all = self.outs.iter().map(|o| o.2).chain([self.lift, self.join]);
        s += &library::needed(&all.collect::<Vec<_>>().join(" "));
        let members: String = self.state.iter().map(|(m, d)| format!("{m}: {}, ", value(*d))).collect();
        let _ = writeln!(s, "alias S = {};\nstruct A {{ {members} }}", value(self.state[0].1));
        let returned = |t: &str| match t.contains("return") {
            true => t.to_string(),
            false => format!("return A({t});"),
        };
        let _ = writeln!(s, "fn join(a: A, b: A) -> A {{ {} }}", returned(self.join));
        let operands = self.reads.len() + self.outs.len();
        s += &places_named("outer", outer.rank(), operands, at);
        let read = |k: usize| {
            let r = &self.reads[k];
            let i = if r.lag { "max(i, 1u) - 1u" } else { "i" };
            let here = format!("get_{}(at[{k}] + spot({i}) * arg({}u))", r.name, 4 + k);
            format!("let {} = {};", r.name, convert(&here, r.place.dtype, r.dtype))
        };
        let reads: String = (0..self.reads.len()).map(read).collect();
        let spot = if self.reverse { "arg(1u) - 1u - i" } else { "i" };
        let _ = writeln!(s, "fn spot(i: u32) -> u32 {{ return {spot}; }}");
        let _ = writeln!(
            s,
            "fn lift(at: array<u32, {operands}>, i: u32) -> A {{ {reads} return A({}); }}",
            self.lift
        );
        let unpacked: String = self.state.iter().map(|(m, _)| format!("let {m} = a.{m}; ")).collect();
        let mut writes = String::new();
        for (k, (name, place, text, dtype)) in self.outs.iter().enumerate() {
            let k = self.reads.len() + k;
            let v = convert(&format!("({text})"), *dtype, place.dtype);
            let _ = write!(writes, "put_{name}(at[{k}] + spot(to) * arg({}u), {v}); ", 4 + k);
        }
        if stage != Stage::Totals {
            let _ =
                writeln!(s, "fn write(at: array<u32, {operands}>, to: u32, a: A) {{ {unpacked}{writes} }}");
        }
        let main = "@compute @workgroup_size(WORKGROUP)\n\
                    fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {\n";
        if stage == Stage::Lines {
            return s
                + main
                + "let line = group_number(wg) * 256u + t;\nif (line >= arg(0u)) { return; }\n\
                   let at = outer(line); let n = arg(1u);\nvar a = lift(at, 0u);\nwrite(at, 0u, a);\n\
                   for (var i = 1u; i < n; i++) { a = join(a, lift(at, i)); write(at, i, a); }\n}\n";
        }
        let _ = writeln!(s, "var<workgroup> sums: array<A, {GROUP}>;");
        s += main;
        s += "let number = group_number(wg);\nlet line = number / arg(3u); let part = number - line * arg(3u);\n\
              if (line >= arg(0u)) { return; }\nlet at = outer(line);\n\
              let begin = part * arg(2u); let end = min(arg(1u), begin + arg(2u));\nvar carry: A;\n";
        if stage == Stage::Parts {
            let carried: Vec<String> =
                (0..self.state.len()).map(|k| format!("get_{}(number - 1u)", CARRY[k])).collect();
            let _ = writeln!(s, "if (part > 0u) {{ carry = A({}); }}", carried.join(", "));
        }
        let goes_on = if stage == Stage::Parts { "base > begin || part > 0u" } else { "base > begin" };
        let _ = writeln!(
            s,
            "for (var base = begin; base < end; base += {}u) {{\nlet more = {goes_on};",
            GROUP * EACH
        );
        let _ = writeln!(s, "let first = base + t * {EACH}u;");
        for u in 0..EACH {
            let _ = writeln!(s, "var a{u}: A; if (first + {u}u < end) {{ a{u} = lift(at, first + {u}u); }}");
        }
        for u in 1..EACH {
            let _ = writeln!(s, "a{u} = join(a{}, a{u});", u - 1);
        }
        let _ = writeln!(
            s,
            "workgroupBarrier();\nsums[t] = a{};\nworkgroupBarrier();\n\
             for (var h = 1u; h < {GROUP}u; h = h << 1u) {{\nvar x = sums[t];\n\
             if (t >= h) {{ x = join(sums[t - h], x); }}\nworkgroupBarrier();\nsums[t] = x;\nworkgroupBarrier();\n}}",
            EACH - 1
        );
        if stage != Stage::Totals {
            s += "if (t > 0u || more) {\nvar before = carry;\n\
                  if (t > 0u) { before = sums[max(t, 1u) - 1u]; if (more) { before = join(carry, before); } }\n";
            for u in 0..EACH {
                let _ = writeln!(s, "a{u} = join(before, a{u});");
            }
            s += "}\n";
            for u in 0..EACH {
                let _ = writeln!(s, "if (first + {u}u < end) {{ write(at, first + {u}u, a{u}); }}");
            }
        }
        let _ = writeln!(
            s,
            "let whole = sums[{}u];\nif (more) {{ carry = join(carry, whole); }} else {{ carry = whole; }}\n}}",
            GROUP - 1
        );
        if stage == Stage::Totals {
            s += "if (t == 0u) {\n";
            for (k, (m, _)) in self.state.iter().enumerate() {
                let _ = writeln!(s, "put_{}(number, carry.{m});", TOTAL[k]);
            }
            s += "}\n";
        }
        s + "}\n"
    }
}

/// Running sum or product into `out`, in the dtype `dtype` of the arithmetic.
pub fn running(
    op: &'static str,
    product: bool,
    x: Place,
    axis: usize,
    reverse: bool,
    dtype: DType,
    out: Place,
) -> Result<()> {
    let acc = wide(op, dtype)?;
    let join = match (product, acc) {
        (false, _) => "a.s + b.s",
        (true, DType::C64) => "c_mul(a.s, b.s)",
        _ => "a.s * b.s",
    };
    Scan {
        name: op,
        axis,
        reverse,
        reads: &[Read { name: "x", place: x, dtype: acc, lag: false }],
        state: &[("s", acc)],
        lift: "x",
        join,
        outs: &[("out", out, "s", acc)],
    }
    .run()
}

/// `s_i = b_i + c_i s_(i-1)`, with `lag` of `c` at the place of `s_(i-1)`.
pub fn linear(
    op: &'static str,
    b: Place,
    c: Place,
    axis: usize,
    reverse: bool,
    lag: bool,
    out: Place,
) -> Result<()> {
    let acc = wide(op, out.dtype)?;
    let join = match acc {
        DType::C64 => "c_mul(a.s, b.c) + b.s, c_mul(a.c, b.c)",
        _ => "a.s * b.c + b.s, a.c * b.c",
    };
    Scan {
        name: op,
        axis,
        reverse,
        reads: &[
            Read { name: "b", place: b, dtype: acc, lag: false },
            Read { name: "c", place: c, dtype: acc, lag },
        ],
        state: &[("s", acc), ("c", acc)],
        lift: "b, select(c, S(), i == 0u)",
        join,
        outs: &[("out", out, "s", acc)],
    }
    .run()
}

/// Running extremes and their last positions; a nan is the extreme from there on.
pub fn extreme(
    op: &'static str,
    max: bool,
    x: Place,
    axis: usize,
    values: Place,
    indices: Place,
) -> Result<()> {
    let dtype = computed(op, x.dtype)?;
    let join = match (dtype == DType::F32, max) {
        (true, true) => "if (is_nan(b.v) || !is_nan(a.v) && b.v >= a.v) { return b; } return a;",
        (true, false) => "if (is_nan(b.v) || !is_nan(a.v) && b.v <= a.v) { return b; } return a;",
        (false, true) => "if (b.v >= a.v) { return b; } return a;",
        (false, false) => "if (b.v <= a.v) { return b; } return a;",
    };
    Scan {
        name: op,
        axis,
        reverse: false,
        reads: &[Read { name: "x", place: x, dtype, lag: false }],
        state: &[("v", dtype), ("i", DType::U32)],
        lift: "x, i",
        join,
        outs: &[("values", values, "v", dtype), ("indices", indices, "i", DType::U32)],
    }
    .run()
}

/// Logarithm of the running sum of exponentials.
pub fn logcumsumexp(op: &'static str, x: Place, axis: usize, out: Place) -> Result<()> {
    let dtype = single(op, x.dtype)?;
    Scan {
        name: op,
        axis,
        reverse: false,
        reads: &[Read { name: "x", place: x, dtype, lag: false }],
        state: &super::softmax::STATE,
        lift: "x, 1.0",
        join: super::softmax::JOIN,
        outs: &[("out", out, "select(m + log_f(s), m, is_inf(m) || is_nan(m))", DType::F32)],
    }
    .run()
}
