"""A model's layers, with the shapes that go through them and the parameters they hold."""

from __future__ import annotations

from typing import Any

from . import _C
from .autograd.grad_mode import no_grad


class Summary:
    """What :func:`summary` found; printed, it is a table.

    Attributes:
        rows (list of tuple): of each layer its depth, name, class, shape of its first result, and parameters of its own.
        total_params, trainable_params (int): parameters, each counted once.
        total_bytes (int): what they take.
    """

    def __init__(self, rows: list[tuple[int, str, str, Any, int]], parameters: list[Any]) -> None:
        self.rows = rows
        self.total_params = sum(each.numel() for each in parameters)
        self.trainable_params = sum(each.numel() for each in parameters if each.requires_grad)
        self.total_bytes = sum(each.nbytes for each in parameters)

    def __str__(self) -> str:
        cells = [("Layer", "Output shape", "Parameters")]
        for depth, name, kind, shape, count in self.rows:
            label = f"{'  ' * depth}{name + ': ' if name else ''}{kind}"
            cells.append((label, "-" if shape is None else str(list(shape)), f"{count:,}" if count else "-"))
        widths = [max(len(row[i]) for row in cells) for i in range(3)]
        lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in cells]
        rule = "-" * max(len(line) for line in lines)
        size = self.total_bytes / 2**20
        lines = [line.rstrip() for line in [lines[0], rule, *lines[1:], rule]]
        lines.append(
            f"Parameters: {self.total_params:,} ({self.trainable_params:,} to be trained), {size:.2f} MiB"
        )
        return "\n".join(lines)

    __repr__ = __str__


def _first(value: Any) -> Any:
    """The shape of the first tensor in a result."""
    if isinstance(value, _C.Tensor):
        return value.shape
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    ):
        found = _first(each)
        if found is not None:
            return found
    return None


def summary(
    model: Any, input_size: Any = None, *, input_data: Any = None, dtypes: Any = None, depth: int = 3
) -> Summary:
    """The layers of a model, and the shapes that go through it, from one run without gradients in evaluation mode.

    Args:
        model (Module): what to look at. Its mode is as before afterwards, and no random number is drawn.
        input_size (tuple of int, or list of them): the shape of each argument; none runs nothing.
        input_data (Tensor or tuple, optional): the arguments themselves.
        dtypes (list of dtype, optional): of each argument. Default: float32
        depth (int): levels of modules to show. Default: 3

    Example::

        >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
        >>> rl.summary(net, (1, 1, 8, 8))
        Layer         Output shape  Parameters
        --------------------------------------
        Sequential    [1, 10]                -
          0: Conv2d   [1, 4, 6, 6]          40
          1: ReLU     [1, 4, 6, 6]           -
          2: Flatten  [1, 144]               -
          3: Linear   [1, 10]            1,450
        --------------------------------------
        Parameters: 1,490 (1,490 to be trained), 0.01 MiB
    """
    shapes: dict[int, Any] = {}
    if input_size is not None and input_data is None:
        sizes = [input_size] if all(isinstance(n, int) for n in input_size) else list(input_size)
        kinds = list(dtypes) if dtypes is not None else [_C.float32] * len(sizes)
        input_data = tuple(_C.zeros(tuple(size), dtype=kind) for size, kind in zip(sizes, kinds, strict=True))
    if input_data is not None:
        given = (input_data,) if isinstance(input_data, _C.Tensor) else tuple(input_data)
        modes = [(module, module.training) for module in model.modules()]
        hooks = [
            module.register_forward_hook(
                lambda module, _, result: shapes.setdefault(id(module), _first(result)) and None
            )
            for module, _ in modes
        ]
        model.eval()
        try:
            with no_grad():
                model(*given)
        finally:
            for hook in hooks:
                hook.remove()
            for module, mode in modes:
                module.training = mode
    rows: list[tuple[int, str, str, Any, int]] = []

    def visit(module: Any, name: str, level: int) -> None:
        children = list(module.named_children()) if level < depth else []
        own = sum(each.numel() for each in module.parameters(recurse=not children))
        rows.append((level, name, type(module).__name__, shapes.get(id(module)), own))
        for child_name, child in children:
            visit(child, child_name, level + 1)

    visit(model, "", 0)
    return Summary(rows, list(model.parameters()))
