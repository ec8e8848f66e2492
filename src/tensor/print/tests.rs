//! What tensors print.

use super::*;

struct Case<'a> {
    shape: &'a [usize],
    dtype: DType,
    options: PrintOptions,
}

fn text(case: &Case, values: &[Value], edit: impl Fn(&mut PrintData)) -> String {
    let get = |index: &[usize]| {
        values[index.iter().zip(case.shape).fold(0, |at, (i, n)| at * n + i) % values.len()]
    };
    let mut data = PrintData {
        prefix: "tensor",
        shape: case.shape,
        dtype: case.dtype,
        default_dtype: DType::F32,
        device: Device::Cpu,
        requires_grad: false,
        grad_fn: None,
        get: &get,
    };
    edit(&mut data);
    tensor_text(&data, &case.options)
}

fn plain<'a>(shape: &'a [usize], dtype: DType) -> Case<'a> {
    Case { shape, dtype, options: PrintOptions::DEFAULT }
}

fn floats(values: &[f64]) -> String {
    let values: Vec<Value> = values.iter().map(|&v| Value::Float(v)).collect();
    text(&plain(&[values.len()], DType::F32), &values, |_| ())
}

#[test]
fn notation() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    for (values, want) in [
        (&[1.0, 2.0, 3.0][..], "tensor([1., 2., 3.])"),
        (&[0.5, 1.25, -3.75], "tensor([ 0.5000,  1.2500, -3.7500])"),
        (&[1e-5, 2e-5, 3e-6], "tensor([1.0000e-05, 2.0000e-05, 3.0000e-06])"),
        (&[1e10, 2.5e12], "tensor([1.0000e+10, 2.5000e+12])"),
        (&[1001.0, 1.0], "tensor([1.0010e+03, 1.0000e+00])"),
        (&[1001.0, 0.0], "tensor([1001.,    0.])"),
        (&[12345678.0], "tensor([12345678.])"),
        (&[123456789.0], "tensor([1.2346e+08])"),
        (&[nan, inf], "tensor([nan, inf])"),
        (&[nan, 1.5], "tensor([   nan, 1.5000])"),
        (&[-inf, 1e-9], "tensor([      -inf, 1.0000e-09])"),
        (&[-0.0, 1.0], "tensor([-0., 1.])"),
        (&[0.0, nan], "tensor([0., nan])"),
    ] {
        assert_eq!(floats(values), want);
    }
}

#[test]
fn rows_break_at_the_line_width() {
    let halves: Vec<f64> = (0..20).map(|i| i as f64 + 0.5).collect();
    assert_eq!(
        floats(&halves),
        "tensor([ 0.5000,  1.5000,  2.5000,  3.5000,  4.5000,  5.5000,  6.5000,  7.5000,\n         \
         8.5000,  9.5000, 10.5000, 11.5000, 12.5000, 13.5000, 14.5000, 15.5000,\n        \
         16.5000, 17.5000, 18.5000, 19.5000])"
    );
}

#[test]
fn other_types() {
    let ints: Vec<Value> = [1, -20, 300, 4].map(Value::Int).to_vec();
    assert_eq!(text(&plain(&[2, 2], DType::I64), &ints, |_| ()), "tensor([[  1, -20],\n        [300,   4]])");
    let small = [Value::Int(1), Value::Int(2)];
    assert_eq!(text(&plain(&[2], DType::I32), &small, |_| ()), "tensor([1, 2], dtype=torch.int32)");
    let bools = [Value::Bool(true), Value::Bool(false)];
    assert_eq!(text(&plain(&[2], DType::Bool), &bools, |_| ()), "tensor([ True, False])");
    let complex = [Value::Complex(C128::new(1.0, 2.0)), Value::Complex(C128::new(3.5, -1.0))];
    assert_eq!(text(&plain(&[2], DType::C64), &complex, |_| ()), "tensor([1.0000+2.j, 3.5000-1.j])");
    assert_eq!(
        text(&plain(&[2], DType::C128), &complex, |_| ()),
        "tensor([1.0000+2.j, 3.5000-1.j], dtype=torch.complex128)"
    );
    let nan = [Value::Complex(C128::new(f64::NAN, 1.0)), Value::Complex(C128::new(1.0, f64::NEG_INFINITY))];
    assert_eq!(text(&plain(&[2], DType::C64), &nan, |_| ()), "tensor([nan+1.j, 1.-infj])");
    assert_eq!(text(&plain(&[], DType::F32), &[Value::Float(3.0)], |_| ()), "tensor(3.)");
}

