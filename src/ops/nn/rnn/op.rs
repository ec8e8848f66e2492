//! Recurrent layers, one direction of one layer at a time: a fused op with a fused gradient. The same said in public
//! ops, for second derivatives, is in `composed.rs`.

use crate::autograd::grad_enabled;
use crate::base::{DType, Device, Scalar};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::rnn as kernel;
use crate::kernels::cpu::nn::rnn::{Cell, Gradients, Tape, Weights};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::nn::rnn as card;
use crate::ops::driver::apply::apply_multi;
use crate::ops::driver::autocast;
use crate::ops::driver::memory::dense_held;
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::ops::driver::recompute;
use crate::ops::nn::rnn::composed::composed;
use crate::ops::nn::rnn::{Inputs, Recurrence};
use crate::ops::table::Table;
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{bail, ensure, rows, with_dtype};
use smallvec::SmallVec;

/// Address of a tensor, or null.
pub(crate) fn address<T: crate::base::Elem>(t: Option<&Tensor>) -> *mut T {
    t.map_or(std::ptr::null_mut(), |t| t.ptr_of::<T>())
}

impl Op for Recurrence {
    fn name(&self) -> &'static str {
        match self.cell {
            Cell::Lstm => "lstm",
            Cell::Gru => "gru",
            Cell::Tanh => "rnn_tanh",
            Cell::Relu => "rnn_relu",
        }
    }
    fn grad_name(&self) -> &'static str {
        if self.lstm() { "MkldnnRnnLayerBackward0" } else { "StackBackward0" }
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        self.check(x)?;
        let (dtype, rows) = (x[0].dtype(), x[0].shape()[0]);
        let (batch, out) = (x[1].shape()[0], x[1].shape()[1]);
        let mut shapes = vec![[rows, out], [batch, out]];
        if self.lstm() {
            shapes.push([batch, self.hidden]);
        }
        if self.tape {
            shapes.push([rows, out]);
            if self.cell.has_tape() {
                shapes.extend([[rows, self.cell.gates() * self.hidden], [rows, self.hidden]]);
            }
            if self.projected {
                shapes.push([rows, self.hidden]);
            }
        }
        Ok(shapes.iter().map(|s| Meta::new(s, dtype)).collect())
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let dense: Vec<Tensor> = x.iter().map(|t| dense_held(t)).collect::<Result<_>>()?;
        let parts = self.inputs(&dense);
        for (to, from) in out[1..].iter().zip(&dense[1..self.states()]) {
            crate::ops::driver::memory::write_held(to, from);
        }
        let (input, width) = (parts.x.shape()[1], parts.ih.shape()[0]);
        let shape = self.shape(input, parts.state.shape()[1]);
        if shape.rows() == 0 {
            return Ok(()); // of no sequence: the states are those it began with
        }
        let dtype = parts.x.dtype();
        let room = |n: &[usize]| Tensor::empty(n, dtype, Device::Cpu);
        let work = room(&[kernel::forward_work(&shape)])?;
        let [before, gates, cell, unprojected] = self.tape_of(&out[self.states()..]);
        let spare = match gates {
            None if self.cell.has_tape() => Some(room(&[shape.rows(), width])?),
            _ => None,
        };
        let gates = gates.or(spare.as_ref()).unwrap_or(&out[0]);
        with_dtype!(self.name(), dtype, native, T => {
            let weights = weights::<T>(&parts);
            let tape = Tape {
                gates: gates.ptr_of::<T>(),
                before: address(before),
                cell: address(cell),
                unprojected: address(unprojected),
            };
            let memory = address(self.lstm().then(|| &out[2]));
            // SAFETY: dense tensors of the sizes that `infer` checked, held by the driver or made here
            unsafe {
                let (y, state) = (out[0].ptr_of::<T>(), out[1].ptr_of::<T>());
                kernel::forward(&shape, parts.x.ptr_of::<T>(), weights, state, memory, y, tape, work.ptr_of::<T>());
            }
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let dense: Vec<Tensor> = x.iter().map(|t| dense_held(t)).collect::<Result<_>>()?;
        let parts = self.inputs(&dense);
        for (to, from) in out[1..].iter().zip(&dense[1..self.states()]) {
            crate::ops::driver::memory::write_held(to, from);
        }
        let shape = self.shape(parts.x.shape()[1], parts.state.shape()[1]);
        if shape.rows() == 0 {
            return Ok(());
        }
        let [before, gates, cell, unprojected] = self.tape_of(&out[self.states()..]);
        let spare = match gates {
            None if self.cell.has_tape() || self.projected => {
                Some(Tensor::empty(&[shape.rows(), shape.width()], parts.x.dtype(), parts.x.device())?)
            }
            _ => None,
        };
        let gates = gates.or(spare.as_ref()).unwrap_or(&out[0]).place()?;
        let tape = card::Tape {
            gates,
            before: place(before)?,
            cell: place(cell)?,
            unprojected: place(unprojected)?,
        };
        let memory = place(self.lstm().then(|| &out[2]))?;
        let (x, w) = (parts.x.place()?, weights_on_card(&parts)?);
        card::forward(self.name(), &shape, x, &w, out[1].place()?, memory, out[0].place()?, &tape)
    }
    fn differentiable(&self, output: usize) -> bool {
        output < self.states()
    }
    fn saves(&self, _: Want) -> Saves {
        // the rows of a cell without a tape are its activations
        let rows = !self.cell.has_tape() as u64;
        Saves { inputs: u64::MAX, outputs: u64::MAX << self.states() | rows }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let n = cx.node.inputs.len();
        let inputs: Vec<Tensor> = (0..n).map(|i| cx.input(i)).collect::<Result<_>>()?;
        let given = &g[..self.states()];
        if grad_enabled() {
            return recompute::gradients(&inputs, want, given, |x| composed(self, x));
        }
        let saved = (0..cx.node.outputs.len()).filter(|&i| self.saves(want).outputs >> i & 1 == 1);
        let saved: Vec<Tensor> = saved.map(|i| cx.output(i)).collect::<Result<_>>()?;
        let op = RecurrenceGrad {
            of: self.clone(),
            want: (0..n).map(|i| want.has(i)).collect(),
            given: given.iter().map(Option::is_some).collect(),
        };
        let all: Vec<&Tensor> = given.iter().flatten().chain(&inputs).chain(&saved).collect();
        let mut found = apply_multi(op, &all)?.into_iter();
        Ok((0..n).map(|i| if want.has(i) { found.next() } else { None }).collect())
    }
}

