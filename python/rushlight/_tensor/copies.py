"""Tensors as other objects of the same values: pickled, and copied."""

from __future__ import annotations

from .. import _C
from .._C import Tensor


def _over(buffer, dtype):
    """A flat tensor over the bytes of a buffer, which it keeps alive; over a copy if they cannot serve as they are."""
    view = memoryview(buffer)
    nbytes = view.nbytes
    if nbytes and not view.readonly:
        import numpy as np

        array = np.frombuffer(view, np.uint8)
        if array.__array_interface__["data"][0] % 16 == 0:
            return _C.from_numpy(array).view(dtype)
    return _C._from_buffer(buffer, dtype, nbytes)


def _rebuild(data, shape, stride, offset, dtype, requires_grad, cls, state):
    # of a pickle that is the tensor's alone; the roundabout way to memory that is there pays from some size on
    nbytes = memoryview(data).nbytes
    flat = _C._from_buffer(data, dtype, nbytes) if nbytes <= 4096 else _over(data, dtype)
    tensor = _C.empty(0, dtype=dtype, device="cpu").set_(flat, offset, shape, stride)
    return _finish(tensor, requires_grad, cls, state)


def _rebuild_on(device, *about):
    """The same on a GPU, or the error that says how to load it without one."""
    from ..serialization import validate_cuda_device

    *plain, requires_grad, cls, state = about
    moved = _rebuild(*plain, False, Tensor, None).to(f"cuda:{validate_cuda_device(device)}")
    return _finish(moved, requires_grad, cls, state)


def _rebuild_meta(shape, stride, dtype, requires_grad, cls, state):
    return _finish(_C.empty_strided(shape, stride, dtype=dtype, device="meta"), requires_grad, cls, state)


def _finish(tensor, requires_grad, cls, state):
    tensor = tensor.detach() if cls is Tensor else Tensor._make_subclass(cls, tensor)
    if requires_grad:
        tensor.requires_grad_()
    if state:
        tensor.__dict__.update(state)
    return tensor


def _reduce_ex(self, protocol):
    """The values and whether they require a gradient; a history is not pickled."""
    if self.is_meta:
        about = (tuple(self.shape), self.stride(), self.dtype, self.requires_grad, type(self), self.__dict__)
        return _rebuild_meta, about
    source = self.detach()
    if source._storage_nbytes() > source.nbytes:  # a view of something larger: pickle what it shows
        source = source.clone()
    if self.is_cuda:
        source = source.cpu()
    return (
        _rebuild_on if self.is_cuda else _rebuild,
        (
            *([str(self.device)] if self.is_cuda else []),
            _memory_of(source) if protocol >= 5 else source._storage_bytes(),
            tuple(source.shape),
            source.stride(),
            source.storage_offset(),
            source.dtype,
            self.requires_grad,
            type(self),
            self.__dict__,
        ),
    )


def _memory_of(tensor):
    """The memory behind `tensor`, all of which it shows, for a pickle that may leave large buffers to the carrier."""
    from pickle import PickleBuffer

    count = tensor._storage_nbytes() // tensor.itemsize
    return PickleBuffer(tensor.as_strided((count,), (1,), 0).view(_C.uint8))


def _copy(self):
    """Another tensor over the same memory: what ``copy.copy`` gives."""
    copied = _finish(self.detach(), self.requires_grad, type(self), None)
    copied.__dict__.update(self.__dict__)
    return copied


def _deepcopy(self, memo):
    if id(self) in memo:
        return memo[id(self)]
    if self.requires_grad and not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment."
            "  If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage,"
            " see https://github.com/pytorch/pytorch/pull/103001"
        )
    if type(self) is not Tensor and type(self).__torch_function__ is not _C._disabled_torch_function_impl:
        raise RuntimeError(
            "The default implementation of __deepcopy__() for non-wrapper subclasses only works for subclass types "
            "that properly implement new_empty(), for which the default implementation gives a plain tensor. Give "
            f"{type(self).__name__} a __deepcopy__ of its own."
        )
    from copy import deepcopy

    key = ("storage", self._storage_key())
    if key not in memo:  # tensors that share memory go on sharing it
        count = self._storage_nbytes() // self.itemsize
        memo[key] = self.detach().as_strided((count,), (1,), 0).clone()
    flat = memo[key].view(self.dtype)
    copied = _finish(
        flat.as_strided(self.shape, self.stride(), self.storage_offset()),
        self.requires_grad,
        type(self),
        None,
    )
    memo[id(self)] = copied
    if self.__dict__:
        copied.__dict__.update(deepcopy(self.__dict__, memo))
    if self.grad is not None:
        copied.grad = deepcopy(self.grad, memo)
    return copied


# pickles name them by the package, so that files say the same whichever file of it they are in
for _function in (_rebuild, _rebuild_on, _rebuild_meta):
    _function.__module__ = __package__
