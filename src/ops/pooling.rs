//! Rows of pooling, with the checks of their arguments.

use super::pool::{self, Axis, Geometry};
use super::reduce::mean_dims;
use super::table::Ret;
use crate::base::Dims;
use crate::error::Result;
use crate::tensor::Tensor;
use crate::{bail, ensure, ops};
use smallvec::smallvec;

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
struct Fixed<'a> {
    name: &'static str,
    n: usize,
    kernel: &'a [i64],
    stride: &'a [i64],
    padding: &'a [i64],
    dilation: &'a [i64],
    ceil: bool,
}

impl Fixed<'_> {
    fn geometry(&self, input: &Tensor) -> Result<Geometry> {
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
            ensure!(
                p[i] <= ((k[i] - 1) * d[i] + 1) / 2,
                Runtime,
                "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation={}",
                p[i],
                k[i],
                d[i]
            );
            let size = sizes[i] as i64;
            let span = size + 2 * p[i] - d[i] * (k[i] - 1) - 1 + if self.ceil { s[i] - 1 } else { 0 };
            output[i] = span.div_euclid(s[i]) + 1;
            if self.ceil && (output[i] - 1) * s[i] >= size + p[i] {
                output[i] -= 1;
            }
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

fn pair(found: (Tensor, Option<Tensor>)) -> Ret {
    match found {
        (v, Some(i)) => Ret::Tuple(smallvec![v, i]),
        (v, None) => Ret::Tensor(v),
    }
}

/// A maximum pooling's arguments.
#[derive(Clone, Copy)]
struct MaxArgs<'a> {
    kernel: &'a [i64],
    stride: Option<&'a [i64]>,
    padding: &'a [i64],
    dilation: &'a [i64],
    ceil: bool,
}

fn max(input: &Tensor, n: usize, a: MaxArgs, indices: bool) -> Result<(Tensor, Option<Tensor>)> {
    let name = ["", "max_pool1d", "max_pool2d", "max_pool3d"][n];
    let stride = a.stride.unwrap_or(&[]);
    let fixed =
        Fixed { name, n, kernel: a.kernel, stride, padding: a.padding, dilation: a.dilation, ceil: a.ceil };
    pool::max(input, fixed.geometry(input)?, indices)
}

fn avg(
    input: &Tensor,
    n: usize,
    kernel: &[i64],
    stride: Option<&[i64]>,
    padding: &[i64],
    ceil: bool,
    include_pad: bool,
    divisor: Option<i64>,
) -> Result<Tensor> {
    let name = ["", "avg_pool1d", "avg_pool2d", "avg_pool3d"][n];
    ensure!(divisor != Some(0), Runtime, "divisor must be not zero");
    let fixed = Fixed { name, n, kernel, stride: stride.unwrap_or(&[]), padding, dilation: &[1], ceil };
    let geo = fixed.geometry(input)?;
    pool::avg(input, Geometry { include_pad, divisor, ..geo })
}

