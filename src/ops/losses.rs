//! What all losses share: how the values of the elements become the result.

use crate::error::Result;
use crate::tensor::Tensor;
use crate::bail;

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
            "mean" | "elementwise_mean" => Reduction::Mean,
            "sum" => Reduction::Sum,
            other => bail!(Value, "{other} is not a valid value for reduction"),
        })
    }
    /// With the former arguments, which win where they are given.
    pub fn legacy(size_average: Option<bool>, reduce: Option<bool>, name: &str) -> Result<Reduction> {
        if size_average.is_none() && reduce.is_none() {
            return Reduction::parse(name);
        }
        Ok(match (reduce.unwrap_or(true), size_average.unwrap_or(true)) {
            (false, _) => Reduction::None,
            (true, true) => Reduction::Mean,
            (true, false) => Reduction::Sum,
        })
    }
    pub fn apply(self, t: &Tensor) -> Result<Tensor> {
        match self {
            Reduction::None => Ok(t.clone()),
            Reduction::Mean => super::reduce::mean(t, None),
            Reduction::Sum => super::reduce::sum(t, None),
        }
    }
}
