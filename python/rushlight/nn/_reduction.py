"""What ``reduction`` means, and the two switches that it replaced."""

from __future__ import annotations

from .._warn import warn


def legacy_get_string(size_average: bool | None, reduce: bool | None, emit_warning: bool = True) -> str:
    """The name for the two switches.

    Args:
        size_average (bool, optional): None counts as true. reduce (bool, optional): likewise.
        emit_warning (bool): say which name to use instead. Default: ``True``
    """
    size_average = True if size_average is None else size_average
    reduce = True if reduce is None else reduce
    name = "mean" if size_average and reduce else "sum" if reduce else "none"
    if emit_warning:
        warn(f"size_average and reduce args will be deprecated, please use reduction='{name}' instead.")
    return name


def get_enum(reduction: str) -> int:
    """The number of a name: 0 for "none", 1 for "mean", 2 for "sum".

    Errors: ValueError for another name.
    """
    numbers = {"none": 0, "mean": 1, "sum": 2}
    if reduction not in numbers:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return numbers[reduction]


def legacy_get_enum(size_average: bool | None, reduce: bool | None, emit_warning: bool = True) -> int:
    """The number for the two switches."""
    return get_enum(legacy_get_string(size_average, reduce, emit_warning))
