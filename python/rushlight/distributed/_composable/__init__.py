"""Parallel training as functions on modules, at PyTorch's earlier address."""
