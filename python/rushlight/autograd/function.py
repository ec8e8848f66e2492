"""Functions of one's own: a forward and a backward written in Python.

``Function.apply`` runs the forward without recording, then puts its results on a node that calls the backward.
"""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .grad_mode import _no_record

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


class FunctionCtx:
    """What forward and backward share."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # of the class that this is mixed into

    materialize_grads = True

    def __init__(self) -> None:
        self._to_save = ()
        self._non_differentiable = ()
        self._dirty = ()
        self._for_forward = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keeps tensors for :meth:`Function.backward`, where they are ``ctx.saved_tensors``.

        Their versions are checked, and results do not keep their own graph alive. Call at most once.
        """
        self._to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keeps tensors for :meth:`Function.jvp`, where they are ``ctx.saved_tensors``."""
        self._for_forward = tensors

    def _push(self, *tangents: Any) -> Any:
        """The tangents of the results by the class's own rule; ``NotImplemented`` where it has none."""
        cls = self._forward_cls
        if cls.jvp is Function.jvp:
            return NotImplemented
        self._saved = self._for_forward
        try:
            return cls.jvp(self, *tangents)
        finally:
            del self._saved

    @property
    def saved_tensors(self) -> Any:
        """The tensors kept by :meth:`save_for_backward`."""
        try:
            return self._saved
        except AttributeError:
            return tuple(self._to_save)

    saved_variables = saved_tensors

    def mark_dirty(self, *tensors: Any) -> None:
        """Says which inputs the forward changed in place."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Says which results carry no gradient."""
        self._non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> Any:
        """Whether missing gradients reach the backward as zeros (the default) or as ``None``."""
        self.materialize_grads = value


class FunctionMeta(type):
    """Gives each function a class for what its forward and backward share."""

    def __init__(cls, name: str, bases: Any, space: Any) -> None:
        super().__init__(name, bases, space)
        cls._ctx_class = type(name + "Backward", (FunctionCtx,), {"_forward_cls": cls})


class Function(metaclass=FunctionMeta):
    """A differentiable function given by ``forward(ctx, *args)`` and ``backward(ctx, *grads)``, or by
    ``forward(*args)`` with ``setup_context(ctx, inputs, output)``; all are static methods.

    Example::

        >>> import rushlight as rl
        >>> class Double(rl.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         return x * 2
        ...     @staticmethod
        ...     def backward(ctx, grad):
        ...         return grad * 2
        >>> x = rl.ones(1, requires_grad=True)
        >>> Double.apply(x).backward(); x.grad
        tensor([2.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from .._warn import warn

        warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should"
            " invoke them on the class itself. Instantiating an autograd function will raise an error in a future"
            " version of PyTorch.",
            DeprecationWarning,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd"
            " function with static forward method. (Example:"
            " https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Tensor:
        """The computation."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> Any:
        """What to keep, if ``forward`` does not take ``ctx``."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradients of all arguments of ``forward`` (``None`` for those that have none)."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD."
        )

    #: The rule of :func:`rushlight.vmap` is to run ``forward`` (and ``backward``) on all samples at once, which holds where
    #: both are made of the package's ops.
    generate_vmap_rule = False

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        """The tangents of the results from those of the arguments (``None`` for those that have none); without it the
        backward is differentiated."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """The rule of :func:`rushlight.vmap`: ``(output, out_dims)`` from arguments with axes of samples.

        Args:
            info: ``info.batch_size`` and ``info.randomness`` of the map.
            in_dims (tuple): for each argument its axis of samples, or ``None``.
            args: the arguments of ``forward``, axes of samples in them.
        """
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Runs the function and records it."""
        if _C._transform.depth():
            from ..func._function import by_rule

            answer = by_rule(cls, args)
            if answer is not NotImplemented:
                return answer
        ctx = cls._ctx_class()
        separate = cls.setup_context is not Function.setup_context
        ctx.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        code = getattr(cls.forward, "__code__", None) if separate else None
        if kwargs or (code is not None and len(args) < code.co_argcount):
            import inspect

            given = args if separate else (ctx, *args)
            bound = inspect.signature(cls.forward).bind(*given, **kwargs)
            bound.apply_defaults()
            args = bound.args if separate else bound.args[1:]
        with _no_record():
            if separate:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
            else:
                output = cls.forward(ctx, *args)
        single = not isinstance(output, (tuple, list))
        outputs = (output,) if single else tuple(output)
        if _C.is_grad_enabled() and any(ctx.needs_input_grad):
            _check_saved(ctx._to_save)
        else:
            ctx._to_save = ()  # nothing will ask for them
        kind: Any = cls
        backward = kind.vjp if "vjp" in cls.__dict__ else cls.backward
        results = _C._record_function(
            cls.__name__ + "Backward",
            ctx,
            backward,
            args,
            outputs,
            tuple(ctx._to_save),
            tuple(ctx._non_differentiable),
            tuple(ctx._dirty),
        )
        ctx._to_save = ()  # the node keeps them, without cycles
        return results[0] if single else results


class InplaceFunction(Function):
    """A function that may work in place; how programs before PyTorch 0.4 said so.

    Args: inplace (bool): whether it does. Default: ``False``
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class NestedIOFunction(Function):
    """A function whose arguments and results are tuples in tuples; how programs before PyTorch 0.4 said so. Instances of
    it cannot be called any more, in PyTorch either: :meth:`Function.apply` takes such arguments as they are, and
    :mod:`rushlight.utils._pytree` flattens them.

    >>> issubclass(rl.autograd.function.NestedIOFunction, rl.autograd.Function)
    True
    """


def _check_saved(saved):
    for place, value in enumerate(saved):
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(
                f"save_for_backward can only save variables, but argument {place} is of type {type(value).__name__}"
            )


def once_differentiable(function: Any) -> Any:
    """Marks a backward whose own derivative is not defined: differentiating it raises."""
    import functools

    @functools.wraps(function)
    def wrapper(ctx, *grads):
        with _no_record():
            outputs = function(ctx, *grads)
        if not _C.is_grad_enabled() or not any(isinstance(g, Tensor) and g.requires_grad for g in grads):
            return outputs
        single = not isinstance(outputs, tuple)
        marked = tuple(
            _Forbidden.apply(o, *[g for g in grads if isinstance(g, Tensor)]) if isinstance(o, Tensor) else o
            for o in ((outputs,) if single else outputs)
        )
        return marked[0] if single else marked

    return wrapper


class _Forbidden(Function):
    @staticmethod
    def forward(ctx: Any, output: Any, *grads: Any) -> Tensor:
        return output.detach()

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )
