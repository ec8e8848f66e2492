"""Whether two values are as good as equal: tensors, numbers, and containers of them."""

from __future__ import annotations

import cmath
from collections.abc import Mapping, Sequence

import numpy as np

from .. import _C
from .._C import Tensor
from .._warn import warn

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

__all__ = ["assert_allclose", "assert_close"]

# relative and absolute tolerance by dtype; those of what is not here are zero, and 1e-7 for Python's numbers
_TOLERANCES = {
    _C.float16: (1e-3, 1e-5),
    _C.bfloat16: (1.6e-2, 1e-5),
    _C.float32: (1.3e-6, 1e-5),
    _C.float64: (1e-7, 1e-7),
    _C.complex64: (1.3e-6, 1e-5),
    _C.complex128: (1e-7, 1e-7),
}
_OLD_TOLERANCES = {
    _C.float16: (1e-3, 1e-3),
    _C.float32: (1e-4, 1e-5),
    _C.float64: (1e-5, 1e-8),
}


class _Mismatch(Exception):
    """What differs, and where in the containers it was found."""

    def __init__(self, text: str, path: tuple[Any, ...] = (), kind: type[Exception] = AssertionError) -> None:
        super().__init__(text)
        self.text, self.path, self.kind = text, path, kind

    def error(self, msg: Any) -> Exception:
        text = self.text
        if self.path:
            text += f"\n\nThe failure occurred for item {''.join(f'[{key!r}]' for key in self.path)}"
        if msg is not None:
            text = msg(text) if callable(msg) else msg
        return self.kind(text)


class _Comparison:
    """What was asked for, and the comparison of two values that hold no others."""

    def __init__(self, rtol: Any, atol: Any, **options: Any) -> None:
        if (rtol is None) != (atol is None):
            missing = "rtol" if rtol is None else "atol"
            raise ValueError(
                f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}."
            )
        self.rtol, self.atol = rtol, atol
        self.equal_nan: bool = options["equal_nan"]
        self.options = options

    def tolerances(self, *defaults: tuple[float, float]) -> tuple[float, float]:
        """What was asked for, or the largest of the defaults."""
        if self.rtol is not None:
            return self.rtol, self.atol
        return max(rtol for rtol, _ in defaults), max(atol for _, atol in defaults)

    def related(self, actual: Any, expected: Any) -> bool:
        one, other = _kind(actual), _kind(expected)
        if self.options["allow_subclasses"]:
            return issubclass(one, other) or issubclass(other, one)
        return one is other

    def at(self, path: tuple[Any, ...], actual: Any, expected: Any) -> None:
        try:
            self.compare(actual, expected)
        except _Mismatch as mismatch:
            mismatch.path = path
            raise

    def compare(self, actual: Any, expected: Any) -> None:
        if actual is None or expected is None:
            if actual is not expected:
                raise _Mismatch(f"None mismatch: {actual} is not {expected}")
        elif _both(actual, expected, (bool, np.bool_)):
            if bool(actual) is not bool(expected):
                raise _Mismatch(f"Booleans mismatch: {bool(actual)} is not {bool(expected)}")
        elif _both(actual, expected, (int, float, complex, np.number)):
            self.numbers(_number(actual), _number(expected))
        else:
            pair = self.as_tensors(actual, expected)
            if pair is None:
                raise _Mismatch(
                    f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.",
                    kind=TypeError,
                )
            self.tensors(*pair)

    def as_tensors(self, actual: Any, expected: Any) -> Any:
        """The two as tensors, if they are of related types of which tensors can be made."""
        if not self.related(actual, expected):
            return None
        if isinstance(actual, Tensor):
            return actual, expected
        try:
            return _C.as_tensor(actual), _C.as_tensor(expected)
        except Exception:  # whatever it is that is no tensor
            return None

    def numbers(self, actual: Any, expected: Any) -> None:
        if self.options["check_dtype"] and type(actual) is not type(expected):
            raise _Mismatch(f"The (d)types do not match: {type(actual)} != {type(expected)}.")
        defaults = [(0.0, 0.0) if isinstance(x, int) else _TOLERANCES[_C.float64] for x in (actual, expected)]
        rtol, atol = self.tolerances(*defaults)
        if self.equal_nan and cmath.isnan(actual) and cmath.isnan(expected):
            return
        difference = abs(actual - expected)
        if actual == expected or (cmath.isfinite(difference) and difference <= atol + rtol * abs(expected)):
            return
        relative = difference / abs(expected) if expected != 0 else float("inf")
        raise _Mismatch(
            _describe("Scalars", f"Expected {expected} but got {actual}.", difference, relative, rtol, atol)
        )

    def tensors(self, actual: Tensor, expected: Tensor, name: str = "Tensor-likes") -> None:
        self.attributes(actual, expected)
        rtol, atol = self.tolerances(*(_TOLERANCES.get(x.dtype, (0.0, 0.0)) for x in (actual, expected)))
        actual, expected = actual.detach(), expected.detach()
        if actual.device != expected.device:
            actual, expected = actual.cpu(), expected.cpu()
        if actual.dtype != expected.dtype:
            dtype = _C.promote_types(actual.dtype, expected.dtype)
            actual, expected = actual.to(dtype), expected.to(dtype)
        if actual.layout != expected.layout:
            actual, expected = actual.to_dense(), expected.to_dense()
        if actual.layout != _C.strided:
            self.parts(actual, expected)
            return
        close = _C.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=self.equal_nan)
        if close.all():
            return
        if actual.dim() == 0:
            one, other = actual.item(), expected.item()
            difference = abs(one - other)
            relative = difference / abs(other) if other != 0 else float("inf")
            what = f"Expected {other} but got {one}."
            raise _Mismatch(_describe("Scalars", what, difference, relative, rtol, atol))
        raise _Mismatch(_describe_tensors(name, actual, expected, ~close, rtol, atol))

    def parts(self, actual: Any, expected: Any) -> None:
        """Sparse tensors: as many stored elements, the same places, close values."""
        if actual.is_sparse and not (actual.is_coalesced() and expected.is_coalesced()):
            actual, expected = actual.coalesce(), expected.coalesce()
        kind = str(actual.layout).rpartition("_")[2].upper()
        if actual._nnz() != expected._nnz():
            raise _Mismatch(
                f"The number of specified values in sparse {kind} tensors does not match: {actual._nnz()} != {expected._nnz()}"
            )
        for label, mine, theirs in zip(actual._labels, actual._parts(), expected._parts(), strict=True):
            self.tensors(mine.to(theirs.dtype), theirs, f"Sparse {kind} {label}")

    def attributes(self, actual: Tensor, expected: Tensor) -> None:
        def check(name: str, one: Any, other: Any) -> None:
            if one != other:
                raise _Mismatch(f"The values for attribute '{name}' do not match: {one} != {other}.")

        check("shape", actual.shape, expected.shape)
        if self.options["check_layout"]:
            check("layout", actual.layout, expected.layout)
        if self.options["check_device"]:
            check("device", actual.device, expected.device)
        if "meta" in (actual.device.type, expected.device.type):
            raise NotImplementedError("Comparing meta tensors is currently not supported")
        if self.options["check_dtype"]:
            check("dtype", actual.dtype, expected.dtype)
        if self.options["check_stride"]:
            check("stride()", actual.stride(), expected.stride())