pub(crate) fn weights<T: crate::base::Elem>(parts: &Inputs<Tensor>) -> Weights<T> {
    Weights {
        ih: parts.ih.ptr_of::<T>(),
        hh: parts.hh.ptr_of::<T>(),
        bias_ih: address::<T>(parts.bias.map(|b| b.0)),
        bias_hh: address::<T>(parts.bias.map(|b| b.1)),
        hr: address::<T>(parts.hr),
    }
}

/// Where a tensor lies on its card, if there is one.
fn place(t: Option<&Tensor>) -> Result<Option<Place<'_>>> {
    t.map(|t| t.place()).transpose()
}

fn weights_on_card<'a>(parts: &Inputs<'a, Tensor>) -> Result<card::Weights<'a>> {
    Ok(card::Weights {
        ih: parts.ih.place()?,
        hh: parts.hh.place()?,
        bias: parts.bias.map(|(a, b)| Ok::<_, Error>((a.place()?, b.place()?))).transpose()?,
        hr: place(parts.hr)?,
    })
}

/// The gradients of a [`Recurrence`]. Inputs: those of its results that there are, its inputs, and what it saved of
/// its results. Never recorded: with recording on, the gradient is composed.
#[derive(Debug)]
pub(crate) struct RecurrenceGrad {
    of: Recurrence,
    want: SmallVec<[bool; 8]>,
    given: SmallVec<[bool; 3]>,
}

