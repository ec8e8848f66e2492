"""The version, which compares as versions do."""

from __future__ import annotations


def _parts(version) -> tuple:
    """A version as something that has an order: ``"2.10.0rc1"`` lies between ``"2.9"`` and ``"2.10"``.

    Errors: ValueError where the text is no version; what follows a ``+`` is a mark of the build and is left out.
    """
    import re  # a millisecond that only a comparison costs

    if not isinstance(version, str):
        version = ".".join(map(str, version))
    found = re.fullmatch(r"\s*v?(\d+(?:\.\d+)*)[-._]?(?:(a|b|rc|dev|post)[a-z]*[-._]?(\d*))?\s*(?:\+.*)?", version)
    if found is None:
        raise ValueError(f"Invalid version: {version!r}")
    numbers = [int(part) for part in found[1].split(".")]
    while numbers and numbers[-1] == 0:  # 2.0 is 2.0.0
        numbers.pop()
    stage = {"dev": -4, "a": -3, "b": -2, "rc": -1, None: 0, "post": 1}[found[2]]
    return tuple(numbers), stage, int(found[3] or 0)


class TorchVersion(str):
    """A version: a string that compares with tuples and other versions by its numbers.

    Example::

        >>> import rushlight as rl
        >>> rl.__version__ >= (0, 1), rl.torch_version.TorchVersion("2.10.0") > "2.9"
        (True, True)
    """

    __slots__ = ()

    def _order(self, other, compare, text):
        try:
            return compare(_parts(self), _parts(other))
        except (ValueError, TypeError):  # no version: text beside text
            return text(self, other if isinstance(other, str) else str(other))


def _comparison(name: str):
    compare, text = getattr(tuple, name), getattr(str, name)

    def method(self, other):
        return self._order(other, compare, text)

    method.__name__ = name
    return method


for _name in ("__lt__", "__le__", "__eq__", "__ne__", "__ge__", "__gt__"):
    setattr(TorchVersion, _name, _comparison(_name))
TorchVersion.__hash__ = str.__hash__  # type: ignore[method-assign]

_OWN = "0.1.0"  # of this package
__version__ = TorchVersion(_OWN)
__all__ = ["TorchVersion"]