def _kind(value: Any) -> type:
    """The type, of sparse tensors that of tensors: their layout is compared as such."""
    return Tensor if isinstance(value, Tensor) and value.layout != _C.strided else type(value)


def _both(actual: Any, expected: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(actual, kinds) and isinstance(expected, kinds)


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, np.number) else value


def _allowed(tolerance: float) -> str:
    return f" (up to {tolerance} allowed)"


def _describe(kind: str, what: str, difference: Any, relative: Any, rtol: float, atol: float) -> str:
    if rtol == atol == 0:
        return f"{kind} are not equal!\n\n{what}\nAbsolute difference: {difference}\nRelative difference: {relative}"
    return (
        f"{kind} are not close!\n\n{what}\n"
        f"Absolute difference: {difference}{_allowed(atol)}\nRelative difference: {relative}{_allowed(rtol)}"
    )


def _describe_tensors(
    name: str, actual: Tensor, expected: Tensor, wrong: Tensor, rtol: float, atol: float
) -> str:
    if not (actual.is_floating_point() or actual.is_complex()):
        actual, expected = (
            actual.long(),
            expected.long(),
        )  # small integers would wrap, bools have no difference
    count, total = int(wrong.sum()), wrong.numel()
    difference = _C.where(wrong, (actual - expected).abs(), 0)  # infinities that are equal differ by nan
    relative = difference / expected.abs()
    relative = _C.where(wrong, relative, 0.0)

    def worst(of: Tensor) -> tuple[Any, tuple[int, ...]]:
        index = int(of.flatten().argmax())
        place = tuple(int(i) for i in np.unravel_index(index, of.shape))
        return of.flatten()[index].item(), place

    exact = rtol == atol == 0
    greatest, at = worst(difference)
    greatest_relative, relative_at = worst(relative)
    return (
        f"{name} are not {'equal' if exact else 'close'}!\n\n"
        f"Mismatched elements: {count} / {total} ({count / total:.1%})\n"
        f"Greatest absolute difference: {greatest} at index {at}{'' if exact else _allowed(atol)}\n"
        f"Greatest relative difference: {greatest_relative} at index {relative_at}{'' if exact else _allowed(rtol)}"
    )


