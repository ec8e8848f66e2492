//! A recurrent layer said in public ops, step by step: what `op.rs` computes in one, to be differentiated again.

use crate::error::Result;
use crate::kernels::cpu::nn::rnn::Cell;
use crate::ops::nn::linear::linear;
use crate::ops::nn::rnn::Recurrence;
use crate::ops::shape::join::concat;
use crate::tensor::Tensor;

/// State and memory after a step, from the input's and the state's part of the sums.
fn step(
    cell: Cell,
    x: &Tensor,
    h: &Tensor,
    state: &Tensor,
    memory: Option<&Tensor>,
) -> Result<(Tensor, Option<Tensor>)> {
    let chunks = |t: &Tensor| t.split_at(1, &vec![t.shape()[1] / cell.gates(); cell.gates()]);
    Ok(match (cell, memory) {
        (Cell::Lstm, Some(memory)) => {
            let g = chunks(&x.add(h)?)?;
            let (enter, keep, new, show) = (g[0].sigmoid()?, g[1].sigmoid()?, g[2].tanh()?, g[3].sigmoid()?);
            let memory = keep.mul(memory)?.add(enter.mul(new)?)?;
            (show.mul(memory.tanh()?)?, Some(memory))
        }
        (Cell::Gru, _) => {
            let (x, h) = (chunks(x)?, chunks(h)?);
            let (reset, update) = (x[0].add(&h[0])?.sigmoid()?, x[1].add(&h[1])?.sigmoid()?);
            let new = x[2].add(reset.mul(&h[2])?)?.tanh()?;
            (new.add(update.mul(state.sub(&new)?)?)?, None)
        }
        (Cell::Relu, _) => (x.add(h)?.relu()?, None),
        _ => (x.add(h)?.tanh()?, None),
    })
}

/// Rows and states at the end, as the fused op gives them.
pub fn composed(op: &Recurrence, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let p = op.inputs(inputs);
    let (bias_ih, bias_hh) = p.bias.unzip();
    let sums = linear(p.x, p.ih, bias_ih)?.split_at(0, &op.sizes)?;
    let mut order: Vec<usize> = (0..op.sizes.len()).collect();
    if op.reverse {
        order.reverse();
    }
    let (mut state, mut memory) = (p.state.clone(), p.memory.cloned());
    let mut results = vec![None; order.len()];
    for t in order {
        let rows = op.sizes[t];
        let head = |x: &Tensor| x.narrow_at(0, 0, rows, 1);
        let (h, c) = (head(&state)?, memory.as_ref().map(head).transpose()?);
        let (mut h, c) = step(op.cell, &sums[t], &linear(&h, p.hh, bias_hh)?, &h, c.as_ref())?;
        if let Some(w) = p.hr {
            h = linear(&h, w, None)?;
        }
        // samples that have ended, or have not begun, keep their state
        let joined = |new: &Tensor, old: &Tensor| {
            concat(&[new.clone(), old.narrow_at(0, rows, op.sizes[0] - rows, 1)?], 0)
        };
        state = joined(&h, &state)?;
        memory = match (c, memory) {
            (Some(new), Some(old)) => Some(joined(&new, &old)?),
            _ => None,
        };
        results[t] = Some(h);
    }
    let results: Vec<Tensor> = results.into_iter().flatten().collect();
    Ok([Some(concat(&results, 0)?), Some(state), memory].into_iter().flatten().collect())
}
