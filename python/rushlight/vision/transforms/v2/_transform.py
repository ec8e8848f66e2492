"""What transforms share: which parts of a sample they change, and what is said of each."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from PIL import Image as pil

from .... import nn, rand
from ...._C import Tensor
from ... import tv_tensors
from ._utils import check_type, has_any, is_pure_tensor
from .functional import kernel_of


def flatten(tree: Any, leaves: list) -> Callable[[list], Any]:
    """Lays the leaves of lists, tuples and dicts in ``leaves``, and returns what builds such a tree of others."""
    if isinstance(tree, dict):
        builders = [flatten(value, leaves) for value in tree.values()]
        keys = list(tree)

        def build_dict(out: list):
            values = dict(zip(keys, [build(out) for build in builders]))
            if type(tree) is dict:
                return values
            again = tree.copy()
            again.update(values)
            return again

        return build_dict
    if isinstance(tree, (list, tuple)):
        builders = [flatten(value, leaves) for value in tree]
        if hasattr(tree, "_fields"):
            return lambda out: type(tree)(*[build(out) for build in builders])
        return lambda out: type(tree)([build(out) for build in builders])
    at = len(leaves)
    leaves.append(tree)
    return lambda out: out[at]


class Transform(nn.Module):
    """A transform of samples: pictures, videos, masks, boxes and points in any nest of lists, tuples and dicts.

    A subclass says in ``transform(inpt, params)`` what is done to a part, with what ``make_params(leaves)`` drew for all.
    """

    _transformed_types: tuple = (Tensor, pil.Image)

    def __init__(self) -> None:
        super().__init__()

    def check_inputs(self, flat_inputs: list[Any]) -> None:
        """Refuses samples that lack something."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """Draws what is the same for all parts."""
        return {}

    def _call_kernel(self, functional: Callable, inpt: Any, *args: Any, **kwargs: Any) -> Any:
        kernel = kernel_of(functional.__name__, type(inpt))
        return inpt if kernel is None else kernel(inpt, *args, **kwargs)

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """The part ``inpt``, changed."""
        raise NotImplementedError

    def _needs(self, leaves: list) -> list[bool]:
        """Which leaves are changed: plain tensors are pictures only where the sample has no other, and then the first."""
        pure = not has_any(leaves, tv_tensors.Image, tv_tensors.Video, pil.Image)
        out = []
        for x in leaves:
            wanted = check_type(x, self._transformed_types)
            if wanted and is_pure_tensor(x):
                wanted, pure = pure, False
            out.append(wanted)
        return out

    def _run(self, build: Callable, leaves: list) -> Any:
        needs = self._needs(leaves)
        params = self.make_params([x for x, needed in zip(leaves, needs) if needed])
        return build([self.transform(x, params) if needed else x for x, needed in zip(leaves, needs)])

    def forward(self, *inputs: Any) -> Any:
        leaves: list[Any] = []
        build = flatten(inputs if len(inputs) > 1 else inputs[0], leaves)
        self.check_inputs(leaves)
        return self._run(build, leaves)

    def extra_repr(self) -> str:
        said = (bool, int, float, str, tuple, list, enum.Enum)
        return ", ".join(
            f"{name}={value}"
            for name, value in self.__dict__.items()
            if not name.startswith("_") and name != "training" and isinstance(value, said)
        )


class RandomApplyTransform(Transform):
    """A transform that is done with probability ``p``."""

    def __init__(self, p: float = 0.5) -> None:
        if not 0.0 <= p <= 1.0:
            raise ValueError("`p` should be a floating point value in the interval [0.0, 1.0].")
        super().__init__()
        self.p = p

    def forward(self, *inputs: Any) -> Any:
        sample = inputs if len(inputs) > 1 else inputs[0]
        leaves: list[Any] = []
        build = flatten(sample, leaves)
        self.check_inputs(leaves)
        return sample if rand(1) >= self.p else self._run(build, leaves)
