"""Lists and tables of arguments, which are not changed in place: a node must know of changes."""

from __future__ import annotations

from typing import Any, NoReturn


def _refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise NotImplementedError(
        f"'{type(self).__name__}' object does not support mutation. If you are attempting to modify the kwargs or args of "
        "a torch.fx.Node object, instead create a new copy of it and assign the copy to the node: new_args = ... ; node.args = new_args"
    )


class immutable_list(list):  # noqa: N801, RUF100
    """A list that stays as it is."""

    append = extend = insert = pop = remove = clear = sort = reverse = __setitem__ = __delitem__ = (
        __iadd__
    ) = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))

    def __reduce__(self) -> Any:
        return immutable_list, (tuple(self),)


class immutable_dict(dict):  # noqa: N801, RUF100
    """A table that stays as it is."""

    pop = popitem = clear = update = setdefault = __setitem__ = __delitem__ = __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> Any:
        return immutable_dict, (dict(self),)


__all__ = ["immutable_dict", "immutable_list"]
