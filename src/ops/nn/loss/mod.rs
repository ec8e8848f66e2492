//! Losses, and what becomes of their terms: [`Reduction`].

pub mod class;
pub mod ctc;
pub mod divergence;
pub mod margin;
pub mod regression;
pub mod terms;

use crate::bail;
use crate::error::Result;
use crate::ops::table::{Arg, Base, FromArg, Kind, Param};
use crate::tensor::Tensor;
use crate::warning::warn;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    None,
    Mean,
    Sum,
}

impl Reduction {
    pub fn parse(name: &str) -> Result<Reduction> {
        Ok(match name {
            "none" => Reduction::None,
            "mean" => Reduction::Mean,
            "sum" => Reduction::Sum,
            _ => bail!(Value, "{name} is not a valid value for reduction"),
        })
    }
    /// With the old pair of switches, which win where they are given.
    pub fn legacy(name: &str, size_average: Option<bool>, reduce: Option<bool>) -> Result<Reduction> {
        if size_average.is_none() && reduce.is_none() {
            return Reduction::parse(name);
        }
        let (name, reduction) = match (size_average.unwrap_or(true), reduce.unwrap_or(true)) {
            (true, true) => ("mean", Reduction::Mean),
            (false, true) => ("sum", Reduction::Sum),
            _ => ("none", Reduction::None),
        };
        warn(format!(
            "size_average and reduce args will be deprecated, please use reduction='{name}' instead."
        ));
        Ok(reduction)
    }
}

/// Says that the terms of a loss will be those of two tensors stretched to one shape.
#[inline]
pub fn same_sizes(input: &Tensor, target: &Tensor) {
    if input.shape() != target.shape() {
        warn(format!(
            "Using a target size (torch.Size({:?})) that is different to the input size (torch.Size({:?})). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            target.shape(),
            input.shape()
        ));
    }
}

/// The mean, sum or none of a tensor of terms.
pub fn reduced(terms: &Tensor, reduction: Reduction) -> Result<Tensor> {
    match reduction {
        Reduction::None => Ok(terms.clone()),
        Reduction::Sum => terms.sum(None),
        Reduction::Mean => terms.mean(None),
    }
}

impl<'a> FromArg<'a> for Reduction {
    const KIND: Kind = Kind { base: Base::Str, optional: false };
    /// The word, and the two numbers that say the same in older programs.
    const GROUP: &'static [Param] = &[
        Param::optional("size_average", <Option<bool>>::KIND, "None"),
        Param::optional("reduce", <Option<bool>>::KIND, "None"),
        Param::optional("reduction", <&str>::KIND, "\"mean\""),
    ];
    fn from_arg(arg: &'a Arg) -> Result<Reduction> {
        Reduction::parse(FromArg::from_arg(arg)?)
    }
    fn from_args(args: &'a [Arg]) -> Result<Reduction> {
        let [size_average, reduce, reduction] = args else { return Ok(Reduction::Mean) };
        let word = if matches!(reduction, Arg::Absent) { "mean" } else { <&str>::from_arg(reduction)? };
        Reduction::legacy(word, FromArg::from_arg(size_average)?, FromArg::from_arg(reduce)?)
    }
}
