//! What a layer is: a function with parameters, buffers and children.

use crate::ensure;
use crate::error::Result;
use crate::safetensors::{self, StateDict};
use crate::tensor::Tensor;
use std::collections::HashSet;
use std::path::Path;

/// Tensors of a layer by name.
pub type Tensors = Vec<(&'static str, Tensor)>;
/// Layers of a layer by name.
pub type Children<'a> = Vec<(String, &'a dyn Module)>;

/// A layer, or a model. `forward` is all that a layer without parameters has; one made of others names them in
/// [`children`](Module::children), one with tensors of its own in [`tensors`](Module::tensors). What remains comes by
/// itself. Functions of a tensor are modules too, `Tensor::relu` for one.
pub trait Module: Send + Sync {
    /// The output for an input.
    fn forward(&self, input: &Tensor) -> Result<Tensor>;

    /// The layers this one is made of, by their names in the state dict; see the macro [`children!`](crate::children).
    fn children(&self) -> Children<'_> {
        Vec::new()
    }
    /// The parameters of this layer itself.
    fn tensors(&self) -> Tensors {
        Vec::new()
    }
    /// The tensors of this layer itself that are saved but not trained.
    fn buffers(&self) -> Tensors {
        Vec::new()
    }
    /// Told by [`train`](Module::train) and [`eval`](Module::eval) to a layer that behaves differently in training.
    fn set_training(&self, _training: bool) {}
    /// The name of the layer in [`summary`](Module::summary).
    fn name(&self) -> &'static str {
        let path = std::any::type_name::<Self>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path)
    }
    /// What stands in the brackets of [`summary`](Module::summary) for a layer without children.
    fn extra_repr(&self) -> String {
        String::new()
    }

    /// All parameters by their names in PyTorch, `0.weight`; a shared one comes once.
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        let mut out = Vec::new();
        walk(self.children(), self.tensors(), "", &|m| m.tensors(), &mut out);
        let mut seen = HashSet::new();
        out.retain(|(_, t)| seen.insert(t.id()));
        out
    }
    /// All parameters, for an optimizer; a shared one comes once.
    fn parameters(&self) -> Vec<Tensor> {
        self.named_parameters().into_iter().map(|(_, t)| t).collect()
    }
    /// All buffers by their names in PyTorch.
    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        let mut out = Vec::new();
        walk(self.children(), self.buffers(), "", &|m| m.buffers(), &mut out);
        out
    }
    /// Parameters and buffers by name, outside the graph; they share memory with the model.
    fn state_dict(&self) -> StateDict {
        let mut out = Vec::new();
        let own =
            |tensors: Tensors, buffers: Tensors| tensors.into_iter().chain(buffers).collect::<Tensors>();
        let all = own(self.tensors(), self.buffers());
        walk(self.children(), all, "", &|m| own(m.tensors(), m.buffers()), &mut out);
        out.into_iter().map(|(name, t)| (name, t.detach())).collect()
    }
    /// Copies a state dict into parameters and buffers.
    ///
    /// Errors: RuntimeError that lists what is missing, unexpected or of another shape; then nothing was copied.
    fn load_state_dict(&self, state: &StateDict) -> Result<()> {
        let own = self.state_dict();
        let quoted =
            |names: Vec<&String>| names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ");
        let missing: Vec<_> = own.keys().filter(|k| !state.contains_key(*k)).collect();
        let unexpected: Vec<_> = state.keys().filter(|k| !own.contains_key(*k)).collect();
        let mut wrong = Vec::new();
        if !unexpected.is_empty() {
            wrong.push(format!("Unexpected key(s) in state_dict: {}. ", quoted(unexpected)));
        }
        if !missing.is_empty() {
            wrong.push(format!("Missing key(s) in state_dict: {}. ", quoted(missing)));
        }
        for (name, to) in &own {
            if let Some(from) = state.get(name).filter(|from| from.shape() != to.shape()) {
                wrong.push(format!(
                    "size mismatch for {name}: copying a param with shape torch.Size({:?}) from checkpoint, the shape in current model is torch.Size({:?}).",
                    from.shape(),
                    to.shape()
                ));
            }
        }
        ensure!(
            wrong.is_empty(),
            Runtime,
            "Error(s) in loading state_dict for {}:\n\t{}",
            self.name(),
            wrong.join("\n\t")
        );
        own.iter().try_for_each(|(name, to)| to.copy_in(&state[name]))
    }
    /// Saves the state dict as a safetensors file.
    ///
    /// Errors: RuntimeError where the file cannot be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        safetensors::save(path, &self.state_dict())
    }
    /// Loads the state dict from a safetensors file.
    ///
    /// Errors: as [`safetensors::load`] and [`load_state_dict`](Module::load_state_dict) say.
    fn load(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        self.load_state_dict(&safetensors::load(path)?)
    }
    /// Whether layers such as dropout behave as in training, which they do at first.
    fn train(&self, training: bool) {
        self.set_training(training);
        for (_, child) in self.children() {
            child.train(training);
        }
    }
    /// The opposite of `train(true)`.
    fn eval(&self) {
        self.train(false);
    }
    /// Forgets the gradients of all parameters.
    fn zero_grad(&self) {
        self.parameters().iter().for_each(Tensor::zero_grad);
    }
    /// The layers as PyTorch prints them.
    ///
    /// ```
    /// use rushlight::prelude::*;
    ///
    /// let net = nn::sequential![nn::Linear::new(2, 3)?, nn::ReLU];
    /// assert_eq!(
    ///     net.summary(),
    ///     "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n  (1): ReLU()\n)"
    /// );
    /// # rushlight::Result::Ok(())
    /// ```
    fn summary(&self) -> String {
        let children = self.children();
        if children.is_empty() {
            return format!("{}({})", self.name(), self.extra_repr());
        }
        let lines = children.iter().map(|(name, child)| {
            let text = child.summary().replace('\n', "\n  ");
            format!("  ({name}): {text}\n")
        });
        format!("{}(\n{})", self.name(), lines.collect::<String>())
    }
}

/// Functions are layers.
impl<F: Fn(&Tensor) -> Result<Tensor> + Send + Sync> Module for F {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        self(input)
    }
    fn name(&self) -> &'static str {
        "Function"
    }
}

/// What `own` gives of a module and of those below, each name with the path to it.
fn walk(
    children: Children<'_>,
    own: Tensors,
    prefix: &str,
    of: &dyn Fn(&dyn Module) -> Tensors,
    out: &mut Vec<(String, Tensor)>,
) {
    out.extend(own.into_iter().map(|(name, t)| (format!("{prefix}{name}"), t)));
    for (name, child) in children {
        walk(child.children(), of(child), &format!("{prefix}{name}."), of, out);
    }
}

/// The list for [`Module::children`]: `children![self.conv, self.fc]`, or `children!["0" => self.conv]` by another name.
#[macro_export]
macro_rules! children {
    ($($self:ident.$field:ident),* $(,)?) => {
        vec![$((stringify!($field).to_string(), &$self.$field as &dyn $crate::nn::Module)),*]
    };
    ($($name:expr => $child:expr),* $(,)?) => {
        vec![$(($name.to_string(), &$child as &dyn $crate::nn::Module)),*]
    };
}
