//! Mixed precision: while it is on, an op gets its operands in the dtype that its row names ([`Autocast`]). It acts where a
//! row is called, not where ops call one another: what a row is made of sees operands that are cast already.

use crate::autograd::grad_enabled;
use crate::base::{DType, Device};
use crate::error::Result;
use crate::ops::table::{Arg, Autocast, Operand};
use crate::tensor::Tensor;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

#[derive(Clone, Copy, Debug)]
pub struct State {
    /// The half type that operands are cast to, while mixed precision is on; on the CPU, and on graphics cards.
    pub dtype: Option<DType>,
    pub gpu: Option<DType>,
    /// Whether the casts of leaves are kept until the outermost region ends.
    pub cache: bool,
}

thread_local! {
    static STATE: Cell<State> = const { Cell::new(State { dtype: None, gpu: None, cache: true }) };
    /// Leaves (held, so that their identity stays theirs) and their casts.
    static CASTS: RefCell<HashMap<(usize, DType), (Tensor, Tensor)>> = RefCell::default();
}

pub fn state() -> State {
    STATE.with(Cell::get)
}

/// Sets this thread's state and returns the previous one.
pub fn set_state(state: State) -> State {
    STATE.with(|s| s.replace(state))
}

impl State {
    pub fn is_on(self) -> bool {
        self.dtype.is_some() || self.gpu.is_some()
    }
    /// The half type for operands on a device.
    pub fn on(self, device: Device) -> Option<DType> {
        match device {
            Device::Cpu => self.dtype,
            Device::Gpu(_) => self.gpu,
            Device::Meta => None,
        }
    }
}

/// Forgets the casts of leaves.
pub fn clear() {
    let old = CASTS.with(|c| std::mem::take(&mut *c.borrow_mut()));
    drop(old);
}

/// Casts the operands of a call as its row says. Mixed precision is on.
#[cold]
pub fn operands(policy: Autocast, args: &mut [Arg]) -> Result<()> {
    // one operand on a card makes it a call of the card's
    let mut card = false;
    each(args, &mut |t| {
        card |= matches!(t.device(), Device::Gpu(_));
        Ok(())
    })?;
    let state = state();
    let Some(half) = (if card { state.gpu } else { state.dtype }) else { return Ok(()) };
    let to = match policy {
        Autocast::None => return Ok(()),
        Autocast::GpuFloat32 | Autocast::GpuWidest if !card => return Ok(()),
        Autocast::Half => half,
        Autocast::Float32 | Autocast::GpuFloat32 => DType::F32,
        Autocast::Widest | Autocast::GpuWidest => {
            let mut wide = half;
            each(args, &mut |t| {
                if t.dtype() == DType::F32 {
                    wide = DType::F32;
                }
                Ok(())
            })?;
            wide
        }
    };
    each(args, &mut |t| {
        if card != matches!(t.device(), Device::Gpu(_)) {
            return Ok(());
        }
        *t = cast(t, to)?;
        Ok(())
    })
}

/// A tensor of halves in float32 while mixed precision is on, for an op of which only some modes ask for that.
pub fn whole(t: &Tensor) -> Result<Tensor> {
    if state().on(t.device()).is_some() && matches!(t.dtype(), DType::F16 | DType::BF16) {
        t.cast(DType::F32)
    } else {
        Ok(t.clone())
    }
}

/// The float32 result of an op that ends in a product, which mixed precision computes in the half type.
pub fn product(t: Tensor) -> Result<Tensor> {
    match state().on(t.device()) {
        Some(half) if t.dtype() == DType::F32 => t.cast(half),
        _ => Ok(t),
    }
}

/// Every tensor that mixed precision may cast: floats that are there, but for doubles.
fn each(args: &mut [Arg], f: &mut dyn FnMut(&mut Tensor) -> Result<()>) -> Result<()> {
    let mut one = |t: &mut Tensor| {
        let float = matches!(t.dtype(), DType::F32 | DType::F16 | DType::BF16);
        if float && t.device() != Device::Meta { f(t) } else { Ok(()) }
    };
    for arg in args {
        match arg {
            Arg::Tensor(t) => one(t)?,
            Arg::Tensors(list) => list.iter_mut().try_for_each(&mut one)?,
            Arg::OptTensors(list) => list.iter_mut().flatten().try_for_each(&mut one)?,
            Arg::Operands(list) => list.iter_mut().try_for_each(|o| match o {
                Operand::Tensor(t) => one(t),
                _ => Ok(()),
            })?,
            _ => {}
        }
    }
    Ok(())
}

/// A tensor in a dtype; the cast of a leaf is kept for the next op that asks.
pub fn cast(t: &Tensor, to: DType) -> Result<Tensor> {
    if t.dtype() == to {
        return Ok(t.clone());
    }
    let keep = state().cache
        && grad_enabled()
        && t.dtype() == DType::F32
        && t.requires_grad()
        && t.is_leaf()
        && !t.is_view();
    if !keep {
        return t.cast(to);
    }
    let key = (t.id(), to);
    if let Some(done) = CASTS.with(|c| c.borrow().get(&key).map(|(_, cast)| cast.clone())) {
        return Ok(done);
    }
    let done = t.cast(to)?;
    CASTS.with(|c| c.borrow_mut().insert(key, (t.clone(), done.clone())));
    Ok(done)
}
