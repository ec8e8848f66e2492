"""A program that `test_fx.py` traces: it imports functions by name, as programs do."""

import typing

import rushlight as rl
from rushlight import fx, nn
from rushlight.nn import functional as F
from rushlight.nn.functional import gelu


class Block(nn.Module):
    """Modules, parameters, buffers, functions, methods, operators, and a constant."""

    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(4, 4)
        self.scale = nn.Parameter(rl.ones(4))
        self.seq = nn.Sequential(nn.Conv1d(2, 2, 1), nn.Tanh())
        self.register_buffer("shift", rl.ones(4))

    def forward(self, x, k=2):
        a, b = x.chunk(2, dim=-1)
        y = self.scale * (self.lin(rl.cat([a, b], dim=-1)) + self.scale) - self.shift
        y = gelu(F.softmax(y, dim=-1))
        y = self.seq(y)[..., :3].reshape(x.shape[0], -1).double()
        z = rl.matmul(y, y.transpose(0, 1)) @ rl.eye(3, dtype=rl.float64)
        return {"out": (z, 1.5 / (y + k)), "k": -y}


@fx.wrap
def opaque(x):
    return x + 1 if x.sum() > 0 else x


fx.wrap("len")


def uses_wrapped(x):
    return opaque(x) - 1 + len(x)


def starred(x, *rest, scale: int = 1, **named):
    return x + scale * rest[0] + named["z"]


def annotated(
    x: rl.Tensor,
    n: int = 2,
    sizes: typing.List[int] = [],  # noqa: B006, UP006
    plain: list[int] = None,  # noqa: RUF013
    either: int | None = None,
) -> rl.Tensor:
    return x * n
