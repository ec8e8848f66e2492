//! Reductions and running reductions over strided memory. A [`ReducePlan`] says which axes go; results are dense and
//! row-major over the axes that stay. An empty reduction gives the identity.

mod arg;
pub mod beside;
mod dense;
mod extrema;
mod fold;
mod leaf;
mod moments;
mod plan;
pub mod recur;
mod scan;
pub mod softmax;
mod sums;
#[cfg(test)]
mod tests;

pub use arg::arg_extreme;
pub use extrema::{Ordered, all, any, max, min};
pub use fold::Taken;
pub use moments::{Moments, block_max_sum_exp, block_moments, logsumexp, var};
pub use plan::{Axes, Axis, Cursor, ReducePlan, offset_of, runs};
pub use scan::{TOGETHER, cum_extreme, cumprod, cumsum, logcumsumexp};
pub use sums::{Magnitude, Summable, count_nonzero, norm, prod, sum};
