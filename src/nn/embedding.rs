//! Tables of vectors, looked up by index.

use super::functional::embedding;
use super::init::{normal_, parameter};
use super::module::{Module, Tensors};
use crate::autograd::no_grad;
use crate::base::Scalar;
use crate::ensure;
use crate::error::Result;
use crate::tensor::Tensor;

/// A table of vectors; gives the vectors of the indices in the input: integers of (*) to (*, embedding_dim).
///
/// ```
/// use rushlight::prelude::*;
///
/// let table = nn::Embedding::new(10, 3)?;
/// let words = Tensor::from_slice(&[1i64, 2, 4, 5, 4, 3], &[2, 3])?;
/// assert_eq!(table.forward(&words)?.shape(), [2, 3, 3]);
/// # rushlight::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct Embedding {
    /// (num_embeddings, embedding_dim), drawn from `N(0, 1)`.
    pub weight: Tensor,
    padding: Option<usize>,
}

impl Embedding {
    /// So many vectors of that size.
    pub fn new(num_embeddings: usize, embedding_dim: usize) -> Result<Embedding> {
        let weight = parameter(&[num_embeddings, embedding_dim])?;
        normal_(&weight, 0.0, 1.0)?;
        Ok(Embedding { weight, padding: None })
    }
    /// The vector of this index is zero and gets no gradient.
    ///
    /// Errors: IndexError if there is none.
    pub fn padding_idx(mut self, index: usize) -> Result<Embedding> {
        ensure!(index < self.weight.shape()[0], Index, "Padding_idx must be within num_embeddings");
        no_grad(|| self.weight.select(0, index as i64)?.fill_with(Scalar::Int(0)))?;
        self.padding = Some(index);
        Ok(self)
    }
}

impl Module for Embedding {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        embedding(input, &self.weight, self.padding)
    }
    fn tensors(&self) -> Tensors {
        vec![("weight", self.weight.clone())]
    }
    fn extra_repr(&self) -> String {
        let text = format!("{}, {}", self.weight.shape()[0], self.weight.shape()[1]);
        self.padding.map_or(text.clone(), |i| format!("{text}, padding_idx={i}"))
    }
}