impl RecurrenceGrad {
    /// The gradients that are given, the inputs, what was saved.
    fn parts<'a>(&self, x: &'a [Tensor]) -> (SmallVec<[Option<&'a Tensor>; 3]>, &'a [Tensor], &'a [Tensor]) {
        let mut rest = x.iter();
        let given = self.given.iter().map(|g| if *g { rest.next() } else { None }).collect();
        let (inputs, saved) = rest.as_slice().split_at(self.want.len());
        (given, inputs, saved)
    }
    /// The result for each input that has one; and the memory through which gradients of states pass and in which they end,
    /// filled with those of the states at the end.
    fn ends(
        &self,
        given: &[Option<&Tensor>],
        inputs: &[Tensor],
        out: &[Tensor],
    ) -> Result<(Vec<Option<Tensor>>, SmallVec<[Tensor; 2]>)> {
        let mut places = out.iter();
        let to: Vec<Option<Tensor>> =
            self.want.iter().map(|w| if *w { places.next().cloned() } else { None }).collect();
        let mut ends: SmallVec<[Tensor; 2]> = SmallVec::new();
        for i in 1..self.of.states() {
            let room = || Tensor::empty(inputs[i].shape(), inputs[i].dtype(), inputs[i].device());
            let end = to[i].clone().map_or_else(room, Ok)?;
            match given[i] {
                Some(g) => crate::ops::driver::memory::write_held(&end, g),
                None => crate::ops::driver::memory::fill_held(&end, Scalar::Int(0)),
            }
            ends.push(end);
        }
        Ok((to, ends))
    }
    /// Gradients of all but the states for no sequence.
    fn fill_rest(&self, to: &[Option<Tensor>]) {
        for (_, place) in to.iter().enumerate().filter(|(i, _)| *i >= self.of.states()) {
            place.iter().for_each(|t| crate::ops::driver::memory::fill_held(t, Scalar::Int(0)));
        }
    }
}