/// The geometry of an adaptive pooling.
fn adaptive(name: &'static str, input: &Tensor, n: usize, output: &[Option<i64>]) -> Result<Geometry> {
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

fn adaptive_avg(name: &'static str, input: &Tensor, n: usize, output: &[Option<i64>]) -> Result<Tensor> {
    let geo = adaptive(name, input, n, output)?;
    if !input.dtype().is_float() {
        return Err(crate::error::Error::no_dtype(name, input.dtype(), "floating dtypes"));
    }
    if geo.output.iter().all(|&o| o == 1) && geo.input.iter().all(|&s| s > 0) {
        let dims: Vec<i64> = (1..=n as i64).map(|d| -d).collect();
        return mean_dims(input, &dims, true);
    }
    pool::avg(input, geo)
}

fn adaptive_max(
    name: &'static str,
    input: &Tensor,
    n: usize,
    output: &[Option<i64>],
    indices: bool,
) -> Result<Ret> {
    Ok(pair(pool::max(input, adaptive(name, input, n, output)?, indices)?))
}

fn unpool(
    input: &Tensor,
    indices: &Tensor,
    n: usize,
    kernel: &[i64],
    stride: Option<&[i64]>,
    padding: &[i64],
    size: Option<&[i64]>,
) -> Result<Tensor> {
    let name = ["", "max_unpool1d", "max_unpool2d", "max_unpool3d"][n];
    let d = input.ndim();
    let k = per_axis(name, "kernel_size", kernel, n)?;
    let s = match stride {
        Some(s) if !s.is_empty() => per_axis(name, "stride", s, n)?,
        _ => k,
    };
    let p = per_axis(name, "padding", padding, n)?;
    ensure!(
        d == n + 1 || d == n + 2,
        Runtime,
        "{name}: Input to {name} should be a {}d or {}d Tensor, but got {d} dimensions",
        n + 1,
        n + 2
    );
    ensure!(
        indices.dtype() == crate::base::DType::I64,
        Runtime,
        "elements in indices should be type int64 but got: {}",
        indices.dtype().scalar_name()
    );
    ensure!(
        indices.shape() == input.shape(),
        Runtime,
        "Expected shape of indices to be same as that of the input tensor ({:?}) but got indices tensor with shape: {:?}",
        input.shape(),
        indices.shape()
    );
    let have = Dims::from_slice(&input.shape()[d - n..]);
    let default: Vec<i64> = (0..n).map(|i| (have[i] as i64 - 1) * s[i] + k[i] - 2 * p[i]).collect();
    let wanted = match size {
        None => default,
        Some(v) => {
            ensure!(
                v.len() == n || v.len() == n + 2,
                Value,
                "output_size should be a sequence containing {n} or {} elements, but it has a length of '{}'",
                n + 2,
                v.len()
            );
            let v = &v[v.len() - n..];
            for i in 0..n {
                let (lo, hi) = (default[i] - s[i], default[i] + s[i]);
                ensure!(
                    lo < v[i] && v[i] < hi,
                    Value,
                    "invalid output_size {v:?} (dim {i} must be between {lo} and {hi})"
                );
            }
            v.to_vec()
        }
    };
    ensure!(wanted.iter().all(|&w| w >= 0), Runtime, "{name}: output size {wanted:?} is negative");
    let geo = Geometry {
        name,
        spatial: n,
        axes: [Axis::Adaptive; 3],
        input: wanted.iter().map(|&w| w as usize).collect(),
        output: have,
        include_pad: true,
        divisor: None,
    };
    pool::unpool(input, indices, geo)
}

macro_rules! max_rows {
    ($($n:literal $nn:ident $nn_name:literal $with:ident $with_name:literal $root:ident $root_name:literal $un:ident $amax:ident $amax_name:literal $aavg:ident $aavg_name:literal),*) => {ops! {$(
        /// The greatest element of every window; with `return_indices` also its position in the plane.
        ///
        /// Args: input: real (N, C, ...) or (C, ...); kernel_size, stride, padding, dilation: one int or one per axis.
        nn fn $nn[$nn_name](input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], dilation: &[i64] = &[1], ceil_mode: bool = false, return_indices: bool = false) -> Ret {
            max(input, $n, MaxArgs { kernel: kernel_size, stride, padding, dilation, ceil: ceil_mode }, return_indices).map(pair)
        }
        /// The greatest element of every window and its position in the plane.
        nn fn $with[$with_name](input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], dilation: &[i64] = &[1], ceil_mode: bool = false, return_indices: bool = false) -> Ret {
            let _ = return_indices;
            max(input, $n, MaxArgs { kernel: kernel_size, stride, padding, dilation, ceil: ceil_mode }, true).map(pair)
        }
        /// The greatest element of every window.
        function fn $root[$root_name](input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], dilation: &[i64] = &[1], ceil_mode: bool = false) -> Tensor {
            max(input, $n, MaxArgs { kernel: kernel_size, stride, padding, dilation, ceil: ceil_mode }, false).map(|f| f.0)
        }
        /// Puts values back where a maximum pooling found them; zero elsewhere.
        nn fn $un(input: &Tensor, indices: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], output_size: Option<&[i64]> = None) -> Tensor {
            unpool(input, indices, $n, kernel_size, stride, padding, output_size)
        }
        /// The greatest elements of as many windows as `output_size` says.
        nn fn $amax[$amax_name](input: &Tensor, output_size: &[Option<i64>], return_indices: bool = false) -> Ret {
            adaptive_max($amax_name, input, $n, output_size, return_indices)
        }
        /// Averages over as many windows as `output_size` says.
        nn fn $aavg[$aavg_name](input: &Tensor, output_size: &[Option<i64>]) -> Tensor { adaptive_avg($aavg_name, input, $n, output_size) }
    )*
        /// Averages over windows of (N, C, L).
        function fn avg_pool1d(input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], ceil_mode: bool = false, count_include_pad: bool = true) -> Tensor {
            for (v, what) in [(kernel_size, "kernel_size"), (stride.unwrap_or(&[1]), "stride"), (padding, "padding")] {
                ensure!(v.len() <= 1, Runtime, "avg_pool1d() argument '{what}' should contain one int (got {})", v.len());
            }
            avg(input, 1, kernel_size, stride, padding, ceil_mode, count_include_pad, None)
        }
        /// Averages over windows of (N, C, L).
        nn fn nn_avg_pool1d["avg_pool1d"](input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], ceil_mode: bool = false, count_include_pad: bool = true) -> Tensor {
            avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad)
        }
        /// Averages over windows of (N, C, H, W); `divisor_override` replaces the size of the window.
        nn fn avg_pool2d(input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], ceil_mode: bool = false, count_include_pad: bool = true, divisor_override: Option<i64> = None) -> Tensor {
            avg(input, 2, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        }
        /// Averages over windows of (N, C, D, H, W); `divisor_override` replaces the size of the window.
        nn fn avg_pool3d(input: &Tensor, kernel_size: &[i64], stride: Option<&[i64]> = None, padding: &[i64] = &[0], ceil_mode: bool = false, count_include_pad: bool = true, divisor_override: Option<i64> = None) -> Tensor {
            avg(input, 3, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        }
        /// Averages over as many windows as `output_size` says.
        function fn adaptive_avg_pool1d_root["adaptive_avg_pool1d"](input: &Tensor, output_size: &[Option<i64>]) -> Tensor { adaptive_avg("adaptive_avg_pool1d", input, 1, output_size) }
        /// The greatest elements of as many windows as `output_size` says, and their positions.
        function fn adaptive_max_pool1d_root["adaptive_max_pool1d"](input: &Tensor, output_size: &[Option<i64>]) -> Ret { adaptive_max("adaptive_max_pool1d", input, 1, output_size, true) }
    }};
}

max_rows!(
    1 nn_max_pool1d "max_pool1d" max_pool1d_with_indices "max_pool1d_with_indices" max_pool1d "max_pool1d" max_unpool1d adaptive_max_pool1d "adaptive_max_pool1d" adaptive_avg_pool1d "adaptive_avg_pool1d",
    2 nn_max_pool2d "max_pool2d" max_pool2d_with_indices "max_pool2d_with_indices" max_pool2d "max_pool2d" max_unpool2d adaptive_max_pool2d "adaptive_max_pool2d" adaptive_avg_pool2d "adaptive_avg_pool2d",
    3 nn_max_pool3d "max_pool3d" max_pool3d_with_indices "max_pool3d_with_indices" max_pool3d "max_pool3d" max_unpool3d adaptive_max_pool3d "adaptive_max_pool3d" adaptive_avg_pool3d "adaptive_avg_pool3d"
);

/// Adaptive averages over `n` axes, for `interpolate(mode="area")`.
pub fn area(input: &Tensor, n: usize, output: &[i64]) -> Result<Tensor> {
    adaptive_avg(
        ["", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"][n],
        input,
        n,
        &output.iter().map(|&o| Some(o)).collect::<Vec<_>>(),
    )
}
