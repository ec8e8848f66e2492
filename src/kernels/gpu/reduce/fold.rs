//! The one reduction of all: a state that takes elements, states that join, what a state says of its group, and what it says of
//! each of the group's elements.
//!
//! A group's elements are spread over `lanes` invocations of a workgroup, which may hold several groups. Where reduced elements
//! lie beside each other the lanes of a group are neighbours (rows), else neighbours take neighbouring groups (columns). Groups
//! that are few and long are cut into parts, whose states a second dispatch joins. All of that follows from the shape alone, so
//! every sum has one order.

use crate::base::{DType, Dims};
use crate::error::Result;
use crate::kernels::gpu::elementwise::{Side, expression, library, mixed};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::{convert, lanes as sharing, value, zero};
use crate::kernels::gpu::machine::walk::{Walk, places_named, strides_over};
use crate::kernels::gpu::machine::{Kernel, Place, grid};
use crate::storage::device::Memory;
use smallvec::{SmallVec, smallvec};
use std::fmt::Write;

/// An operand: its name in the texts, where it lies, and the dtype in which they see it.
pub type Operand<'a> = (&'static str, Place<'a>, DType);

/// What is said of a group: a name for the shader, where it goes (element `step * group` on from the place's first), and the
/// expression over members of the state, of a dtype.
pub struct Out<'a> {
    pub name: &'static str,
    pub place: Place<'a>,
    pub step: usize,
    pub text: &'static str,
    pub dtype: DType,
}

impl<'a> Out<'a> {
    /// One element for each group, densely.
    pub fn new(name: &'static str, place: Place<'a>, text: &'static str, dtype: DType) -> Out<'a> {
        Out { name, place, step: 1, text, dtype }
    }
}

/// A reduction of operands that broadcast to `shape` over its axes `reduced`.
///
/// Texts are WGSL: `start` the members of a state separated by commas; `take` those after a state `a` took the operands' elements
/// (by their names, the position in the group as `i`); `join` those of two states `a` and `b`, both likewise or as statements that
/// `return A(..)`. Numbers are `p0`, `p1`, ..; `S` is the type of the first member.
pub struct Fold<'a> {
    pub name: &'static str,
    pub shape: &'a [usize],
    pub reduced: &'a [usize],
    /// Whether `i` counts in the order of the axes.
    pub ordered: bool,
    pub operands: &'a [Operand<'a>],
    /// Read densely, an element a group, in the texts of `outs`.
    pub beside: &'a [Operand<'a>],
    pub state: &'a [(&'static str, DType)],
    pub start: &'static str,
    pub take: &'static str,
    pub join: &'static str,
    pub params: &'a [f64],
    pub outs: &'a [Out<'a>],
    /// What is written for every element, over the operands, members and numbers, in float32; its layout is over `shape`.
    pub each: Option<(Place<'a>, &'static str)>,
}

const GROUP: usize = 256;
/// Elements that a lane keeps in registers between the reduction and what is said of each.
const KEPT: usize = 16;
/// Workgroups that fill a large card several times over.
const FILL: usize = 1024;
/// Names of members of states in memory: of parts, and of whole groups.
const PARTS: [&str; 6] = ["part0", "part1", "part2", "part3", "part4", "part5"];
const WHOLE: [&str; 6] = ["whole0", "whole1", "whole2", "whole3", "whole4", "whole5"];

/// How groups are laid over workgroups.
#[derive(Clone, Copy, Debug)]
struct Form {
    by_columns: bool,
    lanes: usize,
    parts: usize,
    /// Elements of a part.
    length: usize,
}

