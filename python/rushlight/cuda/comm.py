"""Copies, parts and sums of tensors over devices: the functions of :mod:`rushlight.nn.parallel.comm`, under their older address."""

from ..nn.parallel.comm import (
    broadcast as broadcast,
    broadcast_coalesced as broadcast_coalesced,
    gather as gather,
    reduce_add as reduce_add,
    reduce_add_coalesced as reduce_add_coalesced,
    scatter as scatter,
)

__all__ = ["broadcast", "broadcast_coalesced", "gather", "reduce_add", "reduce_add_coalesced", "scatter"]
