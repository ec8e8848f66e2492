//! Activations as layers; as functions they are methods of [`Tensor`] or in [`functional`].

use super::functional;
use super::module::Module;
use crate::error::Result;
use crate::tensor::Tensor;

macro_rules! activations {
    ($($(#[doc = $doc:literal])* $name:ident $(($($q:ident: $t:ty),*))? |$x:ident| $call:expr;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name $(($(pub $t),*))?;
        impl Module for $name {
            fn forward(&self, $x: &Tensor) -> Result<Tensor> {
                $(let $name($($q),*) = *self;)?
                $call
            }
            fn extra_repr(&self) -> String {
                #[allow(unused_mut)]
                let mut text: Vec<String> = Vec::new();
                $(let $name($($q),*) = *self;
                $(text.push(format!("{}={}", stringify!($q), $q));)*)?
                text.join(", ")
            }
        }
    )*};
}
activations! {
    /// The larger of zero and each element.
    ReLU |x| x.relu();
    /// [`ReLU`], not above 6.
    ReLU6 |x| functional::relu6(x, false);
    /// `x` above zero, the slope times `x` below; PyTorch's default is 0.01.
    LeakyReLU(negative_slope: f64) |x| functional::leaky_relu(x, negative_slope, false);
    /// `x` above zero, `alpha (e^x - 1)` below; PyTorch's default is 1.
    ELU(alpha: f64) |x| functional::elu(x, alpha, false);
    /// The self-normalising [`ELU`].
    SELU |x| functional::selu(x);
    /// `x` times the normal distribution function of `x`.
    GELU |x| functional::gelu(x, "none");
    /// `x sigmoid(x)`, also known as swish.
    SiLU |x| functional::silu(x, false);
    /// `x tanh(softplus(x))`.
    Mish |x| functional::mish(x, false);
    /// `x relu6(x + 3) / 6`.
    Hardswish |x| functional::hardswish(x, false);
    /// The logistic function.
    Sigmoid |x| x.sigmoid();
    /// The hyperbolic tangent.
    Tanh |x| x.tanh();
    /// `ln(1 + e^x)`.
    Softplus |x| functional::softplus(x, 1.0, 20.0);
    /// Exponentials along an axis, scaled to sum to one.
    Softmax(dim: i64) |x| x.softmax(dim, None);
    /// The logarithm of [`Softmax`].
    LogSoftmax(dim: i64) |x| x.log_softmax(dim, None);
}
