//! A small network on a graphics card, of whichever maker: the program of the crate's first page, elsewhere.
//!
//!     cargo run --release --features gpu --example gpu
//!     RUSHLIGHT_GPU=software cargo run ...      # on a driver that computes on the processor

use rushlight::prelude::*;

fn main() -> Result<()> {
    let card = Device::Gpu(0);
    // what is made from here on lies on the card: data, parameters, what the optimizer keeps
    set_default_device(card);
    manual_seed(0);
    let x = Tensor::linspace(-3, 3, 200)?.unsqueeze(1)?;
    let y = x.sin()?;

    let net = nn::sequential![nn::Linear::new(1, 32)?, nn::Tanh, nn::Linear::new(32, 1)?];
    let mut optimizer = Adam::new(net.parameters(), 1e-2);
    for step in 0..300 {
        optimizer.zero_grad();
        let loss = (net.forward(&x)? - &y)?.pow(2)?.mean(None)?;
        loss.backward()?;
        optimizer.step()?;
        if step % 60 == 0 {
            eprintln!("step {step:3}  loss {:.4}  on {}", loss.item()?, loss.device());
        }
    }

    let error = no_grad(|| nn::functional::l1_loss(&net.forward(&x)?, &y))?;
    println!("mean error {:.3}, read back as {}", error.item()?, error.to(Device::Cpu)?.device());
    Ok(())
}