def _pairs(
    actual: Any, expected: Any, path: tuple[Any, ...] = ()
) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    """The values that hold no others, side by side, with the keys that lead to them."""
    if _both(actual, expected, (Sequence,)) and not _both(actual, expected, (str,)):
        if len(actual) != len(expected):
            raise _Mismatch(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", path)
        for i, (one, other) in enumerate(zip(actual, expected)):
            yield from _pairs(one, other, (*path, i))
    elif _both(actual, expected, (Mapping,)):
        missing, more = expected.keys() - actual.keys(), actual.keys() - expected.keys()
        if missing or more:
            raise _Mismatch(
                "The keys of the mappings do not match:\n"
                f"Missing keys in the actual mapping: {sorted(missing)}\n"
                f"Additional keys in the actual mapping: {sorted(more)}",
                path,
            )
        keys = list(actual)
        try:
            keys.sort()
        except TypeError:  # of several types: as they stand
            keys = list(actual)
        for key in keys:
            yield from _pairs(actual[key], expected[key], (*path, key))
    else:
        yield actual, expected, path


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    r"""Raises unless ``actual`` and ``expected`` are close: :math:`|a - e| \le \text{atol} + \text{rtol}\,|e|`.

    Tensors, NumPy arrays and numbers are compared by value; sequences, and mappings of the same keys, item by item.

    Args:
        actual: what came out.
        expected: what should have.
        allow_subclasses (bool): compare an object with one of a subclass. Default: ``True``
        rtol, atol (float, optional): tolerances, both or none. Default: by dtype, the larger of the two's; zero for
            integers, 1.3e-6 and 1e-5 for float32, 1e-7 for float64
        equal_nan (bool): take nan to be equal to nan. Default: ``False``
        check_device, check_dtype, check_layout, check_stride (bool): whether these must be the same, too.
            Default: all but strides
        msg (str or callable, optional): the message, or a function of the message that would be shown.

    Errors: AssertionError where they differ, TypeError for what cannot be compared, ValueError for a single tolerance.

    Example::

        >>> rl.testing.assert_close(rl.tensor([1.0, 2.0]), rl.tensor([1.0, 2.5]))
        Traceback (most recent call last):
        AssertionError: Tensor-likes are not close!
        <BLANKLINE>
        Mismatched elements: 1 / 2 (50.0%)
        Greatest absolute difference: 0.5 at index (1,) (up to 1e-05 allowed)
        Greatest relative difference: 0.20000000298023224 at index (1,) (up to 1.3e-06 allowed)
    """
    comparison = _Comparison(
        rtol,
        atol,
        allow_subclasses=allow_subclasses,
        equal_nan=equal_nan,
        check_device=check_device,
        check_dtype=check_dtype,
        check_layout=check_layout,
        check_stride=check_stride,
    )
    try:
        for one, other, path in list(_pairs(actual, expected)):  # all shapes of containers before any value
            comparison.at(path, one, other)
    except _Mismatch as mismatch:
        error = mismatch.error(msg)
    else:
        return
    raise error  # outside, so that no trace of the search is shown


def assert_allclose(
    actual: Any,
    expected: Any,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = True,
    msg: str = "",
) -> None:
    """Deprecated: :func:`assert_close`, which compares dtypes, too, and does not take nan to be equal to nan."""
    warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a future release. "
        "Please use `torch.testing.assert_close()` instead. "
        "You can find detailed upgrade instructions in https://github.com/pytorch/pytorch/issues/61844.",
        FutureWarning,
    )
    if not isinstance(actual, Tensor):
        actual = _C.tensor(actual)
    if not isinstance(expected, Tensor):
        expected = _C.tensor(expected, dtype=actual.dtype)
    if rtol is None and atol is None:
        rtol, atol = map(max, zip(*(_OLD_TOLERANCES.get(x.dtype, (0.0, 0.0)) for x in (actual, expected))))
    assert_close(
        actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None
    )
