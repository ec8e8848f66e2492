//! The arguments of pooling, checked.

use super::op::{Axis, Geometry};
use crate::base::Dims;
use crate::error::Result;
use crate::tensor::Tensor;
use crate::{bail, ensure};

const NUMBERS: [&str; 4] = ["", "one int", "two ints", "three ints"];

/// One value for each axis, from a list of one or of all.
pub fn per_axis(op: &str, what: &str, values: &[i64], n: usize) -> Result<[i64; 3]> {
    let mut out = [0; 3];
    match values.len() {
        1 => out[..n].fill(values[0]),
        k if k == n => out[..n].copy_from_slice(values),
        k if n == 1 => bail!(
            Runtime,
            "{op}() {what} must be an int, list of ints or tuple of ints of size 1 but got size {k}"
        ),
        _ => {
            let either = match what {
                "stride" => "must either be omitted, a single int, or a tuple of",
                "dilation" => "must be either a single int, or a tuple of",
                _ => "must either be a single int, or a tuple of",
            };
            bail!(Runtime, "{op}: {what} {either} {}", NUMBERS[n])
        }
    }
    Ok(out)
}

fn check_rank(op: &str, input: &Tensor, n: usize) -> Result<()> {
    let d = input.ndim();
    if d != n + 1 && d != n + 2 {
        match n {
            1 if op.starts_with("max") => bail!(
                Runtime,
                "{op}: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:{:?}",
                input.shape()
            ),
            1 => bail!(
                Runtime,
                "Expected 2 to 3 dimensions, but got {d}-dimensional tensor for argument #1 'self' (while checking arguments for {op})"
            ),
            2 if op == "avg_pool2d" && d < 3 => bail!(
                Index,
                "Dimension out of range (expected to be in range of [-{d}, {}], but got -3)",
                d as i64 - 1
            ),
            _ => bail!(Runtime, "non-empty {}D or {}D (batch mode) tensor expected for input", n + 1, n + 2),
        }
    }
    let lead = if d == n + 2 { 1 } else { 0 };
    if input.shape()[lead..].contains(&0) {
        if n == 3 {
            bail!(
                Runtime,
                "{op}(): Expected input's non-batch dimensions to have positive length, but input has a shape of {:?}",
                input.shape()
            );
        }
        let prefix = if n == 1 { "max_pool1d: Expected 2D or 3D" } else { "Expected 3D or 4D" };
        bail!(
            Runtime,
            "{prefix} (batch mode) tensor with optional 0 dim batch size for input, but got:{:?}",
            input.shape()
        );
    }
    Ok(())
}

fn joined(channels: usize, sizes: &[i64]) -> String {
    let mut out = channels.to_string();
    sizes.iter().for_each(|s| out.push_str(&format!("x{s}")));
    out
}

/// The checked geometry of a fixed pooling.
#[derive(Clone, Copy)]
pub struct Fixed<'a> {
    pub name: &'static str,
    pub n: usize,
    pub kernel: &'a [i64],
    pub stride: &'a [i64],
    pub padding: &'a [i64],
    pub dilation: &'a [i64],
    pub ceil: bool,
}

