//! Dropout: values, or whole channels, set to zero at random during training.

use super::functional;
use super::module::Module;
use crate::ensure;
use crate::error::Result;
use crate::tensor::Tensor;
use std::sync::atomic::{AtomicBool, Ordering};

macro_rules! dropouts {
    ($($(#[doc = $doc:literal])* $name:ident $function:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name {
            p: f64,
            training: AtomicBool,
        }
        impl $name {
            /// Drops with probability `p`.
            ///
            /// Errors: ValueError if `p` is not in [0, 1].
            pub fn new(p: f64) -> Result<$name> {
                ensure!(
                    (0.0..=1.0).contains(&p),
                    Value,
                    "dropout probability has to be between 0 and 1, but got {p}"
                );
                Ok($name { p, training: AtomicBool::new(true) })
            }
        }
        impl Module for $name {
            fn forward(&self, input: &Tensor) -> Result<Tensor> {
                functional::$function(input, self.p, self.training.load(Ordering::Relaxed))
            }
            fn set_training(&self, training: bool) {
                self.training.store(training, Ordering::Relaxed);
            }
            fn extra_repr(&self) -> String {
                format!("p={}, inplace=False", self.p)
            }
        }
    )*};
}
dropouts! {
    /// Sets each element to zero with probability `p` and scales the others by `1 / (1 - p)`; in training only.
    ///
    /// Source: Hinton et al. (2012), Improving neural networks by preventing co-adaptation of feature detectors.
    ///
    /// ```
    /// use rushlight::prelude::*;
    ///
    /// let drop = nn::Dropout::new(0.5)?;
    /// let x = Tensor::ones(&[100])?;
    /// assert!(drop.forward(&x)?.to_vec::<f32>()?.iter().all(|v| [0.0, 2.0].contains(v)));
    /// drop.eval();
    /// assert_eq!(drop.forward(&x)?.to_vec::<f32>()?, [1.0; 100]);
    /// # rushlight::Result::Ok(())
    /// ```
    Dropout dropout;
    /// Sets whole channels of images to zero, as [`Dropout`] does elements.
    Dropout2d dropout2d;
}
