//! A line through noisy points, by hand: tensors, operators, gradients and nothing else.
//!
//!     cargo run --release --example regression

use rushlight::prelude::*;

fn main() -> Result<()> {
    manual_seed(0);
    let x = Tensor::linspace(-1, 1, 100)?;
    let y = (((&x * 3)? + 0.5)? + (Tensor::randn(&[100])? * 0.1)?)?;

    let slope = Tensor::scalar(0.0)?.requires_grad_(true)?;
    let offset = Tensor::scalar(0.0)?.requires_grad_(true)?;
    let mut optimizer = SGD::new(vec![slope.clone(), offset.clone()], 0.1).momentum(0.9);
    for step in 0..100 {
        optimizer.zero_grad();
        let loss = (((&x * &slope)? + &offset)? - &y)?.pow(2)?.mean(None)?;
        loss.backward()?;
        optimizer.step()?;
        if step % 20 == 0 {
            eprintln!("step {step:3}  loss {:.4}", loss.item()?);
        }
    }
    println!("y = {:.2} x + {:.2}", slope.item()?, offset.item()?);
    Ok(())
}
