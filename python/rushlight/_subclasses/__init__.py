"""Tensors without data that PyTorch's compiler computes with; here ``device="meta"`` is what there is."""

from .fake_tensor import FakeTensor as FakeTensor