impl Fixed<'_> {
    pub fn geometry(&self, input: &Tensor) -> Result<Geometry> {
        let (name, n) = (self.name, self.n);
        let k = per_axis(name, "kernel_size", self.kernel, n)?;
        let s = if self.stride.is_empty() { k } else { per_axis(name, "stride", self.stride, n)? };
        let p = per_axis(name, "padding", self.padding, n)?;
        let d = per_axis(name, "dilation", self.dilation, n)?;
        check_rank(name, input, n)?;
        let one = n == 1 && name.starts_with("max");
        if one {
            ensure!(
                k[0] > 0,
                Runtime,
                "max_pool1d() kernel_size must be greater than zero, but got {}",
                k[0]
            );
            ensure!(s[0] > 0, Runtime, "max_pool1d() stride must be greater than zero, but got {}", s[0]);
            ensure!(p[0] >= 0, Runtime, "max_pool1d() padding must be non-negative, but got {}", p[0]);
            ensure!(
                p[0] <= k[0] / 2,
                Runtime,
                "max_pool1d() padding should be at most half of kernel size, but got padding={} and kernel_size={}",
                p[0],
                k[0]
            );
            ensure!(d[0] > 0, Runtime, "max_pool1d() dilation must be greater than zero, but got {}", d[0]);
        }
        ensure!(!s[..n].contains(&0), Runtime, "stride should not be zero");
        ensure!(
            s[..n].iter().all(|&v| v > 0),
            Runtime,
            "stride should be greater than zero, but got {:?}",
            &s[..n]
        );
        ensure!(
            k[..n].iter().all(|&v| v > 0),
            Runtime,
            "kernel size should be greater than zero, but got {:?}",
            &k[..n]
        );
        let named: Vec<String> =
            ["T", "H", "W"][3 - n..].iter().zip(d).map(|(a, v)| format!("dilation{a}: {v}")).collect();
        ensure!(
            d[..n].iter().all(|&v| v > 0),
            Runtime,
            "dilation should be greater than zero, but got {}",
            named.join(" ")
        );
        let sizes = &input.shape()[input.ndim() - n..];
        let mut output = [0i64; 3];
        let mut axes = [Axis::Adaptive; 3];
        for i in 0..n {
            ensure!(p[i] >= 0, Runtime, "pad must be non-negative, but got pad: {}", p[i]);
            // sizes from a call may be anything up to 63 bits: counted in 128
            let (reach, size) = ((k[i] as i128 - 1) * d[i] as i128 + 1, sizes[i] as i128);
            ensure!(reach < 1 << 62, Runtime, "{name}: a window of {reach} elements is too large");
            ensure!(
                p[i] as i128 <= reach / 2,
                Runtime,
                "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation={}",
                p[i],
                k[i],
                d[i]
            );
            let (pad, stride) = (p[i] as i128, s[i] as i128);
            let span = size + 2 * pad - reach + if self.ceil { stride - 1 } else { 0 };
            let mut count = span.div_euclid(stride) + 1;
            if self.ceil && (count - 1) * stride >= size + pad {
                count -= 1;
            }
            output[i] = count as i64;
            axes[i] = Axis::Fixed {
                kernel: k[i] as usize,
                stride: s[i] as usize,
                padding: p[i] as usize,
                dilation: d[i] as usize,
            };
        }
        let c = input.shape()[input.ndim() - n - 1];
        if output[..n].iter().any(|&o| o < 1) {
            let shown: Vec<i64> = sizes.iter().map(|&v| v as i64).collect();
            ensure!(!one, Runtime, "max_pool1d() Invalid computed output size: {}", output[0]);
            bail!(
                Runtime,
                "Given input size: ({}). Calculated output size: ({}). Output size is too small",
                joined(c, &shown),
                joined(c, &output[..n])
            );
        }
        Ok(Geometry {
            name,
            spatial: n,
            axes,
            input: Dims::from_slice(sizes),
            output: output[..n].iter().map(|&o| o as usize).collect(),
            include_pad: true,
            divisor: None,
        })
    }
}

/// The geometry of an adaptive pooling.
pub fn adaptive(name: &'static str, input: &Tensor, n: usize, output: &[Option<i64>]) -> Result<Geometry> {
    let d = input.ndim();
    // sizes that are left out are the input's
    let output: Vec<i64> = if n > 1 && output.len() > 1 {
        ensure!(d > output.len(), Value, "Input dimension should be at least {}", output.len() + 1);
        let own = &input.shape()[d - output.len()..];
        output.iter().zip(own).map(|(o, &s)| o.unwrap_or(s as i64)).collect()
    } else {
        output.iter().map(|o| o.unwrap_or_else(|| input.shape().last().map_or(1, |&s| s as i64))).collect()
    };
    if n == 1 {
        ensure!(
            output.len() == 1,
            Runtime,
            "{name}() argument 'output_size' should contain one int (got {})",
            output.len()
        );
        ensure!(
            d == 2 || d == 3,
            Runtime,
            "Expected 2 to 3 dimensions, but got {d}-dimensional tensor for argument #1 'self' (while checking arguments for {name})"
        );
    }
    ensure!(output.len() == n || output.len() == 1, Runtime, "{name}: output_size must be {n}");
    ensure!(
        d == n + 1 || d == n + 2,
        Runtime,
        "{name}(): Expected {}D or {}D tensor, but got {:?}",
        n + 1,
        n + 2,
        input.shape()
    );
    let lead = d - n;
    if let Some(i) = (lead - (name.contains("max") as usize)..d).find(|&i| input.shape()[i] == 0 && i > 0) {
        bail!(
            Runtime,
            "{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {:?} with dimension {i} being empty",
            input.shape()
        );
    }
    let output: Vec<i64> = if output.len() == 1 { vec![output[0]; n] } else { output };
    if output.iter().any(|&o| o < 0) {
        bail!(
            Runtime,
            "{name}: elements of output_size must be greater than or equal to 0 but received {output:?}"
        );
    }
    Ok(Geometry {
        name,
        spatial: n,
        axes: [Axis::Adaptive; 3],
        input: Dims::from_slice(&input.shape()[lead..]),
        output: output.iter().map(|&o| o as usize).collect(),
        include_pad: true,
        divisor: None,
    })
}
