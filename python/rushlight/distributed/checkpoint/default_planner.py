"""What is written and read: everything, by its name."""

from __future__ import annotations

from typing import Any

from ..._C import Tensor
from ._nest import flat, put
from .metadata import TensorStorageMetadata


class DefaultSavePlanner:
    """Writes all of a state dict.

    Args: flatten_state_dict (bool): each tensor in nested dictionaries by itself. Default: ``True``

    The other arguments say how several processes would share the work.
    """

    def __init__(
        self,
        flatten_state_dict: bool = True,
        flatten_sharded_tensors: bool = True,
        dedup_replicated_tensors: bool | None = None,
        dedup_save_to_lowest_rank: bool = False,
        enable_plan_caching: bool = False,
    ) -> None:
        self.flatten_state_dict = flatten_state_dict

    def _items(self, state_dict: Any) -> dict[str, tuple[tuple[Any, ...], Any]]:
        if self.flatten_state_dict:
            return flat(state_dict)
        return {key: ((key,), value) for key, value in state_dict.items()}


class DefaultLoadPlanner:
    """Reads all that a state dict asks for, into the tensors that it holds.

    Args:
        flatten_state_dict (bool): as the checkpoint was written. Default: ``True``
        allow_partial_load (bool): leave what the checkpoint has not. Default: ``False``

    Errors: RuntimeError for a name that the checkpoint has not; ValueError for a tensor of another size.
    """

    def __init__(
        self,
        flatten_state_dict: bool = True,
        flatten_sharded_tensors: bool = True,
        allow_partial_load: bool = False,
    ) -> None:
        self.flatten_state_dict, self.allow_partial_load = flatten_state_dict, allow_partial_load

    def _begin(self, state_dict: Any, known: Any) -> None:
        """Before anything is read."""

    def _read(self, state_dict: Any, reader: Any, known: Any) -> None:
        self._begin(state_dict, known)
        items = DefaultSavePlanner(self.flatten_state_dict)._items(state_dict)
        wanted = []
        for fqn, (path, value) in items.items():
            stored = known.state_dict_metadata.get(fqn)
            if stored is None:
                if self.allow_partial_load:
                    continue
                raise RuntimeError(f"Missing key in checkpoint state_dict: {fqn}.")
            is_tensor = isinstance(stored, TensorStorageMetadata)
            if is_tensor and not isinstance(value, Tensor):
                raise ValueError(f"{fqn} is a tensor in the checkpoint, and {type(value).__name__} in the state dict")
            if is_tensor and stored.size != value.shape:
                raise ValueError(f"Size mismatch between saved {stored.size} and current: {value.shape} for {fqn}")
            wanted.append((fqn, path, value, is_tensor))
        for fqn, path, value, is_tensor in wanted:  # nothing is changed unless all of it fits
            if is_tensor:
                reader._fill(known, fqn, value.detach())
            else:
                put(state_dict, path, reader._value(known, fqn))


__all__ = ["DefaultLoadPlanner", "DefaultSavePlanner"]