#[test]
fn summaries_read_the_edges_only() {
    let get = |index: &[usize]| {
        assert!(index.iter().all(|&i| !(3..1997).contains(&i)), "{index:?} is not shown");
        Value::Int((index[0] * 2000 + index[1]) as i64)
    };
    let data = PrintData {
        prefix: "tensor",
        shape: &[2000, 2000],
        dtype: DType::I64,
        default_dtype: DType::F32,
        device: Device::Cpu,
        requires_grad: false,
        grad_fn: None,
        get: &get,
    };
    assert_eq!(
        tensor_text(&data, &PrintOptions::DEFAULT),
        "tensor([[      0,       1,       2,  ...,    1997,    1998,    1999],
        [   2000,    2001,    2002,  ...,    3997,    3998,    3999],
        [   4000,    4001,    4002,  ...,    5997,    5998,    5999],
        ...,
        [3994000, 3994001, 3994002,  ..., 3995997, 3995998, 3995999],
        [3996000, 3996001, 3996002,  ..., 3997997, 3997998, 3997999],
        [3998000, 3998001, 3998002,  ..., 3999997, 3999998, 3999999]])"
    );
}

#[test]
fn suffixes() {
    let one = [Value::Float(1.0)];
    let f32s = |shape, edit: fn(&mut PrintData)| text(&plain(shape, DType::F32), &one, edit);
    assert_eq!(f32s(&[0], |_| ()), "tensor([])");
    assert_eq!(f32s(&[0, 3], |_| ()), "tensor([], size=(0, 3))");
    assert_eq!(f32s(&[1], |d| d.default_dtype = DType::F64), "tensor([1.], dtype=torch.float32)");
    assert_eq!(f32s(&[1], |d| d.requires_grad = true), "tensor([1.], requires_grad=True)");
    assert_eq!(f32s(&[1], |d| d.device = Device::Gpu(0)), "tensor([1.], device='cuda:0')");
    assert_eq!(f32s(&[1], |d| d.grad_fn = Some("MulBackward0")), "tensor([1.], grad_fn=<MulBackward0>)");
    assert_eq!(f32s(&[2], |d| d.device = Device::Meta), "tensor(..., device='meta', size=(2,))");
    assert_eq!(
        text(&plain(&[0], DType::I64), &one, |_| ()),
        "tensor([], dtype=torch.int64)" // an empty tensor shows every dtype but the default float
    );
    assert_eq!(
        text(&plain(&[2, 3], DType::F64), &one, |d| {
            d.device = Device::Meta;
            d.grad_fn = Some("MulBackward0");
        }),
        "tensor(..., device='meta', size=(2, 3), dtype=torch.float64,\n       grad_fn=<MulBackward0>)"
    );
}

#[test]
fn options() {
    let values = [Value::Float(1e-8), Value::Float(1e8)];
    let with = |options| text(&Case { shape: &[2], dtype: DType::F32, options }, &values, |_| ());
    let default = PrintOptions::DEFAULT;
    assert_eq!(
        with(PrintOptions { sci_mode: Some(false), ..default }),
        "tensor([        0.0000, 100000000.0000])"
    );
    assert_eq!(with(PrintOptions { precision: 0, ..default }), "tensor([1e-08, 1e+08])");
    let ints: Vec<Value> = (0..25).map(Value::Int).collect();
    let options = PrintOptions { threshold: 2.0, edgeitems: 1, ..default };
    assert_eq!(
        text(&Case { shape: &[5, 5], dtype: DType::I64, options }, &ints, |_| ()),
        "tensor([[ 0,  ...,  4],\n        ...,\n        [20,  ..., 24]])"
    );
    let options = PrintOptions { threshold: 2.0, edgeitems: 0, ..default };
    assert_eq!(
        text(&Case { shape: &[5, 5], dtype: DType::I64, options }, &ints, |_| ()),
        "tensor([...], size=(5, 5))"
    );
    let options = PrintOptions { linewidth: 20, ..default };
    assert_eq!(
        text(&Case { shape: &[3], dtype: DType::F64, options }, &[Value::Float(1.5)], |_| ()),
        "tensor([1.5000,\n        1.5000,\n        1.5000],\n       dtype=torch.float64)"
    );
    assert_eq!(PrintOptions::profile("short").map(|o| o.precision), Some(2));
}
