"""A line search for the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and 3.6)."""

from __future__ import annotations

from math import sqrt

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any


def _cubic_minimum(a, b, bounds=None):
    """The minimum of the cubic through two points ``(position, value, slope)``, kept within bounds."""
    (x1, f1, g1), (x2, f2, g2) = a, b
    low, high = bounds if bounds is not None else (min(x1, x2), max(x1, x2))
    first = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
    square = first**2 - g1 * g2
    if square < 0:
        return (low + high) / 2.0
    root = sqrt(square)
    if x1 <= x2:
        position = x2 - (x2 - x1) * ((g2 + root - first) / (g2 - g1 + 2 * root))
    else:
        position = x1 - (x1 - x2) * ((g1 + root - first) / (g1 - g2 + 2 * root))
    return min(max(position, low), high)


class _Point:
    """One trial: distance, loss, gradient, and slope along the direction."""

    def __init__(self, t: Any, loss: Any, gradient: Any, slope: Any) -> None:
        self.t, self.loss, self.gradient, self.slope = t, loss, gradient, slope

    def key(self) -> Any:
        return float(self.t), self.loss, float(self.slope)


def strong_wolfe(
    probe: Any,
    t: Any,
    direction: Any,
    loss: Any,
    gradient: Any,
    slope: Any,
    max_ls: Any,
    c1: float = 1e-4,
    c2: float = 0.9,
    tolerance_change: float = 1e-9,
) -> Any:
    """Finds a distance `t` with enough decrease and a flat enough slope.

    `probe` gives loss and gradient at a distance. Returns loss, gradient, distance and number of evaluations.
    """
    width = float(direction.abs().max())
    slope = float(slope)
    t = float(t)
    start = _Point(0, loss, gradient.clone(), slope)

    def trial(distance):
        new_loss, new_gradient = probe(distance)
        return _Point(distance, new_loss, new_gradient, float(new_gradient.dot(direction)))

    def too_high(point):
        return point.loss > loss + c1 * point.t * slope

    point, before, evaluations, searched = trial(t), start, 1, 0
    done = False
    while searched < max_ls:
        if too_high(point) or (searched > 1 and point.loss >= before.loss):
            bracket = [before, point]
            break
        if abs(point.slope) <= -c2 * slope:
            bracket, done = [point], True
            break
        if point.slope >= 0:
            bracket = [before, point]
            break
        nearest, farthest = point.t + 0.01 * (point.t - before.t), point.t * 10
        t = _cubic_minimum(before.key(), point.key(), (nearest, farthest))
        before, point = point, trial(t)
        evaluations += 1
        searched += 1
    else:
        bracket = [start, point]

    stuck = False
    low, high = (0, 1) if bracket[0].loss <= bracket[-1].loss else (1, 0)
    while not done and searched < max_ls:
        ends = sorted((bracket[0].t, bracket[1].t))
        if (ends[1] - ends[0]) * width < tolerance_change:
            break
        t = _cubic_minimum(bracket[0].key(), bracket[1].key())
        margin = 0.1 * (ends[1] - ends[0])
        if min(ends[1] - t, t - ends[0]) < margin:  # too close to an end, twice in a row or exactly there
            if stuck or t >= ends[1] or t <= ends[0]:
                t = ends[1] - margin if abs(t - ends[1]) < abs(t - ends[0]) else ends[0] + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        point = trial(t)
        evaluations += 1
        searched += 1
        if too_high(point) or point.loss >= bracket[low].loss:
            bracket[high] = point
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
        else:
            if abs(point.slope) <= -c2 * slope:
                done = True
            elif point.slope * (bracket[high].t - bracket[low].t) >= 0:
                bracket[high] = bracket[low]
            bracket[low] = point
    best = bracket[low] if len(bracket) > 1 else bracket[0]
    return best.loss, best.gradient, best.t, evaluations
