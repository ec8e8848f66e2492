"""Transforms of functions: gradients, Jacobians, products with them, and maps over samples, nested in any order.

Each takes a function and answers with a function. ``grad`` and its kin run the function on arguments that stand at places
of their own in the graph; ``vmap`` runs it once on all samples; ``jvp`` pushes tangents along what was recorded.
"""

from ._gradient import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp
from ._modules import functional_call, functionalize, replace_all_batch_norm_modules_, stack_module_state
from ._rearrange import rearrange
from ._vmap import debug_unwrap, vmap

__all__ = [
    "debug_unwrap",
    "functional_call",
    "functionalize",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "rearrange",
    "replace_all_batch_norm_modules_",
    "stack_module_state",
    "vjp",
    "vmap",
]
