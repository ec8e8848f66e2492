"""Arguments that may be given once for all dimensions, or once for each."""

from __future__ import annotations


def _ntuple(n, name):
    def spread(value):
        return tuple(value) if hasattr(value, "__iter__") else (value,) * n

    spread.__name__ = name
    return spread


_single = _ntuple(1, "_single")
_pair = _ntuple(2, "_pair")
_triple = _ntuple(3, "_triple")
_quadruple = _ntuple(4, "_quadruple")


def _reverse_repeat_tuple(values, n):
    """``(1, 2)`` and 2 give ``(2, 2, 1, 1)``: the order in which ``pad`` takes its widths."""
    return tuple(value for value in reversed(values) for _ in range(n))


def _list_with_default(out_size, defaults):
    if isinstance(out_size, int):
        return out_size
    if len(defaults) <= len(out_size):
        raise ValueError(f"Input dimension should be at least {len(out_size) + 1}")
    return [d if v is None else v for v, d in zip(out_size, defaults[-len(out_size) :])]


def factory_kwargs(kwargs: dict | None) -> dict:
    """Keywords for what makes tensors, out of those of a module's constructor.

    Args:
        kwargs (dict or None): ``device``, ``dtype`` and ``memory_format``, or the whole under ``factory_kwargs``.

    Errors: TypeError for other names, or one that is given twice.

    Example::

        >>> rl.nn.factory_kwargs({"dtype": rl.float64})
        {'dtype': torch.float64}
    """
    if kwargs is None:
        return {}
    known = ("device", "dtype", "memory_format")
    if unknown := set(kwargs) - {*known, "factory_kwargs"}:
        raise TypeError(f"unexpected kwargs {unknown}")
    found = dict(kwargs.get("factory_kwargs", {}))
    for name in known:
        if name in kwargs:
            if name in found:
                raise TypeError(f"{name} specified twice, in **kwargs and in factory_kwargs")
            found[name] = kwargs[name]
    return found


def consume_prefix_in_state_dict_if_present(state_dict, prefix):
    """Takes ``prefix`` off the names of a ``state_dict``, in place, such as the ``module.`` of data parallel ones.

    Args:
        state_dict (dict): its metadata is renamed too.
        prefix (str): what names may begin with.

    Example::

        >>> table = {"module.weight": 1, "bias": 2}
        >>> nn.modules.utils.consume_prefix_in_state_dict_if_present(table, "module.")
        >>> table
        {'weight': 1, 'bias': 2}
    """
    for table in (state_dict, getattr(state_dict, "_metadata", None)):
        if table is None:
            continue
        bare = prefix.removesuffix(".")
        renamed = {}
        for key, value in table.items():
            if table is not state_dict and key == bare and bare:
                key = ""
            renamed[key[len(prefix) :] if key.startswith(prefix) else key] = value
        table.clear()
        table.update(renamed)
