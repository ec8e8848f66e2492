"""Several transforms as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .... import multinomial, nn, rand, randperm, tensor
from ._transform import Transform


def _check(transforms: Any) -> None:
    if not isinstance(transforms, Sequence):
        raise TypeError("Argument transforms should be a sequence of callables")


def _listed(transforms) -> str:
    return "\n".join(f"    {t}" for t in transforms)


def _through(transforms, inputs: tuple):
    several = len(inputs) > 1
    for t in transforms:
        out = t(*inputs)
        inputs = out if several else (out,)
    return inputs if several else inputs[0]


class Compose(Transform):
    """Transforms one after another."""

    def __init__(self, transforms: Sequence[Callable]) -> None:
        super().__init__()
        _check(transforms)
        if not transforms:
            raise ValueError("Pass at least one transform")
        self.transforms = transforms

    def forward(self, *inputs: Any) -> Any:
        return _through(self.transforms, inputs)

    def extra_repr(self) -> str:
        return _listed(self.transforms)


class RandomApply(Transform):
    """A list of transforms with probability ``p``, or none of them."""

    def __init__(self, transforms: Sequence[Callable] | nn.ModuleList, p: float = 0.5) -> None:
        super().__init__()
        if not isinstance(transforms, (Sequence, nn.ModuleList)):
            raise TypeError("Argument transforms should be a sequence of callables or a `nn.ModuleList`")
        self.transforms = transforms
        if not 0.0 <= p <= 1.0:
            raise ValueError("`p` should be a floating point value in the interval [0.0, 1.0].")
        self.p = p

    def forward(self, *inputs: Any) -> Any:
        if rand(1) >= self.p:
            return inputs if len(inputs) > 1 else inputs[0]
        return _through(self.transforms, inputs)

    def extra_repr(self) -> str:
        return _listed(self.transforms)


class RandomChoice(Transform):
    """One of a list, drawn with probabilities ``p``."""

    def __init__(self, transforms: Sequence[Callable], p: list[float] | None = None) -> None:
        _check(transforms)
        if p is None:
            p = [1] * len(transforms)
        elif len(p) != len(transforms):
            raise ValueError(f"Length of p doesn't match the number of transforms: {len(p)} != {len(transforms)}")
        super().__init__()
        self.transforms = transforms
        total = sum(p)
        self.p = [share / total for share in p]

    def forward(self, *inputs: Any) -> Any:
        return self.transforms[int(multinomial(tensor(self.p), 1))](*inputs)


class RandomOrder(Transform):
    """All of a list, in an order that is drawn."""

    def __init__(self, transforms: Sequence[Callable]) -> None:
        _check(transforms)
        super().__init__()
        self.transforms = transforms

    def forward(self, *inputs: Any) -> Any:
        return _through([self.transforms[i] for i in randperm(len(self.transforms)).tolist()], inputs)