impl Op for RecurrenceGrad {
    fn name(&self) -> &'static str {
        self.of.name()
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let first = self.given.iter().filter(|g| **g).count();
        let inputs = x[first..].iter().zip(&self.want);
        Ok(inputs.filter(|(_, want)| **want).map(|(t, _)| Meta::new(t.shape(), t.dtype())).collect())
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let dense: Vec<Tensor> = x.iter().map(|t| dense_held(t)).collect::<Result<_>>()?;
        let (given, inputs, saved) = self.parts(&dense);
        let parts = self.of.inputs(inputs);
        let (to, ends) = self.ends(&given, inputs, out)?;
        let dtype = parts.x.dtype();
        let shape = self.of.shape(parts.x.shape()[1], parts.state.shape()[1]);
        if shape.rows() == 0 {
            self.fill_rest(&to);
            return Ok(());
        }
        let work = Tensor::empty(&[kernel::backward_work(&shape)], dtype, Device::Cpu)?;
        let (rows, tape) = if self.of.cell.has_tape() { (None, saved) } else { (saved.first(), &saved[1..]) };
        let [before, gates, cell, unprojected] = self.of.tape_of(tape);
        let to = self.of.inputs(&to);
        with_dtype!(self.name(), dtype, native, T => {
            let tape = Tape {
                gates: address(gates.or(rows)),
                before: address(before),
                cell: address(cell),
                unprojected: address(unprojected),
            };
            let d = Gradients {
                x: address(to.x.as_ref()),
                state: ends[0].ptr_of::<T>(),
                memory: address(ends.get(1)),
                ih: address(to.ih.as_ref()),
                hh: address(to.hh.as_ref()),
                bias_ih: address(to.bias.and_then(|b| b.0.as_ref())),
                bias_hh: address(to.bias.and_then(|b| b.1.as_ref())),
                hr: address(to.hr.and_then(Option::as_ref)),
            };
            let (x, w, g) = (parts.x.ptr_of::<T>(), weights::<T>(&parts), address::<T>(given[0]));
            // SAFETY: dense tensors of the sizes of the forward call, held by the driver or made here
            unsafe { kernel::backward(&shape, x, w, tape, g, d, work.ptr_of::<T>()) };
            Ok(())
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let dense: Vec<Tensor> = x.iter().map(|t| dense_held(t)).collect::<Result<_>>()?;
        let (given, inputs, saved) = self.parts(&dense);
        let parts = self.of.inputs(inputs);
        let (to, ends) = self.ends(&given, inputs, out)?;
        let shape = self.of.shape(parts.x.shape()[1], parts.state.shape()[1]);
        if shape.rows() == 0 {
            self.fill_rest(&to);
            return Ok(());
        }
        let (rows, tape) = if self.of.cell.has_tape() { (None, saved) } else { (saved.first(), &saved[1..]) };
        let [before, gates, cell, unprojected] = self.of.tape_of(tape);
        let Some(gates) = gates.or(rows) else {
            bail!(Internal, "{}: a gradient without gates", self.name())
        };
        let tape = card::Tape {
            gates: gates.place()?,
            before: place(before)?,
            cell: place(cell)?,
            unprojected: place(unprojected)?,
        };
        let to = self.of.inputs(&to);
        let d = card::Gradients {
            x: place(to.x.as_ref())?,
            state: ends[0].place()?,
            memory: place(ends.get(1))?,
            ih: place(to.ih.as_ref())?,
            hh: place(to.hh.as_ref())?,
            bias_ih: place(to.bias.and_then(|b| b.0.as_ref()))?,
            bias_hh: place(to.bias.and_then(|b| b.1.as_ref()))?,
            hr: place(to.hr.and_then(Option::as_ref))?,
        };
        card::backward(
            self.name(),
            &shape,
            parts.x.place()?,
            &weights_on_card(&parts)?,
            &tape,
            place(given[0])?,
            &d,
        )
    }
}

rows! { RNN:
    /// One direction of one recurrent layer over a sequence: its rows, the state at the end and, of an LSTM, the memory.
    ///
    /// Args: mode: LSTM, GRU, RNN_TANH or RNN_RELU; input: (rows, in), the rows of all steps one after the other;
    /// sizes: rows of each step, never growing; hx: (batch, out); cx: (batch, hidden), of an LSTM; weights: for
    /// input, state, their biases, and the projection, None where there is none; reverse: from the last step on.
    /// Errors: RuntimeError for sizes or dtypes that do not fit.
    [Nn] fn recurrence = "_recurrence"(mode: &str, input: &Tensor, sizes: &[i64], hx: &Tensor, cx: Option<&Tensor>, weights: &[Option<Tensor>], reverse: bool = false) -> Vec<Tensor> {
        let cell = match mode {
            "LSTM" => Cell::Lstm,
            "GRU" => Cell::Gru,
            "RNN_TANH" => Cell::Tanh,
            "RNN_RELU" => Cell::Relu,
            _ => bail!(Value, "Unrecognized RNN mode: {mode}"),
        };
        ensure!(!sizes.is_empty(), Runtime, "Expected sequence length to be larger than 0 in RNN");
        ensure!(sizes.is_sorted_by(|a, b| a >= b) && sizes.iter().all(|&n| n >= 0), Runtime, "batch sizes must be non-negative and must not grow");
        ensure!((cell == Cell::Lstm) == cx.is_some(), Runtime, "{mode}: a memory belongs to an LSTM, and to that alone");
        let [Some(ih), Some(hh), bias_ih, bias_hh, hr] = weights else {
            bail!(Runtime, "{mode}: expected weights for input and state, two biases and a projection");
        };
        ensure!(bias_ih.is_some() == bias_hh.is_some() && (hr.is_none() || cell == Cell::Lstm), Runtime, "{mode}: weights that do not belong together");
        // a GRU has no half precision of its own in PyTorch's lists
        let low = if cell == Cell::Gru || input.dtype() == DType::F64 { None } else { autocast::state().on(input.device()) };
        let dtype = low.unwrap_or(input.dtype());
        let half = matches!(dtype, DType::F16 | DType::BF16);
        let mut x: Vec<Tensor> = [Some(input), Some(hx), cx, Some(ih), Some(hh)].into_iter().flatten().cloned().collect();
        x.extend([bias_ih, bias_hh, hr].into_iter().flatten().cloned());
        if let Some(low) = low {
            x = x.iter().map(|t| autocast::cast(t, low)).collect::<Result<_>>()?;
        }
        if half {
            // computed in float32 and rounded once
            x = x.iter().map(|t| if t.dtype() == dtype { t.cast(DType::F32) } else { Ok(t.clone()) }).collect::<Result<_>>()?;
        }
        let width = hh.shape().first().copied().unwrap_or(0);
        let op = Recurrence {
            cell,
            sizes: sizes.iter().map(|&n| n as usize).collect(),
            hidden: width / cell.gates(),
            bias: bias_ih.is_some(),
            projected: hr.is_some(),
            reverse,
            tape: grad_enabled() && x.iter().any(Tensor::requires_grad),
        };
        let states = op.states();
        let mut out: Vec<Tensor> = apply_multi(op, &x.iter().collect::<Vec<_>>())?.into_iter().collect();
        out.truncate(states);
        if half {
            out = out.iter().map(|t| t.cast(dtype)).collect::<Result<_>>()?;
        }
        Ok(out)
    }
}

pub const TABLE: Table = &[RNN];
