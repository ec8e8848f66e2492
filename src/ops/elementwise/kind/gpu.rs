//! What the kinds of elementwise ops share where a graphics card computes them.

use crate::base::DType;
use crate::ops::elementwise::kind::Rule;

pub use crate::kernels::gpu::elementwise::{Side, expression, run};

/// (dtype the expression computes in, dtype of its value) for operands of a common dtype and a result of another. What the CPU
/// computes in double precision for want of a vector routine is computed in the result's own: cards have few units for
/// doubles, and WGSL no functions of them.
pub fn dtypes(rule: Rule, common: DType, out: DType) -> (DType, DType) {
    let (compute, _) = rule.resolve(common);
    let single = |d: DType| match d {
        DType::F16 | DType::BF16 => DType::F32,
        d => d,
    };
    let compute = match rule {
        Rule::Double => single(out),
        _ => single(compute),
    };
    let written = match rule {
        Rule::Compare | Rule::Logical => DType::Bool,
        Rule::Real | Rule::RealFloat => compute.to_real(),
        // bools are computed as 0 and 1
        _ if compute == DType::Bool => DType::U8,
        _ => compute,
    };
    (compute, written)
}

/// A row's expression: `wgsl!("x * x" int "x" bool "x" complex "..")`, or none.
macro_rules! wgsl {
    () => { $crate::kernels::gpu::elementwise::Wgsl::NONE };
    ($float:literal $(int $int:literal)? $(bool $bool:literal)? $(complex $complex:literal)?) => {
        $crate::kernels::gpu::elementwise::Wgsl::of(
            $float,
            $crate::ops::elementwise::kind::gpu::wgsl!(@ $($int)?),
            $crate::ops::elementwise::kind::gpu::wgsl!(@ $($bool)?),
            $crate::ops::elementwise::kind::gpu::wgsl!(@ $($complex)?),
        )
    };
    (@) => { None };
    (@ $text:literal) => { Some($text) };
}
pub(crate) use wgsl;

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use crate::base::DType;
    use crate::kernels::gpu::elementwise::tests::text_of;
    use crate::kernels::gpu::machine::check::validate;

    #[test]
    fn every_rows_expression_is_valid() {
        let mut count = 0;
        for row in crate::ops::table::all() {
            let Some(text) = row.wgsl.filter(|t| !t.is_empty()) else { continue };
            let names: &[&str] = if row.params.len() == 1 { &["x"] } else { &["a", "b"] };
            // one of a comparison and one of a value is right
            let compares = ["==", "!=", "<", ">", "is_"].iter().any(|sign| text.contains(sign));
            let results: &[DType] = if compares { &[DType::Bool, DType::F32] } else { &[DType::F32] };
            let shader = |out: DType| text_of(text, names, DType::F16, DType::F32, out, out, 2);
            if let [only] = results {
                validate(row.name, &shader(*only));
            } else {
                let valid =
                    |out: &DType| std::panic::catch_unwind(|| validate(row.name, &shader(*out))).is_ok();
                assert!(results.iter().any(valid), "{}: {text}", row.name);
            }
            count += 1;
        }
        assert!(count > 60, "the test must see the rows: {count}");
    }
}
