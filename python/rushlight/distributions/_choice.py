"""Distributions that are given by probabilities or by logits, one of which follows from the other."""

from __future__ import annotations

from .._C import Tensor
from .._types import Size
from .utils import lazy_property, logits_to_probs, probs_to_logits

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


def given(probs: Any, logits: Any) -> str:
    """Which of the two was given; ValueError for both or neither."""
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")
    return "logits" if probs is None else "probs"


class Choice:
    """What :class:`Bernoulli` and its like share: the parameter that was not given is derived when asked for."""

    _binary = True  # log-odds; else unnormalised logarithms along the last axis

    @lazy_property
    def logits(self) -> Tensor:
        """The log-odds, or the logarithms of the probabilities."""
        return probs_to_logits(self.probs, is_binary=self._binary)

    @lazy_property
    def probs(self) -> Tensor:
        """The probabilities."""
        return logits_to_probs(self.logits, is_binary=self._binary)

    @property
    def _param(self) -> Tensor:
        held = self.__dict__
        return held["probs"] if "probs" in held else held["logits"]

    @property
    def param_shape(self) -> Size:
        """The shape of ``probs`` and of ``logits``."""
        return self._param.size()

    def _new(self, *args: Any, **kwargs: Any) -> Tensor:
        return self._param.new_empty(*args, **kwargs)
