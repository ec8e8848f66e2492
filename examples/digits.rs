//! A small CNN on scikit-learn's 1,797 handwritten digits, from Rust.
//!
//!     make demo-rust
//!     cargo run --release --example digits -- digits.csv [EPOCHS]
//!
//! The file has a line for each image: 64 numbers from 0 to 16, then the digit. Progress goes to stderr, the accuracy on
//! the held-out fifth to stdout; it is an error if that is below 98 %.

use rushlight::nn::functional::max_pool2d;
use rushlight::prelude::*;
use std::time::Instant;

/// Two convolutions and two linear layers on 8x8 images.
struct Net {
    conv1: nn::Conv2d,
    norm1: nn::BatchNorm2d,
    conv2: nn::Conv2d,
    norm2: nn::BatchNorm2d,
    drop: nn::Dropout,
    fc1: nn::Linear,
    fc2: nn::Linear,
}

impl Net {
    fn new() -> Result<Net> {
        Ok(Net {
            conv1: nn::Conv2d::new(1, 32, 3)?.padding(1),
            norm1: nn::BatchNorm2d::new(32)?,
            conv2: nn::Conv2d::new(32, 64, 3)?.padding(1),
            norm2: nn::BatchNorm2d::new(64)?,
            drop: nn::Dropout::new(0.25)?,
            fc1: nn::Linear::new(64 * 2 * 2, 128)?,
            fc2: nn::Linear::new(128, 10)?,
        })
    }
}

impl Module for Net {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = max_pool2d(&self.norm1.forward(&self.conv1.forward(x)?)?.relu()?, 2)?;
        let x = max_pool2d(&self.norm2.forward(&self.conv2.forward(&x)?)?.relu()?, 2)?;
        let x = self.drop.forward(&x.flatten(1, -1)?)?;
        self.fc2.forward(&self.fc1.forward(&x)?.relu()?)
    }
    fn children(&self) -> nn::Children<'_> {
        nn::children![self.conv1, self.norm1, self.conv2, self.norm2, self.drop, self.fc1, self.fc2]
    }
}

type Failure = Box<dyn std::error::Error>;

/// Images of (N, 1, 8, 8) and labels.
fn read(path: &str) -> std::result::Result<(Tensor, Tensor), Failure> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for line in
        std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}; `make demo-rust` writes it"))?.lines()
    {
        let row =
            line.split(',').map(|v| v.trim().parse::<f32>()).collect::<std::result::Result<Vec<_>, _>>()?;
        let [image @ .., label] = &row[..] else { return Err("an empty line".into()) };
        pixels.extend(image.iter().map(|v| v / 16.0));
        labels.push(*label as i64);
    }
    let n = labels.len();
    Ok((Tensor::from_vec(pixels, &[n, 1, 8, 8])?, Tensor::from_vec(labels, &[n])?))
}

fn accuracy(net: &Net, x: &Tensor, y: &Tensor) -> Result<f64> {
    net.eval();
    let found = no_grad(|| net.forward(x))?.argmax(Some(1), false)?;
    net.train(true);
    Ok(found.eq(y)?.cast(DType::F64)?.mean(None)?.item()?.to_f64())
}

fn main() -> std::result::Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.first().map_or("digits.csv", String::as_str);
    let epochs = arguments.get(1).map_or(Ok(12), |n| n.parse::<usize>())?;
    let start = Instant::now();
    manual_seed(0);

    let (x, y) = read(path)?;
    let (n, held_out) = (y.numel(), y.numel() / 5);
    let order = Tensor::randperm(n)?;
    let part = |from: usize, count: usize| -> Result<(Tensor, Tensor)> {
        let rows = order.narrow(0, from as i64, count as i64)?;
        Ok((x.index_select(0, &rows)?, y.index_select(0, &rows)?))
    };
    let (train, test) = (part(held_out, n - held_out)?, part(0, held_out)?);

    let net = Net::new()?;
    eprintln!("{}", net.summary());
    let mut optimizer = Adam::new(net.parameters(), 1e-3);
    for epoch in 1..=epochs {
        let order = Tensor::randperm(n - held_out)?;
        let (mut total, mut batches) = (0.0, 0);
        for rows in order.split(&[32], 0)? {
            optimizer.zero_grad();
            let logits = net.forward(&train.0.index_select(0, &rows)?)?;
            let loss = nn::functional::cross_entropy(&logits, &train.1.index_select(0, &rows)?)?;
            loss.backward()?;
            optimizer.step()?;
            total += loss.item()?.to_f64();
            batches += 1;
        }
        eprintln!("epoch {epoch:2}/{epochs}  loss {:.4}", total / batches as f64);
    }

    let found = accuracy(&net, &test.0, &test.1)?;
    let file = std::env::temp_dir().join(format!("digits-{}.safetensors", std::process::id()));
    net.save(&file)?;
    let again = Net::new()?;
    again.load(&file)?;
    std::fs::remove_file(&file)?;
    assert_eq!(accuracy(&again, &test.0, &test.1)?, found, "the saved model must give the same answers");

    let seconds = start.elapsed().as_secs_f64();
    println!("accuracy on {held_out} held-out digits: {:.2}% in {seconds:.1} s", found * 100.0);
    if epochs >= 12 && found < 0.98 {
        return Err("accuracy is below 98 %".into());
    }
    Ok(())
}
