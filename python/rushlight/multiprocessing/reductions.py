"""How tensors go to other processes: their memory by a descriptor, and how they look at it."""

from __future__ import annotations

import os
import weakref
from multiprocessing.reduction import DupFd, ForkingPickler

from .. import _C
from .._tensor import _finish, _over
from ..nn.parameter import Parameter
from . import _memory

Tensor = _C.Tensor
# blocks that came from elsewhere, by the identity of their files: what arrives again shares the mapping
_arrived: weakref.WeakValueDictionary[tuple[int, int], _memory.Block] = weakref.WeakValueDictionary()


def check_leaf(tensor) -> None:
    """Errors: RuntimeError for a result of operations that autograd recorded."""
    if tensor.requires_grad and not tensor.is_leaf:
        raise RuntimeError(
            "Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support "
            "crossing process boundaries.  If you just want to transfer the data, call detach() on the tensor before "
            "serializing (e.g., putting it on the queue)."
        )


def reduce_tensor(tensor):
    """What a pickle for another process says of a tensor, whose memory becomes shared.

    Errors: RuntimeError for a result of operations that autograd recorded.
    """
    check_leaf(tensor)
    if not tensor.is_cpu or not tensor._storage_nbytes():
        return tensor.__reduce_ex__(4)
    block, shared = _memory.find(tensor), tensor
    if block is None or block.fd < 0:  # a block of a loader has no descriptor any more
        # a view stays with its base
        shared = _memory.copied(tensor) if tensor._is_view() else _memory.move(tensor)
        block = _memory.find(shared)
    state = tensor.__dict__ or None
    begin = shared._storage_key() - block.address
    place = (begin, shared._storage_nbytes(), shared.dtype)
    form = (tuple(shared.shape), tuple(shared.stride()), shared.storage_offset())
    return rebuild_tensor, (
        type(tensor),
        DupFd(block.fd),
        block.nbytes,
        place,
        form,
        tensor.requires_grad,
        state,
    )


def rebuild_tensor(cls, handle, nbytes, place, form, requires_grad, state):
    """The tensor that :func:`reduce_tensor` described, over the same memory."""
    begin, length, dtype = place
    shape, stride, offset = form
    block = _received(handle.detach(), nbytes)
    flat = _over(block.bytes()[begin : begin + length], dtype)
    tensor = _memory.view(flat, shape, stride, offset)
    if cls is Parameter:
        tensor = Parameter(tensor, requires_grad)
        if state:
            tensor.__dict__.update(state)
        return tensor
    return _finish(tensor, requires_grad, cls, state)


def _received(fd: int, nbytes: int) -> _memory.Block:
    """The block behind a descriptor, which is closed if the block is here already."""
    facts = os.fstat(fd)
    key = (facts.st_dev, facts.st_ino)
    block = _arrived.get(key)
    if block is not None:
        os.close(fd)
        return block
    block = _arrived[key] = _memory.Block(fd, nbytes)
    return block


def init_reductions() -> None:
    """Tells ``multiprocessing`` how tensors are sent."""
    ForkingPickler.register(Tensor, reduce_tensor)
    ForkingPickler.register(Parameter, reduce_tensor)
