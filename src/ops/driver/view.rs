//! Another layout of the same storage, recorded; and how a view's edge is made anew.

use crate::autograd::{GradMode, mode};
use crate::base::Layout;
use crate::error::Result;
use crate::ops::driver::apply::{fill, make_node, should_record};
use crate::ops::driver::op::Saves;
use crate::ops::driver::strided::{Window, spread};
use crate::tensor::saved::tell_made;
use crate::tensor::{Context, Creation, Edge, GradFn, Grads, Node, Tensor, Want};

/// A view's gradient: a name and a function of (context, gradient).
macro_rules! view_grad {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $ft:ty),* } $text:literal, |$self:ident, $cx:ident, $g:ident| $body:expr;)*) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name { $(pub $field: $ft),* }
        impl $crate::tensor::GradFn for $name {
            fn grad_name(&self) -> &str { $text }
            fn backward(&self, cx: &$crate::tensor::Context, g: &[Option<$crate::tensor::Tensor>], _: $crate::tensor::Want) -> $crate::error::Result<$crate::tensor::Grads> {
                let ($self, $cx) = (self, cx);
                match &g[0] { Some($g) => $crate::grads![Some($body?)], None => $crate::grads![None] }
            }
        }
    )*};
}
pub(crate) use view_grad;

view_grad! {
    /// The gradient of a view given by strides, over a base that may have strides of its own.
    AsStrided { window: Window } "AsStridedBackward0", |s, _cx, g| spread(g, &s.window);
}

/// The same tensor at a place of its own in the graph, which in-place ops on either do not carry over: what a functional
/// transform differentiates by.
pub fn at_own_place(x: &Tensor) -> Result<Tensor> {
    let mut out = x.detach();
    if !x.requires_grad() {
        out.set_requires_grad(true)?;
    } else {
        let node = make_node(Same, &[x], std::slice::from_ref(&out), Saves::NOTHING);
        out.set_first_edge(Edge::Node(node, 0));
    }
    Ok(out)
}

#[derive(Debug)]
struct Same;

impl GradFn for Same {
    fn grad_name(&self) -> &str {
        "AliasBackward0"
    }
    fn is_diagonal(&self) -> bool {
        true
    }
    fn is_plain(&self) -> bool {
        true
    }
    fn backward(&self, _: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        crate::grads![g[0].clone()]
    }
}

/// Shows `x` through another layout of the same storage and records `grad` as the way back. A layout that reaches
/// beyond the storage, or whose elements cannot be counted, is refused.
pub fn view<G: GradFn>(x: &Tensor, layout: Layout, grad: G) -> Result<Tensor> {
    let mut out = x.alias(layout)?;
    record_view(x, &mut out, Box::new(grad), Creation::Plain);
    Ok(out)
}

/// Declares `out` a view of `x`.
#[inline]
pub fn record_view(x: &Tensor, out: &mut Tensor, grad: Box<dyn GradFn>, creation: Creation) {
    record_views(x, std::slice::from_mut(out), grad, creation);
}

/// Declares all of `outs` views of `x` with one node for their gradients.
#[inline]
pub fn record_views(x: &Tensor, outs: &mut [Tensor], grad: Box<dyn GradFn>, creation: Creation) {
    let mode = mode();
    if mode.is_inference() && x.is_inference() || !x.dtype().is_differentiable() {
        return;
    }
    let creation = match mode {
        mode if mode.records() => creation,
        GradMode::NoGrad | GradMode::Off => Creation::NoGrad,
        _ => Creation::Inference,
    };
    if should_record(&[x]) {
        let node = Node::boxed(grad, |parts| fill(parts, &[x], outs, Saves::NOTHING));
        tell_made(&node);
        for (i, out) in outs.iter_mut().enumerate() {
            out.set_first_edge(Edge::Node(node.clone(), i as u32));
        }
    }
    for out in outs {
        out.set_view_of(x, creation, rebuild);
    }
}

/// The edge of a view made anew from its base: the gradient is spread into the region the view shows.
pub fn rebuild(base: &Tensor, view: &Tensor) -> Edge {
    if !base.requires_grad() {
        return Edge::None;
    }
    let grad = AsStrided { window: Window::of(base, view) };
    Edge::Node(make_node(grad, &[base], std::slice::from_ref(view), Saves::NOTHING), 0)
}
