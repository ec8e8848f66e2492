"""A picture of how losses fell; with matplotlib, extra ``plot``."""

from __future__ import annotations

import os
from typing import Any


def plot_losses(
    losses: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    smooth: float = 0.9,
    log: bool = False,
    ax: Any = None,
) -> Any:
    """Draws one curve or several, each faintly as it is and strongly as it is on average.

    Args:
        losses (sequence of numbers, or dict of such): a loss a step; in a dict each with its name.
        path (str or PathLike, optional): where the picture is saved.
        smooth (float): weight of the past in the averages, from 0 (none) to below 1. Default: 0.9
        log (bool): a logarithmic axis. Default: ``False``
        ax (matplotlib.axes.Axes, optional): where to draw. Default: a new figure

    Returns:
        matplotlib.axes.Axes: to go on with

    Errors: ImportError without matplotlib; ValueError if there is nothing to draw, or `smooth` is none.

    Example::

        >>> ax = rl.plot_losses({"train": [3.0, 2.0, 1.5], "valid": [3.1, 2.5, 2.2]})  # doctest: +SKIP
    """
    if not 0 <= smooth < 1:
        raise ValueError(f"smooth must be at least 0 and below 1, but got {smooth}")
    curves = losses if isinstance(losses, dict) else {"loss": losses}
    curves = {name: [float(value) for value in curve] for name, curve in curves.items()}
    if not any(curves.values()):
        raise ValueError("there are no losses to draw")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("rushlight.plot_losses needs the package matplotlib: pip install rushlight[plot]") from error
    if ax is None:  # a figure of its own, whatever windows the program has
        figure = Figure(figsize=(7, 4), layout="constrained")
        FigureCanvasAgg(figure)
        ax = figure.subplots()
    for name, curve in curves.items():
        steps = range(1, len(curve) + 1)
        (line,) = ax.plot(steps, _averages(curve, smooth), label=name)
        if smooth and len(curve) > 1:
            ax.plot(steps, curve, color=line.get_color(), alpha=0.25, linewidth=0.8)
    ax.set(xlabel="step", ylabel="loss", yscale="log" if log else "linear")
    if len(curves) > 1:
        ax.legend()
    if path is not None:
        ax.figure.savefig(os.fspath(path))
    return ax


def _averages(curve: list[float], smooth: float) -> list[float]:
    """Of each step the average of what was until then, the recent counting most."""
    made, total, weight = [], 0.0, 0.0
    for value in curve:
        total, weight = smooth * total + (1 - smooth) * value, smooth * weight + 1 - smooth
        made.append(total / weight)
    return made
