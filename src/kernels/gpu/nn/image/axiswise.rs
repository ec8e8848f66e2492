//! Linear maps along axes: every result adds up the few inputs that the tables of its axes name, all axes at once where that
//! are not too many.

use crate::bail;
use crate::base::{DType, Dims, Layout};
use crate::error::Result;
use crate::kernels::cpu::nn::image::axiswise::Taps;
use crate::kernels::gpu::elementwise::computed;
use crate::kernels::gpu::machine::operand::zero;
use crate::kernels::gpu::machine::{Pixels, Place, Scratch};
use std::fmt::Write;

/// Inputs of one result up to which all axes go at once: one pass reads an image once, but each input for every axis.
const AT_ONCE: usize = 64;

/// A map along an axis.
type Step<'t> = (usize, &'t Taps);

/// `out` from `x`, of up to five axes, by maps along some of them.
pub fn apply(name: &'static str, steps: &[Step], x: Place, out: Place) -> Result<()> {
    if x.shape.len() > 5 {
        bail!(
            NotImplemented,
            "{name}: a GPU has kernels for up to 5 axes, got {}; use .cpu()",
            x.shape.len()
        );
    }
    let copies = steps.iter().all(|(_, t)| t.is_copy());
    let each: usize = steps.iter().map(|(_, t)| t.terms().div_ceil(t.len().max(1)).max(1)).product();
    // bytes are rounded behind every axis, as on the CPU
    if copies || steps.len() == 1 || (each <= AT_ONCE && out.dtype != DType::U8) {
        return pass(name, steps, copies, x, out);
    }
    // shrinking axes first: less to move afterwards
    let mut steps: Vec<Step> = steps.to_vec();
    steps.sort_by(|a, b| (a.1.len() * b.1.size).cmp(&(b.1.len() * a.1.size)));
    let mut shape = Dims::from_slice(x.shape);
    let mut now: Option<(Scratch, Layout)> = None;
    let last = steps.len() - 1;
    for (k, step) in steps.iter().enumerate() {
        let from = now.as_ref().map_or(x, |(s, l)| s.seen(l));
        shape[step.0] = step.1.len();
        if k == last {
            return pass(name, &[*step], step.1.is_copy(), from, out);
        }
        let layout = Layout::contiguous(&shape);
        let to = Scratch::beside(&out, shape.iter().product(), out.dtype)?;
        pass(name, &[*step], step.1.is_copy(), from, to.seen(&layout))?;
        now = Some((to, layout));
    }
    Ok(())
}

fn pass(name: &'static str, steps: &[Step], copies: bool, x: Place, out: Place) -> Result<()> {
    let dtype = out.dtype;
    let double = dtype == DType::F64;
    let mut words: Vec<u32> = Vec::new();
    let mut begins = Vec::new();
    for (_, taps) in steps {
        begins.push([words.len(), taps.len(), taps.terms()]);
        taps.words(double, &mut words);
    }
    let table = Scratch::beside(&out, words.len(), DType::U32)?;
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_ne_bytes()).collect();
    table.upload(&bytes)?;
    // five axes are all pixels here
    let mut p = Pixels::new(name, out, spatial(&out)).reads("x", x, spatial(&x));
    let at = p.next();
    // among the five axes of an image
    let lead = out.shape.len() - spatial(&out);
    let place = |axis: usize| if axis < lead { 2 - lead + axis } else { 5 - out.shape.len() + axis };
    let steps: Vec<Step> = steps.iter().map(|(axis, t)| (place(*axis), *t)).collect();
    let axes = steps.iter().fold(0, |m, (axis, _)| m | 1 << axis);
    p = p.with(|k| k.reads("table", table.place()).variant(axes << 1 | copies as u64));
    for [begin, len, terms] in &begins {
        p = p.with(|k| k.arg(*begin).arg(begin + len + 1).arg(begin + len + 1 + terms));
    }
    if !copies {
        computed(name, dtype)?;
    }
    p.run(|| text(dtype, &steps, copies, double, at))
}

/// Axes that count as pixels: those beyond two, and all of images without samples or channels.
fn spatial(p: &Place) -> usize {
    p.shape.len().saturating_sub(2)
}

fn text(dtype: DType, steps: &[Step], copies: bool, double: bool, at: usize) -> String {
    const NAMES: [&str; 5] = ["n", "c", "d", "h", "w"];
    let mut place = NAMES.map(String::from);
    let start = if dtype == DType::U8 { "0.0f" } else { zero(dtype) };
    let mut out = String::new();
    out += "fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {\n";
    if copies {
        for (k, (axis, _)) in steps.iter().enumerate() {
            place[*axis] = format!("get_table(arg({}u) + {})", at + 3 * k + 1, NAMES[*axis]);
        }
        let _ = write!(out, "    return get_x(x_at({}));\n}}\n", place.join(", "));
        return out;
    }
    let _ = writeln!(out, "    var sum = {start};");
    let mut weight = String::new();
    for (k, (axis, _)) in steps.iter().enumerate() {
        let (begin, index, weights) = (at + 3 * k, at + 3 * k + 1, at + 3 * k + 2);
        let own = NAMES[*axis];
        let _ = writeln!(out, "    let e{k} = get_table(arg({begin}u) + {own} + 1u);");
        let _ =
            writeln!(out, "    for (var k{k} = get_table(arg({begin}u) + {own}); k{k} < e{k}; k{k}++) {{");
        let _ = writeln!(out, "    let i{k} = get_table(arg({index}u) + k{k});");
        if double {
            let w = format!("arg({weights}u) + 2u * k{k}");
            let _ = writeln!(
                out,
                "    let w{k} = bitcast<f64>(u64(get_table({w})) | (u64(get_table({w} + 1u)) << 32u));"
            );
        } else {
            let _ = writeln!(out, "    let w{k} = bitcast<f32>(get_table(arg({weights}u) + k{k}));");
        }
        place[*axis] = format!("i{k}");
        weight = if k == 0 { format!("w{k}") } else { format!("{weight} * w{k}") };
    }
    let from = format!("get_x(x_at({}))", place.join(", "));
    let term = match dtype {
        DType::I64 => format!("{from} * i64({weight})"),
        DType::U8 => format!("f32({from}) * ({weight})"),
        _ => format!("{from} * ({weight})"),
    };
    let _ = writeln!(out, "    sum = sum + {term};");
    out += &"    }\n".repeat(steps.len());
    let result = match dtype {
        DType::U8 => "u32(clamp(floor(sum + 0.5), 0.0, 255.0))".to_string(),
        _ => "sum".into(),
    };
    out + &format!("    return {result};\n}}\n")
}