impl Form {
    fn of(outer: usize, n: usize, by_columns: bool) -> Form {
        let lanes = match by_columns {
            true if outer >= 1 << 17 => 1,
            true => n.div_ceil(8).next_power_of_two().clamp(1, 8),
            false => n.div_ceil(4).next_power_of_two().clamp(1, GROUP),
        };
        let bundles = outer.div_ceil(GROUP / lanes).max(1);
        let parts = (FILL / bundles).min(n / (lanes * 16)).max(1);
        let length = n.div_ceil(parts).max(1);
        Form { by_columns, lanes, parts: n.div_ceil(length).max(1), length }
    }
    fn columns(&self) -> usize {
        GROUP / self.lanes
    }
}

/// What a dispatch does with the states it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    /// Writes those of parts down.
    Parts,
    /// Says what is to be said of groups.
    Groups,
    /// Of elements too, which lanes have kept: so many each.
    Kept(usize),
    /// Of elements too, which are read again.
    Again,
}

impl Fold<'_> {
    pub fn run(&self) -> Result<()> {
        let kept: Dims = (0..self.shape.len()).filter(|i| !self.reduced.contains(i)).collect();
        let strides: SmallVec<[Dims; 6]> =
            self.operands.iter().map(|(_, p, _)| strides_over(p, self.shape)).collect();
        let mut gone: Dims = self.reduced.iter().copied().filter(|&i| i < self.shape.len()).collect();
        if !self.ordered {
            gone.sort_by_key(|&i| std::cmp::Reverse(strides[0][i]));
        }
        let walk = |axes: &[usize]| {
            let shape: Dims = axes.iter().map(|&i| self.shape[i]).collect();
            let each = self.each.iter().map(|(p, _)| p.strides);
            let steps: SmallVec<[Dims; 6]> = strides
                .iter()
                .map(|s| s.as_slice())
                .chain(each)
                .map(|s| axes.iter().map(|&i| s[i]).collect())
                .collect();
            Walk::new(&shape, &steps.iter().map(|s| s.as_slice()).collect::<SmallVec<[&[usize]; 6]>>())
        };
        let (outer, inner) = (walk(&kept), walk(&gone));
        let groups: usize = kept.iter().map(|&i| self.shape[i]).product();
        let n: usize = gone.iter().map(|&i| self.shape[i]).product();
        if groups == 0 {
            return Ok(());
        }
        let last = |w: &Walk| w.steps[0][w.rank() - 1];
        let by_columns = groups > 1 && last(&outer) > 0 && last(&outer) < last(&inner);
        let form = Form::of(groups, n, by_columns);
        let Some((each, text)) = self.each else {
            return self.reduce(form, groups, n, &outer, &inner, self.outs);
        };
        // elements that share words are written by words: along a line
        let pairs = sharing(each.dtype) > 1;
        let line = inner.is_line(self.operands.len());
        if form.parts == 1 && (!pairs || line) {
            let whole = Form { parts: 1, length: n.max(1), ..form };
            let slots = if pairs { 2 * (n + 1).div_ceil(2 * form.lanes) } else { n.div_ceil(form.lanes) };
            let end = if slots <= KEPT && slots * self.operands.len() <= 64 {
                End::Kept(slots)
            } else {
                End::Again
            };
            return self.dispatch(whole, groups, n, &outer, &inner, self.operands, self.take, self.outs, end);
        }
        // the states, then an elementwise kernel over elements and states
        let like = self.operands[0].1.memory;
        let dense: Dims = smallvec![groups];
        let memory = self.scratch(like, groups)?;
        let held = self.held(&memory, &dense);
        let mut outs: SmallVec<[Out; 8]> = SmallVec::new();
        for (k, (name, dtype)) in self.state.iter().enumerate() {
            outs.push(Out::new(WHOLE[k], held[k], name, *dtype));
        }
        outs.extend(self.outs.iter().map(|o| Out { ..*o }));
        self.reduce(form, groups, n, &outer, &inner, &outs)?;
        let mut shape = Dims::from_slice(self.shape);
        gone.iter().for_each(|&i| shape[i] = 1);
        let mut steps = Dims::from_elem(0, shape.len());
        let mut step = 1;
        for i in (0..shape.len()).rev() {
            steps[i] = step;
            step *= shape[i];
        }
        let mut names: SmallVec<[&'static str; 10]> = self.operands.iter().map(|o| o.0).collect();
        let mut sides: SmallVec<[Side; 10]> = self.operands.iter().map(|o| Side::Place(o.1, o.2)).collect();
        for (k, (name, dtype)) in self.state.iter().enumerate() {
            names.push(name);
            sides.push(Side::Place(Place { shape: &shape, strides: &steps, ..held[k] }, *dtype));
        }
        expression(self.name, text, &names, &sides, self.params, each, DType::F32)
    }

    /// Memory for the members of `n` states.
    fn scratch(&self, like: &Memory, n: usize) -> Result<SmallVec<[Memory; 4]>> {
        self.state.iter().map(|(_, d)| like.beside(n * d.size())).collect()
    }
    fn held<'b>(&self, memory: &'b [Memory], shape: &'b [usize]) -> SmallVec<[Place<'b>; 4]> {
        let place = |m: &'b Memory, dtype| Place { memory: m, dtype, offset: 0, shape, strides: &[1] };
        memory.iter().zip(self.state).map(|(m, (_, d))| place(m, *d)).collect()
    }

    fn reduce(
        &self,
        form: Form,
        groups: usize,
        n: usize,
        outer: &Walk,
        inner: &Walk,
        outs: &[Out],
    ) -> Result<()> {
        if form.parts == 1 {
            return self.dispatch(form, groups, n, outer, inner, self.operands, self.take, outs, End::Groups);
        }
        let count = groups * form.parts;
        let memory = self.scratch(self.operands[0].1.memory, count)?;
        let flat: Dims = smallvec![count];
        let held = self.held(&memory, &flat);
        let mut parts: SmallVec<[Out; 8]> = SmallVec::new();
        for (k, (name, dtype)) in self.state.iter().enumerate() {
            parts.push(Out::new(PARTS[k], held[k], name, *dtype));
        }
        self.dispatch(form, groups, n, outer, inner, self.operands, self.take, &parts, End::Parts)?;
        let shape = [groups, form.parts];
        let strides = [form.parts, 1];
        let operands: SmallVec<[Operand; 8]> = self
            .state
            .iter()
            .enumerate()
            .map(|(k, (_, d))| (PARTS[k], Place { shape: &shape, strides: &strides, ..held[k] }, *d))
            .collect();
        let all = |step: usize, size: usize| Walk {
            sizes: smallvec![size],
            steps: operands.iter().map(|_| smallvec![step]).collect(),
        };
        let (outer, inner) = (all(form.parts, groups), all(1, form.parts));
        let second = Form::of(groups, form.parts, false);
        let second = Form { parts: 1, length: form.parts, ..second };
        self.dispatch(second, groups, form.parts, &outer, &inner, &operands, "", outs, End::Groups)
    }

    fn dispatch(
        &self,
        form: Form,
        groups: usize,
        n: usize,
        outer: &Walk,
        inner: &Walk,
        operands: &[Operand],
        take: &'static str,
        outs: &[Out],
        end: End,
    ) -> Result<()> {
        let mut kernel = Kernel::new(self.name);
        let mut mix = 0;
        let mut say = |v: u64| mix = mixed(mix, v);
        let text = |t: &'static str| (t.as_ptr() as u64) << 16 ^ t.len() as u64;
        for (name, place, dtype) in operands {
            kernel = kernel.reads(name, *place);
            say(text(name) ^ *dtype as u64);
        }
        for (name, dtype) in self.state {
            say(text(name) ^ *dtype as u64);
        }
        let beside = if end == End::Parts { &[][..] } else { self.beside };
        for (name, place, dtype) in beside {
            kernel = kernel.reads(name, *place);
            say(text(name) ^ *dtype as u64);
        }
        for o in outs {
            kernel = kernel.writes(o.name, o.place);
            say(text(o.text) ^ o.dtype as u64);
        }
        let fused = matches!(end, End::Kept(_) | End::Again);
        if let Some((place, each)) = self.each.filter(|_| fused) {
            kernel = kernel.writes("each", place);
            say(text(each));
        }
        for t in [self.start, take, self.join] {
            say(text(t));
        }
        let several = form.parts > 1;
        kernel = kernel.variant(mix);
        kernel = kernel.variant(
            form.lanes as u64
                | (form.by_columns as u64) << 16
                | (several as u64) << 17
                | (outer.rank() as u64) << 20
                | (inner.rank() as u64) << 28
                | (self.params.len() as u64) << 36
                | match end {
                    End::Parts => 1,
                    End::Groups => 2,
                    End::Kept(r) => 3 | (r as u64) << 8,
                    End::Again => 4,
                } << 44,
        );
        kernel = kernel.arg(groups).arg(n).arg(form.length).arg(form.parts);
        for p in self.params {
            kernel = kernel.float(*p);
        }
        for o in outs {
            kernel = kernel.arg(o.step);
        }
        let at = kernel.count_args();
        let mut words: SmallVec<[u32; 40]> = SmallVec::new();
        outer.args(&mut words);
        let inner_at = at + words.len();
        inner.args(&mut words);
        kernel = kernel.args(&words);
        let bundles = groups.div_ceil(form.columns()) * form.parts;
        let geometry = (at, inner_at, outer, inner);
        kernel.run(grid(bundles), || {
            self.text(form, geometry, operands, take, beside, outs, end, self.each.filter(|_| fused))
        })
    }

    /// The text of a dispatch.
    fn text(
        &self,
        form: Form,
        (outer_at, inner_at, outer, inner): (usize, usize, &Walk, &Walk),
        operands: &[Operand],
        take: &str,
        beside: &[Operand],
        outs: &[Out],
        end: End,
        each: Option<(Place, &'static str)>,
    ) -> String {
        let mut s = String::from(NUMBER);
        let params = self.params.len();
        let set: String = (0..params).map(|k| format!("let p{k} = argf({}u); ", 4 + k)).collect();
        let all = outs.iter().map(|o| o.text).chain(each.map(|e| e.1)).chain([self.start, take, self.join]);
        s += &library::needed(&all.collect::<Vec<_>>().join(" "));
        let members: String = self.state.iter().map(|(name, d)| format!("{name}: {}, ", value(*d))).collect();
        let _ = writeln!(s, "alias S = {};\nstruct A {{ {members} }}", value(self.state[0].1));
        let returned = |t: &str| if t.contains("return") { t.to_string() } else { format!("return A({t});") };
        let _ = writeln!(s, "fn start() -> A {{ {set}return A({}); }}", self.start);
        let _ = writeln!(s, "fn join(a: A, b: A) -> A {{ {} }}", returned(self.join));
        let values: String = operands.iter().map(|(name, _, d)| format!("{name}: {}, ", value(*d))).collect();
        let names: Vec<&str> = operands.iter().map(|o| o.0).collect();
        let body = match take {
            "" => format!("return join(a, A({}));", names.join(", ")),
            t => returned(t),
        };
        let _ = writeln!(s, "fn take(a: A, {values}i: u32) -> A {{ {set}{body} }}");
        let walked = operands.len() + each.is_some() as usize;
        s += &places_named("outer", outer.rank(), walked, outer_at);
        s += &places_named("inner", inner.rank(), walked, inner_at);
        let unpacked: String =
            self.state.iter().map(|(name, _)| format!("let {name} = a.{name}; ")).collect();
        if let Some((_, text)) = each {
            let _ = writeln!(s, "fn of_each(a: A, {values}) -> f32 {{ {set}{unpacked}return {text}; }}");
        }
        if form.lanes > 1 {
            let _ = writeln!(s, "var<workgroup> states: array<A, {GROUP}>;");
        }
        let (lanes, columns) = (form.lanes, form.columns());
        s += "@compute @workgroup_size(WORKGROUP)\n\
              fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {\n\
              let groups = arg(0u); let n = arg(1u); let number = group_number(wg);\n";
        s += if form.parts > 1 {
            "let parts = arg(3u); let bundle = number / parts; let part = number - bundle * parts;\n\
             let begin = part * arg(2u); let end = min(n, begin + arg(2u));\n"
        } else {
            "let bundle = number; let begin = 0u; let end = n;\n"
        };
        let (own, lane) = if form.by_columns {
            (format!("t % {columns}u"), format!("t / {columns}u"))
        } else {
            (format!("t / {lanes}u"), format!("t % {lanes}u"))
        };
        let _ = writeln!(s, "let o = bundle * {columns}u + {own}; let lane = {lane}; let live = o < groups;");
        s += "let at = outer(min(o, groups - 1u));\nvar a = start();\n";
        let load = |k: usize, i: &str, q: &str| {
            let (name, place, dtype) = &operands[k];
            convert(&format!("get_{name}(at[{k}] + {q}[{k}])"), place.dtype, *dtype).replace("{i}", i)
        };
        let loads =
            |i: &str, q: &str| (0..operands.len()).map(|k| load(k, i, q)).collect::<Vec<_>>().join(", ");
        let pairs = each.is_some_and(|(p, _)| sharing(p.dtype) > 1);
        if pairs {
            let _ = writeln!(s, "let lead = (first_each() + at[{}]) & 1u;", operands.len());
        }
        // the number of an element, by slot
        let slot = |u: usize| match pairs {
            true => format!("2u * (lane + {}u) + {}u - lead", u / 2 * lanes, u % 2),
            false => format!("lane + {}u", u * lanes),
        };
        match end {
            End::Kept(slots) => {
                for u in 0..slots {
                    let _ = writeln!(s, "let k{u} = {}; let q{u} = inner(k{u});", slot(u));
                    for (name, _, d) in operands {
                        let _ = write!(s, "var {name}_{u} = {}; ", zero(*d));
                    }
                    let _ = write!(s, "\nif (live && k{u} < n) {{ ");
                    for (k, (name, _, _)) in operands.iter().enumerate() {
                        let _ = write!(s, "{name}_{u} = {}; ", load(k, "", &format!("q{u}")));
                    }
                    s += "}\n";
                }
                for u in 0..slots {
                    let kept: String = names.iter().map(|name| format!("{name}_{u}, ")).collect();
                    let _ = writeln!(s, "if (live && k{u} < n) {{ a = take(a, {kept}k{u}); }}");
                }
            }
            _ => {
                let bytes = operands.iter().map(|o| o.1.dtype.size()).max().unwrap_or(4);
                let unroll = if operands.len() == 1 && bytes < 4 { 8 } else { 4 };
                s += "if (live) {\nvar i = begin + lane;\n";
                let _ =
                    writeln!(s, "for (; i + {}u < end; i += {}u) {{", (unroll - 1) * lanes, unroll * lanes);
                for u in 0..unroll {
                    let _ = writeln!(s, "let k{u} = i + {}u; let q{u} = inner(k{u});", u * lanes);
                    for (k, (name, _, _)) in operands.iter().enumerate() {
                        let _ = writeln!(s, "let {name}_{u} = {};", load(k, "", &format!("q{u}")));
                    }
                }
                for u in 0..unroll {
                    let taken: String = names.iter().map(|name| format!("{name}_{u}, ")).collect();
                    let _ = writeln!(s, "a = take(a, {taken}k{u});");
                }
                let _ = writeln!(
                    s,
                    "}}\nfor (; i < end; i += {lanes}u) {{ let q = inner(i); a = take(a, {}, i); }}\n}}",
                    loads("i", "q")
                );
            }
        }
        if lanes > 1 {
            let step = if form.by_columns { columns } else { 1 };
            let first = if form.by_columns { own.clone() } else { format!("t - t % {lanes}u") };
            let _ = writeln!(
                s,
                "states[t] = a;\nworkgroupBarrier();\nfor (var h = {}u; h > 0u; h = h >> 1u) {{\n\
                 if (lane < h) {{ states[t] = join(states[t], states[t + h * {step}u]); }}\nworkgroupBarrier();\n}}\n\
                 a = states[{first}];",
                lanes / 2
            );
        }
        let _ = writeln!(s, "if (live && lane == 0u) {{ {set}{unpacked}");
        for (name, place, d) in beside {
            let _ = writeln!(s, "let {name} = {};", convert(&format!("get_{name}(o)"), place.dtype, *d));
        }
        for (k, o) in outs.iter().enumerate() {
            let to = if end == End::Parts { "(o * parts + part)" } else { "o" };
            let step = 4 + params + k;
            let v = convert(&format!("({})", o.text), o.dtype, o.place.dtype);
            let _ = writeln!(s, "put_{}({to} * arg({step}u), {v});", o.name);
        }
        s += "}\n";
        if let Some((place, _)) = each {
            let e = operands.len();
            let said = |of: &str| convert(&format!("of_each(a, {of})"), DType::F32, place.dtype);
            let here = |q: &str| format!("at[{e}] + {q}[{e}]");
            match end {
                End::Kept(slots) if pairs => {
                    for u in (0..slots).step_by(2) {
                        let of =
                            |u: usize| said(&names.iter().map(|m| format!("{m}_{u}, ")).collect::<String>());
                        s += &pair(&format!("k{u}"), &format!("k{}", u + 1), e, &of(u), &of(u + 1));
                    }
                }
                End::Kept(slots) => {
                    for u in 0..slots {
                        let of: String = names.iter().map(|m| format!("{m}_{u}, ")).collect();
                        let q = here(&format!("q{u}"));
                        let _ = writeln!(s, "if (live && k{u} < n) {{ put_each({q}, {}); }}", said(&of));
                    }
                }
                _ if pairs => {
                    let _ = writeln!(s, "for (var h = lane; 2u * h < n + lead; h += {lanes}u) {{");
                    s += "let ka = 2u * h - lead; let kb = ka + 1u; let qa = inner(ka); let qb = inner(min(kb, n - 1u));\n";
                    s += "if (live) {\nvar va = 0.0f; var vb = 0.0f;\n";
                    let _ = writeln!(s, "if (ka < n) {{ va = {}; }}", said(&loads("ka", "qa")));
                    let _ = writeln!(s, "if (kb < n) {{ vb = {}; }}", said(&loads("kb", "qb")));
                    s += &pair("ka", "kb", e, "va", "vb");
                    s += "}\n}\n";
                }
                _ => {
                    s += "if (live) {\n";
                    let _ = writeln!(s, "for (var i = lane; i < n; i += {lanes}u) {{ let q = inner(i);");
                    let _ = writeln!(s, "put_each({}, {}); }}\n}}", here("q"), said(&loads("i", "q")));
                }
            }
        }
        s + "}\n"
    }
}

/// Two neighbours that share a word if both are the group's.
fn pair(ka: &str, kb: &str, e: usize, va: &str, vb: &str) -> String {
    format!(
        "if (live && {ka} < n && {kb} < n) {{ store_word_each((first_each() + at[{e}] + {ka}) >> 1u, array<f32, 2>({va}, {vb})); }}\n\
         else if (live && {ka} < n) {{ put_each(at[{e}] + {ka}, {va}); }}\n\
         else if (live && {kb} < n) {{ put_each(at[{e}] + {kb}, {vb}); }}\n"
    )
}
