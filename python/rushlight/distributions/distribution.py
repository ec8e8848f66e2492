"""The base of all distributions: shapes, the check of parameters and values, and what follows from what is given."""

from __future__ import annotations

from .. import _C
from .._C import Tensor
from .._types import Size
from .._warn import warn
from ..autograd.grad_mode import no_grad
from . import constraints
from .utils import lazy_property

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["Distribution"]


class Distribution:
    """A probability distribution.

    Args:
        batch_shape (Size): independent copies, each with parameters of its own.
        event_shape (Size): the shape of one outcome.
        validate_args (bool, optional): whether parameters, and values given to methods, are checked.
            Default: what :meth:`set_default_validate_args` says; without it, ``True`` unless Python runs with ``-O``

    A subclass says in ``arg_constraints`` what its parameters may be, and in ``support`` what its values are; it has
    ``sample`` or ``rsample``, ``log_prob``, ``expand``, and what else is known of it.

    Errors: ValueError for a parameter outside its constraint.

    >>> isinstance(rl.distributions.Normal(0.0, 1.0), rl.distributions.Distribution)
    True
    """

    has_rsample: Any = False
    has_enumerate_support: Any = False
    _validate_args = __debug__

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions made from now on check their arguments, unless told.

        Errors: ValueError for what is not ``True`` or ``False``.
        """
        if value not in [True, False]:
            raise ValueError
        Distribution._validate_args = value

    def __init__(
        self, batch_shape: Size = Size(), event_shape: Size = Size(), validate_args: bool | None = None
    ) -> None:
        self._batch_shape = batch_shape
        self._event_shape = event_shape
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._validate_parameters()
        super().__init__()

    def _validate_parameters(self) -> None:
        try:
            arg_constraints = self.arg_constraints
        except NotImplementedError:
            arg_constraints = {}
            warn(
                f"{type(self)} does not define `arg_constraints`. Please set `arg_constraints = {{}}` "
                "or initialize the distribution with `validate_args=False` to turn off validation."
            )
        for name, constraint in arg_constraints.items():
            if constraints.is_dependent(constraint):
                continue
            if name not in self.__dict__ and isinstance(getattr(type(self), name), lazy_property):
                continue  # follows from parameters that were given and checked
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) "
                    f"of distribution {self!r} to satisfy the constraint {constraint!r}, "
                    f"but found invalid values:\n{value}"
                )

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The distribution with parameters expanded to ``batch_shape``; no memory is allocated for them.

        Args:
            batch_shape (Size): to which the present one can be expanded.
            _instance (Distribution, optional): what is filled, by subclasses with other arguments than their base.

        Example::

            >>> rl.distributions.Normal(rl.zeros(2, 1), 1.0).expand((2, 3)).batch_shape
            torch.Size([2, 3])
        """
        raise NotImplementedError

    def _expanded(self, cls: type, batch_shape: Sequence[int], instance: Any, *names: str) -> Any:
        """What ``expand`` of ``cls`` answers: tensors ``names`` expanded in their batch axes, nothing checked again.

        A name that is not in the object's dictionary, being derived and not yet asked for, stays so.
        """
        new = self._get_checked_instance(cls, instance)
        batch_shape, rank = Size(batch_shape), len(self._batch_shape)
        for name in names:
            if name in self.__dict__:
                value = self.__dict__[name]
                setattr(new, name, value.expand(batch_shape + value.shape[rank:]))
        new._batch_shape, new._event_shape = batch_shape, self._event_shape
        new._validate_args = self._validate_args
        return new

    @property
    def batch_shape(self) -> Size:
        """The shape over which parameters are batched."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of a single outcome."""
        return self._event_shape

    @property
    def arg_constraints(self) -> dict[str, Any]:
        """The constraint of each parameter, by name."""
        raise NotImplementedError

    @property
    def support(self) -> Any:
        """The constraint that all values satisfy."""
        raise NotImplementedError

    @property
    def mean(self) -> Tensor:
        """The mean; nan or inf where there is none."""
        raise NotImplementedError

    @property
    def mode(self) -> Tensor:
        """The likeliest value."""
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self) -> Tensor:
        """The variance; nan or inf where there is none."""
        raise NotImplementedError

    @property
    def stddev(self) -> Tensor:
        """The square root of the variance."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Any = Size()) -> Tensor:
        """Draws a tensor of ``sample_shape + batch_shape + event_shape``, outside the graph."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = Size()) -> Tensor:
        """Draws as :meth:`sample` does, in a way that gradients reach the parameters through what is drawn."""
        raise NotImplementedError

    def sample_n(self, n: int) -> Tensor:
        """Deprecated: ``sample((n,))``."""
        warn("`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning)
        return self.sample(Size((n,)))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density, or of the probability, at ``value``.

        Errors: with validation, ValueError for a value that does not fit the shapes or is outside the support.
        """
        raise NotImplementedError

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of what is at most ``value``."""
        raise NotImplementedError

    def icdf(self, value: Tensor) -> Tensor:
        """The inverse of :meth:`cdf`: the quantile of probability ``value``."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values of a discrete distribution, along a new first axis.

        Args:
            expand (bool): repeat them over the batch; else batch axes are of size 1. Default: ``True``
        """
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """The entropy of each copy, in nats."""
        raise NotImplementedError

    def perplexity(self) -> Tensor:
        """The exponential of the entropy."""
        return _C.exp(self.entropy())

    def _extended_shape(self, sample_shape: Any = Size()) -> Size:
        """The shape of what is drawn."""
        return Size(sample_shape) + self._batch_shape + self._event_shape

    def _validate_sample(self, value: Any) -> None:
        """Raises ValueError for a ``value`` that the distribution cannot have."""
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        actual, expected = value.size(), self._batch_shape + self._event_shape
        if actual[len(actual) - len(self._event_shape) :] != self._event_shape:
            raise ValueError(
                f"The right-most size of value must match event_shape: {actual} vs {self._event_shape}."
            )
        for i, j in zip(reversed(actual), reversed(expected)):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"Value is not broadcastable with batch_shape+event_shape: {actual} vs {expected}."
                )
        try:
            support = self.support
        except NotImplementedError:
            warn(
                f"{type(self)} does not define `support` to enable sample validation. "
                "Please initialize the distribution with `validate_args=False` to turn off validation."
            )
            return
        if not support.check(value).all():
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) "
                f"to be within the support ({support!r}) of the distribution {self!r}, "
                f"but found invalid values:\n{value}"
            )

    def _get_checked_instance(self, cls: type, _instance: Any = None) -> Any:
        """What ``expand`` of ``cls`` fills: ``_instance``, or an empty object of the class of ``self``.

        Errors: NotImplementedError for a subclass with other arguments, whose object ``cls`` cannot fill.
        """
        if _instance is None and type(self).__init__ != cls.__init__:  # type: ignore[misc]
            raise NotImplementedError(
                f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ method "
                "must also define a custom .expand() method."
            )
        return self.__new__(type(self)) if _instance is None else _instance

    def __repr__(self) -> str:
        given = [(name, self.__dict__[name]) for name in self.arg_constraints if name in self.__dict__]
        text = ", ".join(f"{name}: {value if value.numel() == 1 else value.size()}" for name, value in given)
        return f"{type(self).__name__}({text})"
