//! The library from Rust: operators, gradients, layers, and the same bits as from Python.

use rushlight::prelude::*;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard};

/// Held by tests that draw: the default generator belongs to the process.
fn stream() -> MutexGuard<'static, ()> {
    static STREAM: Mutex<()> = Mutex::new(());
    STREAM.lock().unwrap_or_else(|e| e.into_inner())
}

#[test]
fn operators_take_tensors_and_numbers() -> Result<()> {
    let a = Tensor::from_slice(&[1.0f32, 2.0], &[2])?;
    let b = Tensor::from_slice(&[3.0f32, 4.0], &[2])?;
    let values = |t: Result<Tensor>| t.and_then(|t| t.to_vec::<f32>()).unwrap();
    assert_eq!(values((&a * &b)? + &b), [6.0, 12.0]);
    assert_eq!(values(&a - b.clone()), [-2.0, -2.0]);
    assert_eq!(values(&b / 2), [1.5, 2.0]);
    assert_eq!(values(&b % 2.0), [1.0, 0.0]);
    assert_eq!(values(1.0 - &a), [0.0, -1.0]);
    assert_eq!(values(2 * &a), [2.0, 4.0]);
    assert_eq!(values((6.0 / &b)? + 1f32), [3.0, 2.5]);
    assert_eq!(values((2.5 + a.clone())? * 2i64), [7.0, 9.0]);
    assert_eq!(values(-&a), [-1.0, -2.0]);
    let mask = (a.gt(1.0)? & b.lt(5.0)?)?;
    assert_eq!(mask.to_vec::<bool>()?, [false, true]);
    assert_eq!((!&mask)?.to_vec::<bool>()?, [true, false]);
    assert_eq!(((&mask | true)? ^ &mask)?.to_vec::<bool>()?, [true, false]);
    let wrong = (&a + &Tensor::ones(&[3])?).unwrap_err();
    assert!(wrong.message().contains("must match the size of tensor"), "{wrong}");
    Ok(())
}

#[test]
fn constructors_follow_the_kind_of_their_numbers() -> Result<()> {
    let _stream = stream();
    assert_eq!(Tensor::full(&[1], 1)?.dtype(), DType::I64);
    assert_eq!(Tensor::full(&[1], 1.0)?.dtype(), DType::F32);
    assert_eq!(Tensor::full(&[1], true)?.dtype(), DType::Bool);
    assert_eq!(Tensor::of(DType::F64).full(&[1], 1)?.dtype(), DType::F64);
    assert_eq!(Tensor::eye(2)?.to_vec::<f32>()?, [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(Tensor::scalar(2.5)?.shape(), [0usize; 0]);
    assert_eq!(Tensor::linspace(0, 1, 3)?.to_vec::<f32>()?, [0.0, 0.5, 1.0]);
    let draws = Tensor::randint(-2, 3, &[50])?.to_vec::<i64>()?;
    assert!(draws.iter().all(|v| (-2..3).contains(v)));
    let mut order = Tensor::randperm(9)?.to_vec::<i64>()?;
    order.sort();
    assert_eq!(order, (0..9).collect::<Vec<i64>>());
    assert!(Tensor::from_vec(vec![1.0f32], &[2]).is_err());
    assert_eq!(cat(&[Tensor::zeros(&[1])?, Tensor::ones(&[2])?], 0)?.to_vec::<f32>()?, [0.0, 1.0, 1.0]);
    // a part of another tensor, and another order of it
    let x = Tensor::arange(0, 6, 1)?.reshape([2, 3].into())?;
    assert_eq!(x.narrow(1, 1, 2)?.to_vec::<i64>()?, [1, 2, 4, 5]);
    assert_eq!(x.select(0, 1)?.to_vec::<i64>()?, [3, 4, 5]);
    assert_eq!(format!("{x}"), "tensor([[0, 1, 2],\n        [3, 4, 5]])");
    Ok(())
}

#[test]
fn gradients() -> Result<()> {
    let x = Tensor::from_slice(&[1.0f64, 2.0, 3.0], &[3])?.requires_grad_(true)?;
    let y = (&x * &x)?;
    y.retain_grad()?;
    assert_eq!(y.backward().unwrap_err().message(), "grad can be implicitly created only for scalar outputs");
    y.backward_with(&Tensor::from_slice(&[1.0f64, 0.0, 2.0], &[3])?)?;
    assert_eq!(x.grad().unwrap().to_vec::<f64>()?, [2.0, 0.0, 12.0]);
    assert_eq!(y.grad().unwrap().to_vec::<f64>()?, [1.0, 0.0, 2.0]);
    let again = y.sum(None)?.backward().unwrap_err();
    assert!(again.message().contains("backward through the graph a second time"), "{again}");
    x.zero_grad();
    assert!(x.grad().is_none());
    let plain = Tensor::ones(&[])?.backward().unwrap_err();
    assert_eq!(plain.message(), "element 0 of tensors does not require grad and does not have a grad_fn");
    let unused = Tensor::ones(&[])?.requires_grad_(true)?;
    assert!(grad(&[&x.sum(None)?], &[&unused]).is_err());
    assert!(Tensor::zeros(&[1])?.cast(DType::I64)?.requires_grad_(true).is_err());
    // the mode comes back after a panic, too
    assert!(std::panic::catch_unwind(|| no_grad(|| panic!("on purpose"))).is_err());
    assert!((&x + 1)?.requires_grad());
    Ok(())
}

struct Net {
    conv: nn::Conv2d,
    norm: nn::BatchNorm2d,
    drop: nn::Dropout,
    head: nn::Sequential,
}

impl Net {
    fn new() -> Result<Net> {
        Ok(Net {
            conv: nn::Conv2d::new(1, 6, 3)?.padding(1),
            norm: nn::BatchNorm2d::new(6)?,
            drop: nn::Dropout::new(0.25)?,
            head: nn::sequential![nn::Linear::new(6 * 4 * 4, 16)?, nn::ReLU, nn::Linear::new(16, 5)?],
        })
    }
}

impl Module for Net {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.norm.forward(&self.conv.forward(x)?)?.relu()?;
        let x = nn::functional::max_pool2d(&x, 2)?.flatten(1, -1)?;
        self.head.forward(&self.drop.forward(&x)?)
    }
    fn children(&self) -> nn::Children<'_> {
        nn::children![self.conv, self.norm, self.drop, self.head]
    }
}

#[test]
fn state_dicts_have_pytorchs_names() -> Result<()> {
    let _stream = stream();
    let net = Net::new()?;
    let names: Vec<String> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
    let expected =
        "conv.weight conv.bias norm.weight norm.bias head.0.weight head.0.bias head.2.weight head.2.bias";
    assert_eq!(names.join(" "), expected);
    let path = std::env::temp_dir().join(format!("rushlight-front-{}.safetensors", std::process::id()));
    net.save(&path)?;
    let other = Net::new()?;
    other.load(&path)?;
    std::fs::remove_file(&path).unwrap();
    let x = Tensor::randn(&[2, 1, 8, 8])?;
    net.eval();
    other.eval();
    assert_eq!(net.forward(&x)?.to_vec::<f32>()?, other.forward(&x)?.to_vec::<f32>()?);

    let mut state = net.state_dict();
    assert_eq!(state.len(), 11, "with the three buffers of the normalisation");
    state.remove("conv.bias");
    state.insert("new".into(), Tensor::zeros(&[1])?);
    state.insert("norm.bias".into(), Tensor::zeros(&[7])?);
    let wrong = other.load_state_dict(&state).unwrap_err();
    for part in [
        "state_dict for Net:",
        "Missing key(s) in state_dict: \"conv.bias\". ",
        "Unexpected key(s) in state_dict: \"new\". ",
        "size mismatch for norm.bias",
    ] {
        assert!(wrong.message().contains(part), "{wrong}");
    }
    let text = net.summary();
    assert!(
        text.starts_with("Net(\n  (conv): Conv2d(1, 6, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))\n")
    );
    assert!(text.contains("(norm): BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True,"), "{text}");
    assert!(
        text.contains("  (head): Sequential(\n    (0): Linear(in_features=96, out_features=16, bias=True)\n")
    );
    Ok(())
}

