//! Losses as structs, for those with options; without any, [`functional`](super::functional) is shorter.

use super::functional::{Reduction, reduced};
use crate::error::Result;
use crate::tensor::Tensor;

macro_rules! losses {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $qdoc:literal])* $q:ident: $t:ty = $d:expr),* } |$l:ident| $function:ident($($give:expr),*);)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $($(#[doc = $qdoc])* pub $q: $t,)*
            /// What becomes of the terms.
            pub reduction: Reduction,
        }
        impl Default for $name {
            fn default() -> $name {
                $name { $($q: $d,)* reduction: Reduction::Mean }
            }
        }
        impl $name {
            /// With PyTorch's defaults; others are written `Loss { reduction: Reduction::Sum, ..Loss::new() }`.
            pub fn new() -> $name {
                $name::default()
            }
            /// The loss of an input against a target.
            pub fn forward(&self, input: &Tensor, target: &Tensor) -> Result<Tensor> {
                let $l = self;
                reduced::$function(input, target, $l.reduction $(, $give)*)
            }
        }
    )*};
}
losses! {
    /// The squared error.
    ///
    /// ```
    /// use rushlight::prelude::*;
    ///
    /// let loss = nn::MSELoss { reduction: nn::Reduction::Sum, ..nn::MSELoss::new() };
    /// let (x, y) = (Tensor::ones(&[4])?, Tensor::full(&[4], 3.0)?);
    /// assert_eq!(loss.forward(&x, &y)?.item()?.to_f64(), 16.0);
    /// # rushlight::Result::Ok(())
    /// ```
    MSELoss {} |l| mse_loss();
    /// The absolute error.
    L1Loss {} |l| l1_loss();
    /// Squared below `beta`, absolute above.
    SmoothL1Loss {
        /// Where one becomes the other.
        beta: f64 = 1.0
    } |l| smooth_l1_loss(l.beta);
    /// Half the squared error below `delta`, `delta` times the absolute error above.
    HuberLoss {
        /// Where one becomes the other.
        delta: f64 = 1.0
    } |l| huber_loss(l.delta);
    /// The cross entropy of logits, (N, C, ...), and classes, int64 of (N, ...), or probabilities.
    CrossEntropyLoss {
        /// A factor for every class.
        weight: Option<Tensor> = None,
        /// The class that does not count.
        ignore_index: i64 = -100,
        /// How much of each target is spread evenly over all classes.
        label_smoothing: f64 = 0.0
    } |l| cross_entropy(l.weight.as_ref(), l.ignore_index, l.label_smoothing);
    /// The negative log-likelihood of classes, from log-probabilities.
    NLLLoss {
        /// A factor for every class.
        weight: Option<Tensor> = None,
        /// The class that does not count.
        ignore_index: i64 = -100
    } |l| nll_loss(l.weight.as_ref(), l.ignore_index);
    /// The Kullback-Leibler divergence of probabilities from log-probabilities.
    KLDivLoss {
        /// Whether targets are log-probabilities as well.
        log_target: bool = false
    } |l| kl_div(l.log_target);
    /// The binary cross entropy of probabilities.
    BCELoss {
        /// A factor for every term.
        weight: Option<Tensor> = None
    } |l| binary_cross_entropy(l.weight.as_ref());
    /// The binary cross entropy of logits.
    BCEWithLogitsLoss {
        /// A factor for the positive class.
        pos_weight: Option<Tensor> = None
    } |l| binary_cross_entropy_with_logits(l.pos_weight.as_ref());
}