#[test]
fn layers_check_their_arguments() {
    let _stream = stream();
    assert!(nn::Dropout::new(1.5).is_err());
    assert!(nn::Conv2d::grouped(3, 4, 3, 2, true).is_err());
    assert!(nn::GroupNorm::new(4, 6).is_err());
    assert!(nn::Embedding::new(3, 2).unwrap().padding_idx(3).is_err());
    let norm = nn::BatchNorm2d::new(3).unwrap();
    let wrong = norm.forward(&Tensor::zeros(&[3, 3]).unwrap()).unwrap_err();
    assert_eq!(wrong.message(), "expected 4D input (got 2D input)");
    let w = || vec![Tensor::ones(&[1]).unwrap()];
    let mut optimizers: Vec<(Box<dyn Optimizer>, &str)> = vec![
        (Box::new(SGD::new(w(), -1.0)), "Invalid learning rate: -1.0"),
        (
            Box::new(SGD::new(w(), 0.1).nesterov(true)),
            "Nesterov momentum requires a momentum and zero dampening",
        ),
        (Box::new(Adam::new(w(), 0.1).betas(0.9, 1.0)), "Invalid beta parameter at index 1: 1.0"),
    ];
    for (optimizer, message) in &mut optimizers {
        assert_eq!(optimizer.step().unwrap_err().message(), *message);
    }
}

#[test]
fn tied_weights_are_one_parameter() -> Result<()> {
    let _stream = stream();
    let first = nn::Linear::new(3, 3)?;
    let net = nn::sequential![first.clone(), nn::Tanh, first];
    assert_eq!((net.parameters().len(), net.state_dict().len()), (2, 4));
    Ok(())
}

fn hex(out: &mut String, name: &str, t: &Tensor) -> Result<()> {
    let _ = write!(out, "{name}");
    for value in t.to_vec::<f32>()? {
        let _ = write!(out, " {:08x}", value.to_bits());
    }
    out.push('\n');
    Ok(())
}

/// Trains the network for some steps; `tests/python/test_front_door.py` is the same program.
fn program(
    out: &mut String,
    optimizer: fn(Vec<Tensor>) -> Box<dyn Optimizer>,
    name: &str,
) -> Result<(f64, f64)> {
    manual_seed(7);
    let net = Net::new()?;
    let table = nn::Embedding::new(4, 64)?;
    let layer_norm = nn::LayerNorm::new(&[64])?;
    let x = Tensor::randn(&[12, 1, 8, 8])?;
    let words = Tensor::randint(0, 4, &[12])?;
    let y = Tensor::randint(0, 5, &[12])?;
    let mut params = net.parameters();
    params.extend(table.parameters());
    params.extend(layer_norm.parameters());
    let mut optimizer = optimizer(params);
    let mut losses = Vec::new();
    for step in 0..6 {
        optimizer.zero_grad();
        let shift = layer_norm.forward(&table.forward(&words)?)?.reshape([-1, 1, 8, 8].into())?;
        let logits = net.forward(&(&x + &(0.5 * &shift)?)?)?;
        let mut loss = nn::functional::cross_entropy(&logits, &y)?;
        loss = (loss + &(logits.tanh()?.pow(2)?.mean(None)? * 0.01)?)?;
        loss.backward()?;
        optimizer.step()?;
        hex(out, &format!("{name} loss {step}"), &loss.detach())?;
        losses.push(loss.item()?.to_f64());
    }
    net.eval();
    hex(out, &format!("{name} eval"), &no_grad(|| net.forward(&x))?)?;
    for (key, value) in net.state_dict() {
        if key != "norm.num_batches_tracked" {
            hex(out, &format!("{name} {key}"), &value)?;
        }
    }
    hex(out, &format!("{name} table"), &table.weight.detach())?;
    hex(out, &format!("{name} next draw"), &Tensor::rand(&[2])?)?;
    Ok((losses[0], losses[5]))
}

/// One model, trained from Rust. The bits are left for the test of the same name in Python, which trains it again.
#[test]
fn both_doors_lead_to_the_same_bits() -> Result<()> {
    let _stream = stream();
    let run = || -> Result<String> {
        let mut out = format!("level {}\n", std::env::var("RUSHLIGHT_CPU").unwrap_or_default());
        let adam = program(&mut out, |p| Box::new(AdamW::new(p, 0.01)), "adamw")?;
        let sgd = program(&mut out, |p| Box::new(SGD::new(p, 0.05).momentum(0.9)), "sgd")?;
        assert!(adam.1 < adam.0 && sgd.1 < sgd.0, "the losses fall: {adam:?}, {sgd:?}");
        Ok(out)
    };
    let text = run()?;
    assert_eq!(text, run()?);
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/front_door.txt"), text).unwrap();
    Ok(())
}
